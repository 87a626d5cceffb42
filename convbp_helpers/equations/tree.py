"""The tree of an equation: what stands on the page, with its place on the page, and nothing yet of what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cache, cached_property
from operator import is_

from .latex import tidy


class Tree:
    """Something with nodes below it."""

    @cached_property
    def children(self) -> tuple[Node, ...]:
        """The nodes right below, in the order of the page."""
        found = []
        for name in _holders(type(self)):
            _collect(getattr(self, name), found)
        return tuple(found)


@dataclass(frozen=True)
class Node(Tree):
    """Anything on the page; `span` is where, as (start, end) in the LaTeX."""

    span: tuple[int, int]


@dataclass(frozen=True)
class Number(Node):
    value: float


@dataclass(frozen=True)
class Name(Node):
    """A letter with its scripts: x^{(l)}_{i,j}. `sub` is None where there is no subscript."""

    text: str
    sub: tuple[Node, ...] | None = None
    sup: Node | None = None


@dataclass(frozen=True)
class Group(Node):
    """A parenthesis, possibly with a subscript: (x * w)_{u,v}."""

    body: Node
    sub: tuple[Node, ...] | None = None


@dataclass(frozen=True)
class Add(Node):
    """Terms with their signs; `places` are those of the signs (None before a first term without one)."""

    terms: tuple[Node, ...]
    signs: tuple[int, ...]
    places: tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class Mul(Node):
    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Div(Node):
    top: Node
    bottom: Node


@dataclass(frozen=True)
class Mod(Node):
    left: Node
    right: Node


@dataclass(frozen=True)
class Floor(Node):
    body: Node
    up: bool = False


@dataclass(frozen=True)
class Relation(Node):
    """a = b, 0 <= u < U, s | q: expressions and the relations between them."""

    sides: tuple[Node, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True)
class Bracket(Node):
    relations: tuple[Relation, ...]


@dataclass(frozen=True)
class Sum(Node):
    """letters: (name, lower, upper), the limits None where it runs over its range. `head` is the span of
    \\sum_{…}^{…}."""

    letters: tuple[tuple[Name, Node | None, Node | None], ...]
    conditions: tuple[Relation, ...]
    body: Node
    head: tuple[int, int]


@dataclass(frozen=True)
class Slope(Node):
    """The partial derivative of `top` (None: of the factor that follows) by `bottom`."""

    top: Node | None
    bottom: Name


@dataclass(frozen=True)
class Join(Node):
    """Two whole arrays: convolution (`flip`, by *) or correlation, and "valid", "full" or "same"; `place` is the
    operator's."""

    left: Node
    right: Node
    flip: bool
    mode: str
    place: tuple[int, int]
    said: bool = True  #: whether the mode is written


@dataclass(frozen=True)
class Turned(Node):
    """rot_180 of a whole array."""

    body: Node
    sub: tuple[Node, ...] | None = None


@dataclass(frozen=True)
class Total(Node):
    """The sum of all cells of a whole array."""

    body: Node


@dataclass(frozen=True)
class Chain(Tree):
    """a = b = c, or the scatter a += b; `letters` are those of a "for all", `domain` the conditions after a comma."""

    members: tuple[Node, ...]
    scatter: bool = False
    letters: tuple[Name, ...] = ()
    domain: tuple[Relation, ...] = ()


@dataclass(frozen=True, eq=False)
class Page:
    """What one display holds: its LaTeX and its chains (several where the rows of an `aligned` start anew).

    plain : the LaTeX with all that carries no meaning replaced by spaces, so that every span fits it too.
    """

    latex: str
    plain: str
    chains: tuple[Chain, ...]

    def text(self, node) -> str:
        """What stands on the page for a node, for a sentence."""
        return tidy(self.plain[slice(*node.span)])


_PLACES = ("span", "places", "place", "head")


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """The fields of a kind of node that say more than its place."""
    return tuple(field.name for field in fields(kind) if field.name not in _PLACES)


@cache
def _holders(kind: type) -> tuple[str, ...]:
    """Those in which nodes can stand."""
    leaves = ("text", "value", "signs", "flip", "mode", "said", "scatter", "up")
    return tuple(name for name in _fields(kind) if name not in leaves)


def _collect(value, found):
    if isinstance(value, tuple):
        for item in value:
            _collect(item, found)
    elif isinstance(value, Node):
        found.append(value)


def walk(node) -> Iterator[Node]:
    """A node and everything below it, in the order of the page."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(node.children)


@cache
def handler(prefix: str, kind: type) -> str:
    """The name of the method for a kind of node: _value_sum for a `Sum`."""
    return f"{prefix}_{kind.__name__.lower()}"


def rebuild(node, change: Callable[[Node], Node]):
    """The node with `change` made of each node right below it; the node itself where that leaves all as it is."""

    def remade(value):
        if isinstance(value, Node):
            return change(value)
        if isinstance(value, tuple):
            items = tuple(map(remade, value))
            return value if all(map(is_, items, value)) else items
        return value

    changed = {}
    for name in _holders(type(node)):
        was = getattr(node, name)
        if (now := remade(was)) is not was:
            changed[name] = now
    if not changed:
        return node
    new = object.__new__(type(node))  # what `dataclasses.replace` does, at a tenth of its cost
    vars(new).update(vars(node) | changed)
    vars(new).pop("children", None)
    return new


def form(node):
    """A tree without its places on the page: two are written alike if their forms are equal."""
    if isinstance(node, tuple):
        return tuple(map(form, node))
    if not isinstance(node, Tree):
        return node
    return type(node).__name__, *(form(getattr(node, name)) for name in _fields(type(node)))
