"""The influence explorer: point at a cell of x, w or z and see every link it has, as a line from cell to cell.

Its JavaScript draws, computes and says the same, so that a page works without a kernel: `selection.js` is the twin of
`selection.py`, `explorer_values.js` that of `explorer_values.py`; the tests compare them on random layers.
"""

from __future__ import annotations

import numpy as np
import traitlets

from .. import figures, loops
from ..geometry import Geometry
from ..selection import equation_of, links_of, moved_biases, sentence_of
from .explorer_values import (
    ARRAYS,
    SETTINGS,
    as_typed,
    canonical_settings,
    clamped,
    default_values,
    fitted,
    layer_of,
    muted_of,
    refit,
    selection_of,
    shapes_of,
    sizes_of,
    still_muted,
)
from .influence_picture import influence
from .page import SettingError, Widget, array_trait, joined, module

__all__ = ["InfluenceExplorer"]

STANDARD = (*SETTINGS[:-1], "view")  # what controls=True shows
CONTROLS = (*SETTINGS, "view", "form", "mute", "b", "counts")
CHANGING = (
    "view",
    "form",
    "selected",
    "muted",
    "show_counts",
    "show_jacobian",
)  # by a reader, but for the layer
EXTRAS = ("show_jacobian", "muted", "show_counts", "show_channels")
VIEWS = ("forward", "grad_x", "grad_w")
FORMS = ("sum", "scatter", "gather")
SCRIPTS = (
    *("words", "geometry", "selection", "explorer_values", "frame", "explorer_sizes", "explorer_presets"),
    *("explorer_controls", "explorer_grids", "explorer_links", "explorer_equation", "explorer_forms"),
    "influence_explorer",
)


class InfluenceExplorer(Widget):
    """Grids of x, w and z (or delta) in which a cell can be chosen; its links are drawn and its equation is written.

    Parameters
    ----------
    input_size, kernel_size : int or tuple of 1 or 2 ints
        One int (or a 1-tuple) makes a 1-D layer.
    stride, dilation : int, or one int per axis
    padding : int, one int per axis, one (before, after) pair per axis, "same" or "valid"
    channels, filters : int
    groups : int
        G; divides channels and filters. A filter reads only the channels of its group.
    x : array (C, *input_size) or, with one channel, input_size
    w : array (F, C/G, *kernel_size) or, with one channel and one filter, kernel_size
    b : array (F,)
    delta : array (F, *out) or, with one filter, out
        Values that are not given are small integers, always the same.
    view : "forward", "grad_x" or "grad_w"
        Which of the three sums is shown.
    selected : tuple, optional
        Array name, channel or filter, position: ("x", c, i, j), ("w", f, c, k, l), ("z", f, u, v); the c of w counts
        the channels within a group. The channel and filter indices may be left out where there is only one.
    controls : bool or collection of str
        Which controls to show, of "input_size", "kernel_size", "stride", "padding", "dilation", "channels", "filters",
        "groups", "view", "form", "mute", "b", "counts". True shows the first seven and "view". "mute" and "b" are there
        only where they change what is shown: "mute" in view "grad_x" with two filters or more, "b" in view "forward".
    form : "sum", "scatter" or "gather"
        How the input gradient is laid out.
    show_jacobian : bool
        Draw the Jacobian below (1-D, one channel, one filter).
    muted : tuple of int
        Filters that are left out of the input gradient: `grad_x`, and in view "grad_x" the links, the sentence and the
        equation, are those of the filters that sound. It needs two filters; z and the weight gradient do not change.
    show_counts : bool
        Write in each cell of x how many links it has to one filter.
    show_channels : bool
        Draw the channel matrix below: which filter reads which channel, and how many kernels that takes.

    Raises
    ------
    SettingError
        (a ValueError) if no layer has these settings; nothing changes then.

    Notes
    -----
    Equations: notebooks 00 to 02.
    """

    _esm = module("EXPLORER", *SCRIPTS)
    _css = joined("css", "frame", "explorer")
    _SETTINGS = SETTINGS
    _ARRAYS = ARRAYS
    _STATE = (*SETTINGS, "view", "form", "selected", "controls", *EXTRAS, *ARRAYS, "_b_start", "_start")
    _TITLE = "Influence explorer"

    input_size = traitlets.Any((5, 8)).tag(sync=True)
    kernel_size = traitlets.Any((2, 3)).tag(sync=True)
    stride = traitlets.Any(1).tag(sync=True)
    padding = traitlets.Any(0).tag(sync=True)
    dilation = traitlets.Any(1).tag(sync=True)
    channels = traitlets.Any(1).tag(sync=True)
    filters = traitlets.Any(1).tag(sync=True)
    groups = traitlets.Any(1).tag(sync=True)
    x = array_trait()
    w = array_trait()
    b = array_trait()
    delta = array_trait()
    view = traitlets.Any("forward").tag(sync=True)
    form = traitlets.Any("sum").tag(sync=True)
    selected = traitlets.Any(None).tag(sync=True)
    controls = traitlets.Any(()).tag(sync=True)
    show_jacobian = traitlets.Bool(False).tag(sync=True)
    muted = traitlets.Any(()).tag(sync=True)
    show_counts = traitlets.Any(False).tag(sync=True)
    show_channels = traitlets.Any(False).tag(sync=True)
    _b_start = array_trait()
    _start = traitlets.Dict().tag(sync=True)  # how the cell made it: the way back

    def __init__(
        self,
        input_size=(5, 8),
        kernel_size=(2, 3),
        stride=1,
        padding=0,
        dilation=1,
        channels=1,
        filters=1,
        x=None,
        w=None,
        b=None,
        delta=None,
        view="forward",
        selected=None,
        controls=True,
        form="sum",
        show_jacobian=False,
        muted=(),
        show_counts=False,
        groups=1,
        show_channels=False,
        **kwargs,
    ):
        settings = dict(
            input_size=input_size, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation,
            channels=channels, filters=filters, groups=groups,
        )  # fmt: skip
        traits, shapes = self._starting(settings, dict(x=x, w=w, b=b, delta=delta))
        super().__init__(
            **traits, view=view, form=form, controls=controls, show_jacobian=show_jacobian,
            selected=selection_of(selected, shapes), muted=muted_of(muted, traits["filters"]), show_counts=show_counts,
            show_channels=show_channels, _b_start=traits["b"], **kwargs,
        )  # fmt: skip
        self._start = self._now(*SETTINGS, *ARRAYS, *CHANGING)

    # ------------------------------------------------------------------------------------------------- validation
    _canonical = staticmethod(canonical_settings)
    _shapes_of = staticmethod(shapes_of)
    _default = staticmethod(default_values)
    _fitted = staticmethod(fitted)
    _refit = staticmethod(refit)

    @traitlets.validate("selected")
    def _valid_selection(self, proposal):
        return selection_of(proposal["value"], self._shapes)

    @traitlets.validate("view", "form")
    def _valid_choice(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        choices = VIEWS if name == "view" else FORMS
        if value not in choices:
            raise SettingError(f"{name} must be one of {', '.join(choices)}; got {value!r}")
        return value

    @traitlets.validate("controls")
    def _valid_controls(self, proposal):
        value = proposal["value"]
        if isinstance(value, bool):
            return STANDARD if value else ()
        value = (value,) if isinstance(value, str) else tuple(value)
        for name in value:
            if name not in CONTROLS:
                raise SettingError(f"controls are named {', '.join(CONTROLS)}; got {name!r}")
        return tuple(name for name in CONTROLS if name in value)

    @traitlets.validate("show_jacobian")
    def _valid_jacobian(self, proposal):
        if proposal["value"] and not self._has_jacobian:
            raise SettingError(
                "the Jacobian is drawn for a 1-D layer with one channel and one filter; this layer has "
                f"{len(self.input_size)} axes, {self.channels} channels, {self.filters} filters"
            )
        return proposal["value"]

    @traitlets.validate("muted")
    def _valid_muted(self, proposal):
        return muted_of(proposal["value"], self.filters)

    @traitlets.validate("show_counts", "show_channels")
    def _valid_bool(self, proposal):
        if not isinstance(proposal["value"], (bool, np.bool_)):
            raise SettingError(f"{proposal['trait'].name} must be True or False; got {proposal['value']!r}")
        return bool(proposal["value"])

    def _follow(self, name, shapes):
        """Muted filters and selection stay inside, and the biases of new filters have not moved."""
        if name == "filters":
            self._b_start = self.b
        self.muted = still_muted(self.muted, self.filters)
        self.selected = clamped(self.selected, shapes)
        if self.show_jacobian and not self._has_jacobian:
            self.show_jacobian = False

    @property
    def _has_jacobian(self):
        return (len(self.input_size), self.channels, self.filters) == (1, 1, 1)

    def configure(self, **changes):
        """Change several settings at once; they need to be possible only together.

        From 1-D to 2-D or back, settings that are not given (stride, padding, dilation) start again at their defaults.
        """
        now = self._settings
        axes = len(sizes_of(changes.get("input_size", self.input_size), "input_size"))
        if axes != len(self.input_size):
            now |= dict(stride=1, padding=0, dilation=1)
        known = (*SETTINGS, "view", "form", *ARRAYS, "selected", "controls", *EXTRAS)
        unknown = set(changes) - set(known)
        if unknown:
            raise SettingError(
                f"there is no setting {', '.join(sorted(unknown))}; settings are {', '.join(known)}"
            )
        settings = canonical_settings(**now | {n: v for n, v in changes.items() if n in SETTINGS})
        shapes = shapes_of(**settings)
        arrays = {
            name: fitted(name, changes[name], shapes[name])
            if name in changes
            else refit(name, getattr(self, name), shapes[name])
            for name in ARRAYS
        }
        chosen = (
            selection_of(changes["selected"], shapes)
            if "selected" in changes
            else clamped(self.selected, shapes)
        )
        filters = settings["filters"]
        muted = (
            muted_of(changes["muted"], filters) if "muted" in changes else still_muted(self.muted, filters)
        )
        rest = {
            n: v
            for n, v in changes.items()
            if n in ("view", "form", "controls", "show_jacobian", "show_counts", "show_channels")
        }
        with self.hold_sync(), self.hold_trait_notifications():
            for name, value in {**settings, **arrays, "selected": chosen, "muted": muted, **rest}.items():
                setattr(self, name, value)

    # ------------------------------------------------------------------------------------------------- what it knows
    @property
    def layer(self) -> Geometry:
        """The layer's integers."""
        return layer_of(**self._settings)

    @property
    def _keywords(self):
        return dict(stride=self.stride, padding=self.padding, dilation=self.dilation, groups=self.groups)

    @property
    def z(self) -> np.ndarray:
        """The output (F, *out)."""
        return loops.forward(self.x[None], self.w, self.b, **self._keywords)[0]

    @property
    def grad_x(self) -> np.ndarray:
        """The gradient of J = sum(delta * z) in x, of x's shape; of a muted filter delta counts as zero."""
        delta = self.delta
        if self.muted:
            delta = delta.copy()
            delta[list(self.muted)] = 0
        return loops.grad_input(delta[None], self.w, (1, *self.x.shape), **self._keywords)[0]

    @property
    def grad_w(self) -> np.ndarray:
        """The gradient of J = sum(delta * z) in w, of w's shape."""
        return loops.grad_weight(self.delta[None], self.x[None], self.w.shape, **self._keywords)

    def cell(self, selected) -> tuple | None:
        """A selection with its full index: ("x", 2, 3) is ("x", 0, 2, 3). A SettingError if there is no such cell."""
        return selection_of(selected, self._shapes)

    @property
    def links(self) -> list[tuple[tuple, tuple, tuple]]:
        """The links of the selected cell: (output, weight, input) index tuples (f, u, v), (f, c', k, l), (c, i, j).

        c' counts the channels within the group. In view "grad_x" the links of the filters that sound.
        """
        return links_of(self.layer, self.selected, self._silent)

    @property
    def _silent(self):
        """The filters that are muted in this view."""
        return self.muted if self.view == "grad_x" else ()

    @property
    def spoken(self):
        """What the sentence is told besides layer, selection and view."""
        moved = moved_biases(self.b, self._b_start)
        return dict(muted=self.muted, moved=moved, show_counts=self.show_counts)

    @property
    def sentence(self) -> str:
        """What stands above the grids."""
        return sentence_of(self.layer, self.selected, self.view, **self.spoken)

    @property
    def equation(self) -> str:
        """The selected cell's sum with its numbers in it, every term written out."""
        arrays = dict(x=self.x, w=self.w, b=self.b, delta=self.delta)
        return equation_of(self.layer, arrays, self.selected, self.view, self.form, muted=self.muted)

    # ------------------------------------------------------------------------------------------------- how it shows
    def __repr__(self):
        layer = {name: as_typed(name, value) for name, value in self._settings.items()}
        standard = dict(stride=1, padding=0, dilation=1, channels=1, filters=1, groups=1)
        parts = [f"{n}={v!r}" for n, v in layer.items() if n not in standard or v != standard[n]]
        parts += [f"view={self.view!r}"] + ([f"form={self.form!r}"] if self.form != "sum" else [])
        parts += [f"muted={self.muted!r}"] * bool(self.muted)
        parts += [f"{name}=True" for name in ("show_counts", "show_channels") if getattr(self, name)]
        return f"InfluenceExplorer({', '.join(parts)}, selected={self.selected!r})"

    def picture(self) -> figures.Picture:
        """The static twin."""
        return influence(self)
