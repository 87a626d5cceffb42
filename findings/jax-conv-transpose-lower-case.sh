#!/usr/bin/env bash
# jax.lax.conv_transpose: a padding word in lower case is another layer than the same word in upper case.
#
# Versions     jax 0.12.0.1 and jaxlib 0.12.0.1 with NumPy 2.5.5, Python 3.12.
# Expected     lax.conv_general_dilated takes "SAME" and "same", "VALID" and "valid" for the same. So should
#              lax.conv_transpose, or it should refuse a word that it does not know.
# Behaviour    At stride 1 lax.conv_transpose reads the word in lower case as the padding of the plain convolution
#              that it ends in, with no warning: "valid" then gives fewer cells than went in, "VALID" more; "same"
#              with an even kernel is shifted by one cell against "SAME". Above stride 1 the lower case is refused.
# Seen         5 cells, kernel of 4:  VALID 8 cells, valid 2 cells;  SAME [2100, 3210, 4321, 5432, 543],
#              same [3210, 4321, 5432, 543, 54];  conv_general_dilated: equal for both words
# What follows libraries/adapters/jax.py writes its words in upper case.
#
# Run: PYTHON=python3.12 bash findings/jax-conv-transpose-lower-case.sh     Exits 0 while it is so, and 1 when the
# behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check jax==0.12.0.1 numpy==2.5.5
cat >"$folder/ask.py" <<'PYTHON'
import sys

import jax.numpy as jnp
from jax import lax

x = jnp.arange(1.0, 6).reshape(1, 5, 1)
w = jnp.array([1.0, 10, 100, 1000]).reshape(4, 1, 1)
ORDER = ("NHC", "HIO", "NHC")


def transposed(word, stride=1):
    return lax.conv_transpose(x, w, (stride,), word, dimension_numbers=ORDER).ravel().astype(int).tolist()


def plain(word):
    return lax.conv_general_dilated(x, w, (1,), word, dimension_numbers=ORDER).ravel().astype(int).tolist()


def refused(word):
    try:
        transposed(word, stride=2)
    except ValueError:
        return True
    return False


for word in ("VALID", "valid", "SAME", "same"):
    print(f"conv_transpose, {word}: {transposed(word)}    conv_general_dilated, {word}: {plain(word)}")
print("stride 2: valid refused", refused("valid"), "same refused", refused("same"))
so = plain("VALID") == plain("valid") and plain("SAME") == plain("same")
so = so and len(transposed("VALID")) == 8 and len(transposed("valid")) == 2
so = so and transposed("SAME")[1:] == transposed("same")[:-1] and transposed("SAME") != transposed("same")
so = so and refused("valid") and refused("same") and not refused("VALID") and not refused("SAME")
sys.exit(0 if so else 1)
PYTHON
"$folder/venv/bin/python" "$folder/ask.py" || { echo "the behaviour has changed"; exit 1; }
