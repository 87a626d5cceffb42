"""The influence explorer's still twin: the same cells, sentence and equation, for paper."""

from __future__ import annotations

import numpy as np

from ..figures.grids import describe, panel_of, picture_of, say
from ..figures.picture import COLOURS, WIDEST, Picture
from ..selection import (
    channels_sentence,
    equation_of,
    kernels_sentence,
    label,
    link_counts,
    links_of,
    sentence_of,
)
from ..words import short

MOST_ENTRIES = 6000  # of a channel matrix that is drawn


def influence(explorer, selected=None, *, caption=None, alt=None) -> Picture:
    """The static twin of the influence explorer: the same selection, sentence and equation, for paper.

    Parameters
    ----------
    explorer : InfluenceExplorer
    selected : tuple, optional
        Instead of the explorer's own selection.
    caption, alt : str, optional
        By default the sentence, and a description of all that is drawn.
    """
    layer = explorer.layer
    chosen = explorer.selected if selected is None else explorer.cell(selected)
    view = explorer.view
    muted = explorer.muted if view == "grad_x" else ()
    links = links_of(layer, chosen, muted)
    lit = _lit_cells(layer, chosen, links, explorer.w, marked=view != "grad_w")
    x = explorer.grad_x if view == "grad_x" else explorer.x
    w = explorer.grad_w if view == "grad_w" else explorer.w
    z = explorer.z if view == "forward" else explorer.delta
    names = {
        "x": "∂J/∂x" if view == "grad_x" else "x",
        "w": "∂J/∂w" if view == "grad_w" else "w",
        "z": "z" if view == "forward" else "δ",
    }
    panels = []
    for name, array, count in (("x", x, 1), ("w", w, 2), ("z", z, 1)):
        for at in np.ndindex(*array.shape[:count]):
            grid = array[at]
            several = array.shape[0] > 1 if count == 1 else array.shape[0] * array.shape[1] > 1
            where = label(layer, name, (*at, *(["·"] * grid.ndim)))[1:] if several else ""
            here = {
                cell[1 + count :]: v
                for cell, v in lit.items()
                if cell[0] == name and cell[1 : 1 + count] == at
            }
            hatched = _unlinked(layer, name, grid)
            marks = {c: mark for c, (_, mark) in here.items() if mark}
            also = ""
            if name == "x" and explorer.show_counts and _room_for_counts(grid):
                marks = {c: str(n) for c, n in np.ndenumerate(link_counts(layer))} | marks
                also = "; small: links"
            silent = name != "x" and at[0] in muted
            panels.append(
                panel_of(
                    names[name], grid, {c: colour for c, (colour, _) in here.items()},
                    title=f"{names[name]}{where} ({'×'.join(map(str, grid.shape))}){also}{', muted' * silent}",
                    hatched=hatched, marks=marks, role="unlinked" if silent else None,
                )
            )  # fmt: skip
    if explorer.show_jacobian:
        panels.append(_jacobian(layer.axes[0], explorer.w[0, 0], links))
    if (view, explorer.form) == ("grad_x", "gather") and chosen is not None and chosen[0] == "x":
        panels += [
            panel
            for f in layer.filters_of_channel(chosen[1])
            if f not in muted
            for panel in _gathered(explorer, chosen, f)
        ]
    if explorer.show_channels and layer.filters * layer.channels <= MOST_ENTRIES:
        panels.append(_channels(layer, chosen))
    arrays_ = dict(x=explorer.x, w=explorer.w, b=explorer.b, delta=explorer.delta)
    sentence = sentence_of(layer, chosen, view, **explorer.spoken)
    equation = equation_of(layer, arrays_, chosen, view, explorer.form, most=9, muted=muted)
    if chosen is None:
        sentence = sentence.replace(sentence_of(layer, None), "No cell is selected")
    description = f"Influence explorer, {view} view. {sentence}. {equation} ".strip() + " " + describe(panels)
    if explorer.show_counts:
        description += f" Links per cell of x: {say(link_counts(layer))}."
    if explorer.show_channels:
        said = f"{channels_sentence(layer, chosen)} {kernels_sentence(layer)}."
        description += f" {said}"
        equation = f"{equation}\n{said}".strip()
    return picture_of(panels, alt or description, sentence if caption is None else caption, equation)


def _colour_of(k, kernel):
    """The colour of kernel tap k (a tuple) and of every link through it."""
    taps = COLOURS["taps"]
    return taps[int(np.ravel_multi_index(k, kernel)) % len(taps)]


def _jacobian(axis, w, links):
    """The panel of the slopes of z_u by x_i of a 1-D layer; the links of the selection in the colours of their taps."""
    slopes = np.zeros((axis.out_size, axis.size))
    for u, k, i in axis.links():
        slopes[u, i] = w[k]
    lit = {(out[-1], inp[-1]): _colour_of(weight[-1:], w.shape) for out, weight, inp in links}
    return panel_of("w", slopes, lit, title="Jacobian ∂z[u]/∂x[i]: row u, column i")


def _channels(layer, chosen):
    """The panel of the channel matrix: which filter reads which channel, each kernel by its name."""
    reads = np.zeros((layer.filters, layer.channels))
    names = {}
    for f in range(layer.filters):
        for in_group, c in enumerate(layer.channels_of_filter(f)):
            reads[f, c] = 1
            names[f, c] = label(layer, "w", (f, in_group)).replace("[]", "")
    lit, outlines = [], []
    if chosen is not None and chosen[0] == "x":
        outlines = [(0, chosen[1], layer.filters, 1)]
    elif chosen is not None:
        outlines = [(chosen[1], 0, 1, layer.channels)]
        lit = [(chosen[1], layer.channels_of_filter(chosen[1])[chosen[2]])] if chosen[0] == "w" else []
    title = "Channel matrix: row filter f, column channel c"
    return panel_of("w", reads, lit, title=title) | dict(texts=names, outlines=outlines)


def _gathered(explorer, chosen, f):
    """The gather form of one input cell: the window of delta, the turned kernel of filter f, their products."""
    layer, (c, *at) = explorer.layer, chosen[1:]
    w = explorer.w[f, c - layer.channels_of_filter(f).start]
    window, colours, indices = np.zeros(w.shape), {}, {}
    for u, k, _ in layer.links_of_input(at):
        window[tuple(n - 1 - t for n, t in zip(w.shape, k, strict=True))] = explorer.delta[f][u]
    turned = np.flip(w)
    for place in np.ndindex(*w.shape):
        k = tuple(n - 1 - t for n, t in zip(w.shape, place, strict=True))
        colours[place], indices[place] = _colour_of(k, w.shape), f"w[{','.join(map(str, k))}]"
    of = "" if layer.filters == 1 else f", filter {f}"
    return [
        panel_of("delta", window, colours, title=f"window of δ{of}"),
        panel_of("w", turned, colours, title="kernel, turned", marks=indices),
        panel_of("grad_x", window * turned, colours, title="their products"),
    ]


def _room_for_counts(grid):
    """Whether a cell of this grid, drawn as wide as the page allows, holds a second, smaller number."""
    return WIDEST / (np.atleast_2d(grid).shape[1] + 1.2) >= 0.22  # inches


def _unlinked(layer, name, grid):
    """Input cells that no output reads, taps that read only padding, outputs that read only padding."""
    find = {"x": "links_of_input", "w": "links_of_tap", "z": "links_of_output"}[name]
    return [cell for cell in np.ndindex(*grid.shape) if not getattr(layer, find)(cell)]


def _lit_cells(layer, chosen, links, w, marked):
    """(name, *index) -> (colour, mark) of every cell a selection lights up."""
    lit = {}
    for out, weight, inp in links:
        colour = _colour_of(weight[2:], layer.kernel_grid)
        mark = f"×{short(w[weight])}" if marked else ""  # no weight is a factor in grad_w
        lit[("w", *weight)] = (colour, "")
        if chosen[0] != "x":
            lit[("x", *inp)] = (colour, mark)
        if chosen[0] != "z":
            lit[("z", *out)] = (colour, mark)
    if chosen is not None and chosen not in lit:
        lit[chosen] = (None, "")
    return lit
