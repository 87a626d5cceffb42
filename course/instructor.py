"""The instructor's edition of a notebook: every solution open, and below each exercise the likely wrong answers."""

from __future__ import annotations

import copy

import editions
import nbformat

from convbp_helpers import exercises as checks


def edition(book, stem: str):
    book = copy.deepcopy(book)
    for exercise in reversed(editions.found_in(book)):
        below = book.cells[exercise.at + 1]
        below.source = below.source.replace("<details><summary>Solution", "<details open><summary>Solution")
        notes = nbformat.v4.new_markdown_cell(notes_on(exercise), id=f"{below.id}-notes")
        book.cells.insert(exercise.at + 2, notes)
    return book


def notes_on(exercise) -> str:
    lines = [f"**For the instructor: exercise {exercise.number}**, {exercise.points} points."]
    numbers = getattr(getattr(checks, exercise.check), "numbers", {})
    for name, replies in numbers.items():
        wrong = {given: said for given, said in replies.items() if given is not ... and said}
        lines += [f"- `{name} = {given}`: {said}" for given, said in wrong.items()]
    return "\n".join(lines)
