"""Points for an answer: what the graded cells of the course edition call, which `course/build.py` makes.

The same checks judge it that the exercise calls. What is right gets all points; of several numbers each gets its share;
a wrong answer in which a known mistake is recognised gets one point; anything else none.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr

from .. import exercises
from ..equations import magic
from .report import FAILED, NOT_ATTEMPTED, PASSED, Report, name_in

GRADED = (
    "### BEGIN HIDDEN TESTS"  #: stands in each graded cell, and so parts one exercise's cells from the next
)
FOR_A_KNOWN_MISTAKE = 1.0

#: the first line of a cell that is no Python
EQUATION = re.compile(r"%%equation( exercises\.check_\w+)?( \w+=[\w,()]+)*\s*(\n|$)")

#: what an answer needs for nothing but to look into a check
LOOKING = frozenset(
    """
    inspect dis gc sys importlib pkgutil linecache ctypes subprocess pathlib
    open popen system read_text eval exec compile globals locals vars getattr setattr delattr
    numbers cases get_ipython
    """.split()
)


def of_call(check: str, call: Callable[[Callable], Report], points: float, used=()) -> float:
    """The points of an exercise whose cell hands Python to its check: `call` does the same with the check it is given.

    used : names of `LOOKING` that the notebook itself uses.

    The report is shown, so that it stands in the feedback.
    """
    return _points(check, call, points, used)


def of_equation(check: str, points: float, used=()) -> float:
    """The points of an exercise that is a cell `%%equation exercises.<check>`: the last one that was run is judged."""
    cells = [text.partition("\n") for text in _history().input_hist_raw]
    begins = f"%%equation exercises.{check}"
    written = [below for line, _, below in cells if line.strip() == begins]
    latex = magic.source(written[-1]) if written else ""
    return _points(check, lambda check: check(latex), points, used)


def share(report: Report, check) -> float | None:
    """The share of the points that a report is worth; None for the one point of a known mistake."""
    if report.verdict == PASSED:
        return 1.0
    if report.verdict == NOT_ATTEMPTED:
        return 0.0
    if numbers := getattr(check, "numbers", None):
        return 1 - len(report.message.splitlines()) / len(numbers)  # a line for each that is wrong
    known = report.diagnosis is not None and (report.got is not None or not hasattr(check, "cases"))
    return None if known else 0.0


def looks(cells: Iterable[str], used=()) -> str:
    """By which name, beside those in `used`, cells of Python look into a check; "" where they do not."""
    for text in cells:
        try:
            tree = ast.parse(text)
        except SyntaxError:  # it did not run
            continue
        for node in ast.walk(tree):
            for name in _looking(node):
                if name not in used:
                    return name
    return ""


def _looking(node) -> list[str]:
    if isinstance(node, ast.Name):
        names = [node.id]
    elif isinstance(node, ast.Attribute):
        names = [node.attr]
    elif isinstance(node, ast.Import | ast.ImportFrom):
        module = getattr(node, "module", None) or ""
        if module.startswith("convbp_helpers.exercises"):
            return [module]
        names = [module, *(alias.name for alias in node.names)]
        if any(name.startswith("convbp_helpers.exercises.") for name in names):
            return ["convbp_helpers.exercises"]
        names = [name.partition(".")[0] for name in names]
    else:
        return []
    return [name for name in names if name in LOOKING or _is_special(name)]


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name not in ("__", "__name__")


def _history():
    from IPython import get_ipython

    return get_ipython().history_manager


def _own_cells() -> list[str]:
    """What was run since the last graded cell, as Python; an equation is none, and reads nothing."""
    raw, python = _history().input_hist_raw[:-1], _history().input_hist_parsed[:-1]  # the last one asks
    graded = [number for number, text in enumerate(raw) if GRADED in text]
    own = slice(graded[-1] + 1 if graded else 0, None)
    return [text for typed, text in zip(raw[own], python[own], strict=True) if not EQUATION.match(typed)]


def _points(check: str, call, points: float, used) -> float:
    """Show the report, and hand back what it is worth."""
    from IPython.display import display

    judge = getattr(exercises, check)
    if looked := looks(_own_cells(), used):
        said = f"Not counted: a cell of this exercise looks into the check, or around it, with {looked}."
        report, part = Report(name_in(judge.__doc__), FAILED, said), 0.0
    else:
        with redirect_stderr(io.StringIO()):  # a warning there would count as a failure
            report = call(judge)
        part = share(report, judge)
    display(report)
    return FOR_A_KNOWN_MISTAKE if part is None else round(part * points, 2)
