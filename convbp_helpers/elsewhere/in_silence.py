"""The layers to which a released library gives other numbers, or another shape, without an error."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np

from ..words import by, counted, number
from .results import Library, libraries

__all__ = ["Silent", "silent"]

NAMES = {"delta": "δ"}


@dataclass(frozen=True)
class Silent:
    """One of them: how it is called, what it is given, what comes out, and what is right."""

    library: Library
    name: str
    call: str
    why: str
    given: dict
    got: np.ndarray
    right: np.ndarray

    def __str__(self):
        given = "; ".join(_lines(self.given))
        return (
            f"{self.library.title} {self.library.version}, {self.name}: {self.call} with {given} gives "
            f"{numbers(self.got)}; right is {numbers(self.right)}: {self.why}"
        )


def numbers(array) -> str:
    """The numbers of an array, each row in brackets where there are several."""
    array = np.asarray(array, dtype=float)
    shape, array = array.shape, np.squeeze(array)
    if array.size > 1 and not array.any():
        return f"all 0, {by(shape)}"
    if array.ndim > 1:
        return " ".join(f"[{numbers(part)}]" for part in array)
    values = np.atleast_1d(array)
    if array.ndim == 1 and len(values) > 4 and np.array_equal(values, np.arange(1, len(values) + 1)):
        return f"1 2 … {len(values)}"
    return " ".join(map(number, values))


class Listed:
    """Some of these layers; in a notebook they draw themselves as a table."""

    def __init__(self, found):
        self.found = found

    def __iter__(self):
        return iter(self.found)

    def __len__(self):
        return len(self.found)

    def __repr__(self):
        return "\n".join(map(str, self.found))

    def _repr_html_(self):
        cell = 'style="text-align: left; vertical-align: top; white-space: normal; min-width: 6em"'
        line = cell.replace("normal", "nowrap")
        told = "".join(
            f"<tr><th scope=row {cell}>{escape(one.library.title)}<br><small>{escape(one.library.version)}</small></th>"
            f"<td {cell}>{escape(one.name)}<br><code>{escape(one.call)}</code></td>"
            f"<td {line}>{'<br>'.join(map(escape, _lines(one.given)))}</td><td {cell}>{escape(numbers(one.got))}</td>"
            f"<td {cell}>{escape(numbers(one.right))}</td><td {cell}>{escape(one.why)}</td></tr>"
            for one in self.found
        )
        heads = ("library", "called", "with", "answers", "right", "what it is")
        head = "".join(f"<th scope=col {cell}>{name}</th>" for name in heads)
        dates = sorted({one.library.date for one in self.found})
        return (
            '<div role="region" aria-label="other numbers without an error" tabindex="0" style="overflow-x: auto">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{told}</tbody></table></div>"
            '<p style="font-size: 0.85em; opacity: 0.75; margin: 0.2em 0 0">'
            f"{counted(len(self.found), 'layer')}, run on {' and '.join(dates)}, on a CPU</p>"
        )


def _lines(given) -> list[str]:
    """x = 1 2 3 for each array; a bias of zeros is left out."""
    shown = {key: array for key, array in given.items() if key != "b" or array.any()}
    return [f"{NAMES.get(key, key)} = {numbers(array)}" for key, array in shown.items()]


def silent() -> Listed:
    """All of them that are still so in the version that was asked."""
    return Listed(
        [
            Silent(
                library, name, told["call"], told["why"],
                {key: np.array(array) for key, array in told["arrays"].items()},
                _array(told["got"]), np.array(told["right"]),
            )
            for library in libraries().values()
            for name, told in library.silent.items()
            if "got" in told and not told["as it should be"]
        ]
    )  # fmt: skip


def _array(cells):
    cells = np.array(cells, dtype=object)
    return np.array([np.nan if cell is None else float(cell) for cell in cells.flat]).reshape(cells.shape)
