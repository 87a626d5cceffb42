"""What the pages say of JAX beyond its table, each with the run behind it."""

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy import signal

X, W = np.array([3.0, 1, 5, 7, 1, 9]), np.array([2.0, 3, 5])


def convolve_turns_and_correlate_does_not():
    """jnp.convolve turns the kernel, as NumPy's; jnp.correlate does not; and so in jax.scipy.signal."""
    assert np.allclose(jnp.convolve(X, W), np.convolve(X, W))
    assert np.allclose(jnp.correlate(X, W), np.correlate(X, W))
    image, kernel = np.outer(X, X), np.outer(W, W[:2])
    turned = signal.convolve2d(jnp.asarray(image), jnp.asarray(kernel), mode="valid")
    assert np.allclose(
        turned, signal.correlate2d(jnp.asarray(image), jnp.asarray(kernel[::-1, ::-1]), mode="valid")
    )


def layers_do_not_turn():
    """lax.conv_general_dilated does not turn the kernel."""
    z = lax.conv_general_dilated(X[None, None], W[None, None], (1,), [(0, 0)])
    assert np.allclose(z[0, 0], np.correlate(X, W))


def the_transposed_layer_is_channels_last():
    """Without dimension_numbers, lax.conv_transpose reads its arrays with channels last."""
    y = lax.conv_transpose(jnp.ones((1, 5, 7, 3)), jnp.ones((2, 2, 3, 4)), (1, 1), "VALID")
    assert y.shape == (1, 6, 8, 4)


def batch_groups_give_the_weight_gradient():
    """batch_group_count= keeps the groups of δ and x apart in the weight gradient as a convolution."""
    random = np.random.default_rng(5)
    x, delta = (
        random.integers(-3, 4, (2, 4, 9)).astype(float),
        random.integers(-3, 4, (2, 6, 7)).astype(float),
    )
    got = lax.conv_general_dilated(
        x, delta, (1,), [(0, 0)], batch_group_count=2, dimension_numbers=("CNH", "IOH", "CNH")
    )
    expected = np.zeros((6, 2, 3))
    for f, c, k in np.ndindex(6, 2, 3):
        expected[f, c, k] = (delta[:, f] * x[:, 2 * (f // 3) + c, k : k + 7]).sum()
    assert np.allclose(got, expected)


def relu_has_slope_zero_at_zero():
    """The slope of ReLU at 0 is taken as 0."""
    import jax

    assert jax.grad(jax.nn.relu)(0.0) == 0
