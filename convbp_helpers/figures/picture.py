"""What every picture is: SVG images with alt text, in the theme of the page, and one colour meaning."""

from __future__ import annotations

import base64
import html
import pathlib
from functools import cached_property
from typing import NamedTuple

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

WIDEST = 900  # px: what a notebook's output area holds at 1300 px
COLUMN = 378  # px: the narrowest column of text, that of JupyterLab at 800 px

#: An image cannot see the theme of the page, but its `color-scheme`. Where a front end drops this style, the image has
#: the theme of the operating system, on a background of its own.
THEMES = "".join(
    f"{', '.join(f'{page} .cbp-figure img' for page in pages)}{{color-scheme:{scheme}}}"
    for scheme, pages in {
        "light": ('[data-jp-theme-light="true"]', ".vscode-light"),
        "dark": ('[data-jp-theme-light="false"]', ".vscode-dark"),
    }.items()
)


class Image(NamedTuple):
    """An SVG, its size in px, and whether it begins a new line."""

    svg: str
    width: int
    height: int
    below: bool = False


class Picture:
    """A picture with its alt text and caption; in a notebook it draws itself.

    Parameters
    ----------
    draw : function without arguments
        Draws and returns the images, a list of `Image`.
    alt : str or list of str
        The alt text, or that of each image. Where one text stands for several images the first has it, and each other
        one the title of its panel.
    caption : str
    panels : list of dict
        What is drawn, as data.
    text : list of lines
        What stands above the images. A line is a str, or a list of (str, colour or None) whose coloured parts are
        underlined.
    notes : str
        What stands below them, small.

    Attributes
    ----------
    images : list of Image
        Drawn once, when they are first asked for. Who only looks at the data pays for no drawing.
    alt, caption, notes : str
    text : list of str
    panels : list of dict
        Title, array, labels and highlighted cells of each panel.
    """

    def __init__(self, draw, alt, caption: str = "", panels=(), *, text=(), notes: str = ""):
        self._alts = [alt] if isinstance(alt, str) else list(alt)
        if not all(self._alts) or not self._alts:
            raise ValueError("a picture needs alt text: a sentence that says what it shows")
        self._draw, self._lines = draw, [[(line, None)] if isinstance(line, str) else line for line in text]
        self.alt, self.caption, self.notes, self.panels = " ".join(self._alts), caption, notes, list(panels)

    def __repr__(self):
        return f"Picture({self.caption or self.alt[:70]!r})"

    @property
    def text(self) -> list[str]:
        return ["".join(part for part, _ in line) for line in self._lines]

    @cached_property
    def images(self) -> list[Image]:
        return list(self._draw())

    def _repr_html_(self):
        alts = self._alts + [
            panel.get("title", "") or "a part of the same picture" for panel in self.panels[len(self._alts) :]
        ]
        parts = [f"<style>{THEMES}</style>"]
        parts += [
            f'<p style="margin:0 0 0.4em;line-height:1.6">{_underlined(line)}</p>' for line in self._lines
        ]
        parts += [_img(image, alt) for image, alt in zip(self.images, alts, strict=False)]
        small = "font-size:0.85em;opacity:0.75;margin:0.2em 0 0"
        parts += [f'<p style="{small}">{html.escape(self.notes)}</p>'] * bool(self.notes)
        parts += [f'<figcaption style="{small}">{html.escape(self.caption)}</figcaption>'] * bool(
            self.caption
        )
        return f'<figure class="cbp-figure" style="margin:0.5em 0 0.5em 5px">{"".join(parts)}</figure>'

    def save(self, path, *, overwrite=False):
        """Write an SVG file, several images side by side, and return its path.

        An existing file is kept unless `overwrite=True`.
        """
        path = pathlib.Path(path)
        if path.exists() and not overwrite:
            raise FileExistsError(
                f"{path} exists and is kept; give another name, or overwrite=True to replace it"
            )
        path.write_text(_side_by_side(self.images).svg, encoding="utf-8")
        return path


def _underlined(line):
    return "".join(
        f'<span style="border-bottom:3px solid {colour}">{html.escape(part)}</span>'
        if colour
        else html.escape(part)
        for part, colour in line
    )


def _img(image, alt):
    data = base64.b64encode(image.svg.encode()).decode("ascii")
    return "<br>" * image.below + (
        f'<img alt="{html.escape(alt)}" width="{image.width}" height="{image.height}" '
        'style="max-width:100%;height:auto;vertical-align:top;margin:0 0 6px" '
        f'src="data:image/svg+xml;base64,{data}">'
    )


def _side_by_side(images):
    """One image of several, in rows of the width of a page."""
    if len(images) == 1:
        return images[0]
    x = y = tall = width = 0
    parts = []
    for image in images:
        if x and (image.below or x + image.width > WIDEST):
            x, y, tall = 0, y + tall, 0
        parts.append(image.svg.replace("<svg ", f'<svg x="{x}" y="{y}" ', 1))
        x, tall = x + image.width, max(tall, image.height)
        width = max(width, x)
    size = f'width="{width}" height="{y + tall}" viewBox="0 0 {width} {y + tall}"'
    back = '<path class="b" d="M0 0h9999v9999H0z"/>'
    return Image(
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{back}{"".join(parts)}</svg>', width, y + tall
    )


def role_of(name) -> str:
    """Input, weight, output or gradient, by how the name of an array starts."""
    name = str(name).strip().lower()
    if name.startswith(("grad", "∂", "δ", "delta", "dj", "d_")):
        return "gradient"
    return {"x": "input", "w": "weight", "z": "output", "k": "weight", "y": "output"}.get(name[:1], "input")
