"""A class on the hub at once: each student logs in, opens a notebook, runs it to the end, and saves it.

    make hub-load ARGS="--students 20"

The hub is one of its own, on free ports of this machine, with homes that are thrown away. What is printed is
measured: times in seconds, memory in MB, as the sum of PSS (memory shared by several processes is counted once).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tools")]

from client import PATIENCE, Student  # noqa: E402
from run import port_is_free, python_of  # noqa: E402

NOTEBOOK = "05-stride-and-leftovers"


def free_ports() -> int:
    """A port that is free, with the two above it."""
    while True:
        port = random.randrange(20000, 30000)
        if all(port_is_free(port + more) for more in range(3)):
            return port


class Hub:
    """The hub of serve.py, in a folder given. It can be ended, killed, and started again."""

    def __init__(self, folder: Path, *settings: str, release: Path | None = None):
        self.folder, self.port = Path(folder), free_ports()
        self.password = secrets.token_urlsafe(9)
        self.address = f"http://127.0.0.1:{self.port}"
        self.settings = ["--folder", str(folder), "--port", str(self.port), *settings]
        self.settings += ["--release", str(release)] if release else []

    def start(self) -> None:
        """Returns when the hub answers."""
        command = [python_of(str(ROOT / ".hub")), str(HERE / "serve.py"), *self.settings]
        environ = os.environ | {"HUB_PASSWORD": self.password}
        self.serve = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
        said = [self.serve.stdout.readline()]
        while said[-1] and "Ctrl-C" not in said[-1]:
            said.append(self.serve.stdout.readline())
        if not said[-1]:
            raise RuntimeError(f"the hub did not start: {''.join(said)}")

    def __enter__(self) -> Hub:
        self.start()
        return self

    def __exit__(self, *_) -> None:
        if self.serve.poll() is None:
            self.end()
        for number in self.servers().values():  # of a hub that was killed and not started again
            os.kill(number, signal.SIGTERM)

    def end(self) -> None:
        """As Ctrl-C does."""
        self.serve.send_signal(signal.SIGINT)
        self.serve.stdout.read()
        self.serve.wait(PATIENCE)

    def kill(self) -> None:
        """The hub itself, at once; nothing that it started is told."""
        os.kill(int((self.folder / "hub.pid").read_text()), signal.SIGKILL)
        self.serve.stdout.read()
        self.serve.wait(PATIENCE)

    def home(self, name: str) -> Path:
        return self.folder / "homes" / name

    def student(self, name: str) -> Student:
        return Student(self.address, name, self.password)

    def servers(self) -> dict[str, int]:
        """The process of each student's server."""
        found = {}
        for number in processes():
            with contextlib.suppress(OSError):  # it has ended
                if "jupyterhub.singleuser" in Path(f"/proc/{number}/cmdline").read_text():
                    pairs = Path(f"/proc/{number}/environ").read_text().split("\0")
                    environ = dict(pair.partition("=")[::2] for pair in pairs)
                    if Path(environ["HOME"]).parent == self.folder / "homes":
                        found[environ["JUPYTERHUB_USER"]] = number
        return found


# -- memory --------------------------------------------------------------------------------------------


def processes() -> dict[int, int]:
    """Each process of the machine, with its parent."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):  # it has ended
                found[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    return found


def tree(root: int, parents: dict[int, int]) -> list[int]:
    """A process and all that it started."""
    found = [root]
    for number in found:
        found += [child for child, parent in parents.items() if parent == number]
    return found


def memory(number: int) -> float:
    """The PSS of a process, in MB; 0 if it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


class Watch(threading.Thread):
    """The most memory of the hub's tree, and of each student's part of it, once a second."""

    def __init__(self, hub: Hub):
        super().__init__(daemon=True)
        self.hub, self.most, self.each, self.over = hub, 0.0, {}, threading.Event()

    def run(self) -> None:
        while not self.over.wait(1):
            parents = processes()
            used = {number: memory(number) for number in tree(self.hub.serve.pid, parents)}
            self.most = max(self.most, sum(used.values()))
            for name, number in self.hub.servers().items():
                mine = sum(used.get(one, 0.0) for one in tree(number, parents))
                self.each[name] = max(self.each.get(name, 0.0), mine)


# -- a class -------------------------------------------------------------------------------------------


async def one(student: Student, notebook: str) -> dict:
    """What one student does, and how long after the start each part of it is done."""
    began = time.monotonic()
    await student.login()
    await student.start()
    served = time.monotonic() - began
    cells = await student.run(f"{notebook}/{notebook}.ipynb")
    return dict(served=served, done=time.monotonic() - began, cells=cells)


async def attend(hub: Hub, names: list[str], notebook: str = NOTEBOOK) -> dict:
    """All at once; a student to whom something happens is listed, and the others go on."""
    students, watch = [hub.student(name) for name in names], Watch(hub)
    watch.start()
    began = time.monotonic()
    results = await asyncio.gather(*(one(student, notebook) for student in students), return_exceptions=True)
    wall = time.monotonic() - began
    watch.over.set()
    watch.join()
    good = [result for result in results if isinstance(result, dict)]
    failed = {n: repr(r) for n, r in zip(names, results, strict=True) if not isinstance(r, dict)}
    stopped = [student.stop() for student, result in zip(students, results) if isinstance(result, dict)]
    await asyncio.gather(*stopped)
    await asyncio.gather(*(student.close() for student in students))
    return {
        "students": len(names),
        "failed": failed,
        "cells": sum(result["cells"] for result in good),
        "wall time": round(wall, 1),
        "first server": round(min((result["served"] for result in good), default=0), 1),
        "last server": round(max((result["served"] for result in good), default=0), 1),
        "slowest student": round(max((result["done"] for result in good), default=0), 1),
        "peak memory": round(watch.most),
        "memory of a student, median": round(statistics.median(watch.each.values())) if watch.each else 0,
        "memory of a student, most": round(max(watch.each.values(), default=0)),
    }


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=12)
    parser.add_argument("--notebook", default=NOTEBOOK, help=f"{NOTEBOOK}")
    parser.add_argument("--release", type=Path, help="build/course/release")
    parser.add_argument("--memory", default="2G", help="the limit of each process; 2G")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        settings = ["--servers", str(given.students), "--memory", given.memory]
        with Hub(Path(folder).resolve(), *settings, release=given.release) as hub:
            names = [f"student-{number:02}" for number in range(1, given.students + 1)]
            result = asyncio.run(attend(hub, names, given.notebook))
    print(json.dumps(result, indent=1))
    good = given.students - len(result["failed"])
    print(
        f"{good} of {given.students} students ran {given.notebook} to its last cell. The first server was there after "
        f"{result['first server']} s, the last after {result['last server']} s; the slowest student was done after "
        f"{result['slowest student']} s. Memory: {result['peak memory']} MB in all, "
        f"{result['memory of a student, median']} MB of a student."
    )
    return 1 if result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
