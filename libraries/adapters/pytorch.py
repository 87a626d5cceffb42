"""PyTorch: torch.nn.functional, autograd."""

import numpy as np
import torch
from torch.nn import functional as F

TITLE = "PyTorch"
TABLE = "PyTorch"  # of notebook 09
PACKAGES = ("torch",)
NUMBERS = "float32"
WORDS = ("same", "valid")
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "complex128")
CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSE = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def tensor(array, dtype="float32"):
    return torch.tensor(np.asarray(array), dtype=getattr(torch, dtype))


def layer(x, w, b, stride, padding, dilation, groups):
    """As a reader would write it: padding= where it is symmetric, F.pad where it is not (last axis first)."""
    if not isinstance(padding, str):
        if any(before != after for before, after in padding):
            x = F.pad(x, [n for pair in reversed(padding) for n in pair])
            padding = 0
        else:
            padding = tuple(before for before, _ in padding)
    call = CONV[x.ndim - 2]
    return call(x, w, b, stride=stride, padding=padding, dilation=dilation, groups=groups)


def forward(x, w, b, **settings):
    return layer(tensor(x), tensor(w), tensor(b), **settings).numpy()


def gradient(by, delta, x, w, b, **settings):
    arrays = dict(x=tensor(x), w=tensor(w), b=tensor(b))
    arrays[by].requires_grad_()
    layer(**arrays, **settings).backward(tensor(delta))
    return arrays[by].grad.numpy()


def transposed(delta, w, stride, padding, dilation, groups, output_padding):
    if any(before != after for before, after in padding):
        raise Cannot("padding= of a transposed layer is one number for both sides")
    padding = tuple(before for before, _ in padding)
    call = TRANSPOSE[w.ndim - 2]
    settings = dict(
        stride=stride, padding=padding, output_padding=output_padding, dilation=dilation, groups=groups
    )
    return call(tensor(delta), tensor(w), **settings).numpy()


def transposed_native(delta, w, stride, padding, dilation):
    """With the library's own number or word for padding."""
    return TRANSPOSE[w.ndim - 2](
        tensor(delta), tensor(w), stride=stride, padding=padding, dilation=dilation
    ).numpy()


def forward_in(dtype, x, w):
    """A layer computed in another type of number."""
    return CONV[w.ndim - 2](tensor(x, dtype), tensor(w, dtype)).to(torch.complex128).real.numpy()


def call(code, line, quantity, x, w, b, delta, **letters):
    """A call of the page, as it stands."""
    arrays = {name: tensor(array) for name, array in dict(x=x, w=w, b=b, delta=delta).items()}
    return eval(code[0], dict(arrays, torch=torch, F=F, **letters)).numpy()
