"""Gather the students' work from their homes, into submitted/NAME/STEM/STEM.ipynb, where nbgrader looks for it.

    .hub/bin/python course/jupyterhub/collect.py 01-one-row [02-...] [--homes build/hub/homes] [--course build/course]

What was collected once is never replaced: a later state of it is put beside it, in submitted-TIME/ (nbgrader
does not look there; take from it by hand what you want). Nothing outside a home is taken: a link, or whatever
else is no regular file, is said and left. What a student has that is no notebook is left too.
"""

from __future__ import annotations

import argparse
import os
import re
import stat
import sys
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import handout  # noqa: E402
from run import stop  # noqa: E402

LARGEST = 50 * 2**20  # bytes of a notebook; more is no work of a student's


class Refused(Exception):
    """What stands there is not taken, and why."""


def read(home: Path, *path: str) -> bytes | None:
    """A regular file of a home, reached through no link; None if there is none."""
    above = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for name in path:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe does not keep us waiting
            inside = os.open(name, flags, dir_fd=above)
            os.close(above)
            above = inside
        found = os.fstat(above)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            raise Refused("no plain file")
        if found.st_size > LARGEST:
            raise Refused("too large")
        with os.fdopen(os.dup(above), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:  # O_NOFOLLOW on a link, a file where a folder should be
        raise Refused(f"no plain file: {error.strerror}") from error
    finally:
        os.close(above)


def write_new(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:  # fails where it exists
        file.write(data)


def collect(homes: Path, course: Path, stem: str, now: str) -> dict[str, list[str]]:
    """One assignment, of all homes: the students by what was done."""
    sorted_out = {
        "collected": [],
        "as before": [],
        f"changed, in submitted-{now}": [],
        "missing": [],
        "refused": [],
    }
    changed = f"changed, in submitted-{now}"
    for home in sorted(homes.iterdir()):
        name = home.name
        if not re.fullmatch(handout.NAME, name):
            continue
        try:
            if home.is_symlink() or not home.is_dir():
                raise Refused("the home is no folder")
            data = read(home, stem, f"{stem}.ipynb")
        except Refused as why:
            sorted_out["refused"].append(f"{name} ({why})")
            continue
        target = Path(name) / stem / f"{stem}.ipynb"
        if data is None:
            sorted_out["missing"].append(name)
        elif not (course / "submitted" / target).exists():
            write_new(course / "submitted" / target, data)
            sorted_out["collected"].append(name)
        elif (course / "submitted" / target).read_bytes() == data:
            sorted_out["as before"].append(name)
        else:
            write_new(course / f"submitted-{now}" / target, data)
            sorted_out[changed].append(name)
    return sorted_out


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("assignments", nargs="+", metavar="STEM")
    parser.add_argument("--homes", type=Path, default=handout.ROOT / "build" / "hub" / "homes")
    parser.add_argument("--course", type=Path, default=handout.ROOT / "build" / "course")
    given = parser.parse_args(arguments)
    known = handout.stems(given.course / "release")
    for stem in given.assignments:
        if stem not in known:
            stop(f"there is no assignment {stem}. There are: {', '.join(known) or 'none; run make course'}.")
    if not given.homes.is_dir():
        stop(f"there are no homes in {given.homes}. Did the hub run with another folder? Say --homes FOLDER.")
    now, refused = datetime.now().strftime("%Y-%m-%d-%H%M%S-%f"), 0
    for stem in given.assignments:
        done = collect(given.homes, given.course, stem, now)
        refused += len(done["refused"])
        print(stem)
        for what, names in done.items():
            if names or what in ("collected", "missing"):
                print(f"  {len(names):3} {what}{': ' * bool(names)}{', '.join(names)}")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
