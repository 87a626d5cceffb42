"""A student of the hub in a browser: from the login page to a widget of notebook 00."""

import sys
from pathlib import Path

import pytest
from browsing import Watched
from closing_table import missing

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "course" / "jupyterhub"))

import load  # noqa: E402

SLOWEST = 180_000  # ms, while other tests have the processor too


@pytest.fixture
def hub(tmp_path):
    if not Path(load.python_of(str(ROOT / ".hub"))).exists():
        missing("hub", "no JupyterHub in .hub/ (make hub gets it)")
    book = ROOT / "notebooks" / "00-the-question.ipynb"
    (tmp_path / "release" / book.stem).mkdir(parents=True)
    (tmp_path / "release" / book.stem / book.name).write_bytes(book.read_bytes())
    with load.Hub((tmp_path / "hub").resolve(), release=tmp_path / "release") as hub:
        yield hub


def test_from_the_login_to_a_widget(chromium, hub, count):
    watched = Watched(chromium)
    page = watched.page
    page.goto(hub.address)
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password").fill(hub.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/user/ana/lab/tree/00-the-question/00-the-question.ipynb", timeout=SLOWEST)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=SLOWEST)
    page.wait_for_function(
        "() => /[|] Idle/.test(document.querySelector('#jp-main-statusbar')?.textContent ?? '')",
        timeout=SLOWEST,
    )
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    widget = page.locator(".jp-OutputArea-output .cbp").first
    widget.wait_for(state="attached", timeout=SLOWEST)
    widget.scroll_into_view_if_needed()
    widget.locator("[data-key]").first.wait_for(timeout=SLOWEST)
    watched.clean()
    watched.context.close()
    count("students in a browser, from the hub's login to a widget")
