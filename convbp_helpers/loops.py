r"""Every equation of the series as a loop nest over links: the ground truth, with no cleverness.

`u`, `k` and `i` are tuples with one entry per spatial axis, and ``i = s*u + d*k - p`` holds on each axis; the
docstrings carry the 2-D equations. Put a docstring and the loop below it side by side: they are the same, letter
for letter.
"""

import numpy as np

from . import arguments

__all__ = ["forward", "grad_input", "grad_weight", "grad_bias"]


def forward(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    r"""The output of the layer, before the activation.

    .. math::
        z_{n,f,u,v} = b_f + \sum_{c'} \sum_{k,l} w_{f,c',k,l}\, x_{n,\lfloor fG/F\rfloor C/G + c',\,su+dk-p,\,sv+dl-p}

    Parameters
    ----------
    x : (N, C, *spatial)
    w : (F, C/G, *kernel)
    b : (F,), optional
        Zero when left out.
    stride, dilation : int, or one int per axis
    padding : int, one int per axis, one (before, after) pair per axis, "same" or "valid"
    groups : int

    Returns
    -------
    z : (N, F, *out)
        In the precision of the inputs; integers are computed in float64.

    Raises
    ------
    TypeError, ValueError
        If the arrays or settings do not make a layer (`Geometry.of`).

    Notes
    -----
    Notebook 00, the answer card; derived in 01 and 02 for one channel and one filter.
    """
    x, w, b, g, dtype = arguments.forward_arguments(
        x, w, b, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    z = np.zeros(g.out_shape, dtype=x.dtype)
    for u in np.ndindex(*g.output_grid):
        links = g.links_of_output(u)
        for n in range(g.batch):
            for f in range(g.filters):
                z[n, f, *u] = b[f]
                for c_in_group, c in enumerate(g.channels_of_filter(f)):
                    for _, k, i in links:
                        z[n, f, *u] += w[f, c_in_group, *k] * x[n, c, *i]
    return z.astype(dtype, copy=False)


def grad_input(delta, w, input_shape, *, stride=1, padding=0, dilation=1, groups=1):
    r"""The gradient of the loss with respect to the input: over filters and the links of the input.

    .. math::
        \frac{\partial J}{\partial x_{n,c,i,j}} = \sum_{f \,:\, \lfloor fG/F\rfloor = \lfloor cG/C\rfloor} \sum_{k,l}
        [\,s \mid i+p-dk\,]\,[\,s \mid j+p-dl\,]\;
        \delta_{n,f,(i+p-dk)/s,\,(j+p-dl)/s}\, w_{f,\,c \bmod (C/G),\,k,l}

    Parameters
    ----------
    delta : (N, F, *out)
        The gradient of the loss with respect to z.
    w : (F, C/G, *kernel)
    input_shape : (N, C, *spatial)
        Several input sizes share one output size, so it must be told.
    stride, padding, dilation, groups
        As in `forward`.

    Returns
    -------
    grad_x : (N, C, *spatial)

    Raises
    ------
    TypeError, ValueError
        As `forward`; also if delta does not have the shape that the geometry gives.

    Notes
    -----
    Notebook 00, the answer card; derived in 01 and 02 for one channel and one filter.
    """
    delta, w, g, dtype = arguments.grad_input_arguments(
        delta, w, input_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    grad_x = np.zeros(g.x_shape, dtype=delta.dtype)
    for i in np.ndindex(*g.input_grid):
        links = g.links_of_input(i)
        for n in range(g.batch):
            for c in range(g.channels):
                for f in g.filters_of_channel(c):
                    for u, k, _ in links:
                        grad_x[n, c, *i] += delta[n, f, *u] * w[f, c % (g.channels // g.groups), *k]
    return grad_x.astype(dtype, copy=False)


def grad_weight(delta, x, weight_shape, *, stride=1, padding=0, dilation=1, groups=1):
    r"""The gradient of the loss with respect to the weights: over the batch and the links of the tap.

    .. math::
        \frac{\partial J}{\partial w_{f,c',k,l}} = \sum_n \sum_{u,v}
        \delta_{n,f,u,v}\, x_{n,\lfloor fG/F\rfloor C/G + c',\,su+dk-p,\,sv+dl-p}

    Parameters
    ----------
    delta : (N, F, *out)
        The gradient of the loss with respect to z.
    x : (N, C, *spatial)
    weight_shape : (F, C/G, *kernel)
    stride, padding, dilation, groups
        As in `forward`.

    Returns
    -------
    grad_w : (F, C/G, *kernel)

    Raises
    ------
    TypeError, ValueError
        As `forward`; also if delta does not have the shape that the geometry gives.

    Notes
    -----
    Notebook 00, the answer card; derived in 01 and 02 for one channel and one filter.
    """
    delta, x, g, dtype = arguments.grad_weight_arguments(
        delta, x, weight_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    grad_w = np.zeros(g.w_shape, dtype=delta.dtype)
    for k in np.ndindex(*g.kernel_grid):
        links = g.links_of_tap(k)
        for f in range(g.filters):
            for c_in_group, c in enumerate(g.channels_of_filter(f)):
                for n in range(g.batch):
                    for u, _, i in links:
                        grad_w[f, c_in_group, *k] += delta[n, f, *u] * x[n, c, *i]
    return grad_w.astype(dtype, copy=False)


def grad_bias(delta):
    r"""The gradient of the loss with respect to the bias: over the batch and every output position.

    .. math:: \frac{\partial J}{\partial b_f} = \sum_n \sum_{u,v} \delta_{n,f,u,v}

    Parameters
    ----------
    delta : (N, F, *out)
        The gradient of the loss with respect to z.

    Returns
    -------
    grad_b : (F,)

    Raises
    ------
    TypeError, ValueError
        If delta is no array of real numbers with at least three axes.

    Notes
    -----
    Notebook 00, the answer card; derived in 01 and 02 for one filter.
    """
    delta, dtype = arguments.grad_bias_arguments(delta)
    batch, filters, *output_grid = delta.shape
    grad_b = np.zeros(filters, dtype=delta.dtype)
    for f in range(filters):
        for n in range(batch):
            for u in np.ndindex(*output_grid):
                grad_b[f] += delta[n, f, *u]
    return grad_b.astype(dtype, copy=False)
