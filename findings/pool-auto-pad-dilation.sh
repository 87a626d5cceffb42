#!/usr/bin/env bash
# One AveragePool with auto_pad and dilations: three runtimes of ONNX give three answers, two of them wrong.
#
# Versions     onnx 1.23.2 (ReferenceEvaluator), onnxruntime 1.32.0, openvino 2026.4.1, numpy 2.4.6, Python 3.11.
# Expected     SAME_UPPER at stride 1: as many outputs as cells, (K-1)*dilation zeros in all, which do not count in the
#              mean. x = 1 to 5, K = 3, dilation 2: five outputs, the means of 1 3, 2 4, 1 3 5, 2 4, 3 5.
# Behaviour    openvino gives these. onnxruntime pads as for dilation 1, so that two outputs are missing. The reference
#              has five outputs, but those of the windows are shifted to the front and zeros fill the end. onnxruntime
#              does so in MaxPool too; it logs that the shape is not the inferred one. (Its Conv refuses such a layer.)
# Seen         AveragePool: openvino 2 3 3 3 4, onnxruntime 3 3 3, reference 3 3 3 0 0
#              MaxPool:     openvino 3 4 5 4 5, onnxruntime 4 5 4,  reference 3 4 5 4 5
#
# Run: bash findings/pool-auto-pad-dilation.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
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

x = np.arange(1, 6, dtype=np.float32)[None, None]


def answers(kind):
    node = helper.make_node(kind, ["x"], ["y"], kernel_shape=[3], dilations=[2], auto_pad="SAME_UPPER")
    value = helper.make_tensor_value_info
    inputs, outputs = [value("x", TensorProto.FLOAT, x.shape)], [value("y", TensorProto.FLOAT, [1, 1, None])]
    model = helper.make_model(
        helper.make_graph([node], "pool", inputs, outputs),
        opset_imports=[helper.make_opsetid("", 22)],
        ir_version=10,
    )
    onnx.checker.check_model(model)
    data = model.SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(data), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    found = {
        "openvino": compiled([x])[0],
        "onnxruntime": session.run(None, {"x": x})[0],
        "reference": ReferenceEvaluator(model).run(None, {"x": x})[0],
    }
    found = {name: answer[0, 0].tolist() for name, answer in found.items()}
    print(f"{kind}: {found}")
    return found


cells = [x[0, 0, [i for i in range(start, start + 5, 2) if 0 <= i < 5]] for start in range(-2, 3)]
means, most = [float(window.mean()) for window in cells], [float(window.max()) for window in cells]
assert answers("AveragePool") == {"openvino": means, "onnxruntime": [3, 3, 3], "reference": [3, 3, 3, 0, 0]}
assert answers("MaxPool") == {"openvino": most, "onnxruntime": [4, 5, 4], "reference": most}
PYTHON

"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.4.6
(cd "$folder" && venv/bin/python ask.py) || { echo "the behaviour has changed"; exit 1; }
