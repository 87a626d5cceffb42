"""Every display equation on the pages: of the notebooks' Markdown cells, and of the docstrings of `loops` and `matrix`.

A cell's metadata says what a display needs beside its LaTeX, in a list under "equations":

    {"display": 2, "notation": "JEFKINE"}            the second display of the cell, in another notation
    {"display": 2, "notation": "worked out"}         in letters that the checker works out
    {"display": 1, "skip": "defines a link"}         not executed, and why
    {"display": 1, "fails": 3}                       meant to be wrong: its third step must be rejected
    {"display": 1, "arrays": ["x", "w", "b"]}        about the arrays of the notebook with these names
    {"display": 1, "layer": {"kernel": 1}}           about these layers, as `check(layer=…)` takes them
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat

from convbp_helpers import equations, loops, matrix

ROOT = Path(__file__).resolve().parent.parent
PATHS = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
KEYS = {"display", "notation", "skip", "fails", "arrays", "layer"}


@dataclass(frozen=True)
class Display:
    """One display equation. `place` says where; `fails` is the step that must be rejected."""

    page: str
    place: str
    latex: str
    notation: str = "SERIES"
    skip: str = ""
    fails: int | None = None
    arrays: tuple[str, ...] = ()
    layer: dict | None = None

    def __str__(self):
        return f"{self.page} {self.place}"

    @property
    def names_an_array(self):
        """Whether an array symbol of the notation stands in it."""
        symbols = self.read_in.symbols
        plain = re.sub(r"\\(?:text|tag|begin|end|color)\s*\{[^}]*\}", " ", self.latex)
        names = re.findall(r"\\[A-Za-z]+|[A-Za-z]", plain)
        return any(name in symbols for name in names)

    @property
    def read_in(self):
        """The notation."""
        if self.notation == "worked out":
            return equations.understood(self.latex, layer=self.layer).notation
        return getattr(equations, self.notation)

    @property
    def asked(self):
        """What `check` is told about the layer."""
        if not self.arrays:
            return self.layer
        namespace = variables(self.page, self.arrays)
        return {name: namespace[name] for name in self.arrays}


def without_code(page):
    page = re.sub(r"(?ms)^ {0,3}(```|~~~).*?^ {0,3}\1[`~]*\s*?$", "", page)
    return re.sub(r"`[^`\n]+`", "", page)


def displays_of(page: str, cells) -> list[Display]:
    """The display equations of a notebook's cells."""
    found = []
    for cell in cells:
        if cell.cell_type != "markdown":
            continue
        latex = [m.strip() for m in re.findall(r"\$\$(.+?)\$\$", without_code(cell.source), re.S)]
        asked = {}
        for entry in cell.metadata.get("equations", []):
            if (
                not set(entry) <= KEYS
                or not 1 <= entry.get("display", 0) <= len(latex)
                or entry["display"] in asked
            ):
                raise ValueError(
                    f"{page}, cell {cell.get('id')}: metadata about no display of this cell: {entry}"
                )
            asked[entry["display"]] = {
                k: tuple(v) if k == "arrays" else v for k, v in entry.items() if k != "display"
            }
        for number, text in enumerate(latex, 1):
            tag = re.search(r"\\tag\{([^}]*)\}", text)
            place = f"({tag.group(1)})" if tag else f"cell {cell.get('id')}, display {number}"
            found.append(Display(page, place, text, **asked.get(number, {})))
    return found


def in_docstrings() -> list[Display]:
    """The equations of the docstrings of `loops` and `matrix`."""
    found = []
    for module in (loops, matrix):
        for name in module.__all__:
            for text in re.findall(r"\.\. math::(.*?)\n\s*\n", getattr(module, name).__doc__, re.S):
                found.append(
                    Display(f"{module.__name__.rpartition('.')[2]}.py", name, " ".join(text.split()))
                )
    return found


@cache
def all_displays() -> tuple[Display, ...]:
    found = []
    for path in PATHS:
        found += displays_of(path.stem, nbformat.read(path, as_version=4).cells)
    return (*found, *in_docstrings())


@cache
def variables(page, names) -> dict:
    """The variables of a notebook, as soon as all of these names are there."""
    namespace = {"display": lambda *shown: None}  # what IPython puts in
    for cell in nbformat.read(ROOT / "notebooks" / f"{page}.ipynb", as_version=4).cells:
        magic = cell.source.startswith("%%")
        if cell.cell_type == "code" and not magic and "exercise" not in cell.metadata.get("tags", []):
            exec(compile(cell.source, f"{page}, cell {cell.id}", "exec"), namespace)
        if all(name in namespace for name in names):
            return namespace
    raise ValueError(f"{page} has no variables {', '.join(names)}")
