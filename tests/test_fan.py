"""The fan: every link of a cell is drawn, as a line from cell to cell to cell, and no other line."""

import re

import numpy as np
import pytest
from picture_samples import FANS, made
from svg_reading import Read

from convbp_helpers import figures
from convbp_helpers.figures.link_drawing import CASING
from convbp_helpers.figures.linked_maps import DASHES, MOST_MAPS
from convbp_helpers.geometry import Geometry
from convbp_helpers.selection import links_of

TAPS = figures.COLOURS["taps"]


def random_layer(random, axes):
    """Settings of a small layer, and its geometry."""
    while True:
        groups = int(random.integers(1, 3))
        settings = dict(
            input_size=tuple(int(n) for n in random.integers(2, 6, axes)),
            kernel_size=tuple(int(n) for n in random.integers(1, 4, axes)),
            stride=int(random.integers(1, 3)),
            padding=tuple((int(a), int(b)) for a, b in random.integers(0, 3, (axes, 2))),
            dilation=int(random.integers(1, 3)),
            channels=groups * int(random.integers(1, 3)),
            filters=groups * int(random.integers(1, 3)),
            groups=groups,
        )
        shapes = (
            (1, settings["channels"], *settings["input_size"]),
            (settings["filters"], settings["channels"] // groups, *settings["kernel_size"]),
        )
        try:
            names = ("stride", "padding", "dilation", "groups")
            return settings, Geometry.of(*shapes, **{name: settings[name] for name in names})
        except ValueError:
            continue  # the kernel is longer than the input


def numbered(layer):
    """Arrays in which every cell of the layer has a number of its own, and number -> cell."""
    shapes = {"x": layer.x_shape[1:], "w": layer.w_shape, "z": layer.out_shape[1:]}
    arrays, cells, first = {}, {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        arrays[name] = np.arange(first, first + size).reshape(shape)
        cells |= {str(n): (name, *cell) for cell, n in np.ndenumerate(arrays[name])}
        first += size
    return arrays, cells


def lines_of(image, cells):
    """The lines of an image: colour, width, dashes, and the cells, by their numbers, at both ends and at the bend."""
    at = {}
    for text in image.texts:
        cell = image.cell_around(*text.middle)
        if cell and text.text in cells:
            x0, y0, x1, y1 = cell
            at[round((x0 + x1) / 2), round((y0 + y1) / 2)] = cells[text.text]
    near = lambda x, y: next(  # noqa: E731
        (cell for (a, b), cell in at.items() if abs(a - x) <= 1 and abs(b - y) <= 1), None
    )
    return [
        (shape.looks["stroke"], shape.looks["stroke-width"], shape.looks.get("stroke-dasharray"))
        + (near(*line[:2]), near(*line[2:4]), near(*line[4:]))
        for shape in image.shapes
        for line in shape.polylines
    ]


@pytest.mark.parametrize("seed", range(60))
def test_the_lines_are_the_links(seed, count):
    random = np.random.default_rng(seed)
    settings, layer = random_layer(random, 1 + seed % 2)
    arrays, cells = numbered(layer)
    name = "xwz"[seed % 3]
    selected = (name, *(int(random.integers(n)) for n in arrays[name].shape))
    view = ("forward", "grad_x", "grad_w")[int(random.integers(3))]
    picture = figures.fan(**settings, selected=selected, view=view, **arrays)
    (image,) = (Read(image) for image in picture.images)
    lines = lines_of(image, cells)
    expected = []
    for out, weight, inp in links_of(layer, selected):
        tap = int(np.ravel_multi_index(weight[2:], layer.kernel_grid))
        dash = DASHES[out[0] % len(DASHES)][0]
        ends = ("x", *inp), ("w", *weight), ("z", *out)
        expected += [(CASING, "3.5", dash, *ends), (TAPS[tap % len(TAPS)], "2", dash, *ends)]
    assert sorted(map(str, lines)) == sorted(map(str, expected))
    lit = {(panel["name"], *panel["lead"]): panel["highlight"] for panel in picture.panels}
    linked = {cell for line in expected for cell in line[3:]} | {selected}
    assert sum(map(len, lit.values())) == len(linked)
    count("lines of fans compared with the links of the layer", len(lines) // 2)


def test_lines_lie_over_unlit_cells_and_under_lit_ones():
    picture = figures.fan((5, 8), (2, 3), selected=("x", 2, 3))
    (image,) = (Read(image) for image in picture.images)
    lines = [shape.place for shape in image.shapes if shape.polylines]
    lit = [shape.place for shape in image.shapes if shape.looks.get("fill") in TAPS]
    grids = [shape.place for shape in image.shapes if shape.segments]
    assert max(grids) < min(lines) and max(lines) < min(lit)
    unlit = [
        text.place for text in image.texts if text.kind == "i"
    ]  # with a border of the background's colour
    assert len(unlit) == 40 + 24 - 7
    assert min(unlit) > max(lines), "a number is readable over a line"
    (chosen,) = [shape for shape in image.shapes if shape.looks.get("class") == "o"]
    assert chosen.looks["stroke-width"] == "3" and chosen.place > max(lines)


def test_filters_are_told_apart_without_colour():
    picture = made("a fan of channels")
    (image,) = (Read(image) for image in picture.images)
    assert picture.notes == "the cells show their indices; lines: filter 0 solid, filter 1 dashed"
    for dash in (None, "7 3"):
        of_dash = [shape for shape in image.shapes if shape.looks.get("stroke-dasharray") == dash]
        assert sum(len(shape.polylines) for shape in of_dash) == 12  # 6 taps, each with its casing
        lit = [shape for shape in of_dash if shape.looks.get("fill") in TAPS]
        assert sum(len(shape.squares) for shape in lit) == 12  # 6 cells of w, 6 of z
    assert "lines" not in made("a fan").notes


def test_very_many_lines_are_thin():
    picture = figures.fan((14, 14), (2, 2), selected=("w", 0, 1))
    (image,) = (Read(image) for image in picture.images)
    widths = {shape.looks["stroke-width"]: len(shape.polylines) for shape in image.shapes if shape.polylines}
    assert widths == {"2": 169, "1.2": 169}


def test_where_the_arrays_stand():
    heads = {}
    for name in ("a fan", "a fan of a plane"):
        image = Read(made(name).images[0])
        heads[name] = [next((t.x, t.y) for t in image.texts if t.text.startswith(f"{a} ")) for a in "xwz"]
        assert image.image.width <= 610
    (_, x), (_, w), (_, z) = heads["a fan"]
    assert x < w < z  # below each other
    (x, _), (w, _), (z, _) = heads["a fan of a plane"]
    assert x < w < z  # beside each other
    cells = [s for s in image.shapes if s.segments]
    gaps = np.diff(sorted({x for x, _, way, _ in cells[0].segments if way == "v"}))
    assert gaps.min() >= 26


def test_the_lines_of_two_filters_do_not_lie_on_each_other():
    """Maps of one array do not stand behind each other, seen along the lines, where there is room."""
    picture = figures.fan(5, 2, channels=3, filters=6, groups=3, selected=("x", 1, 3))
    (image,) = (Read(image) for image in picture.images)
    ways = {}  # by filter, the direction from x to w
    for shape in image.shapes:
        for x, y, a, b, *_ in shape.polylines:
            ways.setdefault(shape.looks["stroke-dasharray"], set()).add(round(np.arctan2(b - y, a - x), 2))
    first, second = ways.values()
    assert not first & second


def test_the_words_of_a_fan():
    picture = figures.fan(10, 3, stride=2, padding=1, selected=("x", 3), view="grad_x", caption="The fan")
    assert picture.alt == (
        "Maps of cells: ∂J/∂x gradient, 10; w weights, 3; δ given from above, 5. ∂J/∂x[3] has 2 links, "
        "drawn as lines: ∂J/∂x[3] through w[0] to δ[2]; ∂J/∂x[3] through w[2] to δ[1]."
    )
    assert picture.caption == "The fan"
    assert made("a fan without links").alt.endswith("x[7] has 0 links.")
    assert made("a fan without links").notes == "the cells show their indices; hatched: read by no output"
    assert "; and 12 more." in made("a fan of a tap").alt
    titles = {
        view: [
            t.text
            for t in Read(figures.fan(6, 3, selected=("x", 2), view=view).images[0]).texts
            if "," in t.text
        ]
        for view in ("forward", "grad_x", "grad_w")
    }
    assert titles == {
        "forward": ["x input, 6", "w weights, 3", "z output, 4"],
        "grad_x": ["∂J/∂x gradient, 6", "w weights, 3", "δ given from above, 4"],
        "grad_w": ["x input, 6", "∂J/∂w gradient, 3", "δ given from above, 4"],
    }


def test_of_a_large_layer_the_maps_with_lit_cells_are_drawn():
    picture = figures.fan((16, 16), (3, 3), channels=8, filters=8, selected=("x", 5, 4, 4))
    leads = {name: [p["lead"] for p in picture.panels if p["name"] == name] for name in "xwz"}
    assert leads["x"] == [(0,), (5,)]
    assert leads["z"] == [(f,) for f in range(MOST_MAPS)]
    assert leads["w"] == [(f, c) for f in range(MOST_MAPS) for c in (0, 5)]
    assert len(picture._repr_html_()) < 40_000
    assert picture.notes.endswith("not drawn: 6 more channels and 4 more filters")
    last = figures.fan((16, 16), (3, 3), channels=8, filters=8, selected=("z", 7, 4, 4))
    assert [p["lead"] for p in last.panels if p["name"] == "z"] == [(0,), (7,)]
    assert (
        len({line[3:] for line in lines_of(Read(picture.images[0]), {})}) <= 1
    )  # its cells show indices, not numbers


def test_arrays_may_leave_out_axes_of_length_1():
    whole = figures.fan(6, 3, selected=("x", 0, 2), x=np.arange(6).reshape(1, 6), w=np.ones((1, 1, 3)))
    bare = figures.fan((6,), (3,), selected=("x", 2), x=np.arange(6), w=np.ones(3))
    assert whole.images == bare.images


BAD = [
    (dict(selected=("y", 2)), 'selected is a cell like ("x", 2)'),
    (dict(selected=None), "selected is a cell"),
    (
        dict(selected=("x", 6)),
        "x has shape (1, 6): selected ('x', 6) is no cell of it; use indices from 0 to (0, 5)",
    ),
    (dict(selected=("x", True)), "is no cell"),
    (dict(view="sideways"), "view must be one of forward, grad_x, grad_w; got 'sideways'"),
    (dict(kernel_size=9), "kernel 9 is longer than the input 6; use padding >= 2"),
    (dict(input_size=(3, 4, 5), kernel_size=(1, 1, 1)), "one or two axes; input_size has 3"),
    (dict(channels=3, groups=2), "groups must divide C and F; groups = 2 does not divide C = 3"),
    (dict(filters=3, channels=2, groups=2), "groups = 2 does not divide F = 3"),
    (dict(groups=0), "groups must be at least 1; got 0"),
    (dict(x=np.zeros(5)), "x must have shape (1, 6), as this layer has it; got (5,)"),
    (dict(w=[np.nan, 1, 2]), "w must hold finite numbers"),
]


@pytest.mark.parametrize("change", range(len(BAD)))
def test_what_cannot_be_drawn_is_said(change):
    settings, words = BAD[change]
    with pytest.raises(ValueError, match=re.escape(words)):
        figures.fan(**dict(input_size=6, kernel_size=3, selected=("x", 2)) | settings)
    with pytest.raises(TypeError, match="real numbers"):
        figures.fan(6, 3, selected=("x", 2), x=["a"] * 6)


def test_all_fans_are_in_the_table_of_pictures():
    assert len(FANS) == 8 and all(made(name).panels for name in FANS)
