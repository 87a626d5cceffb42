"""make libraries: ask every library, or those named in NAME, and keep what they answer in results/.

An environment for each is made in .libraries/ from environments.toml, outside the project's own. A library that
cannot be installed says so in its result; one that fails takes nothing from the others.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT)]

import answers  # noqa: E402
import calls  # noqa: E402
import digest  # noqa: E402
import questions  # noqa: E402
import silent  # noqa: E402
import special  # noqa: E402

PLACE = ROOT / ".libraries"
STOPPED = "the process ended"
LIMIT = 1200  # seconds without an answer


class NoEnvironment(Exception):
    """Why there is none."""


def environments() -> dict:
    with open(HERE / "environments.toml", "rb") as file:
        return tomllib.load(file)


# ------------------------------------------------------------------------------------------------- environments
def python_for(version):
    """A Python of this version: this one, or one on the path."""
    if version is None or f"{sys.version_info[0]}.{sys.version_info[1]}" == version:
        return sys.executable
    found = shutil.which(f"python{version}")
    works = found and subprocess.run([found, "-c", "import venv"], capture_output=True).returncode == 0
    if not works:
        raise NoEnvironment(f"needs Python {version}, which is not here")
    return found


def environment(name, wanted) -> list[str]:
    """The command that runs this library's worker, its environment made where it is missing or out of date."""
    folder = PLACE / name
    stamp = folder / "made-from.json"
    missing = [program for program in wanted.get("needs", ()) if not shutil.which(program)]
    if missing:
        raise NoEnvironment(f"needs {missing[0]}, which is not here")
    if "npm" in wanted:
        return node_environment(folder, stamp, wanted)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (stamp.exists() and json.loads(stamp.read_text()) == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        steps = [[python_for(wanted.get("python")), "-m", "venv", str(folder)]]
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        steps += [[*pip, *packages] for packages in wanted["pip"]]
        made(steps, folder)
        stamp.write_text(json.dumps(wanted))
    return [str(python), str(HERE / "worker.py"), name]


def node_environment(folder, stamp, wanted):
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise NoEnvironment("needs Node.js, which is not here")
    if not (stamp.exists() and json.loads(stamp.read_text()) == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": {}}))
        made([[npm, "install", "--silent", "--no-audit", "--no-fund", *wanted["npm"]]], folder)
        stamp.write_text(json.dumps(wanted))
    return [node, str(HERE / "worker.mjs"), str(folder), str(HERE / "adapters" / wanted["adapter"])]


def made(steps, folder):
    for step in steps:
        done = subprocess.run(step, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            said = [
                line
                for line in (done.stderr + done.stdout).splitlines()
                if "ERROR" in line or "error" in line
            ]
            raise NoEnvironment((said or ["could not be installed"])[0].strip()[:240])


# ------------------------------------------------------------------------------------------------- one library
def described(command) -> dict:
    try:
        done = subprocess.run([*command, "describe"], capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        raise NoEnvironment(f"does not import in {LIMIT} s") from None
    if done.returncode:
        raise NoEnvironment("does not import: " + (done.stderr.strip().splitlines() or ["no word"])[-1][:200])
    return json.loads(done.stdout.strip().splitlines()[-1])


def asked(command, asking, say) -> dict:
    """id -> answer. Where the process ends on a question, a new one goes on with the next."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        todo, told, said = (Path(folder, name) for name in ("questions.json", "answers.jsonl", "errors.txt"))
        while len(found) < len(asking):
            rest = [question for question in asking if question["id"] not in found]
            todo.write_text(json.dumps(rest))
            told.write_text("")
            with open(said, "wb") as errors:  # a file: a full pipe would hold the library up
                process = subprocess.Popen(
                    [*command, str(todo), str(told)], stdout=subprocess.DEVNULL, stderr=errors
                )
            last, seen = time.monotonic(), 0
            while process.poll() is None:
                time.sleep(0.2)
                count = told.read_text().count("\n")
                if count > seen:
                    last, seen = time.monotonic(), count
                    say(len(found) + seen // 2, len(asking))
                if time.monotonic() - last > LIMIT:
                    process.kill()
            lines = [json.loads(line) for line in told.read_text().splitlines() if line.endswith("}")]
            for line in lines:
                if not line.get("asked"):
                    found[line.pop("id")] = line
            if not lines:
                raise NoEnvironment(f"stops at once: {said.read_text(errors='replace').strip()[-200:]}")
            for line in lines:
                if line.get("asked"):  # and the process has ended before it answered
                    found.setdefault(line["id"], {"stops": STOPPED})
    return found


def measured(name, wanted, say) -> dict:
    command = environment(name, wanted)
    adapter = described(command)
    cases = questions.cases()
    asking = [question for case in cases for question in answers.asked_of(case)] + special.questions(adapter)
    asking += calls.asked(adapter["table"]) if adapter.get("table") else []
    asking += [
        special.question(f"claim|{claim}", "claim", {}, claim=claim) for claim in adapter.get("claims", ())
    ]
    asking += [one.question for one in silent.SILENT.get(name, {}).values()]
    found = asked(command, asking, say)
    return answers.result(name, adapter, cases, found, datetime.date.today().isoformat())


def main(names):
    wanted = environments()
    unknown = [name for name in names if name not in wanted]
    if unknown:
        sys.exit(f"no library is called {', '.join(unknown)}. There are: {', '.join(wanted)}.")
    failed = []
    for number, name in enumerate(names or wanted, 1):
        head = f"[{number}/{len(names or wanted)}] {name}"
        print(f"{head}: environment ...", end="", flush=True)
        start = time.monotonic()

        def say(done, of, head=head):
            if sys.stdout.isatty():
                print(f"\r{head}: {done} of {of} questions ", end="", flush=True)

        try:
            result = measured(name, wanted[name], say)
        except NoEnvironment as reason:
            failed.append(name)
            print(f"\r{head}: {reason} (the result kept before stays)")
            continue
        target = HERE / "results" / f"{name}.json"
        part = target.with_suffix(".part")
        part.write_text(written(result))
        part.replace(target)
        print(f"\r{head}: {summary(result)}, {time.monotonic() - start:.0f} s")
    digest.write()
    if failed:
        sys.exit(f"not asked: {', '.join(failed)}")


def summary(result) -> str:
    total = dict.fromkeys(answers.TOLD, 0)
    for quantities in result["features"].values():
        for counts in quantities.values():
            for kind in total:
                total[kind] += counts.get(kind, 0)
    return ", ".join(f"{count} {kind}" for kind, count in total.items() if count)


def written(result) -> str:
    """JSON with one line for what fits in one, so that a change can be read."""
    return pretty(result) + "\n"


def pretty(value, indent=0) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + indent <= 110 or not isinstance(value, (dict, list)):
        return line
    pad = " " * (indent + 1)
    if isinstance(value, list):
        if all(not isinstance(item, (dict, list)) for item in value):
            return line
        return (
            "[\n" + ",\n".join(pad + pretty(item, indent + 1) for item in value) + "\n" + " " * indent + "]"
        )
    items = (
        f"{pad}{json.dumps(key, ensure_ascii=False)}: {pretty(item, indent + 1)}"
        for key, item in value.items()
    )
    return "{\n" + ",\n".join(items) + "\n" + " " * indent + "}"


if __name__ == "__main__":
    main(sys.argv[1:])
