"""What a check says to the learner: one `Report`, which draws itself in a notebook and reads as text elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from ..verdicts import box, cells, first_wrong, window
from ..words import undollared

PASSED, FAILED, NOT_ATTEMPTED = "passed", "not yet right", "not attempted yet"


def name_in(doc: str) -> str:
    """Exercise 4.1, with which the docstring of its check begins."""
    return re.match(r"Exercise \d+\.\d+", doc).group()


@dataclass(frozen=True)
class Report:
    """The verdict on one exercise.

    Attributes
    ----------
    name : str
    verdict : str
        PASSED, FAILED or NOT_ATTEMPTED.
    message : str
        What was found, in sentences; the LaTeX in them stands between dollars, where a notebook typesets it.
    diagnosis : str or None
        The mistake behind a wrong answer, in the words of `message`, where it is known.
    got, expected : arrays, optional
        The answer's values on the smallest failing layer, drawn as a grid of right and wrong cells.
    """

    name: str
    verdict: str
    message: str
    diagnosis: str | None = None
    got: np.ndarray | None = field(default=None, compare=False)
    expected: np.ndarray | None = field(default=None, compare=False)

    @property
    def passed(self) -> bool:
        return self.verdict == PASSED

    @property
    def attempted(self) -> bool:
        return self.verdict != NOT_ATTEMPTED

    def __bool__(self):
        return self.passed

    def __repr__(self):
        return undollared(f"{self.name}: {self.verdict}. {self.message}".rstrip())

    def _repr_html_(self):
        kind = {PASSED: "right", FAILED: "wrong", NOT_ATTEMPTED: "open"}[self.verdict]
        return box(kind, f"{self.name}: {self.verdict}", self.message.splitlines(), self._grid())

    def _grid(self) -> str:
        """The cells of a wrong answer as a table: a tick where it is right, both numbers where it is not."""
        if self.got is None or self.expected is None:
            return ""
        got, expected = np.squeeze(self.got), np.squeeze(self.expected)
        if got.shape != expected.shape:
            return ""
        shown = window(got.shape, first_wrong(got, expected))
        caption = f"Cell by cell{shown.where}: ✓ right; ✗ your value, and below it what it should be"
        return cells(got[shown.index], expected[shown.index], caption=caption)
