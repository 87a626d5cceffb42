"""A page of feedback in Chromium: it asks the network for nothing, runs nothing of a submission, and is readable."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Watched
from closing_table import missing

ROOT = Path(__file__).resolve().parent.parent.parent
ONE = "01-one-row"
WRONG = {
    "exercise-1-1": "answer = dict(x2=3, x0=3)\n\nexercises.check_outputs_reached(**answer)",
    "exercise-1-2": "def grad_input(delta, w, n_inputs):\n    return np.convolve(delta, w[::-1])\n\n\n"
    "exercises.check_grad_input_1d(grad_input)",
    # right, and the cell does not ask
    "exercise-1-3": "def grad_weight(delta, x, n_taps):\n    return np.correlate(x, delta)",
    "exercise-1-5": "%%equation exercises.check_weight_gradient_over_inputs\n"
    r"\frac{\partial J}{\partial w_k} = \sum_{i} \delta_{i+k} \, x_i",
}
SCRIPT = """
from IPython.display import HTML

display(HTML("<script>document.title = 'taken over'</script><img src='http://localhost:9/x.png' alt=''>"))
display(HTML("<p onclick='document.title = 1' id='of-mine'>mine</p>"))
"""


@pytest.fixture(scope="module")
def feedback(tmp_path_factory):
    """The pages of two submissions: one with mistakes, one that brings a program along."""
    python = ROOT / ".course" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        missing("course", "no nbgrader in .course/ (make course gets it)")
    folder = tmp_path_factory.mktemp("feedback") / "course"
    submissions = [("ana", ONE, WRONG), ("ben", ONE, {"exercise-1-2": SCRIPT})]
    command = [str(python), "-W", "ignore", str(ROOT / "tests" / "course_round_trip.py"), str(folder)]
    given = json.dumps(dict(timeout=60, only="01", submissions=submissions))
    done = subprocess.run(command, input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return {who: folder / "feedback" / who / ONE / f"{ONE}.html" for who, _, _ in submissions}


#: JavaScript: what is LaTeX still, outside of code
RAW = r"""[...document.querySelectorAll("main *")]
  .filter((e) => !e.closest("pre, code, mjx-container"))
  .flatMap((e) => [...e.childNodes].filter((n) => n.nodeType == 3 && /\$|\\frac/.test(n.data)))
  .map((n) => n.data)"""


#: JavaScript: where the links that are seen lead
LEADS = """[...document.querySelectorAll("a[href]")]
  .filter((a) => a.checkVisibility())
  .map((a) => a.getAttribute("href"))"""


def serious(page):
    """What axe finds serious or critical, a line each."""
    return [
        f"{one['impact']}, {one['id']}: {node['html'][:160]}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]


def opened(chromium, page, **options):
    watched = Watched(chromium, offline=True, **options)
    watched.page.goto(page.as_uri())
    watched.page.evaluate("MathJax.startup.promise.then(() => 1)")
    return watched


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1300, 800, 400])
def test_page(chromium, feedback, count, scheme, width):
    watched = opened(chromium, feedback["ana"], width=width, color_scheme=scheme)
    page = watched.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("mjx-container").count() > 150 and page.locator("[data-mml-node=merror]").count() == 0
    assert page.locator("mjx-assistive-mml math").count() == page.locator("mjx-container").count()
    assert page.evaluate(RAW) == []
    shades = page.evaluate("(s => [s.backgroundColor, s.color])(getComputedStyle(document.body))")
    light = [sum(map(int, re.findall(r"\d+", shade)[:3])) > 380 for shade in shades]
    assert light == ([True, False] if scheme == "light" else [False, True])
    assert serious(page) == []
    watched.clean()
    count("pages of feedback in which axe finds nothing serious", 1)


def test_what_it_says(chromium, feedback):
    """Points, reports without repetition, verdicts, pictures in the widgets' place, links that lead somewhere."""
    watched = opened(chromium, feedback["ana"])
    page = watched.page
    assert f"Feedback for ana on {ONE}" in page.locator("header.points").inner_text()
    assert page.get_by_text("This is a picture of it").count() == 0
    assert page.locator("section.answer table").count() >= 2  # verdicts, cell by cell
    listed = page.locator("header.points li").all_inner_texts()
    assert listed == [f"Exercise 1.{n}: {said}" for n, said in enumerate(
        ["1 of 2", "1 of 4", "4 of 4", "0 of 4", "1 of 3"], start=1)]  # fmt: skip
    total = sum(int(text.split(": ")[1].split()[0]) for text in listed)
    assert f"{total} of 17 points" in page.locator("header.points").inner_text()
    for number in (1, 2, 4, 5):
        report = page.get_by_text(f"Exercise 1.{number}: not", exact=False)
        assert report.count() == 1, number
    assert (
        page.locator("section.graded", has_text="Exercise 1.3: passed").count() == 1
    )  # it was only asked there
    assert (
        page.locator("section.answer mjx-container[display=true]").count() == 1
    )  # the equation that was handed in
    assert page.locator("img[alt]").count() >= 5 and page.locator("img:not([alt])").count() == 0
    leads = page.evaluate(LEADS)
    assert [lead for lead in leads if not lead.startswith(("#", "http://", "https://"))] == []
    lost = "(lead) => !document.getElementById(decodeURIComponent(lead.slice(1)))"
    assert [lead for lead in leads if lead.startswith("#") and page.evaluate(lost, lead)] == []
    watched.clean()


def test_a_submission_runs_no_program_in_it(chromium, feedback):
    watched = opened(chromium, feedback["ben"])
    page = watched.page
    assert "<script>document.title = 'taken over'</script>" in feedback["ben"].read_text(encoding="utf-8")
    page.locator("#of-mine").click()
    assert page.title() == f"Feedback on {ONE}"
    assert page.locator("mjx-container").count() > 150  # the page's own program ran
    refused = [text for text in watched.errors if "Content Security Policy" in text]
    assert len(refused) >= 3 and len(watched.errors) == len(refused)  # the script, the picture, the handler
