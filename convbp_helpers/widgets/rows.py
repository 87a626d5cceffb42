"""What the widgets about rows share: their values, and a still picture of rows that stand in line."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .. import figures
from ..words import number, short
from .page import SettingError, Widget, joined

MOST_CELLS = 32  # of the longest row: more have no room for their numbers


# ----------------------------------------------------------------------------------------------------------- values
def odd_values(count, turn=0) -> np.ndarray:
    """`count` odd numbers from 1 on, all different and out of order."""
    step = (5 * count + 7) // 8
    while math.gcd(step, count) > 1:
        step += 1
    return 1.0 + 2 * ((turn + step * np.arange(count)) % count)


def fitted_row(name, value, shape) -> np.ndarray:
    """The values as a row of finite numbers."""
    try:
        row = np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise SettingError(f"{name} must be an array of real numbers; got {value!r}") from None
    if row.shape != shape:
        raise SettingError(f"{name} must have shape {shape}, as these settings ask; got {row.shape}")
    if not np.isfinite(row).all():
        raise SettingError(f"{name} must hold finite numbers to be drawn")
    return row


def refit_row(old, count, turn=0) -> np.ndarray:
    """Values for a row of a new length: the defaults, with what was put in kept where it still has a cell."""
    new = odd_values(count, turn)
    if len(old) and not np.array_equal(old, odd_values(len(old), turn)):
        both = min(len(old), count)
        new[:both] = old[:both]
    return new


class RowWidget(Widget):
    """A widget whose arrays are rows; those that are not given hold odd numbers, w others than the rest."""

    _css = joined("css", "influence_explorer", "rows")
    _fitted = staticmethod(fitted_row)

    @staticmethod
    def _default(name, shape):
        return odd_values(*shape, turn=name == "w")

    @staticmethod
    def _refit(name, old, shape):
        return refit_row(old, *shape, turn=name == "w")


# ------------------------------------------------------------------------------------------------ the still picture
def say(values) -> str:
    return " ".join(number(value) for value in values)


def cells_of(values, columns=None, **looks) -> list[dict]:
    """A cell for each value, for `aligned`; a look is a list with an entry for each, or one for all."""
    columns = columns or range(len(values))
    return [
        dict(column=columns[n], text=short(value))
        | {name: given[n] if isinstance(given, (list, range)) else given for name, given in looks.items()}
        for n, value in enumerate(values)
    ]


def aligned(rows, alt, caption) -> figures.Picture:
    """Rows of cells below each other, all on the same columns.

    rows: dicts of title, role, cells and, if need be, outline (first column, number of cells, words). A cell is a dict
    of column (a half is fine), text, and, if need be, index, sub (a word below the number), fill, style ("pad",
    "unlinked") and strong.
    """
    columns = max(cell["column"] + 1 for row in rows for cell in row["cells"])
    columns = max(columns, max(len(row["title"]) for row in rows) * 0.085 / 0.42)
    unit = min(0.42, figures.WIDEST / (columns + 1))
    line = 0.2 / unit
    heights = [1 + (2.4 if row["title"] else 1.4) * line + 1.1 * line * ("outline" in row) for row in rows]
    width, height = columns + 1, sum(heights) + 0.3
    figure = Figure(figsize=(width * unit, height * unit))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    write = partial(axes.text, ha="center", va="center", zorder=3)
    top, ink, soft, point = 0.2, figures.COLOURS["ink"], "#555555", unit * 72
    for row, tall in zip(rows, heights, strict=True):
        edge = figures.COLOURS[row["role"]]
        axes.text(0.5, top + 0.9 * line, row["title"], fontsize=10, weight="bold", color=ink, va="bottom")
        y = top + tall - 1 - 0.3 * line
        for cell in row["cells"]:
            x, text, style, strong = cell["column"] + 0.5, cell["text"], cell.get("style"), cell.get("strong")
            colour, dotted = "#9A9A9A" if style else edge, style == "pad" and not strong
            axes.add_patch(
                Rectangle(
                    (x, y), 1, 1, facecolor=cell.get("fill", "white"), edgecolor=ink if strong else colour,
                    linewidth=2.4 if strong else 1, linestyle=":" if dotted else "-", zorder=2 if strong else 1,
                    hatch="////" if style == "unlinked" else None,
                )
            )  # fmt: skip
            back = dict(facecolor="white", edgecolor="none", pad=0.4) if style == "unlinked" else None
            sub, shade = cell.get("sub"), soft if style == "pad" else ink
            font = min(11, 0.42 * point, 1.45 * point / max(len(text), 2))
            write(x + 0.5, y + (0.38 if sub else 0.52), text, fontsize=font, color=shade, bbox=back)
            if sub:
                font = max(5, min(7.5, 0.26 * point))
                write(x + 0.5, y + 0.78, sub, fontsize=font, color=soft, bbox=back)
            write(
                x + 0.5,
                y - 0.28 * line - 0.1,
                cell.get("index", ""),
                fontsize=max(5, min(8, 0.3 * point)),
                color=soft,
            )
        if "outline" in row:
            first, count, words = row["outline"]
            axes.add_patch(
                Rectangle((first + 0.5, y), count, 1, fill=False, edgecolor=ink, linewidth=3, zorder=4)
            )
            axes.text(first + 0.5, y - 1.1 * line, words, fontsize=10, weight="bold", color=ink, va="bottom")
        top += tall
    return figures.Picture(figure, alt, caption, rows)
