"""Equations displayed as typed: a long one is broken into lines, and is the same equation."""

import pytest

from convbp_helpers import equations, literature
from convbp_helpers.equations.line_breaks import WIDTH, broken
from convbp_helpers.equations.tree import form

PUBLIC = literature.public_equations()


def read_or_none(latex):
    try:
        return [form(chain.members) for chain in equations.page_of(latex).chains]
    except equations.EquationError:
        return None


@pytest.mark.parametrize("width", [6, 12, 20, WIDTH])
def test_a_broken_equation_is_the_same_equation(width):
    counted = 0
    for equation in PUBLIC:
        before = read_or_none(equation.latex)
        if before is None:
            continue
        after = broken(equation.latex, width)
        counted += after != equation.latex
        for line in after.removeprefix("\\begin{aligned}").removesuffix("\\end{aligned}").split("\\\\[4pt]"):
            assert after == equation.latex or line.count("{") == line.count("}"), line
        assert read_or_none(after) == before, after
    assert counted > 5


def test_where_a_line_ends():
    typed = r"O_{i,j,f} = \sum_{c=0}^{C}\sum_{a=0}^{A}\sum_{b=0}^{B} I_{is+a,\,js+b,\,c}\, W_{a,b,c,f} + b_{f} (1 + 2)"
    assert broken(typed).splitlines() == [
        r"\begin{aligned}",
        r" &O_{i,j,f} \\[4pt]",
        r" &\;= \sum_{c=0}^{C}\sum_{a=0}^{A}\sum_{b=0}^{B} I_{is+a,\,js+b,\,c} \\[4pt]",
        r" &\quad\; W_{a,b,c,f} + b_{f} (1 + 2)",
        r"\end{aligned}",
    ]


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u x_{su+k}",  # short enough
        r"\begin{aligned} a_{i,j,k,l,m,n} &= b_{i,j,k,l} + c_{i,j,k,l} \\ &= d_{i,j,k,l} + e_{i,j,k,l} \end{aligned}",
        r"a_{i,j,k,l,m,n} = \left( b_{i,j,k,l} + c_{i,j,k,l} + d_{i,j,k,l} + e_{i,j,k,l} + f_{i,j,k,l} \right)",
        "a" * 50,  # nowhere to break: a name
    ],
)
def test_what_is_left_alone(latex):
    assert broken(latex) == latex if latex != "a" * 50 else "".join(broken(latex).split())
