"""Where the answer card takes what stands on it: the notebooks, the package, the answers of libraries.

Nothing is looked up in silence: a number, a name or a passage that is not there is a `NotFound` that says which.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from functools import cache
from pathlib import Path

from convbp_helpers.exercises.misconceptions import CATALOGUE, FACTORS

ROOT = Path(__file__).resolve().parent.parent.parent


class NotFound(LookupError):
    """What the card wants and its source no longer has."""

    def __str__(self):
        return f"the answer card: {self.args[0]}"


# --------------------------------------------------------------------------------------------------- notebooks
@cache
def cells(page, kind="markdown") -> tuple[str, ...]:
    """The cells of a notebook, by its number."""
    paths = sorted((ROOT / "notebooks").glob(f"{page}-*.ipynb"))
    if len(paths) != 1:
        raise NotFound(f"there is no notebook {page}")
    found = json.loads(paths[0].read_text(encoding="utf-8"))["cells"]
    return tuple("".join(cell["source"]) for cell in found if cell["cell_type"] == kind)


def equation(number) -> str:
    """The LaTeX of the display with this number, as it stands in its notebook."""
    page = number.split(".")[0].zfill(2)
    tag = rf"\tag{{{number}}}"
    found = [
        latex for cell in cells(page) for latex in re.findall(r"\$\$(.+?)\$\$", cell, re.S) if tag in latex
    ]
    if len(found) != 1:
        raise NotFound(f"notebook {page} has {len(found)} equations ({number})")
    return found[0]


def display_below(page, heading) -> str:
    """The LaTeX of the first display below a heading, for those without a number."""
    for cell in cells(page):
        if re.match(rf"#+ {re.escape(heading)}$", cell, re.M):
            found = re.search(r"\$\$(.+?)\$\$", cell, re.S)
            if found:
                return found[1]
    raise NotFound(f"notebook {page} has no equation below “{heading}”")


def in_one_line(latex) -> str:
    r"""Without its number and the line breaks that a narrow column wants: ``\\[4pt] &\;=`` is ``=`` here."""
    lines = re.split(r"\\\\(?:\[\d+pt\])?", re.sub(r"\\(?:begin|end)\{aligned\}|\\tag\{[^}]*\}", "", latex))
    lines = [re.sub(r"^\s*&?\s*(?:\\q?quad|\\[;,]|\s)*|&", " ", line).strip() for line in lines]
    return r"\; ".join(filter(None, lines)).replace(r"\; =", "=").replace(r"\; +", "+").replace(r"\; -", "-")


def passage(page, begins, ends, kind="markdown") -> str:
    """The one passage of a notebook, within a line, that begins and ends with these words."""
    wanted = f"{re.escape(begins)}.*?{re.escape(ends)}"
    found = [hit for cell in cells(page, kind) for hit in re.findall(wanted, cell)]
    if len(found) != 1:
        raise NotFound(f"notebook {page} has {len(found)} passages “{begins} … {ends}”")
    return found[0]


def table(page, *heads) -> list[list[str]]:
    """The rows of the one table of a notebook whose first column heads are these."""
    head = r"\| " + r" \| ".join(map(re.escape, heads)) + r" (?:\|.*)?\|?\n"
    found = [
        hit for cell in cells(page) for hit in re.findall(rf"(?m)^{head}\|[-:| ]+\|\n((?:\|.*\n?)+)", cell)
    ]
    if len(found) != 1:
        raise NotFound(f"notebook {page} has {len(found)} tables “{' | '.join(heads)}”")
    return [[c.strip() for c in re.split(r"(?<!\\)\|", row)[1:-1]] for row in found[0].splitlines()]


# -------------------------------------------------------------------------------------------------------- code
def loop_of(function) -> str:
    """The first loop of a function of the package, as it stands there, less comments."""
    source = textwrap.dedent(inspect.getsource(function))
    return _loop(source, function.__qualname__)


def loop_in(page, name) -> str:
    """The first loop of a function that a notebook defines in a cell of code."""
    return _loop(definition(page, name), name)


def body_in(page, name, *, head=False) -> str:
    """What a function of a notebook does, less its docstring and comments; with its first line if `head`."""
    source = definition(page, name)
    function = ast.parse(source).body[0]
    body = _lines(source, function.body[ast.get_docstring(function) is not None :])
    return source.splitlines()[0] + "\n" + textwrap.indent(body, "    ") if head else body


def docstring_in(page, name) -> str:
    """What a function of a notebook says of itself."""
    said = ast.get_docstring(ast.parse(definition(page, name)).body[0])
    if not said:
        raise NotFound(f"{name} of notebook {page} has no docstring")
    return said


def definition(page, name) -> str:
    """The source of a function of a notebook."""
    for cell in cells(page, "code"):
        if re.search(rf"(?m)^def {name}\(", cell):
            node = next(n for n in ast.parse(cell).body if getattr(n, "name", None) == name)
            return ast.get_source_segment(cell, node)
    raise NotFound(f"notebook {page} defines no function {name}")


def _loop(source, name):
    loops = [node for node in ast.parse(source).body[0].body if isinstance(node, ast.For)]
    if not loops:
        raise NotFound(f"{name} has no loop")
    return _lines(source, loops[:1])


def _lines(source, nodes):
    lines = source.splitlines()[nodes[0].lineno - 1 : nodes[-1].end_lineno]
    return textwrap.dedent("\n".join(re.sub(r"  # .*", "", line) for line in lines))


def quoted(text, begins) -> str:
    """The piece of code, between double backquotes, of a docstring that begins so."""
    found = [code for code in re.findall(r"``(.+?)``", text) if code.startswith(begins)]
    if len(found) != 1:
        raise NotFound(f"{len(found)} pieces of code begin with “{begins}” in a docstring")
    return found[0]


# --------------------------------------------------------------------------------------------------- libraries
@cache
def answers(name) -> dict:
    """What a library answered, as `make libraries` has kept it."""
    path = ROOT / "libraries" / "results" / f"{name}.json"
    if not path.exists():
        raise NotFound(f"no library {name} was asked: there is no libraries/results/{name}.json")
    return json.loads(path.read_text(encoding="utf-8"))


def calls(name, title) -> list[tuple[str, str]]:
    """(quantity, call) of each row of notebook 09's table of a library; each call must have been run, and agreed."""
    rows = [tuple(row) for row in table("09", "quantity", title)]
    for label, cell in rows:
        for quantity, begins in QUANTITIES.items():
            if label.startswith(begins):
                _was_run(name, quantity, re.findall(r"`([^`]+)`", cell))
    return rows


QUANTITIES = {
    "forward": "$z$",
    "grad_x": r"$\partial J/\partial x$",
    "grad_w": r"$\partial J/\partial w$",
    "grad_b": r"$\partial J/\partial b$",
    "transposed": "transposed",
}


def _was_run(name, quantity, code):
    told = answers(name)["calls"].get(quantity)
    if told is None or told["code"] != code:
        raise NotFound(f"libraries/results/{name}.json has no answer to the call {code[0]} of {quantity}")
    if set(told["one group, d = 1"]) != {"agrees"}:
        raise NotFound(f"{name} does not agree with loops in {quantity}: {told['one group, d = 1']}")


# ---------------------------------------------------------------------------------------------------- mistakes
def mistake(name):
    """An entry of the catalogue of misconceptions."""
    found = [entry for entry in (*CATALOGUE, *FACTORS) if entry.name == name]
    if len(found) != 1:
        raise NotFound(f"the catalogue of misconceptions has {len(found)} entries “{name}”")
    return found[0]
