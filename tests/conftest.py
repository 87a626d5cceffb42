"""What the tests share: PyTorch and a browser where they exist, a real JupyterLab, and the closing table.

`CONVBP_REQUIRE=chromium,torch` turns the skips for what it names into failures, and then a test that is
skipped for any other reason makes the run fail too.
"""

import importlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import hypothesis
import pytest

REQUIRED = set(os.environ.get("CONVBP_REQUIRE", "").replace(",", " ").split())
ROOT = Path(__file__).resolve().parent.parent
FIGURES = pytest.StashKey[dict]()
TABLES = pytest.StashKey[dict]()

hypothesis.settings.register_profile("convbp", deadline=None)
hypothesis.settings.load_profile("convbp")


def pytest_configure(config):
    import matplotlib

    matplotlib.use("Agg")
    os.environ.pop("MPLBACKEND", None)  # a kernel draws inline, as it does for a reader
    os.environ.pop("JUPYTER_PATH", None)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # `python3` is this environment's kernel
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    config.stash[FIGURES] = {}
    config.stash[TABLES] = {}


# -- what may be missing -----------------------------------------------------------------------------


def missing(name, reason):
    """Skip, or fail where CONVBP_REQUIRE names it."""
    if name in REQUIRED:
        pytest.fail(f"CONVBP_REQUIRE names {name}: {reason}", pytrace=False)
    pytest.skip(reason)


def need(name):
    """The module `torch`, or the launch options for `chromium`; skips (or fails) where it is missing."""
    if name == "chromium":
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        return {"executable_path": path} if path else {}
    try:
        return importlib.import_module(name)
    except ImportError as error:
        shown = {"torch": "PyTorch"}.get(name, name)
        missing(name, f"{shown} is not installed (pip install {name}): {error}")


@pytest.fixture(scope="session")
def torch():
    """The module `torch`, the oracle."""
    module = need("torch")
    module.set_num_threads(1)
    return module


BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    """A running browser (Playwright's sync API); `chromium.new_page()` gives a page. One per run."""
    from playwright.sync_api import Error, sync_playwright

    options = need("chromium")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(args=BROWSER_OPTIONS, **options)
        except Error as error:
            why = str(error).strip().splitlines()[0][:120]
            browser = None
        if browser is None:
            missing("chromium", f"no Chromium (apt install chromium, or playwright install chromium): {why}")
        yield browser
        browser.close()


# -- JupyterLab --------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab:
    """A running JupyterLab: `.url`, and `.root`, the folder whose notebooks it shows."""

    def __init__(self, folder):
        self.root = folder / "root"
        self.settings = folder / "settings"
        self.log = folder / "log.txt"
        for name in ("root", "settings", "config", "data", "runtime", "ipython", "workspaces"):
            (folder / name).mkdir(parents=True)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
        command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={self.root}"]
        command += ["--IdentityProvider.token=", "--ServerApp.password=", "--ServerApp.allow_root=True"]
        command += ["--LabApp.news_url=None", "--LabApp.extension_manager=readonly"]
        environ = dict(
            os.environ,
            JUPYTER_CONFIG_DIR=str(folder / "config"),
            JUPYTER_DATA_DIR=str(folder / "data"),
            JUPYTER_RUNTIME_DIR=str(folder / "runtime"),
            JUPYTERLAB_SETTINGS_DIR=str(self.settings),
            JUPYTERLAB_WORKSPACES_DIR=str(folder / "workspaces"),
            IPYTHONDIR=str(folder / "ipython"),
            PYTHONPATH=os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
        )
        environ.pop("JUPYTER_TOKEN", None)
        quiet = {"fetchNews": "false", "checkForUpdates": False}
        self.set("@jupyterlab/apputils-extension:notification", quiet)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, env=environ, stdout=log, stderr=subprocess.STDOUT)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                direct.open(self.url + "/api", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError("JupyterLab did not start:\n" + self.log.read_text(errors="replace")[-2000:])

    def set(self, plugin, values):
        """Write the user settings of one of Lab's plugins; a page that is loaded afterwards has them."""
        extension, name = plugin.split(":")
        file = self.settings / extension / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))

    def set_theme(self, theme):
        """`light` or `dark`, for pages loaded afterwards."""
        name = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}[theme]
        self.set("@jupyterlab/apputils-extension:themes", {"theme": name})

    def url_of(self, name):
        """The address of a file in `.root`, in a layout with nothing else open."""
        return f"{self.url}/lab/tree/{name}?reset"

    def open(self, page, name):
        """Open a file of `.root` in a browser's page, and wait until its kernel answers."""
        page.goto(self.url_of(name))
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_selector("text=/Python 3 .ipykernel. . Idle/", timeout=60_000)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    """A real JupyterLab without token and without news, and with settings of its own."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed (make test installs it)")
    lab = Lab(tmp_path_factory.mktemp("jupyterlab"))
    yield lab
    lab.stop()


# -- the closing table -------------------------------------------------------------------------------


@pytest.fixture
def count(request):
    """count("random geometries against PyTorch", 1000): a figure for the table that closes the run."""

    def add(what, number=1):
        figures = request.config.stash[FIGURES]
        figures[what] = figures.get(what, 0) + number

    return add


@pytest.fixture
def table(request):
    """table("a title", page="01", lines=12): a row of a table of its own in the closing report."""

    def add(title, **row):
        request.config.stash[TABLES].setdefault(title, []).append(row)

    return add


def rows_of(rows):
    """A table as lines of text: numbers to the right, a last line with their totals."""
    heads = list(rows[0])
    numeric = [head for head in heads if isinstance(rows[0][head], int)]
    total = {head: sum(row[head] for row in rows) if head in numeric else "" for head in heads}
    total[heads[0]] = "total"
    cells = [heads, *([f"{r[h]:,}" if h in numeric else str(r[h]) for h in heads] for r in [*rows, total])]
    widths = [max(len(line[n]) for line in cells) for n in range(len(heads))]
    for line in cells:
        fields = zip(line, widths, heads, strict=True)
        yield "  ".join(t.rjust(w) if h in numeric else t.ljust(w) for t, w, h in fields).rstrip()


def reason_of(report):
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter, config):
    write = terminalreporter.write_line
    stats = terminalreporter.stats
    passed = [report for report in stats.get("passed", []) if report.when == "call"]
    cells = sum(".ipynb::" in report.nodeid for report in passed)
    terminalreporter.section("what was run")
    for what, number in config.stash[FIGURES].items():
        write(f"{number:>9,}  {what}")
    write(f"{len(passed) - cells:>9,}  tests passed")
    write(f"{cells:>9,}  notebook cells gave their stored output")
    for title, rows in config.stash[TABLES].items():
        write("")
        write(title)
        for line in rows_of(rows):
            write("    " + line)
    write("")
    reasons = {}
    for report in stats.get("skipped", []):
        reasons[reason_of(report)] = reasons.get(reason_of(report), 0) + 1
    write(f"{sum(reasons.values()):>9,}  skipped")
    for reason, number in sorted(reasons.items()):
        write(f"{number:>9,}    {reason}")
    if REQUIRED and reasons:
        write("CONVBP_REQUIRE is set, so nothing may be skipped: the run fails.", red=True)


def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if REQUIRED and reporter and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
