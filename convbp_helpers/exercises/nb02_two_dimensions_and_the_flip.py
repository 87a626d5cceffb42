"""The exercises of notebook 02: two dimensions, the turned kernel, and the way through an activation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import loops
from ..words import digits
from .functions import Case, function
from .report import FAILED, NOT_ATTEMPTED, PASSED, Diagnosis, Report, section_of
from .small_layers import integers, plain_layers
from .written import Piece, equation

__all__ = [
    "check_turned_kernel",
    "check_grad_weight_2d",
    "check_grad_input_gather",
    "check_backward_through_tanh",
    "check_weight_gradient_through_activation",
]

PLANES = [
    ((3, 4), (1, 1)),
    ((3, 5), (2, 1)),
    ((4, 3), (1, 2)),
    ((4, 6), (2, 3)),
    ((5, 8), (2, 3)),
    ((7, 6), (3, 2)),
    ((6, 9), (4, 3)),
    ((3, 4), (3, 2)),
]


def check_turned_kernel(answer) -> Report:
    """Exercise 2.1, a prediction: the kernel [[1, 2, 3], [4, 5, 6]] turned by 180 degrees."""
    name = "Exercise 2.1"
    if _is_blank(answer):
        return Report(name, NOT_ATTEMPTED, "Write the turned kernel as a list of rows.")
    try:
        got = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return Report(
            name, FAILED, "Write it as a list of rows of numbers, for example [[1, 2, 3], [4, 5, 6]]."
        )
    w = np.array([[1, 2, 3], [4, 5, 6]])
    turned = "That is a turn by 90° ({} the clock): the rows became columns, and 2×3 became 3×2."
    mistakes = [
        (np.rot90(w, 1), turned.format("against")),
        (np.rot90(w, -1), turned.format("with")),
        (w.T, "That is the transpose: rows and columns exchanged. A half turn keeps the shape 2×3."),
        (w[::-1], "Only the rows changed places. A half turn reverses the columns as well."),
        (w[:, ::-1], "Only the columns changed places. A half turn reverses the rows as well."),
        (w, "That is the kernel as it was."),
        (w[::-1, ::-1].T, "That is turned and transposed. A half turn keeps the shape 2×3."),
        (w[::-1, ::-1].ravel(), "The order is right, and the rows are missing: write a list of two rows."),
    ]
    for wrong, said in mistakes:
        if np.array_equal(got, wrong):
            question = "A half turn is two quarter turns. Where does it take the cell [0, 0]?"
            return Report(name, FAILED, said, Diagnosis(said, question, section_of(name)))
    if got.shape != w.shape:
        return Report(name, FAILED, f"The shape is {got.shape}; a half turn keeps (2, 3).")
    if not np.array_equal(got, w[::-1, ::-1]):
        return Report(name, FAILED, "The cell at [k,l] moves to [1-k, 2-l]. Where does the 1 go?")
    return Report(
        name, PASSED, "Both axes reversed, the shape kept: the cell at [k,l] moves to [K-1-k, L-1-l]."
    )


def _is_blank(value) -> bool:
    """Whether an answer is `...`, or a list with a `...` in it."""
    return value is ... or (isinstance(value, (list, tuple)) and any(map(_is_blank, value)))


@function(praise="One window of x per weight, multiplied by delta and summed.")
def check_grad_weight_2d():
    """Exercise 2.2: a function (delta, x, kernel_shape) -> grad_w of a 2-D layer with one channel and one filter."""
    return [layer.case("grad_w", dict(kernel_shape=layer.w.shape)) for layer in plain_layers(PLANES)]


@function(praise="Gathering is: pad delta by K-1 and L-1, turn the kernel, slide.")
def check_grad_input_gather():
    """Exercise 2.3: a function (delta, w) -> grad_x of a 2-D layer, by gathering."""
    return [layer.case("grad_x") for layer in plain_layers(PLANES)]


def _three(backward) -> dict:
    """The three gradients of a layer with this δ."""
    return dict(
        grad_x=backward.grad_x,
        grad_w=backward.grad_w,
        grad_b=np.asarray(loops.grad_bias(backward.delta[None, None])[0]),
    )


@function(praise="The gradient passes the activation first: delta = grad_a σ'(z).")
def check_backward_through_tanh():
    """Exercise 2.4, find the mistake: (grad_a, x, w, b) -> (grad_x, grad_w, grad_b) of the layer a = tanh(z)."""
    rng = np.random.default_rng(11)
    for layer in plain_layers(PLANES):
        layer, b = replace(layer, x=layer.x / 4, w=layer.w / 4), 0.5
        grad_a = integers(rng, *layer.z.shape)
        delta = grad_a * (1 - np.tanh(layer.z + b) ** 2)
        backward = replace(layer, delta=delta)
        reminder = "Each of the three starts from δ = ∂J/∂z. Compare what your function hands on with (2.7)"
        reminder += f": here δ = {digits(delta.round(5).tolist())}." if delta.size < 4 else "."
        yield Case(
            layer.name,
            dict(grad_a=grad_a, x=layer.x, w=layer.w, b=b),
            _three(backward),
            mistakes={
                words: list(_three(replace(layer, delta=np.broadcast_to(wrong, delta.shape))).values())
                for words, wrong in {
                    "δ is ∂J/∂a: the derivative of the activation is left out": grad_a,
                    "tanh'(z) is taken to be 1 − tanh(z), without the square": grad_a
                    * (1 - np.tanh(layer.z + b)),
                    "the activation is taken in place of its derivative": grad_a * np.tanh(layer.z + b),
                    "the derivative is taken at z without the bias": grad_a * (1 - np.tanh(layer.z) ** 2),
                    "the derivative is taken at ∂J/∂a, where z belongs": grad_a * (1 - np.tanh(grad_a) ** 2),
                    "the derivative is taken as 1 − z², where the tanh of z is squared": grad_a
                    * (1 - (layer.z + b) ** 2),
                    "the derivative is taken as 1 + tanh²": grad_a * (1 + np.tanh(layer.z + b) ** 2),
                    "tanh is taken twice": grad_a * (1 - np.tanh(np.tanh(layer.z + b)) ** 2),
                    "the derivative is taken as 1 − (∂J/∂a)²": grad_a * (1 - grad_a**2),
                    "the derivative stands alone: ∂J/∂a is left out": 1 - np.tanh(layer.z + b) ** 2,
                    "the derivative is taken twice": delta * (1 - np.tanh(layer.z + b) ** 2),
                }.items()
            }
            | {
                "the derivative is taken at x, behind the layer: it belongs to δ, in front of it": (
                    replace(layer, delta=grad_a).grad_x * (1 - np.tanh(layer.x) ** 2)
                ),
                "the slope of an activation at x is multiplied too; this layer has none behind it": (
                    backward.grad_x * (1 - np.tanh(layer.x) ** 2)
                ),
            },
            reminder=reminder,
            walks={part: backward.walk(part) for part in ("grad_x", "grad_w", "grad_b")},
            equations=dict(grad_x="(2.3)", grad_w="(2.5)", grad_b="(2.6)"),
        )


check_weight_gradient_through_activation = equation(
    "Exercise 2.5: the weight gradient from ∂J/∂a, through the activation.",
    of="w_{k,l}",
    needs=[
        Piece("∂a", "∂J/∂a is asked for: put the last line of (2.7) in for δ"),
        Piece(r"\sigma'", "the derivative of the activation should stand in it: σ'(z), as in (2.7)"),
        Piece("z", "the derivative is taken at z_{u,v}, the activation's own input, as in (2.7)"),
    ],
    without=[Piece(r"\delta", "δ still stands in it: put the last line of (2.7) in for it")],
    praise="(2.7) and (2.5) in one line.",
)
