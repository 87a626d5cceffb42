"""From results/ to what the pages need: convbp_helpers/elsewhere/results.json."""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
TARGET = HERE.parent / "convbp_helpers" / "elsewhere" / "results.json"
ORDER = ("forward", "grad_x", "grad_w", "grad_b", "transposed")


def meaning(told) -> dict:
    """A word or number on some layers: its reading; or the nearest and a layer where it is another; or the refusal."""
    kept = {}
    if told.get("readings"):
        kept["readings"] = told["readings"]
    elif told["answers"]:
        kept |= {key: told[key] for key in ("nearest", "agrees", "other")} | {"answers": told["answers"]}
    if told["answers"] < told["of"]:
        kept |= {"refused": told["of"] - told["answers"], "of": told["of"], "said": told["said"]}
    return kept


def entry(result) -> dict:
    quantities = {quantity: {} for quantity in ORDER}
    differs = []
    for feature, counts in result["features"].items():
        for quantity, told in counts.items():
            kept = {key: value for key, value in told.items() if key not in ("smallest", "warns")}
            quantities[quantity][feature] = kept
            if "smallest" in told:
                differs.append(
                    {"feature": feature, "quantity": quantity, "differs": told["differs"], **told["smallest"]}
                )
    meanings = lambda words: {w: {c: meaning(m) for c, m in told.items()} for w, told in words.items()}  # noqa: E731
    return {
        "title": result["title"],
        "asked": result["calls of"],
        "numbers": result["numbers"],
        "told_size": result["told size"],
        "versions": result["versions"],
        "python": result["python"],
        "date": result["date"],
        "quantities": quantities,
        "words": meanings(result["words"]),
        "transposed": meanings(result["transposed"]),
        "output_padding": result["output padding"],
        "nan": result["nan"],
        "digits": result["digits"],
        "claims": result.get("claims", {}),
        "differs": differs,
        "silent": result["silent"],
    }


def results() -> dict[str, dict]:
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))
    }


def digest() -> str:
    """The text of the file: one line for each library."""
    lines = (
        f"{json.dumps(name)}: {json.dumps(entry(result), ensure_ascii=False)}"
        for name, result in results().items()
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


def write():
    TARGET.write_text(digest(), encoding="utf-8")
