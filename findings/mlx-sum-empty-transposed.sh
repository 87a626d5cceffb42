#!/usr/bin/env bash
# MLX: the sum over an empty batch is not zero where the array has been transposed.
#
# Versions     mlx 0.32.4 with mlx-cpu 0.32.4, NumPy 2.4.6, Python 3.11.
# Expected     A sum over no numbers is 0 and a product is 1, however the axes of the empty array came about. (So the
#              gradient of a bias for an empty batch is 0.)
# Behaviour    mx.zeros((0, 4, 3)) summed over its first two axes gives zeros and ones. The same shape, got with
#              mx.transpose from (0, 3, 4), gives numbers that change from one run to the next; no error.
# Seen         made so: sum [0.0, 0.0, 0.0], product [1.0, 1.0, 1.0];
#              transposed: sum [0.0, 4.2e-22, 1.8e+16] (other numbers in every run), product [0.0, 0.0, -0.0]
#
# Run: bash findings/mlx-sum-empty-transposed.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "mlx[cpu]==0.32.4" numpy==2.4.6
cat >"$folder/empty.py" <<'PYTHON'
import mlx.core as mx


def reduced(array):
    return mx.sum(array, axis=(0, 1)).tolist(), mx.prod(array, axis=(0, 1)).tolist()


made = mx.zeros((0, 4, 3))
transposed = mx.transpose(mx.zeros((0, 3, 4)), (0, 2, 1))
assert made.shape == transposed.shape == (0, 4, 3)
answers = {"made so": reduced(made), "transposed": reduced(transposed)}
for name, (total, product) in answers.items():
    print(f"{name}: sum {total}, product {product}")
assert answers["made so"] == ([0, 0, 0], [1, 1, 1])
assert answers["transposed"] != ([0, 0, 0], [1, 1, 1])
PYTHON
"$folder/venv/bin/python" "$folder/empty.py" || { echo "the behaviour has changed"; exit 1; }
