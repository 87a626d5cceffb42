"""The exercises of notebook 12: what stands around the convolution in a network, and what passes through it."""

import numpy as np

from .. import layers
from ..words import by, counted
from .functions import Case, function
from .predictions import RIGHT, prediction
from .small_layers import integers

__all__ = [
    "check_number_of_parameters",
    "check_max_pool_backward",
    "check_gradient_of_the_loss",
    "check_repaired_relu",
    "check_cells_that_pass",
]

check_number_of_parameters = prediction(
    "Exercise 12.1, a prediction: how many numbers does each layer learn?",
    first={
        160: RIGHT,
        144: "That is without the biases.",
        16: "That is the number of filters. Each has 3×3 weights and a bias.",
        ...: "16 filters, each with 1×3×3 weights and a bias.",
    },
    second={
        4640: RIGHT,
        4608: "That is without the biases.",
        320: "A filter reads all 16 channels, not one.",
        288: "A filter reads all 16 channels, not one; and it has a bias.",
        ...: "32 filters, each with 16×3×3 weights and a bias.",
    },
    dense={
        5130: RIGHT,
        5120: "That is without the biases.",
        20490: "The pooling has halved both sides: 32 maps of 4×4.",
        170: "Each output reads all 32 maps.",
        330: "Each output reads 4×4 cells of each map.",
        ...: "10 outputs, each with a weight for every cell of 32 maps of 4×4, and a bias.",
    },
    praise="9,930 in all, and more than half of them in the last layer.",
)


#: (channels, rows, columns, size)
POOLED = [(1, 2, 4, 2), (1, 6, 4, 2), (1, 4, 6, 2), (2, 4, 6, 2), (3, 6, 3, 3)]


@function(praise="The largest cell gets it all, the others exactly nothing.")
def check_max_pool_backward():
    """Exercise 12.2: a function (grad_h, x, size) -> grad_x of one example, (C, H, W), cut into whole windows."""
    rng = np.random.default_rng(122)
    for channels, rows, columns, size in POOLED:
        x = (
            rng.permutation(channels * rows * columns).reshape(channels, rows, columns)
            - rows * columns // 2.0
        )
        x[0, 0, :2] = x.max() + 1  # two cells of a window are equal
        grad_h = integers(rng, channels, rows // size, columns // size) / 2
        z = layers.max_pool(x[None], size)[0]
        wide = np.repeat(np.repeat(grad_h, size, 1), size, 2)
        largest = np.repeat(np.repeat(z, size, 1), size, 2)
        by_size = layers.max_pool_backward(grad_h[None], abs(x)[None], size)[0]
        corner = np.zeros_like(x)
        corner[:, ::size, ::size] = grad_h
        lost, lost_added = np.zeros_like(x), np.zeros_like(x)
        for c, u, v in np.ndindex(*grad_h.shape):
            window = x[c, size * u : size * (u + 1), size * v : size * (v + 1)]
            place = (c, *np.unravel_index(window.argmax(), window.shape))
            lost[place] = grad_h[c, u, v]
            lost_added[place] += grad_h[c, u, v]
        yield Case(
            f"layer with {by(x.shape)} cells and windows of {size}×{size}",
            dict(grad_h=grad_h, x=x, size=size),
            layers.max_pool_backward(grad_h[None], x[None], size)[0],
            mistakes={
                "every cell that is as large as the largest gets it: where two are equal, the first one alone": wide
                * (x == largest),
                "every cell of the window gets the whole": wide,
                "every cell of the window gets a share: that is the pooling by the mean": wide / size**2,
                "the first cell of each window gets it, whichever is the largest": corner,
                "the cell with the largest size without its sign gets it": by_size,
                "it is multiplied by the cell itself: the slope of the largest cell is 1": wide
                * x
                * (x == largest),
                "the place of the window is left out: row and column of argmax count from its corner": [
                    lost,
                    lost_added,
                ],
                "it is cut off to integers": np.trunc(
                    layers.max_pool_backward(grad_h[None], x[None], size)[0]
                ),
                "of equal cells the last gets it: the first one alone": layers.max_pool_backward(
                    grad_h[None, :, ::-1, ::-1], x[None, :, ::-1, ::-1], size
                )[0, :, ::-1, ::-1],
                "it is multiplied by the cell itself: the slope of the largest cell is 1, and of the first alone": (
                    layers.max_pool_backward(grad_h[None], x[None], size)[0] * x
                ),
                "the value of the cell is handed back, where its gradient belongs": x
                * (layers.max_pool_backward(np.ones_like(grad_h)[None], x[None], size)[0]),
                "every cell of a window gets its share of it, largest or not": wide / (size * size),
                "channel 0 decides for all channels": layers.max_pool_backward(
                    grad_h[None], np.broadcast_to(x[:1], x.shape)[None], size
                )[0],
                "the smallest cell gets it": layers.max_pool_backward(grad_h[None], -x[None], size)[0],
            },
            shapes={grad_h.shape: "grad_x has the shape of x, not of the pooled maps."},
            about="x is (C, H, W), grad_h is (C, H/size, W/size).",
        )


@function(praise="Probability less one at the right class: an error that sums to zero in each row.")
def check_gradient_of_the_loss():
    """Exercise 12.3: a function (scores, labels) -> the gradient of the mean loss by the scores, (N, classes)."""
    rng = np.random.default_rng(123)
    for examples, classes in ((1, 2), (2, 3), (3, 2), (5, 4), (4, 6)):
        scores, labels = integers(rng, examples, classes) / 2, rng.integers(0, classes, examples)
        _, right = layers.softmax_cross_entropy(scores, labels)
        one_hot = np.eye(classes)[labels]
        exponentials = np.exp(scores)
        p = exponentials / exponentials.sum(1, keepdims=True)
        of_all = p.copy()
        of_all[:, labels] -= 1
        yield Case(
            f"layer with {counted(examples, 'example')} and {classes} classes",
            dict(scores=scores, labels=labels),
            right,
            mistakes={
                "the sign is wrong: target less output, where output less target belongs": -right,
                "1/N of the mean is missing": right * examples,
                "the 1 is taken off in every row: p[:, labels] names whole columns, not a cell of each row": of_all
                / examples,
                "it is divided by the number of classes too": right / classes,
                "it is divided by N twice": right / examples,
                "the softmax runs over the examples: each row should sum to 1": (
                    exponentials / exponentials.sum(0, keepdims=True) - one_hot
                )
                / examples,
                "the softmax runs over the whole array": (exponentials / exponentials.sum() - one_hot)
                / examples,
                "the softmax is left out": (scores - one_hot) / examples,
                "the 1 at the right class is not taken off": p / examples,
                "1/N stands at the 1 alone: it belongs to the whole difference": p - one_hot / examples,
                "1/N stands at the probabilities alone: it belongs to the whole difference": p / examples
                - one_hot,
                "it is multiplied by p once more: that is the slope of a square, not of the logarithm": right
                * p,
                "it is multiplied by the slope of a sigmoid; in softmax with cross-entropy it cancels": right
                * p
                * (1 - p),
                "the logarithm of the probability is left in": (np.log(p) - one_hot) / examples,
                "only the right class gets something: the others grow at its cost": -one_hot / p / examples,
                "each class is taken by itself, by a sigmoid": (1 / (1 + np.exp(-scores)) - one_hot)
                / examples,
                "it is twice too large": 2 * right,
            },
            about="scores is (N, classes), labels is (N,).",
        )


@function(
    praise="What was off in the forward pass passes nothing back; the sign of the gradient does not matter."
)
def check_repaired_relu():
    """Exercise 12.4, find the mistake: (grad_a, z) -> delta, the gradient through ReLU."""
    rng = np.random.default_rng(124)
    for shape in ((3,), (4,), (2, 3), (4, 2, 3), (5, 2, 3, 4)):
        z, grad_a = integers(rng, *shape), integers(rng, *shape) / 2
        z.flat[:2], grad_a.flat[:2] = (2, -3), (-1, 4)
        if z.size > 3:
            z.flat[-1] = 0
        yield Case(
            f"layer with {by(shape)} cells",
            dict(grad_a=grad_a, z=z),
            grad_a * (z > 0),
            mistakes={
                "negative gradients are cut off, and not those of the cells that were off": grad_a
                * (grad_a > 0),
                "both are cut off: the cells that were off, and negative gradients": grad_a
                * (grad_a > 0)
                * (z > 0),
                "nothing is cut off": grad_a,
                "it is multiplied by the cell itself: the slope of ReLU is 1 or 0": grad_a * np.maximum(z, 0),
                "the cells that were on are cut off": grad_a * (z < 0),
                "it is multiplied by z: the slope of ReLU is 1 or 0": grad_a * z,
                "the mask is handed back, without the gradient": (z > 0) * 1.0,
                "ReLU of z is handed back: that is the forward pass": np.maximum(z, 0),
                "it is multiplied by the sign of z: a cell that was off passes nothing": grad_a * np.sign(z),
                "a cell that was off passes a little: that is a leaky ReLU": [
                    grad_a * np.where(z > 0, 1, slope) for slope in (0.01, 0.1, 0.2)
                ],
                "the sign is wrong": -grad_a * (z > 0),
                "the threshold is 1: the slope changes at 0": grad_a * (z > 1),
                "a cell that is exactly 0 passes too: the slope there is taken as 0": grad_a * (z >= 0),
            },
            about="Both arrays have one shape.",
        )


check_cells_that_pass = prediction(
    "Exercise 12.5, a prediction: how many of the cells of z1 of one image can have a δ other than 0?",
    at_most={
        256: RIGHT,
        1024: "That is all of them. What does the pooling send back?",
        512: "That is half of them. A window of 2×2 has four cells.",
        64: "That is one map. There are 16.",
        16: "That is one map of 4×4. There are 16 maps.",
        ...: "16 maps of 8×8; of each window of 2×2 one cell gets something.",
    },
    praise="A quarter, by the pooling alone; then ReLU takes those whose largest cell is below zero.",
)
