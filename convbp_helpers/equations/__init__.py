"""Equations that run: the LaTeX on the page is read, evaluated on arrays and compared with the truth.

`typed` respells what people type, `grammar.lark` says which LaTeX is read, `latex` what in it carries no meaning, and
`reading` makes a `tree` of it. `letters` works out whose letters it is written in; `notation` is how an author writes a
layer, `survey` looks through a tree, `family` finds the layers that the equation claims, and `binding` gives every name
its `meaning`. `trials` draws layers of that family, `evaluating` (with `indices` and `differentiating`) runs the
equation on one of them, and `comparing` compares its sides. `changes` knows the slips of a hand, `causes` tries them,
`checking` decides, `verdict` says and shows it, and `magic` is %%equation.
"""

from .checking import check, understood
from .comparing import Question, Typed, ask, page_of
from .latex import EquationError
from .letters import in_letters_of_the_series
from .magic import register
from .notation import JEFKINE, NHWC, ONE_BASED, SERIES, XKY, XWY, Notation, Symbol
from .on_arrays import evaluate
from .verdict import EquationCheck

__all__ = [
    "JEFKINE",
    "NHWC",
    "ONE_BASED",
    "SERIES",
    "XKY",
    "XWY",
    "EquationCheck",
    "EquationError",
    "Notation",
    "Question",
    "Symbol",
    "Typed",
    "ask",
    "check",
    "evaluate",
    "in_letters_of_the_series",
    "page_of",
    "understood",
]

register()
