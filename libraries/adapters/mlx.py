"""MLX: mx.conv1d, conv2d, conv3d, conv_transpose*, mx.conv_general where the padding is uneven, mx.vjp; in float32.

Its axes are (N, *spatial, C) and (F, *kernel, C/G); the transposed layer's weight is (C, *kernel, F/G).
"""

import mlx.core as mx
import numpy as np

TITLE = "MLX"
PACKAGES = ("mlx",)
NUMBERS = "float32"
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "complex64")
CONV = {1: mx.conv1d, 2: mx.conv2d, 3: mx.conv3d}
TRANSPOSE = {1: mx.conv_transpose1d, 2: mx.conv_transpose2d, 3: mx.conv_transpose3d}


def tensor(array, dtype="float32"):
    return mx.array(np.moveaxis(array, 1, -1) if array.ndim > 1 else array).astype(getattr(mx, dtype))


def back(array):
    return np.moveaxis(np.array(array), -1, 1) if array.ndim > 1 else np.array(array)


def each(values):
    """One number for a layer of one axis, a tuple for others."""
    return values[0] if len(values) == 1 else tuple(values)


def layer(x, w, b, stride, padding, dilation, groups):
    before, after = zip(*padding, strict=True)
    if before != after:
        z = mx.conv_general(x, w, stride, padding=(before, after), kernel_dilation=dilation, groups=groups)
    else:
        z = CONV[w.ndim - 2](x, w, each(stride), each(before), each(dilation), groups)
    return z + b


def forward(x, w, b, **settings):
    return back(layer(tensor(x), tensor(w), tensor(b), **settings))


def gradient(by, delta, x, w, b, **settings):
    if by == "b" and delta.shape[0] == 0:
        raise Cannot("the sum over an empty batch is another from run to run")
    arrays = dict(x=tensor(x), w=tensor(w), b=tensor(b))
    of_one = lambda array: layer(**arrays | {by: array}, **settings)  # noqa: E731
    return back(mx.vjp(of_one, [arrays[by]], [tensor(delta)])[1][0])


def swapped(w, groups):
    """From (F, C/G, *kernel) to (C, F/G, *kernel), group by group."""
    parts = np.reshape(w, (groups, -1, *w.shape[1:])).swapaxes(1, 2)
    return parts.reshape(-1, *parts.shape[2:])


def transposed(delta, w, stride, padding, dilation, groups, output_padding):
    before, after = zip(*padding, strict=True)
    if before != after:
        raise Cannot("padding= of a transposed layer is one number for both sides")
    settings = dict(stride=each(stride), padding=each(before), dilation=each(dilation), groups=groups)
    call = TRANSPOSE[w.ndim - 2]
    return back(
        call(tensor(delta), tensor(swapped(w, groups)), output_padding=each(output_padding), **settings)
    )


def transposed_native(delta, w, stride, padding, dilation):
    """With the library's own number for padding."""
    settings = dict(stride=each(stride), padding=padding, dilation=each(dilation))
    return back(TRANSPOSE[w.ndim - 2](tensor(delta), tensor(swapped(w, 1)), **settings))


def forward_in(dtype, x, w):
    """A layer computed in another type of number."""
    return back(CONV[w.ndim - 2](tensor(x, dtype), tensor(w, dtype)).astype(mx.complex64)).real


# ------------------------------------------------------------------------------------------------- asked by silent.py
def transposed_slopes(delta, y, w, stride, output_padding):
    """By the input of conv_transpose1d."""
    delta, y, w = tensor(delta), tensor(y), tensor(w)
    loss = lambda y: (delta * mx.conv_transpose1d(y, w, stride, output_padding=output_padding)).sum()  # noqa: E731
    return back(mx.grad(loss)(y))


def spread_slopes(delta, x, w, stride, padding, spread):
    """By the weight of a conv_general whose input is spread."""
    delta, x, w = tensor(delta), tensor(x), tensor(w)
    before, after = padding
    loss = lambda w: (  # noqa: E731
        delta * mx.conv_general(x, w, stride, ([before], [after]), input_dilation=spread)
    ).sum()
    return back(mx.grad(loss)(w))
