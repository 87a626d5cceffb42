#!/usr/bin/env bash
# keras.ops.correlate, mode "same", second array longer: three answers from NumPy, Keras on TensorFlow, on PyTorch.
#
# Versions     Keras 3.15.1 with torch 2.13.0 and with tensorflow-cpu 2.21.0, NumPy 2.4.6, Python 3.11.
# Expected     As numpy.correlate; Keras says that "same" returns max(M, N) cells.
# Behaviour    On PyTorch it returns as many cells as the first array has, though ops.correlate of two KerasTensors
#              announces max(M, N). On TensorFlow it returns max(M, N) cells, here one step before NumPy's. With the two
#              arrays exchanged, the first one the longer, all three agree.
# Seen         (1, 2) with (1, 10, 100, 1000, 10000): numpy [21000, 2100, 210, 21, 2],
#              tensorflow [10000, 21000, 2100, 210, 21], torch [2100, 210]
#
# Run: bash findings/keras-correlate-same.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import sys

import keras
import numpy as np

short, long = np.array([1, 2], "float32"), np.array([1, 10, 100, 1000, 10000], "float32")


def asked(first, second):
    return keras.ops.convert_to_numpy(keras.ops.correlate(first, second, "same")).tolist()


full = np.correlate(short, long, "full").tolist()
right = np.correlate(short, long, "same").tolist()
got = asked(short, long)
announced = keras.ops.correlate(keras.KerasTensor((2,)), keras.KerasTensor((5,)), "same").shape[0]
print(f"{keras.backend.backend()}: {got}, announced {announced} cells; numpy {right}")
agree = np.allclose(asked(long, short), np.correlate(long, short, "same"))
start = full.index(right[0])
wrong = got == full[start - 1 : start + 4] if sys.argv[1] == "tensorflow" else len(got) == 2
raise SystemExit(0 if wrong and announced == 5 and agree else "the behaviour has changed")
PYTHON
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    keras==3.15.1 torch==2.13.0 tensorflow-cpu==2.21.0 numpy==2.4.6
for backend in tensorflow torch; do
    (cd "$folder" && KERAS_BACKEND=$backend TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python ask.py $backend)
done
