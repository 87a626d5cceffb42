"""The exercises of notebooks 06 to 09: padding, dilation, groups, and the whole layer."""

from __future__ import annotations

import re

import numpy as np

from .. import loops, taps
from ..geometry import Geometry
from .checking import (
    Case,
    Piece,
    Prediction,
    Slip,
    check_equation,
    check_function,
    check_predictions,
    known_mistakes,
)
from .one_channel import _sum, _whole
from .report import Report
from .rows import counted

A_GRADIENT_AGAIN = "it says nothing yet: the right-hand side is a gradient again"


# ---------------------------------------------------------------------------------------------------- rows
def _rounded(delta, w, n_inputs, *, stride, before):
    """The same, gathered with a link for every weight: u is rounded down where the stride does not divide."""
    grad_x = np.zeros(n_inputs)
    for i, k in np.ndindex(n_inputs, len(w)):
        if 0 <= (u := (i + before - k) // stride) < len(delta):
            grad_x[i] += delta[u] * w[k]
    return grad_x


def _row_weight(delta, x, n_weights, *, stride=1, dilation=1):
    """The weight gradient of a row; beyond its end x reads as zero."""
    grad_w = np.zeros(n_weights)
    for u, k in np.ndindex(len(delta), n_weights):
        i = stride * u + dilation * k
        grad_w[k] += delta[u] * (x[i] if i < len(x) else 0)
    return grad_w


def _settings_needed(dims):
    """s, d and p; without their letters too, an equation that holds on such layers has them in another form."""
    return [
        Piece("s", "for stride 1 only: there is no s in it", layer=dict(stride=2)),
        Piece("d", "for dilation 1 only: there is no d in it", layer=dict(dilation=2)),
        Piece(
            "p", "for layers without padding only: there is no p in it", layer=dict(padding=((2, 1),) * dims)
        ),
    ]


# ------------------------------------------------------------------------------------------------------ notebook 06


def _other_signs(*before):
    """A change of an equation: the signs before all of these."""
    pattern = re.compile(rf"([+-])(?=\s*(?:{'|'.join(before)}))")
    return lambda latex: pattern.sub(lambda found: "+-"[found[1] == "+"], latex)


def _replaced(pattern, by):
    """A change of an equation: what a pattern finds."""
    return lambda latex: re.sub(pattern, by, latex)


def _exchanged(one, other):
    """A change of an equation: two words for each other."""
    words = {one: other, other: one}
    return lambda latex: re.sub(f"{one}|{other}", lambda found: words[found[0]], latex)


#: Strides 1 to 3, padding in front from none to more than the kernel is long, and leftovers
_PADDED = [
    (6, 2, 3, 1, (1, 0)),
    (3, 2, 1, 1, (1, 0)),
    (4, 2, 1, 1, (0, 0)),
    (5, 3, 1, 1, (1, 1)),
    (5, 3, 2, 1, (2, 1)),
    (6, 3, 2, 1, (1, 0)),
    (7, 3, 3, 1, (2, 2)),
    (9, 2, 3, 1, (0, 1)),
    (5, 2, 1, 1, (3, 1)),
    (6, 3, 2, 1, (4, 0)),
    (8, 4, 3, 1, (1, 3)),
    (10, 4, 3, 1, (3, 2)),
    (9, 1, 2, 1, (1, 2)),
    (12, 4, 3, 1, (0, 0)),
]


def _slide(row, w, pads):
    return np.correlate(np.pad(row, pads), w, "valid")


# ------------------------------------------------------------------------------------------------------ notebook 07


#: Where the stride is the larger, where the dilation is, and where both are the same; with all leftovers
_DILATED = [
    (6, 2, 3, 2, (0, 0)),
    (7, 2, 1, 2, (0, 0)),
    (8, 3, 2, 3, (0, 0)),
    (9, 3, 1, 3, (0, 0)),
    (10, 2, 3, 1, (0, 0)),
    (12, 3, 4, 2, (0, 0)),
    (8, 3, 2, 2, (0, 0)),
    (11, 3, 3, 2, (0, 0)),
    (13, 4, 2, 3, (0, 0)),
    (16, 6, 3, 2, (0, 0)),
    (9, 1, 2, 3, (0, 0)),
]


# ------------------------------------------------------------------------------------------------------ notebook 08


_GROUP_OF_F = r"\\lfloor fG/F\\rfloor"  # as what a pattern is replaced by
_FLOOR_F = r"(?:\\left)?\\lfloor\s*(?:fG/F|\\frac\{fG\}\{F\})\s*(?:\\right)?\\rfloor"
_F_MOD_G = r"f\s*\\bmod\s*(?:G|\{G\})"


#: (channels, filters, groups, spatial size, kernel); C and F differ but in the depthwise layers
_GROUPED = [
    (2, 4, 2, (2, 3), (1, 2)),
    (3, 2, 1, (3, 4), (2, 1)),
    (2, 2, 2, (3, 4), (2, 2)),
    (4, 2, 2, (3, 4), (2, 3)),
    (4, 8, 4, (4, 3), (2, 1)),
    (6, 4, 2, (5, 7), (1, 2)),
    (6, 9, 3, (4, 5), (2, 3)),
    (9, 6, 3, (5, 4), (2, 2)),
]


def _grouped_layers(seed):
    """For each of them: a name, x, w, delta without batch, the geometry and the groups."""
    rng = np.random.default_rng(seed)
    for channels, filters, groups, size, kernel in _GROUPED:
        w_shape = (filters, channels // groups, *kernel)
        geometry = Geometry.of((1, channels, *size), w_shape, groups=groups)
        name = (
            f"layer with {channels} channels, {filters} filters and {counted(groups, 'group')}, kernels of "
        )
        name += "×".join(map(str, kernel))
        arrays = _whole(rng, channels, *size), _whole(rng, *w_shape), _whole(rng, *geometry.out_shape[1:])
        yield name, *arrays, geometry, groups


def _wrong_channels(geometry):
    """Words for a mistake, and with which channel it joins the kernel w[f,c']."""
    channels, filters, groups = geometry.channels, geometry.filters, geometry.groups
    size = channels // groups
    return [
        ("the filters are dealt out to the groups one by one", lambda f, c: f % groups * size + c),
        ("a group is taken to have G filters", lambda f, c: f // groups * size + c),
        ("filters are counted as if they were channels", lambda f, c: f * groups // channels * size + c),
        ("the number of the group is taken for a channel", lambda f, c: f * groups // filters + c),
        ("every filter is joined to the first channels", lambda f, c: c),
        ("the channels of a group are taken G apart", lambda f, c: f * groups // filters + c * groups),
    ]


def _joined(w, n_channels, channel):
    """The kernels w[f,c'] as those of a layer without groups, each at the channel it is joined to, if there is one."""
    joined = np.zeros((len(w), n_channels, *w.shape[2:]))
    for f, c in np.ndindex(*w.shape[:2]):
        if channel(f, c) < n_channels:
            joined[f, channel(f, c)] += w[f, c]
    return joined


OWN_GROUP = "A filter meets the channels of its own group: w.shape[1] of them. Which are they for filter f?"


# ------------------------------------------------------------------------------------------------------ notebook 09
def check_output_padding(*, without, needed) -> Report:
    """Exercise 9.1, a prediction: a transposed convolution reads 5 cells with 4 weights, stride 3, padding 1."""
    return check_predictions(
        "Exercise 9.1",
        dict(without=without, needed=needed),
        dict(
            without=Prediction(
                14,
                {
                    16: "That is before the padding is cut off.",
                    18: "Padding of a transposed convolution is cut off, not put on.",
                    15: "The padding is cut off at both ends.",
                    17: "Between 5 cells there are 4 steps, not 5.",
                    11: "The last cell makes a whole window, as every cell does.",
                    2: "That is the layer itself. Here 5 cells are its outputs, and its inputs are made.",
                    6: "That is at stride 1.",
                },
                "4 steps and a whole window, and then what the padding cuts off.",
            ),
            needed=Prediction(
                2,
                {
                    0: "Without output padding, does it make 16?",
                    1: "Output padding is put on at one end only, and each makes one cell.",
                    3: "Output padding stays below the stride: with 3 there would be one more window.",
                    -2: "Cells are missing, not too many.",
                    16: "How many cells are missing to 16?",
                },
                "The cells that are missing to 16.",
            ),
        ),
        "s(U − 1) + K − 2p cells, and the leftover that the layer would drop.",
    )


def check_input_gradient_of_the_layer(latex) -> Report:
    """Exercise 9.2: the input gradient with batch, channels, filters, stride, padding and dilation."""
    return check_equation(
        "Exercise 9.2",
        latex,
        r"\frac{\partial J}{\partial x_{n,c,i,j}}",
        needs=[
            *_settings_needed(2),
            Piece("Σf", "it does not sum over the filters f"),
            Piece(r"\delta", "it should be written with δ and w"),
            Piece("w", "it should be written with δ and w"),
        ],
        without=[Piece("∂x", A_GRADIENT_AGAIN)],
        slips=[
            Slip(_other_signs("p"), "it would hold with the other sign before p: solve the link for u"),
            Slip(_other_signs("d"), "it would hold with the other sign before d: solve the link for u"),
            Slip(
                _other_signs("p", "d"),
                "it would hold with the other signs before p and d: solve the link for u",
            ),
        ],
        praise="Everything that was derived, in one line.",
    )


#: (x, w, stride, padding) with 1, 2 and 3 spatial axes
_ANY = [
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


def check_grad_weight_of_any_layer(answer) -> Report:
    """Exercise 9.3: a function (delta, x, weight_shape, stride, padding) -> grad_w, for 1, 2 and 3 spatial axes."""
    rng = np.random.default_rng(93)
    cases = []
    for x_shape, w_shape, stride, padding in _ANY:
        geometry = Geometry.of(x_shape, w_shape, stride=stride, padding=padding)
        x, delta = _whole(rng, *x_shape), _whole(rng, *geometry.out_shape)
        axes, batch = len(geometry.axes), len(x)
        pads = lambda *pair, axes=axes: [(0, 0), (0, 0), *[pair] * axes]  # noqa: E731
        zeros = np.pad(x, pads(padding, padding))
        round_the_end = np.pad(x, pads(padding, 0), "wrap"), np.pad(x, pads(padding, padding), "wrap")
        behind = np.pad(round_the_end[0], pads(0, padding))
        near = zeros[(..., *(slice(a.out_size + a.kernel - 1) for a in geometry.axes))]
        gradient = lambda d, x, s=stride, shape=w_shape: taps.grad_weight(d, x, shape, stride=s)  # noqa: E731
        grad_w = loops.grad_weight(delta, x, w_shape, stride=stride, padding=padding)
        from_the_end = "a negative index reads from the end of x, where the padding should read as zero"
        mistakes = [
            ("the stride is ignored", gradient(delta, near, 1)),
            ("it is divided by the number of examples", grad_w / batch),
            ("only the first example is counted", gradient(delta[:1], zeros[:1])),
            ("only the last example is counted", gradient(delta[-1:], zeros[-1:])),
            (from_the_end, gradient(delta, behind)),
            (from_the_end, gradient(delta, round_the_end[1])),
            ("the padding is put behind x only", gradient(delta, np.pad(x, pads(0, 2 * padding)))),
            ("every axis is reversed", np.flip(grad_w, tuple(range(2, grad_w.ndim)))),
        ]

        def terms(cell, links=geometry.links_of_tap, batch=batch):
            f, c = cell[:2]
            shown = [((n, f, *u), (n, c, *i)) for n in range(batch) for u, _, i in links(cell[2:])]
            return _sum(shown, "δ{0}·x{1}")

        spatial = f"{axes} spatial {'axis' if axes == 1 else 'axes'}"
        about = f"This layer has {spatial}: take their number from the arrays, and a slice for each of them."
        cases.append(
            Case(
                f"layer with {spatial}, x of shape {x_shape}, w of shape {w_shape}, stride {stride} "
                f"and padding {padding}",
                dict(delta=delta, x=x, weight_shape=w_shape, stride=stride, padding=padding),
                grad_w,
                terms,
                explain=known_mistakes(mistakes),
                about=about if axes != 2 else "",
            )
        )
    return check_function("Exercise 9.3", answer, cases, "One strided slice per weight, of any dimension.")


#: (x, w1, w2)
_TWO_LAYERS = [
    ((1, 2, 4, 4), (2, 2, 2, 1), (1, 2, 1, 2)),
    ((2, 1, 4, 3), (3, 1, 2, 2), (2, 3, 2, 1)),
    ((2, 3, 4, 5), (2, 3, 2, 2), (4, 2, 1, 3)),
    ((3, 2, 5, 4), (4, 2, 1, 2), (3, 4, 3, 2)),
    ((2, 3, 7, 8), (4, 3, 2, 1), (5, 4, 3, 2)),
    ((1, 4, 6, 5), (3, 4, 3, 3), (2, 3, 2, 2)),
]


def _drawn(rng, *shapes):
    """x, w1, w2, z1 and z2 in eighths; z1 and z2 have many cells of both signs, and none that is zero."""
    while True:
        x, w1, w2 = (rng.integers(-40, 41, shape) / 8 for shape in shapes)
        z1 = taps.forward(x, w1)
        z2 = taps.forward(np.maximum(z1, 0), w2)
        if all(0.3 < (z > 0).mean() < 0.7 and z.all() for z in (z1, z2)):
            return x, w1, w2, z1, z2


def check_repaired_two_layers(answer) -> Report:
    """Exercise 9.4, find the mistake: (x, w1, w2, upstream) -> (grad_w1, grad_w2) of two layers with ReLU."""
    rng = np.random.default_rng(94)
    cases = []
    for shapes in _TWO_LAYERS:
        x, w1, w2, z1, z2 = _drawn(rng, *shapes)
        a1, upstream = np.maximum(z1, 0), _whole(rng, *z2.shape)
        delta2 = upstream * (z2 > 0)
        grad_a1 = loops.grad_input(delta2, w2, a1.shape)
        first = lambda delta1, x=x, w1=w1: taps.grad_weight(delta1, x, w1.shape)  # noqa: E731
        second = lambda delta2, a1, w2=w2: taps.grad_weight(delta2, a1, w2.shape)  # noqa: E731
        expected = dict(
            grad_w1=loops.grad_weight(grad_a1 * (z1 > 0), x, w1.shape),
            grad_w2=loops.grad_weight(delta2, a1, w2.shape),
        )
        unmasked = taps.grad_input(upstream, w2, a1.shape)
        one = "the first activation is passed without its derivative"
        two = "the second activation is passed without its derivative"
        values = "δ is multiplied by values, where the derivative of the activation belongs"
        mistakes = [
            (one, first(grad_a1)),
            (two, first(unmasked * (z1 > 0))),
            (two, second(upstream, a1)),
            ("both activations are passed without their derivatives", first(unmasked)),
            (values, first(grad_a1 * a1)),
            (values, first(grad_a1 * z1)),
            (values, first(taps.grad_input(upstream * np.maximum(z2, 0), w2, a1.shape) * (z1 > 0))),
            (values, second(upstream * np.maximum(z2, 0), a1)),
            (
                "the second layer is taken to read z1; it reads what the activation made of it",
                second(delta2, z1),
            ),
        ]
        count = lambda shape: f"{counted(shape[0], 'filter')} of {'×'.join(map(str, shape[2:]))}"  # noqa: E731
        cases.append(
            Case(
                f"layer with {count(shapes[1])}, and behind it one with {count(shapes[2])}",
                dict(x=x, w1=w1, w2=w2, upstream=upstream),
                expected,
                reminder="On the way down an activation stands before each layer: from J, which is the first?",
                explain=known_mistakes(mistakes),
                about="What belongs to the first layer has the shape of z1, what belongs to the second that of z2.",
            )
        )
    return check_function("Exercise 9.4", answer, cases, "Each activation is passed on the way down.")
