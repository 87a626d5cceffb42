"""Calls that make no layer: refused with the rule, the numbers given and, where there is one, the fix."""

import numpy as np
import pytest

from convbp_helpers import Axis, Geometry, conv, conv_backward, gemm, gradcheck, loops, taps

X, W, B, D = np.ones((2, 4, 7, 9)), np.ones((6, 4, 2, 3)), np.ones(6), np.ones((2, 6, 6, 7))
ROW, ROW_W = np.ones((2, 4, 7)), np.ones((6, 4, 3))
RAGGED = [[[1.0, 2.0], [3.0]]]

# id: (call, exception, words that the message must contain). What is called `m` is loops, then taps, then gemm.
GEOMETRY = {
    "axis: size 0": (lambda: Axis(0, 1), ValueError, ("size", "at least 1", "0")),
    "axis: kernel 0": (lambda: Axis(5, 0), ValueError, ("kernel", "at least 1", "0")),
    "axis: stride 0": (lambda: Axis(5, 3, 0), ValueError, ("stride", "at least 1", "0")),
    "axis: stride -2": (lambda: Axis(5, 3, -2), ValueError, ("stride", "at least 1", "-2")),
    "axis: dilation 0": (
        lambda: Axis(5, 3, dilation=0),
        ValueError,
        ("dilation", "1 means no dilation", "0"),
    ),
    "axis: padding -1": (lambda: Axis(5, 3, padding=(0, -1)), ValueError, ("padding", "at least 0", "-1")),
    "axis: padding one number": (lambda: Axis(5, 3, padding=1), TypeError, ("pair", "(before, after)", "1")),
    "axis: padding three": (lambda: Axis(5, 3, padding=(1, 2, 3)), TypeError, ("pair", "(1, 2, 3)")),
    "axis: padding as a word": (lambda: Axis(5, 3, padding="ab"), TypeError, ("pair", "'ab'")),
    "axis: size 5.0": (lambda: Axis(5.0, 3), TypeError, ("size", "integer", "5.0")),
    "axis: kernel True": (lambda: Axis(5, True), TypeError, ("kernel", "integer", "True")),
    "axis: stride as a word": (lambda: Axis(5, 3, "2"), TypeError, ("stride", "integer", "'2'")),
    "axis: kernel too long": (
        lambda: Axis(3, 5),
        ValueError,
        ("kernel 5", "longer", "input 3", "padding >= 1"),
    ),
    "axis: kernel too long by less than a stride": (
        lambda: Axis(3, 4, stride=2),
        ValueError,
        ("kernel 4", "longer", "input 3", "padding >= 1"),
    ),
    "axis: padded, still too short": (
        lambda: Axis(3, 7, padding=(1, 1)),
        ValueError,
        ("kernel 7", "padded input 5", "padding >= 2"),
    ),
    "axis: too long by dilation": (
        lambda: Axis(6, 3, dilation=4),
        ValueError,
        ("kernel 3", "spread over 9", "dilation 4", "input 6", "padding >= 2"),
    ),
    "axis: output 9 of 4": (lambda: Axis(6, 3).links_of_output(9), ValueError, ("output 9", "4", "0 to 3")),
    "axis: tap 3 of 3": (lambda: Axis(6, 3).links_of_tap(3), ValueError, ("tap 3", "0 to 2")),
    "axis: slices of tap 3 of 3": (lambda: Axis(6, 3).slices_of_tap(3), ValueError, ("tap 3", "0 to 2")),
    "axis: slices of tap -1": (lambda: Axis(6, 3).slices_of_tap(-1), ValueError, ("tap", "at least 0", "-1")),
    "axis: input 6 of 6": (lambda: Axis(6, 3).links_of_input(6), ValueError, ("input 6", "0 to 5")),
    "axis: input -1": (lambda: Axis(6, 3).links_of_input(-1), ValueError, ("input", "at least 0", "-1")),
    "axis: input 1.0": (lambda: Axis(6, 3).links_of_input(1.0), TypeError, ("input", "integer", "1.0")),
    "geometry: two axes": (
        lambda: Geometry.of((5, 5), (3, 3)),
        ValueError,
        ("x must have at least three axes", "(N, C, *spatial)", "2", "(5, 5)"),
    ),
    "geometry: w of two axes": (
        lambda: Geometry.of((1, 1, 5), (3, 3)),
        ValueError,
        ("w must have at least three axes", "(F, C/G, *kernel)", "(3, 3)"),
    ),
    "geometry: x 2-D, w 1-D": (
        lambda: Geometry.of((1, 4, 5, 6), (2, 4, 3)),
        ValueError,
        ("same number of axes", "(1, 4, 5, 6)", "(2, 4, 3)"),
    ),
    "geometry: a shape that is a number": (lambda: Geometry.of(5, (1, 1, 3)), TypeError, ("x", "tuple", "5")),
    "geometry: a shape that is a word": (
        lambda: Geometry.of("abc", (1, 1, 3)),
        TypeError,
        ("x", "tuple", "'abc'"),
    ),
    "geometry: a shape of floats": (
        lambda: Geometry.of((1, 1, 5.0), (1, 1, 3)),
        TypeError,
        ("size in x", "integer", "5.0"),
    ),
    "geometry: a negative size": (
        lambda: Geometry.of((1, 1, -5), (1, 1, 3)),
        ValueError,
        ("x", "at least 0", "-5"),
    ),
    "geometry: no channel": (
        lambda: Geometry.of((1, 0, 5), (2, 0, 3)),
        ValueError,
        ("at least one channel", "C = 0"),
    ),
    "geometry: no filter": (lambda: Geometry.of((1, 2, 5), (0, 2, 3)), ValueError, ("one filter", "F = 0")),
    "geometry: channels": (
        lambda: Geometry.of((1, 4, 5), (2, 3, 3)),
        ValueError,
        ("w.shape[1]", "C/G = 4/1 = 4", "(1, 4, 5)", "(2, 3, 3)"),
    ),
    "geometry: channels of a group": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), groups=2),
        ValueError,
        ("C/G = 4/2 = 2", "has 4"),
    ),
    "geometry: w stored (C, F, K)": (lambda: Geometry.of((1, 4, 5), (4, 2, 3)), ValueError, ("4/1", "has 2")),
    "geometry: groups do not divide C": (
        lambda: Geometry.of((1, 4, 5), (6, 4, 3), groups=3),
        ValueError,
        ("groups must divide C and F", "groups = 3", "C = 4"),
    ),
    "geometry: groups do not divide F": (
        lambda: Geometry.of((1, 4, 5), (3, 2, 3), groups=2),
        ValueError,
        ("groups must divide C and F", "groups = 2", "F = 3"),
    ),
    "geometry: groups 0": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), groups=0),
        ValueError,
        ("groups", "at least 1", "0"),
    ),
    "geometry: groups 1.0": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), groups=1.0),
        TypeError,
        ("groups", "1.0"),
    ),
    "geometry: groups True": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), groups=True),
        TypeError,
        ("groups", "True"),
    ),
    "geometry: empty spatial axis": (
        lambda: Geometry.of((1, 4, 5, 0), (2, 4, 3, 1)),
        ValueError,
        ("at least one cell", "x has a spatial axis of size 0", "(5, 0)"),
    ),
    "geometry: empty kernel": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 0)),
        ValueError,
        ("at least one cell", "w has a kernel axis of size 0"),
    ),
    "geometry: one stride too many": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), stride=(1, 2)),
        ValueError,
        ("stride", "one per spatial axis (1)", "(1, 2)"),
    ),
    "geometry: stride of floats": (
        lambda: Geometry.of((1, 4, 5, 5), (2, 4, 3, 3), stride=(1, 2.0)),
        TypeError,
        ("stride", "integer", "2.0"),
    ),
    "geometry: stride an array": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), stride=np.array([[1]])),
        TypeError,
        ("stride", "integer", "array([[1]])"),
    ),
    "geometry: stride an array of a float": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), stride=np.array(1.5)),
        TypeError,
        ("stride", "integer", "1.5"),
    ),
    "geometry: stride None": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), stride=None),
        TypeError,
        ("stride", "None"),
    ),
    "geometry: dilation (0, 1)": (
        lambda: Geometry.of((1, 4, 5, 5), (2, 4, 3, 3), dilation=(0, 1)),
        ValueError,
        ("dilation", "1 means no dilation", "0"),
    ),
    "geometry: dilation as a word": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), dilation="same"),
        TypeError,
        ("dilation", "integer", "'same'"),
    ),
    "geometry: an unknown word of padding": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), padding="SAME"),
        ValueError,
        ('"same" or "valid"', "'SAME'"),
    ),
    "geometry: padding (1, 2) in 1-D": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), padding=(1, 2)),
        ValueError,
        ("padding", "one per spatial axis (1)", "(1, 2)", "((1, 2),)"),
    ),
    "geometry: a pair for one of two axes": (
        lambda: Geometry.of((1, 4, 5, 6), (2, 4, 3, 3), padding=((1, 2),)),
        ValueError,
        ("one (before, after) pair per spatial axis (2)", "((1, 2),)"),
    ),
    "geometry: a pair of three": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), padding=((1, 2, 3),)),
        ValueError,
        ("(before, after) pair", "((1, 2, 3),)"),
    ),
    "geometry: numbers and pairs mixed": (
        lambda: Geometry.of((1, 4, 5, 6), (2, 4, 3, 3), padding=(1, (1, 2))),
        ValueError,
        ("pair", "(1, (1, 2))"),
    ),
    "geometry: padding -1": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), padding=-1),
        ValueError,
        ("padding", "0", "-1"),
    ),
    "geometry: padding ((0, -2),)": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), padding=((0, -2),)),
        ValueError,
        ("padding", "at least 0", "-2"),
    ),
    "geometry: padding 0.5": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), padding=0.5),
        TypeError,
        ("padding", "0.5"),
    ),
    "geometry: padding None": (
        lambda: Geometry.of((1, 4, 5), (2, 4, 3), padding=None),
        TypeError,
        ("padding", "None"),
    ),
    "geometry: which axis is too short": (
        lambda: Geometry.of((1, 4, 9, 3), (2, 4, 3, 5)),
        ValueError,
        ("spatial axis 1", "kernel 5", "input 3", "padding >= 1"),
    ),
    "geometry: one index for two axes": (
        lambda: Geometry.of((1, 4, 5, 6), (2, 4, 3, 3)).influence(2),
        ValueError,
        ("one index per spatial axis (2)", "(2,)"),
    ),
    "geometry: an index that is a number": (
        lambda: Geometry.of((1, 4, 5, 6), (2, 4, 3, 3)).links_of_tap(2),
        ValueError,
        ("one index per spatial axis (2)", "got 2"),
    ),
    "geometry: an input that is not there": (
        lambda: Geometry.of((1, 4, 5, 6), (2, 4, 3, 3)).influence(2, 6),
        ValueError,
        ("input 6", "0 to 5"),
    ),
}

FUNCTIONS = {
    "forward: x None": (lambda m: m.forward(None, W), TypeError, ("x must be an array", "None")),
    "forward: w None": (lambda m: m.forward(X, None), TypeError, ("w must be an array", "None")),
    "forward: x of words": (lambda m: m.forward([[["a", "b"]]], W), TypeError, ("x", "real numbers", "<U1")),
    "forward: x a word": (lambda m: m.forward("abc", W), TypeError, ("x", "real numbers", "<U3")),
    "forward: x ragged": (
        lambda m: m.forward(RAGGED, W),
        TypeError,
        ("x", "real numbers", "different lengths"),
    ),
    "forward: x complex": (lambda m: m.forward(X * 1j, W), TypeError, ("x", "real numbers", "complex128")),
    "forward: w of objects": (
        lambda m: m.forward(X, W.astype(object)),
        TypeError,
        ("w", "real numbers", "object"),
    ),
    "forward: x of dates": (lambda m: m.forward(X.astype("M8[s]"), W), TypeError, ("x", "datetime64")),
    "forward: a picture alone": (
        lambda m: m.forward(X[0, 0], W),
        ValueError,
        ("x", "at least three axes", "(7, 9)"),
    ),
    "forward: no batch axis": (
        lambda m: m.forward(X[0], W),
        ValueError,
        ("same number of axes", "(4, 7, 9)", "(6, 4, 2, 3)"),
    ),
    "forward: channels last": (
        lambda m: m.forward(np.moveaxis(X, 1, -1), W),
        ValueError,
        ("C/G = 7/1", "has 4"),
    ),
    "forward: bias too long": (
        lambda m: m.forward(X, W, np.ones(7)),
        ValueError,
        ("b must have shape (6,)", "one bias per filter", "(7,)"),
    ),
    "forward: bias per channel": (lambda m: m.forward(X, W, np.ones(4)), ValueError, ("(6,)", "(4,)")),
    "forward: bias a number": (
        lambda m: m.forward(X, W, 1.0),
        ValueError,
        ("(6,)", "one bias per filter", "()"),
    ),
    "forward: bias a map": (lambda m: m.forward(X, W, np.ones((6, 6, 7))), ValueError, ("(6,)", "(6, 6, 7)")),
    "forward: bias of words": (lambda m: m.forward(X, W, ["a"] * 6), TypeError, ("b", "real numbers")),
    "forward: stride 0": (lambda m: m.forward(X, W, B, stride=0), ValueError, ("stride", "at least 1", "0")),
    "forward: kernel too long": (
        lambda m: m.forward(ROW[..., :2], ROW_W),
        ValueError,
        ("kernel 3", "input 2", "padding >= 1"),
    ),
    "forward: groups": (lambda m: m.forward(X, W, groups=4), ValueError, ("groups = 4", "F = 6")),
    "grad_input: delta None": (lambda m: m.grad_input(None, W, X.shape), TypeError, ("delta", "None")),
    "grad_input: an int as input_shape": (
        lambda m: m.grad_input(D, W, 7),
        TypeError,
        ("input_shape", "(N, C, *spatial)", "7"),
    ),
    "grad_input: None as input_shape": (
        lambda m: m.grad_input(D, W, None),
        TypeError,
        ("input_shape", "None"),
    ),
    "grad_input: the spatial sizes alone": (
        lambda m: m.grad_input(D, W, (7, 9)),
        ValueError,
        ("input_shape", "at least three axes", "(7, 9)"),
    ),
    "grad_input: input_shape of floats": (
        lambda m: m.grad_input(D, W, (2, 4, 7.0, 9)),
        TypeError,
        ("input_shape", "integer", "7.0"),
    ),
    "grad_input: the array for its shape": (lambda m: m.grad_input(D, W, X), TypeError, ("input_shape",)),
    "grad_input: delta of another size": (
        lambda m: m.grad_input(D[..., :-1], W, X.shape),
        ValueError,
        ("delta must have shape (2, 6, 6, 7)", "(2, 6, 6, 6)"),
    ),
    "grad_input: delta of another batch": (
        lambda m: m.grad_input(D[:1], W, X.shape),
        ValueError,
        ("(2, 6, 6, 7)", "(1, 6, 6, 7)"),
    ),
    "grad_input: filters and channels exchanged": (
        lambda m: m.grad_input(D, W.swapaxes(0, 1), X.shape),
        ValueError,
        ("C/G = 4/1", "has 6"),
    ),
    "grad_input: stride forgotten": (
        lambda m: m.grad_input(D, W, X.shape, stride=2),
        ValueError,
        ("delta must have shape (2, 6, 3, 4)", "(2, 6, 6, 7)"),
    ),
    "grad_weight: x None": (lambda m: m.grad_weight(D, None, W.shape), TypeError, ("x", "None")),
    "grad_weight: an int as weight_shape": (
        lambda m: m.grad_weight(D, X, 3),
        TypeError,
        ("weight_shape", "(F, C/G, *kernel)", "3"),
    ),
    "grad_weight: the kernel's sizes alone": (
        lambda m: m.grad_weight(D, X, (2, 3)),
        ValueError,
        ("weight_shape", "at least three axes", "(2, 3)"),
    ),
    "grad_weight: delta of another shape": (
        lambda m: m.grad_weight(D.swapaxes(2, 3), X, W.shape),
        ValueError,
        ("delta must have shape (2, 6, 6, 7)", "(2, 6, 7, 6)"),
    ),
    "grad_weight: dilation 0": (
        lambda m: m.grad_weight(D, X, W.shape, dilation=0),
        ValueError,
        ("dilation", "1 means no dilation"),
    ),
    "grad_weight: delta complex": (
        lambda m: m.grad_weight(D * 1j, X, W.shape),
        TypeError,
        ("delta", "complex128"),
    ),
    "grad_bias: None": (lambda m: m.grad_bias(None), TypeError, ("delta", "None")),
    "grad_bias: two axes": (
        lambda m: m.grad_bias(D[0, 0]),
        ValueError,
        ("delta", "at least three axes", "(N, F, *out)", "(6, 7)"),
    ),
    "grad_bias: words": (lambda m: m.grad_bias([[["a"]]]), TypeError, ("delta", "real numbers")),
    "grad_bias: ragged": (lambda m: m.grad_bias(RAGGED), TypeError, ("delta", "different lengths")),
}


def _sum(a):
    return a.sum()


OTHERS = {
    "conv: bias too short": (lambda: conv(X, W, np.ones(5)), ValueError, ("(6,)", "(5,)")),
    "conv_backward: delta": (
        lambda: conv_backward(D[:, :, 1:], X, W),
        ValueError,
        ("delta must have shape (2, 6, 6, 7)", "(2, 6, 5, 7)"),
    ),
    "conv_backward: delta complex": (lambda: conv_backward(D * 1j, X, W), TypeError, ("delta", "complex128")),
    "conv_backward: padding -1": (lambda: conv_backward(D, X, W, padding=-1), ValueError, ("padding", "-1")),
    "conv_backward: x None": (lambda: conv_backward(D, None, W), TypeError, ("x must be an array", "None")),
    "conv_backward: delta, bias alone": (
        lambda: conv_backward(D[:, :, 1:], X, W, input=False, weight=False),
        ValueError,
        ("delta must have shape (2, 6, 6, 7)", "(2, 6, 5, 7)"),
    ),
    "groups: channel 4 of 4": (
        lambda: Geometry.of((2, 4, 7), (6, 4, 3)).filters_of_channel(4),
        ValueError,
        ("channel 4", "0 to 3"),
    ),
    "groups: filter 6 of 6": (
        lambda: Geometry.of((2, 4, 7), (6, 4, 3)).channels_of_filter(6),
        ValueError,
        ("filter 6", "0 to 5"),
    ),
    "gradcheck: complex at": (
        lambda: gradcheck.exact_differences(_sum, np.ones(3) * 1j),
        TypeError,
        ("at must be an array of real numbers", "complex128"),
    ),
    "gradcheck: directions 2.5": (
        lambda: gradcheck.random_directions(_sum, np.ones(3), np.ones(3), directions=2.5),
        TypeError,
        ("directions", "integer", "2.5"),
    ),
    "gradcheck: directions of an array": (
        lambda: gradcheck.random_directions(lambda a: a, np.ones(3), np.ones(3)),
        ValueError,
        ("one number", "(3,)"),
    ),
    "gradcheck: NaN in an inner product": (
        lambda: gradcheck.inner_products(D * np.nan, D, x=X, grad_x=X),
        ValueError,
        ("finite", "NaN"),
    ),
    "conv_backward: w None": (lambda: conv_backward(D, X, None), TypeError, ("w must be an array", "None")),
    "gradcheck: J gives an array": (
        lambda: gradcheck.exact_differences(lambda a: a, np.ones(3)),
        ValueError,
        ("one number", "(3,)"),
    ),
    "gradcheck: J is quadratic": (
        lambda: gradcheck.exact_differences(lambda a: (a**2).sum(), np.zeros(3)),
        ValueError,
        ("not linear", "random_directions"),
    ),
    "gradcheck: J is odd": (
        lambda: gradcheck.exact_differences(lambda a: np.tanh(a).sum(), np.zeros(3)),
        ValueError,
        ("not linear", "random_directions"),
    ),
    "gradcheck: J has a kink": (
        lambda: gradcheck.exact_differences(lambda a: np.maximum(a, 0).sum(), np.zeros(3)),
        ValueError,
        ("not linear", "random_directions"),
    ),
    "gradcheck: J is NaN": (
        lambda: gradcheck.exact_differences(lambda a: np.nan, np.zeros(3)),
        ValueError,
        ("not linear", "nan"),
    ),
    "gradcheck: nothing to check": (
        lambda: gradcheck.inner_products(D, D),
        ValueError,
        ("at least one gradient",),
    ),
    "gradcheck: gradient without its array": (
        lambda: gradcheck.inner_products(D, D, grad_x=X),
        ValueError,
        ("<x, grad_x>", "give x"),
    ),
    "gradcheck: gradient of another shape": (
        lambda: gradcheck.inner_products(D, D, x=X, grad_x=X[1:]),
        ValueError,
        ("grad_x must have the shape of x", "(2, 4, 7, 9)", "(1, 4, 7, 9)"),
    ),
    "gradcheck: delta of another shape": (
        lambda: gradcheck.inner_products(D[1:], D, x=X, grad_x=X),
        ValueError,
        ("delta must have the shape of z", "(2, 6, 6, 7)", "(1, 6, 6, 7)"),
    ),
    "gradcheck: no direction": (
        lambda: gradcheck.random_directions(_sum, np.ones(3), np.ones(3), directions=0),
        ValueError,
        ("directions", "at least 1", "0"),
    ),
    "gradcheck: directions of another shape": (
        lambda: gradcheck.random_directions(_sum, np.ones(3), np.ones(4)),
        ValueError,
        ("gradient must have the shape of at", "(3,)", "(4,)"),
    ),
    "gradcheck: confirm": (
        lambda: gradcheck.confirm([1.0, 2.0], [1.0, 5.0], "grad_b"),
        AssertionError,
        ("grad_b", "1 of 2 cells", "[1] is 2 and should be 5"),
    ),
}

TABLE = [(name, *row) for name, row in (GEOMETRY | OTHERS).items()] + [
    (f"{module.__name__.split('.')[-1]}.{name}", lambda call=call, module=module: call(module), kind, words)
    for module in (loops, taps, gemm)
    for name, (call, kind, words) in FUNCTIONS.items()
]

#: What numpy says by itself, and a reader cannot use.
UNHELPFUL = (
    "inhomogeneous",
    "scalar index",
    "could not be broadcast",
    "matmul",
    "zip()",
    "unpack",
    "has no attribute",
)


@pytest.mark.parametrize(("name", "call", "kind", "words"), TABLE, ids=[row[0] for row in TABLE])
def test_is_refused_in_words(name, call, kind, words, count):
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    message = str(caught.value)
    for word in words:
        assert word in message, message
    assert not any(text in message for text in UNHELPFUL), message
    count("invalid calls refused, message checked")


def test_the_table_is_long_enough():
    assert len(TABLE) >= 40 and len({name for name, *_ in TABLE}) == len(TABLE)
