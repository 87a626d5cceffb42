#!/usr/bin/env bash
# PaddlePaddle: pooling with ceil_mode may give a last window that lies outside the input, and a number for it.
#
# Versions     paddlepaddle 3.3.1 (CPU), NumPy 2.4.6, Python 3.11.
# Expected     Every output of a maximum is one of the input's cells; of an average, one between them. (A window that
#              would start behind the end has nothing to pool; other libraries leave it out.)
# Behaviour    With ceil_mode=True and a stride above the window's size the size is rounded up all the same. The
#              maximum over no cell is the lowest float32, the average over none is zero; no warning.
# Seen         cells 1 to 8, window 1, stride 3: max_pool1d [1.0, 4.0, 7.0, -3.4028234663852886e+38],
#              avg_pool1d [1.0, 4.0, 7.0, -0.0]
#
# Run: bash findings/paddle-pool-ceil-mode.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check paddlepaddle==3.3.1 numpy==2.4.6
cat >"$folder/pool.py" <<'PYTHON'
import paddle
from paddle.nn import functional as F

x = paddle.arange(1, 9, dtype="float32").reshape([1, 1, 8])
largest = F.max_pool1d(x, 1, 3, ceil_mode=True).flatten().tolist()
mean = F.avg_pool1d(x, 1, 3, ceil_mode=True).flatten().tolist()
print(f"max_pool1d {largest}, avg_pool1d {mean}")
assert len(largest) == len(mean) == 4 and largest[:3] == mean[:3] == [1, 4, 7]
assert largest[3] < -3e38 and mean[3] == 0
PYTHON
"$folder/venv/bin/python" -W ignore "$folder/pool.py" || { echo "the behaviour has changed"; exit 1; }
