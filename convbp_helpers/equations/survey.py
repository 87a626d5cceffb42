"""What an equation reads, before its letters have a meaning: which arrays, how many subscripts, at which layers."""

from __future__ import annotations

from typing import NamedTuple

from .latex import EquationError
from .notation import Notation, kind_of
from .tree import Add, Chain, Group, Join, Mul, Name, Node, Number, Relation, Sum, Turned, walk

__all__ = ["Reading", "Survey"]


class Part(NamedTuple):
    """What one side of a chain holds, in the order of the page."""

    arrays: list[Name]
    kinds: list[
        tuple
    ]  #: for each array, and each of its subscripts: the kinds of axes that its letters count
    indexed: list[Node]
    joins: list[Join]
    names: set[str]
    settings: set[tuple]
    activated: bool


class Reading(NamedTuple):
    """An array that stands in a chain."""

    role: str
    sub: tuple[Node, ...] | None
    node: Name
    kinds: tuple


class Survey:
    """One chain, looked through once; of a chain that is `like` another, only the sides that differ.

    Attributes
    ----------
    free : list of str
        The letters of the left-hand side, in order (of a scatter: all letters).
    reads : list of Reading
        Every array that stands in it.
    indexed : list of nodes
        Parentheses with subscripts, (x * w)_{u,v}.
    settings, names : sets
        The settings that it names, and all its letters.
    activated, below : bool
        Whether an activation follows the layer, or lies before it.
    """

    def __init__(
        self, latex: str, chain: Chain, notation: Notation, *, expression=False, like: Survey | None = None
    ):
        self.latex, self.chain, self.notation = latex, chain, notation
        if len(chain.members) < 2 and not expression:
            self.fail("an equation needs two sides, with = between them", chain.members[0])
        self.free = self._free(like)
        self.parts = self._parts(like)
        self.indexed = [node for part in self.parts for node in part.indexed]
        self.names = set().union(*(part.names for part in self.parts))
        self.settings = set().union(*(part.settings for part in self.parts))
        arrays = [node for part in self.parts for node in part.arrays]
        self.at = self._place(arrays)
        roles = [self.role(node) for node in arrays]
        for role, node in zip(roles, arrays, strict=True):
            if role == "backward" and "G" in self.names:
                self.fail("the backward kernels are written for one group", node)
        self.below = any(role in ("below", "delta below") for role in roles)
        self.activated = "activated" in roles or any(part.activated for part in self.parts)
        kinds = [kind for part in self.parts for kind in part.kinds]
        self.reads = [Reading(r, node.sub, node, k) for r, node, k in zip(roles, arrays, kinds, strict=True)]

    def _parts(self, like):
        """What each side holds, and at the end the conditions after the equation."""
        known = {}
        if like is not None and like.free == self.free:
            known = dict(zip(map(id, like.chain.members), like.parts, strict=False))
        sides = [known.get(id(member)) or self._part(member) for member in self.chain.members]
        return [*sides, *map(self._part, self.chain.domain)]

    def _part(self, side) -> Part:
        names = self._names(side, [])
        arrays = [] if isinstance(side, Relation) else self._arrays(side, set(self.free), [])
        kinds = [node.sub and tuple(map(self._kinds, node.sub)) for node in arrays]
        joins, indexed = [], []
        for node in () if isinstance(side, Relation) else walk(side):
            if isinstance(node, Join):
                joins.append(node)
            elif isinstance(node, (Group, Turned)) and node.sub is not None:
                indexed.append(node)
        n = self.notation
        activated = any(
            name.text.rstrip("'") == n.activation and n.activation not in n.letters for name in names
        )
        settings = set(filter(None, map(self._setting, names)))
        return Part(arrays, kinds, indexed, joins, {name.text for name in names}, settings, activated)

    def _kinds(self, index):
        """The kinds of axes that the letters of a subscript count."""
        sizes = (self.notation.size_of(name.text) for name in walk(index) if isinstance(name, Name))
        return tuple(kind_of(size) for size in sizes if size)

    def _place(self, arrays) -> int:
        """The layer of the convolution: the offset of its superscript."""
        offsets = {}
        for node in arrays:
            symbol = self.notation.symbols[node.text]
            offsets.setdefault(symbol.role, set()).add(self._layer(node) + symbol.layer)
        if not offsets:
            return 0
        anchor = offsets.get("weight") or offsets.get("bias") or offsets.get("input")
        if anchor and len(anchor) > 1:
            self.fail("an equation here is about one convolution; these weights belong to two", arrays[0])
        last = max(set().union(*offsets.values()))
        return next(iter(anchor)) if anchor else last

    def fail(self, message, node):
        raise EquationError(message, self.latex, node.span)

    def _layer(self, node) -> int:
        """The offset of a layer superscript from l: 0 for (l) or none, 1 for (l+1)."""
        sup = node.sup
        if sup is None or isinstance(sup, Number):  # a number is a power
            return 0
        terms, signs = ((sup,), (1,)) if not isinstance(sup, Add) else (sup.terms, sup.signs)
        offset, letters = 0, 0
        for term, sign in zip(terms, signs, strict=True):
            if isinstance(term, Number) and term.value == int(term.value):
                offset += sign * int(term.value)
            elif isinstance(term, Name) and term.text in self.notation.layers and sign == 1:
                letters += 1
            else:
                self.fail("a superscript is a layer, such as (\\ell) or l+1", sup)
        if letters != 1:
            self.fail("a superscript is a layer, such as (\\ell) or l+1", sup)
        return offset

    def role(self, node) -> str:
        symbol = self.notation.symbols[node.text]
        offset = self._layer(node) + symbol.layer - self.at
        known = {
            ("output", -1): "below",
            ("delta", -1): "delta below",
            ("activated", -1): "input",
            ("input", 1): "activated",
        }
        if offset == 0:
            return symbol.role
        if (symbol.role, offset) in known:
            return known[symbol.role, offset]
        self.fail(f"{node.text} of another layer cannot be placed beside this convolution", node)

    def _free(self, like):
        """The letters of the left-hand side that no sum of its own binds (of a scatter: all letters)."""
        chain = self.chain
        if like is not None and not chain.scatter and chain.members[0] is like.chain.members[0]:
            return like.free
        found = list(chain.letters)
        for member in chain.members if chain.scatter else chain.members[:1]:
            found += self.loose(member, frozenset())
        return list(dict.fromkeys(name.text for name in found))

    def loose(self, node, bound) -> list[Name]:
        """The index letters of a tree that stand outside the sums that bind them."""
        found = []
        self._loose(node, bound, found)
        return found

    def _loose(self, node, bound, found):
        if isinstance(node, Name):
            if self.is_index(node, bound) and node.text not in bound:
                found.append(node)
            if node.sub:
                key = self.setting_key(node)
                for index in () if key in self.notation.settings or key in self.notation.sizes else node.sub:
                    found += [name for name in self._letters_like_arrays(index) if name.text not in bound]
                    self._loose(index, bound, found)
        elif isinstance(node, Sum):
            inner = bound | {name.text for name, _, _ in node.letters}
            limits = [limit for _, *both in node.letters for limit in both if limit]
            for part in (node.body, *node.conditions, *limits):
                self._loose(part, inner, found)
        elif not (self.notation.named_axes and isinstance(node, (Join, Turned))):
            for child in node.children:  # (where axes have names, the subscripts of whole arrays are these)
                self._loose(child, bound, found)

    def _letters_like_arrays(self, index):
        """Within a subscript no array stands: b is a letter there if the notation has it, or if it stands alone."""
        n = self.notation
        return [
            name
            for name in walk(index)
            if isinstance(name, Name)
            and name.text in n.symbols
            and name.sub is None
            and name.sup is None
            and (name.text in n.letters or name is index)
        ]

    def is_index(self, node, bound) -> bool:
        if node.sub is not None or node.sup is not None:
            return False
        return node.text in bound or self.notation.may_index(node.text)

    def setting_key(self, node):
        if node.sub is not None and len(node.sub) == 1:
            (index,) = node.sub
            if isinstance(index, Name) and index.sub is None:
                return f"{node.text}_{index.text}"
            if isinstance(index, Number):
                return f"{node.text}_{int(index.value)}"
            if isinstance(index, Mul) and all(isinstance(f, Name) and f.sub is None for f in index.factors):
                word = f"{node.text}_{''.join(f.text for f in index.factors)}"  # p_{top}
                return word if word in self.notation.settings else None
        return node.text if node.sub is None else None

    def _arrays(self, node, bound, found) -> list[Name]:
        """The names that are arrays."""
        if isinstance(node, Name):
            plain = node.sub is None and node.sup is None
            if node.text in self.notation.symbols and not (plain and node.text in bound):
                if self.setting_key(node) not in self.notation.settings:
                    found.append(node)
            return found
        if isinstance(node, Sum):
            bound = bound | {name.text for name, _, _ in node.letters}
        for child in node.children:
            self._arrays(child, bound, found)
        return found

    def _names(self, node, found) -> list[Name]:
        """All names but those below a setting, as the h of s_h."""
        if isinstance(node, Name):
            found.append(node)
            parts = node.sub or ()
            if parts and self.setting_key(node) in self.notation.settings:
                return found
        else:
            parts = node.children
        for part in parts:
            self._names(part, found)
        return found

    def _setting(self, name):
        """The setting that a name stands for, if it is one."""
        n = self.notation
        if (key := self.setting_key(name)) in n.settings:
            return n.settings[key]
        return ("groups", None) if n.sizes.get(key) == "G" else None

    def is_activation(self, node) -> bool:
        r"""\sigma, or primed its derivative."""
        return (
            isinstance(node, Name) and node.text.rstrip("'") == self.notation.activation and node.sub is None
        )
