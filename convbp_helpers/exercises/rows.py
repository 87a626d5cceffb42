"""What the exercises about one row share: rows of random numbers, and cases whose answer is an input gradient."""

from __future__ import annotations

import numpy as np

from .. import loops
from ..geometry import Geometry
from ..words import counted
from .checking import Case
from .one_channel import _one, _sum, _whole

NO_OUTPUT = "0: no output reads this input"


def row_input(delta, w, n_inputs=None, *, stride=1, dilation=1, before=0):
    """The input gradient of a row; without n_inputs, as long as the windows reach."""
    reach = stride * (len(delta) - 1) + dilation * (len(w) - 1) + 1 - before
    grad_x = np.zeros(reach if n_inputs is None else n_inputs)
    for u, k in np.ndindex(len(delta), len(w)):
        i = stride * u + dilation * k - before
        if 0 <= i < len(grad_x):
            grad_x[i] += delta[u] * w[k]
    return grad_x


def uneven(rng, n):
    """Small integers without zero that read otherwise from the end."""
    row = _whole(rng, n)
    return uneven(rng, n) if n > 1 and np.array_equal(row, row[::-1]) else row


def row_layers(sizes, seed):
    """For each (inputs, weights, stride, dilation, (before, after)): a name, x, w, delta, geometry and settings."""
    rng = np.random.default_rng(seed)
    for n_inputs, n_weights, stride, dilation, pads in sizes:
        settings = dict(stride=stride, dilation=dilation, padding=(pads,))
        geometry = Geometry.of((1, 1, n_inputs), (1, 1, n_weights), **settings)
        name = f"layer with {n_inputs} inputs, {counted(n_weights, 'weight')}"
        name += f", stride {stride}" * (stride > 1) + f", dilation {dilation}" * (dilation > 1)
        name += f", padding {pads[0]} in front and {pads[1]} behind" * (sum(pads) > 0)
        arrays = [uneven(rng, n) for n in (n_inputs, n_weights, *geometry.output_grid)]
        yield name, *arrays, geometry, settings


def row_case(name, w, delta, geometry, settings, arguments, explain):
    """A case whose answer is the input gradient of a row."""
    grad_x = loops.grad_input(_one(delta), _one(w), geometry.x_shape, **settings)[0, 0]

    def terms(i):
        return _sum(geometry.links_of_input(i), "δ{0}·w{1}") or NO_OUTPUT

    return Case(name, dict(delta=delta, w=w, **arguments), grad_x, terms, explain=explain)
