"""Copies the release into a student's home, each time that the server starts, and never over a file that is there.

    python hand_out.py /opt/convbp/release ~/convbp

A student who wants a clean copy renames theirs and starts the server again. If a file cannot be copied, because
the disk is full or the student put something else in its place, the server starts all the same: else nobody could
get in to mend it. Only where nothing at all could be copied does this fail, and so does the start.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path


def copy_new(source: Path, target: Path) -> bool:
    """Copy whole or not at all, and only where nothing has that name; whether it was copied."""
    if os.path.lexists(target):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=".part-", dir=target.parent)
    os.close(handle)
    try:
        shutil.copyfile(source, part)
        os.chmod(part, 0o644)
        os.rename(part, target)
        return True
    finally:
        if os.path.exists(part):
            os.remove(part)


def hand_out(release: Path, home: Path) -> tuple[list[str], list[str]]:
    """What is new in `home`, and what could not be copied, with the reason."""
    new, failed = [], []
    for source in sorted(path for path in release.rglob("*") if path.is_file()):
        name = source.relative_to(release)
        try:
            if copy_new(source, home / name):
                new.append(name.as_posix())
        except OSError as error:
            failed.append(f"{name.as_posix()}: {error.strerror}")
    return new, failed


def main(release: str, home: str) -> int:
    target = Path(home).expanduser()
    new, failed = hand_out(Path(release), target)
    print(f"{len(new)} new in {target}", *new, sep="\n")
    if failed:
        print(f"{len(failed)} not copied", *failed, sep="\n", file=sys.stderr)
    if any(path.is_file() for path in target.rglob("*.ipynb")):
        return 0
    print(f"There is no notebook in {target}.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
