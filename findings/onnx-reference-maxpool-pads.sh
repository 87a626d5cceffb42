#!/usr/bin/env bash
# ONNX's reference MaxPool takes the numbers of `pads` axis by axis, so an asymmetric padding lands elsewhere.
#
# Versions     onnx 1.23.2 (ReferenceEvaluator) beside onnxruntime 1.32.0, numpy 2.4.6, Python 3.11.
# Expected     `pads` holds what comes before on every axis, then what comes behind on every axis: pads=[0, 0, 1, 1] is
#              one row below and one column to the right. On a 3x4 image a 2x2 window then gives 3x4 outputs.
# Behaviour    onnxruntime, and the shape inference of onnx itself, give 3x4. The reference evaluator pads the columns
#              on both sides and the rows not at all: 2x5 outputs, no warning. AveragePool is read as it should be.
# Seen         MaxPool: shape inference 3x4, onnxruntime 3x4, reference 2x5;  AveragePool: reference 3x4
#
# Run: bash findings/onnx-reference-maxpool-pads.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

x = np.arange(1, 13, dtype=np.float32).reshape(1, 1, 3, 4)


def model(kind):
    node = helper.make_node(kind, ["x"], ["y"], kernel_shape=[2, 2], pads=[0, 0, 1, 1])
    value = helper.make_tensor_value_info
    inputs, outputs = (
        [value("x", TensorProto.FLOAT, x.shape)],
        [value("y", TensorProto.FLOAT, [1, 1, None, None])],
    )
    graph = helper.make_graph([node], "pool", inputs, outputs)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    onnx.checker.check_model(made)
    return made


def reference(kind):
    return ReferenceEvaluator(model(kind)).run(None, {"x": x})[0][0, 0]


sizes = onnx.shape_inference.infer_shapes(model("MaxPool")).graph.output[0].type.tensor_type.shape.dim
inferred = tuple(size.dim_value for size in sizes)[2:]
session = onnxruntime.InferenceSession(
    model("MaxPool").SerializeToString(), providers=["CPUExecutionProvider"]
)
runtime, got = session.run(None, {"x": x})[0][0, 0], reference("MaxPool")
print(f"MaxPool: shape inference {inferred}, onnxruntime {runtime.shape}, reference {got.shape}")
print(f"onnxruntime:\n{runtime}\nreference:\n{got}\nAveragePool: reference {reference('AveragePool').shape}")
right = np.lib.stride_tricks.sliding_window_view(np.pad(x[0, 0], (0, 1)), (2, 2)).max((2, 3))
columns = np.lib.stride_tricks.sliding_window_view(np.pad(x[0, 0], ((0, 0), (1, 1))), (2, 2)).max((2, 3))
assert inferred == reference("AveragePool").shape == (3, 4) and np.array_equal(runtime, right)
assert np.array_equal(got, columns)
PYTHON

"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
(cd "$folder" && venv/bin/python ask.py) || { echo "the behaviour has changed"; exit 1; }
