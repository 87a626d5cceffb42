#!/usr/bin/env bash
# MindSpore: the gradient asked after one that failed has the shape of the failed one.
#
# Versions     mindspore 2.10.0 (CPU), NumPy 1.26.4, Python 3.11.
# Expected     After an error that was caught, the same question as before gets the same answer as before.
# Behaviour    The gradient by the bias of ops.conv1d with three filters has three numbers. After a call with two
#              filters that raised, it has two, once, with no error; asked again it has three.
# Seen         before: [39.0, 57.0, 75.0]; another layer: ValueError; after: [39.0, 57.0]; again: [39.0, 57.0, 75.0]
#
# Run: bash findings/mindspore-after-failed-gradient.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check mindspore==2.10.0 numpy==1.26.4
cat >"$folder/after.py" <<'PYTHON'
import mindspore as ms
import numpy as np
from mindspore import ops


def tensor(array):
    return ms.Tensor(np.asarray(array, np.float32))


def slopes(filters, cells):
    x, w = tensor(np.ones((2, 3, cells + 2))), tensor(np.ones((filters, 3, 3)))
    delta = tensor(np.arange(1, 2 * filters * cells + 1).reshape(2, filters, cells))
    try:
        (answer,) = ms.vjp(lambda bias: ops.conv1d(x, w, bias), tensor(np.ones(filters)))[1](delta)
        return answer.asnumpy().tolist()
    except ValueError:
        return "ValueError"


before, other, after, again = slopes(3, 3), slopes(2, 1), slopes(3, 3), slopes(3, 3)
print(f"before: {before}; another layer: {other}; after: {after}; again: {again}")
assert before == again == [39, 57, 75] and other == "ValueError" and len(after) == 2
PYTHON
"$folder/venv/bin/python" -W ignore "$folder/after.py" 2>"$folder/log" || { tail -3 "$folder/log"; echo "the behaviour has changed"; exit 1; }
