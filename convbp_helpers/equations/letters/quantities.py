r"""What the names in subscripts and limits stand for: sizes, stride, padding, dilation."""

from __future__ import annotations

import re

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
    sizes, settings, square, by_limits = {}, {}, False, set()
    kinds = _kinds_of_letters(seen, roles, axes)
    names = {name for name, *_ in (*seen.factors, *seen.terms, *seen.limits)} | seen.divisors
    names |= {name for name in seen.plain if name not in roles}
    names -= seen.letters
    for name in sorted(names):
        word = re.split("_", name)[0]
        if word in seen.letters and name != word:
            pass
        spots = set()
        by_limit = set()
        for other, letter, limit in seen.limits:
            if other == name and letter in letters and _ends(limit, name, base):
                by_limit.add(letters[letter])
            if (
                other == name
                and letters.get(letter, "")[:1] == "U"
                and (what := _of_output(limit, name, base))
            ):
                by_limit.add(what + letters[letter][1:])
        usual = common.setting(name)
        beside = [(array, slot, near) for other, array, slot, near in seen.factors if other == name]
        alone = [(sign, array, slot) for other, sign, array, slot in seen.terms if other == name]
        for array, slot in [(a, s) for a, s, _ in beside] + [(a, s) for _, a, s in alone]:
            if array in roles:
                slots = axes.of(roles[array])
                if slot < len(slots) and isinstance(slots[slot], int):
                    spots.add(slots[slot])
        axis = next(iter(spots)) if len(spots) == 1 and axes.dims > 1 and "_" in name else None
        if by_limit:
            spatial = {size for size in by_limit if size[1:].isdigit()}
            square |= len(spatial) > 1 and len({size[0] for size in spatial}) == 1
            sizes[name] = min(by_limit)
            by_limits.add(name)
            continue
        role = None
        if common.size(name) in ("N", "C", "F", "G"):
            pass
        elif any(near == ("/",) for *_, near in beside):
            role = "stride"
        elif beside:
            near = {letters.get(letter, "")[:1] for *_, letters_near in beside for letter in letters_near}
            if usual in ("stride", "dilation"):
                role = usual
            elif "K" in near and "U" not in near:
                role = "dilation"
            elif near & {"U", "H"}:
                role = "stride"
        elif usual == "before" and not _is_size(name, alone, roles):
            role = "before"
        elif usual is not None and not common.size(name):
            role = usual
        if role is not None:
            settings[name] = (role, axis)
            continue
        what = common.size(name)
        if what is None and alone and common.bare(name).isupper():  # (a small letter is an index)
            what = "K"
        if what is None:
            continue
        if what in ("K", "H", "U"):
            near = {letter for other, letter, _ in seen.limits if other == name} | seen.related[name]
            on = sorted(spots) or sorted({kinds[l] for l in near if isinstance(kinds.get(l), int)})
            square |= len(on) > 1
            mark = re.split("_", name)[-1] if "_" in name else name[-1] if len(name) == 2 else ""
            second = mark in ("w", "W", "2", "y", "c", "col") and axes.dims > 1
            sizes[name] = f"{what}{on[0] if on else int(second)}"
        else:
            sizes[name] = what
    _side_by_side(sizes, by_limits)
    return sizes, settings, square


def _side_by_side(sizes, sure):
    """H and W count the same kind of map: what a limit says of one holds for the other."""
    for one, other in (("H", "W"), ("W", "H")):
        for name in [n for n in sizes if n.startswith(one) and n in sure]:
            twin = other + name[1:]
            if twin in sizes and twin not in sure and sizes[twin][1:].isdigit():
                sizes[twin] = sizes[name][0] + sizes[twin][1:]


def _is_size(name, alone, roles) -> bool:
    """Whether a name that is mostly padding stands where a kernel's size does."""
    return bool(alone) and all(roles.get(array) == "weight" for _, array, _ in alone)


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
