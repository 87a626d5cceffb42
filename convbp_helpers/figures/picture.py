"""What every picture is: a drawing with alt text, a sheet to draw on, one colour meaning.

matplotlib is imported with the first drawing, not with this file: it takes as long as the rest of the package, and
who only computes does not need it. Nothing here touches pyplot or its global state.
"""

from __future__ import annotations

import base64
import html
import io
from functools import cached_property

import numpy as np

#: The one colour meaning of the series (after Okabe and Ito). Links take the colour of their weight: tap number k of
#: the kernel, counted row by row, has COLOURS["taps"][k]; all of them carry black text.
COLOURS = {
    "input": "#0072B2",
    "weight": "#D55E00",
    "output": "#009E73",
    "gradient": "#B0508F",
    "negative": "#6B6B6B",
    "ink": "#1A1A1A",
    "unlinked": "#D9D9D9",
    "taps": (
        "#F5B041", "#7CC4F0", "#F4E76A", "#E39CC6", "#6FD1B0", "#F39B85", "#B9B4EC", "#B5DD74", "#D8C3A0",
        "#9FE0E6", "#F7C6D9", "#C9CF8B", "#A9C7E8", "#E8B48C", "#C4E8C2", "#D7A8E8",
    ),
}  # fmt: skip
INK = COLOURS["ink"]

#: The same meaning in letters: the shade of a letter on white, and on the dark theme. Each has at least 4.5:1 there; no
#: colour has it on both. An equation carries the first, and the widgets' style puts the second in its place.
LETTERS = {
    "input": ("#007BC1", "#56B4E9"),
    "weight": ("#C15500", "#F28C4B"),
    "output": ("#008662", "#33BF95"),
    "gradient": ("#B25592", "#DE8FC3"),
}

DPI = 96
WIDEST = 9.6  # inches: what a notebook's output area holds at 1300 px


class Picture:
    """A picture with its alt text and caption; in a notebook it draws itself.

    Parameters
    ----------
    draw : function without arguments
        Draws and returns the matplotlib figure.
    few_colours : bool
        Whether 256 colours are enough: they make the PNG small, and a notebook keeps its pictures.

    Attributes
    ----------
    figure, canvas, png
        The matplotlib figure, the canvas on which it is drawn, and the PNG (bytes): each made once, when it is first
        asked for. Who only looks at the data pays for no drawing.
    alt, caption : str
    panels : list of dict
        What was drawn, as data: title, array, labels and highlighted cells of each panel.
    """

    def __init__(self, draw, alt: str, caption: str = "", panels=(), *, few_colours=True):
        if not alt:
            raise ValueError("a picture needs alt text: a sentence that says what it shows")
        self.draw, self.few_colours = draw, few_colours
        self.alt, self.caption, self.panels = alt, caption, list(panels)

    def __repr__(self):
        return f"Picture({self.caption or self.alt[:70]!r})"

    def _repr_html_(self):
        data = base64.b64encode(self.png).decode("ascii")
        caption = f"<figcaption>{html.escape(self.caption)}</figcaption>" if self.caption else ""
        return (
            f'<figure style="margin:0.5em 0"><img alt="{html.escape(self.alt)}" src="data:image/png;base64,{data}" '
            f'style="max-width:100%">{caption}</figure>'
        )

    @cached_property
    def figure(self):
        return self.draw()

    @cached_property
    def canvas(self):
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        canvas = FigureCanvasAgg(self.figure)
        self.figure.set_dpi(DPI)
        self.figure.set_facecolor("white")
        canvas.draw()
        return canvas

    @cached_property
    def png(self) -> bytes:
        from PIL import Image  # comes with matplotlib

        image = Image.fromarray(np.asarray(self.canvas.buffer_rgba())[..., :3].copy())
        if self.few_colours:
            image = image.quantize(256, dither=Image.Dither.NONE)
        file = io.BytesIO()
        image.save(file, format="PNG", optimize=True)
        return file.getvalue()

    def save(self, path):
        """Write the PNG."""
        with open(path, "wb") as file:
            file.write(self.png)


# ------------------------------------------------------------------------------------------------------- colours
def role_of(name) -> str:
    """Input, weight, output or gradient, by how the name of an array starts."""
    name = str(name).strip().lower()
    if name.startswith(("grad", "∂", "δ", "delta", "dj", "d_")):
        return "gradient"
    return {"x": "input", "w": "weight", "z": "output", "k": "weight", "y": "output"}.get(name[:1], "input")


def mix(colour, share):
    """`share` of a colour, the rest white."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return tuple(1 - share * (1 - rgb))


def tint(value, limit, role):
    """The fill of a number: white at 0, strongest at `limit`, negative numbers in grey."""
    if not np.isfinite(value) or not limit:
        return "white"
    return mix(COLOURS[role] if value > 0 else COLOURS["negative"], 0.5 * abs(value) / limit)


# ------------------------------------------------------------------------------------------------ drawing on a sheet
def new_figure(width, height, layout=None):
    """An empty matplotlib figure of so many inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout=layout)


def sheet(width, height, unit):
    """Axes that fill a figure of their own: `width` by `height` units of so many inches, y downward."""
    axes = new_figure(width * unit, height * unit).add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    return axes


def box(axes, x, y, width=1, height=1, **looks):
    """A rectangle; `looks` are those of a matplotlib patch."""
    from matplotlib.patches import Rectangle

    axes.add_artist(
        Rectangle((x, y), width, height, **looks)
    )  # add_patch would also measure it for autoscaling


def frame(axes, x, y, width, height, colour, line, **looks):
    """The edge of a rectangle, `line` points wide."""
    box(axes, x, y, width, height, fill=False, edgecolor=colour, linewidth=line, **looks)


def write(axes, x, y, text, size, **looks):
    """Text of so many points, centred unless `looks` (those of a matplotlib text) say otherwise."""
    axes.text(x, y, text, **dict(fontsize=size, color=INK, ha="center", va="center") | looks)


def headline(axes, x, y, text):
    """The bold text that stands on (x, y)."""
    write(axes, x, y, text, 10, weight="bold", ha="left", va="bottom")
