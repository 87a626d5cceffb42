"""HIPS autograd: autograd.scipy.signal.convolve with axes and dot_axes, np.pad, [::s]; autograd.make_vjp."""

import autograd.numpy as np
from autograd import make_vjp
from autograd.scipy.signal import convolve

TITLE = "autograd"
PACKAGES = ("autograd", "scipy", "numpy")
WORDS = ("valid", "same", "full")
DTYPES = ("float64", "float32", "float16", "int64", "int32", "int8", "complex128")


def layer(x, w, b, stride, padding, dilation, groups):
    """A true convolution, so w is turned; a stride keeps every s-th output; the mode is the word for padding."""
    if max(dilation) > 1:
        raise Cannot("convolve has no dilation")
    if groups > 1:
        raise Cannot("convolve has no groups")
    mode = padding if isinstance(padding, str) else "valid"
    if not isinstance(padding, str) and np.any(padding):
        x = np.pad(x, ((0, 0), (0, 0), *padding), mode="constant")
    axes, turned = list(range(2, w.ndim)), (..., *[slice(None, None, -1)] * (w.ndim - 2))
    z = convolve(x, w[turned], axes=[axes, axes], dot_axes=[[1], [1]], mode=mode)
    return z[(..., *[slice(None, None, s) for s in stride])] + b.reshape(-1, *[1] * (w.ndim - 2))


def forward(x, w, b, **settings):
    return layer(x, w, b, **settings)


def grad_x(delta, x, w, b, **settings):
    return make_vjp(lambda x: layer(x, w, b, **settings))(x)[0](delta)


def grad_w(delta, x, w, b, **settings):
    return make_vjp(lambda w: layer(x, w, b, **settings))(w)[0](delta)


def grad_b(delta, x, w, b, **settings):
    return make_vjp(lambda b: layer(x, w, b, **settings))(b)[0](delta)


def transposed(**question):
    raise Cannot("there is no transposed layer")


def forward_in(dtype, x, w):
    axes = list(range(2, w.ndim))
    z = convolve(x.astype(dtype), w.astype(dtype), axes=[axes, axes], dot_axes=[[1], [1]], mode="valid")
    return z.astype(complex).real
