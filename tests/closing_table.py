"""The closing table: what was run, in numbers, and what was not, by reason. In one process and in several.

A test says `count("random geometries", 1000)` or `table("a title", page="01", lines=12)`. With pytest-xdist
each worker hands its figures over when it ends, and the process that started it adds them up.

`CONVBP_REQUIRE=chromium,torch` makes the tests fail that need one of these and do not find it, and then a run
in which anything else is skipped fails too.
"""

import json
import os

import pytest

WORKER, SKIPPED = "closing table", "Skipped: "
HELD = pytest.StashKey["Figures"]()
POSITION = pytest.StashKey[int]()


def required():
    """What CONVBP_REQUIRE names."""
    return set(os.environ.get("CONVBP_REQUIRE", "").replace(",", " ").split())


def missing(name, reason):
    """Skip, or fail where CONVBP_REQUIRE names it."""
    if name in required():
        pytest.fail(f"CONVBP_REQUIRE names {name}: {reason}", pytrace=False)
    pytest.skip(reason)


def oracle():
    """The module `torch`."""
    try:
        import torch
    except ImportError as error:
        missing("torch", f"PyTorch is not installed (pip install torch): {error}")
    torch.set_num_threads(1)
    return torch


class Figures:
    """What the tests of one process, or of all together, have counted; each with its test's position."""

    def __init__(self):
        self.collected = 0
        self.counts = {}  # what -> [position of the first test that counts it, number]
        self.rows = []  # [position, title, row]
        self.left_out = {}  # why -> number
        self.lost = []  # workers that ended without handing anything over

    def count(self, position, what, number):
        first, before = self.counts.get(what, (position, 0))
        self.counts[what] = [min(first, position), before + number]

    def add(self, position, title, row):
        self.rows.append([position, title, row])

    def handed_over(self):
        return json.dumps([self.counts, self.rows, self.left_out])

    def take(self, handed):
        counts, rows, self.left_out = json.loads(handed)  # every worker leaves out the same
        for what, (position, number) in counts.items():
            self.count(position, what, number)
        self.rows += rows

    def in_order(self):
        """(what, number) of each figure, and title -> rows, as if one process had run all tests in order."""
        tables = {}
        for _, title, row in sorted(self.rows, key=lambda entry: entry[0]):
            tables.setdefault(title, []).append(row)
        counts = sorted(self.counts.items(), key=lambda entry: entry[1][0])
        return [(what, number) for what, (_, number) in counts], tables


def pytest_configure(config):
    config.stash[HELD] = Figures()


def pytest_itemcollected(item):
    figures = item.config.stash[HELD]
    item.stash[POSITION] = figures.collected
    figures.collected += 1


@pytest.fixture
def count(request):
    """count("random geometries against PyTorch", 1000): a figure for the table that closes the run."""
    figures, position = request.config.stash[HELD], request.node.stash[POSITION]
    return lambda what, number=1: figures.count(position, what, int(number))


@pytest.fixture
def table(request):
    """table("a title", page="01", lines=12): a row of a table of its own in the closing report."""
    figures, position = request.config.stash[HELD], request.node.stash[POSITION]
    return lambda title, **row: figures.add(position, title, row)


def pytest_deselected(items):
    """Tests marked `slow("why")`, where `-m "not slow"` leaves them out."""
    for item in items:
        if item.config.option.markexpr != "not slow" or item.config.option.keyword:
            return
        for mark in item.iter_markers("slow"):
            left_out = item.config.stash[HELD].left_out
            left_out[mark.args[0]] = left_out.get(mark.args[0], 0) + 1


# -- several processes -------------------------------------------------------------------------------


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """A worker has ended; this runs in the process that started it."""
    figures = node.config.stash[HELD]
    handed = getattr(node, "workeroutput", {}).get(WORKER)
    if handed is None:
        figures.lost.append(node.gateway.id)
    else:
        figures.take(handed)


def pytest_sessionfinish(session):
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput[WORKER] = config.stash[HELD].handed_over()
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if required() and reporter and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# -- the report --------------------------------------------------------------------------------------


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
    return reason.removeprefix(SKIPPED)


def pytest_terminal_summary(terminalreporter, config):
    write = terminalreporter.write_line
    stats, figures = terminalreporter.stats, config.stash[HELD]
    passed = [report for report in stats.get("passed", []) if report.when == "call"]
    cells = sum(".ipynb::" in report.nodeid for report in passed)
    counts, tables = figures.in_order()
    terminalreporter.section("what was run")
    for what, number in counts:
        write(f"{number:>9,}  {what}")
    write(f"{len(passed) - cells:>9,}  tests passed")
    write(f"{cells:>9,}  notebook cells gave their stored output")
    for title, rows in tables.items():
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
    if figures.left_out:
        write(f"{sum(figures.left_out.values()):>9,}  left out")
        for why, number in sorted(figures.left_out.items()):
            write(f"{number:>9,}    {why}")
    if figures.lost:
        write(f"Not in these figures: what {', '.join(figures.lost)} ran, which did not end well.", red=True)
    if required() and reasons:
        write("CONVBP_REQUIRE is set, so nothing may be skipped: the run fails.", red=True)
