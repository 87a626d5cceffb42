"""The exercises of notebook 13: equations in other letters, read, written and put into code."""

import numpy as np

from .. import taps
from ..words import counted
from .functions import Case, function
from .predictions import RIGHT, prediction
from .small_layers import integers, whole_layer
from .written import Piece, equation, written_with

__all__ = [
    "check_two_that_are_wrong",
    "check_weight_gradient_in_any_letters",
    "check_input_gradient_in_three_dimensions",
    "check_from_one_to_zero",
]

_RIGHT_ONES = {
    1: "That one holds: the sum over the outputs, and the cell that tap (a, b) reads.",
    3: "That one holds: the bias is in every output of its filter.",
    ...: "Give one of the numbers 1 to 4.",
}

check_two_that_are_wrong = prediction(
    "Exercise 13.1, a prediction: two of four equations are wrong.",
    any_order=True,
    first={2: RIGHT, 4: "That is the second of the two; give the smaller number first."} | _RIGHT_ONES,
    second={4: RIGHT, 2: "That is the first of the two; give the larger number second."} | _RIGHT_ONES,
    praise="In one nothing sums over the filters; in the other a difference is turned around.",
)

check_weight_gradient_in_any_letters = equation(
    "Exercise 13.2: the weight gradient of a row with stride and padding, in any letters.",
    of="w_k",
    needs=[
        *written_with("δ", "x"),
        Piece("s", "for stride 1 only: there is no stride in it", layer=dict(stride=2)),
        Piece("p", "for layers without padding only: there is none in it", layer=dict(padding=((2, 1),))),
    ],
    hints=[Piece("Σu", "sum over the outputs: the weight is in all of them")],
    praise="Every output has read this weight once.",
)

check_input_gradient_in_three_dimensions = equation(
    "Exercise 13.3: the input gradient in three dimensions, with stride.",
    of="x_{i,j,h}",
    needs=[
        *written_with("δ", "w"),
        Piece("s", "for stride 1 only: there is no stride in it", layer=dict(stride=2)),
    ],
    praise="Each axis is solved by itself.",
)


@function(praise="Counted from 0, nothing is left of the 1.")
def check_from_one_to_zero():
    """Exercise 13.4: a function (G, V, taps, s) -> the gradient of the weights of one row."""
    rng = np.random.default_rng(134)
    for n_taps, outputs, stride, leftover in (
        (2, 2, 1, 0),
        (2, 3, 2, 1),
        (3, 4, 2, 0),
        (3, 3, 3, 2),
        (4, 5, 1, 0),
    ):
        cells = stride * (outputs - 1) + n_taps + leftover
        G, V = integers(rng, outputs) / 2, integers(rng, cells)
        grad = taps.grad_weight(G[None, None], V[None, None], (1, 1, n_taps), stride=stride)[0, 0]
        row = whole_layer(V[None, None], np.ones((1, 1, n_taps)), G[None, None], stride=stride)
        read = lambda index: V[index] if 0 <= index < len(V) else 0.0  # noqa: E731, B023
        sums = lambda index: np.array(  # noqa: E731
            [sum(G[m] * read(index(m, k)) for m in range(outputs)) for k in range(n_taps)]  # noqa: B023
        )
        yield Case(
            f"layer with {counted(outputs, 'output')}, {counted(n_taps, 'tap')} and stride {stride}",
            dict(G=G, V=V, taps=n_taps, s=stride),
            grad,
            mistakes={
                "the −1 of m is left in: counted from 0, output m begins at m·s": [
                    sums(lambda m, k: (m - 1) * stride + k),  # noqa: B023
                    sums(lambda m, k: ((m - 1) * stride + k) % cells),  # noqa: B023 (as Python counts from the end)
                    sums(lambda m, k: (m - 1) * stride + k if m else -1),  # noqa: B023
                ],
                "V is read one cell too far: k counts from 0 too": sums(lambda m, k: m * stride + k + 1),  # noqa: B023
                "the stride stands on the tap": sums(lambda m, k: m + stride * k),  # noqa: B023
                "the stride is left out": sums(lambda m, k: m + k),
                "the taps are reversed": grad[::-1],
                "it is divided by the number of outputs: it is no mean": grad / outputs,
            },
            walks={"": (row.walk("grad_w")[0], 2)},
            about="All arrays have one axis.",
        )
