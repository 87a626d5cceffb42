"""tinygrad: Tensor.conv2d and Tensor.conv_transpose2d, which take any number of axes, and Tensor.backward."""

from tinygrad import Tensor, dtypes

TITLE = "tinygrad"
PACKAGES = ("tinygrad",)
NUMBERS = "float32"
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "uint8", "bool")


def tensor(array, dtype="float32"):
    return Tensor(array).cast(getattr(dtypes, dtype))


def pads(padding):
    """tinygrad takes before and after in one flat list, the last axis first."""
    return [n for pair in reversed(padding) for n in pair]


def layer(x, w, b, padding, **settings):
    return x.conv2d(w, b, padding=pads(padding), **settings)


def forward(x, w, b, **settings):
    return layer(tensor(x), tensor(w), tensor(b), **settings).numpy()


def gradient(by, delta, x, w, b, **settings):
    arrays = dict(x=tensor(x), w=tensor(w), b=tensor(b))
    layer(**arrays, **settings).backward(tensor(delta))
    return arrays[by].grad.numpy()


def transposed(delta, w, padding, **settings):
    return tensor(delta).conv_transpose2d(tensor(w), padding=pads(padding), **settings).numpy()


def transposed_native(delta, w, **settings):
    """With the library's own number for padding."""
    return tensor(delta).conv_transpose2d(tensor(w), **settings).numpy()


def forward_in(dtype, x, w):
    """A layer computed in another type of number."""
    return tensor(x, dtype).conv2d(tensor(w, dtype)).cast(dtypes.float64).numpy()
