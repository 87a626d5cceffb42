"""The exercises of notebooks 00 to 02: one channel and one filter; the card in 00 has all settings."""

from __future__ import annotations

import numpy as np

from .. import loops
from ..geometry import Geometry
from ..words import digits
from .checking import (
    Case,
    Piece,
    check_equation,
    check_function,
    is_blank,
)
from .report import FAILED, NOT_ATTEMPTED, PASSED, Report


def _whole(rng, *shape):
    """Small integers without zero, held in floats: sums of their products are exact."""
    return rng.choice([-5.0, -4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0, 5.0], size=shape)


def _one(array):
    """An array without batch and channel axes, with them."""
    return array[None, None]


def _layers(*sizes):
    """For each (input shape, kernel shape): x, w and delta with random whole numbers, and a name for the layer."""
    rng = np.random.default_rng(7)
    for x_shape, w_shape in sizes:
        out_shape = tuple(h - k + 1 for h, k in zip(x_shape, w_shape, strict=True))
        by = lambda shape: "×".join(map(str, shape))  # noqa: E731
        name = f"layer with input {by(x_shape)}, kernel {by(w_shape)} and output {by(out_shape)}"
        yield name, _whole(rng, *x_shape), _whole(rng, *w_shape), _whole(rng, *out_shape)


_ROWS = [((4,), (1,)), ((4,), (2,)), ((6,), (3,)), ((7,), (2,)), ((5,), (4,)), ((9,), (4,)), ((3,), (3,))]
_PLANES = [
    ((3, 4), (1, 1)),
    ((3, 5), (2, 1)),
    ((4, 3), (1, 2)),
    ((4, 6), (2, 3)),
    ((5, 8), (2, 3)),
    ((7, 6), (3, 2)),
    ((6, 9), (4, 3)),
    ((3, 4), (3, 2)),
]


def _input_cases(sizes, arguments):
    """Cases whose answer is grad_x; `arguments` picks what is handed over, by name, of x, w and delta."""
    for name, x, w, delta in _layers(*sizes):
        grad_x = loops.grad_input(_one(delta), _one(w), _one(x).shape)[0, 0]
        links = Geometry.of(_one(x).shape, _one(w).shape).links_of_input
        yield Case(name, arguments(x, w, delta), grad_x, lambda i, links=links: _sum(links(i), "δ{0}·w{1}"))


def _weight_cases(sizes, arguments):
    """The same for grad_w."""
    for name, x, w, delta in _layers(*sizes):
        grad_w = loops.grad_weight(_one(delta), _one(x), _one(w).shape)[0, 0]
        links = Geometry.of(_one(x).shape, _one(w).shape).links_of_tap
        yield Case(name, arguments(x, w, delta), grad_w, lambda k, links=links: _sum(links(k), "δ{0}·x{2}"))


def _sum(links, term) -> str:
    """The terms of some links, in letters: δ[1]·w[0] + δ[0]·w[1]."""
    at = lambda index: f"[{','.join(map(str, index))}]"  # noqa: E731
    terms = [term.format(*map(at, link)) for link in links]
    return " + ".join(terms if len(terms) <= 6 else [*terms[:5], f"{len(terms) - 5} more"])


# ------------------------------------------------------------------------------------------------------ notebook 00


# ------------------------------------------------------------------------------------------------------ notebook 01


# ------------------------------------------------------------------------------------------------------ notebook 02
def check_turned_kernel(answer) -> Report:
    """Exercise 2.1, a prediction: the kernel [[1, 2, 3], [4, 5, 6]] turned by 180 degrees."""
    name = "Exercise 2.1"
    if is_blank(answer):
        return Report(name, NOT_ATTEMPTED, "Write the turned kernel as a list of rows.")
    w = np.array([[1, 2, 3], [4, 5, 6]])
    try:
        got = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return Report(
            name, FAILED, "Write it as a list of rows of numbers, for example [[1, 2, 3], [4, 5, 6]]."
        )
    for value, said in (
        (
            np.rot90(w, 1),
            "That is a turn by 90° (against the clock): the rows became columns, and 2×3 became 3×2.",
        ),
        (
            np.rot90(w, -1),
            "That is a turn by 90° (with the clock): the rows became columns, and 2×3 became 3×2.",
        ),
        (w.T, "That is the transpose: rows and columns exchanged. A half turn keeps the shape 2×3."),
        (w[::-1], "Only the rows changed places. A half turn reverses the columns as well."),
        (w[:, ::-1], "Only the columns changed places. A half turn reverses the rows as well."),
        (w, "That is the kernel as it was."),
    ):
        if got.shape == value.shape and np.array_equal(got, value):
            return Report(name, FAILED, said)
    if got.shape != w.shape:
        return Report(name, FAILED, f"The shape is {got.shape}; a half turn keeps (2, 3).")
    if not np.array_equal(got, w[::-1, ::-1]):
        return Report(name, FAILED, "The cell at [k,l] moves to [1-k, 2-l]. Where does the 1 go?")
    return Report(
        name, PASSED, "Both axes reversed, the shape kept: the cell at [k,l] moves to [K-1-k, L-1-l]."
    )


def check_grad_weight_2d(answer) -> Report:
    """Exercise 2.2: a function (delta, x, kernel_shape) -> grad_w of a 2-D layer with one channel and one filter."""
    cases = list(_weight_cases(_PLANES, lambda x, w, delta: dict(delta=delta, x=x, kernel_shape=w.shape)))
    return check_function(
        "Exercise 2.2", answer, cases, "One window of x per weight, multiplied by delta and summed."
    )


def check_grad_input_gather(answer) -> Report:
    """Exercise 2.3: a function (delta, w) -> grad_x of a 2-D layer, by gathering."""
    cases = list(_input_cases(_PLANES, lambda x, w, delta: dict(delta=delta, w=w)))
    return check_function(
        "Exercise 2.3",
        answer,
        cases,
        "Gathering is: pad delta by K-1 and L-1, turn the kernel, slide.",
    )


def check_backward_through_tanh(answer) -> Report:
    """Exercise 2.4, find the mistake: (grad_a, x, w, b) -> (grad_x, grad_w, grad_b) of the layer a = tanh(z)."""
    rng = np.random.default_rng(11)
    equations = dict(grad_x="(2.3)", grad_w="(2.5)", grad_b="(2.6)")
    cases = []
    for name, x, w, _ in _layers(*_PLANES):
        x, w, b = x / 4, w / 4, 0.5
        z = loops.forward(_one(x), _one(w), np.array([b]))
        grad_a = _whole(rng, *z.shape[2:])
        delta = _one(grad_a) * (1 - np.tanh(z) ** 2)
        expected = dict(
            grad_x=loops.grad_input(delta, _one(w), _one(x).shape)[0, 0],
            grad_w=loops.grad_weight(delta, _one(x), _one(w).shape)[0, 0],
            grad_b=np.asarray(loops.grad_bias(delta)[0]),
        )
        reminder = "Each of the three starts from δ = ∂J/∂z. Compare what your function hands on with (2.7)"
        reminder += f": here δ = {digits(delta[0, 0].round(5).tolist())}." if delta.size < 4 else "."
        cases.append(
            Case(name, dict(grad_a=grad_a, x=x, w=w, b=b), expected, reminder=reminder, equations=equations)
        )
    return check_function(
        "Exercise 2.4", answer, cases, "The gradient passes the activation first: delta = grad_a σ'(z)."
    )


# -------------------------------------------------------------------------------------------- equations, written out


def check_weight_gradient_through_activation(latex) -> Report:
    """Exercise 2.5: the weight gradient from ∂J/∂a, through the activation."""
    return check_equation(
        "Exercise 2.5",
        latex,
        r"\frac{\partial J}{\partial w_{k,l}}",
        needs=[
            Piece("∂a", "∂J/∂a is asked for: put the last line of (2.7) in for δ"),
            Piece(r"\sigma'", "the derivative of the activation should stand in it: σ'(z), as in (2.7)"),
            Piece("z_u,v", "the derivative is taken at z_{u,v}, the activation's own input, as in (2.7)"),
        ],
        without=[Piece(r"\delta", "δ still stands in it: put the last line of (2.7) in for it")],
        praise="(2.7) and (2.5) in one line.",
    )
