"""conv_transpose: against PyTorch, against the layer whose input gradient it is, and what it refuses."""

import numpy as np
import pytest
from geometries import random_layers

from convbp_helpers import Geometry, conv_transpose, loops


def random_case(rng, dims):
    """Settings that PyTorch takes too, and arrays: delta (N, F, ...), w (F, C/G, ...), b (C,)."""
    while True:
        groups = int(rng.integers(1, 4))
        per, filters = int(rng.integers(1, 4)), groups * int(rng.integers(1, 4))
        some = lambda low, high: tuple(int(n) for n in rng.integers(low, high + 1, dims))  # noqa: E731
        grid, kernel, stride, dilation, padding = some(1, 5), some(1, 4), some(1, 4), some(1, 3), some(0, 3)
        extra = tuple(int(rng.integers(0, max(s, d))) for s, d in zip(stride, dilation, strict=True))
        sizes = [
            s * (u - 1) + d * (k - 1) + 1 - 2 * p + e
            for s, u, d, k, p, e in zip(stride, grid, dilation, kernel, padding, extra, strict=True)
        ]
        if min(sizes) < 1:
            continue
        delta = rng.standard_normal((int(rng.integers(1, 4)), filters, *grid))
        w = rng.standard_normal((filters, per, *kernel))
        settings = dict(
            stride=stride, padding=padding, output_padding=extra, dilation=dilation, groups=groups
        )
        return delta, w, rng.standard_normal(per * groups), settings


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_it_is_what_pytorch_calls_conv_transpose(torch, dims, count):
    rng = np.random.default_rng(dims)
    function = getattr(torch.nn.functional, f"conv_transpose{dims}d")
    for _ in range(150):
        delta, w, b, settings = random_case(rng, dims)
        expected = function(*map(torch.tensor, (delta, w, b)), **settings).numpy()
        got = conv_transpose(delta, w, b, **settings)
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-10, strict=True)
        count("transposed convolutions against PyTorch")


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_it_is_the_input_gradient_and_output_padding_the_leftover(dims, count):
    for number, layer in enumerate(random_layers(dims, 120, 5, most_terms=2000)):
        g = Geometry.of(layer.x, layer.w, **layer.settings)
        _, w, _, delta = layer.arrays(number)
        got = conv_transpose(
            delta,
            w,
            stride=layer.stride,
            padding=layer.pads,
            output_padding=tuple(axis.leftover for axis in g.axes),
            dilation=layer.dilation,
            groups=layer.groups,
        )
        expected = loops.grad_input(delta, w, layer.x, **layer.settings)
        assert got.shape == expected.shape, layer
        np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-11, strict=True)
        count("input gradients as transposed convolutions")


def test_without_it_the_leftover_is_missing():
    delta, w = np.arange(1.0, 5).reshape(1, 1, 4), np.array([[[1.0, 2, 3]]])
    for more in (0, 1):
        x = conv_transpose(delta, w, stride=2, output_padding=more)
        assert x.shape == (1, 1, 9 + more)
        np.testing.assert_array_equal(x[0, 0, :9], [1, 2, 5, 4, 9, 6, 13, 8, 12])
    assert x[0, 0, 9] == 0


def test_precisions_and_that_nothing_is_written_to():
    delta, w = np.arange(6).reshape(1, 2, 3), np.arange(1, 9).reshape(2, 2, 2)
    delta.flags.writeable = w.flags.writeable = False
    assert conv_transpose(delta, w).dtype == np.float64
    for dtype in (np.float16, np.float32, np.float64):
        got = conv_transpose(delta.astype(dtype), w.astype(dtype), np.zeros(2, dtype))
        assert got.dtype == dtype and got.flags.c_contiguous and got.flags.writeable
    assert conv_transpose(np.zeros((0, 2, 3)), w).shape == (0, 2, 4)


DELTA, W = np.zeros((1, 4, 5)), np.zeros((4, 3, 2))

REFUSED = [
    (dict(w=np.zeros((3, 3, 2))), "delta must have shape (1, 3, 5), as many maps as w has filters; got (1, 4, 5)"),
    (dict(w=np.zeros((4, 3, 2, 2))), "the same number of axes; delta (1, 4, 5) has 3 and w (4, 3, 2, 2) has 4"),
    (dict(b=np.zeros(4)), "b must have shape (3,), one bias per map that is made; got (4,)"),
    (dict(output_padding=1), "output_padding must be below the stride or the dilation (1); got 1"),
    (dict(stride=3, output_padding=3), "(3); got 3"),
    (dict(output_padding=-1), "output_padding must be at least 0; got -1"),
    (dict(padding=3), "padding (3, 3) cuts off all of the 6 cells; use less padding"),
    (dict(padding="same"), "padding must be numbers; got 'same'"),
    (dict(stride=0), "stride must be at least 1; got 0"),
    (dict(dilation=0), "dilation must be at least 1 (1 means no dilation); got 0"),
    (dict(groups=3), "groups = 3 does not divide F = 4"),
    (dict(delta=np.zeros((1, 4, 0))), "every spatial axis needs at least one cell"),
    (dict(delta=np.zeros((4, 5))), "delta must have at least three axes (N, F, *out); got 2"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_bad_input_says_the_rule_the_numbers_and_the_fix(changes, message):
    given = dict(delta=DELTA, w=W) | changes
    with pytest.raises(ValueError) as refused:
        conv_transpose(given.pop("delta"), given.pop("w"), **given)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(stride=1.5), "stride must be an integer; got 1.5"),
        (dict(output_padding=True), "output_padding must be an integer; got True"),
        (dict(delta=None), "delta must be an array of real numbers (float or integer); got None"),
        (dict(w=W.astype(complex)), "got an array of complex128"),
    ],
)
def test_what_is_no_number_is_refused(changes, message):
    given = dict(delta=DELTA, w=W) | changes
    with pytest.raises(TypeError) as refused:
        conv_transpose(given.pop("delta"), given.pop("w"), **given)
    assert message in str(refused.value)
