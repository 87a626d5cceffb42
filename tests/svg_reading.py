"""Reading an SVG image of the package: its texts with their extents, its cells, its lines, its colours."""

import re
import xml.etree.ElementTree as ElementTree
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

import matplotlib
from PIL import ImageFont

SVG = "{http://www.w3.org/2000/svg}"
FONTS = Path(matplotlib.get_data_path(), "fonts", "ttf")
NUMBER = r"-?[\d.]+"
SQUARE = re.compile(rf"M({NUMBER}) ({NUMBER})h({NUMBER})v({NUMBER})h{NUMBER}z")
SEGMENT = re.compile(rf"M({NUMBER}) ({NUMBER})([hv])({NUMBER})(?=M|$)")
POLYLINE = re.compile(rf"M({NUMBER}) ({NUMBER})L({NUMBER}) ({NUMBER}) ({NUMBER}) ({NUMBER})")
HALO = {"h", "i"}  # classes of texts that are readable on a hatch


@cache
def _font(bold):
    """DejaVu Sans, which is wider than most faces that a reader has."""
    return ImageFont.truetype(FONTS / f"DejaVuSans{'-Bold' if bold else ''}.ttf", 100)


@cache
def width_of(text, bold):
    return _font(bold).getlength(text) / 100


@cache
def _numbers(pattern, path):
    return [tuple(map(float, found)) for found in pattern.findall(path)]


class Text(NamedTuple):
    text: str
    x: float
    y: float  # of the base line
    width: float
    size: float
    anchor: str
    kind: str
    spans: tuple  # (text, kind)
    place: int  # in the order of drawing
    upright: bool = False  # turned about (x, y), to be read from below

    @property
    def box(self):
        """x0, y0, x1, y1."""
        x0, y0, x1, y1 = self.level
        if self.upright:
            return self.x + y0 - self.y, self.y + self.x - x1, self.x + y1 - self.y, self.y + self.x - x0
        return x0, y0, x1, y1

    @property
    def level(self):
        """The box of the text where it is not turned."""
        left = self.x - {"start": 0, "middle": 0.5, "end": 1}[self.anchor] * self.width
        below = 0.2 if set(self.text) & set("gjpqy,[]()|") else 0.02
        return left, self.y - 0.74 * self.size, left + self.width, self.y + below * self.size

    @property
    def middle(self):
        x0, y0, x1, y1 = self.box
        return (x0 + x1) / 2, (y0 + y1) / 2 if self.upright else self.y - 0.36 * self.size


class Shape(NamedTuple):
    path: str
    looks: dict
    place: int

    @property
    def squares(self):
        """x, y, width, height of the rectangles of the path."""
        return _numbers(SQUARE, self.path)

    @property
    def segments(self):
        return [(float(x), float(y), way, float(length)) for x, y, way, length in SEGMENT.findall(self.path)]

    @property
    def polylines(self):
        return _numbers(POLYLINE, self.path)


class Read:
    """An image of a picture."""

    def __init__(self, image):
        self.image, self.texts, self.shapes, self.place = image, [], [], 0
        self.root = ElementTree.fromstring(image.svg)
        self._walk(self.root, {})

    def _walk(self, element, looks):
        looks = looks | {k: v for k, v in element.attrib.items() if k not in ("d", "x", "y")}
        self.place += 1
        if element.tag == f"{SVG}text":
            self.texts.append(self._text(element, looks))
        elif element.tag == f"{SVG}path":
            self.shapes.append(Shape(element.get("d"), looks, self.place))
        elif element.tag in (f"{SVG}svg", f"{SVG}g"):
            for child in element:
                self._walk(child, looks)

    def _text(self, element, looks):
        size, own, total = float(looks["font-size"]), looks.get("class", ""), 0
        spans = [(element.text or "", looks)]
        for span in element:
            spans += [(span.text or "", looks | span.attrib), (span.tail or "", looks)]
        for text, how in spans:
            total += size * width_of(text, int(how.get("font-weight", 400)) >= 600)
        kinds = tuple((text, how.get("class", "")) for text, how in spans if text.strip())
        said = "".join(text for text, _ in spans)
        at = float(element.get("x")), float(element.get("y"))
        turned = looks.get("transform", "")
        assert not turned or re.fullmatch(r"rotate\(-90 [\d.]+ [\d.]+\)", turned), turned
        if turned:  # about a point on the same column: the text starts there
            at = at[0] + at[1] - float(turned.split()[2][:-1]), float(turned.split()[2][:-1])
        anchor = looks.get("text-anchor", "middle")
        return Text(said, *at, total, size, anchor, own, kinds, self.place, bool(turned))

    @cached_property
    def colours(self):
        """For light and dark: class, or "svg", -> fill and stroke."""
        (style,) = (element.text for element in self.root if element.tag == f"{SVG}style")
        light, dark = style.split("@media(prefers-color-scheme:dark)")
        rules = [
            {
                selector.lstrip("."): dict(part.split(":") for part in body.split(";"))
                for selector, body in re.findall(r"([.\w]+)\{([^}]*)\}", css.removeprefix("{"))
            }
            for css in (light, dark)
        ]
        both = {name: rules[0][name] | rules[1].get(name, {}) for name in rules[0]}
        return rules[0], both

    def painted(self, looks, scheme):
        """(fill, stroke) of a shape or a text in scheme 0 (light) or 1 (dark)."""
        rule = self.colours[scheme].get(looks.get("class"), {})
        fill = looks.get("fill") or rule.get("fill") or self.colours[scheme]["svg"]["fill"]
        return fill, looks.get("stroke") or rule.get("stroke")

    @cached_property
    def fills(self):
        """The shapes that are filled, with their fills, for light and for dark."""
        painted = [[(s, self.painted(s.looks, scheme)[0]) for s in self.shapes] for scheme in (0, 1)]
        return [[(shape, fill) for shape, fill in one if fill != "none"] for one in painted]

    def ground(self, x, y, place, scheme):
        """The colour under a point when part `place` is drawn, and whether a hatch is the last fill there."""
        colour, hatched = rgb(self.colours[scheme]["b"]["fill"]), False
        for shape, fill in self.fills[scheme]:
            inside = any(a < x < a + w and b < y < b + h for a, b, w, h in shape.squares)
            if shape.place < place and inside:
                hatched = fill.startswith("url")
                if not hatched:
                    share = float(shape.looks.get("fill-opacity", 1))
                    colour = [
                        share * new + (1 - share) * old for new, old in zip(rgb(fill), colour, strict=True)
                    ]
        return colour, hatched

    @cached_property
    def edges(self):
        """(place, from, to) of all upright edges of cells, and of all level ones."""
        upright = [(a, b, b + n) for s in self.shapes for a, b, way, n in s.segments if way == "v"]
        level = [(b, a, a + n) for s in self.shapes for a, b, way, n in s.segments if way == "h"]
        for a, b, w, h in (square for shape in self.shapes for square in shape.squares):
            upright += [(a, b, b + h), (a + w, b, b + h)]
            level += [(b, a, a + w), (b + h, a, a + w)]
        return upright, level

    def cell_around(self, x, y):
        """The edges x0, y0, x1, y1 of the cell that holds a point; None where there is no cell."""
        upright, level = self.edges
        sides = [a for a, first, last in upright if first < y < last]
        ends = [b for b, first, last in level if first < x < last]
        found = [
            max((a for a in sides if a <= x), default=None), max((b for b in ends if b <= y), default=None),
            min((a for a in sides if a > x), default=None), min((b for b in ends if b > y), default=None),
        ]  # fmt: skip
        return None if None in found else found


def rgb(colour):
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def contrast(one, other):
    light = []
    for colour in (one, other):
        parts = [v / 255 for v in colour]
        parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        light.append(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05)
    return max(light) / min(light)
