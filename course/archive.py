"""What the learners get in one file: the release, with the package and the command that opens it."""

from __future__ import annotations

import re
import subprocess
import time
import zipfile
from pathlib import Path

import editions
import nbformat

ROOT = Path(__file__).resolve().parent.parent
NAME = "backprop-through-convolution"  #: the folder in the archive

#: of the project, beside the release; no notebook with solutions, no tests
WITH_IT = (
    "convbp_helpers",
    "tools/run.py",
    "Makefile",
    "pyproject.toml",
    "requirements.txt",
    "LICENSE",
    "LICENSE-CC-BY-4.0",
)


def write(out: Path, assignments: list[str]) -> Path:
    """Write out/backprop-through-convolution.zip. The notebooks lie in one folder there, as in the project."""
    target = out / f"{NAME}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(_entry("README.md"), readme())
        for name in _files():
            file.write(ROOT / name, f"{NAME}/{name}")
        for stem in assignments:
            book = nbformat.read(out / "release" / stem / f"{stem}.ipynb", as_version=4)
            book = editions.in_one_folder(book, assignments)
            file.writestr(
                _entry(f"notebooks/{stem}.ipynb"), nbformat.writes(book) + "\n", zipfile.ZIP_DEFLATED
            )
    return target


def _entry(name: str) -> zipfile.ZipInfo:
    """A file that is written into the archive as text; without the rights nobody but its owner may read it."""
    entry = zipfile.ZipInfo(f"{NAME}/{name}", time.localtime()[:6])
    entry.external_attr = 0o644 << 16
    return entry


def readme() -> str:
    """What the learner reads first: how it is opened, and the self-test of the course's own README."""
    course = ROOT / "course"
    test = re.search(
        r"A self-test.*?</details>", (course / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )[0]
    opened = (course / "archive-readme.md").read_text(encoding="utf-8")
    return f"{opened}\n## Before you begin\n\n{test.replace(', for them:', ':')}\n"


def _files() -> list[str]:
    """The files of `WITH_IT`: without what was compiled, or lies there by chance, where git knows which those are."""
    known = subprocess.run(["git", "ls-files", *WITH_IT], cwd=ROOT, capture_output=True, text=True)
    if known.returncode == 0 and known.stdout:
        return known.stdout.splitlines()
    found = [
        path
        for name in WITH_IT
        for path in ((ROOT / name).rglob("*") if (ROOT / name).is_dir() else [ROOT / name])
    ]
    return [
        path.relative_to(ROOT).as_posix()
        for path in found
        if path.is_file() and "__pycache__" not in path.parts
    ]
