"""What a check says to the learner: one `Report`, which draws itself in a notebook and reads as text elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

import numpy as np

PASSED, FAILED, NOT_ATTEMPTED = "passed", "not yet right", "not attempted yet"


@dataclass(frozen=True)
class Report:
    """The verdict on one exercise.

    Attributes
    ----------
    name : str
    verdict : str
        PASSED, FAILED or NOT_ATTEMPTED.
    message : str
        What was found, in sentences.
    diagnosis : str or None
        The name of the misconception behind a wrong answer, where it is known.
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
        return f"{self.name}: {self.verdict}. {self.message}".rstrip()

    def _repr_html_(self):
        mark = {PASSED: "✓", FAILED: "✗", NOT_ATTEMPTED: "…"}[self.verdict]
        lines = "".join(f"<div>{escape(line)}</div>" for line in self.message.splitlines())
        edge = {PASSED: "#009E73", FAILED: "#D55E00", NOT_ATTEMPTED: "#888888"}[self.verdict]
        return (
            f'<div role="status" style="border-left: 5px solid {edge}; padding: 4px 12px">'
            f"<b>{mark} {escape(self.name)}: {self.verdict}</b>{lines}{self._grid()}</div>"
        )

    def _grid(self) -> str:
        """The cells of a wrong answer as a table: a tick where it is right, both numbers where it is not."""
        if self.got is None or self.expected is None:
            return ""
        got, expected = (np.atleast_2d(np.squeeze(a)) for a in (self.got, self.expected))
        if got.shape != expected.shape or got.ndim != 2 or got.size > 150:
            return ""
        wrong = ~np.isclose(got, expected, rtol=1e-9, atol=1e-9, equal_nan=True)
        style = "border: 1px solid currentColor; padding: 2px 8px; text-align: center; font-family: monospace"
        rows = ""
        for i in range(got.shape[0]):
            row = ""
            for j in range(got.shape[1]):
                if wrong[i, j]:
                    row += f'<td style="{style}; font-weight: bold">✗ {got[i, j]:.4g}<br>not {expected[i, j]:.4g}</td>'
                else:
                    row += f'<td style="{style}; opacity: 0.75">✓ {expected[i, j]:.4g}</td>'
            rows += f"<tr>{row}</tr>"
        caption = "Cell by cell: ✓ right; ✗ your value, and below it what it should be"
        return f'<table style="margin: 6px 0"><caption style="text-align: left">{caption}</caption>{rows}</table>'
