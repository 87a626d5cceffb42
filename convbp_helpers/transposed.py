"""The input gradient as a layer of its own: transposed convolution."""

from __future__ import annotations

import numpy as np

from . import arguments, gemm, geometry

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
    delta, w, b, g, pads, extra, dtype = _arguments(
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
    x = gemm.grad_input(delta, w, g.x_shape, **settings)
    x = np.pad(x, [(0, 0), (0, 0), *((0, more) for more in extra)])
    x = x[(..., *(slice(p, n - q) for n, (p, q) in zip(x.shape[2:], pads, strict=True)))]
    if b is not None:
        x = x + b.reshape(-1, *[1] * len(g.axes))
    return np.ascontiguousarray(x, dtype=dtype)


def _arguments(delta, w, b, *, stride, padding, output_padding, dilation, groups):
    """Checked arrays and the geometry of a layer whose input has the size that is computed here.

    The geometry is that of the layer without padding and output padding; `pads` and `extra` say per axis what is cut
    off at both ends and how many cells are put on behind.
    """
    (delta, w, b), dtype = arguments.arrays(delta=delta, w=w, b=b)
    for name, array, letters in (("delta", delta, "(N, F, *out)"), ("w", w, "(F, C/G, *kernel)")):
        geometry.checked_shape(array.shape, name, letters)
    if delta.ndim != w.ndim:
        raise ValueError(
            f"delta and w must have the same number of axes; delta {delta.shape} has {delta.ndim} and w {w.shape} "
            f"has {w.ndim}"
        )
    if isinstance(padding, str):
        raise ValueError(
            f"a transposed convolution does not know the size of its result before, so padding must be numbers; "
            f"got {padding!r}"
        )
    if 0 in (*delta.shape[2:], *w.shape[2:]):
        raise ValueError(f"every spatial axis needs at least one cell; delta {delta.shape}, w {w.shape}")
    grid, kernel = delta.shape[2:], w.shape[2:]
    strides = geometry.per_axis(stride, "stride", len(grid), 1)
    dilations = geometry.per_axis(dilation, "dilation", len(grid), 1)
    pads = geometry.pads_per_axis(padding, grid, kernel, strides, dilations)
    extra = geometry.per_axis(output_padding, "output_padding", len(grid), 0)
    sizes = [
        s * (u - 1) + d * (k - 1) + 1 for s, u, d, k in zip(strides, grid, dilations, kernel, strict=True)
    ]
    for number, (size, pad, more, s, d) in enumerate(
        zip(sizes, pads, extra, strides, dilations, strict=True)
    ):
        if more >= max(s, d):
            raise ValueError(
                f"spatial axis {number}: output_padding must be below the stride or the dilation ({max(s, d)}); "
                f"got {more}"
            )
        if size + more <= sum(pad):
            raise ValueError(
                f"spatial axis {number}: padding {pad} cuts off all of the {size + more} cells; use less padding"
            )
    groups = geometry.integer(groups, "groups", 1)
    layer = geometry.Geometry.of(
        (delta.shape[0], w.shape[1] * groups, *sizes),
        w.shape,
        stride=strides,
        dilation=dilations,
        groups=groups,
    )
    arguments.same_shape("delta", delta.shape, layer.out_shape, "as many maps as w has filters")
    if b is not None:
        arguments.same_shape("b", b.shape, (layer.channels,), "one bias per map that is made")
    return delta, w, b, layer, pads, extra, dtype
