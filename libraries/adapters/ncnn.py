"""ncnn on the CPU: a model of one layer, written as its two files; one example at a time, in float32."""

import tempfile
from pathlib import Path

import ncnn
import numpy as np

TITLE = "ncnn"
PACKAGES = ("ncnn",)
NUMBERS = "float32"
WORDS = TRANSPOSED_WORDS = ("SAME_UPPER", "SAME_LOWER")
DTYPES = ("float32",)
NUMBER = {"SAME_UPPER": -233, "SAME_LOWER": -234}  # what stands for a word in the place of a number of zeros
# The keys of the settings, last axis first.
KERNEL, DILATION, STRIDE = (1, 11, 21), (2, 12, 22), (3, 13, 23)
BEFORE, AFTER, OUTPUT_PADDING = (4, 14, 24), (15, 16, 17), (18, 19, 20)
FILTERS, BIAS, SIZE, GROUPS = 0, 5, 6, 7


def run(kind, x, w, b, filters, stride, padding, dilation, groups, output_padding=()):
    """w as it lies in the file: (filters, channels of a group, kernel)."""
    if not len(x):
        raise Cannot("a layer takes one example at a time, without an axis for the batch")
    axes = w.ndim - 2
    if isinstance(padding, str):
        padding = [(NUMBER[padding],) * 2] * axes
    before, after = zip(*padding)
    keys = {FILTERS: filters, BIAS: 0 if b is None else 1, SIZE: w.size}
    keys |= {GROUPS: groups} if groups > 1 else {}
    for places, values in ((KERNEL, w.shape[2:]), (DILATION, dilation), (STRIDE, stride), (BEFORE, before),
                           (AFTER, after), (OUTPUT_PADDING, output_padding)):  # fmt: skip
        keys |= dict(zip(places, reversed(values)))
    name = kind + ("DepthWise" if groups > 1 else "") + {1: "1D", 2: "", 3: "3D"}[axes]
    told = " ".join(f"{key}={value}" for key, value in keys.items())
    with tempfile.TemporaryDirectory() as folder:
        param, weights = Path(folder, "layer.param"), Path(folder, "layer.bin")
        param.write_text(f"7767517\n2 2\nInput x 0 1 x\n{name} layer 1 1 x y {told}\n")
        bias = b"" if b is None else b.astype("<f4").tobytes()
        weights.write_bytes(bytes(4) + w.astype("<f4").tobytes() + bias)
        net = ncnn.Net()
        if net.load_param(str(param)) or net.load_model(str(weights)):
            raise ValueError("the model does not load")
        return np.stack([one(net, example) for example in x])


def one(net, example):
    example = np.ascontiguousarray(example, np.float32)  # a Mat does not keep it alive
    extractor = net.create_extractor()
    extractor.input("x", ncnn.Mat(example).clone())
    failed, y = extractor.extract("y")
    if failed:
        raise ValueError(f"extract gives {failed}")
    return np.array(y)


def forward(x, w, b, stride, padding, dilation, groups):
    return run("Convolution", x, w, b, len(w), stride, padding, dilation, groups)


def turned_round(w, groups):
    """(F, C/G, kernel) as a transposed layer stores it: (C, F/G, kernel)."""
    parts = w.reshape(groups, -1, *w.shape[1:]).swapaxes(1, 2)
    return parts.reshape(-1, *parts.shape[2:])


def transposed(delta, w, stride, padding, dilation, groups, output_padding):
    w = turned_round(w, groups)
    return run("Deconvolution", delta, w, None, len(w), stride, padding, dilation, groups, output_padding)


def transposed_native(delta, w, stride, padding, dilation):
    padding = padding if isinstance(padding, str) else [(padding, padding)] * len(stride)
    return transposed(delta, w, stride, padding, dilation, 1, ())


def forward_in(dtype, x, w):
    return forward(x, w, np.zeros(len(w)), (1,), ((0, 0),), (1,), 1)
