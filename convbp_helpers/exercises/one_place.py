"""An equation that would hold with one place changed, in ways that the checker does not try: slips with letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, permutations

from .. import equations
from ..equations.tree import Add, Mul, Name, Number, Page, Sum, rebuild, walk

MOST = 60  #: changes that are tried


def one_place(page: Page) -> str:
    """In words that go on from "It holds if", the first change of the right-hand side with which it holds, or ""."""
    for tried, (words, changed) in enumerate(_changes(page)):
        if tried == MOST:
            break
        try:
            if equations.ask(changed).holds():
                return words
        except (equations.EquationError, ValueError):  # the change makes nonsense of it
            continue
    return ""


def _changes(page: Page) -> Iterator[tuple[str, Page]]:
    (chain,) = page.chains
    right = chain.members[-1]
    sums = [node for node in walk(right) if isinstance(node, Sum)]
    if ones := [
        node for node in sums if any(isinstance(low, Number) and low.value == 1 for _, low, _ in node.letters)
    ]:
        counted = page
        for node in ones:
            counted = _with(
                counted, node, replace(node, letters=tuple(_from_zero(*letter) for letter in node.letters))
            )
        yield "sums begin at 0: indices are counted from 0 here", counted
    letters = {name.text for node in sums for name, _, _ in node.letters}
    letters |= {
        node.text for node in walk(chain.members[0]) if isinstance(node, Name) and node.sub is None
    } - {"J"}
    arrays = [node for node in walk(right) if isinstance(node, Name) and node.sub]
    bare = {name.text for node in sums for name, _, _ in node.letters if re.match("[klm]'?$", name.text)}
    if bare and any(
        isinstance(index, Add) for array in arrays for index in array.sub
    ):  # all taps the other way

        def turned(node):
            node = rebuild(node, turned)
            if not isinstance(node, Add):
                return node
            signs = (
                -sign if isinstance(term, Name) and term.text in bare else sign
                for sign, term in zip(node.signs, node.terms, strict=True)
            )
            return replace(node, signs=tuple(signs))

        yield (
            f"the sign before ${','.join(sorted(bare))}$ is the other one",
            replace(page, chains=(replace(chain, members=(*chain.members[:-1], turned(right))),)),
        )
    held = {
        name.text for array in arrays for index in array.sub for name in walk(index) if isinstance(name, Name)
    }
    pairs = [pair for pair in (("f", "c"), ("u", "v"), ("k", "l"), ("i", "j")) if set(pair) <= held]
    for one, other in pairs:  # two letters exchanged in all arrays
        changed = _renamed(right, {one: other, other: one})
        words = f"${one}$ and ${other}$ are exchanged in the arrays"
        yield words, replace(page, chains=(replace(chain, members=(*chain.members[:-1], changed)),))
    for array in arrays:  # one letter for another
        for at, index in enumerate(array.sub):
            if isinstance(index, Name) and index.sub is None:
                for letter in sorted(letters - {index.text}):
                    sub = (*array.sub[:at], replace(index, text=letter), *array.sub[at + 1 :])
                    words = f"${index.text}$ is ${letter}$ in ${page.text(array)}$"
                    yield words, _with(page, array, replace(array, sub=sub))
    for array in arrays:  # a difference the other way round
        for at, index in enumerate(array.sub):
            if isinstance(index, Add) and set(index.signs) == {1, -1}:
                other = replace(index, signs=tuple(-sign for sign in index.signs))
                sub = (*array.sub[:at], other, *array.sub[at + 1 :])
                yield (
                    f"the difference ${page.text(index)}$ stands the other way round",
                    _with(page, array, replace(array, sub=sub)),
                )
    for array in arrays:  # two letters exchanged
        held = {name.text for index in array.sub for name in walk(index) if isinstance(name, Name)} & letters
        for one, other in combinations(sorted(held), 2):
            words = f"${one}$ and ${other}$ are exchanged in ${page.text(array)}$"
            yield words, _with(page, array, _renamed(array, {one: other, other: one}))
    for array in arrays:  # subscripts in another order
        if 3 <= len(array.sub) <= 4:
            for order in list(permutations(array.sub))[1:]:
                words = f"the subscripts of ${page.text(array)}$ stand in the order ${','.join(map(page.text, order))}$"
                yield words, _with(page, array, replace(array, sub=order))
    for node in walk(right):  # a factor too many
        if isinstance(node, Mul) and len(node.factors) > 2:
            for at, factor in enumerate(node.factors):
                rest = replace(node, factors=node.factors[:at] + node.factors[at + 1 :])
                yield f"${page.text(factor)}$ is left out", _with(page, node, rest)


def _renamed(node, letters):
    if isinstance(node, Name) and node.sub is None and node.text in letters:
        return replace(node, text=letters[node.text])
    return rebuild(node, lambda part: _renamed(part, letters))


def _from_zero(name, low, high):
    """The range of a letter as indices from 0 have it: 0 to K - 1 for 1 to K."""
    if isinstance(low, Number) and low.value == 1 and high is not None:
        less = Add(high.span, (high, Number(high.span, 1.0)), (1, -1), (None, None))
        return name, Number(low.span, 0.0), less
    return name, low, high


def _with(page: Page, old, new) -> Page:
    """The page with another node in place of this one, wherever it stands in the last member."""

    def made(node):
        return new if node is old else rebuild(node, made)

    def chain_with(chain):
        return replace(chain, members=(*chain.members[:-1], made(chain.members[-1])))

    return replace(page, chains=tuple(map(chain_with, page.chains)))
