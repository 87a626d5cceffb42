"""The exercises of notebooks 03 to 05: channels and filters, bias and batch, stride and leftovers."""

from __future__ import annotations

import numpy as np

from ..geometry import Geometry
from .checking import (
    Piece,
    Prediction,
    check_equation,
    check_function,
    check_predictions,
    known_mistakes,
)
from .one_channel import _whole
from .report import Report
from .rows import row_case, row_input, row_layers

ALL_AXES = "Sum over all axes but axis 1, however many there are: δ may have 3, 4 or 5."

#: (x, w) of layers without a batch: C and F differ but in one, and one has sizes that are all different
_STACKS = [
    ((1, 3, 4), (2, 1, 2, 1)),
    ((2, 3, 4), (1, 2, 1, 2)),
    ((2, 4, 3), (3, 2, 2, 1)),
    ((3, 4, 6), (2, 3, 2, 3)),
    ((4, 5, 7), (3, 4, 3, 2)),
    ((3, 6, 5), (3, 3, 2, 4)),
    ((3, 7, 5), (2, 3, 4, 1)),
]


def _stack_layers(sizes):
    """For each (x shape, w shape) without batch: a name, x, w and delta with random whole numbers, and the geometry."""
    rng = np.random.default_rng(17)
    by = lambda shape: "×".join(map(str, shape))  # noqa: E731
    for x_shape, w_shape in sizes:
        geometry = Geometry.of((1, *x_shape), w_shape)
        name = (
            f"layer with {x_shape[0]} channel{'s' * (x_shape[0] > 1)} of {by(x_shape[1:])} and "
            f"{w_shape[0]} filter{'s' * (w_shape[0] > 1)} of {by(w_shape[2:])}"
        )
        yield (
            name,
            _whole(rng, *x_shape),
            _whole(rng, *w_shape),
            _whole(rng, *geometry.out_shape[1:]),
            geometry,
        )


# ------------------------------------------------------------------------------------------------------ notebook 03


# ------------------------------------------------------------------------------------------------------ notebook 04


# ------------------------------------------------------------------------------------------------------ notebook 05
def check_links_with_stride(*, x4, x5, x9) -> Report:
    """Exercise 5.1, a prediction: 10 inputs, 3 weights, stride 2."""
    look = "Look in which of the four lines {} stands."
    return check_predictions(
        "Exercise 5.1",
        dict(x4=x4, x5=x5, x9=x9),
        dict(
            x4=Prediction(2, {3: "At stride 1 it would be 3; here fewer windows cover it."}, look.format("x₄")),
            x5=Prediction(
                1,
                {
                    2: "x₅ lies in the middle of a window of 3, and the next window starts behind it.",
                    3: "At stride 1 it would be 3.",
                },
                look.format("x₅"),
            ),
            x9=Prediction(
                0, {1: "A window over x₉ would need x₁₀, or start at an odd cell."}, look.format("x₉")
            ),
        ),
        "x₄ ends one window and begins the next, x₅ lies in the middle of one, x₉ behind the last.",
    )  # fmt: skip


def check_weight_gradient_two_strides(latex) -> Report:
    """Exercise 5.2: the weight gradient in two dimensions with a stride of its own on each axis."""
    return check_equation(
        "Exercise 5.2",
        latex,
        r"\frac{\partial J}{\partial w_{k,l}}",
        needs=[
            Piece(
                "s",
                "for stride 1 only: s_h and s_w should stand in it",
                layer=dict(stride=(2, 3)),
            ),
            Piece(
                "s_h",
                "the rows have a stride of their own: write s_h in the row index",
                layer=dict(stride=(2, 3)),
            ),
            Piece(
                "s_w",
                "the columns have a stride of their own: write s_w in the column index",
                layer=dict(stride=(2, 3)),
            ),
            Piece(r"\delta", "it should be written with δ and x"),
        ],
        without=[
            Piece("∂w", "it says nothing yet: the right-hand side is a gradient again"),
        ],
        hints=[
            Piece("s_h u", "s_h is the stride of the rows: it multiplies u, and nothing else"),
            Piece("s_w v", "s_w is the stride of the columns: it multiplies v, and nothing else"),
        ],
        praise="Each axis takes its own stride.",
    )


#: (inputs, weights, stride, dilation, padding); every leftover is among them
_STRIDED = [
    (size, kernel, stride, 1, (0, 0))
    for size, kernel, stride in (
        (3, 2, 2),
        (4, 2, 3),
        (5, 1, 2),
        (6, 3, 2),
        (8, 3, 3),
        (9, 2, 4),
        (10, 3, 2),
        (12, 4, 3),
        (7, 3, 1),
    )
]


def _strided_cases():
    for name, x, w, delta, geometry, settings in row_layers(_STRIDED, 29):
        stride, n = settings["stride"], len(x)
        explain = known_mistakes(
            [
                ("the kernel lies the wrong way round", row_input(delta, w[::-1], n, stride=stride)),
                (
                    "zeros stand in front of the first δ, and all is moved",
                    row_input(delta, w, n, stride=stride, before=1 - stride),
                ),
                (
                    "zeros stand in front of the first δ, and the kernel lies the wrong way round",
                    row_input(delta, w[::-1], n, stride=stride, before=1 - stride),
                ),
                ("the stride is ignored", row_input(delta, w, n)),
            ],
            short="The leftover has a gradient too: zeros, at the end.",
        )
        yield row_case(name, w, delta, geometry, settings, dict(stride=stride, n_inputs=n), explain)


def check_grad_input_with_stride(answer) -> Report:
    """Exercise 5.3: a function (delta, w, stride, n_inputs) -> grad_x of one row."""
    return check_function("Exercise 5.3", answer, list(_strided_cases()), "Cells without a link stay 0.")


def check_input_sizes(*, smallest, largest) -> Report:
    """Exercise 5.4, a prediction: 4 weights, stride 3, 5 outputs."""
    return check_predictions(
        "Exercise 5.4",
        dict(smallest=smallest, largest=largest),
        dict(
            smallest=Prediction(
                16,
                {
                    15: "Five windows begin at 0, 3, 6, 9 and 12; where does the last one end?",
                    19: "There are 4 steps between 5 windows, not 5.",
                    8: "That is the size at stride 1.",
                },
                "4 steps of 3, and then a whole window.",
            ),
            largest=Prediction(
                18,
                {
                    19: "With 19 inputs a sixth window would fit.",
                    16: "That is the smallest: what may be left over?",
                },
                "The smallest, and the largest leftover: less than one step.",
            ),
        ),
        "s(U − 1) + K + r, with r from 0 to s − 1.",
    )


def check_repaired_stride(answer) -> Report:
    """Exercise 5.5, find the mistake: zeros inserted at the wrong phase."""
    return check_function("Exercise 5.5", answer, list(_strided_cases()), "δ_u lies at m = su.")
