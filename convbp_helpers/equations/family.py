"""The layers an equation is about: which axes its arrays have, and which settings it names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product

from ..words import counted
from .latex import EquationError
from .notation import Notation, kind_of
from .survey import Survey
from .tree import Mul

__all__ = ["WORDS", "Family", "family_of", "slot_size", "stored"]

MAPS = ("input", "output", "delta", "activated", "upstream", "below", "delta below", "inserted", "padded")
AXES_OF_INPUT = ("input", "below", "delta below", "padded")
WORDS = {"batch": "example", "channel": "channel", "filter": "filter", 0: "row", 1: "column", 2: "third axis"}


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
    biased: bool = field(default=True, repr=False)  # (layers are drawn by what a family prints)
    convolves: bool = field(default=False, repr=False)  #: the kernel is turned
    square: bool = field(default=False, repr=False)  #: all spatial axes are alike
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
def stored(role, kind) -> int:
    if role == "bias":
        return 0
    if isinstance(kind, int):
        return 2 + kind
    if role == "backward":
        return {"channel": 0, "filter": 1}[kind]
    return {"batch": 0, "filter": 0 if role == "weight" else 1, "channel": 1}[kind]


def slot_size(role, kind) -> str:
    """The size of an axis of an array."""
    if kind == "channel":
        return "C/G" if role == "weight" else "C"
    if not isinstance(kind, int):
        return {"batch": "N", "filter": "F"}[kind]
    letter = {"weight": "K", "backward": "K", "inserted": "M", "padded": "P"}.get(
        role, "H" if role in AXES_OF_INPUT else "U"
    )
    return f"{letter}{kind}"


def family_of(surveys: list[Survey], notation: Notation, layer: dict) -> Family:
    """The family that all chains of one display are about."""
    latex = surveys[0].latex
    seen = sum((survey.reads for survey in surveys), [])
    cells = [len(node.sub) for survey in surveys for node in survey.indexed]
    used = set().union(*(survey.settings for survey in surveys))
    if any(role == "padded" for role, *_ in seen):  # it is about padding, whether or not p is named
        used |= {("before", None)}
    above, below = any(s.activated for s in surveys), any(s.below for s in surveys)
    letters = set().union(*(survey.names for survey in surveys))
    family = replace(
        _axes(latex, seen, cells, letters, notation, layer),
        settings=tuple(sorted((s for s in used if s[0] != "groups"), key=str)),
        groups=("groups", None) in used,
        above=(above and not below) or any(role == "activated" for role, *_ in seen),
        below=below,
        linear=notation.linear,
        biased=notation.biased,
        convolves=notation.convolves,
        square=notation.square,
        fixed=tuple(sorted(layer.items(), key=lambda item: item[0])),
    )
    _has_subscripts_for(family, latex)
    return family


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


def _axes(latex, reads, indexed, letters, notation, layer) -> Family:
    """The family in which every array has as many axes as subscripts, and letters stand where they belong."""
    if not any(read.sub for read in reads):
        whole = any(read.sub is None and read.role != "bias" for read in reads)
        return Family(dims=(indexed[0],) if indexed else (1, 2) if whole else (1,))
    placed = tuple((read.role, read.kinds) for read in reads if read.sub is not None)
    sizes = tuple(sorted(filter(None, map(notation.size_of, letters))))
    asked = tuple(name in layer for name in ("batch", "channels", "filters"))
    family = _fitting(placed, sizes, asked, notation)
    for role, sub, node, _ in reads:
        axes = family.axes(role, notation, family.dims[-1])
        if sub is None or len(sub) == len(axes):
            continue
        kinds = ", ".join(WORDS[kind] for kind in axes)
        has = counted(len(sub), "subscript") if sub else "no subscript"
        needs = f"{len(axes)} ({kinds})" if axes else "none (there is one filter here)"
        hint = ""
        if len(sub) == 1 and len(axes) > 1 and isinstance(sub[0], Mul):
            hint = "; write commas between indices"
        raise EquationError(
            f"{node.text} has {has}; beside the others it needs {needs}{hint}", latex, node.span
        )
    return family


@lru_cache(maxsize=4096)
def _fitting(placed, sizes, asked, notation) -> Family:
    """The family that fits best: a change of an equation rarely moves a letter to another kind of axis.

    placed : (role, the kinds of axes that the letters of each subscript belong to) of every array
    sizes : what its letters count
    asked : whether batch, channels and filters are asked about, and must be there
    """
    best = None
    for dims, *present in product((1, 2, 3), (False, True), (False, True), (False, True)):
        if any(needed and not there for needed, there in zip(asked, present, strict=True)):
            continue
        family = Family((dims,), *present)
        fits, score = 0, -0.01 * sum(present)
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
        for size in sizes:
            if size in ("N", "C", "F") and not getattr(family, kind_of(size)):
                score -= 1
            if isinstance(kind_of(size), int) and kind_of(size) >= dims:
                score -= 2
        if best is None or 5 * fits + score > best[0]:
            best = (5 * fits + score, family)
    return best[1]
