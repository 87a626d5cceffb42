"""What stands on the answer card, as HTML whose mathematics is still LaTeX. All of it comes from `card_sources`.

What is typed here are headings and labels, and the names and numbers by which everything else is taken.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

import card_sources as sources

from convbp_helpers import elsewhere, matrix
from convbp_helpers.equations.colouring import coloured
from convbp_helpers.figures.picture import LETTERS
from convbp_helpers.words import sentence

HERE = Path(__file__).resolve().parent
TITLE = "The backward pass of a convolutional layer"

#: Heading, number of the equation, and how the sentence about it in notebook 00 begins and ends.
EQUATIONS = (
    ("Forward", "0.1", "Each output adds", "one window."),
    ("Input gradient", "0.2", "An input collects from every filter", "an output reads it."),
    ("Weight gradient", "0.3", "A weight serves", "from all of them."),
    ("Bias gradient", "0.4", "A bias is added", "itself."),
)
#: Those whose indices change with groups.
GROUPED = {"9.1": "Forward", "9.2": "Input gradient", "9.3": "Weight gradient"}
#: The three rules, where the series states them: the notebook, and how the sentence begins and ends.
RULES = (
    ("00", "**Strike out the factor.**", "does not name."),
    ("01", "Stride, padding and dilation change", "add letters to sum over."),
    ("05", "Inputs that lost all their links", "have gradient exactly 0."),
)
#: Sizes along one axis, and those of "same".
SIZES = (("outputs", "7.3"), ("leftover $r$", "7.4"), ("transposed layer", "9.12"))
SAME = (("“same”", "14.1"), ("its zeros", "14.2"))
#: (its file in libraries/results, its table in notebook 09) -> of which files the version is told, and of what.
LIBRARIES = {
    ("pytorch", "PyTorch"): {"pytorch": "PyTorch"},
    ("jax", "JAX"): {"jax": "JAX"},
    ("tensorflow", "TensorFlow and Keras"): {"tensorflow": "TensorFlow", "keras_tensorflow": "Keras"},
}
LEFT_OUT = ("words for padding",)  #: rows of these tables
#: One from each of the notebooks 02 to 06, the steps that the public question asks for; and of each a mistake whose
#: section to reread is one to which the README's table of questions sends those who ask.
MISTAKES = (
    "kernel not turned",
    "channels turned too",
    "a mean over positions",
    "stride ignored",
    "p where d(K − 1) − p belongs",
)


@dataclass(frozen=True)
class Form:
    """One of the four ways to walk the links of the input gradient: mathematics, words (both Markdown), and code."""

    name: str
    formula: str
    words: str
    code: str


def forms() -> tuple[Form, ...]:
    """Scatter, gather, matrix, GEMM."""
    way = {row[0]: row for row in sources.table("02", "way", "stands at", "kernel")}
    scatter, gather = (
        f"stands at {way[name][1]}; the kernel {way[name][2]}."
        for name in ("**scatter**, `+=`", "**gather**")
    )
    links = f"`links`: {sources.docstring_in('09', 'links')}"
    zeros = sources.passage("14", "zeros = d * (K - 1)", "+ r", "code")
    called = sources.passage("14", "slide(delta, w[::-1]", "zeros)", "code")
    return (
        Form(
            "scatter",
            _math(sources.display_below("07", "Scatter")),
            f"{scatter} {links}",
            sources.loop_in("09", "grad_input"),
        ),
        Form(
            "gather",
            _math(sources.equation("14.5")),
            gather,
            "\n".join((sources.body_in("14", "slide", head=True), "", zeros, called)),
        ),
        Form(
            "matrix",
            sources.passage("10", "$z = A", r"\delta$"),
            sources.passage("10", "Backward, it goes down", "the same entries."),
            f"{sources.loop_of(matrix.by_input)}\n\n{sources.quoted(matrix.__doc__, 'A.T')}",
        ),
        Form(
            "GEMM",
            "",
            sources.passage("10", "`im2col` is a **gather**", "each entry goes home.")
            + " Here at stride 1, unpadded.",
            sources.body_in("10", "by_columns"),
        ),
    )


def equations_on_it() -> dict[str, str]:
    """Number -> LaTeX of every numbered equation on the card, as it stands there."""
    numbers = ["7.2", "0.8", "14.5", *GROUPED, *(entry[1] for entry in (*EQUATIONS, *SIZES, *SAME))]
    return {number: sources.in_one_line(sources.equation(number)) for number in numbers}


# ------------------------------------------------------------------------------------------- Markdown to HTML
def _math(latex) -> str:
    return rf"$\displaystyle {sources.in_one_line(latex)}$"


def html_of(markdown) -> str:
    """A line of the notebooks' Markdown: mathematics, code, bold, italics; of a link its text."""
    kept = []

    def keep(found):
        piece = found[0]
        if piece.startswith("$"):
            kept.append(rf"<span class=tex>\({escape(coloured(piece[1:-1]), quote=False)}\)</span>")
        else:
            kept.append(f"<code>{code_html(piece[1:-1])}</code>")
        return f"\0{len(kept) - 1}\0"

    text = escape(re.sub(r"\$[^$]+\$|`[^`]+`", keep, markdown), quote=False)
    text = re.sub(r"\[([^\]\n]*)\]\([^)\s]+\)", r"\1", text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"\*(.+?)\*", r"<em>\1</em>", text)
    return re.sub("\0(\\d+)\0", lambda found: kept[int(found[1])], text)


ROLES = {"x": "input", "w": "weight", "W": "weight", "z": "output", "delta": "gradient"}


def code_html(code) -> str:
    """Code with the arrays in the colours of the series."""

    def letter(found):
        role = ROLES.get(found[0]) or ("gradient" if found[0].startswith("grad_") else None)
        return f"<i class={role}>{found[0]}</i>" if role else found[0]

    return re.sub(r"(?<![\w.&])[A-Za-z_]\w*\b(?!=)(?!\()", letter, escape(code, quote=False))


def block_html(code) -> str:
    """Lines of code; one that is too long for its column goes on below, further in."""
    lines = []
    for line in code.splitlines():
        indent = len(line) - len(line.lstrip())
        lines.append(f"<span class=line style='--in:{indent // 4}'>{code_html(line.strip())}\n</span>")
    return f"<pre><code>{''.join(lines)}</code></pre>"


# --------------------------------------------------------------------------------------------------- the parts
def _section(name, heading, inside) -> str:
    return (
        f"<section class={name} aria-labelledby=h-{name}><h2 id=h-{name}>{heading}</h2>\n{inside}</section>\n"
    )


def _numbered(number, *, large=False) -> str:
    """An equation and its number."""
    latex = r"\displaystyle " * large + coloured(sources.in_one_line(sources.equation(number)))
    return (
        rf"<div class=display><span class=tex>\({escape(latex, quote=False)}\)</span></div>"
        f"<div class=number>({number})</div>"
    )


def _letters() -> str:
    """The letters of notebook 00; of each meaning what stands before its first colon, semicolon or bracket."""
    items = []
    for letters, meaning, *many in sources.table("00", "letters", "meaning"):
        short = re.split(r"[:;(]", meaning)[0].strip()
        count = f" ({html_of(many[0])})" if many and many[0] else ""
        items.append(f"<div><dt>{html_of(letters)}</dt> <dd>{html_of(short)}{count}</dd></div>")
    outside = sources.passage("00", "**Outside its range", "reads as zero.**")
    bracket = sources.passage("00", "**A bracket** is 1", 'without remainder".')
    return f"<dl>{' '.join(items)}</dl><p>{html_of(outside)} {html_of(bracket)}</p>"


def _equations() -> str:
    link = html_of(sources.passage("01", "*output $u$ reads input", "weight $k$*"))
    rows = [
        f"<div class='eq link'><p><b>Link</b>, on each axis: {link}.</p>{_numbered('7.2')}</div>",
        f"<div class=eq><p><b>One number</b>, from which rule 1 strikes out.</p>{_numbered('0.8')}</div>",
    ]
    for heading, number, begins, ends in EQUATIONS:
        words = html_of(sources.passage("00", begins, ends))
        rows.append(
            f"<div class='eq main'><p><b>{heading}.</b> {words}</p>{_numbered(number, large=True)}</div>"
        )
    for number, heading in GROUPED.items():
        rows.append(f"<div class=eq><p>{heading}, {html_of('with $G$ groups.')}</p>{_numbered(number)}</div>")
    return "".join(rows)


def _rules() -> str:
    return f"<ol>{''.join(f'<li>{html_of(sources.passage(*rule))}</li>' for rule in RULES)}</ol>"


def _sizes() -> str:
    rows, same = (
        "".join(f"<div class=eq><p>{html_of(label)}</p>{_numbered(number)}</div>" for label, number in sizes)
        for sizes in (SIZES, SAME)
    )
    padding = sources.passage("09", "Libraries call this $r$", "which of the sizes is meant.")
    zeros = (
        sources.passage("14", "Call the right side", "$m$"),
        sources.passage("14", "So in all", "rounded down"),
        sources.passage("14", "**If the number is odd,", "behind.**"),
    )
    return f"{rows}<p>{html_of(padding)}</p>{same}<p>{html_of('. '.join(zeros))}</p>"


def _forms() -> str:
    return "".join(
        f"<div class=form><p><b>{form.name}:</b> {html_of(form.words)} {html_of(form.formula)}</p>"
        f"{block_html(form.code)}</div>"
        for form in forms()
    )


def _libraries() -> str:
    tables = []
    for (name, title), others in LIBRARIES.items():
        versions = ", ".join(
            f"{package} {elsewhere.libraries()[key].version.partition('+')[0]}"
            for key, package in others.items()
        )
        (axes, order), *calls = (row for row in sources.calls(name, title) if row[0] not in LEFT_OUT)
        rows = "".join(
            f"<tr><th scope=row>{html_of(row)}</th><td>{html_of(cell)}</td></tr>" for row, cell in calls
        )
        head = f"<th scope=col colspan=2><b>{versions}</b>; {axes}: {html_of(order)}</th>"
        tables.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    return "".join(tables)


def _mistakes() -> str:
    items = []
    for name in MISTAKES:
        entry = sources.mistake(name)
        items.append(
            f"<li><b>{escape(sentence(entry.text))}</b> {escape(entry.question)} "
            f"<span class=number>({entry.section.partition('#')[0]})</span></li>"
        )
    return f"<ol>{''.join(items)}</ol>"


def _legend() -> str:
    words = {
        "x": ("input", "input"),
        "w": ("weight", "weight"),
        "z": ("output", "output"),
        r"\delta": ("gradient", ""),
    }
    shown = [
        f"{html_of(f'${letter}$')} <span class={role}>{word}</span>" for letter, (role, word) in words.items()
    ]
    return " · ".join(shown) + html_of(r" $= \partial J/\partial z$")


def _foot() -> str:
    dates = sorted({sources.answers(name)["date"] for name, _ in LIBRARIES})
    return (
        "Backprop through convolution. (02): a notebook; (0.2): an equation of notebook 00, which is executed "
        f"as it stands. Calls: run on a CPU, {' and '.join(dates)}. CC BY 4.0."
    )


def source() -> str:
    """The page, with LaTeX where mathematics will be."""
    words = (
        _section("letters", "The letters", _letters())
        + _section("rules", "Three rules", _rules())
        + _section("sizes", "Sizes along one axis, and output padding", _sizes())
        + _section("mistakes", "The five commonest mistakes", _mistakes())
    )
    inside = (
        _section("equations", "The link, and the four equations", _equations())
        + f"<div class=words>{words}</div>"
        + _section("forms", "Four forms of the input gradient", _forms())
        + _section("libraries", "In three libraries", _libraries())
    )
    colours = "".join(f".{role}{{color:{light}}}" for role, (light, _) in LETTERS.items())
    css = (HERE / "card.css").read_text(encoding="utf-8")
    return (
        f"<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n<title>{TITLE}: the answer card</title>\n"
        f"<meta name=viewport content='width=device-width'>\n<style>\n{css}\n{colours}\n</style>\n</head>\n<body>\n"
        f"<main class=sheet>\n<header><h1>{TITLE}</h1><p>{_legend()}</p></header>\n"
        f"{inside}<footer>{_foot()}</footer>\n</main>\n</body>\n</html>\n"
    )


def fingerprint() -> str:
    """Of all that the card says and how it looks. It stands in the picture, which is out of date if it differs."""
    told = source() + (HERE / "requirements.txt").read_text(encoding="utf-8")
    return hashlib.sha256(told.encode()).hexdigest()
