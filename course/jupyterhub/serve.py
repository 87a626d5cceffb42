"""Start the hub for a class: `make hub`, or with settings `make hub ARGS="--students ana,ben"`.

    .hub/bin/python course/jupyterhub/serve.py --help

It needs what `make course` hands out. Each student's home is FOLDER/homes/NAME. The password is made anew at each
start, or is the one in the environment variable HUB_PASSWORD. Ctrl-C ends the hub and the students' servers.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import handout  # noqa: E402
from run import port_is_free, stop  # noqa: E402

SHORTEST = 8  # of a password, for SharedPasswordAuthenticator


def settings(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="and the two above; 8000")
    parser.add_argument("--ip", default="127.0.0.1", help="what to listen on; this machine alone")
    parser.add_argument("--students", default="", help="ana,ben: these alone may log in")
    parser.add_argument("--folder", type=Path, default=handout.ROOT / "build" / "hub", help="build/hub")
    parser.add_argument("--release", type=Path, default=handout.ROOT / "build" / "course" / "release")
    parser.add_argument("--servers", default="30", help="how many students may work at a time; 30")
    parser.add_argument("--memory", default="2G", help="of each process of a student; 2G")
    return parser.parse_args(arguments)


def environ(given) -> dict[str, str]:
    """The settings as jupyterhub_config.py reads them; what is wrong with them ends it here, in a line."""
    if not given.port.isdigit() or not 0 < int(given.port) < 65534:
        stop(f"PORT={given.port} is no port number. Give one from 1024 to 65533: make hub PORT=9000")
    if not re.fullmatch(r"[1-9]\d*[MG]", given.memory):
        stop(f"--memory {given.memory} is no size. Say for example --memory 2G, or 1500M.")
    if not re.fullmatch(r"[1-9]\d*", given.servers):
        stop(f"--servers {given.servers} is no number. Say for example --servers 30.")
    students = [name.strip() for name in given.students.split(",") if name.strip()]
    wrong = [name for name in students if not re.fullmatch(handout.NAME, name)]
    if wrong:
        stop(f"{', '.join(wrong)}: a name has small letters, digits, - and _, and 40 of them at most.")
    password = os.environ.get("HUB_PASSWORD") or secrets.token_urlsafe(9)
    if len(password) < SHORTEST:
        stop(f"HUB_PASSWORD is too short: {SHORTEST} characters at least. Or leave it out, and one is made.")
    if not given.release.is_dir() or not handout.stems(given.release):
        stop(f"there is nothing to hand out in {given.release}. Run make course first, then this again.")
    if port_is_free(int(given.port) + 1):
        end_leftovers(given.folder, int(given.port))
    for port in range(int(given.port), int(given.port) + 3):
        if not port_is_free(port):
            stop(
                f"port {port} is taken by another program, or by a hub that still runs, and the hub needs "
                f"{given.port} and the two above. Choose another: make hub PORT={int(given.port) + 1000}"
            )
    if not handout.PROXY.exists():
        stop("the hub's proxy is not installed. Run make hub, which gets it.")
    return os.environ | {
        "HUB_FOLDER": str(given.folder.resolve()),
        "HUB_RELEASE": str(given.release.resolve()),
        "HUB_PORT": given.port,
        "HUB_IP": given.ip,
        "HUB_STUDENTS": ",".join(students),
        "HUB_SERVERS": given.servers,
        "HUB_MEMORY": given.memory,
        "HUB_PASSWORD": password,
    }


def end_leftovers(folder: Path, port: int) -> None:
    """The proxy and the culler of a hub that was killed. (The students' servers stay: the new hub finds them.)"""
    (folder / "proxy.pid").unlink(missing_ok=True)  # its number may be another program's by now
    for number, command in handout.commands().items():
        ours = str(handout.PROXY) in command or "jupyterhub_idle_culler" in command
        if ours and f"http://127.0.0.1:{port + 1}/hub/" in command:
            print("Ending what a hub before this one left behind ...")
            os.kill(number, signal.SIGTERM)
            while number in handout.commands():
                time.sleep(0.1)


def answers(ip: str, port: str) -> bool:
    """Whether the hub answers behind its proxy."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    here = "127.0.0.1" if ip == "0.0.0.0" else ip
    try:
        with direct.open(f"http://{here}:{port}/hub/health", timeout=5) as response:
            return response.status == 200
    except OSError:  # not yet
        return False


def main(arguments=None) -> int:
    given = settings(arguments)
    env = environ(given)
    folder = Path(env["HUB_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # the cookies' secret is in it, and the students' work
    (folder / "homes").mkdir(exist_ok=True)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # where it was started with & too
    for end in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C; SIGHUP: the terminal was closed
        signal.signal(end, lambda *_: sys.exit(0))
    log = folder / "hub.log"
    command = [sys.executable, "-m", "jupyterhub", f"--config={HERE / 'jupyterhub_config.py'}"]
    with log.open("w") as out:
        hub = subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        while hub.poll() is None and not answers(given.ip, given.port):
            time.sleep(0.2)
        if hub.poll() is None:
            print(f"Address: http://{given.ip}:{given.port}  Password: {env['HUB_PASSWORD']}")
            print(
                f"Students log in as {env['HUB_STUDENTS'] or 'a name of their choice'}, with this password."
            )
            print(f"The students' homes are in {folder / 'homes'}, what the hub says in {log}.")
            print(
                "The hub runs until you press Ctrl-C here; that ends the students' servers too.", flush=True
            )
        hub.wait()
        print("\n".join(log.read_text().splitlines()[-20:]), file=sys.stderr)
        stop(
            f"the hub ended by itself, with {hub.returncode}. Its last lines are above, the rest is in {log}."
        )
    except (KeyboardInterrupt, SystemExit) as end:
        if hub.poll() is not None:
            raise
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        hub.send_signal(signal.SIGTERM)
        print("Ending the hub and the students' servers ...", flush=True)
        hub.wait()
        return end.code if isinstance(end, SystemExit) else 0


if __name__ == "__main__":
    sys.exit(main())
