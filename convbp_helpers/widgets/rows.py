"""What the widgets about rows share: their values, and the cells of their still pictures."""

from __future__ import annotations

import math

import numpy as np

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

    _css = joined("css", "frame", "rows")
    _fitted = staticmethod(fitted_row)

    @staticmethod
    def _default(name, shape):
        return odd_values(*shape, turn=name == "w")

    @staticmethod
    def _refit(name, old, shape):
        return refit_row(old, *shape, turn=name == "w")


# ------------------------------------------------------------------------------------------------ the still picture
def hatched_note(rows) -> str:
    """What hatched cells are, if a picture has some."""
    hatched = any(cell.get("style") == "unlinked" for row in rows for cell in row["cells"])
    return "hatched: read by no output" if hatched else ""


def say(values) -> str:
    return " ".join(number(value) for value in values)


def cells_of(values, columns=None, **looks) -> list[dict]:
    """A cell for each value, for `figures.rows_in_line`; a look is a list with an entry for each, or one for all."""
    columns = columns or range(len(values))
    return [
        dict(column=columns[n], text=short(value))
        | {name: given[n] if isinstance(given, (list, range)) else given for name, given in looks.items()}
        for n, value in enumerate(values)
    ]
