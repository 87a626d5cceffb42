"""The indices of an equation, all cells at once: exact fractions, so that "is it whole?" is no matter of rounding.

Every letter, free or bound, is an axis of its own; a value has size 1 along the letters it does not depend on.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from .latex import EvaluationError
from .meaning import Bound
from .tree import Relation, handler

__all__ = ["Indices", "both", "is_one"]


class Indices:
    """The letters of one chain on one trial, and what is made of them."""

    def __init__(self, bound: Bound, trial):
        self.bound, self.trial = bound, trial
        self.axis = {letter: n for n, letter in enumerate(bound.letters)}
        self.ndim = len(self.axis)
        self.base = bound.notation.base
        self.values = {}
        self.guard = None  # where the subscripts that are evaluated now are read at all
        for letter in bound.free:
            self.values[letter] = self._along(
                letter, self.base + np.arange(trial.sizes[bound.ranges[letter]])
            )

    def _along(self, letter, values):
        shape = [1] * self.ndim
        shape[self.axis[letter]] = len(values)
        return values.reshape(shape)

    def fail(self, message, node):
        raise EvaluationError(message, self.bound.latex, node.span)

    # -- indices: (numerator, denominator)
    def index(self, node):
        r"""The exact value of an index, as (numerator, denominator)."""
        return getattr(self, handler("_index", type(node)))(node)

    def _index_number(self, node):
        r"""K - 1"""
        if node.value == int(node.value):
            return int(node.value), 1
        fraction = Fraction(node.value).limit_denominator(1000)
        return fraction.numerator, fraction.denominator

    def _index_index(self, node):
        r"""u"""
        return self.values[node.letter], 1

    def _index_quantity(self, node):
        r"""K, s"""
        if node.name not in self.trial.sizes:
            self.fail(
                "this belongs to a second axis, and whole arrays are asked about with one axis, too", node
            )
        return self.trial.sizes[node.name], 1

    def _index_add(self, node):
        r"""u + k"""
        top, bottom = 0, 1
        for term, sign in zip(node.terms, node.signs, strict=True):
            t, b = self.index(term)
            if is_one(b) and is_one(bottom):
                top = top + sign * t
            else:
                top, bottom = top * b + sign * t * bottom, bottom * b
        return top, bottom

    def _index_mul(self, node):
        r"""su"""
        top, bottom = 1, 1
        for factor in node.factors:
            t, b = self.index(factor)
            top = top * t
            bottom = b if is_one(bottom) else bottom * b
        return top, bottom

    def _index_div(self, node):
        r"""(i - k)/s"""
        (a, b), (c, d) = self.index(node.top), self.index(node.bottom)
        if np.any(c == 0):
            self.fail("a division by zero", node)
        sign = np.sign(c)
        return sign * a * d, abs(c) * b

    def _index_floor(self, node):
        r"""\lfloor fG/F \rfloor"""
        top, bottom = self.index(node.body)
        return (-(-top // bottom) if node.up else top // bottom), 1

    def _index_mod(self, node):
        r"""c \bmod (C/G)"""
        (a, b), (c, d) = self.index(node.left), self.index(node.right)
        broken = (np.asarray(a) % b != 0) | (np.asarray(c) % d != 0)
        if np.any(broken if self.guard is None else broken & self.guard):
            self.fail("mod is for whole numbers", node)
        if np.any(c == 0):
            self.fail("a division by zero", node)
        return (a // b) % (c // d), 1

    # -- statements
    def holds(self, relation: Relation):
        r"""s \mid i - k, 0 \le u < U"""
        sides = [self.index(side) for side in relation.sides]
        truth = True
        for (a, b), (c, d), sign in zip(sides, sides[1:], relation.relations, strict=False):
            if "divide" in sign:
                if np.any(np.asarray(a) == 0):
                    self.fail(
                        "what stands on the left of \\mid is 0 here, and 0 divides nothing; [a \\mid b] asks whether a "
                        "divides b",
                        relation,
                    )
                result = (c * b) % (a * d) == 0
                result = result if sign == "divides" else np.logical_not(result)
            else:
                left, right = a * d, c * b
                result = {
                    "=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater,
                    ">=": np.greater_equal,
                }[sign](left, right)  # fmt: skip
            truth = np.logical_and(truth, result)
        return truth


def both(a, b):
    if a is None or a is True:
        return b
    if b is None or b is True:
        return a
    return a & b


def is_one(value) -> bool:
    return isinstance(value, int) and value == 1
