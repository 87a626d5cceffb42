"""What the pages say of Flax, each with the run behind it."""

import jax.numpy as jnp
import numpy as np
from flax import nnx

W = np.array([2.0, 3, 5])


def _layer(transpose_kernel):
    layer = nnx.ConvTranspose(
        1,
        1,
        kernel_size=(3,),
        padding="VALID",
        use_bias=False,
        transpose_kernel=transpose_kernel,
        rngs=nnx.Rngs(0),
    )
    layer.kernel.value = jnp.asarray(W, "float32")[:, None, None]
    return np.asarray(layer(jnp.ones((1, 1, 1))))[0, :, 0]


def transpose_kernel_turns():
    """nnx.ConvTranspose lays the kernel down turned; transpose_kernel=True turns it back."""
    assert np.allclose(_layer(False), W[::-1]) and np.allclose(_layer(True), W)


def transpose_kernel_exchanges_the_channels():
    """With transpose_kernel=True the kernel of a transposed layer is (*K, out, in), the array of a forward layer."""
    layer = nnx.ConvTranspose(5, 2, kernel_size=(3,), transpose_kernel=True, rngs=nnx.Rngs(0))
    assert (
        layer.kernel.value.shape
        == (3, 2, 5)
        == nnx.Conv(2, 5, kernel_size=(3,), rngs=nnx.Rngs(0)).kernel.value.shape
    )
