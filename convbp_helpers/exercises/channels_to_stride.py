"""The exercises of notebooks 03 to 05: channels and filters, bias and batch, stride and leftovers."""

from __future__ import annotations

import numpy as np

from ..geometry import Geometry
from .checking import (
    known_mistakes,
)
from .one_channel import _whole
from .rows import row_case, row_input, row_layers

ALL_AXES = "Sum over all axes but axis 1, however many there are: δ may have 3, 4 or 5."

#: (x, w) of layers without a batch: C and F differ but in one, and one has sizes that are all different
_STACKS = [
    ((1, 3, 4), (2, 1, 2, 1)),
    ((2, 3, 4), (1, 2, 1, 2)),
    ((2, 4, 3), (3, 2, 2, 1)),
    ((3, 4, 6), (2, 3, 2, 3)),
    ((4, 5, 7), (3, 4, 3, 2)),
    ((3, 6, 5), (3, 3, 2, 4)),
    ((3, 7, 5), (2, 3, 4, 1)),
]


def _stack_layers(sizes):
    """For each (x shape, w shape) without batch: a name, x, w and delta with random whole numbers, and the geometry."""
    rng = np.random.default_rng(17)
    by = lambda shape: "×".join(map(str, shape))  # noqa: E731
    for x_shape, w_shape in sizes:
        geometry = Geometry.of((1, *x_shape), w_shape)
        name = (
            f"layer with {x_shape[0]} channel{'s' * (x_shape[0] > 1)} of {by(x_shape[1:])} and "
            f"{w_shape[0]} filter{'s' * (w_shape[0] > 1)} of {by(w_shape[2:])}"
        )
        yield (
            name,
            _whole(rng, *x_shape),
            _whole(rng, *w_shape),
            _whole(rng, *geometry.out_shape[1:]),
            geometry,
        )


# ------------------------------------------------------------------------------------------------------ notebook 03


# ------------------------------------------------------------------------------------------------------ notebook 04


# ------------------------------------------------------------------------------------------------------ notebook 05


#: (inputs, weights, stride, dilation, padding); every leftover is among them
_STRIDED = [
    (size, kernel, stride, 1, (0, 0))
    for size, kernel, stride in (
        (3, 2, 2),
        (4, 2, 3),
        (5, 1, 2),
        (6, 3, 2),
        (8, 3, 3),
        (9, 2, 4),
        (10, 3, 2),
        (12, 4, 3),
        (7, 3, 1),
    )
]


def _strided_cases():
    for name, x, w, delta, geometry, settings in row_layers(_STRIDED, 29):
        stride, n = settings["stride"], len(x)
        explain = known_mistakes(
            [
                ("the kernel lies the wrong way round", row_input(delta, w[::-1], n, stride=stride)),
                (
                    "zeros stand in front of the first δ, and all is moved",
                    row_input(delta, w, n, stride=stride, before=1 - stride),
                ),
                (
                    "zeros stand in front of the first δ, and the kernel lies the wrong way round",
                    row_input(delta, w[::-1], n, stride=stride, before=1 - stride),
                ),
                ("the stride is ignored", row_input(delta, w, n)),
            ],
            short="The leftover has a gradient too: zeros, at the end.",
        )
        yield row_case(name, w, delta, geometry, settings, dict(stride=stride, n_inputs=n), explain)
