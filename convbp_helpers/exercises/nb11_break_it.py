"""The exercises of notebook 11: steps of differences, unit impulses, and three hidden mistakes."""

from dataclasses import dataclass

import numpy as np

from .. import taps
from ..words import counted
from .functions import Case, function
from .predictions import RIGHT, prediction
from .small_layers import integers, whole_layer

__all__ = [
    "check_step_of_one",
    "check_unit_impulses",
    "check_hidden_1",
    "check_hidden_2",
    "check_hidden_3",
]

check_step_of_one = prediction(
    "Exercise 11.1, a prediction: z = 3x and the loss J = z²/2, at x = 2, with step 1.",
    slope={
        18: RIGHT,
        6: "That is z. The slope by x has the factor 3 as well.",
        9: "That is the slope at x = 1, where z = 3.",
        36: "J has a half in front of z².",
        3: "That is the slope of z by x. What is that of J by z?",
        ...: "J = 9x²/2.",
    },
    forward={
        22.5: RIGHT,
        18: "With step 1 a curved J is not its tangent: compute J(3) − J(2).",
        45: "J has a half in front of z².",
        13.5: "That is J(2) − J(1), the step backward.",
        ...: "J(3) − J(2), with J(x) = 9x²/2.",
    },
    central={
        18: RIGHT,
        22.5: "That is the step forward alone.",
        36: "The two points lie 2 apart: divide by 2.",
        13.5: "That is the step backward alone.",
        ...: "(J(3) − J(1))/2.",
    },
    praise="Forth and back the curvature cancels: a central difference is exact for a square as well.",
)


@dataclass(frozen=True)
class Row:
    """A row of a layer as a function of x alone: a sum over taps, and a bias."""

    w: tuple
    b: float
    stride: int

    def __call__(self, x):
        x = np.asarray(x, dtype=float)
        return taps.forward(x[None, None], np.array([[self.w]]), np.array([self.b]), stride=self.stride)[0, 0]

    def __repr__(self):
        return f"forward(x), with {counted(len(self.w), 'weight')}, b = {self.b:g} and stride {self.stride}"


#: (inputs, weights, bias, stride)
SIZES = [(3, 2, 0.0, 1), (4, 2, 3.0, 1), (6, 3, -2.0, 2), (7, 2, 5.0, 3), (9, 4, 1.0, 1)]


@function(praise="A column of the Jacobian for each cell, and no differences at all.")
def check_unit_impulses():
    """Exercise 11.2: a function (forward, delta, n_inputs) -> grad_x of one row, by pushing unit rows through."""
    rng = np.random.default_rng(112)
    for inputs, n_weights, bias, stride in SIZES:
        w = integers(rng, n_weights)
        forward = Row(tuple(w.tolist()), bias, stride)
        delta = integers(rng, (inputs - n_weights) // stride + 1) / 2
        grad_x = taps.grad_input(delta[None, None], w[None, None], (1, 1, inputs), stride=stride)[0, 0]
        row = whole_layer(np.zeros((1, 1, inputs)), w[None, None], delta[None, None], stride=stride)
        ones = sum(forward(row) for row in np.eye(inputs)) - inputs * bias
        yield Case(
            f"layer with {counted(inputs, 'input')}, {counted(n_weights, 'weight')}, bias {bias:g}, stride {stride}",
            dict(forward=forward, delta=delta, n_inputs=inputs),
            grad_x,
            mistakes={
                "the bias is left in: a row of zeros gives the bias, so take it off": grad_x
                + bias * delta.sum(),
                "δ is left out: a unit row gives a column of slopes of z, not of J": np.array(
                    [forward(row).sum() - bias * len(delta) for row in np.eye(inputs)]
                ),
                "all cells are nudged at once, so each gets the sum of all slopes": np.full(
                    inputs, delta @ ones
                ),
            },
            walks={"": (row.walk("grad_x")[0], 2)},
            short="One slope for each cell of x, n_inputs of them.",
            about="forward takes a row of n_inputs cells, and returns a row as long as delta.",
        )


KNOWN = {
    1: "A kernel that is not turned is wrong nearly everywhere, in the middle of the map too.",
    4: "Where a leftover is split, the map is shifted: hardly a cell would be right.",
    7: "A crop by the other side shifts the whole map: hardly a cell would be right.",
    8: "With the stride ignored the map is crowded into one corner: hardly a cell would be right.",
    9: "A division leaves the zeros and the signs, and makes every other cell wrong by one and the same factor.",
    10: "Mixed filters are wrong at every cell that has a link.",
}

check_hidden_1 = prediction(
    "Exercise 11.3, find the mistake: which of the ten is hidden(1)?",
    mistake=KNOWN
    | {
        2: RIGHT,
        3: "Without the last row of δ something would be missing at the bottom of the map. But columns are wrong, too.",
        5: "This layer has no dilation.",
        6: "This layer has no dilation.",
        ...: "Give one of the numbers 1 to 10.",
    },
    praise="The cells at the end got what belongs to the padding in front: two rows and one column of it.",
)

check_hidden_2 = prediction(
    "Exercise 11.4, find the mistake: which of the ten is hidden(2)?",
    mistake=KNOWN
    | {
        2: "This layer has no padding.",
        3: RIGHT,
        5: "This layer has no dilation.",
        6: "This layer has no dilation.",
        7: "This layer has no padding, so nothing is cropped.",
        ...: "Give one of the numbers 1 to 10.",
    },
    praise="Wrong are the rows that the last windows read, and no other; behind them lies the leftover.",
)

check_hidden_3 = prediction(
    "Exercise 11.5, find the mistake: which of the ten is hidden(3)?",
    mistake=KNOWN
    | {
        1: "The weight gradient needs no turned kernel. And a reversed gradient would be wrong in both columns.",
        2: "Then the error would come from cells at the edge. Look which taps are wrong: only those of one column.",
        3: "Without the last row of δ every tap would lose some of its terms. One column is right.",
        4: "The weight gradient has no leftover to split. And one column of taps is right.",
        5: "With the dilation of the rows ignored too, the rows 1 to 3 of column 0 would be wrong.",
        6: RIGHT,
        7: "A crop is a step of the input gradient. And one column of taps is right.",
        8: "With the stride ignored, no tap would be right.",
        ...: "Give one of the numbers 1 to 10.",
    },
    praise="The taps of column 0 lie where they should, those of column 1 one cell beside it in place of three.",
)
