"""TensorFlow, eager: tf.nn.conv1d, conv2d, conv3d, tf.GradientTape, tf.nn.conv1d_transpose, conv2d_transpose, ...

Groups are told by the shape of w. Padding is pairs for all four axes in two dimensions, words only in one and three.
A transposed layer is told the whole size of its output; as it stands, the least size that its word allows.
"""

import numpy as np
import tensorflow as tf

TITLE = "TensorFlow"
TABLE = "TensorFlow and Keras"  # of notebook 09
PACKAGES = ("tensorflow-cpu",)
NUMBERS = "float32"
TOLD_SIZE = True  # of the transposed layer
WORDS = ("SAME", "VALID")
TRANSPOSED_WORDS = ("SAME", "VALID")
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "complex128")
CONV = {1: tf.nn.conv1d, 2: tf.nn.conv2d, 3: tf.nn.conv3d}
TRANSPOSE = {1: tf.nn.conv1d_transpose, 2: tf.nn.conv2d_transpose, 3: tf.nn.conv3d_transpose}


def run(function, *tensors):
    """Eager."""
    return function(*tensors)


def last(array, dtype="float32"):
    """Channels last."""
    return tf.cast(tf.constant(np.moveaxis(array, 1, -1)), dtype)


def weight(w, dtype="float32"):
    """(F, C/G, *K) -> (*K, C/G, F)"""
    return tf.cast(tf.constant(np.moveaxis(w, (1, 0), (-2, -1))), dtype)


def first(z):
    return np.moveaxis(z.numpy(), -1, 1)


def pads(padding, axes):
    """What padding= takes."""
    if isinstance(padding, str):
        return padding
    if not np.any(padding):
        return "VALID"
    if axes != 2:
        raise Cannot("takes only words for padding")
    return [[0, 0], *(list(pair) for pair in padding), [0, 0]]


def of_axes(values, axes):
    """stride and dilation as the function of so many axes takes them."""
    return [1, *values, 1] if axes == 3 else list(values)


def layer(x, w, b, stride, padding, dilation, groups):
    axes = len(stride)
    stride, dilation = of_axes(stride, axes), of_axes(dilation, axes)
    return CONV[axes](x, w, stride, pads(padding, axes), dilations=dilation) + b


def forward(x, w, b, **settings):
    arrays = lambda dtype: (last(x, dtype), weight(w, dtype), tf.cast(tf.constant(b), dtype))  # noqa: E731
    answer = lambda dtype: first(run(lambda *given: layer(*given, **settings), *arrays(dtype)))  # noqa: E731
    z = answer("float32")
    if (
        len(set(settings["stride"])) == 2 == len(settings["stride"])
        and z.size
        and not np.allclose(z, answer("float64"))
    ):
        raise Cannot("left out: the answer in float32 held memory that was never written")
    return z


def slopes(by, delta, x, w, b, **settings):
    def gradient(delta, *arrays):
        with tf.GradientTape() as tape:
            tape.watch(arrays[by])
            z = layer(*arrays, **settings)
        return tape.gradient(z, arrays[by], output_gradients=delta)

    return run(gradient, last(delta), last(x), weight(w), tf.constant(b))


def grad_x(**question):
    return first(slopes(0, **question))


def grad_w(**question):
    return np.moveaxis(slopes(1, **question).numpy(), (-2, -1), (1, 0))


def grad_b(**question):
    return slopes(2, **question).numpy()


def told(delta, w, channels, size, stride, padding, dilation):
    axes = len(stride)
    shape = [delta.shape[0], *size, channels]
    stride, dilation = of_axes(stride, axes), of_axes(dilation, axes)

    def call(delta, w):
        return TRANSPOSE[axes](delta, w, shape, stride, pads(padding, axes), dilations=dilation)

    return first(run(call, last(delta), weight(w)))


def transposed(delta, w, stride, padding, dilation, groups, output_padding):
    sides = zip(delta.shape[2:], w.shape[2:], stride, padding, dilation, output_padding, strict=True)
    size = [s * (u - 1) + d * (k - 1) + 1 - sum(pair) + r for u, k, s, pair, d, r in sides]
    return told(delta, w, groups * w.shape[1], size, stride, padding, dilation)


def transposed_native(delta, w, stride, padding, dilation):
    """The least output_shape: s(U−1) + 1 cells for "SAME", s(U−1) + d(K−1) + 1 for "VALID".

    A number is given as pairs, which a picture takes and a row does not: a row is a picture of height 1 then.
    """
    if not isinstance(padding, str):
        wide = lambda array: array[:, :, None]  # noqa: E731
        size = [stride[0] * (delta.shape[2] - 1) + dilation[0] * (w.shape[2] - 1) + 1 - 2 * padding]
        pairs = ((0, 0), (padding, padding))
        sides = (1, *stride), pairs, (1, *dilation)
        return told(wide(delta), wide(w), w.shape[1], [1, *size], *sides)[:, :, 0]
    sides = zip(delta.shape[2:], w.shape[2:], stride, dilation, strict=True)
    size = [s * (u - 1) + 1 + (d * (k - 1) if padding == "VALID" else 0) for u, k, s, d in sides]
    return told(delta, w, w.shape[1], size, stride, padding, dilation)


def forward_in(dtype, x, w):
    z = run(lambda x, w: tf.nn.conv1d(x, w, 1, "VALID"), last(x, dtype), weight(w, dtype))
    return first(z).astype("complex128").real


def call(code, line, quantity, x, w, b, delta, **letters):
    """A call of the page, as it stands."""
    arrays = dict(x=last(x), w=weight(w), delta=last(delta), b=tf.constant(b, "float32"))
    answer = eval(code[0], dict(arrays, tf=tf, **letters)).numpy()
    if quantity == "grad_b":
        return answer
    return np.moveaxis(answer, (-1, -2), (0, 1)) if quantity == "grad_w" else np.moveaxis(answer, -1, 1)


# ------------------------------------------------------------------------------------------------- asked by silent.py
def depthwise(x, w, stride, dilation):
    """One kernel for each channel, (C, 1, K, L)."""
    kernel = tf.constant(np.moveaxis(w, (0, 1), (-2, -1)))
    z = tf.nn.depthwise_conv2d(last(x), kernel, [1, stride, stride, 1], "VALID", dilations=[dilation] * 2)
    return first(z)
