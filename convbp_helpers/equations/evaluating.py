"""An equation run as it is written: NumPy broadcasting over all its letters, with no loop over cells.

Every letter, free or bound, is an axis of its own; a value has size 1 along the letters it does not depend on. An index
is an exact fraction (a pair of integer arrays), so that "is it whole?" is never a matter of rounding.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from .binding import Activate, Bound, Index, Power, Quantity, Read, Scalar, Whole
from .reading import (
    Add,
    Bracket,
    Div,
    EvaluationError,
    Floor,
    Join,
    Mod,
    Mul,
    Number,
    Relation,
    Slope,
    Sum,
    Turned,
)

__all__ = ["Evaluation", "close"]

RTOL = 1e-9


def close(a, b):
    """Equal up to rounding; NaN is close to nothing."""
    with np.errstate(invalid="ignore"):
        return np.abs(a - b) <= RTOL * np.maximum(1.0, np.maximum(np.abs(a), np.abs(b)))


class Evaluation:
    """One chain on one trial.

    beyond : {read: "reads w_K"}: reads of a sum with limits that lie outside their array at the first or last place,
    whatever the other letters are.
    """

    def __init__(self, bound: Bound, trial, trace=False):
        self.bound, self.trial = bound, trial
        self.axis = {letter: n for n, letter in enumerate(bound.letters)}
        self.ndim = len(self.axis)
        self.base = bound.notation.base
        self.values = {}
        self.limits = [] if trace else None
        self.beyond, self.within = set(), set()
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

    # -- members
    @property
    def grid(self):
        """The sizes of the free letters."""
        return tuple(self.trial.sizes[self.bound.ranges[letter]] for letter in self.bound.free)

    def member(self, number):
        """The values of a member over the free letters, and where it makes a claim."""
        node = self.bound.members[number]
        if self.bound.whole:
            array = np.asarray(self.array(node), dtype=float)
            return array, np.ones(array.shape, dtype=bool)
        guard = self._domain()
        value, claim = self.value(node, guard)
        claim = _both(claim, guard)
        return self._over_free(value), self._over_free(True if claim is None else claim)

    def _domain(self):
        guard = None
        for relation in self.bound.domain:
            guard = _both(guard, self.holds(relation))
        return guard

    def _over_free(self, value):
        shape = [1] * self.ndim
        for letter, size in zip(self.bound.free, self.grid, strict=True):
            shape[self.axis[letter]] = size
        value = np.broadcast_to(value, shape)
        order = [self.axis[letter] for letter in self.bound.free]
        rest = [n for n in range(self.ndim) if n not in order]
        return np.transpose(value, (*order, *rest)).reshape(self.grid)

    def scattered(self):
        """What the cells of the target add up to, and the true values: both over the whole target array."""
        target, source = self.bound.members
        read = target.bottom if isinstance(target, Slope) else target
        truth = self._squeezed(self._target(target), read)
        guard = self._domain()
        value, _ = self.value(source, guard)
        indices, inside = self._cells(read, truth.shape, guard)
        inside = _both(inside, guard)
        shape = np.broadcast_shapes(value.shape, *(i.shape for i in indices), np.shape(inside))
        shape = np.broadcast_shapes(
            shape, tuple(len(self.values[l].ravel()) for l in self.axis if l in self.values)
        )
        total = np.zeros(truth.shape)
        kept = np.broadcast_to(inside, shape)
        at = tuple(np.broadcast_to(i, shape)[kept] for i in indices)
        np.add.at(total, at, np.broadcast_to(value, shape)[kept])
        return truth, total

    def _target(self, target):
        if isinstance(target, Read):
            return self.trial.array(target.role)
        if isinstance(target.top, Scalar):
            return self.trial.slope(target.top.name, target.bottom.role)
        self.fail("what is added to must be one cell, of an array or of a gradient", target)

    # -- indices: (numerator, denominator)
    def index(self, node):
        return getattr(self, f"_index_{type(node).__name__.lower()}")(node)

    def _index_number(self, node):
        fraction = Fraction(node.value).limit_denominator(1000)
        return np.int64(fraction.numerator), np.int64(fraction.denominator)

    def _index_index(self, node):
        return self.values[node.letter], 1

    def _index_quantity(self, node):
        return np.int64(self.trial.sizes[node.name]), 1

    def _index_add(self, node):
        top, bottom = np.int64(0), 1
        for term, sign in zip(node.terms, node.signs, strict=True):
            t, b = self.index(term)
            if _is_one(b) and _is_one(bottom):
                top = top + sign * t
            else:
                top, bottom = top * b + sign * t * bottom, bottom * b
        return top, bottom

    def _index_mul(self, node):
        top, bottom = np.int64(1), 1
        for factor in node.factors:
            t, b = self.index(factor)
            top = top * t
            bottom = b if _is_one(bottom) else bottom * b
        return top, bottom

    def _index_div(self, node):
        (a, b), (c, d) = self.index(node.top), self.index(node.bottom)
        if np.any(c == 0):
            self.fail("a division by zero", node)
        sign = np.sign(c)
        return sign * a * d, abs(c) * b

    def _index_floor(self, node):
        top, bottom = self.index(node.body)
        return (-(-top // bottom) if node.up else top // bottom), 1

    def _index_mod(self, node):
        (a, b), (c, d) = self.index(node.left), self.index(node.right)
        broken = (np.asarray(a) % b != 0) | (np.asarray(c) % d != 0)
        if np.any(broken if self.guard is None else broken & self.guard):
            self.fail("mod is for whole numbers", node)
        if np.any(c == 0):
            self.fail("a division by zero", node)
        return (a // b) % (c // d), 1

    # -- statements
    def holds(self, relation: Relation):
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
                result = result if sign == "divides" else ~result
            else:
                left, right = a * d, c * b
                result = {
                    "=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater,
                    ">=": np.greater_equal,
                }[sign](left, right)  # fmt: skip
            truth = np.logical_and(truth, result)
        return truth

    # -- values: (array, where it makes a claim or None)
    def value(self, node, guard=None):
        return getattr(self, f"_value_{type(node).__name__.lower()}")(node, guard)

    def _value_number(self, node, guard):
        return np.float64(node.value), None

    def _as_value(self, node, guard):
        top, bottom = self.index(node)
        return np.asarray(top / bottom, dtype=float), None

    _value_index = _value_quantity = _value_floor = _value_mod = _as_value

    def _value_scalar(self, node, guard):
        return np.float64(self.trial.total), None

    def _value_add(self, node, guard):
        total, claim = 0.0, None
        for term, sign in zip(node.terms, node.signs, strict=True):
            value, ok = self.value(term, guard)
            total = total + sign * value
            claim = _both(claim, ok)
        return total, claim

    def _value_mul(self, node, guard):
        brackets = [factor for factor in node.factors if isinstance(factor, Bracket)]
        kept = None
        for bracket in brackets:
            for relation in bracket.relations:
                kept = _both(kept, self.holds(relation))
        inner = _both(guard, kept)
        product, claim = 1.0, None
        for factor in node.factors:
            if isinstance(factor, Bracket):
                continue
            value, ok = self.value(factor, inner)
            product = product * value
            claim = _both(claim, ok)
        if kept is not None:
            product = product * kept
            claim = None if claim is None else claim | ~kept
        return product, claim

    def _value_bracket(self, node, guard):
        kept = None
        for relation in node.relations:
            kept = _both(kept, self.holds(relation))
        return np.asarray(kept, dtype=float), None

    def _value_div(self, node, guard):
        (top, a), (bottom, b) = self.value(node.top, guard), self.value(node.bottom, guard)
        zero = np.asarray(bottom) == 0
        if np.any(zero if guard is None else zero & guard):
            self.fail("a division by zero", node)
        return top / np.where(zero, 1.0, bottom), _both(a, b)

    def _value_power(self, node, guard):
        value, claim = self.value(node.body, guard)
        return value**node.exponent, claim

    def _value_activate(self, node, guard):
        value, claim = self.value(node.body, guard)
        return self.trial.activation(value, node.order), claim

    def _value_sum(self, node, guard):
        before = dict(self.values)
        inner, axes, here = guard, [], []
        for letter, low, high in node.letters:
            if low is None:
                values = self._along(
                    letter, self.base + np.arange(self.trial.sizes[self.bound.ranges[letter]])
                )
            else:
                (a, b), (c, d) = self.index(low), self.index(high)
                if np.any(a % b) or np.any(c % d):
                    self.fail("the limits of a sum are whole numbers", node)
                low_value, high_value = a // b, c // d
                count = int(np.max(high_value - low_value)) + 1
                if count <= 0:
                    self.values = before
                    return np.float64(0), None
                values = low_value + self._along(letter, np.arange(count))
                inner = _both(inner, values <= high_value)
                here.append((letter, values == low_value, values == high_value))
            self.values[letter] = values
            axes.append(self.axis[letter])
        for condition in node.conditions:
            inner = _both(inner, self.holds(condition))
        if self.limits is not None:
            self.limits += here
        value, claim = self.value(node.body, inner)
        if self.limits is not None and here:
            del self.limits[-len(here) :]
        value = np.asarray(value, dtype=float)
        kept = _both(inner, claim)
        if kept is not None:
            value = np.where(kept, value, 0.0)
        for letter, *_ in node.letters:
            axis = self.axis[letter]
            if value.ndim == 0:
                value = value.reshape((1,) * self.ndim)
            if value.shape[axis] == 1:  # the body does not depend on it
                value = value * self.values[letter].shape[axis]
            else:
                value = value.sum(axis=axis, keepdims=True)
        self.values = before
        return value, None

    # -- cells of arrays
    def _cells(self, read, shape, guard):
        """The index arrays of a read, clipped, and where all of them lie inside."""
        indices, inside = [], None
        for node, size in zip(read.sub, shape, strict=True):
            self.guard = guard
            top, bottom = self.index(node)
            self.guard = None
            if not _is_one(bottom):
                broken = np.asarray(top % bottom != 0)
                wrong = broken if guard is None else broken & guard
                if np.any(wrong):
                    example = Fraction(int(np.broadcast_to(top, wrong.shape)[wrong].flat[0]),
                                       int(np.broadcast_to(bottom, wrong.shape)[wrong].flat[0]))  # fmt: skip
                    self.fail(
                        f"a subscript of {read.shown} is not whole, for example {example}; it is rounded down by "
                        "\\lfloor \\rfloor, or a bracket such as [s \\mid i-k] must keep such terms out",
                        node,
                    )
                top = top // bottom
            at = np.asarray(top) - self.base
            ok = (at >= 0) & (at < size)
            inside = _both(inside, ok)
            indices.append(np.clip(at, 0, max(size - 1, 0)))
        return indices, True if inside is None else inside

    @staticmethod
    def _squeezed(array, read):
        """The array with the axes that have subscripts, in their order; the others have one cell."""
        rest = [axis for axis in range(array.ndim) if axis not in read.axes]
        return np.transpose(array, (*read.axes, *rest)).reshape([array.shape[a] for a in read.axes])

    def _note_beyond(self, read, inside, guard):
        """Remember whether the first and the last term of each sum with limits is read from nowhere."""
        if not self.limits:
            return
        for letter, first, last in self.limits:
            for place, end in ((first, "first"), (last, "last")):
                seen = place if guard is None else place & guard
                if np.any(seen):
                    key = (read.span, letter, end)
                    (self.within if np.any(seen & inside) else self.beyond).add(key)

    def _value_read(self, node, guard):
        array = self._squeezed(self.trial.array(node.role), node)
        if not node.sub:
            return np.float64(array), None
        indices, inside = self._cells(node, array.shape, guard)
        self._note_beyond(node, inside, guard)
        return np.where(inside, array[tuple(indices)], 0.0), None

    def _value_indexed(self, node, guard):
        array = np.asarray(self.array(node.body), dtype=float)
        read = Read(node.span, "", node.sub, (), "the array")
        if array.ndim != len(node.sub):
            self.fail(f"this array has {array.ndim} axes and {len(node.sub)} subscripts", node)
        if array.size == 0:
            return np.float64(0), None
        indices, inside = self._cells(read, array.shape, guard)
        return np.where(inside, array[tuple(indices)], 0.0), None

    def _value_slope(self, node, guard):
        bottom = node.bottom
        if isinstance(node.top, Scalar):
            array = self._squeezed(self.trial.slope(node.top.name, bottom.role), bottom)
            indices, inside = self._cells(bottom, array.shape, guard)
            self._note_beyond(bottom, inside, guard)
            return (np.where(inside, array[tuple(indices)], 0.0) if bottom.sub else np.float64(array)), inside
        if isinstance(node.top, Read):
            value, inside = self._slope_of_cell(node.top, bottom, guard)
            return value, inside
        derivative = differentiate(node.top, bottom, self)
        shape = self._squeezed(self.trial.array(bottom.role), bottom).shape
        _, inside = self._cells(bottom, shape, guard)
        if derivative is None:
            return np.float64(0), inside
        value, claim = self.value(derivative, guard)
        return value, _both(claim, inside)

    def _slope_of_cell(self, top, bottom, guard):
        """The slope of one cell by another, and where both exist."""
        jacobian = self.trial.jacobian(top.role, bottom.role)
        shape = self._squeezed(self.trial.array(top.role), top).shape
        other = self._squeezed(self.trial.array(bottom.role), bottom).shape
        (above, a), (below, b) = self._cells(top, shape, guard), self._cells(bottom, other, guard)
        self._note_beyond(top, a, guard)
        inside = _both(a, b)
        if jacobian is None:
            return np.float64(0), inside
        dims = self.trial.array(top.role).ndim
        axes = (*top.axes, *(dims + axis for axis in bottom.axes))
        rest = [axis for axis in range(jacobian.ndim) if axis not in axes]
        table = np.transpose(jacobian, (*axes, *rest)).reshape(*shape, *other, -1)
        assert table.shape[-1] == 1
        return np.where(inside, table[(*above, *below, 0)], 0.0), inside

    def _value_cellslope(self, node, guard):
        value, _ = self._slope_of_cell(node.top, node.bottom, guard)
        return value, None

    # -- whole arrays
    def array(self, node):
        if isinstance(node, Whole):
            return self._spatial(self.trial.array(node.role))
        if isinstance(node, Slope):
            if isinstance(node.top, Scalar):
                return self._spatial(self.trial.slope(node.top.name, node.bottom.role))
            self.fail("of whole arrays, only the loss and S are differentiated", node)
        if isinstance(node, Join):
            return join(self.array(node.left), self.array(node.right), node.flip, node.mode)
        if isinstance(node, Turned):
            return np.flip(self.array(node.body))
        if isinstance(node, (Add, Mul)):
            parts = [self.array(part) for part in (node.terms if isinstance(node, Add) else node.factors)]
            shapes = {np.shape(part) for part in parts if np.ndim(part)}
            if len(shapes) > 1:
                shown = " and ".join("×".join(map(str, shape)) for shape in sorted(shapes))
                self.fail(f"arrays of the sizes {shown} stand side by side", node)
            if isinstance(node, Mul):
                return np.prod([np.broadcast_to(p, next(iter(shapes), ())) for p in parts], axis=0)
            return sum(sign * part for sign, part in zip(node.signs, parts, strict=True))
        if isinstance(node, Div):
            return self.array(node.top) / self.array(node.bottom)
        if isinstance(node, Activate):
            return self.trial.activation(self.array(node.body), node.order)
        return np.asarray(self.value(node)[0], dtype=float)

    def _spatial(self, array):
        return array.reshape(array.shape[2:])


def join(left, right, flip, mode):
    """Convolution or correlation of two arrays: valid, full, or same (the size of the left one, odd one after)."""
    if flip and mode == "valid" and all(a <= k for a, k in zip(left.shape, right.shape, strict=True)):
        left, right = right, left  # a convolution does not mind the order
    kernel = np.flip(right) if flip else right
    if mode == "valid" and any(a < k for a, k in zip(left.shape, kernel.shape, strict=True)):
        return np.zeros([max(a - k + 1, 0) for a, k in zip(left.shape, kernel.shape, strict=True)])
    pads = {
        "valid": [(0, 0)] * left.ndim,
        "full": [(k - 1, k - 1) for k in kernel.shape],
        "same": [((k - 1) // 2, k - 1 - (k - 1) // 2) for k in kernel.shape],
    }[mode]
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(left, pads), kernel.shape)
    return (windows * kernel).sum(axis=tuple(range(left.ndim, 2 * left.ndim)))


class CellSlope(Slope):
    """The slope of one cell by another inside a derivative: 0, and no question, where the upper one is padding."""


def differentiate(node, cell: Read, evaluation):
    """The derivative of an expression by one cell, as an expression; None where it is zero."""
    again = lambda part: differentiate(part, cell, evaluation)  # noqa: E731
    if isinstance(node, Read):
        if evaluation.trial.jacobian(node.role, cell.role) is None:
            return None
        return CellSlope(node.span, node, cell)
    if isinstance(node, Add):
        parts = [(again(t), s) for t, s in zip(node.terms, node.signs, strict=True)]
        parts = [(t, s) for t, s in parts if t is not None]
        if not parts:
            return None
        return Add(node.span, tuple(t for t, _ in parts), tuple(s for _, s in parts), (None,) * len(parts))
    if isinstance(node, Mul):
        terms = []
        for number, factor in enumerate(node.factors):
            if (slope := again(factor)) is not None:
                factors = (*node.factors[:number], slope, *node.factors[number + 1 :])
                terms.append(Mul(node.span, factors))
        return Add(node.span, tuple(terms), (1,) * len(terms), (None,) * len(terms)) if terms else None
    if isinstance(node, Div):
        top = again(node.top)
        if again(node.bottom) is not None:
            evaluation.fail("a quotient is differentiated only where its lower part is constant", node)
        return None if top is None else Div(node.span, top, node.bottom)
    if isinstance(node, Sum):
        body = again(node.body)
        return None if body is None else Sum(node.span, node.letters, node.conditions, body, node.head)
    if isinstance(node, Activate):
        if node.order:
            evaluation.fail("the activation is differentiated once at most", node)
        inner = again(node.body)
        return None if inner is None else Mul(node.span, (Activate(node.span, 1, node.body), inner))
    if isinstance(node, Power):
        inner = again(node.body)
        if inner is None:
            return None
        lower = Power(node.span, node.body, node.exponent - 1)
        return Mul(node.span, (Number(node.span, float(node.exponent)), lower, inner))
    if isinstance(node, (Number, Quantity, Index, Bracket, Floor, Mod)):
        return None
    evaluation.fail("this cannot be differentiated here", node)


def _both(a, b):
    if a is None or a is True:
        return b
    if b is None or b is True:
        return a
    return a & b


def _is_one(value) -> bool:
    return isinstance(value, int) and value == 1
