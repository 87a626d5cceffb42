"""Photographs and other pictures whose cells are too many to be written: drawn by matplotlib, in the page's theme.

matplotlib is imported with the first of them, not with this file: it takes as long as the rest of the package, and
nothing else needs it. Nothing here touches pyplot or its global state.
"""

from __future__ import annotations

import io
import re

from ..words import counted, short
from .drawing import style_of
from .grids import as_grid
from .picture import COLUMN, WIDEST, Image, Picture

INK = "#123456"  # stands for the colour of text until the SVG is written


def photos(pictures, caption="", alt=None) -> Picture:
    """Grey-scale pictures side by side with a scale each; those with negative values diverge about zero.

    Parameters
    ----------
    pictures : list of (title, array (rows, columns))
    """
    pictures = [(title, as_grid(title, array)) for title, array in pictures]
    if not pictures:
        raise ValueError("give at least one picture: photos([(title, array)])")
    for title, array in pictures:
        if array.ndim != 2:
            raise ValueError(f"a picture has two axes; {title!r} has shape {array.shape}")
    panels, said = [], []
    for title, array in pictures:
        least, most = array.min(), array.max()
        limit, signed = max(abs(least), abs(most)) or 1, least < 0
        limits = dict(vmin=-limit, vmax=limit) if signed else dict(vmin=min(least, 0), vmax=most or 1)
        panels.append(dict(title=title, array=array, signed=signed, **limits))
        kind = "signed values, white at zero" if signed else "grey values"
        said.append(
            f"{title}: {array.shape[0]} rows by {array.shape[1]} columns, {kind} "
            f"from {short(least)} to {short(most)}."
        )
    said[0] = f"{counted(len(pictures), 'picture')} side by side. {said[0]}"
    width = COLUMN if len(panels) < 3 else WIDEST // 3
    return Picture(
        lambda: [_draw(n, panel, width) for n, panel in enumerate(panels)], alt or said, caption, panels
    )


def _draw(place, panel, width):
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    rows, columns = panel["array"].shape
    height = int(min(max((width - 85) * rows / columns + 62, 130), 420))
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": f"photo {place}"}):
        figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
        axes = figure.add_subplot()
        image = axes.imshow(
            panel["array"], cmap="PuOr" if panel["signed"] else "gray", interpolation="none",
            vmin=panel["vmin"], vmax=panel["vmax"],
        )  # fmt: skip
        axes.set_title(panel["title"], fontsize=12, wrap=True)
        axes.set_xlabel("column", fontsize=11)
        axes.set_ylabel("row", fontsize=11)
        axes.locator_params(nbins=5, integer=True)
        bar = figure.colorbar(image, ax=axes, shrink=0.85, fraction=0.05, pad=0.03)
        for scale in (axes, bar.ax):
            scale.tick_params(labelsize=10)
        _themed(figure)
        file = io.StringIO()
        metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        FigureCanvasSVG(figure).print_svg(file, metadata=metadata)
    return _image(file.getvalue(), width, height)


def _themed(figure):
    """Every line and text in the placeholder's colour, no background."""
    figure.patch.set_visible(False)
    for axes in figure.axes:
        axes.patch.set_visible(False)
        axes.tick_params(color=INK, labelcolor=INK)
        for part in (axes.title, axes.xaxis.label, axes.yaxis.label, axes.xaxis.get_offset_text()):
            part.set_color(INK)
        for edge in axes.spines.values():
            edge.set_edgecolor(INK)


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
