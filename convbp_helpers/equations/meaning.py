"""Names that have found their meaning: what stands in a bound equation in place of letters, and the bound chain."""

from __future__ import annotations

from dataclasses import dataclass

from .family import Family
from .notation import Notation
from .tree import Chain, Node, Relation, walk

__all__ = ["Activate", "Bound", "Index", "Indexed", "Power", "Quantity", "Read", "Scalar", "Whole"]


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
    has_limits: bool  #: whether a sum has limits, and so can leave an array at its ends

    @property
    def letters(self) -> list[str]:
        return list(self.ranges)

    def reads_symbols(self, number: int) -> bool:
        """Whether a member reads arrays; one in plain numbers, 3·1 + 1·2, is about given arrays only."""
        return any(isinstance(node, (Read, Whole, Scalar)) for node in walk(self.members[number]))
