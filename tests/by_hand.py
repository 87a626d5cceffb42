"""Equations worked out by hand: from the tree of the page, with a Python loop over every cell and every summed letter.

A second opinion on `Evaluation`, slow and without a thought for speed. It takes the tree that `reading` makes and the
table of a notation, and nothing else of the package: links come from `geometries`, slopes are differences.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
from geometries import Layer, layer_links

from convbp_helpers.equations import tree
from convbp_helpers.equations.tree import (
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
    Slope,
    Turned,
)


class NotWhole(Exception):
    """A subscript that is not a whole number."""


#: The arrays that have the axes of the input.
READ = ("input", "below", "delta below", "padded")
#: Where each kind of axis lies in a stored array.
STORED = {
    "weight": {"filter": 0, "channel": 1},
    "bias": {"filter": 0},
    "backward": {"channel": 0, "filter": 1},
    "map": {"batch": 0, "channel": 1, "filter": 1},
}

#: f'(0) from the values at -2, -1, 1, 2: exact for polynomials of degree 4.
NUDGES = ((-2, 1 / 12), (-1, -8 / 12), (1, 8 / 12), (2, -1 / 12))


class Arrays:
    """The arrays of one layer as functions of one another: a nudge of one is felt by all that depend on it."""

    def __init__(self, trial, *, above=False, below=False, linear=False):
        g = trial.geometry
        self.given = dict(
            input=trial.x, weight=trial.w, bias=trial.b, below=trial.below, upstream=trial.upstream
        )
        self.above, self.below, self.linear, self.parabola = above, below, linear, trial.parabola
        settings = dict(
            stride=tuple(a.stride for a in g.axes),
            padding=tuple(a.padding for a in g.axes),
            dilation=tuple(a.dilation for a in g.axes),
            groups=g.groups,
        )
        self.layer = Layer("", g.x_shape, g.w_shape, settings)
        self.pads = [(0, 0), (0, 0), *self.layer.pads]
        wide = tuple(n + sum(pad) for n, pad in zip(g.x_shape, self.pads, strict=True))
        links = list(layer_links(Layer("", wide, g.w_shape, settings | {"padding": 0})))
        self.links = [tuple(np.array(cells).T) for cells in zip(*links, strict=True)] if links else None
        self.kept = {}
        start = self.of()
        slope = self.sigma(start["output"], 1) if above else 1.0
        self.given["delta"] = self.given["upstream"] * slope
        self.kept.clear()
        if below:
            self.given["delta below"] = self.table("loss", "below")
            self.kept.clear()

    def sigma(self, t, order=0):
        if self.linear:
            return np.ones_like(t) if order else t
        a, b, c = self.parabola
        return 2 * a * t + b if order else a * t * t + b * t + c

    def of(self, role=None, cell=None, step=0):
        """All arrays, after a step in one cell of one of them."""
        key = (role, cell, step)
        if key not in self.kept:
            self.kept[key] = self._of(role, cell, step)
        return self.kept[key]

    def _of(self, role, cell, step):
        arrays = dict(self.given)

        def set_(name, value):
            arrays[name] = np.array(value, dtype=float)
            if name == role:
                arrays[name][cell] += step

        set_("below", arrays["below"])
        set_("input", self.sigma(arrays["below"]) if self.below else arrays["input"])
        set_("padded", np.pad(arrays["input"], self.pads))
        set_("weight", arrays["weight"])
        set_("bias", arrays["bias"])
        set_("output", self.forward(arrays))
        set_("activated", self.sigma(arrays["output"]))
        if "delta" in arrays:
            set_("delta", arrays["delta"])
            arrays["total"] = (arrays["delta"] * arrays["output"]).sum()
            fixed = self.given["delta"]
            seen = arrays["upstream"] * arrays["activated"] if self.above else fixed * arrays["output"]
            arrays["loss"] = seen.sum()
            arrays["inserted"] = self.inserted(arrays["delta"])
        if self.layer.groups == 1:
            arrays["backward"] = self.turned(arrays["weight"])
        return arrays

    def forward(self, arrays):
        z = np.zeros(self.layer.out) + arrays["bias"].reshape(1, -1, *(1,) * self.layer.dims)
        if self.links:
            into, weight, read = self.links
            np.add.at(z, into, arrays["weight"][weight] * arrays["padded"][read])
        return z

    def inserted(self, delta):
        """Delta with s - 1 zeros between its cells."""
        sizes = tuple(s * (u - 1) + 1 for s, u in zip(self.layer.stride, delta.shape[2:], strict=True))
        spread = np.zeros(delta.shape[:2] + sizes)
        for n, f, *u in np.ndindex(*delta.shape):
            spread[(n, f, *(s * at for s, at in zip(self.layer.stride, u, strict=True)))] = delta[(n, f, *u)]
        return spread

    @staticmethod
    def turned(w):
        """The kernels of the gather form: filter and channel exchanged, each kernel turned."""
        result = np.zeros((w.shape[1], w.shape[0], *w.shape[2:]))
        for f, c, *k in np.ndindex(*w.shape):
            result[(c, f, *(size - 1 - at for size, at in zip(w.shape[2:], k, strict=True)))] = w[(f, c, *k)]
        return result

    def slope(self, of, role, cell):
        """The slope of `of(arrays)` by a cell of an array."""
        return sum(weight * of(self.of(role, cell, step)) for step, weight in NUDGES)

    def table(self, top, bottom):
        """All slopes of one array (or the loss, or S) by another."""
        key = ("table", top, bottom)
        if key not in self.kept:
            shape = np.shape(self.of()[bottom])
            slopes = {
                cell: self.slope(lambda arrays: arrays[top], bottom, cell) for cell in np.ndindex(*shape)
            }
            self.kept[key] = np.round(
                np.array(list(slopes.values())).reshape(*shape, *np.shape(self.of()[top])), 6
            )
        return self.kept[key]


class Hand:
    """One chain on one layer. `present`: which of n, c, f the arrays have an axis for."""

    def __init__(self, chain, arrays: Arrays, notation, present, free):
        self.chain, self.arrays, self.notation, self.present, self.free = (
            chain,
            arrays,
            notation,
            present,
            free,
        )
        self.now = arrays.of()
        layer = arrays.layer
        self.dims = layer.dims
        self.sizes = {"N": layer.x[0], "C": layer.x[1], "C/G": layer.w[1], "F": layer.w[0], "G": layer.groups}
        self.settings = {}
        for a in range(self.dims):
            self.sizes |= {f"M{a}": layer.stride[a] * (layer.out_grid[a] - 1) + 1}
            self.sizes |= {f"P{a}": layer.x[2 + a] + sum(layer.pads[a])}
            self.sizes |= {f"H{a}": layer.x[2 + a], f"K{a}": layer.w[2 + a], f"U{a}": layer.out_grid[a]}
            self.settings |= {("stride", a): layer.stride[a], ("dilation", a): layer.dilation[a]}
            self.settings |= {("before", a): layer.pads[a][0], ("after", a): layer.pads[a][1]}
            self.settings |= {("leftover", a): layer.leftover[a]}
        self.base = notation.base
        self.anchor = self._anchor()

    # -- members
    def member(self, number):
        """{cell: (value, whether it makes a claim)} over the free letters; a whole array as an array."""
        node = self.chain.members[number]
        if self.free is None:
            return self.whole(node)
        return {
            tuple(env.values()): self.value(node, env) if self._in_domain(env) else (0.0, False)
            for env in self._envs()
        }

    def scattered(self):
        """What the cells of the target add up to, {cell: sum}."""
        target, source = self.chain.members
        total = {}
        for env in self._envs():
            if self._in_domain(env):
                name = target.bottom if isinstance(target, Slope) else target
                cell = tuple(self.whole_number(i, env) - self.base for i in name.sub or ())
                total[cell] = total.get(cell, 0.0) + self.value(source, env)[0]
        return total

    def _envs(self):
        for values in product(*(self.range(letter) for letter in self.free)):
            yield dict(zip(self.free, values, strict=True))

    def _in_domain(self, env):
        return all(self.holds(relation, env) for relation in self.chain.domain)

    def range(self, letter):
        size = (
            self.notation.letters.get(letter)
            or self.notation.letters.get(letter.rstrip("'"))
            or self._alone(letter)
        )
        return range(self.base, self.base + self.sizes[size])

    def _alone(self, letter):
        """The size of the axis on which a letter stands alone as a subscript."""
        for member in self.chain.members:
            for node in tree.walk(member):
                if isinstance(node, Name) and node.text in self.notation.symbols and node.sub:
                    role = self.role(node)
                    for kind, index in zip(self.kinds(role), node.sub, strict=True):
                        if isinstance(index, Name) and index.text == letter and index.sub is None:
                            return self._size(role, kind)
        raise LookupError(letter)

    @staticmethod
    def _size(role, kind):
        if isinstance(kind, int):
            letter = dict(weight="K", backward="K", inserted="M", padded="P").get(
                role, "H" if role in READ else "U"
            )
            return f"{letter}{kind}"
        if kind == "channel":
            return "C/G" if role == "weight" else "C"
        return {"batch": "N", "filter": "F"}[kind]

    # -- names
    def _offset(self, sup):
        if sup is None:
            return 0
        terms, signs = (sup.terms, sup.signs) if isinstance(sup, Add) else ((sup,), (1,))
        return sum(int(t.value) * s for t, s in zip(terms, signs, strict=True) if isinstance(t, Number))

    def _anchor(self):
        """The layer of the weights; without weights that of the input."""
        for roles in (("weight", "bias"), ("input",), ("output", "delta")):
            for member in self.chain.members:
                for node in tree.walk(member):
                    symbol = self.notation.symbols.get(node.text) if isinstance(node, Name) else None
                    if symbol and symbol.role in roles:
                        return self._offset(node.sup) + symbol.layer
        return 0

    def role(self, name):
        symbol = self.notation.symbols[name.text]
        offset = self._offset(name.sup) + symbol.layer - self.anchor
        if offset == 0:
            return symbol.role
        return {
            ("output", -1): "below",
            ("delta", -1): "delta below",
            ("activated", -1): "input",
            ("input", 1): "activated",
        }[symbol.role, offset]

    def kinds(self, role):
        """What the subscripts of an array stand for."""
        if role == "bias":
            return ("filter",) if "f" in self.present else ()
        kinds = []
        for kind in self.notation.axes[role if role in ("weight", "backward") else "map"]:
            if kind == "channel" and role not in ("weight", "backward", *READ):
                kind = "filter"
            if kind == "space":
                kinds += range(self.dims)
            elif {"batch": "n", "channel": "c", "filter": "f"}[kind] in self.present:
                kinds.append(kind)
        return tuple(kinds)

    def cell(self, name, env):
        """(role, index in the stored array, whether it exists)."""
        role = self.role(name)
        stored = [0] * (1 if role == "bias" else 2 + self.dims)
        for kind, index in zip(self.kinds(role), name.sub or (), strict=True):
            at = self.whole_number(index, env) - self.base
            stored[2 + kind if isinstance(kind, int) else STORED.get(role, STORED["map"])[kind]] = at
        shape = np.shape(self.now[role])
        return role, tuple(stored), all(0 <= at < size for at, size in zip(stored, shape, strict=True))

    def quantity(self, name):
        """A size or a setting, or None."""
        key = name.text
        if name.sub is not None:
            (index,) = name.sub if len(name.sub) == 1 else (None,)
            if isinstance(index, Name):
                key += f"_{index.text}"
            elif isinstance(index, Number):
                key += f"_{int(index.value)}"
            else:
                return None
        if key in self.notation.settings:
            setting, axis = self.notation.settings[key]
            return self.settings[setting, axis or 0]
        return self.sizes[self.notation.sizes[key]] if key in self.notation.sizes else None

    # -- indices and statements
    def index(self, node, env) -> Fraction:
        if isinstance(node, Number):
            return Fraction(node.value)
        if isinstance(node, Name):
            if node.text in env and node.sub is None:
                return Fraction(env[node.text])
            return Fraction(self.quantity(node))
        if isinstance(node, Group):
            return self.index(node.body, env)
        if isinstance(node, Add):
            return sum(s * self.index(t, env) for t, s in zip(node.terms, node.signs, strict=True))
        if isinstance(node, Mul):
            return Fraction(np.prod([self.index(f, env) for f in node.factors]))
        if isinstance(node, Div):
            return self.index(node.top, env) / self.index(node.bottom, env)
        if isinstance(node, Floor):
            value = self.index(node.body, env)
            return Fraction(-((-value) // 1) if node.up else value // 1)
        if isinstance(node, Mod):
            return self.index(node.left, env) % self.index(node.right, env)
        raise NotImplementedError(type(node))

    def whole_number(self, node, env) -> int:
        value = self.index(node, env)
        if value.denominator != 1:
            raise NotWhole(str(value))
        return int(value)

    def holds(self, relation, env) -> bool:
        sides = [self.index(side, env) for side in relation.sides]
        compare = {
            "=": lambda a, b: a == b,
            "!=": lambda a, b: a != b,
            "<": lambda a, b: a < b,
            "<=": lambda a, b: a <= b,
            ">": lambda a, b: a > b,
            ">=": lambda a, b: a >= b,
            "divides": lambda a, b: (b / a).denominator == 1,
            "does not divide": lambda a, b: (b / a).denominator != 1,
        }
        return all(compare[sign](a, b) for a, b, sign in zip(sides, sides[1:], relation.relations))

    # -- values: (number, whether it makes a claim)
    def value(self, node, env):
        return getattr(self, f"_{type(node).__name__.lower()}")(node, env)

    def _number(self, node, env):
        return node.value, True

    def _name(self, node, env):
        if node.text in env and node.sub is None:
            return float(env[node.text]), True
        if (number := self.quantity(node)) is not None:
            return float(number), True
        if node.text == self.notation.total:
            return self.now["total"], True
        if isinstance(node.sup, Number):
            value, claim = self._name(replace(node, sup=None), env)
            return value**node.sup.value, claim
        role, at, exists = self.cell(node, env)
        return (self.now[role][at] if exists else 0.0), True

    def _group(self, node, env):
        if node.sub is None:
            return self.value(node.body, env)
        return self._picked(self.whole(node.body), [self.whole_number(i, env) - self.base for i in node.sub])

    def _picked(self, array, at):
        inside = all(0 <= i < size for i, size in zip(at, array.shape, strict=True))
        return (array[tuple(at)] if inside else 0.0), True

    def _add(self, node, env):
        values = [self.value(term, env) for term in node.terms]
        total = sum(s * value for (value, _), s in zip(values, node.signs, strict=True))
        return total, all(claim for _, claim in values)

    def _mul(self, node, env):
        for factor in node.factors:
            if isinstance(factor, Bracket) and not self.value(factor, env)[0]:
                return 0.0, True
        result, claim, todo = 1.0, True, list(node.factors)
        while todo:
            factor = todo.pop(0)
            order = self._order(factor)
            if order is not None:
                inner, ok = self.value(todo.pop(0), env)
                value = self.arrays.sigma(inner, order)
            elif isinstance(factor, Slope) and factor.top is None:
                value, ok = self.value(replace(factor, top=todo.pop(0)), env)
            else:
                value, ok = self.value(factor, env)
            result, claim = result * value, claim and ok
        return result, claim

    def _order(self, node):
        """0 for the activation, 1 for its derivative, None for anything else."""
        if isinstance(node, Name) and node.text.rstrip("'") == self.notation.activation and node.sub is None:
            return len(node.text) - len(node.text.rstrip("'"))
        return None

    def _div(self, node, env):
        (top, a), (bottom, b) = self.value(node.top, env), self.value(node.bottom, env)
        return top / bottom, a and b

    def _floor(self, node, env):
        return float(self.index(node, env)), True

    _mod = _floor

    def _bracket(self, node, env):
        return float(all(self.holds(relation, env) for relation in node.relations)), True

    def _sum(self, node, env):
        total = 0.0
        for inner in self._bindings(node.letters, env):
            if all(self.holds(condition, inner) for condition in node.conditions):
                value, claim = self.value(node.body, inner)
                total += value if claim else 0.0
        return total, True

    def _bindings(self, letters, env):
        if not letters:
            yield env
            return
        (name, low, high), *rest = letters
        if low is None:
            values = self.range(name.text)
        else:
            values = range(self.whole_number(low, env), self.whole_number(high, env) + 1)
        for value in values:
            yield from self._bindings(rest, {**env, name.text: value})

    def _slope(self, node, env):
        role, at, exists = self.cell(node.bottom, env)
        top = node.top
        scalars = {self.notation.loss: "loss", self.notation.total: "total"}
        if isinstance(top, Name) and top.text in scalars:
            return (self.arrays.table(scalars[top.text], role)[at] if exists else 0.0), exists
        if isinstance(top, Name):
            above, cell, there = self.cell(top, env)
            if not (there and exists):
                return 0.0, False
            return self.arrays.table(above, role)[(*at, *cell)], True
        if not exists:
            return 0.0, False
        return self.arrays.slope(lambda arrays: self._with(arrays, top, env), role, at), True

    def _with(self, arrays, node, env):
        before, self.now = self.now, arrays
        value, _ = self.value(node, env)
        self.now = before
        return value

    def _join(self, node, env):
        free = [letter for letter in self.free if letter not in "ncf"]
        return self._picked(self.whole(node), [env[letter] - self.base for letter in free])

    def _turned(self, node, env):
        if node.sub is None:
            return self._join(node, env)
        at = [self.whole_number(i, env) - self.base for i in node.sub]
        return self._picked(self.whole(replace(node, sub=None)), at)

    # -- whole arrays of one channel
    def whole(self, node):
        if isinstance(node, Group):
            return self.whole(node.body)
        if isinstance(node, Turned):
            array = self.whole(node.body)
            return array[(slice(None, None, -1),) * array.ndim]
        if isinstance(node, Join):
            return joined(self.whole(node.left), self.whole(node.right), node.flip, node.mode)
        if isinstance(node, Slope):
            return self.arrays.table("loss", self.role(node.bottom))[0, 0]
        if isinstance(node, Add):
            return sum(s * self.whole(t) for t, s in zip(node.terms, node.signs, strict=True))
        if isinstance(node, Number):
            return node.value
        if isinstance(node, Mul):
            result, todo = 1.0, list(node.factors)
            while todo:
                factor = todo.pop(0)
                order = self._order(factor)
                result = result * (
                    self.whole(factor) if order is None else self.arrays.sigma(self.whole(todo.pop(0)), order)
                )
            return result
        role = self.role(node)
        return self.now[role].reshape(self.now[role].shape[2:]) if role != "bias" else self.now[role][0]


def joined(left, right, flip, mode):
    """Convolution (flip) or correlation, by its definition: every cell of one meets every cell of the other."""
    if flip:
        right = right[(slice(None, None, -1),) * right.ndim]
    lead = {
        "valid": (0,) * right.ndim,
        "full": tuple(k - 1 for k in right.shape),
        "same": tuple((k - 1) // 2 for k in right.shape),
    }[mode]
    shape = {
        "valid": tuple(max(0, h - k + 1) for h, k in zip(left.shape, right.shape, strict=True)),
        "full": tuple(h + k - 1 for h, k in zip(left.shape, right.shape, strict=True)),
        "same": left.shape,
    }[mode]
    result = np.zeros(shape)
    for u in np.ndindex(*shape):
        for k in np.ndindex(*right.shape):
            i = tuple(a + b - p for a, b, p in zip(u, k, lead, strict=True))
            if all(0 <= a < h for a, h in zip(i, left.shape, strict=True)):
                result[u] += left[i] * right[k]
    return result
