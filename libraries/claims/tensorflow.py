"""What the pages say of TensorFlow, each with the run behind it; `adapter` is adapters/tensorflow.py."""

import numpy as np
import tensorflow as tf

RANDOM = np.random.default_rng(11)
PAIRS = [[0, 0], [1, 1], [1, 1], [0, 0]]


def _arrays(axes, groups=1):
    x = tf.constant(RANDOM.integers(-3, 4, (2, *(9, 8, 7)[:axes], 4)).astype(float))
    w = tf.constant(RANDOM.integers(-3, 4, (*(3, 2, 2)[:axes], 4 // groups, 6)).astype(float))
    return x, w


def _raises(kind, words, function):
    try:
        function()
    except kind as error:
        assert words in str(error), str(error)
    else:
        raise AssertionError("nothing was raised")


def _slopes(stride, dilation, groups, compiled):
    x, w = _arrays(2, groups)

    def both(x, w):
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            z = tf.nn.conv2d(x, w, strides=stride, padding=PAIRS, dilations=dilation)
            total = tf.reduce_sum(z * z)
        return tape.gradient(total, [x, w])

    return (tf.function(both, jit_compile=True) if compiled else both)(x, w), x, w


def _nudged(x, w, cell, by, stride, dilation):
    """The slope of sum(z²)/1 in one cell, exactly: a parabola's, from both sides."""
    total = lambda x, w: float(  # noqa: E731
        tf.reduce_sum(tf.nn.conv2d(x, w, strides=stride, padding=PAIRS, dilations=dilation) ** 2)
    )
    step = np.zeros((x if by == "x" else w).shape)
    step[cell] = 1
    ends = [(x + s * step, w) if by == "x" else (x, w + s * step) for s in (1, -1)]
    return (total(*ends[0]) - total(*ends[1])) / 2


def compiled_gradients_are_right():
    """GradientTape of tf.nn.conv2d in tf.function(jit_compile=True): dilation, groups and both, also with a stride."""
    for stride, dilation, groups in ((1, 2, 1), (1, 1, 2), (1, 2, 2), (2, 2, 2), (2, 1, 2)):
        (grad_x, grad_w), x, w = _slopes(stride, dilation, groups, compiled=True)
        for cell in ((0, 0, 0, 0), (1, 4, 3, 2), (0, 8, 7, 3)):
            assert np.isclose(grad_x.numpy()[cell], _nudged(x, w, cell, "x", stride, dilation))
        for cell in ((0, 0, 0, 0), (2, 1, 1, 5)):
            assert np.isclose(grad_w.numpy()[cell], _nudged(x, w, cell, "w", stride, dilation))


def eager_gradients_are_refused():
    """Without jit_compile a CPU refuses the gradients of a dilation above 1, and of groups."""
    _raises(tf.errors.InvalidArgumentError, "dilation", lambda: _slopes(1, 2, 1, compiled=False))
    _raises(tf.errors.InvalidArgumentError, "grouped", lambda: _slopes(1, 1, 2, compiled=False))


def pairs_are_taken_by_conv2d_and_its_transpose():
    """tf.nn.conv2d and conv2d_transpose take pairs, zeros for batch and channels."""
    x, w = _arrays(2)
    z = tf.nn.conv2d(x, w, strides=1, padding=PAIRS)
    assert z.shape == (2, 9, 9, 6)
    assert tf.nn.conv2d_transpose(z, w, output_shape=x.shape, strides=1, padding=PAIRS).shape == x.shape
    _raises(
        tf.errors.InvalidArgumentError, "batch or depth",
        lambda: tf.nn.conv2d(x, w, strides=1, padding=[[1, 0], [1, 1], [1, 1], [0, 0]]),
    )  # fmt: skip


def words_only_for_other_numbers_of_axes():
    """tf.nn.conv1d, conv3d and convolution take "SAME" and "VALID", and no pairs."""
    (row, w1), (image, w2), (box, w3) = (_arrays(axes) for axes in (1, 2, 3))
    _raises(TypeError, "string", lambda: tf.nn.conv1d(row, w1, 1, [[0, 0], [1, 1], [0, 0]]))
    _raises(TypeError, "string", lambda: tf.nn.conv3d(box, w3, [1] * 5, [[0, 0], *[[1, 1]] * 3, [0, 0]]))
    _raises(TypeError, "string", lambda: tf.nn.convolution(image, w2, padding=PAIRS))
    for word in ("SAME", "VALID"):
        (
            tf.nn.conv1d(row, w1, 1, word),
            tf.nn.conv3d(box, w3, [1] * 5, word),
            tf.nn.convolution(image, w2, padding=word),
        )


def transposed_means_same_without_padding():
    """tf.nn.conv2d_transpose without padding= is that of "SAME"."""
    x, w = _arrays(2)
    z = tf.nn.conv2d(x, w, strides=2, padding="SAME")
    told, untold = (
        tf.nn.conv2d_transpose(z, w, output_shape=x.shape, strides=2, **one)
        for one in ({"padding": "SAME"}, {})
    )
    assert np.array_equal(told, untold)


def weights_are_height_width_in_out():
    """w is (K, L, C/G, F); groups follow from the shapes."""
    x, w = _arrays(2, 2)
    assert w.shape == (3, 2, 2, 6) and tf.nn.conv2d(x, w, strides=1, padding="VALID").shape == (2, 7, 7, 6)


def relu_has_slope_zero_at_zero():
    """The slope of ReLU at 0 is taken as 0."""
    z = tf.zeros(3)
    with tf.GradientTape() as tape:
        tape.watch(z)
        total = tf.reduce_sum(tf.nn.relu(z))
    assert not tape.gradient(total, z).numpy().any()


def written_as_a_maximum_the_slope_is_another():
    """At 0 the slope of tf.maximum(z, 0) is 1."""
    z = tf.zeros(3)
    with tf.GradientTape() as tape:
        tape.watch(z)
        total = tf.reduce_sum(tf.maximum(z, 0.0))
    assert tape.gradient(total, z).numpy().tolist() == [1, 1, 1]


def in_float32_and_with_words_the_gradients_run():
    """In float32 and with a word for the padding, a CPU computes the gradients of a dilation and of groups too."""
    for stride, dilation, groups in ((1, 2, 1), (1, 1, 2), (2, 2, 2)):
        x, w = (tf.cast(array, "float32") for array in _arrays(2, groups))

        def total(x, w, stride=stride, dilation=dilation):
            return tf.reduce_sum(tf.nn.conv2d(x, w, strides=stride, padding="VALID", dilations=dilation) ** 2)

        with tf.GradientTape() as tape:
            tape.watch([x, w])
            value = total(x, w)
        for array, slope in zip((x, w), tape.gradient(value, [x, w])):
            step = np.zeros(array.shape, "float32")
            step.flat[-1] = 1
            ends = [total(*((a + sign * step) if a is array else a for a in (x, w))) for sign in (1, -1)]
            assert np.isclose(slope.numpy().flat[-1], float(ends[0] - ends[1]) / 2)


def the_transposed_layer_with_pairs_refuses_groups():
    """On a CPU tf.nn.conv2d_transpose with pairs refuses groups, and a dilation above 1."""
    for groups, dilation in ((2, 1), (1, 2)):
        x, w = (tf.cast(array, "float32") for array in _arrays(2, groups))
        z = tf.nn.conv2d(x, w, strides=1, padding=PAIRS, dilations=dilation)
        _raises(
            tf.errors.InvalidArgumentError, "",
            lambda w=w, z=z, x=x, d=dilation: tf.nn.conv2d_transpose(z, w, x.shape, 1, PAIRS, dilations=d),
        )  # fmt: skip
