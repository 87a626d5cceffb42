"""Why a side differs: single changes after which it holds, narrower families on which it does, and sizes too many."""

from __future__ import annotations

import numpy as np

from .changes import changes
from .comparing import Question
from .evaluating import close
from .latex import EquationError

__all__ = ["causes"]

MOST_CAUSES = 3
NARROWER = (
    (("stride", "stride"), 1, "the stride is 1"), (("padding", "before", "after"), 0, "there is no padding"),
    (("dilation", "dilation"), 1, "the dilation is 1"), (("groups", "groups"), 1, "there is one group"),
)  # fmt: skip
ONE_OF = (
    ("batch", "batch", "there is one example"), ("channel", "channels", "there is one channel"),
    ("filter", "filters", "there is one filter"),
)  # fmt: skip


def causes(question: Question, chain: int, number: int) -> tuple[str, ...]:
    """What completes "it holds if …" of side `number` of a chain; LaTeX stands between dollars."""
    found = [] if question.arrays else _narrower(question, chain, number)
    found += _multiples(question.asked[chain], number)
    for change in changes(question.page, question.notation):
        if change.chain != chain or not (
            change.member == number or (change.member == 0 and change.rule == "kernel flipped")
        ):
            continue
        if len(found) >= MOST_CAUSES:
            break
        try:
            asked, _ = question.changed(change)[chain]
            if not asked.fails([number]):
                found.append(change.words)
        except EquationError:  # the change makes nonsense of it: no cause
            continue
    return tuple(dict.fromkeys(found))


def _narrower(question, chain, number):
    """The narrower families on which the side holds."""
    family, found = question.family, []
    varied = {name for name, _ in family.settings} | set(question.layer)
    varied |= {"groups"} if family.groups else set()
    narrower = [({names[0]: value}, words) for names, value, words in NARROWER if varied & set(names)]
    for axis, name, words in ONE_OF:
        if getattr(family, axis) and not family.groups:
            narrower.append(({name: 1}, words))
    if {"before"} == varied & {"before", "after", "padding"}:
        narrower.append(({"padding": "symmetric"}, "the padding is the same on both sides"))
    for settings, words in narrower:
        try:
            if not question.narrower(chain, 10, **settings).fails([number], overreach=False):
                found.append(words)
        except (EquationError, ValueError):  # there is no such layer
            continue
    return found


def _multiples(asked, number):
    """Whether the side is a size times too large or too small."""
    bound = asked.bound
    dims = bound.family.dims[-1]
    sizes = ["N", "C", "F"] + [f"{letter}{axis}" for letter in "UKH" for axis in range(dims)]
    names = {size: name for name, size in bound.notation.sizes.items()}
    pairs = [("U0", "U1"), ("K0", "K1")] if dims > 1 else []
    trials = asked.trials[:6]
    compared = [asked.on(trial) for trial in trials]
    values = [(compare.first, *compare(number)) for compare in compared]
    if any(claimed is None for _, _, claimed, _ in values):
        return []
    for group in [(size,) for size in sizes] + pairs:
        if not all(
            size in trial.sizes for trial in trials for size in group
        ):  # layers of one and of two axes
            continue
        factors = [np.prod([trial.sizes[size] for size in group]) for trial in trials]
        if set(factors) == {1} or any(size not in names for size in group):
            continue
        word = " ".join(names[size] for size in group)
        for verb, of in (("divided", np.divide), ("multiplied", np.multiply)):
            if all(
                (close(first, of(value, factor)) | ~claimed).all()
                for factor, (first, value, claimed, _) in zip(factors, values, strict=True)
            ):
                return [f"this side is {verb} by ${word}$"]
    return []
