"""What a chosen cell of x, w or z is linked to: its links, in cells, in a sentence and in an equation with numbers.

Pure functions over a `Geometry`; the pictures and the widgets both speak through them. A selection is a tuple: the name
of the array, then the cell's full index, as ("x", c, i, j), ("w", f, c', k, l) or ("z", f, u, v). The weights of a
filter are counted within its group: c' = c mod C/G.
"""

from __future__ import annotations

import numpy as np

from .geometry import Geometry
from .words import by, counted, factor, listed, number, plural

__all__ = [
    "channels_sentence",
    "equation_of",
    "equation_parts",
    "kernels_sentence",
    "label",
    "lines_sentence",
    "link_counts",
    "links_of",
    "moved_biases",
    "sentence_of",
    "why_unlinked",
]

LISTED = 6  # longer lists are said as a count
LINES = ("solid", "dashed", "dotted", "dashed and dotted")  # of the filters 0, 1, 2, 3
ALL_MUTED = "all filters are muted, so nothing arrives"


def links_of(layer: Geometry, selected, muted=()) -> list[tuple[tuple, tuple, tuple]]:
    """(output, weight, input) of every link of a cell, but those of the filters in `muted`.

    Of an input or an output in the order of the weights, of a weight in the order of the outputs.
    """
    if selected is None:
        return []
    if muted:
        return [link for link in links_of(layer, selected) if link[0][0] not in muted]
    name, *index = selected
    size = layer.channels // layer.groups
    if name == "x":
        channel, at = index[0], tuple(index[1:])
        spatial = sorted(layer.links_of_input(at), key=lambda link: link[1])
        return [
            ((f, *u), (f, channel % size, *k), (channel, *i))
            for f in layer.filters_of_channel(channel)
            for u, k, i in spatial
        ]
    if name == "z":
        f, at = index[0], tuple(index[1:])
        spatial = sorted(layer.links_of_output(at), key=lambda link: link[1])
        channels = layer.channels_of_filter(f)
        return [((f, *u), (f, c % size, *k), (c, *i)) for c in channels for u, k, i in spatial]
    f, in_group, at = index[0], index[1], tuple(index[2:])
    c = layer.channels_of_filter(f)[in_group]
    return [((f, *u), (f, in_group, *k), (c, *i)) for u, k, i in sorted(layer.links_of_tap(at))]


def label(layer: Geometry, name, index) -> str:
    """x[2,3] with one channel, x[0,2,3] with several: a letter that can only be 0 is left out."""
    counts = {"x": (layer.channels,), "w": layer.w_shape[:2], "z": (layer.filters,)}
    counts["δ"] = counts["z"]
    keep = [n for n, count in zip(index, counts[name[-1]], strict=False) if count > 1] + list(
        index[len(counts[name[-1]]) :]
    )
    return f"{name}[{','.join(map(str, keep))}]"


def link_counts(layer: Geometry) -> np.ndarray:
    """How many links each input position has to one filter: an int array of the input grid."""
    counts = np.ones((), int)
    for axis in layer.axes:
        counts = np.multiply.outer(counts, np.bincount(axis.links()[:, 2], minlength=axis.size))
    return counts


def moved_biases(b, b_start) -> list[tuple[int, float]]:
    """(f, by how much) of every bias that is no longer what it was."""
    if len(b) != len(b_start):
        return []
    pairs = enumerate(zip(map(float, b), map(float, b_start), strict=True))
    return [(f, now - was) for f, (now, was) in pairs if abs(now - was) > 1e-9 * max(1, abs(now), abs(was))]


def why_unlinked(layer: Geometry, position) -> str:
    """Why no output reads an input at this position."""
    reasons = []
    for place, (axis, i) in enumerate(zip(layer.axes, position, strict=True)):
        if len(axis.links_of_input(i)):
            continue
        word = "row" if len(layer.axes) == 2 and place == 0 else "column"
        first_beyond = axis.input_of(axis.out_size - 1, axis.kernel - 1) + 1
        if i >= first_beyond:
            count = axis.size - max(first_beyond, 0)
            reasons.append(f"stride {axis.stride} leaves {counted(count, f'leftover {word}')} at the end")
        elif (i + axis.padding[0]) % axis.stride >= axis.span:
            reasons.append(f"stride {axis.stride} skips {word} {i} between two windows of {axis.span}")
        else:
            reasons.append(
                f"with dilation {axis.dilation} and stride {axis.stride} every window steps over {word} {i}"
            )
    return " and ".join(reasons)


def _said_muted(layer, muted):
    """Which filters sound, which are muted."""
    if len(muted) == layer.filters:
        return ALL_MUTED
    sounding = [f for f in range(layer.filters) if f not in muted]
    many = lambda filters: len(filters) > LISTED  # noqa: E731
    sound = (
        f"{len(sounding)} filters sound"
        if many(sounding)
        else f"{plural(len(sounding), 'filter')} {listed(sounding)} {plural(len(sounding), 'sounds', 'sound')}"
    )
    mute = (
        f"{len(muted)} are muted"
        if many(muted)
        else f"{listed(muted)} {plural(len(muted), 'is', 'are')} muted"
    )
    return f"{sound}, {mute}"


def _said_moved(layer, moved):
    """By how much the biases have moved, and what moved with them."""
    several = layer.filters > 1
    cells = int(np.prod(layer.output_grid))
    said = [
        f"{f'b[{f}]' if several else 'b'} moved by {number(by)}: so did "
        f"{f'all {cells} cells' if cells > 1 else 'the one cell'} of {f'z[{f}]' if several else 'z'}"
        for f, by in moved[:LISTED]
    ]
    said += [f"{len(moved) - LISTED} more biases moved, each with its map"] * (len(moved) > LISTED)
    return "; ".join(said) + ", and no other cell" * (len(moved) < layer.filters)


def _said_counts(layer):
    """How many cells of x have how many links."""
    counts, cells = np.unique(link_counts(layer), return_counts=True)
    said = [
        f"{n} in {counted(many, 'cell') if not place else many}"
        for place, (n, many) in enumerate(zip(counts, cells * layer.channels, strict=True))
    ]
    said = said if len(said) <= LISTED else [*said[:2], "…", said[-1]]
    return f"links per cell of x{_to_one_filter(layer)}: {', '.join(said)}"


def _to_one_filter(layer):
    """Which filter the links of an input are counted to."""
    if layer.filters == 1:
        return ""
    if layer.groups == 1:
        return " to one filter"
    return " to its filter" if layer.filters == layer.groups else " to one filter of its group"


def _said_range(word, numbers):
    """channel 2, channels 2 and 3, channels 2 to 5."""
    first, last = numbers[0], numbers[-1]
    if first == last:
        return f"{word} {first}"
    return f"{word}s {first} {'and' if last - first == 1 else 'to'} {last}"


def _said_group(layer, selected):
    """Which channels and filters the group of a cell joins."""
    name, index = selected[:2]
    f = layer.filters_of_channel(index)[0] if name == "x" else index
    channels = layer.channels_of_filter(f)
    group, filters = layer.group_of_channel(channels[0]), layer.filters_of_channel(channels[0])
    return f"group {group} joins {_said_range('channel', channels)} with {_said_range('filter', filters)}"


def channels_sentence(layer: Geometry, selected) -> str:
    """Which channels the filter of a cell reads, or which filters read the channel of a cell of x."""
    if selected is None:
        which = "every channel" if layer.groups == 1 else "only the channels of its group"
        return f"Every filter reads {which}."
    name, *index = selected
    if name == "x":
        return f"Channel {index[0]} is read by {_said_range('filter', layer.filters_of_channel(index[0]))}."
    channels = layer.channels_of_filter(index[0])
    said = f"Filter {index[0]} reads {_said_range('channel', channels)}"
    if name == "w" and len(channels) > 1:
        said += f"; {label(layer, 'w', index[:2])} joins it to channel {channels[index[1]]}"
    return f"{said}."


def kernels_sentence(layer: Geometry) -> str:
    """How many kernels and numbers the layer has, and how many multiplications of its forward pass."""
    kernels = layer.w_shape[0] * layer.w_shape[1]
    weights = kernels * int(np.prod(layer.kernel_grid))
    also = ", those with padding included" if any(sum(axis.padding) for axis in layer.axes) else ""
    return (
        f"G = {layer.groups}: {counted(kernels, 'kernel')} of {by(layer.kernel_grid)}, "
        f"{counted(weights, 'weight')}, {counted(layer.filters, 'bias', 'biases')}, "
        f"{counted(weights * int(np.prod(layer.output_grid)), 'multiplication')}{also}"
    )


def lines_sentence(filters) -> str:
    """How the lines of the filters differ; nothing where there is one filter."""
    if filters < 2:
        return ""
    said = [f"filter {f} {line}" for f, line in enumerate(LINES[:filters])]
    return f"lines: {', '.join(said + ['then again from the start'] * (filters > len(LINES)))}"


def sentence_of(layer: Geometry, selected, view="forward", *, muted=(), moved=(), show_counts=False) -> str:
    """What a selection is linked to, in words; with several groups also which channels and filters its group joins.

    In view "grad_x" also which filters are `muted`, in view "forward" which biases `moved` (see `moved_biases`), and
    with `show_counts` how many cells of x have how many links.
    """
    muted = muted if view == "grad_x" else ()
    said = _said_cell(layer, selected, view, muted)
    said_all = said.endswith(ALL_MUTED)
    if selected is not None and layer.groups > 1:
        said += f"; {_said_group(layer, selected)}"
    if muted and not said_all:
        said += f"; {_said_muted(layer, muted)}"
    if moved and view == "forward":
        said += f"; {_said_moved(layer, moved)}"
    if show_counts:
        said += f"; {_said_counts(layer)}"
    return said


def _said_cell(layer, selected, view, muted):
    if selected is None:
        return "Point at a cell, or move to one with Tab and the arrow keys"
    name, *index = selected
    count = len(links_of(layer, selected, muted))
    if name != "x" and index[0] in muted:
        it = label(layer, "δ" if name == "z" else "w", index)
        return f"{it} belongs to filter {index[0]}, which is muted: it adds nothing to ∂J/∂x"
    if name == "x":
        it = label(layer, "x", index)
        if not layer.links_of_input(index[1:]):
            return (
                f"{it} is read by no output: {why_unlinked(layer, index[1:])}, so its gradient is exactly 0"
            )
        if not count:
            all_of = (
                ALL_MUTED if len(muted) == layer.filters else ALL_MUTED.replace(" are", " of its group are")
            )
            return f"{it}: {all_of}"
        return f"{it} influences {counted(count, 'output')}, through {counted(count, 'weight')}"
    if name == "w":
        it = label(layer, "w", index)
        if not count:
            return f"{it} reads only padding: it joins no input to an output, so its gradient is exactly 0"
        missing = int(np.prod(layer.output_grid)) - count
        also = f"; at {counted(missing, 'output')} it reads padding" if missing else ""
        return f"{it} joins {counted(count, 'pair')} of input and output{also}"
    it = label(layer, "z" if view == "forward" else "δ", index)
    taps = int(np.prod(layer.w_shape[1:]))
    if not count:
        end = (
            "reads only padding, so it is the bias alone"
            if view == "forward"
            else "belongs to an output that reads only padding: it reaches no gradient"
        )
        return f"{it} {end}"
    missing = taps - count
    also = f"; {missing} of its {taps} taps {plural(missing, 'falls', 'fall')} on padding" if missing else ""
    if view == "grad_x":
        return f"{it} reaches back to {counted(count, 'input')}, through {counted(count, 'weight')}{also}"
    if view == "grad_w":
        return f"{it} is a factor in the gradient of {counted(count, 'weight')}, with {counted(count, 'input')}{also}"
    return f"{it} reads {counted(count, 'input')}, through {counted(count, 'weight')}{also}"


def equation_parts(layer: Geometry, arrays, selected, view="forward", form="sum", muted=()) -> dict:
    """The sum of the selected cell: head, terms (symbol, number, value), and the total where there is one.

    In view "grad_x" without the terms of the filters in `muted`.
    """
    name, *index = selected
    muted = muted if view == "grad_x" else ()
    links = links_of(layer, selected, muted)
    if view == "grad_x" and name == "x" and form != "sum":
        links = sorted(links, key=lambda link: link[0])  # δ by δ, in the order of the window
    x, w, b, delta = arrays["x"], arrays["w"], arrays["b"], arrays["delta"]
    terms = []
    for out, weight, inp in links:
        X, W, Z, D = (label(layer, n, i) for n, i in (("x", inp), ("w", weight), ("z", out), ("δ", out)))
        xv, wv, dv = x[inp], w[weight], delta[out]
        if view == "forward":
            if name == "z":
                terms.append((f"{W}·{X}", f"{factor(wv)}·{factor(xv)}", wv * xv))
            elif name == "x":
                terms.append((f"{Z} changes by {W}", f"= {number(wv)}", wv))
            else:
                terms.append((f"{Z} changes by {X}", f"= {number(xv)}", xv))
        elif view == "grad_x":
            if name == "x":
                terms.append((f"{D}·{W}", f"{factor(dv)}·{factor(wv)}", dv * wv))
            else:
                terms.append(
                    (f"∂J/∂{X} gains {D}·{W}", f"= {factor(dv)}·{factor(wv)} = {number(dv * wv)}", dv * wv)
                )
        elif name == "w":
            terms.append((f"{D}·{X}", f"{factor(dv)}·{factor(xv)}", dv * xv))
        else:
            terms.append(
                (f"∂J/∂{W} gains {D}·{X}", f"= {factor(dv)}·{factor(xv)} = {number(dv * xv)}", dv * xv)
            )
    summed = (view, name) in (("forward", "z"), ("grad_x", "x"), ("grad_w", "w"))
    it = label(layer, {"z": "z" if view == "forward" else "δ"}.get(name, name), index)
    if summed and name == "z" and np.any(b):
        bias = b[index[0]]
        terms.insert(0, (f"b[{index[0]}]", factor(bias), bias))
    if summed:
        head = it if name == "z" else f"∂J/∂{it}"
    elif view == "forward":
        head = f"nudge {it} by 1"
    else:
        value = {"x": x, "w": w, "z": delta}[name][tuple(index)]
        head = f"{it} = {number(value)}"
    if view == "forward":
        empty = "nothing changes"
    else:
        empty = "it adds nothing to ∂J/∂x" if name != "x" and index[0] in muted else "it adds to no gradient"
    return dict(
        kind="sum" if summed else "list",
        head=head,
        terms=terms,
        empty="0 (a sum without terms)" if summed else empty,
        total=sum(t[2] for t in terms) if summed else None,
    )


def equation_of(layer: Geometry, arrays, selected, view="forward", form="sum", most=None, muted=()) -> str:
    """The equation as text; with `most`, only that many terms of it."""
    if selected is None:
        return ""
    parts = equation_parts(layer, arrays, selected, view, form, muted)
    terms, head = parts["terms"], parts["head"]
    left_out = 0 if most is None else max(len(terms) - most, 0)
    terms = terms[: len(terms) - left_out]
    if parts["kind"] == "sum":
        if not terms:
            return f"{head} = {parts['empty']}"
        symbols, numbers = (" + ".join([t[i] for t in terms] + ["…"] * (left_out > 0)) for i in (0, 1))
        also = f" (and {left_out} more terms)" if left_out else ""
        return f"{head} = {symbols} = {numbers} = {number(parts['total'])}{also}"
    if not terms:
        return f"{head}: {parts['empty']}"
    return f"{head}: " + "; ".join(
        [f"{t[0]} {t[1]}" for t in terms] + [f"… and {left_out} more"] * (left_out > 0)
    )
