#!/usr/bin/env bash
# TensorFlow on a CPU: whether a convolution with a dilation, or with groups, has a gradient depends on the type of number.
#
# Versions     tensorflow-cpu 2.21.0, NumPy 2.4.6, Python 3.11, an x86 processor (oneDNN is on by default there).
# Expected     A layer that runs forward in float32 and in float64 has its gradients in both, or in neither.
# Behaviour    tf.GradientTape of tf.nn.conv2d with dilations=2, or with a kernel of half the channels, gives the right
#              gradients in float32 with padding="VALID". The same call in float64 is refused, and so is float32 with the
#              padding told as pairs, or with TF_ENABLE_ONEDNN_OPTS=0. Forward all of them run.
# Seen         float32 VALID: dilation runs, groups run; float64 VALID: InvalidArgumentError, InvalidArgumentError;
#              float32 pairs: InvalidArgumentError, InvalidArgumentError
# What follows libraries/adapters/tensorflow.py asks in float32, and notebook 14 says the type of number beside the version.
#
# Run: bash findings/tensorflow-gradient-by-type.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import tensorflow as tf

WORD, PAIRS = "VALID", [[0, 0], [1, 1], [1, 1], [0, 0]]


def gradient(dtype, padding, channels, dilation):
    x, w = tf.ones((1, 7, 8, 4), dtype), tf.ones((3, 2, channels, 6), dtype)
    with tf.GradientTape() as tape:
        tape.watch(w)
        total = tf.reduce_sum(tf.nn.conv2d(x, w, strides=1, padding=padding, dilations=dilation))
    try:
        slope = tape.gradient(total, w)
    except tf.errors.InvalidArgumentError as error:
        return type(error).__name__
    cells = (7 - dilation * 2) * (8 - dilation)  # each weight meets a one in every output
    return "runs" if bool(tf.reduce_all(slope == cells)) else f"runs, {slope.numpy().ravel()[:3]}"


told = {}
for dtype, name, padding in (("float32", "VALID", WORD), ("float64", "VALID", WORD), ("float32", "pairs", PAIRS)):
    told[dtype, name] = gradient(dtype, padding, 4, 2), gradient(dtype, padding, 2, 1)
    print(dtype, name, "  dilation:", told[dtype, name][0], "  groups:", told[dtype, name][1])
refused = ("InvalidArgumentError",) * 2
so = told["float32", "VALID"] == ("runs", "runs") and told["float64", "VALID"] == told["float32", "pairs"] == refused
raise SystemExit(0 if so else "the behaviour has changed")
PYTHON
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 numpy==2.4.6
(cd "$folder" && TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python ask.py)
