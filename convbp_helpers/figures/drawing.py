"""A small SVG writer: shapes and texts on a sheet that is light or dark as its reader's page is.

Neighbours of one look are written as one element, and only the rules that a drawing uses: a notebook keeps its
pictures.
"""

from __future__ import annotations

import html
import re
from itertools import groupby

from .picture import COLOURS, INK, LETTERS, Image

LINE = "#8A8A8A"  # of cells without a role; 3:1 on both backgrounds
LEAST = 8  # px: smaller numbers are not written

#: What a colour of a rule is, light and dark.
SCHEMES = {
    "back": ("#FFFFFF", "#111111"),
    "text": ("#1F1F1F", "#EDEDED"),
    "soft": ("#595959", "#B5B5B5"),
    **LETTERS,
}
#: Selector -> declarations; a class is one letter.
RULES = {
    "svg": "color:$text;fill:$text",
    ".b": "fill:$back",
    ".s": "fill:$soft",
    ".k": f"fill:{INK}",  # on the colour of a tap
    ".h": "paint-order:stroke;stroke:$back;stroke-width:3px;stroke-linejoin:round",  # on a hatch or on lines
    ".i": "fill:$soft;paint-order:stroke;stroke:$back;stroke-width:3px;stroke-linejoin:round",
    ".o": "fill:none;stroke:$text",
    ".v": "fill:$back;stroke:$text",
    ".x": "fill:$input",
    ".w": "fill:$weight",
    ".z": "fill:$output",
    ".d": "fill:$gradient",
}
LETTER = {"input": "x", "weight": "w", "output": "z", "gradient": "d", "unlinked": "s"}
HATCH = (
    '<pattern id="h" width="6" height="6" patternUnits="userSpaceOnUse">'
    f'<path d="M-1 1L1-1M0 6L6 0M5 7L7 5" stroke="{LINE}"/></pattern>'
)
HATCHED = "url(#h)"

NARROW, BROAD = set(" .,:;·|[]()ijlJ/'ftr\u0302\u0303"), set("−×+=→⋆wmMW…")


def wide(text, size, bold=False) -> float:
    """About how many px a text takes, in a face that is wider than most."""
    ems = 0.0
    for c in (
        text
    ):  # one after the other: from Python 3.12 on, sum() rounds another way, and a tenth of a px with it
        ems += 0.42 if c in NARROW else 0.9 if c in BROAD else 0.655
    return ems * size * (1.12 if bold else 1)


def fitted(text, room, most) -> float:
    """The size of a text, at most `most`, at which it takes at most `room` px."""
    return min(most, room / (wide(text, 1) or 1))


def number(value) -> str:
    """A coordinate, to a tenth of a px."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def square(x, y, width, height) -> str:
    """The path of a rectangle."""
    return f"M{number(x)} {number(y)}h{number(width)}v{number(height)}h{number(-width)}z"


def _attributes(looks) -> str:
    looks = {"class" if name == "kind" else name.replace("_", "-"): value for name, value in looks.items()}
    return "".join(f' {name}="{value}"' for name, value in looks.items() if value not in (None, ""))


class Drawing:
    """Shapes and texts in the order in which they are drawn; units are px, y is downward.

    The looks of a part are SVG attributes, `kind` its class in `RULES`.
    """

    def __init__(self):
        self.parts = []  # (tag, attributes, content)

    def shape(self, path, **looks):
        """A path; `path` may hold the paths of many cells."""
        if path:
            self.parts.append(("path", _attributes(looks), path))

    def box(self, x, y, width, height, **looks):
        """A rectangle."""
        self.shape(square(x, y, width, height), **looks)

    def write(self, x, y, text, size, **looks):
        """A text whose letters stand around the height y; spans of it are given as (text, looks)."""
        spans = [(text, {})] if isinstance(text, str) else text
        inside = "".join(
            f"<tspan{_attributes(own)}>{html.escape(part, quote=False)}</tspan>"
            if own
            else html.escape(part, quote=False)
            for part, own in spans
        )
        looks = dict(font_size=number(size)) | looks
        content = f' x="{number(x)}" y="{number(y + 0.36 * size)}">{inside}</text>'
        self.parts.append(("text", _attributes(looks), content))

    def title(self, x, y, role, name, rest, size=13):
        """The swatch of a role, a name in its letters' colour, and the words after it."""
        self.box(x, y - 6, 12, 12, fill=LINE if role == "unlinked" else COLOURS[role])
        spans = [(name, dict(kind=LETTER[role], font_weight=700))] * bool(name)
        spans += [(rest, {})] * bool(rest)
        self.write(x + 17, y, spans, size, kind="h", text_anchor="start")

    def image(self, width, height, below=False) -> Image:
        """The SVG of so many px; `below` as in `Image`."""
        width, height = (int(-(-side // 1)) for side in (width, height))
        body = "".join(
            _written(tag, looks, run) for (tag, looks), run in groupby(self.parts, lambda p: p[:2])
        )
        used = {"svg", ".b", *(f".{kind}" for kind in re.findall(r'class="(\w)"', body))}
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="system-ui,sans-serif" text-anchor="middle">'
            f"<style>{style_of(used)}</style>{HATCH if HATCHED in body else ''}"
            f'<path class="b" d="M0 0h{width}v{height}H0z"/>{body}</svg>'
        )
        return Image(svg, width, height, below)


def title_width(name, rest, size=13) -> float:
    return 17 + wide(name, size, bold=True) + wide(rest, size)


def _written(tag, looks, run):
    contents = [content for *_, content in run]
    if tag == "path":
        return f'<path{looks} d="{"".join(contents)}"/>'
    if len(contents) == 1:
        return f"<text{looks}{contents[0]}"
    return f"<g{looks}>{''.join(f'<text{content}' for content in contents)}</g>"


def style_of(selectors) -> str:
    """The rules of these selectors: all that is light, then what differs where the page is dark."""
    light, dark = (
        "".join(
            f"{selector}{{{declarations}}}"
            for selector, rule in RULES.items()
            if selector in selectors and (declarations := _in_scheme(rule, scheme))
        )
        for scheme in (0, 1)
    )
    return f"{light}@media(prefers-color-scheme:dark){{{dark}}}"


def _in_scheme(rule, scheme):
    parts = [part for part in rule.split(";") if "$" in part or not scheme]
    return re.sub(r"\$(\w+)", lambda found: SCHEMES[found[1]][scheme], ";".join(parts))
