"""Arrays as they come: views, orders, read-only memory; and where NaN and Inf go, and do not go."""

import numpy as np
import pytest
from geometries import SMALL, layer_links
from numpy.lib.stride_tricks import as_strided

from convbp_helpers import conv_backward, gemm, gradcheck, loops, taps

small = pytest.mark.parametrize("layer", SMALL, ids=[layer.name for layer in SMALL])
each = pytest.mark.parametrize("module", [loops, taps, gemm], ids=["loops", "taps", "gemm"])


# -- layouts -----------------------------------------------------------------------------------------
def every_second(array):
    wide = np.full([2 * n for n in array.shape], np.nan)
    view = wide[tuple(slice(1, None, 2) for _ in array.shape)]
    view[...] = array
    return view


def backwards(array):
    """The same values, with a negative stride on every axis."""
    turned = tuple(slice(None, None, -1) for _ in array.shape)
    return array[turned].copy()[turned]


def axes_exchanged(array):
    """Channels last in memory."""
    return (
        np.moveaxis(np.ascontiguousarray(np.moveaxis(array, 1, -1)), -1, 1)
        if array.ndim > 1
        else array.copy()
    )


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def unaligned(array):
    memory = np.zeros(array.nbytes + 1, dtype=np.uint8)
    view = memory[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


def other_byte_order(array):
    return array.astype(array.dtype.newbyteorder())


LAYOUTS = {
    "every second": every_second,
    "reversed": backwards,
    "Fortran order": np.asfortranarray,
    "axes exchanged": axes_exchanged,
    "read-only": read_only,
    "unaligned": unaligned,
    "other byte order": other_byte_order,
    "list": np.ndarray.tolist,
}


def results(module, layer, x, w, b, delta):
    return (
        module.forward(x, w, b, **layer.settings),
        module.grad_input(delta, w, layer.x, **layer.settings),
        module.grad_weight(delta, x, layer.w, **layer.settings),
        module.grad_bias(delta),
    )


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@each
@small
def test_layouts(layer, module, layout, count):
    given = layer.whole(1)
    expected = results(loops, layer, *given)
    changed = [layout(a) for a in given]
    assert all(np.array_equal(a, b) for a, b in zip(given, changed, strict=True))
    for got, e in zip(results(module, layer, *changed), expected, strict=True):
        assert np.array_equal(got, e) and got.dtype.isnative
    count("layouts of the inputs tried")


@each
@small
def test_broadcast_inputs(layer, module):
    """One number, or one example, seen as a whole array (stride 0)."""
    for axes in range(4):
        given = [
            as_strided(
                a, a.shape, [0 if axis >= axes else s for axis, s in enumerate(a.strides)], writeable=False
            )
            for a in layer.whole(2)
        ]
        given[3] = np.broadcast_to(given[3][:1], layer.out)
        expected = results(loops, layer, *(np.ascontiguousarray(a) for a in given))
        for got, e in zip(results(module, layer, *given), expected, strict=True):
            assert np.array_equal(got, e)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64])
@each
@small
def test_inputs_are_never_written_to(layer, module, dtype):
    given = layer.whole(3, dtype)
    before = [a.tobytes() for a in given]
    got = results(module, layer, *given)
    conv_backward(given[3], given[0], given[1], **layer.settings)
    assert [a.tobytes() for a in given] == before
    for a in got:
        assert a.flags.writeable
        assert not any(np.shares_memory(a, g) for g in given)  # nothing of the inputs is handed back


@each
def test_results_are_the_callers_own(module):
    """Writing into one result changes neither the next one nor an input."""
    layer = SMALL[1]
    given = layer.whole(4)
    first = results(module, layer, *given)
    kept = [a.copy() for a in first]
    for a in first:
        a[...] = 99
    for a, e in zip(results(module, layer, *given), kept, strict=True):
        assert np.array_equal(a, e)


# -- NaN and Inf -------------------------------------------------------------------------------------
#: Where what stands in an array goes: the results of which it is a factor.
REACHES = {"x": ("z", "grad_w"), "w": ("z", "grad_x"), "delta": ("grad_x", "grad_w")}


def linked(layer, source, cell):
    """Masks, by brute force: the cells of z, grad_w and grad_x whose sums hold a term with this cell."""
    masks = {
        "z": np.zeros(layer.out, bool),
        "grad_w": np.zeros(layer.w, bool),
        "grad_x": np.zeros(layer.x, bool),
    }
    for z, w, x in layer_links(layer):
        if {"x": x, "w": w, "delta": z}[source] == cell:
            for name, at in (("z", z), ("grad_w", w), ("grad_x", x)):
                masks[name][at] = name in REACHES[source]
    return masks


@pytest.mark.parametrize("planted", [np.nan, np.inf, -np.inf], ids=["NaN", "Inf", "-Inf"])
@pytest.mark.parametrize("source", REACHES)
@each
@small
def test_nan_and_inf_reach_exactly_the_linked_cells(layer, module, source, planted, count):
    shape = {"x": layer.x, "w": layer.w, "delta": layer.out}[source]
    cells = list(np.ndindex(*shape))
    rng = np.random.default_rng(8)
    chosen = {cells[0], cells[-1], *(cells[i] for i in rng.choice(len(cells), 4))}
    for cell in chosen:
        x, w, b, delta = layer.whole(5)
        {"x": x, "w": w, "delta": delta}[source][cell] = planted
        with np.errstate(invalid="ignore"):
            z, grad_x, grad_w, grad_b = results(module, layer, x, w, b, delta)
        expected = linked(layer, source, cell)
        for name, got in (("z", z), ("grad_w", grad_w), ("grad_x", grad_x)):
            touched = np.isnan(got) if np.isnan(planted) else np.isinf(got)
            assert np.array_equal(touched, expected[name]), (name, cell)
            assert np.array_equal(~np.isfinite(got), touched), (name, cell)  # no NaN made from an Inf
        filled = cell[1] if source == "delta" else -1
        assert np.array_equal(~np.isfinite(grad_b), np.arange(layer.w[0]) == filled)
        count("cells of NaN or Inf traced through a layer")


@each
@small
def test_nan_is_multiplied_by_zero_weights_too(layer, module):
    """A weight that happens to be 0 is a link all the same: nothing may be skipped for its value."""
    x, w, b, delta = layer.whole(6)
    cell = tuple(n // 2 for n in layer.x)
    x[cell], w[...], delta[...] = np.nan, 0, 0
    z, _, grad_w, _ = results(module, layer, x, w, b, delta)
    expected = linked(layer, "x", cell)
    assert np.array_equal(np.isnan(z), expected["z"])
    assert np.array_equal(np.isnan(grad_w), expected["grad_w"])


@each
def test_padding_is_not_multiplied(module):
    """Zero padding times an infinite weight would be NaN."""
    x, w = np.ones((1, 1, 3)), np.array([[[np.inf, 1.0, 1.0]]])
    with np.errstate(invalid="raise"):
        z = module.forward(x, w, padding=1)
        grad_x = module.grad_input(np.ones((1, 1, 3)), w, x.shape, padding=1)
    assert np.array_equal(z, [[[2, np.inf, np.inf]]])
    assert np.array_equal(grad_x, [[[np.inf, np.inf, 2]]])


def test_the_checker_sees_nan():
    assert not gradcheck.compare([1.0, np.nan], [1.0, 2.0])
