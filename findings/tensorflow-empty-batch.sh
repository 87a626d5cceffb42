#!/usr/bin/env bash
# TensorFlow on a CPU: conv2d of no examples has the shape of its input in float32, and the right one in float64.
#
# Versions     tensorflow-cpu 2.21.0, NumPy 2.4.6, Python 3.11, an x86 processor (oneDNN is on by default there).
# Expected     An empty batch of 6x5 images with 2 channels, 4 filters of 3x2: an answer of shape (0, 4, 4, 4), as
#              float64 gives it, and float32 for a batch of one.
# Behaviour    In float32 the answer of the empty batch has the shape of the input, (0, 6, 5, 2): other rows, columns and
#              channels. No error; the next layer, or a bias, then meets a wrong shape.
# Seen         float64 (0, 4, 4, 4); float32 (0, 6, 5, 2); float32, one example (1, 4, 4, 4)
#
# Run: bash findings/tensorflow-empty-batch.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import tensorflow as tf


def shape(dtype, batch):
    return tuple(tf.nn.conv2d(tf.zeros((batch, 6, 5, 2), dtype), tf.zeros((3, 2, 2, 4), dtype), 1, "VALID").shape)


told = shape("float64", 0), shape("float32", 0), shape("float32", 1)
print("float64", told[0], "  float32", told[1], "  float32, one example", told[2])
raise SystemExit(0 if told == ((0, 4, 4, 4), (0, 6, 5, 2), (1, 4, 4, 4)) else "the behaviour has changed")
PYTHON
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 numpy==2.4.6
(cd "$folder" && TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python ask.py)
