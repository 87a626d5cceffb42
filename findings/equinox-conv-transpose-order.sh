#!/usr/bin/env bash
# Equinox: the sixth number of ConvTranspose is the padding, the same place of ConvTranspose2d the output padding.
#
# Versions     equinox 0.13.8 with jax 0.12.0.1 and NumPy 2.5.5, Python 3.12.
# Expected     ConvTranspose2d is described as ConvTranspose with num_spatial_dims=2; so its arguments stand in the
#              same order, as those of Conv2d and Conv do.
# Behaviour    ConvTranspose(2, in, out, kernel, stride, 1) has padding 1; ConvTranspose2d(in, out, kernel, stride, 1)
#              has output padding 1. ConvTranspose1d and ConvTranspose3d are as ConvTranspose2d. No warning.
# Seen         5x5, kernel 3, stride 2, then 1: ConvTranspose gives 9x9, ConvTranspose2d 12x12; Conv and Conv2d 3x3
# What follows libraries/adapters/equinox.py names padding and output padding.
#
# Run: PYTHON=python3.12 bash findings/equinox-conv-transpose-order.sh     Exits 0 while it is so, and 1 when the
# behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check equinox==0.13.8 jax==0.12.0.1 numpy==2.5.5
cat >"$folder/ask.py" <<'PYTHON'
import sys

import equinox as eqx
import jax
import jax.numpy as jnp

KEY = jax.random.key(0)
CONV = {1: eqx.nn.Conv1d, 2: eqx.nn.Conv2d, 3: eqx.nn.Conv3d}
TRANSPOSE = {1: eqx.nn.ConvTranspose1d, 2: eqx.nn.ConvTranspose2d, 3: eqx.nn.ConvTranspose3d}
NUMBERS = (1, 1, 3, 2, 1)  # in, out, kernel, stride, and the one in question


def sizes(named, general, axes):
    """The sizes of an axis that the layer with a number in its name gives, and the general one."""
    x = jnp.ones((1, *[5] * axes))
    layers = named[axes](*NUMBERS, key=KEY), general(axes, *NUMBERS, key=KEY)
    return [layer(x).shape[1] for layer in layers]


transposed = {axes: sizes(TRANSPOSE, eqx.nn.ConvTranspose, axes) for axes in (1, 2, 3)}
plain = {axes: sizes(CONV, eqx.nn.Conv, axes) for axes in (1, 2, 3)}
for axes in (1, 2, 3):
    print(f"ConvTranspose{axes}d and ConvTranspose give {transposed[axes]}, Conv{axes}d and Conv {plain[axes]}")
so = all(transposed[axes] == [12, 9] and plain[axes] == [3, 3] for axes in (1, 2, 3))
sys.exit(0 if so else 1)
PYTHON
"$folder/venv/bin/python" "$folder/ask.py" || { echo "the behaviour has changed"; exit 1; }
