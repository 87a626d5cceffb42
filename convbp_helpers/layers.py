r"""What a small network needs around the convolution: activation, pooling, dense layer, loss, and two optimisers.

Each layer is two functions. The forward one takes what the layer reads; the backward one takes the gradient of the
loss with respect to what the layer gave, and what it read, and gives the gradient with respect to that. As everywhere
in the series, delta = dJ/dz has the shape of z. Nothing is remembered between the two calls, and no array is written
to but the parameters in `SGD.step` and `Adam.step`.
"""

from math import prod

import numpy as np

from . import arguments, geometry

__all__ = [
    "Adam",
    "SGD",
    "average_pool",
    "average_pool_backward",
    "dense",
    "dense_backward",
    "max_pool",
    "max_pool_backward",
    "relu",
    "relu_backward",
    "softmax_cross_entropy",
]


# -------------------------------------------------------------------------------------------------------- activation
def relu(z):
    r"""The activation :math:`a = \max(z, 0)`, cell by cell.

    Parameters
    ----------
    z : array of any shape

    Returns
    -------
    a : array of the shape of z

    Raises
    ------
    TypeError
        If z is no array of real numbers; so in all functions here.
    """
    (z,), dtype = arguments.arrays(z=z)
    return np.maximum(z, 0).astype(dtype, copy=False)


def relu_backward(grad_a, z):
    r"""The gradient through `relu`: :math:`\frac{\partial J}{\partial z} = \frac{\partial J}{\partial a}\,[z > 0]`.

    At z = 0 there is no slope; it is taken as 0, as in every framework.

    Parameters
    ----------
    grad_a : array of the shape of z
    z : array of any shape
        What `relu` was given.

    Returns
    -------
    delta : array of the shape of z

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    (grad_a, z), dtype = arguments.arrays(grad_a=grad_a, z=z)
    arguments.same_shape("grad_a", grad_a.shape, z.shape, "the shape of z")
    return (grad_a * (z > 0)).astype(dtype, copy=False)  # np.where takes many times as long


# ----------------------------------------------------------------------------------------------------------- pooling
def max_pool(x, size):
    r"""The largest cell of each window; windows lie side by side, so the stride is the size.

    .. math:: z_{n,c,u,v} = \max_{k,l} x_{n,c,su+k,sv+l}, \qquad 0 \le k, l < s

    Parameters
    ----------
    x : (N, C, *spatial)
    size : int, or one int per axis
        s. Cells left over behind the last whole window are not read.

    Returns
    -------
    z : (N, C, *out)
        Each size divided by s, rounded down.

    Raises
    ------
    TypeError, ValueError
        If size is no positive integer, or larger than an axis.
    """
    (x,), dtype = arguments.arrays(x=x)
    return _largest(_windows(x, size)).astype(dtype, copy=False)


def max_pool_backward(grad_z, x, size, z=None):
    r"""The gradient through `max_pool`: the whole of grad_z to the cell that was largest, 0 to all others.

    .. math:: \frac{\partial J}{\partial x_{n,c,su+k,sv+l}} =
        [\,(k,l) \text{ is the first largest cell of its window}\,]\;\frac{\partial J}{\partial z_{n,c,u,v}}

    Where several cells of a window are the largest, there is no gradient; the first of them, row by row, gets it all.
    Leftover cells were not read, and get exactly 0.

    Parameters
    ----------
    grad_z : (N, C, *out)
    x : (N, C, *spatial)
        What `max_pool` was given.
    size : int, or one int per axis
    z : (N, C, *out), optional
        What `max_pool` gave, if you have it at hand; else it is computed again.

    Returns
    -------
    grad_x : (N, C, *spatial)

    Raises
    ------
    TypeError, ValueError
        As `max_pool`; also if grad_z or z does not have the shape that the windows give.
    """
    (grad_z, x), dtype = arguments.arrays(grad_z=grad_z, x=x)
    cells = _windows(x, size)
    z = _largest(cells) if z is None else np.asarray(z)
    for name, array in (("grad_z", grad_z), ("z", z)):
        arguments.same_shape(name, array.shape, cells[0].shape, "the shape this pooling gives")
    grad_x, not_yet = np.zeros(x.shape, x.dtype), np.ones(z.shape, bool)
    for cell, grad_cell in zip(cells, _windows(grad_x, size)):
        first = not_yet & ~(cell < z)  # not cell == z: the gradient of NaN is NaN, and must not be lost
        not_yet ^= first
        np.multiply(grad_z, first, out=grad_cell)
    return grad_x.astype(dtype, copy=False)


def average_pool(x, size):
    r"""The mean of each window; parameters, shapes and errors as `max_pool`.

    .. math:: z_{n,c,u,v} = \frac{1}{s^2} \sum_{k,l} x_{n,c,su+k,sv+l}, \qquad 0 \le k, l < s
    """
    (x,), dtype = arguments.arrays(x=x)
    cells = _windows(x, size)
    return (sum(cells[1:], cells[0]) / len(cells)).astype(dtype, copy=False)


def average_pool_backward(grad_z, x_shape, size):
    r"""The gradient through `average_pool`: an equal share to each cell of the window.

    .. math:: \frac{\partial J}{\partial x_{n,c,su+k,sv+l}} = \frac{1}{s^2} \frac{\partial J}{\partial z_{n,c,u,v}}

    Parameters
    ----------
    grad_z : (N, C, *out)
    x_shape : (N, C, *spatial)
        Several input sizes share one output size, so it must be told. Leftover cells get 0.
    size : int, or one int per axis

    Returns
    -------
    grad_x : (N, C, *spatial)

    Raises
    ------
    TypeError, ValueError
        As `max_pool_backward`.
    """
    (grad_z,), dtype = arguments.arrays(grad_z=grad_z)
    grad_x = np.zeros(geometry.checked_shape(x_shape, "x_shape", "(N, C, *spatial)"), grad_z.dtype)
    cells = _windows(grad_x, size)
    arguments.same_shape("grad_z", grad_z.shape, cells[0].shape, "the shape this pooling gives")
    for cell in cells:
        cell[...] = grad_z / len(cells)
    return grad_x.astype(dtype, copy=False)


def _windows(x, size):
    """A view (N, C, *out) for each cell of a window, in C order: that cell of every window."""
    shape = geometry.checked_shape(x.shape, "x", "(N, C, *spatial)")[2:]
    size = geometry.per_axis(size, "size", len(shape), 1)
    if any(s > n for s, n in zip(size, shape)):
        raise ValueError(
            f"a pooling window must fit into x; size {size} is larger than {shape}; use a smaller size"
        )
    ends = [n - n % s for n, s in zip(shape, size)]
    return [x[(..., *map(slice, cell, ends, size))] for cell in np.ndindex(*size)]


def _largest(cells):
    """The largest of the cells of each window: a few long passes, and not a reduction over many short axes."""
    z = cells[0].copy()
    for cell in cells[1:]:
        np.maximum(z, cell, out=z)
    return z


# ------------------------------------------------------------------------------------------------------- dense layer
def dense(x, w, b):
    r"""The fully connected layer :math:`z_{n,o} = b_o + \sum_i w_{o,i}\, x_{n,i}`.

    Parameters
    ----------
    x : (N, *any)
        The cells of each example are read in C order, as (N, inputs): nothing need be flattened before.
    w : (outputs, inputs)
    b : (outputs,)

    Returns
    -------
    z : (N, outputs)

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    (x, w, b), dtype = arguments.arrays(x=x, w=w, b=b)
    if b is None:
        raise TypeError("b must be an array of real numbers, one per output; for none, give zeros")
    rows = _rows(x, w)
    arguments.same_shape("b", b.shape, w.shape[:1], "one bias per output")
    return (rows @ w.T + b).astype(dtype, copy=False)


def dense_backward(delta, x, w):
    r"""All three gradients of `dense`.

    .. math:: \frac{\partial J}{\partial x_{n,i}} = \sum_o \delta_{n,o} w_{o,i}, \qquad
        \frac{\partial J}{\partial w_{o,i}} = \sum_n \delta_{n,o} x_{n,i}, \qquad
        \frac{\partial J}{\partial b_o} = \sum_n \delta_{n,o}

    Parameters
    ----------
    delta : (N, outputs)
    x : (N, *any)
    w : (outputs, inputs)

    Returns
    -------
    grad_x : (N, *any)
    grad_w : (outputs, inputs)
    grad_b : (outputs,)

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    (delta, x, w), dtype = arguments.arrays(delta=delta, x=x, w=w)
    rows = _rows(x, w)
    arguments.same_shape("delta", delta.shape, (len(x), len(w)), "(N, outputs)")
    grads = (delta @ w).reshape(x.shape), delta.T @ rows, delta.sum(axis=0)
    return tuple(grad.astype(dtype, copy=False) for grad in grads)


def _rows(x, w):
    """x as (N, inputs)."""
    if x.ndim < 2 or w.ndim != 2 or prod(x.shape[1:]) != w.shape[1]:
        raise ValueError(
            f"x must be (N, *any) and w (outputs, inputs), with as many inputs as x has cells per example; got x "
            f"{x.shape}, {prod(x.shape[1:])} cells, and w {w.shape}"
        )
    return x.reshape(len(x), w.shape[1])


# -------------------------------------------------------------------------------------------------------------- loss
def softmax_cross_entropy(scores, labels):
    r"""The loss of a classifier, the mean over the batch, and its gradient.

    .. math:: J = -\frac1N \sum_n \log p_{n,y_n}, \qquad p_{n,o} = \frac{e^{z_{n,o}}}{\sum_m e^{z_{n,m}}}, \qquad
        \frac{\partial J}{\partial z_{n,o}} = \frac1N \left(p_{n,o} - [\,o = y_n\,]\right)

    Parameters
    ----------
    scores : (N, classes)
        z. Large ones do no harm: the largest of each row is subtracted first, which changes no p.
    labels : (N,) integers
        y, the right class of each example, from 0 on.

    Returns
    -------
    loss : float
    grad_scores : (N, classes)
        The 1/N of the mean is in it, so the layers behind only sum over the batch.

    Raises
    ------
    TypeError, ValueError
        If there is no example, or a label that is no class.
    """
    (scores,), dtype = arguments.arrays(scores=scores)
    labels = np.asarray(labels)
    if scores.ndim != 2 or 0 in scores.shape:
        raise ValueError(f"scores must be (N, classes), with at least one of each; got {scores.shape}")
    arguments.same_shape("labels", labels.shape, scores.shape[:1], "one class per example")
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"labels must be integers, the number of the right class; got an array of {labels.dtype}"
        )
    classes = scores.shape[1]
    least, most = labels.min(), labels.max()
    if least < 0 or most >= classes:
        raise ValueError(
            f"a label must be one of the {classes} classes, 0 to {classes - 1}; got {least} to {most}"
        )
    shifted = scores - scores.max(axis=1, keepdims=True)
    p = np.exp(shifted)
    total = p.sum(axis=1, keepdims=True)
    right = np.arange(len(labels)), labels
    loss = float(np.mean(np.log(total[:, 0]) - shifted[right]))
    p /= total
    p[right] -= 1
    p /= len(labels)
    return loss, p.astype(dtype, copy=False)


# -------------------------------------------------------------------------------------------------------- optimisers
class SGD:
    r"""Gradient descent: :math:`m \leftarrow \mu m + \partial J/\partial\theta`, then :math:`\theta \leftarrow \theta
    - \eta m`.

    Parameters
    ----------
    parameters : dict of name to array of floats
        :math:`\theta`; `step` writes to these arrays.
    rate : float
        :math:`\eta`
    momentum : float
        :math:`\mu`; 0 is plain gradient descent.

    Raises
    ------
    TypeError, ValueError
        If a parameter cannot be updated in place, or a number is out of its range.
    """

    def __init__(self, parameters, rate, momentum=0.0):
        self.parameters, self.rate = _parameters(parameters), _number(rate, "rate")
        self.momentum = _number(momentum, "momentum", below=1)
        self.moments = {name: np.zeros_like(array) for name, array in parameters.items()} if momentum else {}

    def step(self, gradients):
        """Change the parameters in place; gradients: dict with an array for each parameter, of its shape."""
        for name, parameter, gradient in _pairs(self.parameters, gradients):
            if self.momentum:
                moment = self.moments[name]
                moment *= self.momentum
                moment += gradient
                gradient = moment
            parameter -= self.rate * gradient


class Adam:
    r"""Steps of about one size in every parameter: a running mean of the gradient over its running size.

    .. math:: m \leftarrow \beta_1 m + (1-\beta_1) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) g^2, \quad
        \theta \leftarrow \theta - \eta\, \frac{m / (1-\beta_1^t)}{\sqrt{v / (1-\beta_2^t)} + \epsilon}

    with g the gradient and t the number of the step, from 1. Parameters and errors as `SGD`, without momentum.
    """

    BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8

    def __init__(self, parameters, rate):
        self.parameters, self.rate, self.steps = _parameters(parameters), _number(rate, "rate"), 0
        self.means = {name: np.zeros_like(array) for name, array in parameters.items()}
        self.squares = {name: np.zeros_like(array) for name, array in parameters.items()}

    def step(self, gradients):
        """Change the parameters in place; gradients: dict with an array for each parameter, of its shape."""
        pairs, self.steps = _pairs(self.parameters, gradients), self.steps + 1
        for name, parameter, gradient in pairs:
            mean, square = self.means[name], self.squares[name]
            mean += (1 - self.BETA_1) * (gradient - mean)
            square += (1 - self.BETA_2) * (gradient * gradient - square)
            size = np.sqrt(square / (1 - self.BETA_2**self.steps)) + self.EPSILON
            parameter -= self.rate / (1 - self.BETA_1**self.steps) * mean / size


def _parameters(parameters):
    if not isinstance(parameters, dict):
        raise TypeError(f"parameters must be a dict of name to array; got {type(parameters).__name__}")
    for name, array in parameters.items():
        if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or not array.flags.writeable:
            kind = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
            raise TypeError(
                f"parameter {name!r} must be a writeable array of floats, for it is changed in place; got {kind}"
            )
    return parameters


def _number(value, name, below=np.inf):
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} must be a number; got {value!r}")
    if not 0 <= value < below:
        raise ValueError(f"{name} must be at least 0 and below {below}; got {value}")
    return float(value)  # a NumPy float64 would turn float32 parameters into float64


def _pairs(parameters, gradients):
    """(name, parameter, gradient) of each, once all are checked: a step is done as a whole or not at all."""
    if not isinstance(gradients, dict) or gradients.keys() != parameters.keys():
        given = sorted(gradients) if isinstance(gradients, dict) else type(gradients).__name__
        raise ValueError(
            f"gradients must be a dict with one for each parameter, {sorted(parameters)}; got {given}"
        )
    for name, parameter in parameters.items():
        arguments.same_shape(
            f"the gradient of {name!r}", np.shape(gradients[name]), parameter.shape, "its parameter's"
        )
    return [(name, parameter, np.asarray(gradients[name])) for name, parameter in parameters.items()]
