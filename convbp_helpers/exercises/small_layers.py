"""Small layers of random integers: what the exercises on functions are judged on, and what a cell of an answer sums."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial, wraps

import numpy as np

from .. import loops
from ..geometry import Geometry
from ..selection import links_of
from ..words import by, counted
from .functions import Case
from .misconceptions import Walk

#: each is a sum of products of a cell of one array and a cell of the other
FACTORS = {"grad_x": ("delta", "w"), "grad_w": ("delta", "x"), "z": ("w", "x")}
MOST_TERMS = 6


def integers(rng, *shape):
    """Small integers without zero, held in floats: sums of their products are exact."""
    return rng.choice([-5.0, -4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0, 5.0], size=shape)


def uneven(rng, n):
    """The same in a row that reads otherwise from the end."""
    row = integers(rng, n)
    return uneven(rng, n) if n > 1 and np.array_equal(row, row[::-1]) else row


@dataclass(frozen=True)
class Layer:
    """A layer with its arrays, which have only the axes that an exercise speaks of: x of one row has one axis."""

    name: str
    geometry: Geometry
    x: np.ndarray
    w: np.ndarray
    delta: np.ndarray
    settings: dict = field(default_factory=dict)  #: those of `loops` that are not left out

    @classmethod
    def drawn(cls, rng, name, x_shape, w_shape, *, draw=integers, **settings):
        """With random x, w and delta, drawn in this order; x may lack its first axes, and w its first two."""
        whole = w_shape if len(w_shape) > 2 else (1, 1, *w_shape)
        lacking = len(whole) - len(x_shape)
        geometry = Geometry.of((1,) * lacking + x_shape, whole, **settings)
        shapes = x_shape, w_shape, geometry.out_shape[lacking:]
        return cls(name, geometry, *(draw(rng, *shape) for shape in shapes), settings)

    def _whole(self, name):
        """An array with all of its axes."""
        layer = self.geometry
        shape = {"x": layer.x_shape, "w": layer.w_shape, "delta": layer.out_shape}[name]
        return getattr(self, name).reshape(shape)

    @cached_property
    def grad_x(self):
        delta, w = self._whole("delta"), self._whole("w")
        return loops.grad_input(delta, w, self.geometry.x_shape, **self.settings).reshape(self.x.shape)

    @cached_property
    def grad_w(self):
        delta, x = self._whole("delta"), self._whole("x")
        return loops.grad_weight(delta, x, self.geometry.w_shape, **self.settings).reshape(self.w.shape)

    @cached_property
    def z(self):
        x, w = self._whole("x"), self._whole("w")
        return loops.forward(x, w, **self.settings).reshape(self.delta.shape)

    def terms(self, of, cell) -> str:
        """What a cell of grad_x, grad_w or z sums, in letters, in the order of the outputs: δ[0]·w[1] + δ[1]·w[0]."""
        leading = (
            2 if of == "grad_w" else 1
        )  # filter and channel of a weight, or one of them; a batch is no link
        index = (0, 0, *cell)[-leading - len(self.geometry.axes) :]
        links = sorted(links_of(self.geometry, (of[-1], *index)), key=lambda link: link[0])
        terms = []
        for n in range(self.geometry.batch):  # more than one for grad_w only, which sums over it
            for out, weight, inp in links:
                cells = dict(delta=(n, *out), w=weight, x=(n, *inp))
                terms.append("·".join(self._cell(name, cells[name]) for name in FACTORS[of]))
        if len(terms) > MOST_TERMS:
            terms[MOST_TERMS - 1 :] = [f"{len(terms) - MOST_TERMS + 1} more"]
        return " + ".join(terms) or "0, as no output reads this input"

    def _cell(self, name, index) -> str:
        """δ[1,2], with as many indices as the array has axes."""
        index = index[len(index) - getattr(self, name).ndim :]
        return f"{name.replace('delta', 'δ')}[{','.join(map(str, index))}]"

    def walk(self, of) -> tuple[Walk, int]:
        """The pass that makes grad_x, grad_w, grad_b or z, and how many axes in front the array here leaves out."""
        arrays = {name: self._whole(name) for name in ("x", "w", "delta")}
        left_out = dict(grad_x=("x", self.x), grad_w=("w", self.w), z=("delta", self.delta)).get(of)
        drop = 1 if left_out is None else arrays[left_out[0]].ndim - left_out[1].ndim
        return Walk.of_layer(self.geometry, of, **arrays), drop

    def case(self, of, also=None, **known) -> Case:
        """An answer that must return grad_x, grad_w or z: handed over are its two factors, and what else is named."""
        given = {name: getattr(self, name) for name in ("delta", "x", "w") if name in FACTORS[of]}
        mistakes = known.pop("mistakes", {})
        for words, array in self._reversed(of).items():
            if not any(
                np.array_equal(array, other) for other in mistakes.values() if not isinstance(other, list)
            ):
                mistakes = mistakes | {words: array}
        return Case(
            self.name,
            given | (also or {}),
            getattr(self, of),
            terms=partial(self.terms, of),
            mistakes=mistakes,
            walks={"": self.walk(of)},
            **known,
        )

    def _reversed(self, of):
        """The classic mistake, in words that go on from "This is what comes out if"."""
        flipped = lambda array: np.flip(array, tuple(range(array.ndim - len(self.geometry.axes), array.ndim)))  # noqa: E731
        if of == "grad_x":
            words = "the kernel lies the wrong way round: where δ runs down w runs up, and here both run the same way"
            return {words: replace(self, w=flipped(self.w)).grad_x}
        if of == "grad_w":
            return {
                "the gradient comes out reversed: nothing is flipped in it, both δ and x run up": flipped(
                    self.grad_w
                )
            }
        return {}


def whole_layer(x=None, w=None, delta=None, **settings) -> Layer:
    """A layer of arrays that have all their axes; without x and w, one whose kernels have a single tap."""
    if x is None:
        x, w = (
            np.ones((len(delta), 1, *delta.shape[2:])),
            np.ones((delta.shape[1], 1, *(1,) * (delta.ndim - 2))),
        )
    return Layer("", Geometry.of(x.shape, w.shape, **settings), x, w, delta, settings)


def halved(layers):
    """The same layers, the last of them with halves: whoever cuts decimals off is found there."""
    *layers, last = layers
    yield from layers
    yield replace(last, x=last.x / 2, w=last.w / 2, delta=last.delta / 2)


def with_halves(made):
    """For a function that gives layers: the last of them has halves."""

    @wraps(made)
    def function(*given, **named):
        return halved(made(*given, **named))

    return function


@with_halves
def plain_layers(sizes):
    """One channel, one filter and no settings, for each (input shape, kernel shape)."""
    rng = np.random.default_rng(7)
    for x_shape, w_shape in sizes:
        out = by(h - k + 1 for h, k in zip(x_shape, w_shape, strict=True))
        name = f"layer with input {by(x_shape)}, kernel {by(w_shape)} and output {out}"
        yield Layer.drawn(rng, name, x_shape, w_shape)


@with_halves
def row_layers(sizes, seed):
    """One row, for each (inputs, weights, stride, dilation, (before, after))."""
    rng = np.random.default_rng(seed)
    for inputs, weights, stride, dilation, pads in sizes:
        name = f"layer with {inputs} inputs, {counted(weights, 'weight')}"
        name += f", stride {stride}" * (stride > 1) + f", dilation {dilation}" * (dilation > 1)
        name += f", padding {pads[0]} in front and {pads[1]} behind" * (sum(pads) > 0)
        settings = dict(stride=stride, dilation=dilation, padding=(pads,))
        yield Layer.drawn(rng, name, (inputs,), (weights,), draw=uneven, **settings)


def row_input(delta, w, n_inputs=None, *, stride=1, dilation=1, before=0):
    """The input gradient of a row, for settings that are wrong; without n_inputs, as long as the windows reach."""
    reach = stride * (len(delta) - 1) + dilation * (len(w) - 1) + 1 - before
    grad_x = np.zeros(reach if n_inputs is None else n_inputs)
    for u, k in np.ndindex(len(delta), len(w)):
        i = stride * u + dilation * k - before
        if 0 <= i < len(grad_x):
            grad_x[i] += delta[u] * w[k]
    return grad_x
