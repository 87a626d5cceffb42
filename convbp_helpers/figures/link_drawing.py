"""The links of a chosen cell drawn from cell to cell.

A link is two straight lines, from its cell of x through its cell of w to its cell of z, in the colour of its tap. They
lie over the unlit cells and under the lit ones.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from .drawing import HATCHED, LINE, Drawing, fitted, number, square, wide
from .grids import Lattice, tints
from .linked_maps import DASHES, LinkedMaps, row_column, tap_colour
from .map_layout import CAPTION, INDEX
from .picture import COLOURS, INK, Image

CASING = "#767676"  # 3:1 on both backgrounds, which no colour of a tap has
MANY_LINKS = 48  # more of them have thin lines, and dashes only at the edges of their cells


def draw_links(maps: LinkedMaps) -> Image:
    """All maps, and the lines between them."""
    drawing, at = Drawing(), _lattices(maps)
    for panel in maps.panels:
        _draw_unlit(drawing, maps, panel, at[panel["name"], panel["lead"]])
    _draw_lines(drawing, maps, at)
    for panel in maps.panels:
        _write_unlit(drawing, maps, panel, at[panel["name"], panel["lead"]])
    for name, (x, y) in zip("xwz", maps.layout.places, strict=True):
        drawing.title(x, y + 8, maps.shown[name][1], *maps.title(name))
    for panel in maps.panels:
        _draw_words(drawing, maps, panel, at[panel["name"], panel["lead"]])
    for panel in maps.panels:
        _draw_lit(drawing, maps, panel, at[panel["name"], panel["lead"]])
    return drawing.image(maps.layout.width + 2, maps.layout.height + 2)


def _lattices(maps):
    """(name, lead) -> where the cells of a map stand."""
    lattices = {}
    for name, block, (x, y) in zip("xwz", maps.layout.blocks, maps.layout.places, strict=True):
        for unit, leads in enumerate(maps.units[name]):
            for n, lead in enumerate(leads):
                dx, dy = block.place(unit, n)
                place = x + dx + block.left, y + dy + block.top
                lattices[name, lead] = Lattice(*place, block.broad, block.high)
    return lattices


def _draw_unlit(drawing, maps, panel, at):
    grid, array = np.atleast_2d(panel["array"]), maps.block(panel["name"]).array
    (above, below), (before, after) = array.pads
    padding = (
        square(x - at.broad / 2 + 1.5, y - at.high / 2 + 1.5, at.broad - 3, at.high - 3)
        for i in range(-above, array.rows + below)
        for j in range(-before, array.columns + after)
        if not (0 <= i < array.rows and 0 <= j < array.columns)
        for x, y in [at.middle(i, j)]
    )
    drawing.shape("".join(padding), fill="none", stroke=LINE, stroke_dasharray="2 3")
    silent = maps.silent(panel)
    for (colour, share), cells in tints(grid, panel["role"]).items() if silent else ():
        drawing.shape(at.path(c for c in cells if c in silent), fill=colour, fill_opacity=share)
    drawing.shape(at.path(panel["hatched"]), fill=HATCHED)
    edge = LINE if panel["role"] == "unlinked" else COLOURS[panel["role"]]
    drawing.shape(at.lines(array.rows, array.columns), fill="none", stroke=edge)


def _write_unlit(drawing, maps, panel, at):
    """The numbers of unlit cells, readable over lines."""
    for cell in panel["texts"]:
        if cell not in panel["highlight"]:
            _write_cell(drawing, maps, panel, at, cell)


def _write_cell(drawing, maps, panel, at, cell, kind=None, weight=None):
    """The number of a cell, and the small one below it."""
    text, below = panel["texts"].get(cell, ""), panel["marks"].get(cell)
    size = maps.block(panel["name"]).size
    soft = not weight and (maps.values[panel["name"]] is None or panel["role"] == "unlinked")
    if text and wide(text, size) <= at.broad - 3:
        looks = dict(kind=kind or ("i" if soft else "h"), font_weight=weight)
        size = fitted(text, at.broad - 4, size) if weight else size
        drawing.write(*at.middle(*cell, 0.38 if below else 0.5), text, size - bool(below), **looks)
        if below:
            small = fitted(below, at.broad - 3, 9.5)
            drawing.write(*at.middle(*cell, 0.8), below, small, kind=kind or "i")


def _draw_lines(drawing, maps, at):
    """Those of one look together: a grey casing, on it the colour, in the dashes of the filter if they are not many."""
    many = len(maps.links) > MANY_LINKS
    lines, (casing, core) = defaultdict(str), (2, 1.2) if many else (3.5, 2)
    for out, weight, inp in maps.links:
        ends = [("x", inp[:1], inp[1:]), ("w", weight[:2], weight[2:]), ("z", out[:1], out[1:])]
        if all((name, lead) in at for name, lead, _ in ends):
            points = (at[name, lead].middle(*row_column(cell)) for name, lead, cell in ends)
            (x0, y0), *others = ((number(x), number(y)) for x, y in points)
            dash = None if many else DASHES[out[0] % len(DASHES)][0]
            lines[dash, tap_colour(maps.layer, weight[2:])] += (
                f"M{x0} {y0}L{' '.join(f'{x} {y}' for x, y in others)}"
            )
    for (dash, colour), path in lines.items():
        for stroke, width in ((CASING, casing), (colour, core)):
            drawing.shape(path, fill="none", stroke=stroke, stroke_width=width, stroke_dasharray=dash)


def _draw_words(drawing, maps, panel, at):
    """The caption of a map and the indices at its edges, readable over lines."""
    array = maps.block(panel["name"]).array
    left, top = at.left - array.pads[1][0] * at.broad, at.top - array.pads[0][0] * at.high
    caption = maps.caption(panel["name"], panel["lead"])
    if caption:
        x = left - 16 if array.sides else left
        drawing.write(x, top - INDEX * array.heads - CAPTION / 2, caption, 11, kind="h", text_anchor="start")
    step = 1 if at.high >= 16 else 2
    if array.heads:
        for j in range(0, array.columns, step):
            x, _ = at.middle(0, j)
            drawing.write(x, top - 6.5, str(j), 10, kind="i")
    if array.sides:
        for i in range(0, array.rows, step):
            _, y = at.middle(i, 0)
            drawing.write(left - 4.5, y, str(i), 10, kind="i", text_anchor="end")


def _draw_lit(drawing, maps, panel, at):
    """The lit cells in the colours of their taps, the chosen one on top."""
    name, lead, lit = panel["name"], panel["lead"], panel["highlight"]
    here = maps.selected is not None and maps.selected[: 1 + len(lead)] == (name, *lead)
    own = row_column(maps.selected[1 + len(lead) :]) if here else None
    dash = None if name == "x" else DASHES[lead[0] % len(DASHES)][0]
    by_colour = defaultdict(list)
    for cell, colour in lit.items():
        if cell != own:
            by_colour[colour].append(cell)
    for colour, cells in by_colour.items():
        drawing.shape(at.path(cells), fill=colour, stroke=INK, stroke_width=1.5, stroke_dasharray=dash)
    for cell in lit:
        if cell != own:
            _write_cell(drawing, maps, panel, at, cell, kind="k", weight=600)
    if own is None:
        return
    square_, colour = at.path([own]), lit[own]
    hatched = own in panel["hatched"]
    drawing.shape(square_, kind="b")
    drawing.shape(square_, fill=colour or (HATCHED if hatched else "none"))
    drawing.shape(square_, kind="o", stroke_width=3)
    _write_cell(drawing, maps, panel, at, own, kind="k" if colour else None, weight=700)
