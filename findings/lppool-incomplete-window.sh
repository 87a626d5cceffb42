#!/usr/bin/env bash
# LpPool under ceil_mode: onnx's reference and OpenVINO enlarge the norm of a window that the input does not fill.
#
# Versions     onnx 1.23.2 (ReferenceEvaluator) and openvino 2026.4.1 beside onnxruntime 1.32.0, numpy 2.4.6,
#              Python 3.11.
# Expected     The norm of the cells that the window meets. A 3x3 image of ones, kernel 2x2, stride 2, ceil_mode 1,
#              p = 2: the windows meet 4, 2, 2 and 1 cells, so 2, 1.414, 1.414 and 1.
# Behaviour    onnxruntime gives these. The reference and openvino give 2 four times: the mean of what the window
#              meets, times the four cells of a full one. A window over padding (pads) is right in all three.
# Seen         ceil_mode: onnxruntime 2 1.414 1.414 1, reference 2 2 2 2, openvino 2 2 2 2
#              pads:      2 1.414 1.414 1 in all three
#
# Run: bash findings/lppool-incomplete-window.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

x = np.ones((1, 1, 3, 3), np.float32)


def answers(**settings):
    node = helper.make_node("LpPool", ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2], p=2, **settings)
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("x", x.shape), ("y", (1, 1, 2, 2)))
    ]
    graph = helper.make_graph([node], "pool", values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    onnx.checker.check_model(model)
    data = model.SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(data), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    found = {
        "onnxruntime": session.run(None, {"x": x})[0],
        "reference": ReferenceEvaluator(model).run(None, {"x": x})[0],
        "openvino": compiled([x])[0],
    }
    found = {name: answer.ravel().round(3).tolist() for name, answer in found.items()}
    print(f"{settings}: {found}")
    return [np.array(found[name]) for name in ("onnxruntime", "reference", "openvino")]


norms = np.sqrt([4, 2, 2, 1])
runtime, *others = answers(ceil_mode=1)
assert np.allclose(runtime, norms, atol=1e-3) and all(np.allclose(other, 2, atol=1e-3) for other in others)
assert all(np.allclose(answer, norms, atol=1e-3) for answer in answers(pads=[0, 0, 1, 1]))
PYTHON

"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.4.6
(cd "$folder" && venv/bin/python ask.py) || { echo "the behaviour has changed"; exit 1; }
