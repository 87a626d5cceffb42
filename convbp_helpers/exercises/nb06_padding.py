"""The exercises of notebook 06: padding."""

from functools import partial

import numpy as np

from .functions import function
from .predictions import RIGHT, prediction
from .small_layers import row_input, row_layers
from .written import Piece, equation, exchanged, other_signs, written_with

__all__ = [
    "check_links_with_padding",
    "check_input_gradient_with_padding",
    "check_grad_input_with_padding",
    "check_backward_padding",
    "check_repaired_same",
]

#: (inputs, weights, stride, dilation, padding): strides 1 to 3, padding in front from none to more than the kernel is
#: long, and leftovers
PADDED = [
    (6, 2, 3, 1, (1, 0)),
    (3, 2, 1, 1, (1, 0)),
    (4, 2, 1, 1, (0, 0)),
    (5, 3, 1, 1, (1, 1)),
    (5, 3, 2, 1, (2, 1)),
    (6, 3, 2, 1, (1, 0)),
    (7, 3, 3, 1, (2, 2)),
    (9, 2, 3, 1, (0, 1)),
    (5, 2, 1, 1, (3, 1)),
    (6, 3, 2, 1, (4, 0)),
    (8, 4, 3, 1, (1, 3)),
    (10, 4, 3, 1, (3, 2)),
    (9, 1, 2, 1, (1, 2)),
    (12, 4, 3, 1, (0, 0)),
]

#: (inputs, weights)
SAME = [(3, 2), (4, 3), (2, 3), (2, 5), (3, 6), (5, 1), (5, 4), (6, 2), (6, 5), (7, 4), (9, 6), (8, 7)]

FULL = "That is the full convolution, K − 1 zeros: it makes the cells of the padding too."


check_links_with_padding = prediction(
    "Exercise 6.1, a prediction: 6 inputs, 3 weights, padding 1 on both sides.",
    x0={
        2: RIGHT,
        1: "Without padding it would be 1. One window now starts before x₀.",
        3: "Through w₂ it would take output −1, and there is none.",
        ...: "Which windows start at −1 or later and cover x₀?",
    },
    x2={
        3: RIGHT,
        2: "There is one window for each weight that can lie on x₂.",
        4: "A link is an output and a weight: 3 weights give at most 3.",
        1: "The window slides: more than one of its positions covers x₂.",
        ...: "Which of the six windows cover x₂, which lies far from both ends?",
    },
    w0={
        5: RIGHT,
        6: "That is the number of outputs. Does each of them find an input under w₀?",
        4: "Without padding it would be 4. Padding adds outputs, and some of them count.",
        3: "Every weight slides along the row: it is not only one window that holds w₀.",
        ...: "Each output reads one cell through w₀. Count those in which that cell is an input.",
    },
    praise="At the end of a row a window hangs over it; what lies in the padding is no link.",
)


check_input_gradient_with_padding = equation(
    "Exercise 6.2: the input gradient of an image with a padding of its own above and to the left.",
    of="x_{i,j}",
    needs=[
        Piece("p_top", "the padding above is missing: it is written p_{top}"),
        Piece("p_left", "the padding to the left is missing: it is written p_{left}"),
        *written_with("δ", "w"),
    ],
    hints=[
        Piece("p_top with i", "p_{top} is the padding of the rows: it stands beside i"),
        Piece("p_left with j", "p_{left} is the padding of the columns: it stands beside j"),
    ],
    without=[
        Piece("p_bottom", "the padding below moves no cell: only what lies before the first cell does"),
        Piece("p_right", "the padding to the right moves no cell: only what lies before the first does"),
    ],
    slips={
        "it would hold with the other sign before the padding: solve i = u + k − p for u": other_signs("p"),
        "it would hold with the other sign before k and l: where w reads on, δ reads back": other_signs(
            "k", "l"
        ),
        "it would hold with top and left exchanged": exchanged("p_top", "p_left"),
    },
    praise="The padding in front moves every index; the padding behind moves none.",
)


@function(praise="What lies in the padding is dropped.")
def check_grad_input_with_padding():
    """Exercise 6.3: a function (delta, w, stride, before, n_inputs) -> grad_x of one row."""
    for layer in row_layers(PADDED, seed=61):
        delta, w, n = layer.delta, layer.w, len(layer.x)
        stride, before = layer.settings["stride"], layer.geometry.axes[0].padding[0]
        strided = partial(row_input, delta, stride=stride)
        padded = strided(w)
        from_the_end = layer.grad_x.copy()
        from_the_end[max(0, n - before) :] += padded[max(0, before - n) : before]
        cut_twice = padded[before : len(padded) - before]
        yield layer.case(
            "grad_x",
            dict(stride=stride, before=before, n_inputs=n),
            mistakes={
                "the cells of the padding in front are not cut off": padded,
                "the stride is ignored": row_input(delta, w, n, before=before),
                "stride and padding are ignored": row_input(delta, w, n),
                "a negative index i counts from the end; in the padding there is no cell": from_the_end,
                "u is rounded down, where a stride that does not divide leaves no link": _rounded(
                    delta, w, n, stride=stride, before=before
                ),
                "the sign before p is the other": strided(w, n, before=-before),
                "the kernel lies the wrong way round": strided(w[::-1], n, before=before),
            },
            sentences={
                "The padding in front is cut off at both ends; behind, it may have another size.": cut_twice
            }
            if before
            else {},
            shapes={(0,): "Nothing is left. A slice that ends at -before is empty where before is 0."},
            short="The last inputs have a gradient too, zero or not: there are n_inputs of them.",
            long="Behind the last input only padding follows, and it has no place in the result.",
        )


def _rounded(delta, w, n_inputs, *, stride, before):
    """Gathered with a link for every weight: u is rounded down where the stride does not divide."""
    grad_x = np.zeros(n_inputs)
    for i, k in np.ndindex(n_inputs, len(w)):
        if 0 <= (u := (i + before - k) // stride) < len(delta):
            grad_x[i] += delta[u] * w[k]
    return grad_x


check_backward_padding = prediction(
    "Exercise 6.4, a prediction: 8 inputs, 5 weights, stride 3, padding 1 in front and 3 behind.",
    front={
        3: RIGHT,
        1: "1 is the forward padding in front. The more of it, the fewer zeros are needed here.",
        4: FULL,
        5: "The padding is taken off K − 1, not added.",
        2: "That is what belongs behind.",
        ...: "K − 1 zeros give a cell of padding as well; those cells are not wanted.",
    },
    behind={
        2: RIGHT,
        1: "The last window ends before the padded row does: what of the leftover?",
        3: "3 is the forward padding behind. The more of it, the fewer zeros are needed here.",
        4: FULL,
        5: "That is K − 1 and the leftover; the cells of the padding are in it still.",
        0: "The leftover lies behind the last window: it adds zeros, it does not take them away.",
        ...: "K − 1, without the padding behind; and then, is there a leftover?",
    },
    praise="Padding of the forward pass is taken off K − 1, each on its own side; the leftover is added behind.",
)


@function(praise="At an even K the two sides differ.")
def check_repaired_same():
    """Exercise 6.5, find the mistake: (delta, w) -> grad_x of a "same" layer at stride 1, of odd and of even K."""
    for layer in row_layers([(h, k, 1, 1, ((k - 1) // 2, k // 2)) for h, k in SAME], seed=65):
        delta, w = layer.delta, layer.w
        before, after = layer.geometry.axes[0].padding
        slide = partial(_slide, delta)
        moved = [row_input(delta, w, len(delta), before=p) for p in (before - 1, before + 1) if len(w) % 2]
        if len(w) == 1:
            moved = []  # one tap has no cells to move by
        yield layer.case(
            "grad_x",
            mistakes={
                "δ is padded as x is in the forward pass": slide(w[::-1], before, after),
                "the kernel is not reversed": slide(w, after, before),
                "δ is padded as x is, and the kernel is not reversed": slide(w, before, after),
                "the row is moved by one at an odd K too": moved,
            },
            sentences={
                "With K − 1 zeros at both ends the cells of the padding come out too.": np.convolve(delta, w),
            },
        )


def _slide(row, w, *pads):
    return np.correlate(np.pad(row, pads), w, "valid")
