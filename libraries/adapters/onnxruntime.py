"""ONNX Runtime on the CPU: a model of one node, in float32."""

import importlib.util
from pathlib import Path

import onnxruntime

spec = importlib.util.spec_from_file_location("onnx_models", Path(__file__).with_name("_onnx_models.py"))
models = importlib.util.module_from_spec(spec)
spec.loader.exec_module(models)

TITLE = "ONNX Runtime"
PACKAGES = ("onnxruntime", "onnx")
NUMBERS = "float32"
WORDS = TRANSPOSED_WORDS = models.WORDS
DTYPES = models.DTYPES


def run(model, x):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


forward, transposed, transposed_native, forward_in = models.layers(run, "float32")
