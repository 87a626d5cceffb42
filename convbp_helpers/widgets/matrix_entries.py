"""The layer as one matrix A, z.ravel() = A @ x.ravel() + b: its entries, and what is said of them.

Pure functions over a `Geometry`, with their twin in matrix_entries.js. A has a row for each cell of z and a column for
each cell of x, both in C order. Where a link joins the two cells, the entry is the weight of this link; everywhere else
it is 0. A selection is a cell as in `selection`, or ("A", row, column).
"""

from __future__ import annotations

import numpy as np

from ..geometry import Geometry
from ..selection import channels_sentence, label, links_of, sentence_of
from ..words import MINUS, counted, number, plural

MOST_LINES = 120  # rows, and columns, of a matrix that is drawn
MOST_TERMS = 4  # of a sum that is written out
ALONG = ("k", "l")  # the letters of a tap


# ------------------------------------------------------------------------------------------------------ the entries
def matrix_shape(layer: Geometry) -> tuple[int, int]:
    """Rows and columns of A: the cells of z and of x."""
    return int(np.prod(layer.out_shape[1:])), int(np.prod(layer.x_shape[1:]))


def problem_of_matrix(layer: Geometry) -> str:
    """Why the matrix is not drawn; "" if it is."""
    rows, columns = matrix_shape(layer)
    if max(rows, columns) <= MOST_LINES:
        return ""
    return (
        f"the matrix is drawn with at most {MOST_LINES} rows (cells of z) and {MOST_LINES} columns (cells of x); "
        f"this layer has {rows} and {columns}: use a smaller input_size, or fewer channels and filters"
    )


def entry_of(layer: Geometry, link) -> tuple[int, int]:
    """The row and the column of a link (output, weight, input)."""
    out, _, inp = link
    return (
        int(np.ravel_multi_index(out, layer.out_shape[1:])),
        int(np.ravel_multi_index(inp, layer.x_shape[1:])),
    )


def cells_of(layer: Geometry, row, column) -> tuple[tuple, tuple]:
    """The cells ("z", f, u, v) and ("x", c, i, j) of an entry."""
    out, inp = np.unravel_index(row, layer.out_shape[1:]), np.unravel_index(column, layer.x_shape[1:])
    return ("z", *map(int, out)), ("x", *map(int, inp))


def entry_links(layer: Geometry, selected=None) -> list[tuple[tuple, tuple, tuple]]:
    """The links of the selected entries: of one entry, of a row (z), a column (x), a weight; without one, of all.

    In the order in which the entries stand in A, row by row.
    """
    if selected is None:
        links = [link for u in np.ndindex(*layer.out_shape[1:]) for link in links_of(layer, ("z", *u))]
    elif selected[0] == "A":
        out, inp = cells_of(layer, *selected[1:])
        links = [link for link in links_of(layer, out) if link[2] == inp[1:]]
    else:
        links = links_of(layer, selected)
    return sorted(links, key=lambda link: (link[0], link[2]))


def matrix_of(layer: Geometry, w) -> np.ndarray:
    """A, with the weight of its link in each entry that has one."""
    A = np.zeros(matrix_shape(layer))
    for link in entry_links(layer):
        A[entry_of(layer, link)] = w[link[1]]
    return A


# ---------------------------------------------------------------------------------------------------- the sentence
def matrix_sentence(layer: Geometry, w, selected, transposed=False) -> str:
    """What is said of a selection, or of the whole matrix."""
    if selected is None:
        whole = whole_sentence(layer, transposed)
        return f"{whole} Point at an entry or a cell, or move to one with Tab and the arrow keys."
    name, *index = selected
    if name == "A":
        return _said_entry(layer, w, index, transposed)
    if name == "w":
        return _said_weight(layer, w, selected, transposed)
    return _said_line(layer, selected, transposed)


def whole_sentence(layer: Geometry, transposed=False) -> str:
    """How large the matrix is, and how many of its entries have a link."""
    (rows, columns), links = matrix_shape(layer), len(entry_links(layer))
    lines = [(rows, "z"), (columns, "x")]
    (m, p), (n, q) = reversed(lines) if transposed else lines
    return (
        f"{'Aᵀ' if transposed else 'A'} has {counted(m, 'row')}, one for each cell of {p}, and "
        f"{counted(n, 'column')}, one for each cell of {q}; {links} of its {counted(m * n, 'entry', 'entries')} "
        f"{plural(links, 'has', 'have')} a link, and every other entry is 0."
    )


def _said_line(layer, selected, transposed):
    """A row of A, or a column: the sum that it stands for."""
    name, *index = selected
    links, it = entry_links(layer, selected), label(layer, name, index)
    line = f"{'Row' if (name == 'z') != transposed else 'Column'} {it}{' of Aᵀ' if transposed else ''}"
    if not links:
        return f"{line} is all zeros: {sentence_of(layer, selected)}."
    factor, of = ("x", 2) if name == "z" else ("δ", 0)
    terms = [f"{label(layer, 'w', link[1])}·{label(layer, factor, link[of])}" for link in links]
    if len(terms) > MOST_TERMS:
        terms = [*terms[:2], "…", terms[-1]]
    if name == "z":
        terms.append("b" if layer.filters == 1 else f"b[{index[0]}]")
    taps = int(np.prod(layer.w_shape[1:]))
    missing = taps - len(links) if name == "z" else 0
    also = f"; {missing} of its {taps} taps {plural(missing, 'falls', 'fall')} on padding" if missing else ""
    each = "for its one link" if len(links) == 1 else "one for each link"
    head = it if name == "z" else f"∂J/∂{it}"
    return (
        f"{line} has {counted(len(links), 'entry', 'entries')}, {each}: {head} = {' + '.join(terms)}{also}."
    )


def _said_weight(layer, w, selected, transposed):
    """All entries that hold one weight."""
    links, it = entry_links(layer, selected), label(layer, "w", selected[1:])
    if not links:
        return f"{it} stands in no entry: {sentence_of(layer, selected)}."
    name = "Aᵀ" if transposed else "A"
    said = f"{it} = {number(w[selected[1:]])} stands in {counted(len(links), 'entry', 'entries')} of {name}, "
    first, last = (_said_place(layer, *entry_of(layer, link), transposed) for link in (links[0], links[-1]))
    if len(links) == 1:
        return f"{said}for its one link: in {first}."
    return f"{said}one for each of its links: from {first} to {last}."


def _said_entry(layer, w, entry, transposed):
    """One entry: its weight and why it stands there, or why it is 0."""
    (_, f, *u), (_, c, *i) = cells_of(layer, *entry)
    place = _said_place(layer, *entry, transposed, " of Aᵀ" if transposed else "")
    place = f"{place[0].upper()}{place[1:]}"
    links = entry_links(layer, ("A", *entry))
    if links:
        weight = links[0][1]
        why = " and ".join(map(_identity, layer.axes, u, weight[2:], i))
        return f"{place}: the entry is {label(layer, 'w', weight)} = {number(w[weight])}, because {why}."
    if c not in layer.channels_of_filter(f):
        reads = channels_sentence(layer, ("z", f)).replace(" reads ", " reads only ")
        return f"{place}: 0, no weight joins them, because {reads[0].lower()}{reads[1:]}"
    letters = ALONG[: len(layer.axes)]
    whys = [why for args in zip(layer.axes, u, letters, i) if (why := _no_tap(*args))]
    return f"{place}: 0, no weight joins them, because {' and '.join(whys)}."


def _said_place(layer, row, column, transposed, of=""):
    """row z[1,2], column x[2,3]; of the transpose row x[2,3], column z[1,2]."""
    lines = [label(layer, name, index) for name, *index in cells_of(layer, row, column)]
    first, second = reversed(lines) if transposed else lines
    return f"row {first}{of}, column {second}"


def _identity(axis, u, k, i):
    """i = s u + d k - p with its numbers: 3 = 2·1 + 2 − 1; k may be a letter."""
    times = lambda factor, n: f"{n}" if factor == 1 else f"{factor}·{n}"  # noqa: E731
    less = f" {MINUS} {axis.padding[0]}" if axis.padding[0] else ""
    return f"{i} = {times(axis.stride, u)} + {times(axis.dilation, k)}{less}"


def _no_tap(axis, u, letter, i):
    """Why no tap of this axis links the two; "" if one does."""
    if any(axis.input_of(u, k) == i for k in range(axis.kernel)):
        return ""
    taps = f"for no {letter} from 0 to {axis.kernel - 1}" if axis.kernel > 1 else f"not for {letter} = 0"
    return f"{_identity(axis, u, letter, i)} holds {taps}"
