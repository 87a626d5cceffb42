"""The duality panels: z, the gradient of w and the gradient of x, each as multipliers that read a row with a step."""

from __future__ import annotations

import numpy as np
import traitlets

from .. import figures, loops
from ..geometry import Axis
from ..words import factor, number
from .page import SettingError, array_trait, is_integer, module, whole
from .rows import RowWidget, cells_of, hatched_note, say

__all__ = ["DualityPanels"]

SETTINGS = ("input_size", "kernel_size", "stride", "dilation")
SYMBOLS = dict(z="z", grad_w="∂J/∂w", grad_x="∂J/∂x")
ROLES = dict(  # of what is read, by what, and of the results
    z=("input", "weight", "output"),
    grad_w=("input", "gradient", "gradient"),
    grad_x=("gradient", "weight", "gradient"),
)
MOST_INPUTS = 20
MOST_DIAL = 4


class DualityPanels(RowWidget):
    """One row, no padding: three panels in which stride and dilation change places.

    z is x read by w with step s and spread d; the gradient of w is x read by delta with step d and spread s; the
    gradient of x is delta, with zeros put in, read by w reversed, with step 1 and spread d. Two dials turn s and d from
    1 to 4.

    Parameters
    ----------
    input_size : int
        At most 20.
    kernel_size : int
    stride, dilation : int
        From 1 to 4.
    x : array (input_size,)
    w : array (kernel_size,)
    delta : array (U,), with U = floor((input_size - dilation * (kernel_size - 1) - 1) / stride) + 1
        Values that are not given are small odd integers, always the same.
    selected : ("z", u), ("grad_w", k), ("grad_x", i) or None
        The result whose multipliers are drawn.

    Raises
    ------
    SettingError
        (a ValueError) if no layer has these settings; nothing changes then.
    """

    _esm = module("PANELS", "words", "frame", "rows", "duality_panels")
    _SETTINGS = SETTINGS
    _ARRAYS = ("x", "w", "delta")
    _STATE = (*SETTINGS, *_ARRAYS, "selected")
    _TITLE = "Duality panels"

    input_size = traitlets.Any(13).tag(sync=True)
    kernel_size = traitlets.Any(3).tag(sync=True)
    stride = traitlets.Any(2).tag(sync=True)
    dilation = traitlets.Any(3).tag(sync=True)
    x = array_trait()
    w = array_trait()
    delta = array_trait()
    selected = traitlets.Any(("z", 0)).tag(sync=True)

    def __init__(
        self, input_size=13, kernel_size=3, stride=2, dilation=3,
        x=None, w=None, delta=None, selected=("z", 0), **kwargs,
    ):  # fmt: skip
        settings = dict(input_size=input_size, kernel_size=kernel_size, stride=stride, dilation=dilation)
        traits, shapes = self._starting(settings, dict(x=x, w=w, delta=delta))
        super().__init__(**traits, selected=_selection(selected, shapes), **kwargs)

    # ------------------------------------------------------------------------------------------------- validation
    @staticmethod
    def _canonical(input_size, kernel_size, stride, dilation):
        settings = dict(
            input_size=whole(input_size, "input_size", 1, MOST_INPUTS),
            kernel_size=whole(kernel_size, "kernel_size", 1),
            stride=whole(stride, "stride", 1, MOST_DIAL),
            dilation=whole(dilation, "dilation", 1, MOST_DIAL),
        )
        size, kernel, span = settings["input_size"], settings["kernel_size"], dilation * (kernel_size - 1) + 1
        if kernel > size:
            raise SettingError(f"kernel {kernel} is longer than the input {size}; use kernel_size <= {size}")
        if span > size:
            raise SettingError(
                f"kernel {kernel} (spread over {span} by dilation {dilation}) is longer than the input {size}; "
                f"use dilation <= {(size - 1) // (kernel - 1)}"
            )
        return settings

    @staticmethod
    def _shapes_of(input_size, kernel_size, stride, dilation):
        """Of the arrays, and of the results by the names that `selected` uses."""
        outputs = Axis(input_size, kernel_size, stride, (0, 0), dilation).out_size
        lengths = dict(x=input_size, w=kernel_size, delta=outputs)
        lengths |= dict(z=outputs, grad_w=kernel_size, grad_x=input_size)
        return {name: (length,) for name, length in lengths.items()}

    @traitlets.validate("selected")
    def _valid_selection(self, proposal):
        return _selection(proposal["value"], self._shapes)

    def _follow(self, name, shapes):
        """The selection stays inside."""
        if self.selected:
            name, n = self.selected
            self.selected = (name, min(n, shapes[name][0] - 1))

    # ------------------------------------------------------------------------------------------------- what it knows
    @property
    def axis(self) -> Axis:
        """The layer's integers."""
        return Axis(self.input_size, self.kernel_size, self.stride, (0, 0), self.dilation)

    @property
    def _keywords(self):
        return dict(stride=self.stride, dilation=self.dilation)

    @property
    def z(self) -> np.ndarray:
        """The output (U,), without bias."""
        return loops.forward(self.x[None, None], self.w[None, None], **self._keywords)[0, 0]

    @property
    def grad_w(self) -> np.ndarray:
        """The gradient of J = sum(delta * z) in w (kernel_size,)."""
        shape = (1, 1, self.kernel_size)
        return loops.grad_weight(self.delta[None, None], self.x[None, None], shape, **self._keywords)[0, 0]

    @property
    def grad_w_surplus(self) -> np.ndarray:
        """What x read by delta gives after the last weight: floor(leftover / dilation) numbers that belong to none."""
        more = range(self.kernel_size, self.kernel_size + self.axis.leftover // self.dilation)
        outputs = self.stride * np.arange(len(self.delta))
        return np.array([self.delta @ self.x[self.dilation * k + outputs] for k in more])

    @property
    def grad_x(self) -> np.ndarray:
        """The gradient of J = sum(delta * z) in x (input_size,)."""
        shape = (1, 1, self.input_size)
        return loops.grad_input(self.delta[None, None], self.w[None, None], shape, **self._keywords)[0, 0]

    @property
    def links(self) -> list[tuple[int, int, int]]:
        """The links (u, k, i) of the selected result."""
        if self.selected is None:
            return []
        name, n = self.selected
        find = dict(
            z=self.axis.links_of_output, grad_w=self.axis.links_of_tap, grad_x=self.axis.links_of_input
        )
        return [tuple(int(m) for m in link) for link in find[name](n)]

    @property
    def sentence(self) -> str:
        """What stands below the panels."""
        if self.selected is None:
            return "Point at a result, or move to one with Tab and the arrow keys"
        name, n = self.selected
        it, links = f"{SYMBOLS[name]}[{n}]", sorted(self.links)
        if not links:
            return f"x[{n}] is read by no output: the weights meet only zeros, so {it} = 0"
        pairs = {
            "z": lambda u, k, i: (f"w[{k}]", f"x[{i}]", self.w[k], self.x[i]),
            "grad_w": lambda u, k, i: (f"δ[{u}]", f"x[{i}]", self.delta[u], self.x[i]),
            "grad_x": lambda u, k, i: (f"δ[{u}]", f"w[{k}]", self.delta[u], self.w[k]),
        }
        terms = [pairs[name](*link) for link in links]
        symbols = _sum([f"{a}·{b}" for a, b, _, _ in terms])
        numbers = _sum([f"{factor(p)}·{factor(q)}" for _, _, p, q in terms])
        read = len(self.delta) if name == "grad_w" else self.kernel_size
        apart = f"s = {self.stride}" if name == "grad_w" else f"d = {self.dilation}"
        back = name == "grad_x"
        said = f"one cell {'' if back else 'of x '}is read"
        if read > 1:
            said = f"the cells {'read' if back else 'of x'} are {apart} apart"
        zeros = read - len(terms)
        if zeros:
            said += f", and {zeros} of these {read} {'is a zero' if zeros == 1 else 'are zeros'} put in"
        return f"{it} = {symbols} = {numbers} = {number(getattr(self, name)[n])}: {said}"

    @property
    def titles(self) -> dict:
        """The panels' headings: in z and in the gradient of w, step and spread have changed places."""
        s, d = self.stride, self.dilation
        return dict(
            z=f"z: x read by w, step s = {s}, spread d = {d}",
            grad_w=f"∂J/∂w: x read by δ, step d = {d}, spread s = {s}",
            grad_x=f"∂J/∂x: δ̂ (δ with zeros put in), read by w reversed, step 1, spread d = {d}",
        )

    # ------------------------------------------------------------------------------------------------- how it shows
    def __repr__(self):
        return (
            f"DualityPanels(input_size={self.input_size}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"dilation={self.dilation}, selected={self.selected!r})"
        )

    def picture(self) -> figures.Picture:
        """The same panels, selection and sentence, for paper."""
        s, d, around = self.stride, self.dilation, self.dilation * (self.kernel_size - 1)
        inserted = np.zeros(self.input_size + around)
        place = {around + s * u: u for u in range(len(self.delta))}
        inserted[list(place)] = self.delta
        reads = dict(  # the row and its indices, the multipliers and their names, step, spread
            z=(self.x, range(self.input_size), self.w, _named("w", self.w), s, d),
            grad_w=(self.x, range(self.input_size), self.delta, _named("δ", self.delta), d, s),
            grad_x=(inserted, place, self.w[::-1], _named("w", self.w)[::-1], 1, d),
        )
        rows, said = [], []
        for name, (row, index, multipliers, names, step, spread) in reads.items():
            (reading, by, role), title, results = ROLES[name], self.titles[name], getattr(self, name)
            own = self.selected[1] if self.selected and self.selected[0] == name else None
            meets = [] if own is None else [step * own + spread * m for m in range(len(multipliers))]
            if meets:
                cells = cells_of(multipliers, meets, index=names, fill=by)
                rows.append(dict(title=title, name=SYMBOLS[name], of=role, role=by, cells=cells))
            cells = cells_of(
                row,
                index=[index[c] if c in index else "" for c in range(len(row))],
                style=[None if c in index else "pad" for c in range(len(row))],
                strong=[c in meets for c in range(len(row))],
            )
            rows.append(
                dict(title="" if meets else title, name=SYMBOLS[name], of=role, role=reading, cells=cells)
            )
            surplus = self.grad_w_surplus if name == "grad_w" else np.zeros(0)
            real = range(len(results))
            linked = [name != "grad_x" or len(self.axis.links_of_input(n)) > 0 for n in real]
            cells = cells_of(
                np.concatenate([results, surplus]),
                [step * n for n in range(len(results) + len(surplus))],
                index=[*real, *[""] * len(surplus)],
                style=[None if here else "unlinked" for here in linked] + ["pad"] * len(surplus),
                strong=[n == own for n in real] + [False] * len(surplus),
            )
            more = " (dotted: no such weight)" if len(surplus) else ""
            rows.append(dict(title=SYMBOLS[name] + more, name=SYMBOLS[name], role=role, cells=cells))
            said.append(f"{title}: {say(results)}" + f"; {say(surplus)}: no such weight" * (len(surplus) > 0))
        sentence = self.sentence if self.selected else "No result is selected"
        return figures.rows_in_line(
            rows, f"Duality panels. {'. '.join(said)}.", text=[sentence], notes=hatched_note(rows)
        )


def _named(name, values):
    return [f"{name}[{n}]" for n in range(len(values))]


def _sum(parts):
    return " + ".join([*parts[:2], "…", parts[-1]] if len(parts) > 4 else parts)


def _selection(value, shapes):
    if value is None:
        return None
    if not isinstance(value, (tuple, list)) or len(value) != 2 or value[0] not in SYMBOLS:
        raise SettingError(
            f'selected is None or a pair like ("z", 0), named "z", "grad_w" or "grad_x"; got {value!r}'
        )
    name, n = value
    if not is_integer(n):
        raise SettingError(f"the index of selected must be an integer; got {tuple(value)!r}")
    (length,) = shapes[name]
    if not 0 <= n < length:
        raise SettingError(f"{name} has {length} cells, from 0 to {length - 1}; got {tuple(value)!r}")
    return (name, int(n))
