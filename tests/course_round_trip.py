"""The real nbgrader on a course of its own, in `.course`: builds, hands in, grades, and says what it gave.

    .course/bin/python tests/course_round_trip.py FOLDER < submissions.json

Read: {"timeout": 15, "only": "01", "submissions": [[student, assignment, {grade_id: the cell handed in}], …]}.
Written, as the last line: [{grade_id: [points, most points]}, …], in the same order. The feedback is in
FOLDER/feedback.
"""

import json
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "course"))

import build  # noqa: E402


def hand_in(out, student, assignment, answers):
    """The release with some of its cells answered."""
    book = nbformat.read(out / "release" / assignment / f"{assignment}.ipynb", as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in book.cells}
    for grade_id, text in answers.items():
        if text is None:
            book.cells.remove(cells[grade_id])
        else:
            cells[grade_id].source = text
    folder = out / "submitted" / student / assignment
    folder.mkdir(parents=True)
    nbformat.write(book, folder / f"{assignment}.ipynb")


def graded(api, student, assignment):
    for done in (api.autograde(assignment, student), api.generate_feedback(assignment, student)):
        if not done["success"]:
            sys.exit(done["log"])
        print(done["log"], file=sys.stderr)
    with api.gradebook as book:
        submission = book.find_submission(assignment, student)
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        return {grade.name.removesuffix("-points"): [grade.auto_score, grade.max_score] for grade in grades}


def main():
    out, given = Path(sys.argv[1]).resolve(), json.load(sys.stdin)
    submissions = given["submissions"]
    if not (out / "release").exists():
        out.mkdir(parents=True, exist_ok=True)
        build.release(out, build.sources(out, given.get("only", "")))
    api = build.nbgrader(out, {"ExecuteToTheEnd": {"timeout": given["timeout"]}})
    for student, assignment, answers in submissions:
        hand_in(out, student, assignment, answers)
    print("\n" + json.dumps([graded(api, student, assignment) for student, assignment, _ in submissions]))


if __name__ == "__main__":
    main()
