"""Equations that run: the LaTeX on the page is read, evaluated on arrays and compared with the truth.

`grammar.lark` says which LaTeX, `latex` what in it carries no meaning, and `reading` makes a `tree` of it. `notation`
says what the symbols stand for, `survey` looks through a tree, `family` finds the layers that the equation claims, and
`binding` gives every name its `meaning`. `trials` draws layers of that family, `evaluating` (with `indices` and
`differentiating`) runs the equation on one of them, and `comparing` compares its sides. `changes` knows the slips of a
hand, `causes` tries them, `checking` decides, `verdict` says and shows it, and `magic` is %%equation.
"""

from .checking import check
from .comparing import Question, Typed, ask, page_of
from .latex import EquationError
from .magic import register
from .notation import JEFKINE, NHWC, ONE_BASED, SERIES, Notation
from .on_arrays import evaluate
from .verdict import EquationCheck

__all__ = [
    "JEFKINE",
    "NHWC",
    "ONE_BASED",
    "SERIES",
    "EquationCheck",
    "EquationError",
    "Notation",
    "Question",
    "Typed",
    "ask",
    "check",
    "evaluate",
    "page_of",
]

register()
