"""Functions: a check that runs the learner's function on small layers, and says what its first wrong array shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import KW_ONLY, dataclass, field
from decimal import Decimal
from functools import partial
from numbers import Real

import numpy as np

from ..gradcheck import compare
from ..words import digits, plural
from .limits import MEMORY, SECONDS, DidNotFinish, limited, printed
from .locating import known_shape, located
from .misconceptions import CATALOGUE, PRECISION, Answer, Factor, named, two_at_once
from .misconceptions import equal as _equal
from .report import FAILED, NOT_ATTEMPTED, PASSED, Diagnosis, Report, name_in, section_of

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
    walks: dict = field(
        default_factory=dict
    )  #: part, or "" -> the pass that makes it, and the axes left out in front

    @property
    def several(self) -> bool:
        return isinstance(self.expected, dict)

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


class _Told(Exception):
    """The report is known before an array is looked at."""

    def __init__(self, report):
        self.report = report


def _judged(name: str, answer, cases, praise: str) -> Report:
    if answer is ...:
        return Report(name, NOT_ATTEMPTED, "Write the function, then run this cell again.")
    if not callable(answer):
        return Report(
            name, FAILED, f"Hand over the function itself, without calling it; got {type(answer).__name__}."
        )
    cases = sorted(cases(), key=lambda case: case.size)
    trial = _Trial(name, answer, cases)
    try:
        with limited(SECONDS, MEMORY), printed() as said:
            trial.said = said
            return trial.report(praise)
    except _Told as told:
        return told.report
    except DidNotFinish:
        return Report(
            name,
            FAILED,
            f"Did not finish: your function was still running after {SECONDS} s, on the {trial.at.layer}. "
            "Does every loop come nearer to its end?" + _given(trial.at),
        )


class _Trial:
    """An answer on the layers of an exercise, each of which it is called on once."""

    def __init__(self, name, answer, cases):
        self.name, self.answer, self.cases = name, answer, cases
        self.at, self.said, self._got = cases[0], str, {}

    def report(self, praise) -> Report:
        for number, case in enumerate(self.cases):
            got = self.on(number)
            if got is ... or (isinstance(got, tuple) and any(part is ... for part in got)):
                return Report(
                    self.name, NOT_ATTEMPTED, "Replace each ... by your code, then run this cell again."
                )
            try:
                report = (
                    _judged_arrays(self, got, number)
                    if case.several
                    else _judged_array(self, got, case.expected, number)
                )
            except _Told:
                raise
            except Exception as error:
                return Report(
                    self.name,
                    FAILED,
                    f"Your function returned an object of type {type(got).__name__}, and it raised "
                    f"{type(error).__name__} when it was read. Return an array of numbers.",
                )
            if report is not None:
                return report
        return Report(self.name, PASSED, f"{praise} Checked on {len(self.cases)} layers.")

    def on(self, number):
        """What the answer makes of a layer."""
        if number not in self._got:
            self.at = case = self.cases[number]
            self._got[number] = self._called(case)
        return self._got[number]

    def _called(self, case):
        arguments = [_read_only(a) for a in case.arguments.values()]
        try:
            return self.answer(*arguments)
        except (KeyboardInterrupt, DidNotFinish):
            raise
        except NotImplementedError:
            report = Report(self.name, NOT_ATTEMPTED, "Write the function, then run this cell again.")
        except MemoryError:
            said = f"your function asked for more than {MEMORY >> 30} GiB of memory. Which array or list grows on?"
            report = Report(self.name, FAILED, f"Did not finish: on the {case.layer}, {said}" + _given(case))
        except BaseException as error:  # SystemExit too: nothing that an answer raises stops Run All
            report = _raised(self.name, error, case)
        raise _Told(report)

    def answers(self, first, part) -> list[tuple[int, np.ndarray]]:
        """What it makes of this layer and of all behind it, where that is an array of numbers: (number, array)."""
        found = []
        for number in range(first, len(self.cases)):
            try:
                got = self.on(number)
                if part:
                    got = _parts(got, self.cases[number].expected)[part]
                found.append((number, np.asarray(got, dtype=float)))
            except DidNotFinish:
                break
            except Exception:  # noqa: S112 (what it raises elsewhere has no bearing on the first wrong layer)
                continue
        return found


def _read_only(argument):
    if not isinstance(argument, np.ndarray):
        return argument
    argument = argument.copy()
    argument.flags.writeable = False
    return argument


# ------------------------------------------------------------------------------------------- what a function raises
_WHERE_IT_RAISED = "Which shapes do the arrays have on this layer, at the line that raised it?"

#: in what numpy and Python say when an array has other axes than a function thinks
_ABOUT_AXES = "axis|axes|Axes|einstein|broadcast|dimension|unpack|tuple index"

#: an error, what its message holds, and what is said to the first of these that it is
_CAUSES = (
    (RecursionError, "", "It calls itself without end. When does it stop calling itself?"),
    (
        MemoryError,
        "",
        "It asked for more memory than a check allows, 2 GiB: which array or list grows so large?",
    ),
    (SystemExit, "", "A function hands back its result with return; exit() ends the whole program."),
    (
        Exception,
        "ellipsis",
        "np.einsum sums over letters only, not over '...': give each axis a letter, or flatten the grid.",
    ),
    (
        Exception,
        "read-only",
        "What was handed over is never written into: make a copy, or add into a new array of zeros.",
    ),
    (
        ValueError,
        "broadcast|matmul|aligned|mismatch",
        "Two arrays of different shapes met. How long is each of them on this layer, and is a size written as a "
        "number where this layer has another?",
    ),
    (
        ValueError,
        "larger than input|negative dimensions",
        "The window is longer than the array it slides over. Which of the two should slide, "
        "and do zeros go around one?",
    ),
    (
        TypeError,
        "Cannot cast|same_kind",
        "An array of integers does not take these numbers: without dtype=int, np.zeros makes floats.",
    ),
    (
        IndexError,
        "",
        "An index left its range. Either a link was followed whose cell does not exist, or a size is written "
        "as a number where this layer has another: use len and .shape.",
    ),
)


def _raised(name: str, error: BaseException, case: Case) -> Report:
    try:
        text = str(error)
    except Exception:
        text = ""
    causes = [(Exception, _ABOUT_AXES, case.about)] * bool(case.about) + [*_CAUSES]
    said = [
        words for kind, searched, words in causes if isinstance(error, kind) and re.search(searched, text)
    ]
    lines = [f"On the {case.layer}, your function raised {type(error).__name__}: {text}", *said[:1]]
    diagnosis = Diagnosis(said[0], _WHERE_IT_RAISED, section_of(name)) if said else None
    return Report(name, FAILED, "\n".join(lines) + _given(case), diagnosis)


def _given(case: Case) -> str:
    """The arrays of a layer small enough to be read."""
    numbers = {name: a for name, a in case.arguments.items() if isinstance(a, (np.ndarray, float))}
    if case.size > 24 or not numbers:
        return ""
    return "\nGiven: " + "; ".join(
        f"{name} = {digits(np.asarray(a).tolist())}" for name, a in numbers.items()
    )


# ------------------------------------------------------------------------------------------ what a function returns
def _parts(got, expected: dict) -> dict | None:
    """Several arrays by their names: from a tuple, a list or a dict."""
    if isinstance(got, dict):
        return {part: got[part] for part in expected} if set(got) == set(expected) else None
    if isinstance(got, (tuple, list)) and len(got) == len(expected):
        return dict(zip(expected, got, strict=True))
    return None


def _judged_arrays(trial: _Trial, got, number) -> Report | None:
    """The report on several arrays, in which all wrong ones are named, or None if all are right."""
    case = trial.cases[number]
    expected = case.expected
    if isinstance(got, list):
        got = tuple(got)
    parts = None if got is None else _parts(got, expected)
    if parts is None:
        if got is None:
            return _no_array(trial, got, "")
        found = f"{len(got)} values" if isinstance(got, tuple) else type(got).__name__
        return Report(
            trial.name, FAILED, f"Return {', '.join(expected)} in this order, as a tuple; got {found}."
        )
    reports = {
        part: _judged_array(trial, parts[part], array, number, part) for part, array in expected.items()
    }
    wrong = [part for part, report in reports.items() if report is not None]
    if not wrong:
        return None
    if order := _other_order(parts, expected):
        said = f"The gradients are right, and in the wrong order: you return {', '.join(order)}."
        question = f"In which order are they asked for? {', '.join(expected)}."
        return Report(trial.name, FAILED, said, Diagnosis(said, question, section_of(trial.name)))
    right = [part for part in expected if part not in wrong]
    first = reports[wrong[0]]
    summary = f"Wrong: {', '.join(wrong)}. "
    summary += f"Right: {', '.join(right)}." if right else "None of them is right."
    advice = case.reminder if first.diagnosis is None else ""
    if right:
        advice = f"Compare {wrong[0]} with {case.equations[wrong[0]]}." if wrong[0] in case.equations else ""
    message = "\n".join(line for line in (summary, first.message, advice) if line)
    return Report(trial.name, FAILED, message, first.diagnosis, first.got, first.expected)


def _other_order(parts, expected) -> list[str]:
    """The names of right arrays that stand in another order, or none."""
    order = []
    for got in parts.values():
        same = [
            name for name, array in expected.items() if np.shape(got) == array.shape and _equal(got, array)
        ]
        order += same[:1]
    return order if sorted(order) == sorted(expected) else []


def _no_array(trial, got, part) -> Report | None:
    """What is said to a result that is no array at all."""
    failed = partial(Report, trial.name, FAILED)
    if got is None:
        if trial.said().strip():
            return failed(f"{part}Your function printed something and returned None. End it with return.")
        return failed(f"{part}Your function returned None. Does it end in a return?")
    if isinstance(got, Iterator):
        return failed(
            f"{part}Your function returned a {type(got).__name__}, which hands out its numbers one by one. "
            "Collect them in a list, or put them into an array."
        )
    if isinstance(got, (set, frozenset)):
        return failed(f"{part}A set has no order. Return a list or an array.")
    if isinstance(got, (str, bytes, dict)) or callable(got):
        return failed(f"{part}Return an array of numbers; got a {type(got).__name__}.")
    return None


def _numbers(trial, got, expected, part) -> np.ndarray:
    """The array that was returned; whatever else was is told."""
    if (report := _no_array(trial, got, part)) is not None:
        raise _Told(report)

    def told(words):
        return _Told(Report(trial.name, FAILED, part + words))

    try:
        got = np.asarray(got)
    except ValueError:
        raise told(f"Return one array of shape {expected.shape}, not lists of different lengths.") from None
    if got.dtype.kind == "c":
        raise told(f"Return real numbers; got an array of {got.dtype}.")
    if got.dtype.kind == "O":  # fractions and decimals are numbers
        odd = [type(value).__name__ for value in got.ravel() if not isinstance(value, (Real, Decimal))]
        if odd:
            raise told(f"Return an array of numbers; yours holds objects, the first of them a {odd[0]}.")
        got = got.astype(float)
    if got.dtype.kind not in "fiu":
        raise told(f"Return an array of numbers; got an array of {got.dtype}.")
    return got.reshape(()) if expected.ndim == 0 and got.size == 1 else got


def _judged_array(trial: _Trial, got, expected: np.ndarray, number: int, part: str = "") -> Report | None:
    """The report on a wrong array, or None for a right one."""
    name, case, at = trial.name, trial.cases[number], f"{part}: " if part else ""
    got = _numbers(trial, got, expected, at)
    if got.shape != expected.shape:
        line = f"{at}On the {case.layer}, the shape is {got.shape} and should be {expected.shape}."
        said, mistake = _shown(trial, got, expected, number, part)
        if not said:
            said = case.shapes.get(..., "A gradient has the shape of what it is the gradient of.")
            if known := known_shape(got.shape, expected.shape, case.arguments if case.walks else {}):
                said, mistake = f"{known}\n{said}", Diagnosis(known, _WHICH_AXES, section_of(name))
        return Report(name, FAILED, f"{line}\n{said}", mistake)
    if got.dtype.kind != "f" and not np.array_equal(expected, expected.astype(got.dtype)):
        said = f"The result is {got.dtype}, which cuts off decimals; use an array of floats."
        entry = next(entry for entry in CATALOGUE if entry.name == "cut off to integers")
        return Report(name, FAILED, at + said, Diagnosis(said, entry.question, entry.section, (entry.name,)))
    comparison = compare(got, expected, tolerance=PRECISION)
    if comparison:
        return None
    cell = comparison.cells[0]
    line = f"{digits(got[cell] + 0.0)} and should be {digits(expected[cell] + 0.0)}"  # no negative zero
    terms = case.terms(cell) if case.terms is not None else ""
    line += f"{', as ' + terms[6:] if terms.startswith('0, as ') else ' = ' + terms if terms else ''}."
    if expected.ndim:
        count = len(comparison.cells)
        wrong = f"{count} of {expected.size} cells {plural(count, 'is', 'are')} wrong."
        lines = [
            f"{at}On the {case.layer}, {wrong}",
            f"Cell [{','.join(map(str, cell))}] is {line}",
        ]
    else:
        lines = [f"{at}On the {case.layer}, it is {line}"]
    said, mistake = _shown(trial, got, expected, number, part)
    if not np.isfinite(got).all():
        said = (
            "Some cells are no finite numbers: is one divided by zero, or made by np.empty and never written?"
        )
    if not said:
        wrong = np.zeros(expected.shape, dtype=bool)
        wrong[tuple(zip(*comparison.cells, strict=True))] = True
        walk = case.walks.get(part)
        said = located(got, expected, walk and walk[0], wrong)
    lines += [said] * bool(said)
    return Report(name, FAILED, "\n".join(lines) + _given(case), mistake, got, expected)


# ------------------------------------------------------------------------------- mistakes, known by what comes out
_QUESTIONS = {
    "grad_x": "Take the first wrong cell: which outputs read it, and each of them through which tap?",
    "grad_w": "Take the first wrong tap: which input does it meet at each output?",
    "grad_b": "Which cells of the output change when this bias is nudged, and by how much?",
    "z": "Take the first wrong output: which cells does its window read?",
}
_WHICH_AXES = "Which letters stand in the subscript of the result, and how many values has each of them?"
_ANY_QUESTION = "Work the first wrong cell out by hand, from what was given: at which step do you part?"


def _shown(trial, got, expected, number, part) -> tuple[str, Diagnosis | None]:
    """What a wrong array shows, and the mistake in it, if it is known."""
    case = trial.cases[number]
    walk, drop = case.walks.get(part, (None, 0))
    if not np.isfinite(got).all():
        return "", None

    def diagnosed(text, entries=()):
        usual = (
            _WHICH_AXES if got.shape != expected.shape else _QUESTIONS.get(walk and walk.of, _ANY_QUESTION)
        )
        question = entries[0].question if entries else usual
        section = own = section_of(trial.name)
        if entries and entries[0].section[:2] <= own[:2]:  # no later page is pointed to
            section = entries[0].section
        return Diagnosis(text, question, section, tuple(entry.name for entry in entries))

    others = trial.answers(number + 1, part)
    answers = [Answer(walk, got, expected, drop)] if walk else []
    for other, array in others if walk else ():
        right = trial.cases[other].expected
        of, less = trial.cases[other].walks[part]
        answers.append(Answer(of, array, np.asarray(right[part] if part else right), less))
    entries = named(answers) if answers else ()

    def everywhere(kind, words, equal):
        """Those that make the arrays of all other layers too, where they say something."""
        kept = []
        for one in words:
            made = [(array, getattr(trial.cases[other], kind).get(one)) for other, array in others]
            if all(_found(array, {one: wrong}, equal) for array, wrong in made if not _nothing(wrong)):
                kept.append(one)
        return kept

    if got.shape != expected.shape and got.shape in case.shapes:
        return case.shapes[got.shape], diagnosed(case.shapes[got.shape], entries)
    found = _found(got, case.sentences, _equal)
    if kept := everywhere("sentences", found, _equal):
        return kept[0], diagnosed(kept[0], entries)
    if got.ndim == expected.ndim == 1 and len(got) != len(expected):
        shared = min(len(got), len(expected))
        if shared and np.allclose(got[:shared], expected[:shared]):
            said = case.short if len(got) < len(expected) else case.long
            return said, diagnosed(said, entries) if said else None
    known = _found(got, case.mistakes, _alike)
    if kept := everywhere("mistakes", known, _alike):
        text = "; or if ".join(kept)
        return f"This is what comes out if {text}.", diagnosed(text, entries)
    if entries:
        apart = _apart(entries)
        text = "; or if ".join(entry.text for entry in apart)
        same = " (Both make these numbers.)" if len(apart) > 1 else ""
        return f"This is what comes out if {text}.{same}", diagnosed(text, entries)
    if answers and (both := two_at_once(answers)):
        text = f"{both[0].text}, and at the same time {both[1].text}"
        return f"Two mistakes at once: this is what comes out if {text}.", diagnosed(text, both)
    ratio = Answer(walk, got, expected).ratio
    if ratio is not None and expected.size > 2:
        text = f"every cell is {ratio:.6g} times what it should be: one factor is too much, or missing"
        return f"{text[0].upper()}{text[1:]}.", diagnosed(text)
    return "", None


def _apart(entries):
    """Of those that make the same numbers: a factor alone, one of those that say the same in other words, or two."""
    kinds = {}
    for entry in entries:
        if isinstance(entry, Factor):
            return (entry,)
        kinds.setdefault("=" if entry.name.startswith("=") else entry.name, entry)
    return tuple(kinds.values())[:2]


def _found(got, mistakes: Mistakes, equal) -> list[str]:
    """The words of those that make this array."""
    made = {words: arrays if isinstance(arrays, list) else [arrays] for words, arrays in mistakes.items()}
    return [words for words, arrays in made.items() if any(equal(got, wrong) for wrong in arrays)]


def _nothing(wrong) -> bool:
    """Whether a layer says nothing of a mistake: it has no array of it."""
    return wrong is None or (isinstance(wrong, list) and not wrong)


def _alike(got, wrong) -> bool:
    """Whether two arrays are equal; of two rows one may be cut off, or filled up with zeros."""
    if got.ndim == wrong.ndim == 1:
        short, long = sorted((got, wrong), key=len)
        rest = long[len(short) :]
        if len(short) and (long is wrong or not rest.any()):
            got, wrong = short, long[: len(short)]
    return _equal(got, wrong)
