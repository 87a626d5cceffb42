r"""Pages in other words: ∂L/∂Y for dY, sums over cells for maps that are joined whole, letters bound once."""

from __future__ import annotations

import re
from dataclasses import replace

from .. import common_letters as common
from ..family import AXES_OF_INPUT
from ..tree import Add, Chain, Group, Join, Mul, Name, Node, Number, Page, Slope, Sum, Turned, rebuild, walk
from .standing import Seen, key_of

__all__ = [
    "Cells",
    "NotCells",
    "Renamed",
    "bias_as_one",
    "counted_in_full",
    "prepared",
    "with_operands_exchanged",
    "with_subscripts",
]


def prepared(page: Page) -> tuple[Page, str]:
    """The page with ∂L/∂Y for dY, and one name for (X ⋆ W)[i,j] on the left; and the name of its loss."""
    tops = Seen(page).tops
    loss = next((top for top in tops if top in common.LOSSES), next(iter(tops), "L"))

    barred = {n.text for chain in page.chains for m in chain.members for n in walk(m) if isinstance(n, Name)}
    adjoint = any(re.fullmatch(r"\\bar [yYzZ]", name) for name in barred) and not tops

    def changed(node):
        if isinstance(node, Name):
            of = (
                node.text[5:] if adjoint and node.text.startswith("\\bar ") else common.gradient_of(node.text)
            )
        if isinstance(node, Name) and of is not None:
            bottom = Name(node.span, of, node.sub, node.sup)
            return Slope(node.span, Name(node.span, loss), bottom)
        if isinstance(node, Slope):
            return node
        return rebuild(node, changed)

    chains = []
    for chain in page.chains:
        members = tuple(changed(member) for member in chain.members)
        first = members[0]
        if isinstance(first, Group) and first.sub is not None and isinstance(first.body, Join):
            names = [n.text for n in walk(first.body) if isinstance(n, Name)]
            members = (Name(first.span, " * ".join(names), first.sub), *members[1:])
        chains.append(replace(chain, members=members))
    return replace(page, chains=tuple(chains)), loss


class Renamed:
    """Sums that bind a letter which is bound already get one of their own, as a reader takes them."""

    def __init__(self):
        self.any = False

    def chain(self, chain, free):
        members = tuple(self._node(member, frozenset(free), {}) for member in chain.members)
        return replace(chain, members=members) if self.any else chain

    def _node(self, node, bound, names):
        if isinstance(node, Name):
            sub = node.sub and tuple(self._node(i, bound, names) for i in node.sub)
            text = names.get(node.text, node.text) if node.sub is None else node.text
            return node if (sub, text) == (node.sub, node.text) else replace(node, text=text, sub=sub)
        if isinstance(node, Sum):
            inner, letters = dict(names), []
            for name, low, high in node.letters:
                text = name.text
                if text in bound:
                    text, self.any = f"{text}°", True
                inner[name.text] = text
                letters.append((replace(name, text=text), low and self._node(low, bound, names),
                                high and self._node(high, bound, names)))  # fmt: skip
            scope = bound | {name.text for name, *_ in letters}
            conditions = tuple(self._node(c, scope, inner) for c in node.conditions)
            return replace(
                node, letters=tuple(letters), conditions=conditions, body=self._node(node.body, scope, inner)
            )
        return rebuild(node, lambda part: self._node(part, bound, names))


def _is_first(low) -> bool:
    return isinstance(low, Number) and low.value == 1


def _is_count(high) -> bool:
    """Whether a limit is a number of examples, channels or filters."""
    return isinstance(high, Name) and common.size(key_of(high)) in ("N", "C", "F")


def counted_in_full(page, seen) -> Page | None:
    r"""\sum_{n=1}^{N} of a letter that is only counted, beside indices from 0: the sum over all of them."""
    simple = {letter for letter, low, high in seen.bound if _is_first(low) and _is_count(high)}
    for uses in seen.arrays.values():
        for use in uses:
            for index in use.sub or ():
                if not isinstance(index, Name):
                    simple -= {n.text for n in walk(index) if isinstance(n, Name)}
    if not simple or {low.value for _, low, _ in seen.bound if isinstance(low, Number)} == {0}:
        return None

    def changed(node):
        node = rebuild(node, changed)
        if isinstance(node, Sum):
            letters = tuple(
                (n, None, None) if n.text in simple else (n, low, high) for n, low, high in node.letters
            )
            return replace(node, letters=letters)
        return node

    return replace(
        page, chains=tuple(replace(c, members=tuple(map(changed, c.members))) for c in page.chains)
    )


class Cells:
    """Whole maps of an image as their cells."""

    LEFT, INNER = ("⟨p⟩", "⟨q⟩"), ("⟨a⟩", "⟨b⟩")

    def __init__(self, roles, joins):
        self.roles, self.joins = roles, joins

    def chain(self, chain):
        return replace(chain, members=tuple(self._value(member, self.LEFT) for member in chain.members))

    def _value(self, node, at):
        if isinstance(node, Join):
            return self._join(node, at)
        if isinstance(node, Turned):
            raise NotCells
        if isinstance(node, Group) and node.sub is None:
            return replace(node, body=self._value(node.body, at))
        if isinstance(node, Slope):
            return replace(node, bottom=self._name(node.bottom, at))
        if isinstance(node, Name):
            return self._name(node, at)
        return rebuild(node, lambda part: self._value(part, at))

    def _name(self, node, at):
        if self.roles.get(node.text) in (None, "bias"):
            return node
        spots = tuple(i if isinstance(i, Node) else Name(node.span, i) for i in at)
        return replace(node, sub=(*(node.sub or ()), *spots))

    def _join(self, node, at):
        flip, mode = self.joins
        flip, mode = node.flip and flip, node.mode if node.said else mode
        span = node.span
        inner = [Name(span, letter) for letter in self.INNER]
        right, turned = self._plain(node.right)
        last = [self._last(right, axis, span) for axis in range(2)]
        spots = [_added(span, (1, e), (-1, a)) for e, a in zip(last, inner, strict=True)] if turned else inner
        outer = [i if isinstance(i, Node) else Name(span, i) for i in at]
        if flip:
            moved = [_added(span, (1, p), (-1, a)) for p, a in zip(outer, inner, strict=True)]
            moved = (
                moved
                if mode == "full"
                else [_added(span, (1, m), (1, e)) for m, e in zip(moved, last, strict=True)]
            )
        else:
            moved = [_added(span, (1, p), (1, a)) for p, a in zip(outer, inner, strict=True)]
            moved = (
                [_added(span, (1, m), (-1, e)) for m, e in zip(moved, last, strict=True)]
                if mode == "full"
                else moved
            )
        if mode == "same":
            raise NotCells
        body = Mul(span, (self._value(node.left, moved), self._value(right, spots)))
        letters = tuple((Name(span, letter), None, None) for letter in self.INNER)
        return Sum(span, letters, (), body, node.place)

    def _plain(self, node):
        """An operand without its turn, and whether it is turned."""
        if isinstance(node, Turned) and node.sub is None:
            body, turned = self._plain(node.body)
            return body, not turned
        if (
            isinstance(node, Group)
            and node.sub is None
            and isinstance(node.body, (Name, Slope, Turned, Group))
        ):
            return self._plain(node.body)
        return node, False

    def _last(self, node, axis, span):
        """The last index of an operand on an axis."""
        name = node.bottom if isinstance(node, Slope) else node
        role = self.roles.get(getattr(name, "text", ""), "output")
        letter = "K" if role == "weight" else "H" if role in AXES_OF_INPUT else "U"
        return _added(span, (1, Name(span, f"⟨{letter}{axis}⟩")), (-1, Number(span, 1.0)))


class NotCells(Exception):
    """Whole maps that are not spelled out."""


def _added(span, *signed):
    return Add(
        span, tuple(node for _, node in signed), tuple(sign for sign, _ in signed), (None,) * len(signed)
    )


def with_operands_exchanged(page):
    """The page with the two arrays of every * exchanged."""

    def changed(node):
        node = rebuild(node, changed)
        return replace(node, left=node.right, right=node.left) if isinstance(node, Join) else node

    chains = tuple(replace(c, members=tuple(map(changed, c.members))) for c in page.chains)
    return replace(page, chains=chains)


def with_subscripts(page, names, change):
    def changed(node):
        node = rebuild(node, changed)
        if isinstance(node, Name) and node.text in names and node.sub is not None:
            return replace(node, sub=change(node.sub))
        return node

    chains = tuple(replace(c, members=tuple(map(changed, c.members))) for c in page.chains)
    return replace(page, chains=chains)


def bias_as_one(chain: Chain, roles):
    """b_{x,y} without its subscripts; the letters stay those of the equation."""
    names = {name for name, role in roles.items() if role == "bias"}
    ranks = {
        len(n.sub)
        for m in chain.members
        for n in walk(m)
        if isinstance(n, Name) and n.text in names and n.sub
    }
    if not ranks or max(ranks) < 2:
        return chain
    letters = []

    def changed(node):
        if isinstance(node, Name) and node.text in names and node.sub and len(node.sub) > 1:
            keep = node.sub[:-2] or None
            letters.extend(i for i in node.sub[-2:] if isinstance(i, Name))
            return replace(node, sub=keep)
        return rebuild(node, changed)

    first = changed(chain.members[0])
    left = list(letters)
    members = (first, *map(changed, chain.members[1:]))
    return replace(chain, members=members, letters=(*chain.letters, *left))
