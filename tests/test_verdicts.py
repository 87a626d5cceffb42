"""What a verdict shows of a wrong array: which two axes, through which cell, and that it says where it is cut."""

import itertools
import re

import numpy as np
import pytest

from convbp_helpers import verdicts
from convbp_helpers.equations import EquationCheck
from convbp_helpers.equations.verdict import Counterexample, verdict_html
from convbp_helpers.exercises.report import FAILED, Report
from convbp_helpers.verdicts import first_wrong, window

SHAPES = [
    (),
    (1,),
    (5,),
    (12,),
    (13,),
    (40,),
    (2, 3),
    (13, 4),
    (20, 30),
    (2, 3, 4),
    (2, 14, 3),
    (2, 3, 4, 25),
]
SHAPES += [(2, 2, 1, 3, 15)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("base", [0, 1])
def test_a_window_goes_through_its_cell(shape, base):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    for cell in itertools.islice(np.ndindex(*shape), 0, None, max(1, array.size // 20)):
        for letters, most in itertools.product([(), tuple("nfcuv"[-len(shape) :])], [None, 12]):
            shown = window(shape, cell, letters=letters, base=base, most=most)
            part = array[shown.index]
            assert np.any(part == array[cell]) and part.shape == tuple(min(n, most or n) for n in shape[-2:])
            assert part.shape == tuple(map(len, shown.labels))
            for place in np.ndindex(*part.shape):  # every label is the index of its cell
                at = np.argwhere(array == part[place])[0] + base
                names = letters or ("",) * (len(shape) - 2) + ("row", "column")[-len(shape) :]
                said = [labels[i] for labels, i in zip(shown.labels, place, strict=True)]
                assert said == [f"{names[a]} = {at[a]}" for a in range(len(shape))][-2:]
            if not shown.where:
                assert part.size == array.size


CAPTIONS = [
    (dict(shape=(2, 3), cell=(0, 0), most=12), ""),
    (dict(shape=(20, 9), cell=(9, 2)), ""),
    (dict(shape=(20, 9), cell=(9, 2), most=12), " (rows 3 to 14 of 20)"),
    (dict(shape=(30,), cell=(29,), most=12), " (columns 18 to 29 of 30)"),
    (dict(shape=(13, 14), cell=(0, 0), most=12, base=1), " (rows 1 to 12 of 13, columns 1 to 12 of 14)"),
    (dict(shape=(2, 3, 4, 5), cell=(1, 0, 2, 2)), " in [1,0,…]"),
    (dict(shape=(2, 3, 4, 5), cell=(1, 0, 2, 2), letters="nfuv", base=1), " at n = 2, f = 1"),
    (
        dict(shape=(3, 2, 20, 12), cell=(1, 0, 9, 2), letters="ncij", most=12),
        " at n = 1, c = 0 (rows i = 3 to 14 of 20)",
    ),
]


@pytest.mark.parametrize(("given", "words"), CAPTIONS, ids=[words or "whole" for _, words in CAPTIONS])
def test_a_caption_says_what_is_shown(given, words):
    shape, cell = given.pop("shape"), given.pop("cell")
    assert window(shape, cell, **given).where == words


def test_the_first_wrong_cell():
    right = np.arange(24.0).reshape(2, 3, 4)
    got = right.copy()
    got[1, 0, 2] = np.nan
    got[1, 2, 3] += 1
    assert first_wrong(got, right) == (1, 0, 2)
    assert first_wrong(right, right) == (0, 0, 0) and first_wrong(1.0, 2.0) == ()


def captions(html):
    return re.findall(r'<table aria-label="([^"]*)"', html)


def test_both_kinds_of_verdicts_show_the_window():
    right = np.zeros((2, 3, 20, 4))
    got = right.copy()
    got[1, 2, 9, 3] = 7
    report = Report("4.1", FAILED, "", got=got[..., :5, :] + got[..., 7:12, :], expected=right[..., :5, :])
    html = report._repr_html_()
    assert captions(html) == [
        "Cell by cell in [1,2,…]: ✓ right; ✗ your value, and below it what it should be"
    ]
    assert html.count("✗ 7<br>not 0") == 1 and html.count("✓ 0") == 5 * 4 - 1
    example = Counterexample("x", ("n", "f", "u", "v"), right, got, np.ones(got.shape, bool), 1)
    html = verdict_html(EquationCheck("", False, 1, counterexample=example))
    assert captions(html) == [
        "Cell by cell at n = 2, f = 3 (rows u = 4 to 15 of 20): ✓ equal; ✗ this side, and below it the left-hand side"
    ]
    assert html.count("✗ 7<br>not 0") == 1 and html.count("✓ 0") == 12 * 4 - 1
    assert "u = 4<" in html and "u = 15<" in html and "u = 16<" not in html


def test_answers_of_two_shapes_show_no_grid():
    report = Report("4.1", FAILED, "", got=np.zeros((2, 3)), expected=np.zeros(3))
    assert not captions(report._repr_html_())
    assert verdicts.cells(np.zeros(151), np.zeros(151), caption="") == ""
