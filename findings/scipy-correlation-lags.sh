#!/usr/bin/env bash
# scipy.signal.correlation_lags names lags one too high for "same", where the kernel is even and the signal odd.
#
# Versions     scipy 1.17.1, numpy 2.4.6, Python 3.11. The same in scipy 1.18.1 with numpy 2.5.5 on Python 3.12.
# Expected     correlation_lags(len(x), len(w), mode) says at which lag stands each number of correlate(x, w, mode), so
#              that lags[correlate(x, w, mode).argmax()] is the delay of w in x, in every mode.
# Behaviour    "full" and "valid" are right, and "same" where the kernel is odd or both lengths are even. With an even
#              kernel and an odd signal the numbers of "same" stand one lag below the one named.
# Seen         a kernel of 100 put into 301 cells at 120: "full" 120, "same" 121; into 300 cells: both 120
#
# Run: bash findings/scipy-correlation-lags.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import numpy as np
from scipy.signal import correlate, correlation_lags


def delay(size, mode):
    kernel = np.random.default_rng(0).standard_normal(100)
    signal = np.zeros(size)
    signal[120:220] = kernel
    return correlation_lags(size, 100, mode)[correlate(signal, kernel, mode).argmax()]


def true_lags(n, k, mode):
    """The lags of what correlate gives, found by its numbers, which all differ."""
    x, w = np.arange(1.0, n + 1), 10.0 ** np.arange(k)
    at = dict(zip(correlate(x, w, "full", "direct"), range(1 - k, n)))
    return np.array([at[value] for value in correlate(x, w, mode, "direct")])


for size in (301, 300):
    print(f"{size} cells: full {delay(size, 'full')}, same {delay(size, 'same')}")
assert [delay(size, mode) for size in (301, 300) for mode in ("full", "same")] == [120, 121, 120, 120]
for n in range(2, 10):
    for k in range(1, n + 1):
        for mode in ("full", "same", "valid"):
            over = correlation_lags(n, k, mode) - true_lags(n, k, mode)
            assert np.all(over == (mode == "same" and k % 2 == 0 and n % 2 == 1)), (n, k, mode, over)
PYTHON

"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check scipy==1.17.1 numpy==2.4.6
(cd "$folder" && venv/bin/python ask.py) || { echo "the behaviour has changed"; exit 1; }
