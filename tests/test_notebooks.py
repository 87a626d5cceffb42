"""The committed notebooks are in normal form and keep the rules; each rule is shown to catch its fault."""

import base64
import copy
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import notebooks  # noqa: E402

PATHS = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))


def test_there_are_notebooks():
    assert PATHS, "no notebook in notebooks/"
    assert all(re.fullmatch(r"\d\d-[a-z0-9-]+\.ipynb", path.name) for path in PATHS), PATHS


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name[:2])
def test_notebook(path, count):
    assert not notebooks.faults(path)
    count("notebooks in normal form")


# -- planted faults ----------------------------------------------------------------------------------


def img(width=40, alt="One grey row.", kind="svg+xml", inside="<svg/>"):
    data = base64.b64encode(inside.encode()).decode()
    return f'<img alt="{alt}" width="{width}" height="20" src="data:image/{kind};base64,{data}">'


def html(text):
    return new_output("display_data", data={"text/plain": "<Figure>", "text/html": text})


def good():
    """A small notebook without a fault."""
    picture = f"<figure>{img()}</figure>"
    return new_notebook(
        cells=[
            new_markdown_cell("# A title\n\nText with $a[b](c)$ and [a link](other.ipynb#part)."),
            new_code_cell("x = 2 + 3"),
            new_code_cell(
                "x", outputs=[new_output("execute_result", data={"text/plain": "5"}, execution_count=2)]
            ),
            new_code_cell("show(x)", outputs=[html(picture)]),
        ]
    )


def faults_of(notebook, folder, normalise=True):
    (folder / "other.ipynb").write_text("{}")
    path = folder / "planted.ipynb"
    path.write_text(notebooks.text_of(notebooks.normal(notebook) if normalise else notebook))
    return notebooks.faults(path)


def test_the_good_one_has_none(tmp_path):
    assert faults_of(good(), tmp_path) == []


def output(*outputs, source="show(x)"):
    def plant(notebook):
        notebook.cells.append(new_code_cell(source, outputs=list(outputs)))

    return plant


def page(text):
    def plant(notebook):
        notebook.cells.append(new_markdown_cell(text))

    return plant


def stripped(notebook):
    for cell in notebook.cells[1:]:
        cell.outputs = []


VIEW = {"text/plain": "Explorer()", notebooks.WIDGET_VIEW: {"model_id": "ab"}}
BARE = {notebooks.WIDGET_VIEW: {"model_id": "ab"}}
PLANTED = {
    "error": (output(new_output("error", ename="ValueError", evalue="no")), "raised ValueError"),
    "stderr": (output(new_output("stream", name="stderr", text="careful")), "stderr"),
    "all outputs stripped": (stripped, "has no outputs"),
    "a value's output stripped": (output(source="x + 1"), "output is missing"),
    "a print's output stripped": (output(source="for i in x:\n    y = i\nprint(y)"), "output is missing"),
    "a check's output stripped": (output(source="exercises.check_links(f)"), "output is missing"),
    "a magic's output stripped": (output(source="%%equation\nz = x"), "output is missing"),
    "a widget without a fallback": (output(new_output("display_data", data=BARE)), "nothing in its place"),
    "an address": (
        output(new_output("display_data", data={"text/plain": "<A object at 0x7f00aa11bb22>"})),
        "address",
    ),
    "two titles": (page("# Another title"), "2 headings"),
    "a level left out": (page("#### A detail of nothing"), "to one of level 4"),
    "a long cell": (output(source="\n\n".join("y = 1" for _ in range(21))), "21 lines"),
    "no alt in an output": (output(html(img().replace("alt=", "title="))), "without alternative text"),
    "empty alt in an output": (output(html(img(alt=" "))), "without alternative text"),
    "no alt in the text": (page("![](other.ipynb)"), "without alternative text"),
    "no alt in the text's HTML": (page('<img src="other.ipynb">'), "without alternative text"),
    "a bare picture": (
        output(new_output("display_data", data={"image/png": "iVBORw0KGgo="})),
        "without alternative text",
    ),
    "a wide picture": (output(html(img(1001))), "1001 pixels"),
    "a picture of pixels": (output(html(img(kind="png"))), "picture of pixels"),
    "no room kept for a picture": (output(html(img().replace("height=", "title="))), "no room is kept"),
    "two backslashes in a formula": (page(r"random $\\delta$"), "one backslash is meant"),
    "a dead link": (page("[next](99-nowhere.ipynb)"), "99-nowhere.ipynb"),
    "a dead link in HTML": (page('<a href="99-nowhere.ipynb">next</a>'), "99-nowhere.ipynb"),
}
for path in ("/home/ada/x.py", "/root/x", "/tmp/x", "/work/x", "/Users/ada/x", "C:\\Users\\ada"):
    PLANTED[f"the path {path}"] = (
        output(new_output("stream", name="stdout", text=f"read {path}\n")),
        "path of one machine",
    )


@pytest.mark.parametrize("name", PLANTED)
def test_planted_fault(name, tmp_path, count):
    plant, words = PLANTED[name]
    notebook = good()
    plant(notebook)
    found = faults_of(notebook, tmp_path)
    assert any(words in fault for fault in found), found
    count("planted faults of a notebook caught")


def out_of_order(notebook):
    notebook.cells[1].execution_count = 7


def other_id(notebook):
    notebook.cells[1].id = "3f2b8a10"


def timings(notebook):
    notebook.cells[1].metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}


def other_kernel(notebook):
    notebook.metadata.kernelspec["display_name"] = "my-env"


def other_python(notebook):
    notebook.metadata.language_info["version"] = "3.11.7"


def widget_state(notebook):
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}


def widget_view(notebook):
    notebook.cells[-1].outputs = [new_output("display_data", data=VIEW)]


FORM = [out_of_order, other_id, timings, other_kernel, other_python, widget_state, widget_view]


@pytest.mark.parametrize("plant", FORM, ids=lambda plant: plant.__name__)
def test_planted_form(plant, tmp_path, count):
    notebook = notebooks.normal(good())
    plant(notebook)
    found = faults_of(notebook, tmp_path, normalise=False)
    assert "not in normal form (make notebooks)" in found
    assert faults_of(notebook, tmp_path) == [], "and bringing it into normal form mends it"
    count("planted faults of a notebook caught")


def test_form_on_disk(tmp_path):
    """Indentation, the last line's end and stripped execution counts are part of the form."""
    text = notebooks.text_of(notebooks.normal(good()))
    path = tmp_path / "planted.ipynb"
    (tmp_path / "other.ipynb").write_text("{}")
    for bad in (text.rstrip("\n"), text.replace('\n "cells"', '\n  "cells"'), text.replace("\n", "\r\n")):
        path.write_bytes(bad.encode())
        assert "not in normal form (make notebooks)" in notebooks.faults(path)
    path.write_bytes(text.encode())
    assert notebooks.faults(path) == []
    path.write_bytes(re.sub(r'"execution_count": 1\b', '"execution_count": null', text).encode())
    assert any("not executed in order" in fault for fault in notebooks.faults(path))


def test_normal_form_keeps_what_a_reader_sees():
    notebook = good()
    notebook.cells[1].metadata.update(tags=["nbval-ignore-output"], nbgrader={"grade": True})
    notebook.cells[3].outputs = [
        new_output("display_data", data=dict(VIEW, **{"text/html": "<p>twin</p>"})),
        new_output("stream", name="stdout", text="a"),
        new_output("stream", name="stdout", text="b\n"),
    ]
    new = notebooks.normal(notebook)
    assert new.cells[1].metadata == notebook.cells[1].metadata
    assert new.cells[3].outputs[0].data == {"text/plain": "Explorer()", "text/html": "<p>twin</p>"}
    assert [o.get("text") for o in new.cells[3].outputs[1:]] == ["ab\n"]
    assert [cell.id for cell in new.cells] == ["c01", "c02", "c03", "c04"]
    assert notebooks.normal(new) == new
    new.cells.insert(1, new_markdown_cell("more"))
    assert [cell.id for cell in notebooks.normal(new).cells] == ["c01", "c05", "c02", "c03", "c04"]


# -- executing, and comparing strictly ---------------------------------------------------------------

WIDGET = """\
import ipywidgets


class Small(ipywidgets.IntSlider):
    def __repr__(self):
        return "Small()"

    def _repr_mimebundle_(self, **options):
        return dict(super()._repr_mimebundle_(**options), **{"text/html": "<p>twin</p>"})


Small()"""
PICTURE = """\
from IPython.display import HTML

grey = "BYTES" * 15_001
HTML(f'<img alt="One grey row" width="4" height="1" src="data:image/svg+xml;base64,{grey}">')"""


def write(path, *sources):
    cells = [new_markdown_cell("# A title"), *map(new_code_cell, sources)]
    path.write_text(nbformat.writes(new_notebook(cells=cells)))


def test_execute_then_compare_strictly(pytester, capsys, count):
    path = pytester.path / "00-small.ipynb"
    pytester.makeini("[pytest]\n")
    sources = [
        "x = 2+3\nprint(x)\nx * 2",
        "print('one')\nprint('two')",
        WIDGET,
        *[PICTURE.replace("BYTES", "Zm9v")] * 2,
    ]
    write(path, *sources)
    command = [sys.executable, ROOT / "tools" / "notebooks.py", path]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    first = path.read_bytes()
    assert notebooks.faults(path) == []
    assert b"x = 2 + 3" in first, "ruff formats before the notebook is executed"
    assert b"widget-view" not in first and b"<p>twin</p>" in first

    assert notebooks.main([str(path)]) == 0
    assert capsys.readouterr().out == "00-small.ipynb: unchanged\n"
    assert path.read_bytes() == first

    changes = [
        ("5\n", "6\n"),
        ("two", "too"),
        ("twin", "twyn"),
        ("One grey row", "One blue row"),
        ("Zm9v" * 15_001, "YmFy" * 15_002),
    ]
    tamper(path, first, changes)
    strictly = ["--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-rf"]
    sanitized = f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval_sanitize.cfg'}"
    done = pytester.runpytest_inprocess(*strictly, sanitized)
    said = done.stdout.str()
    assert done.ret == 1, said
    # the untouched cells pass, and so does the last one, where only a photograph's bytes differ
    failed = re.findall(r"FAILED 00-small.ipynb::Cell (\d)", said)
    assert failed == list("5678"), said
    done.assert_outcomes(passed=6, failed=4)
    count("changed stored outputs that strict nbval caught", len(failed))


def test_a_varying_cell_keeps_its_output_until_it_is_cleared(tmp_path):
    path = tmp_path / "00-small.ipynb"
    write(path, "import time\n\nprint(time.perf_counter_ns())", "print(time.perf_counter_ns())")
    notebook = nbformat.reads(path.read_text(), as_version=4)
    notebook.cells[1].metadata["tags"] = [notebooks.VARIES]
    path.write_text(nbformat.writes(notebook))

    def outputs():
        assert notebooks.main([str(path)]) == 0
        cells = nbformat.reads(path.read_text(), as_version=4).cells
        return [cell.outputs[0].text for cell in cells[1:]]

    first, second = outputs(), outputs()
    assert first[0] == second[0] and first[1] != second[1]
    notebook = nbformat.reads(path.read_text(), as_version=4)
    notebook.cells[1].outputs = []
    path.write_text(nbformat.writes(notebook))
    assert outputs()[0] != first[0]


def tamper(path, original, changes):
    """Below the code cells the same again, with the stored outputs of the n-th changed by the n-th change."""
    notebook = nbformat.reads(original.decode(), as_version=4)
    cells = [copy.deepcopy(cell) for cell in notebook.cells if cell.cell_type == "code"]
    for cell, (old, new) in zip(cells, changes, strict=True):
        hits = 0
        for output in cell.outputs:
            for holder in (output, output.get("data", {})):
                for key, value in holder.items():
                    if isinstance(value, str) and old in value and key not in ("output_type", "name"):
                        holder[key] = value.replace(old, new)
                        hits += 1
        assert hits == 1, (old, hits)
    notebook.cells += cells
    path.write_text(notebooks.text_of(notebooks.normal(notebook)))


@pytest.mark.parametrize(
    "source, words", [("1 / 0", "ZeroDivisionError"), ("import sys\n\nsys.stderr.write('look');", "stderr")]
)
def test_execute_fails_loudly(tmp_path, capsys, source, words):
    path = tmp_path / "00-small.ipynb"
    write(path, "x = 1", source)
    assert notebooks.main([str(path)]) == 1
    assert words in capsys.readouterr().err
    assert '"execution_count": 1' not in path.read_text(), "the file is as it was"


def test_check_alone(tmp_path):
    path = tmp_path / "00-small.ipynb"
    path.write_text(nbformat.writes(good()))
    before = path.read_bytes()
    command = [sys.executable, ROOT / "tools" / "notebooks.py", "--check", path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and "not in normal form" in done.stderr
    assert path.read_bytes() == before
