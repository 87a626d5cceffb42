"""What the letters of an equation mean, and the family of layers that the equation thereby claims."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import product

from .notation import Notation
from .reading import (
    Add,
    Chain,
    Div,
    EquationError,
    Floor,
    Group,
    Join,
    Mod,
    Mul,
    Name,
    Node,
    Number,
    Page,
    Relation,
    Slope,
    Sum,
    Turned,
    children,
    walk,
)  # fmt: skip

__all__ = ["Bound", "Family", "bind"]

MAPS = ("input", "output", "delta", "activated", "upstream", "below", "delta below", "inserted", "padded")
AXES_OF_INPUT = ("input", "below", "delta below", "padded")
WORDS = {"batch": "example", "channel": "channel", "filter": "filter", 0: "row", 1: "column", 2: "third axis"}


# ------------------------------------------------------------------------------- names that have found their meaning
@dataclass(frozen=True)
class Index(Node):
    letter: str


@dataclass(frozen=True)
class Quantity(Node):
    """A size or a setting, by its name in `Trial.sizes`."""

    name: str


@dataclass(frozen=True)
class Read(Node):
    """One cell of an array; `axes` says which axis of the array each subscript is for."""

    role: str
    sub: tuple[Node, ...]
    axes: tuple[int, ...]
    shown: str


@dataclass(frozen=True)
class Whole(Node):
    """An array of one channel, all of it."""

    role: str


@dataclass(frozen=True)
class Scalar(Node):
    """The loss or the total, as what is differentiated; the total has a value too."""

    name: str


@dataclass(frozen=True)
class Activate(Node):
    order: int
    body: Node


@dataclass(frozen=True)
class Indexed(Node):
    """A cell of what a join of whole arrays gives."""

    body: Node
    sub: tuple[Node, ...]


@dataclass(frozen=True)
class Power(Node):
    body: Node
    exponent: int


# --------------------------------------------------------------------------------------------------- the family
@dataclass(frozen=True)
class Family:
    """The layers an equation is about: which axes its arrays have, and which settings it names."""

    dims: tuple[int, ...]
    batch: bool = False
    channel: bool = False
    filter: bool = False
    settings: tuple[tuple[str, int | None], ...] = ()  #: those that vary: ("stride", None), ("before", 0), …
    groups: bool = False
    above: bool = False  #: the loss sees the output through an activation
    below: bool = False  #: the input is the activated output of a layer below
    linear: bool = False
    fixed: tuple[tuple[str, object], ...] = ()  #: what `layer=` says

    def axes(self, role: str, notation: Notation, dims: int) -> tuple:
        """The kinds of axes that a symbol of this role has here, in the order of its subscripts."""
        if role == "bias":
            return ("filter",) if self.filter else ()
        order = notation.axes[role if role in ("weight", "backward") else "map"]
        kinds = []
        for kind in order:
            if kind == "space":
                kinds += range(dims)
                continue
            if kind == "channel" and role in MAPS and role not in AXES_OF_INPUT:
                kind = "filter"
            if getattr(self, kind):
                kinds.append(kind)
        return tuple(kinds)


#: Where each kind of axis lies in the arrays that `loops` takes.
def _stored(role, kind) -> int:
    if role == "bias":
        return 0
    if isinstance(kind, int):
        return 2 + kind
    if role == "backward":
        return {"channel": 0, "filter": 1}[kind]
    return {"batch": 0, "filter": 0 if role == "weight" else 1, "channel": 1}[kind]


@dataclass(frozen=True)
class Bound:
    """A chain whose names have a meaning: what `evaluating` runs.

    free : letters of the left-hand side, in order; ranges : letter -> size; whole : the members are whole arrays.
    """

    members: tuple[Node, ...]
    free: tuple[str, ...]
    ranges: dict[str, str]
    scatter: bool
    whole: bool
    domain: tuple[Relation, ...]
    notation: Notation
    family: Family
    latex: str
    source: Chain

    @property
    def letters(self) -> list[str]:
        return list(self.ranges)


def bind(page: Page, notation: Notation, layer: dict | None = None, *, expression=False) -> list[Bound]:
    """Give every name of every chain its meaning; the chains of one display are about one family."""
    binders = [_Binder(page.latex, chain, notation, expression) for chain in page.chains]
    for binder in binders:
        binder.survey()
    if not binders:
        return []
    seen = sum((binder.reads for binder in binders), [])
    cells = [len(node.sub) for binder in binders for node in binder.indexed]
    used = set().union(*(binder.settings for binder in binders))
    if any(role == "padded" for role, *_ in seen):  # it is about padding, whether or not p is named
        used |= {("before", None)}
    above, below = any(b.activated for b in binders), any(b.below for b in binders)
    letters = set().union(*(binder.names for binder in binders))
    family = _family(page.latex, seen, cells, letters, notation, layer or {})
    family = replace(
        family,
        settings=tuple(sorted((s for s in used if s[0] != "groups"), key=str)),
        groups=("groups", None) in used,
        above=(above and not below) or any(role == "activated" for role, *_ in seen),
        below=below,
        linear=notation.linear,
        fixed=tuple(sorted((layer or {}).items(), key=lambda item: item[0])),
    )
    _has_subscripts_for(family, page.latex)
    return [binder.bound(family) for binder in binders]


def _has_subscripts_for(family, latex):
    """Several examples, channels, filters or groups can be asked about only if the arrays have letters for them."""
    for name, axes in (
        ("batch", ["batch"]),
        ("channels", ["channel"]),
        ("filters", ["filter"]),
        ("groups", ["channel", "filter"]),
    ):
        count = dict(family.fixed).get(name, 1)
        missing = [WORDS[axis] + "s" for axis in axes if not getattr(family, axis)]
        if missing and isinstance(count, int) and count > 1:
            word = "examples" if name == "batch" else name
            raise EquationError(
                f"the layer asked about has {count} {word}, and the arrays here have no subscript for the "
                f"{' and the '.join(missing)}",
                latex,
            )


def _kind(size: str):
    """The kind of axis that a size belongs to."""
    return {"N": "batch", "C": "channel", "C/G": "channel", "F": "filter"}.get(size) or int(size[1:])


def _family(latex, reads, indexed, letters, notation, layer) -> Family:
    """The family in which every array has as many axes as subscripts, and letters stand where they belong."""
    cells = [read for read in reads if read[1] is not None and not (read[0] == "bias" and not read[1])]
    if not any(sub for _, sub, _ in cells):
        whole = any(sub is None and role != "bias" for role, sub, _ in reads)
        return Family(dims=(indexed[0],) if indexed else (1, 2) if whole else (1,))
    placed = [  # (role, the kinds of axes that the letters of each subscript belong to)
        (
            role,
            [[_kind(size) for name in _names(index) if (size := _size_of(name, notation))] for index in sub],
        )
        for role, sub, _ in reads
        if sub is not None
    ]
    best = None
    for dims, batch, channel, filters in product((1, 2, 3), (False, True), (False, True), (False, True)):
        if any(
            name in layer and not on
            for name, on in (("batch", batch), ("channels", channel), ("filters", filters))
        ):
            continue
        family = Family((dims,), batch, channel, filters)
        fits, score = 0, -0.01 * (batch + channel + filters)
        for role, sub in placed:
            axes = family.axes(role, notation, dims)
            if len(axes) != len(sub):
                continue
            fits += 1
            for kind, kinds in zip(axes, sub):
                if {kind, *kinds} <= {"channel", "filter"} and len(kinds) > 1:
                    score += 1  # the index of a group
                else:
                    score += sum(0.5 if k == kind else -1 for k in kinds)
        for name in letters:
            size = _size_of(name, notation)
            if size in ("N", "C", "F") and not getattr(family, _kind(size)):
                score -= 1
            if size and isinstance(_kind(size), int) and _kind(size) >= dims:
                score -= 2
        if best is None or 5 * fits + score > best[0]:
            best = (5 * fits + score, family, dims)
    _, family, dims = best
    for role, sub, node in reads:
        axes = family.axes(role, notation, dims)
        if sub is None or len(sub) == len(axes):
            continue
        kinds = ", ".join(WORDS[kind] for kind in axes)
        has = f"{len(sub)} subscript{'s' * (len(sub) != 1)}" if sub else "no subscript"
        needs = f"{len(axes)} ({kinds})" if axes else "none (there is one filter here)"
        hint = ""
        if len(sub) == 1 and len(axes) > 1 and isinstance(sub[0], Mul):
            hint = "; write commas between indices"
        raise EquationError(
            f"{node.text} has {has}; beside the others it needs {needs}{hint}", latex, node.span
        )
    return family


def _names(node):
    """The letters in a tree."""
    return (name.text for name in walk(node) if isinstance(name, Name))


def _size_of(letter, notation):
    """The size an index letter counts, by the notation's table."""
    return notation.letters.get(letter) or notation.letters.get(letter.rstrip("'"))


class _Binder:
    """Binds one chain: `survey` finds what it reads, `bound` gives every name its meaning within a family."""

    def __init__(self, latex, chain, notation, expression):
        self.latex, self.chain, self.notation, self.expression = latex, chain, notation, expression
        self.reads, self.settings, self.names = [], set(), set()
        self.activated = self.below = False

    def fail(self, message, node):
        raise EquationError(message, self.latex, node.span)

    # -- first pass: which arrays, with how many subscripts, at which layers
    def survey(self):
        if len(self.chain.members) < 2 and not self.expression:
            node = self.chain.members[0]
            self.fail("an equation needs two sides, with = between them", node)
        self.free = self._free()
        self.indexed = [
            node
            for member in self.chain.members
            for node in walk(member)
            if isinstance(node, (Group, Turned)) and node.sub is not None
        ]
        self.arrays = [node for member in self.chain.members for node in self._arrays(member, set(self.free))]
        offsets = {}
        for node in self.arrays:
            symbol = self.notation.symbols[node.text]
            offsets.setdefault(symbol.role, set()).add(self._layer(node) + symbol.layer)
        anchor = offsets.get("weight") or offsets.get("bias") or offsets.get("input")
        if anchor and len(anchor) > 1:
            self.fail(
                "an equation here is about one convolution; these weights belong to two", self.arrays[0]
            )
        self.at = (anchor or {max(set().union(*offsets.values()), default=0)}).pop() if offsets else 0
        if not anchor and self.at != 0 and any(0 in seen for seen in offsets.values()):
            self.at = max(set().union(*offsets.values()))
        for node in self.arrays:
            role = self.role(node)
            if role == "backward" and any(name.text == "G" for name in self._all_names()):
                self.fail("the backward kernels are written for one group", node)
            self.below |= role in ("below", "delta below")
            self.activated |= role == "activated"
            self.reads.append((role, node.sub, node))
        for name in self._all_names():
            self._note(name)

    def _layer(self, node) -> int:
        """The offset of a layer superscript from l: 0 for (l) or none, 1 for (l+1)."""
        sup = node.sup
        if sup is None or isinstance(sup, Number):  # a number is a power
            return 0
        terms, signs = ((sup,), (1,)) if not isinstance(sup, Add) else (sup.terms, sup.signs)
        offset, letters = 0, 0
        for term, sign in zip(terms, signs, strict=True):
            if isinstance(term, Number) and term.value == int(term.value):
                offset += sign * int(term.value)
            elif isinstance(term, Name) and term.text in self.notation.layers and sign == 1:
                letters += 1
            else:
                self.fail("a superscript is a layer, such as (\\ell) or l+1", sup)
        if letters != 1:
            self.fail("a superscript is a layer, such as (\\ell) or l+1", sup)
        return offset

    def role(self, node) -> str:
        symbol = self.notation.symbols[node.text]
        offset = self._layer(node) + symbol.layer - self.at
        known = {
            ("output", -1): "below",
            ("delta", -1): "delta below",
            ("activated", -1): "input",
            ("input", 1): "activated",
        }
        if offset == 0:
            return symbol.role
        if (symbol.role, offset) in known:
            return known[symbol.role, offset]
        self.fail(f"{node.text} of another layer cannot be placed beside this convolution", node)

    def _free(self):
        """The letters of the left-hand side that no sum of its own binds (of a scatter: all letters)."""
        seen = {}
        for name in self.chain.letters:
            seen.setdefault(name.text, name)
        members = self.chain.members if self.chain.scatter else self.chain.members[:1]
        for member in members:
            for name in self._loose(member, frozenset()):
                seen.setdefault(name.text, name)
        return list(seen)

    def _loose(self, node, bound):
        """The index letters of a tree that stand outside the sums that bind them."""
        if isinstance(node, Sum):
            inner = bound | {name.text for name, _, _ in node.letters}
            for part in (
                node.body,
                *node.conditions,
                *(limit for _, *ls in node.letters for limit in ls if limit),
            ):
                yield from self._loose(part, inner)
        elif isinstance(node, (Join, Turned)) and self.notation.named_axes:
            return  # the subscripts of whole arrays name their axes
        elif isinstance(node, Name):
            if self._is_index(node, bound):
                if node.text not in bound:
                    yield node
            for index in node.sub or ():
                if not (
                    self._setting_key(node) in self.notation.settings
                    or self._setting_key(node) in self.notation.sizes
                ):
                    for name in self._letters_like_arrays(index):
                        if name.text not in bound:
                            yield name
                    yield from self._loose(index, bound)
        else:
            for child in children(node):
                yield from self._loose(child, bound)

    def _letters_like_arrays(self, index):
        """Within a subscript no array stands: b is a letter there if the notation has it, or if it stands alone."""
        for name in walk(index):
            if (
                isinstance(name, Name)
                and name.sub is None
                and name.sup is None
                and name.text in self.notation.symbols
            ):
                if name.text in self.notation.letters or name is index:
                    yield name

    def _is_index(self, node, bound) -> bool:
        if node.sub is not None or node.sup is not None:
            return False
        n, text = self.notation, node.text
        if text in bound:
            return True
        taken = (*n.symbols, *n.sizes, *n.settings, n.loss, n.total, n.activation, n.activation + "'")
        if text in n.letters or text.rstrip("'") in n.letters:
            return text not in n.symbols and text != n.activation + "'" and text != n.activation
        return text not in taken and text.rstrip("'") not in (*n.symbols, *n.settings, n.activation)

    def _setting_key(self, node):
        if node.sub is not None and len(node.sub) == 1:
            (index,) = node.sub
            if isinstance(index, Name) and index.sub is None:
                return f"{node.text}_{index.text}"
            if isinstance(index, Number):
                return f"{node.text}_{int(index.value)}"
            if isinstance(index, Mul) and all(isinstance(f, Name) and f.sub is None for f in index.factors):
                word = f"{node.text}_{''.join(f.text for f in index.factors)}"  # p_{top}
                return word if word in self.notation.settings else None
        return node.text if node.sub is None else None

    def _arrays(self, node, bound):
        """The names that are arrays."""
        if isinstance(node, Sum):
            bound = bound | {name.text for name, _, _ in node.letters}
        if isinstance(node, Name):
            plain = node.sub is None and node.sup is None
            if node.text in self.notation.symbols and not (plain and node.text in bound):
                if self._setting_key(node) not in self.notation.settings:
                    yield node
            return
        for child in children(node):
            yield from self._arrays(child, bound)

    def _all_names(self):
        def walk(node):
            if isinstance(node, Name):
                yield node
                if self._setting_key(node) not in self.notation.settings:
                    for index in node.sub or ():
                        yield from walk(index)
                return
            for child in children(node):
                yield from walk(child)

        for part in (*self.chain.members, *self.chain.domain):
            yield from walk(part)

    def _note(self, name):
        n = self.notation
        self.names.add(name.text)
        if (key := self._setting_key(name)) in n.settings and not self._bound_somewhere(name.text):
            self.settings.add(n.settings[key])
        elif n.sizes.get(key) == "G":
            self.settings.add(("groups", None))
        if name.text.rstrip("'") == n.activation and n.activation not in n.letters:
            self.activated = True

    def _bound_somewhere(self, text):
        return text in self.free and text not in self.notation.settings

    # -- second pass
    def bound(self, family: Family) -> Bound:
        self.family = family
        self.dims = family.dims[-1]
        self.ranges = {}
        self.slots = self._slots()
        whole = self._is_whole(self.chain.members[0])
        for node in self.chain.members:
            self._no_product(node)
        if not self.chain.scatter:
            self._no_stray(whole)
        for letter in self.free:
            self._range(letter, next(iter(self._named(letter))))
        scope = frozenset(self.free)
        members = []
        for member in self.chain.members:
            node = self.value(member, scope, whole)
            members.append(node)
        domain = tuple(self.relation(relation, scope) for relation in self.chain.domain)
        if self.chain.scatter:
            target = members[0]
            if not (
                isinstance(target, Read) or (isinstance(target, Slope) and isinstance(target.bottom, Read))
            ):
                self.fail(
                    "what is added to must be one cell, of an array or of a gradient", self.chain.members[0]
                )
        return Bound(
            tuple(members), tuple(self.free), self.ranges, self.chain.scatter, whole, domain, self.notation, family,
            self.latex, self.chain,
        )  # fmt: skip

    def _named(self, letter):
        for part in (*self.chain.letters, *self.chain.members, *self.chain.domain):
            for node in walk(part):
                if isinstance(node, Name) and node.text == letter and node.sub is None:
                    yield node

    def _no_stray(self, whole):
        """Every letter is on the left, or a sum binds it."""
        for member in (*self.chain.members[1:], *self.chain.domain):
            for name in self._loose(member, frozenset(self.free)):
                other = name.text.rstrip("'")
                if name.text.endswith("'") and other in ("f", "g", "h", r"\phi", r"\varphi"):
                    self.fail(
                        f"{name.text} is not known; the activation is {self.notation.activation} here", name
                    )
                left = (
                    f"the left-hand side names {', '.join(self.free)}"
                    if self.free
                    else "the left-hand side names none"
                )
                self.fail(
                    f"the index {name.text} is never bound: {left}, and no sum runs over {name.text}", name
                )

    def _no_product(self, member):
        """* is no product of cells."""
        for join in walk(member):
            for node in (
                (join.left, join.right) if isinstance(join, Join) and not self.notation.named_axes else ()
            ):
                if isinstance(node, Name) and node.sub is not None:
                    self.fail(
                        "* and \\star join whole arrays, without subscripts; for a product of cells write nothing, or "
                        "\\cdot",
                        node,
                    )

    def _slots(self):
        """For letters that the notation does not place: the size of the axis on which they stand alone."""
        found = {}
        for role, sub, _ in self.reads:
            if not sub:
                continue
            for kind, index in zip(self.family.axes(role, self.notation, self.dims), sub, strict=True):
                if isinstance(index, Name) and index.sub is None:
                    found.setdefault(index.text, Counter())[_slot_size(role, kind)] += 1
        return {letter: counts.most_common(1)[0][0] for letter, counts in found.items()}

    def _range(self, letter, node, limits=False):
        size = _size_of(letter, self.notation) or self.slots.get(letter)
        if size is None and limits:
            self.ranges.setdefault(letter, "")
            return
        if size is None:
            self.fail(
                f"{letter} is not known: it is no symbol of this notation, and as an index it stands alone in no "
                "subscript, so nothing says how far it runs",
                node,
            )
        kind = _kind(size)
        if isinstance(kind, int) and kind >= self.dims:
            self.fail(f"{letter} counts cells of a second axis, and the arrays here have {self.dims}", node)
        self.ranges.setdefault(letter, size)

    def _is_whole(self, node) -> bool:
        if isinstance(node, Slope):
            node = node.bottom
        if isinstance(node, Group) and node.sub is None:
            return self._is_whole(node.body)
        if isinstance(node, (Join, Turned)):
            return not self.free
        if not isinstance(node, Name) or node.text not in self.notation.symbols or node.sub is not None:
            return False
        return bool(self.family.axes(self.role(node), self.notation, self.dims))

    # values
    def value(self, node, scope, whole=False):
        return getattr(self, f"_value_{type(node).__name__.lower()}")(node, scope, whole)

    def _value_number(self, node, scope, whole):
        return node

    def _value_group(self, node, scope, whole):
        if node.sub is None:
            return self.value(node.body, scope, whole)
        body = self.value(node.body, scope, True)
        return Indexed(node.span, body, tuple(self.index(i, scope) for i in node.sub))

    def _value_add(self, node, scope, whole):
        return replace(node, terms=tuple(self.value(t, scope, whole) for t in node.terms))

    def _value_div(self, node, scope, whole):
        return replace(
            node, top=self.value(node.top, scope, whole), bottom=self.value(node.bottom, scope, whole)
        )

    def _value_floor(self, node, scope, whole):
        return replace(node, body=self.index(node.body, scope))

    def _value_mod(self, node, scope, whole):
        return replace(node, left=self.index(node.left, scope), right=self.index(node.right, scope))

    def _value_bracket(self, node, scope, whole):
        return replace(node, relations=tuple(self.relation(r, scope) for r in node.relations))

    def _value_mul(self, node, scope, whole):
        parts, todo = [], list(node.factors)
        while todo:
            factor = todo.pop(0)
            if self._is_activation(factor):
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

    def _is_activation(self, node):
        return (
            isinstance(node, Name) and node.text.rstrip("'") == self.notation.activation and node.sub is None
        )

    def _value_sum(self, node, scope, whole):
        letters = []
        inner = scope
        for name, low, high in node.letters:
            text = name.text
            if name.sub is not None or not self._is_index(
                name, {text} if text in self.notation.letters else set()
            ):
                meaning = self._meaning(text)
                self.fail(f"a sum runs over an index, and {text} is {meaning}; choose another letter", name)
            if text in inner:
                where = (
                    "the left-hand side names it" if text in self.free else "a sum around this one binds it"
                )
                self.fail(f"the index {text} is bound twice: {where}, and here a sum runs over it", name)
            low, high = (None if limit is None else self.index(limit, inner) for limit in (low, high))
            letters.append((text, low, high))
            inner = inner | {text}
            self._range(text, name, limits=low is not None)
        conditions = tuple(self.relation(r, inner) for r in node.conditions)
        return replace(
            node, letters=tuple(letters), conditions=conditions, body=self.value(node.body, inner, whole)
        )

    def _meaning(self, text):
        n = self.notation
        role = n.symbols[text].role if text in n.symbols else None
        if role:
            return {"delta": "the gradient at the output"}.get(role, f"the {role}")
        if text in n.settings:
            word = n.settings[text][0]
            return "the padding" if word in ("before", "after") else f"the {word}"
        return f"a size ({text})" if text in n.sizes else "no index"

    def _value_slope(self, node, scope, whole):
        if node.top is None:
            self.fail("∂ by itself needs something that it differentiates", node)
        return self._slope_of(node, self._top(node.top, scope, whole), scope, whole)

    def _top(self, node, scope, whole):
        known = (*self.notation.symbols, self.notation.loss, self.notation.total)
        if isinstance(node, Name) and node.sub is None and node.text not in known:
            self.fail(f"{node.text} is not the loss; the loss is {self.notation.loss}", node)
        if isinstance(node, Name) and node.text in (self.notation.loss, self.notation.total):
            return Scalar(node.span, "loss" if node.text == self.notation.loss else "total")
        return self.value(node, scope, whole)

    def _slope_of(self, node, top, scope, whole=False):
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
        body = replace(node, left=self._operand(node.left, scope), right=self._operand(node.right, scope))
        return body if whole else self._as_cells(body, scope)

    def _value_turned(self, node, scope, whole):
        body = replace(node, body=self._operand(node.body, scope), sub=None)
        if node.sub is not None:
            return Indexed(node.span, body, tuple(self.index(i, scope) for i in node.sub))
        return body if whole else self._as_cells(body, scope)

    def _as_cells(self, body, scope):
        """A whole array among cells: its cells are those of the left-hand side."""
        free = [letter for letter in self.free if isinstance(_kind(self.ranges[letter]), int)]
        free.sort(key=lambda letter: _kind(self.ranges[letter]))
        if len(free) != self.dims:
            self.fail(
                "* and \\star join whole arrays (for a product write nothing, or \\cdot); to pick a cell, write "
                "(x \\star w)_{u,v}",
                body,
            )
        return Indexed(body.span, body, tuple(Index(body.span, letter) for letter in free))

    def _operand(self, node, scope):
        """A whole array. A subscript of bare letters, as in \\delta_{i',j'} * w_{m,n}, only names the axes."""
        if isinstance(node, (Join, Turned)):
            return self.value(node, scope, True)
        if isinstance(node, Group) and node.sub is None:
            return self._operand(node.body, scope)
        if isinstance(node, Name) and node.text in self.notation.symbols:
            role = self.role(node)
            if self.family.batch or self.family.channel or self.family.filter:
                self.fail(
                    "* and \\star join arrays of one channel; write a sum over the indices instead", node
                )
            if node.sub is None or all(isinstance(i, Name) and i.sub is None for i in node.sub):
                return Whole(node.span, role)
            self.fail("the subscripts of a whole array are bare letters that name its axes", node)
        return self.value(node, scope, True)

    def _value_name(self, node, scope, whole):
        n, text = self.notation, node.text
        plain = node.sub is None and node.sup is None
        if plain and text in scope:
            return Index(node.span, text)
        key = self._setting_key(node)
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
        if self._is_activation(node):
            self.fail(f"{text} is the activation, and needs its argument in parentheses", node)
        self._unknown(node)

    def _unknown(self, node):
        text = node.text
        if node.sub is not None or not self._is_index(node, set()):
            known = ", ".join(self.notation.symbols)
            self.fail(f"{text} is not known; the arrays of this notation are {known}", node)
        self.fail(
            f"the index {text} is never bound: it stands on the left nowhere, and no sum runs over it", node
        )

    def _array(self, node, scope, whole):
        role = self.role(node)
        axes = self.family.axes(role, self.notation, self.dims)
        if node.sub is None:
            if axes:
                if whole:
                    return Whole(node.span, role)
                kinds = ", ".join(WORDS[kind] for kind in axes)
                self.fail(f"{node.text} has no subscript here; it needs {len(axes)} ({kinds})", node)
            return Read(node.span, role, (), (), node.text)
        sub = tuple(self.index(i, scope) for i in node.sub)
        return Read(node.span, role, sub, tuple(_stored(role, kind) for kind in axes), node.text)

    def _quantity(self, node, key):
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
        if isinstance(node, Name):
            if node.text in scope and node.sub is None and node.sup is None:
                return Index(node.span, node.text)
            key = self._setting_key(node)
            if key in self.notation.settings or key in self.notation.sizes:
                return self._quantity(node, key)
            if node.text in self.notation.symbols:
                self.fail(f"{node.text} is an array and cannot be part of an index", node)
            self._unknown(node)
        if isinstance(node, Number):
            return node
        if isinstance(node, Group) and node.sub is None:
            return self.index(node.body, scope)
        if isinstance(node, Add):
            return replace(node, terms=tuple(self.index(t, scope) for t in node.terms))
        if isinstance(node, Mul):
            return replace(node, factors=tuple(self.index(f, scope) for f in node.factors))
        if isinstance(node, Div):
            return replace(node, top=self.index(node.top, scope), bottom=self.index(node.bottom, scope))
        if isinstance(node, Floor):
            return replace(node, body=self.index(node.body, scope))
        if isinstance(node, Mod):
            return replace(node, left=self.index(node.left, scope), right=self.index(node.right, scope))
        if isinstance(node, Join):
            self.fail("* is a convolution; for a product in an index write nothing, as in su", node)
        self.fail(
            "an index is made of letters, sizes, settings and numbers with +, -, products and fractions", node
        )

    def relation(self, node, scope):
        if not isinstance(node, Relation):
            self.fail("a condition is a statement such as 0 \\le u < U", node)
        return replace(node, sides=tuple(self.index(side, scope) for side in node.sides))


def _slot_size(role, kind) -> str:
    """The size of an axis of an array."""
    if kind == "channel":
        return "C/G" if role == "weight" else "C"
    if not isinstance(kind, int):
        return {"batch": "N", "filter": "F"}[kind]
    letter = {"weight": "K", "backward": "K", "inserted": "M", "padded": "P"}.get(
        role, "H" if role in AXES_OF_INPUT else "U"
    )
    return f"{letter}{kind}"
