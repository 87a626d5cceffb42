"""Haiku: hk.ConvND in hk.transform, jax.vjp by its parameters and by x, under jax.jit; hk.ConvNDTranspose."""

from functools import partial

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
jitted = partial(jax.jit, static_argnames=("stride", "padding", "dilation", "groups"))

TITLE = "Haiku"
PACKAGES = ("dm-haiku", "jax")
NUMBERS = "float32"
WORDS = (
    "SAME",
    "VALID",
    "hk.pad.same",
    "hk.pad.full",
    "hk.pad.causal",
    "hk.pad.reverse_causal",
)
TRANSPOSED_WORDS = ("SAME", "VALID")
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "complex128")


def last(array):
    """Channels last."""
    return jnp.moveaxis(jnp.asarray(array), 1, -1)


def first(array):
    return jnp.moveaxis(array, -1, 1)


def kernel_of(w):
    """(F, C/G, K, L) as (K, L, C/G, F)."""
    return jnp.moveaxis(jnp.asarray(w), (1, 0), (-2, -1))


def layer(x, w, b, stride, padding, dilation, groups):
    """hk.ConvND with the parameters w and b, all in its own order of axes; hk.pad.* are functions of the library."""
    if isinstance(padding, str) and padding.startswith("hk.pad."):
        padding = getattr(hk.pad, padding.removeprefix("hk.pad."))
    conv = lambda x: hk.ConvND(  # noqa: E731
        w.ndim - 2, w.shape[-1], w.shape[:-2], stride, dilation, padding, feature_group_count=groups, name="conv"
    )(x)  # fmt: skip
    return hk.without_apply_rng(hk.transform(conv)).apply({"conv": dict(w=w, b=b)}, x)


@jitted
def forward(x, w, b, **settings):
    return first(layer(last(x), kernel_of(w), jnp.asarray(b), **settings))


@jitted
def slopes(delta, x, w, b, **settings):
    _, back = jax.vjp(lambda *arrays: layer(*arrays, **settings), last(x), kernel_of(w), jnp.asarray(b))
    return back(last(delta))


def grad_x(**question):
    return first(slopes(**question)[0])


def grad_w(**question):
    return jnp.moveaxis(slopes(**question)[1], (-2, -1), (1, 0))


def grad_b(**question):
    return slopes(**question)[2]


def transpose(delta, w, stride, padding, dilation):
    """hk.ConvNDTranspose with the kernel (K, L, out, in) as it is."""
    if max(dilation) > 1:
        raise Cannot("hk.ConvNDTranspose has no rate")
    conv = lambda x: hk.ConvNDTranspose(  # noqa: E731
        w.ndim - 2, w.shape[1], w.shape[2:], stride, None, padding, with_bias=False, name="conv"
    )(x)  # fmt: skip
    return first(hk.without_apply_rng(hk.transform(conv)).apply({"conv": dict(w=kernel_of(w))}, last(delta)))


def transposed(delta, w, stride, padding, dilation, groups, output_padding):
    """Its pairs are the zeros around the spread δ, and its kernel is turned against the forward layer's."""
    if groups > 1:
        raise Cannot("hk.ConvNDTranspose has no groups")
    zeros = [(k - 1 - p, k - 1 - q + r) for k, (p, q), r in zip(w.shape[2:], padding, output_padding)]
    return transpose(delta, np.flip(w, range(2, w.ndim)), stride, zeros, dilation)


def transposed_native(delta, w, stride, padding, dilation):
    """A word, or the zeros on both sides."""
    if not isinstance(padding, str):
        padding = [(padding, padding)] * (w.ndim - 2)
    return transpose(delta, w, stride, padding, dilation)


def forward_in(dtype, x, w):
    ones = (1,) * (w.ndim - 2)
    arrays = last(x), kernel_of(w), jnp.zeros(w.shape[0])
    z = layer(*(array.astype(dtype) for array in arrays), ones, "VALID", ones, 1)
    return np.asarray(first(z)).astype(complex).real


# ------------------------------------------------------------------------------------------------- asked by silent.py
def depthwise_bias(x, b):
    """hk.DepthwiseConv1D with channels first and weights of zero."""
    conv = hk.without_apply_rng(
        hk.transform(lambda x: hk.DepthwiseConv1D(1, 1, data_format="NCW", name="conv")(x))
    )
    made = conv.init(jax.random.PRNGKey(0), jnp.asarray(x))["conv"]
    bias = jnp.asarray(b).reshape(made["b"].shape)
    return conv.apply({"conv": dict(w=jnp.zeros_like(made["w"]), b=bias)}, jnp.asarray(x))
