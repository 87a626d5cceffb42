"""Does an equation hold? Every member of its chain against the truth, on layers of the family that it claims."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from ..geometry import Geometry, integer
from ..words import number as printed
from ..words import sentence
from .binding import Bound, Quantity, Read, Scalar, Whole, bind
from .changes import changes, tidy
from .evaluating import Evaluation, close
from .notation import SERIES, Notation
from .reading import EquationError, Sum, plain, read, walk
from .trials import Trial, draw, small

__all__ = ["Counterexample", "EquationCheck", "Step", "check", "disagrees", "evaluate"]

ARRAYS = {"x": "input", "w": "weight", "b": "bias", "delta": "delta"}
LAYER = ("stride", "padding", "dilation", "groups", "batch", "channels", "filters", "size", "kernel")


@dataclass(frozen=True)
class Step:
    """One equals sign: the side after it, and whether it equals the left-hand side.

    `equation` counts the equations of a display from 1, and `side` the sides of its own equation, the first being 1.
    """

    latex: str
    holds: bool
    equation: int = 1
    side: int = 2


@dataclass(frozen=True, eq=False)
class Counterexample:
    """The smallest layer that was found on which a side differs from the left-hand side.

    Attributes
    ----------
    layer : str
    letters : tuple of str
        The letters that number the axes of `left` and `right`; none for whole arrays.
    left, right, claimed : arrays
        What the two sides give, and where both make a claim.
    cell : tuple of int
        The first cell in which they differ, counted as the equation counts.
    """

    layer: str
    letters: tuple[str, ...]
    left: np.ndarray
    right: np.ndarray
    claimed: np.ndarray
    base: int

    @property
    def wrong(self):
        return self.claimed & ~close(self.left, self.right)

    @property
    def cell(self):
        return tuple(int(i) + self.base for i in np.argwhere(self.wrong)[0])

    @property
    def values(self):
        """The two numbers in that cell: (left-hand side, this side)."""
        at = tuple(i - self.base for i in self.cell)
        return float(self.left[at]), float(self.right[at])


@dataclass(frozen=True, eq=False)
class EquationCheck:
    """The verdict on an equation. In a notebook it draws itself.

    Attributes
    ----------
    latex : str
    holds : bool
    layers : int
        How many layers it was tried on.
    steps : tuple of Step
    failing : int or None
        Number of the first step that fails: 1 is the side after the first equals sign.
    counterexample : Counterexample or None
    causes : tuple of str
        Changes with which that side holds.
    warnings : tuple of str
        What the equation does although it holds, such as reading a weight that does not exist.
    reason : str
        Why it does not hold, where the numbers alone do not say it.
    checked, cells : int
        Cells in which every side makes a claim, and all cells.
    """

    latex: str
    holds: bool
    layers: int
    steps: tuple[Step, ...] = ()
    failing: int | None = None
    counterexample: Counterexample | None = None
    causes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str = ""
    checked: int = 0
    cells: int = 0

    def __bool__(self):
        return self.holds

    def sentences(self) -> list[str]:
        """The verdict in words."""
        if self.holds:
            cells = (
                "" if self.checked == self.cells else f", checked on {self.checked:,} of {self.cells:,} cells"
            )
            start = f"holds on {self.layers} layers{cells}"
            return [f"{start}, but {'; '.join(self.warnings)}"] if self.warnings else [start]
        lines = ["does not hold"]
        if len(self.steps) > 1:
            step = self.steps[self.failing - 1]
            sides = 1 + sum(other.equation == step.equation for other in self.steps)
            of = f" of equation {step.equation}" if self.steps[-1].equation > 1 else ""
            lines = [f"does not hold: side {step.side} of {sides}{of} differs from the first"]
        if self.reason:
            lines.append(self.reason)
        if self.counterexample is not None:
            c = self.counterexample
            left, right = map(_number, c.values)
            where = ", ".join(f"{letter} = {i}" for letter, i in zip(c.letters, c.cell, strict=False))
            if not c.letters and c.cell:  # a whole array
                where = f"[{','.join(map(str, c.cell))}]"
            lines.append(
                f"on the layer with {c.layer}:{f' at {where}' if where else ''} it should be {left} and is {right}"
            )
        if self.causes:
            lines.append(f"it holds if {'; or if '.join(self.causes)}")
        return lines

    def __repr__(self):
        return " ".join(map(sentence, self.sentences()))

    def _ipython_display_(self):
        from .display import show

        show(self)


def _number(value):
    return printed(value + 0.0, 6)  # no negative zero


# ---------------------------------------------------------------------------------------------------- the layers
def _asked(latex, notation, layer, like=None):
    """The page, and each of its chains with the layers to try it on."""
    if not isinstance(latex, str):
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
    if not latex.strip():
        raise EquationError("there is no equation")
    page = read(latex)
    bounds = bind(page, notation, {name: frozen(value) for name, value in layer.items()})
    if like is not None and len(like) == len(
        bounds
    ):  # a changed equation is about the layers of the original
        bounds = [_of_family(bound, family) for bound, family in zip(bounds, like, strict=True)]
    if not bounds:
        raise EquationError("there is no equation")
    return page, [(bound, _given(bound, arrays) if arrays else draw(bound.family)) for bound in bounds]


def _of_family(bound, family):
    """A chain that has lost a setting, on the layers that still have it."""
    own = bound.family
    wider = replace(own, settings=family.settings, groups=family.groups)
    return replace(bound, family=family) if wider == family else bound


def frozen(value):
    """A setting with tuples for its lists."""
    return tuple(map(frozen, value)) if isinstance(value, (tuple, list)) else value


def _given(bound, arrays):
    """Layers in the shapes of given arrays: 29 with random numbers, and then the arrays themselves."""
    family = bound.family
    fixed = {
        name: value for name, value in family.fixed if name in ("stride", "padding", "dilation", "groups")
    }
    full = _with_all_axes(bound, arrays)
    for name in ("x", "w"):
        if name not in full:
            raise ValueError(f"of given arrays, x and w are needed; {name} is missing")
    geometry = Geometry.of(full["x"].shape, full["w"].shape, **fixed)
    rng = np.random.default_rng(5)
    plain = replace(family, fixed=())
    return [*(Trial(geometry, plain, rng) for _ in range(29)), Trial(geometry, plain, rng, full)]


def _with_all_axes(bound, arrays):
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


# -------------------------------------------------------------------------------------------------- one chain
class _Comparison:
    """A chain on one layer: its members beside the first."""

    def __init__(self, bound: Bound, trial: Trial):
        limits = any(
            isinstance(n, Sum) and n.letters[0][1] is not None for m in bound.members for n in walk(m)
        )
        self.bound, self.trial = bound, trial
        self.evaluation = Evaluation(bound, trial, trace=limits)
        if bound.scatter:
            truth, self.total = self.evaluation.scattered()
            self.first, self.claimed = truth, np.ones(truth.shape, dtype=bool)
        else:
            self.first, self.claimed = self.evaluation.member(0)

    def __call__(self, number):
        """(the member, where both sides make a claim, where they differ); None for the last two if the sizes differ."""
        value, claim = (self.total, self.claimed) if self.bound.scatter else self.evaluation.member(number)
        if value.shape != self.first.shape:
            return value, None, None
        claimed = claim & self.claimed
        return value, claimed, claimed & ~close(self.first, value)


def _applies(bound, number, trial, trials):
    """Of given arrays: a side without symbols, 3·1 + 1·2, is about these numbers, and all others about any."""
    if not trials[-1].given or trial.given:
        return True
    return any(isinstance(n, (Read, Whole, Scalar)) for n in walk(bound.members[number]))


def _fails(bound, trials, numbers, beyond=None) -> bool:
    """Whether one of these members differs on one of the layers, or makes no claim at all. Stops at the first."""
    claims = dict.fromkeys(numbers, False)
    seen, within = set(), set()
    for trial in trials:
        compare = _Comparison(bound, trial)
        for number in numbers:
            if not _applies(bound, number, trial, trials):
                continue
            _, claimed, wrong = compare(number)
            if wrong is None or wrong.any():
                return True
            claims[number] |= bool(claimed.any())
        seen |= compare.evaluation.beyond
        within |= compare.evaluation.within
    if beyond is not None:
        beyond |= seen - within
    return not all(claims.values())


def disagrees(latex, *, notation=SERIES, layer=None, like=None) -> bool:
    """What `check` decides, without its report: whether some side differs, or reads what does not exist.

    Stops at the first layer that shows it. Raises EquationError if a subscript is not whole on some layer.
    """
    _, asked = _asked(latex, notation, layer, like)
    for bound, trials in asked:
        beyond = set()
        if _fails(bound, trials, range(1, len(bound.members)), beyond) or beyond:
            return True
    return False


# ------------------------------------------------------------------------------------------------------- check
def check(latex, *, notation=SERIES, layer=None) -> EquationCheck:
    r"""Whether an equation holds, by running it as it is written.

    Parameters
    ----------
    latex : str
        An equation or a chain ``a = b = c``; with the rows of an ``aligned``, several. Without ``s`` it claims
        stride 1,
        without ``p`` no padding, without ``n`` one example, and so on; a sum without limits runs over the whole range
        of its letters; arrays read as zero outside their range.
    notation : Notation
        Which symbol plays which part: `SERIES`, `JEFKINE`, `ONE_BASED`, `NHWC`.
    layer : dict, optional
        Asks about other layers than the equation claims: stride, padding, dilation, groups, batch, channels, filters,
        size, kernel. With arrays x, w, b, delta: about layers of their shapes, and for sides in plain numbers about
        these arrays.

    Returns
    -------
    EquationCheck

    Raises
    ------
    EquationError
        If it cannot be read, a letter has no meaning, or a subscript is not whole: with the place, what was found and
        what was expected.

    Notes
    -----
    Each side is compared with the left-hand side, whose gradients come from `loops` and exact differences, on 30
    layers.
    """
    page, asked = _asked(latex, notation, layer)
    steps, checked, cells, warnings = [], 0, 0, []
    failing = None
    for equation, (bound, trials) in enumerate(asked, 1):
        numbers = range(1, len(bound.members))
        wrong_at = dict.fromkeys(numbers, None)
        claims = dict.fromkeys(numbers, 0)
        seen, within = set(), set()
        for trial in trials:
            compare = _Comparison(bound, trial)
            everywhere = compare.claimed
            for number in numbers:
                if not _applies(bound, number, trial, trials):
                    continue
                _, claimed, wrong = compare(number)
                if wrong is None or wrong.any():
                    wrong_at[number] = wrong_at[number] or trial
                else:
                    claims[number] += int(claimed.sum())
                    everywhere = everywhere & claimed
            checked, cells = checked + int(everywhere.sum()), cells + everywhere.size
            seen |= compare.evaluation.beyond
            within |= compare.evaluation.within
        for number in numbers:
            holds = wrong_at[number] is None and claims[number] > 0
            steps.append(Step(_source(page, bound, number), holds, equation, number + 1))
            if not holds and failing is None:
                failing = len(steps)
                failed = (bound, trials, number, wrong_at[number])
        warnings += _warnings(page, bound, seen - within)
    verdict = EquationCheck(
        latex,
        failing is None,
        len(asked[0][1]),
        tuple(steps),
        warnings=tuple(warnings),
        checked=checked,
        cells=cells,
    )
    if failing is None:
        return verdict
    bound, trials, number, trial = failed
    if trial is None:
        return replace(verdict, failing=failing, reason="no cell is left in which both sides make a claim")
    example, reason = _counterexample(bound, trials, number, trial)
    causes = _causes(page, notation, layer, asked, bound, number)
    return replace(verdict, failing=failing, counterexample=example, reason=reason, causes=causes)


def _source(page, bound, number):
    return tidy(plain(page.latex)[slice(*bound.source.members[number].span)])


def _warnings(page, bound, beyond):
    """What the first or last term of a sum reads from outside its array, in words."""
    found = []
    for span, letter, end in sorted(beyond):
        heads = [s for m in bound.source.members for s in walk(m) if isinstance(s, Sum)]
        limits = [(low, high) for s in heads for name, low, high in s.letters if name.text == letter and low is not None
                  and s.span[0] <= span[0] < s.span[1]]  # fmt: skip
        limit = tidy(plain(page.latex)[slice(*limits[-1][end == "last"].span)])
        shown = _with(letter, limit, tidy(plain(page.latex)[slice(*span)]))
        found.append(f"it reads {shown}, which does not exist")
    return list(dict.fromkeys(found))


def _with(letter, limit, text):
    """A letter replaced by its limit, in braces or parentheses where it needs them."""

    def put(found):
        before = text[: found.start()].rstrip()[-1:]
        after = text[found.end() :].lstrip()[:1]
        if before in ("_", "^"):
            return limit if len(limit) == 1 else f"{{{limit}}}"
        inside = re.search(r"[+-]", limit) and (before == "-" or before.isalnum() or after.isalnum())
        return f"({limit})" if inside else limit

    return re.sub(rf"(?<![A-Za-z\\\\]){re.escape(letter)}(?!['A-Za-z])", put, text)


def _counterexample(bound, trials, number, trial):
    """The smallest layer on which the member differs, drawn from the same family."""
    smaller = [] if trials[-1].given else small(bound.family)
    for candidate in (*smaller, trial):
        try:
            compare = _Comparison(bound, candidate)
            value, claimed, wrong = compare(number)
        except EquationError:
            continue
        if wrong is None:
            by = lambda shape: "×".join(map(str, shape)) or "one number"  # noqa: E731
            sizes = f"the left side has the size {by(compare.first.shape)} and this side {by(value.shape)}"
            return None, f"on the layer with {candidate}, {sizes}"
        if wrong.any():
            letters = bound.free
            if bound.whole or bound.scatter:
                letters = ()
            example = Counterexample(
                str(candidate), letters, compare.first, value, claimed, bound.notation.base
            )
            return example, ""
    raise AssertionError("the layer that showed the difference shows none")


# ------------------------------------------------------------------------------------------------------- causes
MOST_CAUSES = 3
NARROWER = (
    (("stride", "stride"), 1, "the stride is 1"), (("padding", "before", "after"), 0, "there is no padding"),
    (("dilation", "dilation"), 1, "the dilation is 1"), (("groups", "groups"), 1, "there is one group"),
)  # fmt: skip


def _causes(page, notation, layer, asked, bound, number):
    """Single changes after which the member holds, and narrower families on which it does."""
    chain = [b for b, _ in asked].index(bound)
    found = []
    if not any(name in (layer or {}) for name in ARRAYS):
        found += _narrower(page, notation, layer, chain, bound, number)
    found += _multiples(asked[chain], number)
    for change in changes(page, notation):
        if change.chain != chain or not (
            change.member == number or (change.member == 0 and change.rule == "kernel flipped")
        ):
            continue
        if len(found) >= MOST_CAUSES:
            break
        try:
            _, other = _asked(change.latex, notation, layer, [b.family for b, _ in asked])
            changed, trials = other[chain]
            beyond = set()
            if not _fails(changed, trials, [number], beyond) and not beyond:
                found.append(change.words)
        except (EquationError, IndexError):  # the change makes nonsense of it: no cause
            continue
    return tuple(dict.fromkeys(found))


def _narrower(page, notation, layer, chain, bound, number):
    family, found = bound.family, []
    varied = (
        {name for name, _ in family.settings} | set(layer or {}) | ({"groups"} if family.groups else set())
    )
    narrower = [({names[0]: value}, words) for names, value, words in NARROWER if varied & set(names)]
    for axis, name, words in (
        ("batch", "batch", "there is one example"),
        ("channel", "channels", "there is one channel"),
        ("filter", "filters", "there is one filter"),
    ):
        if getattr(family, axis) and not family.groups:
            narrower.append(({name: 1}, words))
    if {"before"} == varied & {"before", "after", "padding"}:
        narrower.append(({"padding": "symmetric"}, "the padding is the same on both sides"))
    for settings, words in narrower:
        try:
            bounds = bind(page, notation, {**(layer or {}), **settings})
            if not _fails(bounds[chain], draw(bounds[chain].family, 10), [number]):
                found.append(words)
        except (EquationError, ValueError):  # there is no such layer
            continue
    return found


def _multiples(asked, number):
    """Whether the member is a size times too large or too small."""
    bound, trials = asked
    sizes = ["N", "C", "F"] + [f"{letter}{axis}" for letter in "UKH" for axis in range(bound.family.dims[-1])]
    names = {size: name for name, size in bound.notation.sizes.items()}
    pairs = [("U0", "U1"), ("K0", "K1")] if bound.family.dims[-1] > 1 else []
    compared = [(t, _Comparison(bound, t)) for t in trials[:6]]
    values = [(t, c.first, c(number)) for t, c in compared]
    if any(claimed is None for _, _, (_, claimed, _) in values):
        return []
    for group in [(size,) for size in sizes] + pairs:
        if not all(
            size in t.sizes for t, *_ in values for size in group
        ):  # layers of one and of two dimensions
            continue
        factors = [np.prod([t.sizes[size] for size in group]) for t, *_ in values]
        if set(factors) == {1} or any(size not in names for size in group):
            continue
        word = " ".join(names[size] for size in group)
        for verb, of in (("divided", lambda v, q: v / q), ("multiplied", lambda v, q: v * q)):
            if all((close(first, of(v, q)) | ~claimed).all() for q, (_, first, (v, claimed, _)) in zip(factors,
            values, strict=True)):  # fmt: skip
                return [f"this side is {verb} by {word}"]
    return []


# ----------------------------------------------------------------------------------------------------- evaluate
def evaluate(latex, arrays, *, notation=SERIES) -> np.ndarray:
    r"""The value of an expression, or of the right-hand side of an equation, on given arrays.

    Parameters
    ----------
    latex : str
        ``\sum_k w_k x_{u+k}``, or an equation, whose last side is evaluated.
    arrays : dict
        x, w, b, delta in the axes that the equation gives them, as far as it needs them; settings and sizes by their
        symbols: ``dict(delta=delta, w=w, s=2, H=7)``.
    notation : Notation

    Returns
    -------
    ndarray
        One axis per free letter: in the order of the left-hand side, or in which they first stand in the expression.

    Raises
    ------
    EquationError
        If it cannot be read or a subscript is not whole.
    ValueError
        If an array or a size is missing that it needs.
    """
    page = read(latex)
    if len(page.chains) != 1:
        raise EquationError("one equation or expression at a time")
    (bound,) = bind(page, notation, expression=True)
    trial = _trial_of(bound, dict(arrays))
    evaluation = Evaluation(bound, trial)
    if bound.scatter:
        return evaluation.scattered()[1]
    value, claimed = evaluation.member(len(bound.members) - 1)
    return np.where(claimed, value, np.nan)


def _trial_of(bound, given):
    """A layer with the given arrays; what they do not say about its sizes is taken from the numbers beside them."""
    arrays = {name: given.pop(name) for name in ARRAYS if name in given}
    if len(bound.family.dims) > 1:  # whole arrays: one or two axes, as they have
        dims = {np.ndim(array) for name, array in arrays.items() if name != "b"}
        bound = replace(bound, family=replace(bound.family, dims=(max(dims, default=1),)))
    full = _with_all_axes(bound, arrays)
    notation, dims = bound.notation, bound.family.dims[-1]
    numbers = {}
    for name, value in given.items():
        if name in notation.settings:
            setting, axis = notation.settings[name]
            for a in range(dims) if axis is None else (axis,):
                numbers[f"{setting}{a}"] = value
        elif name in notation.sizes:
            numbers[notation.sizes[name]] = value
        else:
            raise ValueError(
                f"{name} is neither an array ({', '.join(ARRAYS)}) nor a size or setting of this notation"
            )
    needed_sizes = set(bound.ranges.values())
    needed_sizes |= {n.name for m in bound.members for n in walk(m) if isinstance(n, Quantity)}
    axes = []
    for a in range(dims):
        s, d, before = (
            numbers.get(f"{n}{a}", none) for n, none in (("stride", 1), ("dilation", 1), ("before", 0))
        )
        after = numbers.get(f"after{a}", before)
        size = full["x"].shape[2 + a] if "x" in full else numbers.get(f"H{a}")
        kernel = full["w"].shape[2 + a] if "w" in full else numbers.get(f"K{a}")
        out = full["delta"].shape[2 + a] if "delta" in full else numbers.get(f"U{a}")
        if kernel is None and None not in (size, out) and s == d == 1:
            kernel = size + before + after - out + 1
        if size is None and None not in (kernel, out):
            size = (out - 1) * s + d * (kernel - 1) + 1 - before - after
        for known, letter, name, what in ((kernel, "K", "w", "kernel"), (size, "H", "x", "input")):
            if known is None and f"{letter}{a}" in needed_sizes:
                raise ValueError(
                    f"the size of the {what} is not known: give {name}, or the size by its letter"
                )
        kernel = 1 if kernel is None else kernel  # not needed, so any will do
        if size is None:
            size = (1 if out is None else out - 1) * s + d * (kernel - 1) + 1
        axes.append((size, kernel, s, d, (before, after)))
    sizes, kernels, strides, dilations, pads = zip(*axes, strict=True)
    first = lambda axis, *names: next((full[n].shape[axis] for n in names if n in full), None)  # noqa: E731
    filters = first(0, "w", "b") or first(1, "delta") or numbers.get("F", 1)
    channels = first(1, "x") or numbers.get("C") or (first(1, "w") or 1) * numbers.get("G", 1)
    batch = first(0, "x", "delta") or numbers.get("N", 1)
    groups = numbers.get("G", 1)
    geometry = Geometry.of((batch, channels, *sizes), (filters, channels // groups, *kernels), stride=strides,
                           padding=pads, dilation=dilations, groups=groups)  # fmt: skip
    needed = {n.role for n in walk(bound.members[-1]) if isinstance(n, (Read, Whole))}
    if "output" in needed:
        needed = needed - {"output"} | {"input", "weight", "bias"}
    for name, role in ARRAYS.items():
        if role in needed and name not in full:
            raise ValueError(f"the equation reads {name}, and it was not given")
    for name, shape in (
        ("x", geometry.x_shape),
        ("w", geometry.w_shape),
        ("b", (filters,)),
        ("delta", geometry.out_shape),
    ):
        if name in full and full[name].shape != shape:
            raise ValueError(
                f"beside the other arrays {name} must have the shape {shape}; got {full[name].shape}"
            )
    trial = Trial(geometry, bound.family, np.random.default_rng(0), full)
    for name, value in given.items():
        if (size := notation.sizes.get(name)) and trial.sizes.get(size) != value:
            raise ValueError(
                f"{name} = {value} contradicts the arrays, by which it is {trial.sizes.get(size)}"
            )
    return trial
