"""The instructor's edition: solutions open, minutes for each section, likely wrong answers, and what notes/ says.

notes/01.md has a heading for a section, or for an exercise as `## Exercise 1.5`, and below it what to skip, what goes
on the board, and what is answered wrongly. The minutes are those that a notebook gives itself, shared by its words.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path

import editions
import nbformat
import numpy as np

from convbp_helpers import exercises as checks
from convbp_helpers.exercises.misconceptions import CATALOGUE

NOTES = Path(__file__).resolve().parent / "notes"
READ = re.compile(r"About (\d+) minutes to read")
EXERCISE = re.compile(r"^### Exercise (\d+\.\d+).*?(\d+) minutes\)", re.MULTILINE)
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
BOX = (  # as the notebooks have them around an exercise, in another colour
    '<div style="border: 1px solid rgba(130, 90, 170, 0.45); border-left: 5px solid rgba(130, 90, 170, 0.9); '
    'background-color: rgba(130, 90, 170, 0.08); padding: 2px 16px">'
)
MOST = 4  #: likely wrong answers that are named for an exercise


def edition(book, stem: str):
    """A notebook for the one who teaches; a cell of notes stands below each section's heading and each exercise."""
    book, notes = copy.deepcopy(book), notes_of(stem)
    found = {exercise.at + 1: exercise for exercise in editions.found_in(book)}
    cells = []
    for at, cell in enumerate(book.cells):
        cells.append(cell)
        if cell.cell_type != "markdown":
            continue
        if at in found:
            exercise = found[at]
            cell.source = cell.source.replace("<details><summary>Solution", "<details open><summary>Solution")
            cells.append(_note(cell.id, on_exercise(exercise, notes.pop(f"Exercise {exercise.number}", ""))))
        said = [notes.pop(heading) for heading in HEADING.findall(cell.source) if heading in notes]
        if said:
            cells.append(_note(cell.id, "**For the instructor**\n\n" + "\n\n".join(said)))
    if notes:
        raise ValueError(f"notes/{stem[:2]}.md has no section of the notebook: {', '.join(notes)}")
    book.cells = [cells[0], _note(cells[0].id, plan(book)), *cells[1:]]
    return book


def _note(cell_id: str, text: str):
    text = re.sub(r"^((Board|Likely wrong|Skip|Ask)[^:.\n]{0,30}):", r"**\1:**", text, flags=re.MULTILINE)
    return nbformat.v4.new_markdown_cell(f"{BOX}\n\n{text}\n\n</div>", id=f"{cell_id}-instructor")


def notes_of(stem: str) -> dict[str, str]:
    """Heading -> the notes below it."""
    text = (NOTES / f"{stem[:2]}.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    return {heading: text.strip() for heading, text in zip(parts[::2], parts[1::2], strict=True)}


# ------------------------------------------------------------------------------------------------ timing
def sections(book) -> dict[str, str]:
    """Heading -> the text and code below it, from the first section on. A cell may hold several headings."""
    whole = "\n".join(
        c.source if c.cell_type == "markdown" else c.source.replace("## ", "") for c in book.cells
    )
    parts = HEADING.split(whole)[1:]
    return {heading: text for heading, text in zip(parts[::2], parts[1::2], strict=True)}


def minutes(book) -> dict[str, tuple[int, int]]:
    """Heading -> minutes to read, by the words and code below it, and minutes for the exercises in it."""
    (whole,) = {int(n) for cell in book.cells for n in READ.findall(cell.source)}
    words = {
        heading: len(re.sub(r"<details.*?</details>", "", text, flags=re.DOTALL).split())
        for heading, text in sections(book).items()
    }
    every = sum(words.values())
    return {
        heading: (
            max(1, round(whole * words[heading] / every)),
            sum(int(n) for _, n in EXERCISE.findall(text)),
        )
        for heading, text in sections(book).items()
    }


def plan(book) -> str:
    """The first note of an edition."""
    return "**For the instructor.** This edition has its solutions open. Do not hand it out.\n\n" + timing(
        book
    )


def objectives(book) -> str:
    """What a notebook says that is learnt in it."""
    (said,) = [cell.source for cell in book.cells if "**What you'll learn**" in cell.source]
    return "\n".join(re.findall(r"^- .*$", said, flags=re.MULTILINE))


def overview(books) -> str:
    """A page on the whole series: for each notebook its objectives, and its sections with their minutes."""
    parts = [
        f"# The series, section by section\n\nIn all {_sum(books, 0)} minutes to read, {_sum(books, 1)} for exercises. "
        "Reading is shared out by the words of each section, exercises are the sum of their own minutes; so the sums "
        "differ by a few minutes from those at the top of a notebook, which are rounded."
    ]
    for book in books:
        title = re.match(r"# (.+)", book.cells[0].source).group(1)
        parts.append(f"## {title}\n\n{objectives(book)}\n\n{timing(book)}")
    return "\n\n".join(parts) + "\n"


def _sum(books, column: int) -> int:
    return sum(row[column] for book in books for row in minutes(book).values())


def timing(book) -> str:
    """The sections and their minutes, as a table."""
    rows = [f"| {h} | {read} | {work or ''} |" for h, (read, work) in minutes(book).items()]
    total = [sum(column) for column in zip(*minutes(book).values(), strict=True)]
    return "\n".join(
        [
            "| section | minutes | for exercises |",
            "|---|---|---|",
            *rows,
            f"| **in all** | {total[0]} | {total[1]} |",
        ]
    )


# ------------------------------------------------------------------------------------------------ likely wrong answers
def on_exercise(exercise, notes: str) -> str:
    lines = [f"**For the instructor: exercise {exercise.number}**, {exercise.points} points."]
    if likely := likely_wrong(exercise):
        lines += [
            "",
            "Likely wrong answers, and what the check says to them:",
            "",
            *(f"- {line}" for line in likely),
        ]
    return "\n".join(lines) + (f"\n\n{notes}" if notes else "")


def likely_wrong(exercise) -> list[str]:
    """From the check itself: the numbers that it knows, and the misconceptions that show on its layers."""
    judge = getattr(checks, exercise.check)
    if exercise.kind == "prediction":
        numbers = getattr(judge, "numbers", {})
        return [
            f"`{name} = {given}`: {said}"
            for name, replies in numbers.items()
            for given, said in replies.items()
            if given is not ... and said
        ]
    cases = list(judge.cases()) if exercise.kind == "function" else []
    seen = [one for one in CATALOGUE if any(_shows(one, case) for case in cases)]
    own = f"{int(exercise.number.partition('.')[0]):02}"
    seen.sort(key=lambda one: one.section[:2] != own)  # those of this notebook first
    return [f"{one.name}: it comes out if {one.text}. *{one.question}*" for one in seen[:MOST]]


def _shows(misconception, case) -> bool:
    for walk, _ in case.walks.values():
        made, right = misconception.made(walk), walk.made()
        if made is not None and (np.shape(made) != right.shape or not np.allclose(made, right)):
            return True
    return False
