"""Backprop through convolution, derived index by index: the helper package of the notebook series."""

from . import elsewhere, equations, exercises, figures, gemm, gradcheck, loops, taps, widgets
from .gemm import conv_backward
from .gemm import forward as conv
from .geometry import Axis, Geometry
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
    "gemm",
    "gradcheck",
    "loops",
    "taps",
    "widgets",
]
