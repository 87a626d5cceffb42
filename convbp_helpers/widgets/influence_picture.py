"""The influence explorer's still twin: the same cells, lines, sentence and equation, for paper."""

from __future__ import annotations

import numpy as np

from .. import taps
from ..figures.grids import described, draw_panels, panel_of, say
from ..figures.link_drawing import draw_links
from ..figures.linked_maps import LinkedMaps, tap_colour
from ..figures.picture import Picture
from ..selection import (
    channels_sentence,
    equation_of,
    equation_parts,
    kernels_sentence,
    label,
    link_counts,
    links_of,
    sentence_of,
)
from ..words import counted

MOST_ENTRIES = 6000  # of a channel matrix that is drawn
MOST_TERMS = 9  # of an equation that are written out


def influence(explorer, selected=None, *, caption="", alt=None) -> Picture:
    """The static twin of the influence explorer: the same selection, sentence and equation, for paper.

    Parameters
    ----------
    explorer : InfluenceExplorer
    selected : tuple, optional
        Instead of the explorer's own selection.
    caption, alt : str, optional
        alt is by default a description of all that is drawn. The sentence and the equation stand above the maps.
    """
    layer, view = explorer.layer, explorer.view
    chosen = explorer.selected if selected is None else explorer.cell(selected)
    muted = explorer.muted if view == "grad_x" else ()
    maps = LinkedMaps(
        layer, chosen, _values(explorer, muted), view, muted=muted, show_counts=explorer.show_counts
    )
    more = _more_panels(explorer, chosen, muted, maps.links)
    channels = explorer.show_channels
    said = [f"{channels_sentence(layer, chosen)} {kernels_sentence(layer)}."] * channels
    alts = [
        f"Influence explorer, {view} view. {counted(len(maps.panels), 'grid')} of numbers. "
        + " ".join(map(described, maps.panels))
    ]
    if explorer.show_counts:
        alts[0] += f" Links per cell of x: {say(link_counts(layer))}."
    alts += map(described, more)
    if channels:
        alts[-1] += f" {said[0]}"
    sentence = sentence_of(layer, chosen, view, **explorer.spoken)
    if chosen is None:
        sentence = sentence.replace(sentence_of(layer, None), "No cell is selected")
    lines = [sentence, *_equation(explorer, chosen, muted), *said]
    return Picture(
        lambda: [draw_links(maps), *(draw_panels(more) if more else ())],
        [alt, *(panel["title"] for panel in more)] if alt else alts,
        caption, [*maps.panels, *more], text=lines, notes=maps.notes,
    )  # fmt: skip


def _values(explorer, muted):
    """The numbers of the cells of x, w and z: the explorer's own, or what `taps`, the fast form, makes of them."""
    x, w, delta = explorer.x[None], explorer.w, explorer.delta[None]
    settings = dict(
        stride=explorer.stride, padding=explorer.padding, dilation=explorer.dilation, groups=explorer.groups
    )
    if explorer.view == "forward":
        return dict(x=x[0], w=w, z=taps.forward(x, w, explorer.b, **settings)[0])
    if explorer.view == "grad_w":
        return dict(x=x[0], w=taps.grad_weight(delta, x, w.shape, **settings), z=delta[0])
    sounding = delta.copy()
    sounding[:, list(muted)] = 0
    return dict(x=taps.grad_input(sounding, w, x.shape, **settings)[0], w=w, z=delta[0])


def _more_panels(explorer, chosen, muted, links):
    """The grids below the maps: Jacobian, gather form, channel matrix."""
    layer, panels = explorer.layer, []
    if explorer.show_jacobian:
        panels.append(_jacobian(layer, explorer.w[0, 0], links))
    if (explorer.view, explorer.form) == ("grad_x", "gather") and chosen is not None and chosen[0] == "x":
        filters = [f for f in layer.filters_of_channel(chosen[1]) if f not in muted]
        panels += [panel for f in filters for panel in _gathered(explorer, chosen, f)]
    if explorer.show_channels and layer.filters * layer.channels <= MOST_ENTRIES:
        panels.append(_channels(layer, chosen))
    # on a new line: the first one, and the first of each filter
    return [
        panel | dict(below=n == 0 or panel["title"].startswith("window")) for n, panel in enumerate(panels)
    ]


def _equation(explorer, chosen, muted):
    """The equation as one line, its terms in the colours of their links; no line where nothing is selected."""
    if chosen is None:
        return []
    layer, view, form = explorer.layer, explorer.view, explorer.form
    arrays = dict(x=explorer.x, w=explorer.w, b=explorer.b, delta=explorer.delta)
    whole = equation_of(layer, arrays, chosen, view, form, most=MOST_TERMS, muted=muted)
    terms = equation_parts(layer, arrays, chosen, view, form, muted)["terms"]
    links = links_of(layer, chosen, muted)
    if view == "grad_x" and chosen[0] == "x" and form != "sum":
        links = sorted(links, key=lambda link: link[0])
    colours = [tap_colour(layer, weight[2:]) for _, weight, _ in links]
    colours = [None] * (len(terms) - len(colours)) + colours  # a bias stands in front
    line, rest = [], whole
    for (symbol, *_), colour in list(zip(terms, colours, strict=True))[:MOST_TERMS]:
        before, rest = rest.split(symbol, 1)
        line += [(before, None), (symbol, colour)]
    return [[*line, (rest, None)]]


def _jacobian(layer, w, links):
    """The panel of the slopes of z_u by x_i of a 1-D layer; the links of the selection in the colours of their taps."""
    axis = layer.axes[0]
    slopes = np.zeros((axis.out_size, axis.size))
    for u, k, i in axis.links():
        slopes[u, i] = w[k]
    lit = {(out[-1], inp[-1]): tap_colour(layer, weight[2:]) for out, weight, inp in links}
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
        outlines = [((0, chosen[1], layer.filters, 1), None)]
    elif chosen is not None:
        outlines = [((chosen[1], 0, 1, layer.channels), None)]
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
        colours[place], indices[place] = tap_colour(layer, k), f"w[{','.join(map(str, k))}]"
    of = "" if layer.filters == 1 else f", filter {f}"
    return [
        panel_of("delta", window, colours, title=f"window of δ{of}"),
        panel_of("w", turned, colours, title="kernel, turned", marks=indices),
        panel_of("grad_x", window * turned, colours, title="their products"),
    ]
