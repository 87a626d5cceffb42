"""TensorFlow's operations themselves: tf.raw_ops.Conv2D, Conv2DBackpropInput, Conv2DBackpropFilter, BiasAddGrad.

They have two axes; a row is given as a picture of height 1, as tf.nn.conv1d does. Their lists have all four axes.
The transposed layer is Conv2DBackpropInput with the size of its output.
"""

import numpy as np
import tensorflow as tf

TITLE = "TensorFlow, raw operations"
PACKAGES = ("tensorflow-cpu",)
NUMBERS = "float32"
TOLD_SIZE = True
WORDS = ("SAME", "VALID", "EXPLICIT")
TRANSPOSED_WORDS = ("SAME", "VALID")
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "complex128")


def settings(stride, padding, dilation):
    if len(stride) > 2:
        raise Cannot("Conv2D has two axes")
    one = (1,) * (2 - len(stride))
    told = dict(strides=[1, *one, *stride, 1], dilations=[1, *one, *dilation, 1])
    if isinstance(padding, str):
        return told | dict(padding=padding)
    if not np.any(padding):
        return told | dict(padding="VALID")
    paddings = [0, 0, *(0, 0) * len(one), *np.ravel(padding), 0, 0]
    return told | dict(padding="EXPLICIT", explicit_paddings=paddings)


def picture(array):
    """A row as a picture of height 1."""
    return array[:, :, None] if array.ndim == 3 else array


def last(array, dtype="float32"):
    return tf.cast(tf.constant(np.moveaxis(picture(array), 1, -1)), dtype)


def weight(w, dtype="float32"):
    """(F, C/G, K, L) -> (K, L, C/G, F)"""
    return tf.cast(tf.constant(np.moveaxis(picture(w), (1, 0), (-2, -1))), dtype)


def forward(x, w, b, stride, padding, dilation, groups):
    def answer(dtype):
        told = settings(stride, padding, dilation)
        z = tf.raw_ops.Conv2D(input=last(x, dtype), filter=weight(w, dtype), **told)
        return np.moveaxis(tf.raw_ops.BiasAdd(value=z, bias=tf.cast(tf.constant(b), dtype)).numpy(), -1, 1)

    z = answer("float32")
    if len(set(stride)) > 1 and z.size and not np.allclose(z, answer("float64")):
        raise Cannot("left out: the answer in float32 held memory that was never written")
    return z if x.ndim == 4 else z[:, :, 0]


def by_input(delta, w, shape, stride, padding, dilation):
    """shape: (N, C, *size)"""
    size = np.moveaxis(picture(np.empty(shape)), 1, -1).shape
    grad = tf.raw_ops.Conv2DBackpropInput(
        input_sizes=size, filter=weight(w), out_backprop=last(delta), **settings(stride, padding, dilation)
    )
    return np.moveaxis(grad.numpy(), -1, 1).reshape(shape)


def grad_x(delta, x, w, b, stride, padding, dilation, groups):
    return by_input(delta, w, x.shape, stride, padding, dilation)


def grad_w(delta, x, w, b, stride, padding, dilation, groups):
    grad = tf.raw_ops.Conv2DBackpropFilter(
        input=last(x),
        filter_sizes=weight(w).shape,
        out_backprop=last(delta),
        **settings(stride, padding, dilation),
    )
    return np.moveaxis(grad.numpy(), (-2, -1), (1, 0)).reshape(w.shape)


def grad_b(delta, x, w, b, stride, padding, dilation, groups):
    return tf.raw_ops.BiasAddGrad(out_backprop=last(delta)).numpy()


def transposed(delta, w, stride, padding, dilation, groups, output_padding):
    sides = zip(delta.shape[2:], w.shape[2:], stride, padding, dilation, output_padding, strict=True)
    size = [s * (u - 1) + d * (k - 1) + 1 - sum(pair) + r for u, k, s, pair, d, r in sides]
    return by_input(delta, w, (len(delta), groups * w.shape[1], *size), stride, padding, dilation)


def transposed_native(delta, w, stride, padding, dilation):
    """The least input_sizes: s(U−1) + 1 cells for "SAME", s(U−1) + d(K−1) + 1 for "VALID"."""
    if not isinstance(padding, str):
        padding = ((padding, padding),)
    sides = zip(delta.shape[2:], w.shape[2:], stride, dilation, strict=True)
    cells = {"SAME": lambda span: 1, "VALID": lambda span: span + 1}
    of = cells[padding] if isinstance(padding, str) else lambda span: span + 1 - sum(padding[0])
    size = [s * (u - 1) + of(d * (k - 1)) for u, k, s, d in sides]
    return by_input(delta, w, (len(delta), w.shape[1], *size), stride, padding, dilation)


def forward_in(dtype, x, w):
    z = tf.raw_ops.Conv2D(input=last(x, dtype), filter=weight(w, dtype), **settings((1,), "VALID", (1,)))
    return z.numpy().astype("complex128").real[:, 0]
