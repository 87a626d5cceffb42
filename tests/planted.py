"""Backward passes wrong in ways seen in the wild, each a function, for testing the checks themselves.

Numbered by kind of mistake. Every function takes (delta, x, w, **settings) of a 2-D layer, settings as
tuples per axis, and returns the gradient that somebody who made this mistake would return. `gather` and
`per_tap` are right; a mistake is one of their steps replaced.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from geometries import Layer
from numpy.lib.stride_tricks import sliding_window_view


# -- a right backward pass, in steps that can be replaced --------------------------------------------
def half_turn(w):
    return w[:, :, ::-1, ::-1]


def zeros_between(array, steps, phase=(0, 0), behind=(0, 0)):
    """The array's cells `steps` apart, from `phase` on; then rows and columns of zeros behind."""
    grid = [s * (n - 1) + 1 for n, s in zip(array.shape[2:], steps, strict=True)]
    spread = np.zeros((*array.shape[:2], *(n + b for n, b in zip(grid, behind, strict=True))))
    where = tuple(slice(a, a + n, s) for a, n, s in zip(phase, grid, steps, strict=True))
    spread[:, :, *where][...] = array[:, :, : spread[:, :, *where].shape[2], : spread[:, :, *where].shape[3]]
    return spread


def pad(array, pairs):
    return np.pad(array, ((0, 0), (0, 0), *pairs))


def correlate(array, kernel, join="nfijkl,fckl->ncij"):
    return np.einsum(join, sliding_window_view(array, kernel.shape[2:], axis=(2, 3)), kernel)


def crop(full, pads, size):
    return full[:, :, *(slice(a, a + n) for (a, _), n in zip(pads, size, strict=True))]


def whole(full, pads, size):
    """Not cropped."""
    return full


def fitted(full, pads, size):
    """Cropped, and filled up with zeros where something is missing behind."""
    return crop(pad(full, [(0, sum(p) + n) for p, n in zip(pads, size, strict=True)]), pads, size)


def leftovers(delta, x, w, stride, padding, dilation):
    numbers = zip(x.shape[2:], w.shape[2:], stride, padding, dilation, delta.shape[2:], strict=True)
    return tuple(h + sum(p) - (s * (u - 1) + d * (k - 1) + 1) for h, k, s, p, d, u in numbers)


def gather(
    delta,
    x,
    w,
    *,
    stride,
    padding,
    dilation,
    groups=1,
    turn=half_turn,
    phase=(0, 0),
    split=lambda r: (0, r),
    cropped=crop,
    join="nfijkl,fckl->ncij",
):
    """The input gradient: delta with zeros between, padded by d(K-1), over the turned kernel, cropped."""
    left = leftovers(delta, x, w, stride, padding, dilation)
    parts = []
    for d_g, w_g in zip(np.split(delta, groups, 1), np.split(w, groups, 0), strict=True):
        kernel = zeros_between(turn(w_g), dilation)
        inserted = zeros_between(d_g, stride, phase)
        sides = [
            (n - 1 + split(r)[0], n - 1 + split(r)[1]) for n, r in zip(kernel.shape[2:], left, strict=True)
        ]
        parts.append(correlate(pad(inserted, sides), kernel, join))
    return cropped(np.concatenate(parts, 1), padding, x.shape[2:])


def per_tap(delta, x, w, *, stride, padding, dilation, groups=1, step=None, apart=None, join="nfuv,ncuv->fc"):
    """The weight gradient: for each tap, the strided slice of the padded input it reads, times delta."""
    step, apart = step or stride, apart or dilation
    grad = np.zeros(w.shape)
    x = pad(x, padding)
    filters, channels = w.shape[0] // groups, w.shape[1]
    for g in range(groups):
        d_g, x_g = delta[:, g * filters :][:, :filters], x[:, g * channels :][:, :channels]
        for k in np.ndindex(*w.shape[2:]):
            where = (
                slice(a * t, a * t + s * (u - 1) + 1, s)
                for t, a, s, u in zip(k, apart, step, delta.shape[2:], strict=True)
            )
            grad[g * filters : (g + 1) * filters, :, *k] = np.einsum(join, d_g, x_g[:, :, *where])
    return grad


def per_filter(delta, x, w, **settings):
    """The bias gradient."""
    return delta.sum((0, 2, 3))


# -- the mistakes ------------------------------------------------------------------------------------
def gather_with(**replaced):
    return lambda delta, x, w, **settings: gather(delta, x, w, **(settings | replaced))


def per_tap_with(**replaced):
    return lambda delta, x, w, **settings: per_tap(delta, x, w, **(settings | replaced))


def padded_as_the_layer(delta, x, w, *, stride, padding, dilation, groups=1):
    """11: delta padded by the layer's own padding instead of d(K-1) - P."""
    return correlate(pad(zeros_between(delta, stride), padding), zeros_between(half_turn(w), dilation))


def reshaped(delta, x, w, **settings):
    """5: w made (C, F, K, L) by a reshape, which takes the wrong numbers."""
    swapped = w.reshape(w.shape[1], w.shape[0], *w.shape[2:]).swapaxes(0, 1)
    return gather(delta, x, swapped, **settings)


def stride_ignored(delta, x, w, **settings):
    """7: as if the layer had stride 1; what is missing behind is filled up with zeros."""
    full = gather_with(stride=(1, 1), padding=((0, 0), (0, 0)), cropped=whole, split=lambda r: (0, 0))
    full = full(delta, x, w, **settings)
    return fitted(full, settings["padding"], x.shape[2:])


def last_phase(delta, x, w, **settings):
    """9: the zeros inserted before each cell of delta instead of after it; the end may fall off."""
    phase = tuple(s - 1 for s in settings["stride"])
    late = gather(delta, x, w, **settings, cropped=whole)
    late = pad(late, [(p, 0) for p in phase])
    return crop(late, settings["padding"], x.shape[2:])


def leftover_dropped(delta, x, w, **settings):
    """10: the rows and columns after the last window are missing from the result."""
    left = leftovers(delta, x, w, settings["stride"], settings["padding"], settings["dilation"])
    grad = gather(delta, x, w, **settings)
    return grad[:, :, : grad.shape[2] - left[0], : grad.shape[3] - left[1]]


def crop_p_to_minus_p(full, pads, size):
    """12: `p:-p`, which is empty at p = 0."""
    return full[:, :, *(slice(a, -b) for a, b in pads)]


def crop_by_the_other_side(full, pads, size):
    """13: the padding behind taken for the padding before."""
    return full[:, :, *(slice(b, b + n) for (_, b), n in zip(pads, size, strict=True))]


def dilation_on_delta(delta, x, w, **settings):
    """14: the zeros put between the cells of delta instead of between the taps; cut or filled up to size."""
    stride, dilation = settings["stride"], settings["dilation"]
    wrong = settings | dict(
        stride=tuple(s * d for s, d in zip(stride, dilation, strict=True)), dilation=(1, 1)
    )
    full = gather(delta, x, w, **wrong, cropped=whole, split=lambda r: (0, 0))
    return fitted(full, settings["padding"], x.shape[2:])


def dilation_ignored(delta, x, w, **settings):
    """14: as if the taps were neighbours."""
    full = gather(delta, x, w, **(settings | dict(dilation=(1, 1))), cropped=whole, split=lambda r: (0, 0))
    return fitted(full, settings["padding"], x.shape[2:])


def dilation_from_0(delta, x, w, **settings):
    """15: dilation 1 taken to mean one zero between two taps."""
    wider = tuple(d + 1 for d in settings["dilation"])
    full = gather(delta, x, w, **(settings | dict(dilation=wider)), cropped=whole, split=lambda r: (0, 0))
    return fitted(full, settings["padding"], x.shape[2:])


def one_too_far(w):
    """16: the cell at [k, l] taken from [K - k, L - l]; at k = 0 Python would refuse, a modulo does not."""
    rows, columns = (-np.arange(n) % n for n in w.shape[2:])
    return w[:, :, rows][:, :, :, columns]


def arguments_swapped(delta, x, w, **settings):
    """17: x slid over delta instead of delta over x: the gradient comes out reversed."""
    return half_turn(per_tap(delta, x, w, **settings))


def summed_over_channels(delta, x, w, **settings):
    """19: one gradient for all channels."""
    return np.broadcast_to(per_tap(delta, x, w, **settings).sum(1, keepdims=True), w.shape)


def last_example(delta, x, w, **settings):
    """19: `grad_w = ...` in the loop over the batch, where `+=` belongs."""
    return per_tap(delta[-1:], x[-1:], w, **settings)


def duplicates_lost(delta, x, w, *, stride, padding, dilation, groups=1):
    """21: `dx[idx] += v` with an index array that names cells twice: numpy adds once."""
    wide = np.zeros((*x.shape[:2], *(n + sum(p) for n, p in zip(x.shape[2:], padding, strict=True))))
    cells = [
        (s * np.arange(u)[:, None] + d * np.arange(k)).ravel()
        for s, u, d, k in zip(stride, delta.shape[2:], dilation, w.shape[2:], strict=True)
    ]
    values = np.einsum("nfuv,fckl->ncukvl", delta, w)
    values = values.reshape(*values.shape[:2], len(cells[0]), len(cells[1]))
    wide[:, :, cells[0][:, None], cells[1]] += values
    return crop(wide, padding, x.shape[2:])


def truncated(delta, x, w, **settings):
    """22: the result put into an array of integers."""
    return gather(delta, x, w, **settings).astype(np.int64)


def turned_in_place(delta, x, w, **settings):
    """23: the right gradient, and the caller's kernel left turned."""
    w[...] = half_turn(w).copy()
    return gather(delta, x, w, turn=lambda a: a, **settings)


def groups_ignored(delta, x, w, **settings):
    """24: every filter joined to every channel of a group, the result repeated for each group."""
    groups = settings.pop("groups", 1)
    return np.tile(gather(delta, x, w, **settings), (1, groups, 1, 1))


def groups_in_the_wrong_order(delta, x, w, **settings):
    """24: channel blocks written last group first."""
    groups = settings.get("groups", 1)
    return np.concatenate(np.split(gather(delta, x, w, **settings), groups, 1)[::-1], 1)


def out_size_by_int(size, kernel, stride):
    """25: int() rounds towards zero, so a kernel too long by less than s still gives one output."""
    return int((size - kernel) / stride) + 1


# -- rows, groups, any number of axes and two layers, for the exercises: right, with the steps to replace ---
def reach(delta, w, stride=1, dilation=1):
    """The input gradient of a row without padding, as far as its windows reach."""
    row = np.zeros(stride * (len(delta) - 1) + dilation * (len(w) - 1) + 1)
    for k, weight in enumerate(w):
        row[dilation * k :][: stride * (len(delta) - 1) + 1 : stride] += weight * delta
    return row


def to_length(row, n):
    """A row cut off, or filled up with zeros."""
    return np.concatenate([row, np.zeros(n)])[:n]


def negative_links(delta, w, stride, before, n):
    """The input gradient of a row, with links into the padding in front taken for links to the end."""
    grad = np.zeros(n)
    for u, k in np.ndindex(len(delta), len(w)):
        if stride * u + k - before < n:
            grad[stride * u + k - before] += delta[u] * w[k]
    return grad


def rounded_links(delta, w, stride, before, n):
    """The input gradient of a row, gathered without asking whether the stride divides."""
    grad = np.zeros(n)
    for i, k in np.ndindex(n, len(w)):
        u = (i + before - k) // stride
        if 0 <= u < len(delta):
            grad[i] += delta[u] * w[k]
    return grad


def same(delta, w, pads=lambda before, after: (after, before), turn=lambda w: w[::-1]):
    """The input gradient of a "same" row, by gathering."""
    before = (len(w) - 1) // 2
    return np.correlate(np.pad(delta, pads(before, len(w) - 1 - before)), turn(w), "valid")


def row_weight(delta, x, n_weights, stride=1, dilation=1):
    """The weight gradient of a row; beyond its end x is zero."""
    x = np.concatenate([x, np.zeros((stride + dilation) * len(x))])
    return np.array([delta @ x[dilation * k :][: stride * len(delta) : stride] for k in range(n_weights)])


def every_position(delta, x, stride, dilation):
    """The weight gradient at all positions for which the row has room."""
    inserted = np.zeros(stride * (len(delta) - 1) + 1)
    inserted[::stride] = delta
    return np.correlate(x, inserted, "valid")[::dilation]


def group_input(delta, w, groups, turn=lambda w: w[:, :, ::-1, ::-1], block=np.split):
    """The input gradient of one example, group by group; `block` cuts the filters into groups."""
    pads = [(0, 0), (0, 0), *((n - 1, n - 1) for n in w.shape[2:])]
    parts = [
        correlate(np.pad(d[None], pads), turn(k))[0]
        for d, k in zip(block(delta, groups), block(w, groups), strict=True)
    ]
    return np.concatenate(parts)


def dealt_out(array, groups):
    """The filters cut into groups one by one."""
    return [array[g::groups] for g in range(groups)]


def last_of_group(delta, groups):
    """delta of the last filter of each group alone, as `=` leaves it where `+=` belongs."""
    alone, size = np.zeros_like(delta), len(delta) // groups
    alone[size - 1 :: size] = delta[size - 1 :: size]
    return alone


def group_forward(x, w, groups, group=lambda f, filters, channels, groups: f * groups // filters):
    """The output of one example; `group` is the group of filter f."""
    per_group, maps = w.shape[1], []
    for f, kernels in enumerate(w):
        g = group(f, len(w), len(x), groups)
        read = np.stack([x[g * per_group + c] for c in range(per_group)])
        maps.append(correlate(read[None], kernels[None], "ncijkl,fckl->nfij")[0, 0])
    return np.stack(maps)


def any_weight(delta, x, shape, stride, padding, how="constant"):
    """The weight gradient for any number of spatial axes."""
    grad, spatial = np.zeros(shape), range(2, x.ndim)
    x = np.pad(x, [(0, 0), (0, 0), *[(padding, padding)] * len(spatial)], how)
    over = [0, *spatial]
    for k in np.ndindex(*shape[2:]):
        where = (slice(t, t + stride * (u - 1) + 1, stride) for t, u in zip(k, delta.shape[2:], strict=True))
        grad[:, :, *k] = np.tensordot(delta, x[:, :, *where], (over, over))
    return grad


def image_weight(delta, x, shape, stride, padding):
    """The same for two axes only, with numbers of the axes in the text."""
    x = np.pad(x, [(0, 0)] * 2 + [(padding, padding)] * (x.ndim - 2))
    grad = np.zeros(shape)
    for k in np.ndindex(*shape[2:]):
        rows, columns = (slice(k[a], k[a] + stride * delta.shape[a + 2], stride) for a in (0, 1))
        part = x[:, :, rows, columns][:, :, : delta.shape[2], : delta.shape[3]]
        grad[:, :, *k] = np.einsum("nfuv,ncuv->fc", delta, part)
    return grad


def two_layers(x, w1, w2, upstream, *, one=lambda z1: z1 > 0, two=lambda z2: z2 > 0, read=lambda z1, a1: a1):
    """The weight gradients of two layers with ReLU; what is multiplied at each activation, what is read."""
    plain = dict(stride=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1))
    z1 = correlate(x, w1, "ncijkl,fckl->nfij")
    a1 = np.maximum(z1, 0)
    delta2 = upstream * two(correlate(a1, w2, "ncijkl,fckl->nfij"))
    delta1 = gather(delta2, a1, w2, **plain) * one(z1)
    return per_tap(delta1, x, w1, **plain), per_tap(delta2, read(z1, a1), w2, **plain)


# -- what each gets wrong, where it shows and where it hides -----------------------------------------
@dataclass(frozen=True)
class Bug:
    """A wrong backward pass; `of` names the array whose gradient it is."""

    number: int
    what: str
    of: str
    function: object
    shows: Layer
    hides: Layer | None  # a layer on which it is right; None if there is none
    prepare: object = lambda x, w, delta: (
        x,
        w,
        delta,
    )  # arrays on which it hides, where the layer alone does not
    shape_only: bool = False  # the result has another shape


def layer(x, w, stride=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1), groups=1):
    return Layer(
        f"x {x}, w {w}", x, w, dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    )


PLAIN = layer((2, 3, 5, 7), (4, 3, 3, 2))
SQUARE = layer((2, 3, 5, 7), (4, 3, 3, 3))
POINT = layer((2, 3, 5, 7), (4, 3, 1, 1))
STRIDED = layer((2, 3, 8, 11), (4, 3, 3, 2), (3, 4), ((1, 1), (1, 0)))
LEFT = layer((2, 3, 8, 10), (4, 3, 3, 2), (3, 4))
LEFT_1 = layer((2, 3, 7, 7), (4, 3, 3, 2), (3, 4))
NO_LEFT = layer((2, 3, 9, 10), (4, 3, 3, 2), (3, 4))
PADDED = layer((2, 3, 5, 7), (4, 3, 3, 2), padding=((1, 1), (2, 2)))
UNEVEN = layer((2, 3, 5, 7), (4, 3, 3, 2), padding=((2, 0), (1, 3)))
SAME = layer((2, 3, 5, 7), (4, 3, 3, 5), padding=((1, 1), (2, 2)))
SAME_UNEVEN = layer((2, 3, 5, 7), (4, 3, 4, 2), padding=((1, 2), (0, 1)))
DILATED = layer((2, 3, 7, 8), (4, 3, 3, 2), (2, 1), ((1, 0), (0, 2)), (2, 3))
GROUPED = layer((2, 6, 5, 7), (4, 3, 3, 2), (2, 1), ((1, 0), (0, 2)), groups=2)
APART = layer((2, 3, 6, 8), (4, 3, 2, 2), (3, 2))


def without(axis):
    """A layer with one example, one channel or one filter."""
    sizes = {"n": 2, "c": 3, "f": 4} | {axis: 1}
    return layer((sizes["n"], sizes["c"], 5, 7), (sizes["f"], sizes["c"], 3, 2))


def symmetric_kernel(x, w, delta):
    return x, w + half_turn(w), delta


def transposed_is_turned(x, w, delta):
    return x, w + half_turn(w.swapaxes(2, 3)), delta


def same_at_every_quarter(x, w, delta):
    return x, sum(np.rot90(w, q, (2, 3)) for q in range(4)), delta


def constant_kernel(x, w, delta):
    return x, np.broadcast_to(w[:, :, :1, :1], w.shape).copy(), delta


def whole_numbers(x, w, delta):
    return np.round(x), np.round(w), np.round(delta)


BUGS = [
    Bug(1, "kernel not turned", "x", gather_with(turn=lambda w: w), PLAIN, POINT),
    Bug(
        1,
        "kernel not turned, symmetric kernel",
        "x",
        gather_with(turn=lambda w: w),
        PLAIN,
        PLAIN,
        symmetric_kernel,
    ),
    Bug(
        2,
        "kernel transposed",
        "x",
        gather_with(turn=lambda w: w.swapaxes(2, 3)),
        SQUARE,
        SQUARE,
        transposed_is_turned,
    ),
    Bug(
        3,
        "kernel turned by 90",
        "x",
        gather_with(turn=lambda w: np.rot90(w, 1, (2, 3))),
        SQUARE,
        SQUARE,
        same_at_every_quarter,
    ),
    Bug(
        4,
        "turned along the channels too",
        "x",
        gather_with(turn=lambda w: half_turn(w)[:, ::-1]),
        PLAIN,
        without("c"),
    ),
    Bug(
        4,
        "turned along the filters too",
        "x",
        gather_with(turn=lambda w: half_turn(w)[::-1]),
        PLAIN,
        without("f"),
    ),
    Bug(5, "channels and filters exchanged by a reshape", "x", reshaped, PLAIN, without("c")),
    Bug(
        6,
        "one letter too many: filters mixed",
        "x",
        gather_with(join="nfijkl,gckl->ncij"),
        PLAIN,
        without("f"),
    ),
    Bug(7, "stride ignored in grad_x", "x", stride_ignored, STRIDED, UNEVEN),
    Bug(8, "stride ignored in grad_w", "w", per_tap_with(step=(1, 1)), STRIDED, UNEVEN),
    Bug(9, "zeros inserted at the wrong phase", "x", last_phase, STRIDED, UNEVEN),
    Bug(10, "leftover dropped", "x", leftover_dropped, LEFT, NO_LEFT, shape_only=True),
    Bug(10, "leftover split evenly", "x", gather_with(split=lambda r: (r // 2, r - r // 2)), LEFT, NO_LEFT),
    Bug(
        10,
        "leftover split evenly, leftover 1",
        "x",
        gather_with(split=lambda r: (r // 2, r - r // 2)),
        LEFT,
        LEFT_1,
    ),
    Bug(11, "padded by P, not K-1-P", "x", padded_as_the_layer, SAME_UNEVEN, SAME),
    Bug(12, "crop forgotten", "x", gather_with(cropped=whole), PADDED, PLAIN, shape_only=True),
    Bug(12, "crop p:-p", "x", gather_with(cropped=crop_p_to_minus_p), PLAIN, PADDED, shape_only=True),
    Bug(13, "cropped by the other side", "x", gather_with(cropped=crop_by_the_other_side), UNEVEN, PADDED),
    Bug(14, "dilation ignored", "x", dilation_ignored, DILATED, UNEVEN),
    Bug(14, "dilation ignored in grad_w", "w", per_tap_with(apart=(1, 1)), DILATED, UNEVEN),
    Bug(14, "dilation applied to delta", "x", dilation_on_delta, DILATED, UNEVEN),
    Bug(15, "dilation counted from 0", "x", dilation_from_0, PLAIN, POINT),
    Bug(16, "K-k for K-1-k", "x", gather_with(turn=one_too_far), PLAIN, PLAIN, constant_kernel),
    Bug(17, "arguments swapped: grad_w reversed", "w", arguments_swapped, PLAIN, POINT),
    Bug(
        18,
        "grad_w divided by N",
        "w",
        lambda d, x, w, **s: per_tap(d, x, w, **s) / len(x),
        PLAIN,
        without("n"),
    ),
    Bug(19, "grad_w summed over the channels", "w", summed_over_channels, PLAIN, without("c")),
    Bug(19, "grad_w not summed over the batch", "w", last_example, PLAIN, without("n")),
    Bug(
        20,
        "grad_b a mean",
        "b",
        lambda d, x, w, **s: d.mean((0, 2, 3)),
        PLAIN,
        layer((1, 3, 3, 2), (4, 3, 3, 2)),
    ),
    Bug(
        20,
        "one grad_b for all filters",
        "b",
        lambda d, x, w, **s: np.full(len(w), d.sum()),
        PLAIN,
        without("f"),
    ),
    Bug(20, "grad_b of the first example", "b", lambda d, x, w, **s: d[0].sum((1, 2)), PLAIN, without("n")),
    Bug(20, "grad_b a map", "b", lambda d, x, w, **s: d.sum(0), PLAIN, None, shape_only=True),
    Bug(21, "duplicates lost", "x", duplicates_lost, PLAIN, APART),
    Bug(22, "cut off to integers", "x", truncated, PLAIN, PLAIN, whole_numbers),
    Bug(23, "kernel turned in place", "x", turned_in_place, PLAIN, PLAIN, symmetric_kernel),
    Bug(24, "groups ignored", "x", groups_ignored, GROUPED, UNEVEN),
    Bug(24, "groups in the wrong order", "x", groups_in_the_wrong_order, GROUPED, UNEVEN),
]

RIGHT = {"x": gather, "w": per_tap, "b": per_filter}


# ------------------------------------------------------------------------------------------------- notebook 14
def pads_of_same(size, kernel, stride, dilation, *, odd=1, rounded=lambda h, s: -(-h // s), least=0):
    """Left, right, top, bottom of TensorFlow's "SAME"; with odd=0 the odd zero is in front."""
    pads = []
    for h, k in list(zip(size, kernel, strict=True))[::-1]:
        total = max((rounded(h, stride) - 1) * stride + dilation * (k - 1) + 1 - h, least)
        front = (total + 1 - odd) // 2
        pads += [front, total - front]
    return tuple(pads)


def slid(delta, w, stride, zeros):
    """w slides as it stands over δ, with zeros put in and `zeros` around."""
    hat = np.zeros(stride * (len(delta) - 1) + 1)
    hat[::stride] = delta
    hat = np.pad(hat, zeros)
    return np.array([hat[i : i + len(w)] @ w for i in range(len(hat) - len(w) + 1)])
