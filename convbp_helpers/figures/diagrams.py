"""The pictures that are no grids of numbers: stacks of maps, and a triangle of three arrays."""

from __future__ import annotations

from ..words import by
from .drawing import LETTER, LINE, Drawing, wide
from .picture import COLOURS, LETTERS, Picture

UNIT = 12  # px: a row or column of a map
SHIFT = 0.9  # units from a map of a stack to the one behind it


def stacks(*rows, caption="", alt=None) -> Picture:
    """Rows of stacks of maps with signs between them: which depth meets which, forward and backward.

    Parameters
    ----------
    *rows : list
        Of signs (a str: "⋆", "→") and stacks (name, role, shape, label): the shape is (depth, rows, columns), or
        (copies, depth, rows, columns) for several stacks side by side; role is "input", "weight", "output" or
        "gradient".
    caption, alt : str
        alt defaults to a description.
    """
    if not rows or not any(isinstance(item, tuple) for row in rows for item in row):
        raise ValueError(
            'give rows of stacks and signs: stacks([("x", "input", (3, 4, 6), "3 channels"), "⋆", …])'
        )
    said = []
    for row in rows:
        for item in row:
            if isinstance(item, str):
                continue
            name, role, shape, label = item
            if role not in LETTERS or len(shape) not in (3, 4):
                raise ValueError(f"a stack is (name, role, (depth, rows, columns), label); got {item!r}")
            said.append(f"{name}, {by(shape)}: {label.replace(chr(10), ', ')}")
    alt = alt or f"Stacks of maps. {'; '.join(said)}."
    return Picture(lambda: [_draw_stacks(rows)], alt, caption, [dict(title=text) for text in said])


def _wide(shape):
    """The width of a stack in units, and that of all copies of it."""
    copies = shape[0] if len(shape) == 4 else 1
    one = shape[-1] + SHIFT * (shape[-3] - 1)
    return one, copies * (one + 1.2) - 1.2


def _tall(shape):
    return shape[-2] + SHIFT * (shape[-3] - 1)


def _room(item):
    """The width of a sign or a stack, in px."""
    if isinstance(item, str):
        return 18
    name, _, shape, label = item
    return max(
        UNIT * _wide(shape)[1], wide(name, 15, bold=True), *(wide(line, 12) for line in label.splitlines())
    )


def _draw_stacks(rows):
    drawing, top, width = Drawing(), 0, 0
    rooms = [[_room(item) for item in row] for row in rows]
    if len({len(row) for row in rows}) == 1:  # what corresponds stands below each other
        rooms = [list(map(max, zip(*rooms, strict=True)))] * len(rows)
    for row, room_of in zip(rows, rooms, strict=True):
        lines = max(len(item[3].splitlines()) for item in row if not isinstance(item, str))
        highest = UNIT * max(_tall(item[2]) for item in row if not isinstance(item, str))
        left, middle = 2, top + 24 + highest / 2
        for item, room in zip(row, room_of, strict=True):
            if isinstance(item, str):
                drawing.write(left + room / 2, middle, item, 24 if item == "⋆" else 18)
                left += room + 16
                continue
            name, role, shape, label = item
            one, needed = (UNIT * n for n in _wide(shape))
            upper, centre = middle - UNIT * _tall(shape) / 2, left + room / 2
            for copy in range(shape[0] if len(shape) == 4 else 1):
                at = centre - needed / 2 + copy * (one + 1.2 * UNIT)
                _draw_stack(drawing, shape[-3:], role, at, upper)
            drawing.write(centre, upper - 12, name, 15, kind=LETTER[role], font_weight=700)
            for n, line in enumerate(label.splitlines()):
                drawing.write(centre, upper + UNIT * _tall(shape) + 12 + 16 * n, line, 12)
            left += room + 16
        width, top = max(width, left - 14), middle + highest / 2 + 16 * lines + 18
    return drawing.image(width, top - 8)


def _draw_stack(drawing, shape, role, left, upper):
    """`depth` rectangles, each a little to the left of and below the one behind it; depth 0 is in front."""
    depth, rows, columns = shape
    for k in reversed(range(depth)):
        place = left + UNIT * SHIFT * k, upper + UNIT * SHIFT * (depth - 1 - k), UNIT * columns, UNIT * rows
        drawing.box(*place, kind="b")  # what stands behind is hidden
        looks = dict(fill=COLOURS[role], fill_opacity=0.22 + 0.12 * (k % 2))
        drawing.box(*place, **looks, stroke=COLOURS[role], stroke_width=1.5)


def triangle(corners, sides, *, caption="", alt=None) -> Picture:
    """Three arrays at the corners of a triangle; each side is the operation that takes the two at its ends.

    Parameters
    ----------
    corners : three (name, role)
        Role is "input", "weight", "output" or "gradient".
    sides : three str
        The names of the operations between corners 0 and 1, 1 and 2, 2 and 0.
    caption, alt : str
        alt defaults to a description.
    """
    corners, sides = list(corners), list(sides)
    if len(corners) != 3 or len(sides) != 3:
        raise ValueError(
            f"a triangle has three corners and three sides; got {len(corners)} corners and {len(sides)} sides"
        )
    for corner in corners:
        if len(corner) != 2 or corner[1] not in LETTERS:
            raise ValueError(f"a corner is (name, role); got {corner!r}")
    said = [
        f"{side} takes {corners[n][0]} and {corners[(n + 1) % 3][0]} and makes an array of the shape of "
        f"{corners[(n + 2) % 3][0]}"
        for n, side in enumerate(sides)
    ]
    alt = alt or f"A triangle of three arrays. {'; '.join(said)}."
    return Picture(
        lambda: [_draw_triangle(corners, sides)], alt, caption, [dict(title=text) for text in said]
    )


def _draw_triangle(corners, sides):
    #: x to the left, w to the right, δ above
    places = [(80, 186), (320, 186), (200, 36)]
    drawing = Drawing()
    for n in range(3):
        (x0, y0), (x1, y1) = places[n], places[(n + 1) % 3]
        drawing.shape(f"M{x0} {y0}L{x1} {y1}", fill="none", stroke=LINE, stroke_width=2)
    for n, side in enumerate(sides):
        (x0, y0), (x1, y1) = places[n], places[(n + 1) % 3]
        x, y, room = (x0 + x1) / 2, (y0 + y1) / 2, wide(side, 13) + 10
        drawing.box(x - room / 2, y - 10, room, 20, kind="b")
        drawing.write(x, y, side, 13)
    for (name, role), (x, y) in zip(corners, places, strict=True):
        radius = max(24, wide(name, 18, bold=True) / 2 + 8)
        circle = f"M{x - radius} {y}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 {-2 * radius} 0z"
        drawing.shape(circle, kind="b")
        drawing.shape(circle, fill=COLOURS[role], fill_opacity=0.35, stroke=COLOURS[role], stroke_width=2)
        drawing.write(x, y, name, 18, font_weight=700)
    return drawing.image(400, 222)
