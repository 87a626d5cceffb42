r"""Equations that run: what is read and where, which layers are claimed, what holds, and what a verdict says.

`by_hand` is the second opinion on every value. A place in LaTeX is marked by ¦, which is taken out first.
"""

import html as html_module
import itertools
import os
import re
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import by_hand
import mutations
import numpy as np
import pytest

from convbp_helpers import equations, loops
from convbp_helpers.equations import (
    JEFKINE,
    NHWC,
    ONE_BASED,
    SERIES,
    EquationCheck,
    EquationError,
    Question,
    ask,
    check,
    evaluate,
    trials,
)
from convbp_helpers.equations.changes import changes
from convbp_helpers.equations.colouring import coloured, plain
from convbp_helpers.equations.evaluating import Evaluation
from convbp_helpers.equations.latex import blank
from convbp_helpers.equations.reading import read
from convbp_helpers.equations.tree import Add, Chain, Group, Name, Node, Page, form, walk
from convbp_helpers.equations.verdict import error_html, typeset, verdict_html
from convbp_helpers.figures.picture import LETTERS
from convbp_helpers.words import number as printed
from convbp_helpers.words import undollared

ROW = r"z_u = \sum_k w_k x_{u+k} + b"
GRAD_X = r"\frac{\partial J}{\partial x_i} = "
GRAD_W = r"\frac{\partial J}{\partial w_k} = "
GRAD_B = r"\frac{\partial J}{\partial b} = "
LAYER = (
    r"z_{n,f,u,v} = b_f + \sum_{c'} \sum_{k,l} w_{f,c',k,l}\, "
    r"x_{n,\lfloor fG/F\rfloor C/G + c',\,su+dk-p,\,sv+dl-p}"
)
LAYER_GRAD_X = (
    r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_{f \,:\, \lfloor fG/F\rfloor = \lfloor cG/C\rfloor} \sum_{k,l} "
    r"[\,s \mid i+p-dk\,]\,[\,s \mid j+p-dl\,]\; \delta_{n,f,(i+p-dk)/s,\,(j+p-dl)/s}\, w_{f,\,c \bmod (C/G),\,k,l}"
)
LAYER_GRAD_W = (
    r"\frac{\partial J}{\partial w_{f,c',k,l}} = \sum_n \sum_{u,v} \delta_{n,f,u,v}\, "
    r"x_{n,\lfloor fG/F\rfloor C/G + c',\,su+dk-p,\,sv+dl-p}"
)
WRONG = r"z_u = \sum_k [0 \le k < K]\, w_k x_{u-k} + b"


def first_bound(latex, notation=SERIES, layer=None):
    return ask(latex, notation=notation, layer=layer).asked[0].bound


def disagrees(latex, notation=SERIES, layer=None):
    return ask(latex, notation=notation, layer=layer).disagrees()


def family_of(latex, notation=SERIES, layer=None):
    return first_bound(latex, notation, layer).family


# ------------------------------------------------------------------------------------- beside a second opinion
class Equation(NamedTuple):
    """`arrays`: which of n, c, f the arrays have an axis for, and the spatial dimensions; `free`: the letters of the
    left-hand side, None where whole arrays stand on it."""

    latex: str
    arrays: str
    free: str | None
    holds: bool = True
    notation: object = SERIES
    seen: str = ""  # the loss sees the output through an activation "above"; the input is one "below"
    layer: tuple = ()

    @property
    def letters(self):
        return None if self.free is None else re.findall(r"[a-z]'?", self.free)


E = Equation
EQUATIONS = [
    # -- forward
    E(ROW, "1", "u"),
    E(r"z_u = b + \sum_{k=0}^{K-1} w_k x_{u+k}", "1", "u"),
    E(r"z_u = \sum_{k=1}^{K} w_{k-1} x_{u+k-1} + b", "1", "u"),
    E(r"z_u = \sum_{0 \le k < K} w_k x_{u+k} + b", "1", "u"),
    E(r"z_u - b = \sum_k w_{K-1-k} x_{u+K-1-k}", "1", "u"),
    E(r"z_u = b + \sum_i [0 \le i-u < K]\, w_{i-u} x_i", "1", "u"),
    E(
        r"z_u = b + \sum_i \sum_k [i = u+k]\, w_k x_i = b + \sum_{i,k : i = u+k} w_k x_i"
        r" = \sum_{i,k} [k = i - u] w_k x_i + b",
        "1",
        "u",
    ),
    E(r"z_u = b + w_0 x_u + \sum_k [\frac{k}{-2} < 0]\, w_k x_{u+k}", "1", "u"),
    E(r"z_u = b + \sum_{-1 < k \le K-1} w_k x_{u+k}", "1", "u"),
    E(r"z_u = b + \sum_k w_k x_{su+dk-p}", "1", "u"),
    E(r"z_u = b + \sum_k w_k x_{du+sk-p}", "1", "u", False),
    E(
        r"z_u = b + \sum_{i,k \,:\, i = su+dk-p} w_k x_i = b + \sum_i w_{(i+p-su)/d}\,[d \mid i+p-su]\, x_i",
        "1",
        "u",
    ),
    E(r"z_u = b + \sum_k w_k x_{su+k}, \qquad 0 \le u < U - 1", "1", "u"),
    E(r"z_{u} = \sum_{k} w_k x_{u+k} + b, \quad 0 \le u < U,\ u \ne 1.", "1", "u"),
    E(r"z_u = \sum_k w_k x_{u+k} + b", "1", "u", False, layer=(("stride", 2), ("padding", ((2, 1),)))),
    E(r"z_q = b + \sum_m w_m x_{q+m}", "1", "q"),
    E(r"z_{u,v} = \sum_k \sum_l w_{k,l} x_{u+k,v+l} + b", "2", "uv"),
    E(r"z_{u,v} = \sum_{k=0}^{K-1}\sum_{l=0}^{L-1} w_{k,l}\, x_{u+l,v+k} + b", "2", "uv", False),
    E(r"z_{u,v} = \sum_{k,l} w_{l,k} x_{v+l,u+k} + b", "2", "uv", False),
    E(r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{j-l,i-k} w_{l,k}", "2", "ij", False),
    E(r"z_{u,v} = b + \sum_{k,l} w_{k,l} x_{s_h u+k-p_h, s_w v+d_w l-p_w}", "2", "uv"),
    E(r"z_{u,v,q} = b + \sum_{k,l,m} w_{k,l,m} x_{u+k,v+l,q+m}", "3", "uvq"),
    E(r"z_{f,u,v} = b_f + \sum_{c}\sum_{k,l} w_{f,c,k,l} x_{c,u+k,v+l}", "cf2", "fuv"),
    E(r"z_{n,f,u} = b_f + \sum_{c,k} w_{f,c,k} x_{n,c,su+k}", "ncf1", "nfu"),
    E(LAYER, "ncf2", "nfuv"),
    E(
        r"z_{n,f,u} = b_f + \sum_{c' = 0}^{C/G-1} \sum_{k} w_{f,c',k} "
        r"x_{n,\lfloor \frac{f}{F/G} \rfloor \frac{C}{G} + c', u+k}",
        "ncf1",
        "nfu",
    ),
    E(
        r"z_{n,f,u} = b_f + \sum_{c} [\lfloor fG/F \rfloor = \lfloor cG/C \rfloor] "
        r"\sum_k w_{f,c \bmod (C/G),k} x_{n,c,u+k}",
        "ncf1",
        "nfu",
    ),
    E(r"z_{n,f,u} = b_f + \sum_{c,k} w_{f,c \bmod (C/G),k} x_{n,c,u+k}", "ncf1", "nfu", False),
    # -- input gradient
    E(
        GRAD_X + r"\sum_k \delta_{i-k} w_k = \sum_u \delta_u w_{i-u} = \sum_{u,k : u+k=i} \delta_u w_k",
        "1",
        "i",
    ),
    E(
        GRAD_X + r"\sum_{u=i-K+1}^{i} \delta_u w_{i-u} = \sum_{k=i-U+1}^{i} \delta_{i-k} w_k",
        "1",
        "i",
    ),
    E(GRAD_X + r"\sum_k \delta_{i+k} w_k", "1", "i", False),
    E(
        GRAD_X + r"\sum_{k}[s \mid i-k]\,\delta_{(i-k)/s} w_k = \sum_{k : s \mid i-k} \delta_{(i-k)/s} w_k",
        "1",
        "i",
    ),
    E(
        GRAD_X + r"\sum_{k} \delta_{\lfloor (i+p-dk)/s \rfloor} w_k [ (i+p-dk) \bmod s = 0 ]"
        r" = \sum_{k} \delta_{\lceil (i+p-dk)/s \rceil} w_k [s \mid i+p-dk]",
        "1",
        "i",
    ),
    E(GRAD_X + r"\sum_{k} \delta_{\lfloor (i+p-k)/s \rfloor} w_k", "1", "i", False),
    E(LAYER_GRAD_X, "ncf2", "ncij"),
    E(
        r"\frac{\partial J}{\partial x_{c,i,j}} = \sum_f \sum_{k,l} \delta_{f,i-k,j-l} w_{f,c,k,l}"
        r" = \sum_f \sum_{k,l} \delta_{f,i-K+1+k,j-L+1+l} w_{f,c,K-1-k,L-1-l}",
        "cf2",
        "cij",
    ),
    E(r"\frac{\partial J}{\partial x_{i,j}} = \sum_{m,q} \delta_{m,q} w_{i-m,j-q}", "2", "ij"),
    E(GRAD_X + r"\delta_{i} w_0 + \delta_{i-1} w_1 + \delta_{i-2} w_2", "1", "i", layer=(("kernel", 3),)),
    E(
        GRAD_X + r"\sum_m [s \nmid m] \delta_m \frac{m}{2} + \frac{i}{s+1} - \frac{1}{2} x_i",
        "1",
        "i",
        False,
    ),
    # -- chains and slopes of single cells
    E(
        GRAD_X + r"\sum_{u}\frac{\partial J}{\partial z_u}\frac{\partial z_u}{\partial x_i}"
        r" = \sum_u \delta_u \frac{\partial z_u}{\partial x_i} = \sum_u \delta_u w_{i-u}",
        "1",
        "i",
    ),
    E(
        GRAD_X + r"\sum_k \frac{\partial J}{\partial z_{i-k}} \frac{\partial z_{i-k}}{\partial x_i}"
        r" = \sum_k \frac{\partial J}{\partial z_{i-k}} w_k",
        "1",
        "i",
    ),
    E(
        r"\frac{\partial z_u}{\partial x_i} = w_{i-u} = \sum_k [i=u+k] w_k"
        r" = \frac{\partial}{\partial x_i} \sum_k w_k x_{u+k}",
        "1",
        "ui",
    ),
    E(r"\frac{\partial z_{i-k}}{\partial x_i} = w_k", "1", "ik"),
    E(r"[0 \le i-k < U]\, \frac{\partial J}{\partial z_{i-k}} = \delta_{i-k}", "1", "ik"),
    E(r"\frac{\partial z_{i-k}}{\partial x_i} = w_{k+1}", "1", "ik", False),
    E(r"\frac{\partial z_u}{\partial x_{u+k}} = w_k", "1", "uk"),
    E(r"\frac{\partial z_u}{\partial x_{su+dk-p}} = w_k", "1", "uk"),
    E(r"\frac{\partial z_u}{\partial w_k} = x_{su+k-p}", "1", "uk"),
    E(r"\frac{\partial z_{f,u}}{\partial w_{q,k}} = [f = q]\, x_{u+k}", "f1", "fuqk"),
    E(r"\frac{\partial z_u}{\partial b} = 1", "1", "u"),
    E(r"\frac{\partial x_i}{\partial x_{u+k}} = [i = u+k]", "1", "iuk"),
    E(
        r"\frac{\partial}{\partial x_i} \left( \frac{x_i w_k}{3} + 2 x_i \right) = 2 + \frac{w_k}{3}",
        "1",
        "ik",
    ),
    # -- weight and bias gradient, the number S
    E(GRAD_W + r"\sum_u \delta_u x_{u+k} = \sum_i \delta_{i-k} x_i", "1", "k"),
    E(GRAD_W + r"\sum_u \delta_u x_{u-k}", "1", "k", False),
    E(LAYER_GRAD_W, "ncf2", "fc'kl"),
    E(
        r"\frac{\partial J}{\partial w_{f,c,k,l}} = \sum_n \sum_{u,v} \delta_{n,f,u,v} x_{n,c,su+k,sv+l}",
        "ncf2",
        "fckl",
    ),
    E(r"\frac{\partial J}{\partial b_f} = \sum_n \sum_{u,v} \delta_{n,f,u,v}", "nf2", "f"),
    E(r"\frac{\partial J}{\partial b_f} = \frac{1}{N} \sum_n \sum_{u,v} \delta_{n,f,u,v}", "nf2", "f", False),
    E(GRAD_B + r"\sum_u \delta_u = \sum_u \delta_u \frac{\partial z_u}{\partial b}", "1", ""),
    E(r"S = \sum_u \delta_u z_u = \sum_u \delta_u b + \sum_{u,k} \delta_u w_k x_{u+k}", "1", ""),
    E(r"\frac{\partial S}{\partial \delta_u} = z_u", "1", "u"),
    E(
        r"\frac{\partial S}{\partial w_k} = \frac{\partial}{\partial w_k} \sum_{u,m} \delta_u w_m x_{u+m}"
        r" = \sum_u \delta_u x_{u+k}",
        "1",
        "k",
    ),
    # -- activations and layers
    E(
        r"\delta_u = \frac{\partial J}{\partial a_u}\, \sigma'(z_u)"
        r" = \frac{\partial J}{\partial a_u} \frac{\partial a_u}{\partial z_u}",
        "1",
        "u",
        seen="above",
    ),
    E(r"\delta_u = \frac{\partial J}{\partial a_u}\, \sigma(z_u)", "1", "u", False, seen="above"),
    E(r"a_u = \sigma(z_u) = \sigma\left(\sum_k w_k x_{u+k} + b\right)", "1", "u", seen="above"),
    E(
        GRAD_W + r"\sum_u \frac{\partial J}{\partial a_u} \frac{\partial a_u}{\partial w_k}"
        r" = \sum_u \frac{\partial J}{\partial a_u} \sigma'(z_u) x_{u+k}",
        "1",
        "k",
        seen="above",
    ),
    E(
        r"\frac{\partial a_u}{\partial w_k} = \frac{\partial}{\partial w_k} "
        r"\left( \sigma(b + \sum_m w_m x_{u+m}) \right) = \sigma'(z_u)\, x_{u+k}",
        "1",
        "uk",
        seen="above",
    ),
    E(
        r"\delta^{(\ell-1)}_{i} = \sigma'(z^{(\ell-1)}_i) \sum_k \delta^{(\ell)}_{i-k} w^{(\ell)}_k",
        "1",
        "i",
        seen="below",
    ),
    E(
        r"\frac{\partial J}{\partial z^{(\ell-1)}_i} = \frac{\partial J}{\partial x^{(\ell)}_i} "
        r"\sigma'(z^{(\ell-1)}_i) = \sum_u \delta^{(\ell)}_u "
        r"\frac{\partial z^{(\ell)}_u}{\partial z^{(\ell-1)}_i}",
        "1",
        "i",
        seen="below",
    ),
    E(r"x^{(\ell)}_{i} = \sigma(z^{(\ell-1)}_i) = a^{(\ell-1)}_i", "1", "i", seen="below"),
    # -- whole arrays
    E(r"\frac{\partial J}{\partial w} = x \star \delta", "1", None),
    E(r"\frac{\partial J}{\partial w} = \delta \star x", "1", None, False),
    E(r"\frac{\partial J}{\partial x} = \delta \star_{\text{full}} \operatorname{rot}_{180}(w)", "1", None),
    E(r"\frac{\partial J}{\partial x_{i,j}} = (\delta * w)_{i,j}", "2", "ij"),
    E(
        r"z_{u,v} = (x \star w)_{u,v} + b = (x *_{\text{valid}} \operatorname{rot}_{180}(w))_{u,v} + b",
        "2",
        "uv",
    ),
    E(r"z_{u,v} = (x \star_{\text{same}} w)_{u+1,v} + b", "2", "uv", False),
    # -- the backward kernels and the zero-inserted delta
    E(
        r"\frac{\partial J}{\partial x_{c,i,j}} = \sum_{f,k,l} \tilde w_{c,f,k,l} \delta_{f,i+k-K+1,j+l-L+1}",
        "cf2",
        "cij",
    ),
    E(GRAD_X + r"\sum_k \tilde w_k \hat\delta_{i+p+k-K+1} + 0 \cdot s", "1", "i"),
    E(GRAD_X + r"\sum_k \tilde w_k \hat\delta_{i+p+k-K} + 0 \cdot s", "1", "i", False),
    E(r"\hat\delta_m = [s \mid m]\, \delta_{m/s} = \sum_u [m = su]\, \delta_u", "1", "m"),
    E(r"\tilde w_{c,f,k} = w_{f,c,K-1-k}", "cf1", "cfk"),
    # -- the padded input
    E(r"\bar x_m = x_{m-p}", "1", "m"),
    E(r"\bar x_m = x_{m}", "1", "m", False),
    E(r"z_{f,u,v} = b_f + \sum_{c,k,l} w_{f,c,k,l} \bar x_{c,su+k,sv+l}", "cf2", "fuv"),
    E(r"\frac{\partial J}{\partial \bar x_m} = \sum_k [s \mid m-dk]\, \delta_{(m-dk)/s} w_k", "1", "m"),
    E(
        GRAD_X + r"\sum_m \frac{\partial J}{\partial \bar x_m} \frac{\partial \bar x_m}{\partial x_i}",
        "1",
        "i",
    ),
    E(GRAD_X + r"\frac{\partial J}{\partial \bar x_{i+p}}", "1", "i"),
    E(GRAD_X + r"\frac{\partial J}{\partial \bar x_{i+p_{\text{after}}}}", "1", "i", False),
    # -- other notations
    E(r"x^l_{i,j} = \sum_m \sum_n w^l_{m,n} o^{l-1}_{i+m,j+n} + b^l", "2", "ij", notation=JEFKINE),
    E(
        r"\frac{\partial E}{\partial w_{m',n'}^l} = \sum_{i=0}^{H-k_1} \sum_{j=0}^{W-k_2} "
        r"\frac{\partial E}{\partial x_{i,j}^l} \frac{\partial x_{i,j}^l}{\partial w_{m',n'}^l}"
        r" = \sum_{i=0}^{H-k_1} \sum_{j=0}^{W-k_2} \delta_{i,j}^l o_{i+m',j+n'}^{l-1}",
        "2",
        "m'n'",
        notation=JEFKINE,
    ),
    E(
        r"\frac{\partial E}{\partial x_{i',j'}^l} = \sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} "
        r"\frac{\partial E}{\partial x_{i'-m,j'-n}^{l+1}} \frac{\partial x_{i'-m,j'-n}^{l+1}}{\partial x_{i',j'}^l}"
        r" = \sum_{m=0}^{k_1-1}\sum_{n=0}^{k_2-1} \delta^{l+1}_{i'-m,j'-n} w_{m,n}^{l+1} f'\left(x_{i',j'}^l\right)",
        "2",
        "i'j'",
        notation=JEFKINE,
        seen="below",
    ),
    E(
        r"\frac{\partial E}{\partial o^{l-1}_{i',j'}} = \delta^l_{i',j'} * w^l_{m,n}",
        "2",
        "i'j'",
        notation=JEFKINE,
    ),
    E(r"z_{n,u,v,f} = b_f + \sum_{k,l,c} w_{k,l,c,f} x_{n,u+k,v+l,c}", "ncf2", "nuvf", notation=NHWC),
    E(
        r"\frac{\partial J}{\partial w_{k,l,c,f}} = \sum_{n,u,v} \delta_{n,u,v,f} x_{n,su+k,sv+l,c}",
        "ncf2",
        "klcf",
        notation=NHWC,
    ),
    E(
        r"z^{l}_{m,n,k} = \sum_{a}\sum_b \sum_c w^{l}_{a,b,c,k} z^{l-1}_{m+a-1,n+b-1,c} + b_k",
        "cf2",
        "mnk",
        notation=ONE_BASED,
        seen="below",
    ),
    E(
        r"\frac{\partial J}{\partial w^l_{p,q,c,k}} = \sum_{m,n} \delta^l_{m,n,k} x^{l-1}_{m+p,n+q,c}",
        "cf2",
        "pqck",
        False,
        notation=ONE_BASED,
    ),
]
equation_ids = [f"{n}: {e.latex[:60]}" for n, e in enumerate(EQUATIONS)]


def chosen_layers(family):
    """Small ones, and where loops can bear it a large one."""
    return [
        *trials.small(family)[::30],
        trials.draw(family)[0] if family.dims == (1,) else trials.small(family)[-1],
    ]


def hand_on(equation, page, bound, trial):
    family = bound.family
    arrays = by_hand.Arrays(trial, above=family.above, below=family.below, linear=family.linear)
    present = equation.arrays[:-1]
    return by_hand.Hand(page.chains[0], arrays, equation.notation, present, equation.letters)


def agree(values, claimed, base, by_cell):
    """Every cell that was worked out by hand, and no other."""
    assert values.size == len(by_cell)
    for cell, (number, claim) in by_cell.items():
        at = tuple(i - base for i in cell)
        assert claimed[at] == claim, cell
        assert not claim or abs(values[at] - number) <= 1e-6 * max(1, abs(number)), (cell, values[at], number)


@pytest.mark.parametrize("equation", EQUATIONS, ids=equation_ids)
def test_every_side_is_what_loops_over_all_letters_give(equation, count):
    page = read(equation.latex)
    bound = first_bound(equation.latex, equation.notation, dict(equation.layer))
    for trial in chosen_layers(bound.family):
        evaluation, hand = Evaluation(bound, trial), hand_on(equation, page, bound, trial)
        for number in range(len(bound.members)):
            values, claimed = evaluation.member(number)
            if equation.free is None:
                np.testing.assert_allclose(values, hand.member(number), rtol=1e-9, atol=1e-9, strict=True)
            else:
                agree(values, claimed, equation.notation.base, hand.member(number))
            count("sides of equations worked out by hand, cell by cell")


@pytest.mark.parametrize("equation", EQUATIONS, ids=equation_ids)
def test_the_family_is_the_one_that_is_written(equation):
    bound = first_bound(equation.latex, equation.notation)
    family = bound.family
    assert (family.batch, family.channel, family.filter) == tuple(a in equation.arrays for a in "ncf")
    assert family.dims == ((1, 2) if equation.free is None else (int(equation.arrays[-1]),))
    assert (family.above, family.below) == (equation.seen == "above", equation.seen == "below")
    assert bound.whole == (equation.free is None)
    assert bound.free == tuple(equation.letters or ())


@pytest.mark.parametrize("equation", EQUATIONS, ids=equation_ids)
def test_the_verdict(equation):
    layer = dict(equation.layer)
    verdict = check(equation.latex, notation=equation.notation, layer=layer)
    assert bool(verdict) is verdict.holds is equation.holds, verdict
    if equation.arrays[-1] == "1" or not equation.holds:
        assert disagrees(equation.latex, notation=equation.notation, layer=layer) is not equation.holds


SCATTERS = [
    (r"\frac{\partial J}{\partial x_{u+k}} \mathrel{+}= \delta_u w_k", "1", "uk", True),
    (r"\frac{\partial J}{\partial x_{su+dk-p}} \mathrel{+}= \delta_u w_k", "1", "uk", True),
    (r"\frac{\partial J}{\partial x_{u-k}} \mathrel{+}= \delta_u w_k", "1", "uk", False),
    (r"\frac{\partial J}{\partial w_k} \mathrel{+}= \delta_u x_{u+k}", "1", "ku", True),
    (
        r"\frac{\partial J}{\partial x_{c,u+k,v+l}} \mathrel{+}= \delta_{f,u,v} w_{f,c,k,l}",
        "cf2",
        "cukvlf",
        True,
    ),
    (r"\frac{\partial J}{\partial x_{i}} \mathrel{+}= [i = u+k] \delta_u w_k, \; u > 0", "1", "iuk", False),
]


@pytest.mark.parametrize(("latex", "arrays", "free", "holds"), SCATTERS)
def test_a_scatter_adds_up_every_term(latex, arrays, free, holds, count):
    page = read(latex)
    bound = first_bound(latex)
    assert bound.free == tuple(free)
    for trial in chosen_layers(bound.family):
        _, total = Evaluation(bound, trial).scattered()
        by_cell = hand_on(Equation(latex, arrays, free), page, bound, trial).scattered()
        for cell in np.ndindex(*total.shape):
            assert abs(total[cell] - by_cell.get(cell, 0.0)) <= 1e-6, cell
        count("scatters worked out by hand")
    assert check(latex).holds is holds


NOT_WHOLE = [
    (GRAD_X + r"\sum_k \delta_{(i-k)/s} w_k", True),
    (GRAD_X + r"\sum_k [s \mid i-k]\, \delta_{(i-k)/s} w_k", False),
    (GRAD_X + r"\sum_k \delta_{(i-k)/s} w_k\, [s \mid i-k]", False),
    (GRAD_X + r"\sum_{k : s \mid i-k} \delta_{(i-k)/s} w_k", False),
    (GRAD_X + r"\sum_k [s \mid i]\, \delta_{(i-k)/s} w_k", True),
    (GRAD_X + r"\sum_{u,k : i = su+k} \delta_{(i-k)/s} w_k", False),
    (GRAD_X + r"[s \mid i] \sum_k \delta_{i/s} w_k", False),
    (GRAD_X + r"\sum_k [s \nmid i-k]\, w_k + [s \mid i] \delta_{i/s}", False),
    (GRAD_X + r"\sum_k [s \mid i-k]\, w_k + \delta_{i/s}", True),
    (GRAD_X + r"\sum_k [0 \le i-k]\, \delta_{\frac{i-k}{2}} w_k", True),
    (GRAD_X + r"\delta_{i/2}, \quad 2 \mid i", False),
    (GRAD_X + r"\delta_{\lfloor i/2 \rfloor}", False),
    (GRAD_X + r"\sum_k [s \mid i-k]\, w_{((i-k)/s) \bmod K}", False),
]


@pytest.mark.parametrize(("latex", "fails"), NOT_WHOLE)
def test_a_subscript_is_whole_or_guarded(latex, fails):
    page = read(latex)
    bound = first_bound(latex)
    failed = 0
    for trial in [*trials.small(bound.family)[::8], *trials.draw(bound.family)]:
        by_loops = hand_on(Equation(latex, "1", "i"), page, bound, trial)
        try:
            by_loops.member(1)
        except by_hand.NotWhole:
            failed += 1
            with pytest.raises(EquationError, match="not whole"):
                Evaluation(bound, trial).member(1)
        else:
            Evaluation(bound, trial).member(1)
    assert (failed > 0) == fails


def test_outside_its_range_an_array_is_zero():
    x, w = np.array([2.0, 3.0, 5.0, 7.0]), np.array([1.0, 10.0])
    assert evaluate(r"w_k x_{i-2}", dict(x=x, w=w)).tolist() == [[0, 0, 2, 3], [0, 0, 20, 30]]
    assert evaluate(r"w_k x_{i+3}", dict(x=x, w=w)).tolist() == [[7, 0, 0, 0], [70, 0, 0, 0]]
    assert evaluate(r"x_i w_{-1} + x_i w_2", dict(x=x, w=w)).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("letter", "size"),
    [("n", 3), ("f", 6), ("c", 4), ("c'", 2), ("i", 9), ("j", 7), ("u", 5), ("v", 6), ("k", 5), ("l", 2)],
)
def test_a_sum_without_limits_runs_over_the_range_of_its_letter(letter, size):
    arrays = dict(x=grid(3, 4, 9, 7), w=grid(6, 2, 5, 2), delta=grid(3, 6, 5, 6), G=2)
    latex = rf"\sum_{{{letter}}} (1 + 0 \cdot x_{{0,0,0,0}} w_{{0,0,0,0}} \delta_{{0,0,0,0}})"
    assert evaluate(latex, arrays) == size


# ------------------------------------------------------------------------------------------- random expressions
class Pieces:
    """Random expressions, each as LaTeX and as Python."""

    def __init__(self, seed, axes):
        self.rng = np.random.default_rng([seed, axes])
        self.axes = axes
        self.grids = [("u", "v")[:axes], ("i", "j")[:axes], ("k", "l")[:axes]]
        self.sizes = ["H", "K", "U", "W", "L", "V"][: 3 * axes]

    def pick(self, items):
        return items[self.rng.integers(len(items))]

    def index(self, letters):
        """An index that is whole, as (LaTeX, Python)."""
        latex, python = "", ""
        for _ in range(self.rng.integers(1, 4)):
            sign = self.pick("+-") if latex else self.pick(["", "", "", "-"])
            letter = self.pick(letters)
            a, b = self.pick(
                [
                    (letter, letter),
                    (letter, letter),
                    (f"s{letter}", f"s*{letter}"),
                    (f"d {letter}", f"d*{letter}"),
                    (f"2{letter}", f"2*{letter}"),
                    (r"s \cdot " + letter, f"s*{letter}"),
                    ("p", "p"),
                    ("1", "1"),
                    (self.pick(self.sizes),) * 2,
                ]
            )
            latex, python = latex + sign + a, python + sign + b
        kind = self.rng.integers(8)
        if kind == 0:
            return rf"\lfloor ({latex})/s \rfloor", f"(({python}) // s)"
        if kind == 1:
            return rf"\left\lceil \frac{{{latex}}}{{2}} \right\rceil", f"(-(-({python}) // 2))"
        if kind == 2:
            return rf"({latex}) \bmod {self.sizes[0]}", f"(({python}) % {self.sizes[0]})"
        return latex, f"({python})"

    def read(self, letters):
        symbol, name = self.pick([("x", "x"), ("w", "w"), (r"\delta", "delta")])
        indices = [self.index(letters) for _ in range(self.axes)]
        latex, python = zip(*indices, strict=True)
        return f"{symbol}_{{{', '.join(latex)}}}", f"at({name}, {', '.join(python)})"

    def statement(self, letters):
        (a, p), (b, q) = self.index(letters), self.index(letters)
        sign, operator = self.pick([("=", "=="), (r"\le", "<="), ("<", "<"), (r"\ge", ">="), (r"\ne", "!=")])
        kind = self.rng.integers(4)
        if kind == 0:
            return rf"s \mid {a}", f"({p}) % s == 0"
        if kind == 1:
            return rf"0 \le {a} < {self.sizes[0]}", f"0 <= {p} < {self.sizes[0]}"
        return f"{a} {sign} {b}", f"{p} {operator} {q}"

    def term(self, letters):
        """A product, perhaps with a bracket, which may make a fraction whole."""
        latex, python = self.read(letters)
        kind = self.rng.integers(5)
        if kind == 0:
            (a, p), (b, q) = self.statement(letters), self.read(letters)
            return rf"[{a}]\, {latex} {b}", f"(({python}) * ({q}) if {p} else 0)"
        if kind == 1 and self.axes == 1:
            a, p = self.index(letters)
            return (
                rf"x_{{({a})/s}} [s \mid {a}] {latex}",
                f"(at(x, ({p})//s) * ({python}) if ({p}) % s == 0 else 0)",
            )
        if kind == 2:
            b, q = self.read(letters)
            return rf"\frac{{{latex}\, {b}}}{{4}}", f"({python}) * ({q}) / 4"
        if kind == 3:
            b, q = self.read(letters)
            return rf"\left( {latex} - 3 {b} \right)", f"(({python}) - 3 * ({q}))"
        return rf"2 \cdot {latex}", f"2 * ({python})"

    def sum(self, free):
        """A sum over one grid, whole, by limits or under a condition, as (LaTeX, Python)."""
        bound = self.pick([grid for grid in self.grids if grid != free])
        letters = [*free, *bound]
        latex, python = self.term(letters)
        ranges = {"u": "U", "v": "V", "i": "H", "j": "W", "k": "K", "l": "L"}
        kind = self.rng.integers(4)
        loops_ = " ".join(f"for {m} in range({ranges[m]})" for m in bound)
        if kind == 0:
            heads = "".join(rf"\sum_{{{m}}}" for m in bound)
        elif kind == 1:
            a, p = self.statement(letters)
            heads, loops_ = rf"\sum_{{{','.join(bound)} \,:\, {a}}}", f"{loops_} if {p}"
        elif kind == 2:
            limits = [(self.index(free), self.index(free)) for _ in bound]
            heads = "".join(
                rf"\sum_{{{m}={a[0]}}}^{{{b[0]}}}" for m, (a, b) in zip(bound, limits, strict=True)
            )
            loops_ = " ".join(
                f"for {m} in range({a[1]}, {b[1]} + 1)" for m, (a, b) in zip(bound, limits, strict=True)
            )
        else:
            heads = rf"\sum_{{{', '.join(bound)}}}"
        return f"{heads} {latex}", f"sum({python} {loops_})"

    def expression(self):
        """An equation whose left-hand side only orders the free letters; its right-hand side as LaTeX and Python."""
        free = self.pick(self.grids)
        symbol = {"u": r"\delta", "i": "x", "k": "w"}[free[0]]
        latex, python = self.sum(free)
        for _ in range(self.rng.integers(0, 2)):
            a, p = self.sum(free) if self.rng.integers(2) else self.term(list(free))
            sign = self.pick("+-")
            latex, python = f"{latex} {sign} {a}", f"{python} {sign} {p}"
        return free, f"{symbol}_{{{','.join(free)}}} = {latex}", python


def at(array, *index):
    inside = all(0 <= i < size for i, size in zip(index, array.shape, strict=True))
    return array[index] if inside else 0.0


@pytest.mark.parametrize(("axes", "number"), [(1, 160), (2, 60)])
def test_evaluate_gives_what_python_loops_give(axes, number, count):
    pieces, rng = Pieces(3, axes), np.random.default_rng(axes)
    while number:
        free, latex, python = pieces.expression()
        s, d, p = (int(rng.integers(low, 4)) for low in (1, 1, 0))
        kernel, out = rng.integers(1, 4, axes).tolist(), rng.integers(1, 4, axes).tolist()
        size = [s * (u - 1) + d * (k - 1) + 1 - 2 * p for u, k in zip(out, kernel, strict=True)]
        if min(size) < 1:
            continue
        number -= 1
        x, w, delta = (rng.integers(-5, 6, shape).astype(float) for shape in (size, kernel, out))
        names = dict(zip("HW", size, strict=False)) | dict(zip("KL", kernel, strict=False))
        names |= dict(zip("UV", out, strict=False))
        ranges = {"u": "U", "v": "V", "i": "H", "j": "W", "k": "K", "l": "L"}
        code = compile(python, latex, "eval")
        expected = np.empty([names[ranges[letter]] for letter in free])
        known = dict(at=at, x=x, w=w, delta=delta, s=s, d=d, p=p, **names)
        for cell in np.ndindex(*expected.shape):
            expected[cell] = eval(code, {**known, **dict(zip(free, cell, strict=True))})
        got = evaluate(latex, dict(x=x, w=w, delta=delta, s=s, d=d, p=p))
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12, strict=True, err_msg=latex)
        count("random expressions against Python loops")


# ------------------------------------------------------------------------------------------------------ evaluate
def grid(*shape, start=1):
    return np.arange(start, start + np.prod(shape), dtype=float).reshape(shape)


EVALUATED = [
    (r"\sum_k w_k x_{u+k}", dict(x=[1, 2, 3, 4], w=[1, -2, 3]), [6, 8]),
    (r"z_u = \sum_k w_k x_{u+k}", dict(x=[1, 2, 3, 4], w=[1, -2, 3]), [6, 8]),
    (r"z_u + b", dict(x=[1, 2, 3, 4], w=[1, -2, 3], b=10), [26, 28]),
    (r"\sum_k \delta_{i-k} w_k", dict(delta=[1, 2], w=[1, 10]), [1, 12, 20]),
    (r"\sum_k [s \mid i-k] \delta_{(i-k)/s} w_k", dict(delta=[1, 2], w=[1, 10], s=2), [1, 10, 2, 20]),
    (r"\sum_k [s \mid i-k] \delta_{(i-k)/s} w_k", dict(delta=[1, 2], w=[1, 10], s=2, H=5), [1, 10, 2, 20, 0]),
    (r"\sum_u \delta_u x_{su+dk-p}", dict(delta=[1, 2], x=[1, 2, 3, 4, 5], s=2, d=3, p=1, K=2), [4, 13]),
    (r"\sum_u \delta_u x_{u+k}", dict(delta=[1, 2], x=[1, 10, 100]), [21, 210]),
    (r"\sum_u \delta_u", dict(delta=[1, 2, 5]), 8),
    (r"\sum_n \sum_{u,v} \delta_{n,f,u,v}", dict(delta=grid(2, 3, 2, 2)), [68, 100, 132]),
    (r"\sum_k w_k", dict(w=[1, 2, 5]), 8),
    (r"2 x_{H-1-i}", dict(x=[1, 2, 5]), [10, 4, 2]),
    (r"\sum_{k,l} w_{k,l} x_{u+k,v+l}", dict(x=grid(2, 3), w=[[1, 10]]), [[21, 32], [54, 65]]),
    (r"(x \star w)_{u,v}", dict(x=grid(2, 3), w=[[1, 10]]), [[21, 32], [54, 65]]),
    (r"x \star w", dict(x=[1, 2, 3], w=[1, 10]), [21, 32]),
    (r"x \star w", dict(x=grid(2, 3), w=[[1, 10]]), [[21, 32], [54, 65]]),
    (r"\delta * w", dict(delta=[1, 2], w=[1, 10]), [1, 12, 20]),
    (
        r"\sum_{c,k} w_{f,c,k} x_{c,u+k} + b_f",
        dict(x=grid(2, 2), w=grid(3, 2, 2), b=[1, 2, 3]),
        [[31], [72], [113]],
    ),
    (
        r"\frac{\partial J}{\partial x_{u+k}} \mathrel{+}= \delta_u w_k",
        dict(delta=[1, 2], w=[1, 10]),
        [1, 12, 20],
    ),
    (r"\frac{\partial z_u}{\partial x_i}", dict(x=[1, 2, 3], w=[1, 10], b=0), [[1, 10, 0], [0, 1, 10]]),
]


@pytest.mark.parametrize(("latex", "arrays", "expected"), EVALUATED)
def test_evaluate(latex, arrays, expected):
    given = {name: np.array(a, dtype=float) if np.ndim(a) else a for name, a in arrays.items()}
    np.testing.assert_array_equal(evaluate(latex, given), np.array(expected, dtype=float))


MISSING = [
    (r"\sum_k w_k x_{u+k}", dict(x=[1, 2, 3]), r"\bw\b|kernel"),
    (r"\sum_k w_k x_{u+k}", dict(x=[1, 2, 3]), r"\bw\b"),
    (r"\sum_k w_k x_{u+k}", dict(w=[1, 2]), r"\bx\b"),
    (r"z_u", dict(x=[1, 2, 3], w=[1, 2]), r"\bb\b"),
    (r"\sum_k \delta_{i-k} w_k", dict(delta=[1, 2, 3]), r"\bw\b"),
    (r"\sum_u \delta_u x_{su+k}", dict(delta=[1, 2], x=[1, 2, 3, 4], s=2), r"kernel|\bK\b"),
    (r"\sum_k w_k x_{u+k}", dict(x=[1, 2, 3], w=[1, 2], q=3), r"\bq\b"),
    (r"\sum_k [s \mid i-k] \delta_{(i-k)/s} w_k", dict(delta=[1, 2], w=[1, 2], s=2, H=9), "delta"),
]


@pytest.mark.parametrize(("latex", "arrays", "message"), MISSING)
def test_evaluate_says_what_is_missing(latex, arrays, message):
    with pytest.raises(ValueError, match=message):
        evaluate(latex, {n: np.array(a, dtype=float) if np.ndim(a) else a for n, a in arrays.items()})


# --------------------------------------------------------------------------------------------- what is refused
MALFORMED = [
    # unknown symbols
    (r"z_u = \sum_k w_k x_{u+k} + ¦q_u", "q is not known", r"x, w, b, z, \\delta"),
    (r"z_u = \sum_k w_k ¦y_{u+k}", "y is not known", "x, w, b, z"),
    (r"¦y_u = x_u", "y is not known", "x, w, b, z"),
    (r"z_u = ¦\sigma''(x_u)", "activation", "once"),
    (r"z_u = ¦\sigma x_u", "activation", "parentheses"),
    (r"\frac{\partial J}{\partial ¦y_i} = 0", "y", "an array of the layer|is not known"),
    # letters
    (r"z_u = \sum_k w_k x_{u+k+¦m}", "index m is never bound", "left-hand side names u"),
    (r"z_u = \sum_k w_k x_{u+¦l}", "index l is never bound", "no sum runs over l"),
    (r"z_u = w_¦k x_{u+k}", "index k is never bound", "no sum runs over k"),
    (GRAD_B + r"\delta_¦u", "index u is never bound", "names none"),
    (r"z_u = \sum_k w_k x_{u+k}, \; ¦i < 3", "index i is never bound", "no sum"),
    (r"z_u = \sum_¦u w_u x_u", "bound twice", "left-hand side names it"),
    (r"z_u = \sum_k \sum_¦k w_k x_{u+k}", "bound twice", "a sum around this one"),
    (r"z_u = \sum_{k,¦k} w_k x_{u+k}", "bound twice", "sum"),
    (r"z_u = \sum_{¦s} w_s x_{u+s}", "s is the stride", "another letter"),
    (r"z_u = \sum_{¦K} w_K x_{u+K}", "K is a size", "another letter"),
    (r"z_u = \sum_{¦x} w_x", "x is the input", "another letter"),
    (r"z_u = \sum_{¦v} x_{u+v}", "second axis", "have 1"),
    (r"z_u = x_{u+¦L}", "L is the size of a second axis", "have 1"),
    (r"z_u = x_{¦s_w u}", "s_w belongs to a second axis", "have 1"),
    # subscripts
    (r"z_u = \sum_k w_k ¦x_{u+k,0}", "x has 2 subscripts", r"needs 1 \(row\)"),
    (r"z_{u,v} = \sum_{k,l} w_{k,l} ¦x_{u+k}", "x has 1 subscript;", r"needs 2 \(row, column\)"),
    (r"z_u = \sum_k w_k x_{u+k} + ¦b_u", "b has 1 subscript;", "none"),
    (r"z_u = \sum_k ¦w x_{u+k}", "w has no subscript", r"needs 1 \(row\)"),
    (
        r"z_{n,f,u} = b_f + \sum_{c,k} w_{f,c,k} ¦x_{c,u+k}",
        "x has 2 subscripts",
        r"needs 3 \(example, channel, row\)",
    ),
    (r"z_u = \sum_k w_k x_{u+¦w_k}", "w is an array", "index"),
    (r"z_u = x_{¦u/2}", "not whole, for example 1/2", "bracket"),
    (GRAD_X + r"\sum_k \delta_{¦(i-k)/s} w_k", "not whole", "bracket"),
    (r"z_u = x_{¦u/0}", "division by zero", ""),
    (r"z_u = ¦\frac{x_u}{0}", "division by zero", ""),
    # sums
    (r"z_u = \sum_{¦k=0} w_k x_{u+k}", "lower limit", "upper"),
    (r"z_u = \sum¦_{u+k=i} w_k", "over which letters", "before a colon"),
    (r"z_u = ¦\sum w_k x_{u+k}", "over which letter", r"below: \\sum_k"),
    # outside the subset
    (r"z_u = ¦\int w_k", r"\\int", "sum"),
    (r"z_u = ¦\max_k w_k", r"\\max", "bracket"),
    (r"¦\nabla J = 0", r"\\nabla", "frac"),
    (r"z_u ¦\approx x_u", r"\\approx", "write ="),
    (r"z_u =¦", "the equation ends", "a symbol"),
    (r"¦z_u", "two sides", "="),
    (r"z_u = \sum_k w_k x_{u+k}¦}", "a } without its {", ""),
    (r"z_u = \sum_k w_k x_¦{u+k", "a { without its }", ""),
    (r"z_u = \sum_k (w_k x_{u+k}¦", "the equation ends", r"\)"),
    (r"z_u = \sum_k w_k x_{u+k}¦)", r"\) stands", "the end"),
    (r"x_i = \delta_{\lfloor i/2¦}", "} stands", "rfloor"),
    (r"x_i = \lceil i/2¦", "the equation ends", "rceil"),
    (
        r"z_u = ¦\sum_k w_k * x_{u+k}".replace("¦", "").replace("w_k *", "¦w_k *"),
        "whole arrays",
        "write nothing",
    ),
    (r"z_u = \sum_k w_k x^{¦2k}_{u+k}", "superscript", "layer"),
    (r"¦J = \sum_u z_u", "J is the loss", "∂"),
    (r"¦\frac{\partial J}{\partial \delta_u} = z_u", "J is no function of", "S"),
    (r"z_u = [¦u, u=1] x_u", "bracket holds statements", "such as"),
    ("z_u = \\sum_k w_k\n  x_{u+k} +\n  ¦q_u", "q is not known", "x, w, b, z"),
    (
        r"\begin{aligned} z_u &= b \\[4pt] x_i &= \textcolor{red}{¦q_i} \end{aligned}",
        "q is not known",
        "x, w, b, z",
    ),
]


@pytest.mark.parametrize(("latex", "found", "expected"), MALFORMED)
def test_what_cannot_be_read_is_refused_where_it_stands(latex, found, expected, count):
    place, latex = latex.index("¦"), latex.replace("¦", "")
    with pytest.raises(EquationError) as caught:
        check(latex, notation=SERIES)
    error = caught.value
    assert re.search(found, error.message), error.message
    assert re.search(expected, error.message), error.message
    assert error.position == place, (error.position, latex[error.position :][:20])
    line, column = error.line_and_column
    assert (line, column) == (latex[:place].count("\n") + 1, place - latex.rfind("\n", 0, place))
    shown, caret = str(error).splitlines()[-2:]
    pointed = shown[caret.index("^") :]
    assert pointed == "" or latex[place:].startswith(pointed.rstrip("…")[:30])
    assert f"line {line}, column {column}" in str(error)
    assert isinstance(error, ValueError)
    count("malformed equations refused at the right character")


@pytest.mark.parametrize(
    "latex", ["", "  \n", "% nothing", r"\text{nothing}", r"\begin{aligned}\end{aligned}"]
)
def test_nothing_is_no_equation(latex):
    with pytest.raises(EquationError, match="no equation"):
        check(latex)


@pytest.mark.parametrize(
    "latex", [r"z_u = x_{u+p_\text{before}}", r"\frac{\partial J}{\partial x_{u+p_\text{after}}} = 0"]
)
def test_a_script_in_words_ends_where_its_braces_end(latex):
    name = re.search(r"p_\\text\{\w+\}", latex).group()
    braced = latex.replace(name, name.replace("_", "_{", 1) + "}")
    assert shape(read(latex)) == shape(read(braced))


def test_a_sum_with_limits_needs_no_other_word_on_how_far_its_letter_runs():
    assert check(r"z_u = \sum_{m=0}^{K-1} w_{K-1-m} x_{u+K-1-m} + b")


def test_the_slope_of_an_activation():
    assert check(
        r"\frac{\partial a_u}{\partial w_k} = \frac{\partial}{\partial w_k} \sigma(z_u) = \sigma'(z_u) x_{u+k}"
    )


def test_an_index_letter_that_is_a_symbol_too():
    latex = r"\frac{\partial J}{\partial w^l_{a,b,c,k}} = \sum_{m,n} \delta^l_{m,n,k} x^{l-1}_{m+a-1,n+b-1,c}"
    assert check(latex, notation=ONE_BASED)


def test_a_power():
    assert check(r"\frac{\partial}{\partial x_i} x_i^2 = 2 x_i")


# -------------------------------------------------------------------------------------------------- the families
FAMILIES = [
    # (equation, dims, axes, settings, groups, above, below)
    (ROW, (1,), "", "", False, "", ""),
    (r"z_u = \sum_k w_k x_{su+k} + b", (1,), "", "stride", False, "", ""),
    (r"z_u = \sum_k w_k x_{u+dk} + b", (1,), "", "dilation", False, "", ""),
    (r"z_u = \sum_k w_k x_{u+k-p} + b", (1,), "", "before", False, "", ""),
    (r"z_u = \sum_k w_k x_{su+dk-p} + b", (1,), "", "before dilation stride", False, "", ""),
    (r"z_{n,u} = \sum_k w_k x_{n,u+k} + b", (1,), "n", "", False, "", ""),
    (r"z_{f,u} = \sum_k w_{f,k} x_{u+k} + b_f", (1,), "f", "", False, "", ""),
    (r"z_{u} = \sum_{c,k} w_{c,k} x_{c,u+k} + b", (1,), "c", "", False, "", ""),
    (r"z_{u,v} = \sum_{k,l} w_{k,l} x_{s_h u+k,s_w v+l} + b", (2,), "", "stride0 stride1", False, "", ""),
    (r"z_{u,v} = \sum_{k,l} w_{k,l} x_{u+k,s_w v+l} + b", (2,), "", "stride1", False, "", ""),
    (
        r"z_{u,v} = \sum_{k,l} w_{k,l} x_{u+k-p_{\text{top}},v+l-p_{\text{left}}} + b",
        (2,),
        "",
        "before0 before1",
        False,
        "",
        "",
    ),
    (LAYER, (2,), "ncf", "before dilation stride", True, "", ""),
    (LAYER_GRAD_X, (2,), "ncf", "before dilation stride", True, "", ""),
    (LAYER_GRAD_W, (2,), "ncf", "before dilation stride", True, "", ""),
    (r"a_u = \sigma(z_u)", (1,), "", "", False, "above", ""),
    (r"\sigma(z_u) = \sigma(b + \sum_k w_k x_{u+k})", (1,), "", "", False, "above", ""),
    (r"\delta_u = \frac{\partial J}{\partial a_u} \sigma'(z_u)", (1,), "", "", False, "above", ""),
    (r"x^{(\ell)}_i = \sigma(z^{(\ell-1)}_i)", (1,), "", "", False, "", "below"),
    (r"\begin{aligned} z_{f,u} &= b_f \\ x_i &= x_i s \end{aligned}", (1,), "f", "stride", False, "", ""),
]


@pytest.mark.parametrize(("latex", "dims", "axes", "settings", "groups", "above", "below"), FAMILIES)
def test_the_equation_says_which_layers_it_claims(latex, dims, axes, settings, groups, above, below):
    family = family_of(latex)
    assert family.dims == dims
    assert (
        "".join(a for a, on in zip("ncf", (family.batch, family.channel, family.filter), strict=True) if on)
        == axes
    )
    assert {f"{name}{'' if axis is None else axis}" for name, axis in family.settings} == set(
        settings.split()
    )
    assert (family.groups, family.above, family.below) == (groups, bool(above), bool(below))


SIZES = [
    r"s(U-1) + d(K-1) + 1 + r = H + p_{\text{before}} + p_{\text{after}}",
    r"U = \left\lfloor \frac{H + p_{\text{before}} + p_{\text{after}} - d(K-1) - 1}{s} \right\rfloor + 1",
    r"z_u = b + \sum_k w_k x_{su+dk-p_{\text{before}}} [p = p_{\text{before}}] [0 \le r < s]",
    r"x_{i,j} = [s_h(U-1) + d_h(K-1) + 1 + r_h = H + p_{\text{top}} + p_{\text{bottom}}] x_{i,j}",
    r"x_{i,j} = [s_w(V-1) + d_w(L-1) + 1 + r_w = W + p_{\text{left}} + p_{\text{right}}] x_{i,j}",
    r"x_{i,j} = [p_h = p_{\text{top}}] [p_w = p_{\text{left}}] x_{i,j}",
]


@pytest.mark.parametrize("latex", SIZES)
def test_what_the_symbols_of_sizes_and_settings_stand_for(latex):
    assert check(latex)
    off_by_one = (
        latex.replace("U-1", "U").replace("V-1", "V").replace("p_h =", "p_h+1 =").replace("r <", "s <")
    )
    assert not check(off_by_one.replace("{s} ", "{s+1} "))


def pairwise_different(numbers):
    return len(set(numbers)) == len(numbers)


@pytest.mark.parametrize(("latex", "dims", "axes", "settings", "groups", "above", "below"), FAMILIES)
def test_the_layers_are_of_the_family(latex, dims, axes, settings, groups, above, below, count):
    layers = trials.draw(family_of(latex))
    assert len(layers) >= 25
    for trial in layers:
        g = trial.geometry
        assert len(g.axes) in dims
        assert g.batch == 1 or "n" in axes
        assert g.channels == 1 or "c" in axes
        assert g.filters == 1 or "f" in axes
        assert g.groups == 1 or groups
        for number, axis in enumerate(g.axes):
            varies = lambda name, n=number: {name, f"{name}{n}"} & set(settings.split())  # noqa: E731
            assert axis.stride == 1 or varies("stride")
            assert axis.dilation == 1 or varies("dilation")
            assert axis.padding == (0, 0) or varies("before") or varies("after")
    everywhere = [axis for trial in layers for axis in trial.geometry.axes]
    if "stride" in settings:
        assert any(axis.leftover > 0 for axis in everywhere)
        assert len({axis.stride for axis in everywhere}) > 1
    if "dilation" in settings:
        assert len({axis.dilation for axis in everywhere}) > 1
    if "before" in settings:
        assert any(axis.padding[0] != axis.padding[1] for axis in everywhere)
    if groups:
        assert len({trial.geometry.groups for trial in layers}) > 1
    count("families of layers, each with its layers", len(layers))


@pytest.mark.parametrize("latex", [row[0] for row in FAMILIES])
def test_sizes_that_could_be_confused_differ(latex):
    family = family_of(latex)
    for trial in trials.draw(family):
        g = trial.geometry
        present = zip(
            (g.batch, g.channels, g.filters), (family.batch, family.channel, family.filter), strict=True
        )
        assert pairwise_different([size for size, on in present if on]), str(trial)
        for sizes in (g.input_grid, g.kernel_grid, g.output_grid):
            assert pairwise_different(sizes), str(trial)


@pytest.mark.parametrize("groups", [True, False])
def test_several_layers_tell_a_plus_from_a_minus_under_a_stride(groups):
    """[s | i+p+dk] is [s | i+p-dk] wherever s divides 2dk; a single layer that shows it would be luck."""
    latex = LAYER_GRAD_X
    if not groups:
        latex = latex.replace(r"f \,:\, \lfloor fG/F\rfloor = \lfloor cG/C\rfloor", "f").replace(
            r"c \bmod (C/G)", "c"
        )
    family = family_of(latex)
    assert family.groups is groups and check(latex)
    shows = 0
    for trial in trials.draw(family):
        axis = trial.geometry.axes[0]
        shows += any(2 * axis.dilation * k % axis.stride for k in range(axis.kernel))
    assert shows >= 3
    for at in "ij":
        wrong = re.sub(rf"(\\mid {at}\+p)-", r"\1+", latex)
        assert wrong != latex
        try:
            assert disagrees(wrong)
        except EquationError as error:
            assert "not whole" in error.message


def test_the_same_layers_every_time():
    family = family_of(LAYER)
    for one, other in zip(trials.draw(family), trials.draw.__wrapped__(family), strict=True):
        assert one is not other and one.geometry == other.geometry
        for name in ("x", "w", "b", "delta", "below", "parabola"):
            assert np.array_equal(getattr(one, name), getattr(other, name))
    assert repr(check(WRONG)) == repr(check(WRONG))
    code = (
        "import test_equations as t; trials = t.trials.draw(t.family_of(t.LAYER)); "
        "print([float(n) for trial in trials for n in (trial.x.sum(), trial.w.sum(), trial.delta.sum())])"
    )
    here = Path(__file__).parent
    environ = dict(os.environ, PYTHONHASHSEED="17", PYTHONPATH=os.pathsep.join([str(here.parent), str(here)]))
    other = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    sums = [float(a.sum()) for trial in trials.draw(family) for a in (trial.x, trial.w, trial.delta)]
    assert other.stdout.strip() == str(sums)


# ------------------------------------------------------------------------------------------------- other layers
ROW_WITH_ALL = r"z_u = \sum_k w_k x_{su+dk-p} + b"
PLANE = r"z_{n,f,u,v} = b_f + \sum_{c,k,l} w_{f,c,k,l} x_{n,c,u+k,v+l}"
ASKED = [
    (ROW, dict(stride=1), True, lambda g: g.axes[0].stride == 1),
    (ROW, dict(stride=2), False, lambda g: g.axes[0].stride == 2),
    (ROW, dict(padding=1), False, lambda g: g.axes[0].padding == (1, 1)),
    (ROW, dict(padding=((2, 1),)), False, lambda g: g.axes[0].padding == (2, 1)),
    (ROW, dict(padding="valid"), True, lambda g: g.axes[0].padding == (0, 0)),
    (ROW, dict(dilation=2), False, lambda g: g.axes[0].dilation == 2),
    (ROW, dict(size=9, kernel=4), True, lambda g: (g.axes[0].size, g.axes[0].kernel) == (9, 4)),
    (ROW, dict(kernel=1, stride=3), False, lambda g: (g.axes[0].kernel, g.axes[0].stride) == (1, 3)),
    (ROW_WITH_ALL, dict(stride=2), True, lambda g: g.axes[0].stride == 2),
    (ROW_WITH_ALL, dict(stride=3, padding=2, dilation=2), True, lambda g: g.axes[0].padding == (2, 2)),
    (
        ROW_WITH_ALL,
        dict(padding="same"),
        True,
        lambda g: g.axes[0].out_size == -(-g.axes[0].size // g.axes[0].stride),
    ),
    (PLANE, dict(groups=2), False, lambda g: g.groups == 2),
    (PLANE, dict(channels=1), True, lambda g: g.channels == 1),
    (PLANE, dict(filters=3, batch=2), True, lambda g: (g.filters, g.batch) == (3, 2)),
    (
        PLANE,
        dict(size=(5, 7), kernel=(1, 2)),
        True,
        lambda g: g.input_grid == (5, 7) and g.kernel_grid == (1, 2),
    ),
    (PLANE, dict(stride=(1, 2)), False, lambda g: [a.stride for a in g.axes] == [1, 2]),
    (
        r"\frac{\partial J}{\partial b_f} = \frac{1}{N} \sum_{n,u} \delta_{n,f,u}",
        dict(batch=1),
        True,
        lambda g: g.batch == 1,
    ),
    (GRAD_X + r"\sum_k \delta_{i-k} w_{K-1-k}", dict(kernel=1), True, lambda g: g.axes[0].kernel == 1),
]


@pytest.mark.parametrize(("latex", "layer", "holds", "is_so"), ASKED)
def test_layer_asks_about_other_layers(latex, layer, holds, is_so):
    assert check(latex, layer=layer).holds is holds
    assert disagrees(latex, layer=layer) is not holds
    fixed = {
        k: tuple(map(tuple, v)) if isinstance(v, tuple) and isinstance(v[0], tuple) else v
        for k, v in layer.items()
    }
    layers = trials.draw(family_of(latex, layer=fixed))
    assert len(layers) >= 25 and all(is_so(trial.geometry) for trial in layers)


REFUSED_LAYERS = [
    (ROW, dict(strides=2), "strides"),
    (ROW, dict(colour="red"), "colour"),
    (ROW, dict(size=2, kernel=3), "no layer"),
    (PLANE, dict(groups=2, channels=3), "no layer"),
    (ROW, dict(stride=-1), "stride"),
    (ROW, dict(stride=0), "stride"),
    (ROW, dict(stride=(1, 2)), "one per spatial axis|stride"),
    (ROW, dict(channels=3), "channel"),
    (ROW, dict(filters=3), "filter"),
    (ROW, dict(batch=2), "batch|example"),
    (ROW, dict(groups=2), "group"),
    (ROW, dict(x=np.ones(5)), r"\bw\b"),
    (ROW, dict(x=np.ones((2, 5)), w=np.ones(2)), r"\bx\b"),
    (ROW, dict(x=np.ones(3), w=np.ones(5)), "kernel"),
]


@pytest.mark.parametrize(("latex", "layer", "message"), REFUSED_LAYERS)
def test_layers_that_cannot_be_are_refused_in_words(latex, layer, message):
    with pytest.raises(ValueError, match=message):
        check(latex, layer=layer)


def test_of_given_arrays_the_numbers_are_judged_too():
    arrays = dict(x=np.array([1.0, 2.0, 4.0]), w=np.array([3.0, 5.0]), b=np.array(7.0))
    right = r"z_1 = w_0 x_1 + w_1 x_2 + b = 3 \cdot 2 + 5 \cdot 4 + 7 = 33"
    assert check(right, layer=arrays)
    verdict = check(right.replace("33", "34"), layer=arrays)
    assert not verdict and verdict.failing == 3 and verdict.counterexample.values == (33, 34)
    verdict = check(right.replace("x_2", "x_0"), layer=arrays)  # about any numbers, not about these
    assert not verdict and verdict.failing == 1


# ----------------------------------------------------------------------------------------------------- no claim
CLAIMS = [
    # (equation, holds, all cells are checked)
    (r"\frac{\partial z_{i-k}}{\partial x_i} = w_k", True, False),
    (r"\frac{\partial z_{i-k}}{\partial x_i} = w_{k} + 0 \cdot x_i", True, False),
    (r"\frac{\partial z_{i-k}}{\partial x_i} = w_{k-1}", False, False),
    (r"\frac{\partial z_u}{\partial x_{su+dk-p}} = w_k", True, False),
    (r"\frac{\partial z_u}{\partial x_{u+k}} = w_k", True, True),
    (r"[0 \le i-k < U]\, \frac{\partial J}{\partial z_{i-k}} = \delta_{i-k}", True, True),
    (r"\frac{\partial J}{\partial x_{i-1}} = \sum_k \delta_{i-1-k} w_k", True, False),
    (GRAD_X + r"\sum_u \delta_u \frac{\partial z_u}{\partial x_i}", True, True),
    (GRAD_X + r"\sum_k \delta_{i-k} \frac{\partial z_{i-k}}{\partial x_i}", True, True),
    (GRAD_X + r"\sum_k \frac{\partial J}{\partial z_{i-k}} w_k", True, True),
    (
        GRAD_X + r"\sum_k (1 + \delta_{i-k}) \frac{\partial z_{i-k}}{\partial x_i} - \sum_u w_{i-u}",
        True,
        True,
    ),
    (r"\frac{\partial z_{u+U}}{\partial x_i} = 0", False, False),
    (r"\frac{\partial z_{u}}{\partial w_{k+K}} = 0", False, False),
    (r"z_u = b + \sum_k w_k x_{u+k}, \quad u < 0", False, False),
]


@pytest.mark.parametrize(("latex", "holds", "everywhere"), CLAIMS)
def test_a_slope_of_what_does_not_exist_makes_no_claim(latex, holds, everywhere):
    verdict = check(latex)
    assert verdict.holds is holds, verdict
    assert (verdict.checked == verdict.cells) is everywhere
    assert verdict.cells > 0
    if holds:
        assert 0 < verdict.checked <= verdict.cells
        said = f"checked on {verdict.checked:,} of {verdict.cells:,} cells"
        assert (said in repr(verdict)) is not everywhere


def test_the_cells_are_those_that_exist():
    verdict = check(r"\frac{\partial z_{i-k}}{\partial x_i} = w_k")
    checked = cells = 0
    for trial in trials.draw(family_of(r"\frac{\partial z_{i-k}}{\partial x_i} = w_k")):
        (axis,) = trial.geometry.axes
        cells += axis.size * axis.kernel
        checked += sum(0 <= i - k < axis.out_size for i in range(axis.size) for k in range(axis.kernel))
    assert (verdict.checked, verdict.cells) == (checked, cells)


@pytest.mark.parametrize(
    "latex", [r"\frac{\partial z_{u+U}}{\partial x_i} = 0", r"z_u = b + \sum_k w_k x_{u+k}, \quad u < 0"]
)
def test_with_no_cell_left_nothing_holds(latex):
    verdict = check(latex)
    assert not verdict and verdict.checked == 0 and verdict.failing == 1 and verdict.counterexample is None
    assert "no cell is left" in verdict.reason and "No cell is left" in repr(verdict)
    assert disagrees(latex)


# ------------------------------------------------------------------------------------------------------ warnings
WARNED = [
    (r"z_u = b + \sum_{k=0}^{K} w_k x_{u+k}", ["w_K"]),
    (r"z_u = b + \sum_{k=0}^{K} w_{k} x_{u+k}", ["w_{K}"]),
    (r"z_u = b + \sum_{0 \le k \le K} w_k x_{u+k}", ["w_K"]),
    (r"z_u = b + \sum_{k=-1}^{K-1} w_{k} x_{u+k}", ["w_{-1}"]),
    (r"z_u = b + \sum_{k=-1}^{K-1} w_k x_{u+k}", ["w_{-1}"]),
    (r"z_u = b + \sum_{k=0}^{K+1} w_k x_{u+k}", ["w_{K+1}"]),
    (GRAD_W + r"\sum_{u=0}^{U} \delta_u x_{u+k}", [r"\delta_U"]),
    (GRAD_W + r"\sum_{u=0}^{U} \frac{\partial J}{\partial z_u} x_{u+k}", ["z_U"]),
    (GRAD_X + r"\sum_{u=i-K}^{i} \delta_u w_{i-u}", ["w_{i-(i-K)}"]),
    (r"z_{u,v} = b + \sum_{k=0}^{K}\sum_{l=0}^{L} w_{k,l} x_{u+k,v+l}", ["w_{K,l}", "w_{k,L}"]),
    (r"z_u = b + \sum_{k=0}^{K} [k < K] w_k x_{u+k}", []),
    (r"z_u = b + \sum_{k=0}^{K-1} w_k x_{u+k}", []),
    (r"z_u = b + \sum_{k=0}^{K-1} w_k x_{su+k-p}", []),
    (GRAD_X + r"\sum_{u=i-K+1}^{i} \delta_u w_{i-u}", []),
    (GRAD_X + r"\sum_{k=0}^{K-1} \delta_{i-k} w_k", []),
    (r"z_u = b + \sum_k w_k x_{u+k}", []),
]


@pytest.mark.parametrize(("latex", "reads"), WARNED)
def test_a_limit_off_by_one_that_zeros_hide_is_said(latex, reads):
    """Of the cells that are named, the subscripts are what the limit makes of them."""
    verdict = check(latex)
    assert verdict.holds and len(verdict.warnings) == len(reads)
    assert disagrees(latex) is bool(reads)
    for warning, cell in zip(verdict.warnings, reads, strict=True):
        said = re.fullmatch("it reads (.*), which does not exist", warning).group(1)
        assert shape(read(f"{said} = 0")) == shape(read(f"{cell} = 0")), said
        assert warning in repr(verdict)
    if reads:
        assert repr(verdict).startswith("Holds on ") and f", but {verdict.warnings[0]}" in repr(verdict)


# -------------------------------------------------------------------------------------------------------- trials
TRIALS = [
    ROW_WITH_ALL,
    LAYER,
    r"z_{n,f,u,v} = b_f + \sum_{c,k,l} w_{f,c,k,l} x_{n,c,s_h u+k,s_w v+l}",
    r"a_u = \sigma(z_u) = \sigma(b + \sum_k w_k x_{su+k-p})",
    r"z_{u,v,q} = b + \sum_{k,l,m} w_{k,l,m} x_{u+k,v+l,q+m}",
    r"z_{f,u} = b_f + \sum_{c,k} w_{f,c,k} \bar x_{c,su+dk}",
    r"\delta^{(\ell-1)}_{c,i} = \sigma'(z^{(\ell-1)}_{c,i}) \sum_{f,k} \delta^{(\ell)}_{f,i-k} w^{(\ell)}_{f,c,k}",
]


@pytest.mark.parametrize("latex", TRIALS)
def test_the_truth_is_loops_and_exact_differences(latex, count):
    family = family_of(latex)
    for trial in [*trials.small(family)[::15], trials.draw(family)[0]]:
        settings = trial.settings
        arrays = by_hand.Arrays(trial, above=family.above, below=family.below)
        z = loops.forward(trial.x, trial.w, trial.b, **settings)
        np.testing.assert_array_equal(trial.z, z, strict=True)
        np.testing.assert_array_equal(trial.z, arrays.of()["output"], strict=True)
        np.testing.assert_array_equal(trial.delta, arrays.given["delta"], strict=True)
        for name, role, truth in (
            ("grad_x", "input", loops.grad_input(trial.delta, trial.w, trial.x.shape, **settings)),
            ("grad_w", "weight", loops.grad_weight(trial.delta, trial.x, trial.w.shape, **settings)),
            ("grad_b", "bias", loops.grad_bias(trial.delta)),
            ("grad_padded", "padded", trial.grad_padded),
        ):
            np.testing.assert_array_equal(getattr(trial, name), truth, strict=True)
            np.testing.assert_allclose(arrays.table("loss", role), truth, rtol=0, atol=1e-5, strict=True)
        np.testing.assert_allclose(trial.total, (trial.delta * trial.z).sum())
        np.testing.assert_array_equal(trial.slope("total", "delta"), trial.z)
        if family.below:
            np.testing.assert_allclose(arrays.table("loss", "below"), trial.grad_below, rtol=0, atol=1e-5)
        count("layers whose gradients are checked by differences of the loss")


ROLES = ("output", "input", "weight", "bias", "activated", "below", "padded")


@pytest.mark.parametrize("latex", TRIALS)
def test_jacobians(latex, count):
    family = family_of(latex)
    for trial in trials.small(family)[::20]:
        arrays = by_hand.Arrays(trial, above=family.above, below=family.below)
        for top, bottom in itertools.product(ROLES, ROLES):
            if "below" in (top, bottom) and not family.below:
                continue
            table = arrays.table(top, bottom)
            dims = np.ndim(arrays.of()[bottom])
            expected = np.moveaxis(table, range(dims), range(-dims, 0))
            got = trial.jacobian(top, bottom)
            if got is None:
                assert not expected.any(), (top, bottom)
            else:
                np.testing.assert_allclose(
                    got, expected, rtol=0, atol=1e-5, strict=True, err_msg=f"{top} {bottom}"
                )
                count("Jacobians checked by differences")


@pytest.mark.parametrize(
    "latex", [r"a_u = \sigma(z_u)", r"z_u = b", r"x^{(\ell)}_i = \sigma(z^{(\ell-1)}_i)"]
)
def test_an_activation_and_its_derivative(latex):
    family = family_of(latex)
    for trial in trials.draw(family):
        t = np.arange(-4.0, 5.0)
        difference = (trial.activation(t + 1) - trial.activation(t - 1)) / 2
        np.testing.assert_array_equal(trial.activation(t, 1), difference)  # exact: a parabola
        curvature = trial.activation(t + 1) - 2 * trial.activation(t) + trial.activation(t - 1)
        assert np.all(curvature != 0)
        expected = trial.upstream * trial.activation(trial.z, 1) if family.above else trial.upstream
        np.testing.assert_array_equal(trial.delta, expected)
        assert np.array_equal(trial.x, trial.activation(trial.below)) is family.below


def test_without_an_activation_between_layers_it_is_the_identity():
    family = family_of(r"z^{l}_{m,n,k} = z^{l}_{m,n,k} + 0 z^{l-1}_{m,n,k}", ONE_BASED)
    trial = trials.draw(family)[0]
    assert family.linear and np.array_equal(trial.x, trial.below)
    assert np.array_equal(trial.activation(trial.z), trial.z) and np.all(trial.activation(trial.z, 1) == 1)


# ------------------------------------------------------------------------------------------------------ verdicts
def test_a_verdict_that_holds():
    verdict = check(GRAD_X + r"\sum_k \delta_{i-k} w_k = \sum_u \delta_u w_{i-u}")
    assert isinstance(verdict, EquationCheck) and bool(verdict) and verdict.holds
    assert [step.holds for step in verdict.steps] == [True, True]
    sides = [r"\sum_k\delta_{i-k}w_k", r"\sum_u\delta_uw_{i-u}"]
    assert [step.latex.replace(" ", "") for step in verdict.steps] == sides
    assert verdict.failing is None and verdict.counterexample is None
    assert verdict.causes == verdict.warnings == () and verdict.layers >= 25
    assert repr(verdict) == f"Holds on {verdict.layers} layers."


def test_a_chain_names_the_side_that_fails():
    verdict = check(GRAD_X + r"\sum_k \delta_{i-k} w_k = \sum_u \delta_u w_{u-i} = \sum_u \delta_u w_{i-u}")
    assert not verdict and [step.holds for step in verdict.steps] == [True, False, True]
    assert verdict.failing == 2 and verdict.steps[1].latex.endswith("w_{u-i}")
    assert repr(verdict).startswith("Does not hold: side 3 of 4 differs from the first.")


def test_the_rows_of_an_aligned_are_judged_each():
    latex = r"\begin{aligned} z_u &= b + \sum_k w_k x_{u+k} \\ b &= b \\ &= 2 b \\ x_i &= x_i \end{aligned}"
    verdict = check(latex)
    assert [step.holds for step in verdict.steps] == [True, True, False, True]
    assert verdict.failing == 3 and verdict.counterexample.values[1] == 2 * verdict.counterexample.values[0]
    assert check(latex.replace("2 b", "b"))


def test_of_several_equations_the_one_that_fails_is_counted_within_itself():
    latex = r"\begin{aligned} z_u &= b + \sum_k w_k x_{u+k} \\ b &= b = 2 b \\ x_i &= x_i \end{aligned}"
    assert "side 4 of 5" not in repr(check(latex))  # the second equation has 3 sides, and its third differs


COUNTEREXAMPLES = [e for e in EQUATIONS if not e.holds and e.free and not e.layer]


@pytest.mark.parametrize("equation", COUNTEREXAMPLES, ids=[e.latex[:60] for e in COUNTEREXAMPLES])
def test_a_counterexample_is_small_and_true(equation, count):
    verdict = check(equation.latex, notation=equation.notation)
    example = verdict.counterexample
    page = read(equation.latex)
    bound = first_bound(equation.latex, equation.notation)
    (trial,) = [trial for trial in trials.small(bound.family) if str(trial) == example.layer][:1]
    assert trial.cells <= 40 and max(trial.geometry.input_grid) <= 4
    hand = hand_on(equation, page, bound, trial)
    left, right = hand.member(0)[example.cell], hand.member(verdict.failing)[example.cell]
    assert left[1] and right[1] and left[0] != right[0]
    np.testing.assert_allclose(example.values, (left[0], right[0]))
    assert example.letters == tuple(equation.letters)
    assert example.wrong[tuple(i - equation.notation.base for i in example.cell)]
    for letter, i in zip(example.letters, example.cell, strict=True):
        assert f"{letter} = {i}" in repr(verdict)
    for number in example.values:
        assert f"{number + 0.0:.6g}".replace("-", "−") in repr(verdict)
    count("counterexamples worked out by hand")


CAUSES = [
    # (wrong, what it says, the equation with that repaired, layer)
    (
        GRAD_W + r"\sum_u \delta_u x_{u-k}",
        "the sign before k is a plus",
        GRAD_W + r"\sum_u \delta_u x_{u+k}",
        {},
    ),
    (
        GRAD_X + r"\sum_k \delta_{i-k} w_{K-1-k}",
        "the kernel is not flipped in w_{K-1-k}",
        GRAD_X + r"\sum_k \delta_{i-k} w_k",
        {},
    ),
    (
        GRAD_X + r"\sum_k \delta_{i-k+1} w_k",
        r"i-k+1 is replaced by i-k in \delta_{i-k+1}",
        GRAD_X + r"\sum_k \delta_{i-k} w_k",
        {},
    ),
    (
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i-k,j-l} w_{l,k}",
        "l and k are exchanged in w_{l,k}",
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i-k,j-l} w_{k,l}",
        {},
    ),
    (r"z_u = b - \sum_k w_k x_{u+k}", r"the sign before \sum_k w_k x_{u+k} is a plus", ROW, {}),
    (r"z_u = b + \sum_k w_k x_{du+sk}", "s and d are exchanged", r"z_u = b + \sum_k w_k x_{su+dk}", {}),
    (
        GRAD_B + r"\frac{1}{U} \sum_u \delta_u",
        "this side is multiplied by U",
        GRAD_B + r"\sum_u \delta_u",
        {},
    ),
    (
        GRAD_B + r"\frac{1}{UV} \sum_{u,v} \delta_{u,v}",
        "this side is multiplied by U V",
        GRAD_B + r"\sum_{u,v} \delta_{u,v}",
        {},
    ),
    (
        r"\frac{\partial J}{\partial b_f} = \frac{1}{N} \sum_{n,u} \delta_{n,f,u}",
        "there is one example",
        r"\frac{\partial J}{\partial b_f} = \frac{1}{N} \sum_{n,u} \delta_{n,f,u}",
        dict(batch=1),
    ),
    (GRAD_B + r"\sum_{u,v,k} \delta_{u,v}", "k is not summed", GRAD_B + r"\sum_{u,v} \delta_{u,v}", {}),
    (
        GRAD_B + r"\sum_{u,v,k} \delta_{u,v}",
        "this side is divided by K",
        GRAD_B + r"\frac{1}{K} \sum_{u,v,k} \delta_{u,v}",
        {},
    ),
    (
        r"z_u = b + \sum_{k=1}^{K-1} w_k x_{u+k}",
        r"the sum \sum_{k=1}^{K-1} starts at 1-1",
        r"z_u = b + \sum_{k=0}^{K-1} w_k x_{u+k}",
        {},
    ),
    (
        r"z_u = b + \sum_{k=0}^{K-2} w_k x_{u+k}",
        r"the sum \sum_{k=0}^{K-2} ends at K-2+1",
        r"z_u = b + \sum_{k=0}^{K-1} w_k x_{u+k}",
        {},
    ),
    (
        r"z_u = b + \sum_k [s \mid k] w_k x_{u+k}",
        "the stride is 1",
        r"z_u = b + \sum_k [s \mid k] w_k x_{u+k}",
        dict(stride=1),
    ),
    (
        r"z_u = b + \sum_k [k < 2] w_k x_{u+k}",
        "the bracket [k < 2] is left out",
        r"z_u = b + \sum_k w_k x_{u+k}",
        {},
    ),
    (
        r"z_u = b + \sum_k w_k x_{u+p+k}",
        "there is no padding",
        r"z_u = b + \sum_k w_k x_{u+p+k}",
        dict(padding=0),
    ),
    (r"z_u = b + \sum_k w_k x_{u+dk-k+k}", "", r"z_u = b + \sum_k w_k x_{u+dk}", {}),
    (
        r"z_u = b + \sum_k w_k x_{u+k+dk-k} + 0 \cdot s",
        "the stride is 1",
        r"z_u = b + \sum_k w_k x_{u+dk} + 0 \cdot s",
        dict(stride=1),
    ),
    (
        r"z_{f,u} = b_f + \sum_{c,k} w_{c,f,k} x_{c,u+k}",
        "c and f are exchanged in w_{c,f,k}",
        r"z_{f,u} = b_f + \sum_{c,k} w_{f,c,k} x_{c,u+k}",
        {},
    ),
    (
        r"z_{n,f,u} = b_f + \sum_{c,k} w_{f,c \bmod (C/G),k} x_{n,c,u+k}",
        "there is one group",
        r"z_{n,f,u} = b_f + \sum_{c,k} w_{f,c \bmod (C/G),k} x_{n,c,u+k}",
        dict(groups=1),
    ),
]


def with_change(page, change):
    """The page as the change leaves it."""
    chains = list(page.chains)
    chains[change.chain] = change.made(chains[change.chain])
    return replace(page, chains=tuple(chains))


NARROWED = {
    "the stride is 1": dict(stride=1),
    "there is no padding": dict(padding=0),
    "the dilation is 1": dict(dilation=1),
    "there is one group": dict(groups=1),
    "there is one example": dict(batch=1),
    "there is one channel": dict(channels=1),
    "there is one filter": dict(filters=1),
}


def repairs(latex, cause):
    """The equations, with the layers they are about, that a cause says hold."""
    if cause in NARROWED:
        return [(latex, NARROWED[cause])]
    if scaled := re.fullmatch(r"this side is (divided|multiplied) by (.*)", cause):
        left, _, right = latex.partition(" = ")
        verb, size = scaled.groups()
        return [
            (
                f"{left} = " + (rf"\frac{{{right}}}{{{size}}}" if verb == "divided" else f"{size} ({right})"),
                {},
            )
        ]
    page = read(latex)
    return [(with_change(page, c), {}) for c in changes(page, SERIES) if undollared(c.words) == cause]


@pytest.mark.parametrize(("wrong", "phrase", "repaired", "layer"), [row for row in CAUSES if row[1]])
def test_a_cause_is_named_and_true(wrong, phrase, repaired, layer, count):
    verdict = check(wrong)
    assert not verdict
    causes = [undollared(cause) for cause in verdict.causes]
    assert phrase in causes, causes
    assert f"holds if {causes[0]}" in repr(verdict)
    assert check(repaired, layer=layer)
    for cause in causes:
        ways = repairs(wrong, cause)
        assert ways and any(check(changed, layer=narrowed) for changed, narrowed in ways), cause
        count("causes that were tried, and are true")


def test_a_mistake_that_is_no_single_change_names_no_cause():
    assert check(GRAD_W + r"\sum_u \delta_k x_{u+k}").causes == ()


# ------------------------------------------------------------------------------------------------------- display
@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """The one IPython shell of this process, with %%equation; what it replaces is put back."""
    interactive = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell
    from traitlets.config import Config

    if interactive.initialized():
        pytest.fail("another test left a shell behind")
    main, hooks = sys.modules["__main__"], (sys.excepthook, sys.displayhook, sys.path[:])
    config = Config()
    config.HistoryManager.enabled = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        one = interactive.instance(config=config)
        equations.register()
        yield one
        one.reset(new_session=False)
        interactive.clear_instance()
        sys.modules["__main__"] = main
        sys.excepthook, sys.displayhook, sys.path[:] = hooks


@pytest.fixture
def shown(shell):
    """shown(cell): what running the cell displays, as a list of data bundles, and the error."""
    from IPython.utils.capture import capture_output

    def run(cell):
        with capture_output() as captured:
            result = shell.run_cell(cell)
        return [output.data for output in captured.outputs], result.error_before_exec or result.error_in_exec

    return run


def displayed(thing, shell):
    from IPython.display import display
    from IPython.utils.capture import capture_output

    with capture_output() as captured:
        display(thing)
    return [output.data for output in captured.outputs]


def test_a_verdict_displays_the_equation_and_a_box(shell):
    verdict = check(WRONG)
    first, second = displayed(verdict, shell)
    assert first["text/latex"] == f"$$\n{coloured(WRONG)}\n$$"
    assert second["text/plain"] == repr(verdict)
    html = second["text/html"]
    assert html == verdict_html(verdict)
    left, right = verdict.counterexample.values
    assert "✗" in html and f"✗ {right:.4g}<br>not {left:.4g}" in html
    assert "Does not hold" in html and verdict.counterexample.layer in html
    for cause in verdict.causes:
        assert html_module.escape(cause) in html and cause.count("$") % 2 == 0


def test_the_grid_has_every_cell_with_its_label():
    verdict = check(r"z_{u,v} = b + \sum_{k,l} w_{k,l} x_{u+k,v+2l}", layer=dict(size=(4, 5), kernel=(2, 3)))
    html, example = verdict_html(verdict), verdict.counterexample
    assert example.left.shape == (3, 3)
    for cell in itertools.product(range(3), range(3)):
        left, right = example.left[cell], example.right[cell]
        said = f"✓ {printed(left)}" if left == right else f"✗ {printed(right)}<br>not {printed(left)}"
        assert f">{said}</td>" in html
    for label in ("u = 0", "u = 2", "v = 0", "v = 2"):
        assert f">{label}</th>" in html


def test_cells_without_a_claim_show_a_dash():
    html = verdict_html(
        check(r"\frac{\partial z_{i-k}}{\partial x_i} = w_{k-1}", layer=dict(size=4, kernel=2))
    )
    assert ">–</td>" in html and "✗" in html


def test_the_html_escapes():
    chain = r"z_u &= b + \sum_k w_k x_{u+k} &= b + \sum_k [0 \le k < K, 1 > 0]\, w_k x_{u-k}"
    html = verdict_html(check(chain))
    assert r"[0 \le k &lt; K,1 &gt; 0]" in html and "k < K" not in html
    assert re.sub(r"&(amp|lt|gt|quot|#x27);", "", html).count("&") == 0
    with pytest.raises(EquationError) as caught:
        check(r"z_u &= \sum_k [k < K]\, w_k y_u", notation=SERIES)
    html = error_html(caught.value)
    assert r"z_u &amp;= \sum_k [k &lt; K]" in html and "k < K" not in html and "line 1, column 29" in html


def test_an_error_leaves_the_case_of_a_symbol():
    with pytest.raises(EquationError) as caught:
        check("z_u = q_u", notation=SERIES)
    assert "q is not known" in error_html(caught.value)


def test_a_warning_is_neither_right_nor_wrong():
    html = verdict_html(check(r"z_u = b + \sum_{k=0}^{K} w_k x_{u+k}"))
    assert "it reads w_K, which does not exist" in html and "✗" not in html and "✓" not in html


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("b = % a remark\n\n  + 1", "$$\nb = \n  + 1\n$$"),
        (r"b \text{ x 5 \% }", "$$\n" + r"b \text{ x 5 \% }" + "\n$$"),
        ("b = x_k", "$$\n" + r"b = {\color{#007BC1}x}_k" + "\n$$"),
    ],
)
def test_what_is_typeset(latex, expected):
    assert typeset(latex) == expected


# ------------------------------------------------------------------------------------------------------- colours
BLUE, RED, GREEN, PURPLE = (
    rf"{{\color{{{LETTERS[role][0]}}}" for role in ("input", "weight", "output", "gradient")
)
COLOURED = [
    (r"x_{u+k} w_k", BLUE + "x}_{u+k} " + RED + "w}_k"),
    (r"\delta_{n,f,u} z^{(\ell)}_u", PURPLE + r"\delta}_{n,f,u} " + GREEN + r"z}^{(\ell)}_u"),
    (r"\tilde w_{k} \tilde{w}_k \hat\delta_m \bar x", RED + r"\tilde w}_{k} " + RED + r"\tilde{w}}_k " + PURPLE + r"\hat\delta}_m " + BLUE + r"\bar x}"),
    (r"\frac{\partial J}{\partial x_{i}}", r"\frac{\partial J}{\partial " + BLUE + "x}_{i}}"),
    # an index, a word, a name of a command, another letter: none of them is an array
    (r"p_{x} \text{x and w} \begin{aligned} \max \sigma'(a) J y \tag{x}", None),
    (r"s_w \delta_\delta p_x", r"s_w " + PURPLE + r"\delta}_\delta p_x"),
    (r"f'(x)", r"f'(" + BLUE + "x})"),
]  # fmt: skip


@pytest.mark.parametrize(("latex", "expected"), COLOURED)
def test_arrays_are_coloured_and_nothing_else(latex, expected):
    assert coloured(latex) == (expected or latex)
    assert plain(coloured(latex)) == latex and coloured(coloured(latex)) == coloured(latex)


def test_colours_follow_the_notation():
    """In Jefkine's letters x is the output, and o the input."""
    assert coloured("x^l_{i} o^{l-1}_{i}", equations.JEFKINE) == GREEN + "x}^l_{i} " + BLUE + "o}^{l-1}_{i}"


def test_a_coloured_equation_is_read_as_the_plain_one():
    for latex in (ROW, WRONG, r"z_u = b + \sum_{k=0}^{K} w_k x_{u+k}"):
        assert repr(check(coloured(latex))) == repr(check(latex))


# ----------------------------------------------------------------------------------------------------- %%equation
def test_magic_right_wrong_and_malformed(shown):
    (equation, verdict), error = shown(f"%%equation\n{ROW}\n")
    assert (
        error is None
        and coloured(ROW) in equation["text/latex"]
        and verdict["text/plain"].startswith("Holds on")
    )
    (equation, verdict), error = shown(f"%%equation\n{WRONG}\n")
    assert error is None and "✗ Does not hold" in verdict["text/html"]
    (said,), error = shown("%%equation notation=SERIES\nz_u = x_u + q_u\n")
    assert error is None and "cannot be judged yet" in said["text/html"]
    assert said["text/plain"].startswith("q is not known") and "line 1, column 13" in said["text/html"]


@pytest.mark.parametrize(
    "cell", ["%%equation", "%%equation\n", "%%equation\n\n  \n", "%%equation\n% later\n", "%%equation\n$$ $$"]
)
def test_magic_not_attempted(shown, cell):
    (said,), error = shown(cell)
    assert error is None
    assert "not attempted" in said["text/plain"] and "not attempted" in said["text/html"]


@pytest.mark.parametrize(
    "around", ["$${}$$", "$$\n{}\n$$\n", r"\[{}\]", "\\[\n  {}\n\\]", "${}$", "% mine\n$$ {} $$ % done\n"]
)
def test_magic_takes_the_signs_of_a_display_away(shown, around):
    (equation, verdict), error = shown("%%equation\n" + around.replace("{}", ROW))
    assert error is None and equation["text/latex"] == f"$$\n{coloured(ROW)}\n$$"
    assert verdict["text/plain"].startswith("Holds on")


def test_magic_options(shown):
    (_, verdict), error = shown(f"%%equation stride=2\n{ROW}")
    assert error is None and "stride 2" in verdict["text/plain"]
    (_, verdict), error = shown(f"%%equation stride=2 padding=1\n{ROW_WITH_ALL}")
    assert error is None and verdict["text/plain"].startswith("Holds on")
    jefkine = r"x^l_{i,j} = \sum_m \sum_n w^l_{m,n} o^{l-1}_{i+m,j+n} + b^l"
    (_, verdict), error = shown(f"%%equation notation=JEFKINE\n{jefkine}")
    assert error is None and verdict["text/plain"].startswith("Holds on")
    (_, verdict), error = shown(f"%%equation notation=jefkine stride=2\n{jefkine}")
    assert error is None and verdict["text/plain"].startswith("Does not hold")
    (said,), error = shown(f"%%equation notation=SERIES\n{jefkine}")
    assert error is None and "o is not known" in said["text/plain"]


@pytest.mark.parametrize("option", ["padding='same'", 'padding="same"', "padding=((1,2),)", "size=(9,)"])
def test_magic_options_that_are_no_numbers(shown, option):
    outputs, error = shown(f"%%equation {option}\n{ROW_WITH_ALL}")
    assert error is None, repr(error)
    assert outputs[-1]["text/plain"].startswith("Holds on")


def test_magic_calls_the_exercise(shell, shown):
    given = []

    def check_mine(latex):
        given.append(latex)
        return f"looked at {len(given)}"

    shell.push(dict(check_mine=check_mine))
    outputs, error = shown(f"%%equation check_mine\n$$\n{ROW} % right\n$$")
    assert error is None and given == [ROW] and given[0].question is ask(given[0])  # read and bound already
    assert ask(given[0], layer=dict(stride=2)) is not given[0].question
    assert (
        outputs[0]["text/latex"] == f"$$\n{coloured(ROW)}\n$$"
        and outputs[-1]["text/plain"] == "'looked at 1'"
    )
    outputs, error = shown("%%equation check_mine\nz_u = +")
    assert error is None and given[-1] == "z_u = +" and "cannot be judged" in outputs[0]["text/html"]
    outputs, error = shown("%%equation check_mine\n")
    assert error is None and given[-1] == "" and [o["text/plain"] for o in outputs] == ["'looked at 3'"]


BAD_OPTIONS = [
    "notation=FOO",
    "notation=",
    "strides=2",
    "stride=-1",
    "stride=1.5",
    "stride=0",
    "stride=abc",
    "stride=",
    "stride='2",
    "exercises.check_nothing",
    "3",
]


@pytest.mark.parametrize("options", BAD_OPTIONS)
def test_magic_bad_options_show_the_usage(shown, options):
    from IPython.core.error import UsageError

    _, error = shown(f"%%equation {options}\n{ROW}")
    assert isinstance(error, UsageError), repr(error)
    assert "%%equation [exercises.check_…] [notation=SERIES] [stride=2 …]" in str(error)


def test_magic_is_registered_once_and_only_in_a_notebook(shell):
    before = list(shell.input_transformers_cleanup)
    equations.register()
    assert shell.input_transformers_cleanup == before
    assert shell.input_transformers_cleanup[-1](["%%time\n"]) == ["%%time\n"]


# ------------------------------------------------------------------------------------------------------- reading
def shape(node):
    """A tree without its places."""
    return tuple(map(form, node.chains)) if isinstance(node, Page) else form(node)


DECORATED = [
    r"\color{red} z_u = \sum_k w_k x_{u+k} + b",
    r"{\color{red} z_u} = \sum_k w_k x_{u+k} + b",
    r"\color{red}z_u\color{black} = \sum_k w_k x_{u+k} + b",
    r"\textcolor{red}{z_u} = \sum_k \textcolor{#D55E00}{w_k} x_{\textcolor{blue}{u}+k} + b",
    r"z_u = \sum_k w_{\color{red} k} x_{u+k} + b",
    r"\boldsymbol{z}_u = \sum_k \mathbf{w}_{\bm{k}} \mathrm{x}_{u+k} + b",
    r"z_u = \underbrace{\sum_k w_k x_{u+k}}_{\text{the window}} + \overbrace{b}^{\text{bias}}",
    r"z_u = \underbrace{\sum_k w_k \underbrace{x_{u+k}}_{A}}_\text{window} + b",
    r"z_u = \sum_k w_k x_{u+k} + b \tag{1} \label{eq:z}",
    r"z_u = \sum_k w_k x_{u+k} + b \tag*{(1)}",
    r"z_u \;=\; \sum_k \, w_k \! \: x_{u+k} \quad + \qquad b \hspace{1cm} ~",
    r"\displaystyle z_u = \sum\limits_k w_k\, x_{u\,+\,k} + b",
    r"z_u = \sum_k w_k x_{u+k} + b \text{ (a plane has two)} \mbox{ indices}",
    "z_u = % the output } {\n \\sum_k w_k x_{u+k} % a sum\n + b",
    r"\begin{aligned} z_u &= \sum_k w_k x_{u+k} + b \end{aligned}",
    r"\begin{align*} z_u &= \sum_k w_k x_{u+k} \\ &\quad + b \end{align*}",
    r"\begin{aligned} z_u = {} & \sum_k w_k x_{u+k} \\[4pt] & + b \\[-2.5ex] \end{aligned}",
    r"\boxed{z_u = \sum_{k}{w_k x_{u+k}} + b}",
    r"z_{{u}} = {\sum_k {w_k} x_{u+k}} + b",
    r"z_u = \sum_k w_k x_{u+k} + b \notag \\",
]
BRACKETED = [
    r"z_u = \left( \sum_k w_k x_{u+k} \right) + b",
    r"z_u = \Big( \sum_k w_k x_{u+k} \Big) + b",
    r"z_u = \bigl( \sum_k w_k x_{u+k} \Bigr) + b",
    r"z_u = \Bigg( \sum_k w_k x_{u+k} \Bigg) + b",
    r"z_u = \left[ \sum_k w_k x_{u+k} \right] + b",
    r"z_u = \left\{ \sum_k w_k x_{u+k} \right\} + b",
]


@pytest.mark.parametrize("latex", [*DECORATED, *BRACKETED, *(e.latex for e in EQUATIONS)])
def test_blank_keeps_every_place(latex):
    text, starts, breaks = blank(latex)
    assert len(text) == len(latex) and len(breaks) == len(starts) - 1
    assert all(new in (old, " ") for old, new in zip(latex, text, strict=True))
    plain = read(latex).plain
    assert len(plain) == len(latex)
    assert shape(read(plain)) == shape(read(latex))
    assert read(plain).chains == read(latex).chains  # in the same places


@pytest.mark.parametrize("latex", DECORATED)
def test_what_carries_no_meaning_is_passed_over(latex):
    assert shape(read(latex)) == shape(read(ROW))


@pytest.mark.parametrize("latex", BRACKETED)
def test_the_size_of_a_parenthesis_has_no_meaning(latex):
    assert shape(read(latex)) == shape(read(r"z_u = (\sum_k w_k x_{u+k}) + b"))


WRAPPERS = [
    r"{{\color{{red}}{0}}}",
    r"\textcolor{{#0072B2}}{{{0}}}",
    r"\underbrace{{{0}}}_{{\text{{a cell}}}}",
    r"\boxed{{{0}}}",
    r"\left. {0} \right.",
    r"{{{0}}}",
    r"\, {0} \;",
    r"& {0}",
    "% about {{ {0}\n{0}",
]


def test_random_decoration_changes_no_tree(count):
    rng = np.random.default_rng(8)
    cell = re.compile(r"(?<![A-Za-z\\{_])(?:\\delta|[xwzb])(?:_\{[^{}]*\}|_[a-z])?(?![A-Za-z'^_])")
    wrappers = [w for w in WRAPPERS if r"\left." not in w]
    for equation in EQUATIONS:
        if re.search(r"\\star|\*|\\ell|\\tilde|\\hat|\\bar", equation.latex):
            continue
        for _ in range(3):
            dressed = cell.sub(
                lambda found: wrappers[rng.integers(len(wrappers))].format(found.group()), equation.latex
            )
            dressed = dressed.replace(" = ", [r" &= ", r" \;=\; ", r" \\ &= "][rng.integers(3)])
            assert shape(read(dressed)) == shape(read(equation.latex)), dressed
            count("decorated equations that read the same")


ROWS = [
    (r"z_u = b \\ x_i = x_i", [2, 2]),
    (r"\begin{aligned} z_u &= b \\ &= b \\ x_i &= x_i \end{aligned}", [3, 2]),
    (
        r"\begin{aligned} z_u &= b \\[4pt] &= b \\[1em] x_i &= x_i \\[2pt] w_k &= w_k \\ \end{aligned}",
        [3, 2, 2],
    ),
    (r"\begin{aligned} z_u = {} & b \\ & + b \\ x_i &= x_i \end{aligned}", [2, 2]),
    (r"z_u = b + \sum_{\substack{i,k \\ i = u+k}} w_k x_i \\ x_i = x_i", [2, 2]),
    (r"\begin{aligned} z_u &= [u = 0] b \\ [u = 1] z_u &= b \end{aligned}", [2, 2]),
]


@pytest.mark.parametrize(("latex", "sides"), ROWS)
def test_the_rows_of_one_display(latex, sides):
    page = read(latex)
    assert [len(chain.members) for chain in page.chains] == sides
    assert read(read(latex).plain).chains == page.chains


def test_spans_are_those_of_the_page():
    latex = r"\textcolor{red}{z_u} &= \sum_k w_k \, x_{u+k} + b"
    (chain,) = read(latex).chains
    names = {
        node.text: latex[slice(*node.span)]
        for m in chain.members
        for node in walk(m)
        if isinstance(node, Name)
    }
    assert names == {"z": "z_u", "u": "u", "w": "w_k", "k": "k", "x": "x_{u+k}", "b": "b"}


@pytest.mark.parametrize(
    ("latex", "same"),
    [
        (r"z_u = \sum_{c'} x_u", r"z_u = \sum_{c^{\prime}} x_u"),
        (r"z_u = \sum_{c'} x_u", r"z_u = \sum_{c^\prime} x_u"),
        (r"z_u = \dfrac12 x_u", r"z_u = \frac{1}{2} x_u"),
        (r"z^{(\ell)}_u = x_u", r"z_u^{(\ell)} = x_u"),
        (r"z_u = \sum^{K-1}_{k=0} w_k", r"z_u = \sum_{k=0}^{K-1} w_k"),
        (r"z_u = w_k \leq x_u".replace(r"w_k \leq", r"[u \leq 2]"), r"z_u = [u \le 2] x_u"),
        (r"z_u = \partial J/\partial x_u", r"z_u = \frac{\partial J}{\partial x_u}"),
        (r"z_u = 2 \times x_u", r"z_u = 2 \cdot x_u"),
    ],
)
def test_two_spellings_of_one_thing(latex, same):
    assert shape(read(latex)) == shape(read(same))


def test_numbers_are_exact():
    given = dict(x=np.arange(4.0), w=np.ones(1))
    assert evaluate(r"\sum_i 0.5 x_i + 1.25 + 0 w_0", given) == 0.5 * 6 + 1.25
    assert float(Fraction(1, 3)) == pytest.approx(float(evaluate(r"\frac{1}{3} + 0 w_0 x_0", given)))


# ------------------------------------------------------------------------------------------------------- changes
CHANGES = {
    # z_u, w_k and x_{u+k} are each shifted by +1 and by -1
    r"z_u = \sum_k w_k x_{u+k}": {
        "index shifted": 6,
        "sum dropped": 1,
        "kernel flipped": 1,
        "sign turned": 1,
    },
    # four spatial indices on either side of each of x, delta, w; three pairs to exchange
    r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i-k,j-l} w_{k,l}": {
        "index shifted": 12,
        "indices swapped": 3,
        "sum dropped": 1,
        "letter unsummed": 2,
        "sign turned": 2,
        "kernel flipped": 1,
    },
    # shifts: x_i 2; i-dk in the bracket and (i-dk)/s in delta 2 each, the k in dk 2 each; w_k 2
    # signs: the - of K-1 and of i-dk, twice; s and d go before each letter of x, delta and w that has no factor yet,
    # and d can leave dk in delta
    r"\frac{\partial J}{\partial x_i} = \sum_{k=0}^{K-1} [s \mid i-dk] \delta_{(i-dk)/s} w_k": {
        "index shifted": 12,
        "factor put": 6,
        "factor dropped": 1,
        "limit off by one": 4,
        "sign turned": 3,
        "sum dropped": 1,
        "bracket removed": 1,
        "kernel flipped": 1,
        "s and d exchanged": 1,
    },
    # z_u 2; i and su+dk-p in the condition 2 each, u and k in its products 2 each; w_k 2, x_i 2; s and d go before
    # the letters of z, w, x
    r"z_{u} = \sum_{i,k : i=su+dk-p} w_k x_i": {
        "index shifted": 14,
        "factor put": 6,
        "letter unsummed": 2,
        "sign turned": 2,
        "sum dropped": 1,
        "kernel flipped": 1,
        "s and d exchanged": 1,
    },
    r"\frac{\partial J}{\partial b} = - \delta_0": {"index shifted": 2, "sign turned": 1},
}


@pytest.mark.parametrize("latex", CHANGES)
def test_the_changes_of_an_equation(latex):
    made = list(changes(read(latex), SERIES))
    rules = [change.rule for change in made]
    assert {rule: rules.count(rule) for rule in rules} == CHANGES[latex]


def loosely(node):
    """The form of a tree in which parentheses and sums within sums do not show: u + (k + 1) is u + k + 1."""
    if isinstance(node, tuple):
        return tuple(map(loosely, node))
    if isinstance(node, Group) and node.sub is None:
        return loosely(node.body)
    if isinstance(node, Add):
        terms = []
        for sign, term in zip(node.signs, map(loosely, node.terms), strict=True):
            terms += [(sign * s, t) for s, t in term[1:]] if term[0] == "sum" else [(sign, term)]
        return "sum", *terms
    if not isinstance(node, (Node, Chain)):
        return node
    hidden = ("span", "head", "place", "places", "children")
    return type(node).__name__, *(loosely(v) for n, v in vars(node).items() if n not in hidden)


def made_of(latex, notation=SERIES):
    """Every change of an equation that leaves something to read, with the chain that it makes."""
    page = read(latex)
    return [(c, c.made(page.chains[c.chain])) for c in changes(page, notation) if c.tree is not None]


def test_the_changes_themselves():
    made = {loosely(chain): change for change, chain in made_of(r"z_u = \sum_k w_k x_{u+k}")}
    read_so = lambda latex: loosely(read(latex).chains[0])  # noqa: E731
    assert set(made) == {
        read_so(r"z_{u+1} = \sum_k w_k x_{u+k}"),
        read_so(r"z_{u-1} = \sum_k w_k x_{u+k}"),
        read_so(r"z_u = w_k x_{u+k}"),
        read_so(r"z_u = \sum_k w_{k+1} x_{u+k}"),
        read_so(r"z_u = \sum_k w_{k-1} x_{u+k}"),
        read_so(r"z_u = \sum_k w_{K-1-k} x_{u+k}"),
        read_so(r"z_u = \sum_k w_k x_{u+k+1}"),
        read_so(r"z_u = \sum_k w_k x_{u+k-1}"),
        read_so(r"z_u = \sum_k w_k x_{u-k}"),
    }
    change = made[read_so(r"z_u = \sum_k w_{k+1} x_{u+k}")]
    assert (change.rule, change.chain, change.member) == ("index shifted", 0, 1)
    assert change.words == "$k$ is replaced by $k+1$ in $w_k$"


#: One change of each kind, and the LaTeX that a hand would have written
BY_HAND = [
    (r"z_u = b + \sum_k w_k x_{su+k}", "sum dropped", r"z_u = b + w_k x_{su+k}"),
    (r"z_u = b \sum_k w_k x_{u+k}", "sum dropped", r"z_u = b w_k x_{u+k}"),
    (GRAD_X + r"\frac{\partial}{\partial x_i} \sum_u \delta_u z_u", "sum dropped",
     GRAD_X + r"\frac{\partial}{\partial x_i} \delta_u z_u"),
    (GRAD_X + r"\sum_k [s \mid i] \delta_i w_k", "bracket removed", GRAD_X + r"\sum_k \delta_i w_k"),
    (r"z_u = x_{su}", "factor dropped", "z_u = x_u"),
    (r"z_u = s x_u", "factor put", "z_{su} = s x_u"),
    (r"z_{u,v} = x_{u,v}", "indices swapped", "z_{v,u} = x_{u,v}"),
    (r"z_u = \sum_{k=0}^{K-1} w_k", "limit off by one", r"z_u = \sum_{k=0+1}^{K-1} w_k"),
    (r"z_u = \sum_{0 \le k < K} w_k", "limit off by one", r"z_u = \sum_{0+1 \le k < K} w_k"),
    (r"z_u = \sum_{k,i} w_k x_i", "letter unsummed", r"z_u = \sum_{i} w_k x_i"),
    (r"z_u = -b + x_u", "sign turned", r"z_u = b + x_u"),
    (r"z_u = s x_{du}", "s and d exchanged", r"z_u = d x_{su}"),
    (r"z = x \star w", "join exchanged", r"z = x *_{\text{valid}} w"),
    (r"z = x \star w", "operands swapped", r"z = w \star x"),
    (r"z = x \star \operatorname{rot}_{180}(w)", "turn left out", r"z = x \star (w)"),
    (r"z_u = w_{i-u}", "kernel flipped", r"z_u = w_{K-1-(i-u)}"),
    (r"z_{su} = x_u", "index shifted", r"z_{su+1} = x_u"),
]  # fmt: skip


@pytest.mark.parametrize(("latex", "rule", "written"), BY_HAND)
def test_a_change_of_the_tree_is_that_of_the_latex(latex, rule, written):
    """The first change of a rule is the equation that a hand would have written; and so, elsewhere, is each."""
    first = next(chain for change, chain in made_of(latex) if change.rule == rule)
    assert loosely(first) == loosely(read(written).chains[0])


def test_what_leaves_a_gap_is_no_equation():
    page = read(r"z_u = b + [u = 0]")
    (gone,) = [change for change in changes(page, SERIES) if change.rule == "bracket removed"]
    assert gone.tree is None
    with pytest.raises(EquationError, match="nothing is left"):
        ask(page).disagrees(gone)


FLIPS = [
    (r"z_u = w_k", SERIES, "w_{K-1-k}"),
    (r"z_u = w_{i-u}", SERIES, "w_{K-1-(i-u)}"),
    (r"z_{f,u,v} = w_{f,c,k,l}", SERIES, "w_{f,c,K-1-k,L-1-l}"),
    (r"z_{f,u,v} = w_{k,l,c,f}", NHWC, "w_{K-1-k,L-1-l,c,f}"),
    (r"z_{u,v} = w_{m,n}", JEFKINE, "w_{k_1-1-m,k_2-1-n}"),
]


@pytest.mark.parametrize(("latex", "notation", "flipped"), FLIPS)
def test_a_flip_turns_the_spatial_subscripts_only(latex, notation, flipped):
    made = [chain for change, chain in made_of(latex, notation) if change.rule == "kernel flipped"]
    flipped = read(latex.split("w_")[0] + flipped)
    assert list(map(loosely, made)) == list(map(loosely, flipped.chains))


@pytest.mark.parametrize("equation", EQUATIONS[::3], ids=equation_ids[::3])
def test_every_change_changes(equation, count):
    tree = form(read(equation.latex).chains[0])
    for change, chain in made_of(equation.latex, equation.notation):
        assert change.rule and change.words
        assert form(chain) != tree, change
        count("changes of equations, each different from the original")


def test_a_change_of_a_row_keeps_the_others():
    page = read(r"\begin{aligned} z_u &= b \\ x_i &= x_{i+0} \end{aligned}")
    for change in changes(page, SERIES):
        chains = with_change(page, change).chains
        assert [a is b for a, b in zip(chains, page.chains, strict=True)] == [
            change.chain != 0,
            change.chain != 1,
        ]


# ----------------------------------------------------------------------------------------------------- mutations
def everything_passes(*_args, **_kwargs):
    return False


def test_a_judge_that_accepts_everything_is_found_out():
    latex = GRAD_W + r"\sum_u \delta_u x_{u+k}"
    lax = mutations.score(latex, SERIES, judge=everything_passes)
    assert (
        len(lax.survivors) == 8 and lax.killed == 0 and not lax.equivalent
    )  # the dropped sum leaves u unbound
    assert lax.malformed == 1 and lax.total == 9
    strict = mutations.score(latex, SERIES)
    assert strict.killed == 8 and not strict.survivors and strict.total == 9


@pytest.mark.parametrize(
    ("latex", "rule"),
    [
        (GRAD_W + r"\sum_u [0 \le u < U] \delta_u x_{u+k}", "bracket removed"),
        (GRAD_W + r"\sum_{u,i} [i = u+k] [u = i-k] \delta_u x_{i}", "bracket removed"),
        (GRAD_W + r"\sum_{u} \delta_u x_{u + k + 0 \cdot U}", "sign turned"),
    ],
)
def test_a_change_that_is_none_is_counted_as_equivalent(latex, rule):
    for judge in (everything_passes, Question.disagrees):
        result = mutations.score(latex, SERIES, judge=judge)
        assert result.equivalent[rule] >= 1, (judge, result.equivalent)
    assert not result.survivors and result.killed


def test_a_judge_that_rejects_everything_finds_no_equivalent():
    result = mutations.score(
        GRAD_W + r"\sum_u [0 \le u < U] \delta_u x_{u+k}", SERIES, judge=lambda *a, **k: True
    )
    assert not result.survivors and not result.equivalent and result.killed


def test_scores_add_up():
    one, other = (
        mutations.score(ROW, SERIES, judge=judge) for judge in (everything_passes, Question.disagrees)
    )
    both = one + other
    assert both.total == one.total + other.total and both.survivors == one.survivors


# -------------------------------------------------------------------------------------------------- the arguments
@pytest.mark.parametrize("latex", [None, 3, b"z_u = b", ["z_u = b"]])
def test_an_equation_is_a_string(latex):
    with pytest.raises(TypeError, match="string"):
        check(latex)


@pytest.mark.parametrize("notation", ["SERIES", 0, {}])
def test_a_notation_is_one(notation):
    with pytest.raises(TypeError, match="notation"):
        check(ROW, notation=notation)
