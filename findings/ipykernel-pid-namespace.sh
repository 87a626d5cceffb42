#!/usr/bin/env bash
# A Jupyter kernel whose command runs it in a PID namespace of its own ends itself within a second, without a word.
#
# Versions     jupyter_client 8.10.0, ipykernel 7.4.0, Python 3.11, util-linux (unshare), Linux.
# Expected     a kernelspec may put a command in front of the kernel, as sandboxes and container tools are; as long as
#              that command runs, the kernel answers. So it does where the command makes no PID namespace.
# Behaviour    jupyter_client tells the kernel its own process number (JPY_PARENT_PID). Inside a new PID namespace the
#              kernel's parent has another number, mostly 1. ipykernel takes the two for a change of parent, falls back
#              to "a parent with number 1 means that the parent has exited", and exits with 1. The command and
#              jupyter_client are alive all the time. Its one warning goes nowhere: jupyter_client reports "Kernel died
#              before replying to kernel_info". Without the variable the kernel answers.
# Seen         same namespace: answers; own namespace: died; own namespace, JPY_PARENT_PID unset: answers
#
# Run: bash findings/ipykernel-pid-namespace.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check jupyter-client==8.10.0 ipykernel==7.4.0
cat >ask.py <<'PYTHON'
import json
import os
import subprocess
import sys
from pathlib import Path

os.environ["JUPYTER_PATH"] = str(Path("jupyter").resolve())
from jupyter_client.manager import KernelManager

KERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
APART = ["unshare", "--user", "--map-root-user", "--pid", "--fork"]
STAYS = ["sh", "-c", '"$@"; exit $?', "sh"]  # a parent that waits for the kernel


def answer(name, *command):
    spec = Path("jupyter/kernels") / name
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(json.dumps(dict(argv=[*command, *KERNEL], display_name=name)))
    manager = KernelManager(kernel_name=name, transport="ipc", connection_file=str(Path(name).resolve()))
    manager.start_kernel(stdout=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=30)
        return "answers"
    except RuntimeError as error:
        return f"died ({error})" if "died" in str(error) else f"no answer ({error})"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


said = {
    "same namespace": answer("beside", *STAYS),
    "own namespace": answer("apart", *APART, *STAYS),
    "own namespace, JPY_PARENT_PID unset": answer("apart-unset", *APART, "env", "-u", "JPY_PARENT_PID", *STAYS),
}
for where, what in said.items():
    print(f"{where}: {what}")
so = [what.split()[0] for what in said.values()] == ["answers", "died", "answers"]
if not so:
    print("the behaviour has changed")
sys.exit(0 if so else 1)
PYTHON
venv/bin/python ask.py 2>/dev/null
