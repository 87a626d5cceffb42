"""The pictures that are no grids of numbers: stacks of maps, a triangle of three arrays, photographs."""

from __future__ import annotations

from ..words import counted, short
from .grids import as_grid
from .picture import COLOURS, INK, WIDEST, Picture, box, mix, new_figure, sheet, write


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
    unit, shift, said = 0.17, 0.9, []
    wide = lambda shape: shape[-1] + shift * (shape[-3] - 1)  # noqa: E731
    tall = lambda shape: shape[-2] + shift * (shape[-3] - 1)  # noqa: E731
    widths, heights, plans = [], [], []
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
            copies = shape[0] if len(shape) == 4 else 1
            needed = copies * (wide(shape) + 1.2) - 1.2
            text = max(len(line) for line in (name, *label.splitlines())) * 0.075 / unit
            plan.append((item, at + max(0, (text - needed) / 2)))
            at += max(needed, text) + 1.4
            highest = max(highest, tall(shape))
            said.append(f"{name}, {'×'.join(map(str, shape))}: {label.replace(chr(10), ', ')}")
        widths.append(at)
        heights.append(highest + 5.6)
        plans.append(plan)
    unit = min(unit, WIDEST / max(widths))
    axes = sheet(max(widths), sum(heights), unit)
    top = 0.0
    for plan, height in zip(plans, heights, strict=True):
        middle = top + 2.0 + (height - 5.6) / 2
        for item, left in plan:
            if isinstance(item, str):
                write(axes, left, middle, item, 15)
                continue
            name, role, shape, label = item
            copies = shape[0] if len(shape) == 4 else 1
            needed = copies * (wide(shape) + 1.2) - 1.2
            upper = middle - tall(shape) / 2
            for copy in range(copies):
                _draw_stack(axes, shape[-3:], role, left + copy * (wide(shape) + 1.2), upper, shift)
            centre = left + needed / 2
            write(axes, centre, upper - 0.4, name, 11, weight="bold", va="bottom")
            write(axes, centre, upper + tall(shape) + 0.5, label, 9, va="top")
        top += height
    return Picture(axes.figure, alt or f"Stacks of maps. {'; '.join(said)}.", caption, said)


def _draw_stack(axes, shape, role, left, upper, shift):
    """`depth` rectangles, each a little to the left of and below the one behind it; depth 0 is in front."""
    depth, rows, columns = shape
    for k in reversed(range(depth)):
        place = left + shift * k, upper + shift * (depth - 1 - k)
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
    #: x to the left, w to the right, δ above
    places = [(0.0, 0.0), (4.4, 0.0), (2.2, 2.3)]
    middles = [(2.2, 0.0), (3.45, 1.15), (0.95, 1.15)]
    said = [
        f"{side} takes {corners[n][0]} and {corners[(n + 1) % 3][0]} and makes an array of the shape of "
        f"{corners[(n + 2) % 3][0]}"
        for n, side in enumerate(sides)
    ]
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
    return Picture(figure, alt or f"A triangle of three arrays. {'; '.join(said)}.", caption, said)


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
    count = len(pictures)
    across = min(count, 3)
    down = -(-count // across)
    width = WIDEST / across if count > 1 else 4.6
    aspect = max(array.shape[0] / array.shape[1] for _, array in pictures)
    tall = min(max((width - 1.3) * aspect + 0.9, 1.6), 5.5)
    figure = new_figure(width * across, tall * down, layout="constrained")
    panels, said = [], []
    for place, (title, array) in enumerate(pictures, start=1):
        axes = figure.add_subplot(down, across, place)
        signed = array.min() < 0
        limit = max(abs(array.min()), abs(array.max())) or 1
        limits = (
            dict(vmin=-limit, vmax=limit) if signed else dict(vmin=min(array.min(), 0), vmax=array.max() or 1)
        )
        image = axes.imshow(array, cmap="PuOr" if signed else "gray", interpolation="nearest", **limits)
        axes.set_title(title, fontsize=10, color=INK, wrap=True)
        axes.set_xlabel("column", fontsize=8)
        axes.set_ylabel("row", fontsize=8)
        axes.tick_params(labelsize=7)
        axes.locator_params(nbins=5, integer=True)
        bar = figure.colorbar(image, ax=axes, shrink=0.85, fraction=0.05, pad=0.03)
        bar.ax.tick_params(labelsize=7)
        panels.append(dict(title=title, array=array, signed=signed, **limits))
        kind = "signed values, white at zero" if signed else "grey values"
        said.append(
            f"{title}: {array.shape[0]} rows by {array.shape[1]} columns, {kind} "
            f"from {short(array.min())} to {short(array.max())}."
        )
    return Picture(
        figure,
        alt or f"{counted(count, 'picture')} side by side. " + " ".join(said),
        caption,
        panels,
        few_colours=False,
    )
