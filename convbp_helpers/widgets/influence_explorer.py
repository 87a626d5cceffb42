"""The influence explorer: point at a cell of x, w or z and see every link it has.

The drawing and the wording also live in `influence_explorer.js`, so that a page works without a kernel; the tests
compare the two on random layers.
"""

from __future__ import annotations

import numpy as np
import traitlets

from .. import figures, loops
from ..geometry import Geometry
from ..selection import equation_of, links_of, moved_biases, sentence_of
from .page import SettingError, Widget, array_trait, joined

__all__ = ["InfluenceExplorer"]

SETTINGS = ("input_size", "kernel_size", "stride", "padding", "dilation", "channels", "filters", "groups")
STANDARD = (*SETTINGS[:-1], "view")  # what controls=True shows
CONTROLS = (*SETTINGS, "view", "form", "mute", "b", "counts")
EXTRAS = ("show_jacobian", "muted", "show_counts", "show_channels")
VIEWS = ("forward", "grad_x", "grad_w")
FORMS = ("sum", "scatter", "gather")
MOST_CELLS = 6000


class InfluenceExplorer(Widget):
    """Grids of x, w and z (or delta) in which a cell can be chosen; its links light up and its equation is written out.

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

    _esm = joined(
        "js", "words", "geometry", "selection", "explorer_values", "frame",
        "explorer_controls", "explorer_grids", "explorer_forms", "influence_explorer",
    )  # fmt: skip
    _css = joined("css", "influence_explorer")
    _STATE = (*SETTINGS, "view", "form", "selected", "controls", *EXTRAS, "x", "w", "b", "delta", "_b_start")
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
            input_size=input_size, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation
        )
        settings = canonical_settings(**settings, channels=channels, filters=filters, groups=groups)
        shapes = shapes_of(**settings)
        arrays = {
            name: default_values(name, shapes[name]) if value is None else fitted(name, value, shapes[name])
            for name, value in (("x", x), ("w", w), ("b", b), ("delta", delta))
        }
        self._ready = False
        super().__init__(
            **settings, **arrays, view=view, form=form, controls=controls, show_jacobian=show_jacobian,
            selected=_selection(selected, shapes), muted=_muted(muted, settings["filters"]), show_counts=show_counts,
            show_channels=show_channels, _b_start=arrays["b"], _colours=dict(figures.COLOURS), **kwargs,
        )  # fmt: skip
        self._ready = True

    # ------------------------------------------------------------------------------------------------- validation
    @traitlets.validate(*SETTINGS)
    def _valid_setting(self, proposal):
        now = {name: getattr(self, name) for name in SETTINGS} | {proposal["trait"].name: proposal["value"]}
        return canonical_settings(**now)[proposal["trait"].name]

    @traitlets.validate("x", "w", "b", "delta")
    def _valid_array(self, proposal):
        name = proposal["trait"].name
        value = fitted(name, proposal["value"], self._shapes[name])
        value.flags.writeable = False
        return value

    @traitlets.validate("selected")
    def _valid_selection(self, proposal):
        return _selection(proposal["value"], self._shapes)

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
        if proposal["value"] and (len(self.input_size), self.channels, self.filters) != (1, 1, 1):
            raise SettingError(
                "the Jacobian is drawn for a 1-D layer with one channel and one filter; this layer has "
                f"{len(self.input_size)} axes, {self.channels} channels, {self.filters} filters"
            )
        return proposal["value"]

    @traitlets.validate("muted")
    def _valid_muted(self, proposal):
        return _muted(proposal["value"], self.filters)

    @traitlets.validate("show_counts", "show_channels")
    def _valid_bool(self, proposal):
        if not isinstance(proposal["value"], (bool, np.bool_)):
            raise SettingError(f"{proposal['trait'].name} must be True or False; got {proposal['value']!r}")
        return bool(proposal["value"])

    @traitlets.observe(*SETTINGS)
    def _follow(self, change):
        """After a setting, the arrays get their new shapes and the selection stays inside."""
        if not getattr(self, "_ready", False):
            return
        shapes = self._shapes
        with self.hold_sync():
            for name in ("x", "w", "b", "delta"):
                if getattr(self, name).shape != shapes[name]:
                    setattr(self, name, refit(name, getattr(self, name), shapes[name]))
            if change["name"] == "filters":
                self._b_start = self.b
            self.muted = still_muted(self.muted, self.filters)
            self.selected = clamped(self.selected, shapes)
            if self.show_jacobian and (len(self.input_size), self.channels, self.filters) != (1, 1, 1):
                self.show_jacobian = False

    def configure(self, **changes):
        """Change several settings at once; they need to be possible only together.

        From 1-D to 2-D or back, settings that are not given (stride, padding, dilation) start again at their defaults.
        """
        now = {name: getattr(self, name) for name in SETTINGS}
        if "input_size" in changes and len(_sizes(changes["input_size"], "input_size")) != len(
            self.input_size
        ):
            now |= dict(stride=1, padding=0, dilation=1)
        known = (*SETTINGS, "view", "form", "x", "w", "b", "delta", "selected", "controls", *EXTRAS)
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
            for name in ("x", "w", "b", "delta")
        }  # fmt: skip
        chosen = (
            _selection(changes["selected"], shapes)
            if "selected" in changes
            else clamped(self.selected, shapes)
        )
        filters = settings["filters"]
        muted = _muted(changes["muted"], filters) if "muted" in changes else still_muted(self.muted, filters)
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
        return layer_of(**{name: getattr(self, name) for name in SETTINGS})

    @property
    def _shapes(self):
        return shapes_of(**{name: getattr(self, name) for name in SETTINGS})

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
        return _selection(selected, self._shapes)

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
    def _spoken(self):
        """What the sentence is told besides layer, selection and view."""
        moved = moved_biases(self.b, self._b_start)
        return dict(muted=self.muted, moved=moved, show_counts=self.show_counts)

    @property
    def sentence(self) -> str:
        """What stands below the grids."""
        return sentence_of(self.layer, self.selected, self.view, **self._spoken)

    @property
    def equation(self) -> str:
        """The selected cell's sum with its numbers in it, every term written out."""
        arrays = dict(x=self.x, w=self.w, b=self.b, delta=self.delta)
        return equation_of(self.layer, arrays, self.selected, self.view, self.form, muted=self.muted)

    # ------------------------------------------------------------------------------------------------- how it shows
    def __repr__(self):
        layer = {name: _short(name, getattr(self, name)) for name in SETTINGS}
        standard = dict(stride=1, padding=0, dilation=1, channels=1, filters=1, groups=1)
        parts = [f"{n}={v!r}" for n, v in layer.items() if n not in standard or v != standard[n]]
        parts += [f"view={self.view!r}"] + ([f"form={self.form!r}"] if self.form != "sum" else [])
        parts += [f"muted={self.muted!r}"] * bool(self.muted)
        parts += [f"{name}=True" for name in ("show_counts", "show_channels") if getattr(self, name)]
        return f"InfluenceExplorer({', '.join(parts)}, selected={self.selected!r})"

    def picture(self) -> figures.Picture:
        """The static twin."""
        return figures.influence(self)


# ------------------------------------------------------------------------------------------------ reading settings
def _sizes(value, name):
    sizes = tuple(value) if isinstance(value, (tuple, list, np.ndarray)) else (value,)
    if len(sizes) not in (1, 2):
        raise SettingError(f"{name} must have one or two axes to be drawn; got {len(sizes)}: {sizes}")
    return sizes


def _count(value, name):
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise SettingError(f"{name} must be an integer; got {value!r}")
    if value < 1:
        raise SettingError(f"{name} must be at least 1; got {value}")
    return int(value)


def layer_of(
    input_size, kernel_size, stride=1, padding=0, dilation=1, channels=1, filters=1, groups=1
) -> Geometry:
    sizes, kernels = _sizes(input_size, "input_size"), _sizes(kernel_size, "kernel_size")
    if len(sizes) != len(kernels):
        raise SettingError(
            f"input_size and kernel_size must have the same number of axes; got {sizes} and {kernels}"
        )
    channels, filters = _count(channels, "channels"), _count(filters, "filters")
    groups = _count(groups, "groups")
    sizes = tuple(_count(n, "input_size") for n in sizes)
    kernels = tuple(_count(n, "kernel_size") for n in kernels)
    try:
        return Geometry.of(
            (1, channels, *sizes),
            (filters, channels // groups, *kernels),
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=groups,
        )
    except (TypeError, ValueError) as error:
        divide = not (channels % groups or filters % groups)
        fix = "" if divide else f"; use groups = {_either(possible_groups(channels, filters))}"
        raise SettingError(f"{error}{fix}") from None


def possible_groups(channels, filters) -> list[int]:
    """The numbers of groups that divide both."""
    return [g for g in range(1, min(channels, filters) + 1) if channels % g == filters % g == 0]


def _either(items):
    """1, 2 or 4."""
    *front, last = map(str, items)
    return f"{', '.join(front)} or {last}" if front else last


def canonical_settings(**settings) -> dict:
    """The settings, one entry per axis, or a SettingError that says why no layer has them."""
    layer = layer_of(**settings)
    cells = sum(int(np.prod(shape)) for shape in (layer.x_shape, layer.w_shape, layer.out_shape))
    if cells > MOST_CELLS:
        raise SettingError(
            f"the explorer draws at most {MOST_CELLS} cells; x, w and z of this layer have {cells}"
        )
    return dict(
        input_size=layer.input_grid,
        kernel_size=layer.kernel_grid,
        stride=tuple(a.stride for a in layer.axes),
        padding=tuple(a.padding for a in layer.axes),
        dilation=tuple(a.dilation for a in layer.axes),
        channels=layer.channels,
        filters=layer.filters,
        groups=layer.groups,
    )


def shapes_of(**settings) -> dict:
    layer = layer_of(**settings)
    outputs = layer.out_shape[1:]
    return dict(x=layer.x_shape[1:], w=layer.w_shape, b=(layer.filters,), delta=outputs, z=outputs)


def _short(name, value):
    """A setting as one would type it: 1 rather than (1, 1)."""
    if name in ("input_size", "kernel_size"):
        return value if len(value) > 1 else value[0]
    if name == "padding" and all(before == after for before, after in value):
        value = tuple(before for before, after in value)
    return (
        value[0]
        if isinstance(value, tuple) and not isinstance(value[0], tuple) and len(set(value)) == 1
        else value
    )


def _selection(value, shapes):
    """The full tuple of a selection: name, channel or filter, position."""
    if value is None:
        return None
    if (
        isinstance(value, str)
        or not isinstance(value, (tuple, list))
        or not value
        or value[0] not in ("x", "w", "z")
    ):
        raise SettingError(
            f'selected is None or a tuple like ("x", 2, 3), named "x", "w" or "z"; got {value!r}'
        )
    name, *index = value
    shape = shapes[name]
    leading = len(shape) - (len(shapes["x"]) - 1)
    for index_item in index:
        if isinstance(index_item, bool) or not isinstance(index_item, (int, np.integer)):
            raise SettingError(f"the indices of selected must be integers; got {value!r}")
    if len(index) == len(shape) - leading and all(n == 1 for n in shape[:leading]):
        index = [0] * leading + index
    if name == "w" and len(index) == len(shape) - 1 and 1 in shape[:2]:  # one of the two letters left out
        index = [0, *index] if shape[0] == 1 else [index[0], 0, *index[1:]]
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise SettingError(f"{name} has shape {shape}: selected {tuple(value)!r} is no cell of it")
    return (name, *(int(i) for i in index))


def clamped(selected, shapes):
    """The same cell, or the nearest one that still exists."""
    if selected is None:
        return None
    name, *index = selected
    shape = shapes[name]
    if len(index) != len(shape):
        return None
    return (name, *(min(i, n - 1) for i, n in zip(index, shape, strict=True)))


def _muted(value, filters) -> tuple[int, ...]:
    """The muted filters in order, each once."""
    numbers = tuple(value) if isinstance(value, (tuple, list, set, np.ndarray)) else None
    if numbers is None or not all(
        isinstance(f, (int, np.integer)) and not isinstance(f, bool) for f in numbers
    ):
        raise SettingError(f"muted is a tuple of filter numbers like (0, 2), or (); got {value!r}")
    if numbers and filters == 1:
        raise SettingError(
            f"muting needs at least 2 filters; this layer has 1: use filters >= 2 or muted=(); got {value!r}"
        )
    for f in numbers:
        if not 0 <= f < filters:
            raise SettingError(
                f"muted holds filter numbers from 0 to {filters - 1}, as this layer has {filters} filters; got {f}"
            )
    return tuple(sorted({int(f) for f in numbers}))


def still_muted(muted, filters) -> tuple[int, ...]:
    """The muted filters that still exist; none where there is only one filter."""
    return tuple(f for f in muted if f < filters) if filters > 1 else ()


def fitted(name, value, shape) -> np.ndarray:
    array = np.array(value, dtype=float)
    if array.shape != shape and array.shape == tuple(
        shape[i] for i in range(len(shape)) if i >= len(shape) - array.ndim
    ):
        array = array.reshape(shape) if array.size == np.prod(shape) else array
    if array.shape != shape:
        raise SettingError(f"{name} must have shape {shape}, as this layer's settings ask; got {array.shape}")
    if not np.isfinite(array).all():
        raise SettingError(f"{name} must hold finite numbers to be drawn")
    return array


# ---------------------------------------------------------------------------------------- the values it starts with
def default_values(name, shape) -> np.ndarray:
    """Small integers that are always the same: x and delta odd, w all different, b zero."""
    if name == "b":
        return np.zeros(shape)
    if name == "w":
        return np.arange(1, np.prod(shape) + 1, dtype=float).reshape(shape)
    outer, *grid = np.indices(shape)
    row, column = grid if len(grid) == 2 else (np.zeros_like(grid[0]), grid[0])
    if name == "x":
        return 1.0 + 2 * ((3 * column + row + (row * column) // 3 + 2 * outer) % 5)
    return 1.0 + 2 * ((column + 3 * row + 2 * row * column + column // 2 + 3 * outer) % 4)


def refit(name, old, shape) -> np.ndarray:
    """Values of a new shape: the defaults, with what the reader had put in kept where both have a cell."""
    new = default_values(name, shape)
    if old.ndim == new.ndim and not np.array_equal(old, default_values(name, old.shape)):
        both = tuple(slice(0, min(a, b)) for a, b in zip(old.shape, shape, strict=True))
        new[both] = old[both]
    return new
