#!/usr/bin/env bash
# TensorFlow on a CPU: zeros for the batch axis in tf.nn.conv2d are refused in float64, and left out without a word in float32.
#
# Versions     tensorflow-cpu 2.21.0, NumPy 2.4.6, Python 3.11, an x86 processor (oneDNN is on by default there).
# Expected     padding= takes a pair for each of the four axes, and those of batch and channels must be zero: a call with
#              another pair there raises, whatever the type of number.
# Behaviour    With [[1, 0], [1, 1], [1, 1], [0, 0]] float64 raises InvalidArgumentError ("nonzero explicit padding in the
#              batch or depth dimensions"). In float32 the call answers as if the pair of the batch were [0, 0].
# Seen         float64: InvalidArgumentError; float32: shape (1, 5, 6, 2), equal to the answer with [0, 0]
#
# Run: bash findings/tensorflow-batch-padding.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import tensorflow as tf


def answer(dtype, batch):
    x = tf.reshape(tf.range(20, dtype=dtype), (1, 4, 5, 1))
    try:
        return tf.nn.conv2d(x, tf.ones((2, 2, 1, 2), dtype), 1, [batch, [1, 1], [1, 1], [0, 0]])
    except tf.errors.InvalidArgumentError as error:
        return type(error).__name__


double, single, without = answer("float64", [1, 0]), answer("float32", [1, 0]), answer("float32", [0, 0])
same = not isinstance(single, str) and bool(tf.reduce_all(single == without))
print("float64:", double, "  float32:", single if isinstance(single, str) else single.shape, "  as without:", same)
raise SystemExit(0 if double == "InvalidArgumentError" and same else "the behaviour has changed")
PYTHON
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 numpy==2.4.6
(cd "$folder" && TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python ask.py)
