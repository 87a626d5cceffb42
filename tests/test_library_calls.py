"""The calls that notebook 09 lists for PyTorch, as they stand on the page, against our own functions."""

import re

import nbformat
import numpy as np
import pytest
from pages import ROOT

from convbp_helpers import conv_transpose, loops

PAGE = ROOT / "notebooks" / "09-the-whole-layer.ipynb"
ROWS = {
    "z": "$z$, [(9.1)](#The-card,-earned)",
    "grad_x": r"$\partial J/\partial x$",
    "grad_w": r"$\partial J/\partial w$",
}
ROWS |= {"grad_b": r"$\partial J/\partial b$", "transposed": "transposed"}

#: (x, w, stride, padding, dilation, groups)
LAYERS = [
    ((2, 3, 5, 7), (4, 3, 2, 3), 1, 0, 1, 1),
    ((2, 3, 8, 11), (5, 3, 3, 2), 2, 1, 1, 1),
    ((3, 4, 9, 10), (6, 2, 2, 3), 3, 1, 2, 2),
    ((1, 6, 11, 9), (9, 2, 3, 4), 2, 2, 2, 3),
    ((2, 4, 10, 13), (8, 1, 2, 3), 3, 0, 3, 4),
]


def calls() -> dict[str, str]:
    """The calls of the PyTorch table, by row."""
    text = "\n".join(cell.source for cell in nbformat.read(PAGE, 4).cells if cell.cell_type == "markdown")
    (table,) = re.findall(r"^\| quantity \| PyTorch \|\n.*?(?=^\s*$)", text, re.M | re.S)
    found = {}
    for name, label in ROWS.items():
        (found[name],) = re.findall(rf"^\| {re.escape(label)} \| `([^`]+)` \|$", table, re.M)
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_the_calls_of_the_page_give_our_gradients(torch, layer, count):
    x_shape, w_shape, s, p, d, G = layer
    rng = np.random.default_rng(9)
    x, w, b = (rng.standard_normal(shape) for shape in (x_shape, w_shape, w_shape[0]))
    settings = dict(stride=s, padding=p, dilation=d, groups=G)
    z = loops.forward(x, w, b, **settings)
    delta = rng.standard_normal(z.shape)
    expected = dict(
        z=z,
        grad_x=loops.grad_input(delta, w, x_shape, **settings),
        grad_w=loops.grad_weight(delta, x, w_shape, **settings),
        grad_b=loops.grad_bias(delta),
    )
    tensors = {name: torch.tensor(a) for name, a in dict(x=x, w=w, b=b, delta=delta).items()}
    for r in range(max(s, d)):
        names = dict(tensors, s=s, p=p, d=d, G=G, r=r, torch=torch, F=torch.nn.functional)
        expected["transposed"] = conv_transpose(delta, w, output_padding=r, **settings)
        for name, call in calls().items():
            got = eval(call, names).numpy()
            np.testing.assert_allclose(got, expected[name], rtol=1e-9, atol=1e-9, strict=True, err_msg=name)
            count("calls of the page run by PyTorch")
