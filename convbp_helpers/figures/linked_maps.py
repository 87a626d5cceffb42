"""The maps of a layer with the links of a chosen cell, as data: which are drawn, and what stands in their cells."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ..selection import LINES, label, link_counts, links_of
from ..words import by, listed, plural, short
from .drawing import fitted, wide
from .map_layout import ROOM_FOR_TWO, Array, layout_of
from .picture import COLOURS

MOST_CELLS = 700  # of a layer whose maps are all drawn
MOST_INDICES = 120  # of the cells of a map without numbers; a larger one has them at its edges
MOST_MAPS = 4  # of x and of z in a larger one, besides the first
DASHES = tuple(zip((None, "7 3", "2 3", "9 3 2 3"), LINES, strict=True))  # by filter, with its words


def shown_in(view) -> dict:
    """Array -> (name, role, word) of what stands in its place in a view."""
    if view not in ("forward", "grad_x", "grad_w"):
        raise ValueError(f"view must be one of forward, grad_x, grad_w; got {view!r}")
    return {
        "x": ("∂J/∂x", "gradient", "gradient") if view == "grad_x" else ("x", "input", "input"),
        "w": ("∂J/∂w", "gradient", "gradient") if view == "grad_w" else ("w", "weight", "weights"),
        "z": ("z", "output", "output") if view == "forward" else ("δ", "gradient", "given from above"),
    }


def tap_colour(layer, k) -> str:
    """The colour of kernel tap k (a tuple) and of every link through it."""
    taps = COLOURS["taps"]
    return taps[int(np.ravel_multi_index(k, layer.kernel_grid)) % len(taps)]


def row_column(cell) -> tuple:
    """A cell of a map as (row, column)."""
    return cell if len(cell) == 2 else (0, *cell)


class LinkedMaps:
    """The maps as data (`panels`), where they stand (`layout`), and what is to be said below them (`notes`).

    Parameters
    ----------
    layer : Geometry
    selected : tuple or None
        With its full index, as in `selection`.
    values : dict
        "x" -> array (C, *input), "w" -> array (F, C/G, *kernel), "z" -> array (F, *out); of None indices are shown.
    view : "forward", "grad_x" or "grad_w"
    muted : filters without links
    show_counts : bool
        Write how many links each cell of x has.
    """

    def __init__(self, layer, selected, values, view="forward", *, muted=(), show_counts=False):
        self.layer, self.selected, self.values = layer, selected, values
        self.shown, self.muted = shown_in(view), muted
        self.links = links_of(layer, selected, muted)
        self.lit = {} if selected is None else {selected: None}
        for out, weight, inp in self.links:
            colour = tap_colour(layer, weight[2:])
            for cell in (("x", *inp), ("w", *weight), ("z", *out)):
                if cell != selected or cell[0] == "w":
                    self.lit[cell] = colour
        self._factors = {} if view == "grad_w" or values["w"] is None else self._find_factors()
        self.units = self._kept()
        two = len(layer.axes) == 2
        single = layer.channels == layer.filters == 1
        arrays = [self._array(name, single, two) for name in "xwz"]
        self.layout = layout_of(arrays, downward=single and not two, two_lines=show_counts)
        self._marks = self._find_marks(show_counts)
        self.panels = [
            self._panel(name, lead) for name in "xwz" for unit in self.units[name] for lead in unit
        ]
        self.notes = self._notes(show_counts)

    # ---------------------------------------------------------------------------------------------------- the data
    def _find_factors(self):
        """Cell of x or z -> the weight that its link has as factor."""
        w, factors = self.values["w"], {}
        for out, weight, inp in self.links:
            for cell in (("x", *inp), ("z", *out)):
                if cell != self.selected:
                    factors[cell] = f"×{short(w[weight])}"
        return factors

    def _kept(self):
        """Array -> units of maps that are drawn, each map by its first indices."""
        layer = self.layer
        channels, filters = list(range(layer.channels)), list(range(layer.filters))
        if sum(int(np.prod(self._shape(name))) for name in "xwz") > MOST_CELLS:
            channels, filters = self._first("x"), self._first("wz")
        kernels = [
            [(f, n) for n, c in enumerate(layer.channels_of_filter(f)) if c in channels] for f in filters
        ]
        return {
            "x": [[(c,)] for c in channels],
            "w": [row for row in kernels if row] or [[(filters[0], 0)]],
            "z": [[(f,)] for f in filters],
        }

    def _first(self, names):
        """Map 0 and the first ones with a lit cell, that of the chosen cell before all."""
        lit = dict.fromkeys(cell[1] for cell in self.lit if cell[0] in names)
        return sorted({0, *list(lit)[:MOST_MAPS]})

    def _shape(self, name):
        layer = self.layer
        return {"x": layer.x_shape[1:], "w": layer.w_shape, "z": layer.out_shape[1:]}[name]

    def _grid(self, name):
        return self._shape(name)[-len(self.layer.axes) :]

    def _several(self, name):
        return int(np.prod(self._shape(name)[: len(self.units[name][0][0])])) > 1

    def title(self, name):
        """The name of an array and the words beside it."""
        title, _, word = self.shown[name]
        shape = self._shape(name)
        return title, f" {word}, {by(shape if self._several(name) else self._grid(name))}"

    def caption(self, name, lead):
        """What stands over a map; nothing where its array has only this one."""
        if not self._several(name):
            return ""
        dots = ["·"] * len(self.layer.axes)
        return label(self.layer, self.shown[name][0], (*lead, *dots)) + ", muted" * self._is_muted(name, lead)

    def _is_muted(self, name, lead):
        return name != "x" and lead[0] in self.muted

    def _array(self, name, single, two):
        layer, units = self.layer, self.units[name]
        grid = self._grid(name)
        rows, columns = grid if two else (1, *grid)
        pads = [axis.padding if name == "x" else (0, 0) for axis in layer.axes]
        leads = [lead for unit in units for lead in unit]
        texts = (text for lead in leads for text in self._texts(name, lead).values())
        inside = self._has_indices_in_cells(name)
        return Array(
            title=self.title(name), units=len(units), maps=max(map(len, units)), rows=rows, columns=columns,
            pads=tuple(pads) if two else ((0, 0), *pads), longest=max(texts, key=lambda t: wide(t, 1), default="0"),
            caption=max((self.caption(name, lead) for lead in leads), key=len),
            sides=two and not inside, heads=not inside,
        )  # fmt: skip

    def _texts(self, name, lead):
        """Cell of a map -> its number, or its index where it has none and the map is small."""
        values, grid = self.values[name], self._grid(name)
        if values is None:
            cells = np.ndindex(*grid) if self._has_indices_in_cells(name) else ()
            return {row_column(cell): ",".join(map(str, cell)) for cell in cells}
        return {row_column(cell): short(value) for cell, value in np.ndenumerate(values[lead])}

    def _has_indices_in_cells(self, name):
        return self.values[name] is None and np.prod(self._grid(name)) <= MOST_INDICES

    def _unlinked(self, name):
        """Cells that no output reads, taps and outputs that read only padding: the same in every map."""
        column = {"z": 0, "w": 1, "x": 2}[name]
        linked = np.ones(self._grid(name), bool)
        for place, axis in enumerate(self.layer.axes):
            of_axis = np.isin(np.arange(linked.shape[place]), axis.links()[:, column])
            linked &= of_axis if place == linked.ndim - 1 else of_axis[:, None]
        return [row_column(tuple(cell)) for cell in np.argwhere(~linked).tolist()]

    def block(self, name):
        """The array's block of the layout."""
        return self.layout.blocks["xwz".index(name)]

    def _find_marks(self, show_counts):
        """(name, *index) -> the small text below a value: its factor or, in x, how many links it has."""
        marks = {}
        counts = {cell: str(n) for cell, n in np.ndenumerate(link_counts(self.layer))}
        self._counted = show_counts and self.block("x").high >= ROOM_FOR_TWO
        if self._counted:
            marks = {("x", *lead, *cell): n for [lead] in self.units["x"] for cell, n in counts.items()}
        for name in "xz":
            here = {cell: mark for cell, mark in self._factors.items() if cell[0] == name}
            block = self.block(name)
            room = min((fitted(mark, block.broad - 3, 9.5) for mark in here.values()), default=9.5)
            if block.high >= ROOM_FOR_TWO and room >= 7.5:
                marks |= here
        return marks

    def _panel(self, name, lead):
        title, role, _ = self.shown[name]
        values, front = self.values[name], 1 + len(lead)
        grid = np.zeros(self._grid(name)) if values is None else values[lead]
        own = (name, *lead)
        lit, marks = (
            {row_column(cell[front:]): v for cell, v in cells.items() if cell[:front] == own}
            for cells in (self.lit, self._marks)
        )
        caption = self.caption(name, lead)
        also = "; small: links" * (name == "x" and self._counted)
        return dict(
            title=f"{caption or title} ({by(grid.shape)}){also}", name=name, lead=lead, array=np.array(grid, float),
            role="unlinked" if self._is_muted(name, lead) else role, highlight=lit, marks=marks,
            hatched=self._unlinked(name), texts=self._texts(name, lead),
        )  # fmt: skip

    def _notes(self, show_counts):
        notes = []
        bare = [self.shown[name][0] for name in "xwz" if self.values[name] is None]
        if bare:
            notes.append(f"the cells{'' if len(bare) == 3 else f' of {listed(bare)}'} show their indices")
        if show_counts:
            to = " to one filter" if self.layer.filters > 1 else ""
            small = f"small: number of links{to}"
            notes.append(small if self._counted else "no room for the numbers of links in these cells")
        reasons = {"x": "read by no output", "w": "reads only padding", "z": "reads only padding"}
        hatched = dict.fromkeys(reasons[name] for name in "xwz" if self._unlinked(name))
        notes += [f"hatched: {' or '.join(hatched)}"] * bool(hatched)
        by_dash = defaultdict(list)
        for f in sorted({weight[0] for _, weight, _ in self.links}):
            by_dash[DASHES[f % len(DASHES)][1]].append(f)
        if set(by_dash) - {DASHES[0][1]}:
            said = (f"{plural(len(f), 'filter')} {listed(f)} {word}" for word, f in by_dash.items())
            notes.append(f"lines: {', '.join(said)}")
        left = [
            f"{count} more {plural(count, word)}"
            for word, name, whole in (
                ("channel", "x", self.layer.channels),
                ("filter", "z", self.layer.filters),
            )
            if (count := whole - len(self.units[name]))
        ]
        notes += [f"not drawn: {' and '.join(left)}"] * bool(left)
        if any(self.silent(panel) for panel in self.panels):
            notes.append("tinted by value where a number has no room")
        return "; ".join(notes)

    def silent(self, panel):
        """The cells of a map whose text has no room."""
        block = self.block(panel["name"])
        room, size = block.broad - 3, block.size
        return {cell for cell, text in panel["texts"].items() if wide(text, size) > room}
