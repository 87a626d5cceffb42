"""loops.py, taps.py and gemm.py against PyTorch, all four functions: named layers and over a thousand random ones."""

import numpy as np
import pytest
from geometries import NAMED, SMALL, Layer, random_layers

from convbp_helpers import conv, conv_backward, gemm, loops, taps

ids = [layer.name for layer in NAMED]
NAMES = ("z", "grad_x", "grad_w", "grad_b")

#: Largest difference allowed, relative to the largest value of the array. The terms have size about 1, so
#: where they cancel, the difference is judged by them.
TOLERANCE = {"float64": 1e-12, "float32": 1e-5, "float16": 1e-2}


def ours(module, layer, x, w, b, delta):
    return (
        module.forward(x, w, b, **layer.settings),
        module.grad_input(delta, w, layer.x, **layer.settings),
        module.grad_weight(delta, x, layer.w, **layer.settings),
        module.grad_bias(delta),
    )


def from_torch(torch, layer, x, w, b, delta):
    """The same four by PyTorch: padded by F.pad, then conv1d, conv2d or conv3d, then autograd."""
    functional = torch.nn.functional
    x, w, b = (torch.tensor(np.ascontiguousarray(a), requires_grad=True) for a in (x, w, b))
    padded = functional.pad(x, [p for pair in reversed(layer.pads) for p in pair])
    convolve = (functional.conv1d, functional.conv2d, functional.conv3d)[layer.dims - 1]
    z = convolve(padded, w, b, stride=layer.stride, dilation=layer.dilation, groups=layer.groups)
    grads = torch.autograd.grad(z, (x, w, b), torch.tensor(np.ascontiguousarray(delta)))
    return tuple(t.detach().numpy() for t in (z, *grads))


def assert_close(got, expected, layer, what, tolerance=None):
    """Shape and dtype first, then values."""
    for name, a, e in zip(NAMES, got, expected, strict=True):
        assert isinstance(a, np.ndarray) and a.shape == e.shape, (what, name, a.shape, e.shape, layer)
        assert a.dtype == e.dtype, (what, name, a.dtype, e.dtype, layer)
        allowed = (tolerance or TOLERANCE[a.dtype.name]) * max(1.0, np.abs(e).max(initial=0.0))
        worst = np.abs(a.astype(np.float64) - e).max(initial=0.0)
        assert worst <= allowed, (what, name, worst, allowed, layer)


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
@pytest.mark.parametrize("layer", NAMED, ids=ids)
def test_named_layers(torch, layer, dtype, count):
    given = layer.arrays(1, dtype)
    expected = from_torch(torch, layer, *given)
    assert expected[0].shape == layer.out  # the oracle, and the brute force, agree on the size
    for module in (taps, gemm):
        assert_close(ours(module, layer, *given), expected, layer, module.__name__)
    if dtype is np.float64:
        assert_close(ours(loops, layer, *given), expected, layer, "loops")
        count("named layers against PyTorch, loops, taps and gemm")


@pytest.mark.parametrize(
    ("dims", "number", "seed"), [(1, 250, 0), (1, 250, 1), (2, 200, 0), (2, 200, 1), (3, 130, 0), (3, 130, 1)]
)
def test_random_layers(torch, dims, number, seed, count):
    for at, layer in enumerate(random_layers(dims, number, seed, most_terms=3000 if dims < 3 else 2000)):
        x, w, b, delta = layer.arrays(at)
        expected = from_torch(torch, layer, x, w, b, delta)
        assert expected[0].shape == layer.out, layer
        assert_close(ours(loops, layer, x, w, b, delta), expected, layer, "loops")
        for module in (taps, gemm):
            assert_close(ours(module, layer, x, w, b, delta), expected, layer, module.__name__)
        together = conv_backward(delta, x, w, **layer.settings)
        assert_close((conv(x, w, b, **layer.settings), *together), expected, layer, "conv")
        single = [a.astype(np.float32) for a in (x, w, b, delta)]
        for module in (taps, gemm):
            rounded = [e.astype(np.float32) for e in expected]
            assert_close(ours(module, layer, *single), rounded, layer, f"{module.__name__}, float32")
        count(f"random {dims}-D layers against PyTorch, loops, taps and gemm")


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_larger_random_layers(torch, dims, count):
    for at, layer in enumerate(
        random_layers(dims, 40, 5, most_terms=10**6, largest={1: 300, 2: 40, 3: 13}[dims])
    ):
        given = layer.arrays(at)
        expected = from_torch(torch, layer, *given)
        for module in (taps, gemm):
            assert_close(ours(module, layer, *given), expected, layer, module.__name__)
        count("larger random layers against PyTorch, taps and gemm")


@pytest.mark.parametrize("layer", SMALL, ids=[layer.name for layer in SMALL])
def test_float32_loops(torch, layer):
    given = layer.arrays(2, np.float32)
    assert_close(ours(loops, layer, *given), from_torch(torch, layer, *given), layer, "loops, float32")


@pytest.mark.filterwarnings("ignore:Using padding='same'")  # PyTorch's, about its own speed
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_same_is_what_pytorch_calls_same(torch, dims):
    convolve = (torch.nn.functional.conv1d, torch.nn.functional.conv2d, torch.nn.functional.conv3d)[dims - 1]
    x_shape, w_shape = (2, 3, 5, 8, 7)[: dims + 2], (4, 3, 2, 3, 4)[: dims + 2]
    for dilation in (1, 2):
        layer = Layer("same", x_shape, w_shape, dict(padding="same", dilation=dilation))
        x, w, b, _ = layer.arrays()
        expected = convolve(*map(torch.tensor, (x, w, b)), padding="same", dilation=dilation).numpy()
        np.testing.assert_allclose(taps.forward(x, w, b, **layer.settings), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("layer", SMALL, ids=[layer.name for layer in SMALL])
def test_small_whole_numbers_have_no_error_at_all(torch, layer, count):
    given = layer.whole(3)
    expected = from_torch(torch, layer, *given)
    for module in (loops, taps, gemm):
        for got, e in zip(ours(module, layer, *given), expected, strict=True):
            assert np.array_equal(got, e), (module.__name__, layer)
    count("layers of whole numbers, bit for bit")


@pytest.mark.parametrize("module", [loops, taps, gemm])
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64, bool])
def test_whole_numbers_are_computed_in_float64(torch, module, dtype):
    layer = SMALL[4]
    rng = np.random.default_rng(5)
    high = 2 if dtype is bool else 100
    given = tuple(rng.integers(0, high, s).astype(dtype) for s in (layer.x, layer.w, layer.w[:1], layer.out))
    expected = from_torch(torch, layer, *(a.astype(np.float64) for a in given))
    for name, got, e in zip(NAMES, ours(module, layer, *given), expected, strict=True):
        assert got.dtype == np.float64, name
        assert np.array_equal(got, e), name  # an int8 that wrapped, or was cut off, would show here


@pytest.mark.parametrize("module", [loops, taps, gemm])
def test_fractions_with_whole_numbers_are_not_cut_off(torch, module):
    layer = SMALL[1]
    x, w, b, delta = layer.whole(6, np.int64)
    got = ours(module, layer, x, w / 4, b, delta)
    assert_close(
        got, from_torch(torch, layer, *(a.astype(float) for a in (x, w / 4, b, delta))), layer, "mixed"
    )
    assert got[1].dtype == np.float64


@pytest.mark.parametrize("module", [loops, taps, gemm])
def test_half_precision_accumulates_in_single(module):
    layer = Layer("long sum", (1, 2, 3000), (3, 2, 2))
    x, w, b, delta = (np.abs(a).astype(np.float16) for a in layer.arrays(7))
    exact = ours(taps, layer, *(a.astype(np.float64) for a in (x, w, b, delta)))
    for name, got, e in zip(NAMES, ours(module, layer, x, w, b, delta), exact, strict=True):
        assert got.dtype == np.float16, name
        # one rounding, at the end: a sum kept in float16 is off by a hundred times as much after 3000 terms
        assert np.abs(got - e).max() <= 2.0**-11 * 1.01 * np.abs(e).max(), name


@pytest.mark.parametrize("module", [loops, taps, gemm])
def test_the_more_precise_input_decides(module):
    layer = SMALL[1]
    x, w, b, delta = layer.arrays()
    x, b, delta = x.astype(np.float32), b.astype(np.float16), delta.astype(np.float16)
    assert module.forward(x, w, b, **layer.settings).dtype == np.float64
    assert module.forward(x, w.astype(np.float16), b, **layer.settings).dtype == np.float32
    assert module.grad_input(delta, w, layer.x, **layer.settings).dtype == np.float64
    assert module.grad_weight(delta, x, layer.w, **layer.settings).dtype == np.float32
    assert module.grad_bias(delta).dtype == np.float16


@pytest.mark.parametrize("module", [loops, taps, gemm])
def test_without_bias_and_from_lists(module):
    layer = SMALL[1]
    x, w, b, delta = layer.whole()
    zero = np.zeros_like(b)
    expected = module.forward(x, w, zero, **layer.settings)
    assert np.array_equal(module.forward(x, w, **layer.settings), expected)
    assert np.array_equal(module.forward(x, w, None, **layer.settings), expected)
    assert np.array_equal(module.forward(x.tolist(), w.tolist(), zero.tolist(), **layer.settings), expected)
    assert np.array_equal(
        module.grad_input(delta.tolist(), w, list(layer.x), **layer.settings),
        module.grad_input(delta, w, layer.x, **layer.settings),
    )


def test_conv_is_forward_and_conv_backward_gives_what_was_asked():
    layer = SMALL[4]
    x, w, b, delta = layer.arrays()
    z, *grads = ours(gemm, layer, x, w, b, delta)
    assert np.array_equal(conv(x, w, b, **layer.settings), z)
    for asked in np.ndindex(2, 2, 2):
        names = dict(zip(("input", "weight", "bias"), map(bool, asked), strict=True))
        got = conv_backward(delta, x, w, **names, **layer.settings)
        assert isinstance(got, tuple) and len(got) == 3
        for wanted, a, e in zip(asked, got, grads, strict=True):
            assert np.array_equal(a, e) if wanted else a is None


@pytest.mark.parametrize("module", [loops, taps, gemm])
@pytest.mark.parametrize("layer", [layer for layer in NAMED if layer.x[0] == 0], ids=lambda layer: layer.name)
def test_empty_batch(module, layer):
    got = ours(module, layer, *layer.arrays())
    for a, shape in zip(got, (layer.out, layer.x, layer.w, layer.w[:1]), strict=True):
        assert a.shape == shape and a.dtype == np.float64
        assert not a.any()  # no example: the gradients of the weights and the bias are zero, not missing
