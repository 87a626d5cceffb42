#!/usr/bin/env bash
# TensorFlow: avg_pool3d says that it takes float64, and has no CPU kernel for it.
#
# Versions     tensorflow-cpu 2.21.0, NumPy 2.4.6, Python 3.11.
# Expected     tf.nn.avg_pool3d names float32 and float64 as the types of its input, tf.raw_ops.AvgPool3D half, bfloat16,
#              float32 and float64; avg_pool1d, avg_pool2d and conv3d compute all of them.
# Behaviour    On a CPU float64 and float16 raise NotFoundError ("Could not find device for node"); float32 and
#              bfloat16 are computed.
# Seen         float16 NotFoundError, bfloat16 8.0, float32 8.0, float64 NotFoundError; avg_pool2d: all four
#
# Run: bash findings/tensorflow-avg-pool3d-double.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import tensorflow as tf


def asked(call, axes, dtype):
    try:
        return float(tf.reduce_sum(call(tf.ones([1] + [4] * axes + [1], dtype), 2, 2, "VALID")))
    except tf.errors.NotFoundError as error:
        return type(error).__name__


types = ("float16", "bfloat16", "float32", "float64")
cubes = [asked(tf.nn.avg_pool3d, 3, dtype) for dtype in types]
planes = [asked(tf.nn.avg_pool2d, 2, dtype) for dtype in types]
print("avg_pool3d", dict(zip(types, cubes)))
print("avg_pool2d", dict(zip(types, planes)))
so = cubes == ["NotFoundError", 8, 8, "NotFoundError"] and planes == [4] * 4
raise SystemExit(0 if so else "the behaviour has changed")
PYTHON
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 numpy==2.4.6
(cd "$folder" && CUDA_VISIBLE_DEVICES= TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python ask.py)
