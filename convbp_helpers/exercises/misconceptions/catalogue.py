"""The misconceptions: what each makes of a layer, in which words it is told, and where to read on.

`text` goes on from "This is what comes out if". Each names the arrays that it concerns, and what it makes of a `Walk`:
another walk, an array, or None where it makes no difference by its nature (a transposed kernel needs two axes).
"""

# ruff: noqa: E501 (each text stands on one line)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import ceil

import numpy as np

from .walking import Walk, gathered

SUMS = ("grad_x", "grad_w", "z")


@dataclass(frozen=True)
class Misconception:
    name: str
    text: str
    question: str
    section: str  #: the notebook's number, # and a heading in it
    of: tuple[str, ...]
    makes: Callable[[Walk], Walk | np.ndarray | None]

    def made(self, walk: Walk) -> np.ndarray | None:
        """What comes out of it, or None where it says nothing."""
        if walk.of not in self.of:
            return None
        found = self.makes(walk)
        return found.made() if isinstance(found, Walk) else found


# ---------------------------------------------------------------------------------------------- steps of mistakes
def _spatial(array, dims):
    return tuple(range(array.ndim - dims, array.ndim))


def _turned(name, axes=None):
    """An array with its spatial axes reversed, or some of them."""

    def makes(walk):
        array = getattr(walk, name)
        spatial = _spatial(array, walk.dims)
        if axes is not None and walk.dims != 2:
            return None
        return walk.but(**{name: np.flip(array, spatial if axes is None else spatial[axes])})

    return makes


def _kernel(change):
    """A change of the kernel's last two axes, where it keeps the shape."""

    def makes(walk):
        if walk.dims != 2:
            return None
        w = change(walk.w)
        return walk.but(w=w) if w.shape == walk.w.shape else None

    return makes


def _without(name):
    """An array taken as ones."""
    return lambda walk: walk.but(**{name: np.ones_like(getattr(walk, name))})


def _settings(change):
    """`change(stride, dilation, before, axis)` -> the three that an axis is taken to have."""

    def makes(walk):
        three = [
            change(s, d, p, axis)
            for s, d, p, axis in zip(walk.stride, walk.dilation, walk.before, walk.layer.axes, strict=True)
        ]
        stride, dilation, before = (tuple(values) for values in zip(*three, strict=True))
        return walk.but(stride=stride, dilation=dilation, before=before)

    return makes


def _where_padded(makes):
    return lambda walk: makes(walk) if any(any(axis.padding) for axis in walk.layer.axes) else None


def _where_not_padded(makes):
    return lambda walk: None if any(any(axis.padding) for axis in walk.layer.axes) else makes(walk)


def _where_dilated(makes):
    return lambda walk: makes(walk) if any(axis.dilation > 1 for axis in walk.layer.axes) else None


def _reversed_sum(walk):
    return walk.then(lambda array: np.flip(array, _spatial(array, walk.dims)))


def _passed_over(where):
    return lambda walk: walk.but(left_out=lambda at: where(at, walk.layer))


def _joined(channel):
    """Another channel for a filter and the channel within its group."""
    return lambda walk: walk.but(channel=channel) if walk.layer.groups > 1 else None


def _each_side(walk):
    """As far as the windows reach, the cells of the padding with it."""
    if not any(p for axis in walk.layer.axes for p in axis.padding):
        return None
    reach = tuple(
        s * (a.out_size - 1) + d * (a.kernel - 1) + 1
        for s, d, a in zip(walk.stride, walk.dilation, walk.layer.axes, strict=True)
    )
    return walk.but(before=(0,) * walk.dims, size=reach)


def _repeated(walk):
    """Each δ stands s times in a row, where s - 1 zeros belong."""
    steps = product(*(range(s) for s in walk.stride))
    moved = (tuple(p - t for p, t in zip(walk.before, step, strict=True)) for step in steps)
    return sum(walk.but(before=before).made() for before in moved)


def _short_of_dilation(*, filled):
    """The input gradient in as many cells as it would have without dilation; the others are 0, or not there."""

    def makes(walk):
        axes = walk.layer.axes
        if all(axis.dilation == 1 for axis in axes):
            return None
        sizes = [axis.stride * (axis.out_size - 1) + axis.kernel - axis.padding[0] for axis in axes]
        short = walk.but(size=tuple(max(min(n, axis.size), 1) for n, axis in zip(sizes, axes, strict=True)))
        if not filled:
            return short
        whole = np.zeros(walk.layer.x_shape)
        whole[(..., *map(slice, short.size))] = short.made()
        return whole

    return makes


def _divided_each(*, after):
    """The weight gradient in a buffer that is divided by N at each example."""

    def makes(walk):
        batch = walk.layer.batch
        if batch == 1:
            return None
        grad = np.zeros(walk.layer.w_shape)
        for n in range(batch):
            alone = np.zeros_like(walk.delta)
            alone[n] = walk.delta[n]
            term = walk.but(delta=alone).made()
            grad = (grad + term) / batch if after else grad / batch + term
        return grad

    return makes


def _no_leftover(walk):
    reach = tuple(
        max(s * (a.out_size - 1) + d * (a.kernel - 1) + 1 - p, 1)
        for s, d, p, a in zip(walk.stride, walk.dilation, walk.before, walk.layer.axes, strict=True)
    )
    sizes = tuple(min(r, a.size) for r, a in zip(reach, walk.layer.axes, strict=True))
    return walk.but(size=sizes)


def _split_leftover(walk):
    left = [a.leftover for a in walk.layer.axes]
    return (
        walk.but(before=tuple(p - r // 2 for p, r in zip(walk.before, left, strict=True)))
        if max(left) > 1
        else None
    )


def _mixed_filters(walk):
    layer = walk.layer
    if layer.filters == layer.groups:
        return None
    each = layer.filters // layer.groups
    blocks = walk.delta.reshape(layer.batch, layer.groups, each, *walk.delta.shape[2:]).sum(2, keepdims=True)
    return walk.but(delta=np.repeat(blocks, each, 2).reshape(walk.delta.shape))


def _dealt_kernel(walk):
    layer = walk.layer
    if layer.groups > 1 or 1 in walk.w.shape[:2]:
        return None
    dealt = walk.w.reshape(walk.w.shape[1], walk.w.shape[0], *walk.w.shape[2:]).swapaxes(0, 1)
    return walk.but(w=dealt)


def _all_channels(walk):
    summed = walk.x.sum(1, keepdims=True)
    return walk.but(x=np.repeat(summed, walk.x.shape[1], 1)) if walk.layer.channels > 1 else None


def _all_examples(name):
    def makes(walk):
        if walk.layer.batch == 1:
            return None
        array = getattr(walk, name)
        return walk.but(**{name: np.repeat(array.sum(0, keepdims=True), len(array), 0)})

    return makes


def _mean_of_links(walk):
    ones = walk.but(x=np.ones_like(walk.x), w=np.ones_like(walk.w), delta=np.ones_like(walk.delta)).made()
    return walk.then(lambda array: array / np.maximum(ones, 1))


def _clipped_range(walk):
    """A range of outputs that begins at the floor, and a tap that is clipped to the last."""
    if walk.dims != 1 or walk.layer.groups > 1:
        return None
    (s,), (d,), (p,), (axis,) = walk.stride, walk.dilation, walk.before, walk.layer.axes
    if d != 1:
        return None
    grad = np.zeros(walk.layer.x_shape)
    for i in range(axis.size):
        for u in range(max((i + p - axis.kernel + 1) // s, 0), min((i + p) // s, axis.out_size - 1) + 1):
            grad[:, :, i] += walk.delta[:, :, u] @ walk.w[:, :, min(i + p - s * u, axis.kernel - 1)]
    return grad


def _solved(how):
    return lambda walk: gathered(walk, how) if walk.links <= 2_000 else None


def _one_further(k, size):
    return k + 1


def _sums_of_delta(axes):
    """The gradient of the bias, summed over other axes."""

    def makes(walk):
        chosen = axes(walk.delta.ndim)
        return walk.delta.sum(chosen) if chosen is not None else None

    return makes


X, W, Z, B = ("grad_x",), ("grad_w",), ("z",), ("grad_b",)

CATALOGUE = (
    # -------------------------------------------------------------------------------------------- the kernel
    Misconception(
        "kernel not turned",
        "the kernel lies the wrong way round",
        "Take the first output and the first tap: which input do they link, and which δ and which w does your code "
        "multiply for it?",
        "02#Who turns, and who does not",
        X,
        lambda walk: walk.but(w=np.flip(walk.w, _spatial(walk.w, walk.dims))),
    ),
    Misconception(
        "kernel transposed",
        "the kernel is transposed, where it should be turned by 180°",
        "Where does a half turn take the cell [0, 1] of a kernel, and where does a transpose take it?",
        "02#Gather: stand at an input",
        X,
        _kernel(lambda w: np.flip(w, (-2, -1)).swapaxes(-1, -2)),
    ),
    Misconception(
        "kernel turned by 90°",
        "the kernel is turned by 90°, where it should be turned by 180°",
        "np.rot90 turns once. How many of its turns make a half turn?",
        "02#Gather: stand at an input",
        X,
        lambda walk: _kernel(lambda w: np.rot90(np.flip(w, (-2, -1)), 1, (-2, -1)))(walk),
    ),
    Misconception(
        "kernel turned by 90° the other way",
        "the kernel is turned by 90° with the clock, where it should be turned by 180°",
        "How many quarter turns make a half turn?",
        "02#Gather: stand at an input",
        X,
        lambda walk: _kernel(lambda w: np.rot90(np.flip(w, (-2, -1)), -1, (-2, -1)))(walk),
    ),
    Misconception(
        "only the columns turned",
        "only the columns of the kernel are reversed, and its rows stand as they were",
        "A half turn moves [k, l] to [K − 1 − k, L − 1 − l]. Which of the two does your slice reverse?",
        "02#Gather: stand at an input",
        X,
        _turned("w", 0),
    ),
    Misconception(
        "only the rows turned",
        "only the rows of the kernel are reversed, and its columns stand as they were",
        "A half turn moves [k, l] to [K − 1 − k, L − 1 − l]. Which of the two does your slice reverse?",
        "02#Gather: stand at an input",
        X,
        _turned("w", 1),
    ),
    Misconception(
        "channels turned too",
        "the channels of the kernel are reversed as well",
        "Which axes of w are space? Only along those does a window slide.",
        "03#The kernels of the backward pass",
        X,
        lambda walk: walk.but(w=walk.w[:, ::-1]),
    ),
    Misconception(
        "filters turned too",
        "the filters are reversed as well",
        "Filter f of w made map f of z. Which filter does the map f of δ meet in your code?",
        "03#The kernels of the backward pass",
        X,
        lambda walk: walk.but(w=walk.w[::-1]),
    ),
    Misconception(
        "axes swapped by a reshape",
        "w is reshaped, which deals its numbers out anew, where two axes should change places",
        "What does reshape do to the order of the numbers in memory, and what does swapaxes do?",
        "03#The kernels of the backward pass",
        X,
        _dealt_kernel,
    ),
    Misconception(
        "kernel index K − k",
        "the turned kernel is read at K − k, one past its end for k = 0; the last index is K − 1",
        "For k = 0, which index does your code read? How many taps are there?",
        "02#Gather: stand at an input",
        X,
        lambda walk: walk.but(tap=_one_further),
    ),
    Misconception(
        "reads on where it should read back",
        "the input is taken at u − k: where the window reads on, the way back reads on as well",
        "Solve the link for the output. Which sign does k get?",
        "01#The same sum, walked the other way",
        X,
        _settings(lambda s, d, p, axis: (s, -d, p)),
    ),
    # -------------------------------------------------------------------------------------- which cells are read
    Misconception(
        "reads back where it should read on",
        "x is read backwards from the first cell of the window",
        "Which input does output 0 read through tap 1?",
        "01#The weight gradient",
        ("grad_w", "z"),
        _settings(lambda s, d, p, axis: (s, -d, p)),
    ),
    Misconception(
        "δ turned",
        "δ is turned as well",
        "Output u and its δ stand at the same place. What would turn δ?",
        "02#Two ways to walk the same links",
        ("grad_x",),
        _turned("delta"),
    ),
    Misconception(
        "kernel turned in the forward pass",
        "the kernel is turned: that is the convolution of mathematics, and the layer is a cross-correlation",
        "Which weight does the first cell of a window meet?",
        "02#Convolution and correlation",
        Z,
        lambda walk: walk.but(w=np.flip(walk.w, _spatial(walk.w, walk.dims))),
    ),
    Misconception(
        "channels of x reversed",
        "the channels of x are taken in reverse",
        "Which channel of x does the kernel w[f, 0] meet?",
        "03#Channels, one filter",
        ("grad_w", "z"),
        lambda walk: walk.but(x=walk.x[:, ::-1]) if walk.layer.channels > 1 else None,
    ),
    Misconception(
        "δ turned in the weight gradient",
        "δ is turned by 180°; in the weight gradient nothing is turned",
        "Output u and its δ stand at the same place. What would turn δ?",
        "02#The weight gradient",
        W,
        _turned("delta"),
    ),
    Misconception(
        "reads back, and from the end",
        "x is read backwards from the first cell of the window, and negative indices count from the end",
        "Which input does output 0 read through tap 1?",
        "01#The weight gradient",
        ("grad_w", "z"),
        lambda walk: _settings(lambda s, d, p, axis: (s, -d, p))(walk).but(edges="from the end"),
    ),
    Misconception(
        "filters summed in the weight gradient",
        "the filters are summed on δ, so that all filters get the same gradient",
        "Which filter made the map f of δ, and to which filter's weights does it belong?",
        "03#Filters, one channel",
        W,
        lambda walk: (
            walk.but(delta=np.repeat(walk.delta.sum(1, keepdims=True), walk.layer.filters, 1))
            if walk.layer.filters > 1
            else None
        ),
    ),
    Misconception(
        "channels of the result summed",
        "every channel gets the sum of all channels",
        "Each channel of x has a gradient of its own. Which letter must stay in the result?",
        "03#Channels, one filter",
        X,
        lambda walk: (
            walk.then(lambda array: np.repeat(array.sum(1, keepdims=True), array.shape[1], 1))
            if walk.layer.channels > 1
            else None
        ),
    ),
    Misconception(
        "x turned",
        "x is turned as well",
        "Output 0 reads the first cells of x. Which does yours read?",
        "02#The weight gradient",
        W,
        _turned("x"),
    ),
    Misconception(
        "weight gradient reversed",
        "the gradient comes out reversed: nothing is flipped in it, both δ and x run up",
        "Tap k meets the slice of x that begins at k. With which slice does your first number begin?",
        "02#The weight gradient",
        W,
        _reversed_sum,
    ),
    Misconception(
        "result reversed",
        "the result is written from its end",
        "Where is the cell that belongs to the first output and the first tap?",
        "02#Two ways to walk the same links",
        ("grad_x", "z"),
        _reversed_sum,
    ),
    Misconception(
        "the window's position forgotten",
        "the window's position is left out: each tap meets only the cells under the first window",
        "Which input does output u read through tap k? Where is u in your index?",
        "01#Links",
        SUMS,
        _settings(lambda s, d, p, axis: (0, d, p)),
    ),
    Misconception(
        "the tap's place forgotten",
        "the tap's place in the window is left out: every tap meets the window's first cell",
        "Which input does output u read through tap k? Where is k in your index?",
        "01#Links",
        SUMS,
        _settings(lambda s, d, p, axis: (s, 0, p)),
    ),
    Misconception(
        "one window only",
        "only the first output is counted; the weight and the window touch every one",
        "How many outputs hold this weight, or read this input?",
        "01#Which outputs does one input reach?",
        ("grad_x", "grad_w"),
        _passed_over(lambda at, layer: np.logical_or.reduce([u > 0 for u in at["u"]])),
    ),
    Misconception(
        "last window missing",
        "the last output of an axis is left out: range and slice end before their upper limit",
        "How many outputs are there, and how many does your loop visit?",
        "05#Leftovers",
        SUMS,
        _passed_over(
            lambda at, layer: np.logical_or.reduce([u == a.out_size - 1 for u, a in zip(at["u"], layer.axes)])
        ),
    ),
    Misconception(
        "last row of windows missing",
        "the last row of outputs is left out",
        "How many rows has δ, and how many does your loop visit?",
        "05#Leftovers",
        SUMS,
        lambda walk: (
            _passed_over(lambda at, layer: at["u"][0] == layer.axes[0].out_size - 1)(walk)
            if walk.dims > 1
            else None
        ),
    ),
    Misconception(
        "first window missing",
        "the first output is left out",
        "Does your loop begin at 0?",
        "01#Links",
        SUMS,
        _passed_over(lambda at, layer: np.logical_or.reduce([u == 0 for u in at["u"]])),
    ),
    Misconception(
        "last tap missing",
        "the last tap of an axis is left out",
        "How many taps are there, and how many does your loop visit?",
        "01#Links",
        SUMS,
        _passed_over(
            lambda at, layer: np.logical_or.reduce([k == a.kernel - 1 for k, a in zip(at["k"], layer.axes)])
        ),
    ),
    Misconception(
        "first tap missing",
        "the first tap is left out",
        "Does your loop over the taps begin at 0?",
        "01#Links",
        SUMS,
        _passed_over(lambda at, layer: np.logical_or.reduce([k == 0 for k in at["k"]])),
    ),
    Misconception(
        "the last tap misses its last output",
        "the last tap misses its last output: the slice of x ends one cell early",
        "Where does the slice for the last tap have to end, so that it has as many cells as δ?",
        "09#One, two, three dimensions",
        ("grad_w", "grad_x"),
        _passed_over(
            lambda at, layer: np.logical_or.reduce(
                [(k == a.kernel - 1) & (u == a.out_size - 1) for k, u, a in zip(at["k"], at["u"], layer.axes)]
            )
        ),
    ),
    Misconception(
        "last column of inputs missing",
        "the last cell of an axis gets nothing",
        "Which outputs read the last input?",
        "01#Which outputs does one input reach?",
        X,
        _passed_over(
            lambda at, layer: np.logical_or.reduce([i == a.size - 1 for i, a in zip(at["i"], layer.axes)])
        ),
    ),
    Misconception(
        "δ left out",
        "δ is left out, as if it were 1 everywhere: that is the slope of the sum of all outputs",
        "The chain rule multiplies each slope by what?",
        "01#The input gradient",
        ("grad_x", "grad_w"),
        _without("delta"),
    ),
    Misconception(
        "w left out",
        "the weights are left out: each δ comes back as it is",
        "By how much does an output change when its input is nudged by 1?",
        "01#The input gradient",
        ("grad_x", "z"),
        _without("w"),
    ),
    Misconception(
        "x left out",
        "x is left out: each δ counts as it is",
        "By how much does an output change when a weight is nudged by 1?",
        "01#The weight gradient",
        ("grad_w", "z"),
        _without("x"),
    ),
    # ---------------------------------------------------------------------------------------------- stride
    Misconception(
        "stride ignored",
        "the stride is ignored",
        "Where does the window of output 1 begin on this layer?",
        "05#The input gradient",
        SUMS,
        _settings(lambda s, d, p, axis: (1, d, p)),
    ),
    Misconception(
        "zeros at the wrong phase",
        "zeros stand in front of the first δ, so that all is moved",
        "Where does the window of output 0 begin? And at which place does the first δ lie?",
        "05#Zeros between the δ",
        X,
        _settings(lambda s, d, p, axis: (s, d, p - (s - 1))),
    ),
    Misconception(
        "δ repeated",
        "each δ stands s times in a row, as np.repeat does, where s − 1 zeros belong between two",
        "How many links has an input that lies between two windows' first cells?",
        "05#Zeros between the δ",
        X,
        _repeated,
    ),
    Misconception(
        "stride one too small",
        "the steps of the window are one too small",
        "Between two neighbouring δ lie s − 1 zeros. How far apart are they then?",
        "05#Zeros between the δ",
        SUMS,
        _settings(lambda s, d, p, axis: (max(s - 1, 1), d, p)),
    ),
    Misconception(
        "stride one too large",
        "the steps of the window are one too large: s zeros between two δ, where s − 1 belong",
        "If two neighbouring δ have s zeros between them, how far apart are they?",
        "05#Zeros between the δ",
        SUMS,
        _settings(lambda s, d, p, axis: (s + 1, d, p) if s > 1 else (s, d, p)),
    ),
    Misconception(
        "outputs rounded down",
        "u is rounded down, though there is no link where s does not divide i − k",
        "Is there a link from an output to this input through every tap? When not?",
        "05#The input gradient",
        X,
        _solved(lambda number, s: number // s),
    ),
    Misconception(
        "outputs rounded up",
        "u is rounded up, though there is no link where s does not divide i − k",
        "Is there a link from an output to this input through every tap? When not?",
        "05#The input gradient",
        X,
        _solved(lambda number, s: ceil(number / s)),
    ),
    Misconception(
        "outputs cut towards zero",
        "u is cut off towards zero by int(), which makes 0 of −1/2",
        "What is int(−0.5), and is there an output of that number?",
        "05#The input gradient",
        X,
        _solved(lambda number, s: int(number / s)),
    ),
    Misconception(
        "range of outputs clipped",
        "the range of outputs begins at a floor where a ceiling belongs, and the index is clipped to the last tap",
        "For which u does i − su lie among the taps? Solve i − su ≤ K − 1 for u, and round to the right side.",
        "05#The same as a range of outputs",
        X,
        _clipped_range,
    ),
    Misconception(
        "leftover split",
        "the leftover is split between both ends",
        "Where does the first window begin, and at which end is a cell left over?",
        "05#Leftovers",
        X,
        _split_leftover,
    ),
    Misconception(
        "leftover missing",
        "the leftover is missing: the cells behind the last window have a gradient too, zero",
        "How many cells has x? Which of them does no window read?",
        "05#Leftovers",
        X,
        _no_leftover,
    ),
    # ---------------------------------------------------------------------------------------------- padding
    Misconception(
        "padding ignored",
        "the padding is ignored",
        "Where does the first window begin on this layer?",
        "06#The input gradient",
        SUMS,
        _settings(lambda s, d, p, axis: (s, d, 0)),
    ),
    Misconception(
        "other sign before p",
        "the sign before p is the other",
        "The padding moves x to the right in the padded row. Which cell does output 0 read first?",
        "06#Zeros around the row",
        SUMS,
        _settings(lambda s, d, p, axis: (s, d, -p)),
    ),
    Misconception(
        "crop by the other side",
        "the padding behind is taken for the padding in front",
        "Which of the two paddings moves the cells of x: that in front, or that behind?",
        "06#The crop",
        SUMS,
        _where_padded(_settings(lambda s, d, p, axis: (s, d, axis.padding[1]))),
    ),
    Misconception(
        "crop one too many",
        "one cell too many is cut off in front",
        "How many cells of padding stand in front?",
        "06#The crop",
        SUMS,
        _where_padded(_settings(lambda s, d, p, axis: (s, d, p + 1))),
    ),
    Misconception(
        "crop one too few",
        "one cell too few is cut off in front",
        "How many cells of padding stand in front?",
        "06#The crop",
        SUMS,
        _where_padded(_settings(lambda s, d, p, axis: (s, d, p - 1))),
    ),
    Misconception(
        "moved to the front",
        "everything lies one cell too far to the front",
        "To which cell do the first output and the first tap belong?",
        "01#Links",
        X,
        _where_not_padded(_settings(lambda s, d, p, axis: (s, d, p + 1))),
    ),
    Misconception(
        "moved to the end",
        "everything lies one cell too far to the end",
        "To which cell do the first output and the first tap belong?",
        "01#Links",
        X,
        _where_not_padded(_settings(lambda s, d, p, axis: (s, d, p - 1))),
    ),
    Misconception(
        "reads one cell further",
        "every tap meets a slice of x that begins one cell too late",
        "With which cell does the slice for the first tap begin?",
        "01#Links",
        ("grad_w", "z"),
        _where_not_padded(_settings(lambda s, d, p, axis: (s, d, p - 1))),
    ),
    Misconception(
        "leftover in front",
        "the leftover is put in front, where it lies at the end",
        "Where does the first window begin, and at which end is a cell left over?",
        "05#Leftovers",
        X,
        lambda walk: walk.but(
            before=tuple(p - a.leftover for p, a in zip(walk.before, walk.layer.axes, strict=True))
        ),
    ),
    Misconception(
        "p where d(K − 1) − p belongs",
        "δ is padded by p, as x was, where d(K − 1) − p zeros belong",
        "With K − 1 zeros around δ the cells of the padding come out as well. How many zeros leave them out?",
        "06#How much padding does the backward pass need?",
        X,
        _settings(lambda s, d, p, axis: (s, d, d * (axis.kernel - 1) - p)),
    ),
    Misconception(
        "crop forgotten",
        "the cells of the padding are not cut off",
        "The padded row has more cells than x. Which of them are x?",
        "06#The crop",
        X,
        _each_side,
    ),
    Misconception(
        "counted from the end",
        "a negative index counts from the end of the array, where there is no cell before the first",
        "What does Python make of x[-1]? Is there such a cell in the row?",
        "06#Scatter",
        SUMS,
        lambda walk: walk.but(edges="from the end"),
    ),
    Misconception(
        "padding added to the edge",
        "what falls outside the row is added to the cell at the edge",
        "A link to a place outside x ends at no cell. Does it belong to another?",
        "06#Scatter",
        SUMS,
        lambda walk: walk.but(edges="clipped"),
    ),
    Misconception(
        "the row closed to a ring",
        "what leaves the row at one end comes in at the other, as np.roll does",
        "What does a window read that hangs over the edge?",
        "06#Zeros around the row",
        SUMS,
        lambda walk: walk.but(edges="round"),
    ),
    # ---------------------------------------------------------------------------------------------- dilation
    Misconception(
        "dilation ignored",
        "the dilation is ignored",
        "How far apart do two neighbouring taps read on this layer?",
        "07#Taps that lie apart",
        SUMS,
        _settings(lambda s, d, p, axis: (s, 1, p)),
    ),
    Misconception(
        "stride and dilation exchanged",
        "stride and dilation are exchanged",
        "Which of the two moves the window, and which moves the taps apart?",
        "07#Stride and dilation change places",
        SUMS,
        _where_dilated(_settings(lambda s, d, p, axis: (d, s, p))),
    ),
    Misconception(
        "stride at the tap",
        "the stride stands at the tap, where it belongs to the output",
        "How far does the window move from one output to the next, and how far apart are two taps?",
        "05#The input gradient",
        SUMS,
        lambda walk: (
            None
            if any(axis.dilation > 1 for axis in walk.layer.axes)
            else _settings(lambda s, d, p, axis: (1, s, p))(walk)
        ),
    ),
    Misconception(
        "stride at both",
        "the stride stands at the output and at the tap",
        "How far apart are two taps?",
        "05#The input gradient",
        SUMS,
        _settings(lambda s, d, p, axis: (s, s * d, p)),
    ),
    Misconception(
        "both spread by the dilation",
        "the output is multiplied by the dilation as well, where the stride belongs",
        "How far does the window move from one output to the next?",
        "07#Stride and dilation change places",
        SUMS,
        _settings(lambda s, d, p, axis: (d, d, p)),
    ),
    Misconception(
        "both spread alike",
        "both are spread by the same number, the larger of stride and dilation",
        "δ is spread by one of the two, the kernel by the other. By which?",
        "07#The gather form, complete",
        SUMS,
        _where_dilated(_settings(lambda s, d, p, axis: (max(s, d), max(s, d), p))),
    ),
    Misconception(
        "dilation counted from 0",
        "the taps lie d + 1 apart: the dilation is counted from 0, where 1 means none",
        "How far apart are two taps at dilation 1?",
        "07#Taps that lie apart",
        SUMS,
        _settings(lambda s, d, p, axis: (s, d + 1, p)),
    ),
    Misconception(
        "dilation one too small",
        "the taps lie d − 1 apart: there are d − 1 cells between two of them",
        "If d − 1 cells lie between two taps, how far apart are the taps?",
        "07#Taps that lie apart",
        SUMS,
        _settings(lambda s, d, p, axis: (s, max(d - 1, 1), p)),
    ),
    Misconception(
        "size without the dilation",
        "the row is made as long as it would be without the dilation, and what lies behind is lost",
        "How many cells does a window reach over, from its first tap to its last?",
        "07#How far a window reaches",
        X,
        _short_of_dilation(filled=True),
    ),
    Misconception(
        "row without the dilation",
        "the result is as long as it would be without the dilation",
        "How many cells does a window reach over, from its first tap to its last?",
        "07#How far a window reaches",
        X,
        _short_of_dilation(filled=False),
    ),
    Misconception(
        "rows and columns exchanged",
        "the settings of the rows are used for the columns",
        "Which axis is the first, and which setting belongs to it?",
        "05#The whole of it, in two dimensions",
        SUMS,
        lambda walk: walk.but(
            stride=walk.stride[::-1], dilation=walk.dilation[::-1], before=walk.before[::-1]
        ),
    ),
    # ------------------------------------------------------------------------------- channels, filters, groups
    Misconception(
        "filters mixed",
        "the filters are summed on δ and on w, each by itself: every δ meets every filter",
        "Map f of δ was made by filter f. How often does the letter f stand in the term?",
        "03#Filters, one channel",
        ("grad_x",),
        _mixed_filters,
    ),
    Misconception(
        "last filter only",
        "only the last filter is counted",
        "An input is read by every filter. Is there `+=` or `=` where the filters meet?",
        "03#Filters, one channel",
        ("grad_x",),
        _passed_over(lambda at, layer: (at["f"] + 1) % (layer.filters // layer.groups) != 0),
    ),
    Misconception(
        "first filter only",
        "only the first filter is counted",
        "How many filters read this channel?",
        "03#Filters, one channel",
        ("grad_x",),
        _passed_over(lambda at, layer: at["f"] % (layer.filters // layer.groups) != 0),
    ),
    Misconception(
        "last channel only",
        "only the last channel is counted",
        "A filter reads all its channels. Is there `+=` or `=` where the channels meet?",
        "03#Channels, one filter",
        Z,
        _passed_over(lambda at, layer: at["c"] != at["c"].max()),
    ),
    Misconception(
        "channels summed",
        "the channels of x are summed, so that all slices of a filter get the same gradient",
        "Which channel does the weight w[f, c, k] meet?",
        "03#Channels, one filter",
        W,
        _all_channels,
    ),
    Misconception(
        "dealt out to groups",
        "the filters are dealt out to the groups one by one; a group is a block of neighbouring filters",
        "To which group do the filters 0 and 1 belong?",
        "08#The index of the group",
        SUMS,
        _joined(lambda f, c, layer: f % layer.groups * (layer.channels // layer.groups) + c),
    ),
    Misconception(
        "groups of G filters",
        "a group is taken to have G filters; it has F/G",
        "How many filters has a group, if F filters make G groups?",
        "08#The index of the group",
        SUMS,
        _joined(lambda f, c, layer: f // layer.groups * (layer.channels // layer.groups) + c),
    ),
    Misconception(
        "group taken for a channel",
        "the number of the group is taken for a channel",
        "How many channels lie in the groups before this one?",
        "08#The index of the group",
        SUMS,
        _joined(lambda f, c, layer: f * layer.groups // layer.filters + c),
    ),
    Misconception(
        "first channels for all",
        "every filter is joined to the first channels",
        "Which channels does the last filter read?",
        "08#Links along the channels",
        SUMS,
        _joined(lambda f, c, layer: c + 0 * f),
    ),
    Misconception(
        "channels taken G apart",
        "the channels of a group are taken G apart",
        "Which channels are neighbours: those of one group, or those of different ones?",
        "08#The index of the group",
        SUMS,
        _joined(lambda f, c, layer: f * layer.groups // layer.filters + c * layer.groups),
    ),
    # ---------------------------------------------------------------------------------------- sums and means
    Misconception(
        "= where += belongs",
        "each term overwrites the one before it in its cell: a plain `=` where `+=` belongs",
        "How many links end in this cell? What becomes of the first when the second comes?",
        "01#The input gradient",
        SUMS,
        lambda walk: walk.but(kept="nfuk") if walk.of != "z" else walk.but(kept="k"),
    ),
    Misconception(
        "= in a loop over taps",
        "each tap overwrites what the taps before it have left: a plain `=` where `+=` belongs",
        "Slices of two taps overlap. What becomes of the first when the second comes?",
        "01#Vectorised",
        SUMS,
        lambda walk: walk.but(kept="k"),
    ),
    Misconception(
        "= with the taps outside",
        "each term overwrites the one before it, tap after tap: a plain `=` where `+=` belongs",
        "How many links end in this cell? What becomes of the first when the second comes?",
        "01#The input gradient",
        X,
        lambda walk: walk.but(kept="knfu"),
    ),
    Misconception(
        "= in a loop over outputs",
        "each window overwrites what the windows before it have left: a plain `=` where `+=` belongs",
        "Two windows overlap in this cell. What becomes of the first term when the second comes?",
        "01#The input gradient",
        ("grad_x", "grad_w"),
        lambda walk: walk.but(kept="u"),
    ),
    Misconception(
        "= in a loop over filters",
        "each filter overwrites what the filters before it have left",
        "An input is read by every filter. What becomes of the first one's share?",
        "03#Filters, one channel",
        X,
        lambda walk: walk.but(kept="f") if walk.layer.filters > 1 else None,
    ),
    Misconception(
        "last example only",
        "only the last example is counted: each overwrites the buffer of the one before it",
        "The examples share the weights. How many terms has this sum for each example?",
        "04#The batch in the weight gradient",
        W,
        lambda walk: (
            walk.but(
                delta=walk.delta
                * (np.arange(walk.layer.batch) == walk.layer.batch - 1).reshape(
                    -1, *(1,) * (walk.delta.ndim - 1)
                )
            )
            if walk.layer.batch > 1
            else None
        ),
    ),
    Misconception(
        "buffer divided after each example",
        "the whole buffer is divided by N after each example, so that the first ones are divided again and again",
        "How often has the first example been divided when the last one is added?",
        "04#Sum or mean, and where 1/N lives",
        W,
        _divided_each(after=True),
    ),
    Misconception(
        "buffer divided before each example",
        "the whole buffer is divided by N before each example is added, so that the first ones are divided again and again",
        "How often has the first example been divided when the last one is added?",
        "04#Sum or mean, and where 1/N lives",
        W,
        _divided_each(after=False),
    ),
    Misconception(
        "first example only",
        "only the first example is counted",
        "The examples share the weights. Which letter is not summed?",
        "04#The batch in the weight gradient",
        W,
        lambda walk: (
            walk.but(
                delta=walk.delta
                * (np.arange(walk.layer.batch) == 0).reshape(-1, *(1,) * (walk.delta.ndim - 1))
            )
            if walk.layer.batch > 1
            else None
        ),
    ),
    Misconception(
        "examples mixed",
        "the examples of x are summed before they meet δ: every example meets every δ",
        "Example n of δ belongs to example n of x. How often does the letter n stand in the term?",
        "04#The batch in the weight gradient",
        W,
        _all_examples("x"),
    ),
    Misconception(
        "examples summed",
        "the examples are summed; each example of x has a gradient of its own",
        "Is the input shared by the examples, as the weights are?",
        "04#The batch in the input gradient",
        X,
        _all_examples("delta"),
    ),
    Misconception(
        "mean over the links",
        "each cell is divided by the number of its links: it is a sum, no mean",
        "A nudge of this cell moves all its outputs. Does it move each of them less because there are more of them?",
        "04#A mean over positions",
        ("grad_x", "grad_w"),
        _mean_of_links,
    ),
    Misconception(
        "negative gradients cut off",
        "negative numbers are cut off, as a ReLU does with the values of the forward pass",
        "May a gradient be negative?",
        "12#Signs behind a ReLU",
        ("grad_x", "grad_w", "grad_b"),
        lambda walk: walk.then(lambda array: np.maximum(array, 0)),
    ),
    Misconception(
        "sizes without signs",
        "the signs are lost",
        "May a gradient be negative?",
        "12#Signs behind a ReLU",
        ("grad_x", "grad_w", "grad_b"),
        lambda walk: walk.then(np.abs),
    ),
    Misconception(
        "cut off to integers",
        "the numbers are cut off to integers",
        "Which dtype has the array that your code adds into? np.zeros_like of integers is integers too.",
        "01#In practice",
        ("grad_x", "grad_w", "grad_b", "z"),
        lambda walk: walk.then(np.trunc),
    ),
    # ------------------------------------------------------------------------------------------------ the bias
    Misconception(
        "one total for all filters",
        "one total is made of all filters; each has a bias of its own",
        "Which outputs hold b[1], and which do not?",
        "04#The bias gradient, three ways",
        B,
        lambda walk: np.full(walk.delta.shape[1], walk.delta.sum()) if walk.layer.filters > 1 else None,
    ),
    Misconception(
        "the batch is not summed",
        "the examples are not summed: they share the bias",
        "Does example 1 have a bias of its own?",
        "04#The bias gradient, three ways",
        B,
        _sums_of_delta(lambda ndim: tuple(range(2, ndim))),
    ),
    Misconception(
        "a bias map",
        "the positions are not summed: one bias serves all cells of a map",
        "How many numbers is the bias of one filter?",
        "04#The bias gradient, three ways",
        B,
        _sums_of_delta(lambda ndim: (0,)),
    ),
    Misconception(
        "columns not summed",
        "the last axis is not summed",
        "Which axes of δ does the bias not have?",
        "04#The bias gradient, three ways",
        B,
        _sums_of_delta(lambda ndim: (0, *range(2, ndim - 1)) if ndim > 3 else None),
    ),
    Misconception(
        "summed over filters",
        "the filters are summed, and the examples kept",
        "Which axis of δ counts the filters?",
        "04#The bias gradient, three ways",
        B,
        _sums_of_delta(lambda ndim: (1, *range(2, ndim))),
    ),
    Misconception(
        "first example's bias",
        "only the first example of δ is counted",
        "Do the other examples have no bias?",
        "04#The bias gradient, three ways",
        B,
        lambda walk: (
            walk.delta[0].sum(tuple(range(1, walk.delta.ndim - 1))) if walk.layer.batch > 1 else None
        ),
    ),
)


# -------------------------------------------------------------------------------------- one factor in all the cells
@dataclass(frozen=True)
class Factor:
    """A number between what came out and what should, the same in every cell."""

    name: str
    text: str
    question: str
    section: str
    of_layer: Callable[[Walk], float]


def _count(walk, *letters):
    layer = walk.layer
    numbers = dict(
        n=layer.batch,
        f=layer.filters,
        c=layer.channels,
        k=int(np.prod([a.kernel for a in layer.axes])),
        u=int(np.prod([a.out_size for a in layer.axes])),
        i=int(np.prod([a.size for a in layer.axes])),
    )
    return float(np.prod([numbers[letter] for letter in letters]))


_SUM = "A nudge moves every one of its outputs by the whole. Is the change of J their sum or their mean?"

FACTORS = (
    Factor(
        "the sign is wrong",
        "the sign is wrong everywhere; in a loss of squares that comes of target less output",
        "If an output grows by 1, does J grow by δ or fall by it?",
        "12#Target less output",
        lambda walk: -1,
    ),
    Factor(
        "divided by the number of examples",
        "it is divided by the number of examples: 1/N belongs to δ, if J is a mean, and nowhere else",
        "Does J hold 1/N? Then δ has it already.",
        "04#Sum or mean, and where 1/N lives",
        lambda walk: 1 / _count(walk, "n"),
    ),
    Factor(
        "multiplied by the number of examples",
        "it is multiplied by the number of examples",
        "How often is each example counted?",
        "04#Sum or mean, and where 1/N lives",
        lambda walk: _count(walk, "n"),
    ),
    Factor(
        "a mean over positions",
        "it is a mean over the positions, where a sum belongs",
        _SUM,
        "04#A mean over positions",
        lambda walk: 1 / _count(walk, "u"),
    ),
    Factor(
        "a mean over positions and examples",
        "it is a mean over positions and examples, where a sum belongs",
        _SUM,
        "04#A mean over positions",
        lambda walk: 1 / _count(walk, "n", "u"),
    ),
    Factor(
        "a mean over all of δ",
        "it is a mean over all cells of δ, where a sum belongs",
        _SUM,
        "04#A mean over positions",
        lambda walk: 1 / _count(walk, "n", "f", "u"),
    ),
    Factor(
        "divided by the number of channels",
        "it is divided by the number of channels",
        _SUM,
        "03#Channels, one filter",
        lambda walk: 1 / _count(walk, "c"),
    ),
    Factor(
        "divided by the number of filters",
        "it is divided by the number of filters",
        _SUM,
        "03#Filters, one channel",
        lambda walk: 1 / _count(walk, "f"),
    ),
    Factor(
        "divided by the number of taps",
        "it is divided by the number of taps",
        _SUM,
        "04#A mean over positions",
        lambda walk: 1 / _count(walk, "k"),
    ),
    Factor(
        "multiplied by the number of positions",
        "it is multiplied by the number of positions",
        "Is a sum taken twice?",
        "04#A mean over positions",
        lambda walk: _count(walk, "u"),
    ),
    Factor(
        "divided by the number of inputs",
        "it is divided by the number of inputs",
        _SUM,
        "04#A mean over positions",
        lambda walk: 1 / _count(walk, "i"),
    ),
    Factor(
        "multiplied by the stride",
        "it is multiplied by the stride",
        "The stride decides which cells meet. Does it stand in the term?",
        "05#The input gradient",
        lambda walk: float(np.prod(walk.stride)),
    ),
    Factor(
        "divided by the stride",
        "it is divided by the stride",
        "The stride decides which cells meet. Does it stand in the term?",
        "05#The input gradient",
        lambda walk: 1 / float(np.prod(walk.stride)),
    ),
    Factor(
        "twice too large",
        "every cell is twice too large: each link is counted twice, or the slope of a square has lost its half",
        "How often does your code visit each link?",
        "04#Sum or mean, and where 1/N lives",
        lambda walk: 2,
    ),
    Factor(
        "half too small",
        "every cell is half of what it should be",
        "The half in front of a square goes when it is differentiated. Where does yours come from?",
        "04#Sum or mean, and where 1/N lives",
        lambda walk: 0.5,
    ),
)
