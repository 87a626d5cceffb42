"""Where the cells of a submission run: a kernel without network, which sees the package and its own folder alone.

Only Linux has bubblewrap, which makes it. The rest of nbgrader runs outside, with the gradebook and the other work.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import matplotlib
import matplotlib.font_manager  # writes its list of fonts where there is none yet; that takes seconds
from jupyter_client.manager import AsyncKernelManager

#: bytes of address space for a kernel; a notebook takes up to 2 GiB where BLAS has a thread for each core
MEMORY = 4 * 2**30

#: what a program needs of a system, as far as it is there
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime", "mime.types")


def readable() -> list[str]:
    """What is to be seen inside, and not to be changed: the system's programs, this environment, and the package."""
    (package,) = find_spec("convbp_helpers").submodule_search_locations
    settings = [f"/etc/{name}" for name in SETTINGS]
    seen = [*SYSTEM, *settings, sys.base_prefix, sys.prefix, package]
    return [str(path) for path in seen if Path(path).exists()]


def command(seen: list[str], kept: str, folder: str) -> list[str]:
    """What stands before a program's own command line. Only in the folder `kept` can something be left behind."""
    inside = ["--unshare-all", "--die-with-parent", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for path in seen:
        inside += ["--ro-bind", path, path]
    inside += ["--bind", kept, kept, "--chdir", folder]
    environ = dict(PATH=os.defpath, LANG="C.UTF-8", HOME="/tmp", USER="learner", MPLCONFIGDIR=kept)
    inside += [
        "--clearenv"
    ]  # your keys are in yours; and JPY_PARENT_PID, by which a kernel would take itself for lost
    for name, value in environ.items():
        inside += ["--setenv", name, value]
    return ["prlimit", f"--as={MEMORY}", "bwrap", *inside]


def why_not() -> str:
    """Why there is no sandbox here; "" where there is one."""
    lacking = [name for name in ("bwrap", "prlimit") if shutil.which(name) is None]
    if lacking:
        return f"there is no {' and no '.join(lacking)} here (Debian, Ubuntu: apt install bubblewrap)"
    with tempfile.TemporaryDirectory() as kept:
        tried = command(readable(), kept, kept)
        done = subprocess.run([*tried, sys.executable, "-c", ""], capture_output=True, text=True)
    return done.stderr.strip()


class KernelAlone(AsyncKernelManager):
    """A kernel in the sandbox. It is spoken to through sockets in a folder made for it, which goes with it."""

    def __init__(self, **given):
        super().__init__(**given)
        self._kept = tempfile.TemporaryDirectory(prefix="kernel-")
        self.transport = "ipc"
        self.connection_file = str(Path(self._kept.name) / "kernel.json")
        self._folder = self._kept.name
        for fonts in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
            shutil.copy(fonts, self._kept.name)

    async def start_kernel(self, **given):
        self._folder = given.get("cwd") or self._kept.name
        await super().start_kernel(stdout=subprocess.DEVNULL, **given)  # it explains itself at length

    def format_kernel_cmd(self, extra_arguments=None):
        seen = [*readable(), str(self._folder)]
        return [
            *command(seen, self._kept.name, str(self._folder)),
            *super().format_kernel_cmd(extra_arguments),
        ]
