"""Two readings of a padding side by side: what a word or a number means in one library, and in another."""

from __future__ import annotations

import traitlets

from .. import elsewhere, figures
from ..elsewhere.readings import dilation_of
from ..geometry import Axis
from ..words import counted, plural
from ..words import number as said
from .influence_explorer import SCRIPTS
from .page import SettingError, Widget, joined, module, whole

__all__ = ["SideBySide"]

MOST = dict(input_size=20, kernel_size=7, stride=6, dilation=4)
SIDES = ("left", "right")


class SideBySide(Widget):
    """One row, padded as two libraries read their words, with the links of the same cell in both.

    Parameters
    ----------
    left, right : str
        Of `SideBySide.choices()`, for example 'TensorFlow: "SAME"'.
    input_size, kernel_size, stride, dilation : int
        At most 20, 7, 6 and 4.
    selected : tuple, optional
        The cell that is chosen in both: ("x", i), ("w", k) or ("z", u).

    Raises
    ------
    SettingError
        (a ValueError) if there is no such choice or size; nothing changes then.

    Notes
    -----
    Notebook 14. The readings are those of `elsewhere`, which `libraries/` has run.
    """

    _esm = module("SIDE_BY_SIDE", *SCRIPTS, "paddings", "side_by_side")
    _css = joined("css", "frame", "explorer", "side_by_side")
    _SETTINGS = tuple(MOST)
    _STATE = (*MOST, *SIDES, "selected", "_choices")
    _TITLE = "Two readings of a padding"

    input_size = traitlets.Any(8).tag(sync=True)
    kernel_size = traitlets.Any(3).tag(sync=True)
    stride = traitlets.Any(2).tag(sync=True)
    dilation = traitlets.Any(1).tag(sync=True)
    left = traitlets.Any().tag(sync=True)
    right = traitlets.Any().tag(sync=True)
    selected = traitlets.Any(None).tag(sync=True)
    _choices = traitlets.Dict().tag(sync=True)

    def __init__(
        self, left, right, input_size=8, kernel_size=3, stride=2, dilation=1, selected=None, **kwargs
    ):
        settings = dict(input_size=input_size, kernel_size=kernel_size, stride=stride, dilation=dilation)
        traits, _ = self._starting(settings, {})
        choices = {label: {"reading": reading} for label, reading in elsewhere.choices().items()}
        super().__init__(**traits, _choices=choices, left=left, right=right, selected=selected, **kwargs)

    @staticmethod
    def choices() -> list[str]:
        """What may stand on either side: a library and its word, or a habit."""
        return list(elsewhere.choices())

    # ------------------------------------------------------------------------------------------------- validation
    @staticmethod
    def _canonical(**settings):
        return {name: whole(value, name, 1, MOST[name]) for name, value in settings.items()}

    @staticmethod
    def _shapes_of(**settings):
        return {}

    @traitlets.validate(*SIDES)
    def _valid_side(self, proposal):
        if proposal["value"] not in self._choices:
            raise SettingError(
                f"{proposal['trait'].name} is one of {', '.join(map(repr, self._choices))}; got {proposal['value']!r}"
            )
        return proposal["value"]

    @traitlets.validate("selected")
    def _valid_selection(self, proposal):
        value = proposal["value"]
        if value is None:
            return None
        name, *index = value
        if name not in ("x", "w", "z") or not index:
            raise SettingError(f'selected is a cell like ("z", 1), of "x", "w" or "z"; got {value!r}')
        front = [0] * ({"x": 2, "w": 3, "z": 2}[name] - len(index))
        return (name, *front, *(whole(i, "an index of selected", 0) for i in index))

    def _follow(self, name, shapes):
        pass

    # ------------------------------------------------------------------------------------------------- what it knows
    def axis(self, side) -> Axis | None:
        """The row of one side, "left" or "right"; None where no window fits."""
        reading = self._choices[getattr(self, side)]["reading"]
        h, k, s = self.input_size, self.kernel_size, self.stride
        d = dilation_of(reading, self.dilation)
        try:
            return Axis(h, kernel=k, stride=s, padding=elsewhere.padding_of(reading, h, k, s, d), dilation=d)
        except ValueError:
            return None

    def sentence_of(self, side) -> str:
        """What one side says of itself: its zeros, and where its windows begin."""
        axis, label = self.axis(side), getattr(self, side)
        if axis is None:
            return f"{label}: no such layer"
        before, after = axis.padding
        first = [axis.input_of(u, 0) for u in range(min(axis.out_size, 4))]
        dropped = "" if axis.dilation == self.dilation else ", the dilation dropped"
        more = ", …" if axis.out_size > len(first) else ""
        return (
            f"{label}: {before} {plural(before, 'zero')} in front, {after} behind{dropped}; "
            f"{counted(axis.out_size, 'output')}, windows from {', '.join(map(said, first))}{more}"
        )

    @property
    def sentence(self) -> str:
        return ". ".join(map(self.sentence_of, SIDES))

    # ------------------------------------------------------------------------------------------------- how it shows
    def __repr__(self):
        sizes = ", ".join(f"{name}={getattr(self, name)}" for name in MOST)
        return f"SideBySide({self.left!r}, {self.right!r}, {sizes}, selected={self.selected!r})"

    def picture(self) -> figures.Picture:
        """The two rows with the links of the chosen cell, for paper."""
        fans, lines = [], []
        for side in SIDES:
            axis = self.axis(side)
            lines.append(self.sentence_of(side))
            if axis is None:
                continue
            sizes = dict(x=axis.size, w=axis.kernel, z=axis.out_size)
            chosen = self.selected or ("z", 0, 0)
            cell = chosen if chosen[-1] < sizes[chosen[0]] else ("z", 0, 0)
            fans.append(
                figures.fan(
                    axis.size, axis.kernel, stride=axis.stride, padding=[axis.padding], dilation=axis.dilation,
                    selected=cell,
                )
            )  # fmt: skip
        images = lambda: [image for one in fans for image in one.images]  # noqa: E731
        return figures.Picture(images, [one.alt for one in fans] or lines, panels=[], text=lines)
