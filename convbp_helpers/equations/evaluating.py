"""An equation run as it is written: NumPy broadcasting over all its letters, with no loop over cells."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from .differentiating import differentiate
from .indices import Indices, both, is_one
from .meaning import Activate, Bound, Read, Scalar, Whole
from .tree import Add, Bracket, Div, Join, Mul, Slope, Turned, handler

__all__ = ["Evaluation", "close", "join"]

RTOL = 1e-9
MOST_TERMS = 300  #: of a sum with limits in numbers


def close(a, b):
    """Equal up to rounding; NaN is close to nothing."""
    with np.errstate(invalid="ignore"):
        return np.abs(a - b) <= RTOL * np.maximum(1.0, np.maximum(np.abs(a), np.abs(b)))


class Evaluation(Indices):
    """One chain on one trial.

    beyond, within : {(span of a read, letter, "first" or "last")}: whether the first and the last term of a sum with
    limits lie outside their array, and inside it, for some value of the other letters.
    """

    def __init__(self, bound: Bound, trial):
        super().__init__(bound, trial)
        self.limits = [] if bound.has_limits else None
        self.beyond, self.within = set(), set()

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
        if (
            number == 0 and isinstance(node, Read) and node.sub
        ):  # of a cell that is not there nothing is claimed
            claim = both(
                claim, self._cells(node, self._squeezed(self.trial.array(node.role), node).shape, guard)[1]
            )
        claim = both(claim, guard)
        everywhere = claim is None or claim is True
        return self._over_free(value), np.ones(self.grid, dtype=bool) if everywhere else self._over_free(
            claim
        )

    def _domain(self):
        r"""z_u = …, 0 \le u < U: where the equation says that it holds"""
        guard = None
        for relation in self.bound.domain:
            guard = both(guard, self.holds(relation))
        return guard

    def _over_free(self, value):
        r"""A value as an array over the letters of the left-hand side."""
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
        inside = both(inside, guard)
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
        r"""\frac{\partial J}{\partial x_{u+k}} \mathrel{+}= …: what the whole target should be"""
        if isinstance(target, Read):
            return self.trial.array(target.role)
        if isinstance(target.top, Scalar):
            return self.trial.slope(target.top.name, target.bottom.role)
        self.fail("what is added to must be one cell, of an array or of a gradient", target)

    # -- values: (array, where it makes a claim or None)
    def value(self, node, guard=None):
        """The values of a node, and where they make a claim (None: everywhere); `guard`: where they are asked for."""
        return getattr(self, handler("_value", type(node)))(node, guard)

    def _value_number(self, node, guard):
        r"""2 x_i"""
        return np.float64(node.value), None

    def _as_value(self, node, guard):
        r"""\frac{1}{s} \delta_u, (u + 1) \delta_u: an index as a value"""
        top, bottom = self.index(node)
        return np.asarray(top / bottom, dtype=float), None

    _value_index = _value_quantity = _value_floor = _value_mod = _as_value

    def _value_scalar(self, node, guard):
        r"""S"""
        return np.float64(self.trial.total), None

    def _value_add(self, node, guard):
        r"""b + w_0 x_u"""
        total, claim = 0.0, None
        for term, sign in zip(node.terms, node.signs, strict=True):
            value, ok = self.value(term, guard)
            total = total + sign * value
            claim = both(claim, ok)
        return total, claim

    def _value_mul(self, node, guard):
        r"""[s \mid i-k]\, \delta_{(i-k)/s}\, w_k: where the bracket is 0, the others are not read"""
        brackets = [factor for factor in node.factors if isinstance(factor, Bracket)]
        kept = None
        for bracket in brackets:
            for relation in bracket.relations:
                kept = both(kept, self.holds(relation))
        inner = both(guard, kept)
        product, claim = 1.0, None
        for factor in node.factors:
            if isinstance(factor, Bracket):
                continue
            value, ok = self.value(factor, inner)
            product = product * value
            claim = both(claim, ok)
        if kept is not None:
            product = product * kept
            claim = None if claim is None else claim | ~kept
        return product, claim

    def _value_bracket(self, node, guard):
        r"""[0 \le u < U]"""
        kept = None
        for relation in node.relations:
            kept = both(kept, self.holds(relation))
        return np.asarray(kept, dtype=float), None

    def _value_div(self, node, guard):
        r"""\frac{1}{N} \delta_u"""
        (top, a), (bottom, b) = self.value(node.top, guard), self.value(node.bottom, guard)
        zero = np.asarray(bottom) == 0
        if np.any(zero if guard is None else zero & guard):
            self.fail("a division by zero", node)
        return top / np.where(zero, 1.0, bottom), both(a, b)

    def _value_power(self, node, guard):
        r"""x_i^2"""
        value, claim = self.value(node.body, guard)
        return value**node.exponent, claim

    def _value_activate(self, node, guard):
        r"""\sigma'(z_u)"""
        value, claim = self.value(node.body, guard)
        return self.trial.activation(value, node.order), claim

    def _value_sum(self, node, guard):
        r"""\sum_{k=0}^{K-1} w_k"""
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
                if count > MOST_TERMS:
                    self.fail(
                        f"this sum has {count:,} terms, more than any array here has cells; write its limit as a size",
                        node,
                    )
                if count <= 0:
                    self.values = before
                    return np.float64(0), None
                values = low_value + self._along(letter, np.arange(count))
                inner = both(inner, values <= high_value)
                here.append((letter, values == low_value, values == high_value))
            self.values[letter] = values
            axes.append(self.axis[letter])
        for condition in node.conditions:
            inner = both(inner, self.holds(condition))
        if self.limits is not None:
            self.limits += here
        value, claim = self.value(node.body, inner)
        if self.limits is not None and here:
            del self.limits[-len(here) :]
        value = np.asarray(value, dtype=float)
        kept = both(inner, claim)
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
            if not is_one(bottom):
                broken = np.asarray(top % bottom != 0)
                if self.bound.notation.whole_only:
                    inside, broken = both(inside, ~broken), np.asarray(False)
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
            inside = both(inside, ok)
            indices.append(np.minimum(np.maximum(at, 0), max(size - 1, 0)))
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
        r"""x_{u+k}: zero where there is no such cell"""
        array = self._squeezed(self.trial.array(node.role), node)
        if not node.sub:
            return np.float64(array), None
        indices, inside = self._cells(node, array.shape, guard)
        self._note_beyond(node, inside, guard)
        return np.where(inside, array[tuple(indices)], 0.0), None

    def _value_indexed(self, node, guard):
        r"""(x \star w)_{u,v}"""
        array = np.asarray(self.array(node.body), dtype=float)
        read = Read(node.span, "", node.sub, (), "the array")
        if array.ndim != len(node.sub):
            self.fail(f"this array has {array.ndim} axes and {len(node.sub)} subscripts", node)
        if array.size == 0:
            return np.float64(0), None
        indices, inside = self._cells(read, array.shape, guard)
        return np.where(inside, array[tuple(indices)], 0.0), None

    def _value_slope(self, node, guard):
        r"""\frac{\partial J}{\partial x_i}, which makes no claim where x_i does not exist"""
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
        return value, both(claim, inside)

    def _slope_of_cell(self, top, bottom, guard):
        """The slope of one cell by another, and where both exist."""
        jacobian = self.trial.jacobian(top.role, bottom.role)
        shape = self._squeezed(self.trial.array(top.role), top).shape
        other = self._squeezed(self.trial.array(bottom.role), bottom).shape
        (above, a), (below, b) = self._cells(top, shape, guard), self._cells(bottom, other, guard)
        self._note_beyond(top, a, guard)
        inside = both(a, b)
        if jacobian is None:
            return np.float64(0), inside
        dims = self.trial.array(top.role).ndim
        axes = (*top.axes, *(dims + axis for axis in bottom.axes))
        rest = [axis for axis in range(jacobian.ndim) if axis not in axes]
        table = np.transpose(jacobian, (*axes, *rest)).reshape(*shape, *other, -1)
        assert table.shape[-1] == 1
        return np.where(inside, table[(*above, *below, 0)], 0.0), inside

    def _value_cellslope(self, node, guard):
        r"""\frac{\partial x_{u+k}}{\partial x_i} within a derivative"""
        value, _ = self._slope_of_cell(node.top, node.bottom, guard)
        return value, None

    def _value_total(self, node, guard):
        r"""\operatorname{sum}(\delta)"""
        return np.float64(self.array(node.body).sum()), None

    # -- whole arrays
    def array(self, node):
        r"""x \star w + b: arrays that are taken whole"""
        if isinstance(node, Whole):
            return self._spatial(self.trial.array(node.role))
        if isinstance(node, Slope):
            if isinstance(node.top, Scalar):
                return self._spatial(self.trial.slope(node.top.name, node.bottom.role))
            self.fail("of whole arrays, only the loss and S are differentiated", node)
        if isinstance(node, Join):
            left, right = self.array(node.left), self.array(node.right)
            if left.ndim != right.ndim or left.ndim == 0:
                self.fail("* and \\star join two arrays, and here one of the two is a number", node)
            return join(left, right, node.flip, node.mode)
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
    if mode == "either":  # the smaller slides over the larger
        left, right = (left, right) if left.size >= right.size else (right, left)
        mode = "valid"
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
