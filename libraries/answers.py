"""From what a library answered to what is kept: per feature and quantity agreed, differs, refuses, cannot, stopped."""

from __future__ import annotations

import calls
import questions
import silent
import special

TOLD = ("agrees", "differs", "refuses", "cannot", "stops")


def asked_of(case) -> list[dict]:
    """The questions about one layer."""
    arrays = dict(x=case.x, w=case.w, b=case.b, delta=case.delta)
    if case.asked == questions.TRANSPOSED:
        needed = dict(delta=case.delta, w=case.w)
        settings = dict(case.settings, output_padding=case.output_padding)
        return [special.question(f"{case.name}|transposed", "transposed", needed, **settings)]
    without = {"forward": ("delta",)}
    return [
        special.question(
            f"{case.name}|{quantity}", quantity,
            {name: a for name, a in arrays.items() if name not in without.get(quantity, ())}, **case.settings,
        )
        for quantity in case.asked
    ]  # fmt: skip


def verdict(case, quantity, answer) -> str:
    if "cells" in answer:
        return "agrees" if special.equal(special.cells(answer), case.expected(quantity)) else "differs"
    return next(kind for kind in ("refuses", "cannot", "stops") if kind in answer)


def features(cases, answers) -> dict:
    """Counts for each feature and quantity, with the first message and the smallest layer that differs."""
    kept = {}
    for feature in questions.FEATURES:
        own = sorted((case for case in cases if case.feature == feature), key=lambda case: case.cells)
        kept[feature] = {
            quantity: _counted(own, quantity, answers)
            for quantity in own[0].asked
        }  # fmt: skip
    return kept


def _counted(cases, quantity, answers):
    counts, result = dict.fromkeys(TOLD, 0), {}
    for case in cases:
        answer = answers[f"{case.name}|{quantity}"]
        kind = verdict(case, quantity, answer)
        counts[kind] += 1
        if kind in ("refuses", "cannot"):
            result.setdefault("said", answer[kind])
        if kind == "differs" and "smallest" not in result:
            result["smallest"] = _layer(case) | {
                "expected": case.expected(quantity).tolist(), "got": special.shown(special.cells(answer)),
                "shapes": {"x": list(case.x.shape), "delta": list(case.delta.shape), "got": answer["shape"]}
                | {"expected": list(case.expected(quantity).shape)},
            }  # fmt: skip
        if answer.get("warns"):
            result.setdefault("warns", answer["warns"])
    return {kind: count for kind, count in counts.items() if count} | result


def _layer(case):
    arrays = dict(x=case.x, w=case.w, delta=case.delta)
    return {name: array.tolist() for name, array in arrays.items()} | {
        name: value if isinstance(value, int) else list(value) for name, value in case.settings.items()
    } | {"output_padding": list(case.output_padding)}  # fmt: skip


def result(name, adapter, cases, answers, date) -> dict:
    """All that is kept of one library."""
    natives = [*adapter["transposed_words"], *(special.NUMBERS if adapter["takes_number"] else ())]
    return {
        "name": name,
        "title": adapter["title"],
        "calls of": adapter["calls"],
        "numbers": adapter["numbers"],
        "told size": adapter["told_size"],
        "versions": adapter["versions"],
        "python": adapter["python"],
        "date": date,
        "features": features(cases, answers),
        "words": {
            word: {c: special.meaning_of_word(word, c, answers) for c in special.CONDITIONS}
            for word in adapter["words"]
        },
        "transposed": {
            str(native): {c: special.meaning_of_native(native, c, answers) for c in special.CONDITIONS}
            for native in natives
        },
        "output padding": special.output_paddings(answers),
        "nan": special.meaning_of_nan(answers),
        "digits": special.digits(adapter, answers),
        "calls": calls.results(adapter["table"], answers) if adapter.get("table") else {},
        "claims": {
            name: {"says": says} | answers[f"claim|{name}"]
            for name, says in adapter.get("claims", {}).items()
        },
        "silent": silent.results(name, answers),
    }
