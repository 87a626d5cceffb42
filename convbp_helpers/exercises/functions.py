"""Functions: a check that runs the learner's function on small layers, and says what its first wrong array shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, field

import numpy as np

from ..gradcheck import compare
from ..words import digits, plural
from .report import FAILED, NOT_ATTEMPTED, PASSED, Report, name_in

PRECISION = 1e-5  #: of the largest cell: arithmetic in float32, and slopes by small steps, are right

Mistakes = dict[str, np.ndarray | list[np.ndarray]]  #: the words for each -> what comes out of it


@dataclass(frozen=True)
class Case:
    """One small layer: the arguments handed over, and what the answer must return (one array, or several by name)."""

    layer: str
    arguments: dict[str, object]  #: in the order in which they are handed over
    expected: np.ndarray | dict[str, np.ndarray]
    _: KW_ONLY
    terms: Callable[[tuple], str] | None = None  #: what a cell of the expected array sums, in letters
    mistakes: Mistakes = field(default_factory=dict)  #: in words that go on from "This is what comes out if"
    sentences: Mistakes = field(default_factory=dict)  #: in whole sentences, of which the first is said
    short: str = ""  #: what to say to a row that is right as far as it goes
    long: str = ""  #: what to say to a row that goes too far
    shapes: dict = field(default_factory=dict)  #: wrong shape -> what to say to it; `...` is every other one
    reminder: str = ""  #: of several arrays, what to say if all are wrong
    equations: dict[str, str] = field(default_factory=dict)  #: of several arrays, where each was derived
    about: str = ""  #: what to say if the function takes the arrays to have other axes

    @property
    def size(self) -> int:
        return sum(np.size(a) for a in self.arguments.values() if isinstance(a, np.ndarray))


def function(praise: str):
    """Make a check of a function that gives its cases; they are made anew for each answer that is judged.

    The docstring is that of the check. The answer is called with read-only copies, on the smallest layer first; the
    first layer on which it fails is the one shown. `...` for an answer, a function that returns `...` and one that
    raises NotImplementedError are not attempted; nothing that the function raises escapes.
    """

    def made(cases: Callable[[], Iterable[Case]]):
        def check(answer) -> Report:
            return _judged(name_in(cases.__doc__), answer, cases, praise)

        check.__doc__, check.cases = cases.__doc__, cases
        return check

    return made


def _judged(name: str, answer, cases, praise: str) -> Report:
    if answer is ...:
        return Report(name, NOT_ATTEMPTED, "Write the function, then run this cell again.")
    if not callable(answer):
        return Report(
            name, FAILED, f"Hand over the function itself, without calling it; got {type(answer).__name__}."
        )
    cases = sorted(cases(), key=lambda case: case.size)
    for case in cases:
        arguments = [_read_only(a) for a in case.arguments.values()]
        try:
            got = answer(*arguments)
        except NotImplementedError:
            return Report(name, NOT_ATTEMPTED, "Write the function, then run this cell again.")
        except Exception as error:
            return Report(name, FAILED, _raised(error, case))
        if got is ... or (isinstance(got, tuple) and any(part is ... for part in got)):
            return Report(name, NOT_ATTEMPTED, "Replace each ... by your code, then run this cell again.")
        several = isinstance(case.expected, dict)
        report = _judged_arrays(name, got, case) if several else _judged_array(name, got, case.expected, case)
        if report is not None:
            return report
    return Report(name, PASSED, f"{praise} Checked on {len(cases)} layers.")


def _read_only(argument):
    if not isinstance(argument, np.ndarray):
        return argument
    argument = argument.copy()
    argument.flags.writeable = False
    return argument


# ------------------------------------------------------------------------------------------- what a function raises
#: in what numpy and Python say when an array has other axes than a function thinks
_ABOUT_AXES = "axis|einstein|broadcast|dimension|unpack|tuple index"

#: an error, what its message holds, and what is said to the first of these that it is
_CAUSES = (
    (
        Exception,
        "ellipsis",
        "np.einsum sums over letters only, not over '...': give each axis a letter, or flatten the grid.",
    ),
    (
        Exception,
        "read-only",
        "A backward pass never writes into what it was given: add into a new array of zeros.",
    ),
    (
        ValueError,
        "broadcast|matmul|aligned|mismatch",
        "Two arrays of different shapes met. The slice of x that one weight meets has the shape of delta: "
        "how many cells is that on this layer?",
    ),
    (
        ValueError,
        "larger than input|negative dimensions",
        "The window is longer than the array it slides over. Which of the two should slide, "
        "and do zeros go around one?",
    ),
    (
        IndexError,
        "",
        "An index left its range. Either a link was followed whose cell does not exist, or a size is written "
        "as a number where this layer has another: use len and .shape.",
    ),
)


def _raised(error: Exception, case: Case) -> str:
    causes = [(Exception, _ABOUT_AXES, case.about)] * bool(case.about) + [*_CAUSES]
    said = [words for kind, text, words in causes if isinstance(error, kind) and re.search(text, str(error))]
    lines = [f"On the {case.layer}, your function raised {type(error).__name__}: {error}", *said[:1]]
    return "\n".join(lines) + _given(case)


def _given(case: Case) -> str:
    """The arrays of a layer small enough to be read."""
    numbers = {name: a for name, a in case.arguments.items() if isinstance(a, (np.ndarray, float))}
    if case.size > 24 or not numbers:
        return ""
    return "\nGiven: " + "; ".join(
        f"{name} = {digits(np.asarray(a).tolist())}" for name, a in numbers.items()
    )


# ------------------------------------------------------------------------------------------ what a function returns
def _judged_arrays(name: str, got, case: Case) -> Report | None:
    """The report on several arrays, in which all wrong ones are named, or None if all are right."""
    expected = case.expected
    if not isinstance(got, tuple) or len(got) != len(expected):
        found = f"{len(got)} values" if isinstance(got, tuple) else type(got).__name__
        return Report(name, FAILED, f"Return {', '.join(expected)} in this order, as a tuple; got {found}.")
    reports = {
        part: _judged_array(name, value, array, case, f"{part}: ")
        for value, (part, array) in zip(got, expected.items(), strict=True)
    }
    wrong = [part for part, report in reports.items() if report is not None]
    if not wrong:
        return None
    right = [part for part in expected if part not in wrong]
    first = reports[wrong[0]]
    summary = f"Wrong: {', '.join(wrong)}. "
    summary += f"Right: {', '.join(right)}." if right else "None of them is right."
    advice = case.reminder
    if right:
        advice = f"Compare {wrong[0]} with {case.equations[wrong[0]]}." if wrong[0] in case.equations else ""
    message = "\n".join(line for line in (summary, first.message, advice) if line)
    return Report(name, FAILED, message, first.diagnosis, first.got, first.expected)


def _judged_array(name: str, got, expected: np.ndarray, case: Case, part: str = "") -> Report | None:
    """The report on a wrong array, or None for a right one."""
    if got is None:
        return Report(name, FAILED, f"{part}Your function returned None. Does it end in a return?")
    try:
        got = np.asarray(got)
    except ValueError:
        return Report(
            name, FAILED, f"{part}Return one array of shape {expected.shape}, not lists of different lengths."
        )
    if got.dtype.kind not in "fiu":
        return Report(name, FAILED, f"{part}Return an array of numbers; got an array of {got.dtype}.")
    if got.shape != expected.shape:
        line = f"{part}On the {case.layer}, the shape is {got.shape} and should be {expected.shape}."
        said, mistake = _shown(got, expected, case)
        said = said or case.shapes.get(..., "A gradient has the shape of what it is the gradient of.")
        return Report(name, FAILED, f"{line}\n{said}", mistake)
    if got.dtype.kind != "f" and not np.array_equal(expected, expected.astype(got.dtype)):
        return Report(
            name, FAILED, f"{part}The result is {got.dtype}, which cuts off decimals; use an array of floats."
        )
    comparison = compare(got, expected, tolerance=PRECISION)
    if comparison:
        return None
    cell = comparison.cells[0]
    line = f"{digits(got[cell] + 0.0)} and should be {digits(expected[cell] + 0.0)}"  # no negative zero
    line += f" = {case.terms(cell)}." if case.terms is not None else "."
    if expected.ndim:
        count = len(comparison.cells)
        wrong = f"{count} of {expected.size} cells {plural(count, 'is', 'are')} wrong."
        lines = [
            f"{part}On the {case.layer}, {wrong}",
            f"Cell [{','.join(map(str, cell))}] is {line}",
        ]
    else:
        lines = [f"{part}On the {case.layer}, it is {line}"]
    said, mistake = _shown(got, expected, case)
    lines += [said] * bool(said)
    return Report(name, FAILED, "\n".join(lines) + _given(case), mistake, got, expected)


# ------------------------------------------------------------------------------- mistakes, known by what comes out
def _shown(got, expected, case: Case) -> tuple[str, str | None]:
    """What a wrong array shows, and the words of the mistake in it, if it is known."""
    if got.shape != expected.shape and got.shape in case.shapes:
        return case.shapes[got.shape], None
    if found := _found(got, case.sentences, _equal):
        return found[0], found[0]
    if got.ndim == expected.ndim == 1 and len(got) != len(expected):
        shared = min(len(got), len(expected))
        if shared and np.allclose(got[:shared], expected[:shared]):
            return case.short if len(got) < len(expected) else case.long, None
    if known := "; or if ".join(_found(got, case.mistakes, _alike)):
        return f"This is what comes out if {known}.", known
    return "", None


def _found(got, mistakes: Mistakes, equal) -> list[str]:
    """The words of those that make this array."""
    made = {words: arrays if isinstance(arrays, list) else [arrays] for words, arrays in mistakes.items()}
    return [words for words, arrays in made.items() if any(equal(got, wrong) for wrong in arrays)]


def _alike(got, wrong) -> bool:
    """Whether two arrays are equal; of two rows one may be cut off, or filled up with zeros."""
    if got.ndim == wrong.ndim == 1:
        short, long = sorted((got, wrong), key=len)
        rest = long[len(short) :]
        if len(short) and (long is wrong or not rest.any()):
            got, wrong = short, long[: len(short)]
    return _equal(got, wrong)


def _equal(got, wrong) -> bool:
    most = np.abs(wrong).max(initial=0.0)
    return got.shape == wrong.shape and np.allclose(got, wrong, rtol=0, atol=PRECISION * (most or 1))
