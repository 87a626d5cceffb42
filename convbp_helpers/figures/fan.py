"""The fan: the still picture of every link of one cell."""

from __future__ import annotations

import numpy as np

from ..geometry import Geometry
from ..selection import label
from ..words import counted
from .link_drawing import draw_links
from .linked_maps import LinkedMaps
from .picture import Picture

MOST_SAID = 12  # links in the alt text


def fan(
    input_size, kernel_size, *, stride=1, padding=0, dilation=1, channels=1, filters=1, groups=1,
    selected, view="forward", x=None, w=None, z=None, caption="", alt=None,
) -> Picture:  # fmt: skip
    """The maps of x, w and z of a layer, with every link of one cell drawn as a line in the colour of its tap.

    Parameters
    ----------
    input_size, kernel_size : int, or tuple of 1 or 2 ints
    stride, dilation : int, or one int per axis
    padding : int, one int per axis, one (before, after) pair per axis, "same" or "valid"
    channels, filters, groups : int
        G divides C and F.
    selected : tuple
        Array name, channel or filter, position: ("x", c, i, j), ("w", f, c, k, l), ("z", f, u, v); the c of w counts
        the channels within a group. Channel and filter may be left out where the layer has one of each.
    view : "forward", "grad_x" or "grad_w"
        Which array is a gradient: z becomes δ in the last two, and x or w becomes ∂J/∂x or ∂J/∂w.
    x : array (C, *input_size), optional
    w : array (F, C/G, *kernel_size), optional
    z : array (F, *out), optional
        The numbers in the cells; axes of length 1 in front may be left out. An array that is not given shows the
        indices of its cells.
    caption, alt : str
        alt defaults to a description that lists the links.

    Raises
    ------
    TypeError, ValueError
        If no layer has these settings, there is no such cell, or an array does not fit.
    """
    sizes, kernels = (tuple(np.atleast_1d(size).tolist()) for size in (input_size, kernel_size))
    if len(sizes) not in (1, 2):
        raise ValueError(f"a fan is drawn for one or two axes; input_size has {len(sizes)}: {sizes}")
    if groups and channels % groups:
        raise ValueError(f"groups must divide C and F; groups = {groups} does not divide C = {channels}")
    layer = Geometry.of(
        (1, channels, *sizes), (filters, channels // max(groups, 1), *kernels),
        stride=stride, padding=padding, dilation=dilation, groups=groups,
    )  # fmt: skip
    shapes = {"x": layer.x_shape[1:], "w": layer.w_shape, "z": layer.out_shape[1:]}
    values = {name: _fitted(name, array, shapes[name]) for name, array in (("x", x), ("w", w), ("z", z))}
    maps = LinkedMaps(layer, _cell(selected, shapes, len(sizes)), values, view)
    return Picture(
        lambda: [draw_links(maps)], alt or _described(maps), caption, maps.panels, notes=maps.notes
    )


def _fitted(name, array, shape):
    """The numbers as an array of this shape."""
    if array is None:
        return None
    array = np.array(array)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must be an array of real numbers; got {array.dtype}")
    bare = shape[len(shape) - array.ndim :] if array.ndim < len(shape) else shape
    if array.shape != bare or array.size != np.prod(shape):
        raise ValueError(f"{name} must have shape {shape}, as this layer has it; got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers to be drawn")
    return array.reshape(shape).astype(float)


def _cell(selected, shapes, axes):
    """The chosen cell with its full index."""
    if not isinstance(selected, (tuple, list)) or not selected or selected[0] not in shapes:
        raise ValueError(
            f'selected is a cell like ("x", 2), of "x", "w" or "z" with its index; got {selected!r}'
        )
    name, *index = selected
    shape = shapes[name]
    if len(index) == axes and all(n == 1 for n in shape[:-axes]):
        index = [0] * (len(shape) - axes) + index
    whole = all(isinstance(i, (int, np.integer)) and not isinstance(i, bool) for i in index)
    if (
        not whole
        or len(index) != len(shape)
        or not all(0 <= i < n for i, n in zip(index, shape, strict=True))
    ):
        raise ValueError(
            f"{name} has shape {shape}: selected {tuple(selected)!r} is no cell of it; "
            f"use indices from 0 to {tuple(n - 1 for n in shape)}"
        )
    return (name, *(int(i) for i in index))


def _described(maps):
    """The chosen cell and its links in words."""
    layer, (name, *index) = maps.layer, maps.selected
    names = {key: shown[0] for key, shown in maps.shown.items()}
    say = lambda key, cell: label(layer, names[key], cell)  # noqa: E731
    arrays = "; ".join("".join(maps.title(key)) for key in "xwz")
    text = f"Maps of cells: {arrays}. {say(name, index)} has {counted(len(maps.links), 'link')}"
    if not maps.links:
        return f"{text}."
    said = [f"{say('x', i)} through {say('w', k)} to {say('z', u)}" for u, k, i in maps.links[:MOST_SAID]]
    more = len(maps.links) - len(said)
    return f"{text}, drawn as lines: {'; '.join(said)}{f'; and {more} more' if more else ''}."
