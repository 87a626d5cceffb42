"""ONNX's reference implementation: onnx.reference.ReferenceEvaluator runs a model of one node."""

import importlib.util
from pathlib import Path

from onnx.reference import ReferenceEvaluator

spec = importlib.util.spec_from_file_location("onnx_models", Path(__file__).with_name("_onnx_models.py"))
models = importlib.util.module_from_spec(spec)
spec.loader.exec_module(models)

TITLE = "ONNX (reference)"
PACKAGES = ("onnx",)
WORDS = TRANSPOSED_WORDS = models.WORDS
DTYPES = models.DTYPES


def run(model, x):
    return ReferenceEvaluator(model).run(None, {"x": x})[0]


forward, transposed, transposed_native, forward_in = models.layers(run, "float64")


# ------------------------------------------------------------------------------------------------- asked by silent.py
def transposed_with_bias(delta, w, b, groups):
    return run(
        *models.model("ConvTranspose", delta, (w, b), "float64", kernel_shape=w.shape[2:], group=groups)
    )
