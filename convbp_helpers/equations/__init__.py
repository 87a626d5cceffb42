"""Equations that run: the LaTeX on the page is read, evaluated on arrays and compared with the truth.

`grammar.lark` says which LaTeX, `reading` makes a tree of it, `notation` says what the symbols stand for, `binding`
gives
every name its meaning and finds the family of layers that the equation claims, `trials` draws layers of that family,
`evaluating` runs the equation on one of them, and `checking` decides. `changes` knows the slips of a
hand; `display` shows a verdict, and `magic` is %%equation.
"""

from .checking import EquationCheck, check, disagrees, evaluate
from .magic import register
from .notation import JEFKINE, NHWC, ONE_BASED, SERIES, Notation
from .reading import EquationError

__all__ = [
    "JEFKINE",
    "NHWC",
    "ONE_BASED",
    "SERIES",
    "EquationCheck",
    "EquationError",
    "Notation",
    "check",
    "disagrees",
    "evaluate",
]

register()
