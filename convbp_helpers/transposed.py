"""The input gradient as a layer of its own: transposed convolution."""

from __future__ import annotations

import numpy as np

from . import geometry, taps

__all__ = ["conv_transpose"]


def conv_transpose(delta, w, b=None, *, stride=1, padding=0, output_padding=0, dilation=1, groups=1):
    """What `grad_input` gives when nobody knows the input: its size is computed, and may be told by a few cells.

    .. math::
        x_{n,c,i,j} = \\sum_f \\sum_{k,l} [s \\mid i+p-dk] [s \\mid j+p-dl]
        \\delta_{n,f,(i+p-dk)/s,(j+p-dl)/s} w_{f,c,k,l}

    and, if b is given, plus b_c. Per axis the result has ``s(U-1) + d(K-1) + 1 - p_before - p_after + output_padding``
    cells. The layer that reads them with the same settings has leftover ``output_padding`` as long as this is below
    the stride.

    Parameters
    ----------
    delta : array (N, F, *out)
        What is read here: the side of the layer that elsewhere is its output.
    w : array (F, C/G, *kernel)
        As the layer stores it: the first axis counts the maps that are read.
    b : array (C,), optional
        One bias for each map that is made.
    stride, dilation : int, or one int per axis
    padding : int, one int per axis, or one (before, after) pair per axis
        Cells that are cut off the result.
    output_padding : int, or one int per axis
        Cells that the result has more, at its end; below the stride or the dilation of its axis.
    groups : int

    Returns
    -------
    array (N, C, *spatial)

    Raises
    ------
    TypeError, ValueError
        With the rule, the numbers given and, where there is one, the fix.

    Notes
    -----
    Derived in notebook 09.
    """
    delta, w, b, g, pads, extra, dtype = geometry.transpose_arguments(
        delta,
        w,
        b,
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
        groups=groups,
    )
    settings = dict(stride=[a.stride for a in g.axes], dilation=[a.dilation for a in g.axes], groups=g.groups)
    x = taps.grad_input(delta, w, g.x_shape, **settings)
    x = np.pad(x, [(0, 0), (0, 0), *((0, more) for more in extra)])
    x = x[(..., *(slice(p, n - q) for n, (p, q) in zip(x.shape[2:], pads, strict=True)))]
    if b is not None:
        x = x + b.reshape(-1, *[1] * len(g.axes))
    return np.ascontiguousarray(x, dtype=dtype)
