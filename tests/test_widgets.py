"""The influence explorer without a browser: its traits and messages, and its JavaScript against its Python."""

# ruff: noqa: E501 (sentences and tables are kept on one line)

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from convbp_helpers import loops, selection
from convbp_helpers.widgets import InfluenceExplorer, SettingError, page
from convbp_helpers.widgets import influence_explorer as ie
from convbp_helpers.words import number as printed


def node():
    try:
        from playwright._impl._driver import compute_driver_executable

        return compute_driver_executable()[0]
    except ImportError:
        return shutil.which("node") or pytest.skip("no Node: Playwright, which carries one, is not installed")


def in_javascript(tmp_path, body, given, widget=InfluenceExplorer):
    """What the pure functions of a widget's module answer: `body` is the text of a function of `given`."""
    (tmp_path / "module.mjs").write_text(widget._esm, encoding="utf-8")
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


def random_settings(random, groups=1):
    """Settings of a layer that exists, 1-D or 2-D, everything drawn at once."""
    while True:
        rank = int(random.integers(1, 3))
        draw = lambda low, high: tuple(int(n) for n in random.integers(low, high, rank))  # noqa: E731, B023
        settings = dict(
            input_size=draw(1, 10), kernel_size=draw(1, 5), stride=draw(1, 5), dilation=draw(1, 4),
            padding=tuple((int(a), int(b)) for a, b in random.integers(0, 4, (rank, 2))),
            channels=groups * int(random.integers(1, 4)), filters=groups * int(random.integers(1, 4)), groups=groups,
        )  # fmt: skip
        try:
            return ie.canonical_settings(**settings)
        except SettingError:
            continue


@pytest.fixture(scope="module")
def layers():
    """800 random layers, every fourth in groups, each with values, one view, one form and one cell of every array."""
    random = np.random.default_rng(20)
    made = []
    for number in range(800):
        settings = random_settings(random, groups=2 + number // 4 % 3 if number % 4 == 3 else 1)
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
    random = np.random.default_rng(21)
    for layer in made:
        filters, b = layer["settings"]["filters"], layer["arrays"]["b"]
        layer["muted"] = [f for f in range(filters) if random.random() < 0.4] if filters > 1 else []
        layer["b_start"] = b - random.integers(0, 2, filters) * random.choice(
            [1, -3, 0.25, 12345.678], filters
        )
        layer["counted"] = bool(random.integers(2))
    return made


def sent(layers):
    return [
        layer
        | {
            "arrays": {n: a.tolist() for n, a in layer["arrays"].items()},
            "b_start": layer["b_start"].tolist(),
        }
        for layer in layers
    ]


def test_javascript_and_styles_have_no_long_line():
    """The formatter breaks no text; and it is not needed here."""
    folder = Path(page.__file__).parent
    files = [*folder.glob("*.js"), *folder.glob("*.css")]
    assert len(files) > 10
    lines = [(f.name, n, line) for f in files for n, line in enumerate(f.read_text("utf-8").splitlines(), 1)]
    assert [where for *where, line in lines if len(line) > 120 or line != line.rstrip()] == []


def test_the_formatter_is_the_same_in_the_hooks_and_in_make_format():
    root = Path(__file__).parent.parent
    pins = [
        re.findall(r"prettier@[\d.]+", (root / name).read_text("utf-8"))
        for name in (".pre-commit-config.yaml", "tools/run.py")
    ]
    assert len(pins[0]) == 1 and pins[0] == pins[1]


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
                    size, each = s["channels"] // s["groups"], s["filters"] // s["groups"]
                    for f in range(s["filters"]):
                        for c in range(s["channels"]):
                            link = {"z": (f, *u), "w": (f, c % size, *k), "x": (c, *i)}
                            if f // each == c // size and link[cell[0]] == cell[1:]:
                                expected.add((link["z"], link["w"], link["x"]))
            got = selection.links_of(geometry, cell)
            assert len(got) == len(set(got)) and set(got) == expected


def test_javascript_and_python_say_the_same(layers, tmp_path, count):
    body = """const l = m.layerOf(g.settings);
    return g.cells.map((c) => [m.sentenceOf(l, c, g.view), m.equationOf(l, g.arrays, c, g.view, g.form), m.channelsSentence(l, c), m.kernelsSentence(l)]);"""
    answers = in_javascript(tmp_path, body, sent(layers))
    for layer, answer in zip(layers, answers, strict=True):
        geometry = ie.layer_of(**layer["settings"])
        for cell, (sentence, equation, reads, kernels) in zip(layer["cells"], answer, strict=True):
            assert reads == selection.channels_sentence(geometry, cell)
            assert kernels == selection.kernels_sentence(geometry)
            assert sentence == selection.sentence_of(geometry, cell, layer["view"])
            assert equation == selection.equation_of(
                geometry, layer["arrays"], cell, layer["view"], layer["form"]
            )
    count(
        "sentences and equations the same in JavaScript and Python",
        2 * sum(len(layer["cells"]) for layer in layers),
    )


def test_javascript_and_python_say_the_same_of_the_lines(tmp_path):
    filters = list(range(1, 10))
    said = in_javascript(tmp_path, "return m.linesSentence(g);", filters)
    assert said == [selection.lines_sentence(f) for f in filters]
    assert said[:2] == ["", "lines: filter 0 solid, filter 1 dashed"]


def test_the_first_terms_of_an_equation_are_those_of_all(layers, tmp_path):
    """What a browser writes at first, and the sum of all terms, which it does not write."""
    body = """const l = m.layerOf(g.settings);
    return g.cells.map((c) => [2, Infinity].map((most) => m.equationParts(l, g.arrays, c, g.view, g.form, [], most)));"""
    for answer in in_javascript(tmp_path, body, sent(layers[:200])):
        for few, every in answer:
            assert few["terms"] == every["terms"][:2] and few["count"] == every["count"] == len(
                every["terms"]
            )
            assert few["head"] == every["head"] and few["total"] == every["total"]
            if every["kind"] == "sum":
                np.testing.assert_allclose(
                    every["total"], sum(term["value"] for term in every["terms"]), atol=1e-9
                )


def test_cells_are_as_large_as_there_is_room_for(layers, tmp_path, count):
    """Between 8 and 40 px, and wide enough for the longest number, unless tints tell it."""
    body = """const l = m.layerOf(g.settings), words = { lengths: g.lengths, titles: { x: 14, w: 16, z: 14 }, captions: { x: 8, w: 10, z: 8 } };
    return [1200, 700, 380].map((page) => m.sizesOf(l, words, page));"""
    random = np.random.default_rng(3)
    given = [
        layer | dict(lengths={n: int(random.integers(1, 7)) for n in "xwz"}) for layer in sent(layers[:200])
    ]
    for layer, sizes in zip(given, in_javascript(tmp_path, body, given), strict=True):
        for page_width, found in zip((1200, 700, 380), sizes, strict=True):
            height, widths = found["cell"]["height"], found["cell"]["widths"]
            assert 8 <= height <= 40 and sorted("".join(found["way"])) == ["w", "x", "z"]
            if set(widths.values()) != {height}:  # square cells may be told by tints
                for name, length in layer["lengths"].items():
                    assert widths[name] >= min(68, 0.62 * 8 * length), (layer["settings"], page_width)
    count("layers whose cells are sized on three pages", len(given))


def test_javascript_sums_are_the_loops(layers, tmp_path):
    body = 'const l = m.layerOf(g.settings); return ["z", "grad_x", "grad_w"].map((n) => m.sums(l, g.arrays, n));'
    for layer, (z, grad_x, grad_w) in zip(
        layers[:120], in_javascript(tmp_path, body, sent(layers[:120])), strict=True
    ):
        x, w, b, delta = (layer["arrays"][n] for n in ("x", "w", "b", "delta"))
        keywords = {n: layer["settings"][n] for n in ("stride", "padding", "dilation", "groups")}
        np.testing.assert_allclose(z, loops.forward(x[None], w, b, **keywords)[0], atol=1e-9)
        np.testing.assert_allclose(
            grad_x, loops.grad_input(delta[None], w, (1, *x.shape), **keywords)[0], atol=1e-9
        )
        np.testing.assert_allclose(
            grad_w, loops.grad_weight(delta[None], x[None], w.shape, **keywords), atol=1e-9
        )


def test_muting_moved_biases_and_counts_are_the_same_in_javascript(layers, tmp_path, count):
    body = """const l = m.layerOf(g.settings), moved = m.movedBiases(g.arrays.b, g.b_start);
    const more = { muted: g.muted, moved, show_counts: g.counted };
    return {
      links: g.cells.map((c) => m.linksOf(l, c, g.muted)),
      said: ["forward", "grad_x", "grad_w"].map((v) => [null, ...g.cells].map((c) => m.sentenceOf(l, c, v, more))),
      equations: g.cells.map((c) => m.equationOf(l, g.arrays, c, "grad_x", g.form, g.muted)),
      others: ["forward", "grad_w"].map((v) => m.equationOf(l, g.arrays, g.cells[0], v, g.form, g.muted)),
      sums: m.sums(l, g.arrays, "grad_x", g.muted), unmoved: m.sums(l, g.arrays, "grad_w", g.muted),
      counts: m.linkCounts(l), moved, still: [1, 2, 3].map((n) => m.stillMuted(g.muted, n)),
    };"""
    seen = dict(muted=0, moved=0, every=0)
    for layer, answer in zip(layers, in_javascript(tmp_path, body, sent(layers)), strict=True):
        geometry, arrays = ie.layer_of(**layer["settings"]), layer["arrays"]
        muted, moved = tuple(layer["muted"]), selection.moved_biases(arrays["b"], layer["b_start"])
        more = dict(muted=muted, moved=moved, show_counts=layer["counted"])
        for cell, links, equation in zip(layer["cells"], answer["links"], answer["equations"], strict=True):
            assert [tuple(map(tuple, link)) for link in links] == selection.links_of(geometry, cell, muted)
            assert all(out[0] not in muted for out, _, _ in links)
            assert equation == selection.equation_of(
                geometry, arrays, cell, "grad_x", layer["form"], muted=muted
            )
        for view, said in zip(ie.VIEWS, answer["said"], strict=True):
            expected = [selection.sentence_of(geometry, c, view, **more) for c in (None, *layer["cells"])]
            assert said == expected
        for view, equation in zip(("forward", "grad_w"), answer["others"], strict=True):
            plain = selection.equation_of(geometry, arrays, layer["cells"][0], view, layer["form"])
            assert equation == plain == selection.equation_of(
                geometry, arrays, layer["cells"][0], view, layer["form"], muted=muted
            )  # fmt: skip
        keywords = {n: layer["settings"][n] for n in ("stride", "padding", "dilation", "groups")}
        x, w, delta = arrays["x"], arrays["w"], arrays["delta"].copy()
        np.testing.assert_allclose(
            answer["unmoved"], loops.grad_weight(delta[None], x[None], w.shape, **keywords), atol=1e-6
        )
        delta[list(muted)] = 0
        np.testing.assert_allclose(
            answer["sums"], loops.grad_input(delta[None], w, (1, *x.shape), **keywords)[0], atol=1e-6
        )
        expected = [len(geometry.links_of_input(i)) for i in np.ndindex(*geometry.input_grid)]
        np.testing.assert_array_equal(np.ravel(answer["counts"]), expected)
        np.testing.assert_array_equal(np.ravel(selection.link_counts(geometry)), expected)
        assert np.shape(answer["counts"]) == selection.link_counts(geometry).shape == geometry.input_grid
        assert [tuple(pair) for pair in answer["moved"]] == moved
        assert [tuple(still) for still in answer["still"]] == [ie.still_muted(muted, n) for n in (1, 2, 3)]
        seen["muted"] += bool(muted)
        seen["every"] += len(muted) == geometry.filters
        seen["moved"] += bool(moved)
    assert min(seen.values()) > 20
    count(
        "random layers whose muted filters, moved biases and link counts are the same in JavaScript and Python",
        len(layers),
    )


def test_numbers_are_printed_alike(tmp_path):
    random = np.random.default_rng(8)
    values = [
        2.0625,
        -2.0625,
        2.0635,
        0.5,
        12345.5,
        0.00012345,
        1.00005,
        99999.5,
        999999.5,
        -0.0,
        1e15,
        123456789.5,
    ]
    values += [float(n) / 2**k for k in range(1, 12) for n in random.integers(-(10**6), 10**6, 60)]
    values += [float(v) for v in random.normal(size=300) * 10.0 ** random.integers(-7, 12, 300)]
    answers = in_javascript(tmp_path, "return m.number(g);", values)
    assert answers == [printed(v) for v in values]


def test_the_gather_window_holds_the_same_terms(layers, tmp_path):
    body = """const l = m.layerOf(g.settings), [, c, ...at] = g.cells[0];
    return m.gatherWindow(l, l.ofChannel(c).filters[0], at);"""
    for layer, window in zip(layers, in_javascript(tmp_path, body, sent(layers)), strict=True):
        geometry = ie.layer_of(**layer["settings"])
        expected = [
            (out, weight[2:])
            for out, weight, _ in selection.links_of(geometry, layer["cells"][0])
            if out[0] == geometry.filters_of_channel(layer["cells"][0][1])[0]
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
    (dict(groups=0), "groups must be at least 1; got 0"),
    (dict(channels=4, filters=8, groups=3), "groups must divide C and F; groups = 3 does not divide C = 4; use groups = 1, 2 or 4"),
    (dict(channels=4, filters=6, groups=4), "groups must divide C and F; groups = 4 does not divide F = 6; use groups = 1 or 2"),
    (dict(filters=3, groups=5), "groups must divide C and F; groups = 5 does not divide C = 1; use groups = 1"),
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
    (
        dict(muted=(0,)),
        "muting needs at least 2 filters; this layer has 1: use filters >= 2 or muted=(); got (0,)",
    ),
    (
        dict(muted=(2,), filters=2),
        "muted holds filter numbers from 0 to 1, as this layer has 2 filters; got 2",
    ),
    (
        dict(muted=(-1,), filters=2),
        "muted holds filter numbers from 0 to 1, as this layer has 2 filters; got -1",
    ),
    (dict(muted=1, filters=2), "muted is a tuple of filter numbers like (0, 2), or (); got 1"),
    (dict(muted=(True,), filters=2), "muted is a tuple of filter numbers"),
    (dict(muted="01", filters=2), "muted is a tuple of filter numbers"),
    (dict(show_counts=3), "show_counts must be True or False; got 3"),
    (dict(controls=("bias",)), "mute, b, counts; got 'bias'"),
    (dict(groups=1.5), "groups must be an integer; got 1.5"),
    (dict(groups=True), "groups must be an integer; got True"),
    (dict(channels=4, filters=8, groups=8), "groups = 8 does not divide C = 4; use groups = 1, 2 or 4"),
    (dict(channels=4, filters=8, groups=2, w=np.zeros((8, 4, 2, 3))), "w must have shape (8, 2, 2, 3)"),
    (dict(channels=4, filters=8, groups=2, selected=("w", 0, 2, 0, 0)), "w has shape (8, 2, 2, 3)"),
    (dict(show_channels="yes"), "show_channels must be True or False; got 'yes'"),
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
            assert explorer.equation.endswith(f"= {printed(array[index])}")


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
    still = explorer.picture()._repr_html_()
    assert bundle["text/html"].endswith(still) and "<img alt=" in still and "Run this cell" not in still
    said = "This is a picture of it. Run this cell, and you can point at its cells."
    assert said in bundle["text/html"].removesuffix(still)
    assert "application/vnd.jupyter.widget-view+json" in bundle


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
    today = ("input_size", "kernel_size", "stride", "padding", "dilation", "channels", "filters", "view")
    assert InfluenceExplorer().controls == today
    assert InfluenceExplorer(controls=("counts", "b", "mute", "stride")).controls == (
        "stride",
        "mute",
        "b",
        "counts",
    )
    assert InfluenceExplorer(controls=("view", "groups", "filters")).controls == ("filters", "groups", "view")
    assert InfluenceExplorer(controls=False).controls == ()
    assert InfluenceExplorer(controls=("form", "view")).controls == ("view", "form")


# ---------------------------------------------------------------------------------------------------- mute and solo
def test_the_input_gradient_is_the_sum_over_the_filters_that_sound():
    explorer = InfluenceExplorer(channels=3, filters=4, stride=2, padding=1, view="grad_x")
    whole, z, grad_w = explorer.grad_x, explorer.z, explorer.grad_w
    parts = []
    for f in range(4):
        explorer.muted = [g for g in range(4) if g != f]
        assert explorer.muted == tuple(g for g in range(4) if g != f)
        parts.append(explorer.grad_x)
        keywords = dict(stride=2, padding=1)
        alone = loops.grad_input(explorer.delta[None, [f]], explorer.w[[f]], (1, 3, 5, 8), **keywords)[0]
        np.testing.assert_array_equal(parts[-1], alone)
        np.testing.assert_array_equal(explorer.z, z)
        np.testing.assert_array_equal(explorer.grad_w, grad_w)
    np.testing.assert_array_equal(sum(parts), whole)
    explorer.muted = (0, 2)
    np.testing.assert_array_equal(explorer.grad_x, parts[1] + parts[3])
    for index in np.ndindex(*explorer.x.shape):
        explorer.selected = ("x", *index)
        assert explorer.equation.endswith(f"= {printed(explorer.grad_x[index])}") or not explorer.links
        assert {out[0] for out, _, _ in explorer.links} <= {1, 3}
    explorer.muted = (3, 1, 0, 2, 1)
    assert explorer.muted == (0, 1, 2, 3) and not explorer.grad_x.any()
    explorer.muted = ()
    np.testing.assert_array_equal(explorer.grad_x, whole)


def test_the_sentence_says_which_filters_sound():
    explorer = InfluenceExplorer(
        input_size=(4, 5), channels=3, filters=3, view="grad_x", selected=("x", 1, 2, 3), muted=(1,)
    )
    assert (
        explorer.sentence
        == "x[1,2,3] influences 8 outputs, through 8 weights; filters 0 and 2 sound, 1 is muted"
    )
    explorer.muted = (0, 1)
    assert (
        explorer.sentence
        == "x[1,2,3] influences 4 outputs, through 4 weights; filter 2 sounds, 0 and 1 are muted"
    )
    assert explorer.equation == (
        "∂J/∂x[1,2,3] = δ[2,2,2]·w[2,1,0,1] + δ[2,2,1]·w[2,1,0,2] + δ[2,1,2]·w[2,1,1,1] + δ[2,1,1]·w[2,1,1,2]"
        " = 7·44 + 3·45 + 1·47 + 1·48 = 538"
    )
    explorer.selected = ("z", 0, 1, 1)
    assert explorer.sentence == (
        "δ[0,1,1] belongs to filter 0, which is muted: it adds nothing to ∂J/∂x; filter 2 sounds, 0 and 1 are muted"
    )
    assert explorer.equation == "δ[0,1,1] = 5: it adds nothing to ∂J/∂x" and explorer.links == []
    explorer.selected = None
    assert explorer.sentence == (
        "Point at a cell, or move to one with Tab and the arrow keys; filter 2 sounds, 0 and 1 are muted"
    )
    explorer.configure(muted=(0, 1, 2), selected=("x", 1, 2, 3))
    assert explorer.sentence == "x[1,2,3]: all filters are muted, so nothing arrives"
    assert explorer.equation == "∂J/∂x[1,2,3] = 0 (a sum without terms)"
    for view in ("forward", "grad_w"):
        explorer.view = view
        assert explorer.sentence == "x[1,2,3] influences 12 outputs, through 12 weights"
        assert len(explorer.links) == 12
    many = InfluenceExplorer(filters=20, view="grad_x", muted=(3, 4))
    assert many.sentence.endswith("; 18 filters sound, 3 and 4 are muted")
    many.muted = [f for f in range(20) if f != 7]
    assert many.sentence.endswith("; filter 7 sounds, 19 are muted")


def test_muted_keeps_the_filters_that_exist():
    explorer = InfluenceExplorer(filters=4, muted=(3, 1), view="grad_x")
    assert explorer.muted == (1, 3)
    explorer.filters = 3
    assert explorer.muted == (1,)
    before = repr(explorer)
    with pytest.raises(SettingError, match="from 0 to 2"):
        explorer.muted = (0, 3)
    with pytest.raises(SettingError, match="from 0 to 2"):
        explorer.configure(muted=(3,))
    assert repr(explorer) == before
    explorer.configure(filters=5, muted=(4, 0))
    assert explorer.muted == (0, 4)
    explorer.configure(filters=4)
    assert explorer.muted == (0,)
    explorer.filters = 1
    assert explorer.muted == () and explorer.sentence.endswith("arrow keys")


def test_repr_names_what_is_muted_and_counted():
    explorer = InfluenceExplorer(filters=3, muted=(1,), show_counts=True, view="grad_x")
    assert repr(explorer) == (
        "InfluenceExplorer(input_size=(5, 8), kernel_size=(2, 3), filters=3, view='grad_x', muted=(1,), "
        "show_counts=True, selected=None)"
    )
    explorer.configure(muted=(), show_counts=False)
    assert "muted" not in repr(explorer) and "counts" not in repr(explorer)


# -------------------------------------------------------------------------------------------------------- bias dial
def test_a_moved_bias_moves_its_map_and_no_other_cell():
    explorer = InfluenceExplorer(filters=2, selected=("z", 1, 0, 2), controls=("b",))
    z, plain = explorer.z, explorer.sentence
    assert plain == "z[1,0,2] reads 6 inputs, through 6 weights"
    explorer.b = [0, 2]
    np.testing.assert_array_equal(explorer.z - z, np.stack([np.zeros((4, 6)), np.full((4, 6), 2)]))
    assert explorer.sentence == f"{plain}; b[1] moved by 2: so did all 24 cells of z[1], and no other cell"
    explorer.b = [-1, 2.5]
    assert explorer.sentence == (
        f"{plain}; b[0] moved by −1: so did all 24 cells of z[0]; b[1] moved by 2.5: so did all 24 cells of z[1]"
    )
    explorer.view = "grad_x"
    assert "moved" not in explorer.sentence
    explorer.view = "forward"
    explorer.b = [0, 0]
    assert explorer.sentence == plain
    explorer.b = [0, 3]
    explorer.filters = 3  # the widget starts again from here
    assert explorer.sentence == plain and list(explorer.b) == [0, 3, 0]
    explorer.b = [0, 4, 0]
    assert "b[1] moved by 1:" in explorer.sentence
    explorer.stride = 2
    assert explorer.sentence.endswith("b[1] moved by 1: so did all 6 cells of z[1], and no other cell")


def test_one_bias_has_no_number():
    explorer = InfluenceExplorer(b=[7])
    assert "moved" not in explorer.sentence  # it started there
    explorer.b = [9]
    assert explorer.sentence.endswith("; b moved by 2: so did all 24 cells of z")
    explorer.configure(input_size=(2, 3), b=[8])
    assert explorer.sentence.endswith("; b moved by 1: so did the one cell of z")
    explorer = InfluenceExplorer(b=[0.1])
    explorer.b = [0.1 + 1 + 1 - 1 - 1]  # back again, but for the last digit
    assert "moved" not in explorer.sentence
    many = InfluenceExplorer(filters=9)
    many.b = np.arange(1, 10)
    assert many.sentence.endswith(
        "b[5] moved by 6: so did all 24 cells of z[5]; 3 more biases moved, each with its map"
    )


# ------------------------------------------------------------------------------------------------------ link counts
def test_the_sentence_says_how_many_cells_have_how_many_links():
    explorer = InfluenceExplorer(input_size=(6, 9), stride=2, view="grad_x", selected=("x", 2, 4))
    plain = explorer.sentence
    explorer.show_counts = True
    assert plain == "x[2,4] influences 2 outputs, through 2 weights"
    assert explorer.sentence == f"{plain}; links per cell of x: 1 in 36 cells, 2 in 18"
    explorer.stride = 3
    assert explorer.sentence.endswith("; links per cell of x: 0 in 18 cells, 1 in 36")
    explorer.configure(channels=2, filters=2, view="grad_w")
    assert explorer.sentence.endswith("; links per cell of x to one filter: 0 in 36 cells, 1 in 72")
    explorer.configure(input_size=(9, 9), kernel_size=(4, 5), stride=1)
    assert explorer.sentence.endswith(
        "; links per cell of x to one filter: 1 in 8 cells, 2 in 16, …, 20 in 6"
    )
    explorer.show_counts = False
    assert "links per cell" not in explorer.sentence


def test_an_exported_page_takes_along_what_is_muted_counted_and_moved():
    explorer = InfluenceExplorer(filters=2, view="grad_x", muted=(1,), show_counts=True)
    explorer.b = [0, 2]
    state = json.loads(explorer.export_html().split("const state = ")[1].split(";\nconst model")[0])
    assert state["muted"] == [1] and state["show_counts"] is True
    assert state["b"] == [0, 2] and state["_b_start"] == [0, 0]


# ----------------------------------------------------------------------------------------------------------- groups
GROUPED = dict(channels=4, filters=8, groups=2)
SENTENCES = [
    (dict(GROUPED, selected=("x", 2, 1, 3)), "x[2,1,3] influences 24 outputs, through 24 weights; group 1 joins channels 2 and 3 with filters 4 to 7"),
    (dict(GROUPED, selected=("z", 3, 1, 3)), "z[3,1,3] reads 12 inputs, through 12 weights; group 0 joins channels 0 and 1 with filters 0 to 3"),
    (dict(GROUPED, selected=("z", 4, 0, 0), padding=1), "z[4,0,0] reads 4 inputs, through 4 weights; 8 of its 12 taps fall on padding; group 1 joins channels 2 and 3 with filters 4 to 7"),
    (dict(GROUPED, selected=("w", 5, 1, 0, 2)), "w[5,1,0,2] joins 24 pairs of input and output; group 1 joins channels 2 and 3 with filters 4 to 7"),
    (dict(GROUPED, groups=4, selected=("w", 5, 0, 2)), "w[5,0,2] joins 24 pairs of input and output; group 2 joins channel 2 with filters 4 and 5"),
    (dict(channels=3, filters=3, groups=3, selected=("x", 1, 0, 0), show_counts=True), "x[1,0,0] influences 1 output, through 1 weight; group 1 joins channel 1 with filter 1; links per cell of x to its filter: 1 in 12 cells, 2 in 30, 3 in 24, 4 in 18, 6 in 36"),
    (dict(GROUPED, selected=("x", 0, 2, 3), view="grad_x", muted=(0, 1, 2, 3)), "x[0,2,3]: all filters of its group are muted, so nothing arrives; group 0 joins channels 0 and 1 with filters 0 to 3; filters 4, 5, 6 and 7 sound, 0, 1, 2 and 3 are muted"),
    (dict(GROUPED, selected=("x", 2, 2, 3), view="grad_x", muted=(0, 4)), "x[2,2,3] influences 18 outputs, through 18 weights; group 1 joins channels 2 and 3 with filters 4 to 7; filters 1, 2, 3, 5, 6 and 7 sound, 0 and 4 are muted"),
    (dict(GROUPED, selected=("x", 2, 2, 3), view="grad_x", muted=range(8)), "x[2,2,3]: all filters are muted, so nothing arrives; group 1 joins channels 2 and 3 with filters 4 to 7"),
    (dict(GROUPED, show_counts=True, input_size=(2, 3)), "Point at a cell, or move to one with Tab and the arrow keys; links per cell of x to one filter of its group: 1 in 24 cells"),
    (dict(channels=2, filters=2, groups=1, selected=("x", 0, 0, 0)), "x[0,0,0] influences 2 outputs, through 2 weights"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "words"), SENTENCES, ids=range(len(SENTENCES)))
def test_the_sentence_says_which_group(settings, words, tmp_path):
    explorer = InfluenceExplorer(**settings | dict(muted=tuple(settings.get("muted", ()))))
    assert explorer.sentence == words
    given = explorer._state() | dict(show_counts=bool(explorer.show_counts))
    body = "return m.sentenceOf(m.layerOf(g), g.selected, g.view, g);"
    assert in_javascript(tmp_path, body, [given]) == [words]


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize(
    "settings", [dict(stride=2, padding=1), dict(input_size=9, kernel_size=3, dilation=2)]
)
def test_groups_are_layers_side_by_side(groups, settings):
    """z and the gradients are those of the loops, and those of one explorer for each group."""
    whole = InfluenceExplorer(channels=4, filters=8, groups=groups, **settings)
    assert whole.w.shape[:2] == (8, 4 // groups)
    keywords = dict(groups=groups) | {n: getattr(whole, n) for n in ("stride", "padding", "dilation")}
    x, w, delta = whole.x, whole.w, whole.delta
    np.testing.assert_array_equal(whole.z, loops.forward(x[None], w, **keywords)[0])
    grad_x = loops.grad_input(delta[None], w, (1, *x.shape), **keywords)[0]
    np.testing.assert_array_equal(whole.grad_x, grad_x)
    grad_w = loops.grad_weight(delta[None], x[None], w.shape, **keywords)
    np.testing.assert_array_equal(whole.grad_w, grad_w)
    size, each = 4 // groups, 8 // groups
    for g in range(groups):
        channels, filters = slice(g * size, (g + 1) * size), slice(g * each, (g + 1) * each)
        part = InfluenceExplorer(
            channels=size, filters=each, x=x[channels], w=w[filters], delta=delta[filters], **settings
        )
        np.testing.assert_array_equal(part.z, whole.z[filters])
        np.testing.assert_array_equal(part.grad_x, grad_x[channels])
        np.testing.assert_array_equal(part.grad_w, grad_w[filters])
    for view, name in zip(ie.VIEWS, "zxw", strict=True):
        whole.view = view
        array = {"z": whole.z, "x": whole.grad_x, "w": whole.grad_w}[name]
        for index in list(np.ndindex(*array.shape))[::7]:
            whole.selected = (name, *index)
            assert whole.equation.endswith(f"= {printed(array[index])}") or not whole.links
            for (f, *_), (of, in_group, *_), (c, *_) in whole.links:
                assert of == f and c == f // each * size + in_group


def test_groups_change_the_shape_of_w_and_keep_its_values():
    explorer = InfluenceExplorer(channels=4, filters=8, selected=("w", 5, 3, 1, 2))
    explorer.groups = 2
    np.testing.assert_array_equal(explorer.w, np.arange(1, 97).reshape(8, 2, 2, 3))
    assert explorer.selected == ("w", 5, 1, 1, 2) and explorer.z.shape == (8, 4, 6)
    own = -np.arange(96.0).reshape(8, 2, 2, 3)
    explorer.w = own
    explorer.groups = 4
    np.testing.assert_array_equal(explorer.w, own[:, :1])
    before = repr(explorer)
    for change in (dict(channels=6), dict(filters=6), dict(groups=3)):
        for attempt in (
            lambda c=change: explorer.configure(**c),
            lambda c=change: setattr(explorer, *c.popitem()),
        ):
            with pytest.raises(
                SettingError,
                match=r"groups must divide C and F; groups = \d does not divide . = \d; use groups = 1",
            ):
                attempt()
            assert repr(explorer) == before
    explorer.configure(channels=6, filters=3, groups=3)
    assert explorer.w.shape == (3, 2, 2, 3) and explorer.layer.groups == 3
    np.testing.assert_array_equal(explorer.w[:, 0], own[:3, 0])


def test_repr_names_groups_and_the_channel_matrix():
    explorer = InfluenceExplorer(**GROUPED, show_channels=True, selected=("x", 0, 1, 2))
    assert repr(explorer) == (
        "InfluenceExplorer(input_size=(5, 8), kernel_size=(2, 3), channels=4, filters=8, groups=2, view='forward', "
        "show_channels=True, selected=('x', 0, 1, 2))"
    )
    explorer.configure(groups=1, show_channels=False)
    assert "groups" not in repr(explorer) and "show_channels" not in repr(explorer)
    state = json.loads(
        InfluenceExplorer(**GROUPED, show_channels=True)
        .export_html()
        .split("const state = ")[1]
        .split(";\nconst model")[0]
    )
    assert state["groups"] == 2 and state["show_channels"] is True and np.shape(state["w"]) == (8, 2, 2, 3)


def test_what_the_channel_matrix_says():
    said = lambda explorer: selection.channels_sentence(explorer.layer, explorer.selected)  # noqa: E731
    explorer = InfluenceExplorer(**GROUPED)
    assert said(explorer) == "Every filter reads only the channels of its group."
    for cell, words in (
        (("x", 1, 0, 0), "Channel 1 is read by filters 0 to 3."),
        (("z", 6, 0, 0), "Filter 6 reads channels 2 and 3."),
        (("w", 6, 1, 0, 0), "Filter 6 reads channels 2 and 3; w[6,1] joins it to channel 3."),
    ):
        explorer.selected = cell
        assert said(explorer) == words
    explorer.configure(groups=4, selected=("w", 6, 0, 0))
    assert said(explorer) == "Filter 6 reads channel 3."
    explorer.configure(groups=1, selected=None)
    assert said(explorer) == "Every filter reads every channel."


def test_the_kernels_weights_and_products_are_counted(layers):
    counted = lambda **s: selection.kernels_sentence(ie.layer_of(**s))  # noqa: E731
    small = dict(input_size=(5, 8), kernel_size=(2, 3), channels=4, filters=8)
    assert counted(**small) == "G = 1: 32 kernels of 2×3, 192 weights, 8 biases, 4608 multiplications"
    assert counted(**small, groups=4) == "G = 4: 8 kernels of 2×3, 48 weights, 8 biases, 1152 multiplications"
    assert counted(input_size=1, kernel_size=1) == "G = 1: 1 kernel of 1, 1 weight, 1 bias, 1 multiplication"
    padded = counted(input_size=3, kernel_size=2, padding=1, stride=2)
    assert padded == "G = 1: 1 kernel of 2, 2 weights, 1 bias, 4 multiplications, those with padding included"
    for layer in layers:
        s = layer["settings"]
        if not np.any(s["padding"]):  # then every multiplication is a link
            geometry = ie.layer_of(**s)
            links = sum(
                len(selection.links_of(geometry, ("z", *index)))
                for index in np.ndindex(*geometry.out_shape[1:])
            )
            words = "1 multiplication" if links == 1 else f"{links} multiplications"
            assert counted(**s).endswith(f", {words}") and f" {layer['arrays']['w'].size} weight" in counted(
                **s
            )
