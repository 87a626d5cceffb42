"""Steps of nbgrader's that are the course's own; `nbgrader_config.py` puts them in place."""

from __future__ import annotations

import re

import editions
import sandbox
from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute, NbGraderPreprocessor


class Blanks(NbGraderPreprocessor):
    """In place of ClearSolutions, which knows one stub for all cells: each gets the blank that is committed.

    So a cell of `%%equation` keeps its first line and its comment mark, and says "not attempted yet".
    """

    def preprocess_cell(self, cell, resources, cell_index):
        editions.blanked(cell)
        return cell, resources


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

        return re.sub(r' href="(?:\.\./[\w-]+/)?([\w-]+)\.ipynb(#[^"]*)?"', lead, page), resources


def _grade_id(cell) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")
