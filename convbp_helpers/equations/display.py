"""How a verdict on an equation is shown: the equation, typeset, and below it what was found."""

from __future__ import annotations

import re
from html import escape

import numpy as np

from ..verdicts import box, cells
from ..words import sentence
from .reading import EquationError

__all__ = ["show", "show_error", "verdict_html"]

MOST_SHOWN = 12  #: rows and columns of a grid


def show(check):
    """Display the equation and the verdict. (Two outputs: every notebook program typesets LaTeX by itself.)"""
    from IPython.display import HTML, Latex, display

    display(Latex(typeset(check.latex)))
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


def typeset(latex: str) -> str:
    """The LaTeX as a display; without empty lines, at which typesetting would stop."""
    body = re.sub(r"(?<!\\)%.*", "", latex)
    body = "\n".join(line for line in body.strip().splitlines() if line.strip())
    return f"$$\n{body}\n$$"


def verdict_html(check) -> str:
    """The verdict as HTML."""
    first, *rest = check.sentences()
    lines = [sentence(line) for line in rest]
    kind = "wrong" if not check.holds else "open" if check.warnings else "right"
    failed = ""
    if not check.holds and len(check.steps) > 1:
        failed = f"<div>That side: <code>{escape(check.steps[check.failing - 1].latex)}</code></div>"
    return box(kind, sentence(first), lines, failed + _grid(check.counterexample))


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
    """The cells of the two axes that vary most, through the failing cell."""
    if example is None or example.left.ndim == 0:
        return ""
    at = tuple(i - example.base for i in example.cell)
    shown = list(range(example.left.ndim))[-2:] if example.left.ndim > 2 else list(range(example.left.ndim))
    window = tuple(
        slice(max(0, min(i - MOST_SHOWN // 2, n - MOST_SHOWN)), max(MOST_SHOWN, min(i + MOST_SHOWN // 2, n)))
        if axis in shown
        else i
        for axis, (i, n) in enumerate(zip(at, example.left.shape, strict=True))
    )
    left, right, claimed = (np.asarray(a)[window] for a in (example.left, example.right, example.claimed))
    letters = example.letters or ("row", "column", "", "")[2 - min(2, len(at)) :]
    fixed = [f"{letters[a]} = {at[a] + example.base}" for a in range(len(at)) if a not in shown]
    labels = [
        [f"{letters[axis]} = {window[axis].start + n + example.base}" for n in range(size)]
        for axis, size in zip(shown, left.shape, strict=True)
    ]
    at_cell = f" at {', '.join(fixed)}" if fixed else ""
    caption = f"Cell by cell{at_cell}: ✓ right; ✗ this side, and below it the left side"
    rows, columns = (labels[0], labels[1]) if left.ndim == 2 else (None, labels[0])
    return cells(right, left, claimed, caption=caption, rows=rows, columns=columns)
