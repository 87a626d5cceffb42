"""The padding split: the gradient of the padded input stays, and the gradient of x is a window that slides on it."""

from __future__ import annotations

import numpy as np
import traitlets

from .. import figures, loops
from .page import SettingError, array_trait, is_integer, module, whole
from .rows import MOST_CELLS, RowWidget, cells_of, hatched_note, say

__all__ = ["PaddingSplit"]

SETTINGS = ("input_size", "kernel_size", "stride", "total")


class PaddingSplit(RowWidget):
    """One row, one channel, one filter: how a total padding is split into zeros in front and zeros behind.

    delta and w give every cell of the padded input a gradient, and these do not depend on the split. The gradient of x
    is a window of `input_size` of them, from cell `before` on. The window can be dragged, or moved with a slider or
    the arrow keys.

    Parameters
    ----------
    input_size, kernel_size, stride : int
    total : int
        Zeros in front and behind together.
    before : int
        Zeros in front, from 0 to `total`.
    delta : array (U,), with U = floor((input_size + total - kernel_size) / stride) + 1
    w : array (kernel_size,)
        Values that are not given are small odd integers, always the same.

    Raises
    ------
    SettingError
        (a ValueError) if no layer has these settings; nothing changes then.
    """

    _esm = module("SPLIT", "words", "frame", "rows", "padding_split")
    _SETTINGS = SETTINGS
    _ARRAYS = ("delta", "w")
    _STATE = (*SETTINGS, "before", *_ARRAYS)
    _TITLE = "Padding split"

    input_size = traitlets.Any(6).tag(sync=True)
    kernel_size = traitlets.Any(3).tag(sync=True)
    stride = traitlets.Any(1).tag(sync=True)
    total = traitlets.Any(4).tag(sync=True)
    before = traitlets.Any(1).tag(sync=True)
    delta = array_trait()
    w = array_trait()

    def __init__(
        self, input_size=6, kernel_size=3, stride=1, total=4, before=1, delta=None, w=None, **kwargs
    ):
        settings = dict(input_size=input_size, kernel_size=kernel_size, stride=stride, total=total)
        traits, _ = self._starting(settings, dict(delta=delta, w=w))
        super().__init__(**traits, before=_before(before, traits["total"]), **kwargs)

    # ------------------------------------------------------------------------------------------------- validation
    @staticmethod
    def _canonical(input_size, kernel_size, stride, total):
        settings = dict(
            input_size=whole(input_size, "input_size", 1), kernel_size=whole(kernel_size, "kernel_size", 1),
            stride=whole(stride, "stride", 1), total=whole(total, "total", 0),
        )  # fmt: skip
        size, padded = settings["input_size"], settings["input_size"] + settings["total"]
        if settings["kernel_size"] > padded:
            raise SettingError(
                f"kernel {kernel_size} is longer than the padded input {padded}; use total >= {kernel_size - size}"
            )
        if padded > MOST_CELLS:
            raise SettingError(
                f"at most {MOST_CELLS} cells are drawn in a row; the padded input has {size} + {total} = {padded}: use "
                f"total <= {MOST_CELLS - size}" if size < MOST_CELLS else
                f"at most {MOST_CELLS} cells are drawn in a row; use input_size <= {MOST_CELLS}; got {size}"
            )  # fmt: skip
        return settings

    @staticmethod
    def _shapes_of(input_size, kernel_size, stride, total):
        return dict(delta=((input_size + total - kernel_size) // stride + 1,), w=(kernel_size,))

    @traitlets.validate("before")
    def _valid_before(self, proposal):
        return _before(proposal["value"], self.total)

    def _follow(self, name, shapes):
        """The window stays inside."""
        self.before = min(self.before, self.total)

    # ------------------------------------------------------------------------------------------------- what it knows
    @property
    def padded_gradient(self) -> np.ndarray:
        """The gradient of J = sum(delta * z) in every cell of the padded input (input_size + total,)."""
        size = self.input_size + self.total
        return loops.grad_input(self.delta[None, None], self.w[None, None], (1, 1, size), stride=self.stride)[
            0, 0
        ]

    @property
    def grad_x(self) -> np.ndarray:
        """The gradient of J in x (input_size,): the cells of `padded_gradient` from `before` on."""
        return self.padded_gradient[self.before : self.before + self.input_size]

    @property
    def sentence(self) -> str:
        """What stands below the rows."""
        first, last, size = self.before, self.before + self.input_size - 1, self.input_size + self.total
        zeros = f"{first or 'no'} zero{'s' * (first != 1)} in front, {self.total - first or 'none'} behind"
        cells = f"cells {first} to {last}" if last > first else f"cell {first}"
        return (
            f"{zeros}: the gradient of x is {cells} of the {size} cells of the gradient of the padded input"
        )

    # ------------------------------------------------------------------------------------------------- how it shows
    def __repr__(self):
        stride = f"stride={self.stride}, " if self.stride != 1 else ""
        return (
            f"PaddingSplit(input_size={self.input_size}, kernel_size={self.kernel_size}, {stride}"
            f"total={self.total}, before={self.before})"
        )

    def picture(self) -> figures.Picture:
        """The same rows and sentence, for paper."""
        padded, first, size, step = self.padded_gradient, self.before, self.input_size, self.stride
        linked = {step * u + k for u in range(len(self.delta)) for k in range(self.kernel_size)}
        inside, words = range(first, first + size), f"[{first}, {first + size})"
        cells, outputs = range(len(padded)), range(len(self.delta))
        whole_row = cells_of(
            padded,
            index=cells,
            style=["unlinked" if m not in linked else None if m in inside else "pad" for m in cells],
            sub=["" if m in inside else "pad" for m in cells],
        )
        window = [
            cell | dict(index=f"x[{i}]" if size <= 20 else i)
            for i, cell in enumerate(whole_row[first:][:size])
        ]
        over = [step * u + (self.kernel_size - 1) / 2 for u in outputs]
        rows = [
            dict(title="w, weights", name="w", role="weight", cells=cells_of(self.w, index=range(len(self.w)))),
            dict(
                title="δ, given from above", name="δ", role="gradient",
                cells=cells_of(self.delta, over, index=outputs),
            ),
            dict(
                title="gradient of the padded input, the same for every split", role="gradient", cells=whole_row,
                outline=(first, size, words),
            ),
            dict(title="∂J/∂x: the cells of the window", name="∂J/∂x", role="gradient", cells=window),
        ]  # fmt: skip
        alt = (
            f"Padding split. w: {say(self.w)}. δ: {say(self.delta)}. Gradient of the padded input: "
            f"{say(padded)}. The window {words} is outlined. ∂J/∂x: {say(self.grad_x)}."
        )
        return figures.rows_in_line(rows, alt, text=[self.sentence], notes=hatched_note(rows))


def _before(value, total):
    if is_integer(value) and value > total:
        raise SettingError(
            f"before is at most total, which is {total}; got {value}: use total >= {value} or less before"
        )
    return whole(value, "before", 0, total)
