"""How to know that a gradient is right: exact differences, inner-product identities, random directions.

A convolutional layer is linear in x, in w and in b. So the number J = <delta, z>, with delta held fixed, changes by
*exactly* its slope when one cell is nudged by 1: no small step, no truncation error, and on small integers no error at
all. Where a function is not linear (an activation follows), use `random_directions`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from . import geometry, verdicts
from .words import counted, digits

__all__ = ["Comparison", "compare", "confirm", "exact_differences", "inner_products", "random_directions"]

#: A difference up to this times the largest expected value counts as rounding.
TOLERANCE = {"float16": 1e-2, "float32": 1e-5}
MOST_SHOWN = 12  #: rows and columns of the table that shows a difference


# ------------------------------------------------------------------------------------------------- comparing
@dataclass(frozen=True)
class Comparison:
    """What `compare` found: true if the arrays agree up to rounding; its text names the cells that differ."""

    name: str
    problem: str  #: empty, or why the arrays cannot be compared cell by cell (their shapes differ)
    cells: tuple[tuple[int, ...], ...]  #: the cells that differ by more than rounding
    largest: float  #: the largest difference
    text: str
    got: np.ndarray | None = field(default=None, compare=False, repr=False)
    expected: np.ndarray | None = field(default=None, compare=False, repr=False)

    def __bool__(self):
        return not self.problem and not self.cells

    def __repr__(self):
        return f"{self.name}: {self.text}"

    def _repr_html_(self):
        if self:
            return verdicts.box("right", repr(self))
        if not self.cells:
            return verdicts.box("wrong", f"{self.name} cannot be compared", [self.problem])
        shown = verdicts.window(self.got.shape, self.cells[0], most=MOST_SHOWN)
        caption = f"Cell by cell{shown.where}: ✓ equal; ✗ what it is, and below it what it should be"
        tables = [self.got[shown.index], self.expected[shown.index]]
        numbers = [
            labels and [label.split()[-1] for label in labels] for labels in (shown.rows, shown.columns)
        ]
        grid = verdicts.cells(*tables, caption=caption, rows=numbers[0], columns=numbers[1])
        return verdicts.box("wrong", f"{self.name}: {self.text.split(': ')[0]}", extra=grid)


def compare(got, expected, name="got", *, tolerance=None) -> Comparison:
    """Compare two arrays cell by cell.

    Parameters
    ----------
    got, expected : array_like of one shape
    name : str
        What to call the array in the text.
    tolerance : float, optional
        Largest difference that counts as rounding, relative to the largest expected value. Default: 1e-12 for float64,
        1e-5 for float32, 1e-2 for float16 (the less precise of the two arrays decides). NaN agrees only with NaN.

    Returns
    -------
    Comparison
        `bool(comparison)`, `.cells` (the cells that differ), `.largest`.
    """
    got, expected = np.asarray(got), np.asarray(expected)
    if odd := [a.dtype for a in (got, expected) if a.dtype.kind not in "fiub"]:
        problem = f"an array of {odd[0]}, expected real numbers"
        return Comparison(name, problem, (), float("nan"), problem)
    if got.shape != expected.shape:
        problem = f"shape {got.shape}, expected {expected.shape}"
        return Comparison(name, problem, (), float("nan"), problem)
    if tolerance is None:
        tolerance = max(TOLERANCE.get(a.dtype.name, 1e-12) for a in (got, expected))
    a, e = got.astype(np.float64), expected.astype(np.float64)
    same = (a == e) | (np.isnan(a) & np.isnan(e))
    if same.all():
        return Comparison(name, "", (), 0.0, f"exact ({counted(a.size, 'cell')})")
    with np.errstate(invalid="ignore"):  # Inf - Inf
        difference = np.where(same, 0.0, np.abs(a - e))
    finite = np.abs(e[np.isfinite(e)])
    allowed = tolerance * (finite.max(initial=0.0) or 1.0)
    wrong = ~(difference <= allowed)  # NaN is wrong too
    worst = np.unravel_index(np.argmax(np.where(np.isnan(difference), np.inf, difference)), a.shape)
    largest = float(difference[worst])
    if not wrong.any():
        text = f"close ({counted(a.size, 'cell')}; largest difference {largest:.1e} at {_cell(worst)})"
        return Comparison(name, "", (), largest, text)
    cells = tuple(tuple(int(i) for i in cell) for cell in np.argwhere(wrong))
    shown = ", ".join(f"{_cell(c)} is {digits(a[c])} and should be {digits(e[c])}" for c in cells[:3])
    more = f", and {len(cells) - 3} more" if len(cells) > 3 else ""
    text = f"{len(cells)} of {counted(a.size, 'cell')} differ, by up to {largest:.3g}: {shown}{more}"
    return Comparison(name, "", cells, largest, text, np.where(wrong, a, e), e)


def confirm(got, expected, name="got", *, tolerance=None) -> Comparison:
    """`compare`, and an AssertionError that names the cells if the arrays differ."""
    comparison = compare(got, expected, name, tolerance=tolerance)
    if not comparison:
        raise AssertionError(repr(comparison))
    return comparison


def _cell(index) -> str:
    return "[" + ",".join(str(int(i)) for i in index) + "]"


# ------------------------------------------------------------------------------------------- exact differences
def exact_differences(J, at):
    """The gradient of a linear scalar function: the change of J when each cell in turn is nudged by 1.

    ``grad[cell] = J(at + one at cell) - J(at)``

    Parameters
    ----------
    J : function of one array, returning one number
        Linear, up to a constant, in that array: for a layer ``lambda x: (delta * loops.forward(x, w, b)).sum()``, with
        delta fixed.
    at : array of real numbers

    Returns
    -------
    grad : array of the shape of `at`, float64
        Exact on small integers; otherwise to rounding.

    Raises
    ------
    ValueError
        If J returns no single number, or is not linear in this array: then no step is exact and
        `random_directions` is the check to use.

    Notes
    -----
    Notebook 01.
    """
    at = _real(at, "at")

    def value(point):
        return _one_number(J, point.copy())

    J0 = value(at)
    step = np.random.default_rng(0).integers(1, 4, at.shape).astype(np.float64)
    forth, back = value(at + step) - J0, J0 - value(at - step)
    twice = value(at + 2 * step) - J0  # a J that is odd around this point bends here alone
    bend = abs(forth - back) + abs(twice - 2 * forth)
    if not bend <= 1e-9 * max(1.0, abs(forth), abs(back), abs(J0)):
        raise ValueError(
            f"J is not linear in this array: a step forward changes it by {digits(forth)}, the same step back by "
            f"{digits(back)}; a difference with step 1 is then not the slope, use random_directions"
        )
    grad = np.zeros(at.shape)
    for cell in np.ndindex(*at.shape):
        nudged = at.copy()
        nudged[cell] += 1
        grad[cell] = value(nudged) - J0
    return grad


def _real(array, name):
    array = np.asarray(array)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must be an array of real numbers; got an array of {array.dtype}")
    return array.astype(np.float64)


def _one_number(J, at) -> float:
    number = np.asarray(J(at))
    if number.size != 1:
        raise ValueError(f"J must return one number; it returned an array of shape {number.shape}")
    return float(number.item())


# -------------------------------------------------------------------------------------- inner-product identities
def inner_products(delta, z, *, x=None, grad_x=None, w=None, grad_w=None, b=None, grad_b=None):
    """The identities that every correct backward pass satisfies, for any delta.

    With z - b the output less its bias::

        <z - b, delta> = <x, grad_x> = <w, grad_w>        <b, grad_b> = sum of b_f delta_{n,f,u,v}

    Parameters
    ----------
    delta, z : (N, F, *out)
    x, grad_x : (N, C, *spatial)
    w, grad_w : (F, C/G, *kernel)
    b, grad_b : (F,), optional
        Leave b out for a layer without bias. Give each gradient with its array; pairs left out are not checked.

    Returns
    -------
    dict of str to Comparison
        One entry per gradient checked.

    Raises
    ------
    ValueError
        If a gradient comes without its array, no gradient is given, a gradient has another shape than its array, or
        delta or z is not finite.

    Notes
    -----
    Each identity is one number for a whole array: a necessary condition, strong when delta is random. It compares with
    your own forward pass, so a mistake made forwards and backwards alike passes it.
    """
    given = [np.asarray(a) for a in (delta, z, x, grad_x, w, grad_w, b, grad_b) if a is not None]
    rounding = max(TOLERANCE.get(a.dtype.name, 1e-12) for a in given)
    delta, z = _real(delta, "delta"), _real(z, "z")
    _same("delta", delta, "z", z)
    if not np.isfinite(delta).all() or not np.isfinite(z).all():
        raise ValueError("delta and z must be finite: an inner product with NaN or Inf in it says nothing")
    bias = 0.0 if b is None else np.asarray(b, dtype=np.float64).reshape(-1, *[1] * (z.ndim - 2))
    linear = (z - bias) * delta
    # rounding is judged by the size of the terms, not of their sum, which may cancel
    size = float(np.abs(linear).sum())
    found = {}
    for name, array, grad, expected in (
        ("x", x, grad_x, linear.sum()),
        ("w", w, grad_w, linear.sum()),
        ("b", b, grad_b, (bias * delta).sum()),
    ):
        if grad is None:
            continue
        if array is None:
            raise ValueError(f"grad_{name} is checked by <{name}, grad_{name}>; give {name} as well")
        array, grad = _real(array, name), _real(grad, f"grad_{name}")
        _same(f"grad_{name}", grad, name, array)
        scale = max(size, float(np.abs(array * grad).sum()))
        tolerance = rounding * scale / (abs(expected) or 1.0)
        found[f"grad_{name}"] = compare(
            (array * grad).sum(), expected, f"<{name}, grad_{name}>", tolerance=tolerance
        )
    if not found:
        raise ValueError("give at least one gradient to check, with its array")
    return found


def _same(name, array, other, like):
    if array.shape != like.shape:
        raise ValueError(f"{name} must have the shape of {other}, {like.shape}; got {array.shape}")


# -------------------------------------------------------------------------------------------- random directions
def random_directions(
    function, at, gradient, name="gradient", *, directions=5, step=1e-5, tolerance=1e-6, seed=0
) -> Comparison:
    """Check the gradient of any smooth scalar function along random directions, by central differences.

    For each random direction v: ``(J(at + h v) - J(at - h v)) / 2h`` against ``<gradient, v>``.

    Parameters
    ----------
    function : function of one array, returning one number
    at, gradient : arrays of one shape
    name : str
        What to call the gradient in the text.
    directions : int
        How many directions to try.
    step : float
        h. Central differences are wrong by order h^2 and by rounding of order 1e-16/h; 1e-5 balances the two.
    tolerance : float
        Relative difference that still counts as agreement.

    Returns
    -------
    Comparison
        One cell per direction. Where all agree, its text gives no numbers: they are rounding, and differ from machine
        to machine.

    Raises
    ------
    ValueError
        If the shapes differ or there is no direction to try.
    """
    at, gradient = _real(at, "at"), _real(gradient, "gradient")
    _same("gradient", gradient, "at", at)
    directions = geometry.integer(directions, "directions", 1)
    rng = np.random.default_rng(seed)
    slopes, products = [], []
    for _ in range(directions):
        v = rng.standard_normal(at.shape)
        slopes.append(
            (_one_number(function, at + step * v) - _one_number(function, at - step * v)) / (2 * step)
        )
        products.append(float((gradient * v).sum()))
    largest = max(map(abs, slopes)) or 1.0  # below 1, rounding in J can exceed the tolerance: judged as if 1
    tolerance *= max(1.0, largest) / largest
    found = compare(products, slopes, f"{name}, slopes along random directions", tolerance=tolerance)
    if not found:
        return found
    directions = counted(directions, "random direction")
    return replace(found, name=name, text=f"agrees with the slopes along {directions}")
