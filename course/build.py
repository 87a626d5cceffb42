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

RECORD = "made.json"  #: what was made, so that nothing of yours is written over
ELSEWHERE = 'make course ARGS="--out FOLDER"'

#: what nbgrader reads beside the assignments
SETTINGS = {path.name: path for path in (*(HERE / "grading").glob("[!_.]*"), HERE / "editions.py")}


def series() -> list[Path]:
    return sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))


def write(book, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.validate(book)
    nbformat.write(book, path)


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
    for name, path in SETTINGS.items():
        copy = shutil.copyfile if path.is_file() else functools.partial(shutil.copytree, dirs_exist_ok=True)
        copy(path, out / name)
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
    """The files that this command makes, or that lie where it makes all anew."""
    books = [out / "instructor" / path.name for path in series()]
    made = [out / name for name in ("source", "release", *SETTINGS)]
    found = [path for one in made for path in [one, *one.rglob("*")]] + books
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }


def clear(out: Path, assignments: list[str]) -> None:
    """Take off what this command made of these before, and stop where it would take off anything of yours."""
    record = out / RECORD
    if out.exists() and any(out.iterdir()) and not record.exists():
        sys.exit(f"{out} holds files that this command did not make. Give another folder: {ELSEWHERE}")
    before, now = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}, _digests(out)
    for said, names in {
        "changed": [name for name in now if name in before and before[name] != now[name]],
        "added": [name for name in now if name not in before],
    }.items():
        if names:
            sys.exit(
                f"You have {said} {', '.join(sorted(names))}. Nothing was written. Move that elsewhere, or build "
                f"into another folder: {ELSEWHERE}"
            )
    for kind in ("source", "release"):
        for name in assignments:
            shutil.rmtree(out / kind / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "course")
    parser.add_argument("--only", default="", help="the number of one notebook")
    parser.add_argument(
        "--sections", action="store_true", help="print the page course/sections.md, and no more"
    )
    given = parser.parse_args(arguments)
    if given.sections:
        print(instructor.overview([nbformat.read(path, as_version=4) for path in series()]), end="")
        return 0
    out = given.out.resolve()
    chosen = [path.stem for path in series() if path.stem.startswith(given.only)]
    if not chosen:
        parser.error(f"--only {given.only}: the notebooks are {', '.join(p.stem[:2] for p in series())}")
    clear(out, chosen)
    try:
        release(out, sources(out, given.only))
    finally:  # broken off as well: what lies there then is not yours
        (out / RECORD).write_text(json.dumps(_digests(out), indent=1), encoding="utf-8")
    there = sorted(path.name for path in (out / "release").iterdir())
    made = archive.write(out, there)
    print(
        f"The course is in {out}: {len(there)} notebooks, of which {len(chosen)} were made now.\n"
        f"  to hand out: {made.name}, for learners with a Python of their own; release/, for a hub\n"
        f"  for you:     instructor/, with the solutions\n"
        f"course/README.md says how it goes on."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
