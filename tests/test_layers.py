"""layers.py: every backward function against exact differences and PyTorch, and planted wrong ones that are caught."""

from types import SimpleNamespace

import numpy as np
import pytest

from convbp_helpers import layers
from convbp_helpers.gradcheck import confirm, exact_differences, random_directions

#: (x, size): 1-D to 3-D, no two sizes equal, with and without leftover cells, one size or one per axis.
POOLS = [
    ((2, 3, 7), 3),
    ((3, 2, 4, 10), 2),
    ((2, 3, 5, 9), 2),
    ((3, 2, 7, 8), (3, 2)),
    ((2, 4, 5, 6), (1, 5)),
    ((1, 2, 4, 7, 5), (2, 3, 4)),
    ((2, 3, 5, 7), 1),
    ((0, 3, 4, 6), 2),
]


def away_from_kinks(shape, seed=0):
    """Whole numbers, no two equal, none near 0, and all far apart: a step of a few changes no choice."""
    numbers = np.arange(np.prod(shape)) - np.prod(shape) // 3 + 0.5
    return 100.0 * np.random.default_rng(seed).permutation(numbers).reshape(shape)


def quarters(shape, seed=0):
    """Fractions, and yet all sums are exact."""
    return np.random.default_rng(seed).integers(-12, 13, shape) / 4


# ------------------------------------------------------------------- the checks, each of `it`: layers, or a wrong one
def check_relu(it):
    z = away_from_kinks((2, 3, 5, 4))
    grad_a = quarters(z.shape, 1)
    confirm(it.relu_backward(grad_a, z), exact_differences(lambda z: (grad_a * it.relu(z)).sum(), z), "delta")
    assert it.relu_backward(np.ones(3), np.array([-1.0, 0.0, 2.0])).tolist() == [0, 0, 1], (
        "the slope at 0 is 0"
    )


def check_max_pool(it):
    for shape, size in POOLS[:-1]:
        x = away_from_kinks(shape)
        grad_z = quarters(it.max_pool(x, size).shape, 1)
        truth = exact_differences(lambda x, g=grad_z, s=size: (g * it.max_pool(x, s)).sum(), x)
        confirm(it.max_pool_backward(grad_z, x, size), truth, f"grad_x of {shape}, size {size}")
        confirm(it.max_pool_backward(grad_z, x, size, it.max_pool(x, size)), truth, "grad_x, z given")
    x = np.array(
        [[[[3.0, 5, 9], [5, 5, 9], [7, 7, 9]]]]
    )  # ties, and a leftover row and column larger than all
    grad_x = it.max_pool_backward(np.full((1, 1, 1, 1), 6.0), x, 2)
    assert grad_x.tolist() == [[[[0, 6, 0], [0, 0, 0], [0, 0, 0]]]], "the first of the largest gets it all"


def check_average_pool(it):
    for shape, size in POOLS[:-1]:
        x = quarters(shape)
        grad_z = quarters(it.average_pool(x, size).shape, 1)
        truth = exact_differences(lambda x, g=grad_z, s=size: (g * it.average_pool(x, s)).sum(), x)
        confirm(it.average_pool_backward(grad_z, shape, size), truth, f"grad_x of {shape}, size {size}")


def check_dense(it):
    for shape in ((3, 5), (4, 2, 3, 5)):
        given = quarters(shape), quarters((7, int(np.prod(shape[1:]))), 1), quarters((7,), 2)
        delta = quarters((shape[0], 7), 3)
        grads = it.dense_backward(delta, *given[:2])
        for at, name in enumerate(("grad_x", "grad_w", "grad_b")):

            def J(array, at=at, given=given, delta=delta):
                return (delta * it.dense(*given[:at], array, *given[at + 1 :])).sum()

            confirm(grads[at], exact_differences(J, given[at]), name)


def check_loss(it):
    rng = np.random.default_rng(0)
    scores, labels = rng.normal(size=(5, 7)), rng.integers(0, 7, 5)
    loss, gradient = it.softmax_cross_entropy(scores, labels)
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    assert np.isclose(loss, -np.log(p[range(5), labels]).mean(), rtol=1e-12)
    found = random_directions(lambda s: it.softmax_cross_entropy(s, labels)[0], scores, gradient)
    assert found, found
    assert np.abs(gradient.sum(1)).max() < 1e-15, "the probabilities sum to 1"
    loss, gradient = it.softmax_cross_entropy(np.array([[1e4, 0, -1e4], [0, 1e4, 0]]), np.array([1, 1]))
    assert loss == 5000 and gradient.tolist() == [[0.5, -0.5, 0], [0, 0, 0]], "large scores"


def check_sgd(it):
    for momentum, expected in (
        (0, [1 - 0.5 * 6, 1 - 0.5 * 7]),
        (0.5, [1 - 0.5 * 6, 1 - 0.5 * (6 + 0.5 * 6 + 1)]),
    ):
        w = np.ones(2)
        optimiser = it.SGD({"w": w}, 0.5, momentum)
        optimiser.step({"w": np.array([6.0, 6.0])})
        optimiser.step({"w": np.array([0.0, 1.0])} if not momentum else {"w": np.array([-3.0, 1.0])})
        assert w.tolist() == expected, momentum


def check_adam(it):
    w = np.array([1.0, 1.0])
    optimiser = it.Adam({"w": w}, 0.25)
    optimiser.step({"w": np.array([1e-3, -1e3])})
    assert np.allclose(w, [0.75, 1.25], atol=1e-4), (
        "the first step has the size of the rate, whatever the gradient"
    )
    optimiser.step({"w": np.array([1e-3, 0])})
    # m / (1 - 0.9^2) = 0.09 g / 0.19 and v / (1 - 0.999^2) = 0.000999 g² / 0.001999
    assert np.allclose(w[1] - 1.25, 0.25 * (0.09 / 0.19) / np.sqrt(0.000999 / 0.001999), atol=1e-4)


CHECKS = [check_relu, check_max_pool, check_average_pool, check_dense, check_loss, check_sgd, check_adam]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__[6:])
def test_gradients(check, count):
    check(layers)
    count("functions of layers.py against exact differences")


# ------------------------------------------------------------------------------------------- planted wrong gradients
def all_ties(grad_z, x, size, z=None):
    z = layers.max_pool(x, size)
    size = np.broadcast_to(size, x.ndim - 2)
    grad_x = np.zeros(x.shape)
    for cell in np.ndindex(*size):
        at = (..., *(slice(c, n * s, s) for c, n, s in zip(cell, z.shape[2:], size)))
        grad_x[at] = grad_z * (x[at] == z)
    return grad_x


def last_tie(grad_z, x, size, z=None):
    """Right but for the order: as if the windows were read from their ends."""
    whole = tuple(slice(0, n - n % s) for n, s in zip(x.shape[2:], np.broadcast_to(size, x.ndim - 2)))
    turned = tuple(range(2, x.ndim))
    grad_x = np.zeros(x.shape)
    grad_x[(..., *whole)] = np.flip(
        layers.max_pool_backward(np.flip(grad_z, turned), np.flip(x[(..., *whole)], turned), size), turned
    )
    return grad_x


def changed(name, change):
    """The right function with its answer changed."""
    right = getattr(layers, name)
    return lambda *given: change(right(*given), *given)


def wrong_step(kind, step):
    return type(kind.__name__, (kind,), {"step": step})


def loss_summed(scores, labels):
    loss, gradient = layers.softmax_cross_entropy(scores, labels)
    return loss, gradient * len(scores)


def loss_unstable(scores, labels):
    with np.errstate(all="ignore"):
        p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
        picked = np.arange(len(scores)), labels
        loss = -np.log(p[picked]).mean()
        p[picked] -= 1
    return loss, p / len(scores)


def ascent(self, gradients):
    layers.SGD.step(self, {name: -g for name, g in gradients.items()})


def no_correction(self, gradients):
    self.steps = 10**6
    layers.Adam.step(self, gradients)


#: what is wrong -> (name of the function, what stands in its place, the check that must catch it)
PLANTED = {
    "relu: the mask forgotten": ("relu_backward", lambda grad_a, z: grad_a * 1.0, check_relu),
    "relu: slope 1 at 0": ("relu_backward", lambda grad_a, z: grad_a * (z >= 0), check_relu),
    "relu: the sign of the output for the mask": (
        "relu_backward",
        lambda grad_a, z: grad_a * np.sign(z),
        check_relu,
    ),
    "relu: the mask of grad_a": ("relu_backward", lambda grad_a, z: grad_a * (grad_a > 0), check_relu),
    "relu: the value for the slope": ("relu_backward", lambda grad_a, z: grad_a * layers.relu(z), check_relu),
    "max pool: to all ties": ("max_pool_backward", all_ties, check_max_pool),
    "max pool: to the last tie": ("max_pool_backward", last_tie, check_max_pool),
    "max pool: spread as a mean": (
        "max_pool_backward",
        lambda grad_z, x, size, z=None: layers.average_pool_backward(grad_z, x.shape, size),
        check_max_pool,
    ),
    "average pool: not divided": (
        "average_pool_backward",
        changed(
            "average_pool_backward", lambda g, _, __, size: g * np.prod(np.broadcast_to(size, g.ndim - 2))
        ),
        check_average_pool,
    ),
    "average pool: divided by one size": (
        "average_pool_backward",
        changed("average_pool_backward", lambda g, _, __, size: g * np.ravel(size)[-1]),
        check_average_pool,
    ),
    "dense: the bias gradient a mean": (
        "dense_backward",
        changed("dense_backward", lambda g, delta, *_: (g[0], g[1], g[2] / len(delta))),
        check_dense,
    ),
    "dense: the weight gradient of one example": (
        "dense_backward",
        changed(
            "dense_backward",
            lambda g, delta, x, w: (g[0], layers.dense_backward(delta[:1], x[:1], w)[1], g[2]),
        ),
        check_dense,
    ),
    "dense: the cells in another order": (
        "dense_backward",
        changed("dense_backward", lambda g, *_: (g[0].reshape(g[0].shape, order="F")[..., ::-1], *g[1:])),
        check_dense,
    ),
    "loss: 1/N forgotten": ("softmax_cross_entropy", loss_summed, check_loss),
    "loss: the sign of (p - y)": (
        "softmax_cross_entropy",
        changed("softmax_cross_entropy", lambda r, *_: (r[0], -r[1])),
        check_loss,
    ),
    "loss: the exponentials overflow": ("softmax_cross_entropy", loss_unstable, check_loss),
    "SGD: ascent": ("SGD", wrong_step(layers.SGD, ascent), check_sgd),
    "Adam: no correction of the first steps": ("Adam", wrong_step(layers.Adam, no_correction), check_adam),
}


@pytest.mark.parametrize("what", PLANTED)
def test_planted(what, count):
    name, wrong, check = PLANTED[what]
    with pytest.raises(AssertionError):
        check(SimpleNamespace(**{n: getattr(layers, n) for n in layers.__all__} | {name: wrong}))
    count("wrong functions planted in layers.py and caught")


# ---------------------------------------------------------------------------------------------------- against PyTorch
def gradients_of(torch, call, given, grad_z):
    tensors = [torch.tensor(a, requires_grad=True) for a in given]
    z = call(*tensors)
    return z.detach().numpy(), [g.numpy() for g in torch.autograd.grad(z, tensors, torch.tensor(grad_z))]


def same(got, expected, dtype):
    assert got.dtype == expected.dtype == dtype and got.shape == expected.shape
    assert np.allclose(got, expected, rtol=0, atol=3e-6 if dtype == np.float32 else 1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_against_pytorch(torch, dtype, count):
    functional, rng = torch.nn.functional, np.random.default_rng(0)

    def draw(*shape):
        return rng.normal(size=shape).astype(dtype)

    z = draw(3, 2, 5, 4)
    z[0, 0] = 0  # the kink
    grad_a = draw(*z.shape)
    expected, (grad,) = gradients_of(torch, functional.relu, [z], grad_a)
    same(layers.relu(z), expected, dtype)
    same(layers.relu_backward(grad_a, z), grad, dtype)
    for kind in ("max_pool", "average_pool"):
        for shape, size in POOLS:
            if not shape[0]:
                continue
            x = rng.integers(0, 4, shape).astype(dtype)  # many ties
            call = getattr(functional, f"{kind.replace('average', 'avg')}{len(shape) - 2}d")
            forward, backward = getattr(layers, kind), getattr(layers, f"{kind}_backward")
            grad_z = draw(*forward(x, size).shape)
            expected, (grad,) = gradients_of(
                torch, lambda x, call=call, size=size: call(x, size), [x], grad_z
            )
            same(forward(x, size), expected, dtype)
            same(backward(grad_z, x if kind == "max_pool" else shape, size), grad, dtype)
            count("pooling layers against PyTorch")
    x, w, b, delta = draw(4, 2, 3, 5), draw(7, 30), draw(7), draw(4, 7)
    expected, grads = gradients_of(
        torch, lambda x, w, b: functional.linear(x.flatten(1), w, b), [x, w, b], delta
    )
    same(layers.dense(x, w, b), expected, dtype)
    for got, grad in zip(layers.dense_backward(delta, x, w), grads, strict=True):
        same(got, grad, dtype)
    scores, labels = 3 * draw(6, 5), rng.integers(0, 5, 6)
    one = np.array(1, dtype)
    expected, (grad,) = gradients_of(
        torch, lambda s: functional.cross_entropy(s, torch.tensor(labels)), [scores], one
    )
    loss, gradient = layers.softmax_cross_entropy(scores, labels)
    assert type(loss) is float and abs(loss - expected) < 1e-6
    same(gradient, grad, dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("name", ["SGD", "SGD, momentum", "Adam"])
def test_optimisers_against_pytorch(torch, name, dtype):
    rng = np.random.default_rng(1)
    ours = {"w": rng.normal(size=(3, 2)).astype(dtype), "b": rng.normal(size=5).astype(dtype)}
    before = dict(ours)
    theirs = {n: torch.tensor(a) for n, a in ours.items()}
    kind, more = getattr(layers, name.split(",")[0]), (0.9,) if "," in name else ()
    optimiser = kind(ours, np.float64(0.03), *more)
    settings = dict(lr=0.03, momentum=0.9) if more else dict(lr=0.03)
    their_optimiser = getattr(torch.optim, name.split(",")[0])(theirs.values(), **settings)
    for _ in range(12):
        gradients = {n: rng.normal(size=a.shape).astype(dtype) for n, a in ours.items()}
        kept = {n: g.copy() for n, g in gradients.items()}
        optimiser.step(gradients)
        for n, tensor in theirs.items():
            tensor.grad = torch.tensor(gradients[n])
        their_optimiser.step()
        for n, tensor in theirs.items():
            same(ours[n], tensor.numpy(), dtype)
            assert ours[n] is before[n], "changed in place"
            assert np.array_equal(gradients[n], kept[n]), "a gradient is only read"


# ------------------------------------------------------------------------------------------------ precision, layouts
def calls(x, w, b):
    """Every function on x (N, C, H, W), w (outputs, inputs), b, as (name, arrays of its answer)."""
    z = layers.max_pool(x, 2)
    delta = layers.dense(x, w, b)
    yield "relu", [layers.relu(x), layers.relu_backward(x, x)]
    yield "max_pool", [z, layers.max_pool_backward(z, x, 2)]
    yield "average_pool", [layers.average_pool(x, 2), layers.average_pool_backward(z, x.shape, 2)]
    yield "dense", [delta, *layers.dense_backward(delta, x, w)]
    yield "loss", [layers.softmax_cross_entropy(delta, np.arange(len(x)) % 3)[1]]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
def test_precision_is_kept(dtype):
    x, w, b = (8 * quarters(s) for s in ((2, 3, 5, 4), (7, 60), (7,)))
    for name, answers in calls(*(a.astype(dtype) for a in (x / 64, w / 64, b))):
        for answer in answers:
            assert answer.dtype == (np.float64 if dtype is np.int64 else dtype), name


def test_any_layout_and_nothing_is_written_to():
    x, w, b = quarters((3, 2, 5, 7)), quarters((4, 70), 1), quarters((4,), 2)
    expected = dict(calls(x, w, b))
    wide = np.zeros((3, 2, 10, 14))
    wide[:, :, ::2, ::2] = x
    for other in (np.asfortranarray(x), wide[:, :, ::2, ::2], np.flip(np.flip(x).copy())):
        other.flags.writeable = w.flags.writeable = b.flags.writeable = False
        for name, answers in calls(other, w, b):
            for answer, right in zip(answers, expected[name], strict=True):
                assert np.array_equal(answer, right), name
                assert answer.flags.writeable and not np.shares_memory(answer, other), name


def test_leftover_cells_are_not_read():
    x = np.ones((1, 1, 5, 7))
    x[..., 4, :] = x[..., :, 6] = np.nan
    for kind, told in (("max_pool", x), ("average_pool", x.shape)):
        assert getattr(layers, kind)(x, 2).tolist() == np.ones((1, 1, 2, 3)).tolist()
        grad_x = getattr(layers, f"{kind}_backward")(np.ones((1, 1, 2, 3)), told, 2)
        assert not grad_x[..., 4, :].any() and not grad_x[..., :, 6].any() and grad_x.sum() == 6


def test_nan_is_not_lost():
    x = np.array([[[1.0, np.nan, 2, 3]]])
    assert np.isnan(layers.max_pool(x, 2)[0, 0, 0]) and np.isnan(layers.relu(x)[0, 0, 1])
    assert np.isnan(layers.max_pool_backward(np.array([[[np.nan, 1.0]]]), x, 2)).any()


def test_empty_batch():
    x, w, b = np.zeros((0, 3, 5, 4)), np.ones((7, 60)), np.ones(7)
    assert layers.relu_backward(x, x).shape == x.shape and layers.max_pool(x, 2).shape == (0, 3, 2, 2)
    assert layers.max_pool_backward(np.zeros((0, 3, 2, 2)), x, 2).shape == x.shape
    grad_x, grad_w, grad_b = layers.dense_backward(layers.dense(x, w, b), x, w)
    assert (
        grad_x.shape == x.shape
        and grad_w.shape == w.shape
        and not grad_w.any()
        and grad_b.tolist() == [0] * 7
    )


# ------------------------------------------------------------------------------------------------------ invalid calls
X, Z = np.ones((2, 3, 5, 7)), np.ones((2, 3, 2, 3))
S, Y = np.ones((4, 3)), np.array([0, 1, 2, 0])
W, B = np.ones((6, 105)), np.ones(6)
P = {"w": np.ones((2, 3))}
FIXED = np.ones(3)
FIXED.flags.writeable = False

#: what -> (call, exception, words that the message must contain)
INVALID = {
    "relu of None": (lambda: layers.relu(None), TypeError, ("z", "real numbers", "None")),
    "relu of complex": (lambda: layers.relu(np.ones(3, complex)), TypeError, ("z", "real numbers", "complex128")),
    "relu_backward, shapes": (
        lambda: layers.relu_backward(Z, X), ValueError, ("grad_a", "(2, 3, 5, 7)", "(2, 3, 2, 3)"),
    ),
    "pool of a matrix": (lambda: layers.max_pool(S, 2), ValueError, ("x", "three axes", "(4, 3)")),
    "pool, size 0": (lambda: layers.max_pool(X, 0), ValueError, ("size", "at least 1", "0")),
    "pool, size 2.0": (lambda: layers.average_pool(X, 2.0), TypeError, ("size", "integer", "2.0")),
    "pool, size True": (lambda: layers.max_pool(X, True), TypeError, ("size", "integer", "True")),
    "pool, three sizes": (lambda: layers.max_pool(X, (1, 2, 3)), ValueError, ("size", "one per spatial axis (2)", "3")),
    "pool, too large": (lambda: layers.max_pool(X, 6), ValueError, ("fit", "(6, 6)", "(5, 7)", "smaller")),
    "max_pool_backward, shapes": (
        lambda: layers.max_pool_backward(X, X, 2), ValueError, ("grad_z", "(2, 3, 2, 3)", "(2, 3, 5, 7)"),
    ),
    "max_pool_backward, z": (
        lambda: layers.max_pool_backward(Z, X, 2, X), ValueError, ("z must", "(2, 3, 2, 3)", "(2, 3, 5, 7)"),
    ),
    "average_pool_backward, shapes": (
        lambda: layers.average_pool_backward(Z, X.shape, 3), ValueError, ("grad_z", "(2, 3, 1, 2)", "(2, 3, 2, 3)"),
    ),
    "average_pool_backward, an array for its shape": (
        lambda: layers.average_pool_backward(Z, X, 2), TypeError, ("x_shape", "integer"),
    ),
    "average_pool_backward, an int": (lambda: layers.average_pool_backward(Z, 5, 2), TypeError, ("x_shape", "5")),
    "dense, inputs": (lambda: layers.dense(X, W.T, B), ValueError, ("(outputs, inputs)", "105 cells", "(105, 6)")),
    "dense, x of one axis": (lambda: layers.dense(B, W, B), ValueError, ("(N, *any)", "(6,)")),
    "dense, bias": (lambda: layers.dense(X, W, np.ones(5)), ValueError, ("b", "(6,)", "one bias per output", "(5,)")),
    "dense, bias in a column": (lambda: layers.dense(X, W, np.ones((6, 1))), ValueError, ("b", "(6,)", "(6, 1)")),
    "dense, no bias": (lambda: layers.dense(X, W, None), TypeError, ("b", "zeros")),
    "dense_backward, delta": (
        lambda: layers.dense_backward(np.ones((6, 2)), X, W), ValueError, ("delta", "(2, 6)", "(6, 2)"),
    ),
    "loss, axes": (lambda: layers.softmax_cross_entropy(X, Y), ValueError, ("(N, classes)", "(2, 3, 5, 7)")),
    "loss, no example": (
        lambda: layers.softmax_cross_entropy(S[:0], Y[:0]), ValueError, ("at least one", "(0, 3)"),
    ),
    "loss, too few labels": (lambda: layers.softmax_cross_entropy(S, Y[:3]), ValueError, ("labels", "(4,)", "(3,)")),
    "loss, one-hot labels": (lambda: layers.softmax_cross_entropy(S, S), ValueError, ("labels", "(4,)", "(4, 3)")),
    "loss, labels of floats": (lambda: layers.softmax_cross_entropy(S, Y / 1), TypeError, ("integers", "float64")),
    "loss, a label too large": (lambda: layers.softmax_cross_entropy(S, Y + 1), ValueError, ("0 to 2", "1 to 3")),
    "loss, a label below 0": (lambda: layers.softmax_cross_entropy(S, Y - 1), ValueError, ("0 to 2", "-1 to 1")),
    "SGD, a list": (lambda: layers.SGD([FIXED], 0.1), TypeError, ("dict", "list")),
    "SGD, whole numbers": (lambda: layers.SGD({"w": Y}, 0.1), TypeError, ("'w'", "floats", "int64")),
    "SGD, read-only": (lambda: layers.SGD({"w": FIXED}, 0.1), TypeError, ("'w'", "writeable")),
    "SGD, a list of numbers": (lambda: layers.SGD({"w": [1.0]}, 0.1), TypeError, ("'w'", "array", "list")),
    "SGD, rate as a word": (lambda: layers.SGD(P, "0.1"), TypeError, ("rate", "number", "'0.1'")),
    "SGD, rate below 0": (lambda: layers.SGD(P, -0.1), ValueError, ("rate", "at least 0", "-0.1")),
    "SGD, rate NaN": (lambda: layers.SGD(P, float("nan")), ValueError, ("rate", "nan")),
    "SGD, momentum 1": (lambda: layers.SGD(P, 0.1, 1), ValueError, ("momentum", "below 1", "got 1")),
    "Adam, rate infinite": (lambda: layers.Adam(P, float("inf")), ValueError, ("rate", "inf")),
    "step, no dict": (lambda: layers.SGD(P, 0.1).step(Z), ValueError, ("gradients", "dict", "['w']", "ndarray")),
    "step, one missing": (lambda: layers.Adam(P, 0.1).step({}), ValueError, ("one for each", "['w']", "[]")),
    "step, one too many": (
        lambda: layers.SGD(P, 0.1).step(P | {"b": B}), ValueError, ("one for each", "['w']", "['b', 'w']"),
    ),
    "step, shape": (
        lambda: layers.SGD(P, 0.1).step({"w": np.ones(3)}), ValueError, ("gradient of 'w'", "(2, 3)", "(3,)"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", INVALID)
def test_invalid(what, count):
    call, exception, words = INVALID[what]
    with pytest.raises(exception) as caught:
        call()
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)
    assert P["w"].tolist() == np.ones((2, 3)).tolist(), "a step is done as a whole or not at all"
    count("calls of layers.py refused")
