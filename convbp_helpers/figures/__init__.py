"""The static pictures: one function per kind, one colour meaning, alt text always.

Every function returns a `Picture`, which draws itself in a notebook as an HTML figure of SVG images, in the theme of
the page, with alt text and caption.
"""

from .aligned_rows import rows_in_line
from .curves import curves
from .diagrams import stacks, triangle
from .fan import fan
from .grids import arrays, matrix
from .photographs import photos
from .picture import COLOURS, Picture

__all__ = [
    "COLOURS",
    "Picture",
    "arrays",
    "curves",
    "fan",
    "matrix",
    "photos",
    "rows_in_line",
    "stacks",
    "triangle",
]
