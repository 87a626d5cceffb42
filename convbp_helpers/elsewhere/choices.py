"""The words for padding that libraries take, each with the one reading that fits all that was answered to it."""

from __future__ import annotations

from .readings import FORWARD
from .results import libraries

__all__ = ["HABITS", "choices", "reading_of"]

#: What people write where a library has no word.
HABITS = {
    "a habit: padding = K//2": "K//2 zeros on both sides",
    "a habit: padding = d(K//2)": "d(K//2) zeros on both sides",
}


def reading_of(library, word) -> str | None:
    """The first reading that fits every answer that a library gave to a word; None where there is none."""
    told = [
        meaning for meaning in library.words[word].values() if meaning.get("readings") or "nearest" in meaning
    ]
    fitting = [
        name for name in FORWARD if told and all(name in meaning.get("readings", ()) for meaning in told)
    ]
    return fitting[0] if fitting else None


def choices() -> dict[str, str]:
    """A library and its word -> its reading; and the habits."""
    found = {
        f'{library.title}: "{word}"': reading
        for library in libraries().values()
        for word in library.words
        if (reading := reading_of(library, word)) is not None
    }
    return found | HABITS
