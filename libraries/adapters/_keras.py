"""Keras 3 on any of its backends: Conv1D, Conv2D, Conv3D, Conv1DTranspose, ..., channels last as is the default.

Padding that is no word is a ZeroPadding layer before the layer, or a Cropping layer behind a transposed one. A layer
is called by stateless_call, so that its weights may be what the backend differentiates by. As it stands, a transposed
layer has output_padding=None. The adapter of a backend brings `slope`.
"""

import numpy as np
from keras import layers, ops

WORDS = ("same", "valid", "causal")
TRANSPOSED_WORDS = ("same", "valid")
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "complex128")
CONV = {1: layers.Conv1D, 2: layers.Conv2D, 3: layers.Conv3D}
TRANSPOSE = {1: layers.Conv1DTranspose, 2: layers.Conv2DTranspose, 3: layers.Conv3DTranspose}
ZEROS = {1: layers.ZeroPadding1D, 2: layers.ZeroPadding2D, 3: layers.ZeroPadding3D}
CROP = {1: layers.Cropping1D, 2: layers.Cropping2D, 3: layers.Cropping3D}


def last(array):
    """Channels last."""
    return ops.convert_to_tensor(np.moveaxis(array, 1, -1))


def weight(w):
    """(F, C/G, *K) -> (*K, C/G, F)"""
    return ops.convert_to_tensor(np.moveaxis(w, (1, 0), (-2, -1)))


numpy = ops.convert_to_numpy


def first(z):
    return np.moveaxis(numpy(z), -1, 1)


def pairs(padding):
    return padding[0] if len(padding) == 1 else padding


def layer(x, w, b, stride, padding, dilation, groups):
    axes = len(stride)
    if not isinstance(padding, str):
        if np.any(padding):
            x = ZEROS[axes](pairs(padding))(x)
        padding = "valid"
    settings = dict(strides=stride, padding=padding, dilation_rate=dilation, groups=groups)
    conv = CONV[axes](w.shape[-1], tuple(w.shape[:-2]), **settings)
    conv.build(x.shape)
    return conv.stateless_call([w, b], [], x)[0]


def forward(x, w, b, **settings):
    return first(layer(last(x), weight(w), ops.convert_to_tensor(b), **settings))


def slopes(by, delta, x, w, b, **settings):
    arrays = last(x), weight(w), ops.convert_to_tensor(b)
    return slope(lambda *arrays: layer(*arrays, **settings), arrays, by, last(delta))


def grad_x(**question):
    return first(slopes(0, **question))


def grad_w(**question):
    return np.moveaxis(numpy(slopes(1, **question)), (-2, -1), (1, 0))


def grad_b(**question):
    return numpy(slopes(2, **question))


def transpose(delta, w, **settings):
    """The kernel of a transposed layer is (*K, out, in): the same arrays in the same order."""
    conv = TRANSPOSE[delta.ndim - 2](w.shape[1], w.shape[2:], use_bias=False, **settings)
    conv.build(last(delta).shape)
    return conv.stateless_call([weight(w)], [], last(delta))[0]


def transposed(delta, w, stride, padding, dilation, groups, output_padding):
    if groups > 1:
        raise Cannot("a transposed layer has no groups")
    settings = dict(strides=stride, padding="valid", output_padding=output_padding, dilation_rate=dilation)
    grad = transpose(delta, w, **settings)
    return first(CROP[len(stride)](pairs(padding))(grad) if np.any(padding) else grad)


def transposed_native(delta, w, stride, padding, dilation):
    if not isinstance(padding, str):
        raise Cannot("takes only words for padding")
    return first(transpose(delta, w, strides=stride, padding=padding, dilation_rate=dilation))


def forward_in(dtype, x, w):
    conv = layers.Conv1D(w.shape[0], w.shape[2], use_bias=False, kernel_initializer="ones", dtype=dtype)
    conv.build(last(x).shape)
    conv.kernel.assign(weight(w))
    z = ops.convert_to_numpy(conv(ops.cast(last(x), dtype)))
    return np.moveaxis(z, -1, 1).astype("complex128").real
