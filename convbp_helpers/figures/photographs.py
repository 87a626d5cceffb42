"""Photographs and other pictures whose cells are too many to be written: drawn by matplotlib, in the page's theme."""

from __future__ import annotations

from ..words import counted, short
from .grids import as_grid
from .picture import COLUMN, WIDEST, Picture
from .themed_plots import plot


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
    rows, columns = panel["array"].shape
    height = int(min(max((width - 85) * rows / columns + 62, 130), 420))
    with plot(width, height, f"photo {place}") as (figure, images):
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
    return images[0]
