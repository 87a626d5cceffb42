"""The exercises of notebooks 00 to 02: one channel and one filter; the card in 00 has all settings."""

from __future__ import annotations

import numpy as np

from .. import loops
from ..geometry import Geometry
from .checking import (
    Case,
)


def _whole(rng, *shape):
    """Small integers without zero, held in floats: sums of their products are exact."""
    return rng.choice([-5.0, -4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0, 5.0], size=shape)


def _one(array):
    """An array without batch and channel axes, with them."""
    return array[None, None]


def _layers(*sizes):
    """For each (input shape, kernel shape): x, w and delta with random whole numbers, and a name for the layer."""
    rng = np.random.default_rng(7)
    for x_shape, w_shape in sizes:
        out_shape = tuple(h - k + 1 for h, k in zip(x_shape, w_shape, strict=True))
        by = lambda shape: "×".join(map(str, shape))  # noqa: E731
        name = f"layer with input {by(x_shape)}, kernel {by(w_shape)} and output {by(out_shape)}"
        yield name, _whole(rng, *x_shape), _whole(rng, *w_shape), _whole(rng, *out_shape)


_ROWS = [((4,), (1,)), ((4,), (2,)), ((6,), (3,)), ((7,), (2,)), ((5,), (4,)), ((9,), (4,)), ((3,), (3,))]
_PLANES = [
    ((3, 4), (1, 1)),
    ((3, 5), (2, 1)),
    ((4, 3), (1, 2)),
    ((4, 6), (2, 3)),
    ((5, 8), (2, 3)),
    ((7, 6), (3, 2)),
    ((6, 9), (4, 3)),
    ((3, 4), (3, 2)),
]


def _input_cases(sizes, arguments):
    """Cases whose answer is grad_x; `arguments` picks what is handed over, by name, of x, w and delta."""
    for name, x, w, delta in _layers(*sizes):
        grad_x = loops.grad_input(_one(delta), _one(w), _one(x).shape)[0, 0]
        links = Geometry.of(_one(x).shape, _one(w).shape).links_of_input
        yield Case(name, arguments(x, w, delta), grad_x, lambda i, links=links: _sum(links(i), "δ{0}·w{1}"))


def _weight_cases(sizes, arguments):
    """The same for grad_w."""
    for name, x, w, delta in _layers(*sizes):
        grad_w = loops.grad_weight(_one(delta), _one(x), _one(w).shape)[0, 0]
        links = Geometry.of(_one(x).shape, _one(w).shape).links_of_tap
        yield Case(name, arguments(x, w, delta), grad_w, lambda k, links=links: _sum(links(k), "δ{0}·x{2}"))


def _sum(links, term) -> str:
    """The terms of some links, in letters: δ[1]·w[0] + δ[0]·w[1]."""
    at = lambda index: f"[{','.join(map(str, index))}]"  # noqa: E731
    terms = [term.format(*map(at, link)) for link in links]
    return " + ".join(terms if len(terms) <= 6 else [*terms[:5], f"{len(terms) - 5} more"])


# ------------------------------------------------------------------------------------------------------ notebook 00


# ------------------------------------------------------------------------------------------------------ notebook 01


# ------------------------------------------------------------------------------------------------------ notebook 02


# -------------------------------------------------------------------------------------------- equations, written out
