"""The exercises of notebook 10: the layer as a matrix, its columns and back."""

import numpy as np

from .. import loops, matrix
from ..words import counted
from .functions import Case, function
from .predictions import RIGHT, prediction
from .small_layers import integers, whole_layer
from .written import Piece, equation, instead, written_with

__all__ = [
    "check_entries_of_the_matrix",
    "check_row_of_the_transpose",
    "check_col2im",
    "check_repaired_weight_product",
    "check_size_of_the_columns",
]

check_entries_of_the_matrix = prediction(
    "Exercise 10.1, a prediction: a row of 7 inputs, 3 weights, stride 2, padding 1 on both sides.",
    rows={
        4: RIGHT,
        7: "That is the number of columns: one for each input. A row belongs to an output.",
        5: "That is without the padding and with stride 1. How many outputs are there with both?",
        3: "That is the number of weights, or of outputs without the padding.",
        ...: "One row for each output: (7 + 1 + 1 − 3)/2 + 1.",
    },
    entries={
        10: RIGHT,
        12: "The first and the last window read one cell of padding each, and padding has no column.",
        28: "That is how many entries the matrix has. Most are zeros: count the links.",
        9: "Three full windows would be 9 links; there are four windows, and two are cut by the padding.",
        ...: "One for each link: how many cells of x does each of the four windows read?",
    },
    in_column={
        2: RIGHT,
        3: "Three outputs read a cell at stride 1. Here, which u have 2u + k − 1 = 3 with k = 0, 1 or 2?",
        1: "x_3 is the last cell of one window and the first cell of the next.",
        4: "That is how many rows there are. Not every output reads x_3.",
        ...: "Solve 3 = 2u + k − 1 for each tap k.",
    },
    praise="An entry is a link: ten of the 28, and two of them in the column of x_3.",
)

check_row_of_the_transpose = equation(
    "Exercise 10.2: a row of the transpose, with stride and padding.",
    of="x_i",
    without=[
        Piece("Σk", "the sum runs over the taps as well; solve for the tap, and one sum over u is left")
    ],
    needs=[
        Piece("Σu", "sum over the outputs u: a row of the transpose runs through all of them"),
        *written_with("δ", "w"),
        Piece("s", "for stride 1 only: there is no s in it", layer=dict(stride=2)),
        Piece("p", "for layers without padding only: there is no p in it", layer=dict(padding=((2, 1),))),
    ],
    slips={
        "the padding has the wrong sign: solve i = su + k − p for k": instead("i-p-su", put="i+p-su"),
        "that is su − p − i, the tap with the wrong sign: solve i = su + k − p for k": instead(
            "su-p-i", put="i+p-su"
        ),
        "that is su − i − p, the tap with the wrong sign: solve i = su + k − p for k": instead(
            "su-i-p", put="i+p-su"
        ),
    },
    praise="No bracket is needed: w reads as zero outside its taps.",
)


OVERWRITTEN = (
    "each entry overwrites what stood in its cell: where `+=` belongs there is a plain `=`, or `+=` with an array of "
    "indices, which adds once to a cell that is named twice"
)
#: (taps, inputs, stride)
ROWS = [(2, 3, 1), (3, 5, 1), (2, 8, 3), (2, 9, 2), (3, 9, 2), (4, 9, 2)]


@function(praise="Where windows overlap, a cell gets from each of them.")
def check_col2im():
    """Exercise 10.3: a function (columns, n_inputs, stride) -> the row that gathers the columns, by adding."""
    rng = np.random.default_rng(103)
    for taps, inputs, stride in ROWS:
        outputs = (inputs - taps) // stride + 1
        columns = integers(rng, taps, outputs) / 2  # no whole numbers: what cuts them off shows
        home = matrix.col2im(columns[None], (1, 1, inputs), (taps,), stride=stride)[0, 0]
        links = matrix.col2im(np.ones((1, taps, outputs)), (1, 1, inputs), (taps,), stride=stride)[0, 0]
        by_tap, by_window, dense = np.zeros(inputs), np.zeros(inputs), np.zeros(inputs)
        for k, u in np.ndindex(taps, outputs):
            by_tap[stride * u + k] = columns[k, u]
            dense[u + k] += columns[k, u]
        for u, k in np.ndindex(outputs, taps):
            by_window[stride * u + k] = columns[k, u]
        at_tap, first = np.zeros(inputs), np.zeros(inputs)
        largest = np.full(inputs, -np.inf)
        for k, u in np.ndindex(taps, outputs):
            if u + stride * k < inputs:
                at_tap[u + stride * k] += columns[k, u]
            first[stride * u] += columns[k, u]
            largest[stride * u + k] = max(largest[stride * u + k], columns[k, u])
        yield Case(
            f"layer with {counted(inputs, 'input')}, {counted(taps, 'tap')} and stride {stride}",
            dict(columns=columns, n_inputs=inputs, stride=stride),
            home,
            mistakes={
                OVERWRITTEN: [
                    by_tap,
                    by_window,
                ],
                "the sum is divided by the number of links: it is no mean": home / np.maximum(links, 1),
                "the stride stands at the tap: column u begins at stride·u": at_tap,
                "the tap is left out: row k belongs k cells further": first,
                "the row is written from its end": home[::-1],
                "the windows are taken in reverse": matrix.col2im(
                    columns[None, :, ::-1], (1, 1, inputs), (taps,), stride=stride
                )[0, 0],
                "the largest term is kept, where they are added": np.where(np.isfinite(largest), largest, 0),
                "it is divided by the number of taps: it is no mean": home / taps,
                "the stride is left out: column u belongs to the cells from stride·u on": dense,
                "the taps are reversed": matrix.col2im(
                    columns[None, ::-1], (1, 1, inputs), (taps,), stride=stride
                )[0, 0],
            },
            short="The cells behind the last window are there too, with 0.",
            long="The row has n_inputs cells.",
            about="columns has a row for each tap and a column for each window.",
        )


@function(praise="The filter's axis comes to the front before anything is flattened.")
def check_repaired_weight_product():
    """Exercise 10.4, find the mistake: (delta, columns, weight_shape) -> grad_w of a batch, by one product."""
    rng = np.random.default_rng(104)
    for batch, channels, filters in ((1, 1, 2), (2, 1, 1), (2, 3, 2), (3, 2, 4), (2, 3, 5)):
        x, shape = integers(rng, batch, channels, 4, 6), (filters, channels, 2, 3)
        delta = integers(rng, batch, filters, 3, 4) / 2
        grad_w = loops.grad_weight(delta, x, shape)
        columns = matrix.im2col(x, (2, 3))
        wide = columns.transpose(1, 0, 2).reshape(channels * 6, -1)
        each = np.stack([loops.grad_weight(delta[n : n + 1], x[n : n + 1], shape) for n in range(batch)])
        yield Case(
            f"layer with {counted(batch, 'example')}, {counted(channels, 'channel')}, {counted(filters, 'filter')}",
            dict(delta=delta, columns=columns, weight_shape=shape),
            grad_w,
            mistakes={
                "delta is flattened with its batch axis in front, so that maps of other filters stand in a row": (
                    delta.reshape(filters, -1) @ wide.T
                ).reshape(shape),
                "both are flattened with the batch axis in front": (
                    delta.reshape(filters, -1) @ columns.reshape(channels * 6, -1).T
                ).reshape(shape),
                "delta comes in the order of positions, filters and examples; columns have examples, then positions": (
                    delta.transpose(1, 2, 3, 0).reshape(filters, -1) @ wide.T
                ).reshape(shape),
                "only columns are flattened with the batch axis in front": (
                    delta.transpose(1, 0, 2, 3).reshape(filters, -1) @ columns.reshape(channels * 6, -1).T
                ).reshape(shape),
                "rows and columns of δ are exchanged before it is flattened": (
                    delta.transpose(1, 0, 3, 2).reshape(filters, -1) @ wide.T
                ).reshape(shape),
                "the product is (C·K·L, F), and is dealt out as if the filters came first": (
                    wide @ delta.transpose(1, 0, 2, 3).reshape(filters, -1).T
                ).reshape(shape),
                "it is divided by the number of examples": grad_w / batch,
                "only the last example is counted": each[-1],
                "only the first example is counted": each[0],
            },
            shapes={
                (batch, *shape): "That is one gradient for each example; the examples share the weights."
            },
            walks={"": whole_layer(x, np.ones(shape), delta).walk("grad_w")},
            about="delta is (N, F, U, V), columns is (N, C·K·L, U·V).",
        )


check_size_of_the_columns = prediction(
    "Exercise 10.5, a prediction: 64 channels of 56×56, 64 filters of 3×3, padding 1.",
    times={
        9: RIGHT,
        576: "That is how many numbers stand in one column: C·K·L. How many columns are there, and how large is x?",
        64: "The columns are made of x alone; the filters share them.",
        3: "A cell is in one column for each tap: there are 3×3 taps.",
        ...: "One row for each channel and tap, one column for each place of the window; the zeros of the padding are "
        "stored too.",
    },
    rows={
        200704: RIGHT,
        3136: "That is one map. There are 64 of them.",
        64: "One row for each cell of z, not for each map.",
        576: "That is the number of rows of the columns of im2col. A has one row for each cell of z.",
        ...: "Filters, times rows, times columns of z, which is as large as x here.",
    },
    entries_in_a_row={
        576: RIGHT,
        9: "Through the taps of all 64 channels.",
        200704: "That is how long a row is. How many of its entries are not zero?",
        ...: "One for each link of an output: channels times taps.",
    },
    praise="The columns are nine times as large as x; of the 40 thousand million entries of A, 3 in 1,000 are links.",
)
