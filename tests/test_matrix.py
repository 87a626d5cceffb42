"""The layer as a matrix: each entry against the links by brute force, products and transposes against the loops."""

from dataclasses import replace

import numpy as np
import pytest
from geometries import NAMED, Layer, grid_links, layer_links

from convbp_helpers import loops, matrix

LAYERS = [
    layer for layer in NAMED if np.prod(layer.x) * np.prod(layer.out) < 4_000_000 and layer.terms < 40_000
]
each = pytest.mark.parametrize("layer", LAYERS, ids=[layer.name for layer in LAYERS])


def windows_of(layer):
    """The kernel's sizes and the settings that `im2col` takes."""
    return layer.w[2:], {name: value for name, value in layer.settings.items() if name != "groups"}


@each
def test_the_matrix_by_the_input(layer, count):
    x, w, _, delta = layer.whole()
    A = matrix.by_input(w, x.shape, **layer.settings)
    expected = np.zeros((*delta.shape[1:], *x.shape[1:]))
    for (_, *out), weight, (_, *cell) in layer_links(replace(layer, x=(1, *layer.x[1:]))):
        expected[*out, *cell] += w[weight]
    size = int(np.prod(delta.shape[1:]))
    np.testing.assert_array_equal(A, expected.reshape(size, -1), strict=True)
    z, grad_x = loops.forward(x, w, **layer.settings), loops.grad_input(delta, w, x.shape, **layer.settings)
    flat = x.reshape(len(x), A.shape[1]), delta.reshape(len(x), A.shape[0])
    np.testing.assert_array_equal((flat[0] @ A.T).reshape(z.shape), z, strict=True)
    np.testing.assert_array_equal((flat[1] @ A).reshape(x.shape), grad_x, strict=True)
    count("layers as a matrix, by the input and by the weight")


@each
def test_the_matrix_by_the_weight(layer, count):
    x, w, _, delta = layer.whole(1)
    B = matrix.by_weight(x, w.shape, **layer.settings)
    expected = np.zeros((*delta.shape, *w.shape))
    for out, weight, cell in layer_links(layer):
        expected[*out, *weight] += x[cell]
    np.testing.assert_array_equal(B, expected.reshape(delta.size, w.size), strict=True)
    z, grad_w = loops.forward(x, w, **layer.settings), loops.grad_weight(delta, x, w.shape, **layer.settings)
    np.testing.assert_array_equal((B @ w.ravel()).reshape(z.shape), z, strict=True)
    np.testing.assert_array_equal((B.T @ delta.ravel()).reshape(w.shape), grad_w, strict=True)
    count("layers as a matrix, by the input and by the weight")


@each
def test_columns(layer, count):
    x, *_ = layer.whole(2)
    kernel, settings = windows_of(layer)
    columns = matrix.im2col(x, kernel, **settings)
    rows, positions = int(np.prod(kernel)), int(np.prod(layer.out_grid))
    expected = np.zeros((*x.shape[:2], *kernel, *layer.out_grid))
    number_of_links = np.zeros(x.shape[2:])
    for u, k, i in grid_links(layer):
        expected[:, :, *k, *u] = x[:, :, *i]
        number_of_links[i] += 1
    expected = expected.reshape(x.shape[0], x.shape[1] * rows, positions)
    np.testing.assert_array_equal(columns, expected, strict=True)
    back = matrix.col2im(columns, x.shape, kernel, **settings)
    np.testing.assert_array_equal(back, number_of_links * x, strict=True)
    other = np.random.default_rng(3).integers(-4, 5, columns.shape).astype(float)
    there, home = (columns * other).sum(), (x * matrix.col2im(other, x.shape, kernel, **settings)).sum()
    assert there == home  # the transpose: <im2col(x), y> = <x, col2im(y)>
    count("layers as columns and back")


@each
def test_one_product_makes_the_layer(layer):
    if layer.groups > 1:
        return
    x, w, _, delta = layer.whole(4)
    kernel, settings = windows_of(layer)
    columns, flat = matrix.im2col(x, kernel, **settings), w.reshape(len(w), -1)
    positions = int(np.prod(layer.out_grid))
    d = delta.reshape(*delta.shape[:2], positions)
    z = (flat @ columns).reshape(delta.shape)
    grad_w = (d @ columns.mT).sum(0).reshape(w.shape)
    grad_x = matrix.col2im(flat.T @ d, x.shape, kernel, **settings)
    np.testing.assert_array_equal(z, loops.forward(x, w, **settings), strict=True)
    np.testing.assert_array_equal(grad_w, loops.grad_weight(delta, x, w.shape, **settings), strict=True)
    np.testing.assert_array_equal(grad_x, loops.grad_input(delta, w, x.shape, **settings), strict=True)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64"])
def test_precision_is_kept(dtype):
    x, w, _, delta = Layer("", (2, 2, 5, 7), (3, 2, 2, 3), {}).whole(0, np.dtype(dtype))
    wanted = np.float64 if dtype == "int64" else np.dtype(dtype)
    columns = matrix.im2col(x, (2, 3))
    for made in (
        matrix.by_input(w, x.shape),
        matrix.by_weight(x, w.shape),
        columns,
        matrix.col2im(columns, x.shape, (2, 3)),
    ):
        assert made.dtype == wanted


X, W = np.ones((1, 2, 4, 5)), np.ones((3, 2, 2, 2))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: matrix.by_input(W, (1, 3, 4, 5)), ValueError, r"must be C/G = 3/1 = 3"),
        (lambda: matrix.by_input(W, 5), TypeError, "input_shape must be a shape"),
        (lambda: matrix.by_input(W * 1j, X.shape), TypeError, "real numbers"),
        (lambda: matrix.by_input(W, (1, 2, 90, 90)), ValueError, "23,763 rows and 16,200 columns.*gemm"),
        (lambda: matrix.by_weight(np.ones((99, 9, 99, 9)), (9, 9, 9, 9)), ValueError, "at most 67,108,864"),
        (lambda: matrix.by_weight(X, (3, 2, 5, 2)), ValueError, "kernel 5 is longer than the input 4"),
        (lambda: matrix.by_weight(X, None), TypeError, "weight_shape"),
        (lambda: matrix.im2col(X, 2), TypeError, "kernel must be the number of taps along each axis"),
        (lambda: matrix.im2col(X, (2,)), ValueError, "axes"),
        (lambda: matrix.im2col(X, (2, 2), stride=0), ValueError, "stride must be at least 1"),
        (
            lambda: matrix.col2im(np.ones((1, 8, 11)), X.shape, (2, 2)),
            ValueError,
            r"columns must have shape \(1, 8, 12\)",
        ),
        (lambda: matrix.col2im(None, X.shape, (2, 2)), TypeError, "columns must be an array"),
    ],
)
def test_bad_input_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()
