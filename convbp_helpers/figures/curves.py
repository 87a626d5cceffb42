"""Curves: how a number grows with another, on scales of equal steps or of equal factors."""

from __future__ import annotations

import numpy as np

from ..words import counted, short
from .picture import COLOURS, COLUMN, Picture
from .themed_plots import INK, plot

HEIGHT = 290  # px, without the legend
WIDE = 22  # letters: with a longer name the legend has one column
#: colour, marker and dashes of each curve in turn: two curves differ in two of the three at least
LOOKS = (
    (COLOURS["input"], "o", "-"),
    (COLOURS["weight"], "s", "-"),
    (COLOURS["output"], "^", "-"),
    (COLOURS["gradient"], "D", "-"),
    ("#8A8A8A", "v", "-"),
    (INK, "P", "--"),
    (COLOURS["input"], "X", ":"),
    (COLOURS["weight"], "<", ":"),
)


def curves(named, *, x, y, log="", title="", caption="", alt=None) -> Picture:
    """Curves in one plot, told apart by colour, marker and dashes, with a legend below.

    Parameters
    ----------
    named : dict of str to (xs, ys)
        At most eight.
    x, y : str
        The axes' labels, with the unit.
    log : str
        The axes with a logarithmic scale: "", "x", "y" or "xy".
    title, caption, alt : str
        alt defaults to both ends of each curve.

    Raises
    ------
    ValueError
        If there is no curve or there are more than eight, the lengths of one differ, or a logarithmic scale is asked
        for numbers of which one is not positive.
    """
    named = {name: tuple(np.asarray(values, float) for values in pair) for name, pair in named.items()}
    if not 0 < len(named) <= len(LOOKS):
        raise ValueError(f"give one to {len(LOOKS)} curves; got {len(named)}")
    for name, (xs, ys) in named.items():
        if xs.ndim != 1 or xs.shape != ys.shape or not xs.size:
            raise ValueError(
                f"{name!r} needs as many x as y, at least one; got shapes {xs.shape} and {ys.shape}"
            )
        for axis, values in (("x", xs), ("y", ys)):
            if axis in log and not (values > 0).all():
                raise ValueError(
                    f"{name!r} has {axis} = {short(values.min())}; a logarithmic scale has no place for it"
                )
    panels = [dict(title=title or y, curves=named, x=x, y=y, log=log)]
    return Picture(lambda: [_draw(panels[0])], alt or _described(panels[0]), caption, panels)


def _described(panel):
    scale = {"": "", "x": ", x logarithmic", "y": ", y logarithmic", "xy": ", both logarithmic"}[panel["log"]]
    said = [f"{counted(len(panel['curves']), 'curve')}, {panel['y']} against {panel['x']}{scale}."]
    for name, (xs, ys) in panel["curves"].items():
        said.append(f"{name}: from {short(ys[0])} at {short(xs[0])} to {short(ys[-1])} at {short(xs[-1])}.")
    return " ".join(said)


def _draw(panel):
    names = panel["curves"]
    columns = 1 if max(map(len, names)) > WIDE else 2
    rows = -(-len(names) // columns) if len(names) > 1 else 0
    with plot(COLUMN, HEIGHT + 17 * rows, f"curves {panel['title']}") as (figure, images):
        axes = figure.add_subplot()
        for (name, (xs, ys)), (colour, marker, dashes) in zip(names.items(), LOOKS, strict=False):
            many = len(xs) > 40
            axes.plot(
                xs, ys, dashes, color=colour, marker="" if many else marker, markersize=5, linewidth=2, label=name
            )  # fmt: skip
        for axis in panel["log"]:
            getattr(axes, f"set_{axis}scale")("log")
        axes.set_title(panel["title"], fontsize=12)
        axes.set_xlabel(panel["x"], fontsize=11)
        axes.set_ylabel(panel["y"], fontsize=11)
        axes.tick_params(labelsize=10)
        axes.grid(color="#8A8A8A", alpha=0.35, linewidth=0.7)
        if len(names) > 1:
            figure.legend(loc="outside lower center", ncols=columns, fontsize=11, frameon=False)
    return images[0]
