"""The arrays that a layer's functions are given: checked, in the precision to accumulate in, beside their geometry."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .geometry import Geometry, checked_shape

__all__ = [
    "arrays",
    "backward_arguments",
    "forward_arguments",
    "grad_bias_arguments",
    "grad_input_arguments",
    "grad_weight_arguments",
    "same_shape",
]


def forward_arguments(x, w, b, **settings):
    """Checked arrays in the precision to accumulate in, the geometry, and the precision of the result."""
    (x, w, b), dtype = arrays(x=x, w=w, b=b)
    geometry = geometry_of(x.shape, w.shape, **settings)
    if b is None:
        b = np.zeros(geometry.filters, dtype=x.dtype)
    same_shape("b", b.shape, (geometry.filters,), "one bias per filter")
    return x, w, b, geometry, dtype


def grad_input_arguments(delta, w, input_shape, **settings):
    """The same for the input gradient."""
    (delta, w), dtype = arrays(delta=delta, w=w)
    geometry = geometry_of(checked_shape(input_shape, "input_shape", "(N, C, *spatial)"), w.shape, **settings)
    same_shape("delta", delta.shape, geometry.out_shape, "the shape this layer's output has")
    return delta, w, geometry, dtype


def grad_weight_arguments(delta, x, weight_shape, **settings):
    """The same for the weight gradient."""
    (delta, x), dtype = arrays(delta=delta, x=x)
    weight_shape = checked_shape(weight_shape, "weight_shape", "(F, C/G, *kernel)")
    geometry = geometry_of(x.shape, weight_shape, **settings)
    same_shape("delta", delta.shape, geometry.out_shape, "the shape this layer's output has")
    return delta, x, geometry, dtype


def backward_arguments(delta, x, w, **settings):
    """The same for all three gradients at once, with the precision of each."""
    checked, dtype = arrays(delta=delta, x=x, w=w)
    geometry = geometry_of(checked[1].shape, checked[2].shape, **settings)
    same_shape("delta", checked[0].shape, geometry.out_shape, "the shape this layer's output has")
    if all(getattr(given, "dtype", None) == dtype for given in (delta, x, w)):
        return *checked, geometry, [dtype] * 3
    dtypes = [arrays(**of)[1] for of in (dict(delta=delta, w=w), dict(delta=delta, x=x), dict(delta=delta))]
    return *checked, geometry, dtypes


def grad_bias_arguments(delta):
    """The same for the bias gradient."""
    (delta,), dtype = arrays(delta=delta)
    checked_shape(delta.shape, "delta", "(N, F, *out)")
    return delta, dtype


_known = lru_cache(maxsize=256)(Geometry.of)


def geometry_of(x_shape, w_shape, **settings):
    """`Geometry.of`, once for each layer that a training loop calls again and again.

    Only where a setting is a plain integer or a word: True, 1 and 1.0 are one key, and two of them are errors.
    """
    plain = all(type(value) in (int, str) for value in settings.values())
    return (_known if plain else Geometry.of)(x_shape, w_shape, **settings)


def arrays(**given):
    """The arrays as numbers to accumulate in (float16 in float32, integers in float64), and the result's precision."""
    found = {}
    for name, value in given.items():
        if value is None and name == "b":
            continue
        try:
            array = None if value is None else np.asarray(value)
        except ValueError:
            raise TypeError(
                f"{name} must be an array of real numbers; got lists of different lengths"
            ) from None
        if array is None or array.dtype.kind not in "fiub":
            kind = "None" if array is None else f"an array of {array.dtype}"
            raise TypeError(f"{name} must be an array of real numbers (float or integer); got {kind}")
        found[name] = array if array.dtype.kind == "f" else array.astype(np.float64)
    result = np.result_type(*found.values())
    accumulate = np.result_type(result, np.float32)
    return [found[n].astype(accumulate, copy=False) if n in found else None for n in given], result


def same_shape(name, got, expected, why):
    if got != expected:
        raise ValueError(f"{name} must have shape {expected}, {why}; got {got}")
