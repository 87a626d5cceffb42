r"""What is typed, as tokens: commands, letters and numbers, and what stands in braces as one item."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..latex import EquationError

__all__ = [
    "ACCENTS",
    "Braces",
    "CLOSING",
    "FONTS",
    "GREEK",
    "PLAIN_FONTS",
    "SCRIPT_LETTERS",
    "SPACING",
    "Token",
    "WORD_FONTS",
    "closing_of",
    "groups_in",
    "items_in",
    "items_of",
    "is_one_of",
    "is_space",
    "is_whole_axis",
    "nested",
    "past_space",
    "split_at",
    "text_in",
    "typed_in",
    "uncommented",
    "word_in",
]


@dataclass(frozen=True)
class Token:
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Braces:
    """{ … }"""

    items: tuple
    start: int
    end: int

    text = "{}"


_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|\d+(?:\.\d+)?|<=|>=|!=|==|:=|.", re.S)
_UNICODE = {
    "δ": r"\delta ", "Δ": r"\Delta ", "σ": r"\sigma ", "∂": r"\partial ", "∑": r"\sum ", "Σ": r"\sum ",
    "·": r"\cdot ", "−": "-", "×": r"\times ", "⋆": r"\star ", "★": r"\star ", "ℓ": r"\ell ", "≤": r"\le ",
    "≥": r"\ge ", "≠": r"\ne ", "′": "'", "’": "'", "⊙": r"\odot ", "⊗": r"\otimes ", "⊛": r"\circledast ",
    "∗": "*", "∈": r"\in ", "∇": r"\nabla ", "…": r"\ldots ", "ω": r"\omega ", "θ": r"\theta ", "∘": r"\circ ",
    "←": "=", "⌊": r"\lfloor ", "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ", "∀": r"\forall ",
    "∧": r"\wedge ", "∣": r"\mid ", "⇒": r"\Rightarrow ", "⇶": "",
}  # fmt: skip
GREEK = set(
    r"\alpha \beta \gamma \delta \epsilon \varepsilon \eta \theta \kappa \lambda \mu \nu \xi \rho \sigma \tau \phi "
    r"\varphi \psi \omega \ell \Delta \Omega \Theta \Phi \Psi \Sigma \Gamma \Lambda \zeta \vartheta".split()
)
SCRIPT_LETTERS = {r"\mathcal", r"\mathscr", r"\mathfrak", r"\mathbb"}  # \mathcal{L} is another letter than L
PLAIN_FONTS = {r"\mathbf", r"\boldsymbol", r"\bm", r"\mathsf", r"\mathit", r"\vec", r"\pmb"}
FONTS = {r"\underline", r"\boldsymbol", r"\mathbf", r"\bm", r"\color", r"\text", r"\mathrm"}
ACCENTS = {r"\hat", r"\tilde", r"\bar", r"\widehat", r"\widetilde", r"\overline"}
WORD_FONTS = set(r"\text \mathrm \operatorname \texttt \textrm \mathtt \mbox \textbf \textit".split())
SPACING = {
    r"\,",
    r"\;",
    r"\:",
    r"\!",
    r"\ ",
    "~",
    r"\quad",
    r"\qquad",
    r"\thinspace",
    r"\left",
    r"\right",
} | {f"\\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r")}


def uncommented(latex):
    blank = lambda found: " " * len(found.group())  # noqa: E731
    text = re.sub(r"(?<!\\)%.*", blank, latex)
    return re.sub(r"^\s*(?:\$\$?|\\\[)|(?:\$\$?|\\\])\s*$", blank, text)  # the signs around a display


def items_in(latex: str) -> tuple:
    """LaTeX as items, without its comments."""
    typed = uncommented(latex)
    return nested(latex, [Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(typed)])


def nested(latex, tokens):
    """The tokens with what stands in braces below one item; Unicode as LaTeX."""
    stack, opened = [[]], []
    for token in tokens:
        if token.text == "{":
            opened.append(token)
            stack.append([])
        elif token.text == "}":
            if not opened:
                raise EquationError("a } without its {", latex, (token.start, token.end))
            items = tuple(stack.pop())
            stack[-1].append(Braces(items, opened.pop().start, token.end))
        elif token.text in _UNICODE:
            stack[-1] += [Token(t, token.start, token.end) for t in _TOKEN.findall(_UNICODE[token.text])]
        else:
            stack[-1].append(token)
    if opened:
        raise EquationError("a { without its }", latex, (opened[-1].start, opened[-1].end))
    return tuple(stack[0])


def is_space(item):
    return isinstance(item, Token) and (item.text.isspace() or item.text in SPACING)


def text_in(items) -> str:
    """What stands in items, without space and braces of grouping."""
    parts = []
    for item in items:
        parts.append(text_in(item.items) if isinstance(item, Braces) else "" if is_space(item) else item.text)
    return "".join(parts)


def typed_in(items) -> str:
    """All that stands in items, without white space and braces."""
    parts = (
        typed_in(item.items) if isinstance(item, Braces) else re.sub(r"\s", "", item.text) for item in items
    )
    return "".join(parts)


def word_in(items) -> str:
    r"""The word in items, without its font: out of \mathrm{out}."""
    return "".join(
        word_in(item.items)
        if isinstance(item, Braces)
        else ""
        if item.text in WORD_FONTS or is_space(item)
        else item.text
        for item in items
    )


def past_space(items, at):
    while at < len(items) and is_space(items[at]):
        at += 1
    return at


def past_row_break(items, at):
    r"""Past the spaces, and past a row break with its distance and the & behind it: \\[4pt] &."""
    at = past_space(items, at)
    if is_one_of(items, at, "\\\\"):
        at = past_space(items, at + 1)
        if is_one_of(items, at, "["):
            close = next((n for n in range(at, len(items)) if is_one_of(items, n, "]")), at)
            at = past_space(items, close + 1)
    return past_space(items, at + 1) if is_one_of(items, at, "&") else at


def is_one_of(items, at, *texts):
    return at < len(items) and isinstance(items[at], Token) and items[at].text in texts


def items_of(item):
    """The items of an argument: those in its braces, or it alone."""
    return item.items if isinstance(item, Braces) else (item,)


CLOSING = {"(": ")", "[": "]", r"\{": r"\}"}


def closing_of(items, at):
    """Where the parenthesis that opens at `at` closes; None if it does not."""
    opening, depth = items[at].text, 0
    for number in range(at, len(items)):
        if is_one_of(items, number, opening):
            depth += 1
        elif is_one_of(items, number, CLOSING[opening]):
            depth -= 1
            if depth == 0:
                return number
    return None


def split_at(items, *separators):
    """The items between separators that stand in no parenthesis."""
    parts, depth = [[]], 0
    for item in items:
        text = item.text if isinstance(item, Token) else ""
        depth += (text in ("(", "[", r"\{", r"\lfloor", r"\lceil")) - (
            text in (")", "]", r"\}", r"\rfloor", r"\rceil")
        )
        if text in separators and depth <= 0:
            parts.append([])
        else:
            parts[-1].append(item)
    return parts


def groups_in(items) -> list:
    """The parentheses of (i+a)(j+b), where nothing else stands."""
    found, at = [], 0
    items = [i for i in items if not is_space(i)]
    while at < len(items):
        close = closing_of(items, at) if is_one_of(items, at, "(") else None
        if close is None:
            return []
        found.append(items[at : close + 1])
        at = close + 1
    return found


def is_whole_axis(slot) -> bool:
    """Whether a subscript stands for the whole axis: X_{c,:,:} and X_{c,...}."""
    text = text_in(slot)
    return text in (":", r"\cdot", r"\bullet", r"\dots", r"\ldots", r"\cdots", "*") or bool(
        re.fullmatch(r"\.{2,}", text)
    )
