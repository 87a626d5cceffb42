"""The exercises of notebook 04: bias and batch."""

import numpy as np

from .. import loops
from ..words import counted
from .functions import Case, function
from .predictions import RIGHT, prediction
from .small_layers import integers, whole_layer
from .written import Piece, equation, written_with

__all__ = [
    "check_bias_nudge",
    "check_weight_gradient_of_a_batch",
    "check_grad_bias",
    "check_backward_of_mean",
]


check_bias_nudge = prediction(
    "Exercise 4.1, a prediction: b[1] is raised by 1 in a layer with 3 examples, 2 filters and maps of 4×6.",
    cells_changed={
        72: RIGHT,
        1: "The bias is added to every output of its map, not to one.",
        24: "That is one map of one example. There are 3 examples, and they share the bias.",
        144: "b[1] belongs to filter 1 alone; the maps of filter 0 do not hold it.",
        48: "That is both maps of one example. b[1] belongs to one filter, and to all 3 examples.",
        ...: "Examples times rows times columns, for one filter.",
    },
    change_of_S={
        144: RIGHT,
        2: "Each of the changed cells contributes its own δ.",
        72: "Each cell grows by 1, but S weighs it with its δ, which is 2.",
        1: "S adds up all changed cells, each times its δ.",
        ...: "The number of changed cells, each by 1, each times its δ.",
    },
    praise="Every cell of the map, in every example, by the same amount.",
)


check_weight_gradient_of_a_batch = equation(
    "Exercise 4.2: the weight gradient of a row with batch, channels and filters.",
    of="w_{f,c,k}",
    needs=[
        Piece("Σn", "it has no sum over the examples n; with a batch, δ and x have one more letter"),
        *written_with("δ", "x"),
    ],
    praise="The examples share the weight, so its gradient sums over them.",
)


@function(praise="Summed over everything but the filters.")
def check_grad_bias():
    """Exercise 4.3: a function delta -> grad_b, for 1, 2 and 3 spatial axes."""
    rng = np.random.default_rng(20)
    for shape in ((2, 3, 4), (4, 2, 3), (3, 2, 2, 5), (2, 4, 3, 1), (2, 3, 2, 1, 4)):
        delta = integers(rng, *shape) / 2
        grad_b = loops.grad_bias(delta)
        yield Case(
            f"layer with δ of shape {shape}",
            dict(delta=delta),
            grad_b,
            sentences={"A sum, not a mean.": [grad_b * shape[1] / delta.size, grad_b / len(delta)]},
            walks={"": (whole_layer(delta=delta).walk("grad_b")[0], 0)},
            about="Sum over all axes but axis 1, however many there are: δ may have 3, 4 or 5.",
        )


@function(praise="1/N once, in δ; everything else is a sum.")
def check_backward_of_mean():
    """Exercise 4.4, find the mistake: (z, target, x, w) -> all gradients of the mean of half the squares."""
    rng = np.random.default_rng(23)
    for x_shape, w_shape in (
        ((2, 1, 2, 3), (3, 1, 2, 2)),
        ((3, 2, 3, 4), (1, 2, 1, 2)),
        ((2, 3, 4, 3), (4, 3, 2, 1)),
        ((4, 2, 3, 5), (3, 2, 2, 3)),
        ((5, 2, 7, 6), (1, 2, 5, 3)),
    ):
        x, w = integers(rng, *x_shape), integers(rng, *w_shape)
        z = loops.forward(x, w, integers(rng, w_shape[0]))
        target, batch = integers(rng, *z.shape), len(x)
        delta = (z - target) / batch
        expected = dict(
            grad_x=loops.grad_input(delta, w, x.shape),
            grad_w=loops.grad_weight(delta, x, w.shape),
            grad_b=loops.grad_bias(delta),
        )
        layer = whole_layer(x, w, delta)
        channels, filters = counted(w_shape[1], "channel"), counted(w_shape[0], "filter")
        left_out = {
            "the target is left out: δ is the slope of half a square of z less target": z / batch,
            "the loss is handed on in place of its slope": (z - target) ** 2 / 2 / batch,
        }
        wrong = {
            said: [layer.walk(part)[0].but(delta=other).made() for part in expected]
            for said, other in left_out.items()
        }
        factors = {
            "N counts the examples, not the cells of z.": batch / z.size,
            "It is N times too large: 1/N belongs in δ, once.": batch,
            "It is N times too small: 1/N belongs in δ, once.": 1 / batch,
        }
        yield Case(
            f"layer with {batch} examples, {channels} and {filters}",
            dict(z=z, target=target, x=x, w=w),
            expected,
            sentences={
                said: [factor * part for part in expected.values()] for said, factor in factors.items()
            },
            mistakes=wrong,
            walks={part: (layer.walk(part)[0], 0) for part in expected},
            reminder="All three start from the same δ. Put 1/N into it, once, and nowhere else.",
            equations=dict(grad_x="(4.5)", grad_w="(4.4)", grad_b="(4.2)"),
        )
