"""Grids of numbers, by one drawer: arrays side by side, a matrix, rows that stand in line.

A grid is data first (`panel_of`); `draw_grid` draws its cells and the indices at its edges, `draw_cell` one cell.
One unit of a sheet is one cell.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import numpy as np

from ..words import by, counted, short
from .picture import COLOURS, INK, WIDEST, Picture, box, frame, headline, role_of, sheet, tint, write

SHORT_NAMES = {"delta": "δ", "grad_x": "∂J/∂x", "grad_w": "∂J/∂w", "grad_b": "∂J/∂b"}
SOFT, FAINT, PALE = "#555555", "#767676", "#9A9A9A"


@dataclass(frozen=True)
class Look:
    """In what the kinds of grids differ: lines in points, places in cells."""

    edge: str = "#777777"
    line: float = 0.7
    letters: float = 1.45  # how much of a cell's width the longest number takes
    places: tuple = (0.52, 0.36, 0.79)  # of a number alone, of a number with a text below, of that text
    back: float = 0.8  # the white around a number that stands on a hatch
    indices: tuple = (SOFT, 8, 5, 0.14)  # colour, most and least points, distance from the left edge
    dots: bool = False  # zeros as faint dots


GRID = Look()
MATRIX = Look("#BBBBBB", 0.6, 1.2, indices=("#444444", 9, 0, 0.15), dots=True)
ROW = Look(places=(0.52, 0.38, 0.78), back=0.4)


# ------------------------------------------------------------------------------------------------- a grid as data
def as_grid(name, array):
    """The array as floats of one or two axes; axes of length 1 in front are dropped."""
    array = np.asarray(array)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must be an array of real numbers; got {array.dtype}")
    array = array.astype(float)
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    if array.ndim not in (1, 2) or not array.size:
        raise ValueError(
            f"{name} must have one or two axes to be drawn, and at least one cell; got shape {array.shape}"
        )
    return array


def panel_of(
    name, array, highlight=(), *, title=None, marks=None, hatched=(), role=None, rows=None, columns=None
):
    """One grid as data. highlight: cells, or cell -> colour; marks: cell -> small text under the number.

    A panel may also have `texts` (cell -> what stands there instead of the number), `outlines` (row, column, rows,
    columns) and `strong` (the cells in bold, by default those highlighted).
    """
    grid, role = as_grid(name, array), role or role_of(name)
    if role not in COLOURS:
        raise ValueError(f"no array has the role {role!r}; use input, weight, output or gradient")
    shown = SHORT_NAMES.get(name, name)
    colours = (
        dict(highlight)
        if isinstance(highlight, dict)
        else dict.fromkeys(map(tuple, np.atleast_2d(_listed(highlight, grid))))
    )
    return dict(
        title=title or f"{shown} ({by(grid.shape)})",
        array=grid,
        role=role,
        highlight={_cell(cell, grid): colour for cell, colour in colours.items()},
        marks={_cell(cell, grid): mark for cell, mark in (marks or {}).items()},
        hatched=[_cell(cell, grid) for cell in hatched],
        rows=rows,
        columns=columns,
    )


def _cell(cell, grid):
    """A highlighted cell as (row, column)."""
    cell = tuple(cell) if isinstance(cell, (tuple, list, np.ndarray)) else (cell,)
    rows_columns = (0, *cell) if grid.ndim == 1 and len(cell) == 1 else tuple(cell)[-2:]
    shape = np.atleast_2d(grid).shape
    if len(rows_columns) != 2 or not all(0 <= i < n for i, n in zip(rows_columns, shape, strict=True)):
        raise ValueError(f"there is no cell {cell} to highlight in an array of shape {grid.shape}")
    return tuple(int(i) for i in rows_columns)


def _listed(cells, grid):
    cells = list(cells) if isinstance(cells, (list, tuple, set, np.ndarray)) else [cells]
    if cells and grid.ndim == 2 and all(isinstance(c, (int, np.integer)) for c in cells):
        cells = [tuple(cells)]  # one cell, given bare
    return [_cell(c, grid) for c in cells] or np.zeros((0, 2), int)


def say(array):
    """The numbers of an array in words, for alt text."""
    if array.size > 120:
        return f"from {short(array.min())} to {short(array.max())}"
    return "; ".join(" ".join(short(v) for v in row) for row in np.atleast_2d(array))


def describe(panels):
    """The alt text of panels: their titles, numbers and outlined cells."""
    parts = []
    for p in panels:
        text = f"{p['title']}: {say(p['array'])}."
        if p["highlight"]:
            cells = ", ".join(
                f"[{c[1]}]" if p["array"].ndim == 1 else f"[{c[0]},{c[1]}]" for c in sorted(p["highlight"])
            )
            text += f" Outlined: {cells}."
        parts.append(text)
    return f"{counted(len(panels), 'grid')} of numbers. " + " ".join(parts)


# ---------------------------------------------------------------------------------------------------- the drawer
def draw_cell(
    axes, x, y, text, size, below="", small=5, *, look, hatched=False, ink=INK, soft=INK, weight="normal", **face
):  # fmt: skip
    """One cell: a number of `size` points and, if need be, a text of `small` points below it.

    face : the looks of its square.
    """
    alone, above, under = look.places
    back = lambda pad: dict(facecolor="white", edgecolor="none", pad=pad) if hatched else None  # noqa: E731
    box(axes, x, y, hatch="////" if hatched else None, **face)
    if text:
        place = above if below else alone
        write(axes, x + 0.5, y + place, text, size, color=ink, weight=weight, bbox=back(look.back))
    if below:
        write(axes, x + 0.5, y + under, below, small, color=soft, bbox=back(0.4))


def draw_grid(axes, panel, left, top, room, longest, look=GRID):
    """The cells of a panel and the indices at its edges; a cell is `room` points wide, the longest number so long."""
    grid, lit, texts = np.atleast_2d(panel["array"]), panel["highlight"], panel.get("texts")
    finite = np.abs(grid[np.isfinite(grid)])
    limit = finite.max() if finite.size else 0
    size = number_size(room, max(map(len, _texts(panel)), default=longest), look)
    _draw_indices(axes, panel, left, top, room, look)
    for (i, j), value in np.ndenumerate(grid):
        x, y, hatched, text = left + j, top + i, (i, j) in panel["hatched"], short(value)
        if texts is not None:
            text = texts.get((i, j), "") if size >= 5 else ""
        elif look.dots and value == 0:
            text = ""
            write(axes, x + 0.5, y + 0.5, "·", size, color=FAINT)
        fill = "white" if hatched and (i, j) not in lit else tint(value, limit, panel["role"])
        draw_cell(
            axes, x, y, text, size, panel["marks"].get((i, j)), max(size * 0.68, 5), look=look, hatched=hatched,
            weight="bold" if (i, j) in panel.get("strong", lit) else "normal",
            facecolor=lit.get((i, j)) or fill, edgecolor=PALE if hatched else look.edge, linewidth=look.line,
        )  # fmt: skip


def _draw_indices(axes, panel, left, top, room, look):
    colour, most, least, gap = look.indices
    small = max(min(most, room * 0.3), least)
    rows, columns = np.atleast_2d(panel["array"]).shape
    for j, text in enumerate(panel["columns"] or range(columns)):
        write(axes, left + j + 0.5, top - 0.12, text, small, color=colour, va="bottom")
    for i, text in enumerate((panel["rows"] or range(rows)) if panel["array"].ndim == 2 else ()):
        write(axes, left - gap, top + i + 0.5, text, small, color=colour, ha="right")


def number_size(room, longest, look=GRID):
    """Points of the numbers in cells that are `room` points wide, the longest of so many characters."""
    return min(11, room * 0.42, look.letters * room / max(longest, 2))


def _texts(panel):
    """What stands in the cells of a panel instead of its numbers."""
    return panel.get("texts", {}).values()


def draw_panels(panels, footer=""):
    """Grids side by side in one figure, wrapped into rows where the page ends."""
    longest = max((len(short(v)) for p in panels for v in p["array"].flat), default=1)
    unit = 0.42 if max(p["array"].size for p in panels) <= 150 else 0.34  # inches
    unit = max(unit, 0.085 * longest + 0.1, *(0.072 * len(t) for p in panels for t in _texts(p)))
    size = lambda p: np.atleast_2d(p["array"]).shape  # noqa: E731
    wide = lambda p: max(size(p)[1] + 1.2, len(p["title"]) * 0.1 / unit + 0.6)  # noqa: E731
    if max(map(wide, panels)) * unit > WIDEST:
        unit = WIDEST / max(size(p)[1] + 1.2 for p in panels)
    rows, here = [[]], 0.0
    for panel in panels:
        if here and (here + wide(panel)) * unit > WIDEST:
            rows, here = [*rows, []], 0.0
        rows[-1].append(panel)
        here += wide(panel)
    lines = _wrapped(footer, int(WIDEST / 0.085)) if footer else []
    line = 0.2 / unit
    top = 0.42 / unit  # a title and the column labels
    heights = [max(size(p)[0] for p in row) + top + 0.75 for row in rows]
    width = max(sum(map(wide, row)) for row in rows) + 0.2
    if lines:
        width = max(width, max(map(len, lines)) * 0.082 / unit + 0.6)
    axes = sheet(width, sum(heights) + 0.2 + len(lines) * line, unit)
    y = 0.2
    for row, tall in zip(rows, heights, strict=True):
        x = 0.9
        for panel in row:
            _draw_panel(axes, panel, x, y + top + 0.5, unit * 72, longest)
            x += wide(panel)
        y += tall
    for row, text in enumerate(lines):
        write(axes, 0.4, y + (row + 0.4) * line, text, 10, ha="left")
    return axes.figure


def _draw_panel(axes, panel, left, top, room, longest):
    """A grid with its title, its outlined cells and its edge in the colour of its role."""
    headline(axes, left, top - 0.62, panel["title"])
    draw_grid(axes, panel, left, top, room, longest)
    for i, j in panel["highlight"]:
        frame(axes, left + j, top + i, 1, 1, INK, 2, zorder=3)
    for i, j, rows, columns in panel.get("outlines", ()):
        frame(axes, left + j, top + i, columns, rows, INK, 2.4, zorder=3)
    rows, columns = np.atleast_2d(panel["array"]).shape
    frame(axes, left, top, columns, rows, COLOURS[panel["role"]], 1.8, zorder=2)


def _wrapped(text, width):
    return [line for paragraph in text.split("\n") for line in textwrap.wrap(paragraph, width)]


def picture_of(panels, alt, caption, footer="") -> Picture:
    """The panels as a picture, with lines of text below them."""
    return Picture(lambda: draw_panels(panels, footer), alt, caption, panels)


# ------------------------------------------------------------------------------------------------------ the pictures
def arrays(*, caption="", alt=None, highlight=None, **named) -> Picture:
    """Named 1-D or 2-D arrays side by side, with the number in each cell, name and shape above, indices at the edges.

    Parameters
    ----------
    **named : array (n,) or (rows, columns)
        Axes of length 1 in front are dropped. The colour follows the name: x input, w weight, z output, delta and
        grad gradient; it is white at 0 and strongest at the largest absolute value, negative numbers in grey.
    highlight : dict
        Array name -> list of cells, drawn with a thick outline and in bold.
    caption, alt : str
        alt defaults to a full description.
    """
    if not named:
        raise ValueError("name at least one array: arrays(x=x)")
    highlight = {{"δ": "delta"}.get(name, name): cells for name, cells in (highlight or {}).items()}
    for name in highlight:
        if name not in named:
            raise ValueError(f"highlight names {name!r}, but the arrays are {', '.join(named)}")
    panels = [panel_of(name, array, highlight.get(name, ())) for name, array in named.items()]
    return picture_of(panels, alt or describe(panels), caption)


def matrix(
    M, row_labels=None, col_labels=None, *, highlight_column=None, highlight_row=None,
    title="", role="weight", caption="", alt=None,
) -> Picture:  # fmt: skip
    """A small matrix with printed entries, zeros as faint dots, one column or row outlined.

    Parameters
    ----------
    M : array (rows, columns)
    row_labels, col_labels : list of str, optional
    highlight_column, highlight_row : int, optional
    """
    M = np.asarray(M, dtype=float)
    if M.ndim != 2 or not M.size:
        raise ValueError(f"a matrix has two axes and at least one entry; got shape {M.shape}")
    rows, columns = M.shape
    row_labels = [str(i) for i in range(rows)] if row_labels is None else [str(t) for t in row_labels]
    col_labels = [str(j) for j in range(columns)] if col_labels is None else [str(t) for t in col_labels]
    if (len(row_labels), len(col_labels)) != M.shape:
        raise ValueError(
            f"the matrix {M.shape} needs {rows} row labels and {columns} column labels; "
            f"got {len(row_labels)} and {len(col_labels)}"
        )
    said = []
    for word, chosen, names, lines in (
        ("column", highlight_column, col_labels, M.T),
        ("row", highlight_row, row_labels, M),
    ):
        if chosen is not None and not 0 <= chosen < len(names):
            raise ValueError(f"there is no {word} {chosen} in a matrix of {counted(len(names), word)}")
        if chosen is not None:
            said.append(
                f"{word.capitalize()} {names[chosen]} is outlined: {' '.join(map(short, lines[chosen]))}."
            )
    grid = panel_of("w", M, role=role, rows=row_labels, columns=col_labels)
    grid["strong"] = [c for c in np.ndindex(M.shape) if c[0] == highlight_row or c[1] == highlight_column]
    panel = dict(
        title=title,
        array=M,
        rows=row_labels,
        columns=col_labels,
        highlight={"column": highlight_column, "row": highlight_row},
    )
    alt = alt or (
        f"{title or 'A matrix'} of {rows} rows and {columns} columns. "
        + " ".join(f"Row {name}: {' '.join(short(v) for v in row)}." for name, row in zip(row_labels, M, strict=True))
        + " " + " ".join(said)
    ).strip()  # fmt: skip
    return Picture(lambda: _draw_matrix(grid, title, highlight_column, highlight_row), alt, caption, [panel])


def _draw_matrix(grid, title, column, row):
    (rows, columns), longest = grid["array"].shape, max(len(short(v)) for v in grid["array"].flat)
    unit = max(0.42, 0.085 * longest + 0.1, 0.085 * max(map(len, grid["columns"])) + 0.08)
    unit = min(unit, WIDEST / (columns + 2))
    left = 0.3 + max(map(len, grid["rows"])) * 0.085 / unit
    top = 0.3 + (0.5 / unit if title else 0.28 / unit)
    axes = sheet(max(left + columns + 0.4, len(title) * 0.1 / unit + left), top + rows + 0.4, unit)
    if title:
        headline(axes, left, top - 0.3 / unit, title)
    draw_grid(axes, grid, left, top, unit * 72, longest, MATRIX)
    frame(axes, left, top, columns, rows, INK, 1.2)
    if column is not None:
        frame(axes, left + column, top, 1, rows, COLOURS["gradient"], 3)
    if row is not None:
        frame(axes, left, top + row, columns, 1, COLOURS["output"], 3)
    return axes.figure


def rows_in_line(rows, alt, caption) -> Picture:
    """Rows of cells below each other, all on the same columns.

    rows: dicts of title, role, cells and, if need be, outline (first column, number of cells, words). A cell is a dict
    of column (a half is fine), text, and, if need be, index, sub (a word below the number), fill, style ("pad",
    "unlinked") and strong.
    """
    return Picture(lambda: _draw_rows(rows), alt, caption, rows)


def _draw_rows(rows):
    columns = max(cell["column"] + 1 for row in rows for cell in row["cells"])
    columns = max(columns, max(len(row["title"]) for row in rows) * 0.085 / 0.42)
    unit = min(0.42, WIDEST / (columns + 1))
    line = 0.2 / unit
    heights = [1 + (2.4 if row["title"] else 1.4) * line + 1.1 * line * ("outline" in row) for row in rows]
    axes, top = sheet(columns + 1, sum(heights) + 0.3, unit), 0.2
    for row, tall in zip(rows, heights, strict=True):
        headline(axes, 0.5, top + 0.9 * line, row["title"])
        y = top + tall - 1 - 0.3 * line
        for cell in row["cells"]:
            _draw_cell_in_line(axes, cell, COLOURS[row["role"]], y, unit * 72)
            index = cell.get("index", "")
            write(
                axes,
                cell["column"] + 1,
                y - 0.28 * line - 0.1,
                index,
                max(5, min(8, 0.3 * unit * 72)),
                color=SOFT,
            )
        if "outline" in row:
            first, count, words = row["outline"]
            frame(axes, first + 0.5, y, count, 1, INK, 3, zorder=4)
            headline(axes, first + 0.5, y - 1.1 * line, words)
        top += tall
    return axes.figure


def _draw_cell_in_line(axes, cell, edge, y, room):
    text, style, strong = cell["text"], cell.get("style"), cell.get("strong")
    draw_cell(
        axes, cell["column"] + 0.5, y, text, number_size(room, len(text)),
        cell.get("sub"), max(5, min(7.5, 0.26 * room)),
        look=ROW, hatched=style == "unlinked", ink=SOFT if style == "pad" else INK, soft=SOFT,
        facecolor=cell.get("fill", "white"), edgecolor=INK if strong else PALE if style else edge,
        linewidth=2.4 if strong else 1, linestyle=":" if style == "pad" and not strong else "-",
        zorder=2 if strong else 1,
    )  # fmt: skip
