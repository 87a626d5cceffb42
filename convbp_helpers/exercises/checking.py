"""How an answer is judged: a prediction against its value, a function or an equation against the truth on small
layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from .. import equations
from ..gradcheck import compare
from ..words import digits, sentence
from .report import FAILED, NOT_ATTEMPTED, PASSED, Report


# --------------------------------------------------------------------------------------------------- predictions
@dataclass(frozen=True)
class Prediction:
    """One number the learner is asked for."""

    expected: int
    hints: dict[int, str]  #: wrong number -> what to say to it
    otherwise: str  #: what to say to every other wrong number


def check_predictions(
    name: str, answers: dict, predictions: dict[str, Prediction], praise: str = ""
) -> Report:
    """Judge several named values at once."""
    if all(value is ... for value in answers.values()):
        return Report(name, NOT_ATTEMPTED, f"Replace each ... by your answer: {', '.join(answers)}.")
    lines = []
    for key, value in answers.items():
        wanted = predictions[key]
        if value is ...:
            lines.append(f"{key}: still to answer.")
        elif not _equal(value, wanted.expected):
            if not isinstance(value, (int, float, np.number)):
                said = "The answer is one number."
            else:
                said = wanted.hints.get(value, wanted.otherwise)
            lines.append(f"{key} = {value!r}: not right. {said}")
    if lines:
        return Report(name, FAILED, "\n".join(lines))
    return Report(name, PASSED, praise)


def _equal(value, expected) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and value == expected


def is_blank(value) -> bool:
    """Whether an answer is `...`, or a list with a `...` in it."""
    return value is ... or (isinstance(value, (list, tuple)) and any(map(is_blank, value)))


# ----------------------------------------------------------------------------------------------------- functions
@dataclass(frozen=True)
class Case:
    """One small layer: the arguments handed over, and what the answer must return (one array, or several by name)."""

    layer: str
    arguments: dict[str, object]  #: in the order in which they are handed over
    expected: np.ndarray | dict[str, np.ndarray]
    terms: Callable[[tuple], str] | None = (
        None  #: the terms that a cell of the expected array sums, in letters
    )
    reminder: str = ""  #: of several arrays, what to say if all are wrong
    equations: dict[str, str] = field(default_factory=dict)  #: of several arrays, where each was derived
    explain: Callable[[np.ndarray, np.ndarray], str] | None = (
        None  #: (got, expected) -> what a wrong array shows
    )
    about: str = ""  #: what to say if the function raises

    @property
    def size(self) -> int:
        return sum(np.size(a) for a in self.arguments.values() if isinstance(a, np.ndarray))


def check_function(name: str, answer, cases: list[Case], praise: str = "") -> Report:
    """Judge a function on the cases, smallest first: the first that fails is the one shown.

    The function is given read-only copies. `...` for an answer, a function that returns `...` and one that raises
    NotImplementedError are not attempted; nothing that the function raises escapes.
    """
    if answer is ...:
        return Report(name, NOT_ATTEMPTED, "Write the function, then run this cell again.")
    if not callable(answer):
        return Report(
            name, FAILED, f"Hand over the function itself, without calling it; got {type(answer).__name__}."
        )
    cases = sorted(cases, key=lambda case: case.size)
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
        report = _judge(name, got, case)
        if report is not None:
            return report
    return Report(name, PASSED, f"{praise} Checked on {len(cases)} layers.".strip())


def _read_only(argument):
    if not isinstance(argument, np.ndarray):
        return argument
    argument = argument.copy()
    argument.flags.writeable = False
    return argument


#: in what numpy and Python say when an array has other axes than a function thinks
_ABOUT_AXES = ("axis", "einstein", "broadcast", "dimension", "unpack", "tuple index")


def _raised(error: Exception, case: Case) -> str:
    text = f"On the {case.layer}, your function raised {type(error).__name__}: {error}"
    if case.about and any(word in str(error) for word in _ABOUT_AXES):
        return f"{text}\n{case.about}{_given(case)}"
    if "ellipsis" in str(error):
        text += "\nnp.einsum sums over letters only, not over '...': give each axis a letter, or flatten the grid."
    elif "read-only" in str(error):
        text += "\nA backward pass never writes into what it was given: add into a new array of zeros."
    elif isinstance(error, ValueError) and any(
        w in str(error) for w in ("broadcast", "matmul", "aligned", "mismatch")
    ):
        text += (
            "\nTwo arrays of different shapes met. The slice of x that one weight meets has the shape of delta: "
            "how many cells is that on this layer?"
        )
    elif isinstance(error, ValueError) and any(
        w in str(error) for w in ("larger than input", "negative dimensions")
    ):
        text += (
            "\nThe window is longer than the array it slides over. Which of the two should slide, "
            "and do zeros go around one?"
        )
    elif isinstance(error, IndexError):
        text += (
            "\nAn index left its range. Either a link was followed whose cell does not exist, or a size is written "
            "as a number where this layer has another: use len and .shape."
        )
    return text + _given(case)


def _given(case: Case) -> str:
    """The arrays of a layer small enough to be read."""
    if case.size > 24:
        return ""
    numbers = {name: a for name, a in case.arguments.items() if isinstance(a, (np.ndarray, float))}
    return "\nGiven: " + "; ".join(
        f"{name} = {digits(np.asarray(a).tolist())}" for name, a in numbers.items()
    )


def _judge(name: str, got, case: Case) -> Report | None:
    """The report on a wrong answer, or None for a right one. Of several arrays, all wrong ones are named."""
    if not isinstance(case.expected, dict):
        return _judge_array(name, got, case.expected, case, "")
    if not isinstance(got, tuple) or len(got) != len(case.expected):
        found = f"{len(got)} values" if isinstance(got, tuple) else type(got).__name__
        return Report(
            name, FAILED, f"Return {', '.join(case.expected)} in this order, as a tuple; got {found}."
        )
    reports = [
        _judge_array(name, value, expected, case, part + ": ")
        for value, (part, expected) in zip(got, case.expected.items(), strict=True)
    ]
    wrong = [part for part, report in zip(case.expected, reports, strict=True) if report is not None]
    if not wrong:
        return None
    right = [part for part in case.expected if part not in wrong]
    first = reports[list(case.expected).index(wrong[0])]
    compare_with = (
        f"Compare {wrong[0]} with {case.equations[wrong[0]]}." if wrong[0] in case.equations else ""
    )
    advice = compare_with if right else case.reminder
    summary = f"Wrong: {', '.join(wrong)}. " + (
        f"Right: {', '.join(right)}." if right else "None of them is right."
    )
    message = "\n".join(line for line in (summary, first.message, advice) if line)
    return Report(name, FAILED, message, got=first.got, expected=first.expected)


def _judge_array(name, got, expected, case: Case, part: str) -> Report | None:
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
    said = case.explain(got, expected) if case.explain is not None else ""
    if got.shape != expected.shape:
        return Report(
            name,
            FAILED,
            f"{part}On the {case.layer}, the shape is {got.shape} and should be {expected.shape}.\n"
            + (said or "A gradient has the shape of what it is the gradient of."),
        )
    if got.dtype.kind != "f" and not np.array_equal(expected, expected.astype(got.dtype)):
        return Report(
            name, FAILED, f"{part}The result is {got.dtype}, which cuts off decimals; use an array of floats."
        )
    comparison = compare(got, expected, tolerance=1e-9)
    if comparison:
        return None
    cell = comparison.cells[0]
    numbers = f"{digits(got[cell])} and should be {digits(expected[cell])}"
    if expected.ndim:
        count = len(comparison.cells)
        lines = [
            f"{part}On the {case.layer}, {count} of {expected.size} cells {'is' if count == 1 else 'are'} wrong.",
            f"Cell [{','.join(map(str, cell))}] is {numbers}.",
        ]
    else:
        lines = [f"{part}On the {case.layer}, it is {numbers}."]
    if case.terms is not None:
        lines[-1] = f"{lines[-1][:-1]} = {case.terms(cell)}."
    lines += [said] * bool(said)
    return Report(name, FAILED, "\n".join(lines) + _given(case), got=got, expected=expected)


# ------------------------------------------------------------------------------- mistakes, known by what comes out
def alike(got, wrong) -> bool:
    """Whether two arrays are equal; of two rows one may be cut off, or filled up with zeros."""
    if got.ndim == wrong.ndim == 1:
        short, long = sorted((got, wrong), key=len)
        rest = long[len(short) :]
        if len(short) and (long is wrong or not rest.any()):
            got, wrong = short, long[: len(short)]
    return got.shape == wrong.shape and np.allclose(got, wrong, rtol=1e-9, atol=1e-9)


def known_mistakes(mistakes, *, short="", long=""):
    """What a wrong array shows, for `Case.explain`.

    mistakes: the words for each, and the array that comes out of it. short, long: what to say to a row that is right as
    far as it goes, or that goes too far.
    """

    def explain(got, expected):
        if got.ndim == expected.ndim == 1 and len(got) != len(expected):
            shared = min(len(got), len(expected))
            if shared and np.allclose(got[:shared], expected[:shared]):
                return short if len(got) < len(expected) else long
        found = [words for words, wrong in mistakes if alike(got, wrong) and not alike(expected, wrong)]
        return f"This is what comes out if {'; or if '.join(dict.fromkeys(found))}." if found else ""

    return explain


# ----------------------------------------------------------------------------------------------------- equations
@dataclass(frozen=True)
class Piece:
    """Something the right-hand side must have, or must not: a letter, ∂ by a letter, or a sum over a letter."""

    #: "x", "x_i" for that very cell, "s_h u" for such a product, "p_top with i" for both in one index, "∂a" for a
    #: derivative by a, "Σi" for a sum over i
    what: str
    said: str  #: what to say if it is missing (or there), as the end of "It holds, but …"
    layer: dict | None = None  #: what is missing is no fault if the equation holds on these layers

    def is_missed(self, found, question) -> bool:
        return self.what not in found and not (self.layer and not question.on(**self.layer).disagrees())


@dataclass(frozen=True)
class Slip:
    """A change of the LaTeX with which a wrong equation holds: in several places, which the checker does not try."""

    change: Callable[[str], str]
    said: str


def check_equation(
    name: str, latex, left: str, *, needs=(), without=(), hints=(), slips=(), praise: str = ""
) -> Report:
    """Judge an equation: its left-hand side, whether it holds, and of what its right-hand side is made.

    `hints` is what to look for, and to say, only where the equation does not hold; of a wrong one that holds after a
    slip's change, the slip's words are said.
    """
    if latex is ... or (isinstance(latex, str) and not latex.strip()):
        return Report(name, NOT_ATTEMPTED, "Write the equation below the line %%equation, and run the cell.")
    if not isinstance(latex, str):
        return Report(name, FAILED, f"The equation is LaTeX, a text; got {type(latex).__name__}.")
    try:
        question = equations.ask(latex)
        (chain,) = question.page.chains
        verdict = equations.check(question)
    except (equations.EquationError, ValueError) as error:
        message = getattr(error, "message", "write one equation")
        said = [sentence(line) for line in _repaired(latex, slips)]
        return Report(name, FAILED, "\n".join([f"It cannot be judged yet: {message}.", *said]))
    wanted = equations.reading.read(f"{left} = 0").chains[0].members[0]
    if equations.tree.form(chain.members[0]) != equations.tree.form(wanted):
        return Report(name, FAILED, f"The left-hand side should be {left}")
    found = set().union(*map(_pieces, chain.members[1:]))
    amiss = [piece.said for piece in needs if piece.is_missed(found, question)]
    amiss += [piece.said for piece in without if piece.what in found]
    if not verdict.holds:
        amiss += [piece.said for piece in hints if piece.what not in found]
        example = verdict.counterexample
        got, expected = (example.right, example.left) if example is not None else (None, None)
        lines = [sentence(line) for line in (*verdict.sentences(), *_repaired(latex, slips), *amiss[:1])]
        return Report(name, FAILED, "\n".join(lines), got=got, expected=expected)
    if verdict.warnings or amiss:
        return Report(name, FAILED, f"It holds, but {(*verdict.warnings, *amiss)[0]}.")
    return Report(name, PASSED, f"{praise} It holds on {verdict.layers} layers.".strip())


def _repaired(latex, slips) -> list[str]:
    """What is said to the first slip without which the equation holds."""
    for slip in slips:
        changed = slip.change(latex)
        if changed != latex and _holds(changed):
            return [slip.said]
    return []


def _holds(latex, layer=None) -> bool:
    """Whether it holds; what cannot be judged does not."""
    try:
        return equations.check(latex, layer=layer).holds
    except (equations.EquationError, ValueError):
        return False


def _shown(node):
    """s_h for a name with one bare letter below it, and the letter of any other name."""
    if not isinstance(node, equations.tree.Name):
        return ""
    return (
        f"{node.text}_{node.sub[0].text}"
        if node.sub and isinstance(node.sub[0], equations.tree.Name)
        else node.text
    )


def _worded(node) -> str:
    """p_top for p_{top}, which is read as a product of letters, and for p_{\\text{top}}, which is one name."""
    if not isinstance(node, equations.tree.Name):
        return ""
    if not node.sub:
        return node.text if "_" in node.text else ""
    letters = getattr(node.sub[0], "factors", ())
    if len(node.sub) > 1 or not all(isinstance(letter, equations.tree.Name) for letter in letters):
        return ""
    return f"{node.text}_{''.join(letter.text for letter in letters)}" if letters else ""


def _pieces(member) -> set[str]:
    """The letters of a tree, its plain cells, what is differentiated by, and what is summed over."""
    found = set()
    for node in equations.tree.walk(member):
        if isinstance(node, equations.tree.Name):
            found.add(node.text)
            if node.sub is not None and all(isinstance(i, equations.tree.Name) for i in node.sub):
                found.add(f"{node.text}_{','.join(i.text for i in node.sub)}")
            if word := _worded(node):
                found.add(word)
            for index in node.sub or ():
                names = [part for part in equations.tree.walk(index) if isinstance(part, equations.tree.Name)]
                words = filter(None, map(_worded, names))
                found |= {f"{word} with {name.text}" for word in words for name in names}
        elif isinstance(node, equations.tree.Mul):
            for one, other in pairwise(node.factors):
                found.add(" ".join(_shown(part) for part in (one, other)))
        elif isinstance(node, equations.tree.Slope):
            found.add(f"∂{node.bottom.text}")
        elif isinstance(node, equations.tree.Sum):
            found |= {f"Σ{name.text}" for name, _, _ in node.letters}
    return found
