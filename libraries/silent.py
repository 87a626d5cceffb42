"""Small layers to which a released library gives other numbers, or another shape, and no error.

Each is asked as its user would write it, by a function of the library's adapter, and what is right is computed here
with the sums over links. It is kept with every answer, so that a later version that gives what is right shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import special

from convbp_helpers import loops

DIGITS = np.array([1.0, 10, 100, 1000])  # weights whose sums can be read digit by digit


@dataclass(frozen=True)
class Silent:
    """A question whose answer is another than what is right.

    `ask` is a function of the adapter; `call` is how it is written, where y is what a transposed layer reads; `why`
    says what the answer is instead.
    """

    library: str
    name: str
    call: str
    ask: str
    arrays: dict
    settings: dict
    right: Callable[[], np.ndarray]
    why: str

    def letter(self, key):
        """What an array is called in the call."""
        return "y" if key == "delta" and "y" not in self.arrays and "x" not in self.arrays else key

    @property
    def question(self) -> dict:
        return special.question(f"silent|{self.name}", self.ask, self.arrays, **self.settings)


def row(numbers):
    """Numbers as one channel of one example, or as one filter of one channel."""
    return np.array(numbers, dtype=float)[None, None]


def first(n):
    return row(range(1, n + 1))


def taps(n):
    return row(DIGITS[:n])


def forward(x, w, **settings):
    return lambda: loops.forward(x, w, **settings)


def scattered(delta, w, size, **settings):
    return lambda: loops.grad_input(delta, w, (len(delta), w.shape[1], *size), **settings)


def layer(x, w, padding, *, stride=1, dilation=1):
    """What an adapter's forward is told of a layer without a bias."""
    axes = w.ndim - 2
    settings = dict(stride=(stride,) * axes, padding=padding, dilation=(dilation,) * axes, groups=1)
    return dict(ask="forward", arrays=dict(x=x, w=w, b=np.zeros(len(w))), settings=settings)


def transpose(delta, w, padding, *, stride=1, dilation=1):
    settings = dict(stride=(stride,), padding=padding, dilation=(dilation,))
    return dict(ask="transposed_native", arrays=dict(delta=delta, w=w), settings=settings)


def spread_slopes(delta, x, w, stride, padding, spread):
    """The gradient by the weight of a layer that reads x with spread − 1 zeros between its cells."""
    whole = np.zeros((1, 1, spread * (x.shape[2] - 1) + 1))
    whole[..., ::spread] = x
    return lambda: loops.grad_weight(delta, whole, w.shape, stride=stride, padding=(padding,))


def bias_of_filters(size, bias):
    """A layer whose sums are all zero: every map is its bias."""
    return lambda: np.broadcast_to(np.reshape(bias, (1, -1, *[1] * (len(size) - 2))), size)


ROW_OF_LAYERS = [
    Silent(
        "haiku", "bias of a depthwise layer, channels first",
        'hk.DepthwiseConv1D(1, 1, data_format="NCW")(x)',
        "depthwise_bias", dict(x=np.zeros((2, 2, 2)), b=np.array([10.0, 20])), {},
        bias_of_filters((2, 2, 2), [10, 20]),
        "the bias goes along the batch: each example has a number of its own, where each channel should",
    ),
    Silent(
        "jax", "a word in lower case, transposed",
        'lax.conv_transpose(y, w, (1,), "valid")',
        **transpose(first(5), taps(3), "valid"),
        right=scattered(first(5), np.flip(taps(3), 2), (7,)),
        why='"VALID" gives all 7 cells; in lower case it is the valid layer of δ, with 3',
    ),
    Silent(
        "keras_tensorflow", "bias with channels first",
        'layers.Conv2D(2, 1, data_format="channels_first")(x)',
        "channels_first_bias", dict(x=np.zeros((1, 1, 2, 2)), b=np.array([10.0, 20])), {},
        bias_of_filters((1, 2, 2, 2), [10, 20]),
        "as many columns as filters: the bias goes along the columns",
    ),
    Silent(
        "mlx", "gradient of a transposed layer with output padding",
        "mx.grad of (delta * mx.conv_transpose1d(y, w, 2, output_padding=1)).sum(), by y",
        "transposed_slopes", dict(delta=first(10), y=first(4), w=taps(3)), dict(stride=2, output_padding=1),
        forward(first(10), taps(3), stride=2),
        "a cell is missing: the gradient has not the shape of y",
    ),
    Silent(
        "mlx", "padding above d(K−1), transposed",
        "mx.conv_transpose1d(y, w, 2, padding=1)",
        **transpose(first(5), taps(1), 1, stride=2),
        right=scattered(first(5), taps(1), (7,), stride=2, padding=1),
        why="the padding is cut off y, and not off the result",
    ),
    Silent(
        "mlx", "gradient of a layer that spreads its input",
        "mx.grad of (delta * mx.conv_general(x, w, 3, ([1], [0]), input_dilation=2)).sum(), by w",
        "spread_slopes", dict(delta=first(2), x=first(4), w=taps(3)), dict(stride=3, padding=(1, 0), spread=2),
        spread_slopes(first(2), first(4), taps(3), 3, (1, 0), 2),
        "taps are missing: the gradient has not the shape of w",
    ),
    Silent(
        "onnx", "bias of a transposed layer with groups",
        "ConvTranspose(y, w, b), group=2",
        "transposed_with_bias", dict(delta=np.ones((1, 2, 1)), w=np.ones((2, 1, 1)), b=np.array([10.0, 20])),
        dict(groups=2),
        lambda: np.array([[[11.0], [21.0]]]),
        "every group gets the bias of the first",
    ),
    Silent(
        "opencv", "SAME_UPPER at stride 2",
        'Conv(x, w), auto_pad="SAME_UPPER", strides=[2]',
        **layer(first(6), taps(3), "SAME_UPPER", stride=2),
        right=forward(first(6), taps(3), stride=2, padding="same"),
        why="the odd zero is put in front",
    ),
    Silent(
        "opencv", "SAME_UPPER with a dilation",
        'Conv(x, w), auto_pad="SAME_UPPER", dilations=[2]',
        **layer(first(5), taps(3), "SAME_UPPER", dilation=2),
        right=forward(first(5), taps(3), dilation=2, padding="same"),
        why="in front are the zeros of the kernel without its dilation",
    ),
    Silent(
        "opencv", "SAME_LOWER",
        'Conv(x, w), auto_pad="SAME_LOWER"',
        **layer(first(4), taps(2), "SAME_LOWER"),
        right=forward(first(4), taps(2), padding=((1, 0),)),
        why="it is the answer of SAME_UPPER",
    ),
    Silent(
        "opencv", "SAME_UPPER, transposed",
        'ConvTranspose(y, w), auto_pad="SAME_UPPER", strides=[2]',
        **transpose(first(3), taps(3), "SAME_UPPER", stride=2),
        right=scattered(first(3), taps(3), (6,), stride=2, padding=((0, 1),)),
        why="s(U−1) + 1 cells, where ONNX has s·U",
    ),
    Silent(
        "paddle", "SAME with a dilation",
        'F.conv1d(x, w, padding="SAME", dilation=2)',
        **layer(first(5), taps(3), "SAME", dilation=2),
        right=forward(first(5), taps(3), dilation=2, padding="same"),
        why="the dilation is dropped",
    ),
    Silent(
        "scipy", "complex planes, the second one larger",
        'signal.correlate2d(x, w, "valid")',
        "correlate2d_of_imaginary", dict(x=np.array([[1.0]]), w=np.array([[1.0, 2]])), {},
        lambda: np.array([[2.0, 1]]),
        "the conjugate of what is right (x is imaginary; imaginary parts are shown)",
    ),
    Silent(
        "tensorflow", "depthwise, with a stride and a dilation",
        'tf.nn.depthwise_conv2d(x, w, [1, 2, 2, 1], "VALID", dilations=[2, 2])',
        "depthwise", dict(x=first(9)[:, :, None], w=taps(3)[:, :, None]), dict(stride=2, dilation=2),
        forward(first(9)[:, :, None], taps(3)[:, :, None], stride=2, dilation=2),
        "the stride is taken within each residue of the dilation (it warns; Keras's own depthwise layer is right)",
    ),
    Silent(
        "tfjs", "a number as padding",
        "tf.conv1d(x, w, 1, 0)",
        "with_a_number", dict(x=first(6), w=taps(3)), dict(stride=1, padding=0),
        forward(first(6), taps(3)),
        "the number is read with the kernel height, and a row has height 1: cells behind its end are taken as zeros",
    ),
    Silent(
        "tfjs", "dilation of the transposed layer",
        'tf.layers.conv2dTranspose({…, dilationRate: [1, 2], padding: "valid"})',
        **transpose(first(3), taps(3), "valid", dilation=2),
        right=scattered(first(3), taps(3), (7,), dilation=2),
        why="the dilation is dropped",
    ),
    Silent(
        "tfjs", "dilation of the depthwise layer",
        "tf.layers.depthwiseConv2d({…, dilationRate: [1, 2]})",
        "depthwise_layer", dict(x=first(7)[:, :, None], w=taps(3)[:, :, None]), dict(dilation=2),
        forward(first(7)[:, :, None], taps(3)[:, :, None], dilation=2),
        "the dilation is dropped",
    ),
    Silent(
        "tfjs", "same in three dimensions",
        'tf.conv3d(x, w, 3, "same")',
        **layer(first(8)[:, :, None, None], taps(1)[:, :, None, None], "same", stride=3),
        right=forward(first(8)[:, :, None, None], taps(1)[:, :, None, None], stride=3, padding="same"),
        why="with a kernel shorter than the stride the first window begins one cell late",
    ),
]  # fmt: skip
SILENT = {}
for _one in ROW_OF_LAYERS:
    SILENT.setdefault(_one.library, {})[_one.name] = _one


def results(library, answers) -> dict:
    """All that is kept of the layers of one library."""
    kept = {}
    for name, one in SILENT.get(library, {}).items():
        answer, right = answers[f"silent|{name}"], np.asarray(one.right(), dtype=float)
        kept[name] = {
            "call": one.call, "why": one.why,
            "arrays": {one.letter(key): array.tolist() for key, array in one.arrays.items()},
            "right": right.tolist(),
            **({"got": special.shown(special.cells(answer))} if "cells" in answer else {"said": answer}),
            "as it should be": "cells" in answer and special.equal(special.cells(answer), right),
        }  # fmt: skip
    return kept
