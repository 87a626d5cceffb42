"""Backward passes that are wrong in ways seen in the wild, each a function of (delta, x, w, **settings).

The numbers are those of the series' list of mistakes. Number 25 is missing: it is a wrong size of the output, and the
layer that it invents has no gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .backward import correlate as slide
from .backward import crop, fitted, gather, half_turn, leftovers, pad, per_tap, whole, zeros_between

__all__ = ["BUGS", "Bug", "bug_named"]


@dataclass(frozen=True, repr=False)
class Bug:
    """A wrong backward pass.

    Attributes
    ----------
    number : int
        Of the series' list of mistakes; variants of one mistake share it.
    name : str
    what : str
        One sentence: what is done wrong.
    of : str
        The array whose gradient it is: "x", "w" or "b".
    function : function of (delta, x, w, **settings)
        Settings are stride and dilation (two int each), padding (two pairs) and groups.
    """

    number: int
    name: str
    what: str
    of: str
    function: Callable

    def __call__(self, delta, x, w, **settings):
        return self.function(delta, x, w, **settings)

    def __repr__(self):
        return f"Bug {self.number}, {self.name} (of {self.of}): {self.what}"


# ------------------------------------------------------------------------------------------- one step replaced
def gather_with(**replaced):
    return lambda delta, x, w, **settings: gather(delta, x, w, **(settings | replaced))


def per_tap_with(**replaced):
    return lambda delta, x, w, **settings: per_tap(delta, x, w, **(settings | replaced))


def in_groups(one, delta, w, groups):
    """The channels of each group, side by side."""
    parts = zip(np.split(delta, groups, 1), np.split(w, groups, 0), strict=True)
    return np.concatenate([one(d_g, w_g) for d_g, w_g in parts], 1)


# ------------------------------------------------------------------------------------------- the input gradient
# What each gets wrong is said in the table below.
def padded_as_the_layer(delta, x, w, *, stride, padding, dilation, groups=1):
    def one(d_g, w_g):
        return slide(pad(zeros_between(d_g, stride), padding), zeros_between(half_turn(w_g), dilation))

    return in_groups(one, delta, w, groups)


def reshaped(delta, x, w, **settings):
    swapped = w.reshape(w.shape[1], w.shape[0], *w.shape[2:]).swapaxes(0, 1)
    return gather(delta, x, swapped, **settings)


def stride_ignored(delta, x, w, **settings):
    """What is missing behind is filled up with zeros."""
    full = gather_with(stride=(1, 1), padding=((0, 0), (0, 0)), cropped=whole, split=lambda r: (0, 0))
    full = full(delta, x, w, **settings)
    return fitted(full, settings["padding"], x.shape[2:])


def last_phase(delta, x, w, **settings):
    """The end may fall off."""
    phase = tuple(s - 1 for s in settings["stride"])
    late = gather(delta, x, w, **settings, cropped=whole)
    late = pad(late, [(p, 0) for p in phase])
    return crop(late, settings["padding"], x.shape[2:])


def leftover_dropped(delta, x, w, **settings):
    left = leftovers(delta, x, w, settings["stride"], settings["padding"], settings["dilation"])
    grad = gather(delta, x, w, **settings)
    return grad[:, :, : grad.shape[2] - left[0], : grad.shape[3] - left[1]]


def crop_p_to_minus_p(full, pads, size):
    return full[:, :, *(slice(a, -b) for a, b in pads)]


def crop_by_the_other_side(full, pads, size):
    return full[:, :, *(slice(b, b + n) for (_, b), n in zip(pads, size, strict=True))]


def dilation_on_delta(delta, x, w, **settings):
    """Cut or filled up to size."""
    stride, dilation = settings["stride"], settings["dilation"]
    wrong = settings | dict(
        stride=tuple(s * d for s, d in zip(stride, dilation, strict=True)), dilation=(1, 1)
    )
    full = gather(delta, x, w, **wrong, cropped=whole, split=lambda r: (0, 0))
    return fitted(full, settings["padding"], x.shape[2:])


def dilation_ignored(delta, x, w, **settings):
    full = gather(delta, x, w, **(settings | dict(dilation=(1, 1))), cropped=whole, split=lambda r: (0, 0))
    return fitted(full, settings["padding"], x.shape[2:])


def dilation_from_0(delta, x, w, **settings):
    wider = tuple(d + 1 for d in settings["dilation"])
    full = gather(delta, x, w, **(settings | dict(dilation=wider)), cropped=whole, split=lambda r: (0, 0))
    return fitted(full, settings["padding"], x.shape[2:])


def one_too_far(w):
    """At k = 0 Python would refuse, a modulo does not."""
    rows, columns = (-np.arange(n) % n for n in w.shape[2:])
    return w[:, :, rows][:, :, :, columns]


def duplicates_lost(delta, x, w, *, stride, padding, dilation, groups=1):
    height, width = (n + sum(p) for n, p in zip(x.shape[2:], padding, strict=True))
    rows, columns = (
        (s * np.arange(u)[:, None] + d * np.arange(k)).ravel()
        for s, u, d, k in zip(stride, delta.shape[2:], dilation, w.shape[2:], strict=True)
    )

    def one(d_g, w_g):
        wide = np.zeros((len(x), w.shape[1], height, width))
        values = np.einsum("nfuv,fckl->ncukvl", d_g, w_g)
        wide[:, :, rows[:, None], columns] += values.reshape(*values.shape[:2], len(rows), len(columns))
        return wide

    return crop(in_groups(one, delta, w, groups), padding, x.shape[2:])


def truncated(delta, x, w, **settings):
    return gather(delta, x, w, **settings).astype(np.int64)


def turned_in_place(delta, x, w, **settings):
    w[...] = half_turn(w).copy()
    return gather(delta, x, w, turn=lambda a: a, **settings)


def groups_ignored(delta, x, w, **settings):
    groups = settings.pop("groups", 1)
    return np.tile(gather(delta, x, w, **settings), (1, groups, 1, 1))


def groups_in_the_wrong_order(delta, x, w, **settings):
    groups = settings.get("groups", 1)
    return np.concatenate(np.split(gather(delta, x, w, **settings), groups, 1)[::-1], 1)


def of_the_layer_below(delta, x, w, **settings):
    return gather(delta, x, w, **settings) * (x > 0)


# ------------------------------------------------------------------------------------------ the weight gradient
def arguments_swapped(delta, x, w, **settings):
    return half_turn(per_tap(delta, x, w, **settings))


def divided_by_the_batch(delta, x, w, **settings):
    return per_tap(delta, x, w, **settings) / len(x)


def summed_over_channels(delta, x, w, **settings):
    return np.broadcast_to(per_tap(delta, x, w, **settings).sum(1, keepdims=True), w.shape)


def last_example(delta, x, w, **settings):
    return per_tap(delta[-1:], x[-1:], w, **settings)


# -------------------------------------------------------------------------------------------- the bias gradient
def mean_of_delta(delta, x, w, **settings):
    return delta.mean((0, 2, 3))


def one_total(delta, x, w, **settings):
    return np.full(len(w), delta.sum())


def first_example(delta, x, w, **settings):
    return delta[0].sum((1, 2))


def map_of_delta(delta, x, w, **settings):
    return delta.sum(0)


# --------------------------------------------------------------------------------------------------- the table
BUGS = [
    Bug(
        1,
        "kernel not turned",
        "The kernel slides over δ as it is, without the half turn that gathering needs.",
        "x",
        gather_with(turn=lambda w: w),
    ),
    Bug(
        2,
        "kernel transposed",
        "The kernel is transposed, where it should be turned by 180°.",
        "x",
        gather_with(turn=lambda w: w.swapaxes(2, 3)),
    ),
    Bug(
        3,
        "kernel turned by 90°",
        "The kernel is turned by 90°, where it should be turned by 180°.",
        "x",
        gather_with(turn=lambda w: np.rot90(w, 1, (2, 3))),
    ),
    Bug(
        4,
        "channels turned too",
        "The half turn also reverses the order of the channels.",
        "x",
        gather_with(turn=lambda w: half_turn(w)[:, ::-1]),
    ),
    Bug(
        4,
        "filters turned too",
        "The half turn also reverses the order of the filters.",
        "x",
        gather_with(turn=lambda w: half_turn(w)[::-1]),
    ),
    Bug(
        5,
        "axes swapped by a reshape",
        "w is reshaped to (C, F, K, L), which deals its numbers out anew, where two axes should change places.",
        "x",
        reshaped,
    ),
    Bug(
        6,
        "filters mixed",
        "An einsum with one letter too many sums over the filters of δ and over those of w, each by itself.",
        "x",
        gather_with(join="nfijkl,gckl->ncij"),
    ),
    Bug(
        7,
        "stride ignored in grad_x",
        "No zeros are put between the cells of δ, as if the stride were 1.",
        "x",
        stride_ignored,
    ),
    Bug(
        8,
        "stride ignored in grad_w",
        "The slice of x that meets δ has steps of 1, as if the stride were 1.",
        "w",
        per_tap_with(step=(1, 1)),
    ),
    Bug(
        9,
        "zeros in front",
        "The zeros of the stride are put in front of each cell of δ, not behind it.",
        "x",
        last_phase,
    ),
    Bug(
        10,
        "leftover dropped",
        "The rows and columns behind the last window are missing from the result.",
        "x",
        leftover_dropped,
    ),
    Bug(
        10,
        "leftover split evenly",
        "The zeros for the leftover are put half in front and half behind, where all belong behind.",
        "x",
        gather_with(split=lambda r: (r // 2, r - r // 2)),
    ),
    Bug(
        11,
        "padded by P again",
        "δ is padded by the layer's own padding P, where d(K−1) − P belongs.",
        "x",
        padded_as_the_layer,
    ),
    Bug(
        12,
        "crop forgotten",
        "The result is the gradient of the padded x: its padding is never taken off.",
        "x",
        gather_with(cropped=whole),
    ),
    Bug(
        12,
        "crop p:-p",
        "The padding is taken off by the slice p:-p, which is empty at p = 0.",
        "x",
        gather_with(cropped=crop_p_to_minus_p),
    ),
    Bug(
        13,
        "crop by the other side",
        "The crop begins after the padding behind, where it should begin after the padding in front.",
        "x",
        gather_with(cropped=crop_by_the_other_side),
    ),
    Bug(
        14,
        "dilation ignored in grad_x",
        "The taps of the kernel are laid side by side over δ, as if the dilation were 1.",
        "x",
        dilation_ignored,
    ),
    Bug(
        14,
        "dilation ignored in grad_w",
        "The slices of x begin one cell apart, as if the dilation were 1.",
        "w",
        per_tap_with(apart=(1, 1)),
    ),
    Bug(
        14,
        "dilation put into δ",
        "The zeros of the dilation are put between the cells of δ, not between the taps.",
        "x",
        dilation_on_delta,
    ),
    Bug(
        15,
        "dilation from 0",
        "Dilation 1 is taken to mean one zero between two taps, where it means none.",
        "x",
        dilation_from_0,
    ),
    Bug(
        16,
        "K − k for K − 1 − k",
        "The turned kernel is read at K − k, one tap too far, and wraps around at k = 0.",
        "x",
        gather_with(turn=one_too_far),
    ),
    Bug(
        17,
        "grad_w reversed",
        "x slides over δ, where δ should slide over x: the gradient comes out turned by 180°.",
        "w",
        arguments_swapped,
    ),
    Bug(
        18,
        "grad_w divided by N",
        "The weight gradient is divided by the batch size, and the input gradient is not.",
        "w",
        divided_by_the_batch,
    ),
    Bug(
        19,
        "grad_w summed over c",
        "The weight gradient is summed over the channels too, and is the same for all of them.",
        "w",
        summed_over_channels,
    ),
    Bug(
        19,
        "grad_w of the last example",
        "The loop over the batch says grad_w = …, where it should say grad_w += ….",
        "w",
        last_example,
    ),
    Bug(20, "grad_b a mean", "The bias gradient is the mean of δ, not its sum.", "b", mean_of_delta),
    Bug(
        20,
        "one grad_b for all filters",
        "δ is summed over the filters too, and all filters get that one number.",
        "b",
        one_total,
    ),
    Bug(
        20,
        "grad_b of the first example",
        "The bias gradient forgets the batch: δ of the first example alone is summed.",
        "b",
        first_example,
    ),
    Bug(
        20,
        "grad_b a map",
        "δ is summed over the batch alone: a map (F, U, V) in place of one number per filter.",
        "b",
        map_of_delta,
    ),
    Bug(
        21,
        "duplicates lost",
        "dx[idx] += v names a cell several times, and NumPy adds to it only once.",
        "x",
        duplicates_lost,
    ),
    Bug(22, "cut off to integers", "The result is put into an array of integers.", "x", truncated),
    Bug(
        23,
        "kernel turned in place",
        "The gradient is right, but the caller's own w is left turned by 180°.",
        "x",
        turned_in_place,
    ),
    Bug(
        24,
        "groups ignored",
        "Every filter is joined to every channel of a group, and the result repeated for each group.",
        "x",
        groups_ignored,
    ),
    Bug(
        24,
        "groups in the wrong order",
        "The channels of the last group are written first.",
        "x",
        groups_in_the_wrong_order,
    ),
    Bug(
        26,
        "slope of the layer below",
        "grad_x is multiplied by the slope of the ReLU that made x: that is ∂J/∂z of the layer below, not ∂J/∂x.",
        "x",
        of_the_layer_below,
    ),
]


def bug_named(name) -> Bug:
    """The bug of this name, or a ValueError that lists the names."""
    for bug in BUGS:
        if bug.name == name:
            return bug
    raise ValueError(f"no bug is called {name!r}; there are {', '.join(repr(bug.name) for bug in BUGS)}")
