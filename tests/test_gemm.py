"""gemm.py beyond what all forms share: no copy where none is needed, little memory, and a limit that is told."""

import tracemalloc

import numpy as np
import pytest
from geometries import random_layers

from convbp_helpers import conv_backward, gemm, taps


def test_no_more_memory_than_a_few_images_of_columns(count):
    """Of the full im2col of 64×56×56, 57.8 MB, at most 15 %."""
    rng = np.random.default_rng(0)
    x, w = (rng.normal(size=shape).astype(np.float32) for shape in ((8, 64, 56, 56), (64, 64, 3, 3)))
    z = gemm.forward(x, w, padding=1)
    calls = (
        lambda: gemm.forward(x, w, padding=1),
        lambda: gemm.grad_input(z, w, x.shape, padding=1),
        lambda: gemm.grad_weight(z, x, w.shape, padding=1),
    )
    for call in calls:
        tracemalloc.start()
        result = call()
        peak = tracemalloc.get_traced_memory()[1] - result.nbytes
        tracemalloc.stop()
        assert peak < 0.15 * 57.8e6, peak
        count("calls whose extra memory was measured")


@pytest.mark.parametrize(("columns", "shortest"), [(1, 1), (2000, 7), (10**9, 1)])
def test_any_parts_give_the_same(monkeypatch, columns, shortest, count):
    """One position at a time, parts that do not divide, and the whole batch at once."""
    monkeypatch.setattr(gemm, "COLUMNS", columns)
    monkeypatch.setattr(gemm, "SHORTEST", shortest)
    for dims in (1, 2, 3):
        for at, layer in enumerate(random_layers(dims, 25, 8, most_terms=2000)):
            x, w, b, delta = layer.whole(at)
            s = layer.settings
            assert np.array_equal(gemm.forward(x, w, b, **s), taps.forward(x, w, b, **s)), layer
            got, expected = (m.grad_input(delta, w, layer.x, **s) for m in (gemm, taps))
            assert np.array_equal(got, expected), layer
            got, expected = (m.grad_weight(delta, x, layer.w, **s) for m in (gemm, taps))
            assert np.array_equal(got, expected), layer
            count("layers computed in other parts, bit for bit")


@pytest.mark.parametrize("columns", [2000, 2 * 2**20])
def test_images_abreast_give_the_same(monkeypatch, columns, count):
    monkeypatch.setattr(gemm, "COLUMNS", columns)
    monkeypatch.setattr(gemm, "ABREAST", 1)
    for dims in (2, 3):
        for at, layer in enumerate(random_layers(dims, 60, 9, most_terms=2000)):
            x, w, b, delta = layer.whole(at)
            s = layer.settings
            assert np.array_equal(gemm.forward(x, w, b, **s), taps.forward(x, w, b, **s)), layer
            assert np.array_equal(gemm.forward(x, w, **s), taps.forward(x, w, **s)), layer
            got, expected = (m.grad_input(delta, w, layer.x, **s) for m in (gemm, taps))
            assert np.array_equal(got, expected), layer
            got, expected = (m.grad_weight(delta, x, layer.w, **s) for m in (gemm, taps))
            assert np.array_equal(got, expected), layer
            count("layers with their images abreast, bit for bit")


def test_a_weight_that_is_not_finite_meets_no_padding():
    x, w = np.ones((9, 1, 4)), np.array([[[np.inf, 1.0, 1.0]]])
    z, delta = gemm.forward(x, w, padding=1), np.ones((9, 1, 4))
    assert np.array_equal(z, taps.forward(x, w, padding=1)) and z[0, 0, 0] == 2
    got, expected = (m.grad_input(delta, w, x.shape, padding=1) for m in (gemm, taps))
    assert np.array_equal(got, expected)
    delta[0, 0, 0] = np.inf
    with np.errstate(invalid="ignore"):
        got, expected = (m.grad_weight(delta, x, w.shape, padding=1) for m in (gemm, taps))
    assert np.array_equal(got, expected)


def test_a_known_layer_lets_no_wrong_setting_pass():
    x, w = np.ones((2, 3, 5, 8)), np.ones((4, 3, 2, 3))
    gemm.forward(x, w, stride=1, padding=0)
    for wrong in (
        dict(stride=True),
        dict(stride=1.0),
        dict(padding=False),
        dict(dilation=np.True_),
        dict(groups=1.0),
    ):
        with pytest.raises(TypeError, match="must be an integer"):
            gemm.forward(x, w, **wrong)


def test_a_result_that_is_too_large_is_refused_before_it_is_made(monkeypatch):
    monkeypatch.setattr(gemm, "MEMORY", 1000)
    x, w = np.ones((2, 3, 5, 8)), np.ones((4, 3, 2, 3))
    words = r"z of shape \(2, 4, 4, 6\) needs 0.0 GiB, .* smaller batch, or raise the limit: convbp_helpers.gemm.MEMORY"
    with pytest.raises(MemoryError, match=words):
        gemm.forward(x, w)
    with pytest.raises(MemoryError, match=r"grad_x of shape \(2, 3, 5, 8\)"):
        gemm.grad_input(np.ones((2, 4, 4, 6)), w, x.shape)


def test_a_layer_of_absurd_size_is_refused_and_not_tried():
    x = np.lib.stride_tricks.as_strided(
        np.zeros(1), (2**20, 1, 2**20), (0, 0, 0)
    )  # as large as it says, in no memory
    with pytest.raises(MemoryError, match="z of shape .* needs 8192.0 GiB"):
        gemm.forward(x, np.ones((1, 1, 1)))


def test_only_what_is_asked_is_computed(monkeypatch):
    asked = []
    for name in ("_grad_input", "_grad_weight"):
        real = getattr(gemm, name)
        monkeypatch.setattr(
            gemm, name, lambda *given, name=name, real=real: asked.append(name) or real(*given)
        )
    delta, x, w = np.ones((1, 2, 4)), np.ones((1, 3, 6)), np.ones((2, 3, 3))
    grad_x, grad_w, grad_b = conv_backward(delta, x, w, input=False)
    assert (
        asked == ["_grad_weight"] and grad_x is None and grad_w.shape == w.shape and grad_b.tolist() == [4, 4]
    )


def test_precision_of_each_gradient():
    delta, x, w = np.ones((1, 2, 4), np.float16), np.ones((1, 3, 6), np.float32), np.ones((2, 3, 3))
    assert [grad.dtype.name for grad in conv_backward(delta, x, w)] == ["float64", "float32", "float16"]
