"""PaddlePaddle: paddle.nn.functional.conv1d, conv2d, conv3d and conv*_transpose, its autograd."""

import paddle
from paddle.nn import functional as F

TITLE = "PaddlePaddle"
PACKAGES = ("paddlepaddle",)
NUMBERS = "float32"
WORDS = ("SAME", "VALID")
TRANSPOSED_WORDS = ("SAME", "VALID")
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "complex128")
CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSE = {1: F.conv1d_transpose, 2: F.conv2d_transpose, 3: F.conv3d_transpose}


def tensor(array, dtype="float32"):
    return paddle.to_tensor(array).astype(dtype)


def pads(padding):
    """Paddle takes before and after, first axis first, in one flat list."""
    return padding if isinstance(padding, (str, int)) else [n for pair in padding for n in pair]


def layer(x, w, b, stride, padding, dilation, groups):
    call = CONV[w.ndim - 2]
    return call(x, w, b, stride=stride, padding=pads(padding), dilation=dilation, groups=groups)


def forward(x, w, b, **settings):
    return layer(tensor(x), tensor(w), tensor(b), **settings).numpy()


def gradient(by, delta, x, w, b, **settings):
    arrays = dict(x=tensor(x), w=tensor(w), b=tensor(b))
    arrays[by].stop_gradient = False
    layer(**arrays, **settings).backward(tensor(delta))
    return arrays[by].grad.numpy()


def transposed(delta, w, stride, padding, dilation, groups, output_padding):
    settings = dict(stride=stride, dilation=dilation, groups=groups, output_padding=output_padding)
    return TRANSPOSE[w.ndim - 2](tensor(delta), tensor(w), padding=pads(padding), **settings).numpy()


def transposed_native(delta, w, stride, padding, dilation):
    """With the library's own number or word for padding."""
    call = TRANSPOSE[w.ndim - 2]
    return call(tensor(delta), tensor(w), stride=stride, padding=padding, dilation=dilation).numpy()


def forward_in(dtype, x, w):
    """A layer computed in another type of number."""
    return CONV[w.ndim - 2](tensor(x, dtype), tensor(w, dtype)).astype("complex128").numpy().real
