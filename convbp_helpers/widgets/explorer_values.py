"""Settings, selection and values of the influence explorer: pure functions, with their twin in explorer_values.js."""

from __future__ import annotations

import numpy as np

from ..geometry import Geometry
from .page import SettingError, is_integer, whole

SETTINGS = ("input_size", "kernel_size", "stride", "padding", "dilation", "channels", "filters", "groups")
ARRAYS = ("x", "w", "b", "delta")
MOST_CELLS = 6000


# ------------------------------------------------------------------------------------------------ reading settings
def sizes_of(value, name):
    sizes = tuple(value) if isinstance(value, (tuple, list, np.ndarray)) else (value,)
    if len(sizes) not in (1, 2):
        raise SettingError(f"{name} must have one or two axes to be drawn; got {len(sizes)}: {sizes}")
    return sizes


def layer_of(
    input_size, kernel_size, stride=1, padding=0, dilation=1, channels=1, filters=1, groups=1
) -> Geometry:
    sizes, kernels = sizes_of(input_size, "input_size"), sizes_of(kernel_size, "kernel_size")
    if len(sizes) != len(kernels):
        raise SettingError(
            f"input_size and kernel_size must have the same number of axes; got {sizes} and {kernels}"
        )
    channels, filters = whole(channels, "channels", 1), whole(filters, "filters", 1)
    groups = whole(groups, "groups", 1)
    sizes = tuple(whole(n, "input_size", 1) for n in sizes)
    kernels = tuple(whole(n, "kernel_size", 1) for n in kernels)
    try:
        return Geometry.of(
            (1, channels, *sizes),
            (filters, channels // groups, *kernels),
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=groups,
        )
    except (TypeError, ValueError) as error:
        divide = not (channels % groups or filters % groups)
        fix = "" if divide else f"; use groups = {either(possible_groups(channels, filters))}"
        raise SettingError(f"{error}{fix}") from None


def possible_groups(channels, filters) -> list[int]:
    """The numbers of groups that divide both."""
    return [g for g in range(1, min(channels, filters) + 1) if channels % g == filters % g == 0]


def either(items):
    """1, 2 or 4."""
    *front, last = map(str, items)
    return f"{', '.join(front)} or {last}" if front else last


def canonical_settings(**settings) -> dict:
    """The settings, one entry per axis, or a SettingError that says why no layer has them."""
    layer = layer_of(**settings)
    cells = sum(int(np.prod(shape)) for shape in (layer.x_shape, layer.w_shape, layer.out_shape))
    if cells > MOST_CELLS:
        raise SettingError(
            f"the explorer draws at most {MOST_CELLS} cells; x, w and z of this layer have {cells}"
        )
    return dict(
        input_size=layer.input_grid,
        kernel_size=layer.kernel_grid,
        stride=tuple(a.stride for a in layer.axes),
        padding=tuple(a.padding for a in layer.axes),
        dilation=tuple(a.dilation for a in layer.axes),
        channels=layer.channels,
        filters=layer.filters,
        groups=layer.groups,
    )


def shapes_of(**settings) -> dict:
    layer = layer_of(**settings)
    outputs = layer.out_shape[1:]
    return dict(x=layer.x_shape[1:], w=layer.w_shape, b=(layer.filters,), delta=outputs, z=outputs)


def as_typed(name, value):
    """A setting as one would type it: 1 rather than (1, 1)."""
    if name in ("input_size", "kernel_size"):
        return value if len(value) > 1 else value[0]
    if name == "padding" and all(before == after for before, after in value):
        value = tuple(before for before, after in value)
    return (
        value[0]
        if isinstance(value, tuple) and not isinstance(value[0], tuple) and len(set(value)) == 1
        else value
    )


def selection_of(value, shapes):
    """The full tuple of a selection: name, channel or filter, position."""
    if value is None:
        return None
    if (
        isinstance(value, str)
        or not isinstance(value, (tuple, list))
        or not value
        or value[0] not in ("x", "w", "z")
    ):
        raise SettingError(
            f'selected is None or a tuple like ("x", 2, 3), named "x", "w" or "z"; got {value!r}'
        )
    name, *index = value
    shape = shapes[name]
    leading = len(shape) - (len(shapes["x"]) - 1)
    if not all(map(is_integer, index)):
        raise SettingError(f"the indices of selected must be integers; got {value!r}")
    if len(index) == len(shape) - leading and all(n == 1 for n in shape[:leading]):
        index = [0] * leading + index
    if name == "w" and len(index) == len(shape) - 1 and 1 in shape[:2]:  # one of the two letters left out
        index = [0, *index] if shape[0] == 1 else [index[0], 0, *index[1:]]
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise SettingError(f"{name} has shape {shape}: selected {tuple(value)!r} is no cell of it")
    return (name, *(int(i) for i in index))


def clamped(selected, shapes):
    """The same cell, or the nearest one that still exists."""
    if selected is None:
        return None
    name, *index = selected
    shape = shapes[name]
    if len(index) != len(shape):
        return None
    return (name, *(min(i, n - 1) for i, n in zip(index, shape, strict=True)))


def muted_of(value, filters) -> tuple[int, ...]:
    """The muted filters in order, each once."""
    numbers = tuple(value) if isinstance(value, (tuple, list, set, np.ndarray)) else None
    if numbers is None or not all(map(is_integer, numbers)):
        raise SettingError(f"muted is a tuple of filter numbers like (0, 2), or (); got {value!r}")
    if numbers and filters == 1:
        raise SettingError(
            f"muting needs at least 2 filters; this layer has 1: use filters >= 2 or muted=(); got {value!r}"
        )
    for f in numbers:
        if not 0 <= f < filters:
            raise SettingError(
                f"muted holds filter numbers from 0 to {filters - 1}, as this layer has {filters} filters; got {f}"
            )
    return tuple(sorted({int(f) for f in numbers}))


def still_muted(muted, filters) -> tuple[int, ...]:
    """The muted filters that still exist; none where there is only one filter."""
    return tuple(f for f in muted if f < filters) if filters > 1 else ()


def fitted(name, value, shape) -> np.ndarray:
    array = np.array(value, dtype=float)
    if array.shape != shape and array.shape == tuple(
        shape[i] for i in range(len(shape)) if i >= len(shape) - array.ndim
    ):
        array = array.reshape(shape) if array.size == np.prod(shape) else array
    if array.shape != shape:
        raise SettingError(f"{name} must have shape {shape}, as this layer's settings ask; got {array.shape}")
    if not np.isfinite(array).all():
        raise SettingError(f"{name} must hold finite numbers to be drawn")
    return array


# ---------------------------------------------------------------------------------------- the values it starts with
def default_values(name, shape) -> np.ndarray:
    """Small integers that are always the same: x and delta odd, w all different, b zero."""
    if name == "b":
        return np.zeros(shape)
    if name == "w":
        return np.arange(1, np.prod(shape) + 1, dtype=float).reshape(shape)
    outer, *grid = np.indices(shape)
    row, column = grid if len(grid) == 2 else (np.zeros_like(grid[0]), grid[0])
    if name == "x":
        return 1.0 + 2 * ((3 * column + row + (row * column) // 3 + 2 * outer) % 5)
    return 1.0 + 2 * ((column + 3 * row + 2 * row * column + column // 2 + 3 * outer) % 4)


def refit(name, old, shape) -> np.ndarray:
    """Values of a new shape: the defaults, with what the reader had put in kept where both have a cell."""
    new = default_values(name, shape)
    if old.ndim == new.ndim and not np.array_equal(old, default_values(name, old.shape)):
        both = tuple(slice(0, min(a, b)) for a, b in zip(old.shape, shape, strict=True))
        new[both] = old[both]
    return new
