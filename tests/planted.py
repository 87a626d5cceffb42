"""Backward passes wrong in ways seen in the wild, each a function, for testing the checks themselves.

Those of a 2-D layer are the bugs of `convbp_helpers.break_it`; here stands on which layer each shows and on which it
hides. Rows, groups, any number of axes and two layers are here alone, for the exercises.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from geometries import Layer

from convbp_helpers.break_it.backward import RIGHT as RIGHT  # for the tests of gradcheck
from convbp_helpers.break_it.backward import correlate, gather, half_turn, per_tap
from convbp_helpers.break_it.bugs import Bug, bug_named


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


# -- where each mistake shows and where it hides ------------------------------------------------------
@dataclass(frozen=True)
class Planted:
    """A bug of the package, a layer on which it shows, and one on which it is right."""

    bug: Bug
    shows: Layer
    hides: Layer | None  # None if there is none
    # arrays on which it hides, where the layer alone does not
    prepare: object = lambda x, w, delta: (x, w, delta)
    shape_only: bool = False  # the result has another shape
    number = property(lambda self: self.bug.number)
    what = property(lambda self: self.bug.name)
    of = property(lambda self: self.bug.of)
    function = property(lambda self: self.bug.function)


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


def no_slope_is_zero(x, w, delta):
    return np.abs(x), w, delta


BUGS = [
    Planted(bug_named("kernel not turned"), PLAIN, POINT),
    Planted(bug_named("kernel not turned"), PLAIN, PLAIN, symmetric_kernel),
    Planted(bug_named("kernel transposed"), SQUARE, SQUARE, transposed_is_turned),
    Planted(bug_named("kernel turned by 90°"), SQUARE, SQUARE, same_at_every_quarter),
    Planted(bug_named("channels turned too"), PLAIN, without("c")),
    Planted(bug_named("filters turned too"), PLAIN, without("f")),
    Planted(bug_named("axes swapped by a reshape"), PLAIN, without("c")),
    Planted(bug_named("filters mixed"), PLAIN, without("f")),
    Planted(bug_named("stride ignored in grad_x"), STRIDED, UNEVEN),
    Planted(bug_named("stride ignored in grad_w"), STRIDED, UNEVEN),
    Planted(bug_named("zeros in front"), STRIDED, UNEVEN),
    Planted(bug_named("leftover dropped"), LEFT, NO_LEFT, shape_only=True),
    Planted(bug_named("leftover split evenly"), LEFT, NO_LEFT),
    Planted(bug_named("leftover split evenly"), LEFT, LEFT_1),
    Planted(bug_named("padded by P again"), SAME_UNEVEN, SAME),
    Planted(bug_named("crop forgotten"), PADDED, PLAIN, shape_only=True),
    Planted(bug_named("crop p:-p"), PLAIN, PADDED, shape_only=True),
    Planted(bug_named("crop by the other side"), UNEVEN, PADDED),
    Planted(bug_named("dilation ignored in grad_x"), DILATED, UNEVEN),
    Planted(bug_named("dilation ignored in grad_w"), DILATED, UNEVEN),
    Planted(bug_named("dilation put into δ"), DILATED, UNEVEN),
    Planted(bug_named("dilation from 0"), PLAIN, POINT),
    Planted(bug_named("K − k for K − 1 − k"), PLAIN, PLAIN, constant_kernel),
    Planted(bug_named("grad_w reversed"), PLAIN, POINT),
    Planted(bug_named("grad_w divided by N"), PLAIN, without("n")),
    Planted(bug_named("grad_w summed over c"), PLAIN, without("c")),
    Planted(bug_named("grad_w of the last example"), PLAIN, without("n")),
    Planted(bug_named("grad_b a mean"), PLAIN, layer((1, 3, 3, 2), (4, 3, 3, 2))),
    Planted(bug_named("one grad_b for all filters"), PLAIN, without("f")),
    Planted(bug_named("grad_b of the first example"), PLAIN, without("n")),
    Planted(bug_named("grad_b a map"), PLAIN, None, shape_only=True),
    Planted(bug_named("duplicates lost"), PLAIN, APART),
    Planted(bug_named("cut off to integers"), PLAIN, PLAIN, whole_numbers),
    Planted(bug_named("kernel turned in place"), PLAIN, PLAIN, symmetric_kernel),
    Planted(bug_named("groups ignored"), GROUPED, UNEVEN),
    Planted(bug_named("groups in the wrong order"), GROUPED, UNEVEN),
    Planted(bug_named("slope of the layer below"), PLAIN, PLAIN, no_slope_is_zero),
]


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
