r"""An equation is judged as its author typed it: what is typed is read, and its letters are worked out."""

import time
from dataclasses import replace

import pytest
from pasted_equations import REFUSED, RIGHT, SAID, WRONG

from convbp_helpers import equations, literature
from convbp_helpers.equations import EquationError, ask, check, page_of
from convbp_helpers.equations.changes import changes
from convbp_helpers.equations.letters import readings, worked_out
from convbp_helpers.equations.typed import respelled

PUBLIC = literature.public_equations()
EXPECTED = {
    "right": True,
    "wrong": False,
    "convention": True,
    "true-convolution layer": True,
    "ill-formed": None,
}


def judged(latex):
    """Whether it holds; None where it is refused."""
    try:
        return check(latex).holds
    except EquationError as refused:
        assert len(refused.message) > 20, refused
        return None


# ------------------------------------------------------------------------------------------------- the public's own
def test_the_69_of_the_public(count, table):
    assert len(PUBLIC) == 69 and len({e.id for e in PUBLIC}) == 69
    found = {equation.id: (equation, judged(equation.latex)) for equation in PUBLIC}
    misjudged = [e.id for e, got in found.values() if got is not None and got != EXPECTED[e.verdict]]
    refused = [e.id for e, got in found.values() if got is None and EXPECTED[e.verdict] is not None]
    assert misjudged == [] and refused == ["E54"]  # E54 is written in cells of an array that im2col makes
    for verdict in EXPECTED:
        of_these = [got for e, got in found.values() if e.verdict == verdict]
        table("equations of the public, told nothing but the LaTeX", verdict=verdict, equations=len(of_these),
              holds=of_these.count(True), **{"does not hold": of_these.count(False), "refused": of_these.count(None)})  # fmt: skip
    count("public equations judged as by hand", len(found) - len(refused))


# ---------------------------------------------------------------------------------------------------- others like them
@pytest.mark.parametrize("latex", [latex for group in RIGHT.values() for latex in group])
def test_right_ones_hold(latex, count):
    verdict = check(latex)
    assert verdict.holds, verdict
    count("pasted equations judged")


@pytest.mark.parametrize("latex", WRONG)
def test_wrong_ones_do_not(latex, count):
    assert judged(latex) is not True, check(latex)
    count("pasted equations judged")


@pytest.mark.parametrize("latex", REFUSED)
def test_a_refusal_has_a_way_out(latex, count):
    with pytest.raises(EquationError) as refused:
        check(latex)
    assert REFUSED[latex] in refused.value.message, refused.value.message
    count("refusals with a way out")


@pytest.mark.parametrize("latex", SAID)
def test_how_it_was_read_is_said(latex):
    said = repr(check(latex))
    assert said.startswith("Holds") and all(words in said for words in SAID[latex]), said


def test_the_letters_of_the_series_need_no_word():
    verdict = check(r"z_u = b + \sum_k w_k x_{u+k}")
    assert repr(verdict) == "Holds on 30 layers." and verdict.reading is None


def test_a_table_of_letters_is_drawn():
    html = equations.check(r"Y_{f,i} = \sum_{c,k} X_{c,iS+k} W_{f,c,k}")
    from convbp_helpers.equations.verdict import verdict_html

    drawn = verdict_html(html)
    for words in ("<details>", "$X$", "input", "counts filters", "stride", "rows of the kernel"):
        assert words in drawn, (words, drawn)


def test_cells_that_are_not_there_claim_nothing():
    assert not check(r"z_{11} = 5 w_{11} x_{11}").holds
    verdict = check(r"z_{11} = 5 w_{11} x_{11}", notation=equations.SERIES, layer=dict(size=3, kernel=2))
    assert not verdict.holds


def test_what_the_series_types_stays_as_it_is():
    for latex in (
        r"z_{u,v} = b + \sum_{k=0}^{K-1} w_{k} x_{s_h u+k-p_{\text{top}}}, \quad 0 \le u < U",
        r"\hat\delta_i = 0",
    ):
        assert respelled(latex).text == latex


@pytest.mark.parametrize(
    ("latex", "marked"),
    [
        (r"\frac{\partial \mathcal{L}}{\partial K}(m,n) = \sum_{i,j} \delta_Y(i,j) X(i+m,t+n)", "t"),
        (r"Y_{kl} = \sum_{i=0}^{HH-1} F_{ij} X_{i+k, j+l}", "j"),
    ],
)
def test_an_error_points_to_what_was_typed(latex, marked):
    with pytest.raises(EquationError) as refused:
        check(latex)
    error = refused.value
    assert error.latex == latex and latex[error.position : error.end].strip() == marked, error


# --------------------------------------------------------------------------------------------- no reading is perverse
#: changes after which an equation is right in another notation: its axes stored or its kernel turned otherwise
NOTATION = {"indices swapped", "kernel flipped", "join exchanged", "operands swapped", "turn left out"}


def test_a_changed_equation_holds_in_no_far_fetched_reading(count):
    held, tried = [], 0
    for equation in PUBLIC:
        if EXPECTED[equation.verdict] is not True:
            continue
        try:
            question = worked_out(page_of(equation.latex), {})
        except EquationError:
            continue
        reading = question.reading
        page, layer = (reading.page, reading.layer) if reading else (question.page, {})
        for number, change in enumerate(changes(page, question.notation)):
            if change.tree is None or number % 4:
                continue
            chains = list(page.chains)
            chains[change.chain] = change.made(chains[change.chain])
            changed = replace(page, chains=tuple(chains))
            try:
                if ask(changed, notation=question.notation, layer=layer).holds():
                    continue  # the change has no effect
            except (EquationError, ValueError):
                pass
            tried += 1
            try:
                question_now = worked_out(changed, {})
                holds = question_now.holds() and not question_now.disagrees()
            except EquationError:
                continue
            if holds and change.rule not in NOTATION:
                held.append((equation.id, change.rule, change.words))
    assert not held, "\n".join(map(str, held))
    assert tried > 400
    count("changes of public equations that hold in no reading", tried)


# ---------------------------------------------------------------------------------------------------------- its cost
def test_few_readings_are_tried():
    """A count, for a time says little: of the right ones, most are read at the first or second try."""
    tries = []
    for equation in PUBLIC:
        if equation.verdict != "right":
            continue
        try:
            page = page_of(equation.latex)
        except EquationError:
            continue
        for number, reading in enumerate(readings(page)):
            try:
                if ask(reading.page, notation=reading.notation, layer=reading.layer).holds():
                    tries.append(number + 1)
                    break
            except (EquationError, ValueError):
                continue
    assert sorted(tries)[len(tries) // 2] <= 2 and max(tries) <= 40


def test_a_reading_takes_no_second():
    check(r"\frac{\partial L}{\partial X_{i}} = \sum_k G_{i-k} W_k")  # the parser is built once
    start = time.perf_counter()
    check(r"\frac{\partial L}{\partial X_{c,i,j}} = \sum_{f,m,n} G_{f,i+m,j-n} W_{f,c,m,n}")
    assert time.perf_counter() - start < 20
