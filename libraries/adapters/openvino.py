"""OpenVINO on the CPU: it reads an ONNX model of one node, and computes in float32."""

import importlib.util
from pathlib import Path

import openvino

spec = importlib.util.spec_from_file_location("onnx_models", Path(__file__).with_name("_onnx_models.py"))
models = importlib.util.module_from_spec(spec)
spec.loader.exec_module(models)

TITLE = "OpenVINO"
PACKAGES = ("openvino", "onnx")
NUMBERS = "float32"
WORDS = TRANSPOSED_WORDS = models.WORDS
DTYPES = models.DTYPES
CORE = openvino.Core()


def run(model, x):
    compiled = CORE.compile_model(CORE.read_model(model), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled([x])[0].view(x.dtype)  # bfloat16 comes as its bits in an array called float16


forward, transposed, transposed_native, forward_in = models.layers(run, "float32")
