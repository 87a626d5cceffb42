#!/usr/bin/env bash
# OpenCV 5's dnn convolution answers 3.4028235e+38 where a NaN or an infinity was read; NaN does not come through.
#
# Versions     opencv-python-headless 5.0.0.93, onnx 1.23.2 for the model, numpy 2.4.6, Python 3.11.
# Expected     A sum with NaN in it is NaN, one with infinity is infinity, so that a broken value shows at the end.
# Behaviour    With the default engine (and ENGINE_NEW) a Conv gives the largest float32 instead of both; negative
#              infinity comes through. ENGINE_CLASSIC gives NaN and infinity, and so does ConvTranspose. No warning.
# Seen         a 1x1 Conv with the weight 1 on nan, inf, -inf, 1
#              default 3.4028235e+38 3.4028235e+38 -inf 1;  ENGINE_CLASSIC nan inf -inf 1
#
# Run: bash findings/opencv-conv-nan.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

x = np.array([np.nan, np.inf, -np.inf, 1], np.float32).reshape(1, 1, 2, 2)


def answer(kind, engine):
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, x.shape) for name in "xy"]
    node = helper.make_node(kind, ["x", "w"], ["y"], kernel_shape=[1, 1])
    weight = numpy_helper.from_array(np.ones((1, 1, 1, 1), np.float32), "w")
    graph = helper.make_graph([node], "layer", values[:1], values[1:], [weight])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10), "layer.onnx"
    )
    net = cv2.dnn.readNetFromONNX("layer.onnx", engine)
    net.setInput(x)
    got = net.forward().ravel()
    print(f"{kind}, engine {engine}: {got}")
    return got


most = np.finfo(np.float32).max
assert np.array_equal(answer("Conv", cv2.dnn.ENGINE_AUTO), np.array([most, most, -np.inf, 1], np.float32))
assert np.array_equal(answer("Conv", cv2.dnn.ENGINE_CLASSIC), x.ravel(), equal_nan=True)
assert np.array_equal(answer("ConvTranspose", cv2.dnn.ENGINE_AUTO), x.ravel(), equal_nan=True)
PYTHON

"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    onnx==1.23.2 opencv-python-headless==5.0.0.93 numpy==2.4.6
(cd "$folder" && venv/bin/python ask.py) || { echo "the behaviour has changed"; exit 1; }
