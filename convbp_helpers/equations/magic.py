"""The cell magic %%equation: type LaTeX, see it typeset and judged. It is there once `convbp_helpers` is imported."""

from __future__ import annotations

import ast
import re

from ..verdicts import box
from . import notation as notations
from .checking import check, understood
from .comparing import Typed
from .latex import EquationError
from .notation import Notation
from .verdict import show, show_error, typeset

__all__ = ["register"]

USAGE = """%%equation [exercises.check_…] [notation=SERIES] [stride=2 …]

The lines below it hold one equation in LaTeX, with or without $$. An exercise's check, named after %%equation,
looks at the equation too. Whose letters they are is worked out, or said: notation is SERIES, JEFKINE, ONE_BASED, NHWC,
XWY or XKY. stride=2, padding=1 and the like ask about other layers than the equation claims."""


def equation(line: str, cell: str, shell):
    """Judge the cell's LaTeX, and show it."""
    from IPython.core.error import UsageError
    from IPython.display import Latex, display

    exercise, notation, layer = None, None, {}
    for word in re.findall(r"\w+=(?:'[^']*'|\"[^\"]*\"|\([^()]*(?:\([^()]*\)[^()]*)*\)|\S*)|\S+", line):
        name, equals, value = word.partition("=")
        try:
            if not equals:
                exercise = shell.ev(word)
                if not callable(exercise):
                    raise ValueError("it is no check")
            elif name == "notation":
                notation = {n: v for n, v in vars(notations).items() if isinstance(v, Notation)}[
                    value.upper()
                ]
            else:
                layer[name] = ast.literal_eval(value)
        except Exception as error:  # whatever is wrong with it, it is wrong in how the magic is used
            raise UsageError(f"{word} cannot be used here: {error}\n{USAGE}") from None
    latex = source(cell)
    if not latex:
        display(exercise("") if exercise is not None else NotAttempted())
        return
    try:
        question = understood(latex, notation, layer if exercise is None else None)
    except EquationError as error:
        report = exercise(latex) if exercise is not None else None
        if getattr(report, "passed", False):  # it is right in letters that mean something else in the series
            display(Latex(typeset(latex)))
        else:
            show_error(error)
        if report is not None:
            display(report)
        return
    except (TypeError, ValueError) as error:
        raise UsageError(f"{error}\n{USAGE}") from None
    if exercise is not None:
        display(Latex(typeset(latex, question.notation)))
        display(exercise(Typed(question)))
        return
    try:
        show(check(question))
    except EquationError as error:
        show_error(error)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{error}\n{USAGE}") from None


class NotAttempted:
    """What an empty cell shows."""

    def __repr__(self):
        return "not attempted yet. Write an equation in LaTeX below the line %%equation."

    def _repr_html_(self):
        return box("open", repr(self))


def source(cell: str) -> str:
    """The LaTeX of a cell, without comments and without the signs of a display around it."""
    latex = re.sub(r"(?<!\\)%.*", "", cell).strip()
    for start, end in (("$$", "$$"), (r"\[", r"\]"), ("$", "$")):
        if latex.startswith(start) and latex.endswith(end) and len(latex) >= len(start + end):
            return latex[len(start) : -len(end)].strip()
    return latex


def not_empty(lines: list[str]) -> list[str]:
    """IPython refuses a cell magic with nothing below it; here that is an exercise not begun."""
    if lines and lines[0].startswith("%%equation") and not "".join(lines[1:]).strip():
        return [lines[0].rstrip("\n") + "\n", "%\n"]
    return lines


def register():
    """Make %%equation known to the running notebook, if there is one."""
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is None or "equation" in shell.magics_manager.magics["cell"]:
        return
    shell.register_magic_function(lambda line, cell: equation(line, cell, shell), "cell", "equation")
    shell.input_transformers_cleanup.append(not_empty)
