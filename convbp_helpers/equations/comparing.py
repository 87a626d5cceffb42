"""An equation and the layers it is asked about: its sides are compared there, the first one kept for all the others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ..geometry import Geometry, integer
from .binding import Binder
from .changes import Change
from .evaluating import Evaluation, close
from .family import Family, family_of
from .latex import EquationError
from .meaning import Bound
from .notation import SERIES, Notation
from .reading import read
from .survey import Survey
from .tree import Page
from .trials import Trial, draw

__all__ = ["ARRAYS", "Asked", "Question", "Typed", "ask", "page_of", "with_all_axes"]

ARRAYS = {"x": "input", "w": "weight", "b": "bias", "delta": "delta"}
LAYER = ("stride", "padding", "dilation", "groups", "batch", "channels", "filters", "size", "kernel")


# ------------------------------------------------------------------------------------------------------ one layer
@dataclass(frozen=True, eq=False)
class First:
    """The side that the others are compared with, on one layer: its values, and where it makes a claim."""

    values: np.ndarray
    claimed: np.ndarray
    beyond: frozenset
    within: frozenset


class Comparison:
    """A chain on one layer: its sides beside the first one, which is evaluated only if it was not `kept`."""

    def __init__(self, bound: Bound, trial: Trial, kept: First | None = None):
        self.bound = bound
        self.evaluation = Evaluation(bound, trial)
        if bound.scatter:
            truth, self.total = self.evaluation.scattered()
            kept = First(truth, np.ones(truth.shape, dtype=bool), frozenset(), frozenset())
        elif kept is None:
            values, claimed = self.evaluation.member(0)
            kept = First(
                values, claimed, frozenset(self.evaluation.beyond), frozenset(self.evaluation.within)
            )
        self.kept, self.first, self.claimed = kept, kept.values, kept.claimed
        self.compared = {}  #: side -> what was found, for who asks again

    def __call__(self, number):
        """(the member, where both sides make a claim, where they differ); None for the last two if the sizes differ."""
        if number not in self.compared:
            self.compared[number] = self._compare(number)
        return self.compared[number]

    def _compare(self, number):
        value, claim = (self.total, self.claimed) if self.bound.scatter else self.evaluation.member(number)
        if value.shape != self.first.shape:
            return value, None, None
        claimed = claim & self.claimed
        return value, claimed, claimed & ~close(self.first, value)

    @property
    def beyond(self):
        """The ends of sums that were read outside their array, and (`within`) those that were read inside it."""
        return self.evaluation.beyond | self.kept.beyond

    @property
    def within(self):
        return self.evaluation.within | self.kept.within


# ------------------------------------------------------------------------------------------------ one chain on layers
@dataclass(frozen=True, eq=False)
class Asked:
    """A bound chain and the layers it is tried on.

    kept : what the first side gives on each of these layers, filled as it is asked for. A chain that differs from this
    one in another side only takes it over.
    """

    bound: Bound
    trials: list[Trial]
    kept: dict[Trial, First] = field(default_factory=dict)
    comparisons: dict[Trial, Comparison] = field(default_factory=dict)

    @property
    def numbers(self) -> range:
        """The sides that are compared with the first."""
        return range(1, len(self.bound.members))

    def on(self, trial) -> Comparison:
        """The chain on one of its layers."""
        if trial in self.comparisons:
            return self.comparisons[trial]
        comparison = self.comparisons[trial] = Comparison(self.bound, trial, self.kept.get(trial))
        if not self.bound.scatter:
            self.kept[trial] = comparison.kept
        return comparison

    def applies(self, number, trial) -> bool:
        """Of given arrays: a side in plain numbers, 3·1 + 1·2, is about these, and all others about any."""
        return not self.trials[-1].given or trial.given or self.bound.reads_symbols(number)

    def fails(self, numbers, *, overreach=True) -> bool:
        """Whether one of these sides differs on one of the layers, or makes no claim at all; with `overreach`, also
        whether a sum with limits reads what does not exist. Stops at the first layer that shows a difference.
        """
        claims = dict.fromkeys(numbers, False)
        beyond, within = set(), set()
        for trial in self.trials:
            compare = self.on(trial)
            for number in numbers:
                if not self.applies(number, trial):
                    continue
                _, claimed, wrong = compare(number)
                if wrong is None or wrong.any():
                    return True
                claims[number] |= bool(claimed.any())
            beyond |= compare.beyond
            within |= compare.within
        return not all(claims.values()) or (overreach and bool(beyond - within))

    def beside(self, bound: Bound) -> Asked:
        """The same layers for a changed chain; with what the first side gives, if that is not what has changed."""
        mine, other = self.bound, bound
        same = (
            mine.members[0] == other.members[0]
            and mine.free == other.free
            and [mine.ranges[letter] for letter in mine.free]
            == [other.ranges[letter] for letter in other.free]
            and mine.domain == other.domain
            and mine.whole == other.whole
        )
        return Asked(bound, self.trials, self.kept if same else {})


# --------------------------------------------------------------------------------------------------------- a display
class Question:
    """A display that has been read, and its chains as they are asked about layers: made once, and handed on."""

    def __init__(self, page: Page, notation: Notation, layer: dict, arrays: dict):
        self.page, self.notation, self.layer, self.arrays = page, notation, layer, arrays
        if not page.chains:
            raise EquationError("there is no equation")
        self.surveys = [Survey(page.latex, chain, notation) for chain in page.chains]
        self.family = family_of(self.surveys, notation, layer)
        self.binders = [Binder(survey, self.family) for survey in self.surveys]
        bounds = [binder.bound() for binder in self.binders]
        self.asked = [Asked(bound, self._trials(bound)) for bound in bounds]
        self.reading = None  #: how its letters were understood, where no notation was given

    @property
    def latex(self) -> str:
        return self.page.latex

    def _trials(self, bound):
        return _given(bound, self.arrays) if self.arrays else draw(bound.family)

    def on(self, **layer) -> Question:
        """The same display, asked about other layers."""
        return ask(self.page, notation=self.notation, layer={**self.layer, **self.arrays, **layer})

    def narrower(self, chain: int, count: int, **layer) -> Asked:
        """One of the chains on a few layers of a narrower family."""
        family = family_of(self.surveys, self.notation, {**self.layer, **layer})
        return Asked(Binder(self.surveys[chain], family).bound(), draw(family, count))

    def changed(self, change: Change) -> dict[int, tuple[Asked, range | list[int]]]:
        """The chains on which a change has an effect, by their numbers, each with the sides that it has it on.

        A changed equation is about the layers of the original, even if it has lost a setting.
        """
        if change.tree is None:
            raise EquationError("nothing is left that can be read")
        at = change.chain
        surveys = list(self.surveys)
        chain = change.made(self.page.chains[at])
        surveys[at] = Survey(self.latex, chain, self.notation, like=self.surveys[at])
        family = family_of(surveys, self.notation, self.layer)
        if not self._is_alike(family):  # other axes: all is asked anew
            bounds = [Binder(survey, family).bound() for survey in surveys]
            asked = [Asked(bound, self._trials(bound)) for bound in bounds]
            return {number: (one, one.numbers) for number, one in enumerate(asked)}
        numbers = [change.member] if change.member else self.asked[at].numbers
        bound = Binder(surveys[at], self.family, self.binders[at]).bound(only={0, *numbers})
        return {at: (self.asked[at].beside(bound), numbers)}

    def _is_alike(self, family: Family) -> bool:
        """Whether a changed equation differs from the original in its settings only."""
        like = self.family
        return replace(family, settings=like.settings, groups=like.groups) == like

    def holds(self) -> bool:
        """Whether all sides agree on all layers: what `check` finds, without its report."""
        return not any(asked.fails(asked.numbers, overreach=False) for asked in self.asked)

    def disagrees(self, change: Change | None = None) -> bool:
        """Whether some side differs, or reads what does not exist: what `check` decides, without its report.

        Stops at the first layer that shows it. Raises EquationError if a subscript is not whole on some layer.
        """
        changed = self.changed(change).values() if change else [(one, one.numbers) for one in self.asked]
        return any(asked.fails(numbers) for asked, numbers in changed)


class Typed(str):
    """The LaTeX of a display that has been read and bound already, with its `question`."""

    def __new__(cls, question: Question):
        typed = super().__new__(cls, question.latex)
        typed.question = question
        return typed


def page_of(latex) -> Page:
    """An equation as a page: LaTeX is read, what is `Typed` or a page has been."""
    if isinstance(latex, Typed):
        return latex.question.page
    if isinstance(latex, Page):
        return latex
    if not latex.strip():
        raise EquationError("there is no equation")
    return read(latex)


def ask(latex, *, notation: Notation = SERIES, layer: dict | None = None) -> Question:
    """Read and bind an equation, given as LaTeX or as a page that has been read; what is `Typed` is there already."""
    if isinstance(latex, Typed) and notation is latex.question.notation and not layer:
        return latex.question
    if not isinstance(latex, (str, Page)):
        raise TypeError(f"an equation is LaTeX in a string; got {type(latex).__name__}")
    if not isinstance(notation, Notation):
        raise TypeError(f"notation must be one of equations.SERIES, JEFKINE, …; got {notation!r}")
    layer = dict(layer or {})
    for name in layer:
        if name not in (*LAYER, *ARRAYS):
            raise ValueError(f"layer knows {', '.join(LAYER)}, or arrays {', '.join(ARRAYS)}; got {name!r}")
    arrays = {name: layer.pop(name) for name in ARRAYS if name in layer}
    for name, value in layer.items():
        if name != "padding":
            for one in value if isinstance(value, (tuple, list)) else (value,):
                integer(one, name, 1)
    return Question(page_of(latex), notation, {name: _frozen(value) for name, value in layer.items()}, arrays)


def _frozen(value):
    """A setting with tuples for its lists."""
    return tuple(map(_frozen, value)) if isinstance(value, (tuple, list)) else value


# ------------------------------------------------------------------------------------------------------ given arrays
def _given(bound, arrays):
    """Layers in the shapes of given arrays: 29 with random numbers, and then the arrays themselves."""
    family = bound.family
    fixed = {
        name: value for name, value in family.fixed if name in ("stride", "padding", "dilation", "groups")
    }
    full = with_all_axes(bound, arrays)
    for name in ("x", "w"):
        if name not in full:
            raise ValueError(f"of given arrays, x and w are needed; {name} is missing")
    geometry = Geometry.of(full["x"].shape, full["w"].shape, **fixed)
    rng = np.random.default_rng(5)
    plain = replace(family, fixed=())
    return [*(Trial(geometry, plain, rng) for _ in range(29)), Trial(geometry, plain, rng, full)]


def with_all_axes(bound, arrays):
    """Arrays in the axes of the equation, as `loops` takes them."""
    family, notation, dims = bound.family, bound.notation, bound.family.dims[-1]
    full = {}
    for name, array in arrays.items():
        role = ARRAYS[name]
        array = np.asarray(array, dtype=float)
        kinds = family.axes(role, notation, dims)
        if array.ndim != len(kinds):
            raise ValueError(f"{name} has {array.ndim} axes, and in the equation {len(kinds)} subscripts")
        if role == "bias":
            stored = ["filter"]
        elif role == "weight":
            stored = ["filter", "channel", *range(dims)]
        else:
            stored = ["batch", "channel" if role == "input" else "filter", *range(dims)]
        array = np.transpose(array, [kinds.index(kind) for kind in stored if kind in kinds])
        sizes = iter(array.shape)
        full[name] = array.reshape([next(sizes) if kind in kinds else 1 for kind in stored])
    return full
