"""A pass through a layer as a learner's code walks it: all links at once, with the steps that a mistake replaces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

import numpy as np

from ...geometry import Geometry

MOST_LINKS = 60_000  #: of a layer on which mistakes are looked for


@dataclass(frozen=True)
class Walk:
    """One of the arrays of a layer, summed over links: output u, tap k and input su + dk - p belong together.

    `of` is "z", "grad_x", "grad_w" or "grad_b". A mistake is a `Walk` with other fields.
    """

    layer: Geometry
    of: str
    x: np.ndarray
    w: np.ndarray
    delta: np.ndarray
    stride: tuple[int, ...] = ()
    dilation: tuple[int, ...] = ()
    before: tuple[int, ...] = ()
    tap: Callable = lambda k, size: k  #: which weight an axis reads, or writes, for tap k of so many
    channel: Callable = lambda f, c, layer: (
        f * layer.groups // layer.filters * (layer.channels // layer.groups) + c
    )
    edges: str = "drop"  #: an index outside is dropped, counted from the end, clipped, or goes round
    kept: str = ""  #: letters of n, f, u, k whose later terms overwrite the earlier ones
    left_out: Callable | None = (
        None  #: of the numbers of a link (a dict of arrays), which links are passed over
    )
    size: tuple[int, ...] = ()  #: of the input gradient, where it is not that of x
    after: tuple[Callable, ...] = field(default=())  #: what is done to the sum

    @classmethod
    def of_layer(cls, layer: Geometry, of, x, w, delta):
        axes = layer.axes
        return cls(
            layer, of, x, w, delta,
            stride=tuple(a.stride for a in axes),
            dilation=tuple(a.dilation for a in axes),
            before=tuple(a.padding[0] for a in axes),
            size=tuple(a.size for a in axes),
        )  # fmt: skip

    def but(self, **changed) -> Walk:
        return replace(self, **changed)

    def then(self, step) -> Walk:
        return replace(self, after=(*self.after, step))

    @property
    def dims(self) -> int:
        return len(self.layer.axes)

    @cached_property
    def links(self) -> int:
        layer = self.layer
        return (
            layer.batch
            * layer.filters
            * layer.channels
            // layer.groups
            * int(np.prod([a.out_size * a.kernel for a in layer.axes]))
        )

    def made(self) -> np.ndarray:
        """What comes out."""
        result = self.delta.sum((0, *range(2, self.delta.ndim))) if self.of == "grad_b" else self._summed()
        for step in self.after:
            result = step(result)
        return result

    def _summed(self):
        layer, dims = self.layer, self.dims
        outputs, kernel = [a.out_size for a in layer.axes], [a.kernel for a in layer.axes]
        n, f, c, *rest = (
            index.ravel()
            for index in np.indices(
                (layer.batch, layer.filters, layer.channels // layer.groups, *outputs, *kernel), sparse=False
            )
        )
        u, k = rest[:dims], rest[dims:]
        taps = [self.tap(ka, size) for ka, size in zip(k, kernel, strict=True)]
        inputs = [
            s * ua + d * ka - p
            for s, d, p, ua, ka in zip(self.stride, self.dilation, self.before, u, k, strict=True)
        ]
        sizes = (
            tuple(max(n, 1) for n in self.size) if self.of == "grad_x" else tuple(a.size for a in layer.axes)
        )
        channel = self.channel(f, c, layer)
        real = channel < layer.channels
        for at, size in zip(taps, kernel, strict=True):
            real &= (at >= 0) & (at < size)
        for axis, size in enumerate(sizes):
            i = inputs[axis]
            if self.edges == "from the end":
                i = np.where(i < 0, i + size, i)
            elif self.edges == "clipped":
                i = np.clip(i, 0, size - 1)
            elif self.edges == "round":
                i = i % max(size, 1)
            inputs[axis] = i
            real &= (i >= 0) & (i < size)
        if self.left_out is not None:
            real &= ~self.left_out(dict(n=n, f=f, c=c, u=u, k=k, i=inputs, channel=channel))
        n, f, c, channel = n[real], f[real], c[real], channel[real]
        u, k, taps, inputs = ([index[real] for index in indices] for indices in (u, k, taps, inputs))
        arrays = dict(z=(n, f, *u), x=(n, channel, *inputs), w=(f, c, *taps))
        goes_to = arrays.pop(dict(z="z", grad_x="x", grad_w="w")[self.of])
        values = dict(z=self.delta, x=self.x, w=self.w)
        terms = np.prod([values[name][at] for name, at in arrays.items()], axis=0)
        shape = dict(z=layer.out_shape, grad_x=(*layer.x_shape[:2], *sizes), grad_w=layer.w_shape)[self.of]
        return self._added(np.zeros(shape), goes_to, terms, dict(n=n, f=f, u=u, k=k))

    def _added(self, result, at, terms, numbers):
        if not self.kept:
            np.add.at(result, at, terms)
            return result
        keys = [key for name in self.kept for key in _listed(numbers[name])]
        if set(self.kept) == set(numbers):  # every term overwrites
            order = np.lexsort(keys[::-1])
            result[tuple(axis[order] for axis in at)] = terms[order]
            return result
        values = [np.unique(key) for key in keys]
        for value in product(*values):
            chosen = np.logical_and.reduce([key == one for key, one in zip(keys, value, strict=True)])
            part = np.zeros_like(result)
            index = tuple(axis[chosen] for axis in at)
            np.add.at(part, index, terms[chosen])
            result[index] = part[index]
        return result


def _listed(value):
    return value if isinstance(value, list) else [value]


def gathered(walk: Walk, solved: Callable) -> np.ndarray:
    """The input gradient with a link for every input and tap: `solved(i + p - dk, s)` is the output."""
    layer = walk.layer
    grad = np.zeros(layer.x_shape)
    per_group = layer.filters // layer.groups
    sizes = [range(a.size) for a in layer.axes]
    taps = [range(a.kernel) for a in layer.axes]
    for i in product(*sizes):
        for k in product(*taps):
            u = tuple(
                solved(ia + p - d * ka, s)
                for ia, ka, p, d, s in zip(i, k, walk.before, walk.dilation, walk.stride, strict=True)
            )
            if not all(0 <= ua < a.out_size for ua, a in zip(u, layer.axes, strict=True)):
                continue
            for g in range(layer.groups):
                filters = slice(g * per_group, (g + 1) * per_group)
                channels = slice(g * layer.w_shape[1], (g + 1) * layer.w_shape[1])
                at = (slice(None), channels, *i)
                grad[at] += walk.delta[(slice(None), filters, *u)] @ walk.w[(filters, slice(None), *k)]
    return grad
