#!/usr/bin/env bash
# autograd's convolve: the gradient takes the summed axes in another order than the forward call was given.
#
# Versions     autograd 1.9.1 with NumPy 2.4.6 and SciPy 1.17.1, Python 3.11.
# Expected     dot_axes=[[0, 1], [1, 0]] sums axis 0 of A with axis 1 of B and axis 1 of A with axis 0 of B. The
#              gradient by A does the same, and equals central differences.
# Behaviour    The forward sum is right. Where the axes of one argument do not ascend in dot_axes, the gradient by
#              the *other* argument comes with those axes exchanged, with no error: where both are of one size only
#              the numbers are wrong, else the gradient has another shape than its argument.
# Seen         sizes 2 and 2: gradient [[1, 2], [3, 4]] where central differences give [[1, 3], [2, 4]]
#              sizes 2 and 3: gradient of shape (3, 2, 1) by an argument of shape (2, 3, 1)
# What follows libraries/adapters/autograd.py sums over one axis alone.
#
# Run: bash findings/autograd-convolve-dot-axes.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check autograd==1.9.1 numpy==2.4.6 scipy==1.17.1
cat >"$folder/ask.py" <<'PYTHON'
import sys

import autograd.numpy as np
from autograd import grad
from autograd.scipy.signal import convolve


def summed(A, B, dot_axes):
    return convolve(A, B, axes=[[2], [2]], dot_axes=dot_axes, mode="valid").sum()


def differences(A, B, dot_axes):
    slopes = np.zeros(A.shape)
    for cell in np.ndindex(*A.shape):
        step = np.zeros(A.shape)
        step[cell] = 0.5
        slopes[cell] = summed(A + step, B, dot_axes) - summed(A - step, B, dot_axes)
    return slopes


def layer(rows, columns):
    B = np.arange(1.0, rows * columns + 1)
    return np.ones((rows, columns, 1)), B.reshape(columns, rows, 1)


A, B = layer(2, 2)
crossed = [[0, 1], [1, 0]]
assert summed(A, B, crossed) == B.sum()
slopes, right = grad(summed)(A, B, crossed), differences(A, B, crossed)
print("sizes 2 and 2: gradient", slopes[:, :, 0].tolist(), "central differences", right[:, :, 0].tolist())

swapped = np.transpose(B, (1, 0, 2))  # the same sum with ascending axes
ascending = grad(summed)(A, swapped, [[0, 1], [0, 1]])
print("the same sum, ascending axes: gradient", ascending[:, :, 0].tolist())

long_A, long_B = layer(2, 3)
shape = grad(summed)(long_A, long_B, crossed).shape
print("sizes 2 and 3: gradient of shape", shape, "by an argument of shape", long_A.shape)

so = not np.allclose(slopes, right) and np.allclose(ascending, right) and shape == (3, 2, 1)
sys.exit(0 if so else 1)
PYTHON
"$folder/venv/bin/python" "$folder/ask.py" || { echo "the behaviour has changed"; exit 1; }
