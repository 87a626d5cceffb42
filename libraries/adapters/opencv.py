"""OpenCV's dnn module: it reads an ONNX model of one node, and computes in float32."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np

spec = importlib.util.spec_from_file_location("onnx_models", Path(__file__).with_name("_onnx_models.py"))
models = importlib.util.module_from_spec(spec)
spec.loader.exec_module(models)

TITLE = "OpenCV"
PACKAGES = ("opencv-python-headless", "onnx")
NUMBERS = "float32"
WORDS = TRANSPOSED_WORDS = models.WORDS
DTYPES = models.DTYPES


def run(model, x):
    net = cv2.dnn.readNetFromONNX(np.frombuffer(model, np.uint8))
    net.setInput(x)
    y = net.forward()
    if y is None:
        raise ValueError("net.forward() returns None")
    return y


forward, transposed, transposed_native, forward_in = models.layers(run, "float32")
