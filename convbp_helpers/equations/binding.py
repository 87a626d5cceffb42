"""What the letters of an equation mean, within the family of layers that it claims."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from .family import WORDS, Family, slot_size, stored
from .latex import EquationError
from .meaning import Activate, Bound, Index, Indexed, Power, Quantity, Read, Scalar, Whole
from .notation import kind_of
from .survey import Survey
from .tree import (
    Add,
    Div,
    Floor,
    Group,
    Join,
    Mod,
    Mul,
    Name,
    Number,
    Relation,
    Slope,
    Turned,
    handler,
    rebuild,
    walk,
)

__all__ = ["Binder"]


class Binder:
    """Binds one chain within a family. Each method says one line of LaTeX that needs it.

    like : the binder of a chain of which this one is a change; what stands in both is taken over from there.
    """

    def __init__(self, survey: Survey, family: Family, like: Binder | None = None):
        self.survey, self.family = survey, family
        self.chain, self.notation, self.free = survey.chain, survey.notation, survey.free
        self.dims = family.dims[-1]
        self.slots = self._slots()
        alike = (
            like is not None and like.family == family and like.free == self.free and like.slots == self.slots
        )
        self.known = like.made if alike else {}
        self.ranges = dict(like.ranges) if alike else {}
        self.has_limits = alike and like.has_limits
        self.made = {}  #: (the place of a node in memory, letters bound around it, whole) -> it and its bound form

    def fail(self, message, node):
        raise EquationError(message, self.survey.latex, node.span)

    def bound(self, only=None) -> Bound:
        """The chain, bound; with `only`, these of its members, and None for the others."""
        whole = not self.chain.letters and self._is_whole(self.chain.members[0])
        needed = [node if only is None or n in only else None for n, node in enumerate(self.chain.members)]
        for node, part in zip(needed, self.survey.parts, strict=False):
            self._no_product(part.joins if node else ())
        if not self.chain.scatter:
            self._no_stray(needed[1:])
        for letter in self.free:
            self._range(letter, next(iter(self._named(letter))))
        scope = frozenset(self.free)
        members = [node and self.value(node, scope, whole) for node in needed]
        domain = tuple(self.relation(relation, scope) for relation in self.chain.domain)
        if self.chain.scatter:
            target = members[0].bottom if isinstance(members[0], Slope) else members[0]
            if not isinstance(target, Read):
                what = "what is added to must be one cell, of an array or of a gradient"
                self.fail(what, self.chain.members[0])
        return Bound(
            tuple(members), tuple(self.free), self.ranges, self.chain.scatter, whole, domain, self.notation,
            self.family, self.survey.latex, self.chain, self.has_limits,
        )  # fmt: skip

    def _named(self, letter):
        r"""The names that are this letter: the place that an error about it points to."""
        for part in (*self.chain.letters, *self.chain.members, *self.chain.domain):
            for node in walk(part):
                if isinstance(node, Name) and node.text == letter and node.sub is None:
                    yield node

    def _no_stray(self, members):
        r"""z_u = w_k x_{u+k}: every letter is on the left, or a sum binds it."""
        for member in (*filter(None, members), *self.chain.domain):
            for name in self.survey.loose(member, frozenset(self.free)):
                text = name.text
                if text.endswith("'") and text.rstrip("'") in ("f", "g", "h", r"\phi", r"\varphi"):
                    self.fail(f"{text} is not known; the activation is {self.notation.activation} here", name)
                left = f"the left-hand side names {', '.join(self.free) or 'none'}"
                self.fail(f"the index {text} is never bound: {left}, and no sum runs over {text}", name)

    def _no_product(self, joins):
        r"""\delta_u * w_k: * is no product of cells."""
        for join in joins:
            for node in () if self.notation.named_axes else (join.left, join.right):
                if isinstance(node, Name) and node.sub is not None:
                    self.fail(
                        "* and \\star join whole arrays, without subscripts; for a product of cells write nothing, or "
                        "\\cdot",
                        node,
                    )

    def _slots(self):
        r"""m in w_m: letters that the notation does not place count the axis on which they stand alone."""
        found = {}
        for role, sub, *_ in self.survey.reads:
            if not sub:
                continue
            for kind, index in zip(self.family.axes(role, self.notation, self.dims), sub, strict=True):
                if isinstance(index, Name) and index.sub is None and not self.notation.size_of(index.text):
                    found.setdefault(index.text, Counter())[slot_size(role, kind)] += 1
        return {letter: counts.most_common(1)[0][0] for letter, counts in found.items()}

    def _range(self, letter, node, limits=False):
        r"""How far u runs in \sum_u \delta_u; with limits, as in \sum_{u=0}^{U-1}, that is said there."""
        size = self.notation.size_of(letter) or self.slots.get(letter)
        if size is None and limits:
            self.ranges.setdefault(letter, "")
            return
        if size is None:
            self.fail(
                f"{letter} is not known: it is no symbol of this notation, and as an index it stands alone in no "
                "subscript, so nothing says how far it runs",
                node,
            )
        kind = kind_of(size)
        if isinstance(kind, int) and kind >= self.dims:
            self.fail(f"{letter} counts cells of a second axis, and the arrays here have {self.dims}", node)
        self.ranges.setdefault(letter, size)

    def _is_whole(self, node) -> bool:
        r"""Whether the left-hand side is a whole array: \frac{\partial J}{\partial w} = x \star \delta"""
        if isinstance(node, Slope):
            node = node.bottom
        if isinstance(node, Group) and node.sub is None:
            return self._is_whole(node.body)
        if isinstance(node, (Join, Turned)):
            return not self.free
        if not isinstance(node, Name) or node.text not in self.notation.symbols or node.sub is not None:
            return False
        return bool(self.family.axes(self.survey.role(node), self.notation, self.dims))

    # values
    def value(self, node, scope, whole=False):
        """A value; `scope` holds the letters that are bound here, and with `whole` bare names are whole arrays."""
        key = id(node), scope, whole
        if key in self.known:
            return self.known[key][1]
        value = getattr(self, handler("_value", type(node)))(node, scope, whole)
        self.made[key] = node, value  # the node is kept, so that its place in memory stays its own
        return value

    def _value_number(self, node, scope, whole):
        r"""2 x_i"""
        return node

    def _value_group(self, node, scope, whole):
        r"""\delta_u (b + 1), and (x \star w)_{u,v}"""
        if node.sub is None:
            return self.value(node.body, scope, whole)
        body = self.value(node.body, scope, True)
        return Indexed(node.span, body, tuple(self.index(i, scope) for i in node.sub))

    def _value_add(self, node, scope, whole):
        r"""b + w_0 x_u, and \frac{1}{N} \sum_n J_n"""
        return rebuild(node, lambda part: self.value(part, scope, whole))

    _value_div = _value_add

    def _value_floor(self, node, scope, whole):
        r"""\lfloor fG/F \rfloor and c \bmod (C/G), beside cells"""
        return rebuild(node, lambda part: self.index(part, scope))

    _value_mod = _value_floor

    def _value_bracket(self, node, scope, whole):
        r"""[s \mid i - k]"""
        return rebuild(node, lambda part: self.relation(part, scope))

    def _value_mul(self, node, scope, whole):
        r"""\delta_u w_k, \sigma'(z_u) \delta_u, and \frac{\partial}{\partial x_i} z_u"""
        parts, todo = [], list(node.factors)
        while todo:
            factor = todo.pop(0)
            if self.survey.is_activation(factor):
                if not todo or not isinstance(todo[0], Group):
                    self.fail(
                        f"{factor.text} is the activation, and needs its argument in parentheses", factor
                    )
                body = self.value(todo.pop(0), scope, whole)
                order = len(factor.text) - len(factor.text.rstrip("'"))
                if order > 1:
                    self.fail("the activation is differentiated once at most", factor)
                parts.append(Activate((factor.span[0], body.span[1]), order, body))
            elif isinstance(factor, Slope) and factor.top is None:
                parts.append(factor)
            else:
                parts.append(self.value(factor, scope, whole))
        factors = []
        while parts:
            part = parts.pop(0)
            if isinstance(part, Slope) and part.top is None:
                if not parts or (isinstance(parts[0], Slope) and parts[0].top is None):
                    self.fail("∂ by itself needs something that it differentiates", part)
                part = self._slope_of(part, parts.pop(0), scope)
            factors.append(part)
        return factors[0] if len(factors) == 1 else replace(node, factors=tuple(factors))

    def _value_sum(self, node, scope, whole):
        r"""\sum_{k=0}^{K-1} w_k, and \sum_{u,k : u+k=i} \delta_u w_k"""
        letters = []
        inner = scope
        for name, low, high in node.letters:
            text = name.text
            if name.sub is not None or not self.survey.is_index(
                name, {text} if text in self.notation.letters else set()
            ):
                meaning = self.notation.meaning_of(text)
                self.fail(f"a sum runs over an index, and {text} is {meaning}; choose another letter", name)
            if text in inner:
                where = (
                    "the left-hand side names it" if text in self.free else "a sum around this one binds it"
                )
                self.fail(f"the index {text} is bound twice: {where}, and here a sum runs over it", name)
            low, high = (None if limit is None else self.index(limit, inner) for limit in (low, high))
            letters.append((text, low, high))
            self.has_limits |= low is not None
            inner = inner | {text}
            self._range(text, name, limits=low is not None)
        conditions = tuple(self.relation(r, inner) for r in node.conditions)
        return replace(
            node, letters=tuple(letters), conditions=conditions, body=self.value(node.body, inner, whole)
        )

    def _value_slope(self, node, scope, whole):
        r"""\frac{\partial J}{\partial x_i}"""
        if node.top is None:
            self.fail("∂ by itself needs something that it differentiates", node)
        return self._slope_of(node, self._top(node.top, scope, whole), scope, whole)

    def _top(self, node, scope, whole):
        r"""What stands above: J, S, or z_u"""
        known = (*self.notation.symbols, self.notation.loss, self.notation.total)
        if isinstance(node, Name) and node.sub is None and node.text not in known:
            self.fail(f"{node.text} is not the loss; the loss is {self.notation.loss}", node)
        if isinstance(node, Name) and node.text in (self.notation.loss, self.notation.total):
            return Scalar(node.span, "loss" if node.text == self.notation.loss else "total")
        return self.value(node, scope, whole)

    def _slope_of(self, node, top, scope, whole=False):
        r"""What stands below: x_i, a cell, or x, an array"""
        if node.bottom.text not in self.notation.symbols:
            self.fail(f"one differentiates by an array of the layer; {node.bottom.text} is none", node.bottom)
        bottom = self.value(node.bottom, scope, whole)
        if not isinstance(bottom, (Read, Whole)):
            self.fail("one differentiates by a cell of an array", node.bottom)
        if isinstance(top, Scalar) and top.name == "loss" and bottom.role == "delta":
            self.fail(
                f"{self.notation.loss} is no function of δ, which is its slope; the number S = Σ δ z is one",
                node,
            )
        return replace(node, top=top, bottom=bottom)

    def _value_join(self, node, scope, whole):
        r"""x \star w"""
        body = replace(node, left=self._operand(node.left, scope), right=self._operand(node.right, scope))
        if self.notation.joins is not None:
            flip, mode = self.notation.joins
            body = replace(body, flip=node.flip and flip, mode=node.mode if node.said else mode)
        return body if whole else self._as_cells(body, scope)

    def _value_turned(self, node, scope, whole):
        r"""\operatorname{rot}_{180}(w)"""
        body = replace(node, body=self._operand(node.body, scope), sub=None)
        if node.sub is not None:
            return Indexed(node.span, body, tuple(self.index(i, scope) for i in node.sub))
        return body if whole else self._as_cells(body, scope)

    def _value_total(self, node, scope, whole):
        r"""\operatorname{sum}(\delta)"""
        return replace(node, body=self._operand(node.body, scope))

    def _as_cells(self, body, scope):
        r"""z_{u,v} = b + x \star w: a whole array among cells; its cells are those of the left-hand side."""
        free = [letter for letter in self.free if isinstance(kind_of(self.ranges[letter]), int)]
        free.sort(key=lambda letter: kind_of(self.ranges[letter]))
        if len(free) != self.dims:
            self.fail(
                "* and \\star join whole arrays (for a product write nothing, or \\cdot); to pick a cell, write "
                "(x \\star w)_{u,v}",
                body,
            )
        return Indexed(body.span, body, tuple(Index(body.span, letter) for letter in free))

    def _operand(self, node, scope):
        r"""x and w in x \star w. A subscript of bare letters, as in \delta_{i',j'} * w_{m,n}, only names the axes."""
        if isinstance(node, (Join, Turned)):
            return self.value(node, scope, True)
        if isinstance(node, Group) and node.sub is None:
            return self._operand(node.body, scope)
        if isinstance(node, Name) and node.text in self.notation.symbols:
            role = self.survey.role(node)
            if self.family.batch or self.family.channel or self.family.filter:
                self.fail(
                    "* and \\star join arrays of one channel; write a sum over the indices instead", node
                )
            if node.sub is None or all(isinstance(i, Name) and i.sub is None for i in node.sub):
                return Whole(node.span, role)
            self.fail("the subscripts of a whole array are bare letters that name its axes", node)
        if isinstance(node, Name) and node.sub is None and node.text in self.notation.sizes:
            self.fail(f"{node.text} is a size in this notation, and * and \\star join arrays", node)
        return self.value(node, scope, True)

    def _value_name(self, node, scope, whole):
        r"""K, s, S, x_i, x_i^2"""
        n, text = self.notation, node.text
        plain = node.sub is None and node.sup is None
        if plain and text in scope:
            return Index(node.span, text)
        key = self.survey.setting_key(node)
        if key in n.settings or key in n.sizes:
            return self._quantity(node, key)
        if text in n.symbols:
            if isinstance(node.sup, Number):
                return Power(
                    node.span, self._value_name(replace(node, sup=None), scope, whole), int(node.sup.value)
                )
            return self._array(node, scope, whole)
        if text == n.total:
            return Scalar(node.span, "total")
        if text == n.loss:
            self.fail(f"{text} is the loss; here it can stand under ∂ only", node)
        if self.survey.is_activation(node):
            self.fail(f"{text} is the activation, and needs its argument in parentheses", node)
        self._unknown(node)

    def _unknown(self, node):
        r"""q_i, where the notation has no q; m, where nothing binds it"""
        text = node.text
        if node.sub is not None or not self.survey.is_index(node, set()):
            known = ", ".join(self.notation.symbols)
            self.fail(f"{text} is not known; the arrays of this notation are {known}", node)
        self.fail(
            f"the index {text} is never bound: it stands on the left nowhere, and no sum runs over it", node
        )

    def _array(self, node, scope, whole):
        r"""x_{c,i}: a cell; b with one filter: a number; x beside \star: a whole array"""
        role = self.survey.role(node)
        axes = self.family.axes(role, self.notation, self.dims)
        if node.sub is None:
            if axes:
                if whole:
                    return Whole(node.span, role)
                kinds = ", ".join(WORDS[kind] for kind in axes)
                self.fail(f"{node.text} has no subscript here; it needs {len(axes)} ({kinds})", node)
            return Read(node.span, role, (), (), node.text)
        sub = tuple(self.index(i, scope) for i in node.sub)
        return Read(node.span, role, sub, tuple(stored(role, kind) for kind in axes), node.text)

    def _quantity(self, node, key):
        r"""K, K - 1, s_h, p_{top}"""
        n = self.notation
        if key in n.sizes:
            size = n.sizes[key]
            if size[0] in "HUK" and size[1:] and int(size[1:]) >= self.dims:
                self.fail(f"{key} is the size of a second axis, and the arrays here have {self.dims}", node)
            return Quantity(node.span, size)
        setting, axis = n.settings[key]
        if axis is None:
            axis = 0
        elif axis >= self.dims:
            self.fail(f"{key} belongs to a second axis, and the arrays here have {self.dims}", node)
        return Quantity(node.span, f"{setting}{axis}")

    # indices
    def index(self, node, scope):
        r"""su + dk - p, (i-k)/s, \lfloor fG/F \rfloor, c \bmod (C/G)"""
        if isinstance(node, Name):
            if node.text in scope and node.sub is None and node.sup is None:
                return Index(node.span, node.text)
            key = self.survey.setting_key(node)
            if key in self.notation.settings or key in self.notation.sizes:
                return self._quantity(node, key)
            if node.text in self.notation.symbols:
                self.fail(f"{node.text} is an array and cannot be part of an index", node)
            self._unknown(node)
        if isinstance(node, Number):
            return node
        if isinstance(node, Group) and node.sub is None:
            return self.index(node.body, scope)
        if isinstance(node, (Add, Mul, Div, Floor, Mod)):
            return rebuild(node, lambda part: self.index(part, scope))
        if isinstance(node, Join):
            self.fail("* is a convolution; for a product in an index write nothing, as in su", node)
        self.fail(
            "an index is made of letters, sizes, settings and numbers with +, -, products and fractions", node
        )

    def relation(self, node, scope):
        r"""0 \le u < U, s \mid i - k"""
        if not isinstance(node, Relation):
            self.fail("a condition is a statement such as 0 \\le u < U", node)
        return rebuild(node, lambda side: self.index(side, scope))
