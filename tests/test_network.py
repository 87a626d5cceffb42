"""The network of notebook 12, as its cells define it: that it learns, what an interrupt keeps, what a slip costs."""

import ast
from functools import cache

import nbformat
import numpy as np
import pytest
from pages import ROOT

PAGE = ROOT / "notebooks" / "12-train-a-network.ipynb"


@cache
def definitions():
    """What the page imports and defines, and the digits: nothing is trained."""
    cells = [cell.source for cell in nbformat.read(PAGE, as_version=4).cells if cell.cell_type == "code"]
    nodes = [node for source in cells if not source.startswith("%%") for node in ast.parse(source).body]
    kept = [
        node
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef)
        or (isinstance(node, ast.Assign) and ast.unparse(node.value) == "digits.load()")
    ]
    names = {}
    exec(compile(ast.Module(kept, []), PAGE.name, "exec"), names)
    return names


@pytest.fixture
def page(capsys):
    """The definitions; the progress that they print, outside a notebook, goes nowhere."""
    return definitions()


def test_a_short_training_learns(page):
    p = page["parameters_of"](3)
    history = page["train"](p, epochs=3)
    assert history.shape == (3, 2) and history[-1, 0] < history[0, 0] < 2.3 and history[-1, 1] > 0.85


def test_an_interrupt_keeps_what_was_learned(page, capsys):
    p, steps = page["parameters_of"](3), []
    before = {name: array.copy() for name, array in p.items()}

    def interrupted(grads):
        steps.append(1)
        if len(steps) == 100:  # in the third epoch of 44 steps
            raise KeyboardInterrupt
        return grads

    history = page["train"](p, epochs=30, change=interrupted)
    assert len(history) == 2 and len(steps) == 100
    assert all(not np.array_equal(p[name], before[name]) for name in p)
    assert page["accuracy"](p, page["test_x"], page["test_y"]) > 0.8
    assert "interrupted after 2 whole epochs; the parameters are kept as they are" in capsys.readouterr().out


def test_another_error_is_not_swallowed(page):
    def broken(grads):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        page["train"](page["parameters_of"](3), epochs=1, change=broken)


@pytest.mark.parametrize("seed", [1, 2])
def test_with_other_seeds_too(page, seed):
    """Right gradients read at least 98 of 100; reversed ones train too, and read far fewer."""
    x, y = page["test_x"], page["test_y"]
    p = page["parameters_of"](seed)
    page["train"](p, seed=seed)
    assert page["accuracy"](p, x, y) >= 0.98
    wrong = page["parameters_of"](seed)
    history = page["train"](wrong, seed=seed, change=page["reversed_weights"])
    assert history[-1, 0] < history[0, 0] and 0.3 < page["accuracy"](wrong, x, y) < 0.95
