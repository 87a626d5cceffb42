"""Every single change of an equation: the slips that a hand makes. Causes are looked for among them, and the tests
of the pages make each of them to see it caught.

A change replaces nodes of one side's tree and leaves the rest as it is; its words quote the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from .notation import Notation
from .tree import Add, Bracket, Chain, Group, Join, Mul, Name, Node, Number, Page, Sum, Turned, rebuild, walk

__all__ = ["Change", "changes", "remade"]

GONE = Number((0, 0), float("nan"))  #: stands for a node that a change takes out
STEPS = {"+1": 1, "-1": -1}


@dataclass(frozen=True, eq=False)
class Change:
    """`rule` is its kind, `member` the side of the chain that it is in, `words` completes "it holds if …"; what they
    quote stands between dollars.

    `tree` is that side as the change leaves it, or None where nothing that can be read is left.
    """

    rule: str
    chain: int
    member: int
    tree: Node | None
    words: str

    def made(self, chain: Chain) -> Chain:
        """The chain with this change."""
        members = (*chain.members[: self.member], self.tree, *chain.members[self.member + 1 :])
        return replace(chain, members=members)


def changes(page: Page, notation: Notation) -> Iterator[Change]:
    """All single changes of all members of all chains."""
    for number, chain in enumerate(page.chains):
        for place, member in enumerate(chain.members):
            above = {id(part): node for node in walk(member) for part in node.children}
            for rule, edits, words in _Changes(page, notation, chain).of(member):
                yield Change(rule, number, place, remade(member, edits, above), words)


def remade(tree: Node, edits: list[tuple[Node, Node]], above: dict[int, Node]) -> Node | None:
    """A tree with some of its nodes replaced by others, or taken out (`GONE`); None where a gap is left.

    above : by the identity of a node (equal letters stand in many places), what it stands in
    """
    at = {id(old): new for old, new in edits}
    touched = set()  # what stands above an edit, and so is made again
    for node, _ in edits:
        while (node := above.get(id(node))) is not None and id(node) not in touched:
            touched.add(id(node))
    try:
        new = _remade(tree, at, touched)
    except _Gap:
        return None
    return None if new is GONE else new


class _Gap(Exception):
    """A node was taken out of a place that needs one."""


def _remade(node, edits, touched):
    if id(node) in edits:
        return edits[id(node)]
    if id(node) not in touched:
        return node
    new = rebuild(node, lambda part: _remade(part, edits, touched))
    if isinstance(new, Mul):
        return _product(node, new)
    if any(value is GONE for value in (*vars(new).values(), *getattr(new, "terms", ()))):
        raise _Gap
    return new


def _product(old, new):
    """A product without the factors that are gone, and with the factors of a product that came in for one."""
    factors = []
    for was, factor in zip(old.factors, new.factors, strict=True):
        if factor is not GONE:
            factors += factor.factors if factor is not was and isinstance(factor, Mul) else (factor,)
    if not factors:
        return GONE
    return factors[0] if len(factors) == 1 else replace(new, factors=tuple(factors))


def _plus(text, step):
    """An index one more or one less, in words: K-1 and one more is K."""
    if (last := re.search(r"([+-]1)$", text)) is None:
        return text + step
    rest = text[: last.start()]
    return rest if last.group() != step else f"{rest}{step[0]}2"


def _letters(node) -> set[str]:
    return {part.text for part in walk(node) if isinstance(part, Name)}


def _sum_of(span, *signed):
    """Terms with their signs, each in the sum by itself: one more than u + k is u + k + 1."""
    terms, signs = [], []
    for sign, node in signed:
        flat = isinstance(node, Add) and sign == 1
        terms += node.terms if flat else (node,)
        signs += node.signs if flat else (sign,)
    return Add(span, tuple(terms), tuple(signs), (None,) * len(terms))


class _Changes:
    """The changes of one member: (rule, pairs of a node and what comes in its place, words)."""

    def __init__(self, page, notation, chain):
        self.page, self.notation, self.text = page, notation, page.text
        names = {node.text for member in chain.members for node in walk(member) if isinstance(node, Name)}
        self.factors = [name for name in ("s", "d") if name in notation.settings and name in names]

    def of(self, member):
        for node in walk(member):
            if isinstance(node, Name) and node.sub and self._is_array(node):
                yield from self._of_subscripts(node)
            elif isinstance(node, Sum):
                yield from self._of_sum(node)
            elif isinstance(node, Add):
                yield from self._of_signs(node)
            elif isinstance(node, Bracket):
                yield "bracket removed", [(node, GONE)], f"the bracket ${self.text(node)}$ is left out"
            elif isinstance(node, Join):
                yield from self._of_join(node)
            elif isinstance(node, Turned) and node.sub is None:
                unturned = Group(node.span, node.body)
                yield "turn left out", [(node, unturned)], f"${self.text(node)}$ is not turned"
            if isinstance(node, (Bracket, Sum)):
                for relation in node.relations if isinstance(node, Bracket) else node.conditions:
                    for number, side in enumerate(relation.sides):
                        if number or "divides" not in relation.relations:  # s in [s | q] is no index
                            yield from self._shifted(side, self.text(relation))
        yield from self._exchanged(member)

    def _of_signs(self, node):
        for number, (term, sign, place) in enumerate(zip(node.terms, node.signs, node.places, strict=True)):
            if place is None:
                continue
            signs = (*node.signs[:number], -sign, *node.signs[number + 1 :])
            new = replace(node, signs=signs) if len(signs) > 1 or signs[0] < 0 else term
            word = "plus" if sign < 0 else "minus"
            yield "sign turned", [(node, new)], f"the sign before ${self._short(term)}$ is a {word}"

    def _shifted(self, index, shown):
        """The index one more and one less, and so each letter in it that a product holds."""
        for step in STEPS:
            was = self.text(index)
            words = f"${was}$ is replaced by ${_plus(was, step)}$ in ${shown}$"
            yield "index shifted", [(index, self._more(index, step))], words
            for node in walk(index):
                for name in node.factors if isinstance(node, Mul) else ():
                    if isinstance(name, Name) and self._is_letter(name):
                        words = f"${self.text(name)}$ is replaced by $({self.text(name)}{step})$ in ${shown}$"
                        yield "index shifted", [(name, self._more(name, step))], words

    def _scaled(self, index, shown):
        """A letter with the stride or the dilation before it, and without: only where the equation has them at all."""
        held = set()
        for node in walk(index):
            if not isinstance(node, Mul):
                continue
            held |= {id(factor) for factor in node.factors}
            for factor in node.factors:
                if isinstance(factor, Name) and factor.text in self.factors:
                    rest = self.text(node).replace(self.text(factor), "", 1).strip()
                    words = f"${self.text(node)}$ is replaced by ${rest}$ in ${shown}$"
                    yield "factor dropped", [(factor, GONE)], words
        for node in walk(index):
            if isinstance(node, Name) and self._is_letter(node) and id(node) not in held:
                for factor in self.factors:
                    words = f"${self.text(node)}$ is replaced by ${factor}{self.text(node)}$ in ${shown}$"
                    product = Mul(node.span, (Name(node.span, factor), node))
                    yield "factor put", [(node, product)], words

    @staticmethod
    def _more(index, step):
        return _sum_of(index.span, (1, index), (STEPS[step], Number(index.span, 1.0)))

    def _of_subscripts(self, node):
        shown, role = self.text(node), self.notation.symbols[node.text].role
        for index in node.sub:
            yield from self._shifted(index, shown)
            yield from self._scaled(index, shown)
        for one, other in combinations(node.sub, 2):
            if self.text(one) != self.text(other):
                words = f"${self.text(one)}$ and ${self.text(other)}$ are exchanged in ${shown}$"
                yield "indices swapped", [(one, other), (other, one)], words
        if role == "weight" and (pairs := self._spatial(node)):
            flipped = [(index, _sum_of(index.span, (1, last), (-1, index))) for index, last in pairs]
            turned = any(_letters(last) & _letters(index) for index, last in pairs)
            yield "kernel flipped", flipped, f"the kernel is {'not ' * turned}flipped in ${shown}$"

    def _spatial(self, node):
        """The spatial subscripts of a weight, each with the last index of its axis."""
        order = self.notation.axes["weight"]
        sizes = {size: name for name, size in self.notation.sizes.items()}
        before = order.index("space")
        for dims in (1, 2):
            others = len(node.sub) - dims  # channel and filter, as far as they are there
            if (
                0 <= others < len(order)
                and (others or dims == len(node.sub))
                and dims == self._dims(node, others)
                and all(f"K{n}" in sizes for n in range(dims))
            ):
                skip = min(before, others)
                last = [self._last(sizes[f"K{n}"], node.span) for n in range(dims)]
                return list(zip(node.sub[skip : skip + dims], last, strict=True))
        return []

    def _last(self, size, span):
        """The size less 1, where indices count from 0; where they count from 1, the size more 1 flips a kernel."""
        letter, _, below = size.partition("_")
        sub = (Number(span, float(below)) if below.isdigit() else Name(span, below),) if below else None
        return _sum_of(span, (1, Name(span, letter, sub)), (2 * self.notation.base - 1, Number(span, 1.0)))

    def _dims(self, node, others):
        """How many subscripts hold letters of spatial axes, by the notation's table."""
        spatial = 0
        for index in node.sub:
            sizes = [
                self.notation.letters.get(n.text.rstrip("'"), "") for n in walk(index) if isinstance(n, Name)
            ]
            spatial += any(size[-1:].isdigit() for size in sizes)
        return spatial if spatial else len(node.sub) - others

    def _of_sum(self, node):
        head = self.page.text(Node(node.head))
        yield "sum dropped", [(node, node.body)], f"the sum ${head}$ is left out"
        if len(node.letters) > 1:
            for number, (name, _, _) in enumerate(node.letters):
                if self._stands_between_commas(name):
                    letters = (*node.letters[:number], *node.letters[number + 1 :])
                    yield (
                        "letter unsummed",
                        [(node, replace(node, letters=letters))],
                        f"${name.text}$ is not summed",
                    )
        for _, low, high in node.letters:
            for limit, word in ((low, "starts"), (high, "ends")):
                for step in STEPS if limit is not None else ():
                    words = f"the sum ${head}$ {word} at ${_plus(self.text(limit), step)}$"
                    yield "limit off by one", [(limit, self._more(limit, step))], words

    def _of_join(self, node):
        shown = self.text(node)
        was, read = ("convolution", "correlation") if node.flip else ("correlation", "convolution")
        words = f"the {was} in ${shown}$ is read as a {read}"
        yield "join exchanged", [(node, replace(node, flip=not node.flip, said=True))], words
        swapped = replace(node, left=node.right, right=node.left)
        yield "operands swapped", [(node, swapped)], f"the two arrays in ${shown}$ are exchanged"

    def _stands_between_commas(self, name):
        """Whether it can be struck out of u, v together with a comma."""
        before, after = self.page.plain[: name.span[0]].rstrip(), self.page.plain[name.span[1] :].lstrip()
        return after.startswith(",") or before.endswith(",")

    def _exchanged(self, member):
        named = [
            node
            for node in walk(member)
            if isinstance(node, Name) and node.text in ("s", "d") and node.text in self.notation.settings
        ]
        if {node.text for node in named} == {"s", "d"}:
            edits = [(node, replace(node, text={"s": "d", "d": "s"}[node.text])) for node in named]
            yield "s and d exchanged", edits, "$s$ and $d$ are exchanged"

    def _short(self, term):
        shown = self.text(term)
        return shown if len(shown) < 30 else shown[:27] + "…"

    def _is_letter(self, name):
        n = self.notation
        return name.sub is None and not (
            name.text in n.settings or name.text in n.sizes or name.text in n.symbols
        )

    def _is_array(self, node):
        index = node.sub[0].text if len(node.sub) == 1 and isinstance(node.sub[0], Name) else ""
        return node.text in self.notation.symbols and f"{node.text}_{index}" not in self.notation.settings
