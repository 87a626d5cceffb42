"""JAX: jax.lax.conv_general_dilated and jax.vjp under jax.jit; jax.lax.conv_transpose(transpose_kernel=True)."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

jax.config.update("jax_enable_x64", True)
jitted = partial(jax.jit, static_argnames=("stride", "padding", "dilation", "groups"))

TITLE = "JAX"
TABLE = "JAX"  # of notebook 09
PACKAGES = ("jax", "jaxlib")
NUMBERS = "float32"
WORDS = ("SAME", "VALID", "SAME_LOWER")
TRANSPOSED_WORDS = ("SAME", "VALID", "SAME_LOWER")
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int8", "complex128")


def layer(x, w, b, stride, padding, dilation, groups):
    settings = dict(rhs_dilation=dilation, feature_group_count=groups)
    z = lax.conv_general_dilated(x, w, stride, padding, **settings)
    return z + b.reshape(-1, *[1] * (w.ndim - 2))


@jitted
def forward(x, w, b, **settings):
    return layer(*map(jnp.asarray, (x, w, b)), **settings)


@jitted
def slopes(delta, x, w, b, **settings):
    _, back = jax.vjp(lambda *arrays: layer(*arrays, **settings), *map(jnp.asarray, (x, w, b)))
    return back(jnp.asarray(delta))


def grad_x(**question):
    return slopes(**question)[0]


def grad_w(**question):
    return slopes(**question)[1]


def grad_b(**question):
    return slopes(**question)[2]


def transpose(delta, w, stride, padding, dilation, order, **settings):
    axes = "DHW"[-(w.ndim - 2) :]
    order = (f"NC{axes}", f"{order}{axes}", f"NC{axes}")
    arrays = map(jnp.asarray, (delta, w))
    return lax.conv_transpose(
        *arrays, stride, padding, rhs_dilation=dilation, dimension_numbers=order, **settings
    )


def transposed(delta, w, stride, padding, dilation, groups, output_padding):
    """Its pairs are the zeros around the spread δ; transpose_kernel turns w and takes it in the forward order."""
    if groups > 1:
        raise Cannot("lax.conv_transpose has no groups")
    spans = [d * (k - 1) for k, d in zip(w.shape[2:], dilation)]
    zeros = [(n - p, n - q + r) for n, (p, q), r in zip(spans, padding, output_padding)]
    return transpose(delta, w, stride, zeros, dilation, "OI", transpose_kernel=True)


def transposed_native(delta, w, stride, padding, dilation):
    """Its default: the kernel (in, out, ...) as it is, a word or the zeros on both sides."""
    if not isinstance(padding, str):
        padding = [(padding, padding)] * (w.ndim - 2)
    return transpose(delta, w, stride, padding, dilation, "IO")


def forward_in(dtype, x, w):
    z = lax.conv_general_dilated(jnp.asarray(x, dtype), jnp.asarray(w, dtype), (1,) * (w.ndim - 2), "VALID")
    return np.asarray(z).astype(complex).real


def call(code, line, quantity, x, w, b, delta, s, p, d, G, r):
    """A call of the page, as it stands; `line` is that of z."""
    order = np.reshape(w, (G, -1, *w.shape[1:])).swapaxes(1, 2)
    w_tilde = order.reshape(-1, *order.shape[2:])[:, :, ::-1, ::-1]
    zeros = [(d * (k - 1) - p, d * (k - 1) - p + r) for k in w.shape[2:]]
    names = dict(jax=jax, lax=lax, s=s, p=p, d=d, G=G, b=jnp.asarray(b), zeros=zeros)
    names |= dict(x=jnp.asarray(x), w=jnp.asarray(w), delta=jnp.asarray(delta), w_tilde=jnp.asarray(w_tilde))
    names["z"] = lambda x, w: eval(line, names | dict(x=x, w=w))
    return eval(code[0], names)
