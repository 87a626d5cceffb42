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


def _transposed_of(delta, w, stride, dilation, crop, more):
    hat = np.zeros(stride * (len(delta) - 1) + 1)
    hat[::stride] = delta
    whole = np.zeros(len(hat) + dilation * (len(w) - 1) + more)
    for k, weight in enumerate(w):
        whole[dilation * k : dilation * k + len(hat)] += weight * hat
    return whole[crop : len(whole) - crop]


def zeros_stand_for_a_crop():
    """A crop of p with output padding r is [(d(K−1) − p, d(K−1) − p + r)] in lax.conv_transpose."""
    random = np.random.default_rng(6)
    for u, k, s, d, p, r in ((5, 3, 2, 1, 1, 0), (5, 4, 2, 1, 1, 1), (4, 3, 3, 2, 1, 2), (6, 2, 1, 3, 0, 0)):
        delta, w = random.integers(-5, 6, u).astype(float), random.integers(-5, 6, k).astype(float)
        pair = d * (k - 1) - p, d * (k - 1) - p + r
        got = lax.conv_transpose(
            delta[None, :, None], w[:, None, None], (s,), [pair], rhs_dilation=(d,), transpose_kernel=True
        )
        assert np.allclose(got[0, :, 0], _transposed_of(delta, w, s, d, p, r))


def transpose_kernel_turns_and_exchanges():
    """lax.conv_transpose lays the kernel down turned; transpose_kernel=True turns it and exchanges its channels."""
    one = jnp.ones((1, 1, 1))
    turned = lax.conv_transpose(one, W[:, None, None], (1,), "VALID")
    as_it_is = lax.conv_transpose(one, W[:, None, None], (1,), "VALID", transpose_kernel=True)
    assert np.allclose(turned[0, :, 0], W[::-1]) and np.allclose(as_it_is[0, :, 0], W)
    w = jnp.ones((3, 2, 5))  # of a forward layer of 2 channels and 5 filters
    assert lax.conv_transpose(jnp.ones((1, 4, 5)), w, (1,), "VALID", transpose_kernel=True).shape == (1, 6, 2)


def pairs_in_the_order_of_the_axes():
    """lax.conv_general_dilated takes one (before, after) pair for each axis, in their order."""
    z = lax.conv_general_dilated(jnp.ones((1, 1, 3, 4)), jnp.ones((1, 1, 1, 1)), (1, 1), [(1, 2), (0, 3)])
    assert z.shape == (1, 1, 6, 7) and z[0, 0, 0, 0] == 0 and z[0, 0, 1, 0] == 1


def written_as_a_maximum_the_slope_is_another():
    """At 0 the slope of jnp.maximum(z, 0) is 1/2."""
    import jax

    assert jax.grad(lambda z: jnp.maximum(z, 0.0))(0.0) == 0.5


def same_lower_of_the_transposed_layer_is_refused():
    """lax.conv_transpose refuses "SAME_LOWER" above stride 1."""
    try:
        lax.conv_transpose(jnp.ones((1, 5, 1)), jnp.ones((3, 1, 1)), (2,), "SAME_LOWER")
    except ValueError:
        return
    raise AssertionError("it answers")
