"""The exercises of notebook 07: dilation."""

from functools import partial

import numpy as np

from .functions import function
from .predictions import RIGHT, prediction
from .small_layers import row_input, row_layers
from .written import equation, settings_needed, written_with

__all__ = [
    "check_dilated_window",
    "check_weight_gradient_with_dilation",
    "check_grad_weight_with_dilation",
    "check_gridding",
    "check_repaired_dilation",
]

#: (inputs, weights, stride, dilation, padding): where the stride is the larger, where the dilation is, and where both
#: are the same; with all leftovers
DILATED = [
    (6, 2, 3, 2, (0, 0)),
    (7, 2, 1, 2, (0, 0)),
    (8, 3, 2, 3, (0, 0)),
    (9, 3, 1, 3, (0, 0)),
    (10, 2, 3, 1, (0, 0)),
    (12, 3, 4, 2, (0, 0)),
    (8, 3, 2, 2, (0, 0)),
    (11, 3, 3, 2, (0, 0)),
    (13, 4, 2, 3, (0, 0)),
    (16, 6, 3, 2, (0, 0)),
    (9, 1, 2, 3, (0, 0)),
]


check_dilated_window = prediction(
    "Exercise 7.1, a prediction: 10 inputs, 3 weights, dilation 3.",
    last={
        8: RIGHT,
        4: "Without dilation it would be x₄. Here two neighbouring weights lie 3 inputs apart.",
        9: "x₉ lies behind the window: from its first input to its last it is two steps of 3.",
        5: "That is the second input it reads.",
        11: "From the first weight to the last it is two steps, not three.",
        6: "The window of z₂ does not start at x₀.",
        ...: "The window of z₂ starts at x₂; how far is it from the first weight to the last?",
    },
    window={
        7: RIGHT,
        9: "That is dK: after the last weight no gap follows.",
        3: "That is how many inputs it reads. The gaps between them lie in the window too.",
        6: "That is the distance from the first to the last. Count both ends.",
        5: "Dilation 3 puts two inputs between two weights, not one.",
        ...: "From the first input it reads to the last, both counted, with the gaps.",
    },
    outputs={
        4: RIGHT,
        8: "Without dilation it would be 8. The window is longer here.",
        2: "That is for a window of 9. How long is it?",
        3: "The first window starts at x₀, and it counts as well.",
        5: "The last of these five would end behind x₉.",
        ...: "At how many places does the window fit into 10 inputs?",
    },
    praise="Three weights, two gaps: d(K − 1) + 1 inputs, of which three are read.",
)


check_weight_gradient_with_dilation = equation(
    "Exercise 7.2: the weight gradient of a row with stride, dilation and padding.",
    of="w_k",
    needs=[
        *settings_needed(1),
        *written_with("δ", "x"),
    ],
    praise="The link itself is the index of x.",
)


@function(praise="δ is spread by the stride, and moves by the dilation.")
def check_grad_weight_with_dilation():
    """Exercise 7.3: a function (delta, x, stride, dilation, n_weights) -> grad_w of one row."""
    for layer in row_layers(DILATED, seed=73):
        n, stride, dilation = len(layer.w), layer.settings["stride"], layer.settings["dilation"]
        made = partial(_row_weight, layer.delta, layer.x, n)
        yield layer.case(
            "grad_w",
            dict(stride=stride, dilation=dilation, n_weights=n),
            mistakes={
                "stride and dilation are exchanged": made(stride=dilation, dilation=stride),
                "the dilation is ignored": made(stride=stride),
                "the stride is ignored": made(dilation=dilation),
                "stride and dilation are ignored": made(),
                "it is written from its end: δ slides over x, not x over δ": layer.grad_w[::-1],
            },
            short="There is one number for each weight: n_weights of them.",
            long="The leftover has room for more positions than there are weights: n_weights numbers are asked for.",
        )


def _row_weight(delta, x, n_weights, *, stride=1, dilation=1):
    """The weight gradient of a row; beyond its end x reads as zero."""
    grad_w = np.zeros(n_weights)
    for u, k in np.ndindex(len(delta), n_weights):
        i = stride * u + dilation * k
        grad_w[k] += delta[u] * (x[i] if i < len(x) else 0)
    return grad_w


check_gridding = prediction(
    "Exercise 7.4, a prediction: stride 6, dilation 4, and an odd padding in front.",
    step={
        2: RIGHT,
        24: "That is stride times dilation. Which numbers are sums of sixes and fours?",
        12: "That is the least number which both divide. Which numbers are sums of sixes and fours?",
        4: "Four alone does not decide it: with a six, 10 is a sum as well.",
        6: "Six alone does not decide it: with a four, 10 is a sum as well.",
        1: "6 and 4 and all their sums share a divisor.",
        10: "Sixes and fours may be added in any number: 12 and 14 are sums as well.",
        ...: "6u + 4k is always divisible by what?",
    },
    first={
        1: RIGHT,
        0: "That is without padding: it is i + p that must be divisible.",
        2: "With the padding added, is that divisible?",
        3: "There is one before it: i + p must be divisible by step, and no more is asked here.",
        ...: "The first i from 0 on for which i + p is divisible by step.",
    },
    praise="6u + 4k is even, whatever u and k are: where i + p is odd, no output can read x_i.",
)


@function(praise="The stride spreads δ, the dilation spreads w.")
def check_repaired_dilation():
    """Exercise 7.5, find the mistake: (delta, w, stride, dilation, n_inputs) -> grad_x of one row."""
    for layer in row_layers(DILATED, seed=75):
        w, stride, dilation = layer.w, layer.settings["stride"], layer.settings["dilation"]
        made, both = partial(row_input, layer.delta), max(stride, dilation)
        yield layer.case(
            "grad_x",
            dict(stride=stride, dilation=dilation, n_inputs=len(layer.x)),
            mistakes={
                "stride and dilation are exchanged": made(w, stride=dilation, dilation=stride),
                "the kernel is not spread": made(w, stride=stride),
                "δ is not spread": made(w, dilation=dilation),
                "neither δ nor the kernel is spread": made(w),
                "both are spread by the same number": made(w, stride=both, dilation=both),
                "the kernel lies the wrong way round": made(w[::-1], stride=stride, dilation=dilation),
            },
            short="The leftover has a gradient too: zeros, at the end.",
            long="The row is longer than the input: n_inputs numbers are asked for.",
        )
