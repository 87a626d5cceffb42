"""gradcheck.py: the checks catch the planted wrong gradients, pass the right ones, and say where."""

import re

import numpy as np
import planted
import pytest
from geometries import BY_NAME, SMALL
from planted import BUGS, RIGHT

from convbp_helpers import Axis, loops, taps
from convbp_helpers.gradcheck import compare, confirm, exact_differences, inner_products, random_directions

bugs = pytest.mark.parametrize("bug", BUGS, ids=[f"{bug.number}: {bug.what}" for bug in BUGS])
FORWARD = {"x": 0, "w": 1, "b": 2}


def arrays(layer, prepare=lambda x, w, delta: (x, w, delta)):
    """x, w, b, delta in quarters: fractions, and yet all sums are exact."""
    x, w, b, delta = (a / 4 for a in layer.whole(21))
    x, w, delta = prepare(x, w, delta)
    return x, w, b, delta


def truth(layer, of, x, w, b, delta):
    """The gradient by exact differences of J = <delta, z>."""
    given = [x, w, b]
    at = FORWARD[of]

    def J(array):
        z = taps.forward(*given[:at], array, *given[at + 1 :], **layer.settings)
        return (delta * z).sum()

    return exact_differences(J, given[at])


def answer(bug, layer, x, w, delta):
    return bug.function(delta, x, w, **layer.settings)


# -- the planted bugs --------------------------------------------------------------------------------
def test_every_number_is_planted():
    # 25 is a wrong size and 26 an activation: both below
    assert {bug.number for bug in BUGS} | {25, 26} == set(range(1, 27))


@pytest.mark.parametrize("of", RIGHT)
def test_the_right_gradients_pass(of, count):
    layers = {id(layer): layer for bug in BUGS for layer in (bug.shows, bug.hides) if layer is not None}
    for layer in layers.values():
        x, w, b, delta = arrays(layer)
        right = RIGHT[of](delta, x, w, **layer.settings)
        comparison = compare(right, truth(layer, of, x, w, b, delta), "right")
        assert comparison and comparison.cells == () and comparison.largest == 0, (layer, comparison)
        z = taps.forward(x, w, b, **layer.settings)
        given = {"b": b, of: dict(x=x, w=w, b=b)[of], f"grad_{of}": right}
        assert all(inner_products(delta, z, **given).values())
        count("right gradients passed by the checks")


@bugs
def test_exact_differences_catch_it(bug, count):
    x, w, b, delta = arrays(bug.shows)
    got = answer(bug, bug.shows, x, w, delta)  # first, for it may change what it is given
    expected = truth(bug.shows, bug.of, x, w, b, delta)
    comparison = compare(got, expected, f"grad_{bug.of}")
    assert not comparison, bug
    assert bool(comparison.problem) == bug.shape_only, (bug, comparison)
    if bug.shape_only:
        assert str(got.shape) in repr(comparison) and str(expected.shape) in repr(comparison)
    else:
        wrong = [tuple(cell) for cell in np.argwhere(got != expected).tolist()]
        assert list(comparison.cells) == wrong
        first = wrong[0]
        assert "[" + ",".join(
            map(str, first)
        ) + f"] is {got[first]:.6g} and should be {expected[first]:.6g}" in repr(comparison)
        assert comparison.largest == np.abs(got - expected).max()
    with pytest.raises(AssertionError, match=f"grad_{bug.of}"):
        confirm(got, expected, f"grad_{bug.of}")
    count("planted wrong gradients caught by exact differences")


@bugs
def test_inner_products_catch_it(bug, count):
    x, w, b, delta = arrays(bug.shows)
    got = answer(bug, bug.shows, x, w, delta)
    z = taps.forward(x, w, b, **bug.shows.settings)
    given = dict(b=b) | {bug.of: dict(x=x, w=w, b=b)[bug.of], f"grad_{bug.of}": got}
    if bug.shape_only:
        with pytest.raises(ValueError, match=f"grad_{bug.of} must have the shape of {bug.of}"):
            inner_products(delta, z, **given)
    else:
        found = inner_products(delta, z, **given)
        assert list(found) == [f"grad_{bug.of}"] and not found[f"grad_{bug.of}"], bug
    count("planted wrong gradients caught by inner products")


@bugs
def test_it_is_that_bug_and_hides_where_it_should(bug):
    """On a layer without the feature (or a kernel with the symmetry) the same function is right."""
    if bug.hides is None:
        return
    x, w, b, delta = arrays(bug.hides, bug.prepare)
    expected = truth(bug.hides, bug.of, x, w, b, delta)
    assert compare(answer(bug, bug.hides, x, w, delta), expected), bug


@bugs
def test_read_only_arrays_stop_what_is_changed_in_place(bug):
    given = arrays(bug.shows)
    x, w, _, delta = given
    for a in given:
        a.flags.writeable = False
    if bug.number == 23:
        with pytest.raises(ValueError, match="read-only"):
            answer(bug, bug.shows, x, w, delta)
    else:
        answer(bug, bug.shows, x, w, delta)


def test_bug_25_an_output_that_is_not_there():
    agree, differ = 0, []
    for size in range(1, 9):
        for kernel in range(1, 9):
            for stride in range(1, 5):
                if kernel <= size:
                    assert (
                        planted.out_size_by_int(size, kernel, stride) == Axis(size, kernel, stride).out_size
                    )
                    agree += 1
                else:
                    with pytest.raises(ValueError, match="longer"):
                        Axis(size, kernel, stride)
                    if planted.out_size_by_int(size, kernel, stride) == 1:
                        differ.append((size, kernel, stride))
    assert agree and differ and all(0 < k - h < s for h, k, s in differ)


# -- non-linear functions ----------------------------------------------------------------------------
TANH = BY_NAME["plane, one example"]


def tanh_layer(scale=0.1):
    """x, w, b, grad_a, and J = <grad_a, tanh(z)> as a function of each."""
    x, w, b, grad_a = (scale * a for a in TANH.arrays(4))

    def J(x=x, w=w, b=b):
        return (grad_a * np.tanh(taps.forward(x, w, b, **TANH.settings))).sum()

    return x, w, b, grad_a, J


@pytest.mark.parametrize("of", ["x", "w", "b"])
def test_random_directions_pass_the_right_gradient_of_a_tanh_layer(of):
    x, w, b, grad_a, J = tanh_layer()
    delta = grad_a * (1 - np.tanh(taps.forward(x, w, b, **TANH.settings)) ** 2)
    right = dict(
        x=taps.grad_input(delta, w, x.shape, **TANH.settings),
        w=taps.grad_weight(delta, x, w.shape, **TANH.settings),
        b=taps.grad_bias(delta),
    )[of]
    at = dict(x=x, w=w, b=b)[of]
    comparison = random_directions(lambda a: J(**{of: a}), at, right, directions=7)
    assert (
        repr(comparison) == "gradient: agrees with the slopes along 7 random directions"
        and comparison.largest > 0
    )
    assert not random_directions(lambda a: J(**{of: a}), at, right * 1.01)
    with pytest.raises(ValueError, match="not linear"):
        exact_differences(lambda a: J(**{of: a}), at)


def test_bug_26_the_activation_forgotten_or_taken_at_the_wrong_layer():
    x, w, b, grad_a, J = tanh_layer(0.5)
    z = taps.forward(x, w, b, **TANH.settings)
    forgotten = taps.grad_input(grad_a, w, x.shape, **TANH.settings)
    wrong_layer = forgotten * (1 - np.tanh(x) ** 2)
    for gradient in (forgotten, wrong_layer):
        comparison = random_directions(lambda a: J(x=a), x, gradient)
        assert not comparison and len(comparison.cells) >= 4
    # told the wrong delta, the identities of the layer hold: they cannot know of the activation
    assert inner_products(grad_a, z, x=x, grad_x=forgotten, b=b)["grad_x"]
    # where z is 0, tanh has slope 1 and the mistake hides
    flat = random_directions(lambda a: J(x=a, w=np.zeros_like(w), b=0 * b), x, np.zeros_like(x))
    assert flat


def test_random_directions_are_the_same_each_time():
    seen = [[], []]
    for run in seen:
        random_directions(lambda a, run=run: run.append(a.copy()) or a.sum(), np.zeros(3), np.ones(3))
    assert np.array_equal(*seen) and len(seen[0]) == 10


# -- how a comparison is drawn -----------------------------------------------------------------------
def test_agreement_is_a_verdict_and_says_what_the_text_says():
    right = compare(np.arange(6.0).reshape(2, 3), np.arange(6).reshape(2, 3), "z <1>")
    html = right._repr_html_()
    assert "<b>✓ z &lt;1&gt;: exact (6 cells)</b>" in html and "<table" not in html


def test_a_difference_is_a_table_of_the_cells_around_it():
    expected = np.arange(600.0).reshape(2, 20, 15)
    got = expected.copy()
    got[1, 9, 3] += 0.5
    got[1, 9, 4] += 1e-14
    html = compare(got, expected, "z")._repr_html_()
    assert "<b>✗ z: 1 of 600 cells differ, by up to 0.5</b>" in html
    assert "in [1,…] (rows 3 to 14 of 20, columns 0 to 11 of 15)" in html
    assert html.count("✗ 438.5<br>not 438") == html.count("<br>not") == 1 and html.count("<td style") == 144
    assert re.findall(r"scope=row[^>]*>([^<]*)<", html) == [str(i) for i in range(3, 15)]


def test_what_is_rounding_is_no_cross_in_the_table():
    expected = np.array([1.0, 2.0, 3.0], np.float32)
    got = expected + np.array([0, 1e-6, 1], np.float32)
    assert compare(got, expected)._repr_html_().count("<br>not") == 1


def test_arrays_of_two_shapes_are_said_not_drawn():
    html = compare(np.zeros(3), np.zeros(4), "z")._repr_html_()
    assert "✗ z cannot be compared" in html and "shape (3,), expected (4,)" in html and "<table" not in html


# -- exact differences -------------------------------------------------------------------------------
@pytest.mark.parametrize("module", [loops, taps], ids=["loops", "taps"])
@pytest.mark.parametrize("layer", SMALL, ids=[layer.name for layer in SMALL])
def test_differences_have_no_error_on_whole_numbers(layer, module, count):
    x, w, b, delta = layer.whole(22)
    for of, got in (
        ("x", module.grad_input(delta, w, layer.x, **layer.settings)),
        ("w", module.grad_weight(delta, x, layer.w, **layer.settings)),
        ("b", module.grad_bias(delta)),
    ):
        comparison = compare(got, truth(layer, of, x, w, b, delta), of)
        assert comparison.largest == 0.0 and "exact" in repr(comparison), comparison
        count("gradients equal to exact differences, error 0")


def test_exact_differences_leave_the_point_alone():
    at = np.arange(3.0)

    def J(a):
        total = a @ [1.0, 2.0, 3.0]
        a[...] = 99
        return total

    assert exact_differences(J, at).tolist() == [1, 2, 3]
    assert at.tolist() == [0, 1, 2]
    assert (
        exact_differences(lambda a: 2 * a.sum() + 5, np.ones((2, 3), dtype=np.int64)).tolist()
        == [[2] * 3] * 2
    )
    assert exact_differences(lambda a: 3 * a, 7.0) == 3


# -- compare -----------------------------------------------------------------------------------------
def test_compare_names_cells_and_sizes():
    expected = np.arange(12.0).reshape(3, 4)
    got = expected.copy()
    got[1, 2], got[2, 0] = 60, 8.5
    comparison = compare(got, expected, "grad_x")
    assert not comparison and comparison.cells == ((1, 2), (2, 0)) and comparison.largest == 54
    text = repr(comparison)
    for part in (
        "grad_x",
        "2 of 12 cells",
        "54",
        "[1,2] is 60 and should be 6",
        "[2,0] is 8.5 and should be 8",
    ):
        assert part in text, text
    many = repr(compare(expected + 1, expected))
    assert "12 of 12 cells" in many and "and 9 more" in many
    assert compare(expected, expected) and "exact (12 cells)" in repr(compare(expected, expected))


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ([1, np.nan], [1, 2]),
        ([1, 2], [1, np.nan]),
        ([np.inf, 1], [1, 1]),
        ([1, 1], [np.inf, 1]),
        ([-np.inf, 1], [np.inf, 1]),
        ([np.nan, 1], [np.inf, 1]),
        ([[1, 2]], [1, 2]),
        ([1, 2, 3], [1, 2]),
        (1.0, [1.0]),
        ([], [1.0]),
        ([1 + 1j, 2], [1, 2]),
        ([1, 2], [1, 2 + 1j]),
        (["1", "2"], [1, 2]),
        ([None, 2], [1, 2]),
        (None, 1),
    ],
)
def test_what_never_agrees(got, expected):
    assert not compare(got, expected)
    with pytest.raises(AssertionError):
        confirm(got, expected)


def test_nan_agrees_with_nan_and_inf_with_inf():
    assert compare([np.nan, np.inf, -np.inf, 1], [np.nan, np.inf, -np.inf, 1])
    assert not compare([np.nan, np.inf, 2], [np.nan, np.inf, 1])
    assert compare([np.nan, np.inf, 2], [np.nan, np.inf, 1]).cells == ((2,),)


@pytest.mark.parametrize(
    ("dtype", "close", "off"),
    [(np.float64, 1e-13, 1e-11), (np.float32, 4e-6, 1e-4), (np.float16, 2e-3, 1e-1)],
)
def test_rounding_is_judged_by_the_less_precise_array(dtype, close, off):
    expected = np.array([1.0, 3.0])
    assert compare((expected * (1 + close)).astype(dtype), expected)
    assert not compare((expected * (1 + off)).astype(dtype), expected)
    assert compare(expected * (1 + off), expected, tolerance=2 * off)
    assert not compare(expected * (1 + close), expected, tolerance=close / 4)


@pytest.mark.parametrize("scale", [1e-9, 1e-4, 1.0, 1e6])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_wrong_gradient_is_seen_at_every_scale(scale, dtype):
    """A mean over many cells makes small gradients; twice too large is wrong all the same."""
    expected = (scale * np.array([1.0, -2.0, 3.0])).astype(dtype)
    assert compare(expected, expected.copy())
    assert not compare(2 * expected, expected)
    assert not compare(0 * expected, expected)
    delta = z = np.ones((1, 1, 3))
    ones = np.ones((1, 1, 3), dtype)
    small = (scale * delta).astype(dtype)
    assert inner_products(small, z.astype(dtype), x=ones, grad_x=small)["grad_x"]
    assert not inner_products(small, z.astype(dtype), x=ones, grad_x=2 * small)["grad_x"]


# -- inner products ----------------------------------------------------------------------------------
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int64])
@pytest.mark.parametrize("layer", SMALL, ids=[layer.name for layer in SMALL])
def test_the_identities_hold_in_every_precision(layer, dtype):
    given = layer.whole(23) if dtype is np.int64 else layer.arrays(23)
    x, w, b, delta = (a.astype(dtype) for a in given)
    z = taps.forward(x, w, b, **layer.settings)
    grads = dict(
        grad_x=taps.grad_input(delta, w, x.shape, **layer.settings),
        grad_w=taps.grad_weight(delta, x, w.shape, **layer.settings),
        grad_b=taps.grad_bias(delta),
    )
    found = inner_products(delta, z, x=x, w=w, b=b, **grads)
    assert list(found) == ["grad_x", "grad_w", "grad_b"] and all(found.values()), found
    no_bias = taps.forward(x, w, **layer.settings)
    assert all(
        inner_products(delta, no_bias, x=x, w=w, grad_x=grads["grad_x"], grad_w=grads["grad_w"]).values()
    )
    if dtype is not np.float16:  # whose rounding can be as large as the bias
        assert not inner_products(delta, z, x=x, grad_x=grads["grad_x"])["grad_x"]  # the bias not taken away


def test_the_identities_are_necessary_not_sufficient():
    """A wrong part at right angles to x passes: one number cannot see every cell. Differences see it."""
    layer = SMALL[1]
    x, w, b, delta = layer.whole(24)
    z, grad_x = taps.forward(x, w, b, **layer.settings), taps.grad_input(delta, w, layer.x, **layer.settings)
    cell, other = (0, 0, 0, 0), (0, 0, 1, 1)
    grad_x[cell] += x[other]
    grad_x[other] -= x[cell]
    assert inner_products(delta, z, x=x, grad_x=grad_x, b=b)["grad_x"]
    assert compare(grad_x, truth(layer, "x", x, w, b, delta)).cells == (cell, other)


def test_both_checks_share_the_forward_pass():
    """A kernel turned forwards and backwards alike is consistent: what compares the two cannot see it."""
    layer = SMALL[1]
    x, w, b, delta = layer.whole(25)
    turned = w[:, :, ::-1, ::-1]
    z = loops.forward(x, turned, b, **layer.settings)
    grad_x = loops.grad_input(delta, turned, layer.x, **layer.settings)
    assert inner_products(delta, z, x=x, grad_x=grad_x, b=b)["grad_x"]
    assert not compare(z, loops.forward(x, w, b, **layer.settings))
