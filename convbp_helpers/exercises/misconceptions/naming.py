"""Which misconceptions make a wrong array: one of the catalogue, one factor in all cells, or two at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import combinations

import numpy as np

from .catalogue import CATALOGUE, FACTORS, Factor, Misconception
from .walking import MOST_LINKS, Walk

PRECISION = 1e-5  #: of the largest cell
MOST_FOR_TWO = 4_000  #: links of a layer on which two at once are looked for


@dataclass(frozen=True)
class Answer:
    """What an answer has made of a layer."""

    walk: Walk
    got: np.ndarray
    expected: np.ndarray
    drop: int = 0  #: how many of the first axes, all of length 1, an answer leaves out

    def is_made_by(self, array) -> bool:
        if array is None:
            return False
        if self.drop and array.ndim >= self.drop and all(n == 1 for n in array.shape[: self.drop]):
            array = array.reshape(array.shape[self.drop :])
        return equal(self.got, array)

    @property
    def ratio(self) -> float | None:
        """The factor between what came out and what should, if it is one in all cells."""
        if self.got.shape != self.expected.shape or not np.any(self.expected):
            return None
        ratio = float((self.got * self.expected).sum() / (self.expected**2).sum())
        return ratio if ratio and equal(self.got, ratio * self.expected) else None


def equal(got, wrong) -> bool:
    most = np.abs(wrong).max(initial=0.0)
    return got.shape == wrong.shape and bool(np.allclose(got, wrong, rtol=0, atol=PRECISION * (most or 1)))


def named(answers: list[Answer]) -> tuple[Misconception | Factor, ...]:
    """The misconceptions that make all of these arrays, of which the first is wrong.

    Where a misconception says nothing of a layer, as of a kernel that has no transpose of its own shape, that layer
    does not count.
    """
    answers = [answer for answer in answers if answer.walk.links <= MOST_LINKS]
    if not answers:
        return ()
    entries = [entry for entry in CATALOGUE if answers[0].walk.of in entry.of]
    return (*_factors(answers), *(entry for entry in entries if _makes_all(entry, answers)))


def _makes_all(entry, answers):
    if not answers[0].is_made_by(_made(entry, answers[0])):
        return False
    made = ((answer, _made(entry, answer)) for answer in answers[1:])
    return all(array is None or answer.is_made_by(array) for answer, array in made)


def two_at_once(answers: list[Answer]) -> tuple[Misconception | Factor, ...]:
    """The first pair that makes all of these arrays, at least two of them; of a factor and a mistake, that pair."""
    answers = [answer for answer in answers if answer.walk.links <= MOST_FOR_TWO]
    if len(answers) < 2:
        return ()
    entries = [entry for entry in CATALOGUE if answers[0].walk.of in entry.of]
    first = [_made(entry, answers[0]) for entry in entries]
    for entry, made in zip(entries, first, strict=True):
        for factor in FACTORS:
            if made is not None and answers[0].is_made_by(factor.of_layer(answers[0].walk) * made):
                if all(a.is_made_by(_times(factor, a, _made(entry, a))) for a in answers):
                    return entry, factor
    walks = [(entry, walk) for entry in entries if isinstance(walk := entry.makes(answers[0].walk), Walk)]
    for (one, walk), (other, second) in combinations(walks, 2):
        if _changed(walk, answers[0].walk) & _changed(second, answers[0].walk):
            continue  # the second would undo the first
        if answers[0].is_made_by(other.made(walk)) and all(
            a.is_made_by(_both(one, other, a)) for a in answers
        ):
            return one, other
    return ()


def _changed(walk, right) -> set[str]:
    """The steps that a mistake replaces."""
    steps = {step.name: (getattr(walk, step.name), getattr(right, step.name)) for step in fields(right)}
    return {
        name
        for name, (one, other) in steps.items()
        if one is not other and not (isinstance(one, tuple) and one == other)
    }


def _made(entry, answer):
    return entry.made(answer.walk)


def _both(one, other, answer):
    walk = one.makes(answer.walk)
    return other.made(walk) if isinstance(walk, Walk) else None


def _times(factor, answer, array):
    return None if array is None else factor.of_layer(answer.walk) * array


def _factors(answers):
    """The factors that are all of these ratios; a layer on which a factor is 1, and the answer right, counts too."""
    ratios = [answer.ratio for answer in answers if np.any(answer.expected)]
    if not ratios or None in ratios:
        return ()
    given = [answer for answer in answers if np.any(answer.expected)]
    return tuple(
        factor
        for factor in FACTORS
        if all(np.isclose(factor.of_layer(answer.walk), r) for answer, r in zip(given, ratios, strict=True))
        and not all(np.isclose(r, 1) for r in ratios)
    )
