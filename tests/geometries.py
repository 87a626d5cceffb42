"""The layers that the tests run on, as data; and every link of a layer, by brute force from the identity alone.

Nothing here imports the package: sizes, padding and links are worked out a second time, the slow way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np


@dataclass(frozen=True)
class Layer:
    """The shapes and settings of one layer."""

    name: str
    x: tuple[int, ...]
    w: tuple[int, ...]
    settings: dict = field(default_factory=dict)

    @property
    def dims(self) -> int:
        return len(self.x) - 2

    @property
    def groups(self) -> int:
        return self.settings.get("groups", 1)

    def per_axis(self, setting: str) -> tuple[int, ...]:
        value = self.settings.get(setting, 1)
        return tuple(value) if isinstance(value, tuple) else (value,) * self.dims

    @property
    def stride(self) -> tuple[int, ...]:
        return self.per_axis("stride")

    @property
    def dilation(self) -> tuple[int, ...]:
        return self.per_axis("dilation")

    @property
    def pads(self) -> tuple[tuple[int, int], ...]:
        """(before, after) per axis, from any of the ways to say it."""
        padding = self.settings.get("padding", 0)
        if padding == "valid":
            return ((0, 0),) * self.dims
        if padding == "same":
            return tuple(map(same, self.x[2:], self.w[2:], self.stride, self.dilation))
        if isinstance(padding, int):
            return ((padding, padding),) * self.dims
        return tuple(p if isinstance(p, tuple) else (p, p) for p in padding)

    @property
    def out_grid(self) -> tuple[int, ...]:
        return tuple(map(windows, self.x[2:], self.w[2:], self.stride, self.pads, self.dilation))

    @property
    def out(self) -> tuple[int, ...]:
        return (self.x[0], self.w[0], *self.out_grid)

    @property
    def leftover(self) -> tuple[int, ...]:
        sizes = zip(self.x[2:], self.w[2:], self.stride, self.pads, self.dilation, self.out_grid, strict=True)
        return tuple(h + sum(p) - (s * (u - 1) + d * (k - 1) + 1) for h, k, s, p, d, u in sizes)

    @property
    def terms(self) -> int:
        """At least as many multiplications as any of the three sums has."""
        return int(np.prod(self.out, dtype=np.int64) * np.prod(self.w[1:], dtype=np.int64))

    def arrays(self, seed=0, dtype=np.float64):
        """x, w, b and a random upstream delta."""
        rng = np.random.default_rng(seed)
        return tuple(
            rng.standard_normal(shape).astype(dtype) for shape in (self.x, self.w, self.w[:1], self.out)
        )

    def whole(self, seed=0, dtype=np.float64):
        """The same with small whole numbers other than zero: sums of their products are exact."""
        rng = np.random.default_rng(seed)
        numbers = np.array([-4, -3, -2, -1, 1, 2, 3, 4])
        return tuple(
            rng.choice(numbers, shape).astype(dtype) for shape in (self.x, self.w, self.w[:1], self.out)
        )


def windows(size, kernel, stride, pads, dilation) -> int:
    """How many windows fit, by trying each position."""
    padded, count = size + sum(pads), 0
    while stride * count + dilation * (kernel - 1) < padded:
        count += 1
    return count


def same(size, kernel, stride, dilation) -> tuple[int, int]:
    """ "same": the least padding with ceil(H/s) outputs, by trying; the odd one after."""
    total = 0
    while windows(size, kernel, stride, (0, total), dilation) < -(-size // stride):
        total += 1
    return total // 2, total - total // 2


def axis_links(size, kernel, stride, pads, dilation) -> list[tuple[int, int, int]]:
    """Every (u, k, i) with i = s u + d k - p, out of all triples there are."""
    outputs = windows(size, kernel, stride, pads, dilation)
    return [
        (u, k, i)
        for u, k, i in product(range(outputs), range(kernel), range(size))
        if i == stride * u + dilation * k - pads[0]
    ]


def grid_links(layer: Layer) -> list[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]]:
    """Every link (u, k, i) of the layer's grids, each a tuple with one entry per axis."""
    axes = map(axis_links, layer.x[2:], layer.w[2:], layer.stride, layer.pads, layer.dilation)
    return [tuple(zip(*link, strict=True)) for link in product(*axes)]


def layer_links(layer: Layer):
    """Every term of the layer: its cell of z (or delta), of w and of x."""
    per_group_c, per_group_f = layer.w[1], layer.w[0] // layer.groups
    links = grid_links(layer)
    for n, f, c in product(range(layer.x[0]), range(layer.w[0]), range(per_group_c)):
        channel = f // per_group_f * per_group_c + c
        for u, k, i in links:
            yield (n, f, *u), (f, c, *k), (n, channel, *i)


# ----------------------------------------------------------------------------------------- named geometries
def _layer(name, x, w, **settings):
    return Layer(name, x, w, settings)


#: All sizes of a layer that could be confused are different (a test says so); without groups they are primes.
NAMED = [
    # 1-D
    _layer("row", (2, 3, 17), (5, 3, 7)),
    _layer("row, stride 3, leftover 1", (2, 3, 23), (5, 3, 7), stride=3, padding=((0, 3),)),
    _layer("row, stride 3, leftover 2", (2, 3, 37), (7, 3, 5), stride=3),
    _layer("row, stride 2, leftover 1", (2, 5, 17), (3, 5, 4), stride=2),
    _layer("row, stride 4, leftover 3", (2, 3, 31), (11, 3, 4), stride=4),
    _layer("row, stride 5 > kernel 2", (2, 3, 31), (11, 3, 2), stride=5),
    _layer("row, 1-wide kernel", (2, 3, 13), (5, 3, 1)),
    _layer("row, 1-wide kernel, stride 3, padding", (2, 3, 13), (7, 3, 1), stride=3, padding=((2, 1),)),
    _layer("row, padding (5, 1)", (2, 3, 11), (7, 3, 5), padding=((5, 1),)),
    _layer("row, leftover in the padding", (2, 3, 11), (7, 3, 5), stride=4, padding=((0, 4),)),
    _layer("row, dilation 3, stride 2", (2, 3, 29), (5, 3, 4), stride=2, dilation=3),
    _layer("row, taps that read only padding", (2, 5, 3), (11, 5, 7), padding=4, dilation=1),
    _layer("row, kernel as long as the input", (2, 3, 7), (5, 3, 7)),
    _layer("row, same, even kernel", (2, 3, 17), (5, 3, 4), padding="same"),
    _layer("row, same, stride 3", (2, 3, 19), (5, 3, 11), stride=3, padding="same"),
    # 2-D
    _layer("plane", (2, 3, 13, 19), (5, 3, 3, 2)),
    _layer("plane, valid", (2, 3, 11, 17), (5, 3, 5, 3), padding="valid"),
    _layer("plane, unequal strides", (2, 3, 17, 29), (5, 3, 4, 3), stride=(2, 3)),
    _layer("plane, stride (3, 4), leftovers (2, 3)", (2, 5, 19, 17), (3, 5, 5, 2), stride=(3, 4)),
    _layer("plane, padding ((1, 4), (3, 0))", (2, 3, 7, 11), (5, 3, 4, 3), padding=((1, 4), (3, 0))),
    _layer(
        "plane, all at once",
        (2, 3, 19, 13),
        (5, 3, 2, 3),
        stride=(3, 2),
        padding=((2, 1), (0, 3)),
        dilation=(4, 3),
    ),
    _layer(
        "plane, same, stride (1, 2), dilation",
        (2, 3, 11, 17),
        (5, 3, 4, 2),
        stride=(1, 2),
        padding="same",
        dilation=(2, 3),
    ),
    _layer("plane, 2 groups", (3, 4, 11, 13), (6, 2, 3, 7), groups=2),
    _layer("plane, 3 groups, dilation", (2, 6, 13, 17), (9, 2, 4, 3), dilation=(2, 3), groups=3),
    _layer(
        "plane, groups, stride, asymmetric padding, dilation",
        (3, 4, 13, 17),
        (10, 2, 2, 3),
        stride=(4, 3),
        padding=((2, 5), (3, 1)),
        dilation=(3, 2),
        groups=2,
    ),
    _layer("plane, depthwise", (2, 5, 11, 13), (5, 1, 3, 4), groups=5),
    _layer("plane, depthwise with multiplier 3", (2, 4, 11, 13), (12, 1, 2, 5), stride=(2, 3), groups=4),
    _layer("plane, 1x1", (2, 3, 7, 11), (5, 3, 1, 1)),
    _layer("plane, 1x1, stride (2, 3)", (2, 3, 13, 17), (5, 3, 1, 1), stride=(2, 3)),
    _layer("plane, 1x4 kernel", (2, 3, 7, 13), (5, 3, 1, 4), padding=(0, 2)),
    _layer("plane, stride > kernel", (2, 3, 17, 29), (5, 3, 2, 3), stride=(4, 5), padding=1),
    _layer(
        "plane, stride > dilated kernel, leftover in the padding",
        (2, 3, 11, 19),
        (5, 3, 2, 3),
        stride=(9, 10),
        padding=((0, 2), (1, 7)),
        dilation=(2, 3),
    ),
    _layer("plane, one channel, one filter", (1, 1, 5, 8), (1, 1, 2, 3)),
    _layer("plane, as many filters as channels", (2, 3, 5, 7), (3, 3, 3, 3), padding=1),
    _layer("plane, one output", (2, 3, 5, 7), (11, 3, 5, 7)),
    _layer("plane, one example", (1, 3, 7, 17), (5, 3, 2, 3), stride=(2, 3)),
    _layer("plane, empty batch", (0, 3, 7, 17), (5, 3, 2, 3), stride=(2, 3), padding=1),
    _layer("row, empty batch, groups", (0, 4, 7), (6, 2, 3), groups=2),
    # 3-D
    _layer("box", (2, 3, 7, 5, 11), (5, 3, 2, 3, 4)),
    _layer(
        "box, all at once",
        (2, 4, 5, 9, 7),
        (6, 2, 2, 3, 1),
        stride=(2, 1, 3),
        padding=((1, 0), (0, 2), (2, 1)),
        dilation=(3, 2, 4),
        groups=2,
    ),
    _layer("box, same", (2, 3, 5, 7, 17), (7, 3, 2, 3, 4), stride=(1, 2, 3), padding="same"),
    _layer("box, stride > kernel, leftovers", (1, 3, 7, 17, 19), (5, 3, 2, 1, 3), stride=(3, 4, 5)),
]

BY_NAME = {layer.name: layer for layer in NAMED}

#: Layers whose equal sizes are their point.
SOME_SIZES_EQUAL = {
    "row, kernel as long as the input",
    "plane, one channel, one filter",
    "plane, as many filters as channels",
    "plane, one output",
    "plane, 1x1",
    "plane, 1x1, stride (2, 3)",
    "plane, depthwise",
}

#: One small layer per feature, for tests that walk through every term.
SMALL = [
    _layer(
        "small row, padding, stride 2, dilation 2",
        (2, 3, 7),
        (4, 3, 3),
        stride=2,
        padding=((3, 1),),
        dilation=2,
    ),
    _layer("small plane, padding", (2, 2, 4, 5), (3, 2, 2, 3), padding=((1, 0), (2, 1))),
    _layer("small plane, stride, leftover", (2, 2, 6, 8), (3, 2, 2, 3), stride=(3, 2)),
    _layer("small plane, groups", (2, 4, 4, 5), (6, 2, 2, 3), padding=1, groups=2),
    _layer(
        "small plane, all at once",
        (2, 4, 5, 6),
        (6, 2, 3, 2),
        stride=(2, 3),
        padding=((1, 2), (0, 3)),
        dilation=(2, 4),
        groups=2,
    ),
    _layer("small plane, inner dimension 1", (2, 3, 4, 5), (6, 1, 2, 3), stride=(1, 2), padding=1, groups=3),
    _layer("small box", (1, 2, 3, 4, 2), (3, 2, 2, 3, 1), stride=(1, 2, 1), padding=((1, 0), (1, 2), (0, 1))),
]


# ---------------------------------------------------------------------------------------- random geometries
def random_layers(dims: int, count: int, seed: int, *, most_terms: int = 3000, largest: int | None = None):
    """Layers, every parameter drawn at once; batch, channels, filters, input sizes are all different.

    Kernel sizes differ from axis to axis too; draws in which no window fits, or with more terms than
    allowed, are drawn again as a whole.
    """
    rng = np.random.default_rng([seed, dims])
    largest = largest or {1: 30, 2: 12, 3: 8}[dims]
    drawn = 0
    while drawn < count:
        groups = (1, 1, 2, 3)[rng.integers(4)]
        batch = 0 if rng.random() < 0.02 else int(rng.integers(1, 4))
        c_in_group, f_in_group = rng.integers(1, 5, 2).tolist()
        sizes = tuple(rng.integers(1, largest + 1, dims).tolist())
        kernels = tuple(rng.integers(1, 6 if dims < 3 else 5, dims).tolist())
        stride = tuple(rng.integers(1, 6, dims).tolist())
        dilation = tuple(rng.integers(1, 5, dims).tolist())
        padding = tuple(map(tuple, rng.integers(0, 6, (dims, 2)).tolist()))
        kind = rng.integers(6)
        if kind == 0:
            padding = "same"
        elif kind == 1:
            padding = tuple(before for before, _ in padding) if dims > 1 else padding[0][0]
        channels, filters = groups * c_in_group, groups * f_in_group
        if len({batch, channels, filters, *sizes}) < 3 + dims or len(set(kernels)) < dims:
            continue
        layer = Layer(
            f"random {dims}-D layer {drawn} of seed {seed}",
            (batch, channels, *sizes),
            (filters, c_in_group, *kernels),
            dict(stride=stride, padding=padding, dilation=dilation, groups=groups),
        )
        if 0 not in layer.out_grid and layer.terms <= most_terms:
            drawn += 1
            yield layer


def sizes_that_could_be_confused(layer: Layer) -> list[tuple[int, ...]]:
    """Groups of sizes that must differ for a transposed or forgotten axis to show."""
    per_axis = zip(layer.x[2:], layer.w[2:], strict=True)
    return [layer.x, layer.w[2:], layer.out_grid, (layer.x[1], layer.w[0]), *per_axis]
