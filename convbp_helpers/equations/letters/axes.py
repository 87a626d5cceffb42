r"""Which axes the arrays have, and in which order: what is added to an index counts along the same axis."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import product

from .. import common_letters as common
from ..family import AXES_OF_INPUT, MAPS
from ..tree import Name, Number, walk
from .standing import Seen

__all__ = ["Axes", "MAP_ORDERS", "WEIGHT_ORDERS", "axes_of", "letters_in", "sizes_of_letters"]


MAP_ORDERS = (("batch", "channel", "space"), ("batch", "space", "channel"), ("space", "channel", "batch"))


WEIGHT_ORDERS = (
    ("filter", "channel", "space"), ("space", "channel", "filter"), ("channel", "filter", "space"),
    ("space", "filter", "channel"), ("channel", "space", "filter"), ("filter", "space", "channel"),
)  # fmt: skip


@dataclass(frozen=True)
class Axes:
    """Which axes there are, and their order; `kinds`: letter -> the kinds of axes that it stands on."""

    cost: float
    dims: int
    present: tuple[str, ...]
    maps: tuple[str, ...]
    weights: tuple[str, ...]

    def of(self, role) -> tuple:
        if role == "bias":
            return ("filter",) if "filter" in self.present else ()
        kinds = []
        for kind in self.weights if role == "weight" else self.maps:
            if kind == "space":
                kinds += range(self.dims)
                continue
            if kind == "channel" and role in MAPS and role not in AXES_OF_INPUT:
                kind = "filter"
            if kind in self.present:
                kinds.append(kind)
        return tuple(kinds)


def axes_of(seen: Seen, roles: dict[str, str]) -> list[Axes]:
    """The axes that fit the subscripts, the likeliest first; none if nothing fits them all."""
    uses = [
        (seen.role_of(use, roles), use.sub) for name, uses in seen.arrays.items() if name in roles
        for use in uses if use.sub is not None
    ]  # fmt: skip
    if not uses:
        return [Axes(0.0, 2, (), MAP_ORDERS[0], WEIGHT_ORDERS[0])]
    placed = {}
    for role, sub in uses:
        placed[role, tuple(tuple(letters_in(index, seen)) for index in sub),
               tuple(isinstance(index, (Name, Number)) for index in sub)] = sub  # fmt: skip
    found = []
    kinds_of = ("batch", "channel", "filter")
    for dims, *on in product((2, 1, 3), (False, True), (False, True), (False, True)):
        present = tuple(kind for kind, there in zip(kinds_of, on, strict=True) if there)
        for (m, maps), (n, weights) in product(enumerate(MAP_ORDERS), enumerate(WEIGHT_ORDERS)):
            axes = Axes(0.0, dims, present, maps, weights)
            if (m and "channel" not in present and "filter" not in present and "batch" not in present) or (
                n and "channel" not in present and "filter" not in present
            ):
                continue
            cost = _misfit(axes, placed)
            if cost is None:
                continue
            cost += 0.4 * m + 0.4 * n + {2: 0.0, 1: 0.12, 3: 0.3}[dims]
            cost += sum({"batch": 0.06, "channel": 0.03, "filter": 0.02}[kind] for kind in present)
            found.append(replace(axes, cost=cost))
    found.sort(key=lambda axes: axes.cost)
    return [axes for axes in found if axes.cost <= found[0].cost + 2.5][:4]


def letters_in(index, seen) -> list[str]:
    return [n.text for n in walk(index) if isinstance(n, Name) and n.sub is None and n.text in seen.letters]


def _misfit(axes: Axes, placed) -> float | None:
    """How badly axes fit: letters on two kinds of axes, sums of letters where no space is. None: not at all."""
    kinds, cost = defaultdict(set), 0.0
    for role, letters, alone in placed:
        slots = axes.of(role)
        if len(slots) != len(letters):
            return None
        for kind, inside, simple in zip(slots, letters, alone, strict=True):
            for letter in inside:
                kinds[letter].add(kind)
            if not simple and not isinstance(kind, int) and len(inside) > 0:
                cost += 2.0
    for letter, on in kinds.items():
        cost += 3.0 * (len(on) - 1)
        usual = common.counts(letter)
        if usual is not None and usual not in on:
            cost += 0.08 if all(isinstance(kind, int) for kind in on) else 0.25
    return cost


def _slot_size(role, kind, grouped=False) -> str:
    if kind == "channel":
        return "C/G" if grouped and role == "weight" else "C"
    if not isinstance(kind, int):
        return {"batch": "N", "filter": "F"}[kind]
    letter = "K" if role == "weight" else "P" if role == "padded" else "H" if role in AXES_OF_INPUT else "U"
    return f"{letter}{kind}"


def sizes_of_letters(seen: Seen, roles, axes) -> dict[str, str]:
    """What each letter counts that stands alone in a subscript; of two sizes the smaller, which lies inside both."""
    found = defaultdict(set)
    for name, uses in seen.arrays.items():
        if name not in roles:
            continue
        for use in uses:
            role = seen.role_of(use, roles)
            for kind, index in zip(axes.of(role), use.sub or (), strict=False):
                if isinstance(index, Name) and index.sub is None and index.text in seen.letters:
                    found[index.text].add(_slot_size(role, kind, seen.grouped))
    order = {"K": 0, "U": 1, "H": 2, "P": 3}
    open_ended = {letter for letter, low, _ in seen.bound if low is None} - set(found)
    for name, uses in seen.arrays.items():  # w_{K-1-k}: what stands alone nowhere
        for use in uses if name in roles else ():
            role = seen.role_of(use, roles)
            for kind, index in zip(axes.of(role), use.sub or (), strict=False):
                for letter in open_ended & set(letters_in(index, seen)):
                    found[letter].add(_slot_size(role, kind, seen.grouped))
    return {
        letter: min(sizes, key=lambda size: (order.get(size[0], 0) if size[1:] else 0, size))
        for letter, sizes in found.items()
    }
