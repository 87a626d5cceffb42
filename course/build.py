"""The course, from the committed notebooks: `make course`, into build/course/.

    python course/build.py [--out build/course] [--only 01]

source/      nbgrader's source, one assignment for each notebook: solved, with a graded cell behind each exercise
release/     what nbgrader makes of it, and what is handed out
instructor/  the notebooks with open solutions and notes; overview.md: objectives, and minutes for each section
"""

from __future__ import annotations

import argparse
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

import editions  # noqa: E402
import instructor  # noqa: E402

#: what nbgrader reads beside the assignments
SETTINGS = ("nbgrader_config.py", "steps.py", "editions.py")


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


def sources(out: Path, only: str = "") -> list[str]:
    """Write the sources, the instructor's edition and nbgrader's settings; the assignments' names."""
    stems = [path.stem for path in series()]
    chosen = [path for path in series() if path.stem.startswith(only)]
    for path in chosen:
        book = nbformat.read(path, as_version=4)
        write(editions.source_edition(book, stems), out / "source" / path.stem / path.name)
        write(instructor.edition(book, path.stem), out / "instructor" / path.name)
    overview = instructor.overview([nbformat.read(path, as_version=4) for path in series()])
    (out / "instructor" / "overview.md").write_text(overview, encoding="utf-8")
    for name in SETTINGS:
        shutil.copyfile(HERE / name, out / name)
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


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "course")
    parser.add_argument("--only", default="", help="the number of one notebook")
    given = parser.parse_args(arguments)
    out = given.out.resolve()
    for name in ("source", "release", "instructor"):
        shutil.rmtree(out / name, ignore_errors=True)
    assignments = sources(out, given.only)
    release(out, assignments)
    print(f"The course is in {out}: release/ is handed out, instructor/ is not. course/README.md says how.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
