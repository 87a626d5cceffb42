"""Where the maps of x, w and z stand, as large as a page allows.

Below each other; or as a waist, x and z beside each other and w below them; or all beside each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from .drawing import LEAST, title_width, wide
from .picture import WIDEST

PAGE = 600  # px: wider only where the cells would be too small
TALL = 600  # px: a page should show a picture whole
SIDES = (34, 32, 30, 28, 26, 24, 22, 20, 18, 16, 13, 10)
ASIDE, BELOW = 28, 26  # px between two arrays: room for the lines
OVERHANG = 16  # px of a title that may stand over the room for the lines
BETWEEN = 16  # px between two maps of an array
ROOM_FOR_TWO = 28  # px: a lower cell holds one number
FLAT = 200  # px of height: what a waist is worth, since beside each other the lines lie in one bundle
KERNEL = 24  # px: a cell of w has at least so many; kernels are small
TITLE, CAPTION, INDEX = 20, 15, 14  # px over an array, over a map, over its cells


@dataclass(frozen=True)
class Array:
    """What the layout must know of an array: how many maps it has, and how large they are in cells.

    A unit is what stays in one row: a map, or the kernels of a filter.
    """

    title: tuple  # of the array: name, rest
    units: int
    maps: int  # in a unit
    rows: int
    columns: int
    pads: tuple  # ((above, below), (before, after))
    longest: str  # number
    caption: str  # the longest; "" where there is one map
    sides: bool  # whether rows have indices
    heads: bool  # whether columns have indices


@dataclass(frozen=True)
class Block:
    """An array as it is laid out, with `across` units beside each other."""

    array: Array
    across: int
    broad: float  # a cell
    high: float

    @property
    def left(self):
        return (18 if self.array.sides else 1.5) + self.array.pads[1][0] * self.broad

    @property
    def top(self):
        over = CAPTION * bool(self.array.caption) + INDEX * self.array.heads
        return over + self.array.pads[0][0] * self.high

    @property
    def map_width(self):
        cells = self.left + (self.array.columns + self.array.pads[1][1]) * self.broad + 1.5
        return max(cells, wide(self.array.caption, 11))

    @property
    def map_height(self):
        return self.top + (self.array.rows + self.array.pads[0][1]) * self.high + 1.5

    @property
    def width(self):
        count = self.across * self.array.maps
        return max(count * (self.map_width + BETWEEN) - BETWEEN, title_width(*self.array.title) - OVERHANG)

    @property
    def height(self):
        lines = -(-self.array.units // self.across)
        return TITLE + lines * (self.map_height + BETWEEN / 2) - BETWEEN / 2

    def place(self, unit, number):
        """Where map `number` of a unit stands within the block."""
        line, column = divmod(unit, self.across)
        x = (column * self.array.maps + number) * (self.map_width + BETWEEN)
        return x, TITLE + line * (self.map_height + BETWEEN / 2)

    @property
    def size(self):
        """Of the numbers."""
        room = (self.broad - 5) / max(wide(self.array.longest, 1, bold=True), 0.6)
        return max(LEAST, min(14, 0.56 * self.high, room))


@dataclass(frozen=True)
class Layout:
    """The blocks of x, w and z, the place of each, and the size of the whole."""

    blocks: tuple
    places: tuple
    width: float
    height: float


def layout_of(arrays, downward, two_lines=False) -> Layout:
    """The best of all layouts that fit a page: low, narrow, with large cells and all numbers.

    `downward` is for a single row of each array: x, w and z below each other; with `two_lines` a cell holds a second
    number.
    """
    _, blocks, how = min(_candidates(arrays, downward, two_lines), key=lambda candidate: candidate[0])
    sizes = [(block.width, block.height) for block in blocks]
    width, height = _size(sizes, how)
    places = _places(sizes, how, width, height)
    titled = (x + title_width(*block.array.title) for (x, _), block in zip(places, blocks, strict=True))
    return Layout(tuple(blocks), tuple(places), max(width, *titled), height)


def _size(sizes, how):
    """Width and height of blocks of such sizes with the room between them."""
    widths, heights = zip(*sizes, strict=True)
    if how == "beside":
        return sum(widths) + ASIDE * (len(sizes) - 1), max(heights)
    if how == "below":
        return max(widths), sum(heights) + BELOW * (len(sizes) - 1)
    (x, w, z), (high_x, high_w, high_z) = widths, heights
    return max(x + ASIDE + z, w), max(high_x, high_z) + BELOW + high_w


def _places(sizes, how, width, height):
    """Left upper corners of x, w and z."""
    (x, high_x), (w, high_w), (_, high_z) = sizes
    if how == "waist":
        between = min(max(x + ASIDE / 2 - w / 2, 0), width - w)
        return [(0, 0), (between, height - high_w), (x + ASIDE, 0)]
    places, at = [], 0
    for broad, high in sizes:
        if how == "beside":
            places.append((at, (height - high) / 2))
            at += broad + ASIDE
        else:
            places.append(((width - broad) / 2 if at else 0, at))
            at += high + BELOW
    return places


def _candidates(arrays, downward, two_lines):
    """(cost, blocks, how they stand).

    A cost is in px: the height, and what the other faults are worth in px of height.
    """
    counts = [[n for n in (1, 2, 3, 4, 6, 8, 12) if n <= a.units] for a in arrays]
    for side, least in product(SIDES, (11, 9, 0)):
        sides = [side, max(side, KERNEL), side]
        broad = [
            max(own, wide(a.longest, least, bold=True) + 6) if least else own
            for a, own in zip(arrays, sides, strict=True)
        ]
        if max(b / own for b, own in zip(broad, sides, strict=True)) > 2.2:
            continue
        # an array's own sizes are the same in every combination
        sized = [
            [(block, (block.width, block.height)) for n in many for block in [Block(array, n, wide_, own)]]
            for array, many, wide_, own in zip(arrays, counts, broad, sides, strict=True)
        ]
        silent = any(
            wide(a.longest, LEAST, bold=True) + 5 > wide_ for a, wide_ in zip(arrays, broad, strict=True)
        )
        cells = 25 * (34 - side) if side >= 24 else 250 + 45 * (24 - side)
        cells += 400 * (two_lines and side < ROOM_FOR_TWO)
        for chosen in product(*sized):
            blocks, sizes = zip(*chosen, strict=True)
            for how in ("below",) if downward else ("waist", "beside", "below"):
                width, height = _size(sizes, how)
                too_large = 2.5 * max(0, width - PAGE) + 50 * max(0, width - WIDEST) + max(0, height - TALL)
                faults = too_large + cells + 900 * silent + 60 * (least == 9) + _crossings(blocks, how)
                yield height + faults + FLAT * (how == "beside"), blocks, how


def _crossings(blocks, how):
    """What it costs that lines go through maps of the same array: those that stand one behind the other."""
    behind = [b.across if how == "beside" else -(-b.array.units // b.across) for b in blocks]
    if how == "waist":  # from x to w and on to z lines go down, over and up
        behind = [max(n, b.across) for n, b in zip(behind, blocks, strict=True)]
    return 100 * sum(min(n, 4) - 1 for n in behind)
