r"""What the names in subscripts and limits stand for: sizes, stride, padding, dilation."""

from __future__ import annotations

from .. import common_letters as common
from ..tree import Add, Name, Number
from .axes import letters_in
from .standing import Seen, key_of

__all__ = ["quantities_of"]


def _kinds_of_letters(seen: Seen, roles, axes) -> dict[str, tuple[str, object]]:
    """For each letter, (K, H or U, the axis) of the arrays in whose subscripts it stands in a sum."""
    found = {}
    for name, uses in seen.arrays.items():
        if name not in roles:
            continue
        for use in uses:
            for kind, index in zip(axes.of(seen.role_of(use, roles)), use.sub or (), strict=False):
                for letter in letters_in(index, seen):
                    found.setdefault(letter, kind)
    return found


def quantities_of(seen: Seen, roles, axes, letters, base) -> tuple[dict, dict, bool]:
    """(sizes, settings, square): what the names in subscripts and limits stand for."""
    found = _Quantities(seen, roles, axes, letters, base)
    names = {name for name, *_ in (*seen.factors, *seen.terms, *seen.limits)} | seen.divisors
    names |= {name for name in seen.plain if name not in roles}
    for name in sorted(names - seen.letters):
        found.place(name)
    _side_by_side(found.sizes, found.by_limits)
    return found.sizes, found.settings, found.square


class _Quantities:
    """The sizes and settings of one cast."""

    def __init__(self, seen, roles, axes, letters, base):
        self.seen, self.roles, self.axes, self.letters, self.base = seen, roles, axes, letters, base
        self.kinds = _kinds_of_letters(seen, roles, axes)
        self.first = self._first_axis()
        self.sizes, self.settings, self.square, self.by_limits = {}, {}, False, set()

    def _first_axis(self) -> str:
        """Whether the first spatial axis is that of the rows, h, as the index letters say: w_{w,h} has the other."""
        marks = {common.mark(letter): kind for letter, kind in self.kinds.items() if isinstance(kind, int)}
        return "w" if marks.get("w") == 0 and marks.get("h", 1) == 1 else "h"

    def marked(self, name) -> int | None:
        """The axis that a name says it is for: s_w is the stride of the columns."""
        mark = common.mark(name)
        if mark is None or self.axes.dims == 1:
            return None
        return int(mark != self.first)

    def place(self, name):
        """Say what one name stands for."""
        if by_limit := self._by_limits(name):
            spatial = {size for size in by_limit if size[1:].isdigit()}
            axis = self.marked(name)
            if axis is not None and spatial:
                by_limit = {f"{size[0]}{axis}" if size in spatial else size for size in by_limit}
            else:
                self.square |= len(spatial) > 1 and len({size[0] for size in spatial}) == 1
            self.sizes[name] = min(by_limit)
            self.by_limits.add(name)
            return
        beside = [(array, slot, near) for other, array, slot, near in self.seen.factors if other == name]
        alone = [(array, slot) for other, _, array, slot in self.seen.terms if other == name]
        spots = self._spots([(array, slot) for array, slot, _ in beside] + alone)
        role = self._setting(name, beside)
        axis = self.marked(name)
        if role is not None:
            if axis is None and len(spots) == 1 and self.axes.dims > 1 and "_" in name:
                axis = next(iter(spots))
            self.settings[name] = role, axis
            return
        what = "F" if self.seen.grouped and common.bare(name) == "F" else common.size(name)
        if what is None and alone and common.bare(name).isupper():  # (a small letter is an index)
            what = "K"
        if what in ("K", "H", "U"):
            near = {letter for other, letter, _ in self.seen.limits if other == name} | self.seen.related[
                name
            ]
            on = sorted(spots) or sorted({self.kinds[l] for l in near if isinstance(self.kinds.get(l), int)})
            self.square |= axis is None and len(on) > 1
            axis = axis if axis is not None else on[0] if on else 0
            self.sizes[name] = f"{what}{axis}"
        elif what is not None:
            self.sizes[name] = what

    def _by_limits(self, name) -> set[str]:
        """The sizes that it is the end of, as the limits of sums say."""
        found = set()
        for other, letter, limit in self.seen.limits:
            size = self.letters.get(letter, "")
            if other != name or not size:
                continue
            if _ends(limit, name, self.base):
                found.add(size)
            elif size[0] == "U" and (what := _of_output(limit, name, self.base)):
                found.add(what + size[1:])
        return found

    def _spots(self, places) -> set[int]:
        """The spatial axes in whose subscripts it stands."""
        found = set()
        for array, slot in places:
            slots = self.axes.of(self.roles[array]) if array in self.roles else ()
            if slot < len(slots) and isinstance(slots[slot], int):
                found.add(slots[slot])
        return found

    def _setting(self, name, beside) -> str | None:
        """stride, dilation or before, if it is one: by what it multiplies, and by its letter."""
        usual, size = common.setting(name), common.size(name)
        if size in ("N", "C", "F", "G") or (self.seen.grouped and common.bare(name) == "F"):
            return None
        if any(near == ("/",) for *_, near in beside):
            return "stride"
        if beside:
            near = {self.letters.get(letter, "")[:1] for *_, letters in beside for letter in letters}
            if usual in ("stride", "dilation"):
                return usual
            if "K" in near and "U" not in near:
                return "dilation"
            return "stride" if near & {"U", "H"} else None
        return usual if usual == "before" or (usual is not None and not size) else None


def _side_by_side(sizes, sure):
    """H and W count the same kind of map: what a limit says of one holds for the other."""
    for one, other in (("H", "W"), ("W", "H")):
        for name in [n for n in sizes if n.startswith(one) and n in sure]:
            twin = other + name[1:]
            if twin in sizes and twin not in sure and sizes[twin][1:].isdigit():
                sizes[twin] = sizes[name][0] + sizes[twin][1:]


def _of_output(limit, name, base) -> str | None:
    """H or K, where a limit is the last output: H - K, or H - K + 1 where indices count from 1."""
    if not isinstance(limit, Add) or len(limit.terms) != 2 + base or limit.signs[:2] != (1, -1):
        return None
    if not all(isinstance(term, Name) for term in limit.terms[:2]):
        return None
    if base and not (
        isinstance(limit.terms[2], Number) and limit.terms[2].value == 1 and limit.signs[2] == 1
    ):
        return None
    return "H" if key_of(limit.terms[0]) == name else "K" if key_of(limit.terms[1]) == name else None


def _ends(limit, name, base) -> bool:
    """Whether a limit is the last index of a size: K - 1 where indices count from 0, K where they count from 1."""
    if isinstance(limit, Name):
        return base == 1 and key_of(limit) == name
    if base == 0 and isinstance(limit, Add) and len(limit.terms) == 2:
        first, second = limit.terms
        one = isinstance(second, Number) and second.value == 1 and limit.signs[1] == -1
        return one and isinstance(first, Name) and key_of(first) == name
    return False
