"""Does an equation hold? Every side of its chains beside the first, on layers of the family that it claims."""

from __future__ import annotations

import re
from dataclasses import replace

from ..words import by
from .causes import causes
from .comparing import ARRAYS, Comparison, Question, Typed, ask, page_of
from .latex import EquationError
from .letters import worked_out
from .notation import SERIES
from .tree import Node, Sum, walk
from .trials import small
from .verdict import Counterexample, EquationCheck, Step

__all__ = ["check", "understood"]


def check(latex, *, notation=None, layer=None) -> EquationCheck:
    r"""Whether an equation holds, by running it as it is written.

    Parameters
    ----------
    latex : str or Question
        An equation or a chain ``a = b = c``; with the rows of an ``aligned``, several. Without ``s`` it claims
        stride 1,
        without ``p`` no padding, without ``n`` one example, and so on; a sum without limits runs over the whole range
        of its letters; arrays read as zero outside their range. Or what `ask` made of one.
    notation : Notation, optional
        Which symbol plays which part: `SERIES`, `JEFKINE`, `ONE_BASED`, `NHWC`, `XWY`, `XKY`, or one of your own.
        Without it the letters are worked out, and the verdict says how they were read.
    layer : dict, optional
        Asks about other layers than the equation claims: stride, padding, dilation, groups, batch, channels, filters,
        size, kernel. With arrays x, w, b, delta: about layers of their shapes, and for sides in plain numbers about
        these arrays.

    Returns
    -------
    EquationCheck

    Raises
    ------
    EquationError
        If it cannot be read, a letter has no meaning, or a subscript is not whole: with the place, what was found and
        what was expected.

    Notes
    -----
    Each side is compared with the left-hand side, whose gradients come from `loops` and exact differences, on 30
    layers.
    """
    question = latex if isinstance(latex, Question) else understood(latex, notation, layer)
    steps, failing, checked, cells, warnings = [], None, 0, 0, []
    for chain, asked in enumerate(question.asked):
        found = _Found(asked)
        for number in asked.numbers:
            holds = found.holds(number)
            steps.append(Step(_source(question.page, asked, number), holds, chain + 1, number + 1))
            if not holds and failing is None:
                failing = len(steps)
                failed = chain, number, found.wrong_at[number]
        checked, cells = checked + found.checked, cells + found.cells
        warnings += _warnings(question.page, asked, found.beyond)
    verdict = EquationCheck(
        question.latex,
        failing is None,
        len(question.asked[0].trials),
        tuple(steps),
        failing,
        warnings=tuple(warnings),
        checked=checked,
        cells=cells,
        notation=question.notation,
        reading=question.reading,
    )
    if failing is None:
        return verdict
    chain, number, trial = failed
    if trial is None:
        return replace(verdict, reason="no cell is left in which both sides make a claim")
    example, reason = _counterexample(question.asked[chain], number, trial)
    why = causes(question, chain, number)
    return replace(verdict, counterexample=example, reason=reason, causes=why)


def understood(latex, notation=None, layer=None) -> Question:
    """An equation that has been read, in this notation or in the one that is worked out."""
    if notation is not None or not isinstance(latex, str) or isinstance(latex, Typed):
        return ask(latex, notation=SERIES if notation is None else notation, layer=layer)
    page = page_of(latex)
    if set(layer or ()) & set(ARRAYS):  # given arrays have the names of the series
        return ask(page, layer=layer)
    return worked_out(page, dict(layer or {}))


class _Found:
    """A chain on all its layers: where each side was wrong, and how many cells were judged."""

    def __init__(self, asked):
        self.wrong_at = dict.fromkeys(asked.numbers, None)  #: side -> the first layer on which it differs
        self.claims = dict.fromkeys(asked.numbers, 0)
        self.checked = self.cells = 0
        beyond, within = set(), set()
        for trial in asked.trials:
            compare = asked.on(trial)
            everywhere = compare.claimed
            for number in asked.numbers:
                if not asked.applies(number, trial):
                    continue
                _, claimed, wrong = compare(number)
                if wrong is None or wrong.any():
                    self.wrong_at[number] = self.wrong_at[number] or trial
                else:
                    self.claims[number] += int(claimed.sum())
                    everywhere = everywhere & claimed
            self.checked, self.cells = self.checked + int(everywhere.sum()), self.cells + everywhere.size
            beyond |= compare.beyond
            within |= compare.within
        self.beyond = beyond - within

    def holds(self, number) -> bool:
        return self.wrong_at[number] is None and self.claims[number] > 0


def _source(page, asked, number):
    return page.text(asked.bound.source.members[number])


def _warnings(page, asked, beyond):
    """What the first or last term of a sum reads from outside its array, in words."""
    found = []
    for span, letter, end in sorted(beyond):
        heads = [s for m in asked.bound.source.members for s in walk(m) if isinstance(s, Sum)]
        limits = [(low, high) for s in heads for name, low, high in s.letters if name.text == letter and low is not None
                  and s.span[0] <= span[0] < s.span[1]]  # fmt: skip
        limit = page.text(limits[-1][end == "last"])
        shown = _with(letter, limit, page.text(Node(span)))
        found.append(f"it reads {shown}, which does not exist")
    return list(dict.fromkeys(found))


def _with(letter, limit, text):
    """A letter replaced by its limit, in braces or parentheses where it needs them."""

    def put(found):
        before = text[: found.start()].rstrip()[-1:]
        after = text[found.end() :].lstrip()[:1]
        if before in ("_", "^"):
            return limit if len(limit) == 1 else f"{{{limit}}}"
        inside = re.search(r"[+-]", limit) and (before == "-" or before.isalnum() or after.isalnum())
        return f"({limit})" if inside else limit

    return re.sub(rf"(?<![A-Za-z\\\\]){re.escape(letter)}(?!['A-Za-z])", put, text)


def _counterexample(asked, number, trial):
    """The smallest layer on which the member differs, drawn from the same family."""
    bound = asked.bound
    smaller = [] if asked.trials[-1].given else small(bound.family)
    for candidate in (*smaller, trial):
        try:
            compare = Comparison(bound, candidate)
            value, claimed, wrong = compare(number)
        except EquationError:
            continue
        if wrong is None:
            left, right = (by(shape) or "one number" for shape in (compare.first.shape, value.shape))
            sizes = f"the left side has the size {left} and this side {right}"
            return None, f"on the layer with {candidate}, {sizes}"
        if wrong.any():
            letters = bound.free
            if bound.whole or bound.scatter:
                letters = ()
            example = Counterexample(
                str(candidate), letters, compare.first, value, claimed, bound.notation.base
            )
            return example, ""
    raise AssertionError("the layer that showed the difference shows none")
