"""The influence explorer without a browser: its traits and messages, and its JavaScript against its Python."""

# ruff: noqa: E501 (sentences and tables are kept on one line)

import json
import pathlib
import shutil
import subprocess

import numpy as np
import pytest

from convbp_helpers import loops, selection
from convbp_helpers.widgets import InfluenceExplorer, SettingError
from convbp_helpers.widgets import influence_explorer as ie

MODULE = pathlib.Path(ie.__file__).with_suffix(".js")


def node():
    try:
        from playwright._impl._driver import compute_driver_executable

        return compute_driver_executable()[0]
    except ImportError:
        return shutil.which("node") or pytest.skip("no Node: Playwright, which carries one, is not installed")


def in_javascript(tmp_path, body, given):
    """What the module's pure functions answer: `body` is the text of a function of `given`."""
    shutil.copy(MODULE, tmp_path / "module.mjs")
    (tmp_path / "given.json").write_text(json.dumps(given))
    (tmp_path / "run.mjs").write_text(
        'import * as m from "./module.mjs"; import { readFileSync } from "node:fs";\n'
        'const given = JSON.parse(readFileSync(new URL("./given.json", import.meta.url)));\n'
        f"process.stdout.write(JSON.stringify(given.map((g) => {{ {body} }})));"
    )
    done = subprocess.run(
        [str(node()), str(tmp_path / "run.mjs")], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def random_settings(random):
    """Settings of a layer that exists, 1-D or 2-D, everything drawn at once."""
    while True:
        rank = int(random.integers(1, 3))
        draw = lambda low, high: tuple(int(n) for n in random.integers(low, high, rank))  # noqa: E731, B023
        settings = dict(
            input_size=draw(1, 10), kernel_size=draw(1, 5), stride=draw(1, 5), dilation=draw(1, 4),
            padding=tuple((int(a), int(b)) for a, b in random.integers(0, 4, (rank, 2))),
            channels=int(random.integers(1, 4)), filters=int(random.integers(1, 4)),
        )  # fmt: skip
        try:
            return ie.canonical_settings(**settings)
        except SettingError:
            continue


@pytest.fixture(scope="module")
def layers():
    """600 random layers, each with values, one view, one form and one cell of every array."""
    random = np.random.default_rng(20)
    made = []
    for number in range(600):
        settings = random_settings(random)
        shapes = ie.shapes_of(**settings)
        arrays = {name: random.integers(-9, 10, shapes[name]) * 1.0 for name in ("x", "w", "b", "delta")}
        if number % 3 == 0:
            arrays = {
                name: np.round(array + random.normal(size=array.shape), 2) for name, array in arrays.items()
            }
        cells = [(name, *(int(random.integers(n)) for n in shapes[name])) for name in ("x", "w", "z")]
        cells.append(("x", 0, *(n - 1 for n in shapes["x"][1:])))  # where leftovers are
        view, form = ie.VIEWS[number % 3], ie.FORMS[number // 3 % 3]
        made.append(dict(settings=settings, arrays=arrays, cells=cells, view=view, form=form))
    return made


def sent(layers):
    return [layer | {"arrays": {n: a.tolist() for n, a in layer["arrays"].items()}} for layer in layers]


def test_javascript_and_python_have_the_same_links(layers, tmp_path, count):
    answers = in_javascript(
        tmp_path, "const l = m.layerOf(g.settings); return g.cells.map((c) => m.linksOf(l, c));", sent(layers)
    )
    links = 0
    for layer, answer in zip(layers, answers, strict=True):
        geometry = ie.layer_of(**layer["settings"])
        for cell, got in zip(layer["cells"], answer, strict=True):
            expected = selection.links_of(geometry, cell)
            assert [tuple(map(tuple, link)) for link in got] == expected, (layer["settings"], cell)
            links += len(expected)
    assert len(layers) >= 500 and links > 5000
    count("random layers whose links are the same in JavaScript and Python", len(layers))


def test_the_links_are_all_links_and_only_those(layers):
    for layer in layers[:150]:
        s = layer["settings"]
        geometry = ie.layer_of(**s)
        for cell in layer["cells"]:
            expected = set()
            for u in np.ndindex(*geometry.output_grid):
                for k in np.ndindex(*geometry.kernel_grid):
                    i = tuple(
                        s["stride"][a] * u[a] + s["dilation"][a] * k[a] - s["padding"][a][0]
                        for a in range(len(u))
                    )
                    if not all(0 <= n < size for n, size in zip(i, s["input_size"], strict=True)):
                        continue
                    for f in range(s["filters"]):
                        for c in range(s["channels"]):
                            link = {"z": (f, *u), "w": (f, c, *k), "x": (c, *i)}
                            if link[cell[0]] == cell[1:]:
                                expected.add((link["z"], link["w"], link["x"]))
            got = selection.links_of(geometry, cell)
            assert len(got) == len(set(got)) and set(got) == expected


def test_javascript_and_python_say_the_same(layers, tmp_path, count):
    body = """const l = m.layerOf(g.settings);
    return g.cells.map((c) => [m.sentenceOf(l, c, g.view), m.equationOf(l, g.arrays, c, g.view, g.form)]);"""
    answers = in_javascript(tmp_path, body, sent(layers))
    for layer, answer in zip(layers, answers, strict=True):
        geometry = ie.layer_of(**layer["settings"])
        for cell, (sentence, equation) in zip(layer["cells"], answer, strict=True):
            assert sentence == selection.sentence_of(geometry, cell, layer["view"])
            assert equation == selection.equation_of(
                geometry, layer["arrays"], cell, layer["view"], layer["form"]
            )
    count(
        "sentences and equations the same in JavaScript and Python",
        2 * sum(len(layer["cells"]) for layer in layers),
    )


def test_javascript_sums_are_the_loops(layers, tmp_path):
    body = 'const l = m.layerOf(g.settings); return ["z", "grad_x", "grad_w"].map((n) => m.sums(l, g.arrays, n));'
    for layer, (z, grad_x, grad_w) in zip(
        layers[:120], in_javascript(tmp_path, body, sent(layers[:120])), strict=True
    ):
        x, w, b, delta = (layer["arrays"][n] for n in ("x", "w", "b", "delta"))
        keywords = {n: layer["settings"][n] for n in ("stride", "padding", "dilation")}
        np.testing.assert_allclose(z, loops.forward(x[None], w, b, **keywords)[0], atol=1e-9)
        np.testing.assert_allclose(
            grad_x, loops.grad_input(delta[None], w, (1, *x.shape), **keywords)[0], atol=1e-9
        )
        np.testing.assert_allclose(
            grad_w, loops.grad_weight(delta[None], x[None], w.shape, **keywords), atol=1e-9
        )


def test_the_gather_window_holds_the_same_terms(layers, tmp_path):
    body = "const l = m.layerOf(g.settings); return m.gatherWindow(l, 0, g.cells[0].slice(2));"
    for layer, window in zip(layers, in_javascript(tmp_path, body, sent(layers)), strict=True):
        geometry = ie.layer_of(**layer["settings"])
        expected = [
            (out, weight[2:])
            for out, weight, _ in selection.links_of(geometry, layer["cells"][0])
            if out[0] == 0
        ]
        got = [(tuple(cell["out"]), tuple(cell["tap"])) for cell in window if cell["out"]]
        assert got == sorted(expected)  # the order of the window is the order of the outputs
        assert [tuple(cell["tap"]) for cell in window] == list(np.ndindex(*geometry.kernel_grid))[
            ::-1
        ]  # turned by 180 degrees


def test_values_and_refitting_are_the_same(layers, tmp_path):
    body = """const [a, b] = [m.layerOf(g[0]).shapes, m.layerOf(g[1]).shapes];
    return ["x", "w", "b", "delta"].map((n) => [m.defaultValues(n, a[n]), m.refit(n, m.defaultValues(n, a[n]), b[n]), m.refit(n, g[2][n], b[n])]);"""
    pairs = [
        (p, q)
        for p, q in zip(layers[:100], layers[100:200], strict=True)
        if len(p["settings"]["stride"]) == len(q["settings"]["stride"])
    ]
    given = [[p["settings"], q["settings"], sent([p])[0]["arrays"]] for p, q in pairs]
    for (p, q), answer in zip(pairs, in_javascript(tmp_path, body, given), strict=True):
        a, b = ie.shapes_of(**p["settings"]), ie.shapes_of(**q["settings"])
        for name, (fresh, followed, kept) in zip(("x", "w", "b", "delta"), answer, strict=True):
            np.testing.assert_array_equal(fresh, ie.default_values(name, a[name]), strict=False)
            np.testing.assert_array_equal(followed, ie.refit(name, ie.default_values(name, a[name]), b[name]))
            np.testing.assert_array_equal(kept, ie.refit(name, p["arrays"][name], b[name]))


IMPOSSIBLE = [
    (dict(kernel_size=(9, 3)), "kernel 9 is longer than the input 5; use padding >= 2 on each side"),
    (dict(kernel_size=(3, 5), dilation=(3, 2), padding=((0, 1), (0, 0))), "kernel 3 (spread over 7 by dilation 3) is longer than the padded input 6"),
    (dict(kernel_size=(2, 5), dilation=(1, 3)), "spatial axis 1: kernel 5 (spread over 13 by dilation 3) is longer than the input 8"),
    (dict(stride=(0, 1)), "stride must be at least 1; got 0"),
    (dict(dilation=(1, 0)), "dilation must be at least 1 (1 means no dilation); got 0"),
    (dict(padding=((0, 0), (-1, 0))), "padding must be at least 0; got -1"),
    (dict(input_size=(0, 8)), "input_size must be at least 1; got 0"),
    (dict(channels=0), "channels must be at least 1; got 0"),
    (dict(filters=-2), "filters must be at least 1; got -2"),
    (dict(input_size=(90, 90)), "the explorer draws at most 6000 cells; x, w and z of this layer have"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), IMPOSSIBLE, ids=[words[:40] for _, words in IMPOSSIBLE])
def test_an_impossible_setting_is_refused_and_nothing_changes(change, words):
    explorer = InfluenceExplorer(selected=("x", 2, 3))
    before = repr(explorer)
    with pytest.raises(ValueError) as error:
        explorer.configure(**change)
    assert words in str(error.value)
    assert repr(explorer) == before


def test_javascript_refuses_in_the_same_words(tmp_path):
    whole = ie.canonical_settings(input_size=(5, 8), kernel_size=(2, 3))
    answers = in_javascript(tmp_path, "return m.problemOf(g);", [whole | change for change, _ in IMPOSSIBLE])
    for (change, _), answer in zip(IMPOSSIBLE, answers, strict=True):
        with pytest.raises(SettingError) as error:
            ie.canonical_settings(**whole | change)
        assert answer == str(error.value)


INVALID = [
    (dict(selected=("x", 5, 0)), "x has shape (1, 5, 8): selected ('x', 5, 0) is no cell of it"),
    (dict(selected=("q", 0, 0)), 'named "x", "w" or "z"'),
    (dict(selected="x"), "selected is None or a tuple"),
    (dict(selected=("x", 1.5, 0)), "indices of selected must be integers"),
    (dict(selected=("x", 2, 3), channels=2), "no cell of it"),
    (dict(x=np.zeros((8, 5))), "x must have shape (1, 5, 8)"),
    (dict(w=np.zeros((3, 2))), "w must have shape (1, 1, 2, 3)"),
    (dict(delta=np.zeros((5, 8))), "delta must have shape (1, 4, 6)"),
    (dict(b=np.zeros(2)), "b must have shape (1,)"),
    (dict(x=np.full((5, 8), np.nan)), "x must hold finite numbers"),
    (dict(view="backward"), "view must be one of forward, grad_x, grad_w"),
    (dict(form="flip"), "form must be one of sum, scatter, gather"),
    (dict(controls=("strides",)), "controls are named input_size"),
    (dict(show_jacobian=True), "the Jacobian is drawn for a 1-D layer"),
    (dict(input_size=(5, 8, 2), kernel_size=(2, 3, 1)), "one or two axes"),
    (dict(input_size=5), "the same number of axes"),
    (dict(input_size=6, kernel_size=3, padding=(1, 2)), "((1, 2),)"),
    (dict(stride=1.5), "stride must be an integer"),
    (dict(kernel_size=(True, 3)), "kernel_size must be an integer"),
]


@pytest.mark.parametrize(("settings", "words"), INVALID, ids=[words[:40] for _, words in INVALID])
def test_bad_arguments_are_named(settings, words):
    with pytest.raises(ValueError) as error:
        InfluenceExplorer(**settings)
    assert words in str(error.value)


def test_selected_is_read_back_in_full():
    explorer = InfluenceExplorer(selected=("x", 2, 3))
    assert explorer.selected == ("x", 0, 2, 3)
    explorer.selected = ["w", 0, 1]
    assert explorer.selected == ("w", 0, 0, 0, 1)
    assert explorer.sentence == "w[0,1] joins 24 pairs of input and output"
    explorer.selected = ("z", np.int64(1), 2)
    assert explorer.selected == ("z", 0, 1, 2)
    explorer.selected = None
    assert explorer.links == []


def test_the_sentences_of_the_running_example():
    explorer = InfluenceExplorer(selected=("x", 2, 3))
    assert explorer.sentence == "x[2,3] influences 6 outputs, through 6 weights"
    assert len(explorer.links) == 6
    assert InfluenceExplorer(selected=("x", 0, 0)).sentence == "x[0,0] influences 1 output, through 1 weight"
    several = InfluenceExplorer(channels=2, filters=3, selected=("x", 0, 2, 3))
    assert several.sentence == "x[0,2,3] influences 18 outputs, through 18 weights"
    assert (
        InfluenceExplorer(padding=1, selected=("z", 0, 0)).sentence
        == "z[0,0] reads 2 inputs, through 2 weights; 4 of its 6 taps fall on padding"
    )


UNLINKED = [
    (dict(input_size=5, kernel_size=2, stride=2, selected=("x", 4)), "x[4] is read by no output: stride 2 leaves 1 leftover column at the end, so its gradient is exactly 0"),
    (dict(input_size=5, kernel_size=3, stride=3, selected=("x", 4)), "x[4] is read by no output: stride 3 leaves 2 leftover columns at the end, so its gradient is exactly 0"),
    (dict(input_size=7, kernel_size=2, stride=3, selected=("x", 2)), "x[2] is read by no output: stride 3 skips column 2 between two windows of 2, so its gradient is exactly 0"),
    (dict(input_size=7, kernel_size=3, stride=2, dilation=2, selected=("x", 3)), "x[3] is read by no output: with dilation 2 and stride 2 every window steps over column 3, so its gradient is exactly 0"),
    (dict(input_size=(6, 8), stride=(3, 1), selected=("x", 5, 1)), "x[5,1] is read by no output: stride 3 leaves 1 leftover row at the end, so its gradient is exactly 0"),
    (dict(input_size=1, kernel_size=3, padding=1, selected=("w", 0)), "w[0] reads only padding: it joins no input to an output, so its gradient is exactly 0"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "words"), UNLINKED, ids=range(len(UNLINKED)))
def test_a_cell_without_links_says_why(settings, words):
    explorer = InfluenceExplorer(**settings)
    assert explorer.links == []
    assert explorer.sentence == words
    gradient = {"x": explorer.grad_x, "w": explorer.grad_w}[explorer.selected[0]]
    assert gradient[explorer.selected[1:]] == 0


def test_every_cell_without_links_gets_a_reason(layers):
    for layer in layers:
        geometry = ie.layer_of(**layer["settings"])
        for position in np.ndindex(*geometry.input_grid):
            if not geometry.links_of_input(position):
                assert selection.why_unlinked(geometry, position)


def test_equations_hold_the_numbers():
    x, w = np.arange(1, 41).reshape(5, 8), np.arange(1, 7).reshape(2, 3)
    explorer = InfluenceExplorer(x=x, w=w, selected=("z", 0, 0))
    assert explorer.equation == (
        "z[0,0] = w[0,0]·x[0,0] + w[0,1]·x[0,1] + w[0,2]·x[0,2] + w[1,0]·x[1,0] + w[1,1]·x[1,1] + w[1,2]·x[1,2]"
        " = 1·1 + 2·2 + 3·3 + 4·9 + 5·10 + 6·11 = 166"
    )
    explorer.b = [-2]
    assert explorer.equation.startswith("z[0,0] = b[0] + ") and explorer.equation.endswith(" = 164")
    assert "(−2) + 1·1" in explorer.equation
    explorer.selected = ("x", 0, 1)
    assert (
        explorer.equation == "nudge x[0,1] by 1: z[0,1] changes by w[0,0] = 1; z[0,0] changes by w[0,1] = 2"
    )
    explorer.view = "grad_x"
    explorer.delta = np.arange(-3, 21).reshape(4, 6)
    assert explorer.equation == "∂J/∂x[0,1] = δ[0,1]·w[0,0] + δ[0,0]·w[0,1] = (−2)·1 + (−3)·2 = −8"
    for view, cells in (("forward", "z"), ("grad_x", "x"), ("grad_w", "w")):
        explorer.view = view
        array = {"z": explorer.z, "x": explorer.grad_x, "w": explorer.grad_w}[cells]
        for index in np.ndindex(*array.shape):
            explorer.selected = (cells, *index)
            assert explorer.equation.endswith(f"= {selection.number(array[index])}")


def test_arrays_are_replaced_never_mutated():
    given = np.ones((5, 8))
    explorer = InfluenceExplorer(x=given)
    given[0, 0] = 7
    assert explorer.x[0, 0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        explorer.x[0, 0, 0] = 3
    explorer.x = np.arange(40).reshape(5, 8)
    assert explorer.x.shape == (1, 5, 8) and explorer.z.shape == (1, 4, 6)
    with pytest.raises(ValueError, match="read-only"):
        explorer.x[0, 0, 0] = 3


def test_sizes_bring_arrays_and_selection_along():
    explorer = InfluenceExplorer(selected=("x", 4, 7))
    explorer.input_size = (4, 6)
    assert (
        explorer.x.shape == (1, 4, 6)
        and explorer.delta.shape == (1, 3, 4)
        and explorer.selected == ("x", 0, 3, 5)
    )
    explorer.filters = 2
    assert explorer.w.shape == (2, 1, 2, 3) and explorer.b.shape == (2,) and explorer.delta.shape == (2, 3, 4)
    own = np.full((4, 6), 8.0)
    explorer.x = own
    explorer.input_size = (5, 7)
    np.testing.assert_array_equal(explorer.x[0, :4, :6], own)
    explorer.configure(input_size=9, kernel_size=4)
    assert explorer.stride == (1,) and explorer.x.shape == (1, 9)
    with pytest.raises(ValueError, match="there is no setting"):
        explorer.configure(size=3)


def test_default_values_keep_the_house_rules():
    explorer = InfluenceExplorer()
    for array in (explorer.x, explorer.delta):
        assert (array % 2 == 1).all() and array.min() > 0 and array.max() < 10
        grid = array[0]
        assert all(
            len(set(line)) > 1 for line in (*grid, *grid.T)
        )  # no constant row or column to hide an index in
    assert len(set(explorer.w.flat)) == explorer.w.size and explorer.w.min() > 0
    assert not explorer.b.any()


def test_repr_is_short_and_stable():
    explorer = InfluenceExplorer(
        stride=2, padding=((0, 1), (2, 0)), selected=("x", 2, 3), view="grad_x", form="gather"
    )
    text = (
        "InfluenceExplorer(input_size=(5, 8), kernel_size=(2, 3), stride=2, padding=((0, 1), (2, 0)), "
        "view='grad_x', form='gather', selected=('x', 0, 2, 3))"
    )
    assert repr(explorer) == text
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == text
    assert "<img alt=" in bundle["text/html"] and "application/vnd.jupyter.widget-view+json" in bundle


def test_export_keeps_existing_files(tmp_path):
    explorer = InfluenceExplorer(selected=("x", 2, 3))
    path = explorer.export_html(tmp_path / "page.html")
    text = path.read_text(encoding="utf-8")
    assert text == explorer.export_html()
    assert "http://www.w3.org/2000/svg" in text and text.count("http") == 1  # the only address is SVG's name
    with pytest.raises(FileExistsError, match="overwrite=True"):
        explorer.export_html(path)
    explorer.selected = ("z", 0, 0)
    explorer.export_html(path, overwrite=True)
    assert path.read_text(encoding="utf-8") != text


def test_controls():
    assert InfluenceExplorer().controls == ie.CONTROLS[:-1]
    assert InfluenceExplorer(controls=False).controls == ()
    assert InfluenceExplorer(controls=("form", "view")).controls == ("view", "form")
