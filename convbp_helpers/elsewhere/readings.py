"""What a word, or a number, that a library takes for padding may mean: each reading as the layer that it stands for.

A library is asked with its own word (`libraries/`); its reading is the one whose sums over links equal the answer on
every layer.
"""

from __future__ import annotations

import numpy as np

from .. import loops

__all__ = [
    "FORWARD",
    "KERNELS",
    "NAN",
    "READINGS",
    "TRANSPOSED",
    "forward",
    "nan_forward",
    "padding_of",
    "spread",
    "transposed",
]


# ------------------------------------------------------------------------------------------- words of a forward layer
def _missing(h, k, s, d, before=0):
    """So many zeros in front, and behind what ceil(H/s) windows still need."""
    return before, max((-(-h // s) - 1) * s + d * (k - 1) + 1 - h - before, 0)


def _enough(h, k, s, d) -> int:
    """The zeros that ceil(H/s) windows need."""
    return sum(_missing(h, k, s, d))


def _halves(total):
    return total // 2, total - total // 2


DROPPED = "the dilation dropped"  # how a reading ends in which there is none
#: What a reading is called on the page -> (h, k, s, d) of one axis -> zeros (before, after).
FORWARD = {
    "ceil(H/s) outputs, the odd zero behind": lambda h, k, s, d: _halves(_enough(h, k, s, d)),
    "ceil(H/s) outputs, the odd zero in front": lambda h, k, s, d: _halves(_enough(h, k, s, d))[::-1],
    "d(K−1) zeros whatever the stride, the odd one behind": lambda h, k, s, d: _halves(d * (k - 1)),
    "d(K−1) zeros whatever the stride, the odd one in front": lambda h, k, s, d: _halves(d * (k - 1))[::-1],
    "K//2 zeros on both sides": lambda h, k, s, d: (k // 2, k // 2),
    "d(K//2) zeros on both sides": lambda h, k, s, d: (d * (k // 2), d * (k // 2)),
    "d(K−1) zeros, all in front": lambda h, k, s, d: (d * (k - 1), 0),
    "d(K−1) zeros, all behind": lambda h, k, s, d: (0, d * (k - 1)),
    "d(K−1) zeros on both sides": lambda h, k, s, d: (d * (k - 1), d * (k - 1)),
    "no zeros": lambda h, k, s, d: (0, 0),
    f"ceil(H/s) outputs, the odd zero behind, and {DROPPED}": lambda h, k, s, d: _halves(_enough(h, k, s, d)),
    "ceil(H/s) outputs, in front as without the dilation": lambda h, k, s, d: _missing(
        h, k, s, d, _enough(h, k, s, 1) // 2
    ),
    "ceil(H/s) outputs, (K−1)//2 zeros in front": lambda h, k, s, d: _missing(h, k, s, d, (k - 1) // 2),
}
READINGS = tuple(FORWARD)


def dilation_of(reading, d) -> int:
    """The dilation that the layer of a reading has."""
    return 1 if reading.endswith(DROPPED) else d


def padding_of(reading, h, k, s, d=1) -> tuple[int, int]:
    """Zeros (before, after) of a row of `h` inputs, `k` weights, stride `s` and dilation `d`, as a reading has them.

    Raises
    ------
    ValueError
        If there is no such reading.
    """
    if reading not in FORWARD:
        raise ValueError(f"no reading {reading!r}; there are {', '.join(map(repr, FORWARD))}")
    return FORWARD[reading](h, k, s, dilation_of(reading, d))


def forward(reading, x, w, b=None, *, stride, dilation, groups=1):
    """The answer of a layer whose word has this reading, or None where there is no such layer."""
    dilation = tuple(dilation_of(reading, d) for d in dilation)
    axes = zip(x.shape[2:], w.shape[2:], stride, dilation, strict=True)
    padding = tuple(padding_of(reading, *axis) for axis in axes)
    try:
        return loops.forward(x, w, b, stride=stride, padding=padding, dilation=dilation, groups=groups)
    except ValueError:
        return None


# ------------------------------------------------------------------------------------------- transposed layers
def spread(delta, w, stride, dilation, *, turned=False):
    """Every sum of the transposed layer, nothing cut: s(U−1) + d(K−1) + 1 cells on each axis."""
    size = [
        s * (u - 1) + d * (k - 1) + 1
        for u, k, s, d in zip(delta.shape[2:], w.shape[2:], stride, dilation, strict=True)
    ]
    w = w[(..., *[slice(None, None, -1)] * (w.ndim - 2))] if turned else w
    return loops.grad_input(delta, w, (delta.shape[0], w.shape[1], *size), stride=stride, dilation=dilation)


def cropped(array, cuts):
    """Cells taken away on each axis, or zeros put on."""
    for axis, (before, after) in enumerate(cuts, 2):
        keep = [slice(None)] * array.ndim
        keep[axis] = slice(max(before, 0), array.shape[axis] - max(after, 0))
        array = array[tuple(keep)]
        widths = [(0, 0)] * array.ndim
        widths[axis] = (max(-before, 0), max(-after, 0))
        array = np.pad(array, widths)
    return array


# Each reading: (u, k, s, d, number or None) of one axis -> (before, after) to take away from the whole answer.
def _to_size(size, larger_behind):
    def cuts(u, k, s, d, _):
        total = s * (u - 1) + d * (k - 1) + 1 - size(u, k, s, d)
        small = total // 2
        return (small, total - small) if larger_behind else (total - small, small)

    return cuts


def _of_delta(k, s, d, p) -> int:
    """A cell of δ away, s cells of the answer away."""
    return p + (s - 1) * max(p - d * (k - 1), 0)


_times_stride = lambda u, k, s, d: u * s  # noqa: E731
_at_most = lambda u, k, s, d: min(u * s, s * (u - 1) + d * (k - 1) + 1)  # noqa: E731
_keep_long = lambda u, k, s, d: u * s + max(d * (k - 1) + 1 - s, 0)  # noqa: E731


def _zeros_behind(larger_behind):
    """Cut to s·U cells where there are more; zeros behind where there are fewer."""
    cuts = _to_size(_times_stride, larger_behind)

    def either(u, k, s, d, _):
        total = d * (k - 1) + 1 - s
        return cuts(u, k, s, d, _) if total > 0 else (0, total)

    return either


TRANSPOSED = {
    "p cells cut off on both sides": lambda u, k, s, d, p: (p, p),
    "p zeros put around the spread δ": lambda u, k, s, d, p: (d * (k - 1) - p, d * (k - 1) - p),
    "s·U cells, the larger cut behind": _to_size(_times_stride, True),
    "s·U cells, the larger cut in front": _to_size(_times_stride, False),
    "s(U−1) + 1 cells, the larger cut behind": _to_size(lambda u, k, s, d: s * (u - 1) + 1, True),
    "s(U−1) + 1 cells, the larger cut in front": _to_size(lambda u, k, s, d: s * (u - 1) + 1, False),
    "nothing cut": lambda u, k, s, d, p: (0, 0),
    "nothing cut, and zeros up to s·U cells if K < s": lambda u, k, s, d, p: (
        0,
        s * (u - 1) + d * (k - 1) + 1 - _keep_long(u, k, s, d),
    ),
    "at most s·U cells, the larger cut behind": _to_size(_at_most, True),
    "at most s·U cells, the larger cut in front": _to_size(_at_most, False),
    "min(s(U−1), d(K−1)) cells cut off on both sides": lambda u, k, s, d, p: (
        (min(s * (u - 1), d * (k - 1)),) * 2
    ),
    "s·U cells, the larger cut behind; what is missing, zeros behind": _zeros_behind(True),
    "p cells cut off on both sides, those beyond d(K−1) from δ itself": lambda u, k, s, d, p: (
        (_of_delta(k, s, d, p),) * 2
    ),
    f"cut by SAME's zeros for an input of U cells, and {DROPPED}": lambda u, k, s, d, _: _halves(
        _enough(u, k, s, d)
    ),
    "s·U cells, the larger cut in front; what is missing, zeros behind": _zeros_behind(False),
}
for _name in (
    "nothing cut, and zeros up to s·U cells if K < s",
    "s·U cells, the larger cut behind; what is missing, zeros behind",
):
    TRANSPOSED[f"{_name}; and {DROPPED}"] = TRANSPOSED[_name]
KERNELS = {"as it scatters": False, "turned": True}


def transposed(reading, kernel, delta, w, *, stride, dilation, number=None):
    """The answer of a transposed layer whose number or word has this reading."""
    dilation = tuple(dilation_of(reading, d) for d in dilation)
    axes = zip(delta.shape[2:], w.shape[2:], stride, dilation, strict=True)
    cuts = [TRANSPOSED[reading](*axis, number) for axis in axes]
    return cropped(spread(delta, w, stride, dilation, turned=KERNELS[kernel]), cuts)


# ------------------------------------------------------------------------------------------- not a number
NAN = (
    "only where the weight meets a cell",
    "also where it meets padding",
    "everywhere",
    "where the weight meets a cell, as the largest float32",
)


def nan_forward(reading, x, w, *, padding):
    """What a layer of stride 1 with a NaN in a weight says."""
    met = loops.forward(x, w, padding=padding)
    return {
        NAN[0]: met,
        NAN[1]: loops.forward(np.pad(x, ((0, 0), (0, 0), *padding)), w),
        NAN[2]: np.full(met.shape, np.nan),
        NAN[3]: np.nan_to_num(met, nan=np.finfo(np.float32).max),
    }[reading]
