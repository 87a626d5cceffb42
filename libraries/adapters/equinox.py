"""Equinox: eqx.nn.Conv in jax.vmap, eqx.filter_grad by the layer and by x, eqx.nn.ConvTranspose; under jax.jit."""

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
jitted = partial(jax.jit, static_argnames=("stride", "padding", "dilation", "groups", "output_padding"))

TITLE = "Equinox"
PACKAGES = ("equinox", "jax")
NUMBERS = "float32"
WORDS = ("SAME", "VALID", "SAME_LOWER")
TRANSPOSED_WORDS = ("SAME", "VALID", "SAME_LOWER")
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "complex128")
KEY = jax.random.key(0)  # of the values that tree_at replaces


def layer(w, b, **settings):
    """An eqx.nn.Conv with the values of w and b."""
    groups = settings.get("groups", 1)
    conv = eqx.nn.Conv(w.ndim - 2, w.shape[1] * groups, w.shape[0], w.shape[2:], key=KEY, **settings)
    b = jnp.asarray(b).reshape(conv.bias.shape)
    return eqx.tree_at(lambda conv: (conv.weight, conv.bias), conv, (jnp.asarray(w), b))


@jitted
def forward(x, w, b, **settings):
    return jax.vmap(layer(w, b, **settings))(jnp.asarray(x))


@jitted
def slopes(delta, x, w, b, **settings):
    """The gradients of the layer's parameters, and by x."""
    loss = lambda both: (jax.vmap(both[0])(both[1]) * delta).sum()  # noqa: E731
    return eqx.filter_grad(loss)((layer(w, b, **settings), jnp.asarray(x)))


def grad_x(**question):
    return slopes(**question)[1]


def grad_w(**question):
    return slopes(**question)[0].weight


def grad_b(**question):
    return slopes(**question)[0].bias.ravel()


@jitted
def transpose(delta, weight, **settings):
    conv = eqx.nn.ConvTranspose(
        weight.ndim - 2,
        delta.shape[1],
        weight.shape[0],
        weight.shape[2:],
        use_bias=False,
        key=KEY,
        **settings,
    )
    return jax.vmap(eqx.tree_at(lambda conv: conv.weight, conv, weight))(jnp.asarray(delta))


def transposed(delta, w, groups, **settings):
    """Its weight is (out, in/G, K, L), turned against the forward layer's; padding is the forward layer's."""
    parts = jnp.asarray(w).reshape(groups, -1, *w.shape[1:])
    weight = parts.swapaxes(1, 2).reshape(-1, w.shape[0] // groups, *w.shape[2:])
    return transpose(delta, jnp.flip(weight, range(2, w.ndim)), groups=groups, **settings)


def transposed_native(delta, w, stride, padding, dilation):
    """The weight (out, in, K, L) as it is."""
    return transpose(delta, jnp.asarray(w).swapaxes(0, 1), stride=stride, padding=padding, dilation=dilation)


def forward_in(dtype, x, w):
    conv = layer(w, np.zeros(w.shape[0]))
    conv = jax.tree.map(lambda array: array.astype(dtype), conv)
    return np.asarray(jax.vmap(conv)(jnp.asarray(x, dtype))).astype(complex).real
