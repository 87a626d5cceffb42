#!/usr/bin/env bash
# Keras on PyTorch: AveragePooling with "same" repeats the last cell where TensorFlow's backend leaves padding out.
#
# Versions     Keras 3.15.1 with torch 2.13.0 and with tensorflow-cpu 2.21.0, NumPy 2.4.6, Python 3.11.
# Expected     One layer of Keras gives the same numbers on each of its backends.
# Behaviour    AveragePooling1D(3, strides=2, padding="same") of 1, 2, ..., 8: the last window reads 7, 8 and one cell
#              of padding. On TensorFlow it is the mean of the two cells; on PyTorch the 8 counts twice. The
#              padding here is 0 cells before and 1 behind; with as many on both sides (stride 1) the backends agree.
#              AveragePooling2D differs likewise. No warning.
# Seen         tensorflow: [2, 4, 6, 7.5];  torch: [2, 4, 6, 7.6667];  stride 1: the same on both
#
# Run: bash findings/keras-torch-average-same.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import keras
import numpy as np

x = np.arange(1, 9, dtype="float32").reshape(1, 8, 1)
for stride in (2, 1):
    layer = keras.layers.AveragePooling1D(3, strides=stride, padding="same")
    print(*keras.ops.convert_to_numpy(layer(x)).ravel().astype(float).round(4).tolist())
PYTHON
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    keras==3.15.1 torch==2.13.0 tensorflow-cpu==2.21.0 numpy==2.4.6
for backend in tensorflow torch; do
    (cd "$folder" && KERAS_BACKEND=$backend TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python ask.py >"$backend")
    echo "$backend: $(tr '\n' ';' <"$folder/$backend")"
done
row() { sed -n "$2p" "$folder/$1"; }
[ "$(row tensorflow 1)" = "2.0 4.0 6.0 7.5" ] && [ "$(row torch 1)" = "2.0 4.0 6.0 7.6667" ] &&
    [ "$(row tensorflow 2)" = "$(row torch 2)" ] || { echo "the behaviour has changed"; exit 1; }
