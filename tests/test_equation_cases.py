"""`check` on equations in several notations and styles: it holds what is right, and names the step, a layer and a cause
for what is wrong. Then every right equation is changed in every single place, and each change must be seen."""

import re

import mutations
import numpy as np
import pytest
from equation_cases import RIGHT, WARNED, WIDER, WRONG, Case

from convbp_helpers import equations
from convbp_helpers.equations import EquationError
from convbp_helpers.equations.colouring import coloured
from convbp_helpers.words import undollared

LAYERS = 25  #: the least number of layers that a verdict rests on
ALL = [*RIGHT, *WRONG, *WIDER, *WARNED]
REFUSED = [case for case in WRONG if case.raises]
REJECTED = [case for case in WRONG if not case.raises]


def each(cases):
    return pytest.mark.parametrize("case", cases, ids=str)


def check(case: Case):
    return equations.check(case.latex, notation=getattr(equations, case.notation), layer=case.layer or None)


def assert_differs(found):
    """The counterexample shows two different numbers, in a cell in which both sides make a claim."""
    example = found.counterexample
    assert example.layer and example.wrong.any()
    left, right = example.values
    assert np.isfinite(left) and np.isfinite(right) and abs(left - right) > 1e-6
    assert len(example.cell) == example.left.ndim and len(example.letters) in (0, example.left.ndim)
    assert example.layer in repr(found)


# ------------------------------------------------------------------------------------------------------ the verdicts
@each(RIGHT)
def test_right_equation_holds(case, count):
    found = check(case)
    assert found.holds and found, repr(found)
    assert found.warnings == () and found.failing is None and found.counterexample is None
    assert all(step.holds for step in found.steps)
    assert found.layers >= LAYERS and 0 < found.checked <= found.cells
    assert repr(found).startswith(f"Holds on {found.layers} layers")
    count("right equations hold")


@each(REJECTED)
def test_wrong_equation_is_rejected(case, count):
    found = check(case)
    assert not found.holds and not found, "it was accepted"
    assert found.failing == case.failing, repr(found)
    assert [step.holds for step in found.steps[: case.failing]] == [True] * (case.failing - 1) + [False]
    if case.sizes:
        assert found.counterexample is None and "and this side" in found.reason
    else:
        assert_differs(found)
    causes = undollared("; ".join(found.causes))
    if case.cause is None:
        assert not causes, "it was taken to have no cause that a single change removes"
    else:
        assert case.cause in causes, repr(found)
    count("wrong equations rejected at the right side")


@each([*RIGHT[::4], *REJECTED[::4]])
def test_colours_change_no_verdict(case):
    """What a page shows in colour is judged as if it were black."""
    notation = getattr(equations, case.notation)
    black, colour = (
        equations.check(text, notation=notation, layer=case.layer or None)
        for text in (case.latex, coloured(case.latex, notation))
    )
    assert repr(black) == repr(colour)


@each(REFUSED)
def test_equation_without_a_meaning_is_refused(case, count):
    with pytest.raises(EquationError) as refused:
        check(case)
    error = refused.value
    assert case.raises in error.message
    assert error.position is not None and case.latex[error.position : error.end].strip()
    count("equations without a meaning refused, with the place")


@each(WIDER)
def test_equation_of_a_narrower_layer(case, count):
    claimed = equations.check(case.latex, notation=getattr(equations, case.notation))
    assert claimed.holds and not claimed.warnings
    found = check(case)
    assert not found.holds and found.failing == 1
    assert case.cause in undollared("; ".join(found.causes)), repr(found)
    if found.counterexample is None:
        assert "and this side" in found.reason
    else:
        assert_differs(found)
    count("equations that fail on layers wider than they claim")


@each(WARNED)
def test_what_does_not_exist_is_read(case, count):
    found = check(case)
    assert found.holds, repr(found)
    assert len(found.warnings) == len(case.reads), found.warnings
    for read in case.reads:
        assert any(f"reads {read}, which does not exist" in words for words in found.warnings), found.warnings
    assert ("which does not exist" in repr(found)) == bool(case.reads)
    count("sums that leave their range warned of, and their neighbours not")


# ------------------------------------------------------------------------------------------------------- the tables
def test_tables_cover_what_they_should():
    notations = {case.notation for case in RIGHT}
    assert len(RIGHT) >= 36 and len(WRONG) >= 36 and len(REJECTED) >= 30
    assert {"SERIES", "JEFKINE", "ONE_BASED", "NHWC"} <= notations
    assert all(sum(case.notation == notation for case in RIGHT) >= 5 for notation in notations)
    assert sum(case.cause is not None for case in REJECTED) >= 30
    assert len({case.failing for case in REJECTED}) >= 3
    assert all(case.bug for case in WRONG)
    assert len({(type(case), case.name) for case in ALL}) == len(ALL)
    given = [(case.latex, case.notation, repr(case.layer)) for case in [*RIGHT, *WRONG]]
    assert len(set(given)) == len(given)


def test_every_planted_bug_that_an_equation_can_have_is_there():
    starts = [re.match(r"[\d and]*", case.bug).group() for case in WRONG]
    numbered = {int(number) for start in starts for number in re.findall(r"\d+", start)}
    no_equations = {22, 23}  # integer arrays, and inputs modified in place
    assert numbered == set(range(1, 27)) - no_equations


# ------------------------------------------------------------------------------------------------------ every change
@each(RIGHT)
def test_every_change_of_a_right_equation_is_seen(case, count):
    score = mutations.score(case.latex, getattr(equations, case.notation), case.layer or None)
    shown = "\n".join(f"{change.rule}: {change.words}\n    {change.latex}" for change in score.survivors)
    assert not score.survivors, f"these changes alter the equation and are not rejected:\n{shown}"
    assert score.killed or not score.total, "no change can be judged"
    count("changes of the right equations: rejected", score.killed)
    count("changes of the right equations: equal to the original", sum(score.equivalent.values()))
    count("changes of the right equations: malformed", score.malformed)
