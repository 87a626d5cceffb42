"""nbgrader's settings for the course; `make course` puts them, steps.py and editions.py beside the assignments."""

import sys
import warnings
from pathlib import Path

from nbgrader import preprocessors as given
from sqlalchemy.exc import SAWarning

HERE = str(Path(__file__).resolve().parent)
sys.path.insert(0, HERE)

import steps  # noqa: E402

c = get_config()  # noqa: F821
c.CourseDirectory.root = HERE
c.CourseDirectory.course_id = "convbp"

# The release keeps its outputs: none is a solution's, and the pictures of widgets are seen before a cell is run.
c.GenerateAssignment.preprocessors = [
    given.LockCells,
    steps.Blanks,
    given.CheckCellMetadata,
    given.ComputeChecksums,
    given.SaveCells,
    given.ClearHiddenTests,
    given.ComputeChecksums,
    given.CheckCellMetadata,
]

c.Autograde.sanitize_preprocessors = [
    given.ClearOutput,
    given.DeduplicateIds,
    given.OverwriteKernelspec,
    steps.PutBack,
    given.CheckCellMetadata,
]
c.PutBack.add_missing_cells = True
c.Autograde.autograde_preprocessors = [
    steps.ExecuteToTheEnd,
    steps.Pictures,
    given.LimitOutput,
    given.SaveAutoGrades,
    given.AssignLatePenalties,
    given.CheckCellMetadata,
]
c.ExecuteToTheEnd.timeout = 60  # seconds for a cell; a check has a limit of its own, 10 s
c.ExecuteToTheEnd.interrupt_on_timeout = False  # an interrupt can be caught; see steps.py
c.LimitOutput.max_lines = 2000
c.LimitOutput.max_traceback = 40

c.GenerateFeedback.exporter_class = steps.FeedbackPage
c.FeedbackPage.template_name = "feedback_page"
c.FeedbackPage.extra_template_basedirs = [HERE]

c.ExportApp.plugin_class = steps.Points

# nbgrader saves a submission in two steps; between them SQLAlchemy says three times that the other part comes later.
warnings.filterwarnings("ignore", "Object of type <Submitted", category=SAWarning)

# For `nbgrader zip_collect`: ana_01-one-row.ipynb and ana/01-one-row.ipynb are both of ana. Where your platform has
# other names, they are described here.
c.FileNameCollectorPlugin.named_regexp = r"(?:.*/)?(?P<student_id>[^/]+?)[_/](?P<file_id>\d\d-[a-z-]+)"
