"""The checks of the exercises, and the exercises as the notebooks pose and solve them."""

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from planted import (
    any_weight,
    dealt_out,
    every_position,
    group_forward,
    group_input,
    image_weight,
    last_of_group,
    negative_links,
    pads_of_same,
    per_tap,
    reach,
    rounded_links,
    row_weight,
    same,
    slid,
    to_length,
    two_layers,
)

from convbp_helpers import exercises
from convbp_helpers.equations import magic
from convbp_helpers.exercises.report import FAILED, NOT_ATTEMPTED, PASSED
from convbp_helpers.words import undollared

NAMES = [name for name in exercises.__all__ if name.startswith("check_")]


def correlate(x, w):
    out = tuple(h - k + 1 for h, k in zip(x.shape, w.shape, strict=True))
    z = np.zeros(out)
    for k in np.ndindex(*w.shape):
        z += w[k] * x[tuple(slice(a, a + n) for a, n in zip(k, out, strict=True))]
    return z


def convolve(delta, w):
    """The input gradient, by scattering."""
    grad = np.zeros(tuple(u + k - 1 for u, k in zip(delta.shape, w.shape, strict=True)))
    for k in np.ndindex(*w.shape):
        grad[tuple(slice(a, a + n) for a, n in zip(k, delta.shape, strict=True))] += w[k] * delta
    return grad


def by_loops_1d(delta, w, n_inputs):
    grad = [0.0] * n_inputs
    for u, d in enumerate(delta):
        for k, weight in enumerate(w):
            grad[u + k] += d * weight
    return grad  # a list will do


def not_turned_1d(delta, w, n_inputs):
    return convolve(delta, w[::-1])


def in_place_1d(delta, w, n_inputs):
    delta *= 1
    return convolve(delta, w)


def out_of_range_1d(delta, w, n_inputs):
    return np.array([sum(delta[i + k] * w[k] for k in range(len(w))) for i in range(n_inputs)])


def negative_index_1d(delta, w, n_inputs):
    """delta[-1] is the last cell, not a cell before the first."""
    terms = [[delta[i - k] * w[k] for k in range(len(w)) if i - k < len(delta)] for i in range(n_inputs)]
    return np.array([sum(row) for row in terms])


def one_window_1d(delta, w, n_inputs):
    """A weight taken to touch one output only."""
    grad = np.zeros(n_inputs)
    grad[: len(w)] = delta[0] * w
    return grad


def tanh_backward(grad_a, x, w, b):
    delta = grad_a * (1 - np.tanh(correlate(x, w) + b) ** 2)
    return convolve(delta, w), correlate(x, delta), delta.sum()


def tanh_forgotten(grad_a, x, w, b):
    return convolve(grad_a, w), correlate(x, grad_a), grad_a.sum()


def tanh_of_x(grad_a, x, w, b):
    grad_x, grad_w, grad_b = tanh_forgotten(grad_a, x, w, b)
    return grad_x * (1 - np.tanh(x) ** 2), grad_w, grad_b


def tanh_without_bias(grad_a, x, w, b):
    return tanh_backward(grad_a, x, w, 0.0)


def tanh_bias_map(grad_a, x, w, b):
    delta = grad_a * (1 - np.tanh(correlate(x, w) + b) ** 2)
    return convolve(delta, w), correlate(x, delta), delta


def home(columns, n_inputs, stride, plus=1, dtype=float):
    """Columns of a row brought back; without `plus`, the last one that comes stays."""
    row = np.zeros(n_inputs, dtype)
    for k, u in np.ndindex(*columns.shape):
        row[stride * u + k] = plus * row[stride * u + k] + columns[k, u]
    return row


def widened(grad_z, size):
    return np.repeat(np.repeat(grad_z, size, 1), size, 2)


def pooled(grad_h, x, size, ties=False):
    """Back through a pooling by the largest cell: the first of equal ones gets it, or all of them."""
    grad = np.zeros(x.shape)
    for c, u, v in np.ndindex(*grad_h.shape):
        window = np.s_[c, size * u : size * (u + 1), size * v : size * (v + 1)]
        first = np.arange(size * size).reshape(size, size) == x[window].argmax()
        grad[window] = grad_h[c, u, v] * (x[window] == x[window].max() if ties else first)
    return grad


def softmax(scores, axis, labels):
    """Probabilities along an axis, less one at the right class."""
    p = np.exp(scores)
    p /= p.sum(axis, keepdims=True)
    return p - np.eye(scores.shape[1])[labels]


def flipped(w):
    return np.flip(w, axis=tuple(range(2, w.ndim)))


def channels_weight(delta, x, shape):
    return np.array([[correlate(channel, one) for channel in x] for one in delta])


def channels_input(delta, w, rows, columns, letters):
    grad = np.zeros((w.shape[1], rows, columns))
    for k, l in np.ndindex(w.shape[2:]):
        part = np.einsum(letters, delta, w[:, :, k, l])
        grad[:, k : k + delta.shape[1], l : l + delta.shape[2]] += part
    return grad


def mean_backward(z, target, x, w, delta=None, parts=(0, 0, 0)):
    """Divided by N in delta, or by another number; each gradient once more where parts says so."""
    delta = (z - target) / (delta or len(x))
    more = [len(x) ** p for p in parts]
    grad_w = sum(channels_weight(one, example, w.shape) for one, example in zip(delta, x, strict=True))
    grad_x = np.array([channels_input(one, w, *x.shape[2:], "fuv,fc->cuv") for one in delta])
    return grad_x / more[0], grad_w / more[1], delta.sum(axis=(0, 2, 3)) / more[2]


def strided(delta, w, stride, n):
    grad = np.zeros(max(n, stride * len(delta) + len(w)))
    for u, d in enumerate(delta):
        grad[stride * u : stride * u + len(w)] += d * w
    return grad[:n]


def spread(delta, w, stride, n, phase):
    inserted = np.zeros(stride * len(delta))
    inserted[phase::stride] = delta
    return np.convolve(inserted, w, "full")[:n]


def first_channels(w, groups):
    """1 for the channels of the first group, and 0 for the others."""
    return (np.arange(groups * w.shape[1]) < w.shape[1])[:, None, None]


#: the input gradient of the whole layer: the signs and dilation between i and k, and the order of f and c in w
CARD = (
    r"\frac{{\partial J}}{{\partial x_{{n,c,i,j}}}} = \sum_f \sum_{{k,l}} [s \mid i{0}k] [s \mid j{0}l] "
    r"\delta_{{n,f,(i{0}k)/s,(j{0}l)/s}} w_{{{1},k,l}}"
)


#: the input gradient of a row of channels
GATHER = r"\frac{{\partial J}}{{\partial x_{{c,i}}}} = \sum_f \sum_k {0}"


@dataclass(frozen=True)
class Row:
    """What one check is tried with; a dict goes over by keywords. Wrong answers come with words that help."""

    right: list
    blank: list
    wrong: list


BLANK = [..., lambda *given: ...]


def transposed_row_backward(eps, y, w, s):
    grad_y, grad_w = np.zeros(len(y)), np.zeros(len(w))
    for u in range(len(y)):
        for k in range(len(w)):
            grad_y[u] += eps[s * u + k] * w[k]
            grad_w[k] += eps[s * u + k] * y[u]
    return grad_y, grad_w, eps.sum()


ROWS = {
    "check_nudge": Row(
        [dict(outputs_changed=6, change_of_z12=5), dict(outputs_changed=np.int64(6), change_of_z12=5.0)],
        [dict(outputs_changed=..., change_of_z12=...)],
        [
            (dict(outputs_changed=9, change_of_z12=5), ["outputs_changed = 9", "3×3", "2×3"]),
            (dict(outputs_changed=24, change_of_z12=5), ["Not every output", "window covers it"]),
            (dict(outputs_changed=1, change_of_z12=5), ["One output", "each weight"]),
            (dict(outputs_changed=7, change_of_z12=5), ["outputs_changed = 7", "Count", "2×3 window"]),
            (dict(outputs_changed=6, change_of_z12=1), ["change_of_z12 = 1", "multiplied by a weight"]),
            (dict(outputs_changed=6, change_of_z12=2), ["w[0,1]", "wrong row"]),
            (dict(outputs_changed=6, change_of_z12=4), ["w[1,0]", "wrong column"]),
            (dict(outputs_changed=6, change_of_z12=6), ["w[1,2]", "offset 1"]),
            (dict(outputs_changed=6, change_of_z12=-8), ["change_of_z12 = -8", "Which weight"]),
            (dict(outputs_changed=6, change_of_z12=...), ["change_of_z12: still to answer"]),
            (dict(outputs_changed=9, change_of_z12=2), ["3×3", "wrong row"]),
        ],
    ),
    "check_summed_letters": Row(
        [
            dict(grad_x="fuv", grad_w="nuv", grad_b="nuv"),
            dict(grad_x="fkl", grad_w={"n", "u", "v"}, grad_b="n, u, v"),
            dict(grad_x=["l", "k", "f"], grad_w=("v", "u", "n"), grad_b="vun"),
        ],
        [dict(grad_x=..., grad_w=..., grad_b=...)],
        [
            (
                dict(grad_x="fuv", grad_w="uv", grad_b="nuv"),
                ["grad_w", "every example of the batch", "missing"],
            ),
            (dict(grad_x="fuv", grad_w="nuv", grad_b="uv"), ["grad_b", "every example of the batch"]),
            (dict(grad_x="nfuv", grad_w="nuv", grad_b="nuv"), ["grad_x", "n is named by"]),
            (dict(grad_x="cfkl", grad_w="nuv", grad_b="nuv"), ["grad_x", "c is named by its own subscript"]),
            (dict(grad_x="uv", grad_w="nuv", grad_b="nuv"), ["grad_x", "strike x out"]),
            (dict(grad_x="fuv", grad_w="nuv", grad_b="fnuv"), ["grad_b", "f is named"]),
            (dict(grad_x="fuv", grad_w="nuv", grad_b=...), ["grad_b: still to answer"]),
            (dict(grad_x="", grad_w="nuv", grad_b="nuv"), ["grad_x", "strike x out"]),
        ],
    ),
    "check_outputs_reached": Row(
        [dict(x2=3, x0=1)],
        [dict(x2=..., x0=...)],
        [
            (dict(x2=1, x0=1), ["x2 = 1", "window slides"]),
            (dict(x2=4, x0=1), ["z[3]", "misses it"]),
            (dict(x2=3, x0=3), ["x0 = 3", "edge"]),
            (dict(x2=3, x0=0), ["first window starts at x[0]"]),
            (dict(x2=2, x0=2), ["x2 = 2", "x0 = 2", "which of its four positions", "Which windows"]),
        ],
    ),
    "check_grad_input_1d": Row(
        [by_loops_1d, lambda delta, w, n_inputs: np.convolve(delta, w)],
        BLANK,
        [
            (not_turned_1d, ["cells are wrong", "should be", "kernel 3", "input 3"]),
            (one_window_1d, ["cells are wrong", "should be"]),
            (
                negative_index_1d,
                ["raised IndexError", "index -2 is out of bounds", "cell does not exist", "use len"],
            ),
            (out_of_range_1d, ["raised IndexError", "index left its range", "cell does not exist"]),
            (in_place_1d, ["read-only", "new array of zeros"]),
            (lambda delta, w, n_inputs: np.convolve(delta, w, "valid"), ["shape", "should be (4,)"]),
            (lambda delta, w, n_inputs: np.convolve(delta, w) / len(delta), ["cells are wrong"]),
        ],
    ),
    "check_grad_weight_1d": Row(
        [lambda delta, x, n_taps: correlate(x, delta), lambda delta, x, n_taps: np.correlate(x, delta)],
        BLANK,
        [
            (lambda delta, x, n_taps: correlate(x, delta)[::-1], ["cells are wrong", "should be"]),
            (lambda delta, x, n_taps: delta[0] * x[:n_taps], ["cells are wrong"]),
            (lambda delta, x, n_taps: np.convolve(x, delta), ["shape", "should be (2,)"]),
            (lambda delta, x, n_taps: correlate(x, delta) / len(delta), ["cells are wrong"]),
            (lambda delta, x, n_taps: correlate(x, delta).sum(), ["shape is ()", "should be"]),
        ],
    ),
    "check_repaired_grad_input": Row(
        [by_loops_1d, lambda delta, w, n_inputs: np.convolve(delta, w)],
        BLANK,
        [
            (not_turned_1d, ["cells are wrong", "should be"]),
            (lambda delta, w, n_inputs: np.convolve(delta, w)[::-1], ["cells are wrong"]),
            (lambda delta, w, n_inputs: np.convolve(delta, w)[1:], ["shape", "should be (3,)"]),
            (in_place_1d, ["read-only"]),
        ],
    ),
    "check_turned_kernel": Row(
        [[[6, 5, 4], [3, 2, 1]], ((6, 5, 4), (3, 2, 1)), np.array([[6.0, 5, 4], [3, 2, 1]])],
        [..., [[..., ..., ...], [..., ..., ...]], [...]],
        [
            ([[1, 2, 3], [4, 5, 6]], ["kernel as it was"]),
            ([[4, 5, 6], [1, 2, 3]], ["Only the rows", "columns as well"]),
            ([[3, 2, 1], [6, 5, 4]], ["Only the columns", "rows as well"]),
            ([[1, 4], [2, 5], [3, 6]], ["transpose", "keeps the shape 2×3"]),
            ([[4, 1], [5, 2], [6, 3]], ["90°", "3×2"]),
            ([[3, 6], [2, 5], [1, 4]], ["90°", "3×2"]),
            ([[6, 4, 5], [3, 2, 1]], ["Where does the 1 go?"]),
            ([6, 5, 4, 3, 2, 1], ["rows are missing"]),
            ("654321 321", ["list of rows"]),
            ([["a", "b", "c"]] * 2, ["list of rows"]),
        ],
    ),
    "check_strided_weight_gradient": Row(
        [
            r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v}\, x_{su+k,\,sv+l}",
            r"\dfrac{\partial J}{\partial w_{k,l}} = \sum_{u=0}^{U-1}\sum_{v=0}^{V-1} x_{k+su,l+sv} \cdot \delta_{u,v}",
        ],
        [..., "", "  \n"],
        [
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v} x_{u+k,v+l}",
                ["stride 1 only", "(0.3)"],
            ),
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v} x_{u+sk,v+sl}",
                ["Does not hold", "stride"],
            ),
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u} \delta_{u,v} x_{su+k,sv+l}",
                ["index v is never bound"],
            ),
            (
                r"\frac{\partial J}{\partial x_{k,l}} = \sum_{u,v} \delta_{u,v} x_{su+k,sv+l}",
                ["left-hand side", "w_{k,l}"],
            ),
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_n\sum_{u,v} \delta_{n,u,v} x_{n,su+k,sv+l}",
                ["one example", "no n"],
            ),
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v} x_{su+dk-p,sv+dl-p}",
                ["no padding"],
            ),
            (r"\frac{\partial J}{\partial w_{k,l}} = \frac{\partial J}{\partial w_{k,l}}", ["stride 1 only"]),
            (r"\frac{\partial J}{\partial w_{k,l} = 1", ["cannot be judged yet", "{ without its }"]),
        ],
    ),
    "check_weight_gradient_over_inputs": Row(
        [
            r"\frac{\partial J}{\partial w_k} = \sum_i \delta_{i-k}\, x_i",
            r"\frac{\partial J}{\partial w_k} = \sum_{i=0}^{H-1} x_i \delta_{i-k}",
            r"\frac{\partial J}{\partial w_k} = \sum_u\sum_i \delta_u x_i [u = i-k]",
        ],
        [..., ""],
        [
            (r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u x_{u+k}", ["solve the link"]),
            (
                r"\frac{\partial J}{\partial w_k} = \sum_i \delta_{i+k} x_i",
                ["Does not hold", "sign before k"],
            ),
            (r"\frac{\partial J}{\partial w_k} = \sum_i \delta_i x_{i+k}", ["It holds, but", "x_i"]),
            (r"\frac{\partial J}{\partial w_k} = \sum_i \delta_{k-i} x_i", ["Does not hold"]),
            (r"\frac{\partial J}{\partial w_k} = \delta_{i-k} x_i", ["index i is never bound"]),
            (r"\frac{\partial J}{\partial w_k} = \sum_i\sum_k \delta_{i-k} x_i", ["k is bound twice"]),
        ],
    ),
    "check_weight_gradient_through_activation": Row(
        [
            r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \frac{\partial J}{\partial a_{u,v}} \sigma'(z_{u,v}) x_{u+k,v+l}",
            r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u}\sum_{v} x_{u+k,\,v+l}\, \sigma'(z_{u,v})\, \frac{\partial J}{\partial a_{u,v}}",
        ],
        [..., ""],
        [
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \frac{\partial J}{\partial a_{u,v}} x_{u+k,v+l}",
                ["Does not hold", "σ'(z)", "(2.7)"],
            ),
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \frac{\partial J}{\partial a_{u,v}} \sigma'(x_{u,v}) x_{u+k,v+l}",
                ["Does not hold"],
            ),
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v} \sigma'(z_{u,v}) x_{u+k,v+l}",
                ["Does not hold"],
            ),
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v} x_{u+k,v+l}",
                ["∂J/∂a is asked for"],
            ),
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \frac{\partial J}{\partial a_{u,v}} \sigma' x_{u+k,v+l}",
                ["activation", "parentheses"],
            ),
        ],
    ),
    "check_backward_filters": Row(
        [dict(backward_filters=3, depth=20, kernels_turned=60)],
        [dict(backward_filters=..., depth=..., kernels_turned=...)],
        [
            (
                dict(backward_filters=20, depth=20, kernels_turned=60),
                ["20 is the number of forward", "how many maps"],
            ),
            (dict(backward_filters=3, depth=3, kernels_turned=60), ["over δ, not over x"]),
            (dict(backward_filters=3, depth=20, kernels_turned=20), ["3 deep"]),
            (dict(backward_filters=3, depth=20, kernels_turned=23), ["Not the sum"]),
        ],
    ),
    "check_input_gradient_of_channels": Row(
        [
            r"\frac{\partial J}{\partial x_{c,i}} = \sum_f\sum_k \delta_{f,i-k}\, w_{f,c,k}",
            r"\frac{\partial J}{\partial x_{c,i}} = \sum_{f,u} \delta_{f,u} w_{f,c,i-u}",
        ],
        [..., ""],
        [
            (r"\frac{\partial J}{\partial x_{c,i}} = \sum_k \delta_{f,i-k} w_{f,c,k}", ["f is never bound"]),
            (
                r"\frac{\partial J}{\partial x_{c,i}} = \sum_f\sum_k \delta_{f,i-k} w_{c,f,k}",
                ["c and f are exchanged"],
            ),
            (
                r"\frac{\partial J}{\partial x_{c,i}} = \sum_f\sum_k \delta_{f,i+k} w_{f,c,k}",
                ["sign before k"],
            ),
            (
                r"\frac{\partial J}{\partial x_{c,i}} = \sum_c\sum_k \delta_{c,i-k} w_{c,c,k}",
                ["c is bound twice"],
            ),
            (r"\frac{\partial J}{\partial x_{i}} = \sum_k \delta_{i-k} w_{k}", ["left-hand side", "x_{c,i}"]),
        ],
    ),
    "check_backward_kernels": Row(
        [lambda w: flipped(w).swapaxes(0, 1)],
        BLANK,
        [
            (lambda w: w.swapaxes(0, 1), ["cells are wrong", "not every spatial axis"]),
            (flipped, ["shape", "filter and channel"]),
            (lambda w: np.flip(w).swapaxes(0, 1), ["wrong", "keep their order"]),
            (lambda w: w.T, ["shape", "keep their places"]),
            (
                lambda w: w[:, :, ::-1, ::-1].swapaxes(0, 1),
                ["IndexError", "w of shape (2, 1, 2)", "3, 4 or 5 axes"],
            ),
        ],
    ),
    "check_grad_weight_of_channels": Row(
        [lambda delta, x, shape: channels_weight(delta, x, shape)],
        BLANK,
        [
            (
                lambda delta, x, shape: channels_weight(delta, x, shape).swapaxes(0, 1),
                ["shape", "filter is the first axis"],
            ),
            (lambda delta, x, shape: channels_weight(delta, x, shape)[:, :, ::-1, ::-1], ["should be", "δ["]),
            (
                lambda delta, x, shape: np.broadcast_to(
                    channels_weight(delta, x, shape).sum(1, keepdims=True), shape
                ),
                ["should be"],
            ),
            (lambda delta, x, shape: channels_weight(delta, x, shape)[0], ["shape"]),
        ],
    ),
    "check_repaired_channels": Row(
        [lambda delta, w, rows, columns: channels_input(delta, w, rows, columns, "fuv,fc->cuv")],
        BLANK,
        [
            (
                lambda delta, w, rows, columns: channels_input(delta, w, rows, columns, "fuv,gc->cuv"),
                ["should be", "δ["],
            ),
            (
                lambda delta, w, rows, columns: channels_input(
                    delta, w[:, :, ::-1, ::-1], rows, columns, "fuv,fc->cuv"
                ),
                ["should be"],
            ),
            (
                lambda delta, w, rows, columns: channels_input(delta, w, rows, columns, "fuv,fc->cuv").sum(0),
                ["shape"],
            ),
        ],
    ),
    "check_bias_nudge": Row(
        [dict(cells_changed=72, change_of_S=144)],
        [dict(cells_changed=..., change_of_S=...)],
        [
            (dict(cells_changed=24, change_of_S=144), ["one map of one example", "3 examples"]),
            (dict(cells_changed=144, change_of_S=144), ["filter 1 alone"]),
            (dict(cells_changed=1, change_of_S=144), ["every output of its map"]),
            (dict(cells_changed=72, change_of_S=72), ["its δ, which is 2"]),
            (dict(cells_changed=72, change_of_S=2), ["its own δ"]),
        ],
    ),
    "check_weight_gradient_of_a_batch": Row(
        [
            r"\frac{\partial J}{\partial w_{f,c,k}} = \sum_{n}\sum_{u} \delta_{n,f,u}\, x_{n,c,u+k}",
            r"\frac{\partial J}{\partial w_{f,c,k}} = \sum_{n,u} x_{n,c,k+u} \delta_{n,f,u}",
        ],
        [..., ""],
        [
            (
                r"\frac{\partial J}{\partial w_{f,c,k}} = \sum_{u} \delta_{f,u} x_{c,u+k}",
                ["no sum over the examples"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c,k}} = \frac{1}{N}\sum_{n}\sum_{u} \delta_{n,f,u} x_{n,c,u+k}",
                ["multiplied by N"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c,k}} = \sum_{n}\sum_{c}\sum_{u} \delta_{n,f,u} x_{n,c,u+k}",
                ["c is bound twice"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c,k}} = \sum_{n}\sum_{u} \delta_{n,f,u} x_{n,c,u-k}",
                ["sign before k"],
            ),
        ],
    ),
    "check_grad_bias": Row(
        [lambda delta: delta.sum(axis=(0, *range(2, delta.ndim)))],
        BLANK,
        [
            (lambda delta: delta.mean(axis=(0, *range(2, delta.ndim))), ["should be", "A sum, not a mean"]),
            (lambda delta: delta.sum(axis=0), ["shape", "positions are not summed"]),
            (lambda delta: delta.sum(), ["shape"]),
            (lambda delta: delta.sum(axis=(0, 2, 3)), ["raised", "all axes but axis 1"]),
        ],
    ),
    "check_backward_of_mean": Row(
        [lambda z, target, x, w: mean_backward(z, target, x, w)],
        BLANK,
        [
            (
                lambda z, target, x, w: mean_backward(z, target, x, w, parts=(1, 0, 0)),
                ["Wrong: grad_x", "Right: grad_w, grad_b"],
            ),
            (
                lambda z, target, x, w: mean_backward(z, target, x, w, parts=(0, 1, 0)),
                ["Wrong: grad_w", "N times too small"],
            ),
            (
                lambda z, target, x, w: mean_backward(z, target, x, w, delta=1),
                ["None of them is right", "1/N"],
            ),
            (lambda z, target, x, w: mean_backward(z, target, x, w)[:2], ["as a tuple"]),
        ],
    ),
    "check_links_with_stride": Row(
        [dict(x4=2, x5=1, x9=0)],
        [dict(x4=..., x5=..., x9=...)],
        [
            (dict(x4=3, x5=1, x9=0), ["stride 1"]),
            (dict(x4=2, x5=2, x9=0), ["middle of a window"]),
            (dict(x4=2, x5=1, x9=1), ["x₁₀"]),
            (dict(x4=2, x5=1, x9=...), ["still to answer"]),
        ],
    ),
    "check_weight_gradient_two_strides": Row(
        [
            r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v}\, x_{s_h u+k,\,s_w v+l}",
            r"\frac{\partial J}{\partial w_{k,l}} = \sum_u\sum_v x_{k+s_hu,l+s_wv} \delta_{u,v}",
            r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} x_{us_h+k,vs_w+l} \delta_{u,v}",
            r"\frac{\partial J}{\partial w_{k,l}} = \sum_{i,j} [s_h \mid i-k][s_w \mid j-l] \delta_{(i-k)/s_h,(j-l)/s_w} x_{i,j}",
        ],
        [..., ""],
        [
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{i,j} \hat\delta_{i,j} x_{i+k,j+l}",
                ["It holds, but it should be written with δ and x"],
            ),
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v} x_{su+k,sv+l}",
                ["stride of their own", "s_h"],
            ),
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v} x_{s_w u+k,s_h v+l}",
                ["Does not hold", "multiply u"],
            ),
            (
                r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v} x_{u+s_h k,v+s_w l}",
                ["Does not hold", "stride is 1"],
            ),
            (r"\frac{\partial J}{\partial w_{k,l}} = \sum_{u,v} \delta_{u,v} x_{u+k,v+l}", ["stride 1 only"]),
        ],
    ),
    "check_grad_input_with_stride": Row(
        [lambda delta, w, stride, n: strided(delta, w, stride, n)],
        BLANK,
        [
            (
                lambda delta, w, stride, n: strided(delta, w, stride, n)[
                    : stride * (len(delta) - 1) + len(w)
                ],
                ["shape", "at the end"],
            ),
            (
                lambda delta, w, stride, n: strided(delta, w[::-1], stride, n),
                ["should be", "wrong way round"],
            ),
            (lambda delta, w, stride, n: np.roll(strided(delta, w, stride, n), n // 3), ["should be"]),
            (lambda delta, w, stride, n: strided(delta, w, 1, n), ["should be", "stride is ignored"]),
        ],
    ),
    "check_input_sizes": Row(
        [dict(smallest=16, largest=18)],
        [dict(smallest=..., largest=...)],
        [
            (dict(smallest=15, largest=18), ["How many cells are x₀ to x₁₅"]),
            (dict(smallest=19, largest=18), ["4 steps between 5"]),
            (dict(smallest=16, largest=19), ["sixth window"]),
            (dict(smallest=8, largest=18), ["stride 1"]),
        ],
    ),
    "check_repaired_stride": Row(
        [lambda delta, w, stride, n: strided(delta, w, stride, n)],
        BLANK,
        [
            (
                lambda delta, w, stride, n: spread(delta, w, stride, n, stride - 1),
                ["should be", "in front of the first δ"],
            ),
            (
                lambda delta, w, stride, n: spread(delta, w[::-1], stride, n, 0),
                ["should be", "wrong way round"],
            ),
            (lambda delta, w, stride, n: spread(delta, w, stride, n, 0)[: len(delta)], ["shape"]),
        ],
    ),
    "check_grad_weight_2d": Row(
        [lambda delta, x, kernel_shape: correlate(x, delta)],
        BLANK,
        [
            (
                lambda delta, x, kernel_shape: correlate(x, delta)[::-1, ::-1],
                ["cells are wrong", "should be"],
            ),
            (lambda delta, x, kernel_shape: correlate(x, delta).T, ["shape", "should be"]),
            (lambda delta, x, kernel_shape: correlate(x, delta) / delta.size, ["cells are wrong"]),
            (
                lambda delta, x, kernel_shape: x[: kernel_shape[0], : kernel_shape[1]] * delta[0, 0],
                ["are wrong"],
            ),
        ],
    ),
    "check_grad_input_gather": Row(
        [convolve],
        BLANK,
        [
            (lambda delta, w: convolve(delta, w[::-1, ::-1]), ["cells are wrong", "should be"]),
            (lambda delta, w: convolve(delta, w[::-1]), ["cells are wrong"]),
            (lambda delta, w: convolve(delta, w.T), ["shape", "should be"]),
            (lambda delta, w: convolve(delta, np.rot90(w)), ["shape", "should be"]),
            (
                lambda delta, w: correlate(delta, w[::-1, ::-1]),
                ["raised ValueError", "input 3×4", "zeros go around one"],
            ),
            (lambda delta, w: np.pad(delta, 1), ["should be"]),
        ],
    ),
    "check_backward_through_tanh": Row(
        [
            tanh_backward,
            lambda *given: tuple(map(np.asarray, tanh_backward(*given))),
            lambda *given: list(tanh_backward(*given)),
            lambda *given: dict(
                zip(("grad_b", "grad_w", "grad_x"), tanh_backward(*given)[::-1], strict=True)
            ),
        ],
        [*BLANK, lambda *given: (..., ..., ...)],
        [
            (tanh_forgotten, ["grad_x:", "cells are wrong"]),
            (tanh_of_x, ["grad_x:", "cells are wrong"]),
            (tanh_without_bias, ["grad_x:", "cells are wrong"]),
            (tanh_bias_map, ["grad_b:", "shape", "should be ()"]),
            (lambda *given: tanh_backward(*given)[::2], ["grad_x, grad_w, grad_b", "as a tuple", "2 values"]),
            (lambda *given: tanh_backward(*given)[0], ["as a tuple", "ndarray"]),
            (lambda *given: (*tanh_backward(*given)[:2], None), ["grad_b:", "None"]),
            (
                lambda *given: (*tanh_backward(*given)[:2], tanh_forgotten(*given)[2]),
                ["grad_b:", "should be"],
            ),
        ],
    ),
    "check_links_with_padding": Row(
        [dict(x0=2, x2=3, w0=5), dict(x0=2.0, x2=np.int64(3), w0=5)],
        [dict(x0=..., x2=..., w0=...)],
        [
            (dict(x0=1, x2=3, w0=5), ["x0 = 1", "Without padding"]),
            (dict(x0=3, x2=3, w0=5), ["output −1"]),
            (dict(x0=2, x2=3, w0=6), ["number of outputs", "input under w₀"]),
            (dict(x0=2, x2=3, w0=4), ["Without padding it would be 4"]),
            (dict(x0=2, x2=2, w0=5), ["one window for each weight"]),
            (dict(x0=0, x2=6, w0=1), ["start at −1", "far from both ends", "Count those"]),
            (dict(x0=2, x2=..., w0=5), ["x2: still to answer"]),
        ],
    ),
    "check_input_gradient_with_padding": Row(
        [
            r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i+p_{top}-k,\,j+p_{left}-l}\; w_{k,l}",
            r"\frac{\partial J}{\partial x_{i,j}} = \sum_{u,v} w_{i+p_{top}-u,\,j+p_{left}-v} \delta_{u,v}",
            r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i+p_{\text{top}}-k,\,j+p_{\mathrm{left}}-l} w_{k,l}",
            r"\frac{\partial J}{\partial x_{i,j}} = \sum_{u,v} \delta_{u,v} \sum_{k,l} w_{k,l} [i = u+k-p_{top}][j = v+l-p_{left}]",
        ],
        [..., ""],
        [
            (
                r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i-p_{top}-k,\,j-p_{left}-l} w_{k,l}",
                ["Does not hold", "other sign before the padding"],
            ),
            (
                r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i+p_{left}-k,\,j+p_{top}-l} w_{k,l}",
                ["Does not hold", "top and left exchanged", "beside i"],
            ),
            (
                r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i+p_{bottom}-k,\,j+p_{right}-l} w_{k,l}",
                ["Does not hold", "padding above is missing"],
            ),
            (
                r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i-k,\,j-l} w_{k,l}",
                ["It holds, but", "padding above"],
            ),
            (
                r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i+p-k,\,j+p-l} w_{k,l}",
                ["It holds, but", "p_{top}"],
            ),
            (
                r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i+p_{top}+k,\,j+p_{left}+l} w_{k,l}",
                ["Does not hold", "other sign before k and l"],
            ),
            (
                r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i+p_{top}-k,\,j+p_{top}-l} w_{k,l}",
                ["Does not hold", "padding to the left is missing"],
            ),
            (
                r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i+p_{top}-k,\,j+p_{left}-l} w_{K-1-k,L-1-l}",
                ["Does not hold", "kernel is not flipped"],
            ),
            (
                r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i+p_{top}-k,\,j+p_{left}-l} w_{k,l} + p_{bottom} - p_{bottom}",
                ["It holds, but", "padding below moves no cell"],
            ),
            (
                r"\frac{\partial J}{\partial x_{i,j}} = \frac{\partial J}{\partial x_{i,j}} + p_{top} x_{i,j} - p_{top} x_{i,j}",
                ["It holds, but", "padding to the left is missing"],
            ),
        ],
    ),
    "check_grad_input_with_padding": Row(
        [
            lambda delta, w, stride, before, n: to_length(reach(delta, w, stride)[before:], n),
            lambda delta, w, stride, before, n: list(to_length(reach(delta, w, stride), before + n)[before:]),
        ],
        BLANK,
        [
            (negative_links, ["negative index i"]),
            (rounded_links, ["rounded down"]),
            (
                lambda delta, w, stride, before, n: to_length(reach(delta, w, stride), n),
                ["in front are not cut off"],
            ),
            (
                lambda delta, w, stride, before, n: np.pad(
                    row := reach(delta, w, stride), (0, max(0, n - len(row)))
                ),
                ["in front are not cut off"],
            ),
            (
                lambda delta, w, stride, before, n: reach(delta, w, stride)[before:-before],
                ["shape", "cut off at both ends"],
            ),
            (
                lambda delta, w, stride, before, n: to_length(reach(delta, w, stride), n + 2 * before)[
                    before:-before
                ],
                ["shape is (0,)", "empty where before is 0"],
            ),
            (
                lambda delta, w, stride, before, n: to_length(reach(delta, w, stride), n + 2 * before)[
                    before : n + before + (before > 1)
                ],
                ["shape", "only padding follows"],
            ),
            (
                lambda delta, w, stride, before, n: (
                    reach(delta, w, stride)[before:-before]
                    if before
                    else to_length(reach(delta, w, stride), n)
                ),
                ["shape", "cut off at both ends"],
            ),
            (
                lambda delta, w, stride, before, n: reach(delta, w, stride)[before:][:n],
                ["shape", "last inputs have a gradient"],
            ),
            (
                lambda delta, w, stride, before, n: to_length(reach(delta, w)[before:], n),
                ["the stride is ignored"],
            ),
            (
                lambda delta, w, stride, before, n: to_length(reach(delta, w), n),
                ["stride and padding are ignored"],
            ),
            (
                lambda delta, w, stride, before, n: to_length(
                    np.pad(reach(delta, w, stride), (before, 0)), n
                ),
                ["sign before p"],
            ),
            (
                lambda delta, w, stride, before, n: to_length(reach(delta, w[::-1], stride)[before:], n),
                ["kernel lies the wrong way round"],
            ),
            (lambda delta, w, stride, before, n: reach(delta, w, stride)[-n:], ["should be"]),
            (
                lambda delta, w, stride, before, n: to_length(np.convolve(np.repeat(delta, stride), w), n),
                ["should be", "δ["],
            ),
        ],
    ),
    "check_backward_padding": Row(
        [dict(front=3, behind=2)],
        [dict(front=..., behind=...)],
        [
            (dict(front=1, behind=2), ["front = 1", "forward padding in front"]),
            (dict(front=3, behind=3), ["behind = 3", "forward padding behind"]),
            (dict(front=3, behind=1), ["leftover"]),
            (dict(front=1, behind=3), ["front = 1", "behind = 3"]),
            (dict(front=4, behind=4), ["front = 4", "behind = 4", "full convolution"]),
            (dict(front=3, behind=0), ["it adds zeros"]),
            (dict(front=2, behind=3), ["what belongs behind"]),
            (dict(front=5, behind=7), ["not added", "is there a leftover"]),
        ],
    ),
    "check_repaired_same": Row(
        [same, lambda delta, w: np.convolve(delta, w)[(len(w) - 1) // 2 :][: len(delta)]],
        BLANK,
        [
            (lambda delta, w: np.convolve(delta, w, "same"), ["2 inputs, 3 weights", "shape is (3,)"]),
            (
                lambda delta, w: same(delta, w, lambda before, after: (before, after)),
                ["2 weights", "padded as x is in the forward pass"],
            ),
            (lambda delta, w: same(delta, w, turn=lambda w: w), ["kernel is not reversed"]),
            (
                lambda delta, w: same(delta, w, lambda before, after: (before, after), lambda w: w),
                ["padded as x is, and the kernel is not reversed"],
            ),
            (
                lambda delta, w: same(delta, w, lambda before, after: (before + after,) * 2),
                ["shape", "K − 1 zeros"],
            ),
            (
                lambda delta, w: to_length(np.convolve(delta, w)[max(0, len(w) // 2 - 1) :], len(delta)),
                ["moved by one at an odd K too", "3 weights"],
            ),
            (
                lambda delta, w: to_length(np.convolve(delta, w)[len(w) // 2 + 1 - len(w) % 2 :], len(delta)),
                ["should be"],
            ),
            (lambda delta, w: same(delta, w)[: 1 - len(w)], ["shape"]),
            (lambda delta, w: np.convolve(delta, w)[: len(delta)], ["should be", "δ["]),
            (lambda delta, w: np.convolve(delta, w)[-len(delta) :], ["should be"]),
        ],
    ),
    "check_dilated_window": Row(
        [dict(last=8, window=7, outputs=4)],
        [dict(last=..., window=..., outputs=...)],
        [
            (dict(last=4, window=7, outputs=4), ["Without dilation it would be x₄"]),
            (dict(last=8, window=9, outputs=4), ["dK"]),
            (dict(last=8, window=3, outputs=4), ["gaps"]),
            (dict(last=8, window=7, outputs=8), ["Without dilation it would be 8"]),
            (dict(last=8, window=9, outputs=2), ["dK", "window of 9"]),
            (dict(last=8, window=6, outputs=5), ["Count both ends", "behind x₉"]),
            (dict(last=9, window=7, outputs=3), ["behind the window", "first window starts at x₀"]),
            (dict(last=6, window=5, outputs=1), ["does not start at x₀", "two inputs", "At how many places"]),
        ],
    ),
    "check_weight_gradient_with_dilation": Row(
        [
            r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u\, x_{su+dk-p}",
            r"\frac{\partial J}{\partial w_k} = \sum_{u=0}^{U-1} x_{dk-p+su} \delta_u",
            r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u\, x_{su+dk-p_{\text{before}}}",
        ],
        [..., ""],
        [
            (
                r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u x_{du+sk-p}",
                ["Does not hold", "s and d are exchanged"],
            ),
            (r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u x_{su+k-p}", ["dilation 1 only"]),
            (r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u x_{u+dk-p}", ["stride 1 only"]),
            (r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u x_{su+dk}", ["without padding only"]),
            (r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u x_{su+dk+p}", ["sign before p"]),
            (
                r"\frac{\partial J}{\partial w_k} = \sum_m \hat\delta_m x_{m+dk-p}",
                ["It holds, but it should be written with δ and x"],
            ),
            (r"\frac{\partial J}{\partial w_k} = \sum_{u,k} \delta_u x_{su+dk-p}", ["k is bound twice"]),
            (r"\frac{\partial J}{\partial w_k} = \sum_k \delta_u x_{su+dk-p}", ["u is never bound"]),
            (r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u x_{su-dk-p}", ["sign before dk"]),
            (r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u x_{s(u+dk)-p}", ["the stride is 1"]),
            (r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u x_{d(su+k)-p}", ["the dilation is 1"]),
        ],
    ),
    "check_grad_weight_with_dilation": Row(
        [
            lambda delta, x, stride, dilation, n: row_weight(delta, x, n, stride, dilation),
            lambda delta, x, stride, dilation, n: every_position(delta, x, stride, dilation)[:n],
        ],
        BLANK,
        [
            (
                lambda delta, x, stride, dilation, n: row_weight(delta, x, n, dilation, stride),
                ["stride and dilation are exchanged"],
            ),
            (
                lambda delta, x, stride, dilation, n: [
                    sum(delta[u] * x[dilation * u + stride * k] for u in range(len(delta))) for k in range(n)
                ],
                ["exchanged"],
            ),
            (
                lambda delta, x, stride, dilation, n: row_weight(delta, x, n, stride),
                ["the dilation is ignored"],
            ),
            (
                lambda delta, x, stride, dilation, n: row_weight(delta, x, n, 1, dilation),
                ["the stride is ignored"],
            ),
            (lambda delta, x, stride, dilation, n: row_weight(delta, x, n), ["ignored"]),
            (
                lambda delta, x, stride, dilation, n: every_position(delta, x, stride, dilation),
                ["shape", "more positions than there are weights"],
            ),
            (
                lambda delta, x, stride, dilation, n: row_weight(delta, x, n, stride, dilation)[::-1],
                ["from its end"],
            ),
            (
                lambda delta, x, stride, dilation, n: row_weight(delta, x, n, stride, dilation)[:-1],
                ["shape", "one number for each weight"],
            ),
            (
                lambda delta, x, stride, dilation, n: row_weight(delta, x, n, stride, dilation + 1),
                ["should be", "δ["],
            ),
            (
                lambda delta, x, stride, dilation, n: row_weight(delta, x, n, stride, dilation) / len(delta),
                ["should be"],
            ),
        ],
    ),
    "check_gridding": Row(
        [dict(step=2, first=1)],
        [dict(step=..., first=...)],
        [
            (dict(step=24, first=1), ["stride times dilation"]),
            (dict(step=12, first=1), ["least number which both divide"]),
            (dict(step=4, first=1), ["Four alone"]),
            (dict(step=6, first=1), ["Six alone"]),
            (dict(step=1, first=1), ["share a divisor"]),
            (dict(step=2, first=0), ["without padding"]),
            (dict(step=2, first=2), ["divisible?"]),
            (dict(step=3, first=3), ["always divisible by what", "one before it"]),
        ],
    ),
    "check_repaired_dilation": Row(
        [
            lambda delta, w, stride, dilation, n: to_length(reach(delta, w, stride, dilation), n),
            lambda delta, w, stride, dilation, n: list(to_length(reach(w, delta, dilation, stride), n)),
        ],
        BLANK,
        [
            (
                lambda delta, w, stride, dilation, n: to_length(reach(delta, w, dilation, stride), n),
                ["stride and dilation are exchanged"],
            ),
            (
                lambda delta, w, stride, dilation, n: np.pad(
                    row := reach(delta, w, dilation, stride), (0, max(0, n - len(row)))
                ),
                ["stride and dilation are exchanged"],
            ),
            (
                lambda delta, w, stride, dilation, n: to_length(reach(delta, w), n),
                ["neither δ nor the kernel is spread"],
            ),
            (
                lambda delta, w, stride, dilation, n: to_length(
                    reach(delta, w, max(stride, dilation), max(stride, dilation)), n
                ),
                ["by the same number"],
            ),
            (
                lambda delta, w, stride, dilation, n: to_length(reach(delta, w, stride), n),
                ["kernel is not spread"],
            ),
            (
                lambda delta, w, stride, dilation, n: to_length(reach(delta, w, 1, dilation), n),
                ["δ is not spread"],
            ),
            (
                lambda delta, w, stride, dilation, n: reach(delta, w, stride, dilation),
                ["shape", "zeros, at the end"],
            ),
            (
                lambda delta, w, stride, dilation, n: np.pad(
                    reach(delta, w, stride, dilation), (0, n - len(delta))
                ),
                ["shape", "longer than the input"],
            ),
            (
                lambda delta, w, stride, dilation, n: to_length(reach(delta, w[::-1], stride, dilation), n),
                ["kernel lies the wrong way round"],
            ),
            (
                lambda delta, w, stride, dilation, n: np.pad(
                    row := reach(delta, w, stride, dilation), (n - len(row), 0)
                ),
                ["should be"],
            ),
        ],
    ),
    "check_group_of_filter": Row(
        [dict(first=2, last=3, weights=108)],
        [dict(first=..., last=..., weights=...)],
        [
            (dict(first=4, last=3, weights=108), ["number of the filter"]),
            (dict(first=1, last=1, weights=108), ["number of its group", "group 0"]),
            (dict(first=3, last=5, weights=108), ["first filter of its group", "last filter of its group"]),
            (dict(first=2, last=4, weights=108), ["next group"]),
            (dict(first=2, last=3, weights=324), ["without groups"]),
            (dict(first=2, last=3, weights=36), ["twice"]),
            (dict(first=0, last=2, weights=12), ["group 0", "more than one channel", "There are nine"]),
            (dict(first=6, last=6, weights=9), ["Three filters", "next group begins", "Filters, times"]),
        ],
    ),
    "check_weight_gradient_of_groups": Row(
        [
            r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_{u} \delta_{f,u}\, x_{\lfloor fG/F \rfloor C/G + c',\,u+k}",
            r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u x_{c' + \frac{C}{G}\left\lfloor \frac{fG}{F} \right\rfloor,\,k+u} \delta_{f,u}",
            r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{\lfloor f/(F/G) \rfloor C/G + c',\,u+k}",
        ],
        [..., ""],
        [
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{fG/F \cdot C/G + c',u+k}",
                ["not whole", "rounded down"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{c',u+k}",
                ["It holds, but where is G?"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{\lfloor fC/F \rfloor + c',u+k}",
                ["Does not hold", "the order matters"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_f\sum_u \delta_{f,u} x_{c',u+k}",
                ["f is bound twice"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{\lfloor fG/F \rfloor + c',u+k}",
                ["Does not hold", "the number of a group"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{c' + \left\lfloor \frac{fG}{F} \right\rfloor,u+k}",
                ["Does not hold", "the number of a group"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{(f \bmod G) C/G + c',u+k}",
                ["Does not hold", "one by one", "neighbouring"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{(f \bmod G) + c',u+k}",
                ["Does not hold", "one by one", "not of a channel"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{\lfloor f/G \rfloor C/G + c',u+k}",
                ["Does not hold", "F/G filters"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{\lfloor fG/F \rfloor F/G + c',u+k}",
                ["Does not hold", "The floor is right"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{\lfloor fG/F \rfloor G + c',u+k}",
                ["Does not hold", "The floor is right"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{\lfloor fG/F \rfloor C/G + c',u-k}",
                ["sign before k"],
            ),
            (
                r"\frac{\partial J}{\partial w_{f,c',k}} = \sum_u \delta_{f,u} x_{fC/F + c',u+k}",
                ["not whole"],
            ),
        ],
    ),
    "check_grad_input_of_groups": Row(
        [group_input],
        BLANK,
        [
            (
                lambda delta, w, groups: group_input(last_of_group(delta, groups), w, groups),
                ["only the last filter of each group"],
            ),
            (
                lambda delta, w, groups: group_input(delta, w, groups, block=dealt_out),
                ["dealt out to the groups one by one"],
            ),
            (
                lambda delta, w, groups: group_input(delta, w, groups) * first_channels(w, groups),
                ["only the first group"],
            ),
            (
                lambda delta, w, groups: group_input(delta, w, groups) * first_channels(w, groups)[::-1],
                ["only the last group"],
            ),
            (
                lambda delta, w, groups: np.tile(group_input(delta, w, 1), (groups, 1, 1)),
                ["joined to every group"],
            ),
            (
                lambda delta, w, groups: group_input(delta, w, groups, turn=lambda w: w),
                ["kernels lie the wrong way round"],
            ),
            (lambda delta, w, groups: group_input(delta, w, 1), ["shape", "channels of one group"]),
            (
                lambda delta, w, groups: sum(
                    w[f, c].sum() for f in range(len(w)) for c in range(groups * w.shape[1])
                ),
                ["raised IndexError", "channels of its own group"],
            ),
            (
                lambda delta, w, groups: group_input(delta, w, groups)[:, :-1],
                ["shape"],
            ),
            (
                lambda delta, w, groups: (
                    group_input(delta, w, groups)
                    .reshape(groups, w.shape[1], -1)
                    .swapaxes(0, 1)
                    .reshape(group_input(delta, w, groups).shape)
                ),
                ["taken G apart"],
            ),
            (
                lambda delta, w, groups: (
                    group_input(delta, w, groups) * first_channels(w, groups)
                    + group_input(delta, w, groups)[::-1] * first_channels(w, groups)[::-1]
                ),
                ["should be", "δ["],
            ),
        ],
    ),
    "check_repaired_groups": Row(
        [group_forward],
        BLANK,
        [
            (
                lambda x, w, groups: group_forward(x, w, groups, lambda f, F, C, G: f % G),
                ["dealt out to the groups one by one"],
            ),
            (
                lambda x, w, groups: group_forward(x, w, groups, lambda f, F, C, G: f // G),
                ["taken to have G filters"],
            ),
            (
                lambda x, w, groups: group_forward(
                    np.pad(x, ((0, 99), (0, 0), (0, 0))), w, groups, lambda f, F, C, G: f // G
                ),
                ["taken to have G filters"],
            ),
            (
                lambda x, w, groups: group_forward(x, w, groups, lambda f, F, C, G: f * G // len(x)),
                ["raised IndexError", "channels of its own group"],
            ),
            (
                lambda x, w, groups: group_forward(
                    np.pad(x, ((0, 99), (0, 0), (0, 0))), w, groups, lambda f, F, C, G: f * G // len(x)
                ),
                ["counted as if they were channels"],
            ),
            (
                lambda x, w, groups: group_forward(x, w, groups, lambda f, F, C, G: 0),
                ["joined to the first channels"],
            ),
            (
                lambda x, w, groups: np.stack([sum(correlate(a, k) for a in x for k in f) for f in w]),
                ["should be"],
            ),
            (
                lambda x, w, groups: np.stack([sum(correlate(x[c], f[c]) for c in range(len(x))) for f in w]),
                ["raised IndexError", "channels of its own group"],
            ),
            (
                lambda x, w, groups: group_forward(x, w[:, :, ::-1, ::-1], groups),
                ["should be", "w["],
            ),
            (lambda x, w, groups: group_forward(x, w, groups)[:groups], ["shape"]),
            (lambda x, w, groups: group_forward(x[::-1], w, groups), ["should be", "x["]),
        ],
    ),
    "check_separable": Row(
        [dict(full=18432, separable=2336)],
        [dict(full=..., separable=...)],
        [
            (dict(full=18432, separable=18720), ["1×1, not of 3×3"]),
            (dict(full=18432, separable=2624), ["one filter per channel of x"]),
            (dict(full=18432, separable=288), ["depthwise layer alone"]),
            (dict(full=18432, separable=2048), ["1×1 layer alone"]),
            (dict(full=2048, separable=2336), ["number of kernels"]),
            (dict(full=576, separable=352), ["kernel for every channel", "every pair"]),
            (dict(full=1, separable=1), ["times channels", "One 3×3 kernel"]),
        ],
    ),
    "check_output_padding": Row(
        [dict(without=14, needed=2)],
        [dict(without=..., needed=...)],
        [
            (dict(without=16, needed=2), ["before the padding is cut off"]),
            (dict(without=18, needed=2), ["cut off, not put on"]),
            (dict(without=11, needed=2), ["whole window"]),
            (dict(without=17, needed=2), ["4 steps, not 5"]),
            (dict(without=14, needed=1), ["one end only"]),
            (dict(without=16, needed=0), ["does it make 16"]),
            (dict(without=15, needed=3), ["both ends", "below the stride"]),
            (dict(without=2, needed=-2), ["That is the layer itself", "not too many"]),
        ],
    ),
    "check_input_gradient_of_the_layer": Row(
        [
            CARD.format("+p-d", "f,c"),
            r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_{f,k,l} w_{f,c,k,l} [s \mid i-dk+p][s \mid j-dl+p] \delta_{n,f,\frac{i+p-dk}{s},\frac{j+p-dl}{s}}",
            r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_f\sum_{u,v}\sum_{k,l} [i=su+dk-p][j=sv+dl-p] \delta_{n,f,u,v} w_{f,c,k,l}",
        ],
        [..., ""],
        [
            (
                r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_f\sum_{k,l} [i+p-dk \mid s][j+p-dl \mid s] \delta_{n,f,(i+p-dk)/s,(j+p-dl)/s} w_{f,c,k,l}",
                ["0 divides nothing", "whether a divides b"],
            ),
            (
                r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_f\sum_{k,l} \delta_{n,f,(i+p-dk)/s,(j+p-dl)/s} w_{f,c,k,l}",
                ["not whole", "a bracket"],
            ),
            (
                r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_f\sum_{k,l} [s \mid i+p-dk] \delta_{n,f,(i+p-dk)/s,(j+p-dl)/s} w_{f,c,k,l}",
                ["not whole", "a bracket"],
            ),
            (CARD.format("-p-d", "f,c"), ["Does not hold", "other sign before p"]),
            (CARD.format("+p+d", "f,c"), ["Does not hold", "other sign before d"]),
            (CARD.format("-p+d", "f,c"), ["Does not hold", "other signs before p and d"]),
            (CARD.format("+p-d", "c,f"), ["Does not hold", "c and f are exchanged"]),
            (CARD.format("+p-d", "f,c").replace(r"\sum_f", r"\sum_c"), ["f is never bound"]),
            (CARD.format("+p-d", "f,c").replace(r"\sum_f", r"\sum_n\sum_f"), ["n is bound twice"]),
            (
                CARD.format("+p-s", "f,c").replace("/s", "/d").replace(r"[s \mid", r"[d \mid"),
                ["Does not hold", "s and d are exchanged"],
            ),
            (CARD.format("+p-", "f,c"), ["dilation 1 only"]),
            (CARD.format("-d", "f,c"), ["without padding only"]),
            (CARD.format("+p-d", "f,c").replace(")/s", ")"), ["Does not hold", "the stride is 1"]),
            (
                r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_f\sum_{k,l} \delta_{n,f,i+p-dk,j+p-dl} w_{f,c,k,l}",
                ["stride 1 only"],
            ),
        ],
    ),
    "check_grad_weight_of_any_layer": Row(
        [any_weight],
        BLANK,
        [
            (
                lambda delta, x, shape, *given: np.einsum("nf...,nc...->fc", delta, delta[:, :1]),
                ["raised ValueError", "sums over letters only"],
            ),
            (
                lambda delta, x, shape, stride, padding: per_tap(
                    delta,
                    x,
                    np.zeros(shape),
                    stride=(stride,) * 2,
                    padding=((padding,) * 2,) * 2,
                    dilation=(1, 1),
                ),
                ["raised", "1 spatial axis", "from the arrays"],
            ),
            (image_weight, ["raised IndexError", "1 spatial axis", "from the arrays"]),
            (
                lambda delta, x, shape, *given: [
                    image_weight(delta, x, shape, *given) for filters, channels, rows, columns in [shape]
                ][0],
                ["raised ValueError: not enough values", "1 spatial axis"],
            ),
            (
                lambda delta, x, shape, *given: any_weight(delta, x, shape, *given)[:, :, :, :],
                ["raised IndexError: too many indices", "1 spatial axis"],
            ),
            (lambda delta, x, shape, *given: any_weight(delta[:1], x[:1], shape, *given), ["first example"]),
            (lambda delta, x, shape, *given: any_weight(delta[-1:], x[-1:], shape, *given), ["last example"]),
            (
                lambda delta, x, shape, *given: any_weight(delta, x, shape, *given) / len(x),
                ["divided by the number of examples"],
            ),
            (
                lambda delta, x, shape, stride, padding: any_weight(delta, x, shape, stride, padding, "wrap"),
                ["negative index"],
            ),
            (
                lambda delta, x, shape, stride, padding: any_weight(delta, x, shape, 1, padding),
                ["the stride is ignored"],
            ),
            (
                lambda delta, x, shape, stride, padding: any_weight(
                    delta, np.pad(x, [(0, 0)] * 2 + [(0, 2 * padding)] * (x.ndim - 2)), shape, stride, 0
                ),
                ["behind x only"],
            ),
            (
                lambda delta, x, shape, *given: np.flip(
                    any_weight(delta, x, shape, *given), tuple(range(2, len(shape)))
                ),
                ["every axis is reversed"],
            ),
            (
                lambda delta, x, shape, stride, padding: any_weight(delta, x, shape, stride, padding, "edge"),
                ["should be", "δ["],
            ),
            (
                lambda delta, x, shape, *given: any_weight(delta, x, shape, *given).swapaxes(0, 1),
                ["shape"],
            ),
            (
                lambda delta, x, shape, stride, padding: any_weight(delta, x, shape, stride, 0),
                ["raised ValueError"],
            ),
        ],
    ),
    "check_repaired_two_layers": Row(
        [
            two_layers,
            lambda *given: two_layers(*given, one=lambda z1: np.maximum(z1, 0) > 0),
        ],
        [*BLANK, lambda *given: (..., ...)],
        [
            (
                lambda *given: two_layers(*given, one=lambda z1: np.ones((1, 1, 9, 9))),
                ["raised ValueError", "shape of z1"],
            ),
            (
                lambda *given: two_layers(*given, one=np.ones_like),
                ["Wrong: grad_w1", "Right: grad_w2", "first activation is passed without"],
            ),
            (
                lambda *given: two_layers(*given, two=np.ones_like),
                ["Wrong: grad_w1, grad_w2", "second activation is passed without"],
            ),
            (
                lambda *given: two_layers(*given, one=np.ones_like, two=np.ones_like),
                ["Wrong: grad_w1, grad_w2", "both activations"],
            ),
            (
                lambda *given: two_layers(*given, one=lambda z1: np.maximum(z1, 0)),
                ["Wrong: grad_w1", "multiplied by values"],
            ),
            (
                lambda *given: two_layers(*given, one=lambda z1: z1),
                ["Wrong: grad_w1", "multiplied by values"],
            ),
            (
                lambda *given: two_layers(*given, read=lambda z1, a1: z1),
                ["Wrong: grad_w2", "Right: grad_w1", "read z1"],
            ),
            (
                lambda *given: two_layers(*given, two=lambda z2: np.maximum(z2, 0)),
                ["Wrong: grad_w1, grad_w2", "values"],
            ),
            (lambda *given: two_layers(*given)[::-1], ["in the wrong order", "grad_w2, grad_w1"]),
            (lambda *given: two_layers(*given)[0], ["as a tuple"]),
            (lambda *given: two_layers(*given, one=lambda z1: z1 < 0), ["Wrong: grad_w1", "Right: grad_w2"]),
        ],
    ),
    "check_backward_of_a_transposed_row": Row(
        [transposed_row_backward],
        BLANK,
        [
            (
                lambda eps, y, w, s: transposed_row_backward(eps, y, w[::-1], s),
                ["grad_y:", "the kernel is turned"],
            ),
            (
                lambda eps, y, w, s: (lambda gy, gw, gb: (gy, gw[::-1], gb))(
                    *transposed_row_backward(eps, y, w, s)
                ),
                ["grad_w:", "taps are reversed"],
            ),
            (
                lambda eps, y, w, s: (*transposed_row_backward(eps, y, w, s)[:2], y.sum()),
                ["grad_b:", "sums over the small side"],
            ),
            (
                lambda eps, y, w, s: (*transposed_row_backward(eps, y, w, s)[:2], eps.mean()),
                ["grad_b:", "it is a mean"],
            ),
            (
                lambda eps, y, w, s: (
                    *transposed_row_backward(eps, y, w, s)[:2],
                    sum(eps[i] for i in {s * u + k for u in range(len(y)) for k in range(len(w))}),
                ),
                ["grad_b:", "only the cells that a link reaches"],
            ),
        ],
    ),
    "check_same_with_stride": Row(
        [dict(before=1, behind=2, apart=1), dict(before=1.0, behind=np.int64(2), apart=1)],
        [dict(before=..., behind=..., apart=...)],
        [
            (dict(before=2, behind=2, apart=0), ["K//2", "not right", "first window begins at −2"]),
            (dict(before=2, behind=1, apart=0), ["half with the odd zero", "rest goes behind"]),
            (dict(before=1, behind=2, apart=2), ["counted from x₀"]),
            (dict(before=1, behind=2, apart=-1), ["not negative"]),
            (dict(before=0, behind=3, apart=2), ["rounded down", "half"]),
            (dict(before=1, behind=0, apart=1), ["last window"]),
            (dict(before=1, behind=5, apart=...), ["behind = 5", "apart: still to answer"]),
        ],
    ),
    "check_pads_of_same": Row(
        [
            lambda *given: list(pads_of_same(*given)),
            pads_of_same,
            lambda *given: np.array(pads_of_same(*given), dtype=float),
        ],
        [*BLANK, lambda *given: (..., ...)],
        [
            (
                lambda *given: pads_of_same(*given)[2:] + pads_of_same(*given)[:2],
                ["first axis comes first", "last one"],
            ),
            (lambda *given: pads_of_same(*given, odd=0), ["the odd zero is put in front"]),
            (lambda size, kernel, s, d: pads_of_same(size, kernel, s, 1), ["the dilation is ignored"]),
            (lambda *given: pads_of_same(*given, rounded=lambda h, s: h // s), ["⌈H/s⌉ is rounded down"]),
            (lambda *given: pads_of_same(*given, least=-99), ["negative number of zeros"]),
            (
                lambda size, kernel, s, d: [
                    n for k in kernel[::-1] for n in (d * (k - 1) // 2, (d * (k - 1) + 1) // 2)
                ],
                ["the stride is ignored"],
            ),
            (
                lambda size, kernel, s, d: [
                    n for n in pads_of_same(size, kernel, s, d)[::2] for _ in range(2)
                ],
                ["odd zero left out"],
            ),
            (
                lambda size, kernel, s, d: [n for k in kernel[::-1] for n in (k // 2, k // 2)],
                ["K//2 zeros"],
            ),
            (lambda *given: [pads_of_same(*given)[n] for n in (0, 2, 1, 3)], ["before of both axes"]),
            (lambda size, *given: [1, 2, 3, 4], ["are wrong", "should be"]),
            (lambda *given: pads_of_same(*given)[:2], ["Four numbers"]),
            (lambda *given: (pads_of_same(*given)[:2], pads_of_same(*given)[2:]), ["Four numbers"]),
            (lambda size, *given: size.shape, ["raised AttributeError"]),
        ],
    ),
    "check_pads_of_transposed": Row(
        [
            lambda k, p, d, r: [d * (k - 1) - p, d * (k - 1) - p + r],
            lambda k, p, d, r: (d * (k - 1) - p, d * (k - 1) - p + r),
        ],
        [*BLANK, lambda *given: (..., ...)],
        [
            (lambda k, p, d, r: (p, p + r), ["PyTorch's number is handed on"]),
            (lambda k, p, d, r: (p, p), ["PyTorch's number is handed on"]),
            (lambda k, p, d, r: (k - 1 - p, k - 1 - p + r), ["the dilation is ignored"]),
            (lambda k, p, d, r: (d * k - p, d * k - p + r), ["K is taken for K − 1"]),
            (lambda k, p, d, r: (d * (k - 1), d * (k - 1) + r), ["the padding is not taken off"]),
            (lambda k, p, d, r: (d * (k - 1) - p, d * (k - 1) - p), ["the output padding is left out"]),
            (lambda k, p, d, r: (d * (k - 1) - p + r,) * 2, ["on both sides"]),
            (lambda k, p, d, r: (d * (k - 1) - p + r, d * (k - 1) - p), ["in front"]),
            (lambda k, p, d, r: (d * (k - 1) - p, d * (k - 1) - p - r), ["taken off behind"]),
            (lambda k, p, d, r: (-p, r - p), ["d(K − 1) is left out"]),
            (
                lambda k, p, d, r: (max(d * (k - 1) - p, 0), max(d * (k - 1) - p + r, 0)),
                ["number is negative"],
            ),
            (lambda k, p, d, r: d * (k - 1) - p, ["Two numbers"]),
            (lambda k, p, d, r: ((d * (k - 1) - p, d * (k - 1) - p + r),), ["Two numbers"]),
        ],
    ),
    "check_input_gradient_of_the_gather": Row(
        [
            GATHER.format(r"\hat\delta_{f,i+dk-(d(K-1)-p)} w_{f,c,K-1-k}"),
            GATHER.format(r"w_{f,c,K-1-k}\, \hat\delta_{f,\,i+p-d(K-1-k)}"),
        ],
        [..., ""],
        [
            (GATHER.format(r"\hat\delta_{f,i+dk-p} w_{f,c,K-1-k}"), ["Does not hold", "number to cut"]),
            (
                GATHER.format(r"\hat\delta_{f,i+dk-(d(K-1)-p)} w_{f,c,k}"),
                ["Does not hold", "kernel is flipped"],
            ),
            (GATHER.format(r"\hat\delta_{f,i+dk-(d(K-1)-p)} w_{c,f,K-1-k}"), ["c and f are exchanged"]),
            (
                GATHER.format(r"\hat\delta_{f,i+dk-(K-1-p)} w_{f,c,K-1-k}"),
                ["Does not hold", "the dilation is 1"],
            ),
            (GATHER.format(r"\hat\delta_{f,i+k-(K-1-p)} w_{f,c,K-1-k}"), ["dilation 1 only"]),
            (GATHER.format(r"\hat\delta_{f,i+dk-d(K-1)} w_{f,c,K-1-k}"), ["without padding only"]),
            (GATHER.format(r"\delta_{f,i+dk-(d(K-1)-p)} w_{f,c,K-1-k}"), ["stride 1 only", "\\hat\\delta"]),
            (GATHER.format(r"\hat\delta_{f,i+p-dk} w_{f,c,k}"), ["reads backwards"]),
            (GATHER.format(r"[s \mid i+p-dk] \delta_{f,(i+p-dk)/s} w_{f,c,k}"), ["needs no bracket"]),
            (
                GATHER.format(r"\hat\delta_{f,i+dk-(d(K-1)-p)} w_{f,c,K-1-k}").replace(r"\sum_f", r"\sum_n"),
                ["f is never bound"],
            ),
        ],
    ),
    "check_ported_transposed": Row(
        [
            lambda delta, w, s, p: slid(delta, w[::-1], s, len(w) - 1 - p),
            lambda delta, w, s, p: slid(delta, w[::-1], s, len(w) - 1)[p : s * (len(delta) - 1) + len(w) - p],
        ],
        BLANK,
        [
            (lambda delta, w, s, p: slid(delta, w, s, p), ["p zeros are put around", "the wrong way round"]),
            (
                lambda delta, w, s, p: slid(delta, w[::-1], s, p),
                ["p zeros are put around", "turned as it should be"],
            ),
            (lambda delta, w, s, p: slid(delta, w, s, len(w) - 1 - p), ["meets it turned"]),
            (lambda delta, w, s, p: slid(delta[::-1], w[::-1], s, len(w) - 1 - p), ["δ is turned as well"]),
            (lambda delta, w, s, p: slid(delta, w[::-1], s, len(w) - 1 - p)[::-1], ["the result is turned"]),
            (lambda delta, w, s, p: slid(delta, w[::-1], s, len(w) - 1), ["nothing is cut off"]),
            (lambda delta, w, s, p: slid(delta, w[::-1], 1, len(w) - 1 - p), ["s(U − 1) + K − 2p"]),
            (lambda delta, w, s, p: slid(delta, w[::-1], s, len(w) - 1 - p)[p:-p], ["cells are right"]),
        ],
    ),
    "check_entries_of_the_matrix": Row(
        [dict(rows=4, entries=10, in_column=2), dict(rows=4.0, entries=np.int64(10), in_column=2)],
        [dict(rows=..., entries=..., in_column=...)],
        [
            (dict(rows=7, entries=10, in_column=2), ["number of columns"]),
            (dict(rows=4, entries=12, in_column=2), ["padding has no column"]),
            (dict(rows=4, entries=10, in_column=3), ["at stride 1"]),
            (dict(rows=5, entries=28, in_column=...), ["stride 1", "count the links", "still to answer"]),
        ],
    ),
    "check_row_of_the_transpose": Row(
        [
            r"\frac{\partial J}{\partial x_i} = \sum_{u} \delta_u\; w_{i+p-su}",
            r"\frac{\partial J}{\partial x_i} = \sum_u w_{i-us+p} \delta_u",
        ],
        [..., ""],
        [
            (
                r"\frac{\partial J}{\partial x_i} = \sum_{u} \delta_u w_{i+p-u}",
                ["stride 1 only", "no s"],
            ),
            (r"\frac{\partial J}{\partial x_i} = \sum_{u} \delta_u w_{i-p-su}", ["padding", "sign"]),
            (r"\frac{\partial J}{\partial x_i} = \sum_{u} \delta_u w_{su-i-p}", ["wrong sign"]),
            (
                r"\frac{\partial J}{\partial x_i} = \sum_{k} [s \mid i+p-k] \delta_{(i+p-k)/s} w_k",
                ["It holds, but sum over the outputs u"],
            ),
            (
                r"\frac{\partial J}{\partial x_i} = \sum_{u}\sum_{k} [i = su+k-p] \delta_u w_k",
                ["It holds, but the sum runs over the taps as well"],
            ),
            (
                r"\frac{\partial J}{\partial x_i} = \sum_{u} \delta_u w_{i-su}",
                ["without padding only", "no p"],
            ),
        ],
    ),
    "check_col2im": Row(
        [home, lambda columns, n, stride: home(columns, n, stride).tolist()],
        BLANK,
        [
            (lambda columns, n, stride: home(columns, n, stride, plus=0), ["plain", "should be"]),
            (lambda columns, n, stride: home(columns, n, 1), ["stride is left out"]),
            (lambda columns, n, stride: home(columns, n, stride, dtype=int), ["cuts off decimals"]),
            (lambda columns, n, stride: home(columns[::-1], n, stride), ["taps are reversed"]),
            (
                lambda columns, n, stride: (
                    home(columns, n, stride) / np.maximum(home(columns * 0 + 1, n, stride), 1)
                ),
                ["no mean"],
            ),
            (
                lambda columns, n, stride: home(columns, n, stride)[
                    : stride * (columns.shape[1] - 1) + len(columns)
                ],
                ["shape", "behind the last window"],
            ),
        ],
    ),
    "check_repaired_weight_product": Row(
        [
            lambda delta, columns, shape: np.einsum(
                "nfu,nku->fk", delta.reshape(*delta.shape[:2], -1), columns
            ).reshape(shape)
        ],
        BLANK,
        [
            (
                lambda delta, columns, shape: (
                    delta.reshape(shape[0], -1) @ columns.transpose(1, 0, 2).reshape(columns.shape[1], -1).T
                ).reshape(shape),
                ["batch axis in front", "other filters"],
            ),
            (
                lambda delta, columns, shape: (
                    delta.reshape(shape[0], -1) @ columns.reshape(columns.shape[1], -1).T
                ).reshape(shape),
                ["both are flattened"],
            ),
            (
                lambda delta, columns, shape: (
                    np.einsum("nfu,nku->fk", delta.reshape(*delta.shape[:2], -1), columns).reshape(shape)
                    / len(delta)
                ),
                ["number of examples"],
            ),
            (
                lambda delta, columns, shape: (delta.reshape(*delta.shape[:2], -1) @ columns.mT).reshape(
                    -1, *shape
                ),
                ["shape", "share the weights"],
            ),
        ],
    ),
    "check_size_of_the_columns": Row(
        [dict(times=9, rows=200704, entries_in_a_row=576)],
        [dict(times=..., rows=..., entries_in_a_row=...)],
        [
            (dict(times=576, rows=200704, entries_in_a_row=576), ["one column"]),
            (dict(times=64, rows=200704, entries_in_a_row=576), ["filters share them"]),
            (dict(times=9, rows=3136, entries_in_a_row=576), ["one map"]),
            (dict(times=9, rows=200704, entries_in_a_row=9), ["all 64 channels"]),
        ],
    ),
    "check_step_of_one": Row(
        [dict(slope=18, forward=22.5, central=18)],
        [dict(slope=..., forward=..., central=...)],
        [
            (dict(slope=6, forward=22.5, central=18), ["That is z"]),
            (dict(slope=18, forward=18, central=18), ["not its tangent"]),
            (dict(slope=18, forward=45, central=36), ["a half in front", "2 apart"]),
        ],
    ),
    "check_unit_impulses": Row(
        [
            lambda forward, delta, n: [delta @ (forward(unit) - forward(unit * 0)) for unit in np.eye(n)],
            lambda forward, delta, n: [delta @ (forward(unit) - forward(-unit)) / 2 for unit in np.eye(n)],
        ],
        BLANK,
        [
            (lambda forward, delta, n: [delta @ forward(unit) for unit in np.eye(n)], ["bias is left in"]),
            (
                lambda forward, delta, n: [(forward(unit) - forward(unit * 0)).sum() for unit in np.eye(n)],
                ["δ is left out"],
            ),
            (
                lambda forward, delta, n: np.full(n, delta @ (forward(np.ones(n)) - forward(np.zeros(n)))),
                ["all cells are nudged at once"],
            ),
            (
                lambda forward, delta, n: [delta @ (forward(unit) - forward(unit * 0)) for unit in np.eye(n)][
                    1:
                ],
                ["shape"],
            ),
        ],
    ),
    "check_hidden_1": Row(
        [dict(mistake=2)],
        [dict(mistake=...)],
        [
            (dict(mistake=1), ["in the middle"]),
            (dict(mistake=7), ["shifts the whole map"]),
            (dict(mistake=3), ["columns are wrong, too"]),
            (dict(mistake=11), ["1 to 10"]),
        ],
    ),
    "check_hidden_2": Row(
        [dict(mistake=3)],
        [dict(mistake=...)],
        [
            (dict(mistake=2), ["no padding"]),
            (dict(mistake=4), ["shifted"]),
            (dict(mistake=8), ["crowded"]),
        ],
    ),
    "check_hidden_3": Row(
        [dict(mistake=6)],
        [dict(mistake=...)],
        [
            (dict(mistake=5), ["column 0 would be wrong"]),
            (dict(mistake=1), ["needs no turned kernel"]),
            (dict(mistake=9), ["one and the same factor"]),
        ],
    ),
    "check_two_that_are_wrong": Row(
        [dict(first=2, second=4), dict(first=4, second=2)],
        [dict(first=..., second=...)],
        [
            (dict(first=4, second=1), ["second of the two"]),
            (dict(first=3, second=2), ["first of the two"]),
            (dict(first=1, second=4), ["That one holds", "over the outputs"]),
            (dict(first=2, second=3), ["That one holds", "bias"]),
            (dict(first=5, second=4), ["numbers 1 to 4"]),
        ],
    ),
    "check_weight_gradient_in_any_letters": Row(
        [
            r"\frac{\partial J}{\partial w_k} = \sum_{u} \delta_u \, x_{su+k-p}",
            r"\frac{\partial L}{\partial W_m} = \sum_{i} G_i \, X_{iS + m - P}",
            r"\frac{\partial L}{\partial K_a} = \sum_{t=0}^{T-1} \frac{\partial L}{\partial Y_t} X_{a - p + t s}",
            r"dW[m] = \sum_i dY[i]\, X[iS + m - P]",
        ],
        [..., ""],
        [
            (r"\frac{\partial L}{\partial W_m} = \sum_{i} G_i \, X_{i + m - P}", ["stride 1 only"]),
            (r"\frac{\partial L}{\partial W_m} = \sum_{i} G_i \, X_{iS + m}", ["without padding only"]),
            (r"\frac{\partial L}{\partial W_m} = \sum_{i} G_i \, X_{iS + m + P}", ["Does not hold"]),
            (r"\frac{\partial L}{\partial W_m} = G_i \, X_{iS + m - P}", ["never bound"]),
            (
                r"\frac{\partial L}{\partial X_m} = \sum_{i} G_i \, W_{m + P - iS}",
                ["left-hand side should be"],
            ),
        ],
    ),
    "check_input_gradient_in_three_dimensions": Row(
        [
            r"\frac{\partial J}{\partial x_{i,j,h}} = \sum_{k,l,m} [s \mid i-k]\,[s \mid j-l]\,[s \mid h-m]\; "
            r"\delta_{(i-k)/s,\,(j-l)/s,\,(h-m)/s}\; w_{k,l,m}",
            r"\frac{\partial L}{\partial X_{i,j,t}} = \sum_{u,v,w} \frac{\partial L}{\partial Y_{u,v,w}} "
            r"K_{i-su,\,j-sv,\,t-sw}",
        ],
        [..., ""],
        [
            (
                r"\frac{\partial J}{\partial x_{i,j,h}} = \sum_{k,l,m} \delta_{i-k,j-l,h-m} w_{k,l,m}",
                ["stride 1 only"],
            ),
            (
                r"\frac{\partial J}{\partial x_{i,j,h}} = \sum_{k,l,m} [s \mid i-k]\,[s \mid j-l]\; "
                r"\delta_{(i-k)/s,\,(j-l)/s,\,(h-m)/s}\; w_{k,l,m}",
                ["not whole"],
            ),
            (
                r"\frac{\partial J}{\partial x_{i,j,h}} = \sum_{k,l} [s \mid i-k]\,[s \mid j-l]\,[s \mid h-m]\; "
                r"\delta_{(i-k)/s,\,(j-l)/s,\,(h-m)/s}\; w_{k,l,m}",
                ["m is never bound"],
            ),
        ],
    ),
    "check_from_one_to_zero": Row(
        [
            lambda G, V, taps, s: np.array(
                [float(G @ V[k : k + s * len(G) : s][: len(G)]) for k in range(taps)]
            ),
            lambda G, V, taps, s: [sum(G[m] * V[m * s + k] for m in range(len(G))) for k in range(taps)],
        ],
        BLANK,
        [
            (
                lambda G, V, taps, s: [
                    sum(G[m] * (V[(m - 1) * s + k] if (m - 1) * s + k >= 0 else 0) for m in range(len(G)))
                    for k in range(taps)
                ],
                ["the −1 of m is left in"],
            ),
            (
                lambda G, V, taps, s: [sum(G[m] * V[m + k] for m in range(len(G))) for k in range(taps)],
                ["stride is left out"],
            ),
            (
                lambda G, V, taps, s: [sum(G[m] * V[m * s + k] for m in range(len(G))) for k in range(taps)][
                    ::-1
                ],
                ["taps are reversed"],
            ),
        ],
    ),
    "check_number_of_parameters": Row(
        [dict(first=160, second=4640, dense=5130)],
        [dict(first=..., second=..., dense=...)],
        [
            (dict(first=144, second=4640, dense=5130), ["without the biases"]),
            (dict(first=160, second=320, dense=5130), ["all 16 channels"]),
            (dict(first=160, second=4640, dense=20490), ["halved both sides"]),
        ],
    ),
    "check_max_pool_backward": Row(
        [pooled],
        BLANK,
        [
            (lambda grad_h, x, size: widened(grad_h, size), ["gets the whole"]),
            (lambda grad_h, x, size: pooled(grad_h, x, size, ties=True), ["where two are equal"]),
            (lambda grad_h, x, size: np.trunc(pooled(grad_h, x, size)), ["integers"]),
            (lambda grad_h, x, size: widened(grad_h, size) / size**2, ["the mean"]),
            (lambda grad_h, x, size: pooled(grad_h, -x, size), ["smallest cell"]),
            (lambda grad_h, x, size: grad_h, ["shape of x"]),
        ],
    ),
    "check_gradient_of_the_loss": Row(
        [lambda scores, labels: softmax(scores, 1, labels) / len(labels)],
        BLANK,
        [
            (lambda scores, labels: -softmax(scores, 1, labels) / len(labels), ["target less output"]),
            (lambda scores, labels: softmax(scores, 1, labels), ["1/N of the mean is missing"]),
            (lambda scores, labels: softmax(scores, 0, labels) / len(labels), ["each row should sum to 1"]),
            (lambda scores, labels: softmax(scores, 1, labels) / scores.size, ["number of classes"]),
        ],
    ),
    "check_repaired_relu": Row(
        [
            lambda grad_a, z: grad_a * (z > 0),
            lambda grad_a, z: np.where(z > 0, grad_a, 0),
        ],
        BLANK,
        [
            (lambda grad_a, z: np.maximum(grad_a, 0), ["negative gradients are cut off"]),
            (lambda grad_a, z: grad_a * (z >= 0), ["exactly 0"]),
            (lambda grad_a, z: np.maximum(grad_a, 0) * (z > 0), ["both are cut off"]),
            (lambda grad_a, z: grad_a, ["nothing is cut off"]),
            (lambda grad_a, z: grad_a * np.maximum(z, 0), ["slope of ReLU is 1 or 0"]),
        ],
    ),
    "check_cells_that_pass": Row(
        [dict(at_most=256)],
        [dict(at_most=...)],
        [
            (dict(at_most=1024), ["pooling send back"]),
            (dict(at_most=512), ["four cells"]),
            (dict(at_most=64), ["one map"]),
        ],
    ),
}
FUNCTIONS = [name for name, row in ROWS.items() if callable(row.right[0])]
EQUATIONS = [name for name, row in ROWS.items() if isinstance(row.right[0], str)]
#: what is given sizes alone, a function, or scores with the labels of the same examples
NO_GRIDS = ("check_pads_of", "check_unit_impulses", "check_gradient_of_the_loss")
OF_ARRAYS = [name for name in FUNCTIONS if not name.startswith(NO_GRIDS)]
PREDICTIONS = [name for name in ROWS if name not in FUNCTIONS + EQUATIONS]


def ask(name, answer):
    check = getattr(exercises, name)
    return check(**answer) if isinstance(answer, dict) else check(answer)


def well_formed(report):
    assert isinstance(report, exercises.Report)
    assert re.fullmatch(r"Exercise \d+\.\d+", report.name)
    assert bool(report) == report.passed == (report.verdict == PASSED)
    assert report.attempted == (report.verdict != NOT_ATTEMPTED)
    assert report.message and report.name in repr(report) and report.verdict in repr(report)
    html = report._repr_html_()
    assert report.name in html and report.verdict in html and html.count("<div") == html.count("</div>")
    return report


def cases(field):
    return [
        pytest.param(name, answer, id=f"{name}-{number}")
        for name, row in ROWS.items()
        for number, answer in enumerate(getattr(row, field))
    ]


# -- the table ---------------------------------------------------------------------------------------
def test_every_check_has_its_row():
    assert sorted(ROWS) == sorted(NAMES)
    for name, row in ROWS.items():
        assert row.right and row.blank and len(row.wrong) >= 3, name
    names = [ask(name, row.right[0]).name for name, row in ROWS.items()]
    assert len(set(names)) == len(names)  # no two exercises of one number


@pytest.mark.parametrize(("name", "answer"), cases("right"))
def test_a_right_answer_passes(name, answer, count):
    report = well_formed(ask(name, answer))
    assert report.passed and report.diagnosis is None, report
    count("right answers passed by the exercise checks")


@pytest.mark.parametrize(("name", "answer"), cases("blank"))
def test_a_blank_is_not_attempted(name, answer):
    report = well_formed(ask(name, answer))
    assert not report.attempted and not report.passed, report


@pytest.mark.parametrize("name", FUNCTIONS)
def test_not_implemented_is_not_attempted(name):
    def blank(*given):
        raise NotImplementedError("later")

    assert not ask(name, blank).attempted


@pytest.mark.parametrize(("name", "case"), cases("wrong"))
def test_a_wrong_answer_fails_with_words_that_help(name, case, count):
    answer, words = case
    report = well_formed(ask(name, answer))
    assert report.verdict == FAILED, report
    for word in words:
        assert word in undollared(report.message), report.message
    if re.search("what comes out if|It holds if|It would hold", report.message):
        assert report.diagnosis, report.message  # a mistake that is told is named
    count("wrong answers refused by the exercise checks")


# -- what a function may do --------------------------------------------------------------------------
def failed(name, function):
    report = well_formed(ask(name, function))
    assert report.verdict == FAILED, report
    return report.message


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_every_argument_is_a_read_only_copy(name):
    seen = []

    def spy(*given):
        seen.append(given)
        return ROWS[name].right[0](*given)

    assert ask(name, spy).passed and len(seen) >= 5
    arrays = [[a for a in given if isinstance(a, np.ndarray)] for given in seen]
    assert all(group and not any(a.flags.writeable for a in group) for group in arrays)
    sizes = [sum(a.size for a in group) for group in arrays]
    assert sizes == sorted(
        sizes
    )  # the smallest layer first, so that the one shown is the smallest that fails
    # a layer with sizes all different: of the first two arrays, or, with channels, within each array
    assert any(
        len({size for a in group[:2] for size in a.shape}) == sum(a.ndim for a in group[:2])
        or (group[0].ndim > 2 and all(len(set(a.shape)) == a.ndim for a in group))
        for group in arrays
    )
    assert len({a.shape for group in arrays for a in group}) >= 5


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_same_layers_every_time(name):
    runs = [[], []]
    for run in runs:
        ask(name, lambda *given, run=run: run.append(given) or ROWS[name].right[0](*given))
    for first, second in zip(*runs, strict=True):
        assert all(map(np.array_equal, first, second))


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda *given: 1 / 0, ["raised ZeroDivisionError", "division by zero", "On the layer with"]),
        (lambda *given: [][1], ["raised IndexError", "index left its range"]),
        (lambda *given: undefined_name, ["raised NameError", "undefined_name"]),  # noqa: F821
        (lambda: 0, ["raised TypeError", "argument"]),
        (lambda *given: (_ for _ in ()).throw(RecursionError("too deep")), ["raised RecursionError"]),
    ],
    ids=["divides by zero", "index", "name", "arguments", "recursion"],
)
def test_what_a_function_raises_is_reported(name, function, words):
    message = failed(name, function)
    assert all(word in message for word in words), message


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_a_function_that_writes_is_told(name):
    message = failed(name, lambda *given: np.add(given[0], 1, out=given[0]))
    assert all(word in message for word in ("raised ValueError", "read-only", "zeros")), message


def spoilt(name, how):
    """The right answer with every array of it changed."""

    def function(*given):
        got = ROWS[name].right[0](*given)
        return tuple(map(how, got)) if isinstance(got, tuple) else how(np.asarray(got))

    return function


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    ("how", "words"),
    [
        (lambda a: None, ["returned None", "return"]),
        (lambda a: np.asarray(a)[None], ["shape is (1", "should be"]),
        (lambda a: np.asarray(a) * 1j, ["real numbers", "complex128"]),
        (lambda a: np.asarray(a).astype(str), ["array of numbers", "<U"]),
        (lambda a: np.where(np.ones_like(a), None, a), ["array of numbers", "NoneType"]),
        (lambda a: np.asarray(a) != 0, ["array of numbers", "bool"]),
        (lambda a: np.asarray(a) + 1, ["cells are wrong", "should be"]),
        (lambda a: np.asarray(a) * np.nan, ["cells are wrong", "nan"]),
        (lambda a: np.asarray(a) + np.inf, ["cells are wrong", "inf"]),
        (lambda a: np.asarray(a) * (1 + 1e-4), ["cells are wrong"]),
        (lambda a: [[1, 2], [3]], ["lists of different lengths"]),
        (lambda a: {1, 2}, ["no order", "array"]),
        (lambda a: "grad", ["array of numbers"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_a_function_returns_is_judged(name, how, words):
    message = failed(name, spoilt(name, how))
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    "name", ["check_grad_input_1d", "check_grad_weight_2d", "check_grad_weight_of_channels"]
)
def test_the_shape_of_a_gradient_is_told(name):
    assert "shape of what it is the gradient of" in failed(name, spoilt(name, lambda a: np.asarray(a)[None]))


def test_integers_that_cut_off_are_told():
    message = failed(
        "check_backward_through_tanh", spoilt("check_backward_through_tanh", lambda a: np.int64(a))
    )
    assert "int64" in message and "floats" in message


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    "how",
    [
        lambda a: np.asarray(a) * (1 + 1e-14),
        lambda a: np.asarray(a, dtype=np.float32),
        lambda a: np.asarray(a, dtype=np.float32).astype(float),
        lambda a: np.asarray(a) + 1e-7 * np.abs(a).max(initial=0.0),  # a slope by small steps
        lambda a: np.asarray(a).tolist(),
    ],
    ids=["float64", "float32", "float32 at last float64", "small steps", "a list"],
)
def test_rounding_is_no_mistake(name, how):
    assert ask(name, spoilt(name, how)).passed


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_one_wrong_cell_is_found_and_shown(name):
    def function(*given):
        got = ROWS[name].right[0](*given)
        arrays = [np.array(a, dtype=float) for a in (got if isinstance(got, tuple) else (got,))]
        if arrays[0].size > 5:
            arrays[0].flat[-1] += 1
        return tuple(arrays) if isinstance(got, tuple) else arrays[0]

    report = ask(name, function)
    if name in (
        "check_grad_weight_1d",
        "check_grad_bias",
        "check_from_one_to_zero",
    ):  # no kernel there is that long, nor so many filters
        assert report.passed
        return
    assert "1 of" in report.message and report.got.shape == report.expected.shape
    assert (report.got != report.expected).sum() == 1
    assert "✗" in report._repr_html_() and "✓" in report._repr_html_()


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("answer", [None, 3, "grad_x", np.zeros(4), [1.0, 2.0]], ids=repr)
def test_a_result_in_place_of_the_function(name, answer):
    message = failed(name, answer)
    assert "function itself" in message and type(answer).__name__ in message


# -- whatever is handed over, no exception escapes ---------------------------------------------------
ODD = {
    "None": None,
    "True": True,
    "-1": -1,
    "6.5": 6.5,
    "NaN": np.nan,
    "word": "6",
    "bytes": b"6",
    "empty word": "",
    "empty list": [],
    "list": [6],
    "tuple": (6,),
    "set": {6},
    "set of two": {1, 2},
    "dict": {},
    "list of None": [None],
    "list of a blank": [..., 1],
    "tuple with a list": (1, [2]),
    "ragged": [[1], [2, 3]],
    "ragged deeper": [[1, [2]], [3]],
    "array": np.zeros((2, 3)),
    "array of objects": np.array([..., 1], dtype=object),
    "complex": 1j,
    "object": object(),
    "type": int,
    "function": len,
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", PREDICTIONS + EQUATIONS)
def test_no_odd_answer_escapes(name, odd):
    right, check = ROWS[name].right[0], getattr(exercises, name)
    for key in right if isinstance(right, dict) else [None]:
        report = check(**{**right, key: ODD[odd]}) if key else check(ODD[odd])
        assert not well_formed(report).passed


def test_text_of_an_answer_is_escaped():
    html = ask("check_nudge", dict(outputs_changed="<script>", change_of_z12=5))._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html


# -- as the notebooks pose and solve them ------------------------------------------------------------
NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("[!.]*.ipynb"))
SOLUTION = re.compile(r"<details>\s*<summary>Solution.*?</details>", re.DOTALL)
BLOCK = re.compile(r"^```(?:python|latex)\n(.*?)^```", re.DOTALL | re.MULTILINE)
MAGIC = re.compile(r"%%equation exercises\.(check_\w+)\n(.*)", re.DOTALL)


@dataclass(frozen=True)
class Posed:
    """An exercise of a notebook: what it is posed as, what was stored, and the block that solves it."""

    notebook: Path
    index: int
    cell: dict
    solutions: list
    check: str
    before: list
    above: str  # the text before it


def source(cell):
    return "".join(cell["source"])


def posed(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    is_exercise = ["exercise" in cell["metadata"].get("tags", []) for cell in cells]
    for index, cell in enumerate(cells):
        if not is_exercise[index]:
            continue
        assert cell["cell_type"] == "code", (notebook.name, index)
        around = [cells[i] for i in (index + 1, index - 1) if 0 <= i < len(cells)]
        folded = [SOLUTION.findall(source(c)) for c in around if c["cell_type"] == "markdown"]
        solutions = next((found for found in folded if found), [])
        equation = MAGIC.match(source(cell))
        called = re.findall(r"exercises\.(check_\w+)\(", source(cell).rstrip().splitlines()[-1])
        called = [equation.group(1)] if equation else called
        assert len(called) == 1, f"{notebook.name}, cell {index}: its last line calls one check"
        before = [
            source(c)
            for c, exercise in zip(cells[:index], is_exercise, strict=False)
            if c["cell_type"] == "code" and not exercise and not source(c).startswith("%%")
        ]
        above = "\n".join(source(c) for c in cells[:index] if c["cell_type"] == "markdown")
        yield Posed(notebook, index, cell, solutions, called[0], before, above)


POSED = [exercise for notebook in NOTEBOOKS for exercise in posed(notebook)]
each = pytest.mark.parametrize("posed", POSED, ids=[f"{p.notebook.stem}-{p.check}" for p in POSED])


def run(text, namespace):
    """Run a cell, and give the value of its last expression, as a notebook does (of %%equation, the report)."""
    if equation := MAGIC.match(text):
        return getattr(exercises, equation.group(1))(magic.source(equation.group(2)))
    body = ast.parse(text).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "<cell>", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace) if last else None


@pytest.fixture(scope="module")
def namespaces():
    """For each exercise, what its notebook has defined before it; every cell is run once."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    running = {}
    fresh = {"__name__": "__main__", "display": lambda *shown: None}  # what IPython puts in

    def namespace(posed):
        done, names = running.get(posed.notebook, (0, dict(fresh)))
        if done > len(posed.before):
            done, names = 0, dict(fresh)
        for text in posed.before[done:]:
            run(text, names)
        pyplot.close("all")
        running[posed.notebook] = len(posed.before), names
        return dict(names)

    return namespace


def test_each_check_is_used_by_exactly_one_exercise():
    if not NOTEBOOKS:
        pytest.skip("no notebooks yet")
    assert sorted(p.check for p in POSED) == sorted(NAMES)


@each
def test_there_is_exactly_one_solution(posed):
    assert len(posed.solutions) == 1
    assert len(BLOCK.findall(posed.solutions[0])) == 1


@each
def test_the_solution_on_the_page_passes(posed, namespaces, count):
    names = namespaces(posed)
    (block,) = BLOCK.findall(posed.solutions[0])
    if MAGIC.match(source(posed.cell)):
        block = source(posed.cell).splitlines()[0] + "\n" + block
    report = run(block, names)
    if not isinstance(report, exercises.Report):
        report = run(source(posed.cell).rstrip().splitlines()[-1], names)
    assert isinstance(report, exercises.Report) and report.passed, report
    assert report.name.startswith(f"Exercise {int(posed.notebook.name[:2])}.")
    count("solutions on the pages run and passed")


@each
def test_the_exercise_as_committed_is_not_attempted(posed, namespaces):
    report = run(source(posed.cell), namespaces(posed))
    assert isinstance(report, exercises.Report) and not report.attempted, report
    (output,) = posed.cell["outputs"]
    assert NOT_ATTEMPTED in "".join(output["data"]["text/plain"])
    assert "".join(output["data"]["text/plain"]) == repr(report)


@each
def test_the_heading_carries_the_number(posed):
    """The number in the report is that of the heading or paragraph above the exercise."""
    report = run(source(posed.cell), {"exercises": exercises, "np": np})
    numbers = re.findall(r"^#+ Exercise (\d+\.\d+)", posed.above, re.MULTILINE)
    assert numbers and f"Exercise {numbers[-1]}" == report.name
