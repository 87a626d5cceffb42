"""The in-browser edition of the series, made in build/lite/: JupyterLab, a Python for the browser, all notebooks.

`make lite` runs this in an environment of its own (.lite/). README.md beside this file says what is in the edition.

The browser's Python is Pyodide, which readers get from its usual address. What Pyodide does not have (this package,
and those it needs that are written in Python alone) lies in the edition as wheels, and is loaded when the kernel
starts, so that `import convbp_helpers` is all a cell has to say.
"""

import argparse
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SITE = ROOT / ".lite"  #: the environment that this runs in
OUTPUT = ROOT / "build" / "lite"

#: The version that is tested, byte for byte that of the release (tested_pyodide.py).
PYODIDE = "0.27.7"
#: What is loaded from Pyodide when the kernel starts, with all it needs; the last five are the kernel's own wishes.
FROM_PYODIDE = ("numpy", "matplotlib", "micropip", "ssl", "sqlite3", "jedi", "ipython")
#: What the package needs and Pyodide lacks, in the versions of the project's requirements.txt.
FROM_HERE = (
    "anywidget",
    "comm",
    "ipywidgets",
    "lark",
    "psygnal",
    "typing-extensions",
)
WITH_A_FRONT_END = (
    "anywidget"  # its wheel holds an extension of JupyterLab too; that of ipywidgets is in .lite/
)

MADE = 946684800  #: when every file was made, in seconds: so the same files give the same edition
KERNEL = "@jupyterlite/pyodide-kernel-extension"
#: From the kernel's worker, which is what loads them, to the wheels: up out of extensions/@jupyterlite/…/static/.
UP = "../../../../pypi/"


def run(*command, folder=ROOT):
    """Run a tool in a folder; where it fails, what it said is shown."""
    command = [str(part) for part in command]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        sys.exit(f"convbp: {Path(command[0]).name} {command[1]} failed, see above.")


# -- wheels ------------------------------------------------------------------------------------------


def pins():
    """Name -> version, of everything in the project's requirements.txt that Pyodide's system would install."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if ";" not in line)


def file_of(name):
    """The file name of the wheel of a package that is written in Python alone."""
    return f"{name.replace('-', '_')}-{pins()[name]}-py3-none-any.whl"


def others(folder=SITE / "wheels"):
    """The wheels of FROM_HERE, downloaded where they are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    lacking = [name for name in FROM_HERE if not (folder / file_of(name)).exists()]
    if lacking:
        pure = ["--platform", "any", "--implementation", "py", "--abi", "none", "--python-version", "3.12"]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--only-binary", ":all:", *pure, "--dest", folder]
        run(*command, *(f"{name}=={pins()[name]}" for name in lacking))
    return [folder / file_of(name) for name in FROM_HERE]


def own(folder):
    """The wheel of this package, made from the working tree."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run(*command, "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (wheel,) = Path(folder).glob("convbp_helpers-*.whl")
    return wheel


def wheels(folder):
    """All wheels of the edition, in a folder; their names in the order in which they are loaded."""
    for wheel in others():
        shutil.copy(wheel, folder)
    names = [file_of(name) for name in FROM_HERE] + [own(folder).name]
    for name in names:
        os.utime(Path(folder, name), (MADE, MADE))
    return names


# -- what JupyterLite is told ------------------------------------------------------------------------


def usual_address():
    """Where the kernel's extension gets its Pyodide by default, but the version that is tested.

    The versions differ in the last place; and so no host is named here.
    """
    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

    schema = Path(sys.prefix, "share/jupyter/labextensions", KERNEL, "static/schema/kernel.v0.schema.json")
    default = json.loads(schema.read_text())["properties"]["pyodideUrl"]["default"]
    if default.count(PYODIDE_VERSION) != 1:
        sys.exit(f"convbp: the kernel's address of Pyodide, {default}, does not hold {PYODIDE_VERSION} once.")
    if PYODIDE_VERSION.rsplit(".", 1)[0] != PYODIDE.rsplit(".", 1)[0]:
        sys.exit(f"convbp: this kernel is made for Pyodide {PYODIDE_VERSION}, and {PYODIDE} was asked for.")
    return default.replace(PYODIDE_VERSION, PYODIDE)


def settings(pyodide_url, names):
    """jupyter-lite.json: the kernel's Pyodide, and what it loads when it starts."""
    kernel = {
        "pyodideUrl": pyodide_url,
        "disablePyPIFallback": True,  # nothing is looked up anywhere else
        "loadPyodideOptions": {"packages": [*FROM_PYODIDE, *(UP + name for name in names)]},
    }
    data = {"appName": "Backprop through convolution", "litePluginSettings": {f"{KERNEL}:kernel": kernel}}
    data["exposeAppInBrowser"] = True  # so that a test can ask a notebook for its cells
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": data}


OVERRIDES = {  # JupyterLab's question about news, and its look for updates
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}


# -- the notebooks -----------------------------------------------------------------------------------


def for_the_browser(notebook):
    """A notebook without outputs, whose kernel is JupyterLite's: one of another name would have to be chosen first."""
    notebook["metadata"]["kernelspec"] = {
        "name": "python",
        "display_name": "Python (Pyodide)",
        "language": "python",
    }
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return notebook


def put_notebooks(output):
    """The notebooks and their pictures where JupyterLite looks for files, and its listing of each folder."""
    files = output / "files"
    shutil.copytree(ROOT / "notebooks", files, ignore=shutil.ignore_patterns(".*", "__*"), dirs_exist_ok=True)
    for path in files.glob("*.ipynb"):
        notebook = for_the_browser(json.loads(path.read_text("utf-8")))
        path.write_text(json.dumps(notebook, ensure_ascii=False), "utf-8")
    for folder in (files, *(path for path in files.rglob("*") if path.is_dir())):
        listing = output / "api" / "contents" / folder.relative_to(files) / "all.json"
        listing.parent.mkdir(parents=True, exist_ok=True)
        entry = entry_of(folder, files) | {
            "content": [entry_of(path, files) for path in sorted(folder.iterdir())]
        }
        listing.write_text(json.dumps(entry | {"format": "json"}))


def entry_of(path, files):
    """What a listing says of a file or folder."""
    kind = "directory" if path.is_dir() else "notebook" if path.suffix == ".ipynb" else "file"
    where = path.relative_to(files).as_posix()
    made = datetime.fromtimestamp(MADE, UTC).isoformat()
    entry = {"name": path.name if path != files else "", "path": where if path != files else "", "type": kind}
    entry |= {"created": made, "last_modified": made, "writable": True, "mimetype": None}
    return entry | {"content": None, "format": None, "size": path.stat().st_size if path.is_file() else None}


def title_of(path):
    """The heading of a notebook."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return re.search(r"(?m)^# (.+)$", "".join(cells[0]["source"]))[1].strip()


def page(pyodide_url):
    """The first page: a link to each notebook, and which Pyodide this is."""
    links = "\n".join(
        f'<li><a href="lab/index.html?path={path.name}">{html.escape(title_of(path))}</a></li>'
        for path in sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
    )
    usual = not pyodide_url.startswith("./")
    source = "from its usual address" if usual else "from a copy in this folder, without internet"
    text = (HERE / "page.html").read_text("utf-8")
    for name, value in (("LINKS", links), ("PYODIDE", PYODIDE), ("SOURCE", source)):
        text = text.replace("{" + name + "}", value)
    return text


# -- the edition -------------------------------------------------------------------------------------


def build(output, pyodide=None):
    """Make the edition in a folder; with the Pyodide of a local folder in it, where one is given."""
    if output.exists() and any(output.iterdir()) and not (output / "jupyter-lite.json").exists():
        sys.exit(
            f"convbp: {output} holds files that make lite did not make. Give another folder: --output FOLDER"
        )
    shutil.rmtree(output, ignore_errors=True)
    pyodide_url = "./static/pyodide/pyodide.js" if pyodide else usual_address()
    with tempfile.TemporaryDirectory() as folder:
        lite = Path(folder)
        (lite / "pypi").mkdir()
        names = wheels(lite / "pypi")
        (lite / "jupyter-lite.json").write_text(json.dumps(settings(pyodide_url, names)))
        (lite / "overrides.json").write_text(json.dumps(OVERRIDES))
        if pyodide:
            shutil.copytree(pyodide, lite / "static" / "pyodide")
        command = [sys.executable, "-m", "jupyterlite_core", "build", "--apps", "lab", "--no-sourcemaps"]
        command += ["--no-unused-shared-packages", "--lite-dir", lite, "--output-dir", output]
        command.append(f"--LiteBuildConfig.federated_extensions={lite / 'pypi' / file_of(WITH_A_FRONT_END)}")
        run(*command, folder=lite)  # it leaves a file where it is run
    put_notebooks(output)
    (output / "index.html").write_text(page(pyodide_url), "utf-8")


def main():
    parser = argparse.ArgumentParser(prog="make lite", description=__doc__.splitlines()[0])
    parser.add_argument("--pyodide", type=Path, help="put the Pyodide of this folder into the edition")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the folder to make it in (build/lite)")
    parser.add_argument("--wheels", type=Path, help="only put the wheels of the edition into this folder")
    parser.add_argument("--fetch", action="store_true", help="only get what the tests need, into .pyodide/")
    given = parser.parse_args()
    if given.wheels:
        given.wheels.mkdir(parents=True, exist_ok=True)
        print(*wheels(given.wheels), sep="\n")
    elif given.fetch:
        import tested_pyodide

        tested_pyodide.fetch(ROOT / ".pyodide")
        others()
    else:
        build(given.output.resolve(), given.pyodide and given.pyodide.resolve())
        shown = os.path.relpath(given.output, ROOT)
        print(f"The edition is in {shown}/. To look at it: python3 -m http.server --directory {shown}")


if __name__ == "__main__":
    main()
