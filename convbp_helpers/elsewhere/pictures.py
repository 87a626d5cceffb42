"""Pictures of what a padding means: where the windows begin, and what is kept of a transposed layer."""

from __future__ import annotations

import numpy as np

from .. import figures
from ..geometry import Axis
from ..words import counted, number
from .readings import KERNELS, TRANSPOSED, cropped, dilation_of, padding_of, spread

__all__ = ["kept", "windows"]

BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def windows(*readings, size, kernel, stride=1, dilation=1, caption=""):
    """The same row padded in several ways, aligned: where each window begins.

    Parameters
    ----------
    *readings : str
        Of `readings.FORWARD`.
    size, kernel, stride, dilation : int
        H, K, s, d of the row.
    caption : str

    Raises
    ------
    ValueError
        If there is no such reading, or no layer with these sizes.
    """
    axes = []
    for reading in readings:
        d = dilation_of(reading, dilation)
        padding = padding_of(reading, size, kernel, stride, dilation)
        axes.append(Axis(size, kernel=kernel, stride=stride, padding=padding, dilation=d))
    front = max(axis.padding[0] for axis in axes)
    rows = [_windows(name, axis, front) for name, axis in zip(readings, axes, strict=True)]
    said = [
        f"{name}: {axis.padding[0]} in front and {axis.padding[1]} behind, windows from "
        f"{', '.join(number(axis.input_of(u, 0)) for u in range(axis.out_size))}"
        for name, axis in zip(readings, axes, strict=True)
    ]
    alt = f"A row of {size} cells, padded in {counted(len(axes), 'way')}. {'. '.join(said)}."
    notes = f"dashed: a zero; z below a cell: its window begins there and has {counted(kernel, 'tap')}"
    return figures.rows_in_line(rows, alt, caption, notes=notes)


def _windows(name, axis, front):
    before, after = axis.padding
    begins = {axis.input_of(u, 0): u for u in range(axis.out_size)}
    cells = []
    for i in range(-before, axis.size + after):
        inside = 0 <= i < axis.size
        looks = {} if inside else {"style": "pad"}
        begin = (
            {"fill": "output", "sub": f"z{begins[i]}".translate(BELOW), "strong": True} if i in begins else {}
        )
        cells.append(
            dict(column=i + front, text=f"x{i}".translate(BELOW) if inside else "0", **looks, **begin)
        )
    return dict(title=name, role="input", cells=cells)


def kept(delta, w, stride, meanings, *, dilation=1, caption=""):
    """All sums of a transposed layer of one row, and below them what several readings keep of them.

    Parameters
    ----------
    delta, w : sequence of numbers
        What the layer reads, and its weights.
    stride, dilation : int
    meanings : dict
        What a row is called -> (reading of `readings.TRANSPOSED`, "as it scatters" or "turned", number or None).
    caption : str
    """
    delta, w = (np.array(row, dtype=float)[None, None] for row in (delta, w))
    stride, dilation = (stride,), (dilation,)
    cuts = {
        name: TRANSPOSED[reading](delta.shape[2], w.shape[2], *stride, *dilation, n)
        for name, (reading, _, n) in meanings.items()
    }
    kernels = {name: KERNELS[kernel] for name, (_, kernel, _) in meanings.items()}
    every = "every sum, nothing cut"
    front = max([0, *(-before for before, _ in cuts.values())])
    rows, said = [], []
    for name, (before, after) in {every: (0, 0), **cuts}.items():
        whole = spread(delta, w, stride, dilation, turned=kernels.get(name, False))
        row = cropped(whole, [(before, after)])[0, 0]
        cells = [
            dict(column=front + before + n, text=number(value), fill="gradient" if name != every else "")
            for n, value in enumerate(row)
        ]
        rows.append(dict(title=name, role="gradient", cells=cells))
        said.append(f"{name}: {' '.join(map(number, row))}")
    return figures.rows_in_line(rows, f"Rows of cells below each other. {'. '.join(said)}.", caption)
