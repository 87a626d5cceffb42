"""The exercises of notebook 01: one row, its links, and both gradients."""

from .functions import function
from .predictions import RIGHT, prediction
from .small_layers import plain_layers
from .written import Piece, equation, written_with

__all__ = [
    "check_outputs_reached",
    "check_grad_input_1d",
    "check_grad_weight_1d",
    "check_repaired_grad_input",
    "check_weight_gradient_over_inputs",
]

ROWS = [((4,), (1,)), ((4,), (2,)), ((6,), (3,)), ((7,), (2,)), ((5,), (4,)), ((9,), (4,)), ((3,), (3,))]


check_outputs_reached = prediction(
    "Exercise 1.1, a prediction: by how many outputs are x[2] and x[0] read (6 inputs, 3 weights)?",
    x2={
        3: RIGHT,
        1: "The window slides: more than one of its positions covers x[2].",
        4: "z[3] starts at x[3] and misses it.",
        ...: "Slide the window of three: which of its four positions cover x[2]?",
    },
    x0={
        1: RIGHT,
        3: "x[0] is at the edge: the window cannot start before it.",
        0: "The first window starts at x[0].",
        ...: "Which windows start at 0 or earlier?",
    },
    praise="x[2] is read by z[0], z[1] and z[2]; x[0] only by z[0].",
)


@function(praise="Every input collects from exactly the outputs that read it.")
def check_grad_input_1d():
    """Exercise 1.2: a function (delta, w, n_inputs) -> grad_x of a 1-D layer."""
    return [layer.case("grad_x", dict(n_inputs=len(layer.x))) for layer in plain_layers(ROWS)]


@function(praise="Each weight collects over every output, for it touches them all.")
def check_grad_weight_1d():
    """Exercise 1.3: a function (delta, x, n_taps) -> grad_w of a 1-D layer."""
    return [layer.case("grad_w", dict(n_taps=len(layer.w))) for layer in plain_layers(ROWS)]


@function(praise="Repaired: delta runs down while w runs up.")
def check_repaired_grad_input():
    """Exercise 1.4, find the mistake: the repaired function (delta, w, n_inputs) -> grad_x."""
    return [layer.case("grad_x", dict(n_inputs=len(layer.x))) for layer in plain_layers(ROWS)]


check_weight_gradient_over_inputs = equation(
    "Exercise 1.5: the weight gradient of one row, summed over the inputs i.",
    of="w_k",
    needs=[
        Piece("Σi", "it does not sum over the inputs i: solve the link i = u + k for u, and put that in"),
        Piece("x_i", "in this form x stands as x_i, with the input itself as its index"),
        *written_with("δ", "x"),
    ],
    remarks=[
        Piece(
            "Σu",
            "The bracket leaves one u for each i and k, u = i − k: put that into δ, and its sum is gone.",
        ),
    ],
    praise="The same links, counted by their inputs. Where i − k is no output, δ reads as zero.",
)
