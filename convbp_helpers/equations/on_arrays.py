"""The value of an expression on given arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..geometry import Geometry
from .binding import Binder
from .comparing import ARRAYS, with_all_axes
from .evaluating import Evaluation
from .family import family_of
from .latex import EquationError
from .meaning import Quantity, Read, Whole
from .notation import SERIES
from .reading import read
from .survey import Survey
from .tree import walk
from .trials import Trial

__all__ = ["evaluate"]


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
    (chain,) = page.chains
    survey = Survey(latex, chain, notation, expression=True)
    bound = Binder(survey, family_of([survey], notation, {})).bound()
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
    full = with_all_axes(bound, arrays)
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
