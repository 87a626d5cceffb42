"""The pictures that are no grids of numbers: stacks of maps, a triangle of three arrays, photographs."""

from __future__ import annotations

from ..words import by, counted, short
from .grids import as_grid
from .picture import COLOURS, INK, WIDEST, Picture, box, mix, new_figure, sheet, write

STACK_UNIT = 0.17  # inches
SHIFT = 0.9  # from a map of a stack to the one behind it


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
    widths, heights, plans, said = [], [], [], []
    for row in rows:
        at, plan, highest = 1.0, [], 0.0
        for item in row:
            if isinstance(item, str):
                plan.append((item, at + 1.2))
                at += 3.4
                continue
            name, role, shape, label = item
            if role not in COLOURS or len(shape) not in (3, 4):
                raise ValueError(f"a stack is (name, role, (depth, rows, columns), label); got {item!r}")
            needed = _needed(shape)
            text = max(len(line) for line in (name, *label.splitlines())) * 0.075 / STACK_UNIT
            plan.append((item, at + max(0, (text - needed) / 2)))
            at += max(needed, text) + 1.4
            highest = max(highest, _tall(shape))
            said.append(f"{name}, {by(shape)}: {label.replace(chr(10), ', ')}")
        widths.append(at)
        heights.append(highest + 5.6)
        plans.append(plan)
    alt = alt or f"Stacks of maps. {'; '.join(said)}."
    return Picture(lambda: _draw_stacks(plans, max(widths), heights), alt, caption, said)


def _wide(shape):
    return shape[-1] + SHIFT * (shape[-3] - 1)


def _tall(shape):
    return shape[-2] + SHIFT * (shape[-3] - 1)


def _needed(shape):
    """The width of all copies of a stack."""
    copies = shape[0] if len(shape) == 4 else 1
    return copies * (_wide(shape) + 1.2) - 1.2


def _draw_stacks(plans, width, heights):
    axes, top = sheet(width, sum(heights), min(STACK_UNIT, WIDEST / width)), 0.0
    for plan, height in zip(plans, heights, strict=True):
        middle = top + 2.0 + (height - 5.6) / 2
        for item, left in plan:
            if isinstance(item, str):
                write(axes, left, middle, item, 15)
                continue
            name, role, shape, label = item
            upper, centre = middle - _tall(shape) / 2, left + _needed(shape) / 2
            for copy in range(shape[0] if len(shape) == 4 else 1):
                _draw_stack(axes, shape[-3:], role, left + copy * (_wide(shape) + 1.2), upper)
            write(axes, centre, upper - 0.4, name, 11, weight="bold", va="bottom")
            write(axes, centre, upper + _tall(shape) + 0.5, label, 9, va="top")
        top += height
    return axes.figure


def _draw_stack(axes, shape, role, left, upper):
    """`depth` rectangles, each a little to the left of and below the one behind it; depth 0 is in front."""
    depth, rows, columns = shape
    for k in reversed(range(depth)):
        place = left + SHIFT * k, upper + SHIFT * (depth - 1 - k)
        face = mix(COLOURS[role], 0.22 + 0.12 * (k % 2))
        box(axes, *place, columns, rows, facecolor=face, edgecolor=COLOURS[role], linewidth=1.2)


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
        if len(corner) != 2 or corner[1] not in COLOURS:
            raise ValueError(f"a corner is (name, role); got {corner!r}")
    said = [
        f"{side} takes {corners[n][0]} and {corners[(n + 1) % 3][0]} and makes an array of the shape of "
        f"{corners[(n + 2) % 3][0]}"
        for n, side in enumerate(sides)
    ]
    alt = alt or f"A triangle of three arrays. {'; '.join(said)}."
    return Picture(lambda: _draw_triangle(corners, sides), alt, caption, said)


def _draw_triangle(corners, sides):
    #: x to the left, w to the right, δ above
    places = [(0.0, 0.0), (4.4, 0.0), (2.2, 2.3)]
    middles = [(2.2, 0.0), (3.45, 1.15), (0.95, 1.15)]
    figure = new_figure(5.6, 3.1, layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlim=(-0.9, 5.3), ylim=(-0.55, 2.85), aspect="equal")
    axes.set_axis_off()
    for n, side in enumerate(sides):
        (x0, y0), (x1, y1) = places[n], places[(n + 1) % 3]
        axes.plot([x0, x1], [y0, y1], color=INK, linewidth=1.5, zorder=1)
        write(axes, *middles[n], side, 10, bbox=dict(facecolor="white", edgecolor="none", pad=2.5))
    for (name, role), (x, y) in zip(corners, places, strict=True):
        around = dict(facecolor=mix(COLOURS[role], 0.35), edgecolor=INK, linewidth=1.4)
        write(axes, x, y, name, 14, weight="bold", bbox=around | dict(boxstyle="circle,pad=0.45"))
    return figure


def photos(pictures, caption="", alt=None) -> Picture:
    """Grey-scale pictures side by side with a scale each; those with negative values diverge about zero.

    Parameters
    ----------
    pictures : list of (title, array (rows, columns))
    """
    pictures = [(title, as_grid(title, array)) for title, array in pictures]
    if not pictures:
        raise ValueError("give at least one picture: photos([(title, array)])")
    for title, array in pictures:
        if array.ndim != 2:
            raise ValueError(f"a picture has two axes; {title!r} has shape {array.shape}")
    panels, said = [], []
    for title, array in pictures:
        least, most = array.min(), array.max()
        limit, signed = max(abs(least), abs(most)) or 1, least < 0
        limits = dict(vmin=-limit, vmax=limit) if signed else dict(vmin=min(least, 0), vmax=most or 1)
        panels.append(dict(title=title, array=array, signed=signed, **limits))
        kind = "signed values, white at zero" if signed else "grey values"
        said.append(
            f"{title}: {array.shape[0]} rows by {array.shape[1]} columns, {kind} "
            f"from {short(least)} to {short(most)}."
        )
    alt = alt or f"{counted(len(pictures), 'picture')} side by side. " + " ".join(said)
    return Picture(lambda: _draw_photos(panels), alt, caption, panels, few_colours=False)


def _draw_photos(panels):
    across = min(len(panels), 3)
    down = -(-len(panels) // across)
    width = WIDEST / across if len(panels) > 1 else 4.6
    aspect = max(panel["array"].shape[0] / panel["array"].shape[1] for panel in panels)
    tall = min(max((width - 1.3) * aspect + 0.9, 1.6), 5.5)
    figure = new_figure(width * across, tall * down, layout="constrained")
    for place, panel in enumerate(panels, start=1):
        axes = figure.add_subplot(down, across, place)
        image = axes.imshow(
            panel["array"], cmap="PuOr" if panel["signed"] else "gray", interpolation="nearest",
            vmin=panel["vmin"], vmax=panel["vmax"],
        )  # fmt: skip
        axes.set_title(panel["title"], fontsize=10, color=INK, wrap=True)
        axes.set_xlabel("column", fontsize=8)
        axes.set_ylabel("row", fontsize=8)
        axes.tick_params(labelsize=7)
        axes.locator_params(nbins=5, integer=True)
        bar = figure.colorbar(image, ax=axes, shrink=0.85, fraction=0.05, pad=0.03)
        bar.ax.tick_params(labelsize=7)
    return figure
