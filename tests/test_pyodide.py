"""Every notebook under Pyodide, the browser's Python, in Node: its cells give what is stored, save what is named here.

The kernel is JupyterLite's own, with the packages and wheels of the in-browser edition, loaded in the same order; only
the page is missing. `make lite ARGS=--fetch` gets the Pyodide. All notebooks run in one process, each in a namespace of
its own.

Of notebook 12 the trainings are shorter: 8 epochs in place of 40, of which each takes about a second here. What they
show is compared nowhere (they are tagged for nbval), and every other cell of the notebook gives what is stored.
"""

import configparser
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from edition import ROOT, SITE, build_edition, with_a_thread

HERE = Path(__file__).resolve().parent
PATHS = {path.name[:2]: path for path in sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))}
SHORTER = {"12": ("epochs=40", "epochs=8")}


class Difference(NamedTuple):
    """Where a cell shows something else than what is stored: without `pattern`, both are the same."""

    notebook: str
    cell: str  # what stands in it
    pattern: str
    why: str


#: All of them. Each must still be there, so that none stays in this list that is gone.
DIFFERENCES = (
    Difference(
        "02",
        'get_sample_data("grace_hopper.jpg")',
        r"Matplotlib is building the font cache; this may take a moment\.\n|from −0\.\d+ to 0\.\d+",
        "with the first drawing matplotlib lists the fonts, and says so; and this Pillow (10.2) decodes the "
        "photograph, a JPEG, a little otherwise, so its darkest and brightest differences are others",
    ),
    Difference(
        "02",
        "figures.photo",
        r"from −0\.7\d+ to 0\.76\d+",
        "the same photograph",
    ),
    Difference(
        "04",
        "a mean, and a smaller rate",
        r"at \[\d(,\d)+\]",
        "this NumPy adds in another order (it has no BLAS): the largest rounding error is as large, in another cell",
    ),
    Difference(
        "10",
        "np.count_nonzero(A)",
        r"np\.int64\(144\)|144",
        "np.count_nonzero of NumPy 2.0 gives an int of Python",
    ),
)
MOST_SECONDS = 600


def node():
    """Node: the machine's, or else the one inside Playwright's wheel."""
    if found := shutil.which("node"):
        return found
    from playwright._impl._driver import compute_driver_executable

    return compute_driver_executable()[0]


@pytest.fixture(scope="session")
def wheels(pyodide, tmp_path_factory):
    """The edition's wheels, made from the working tree, in the order in which they are loaded."""
    folder = tmp_path_factory.mktemp("wheels")
    command = [SITE / "bin" / "python", ROOT / "site" / "browser_edition" / "build_edition.py"]
    done = subprocess.run([*command, "--wheels", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return [folder / name for name in done.stdout.split()]


# -- running -----------------------------------------------------------------------------------------


def code_cells(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


class Run:
    """A Node process that runs notebooks under Pyodide. `answers()` waits for it: a list of what it said, in order."""

    def __init__(self, folder, pyodide, wheels, notebooks=(), names=build_edition.FROM_PYODIDE):
        folder.mkdir(parents=True, exist_ok=True)
        brought = SITE / "share/jupyter/labextensions" / build_edition.KERNEL / "static" / "pypi"
        plan = {
            "pyodide": str(pyodide),
            "packages": [*names, *map(str, wheels)],
            "kernel": [str(path) for path in sorted(brought.glob("*.whl")) if "-3." not in path.name],
            "cells": str(HERE / "pyodide_cells.py"),
            "notebooks": list(notebooks),
        }
        (folder / "plan.json").write_text(json.dumps(plan))
        self.said, self.errors = open(folder / "said", "w+"), open(folder / "errors", "w+")
        command = [node(), HERE / "pyodide_run.mjs", folder / "plan.json"]
        self.process = subprocess.Popen(command, stdout=self.said, stderr=self.errors)

    def answers(self):
        try:
            code = self.process.wait(MOST_SECONDS)
        finally:
            self.process.kill()
        self.said.seek(0)
        self.errors.seek(0)
        answers = [json.loads(line) for line in self.said]
        failed = [answer["failed"] for answer in answers if "failed" in answer]
        assert (code, failed) == (0, []), "\n".join([*failed, self.errors.read()[-2000:]])
        return answers


def sources_of(name):
    """The sources of a notebook's code cells, with shorter trainings."""
    sources = ["".join(cell["source"]) for cell in code_cells(PATHS[name])]
    long, short = SHORTER.get(name, ("", ""))
    if long:
        assert sum(source.count(long) for source in sources) == 1, f"{name} does not hold {long} once"
        sources = [source.replace(long, short) for source in sources]
    return sources


@pytest.fixture(scope="session")
def ran(pyodide, wheels, tmp_path_factory):
    """Notebook -> what each of its cells showed, and "import" -> how long the start and the import took."""
    notebooks = [[name, sources_of(name)] for name in PATHS]
    first, *answers = Run(tmp_path_factory.mktemp("pyodide"), pyodide, wheels, notebooks).answers()
    return {"import": first} | {answer["notebook"]: answer for answer in answers}


# -- comparing ---------------------------------------------------------------------------------------


def sanitizers():
    found = configparser.RawConfigParser()
    found.read(HERE / "nbval_sanitize.cfg")
    return [(re.compile(found[name]["regex"]), found[name]["replace"]) for name in found.sections()]


SANITIZERS = sanitizers()
TABLE = f"Pyodide {build_edition.PYODIDE} in Node: how long it took"
TEXTS = ("text/plain", "text/html", "text/latex")


def texts(outputs):
    """What a cell shows, as pairs of a kind and its text; what was printed in pieces is one."""
    found = []
    for output in outputs:
        if output["output_type"] == "stream":
            kind, text = output["name"], "".join(output["text"])
            if found and found[-1][0] == kind:
                text = found.pop()[1] + text
            found.append((kind, text))
        elif output["output_type"] == "error":
            found.append(("error", f"{output['ename']}: {output['evalue']}"))
        else:
            found += [(kind, "".join(output["data"][kind])) for kind in TEXTS if kind in output["data"]]
    return [(kind, sanitized(text)) for kind, text in found]


def without(pattern, pairs):
    """Texts without what a pattern finds; those of which nothing is left are gone."""
    left = [(kind, re.sub(pattern, "", text)) for kind, text in pairs]
    return [(kind, text) for kind, text in left if text]


def sanitized(text):
    for pattern, replacement in SANITIZERS:
        text = pattern.sub(replacement, text)
    return text


def differing(cells, answered):
    """Number -> (what is stored, what was shown), of each cell that shows something else than what is stored."""
    found = {}
    for number, (cell, answer) in enumerate(zip(cells, answered, strict=True)):
        stored, shown = texts(cell["outputs"]), texts(answer["outputs"])
        if "nbval-ignore-output" in cell["metadata"].get("tags", []):
            stored, shown = [], [pair for pair in shown if pair[0] == "error"]
        if stored != shown:
            found[number] = stored, shown
    return found


def faults(name, cells, answered, named=DIFFERENCES):
    """What is wrong with a notebook's answers, a line each: a difference without a name, a named one that is gone."""
    named = [difference for difference in named if difference.notebook == name]
    wrong, seen = [], set()
    for number, (stored, shown) in differing(cells, answered).items():
        source = "".join(cells[number]["source"])
        for difference in named:
            if difference.cell in source and without(difference.pattern, stored) == without(
                difference.pattern, shown
            ):
                seen.add(difference)
                break
        else:
            wrong.append(f"{name}, cell {number}: stored {stored!r:.400}, shown {shown!r:.400}")
    return wrong + [f"{name}: gone is the difference {gone.why!r}" for gone in named if gone not in seen]


@pytest.mark.parametrize("name", PATHS)
def test_notebook_gives_what_is_stored(name, ran, count, table):
    answer = ran[name]
    cells = code_cells(PATHS[name])
    assert faults(name, cells, answer["cells"]) == []
    count("notebook cells run under Pyodide", len(cells))
    table(TABLE, what=PATHS[name].stem, ms=answer["ms"])


def test_import(ran, count, table):
    """How long it takes until a first cell has its package."""
    table(TABLE, what="start of the kernel", ms=ran["import"]["start"])
    table(TABLE, what="import convbp_helpers", ms=ran["import"]["import"])
    count("differences under Pyodide, each named", len(DIFFERENCES))


# -- planted faults ----------------------------------------------------------------------------------

FEW = ("numpy", "ipython", "micropip")  # enough to import the package


def test_planted_faults(pyodide, wheels, tmp_path, count):
    """A thread at import and a missing wheel each end the run with the fault's name; both run side by side."""
    thread = [*wheels[:-1], with_a_thread(wheels[-1], tmp_path)]
    lacking = [wheel for wheel in wheels if not wheel.name.startswith("lark-")]
    assert len(lacking) == len(wheels) - 1
    planted = {"can't start new thread": thread, "No module named 'lark'": lacking}
    runs = [
        (words, Run(tmp_path / str(number), pyodide, some, names=FEW))
        for number, (words, some) in enumerate(planted.items())
    ]
    for words, run in runs:
        with pytest.raises(AssertionError, match=words):
            run.answers()
        count("planted faults of the package found under Pyodide")


def test_planted_differences():
    """Another output, an error in a cell that is not compared, and a difference that is gone."""

    def code(text, *tags):
        output = {"output_type": "stream", "name": "stdout", "text": [text]}
        return {"source": ["print(x)"], "outputs": [output], "metadata": {"tags": list(tags)}}

    error = {"output_type": "error", "ename": "ValueError", "evalue": "no"}
    right, other = [code("5\n")], [code("6\n")]
    assert faults("00", right, [code("5\n")]) == []
    assert len(faults("00", right, other)) == 1
    assert faults("00", [code("5\n", "nbval-ignore-output")], other) == []
    assert len(faults("00", [code("5\n", "nbval-ignore-output")], [{"outputs": [error]}])) == 1
    named = [Difference("00", "print(x)", r"\d", "the digit")]
    assert faults("00", right, other, named) == []
    assert faults("00", right, right, named) == ["00: gone is the difference 'the digit'"]
    assert len(faults("00", right, [code("six\n")], named)) == 2
