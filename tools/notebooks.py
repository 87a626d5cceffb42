"""How notebooks are committed: executed in order from a fresh kernel, and in one normal form.

    python tools/notebooks.py             format, execute and normalise every notebook
    python tools/notebooks.py 02          those whose name starts with 02
    python tools/notebooks.py --check     say which notebooks are not in this form; execute nothing

A second run changes nothing. `faults` is the list of rules; tests/test_notebooks.py holds every committed
notebook to them.
"""

import ast
import base64
import copy
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import nbformat

from convbp_helpers import equations
from convbp_helpers.equations.colouring import coloured

ROOT = Path(__file__).resolve().parent.parent
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KERNELSPEC = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
LANGUAGE_INFO = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
PASSING = ("execution", "ExecuteTime", "collapsed", "scrolled", "trusted", "vscode", "pycharm", "papermill")
VARIES = "nbval-ignore-output"  # the tag of a cell whose output differs in every run: it measures time
CELL_TIMEOUT = 120  # seconds
LONGEST_CELL = 20  # lines that are not blank
WIDEST_PICTURE = 1000  # pixels
README_PICTURE = ROOT / "notebooks" / "images" / "fan.svg"  # the first of notebook 00
CODE = r"^ {0,3}(?P<fence>```|~~~).*?^ {0,3}(?P=fence)[`~]*[^\S\n]*?$|`[^`\n]+`"


# -- the normal form ---------------------------------------------------------------------------------


def normal(notebook):
    """A copy of the notebook in normal form. Nothing that a reader sees is changed."""
    new = copy.deepcopy(notebook)
    new.nbformat, new.nbformat_minor = 4, 5
    new.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO})
    count = 0
    for cell in new.cells:
        for key in PASSING:
            cell.metadata.pop(key, None)
        if cell.cell_type == "markdown":
            cell.source = with_colours(cell.source, cell.metadata.get("equations", ()))
        if cell.cell_type != "code":
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
            continue
        executed = bool(cell.source.strip())
        count += executed
        cell.execution_count = count if executed else None
        cell.outputs = normal_outputs(cell.outputs, cell.execution_count)
    number_cells(new.cells)
    return new


def notation_of(latex, name):
    """A notation by its name; "worked out" is the one that the checker finds."""
    if name != "worked out":
        return getattr(equations, name)
    return equations.understood(re.sub(r"\\color\{#[0-9A-Fa-f]{6}\}", "", latex)).notation


def with_colours(page, displays):
    """The page with x, w, z and δ of its display equations in their colours.

    displays : what the cell's metadata says of them; one may be in another notation
    """
    notations = {asked["display"]: asked["notation"] for asked in displays if "notation" in asked}
    number = 0

    def colour(found):
        nonlocal number
        if not found["latex"]:  # code
            return found.group()
        number += 1
        return f"$${coloured(found['latex'], notation_of(found['latex'], notations.get(number, 'SERIES')))}$$"

    return re.sub(rf"{CODE}|\$\$(?P<latex>.+?)\$\$", colour, page, flags=re.S | re.M)


def normal_outputs(outputs, count):
    new = []
    for output in outputs:
        if output.output_type == "stream" and new and new[-1].get("name") == output.name:
            new[-1].text += output.text  # how a stream is cut into pieces is a matter of timing
            continue
        output.pop("transient", None)
        if "data" in output:
            output.data.pop(WIDGET_VIEW, None)
        if output.output_type == "execute_result":
            output.execution_count = count
        new.append(output)
    return new


def number_cells(cells):
    """Ids are c01, c02, ...; a cell that has one keeps it, so that a new cell does not renumber the rest."""
    taken, without = set(), []
    for cell in cells:
        name = cell.get("id", "")
        if re.fullmatch(r"c\d{2,3}", name) and name not in taken:
            taken.add(name)
        else:
            without.append(cell)
    number = max((int(name[1:]) for name in taken), default=0)
    for cell in without:
        number += 1
        cell.id = f"c{number:02d}"


def text_of(notebook):
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


# -- the rules ---------------------------------------------------------------------------------------


def faults(path):
    """Everything about the notebook at `path` that a committed notebook must not have, one line each."""
    path = Path(path)
    text = path.read_bytes().decode("utf-8")
    notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    found = []
    if notebook.get("nbformat") != 4:
        return ["not in version 4 of the notebook format"]
    for cell in notebook.cells:
        cell.setdefault("metadata", nbformat.NotebookNode())
    if text_of(normal(notebook)) != text:
        found.append("not in normal form (make notebooks)")
    if "widgets" in notebook.metadata:
        found.append("holds saved widget state")
    found += code_faults(notebook) + page_faults(notebook, path) + picture_faults(notebook)
    for match in sorted(set(MACHINE_PATH.findall(BASE64.sub("", text)))):
        found.append(f"names a path of one machine: {match}")
    return found


MACHINE_PATH = re.compile(r"(?<![\w.~-])(?:/(?:home|root|tmp|work|Users)/|[A-Za-z]:\\{1,4}Users\b)")
BASE64 = re.compile(r"base64,[A-Za-z0-9+/=]+|(?<=\"image/png\": \")[^\"]+")


def code_faults(notebook):
    found = []
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    counts = [cell.execution_count for cell in cells]
    if counts != list(range(1, len(cells) + 1)):
        found.append(f"not executed in order from a fresh kernel: {counts}")
    if not any(cell.outputs for cell in cells):
        found.append("has no outputs: they were stripped, or it was never run")
    for number, cell in enumerate(cells, 1):
        where = f"code cell {number} (starting {cell.source.strip().splitlines()[0][:40]!r})"
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if len(lines) > LONGEST_CELL:
            found.append(f"{where} has {len(lines)} lines, more than {LONGEST_CELL}")
        if not cell.outputs and shows_something(cell.source):
            found.append(f"{where} shows something, and its output is missing")
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"{where} raised {output.ename}: {output.evalue}")
            elif output.output_type == "stream" and output.name == "stderr":
                found.append(f"{where} wrote to stderr: {output.text.strip()[:100]}")
            elif "data" in output and not output.data:
                found.append(f"{where} shows a widget with nothing in its place when no kernel runs")
            if WIDGET_VIEW in output.get("data", {}):
                found.append(f"{where} holds saved widget state")
            plain = "".join(output.get("data", {}).get("text/plain", "")) + output.get("text", "")
            if re.search(r"\bat 0x[0-9a-fA-F]{6,}", plain):
                found.append(f"{where} shows an object's address, which differs in every run")
    return found


def shows_something(source):
    """Whether the cell has an output for certain: it prints, or ends with a value (not with a call)."""
    if source.startswith("%%"):
        return not source.startswith("%%capture")
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a line that is a magic
        return False
    for node in body:
        if is_call_of(node, lambda name: name == "print"):
            return True
    last = body[-1] if body else None
    if not isinstance(last, ast.Expr) or source.rstrip().endswith(";"):
        return False
    if is_call_of(last, lambda name: name.startswith(("figures.", "exercises.", "widgets."))):
        return True
    return not isinstance(last.value, ast.Call | ast.Await)


def is_call_of(node, wanted):
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    return wanted(ast.unparse(node.value.func))


def page_faults(notebook, path):
    found = []
    pages = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    prose = [without_code(page) for page in pages]
    headings = [line for page in prose for line in re.findall(r"(?m)^# .*|<h1\b", page)]
    if len(headings) != 1:
        found.append(f"has {len(headings)} headings of the first level, not one: {headings}")
    level = 0
    for line in [line for page in prose for line in re.findall(r"(?m)^#+ .*", page)]:
        now = len(line) - len(line.lstrip("#"))
        if now > level + 1:
            found.append(f"goes from a heading of level {level} to one of level {now}: {line}")
        level = now
    for page in prose:
        for formula in re.findall(r"(?<!\$)\$([^$\n]+)\$(?!\$)", page):
            if re.search(r"\\\\[A-Za-z]+", formula):
                found.append(f"breaks the line in a formula, where one backslash is meant: ${formula}$")
        page = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", "", page, flags=re.S)
        links = re.findall(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)", page)
        links += re.findall(r"(?:href|src)\s*=\s*[\"']([^\"']+)[\"']", page)
        for link in links:
            local = unquote(link.split("#")[0].split("?")[0])
            if not local or re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", link):
                continue
            if not (path.parent / local).exists():
                found.append(f"links to {link}, which is not there")
        for alt, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)", page):
            if not alt.strip():
                found.append(f"shows {target} without alternative text")
    return found


def without_code(page):
    return re.sub(CODE, "", page, flags=re.S | re.M)


class Images(HTMLParser):
    def __init__(self):
        super().__init__()
        self.images = []

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.images.append(dict(attributes))


def picture_faults(notebook):
    found, pages = [], []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            pages.append(without_code(cell.source))
            continue
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            pages.append("".join(data.get("text/html", "")))
            if "image/png" in data and "text/html" not in data:
                found.append("shows a picture without alternative text (show it through figures)")
    for page in pages:
        parser = Images()
        parser.feed(page)
        for image in parser.images:
            source = image.get("src") or ""
            if not (image.get("alt") or "").strip():
                found.append(f"has an <img> without alternative text: {source[:40]}")
            if not source.startswith("data:"):
                continue
            if not source.startswith("data:image/svg+xml;"):
                found.append(
                    f"has a picture of pixels ({source[5:14]}), which is soft on a sharp screen; SVG is meant"
                )
            width, height = image.get("width") or "", image.get("height") or ""
            if not (width.isdigit() and height.isdigit()):
                found.append("has a picture for which no room is kept: its <img> needs width and height")
            elif int(width) > WIDEST_PICTURE:
                found.append(f"has a picture {width} pixels wide, more than {WIDEST_PICTURE}")
    return found


# -- executing ---------------------------------------------------------------------------------------


def execute(path):
    """Run the notebook from a fresh kernel and write it in normal form; whether the file changed.

    A cell whose output varies keeps the one that is stored; clear it to have another.
    """
    from nbclient import NotebookClient

    old = path.read_bytes()
    notebook = nbformat.reads(old.decode("utf-8"), as_version=4)
    varying = [cell for cell in notebook.cells if VARIES in cell.metadata.get("tags", ())]
    stored = {cell.id: cell.outputs for cell in varying if cell.get("outputs")}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        store_widget_state=False,
        force_raise_errors=True,
    ).execute()
    for cell in (cell for cell in varying if cell.id in stored):
        cell.outputs = stored[cell.id]
    new = text_of(normal(notebook)).encode("utf-8")
    loud = [
        fault for fault in code_faults(nbformat.reads(new.decode("utf-8"), as_version=4)) if "stderr" in fault
    ]
    if loud:
        raise RuntimeError("; ".join(loud))
    if new != old:
        part = path.with_name("." + path.name + ".part")
        part.write_bytes(new)
        os.replace(part, path)
    return new != old


def first_picture(path):
    """The first picture of a notebook, as SVG."""
    data = re.search(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", path.read_text(encoding="utf-8"))[1]
    return base64.b64decode(data)


def main(arguments):
    check = "--check" in arguments
    names = [name for name in arguments if not name.startswith("-")]
    folder = ROOT / "notebooks"
    paths = [Path(n) for n in names if n.endswith(".ipynb")]
    if len(paths) < len(names) or not names:
        prefixes = tuple(n for n in names if not n.endswith(".ipynb")) or ("",)
        paths += [path for path in sorted(folder.glob("[!.]*.ipynb")) if path.name.startswith(prefixes)]
    if not paths:
        print(f"no notebook found ({' '.join(names) or 'notebooks/*.ipynb'})", file=sys.stderr)
        return 1
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # the kernel of this environment, not another of its name
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    os.environ.pop("MPLBACKEND", None)
    if not check:
        for step in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
            if subprocess.call(
                [sys.executable, "-m", "ruff", *step, "--config", ROOT / "pyproject.toml", *paths]
            ):
                return 1
    failed = False
    for path in paths:
        if not check:
            try:
                changed = execute(path)
            except Exception as error:  # whatever stopped it, the file is as it was
                print(f"{path.name}: {error}", file=sys.stderr)
                failed = True
                continue
            print(f"{path.name}: {'written' if changed else 'unchanged'}", flush=True)
            if path.parent == folder and path.name.startswith("00"):
                README_PICTURE.write_bytes(first_picture(path))
        for fault in faults(path):
            print(f"{path.name}: {fault}", file=sys.stderr)
            failed = True
    if check and not failed:
        print(f"{len(paths)} notebooks, all in the form in which they are committed")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
