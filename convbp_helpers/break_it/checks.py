"""The checks that people use on a backward pass: each a function of a candidate, with a verdict.

A candidate is a function of (delta, x, w, **settings) with an attribute `of`, the array whose gradient it returns.
Whatever it does is a verdict: an exception, another shape, no numbers at all. Only what the candidate itself raises is
caught; an exception out of a check is a mistake in the check.

The first four checks compare with an answer that was written down before. The last four run the forward pass again
after the call, on the arrays as the call left them, as a gradient check in real life does: so they see a candidate
that changes what it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import gradcheck, taps
from ..words import counted, number, plural
from .trial_layers import COURSE, ODD, ONE_HOT, USUAL, Layer, by_loops, slopes

__all__ = ["CHECKS", "Check", "Verdict", "check_named", "run"]


@dataclass(frozen=True)
class Verdict:
    """What a check made of a candidate.

    Attributes
    ----------
    caught : bool
        Whether it saw that something is wrong.
    said : str
        One sentence with the numbers that it saw.
    """

    caught: bool
    said: str

    def __repr__(self):
        return f"{'caught' if self.caught else 'missed'}: {self.said}"


@dataclass(frozen=True, repr=False)
class Check:
    """A way to check a gradient.

    Attributes
    ----------
    name : str
    what : str
        One sentence: what is compared with what, on which layer.
    function : function of (candidate, seed)
        The seed is that of the random numbers; a check without random numbers takes no notice of it.
    """

    name: str
    what: str
    function: Callable

    def __call__(self, candidate, seed=0) -> Verdict:
        return self.function(candidate, seed)

    def __repr__(self):
        return f"Check, {self.name}: {self.what}"


# ------------------------------------------------------------------------------------------- running a candidate
@dataclass(frozen=True)
class Run:
    """One call of a candidate: what it returned, or what it stopped with; and the arrays as it left them."""

    of: str
    layer: Layer
    arrays: dict
    got: np.ndarray
    stopped: str
    changed: tuple

    @property
    def grad(self) -> str:
        return f"grad_{self.of}"

    @property
    def left(self) -> str:
        """For a sentence: what was changed in place."""
        return "".join(f"; {name} is not what it was before the call" for name in self.changed)


def run(candidate, layer, arrays) -> Run:
    """Call a candidate with copies of these arrays (x, w, b, delta)."""
    before, arrays = arrays, {name: array.copy() for name, array in arrays.items()}
    got, stopped = np.zeros(0), ""
    try:
        got = candidate(arrays["delta"], arrays["x"], arrays["w"], **layer.settings)
    except Exception as error:  # whatever it is, it is the candidate's
        stopped = f"it stops with {type(error).__name__}: {error}"
    changed = tuple(name for name in arrays if not np.array_equal(arrays[name], before[name]))
    try:
        got = np.asarray(got)
    except ValueError:  # rows of several lengths
        stopped = f"it returns a {type(got).__name__} that is no array"
    return Run(candidate.of, layer, arrays, got, stopped, changed)


@lru_cache(maxsize=512)
def computed(how, layer, of, kind, seed):
    """The right gradient for the numbers `kind` of a layer: "real", "ones", "halves" or "quarters"."""
    return how(layer, of, **getattr(layer, kind)(seed))


def right_after(run, how, kind, seed):
    """The right gradient for the arrays as a call has left them; only where it changed them, a new computation."""
    return (
        how(run.layer, run.of, **run.arrays) if run.changed else computed(how, run.layer, run.of, kind, seed)
    )


def central(layer, of, x, w, b, delta):
    return slopes(layer, of, x, w, b, delta, step=1e-5)


# -------------------------------------------------------------------------------------------------- the verdicts
def unusable(run) -> str:
    """Why what a candidate returned cannot be compared cell by cell, or nothing."""
    shape = run.arrays[run.of].shape
    if run.stopped:
        return run.stopped
    if run.got.dtype.kind not in "fiub":
        return f"{run.grad} is an array of {run.got.dtype}, not of real numbers"
    return "" if run.got.shape == shape else f"{run.grad} has shape {run.got.shape} in place of {shape}"


def cell_by_cell(run, expected, where, tolerance=None) -> Verdict:
    """Whether all cells agree; `where` stands in front of the sentence."""
    if problem := unusable(run):
        return Verdict(True, f"{where}, {problem}")
    found = gradcheck.compare(run.got, expected, run.grad, tolerance=tolerance)
    if found:
        return Verdict(False, f"{where}, all {counted(run.got.size, 'cell')} of {run.grad} agree{run.left}")
    gaps = np.abs(run.got - expected)
    worst = np.unravel_index(np.argmax(np.where(np.isnan(gaps), np.inf, gaps)), gaps.shape)
    place = f"{run.grad}[{','.join(str(int(i)) for i in worst)}]"
    said = (
        f"{where}, {len(found.cells)} of {counted(run.got.size, 'cell')} of {run.grad} "
        f"{plural(len(found.cells), 'is', 'are')} wrong: "
        f"{place} is {number(run.got[worst])} and should be {number(expected[worst])}{run.left}"
    )
    return Verdict(True, said)


def first_caught(verdicts, otherwise) -> Verdict:
    """The first verdict that caught something; or what is said where none did."""
    return next((verdict for verdict in verdicts if verdict.caught), Verdict(False, otherwise))


# ---------------------------------------------------------------------------------------------------- the checks
def shape(candidate, seed) -> Verdict:
    """The gradient has the shape of its array: on the odd layers, so that sizes cannot agree by chance."""
    runs = [run(candidate, layer, layer.real(seed)) for layer in ODD]
    verdicts = [
        Verdict(bool(problem), f"with {r.layer.name}, {problem}") for r in runs if (problem := unusable(r))
    ]
    of = candidate.of
    return first_caught(verdicts, f"grad_{of} has the shape of {of} on all {len(ODD)} odd layers")


def mean(candidate, seed) -> Verdict:
    """The mean of the gradient is the one that was written down: one number for the whole array."""
    r = run(candidate, COURSE, COURSE.real(seed))
    if r.stopped or r.got.dtype.kind not in "fiub" or not r.got.size:
        return Verdict(True, f"with {COURSE.name}, {unusable(r)}")
    stored = float(computed(by_loops, COURSE, r.of, "real", seed).mean())
    got = float(r.got.mean())
    agree = bool(np.isclose(got, stored))
    said = f"the mean of {r.grad} is {number(got, 7)}"
    return Verdict(not agree, f"{said}, as stored" if agree else f"{said}, and {number(stored, 7)} is stored")


def upstream_of_ones(candidate, seed) -> Verdict:
    """The right gradient cell by cell, for the loss that is the sum of z: its δ is 1 everywhere."""
    r = run(candidate, USUAL, USUAL.ones(seed))
    return cell_by_cell(r, computed(by_loops, USUAL, r.of, "ones", seed), "with δ = 1 everywhere")


def one_hot(candidate, seed) -> Verdict:
    """δ is 1 at one cell and the kernel holds 1, 2, 3, …: the gradient must be a picture that one knows beforehand.

    Of x it is the kernel, where the window lies; of w the window of x; of b a single 1. Whole numbers, as one who looks
    at them would take them; no random ones.
    """
    sizes = ONE_HOT.shapes
    arrays = {name: 1.0 + np.arange(np.prod(size)).reshape(size) for name, size in sizes.items()}
    n, f, u, v = 1, 1, 1, 2
    arrays["delta"] = np.zeros(sizes["delta"])
    arrays["delta"][n, f, u, v] = 1
    stride, padding = ONE_HOT.settings["stride"], ONE_HOT.settings["padding"]
    corner = [s * at - before for s, at, (before, _) in zip(stride, (u, v), padding)]
    window = tuple(slice(a, a + k) for a, k in zip(corner, ONE_HOT.w[2:]))
    picture = np.zeros(sizes[candidate.of])
    if candidate.of == "x":
        picture[n, :, *window] = arrays["w"][f]
    elif candidate.of == "w":
        picture[f] = arrays["x"][n, :, *window]
    else:
        picture[f] = 1
    return cell_by_cell(run(candidate, ONE_HOT, arrays), picture, f"with δ = 1 at [{n},{f},{u},{v}] alone")


def one_usual_layer(candidate, seed) -> Verdict:
    """Central differences with a small step on the one layer that most people try: stride 1, padding 1, kernel 3."""
    r = run(candidate, USUAL, USUAL.real(seed))
    return cell_by_cell(r, right_after(r, central, "real", seed), f"with {USUAL.name}", tolerance=1e-6)


def odd_shapes(candidate, seed) -> Verdict:
    """The loops, cell by cell, with a random δ, on layers of which no two sizes are alike."""
    runs = [run(candidate, layer, layer.real(seed)) for layer in ODD]
    verdicts = (cell_by_cell(r, right_after(r, by_loops, "real", seed), f"with {r.layer.name}") for r in runs)
    return first_caught(verdicts, all_agree(runs, "of the loops"))


def inner_products(candidate, seed) -> Verdict:
    """The identities ⟨x, grad_x⟩ = ⟨w, grad_w⟩ = ⟨z − b, δ⟩ and ⟨b, grad_b⟩ = Σ b_f δ on the odd layers.

    One number for a whole array. Some mistakes keep it (a gradient whose cells have changed places, where x is the same
    in those cells; whole numbers, cut off), so all numbers are random and real, from a fixed seed.
    """
    return first_caught(
        (one_product(run(candidate, layer, layer.real(seed))) for layer in ODD),
        f"{PRODUCTS[candidate.of][0]} is {PRODUCTS[candidate.of][1]} on all {len(ODD)} odd layers",
    )


PRODUCTS = {of: (f"⟨{of}, grad_{of}⟩", "⟨z − b, δ⟩") for of in "xw"} | {"b": ("⟨b, grad_b⟩", "Σ b_f δ")}


def one_product(run) -> Verdict:
    if problem := unusable(run):
        return Verdict(True, f"with {run.layer.name}, {problem}")
    x, w, b, delta = (run.arrays[name] for name in ("x", "w", "b", "delta"))
    z = taps.forward(x, w, b, **run.layer.settings)
    given = {"b": b, run.of: run.arrays[run.of], run.grad: run.got}
    found = gradcheck.inner_products(delta, z, **given)[run.grad]
    product = float((run.arrays[run.of] * run.got).sum())
    linear = float((delta * (b[:, None, None] if run.of == "b" else z - b[:, None, None])).sum())
    own, other = PRODUCTS[run.of]
    said = f"with {run.layer.name}, {own} is {number(product)} and {other} is {number(linear)}{run.left}"
    return Verdict(not found, said)


def exact_differences(candidate, seed) -> Verdict:
    """Differences of J = ⟨δ, z⟩ with step 1 on the odd layers: exact, for z is linear in x, in w and in b.

    The numbers are quarters: all sums are exact, and yet what is cut off to integers shows.
    """
    runs = [run(candidate, layer, layer.quarters(seed)) for layer in ODD]
    verdicts = (
        cell_by_cell(r, right_after(r, slopes, "quarters", seed), f"with {r.layer.name}") for r in runs
    )
    return first_caught(verdicts, all_agree(runs, "of J with step 1"))


def all_agree(runs, what) -> str:
    cells = sum(r.arrays[r.of].size for r in runs)
    return f"all {cells} cells of {runs[0].grad} on {len(runs)} odd layers are those {what}"


CHECKS = [
    Check("shape", "The gradient has the shape of its array, on layers with odd sizes.", shape),
    Check("mean", "The mean of the gradient is the one that a course has stored; stride 2, padding 2.", mean),
    Check(
        "upstream of ones",
        "Each cell is the right one for δ = 1 everywhere; stride 1, padding 1, kernel 3.",
        upstream_of_ones,
    ),
    Check(
        "one-hot",
        "δ is 1 at one cell, and the gradient must be a picture of the kernel; stride 2, padding 1.",
        one_hot,
    ),
    Check(
        "one usual layer",
        "Each cell is the slope by central differences; random δ, stride 1, padding 1, kernel 3.",
        one_usual_layer,
    ),
    Check(
        "odd shapes",
        "Each cell is that of the loops; random δ, no two sizes alike, leftovers, dilation, groups.",
        odd_shapes,
    ),
    Check(
        "inner products",
        "⟨x, grad_x⟩ = ⟨w, grad_w⟩ = ⟨z − b, δ⟩, and ⟨b, grad_b⟩ = Σ b_f δ, on the odd layers with random numbers.",
        inner_products,
    ),
    Check(
        "exact differences",
        "Each cell is the change of J = ⟨δ, z⟩ for a step of 1, on the odd layers; exact, as the layer is linear.",
        exact_differences,
    ),
]


def check_named(name) -> Check:
    """The check of this name, or a ValueError that lists the names."""
    for check in CHECKS:
        if check.name == name:
            return check
    raise ValueError(f"no check is called {name!r}; there are {', '.join(repr(c.name) for c in CHECKS)}")
