"""The layer as one explicit matrix: each link is an entry, so the backward pass is the transpose.

A layer is linear in its input, so for one example ``z.ravel() = A @ x.ravel()`` plus the bias, and linear in its
weight, so ``z.ravel() = B @ w.ravel()``. Then ``A.T @ delta.ravel()`` is grad_x and ``B.T @ delta.ravel()`` is grad_w.
`im2col` is the part of B that its filters share, and `col2im` the transpose of `im2col`.
"""

from __future__ import annotations

import numpy as np

from . import arguments
from .geometry import Geometry, checked_shape

__all__ = ["by_input", "by_weight", "col2im", "im2col"]

MOST = 2**26  #: entries of a matrix: half a GB in float64


def by_input(w, input_shape, *, stride=1, padding=0, dilation=1, groups=1):
    r"""The matrix A of a layer as a function of its input, for one example.

    The entry in row (f, u, v) and column (c, i, j) is the weight of the link that joins these two cells, and 0 where
    there is none:

    .. math::
        z_{f,u,v} = b_f + \sum_{c}\sum_{i,j} [\,d \mid i+p-su\,]\,[\,d \mid j+p-sv\,]\;
        w_{f,c,\,(i+p-su)/d,\,(j+p-sv)/d}\; x_{c,i,j}

    Parameters
    ----------
    w : (F, C/G, *kernel)
    input_shape : (N, C, *spatial)
        N is not looked at: the examples share the matrix.
    stride, padding, dilation, groups
        As in `loops.forward`.

    Returns
    -------
    A : (F * U * V, C * H * W)
        Rows and columns in the order of ``z[n].ravel()`` and ``x[n].ravel()``.

    Raises
    ------
    TypeError, ValueError
        If there is no such layer (`Geometry.of`), or A would have more than `MOST` entries.

    Notes
    -----
    Notebook 10.
    """
    (w,), dtype = arguments.arrays(w=w)
    settings = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    g = Geometry.of(checked_shape(input_shape, "input_shape", "(N, C, *spatial)"), w.shape, **settings)
    A = _zeros("A", g.out_shape[1:], g.x_shape[1:], dtype)
    for f in range(g.filters):
        for c_in_group, c in enumerate(g.channels_of_filter(f)):
            for u in np.ndindex(*g.output_grid):
                for _, k, i in g.links_of_output(u):
                    A[f, *u, c, *i] = w[f, c_in_group, *k]  # a cell and an output have one link at most
    return _flat(A, len(g.out_shape) - 1)


def by_weight(x, weight_shape, *, stride=1, padding=0, dilation=1, groups=1):
    r"""The matrix B of a layer as a function of its weight.

    The entry in row (n, f, u, v) and column (f', c', k, l) is the input that filter f meets there, and 0 if f' is
    another filter than f:

    .. math::
        z_{n,f,u,v} = b_f + \sum_{f'}\sum_{c}\sum_{k,l} [\,f = f'\,]\; x_{n,c,\,su+dk-p,\,sv+dl-p}\; w_{f',c,k,l}

    Parameters
    ----------
    x : (N, C, *spatial)
    weight_shape : (F, C/G, *kernel)
    stride, padding, dilation, groups
        As in `loops.forward`.

    Returns
    -------
    B : (N * F * U * V, F * C/G * K * L)
        Rows and columns in the order of ``z.ravel()`` and ``w.ravel()``.

    Raises
    ------
    TypeError, ValueError
        As `by_input`.

    Notes
    -----
    Notebook 10.
    """
    (x,), dtype = arguments.arrays(x=x)
    settings = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    g = Geometry.of(x.shape, checked_shape(weight_shape, "weight_shape", "(F, C/G, *kernel)"), **settings)
    B = _zeros("B", g.out_shape, g.w_shape, dtype)
    for f in range(g.filters):
        for c_in_group, c in enumerate(g.channels_of_filter(f)):
            for u in np.ndindex(*g.output_grid):
                for _, k, i in g.links_of_output(u):
                    B[:, f, *u, f, c_in_group, *k] = x[:, c, *i]
    return _flat(B, len(g.out_shape))


def im2col(x, kernel, *, stride=1, padding=0, dilation=1):
    """The cells that each window reads, as a column: a gather.

    ``columns[n, (c, k), u] = x[n, c, s*u + d*k - p]``, and 0 where that is padding

    Parameters
    ----------
    x : (N, C, *spatial)
    kernel : (K, L, ...)
        Taps along each spatial axis.
    stride, padding, dilation
        As in `loops.forward`.

    Returns
    -------
    columns : (N, C * K * L, U * V)
        One row for each channel and tap, one column for each position of the window.

    Raises
    ------
    TypeError, ValueError
        If there is no such layer.

    Notes
    -----
    Notebook 10.
    """
    (x,), dtype = arguments.arrays(x=x)
    g = _windows(x.shape, kernel, stride, padding, dilation)
    columns = np.zeros((*g.x_shape[:2], *g.kernel_grid, *g.output_grid), dtype)
    for k, outputs, inputs in g.taps():
        columns[:, :, *k, *outputs] = x[..., *inputs]
    return columns.reshape(_columns_shape(g))


def col2im(columns, input_shape, kernel, *, stride=1, padding=0, dilation=1):
    """The transpose of `im2col`: each entry is added to the cell from which `im2col` takes it, a scatter.

    ``x[n, c, i] = sum of columns[n, (c, k), u] over the links (u, k) of i``

    Parameters
    ----------
    columns : (N, C * K * L, U * V)
    input_shape : (N, C, *spatial)
    kernel : (K, L, ...)
    stride, padding, dilation
        As in `loops.forward`.

    Returns
    -------
    x : (N, C, *spatial)
        Of the columns of an x it is not x, but x times its number of links.

    Raises
    ------
    TypeError, ValueError
        If there is no such layer, or `columns` has another shape than its windows.

    Notes
    -----
    Notebook 10.
    """
    (columns,), dtype = arguments.arrays(columns=columns)
    g = _windows(input_shape, kernel, stride, padding, dilation)
    arguments.same_shape("columns", columns.shape, _columns_shape(g), "(N, C*K*L, U*V) of this layer")
    columns = columns.reshape(*g.x_shape[:2], *g.kernel_grid, *g.output_grid)
    x = np.zeros(g.x_shape, columns.dtype)
    for k, outputs, inputs in g.taps():
        x[..., *inputs] += columns[:, :, *k, *outputs]  # a cell that several windows read gets from each
    return x.astype(dtype, copy=False)


def _windows(x_shape, kernel, stride, padding, dilation) -> Geometry:
    """The geometry of one filter over these channels: the windows are those of any number of filters."""
    x_shape = checked_shape(x_shape, "input_shape", "(N, C, *spatial)")
    if not isinstance(kernel, (tuple, list, np.ndarray)):
        raise TypeError(f"kernel must be the number of taps along each axis, a tuple; got {kernel!r}")
    settings = dict(stride=stride, padding=padding, dilation=dilation)
    return Geometry.of(x_shape, (1, x_shape[1], *kernel), **settings)


def _columns_shape(g):
    rows, columns = (int(np.prod(grid)) for grid in (g.kernel_grid, g.output_grid))
    return g.batch, g.channels * rows, columns


def _zeros(name, rows, columns, dtype):
    """The matrix with the axes of its rows and of its columns still apart."""
    shape = int(np.prod(rows)), int(np.prod(columns))
    if shape[0] * shape[1] > MOST:
        raise ValueError(
            f"{name} would have {shape[0]:,} rows and {shape[1]:,} columns, and at most {MOST:,} entries are made; "
            "nearly all of them are zeros: use `taps` or `gemm`, which walk the links alone"
        )
    return np.zeros((*rows, *columns), dtype)


def _flat(matrix, rows):
    """A matrix whose first `rows` axes are its rows."""
    return matrix.reshape([int(np.prod(shape)) for shape in (matrix.shape[:rows], matrix.shape[rows:])])
