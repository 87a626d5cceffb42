"""Keras 3 with TensorFlow: see _keras.py; gradients by tf.GradientTape."""

import importlib.util
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"

import tensorflow as tf

spec = importlib.util.spec_from_file_location("keras_layers", Path(__file__).with_name("_keras.py"))
common = importlib.util.module_from_spec(spec)
common.Cannot = Cannot
spec.loader.exec_module(common)

TITLE = "Keras with TensorFlow"
PACKAGES = ("keras", "tensorflow-cpu")
WORDS, TRANSPOSED_WORDS, DTYPES = common.WORDS, common.TRANSPOSED_WORDS, common.DTYPES
forward, grad_x, grad_w, grad_b = common.forward, common.grad_x, common.grad_w, common.grad_b
transposed, transposed_native, forward_in = common.transposed, common.transposed_native, common.forward_in


def slope(call, arrays, by, delta):
    with tf.GradientTape() as tape:
        tape.watch(arrays[by])
        z = call(*arrays)
    return tape.gradient(z, arrays[by], output_gradients=delta)


common.slope = slope


# ------------------------------------------------------------------------------------------------- asked by silent.py
def channels_first_bias(x, b):
    """Conv2D with channels first and weights of zero."""
    settings = dict(data_format="channels_first", kernel_initializer="zeros", dtype="float32")
    conv = common.layers.Conv2D(len(b), 1, **settings)
    conv.build(x.shape)
    conv.bias.assign(b)
    return conv(x.astype("float32")).numpy()
