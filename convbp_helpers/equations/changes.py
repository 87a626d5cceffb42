"""Every single change of an equation: the slips that a hand makes. Causes are looked for among them, and the tests
of the pages make each of them to see it caught.

A change replaces a piece of the LaTeX and leaves the rest as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from .notation import Notation
from .reading import Add, Bracket, Join, Mul, Name, Page, Sum, Turned, plain, walk

__all__ = ["Change", "changes"]


@dataclass(frozen=True)
class Change:
    """`rule` is its kind, `member` the side of the chain that it is in, `words` completes "it holds if …"."""

    rule: str
    chain: int
    member: int
    latex: str
    words: str


RULES = (
    "index shifted", "indices swapped", "factor put", "factor dropped", "sum dropped", "letter unsummed",
    "limit off by one", "sign turned", "s and d exchanged", "bracket removed", "kernel flipped",
    "join exchanged", "operands swapped", "turn left out",
)  # fmt: skip


def changes(page: Page, notation: Notation) -> Iterator[Change]:
    """All single changes of all members of all chains."""
    latex = plain(page.latex)
    for number, chain in enumerate(page.chains):
        for place, member in enumerate(chain.members):
            for rule, pieces, words in _Changes(latex, notation, chain).of(member):
                yield Change(rule, number, place, _replaced(latex, pieces), words)


def _replaced(latex, pieces):
    for (start, end), text in sorted(pieces, reverse=True):
        latex = latex[:start] + text + latex[end:]
    return latex


def tidy(text):
    """A piece of plain LaTeX for a sentence."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"(?<=[,({}]) | (?=[,)}])", "", text)  # spaces that LaTeX would not show either
    return text


def _plus(text, step):
    """An index one more or one less, in words: K-1 and one more is K."""
    if (last := re.search(r"([+-]1)$", text)) is None:
        return text + step
    rest = text[: last.start()]
    return rest if last.group() != step else f"{rest}{step[0]}2"


class _Changes:
    """The changes of one member: (rule, pieces to replace, words)."""

    def __init__(self, latex, notation, chain):
        self.latex, self.notation = latex, notation
        names = {node.text for member in chain.members for node in walk(member) if isinstance(node, Name)}
        self.factors = [name for name in ("s", "d") if name in notation.settings and name in names]

    def text(self, node):
        return tidy(self.latex[slice(*node.span)])

    def of(self, member):
        for node in walk(member):
            if isinstance(node, Name) and node.sub and self._is_array(node):
                yield from self._of_subscripts(node)
            elif isinstance(node, Sum):
                yield from self._of_sum(node)
            elif isinstance(node, Add):
                for term, sign, place in zip(node.terms, node.signs, node.places, strict=True):
                    if place is not None:
                        other = "+" if sign < 0 else "-"
                        yield (
                            "sign turned",
                            [(place, other)],
                            f"the sign before {self._short(term)} is a {'plus' if other == '+' else 'minus'}",
                        )
            elif isinstance(node, Bracket):
                yield "bracket removed", [(node.span, " ")], f"the bracket {self.text(node)} is left out"
            elif isinstance(node, Join):
                yield from self._of_join(node)
            elif isinstance(node, Turned) and node.sub is None:
                inner = self.latex[slice(*node.body.span)]
                yield "turn left out", [(node.span, f"({inner})")], f"{self.text(node)} is not turned"
            if isinstance(node, (Bracket, Sum)):
                for relation in node.relations if isinstance(node, Bracket) else node.conditions:
                    for number, side in enumerate(relation.sides):
                        if number or "divides" not in relation.relations:  # s in [s | q] is no index
                            yield from self._shifted(side, self.text(relation))
        yield from self._exchanged(member)

    def _shifted(self, index, shown):
        """The index one more and one less, and so each letter in it that a product holds."""
        for step in ("+1", "-1"):
            was = self.text(index)
            yield (
                "index shifted",
                [self._more(index, step)],
                f"{was} is replaced by {_plus(was, step)} in {shown}",
            )
            for node in walk(index):
                for name in node.factors if isinstance(node, Mul) else ():
                    if isinstance(name, Name) and self._is_letter(name):
                        new = f"({self.text(name)}{step})"
                        words = f"{self.text(name)} is replaced by {new} in {shown}"
                        yield "index shifted", [(name.span, new)], words

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
                    words = f"{self.text(node)} is replaced by {rest} in {shown}"
                    yield "factor dropped", [(factor.span, " ")], words
        for node in walk(index):
            if isinstance(node, Name) and self._is_letter(node) and id(node) not in held:
                for factor in self.factors:
                    new = f"{factor}{self.text(node)}"
                    bare = self.latex[: node.span[0]].rstrip().endswith("_")
                    words = f"{self.text(node)} is replaced by {new} in {shown}"
                    yield "factor put", [(node.span, f"{{{new}}}" if bare else new)], words

    def _more(self, index, step):
        """The piece that adds to an index; one without braces, as in w_k, gets them."""
        start, end = index.span
        if self.latex[:start].rstrip().endswith(("_", "^")):
            return index.span, f"{{{self.latex[start:end]}{step}}}"
        return (end, end), step

    def _of_subscripts(self, node):
        shown, role = self.text(node), self.notation.symbols[node.text].role
        for index in node.sub:
            yield from self._shifted(index, shown)
            yield from self._scaled(index, shown)
        for one, other in combinations(node.sub, 2):
            if self.text(one) != self.text(other):
                words = f"{self.text(one)} and {self.text(other)} are exchanged in {shown}"
                yield "indices swapped", [(one.span, self.text(other)), (other.span, self.text(one))], words
        if role == "weight" and (pairs := self._spatial(node)):
            flipped = []
            for index, last in pairs:
                new = (
                    f"{last}-({self.text(index)})"
                    if len(self.text(index)) > 1
                    else f"{last}-{self.text(index)}"
                )
                bare = self.latex[: index.span[0]].rstrip().endswith("_")
                flipped.append((index.span, f"{{{new}}}" if bare else new))
            yield "kernel flipped", flipped, f"the kernel is flipped in {shown}"

    def _spatial(self, node):
        """The spatial subscripts of a weight, each with the last index of its axis in letters."""
        order, sizes = (
            self.notation.axes["weight"],
            {size: name for name, size in self.notation.sizes.items()},
        )
        before = order.index("space")
        for dims in (1, 2):
            others = len(node.sub) - dims  # channel and filter, as far as they are there
            if (
                0 <= others < len(order)
                and (others or dims == len(node.sub))
                and dims == self._dims(node, others)
            ):
                if all(f"K{n}" in sizes for n in range(dims)):
                    last = [sizes[f"K{n}"] + ("-1" if self.notation.base == 0 else "+1") for n in range(dims)]
                    skip = min(before, others)
                    return list(zip(node.sub[skip : skip + dims], last, strict=True))
        return []

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
        head = tidy(self.latex[slice(*node.head)])
        yield "sum dropped", [(node.head, " ")], f"the sum {head} is left out"
        if len(node.letters) > 1:
            for name, _, _ in node.letters:
                if (piece := self._with_comma(name.span)) is not None:
                    yield "letter unsummed", [(piece, " ")], f"{name.text} is not summed"
        for _, low, high in node.letters:
            for limit, word in ((low, "starts"), (high, "ends")):
                for step in ("+1", "-1") if limit is not None else ():
                    words = f"the sum {head} {word} at {_plus(self.text(limit), step)}"
                    yield "limit off by one", [self._more(limit, step)], words

    def _of_join(self, node):
        shown = self.text(node)
        if node.flip:
            new, words = (
                rf"\star_{{\text{{{node.mode}}}}} ",
                f"the convolution in {shown} is read as a correlation",
            )
        else:
            new, words = (
                rf"*_{{\text{{{node.mode}}}}} ",
                f"the correlation in {shown} is read as a convolution",
            )
        yield "join exchanged", [(node.place, new)], words
        left, right = (self.latex[slice(*side.span)] for side in (node.left, node.right))
        pieces = [(node.left.span, right), (node.right.span, left)]
        yield "operands swapped", pieces, f"the two arrays in {shown} are exchanged"

    def _with_comma(self, span):
        """A letter of `u,v` together with one of its commas."""
        after = re.match(r"\s*,", self.latex[span[1] :])
        if after:
            return span[0], span[1] + after.end()
        before = re.search(r",\s*$", self.latex[: span[0]])
        return (before.start(), span[1]) if before else None

    def _exchanged(self, member):
        named = [
            node
            for node in walk(member)
            if isinstance(node, Name) and node.text in ("s", "d") and node.text in self.notation.settings
        ]
        if {node.text for node in named} == {"s", "d"}:
            pieces = [((n.span[0], n.span[0] + 1), {"s": "d", "d": "s"}[n.text]) for n in named]
            yield "s and d exchanged", pieces, "s and d are exchanged"

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
