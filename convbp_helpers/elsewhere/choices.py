"""The words for padding that libraries take, each with the one reading that fits all that was answered to it."""

from __future__ import annotations

from .results import libraries

__all__ = ["HABITS", "choices", "common", "reading_of"]

#: What people write where a library has no word.
HABITS = {
    "a habit: padding = K//2": "K//2 zeros on both sides",
    "a habit: padding = d(K//2)": "d(K//2) zeros on both sides",
}


def common(word) -> list[str]:
    """The readings that fit every answer to a word or number, whatever the layers it was asked on."""
    told = [
        meaning.get("readings", []) for meaning in word.values() if meaning.keys() & {"readings", "nearest"}
    ]
    return [name for name in told[0] if all(name in readings for readings in told)] if told else []


def reading_of(library, word) -> str | None:
    """The first reading that fits every answer that a library gave to a word; None where there is none."""
    return next(iter(common(library.words[word])), None)


def choices() -> dict[str, str]:
    """A library and its word -> its reading; and the habits."""
    found = {
        f'{library.title}: "{word}"': reading
        for library in libraries().values()
        for word in library.words
        if (reading := reading_of(library, word)) is not None
    }
    return found | HABITS
