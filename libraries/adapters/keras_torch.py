"""Keras 3 with PyTorch: layers.Conv1D, Conv2D, Conv3D and their transposes; gradients by autograd.

See _keras.py.
"""

import importlib.util
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

spec = importlib.util.spec_from_file_location("keras_layers", Path(__file__).with_name("_keras.py"))
common = importlib.util.module_from_spec(spec)
common.Cannot = Cannot
spec.loader.exec_module(common)

TITLE = "Keras with PyTorch"
PACKAGES = ("keras", "torch")
NUMBERS = "float32"
WORDS, TRANSPOSED_WORDS, DTYPES = common.WORDS, common.TRANSPOSED_WORDS, common.DTYPES
forward, grad_x, grad_w, grad_b = common.forward, common.grad_x, common.grad_w, common.grad_b
transposed, transposed_native, forward_in = common.transposed, common.transposed_native, common.forward_in


def slope(call, arrays, by, delta):
    arrays[by].requires_grad_()
    call(*arrays).backward(delta)
    return arrays[by].grad


common.slope = slope
common.numpy = lambda tensor: tensor.detach().numpy()
