#!/usr/bin/env bash
# OpenVINO answers one MaxPool window too many under ceil_mode, with the lowest float in it; OpenCV does too.
#
# Versions     openvino 2026.4.1 and opencv-python-headless 5.0.0.93 beside onnx 1.23.2 (ReferenceEvaluator) and
#              onnxruntime 1.32.0, numpy 2.4.6, Python 3.11.
# Expected     MaxPool-22: a window that would start in the padding behind is left out. Five cells, kernel 3, stride 3,
#              pads 1 and 2, ceil_mode 1: windows start at -1, 2 and 5, and the one at 5 meets no cell. Two outputs.
# Behaviour    onnx's shape inference, its reference and onnxruntime have two outputs. openvino and OpenCV have three,
#              the last of them -3.4028235e+38. No warning.
# Seen         shape inference 2 outputs, reference 2 5, onnxruntime 2 5, openvino and OpenCV 2 5 -3.4028235e+38
#
# Run: bash findings/openvino-maxpool-ceil-mode.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import cv2
import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

x = np.arange(1, 6, dtype=np.float32)[None, None]
node = helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[3], strides=[3], pads=[1, 2], ceil_mode=1)
value = helper.make_tensor_value_info
inputs, outputs = [value("x", TensorProto.FLOAT, x.shape)], [value("y", TensorProto.FLOAT, [1, 1, None])]
graph = helper.make_graph([node], "pool", inputs, outputs)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
onnx.checker.check_model(model)
data = model.SerializeToString()
inferred = onnx.shape_inference.infer_shapes(model).graph.output[0].type.tensor_type.shape.dim[2].dim_value
session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
core = openvino.Core()
compiled = core.compile_model(core.read_model(data), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
net.setInput(x)
found = {
    "reference": ReferenceEvaluator(model).run(None, {"x": x})[0],
    "onnxruntime": session.run(None, {"x": x})[0],
    "openvino": compiled([x])[0],
    "OpenCV": net.forward(),
}
found = {name: answer.ravel().tolist() for name, answer in found.items()}
print(f"shape inference: {inferred} outputs; {found}")
lowest = float(np.finfo(np.float32).min)
assert inferred == 2 and found["reference"] == found["onnxruntime"] == [2, 5]
assert found["openvino"] == found["OpenCV"] == [2, 5, lowest]
PYTHON

"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 opencv-python-headless==5.0.0.93 numpy==2.4.6
(cd "$folder" && venv/bin/python ask.py) || { echo "the behaviour has changed"; exit 1; }
