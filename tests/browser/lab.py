"""A real JupyterLab, and notebooks that are open in it."""

# ruff: noqa: E501 (JavaScript is kept on one line)

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from browsing import Watched, resize

ROOT = Path(__file__).resolve().parent.parent.parent


TRACKER = "@jupyterlab/notebook-extension:tracker"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab:
    """A running JupyterLab: `.url`, and `.root`, the folder whose notebooks it shows."""

    def __init__(self, folder, package=ROOT):
        """`package`: the folder whose convbp_helpers its kernels import."""
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
        command += [
            "--LabApp.expose_app_in_browser=True"
        ]  # so a test can put its cells into an open notebook
        environ = dict(
            os.environ,
            JUPYTER_CONFIG_DIR=str(folder / "config"),
            JUPYTER_DATA_DIR=str(folder / "data"),
            JUPYTER_RUNTIME_DIR=str(folder / "runtime"),
            JUPYTERLAB_SETTINGS_DIR=str(self.settings),
            JUPYTERLAB_WORKSPACES_DIR=str(folder / "workspaces"),
            IPYTHONDIR=str(folder / "ipython"),
            PYTHONPATH=os.pathsep.join(filter(None, [str(package), os.environ.get("PYTHONPATH", "")])),
        )
        environ.pop("JUPYTER_TOKEN", None)
        quiet = {"fetchNews": "false", "checkForUpdates": False}
        self.set("@jupyterlab/apputils-extension:notification", quiet)
        if self.default(TRACKER, "windowingMode") == "full":
            self.set(
                TRACKER, {"windowingMode": "none"}
            )  # in JupyterLab 4.2 a cell out of sight is nowhere at all
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

    def default(self, plugin, name):
        """What this JupyterLab has for a setting of one of its plugins."""
        extension, file = plugin.split(":")
        schema = Path(sys.prefix, "share/jupyter/lab/schemas", extension, f"{file}.json")
        return json.loads(schema.read_text())["properties"][name]["default"]

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

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Notebook(Watched):
    """A notebook that is open in JupyterLab, with a kernel that waits."""

    def __init__(self, browser, lab, name, **options):
        book = {"cells": [], "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
        (lab.root / f"{name}.ipynb").write_text(json.dumps(book))
        super().__init__(browser, **options)
        self.page.goto(lab.url_of(f"{name}.ipynb"))
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        # "Idle" in the status bar: before, JupyterLab takes the keys and runs nothing
        idle = "() => /[|] Idle/.test(document.querySelector('#jp-main-statusbar')?.textContent ?? '')"
        self.page.wait_for_function(idle, timeout=60_000)

    def put(self, *sources, tags=()):
        """These code cells, in place of all that are there."""
        self.page.evaluate(PUT, [list(sources), list(tags)])
        self.page.wait_for_function(
            "([n]) => document.querySelectorAll('.jp-CodeCell').length === n"
            " && !document.querySelector('.jp-OutputArea-output')",
            arg=[len(sources)],
        )

    def heard(self):
        """Wait until the kernel has what a widget has sent: it rests, and goes on resting for a moment."""
        self.page.evaluate(RESTS)

    def run(self, number):
        """Run a cell; what it prints."""
        cell = self.page.locator(".jp-CodeCell").nth(number)
        before = cell.locator(".jp-InputArea-prompt").inner_text()
        # away from the widget, of which nothing may pass below the pointer when the page scrolls to the cell
        self.page.mouse.move(3, 3)
        self.page.evaluate(CHOOSE, number)
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(
            "([n, before]) => { const t = document.querySelectorAll('.jp-CodeCell')[n].querySelector('.jp-InputArea-prompt').innerText;"
            " return /\\d/.test(t) && t !== before; }",
            arg=[number, before],
            timeout=60_000,
        )
        output = cell.locator(".jp-OutputArea-output pre")
        return output.last.inner_text().strip() if output.count() else ""


CHOOSE = """(number) => {
  const { content } = window.jupyterapp.shell.currentWidget;
  content.activeCellIndex = number;
  content.activate();
}"""
# ipywidgets holds a change back while the one before it is on its way, and sends it when the kernel rests
RESTS = """() => new Promise((done) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  let since = performance.now();
  const look = () => {
    const now = performance.now();
    if (kernel.status !== "idle") since = now;
    now - since > 80 ? done() : setTimeout(look, 10);
  };
  look();
})"""
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
PUT = """([sources, tags]) => {
  const book = window.jupyterapp.shell.currentWidget.content.model.sharedModel, before = book.cells.length;
  book.transact(() => {
    book.insertCells(0, sources.map((source) => ({ cell_type: "code", source, metadata: { tags } })));
    book.deleteCellRange(sources.length, sources.length + before);
  });
}"""


class Shared:
    """One notebook for each theme, open in JupyterLab, which the tests fill in turn."""

    def __init__(self, browser, lab, session):
        self.browser, self.lab, self.session = browser, lab, session
        self.open = {}  # theme -> the notebook
        self.failed = 0

    def show(self, theme, width, *sources, height=1000, tags=()):
        """The notebook in this theme, with these cells, on a page of this size."""
        if self.session.testsfailed > self.failed:  # a test that failed may have left anything behind
            self.close()
            self.failed = self.session.testsfailed
        if theme not in self.open:
            self.lab.set_theme(theme)
            self.open[theme] = Notebook(self.browser, self.lab, f"shared-{theme}")
            self.lab.set_theme("light")
        notebook = self.open[theme]
        assert notebook.page.evaluate("document.body.dataset.jpThemeLight") == str(theme == "light").lower()
        resize(notebook.page, width, height)
        notebook.put(*sources, tags=tags)
        return notebook

    def close(self):
        for notebook in self.open.values():
            notebook.context.close()
        self.open = {}
