"""Where a wrong array is wrong: which cells they have in common, in words of the layer."""

from __future__ import annotations

import numpy as np

from ..words import listed, plural
from .misconceptions.walking import Walk

#: the axes of each array in front of those of space
_FRONT = dict(
    z=("example", "filter"), grad_x=("example", "channel"), grad_w=("filter", "channel"), grad_b=("filter",)
)
_SPACE = {1: ("cell",), 2: ("row", "column"), 3: ("plane", "row", "column")}


def located(got, expected, walk: Walk | None, wrong) -> str:
    """One sentence about where the wrong cells lie, or nothing where they lie all over.

    wrong : bool array of the shape of both.
    """
    if got.shape != expected.shape or not expected.ndim or expected.size < 2:
        return ""
    if wrong.all():
        return _all_wrong(got, expected, walk)
    names = _names(expected.ndim, walk)
    if walk is not None and (said := _of_the_layer(wrong, walk)):
        return said
    for axis, name in enumerate(names):
        others = tuple(a for a in range(wrong.ndim) if a != axis)
        lines = wrong.any(axis=others)
        size = len(lines)
        at = np.flatnonzero(lines)
        if size > 1 and len(at) < size:
            if list(at) == [size - 1]:
                return f"Only the last {name} is wrong; all before it are right."
            if list(at) == [0]:
                return f"Only the first {name} is wrong; all behind it are right."
            if len(at) <= 4:
                return f"Only {_which(name, at)} {plural(len(at), 'is', 'are')} wrong; all others are right."
    return ""


def known_shape(got, expected, arguments) -> str:
    """One sentence about what a wrong shape is, where it is one that is known."""
    given = [
        name for name, array in arguments.items() if isinstance(array, np.ndarray) and array.shape == got
    ]
    if given and got:
        return f"That is the shape of {given[0]}."
    if not got:
        return "One number came back, and no array."
    if sorted(got) == sorted(expected):
        return "The sizes are right, and in another order: axes are exchanged."
    shorter, longer = sorted((got, expected), key=len)
    if len(longer) == len(shorter) + 1:
        at = [axis for axis in range(len(longer)) if longer[:axis] + longer[axis + 1 :] == shorter]
        if at and longer is expected:
            return f"Axis {at[0]} is missing: it was summed, or one entry of it was picked."
        if at:
            return f"There is one axis too many, axis {at[0]}: is it to be summed?"
    if len(got) == len(expected):
        off = {axis: a - b for axis, (a, b) in enumerate(zip(got, expected, strict=True)) if a != b}
        how = [f"axis {axis} is {abs(n)} too {'long' if n > 0 else 'short'}" for axis, n in off.items()]
        return f"{listed(how)[0].upper()}{listed(how)[1:]}."
    return ""


def _which(name, at) -> str:
    """Rows 1 and 2 of taps, places 0 and 1 along axis 2."""
    first, _, rest = name.partition(" ")
    return f"{plural(len(at), first)} {listed(at.tolist())} {rest}".strip()


def _names(ndim, walk):
    if walk is None:
        return [f"place along axis {axis}" for axis in range(ndim)] if ndim > 1 else ["cell"]
    dims = walk.dims if walk.of != "grad_b" else 0
    space = _SPACE.get(dims, ()) if walk.of != "grad_w" else ("tap",) if dims == 1 else _taps(dims)
    names = [*_FRONT[walk.of], *space]
    return (
        names[len(names) - ndim :] if len(names) >= ndim else [f"place along axis {a}" for a in range(ndim)]
    )


def _taps(dims):
    return tuple(f"{name} of taps" for name in _SPACE.get(dims, ("axis",) * dims))


def _all_wrong(got, expected, walk):
    if np.allclose(got, 0):
        return "Every cell is 0: is anything added at all?"
    if got.size > 2 and np.allclose(got, got.ravel()[0]) and not np.allclose(expected, expected.ravel()[0]):
        return "Every cell holds the same number: an index is missing from the sum, or everything is summed."
    if got.size > 1 and np.allclose(np.sort(got.ravel()), np.sort(expected.ravel())):
        return "All the right numbers are there, in other places: an axis is reversed, or two are exchanged."
    return "" if walk is None else "Every cell is wrong, so the edges are not to blame."


def _of_the_layer(wrong, walk):
    """What the wrong cells of the input gradient, or of the output, are to the layer."""
    if walk.of == "grad_x":
        space = wrong.reshape(-1, *wrong.shape[wrong.ndim - walk.dims :]).any(axis=0)
        inside, behind = [], []
        for axis in walk.layer.axes:
            reach = axis.stride * (axis.out_size - 1) + axis.span - axis.padding[0]
            behind.append(np.arange(axis.size) >= reach)
            edge = np.arange(axis.size)
            full = axis.span - 1
            inside.append(
                (edge + axis.padding[0] >= full)
                & (edge + axis.padding[0] <= axis.stride * (axis.out_size - 1))
            )
        grids = np.meshgrid(*behind, indexing="ij")
        leftover = np.logical_or.reduce(grids)
        if leftover.any() and space.any() and not (space & ~leftover).any():
            return "Only the leftover is wrong: no window reads those cells, so their gradient is 0."
        middle = np.logical_and.reduce(np.meshgrid(*inside, indexing="ij"))
        if middle.any() and space.any() and not (space & middle).any():
            return (
                "Only cells near the edge are wrong, those that not all of the windows reach: "
                "which links does your code take there?"
            )
    return ""
