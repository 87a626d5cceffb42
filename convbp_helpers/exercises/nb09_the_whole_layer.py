"""The exercises of notebook 09: the whole layer, of any dimension, and two layers."""

from functools import partial

import numpy as np

from .. import loops, taps
from ..geometry import Geometry
from ..words import by, counted
from .functions import Case, function
from .predictions import RIGHT, prediction
from .small_layers import Layer, integers, whole_layer
from .written import Piece, equation, other_signs, settings_needed, written_with

__all__ = [
    "check_output_padding",
    "check_input_gradient_of_the_layer",
    "check_grad_weight_of_any_layer",
    "check_repaired_two_layers",
    "check_backward_of_a_transposed_row",
]

#: (x, w, stride, padding) with 1, 2 and 3 spatial axes
ANY = [
    ((2, 1, 3, 2), (1, 1, 2, 2), 2, 1),
    ((2, 2, 5), (1, 2, 3), 2, 1),
    ((1, 2, 4, 3), (2, 2, 2, 3), 1, 0),
    ((2, 3, 7), (4, 3, 2), 3, 1),
    ((3, 2, 5, 4), (1, 2, 3, 2), 2, 1),
    ((2, 3, 5, 7), (4, 3, 2, 1), 1, 2),
    ((2, 1, 4, 3, 5), (3, 1, 2, 3, 1), 1, 1),
    ((2, 3, 6, 8), (3, 3, 4, 3), 3, 2),
    ((2, 2, 5, 4, 3), (2, 2, 3, 2, 1), 2, 0),
]

#: (x, w1, w2)
TWO_LAYERS = [
    ((1, 2, 4, 4), (2, 2, 2, 1), (1, 2, 1, 2)),
    ((2, 1, 4, 3), (3, 1, 2, 2), (2, 3, 2, 1)),
    ((2, 3, 4, 5), (2, 3, 2, 2), (4, 2, 1, 3)),
    ((3, 2, 5, 4), (4, 2, 1, 2), (3, 4, 3, 2)),
    ((2, 3, 7, 8), (4, 3, 2, 1), (5, 4, 3, 2)),
    ((1, 4, 6, 5), (3, 4, 3, 3), (2, 3, 2, 2)),
]


check_output_padding = prediction(
    "Exercise 9.1, a prediction: a transposed convolution reads 5 cells with 4 weights, stride 3, padding 1.",
    without={
        14: RIGHT,
        16: "That is before the padding is cut off.",
        18: "Padding of a transposed convolution is cut off, not put on.",
        15: "The padding is cut off at both ends.",
        17: "Between 5 cells there are 4 steps, not 5.",
        11: "The last cell makes a whole window, as every cell does.",
        2: "That is the layer itself. Here 5 cells are its outputs, and its inputs are made.",
        6: "That is at stride 1.",
        ...: "4 steps and a whole window, and then what the padding cuts off.",
    },
    needed={
        2: RIGHT,
        0: "Without output padding, does it make 16?",
        1: "Output padding is put on at one end only, and each makes one cell.",
        3: "Output padding stays below the stride: with 3 there would be one more window.",
        -2: "Cells are missing, not too many.",
        16: "How many cells are missing to 16?",
        ...: "The cells that are missing to 16.",
    },
    praise="s(U − 1) + K − 2p cells, and the leftover that the layer would drop.",
)


check_input_gradient_of_the_layer = equation(
    "Exercise 9.2: the input gradient with batch, channels, filters, stride, padding and dilation.",
    of="x_{n,c,i,j}",
    needs=[
        *settings_needed(2),
        Piece("Σf", "it does not sum over the filters f"),
        *written_with("δ", "w"),
    ],
    slips={
        "it would hold with the other sign before p: solve the link for u": other_signs("p"),
        "it would hold with the other sign before d: solve the link for u": other_signs("d"),
        "it would hold with the other signs before p and d: solve the link for u": other_signs("p", "d"),
    },
    praise="Everything that was derived, in one line.",
)


@function(praise="One strided slice per weight, of any dimension.")
def check_grad_weight_of_any_layer():
    """Exercise 9.3: a function (delta, x, weight_shape, stride, padding) -> grad_w, for 1, 2 and 3 spatial axes."""
    rng = np.random.default_rng(93)
    from_the_end = "a negative index reads from the end of x, where the padding should read as zero"
    for x_shape, w_shape, stride, padding in ANY:
        geometry = Geometry.of(x_shape, w_shape, stride=stride, padding=padding)
        x, delta = integers(rng, *x_shape), integers(rng, *geometry.out_shape)
        delta = delta / 2 if x_shape == ANY[-1][0] else delta
        axes = len(geometry.axes)
        spatial = counted(axes, "spatial axis", "spatial axes")
        name = f"layer with {spatial}, x of shape {x_shape}, w of shape {w_shape}, stride {stride} "
        settings = dict(stride=stride, padding=padding)
        layer = Layer(name + f"and padding {padding}", geometry, x, np.zeros(w_shape), delta, settings)
        zeros, wrapped = _padded(x, padding, padding), _padded(x, padding, 0, "wrap")
        near = zeros[(..., *(slice(a.out_size + a.kernel - 1) for a in geometry.axes))]
        made = partial(taps.grad_weight, weight_shape=w_shape, stride=stride)
        yield layer.case(
            "grad_w",
            dict(weight_shape=w_shape, **settings),
            mistakes={
                "the stride is ignored": made(delta, near, stride=1),
                "it is divided by the number of examples": layer.grad_w / len(x),
                "only the first example is counted": made(delta[:1], zeros[:1]),
                "only the last example is counted": made(delta[-1:], zeros[-1:]),
                from_the_end: [
                    made(delta, _padded(wrapped, 0, padding)),
                    made(delta, _padded(x, padding, padding, "wrap")),
                ],
                "the padding is put behind x only": made(delta, _padded(x, 0, 2 * padding)),
                "every axis is reversed": np.flip(layer.grad_w, tuple(range(2, x.ndim))),
            },
            about=""
            if axes == 2
            else f"This layer has {spatial}: take their number from the arrays, and a slice for each of them.",
        )


def _padded(x, before, after, mode="constant"):
    """x with cells put before and after it, on each spatial axis."""
    return np.pad(x, [(0, 0), (0, 0), *[(before, after)] * (x.ndim - 2)], mode)


@function(praise="Each activation is passed on the way down.")
def check_repaired_two_layers():
    """Exercise 9.4, find the mistake: (x, w1, w2, upstream) -> (grad_w1, grad_w2) of two layers with ReLU."""
    rng = np.random.default_rng(94)
    one = "the first activation is passed without its derivative"
    two = "the second activation is passed without its derivative"
    values = "δ is multiplied by values, where the derivative of the activation belongs"
    for shapes in TWO_LAYERS:
        x, w1, w2, z1, z2 = _drawn(rng, *shapes)
        a1, upstream = np.maximum(z1, 0), integers(rng, *z2.shape)
        delta2 = upstream * (z2 > 0)
        grad_a1 = loops.grad_input(delta2, w2, a1.shape)
        unmasked = taps.grad_input(upstream, w2, a1.shape)
        by_values = upstream * np.maximum(z2, 0)
        first = partial(taps.grad_weight, x=x, weight_shape=w1.shape)
        second = partial(taps.grad_weight, weight_shape=w2.shape)
        near, far = (f"{counted(w.shape[0], 'filter')} of {by(w.shape[2:])}" for w in (w1, w2))
        yield Case(
            f"layer with {near}, and behind it one with {far}",
            dict(x=x, w1=w1, w2=w2, upstream=upstream),
            dict(
                grad_w1=loops.grad_weight(grad_a1 * (z1 > 0), x, w1.shape),
                grad_w2=loops.grad_weight(delta2, a1, w2.shape),
            ),
            mistakes={
                one: first(grad_a1),
                two: [first(unmasked * (z1 > 0)), second(upstream, x=a1)],
                "both activations are passed without their derivatives": first(unmasked),
                values: [
                    first(grad_a1 * a1),
                    first(grad_a1 * z1),
                    first(taps.grad_input(by_values, w2, a1.shape) * (z1 > 0)),
                    second(by_values, x=a1),
                ],
                "negative gradients are cut off, and not those of the cells that were off": [
                    first(grad_a1 * (grad_a1 > 0)),
                    second(upstream * (upstream > 0), x=a1),
                    first(_passed(upstream, w2, a1.shape)),
                ],
                "the cells that were off are let through, and those that were on are stopped": [
                    first(grad_a1 * (z1 < 0)),
                    second(upstream * (z2 < 0), x=a1),
                ],
                "the second layer is taken to read z1; it reads what the activation made of it": second(
                    delta2, x=z1
                ),
            },
            walks=dict(
                grad_w1=whole_layer(x, w1, grad_a1 * (z1 > 0)).walk("grad_w"),
                grad_w2=whole_layer(a1, w2, delta2).walk("grad_w"),
            ),
            reminder="On the way down an activation stands before each layer: from J, which is the first?",
            about="What belongs to the first layer has the shape of z1, what belongs to the second that of z2.",
        )


#: (cells in, weights, stride, output padding)
TRANSPOSED = [(2, 2, 1, 0), (2, 2, 3, 0), (3, 2, 2, 1), (3, 4, 2, 0), (4, 3, 3, 2), (7, 3, 2, 1)]


@function(praise="Three sums over the same links, and a bias in every cell of the large side.")
def check_backward_of_a_transposed_row():
    """Exercise 9.5: (eps, y, w, s) -> (grad_y, grad_w, grad_b) of a transposed layer of one row."""
    rng = np.random.default_rng(95)
    for cells, n_weights, stride, extra in TRANSPOSED:
        size = stride * (cells - 1) + n_weights + extra
        eps, y, w = integers(rng, size) / 2, integers(rng, cells), integers(rng, n_weights)
        wide, small, kernel = eps[None, None], y[None, None], w[None, None]
        settings = dict(stride=stride)
        reached = taps.grad_input(np.ones_like(small), np.ones_like(kernel), wide.shape, **settings)[0, 0] > 0
        grad_w = taps.grad_weight(small, wide, kernel.shape, **settings)[0, 0]
        yield Case(
            f"layer with {counted(cells, 'cell')} in, {counted(n_weights, 'weight')}, stride {stride} and {size} out",
            dict(eps=eps, y=y, w=w, s=stride),
            dict(
                grad_y=taps.forward(wide, kernel, **settings)[0, 0],
                grad_w=grad_w,
                grad_b=np.float64(eps.sum()),
            ),
            mistakes={
                "the kernel is turned: y_u went to cell su+k through w_k, and the same weight brings it back": (
                    taps.forward(wide, kernel[..., ::-1], **settings)[0, 0]
                ),
                "the taps are reversed": grad_w[::-1],
                "the stride is left out": taps.forward(wide, kernel)[0, 0][:cells],
                "only the cells that a link reaches are summed; the bias was added to all of them": np.float64(
                    (eps * reached).sum()
                ),
                "it sums over the small side: the bias stands on the large one": np.float64(y.sum()),
                "it is a mean: each cell moves by the full nudge": np.float64(eps.mean()),
            },
            about="eps is the gradient at the large side, y what went in on the small one.",
        )


def _passed(upstream, w2, shape):
    """Two activations passed by the signs of the gradients."""
    grad_a1 = taps.grad_input(upstream * (upstream > 0), w2, shape)
    return grad_a1 * (grad_a1 > 0)


def _drawn(rng, *shapes):
    """x, w1, w2, z1 and z2 in eighths; z1 and z2 have many cells of both signs, and none that is zero."""
    while True:
        x, w1, w2 = (rng.integers(-40, 41, shape) / 8 for shape in shapes)
        z1 = taps.forward(x, w1)
        z2 = taps.forward(np.maximum(z1, 0), w2)
        if all(0.3 < (z > 0).mean() < 0.7 and z.all() for z in (z1, z2)):
            return x, w1, w2, z1, z2
