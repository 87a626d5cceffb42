"""What the pages say of Keras, each with the run behind it."""

import keras
import numpy as np
from keras import layers

X = np.random.default_rng(12).integers(-3, 4, (2, 9, 8, 4)).astype(float)


def _refuses(make):
    try:
        make()
    except ValueError as error:
        assert "`strides > 1` not supported in conjunction with `dilation_rate > 1`" in str(error), str(error)
    else:
        raise AssertionError("nothing was raised")


def stride_with_dilation_is_refused():
    """Conv1D, Conv2D and Conv3D refuse a stride above 1 together with a dilation above 1."""
    for layer, kernel in ((layers.Conv1D, 2), (layers.Conv2D, (2, 3)), (layers.Conv3D, (2, 3, 2))):
        _refuses(lambda layer=layer, kernel=kernel: layer(5, kernel, strides=2, dilation_rate=2))


def depthwise_and_separable_take_both():
    """DepthwiseConv2D takes stride and dilation above 1 together, and is right; SeparableConv2D takes them."""
    for padding in ("valid", "same"):
        layer = layers.DepthwiseConv2D(
            (2, 3), strides=2, dilation_rate=2, depth_multiplier=2, padding=padding
        )
        got = keras.ops.convert_to_numpy(layer(X))
        w, b = map(keras.ops.convert_to_numpy, layer.weights)
        pads = [(0, 0)] * 2
        if padding == "same":
            needs = [max((-(-h // 2) - 1) * 2 + 2 * (k - 1) + 1 - h, 0) for h, k in ((9, 2), (8, 3))]
            pads = [(n // 2, n - n // 2) for n in needs]
        padded = np.pad(X, [(0, 0), *pads, (0, 0)])
        expected = np.zeros(got.shape)
        for n, u, v, c, m in np.ndindex(2, got.shape[1], got.shape[2], 4, 2):
            window = padded[n, 2 * u : 2 * u + 3 : 2, 2 * v : 2 * v + 5 : 2, c]
            expected[n, u, v, 2 * c + m] = (window * w[:, :, c, m]).sum() + b[2 * c + m]
        assert np.allclose(got, expected, atol=1e-4)
    assert layers.SeparableConv2D(5, (2, 3), strides=2, dilation_rate=2)(X).shape == (2, 4, 2, 5)


def a_multiplier_s_maps_stand_together():
    """The kernel of DepthwiseConv2D is (K, L, C, M), and map cM + m belongs to channel c."""
    layer = layers.DepthwiseConv2D((2, 3), depth_multiplier=3, use_bias=False)
    z = keras.ops.convert_to_numpy(layer(X))
    (w,) = map(keras.ops.convert_to_numpy, layer.weights)
    assert w.shape == (2, 3, 4, 3)
    for c, m in np.ndindex(4, 3):
        assert np.allclose(z[0, 0, 0, 3 * c + m], (X[0, :2, :3, c] * w[:, :, c, m]).sum(), atol=1e-4)


def output_padding_is_below_the_stride():
    """output_padding of Conv2DTranspose must be below the stride."""
    try:
        layers.Conv2DTranspose(5, 3, strides=2, output_padding=2)
    except ValueError as error:
        assert "strictly less" in str(error) or "less than" in str(error), str(error)
    else:
        raise AssertionError("nothing was raised")


def under_valid_output_padding_is_the_leftover():
    """Under "valid", Conv1DTranspose makes s(U − 1) + K + r cells, the first s(U − 1) + K of them as without r."""
    x = X[:, :, 0]
    for k, s, r in ((3, 2, 1), (4, 3, 2), (2, 2, 1), (3, 3, 0)):
        layer = layers.Conv1DTranspose(2, k, strides=s, padding="valid", output_padding=r, use_bias=False)
        z = keras.ops.convert_to_numpy(layer(x))
        assert z.shape[1] == s * 8 + k + r and not z[:, s * 8 + k :].any()


def under_same_output_padding_moves_the_crop():
    """Under "same" a larger output_padding takes away less in front: K = 3, s = 2 crops 1 cell for 0, none for 1."""
    x = np.ones((1, 4, 1))
    for r, crop in ((0, 1), (1, 0)):
        layer = layers.Conv1DTranspose(1, 3, strides=2, padding="same", output_padding=r, use_bias=False)
        layer.build(x.shape)
        layer.set_weights([np.array([1.0, 10, 100]).reshape(3, 1, 1)])
        z = keras.ops.convert_to_numpy(layer(x))[0, :, 0]
        whole = [1.0, 10, 101, 10, 101, 10, 101, 10, 100]
        assert z.tolist()[:5] == whole[crop : crop + 5]
