r"""Which letters an author uses, worked out: from what stands where, from the letters in common use, and by trying.

`readings` gives the notations in which a page may be written, the likeliest first. What the structure decides is
decided there: the loss stands above ∂, what is added to an index counts along the same axis, a limit of a sum is the
size of what its letter counts. What it leaves open is tried in the order of common use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from ..comparing import Question, ask
from ..latex import EquationError
from ..notation import SERIES, Notation, Symbol
from ..tree import Name, Number, Page, Slope, walk
from .axes import MAP_ORDERS, Axes, axes_of, sizes_of_letters
from .casting import bases_of, conventions_of, is_forward, layers_of, roles_of
from .quantities import quantities_of
from .rewriting import (
    Cells,
    NotCells,
    Renamed,
    bias_as_one,
    counted_in_full,
    prepared,
    with_operands_exchanged,
    with_subscripts,
)
from .standing import Seen

__all__ = ["Reading", "readings", "worked_out"]


MOST = 40  #: readings that are tried


@dataclass(frozen=True, eq=False)
class Reading:
    """A notation in which a page may be written, with the page in it and the layers that its numbers ask about.

    Attributes
    ----------
    notation : Notation
    page : Page
        With ∂L/∂Y for dY, and the like.
    layer : dict
        As `check` takes it.
    said : tuple of str
        Conventions that the reading takes for granted, in words.
    others : tuple of str
        What another convention makes of the verdict.
    """

    notation: Notation
    page: Page
    layer: dict = field(default_factory=dict)
    said: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def worked_out(page: Page, layer: dict) -> Question:
    """The page in the notation in which it holds, or, if there is none, in the likeliest one.

    The letters of the series are tried first. Of others, those are tried that the structure of the page allows.

    Raises
    ------
    EquationError
        If it can be read in no notation.
    """
    first, error = None, None
    try:
        first = ask(page, layer=layer)
        if first.holds():
            return first
    except EquationError as refused:
        error = refused
    if _in_letters_of_the_series(page) or (first is not None and not Seen(page).arrays):
        found = _in_series_otherwise(page, layer)
        if found is None and first is None:
            raise error
        return found or _counted_from_one(first, layer)
    for reading in readings(page):
        try:
            question = ask(reading.page, notation=reading.notation, layer=reading.layer | layer)
            question.reading = reading
            if question.holds():
                question.reading = replace(reading, others=_others(reading, layer))
                return question
        except EquationError as refused:
            error = error or refused
            continue
        except ValueError:  # there is no such layer
            continue
        first = question if first is None or _reaches(question) > _reaches(first) else first
    if first is None:
        raise _with_way_out(error, page)
    return first


def _reaches(question) -> int:
    """How many sides hold before the first that does not: the nearest reading is that in which most do."""
    count = 0
    for asked in question.asked:
        for number in asked.numbers:
            if asked.fails([number], overreach=False):
                return count
            count += 1
    return count


def _in_letters_of_the_series(page) -> bool:
    seen = Seen(page)
    if not set(seen.arrays) <= set(SERIES.symbols) or not set(seen.tops) <= {SERIES.loss, SERIES.total}:
        return False
    return bool(seen.tops) or any(
        isinstance(chain.members[0], Name) and chain.members[0].text == "z" and chain.members[0].sup is None
        for chain in page.chains
    )


def _in_series_otherwise(page, layer) -> Question | None:
    """The page in the letters of the series with other conventions, if it holds then: without a bias where it names
    none, with indices from 1, with one padding for both sides where it is doubled."""
    seen = Seen(page)
    biased = "b" in seen.arrays or "b" in seen.plain or seen.slopes
    lows = {low.value for _, low, _ in seen.bound if isinstance(low, Number)}
    bases = [1, 0] if lows == {1} else [0]  # the series counts from 0, unless a sum says otherwise
    layers = [{"padding": "symmetric"}] if seen.double and "padding" not in layer else [{}]
    for base, more in product(bases, layers):
        if (base, biased, more) == (0, True, {}):
            continue
        notation = replace(SERIES, biased=biased, base=base)
        try:
            question = ask(page, notation=notation, layer=more | layer)
            if question.holds():
                question.reading = Reading(notation, page, more)
                return question
        except (EquationError, ValueError):
            continue
    return None


def _counted_from_one(question, layer) -> Question:
    """A page in the letters of the series that fails; where it would hold with indices from 1, that is said."""
    page = question.page
    if 1 in bases_of(Seen(page)):
        try:
            if ask(page, notation=replace(SERIES, base=1), layer=layer).holds():
                question.reading = Reading(SERIES, page, others=("with indices from 1 it holds",))
        except (EquationError, ValueError):  # so read it is no equation
            pass
    return question


def _others(reading, layer) -> tuple[str, ...]:
    """What becomes of an equation with * if it means the other thing."""
    notation = reading.notation
    if notation.joins is None or not any(join.flip for join in Seen(reading.page).joins):
        return ()
    flip, mode = notation.joins
    found = []
    for other in ("valid", "full"):
        try:
            changed = replace(notation, joins=(not flip, other))
            if ask(reading.page, notation=changed, layer=reading.layer | layer).holds():
                return ()
        except (EquationError, ValueError):  # so read it is no equation
            continue
    word = "cross-correlation" if flip else "convolution"
    found.append(f"with $*$ as {word} it does not hold")
    return tuple(found)


def _with_way_out(error, page) -> EquationError:
    """A refusal, with what to do if the letters were misread."""
    hint = "; if its letters mean something else, say so with notation=equations.Notation(…)"
    message = (
        error.message if error is not None else "it cannot be read as an equation of a convolutional layer"
    )
    if "notation=" not in message:
        message += hint
    at = (error.position, error.end) if error is not None and error.position is not None else None
    return EquationError(message, page.latex, at)


def readings(page: Page) -> Iterator[Reading]:
    """The notations in which a page may be written, the likeliest first."""
    page, loss = prepared(page)
    found = [candidate for cast in _casts(page) for candidate in _candidates(cast, loss)]
    for candidate in sorted(found, key=lambda one: one.cost)[:MOST]:
        cast = candidate.cast
        yield Reading(candidate.notation(), cast.page, candidate.layer | cast.layer, cast.said)


def _candidates(cast, loss) -> Iterator[Candidate]:
    """A cast with all that is still open of it."""
    seen = cast.seen
    if is_forward(seen, cast.roles) and "weight" not in cast.roles.values():
        return  # a pooling, an activation: no convolution
    linears = (False, True) if seen.layers and not seen.activations else (False,)
    wholes = (False, True) if seen.fraction else (False,)
    for axes in axes_of(seen, cast.roles):
        letters = sizes_of_letters(seen, cast.roles, axes)
        for number, base in enumerate(bases_of(seen) if cast.base is None else [cast.base]):
            sizes, settings, square = quantities_of(seen, cast.roles, axes, letters, base)
            layers = layers_of(seen, cast.roles, axes, base)
            if seen.double and any(role == "before" for role, _ in settings.values()):
                layers = [{"padding": "symmetric"} | layer for layer in layers]
            if is_forward(seen, cast.roles) and not any(s[0] == "before" for s in settings.values()):
                layers.append({"padding": "full"})
            still_open = product(enumerate(layers), cast.conventions, linears, wholes)
            for (at, layer), (more, turned, joins), linear, whole_only in still_open:
                if layer.get("padding") == "full" and not turned:
                    continue
                cost = (
                    cast.cost + axes.cost + 0.5 * number + 0.3 * at + more + 0.4 * linear + 0.2 * whole_only
                )
                yield Candidate(
                    cost, cast, cast.loss or loss, axes, base, letters, sizes, settings, square, turned, joins, linear,
                    whole_only, layer,
                )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Candidate:
    """All that makes a notation, and how unusual it is."""

    cost: float
    cast: Cast
    loss: str
    axes: Axes
    base: int
    letters: dict
    sizes: dict
    settings: dict
    square: bool
    turned: bool
    joins: tuple | None
    linear: bool
    whole_only: bool
    layer: dict

    def notation(self) -> Notation:
        """Who plays which part, as data."""
        seen, roles = self.cast.seen, self.cast.roles
        symbols = {name: Symbol(role, self._layer_of(name)) for name, role in roles.items()}
        sigma = r"\sigma" if r"\sigma" not in symbols else "⟨activation⟩"
        return Notation(
            "worked out",
            symbols,
            self.letters,
            axes={
                "map": self.axes.maps if self.axes.present else MAP_ORDERS[0],
                "weight": self.axes.weights,
                "backward": ("channel", "filter", "space"),
            },
            sizes=self.sizes | {f"⟨{size}{axis}⟩": f"{size}{axis}" for size in "KHU" for axis in range(2)},
            settings=self.settings,
            base=self.base,
            loss=self.loss,
            total=None,
            activation=next(iter(seen.activations), sigma),
            layers=tuple(seen.layers) or ("l",),
            linear=self.linear,
            named_axes=self.cast.named,
            biased="bias" in roles.values(),
            convolves=self.turned,
            whole_only=self.whole_only,
            square=self.square,
            joins=self.joins,
        )

    def _layer_of(self, name) -> int:
        """1 where the input of layer l is written with l - 1."""
        seen, roles = self.cast.seen, self.cast.roles
        mine = seen.layer_offsets[name]
        if roles[name] != "input" or not seen.layers or not mine:
            return 0
        offsets = {role: set() for role in ("weight", "delta", "output", "bias")}
        for other, role in roles.items():
            if role in offsets:
                offsets[role] |= seen.layer_offsets[other]
        others = offsets["weight"] or set().union(*offsets.values())
        return max(0, max(others) - max(mine)) if others else 0


@dataclass(frozen=True, eq=False)
class Cast:
    """A page with the parts that its arrays play, as it is tried: `conventions` are those still open."""

    cost: float
    page: Page
    roles: dict[str, str]
    conventions: list
    layer: dict = field(default_factory=dict)
    said: tuple[str, ...] = ()
    base: int | None = None  #: where the page was made for one
    named: bool = False  #: the subscripts of whole arrays name their axes
    loss: str | None = None  #: where it was put in

    @property
    def seen(self) -> Seen:
        if "_seen" not in self.__dict__:
            self.__dict__["_seen"] = Seen(self.page)
        return self.__dict__["_seen"]


def _casts(page) -> Iterator[Cast]:
    """The page with each likely casting of its arrays, and the layers with fewer subscripts that it may be about."""
    for cast_page, roles, cost in _with_roles(page):
        seen = Seen(cast_page)
        said = (
            ("one bias for all cells, though it is written as a map",) if _has_bias_map(page, roles) else ()
        )
        for cast in _spelled_out(cast_page, seen, roles, cost):
            cast = replace(cast, said=(*cast.said, *said))
            if axes_of(cast.seen, roles):
                yield cast
                if (counted := counted_in_full(cast.page, cast.seen)) is not None:
                    yield replace(cast, cost=cast.cost + 0.2, page=counted)
            yield from _with_fewer(cast)
            if cast.seen.joins:
                said = (*cast.said, "the kernel is written first")
                yield replace(cast, cost=cast.cost + 0.4, page=with_operands_exchanged(cast.page), said=said)
            if (page_of_transposed := _transposed(cast)) is not None:
                yield page_of_transposed


def _transposed(cast) -> Cast | None:
    """A forward pass read as that of a transposed layer, which is an input gradient: its input is the small side."""
    names = {role: name for name, role in cast.roles.items()}
    if (
        not is_forward(cast.seen, cast.roles)
        or not {"input", "weight", "output"} <= set(names)
        or "bias" in names
    ):
        return None
    large = names["output"]
    chains = []
    for chain in cast.page.chains:
        first, *rest = chain.members
        if not isinstance(first, Name) or first.text != large:
            return None
        chains.append(replace(chain, members=(Slope(first.span, Name(first.span, "⟨loss⟩"), first), *rest)))
    roles = {names["weight"]: "weight", large: "input", names["input"]: "delta"}
    page = replace(cast.page, chains=tuple(chains))
    said = (*cast.said, "a transposed layer, which makes its input larger")
    return Cast(cast.cost + 2.5, page, roles, [(0.0, False, None)], said=said, loss="⟨loss⟩")


def _has_bias_map(page, roles) -> bool:
    biases = [use for name, uses in Seen(page).arrays.items() if roles.get(name) == "bias" for use in uses]
    return any(len(use.sub or ()) > 1 for use in biases)


def _spelled_out(page, seen, roles, cost) -> Iterator[Cast]:
    r"""\delta_j * w_{i,j}, maps that are joined whole: as sums over their cells, once for each meaning of *."""
    if not any(use.sub for uses in seen.arrays.values() for use in uses if use.place == "operand"):
        yield Cast(cost, page, roles, conventions_of(seen, roles))
        return
    yield Cast(cost + 0.2, page, roles, conventions_of(seen, roles), named=True)
    for more, turned, joins in conventions_of(seen, roles):
        cells = Cells(roles, joins)
        try:
            chains = tuple(cells.chain(chain) for chain in page.chains)
        except NotCells:
            continue
        yield Cast(
            cost + more, replace(page, chains=chains), roles, [(0.0, turned, None)], said=(_joined(joins),)
        )


def _with_fewer(cast: Cast) -> Iterator[Cast]:
    """A kernel of one cell that is written without its place, w_{f,c}; a depthwise layer's, with one index for both
    channel and filter."""
    weights = [name for name, role in cast.roles.items() if role == "weight"]
    uses = [use for name in weights for use in cast.seen.arrays.get(name, ()) if use.sub is not None]
    if not uses or len({len(use.sub) for use in uses}) > 1:
        return
    rank = len(uses[0].sub)
    if rank == 2 and all(isinstance(i, Name) for use in uses for i in use.sub):
        for base, dims in product(bases_of(cast.seen), (2, 1)):
            place = [Number(uses[0].node.span, float(base))] * dims
            page = with_subscripts(cast.page, weights, lambda sub, place=place: (*sub, *place))
            said = (*cast.said, "kernels of one cell")
            yield replace(cast, cost=cast.cost + 1.0, page=page, layer={"kernel": 1}, said=said, base=base)
    if rank in (2, 3) and all(isinstance(use.sub[0], Name) for use in uses):
        letters = {use.sub[0].text for use in uses}
        inputs = [
            use
            for name, role in cast.roles.items()
            if role == "input"
            for use in cast.seen.arrays.get(name, ())
        ]
        others = {i.text for use in inputs for i in use.sub or () if isinstance(i, Name)}
        if letters <= others or not others:
            layer = {"groups": 3, "channels": 3, "filters": 3}
            said = (*cast.said, "a depthwise layer, with one filter for each channel")
            for base in bases_of(cast.seen):
                only = Number(uses[0].node.span, float(base))
                page = with_subscripts(cast.page, weights, lambda sub, only=only: (sub[0], only, *sub[1:]))
                yield replace(cast, cost=cast.cost + 0.7, page=page, layer=layer, said=said, base=base)


def _with_roles(page):
    """The page with each likely casting of its arrays; sums get letters of their own, a bias that is a map loses its
    subscripts."""
    for cost, roles in roles_of(Seen(page)):
        cost *= 3
        chains = []
        for chain in page.chains:
            chain = bias_as_one(chain, roles)
            free = {name.text for name in chain.letters}
            for member in chain.members[:1]:
                free |= {
                    n.text for use in walk(member) if isinstance(use, Name) and use.sub
                    for i in use.sub for n in walk(i) if isinstance(n, Name)
                }  # fmt: skip
            chains.append(Renamed().chain(chain, free))
        changed = replace(page, chains=tuple(chains))
        yield changed, roles, cost


def _joined(joins) -> str:
    flip, mode = joins
    return f"* is {'convolution' if flip else 'cross-correlation'} ({mode})"
