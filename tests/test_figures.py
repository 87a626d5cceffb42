"""The static pictures: their arrays and labels, alt text, and that nothing leaves its cell or overlaps."""

# ruff: noqa: E501 (sentences and tables are kept on one line)

import functools
import io
import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from convbp_helpers import figures, loops, selection
from convbp_helpers.figures.picture import DPI, WIDEST, mix, tint
from convbp_helpers.widgets import DualityPanels, InfluenceExplorer, PaddingSplit, influence_picture

X = np.array([[1, 7, 3, 9, 5], [3, 9, 5, 1, 7]])
W = np.array([[2.0, -1.0, 0.5]])


def written(picture):
    """Every text of a picture."""
    return [t for axes in picture.figure.axes for t in axes.texts if t.get_text().strip()]


def texts(picture):
    return [text.get_text() for text in written(picture)]


def assert_tidy(picture):
    """No text leaves the picture, no two texts overlap."""
    renderer, page = picture.canvas.get_renderer(), picture.figure.bbox
    assert written(picture)
    said = texts(picture)
    boxes = np.array([text.get_window_extent(renderer).extents for text in written(picture)])
    x0, y0, x1, y1 = boxes.T
    for number, text in enumerate(said):
        assert x0[number] >= -0.5 and x1[number] <= page.width + 0.5, f"{text!r} leaves the picture sideways"
        assert y0[number] >= -0.5 and y1[number] <= page.height + 0.5, f"{text!r} leaves the picture"
    wide = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    tall = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    both = [
        (said[one], said[other]) for one, other in np.argwhere((wide > 0.5) & (tall > 1.5)) if one < other
    ]
    assert not both, "these overlap: " + ", ".join(f"{one!r} and {other!r}" for one, other in both)


def assert_whole(picture):
    html = picture._repr_html_()
    assert re.match(r'<figure[^>]*><img alt="[^"]{20,}" src="data:image/png;base64,[A-Za-z0-9+/=]+"', html)
    assert picture.png.startswith(b"\x89PNG") and len(picture.png) < 150_000
    assert b"Software" not in picture.png
    assert "0x" not in repr(picture)


STATES = {
    "input": dict(selected=("x", 2, 3)),
    "output": dict(selected=("z", 0, 0), padding=1),
    "weight": dict(selected=("w", 0, 1), view="grad_w"),
    "channels": dict(channels=3, filters=2, selected=("x", 1, 2, 3), view="grad_x"),
    "one row": dict(input_size=6, kernel_size=3, selected=("x", 2)),
    "leftover": dict(input_size=5, kernel_size=2, stride=2, selected=("x", 4), view="grad_x"),
    "large": dict(input_size=(16, 16), kernel_size=(3, 3), channels=2, selected=("z", 5, 5)),
    "nothing selected": dict(),
    "muted": dict(
        input_size=(4, 5), channels=3, filters=2, selected=("x", 1, 2, 3), view="grad_x", muted=(1,)
    ),
    "all muted": dict(channels=2, filters=3, selected=("x", 1, 2, 3), view="grad_x", muted=(0, 1, 2)),
    "muted gather": dict(filters=3, selected=("x", 2, 3), view="grad_x", form="gather", muted=(0,)),
    "links counted": dict(input_size=(6, 9), stride=3, view="grad_x", show_counts=True, selected=("z", 0, 1)),
    "links counted, large": dict(input_size=(3, 36), kernel_size=(2, 12), show_counts=True),
    "links counted, too large": dict(
        input_size=(3, 60), kernel_size=(2, 3), show_counts=True, selected=("x", 1, 1)
    ),
    "groups": dict(
        input_size=(3, 4), channels=4, filters=8, groups=2, show_channels=True, selected=("x", 1, 2, 3)
    ),
    "four groups": dict(
        input_size=(3, 4),
        channels=4,
        filters=8,
        groups=4,
        show_channels=True,
        view="grad_x",
        selected=("w", 5, 0, 1),
    ),
    "gathered in groups": dict(
        channels=2, filters=4, groups=2, view="grad_x", form="gather", selected=("x", 1, 2, 3)
    ),
    "many channels": dict(
        input_size=1,
        kernel_size=1,
        channels=24,
        filters=12,
        groups=12,
        show_channels=True,
        selected=("z", 7, 0),
    ),
    "one channel": dict(show_channels=True, selected=("z", 0, 0)),
    "links counted in a row": dict(input_size=6, kernel_size=3, show_counts=True, selected=("x", 2)),
}
PICTURES = {
    "arrays": lambda: figures.arrays(x=X, w=W, delta=X - 5, grad_w=W, highlight={"x": [(0, 1)]}, caption="Four arrays"),
    "a row": lambda: figures.arrays(x=X[0], z=X[1, :3] * 100),
    "long numbers": lambda: figures.arrays(x=X * 1234.567, w=W / 7),
    "a long name": lambda: figures.arrays(**{"grad_x of the whole layer": X[:1, :1]}, z=X),
    "one cell": lambda: figures.arrays(w=[[3]]),
    "many": lambda: figures.arrays(**{f"x{n}": X for n in range(9)}),
    "wide": lambda: figures.arrays(x=np.arange(60).reshape(2, 30)),
    "matrix": lambda: figures.matrix(np.eye(4, 6) + np.eye(4, 6, 1) * 2, [f"z[{u}]" for u in range(4)], [f"x[{i}]" for i in range(6)], highlight_column=1, title="Jacobian"),
    "matrix row": lambda: figures.matrix(np.arange(6).reshape(2, 3) * -100.25, highlight_row=1),
    "rows in line": lambda: PaddingSplit(6, 3, 3, 4, 1, delta=[1234.567, -0.001234, 3], w=[1 / 3, -2 / 3, 100]).picture(),
    "many rows in line": lambda: DualityPanels(20, 5, 2, 3, selected=("grad_x", 9)).picture(),
    "long rows in line": lambda: PaddingSplit(24, 5, 1, 8, 3).picture(),
    **{name: lambda s=settings: influence_picture.influence(InfluenceExplorer(**s)) for name, settings in STATES.items()},
}  # fmt: skip


@functools.cache
def made(name):
    """A picture of the table, for all tests that only look at it."""
    return PICTURES[name]()


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_tidy_and_described(name, count):
    picture = made(name)
    assert_whole(picture)
    assert_tidy(picture)
    count("pictures measured for overflow and overlap")


def test_a_picture_is_drawn_when_it_is_asked_for_and_once(monkeypatch, tmp_path):
    draws, draw = [], FigureCanvasAgg.draw
    monkeypatch.setattr(FigureCanvasAgg, "draw", lambda canvas: (draws.append(canvas), draw(canvas)))
    picture = PICTURES["arrays"]()
    assert picture.panels and "Four arrays" in repr(picture)
    assert not draws
    png = picture.png
    assert len(draws) == 1
    picture.save(tmp_path / "picture.png")
    assert picture.png is png and (tmp_path / "picture.png").read_bytes() == png
    assert_whole(picture)
    assert_tidy(picture)
    assert len(draws) == 1


def test_what_is_drawn_is_what_was_given_even_if_that_is_changed_since():
    x = X * 1.0
    kinds = {
        "arrays": lambda: figures.arrays(x=x),
        "matrix": lambda: figures.matrix(x),
        "photos": lambda: figures.photos([("x", x)]),
    }
    before = {name: make().png for name, make in kinds.items()}
    given = {name: make() for name, make in kinds.items()}
    x[:] = 0
    assert {name: picture.png for name, picture in given.items()} == before


def test_matplotlib_comes_with_the_first_picture():
    """Half of the time that importing the package took was matplotlib."""
    code = (
        "import sys, convbp_helpers as c; early = 'matplotlib' in sys.modules or 'PIL' in sys.modules; "
        "c.figures.arrays(x=[1]).png; print(early, 'matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "True", "False"]


def test_arrays_draw_what_they_were_given():
    picture = made("arrays")
    assert [p["title"] for p in picture.panels] == ["x (2×5)", "w (1×3)", "δ (2×5)", "∂J/∂w (1×3)"]
    assert [p["role"] for p in picture.panels] == ["input", "weight", "gradient", "gradient"]
    np.testing.assert_array_equal(picture.panels[0]["array"], X)
    assert list(picture.panels[0]["highlight"]) == [(0, 1)]
    drawn = texts(picture)
    for value in X.flat:
        assert str(value) in drawn
    assert "−1" in drawn and "0.5" in drawn
    assert "Outlined: [0,1]" in picture.alt and "1 7 3 9 5; 3 9 5 1 7" in picture.alt


def test_the_colour_of_a_number_is_white_at_zero_and_symmetric():
    assert tint(0, 4, "input") == pytest.approx((1, 1, 1))
    strong, weak = tint(4, 4, "input"), tint(1, 4, "input")
    assert sum(strong) < sum(weak) < 3
    assert tint(-2, 4, "gradient") != tint(2, 4, "gradient")

    def light(colour):
        return sum(
            w * ((v + 0.055) / 1.055) ** 2.4 for w, v in zip((0.2126, 0.7152, 0.0722), colour, strict=True)
        )

    for role in ("input", "weight", "output", "gradient"):
        assert (light(tint(1, 1, role)) + 0.05) / (light((0.1, 0.1, 0.1)) + 0.05) >= 4.5
    for colour in figures.COLOURS["taps"]:
        assert (light(mix(colour, 1)) + 0.05) / (light((0.1, 0.1, 0.1)) + 0.05) >= 4.5
    assert len(set(figures.COLOURS["taps"])) == len(figures.COLOURS["taps"])


def test_the_twin_shows_the_explorers_selection():
    explorer = InfluenceExplorer(selected=("x", 2, 3))
    picture = influence_picture.influence(explorer)
    x, w, z = picture.panels
    assert list(x["highlight"]) == [(2, 3)]
    assert set(z["highlight"]) == {(u, v) for u in (1, 2) for v in (1, 2, 3)}
    for out, weight, _ in explorer.links:
        assert z["highlight"][out[1:]] == w["highlight"][weight[2:]]
        assert z["marks"][out[1:]] == f"×{explorer.w[weight]:g}"
    np.testing.assert_array_equal(z["array"], explorer.z[0])
    assert picture.caption == explorer.sentence and explorer.equation in picture.alt
    other = influence_picture.influence(explorer, selected=("z", 0, 0))
    assert explorer.selected == ("x", 0, 2, 3) and other.caption == "z[0,0] reads 6 inputs, through 6 weights"
    leftover = made("leftover")
    assert leftover.panels[0]["hatched"] == [(0, 4)] and "leftover" in leftover.caption


def test_pictures_are_the_same_every_time_and_leave_pyplot_alone():
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    for name in ("arrays", "matrix", "input"):
        assert made(name).png == PICTURES[name]().png
    assert plt.get_fignums() == before


def test_matrix():
    picture = made("matrix")
    drawn = texts(picture)
    assert drawn.count("·") == 24 - 8 and drawn.count("1") == 4 and drawn.count("2") == 4
    assert "z[3]" in drawn and "x[5]" in drawn and "Column x[1] is outlined: 2 1 0 0." in picture.alt
    for wrong, words in (
        (dict(highlight_column=6), "no column 6"),
        (dict(row_labels=["a"]), "needs 4 row labels"),
    ):
        with pytest.raises(ValueError, match=words):
            figures.matrix(np.eye(4, 6), **wrong)


def test_photos():
    import matplotlib.image

    random = np.random.default_rng(4)
    picture = figures.photos(
        [("photograph", random.random((40, 60))), ("edges", random.normal(size=(39, 58)))], "Two"
    )
    assert_whole(picture)
    assert [p["signed"] for p in picture.panels] == [False, True]
    assert picture.panels[1]["vmin"] == -picture.panels[1]["vmax"]
    image = matplotlib.image.imread(io.BytesIO(picture.png))
    assert image.shape[1] <= WIDEST * DPI + 1
    labels = [axes.get_xlabel() for axes in picture.figure.axes]
    assert labels.count("column") == 2
    with pytest.raises(ValueError, match="two axes"):
        figures.photos([("row", np.ones(4))])


BAD = [
    (lambda: figures.arrays(), "name at least one array"),
    (lambda: figures.arrays(x=np.zeros((2, 3, 4))), "one or two axes"),
    (lambda: figures.arrays(x=X, highlight={"x": [(5, 0)]}), "no cell"),
    (lambda: figures.arrays(x=X, highlight={"y": [(0, 0)]}), "highlight names 'y'"),
    (lambda: figures.Picture(None, ""), "alt text"),
    (lambda: figures.matrix(np.zeros(3)), "two axes"),
    (lambda: figures.matrix(np.eye(3), role="blue"), "no array has the role 'blue'"),
    (lambda: figures.triangle((("x", "input"), ("w", "weight"), ("δ", "blue")), "abc"), "a corner is"),
]


@pytest.mark.parametrize(("call", "words"), BAD, ids=[words for _, words in BAD])
def test_what_cannot_be_drawn_is_said(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_the_twin_shows_the_jacobian():
    explorer = InfluenceExplorer(input_size=6, kernel_size=3, selected=("x", 2), show_jacobian=True)
    panel = influence_picture.influence(explorer).panels[-1]
    slopes = np.stack([explorer_column(explorer, i) for i in range(6)], axis=1)
    np.testing.assert_array_equal(panel["array"], slopes)
    assert sorted(panel["highlight"]) == [(0, 2), (1, 2), (2, 2)]


def explorer_column(explorer, i):
    """The change of z when x[i] is nudged by 1."""
    nudged = explorer.x.copy()
    nudged[0, i] += 1
    w = explorer.w
    return (loops.forward(nudged[None], w) - loops.forward(explorer.x[None], w))[0, 0]


@pytest.mark.parametrize("cell", [(2, 3), (0, 0), (4, 7)])
@pytest.mark.parametrize("stride", [1, 2])
def test_the_twin_shows_the_gather_form(cell, stride):
    explorer = InfluenceExplorer(
        stride=stride, filters=2, view="grad_x", form="gather", selected=("x", *cell)
    )
    panels = influence_picture.influence(explorer).panels[-6:]
    for f in range(2):
        window, turned, products = (panel["array"] for panel in panels[3 * f : 3 * f + 3])
        np.testing.assert_array_equal(turned, explorer.w[f, 0, ::-1, ::-1])
        np.testing.assert_array_equal(window * turned, products)
    total = sum(panel["array"].sum() for panel in panels[2::3])
    assert total == explorer.grad_x[0][cell]


# ------------------------------------------------------------------------------------------------------- stacks
FORWARD = [
    ("x", "input", (3, 4, 6), "3 channels\nof 4×6"),
    "⋆",
    ("w", "weight", (2, 3, 2, 3), "2 filters, 3 deep"),
    "→",
    ("z", "output", (2, 3, 4), "2 maps"),
]


def test_stacks_say_what_they_show():
    picture = figures.stacks(FORWARD, FORWARD[::-1], caption="Forward")
    assert picture.alt.count("x, 3×4×6: 3 channels, of 4×6") == 2
    assert picture.alt.count("w, 2×3×2×3: 2 filters, 3 deep") == 2
    assert "<figcaption>Forward</figcaption>" in picture._repr_html_()


def test_every_map_of_a_stack_is_drawn():
    picture = figures.stacks(FORWARD)
    (axes,) = picture.figure.axes
    assert len(axes.patches) == 3 + 2 * 3 + 2
    right, bottom = axes.get_xlim()[1], axes.get_ylim()[0]
    for patch in axes.patches:
        assert 0 <= patch.get_x() and patch.get_x() + patch.get_width() <= right
        assert 0 <= patch.get_y() and patch.get_y() + patch.get_height() <= bottom
    assert [text.get_text() for text in axes.texts if text.get_text() in "xwz⋆→"] == ["x", "⋆", "w", "→", "z"]


@pytest.mark.parametrize(
    "rows, words",
    [
        ([], "give rows"),
        ([["⋆"]], "give rows"),
        ([[("x", "blue", (3, 4, 6), "")]], "a stack is"),
        ([[("x", "input", (4, 6), "")]], "a stack is"),
    ],
)
def test_stacks_that_cannot_be(rows, words):
    with pytest.raises(ValueError, match=words):
        figures.stacks(*rows)


CORNERS = (("x", "input"), ("w", "weight"), ("δ", "gradient"))


def test_a_triangle_says_which_operation_takes_what():
    picture = figures.triangle(CORNERS, ("forward", "grad_input", "grad_weight"), caption="Closed")
    assert "forward takes x and w and makes an array of the shape of δ" in picture.alt
    assert "grad_input takes w and δ and makes an array of the shape of x" in picture.alt
    assert "grad_weight takes δ and x and makes an array of the shape of w" in picture.alt
    drawn = [text.get_text() for text in picture.figure.axes[0].texts]
    assert drawn == ["forward", "grad_input", "grad_weight", "x", "w", "δ"]
    assert "<figcaption>Closed</figcaption>" in picture._repr_html_()


def test_a_triangle_has_three_of_each():
    with pytest.raises(ValueError, match="three corners and three sides; got 2 corners and 3 sides"):
        figures.triangle(CORNERS[:2], "abc")


def test_the_twin_shows_what_is_muted():
    explorer, picture = InfluenceExplorer(**STATES["muted"]), made("muted")
    quiet = [p for p in picture.panels if p["title"].endswith(", muted")]
    assert [p["title"] for p in quiet] == [
        *(f"w[1,{c},·,·] (2×3), muted" for c in range(3)), "δ[1,·,·] (3×3), muted",
    ]  # fmt: skip
    assert all(p["role"] == "unlinked" and not p["highlight"] for p in quiet)
    np.testing.assert_array_equal([p["array"] for p in picture.panels[:3]], explorer.grad_x)
    assert picture.caption == explorer.sentence and explorer.equation in picture.alt
    assert picture.caption.endswith("; filter 0 sounds, 1 is muted")
    for view in ("forward", "grad_w"):
        explorer.view = view
        assert not any("muted" in p["title"] for p in influence_picture.influence(explorer).panels)
    gathered = made("muted gather").panels
    assert [p["title"] for p in gathered if p["title"].startswith("window")] == [
        "window of δ, filter 1", "window of δ, filter 2",
    ]  # fmt: skip


def test_the_twin_shows_the_number_of_links():
    explorer, picture = InfluenceExplorer(**STATES["links counted"]), made("links counted")
    marks = picture.panels[0]["marks"]
    assert len(marks) == 54 and picture.panels[0]["title"] == "∂J/∂x (6×9); small: links"
    lit = {inp[1:]: f"×{explorer.w[weight]:g}" for _, weight, inp in explorer.links}
    for cell in np.ndindex(6, 9):
        assert marks[cell] == lit.get(cell, str(len(explorer.layer.links_of_input(cell))))
    assert len(lit) == 6 and [c for c, m in marks.items() if m == "0"] == picture.panels[0]["hatched"]
    assert "Links per cell of x: 1 1 1" in picture.alt and picture.caption == explorer.sentence
    assert not made("links counted, too large").panels[0]["marks"]
    explorer.selected = None
    nothing = influence_picture.influence(explorer)
    assert nothing.caption == "No cell is selected; links per cell of x: 0 in 18 cells, 1 in 36"


def test_the_twin_shows_a_moved_bias():
    explorer = InfluenceExplorer(filters=2, selected=("z", 1, 0, 2))
    explorer.b = [0, 2]
    picture = influence_picture.influence(explorer)
    np.testing.assert_array_equal([p["array"] for p in picture.panels[-2:]], explorer.z)
    assert picture.caption.endswith("; b[1] moved by 2: so did all 24 cells of z[1], and no other cell")


SMALL = dict(input_size=(2, 3), kernel_size=(1, 2), channels=4, filters=8)


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("cell", [("x", 2, 1, 2), ("z", 5, 1, 1), ("w", 5, 0, 0, 1), None])
def test_the_twin_shows_the_channel_matrix(groups, cell):
    explorer = InfluenceExplorer(**SMALL, groups=groups, show_channels=True, selected=cell)
    picture = influence_picture.influence(explorer)
    assert len(picture.panels) == 4 + 32 // groups + 8 + 1
    panel = picture.panels[-1]
    silenced = [explorer.x * (np.arange(4) != c)[:, None, None] for c in range(4)]
    moves = [(InfluenceExplorer(**SMALL, groups=groups, x=x).z != explorer.z).any((1, 2)) for x in silenced]
    np.testing.assert_array_equal(panel["array"], np.transpose(moves))  # it reads c if z changes with c
    assert set(panel["texts"]) == set(zip(*np.nonzero(panel["array"]), strict=True))
    for (f, c), name in panel["texts"].items():
        assert name == (f"w[{f}]" if groups == 4 else f"w[{f},{c % (4 // groups)}]")
    if cell is None or cell[0] == "w":
        drawn = [text for text in texts(picture) if re.fullmatch(r"w\[[\d,]+\]", text)]
        assert sorted(drawn) == sorted(panel["texts"].values())
    own = next(c for c in range(4) if panel["array"][5, c])
    expected = {"x": ([(0, 2, 8, 1)], []), "z": ([(5, 0, 1, 4)], []), "w": ([(5, 0, 1, 4)], [(5, own)])}
    assert (panel["outlines"], list(panel["highlight"])) == (expected[cell[0]] if cell else ([], []))
    said = selection.channels_sentence(explorer.layer, cell), selection.kernels_sentence(explorer.layer)
    assert picture.alt.endswith(f" {said[0]} {said[1]}.")
    assert picture.caption == (explorer.sentence if cell else "No cell is selected")


def test_the_twin_lights_up_only_the_group():
    lit = {p["title"][:6] for p in made("groups").panels if p["highlight"]}
    assert lit == {"x[1,·,"} | {f"w[{f},1," for f in range(4)} | {f"z[{f},·," for f in range(4)}
    gathered = made("gathered in groups")
    assert [p["title"] for p in gathered.panels if p["title"].startswith("window")] == [
        "window of δ, filter 2", "window of δ, filter 3",
    ]  # fmt: skip
    total = sum(p["array"].sum() for p in gathered.panels if p["title"] == "their products")
    assert f" = {total:g}" in gathered.alt


def test_a_channel_matrix_too_large_to_draw_is_said(monkeypatch):
    monkeypatch.setattr(influence_picture, "MOST_ENTRIES", 31)
    picture = influence_picture.influence(InfluenceExplorer(**SMALL, groups=4, show_channels=True))
    assert len(picture.panels) == 4 + 8 + 8
    assert picture.alt.endswith(
        " Every filter reads only the channels of its group. "
        "G = 4: 8 kernels of 1×2, 16 weights, 8 biases, 64 multiplications."
    )
