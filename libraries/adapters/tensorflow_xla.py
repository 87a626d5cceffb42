"""TensorFlow, the calls and gradients of tensorflow.py inside tf.function(jit_compile=True)."""

import importlib.util
from pathlib import Path

import tensorflow as tf

spec = importlib.util.spec_from_file_location("eager", Path(__file__).with_name("tensorflow.py"))
eager = importlib.util.module_from_spec(spec)
eager.Cannot = Cannot
spec.loader.exec_module(eager)
eager.run = lambda function, *tensors: tf.function(function, jit_compile=True, autograph=False)(*tensors)

TITLE = "TensorFlow, compiled by XLA"
NUMBERS, TOLD_SIZE = "float32", True
PACKAGES, WORDS, TRANSPOSED_WORDS, DTYPES = eager.PACKAGES, eager.WORDS, eager.TRANSPOSED_WORDS, eager.DTYPES
forward, grad_x, grad_w, grad_b = eager.forward, eager.grad_x, eager.grad_w, eager.grad_b
transposed, transposed_native, forward_in = eager.transposed, eager.transposed_native, eager.forward_in
