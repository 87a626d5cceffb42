"""MindSpore: ops.conv1d, conv2d, conv3d, nn.Conv1dTranspose, nn.Conv2dTranspose, ms.vjp; in float32.

ops.conv2d takes one number for both sides of an axis; where they differ this calls the primitives ops.Conv2D and
ops.Conv3D, which take all of them, and for one axis ops.pad.
"""

import mindspore as ms
from mindspore import nn, ops

TITLE = "MindSpore"
PACKAGES = ("mindspore",)
NUMBERS = "float32"
FRESH_AFTER_REFUSAL = True  # the gradient after one that failed has that one's length
WORDS = ("same", "valid")
TRANSPOSED_WORDS = ("same", "valid")
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "complex64")
CONV = {1: ops.conv1d, 2: ops.conv2d, 3: ops.conv3d}
PRIMITIVE = {2: ops.Conv2D, 3: ops.Conv3D}
TRANSPOSE = {1: nn.Conv1dTranspose, 2: nn.Conv2dTranspose, 3: nn.Conv3dTranspose}


def tensor(array, dtype="float32"):
    return ms.Tensor(array).astype(getattr(ms, dtype))


def each(values):
    """One number for a layer of one axis, a tuple for others."""
    return values[0] if len(values) == 1 else tuple(values)


def flat(padding):
    """Before and after in one flat list, the first axis first."""
    return tuple(n for pair in padding for n in pair)


def layer(x, w, b, stride, padding, dilation, groups):
    axes = len(stride)
    settings = dict(stride=each(stride), dilation=each(dilation))
    if isinstance(padding, str):
        return CONV[axes](x, w, b, pad_mode=padding, groups=groups, **settings)
    if all(before == after for before, after in padding):
        number = each([before for before, _ in padding])
        return CONV[axes](x, w, b, pad_mode="pad", padding=number, groups=groups, **settings)
    if axes == 1:
        return CONV[axes](ops.pad(x, flat(padding)), w, b, groups=groups, **settings)
    primitive = PRIMITIVE[axes]
    call = primitive(w.shape[0], w.shape[2:], pad_mode="pad", pad=flat(padding), group=groups, **settings)
    return call(x, w) + b.reshape(1, -1, *[1] * axes)


def forward(x, w, b, **settings):
    return layer(tensor(x), tensor(w), tensor(b), **settings).asnumpy()


def gradient(by, delta, x, w, b, **settings):
    arrays = dict(x=tensor(x), w=tensor(w), b=tensor(b))
    _, back = ms.vjp(lambda array: layer(**arrays | {by: array}, **settings), arrays[by])
    (slope,) = back(tensor(delta))
    return slope.asnumpy()


def transposed_layer(delta, w, stride, dilation, groups=1, **settings):
    maps = delta.shape[1], w.shape[1] * groups
    settings |= dict(stride=each(stride), dilation=each(dilation), group=groups, weight_init=tensor(w))
    return TRANSPOSE[len(stride)](*maps, each(w.shape[2:]), **settings)(tensor(delta)).asnumpy()


def row_as_picture(delta, w, padding, output_padding, stride, dilation, groups):
    wide = lambda array: array[:, :, None]  # noqa: E731
    pads = dict(pad_mode="pad", padding=(0, 0, padding, padding), output_padding=(0, *output_padding))
    z = transposed_layer(wide(delta), wide(w), (1, *stride), (1, *dilation), groups, **pads)
    return z[:, :, 0]


def transposed(delta, w, padding, output_padding, **settings):
    if len(padding) == 1:
        (before, after), *_ = padding
        if before != after:
            raise Cannot("padding= of nn.Conv1dTranspose is one number for both sides")
        if any(output_padding):  # nn.Conv1dTranspose has none; a picture of height 1 has
            return row_as_picture(delta, w, before, output_padding, **settings)
        return transposed_layer(delta, w, pad_mode="pad", padding=before, **settings)
    settings |= dict(pad_mode="pad", padding=flat(padding), output_padding=tuple(output_padding))
    return transposed_layer(delta, w, **settings)


def transposed_native(delta, w, padding, **settings):
    """With the library's own number or word for padding."""
    mode = dict(pad_mode=padding) if isinstance(padding, str) else dict(pad_mode="pad", padding=padding)
    return transposed_layer(delta, w, **mode, **settings)


def forward_in(dtype, x, w):
    """A layer computed in another type of number."""
    return ops.conv1d(tensor(x, dtype), tensor(w, dtype)).astype(ms.float32).asnumpy()
