"""The static pictures: their arrays and labels, alt text, and that nothing leaves its cell, overlaps or is faint."""

# ruff: noqa: E501 (sentences and tables are kept on one line)

import base64
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from functools import cache

import numpy as np
import pytest
from picture_samples import CORNERS, FORWARD, LARGEST, PICTURES, SIDES, W, X, made
from svg_reading import HALO, Read, contrast, rgb

from convbp_helpers import figures
from convbp_helpers.figures.curves import LOOKS
from convbp_helpers.figures.grids import tints
from convbp_helpers.figures.picture import COLUMN, WIDEST
from convbp_helpers.figures.themed_plots import INK as PLOTTED

INK = "#1A1A1A"


@cache
def read(name):
    """The images of a picture of the table, as they are read back."""
    return [Read(image) for image in made(name).images]


def texts(picture):
    return [text.text for image in picture.images for text in Read(image).texts]


# ------------------------------------------------------------------------------------------- of all pictures
def untidy(image):
    """What leaves the image, overlaps, or touches the edges of its cell."""
    found, boxes = [], np.array([text.box for text in image.texts])
    x0, y0, x1, y1 = boxes.T
    wide = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    tall = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    for one, other in np.argwhere((wide > 0.5) & (tall > 0.5)):
        if one < other:
            found.append(f"{image.texts[one].text!r} and {image.texts[other].text!r} overlap")
    for text, (left, top, right, bottom) in zip(image.texts, boxes, strict=True):
        if left < 0 or top < 0 or right > image.image.width or bottom > image.image.height:
            found.append(f"{text.text!r} leaves the image")
        cell = image.cell_around(*text.middle) if text.anchor == "middle" else None
        if cell and (
            left < cell[0] + 0.5 or top < cell[1] + 0.5 or right > cell[2] - 0.5 or bottom > cell[3] - 0.5
        ):
            found.append(f"{text.text!r} touches the edges of its cell")
        if text.size < 7.4:
            found.append(f"{text.text!r} is small: {text.size}")
    return found


def faint(image):
    """Texts below 4.5:1 on what they stand on, edges and lines below 3:1, in both schemes."""
    found = []
    for scheme in (0, 1):
        for text in image.texts:
            ground, hatched = image.ground(*text.middle, text.place, scheme)
            if hatched and text.kind not in HALO:
                found.append(f"{text.text!r} stands on the lines of a hatch")
            for part, kind in text.spans:
                fill = image.colours[scheme].get(kind, {}).get("fill") or image.colours[scheme]["svg"]["fill"]
                if contrast(rgb(fill), ground) < 4.5:
                    found.append(f"{part!r} is faint in scheme {scheme}: {fill} on {ground}")
        back, casing = rgb(image.colours[scheme]["b"]["fill"]), None
        for shape in image.shapes:
            fill, stroke = image.painted(shape.looks, scheme)
            around = rgb(fill) if fill.startswith("#") and "fill-opacity" not in shape.looks else back
            # the colour of a line stands on the casing of the same path
            if stroke and casing != shape.path and contrast(rgb(stroke), around) < 3:
                found.append(f"a stroke is faint in scheme {scheme}: {stroke} beside {around}")
            casing = shape.path if shape.looks.get("fill") == "none" else None
    return found


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_tidy_readable_and_described(name, count):
    picture = made(name)
    html = picture._repr_html_()
    assert html.startswith('<figure class="cbp-figure" style="margin:')
    images = re.findall(
        r'<img alt="([^"]*)" width="(\d+)" height="(\d+)" style="max-width:100%;height:auto[^"]*" src="data:image/svg\+xml;base64,([^"]+)">',
        html,
    )
    assert len(images) == len(picture.images) == html.count("<img") and "0x" not in repr(picture)
    for (alt, width, height, data), image in zip(images, picture.images, strict=True):
        assert len(alt) > 3 and (int(width), int(height)) == image[1:3]
        assert base64.b64decode(data).decode() == image.svg
        assert image.width <= (WIDEST if name != "many channels" else 1100)
    assert len(images[0][0]) > 20
    assert len(html) < (100_000 if name in LARGEST else 55_000)
    for image in read(name):
        assert image.texts
        assert untidy(image) == []
        assert faint(image) == []
    count("pictures measured for overflow, overlap and contrast")


def test_a_picture_is_drawn_when_it_is_asked_for_and_once():
    draws = []
    one = figures.arrays(x=X).images
    picture = figures.Picture(lambda: draws.append(1) or one, "a sentence", panels=[dict(title="x")])
    assert picture.panels and not draws
    assert picture._repr_html_() == picture._repr_html_() and picture.images == one
    assert draws == [1]


def test_pictures_are_the_same_every_time():
    photo = np.random.default_rng(4).normal(size=(6, 7))
    for make in (
        *(PICTURES[name] for name in ("arrays", "matrix", "input", "a fan")),
        lambda: figures.photos([("x", photo)]),
    ):
        assert make()._repr_html_() == make()._repr_html_()


def test_what_is_drawn_is_what_was_given_even_if_that_is_changed_since():
    x = X * 1.0
    kinds = {
        "arrays": lambda: figures.arrays(x=x),
        "matrix": lambda: figures.matrix(x),
        "photos": lambda: figures.photos([("x", x)]),
        "fan": lambda: figures.fan((2, 5), (1, 2), selected=("x", 0, 0), x=x),
    }
    before = {name: make().images for name, make in kinds.items()}
    given = {name: make() for name, make in kinds.items()}
    x[:] = 0
    assert {name: picture.images for name, picture in given.items()} == before


def test_matplotlib_comes_with_the_first_photo():
    """Half of the time that importing the package took was matplotlib."""
    code = (
        "import sys, convbp_helpers as c; has = lambda *names: any(name in sys.modules for name in names); "
        "c.figures.arrays(x=[1])._repr_html_(); early = has('matplotlib', 'PIL'); "
        "c.figures.photos([('x', [[1, 2]])])._repr_html_(); print(early, has('matplotlib'), has('matplotlib.pyplot'))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "True", "False"]


def test_a_picture_is_saved_as_svg_and_no_file_is_lost(tmp_path):
    one, several = figures.triangle(CORNERS, SIDES), made("many")
    path = one.save(tmp_path / "one.svg")
    assert path.read_text(encoding="utf-8") == one.images[0].svg
    with pytest.raises(FileExistsError, match="overwrite=True"):
        several.save(path)
    assert several.save(path, overwrite=True) == path
    root = ElementTree.parse(path).getroot()
    places = [
        tuple(int(part.get(n)) for n in ("x", "y", "width", "height")) for part in root if part.get("x")
    ]
    assert len(places) == 9 and len({y for _, y, *_ in places}) == 3
    for n, (x, y, w, h) in enumerate(places):
        assert x + w <= int(root.get("width")) <= WIDEST and y + h <= int(root.get("height"))
        assert not any(x < a + c and a < x + w and y < b + d and b < y + h for a, b, c, d in places[:n])


def test_the_html_of_a_picture():
    picture = figures.Picture(
        lambda: figures.arrays(x=X, w=W).images, ["x < y", 'a "quoted" w'], "Cap & tion",
        text=["one & all", [("a = ", None), ("b", "#F5B041")]], notes="hatched: <nothing>",
    )  # fmt: skip
    html = picture._repr_html_()
    assert picture.text == ["one & all", "a = b"] and picture.alt == 'x < y a "quoted" w'
    assert '<span style="border-bottom:3px solid #F5B041">b</span>' in html and ">one &amp; all</p>" in html
    assert 'alt="x &lt; y"' in html and 'alt="a &quot;quoted&quot; w"' in html
    small = [
        html.index(part)
        for part in ("one &amp; all", "<img", "hatched: &lt;nothing&gt;", "Cap &amp; tion</figcaption>")
    ]
    assert small == sorted(small)
    # the second image has the title of its panel where one text stands for both
    described = figures.arrays(x=X, w=W, alt="All of it is said here")._repr_html_()
    assert re.findall('alt="([^"]*)"', described) == ["All of it is said here", "w weights, 1×3"]
    for theme, scheme in (("true", "light"), ("false", "dark")):
        assert re.search(
            rf'\[data-jp-theme-light="{theme}"\] .cbp-figure img, [^{{]*{{color-scheme:{scheme}}}', html
        )


# --------------------------------------------------------------------------------------------------- arrays
def test_arrays_draw_what_they_were_given():
    picture = made("arrays")
    assert [p["title"] for p in picture.panels] == [
        "x input, 2×5", "w weights, 1×3", "δ given from above, 2×5", "∂J/∂w gradient, 1×3",
    ]  # fmt: skip
    assert [p["role"] for p in picture.panels] == ["input", "weight", "gradient", "gradient"]
    np.testing.assert_array_equal(picture.panels[0]["array"], X)
    assert list(picture.panels[0]["highlight"]) == [(0, 1)]
    for image, panel in zip(read("arrays"), picture.panels, strict=True):
        in_cells = [text.text for text in image.texts if image.cell_around(*text.middle)]
        assert sorted(in_cells) == sorted(f"{value:g}".replace("-", "−") for value in panel["array"].flat)
    assert "Outlined: [0,1]" in picture.alt and "1 7 3 9 5; 3 9 5 1 7" in picture.alt


def test_each_number_stands_in_its_cell():
    (image,) = [Read(image) for image in figures.arrays(x=np.arange(12).reshape(3, 4)).images]
    at = {text.text: text.middle for text in image.texts if image.cell_around(*text.middle)}
    rows = [[at[str(4 * i + j)] for j in range(4)] for i in range(3)]
    assert all(len({round(y, 1) for _, y in row}) == 1 for row in rows)
    assert all(left[0] < right[0] for row in rows for left, right in zip(row, row[1:], strict=False))
    assert all(above[0][1] < below[0][1] for above, below in zip(rows, rows[1:], strict=False))


def test_a_row_can_begin_at_the_edge_of_the_text():
    for name in ("a row", "a fan", "rows in line", "one row"):
        image = read(name)[0]
        squares = [square for shape in image.shapes[1:] for square in shape.squares if square[2] > 12]
        segments = [segment for shape in image.shapes for segment in shape.segments]
        assert min(x for x, *_ in (*squares, *segments)) <= 1.5


def test_the_colour_of_a_number_is_strongest_at_the_largest():
    fills = tints(np.array([[0, 1, 4, -2, np.nan]]), "input")
    assert fills == {("#0072B2", 0.12): [(0, 1)], ("#0072B2", 0.5): [(0, 2)], ("#6B6B6B", 0.25): [(0, 3)]}
    assert len(set(figures.COLOURS["taps"])) == len(figures.COLOURS["taps"])
    assert all(contrast(rgb(tap), rgb(INK)) >= 4.5 for tap in figures.COLOURS["taps"])


def test_letters_of_the_series():
    titles = [
        p["title"] for p in figures.arrays(delta_hat=[1, 0], w_tilde=[[1]], grad_x=[1], delta_t0=[2]).panels
    ]
    assert titles == ["δ\u0302 zeros put in, 2", "w\u0303 turned, 1×1", "∂J/∂x gradient, 1", "delta_t0 1"]


# --------------------------------------------------------------------------------------------------- matrix
def test_matrix():
    picture, (image,) = made("matrix"), read("matrix")
    drawn = texts(picture)
    assert drawn.count("·") == 24 - 8 and drawn.count("1") == 4 and drawn.count("2") == 4
    assert "z[3]" in drawn and "x[5]" in drawn and "Column x[1] is outlined: 2 1 0 0." in picture.alt
    (outline,) = [shape for shape in image.shapes if shape.looks.get("stroke-width") == "3"]
    ((x, y, width, height),) = outline.squares
    heads = {text.text: text.x for text in image.texts}
    assert x < heads["x[1]"] < x + width and width < heads["x[2]"] - heads["x[0]"] < 4 * width < 4 * height
    for wrong, words in (
        (dict(highlight_column=6), "no column 6"),
        (dict(row_labels=["a"]), "needs 4 row labels"),
    ):
        with pytest.raises(ValueError, match=words):
            figures.matrix(np.eye(4, 6), **wrong)


# --------------------------------------------------------------------------------------------------- photos
def test_photos():
    random = np.random.default_rng(4)
    given = [("photograph", random.random((40, 60))), ("edges", random.normal(size=(39, 58)))]
    picture = figures.photos(given, "Two")
    assert [p["signed"] for p in picture.panels] == [False, True]
    assert picture.panels[1]["vmin"] == -picture.panels[1]["vmax"]
    assert all(image.width <= COLUMN for image in picture.images)
    assert all(3 * image.width <= WIDEST for image in figures.photos([given[0]] * 3).images)
    for (title, array), image in zip(given, picture.images, strict=True):
        root = ElementTree.fromstring(image.svg)
        said = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
        assert title in said and {"row", "column"} <= set(said)
        assert not re.search(r"#123456|#000000|: black|<dc:date|<metadata>\s*<rdf", image.svg)
        assert (image.width, image.height) == (int(root.get("width")), int(root.get("height")))
        assert len(image.svg) < 60_000 and "DejaVu" not in image.svg
        # the cells are kept as they are, not drawn anew: no row or column of them is lost
        sizes = [
            tuple(int(float(part.get(n))) for n in ("height", "width"))
            for part in root.iter("{http://www.w3.org/2000/svg}image")
        ]
        assert array.shape in sizes
    assert "photograph: 40 rows by 60 columns, grey values" in picture.alt
    with pytest.raises(ValueError, match="two axes"):
        figures.photos([("row", np.ones(4))])


# --------------------------------------------------------------------------------------- stacks and triangle
def test_stacks_say_what_they_show():
    picture = figures.stacks(FORWARD, FORWARD[::-1], caption="Forward")
    assert picture.alt.count("x, 3×4×6: 3 channels, of 4×6") == 2
    assert picture.alt.count("w, 2×3×2×3: 2 filters, 3 deep") == 2
    assert ">Forward</figcaption>" in picture._repr_html_()


def test_every_map_of_a_stack_is_drawn():
    picture = figures.stacks(FORWARD)
    (image,) = (Read(image) for image in picture.images)
    maps = [square for shape in image.shapes if "fill-opacity" in shape.looks for square in shape.squares]
    assert len(maps) == 3 + 2 * 3 + 2
    for x, y, width, height in maps:
        assert 0 <= x and x + width <= image.image.width and 0 <= y and y + height <= image.image.height
    assert [text for text in texts(picture) if text in "xwz⋆→"] == ["x", "⋆", "w", "→", "z"]


def test_a_triangle_says_which_operation_takes_what():
    picture = figures.triangle(CORNERS, SIDES, caption="Closed")
    assert "forward takes x and w and makes an array of the shape of δ" in picture.alt
    assert "grad_input takes w and δ and makes an array of the shape of x" in picture.alt
    assert "grad_weight takes δ and x and makes an array of the shape of w" in picture.alt
    assert texts(picture) == ["forward", "grad_input", "grad_weight", "x", "w", "δ"]


BAD = [
    (lambda: figures.arrays(), "name at least one array"),
    (lambda: figures.arrays(x=np.zeros((2, 3, 4))), "one or two axes"),
    (lambda: figures.arrays(x=X, highlight={"x": [(5, 0)]}), "no cell"),
    (lambda: figures.arrays(x=X, highlight={"y": [(0, 0)]}), "highlight names 'y'"),
    (lambda: figures.Picture(None, ""), "alt text"),
    (lambda: figures.Picture(None, ["a sentence", ""]), "alt text"),
    (lambda: figures.matrix(np.zeros(3)), "two axes"),
    (lambda: figures.matrix(np.eye(3), role="blue"), "no array has the role 'blue'"),
    (lambda: figures.triangle((("x", "input"), ("w", "weight"), ("δ", "blue")), "abc"), "a corner is"),
    (lambda: figures.triangle(CORNERS[:2], "abc"), "three corners and three sides; got 2 corners and 3 sides"),
    (lambda: figures.stacks(), "give rows"),
    (lambda: figures.stacks(["⋆"]), "give rows"),
    (lambda: figures.stacks([("x", "blue", (3, 4, 6), "")]), "a stack is"),
    (lambda: figures.stacks([("x", "input", (4, 6), "")]), "a stack is"),
]  # fmt: skip


@pytest.mark.parametrize("call", range(len(BAD)))
def test_what_cannot_be_drawn_is_said(call):
    make, words = BAD[call]
    with pytest.raises(ValueError, match=words):
        make()


# ------------------------------------------------------------------------------------------------------- curves
def test_curves(count):
    xs = np.array([1e3, 1e4, 1e5])
    given = {f"form {n}": (xs, xs * (n + 1) * 1e-9) for n in range(8)}
    picture = figures.curves(given, x="multiply-adds", y="seconds", log="xy", title="Times", caption="Eight")
    (image,) = picture.images
    said = [text.text for text in ElementTree.fromstring(image.svg).iter("{http://www.w3.org/2000/svg}text")]
    assert {"multiply-adds", "seconds", "Times", *given} <= set(said)
    assert image.width <= WIDEST and "#123456" not in image.svg and "#000000" not in image.svg
    assert picture.alt.startswith("8 curves, seconds against multiply-adds, both logarithmic.")
    assert "form 1: from 2.000e−6 at 1000 to 2.000e−4 at 100000." in picture.alt
    assert picture._repr_html_() == figures.curves(given, x="multiply-adds", y="seconds", log="xy", title="Times", caption="Eight")._repr_html_()  # fmt: skip  # noqa: E501
    for one in range(len(LOOKS)):  # never by colour alone
        for other in range(one):
            assert sum(a != b for a, b in zip(LOOKS[one], LOOKS[other], strict=True)) >= 2
    for colour, *_ in LOOKS:
        for back in ("#FFFFFF", "#111111"):
            assert colour == PLOTTED or contrast(rgb(colour), rgb(back)) >= 3
    count("pairs of curves told apart by more than colour", len(LOOKS) * (len(LOOKS) - 1) // 2)


@pytest.mark.parametrize(
    ("given", "log", "words"),
    [
        ({}, "", "one to 8 curves; got 0"),
        ({f"{n}": ([1], [1]) for n in range(9)}, "", "got 9"),
        ({"a": ([1, 2], [1])}, "", r"'a' needs as many x as y.*\(2,\) and \(1,\)"),
        ({"a": ([], [])}, "", "at least one"),
        ({"a": ([1, 2], [1, 0])}, "y", "'a' has y = 0; a logarithmic scale has no place for it"),
    ],
)
def test_curves_that_cannot_be_drawn(given, log, words):
    with pytest.raises(ValueError, match=words):
        figures.curves(given, x="x", y="y", log=log)
