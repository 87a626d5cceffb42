"""Error maps: a gradient less the right one, one map of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..words import number
from .checks import right_after, run, unusable
from .trial_layers import ODD, by_loops

__all__ = ["ErrorMap", "mapped"]


@dataclass(frozen=True)
class ErrorMap:
    """One map of a gradient: what a candidate returned, and what is right.

    Attributes
    ----------
    got, expected : array of one or two axes
    place : str
        Which map of which array it is.
    layer : str
        What the layer has.
    problem : str
        Where the whole gradient has another shape than its array, which; else "".
    """

    got: np.ndarray
    expected: np.ndarray
    place: str
    layer: str
    problem: str

    @property
    def cells(self) -> list[list]:
        """got − expected, row by row; "extra" is a cell that should not be there, "missing" one that should."""
        got, expected = (np.atleast_2d(a).astype(float) for a in (self.got, self.expected))
        alike = self.got.ndim == self.expected.ndim
        grid = tuple(map(max, got.shape, expected.shape)) if alike else got.shape
        inside = lambda cell, array: all(i < n for i, n in zip(cell, array.shape))  # noqa: E731

        def one(cell):
            if not alike or not inside(cell, expected):
                return "extra"
            return float(got[cell] - expected[cell]) if inside(cell, got) else "missing"

        return [[one((i, j)) for j in range(grid[1])] for i in range(grid[0])]

    @property
    def said(self) -> str:
        """The largest error, and how many cells are wrong."""
        cells = [cell for row in self.cells for cell in row]
        gaps = [cell for cell in cells if not isinstance(cell, str)]
        wrong = [gap for gap in gaps if not abs(gap) <= 1e-9]
        said = (
            [f"{len(wrong)} of {len(gaps)} wrong, by up to {number(max(map(abs, wrong)))}"] if wrong else []
        )
        said += [f"{cells.count(word)} {word}" for word in ("missing", "extra") if word in cells]
        return f"{', '.join(said) or 'all right'}{f' ({self.problem})' if self.problem else ''}"


def mapped(candidate, seed=0) -> ErrorMap:
    """The map with the largest error, on the first of the odd layers on which the candidate is wrong.

    All sums are exact, so a difference that is not zero is no rounding. The right gradient is that of the arrays as
    the call has left them, as in the checks.

    Raises
    ------
    ValueError
        If the candidate stops, or returns no numbers.
    """
    shown = None
    for layer in ODD:
        r = run(candidate, layer, layer.halves(seed))
        if r.stopped or r.got.dtype.kind not in "fiub":
            raise ValueError(f"there is no error map: {unusable(r)}")
        expected = right_after(r, by_loops, "halves", seed)
        same = r.got.shape == expected.shape
        if shown is None or not same or not np.allclose(r.got, expected):
            shown = r, expected, same
        if not same or not np.allclose(r.got, expected):
            break
    return one_map(*shown)


def one_map(r, expected, same) -> ErrorMap:
    axes = min(expected.ndim, 2)
    gaps = np.abs(r.got - expected) if same else np.zeros(expected.shape)
    at = tuple(int(i) for i in np.unravel_index(np.argmax(gaps), gaps.shape))[: expected.ndim - axes]
    front = at if r.got.ndim == expected.ndim else (0,) * (r.got.ndim - 2)
    where = zip({"x": ("example", "channel"), "w": ("filter", "channel"), "b": ()}[r.of], at)
    place = ", ".join([r.grad, *(f"{word} {index}" for word, index in where)])
    problem = "" if same else f"shape {r.got.shape} in place of {expected.shape}"
    return ErrorMap(r.got[front], expected[at], place, r.layer.name, problem)
