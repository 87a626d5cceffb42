"""The room that asks other libraries: its stored results, the tables made from them, and PyTorch asked again."""

import ast
import copy
import json
import re
import subprocess
import sys
import tomllib

import numpy as np
import pytest
from pages import ROOT

from convbp_helpers import elsewhere, loops
from convbp_helpers.elsewhere import results

ROOM = ROOT / "libraries"
sys.path.append(str(ROOM))

import answers  # noqa: E402
import calls  # noqa: E402
import digest  # noqa: E402
import measure  # noqa: E402
import questions  # noqa: E402
import silent  # noqa: E402
import special  # noqa: E402

STORED = sorted((ROOM / "results").glob("*.json"))
TOLD = {"agrees", "differs", "refuses", "cannot", "stops"}


def faults(result):
    """What is wrong with a stored result."""
    found = []
    say = found.append
    if set(result) != {
        "name", "title", "calls of", "numbers", "told size", "versions", "python", "date", "features", "words", "transposed", "output padding", "nan",
        "digits", "calls", "claims", "silent",
    }:  # fmt: skip
        say(f"keys {sorted(result)}")
        return found
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", result["date"]) or not result["versions"] or not result["python"]:
        say("no version or date")
    if set(result["features"]) != set(questions.FEATURES):
        say("other features")
    for feature, quantities in result["features"].items():
        for quantity, counts in quantities.items():
            numbers = {kind: count for kind, count in counts.items() if kind in TOLD}
            if sum(numbers.values()) < questions.RANDOM or set(counts) - TOLD - {"said", "smallest", "warns"}:
                say(f"{feature}, {quantity}: {counts}")
            if bool(numbers.get("differs")) != ("smallest" in counts):
                say(f"{feature}, {quantity}: a difference without its layer")
            if (numbers.get("refuses") or numbers.get("cannot")) and not counts.get("said"):
                say(f"{feature}, {quantity}: a refusal without its words")
    for words in (result["words"], result["transposed"]):
        for word, conditions in words.items():
            if set(conditions) != set(special.CONDITIONS):
                say(f"{word}: {sorted(conditions)}")
            for told in conditions.values():
                if told["answers"] < told["of"] and not told.get("said"):
                    say(f"{word}: a refusal without its words")
                if told["answers"] and not told["readings"] and "nearest" not in told:
                    say(f"{word}: no reading")
    return found


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_every_stored_result_has_its_form(path, count):
    result = json.loads(path.read_text(encoding="utf-8"))
    assert result["name"] == path.stem
    assert faults(result) == []
    count("stored results of other libraries", 1)


def test_a_spoiled_result_is_found():
    good = json.loads(STORED[0].read_text(encoding="utf-8"))
    spoil = [
        lambda r: r.pop("nan"),
        lambda r: r.update(date="today"),
        lambda r: r["features"].pop("groups"),
        lambda r: r["features"]["plain"].update(forward={"agrees": 3}),
        lambda r: r["features"]["plain"].update(forward={"agrees": 20, "differs": 2}),
        lambda r: r["features"]["plain"].update(forward={"refuses": 22}),
        lambda r: next(iter(r["words"].values())).pop("both"),
    ]
    for change in spoil:
        bad = copy.deepcopy(good)
        change(bad)
        assert faults(bad)


def test_each_library_has_an_environment_an_adapter_and_a_result():
    with open(ROOM / "environments.toml", "rb") as file:
        wanted = tomllib.load(file)
    adapters = {path.stem for path in (ROOM / "adapters").iterdir() if not path.name.startswith("_")}
    assert set(wanted) == adapters == {path.stem for path in STORED} and len(wanted) >= 12
    for name, entry in wanted.items():
        pinned = [package for step in entry.get("pip", []) for package in step] + entry.get("npm", [])
        assert pinned and all(re.search(r"[^=]==[^=]|.@\d", package) for package in pinned), name


def claims_in(path):
    """name -> docstring of the claims of a file, which is read and not run: its library is not here."""
    functions = [
        node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)
    ]
    told = {node.name: ast.get_docstring(node) for node in functions if not node.name.startswith("_")}
    return {name: " ".join(words.split()) for name, words in told.items()}


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_every_claim_that_is_stored_was_run_as_it_stands(path):
    claims = ROOM / "claims" / f"{path.stem}.py"
    stored = json.loads(path.read_text(encoding="utf-8"))["claims"]
    assert {name: claim["says"] for name, claim in stored.items()} == (
        claims_in(claims) if claims.exists() else {}
    )


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_every_silent_difference_that_is_stored_was_asked_as_it_stands(path, count):
    stored = json.loads(path.read_text(encoding="utf-8"))["silent"]
    asked = silent.SILENT.get(path.stem, {})
    assert list(stored) == list(asked)
    for name, one in asked.items():
        told, right = stored[name], np.asarray(one.right(), dtype=float)
        assert (told["call"], told["why"]) == (one.call, one.why)
        assert told["arrays"] == {one.letter(key): array.tolist() for key, array in one.arrays.items()}
        assert special.equal(np.array(told["right"]), right)
        got = np.array(told["got"], dtype=float)
        assert told["as it should be"] == special.equal(got, right)
        count("layers with other numbers and no error", not told["as it should be"])


def test_an_answer_that_has_become_right_is_no_longer_listed(monkeypatch):
    (one,) = silent.SILENT["scipy"].values()
    for numbers, shown in (([[-2, -1]], 1), ([[2, 1]], 0)):
        answers = {f"silent|{one.name}": {"shape": [1, 2], "cells": sum(numbers, [])}}
        told = json.loads(results.KEPT.read_text(encoding="utf-8"))["scipy"]
        told["silent"] = silent.results("scipy", answers)
        monkeypatch.setattr(
            "convbp_helpers.elsewhere.in_silence.libraries",
            lambda told=told: {"scipy": elsewhere.Library("scipy", **told)},
        )
        assert len(elsewhere.silent()) == shown
    refused = silent.results("scipy", {f"silent|{one.name}": {"refuses": "no"}})[one.name]
    assert "got" not in refused and not refused["as it should be"]


def test_the_pages_have_what_is_stored():
    assert results.KEPT.read_text(encoding="utf-8") == digest.digest(), (
        "run make libraries, or digest.write()"
    )


# ------------------------------------------------------------------------------------------------- asked again
def test_pytorch_gives_the_stored_answers(torch, tmp_path, count):
    """The whole of it, in the tests' own environment."""
    command = [sys.executable, str(ROOM / "worker.py"), "pytorch"]
    described = subprocess.run([*command, "describe"], capture_output=True, text=True, check=True)
    adapter = json.loads(described.stdout)
    cases = questions.cases()
    asking = [question for case in cases for question in answers.asked_of(case)] + special.questions(adapter)
    asking += calls.asked(adapter["table"])
    asking += [special.question(f"claim|{claim}", "claim", {}, claim=claim) for claim in adapter["claims"]]
    asking += [one.question for one in silent.SILENT.get("pytorch", {}).values()]
    (tmp_path / "asking.json").write_text(json.dumps(asking))
    subprocess.run(
        [*command, str(tmp_path / "asking.json"), str(tmp_path / "told.jsonl")], check=True, timeout=500
    )
    lines = map(json.loads, (tmp_path / "told.jsonl").read_text().splitlines())
    told = {line.pop("id"): line for line in lines if "asked" not in line}
    now = answers.result("pytorch", adapter, cases, told, "")
    stored = json.loads((ROOM / "results" / "pytorch.json").read_text(encoding="utf-8"))
    for key in set(now) - {"versions", "python", "date"}:
        assert now[key] == stored[key], key
    count("questions that PyTorch answered as stored", len(asking))


def test_a_wrong_answer_is_seen():
    case = next(case for case in questions.cases() if case.feature == "leftover" and case.x.ndim == 4)
    right = {quantity: special.told(case.expected(quantity)) for quantity in case.asked}
    assert [answers.verdict(case, quantity, answer) for quantity, answer in right.items()] == ["agrees"] * 4
    for answer in right.values():
        wrong = dict(answer, cells=[1 + answer["cells"][0], *answer["cells"][1:]])
        assert answers.verdict(case, next(iter(right)), wrong) == "differs"
    assert (
        answers.verdict(case, "grad_x", dict(right["grad_x"], shape=case.w.shape, cells=[0] * case.w.size))
        == "differs"
    )


WORKER = """
import json, os, sys
for question in json.load(open(sys.argv[1])):
    told = open(sys.argv[2], "a")
    print(json.dumps({"id": question["id"], "asked": True}), file=told, flush=True)
    sys.stderr.write("x" * 200_000)
    if question["id"] == "bad":
        os._exit(3)
    print(json.dumps({"id": question["id"], "cells": [1]}), file=told, flush=True)
"""


def test_where_the_process_ends_the_next_question_is_asked(tmp_path):
    """And a library that writes a great deal to its errors is not held up."""
    (tmp_path / "worker.py").write_text(WORKER)
    asking = [{"id": name} for name in ("one", "bad", "two")]
    found = measure.asked([sys.executable, str(tmp_path / "worker.py")], asking, lambda *_: None)
    assert found == {"one": {"cells": [1]}, "bad": {"stops": measure.STOPPED}, "two": {"cells": [1]}}


@pytest.mark.parametrize("code", ["raise SystemExit('no such module')", "pass"])
def test_a_worker_that_answers_nothing_has_no_environment(tmp_path, code):
    (tmp_path / "worker.py").write_text(code)
    with pytest.raises(measure.NoEnvironment, match="stops at once"):
        measure.asked([sys.executable, str(tmp_path / "worker.py")], [{"id": "one"}], lambda *_: None)


def test_a_library_that_cannot_be_asked_takes_nothing_from_the_others(tmp_path, monkeypatch, capsys):
    good = json.loads(STORED[0].read_text(encoding="utf-8"))

    def measured(name, wanted, say):
        if name == "bad":
            raise measure.NoEnvironment("needs what is not here")
        return good

    (tmp_path / "results").mkdir()
    monkeypatch.setattr(measure, "HERE", tmp_path)
    monkeypatch.setattr(measure, "environments", lambda: {"bad": {}, "good": {}})
    monkeypatch.setattr(measure, "measured", measured)
    monkeypatch.setattr(measure.digest, "write", lambda: None)
    with pytest.raises(SystemExit, match="not asked: bad"):
        measure.main([])
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["good.json"]
    assert "needs what is not here" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="no library is called none"):
        measure.main(["none"])


def test_every_feature_is_what_it_says(count):
    cases = questions.cases()
    assert {case.feature for case in cases} == set(questions.FEATURES)
    for case in cases:
        assert loops.forward(case.x, case.w, case.b, **case.settings).shape == case.delta.shape
        row = ", row " in case.name  # the tiny ones are given by hand
        assert row or questions.fits(case.feature, case)
        assert row or len({*case.x.shape[1:], case.w.shape[0]}) == case.x.ndim
        count("layers that every library is asked", 1)
