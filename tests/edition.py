"""The in-browser edition, as the tests in Node and those in Chromium need it."""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "site" / "browser_edition"))

import build_edition  # noqa: E402
import tested_pyodide  # noqa: E402

__all__ = ["ROOT", "SITE", "build_edition", "tested", "with_a_thread"]
SITE = build_edition.SITE


def tested():
    """The folder of the tested Pyodide where it is whole, and with it the tools of the edition; otherwise None."""
    folder = ROOT / ".pyodide"
    return folder if tested_pyodide.whole(folder) and (SITE / "bin" / "python").exists() else None


def with_a_thread(wheel, folder):
    """A copy of this package's wheel that starts a thread when it is imported."""
    copy = folder / wheel.name
    with zipfile.ZipFile(wheel) as before, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            data = before.read(name)
            if name == "convbp_helpers/__init__.py":
                data += b"\nimport threading\n\nthreading.Thread(target=print).start()\n"
            after.writestr(name, data)
    return copy
