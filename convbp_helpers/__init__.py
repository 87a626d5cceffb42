"""Backprop through convolution, derived index by index: the helper package of the notebook series."""

from . import arguments, elsewhere, equations, exercises, figures, gradcheck, loops, taps, widgets
from .geometry import Axis, Geometry
from .taps import forward as conv
from .transposed import conv_transpose

__all__ = [
    "Axis",
    "Geometry",
    "conv",
    "conv_backward",
    "conv_transpose",
    "elsewhere",
    "equations",
    "exercises",
    "figures",
    "gradcheck",
    "loops",
    "taps",
    "widgets",
]


def conv_backward(
    delta, x, w, *, input=True, weight=True, bias=True, stride=1, padding=0, dilation=1, groups=1
):
    """All three gradients of a layer: (grad_x, grad_w, grad_b), with None for what was not asked.

    Parameters
    ----------
    delta : (N, F, *out)
    x : (N, C, *spatial)
    w : (F, C/G, *kernel)
    input, weight, bias : bool
        Which gradients to compute.
    stride, padding, dilation, groups
        As in `loops.forward`; equations, shapes and errors as `loops.grad_input`, `grad_weight`, `grad_bias`.
    """
    settings = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    g = arguments.backward_arguments(delta, x, w, **settings)
    return (
        taps.grad_input(delta, w, g.x_shape, **settings) if input else None,
        taps.grad_weight(delta, x, g.w_shape, **settings) if weight else None,
        taps.grad_bias(delta) if bias else None,
    )
