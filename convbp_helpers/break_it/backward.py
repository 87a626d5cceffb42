"""A right backward pass of a 2-D layer, written in steps that can be replaced: a mistake is one step replaced.

`gather` is the input gradient, `per_tap` the weight gradient, `per_filter` the bias gradient. Each takes
(delta, x, w, **settings), the settings as tuples with one entry per axis.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

__all__ = [
    "RIGHT",
    "correlate",
    "crop",
    "fitted",
    "gather",
    "half_turn",
    "leftovers",
    "pad",
    "per_filter",
    "per_tap",
    "whole",
    "zeros_between",
]


# ------------------------------------------------------------------------------------------------- the steps
def half_turn(w):
    """The kernels turned by 180°."""
    return w[:, :, ::-1, ::-1]


def zeros_between(array, steps, phase=(0, 0), behind=(0, 0)):
    """The array's cells `steps` apart, from `phase` on; then rows and columns of zeros behind."""
    grid = [s * (n - 1) + 1 for n, s in zip(array.shape[2:], steps, strict=True)]
    spread = np.zeros((*array.shape[:2], *(n + b for n, b in zip(grid, behind, strict=True))))
    where = tuple(slice(a, a + n, s) for a, n, s in zip(phase, grid, steps, strict=True))
    spread[:, :, *where][...] = array[:, :, : spread[:, :, *where].shape[2], : spread[:, :, *where].shape[3]]
    return spread


def pad(array, pairs):
    """Zeros around the last two axes, one pair (before, after) each."""
    return np.pad(array, ((0, 0), (0, 0), *pairs))


def correlate(array, kernel, join="nfijkl,fckl->ncij"):
    """The kernel at each place of the array; `join` says which letters are summed."""
    return np.einsum(join, sliding_window_view(array, kernel.shape[2:], axis=(2, 3)), kernel)


def crop(full, pads, size):
    """The gradient of x out of that of the padded x."""
    return full[:, :, *(slice(a, a + n) for (a, _), n in zip(pads, size, strict=True))]


def whole(full, pads, size):
    """Not cropped."""
    return full


def fitted(full, pads, size):
    """Cropped, and filled up with zeros where something is missing behind."""
    return crop(pad(full, [(0, sum(p) + n) for p, n in zip(pads, size, strict=True)]), pads, size)


def leftovers(delta, x, w, stride, padding, dilation):
    """How many rows and columns of the padded x lie behind the last window."""
    numbers = zip(x.shape[2:], w.shape[2:], stride, padding, dilation, delta.shape[2:], strict=True)
    return tuple(h + sum(p) - (s * (u - 1) + d * (k - 1) + 1) for h, k, s, p, d, u in numbers)


# --------------------------------------------------------------------------------------------- the gradients
def gather(
    delta,
    x,
    w,
    *,
    stride,
    padding,
    dilation,
    groups=1,
    turn=half_turn,
    phase=(0, 0),
    split=lambda r: (0, r),
    cropped=crop,
    join="nfijkl,fckl->ncij",
):
    """The input gradient: delta with zeros between, padded by d(K-1), over the turned kernel, cropped.

    Parameters
    ----------
    delta : (N, F, U, V)
    x : (N, C, H, W)
    w : (F, C/G, K, L)
    stride, dilation : two int
    padding : two pairs (before, after)
    groups : int
    turn, phase, split, cropped, join
        The steps that a mistake replaces: how the kernel is turned, where the cells of delta stand among the zeros,
        how a leftover r is shared out in front and behind, how the padding is taken off, what is summed.

    Returns
    -------
    grad_x : (N, C, H, W)
    """
    left = leftovers(delta, x, w, stride, padding, dilation)
    parts = []
    for d_g, w_g in zip(np.split(delta, groups, 1), np.split(w, groups, 0), strict=True):
        kernel = zeros_between(turn(w_g), dilation)
        inserted = zeros_between(d_g, stride, phase)
        sides = [
            (n - 1 + split(r)[0], n - 1 + split(r)[1]) for n, r in zip(kernel.shape[2:], left, strict=True)
        ]
        parts.append(correlate(pad(inserted, sides), kernel, join))
    return cropped(np.concatenate(parts, 1), padding, x.shape[2:])


def per_tap(delta, x, w, *, stride, padding, dilation, groups=1, step=None, apart=None, join="nfuv,ncuv->fc"):
    """The weight gradient: for each tap, the strided slice of the padded input that it reads, times delta.

    Parameters
    ----------
    delta, x, w, stride, padding, dilation, groups
        As for `gather`.
    step, apart, join
        What a mistake replaces: the steps of the slice (the stride), how far the taps are apart (the dilation), what
        is summed.

    Returns
    -------
    grad_w : (F, C/G, K, L)
    """
    step, apart = step or stride, apart or dilation
    grad = np.zeros(w.shape)
    x = pad(x, padding)
    filters, channels = w.shape[0] // groups, w.shape[1]
    for g in range(groups):
        d_g, x_g = delta[:, g * filters :][:, :filters], x[:, g * channels :][:, :channels]
        for k in np.ndindex(*w.shape[2:]):
            where = (
                slice(a * t, a * t + s * (u - 1) + 1, s)
                for t, a, s, u in zip(k, apart, step, delta.shape[2:], strict=True)
            )
            grad[g * filters : (g + 1) * filters, :, *k] = np.einsum(join, d_g, x_g[:, :, *where])
    return grad


def per_filter(delta, x, w, **settings):
    """The bias gradient, of shape (F,): delta summed over n, u and v."""
    return delta.sum((0, 2, 3))


RIGHT = {"x": gather, "w": per_tap, "b": per_filter}
