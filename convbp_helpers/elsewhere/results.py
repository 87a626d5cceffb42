"""What libraries answered, as it is kept in results.json (made from libraries/results by `make libraries`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Library", "libraries", "library"]

KEPT = Path(__file__).parent / "results.json"


@dataclass(frozen=True)
class Library:
    """One library: what it is, and what it answered.

    Attributes
    ----------
    name, title : str
    asked, numbers : str
        By which calls, and in which type of number.
    told_size : bool
        Whether its transposed layer is told the size of what it makes.
    versions : dict
        Package -> version; the first is the library.
    python, date : str
    quantities : dict
        "forward", "grad_x", "grad_w", "grad_b", "transposed" -> for each feature of a layer how many of its layers
        agreed with the sums over links, differed, were refused, or could not be said; with the first message.
    words, transposed : dict
        Word or number for padding -> on which layers -> its reading, or why there is none.
    output_padding, nan, digits, claims, differs, silent
        See `libraries/README.md`.
    """

    name: str
    title: str
    asked: str
    numbers: str
    told_size: bool
    versions: dict
    python: str
    date: str
    quantities: dict
    words: dict
    transposed: dict
    output_padding: dict
    nan: dict
    digits: dict
    claims: dict
    differs: list
    silent: dict

    @property
    def version(self) -> str:
        return next(iter(self.versions.values()))


@cache
def libraries() -> dict[str, Library]:
    """All that were asked, by name."""
    told = json.loads(KEPT.read_text(encoding="utf-8"))
    return {name: Library(name, **entry) for name, entry in told.items()}


def library(name) -> Library:
    """The library of this name, or a ValueError that lists the names."""
    found = libraries()
    if name not in found:
        raise ValueError(f"no library {name!r} was asked; there are {', '.join(found)}")
    return found[name]
