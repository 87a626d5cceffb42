r"""What stands where on a page: its arrays with their subscripts, the letters that sums bind, the names in limits."""

from __future__ import annotations

from collections import Counter, defaultdict

from .. import common_letters as common
from ..tree import (
    Add,
    Bracket,
    Div,
    Floor,
    Group,
    Join,
    Mod,
    Mul,
    Name,
    Number,
    Page,
    Relation,
    Slope,
    Sum,
    Total,
    Turned,
    walk,
)

__all__ = ["Seen", "Use", "key_of", "layer_offset"]


class Use:
    """One place in which an array stands."""

    def __init__(self, node: Name, place: str, side: int):
        self.node, self.place, self.side = node, place, side  #: place: value, top, bottom or operand

    @property
    def sub(self):
        return self.node.sub


def layer_offset(node: Name) -> int:
    """The offset of a layer superscript from l: 1 for l+1."""
    terms, signs = (node.sup.terms, node.sup.signs) if isinstance(node.sup, Add) else ((node.sup,), (1,))
    return sum(
        sign * int(term.value)
        for term, sign in zip(terms, signs, strict=True)
        if isinstance(term, Number) and isinstance(node.sup, Add)
    )


class Seen:
    """What stands where on a page."""

    def __init__(self, page: Page):
        self.arrays: dict[str, list[Use]] = {}
        self.tops: Counter = Counter()  #: bare names above ∂
        self.plain: Counter = Counter()  #: bare names among values
        self.activations: Counter = Counter()
        self.bound: list[tuple] = []  #: (letter, its lower and upper limit)
        self.factors: list[tuple] = []  #: (name, array, slot, letters beside it): su
        self.terms: list[tuple] = []  #: (name, its sign, array, slot): the p of su - p
        self.limits: list[tuple] = []  #: (name, the letter whose sum it ends)
        self.letters: set[str] = set()  #: letters that sums bind, or that fill a subscript
        self.joins: list[Join] = []
        self.layers: set[str] = set()
        self.layer_offsets = defaultdict(set)
        self.chains = page.chains
        self.fraction = False  #: a subscript that is divided
        self.related = defaultdict(set)  #: name -> the letters beside it in a relation
        self.slopes = False  #: ∂ stands somewhere
        self.double = False  #: a setting is doubled: 2p
        self.before_activation: set[str] = set()  #: names in the parenthesis of an activation
        self.plus: set[str] = set()  #: arrays with a subscript that adds two letters: i + m
        self.divisors: set[str] = set()  #: names that values are divided by: 1/N
        self.numbers = False  #: a number stands in a subscript beside letters: i - 1
        for chain in page.chains:
            for side, member in enumerate(chain.members):
                self._value(member, side, "value")
            for relation in chain.domain:
                self._index(relation, None, 0)
        bound = {letter for letter, *_ in self.bound}
        self.letters |= bound
        for uses in self.arrays.values():
            for use in uses:
                self.letters |= {i.text for i in use.sub or () if isinstance(i, Name) and i.sub is None}

    def _value(self, node, side, place):
        if isinstance(node, Name):
            self._name(node, side, place)
        elif isinstance(node, Slope):
            self.slopes = True
            if isinstance(node.top, Name) and node.top.sub is None:
                self.tops[node.top.text] += 1
            elif node.top is not None:
                self._value(node.top, side, "top" if isinstance(node.top, Name) else "value")
            self._name(node.bottom, side, "bottom")
        elif isinstance(node, Sum):
            for name, low, high in node.letters:
                self.bound.append((name.text, low, high))
                for limit in (low, high):
                    if limit is not None:
                        self._limit(limit, name.text)
            for condition in node.conditions:
                self._index(condition, None, 0)
            self._value(node.body, side, place)
        elif isinstance(node, Bracket):
            for relation in node.relations:
                self._index(relation, None, 0)
        elif isinstance(node, (Floor, Mod)):
            self._index(node, None, 0)
        elif isinstance(node, Join):
            self.joins.append(node)
            for part in (node.left, node.right):
                self._value(part, side, "operand")
        elif isinstance(node, (Turned, Total)):
            self._value(node.body, side, "operand")
        elif isinstance(node, Div):
            self._value(node.top, side, place)
            for name in walk(node.bottom):
                if isinstance(name, Name):
                    self.divisors.add(key_of(name))
        elif isinstance(node, Mul):
            factors = list(node.factors)
            for number, factor in enumerate(factors):
                if self._is_activation(factor, factors[number + 1 : number + 2]):
                    self.activations[factor.text.rstrip("'")] += 1
                    inside = factors[number + 1].body
                    if factor.text.endswith("'") or isinstance(inside, Name):
                        self.before_activation |= {n.text for n in walk(inside) if isinstance(n, Name)}
                else:
                    self._value(factor, side, place)
        else:
            for child in node.children:
                self._value(child, side, place)
            if isinstance(node, Group) and node.sub:
                for slot, index in enumerate(node.sub):
                    self._index(index, None, slot)

    @staticmethod
    def _is_activation(node, after) -> bool:
        r"""Whether a letter without scripts stands before a parenthesis that holds arrays: \sigma'(z_u)."""
        if not isinstance(node, Name) or node.sub is not None or node.sup is not None:
            return False
        if node.text.rstrip("'") not in common.ACTIVATIONS or not after or not isinstance(after[0], Group):
            return False
        names = [part for part in walk(after[0]) if isinstance(part, Name)]
        return any(name.sub is not None or name.sup is not None or name is after[0].body for name in names)

    def _name(self, node, side, place):
        if node.sup is not None and not isinstance(node.sup, Number):
            self._layer(node)
        if node.sub is None and place == "value" and node.sup is None:
            self.plain[node.text] += 1
            return
        self.arrays.setdefault(node.text, []).append(Use(node, place, side))
        for slot, index in enumerate(node.sub or ()):
            self._index(index, node.text, slot)
            if _adds_letters(index):
                self.plus.add(node.text)

    def _layer(self, node):
        self.layers |= {part.text for part in walk(node.sup) if isinstance(part, Name)}
        self.layer_offsets[node.text].add(layer_offset(node))

    @property
    def defines(self) -> set[str]:
        """The arrays that stand alone on the left, where no ∂ stands anywhere."""
        first = [chain.members[0] for chain in self.chains]
        return set() if self.slopes else {left.text for left in first if isinstance(left, Name)}

    @property
    def grouped(self) -> bool:
        """Whether a size is divided by a number of groups."""
        return any(common.size(name) == "G" for name, *_ in (*self.factors, *self.limits, *self.terms))

    def role_of(self, use: Use, roles: dict[str, str]) -> str:
        """The part that an array plays where it stands: z of the layer before is what the input was made of."""
        role = roles[use.node.text]
        if role not in ("output", "delta") or not self.layers:
            return role
        weights = [
            self.layer_offsets[name]
            for name, r in roles.items()
            if r == "weight" and self.layer_offsets[name]
        ]
        at = max(weights[0] if weights else set().union(*self.layer_offsets.values()))
        return {"output": "below", "delta": "delta below"}[role] if layer_offset(use.node) < at else role

    def _limit(self, node, letter):
        for part in walk(node):
            if isinstance(part, Name):
                self.limits.append((key_of(part), letter, node))

    def _index(self, node, array, slot):
        if isinstance(node, Relation):
            names = [part.text for part in walk(node) if isinstance(part, Name) and part.sub is None]
            for side in node.sides:
                self._index(side, None, slot)
            for part in walk(node):
                if isinstance(part, Name):
                    self.related[key_of(part)] |= set(names)
        elif isinstance(node, Add):
            for term, sign in zip(node.terms, node.signs, strict=True):
                self.numbers |= isinstance(term, Number)
                if isinstance(term, Name):
                    self.terms.append((key_of(term), sign, array, slot))
                else:
                    self._index(term, array, slot)
        elif isinstance(node, Mul):
            names = [factor for factor in node.factors if isinstance(factor, Name)]
            self.double |= any(isinstance(factor, Number) and factor.value == 2 for factor in node.factors)
            for name in names:
                beside = [
                    n.text for f in node.factors if f is not name for n in walk(f) if isinstance(n, Name)
                ]
                self.factors.append((key_of(name), array, slot, tuple(beside)))
            for factor in node.factors:
                if not isinstance(factor, Name):
                    self._index(factor, array, slot)
        elif isinstance(node, Div):
            self.fraction |= array is not None
            self._index(node.top, array, slot)
            if isinstance(node.bottom, Name):
                self.factors.append((key_of(node.bottom), array, slot, ("/",)))
            else:
                self._index(node.bottom, array, slot)
        elif isinstance(node, Name):
            if array is None:
                self.terms.append((key_of(node), 1, None, slot))
        elif isinstance(node, (Group, Floor, Mod)):
            for child in node.children:
                self._index(child, array, slot)


def _adds_letters(index) -> bool:
    """Whether a subscript adds terms with letters, as i + m and (i - 1)s + m do, and subtracts none."""
    if not isinstance(index, Add):
        return False
    with_letters = [
        sign
        for term, sign in zip(index.terms, index.signs, strict=True)
        if any(isinstance(n, Name) for n in walk(term))
    ]
    return with_letters.count(1) > 1


def key_of(node: Name) -> str:
    """A size or a setting as the tables of a notation have it: k_1, s_h."""
    if node.sub is not None and len(node.sub) == 1:
        (index,) = node.sub
        if isinstance(index, Name) and index.sub is None:
            return f"{node.text}_{index.text}"
        if isinstance(index, Number):
            return f"{node.text}_{int(index.value)}"
        if isinstance(index, Mul) and all(isinstance(f, Name) for f in index.factors):
            return f"{node.text}_{''.join(f.text for f in index.factors)}"
    return node.text
