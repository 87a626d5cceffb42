"""A browser, a real JupyterLab, and in it one notebook for each theme, which the tests use in turn.

All tests below this folder are run by one worker: one Chromium, one JupyterLab.
"""

import pytest
from browsing import Watched, exported, launch
from closing_table import missing
from explorer import Explorer
from lab import Lab, Shared

from convbp_helpers.widgets import InfluenceExplorer


@pytest.fixture(scope="session")
def chromium():
    """A running browser (Playwright's sync API); `chromium.new_page()` gives a page. One per run."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            browser = launch(playwright.chromium)
        except Error as error:
            why = str(error).strip().splitlines()[0][:120]
            browser = None
        if browser is None:
            missing("chromium", f"no Chromium (apt install chromium, or playwright install chromium): {why}")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    """A real JupyterLab without token and without news, and with settings of its own."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed (make test installs it)")
    lab = Lab(tmp_path_factory.mktemp("jupyterlab"))
    yield lab
    lab.stop()


@pytest.fixture(scope="session")
def notebooks(request, chromium, jupyterlab):
    """The notebooks that are open for all tests."""
    shared = Shared(chromium, jupyterlab, request.session)
    yield shared
    shared.close()


@pytest.fixture
def show(notebooks):
    """show(theme, width, "first cell", "second cell", ...): a notebook in JupyterLab, whose first cell is run."""
    shown = []

    def show(theme, width, *cells):
        notebook = notebooks.show(theme, width, *cells)
        shown.append(notebook)
        notebook.run(0)
        notebook.page.mouse.move(3, 3)
        return notebook

    yield show
    for notebook in shown:
        notebook.clean()


@pytest.fixture(scope="session")
def offline(chromium):
    """A page without network, in which one exported page after the other is opened."""
    watched = Watched(chromium, offline=True)
    yield watched
    watched.context.close()


@pytest.fixture
def page_of(offline, tmp_path):
    """Open an exported page of an explorer with these settings."""
    with exported(offline, tmp_path, Explorer, ".cbp .cbp-cell") as open_page:
        yield lambda width=1300, scheme="light", **settings: open_page(
            InfluenceExplorer(**settings), width, scheme
        )
