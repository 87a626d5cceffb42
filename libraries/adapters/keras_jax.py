"""Keras 3 with JAX: layers.Conv1D, Conv2D, Conv3D and their transposes; gradients by jax.vjp.

See _keras.py.
"""

import importlib.util
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import jax

jax.config.update("jax_enable_x64", True)

spec = importlib.util.spec_from_file_location("keras_layers", Path(__file__).with_name("_keras.py"))
common = importlib.util.module_from_spec(spec)
common.Cannot = Cannot
spec.loader.exec_module(common)

TITLE = "Keras with JAX"
PACKAGES = ("keras", "jax")
NUMBERS = "float32"
WORDS, TRANSPOSED_WORDS, DTYPES = common.WORDS, common.TRANSPOSED_WORDS, common.DTYPES
forward, grad_x, grad_w, grad_b = common.forward, common.grad_x, common.grad_w, common.grad_b
transposed, transposed_native, forward_in = common.transposed, common.transposed_native, common.forward_in


def slope(call, arrays, by, delta):
    return jax.vjp(call, *arrays)[1](delta)[by]


common.slope = slope
