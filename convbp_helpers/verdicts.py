"""How a verdict looks in a notebook: a box with a mark, sentences, and a grid of right and wrong cells."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np

from .words import number

__all__ = ["Window", "box", "cells", "first_wrong", "window"]

#: mark, colour of the bar, and of the field behind: thin enough for the text of any theme
MARKS = {
    "right": ("✓", "#009E73", "rgba(0, 158, 115, 0.12)"),
    "wrong": ("✗", "#D55E00", "rgba(213, 94, 0, 0.10)"),
    "open": ("…", "#888888", "rgba(136, 136, 136, 0.10)"),
}
MOST_CELLS = 150


def box(kind: str, title: str, lines=(), extra: str = "") -> str:
    """HTML: a bar of colour on the left, the title with its mark, one line per sentence, and then `extra` (HTML)."""
    mark, edge, field = MARKS[kind]
    text = "".join(f"<div>{escape(line)}</div>" for line in lines)
    return (
        f'<div role="status" style="border-left: 5px solid {edge}; background-color: {field}; padding: 4px 12px; '
        f'margin: 2px 0; overflow-wrap: anywhere">'
        f"<b>{mark} {escape(title)}</b>{text}{extra}</div>"
    )


def cells(got, expected, judged=None, *, caption: str, rows=None, columns=None) -> str:
    """HTML: a table of one or two axes: a tick where a cell is right, both numbers where it is not.

    judged : bool array of cells that are compared at all; the others show a dash.
    rows, columns : labels.
    """
    got, expected = np.atleast_2d(got) + 0.0, np.atleast_2d(expected) + 0.0  # no negative zero
    judged = np.ones(got.shape, dtype=bool) if judged is None else np.atleast_2d(judged)
    if got.shape != expected.shape or got.ndim != 2 or got.size > MOST_CELLS:
        return ""
    wrong = _wrong(got, expected)
    edge = "border: 1px solid currentColor; padding: 2px 8px; text-align: center; "
    edge += "font-family: monospace; white-space: nowrap"
    head = 'style="padding: 2px 8px; text-align: center; font-weight: normal; white-space: nowrap"'
    lines = ""
    if columns is not None:
        corner = "<td></td>" if rows is not None else ""
        lines += f"<tr>{corner}{''.join(f'<th scope=col {head}>{escape(str(c))}</th>' for c in columns)}</tr>"
    for i in range(got.shape[0]):
        line = f"<th scope=row {head}>{escape(str(rows[i]))}</th>" if rows is not None else ""
        for j in range(got.shape[1]):
            if not judged[i, j]:
                line += f'<td style="{edge}; opacity: 0.75">–</td>'
            elif wrong[i, j]:
                both = f"✗ {number(got[i, j])}<br>not {number(expected[i, j])}"
                line += f'<td style="{edge}; font-weight: bold">{both}</td>'
            else:
                line += f'<td style="{edge}; opacity: 0.75">✓ {number(expected[i, j])}</td>'
        lines += f"<tr>{line}</tr>"
    label = escape(caption, quote=True)
    above = f'<div style="margin-top: 6px">{label}</div>'
    table = f'<table aria-label="{label}" style="margin: 2px 0 6px">{lines}</table>'
    # where it is too wide it scrolls, by keyboard too
    return (
        f'{above}<div role="region" aria-label="{label}" tabindex="0" style="overflow-x: auto">{table}</div>'
    )


def _wrong(got, expected):
    return ~np.isclose(got, expected, rtol=1e-9, atol=1e-9, equal_nan=True)


def first_wrong(got, expected) -> tuple[int, ...]:
    """The index of the first cell that is not right (of the first cell of all, if all are right)."""
    return tuple(int(i) for i in np.unravel_index(np.argmax(_wrong(got, expected)), np.shape(got)))


@dataclass(frozen=True)
class Window:
    """The part of an array that a grid shows: its last two axes, through one cell.

    index : what takes the part out of the array; an int where an axis stays at that cell, else a slice.
    labels : for each axis shown, a label for each of its cells.
    where : the place of the part in the array, for a caption; "" if it is the whole array.
    """

    index: tuple
    labels: list[list[str]]
    where: str

    @property
    def rows(self):
        return self.labels[0] if len(self.labels) == 2 else None

    @property
    def columns(self):
        return self.labels[-1] if self.labels else None


def window(shape, cell, *, letters=(), base=0, most=None) -> Window:
    """The part of an array of this shape that is shown to point at `cell`.

    letters : the names of the axes, if they have any.
    base : the number of the first cell of an axis, for the reader; `cell` is counted from 0.
    most : rows and columns that are shown of more.
    """
    index, labels, cut = list(cell), [], []
    axes = range(len(shape))[-2:]
    for axis, word in zip(axes, ("row", "column")[-len(axes) :], strict=False):
        size, shown = shape[axis], min(shape[axis], most or shape[axis])
        start = max(0, min(cell[axis] - shown // 2, size - shown))
        index[axis] = slice(start, start + shown)
        first, last, name = start + base, start + shown - 1 + base, letters[axis] if letters else word
        labels.append([f"{name} = {i}" for i in range(first, last + 1)])
        if shown < size:
            cut.append(f"{word}s {f'{name} = ' if letters else ''}{first} to {last} of {size}")
    where, fixed = "", [i + base for i in cell[:-2]]
    if fixed and letters:
        where = f" at {', '.join(f'{letter} = {i}' for letter, i in zip(letters, fixed, strict=False))}"
    elif fixed:
        where = f" in [{','.join(map(str, fixed))},…]"
    return Window(tuple(index), labels, where + (f" ({', '.join(cut)})" if cut else ""))
