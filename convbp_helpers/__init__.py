"""Backprop through convolution, derived index by index: the helper package of the notebook series."""

from . import (
    break_it,
    digits,
    elsewhere,
    equations,
    exercises,
    figures,
    gemm,
    gradcheck,
    layers,
    literature,
    loops,
    matrix,
    taps,
    widgets,
)
from .gemm import conv_backward
from .gemm import forward as conv
from .geometry import Axis, Geometry
from .transposed import conv_transpose

__all__ = [
    "Axis",
    "Geometry",
    "break_it",
    "conv",
    "conv_backward",
    "conv_transpose",
    "digits",
    "elsewhere",
    "equations",
    "exercises",
    "figures",
    "gemm",
    "gradcheck",
    "layers",
    "literature",
    "loops",
    "matrix",
    "taps",
    "widgets",
]
