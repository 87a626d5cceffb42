"""What every library is asked: for each feature the same layers, tiny ones and random ones, with whole numbers.

Nothing here knows a library. Each case is a layer with its arrays, in the axis order and with the settings of
`convbp_helpers`; `expected` is what the sums over links give for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from convbp_helpers import loops
from convbp_helpers.geometry import Axis

SEED = 14
RANDOM = 20  # layers of each feature, besides the tiny ones

#: The quantities of a layer, in the order in which they are asked.
LAYER = ("forward", "grad_x", "grad_w", "grad_b")
TRANSPOSED = ("transposed",)

#: name -> what the layers of the feature have; the words are those of the page.
FEATURES = {
    "plain": "stride 1, no padding",
    "stride": "stride above 1, the windows fill the input",
    "leftover": "stride above 1, and cells at the end that no window reads",
    "dilation": "dilation above 1, stride 1",
    "stride and dilation": "both above 1",
    "padding": "as many zeros before as behind",
    "asymmetric padding": "other numbers of zeros before than behind",
    "groups": "2 or 3 groups",
    "depthwise": "one group for each channel, several filters for each",
    "stride above kernel": "cells between the windows that no window reads",
    "everything": "stride, asymmetric padding, dilation, groups and leftover at once",
    "one axis": "everything, in one dimension",
    "three axes": "stride, padding and dilation, in three dimensions",
    "empty batch": "no example at all",
    "transposed": "the transposed layer, stride above 1",
    "transposed, output padding": "told the leftover",
    "transposed, padding": "with the padding of the layer that it transposes",
    "transposed, dilation": "dilation above 1",
    "transposed, groups": "2 or 3 groups",
}


@dataclass(frozen=True)
class Case:
    """One layer: its arrays, settings, and what is asked about it."""

    name: str
    feature: str
    x: np.ndarray
    w: np.ndarray
    b: np.ndarray
    delta: np.ndarray
    settings: dict  # stride, padding ((before, after) of each axis, or a word), dilation, groups
    output_padding: tuple = ()

    @property
    def asked(self) -> tuple[str, ...]:
        return TRANSPOSED if self.feature.startswith("transposed") else LAYER

    @property
    def cells(self) -> int:
        return self.x.size + self.w.size + self.delta.size

    def expected(self, quantity) -> np.ndarray:
        x, w, b, delta, settings = self.x, self.w, self.b, self.delta, self.settings
        if quantity == "forward":
            return loops.forward(x, w, b, **settings)
        if quantity == "grad_w":
            return loops.grad_weight(delta, x, w.shape, **settings)
        if quantity == "grad_b":
            return loops.grad_bias(delta)
        return loops.grad_input(delta, w, x.shape, **settings)  # also of the transposed layer


# ------------------------------------------------------------------------------------------------- one layer
def layer(name, feature, spatial, kernel, *, n=2, c=3, f=4, groups=1, stride=None, padding=None, dilation=None,
          arrays=None):  # fmt: skip
    """A case with random whole numbers from -4 to 4, or with the arrays given; None where no window fits."""
    axes = len(spatial)
    stride, dilation = (tuple(value or (1,) * axes) for value in (stride, dilation))
    padding = tuple(padding or ((0, 0),) * axes)
    try:
        sides = [
            Axis(h, kernel=k, stride=s, padding=p, dilation=d)
            for h, k, s, p, d in zip(spatial, kernel, stride, padding, dilation, strict=True)
        ]
    except ValueError:
        return None
    shapes = (n, c, *spatial), (f, c // groups, *kernel), (f,), (n, f, *(side.out_size for side in sides))
    random = np.random.default_rng([SEED, *map(ord, name)])
    x, w, b, delta = arrays(shapes) if arrays else (
        random.choice([-4.0, -3, -2, -1, 1, 2, 3, 4], shape) for shape in shapes
    )  # fmt: skip
    leftover = tuple(side.leftover for side in sides)
    settings = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    return Case(name, feature, x, w, b, delta, settings, leftover)


def counted(shapes):
    """x = 1, 2, 3, …; w = 1, 10, 100, …; no bias; delta as x: sums that can be read."""
    x, w, b, delta = (np.arange(1.0, math.prod(shape) + 1).reshape(shape) for shape in shapes)
    return x, 10.0 ** (w - 1), 0 * b, delta


def tiny(feature, number, size, kernel, **settings):
    """A row with one channel and one filter."""
    settings = {
        key: (value,) if key != "groups" else value for key, value in settings.items() if value is not None
    }
    return layer(
        f"{feature}, row {number}", feature, (size,), (kernel,), n=1, c=1, f=1, arrays=counted, **settings
    )


# -------------------------------------------------------------------------------------------- what a feature is
def fits(feature, case) -> bool:
    """Whether a layer that was drawn has what the feature says."""
    s, p, d = case.settings["stride"], case.settings["padding"], case.settings["dilation"]
    sizes = case.w.shape[2:]
    strided, dilated = max(s) > 1, max(d) > 1
    uneven = any(before != after for before, after in p)
    left = any(case.output_padding)
    spans = [dilation * (k - 1) + 1 for k, dilation in zip(sizes, d, strict=True)]
    gaps = any(stride > span for stride, span in zip(s, spans, strict=True))
    rules = {
        "stride": strided and not left and not gaps,
        "leftover": strided and left and not gaps,
        "stride and dilation": strided and dilated,
        "asymmetric padding": uneven,
        "stride above kernel": gaps,
        "everything": strided and dilated and uneven and left,
        "one axis": strided and dilated and uneven and left,
        "transposed": strided and not left,
        "transposed, output padding": left
        and all(r < s for r, s in zip(case.output_padding, s, strict=True)),
        "transposed, padding": not left and max(max(pair) for pair in p) > 0,
        "transposed, dilation": dilated and not left,
        "transposed, groups": not left,
    }
    rules |= {"dilation": dilated, "three axes": strided and dilated}
    return rules.get(feature, True)


#: feature -> which settings are drawn: (stride, symmetric padding, asymmetric padding, dilation, groups)
DRAWN = {
    "plain": "", "stride": "s", "leftover": "s", "dilation": "d", "stride and dilation": "sd", "padding": "p",
    "asymmetric padding": "a", "groups": "g", "depthwise": "w", "stride above kernel": "s", "everything": "sadg",
    "one axis": "sadg", "three axes": "spd", "empty batch": "sp", "transposed": "s", "transposed, output padding": "s",
    "transposed, padding": "sp", "transposed, dilation": "sd", "transposed, groups": "sg",
}  # fmt: skip


def drawn(feature, number, random):
    """A random layer of this feature whose sizes all differ, or None."""
    kinds = DRAWN[feature]
    axes = {"one axis": 1, "three axes": 3}.get(feature, 2)
    draw = lambda low, high: tuple(int(value) for value in random.integers(low, high, axes))  # noqa: E731
    groups = int(random.integers(2, 4)) if "g" in kinds else 1
    c, f = (groups * int(value) for value in random.choice([1, 2, 3], 2, replace=False))
    if kinds == "w":
        groups = c = int(random.integers(2, 5))
        f = c * int(random.integers(2, 4))
    spatial, kernel = draw(4, 10 if axes < 3 else 7), draw(1, 5 if axes < 3 else 3)
    if len({c, f, *spatial}) < 2 + axes or (axes > 1 and len(set(kernel)) < 2):
        return None
    padding = None
    if "p" in kinds:
        padding = tuple((p, p) for p in draw(1 if feature == "padding" else 0, 3))
    if "a" in kinds:
        padding = tuple(zip(draw(0, 3), draw(0, 3), strict=True))
    return layer(
        f"{feature}, {number}", feature, spatial, kernel, n=0 if feature == "empty batch" else 2, c=c, f=f,
        groups=groups, stride=draw(1, 4) if "s" in kinds else None, padding=padding,
        dilation=draw(1, 4) if "d" in kinds else None,
    )  # fmt: skip


ROWS = {
    "plain": [dict(size=4, kernel=2), dict(size=3, kernel=1)],
    "stride": [dict(size=3, kernel=1, stride=2), dict(size=5, kernel=3, stride=2)],
    "leftover": [dict(size=4, kernel=1, stride=3), dict(size=6, kernel=3, stride=2)],
    "dilation": [dict(size=4, kernel=2, dilation=2), dict(size=6, kernel=3, dilation=2)],
    "stride and dilation": [dict(size=5, kernel=2, stride=2, dilation=2), dict(size=7, kernel=3, stride=2, dilation=2)],
    "padding": [dict(size=3, kernel=2, padding=(1, 1)), dict(size=4, kernel=3, padding=(1, 1))],
    "asymmetric padding": [dict(size=3, kernel=2, padding=(0, 1)), dict(size=4, kernel=3, padding=(2, 1))],
    "stride above kernel": [dict(size=4, kernel=1, stride=3), dict(size=7, kernel=2, stride=3)],
    "transposed": [dict(size=3, kernel=1, stride=2), dict(size=5, kernel=3, stride=2)],
    "transposed, output padding": [dict(size=4, kernel=1, stride=2), dict(size=6, kernel=3, stride=2)],
    "transposed, padding": [
        dict(size=3, kernel=3, stride=2, padding=(1, 1)),
        dict(size=1, kernel=1, stride=2, padding=(1, 1)),
        dict(size=5, kernel=3, stride=2, padding=(1, 1)),
    ],
    "transposed, dilation": [dict(size=3, kernel=2, dilation=2), dict(size=7, kernel=3, stride=2, dilation=2)],
}  # fmt: skip


def cases_of(feature) -> list[Case]:
    """The layers of a feature, the tiny ones first."""
    found = [tiny(feature, n, **settings) for n, settings in enumerate(ROWS.get(feature, []))]
    random = np.random.default_rng([SEED, *map(ord, feature)])
    number = 0
    while number < RANDOM:
        case = drawn(feature, number, random)
        if case is not None and fits(feature, case) and case.delta.size * case.w[0].size <= 4000:
            found.append(case)
            number += 1
    return found


def cases() -> list[Case]:
    return [case for feature in FEATURES for case in cases_of(feature)]
