"""The closing table, on a small project of its own: its figures and skips, in one process and in two."""

import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType, SimpleNamespace

import closing_table
import pytest

TESTS = Path(__file__).resolve().parent
TAKEN = (
    "browser/conftest.py",
    "browser/browsing.py",
    "browser/explorer.py",
    "browser/lab.py",
    "closing_table.py",
    "conftest.py",
)

SMALL = """
import pytest

def test_counts(count, table):
    count("random geometries", 1000)
    count("random geometries", 234)
    table("a table", page="01", lines=1000)
    table("a table", page="02", lines=17)

def test_oracle(torch):
    assert torch

def test_other():
    OTHER
"""
IN_BROWSER = """
import os

def test_browser(count, request):
    count("in the browser's group, on " + os.environ.get("PYTEST_XDIST_WORKER", "its own"))
    assert request.getfixturevalue("chromium").version
"""


def project(folder, **files):
    """A folder with our conftests, and these test files."""
    for name in TAKEN:
        file = folder / "tests" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes((TESTS / name).read_bytes())
    (folder / "pytest.ini").write_text("[pytest]\n")
    for name, text in {"browser/test_in_browser": IN_BROWSER, **files}.items():
        (folder / "tests" / f"{name}.py").write_text(text)


class NoChromium(Exception):
    """In place of Playwright's error."""


def playwright(there):
    """In place of Playwright, of which one process cannot have two."""

    def launch(**options):
        if not there:
            raise NoChromium("Executable does not exist\nand more")
        return SimpleNamespace(version="1", close=lambda: None)

    module = ModuleType("playwright.sync_api")
    module.Error = NoChromium
    module.sync_playwright = lambda: nullcontext(SimpleNamespace(chromium=SimpleNamespace(launch=launch)))
    return module


@pytest.fixture
def small_run(pytester, monkeypatch):
    """Our conftests around two small test files, with some of torch and chromium taken away."""

    def run(*arguments, other="pass", require="", without=()):
        project(pytester.path, test_small=SMALL.replace("OTHER", other))
        monkeypatch.setenv("CONVBP_REQUIRE", require)
        torch = SimpleNamespace(set_num_threads=lambda number: None)
        monkeypatch.setitem(sys.modules, "torch", None if "torch" in without else torch)
        monkeypatch.setitem(sys.modules, "playwright.sync_api", playwright("chromium" not in without))
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-q", *arguments)

    return run


def table_of(done):
    return done.stdout.str().split("what was run")[1]


def test_skips_are_counted_by_reason(small_run):
    done = small_run(other="pytest.skip('no reason')", without=("torch", "chromium"))
    assert done.ret == 0, done.stdout
    table = table_of(done)
    assert re.search(r"1,234  random geometries\n", table)
    assert re.search(
        r"\na table\n    page   lines\n    01     1,000\n    02        17\n    total  1,017\n", table
    )
    assert re.search(r" 1  tests passed\n", table) and re.search(r" 3  skipped\n", table)
    assert re.search(r" 1    PyTorch is not installed \(pip install torch\)", table)
    assert re.search(r" 1    no Chromium \(apt install chromium.*: Executable does not exist\n", table)
    assert re.search(r" 1    no reason", table)
    assert re.fullmatch(r"1 passed, 3 skipped in .*", done.stdout.lines[-1]), "pytest's own line is the last"


def test_required_and_missing_is_a_failure(small_run):
    done = small_run(require="chromium,torch", without=("torch", "chromium"))
    assert done.ret == 1
    said = done.stdout.str()
    assert "CONVBP_REQUIRE names torch" in said and "CONVBP_REQUIRE names chromium" in said
    assert re.search(r" 0  skipped\n", said)


def test_any_skip_fails_where_something_is_required(small_run):
    done = small_run(other="pytest.skip('no reason')", require="torch")
    assert done.ret == 1
    assert "nothing may be skipped" in done.stdout.str() and "1 skipped" in done.stdout.str()


def test_all_there_and_nothing_skipped_passes(small_run):
    done = small_run(require="torch,chromium")
    assert done.ret == 0, done.stdout
    assert re.search(r" 4  tests passed\n", done.stdout.str())
    assert re.search(r" 0  skipped\n", done.stdout.str())
    assert "left out" not in done.stdout.str()


def test_what_the_quick_form_leaves_out_is_counted_by_reason(small_run):
    done = small_run("-m", "not slow", require="torch,chromium", without=("chromium",))
    assert done.ret == 0, done.stdout
    table = table_of(done)
    assert re.search(r" 3  tests passed\n", table)
    assert re.search(r" 1  left out\n +1    in a browser\n", table)


# -- several processes -------------------------------------------------------------------------------

ONE = """
import os, pathlib, pytest, time

def test_ONE(count, table):
    count("random geometries", NUMBER)
    table("a table", page="ONE", lines=NUMBER)
    count("on " + os.environ["PYTEST_XDIST_WORKER"])
    pathlib.Path("ONE").touch()
    until = time.monotonic() + 60
    while not pathlib.Path("OTHER").exists():
        assert time.monotonic() < until, "the two run at the same time"
        time.sleep(0.01)
"""
IN_ONE = """
import os

def test_beside(count):
    count("in the browser's group, on " + os.environ["PYTEST_XDIST_WORKER"])
"""
THIRD = """
def test_torch(torch, count):
    pass

def test_counts(count):
    count("in the third file")
"""


def small(one, other, number):
    return ONE.replace("ONE", one).replace("OTHER", other).replace("NUMBER", str(number))


def test_two_workers_hand_over_what_they_counted(tmp_path):
    """A real run: two workers, PyTorch and Chromium taken away, and Playwright's own words about it."""
    files = dict(test_a=small("a", "b", 1000), test_b=small("b", "a", 234), test_c=THIRD)
    project(tmp_path, **files, **{"browser/test_beside": IN_ONE})
    fake = tmp_path / "fake"
    fake.mkdir()
    (fake / "torch.py").write_text("raise ImportError('taken away')")
    environ = {name: value for name, value in os.environ.items() if name != "CONVBP_REQUIRE"}
    environ |= dict(PYTHONPATH=str(fake), PATH=str(fake), PLAYWRIGHT_BROWSERS_PATH=str(fake))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:nbval"]
    command += ["-n2", "--junitxml=report.xml"]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    table = done.stdout.split("what was run")[1]
    assert re.search(r"1,234  random geometries\n", table)
    assert re.search(r" 1  on gw0\n", table) and re.search(r" 1  on gw1\n", table)
    assert re.search(r" 2  in the browser's group, on gw\d\n", table), "one worker has the browser"
    assert re.search(r" 1  in the third file\n +4  tests passed\n", table), "in the order of collection"
    assert re.search(
        r"\na table\n    page   lines\n    a      1,000\n    b        234\n    total  1,234\n", table
    )
    assert re.search(r" 2  skipped\n", table)
    assert re.search(r" 1    PyTorch is not installed \(pip install torch\): taken away", table)
    assert re.search(r" 1    no Chromium \(apt install chromium, .*\): \S+", table)
    assert re.search(r"= 4 passed, 2 skipped in .* =+\n$", done.stdout)
    names = set(
        re.findall(r'<testcase classname="(\S+)" name="(\S+)"', (tmp_path / "report.xml").read_text())
    )
    assert {("tests.test_a", "test_a"), ("tests.browser.test_in_browser", "test_browser")} <= names


def figures(*counted):
    made = closing_table.Figures()
    for position, what, number in counted:
        made.count(position, what, number)
        made.add(position, "a table", {"what": what, "number": number})
    return made


def ended(config, **output):
    closing_table.pytest_testnodedown(
        SimpleNamespace(config=config, gateway=SimpleNamespace(id="gw7"), **output)
    )


@pytest.mark.parametrize("backwards", [False, True])
def test_figures_are_added_in_the_order_of_the_tests(backwards):
    """Whichever worker ends first."""
    parts = figures((3, "c", 5), (9, "a", 1)), figures((0, "a", 7), (4, "b", 2))
    config = SimpleNamespace(stash={closing_table.HELD: closing_table.Figures()})
    for part in parts[::-1] if backwards else parts:
        ended(config, workeroutput={closing_table.WORKER: part.handed_over()})
    counts, tables = config.stash[closing_table.HELD].in_order()
    assert counts == [("a", 8), ("c", 5), ("b", 2)]
    assert [(row["what"], row["number"]) for row in tables["a table"]] == [
        ("a", 7),
        ("c", 5),
        ("b", 2),
        ("a", 1),
    ]


def test_a_worker_that_hands_nothing_over_is_named():
    config = SimpleNamespace(stash={closing_table.HELD: closing_table.Figures()})
    ended(config)
    said = []
    reporter = SimpleNamespace(write_line=lambda line, **_: said.append(line), stats={}, section=said.append)
    closing_table.pytest_terminal_summary(reporter, config)
    assert "Not in these figures: what gw7 ran, which did not end well." in said
