"""The matrix explorer's still twin: the same entries, bands and cells, for paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import taps
from ..figures.drawing import LEAST, LINE, Drawing, fitted, title_width, wide
from ..figures.grids import Lattice, describe, draw_panels, panel_of
from ..figures.linked_maps import shown_in, tap_colour
from ..figures.picture import COLOURS, INK, WIDEST, Image, Picture
from ..selection import label
from ..words import by, counted, short
from .explorer_values import default_values
from .matrix_entries import cells_of, entry_links, entry_of, matrix_sentence, matrix_shape, whole_sentence

MOST_SIDE, LEAST_SIDE = 20, 5  # px: of an entry
MOST_HIGH = 520  # px: of a matrix, unless its entries were too small
MOST_SAID = 12  # weights in the alt text
SHARE = 0.3  # of its colour, of the band over a row or a column


def matrix_picture(layer, w, selected, transposed) -> Picture:
    """A or its transpose, with the row and the column of the selection, and the maps of x, w and z below it."""
    said = (
        whole_sentence(layer, transposed)
        if selected is None
        else matrix_sentence(layer, w, selected, transposed)
    )
    panels = _maps(layer, w, selected, transposed)
    sheet = Sheet(layer, transposed)
    return Picture(
        lambda: [_draw_matrix(sheet, w, selected), *draw_panels(panels)],
        [_described(layer, w, transposed, said), *describe(panels)],
        panels=panels, text=[said], notes=sheet.notes(w),
    )  # fmt: skip


def _described(layer, w, transposed, said):
    """The whole matrix in words."""
    counts = {}
    for _, weight, _ in entry_links(layer):
        counts[weight] = counts.get(weight, 0) + 1
    each = [
        f"{label(layer, 'w', weight)} = {short(w[weight])} in {counted(n, 'entry', 'entries')}"
        for weight, n in sorted(counts.items())
    ]
    more = [f"and {len(each) - MOST_SAID} more weights"] * (len(each) > MOST_SAID)
    whole = whole_sentence(layer, transposed)
    words = [f"A matrix as a grid: {whole}", f"{', '.join([*each[:MOST_SAID], *more])}." if each else ""]
    return " ".join(filter(None, [*words, "" if said == whole else said]))


# ---------------------------------------------------------------------------------------------------- the matrix
@dataclass(frozen=True)
class Sheet:
    """Where the entries of the matrix stand, in the order of A or of its transpose."""

    layer: object
    transposed: bool

    @property
    def names(self):
        """The arrays whose cells are the rows and the columns."""
        return ("x", "z") if self.transposed else ("z", "x")

    @property
    def shape(self):
        rows, columns = matrix_shape(self.layer)
        return (columns, rows) if self.transposed else (rows, columns)

    def place(self, row, column):
        """An entry of A as (row, column) of what is drawn."""
        return (column, row) if self.transposed else (row, column)

    def blocks(self, name):
        """(cells of a row of the array, cells of a map of it)."""
        shape = self.layer.x_shape[1:] if name == "x" else self.layer.out_shape[1:]
        return shape[-1], int(np.prod(shape[1:]))

    def captions(self, name):
        """What stands beside each row of the array: x[2,·]."""
        shape = self.layer.x_shape[1:] if name == "x" else self.layer.out_shape[1:]
        return [label(self.layer, name, (*map(int, lead), "·")) for lead in np.ndindex(*shape[:-1])]

    @property
    def lattice(self) -> Lattice:
        rows, columns = self.shape
        left = max(wide(text, 10) for text in self.captions(self.names[0])) + 6
        side = min(MOST_SIDE, (WIDEST - left - 2) / columns, max(MOST_HIGH / rows, LEAST_SIDE))
        return Lattice(left, 36, side, side)

    def font(self, w):
        """The size of the numbers of the entries; 0 where they have no room."""
        side, longest = self.lattice.broad, max(wide(short(value), 1) for value in w.flat)
        size = min(11, 0.62 * side, (side - 2) / longest)
        return size if size >= LEAST else 0

    def notes(self, w):
        return (
            "" if self.font(w) else "the entries have the colours of their taps; there is no room for numbers"
        )


def _draw_matrix(sheet, w, selected) -> Image:
    drawing, at, (rows, columns) = Drawing(), sheet.lattice, sheet.shape
    (down, across), name = sheet.names, "Aᵀ" if sheet.transposed else "A"
    rest = f" {by(sheet.shape)}, a row for each {down}, a column for each {across}"
    drawing.title(0, 8, "weight", name, rest)
    _draw_bands(drawing, sheet, at, selected)
    _draw_entries(drawing, sheet, at, w)
    _draw_blocks(drawing, sheet, at)
    outlined = at.path(sheet.place(*entry) for entry in _outlined(sheet.layer, selected))
    drawing.shape(outlined, fill="none", kind="o", stroke_width=3)
    drawing.shape(outlined, fill="none", stroke=INK, stroke_width=1.2)  # light on light were no outline
    width = max(at.left + columns * at.broad + 2, title_width(name, rest))
    return drawing.image(width, at.top + rows * at.high + 4)


def _outlined(layer, selected):
    """The entries that are outlined: the one that is selected, also a 0, or those of a weight, a row, a column."""
    if selected is None:
        return []
    return (
        [selected[1:]]
        if selected[0] == "A"
        else [entry_of(layer, link) for link in entry_links(layer, selected)]
    )


def _lines(layer, selected):
    """Array -> the number of its cell whose row or column is selected."""
    if selected is None or selected[0] == "w":
        return {}
    cells = cells_of(layer, *selected[1:]) if selected[0] == "A" else [selected]
    shapes = {"x": layer.x_shape[1:], "z": layer.out_shape[1:]}
    return {name: int(np.ravel_multi_index(index, shapes[name])) for name, *index in cells}


def _draw_bands(drawing, sheet, at, selected):
    """The row and the column of the selection, in the colours of their arrays."""
    rows, columns = sheet.shape
    for name, n in _lines(sheet.layer, selected).items():
        block = at.block(n, 0, 1, columns) if name == sheet.names[0] else at.block(0, n, rows, 1)
        colour = COLOURS["input" if name == "x" else "output"]
        drawing.shape(block, fill=colour, fill_opacity=SHARE, stroke=colour, stroke_width=1.5)


def _draw_entries(drawing, sheet, at, w):
    """The entries that have a link, in the colours of their taps, with their numbers where there is room."""
    places = {}
    for link in entry_links(sheet.layer):
        colour = tap_colour(sheet.layer, link[1][2:])
        places.setdefault(colour, []).append((sheet.place(*entry_of(sheet.layer, link)), link[1]))
    size = sheet.font(w)
    for colour, entries in places.items():
        drawing.shape(
            at.path(place for place, _ in entries),
            fill=colour,
            stroke=INK,
            stroke_width=min(0.8, at.broad / 15),
        )
    for place, weight in (entry for entries in places.values() for entry in entries if size):
        drawing.write(*at.middle(*place), short(w[weight]), size, kind="k")


def _draw_blocks(drawing, sheet, at):
    """Lines between the rows of the arrays, thick ones between their maps, and what each block is."""
    (rows, columns), (down, across) = sheet.shape, sheet.names
    for name, cells, beside in ((down, rows, True), (across, columns, False)):
        row, each = sheet.blocks(name)
        line = lambda n, beside=beside: at.block(n, 0, 0, columns) if beside else at.block(0, n, rows, 0)  # noqa: E731
        drawing.shape("".join(map(line, range(row, cells, row))), fill="none", stroke=LINE, stroke_width=0.6)
        drawing.shape("".join(map(line, range(each, cells, each))), kind="o", stroke_width=1.5)
        for n, text in enumerate(sheet.captions(name)):
            middle, room = (n + 0.5) * row - 0.5, row * at.broad
            if beside and room >= 10:
                _, y = at.middle(middle, 0)
                drawing.write(at.left - 4, y, text, 10, kind="s", text_anchor="end")
            elif not beside and (size := fitted(text, room, 10)) >= LEAST:
                x, _ = at.middle(0, middle)
                drawing.write(x, at.top - 8, text, size, kind="s")
    drawing.shape(at.block(0, 0, rows, columns), kind="o", stroke_width=1.5)


# ------------------------------------------------------------------------------------------------------- the maps
def _maps(layer, w, selected, transposed):
    """The maps of x, w and z as panels, the cells of the selection lit."""
    shown = shown_in("grad_x" if transposed else "forward")
    values = _values(layer, w, transposed)
    lit = _lit(layer, selected)
    panels = []
    for name in "xwz":
        title, role, _ = shown[name]
        front = 2 if name == "w" else 1
        for lead in np.ndindex(*values[name].shape[:front]):
            own = (name, *map(int, lead))
            here = {cell[1 + front :]: colour for cell, colour in lit.items() if cell[: 1 + front] == own}
            grid = values[name][lead]
            caption = label(layer, title, (*own[1:], *["·"] * grid.ndim))
            several = int(np.prod(values[name].shape[:front])) > 1
            rest = f"{caption if several else title} {by(grid.shape)}"
            cells = {(0, *cell)[-2:]: colour for cell, colour in here.items()}
            panels.append(
                panel_of(name, grid, cells, title=rest, role=role)
                | dict(below=not any(own[1:]) and name == "x")
            )
    return panels


def _values(layer, w, transposed):
    """The numbers of the explorer: its x and A @ x, or its δ and Aᵀ @ δ."""
    x, delta = (
        default_values(name, shape[1:]) for name, shape in (("x", layer.x_shape), ("delta", layer.out_shape))
    )
    if transposed:
        return dict(x=taps.grad_input(delta[None], w, layer.x_shape, **layer.settings)[0], w=w, z=delta)
    return dict(x=x, w=w, z=taps.forward(x[None], w, None, **layer.settings)[0])


def _lit(layer, selected):
    """Cell -> the colour of its tap, None where it is outlined; of no selection every weight."""
    if selected is None:
        weights = np.ndindex(*layer.w_shape)
        return {("w", *map(int, weight)): tap_colour(layer, weight[2:]) for weight in weights}
    own = dict.fromkeys(cells_of(layer, *selected[1:]) if selected[0] == "A" else [selected])
    lit = {}
    for out, weight, inp in entry_links(layer, selected):
        for cell in (("x", *inp), ("w", *weight), ("z", *out)):
            lit.setdefault(cell, tap_colour(layer, weight[2:]))
    return (own | lit) if selected[0] in ("A", "w") else (lit | own)
