"""Misconceptions: every one refused and named in every exercise that it applies to; answers as learners give them."""

# ruff: noqa: E501 (an answer stands on one line)

import re
import signal
import sys
from fractions import Fraction
from itertools import count as counting

import numpy as np
import pytest
from geometries import Layer
from test_setup import ROOT, headings

from convbp_helpers import exercises
from convbp_helpers.break_it import BUGS
from convbp_helpers.exercises import limits
from convbp_helpers.exercises.misconceptions import CATALOGUE, FACTORS, Answer, Factor, Walk, equal, named
from convbp_helpers.exercises.report import FAILED, PASSED
from convbp_helpers.exercises.sections import OF_EXERCISE, STEMS, address
from convbp_helpers.geometry import Geometry

CHECKS = {name: getattr(exercises, name) for name in exercises.__all__ if name.startswith("check_")}
WALKED = [
    (name, part)
    for name, check in CHECKS.items()
    if hasattr(check, "cases")
    for part in next(iter(check.cases())).walks
]
ENTRIES = (*CATALOGUE, *FACTORS)
PATHS = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))


# -- the catalogue itself ----------------------------------------------------------------------------
def test_the_entries(count):
    assert len({entry.name for entry in ENTRIES}) == len({entry.text for entry in ENTRIES}) == len(ENTRIES)
    for entry in ENTRIES:
        assert not entry.text.endswith(".") and entry.question[-1] in "?.", entry.name
    assert len(ENTRIES) >= 50
    count("misconceptions in the catalogue", len(ENTRIES))


def test_every_section_is_a_heading():
    assert sorted(STEMS.values()) == [path.stem for path in PATHS]
    sections = {entry.section for entry in ENTRIES} | set(OF_EXERCISE.values())
    for section in sections:
        file, _, heading = address(section).partition("#")
        assert not heading or heading in headings(PATHS[0].parent / file), section


def test_every_exercise_has_a_section():
    numbers = [re.match(r"Exercise ([\d.]+)", check.__doc__)[1] for check in CHECKS.values()]
    assert sorted(numbers) == sorted(OF_EXERCISE)
    for number, section in OF_EXERCISE.items():
        assert section.startswith(f"{int(number.split('.')[0]):02}")


# -- every entry in every exercise -------------------------------------------------------------------
def made_by(entry, case, part):
    """What an entry makes of a layer, in the shape of the exercise; what is right where it says nothing."""
    walk, drop = case.walks[part]
    expected = np.asarray(case.expected[part] if part else case.expected)
    if isinstance(entry, Factor):
        return expected, expected * entry.of_layer(walk)
    array = entry.made(walk)
    if array is not None and drop:
        array = array.reshape(array.shape[drop:]) if array.shape[:drop] == (1,) * drop else None
    if array is None:
        return expected, expected
    return expected, array.reshape(expected.shape) if array.size == expected.size == 1 else array


def returning(cases, arrays, part):
    """A function that returns these arrays, on one layer after the other."""
    calls = counting()

    def function(*_):
        n = next(calls)
        if not part:
            return arrays[n]
        return tuple(arrays[n] if name == part else right for name, right in cases[n].expected.items())

    return function


@pytest.mark.parametrize(("name", "part"), WALKED)
def test_every_entry_is_refused_and_named(name, part, count):
    cases = sorted(CHECKS[name].cases(), key=lambda case: case.size)
    tried = 0
    for entry in ENTRIES:
        pairs = [made_by(entry, case, part) for case in cases]
        if all(equal(array, expected) for expected, array in pairs):
            continue
        report = CHECKS[name](returning(cases, [array for _, array in pairs], part))
        assert report.verdict == FAILED, entry.name
        assert report.diagnosis is not None and entry.name in report.diagnosis.names, (entry.name, report)
        assert report.diagnosis.question and report.diagnosis.section
        tried += 1
    assert tried > 5
    count("misconceptions, by exercise and gradient, refused and named", tried)


# -- the bugs of break_it are other code: each is named by what it is ---------------------------------
NAMES = {
    "kernel not turned": "kernel not turned",
    "kernel transposed": "kernel transposed",
    "kernel turned by 90°": "kernel turned by 90°",
    "channels turned too": "channels turned too",
    "filters turned too": "filters turned too",
    "axes swapped by a reshape": "axes swapped by a reshape",
    "filters mixed": "filters mixed",
    "stride ignored in grad_x": "stride ignored",
    "stride ignored in grad_w": "stride ignored",
    "zeros in front": "zeros at the wrong phase",
    "crop by the other side": "crop by the other side",
    "dilation ignored in grad_x": "dilation ignored",
    "dilation ignored in grad_w": "dilation ignored",
    "grad_w reversed": "weight gradient reversed",
    "grad_w divided by N": "divided by the number of examples",
    "grad_w summed over c": "channels summed",
    "grad_w of the last example": "last example only",
    "grad_b a mean": "a mean over positions and examples",
    "one grad_b for all filters": "one total for all filters",
    "grad_b of the first example": "first example's bias",
}
OF_BUGS = [
    Layer("", (2, 3, 9, 10), (4, 3, 2, 2), dict(stride=(3, 3), padding=((1, 0), (0, 1)))),
    Layer("", (3, 2, 8, 8), (5, 2, 3, 3), dict(dilation=(2, 2))),
    Layer("", (2, 3, 7, 8), (4, 3, 3, 3), dict(stride=(2, 2), padding=((1, 1), (1, 1)))),
]


@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.name in NAMES], ids=lambda bug: bug.name)
def test_a_bug_is_named(bug, count):
    of, found = {"x": "grad_x", "w": "grad_w", "b": "grad_b"}[bug.of], []
    for layer in OF_BUGS:
        x, w, _, delta = layer.arrays(seed=3)
        walk = Walk.of_layer(Geometry.of(layer.x, layer.w, **layer.settings), of, x, w, delta)
        got = bug(delta, x, w, stride=layer.stride, padding=layer.pads, dilation=layer.dilation, groups=1)
        right = walk.made()
        if got.shape != right.shape or equal(got, right):
            continue
        found.append([entry.name for entry in named([Answer(walk, got, right)])])
    assert found and all(NAMES[bug.name] in names for names in found), found
    count("bugs of break_it named by the catalogue")


def test_what_is_right_is_the_walk():
    """The engine that mistakes are changes of: on every layer of the exercises it makes what `loops` made."""
    for name, part in WALKED:
        for case in CHECKS[name].cases():
            walk, drop = case.walks[part]
            expected = np.asarray(case.expected[part] if part else case.expected)
            made = walk.made()
            assert equal(made.reshape(made.shape[drop:]), expected), (name, part)


# -- answers as learners write them -------------------------------------------------------------------
def row(order, plus=True, **wrong):
    """grad_x of a strided row in two loops."""

    def function(delta, w, stride, n):
        grad, step = [0.0] * n, wrong.get("stride", stride)
        pairs = [(u, k) for u in range(len(delta)) for k in range(len(w))]
        for u, k in pairs if order == "u" else sorted(pairs, key=lambda p: p[::-1]):
            term = delta[u] * w[len(w) - 1 - k if wrong.get("turned") else k]
            at = step * u + k
            grad[at] = grad[at] + term if plus else term
        return grad

    return function


def clipped(delta, w, stride, n):
    grad, last = np.zeros(n), len(w) - 1
    for i in range(n):
        for u in range(max(0, (i - last) // stride), min(len(delta) - 1, i // stride) + 1):
            grad[i] += delta[u] * w[min(i - stride * u, last)]
    return grad


def to_the_edge(delta, w, stride, before, n):
    grad = np.zeros(n)
    for u, d in enumerate(delta):
        for k, weight in enumerate(w):
            grad[min(max(stride * u + k - before, 0), n - 1)] += d * weight
    return grad


def repeated(delta, w, stride, n):
    spread = np.repeat(delta, stride)
    return np.concatenate([np.convolve(spread, w), np.zeros(n)])[:n]


def any_dims(delta, x, shape, stride, padding, *, each=None, short=False):
    """grad_w of a layer of any dimension, example by example."""
    x = np.pad(x, [(0, 0), (0, 0), *[(padding, padding)] * (x.ndim - 2)])
    grad = np.zeros(shape)
    for n in range(len(x)):
        if each == "overwritten":
            grad[:] = 0
        if each == "scaled":
            grad /= 2
        for k in np.ndindex(*shape[2:]):
            u = [
                size - (short and any(k) and a == len(k) - 1 and k[a] == shape[2 + a] - 1)
                for a, size in enumerate(delta.shape[2:])
            ]
            cut = tuple(slice(0, size) for size in u)
            at = tuple(
                slice(t, t + stride * (size - 1) + 1, stride) if size else slice(0, 0)
                for t, size in zip(k, u, strict=True)
            )
            part = x[(n, slice(None), *at)].reshape(x.shape[1], -1)
            grad[(slice(None), slice(None), *k)] += (
                delta[(n, slice(None), *cut)].reshape(shape[0], -1) @ part.T
            )
    return grad


def mean_of_squares(sign=1, share=1):
    def function(z, target, x, w):
        delta = sign * (z - target) / len(x) * share
        grad_w = np.zeros(w.shape)
        grad_x = np.zeros(x.shape)
        for k, l in np.ndindex(w.shape[2:]):
            rows, columns = slice(k, k + z.shape[2]), slice(l, l + z.shape[3])
            grad_w[:, :, k, l] = np.einsum("nfuv,ncuv->fc", delta, x[:, :, rows, columns])
            grad_x[:, :, rows, columns] += np.einsum("nfuv,fc->ncuv", delta, w[:, :, k, l])
        return grad_x, grad_w, delta.sum((0, 2, 3))

    return function


PLUS = "where `+=` belongs"
LEARNERS = [
    ("check_grad_input_with_stride", row("u", plus=False), PLUS),
    ("check_grad_input_with_stride", row("k", plus=False), PLUS),
    ("check_grad_input_with_stride", row("u", turned=True), "wrong way round"),
    ("check_grad_input_with_stride", row("u", stride=1), "the stride is ignored"),
    ("check_grad_input_with_stride", clipped, "floor where a ceiling belongs"),
    ("check_grad_input_with_stride", repeated, "np.repeat"),
    ("check_grad_input_with_padding", to_the_edge, "added to the cell at the edge"),
    ("check_grad_weight_of_any_layer", lambda *given: any_dims(*given, each="overwritten"), "last example"),
    ("check_backward_of_mean", mean_of_squares(sign=-1), "target less output"),
    ("check_backward_of_mean", mean_of_squares(share=2), "twice too large"),
    ("check_grad_input_1d", lambda d, w, n: [sum(d[u] * w[i - u] for u in range(len(d)) if 0 <= i - u < len(w)) / len(w) for i in range(n)], "divided by the number of taps"),
    ("check_grad_weight_1d", lambda d, x, n: [np.mean(d * x[k : k + len(d)]) for k in range(n)], "mean over the positions"),
    ("check_grad_weight_1d", lambda d, x, n: [np.sum(d * x[: len(d)]) for k in range(n)], "tap's place in the window is left out"),
    ("check_grad_weight_1d", lambda d, x, n: [x[k : k + len(d)].sum() for k in range(n)], "δ is left out"),
    ("check_grad_weight_2d", lambda d, x, s: np.array([[(d * x[k : k + d.shape[0], l : l + d.shape[1]]).mean() for l in range(s[1])] for k in range(s[0])]), "mean over the positions"),
    ("check_grad_input_gather", lambda d, w: (lambda p: np.array([[(p[i : i + w.shape[0], j : j + w.shape[1]] * w).sum() for j in range(p.shape[1] - w.shape[1] + 1)] for i in range(p.shape[0] - w.shape[0] + 1)]))(np.pad(d, [(n - 1, n - 1) for n in w.shape])), "way"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "function", "words"), LEARNERS)
def test_an_answer_of_a_learner_is_named(name, function, words, count):
    report = CHECKS[name](function)
    assert report.verdict == FAILED and report.diagnosis is not None, report
    assert words in report.diagnosis.text, report
    count("answers as learners write them, named")


def test_right_ones_of_the_same_hands_pass():
    assert CHECKS["check_grad_input_with_stride"](row("u")).verdict == PASSED
    assert CHECKS["check_grad_weight_of_any_layer"](any_dims).verdict == PASSED
    assert CHECKS["check_backward_of_mean"](mean_of_squares()).verdict == PASSED


def both(d, w, n):
    """The kernel the wrong way round, and the last window left out."""
    grad = np.zeros(n)
    for u in range(len(d) - 1):
        grad[u : u + len(w)] += d[u] * w[::-1]
    return grad


@pytest.mark.parametrize(
    ("name", "function", "names"),
    [
        ("check_grad_input_1d", both, ("kernel not turned", "last window missing")),
        ("check_grad_input_1d", lambda d, w, n: -np.convolve(d, w[::-1]), ("kernel not turned", "the sign is wrong")),
        ("check_grad_weight_1d", lambda d, x, n: -np.correlate(x, d)[::-1], ("weight gradient reversed", "the sign is wrong")),
        (
            "check_grad_input_with_stride",
            lambda d, w, s, n: row("u", stride=1, turned=True)(d, w, s, n),
            ("kernel not turned", "stride ignored"),
        ),
    ],
)  # fmt: skip
def test_two_at_once_are_both_named(name, function, names, count):
    report = CHECKS[name](function)
    text = report.message
    assert report.verdict == FAILED and (set(report.diagnosis.names) >= set(names) or " and " in text), report
    count("answers with two mistakes at once, both named")


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        ("check_grad_weight_of_channels", lambda d, x, s: spoilt_at(right_channels(d, x, s), np.s_[1:2]), "Only the last filter is wrong|filter 1"),
        ("check_grad_weight_of_channels", lambda d, x, s: spoilt_at(right_channels(d, x, s), np.s_[:, :1]), "channel|Every cell"),
        ("check_grad_input_with_stride", lambda d, w, s, n: spoilt_behind(row("u")(d, w, s, n), s * (len(d) - 1) + len(w)), "Only the leftover is wrong"),
        ("check_grad_input_1d", lambda d, w, n: spoilt_at(np.convolve(d, w), np.s_[:1]), "Only the first cell is wrong"),
        ("check_grad_input_1d", lambda d, w, n: np.zeros(n), "Every cell is 0"),
        ("check_grad_input_1d", lambda d, w, n: np.full(n, 7.25), "the same number"),
        ("check_grad_input_1d", lambda d, w, n: np.roll(np.convolve(d, w), 1), "in other places|goes round|comes in"),
        ("check_grad_input_1d", lambda d, w, n: 3.7 * np.convolve(d, w), "3.7 times"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_located(name, function, words, count):
    report = CHECKS[name](function)
    assert report.verdict == FAILED and re.search(words, report.message), report
    count("wrong answers that are in no catalogue, located")


def right_channels(delta, x, shape):
    grad = np.zeros(shape)
    for k in np.ndindex(*shape[2:]):
        at = tuple(slice(t, t + u) for t, u in zip(k, delta.shape[1:], strict=True))
        grad[(slice(None), slice(None), *k)] = np.einsum("fuv,cuv->fc", delta, x[(slice(None), *at)])
    return grad


def spoilt_at(array, where):
    array = np.array(array, dtype=float)
    array[where] += np.pi
    return array


def spoilt_behind(array, reach):
    return spoilt_at(array, np.s_[reach:])


# -- right answers in any honest form -----------------------------------------------------------------
CONVOLVED = [
    lambda d, w, n: list(np.convolve(d, w)),
    lambda d, w, n: tuple(np.convolve(d, w)),
    lambda d, w, n: np.convolve(d.astype("f4"), w.astype("f4")),
    lambda d, w, n: np.convolve(d, w).astype("f2").astype("f4"),
    lambda d, w, n: [np.array(value) for value in np.convolve(d, w)],
    lambda d, w, n: [Fraction(value) for value in np.convolve(d, w)],
    lambda d, w, n: np.convolve(d, w)[::-1][::-1],
    lambda d, w, n: np.convolve(d, w).astype(object),
    lambda d, w, n: np.ma.array(np.convolve(d, w)),
    lambda d, w, n: (print("looked at"), np.convolve(d, w))[1],
]


@pytest.mark.parametrize("function", CONVOLVED)
def test_a_right_row_passes_in_any_form(function, count, capsys):
    assert CHECKS["check_grad_input_1d"](function).verdict == PASSED
    assert capsys.readouterr().out == ""  # what it prints is set aside
    count("right answers in other forms accepted")


@pytest.mark.parametrize(
    "form", [list, tuple, lambda parts: dict(zip(("grad_x", "grad_w", "grad_b"), parts, strict=True))]
)
def test_several_gradients_pass_in_any_form(form, count):
    assert CHECKS["check_backward_of_mean"](lambda *given: form(mean_of_squares()(*given))).verdict == PASSED
    count("right answers in other forms accepted")


@pytest.mark.parametrize(
    "number", [6, 6.0, np.int8(6), np.float32(6), np.array(6), np.array(6.0), Fraction(6)]
)
def test_a_number_passes_in_any_form(number, count):
    assert CHECKS["check_nudge"](outputs_changed=number, change_of_z12=5).verdict == PASSED
    count("right answers in other forms accepted")


D = r"\frac{\partial J}{\partial %s} = "
EQUATIONS = [
    ("check_strided_weight_gradient", "w_{k,l}", r"\sum_{u,v} \frac{\partial J}{\partial z_{u,v}}\, x_{su+k,\,sv+l}"),
    ("check_strided_weight_gradient", "w_{k,l}", r"\sum_{i,j}\sum_{u,v} [i = su+k][j = sv+l] \delta_{u,v} x_{i,j}"),
    ("check_strided_weight_gradient", "w_{k,l}", r"\sum_{i,j} [s \mid i-k][s \mid j-l] \delta_{(i-k)/s,(j-l)/s} x_{i,j}"),
    ("check_strided_weight_gradient", "w_{k,l}", r"\sum_{u,v} \frac{\partial J}{\partial z_{u,v}} \frac{\partial z_{u,v}}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v} x_{su+k,sv+l}"),
    ("check_weight_gradient_over_inputs", "w_k", r"\sum_{i}\sum_{u} \delta_u x_i [u = i-k]"),
    ("check_weight_gradient_over_inputs", "w_k", r"\sum_{i'} \delta_{i'-k}\, x_{i'}"),
    ("check_weight_gradient_over_inputs", "w_k", r"\sum_m \delta_{m-k} x_m"),
    ("check_weight_gradient_through_activation", "w_{k,l}", r"\sum_{i,j} \frac{\partial J}{\partial a_{i-k,j-l}} \sigma'(z_{i-k,j-l}) x_{i,j}"),
    ("check_weight_gradient_through_activation", "w_{k,l}", r"\sum_{u',v'} \frac{\partial J}{\partial a_{u',v'}} \sigma'(z_{u',v'}) x_{u'+k,v'+l}"),
    ("check_input_gradient_of_channels", "x_{c,i}", r"\sum_{f'}\sum_k \delta_{f',i-k} w_{f',c,k}"),
    ("check_input_gradient_of_channels", "x_{c,i}", r"\sum_g\sum_a \delta_{g,i-a} w_{g,c,a}"),
    ("check_input_gradient_of_channels", "x_{c,i}", r"\sum_f\sum_k w_{f,c,K-1-k} \delta_{f,i-K+1+k}"),
    ("check_input_gradient_of_channels", "x_{c,i}", r"\sum_f\sum_u [0 \le i-u < K] \delta_{f,u} w_{f,c,i-u}"),
    ("check_weight_gradient_of_a_batch", "w_{f,c,k}", r"\sum_{n'}\sum_u \delta_{n',f,u} x_{n',c,u+k}"),
    ("check_weight_gradient_of_a_batch", "w_{f,c,k}", r"\sum_b\sum_u \delta_{b,f,u} x_{b,c,u+k}"),
    ("check_input_gradient_with_padding", "x_{i,j}", r"\sum_{m,n} \delta_{i+p_{top}-m,\,j+p_{left}-n} w_{m,n}"),
    ("check_weight_gradient_with_dilation", "w_k", r"\sum_i [s \mid i+p-dk] \delta_{(i+p-dk)/s} x_i"),
    ("check_input_gradient_of_the_layer", "x_{n,c,i,j}", r"\sum_f \sum_{a,b} [s \mid i+p-da][s \mid j+p-db] \delta_{n,f,(i+p-da)/s,(j+p-db)/s} w_{f,c,a,b}"),
    ("check_input_gradient_of_the_layer", "x_{n,c,i,j}", r"\sum_f \sum_{u,v,k,l} [i=su+dk-p][j=sv+dl-p] \delta_{n,f,u,v} w_{f,c,k,l}"),
    ("check_row_of_the_transpose", "x_i", r"\sum_{u'} w_{i+p-su'} \delta_{u'}"),
    ("check_weight_gradient_in_any_letters", "w_k", r"\sum_{i} [s \mid i+p-k] \delta_{(i+p-k)/s} x_{i}"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "of", "right"), EQUATIONS)
def test_a_right_equation_passes_in_any_form(name, of, right, count):
    report = CHECKS[name](D % of + right)
    assert report.verdict == PASSED, report
    count("right answers in other forms accepted")


@pytest.mark.parametrize(
    ("name", "of", "wrong"),
    [
        ("check_input_gradient_of_channels", "x_{c,i}", r"\sum_g\sum_a \delta_{g,i+a} w_{g,c,a}"),
        ("check_input_gradient_of_channels", "x_{c,i}", r"\sum_a \delta_{i-a} w_{c,a}"),
        ("check_weight_gradient_of_a_batch", "w_{f,c,k}", r"\sum_{u'} \delta_{f,u'} x_{c,u'+k}"),
        (
            "check_input_gradient_with_padding",
            "x_{i,j}",
            r"\sum_{m,n} \delta_{i-p_{top}-m,\,j-p_{left}-n} w_{m,n}",
        ),
        ("check_row_of_the_transpose", "x_i", r"\sum_{u'} w_{i-p-su'} \delta_{u'}"),
        ("check_weight_gradient_over_inputs", "w_k", r"\sum_m \delta_{m+k} x_m"),
    ],
)
def test_a_wrong_equation_in_other_letters_fails(name, of, wrong):
    assert CHECKS[name](D % of + wrong).verdict == FAILED


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (r"\sum_f\sum_{k=1}^{K} \delta_{f,i-k} w_{f,c,k}", "indices are counted from 0"),
        (r"\sum_{f=1}^{F}\sum_k \delta_{f,i-k} w_{f,c,k}", "indices are counted from 0"),
        (r"\sum_f\sum_k \delta_{c,i-k} w_{f,c,k}", r"$c$ is $f$ in $\delta_{c,i-k}$"),
        (r"\sum_f\sum_k \delta_{f,i-k} w_{f,f,k}", "$f$ is $c$ in $w_{f,f,k}$"),
        (r"\sum_f\sum_k \delta_{f,k-i} w_{f,c,k}", "$k-i$ stands the other way round"),
        (r"\sum_f\sum_k \delta_{f,i-k} w_{k,f,c}", "stand in the order $f,c,k$"),
        (r"\sum_f\sum_k \delta_{f,i-k} w_{f,c,k} x_{c,i}", "$x_{c,i}$ is left out"),
        (r"\sum_{k,l} \delta_{f,i-k,j-l} w_{f,c,k,l}", "arrays of other axes"),
        (r"\sum_f\sum_k \delta_{f,i-k} w_{f,c,K-1-k}", "the kernel is not flipped"),
        (r"\sum_k \delta_{f,i-k} w_{f,c,k}", "never bound"),
        (r"\sum_f\sum_k \delta_{f,i-k} w_{c,f,k}", "exchanged"),
    ],
)
def test_a_slip_with_letters_is_named(wrong, words, count):
    report = CHECKS["check_input_gradient_of_channels"](D % "x_{c,i}" + wrong)
    assert report.verdict == FAILED and words in report.diagnosis.text and report.diagnosis.question, report
    count("slips with letters in equations, named")


def test_letters_exchanged_within_an_array_are_named():
    wrong = D % "w_{k,l}" + r"\sum_{u,v} \delta_{u,v} x_{s_h u+l,\,s_w v+k}"
    assert "$k$ and $l$ are exchanged" in CHECKS["check_weight_gradient_two_strides"](wrong).diagnosis.text


# -- whatever an answer does, the kernel lives --------------------------------------------------------
@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr("convbp_helpers.exercises.functions.SECONDS", 0.4)


def for_ever(*_):
    while True:
        pass


def stubborn(*_):
    for _ in range(40):
        try:
            for_ever()
        except Exception:  # noqa: S110
            pass


def greedy(*_):
    held = [0.0]
    while True:
        held = held + held


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer signals on this platform")
@pytest.mark.parametrize("function", [for_ever, stubborn])
def test_an_endless_loop_did_not_finish(function, soon):
    before = signal.getsignal(signal.SIGALRM)
    report = CHECKS["check_grad_input_1d"](function)
    assert (
        report.verdict == FAILED and report.message.startswith("Did not finish") and "0.4 s" in report.message
    )
    assert signal.getsignal(signal.SIGALRM) is before and signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit of memory is kept on Linux")
def test_what_asks_for_too_much_memory_did_not_finish():
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    for function in (greedy, lambda d, w, n: np.ones(limits.MEMORY)):
        report = CHECKS["check_grad_input_1d"](function)
        assert report.verdict == FAILED and report.message.startswith("Did not finish"), report
        assert "2 GiB" in report.message
    assert resource.getrlimit(resource.RLIMIT_AS) == before


class Odd:
    def __array__(self, *_, **__):
        raise ZeroDivisionError

    def __len__(self):
        raise KeyError

    def __repr__(self):
        raise RuntimeError


class Mute(Exception):
    def __str__(self):
        raise ValueError


def raises(error):
    def function(*_):
        raise error

    return function


def endless(*given):
    return endless(*given)


@pytest.mark.parametrize("name", ["check_grad_input_1d", "check_backward_of_mean", "check_pads_of_same"])
@pytest.mark.parametrize(
    ("function", "words"),
    [
        (raises(SystemExit(1)), "SystemExit"),
        (raises(GeneratorExit()), "GeneratorExit"),
        (raises(Mute()), "raised Mute"),
        (endless, "calls itself without end"),
        (lambda *_: Odd(), "Odd"),
        (lambda *_: (value for value in (1.0, 2.0)), "generator|got generator"),
        (lambda *_: print("the answer"), "printed something and returned None"),
        (lambda *_: iter([1.0]), "iterator"),
    ],
)
def test_no_answer_stops_run_all(name, function, words, capsys):
    report = CHECKS[name](function)
    assert report.verdict == FAILED and re.search(words, report.message), report
    assert report._repr_html_() and repr(report) and capsys.readouterr().out == ""


def test_the_interrupt_of_the_learner_is_not_kept():
    with pytest.raises(KeyboardInterrupt):
        CHECKS["check_grad_input_1d"](raises(KeyboardInterrupt()))


def test_no_check_depends_on_another():
    wrong = lambda d, w, n: np.convolve(d, w[::-1])  # noqa: E731
    first = CHECKS["check_grad_input_1d"](wrong)
    for check in CHECKS.values():
        if hasattr(check, "cases"):
            check(lambda *_: 0)
    names = set(vars(exercises))
    assert CHECKS["check_grad_input_1d"](wrong) == first and set(vars(exercises)) == names


def test_an_answer_sees_copies_alone():
    seen = []

    def keep(delta, w, n):
        seen.append((delta, w))
        return np.convolve(delta, w)

    assert CHECKS["check_grad_input_1d"](keep).passed
    for (delta, w), case in zip(
        seen, sorted(CHECKS["check_grad_input_1d"].cases(), key=lambda c: c.size), strict=True
    ):
        assert not delta.flags.writeable and not np.shares_memory(delta, case.arguments["delta"])
        assert np.array_equal(w, case.arguments["w"])
