"""The static pictures: one function per kind, one colour meaning, alt text always.

Every function returns a `Picture`, which draws itself in a notebook as an HTML figure with alt text and caption.
Nothing here touches pyplot or its global state.
"""

from __future__ import annotations

import base64
import html
import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image  # comes with matplotlib

from .words import counted, short

__all__ = ["COLOURS", "Picture", "arrays", "matrix", "photos", "stacks", "triangle"]

#: The one colour meaning of the series (after Okabe and Ito). Links take the colour of their weight: tap number k of
#: the kernel, counted row by row, has COLOURS["taps"][k]; all of them carry black text.
COLOURS = {
    "input": "#0072B2",
    "weight": "#D55E00",
    "output": "#009E73",
    "gradient": "#B0508F",
    "negative": "#6B6B6B",
    "ink": "#1A1A1A",
    "unlinked": "#D9D9D9",
    "taps": (
        "#F5B041", "#7CC4F0", "#F4E76A", "#E39CC6", "#6FD1B0", "#F39B85", "#B9B4EC", "#B5DD74", "#D8C3A0",
        "#9FE0E6", "#F7C6D9", "#C9CF8B", "#A9C7E8", "#E8B48C", "#C4E8C2", "#D7A8E8",
    ),
}  # fmt: skip

DPI = 96
WIDEST = 9.6  # inches: what a notebook's output area holds at 1300 px
SHORT_NAMES = {"delta": "δ", "grad_x": "∂J/∂x", "grad_w": "∂J/∂w", "grad_b": "∂J/∂b"}


class Picture:
    """A picture with its alt text and caption; in a notebook it draws itself.

    Attributes
    ----------
    png : bytes
    alt, caption : str
    panels : list of dict
        What was drawn, as data: title, array, labels and highlighted cells of each panel.
    """

    def __init__(self, figure: Figure, alt: str, caption: str = "", panels=(), *, few_colours=True):
        if not alt:
            raise ValueError("a picture needs alt text: a sentence that says what it shows")
        self.figure, self.alt, self.caption, self.panels = figure, alt, caption, list(panels)
        self.png = _png(figure, few_colours)

    def __repr__(self):
        return f"Picture({self.caption or self.alt[:70]!r})"

    def _repr_html_(self):
        data = base64.b64encode(self.png).decode("ascii")
        caption = f"<figcaption>{html.escape(self.caption)}</figcaption>" if self.caption else ""
        return (
            f'<figure style="margin:0.5em 0"><img alt="{html.escape(self.alt)}" src="data:image/png;base64,{data}" '
            f'style="max-width:100%">{caption}</figure>'
        )

    def save(self, path):
        """Write the PNG."""
        with open(path, "wb") as file:
            file.write(self.png)


def _png(figure, few_colours) -> bytes:
    """The figure on white, as a PNG; few colours make it small, and a notebook keeps its pictures."""
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(DPI)
    figure.set_facecolor("white")
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    file = io.BytesIO()
    if few_colours:
        image = image.quantize(256, dither=Image.Dither.NONE)
    image.save(file, format="PNG", optimize=True)
    return file.getvalue()


# ------------------------------------------------------------------------------------------------------- the pieces
def role_of(name) -> str:
    """Input, weight, output or gradient, by how the name of an array starts."""
    name = str(name).strip().lower()
    if name.startswith(("grad", "∂", "δ", "delta", "dj", "d_")):
        return "gradient"
    return {"x": "input", "w": "weight", "z": "output", "k": "weight", "y": "output"}.get(name[:1], "input")


def _mix(colour, share):
    """`share` of a colour, the rest white."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return tuple(1 - share * (1 - rgb))


def _tint(value, limit, role):
    if not np.isfinite(value) or not limit:
        return "white"
    return _mix(COLOURS[role] if value > 0 else COLOURS["negative"], 0.5 * abs(value) / limit)


def _say(array):
    """The numbers of an array in words, for alt text."""
    if array.size > 120:
        return f"from {short(array.min())} to {short(array.max())}"
    return "; ".join(" ".join(short(v) for v in row) for row in np.atleast_2d(array))


def _as_grid(name, array):
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


def _cell(cell, grid):
    """A highlighted cell as (row, column)."""
    cell = tuple(cell) if isinstance(cell, (tuple, list, np.ndarray)) else (cell,)
    rows_columns = (0, *cell) if grid.ndim == 1 and len(cell) == 1 else tuple(cell)[-2:]
    shape = np.atleast_2d(grid).shape
    if len(rows_columns) != 2 or not all(0 <= i < n for i, n in zip(rows_columns, shape, strict=True)):
        raise ValueError(f"there is no cell {cell} to highlight in an array of shape {grid.shape}")
    return tuple(int(i) for i in rows_columns)


def _panel(
    name, array, highlight=(), *, title=None, marks=None, hatched=(), role=None, rows=None, columns=None
):
    """One grid as data. highlight: cells, or cell -> colour; marks: cell -> small text under the number."""
    grid = _as_grid(name, array)
    shown = SHORT_NAMES.get(name, name)
    colours = (
        dict(highlight)
        if isinstance(highlight, dict)
        else dict.fromkeys(map(tuple, np.atleast_2d(_listed(highlight, grid))))
    )
    return dict(
        title=title or f"{shown} ({'×'.join(map(str, grid.shape))})",
        array=grid,
        role=role or role_of(name),
        highlight={_cell(cell, grid): colour for cell, colour in colours.items()},
        marks={_cell(cell, grid): mark for cell, mark in (marks or {}).items()},
        hatched=[_cell(cell, grid) for cell in hatched],
        rows=rows,
        columns=columns,
    )


def _listed(cells, grid):
    cells = list(cells) if isinstance(cells, (list, tuple, set, np.ndarray)) else [cells]
    if cells and grid.ndim == 2 and all(isinstance(c, (int, np.integer)) for c in cells):
        cells = [tuple(cells)]  # one cell, given bare
    return [_cell(c, grid) for c in cells] or np.zeros((0, 2), int)


def _draw_panels(panels, footer=""):
    """Grids side by side in one figure, wrapped into rows where the page ends. One unit is one cell."""
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
    height = sum(heights) + 0.2 + len(lines) * line
    figure = Figure(figsize=(width * unit, height * unit))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    y = 0.2
    for row, tall in zip(rows, heights, strict=True):
        x = 0.9
        for panel in row:
            _draw_grid(axes, panel, x, y + top + 0.5, unit, longest)
            x += wide(panel)
        y += tall
    for row, text in enumerate(lines):
        axes.text(0.4, y + (row + 0.4) * line, text, fontsize=10, color=COLOURS["ink"], va="center")
    return figure


def _texts(panel):
    """What stands in the cells of a panel instead of its numbers."""
    return panel.get("texts", {}).values()


def _wrapped(text, width):
    import textwrap

    return [line for paragraph in text.split("\n") for line in textwrap.wrap(paragraph, width)]


def _draw_grid(axes, panel, left, top, unit, longest):
    grid = np.atleast_2d(panel["array"])
    longest = max(map(len, _texts(panel)), default=longest)
    finite = np.abs(grid[np.isfinite(grid)])
    limit = finite.max() if finite.size else 0
    room = unit * 72  # points
    small = max(min(8, room * 0.3), 5)
    font = min(11, room * 0.42, 1.45 * room / max(longest, 2))
    ink = COLOURS["ink"]
    axes.text(left, top - 0.62, panel["title"], fontsize=10, weight="bold", color=ink, va="bottom")
    for j in range(grid.shape[1]):
        text = panel["columns"][j] if panel["columns"] else j
        axes.text(left + j + 0.5, top - 0.12, text, fontsize=small, color="#555555", ha="center", va="bottom")
    if panel["array"].ndim == 2:
        for i in range(grid.shape[0]):
            text = panel["rows"][i] if panel["rows"] else i
            axes.text(
                left - 0.14, top + i + 0.5, text, fontsize=small, color="#555555", ha="right", va="center"
            )
    for (i, j), value in np.ndenumerate(grid):
        lit = (i, j) in panel["highlight"]
        fill = panel["highlight"].get((i, j)) or _tint(value, limit, panel["role"])
        hatch = "////" if (i, j) in panel["hatched"] else None
        if hatch and not lit:
            fill = "white"
        axes.add_patch(
            Rectangle(
                (left + j, top + i),
                1,
                1,
                facecolor=fill,
                edgecolor="#9A9A9A" if hatch else "#777777",
                linewidth=0.7,
                hatch=hatch,
            )
        )
        mark = panel["marks"].get((i, j))
        shown = short(value)
        if "texts" in panel:
            shown = panel["texts"].get((i, j), "") if font >= 5 else ""
        axes.text(
            left + j + 0.5, top + i + (0.36 if mark else 0.52), shown, fontsize=font, color=ink,
            ha="center", va="center", weight="bold" if lit else "normal",
            bbox=dict(facecolor="white", edgecolor="none", pad=0.8) if hatch else None,
        )  # fmt: skip
        if mark:
            axes.text(
                left + j + 0.5,
                top + i + 0.79,
                mark,
                fontsize=max(font * 0.68, 5),
                color=ink,
                ha="center",
                va="center",
                bbox=dict(facecolor="white", edgecolor="none", pad=0.4) if hatch else None,
            )
    for i, j in panel["highlight"]:
        axes.add_patch(Rectangle((left + j, top + i), 1, 1, fill=False, edgecolor=ink, linewidth=2, zorder=3))
    for i, j, rows, columns in panel.get("outlines", ()):
        axes.add_patch(
            Rectangle((left + j, top + i), columns, rows, fill=False, edgecolor=ink, linewidth=2.4, zorder=3)
        )
    shape = grid.shape[::-1]
    axes.add_patch(
        Rectangle((left, top), *shape, fill=False, edgecolor=COLOURS[panel["role"]], linewidth=1.8, zorder=2)
    )


def _picture(panels, alt, caption, footer=""):
    return Picture(_draw_panels(panels, footer), alt, caption, panels)


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
    panels = [_panel(name, array, highlight.get(name, ())) for name, array in named.items()]
    return _picture(panels, alt or _describe(panels), caption)


def _describe(panels):
    parts = []
    for p in panels:
        text = f"{p['title']}: {_say(p['array'])}."
        if p["highlight"]:
            cells = ", ".join(
                f"[{c[1]}]" if p["array"].ndim == 1 else f"[{c[0]},{c[1]}]" for c in sorted(p["highlight"])
            )
            text += f" Outlined: {cells}."
        parts.append(text)
    return f"{counted(len(panels), 'grid')} of numbers. " + " ".join(parts)


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
    longest = max(len(short(v)) for v in M.flat)
    unit = min(
        max(0.42, 0.085 * longest + 0.1, 0.085 * max(map(len, col_labels)) + 0.08), WIDEST / (columns + 2)
    )
    left = 0.3 + max(map(len, row_labels)) * 0.085 / unit
    top = 0.3 + (0.5 / unit if title else 0.28 / unit)
    width, height = max(left + columns + 0.4, len(title) * 0.1 / unit + left), top + rows + 0.4
    figure = Figure(figsize=(width * unit, height * unit))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    font = min(11, unit * 72 * 0.42, 1.2 * unit * 72 / max(longest, 2))
    small = min(9, unit * 72 * 0.3)
    if title:
        axes.text(
            left, top - 0.3 / unit, title, fontsize=10, weight="bold", color=COLOURS["ink"], va="bottom"
        )
    for j, text in enumerate(col_labels):
        axes.text(left + j + 0.5, top - 0.12, text, fontsize=small, color="#444444", ha="center", va="bottom")
    for i, text in enumerate(row_labels):
        axes.text(left - 0.15, top + i + 0.5, text, fontsize=small, color="#444444", ha="right", va="center")
    limit = np.abs(M).max()
    for (i, j), value in np.ndenumerate(M):
        fill = "white" if value == 0 else _tint(value, limit, role)
        axes.add_patch(
            Rectangle((left + j, top + i), 1, 1, facecolor=fill, edgecolor="#BBBBBB", linewidth=0.6)
        )
        chosen = j == highlight_column or i == highlight_row
        if value == 0:
            axes.text(
                left + j + 0.5, top + i + 0.5, "·", fontsize=font, color="#767676", ha="center", va="center"
            )
        else:
            axes.text(
                left + j + 0.5, top + i + 0.52, short(value), fontsize=font, color=COLOURS["ink"],
                ha="center", va="center", weight="bold" if chosen else "normal",
            )  # fmt: skip
    axes.add_patch(Rectangle((left, top), columns, rows, fill=False, edgecolor=COLOURS["ink"], linewidth=1.2))
    said = []
    if highlight_column is not None:
        if not 0 <= highlight_column < columns:
            raise ValueError(f"there is no column {highlight_column} in a matrix of {columns} columns")
        axes.add_patch(
            Rectangle(
                (left + highlight_column, top),
                1,
                rows,
                fill=False,
                edgecolor=COLOURS["gradient"],
                linewidth=3,
            )
        )
        said.append(
            f"Column {col_labels[highlight_column]} is outlined: "
            f"{' '.join(short(v) for v in M[:, highlight_column])}."
        )
    if highlight_row is not None:
        if not 0 <= highlight_row < rows:
            raise ValueError(f"there is no row {highlight_row} in a matrix of {rows} rows")
        axes.add_patch(
            Rectangle(
                (left, top + highlight_row), columns, 1, fill=False, edgecolor=COLOURS["output"], linewidth=3
            )
        )
        said.append(
            f"Row {row_labels[highlight_row]} is outlined: {' '.join(short(v) for v in M[highlight_row])}."
        )
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
    return Picture(figure, alt, caption, [panel])


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
    figure = Figure(figsize=(max(widths) * unit, sum(heights) * unit))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, max(widths)), ylim=(sum(heights), 0))
    axes.axis("off")
    top = 0.0
    for plan, height in zip(plans, heights, strict=True):
        middle = top + 2.0 + (height - 5.6) / 2
        for item, left in plan:
            if isinstance(item, str):
                axes.text(left, middle, item, fontsize=15, ha="center", va="center", color=COLOURS["ink"])
                continue
            name, role, shape, label = item
            copies = shape[0] if len(shape) == 4 else 1
            needed = copies * (wide(shape) + 1.2) - 1.2
            upper = middle - tall(shape) / 2
            for copy in range(copies):
                _draw_stack(axes, shape[-3:], role, left + copy * (wide(shape) + 1.2), upper, shift)
            centre = left + needed / 2
            axes.text(
                centre,
                upper - 0.4,
                name,
                fontsize=11,
                weight="bold",
                ha="center",
                va="bottom",
                color=COLOURS["ink"],
            )
            axes.text(
                centre,
                upper + tall(shape) + 0.5,
                label,
                fontsize=9,
                ha="center",
                va="top",
                color=COLOURS["ink"],
            )
        top += height
    return Picture(figure, alt or f"Stacks of maps. {'; '.join(said)}.", caption, said)


def _draw_stack(axes, shape, role, left, upper, shift):
    """`depth` rectangles, each a little to the left of and below the one behind it; depth 0 is in front."""
    depth, rows, columns = shape
    for k in reversed(range(depth)):
        place = left + shift * k, upper + shift * (depth - 1 - k)
        face = _mix(COLOURS[role], 0.22 + 0.12 * (k % 2))
        axes.add_patch(
            Rectangle(place, columns, rows, facecolor=face, edgecolor=COLOURS[role], linewidth=1.2)
        )


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
    figure = Figure(figsize=(5.6, 3.1), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlim=(-0.9, 5.3), ylim=(-0.55, 2.85), aspect="equal")
    axes.set_axis_off()
    ink = COLOURS["ink"]
    for n, side in enumerate(sides):
        (x0, y0), (x1, y1) = places[n], places[(n + 1) % 3]
        axes.plot([x0, x1], [y0, y1], color=ink, linewidth=1.5, zorder=1)
        axes.text(
            *middles[n], side, fontsize=10, ha="center", va="center", color=ink, zorder=3,
            bbox=dict(facecolor="white", edgecolor="none", pad=2.5),
        )  # fmt: skip
    for (name, role), (x, y) in zip(corners, places, strict=True):
        axes.text(
            x, y, name, fontsize=14, weight="bold", ha="center", va="center", color=ink, zorder=3,
            bbox=dict(boxstyle="circle,pad=0.45", facecolor=_mix(COLOURS[role], 0.35), edgecolor=ink, linewidth=1.4),
        )  # fmt: skip
    return Picture(figure, alt or f"A triangle of three arrays. {'; '.join(said)}.", caption, said)


def photos(pictures, caption="", alt=None) -> Picture:
    """Grey-scale pictures side by side with a scale each; those with negative values diverge about zero.

    Parameters
    ----------
    pictures : list of (title, array (rows, columns))
    """
    pictures = [(title, _as_grid(title, array)) for title, array in pictures]
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
    figure = Figure(figsize=(width * across, tall * down), layout="constrained")
    panels, said = [], []
    for place, (title, array) in enumerate(pictures, start=1):
        axes = figure.add_subplot(down, across, place)
        signed = array.min() < 0
        limit = max(abs(array.min()), abs(array.max())) or 1
        limits = (
            dict(vmin=-limit, vmax=limit) if signed else dict(vmin=min(array.min(), 0), vmax=array.max() or 1)
        )
        image = axes.imshow(array, cmap="PuOr" if signed else "gray", interpolation="nearest", **limits)
        axes.set_title(title, fontsize=10, color=COLOURS["ink"], wrap=True)
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
