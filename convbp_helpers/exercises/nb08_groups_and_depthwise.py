"""The exercises of notebook 08: groups and depthwise layers."""

from dataclasses import replace

import numpy as np

from .. import taps
from ..equations.tree import Div, Floor, Mul
from ..words import by, counted
from .functions import function
from .predictions import RIGHT, prediction
from .small_layers import Layer, with_halves
from .written import Piece, equation, instead, written_with

__all__ = [
    "check_group_of_filter",
    "check_weight_gradient_of_groups",
    "check_grad_input_of_groups",
    "check_repaired_groups",
    "check_separable",
]

GROUP_OF_F = r"\lfloor fG/F \rfloor"
FIRST_OF_F = r"\lfloor fG/F \rfloor C/G"  # the first channel of that group

#: (channels, filters, groups, spatial size, kernel); C and F differ but in the depthwise layers
GROUPED = [
    (2, 4, 2, (2, 3), (1, 2)),
    (3, 2, 1, (3, 4), (2, 1)),
    (2, 2, 2, (3, 4), (2, 2)),
    (4, 2, 2, (3, 4), (2, 3)),
    (4, 8, 4, (4, 3), (2, 1)),
    (6, 4, 2, (5, 7), (1, 2)),
    (6, 9, 3, (4, 5), (2, 3)),
    (9, 6, 3, (5, 4), (2, 2)),
]

OWN_GROUP = "A filter meets the channels of its own group: w.shape[1] of them. Which are they for filter f?"


@with_halves
def grouped_layers(seed):
    """The layers of these sizes, without a batch."""
    rng = np.random.default_rng(seed)
    for channels, filters, groups, size, kernel in GROUPED:
        name = (
            f"layer with {channels} channels, {filters} filters and {counted(groups, 'group')}, kernels of "
        )
        w_shape = (filters, channels // groups, *kernel)
        yield Layer.drawn(rng, name + by(kernel), (channels, *size), w_shape, groups=groups)


def wrongly_joined(layer):
    """Words for a mistake, and the kernels w[f,c'] as those of a layer without groups, each at a wrong channel."""
    channels, filters, groups = layer.geometry.channels, layer.geometry.filters, layer.geometry.groups
    size = channels // groups
    channel_of = {
        "the filters are dealt out to the groups one by one": lambda f, c: f % groups * size + c,
        "a group is taken to have G filters": lambda f, c: f // groups * size + c,
        "filters are counted as if they were channels": lambda f, c: f * groups // channels * size + c,
        "the number of the group is taken for a channel": lambda f, c: f * groups // filters + c,
        "every filter is joined to the first channels": lambda f, c: c,
        "the channels of a group are taken G apart": lambda f, c: f * groups // filters + c * groups,
    }
    for words, channel in channel_of.items():
        joined = np.zeros((filters, channels, *layer.w.shape[2:]))
        for f, c in np.ndindex(filters, size):
            if channel(f, c) < channels:  # a kernel at a channel that does not exist is lost
                joined[f, channel(f, c)] += layer.w[f, c]
        yield words, joined


check_group_of_filter = prediction(
    "Exercise 8.1, a prediction: 6 channels, 9 filters, 3 groups, kernels of 2×3.",
    first={
        2: RIGHT,
        4: "4 is the number of the filter. In which group is it?",
        1: "1 is the number of its group. How many channels lie in the groups before?",
        3: "3 is the first filter of its group, not a channel.",
        0: "The first channels belong to group 0. In which group is filter 4?",
        ...: "Three filters to a group, and two channels to a group.",
    },
    last={
        3: RIGHT,
        4: "Channel 4 belongs to the next group: a group has two channels.",
        5: "That is the last filter of its group, or the last channel of all.",
        1: "1 is the number of its group, or the last channel of group 0.",
        2: "A group has more than one channel.",
        ...: "The last channel before the next group begins.",
    },
    weights={
        108: RIGHT,
        324: "That is without groups. A filter reads the channels of its group only.",
        36: "It is divided by the number of groups twice. All nine filters count.",
        12: "That is one filter. There are nine.",
        18: "That is the number of kernels. Each has 2×3 weights.",
        54: "Each filter has a kernel for every channel of its group, not one alone.",
        ...: "Filters, times the channels that each reads, times 2×3.",
    },
    praise="Filter 4 is in group 1, whose channels are 2 and 3; groups divide the number of weights by 3.",
)


check_weight_gradient_of_groups = equation(
    "Exercise 8.2: the weight gradient of a row with channels, filters and groups.",
    of="w_{f,c',k}",
    needs=[
        Piece(
            "G",
            "where is G? c' counts within the group of f, and x is numbered through all of them",
            layer=dict(groups=2, channels=4, filters=6),
        ),
        Piece("c'", "c' should stand in it, the channel within the group"),
        *written_with("δ", "x"),
    ],
    slips={
        "the number of a group is rounded down: \\lfloor … \\rfloor": instead(
            "fG/F", put=GROUP_OF_F, unless=Floor
        ),
        "the floor is the number of a group: what is needed is how many channels lie before that group": instead(
            GROUP_OF_F, put=FIRST_OF_F, unless=Mul
        ),
        "the floor is right, and what stands behind it is not the number of channels in a group": instead(
            *(f"{GROUP_OF_F} {size}" for size in ("F/G", r"\frac{F}{G}", "C", "F", "G")),
            put=FIRST_OF_F,
            unless=Div,
        ),
        "f mod G deals the filters out one by one; a group is a block of neighbouring filters": instead(
            r"f \bmod G", put=GROUP_OF_F
        ),
        "f mod G deals the filters out one by one, and it is the number of a group, not of a channel": instead(
            r"f \bmod G", put=FIRST_OF_F
        ),
        "first round down to the number of the group, and then multiply by C/G: the order matters": instead(
            r"\lfloor fC/F \rfloor", put=FIRST_OF_F
        ),
        "f/G is not the group: a group has F/G filters, not G": instead("f/G", put="fG/F"),
    },
    praise="The channels of the groups before come first.",
)


@function(praise="Each group is a layer of its own.")
def check_grad_input_of_groups():
    """Exercise 8.3: a function (delta, w, groups) -> grad_x of one example, (C, H, W)."""
    for layer in grouped_layers(seed=83):
        delta, w, grad_x, groups = layer.delta, layer.w, layer.grad_x, layer.settings["groups"]
        size, grid = w.shape[1], grad_x.shape[1:]
        group_of_channel = np.arange(len(grad_x))[:, None, None] // size
        added = grad_x.reshape(groups, size, *grid).sum(axis=0)
        last_filters = np.arange(1, len(w) + 1)[:, None, None] % (len(w) // groups) == 0
        yield layer.case(
            "grad_x",
            dict(groups=groups),
            mistakes={
                "only the first group is filled": grad_x * (group_of_channel == 0),
                "only the last group is filled": grad_x * (group_of_channel == groups - 1),
                "every filter is joined to every group": np.tile(added, (groups, 1, 1)),
                "the kernels lie the wrong way round": replace(layer, w=w[:, :, ::-1, ::-1]).grad_x,
                "only the last filter of each group is counted": replace(
                    layer, delta=delta * last_filters
                ).grad_x,
                **{
                    words: taps.grad_input(delta[None], joined, layer.geometry.x_shape)[0]
                    for words, joined in wrongly_joined(layer)
                },
            },
            shapes={(size, *grid): "These are the channels of one group; x has those of all groups."},
            about=OWN_GROUP,
        )


@function(praise="A group is a block of neighbouring filters.")
def check_repaired_groups():
    """Exercise 8.4, find the mistake: (x, w, groups) -> z of one example, (F, U, V)."""
    for layer in grouped_layers(seed=84):
        x, groups = layer.x[None], layer.settings["groups"]
        yield layer.case(
            "z",
            dict(groups=groups),
            mistakes={
                **{words: taps.forward(x, joined)[0] for words, joined in wrongly_joined(layer)},
                "every filter reads every channel": taps.forward(x, np.tile(layer.w, (1, groups, 1, 1)))[0],
            },
            shapes={
                ...: "z has one map for each filter, of every group, and a cell for each place of the window."
            },
            about=OWN_GROUP,
        )


check_separable = prediction(
    "Exercise 8.5, a prediction: 32 channels to 64 filters, 3×3, in one layer or in two.",
    full={
        18432: RIGHT,
        2048: "That is the number of kernels. Each has 3×3 weights.",
        576: "Each of the 64 filters has a kernel for every channel.",
        288: "That is one filter. There are 64.",
        18496: "That is with biases; only weights are asked for.",
        ...: "Filters, times channels, times 3×3.",
    },
    separable={
        2336: RIGHT,
        18720: "The second layer has kernels of 1×1, not of 3×3.",
        288: "That is the depthwise layer alone. The 1×1 layer has weights too.",
        2048: "That is the 1×1 layer alone. The depthwise layer has weights too.",
        2624: "The depthwise layer has one filter per channel of x, and x has 32.",
        576: "The depthwise layer has one filter per channel of x, and the 1×1 layer has weights too.",
        352: "The 1×1 layer has a weight for every pair of a filter and a channel.",
        11264: "In a depthwise layer a filter reads one channel, not 32.",
        18432: "That is the full layer. Two layers stand in its place, and both are smaller.",
        ...: "One 3×3 kernel for each channel; then a 1×1 kernel for every pair of filter and channel.",
    },
    praise="About an eighth of the weights: space and channels one after the other.",
)
