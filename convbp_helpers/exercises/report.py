"""What a check says to the learner: one `Report`, which draws itself in a notebook and reads as text elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

import numpy as np

from ..verdicts import box, cells, first_wrong, window
from ..words import undollared
from .sections import OF_EXERCISE, address, words

PASSED, FAILED, NOT_ATTEMPTED = "passed", "not yet right", "not attempted yet"


def section_of(name: str) -> str:
    """The section that Exercise 4.1 is about."""
    return OF_EXERCISE.get(name.removeprefix("Exercise "), "")


def name_in(doc: str) -> str:
    """Exercise 4.1, with which the docstring of its check begins."""
    return re.match(r"Exercise \d+\.\d+", doc).group()


@dataclass(frozen=True)
class Diagnosis:
    """The mistake behind a wrong answer.

    Attributes
    ----------
    text : str
        What it is, in the words of the report's message.
    question : str
        What to ask oneself.
    section : str
        Where to reread: the notebook's number, # and a heading.
    names : tuple of str
        The misconceptions of the catalogue that it is: two of them where both were made at once.
    """

    text: str
    question: str = ""
    section: str = ""
    names: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """File and place of the section."""
        return address(self.section) if self.section else ""

    def __str__(self):
        return self.text


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
    diagnosis : Diagnosis or None
        The mistake behind a wrong answer, where it is known.
    got, expected : arrays, optional
        The answer's values on the smallest failing layer, drawn as a grid of right and wrong cells.
    """

    name: str
    verdict: str
    message: str
    diagnosis: Diagnosis | None = None
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
        return undollared(f"{self.name}: {self.verdict}. {self.message}".rstrip() + self._lead())

    def _lead(self) -> str:
        """The question and the section, as text."""
        if self.diagnosis is None:
            return ""
        question, section = self.diagnosis.question, self.diagnosis.section
        lead = f"\nAsk yourself: {question}" if question else ""
        return lead + (f"\nReread: {words(section)}" if section else "")

    def _repr_html_(self):
        kind = {PASSED: "right", FAILED: "wrong", NOT_ATTEMPTED: "open"}[self.verdict]
        return box(
            kind, f"{self.name}: {self.verdict}", self.message.splitlines(), self._lead_html() + self._grid()
        )

    def _lead_html(self) -> str:
        if self.diagnosis is None:
            return ""
        question, section = self.diagnosis.question, self.diagnosis.section
        lead = (
            f'<div style="margin-top: 6px"><b>Ask yourself:</b> {escape(question)}</div>' if question else ""
        )
        if section:
            lead += f'<div>Reread: <a href="{escape(address(section))}">{escape(words(section))}</a></div>'
        return lead

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
