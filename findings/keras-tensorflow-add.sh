#!/usr/bin/env bash
# Keras on TensorFlow: ops.add of a column to a square array adds a row; channels_first layers misplace their bias so.
#
# Versions     Keras 3.15.1 with tensorflow-cpu 2.21.0, NumPy 2.4.6, Python 3.11.
# Expected     keras.ops.add broadcasts as numpy.add does: (3, 3) and (3, 1) add 1, 2, 3 to the rows.
# Behaviour    Where all of the second argument's sizes but one are 1, and that one is also the size of the first
#              argument's last axis, it is added along the last axis wherever it stands; no warning. Conv2D with
#              data_format="channels_first" adds its bias this way: where the width of the output equals the number
#              of filters, the bias goes to the columns. With another width it goes to the channels, as it should.
# Seen         ops.add(zeros(3, 3), [[1], [2], [3]])[0]: [1, 2, 3], numpy.add: [1, 1, 1]
#              Conv2D of zeros, 4 filters, bias 1, 2, 3, 4, channel 0, row 0: width 4 [1, 2, 3, 4], width 5 all 1
#
# Run: bash findings/keras-tensorflow-add.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import keras
import numpy as np

square, column = np.zeros((3, 3), "float32"), np.array([[1], [2], [3]], "float32")
added = keras.ops.convert_to_numpy(keras.ops.add(square, column))
print("ops.add  ", added[0], " numpy.add", np.add(square, column)[0])


def first_row(width):
    layer = keras.layers.Conv2D(4, 1, data_format="channels_first")
    layer.build((1, 2, 5, width))
    layer.bias.assign(np.array([1, 2, 3, 4], "float32"))
    return keras.ops.convert_to_numpy(layer(np.zeros((1, 2, 5, width), "float32")))[0, 0, 0]


narrow, wide = first_row(4), first_row(5)
print("width 4  ", narrow, " width 5", wide)
so = added[0].tolist() == [1, 2, 3] and narrow.tolist() == [1, 2, 3, 4] and wide.tolist() == [1] * 5
raise SystemExit(0 if so else "the behaviour has changed")
PYTHON
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    keras==3.15.1 tensorflow-cpu==2.21.0 numpy==2.4.6
(cd "$folder" && KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python ask.py)
