#!/usr/bin/env bash
# MindSpore: ops.conv1d with a bias has no gradient where the output is one cell long.
#
# Versions     mindspore 2.10.0 (CPU), NumPy 1.26.4, Python 3.11.
# Expected     A layer that runs forward has its gradients, as ops.conv2d and ops.conv3d with a bias have for an
#              output of one cell, and ops.conv1d for one of two cells.
# Behaviour    The layer runs; its gradient raises a ValueError about the size of an axis of BiasAddGrad's input.
# Seen         conv1d, output (1, 2, 1): ValueError; conv1d, output (1, 2, 2): [2.0, 2.0];
#              conv2d, output (1, 2, 1, 1): [1.0, 1.0]
#
# Run: bash findings/mindspore-conv1d-bias-gradient.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check mindspore==2.10.0 numpy==1.26.4
cat >"$folder/bias.py" <<'PYTHON'
import mindspore as ms
import numpy as np
from mindspore import ops


def slopes(call, *size):
    x, w, b = (ms.Tensor(np.ones(shape, np.float32)) for shape in ((1, 3, *size), (2, 3, *[3] * len(size)), (2,)))
    name = f"{call.__name__}, output {call(x, w, b).shape}"
    try:
        answer = ms.grad(lambda bias: call(x, w, bias).sum())(b).asnumpy().tolist()
    except ValueError as error:
        answer = "ValueError"
        print(next(line for line in str(error).splitlines() if "BiasAddGrad" in line))
    print(f"{name}: {answer}")
    return answer


assert slopes(ops.conv1d, 3) == "ValueError"
assert slopes(ops.conv1d, 4) == [2, 2]
assert slopes(ops.conv2d, 3, 3) == [1, 1]
assert slopes(ops.conv3d, 3, 3, 3) == [1, 1]
PYTHON
"$folder/venv/bin/python" -W ignore "$folder/bias.py" 2>"$folder/log" || { tail -3 "$folder/log"; echo "the behaviour has changed"; exit 1; }
