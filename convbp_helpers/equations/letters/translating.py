r"""A page in other letters, put into those of the series: what an exercise looks at is written in them."""

from __future__ import annotations

from dataclasses import replace

from ..notation import SERIES
from ..tree import Add, Group, Name, Number, Page, Relation, Slope, Sum, rebuild, walk

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

    None where the series has no such layer: other axes, a kernel that is turned, or layers that the numbers in it ask
    about. Indices from 1 are put as indices from 0.
    """
    notation = reading.notation
    plain = not notation.convolves and not notation.square and not reading.layer
    if (
        not plain
        or notation.axes["map"] != SERIES.axes["map"]
        or notation.axes["weight"] != SERIES.axes["weight"]
    ):
        return None
    page = reading.page if notation.base == 0 else _from_zero(reading.page, notation)
    names = {notation.loss: SERIES.loss}
    for name, symbol in notation.symbols.items():
        if symbol.layer or symbol.role not in _ARRAYS:
            return None
        names[name] = _ARRAYS[symbol.role]
    indices = {**{name: _SIZES.get(size) for name, size in notation.sizes.items()},
               **{name: _SETTINGS.get(setting) for name, setting in notation.settings.items()},
               **_letters(notation)}  # fmt: skip
    names_here = {
        _key(n) for c in page.chains for m in (*c.members, *c.domain) for n in walk(m) if isinstance(n, Name)
    }
    indices = {name: put for name, put in indices.items() if name in names_here}
    if None in indices.values():
        return None
    chains = tuple(
        replace(
            chain,
            members=tuple(_translated(m, names, indices) for m in chain.members),
            letters=tuple(_index(name, indices) for name in chain.letters),
            domain=tuple(_index(relation, indices) for relation in chain.domain),
        )
        for chain in page.chains
    )
    return replace(page, chains=chains)


def _from_zero(page, notation) -> Page:
    """Indices from 1 as indices from 0: each letter one more, and each subscript one less."""
    letters = set(notation.letters) | {
        name.text for chain in page.chains for m in chain.members for s in walk(m) if isinstance(s, Sum)
        for name, *_ in s.letters
    }  # fmt: skip

    def raised(node):
        """An index, with a letter one more."""
        if isinstance(node, Name):
            return _plus(node, 1) if node.text in letters and node.sub is None else node
        return rebuild(node, raised)

    def changed(node):
        if isinstance(node, Name) and node.sub is not None and node.text in notation.symbols:
            return replace(node, sub=tuple(_plus(raised(i), -1) for i in node.sub))
        if isinstance(node, Sum):
            bounds = tuple(
                (name, low and _plus(raised(low), -1), high and _plus(raised(high), -1))
                for name, low, high in node.letters
            )
            conditions = tuple(raised(c) for c in node.conditions)
            return replace(node, letters=bounds, conditions=conditions, body=changed(node.body))
        if isinstance(node, Relation):
            return raised(node)
        return rebuild(node, changed)

    chains = tuple(
        replace(c, members=tuple(map(changed, c.members)), domain=tuple(map(raised, c.domain)))
        for c in page.chains
    )
    return replace(page, chains=chains)


def _plus(node, step):
    """An index and a number, added up: i - 1 and one more is i."""
    terms, signs = (node.terms, node.signs) if isinstance(node, Add) else ((node,), (1,))
    flat_terms, flat_signs = [], []
    for term, sign in zip(terms, signs, strict=True):
        inner = term.body if isinstance(term, Group) and isinstance(term.body, Add) else term
        if isinstance(inner, Add):
            flat_terms += inner.terms
            flat_signs += [sign * s for s in inner.signs]
        else:
            flat_terms.append(term)
            flat_signs.append(sign)
    number = step + sum(
        s * t.value for t, s in zip(flat_terms, flat_signs, strict=True) if isinstance(t, Number)
    )
    kept = [(t, s) for t, s in zip(flat_terms, flat_signs, strict=True) if not isinstance(t, Number)]
    if number or not kept:
        kept.append((Number(node.span, float(abs(number))), 1 if number >= 0 else -1))
    if len(kept) == 1 and kept[0][1] == 1:
        return kept[0][0]
    return Add(node.span, tuple(t for t, _ in kept), tuple(s for _, s in kept), (None,) * len(kept))


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
