"""break_it: which check catches which planted bug, as a table; and that the checks themselves can be trusted."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from convbp_helpers import break_it, gradcheck
from convbp_helpers.break_it import BUGS, CHECKS, bug_named, check_named, checks, hidden
from convbp_helpers.break_it.backward import RIGHT
from convbp_helpers.break_it.bugs import Bug
from convbp_helpers.break_it.trial_layers import COURSE, ODD, ONE_HOT, USUAL, by_loops

NAMES = [check.name for check in CHECKS]
STRONG = ["odd shapes", "inner products", "exact differences"]
CAUGHT = {
    "shape": 7,
    "mean": 18,
    "upstream of ones": 20,
    "one-hot": 22,
    "one usual layer": 22,
    "odd shapes": 35,
    "inner products": 35,
    "exact differences": 35,
}
#: What each check misses, with the reason.
NO_FEATURE = {  # the layer has no leftover, no difference of sides, no dilation, no groups
    "leftover dropped",
    "leftover split evenly",
    "crop p:-p",
    "crop by the other side",
    "dilation ignored in grad_x",
    "dilation ignored in grad_w",
    "dilation put into δ",
    "groups ignored",
    "groups in the wrong order",
}
WITH_STRIDE_1 = NO_FEATURE | {
    "stride ignored in grad_x",
    "stride ignored in grad_w",
    "zeros in front",
    "padded by P again",  # K = 3, P = 1: K − 1 − P is P
}
WRONG_SHAPE = {
    "kernel transposed",
    "kernel turned by 90°",
    "leftover dropped",
    "padded by P again",
    "crop forgotten",
    "crop p:-p",
    "grad_b a map",
}
MISSED = {
    "shape": {bug.name for bug in BUGS} - WRONG_SHAPE,
    "mean": NO_FEATURE
    # the same numbers in other places, or read at other places of a sum that takes them all
    | {
        "kernel not turned",
        "kernel transposed",
        "kernel turned by 90°",
        "channels turned too",
        "K − k for K − 1 − k",
        "grad_w reversed",
    }
    | {"duplicates lost"}  # the stride is the kernel: no cell is named twice
    | {"kernel turned in place"},  # the answer was stored before
    "upstream of ones": WITH_STRIDE_1
    | {"filters turned too"}  # a sum over filters that all have the same δ
    | {"kernel turned in place"},
    "one-hot": NO_FEATURE
    | {"grad_w of the last example"}  # the 1 stands in the last example
    | {"cut off to integers", "slope of the layer below"}  # the numbers are whole and positive
    | {"kernel turned in place"},
    "one usual layer": WITH_STRIDE_1,
    **dict.fromkeys(STRONG, set()),
}


@pytest.fixture(scope="module")
def caught():
    return break_it.grid()


# ------------------------------------------------------------------------------------------------- the grid
def test_the_whole_grid(caught, count):
    assert caught.shape == (len(BUGS), len(CHECKS)) and caught.dtype == bool
    assert dict(zip(NAMES, caught.sum(0).tolist(), strict=True)) == CAUGHT
    missed = {
        name: {bug.name for bug, seen in zip(BUGS, column, strict=True) if not seen}
        for name, column in zip(NAMES, caught.T, strict=True)
    }
    assert missed == MISSED
    count("pairs of a planted bug and a check", caught.size)


def test_every_number_that_one_layer_can_have_is_there():
    assert {bug.number for bug in BUGS} == set(range(1, 27)) - {25}  # 25 is a wrong size, without a gradient
    assert [bug.number for bug in BUGS] == sorted(bug.number for bug in BUGS)
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 24
    assert all(bug.what.endswith(".") and len(bug.what) < 120 and len(bug.name) <= 28 for bug in BUGS)
    assert {bug.of for bug in BUGS} == {"x", "w", "b"}


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_strong_checks_catch_all_with_other_numbers(seed, count):
    seen = break_it.grid(checks=STRONG, seed=seed)
    assert seen.all(), [(BUGS[b].name, STRONG[c]) for b, c in np.argwhere(~seen)]
    count("planted bugs caught by the strong checks with other numbers", seen.size)


@pytest.mark.parametrize("seed", range(1, 4))
def test_what_a_check_misses_it_misses_with_other_numbers(caught, seed):
    """It is no accident of the numbers."""
    assert_array_equal(break_it.grid(seed=seed), caught)


def test_shape_misses_all_whose_shape_is_right():
    for bug in BUGS:
        runs = [checks.run(bug, layer, layer.real()) for layer in ODD]
        right = all(r.got.shape == r.arrays[bug.of].shape for r in runs)
        assert break_it.check(bug, "shape").caught is not right, bug


# -------------------------------------------------------------------------------------------- no false alarm
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("of", RIGHT)
def test_the_right_gradients_pass_all_checks(of, seed, count):
    for check in CHECKS:
        verdict = break_it.check(RIGHT[of], check, of=of, seed=seed)
        assert not verdict.caught, (check, verdict)
        assert "wrong" not in verdict.said and "in place of" not in verdict.said
        count("right gradients passed by a check")


@pytest.mark.parametrize("of", RIGHT)
def test_the_right_gradients_are_those_of_the_loops(of):
    for layer in (USUAL, COURSE, ONE_HOT, *ODD):
        arrays = layer.real(5)
        got = RIGHT[of](arrays["delta"], arrays["x"], arrays["w"], **layer.settings)
        assert gradcheck.compare(got, by_loops(layer, of, **arrays)), layer


def test_the_odd_layers_are_odd():
    for layer in ODD:
        sizes = layer.shapes
        assert len(set(layer.x)) == len(set(layer.w[2:])) + 2 == 4
        assert len({*layer.x, layer.w[0]}) == 5 and layer.w[0] != layer.x[1]
        assert sizes["delta"][2] != sizes["delta"][3]
    assert [layer.settings["groups"] for layer in ODD] == [1, 1, 2]
    x, delta = ODD[0].x, ODD[0].shapes["delta"]
    left = [h - s * (u - 1) - k for h, s, u, k in zip(x[2:], (3, 2), delta[2:], ODD[0].w[2:], strict=True)]
    assert left == [2, 1]
    assert len({COURSE.x[2] - COURSE.x[3], USUAL.x[2] - USUAL.x[3]}) == 1  # the usual ones are square


# ----------------------------------------------------------------------------------------- whatever it does
def misbehaving(result):
    def gradient(delta, x, w, **settings):
        return result(x)

    return gradient


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (lambda x: 1 / 0, "it stops with ZeroDivisionError: division by zero"),
        (lambda x: None, "array of object"),
        (lambda x: [[1], [1, 2]], "no array"),
        (lambda x: "grad", "array of <U4"),
        (lambda x: x[0], "has shape"),
        (lambda x: np.zeros(0), "shape (0,) in place of"),
        (lambda x: np.full(x.shape, np.nan), "nan"),
        (lambda x: x * 1j, "array of complex128"),
    ],
)
@pytest.mark.parametrize("check", CHECKS, ids=NAMES)
def test_a_check_never_crashes_on_a_candidate(check, result, words):
    verdict = break_it.check(misbehaving(result), check)
    if check.name == "shape" and words == "nan":
        assert not verdict.caught
    elif check.name == "mean" and words == "has shape":
        assert verdict.caught and "stored" in verdict.said  # it looks at nothing but the mean
    else:
        assert verdict.caught and words in verdict.said, verdict


def test_a_mistake_in_a_check_is_not_a_verdict(monkeypatch):
    monkeypatch.setattr(gradcheck, "inner_products", lambda *given, **named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        break_it.check(BUGS[0], "inner products")


def test_a_candidate_gets_copies():
    """What one check lets a candidate do to its arrays, no later check sees."""
    before = break_it.grid([bug_named("kernel not turned")])
    break_it.grid([bug_named("kernel turned in place")])
    assert_array_equal(break_it.grid([bug_named("kernel not turned")]), before)


def test_what_was_changed_in_place_is_said():
    bug = bug_named("kernel turned in place")
    for name in ("upstream of ones", "one-hot", *STRONG):
        assert break_it.check(bug, name).said.endswith("; w is not what it was before the call")
    assert "before the call" not in break_it.check(BUGS[0], "odd shapes").said


# --------------------------------------------------------------------------- planted faults of the checks
def grid_differs(caught):
    return not np.array_equal(break_it.grid(), caught)


def faulty(name, function):
    return [replace(check, function=function) if check.name == name else check for check in CHECKS]


def test_planted_a_product_compared_with_itself(monkeypatch, caught):
    own = gradcheck.compare
    monkeypatch.setattr(gradcheck, "compare", lambda got, expected, *a, **k: own(got, got, *a, **k))
    assert grid_differs(caught)


def test_planted_a_reference_that_is_the_candidate(monkeypatch, caught):
    monkeypatch.setattr(checks, "right_after", lambda run, *rest: run.got)
    assert grid_differs(caught)


def test_planted_random_numbers_that_are_whole(monkeypatch, caught):
    """Whole numbers hide what is cut off to integers."""
    layer = type(ODD[0])
    real = layer.real
    monkeypatch.setattr(
        layer, "real", lambda self, seed=0: {n: np.round(3 * a) for n, a in real(self, seed).items()}
    )
    checks.computed.cache_clear()
    assert grid_differs(caught)
    checks.computed.cache_clear()


@pytest.mark.parametrize("name", NAMES)
def test_planted_a_check_that_never_or_always_catches(name, caught):
    for answer in (False, True):
        verdict = checks.Verdict(answer, "")
        seen = break_it.grid(checks=faulty(name, lambda candidate, seed, verdict=verdict: verdict))
        if answer and name in STRONG:  # they catch all: what shows it is the right gradient
            assert check_named(name)(Bug(0, "", "", "x", RIGHT["x"])).caught is False
        else:
            assert not np.array_equal(seen, caught)


@pytest.mark.parametrize("without", [0, 2])
def test_no_odd_layer_is_enough(monkeypatch, without):
    """The one between shows what the last one shows too, with the padding alone: for the error maps."""
    kept = tuple(layer for n, layer in enumerate(ODD) if n != without)
    monkeypatch.setattr(checks, "ODD", kept)
    for name in STRONG:
        assert not break_it.grid(checks=[name]).all(), (name, ODD[without])


# ------------------------------------------------------------------------------------------------ sentences
def test_the_sentences(count):
    for bug in BUGS:
        for check in CHECKS:
            verdict = break_it.check(bug, check)
            assert repr(verdict).startswith(("caught: ", "missed: ")[not verdict.caught])
            assert any(c.isdigit() for c in verdict.said) and not verdict.said.endswith(".")
            assert len(verdict.said) < 190 and "-" not in verdict.said.replace("zero-", ""), verdict.said
            count("sentences of a check")
    kernel, filters = bug_named("kernel not turned"), bug_named("filters turned too")
    assert break_it.check(kernel, "mean").said == "the mean of grad_x is −0.08259339, as stored"
    assert (
        break_it.check(filters, "upstream of ones").said
        == "with δ = 1 everywhere, all 150 cells of grad_x agree"
    )
    assert break_it.check("leftover dropped", "shape").said == (
        "with strides 3 and 2, leftovers 2 and 1, grad_x has shape (2, 3, 7, 9) in place of (2, 3, 9, 10)"
    )
    assert break_it.check("grad_b a mean", "one-hot").said == (
        "with δ = 1 at [1,1,1,2] alone, 1 of 4 cells of grad_b is wrong: grad_b[1] is 0.03125 and should be 1"
    )


def test_the_numbers_of_the_mean_are_those_of_the_loops():
    arrays = COURSE.real(0)
    mean = by_loops(COURSE, "x", **arrays).mean()
    assert f"{mean:.7g}".replace("-", "−") in break_it.check(BUGS[0], "mean").said


# ---------------------------------------------------------------------------------------------- error maps
@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_each_bug_shows_in_its_error_map(bug, count):
    got, expected = break_it.error_map(bug)
    shown = break_it.mapped(bug)
    assert_array_equal(got, shown.got)
    if shown.problem:
        assert bug.name in WRONG_SHAPE and got.shape != expected.shape and "in place of" in shown.said
        words = {cell for row in shown.cells for cell in row if isinstance(cell, str)}
        assert words <= {"missing", "extra"} and words
    else:
        assert got.shape == expected.shape and np.abs(got - expected).max() > 0.2
        assert_array_equal(shown.cells, np.atleast_2d(got - expected))
    assert max(len(shown.cells), len(shown.cells[0])) <= 11
    count("error maps that show the mistake")


def test_the_error_map_of_a_right_gradient_is_empty():
    for of, gradient in RIGHT.items():
        got, expected = break_it.error_map(gradient, of=of)
        assert gradcheck.compare(got, expected)
        assert break_it.mapped(Bug(0, "", "", of, gradient)).said == "all right"


def test_there_is_no_error_map_of_what_stops():
    with pytest.raises(ValueError, match="no error map: it stops with ZeroDivisionError"):
        break_it.error_map(misbehaving(lambda x: 1 / 0))
    with pytest.raises(ValueError, match="no error map: grad_x is an array of object"):
        break_it.error_map(misbehaving(lambda x: None))


# ------------------------------------------------------------------------------------------- the hidden ones
@pytest.mark.parametrize("number", [1, 2, 3])
def test_hidden_bugs(number):
    bug = hidden(number)
    assert repr(bug) == f"hidden({number}): a wrong gradient of {bug.of}"
    assert bug.__name__ == f"hidden_{number}" and vars(bug).keys() == {
        "number",
        "name",
        "what",
        "of",
        "__name__",
    }
    assert (bug.__doc__, bug.what) == (hidden(1).__doc__, hidden(1).what)
    assert break_it.grid([bug], STRONG).all()
    got, expected = break_it.error_map(bug)
    wrong = got != expected
    assert wrong.any() and not wrong.all()  # where it is right says as much as where it is wrong


def test_the_maps_of_the_hidden_bugs_point_at_them():
    maps = [np.not_equal(*break_it.error_map(hidden(number))) for number in (1, 2, 3)]
    # padding (2, 0) and (1, 3): as many rows and columns at the far end as there is padding in front
    assert maps[0][-2:].all() and maps[0][:, -1].all() and not maps[0][:-2, :-1].any()
    # strides 3 and 2, kernel 4 × 3: the rows of the last window
    assert_array_equal(maps[1].any(1), [False] * 3 + [True] * 4 + [False] * 2)
    assert_array_equal(maps[1].any(0), [True] * 9 + [False])
    # all taps but those of the first column
    assert maps[2][:, 1].all() and not maps[2][:, 0].any()


@pytest.mark.parametrize("number", [0, 4, 1.5, "1", True])
def test_there_are_three(number):
    with pytest.raises((ValueError, TypeError)):
        hidden(number)


# --------------------------------------------------------------------------------------------- what is asked
def test_names_and_functions_of_your_own():
    assert break_it.check("kernel not turned", "mean") == break_it.check(BUGS[0], check_named("mean"))
    own = break_it.check(lambda delta, x, w, **settings: delta.mean((0, 2, 3)), "odd shapes", of="b")
    assert own == break_it.check("grad_b a mean", "odd shapes")
    assert repr(BUGS[0]) == f"Bug 1, kernel not turned (of x): {BUGS[0].what}"
    assert repr(CHECKS[0]).startswith("Check, shape: ")
    with pytest.raises(ValueError, match="no bug is called 'flip'; there are 'kernel not turned'"):
        break_it.check("flip", "mean")
    with pytest.raises(ValueError, match="no check is called 'best'; there are 'shape'"):
        break_it.check(BUGS[0], "best")
    with pytest.raises(ValueError, match='of is "x", "w" or "b"'):
        break_it.check(lambda *a, **s: None, "mean", of="z")
