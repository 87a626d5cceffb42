"""The course: what is handed out holds no solution, and nbgrader gives the points that an answer is worth."""

import ast
import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from closing_table import missing

from convbp_helpers import exercises
from convbp_helpers.exercises import points
from convbp_helpers.exercises.sections import address

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "course"), str(ROOT / "course" / "grading")]

import archive  # noqa: E402
import editions  # noqa: E402
import instructor  # noqa: E402
import sandbox  # noqa: E402

import build  # noqa: E402

STEMS = [path.stem for path in build.series()]
COMMITTED = {path.stem: nbformat.read(path, as_version=4) for path in build.series()}
EXERCISES = {stem: editions.found_in(book) for stem, book in COMMITTED.items()}


def released(stem):
    """What nbgrader's steps make of the source, without nbgrader; the slow tests compare it with nbgrader's own."""
    book = editions.source_edition(COMMITTED[stem], STEMS)
    for cell in book.cells:
        editions.blanked(cell)
        cell.source = re.sub(
            r"\n### BEGIN HIDDEN TESTS.*### END HIDDEN TESTS", "", cell.source, flags=re.DOTALL
        )
    return book


# -- what is handed out ------------------------------------------------------------------------------
def solution_lines(stem):
    """The lines that stand in the solutions, and nowhere else in the committed notebook."""
    book = COMMITTED[stem]
    others = "\n".join(editions.SOLUTION.sub("", cell.source) for cell in book.cells)
    lines = set()
    for exercise in EXERCISES[stem]:
        folded = "\n".join(editions.SOLUTION.findall(book.cells[exercise.at + 1].source))
        lines |= {line.strip() for text in (exercise.solution, folded) for line in text.split("\n")}
    return {line for line in lines if line and line not in others}


def surviving(book, lines):
    """Those of the lines that stand anywhere in a notebook: in its cells, their outputs or their metadata."""
    texts = [text.strip() for cell in book.cells for text in strings(cell)]
    return {line for line in lines if any(line in text for text in texts)}


def strings(found):
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict | list):
        for part in found.values() if isinstance(found, dict) else found:
            yield from strings(part)


@pytest.mark.parametrize("stem", STEMS)
def test_no_line_of_a_solution_survives(stem, count):
    lines = solution_lines(stem)
    assert len(lines) >= len(EXERCISES[stem])
    assert surviving(released(stem), lines) == set()
    assert surviving(editions.source_edition(COMMITTED[stem], STEMS), lines), (
        "the search finds none in the source"
    )
    count("lines of solutions that are not in the release", len(lines))


def test_a_planted_line_is_found():
    lines, book = solution_lines("01-one-row"), released("01-one-row")
    for place in ("source", "outputs", "metadata"):
        planted = nbformat.v4.new_code_cell("1")
        planted[place] = {
            "source": "a = 1\n    grad_x[u + k] += delta[u] * w[k]  # so",
            "outputs": [nbformat.v4.new_output("stream", text="answer = dict(x2=3, x0=1)\n")],
            "metadata": {"old": {"text": ["return grad_w", "answer = dict(x2=3, x0=1)"]}},
        }[place]
        book.cells.append(planted)
        assert surviving(book, lines), place
        book.cells.pop()
    assert not surviving(book, lines)


@pytest.mark.parametrize("stem", STEMS)
def test_the_rest_is_as_it_was(stem):
    """Each cell is there with its outputs; an exercise as it is committed, which says that it is not attempted."""
    book = released(stem)
    new = [cell for cell in book.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    old = [cell for cell in book.cells if cell not in new]
    assert len(new) == len(EXERCISES[stem]) and all(
        cell.source.startswith("# Graded: exercise ") for cell in new
    )
    assert all(cell.source.count("\n") == 0 and cell.outputs == [] for cell in new)
    for before, after in zip(COMMITTED[stem].cells, old, strict=True):
        assert before.get("outputs") == after.get("outputs") and before.id == after.id
        if before.cell_type == "code":
            assert before.source == after.source
        else:
            assert after.source == editions._in_folders(editions.SOLUTION.sub("", before.source), STEMS)
        if "exercise" in before.metadata.get("tags", []):
            assert "not attempted yet" in str(after.outputs)
    assert not any(editions.BLANK in cell.metadata for cell in book.cells)


def test_ids_and_points(count):
    found = [exercise for stem in STEMS for exercise in EXERCISES[stem]]
    called = [name for name in exercises.__all__ if name.startswith("check_")]
    assert sorted(exercise.check for exercise in found) == sorted(called)
    assert len({exercise.grade_id for exercise in found}) == len(found) > 70
    for stem in STEMS:
        cells = editions.source_edition(COMMITTED[stem], STEMS).cells
        given = [cell.metadata["nbgrader"] for cell in cells if "nbgrader" in cell.metadata]
        ids = [one["grade_id"] for one in given]
        own = [exercise.grade_id for exercise in EXERCISES[stem]]
        assert ids == [name for one in own for name in (one, f"{one}-points")]
        assert all(name.startswith(f"exercise-{int(stem[:2])}-") for name in ids)
        assert [one["points"] for one in given[1::2]] == [exercise.points for exercise in EXERCISES[stem]]
        assert len({cell.id for cell in cells}) == len(cells)
    count("exercises with points", len(found))


def test_links_lead_to_the_folders():
    for stem in STEMS:
        text = "\n".join(cell.source for cell in released(stem).cells if cell.cell_type == "markdown")
        leads = re.findall(r"\]\(([^)#:]*\.ipynb)", text)
        assert leads and all(lead == f"../{Path(lead).stem}/{Path(lead).name}" for lead in leads)
        assert {Path(lead).stem for lead in leads} <= set(STEMS)


@pytest.mark.parametrize("stem", STEMS)
def test_instructors_edition(stem):
    book = instructor.edition(COMMITTED[stem], stem)
    text = "\n".join(cell.source for cell in book.cells)
    assert text.count("<details open><summary>Solution") == len(EXERCISES[stem])
    for exercise in EXERCISES[stem]:
        assert f"For the instructor: exercise {exercise.number}**" in text


def test_minutes_are_those_that_the_notebook_gives():
    for stem, book in COMMITTED.items():
        read, work = (sum(column) for column in zip(*instructor.minutes(book).values(), strict=True))
        text = "\n".join(cell.source for cell in book.cells)
        said = re.search(r"About (\d+) minutes to read, (\d+) minutes of exercises", text)
        assert abs(read - int(said[1])) <= 2 and abs(work - int(said[2])) < 5, stem


def test_sections():
    """The committed page is that of these notebooks: `build.py --sections > sections.md` makes it."""
    written = (ROOT / "course" / "sections.md").read_text(encoding="utf-8")
    assert written == instructor.overview(COMMITTED.values())
    assert written.count("| **in all** |") == len(STEMS) and written.count("\n- ") > 3 * len(STEMS)


@pytest.mark.parametrize("stem", STEMS)
def test_notes(stem, count):
    """Each section up to the exercises has a note, or is one that needs none; the exercises say which are for class."""
    headings = [heading for heading in instructor.sections(COMMITTED[stem]) if heading not in AFTERWARDS]
    notes = instructor.notes_of(stem)
    assert [heading for heading in headings if heading not in notes] == WITHOUT_A_NOTE.get(stem[:2], [])
    assert all(notes[heading] for heading in notes)
    count("sections with a note for the instructor", len(notes))


AFTERWARDS = ("What changed", "On your own", "In practice", "Further reading")
WITHOUT_A_NOTE = {"00": ["The running example"]}


def test_notes_without_a_section_are_an_error(tmp_path, monkeypatch):
    (tmp_path / "01.md").write_text("## No such section\nBoard: nothing.\n", encoding="utf-8")
    monkeypatch.setattr(instructor, "NOTES", tmp_path)
    with pytest.raises(ValueError, match="No such section"):
        instructor.edition(COMMITTED["01-one-row"], "01-one-row")


def test_nothing_of_the_instructors_is_lost(tmp_path):
    """A folder that was not made, a file that was changed, and one that was added where all is made anew stop it."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(SystemExit, match="did not make"):
        build.clear(tmp_path, STEMS)
    out, (one, two) = tmp_path / "course", STEMS[:2]
    build.clear(out, STEMS)
    made = [
        f"release/{one}/{one}.ipynb",
        f"release/{two}/{two}.ipynb",
        f"instructor/{one}.ipynb",
        "nbgrader_config.py",
    ]
    for name in made:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("made")
    (out / build.RECORD).write_text(json.dumps(build._digests(out)))
    for name, text, said in (
        *((name, "changed", "You have changed") for name in made),
        ("source/my-own.ipynb", "added", "You have added"),
    ):
        before = (out / name).read_text() if (out / name).exists() else None
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)
        with pytest.raises(SystemExit, match=f"{said} {name}"):
            build.clear(out, STEMS)
        assert (out / name).read_text() == text and all((out / other).exists() for other in made)
        (out / name).write_text(before) if before else (out / name).unlink()
    kept = ["gradebook.db", "instructor/plan.md", f"submitted/ana/{one}/{one}.ipynb"]
    for name in kept:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("mine")
    build.clear(out, [two])
    assert (out / made[0]).exists() and not (out / made[1]).exists()  # --only takes no other notebook along
    assert all((out / name).read_text() == "mine" for name in kept)


def test_a_build_that_was_broken_off_is_not_taken_for_yours(tmp_path, monkeypatch):
    """What it left behind is written over by the next one."""
    monkeypatch.setattr(build, "mathjax", lambda: ROOT / "LICENSE")
    monkeypatch.setattr(build, "release", broken_off)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            build.main(["--out", str(tmp_path / "course"), "--only", "01"])
    assert (tmp_path / "course" / "source" / ONE / f"{ONE}.ipynb").exists()


def broken_off(out, assignments):
    raise KeyboardInterrupt


def test_archive(tmp_path):
    """It has the notebooks side by side, without solutions, the package, and a command that works in it."""
    for stem in STEMS:
        folder = tmp_path / "release" / stem
        folder.mkdir(parents=True)
        nbformat.write(released(stem), folder / f"{stem}.ipynb")
    with zipfile.ZipFile(archive.write(tmp_path, STEMS)) as file:
        file.extractall(tmp_path / "mine")
    mine = tmp_path / "mine" / archive.NAME
    assert sorted(path.name for path in mine.iterdir()) == sorted(
        ["README.md", "notebooks", "tools", *(name for name in archive.WITH_IT if "/" not in name)]
    )
    package = {
        path.relative_to(mine).as_posix() for path in (mine / "convbp_helpers").rglob("*") if path.is_file()
    }
    git = subprocess.run(
        ["git", "ls-files", "convbp_helpers"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    assert package == set(git.splitlines())
    for stem in STEMS:
        book = nbformat.read(mine / "notebooks" / f"{stem}.ipynb", as_version=4)
        assert surviving(book, solution_lines(stem)) == set()
        for cell in book.cells:
            for lead in re.findall(r"\]\(([^)#:]+\.ipynb|images/[^)]+)", cell.source):
                assert (mine / "notebooks" / lead).exists(), lead
    done = subprocess.run(
        [sys.executable, "tools/run.py", "fresh", "05"], cwd=mine, capture_output=True, text=True
    )
    assert "my-notebooks/05-stride-and-leftovers.fresh.ipynb" in done.stdout, done.stderr


def test_what_is_not_in_an_archive_is_no_link():
    book = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(
                "[← 01](../01-one-row/01-one-row.ipynb#Links), [02](../02-x/02-x.ipynb)"
            )
        ]
    )
    assert editions.in_one_folder(book, ["02-x"]).cells[0].source == "← 01, [02](02-x.ipynb)"


def test_a_report_leads_to_the_folder_of_a_notebook(tmp_path, monkeypatch):
    """Where each notebook lies in a folder of its own, as nbgrader has them; beside it, where they lie together."""
    for stem in STEMS[:2]:
        (tmp_path / "apart" / stem).mkdir(parents=True)
        (tmp_path / "apart" / stem / f"{stem}.ipynb").touch()
        (tmp_path / f"{stem}.ipynb").touch()
    monkeypatch.chdir(tmp_path / "apart" / STEMS[1])
    assert address("00#The question") == "../00-the-question/00-the-question.ipynb#The-question"
    assert address("01#Links") == "01-one-row.ipynb#Links"
    monkeypatch.chdir(tmp_path)
    assert address("00#The question") == "00-the-question.ipynb#The-question"


def test_readme_of_the_course():
    """Its minutes are those of the notebooks, its points those of the kit, and its links lead to files."""
    text = (ROOT / "course" / "README.md").read_text(encoding="utf-8")
    for row, which in (("reading", 1), ("exercises", 2)):
        listed = re.search(rf"^\| {row} \| (.*) \|$", text, flags=re.MULTILINE)[1].split(" | ")
        for stem, minutes in zip(STEMS, listed, strict=True):
            cells = "\n".join(cell.source for cell in COMMITTED[stem].cells)
            said = re.search(r"About (\d+) minutes to read, (\d+) minutes of exercises", cells)
            assert said[which] == minutes, (row, stem)
    for kind, worth in editions.POINTS.items():
        assert re.search(rf"^\| an? {kind} \| {worth} \|", text, flags=re.MULTILINE), kind
    sessions = [line for line in text.splitlines() if re.match(r"\| (one session|three sessions|II)", line)]
    assert [sum(map(int, re.findall(r"\((\d+)\)", line))) for line in sessions] == [90, 90, 90, 90]
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert links and all((ROOT / "course" / link).exists() for link in links)


# -- what an answer is worth -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("import inspect as i", "inspect"),
        ("from importlib import reload", "importlib"),
        ("from convbp_helpers.exercises import report", "convbp_helpers.exercises"),
        ("import convbp_helpers.exercises.report as r", "convbp_helpers.exercises"),
        ("a = exercises.check_nudge.numbers", "numbers"),
        ("c = exercises.check_grad_bias\nc.cases()", "cases"),
        ("exercises.check_nudge.__closure__", "__closure__"),
        ("text = open('x').read()", "open"),
        ("get_ipython().system('cat report.py')", "system"),
        ("answer = dict(x2=3)\nexercises.check_outputs_reached(**answer)", ""),
        ("def f(", ""),
    ],
)
def test_looking_into_a_check(text, by):
    assert points.looks(["x = 1", text]) == by


def test_no_solution_looks_into_a_check(count):
    """Nor does a committed cell, but for what is said in the graded cells of its notebook."""
    used = {stem: editions.used_in(book) for stem, book in COMMITTED.items()}
    assert {stem[:2]: names for stem, names in used.items() if names} == {"10": ["importlib"]}
    found = [exercise for stem in STEMS for exercise in EXERCISES[stem] if exercise.kind != "equation"]
    for exercise in found:
        ast.parse(exercise.solution)
        assert points.looks([exercise.solution]) == "", exercise.number
    assert "used=['importlib']" in "".join(
        cell.source for cell in editions.source_edition(COMMITTED[STEMS[10]]).cells
    )
    count("solutions that look into no check", len(found))


def test_an_equation_is_no_python():
    """Each of the committed ones, and none whose first line has more in it that is run."""
    texts = [cell.source for book in COMMITTED.values() for cell in book.cells if cell.cell_type == "code"]
    found = [text for text in texts if text.startswith("%%")]
    assert len(found) > 14 and all(points.EQUATION.match(text) for text in found)
    for line in (
        "open('x').read()",
        "exercises.check_nudge.numbers",
        "exercises.check_nudge x=__import__('os')",
    ):
        assert not points.EQUATION.match(f"%%equation {line}\nx = y"), line


@pytest.mark.parametrize(
    ("check", "answer", "worth"),
    [
        ("check_outputs_reached", dict(x2=3, x0=1), 1.0),
        ("check_outputs_reached", dict(x2=3, x0=2), 0.5),
        ("check_outputs_reached", dict(x2=1, x0=2), 0.0),
        ("check_outputs_reached", dict(x2=..., x0=...), 0.0),
        ("check_links_with_stride", dict(x4=2, x5=..., x9=1), 1 / 3),
    ],
)
def test_share(check, answer, worth):
    judge = getattr(exercises, check)
    assert points.share(judge(**answer), judge) == pytest.approx(worth)


# -- the real nbgrader -------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """hand_in([(student, assignment, answers), …]) -> the points of each; and the folder, with the feedback."""
    python = ROOT / ".course" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        missing("course", "no nbgrader in .course/ (make course gets it)")
    folder = tmp_path_factory.mktemp("course") / "course"

    def hand_in(submissions, timeout=60, **settings):
        command = [str(python), "-W", "ignore", str(ROOT / "tests" / "course_round_trip.py"), str(folder)]
        given = json.dumps(dict(timeout=timeout, submissions=submissions))
        done = subprocess.run(command, input=given, capture_output=True, text=True, env=environ() | settings)
        assert done.returncode == 0, done.stdout + done.stderr
        hand_in.said = done.stderr
        return json.loads(done.stdout.rstrip().rpartition("\n")[2])

    hand_in.folder, hand_in.python = folder, str(python)
    return hand_in


def environ():
    return {k: v for k, v in os.environ.items() if k != "MPLBACKEND"} | {"JUPYTER_PREFER_ENV_PATH": "1"}


def solutions(stem):
    return {exercise.grade_id: exercise.solution for exercise in EXERCISES[stem]}


def feedback(course, student, stem):
    return (course.folder / "feedback" / student / stem / f"{stem}.html").read_text(encoding="utf-8")


def pictures(book):
    """How many outputs of a notebook show a picture, those of widgets among them."""
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    return sum("<img" in output.get("data", {}).get("text/html", "") for output in outputs)


def test_round_trip_of_solutions_and_blanks(course, count):
    """Solutions get all points, blanks none, in every notebook; the release is the one that the quick tests look at."""
    submissions = [("solved", stem, solutions(stem)) for stem in STEMS]
    submissions += [("blank", stem, {}) for stem in STEMS]
    given = course(submissions)
    for stem, solved, blank in zip(STEMS, given[: len(STEMS)], given[len(STEMS) :], strict=True):
        assert solved == {e.grade_id: [e.points, e.points] for e in EXERCISES[stem]}, stem
        assert blank == {e.grade_id: [0, e.points] for e in EXERCISES[stem]}, stem
        count("exercises graded by nbgrader, solved and blank", 2 * len(solved))
        text = feedback(course, "blank", stem)
        assert text.count("not attempted yet") >= len(EXERCISES[stem])
        blank_book = nbformat.read(
            course.folder / "autograded" / "blank" / stem / f"{stem}.ipynb", as_version=4
        )
        outputs = [output for cell in blank_book.cells for output in cell.get("outputs", [])]
        assert not [output for output in outputs if output.output_type == "error"], (
            "the release runs to the end"
        )
        assert "widget-view" not in text and text.count("<img") >= pictures(COMMITTED[stem]), stem
        book = nbformat.read(course.folder / "release" / stem / f"{stem}.ipynb", as_version=4)
        assert [cell.source for cell in book.cells] == [cell.source for cell in released(stem).cells]
        assert surviving(book, solution_lines(stem)) == set()


ONE, CALL = "01-one-row", "\n\n\nexercises.check_grad_input_1d(grad_input)"
WRONG = {  # what is handed in for an exercise; its points, and words in the feedback
    "half": (
        "1-1",
        "answer = dict(x2=3, x0=3)\n\nexercises.check_outputs_reached(**answer)",
        1,
        "x[0] is at the edge",
    ),
    "turned": (
        "1-2",
        "def grad_input(delta, w, n_inputs):\n    return np.convolve(delta, w[::-1])" + CALL,
        1,
        "the kernel lies the wrong way round",
    ),
    "backwards": (
        "1-3",
        "def grad_weight(delta, x, n_taps):\n    return np.correlate(x, delta)[::-1]",
        1,
        "the gradient comes out reversed",
    ),
    "unrepaired": (
        "1-4",
        "def grad_input_repaired(delta, w, n):\n    return np.convolve(delta, w[::-1])",
        1,
        "01, The same sum, walked the other way",
    ),
    "sign": (
        "1-5",
        "%%equation exercises.check_weight_gradient_over_inputs\n"
        r"\frac{\partial J}{\partial w_k} = \sum_{i} \delta_{i+k} \, x_i",
        1,
        "It holds if the sign before",
    ),
}


def test_typical_mistakes_get_part_of_the_points_and_a_diagnosis(course, count):
    submissions = [
        (who, ONE, {**solutions(ONE), f"exercise-{number}": text})
        for who, (number, text, _, _) in WRONG.items()
    ]
    for (who, (number, _, worth, words)), given in zip(WRONG.items(), course(submissions), strict=True):
        for exercise in EXERCISES[ONE]:
            expected = worth if exercise.number.replace(".", "-") == number else exercise.points
            assert given[exercise.grade_id][0] == expected, (who, exercise.number)
        assert words in feedback(course, who, ONE), who
    count("typical mistakes graded by nbgrader", len(WRONG))
    (course.folder / "submitted" / "zoe" / ONE).mkdir(parents=True)  # handed in, and not graded
    exported = subprocess.run(
        [course.python, "-m", "nbgrader", "export"],
        cwd=course.folder,
        capture_output=True,
        text=True,
        env=environ(),
    )
    assert exported.returncode == 0, exported.stderr
    with (course.folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file) if row["notebook"] == ONE}
    assert [rows["half"][name] for name in ("state", "points", "of", "exercises")] == [
        "graded",
        "16",
        "17",
        "1.1: 1; 1.2: 4; 1.3: 4; 1.4: 4; 1.5: 3",
    ]
    assert rows["zoe"]["state"].startswith("not graded") and rows["zoe"]["points"] == ""


KEPT = (
    "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n"
)
HOSTILE = {  # the cells handed in
    "endless cell": {"1-2": KEPT},
    "endless function": {"1-2": "def grad_input(delta, w, n_inputs):\n    while True:\n        pass" + CALL},
    "kernel killed by a cell": {"1-2": "import os\n\nos._exit(1)"},
    "kernel killed by a function": {
        "1-2": "import os\n\n\ndef grad_input(delta, w, n):\n    os._exit(1)" + CALL
    },
    "kernel killed when graded": {"1-2": "import os\n\n\ndef grad_input(delta, w, n):\n    os._exit(1)"},
    "reads the answers": {
        "1-1": "said = exercises.check_outputs_reached.numbers\n"
        'answer = {name: next(n for n in said[name] if said[name][n] == "") for name in said}'
    },
    "reads the source": {
        "1-2": "import inspect\n\nprint(inspect.getsource(exercises))\n"
        "cases = exercises.check_grad_input_1d.cases()\n\n\ndef grad_input(delta, w, n):\n"
        "    return next(c.expected for c in cases if len(c.expected) == n and len(c.arguments['w']) == len(w))"
    },
    "overwrites a check": {
        "1-2": "exercises.check_grad_input_1d = lambda answer: exercises.Report('1.2', 'passed', '')\n"
        "grad_input = None" + CALL
    },
    "overwrites what a report says": {
        "1-2": "exercises.Report.passed = True\nexercises.Report.verdict = 'passed'\ngrad_input = len" + CALL
    },
    "no Python": {"1-2": "def grad_input(delta w)"},
}


def test_hostile_cells_cost_their_own_points_and_no_others(course, count):
    """A deleted cell is put back: the graded one so that the answer counts, that of the answer without one."""
    submissions = [
        (who, ONE, {**solutions(ONE), **{f"exercise-{number}": text for number, text in cells.items()}})
        for who, cells in HOSTILE.items()
    ]
    costs = {who: [*cells] for who, cells in HOSTILE.items()}
    for who, lost, cells in (
        ("deletes graded cells", [], ["exercise-1-1-points", "exercise-1-2-points"]),
        ("deletes an answer", ["1-2"], ["exercise-1-2"]),
        ("deletes both", ["1-1"], ["exercise-1-1", "exercise-1-1-points"]),
    ):
        submissions.append((who, ONE, {**solutions(ONE), **dict.fromkeys(cells)}))
        costs[who] = lost
    for (who, lost), given in zip(costs.items(), course(submissions, timeout=20), strict=True):
        for exercise in EXERCISES[ONE]:
            worth = 0 if exercise.number.replace(".", "-") in lost else exercise.points
            assert given[exercise.grade_id][0] == worth, (who, exercise.number, given)
    count("hostile cells graded by nbgrader", len(costs))


KEY = "sees a key:"
ASKING = """
import os, socket

print("sees a key:", "CONVBP_KEY" in os.environ)

print("sees the gradebook:", os.path.exists({gradebook!r}), "and other work:", os.path.exists({other!r}))
try:
    socket.create_connection(("127.0.0.1", {port}), timeout=5).close()
    print("a connection")
except OSError:
    print("no connection")
try:
    os.mkdir("left-behind")
    print("written")
except OSError:
    print("not written")
"""


def test_what_is_handed_in_runs_apart(course, count, tmp_path):
    """Without network, without a sight of grades and other work; and where it cannot, grading says so."""
    if reason := sandbox.why_not():
        missing("bubblewrap", f"no sandbox for what is handed in: {reason}")
    other = course.folder / "submitted" / "ana" / ONE / f"{ONE}.ipynb"
    course([("ana", ONE, {})])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asking = ASKING.format(
            gradebook=str(course.folder / "gradebook.db"), other=str(other), port=listening.getsockname()[1]
        )
        own = {**solutions(ONE), "exercise-1-1": asking + solutions(ONE)["exercise-1-1"]}
        (apart,) = course([("ben", ONE, own)], CONVBP_KEY="secret")
        assert "No sandbox" not in course.said
        programs = tmp_path / "programs"  # the same on a machine without bubblewrap
        programs.mkdir()
        (beside,) = course([("cy", ONE, own)], PATH=str(programs), CONVBP_KEY="secret")
        assert "No sandbox" in course.said and "no bwrap" in course.said
    for who, said in (
        (
            "ben",
            [
                "sees a key: False",
                "sees the gradebook: False and other work: False",
                "no connection",
                "not written",
            ],
        ),
        (
            "cy",
            ["sees a key: True", "sees the gradebook: True and other work: True", "a connection", "written"],
        ),
    ):
        book = nbformat.read(course.folder / "autograded" / who / ONE / f"{ONE}.ipynb", as_version=4)
        (printed,) = [
            output.text
            for cell in book.cells
            for output in cell.get("outputs", [])
            if output.output_type == "stream" and "sees the gradebook" in output.text
        ]
        assert printed.splitlines() == said
    assert apart == beside == {e.grade_id: [e.points, e.points] for e in EXERCISES[ONE]}
    count("submissions that saw nothing but their own", 1)


def test_a_zip_of_many_is_sorted(course):
    """By `nbgrader zip_collect`, with the names that course/README.md lists; what has another name is left out."""
    files = {
        "ana_01-one-row.ipynb": "ana",
        "ben-b/01-one-row.ipynb": "ben-b",
        "cy_k_01-one-row.ipynb": "cy_k",
        "notes.txt": None,
    }
    out = course.folder.with_name("sorted")
    (out / "downloaded" / ONE / "archive").mkdir(parents=True)
    for name, path in build.SETTINGS.items():
        if path.is_file():
            shutil.copy(path, out / name)
    with zipfile.ZipFile(out / "downloaded" / ONE / "archive" / "all.zip", "w") as file:
        for name in files:
            file.writestr(name, nbformat.writes(released(ONE)))
    done = subprocess.run(
        [course.python, "-m", "nbgrader", "zip_collect", ONE],
        cwd=out,
        capture_output=True,
        text=True,
        env=environ(),
    )
    assert done.returncode == 0, done.stderr
    found = {
        path.relative_to(out / "submitted").as_posix()
        for path in (out / "submitted").rglob("*")
        if path.is_file()
    }
    assert found == {f"{who}/{ONE}/{ONE}.ipynb" for who in files.values() if who}


def test_nbgitpuller_keeps_what_a_learner_has_answered(course, tmp_path):
    """A new version of a repository comes in, and an answered cell stays, also where that very cell has changed."""
    name, settings = f"{ONE}/{ONE}.ipynb", {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for role in ("AUTHOR", "COMMITTER"):
        settings |= {f"GIT_{role}_NAME": "someone", f"GIT_{role}_EMAIL": "someone@example.org"}

    def run(*command, folder=tmp_path):
        done = subprocess.run(command, cwd=folder, env=environ() | settings, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def change(folder, cells):
        book = nbformat.read(tmp_path / folder / name, as_version=4)
        for cell in book.cells:
            cell.source = cells.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
        nbformat.write(book, tmp_path / folder / name)

    (tmp_path / "class" / ONE).mkdir(parents=True)
    nbformat.write(released(ONE), tmp_path / "class" / name)
    run("git", "init", "-q", "-b", "main", folder=tmp_path / "class")
    run("git", "add", ".", folder=tmp_path / "class")
    run("git", "commit", "-q", "-m", "first", folder=tmp_path / "class")
    pull = [course.python, "-m", "nbgitpuller.pull", (tmp_path / "class").as_uri(), "main", "home"]
    run(*pull)
    change("home", {"exercise-1-1": "answer = dict(x2=3, x0=1)"})
    change("class", {"exercise-1-1": "answer = dict(x2=..., x9=...)", "exercise-1-2": "# a better task"})
    run("git", "commit", "-q", "-a", "-m", "second", folder=tmp_path / "class")
    run(*pull)
    sources = [cell.source for cell in nbformat.read(tmp_path / "home" / name, as_version=4).cells]
    assert "answer = dict(x2=3, x0=1)" in sources and "# a better task" in sources
