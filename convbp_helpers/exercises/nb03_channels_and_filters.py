"""The exercises of notebook 03: channels and filters."""

import numpy as np

from ..words import by, counted
from .functions import Case, function
from .predictions import RIGHT, prediction
from .small_layers import Layer, integers, with_halves
from .written import Piece, equation, written_with

__all__ = [
    "check_backward_filters",
    "check_input_gradient_of_channels",
    "check_backward_kernels",
    "check_grad_weight_of_channels",
    "check_repaired_channels",
]

#: (x, w) of layers without a batch: C and F differ but in one, and one has sizes that are all different
STACKS = [
    ((1, 3, 4), (2, 1, 2, 1)),
    ((2, 3, 4), (1, 2, 1, 2)),
    ((2, 4, 3), (3, 2, 2, 1)),
    ((3, 4, 6), (2, 3, 2, 3)),
    ((4, 5, 7), (3, 4, 3, 2)),
    ((3, 6, 5), (3, 3, 2, 4)),
    ((3, 7, 5), (2, 3, 4, 1)),
]


@with_halves
def stacks():
    """The layers of these sizes."""
    rng = np.random.default_rng(17)
    for x_shape, w_shape in STACKS:
        channels, filters = counted(x_shape[0], "channel"), counted(w_shape[0], "filter")
        name = f"layer with {channels} of {by(x_shape[1:])} and {filters} of {by(w_shape[2:])}"
        yield Layer.drawn(rng, name, x_shape, w_shape)


check_backward_filters = prediction(
    "Exercise 3.1, a prediction: 20 filters over RGB.",
    backward_filters={
        3: RIGHT,
        20: "20 is the number of forward filters. Each backward filter makes one map: how many maps "
        "has ∂J/∂x?",
        ...: "Each backward filter makes one map of ∂J/∂x. How many maps has it?",
    },
    depth={
        20: RIGHT,
        3: "A backward filter slides over δ, not over x. How many maps has δ?",
        ...: "A filter is as deep as the stack it slides over. Over which does a backward filter slide?",
    },
    kernels_turned={
        60: RIGHT,
        20: "A forward filter is 3 deep, so it is 3 kernels.",
        3: "A backward filter is 20 deep, so it is 20 kernels.",
        23: "Not the sum: one kernel for every pair of a filter and a channel.",
        ...: "For which pairs is there a kernel?",
    },
    praise="3 backward filters, each 20 deep: the same 60 kernels, grouped by channel.",
)


check_input_gradient_of_channels = equation(
    "Exercise 3.2: the input gradient of a row with channels and filters.",
    of="x_{c,i}",
    needs=[
        Piece("Σf", "it does not sum over the filters f"),
        *written_with("δ", "w"),
    ],
    praise="f is summed and c is kept.",
)


@function(praise="Exchanged in front, reversed behind, and nothing else.")
def check_backward_kernels():
    """Exercise 3.3: a function w -> the kernels of the backward pass, (C, F, *kernel), for 1, 2 and 3 spatial axes."""
    rng = np.random.default_rng(37)
    for shape in ((2, 1, 2), (1, 2, 3), (2, 3, 1, 4), (3, 2, 2, 3), (4, 3, 2, 1), (2, 3, 4, 1, 5)):
        w = integers(rng, *shape) / 2
        expected = np.zeros((shape[1], shape[0], *shape[2:]))
        for f, c, *k in np.ndindex(*shape):
            expected[(c, f, *(n - 1 - i for n, i in zip(shape[2:], k)))] = w[(f, c, *k)]
        yield Case(
            f"layer with w of shape {shape}",
            dict(w=w),
            expected,
            sentences={
                "Filter and channel are exchanged; not every spatial axis is reversed yet.": np.flip(
                    expected, axis=tuple(range(2, w.ndim))
                ),
                "Only spatial axes are reversed; channels and filters keep their order.": np.flip(
                    expected, axis=(0, 1)
                ),
            },
            shapes={
                ...: "The first two axes are exchanged, filter and channel; the others keep their places."
            },
            about="w may have 3, 4 or 5 axes: the spatial ones are all from axis 2 on.",
        )


@function(praise="One correlation of two flat maps for every pair f, c.")
def check_grad_weight_of_channels():
    """Exercise 3.4: a function (delta, x, weight_shape) -> grad_w with channels and filters."""
    for layer in stacks():
        f, c, *kernel = layer.w.shape
        yield layer.case(
            "grad_w",
            dict(weight_shape=layer.w.shape),
            shapes={(c, f, *kernel): "The filter is the first axis of a weight, the channel the second."},
            about="The slice of x that one tap meets has as many rows and columns as δ, and grad_w has the shape "
            "weight_shape: filter first, then channel.",
        )


@function(praise="The same f on δ and on w.")
def check_repaired_channels():
    """Exercise 3.5, find the mistake: (delta, w, n_rows, n_columns) -> grad_x with channels and filters."""
    for layer in stacks():
        rows, columns = layer.x.shape[1:]
        yield layer.case("grad_x", dict(n_rows=rows, n_columns=columns))
