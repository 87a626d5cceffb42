"""Predictions: a check that asks for a few numbers, and says to a wrong one what it is the answer to."""

from __future__ import annotations

from inspect import Parameter, Signature
from numbers import Real

import numpy as np

from .report import FAILED, NOT_ATTEMPTED, PASSED, Diagnosis, Report, name_in, section_of

RIGHT = ""  #: nothing is said to the right number


def prediction(doc: str, *, praise: str, any_order: bool = False, **numbers: dict):
    """A check with this docstring, which takes an answer by the name of each number; in any order if that is no matter.

    A number is given by what is said to an answer: the right one -> RIGHT, one that comes of a known mistake -> its
    hint, and `...`, which is every other one -> what helps without knowing more.
    """
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY) for name in numbers]
    signature = Signature(parameters, return_annotation="Report")

    def check(*given, **answers):
        answers = signature.bind(*given, **answers).arguments  # a TypeError where the names are others
        if any_order:
            answers = _in_order(answers, numbers)
        return _judged(name_in(doc), answers, numbers, praise)

    check.__doc__, check.__signature__, check.numbers = doc, signature, numbers
    return check


def _in_order(answers: dict, numbers: dict) -> dict:
    """The same numbers, each by the name under which it is right."""
    right = [next(n for n, said in replies.items() if said is RIGHT) for replies in numbers.values()]
    given = list(map(_one_number, answers.values()))
    same = all(isinstance(n, Real) for n in given) and sorted(given) == sorted(right)
    return dict(zip(answers, right, strict=True)) if same else answers


_QUESTION = "What is asked for, and what did you count?"


def _judged(name: str, answers: dict, numbers: dict[str, dict], praise: str) -> Report:
    """Each of the answers is looked at, so that all that is wrong is said at once."""
    if all(value is ... for value in answers.values()):
        return Report(name, NOT_ATTEMPTED, f"Replace each ... by your answer: {', '.join(answers)}.")
    lines, known, question = [], [], ""
    for key, given in answers.items():
        replies, value = numbers[key], _one_number(given)
        if value is ...:
            lines.append(f"{key}: still to answer.")
        elif isinstance(value, str):
            lines.append(f"{key} = {given!r}: not right. Write the number without quotes.")
        elif value is None:
            lines.append(f"{key} = {given!r}: not right. The answer is one number.")
        elif replies.get(value) != RIGHT or isinstance(value, bool):
            said = replies.get(value) or replies[...]
            lines.append(f"{key} = {given!r}: not right. {said}")
            if said != replies[...]:
                known.append(said)
                question = question or (replies[...] if replies[...].endswith("?") else _QUESTION)
    if lines:
        diagnosis = Diagnosis(" ".join(known), question, section_of(name)) if known else None
        return Report(name, FAILED, "\n".join(lines), diagnosis)
    return Report(name, PASSED, praise)


def _one_number(value):
    """The number in an answer, alone or in an array without axes; None where there is none, and a text as it is."""
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value.item()
    return value if value is ... or isinstance(value, (str, Real)) else None
