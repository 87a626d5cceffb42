"""What the course makes of a committed notebook: the source of an nbgrader assignment, and the instructor's edition.

An exercise is a cell tagged `exercise`, which ends in its check; the Markdown cell below it holds a hint and the
solution, each folded away.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass

import nbformat

from convbp_helpers import exercises as checks
from convbp_helpers.exercises.points import GRADED, looks

POINTS = dict(prediction=2, equation=3, function=4)
SOLUTION = re.compile(r"\n*<details><summary>Solution</summary>(.*?)</details>", re.DOTALL)
BLANK = "convbp_blank"  #: where the source keeps what the release has in a solution's place


@dataclass(frozen=True)
class Exercise:
    """One exercise: where it stands, what is handed out, and what is right."""

    at: int  #: its cell's index; the hint and the solution stand in the next one
    number: str  #: "1.2"
    check: str  #: check_grad_input_1d
    kind: str
    blank: str
    solution: str  #: the whole cell, solved

    @property
    def grade_id(self) -> str:
        return "exercise-" + self.number.replace(".", "-")

    @property
    def points(self) -> int:
        return POINTS[self.kind]


def found_in(book) -> list[Exercise]:
    """The exercises of a notebook, in order."""
    tagged = [n for n, cell in enumerate(book.cells) if "exercise" in cell.metadata.get("tags", [])]
    return [_exercise(n, book.cells[n].source, book.cells[n + 1].source) for n in tagged]


def _exercise(at: int, blank: str, below: str) -> Exercise:
    (check,) = set(re.findall(r"exercises\.(check_\w+)", blank))
    judge = getattr(checks, check)
    number = re.match(r"Exercise (\d+\.\d+)", judge.__doc__).group(1)
    (folded,) = SOLUTION.findall(below)
    (solved,) = re.findall(r"```(?:python|latex)\n(.*?)\n```", folded, re.DOTALL)
    if blank.startswith("%%equation"):
        kind, solution = "equation", blank.partition("\n")[0] + "\n" + solved
    else:
        kind = "prediction" if hasattr(judge, "numbers") or not hasattr(judge, "cases") else "function"
        call = blank.rstrip().rpartition("\n")[2]
        solution = solved if call in solved else f"{solved}\n\n\n{call}"
    return Exercise(at, number, check, kind, blank, solution)


# ------------------------------------------------------------------------------------------------ for nbgrader
def graded_cell(exercise: Exercise, used=()) -> str:
    """The cell that gives the points. What is hidden is put back by nbgrader when it grades.

    The package is imported afresh, so that a check which a learner's cell has put in a check's place is not asked.
    """
    if exercise.kind == "equation":
        asked = f'points.of_equation("{exercise.check}"'
    else:
        call = exercise.blank.rstrip().rpartition("\n")[2].replace(f"exercises.{exercise.check}(", "check(")
        asked = f'points.of_call("{exercise.check}", lambda check: {call}'
    asked += f", {exercise.points}{f', used={[*used]}' if used else ''})"
    return f"""\
# Graded: exercise {exercise.number}, {exercise.points} points. Leave this cell as it is.
{GRADED}
import sys

held = {{name: sys.modules.pop(name) for name in [*sys.modules] if name.split(".")[0] == "convbp_helpers"}}
from convbp_helpers.exercises import points

given = {asked}
sys.modules.update(held)
given
### END HIDDEN TESTS"""


def used_in(book) -> list[str]:
    """The names that only a look into a check needs, as a rule, and that the notebook itself needs too."""
    code = [
        cell.source for cell in book.cells if cell.cell_type == "code" and not cell.source.startswith("%%")
    ]
    used = []
    while name := looks(code, used):
        used.append(name)
    return used


def source_edition(book, stems=()):
    """The notebook as nbgrader's source: solved, with a graded cell behind each exercise. The folded solutions go."""
    book, used = copy.deepcopy(book), used_in(book)
    for exercise in reversed(found_in(book)):
        cell, below = book.cells[exercise.at], book.cells[exercise.at + 1]
        cell.source = exercise.solution
        cell.metadata["nbgrader"] = _metadata(exercise.grade_id, solution=True)
        cell.metadata[BLANK] = exercise.blank
        below.source = SOLUTION.sub("", below.source)
        graded = nbformat.v4.new_code_cell(graded_cell(exercise, used), id=f"{cell.id}-points")
        graded.metadata["nbgrader"] = _metadata(f"{exercise.grade_id}-points", points=exercise.points)
        book.cells.insert(exercise.at + 1, graded)
    for cell in book.cells:
        if cell.cell_type == "markdown":
            cell.source = _in_folders(cell.source, stems)
    return book


def _metadata(grade_id: str, *, solution: bool = False, points: int | None = None) -> dict:
    given = dict(grade_id=grade_id, schema_version=3, task=False, solution=solution)
    if points is None:
        return dict(given, grade=False, locked=False)
    return dict(given, grade=True, locked=True, points=points)


def _in_folders(text: str, stems) -> str:
    """Links to the other notebooks; for nbgrader each stands in a folder of its own."""
    for stem in stems:
        text = text.replace(f"]({stem}.ipynb", f"](../{stem}/{stem}.ipynb")
    return text


def in_one_folder(book, stems):
    """A notebook of the release, to lie beside the others again; what is not among `stems` is no link."""
    book = copy.deepcopy(book)
    for cell in book.cells:
        if cell.cell_type == "markdown":
            for stem in stems:
                cell.source = cell.source.replace(f"](../{stem}/{stem}.ipynb", f"]({stem}.ipynb")
            cell.source = re.sub(r"\[([^][]*)\]\(\.\./[\w-]+/[\w-]+\.ipynb[^)]*\)", r"\1", cell.source)
    return book


def blanked(cell) -> None:
    """Put the committed blank in a solution's place. Its output was "not attempted yet" all along."""
    if BLANK in cell.metadata:
        cell.source = cell.metadata.pop(BLANK)
