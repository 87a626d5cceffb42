"""The questions about what a library means: by a word, by a number of a transposed layer, by NaN and by few digits.

Here nothing is right or wrong beforehand; an answer is compared with every reading (readings.py).
"""

from __future__ import annotations

import itertools

import numpy as np
from questions import SEED, counted

from convbp_helpers.elsewhere import readings

#: name -> (strides, dilations) of the layers on which a word is tried.
CONDITIONS = {
    "stride 1": ((1,), (1,)),
    "stride above 1": ((2, 3), (1,)),
    "dilation above 1": ((1,), (2, 3)),
    "both": ((2,), (2, 3)),
}
OUTPUT_PADDING = {"s = 2, d = 1": (2, 1), "s = 1, d = 2": (1, 2), "s = 2, d = 3": (2, 3)}
MOST_OUTPUT_PADDING = 5
ONES = (2049, 2051, 5000)  # sums that tell how many digits are kept
NUMBERS = (0, 1, 2)


def rows(strides, dilations):
    """One-dimensional layers that tell the readings apart: odd and even kernels, odd and even inputs."""
    for s, d, k, h in itertools.product(strides, dilations, (1, 2, 3, 4), (5, 6, 7, 8, 9)):
        if d * (k - 1) + 1 <= h:
            yield h, k, s, d


def planes(strides, dilations):
    """Two-dimensional ones with other numbers on either axis, so that an exchanged axis shows."""
    random = np.random.default_rng(SEED)
    for s, d in itertools.product(strides, dilations):
        for h, k in (((6, 9), (2, 3)), ((8, 5), (3, 2)), ((7, 10), (3, 4))):
            x, w = (random.choice([-3.0, -2, -1, 1, 2, 3], shape) for shape in ((1, 2, *h), (3, 2, *k)))
            yield x, w, (s, s), (d, d)


def layers_of_words(condition):
    """[(x, w, stride, dilation)], the smallest first."""
    strides, dilations = CONDITIONS[condition]
    for h, k, s, d in sorted(rows(strides, dilations), key=lambda r: (r[0] + r[1], r)):
        x, w, *_ = counted(((1, 1, h), (1, 1, k), (1,), (1, 1, 1)))
        yield x, w, (s,), (d,)
    yield from planes(strides, dilations)


def transposed_layers(condition):
    strides, dilations = CONDITIONS[condition]
    for s, d, k, u in itertools.product(strides, dilations, (1, 2, 3, 4), (3, 4)):
        delta, w, *_ = counted(((1, 1, u), (1, 1, k), (1,), (1, 1, 1)))
        yield delta, w, (s,), (d,)


# ------------------------------------------------------------------------------------------------- the questions
def told(array):
    array = np.asarray(array, dtype=float)
    return {"shape": list(array.shape), "cells": [None if np.isnan(v) else v for v in array.ravel().tolist()]}


def shown(array):
    """Cells for a result: what JSON has no number for as null (NaN) or by its name."""
    cells = [None if np.isnan(v) else v if np.isfinite(v) else str(v) for v in array.ravel().tolist()]
    return np.array(cells, dtype=object).reshape(array.shape).tolist()


def question(name, ask, arrays, **settings):
    return {
        "id": name,
        "ask": ask,
        "arrays": {key: told(value) for key, value in arrays.items()},
        "settings": settings,
    }


def questions(adapter) -> list[dict]:
    """All that is asked of an adapter, from what it says about itself."""
    asked = []
    for word, condition in itertools.product(adapter["words"], CONDITIONS):
        for n, (x, w, stride, dilation) in enumerate(layers_of_words(condition)):
            settings = dict(stride=stride, padding=word, dilation=dilation, groups=1)
            asked.append(
                question(
                    f"word|{word}|{condition}|{n}",
                    "forward",
                    dict(x=x, w=w, b=np.zeros(w.shape[0])),
                    **settings,
                )
            )
    natives = [*adapter["transposed_words"], *(NUMBERS if adapter["takes_number"] else ())]
    for native, condition in itertools.product(natives, CONDITIONS):
        for n, (delta, w, stride, dilation) in enumerate(transposed_layers(condition)):
            settings = dict(stride=stride, padding=native, dilation=dilation)
            asked.append(
                question(
                    f"native|{native}|{condition}|{n}",
                    "transposed_native",
                    dict(delta=delta, w=w),
                    **settings,
                )
            )
    for name, (s, d) in OUTPUT_PADDING.items():
        for r in range(MOST_OUTPUT_PADDING + 1):
            delta, w, *_ = counted(((1, 1, 3), (1, 1, 3), (1,), (1, 1, 1)))
            settings = dict(stride=(s,), padding=((0, 0),), dilation=(d,), groups=1, output_padding=(r,))
            asked.append(
                question(f"output padding|{name}|{r}", "transposed", dict(delta=delta, w=w), **settings)
            )
    x, w = nan_layer()
    asked.append(
        question(
            "nan",
            "forward",
            dict(x=x, w=w, b=np.zeros(1)),
            stride=(1, 1),
            padding=NAN_PADDING,
            dilation=(1, 1),
            groups=1,
        )
    )
    for dtype, count in itertools.product(adapter["dtypes"], ONES):
        ones = np.ones((1, 1, count))
        asked.append(question(f"ones|{dtype}|{count}", "forward_in", dict(x=ones, w=ones), dtype=dtype))
    return asked


NAN_PADDING = ((1, 1), (1, 1))


def nan_layer():
    w = np.ones((1, 1, 2, 3))
    w[0, 0, 0, 0] = np.nan
    return np.arange(1.0, 21).reshape(1, 1, 4, 5), w


# ------------------------------------------------------------------------------------------------- what they mean
def equal(got, expected):
    return expected is not None and got is not None and np.shape(got) == np.shape(expected) and np.allclose(
        got, expected, rtol=1e-5, atol=1e-5, equal_nan=True
    )  # fmt: skip


def meaning_of_word(word, condition, answers):
    layers = list(layers_of_words(condition))
    settings = lambda stride, dilation: dict(stride=stride, dilation=dilation)  # noqa: E731
    return _meaning(
        [answers[f"word|{word}|{condition}|{n}"] for n in range(len(layers))],
        readings.FORWARD,
        lambda name, n: readings.forward(
            name, *layers[n][:2], np.zeros(layers[n][1].shape[0]), **settings(*layers[n][2:])
        ),
        lambda n: _shown(("x", "w"), layers[n]),
    )


def meaning_of_native(native, condition, answers):
    layers = list(transposed_layers(condition))
    number = native if isinstance(native, int) else None
    names = [
        (reading, kernel) for reading in readings.TRANSPOSED for kernel in readings.KERNELS
        if number is not None or not reading.startswith("p ")
    ]  # fmt: skip
    return _meaning(
        [answers[f"native|{native}|{condition}|{n}"] for n in range(len(layers))],
        names,
        lambda name, n: readings.transposed(
            *name, *layers[n][:2], stride=layers[n][2], dilation=layers[n][3], number=number
        ),
        lambda n: _shown(("delta", "w"), layers[n]),
    )


def _shown(names, layer):
    x, w, stride, dilation = layer
    return {names[0]: x.tolist(), names[1]: w.tolist(), "stride": list(stride), "dilation": list(dilation)}


def _meaning(answers, names, expected, layer):
    """The readings that every answer has; else the one that most have, and the smallest layer where it is another."""
    given = {n: cells(answer) for n, answer in enumerate(answers) if "cells" in answer}
    result = {"answers": len(given), "of": len(answers)}
    refused = [answer for answer in answers if "refuses" in answer or "cannot" in answer]
    if refused:
        result["said"] = refused[0].get("refuses") or refused[0]["cannot"]
    if not given:
        return result
    agreed = {name: [n for n, got in given.items() if equal(got, expected(name, n))] for name in names}
    fitting = [name for name, found in agreed.items() if len(found) == len(given)]
    words = lambda name: name if isinstance(name, str) else f"{name[0]}; the kernel {name[1]}"  # noqa: E731
    result["readings"] = [words(name) for name in fitting]
    if not fitting:
        best = max(agreed, key=lambda name: len(agreed[name]))
        other = next(n for n in given if n not in agreed[best])
        result |= {
            "nearest": words(best), "agrees": len(agreed[best]),
            "other": layer(other) | {"got": shown(given[other]), "nearest": told_cells(expected(best, other))},
        }  # fmt: skip
    return result


def told_cells(array):
    return None if array is None else array.tolist()


def cells(answer):
    values = [np.nan if c is None else float(c) for c in answer["cells"]]
    return np.array(values).reshape(answer["shape"])


def output_paddings(answers):
    """For each pair of stride and dilation: which output paddings are taken, and which of them are right."""
    result = {}
    for name, (s, d) in OUTPUT_PADDING.items():
        delta, w, *_ = counted(((1, 1, 3), (1, 1, 3), (1,), (1, 1, 1)))
        taken, right = [], []
        for r in range(MOST_OUTPUT_PADDING + 1):
            answer = answers[f"output padding|{name}|{r}"]
            if "cells" in answer:
                taken.append(r)
                whole = readings.spread(delta, w, (s,), (d,))
                if equal(cells(answer), np.pad(whole, ((0, 0), (0, 0), (0, r)))):
                    right.append(r)
            else:
                result.setdefault("said", answer.get("refuses") or answer.get("cannot"))
        result[name] = {"taken": taken, "right": right}
    return result


def meaning_of_nan(answers):
    answer = answers["nan"]
    if "cells" not in answer:
        return {"said": answer.get("refuses") or answer.get("cannot")}
    x, w = nan_layer()
    for name in readings.NAN:
        if equal(cells(answer), readings.nan_forward(name, x, w, padding=NAN_PADDING)):
            return {"reading": name}
    return {"got": answer["cells"]}


def digits(adapter, answers):
    result = {}
    for dtype in adapter["dtypes"]:
        told = {count: answers[f"ones|{dtype}|{count}"] for count in ONES}
        result[dtype] = {
            str(count): answer["cells"][0] if "cells" in answer else answer.get("refuses") or answer["cannot"]
            for count, answer in told.items()
        }
    return result
