"""The exercises of notebook 05: stride and leftovers."""

from functools import partial

from .functions import function
from .predictions import RIGHT, prediction
from .small_layers import row_input, row_layers
from .written import Piece, equation, written_with

__all__ = [
    "check_links_with_stride",
    "check_weight_gradient_two_strides",
    "check_grad_input_with_stride",
    "check_input_sizes",
    "check_repaired_stride",
]

#: (inputs, weights, stride); every leftover is among them
ROWS = [(3, 2, 2), (4, 2, 3), (5, 1, 2), (6, 3, 2), (8, 3, 3), (9, 2, 4), (10, 3, 2), (12, 4, 3), (7, 3, 1)]

STRIDES = dict(stride=(2, 3))  # a layer with two


check_links_with_stride = prediction(
    "Exercise 5.1, a prediction: 10 inputs, 3 weights, stride 2.",
    x4={
        2: RIGHT,
        3: "At stride 1 it would be 3; here fewer windows cover it.",
        ...: "In how many of the four lines does x₄ stand?",
    },
    x5={
        1: RIGHT,
        2: "x₅ lies in the middle of a window of 3, and the next window starts behind it.",
        3: "At stride 1 it would be 3; here fewer windows cover it.",
        ...: "In how many of the four lines does x₅ stand?",
    },
    x9={
        0: RIGHT,
        1: "A window over x₉ would need x₁₀, or start at an odd cell.",
        ...: "In how many of the four lines does x₉ stand?",
    },
    praise="x₄ ends one window and begins the next, x₅ lies in the middle of one, x₉ behind the last.",
)


check_weight_gradient_two_strides = equation(
    "Exercise 5.2: the weight gradient in two dimensions with a stride of its own on each axis.",
    of="w_{k,l}",
    needs=[
        Piece("s", "for stride 1 only: s_h and s_w should stand in it", STRIDES),
        Piece(
            "s_h", "only where s_h is 1: the rows have a stride of their own, s_h in the row index", STRIDES
        ),
        Piece(
            "s_w",
            "only where s_w is 1: the columns have a stride of their own, s_w in the column index",
            STRIDES,
        ),
        *written_with("δ", "x"),
    ],
    hints=[
        Piece("s_h u", "s_h is the stride of the rows: does it multiply u, and u alone?"),
        Piece("s_w v", "s_w is the stride of the columns: does it multiply v, and v alone?"),
    ],
    praise="Each axis takes its own stride.",
)


@function(praise="Cells without a link stay 0.")
def check_grad_input_with_stride():
    """Exercise 5.3: a function (delta, w, stride, n_inputs) -> grad_x of one row."""
    return _strided_cases()


def _strided_cases():
    for layer in row_layers([(*sizes, 1, (0, 0)) for sizes in ROWS], seed=29):
        delta, w, n, stride = layer.delta, layer.w, len(layer.x), layer.settings["stride"]
        strided = partial(row_input, delta, n_inputs=n, stride=stride)
        moved = "zeros stand in front of the first δ, and "
        yield layer.case(
            "grad_x",
            dict(stride=stride, n_inputs=n),
            mistakes={
                "the kernel lies the wrong way round": strided(w[::-1]),
                f"{moved}all is moved": strided(w, before=1 - stride),
                f"{moved}the kernel lies the wrong way round": strided(w[::-1], before=1 - stride),
                "the stride is ignored": row_input(delta, w, n),
            },
            short="The leftover has a gradient too: zeros, at the end.",
        )


check_input_sizes = prediction(
    "Exercise 5.4, a prediction: 4 weights, stride 3, 5 outputs.",
    smallest={
        16: RIGHT,
        15: "The last of the five windows begins at x₁₂ and reads 4 cells, to x₁₅. How many cells are x₀ to x₁₅?",
        18: "That is the largest: two of its cells are left over.",
        19: "There are 4 steps between 5 windows, not 5.",
        8: "That is the size at stride 1.",
        ...: "Five windows begin at 0, 3, 6, 9 and 12. Up to which cell does the last one read?",
    },
    largest={
        18: RIGHT,
        19: "With 19 inputs a sixth window would fit.",
        16: "That is the smallest: what may be left over?",
        ...: "How many cells can be left over behind the last window, before one more window fits?",
    },
    praise="s(U − 1) + K + r, with r from 0 to s − 1.",
)


@function(praise="δ_u lies at m = su.")
def check_repaired_stride():
    """Exercise 5.5, find the mistake: zeros inserted at the wrong phase."""
    return _strided_cases()
