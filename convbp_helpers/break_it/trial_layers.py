"""The layers on which candidates are tried, their numbers, and the right gradients that they should have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import loops, taps
from ..geometry import Geometry
from ..gradcheck import exact_differences

__all__ = ["COURSE", "ODD", "ONE_HOT", "USUAL", "Layer", "by_loops", "slopes"]


@dataclass(frozen=True, eq=False)
class Layer:
    """The shapes and settings of a 2-D layer; `name` stands in a sentence, after "with"."""

    name: str
    x: tuple
    w: tuple
    settings: dict

    @property
    def shapes(self) -> dict:
        out = Geometry.of(self.x, self.w, **self.settings).out_shape
        return dict(x=self.x, w=self.w, b=self.w[:1], delta=out)

    def real(self, seed=0) -> dict:
        """x, w, b, delta at random, no two numbers alike."""
        draw = np.random.default_rng(seed).standard_normal
        return {name: draw(shape) for name, shape in self.shapes.items()}

    def ones(self, seed=0) -> dict:
        """The same with delta = 1 everywhere."""
        arrays = self.real(seed)
        return arrays | dict(delta=np.ones_like(arrays["delta"]))

    def halves(self, seed=0) -> dict:
        """Small whole numbers, and w in halves: few digits to read, and yet what is cut off to integers shows."""
        draw = np.random.default_rng(seed).choice
        numbers = {name: draw([-3, -2, -1, 1, 2, 3], shape) for name, shape in self.shapes.items()}
        return {name: (a - 0.5 if name == "w" else 1.0 * a) for name, a in numbers.items()}

    def quarters(self, seed=0) -> dict:
        """x, w, b, delta in quarters: fractions, and yet all sums of their products are exact."""
        draw = np.random.default_rng(seed).choice
        numbers = np.array([-7, -5, -3, -2, -1, 1, 2, 3, 5, 7]) / 4
        return {name: draw(numbers, shape) for name, shape in self.shapes.items()}


def layer(name, x, w, stride=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1), groups=1) -> Layer:
    return Layer(name, x, w, dict(stride=stride, padding=padding, dilation=dilation, groups=groups))


#: What most people try first: square, stride 1, padding 1, kernel 3.
USUAL = layer("stride 1, padding 1, kernel 3", (2, 3, 5, 5), (4, 3, 3, 3), padding=((1, 1), (1, 1)))
#: The layer of a well-known course, whose check is a mean.
COURSE = layer("stride 2, padding 2, kernel 2", (10, 3, 4, 4), (8, 3, 2, 2), (2, 2), ((2, 2), (2, 2)))
#: Small enough to be looked at.
ONE_HOT = layer("stride 2, padding 1", (2, 3, 6, 7), (4, 3, 2, 3), (2, 2), ((1, 1), (1, 1)))
#: Sizes that could be mixed up differ (examples, channels, filters; height and width; stride, dilation and kernel of an
#: axis), and between them: unequal strides, leftovers, no padding, padding that differs from side to side, dilation,
#: groups.
ODD = (
    layer("strides 3 and 2, leftovers 2 and 1", (2, 3, 9, 10), (5, 3, 4, 3), (3, 2)),
    layer("padding (2, 0) and (1, 3)", (2, 3, 6, 7), (5, 3, 4, 2), padding=((2, 0), (1, 3))),
    layer(
        "2 groups, dilations 2 and 3", (3, 4, 9, 8), (6, 2, 4, 2), (3, 1), ((1, 0), (0, 2)), (2, 3), groups=2
    ),
)


def by_loops(layer, of, x, w, b, delta) -> np.ndarray:
    """The right gradient of x, w or b, by the loops."""
    if of == "x":
        return loops.grad_input(delta, w, x.shape, **layer.settings)
    if of == "w":
        return loops.grad_weight(delta, x, w.shape, **layer.settings)
    return loops.grad_bias(delta)


def slopes(layer, of, x, w, b, delta, step=None) -> np.ndarray:
    """The gradient by differences of J = <delta, z>: exact ones of step 1, or central ones of this small step."""
    arrays = dict(x=x, w=w, b=b)

    def J(array):
        return float((delta * taps.forward(**arrays | {of: array}, **layer.settings)).sum())

    if step is None:
        return exact_differences(J, arrays[of])
    grad = np.zeros(arrays[of].shape)
    for cell in np.ndindex(*grad.shape):
        there, back = arrays[of].copy(), arrays[of].copy()
        there[cell] += step
        back[cell] -= step
        grad[cell] = (J(there) - J(back)) / (2 * step)
    return grad
