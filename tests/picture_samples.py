"""The pictures that the tests of figures look at: every kind, and the explorer's twin in every state."""

# ruff: noqa: E501 (a picture is kept on one line)

import functools

import numpy as np

from convbp_helpers import break_it, figures
from convbp_helpers.widgets import (
    BreakIt,
    DualityPanels,
    InfluenceExplorer,
    MatrixExplorer,
    PaddingSplit,
    influence_picture,
)

X = np.array([[1, 7, 3, 9, 5], [3, 9, 5, 1, 7]])
W = np.array([[2.0, -1.0, 0.5]])
STATES = {
    "input": dict(selected=("x", 2, 3)),
    "output": dict(selected=("z", 0, 0), padding=1),
    "weight": dict(selected=("w", 0, 1), view="grad_w"),
    "channels": dict(channels=3, filters=2, selected=("x", 1, 2, 3), view="grad_x"),
    "one row": dict(input_size=6, kernel_size=3, selected=("x", 2)),
    "leftover": dict(input_size=5, kernel_size=2, stride=2, selected=("x", 4), view="grad_x"),
    "large": dict(input_size=(16, 16), kernel_size=(3, 3), channels=2, selected=("z", 5, 5)),
    "nothing selected": dict(),
    "muted": dict(input_size=(4, 5), channels=3, filters=2, selected=("x", 1, 2, 3), view="grad_x", muted=(1,)),
    "all muted": dict(channels=2, filters=3, selected=("x", 1, 2, 3), view="grad_x", muted=(0, 1, 2)),
    "muted gather": dict(filters=3, selected=("x", 2, 3), view="grad_x", form="gather", muted=(0,)),
    "links counted": dict(input_size=(6, 9), stride=3, view="grad_x", show_counts=True, selected=("z", 0, 1)),
    "links counted, large": dict(input_size=(3, 36), kernel_size=(2, 12), show_counts=True),
    "links counted, too large": dict(input_size=(3, 60), kernel_size=(2, 3), show_counts=True, selected=("x", 1, 1)),
    "groups": dict(input_size=(3, 4), channels=4, filters=8, groups=2, show_channels=True, selected=("x", 1, 2, 3)),
    "four groups": dict(input_size=(3, 4), channels=4, filters=8, groups=4, show_channels=True, view="grad_x", selected=("w", 5, 0, 1)),
    "gathered in groups": dict(channels=2, filters=4, groups=2, view="grad_x", form="gather", selected=("x", 1, 2, 3)),
    "many channels": dict(input_size=1, kernel_size=1, channels=24, filters=12, groups=12, show_channels=True, selected=("z", 7, 0)),
    "small maps, long captions": dict(input_size=1, kernel_size=1, channels=12, filters=12, groups=12, view="grad_x", selected=("x", 7, 0), muted=(1,)),
    "one channel": dict(show_channels=True, selected=("z", 0, 0)),
    "links counted in a row": dict(input_size=6, kernel_size=3, show_counts=True, selected=("x", 2)),
    "Jacobian": dict(input_size=6, kernel_size=3, selected=("x", 2), show_jacobian=True),
    "scaled": dict(input_size=(4, 5), filters=2, selected=("w", 1, 0, 1), w=np.arange(12).reshape(2, 1, 2, 3) * -12.345),
    "only padding": dict(input_size=3, kernel_size=5, padding=4, dilation=2, selected=("z", 0)),
}  # fmt: skip
LARGE = dict(input_size=(16, 16), kernel_size=(3, 3), channels=8, filters=8)
LARGEST = {
    "largest, input": dict(LARGE, selected=("x", 2, 5, 5)),
    "largest, weight": dict(LARGE, selected=("w", 1, 2, 1, 1), view="grad_w"),
    "largest, output": dict(LARGE, selected=("z", 5, 3, 3)),
    "largest, gradient": dict(LARGE, view="grad_x", selected=("x", 2, 5, 5)),
}
FORWARD = [
    ("x", "input", (3, 4, 6), "3 channels\nof 4×6"), "⋆", ("w", "weight", (2, 3, 2, 3), "2 filters, 3 deep"), "→",
    ("z", "output", (2, 3, 4), "2 maps"),
]  # fmt: skip
BACKWARD = [
    ("δ, padded", "gradient", (2, 5, 8), "2 maps"), "⋆",
    ("w\u0303", "weight", (3, 2, 2, 3), "3 backward filters, 2 deep,\neach kernel turned by 180°"), "→",
    ("∂J/∂x", "gradient", (3, 4, 6), "3 channels"),
]  # fmt: skip
CORNERS = (("x", "input"), ("w", "weight"), ("δ", "gradient"))
SIDES = ("forward", "grad_input", "grad_weight")
FANS = {
    "a fan": lambda: figures.fan(6, 3, selected=("x", 2)),
    "a fan of numbers": lambda: figures.fan(10, 3, stride=2, padding=1, selected=("x", 3), view="grad_x", x=np.arange(10), w=[2, 3, 5], z=[1, 3, 7, 5, 9]),
    "a fan of a plane": lambda: figures.fan((5, 8), (2, 3), selected=("x", 2, 3), x=np.arange(40).reshape(5, 8), w=[[1, 2, 3], [4, 5, 6]], z=np.arange(24).reshape(4, 6)),
    "a fan of a plane, indices": lambda: figures.fan((5, 8), (2, 3), selected=("z", 1, 1), padding=1),
    "a fan of a tap": lambda: figures.fan((5, 8), (2, 3), selected=("w", 1, 1), view="grad_w"),
    "a fan of channels": lambda: figures.fan((4, 6), (2, 3), channels=3, filters=2, selected=("x", 1, 1, 2)),
    "a fan of groups": lambda: figures.fan(4, 2, channels=4, filters=6, groups=2, selected=("x", 2, 2)),
    "a fan without links": lambda: figures.fan(20, 3, stride=4, dilation=6, selected=("x", 7)),
}  # fmt: skip
PICTURES = {
    "arrays": lambda: figures.arrays(x=X, w=W, delta=X - 5, grad_w=W, highlight={"x": [(0, 1)]}, caption="Four arrays"),
    "a row": lambda: figures.arrays(x=X[0], z=X[1, :3] * 100),
    "long numbers": lambda: figures.arrays(x=X * 1234.567, w=W / 7),
    "a long name": lambda: figures.arrays(**{"grad_x of the whole layer": X[:1, :1]}, z=X),
    "one cell": lambda: figures.arrays(w=[[3]]),
    "many": lambda: figures.arrays(**{f"x{n}": X for n in range(9)}),
    "wide": lambda: figures.arrays(x=np.arange(60).reshape(2, 30)),
    "zeros put in": lambda: figures.arrays(delta=[1, 3, 7], delta_hat=[1, 0, 3, 0, 7]),
    "no numbers": lambda: figures.arrays(x=[[np.nan, np.inf], [0, -2]]),
    "matrix": lambda: figures.matrix(np.eye(4, 6) + np.eye(4, 6, 1) * 2, [f"z[{u}]" for u in range(4)], [f"x[{i}]" for i in range(6)], highlight_column=1, title="Jacobian"),
    "matrix row": lambda: figures.matrix(np.arange(6).reshape(2, 3) * -100.25, highlight_row=1),
    "matrix of words": lambda: figures.matrix(np.ones((2, 3)), ["filter 0", "filter 1"], ["c = 0", "c = 1", "c = 2"], title="who reads whom, G = 2"),
    "stacks": lambda: figures.stacks(FORWARD, BACKWARD, caption="Forward and backward"),
    "triangle": lambda: figures.triangle(CORNERS, SIDES),
    "rows in line": lambda: PaddingSplit(6, 3, 3, 4, 1, delta=[1234.567, -0.001234, 3], w=[1 / 3, -2 / 3, 100]).picture(),
    "many rows in line": lambda: DualityPanels(20, 5, 2, 3, selected=("grad_x", 9)).picture(),
    "surplus in line": lambda: DualityPanels(11, 2, stride=4, dilation=1, selected=("grad_w", 1)).picture(),
    "long rows in line": lambda: PaddingSplit(24, 5, 1, 8, 3).picture(),
    "a layer as a matrix": lambda: MatrixExplorer(selected=("z", 1, 2)).picture(),
    "a layer as a matrix, transposed": lambda: MatrixExplorer(selected=("x", 2, 3), transposed=True).picture(),
    "a layer as a matrix, blocks": lambda: MatrixExplorer((4, 5), (2, 2), channels=2, filters=2, stride=2, padding=1, selected=("w", 1, 0, 0, 1)).picture(),
    "a row as a matrix": lambda: MatrixExplorer(6, 3, selected=("A", 1, 2)).picture(),
    "the lab": lambda: BreakIt(break_it.BUGS[:6], opened="all").picture(),
    "the lab, closed": lambda: BreakIt(break_it.BUGS[30:], opened=()).picture(),
    **FANS,
    **{name: lambda s=settings: influence_picture.influence(InfluenceExplorer(**s)) for name, settings in (STATES | LARGEST).items()},
}  # fmt: skip


@functools.cache
def made(name):
    """A picture of the table, for all tests that only look at it."""
    return PICTURES[name]()
