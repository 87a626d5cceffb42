"""The matrix explorer: the layer as one explicit matrix; point at an entry and its cells of x, w and z light up.

Its JavaScript draws, computes and says the same, so that a page works without a kernel: `matrix_entries.js` is the twin
of `matrix_entries.py`; the tests compare them on random layers.
"""

from __future__ import annotations

import numpy as np
import traitlets

from .. import figures
from ..geometry import Geometry
from .explorer_values import (
    SETTINGS,
    as_typed,
    canonical_settings,
    clamped,
    default_values,
    fitted,
    layer_of,
    refit,
    selection_of,
    shapes_of,
)
from .influence_explorer import SCRIPTS
from .matrix_entries import entry_links, matrix_of, matrix_sentence, matrix_shape, problem_of_matrix
from .matrix_picture import matrix_picture
from .page import SettingError, Widget, array_trait, is_integer, joined, module

__all__ = ["MatrixExplorer"]

CONTROLS = ("stride", "padding", "dilation", "channels", "filters")


def _canonical(**settings):
    """The settings as they are kept, or a SettingError that says why no matrix of them is drawn."""
    settings = canonical_settings(**settings)
    problem = problem_of_matrix(layer_of(**settings))
    if problem:
        raise SettingError(problem)
    return settings


def _shapes_of(**settings):
    return shapes_of(**settings) | {"A": matrix_shape(layer_of(**settings))}


def _selection_of(value, shapes):
    """The full tuple of a selection: an entry of A, or a cell."""
    if not isinstance(value, (tuple, list)) or not value or value[0] in ("x", "w", "z"):
        return selection_of(value, shapes)
    name, *index = value
    if name != "A":
        raise SettingError(
            f'selected is None, a cell like ("x", 2, 3), named "x", "w" or "z", or an entry ("A", row, column); '
            f"got {value!r}"
        )
    rows, columns = shapes["A"]
    if len(index) != 2 or not all(map(is_integer, index)):
        raise SettingError(f'an entry is selected by two integers, ("A", row, column); got {value!r}')
    if not (0 <= index[0] < rows and 0 <= index[1] < columns):
        raise SettingError(
            f"A has {rows} rows and {columns} columns: selected {tuple(value)!r} is no entry of it; "
            f"use rows from 0 to {rows - 1} and columns from 0 to {columns - 1}"
        )
    return ("A", *map(int, index))


class MatrixExplorer(Widget):
    """The matrix A of a layer, z.ravel() = A @ x.ravel() + b, beside the cells of x, w and z that its entries link.

    A has a row for each cell of z and a column for each cell of x, both in C order; the entry is w[f, c', k, l] where a
    link joins the two cells, and 0 elsewhere. The gradient in x is grad_x.ravel() = A.T @ delta.ravel().

    Parameters
    ----------
    input_size, kernel_size : int or tuple of 1 or 2 ints
        One int (or a 1-tuple) makes a 1-D layer.
    stride, dilation : int, or one int per axis
    padding : int, one int per axis, one (before, after) pair per axis, "same" or "valid"
    channels, filters : int
    groups : int
        G; divides channels and filters.
    w : array (F, C/G, *kernel_size) or, with one channel and one filter, kernel_size
        Weights that are not given are 1, 2, 3, …
    transposed : bool
        Show A.T: a row for each cell of x, a column for each cell of z.
    selected : tuple, optional
        A cell as in `InfluenceExplorer`, ("x", c, i, j), ("w", f, c, k, l) or ("z", f, u, v), or an entry
        ("A", row, column): of A, also where its transpose is shown.
    controls : bool or collection of str
        Which dials to show, of "stride", "padding", "dilation", "channels", "filters". True shows all.

    Raises
    ------
    SettingError
        (a ValueError) if no layer has these settings, or A has more than 120 rows or columns; nothing changes then.

    Notes
    -----
    Notebook 10. The maps hold the numbers that `InfluenceExplorer` starts with, and b is 0: z.ravel() is A @ x.ravel(),
    and with the transpose grad_x.ravel() is A.T @ delta.ravel().
    """

    _esm = module("MATRIX_EXPLORER", *SCRIPTS, "matrix_entries", "matrix_explorer")
    _css = joined("css", "frame", "explorer", "matrix_explorer")
    _SETTINGS = SETTINGS
    _ARRAYS = ("w",)
    _STATE = (*SETTINGS, "w", "transposed", "selected", "controls")
    _TITLE = "The layer as one matrix"

    input_size = traitlets.Any((5, 8)).tag(sync=True)
    kernel_size = traitlets.Any((2, 3)).tag(sync=True)
    stride = traitlets.Any(1).tag(sync=True)
    padding = traitlets.Any(0).tag(sync=True)
    dilation = traitlets.Any(1).tag(sync=True)
    channels = traitlets.Any(1).tag(sync=True)
    filters = traitlets.Any(1).tag(sync=True)
    groups = traitlets.Any(1).tag(sync=True)
    w = array_trait()
    transposed = traitlets.Any(False).tag(sync=True)
    selected = traitlets.Any(None).tag(sync=True)
    controls = traitlets.Any(()).tag(sync=True)

    def __init__(
        self,
        input_size=(5, 8),
        kernel_size=(2, 3),
        stride=1,
        padding=0,
        dilation=1,
        channels=1,
        filters=1,
        groups=1,
        *,
        w=None,
        transposed=False,
        selected=None,
        controls=True,
        **kwargs,
    ):
        settings = dict(
            input_size=input_size, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation,
            channels=channels, filters=filters, groups=groups,
        )  # fmt: skip
        traits, shapes = self._starting(settings, dict(w=w))
        selected = _selection_of(selected, shapes)
        super().__init__(**traits, transposed=transposed, selected=selected, controls=controls, **kwargs)

    # ------------------------------------------------------------------------------------------------- validation
    _canonical = staticmethod(_canonical)
    _shapes_of = staticmethod(_shapes_of)
    _default = staticmethod(default_values)
    _fitted = staticmethod(fitted)
    _refit = staticmethod(refit)

    @traitlets.validate("selected")
    def _valid_selection(self, proposal):
        return _selection_of(proposal["value"], self._shapes)

    @traitlets.validate("transposed")
    def _valid_transposed(self, proposal):
        if not isinstance(proposal["value"], (bool, np.bool_)):
            raise SettingError(f"transposed must be True or False; got {proposal['value']!r}")
        return bool(proposal["value"])

    @traitlets.validate("controls")
    def _valid_controls(self, proposal):
        value = proposal["value"]
        if isinstance(value, bool):
            return CONTROLS if value else ()
        value = (value,) if isinstance(value, str) else tuple(value)
        for name in value:
            if name not in CONTROLS:
                raise SettingError(f"controls are named {', '.join(CONTROLS)}; got {name!r}")
        return tuple(name for name in CONTROLS if name in value)

    def _follow(self, name, shapes):
        """The selection stays inside."""
        self.selected = clamped(self.selected, shapes)

    # ------------------------------------------------------------------------------------------------- what it knows
    @property
    def layer(self) -> Geometry:
        """The layer's integers."""
        return layer_of(**self._settings)

    @property
    def A(self) -> np.ndarray:
        """The matrix (cells of z, cells of x); never its transpose."""
        return matrix_of(self.layer, self.w)

    @property
    def links(self) -> list[tuple[tuple, tuple, tuple]]:
        """The links of the selected entries, (output, weight, input) index tuples; of all where nothing is selected."""
        return entry_links(self.layer, self.selected)

    @property
    def sentence(self) -> str:
        """What stands below the matrix."""
        return matrix_sentence(self.layer, self.w, self.selected, self.transposed)

    # ------------------------------------------------------------------------------------------------- how it shows
    def __repr__(self):
        layer = {name: as_typed(name, value) for name, value in self._settings.items()}
        standard = dict(stride=1, padding=0, dilation=1, channels=1, filters=1, groups=1)
        parts = [f"{n}={v!r}" for n, v in layer.items() if n not in standard or v != standard[n]]
        parts += ["transposed=True"] * self.transposed
        return f"MatrixExplorer({', '.join(parts)}, selected={self.selected!r})"

    def picture(self) -> figures.Picture:
        """The matrix and the cells of its selection, for paper."""
        return matrix_picture(self.layer, self.w, self.selected, self.transposed)
