"""The calls that notebook 09 lists for each library, as they stand on the page, run by that library."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import questions
import special

from convbp_helpers import loops

PAGE = Path(__file__).resolve().parent.parent / "notebooks" / "09-the-whole-layer.ipynb"
LAYERS = 12  # of each condition

#: What a row of a table is called there (the start of its first cell) -> the quantities that its call gives.
ROWS = {
    "$z$": ("forward",),
    r"$\partial J/\partial x$": ("grad_x",),
    r"$\partial J/\partial w$": ("grad_w",),
    r"$\partial J/\partial b$": ("grad_b",),
    "transposed": ("transposed",),
}
#: condition -> (dilation drawn from, groups drawn from)
CONDITIONS = {
    "one group, d = 1": ((1, 2), (1, 2)),
    "d above 1": ((2, 4), (1, 2)),
    "groups": ((1, 2), (2, 4)),
    "both": ((2, 4), (2, 4)),
}


def table(title) -> dict[str, list[str]]:
    """quantity -> the calls that a table of the page has for it: the code of its cell, piece by piece."""
    cells = json.loads(PAGE.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    found = re.search(rf"^\| quantity \| {re.escape(title)} \|\n.*?(?=^\s*$|\Z)", text, re.M | re.S)
    rows = {}
    for line in found[0].splitlines() if found else ():
        _, label, cell, *_ = re.split(r"(?<!\\)\|", line)
        for start, quantities in ROWS.items():
            if label.strip().startswith(start):
                for quantity in quantities:
                    rows[quantity] = re.findall(r"`([^`]+)`", cell)
    return rows


def layers(condition):
    """Two-dimensional layers with one s, p, d, G for both axes, as the page writes them."""
    dilations, groups = CONDITIONS[condition]
    random = np.random.default_rng([questions.SEED, *map(ord, condition)])
    made = []
    while len(made) < LAYERS:
        s, p, d, g = (int(random.integers(*low_high)) for low_high in ((1, 4), (0, 3), dilations, groups))
        c, f = (g * int(n) for n in random.choice([1, 2, 3], 2, replace=False))
        spatial, kernel = (tuple(int(n) for n in random.integers(*ends, 2)) for ends in ((5, 11), (1, 4)))
        if len({c, f, *spatial}) < 4 or kernel[0] == kernel[1] or s == d > 1:
            continue
        settings = dict(stride=(s, s), padding=((p, p),) * 2, dilation=(d, d), groups=g)
        case = questions.layer(
            f"{condition}, call {len(made)}", "plain", spatial, kernel, c=c, f=f, **settings
        )
        if case:
            made.append((case, dict(s=s, p=p, d=d, G=g)))
    return made


def asked(title) -> list[dict]:
    """The questions about a table: every call on every layer. r of a transposed layer is what it left over."""
    asking, rows = [], table(title)
    for quantity, code in rows.items():
        for condition in CONDITIONS:
            for n, (case, letters) in enumerate(layers(condition)):
                if quantity == "transposed" and len(set(case.output_padding)) > 1:
                    continue
                arrays = dict(x=case.x, w=case.w, b=case.b, delta=case.delta)
                letters = letters | dict(
                    r=case.output_padding[0], code=code, line=rows["forward"][0], quantity=quantity
                )
                asking.append(special.question(f"call|{quantity}|{condition}|{n}", "call", arrays, **letters))
    return asking


def results(title, answers) -> dict:
    """quantity -> {"code", condition -> counts}."""
    kept = {}
    for quantity, code in table(title).items():
        kept[quantity] = {"code": code}
        for condition in CONDITIONS:
            counts = {}
            for n, (case, _) in enumerate(layers(condition)):
                answer = answers.get(f"call|{quantity}|{condition}|{n}")
                if answer is None:
                    continue
                kind = _verdict(case, quantity, answer)
                counts[kind] = counts.get(kind, 0) + 1
                if kind in ("refuses", "cannot"):
                    counts.setdefault("said", answer[kind])
            kept[quantity][condition] = counts
    return kept


def _verdict(case, quantity, answer):
    if "cells" not in answer:
        return next(kind for kind in ("refuses", "cannot", "stops") if kind in answer)
    x, w, delta, settings = case.x, case.w, case.delta, case.settings
    expected = {
        "forward": lambda: loops.forward(x, w, case.b, **settings),
        "grad_w": lambda: loops.grad_weight(delta, x, w.shape, **settings),
        "grad_b": lambda: loops.grad_bias(delta),
    }.get(quantity, lambda: loops.grad_input(delta, w, x.shape, **settings))
    return "agrees" if special.equal(special.cells(answer), expected()) else "differs"
