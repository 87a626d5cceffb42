"""The four functions as a few large matrix products: the same sums over links, as fast as NumPy goes.

The lemma: **a convolution over any number of axes is a one-dimensional one, of the flattened padded image.** Lay the
rows of the padded image end to end, and the rows of z at the same distance from each other. Then all the cells that
one tap reads lie as far from their outputs, at the *offset* of the tap:

    z_flat[f, q] = sum over c and k of  w[f, c, k] * x_flat[c, q + offset_k]

So the columns of im2col are shifts, ``columns[c, k] = x_flat[c, offset_k : offset_k + run]``, one copy for each tap;
``z = W @ columns``, ``grad_w = delta @ columns.T``, and grad_x adds ``W.T @ delta`` back at the same shifts. What lies
between the rows of z is left out, and there delta is zero. At stride 1 the zeros behind a row are those in front of
the next. A stride s above 1 first cuts the image into s phases on each axis, laid end to end: cell i is cell i // s
of phase i % s, and in a phase the window moves by one.

Columns are made of a few images at a time, or of a part of one, so that they stay in the cache. Small images,
whose shifts would be short, are laid *abreast* where several fit: the batch becomes the last axis, a tap reads one
strided slice of them all, and nothing lies between the rows.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from math import prod

import numpy as np

from . import arguments, taps
from .geometry import Geometry

__all__ = ["conv_backward", "forward", "grad_bias", "grad_input", "grad_weight"]

COLUMNS = 2 * 2**20  #: bytes of columns at a time
SHORTEST = 1024  #: positions of a part of an image, at the least
ABREAST = 8  #: images that lie abreast, at the least
MEMORY = 16 * 2**30  #: bytes that one array may take

grad_bias = taps.grad_bias


def forward(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """The output of the layer; parameters, shapes and errors as `loops.forward`."""
    x, w, b, g, dtype = arguments.forward_arguments(
        x, w, b, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    return _forward(x, w, b, g).astype(dtype, copy=False)


def grad_input(delta, w, input_shape, *, stride=1, padding=0, dilation=1, groups=1):
    """The input gradient; parameters, shapes and errors as `loops.grad_input`."""
    delta, w, g, dtype = arguments.grad_input_arguments(
        delta, w, input_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    return _grad_input(delta, w, g).astype(dtype, copy=False)


def grad_weight(delta, x, weight_shape, *, stride=1, padding=0, dilation=1, groups=1):
    """The weight gradient; parameters, shapes and errors as `loops.grad_weight`."""
    delta, x, g, dtype = arguments.grad_weight_arguments(
        delta, x, weight_shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    return _grad_weight(delta, x, g).astype(dtype, copy=False)


def conv_backward(
    delta, x, w, *, input=True, weight=True, bias=True, stride=1, padding=0, dilation=1, groups=1
):
    """All three gradients of a layer: (grad_x, grad_w, grad_b), with None for what was not asked.

    Parameters
    ----------
    delta : (N, F, *out)
    x : (N, C, *spatial)
    w : (F, C/G, *kernel)
    input, weight, bias : bool
        Which gradients to compute; a first layer needs no grad_x.
    stride, padding, dilation, groups
        As in `loops.forward`; equations, shapes and errors as `loops.grad_input`, `grad_weight`, `grad_bias`.
    """
    delta, x, w, g, dtypes = arguments.backward_arguments(
        delta, x, w, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    return (
        _grad_input(delta, w, g).astype(dtypes[0], copy=False) if input else None,
        _grad_weight(delta, x, g).astype(dtypes[1], copy=False) if weight else None,
        taps.grad_bias(delta).astype(dtypes[2], copy=False) if bias else None,
    )


# ------------------------------------------------------------------------------------------------- the three products
def _forward(x, w, b, g):
    if not np.isfinite(w).all():  # times a zero around the image that is not zero; taps reads no padding
        return taps.forward(x, w, b, **g.settings)
    if images := _images_abreast(g, x.dtype):
        return _Abreast(g, x.dtype, images).forward(x, w, b)
    flat, groups, filters, ones = _Flat(g, x.dtype), g.groups, g.filters // g.groups, int(b.any())
    weights = w.reshape(groups, filters, -1)
    if ones:  # the bias is the weight of a row of ones
        weights = np.concatenate([weights, b.reshape(groups, filters, 1)], axis=2)
    z, memory = _array("z", g.out_shape, x.dtype), _Memory(x.dtype)
    for n, positions in flat.parts():
        row = flat.of_input(x[n])
        products = memory.array(groups, filters, row.shape[1] * flat.run)
        for q in positions:
            out = products if len(positions) == 1 else products[..., q]
            np.matmul(weights, flat.columns(row, q, ones), out=out)
        z[n] = flat.cropped(products.reshape(g.filters, row.shape[1], flat.run))
    return z


def _grad_weight(delta, x, g):
    if images := _images_abreast(g, x.dtype):
        total = _Abreast(g, x.dtype, images).grad_weight(delta, x)
    else:
        flat, groups, filters = _Flat(g, x.dtype), g.groups, g.filters // g.groups
        total = np.zeros((groups, g.channels // groups * len(flat.offsets), filters), x.dtype)
        for n, positions in flat.parts():
            row, out = flat.of_input(x[n]), flat.of_output(delta[n])
            for q in positions:
                # of each image by itself: a product of few rows and very many columns is slow
                columns = flat.columns(row, q).reshape(*total.shape[:2], row.shape[1], -1)
                part = out[..., q].reshape(groups, filters, row.shape[1], -1)
                total += (columns.transpose(2, 0, 1, 3) @ part.transpose(2, 0, 3, 1)).sum(axis=0)
    if not np.isfinite(total).all():
        return taps.grad_weight(delta, x, g.w_shape, **g.settings)
    return np.ascontiguousarray(total.mT).reshape(g.w_shape)


def _grad_input(delta, w, g):
    if not np.isfinite(w).all():
        return taps.grad_input(delta, w, g.x_shape, **g.settings)
    groups, filters = g.groups, g.filters // g.groups
    split = w.reshape(groups, filters, *w.shape[1:])
    zeros = [tuple(a.span - 1 - p for p in a.padding) for a in g.axes]
    if g.filters <= g.channels and all(
        a.stride == 1 and min(p) >= 0 for a, p in zip(g.axes, zeros, strict=True)
    ):
        # gather: a forward pass over delta, with the kernels turned, and filters and channels exchanged
        turned = np.flip(split.swapaxes(1, 2), range(3, split.ndim)).reshape(
            g.channels, filters, *w.shape[2:]
        )
        turned = np.ascontiguousarray(turned)  # a view with steps backwards would not reach BLAS
        gather = Geometry.of(delta.shape, turned.shape, **dict(g.settings, padding=zeros))
        return _forward(delta, turned, np.zeros(len(turned)), gather)
    if images := _images_abreast(g, delta.dtype):
        return _Abreast(g, delta.dtype, images).grad_input(delta, w)
    flat, weights = _Flat(g, delta.dtype), np.ascontiguousarray(split.reshape(groups, filters, -1).mT)
    grad_x, memory = _array("grad_x", g.x_shape, delta.dtype, np.zeros), _Memory(delta.dtype)
    for n, positions in flat.parts():
        out = flat.of_output(delta[n])
        row = flat.zeros("x", g.channels, out.shape[1], flat.size)
        row[...] = 0
        for q in positions:
            part = out[..., q].reshape(groups, filters, -1)
            columns = np.matmul(weights, part, out=memory.array(groups, weights.shape[1], part.shape[2]))
            columns = columns.reshape(g.channels, len(flat.offsets), out.shape[1], -1)
            for t, offset in enumerate(flat.offsets):
                row[..., offset + q.start : offset + q.stop] += columns[:, t]
        for there, here in flat.phases(row, grad_x[n]):
            here[...] = there
    return grad_x


# ------------------------------------------------------------------------------------------------- where the cells lie
class _Flat:
    """A layer laid end to end: (C, n, cells) of n images, (F, n, run) of their outputs, and the offsets of the taps."""

    def __init__(self, g, dtype):
        axes = g.axes
        self.g, self.dtype, self.memory, self.rows_of = g, dtype, _Memory(dtype), {}
        self.steps, self.out = [a.stride for a in axes], [a.out_size for a in axes]
        self.rows = [a.out_size + (a.span - 1) // a.stride for a in axes]  # of one phase
        if max(self.steps) == 1:
            self.rows[1:] = [max(a.out_size, a.size + max(a.padding)) for a in axes[1:]]
        self.phase = prod(self.rows)
        self.run = self.out[0] * prod(self.rows[1:])
        self.offsets = [self.offset(k) for k in np.ndindex(*(a.kernel for a in axes))]
        self.size = max(max(self.offsets) + self.run, prod(self.steps) * self.phase)

    def offset(self, k):
        """Where tap k of the first output lies."""
        phase = cell = 0
        for a, tap, rows in zip(self.g.axes, k, self.rows, strict=True):
            whole, part = divmod(a.dilation * tap, a.stride)
            phase, cell = phase * a.stride + part, cell * rows + whole
        return phase * self.phase + cell

    def phases(self, row, x):
        """Views of (C, n, cells) and of x, (n, C, *size), that hold the same cells, for each phase."""
        x = x.swapaxes(0, 1)
        for number, phase in enumerate(np.ndindex(*self.steps)):
            there, here = [], []
            for a, part, rows in zip(self.g.axes, phase, self.rows, strict=True):
                first = max(0, -(-(a.padding[0] - part) // a.stride))  # behind the padding in front
                i = first * a.stride + part - a.padding[0]
                count = max(0, min(rows - first, -(-(a.size - i) // a.stride)))
                there.append(slice(first, first + count))
                here.append(slice(i, i + count * a.stride, a.stride))
            cells = row[..., number * self.phase : (number + 1) * self.phase].reshape(
                *row.shape[:2], *self.rows
            )
            yield cells[(..., *there)], x[(..., *here)]

    def zeros(self, what, *shape):
        """An array of zeros, or the one of this shape from before: what lay between its cells is zero still."""
        if (what, shape) not in self.rows_of:
            self.rows_of[what, shape] = _array(what, shape, self.dtype, np.zeros)
        return self.rows_of[what, shape]

    def of_input(self, x):
        """(n, C, *size) as (C, n, cells), with zeros around."""
        n, c = x.shape[:2]
        if n == 1 == max(self.steps) and self.size == prod(x.shape[2:]):
            return x.reshape(c, 1, -1)  # nothing is put around it: no copy
        row = self.zeros("x", c, n, self.size)
        for there, here in self.phases(row, x):
            there[...] = here
        return row

    def of_output(self, delta):
        """(n, F, *out) as (F, n, run), with zeros between the rows."""
        n, f = delta.shape[:2]
        if n == 1 and self.out[1:] == self.rows[1:]:
            return delta.reshape(f, 1, -1)
        row = self.zeros("delta", f, n, self.run)
        self.cropped(row)[...] = delta
        return row

    def cropped(self, row):
        """(F, n, run) as (n, F, *out): a view."""
        grid = row.reshape(*row.shape[:2], self.out[0], *self.rows[1:])
        return grid[(..., *map(slice, self.out))].swapaxes(0, 1)

    def parts(self):
        """(images, [positions]): a few whole images at a time, or one and a part of its positions at a time."""
        image = max(1, self.g.channels * len(self.offsets) * self.run * self.dtype.itemsize)
        step = -(-self.run // max(1, min(image // COLUMNS, self.run // SHORTEST)))
        positions = [slice(q, min(q + step, self.run)) for q in range(0, self.run, step)]
        images = max(1, COLUMNS // (2 * image))  # several small ones: their rows and outputs must stay too
        return [(slice(n, n + images), positions) for n in range(0, self.g.batch, images)]

    def columns(self, row, q, ones=0):
        """(G, C/G*K, n * positions): a shift of the row for each tap; with `ones` a last row of ones."""
        g, c, n, k = self.g.groups, self.g.channels // self.g.groups, row.shape[1], len(self.offsets)
        row = row.reshape(g, c, n, -1)
        if k == 1 and not ones:
            return row[..., self.offsets[0] + q.start : self.offsets[0] + q.stop].reshape(g, c, -1)
        columns = self.memory.array(g, c * k + ones, n, q.stop - q.start)
        columns[:, c * k :] = 1
        shifts = columns[:, : c * k].reshape(g, c, k, n, -1)
        for t, offset in enumerate(self.offsets):
            shifts[:, :, t] = row[..., offset + q.start : offset + q.stop]
        return columns.reshape(g, c * k + ones, -1)


def _images_abreast(g, dtype):
    """How many images to lay abreast: small ones, of two axes or more, with a kernel; 0 where too few would fit."""
    taps, padded = prod(g.kernel_grid), prod(a.padded_size for a in g.axes)
    if taps == 1 or len(g.axes) == 1 or padded > SHORTEST:
        return 0
    cells = max(taps * prod(g.output_grid), padded)
    images = min(g.batch, COLUMNS // (g.channels * cells * dtype.itemsize))
    return images if images >= ABREAST else 0


@lru_cache(maxsize=256)
def _of_padded(axes):
    """Of the padded images abreast, (..., *grid, n): where the images lie, and the cells that each tap reads."""
    inside = (slice(a.padding[0], a.padding[0] + a.size) for a in axes)
    taps = []
    for a in axes:
        firsts, span = range(0, a.span, a.dilation), a.stride * (a.out_size - 1) + 1
        taps.append([slice(first, first + span, a.stride) for first in firsts])
    return (..., *inside, slice(None)), [(..., *cells, slice(None)) for cells in product(*taps)]


class _Abreast:
    """A layer with the batch as the last axis, some images at a time."""

    def __init__(self, g, dtype, images):
        self.g, self.dtype, self.rows = g, dtype, g.channels // g.groups * prod(g.kernel_grid)
        step = -(-g.batch // -(-g.batch // images))  # parts of about one size
        self.parts = [slice(n, n + step) for n in range(0, g.batch, step)]
        self.inside, self.taps = _of_padded(g.axes)
        self.memory, self.other = _Memory(dtype), _Memory(dtype)

    def padded(self, n):
        grid = [a.padded_size for a in self.g.axes]
        return _array("x", (self.g.groups, self.g.channels // self.g.groups, *grid, n), self.dtype, np.zeros)

    def last(self, x):
        """(n, C, *grid) as (G, C/G, *grid, n): a view."""
        return x.reshape(len(x), self.g.groups, -1, *x.shape[2:]).transpose(*range(1, x.ndim + 1), 0)

    def pieces(self, rows):
        """(G, rows, *out, n) as a stack of matrices (G, rows, cells): BLAS is slow on one that is very long."""
        return rows.reshape(*rows.shape[:2], rows.shape[2], -1).transpose(2, 0, 1, 3)

    def columns(self, x, ones=0):
        """(n, C, *size) as (G, C/G*K, *out, n): one strided slice for each tap; with `ones` a last row of ones."""
        padded, out = self.padded(len(x)), (*self.g.output_grid, len(x))
        padded[self.inside] = self.last(x)
        columns = self.memory.array(self.g.groups, self.rows + ones, *out)
        columns[:, self.rows :] = 1
        of_taps = columns[:, : self.rows].reshape(self.g.groups, -1, len(self.taps), *out)
        for t, cells in enumerate(self.taps):
            of_taps[:, :, t] = padded[cells]
        return columns

    def of_output(self, delta):
        """(n, F, *out) as (G, F/G, *out, n)."""
        turned = self.last(delta)
        rows = self.other.array(*turned.shape)
        rows[...] = turned
        return rows

    def forward(self, x, w, b):
        groups, ones = self.g.groups, int(b.any())
        weights = w.reshape(groups, -1, self.rows)
        if ones:
            weights = np.concatenate([weights, b.reshape(groups, -1, 1)], axis=2)
        z = _array("z", self.g.out_shape, self.dtype)
        for part in self.parts:
            columns = self.columns(x[part], ones)
            products = self.other.array(groups, weights.shape[1], *columns.shape[2:])
            np.matmul(weights, self.pieces(columns), out=self.pieces(products))
            self.last(z[part])[...] = products
        return z

    def grad_weight(self, delta, x):
        total = 0
        for part in self.parts:
            columns, out = self.columns(x[part]), self.of_output(delta[part])
            total = total + (self.pieces(columns) @ self.pieces(out).mT).sum(axis=0)
        return total

    def grad_input(self, delta, w):
        groups, grad_x = self.g.groups, _array("grad_x", self.g.x_shape, self.dtype)
        weights = np.ascontiguousarray(w.reshape(groups, -1, self.rows).mT)
        for part in self.parts:
            out = self.of_output(delta[part])
            columns = self.memory.array(groups, self.rows, *out.shape[2:])
            np.matmul(weights, self.pieces(out), out=self.pieces(columns))
            of_taps = columns.reshape(groups, -1, len(self.taps), *out.shape[2:])
            padded = self.padded(out.shape[-1])
            for t, cells in enumerate(self.taps):
                padded[cells] += of_taps[:, :, t]
            self.last(grad_x[part])[...] = padded[self.inside]
        return grad_x


class _Memory:
    """Room for arrays of which only the last is needed: new pages for each would cost as much as the copies."""

    def __init__(self, dtype):
        self.room = np.empty(0, dtype)

    def array(self, *shape):
        if self.room.size < prod(shape):
            self.room = _array("a buffer", (prod(shape),), self.room.dtype)
        return self.room[: prod(shape)].reshape(shape)


def _array(what, shape, dtype, made=np.empty):
    needed = prod(shape) * np.dtype(dtype).itemsize
    if needed > MEMORY:
        raise MemoryError(
            f"{what} of shape {tuple(shape)} needs {needed / 2**30:.1f} GiB, and one array may take "
            f"{MEMORY / 2**30:g} GiB; take a smaller batch, or raise the limit: convbp_helpers.gemm.MEMORY = ..."
        )
    return made(shape, dtype)
