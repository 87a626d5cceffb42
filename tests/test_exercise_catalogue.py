"""The catalogue of the exercises: its names and numbers, and that each known mistake is told by its words."""

import re
from importlib import import_module
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from convbp_helpers import exercises
from convbp_helpers.exercises.predictions import RIGHT

CHECKS = {name: getattr(exercises, name) for name in exercises.__all__ if name.startswith("check_")}
FUNCTIONS = [name for name, check in CHECKS.items() if hasattr(check, "cases")]
PREDICTIONS = [name for name, check in CHECKS.items() if hasattr(check, "numbers")]
FILES = sorted(path.stem for path in Path(exercises.__file__).parent.glob("nb*.py"))
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


# -- names and numbers -------------------------------------------------------------------------------
def test_each_notebook_has_a_file_of_its_name():
    stems = [path.stem for path in NOTEBOOKS.glob("[!.]*.ipynb")]
    assert FILES == sorted(f"nb{stem.replace('-', '_')}" for stem in stems)


@pytest.mark.parametrize("file", FILES)
def test_a_file_has_the_exercises_of_its_notebook_in_order(file):
    module = import_module(f"convbp_helpers.exercises.{file}")
    assert module.__all__ == [name for name in vars(module) if name.startswith("check_")]
    numbers = [re.match(r"Exercise (\S+?)[,:] ", CHECKS[name].__doc__).group(1) for name in module.__all__]
    assert numbers == [f"{int(file[2:4])}.{n}" for n in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_knows_its_name(name):
    check = CHECKS[name]
    assert (check.__module__, check.__qualname__, check.__name__) == (exercises.__name__, name, name)


# -- predictions -------------------------------------------------------------------------------------
def right(name):
    numbers = CHECKS[name].numbers
    return {key: next(n for n, said in replies.items() if said is RIGHT) for key, replies in numbers.items()}


@pytest.mark.parametrize("name", PREDICTIONS)
def test_a_prediction_says_each_of_its_hints(name):
    assert CHECKS[name](**right(name)).passed
    for key, replies in CHECKS[name].numbers.items():
        assert list(replies.values()).count(RIGHT) == 1
        for value, said in replies.items():
            report = CHECKS[name](**{**right(name), key: 10**6 if value is ... else value})
            assert report.passed == (said is RIGHT) and said in report.message
            assert str(report.diagnosis) == ("None" if value is ... else said or "None")


@pytest.mark.parametrize("name", PREDICTIONS)
def test_a_prediction_takes_its_numbers_by_name(name):
    answers = right(name)
    for given, named in (
        ([], {}),
        (answers.values(), {}),
        ([], dict(list(answers.items())[1:])),
        ([], answers | {"another": 1}),
    ):
        with pytest.raises(TypeError, match="argument"):
            CHECKS[name](*given, **named)


# -- functions ---------------------------------------------------------------------------------------
def answer_on(cases, at, wrong, part=None):
    """A function that is right on each layer but one, on which it returns this array (of several, as this part)."""
    calls = count()

    def function(*given):
        n = next(calls)
        right = cases[n].expected
        if part is not None:
            return tuple(wrong if n == at and key == part else array for key, array in right.items())
        return wrong if n == at else right

    return function


def factors(term):
    """Of δ[1,0]·x[2] the names of both arrays, and the cells (1, 0) and (2,)."""
    named = re.findall(r"(\w)\[([\d,]+)\]", term.replace("δ", "d"))
    return [({"d": "delta"}.get(name, name), tuple(map(int, index.split(",")))) for name, index in named]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_terms_of_a_cell_add_up_to_it(name):
    for case in CHECKS[name].cases():
        for cell in np.ndindex(case.expected.shape) if case.terms is not None else ():
            text = case.terms(cell)
            if text == "0, as no output reads this input":
                assert case.expected[cell] == 0
                continue
            *terms, last = text.split(" + ")
            terms += [last] * (not last.endswith(" more"))
            products = [factors(term) for term in terms]
            first = [one for one, _ in products]
            assert first == sorted(first)  # in the order of the outputs
            assert {array for array, _ in first} == {"delta" if "delta" in case.arguments else "w"}
            if last.endswith(" more"):
                assert len(terms) == 5 and int(last.split()[0]) > 1
            else:
                values = [case.arguments[a][i] * case.arguments[b][j] for (a, i), (b, j) in products]
                assert len(terms) <= 6 and sum(values) == case.expected[cell]


def told(name, cases, words, kind):
    """Whether a mistake is told and named on one of the layers at least, whose first array it is not."""
    for at, case in enumerate(cases):
        made = getattr(case, kind).get(words, [])
        parts = case.expected if isinstance(case.expected, dict) else [None]
        for wrong in made if isinstance(made, list) else [made]:
            for part in parts:
                if part is None or case.expected[part].shape == wrong.shape:
                    report = CHECKS[name](answer_on(cases, at, wrong, part))
                    if report.diagnosis is not None and words in report.diagnosis.text:
                        return report.diagnosis.text in report.message and not report.passed
    return False


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_known_mistake_is_told_by_its_words(name):
    cases = sorted(CHECKS[name].cases(), key=lambda case: case.size)
    for kind in ("mistakes", "sentences"):
        for words in {words: None for case in cases for words in getattr(case, kind)}:
            assert told(name, cases, words, kind), words


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_unknown_mistake_has_no_diagnosis(name):
    cases = sorted(CHECKS[name].cases(), key=lambda case: case.size)
    part = next(iter(cases[0].expected)) if isinstance(cases[0].expected, dict) else None
    expected = cases[0].expected if part is None else cases[0].expected[part]
    report = CHECKS[name](answer_on(cases, 0, expected + np.pi, part))
    assert not report.passed and report.diagnosis is None


def test_a_cut_at_both_ends_is_told_only_where_there_is_padding_in_front():
    name = "check_grad_input_with_padding"
    cases = sorted(CHECKS[name].cases(), key=lambda case: case.size)
    told = {True: set(), False: set()}
    for at, case in enumerate(cases):
        before, reach = (
            case.arguments["before"],
            case.arguments["stride"] * (len(case.arguments["delta"]) - 1),
        )
        whole = reach + len(case.arguments["w"]) - before  # as far as the windows reach
        cut = np.pad(case.expected, (0, max(0, whole - len(case.expected))))[: whole - before]
        report = CHECKS[name](answer_on(cases, at, cut))
        told[before > 0].add("cut off at both ends" in report.message)
    assert told == {True: {True, False}, False: {False}}


# -- others ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "answer", "diagnosis"),
    [
        ("check_turned_kernel", [[3, 2, 1], [6, 5, 4]], "Only the columns changed places. A half turn"),
        ("check_turned_kernel", [[6, 4, 5], [3, 2, 1]], None),
        (
            "check_weight_gradient_of_a_batch",
            r"\frac{\partial J}{\partial w_{f,c,k}} = \sum_{n}\sum_{u} \delta_{n,f,u} x_{n,c,u-k}",
            "the sign before $k$ is",
        ),
        (
            "check_input_gradient_with_padding",
            r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i-p_{top}-k,\,j-p_{left}-l} w_{k,l}",
            "it would hold with the other sign before the padding",
        ),
        (
            "check_weight_gradient_of_groups",
            r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{fG/F \cdot C/G + c',u+k}",
            "the number of a group is rounded down",
        ),
        (
            "check_weight_gradient_over_inputs",
            r"\frac{\partial J}{\partial w_k} = \sum_i \delta_i x_{i+k}",
            "in this form x stands as x_i",  # it holds
        ),
    ],
)
def test_the_diagnosis_of_an_answer(name, answer, diagnosis):
    report = CHECKS[name](answer)
    assert not report.passed
    assert report.diagnosis is None if diagnosis is None else report.diagnosis.text.startswith(diagnosis)


def test_a_gradient_again_says_nothing():
    gradient, right = r"\frac{\partial J}{\partial w_k}", r"\sum_i \delta_{i-k} x_i"
    report = exercises.check_weight_gradient_over_inputs(f"{gradient} = {gradient} + {right} - {right}")
    assert not report.passed and "says nothing yet" in report.message


def flipped_row(delta, w, n_inputs):
    grad_x = np.zeros(n_inputs)
    for u, k in np.ndindex(len(delta), len(w)):
        grad_x[u + k] += delta[u] * w[len(w) - 1 - k]
    return grad_x


def flipped_plane(delta, w):
    grad_x = np.zeros(np.add(delta.shape, w.shape) - 1)
    for u, v in np.ndindex(*delta.shape):
        grad_x[u : u + w.shape[0], v : v + w.shape[1]] += delta[u, v] * w[::-1, ::-1]
    return grad_x


def reversed_row(delta, x, n_taps):
    return np.array([delta @ x[k : k + len(delta)] for k in range(n_taps)])[::-1]


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("check_grad_input_1d", flipped_row, "the kernel lies the wrong way round"),
        ("check_repaired_grad_input", flipped_row, "the kernel lies the wrong way round"),
        ("check_grad_input_gather", flipped_plane, "the kernel lies the wrong way round"),
        ("check_grad_weight_1d", reversed_row, "the gradient comes out reversed"),
    ],
)
def test_the_classic_mistake_is_named(name, answer, words):
    """A kernel flipped or not flipped, whatever the exercise is about, is said and not only shown in numbers."""
    report = CHECKS[name](answer)
    assert not report.passed and words in report.message and words in report.diagnosis.text
