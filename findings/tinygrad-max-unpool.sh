#!/usr/bin/env bash
# tinygrad: max_unpool2d counts a maximum once for every window that holds it.
#
# Versions     tinygrad 0.14.0 (its device PYTHON, which needs no compiler), NumPy 2.4.6, Python 3.11.
# Expected     max_unpool2d takes the maxima and the indices that max_pool2d returns and puts each maximum back in its
#              place, zeros elsewhere: every cell that is not zero is a cell of the input.
# Behaviour    Where windows overlap, a cell that is the maximum of several comes back as many times as large: the
#              values with the same index are added. Without overlap it is as expected.
# Seen         the row 0, 1, 5, 1, 0, windows of three: stride 1 gives [0, 0, 15, 0, 0]; stride 3 (one more cell on the
#              right) gives [0, 0, 5, 1, 0, 0]
#
# Run: bash findings/tinygrad-max-unpool.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check tinygrad==0.14.0 numpy==2.4.6
cat >"$folder/unpool.py" <<'PYTHON'
from tinygrad import Tensor


def there_and_back(cells, stride):
    x = Tensor([[[cells]]]).float()
    shape = dict(kernel_size=(1, 3), stride=(1, stride))
    maxima, places = x.max_pool2d(**shape, return_indices=True)
    back = Tensor.max_unpool2d(maxima, places, **shape, output_size=x.shape)
    return [int(cell) for cell in back.flatten().tolist()]


overlapping, apart = there_and_back([0, 1, 5, 1, 0], 1), there_and_back([0, 1, 5, 1, 0, 0], 3)
print(f"stride 1: {overlapping}, stride 3: {apart}")
assert overlapping == [0, 0, 15, 0, 0] and apart == [0, 0, 5, 1, 0, 0]
PYTHON
DEV=PYTHON XDG_CACHE_HOME="$folder" "$folder/venv/bin/python" "$folder/unpool.py" || { echo "the behaviour has changed"; exit 1; }
