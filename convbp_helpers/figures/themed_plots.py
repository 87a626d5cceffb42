"""What matplotlib draws, as SVG in the page's theme. Nothing here touches pyplot or its global state.

matplotlib is imported with the first drawing, not with this file: it takes as long as the rest of the package.
"""

from __future__ import annotations

import io
import re
from contextlib import contextmanager

from .drawing import style_of
from .picture import Image

INK = "#123456"  # stands for the colour of text until the SVG is written


@contextmanager
def plot(width, height, name):
    """A matplotlib figure of so many px to draw in; the list it comes with holds its image afterwards."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    images = []
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
        yield figure, images
        _themed(figure)
        file = io.StringIO()
        metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        FigureCanvasSVG(figure).print_svg(file, metadata=metadata)
        images.append(_image(file.getvalue(), width, height))


def _themed(figure):
    """Every line and text in the placeholder's colour, no background."""
    figure.patch.set_visible(False)
    for axes in figure.axes:
        axes.patch.set_visible(False)
        axes.tick_params(which="both", color=INK, labelcolor=INK)
        for part in (axes.title, axes.xaxis.label, axes.yaxis.label, axes.xaxis.get_offset_text()):
            part.set_color(INK)
        for edge in axes.spines.values():
            edge.set_edgecolor(INK)
    for legend in figure.legends:
        for text in legend.get_texts():
            text.set_color(INK)


def _image(svg, width, height):
    """The SVG on the theme's background, with its colours, in px."""
    svg = svg[svg.index("<svg") :].replace("<svg ", '<svg font-family="system-ui,sans-serif" ', 1)
    svg = re.sub(r"font-family: [^;]+; ", "", svg)  # matplotlib's list of ten faces, in each text
    svg = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', f'width="{width}" height="{height}"', svg, count=1)
    start = svg.index(">") + 1
    style = f"<style>{style_of(('svg', '.b'))}</style>"
    back = f'<path class="b" d="M0 0h{width}v{height}H0z"/>'
    return Image(
        f"{svg[:start]}{style}{back}{svg[start:].strip()}".replace(INK, "currentColor"), width, height
    )
