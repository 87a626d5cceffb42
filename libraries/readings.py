"""What a word, or a number, that a library takes for padding may mean: each reading as the layer that it stands for.

A library is asked with its own word; the reading is the one whose sums over links equal the answer on every layer.
"""

from __future__ import annotations

import numpy as np

from convbp_helpers import loops


def windows(h, k, s, d, before, after) -> int:
    return (h + before + after - d * (k - 1) - 1) // s + 1


# ------------------------------------------------------------------------------------------- words of a forward layer
# Each reading: (h, k, s, d) of one axis -> (before, after).
def _enough(h, k, s, d) -> int:
    """The zeros that ceil(h/s) windows need."""
    return max((-(-h // s) - 1) * s + d * (k - 1) + 1 - h, 0)


def odd_behind(h, k, s, d):
    total = _enough(h, k, s, d)
    return total // 2, total - total // 2


def odd_in_front(h, k, s, d):
    return odd_behind(h, k, s, d)[::-1]


def span_odd_behind(h, k, s, d):
    total = d * (k - 1)
    return total // 2, total - total // 2


def span_odd_in_front(h, k, s, d):
    return span_odd_behind(h, k, s, d)[::-1]


def half_kernel(h, k, s, d):
    return k // 2, k // 2


def half_span(h, k, s, d):
    return d * (k // 2), d * (k // 2)


def causal(h, k, s, d):
    return d * (k - 1), 0


def none(h, k, s, d):
    return 0, 0


def full(h, k, s, d):
    return d * (k - 1), d * (k - 1)


def front_undilated(h, k, s, d):
    """The front of the undilated kernel's padding; behind, what is missing to ceil(h/s) windows."""
    before = odd_behind(h, k, s, 1)[0]
    return before, _enough(h, k, s, d) - before


def front_half(h, k, s, d):
    """In front what an undilated kernel of stride 1 needs; behind, what is missing to ceil(h/s) windows."""
    before = (k - 1) // 2
    return before, max((-(-h // s) - 1) * s + d * (k - 1) + 1 - h - before, 0)


#: Words for the page -> the padding of an axis. A pair (padding, dilation kept or not).
FORWARD = {
    "ceil(H/s) outputs, the odd zero behind": (odd_behind, True),
    "ceil(H/s) outputs, the odd zero in front": (odd_in_front, True),
    "d(K−1) zeros whatever the stride, the odd one behind": (span_odd_behind, True),
    "d(K−1) zeros whatever the stride, the odd one in front": (span_odd_in_front, True),
    "K//2 zeros on both sides": (half_kernel, True),
    "d(K//2) zeros on both sides": (half_span, True),
    "d(K−1) zeros, all in front": (causal, True),
    "d(K−1) zeros on both sides": (full, True),
    "no zeros": (none, True),
    "ceil(H/s) outputs, the odd zero behind, and the dilation dropped": (odd_behind, False),
    "ceil(H/s) outputs, in front as without the dilation": (front_undilated, True),
    "ceil(H/s) outputs, (K−1)//2 zeros in front": (front_half, True),
    "d(K−1) zeros, all behind": (lambda h, k, s, d: causal(h, k, s, d)[::-1], True),
}


def forward(reading, x, w, b, *, stride, dilation, groups=1):
    """The answer of a layer whose word has this reading, or None where there is no such layer."""
    pads, kept = FORWARD[reading]
    dilation = dilation if kept else (1,) * len(dilation)
    axes = zip(x.shape[2:], w.shape[2:], stride, dilation, strict=True)
    padding = tuple(pads(*axis) for axis in axes)
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


def cut(full_size, size, before):
    """(before, after) to take away from `full_size` cells, negative where zeros are put on."""
    return before, full_size - size - before


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
        small = int(np.floor(total / 2))
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
    "cut by SAME's zeros for an input of U cells, and the dilation dropped": lambda u, k, s, d, _: odd_behind(
        u, k, s, d
    ),
    "s·U cells, the larger cut in front; what is missing, zeros behind": _zeros_behind(False),
}
for _name in (
    "nothing cut, and zeros up to s·U cells if K < s",
    "s·U cells, the larger cut behind; what is missing, zeros behind",
):
    TRANSPOSED[f"{_name}; and the dilation dropped"] = TRANSPOSED[_name]
KERNELS = {"as it scatters": False, "turned": True}


def transposed(reading, kernel, delta, w, *, stride, dilation, number=None):
    """The answer of a transposed layer whose number or word has this reading."""
    dilation = (1,) * len(dilation) if reading.endswith("the dilation dropped") else dilation
    axes = zip(delta.shape[2:], w.shape[2:], stride, dilation, strict=True)
    cuts = [TRANSPOSED[reading](*axis, number) for axis in axes]
    return cropped(spread(delta, w, stride, dilation, turned=KERNELS[kernel]), cuts)


# ------------------------------------------------------------------------------------------- not a number
def nan_forward(reading, x, w, *, padding):
    """Where a layer of stride 1 with a NaN in a weight says NaN."""
    if reading == "only where the weight meets a cell":
        return loops.forward(x, w, padding=padding)
    if reading == "also where it meets padding":
        return loops.forward(np.pad(x, ((0, 0), (0, 0), *padding)), w)
    if reading == NAN[3]:
        return np.nan_to_num(loops.forward(x, w, padding=padding), nan=np.finfo(np.float32).max)
    return np.full(loops.forward(x, 0 * x[:1, :, :0].sum() + np.zeros_like(w), padding=padding).shape, np.nan)


NAN = (
    "only where the weight meets a cell", "also where it meets padding", "everywhere",
    "where the weight meets a cell, as the largest float32",
)  # fmt: skip
