"""The break-it lab: Python and its page say the same, its state is checked, and the picture shows the whole grid."""

import time

import numpy as np
import pytest
from test_widgets import in_javascript

from convbp_helpers import break_it
from convbp_helpers.break_it import BUGS, CHECKS, hidden
from convbp_helpers.widgets import BreakIt, SettingError

BUG, CHECK = "kernel not turned", "mean"
EVERY = [(bug.name, check.name) for bug in BUGS for check in CHECKS]


@pytest.fixture(scope="module")
def made():
    """One lab for the tests that put it into another state."""
    return BreakIt()


@pytest.fixture
def lab(made):
    made.opened, made.selected = [], None
    return made


def states(seed, count):
    random = np.random.default_rng(seed)
    for _ in range(count):
        opened = [
            EVERY[int(n)] for n in random.choice(len(EVERY), int(random.integers(0, 60)), replace=False)
        ]
        bug, check = EVERY[int(random.integers(len(EVERY)))]
        choices = [None, (bug, check), (bug, None), (None, check), *opened[:2]]
        yield opened, choices[int(random.integers(len(choices)))]


def test_the_sentences_of_the_page_are_those_of_python(lab, tmp_path, count):
    given, said = [], []
    every = [(EVERY, pair) for pair in EVERY]
    for opened, selected in [*states(4, 150), *every]:
        lab.opened, lab.selected = opened, selected
        given.append({"opened": lab.opened, "selected": lab.selected})
        said.append(lab.sentence)
    body = "return m.breakSentence({ ...g, _found: given[0]._found });"
    told = in_javascript(tmp_path, body, [lab._state(), *given], BreakIt)
    assert told[1:] == said
    assert len({line.split(":")[-1] for line in said}) > 100
    count("sentences of the break-it lab, in Python and in JavaScript", len(said))


def test_what_it_says(lab):
    assert lab.sentence == "0 of 280 cells opened; choose a cell, a bug or a check"
    lab.selected = (BUG, CHECK)
    assert lab.sentence == "kernel not turned × mean: not opened yet"
    lab.opened = [(BUG, CHECK)]
    assert lab.sentence == ("kernel not turned × mean: missed; the mean of grad_x is −0.08259339, as stored")
    lab.opened = [("filters mixed", CHECK), (BUG, CHECK), (BUG, CHECK), (BUG, "one-hot")]
    assert lab.opened == [(BUG, CHECK), (BUG, "one-hot"), ("filters mixed", CHECK)]  # as in the grid, once
    lab.selected = (None, CHECK)
    assert lab.sentence == "mean: 1 of 2 opened bugs caught, 33 closed"
    lab.selected = (BUG, None)
    assert lab.sentence == "kernel not turned: caught by 1 of 2 opened checks, 6 closed"
    lab.opened = "all"
    assert lab.sentence == "kernel not turned: caught by 6 of 8 opened checks, 0 closed"
    assert lab.opened == EVERY and lab.count(check="mean") == (18, 35)


def test_what_travels_is_what_break_it_computes(lab):
    found = lab._found
    seen = [[verdict["caught"] for verdict in row] for row in found["verdicts"]]
    assert np.array_equal(seen, break_it.grid())
    for bug, row, one in zip(BUGS, found["verdicts"], found["bugs"], strict=True):
        assert [verdict["said"] for verdict in row] == [break_it.check(bug, check).said for check in CHECKS]
        assert (one["name"], one["number"], one["what"]) == (bug.name, bug.number, bug.what)
        assert one["map"]["cells"] == break_it.mapped(bug).cells


def test_nothing_is_stored(monkeypatch):
    """The verdicts are computed when a lab is made."""
    verdict = break_it.Verdict(True, "planted 1")
    monkeypatch.setattr(break_it, "check", lambda *given, **named: verdict)
    assert BreakIt(bugs=[BUG], opened="all", selected=(BUG, CHECK)).sentence.endswith("caught; planted 1")


def test_it_is_made_in_time():
    start = time.process_time()
    BreakIt()
    assert time.process_time() - start < 3  # 0.8 s alone; on a busy machine more


def test_other_bugs():
    own = BreakIt(bugs=[hidden(1), BUG, BUGS[1], lambda delta, x, w, **settings: 1 / 0], opened="all")
    names = [bug["name"] for bug in own._found["bugs"]]
    assert names == ["hidden 1", BUG, BUGS[1].name, "<lambda>"]
    assert [bug["number"] for bug in own._found["bugs"]] == [0, 1, 2, 0]
    own.selected = ("<lambda>", "shape")
    assert "it stops with ZeroDivisionError" in own.sentence
    assert own._found["bugs"][-1]["map"]["cells"] == []
    assert repr(own) == "BreakIt(4 bugs × 8 checks, 32 opened, selected=('<lambda>', 'shape'))"
    for bugs in ([], [BUG, BUG]):
        with pytest.raises(SettingError, match="all with different names"):
            BreakIt(bugs=bugs)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dict(opened="some"), "opened is a list of cells, or \"all\"; got 'some'"),
        (dict(opened=3), "opened is a list of cells"),
        (dict(opened=[("flip", CHECK)]), "no bug is called 'flip'; there are 'kernel not turned'"),
        (dict(opened=[(BUG, "best")]), "no check is called 'best'; there are 'shape'"),
        (dict(opened=[(BUG, None)]), "no check is called None"),
        (dict(opened=[BUG]), "opened holds cells like"),
        (dict(selected="mean"), "selected is a cell like"),
        (dict(selected=(BUG, CHECK, 1)), "selected is a cell like"),
        (dict(selected=(None, None)), "choose None for nothing"),
        (dict(selected=(BUG, 1)), "no check is called 1"),
    ],
)
def test_impossible_states_are_refused(lab, change, words):
    ((name, value),) = change.items()
    before = lab._now("opened", "selected")
    with pytest.raises(SettingError, match=words):
        setattr(lab, name, value)
    assert lab._now("opened", "selected") == before
    with pytest.raises(SettingError, match=words):
        BreakIt(bugs=[BUG], **change)


def test_the_picture_shows_the_whole_grid(lab):
    picture = lab.picture()
    (image,) = picture.images
    assert image.width <= 378
    seen = break_it.grid()
    assert [panel["marks"] for panel in picture.panels] == seen.tolist()
    assert image.svg.count("✓") == seen.sum() and image.svg.count("✗") == (~seen).sum()
    assert "mean catches 18" in picture.alt and "leftover split evenly: missed by shape, mean" in picture.alt
    assert "crop forgotten: caught by all." in picture.alt and "caught of 35" in image.svg
    assert all(bug.name in image.svg for bug in BUGS) and all(check.name in image.svg for check in CHECKS)
