"""Set-up: the three lists of packages, what tools/run.py does, the README, and what no file may name."""

import json
import os
import re
import socket
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from convbp_helpers import equations
from convbp_helpers.words import undollared

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import notebooks  # noqa: E402

CONDA_NAMES = {"matplotlib-base": "matplotlib", "playwright-python": "playwright"}
CLEAN = {
    name: value
    for name, value in os.environ.items()
    if name
    not in ("PORT", "NAME", "ARGS", "NO_BROWSER", "CONVBP_REQUIRE", "MAKEFLAGS", "MAKELEVEL", "PYTHONPATH")
}


# -- pyproject.toml, requirements*.txt, environment.yml ----------------------------------------------


def declared():
    """Name -> requirement, of everything in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = project["dependencies"] + sum(project["optional-dependencies"].values(), [])
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r for r in found}


def pins(text):
    """Name -> the pinned requirements (one for each marker)."""
    found = {}
    for line in text.splitlines():
        requirement = Requirement(line)
        assert [s.operator for s in requirement.specifier] == ["=="], line
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def version(requirement):
    return next(iter(requirement.specifier)).version


def disagreement(text, wanted):
    """What is wrong with a file of pins, given the declared requirements."""
    found, wrong = pins(text), []
    for name, requirement in wanted.items():
        for pin in found.get(name, []):
            if not requirement.specifier.contains(version(pin)):
                wrong.append(f"{pin} is outside {requirement}")
        if name not in found:
            wrong.append(f"{name} is not pinned")
    for name, several in found.items():
        for python in ("3.11.0", "3.12.4", "3.13.0", "3.14.0"):
            for platform in (
                {"sys_platform": "linux"},
                {"sys_platform": "darwin"},
                {"sys_platform": "win32"},
            ):
                here = dict(default_environment(), **platform)
                here |= {"python_full_version": python, "python_version": python.rpartition(".")[0]}
                valid = [pin for pin in several if not pin.marker or pin.marker.evaluate(here)]
                if len(valid) > 1 or (name in wanted and not valid):
                    wrong.append(f"{name} has {len(valid)} pins for Python {python} on {platform}")
    return wrong


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-lowest.txt"])
def test_pins_agree_with_pyproject(name):
    text = (ROOT / name).read_text()
    assert disagreement(text, declared()) == []
    assert "://" not in text and "--" not in text, "pins hold no address and no option"


def test_lowest_pins_are_the_declared_bounds():
    found = pins((ROOT / "requirements-lowest.txt").read_text())
    for name, requirement in declared().items():
        bounds = [s for s in requirement.specifier if s.operator == ">="]
        assert len(bounds) == 1, f"{requirement} declares one lower bound"
        for pin in found[name]:
            assert pin.specifier.contains(bounds[0].version), f"{pin}, but {requirement} is declared"


def test_planted_disagreement():
    text = (ROOT / "requirements.txt").read_text()
    number = version(pins(text)["nbval"][0])
    assert disagreement(text.replace(f"nbval=={number}", "nbval==0.1"), declared()) == [
        "nbval==0.1 is outside nbval>=0.11"
    ]
    assert disagreement(text.replace(f"nbval=={number}\n", ""), declared()) == ["nbval is not pinned"]
    assert any("2 pins" in line for line in disagreement(text + "nbval==0.12\n", declared()))


def conda_lines(text):
    """The conda and the pip lines of an environment.yml of this one shape (so no YAML reader is needed)."""
    body = text.split("dependencies:\n")[1]
    lines = [line for line in body.splitlines() if line.strip() and not line.strip().startswith("#")]
    conda = [line[4:] for line in lines if line.startswith("  - ") and line != "  - pip:"]
    pip = [line[8:] for line in lines if line.startswith("      - ")]
    return conda, pip


def conda_disagreement(text, wanted):
    from rattler import MatchSpec, Version  # conda's own reader of such lines

    conda, pip = conda_lines(text)
    wrong = []
    # what is handed to pip, besides the package itself
    seen = {re.match(r"[a-z0-9-]+", line).group(): line for line in pip if not line.startswith("-e ")}
    for line in conda:
        spec = MatchSpec(line)
        seen[CONDA_NAMES.get(spec.name.normalized, spec.name.normalized)] = line
        del spec
    names = set(seen) - {"python", "pip"}
    if names != set(wanted):
        wrong.append(f"only in one of the two: {sorted(names ^ set(wanted))}")
    for name in names & set(wanted):
        bound = re.sub(r"^[a-z0-9-]+", "", seen[name])
        if bound != str(wanted[name].specifier):
            wrong.append(f"{seen[name]}, but pyproject.toml has {wanted[name]}")
        for pin in pins((ROOT / "requirements.txt").read_text())[name]:
            low = Version(re.sub("^>=", "", bound))
            if Version(version(pin)) < low:
                wrong.append(f"{pin} is outside {seen[name]}")
    return wrong


def test_conda_agrees_with_pyproject():
    text = (ROOT / "environment.yml").read_text()
    assert conda_disagreement(text, declared()) == []
    conda, pip = conda_lines(text)
    python = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert f"python{python}" in conda
    assert pip[0] == "-e ." and len(pip) == 2, "the package itself, and the one that is taken by pip"


@pytest.mark.parametrize(("lines", "read"), [(None, True), (["--no-deps -e ."], False)])
def test_pip_reads_what_conda_hands_to_it(tmp_path, lines, read):
    """conda writes the lines below `pip:` into a requirements file, which knows fewer options than the command."""
    lines = conda_lines((ROOT / "environment.yml").read_text())[1] if lines is None else lines
    (tmp_path / "handed.txt").write_text("\n".join(lines))
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", "--no-deps", "-r"]
    said = subprocess.run([*command, tmp_path / "handed.txt"], cwd=ROOT, capture_output=True, text=True)
    text = said.stdout + said.stderr
    assert ("Invalid requirement" not in text and "no such option" not in text) == read, text
    assert "Obtaining file" in text or not read, text


def test_planted_conda_disagreement():
    text = (ROOT / "environment.yml").read_text()
    assert conda_disagreement(text.replace("  - numpy>=2.0\n", ""), declared())
    assert conda_disagreement(text.replace("numpy>=2.0", "numpy>=99"), declared())
    assert conda_disagreement(text.replace("python>=0.1.4", "python>=0.1.2"), declared())
    assert conda_disagreement(text.replace("      - axe-playwright-python>=0.1.4\n", ""), declared())
    with pytest.raises(Exception, match="(?i)spec|version|pars|constraint"):
        conda_disagreement(text.replace("numpy>=2.0", "numpy >=>2"), declared())


def test_package_holds_the_front_end(tmp_path):
    """An installed package has the .js and .css files too."""
    assets = [p.relative_to(ROOT) for e in ("js", "css") for p in (ROOT / "convbp_helpers").rglob(f"*.{e}")]
    hatch = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert hatch == {"packages": ["convbp_helpers"]}, "everything below that folder is packed"
    ignored = subprocess.run(
        ["git", "check-ignore", *map(str, assets)], cwd=ROOT, capture_output=True, text=True
    )
    assert not ignored.stdout, "hatch packs no file that git ignores"


# -- tools/run.py ------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path):
    """A small project around a copy of tools/run.py."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "run.py").write_bytes((ROOT / "tools" / "run.py").read_bytes())
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "notebooks" / "images").mkdir(parents=True)
    for name in ("00-the-question", "01-one-row", "02-two-dimensions-and-the-flip"):
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text(f"clean {name}")
    (tmp_path / "notebooks" / "images" / "a.png").write_text("picture")
    return tmp_path


def run(project, *arguments, **environ):
    return subprocess.run(
        [sys.executable, str(project / "tools" / "run.py"), *arguments],
        cwd=project,
        env=dict(CLEAN, **environ),
        capture_output=True,
        text=True,
        timeout=60,
    )


def one_line(done):
    """The command stopped with one line, which is handed back."""
    assert done.returncode == 1, done
    assert done.stderr.startswith("convbp: ") and done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stderr


IN_PROJECT = "import sys; sys.path.insert(0, 'tools'); import run; "


def in_project(project, code):
    command = [sys.executable, "-c", IN_PROJECT + code]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, env=CLEAN, check=True).stdout


def test_copies_are_made_once_and_never_overwritten(project):
    mine = project / "my-notebooks"
    assert in_project(project, "print(len(run.copy_notebooks()))").strip() == "3"
    assert sorted(p.name for p in mine.glob("*.ipynb")) == sorted(
        p.name for p in (project / "notebooks").glob("*.ipynb")
    )
    assert (mine / "images" / "a.png").read_text() == "picture"
    (mine / "01-one-row.ipynb").write_text("my work")
    (mine / "00-the-question.ipynb").unlink()
    (project / "notebooks" / "01-one-row.ipynb").write_text("a newer version")
    (project / "notebooks" / "03-channels.ipynb").write_text("new")
    said = in_project(project, "print(run.copy_notebooks())")
    assert said.strip() == "['00-the-question.ipynb', '03-channels.ipynb']"
    assert (mine / "01-one-row.ipynb").read_text() == "my work"
    assert not list(mine.glob(".part*"))


def test_copy_does_not_overwrite_what_appears_meanwhile(project):
    """The copy is put in place by a step that fails where the target exists."""
    code = """
        import os
        run.os.path.lexists = lambda path: False
        open("target", "w").write("mine")
        print(run.copy_new("notebooks/01-one-row.ipynb", os.path.abspath("target")))
    """
    command = textwrap.dedent(code).strip()
    script = project / "race.py"
    script.write_text("import sys; sys.path.insert(0, 'tools'); import run\n" + command)
    done = subprocess.run([sys.executable, script], cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert (project / "target").read_text() == "mine"


def test_fresh_names(project):
    mine = project / "my-notebooks"
    mine.mkdir()
    edited = mine / "02-two-dimensions-and-the-flip.ipynb"
    edited.write_text("my work")
    for arguments, environ in (
        (["02"], {}),
        ([], {"NAME": "2"}),
        (["02-two-dimensions-and-the-flip.ipynb"], {}),
    ):
        done = run(project, "fresh", *arguments, **environ)
        assert done.returncode == 0, done.stderr
    stem = "02-two-dimensions-and-the-flip"
    names = [f"{stem}.fresh-2.ipynb", f"{stem}.fresh-3.ipynb", f"{stem}.fresh.ipynb", f"{stem}.ipynb"]
    assert sorted(p.name for p in mine.iterdir()) == names
    assert edited.read_text() == "my work"
    assert all(p.read_text() == f"clean {stem}" for p in mine.iterdir() if p != edited)


@pytest.mark.parametrize("name", ["", "07", "zero", "../00", "0"])
def test_fresh_with_an_unknown_name(project, name):
    if name == "0":
        assert run(project, "fresh", name).returncode == 0, "0 is 00"
        return
    assert "00, 01, 02" in one_line(run(project, "fresh", NAME=name))


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_port_taken(project, taken):
    line = one_line(run(project, "lab", PORT=str(taken)))
    assert f"port {taken} is taken" in line
    offered = re.search(r"make lab PORT=(\d+)", line)
    assert offered and int(offered[1]) != taken
    assert not (project / ".venv").exists(), "it is said before anything is installed"
    assert "no port number" in one_line(run(project, "lab", PORT="eighty"))


def test_default_port_taken_takes_the_next(project):
    code = "run.port_is_free = lambda port: port > 8889; print(run.choose_port())"
    assert in_project(project, code).splitlines() == [
        "Port 8888 is taken by another program; using 8890.",
        "8890",
    ]


def pretend(folder, module, code):
    """A folder for PYTHONPATH in which `module` is this code."""
    (folder / "pretend").mkdir()
    (folder / "pretend" / f"{module}.py").write_text(code)
    return str(folder / "pretend")


@pytest.mark.parametrize("command", ["lab", "test", "test-lowest", "notebooks"])
def test_old_python(project, command):
    old = "import sys; sys.version_info = (3, 9, 6, 'final', 0)"
    line = one_line(run(project, command, PYTHONPATH=pretend(project, "sitecustomize", old)))
    assert "this is Python 3.9" in line and "3.11 or newer" in line and "PYTHON=" in line


def test_run_py_is_readable_by_an_old_python():
    import ast

    source = (ROOT / "tools" / "run.py").read_text()
    ast.parse(source, feature_version=(3, 6))
    imports = re.findall(r"(?m)^(?:import|from) (\w+)", source)
    assert set(imports) <= {"hashlib", "json", "os", "shutil", "socket", "subprocess", "sys", "tempfile"}
    assert not re.search(r"capture_output=|removeprefix|removesuffix|text=True|:=", source), "newer than 3.6"


@pytest.mark.parametrize("module", ["ensurepip", "venv"])
def test_missing_venv_module(project, module):
    path = pretend(project, module, "raise ImportError('not on this system')")
    line = one_line(run(project, "test", PYTHONPATH=path))
    assert "no venv module" in line and "sudo apt install python3." in line


def test_unwritable_folder(project):
    (project / ".venv").write_text("a file in the way")
    assert "cannot write to" in one_line(run(project, "test"))


def test_pip_that_fails(project):
    """Here because the pins name a package that does not exist: nothing is asked of any network."""
    (project / "requirements.txt").write_text("no-such-package @ file:///no/such/file.whl\n")
    done = run(project, "test")
    assert done.returncode == 1
    assert (
        done.stderr.splitlines()[-1].startswith("convbp: pip could not install")
        and "HTTPS_PROXY" in done.stderr
    )
    assert not (project / ".venv" / "convbp-installed").exists(), "the next call tries again"


def test_second_call_installs_nothing(project):
    """The stamp answers at once, and no longer when the pins change."""
    code = """
        import os
        folder = os.path.join(run.ROOT, ".venv")
        python = run.python_of(folder)
        os.makedirs(os.path.dirname(python)); open(python, "w").close()
        open(os.path.join(folder, "convbp-installed"), "w").write(run.fingerprint(folder, "requirements.txt"))
        run.subprocess = None  # nothing may be started
        print(run.environment() == python)
        open("requirements.txt", "a").write("\\n")
        try:
            run.environment()
        except AttributeError:
            print("installs again")
    """
    assert in_project(project, f"exec({textwrap.dedent(code)!r})").splitlines()[::2] == [
        "True",
        "installs again",
    ]


@pytest.mark.parametrize("given", ["", "1"])
def test_what_is_compiled_is_kept_in_the_environment(given):
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": given}
    environ.pop("PYTHONPYCACHEPREFIX", None)
    ask = "import sys; sys.path.insert(0, 'tools'); import run; e = run.kernel_environ(); "
    ask += "print(e.get('PYTHONDONTWRITEBYTECODE') or 'compiles', e.get('PYTHONPYCACHEPREFIX'))"
    said = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    kept = str(ROOT / ".venv" / "bytecode") if given else None
    assert said.stdout.strip() == f"compiles {kept}"


def test_unknown_command(project):
    assert "lab, fresh, test" in one_line(run(project, "serve"))


@pytest.mark.parametrize(
    ("command", "arguments", "given"),
    [
        ("test", "", []),
        ("test", "-n0 -k 'links and sums'", ["-n0", "-k", "links and sums"]),
        ("quick", "-x", ["-m", "not slow", "-x"]),
        ("test-lowest", "-x", ["-x"]),
    ],
)
def test_what_is_run(project, command, arguments, given):
    """pytest in several processes, where nothing else is asked for, and ruff before it."""
    code = f"""
        run.environment = lambda *asked: "python"
        run.run = lambda command: print(command) or 0
        run.os.environ["ARGS"] = {arguments!r}
        run.main([{command!r}])
    """
    lines = in_project(project, f"exec({textwrap.dedent(code)!r})").splitlines()
    said = lines.pop() if command == "quick" else ""
    *ruff, tested = lines
    assert tested == str(["python", "-m", "pytest", "-n", "auto", *given])
    assert len(ruff) == (0 if command == "test-lowest" else 2)
    assert (command == "quick") == ("This was the quick form" in said)


def test_one_thread_a_process():
    """What is computed with in each of several processes takes one core, in a kernel too."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    assert [os.environ.get(name) for name in names] == ["1"] * 3
    if sys.platform.startswith("linux"):
        code = "import os, numpy; numpy.ones((300, 300)) @ numpy.ones((300, 300)); print(os.listdir('/proc/self/task'))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.count(",") == 0, "numpy started threads"


def test_help_and_make_agree():
    """Every command has a line in the help and a target in the Makefile, and the other way round."""
    text = run(ROOT, "help").stdout
    helped = re.findall(r"(?m)^make ([a-z-]+)", text)
    commands = in_project(ROOT, "print(*run.COMMANDS)").split()
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"(?m)^COMMANDS = (.*)$", makefile)[1].split() + ["help"]
    assert sorted(helped) == sorted(commands) == sorted(targets)


# -- what the files may say --------------------------------------------------------------------------


def tracked():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode or not done.stdout:
        pytest.skip("this is not a git clone")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


SPELT = [  # in pieces, so that this file does not hold what it looks for
    (
        "a package registry's host",
        r"(?:files\.)?python"
        + r"hosted\.org|py"
        + r"pi\.org|registry\.npm"
        + r"js|conda\.ana"
        + r"conda\.org",
    ),
    ("a path of one machine", r"(?<![\w.~/-])/(?:root|work|home/[a-z]+)/(?=[\w.])|/Users/" + r"(?=[a-z])"),
]
EXAMPLES = {"tests/test_notebooks.py", "tools/notebooks.py"}  # they hold the rule and its planted faults


def test_no_file_names_a_registry_or_a_machine():
    wrong = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in (".png", ".gif", ".woff2", ".npz"):
            continue
        text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", path.read_text(encoding="utf-8"))
        for what, pattern in SPELT:
            if "machine" in what and name in EXAMPLES:
                continue
            wrong += [f"{name}: {what}: {found}" for found in re.findall(pattern, text)]
    assert wrong == []


def spelling(*arguments, text=None):
    command = [sys.executable, "-m", "codespell_lib", "--toml", str(ROOT / "pyproject.toml"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, input=text, cwd=ROOT)


def test_words_are_spelt_as_words_are(count):
    """The words of the common misspellings, in every text, comment and page."""
    kinds = (".md", ".py", ".ipynb", ".js", ".css", ".toml", ".yml", ".txt", ".sh")
    files = [str(path.relative_to(ROOT)) for path in tracked() if path.suffix in kinds]
    done = spelling(*files)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    count("files without a common misspelling", len(files))


def test_a_misspelling_is_found():
    done = spelling("-", text="what the layers rec" + "ieve\n")
    assert done.returncode == 65 and "receive" in done.stdout


def test_the_patterns_find_what_they_are_for():
    bad = [
        "https://py" + "pi.org/simple",
        "/ro" + "ot/.venv",
        "cd /wo" + "rk/main",
        "/ho" + "me/ada/x",
    ]
    assert all(any(re.search(pattern, line) for _, pattern in SPELT) for line in bad)
    assert not any(re.search(pattern, "notebooks/work/x ../home") for _, pattern in SPELT)


# -- README ------------------------------------------------------------------------------------------

README = (ROOT / "README.md").read_text(encoding="utf-8")


def headings(path):
    """The headings of a notebook, as JupyterLab and GitHub make anchors of them."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return {line.replace(" ", "-") for line in re.findall(r"(?m)^#+ (.+?)\s*$", text)}


def readme_faults(text, table=True):
    wrong = []
    code = re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^```.*?^```", "", text)) + re.findall(
        r"(?ms)^```\w*\n(.*?)^```", text
    )
    targets = in_project(ROOT, "print(*run.COMMANDS)").split()
    for piece in code:
        for command in re.findall(r"\bmake ([a-z][a-z-]*)", piece):
            if command not in targets:
                wrong.append(f"no make target {command}")
        for command in re.findall(r"tools[\\/]run\.py ([a-z-]+)", piece):
            if command not in targets:
                wrong.append(f"no command {command}")
    files = [
        piece
        for piece in code
        if re.fullmatch(r"[\w./-]+\.(?:py|toml|txt|yml|cff|ipynb|cfg)|[\w.-]+/", piece)
    ]
    files += [link for link in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in link]
    for name, heading in re.findall(r"\]\((notebooks/[\w-]+\.ipynb)#([^)\s]+)\)", text):
        if (ROOT / name).exists() and heading not in headings(ROOT / name):
            wrong.append(f"no heading {heading} in {name}")
        elif not (ROOT / name).exists():
            wrong.append(f"no file {name}")
    made = {".venv/", "my-notebooks/", ".venv-lowest/", ".pyodide/", ".lite/"}
    wrong += [f"no file {name}" for name in files if name not in made and not (ROOT / name).exists()]
    wrong += [
        f"no alternative text: {target}"
        for alt, target in re.findall(r"!\[(.*?)\]\((.*?)\)", text)
        if not alt
    ]
    slugs = {
        re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in re.findall(r"(?m)^#+ (.+)$", text)
    }
    wrong += [
        f"no heading {slug} here" for slug in re.findall(r"\]\(#([^)\s]+)\)", text) if slug not in slugs
    ]
    if not table:
        return wrong
    linked = re.findall(r"(?m)^\|.*?\]\(notebooks/([\w-]+\.ipynb)\)", text)
    present = sorted(path.name for path in (ROOT / "notebooks").glob("[!.]*.ipynb"))
    if linked != present:
        wrong.append(f"the table of notebooks has {linked}, the folder {present}")
    return wrong


def test_readme_names_what_exists():
    assert readme_faults(README) == []
    assert readme_faults((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), table=False) == []


def test_planted_faults_in_the_readme():
    for bad in (
        "Type `make lunch`.",
        "See `tools/cook.py`.",
        "[here](nowhere.md)",
        "![](notebooks/)",
        "[there](notebooks/00-the-question.ipynb#No-such-heading)",
        "[there](notebooks/99-nowhere.ipynb#The-question)",
        "`py tools\\run.py eat`",
        "[below](#no-such-heading)",
    ):
        assert len(readme_faults(README + "\n" + bad + "\n")) == len(readme_faults(README)) + 1, bad
    assert not any("table" in fault for fault in readme_faults(README))
    row = re.search(r"(?m)^\| 00 \|.*\n", README)[0]
    assert any("table" in fault for fault in readme_faults(README.replace(row, "")))


def test_the_equation_in_the_readme_says_what_the_readme_says():
    equation, said = re.search(r"%%equation\n(.*?)\n```\n\n> ✗ (.*?)\n\n", README, re.S).groups()
    assert repr(equations.check(equation)) == undollared(re.sub(r"\s*\n> ", " ", said))


def test_the_picture_in_the_readme_is_that_of_notebook_00():
    drawn = notebooks.first_picture(ROOT / "notebooks" / "00-the-question.ipynb")
    assert notebooks.README_PICTURE.read_bytes() == drawn and b"<path" in drawn


def test_readme_first_screen():
    screen = README.split("\n## ")[0]
    assert re.findall(r"(?m)^# ", README) == ["# "]
    for piece in ("notebooks/images/fan.svg", "make lab", "make test"):
        assert piece in screen
    assert not re.search(r"!(?!\[)|\b(simply|just|obviously)\b", re.sub(r"`[^`]*`", "", README))
