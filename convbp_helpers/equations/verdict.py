"""The verdict on an equation: what was found, in words and as it is drawn in a notebook."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

import numpy as np

from ..verdicts import box, cells, window
from ..words import number, sentence, undollared
from .colouring import coloured
from .evaluating import close
from .latex import EquationError
from .letters.saying import letters_table, read_as
from .line_breaks import broken
from .notation import SERIES, Notation

__all__ = [
    "Counterexample",
    "EquationCheck",
    "Step",
    "error_html",
    "show",
    "show_error",
    "typeset",
    "verdict_html",
]

MOST_SHOWN = 12  #: rows and columns of a grid


@dataclass(frozen=True)
class Step:
    """One equals sign: the side after it, and whether it equals the left-hand side.

    `equation` counts the equations of a display from 1, and `side` the sides of its own equation, the first being 1.
    """

    latex: str
    holds: bool
    equation: int = 1
    side: int = 2


@dataclass(frozen=True, eq=False)
class Counterexample:
    """The smallest layer that was found on which a side differs from the left-hand side.

    Attributes
    ----------
    layer : str
    letters : tuple of str
        The letters that number the axes of `left` and `right`; none for whole arrays.
    left, right, claimed : arrays
        What the two sides give, and where both make a claim.
    cell : tuple of int
        The first cell in which they differ, counted as the equation counts.
    """

    layer: str
    letters: tuple[str, ...]
    left: np.ndarray
    right: np.ndarray
    claimed: np.ndarray
    base: int

    @property
    def wrong(self):
        return self.claimed & ~close(self.left, self.right)

    @property
    def cell(self):
        return tuple(int(i) + self.base for i in np.argwhere(self.wrong)[0])

    @property
    def values(self):
        """The two numbers in that cell: (left-hand side, this side)."""
        at = tuple(i - self.base for i in self.cell)
        return float(self.left[at]), float(self.right[at])


@dataclass(frozen=True, eq=False)
class EquationCheck:
    """The verdict on an equation. In a notebook it draws itself.

    Attributes
    ----------
    latex : str
    holds : bool
    layers : int
        How many layers it was tried on.
    steps : tuple of Step
    failing : int or None
        Number of the first step that fails: 1 is the side after the first equals sign.
    counterexample : Counterexample or None
    causes : tuple of str
        Changes with which that side holds; the LaTeX in them stands between dollars, where a notebook typesets it.
    warnings : tuple of str
        What the equation does although it holds, such as reading a weight that does not exist.
    reason : str
        Why it does not hold, where the numbers alone do not say it.
    checked, cells : int
        Cells in which every side makes a claim, and all cells.
    notation : Notation
        In which it was read; it says which letter has which colour.
    reading : Reading or None
        How its letters were understood; None where they are those of the series, or `notation` was given.
    """

    latex: str
    holds: bool
    layers: int
    steps: tuple[Step, ...] = ()
    failing: int | None = None
    counterexample: Counterexample | None = None
    causes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str = ""
    checked: int = 0
    cells: int = 0
    notation: Notation = field(default=SERIES, repr=False)
    reading: object = field(default=None, repr=False)

    def __bool__(self):
        return self.holds

    def sentences(self) -> list[str]:
        """The verdict in words."""
        first, *rest = self._verdict()
        return [first, *rest, *read_as(self.reading)]

    def _verdict(self) -> list[str]:
        if self.holds:
            cells = (
                "" if self.checked == self.cells else f", checked on {self.checked:,} of {self.cells:,} cells"
            )
            start = f"holds on {self.layers} layers{cells}"
            return [f"{start}, but {'; '.join(self.warnings)}"] if self.warnings else [start]
        lines = ["does not hold"]
        if len(self.steps) > 1:
            step = self.steps[self.failing - 1]
            sides = 1 + sum(other.equation == step.equation for other in self.steps)
            of = f" of equation {step.equation}" if self.steps[-1].equation > 1 else ""
            lines = [f"does not hold: side {step.side} of {sides}{of} differs from the first"]
        if self.reason:
            lines.append(self.reason)
        if self.counterexample is not None:
            c = self.counterexample
            left, right = (number(value + 0.0, 6) for value in c.values)  # no negative zero
            where = ", ".join(f"{letter} = {i}" for letter, i in zip(c.letters, c.cell, strict=False))
            if not c.letters and c.cell:  # a whole array
                where = f"[{','.join(map(str, c.cell))}]"
            lines.append(
                f"on the layer with {c.layer}:{f' at {where}' if where else ''} it should be {left} and is {right}"
            )
        if self.causes:
            lines.append(f"it holds if {'; or if '.join(self.causes)}")
        return lines

    def __repr__(self):
        return undollared(" ".join(map(sentence, self.sentences())))

    def _ipython_display_(self):
        show(self)


# ------------------------------------------------------------------------------------------------- how it is drawn
def show(check):
    """Display the equation and the verdict. (Two outputs: every notebook program typesets LaTeX by itself.)"""
    from IPython.display import HTML, Latex, display

    display(Latex(typeset(check.latex, check.notation)))
    display(_Said(HTML(verdict_html(check)), repr(check)))


def show_error(error: EquationError):
    """Display an equation that cannot be judged: the place, what was found and what was expected."""
    from IPython.display import HTML, display

    display(_Said(HTML(error_html(error)), str(error)))


class _Said:
    """HTML with plain text beside it."""

    def __init__(self, html, text):
        self.html, self.text = html.data, text

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        return self.html


def typeset(latex: str, notation: Notation = SERIES) -> str:
    """The LaTeX as a display, its arrays in their colours and long lines broken; no empty lines: they end a display."""
    body = re.sub(r"(?<!\\)%.*", "", latex)
    body = "\n".join(line for line in body.strip().splitlines() if line.strip())
    return f"$$\n{coloured(broken(body), notation)}\n$$"


def verdict_html(check) -> str:
    """The verdict as HTML."""
    first, *rest = check.sentences()
    lines = [sentence(line) for line in rest]
    kind = "wrong" if not check.holds else "open" if check.warnings else "right"
    failed = ""
    if not check.holds and len(check.steps) > 1:
        failed = f"<div>That side: <code>{escape(check.steps[check.failing - 1].latex)}</code></div>"
    return box(
        kind, sentence(first), lines, failed + _grid(check.counterexample) + letters_table(check.reading)
    )


def error_html(error) -> str:
    place, lines = "", [sentence(error.message)]
    if error.position is not None:
        lines[0] = sentence(
            f"{error.message} (line {error.line_and_column[0]}, column {error.line_and_column[1]})"
        )
        before, meant, after = (escape(part) for part in error.excerpt)
        mark = "font-weight: bold; text-decoration: underline; text-decoration-thickness: 2px"
        code = f'{before}<span style="{mark}">{meant or "&nbsp;"}</span>{after}'
        style = "margin: 4px 0; font-family: monospace; white-space: pre-wrap; overflow-wrap: anywhere"
        place = f'<div style="{style}">{code}</div>'
    return box("wrong", "This cannot be judged yet", lines, place)


def _grid(example) -> str:
    """The cells around the failing one: of its two last axes, the others fixed."""
    if example is None or example.left.ndim == 0:
        return ""
    shown = window(
        example.left.shape, tuple(i - example.base for i in example.cell),
        letters=example.letters, base=example.base, most=MOST_SHOWN,
    )  # fmt: skip
    left, right, claimed = (
        np.asarray(a)[shown.index] for a in (example.left, example.right, example.claimed)
    )
    caption = f"Cell by cell{shown.where}: ✓ equal; ✗ this side, and below it the left-hand side"
    return cells(right, left, claimed, caption=caption, rows=shown.rows, columns=shown.columns)
