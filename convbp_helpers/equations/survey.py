"""What an equation reads, before its letters have a meaning: which arrays, how many subscripts, at which layers."""

from __future__ import annotations

from .latex import EquationError
from .notation import Notation
from .tree import Add, Chain, Group, Join, Mul, Name, Number, Sum, Turned, children, walk

__all__ = ["Survey"]


class Survey:
    """One chain, looked through once.

    Attributes
    ----------
    free : list of str
        The letters of the left-hand side, in order (of a scatter: all letters).
    reads : list of (role, subscripts, node)
        Every array that stands in it.
    indexed : list of nodes
        Parentheses with subscripts, (x * w)_{u,v}.
    settings, names : sets
        The settings that it names, and all its letters.
    activated, below : bool
        Whether an activation follows the layer, or lies before it.
    """

    def __init__(self, latex: str, chain: Chain, notation: Notation, expression: bool = False):
        self.latex, self.chain, self.notation = latex, chain, notation
        self.reads, self.settings, self.names = [], set(), set()
        self.activated = self.below = False
        if len(chain.members) < 2 and not expression:
            self.fail("an equation needs two sides, with = between them", chain.members[0])
        self.free = self._free()
        self.indexed = [
            node
            for member in self.chain.members
            for node in walk(member)
            if isinstance(node, (Group, Turned)) and node.sub is not None
        ]
        self.arrays = [node for member in self.chain.members for node in self._arrays(member, set(self.free))]
        offsets = {}
        for node in self.arrays:
            symbol = self.notation.symbols[node.text]
            offsets.setdefault(symbol.role, set()).add(self._layer(node) + symbol.layer)
        anchor = offsets.get("weight") or offsets.get("bias") or offsets.get("input")
        if anchor and len(anchor) > 1:
            self.fail(
                "an equation here is about one convolution; these weights belong to two", self.arrays[0]
            )
        self.at = (anchor or {max(set().union(*offsets.values()), default=0)}).pop() if offsets else 0
        if not anchor and self.at != 0 and any(0 in seen for seen in offsets.values()):
            self.at = max(set().union(*offsets.values()))
        for node in self.arrays:
            role = self.role(node)
            if role == "backward" and any(name.text == "G" for name in self._all_names()):
                self.fail("the backward kernels are written for one group", node)
            self.below |= role in ("below", "delta below")
            self.activated |= role == "activated"
            self.reads.append((role, node.sub, node))
        for name in self._all_names():
            self._note(name)

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

    def _free(self):
        """The letters of the left-hand side that no sum of its own binds (of a scatter: all letters)."""
        seen = {}
        for name in self.chain.letters:
            seen.setdefault(name.text, name)
        members = self.chain.members if self.chain.scatter else self.chain.members[:1]
        for member in members:
            for name in self.loose(member, frozenset()):
                seen.setdefault(name.text, name)
        return list(seen)

    def loose(self, node, bound):
        """The index letters of a tree that stand outside the sums that bind them."""
        if isinstance(node, Sum):
            inner = bound | {name.text for name, _, _ in node.letters}
            for part in (
                node.body,
                *node.conditions,
                *(limit for _, *ls in node.letters for limit in ls if limit),
            ):
                yield from self.loose(part, inner)
        elif isinstance(node, (Join, Turned)) and self.notation.named_axes:
            return  # the subscripts of whole arrays name their axes
        elif isinstance(node, Name):
            if self.is_index(node, bound):
                if node.text not in bound:
                    yield node
            for index in node.sub or ():
                if not (
                    self.setting_key(node) in self.notation.settings
                    or self.setting_key(node) in self.notation.sizes
                ):
                    for name in self._letters_like_arrays(index):
                        if name.text not in bound:
                            yield name
                    yield from self.loose(index, bound)
        else:
            for child in children(node):
                yield from self.loose(child, bound)

    def _letters_like_arrays(self, index):
        """Within a subscript no array stands: b is a letter there if the notation has it, or if it stands alone."""
        for name in walk(index):
            if (
                isinstance(name, Name)
                and name.sub is None
                and name.sup is None
                and name.text in self.notation.symbols
            ):
                if name.text in self.notation.letters or name is index:
                    yield name

    def is_index(self, node, bound) -> bool:
        if node.sub is not None or node.sup is not None:
            return False
        n, text = self.notation, node.text
        if text in bound:
            return True
        taken = (*n.symbols, *n.sizes, *n.settings, n.loss, n.total, n.activation, n.activation + "'")
        if text in n.letters or text.rstrip("'") in n.letters:
            return text not in n.symbols and text != n.activation + "'" and text != n.activation
        return text not in taken and text.rstrip("'") not in (*n.symbols, *n.settings, n.activation)

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

    def _arrays(self, node, bound):
        """The names that are arrays."""
        if isinstance(node, Sum):
            bound = bound | {name.text for name, _, _ in node.letters}
        if isinstance(node, Name):
            plain = node.sub is None and node.sup is None
            if node.text in self.notation.symbols and not (plain and node.text in bound):
                if self.setting_key(node) not in self.notation.settings:
                    yield node
            return
        for child in children(node):
            yield from self._arrays(child, bound)

    def _all_names(self):
        def walk(node):
            if isinstance(node, Name):
                yield node
                if self.setting_key(node) not in self.notation.settings:
                    for index in node.sub or ():
                        yield from walk(index)
                return
            for child in children(node):
                yield from walk(child)

        for part in (*self.chain.members, *self.chain.domain):
            yield from walk(part)

    def _note(self, name):
        n = self.notation
        self.names.add(name.text)
        if (key := self.setting_key(name)) in n.settings and not self._bound_somewhere(name.text):
            self.settings.add(n.settings[key])
        elif n.sizes.get(key) == "G":
            self.settings.add(("groups", None))
        if name.text.rstrip("'") == n.activation and n.activation not in n.letters:
            self.activated = True

    def _bound_somewhere(self, text):
        return text in self.free and text not in self.notation.settings

    def is_activation(self, node) -> bool:
        r"""\sigma, or primed its derivative."""
        return (
            isinstance(node, Name) and node.text.rstrip("'") == self.notation.activation and node.sub is None
        )
