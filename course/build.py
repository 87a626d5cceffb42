"""The course, from the committed notebooks: `make course`, into build/course/.

    python course/build.py [--out build/course] [--only 01]

source/      nbgrader's source, one assignment for each notebook: solved, with a graded cell behind each exercise
release/     what nbgrader makes of it, and what is handed out
instructor/  the notebooks with open solutions and notes
backprop-through-convolution.zip  the release with the package, for learners with a Python of their own
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import os
import re
import shutil
import sys
from pathlib import Path

import nbformat

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NOTEBOOKS = ROOT / "notebooks"
sys.path.insert(0, str(HERE))

import archive  # noqa: E402
import editions  # noqa: E402
import instructor  # noqa: E402

MADE = ("source", "release", "instructor")  #: folders that are made anew each time
RECORD = "made.json"  #: what they held then, so that nothing of yours is lost

#: what nbgrader reads beside the assignments
SETTINGS = ("nbgrader_config.py", "steps.py", "sandbox.py", "editions.py", "feedback_page")


def series() -> list[Path]:
    return sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))


def pictures(book, folder: Path) -> None:
    """The files of images/ that a notebook shows."""
    shown = {name for cell in book.cells for name in re.findall(r"images/[\w.-]+", cell.source)}
    for name in sorted(shown):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(NOTEBOOKS / name, folder / name)


def write(book, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.validate(book)
    nbformat.write(book, path)
    pictures(book, path.parent)


def mathjax() -> Path:
    """MathJax in one file, as it stands in each page of feedback; the answer card is set with the same."""
    found = [*(ROOT / ".card").glob("**/sphinx-mathjax-offline/static/mathjax/tex-svg-full.js")]
    if not found:
        sys.exit("There is no MathJax in .card/, for the pages of feedback. `make course` gets it.")
    return found[0]


def sources(out: Path, only: str = "") -> list[str]:
    """Write the sources, the instructor's edition and nbgrader's settings; the assignments' names."""
    stems = [path.stem for path in series()]
    chosen = [path for path in series() if path.stem.startswith(only)]
    for path in chosen:
        book = nbformat.read(path, as_version=4)
        write(editions.source_edition(book, stems), out / "source" / path.stem / path.name)
        write(instructor.edition(book, path.stem), out / "instructor" / path.name)
    for name in SETTINGS:
        copy = (
            shutil.copyfile
            if (HERE / name).is_file()
            else functools.partial(shutil.copytree, dirs_exist_ok=True)
        )
        copy(HERE / name, out / name)
    shutil.copyfile(mathjax(), out / "feedback_page" / "tex-svg-full.js")
    return [path.stem for path in chosen]


def nbgrader(out: Path, settings=None):
    """nbgrader itself, on this folder."""
    os.environ["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ["PATH"]]
    )  # it calls alembic
    import runpy

    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    config = Config()
    runpy.run_path(str(out / "nbgrader_config.py"), {"get_config": lambda: config})
    config.merge(Config(settings or {}))
    return NbGraderAPI(config=config)


def release(out: Path, assignments: list[str]) -> None:
    """What is handed out, made by nbgrader, which keeps in its gradebook what it hides."""
    api = nbgrader(out)
    for name in assignments:
        done = api.generate_assignment(name, force=True, create=True)
        if not done["success"]:
            sys.exit(f"nbgrader could not make {name}:\n{done['log']}")


# ------------------------------------------------------------------------------------------------ what is kept
def _digests(out: Path) -> dict[str, str]:
    """The notebooks and settings that this command makes, and may write again."""
    made = [out / name for name in (*MADE, *SETTINGS)]
    found = [path for one in made for path in [one, *one.rglob("*")] if path.is_file()]
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
        if ".ipynb_checkpoints" not in path.parts
    }


def clear(out: Path) -> None:
    """Take off what this command made before, and stop where it would take off anything else."""
    record = out / RECORD
    if out.exists() and any(out.iterdir()) and not record.exists():
        sys.exit(f"{out} holds files that this command did not make. Give another folder: --out FOLDER")
    before = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    yours = sorted(name for name, digest in _digests(out).items() if before.get(name) != digest)
    if yours:
        sys.exit(
            f"These have changed since they were made: {', '.join(yours)}. Nothing was written. "
            f"Move them away, or build into another folder: --out FOLDER"
        )
    for name in MADE:
        shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    record.write_text("{}", encoding="utf-8")


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "course")
    parser.add_argument("--only", default="", help="the number of one notebook")
    given = parser.parse_args(arguments)
    out = given.out.resolve()
    if not any(path.stem.startswith(given.only) for path in series()):
        parser.error(f"--only {given.only}: the notebooks are {', '.join(p.stem[:2] for p in series())}")
    clear(out)
    assignments = sources(out, given.only)
    release(out, assignments)
    made = archive.write(out, assignments)
    (out / RECORD).write_text(json.dumps(_digests(out), indent=1), encoding="utf-8")
    print(
        f"The course is in {out}.\n"
        f"  to hand out: {made.name}, for learners with a Python of their own; release/, for a hub\n"
        f"  for you:     instructor/, with the solutions\n"
        f"course/README.md says how it goes on."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
