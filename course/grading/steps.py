"""Steps of nbgrader's that are the course's own; `nbgrader_config.py` puts them in place."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import editions
import sandbox
from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.exporters import HTMLExporter
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_output
from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, OverwriteCells

from convbp_helpers.widgets.page import STANDS_IN

HERE = Path(__file__).resolve().parent  #: the course


class Blanks(NbGraderPreprocessor):
    """In place of ClearSolutions, which knows one stub for all cells: each gets the blank that is committed.

    So a cell of `%%equation` keeps its first line and its comment mark, and says "not attempted yet".
    """

    def preprocess_cell(self, cell, resources, cell_index):
        editions.blanked(cell)
        return cell, resources


class PutBack(OverwriteCells):
    """In place of OverwriteCells, which puts deleted graded cells back behind those of their answers: those too.

    They come back without an answer. And no warning for each graded cell, whose hidden part comes back here.
    """

    def preprocess(self, nb, resources):
        given = resources["nbgrader"]
        with Gradebook(given["db_url"]) as gradebook:
            source = gradebook.find_notebook(given["notebook"], given["assignment"])
            answers = {cell.name for cell in source.solution_cells}
            place = next((n for n, cell in enumerate(nb.cells) if _grade_id(cell)), len(nb.cells))
            for name in [cell.name for cell in source.source_cells]:
                there = [n for n, cell in enumerate(nb.cells) if _grade_id(cell) == name]
                if not there and name in answers:
                    there = [place]
                    about = dict(
                        grade_id=name, schema_version=3, solution=True, grade=False, locked=False, task=False
                    )
                    deleted = new_code_cell("# This cell was deleted.", id=name, metadata={"nbgrader": about})
                    nb.cells.insert(place, from_dict(deleted))
                place = there[0] + 1 if there else place
        return super().preprocess(nb, resources)

    def report_change(self, name, attr, old, new):
        if attr != "checksum":
            super().report_change(name, attr, old, new)


class ExecuteToTheEnd(Execute):
    """In place of Execute, which gives a submission up when a cell takes its kernel along.

    Such a cell, and one that is still running after the limit, gets an error in its outputs. A new kernel runs what
    stood above it, without that cell, and the rest of the notebook is run and graded. Its kernels are those of
    sandbox.py, where there can be one.
    """

    def __init__(self, *given, **named):
        reason = sandbox.why_not()
        if not reason:
            named.setdefault("kernel_manager_class", sandbox.KernelAlone)
        super().__init__(*given, **named)
        if reason:
            self.log.warning("No sandbox: what was handed in is run with your rights, for %s", reason)

    def preprocess(self, nb, resources=None, km=None):
        self.lost, self.done = {}, []
        return super().preprocess(nb, resources, km)

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type != "code":
            return cell, resources
        if reason := self.not_to_be_graded(cell):
            cell.outputs = [new_output("error", ename="NotGraded", evalue=reason, traceback=[reason])]
            return cell, resources
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        except (CellTimeoutError, DeadKernelError) as error:
            late = isinstance(error, CellTimeoutError)
            said = (
                f"This cell was still running after {self.timeout} s."
                if late
                else "This cell ended the kernel."
            )
            cell.outputs = [new_output("error", ename="DidNotFinish", evalue=said, traceback=[said])]
            self.lost[_grade_id(cell)] = "did not finish"
            self.begin_again()
        else:
            self.done.append((cell, index))
            if any(output.output_type == "error" for output in cell.outputs):
                self.lost[_grade_id(cell)] = "raised an error"
        return cell, resources

    def not_to_be_graded(self, cell) -> str:
        """Why a graded cell is not run: its exercise's cell failed, and a name in it may be that of an older answer."""
        reason = self.lost.get(_grade_id(cell).removesuffix("-points"))
        if not cell.metadata.get("nbgrader", {}).get("grade") or not reason:
            return ""
        return f"No points: the cell of this exercise {reason}. Its own output says more."

    def begin_again(self):
        """A new kernel, in the state that the cells above have made."""
        self.kc.stop_channels()
        run_sync(self.km.restart_kernel)(now=True)
        self.start_new_kernel_client()
        for cell, index in self.done:
            shown = cell.copy()
            super().preprocess_cell(shown, self.resources, index)


class Pictures(NbGraderPreprocessor):
    """A widget's picture in the widget's place, as in the committed notebooks.

    The page of feedback would take the widget, for which it has no program, and show nothing.
    """

    def preprocess(self, nb, resources):
        nb.metadata.pop("widgets", None)
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, cell_index):
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                output.data.pop("application/vnd.jupyter.widget-view+json", None)
        return cell, resources


class FeedbackPage(HTMLExporter):
    """The page of feedback, in the form of `feedback_page/`. Settings of nbgrader's own pages stay as they are."""

    def from_notebook_node(self, nb, resources=None, **given):
        """Links lead to headings of the page itself; other notebooks do not lie beside it, so these are no links."""
        page, resources = super().from_notebook_node(nb, resources, **given)
        own = resources["nbgrader"]["notebook"]

        def lead(found):
            return f' href="{found[2]}"' if found[1] == own and found[2] else ""

        page = page.replace(STANDS_IN, "")
        return re.sub(r' href="(?:\.\./[\w-]+/)?([\w-]+)\.ipynb(#[^"]*)?"', lead, page), resources


class Points(ExportPlugin):
    """What `nbgrader export` writes: a line for each learner and notebook, with what became of it."""

    def export(self, gradebook):
        rows = []
        for assignment in gradebook.assignments:
            graded = {one.student_id: one for one in assignment.submissions}
            handed_in = {path.parent.name for path in HERE.glob(f"submitted/*/{assignment.name}")}
            if not graded and not handed_in:
                continue
            for student in sorted(handed_in | graded.keys() | {one.id for one in gradebook.students}):
                rows.append([student, assignment.name, *self.row(graded.get(student), student in handed_in)])
        target = Path(self.to or "grades.csv")
        with target.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["learner", "notebook", "state", "points", "of", "exercises"], *rows])
        self.log.info("%d lines in %s", len(rows), target)

    def row(self, submission, handed_in):
        if submission is None:
            return ["not graded: see what autograde says" if handed_in else "not handed in", "", "", ""]
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        each = "; ".join(f"{exercise_of(grade.name)}: {grade.score:g}" for grade in grades)
        state = "to be graded by hand" if submission.needs_manual_grade else "graded"
        return [state, f"{submission.score:g}", f"{submission.max_score:g}", each]


def exercise_of(grade_id: str) -> str:
    """1.2 of exercise-1-2-points."""
    return grade_id.removeprefix("exercise-").removesuffix("-points").replace("-", ".")


def _grade_id(cell) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")
