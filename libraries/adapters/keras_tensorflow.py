"""Keras 3 with TensorFlow: layers.Conv1D, Conv2D, Conv3D and their transposes; gradients by tf.GradientTape.

See _keras.py.
"""

import importlib.util
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

spec = importlib.util.spec_from_file_location("keras_layers", Path(__file__).with_name("_keras.py"))
common = importlib.util.module_from_spec(spec)
common.Cannot = Cannot
spec.loader.exec_module(common)

TITLE = "Keras with TensorFlow"
PACKAGES = ("keras", "tensorflow-cpu")
NUMBERS = "float32"
WORDS, TRANSPOSED_WORDS, DTYPES = common.WORDS, common.TRANSPOSED_WORDS, common.DTYPES
grad_x, grad_w, grad_b = common.grad_x, common.grad_w, common.grad_b
transposed, transposed_native, forward_in = common.transposed, common.transposed_native, common.forward_in


def forward(x, w, b, **settings):
    z = common.forward(x, w, b, **settings)
    if len(set(settings["stride"])) == 2 == len(settings["stride"]) and z.size:
        double = in_double(x, w, b, **settings)
        if double is not None and not np.allclose(z, double):
            raise Cannot("left out: the answer in float32 held memory that was never written")
    return z


def in_double(x, w, b, **settings):
    """The same layer in float64; None where that is refused."""
    keras.config.set_dtype_policy("float64")
    try:
        return common.forward(*(array.astype("float64") for array in (x, w, b)), **settings)
    except (tf.errors.InvalidArgumentError, ValueError):
        return None
    finally:
        keras.config.set_dtype_policy("float32")


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
