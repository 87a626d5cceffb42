"""The influence explorer's still twin: the same cells, sentence and equation; its lines are tested in test_fan.py."""

import re
import time

import numpy as np
import pytest
from picture_samples import LARGE, STATES, made
from svg_reading import Read

from convbp_helpers import figures, loops, selection
from convbp_helpers.widgets import InfluenceExplorer, influence_picture
from convbp_helpers.widgets.influence_picture import influence


def texts(picture):
    return [text.text for image in picture.images for text in Read(image).texts]


def test_the_twin_shows_the_explorers_selection():
    explorer = InfluenceExplorer(selected=("x", 2, 3))
    picture = influence(explorer)
    x, w, z = picture.panels
    assert list(x["highlight"]) == [(2, 3)]
    assert set(z["highlight"]) == {(u, v) for u in (1, 2) for v in (1, 2, 3)}
    for out, weight, _ in explorer.links:
        assert z["highlight"][out[1:]] == w["highlight"][weight[2:]]
        assert z["marks"][out[1:]] == f"×{explorer.w[weight]:g}"
    np.testing.assert_array_equal(z["array"], explorer.z[0])
    assert picture.text == [explorer.sentence, explorer.equation] and picture.caption == ""
    other = influence(explorer, selected=("z", 0, 0), caption="A caption", alt="A description")
    assert explorer.selected == ("x", 0, 2, 3) and other.text[0] == "z[0,0] reads 6 inputs, through 6 weights"
    assert (other.caption, other.alt) == ("A caption", "A description")
    leftover = made("leftover")
    assert leftover.panels[0]["hatched"] == [(0, 4)] and "leftover" in leftover.text[0]
    assert leftover.notes == "hatched: read by no output"
    assert made("only padding").notes == "hatched: reads only padding"


def test_a_cell_keeps_its_value_beside_its_factor():
    (image,) = (Read(image) for image in made("input").images)
    explorer = InfluenceExplorer(**STATES["input"])
    drawn = [(image.cell_around(*text.middle), text.text) for text in image.texts if text.text[0] != "0"]
    in_cells = {}
    for cell, text in drawn:
        if cell:
            in_cells.setdefault(tuple(cell), []).append(text)
    pairs = sorted(found for found in in_cells.values() if len(found) == 2)
    assert pairs == sorted([f"{explorer.z[out]:g}", f"×{explorer.w[k]:g}"] for out, k, _ in explorer.links)


@pytest.mark.parametrize("name", STATES)
def test_the_numbers_are_those_of_the_explorer(name):
    explorer, picture = InfluenceExplorer(**STATES[name]), made(name)
    shown = dict(x=explorer.x, w=explorer.w, z=explorer.delta)
    shown |= {
        "forward": dict(z=explorer.z), "grad_x": dict(x=explorer.grad_x), "grad_w": dict(w=explorer.grad_w)
    }[explorer.view]  # fmt: skip
    maps = [panel for panel in picture.panels if "lead" in panel]
    for panel in maps:
        np.testing.assert_allclose(panel["array"], shown[panel["name"]][panel["lead"]], rtol=1e-12)
    assert len(maps) == len(shown["x"]) + shown["w"].shape[0] * shown["w"].shape[1] + len(shown["z"])
    assert "not drawn" not in picture.notes


EQUATIONS = [
    (name, dict(STATES[name], **change))
    for name in ("input", "weight", "output", "channels", "muted", "muted gather", "leftover", "scaled")
    for change in (dict(), dict(b=range(1, STATES[name].get("filters", 1) + 1), view="forward"))
]


@pytest.mark.parametrize("number", range(len(EQUATIONS)))
def test_each_term_of_the_equation_has_the_colour_of_its_link(number):
    explorer = InfluenceExplorer(**EQUATIONS[number][1])
    picture, links = influence(explorer), explorer.links
    arrays = dict(x=explorer.x, w=explorer.w, b=explorer.b, delta=explorer.delta)
    settings = (explorer.layer, arrays, explorer.selected, explorer.view, explorer.form)
    assert picture.text[1] == selection.equation_of(*settings, most=9, muted=explorer.muted)
    spans = re.findall(r"border-bottom:3px solid (#\w+)\">([^<]*)<", picture._repr_html_())
    assert len(spans) == min(len(links), 9 - (explorer.view == "forward" and explorer.selected[0] == "z"))
    layer = explorer.layer
    for colour, term in spans:
        named = [
            weight
            for out, weight, inp in links
            if sum(
                selection.label(layer, name, cell) in term
                for name, cell in (("z", out), ("δ", out), ("w", weight), ("x", inp))
            )
            > 1
        ]
        (weight,) = named  # the one link that the term is about
        assert colour == figures.COLOURS["taps"][np.ravel_multi_index(weight[2:], layer.kernel_grid)]


def test_the_twin_shows_the_jacobian():
    explorer = InfluenceExplorer(**STATES["Jacobian"])
    picture = made("Jacobian")
    panel = picture.panels[-1]
    slopes = np.stack([explorer_column(explorer, i) for i in range(6)], axis=1)
    np.testing.assert_array_equal(panel["array"], slopes)
    assert sorted(panel["highlight"]) == [(0, 2), (1, 2), (2, 2)]
    assert len(picture.images) == 2 and picture.images[1].below


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
    picture = influence(explorer)
    panels = picture.panels[-6:]
    for f in range(2):
        window, turned, products = (panel["array"] for panel in panels[3 * f : 3 * f + 3])
        np.testing.assert_array_equal(turned, explorer.w[f, 0, ::-1, ::-1])
        np.testing.assert_array_equal(window * turned, products)
    total = sum(panel["array"].sum() for panel in panels[2::3])
    assert total == explorer.grad_x[0][cell]
    assert [image.below for image in picture.images] == [False, True, False, False, True, False, False]


def test_the_twin_shows_what_is_muted():
    explorer, picture = InfluenceExplorer(**STATES["muted"]), made("muted")
    quiet = [p for p in picture.panels if "muted" in p["title"]]
    assert [p["title"] for p in quiet] == [
        *(f"w[1,{c},·,·], muted (2×3)" for c in range(3)), "δ[1,·,·], muted (3×3)",
    ]  # fmt: skip
    assert all(p["role"] == "unlinked" and not p["highlight"] for p in quiet)
    assert "w[1,2,·,·], muted" in texts(picture)
    np.testing.assert_array_equal([p["array"] for p in picture.panels[:3]], explorer.grad_x)
    assert picture.text == [explorer.sentence, explorer.equation]
    assert picture.text[0].endswith("; filter 0 sounds, 1 is muted")
    for view in ("forward", "grad_w"):
        explorer.view = view
        assert not any("muted" in p["title"] for p in influence(explorer).panels)
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
    assert "Links per cell of x: 1 1 1" in picture.alt and picture.text[0] == explorer.sentence
    assert picture.notes == "small: number of links; hatched: read by no output"
    small = made("links counted, too large")
    assert not small.panels[0]["marks"] and small.notes.startswith("no room for the numbers of links")
    assert "tinted by value where a number has no room" in small.notes
    explorer.selected = None
    nothing = influence(explorer)
    assert nothing.text == ["No cell is selected; links per cell of x: 0 in 18 cells, 1 in 36"]


def test_no_cell_is_blank():
    """A number that has no room is shown as a tint."""
    for name in ("links counted, too large", "largest, gradient"):
        (image,) = (Read(image) for image in made(name).images)
        written = sum(image.cell_around(*text.middle) is not None for text in image.texts)
        filled = [s for s in image.shapes if s.looks.get("fill", "none") != "none"]
        tinted = sum(len(shape.squares) for shape in filled if "fill-opacity" in shape.looks)
        lit = sum(len(shape.squares) for shape in filled if shape.looks.get("stroke-width") == "1.5")
        cells = sum(panel["array"].size for panel in made(name).panels)
        assert cells - lit <= written + tinted


def test_the_twin_shows_a_moved_bias():
    explorer = InfluenceExplorer(filters=2, selected=("z", 1, 0, 2))
    explorer.b = [0, 2]
    picture = influence(explorer)
    np.testing.assert_array_equal([p["array"] for p in picture.panels[-2:]], explorer.z)
    assert picture.text[0].endswith("; b[1] moved by 2: so did all 24 cells of z[1], and no other cell")


SMALL = dict(input_size=(2, 3), kernel_size=(1, 2), channels=4, filters=8)


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("cell", [("x", 2, 1, 2), ("z", 5, 1, 1), ("w", 5, 0, 0, 1), None])
def test_the_twin_shows_the_channel_matrix(groups, cell):
    explorer = InfluenceExplorer(**SMALL, groups=groups, show_channels=True, selected=cell)
    picture = influence(explorer)
    assert len(picture.panels) == 4 + 32 // groups + 8 + 1
    panel = picture.panels[-1]
    silenced = [explorer.x * (np.arange(4) != c)[:, None, None] for c in range(4)]
    moves = [(InfluenceExplorer(**SMALL, groups=groups, x=x).z != explorer.z).any((1, 2)) for x in silenced]
    np.testing.assert_array_equal(panel["array"], np.transpose(moves))  # it reads c if z changes with c
    assert set(panel["texts"]) == set(zip(*np.nonzero(panel["array"]), strict=True))
    for (f, c), name in panel["texts"].items():
        assert name == (f"w[{f}]" if groups == 4 else f"w[{f},{c % (4 // groups)}]")
    drawn = [text.text for text in Read(picture.images[-1]).texts if re.fullmatch(r"w\[[\d,]+\]", text.text)]
    assert sorted(drawn) == sorted(panel["texts"].values())
    own = next(c for c in range(4) if panel["array"][5, c])
    expected = {"x": ([(0, 2, 8, 1)], []), "z": ([(5, 0, 1, 4)], []), "w": ([(5, 0, 1, 4)], [(5, own)])}
    outlined = [block for block, _ in panel["outlines"]]
    assert (outlined, list(panel["highlight"])) == (expected[cell[0]] if cell else ([], []))
    said = selection.channels_sentence(explorer.layer, cell), selection.kernels_sentence(explorer.layer)
    assert picture.alt.endswith(f" {said[0]} {said[1]}.") and picture.text[-1] == f"{said[0]} {said[1]}."
    assert picture.text[0] == (explorer.sentence if cell else "No cell is selected")


def test_the_twin_lights_up_only_the_group():
    lit = {p["title"][:6] for p in made("groups").panels if p["highlight"]}
    assert lit == {"x[1,·,"} | {f"w[{f},1," for f in range(4)} | {f"z[{f},·," for f in range(4)}
    gathered = made("gathered in groups")
    assert [p["title"] for p in gathered.panels if p["title"].startswith("window")] == [
        "window of δ, filter 2", "window of δ, filter 3",
    ]  # fmt: skip
    total = sum(p["array"].sum() for p in gathered.panels if p["title"] == "their products")
    assert f" = {total:g}" in gathered.text[1]


def test_a_channel_matrix_too_large_to_draw_is_said(monkeypatch):
    monkeypatch.setattr(influence_picture, "MOST_ENTRIES", 31)
    picture = influence(InfluenceExplorer(**SMALL, groups=4, show_channels=True))
    assert len(picture.panels) == 4 + 8 + 8 and len(picture.images) == 1
    said = (
        " Every filter reads only the channels of its group. "
        "G = 4: 8 kernels of 1×2, 16 weights, 8 biases, 64 multiplications."
    )
    assert picture.alt.endswith(said) and picture.text[-1] == said.strip()


def test_a_large_layer_is_drawn_at_once_and_is_small():
    """The still picture is made with every display of the explorer; it once took 14 seconds and 966 kB."""
    explorer = InfluenceExplorer(**LARGE, selected=("x", 2, 5, 5))
    times = []
    for _ in range(3):
        begin = time.process_time()
        html = explorer.picture()._repr_html_()
        times.append(time.process_time() - begin)
    assert len(html) < 150_000
    assert (
        min(times) < 0.5
    )  # about 0.025 s alone on a core; a slow machine that others use as well is no failure
