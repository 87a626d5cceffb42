#!/usr/bin/env bash
# JAX on a CPU: whether NaN in a weight reaches outputs where it meets padding alone depends on the type of number.
#
# Versions     jax 0.12.0.1 and jaxlib 0.12.0.1 (CPU) with NumPy 2.5.5, Python 3.12, jax_enable_x64.
# Expected     The same layer says NaN in the same cells in float64 as in float32.
# Behaviour    lax.conv_general_dilated multiplies the weight by the zeros of the padding in float32, float16 and
#              bfloat16 (NaN * 0 = NaN), and leaves them out in float64. Eagerly and under jit alike.
# Seen         image 4x5, kernel 2x3 with NaN in its first tap, one zero around: of 25 outputs NaN are 25 in float32,
#              float16 and bfloat16, and 16 in float64, those whose first tap meets a cell
# What follows libraries/adapters/jax.py asks about NaN in float64, and its answer holds for that type.
#
# Run: PYTHON=python3.12 bash findings/jax-nan-at-padding.sh     Exits 0 while it is so, and 1 when the behaviour has
# changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check jax==0.12.0.1 numpy==2.5.5
cat >"$folder/ask.py" <<'PYTHON'
import sys

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")
x = np.arange(1.0, 21).reshape(1, 1, 4, 5)
w = np.ones((1, 1, 2, 3))
w[0, 0, 0, 0] = np.nan


def layer(x, w):
    return jax.lax.conv_general_dilated(x, w, (1, 1), [(1, 1), (1, 1)])


def count(dtype, call):
    answer = call(jax.numpy.asarray(x, dtype), jax.numpy.asarray(w, dtype))
    return int(np.isnan(np.asarray(answer).astype(float)).sum())


short = ("float32", "float16", "bfloat16")
counts = {dtype: [count(dtype, layer), count(dtype, jax.jit(layer))] for dtype in ("float64", *short)}
for dtype, found in counts.items():
    print(f"{dtype}: NaN in {found[0]} of 25 outputs eagerly, {found[1]} under jit")
sys.exit(0 if counts["float64"] == [16, 16] and all(counts[dtype] == [25, 25] for dtype in short) else 1)
PYTHON
"$folder/venv/bin/python" "$folder/ask.py" || { echo "the behaviour has changed"; exit 1; }
