#!/usr/bin/env bash
# Flax: nnx.ConvTranspose names CAUSAL among its words for padding, and refuses it.
#
# Versions     flax 0.12.12 with jax 0.12.0.1 and NumPy 2.5.5, Python 3.12.
# Expected     Its docstring lists four words, VALID, SAME, CIRCULAR and CAUSAL, and says of the last that it pads a
#              one-dimensional layer on the left.
# Behaviour    VALID, SAME and CIRCULAR run. CAUSAL makes a layer and raises when the layer is called, with stride 1
#              and 2; only nnx.Conv, which has the word too, runs with it.
# Seen         stride 1: RuntimeError, Unrecognized padding type; stride 2: ValueError; nnx.Conv: 5 cells from 5
# What follows libraries/adapters/flax.py asks for the word, and its answer is kept as a refusal.
#
# Run: PYTHON=python3.12 bash findings/flax-conv-transpose-causal.sh     Exits 0 while it is so, and 1 when the
# behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check flax==0.12.12 jax==0.12.0.1 numpy==2.5.5
cat >"$folder/ask.py" <<'PYTHON'
import sys

import jax.numpy as jnp
from flax import nnx


def size(layer, word, stride):
    """The cells that the layer gives for 5, or the name of its error."""
    made = layer(1, 1, 3, stride, padding=word, rngs=nnx.Rngs(0))
    try:
        return made(jnp.ones((1, 5, 1))).shape[1]
    except (RuntimeError, ValueError) as error:
        return type(error).__name__


listed = "CAUSAL" in nnx.ConvTranspose.__doc__
found = {word: [size(nnx.ConvTranspose, word, s) for s in (1, 2)] for word in ("VALID", "SAME", "CIRCULAR", "CAUSAL")}
for word, sizes in found.items():
    print(f"nnx.ConvTranspose, {word}: {sizes[0]} with stride 1, {sizes[1]} with stride 2")
plain = size(nnx.Conv, "CAUSAL", 1)
print("nnx.Conv, CAUSAL:", plain, "  named in the docstring of nnx.ConvTranspose:", listed)
ran = all(isinstance(size, int) for word in ("VALID", "SAME", "CIRCULAR") for size in found[word])
sys.exit(0 if listed and ran and plain == 5 and found["CAUSAL"] == ["RuntimeError", "ValueError"] else 1)
PYTHON
"$folder/venv/bin/python" "$folder/ask.py" || { echo "the behaviour has changed"; exit 1; }
