"""SciPy: scipy.signal.correlate and convolve, one channel at a time; the gradients are compositions of them.

SciPy has no layer. A stride is said by slicing, a dilation by zeros between the taps, padding by np.pad; the
gradients are written as the series derives them, by a correlation ("valid") and a convolution ("full").
"""

import numpy as np
from scipy import signal

TITLE = "SciPy"
PACKAGES = ("scipy",)
WORDS = ("same", "valid", "full", "correlate2d same", "correlate2d valid", "correlate2d full")
TRANSPOSED_WORDS = ("same", "valid", "full")
DTYPES = ("float64", "float32", "float16", "int64", "int32", "int8", "complex128")


def spread(array, steps):
    """With zeros between the cells of the last axes."""
    kept = array.shape[: array.ndim - len(steps)]
    size = [s * (n - 1) + 1 for s, n in zip(steps, array.shape[len(kept) :])]
    whole = np.zeros((*kept, *size), array.dtype)
    whole[(..., *every(steps))] = array
    return whole


def every(steps):
    return [slice(None, None, step) for step in steps]


def channels_of(f, w, groups):
    """The channels that filter f reads."""
    first = f // (len(w) // groups) * w.shape[1]
    return range(first, first + w.shape[1])


def correlate2d(row, taps, mode):
    """correlate2d of two planes, or of two rows as planes of height 1."""
    if row.ndim == 1:
        return signal.correlate2d(row[None], taps[None], mode)[0]
    return signal.correlate2d(row, taps, mode)


def forward(x, w, b, stride, padding, dilation, groups):
    call, mode = signal.correlate, "valid"
    if isinstance(padding, str):
        *other, mode = padding.split()
        call = correlate2d if other else call
    else:
        x = np.pad(x, ((0, 0), (0, 0), *padding))
    taps = spread(w, dilation)
    z = [
        [
            b[f] + sum(call(example[c], taps[f, k], mode) for k, c in enumerate(channels_of(f, w, groups)))
            for f in range(len(w))
        ]
        for example in x
    ]
    if not z:
        raise Cannot("a loop over no examples does not tell the size of an answer")
    return np.array(z)[(..., *every(stride))]


def grad_x(delta, x, w, b, stride, padding, dilation, groups):
    leftover = [
        (n + sum(pair) - d * (k - 1) - 1) % s
        for n, pair, d, k, s in zip(x.shape[2:], padding, dilation, w.shape[2:], stride)
    ]
    return transposed(delta, w, stride, padding, dilation, groups, leftover)


def grad_w(delta, x, w, b, stride, padding, dilation, groups):
    x = np.pad(x, ((0, 0), (0, 0), *padding))
    read = [
        s * (u - 1) + d * (k - 1) + 1 for s, u, d, k in zip(stride, delta.shape[2:], dilation, w.shape[2:])
    ]
    x, delta = x[(..., *map(slice, read))], spread(delta, stride)
    slopes = np.zeros_like(w)
    for f, n in np.ndindex(len(w), len(x)):
        for k, c in enumerate(channels_of(f, w, groups)):
            slopes[f, k] += signal.correlate(x[n, c], delta[n, f], "valid")[tuple(every(dilation))]
    return slopes


def scattered(delta, w, stride, dilation, groups, mode):
    """The spread δ of each filter, convolved with its taps, into the channels that it reads."""
    if not len(delta):
        raise Cannot("a loop over no examples does not tell the size of an answer")
    delta, taps = spread(delta, stride), spread(w, dilation)
    return np.array(
        [
            [
                sum(
                    signal.convolve(example[f], taps[f, c - channels_of(f, w, groups)[0]], mode)
                    for f in range(len(w))
                    if c in channels_of(f, w, groups)
                )
                for c in range(groups * w.shape[1])
            ]
            for example in delta
        ]
    )


def transposed(delta, w, stride, padding, dilation, groups, output_padding):
    whole = scattered(delta, w, stride, dilation, groups, "full")
    whole = np.pad(whole, ((0, 0), (0, 0), *((0, r) for r in output_padding)))
    return whole[
        (..., *(slice(before, size - after) for (before, after), size in zip(padding, whole.shape[2:])))
    ]


def transposed_native(delta, w, stride, padding, dilation):
    if not isinstance(padding, str):
        raise Cannot("convolve takes a word, no number")
    return scattered(delta, w, stride, dilation, 1, padding)


def forward_in(dtype, x, w):
    x, w = x.astype(dtype), w.astype(dtype)
    return np.real(signal.correlate(x[0, 0], w[0, 0], "valid"))[None, None]


# ------------------------------------------------------------------------------------------------- asked by silent.py
def correlate2d_of_imaginary(x, w):
    """The imaginary parts for an imaginary x; the real parts are zero."""
    z = signal.correlate2d(1j * x, w, "valid")
    assert not z.real.any()
    return z.imag
