"""The four functions again, vectorised per kernel tap: one strided slice, one product, accumulated.

Tap k joins the outputs ``z[..., outputs]`` to the inputs ``x[..., inputs]``, two slices clipped to the links that
exist, so padding is never read and never multiplied. The same pair of slices serves all three directions, and each
line is still the equation it stands for: forward sums ``w_k x``, the input gradient ``w_k^T delta``, the weight
gradient ``delta x^T``. Groups are one more axis.
"""

import numpy as np

from . import arguments

__all__ = ["forward", "grad_input", "grad_weight", "grad_bias"]

PART = 2 * 2**20  #: bytes of input and output that are worked on at a time


def forward(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """The output of the layer, tap by tap; parameters, shapes and errors as `loops.forward`.

    For each tap k: ``z[outputs of k] += w_k @ x[inputs of k]``.
    """
    x, w, b, g, dtype = arguments.forward_arguments(
        x, w, b, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    x, w = _split(x, 1, g.groups), _split(w, 0, g.groups)
    z = np.zeros(g.out_shape, dtype=x.dtype)
    z += b.reshape(-1, *[1] * len(g.axes))
    for x_n, z_n in _in_parts(x, _split(z, 1, g.groups)):
        for k, outputs, inputs in g.taps():
            w_k, x_k = _of_tap(w, k), x_n[..., *inputs]
            z_n[..., *outputs] += _on_grid(_product(w_k, _flat(x_k)), x_k)
    return z.astype(dtype, copy=False)


def grad_input(delta, w, input_shape, *, stride=1, padding=0, dilation=1, groups=1):
    """The input gradient, tap by tap; parameters, shapes and errors as `loops.grad_input`.

    For each tap k: ``grad_x[inputs of k] += w_k.T @ delta[outputs of k]``.
    """
    delta, w, g, dtype = arguments.grad_input_arguments(
        delta, w, input_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    delta, w = _split(delta, 1, g.groups), _split(w, 0, g.groups)
    grad_x = np.zeros(g.x_shape, dtype=delta.dtype)
    for delta_n, x_n in _in_parts(delta, _split(grad_x, 1, g.groups)):
        for k, outputs, inputs in g.taps():
            w_k, delta_k = _of_tap(w, k), delta_n[..., *outputs]
            x_n[..., *inputs] += _on_grid(_product(w_k.mT, _flat(delta_k)), delta_k)
    return grad_x.astype(dtype, copy=False)


def grad_weight(delta, x, weight_shape, *, stride=1, padding=0, dilation=1, groups=1):
    """The weight gradient, tap by tap; parameters, shapes and errors as `loops.grad_weight`.

    For each tap k: ``grad_w_k = sum over n of delta[outputs of k] @ x[inputs of k].T``.
    """
    delta, x, g, dtype = arguments.grad_weight_arguments(
        delta, x, weight_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    delta, x = _split(delta, 1, g.groups), _split(x, 1, g.groups)
    grad_w = np.zeros(g.w_shape, dtype=delta.dtype)
    w_groups = _split(grad_w, 0, g.groups)
    for delta_n, x_n in _in_parts(delta, x):
        for k, outputs, inputs in g.taps():
            delta_k, x_k = _flat(delta_n[..., *outputs]), _flat(x_n[..., *inputs])
            # (x delta^T)^T: the faster order for BLAS
            w_groups[..., *k] += _product(x_k, delta_k.mT).sum(axis=0).mT
    return grad_w.astype(dtype, copy=False)


def grad_bias(delta):
    """The bias gradient, summed over the batch and every position; as `loops.grad_bias`."""
    delta, dtype = arguments.grad_bias_arguments(delta)
    batch, filters, *grid = delta.shape
    cells = delta.reshape(batch, filters, int(np.prod(grid)))
    return np.einsum("nfu->f", cells).astype(dtype, copy=False)


def _in_parts(one, other):
    """Views of a few examples of both at a time, so many that they stay in the cache while all taps pass over them."""
    example = one[:1].nbytes + other[:1].nbytes
    few = max(1, PART // max(example, 1))
    return [(one[n : n + few], other[n : n + few]) for n in range(0, len(one), few)]


def _of_tap(w, k):
    """The weights of a tap, copied: strided on both axes, NumPy before 2.3 multiplies them 27 times as slowly."""
    return np.ascontiguousarray(w[..., *k])


def _split(array, axis, groups):
    """A view with the channel or filter axis cut into (groups, per group)."""
    return array.reshape(*array.shape[:axis], groups, array.shape[axis] // groups, *array.shape[axis + 1 :])


def _flat(array):
    """(N, G, channels, *grid) as (N, G, channels, cells)."""
    return array.reshape(*array.shape[:3], int(np.prod(array.shape[3:])))


def _on_grid(flat, like):
    """(N, G, channels, cells) back on the grid of `like`."""
    return flat.reshape(*flat.shape[:3], *like.shape[3:])


def _product(a, b):
    """a @ b; where the inner dimension is 1 the product is a plain multiplication, several times faster than BLAS."""
    return a * b if a.shape[-1] == 1 else a @ b
