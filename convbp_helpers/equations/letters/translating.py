r"""A page in other letters, put into those of the series: what an exercise looks at is written in them."""

from __future__ import annotations

from dataclasses import replace

from ..notation import SERIES
from ..tree import Name, Page, Slope, Sum, rebuild

__all__ = ["in_letters_of_the_series"]

_ARRAYS = {symbol.role: name for name, symbol in SERIES.symbols.items()}
_LETTERS = {size: letter for letter, size in SERIES.letters.items()} | {"H2": "h", "U2": "t", "K2": "m"}
_SIZES = {size: name for name, size in SERIES.sizes.items()}
_SETTINGS = {
    ("stride", None): "s", ("stride", 0): "s_h", ("stride", 1): "s_w",
    ("dilation", None): "d", ("dilation", 0): "d_h", ("dilation", 1): "d_w",
    ("before", None): "p", ("before", 0): "p_h", ("before", 1): "p_w",
}  # fmt: skip


def in_letters_of_the_series(reading) -> Page | None:
    """The page of a reading with the letters of the series.

    None where the series has no such layer: other axes, indices from 1, a kernel that is turned, or layers that the
    numbers in it ask about.
    """
    notation = reading.notation
    plain = notation.base == 0 and not notation.convolves and not notation.square and not reading.layer
    if (
        not plain
        or notation.axes["map"] != SERIES.axes["map"]
        or notation.axes["weight"] != SERIES.axes["weight"]
    ):
        return None
    names = {notation.loss: SERIES.loss}
    for name, symbol in notation.symbols.items():
        if symbol.layer or symbol.role not in _ARRAYS:
            return None
        names[name] = _ARRAYS[symbol.role]
    indices = {**{name: _SIZES.get(size) for name, size in notation.sizes.items()},
               **{name: _SETTINGS.get(setting) for name, setting in notation.settings.items()},
               **_letters(notation)}  # fmt: skip
    if None in indices.values():
        return None
    chains = tuple(
        replace(
            chain,
            members=tuple(_translated(m, names, indices) for m in chain.members),
            letters=tuple(_index(name, indices) for name in chain.letters),
            domain=tuple(_index(relation, indices) for relation in chain.domain),
        )
        for chain in reading.page.chains
    )
    return replace(reading.page, chains=chains)


def _letters(notation) -> dict[str, str]:
    """Index letters in those of the series; where two count the same, the second one is primed."""
    found, taken = {}, set()
    for letter, size in notation.letters.items():
        name = _LETTERS.get(size, letter)
        while name in taken:
            name += "'"
        taken.add(name)
        found[letter] = name
    return found


def _translated(node, arrays, indices):
    if isinstance(node, Name):
        sub = node.sub and tuple(_index(i, indices) for i in node.sub)
        if node.text in arrays:
            return replace(node, text=arrays[node.text], sub=sub)
        return _index(node, indices)
    if isinstance(node, Slope):
        return rebuild(node, lambda part: _translated(part, arrays, indices))
    if isinstance(node, Sum):
        letters = tuple(
            (_index(name, indices), low and _index(low, indices), high and _index(high, indices))
            for name, low, high in node.letters
        )
        conditions = tuple(_index(c, indices) for c in node.conditions)
        return replace(
            node, letters=letters, conditions=conditions, body=_translated(node.body, arrays, indices)
        )
    return rebuild(node, lambda part: _translated(part, arrays, indices))


def _index(node, indices):
    """An index in the letters of the series."""
    if isinstance(node, Name):
        letter, _, below = indices.get(_key(node), node.text).partition("_")
        sub = (Name(node.span, below),) if below else None
        return replace(node, text=letter, sub=sub) if _key(node) in indices else node
    return rebuild(node, lambda part: _index(part, indices))


def _key(node):
    below = node.sub[0] if node.sub and len(node.sub) == 1 else None
    return f"{node.text}_{below.text}" if isinstance(below, Name) else node.text
