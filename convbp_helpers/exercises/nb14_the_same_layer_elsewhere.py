"""The exercises of notebook 14: the same layer in other libraries."""

import numpy as np

from ..words import by
from .functions import Case, function
from .predictions import RIGHT, prediction
from .small_layers import row_input, row_layers
from .written import Piece, equation, instead, settings_needed, written_with

__all__ = [
    "check_same_with_stride",
    "check_pads_of_same",
    "check_pads_of_transposed",
    "check_input_gradient_of_the_gather",
    "check_ported_transposed",
]

#: (input, kernel, stride, dilation): strides to 4, even and odd zeros, a leftover in place of zeros
IMAGES = [
    ((5, 8), (2, 3), 1, 1),
    ((8, 7), (3, 4), 2, 1),
    ((9, 5), (4, 1), 2, 1),
    ((6, 11), (3, 2), 1, 3),
    ((7, 12), (5, 3), 2, 2),
    ((10, 7), (2, 1), 4, 1),
    ((13, 9), (4, 3), 3, 2),
    ((6, 15), (1, 6), 3, 1),
]

#: (weights, padding, dilation, output padding) of one axis
TRANSPOSED = [
    (3, 1, 1, 0),
    (4, 1, 1, 0),
    (5, 0, 1, 1),
    (2, 0, 3, 0),
    (3, 1, 2, 1),
    (4, 3, 2, 0),
    (3, 3, 1, 1),
    (6, 2, 1, 2),
]

#: (inputs, weights, stride, dilation, padding), without a leftover
PORTED = [
    (6, 2, 2, 1, (0, 0)),
    (3, 3, 1, 1, (1, 1)),
    (4, 4, 2, 1, (1, 1)),
    (6, 4, 2, 1, (1, 1)),
    (7, 5, 3, 1, (2, 2)),
    (9, 3, 2, 1, (0, 0)),
    (13, 3, 2, 1, (1, 1)),
    (8, 4, 2, 1, (2, 2)),
    (10, 2, 4, 1, (0, 0)),
]


check_same_with_stride = prediction(
    "Exercise 14.1, a prediction: 10 inputs, 5 weights, stride 2, no dilation, “same” as in TensorFlow.",
    before={
        1: RIGHT,
        2: "That is K//2, or the half with the odd zero. Count the zeros that the five windows need.",
        0: "Three zeros are needed in all: half of them, rounded down, go in front.",
        3: "That is all of them.",
        ...: "How many outputs, how far do their windows reach, and how much of that is x?",
    },
    behind={
        2: RIGHT,
        1: "Of three zeros the half, rounded down, goes in front; the rest goes behind.",
        3: "That is all of them: half, rounded down, go in front.",
        0: "The last window begins at x₇ at the latest: what does it read behind x₉?",
        ...: "What is left of the zeros when those in front are taken away.",
    },
    apart={
        1: RIGHT,
        0: "With 2 zeros on both sides the first window begins at −2. Where with “same”?",
        2: "That is where its windows begin, counted from x₀. And those of “same”?",
        -1: "By how many cells: a number that is not negative.",
        ...: "The first window begins as many cells before x₀ as there are zeros in front.",
    },
    praise="⌈10/2⌉ windows need 3 zeros; K//2 on both sides puts 2 in front, and every window begins a cell early.",
)


def _of_same(size, kernel, stride, dilation=1, *, outputs=None, spare=0):
    """Zeros before and after one axis; `spare` of the odd ones in front."""
    outputs = -(-size // stride) if outputs is None else outputs
    total = max((outputs - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
    before = (total + spare) // 2
    return before, total - before


def _flat(pairs):
    return np.array([number for pair in pairs for number in pair])


@function(praise="The last axis first, and the odd zero behind.")
def check_pads_of_same():
    """Exercise 14.2: a function (size, kernel, stride, dilation) -> left, right, top, bottom, as F.pad takes them."""
    for size, kernel, stride, dilation in IMAGES:
        axes = list(zip(size, kernel, strict=True))
        pads = [_of_same(h, k, stride, dilation) for h, k in axes]
        needed = [(-(-h // stride) - 1) * stride + dilation * (k - 1) + 1 - h for h, k in axes]
        whatever = [(dilation * (k - 1) // 2, dilation * (k - 1) - dilation * (k - 1) // 2) for _, k in axes]
        cut = [(n // 2, n - n // 2) for n in needed]
        in_front = [_of_same(h, k, stride, dilation, spare=1) for h, k in axes]
        name = f"layer with input {by(size)}, kernel {by(kernel)}, stride {stride} and dilation {dilation}"
        yield Case(
            name,
            dict(size=size, kernel=kernel, stride=stride, dilation=dilation),
            _flat(pads[::-1]),
            mistakes={
                "the first axis comes first; F.pad begins with the last one, left and right": _flat(pads),
                "the odd zero is put in front": _flat(in_front[::-1]),
                "the dilation is ignored: a kernel of K weights reaches over d(K − 1) + 1 cells": _flat(
                    [_of_same(h, k, stride) for h, k in axes][::-1]
                ),
                "the stride is ignored: “same” means ⌈H/s⌉ outputs, which may need fewer zeros": _flat(
                    whatever[::-1]
                ),
                "⌈H/s⌉ is rounded down": _flat(
                    [_of_same(h, k, stride, dilation, outputs=h // stride) for h, k in axes][::-1]
                ),
                "a negative number of zeros is taken as it is, which cuts cells off": _flat(cut[::-1]),
                "K//2 zeros are put on both sides, whatever the layer needs": _flat(
                    [(k // 2, k // 2) for _, k in axes][::-1]
                ),
                "before of both axes comes first, and then behind of both": _flat(
                    list(zip(*pads[::-1], strict=True))
                ),
                "the half is put on both sides, and the odd zero left out": _flat(
                    [(before, before) for before, _ in pads][::-1]
                ),
            },
            shapes={
                ...: "Four numbers: before and behind for the columns, then before and behind for the rows."
            },
        )


@function(praise="d(K − 1) − p on both sides, and the output padding behind.")
def check_pads_of_transposed():
    """Exercise 14.3: a function (kernel, padding, dilation, output_padding) -> the pair for lax.conv_transpose."""
    for kernel, padding, dilation, more in TRANSPOSED:
        whole = dilation * (kernel - 1)
        pair = lambda zeros, more=more: np.array([zeros, zeros + more])  # noqa: E731
        yield Case(
            f"layer with {kernel} weights, padding {padding}, dilation {dilation} and output padding {more}",
            dict(kernel=kernel, padding=padding, dilation=dilation, output_padding=more),
            pair(whole - padding),
            mistakes={
                "PyTorch's number is handed on: there it is cut off, here it is put on": [
                    pair(padding), pair(padding, 0),
                ],
                "the dilation is ignored": pair(kernel - 1 - padding),
                "K is taken for K − 1": [pair(dilation * kernel - padding), pair(whole + 1 - padding)],
                "the padding is not taken off": pair(whole),
                "the output padding is left out": pair(whole - padding, 0),
                "the output padding is put on both sides": pair(whole - padding + more, 0),
                "the output padding is put in front": pair(whole - padding)[::-1],
                "the output padding is taken off behind": pair(whole - padding, -more),
                "d(K − 1) is left out": pair(-padding),
                "p is added, where it is taken off": pair(whole + padding),
                "the padding is dilated too": pair(dilation * (kernel - 1 - padding)),
                "the padding is taken off twice, for both ends": pair(whole - 2 * padding),
                "dK − 1 is taken for d(K − 1)": pair(dilation * kernel - 1 - padding),
                "no zeros are put where their number is negative; it cuts cells off δ": np.maximum(
                    pair(whole - padding), 0
                ),
            },
            shapes={...: "Two numbers: the zeros before and behind."},
        )  # fmt: skip


check_input_gradient_of_the_gather = equation(
    "Exercise 14.4: the input gradient of one row as a library runs it, over δ with zeros put in.",
    of="x_{c,i}",
    needs=[
        *settings_needed(1)[1:],
        Piece(
            r"\hat \delta", r"for stride 1 only: with zeros put in, δ is written \hat\delta", dict(stride=2)
        ),
        Piece(r"\hat \delta", r"it should slide over \hat\delta, which needs no bracket"),
        Piece("Σf", "it does not sum over the filters f"),
        Piece(
            "K",
            "it reads backwards: as a window that slides forward it meets the kernel turned, w_{f,c,K-1-k}",
        ),
        *written_with("w"),
    ],
    slips={
        "it would hold with d(K − 1) − p in place of p: a number to cut is not a number to add": instead(
            "p", put="(d(K-1)-p)"
        ),
    },
    praise="Channels and filters change places, the kernel is turned, and d(K − 1) − p zeros stand in front.",
)


@function(praise="K − 1 − p zeros, and the kernel turned.")
def check_ported_transposed():
    """Exercise 14.5, find the mistake: (delta, w, stride, padding) -> a row as PyTorch's layer makes it."""
    around = "p zeros are put around, where p cells should be cut off"
    for layer in row_layers(PORTED, seed=145):
        delta, w, n = layer.delta, layer.w, len(layer.x)
        stride, p = layer.settings["stride"], layer.geometry.axes[0].padding[0]
        zeros = len(w) - 1 - p  # p of them stand for a crop of so many cells
        size = stride * (len(delta) - 1) + len(w) - 2 * zeros
        uncut = row_input(delta, w, stride=stride)
        as_read = row_input(delta, w, size, stride=stride, before=zeros) if size > 0 else uncut[:0]
        turned = row_input(delta, w[::-1], size, stride=stride, before=zeros) if size > 0 else uncut[:0]
        yield layer.case(
            "grad_x",
            dict(stride=stride, padding=p),
            mistakes={
                f"{around}; the kernel is turned as it should be": as_read,
                f"{around}, and the kernel lies the wrong way round": turned,
                "K − 1 zeros are put around, so nothing is cut off": uncut,
                "the kernel lies the wrong way round: a window that slides forward over δ meets it turned": row_input(
                    delta, w[::-1], n, stride=stride, before=p
                ),
                "δ is turned as well": row_input(delta[::-1], w, n, stride=stride, before=p),
                "the result is turned": layer.grad_x[::-1],
            },
            shapes={...: f"s(U − 1) + K − 2p cells are right: {n} here."},
        )
