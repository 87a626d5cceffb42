"""The layers an equation is tried on: drawn from the family that it claims, with arrays and the true gradients.

The truth is `loops`, and exact differences of the forward pass for the slopes of single outputs: all the nudges by 1
in one pass. All arrays hold small
whole numbers, and an activation is a parabola with random whole coefficients, so that everything is exact.
"""

from __future__ import annotations

import math
import random
import zlib
from dataclasses import replace
from functools import cache, cached_property

import numpy as np

from .. import loops, taps
from ..geometry import Geometry
from ..words import by, counted
from .family import Family

__all__ = ["Trial", "draw", "small"]

COUNT = 30  #: layers that `check` draws
PATIENCE = 600  #: draws after which sizes may be equal


class Trial:
    """One layer with its arrays; what is derived from them is computed when it is first asked for."""

    def __init__(self, geometry: Geometry, family: Family, rng, arrays=None):
        self.geometry, self.family, self.dims = geometry, family, len(geometry.axes)
        self.given = bool(arrays)
        g, given = geometry, arrays or {}
        self.settings = dict(
            stride=tuple(a.stride for a in g.axes),
            padding=tuple(a.padding for a in g.axes),
            dilation=tuple(a.dilation for a in g.axes),
            groups=g.groups,
        )
        whole = lambda shape, most=9: _whole(rng, shape, most)  # noqa: E731
        self.parabola = rng.choice([-3, -2, 2, 3]), rng.choice([-5, -3, 1, 4]), rng.choice([-2, 1, 3])
        self.below = whole(g.x_shape, 4)
        self.x = (
            given["x"] if "x" in given else self.activation(self.below) if family.below else whole(g.x_shape)
        )
        if family.linear:
            self.below = self.x
        self.w = given["w"] if "w" in given else whole(g.w_shape)
        self.b = given["b"] if "b" in given else whole((g.filters,)) if family.biased else np.zeros(g.filters)
        self.upstream = whole(g.out_shape)  # the slope of the loss at the activated output
        self._delta = given.get("delta")

    @property
    def kernels(self):
        """The weights as `loops` takes them: turned, where the layer convolves."""
        return _turned(self.w) if self.family.convolves else self.w

    # -- the arrays by their roles, in the shapes of `loops`
    def activation(self, t, order=0):
        if self.family.linear:
            return np.ones_like(t) if order else t
        a, b, c = self.parabola
        return 2.0 * a * t + b if order else (a * t + b) * t + float(c)

    @cached_property
    def z(self):
        return loops.forward(self.x, self.kernels, self.b, **self.settings)

    @cached_property
    def delta(self):
        if self._delta is not None:
            return self._delta
        return self.upstream * self.activation(self.z, 1) if self.family.above else self.upstream

    @cached_property
    def grad_x(self):
        return loops.grad_input(self.delta, self.kernels, self.geometry.x_shape, **self.settings)

    @cached_property
    def grad_w(self):
        grad = loops.grad_weight(self.delta, self.x, self.geometry.w_shape, **self.settings)
        return _turned(grad) if self.family.convolves else grad

    @cached_property
    def grad_b(self):
        return loops.grad_bias(self.delta)

    @cached_property
    def grad_below(self):
        return self.grad_x * self.activation(self.below, 1)

    @cached_property
    def activated(self):
        return self.activation(self.z)

    @cached_property
    def backward(self):
        """The kernels of the gather form, (C, F, *kernel): filter and channel exchanged, spatial axes reversed."""
        return _turned(self.kernels).swapaxes(0, 1)

    @cached_property
    def inserted(self):
        """Delta with s - 1 zeros between two neighbours."""
        sizes = [self.sizes[f"M{n}"] for n in range(self.dims)]
        array = np.zeros((*self.delta.shape[:2], *sizes))
        array[(..., *(slice(None, None, axis.stride) for axis in self.geometry.axes))] = self.delta
        return array

    @cached_property
    def padded(self):
        """The input with its padding."""
        return self._pad(self.x)

    def _pad(self, x):
        return np.pad(x, [(0, 0), (0, 0), *self.settings["padding"]])

    @cached_property
    def grad_padded(self):
        settings = self.settings | {"padding": 0}
        return loops.grad_input(self.delta, self.kernels, self.padded.shape, **settings)

    @cached_property
    def total(self):
        return float((self.delta * self.z).sum())

    _ARRAYS = {"input": "x", "weight": "w", "bias": "b", "output": "z", "delta below": "grad_below"}
    _SLOPES = {
        "input": "grad_x", "weight": "grad_w", "bias": "grad_b", "output": "delta", "activated": "upstream",
        "below": "grad_below", "padded": "grad_padded",
    }  # fmt: skip

    def array(self, role):
        return getattr(self, self._ARRAYS.get(role, role))

    def slope(self, top, role):
        """The slope of the loss (or of the total S, in which delta is held fixed) by each cell of an array."""
        if top == "total" and role == "delta":
            return self.z
        return getattr(self, self._SLOPES[role])

    @cached_property
    def _jacobians(self):
        return {}

    def jacobian(self, top, bottom):
        """The slope of each cell of one array by each cell of another: shape top + bottom; None where it is zero."""
        if (top, bottom) not in self._jacobians:
            self._jacobians[top, bottom] = self._jacobian(top, bottom)
        return self._jacobians[top, bottom]

    def _jacobian(self, top, bottom):
        if top == bottom:
            array = self.array(top)
            return np.eye(array.size).reshape(array.shape * 2)
        if top == "activated":
            inner = self.jacobian("output", bottom)
            return None if inner is None else _scaled_rows(inner, self.activation(self.z, 1))
        if bottom == "below":
            if top == "input":
                diagonal = np.diag(self.activation(self.below, 1).ravel())
                return diagonal.reshape(self.below.shape * 2)
            inner = self.jacobian(top, "input")
            return None if inner is None else inner * self.activation(self.below, 1)
        if (top, bottom) == ("padded", "input"):
            image = self.x.shape[1:]
            return _spread(self._pad(_units(image)), len(self.x), image)
        if top != "output" or bottom not in ("input", "weight", "bias", "padded"):
            return None
        if bottom == "bias":
            return np.einsum("nf...,fg->nf...g", np.ones(self.z.shape), np.eye(self.geometry.filters))
        if bottom == "weight":
            return self._slopes_by_weights()
        # the forward pass of one image for each cell, with a 1 in it: what changes if the cell is nudged by 1
        settings = self.settings | ({"padding": 0} if bottom == "padded" else {})
        image = self.array(bottom).shape[1:]
        return _spread(taps.forward(_units(image), self.kernels, **settings), self.geometry.batch, image)

    def _slopes_by_weights(self):
        """One filter for each weight of a group, with a 1 in it."""
        g = self.geometry
        units = _units(g.w_shape[1:])
        maps = taps.forward(self.x, np.concatenate([units] * g.groups), **self.settings)
        maps = maps.reshape(g.batch, g.groups, len(units), *g.output_grid)
        slopes = np.zeros((*g.out_shape, g.filters, len(units)))
        for f in range(g.filters):
            slopes[:, f, ..., f, :] = np.moveaxis(maps[:, f * g.groups // g.filters], 1, -1)
        slopes = slopes.reshape(*g.out_shape, *g.w_shape)
        return _turned(slopes, slopes.ndim - self.dims) if self.family.convolves else slopes

    # -- the integers
    @cached_property
    def sizes(self):
        g = self.geometry
        named = {"N": g.batch, "C": g.channels, "F": g.filters, "G": g.groups, "C/G": g.channels // g.groups}
        for number, axis in enumerate(g.axes):
            named |= {f"H{number}": axis.size, f"U{number}": axis.out_size, f"K{number}": axis.kernel}
            named[f"M{number}"] = axis.stride * (axis.out_size - 1) + 1
            named |= {f"stride{number}": axis.stride, f"dilation{number}": axis.dilation}
            named[f"P{number}"] = axis.padded_size
            named |= {f"before{number}": axis.padding[0], f"after{number}": axis.padding[1]}
            named |= {f"leftover{number}": axis.leftover}
        return named

    @property
    def cells(self):
        return self.x.size + self.w.size + self.upstream.size

    def __str__(self):
        """The layer in words: what a learner would have to set."""
        f, g = self.family, self.geometry
        words = [f"input {by(g.input_grid)}", f"kernel {by(g.kernel_grid)}", f"output {by(g.output_grid)}"]
        for present, number, what in (
            (f.batch, g.batch, "example"),
            (f.channel, g.channels, "channel"),
            (f.filter, g.filters, "filter"),
        ):
            if present:
                words.append(counted(number, what))
        for name, numbers, none in (
            ("stride", self.settings["stride"], 1),
            ("dilation", self.settings["dilation"], 1),
        ):
            if set(numbers) != {none}:
                words.append(f"{name} {numbers[0] if len(set(numbers)) == 1 else numbers}")
        pads = self.settings["padding"]
        if any(map(any, pads)):
            shown = pads[0] if len(set(pads)) == 1 else pads
            words.append(f"padding {shown[0] if len(set(pads)) == 1 and shown[0] == shown[1] else shown}")
        if g.groups > 1:
            words.append(f"{g.groups} groups")
        return ", ".join(words)


def _whole(rng, shape, most=9):
    return rng.integers(1, most + 1, shape).astype(float) * rng.choice([-1.0, 1.0], shape)


def _turned(array, first=2):
    """An array with its axes from this one on reversed."""
    return np.flip(array, axis=tuple(range(first, array.ndim)))


def _units(shape):
    """For each cell of an array of this shape, the array with a 1 there and zeros elsewhere."""
    return np.eye(math.prod(shape)).reshape(-1, *shape)


def _spread(maps, batch, shape):
    """What comes of the unit images of this shape, as slopes: an example's outputs see that example alone."""
    slopes = np.einsum("nm,i...->n...mi", np.eye(batch), maps)
    return slopes.reshape(*slopes.shape[:-1], *shape)


def _scaled_rows(jacobian, factor):
    return jacobian * factor.reshape(factor.shape + (1,) * (jacobian.ndim - factor.ndim))


# ---------------------------------------------------------------------------------------------------- drawing
@cache
def draw(family: Family, count: int = COUNT) -> list[Trial]:
    """Layers of the family with sizes that differ wherever they could be confused; the same ones every time."""
    return _drawn(family, count, large=True)


@cache
def small(family: Family, count: int = 120) -> list[Trial]:
    """Layers of the family, the smallest first: where a counterexample is looked for."""
    return sorted(_drawn(family, count, large=False), key=lambda trial: trial.cells)


def _drawn(family, count, large):
    name = repr(replace(family, fixed=())) + str(large)
    draw, rng = random.Random(zlib.crc32(name.encode())), np.random.default_rng(zlib.crc32(name.encode()))
    trials, patience = [], PATIENCE
    while len(trials) < count:
        number = len(trials)
        geometry = _geometry(
            family, family.dims[number % len(family.dims)], draw, large, patience > 0, number
        )
        patience -= 1
        if geometry is not None:
            trials.append(Trial(geometry, family, rng))
            patience = PATIENCE
        elif patience < -10 * PATIENCE:
            if not large:  # what is asked for has no small layers
                break
            raise ValueError(f"there is no layer with {', '.join(f'{k} = {v}' for k, v in family.fixed)}")
    return trials


def _geometry(family, dims, draw, large, picky, number):
    """One geometry, or None: if the draw is no layer or too big, or, if picky, if its sizes could hide a mix-up."""
    fixed = dict(family.fixed)
    some = lambda low, high: draw.randrange(low, high + 1)  # noqa: E731
    varies = lambda name, axis: (name, None) in family.settings or (name, axis) in family.settings  # noqa: E731

    def setting(name, none, low, high, shared=None):
        shared = some(low, high) if shared is None else shared
        own = [some(low, high) if (name, axis) in family.settings else none for axis in range(dims)]
        return [shared] * dims if (name, None) in family.settings else own

    # every stride with every dilation, in turn: by chance alone the large ones would be rare, since few windows fit
    turn = (1 + number % 4, 1 + number // 4 % 3) if large else (None, None)
    stride = _per_axis(fixed.get("stride"), dims, "stride") or setting(
        "stride", 1, 1, 4 if large else 3, turn[0]
    )
    dilation = _per_axis(fixed.get("dilation"), dims, "dilation") or setting("dilation", 1, 1, 3, turn[1])
    before = setting("before", 0, 0, 3 if large else 1)
    after = setting("after", 0, 0, 3 if large else 1)
    for axis in range(dims):  # where there is padding at all, that behind the input is free
        if varies("before", axis) and not varies("after", axis):
            after[axis] = some(0, 3 if large else 1)
    if fixed.get("padding") == "full":  # every overlap makes an output
        fixed = {name: value for name, value in fixed.items() if name != "padding"}
        kernel = _per_axis(fixed.get("kernel"), dims, "kernel")
        kernel = kernel or [some(1, (5 if dims == 1 else 4) if large else 3) for _ in range(dims)]
        fixed["kernel"] = tuple(kernel)
        fixed["padding"] = tuple((d * (k - 1),) * 2 for d, k in zip(dilation, kernel, strict=True))
    if fixed.get("padding") == "symmetric":
        after = before
        fixed = {name: value for name, value in fixed.items() if name != "padding"}
    padding = fixed.get("padding", tuple(zip(before, after, strict=True)))
    groups = fixed.get("groups", (1, 2, 2, 3)[some(0, 3)] if family.groups else 1)
    most = 3 if large else 2
    batch = fixed.get("batch", some(2 if large else 1, most) if family.batch else 1)
    channels = fixed.get(
        "channels", groups * (some(1, most + (large and not family.groups)) if family.channel else 1)
    )
    filters = fixed.get("filters", groups * (some(1, most + large) if family.filter else 1))
    longest = {1: 12, 2: 9, 3: 6}[dims] + 2 * (max(*stride, *dilation) - 1) if large else 4
    kernel = _per_axis(fixed.get("kernel"), dims, "kernel")
    kernel = kernel or [some(1, (5 if dims == 1 else 4) if large else 3) for _ in range(dims)]
    size = _per_axis(fixed.get("size"), dims, "size") or [
        some(2 if large else 1, longest) for _ in range(dims)
    ]
    if family.square:
        stride, dilation, before, after, kernel, size = (
            [values[0]] * dims for values in (stride, dilation, before, after, kernel, size)
        )
        padding = fixed.get("padding", tuple(zip(before, after, strict=True)))
    most_terms = (
        120
        if not large
        else 50_000
        if {"size", "kernel", "channels", "filters", "batch"} & set(fixed)
        else 1500
    )
    if "padding" not in fixed:  # what `Geometry` would refuse, and what is too big, is refused sooner
        padded = [
            h + sum(p) - d * (k - 1) - 1 for h, p, d, k in zip(size, padding, dilation, kernel, strict=True)
        ]
        if min(padded) < 0:
            return None
        out = [n // s + 1 for n, s in zip(padded, stride, strict=True)]
        if math.prod((batch, filters, channels // groups, *out, *kernel)) > most_terms:
            return None
        if large and picky:
            sizes = (size[0], out[0], kernel[0]) if family.square else (*size, *out, *kernel)
            counts = [
                n
                for n, on in ((batch, family.batch), (channels, family.channel), (filters, family.filter))
                if on
            ]
            if len(set(counts)) < len(counts) or len(set(sizes)) < len(sizes) or 1 in out:
                return None
            if max(stride) > 1 and not any(n % s for n, s in zip(padded, stride, strict=True)) and some(0, 1):
                return None
    try:
        return Geometry.of(
            (batch, channels, *size), (filters, channels // groups, *kernel),
            stride=tuple(stride), padding=padding, dilation=tuple(dilation), groups=groups,
        )  # fmt: skip
    except ValueError:
        return None


def _per_axis(value, dims, name="a setting"):
    if value is None:
        return None
    if isinstance(value, (tuple, list)):
        if len(value) != dims:
            raise ValueError(f"{name} is one integer or one per spatial axis ({dims}); got {tuple(value)}")
        return list(value)
    return [value] * dims
