"""Every single change of an equation, and whether `check` rejects it: the mutation test of the pages.

A change that `check` does not reject must be no change at all: then both forms are evaluated on an exhaustive list of
layers, here, without `check`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product

import numpy as np

from convbp_helpers.equations import EquationError, Question, understood
from convbp_helpers.equations.changes import changes
from convbp_helpers.equations.evaluating import Evaluation
from convbp_helpers.equations.latex import EvaluationError
from convbp_helpers.equations.tree import form
from convbp_helpers.equations.trials import Trial
from convbp_helpers.geometry import Geometry

H, K, STRIDES, DILATIONS, PADS = range(1, 8), range(1, 4), range(1, 4), range(1, 4), range(3)
#: N, C, F, G, pairwise different
COUNTS = {False: [(2, 3, 4, 1)], True: [(2, 3, 4, 1), (3, 4, 6, 2), (2, 6, 9, 3)]}


@dataclass
class Score:
    """killed: rejected; equivalent, by rule: equal to the original everywhere; malformed: cannot be read or bound."""

    killed: int = 0
    malformed: int = 0
    equivalent: Counter = field(default_factory=Counter)
    survivors: list = field(default_factory=list)

    @property
    def total(self):
        return self.killed + self.malformed + sum(self.equivalent.values()) + len(self.survivors)

    def __add__(self, other):
        return Score(
            self.killed + other.killed,
            self.malformed + other.malformed,
            self.equivalent + other.equivalent,
            self.survivors + other.survivors,
        )


def score(latex, notation, layer=None, *, judge=Question.disagrees) -> Score:
    """Make every single change, and see whether `judge` rejects it."""
    result = Score()
    question = understood(latex, notation, layer)
    notation = question.notation
    seen = {(n, form(chain)) for n, chain in enumerate(question.page.chains)}
    for change in changes(question.page, notation):
        if change.tree is None:
            result.malformed += 1
            continue
        made = change.chain, form(change.made(question.page.chains[change.chain]))
        if made in seen:
            continue
        seen.add(made)
        try:
            if judge(question, change):
                result.killed += 1
            elif is_equivalent(question, change):
                result.equivalent[change.rule] += 1
            else:
                result.survivors.append(change)
        except EvaluationError:  # a subscript that is not whole
            result.killed += 1
        except EquationError:
            result.malformed += 1
    return result


def is_equivalent(question, change) -> bool:
    """Whether the changed member equals the original one on every layer of the exhaustive list.

    In every cell in which both make a claim (a slope of or by a cell that does not exist makes none), and there must
    be such cells.
    """
    old = question.asked[change.chain].bound
    new = question.changed(change)[change.chain][0].bound
    if set(old.free) != set(new.free):
        return False
    # the letters of the left-hand side, in another order
    order = [new.free.index(letter) for letter in old.free]
    family = replace(old.family, fixed=())
    compared = 0
    for trial in (
        one_layer(old, question.arrays) if question.arrays else every_layer(family, old.family.fixed)
    ):
        try:
            a, b = (Evaluation(bound, trial) for bound in (old, new))
            if old.scatter:  # the target as it should be, and what the scatter makes of it
                pairs = zip(a.scattered(), b.scattered(), strict=True)
                claimed = True
            else:
                (one, p), (other, q) = a.member(change.member), b.member(change.member)
                if not old.whole:
                    other, q = np.transpose(other, order), np.transpose(q, order)
                pairs, claimed = [(one, other)], p & q if p.shape == q.shape else False
        except EquationError:
            return False
        for one, other in pairs:
            if one.shape != other.shape or not np.array_equal(
                np.where(claimed, one, 0), np.where(claimed, other, 0)
            ):
                return False
        compared += int(np.sum(claimed))
    return compared > 0


def one_layer(bound, arrays):
    """An equation about given arrays is about layers of their shapes (here of one channel and one filter)."""
    shapes = [(1, 1, *np.shape(arrays[name])) for name in ("x", "w")]
    rng = np.random.default_rng(1618)
    return [Trial(Geometry.of(*shapes), replace(bound.family, fixed=()), rng) for _ in range(20)]


@cache
def every_layer(family, fixed):
    """H to 7, K to 3, and where the family has them s and d to 3 and padding to 2 on each side, with whole arrays.

    In two dimensions each geometry of the first axis meets another of the same settings on the second. What the
    equation's page fixes (kernel, size, batch, channels, filters, stride, dilation) is fixed here too.
    """
    rng = np.random.default_rng(2718)
    named = {name for name, _ in family.settings}
    padded = named & {"before", "after"}
    fixed = dict(fixed)
    pads = list(product(PADS, PADS)) if padded else [(0, 0)]
    settings = product(
        STRIDES if "stride" in named else [fixed.get("stride", 1)],
        DILATIONS if "dilation" in named else [fixed.get("dilation", 1)],
        fixed.get("padding", pads),
    )
    trials = []
    for stride, dilation, (before, after) in settings:
        pairs = list(
            product([fixed["size"]] if "size" in fixed else H, [fixed["kernel"]] if "kernel" in fixed else K)
        )
        fits = [(h, k) for h, k in pairs if h + before + after >= dilation * (k - 1) + 1]
        for number, (h, k) in enumerate(fits):
            for dims in family.dims:
                partners = [fits[(number + 5 * axis) % len(fits)] for axis in range(dims)]
                batch, channels, filters, groups = COUNTS[family.groups][number % len(COUNTS[family.groups])]
                channels = fixed.get("channels", channels if family.channel else 1)
                filters = fixed.get("filters", filters if family.filter else 1)
                geometry = Geometry.of(
                    (fixed.get("batch", batch if family.batch else 1), channels, *(h for h, _ in partners)),
                    (filters, channels // groups, *(k for _, k in partners)),
                    stride=stride, dilation=dilation, groups=groups, padding=((before, after),) * dims,
                )  # fmt: skip
                trials.append(Trial(geometry, family, rng))
    return trials
