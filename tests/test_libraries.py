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
from convbp_helpers.elsewhere import readings, results, tables

ROOM = ROOT / "libraries"
sys.path.append(str(ROOM))

import answers  # noqa: E402
import calls  # noqa: E402
import digest  # noqa: E402
import measure  # noqa: E402
import questions  # noqa: E402
import special  # noqa: E402

STORED = sorted((ROOM / "results").glob("*.json"))
TOLD = {"agrees", "differs", "refuses", "cannot", "stops"}


def faults(result):
    """What is wrong with a stored result."""
    found = []
    say = found.append
    if set(result) != {
        "name", "title", "versions", "python", "date", "features", "words", "transposed", "output padding", "nan",
        "digits", "calls", "claims",
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


# ------------------------------------------------------------------------------------------------- the readings
def test_every_feature_is_what_it_says(count):
    cases = questions.cases()
    assert {case.feature for case in cases} == set(questions.FEATURES)
    for case in cases:
        assert loops.forward(case.x, case.w, case.b, **case.settings).shape == case.delta.shape
        row = ", row " in case.name  # the tiny ones are given by hand
        assert row or questions.fits(case.feature, case)
        assert row or len({*case.x.shape[1:], case.w.shape[0]}) == case.x.ndim
        count("layers that every library is asked", 1)


def test_readings_differ_where_they_should():
    """Each pair of readings of a word has a layer among those asked on which the answers differ."""
    layers = [layer for condition in special.CONDITIONS for layer in special.layers_of_words(condition)]
    told = {
        name: [readings.forward(name, x, w, stride=s, dilation=d) for x, w, s, d in layers]
        for name in readings.FORWARD
    }
    for a in told:
        for b in told:
            if a < b:
                assert any(not special.equal(p, q) for p, q in zip(told[a], told[b], strict=True)), (a, b)


def test_the_usual_reading_is_same_of_the_package():
    for condition in special.CONDITIONS:
        for x, w, stride, dilation in special.layers_of_words(condition):
            same = loops.forward(x, w, stride=stride, padding="same", dilation=dilation)
            assert special.equal(readings.forward(tables.USUAL, x, w, stride=stride, dilation=dilation), same)


def test_a_spread_delta_is_the_input_gradient():
    random = np.random.default_rng(3)
    delta, w = random.integers(-3, 4, (2, 3, 4, 5)), random.integers(-3, 4, (3, 2, 2, 3))
    s, d = (2, 3), (3, 1)
    got = readings.transposed(
        "p cells cut off on both sides", "as it scatters", delta, w, stride=s, dilation=d, number=1
    )
    size = [
        a * (u - 1) + b * (k - 1) + 1 - 2
        for a, u, b, k in zip(s, delta.shape[2:], d, w.shape[2:], strict=True)
    ]
    expected = loops.grad_input(delta, w, (2, 2, *size), stride=s, dilation=d, padding=1)
    assert np.array_equal(got, expected)
    assert not np.array_equal(
        got,
        readings.transposed(
            "p cells cut off on both sides", "turned", delta, w, stride=s, dilation=d, number=1
        ),
    )


# ------------------------------------------------------------------------------------------------- the tables
def test_tables_say_what_the_results_say():
    table = elsewhere.table("pytorch", "paddle", "jax")
    row = dict(zip(("pytorch", "paddle", "jax"), table.rows["“same”, dilation above 1"], strict=True))
    assert str(row["pytorch"]) == f"✓ {tables.USUAL}"
    assert row["paddle"].kind == "other" and row["paddle"].words.endswith("the dilation dropped")
    assert [answer.kind for answer in table.rows["“same”, stride above 1"]] == ["no", "yes", "yes"]
    assert [str(answer) for answer in table.rows["the kernel, transposed"]] == [
        "✓ as it scatters", "✓ as it scatters", "≠ turned",
    ]  # fmt: skip
    html = table._repr_html_()
    assert html.count("<th scope=row") == len(elsewhere.QUESTIONS) and "overflow-x: auto" in html
    assert "2.13.0" in html and "2026" in html


def test_a_difference_is_marked():
    told = json.loads(results.KEPT.read_text(encoding="utf-8"))["pytorch"]
    told["quantities"]["grad_x"]["groups"] = {"agrees": 18, "differs": 2}
    broken = elsewhere.Library("x", **told)
    assert str(tables.quantity("grad_x", broken)) == "≠ but other numbers: groups (some)"
    told["quantities"]["grad_x"]["groups"] = {"agrees": 18, "refuses": 2, "said": "no"}
    assert str(tables.quantity("grad_x", elsewhere.Library("x", **told))) == "✓ but refuses: groups (some)"


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="no library 'torch' was asked; there are .*pytorch"):
        elsewhere.table("torch")
    with pytest.raises(ValueError, match="no question 'speed'"):
        elsewhere.table("pytorch", questions=["speed"])
    with pytest.raises(ValueError, match="no reading 'x'"):
        elsewhere.padding_of("x", 8, 3, 2)
