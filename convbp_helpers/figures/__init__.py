"""The static pictures: one function per kind, one colour meaning, alt text always.

Every function returns a `Picture`, which draws itself in a notebook as an HTML figure with alt text and caption.
"""

from .diagrams import photos, stacks, triangle
from .grids import arrays, matrix, rows_in_line
from .picture import COLOURS, Picture, mix

__all__ = [
    "COLOURS",
    "Picture",
    "arrays",
    "matrix",
    "mix",
    "photos",
    "rows_in_line",
    "stacks",
    "triangle",
]
