"""Asks one library: run by measure.py with the Python of that library's own environment.

    python worker.py ADAPTER describe                  what the adapter is and which words it takes, as JSON
    python worker.py ADAPTER QUESTIONS.json ANSWERS    one line of JSON for each question, as soon as it is answered

An adapter that refuses with its own error answers {"refuses": ...}; one whose library has no way to say it raises
Cannot. The process may die on a question: measure.py goes on with the next.
"""

import importlib.metadata
import importlib.util
import json
import platform
import re
import sys
import warnings
from functools import partial
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


class Cannot(Exception):
    """The library has no way to say this layer."""


def load(name):
    """The adapter of this name; its own folder is no place to import from, as it has files named like libraries."""
    sys.path = [entry for entry in sys.path if Path(entry or ".").resolve() not in (HERE, HERE / "adapters")]
    spec = importlib.util.spec_from_file_location(f"adapter_{name}", HERE / "adapters" / f"{name}.py")
    adapter = importlib.util.module_from_spec(spec)
    adapter.Cannot = Cannot
    spec.loader.exec_module(adapter)
    adapter.claims = claims_of(name, adapter)
    return adapter


def claims_of(name, adapter):
    """The functions of claims/NAME.py, which say in their docstring what they find to be so."""
    path = HERE / "claims" / f"{name}.py"
    if not path.exists():
        return {}
    spec = importlib.util.spec_from_file_location(f"claims_{name}", path)
    module = importlib.util.module_from_spec(spec)
    module.adapter = adapter
    spec.loader.exec_module(module)
    return {
        key: value
        for key, value in vars(module).items()
        if getattr(value, "__module__", "") == spec.name and value.__doc__ and not key.startswith("_")
    }


def describe(adapter):
    versions = {package: importlib.metadata.version(package) for package in adapter.PACKAGES}
    return {
        "title": adapter.TITLE,
        "calls": adapter.__doc__.split("\n\n")[0].replace("\n", " "),
        "numbers": numbers(adapter),
        "told_size": getattr(adapter, "TOLD_SIZE", False),
        "versions": versions,
        "python": platform.python_version(),
        "words": list(getattr(adapter, "WORDS", ())),
        "transposed_words": list(getattr(adapter, "TRANSPOSED_WORDS", ())),
        "takes_number": hasattr(adapter, "transposed_native"),
        "dtypes": list(getattr(adapter, "DTYPES", ())),
        "table": getattr(adapter, "TABLE", None),
        "claims": {name: " ".join(claim.__doc__.split()) for name, claim in adapter.claims.items()},
    }


def numbers(adapter):
    """The type of number in which a library is asked: its own default."""
    return getattr(adapter, "NUMBERS", "float64")


def array(told, dtype):
    values = np.array([np.nan if value is None else value for value in told["cells"]], dtype=dtype)
    return values.reshape(told["shape"])


def plain(answer):
    """An answer as JSON: its shape and its cells, NaN as null."""
    answer = np.asarray(answer, dtype=float)
    cells = [None if np.isnan(value) else float(value) for value in answer.ravel().tolist()]
    return {
        "shape": list(answer.shape),
        "cells": [str(c) if c in (float("inf"), -float("inf")) else c for c in cells],
    }


def tuples(value):
    return tuple(map(tuples, value)) if isinstance(value, list) else value


def said(error):
    """The first line of what an error says that says something."""
    lines = [line.strip() for line in str(error).splitlines()]
    words = next((line for line in lines if line.strip("-= ")), "")
    words = re.sub(r"^\{\{.*?\}\} ", "", words)  # where in a graph TensorFlow was
    return f"{type(error).__name__}: {words}"[:240]


def claim(function):
    try:
        function()
    except Exception as error:  # that it is not so is an answer too
        return {"holds": False, "said": said(error)}
    return {"holds": True}


def function_of(adapter, asked):
    """The adapter's own function, or its gradient(by, ...) by x, w or b; None where it has neither."""
    if asked.startswith("grad_") and hasattr(adapter, "gradient"):
        return partial(adapter.gradient, asked.removeprefix("grad_"))
    return getattr(adapter, asked, None)


def answer(adapter, question):
    if question["ask"] == "claim":
        return claim(adapter.claims[question["settings"]["claim"]])
    arrays = {name: array(told, numbers(adapter)) for name, told in question["arrays"].items()}
    settings = {name: tuples(value) for name, value in question["settings"].items()}
    function = function_of(adapter, question["ask"])
    if function is None:
        return {"cannot": f"no {question['ask']} here"}
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            got = plain(function(**arrays, **settings))
    except Cannot as reason:
        return {"cannot": str(reason)}
    except Exception as error:  # whatever a library raises is its answer
        return {"refuses": said(error)}
    return got | ({"warns": str(heard[0].message).splitlines()[0][:160]} if heard else {})


def main():
    name, questions, *rest = sys.argv[1:]
    adapter = load(name)
    if questions == "describe":
        print(json.dumps(describe(adapter)))
        return
    with open(questions) as file, open(rest[0], "a") as answers:
        for question in json.load(file):
            print(json.dumps({"id": question["id"], "asked": True}), file=answers, flush=True)
            told = answer(adapter, question)
            print(json.dumps({"id": question["id"], **told}), file=answers, flush=True)
            if "refuses" in told and getattr(adapter, "FRESH_AFTER_REFUSAL", False):
                return  # measure.py goes on with the next question in a new process


if __name__ == "__main__":
    main()
