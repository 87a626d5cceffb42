"""Flax: nnx.Conv and nnx.grad by the layer and by x, under jax.jit; nnx.ConvTranspose(transpose_kernel=True)."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

jax.config.update("jax_enable_x64", True)
jitted = partial(jax.jit, static_argnames=("stride", "padding", "dilation", "groups"))

TITLE = "Flax"
PACKAGES = ("flax", "jax")
NUMBERS = "float32"
WORDS = ("SAME", "VALID", "SAME_LOWER", "CAUSAL")
TRANSPOSED_WORDS = ("SAME", "VALID", "CAUSAL")
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "complex128")


def last(array):
    """Channels last."""
    return jnp.moveaxis(jnp.asarray(array), 1, -1)


def first(array):
    return jnp.moveaxis(array, -1, 1)


def kernel_of(w):
    """(F, C/G, K, L) as (K, L, C/G, F)."""
    return jnp.moveaxis(jnp.asarray(w), (1, 0), (-2, -1))


def layer(w, b=None, *, stride=1, padding, dilation=1, groups=1, dtype="float32"):
    """An nnx.Conv whose initial values are w and b."""
    return nnx.Conv(
        w.shape[1] * groups, w.shape[0], w.shape[2:], stride, padding=padding, kernel_dilation=dilation,
        feature_group_count=groups, use_bias=b is not None, param_dtype=dtype, rngs=nnx.Rngs(0),
        kernel_init=lambda key, shape, dtype: kernel_of(w).astype(dtype),
        bias_init=lambda key, shape, dtype: jnp.asarray(b, dtype),
    )  # fmt: skip


@jitted
def forward(x, w, b, **settings):
    return first(layer(w, b, **settings)(last(x)))


@jitted
def slopes(delta, x, w, b, **settings):
    """The gradients of the layer's parameters, and by x."""
    return nnx.grad(lambda conv, x: (conv(x) * last(delta)).sum(), argnums=(0, 1))(
        layer(w, b, **settings), last(x)
    )


def grad_x(**question):
    return first(slopes(**question)[1])


def grad_w(**question):
    return jnp.moveaxis(slopes(**question)[0].kernel[...], (-2, -1), (1, 0))


def grad_b(**question):
    return slopes(**question)[0].bias[...]


def transpose(delta, w, kernel, **settings):
    conv = nnx.ConvTranspose(
        w.shape[0], w.shape[1], w.shape[2:], use_bias=False, param_dtype="float32", rngs=nnx.Rngs(0),
        kernel_init=lambda key, shape, dtype: kernel, **settings,
    )  # fmt: skip
    return first(conv(last(delta)))


def transposed(delta, w, stride, padding, dilation, groups, output_padding):
    """Its pairs are the zeros around the spread δ; transpose_kernel turns nnx.Conv's kernel, (K, L, out, in)."""
    if groups > 1:
        raise Cannot("nnx.ConvTranspose has no groups")
    spans = [d * (k - 1) for k, d in zip(w.shape[2:], dilation)]
    zeros = [(n - p, n - q + r) for n, (p, q), r in zip(spans, padding, output_padding)]
    settings = dict(strides=stride, padding=zeros, kernel_dilation=dilation, transpose_kernel=True)
    return transpose(delta, w, kernel_of(w), **settings)


def transposed_native(delta, w, stride, padding, dilation):
    """Its default: the kernel (K, L, in, out) as it is."""
    kernel = jnp.moveaxis(jnp.asarray(w), (0, 1), (-2, -1))
    return transpose(delta, w, kernel, strides=stride, padding=padding, kernel_dilation=dilation)


def forward_in(dtype, x, w):
    z = layer(w, padding="VALID", dtype=dtype)(last(x).astype(dtype))
    return np.asarray(first(z)).astype(complex).real
