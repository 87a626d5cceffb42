"""Three more wrong backward passes, to be found from their error maps. Reading on here would give them away."""

from __future__ import annotations

import numpy as np

from ..geometry import integer
from .backward import gather, per_tap

__all__ = ["Hidden", "hidden"]


class Hidden:
    """A gradient with one mistake in it: a function of (delta, x, w, **settings).

    Attributes
    ----------
    of : str
        The array whose gradient it is: "x", "w" or "b".
    """

    def __init__(self, number):
        self.number, self.name = number, f"hidden {number}"
        self.what = "One mistake, which its error map points at."
        self.__name__ = f"hidden_{number}"
        self.of = _ALL[number][0]

    def __call__(self, delta, x, w, **settings):
        return _ALL[self.number][1](delta, x, w, **settings)

    def __repr__(self):
        return f"hidden({self.number}): a wrong gradient of {self.of}"


def hidden(number) -> Hidden:
    """One of three wrong backward passes that say nothing of themselves.

    Parameters
    ----------
    number : int
        1, 2 or 3.

    Returns
    -------
    Hidden
        A function of (delta, x, w, **settings), as those of `BUGS` are; `error_map`, `check` and `grid` take it.
    """
    number = integer(number, "number", 1)
    if number not in _ALL:
        raise ValueError(f"there are {len(_ALL)} hidden backward passes, 1 to {len(_ALL)}; got {number}")
    return Hidden(number)


def _one(delta, x, w, *, stride, padding, dilation, groups=1):
    """Links into the padding in front have a negative index, which Python counts from the end."""
    grad = np.zeros(x.shape)
    filters, channels = len(w) // groups, w.shape[1]
    for g in range(groups):
        f, c = slice(g * filters, (g + 1) * filters), np.arange(g * channels, (g + 1) * channels)
        for k in np.ndindex(*w.shape[2:]):
            read = [
                s * np.arange(u) + d * t - p
                for t, s, d, (p, _), u in zip(k, stride, dilation, padding, delta.shape[2:], strict=True)
            ]
            kept = [i < n for i, n in zip(read, x.shape[2:], strict=True)]
            rows, columns = (i[keep] for i, keep in zip(read, kept, strict=True))
            values = np.einsum("nfuv,fc->ncuv", delta[:, f][:, :, kept[0]][:, :, :, kept[1]], w[f, :, *k])
            np.add.at(grad, (slice(None), c[:, None, None], rows[:, None], columns), values)
    return grad


def _two(delta, x, w, **settings):
    """The loop over the rows of delta ends one row too early."""
    short = delta.copy()
    short[:, :, -1] = 0
    return gather(short, x, w, **settings)


def _three(delta, x, w, **settings):
    """The dilation of the columns is forgotten."""
    return per_tap(delta, x, w, **settings, apart=(settings["dilation"][0], 1))


_ALL = {1: ("x", _one), 2: ("x", _two), 3: ("w", _three)}
