"""Grids of numbers, by one drawer: arrays side by side, a matrix.

A grid is data first (`panel_of`); `draw_panel` draws its cells, its title and the indices at its edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..words import by, counted, short
from .drawing import HATCHED, LINE, Drawing, fitted, number, square, title_width, wide
from .picture import COLOURS, COLUMN, INK, LETTERS, WIDEST, Image, Picture, role_of

SHORT_NAMES = {
    "delta": "δ", "delta_hat": "δ\u0302", "w_tilde": "w\u0303",
    "grad_x": "∂J/∂x", "grad_w": "∂J/∂w", "grad_b": "∂J/∂b",
}  # fmt: skip
#: What an array is, where its name says that it is the one of the series.
WORDS = {
    "x": "input", "w": "weights", "z": "output", "delta": "given from above",
    "delta_hat": "zeros put in", "w_tilde": "turned", **dict.fromkeys(("grad_x", "grad_w", "grad_b"), "gradient"),
}  # fmt: skip
GAP = 18  # px to the right of an image that another one follows


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

    A panel may also have `texts` (cell -> what stands there instead of the number), `outlines` ((row, column, rows,
    columns), colour or None), `strong` (the cells in bold, by default those highlighted), `plain` (without tint, zeros
    as dots) and `below` (on a new line).
    """
    grid, role = as_grid(name, array), role or role_of(name)
    if role not in (*LETTERS, "unlinked"):
        raise ValueError(f"no array has the role {role!r}; use input, weight, output or gradient")
    shown = "" if title else SHORT_NAMES.get(name, name)
    rest = title or f" {', '.join(filter(None, (WORDS.get(name), by(grid.shape))))}"
    colours = (
        dict(highlight)
        if isinstance(highlight, dict)
        else dict.fromkeys(map(tuple, np.atleast_2d(_listed(highlight, grid))))
    )
    return dict(
        title=f"{shown}{rest}",
        name=shown,
        rest=rest,
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


def described(panel):
    """A panel in words, for alt text: its title, numbers and outlined cells."""
    text = f"{panel['title']}: {say(panel['array'])}."
    if panel["highlight"]:
        cells = ", ".join(
            f"[{c[1]}]" if panel["array"].ndim == 1 else f"[{c[0]},{c[1]}]"
            for c in sorted(panel["highlight"])
        )
        text += f" Outlined: {cells}."
    return text


def describe(panels):
    """The alt text of each panel; the first begins with their number."""
    first, *rest = map(described, panels)
    return [f"{counted(len(panels), 'grid')} of numbers. {first}", *rest]


# ---------------------------------------------------------------------------------------------------- the drawer
def draw_panels(panels) -> list[Image]:
    """An image of each panel; cells are equally high, and as wide as the numbers need."""
    columns = max(np.atleast_2d(panel["array"]).shape[1] for panel in panels)
    high = min(34, max(22, (COLUMN - 20) // columns))
    if any(panel["marks"] for panel in panels):
        high = max(high, 34)
    return [draw_panel(panel, high, last=panel is panels[-1]) for panel in panels]


def draw_panel(panel, high, last=True) -> Image:
    """A grid with its title, indices, outlined cells, and room to its right if it is not the last."""
    drawing, (rows, columns) = Drawing(), np.atleast_2d(panel["array"]).shape
    texts = _texts(panel)
    size = 14 if high >= 30 else 12 if high >= 25 else 11
    needed = max((wide(text, size, bold=True) for text in texts.values()), default=0) + 10
    if needed * columns > COLUMN - 20 and size > 11:
        size, needed = 11, (needed - 10) * 11 / size + 10
    if needed * columns > WIDEST:
        size, needed = 8.5, (needed - 10) * 8.5 / size + 5
    heads = [str(t) for t in panel["columns"] or range(columns)]
    sides = [str(t) for t in panel["rows"] or range(rows)] if panel["array"].ndim == 2 else []
    broad = max(
        high,
        needed,
        *(wide(m, 9.5) + 6 for m in panel["marks"].values()),
        *(wide(t, 10) + 6 for t in heads),
    )
    left = max((wide(t, 10) for t in sides), default=0) + (6 if sides else 1.5)
    top = 20 if panel["title"] else 0
    if panel["title"]:
        drawing.title(0, 8, panel["role"], panel["name"], panel["rest"])
    for j, text in enumerate(heads):
        drawing.write(left + (j + 0.5) * broad, top + 7, text, 10, kind="s")
    top += 15
    for i, text in enumerate(sides):
        drawing.write(left - 5, top + (i + 0.5) * high, text, 10, kind="s", text_anchor="end")
    draw_cells(drawing, panel, texts, Lattice(left, top, broad, high), size)
    width = max(
        left + columns * broad + 2, title_width(panel["name"], panel["rest"]) if panel["title"] else 0
    )
    return drawing.image(width + (0 if last else GAP), top + rows * high + 2, panel.get("below", False))


def _texts(panel):
    """Cell -> what stands in it."""
    grid, given = np.atleast_2d(panel["array"]), panel.get("texts")
    if given is not None:
        return given
    zero = "·" if panel.get("plain") else "0"
    return {cell: short(value) if value or np.isnan(value) else zero for cell, value in np.ndenumerate(grid)}


def tints(grid, role):
    """(colour, share) -> the cells of that fill: the colour of the role, strongest at the largest number."""
    finite, fills = np.abs(grid[np.isfinite(grid)]), {}
    for cell, value in np.ndenumerate(grid):
        if value and np.isfinite(value):
            colour = COLOURS["negative" if value < 0 or role == "unlinked" else role]
            fills.setdefault((colour, round(0.5 * abs(value) / finite.max(), 2)), []).append(cell)
    return fills


@dataclass(frozen=True)
class Lattice:
    """Where the cells of a grid stand: from (left, top) on, each so broad and so high."""

    left: float
    top: float
    broad: float
    high: float

    def path(self, cells) -> str:
        return "".join(self.block(i, j, 1, 1) for i, j in cells)

    def block(self, i, j, rows, columns) -> str:
        x, y = self.left + j * self.broad, self.top + i * self.high
        return square(x, y, columns * self.broad, rows * self.high)

    def middle(self, i, j, share=0.5) -> tuple:
        """The point in the middle of a cell, or another share of its height down."""
        return self.left + (j + 0.5) * self.broad, self.top + (i + share) * self.high

    def lines(self, rows, columns) -> str:
        """The edges of all cells."""
        wide_, tall = number(columns * self.broad), number(rows * self.high)
        across = (f"M{number(self.left)} {number(self.top + i * self.high)}h{wide_}" for i in range(rows + 1))
        down = (
            f"M{number(self.left + j * self.broad)} {number(self.top)}v{tall}" for j in range(columns + 1)
        )
        return "".join((*across, *down))


def draw_cells(drawing, panel, texts, at: Lattice, size):
    """The cells of a panel, and what stands in them."""
    grid, lit, hatched = np.atleast_2d(panel["array"]), panel["highlight"], set(panel["hatched"])
    plain, role = panel.get("plain"), panel["role"]
    for (colour, share), cells in () if plain else tints(grid, role).items():
        unlit = [cell for cell in cells if cell not in hatched and not lit.get(cell)]
        drawing.shape(at.path(unlit), fill=colour, fill_opacity=share)
    drawing.shape(at.path(sorted(hatched)), fill=HATCHED)
    edge = LINE if plain or role == "unlinked" else COLOURS[role]
    drawing.shape(at.lines(*grid.shape), fill="none", stroke=edge)
    for cell, colour in lit.items():
        if colour:
            drawing.shape(at.path([cell]), fill=colour, stroke=INK, stroke_width=1.5)
    drawing.shape(at.path(cell for cell in lit if not lit[cell]), kind="o", stroke_width=2.5)
    for block, colour in panel.get("outlines", ()):
        looks = dict(fill="none", stroke=colour) if colour else dict(kind="o")
        drawing.shape(at.block(*block), **looks, stroke_width=3 if colour or not plain else 1.5)
    strong = panel.get("strong", lit)
    for cell, text in sorted(texts.items(), key=lambda item: item[0] in strong):
        kind = "k" if lit.get(cell) else "h" if cell in hatched else "s" if text == "·" else None
        bold, below = 600 if cell in strong else None, panel["marks"].get(cell)
        drawing.write(
            *at.middle(*cell, 0.38 if below else 0.5),
            text,
            size - bool(below),
            kind=kind,
            font_weight=bold,
        )
        if below:
            small = fitted(below, at.broad - 4, 9.5)
            drawing.write(*at.middle(*cell, 0.8), below, small, kind="k" if lit.get(cell) else "s")


def picture_of(panels, alt, caption) -> Picture:
    """The panels as a picture."""
    return Picture(lambda: draw_panels(panels), alt, caption, panels)


# ------------------------------------------------------------------------------------------------------ the pictures
def arrays(*, caption="", alt=None, highlight=None, **named) -> Picture:
    """Named 1-D or 2-D arrays side by side, with the number in each cell, name and shape above, indices at the edges.

    Parameters
    ----------
    **named : array (n,) or (rows, columns)
        Axes of length 1 in front are dropped. The colour follows the name: x input, w weight, z output, delta and
        grad gradient; it is strongest at the largest absolute value, negative numbers are grey. `delta`, `delta_hat`
        (with zeros put in), `w_tilde` (turned), `grad_x`, `grad_w` and `grad_b` are written δ, δ̂, w̃, ∂J/∂x …
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
    panel = panel_of("w", M, role=role, rows=row_labels, columns=col_labels)
    outlines = [((0, highlight_column, rows, 1), COLOURS["gradient"])] * (highlight_column is not None)
    outlines += [((highlight_row, 0, 1, columns), COLOURS["output"])] * (highlight_row is not None)
    panel |= dict(
        title=title, name="", rest=title, plain=True, outlines=[((0, 0, rows, columns), None), *outlines],
        strong=[c for c in np.ndindex(M.shape) if c[0] == highlight_row or c[1] == highlight_column],
    )  # fmt: skip
    alt = alt or (
        f"{title or 'A matrix'} of {rows} rows and {columns} columns. "
        + " ".join(f"Row {name}: {' '.join(short(v) for v in row)}." for name, row in zip(row_labels, M, strict=True))
        + " " + " ".join(said)
    ).strip()  # fmt: skip
    return picture_of([panel], alt, caption)
