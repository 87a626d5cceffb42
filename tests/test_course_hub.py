"""The hub for a class: what is handed out and collected, and a real JupyterHub with a class on it.

The slow tests share one hub, and are in the order in which things happen to it.
"""

import asyncio
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from closing_table import missing
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
ROOM = ROOT / "course" / "jupyterhub"
sys.path.insert(0, str(ROOM))

if sys.platform == "win32":
    pytest.skip("JupyterHub does not run on Windows", allow_module_level=True)

import collect  # noqa: E402
import handout  # noqa: E402
import load  # noqa: E402
from client import KernelDied, Refused  # noqa: E402

STEM = load.NOTEBOOK
PATH = f"{STEM}/{STEM}.ipynb"
MEMORY = 2 * 2**30


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """Notebooks to hand out: the committed ones, in the folders of nbgrader. (make course takes longer.)"""
    folder = tmp_path_factory.mktemp("release")
    for stem in ("00-the-question", STEM):
        (folder / stem).mkdir()
        (folder / stem / f"{stem}.ipynb").write_bytes((ROOT / "notebooks" / f"{stem}.ipynb").read_bytes())
    (folder / STEM / "images").mkdir()
    (folder / STEM / "images" / "a.svg").write_text("<svg/>")
    return folder


# -- what is installed -------------------------------------------------------------------------------


def pinned(path):
    """Name -> its lines: one for each marker."""
    lines = path.read_text().splitlines()
    return {
        name: [line for line in lines if line.startswith(f"{name}==")]
        for name in {line.partition("==")[0] for line in lines}
    }


def test_pins():
    """What the notebooks need is there, in the versions of the project; the proxy is locked, with no address."""
    project, hub = pinned(ROOT / "requirements.txt"), pinned(ROOM / "requirements.txt")
    assert {name: hub[name] for name in hub if name in project} == {
        n: project[n] for n in hub if n in project
    }
    import tomllib

    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {Requirement(line).name for line in needed} | {"jupyterhub", "jupyterlab"} <= set(hub)
    lock = json.loads((ROOM / "package-lock.json").read_text())["packages"]
    asked = json.loads((ROOM / "package.json").read_text())["dependencies"]
    assert lock[""]["dependencies"] == asked
    assert all(lock[f"node_modules/{name}"]["version"] == version for name, version in asked.items())
    assert all("integrity" in one and "resolved" not in one for name, one in lock.items() if name)


# -- handing out -------------------------------------------------------------------------------------


def test_what_a_student_has_is_never_overwritten(release, tmp_path):
    home = tmp_path / "ana"
    assert handout.hand_out(release, home) == handout.files(release) and len(handout.files(release)) == 3
    (home / PATH).write_text("mine")
    (home / STEM / "images" / "a.svg").unlink()
    (home / STEM / "new.ipynb").write_text("mine too")
    assert handout.hand_out(release, home) == [Path(STEM) / "images" / "a.svg"]
    assert (home / PATH).read_text() == "mine" and (home / STEM / "new.ipynb").read_text() == "mine too"


def test_a_file_where_a_folder_was_is_the_students(release, tmp_path):
    (tmp_path / STEM).write_text("mine")
    assert handout.hand_out(release, tmp_path) == [Path("00-the-question/00-the-question.ipynb")]
    assert (tmp_path / STEM).read_text() == "mine"


def test_what_opens_first(release):
    assert handout.first(release) == "/lab/tree/00-the-question/00-the-question.ipynb"


@pytest.mark.parametrize("name", ["", "..", ".ana", "a/b", "ana..", "-a", "Ana", "a" * 41, "ana\n"])
def test_no_name_leads_out_of_the_homes(name):
    assert not re.fullmatch(handout.NAME, name)
    assert re.fullmatch(handout.NAME, "ana-2_b")


# -- collecting --------------------------------------------------------------------------------------


@pytest.fixture
def homes(tmp_path, release):
    """ana, ben and cleo with work of their own, dan with none, and a course."""
    folder = tmp_path / "homes"
    for name in ("ana", "ben", "cleo"):
        (folder / name / STEM).mkdir(parents=True)
        (folder / name / PATH).write_text(f"work of {name}")
    (folder / "dan").mkdir()
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "release").symlink_to(release)
    return folder


def gather(homes, *more):
    command = [sys.executable, str(ROOM / "collect.py"), STEM, *more]
    command += ["--homes", str(homes), "--course", str(homes.parent / "course")]
    return subprocess.run(command, capture_output=True, text=True)


def submitted(homes, folder="submitted"):
    found = (homes.parent / "course" / folder).rglob("*.ipynb")
    return {path.relative_to(homes.parent / "course" / folder).as_posix(): path.read_text() for path in found}


def test_work_is_collected_as_nbgrader_wants_it(homes, count):
    done = gather(homes)
    assert (done.returncode, done.stderr) == (0, "")
    assert submitted(homes) == {f"{name}/{PATH}": f"work of {name}" for name in ("ana", "ben", "cleo")}
    assert done.stdout.splitlines() == [STEM, "    3 collected: ana, ben, cleo", "    1 missing: dan"]
    count("students' work collected", 3)


def test_what_was_collected_stays(homes):
    """Work that changed is put beside it, under the time, and is said."""
    gather(homes)
    (homes / "ben" / PATH).write_text("later")
    (homes / "dan" / STEM).mkdir()
    (homes / "dan" / PATH).write_text("late")
    done = gather(homes)
    assert done.returncode == 0
    assert submitted(homes)[f"ben/{PATH}"] == "work of ben" and submitted(homes)[f"dan/{PATH}"] == "late"
    dated = re.search(r"1 changed, in (submitted-[\d-]+): ben\n", done.stdout)[1]
    assert submitted(homes, dated) == {f"ben/{PATH}": "later"}
    assert "1 collected: dan\n" in done.stdout and "2 as before: ana, cleo\n" in done.stdout


def a_link(homes, secret):
    (homes / "ana" / PATH).unlink()
    (homes / "ana" / PATH).symlink_to(secret)


def a_hard_link(homes, secret):
    (homes / "ana" / PATH).unlink()
    os.link(secret, homes / "ana" / PATH)


def a_linked_folder(homes, secret):
    (homes / "ana" / PATH).unlink()
    (homes / "ana" / STEM).rmdir()
    (homes / "ana" / STEM).symlink_to(homes / "ben" / STEM)


def a_linked_home(homes, secret):
    (homes / "ana").rename(homes.parent / "elsewhere")
    (homes / "ana").symlink_to(homes / "ben")


def a_pipe(homes, secret):
    (homes / "ana" / PATH).unlink()
    os.mkfifo(homes / "ana" / PATH)


def a_folder(homes, secret):
    (homes / "ana" / PATH).unlink()
    (homes / "ana" / PATH).mkdir()


def something_huge(homes, secret):
    os.truncate(homes / "ana" / PATH, collect.LARGEST + 1)


@pytest.mark.parametrize(
    "trick", [a_link, a_hard_link, a_linked_folder, a_linked_home, a_pipe, a_folder, something_huge]
)
def test_nothing_outside_a_home_is_collected(homes, trick):
    secret = homes.parent / "secret"
    secret.write_text("of the teacher")
    trick(homes, secret)
    done = gather(homes)
    assert done.returncode == 1 and re.search(r"(?m)^    1 refused: ana \(.+\)$", done.stdout)
    assert set(submitted(homes)) == {f"ben/{PATH}", f"cleo/{PATH}"}


def test_what_is_asked_for_must_be_there(homes, tmp_path):
    done = gather(homes, "99-nothing")
    assert done.returncode == 1 and "no assignment 99-nothing" in done.stderr and not submitted(homes)
    done = gather(tmp_path / "nowhere")
    assert done.returncode == 1 and "no homes in" in done.stderr


# -- starting ----------------------------------------------------------------------------------------


def serve(*arguments, **environ):
    command = [sys.executable, str(ROOM / "serve.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environ, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "environ", "said"),
    [
        (["--release", "nowhere"], {}, "Run make course first"),
        ([], dict(PORT="http"), "PORT=http is no port number"),
        (["--students", "ana,../ben"], {}, "../ben: a name has"),
        (["--memory", "much"], {}, "--memory much is no size"),
        (["--servers", "0"], {}, "--servers 0 is no number"),
        ([], dict(HUB_PASSWORD="short"), "8 characters at least"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(release, tmp_path, arguments, environ, said):
    arguments = ["--folder", tmp_path / "hub", "--release", release, *arguments]
    done = serve(*arguments, **{"HUB_PASSWORD": "", "PORT": ""} | environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("convbp: ") and done.stderr.count("\n") == 1 and said in done.stderr
    assert not (tmp_path / "hub").exists()


@pytest.mark.parametrize("more", [0, 1, 2])
def test_a_port_that_is_taken(release, tmp_path, more):
    port = load.free_ports()
    with socket.create_server(("127.0.0.1", port + more)):
        done = serve("--folder", tmp_path / "hub", "--release", release, "--port", port)
    assert done.returncode == 1 and f"port {port + more} is taken" in done.stderr


# -- the real hub ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hub(release, tmp_path_factory):
    """The hub of make hub, for whoever has its password."""
    python = Path(load.python_of(str(ROOT / ".hub")))
    if not python.exists():
        missing("hub", "no JupyterHub in .hub/ (make hub gets it)")
    if not sys.platform.startswith("linux"):
        pytest.skip("memory is limited, and measured, on Linux alone")
    folder = tmp_path_factory.mktemp("hub").resolve()
    with load.Hub(folder, "--memory", f"{MEMORY // 2**30}G", release=release) as hub:
        yield hub


CLASS = [f"student-{number:02}" for number in range(1, 13)]


def run_apart(coroutine):
    """To its end, in a thread of its own: a browser test before it leaves a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


async def at_work(hub, name):
    """A student whose server runs."""
    student = hub.student(name)
    await student.login()
    await student.start()
    return student


async def leave(*students):
    for student in students:
        await student.stop()
        await student.close()


async def until(condition, what):
    """Wait for what must happen; how long it takes is not tested."""
    ends = time.monotonic() + load.PATIENCE
    while not (await found if asyncio.iscoroutine(found := condition()) else found):
        assert time.monotonic() < ends, f"this did not happen: {what}"
        await asyncio.sleep(0.2)


def text_of(outputs):
    return "".join(output.get("text", "") + output.get("ename", "") for output in outputs)


def test_a_class_at_once_and_a_server_that_is_killed(hub, count, table):
    """Twelve students begin at once and run a notebook. In the middle of it the server of one is killed."""
    victim, *others = CLASS
    run_apart(_class_at_once(hub, victim, others))
    assert hub.servers() == {}
    count("students on a JupyterHub at once, each with a notebook run to the end", len(CLASS))


async def _class_at_once(hub, victim, others):
    arrived, struck = [], asyncio.Event()

    async def halfway():
        arrived.append(1)
        await struck.wait()

    async def other(name):
        student = await at_work(hub, name)
        cells = await student.run(PATH, halfway)
        await leave(student)
        return cells

    async def killed():
        student = await at_work(hub, victim)
        book = await student.opened(PATH)
        book.cells[0].source += "\n\nWhat I found out."
        await student.save(PATH, book)
        saved = (hub.home(victim) / PATH).read_bytes()
        assert b"What I found out." in saved
        kernel = await student.kernel(PATH)
        pid = int(text_of(await kernel.execute("import os; print(os.getpid())")))
        await until(lambda: len(arrived) == len(others), "all others are in the middle of the notebook")
        cell = asyncio.create_task(kernel.execute("import time\nwhile True:\n    time.sleep(0.01)"))
        await asyncio.sleep(0.5)
        assert not cell.done()
        os.kill(hub.servers()[victim], signal.SIGKILL)
        struck.set()
        with pytest.raises(KernelDied):
            await cell
        await until(lambda: pid not in handout.commands(), "the kernel ends after its server")
        await until(student.stopped, "the hub notices that the server is gone")
        assert victim not in hub.servers() and (hub.home(victim) / PATH).read_bytes() == saved
        await student.start()
        assert (hub.home(victim) / PATH).read_bytes() == saved
        assert await student.opened(PATH) == book
        cells = await student.run(PATH)
        await leave(student)
        return cells

    ran = await asyncio.gather(killed(), *(other(name) for name in others))
    assert len(set(ran)) == 1 and ran[0] > 20


async def refused(hub, name, password):
    student = hub.student(name)
    student.password = password
    with pytest.raises(Refused) as refusal:
        await student.login()
    assert refusal.value.status == 403, name
    await student.close()


def test_wrong_passwords_and_other_names(hub):
    async def all_of_them():
        await refused(hub, "ana", "not-the-password")
        await refused(hub, "ana", "")
        for name in ("..", "../ana", "ana/../ben", "ana!", "ana.", ".ana", "a" * 41):
            await refused(hub, name, hub.password)

    run_apart(all_of_them())
    assert {path.name for path in (hub.folder / "homes").iterdir()} <= set(CLASS)


def test_memory_kernels_and_servers_of_others(hub, count):
    """A greedy kernel gets a MemoryError, a kernel too many is refused, a student's cookies open no other server."""

    async def limits():
        ana, ben = await asyncio.gather(at_work(hub, "ana"), at_work(hub, "ben"))
        greedy, modest = await ana.kernel(PATH), await ben.kernel(PATH)
        text = text_of(await greedy.execute(f"import numpy\na = numpy.ones({MEMORY} // 8)"))
        assert "MemoryError" in text, text
        assert text_of(await greedy.execute("a = numpy.ones(2**24); print(a.sum() == 2**24)")) == "True\n"
        assert text_of(await modest.execute("print(6 * 7)")) == "42\n"
        for number in (2, 3):
            await ana.kernel(f"other-{number}.ipynb")
        for path in ("api/sessions", "api/kernels"):
            asked = dict(path="other-4.ipynb", name="", type="notebook", kernel=dict(name="python3"))
            with pytest.raises(Refused, match="3 kernels run already"):
                await ana.ask("POST", path, json=asked if path == "api/sessions" else dict(name="python3"))
        assert len((await ana.ask("GET", "api/kernels")).json()) == 3
        await ben.kernel("another.ipynb")

        ben_file = (await ben.ask("GET", f"api/contents/{PATH}")).json()["path"]
        assert ben_file == PATH
        for method, path in (("GET", f"api/contents/{PATH}"), ("GET", "api/kernels"), ("GET", "lab")):
            with pytest.raises(Refused) as refusal:
                await ana.ask(method, path, of="ben")
            assert refusal.value.status == 403, path
        with pytest.raises(Refused):
            await ana.ask(
                "PUT", "api/contents/mine.txt", of="ben", json=dict(type="file", format="text", content="")
            )
        assert not (hub.home("ben") / "mine.txt").exists()
        await leave(ana, ben)

    run_apart(limits())
    count("limits of the hub that hold", 3)


@pytest.fixture
def bystander():
    """A program that has nothing to do with the hub."""
    process = subprocess.Popen(["sleep", "3600"])
    yield process
    process.kill()
    process.wait()


def test_a_hub_that_is_killed_finds_the_servers_again(hub, bystander):
    """The students' servers go on without it. A server whose number is another program's by then is forgotten."""

    async def before():
        ana, ben = await asyncio.gather(at_work(hub, "ana"), at_work(hub, "ben"))
        book = await ana.opened(PATH)
        book.cells[0].source += "\n\nBefore the hub was killed."
        await ana.save(PATH, book)
        kernel = await ana.kernel(PATH)
        await kernel.execute("kept = 40")
        return ana, ben, kernel, book

    async def without(ana, kernel, book):
        """No hub, and ana goes on."""
        assert text_of(await kernel.execute("kept += 1; print(kept)")) == "41\n"
        book.cells[0].source += "\n\nWhile there was none."
        await ana.save(PATH, book)

    async def after(ana, book):
        kernel = await ana.kernel(PATH)
        assert text_of(await kernel.execute("print(kept + 1)")) == "42\n"
        assert (await ana.opened(PATH)).cells[0].source == book.cells[0].source
        ben = await at_work(hub, "ben")
        assert await ben.run(PATH) > 20
        await leave(ana, ben)

    async def both():
        ana, ben, kernel, book = await before()
        servers = hub.servers()
        hub.kill()
        await without(ana, kernel, book)
        saved = (hub.home("ana") / PATH).read_bytes()
        assert b"Before the hub was killed." in saved and b"While there was none." in saved
        assert hub.servers() == servers and set(servers) == {"ana", "ben"}
        os.kill(servers["ben"], signal.SIGKILL)
        with sqlite3.connect(hub.folder / "hub.sqlite") as database:
            changed = database.execute(
                "update spawners set state = ? where state like ?",
                (json.dumps(dict(pid=bystander.pid)), f'%"pid": {servers["ben"]}%'),
            )
            assert changed.rowcount == 1
        hub.start()
        assert hub.servers() == {"ana": servers["ana"]}
        assert (hub.home("ana") / PATH).read_bytes() == saved
        await ben.close()
        await after(ana, book)
        assert bystander.poll() is None, "the hub ended a program that is not its own"

    run_apart(both())


def test_a_hub_that_is_ended_takes_the_servers_along(hub):
    """And leaves the work. Started again, it may have a list of those who may come in."""

    async def work():
        cleo = await at_work(hub, "cleo")
        book = await cleo.opened(PATH)
        book.cells[0].source += "\n\nBefore the end."
        await cleo.save(PATH, book)
        await cleo.close()

    run_apart(work())
    saved, ours = (hub.home("cleo") / PATH).read_bytes(), hub.servers()["cleo"]
    assert any(str(hub.port + 1) in command for command in handout.commands().values())
    hub.end()
    assert ours not in handout.commands() and hub.servers() == {}
    left = [command for command in handout.commands().values() if f"127.0.0.1:{hub.port + 1}/hub" in command]
    assert left == [] and (hub.home("cleo") / PATH).read_bytes() == saved
    hub.settings += ["--students", "ana,cleo"]
    hub.start()

    async def again():
        await refused(hub, "dora", hub.password)
        cleo = await at_work(hub, "cleo")
        assert "Before the end." in (await cleo.opened(PATH)).cells[0].source
        await leave(cleo)

    run_apart(again())
