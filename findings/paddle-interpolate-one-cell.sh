#!/usr/bin/env bash
# PaddlePaddle: interpolate to one cell takes the first cell in "bilinear" and "bicubic", the middle in "linear".
#
# Versions     paddlepaddle 3.3.1 (CPU), NumPy 2.4.6, Python 3.11.
# Expected     With align_corners=False a row of 8 cells shrunk to one cell is read in its middle, between cells 4 and
#              5: 4.5, as "linear" and "trilinear" do with the same row. (To 2 cells they and "bilinear" agree.)
# Behaviour    "bilinear" gives the first cell, and "bicubic" a number near it: where an output axis has one cell,
#              they read the input at its beginning. The other axes may have any size; no warning.
# Seen         cells 1 to 8, to 2: linear [2.5, 6.5], bilinear [2.5, 6.5], bicubic [2.5, 6.5], trilinear [2.5, 6.5];
#              to 1: linear [4.5], bilinear [1.0], bicubic [0.90625], trilinear [4.5]
#
# Run: bash findings/paddle-interpolate-one-cell.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check paddlepaddle==3.3.1 numpy==2.4.6
cat >"$folder/interpolate.py" <<'PYTHON'
import paddle
from paddle.nn import functional as F

AXES = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}


def shrunk(mode, cells):
    before = [1] * (AXES[mode] - 1)
    x = paddle.arange(1, 9, dtype="float32").reshape([1, 1, *before, 8])
    form = {"data_format": "NCW"} if mode == "linear" else {}
    return F.interpolate(x, size=[*before, cells], mode=mode, align_corners=False, **form).flatten().tolist()


for cells in (2, 1):
    print(f"to {cells}: " + ", ".join(f"{mode} {shrunk(mode, cells)}" for mode in AXES))
assert all(shrunk(mode, 2) == [2.5, 6.5] for mode in AXES)
assert shrunk("linear", 1) == shrunk("trilinear", 1) == [4.5]
assert shrunk("bilinear", 1) == [1] and abs(shrunk("bicubic", 1)[0] - 1) < 0.2
PYTHON
"$folder/venv/bin/python" -W ignore "$folder/interpolate.py" || { echo "the behaviour has changed"; exit 1; }
