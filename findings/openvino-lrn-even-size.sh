#!/usr/bin/env bash
# OpenVINO's LRN of an even size sums over one channel less than the ONNX model says.
#
# Versions     openvino 2026.4.1, onnx 1.23.2 for the model, numpy 2.4.6, Python 3.11.
# Expected     ONNX: the squares of the channels c - floor((size-1)/2) to c + ceil((size-1)/2), so for size 2 those of c
#              and c+1; their sum times alpha/size.
# Behaviour    For size 2 openvino sums over c alone, and still divides by 2; for size 4 over c-1 to c+1. Odd sizes are
#              right. No warning. (onnxruntime refuses even sizes.)
# Seen         x = 1 to 5, alpha = beta = bias = 1
#              size 2: expected 0.286 0.267 0.222 0.186 0.370, openvino 0.667 0.667 0.545 0.444 0.370
#
# Run: bash findings/openvino-lrn-even-size.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import numpy as np
import onnx
import openvino
from onnx import TensorProto, helper

CHANNELS = 5
row = np.arange(1, CHANNELS + 1, dtype=np.float32)


def openvino_answer(size):
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, CHANNELS, 1, 1)) for name in "xy"]
    node = helper.make_node("LRN", ["x"], ["y"], size=size, alpha=1.0, beta=1.0, bias=1.0)
    graph = helper.make_graph([node], "lrn", values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    onnx.checker.check_model(model)
    core = openvino.Core()
    compiled = core.compile_model(
        core.read_model(model.SerializeToString()), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    return compiled([row.reshape(1, CHANNELS, 1, 1)])[0].ravel()


def written_out(size, before, after):
    sums = [sum(row[max(0, c - before) : c + after + 1] ** 2) for c in range(CHANNELS)]
    return row / (1 + np.array(sums) / size)


for size in (2, 3, 4, 5):
    before, after = (size - 1) // 2, size // 2
    right, got = written_out(size, before, after), openvino_answer(size)
    print(f"size {size}: expected {right.round(3)}, openvino {got.round(3)}")
    assert np.allclose(got, written_out(size, before, before), rtol=1e-4)
    assert np.allclose(got, right, rtol=1e-4) == (size % 2 == 1)
PYTHON

"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    onnx==1.23.2 openvino==2026.4.1 numpy==2.4.6
(cd "$folder" && venv/bin/python ask.py) || { echo "the behaviour has changed"; exit 1; }
