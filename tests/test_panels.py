"""The padding split and the duality panels without a browser: numbers, messages, and JavaScript against Python."""

# ruff: noqa: E501 (sentences and tables are kept on one line)

import json

import numpy as np
import pytest
import test_widgets
from svg_reading import Read

from convbp_helpers import Axis, loops, selection
from convbp_helpers.widgets import DualityPanels, PaddingSplit, SettingError, rows

BOTH = [PaddingSplit, DualityPanels]


@pytest.fixture
def in_javascript(tmp_path):
    """What a widget's pure functions answer: `body` is the text of a function of `given`."""
    return lambda widget, body, given: test_widgets.in_javascript(tmp_path, body, given, widget)


def values(random, count, real):
    row = random.integers(-9, 10, count) * 1.0
    return np.round(row + random.normal(size=count), 2) if real else row


def sent(widget):
    return widget._state()


@pytest.fixture(scope="module")
def splits():
    """250 random layers of one row with a padding, every split possible."""
    random, made = np.random.default_rng(30), []
    while len(made) < 250:
        size, kernel, stride, total = (int(n) for n in random.integers((1, 1, 1, 0), (12, 6, 5, 9)))
        if kernel > size + total:
            continue
        real = len(made) % 3 == 0
        outputs = (size + total - kernel) // stride + 1
        made.append(
            PaddingSplit(
                size, kernel, stride, total, int(random.integers(total + 1)),
                delta=values(random, outputs, real), w=values(random, kernel, real),
            )
        )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def duals():
    """200 random layers of one row without padding, with one result of each panel."""
    random, made = np.random.default_rng(31), []
    while len(made) < 200:
        size, kernel, stride, dilation = (int(n) for n in random.integers((1, 1, 1, 1), (21, 7, 5, 5)))
        if dilation * (kernel - 1) + 1 > size:
            continue
        real = len(made) % 3 == 0
        outputs = (size - dilation * (kernel - 1) - 1) // stride + 1
        made.append(
            DualityPanels(
                size, kernel, stride, dilation, x=values(random, size, real), w=values(random, kernel, real),
                delta=values(random, outputs, real),
            )
        )  # fmt: skip
    return made


# -------------------------------------------------------------------------------------------------- the padding split
def test_the_gradient_of_x_is_a_window_of_the_gradient_of_the_padded_input(splits, count):
    for split in splits:
        padded = np.zeros(split.input_size + split.total)
        for u, d in enumerate(split.delta):
            for k, weight in enumerate(split.w):
                padded[split.stride * u + k] += d * weight
        for before in range(split.total + 1):
            split.before = before
            np.testing.assert_allclose(split.padded_gradient, padded, atol=1e-9)
            expected = loops.grad_input(
                split.delta[None, None], split.w[None, None], (1, 1, split.input_size),
                stride=split.stride, padding=((before, split.total - before),),
            )[0, 0]  # fmt: skip
            np.testing.assert_allclose(split.grad_x, expected, atol=1e-9)
            count("splits of a padding whose window is the gradient of the loops")


def test_the_split_is_the_same_in_javascript(splits, in_javascript, count):
    body = "return [m.paddedGradient(g), m.splitSentence(g), m.splitProblem(g)];"
    for split, (padded, sentence, problem) in zip(
        splits, in_javascript(PaddingSplit, body, [sent(s) for s in splits]), strict=True
    ):
        np.testing.assert_allclose(padded["values"], split.padded_gradient, atol=1e-9)
        axis = Axis(split.input_size + split.total, split.kernel_size, split.stride)
        assert padded["linked"] == [len(axis.links_of_input(m)) > 0 for m in range(axis.size)]
        assert sentence == split.sentence and problem == ""
        count("padding splits the same in JavaScript and Python")
    assert sum(not all(Axis(s.input_size + s.total, s.kernel_size, s.stride).links_of_input(m).size for m in range(s.input_size + s.total)) for s in splits) > 20  # fmt: skip


def test_the_sentence_of_a_split():
    said = "the gradient of x is cells {} of the 10 cells of the gradient of the padded input"
    split = PaddingSplit()
    assert split.sentence == f"1 zero in front, 3 behind: {said.format('1 to 6')}"
    split.before = 0
    assert split.sentence == f"no zeros in front, 4 behind: {said.format('0 to 5')}"
    split.before = 4
    assert split.sentence == f"4 zeros in front, none behind: {said.format('4 to 9')}"
    assert (
        PaddingSplit(input_size=1, total=2, before=2)
        .sentence.split(": ")[1]
        .startswith("the gradient of x is cell 2 of the 3")
    )


# ------------------------------------------------------------------------------------------------ the duality panels
def test_the_three_sums(duals):
    for dual in duals:
        links = Axis(dual.input_size, dual.kernel_size, dual.stride, (0, 0), dual.dilation).links()
        z, grad_w, grad_x = np.zeros(len(dual.delta)), np.zeros(len(dual.w)), np.zeros(len(dual.x))
        for u, k, i in links:
            z[u] += dual.w[k] * dual.x[i]
            grad_w[k] += dual.delta[u] * dual.x[i]
            grad_x[i] += dual.delta[u] * dual.w[k]
        np.testing.assert_allclose(dual.z, z, atol=1e-9)
        np.testing.assert_allclose(dual.grad_w, grad_w, atol=1e-9)
        np.testing.assert_allclose(dual.grad_x, grad_x, atol=1e-9)
        spread = np.zeros(dual.stride * (len(dual.delta) - 1) + 1)
        spread[:: dual.stride] = dual.delta
        whole = np.correlate(dual.x, spread, "valid")[:: dual.dilation]
        np.testing.assert_allclose(np.concatenate([dual.grad_w, dual.grad_w_surplus]), whole, atol=1e-9)
    assert sum(len(dual.grad_w_surplus) > 0 for dual in duals) > 20


def test_the_panels_are_the_same_in_javascript(duals, in_javascript, count):
    body = """const d = m.dualOf(g), titles = m.dualTitles(g), every = {}, said = {};
    for (const [name, p] of Object.entries(d)) {
      every[name] = [...p.results, ...p.surplus].map((r) => r.value);
      said[name] = p.results.map((_, n) => m.dualSentence({ ...g, selected: [name, n] }));
    }
    return {
      every, said, titles, problem: m.dualProblem(g), outputs: m.outputsOf(g), surplus: d.grad_w.surplus.length,
      linked: d.grad_x.results.map((r) => r.linked), inserted: d.grad_x.row.map((c) => c.value),
      steps: Object.fromEntries(Object.entries(d).map(([n, p]) => [n, [p.step, p.spread, p.results.map((r) => r.meets.map((c) => c.column))]])),
      clamped: Object.keys(d).map((n) => m.dualClamped([n, 99], d)),
    };"""
    for dual, got in zip(duals, in_javascript(DualityPanels, body, [sent(d) for d in duals]), strict=True):
        s, d, around = dual.stride, dual.dilation, dual.dilation * (dual.kernel_size - 1)
        np.testing.assert_allclose(got["every"]["z"], dual.z, atol=1e-9)
        np.testing.assert_allclose(
            got["every"]["grad_w"], np.concatenate([dual.grad_w, dual.grad_w_surplus]), atol=1e-9
        )
        np.testing.assert_allclose(got["every"]["grad_x"], dual.grad_x, atol=1e-9)
        assert got["surplus"] == dual.axis.leftover // d
        assert got["problem"] == "" and got["outputs"] == len(dual.delta)
        assert got["linked"] == [len(dual.axis.links_of_input(i)) > 0 for i in range(dual.input_size)]
        inserted = np.zeros(2 * around + s * (len(dual.delta) - 1) + 1 + dual.axis.leftover)
        inserted[around::s][: len(dual.delta)] = dual.delta
        np.testing.assert_array_equal(got["inserted"], inserted)
        symbols = dict(z="z", grad_w="∂J/∂w", grad_x="∂J/∂x")
        assert {n: symbols[n] + words for n, words in got["titles"].items()} == dual.titles
        for name, (step, spread) in dict(z=(s, d), grad_w=(d, s), grad_x=(1, d)).items():
            for n, columns in enumerate(got["steps"][name][2]):
                assert columns == [step * n + spread * m for m in range(len(columns))]
            assert got["steps"][name][:2] == [step, spread]
        for name, sentences in got["said"].items():
            for n, sentence in enumerate(sentences):
                dual.selected = (name, n)
                assert sentence == dual.sentence
                count("sentences of the duality panels the same in JavaScript and Python")
        lengths = [len(dual.delta), dual.kernel_size, dual.input_size]
        assert [n for _, n in got["clamped"]] == [length - 1 for length in lengths]


def test_the_sentence_of_a_result():
    dual = DualityPanels(selected=("grad_w", 1))
    assert dual.sentence == (
        "∂J/∂w[1] = δ[0]·x[3] + δ[1]·x[5] + δ[2]·x[7] + δ[3]·x[9] = 1·3 + 7·13 + 5·23 + 3·7 = 230: the cells of x are s = 2 apart"
    )
    assert dual.links == [(0, 1, 3), (1, 1, 5), (2, 1, 7), (3, 1, 9)]
    dual.selected = ("z", 1)
    assert dual.sentence == (
        "z[1] = w[0]·x[2] + w[1]·x[5] + w[2]·x[8] = 3·11 + 1·13 + 5·15 = 121: the cells of x are d = 3 apart"
    )
    dual.selected = ("grad_x", 6)
    assert dual.sentence == (
        "∂J/∂x[6] = δ[0]·w[2] + δ[3]·w[0] = 1·5 + 3·3 = 14: the cells read are d = 3 apart, and 1 of these 3 is a zero put in"
    )
    dual.selected = ("grad_x", 11)
    assert dual.sentence == "x[11] is read by no output: the weights meet only zeros, so ∂J/∂x[11] = 0"
    dual.selected = None
    assert (
        dual.sentence == "Point at a result, or move to one with Tab and the arrow keys" and dual.links == []
    )
    one = DualityPanels(input_size=4, kernel_size=1, stride=2, dilation=1, w=[-2], selected=("z", 1))
    assert one.sentence == "z[1] = w[0]·x[2] = (−2)·5 = −10: one cell of x is read"
    one.selected = ("grad_x", 2)
    assert one.sentence == "∂J/∂x[2] = δ[1]·w[0] = 3·(−2) = −6: one cell is read"
    many = DualityPanels(stride=1, dilation=1, selected=("grad_w", 2))
    assert many.sentence.startswith("∂J/∂w[2] = δ[0]·x[2] + δ[1]·x[3] + … + δ[10]·x[12] = 1·11 + ")
    assert many.sentence.endswith(f" = {selection.number(many.grad_w[2])}: the cells of x are s = 1 apart")


def test_step_and_spread_change_places():
    titles = DualityPanels().titles
    assert titles["z"] == "z: x read by w, step s = 2, spread d = 3"
    assert titles["grad_w"] == "∂J/∂w: x read by δ, step d = 3, spread s = 2"
    assert titles["grad_x"] == "∂J/∂x: δ̂ (δ with zeros put in), read by w reversed, step 1, spread d = 3"


# ------------------------------------------------------------------------------------------------------ what they share
def test_values_and_numbers_are_the_same_in_javascript(in_javascript):
    random = np.random.default_rng(32)
    numbers = [2.0625, -2.0625, 12345.5, 0.00012345, 999999.5, -0.0, 123456789.5]
    numbers += [float(v) for v in random.normal(size=300) * 10.0 ** random.integers(-7, 12, 300)]
    for widget in BOTH:
        assert in_javascript(widget, "return m.number(g);", numbers) == list(map(selection.number, numbers))
    given = [(n, turn) for n in range(1, 41) for turn in (0, 1)]
    answers = in_javascript(PaddingSplit, "return m.oddValues(...g);", given)
    for (n, turn), row in zip(given, answers, strict=True):
        assert row == rows.odd_values(n, turn).tolist()
        assert sorted(row) == list(range(1, 2 * n, 2))
        assert n < 3 or row != sorted(row)
        assert n < 2 or row != row[::-1]
    given = [(p.delta.tolist() if p.before % 2 else rows.odd_values(len(p.delta)).tolist(), 5) for p in [PaddingSplit(total=t, before=t, delta=values(random, t + 4, True)) for t in range(9)]]  # fmt: skip
    for (old, n), row in zip(
        given, in_javascript(DualityPanels, "return m.refitRow(...g);", given), strict=True
    ):
        assert row == rows.refit_row(np.array(old), n).tolist()


INVALID = [
    (PaddingSplit, dict(before=5), "before is at most total, which is 4; got 5: use total >= 5 or less before"),
    (PaddingSplit, dict(before=-1), "before must be from 0 to 4; got -1"),
    (PaddingSplit, dict(before=1.5), "before must be an integer; got 1.5"),
    (PaddingSplit, dict(before=True), "before must be an integer; got True"),
    (PaddingSplit, dict(total=-2, before=0), "total must be at least 0; got -2"),
    (PaddingSplit, dict(stride=0), "stride must be at least 1; got 0"),
    (PaddingSplit, dict(kernel_size=11), "kernel 11 is longer than the padded input 10; use total >= 5"),
    (PaddingSplit, dict(total=27), "at most 32 cells are drawn in a row; the padded input has 6 + 27 = 33: use total <= 26"),
    (PaddingSplit, dict(input_size=40), "at most 32 cells are drawn in a row; use input_size <= 32; got 40"),
    (PaddingSplit, dict(delta=[1, 2]), "delta must have shape (8,), as these settings ask; got (2,)"),
    (PaddingSplit, dict(w="abc"), "w must be an array of real numbers; got 'abc'"),
    (PaddingSplit, dict(w=[1, np.inf, 2]), "w must hold finite numbers to be drawn"),
    (DualityPanels, dict(stride=5), "stride must be from 1 to 4; got 5"),
    (DualityPanels, dict(dilation=0), "dilation must be from 1 to 4; got 0"),
    (DualityPanels, dict(dilation="2"), "dilation must be an integer; got '2'"),
    (DualityPanels, dict(input_size=21), "input_size must be from 1 to 20; got 21"),
    (DualityPanels, dict(input_size=2, dilation=1), "kernel 3 is longer than the input 2; use kernel_size <= 2"),
    (DualityPanels, dict(input_size=6), "kernel 3 (spread over 7 by dilation 3) is longer than the input 6; use dilation <= 2"),
    (DualityPanels, dict(x=np.zeros(12)), "x must have shape (13,), as these settings ask; got (12,)"),
    (DualityPanels, dict(delta=np.zeros((1, 4))), "delta must have shape (4,), as these settings ask; got (1, 4)"),
    (DualityPanels, dict(selected=("x", 0)), 'selected is None or a pair like ("z", 0), named "z", "grad_w" or "grad_x"; got (\'x\', 0)'),
    (DualityPanels, dict(selected=("grad_w", 3)), "grad_w has 3 cells, from 0 to 2; got ('grad_w', 3)"),
    (DualityPanels, dict(selected=("z", -1)), "z has 4 cells, from 0 to 3; got ('z', -1)"),
    (DualityPanels, dict(selected=("z", 0.5)), "the index of selected must be an integer; got ('z', 0.5)"),
]  # fmt: skip


@pytest.mark.parametrize(("widget", "settings", "words"), INVALID, ids=[words[:40] for *_, words in INVALID])
def test_bad_arguments_are_named_and_nothing_changes(widget, settings, words):
    with pytest.raises(SettingError) as error:
        widget(**settings)
    assert str(error.value) == words
    if len(settings) > 1:
        return
    here = widget()
    before = repr(here), sent(here)
    with pytest.raises(SettingError) as error:
        setattr(here, *next(iter(settings.items())))
    assert str(error.value) == words
    assert (repr(here), sent(here)) == before


def test_javascript_refuses_in_the_same_words(in_javascript):
    cases = [(w, s, t) for w, s, t in INVALID if w is DualityPanels and set(s) <= {"stride", "dilation", "input_size"} and "integer" not in t and "20" not in t]  # fmt: skip
    assert len(cases) == 4
    start = dict(input_size=13, kernel_size=3, stride=2, dilation=3)
    answers = in_javascript(DualityPanels, "return m.dualProblem(g);", [start | s for _, s, _ in cases])
    assert answers == [words for *_, words in cases]
    answers = in_javascript(
        PaddingSplit, "return m.splitProblem(g);", [sent(PaddingSplit()) | s for s in (dict(before=5), dict(kernel_size=11), dict(total=5))]
    )  # fmt: skip
    assert answers[:2] == [INVALID[0][2], INVALID[6][2]] and answers[2].startswith("delta must have 9 cells")


def test_arrays_window_and_selection_follow_the_settings():
    split = PaddingSplit(before=4, delta=range(8))
    split.total = 2
    assert (split.before, split.delta.tolist()) == (2, [0, 1, 2, 3, 4, 5])
    split.kernel_size = 2
    assert split.w.tolist() == rows.odd_values(2, 1).tolist() and len(split.delta) == 7
    split.stride = 3
    assert len(split.delta) == 3 and len(split.padded_gradient) == 8
    dual = DualityPanels(selected=("z", 3))
    dual.stride = 4
    assert dual.selected == ("z", 1) and dual.delta.tolist() == rows.odd_values(2).tolist()
    dual.selected = ["grad_x", np.int64(12)]
    assert dual.selected == ("grad_x", 12)
    dual.input_size = 9
    assert dual.selected == ("grad_x", 8) and len(dual.x) == 9
    with pytest.raises(ValueError):
        dual.x[0] = 3  # replaced, never mutated


def test_default_values_keep_the_house_rules():
    split, dual = PaddingSplit(), DualityPanels()
    for array in (split.delta, split.w, dual.x, dual.w, dual.delta):
        assert (array % 2 == 1).all() and len(set(array)) == array.size and array.min() > 0
        assert array.tolist() != array[::-1].tolist()
    assert len({split.input_size, split.kernel_size, split.stride, split.total}) == 4
    assert split.before != split.total - split.before
    assert len({dual.input_size, dual.kernel_size, dual.stride, len(dual.delta)}) == 4


REPRS = {
    "PaddingSplit(input_size=6, kernel_size=3, total=4, before=1)": PaddingSplit,
    "PaddingSplit(input_size=5, kernel_size=2, stride=3, total=4, before=0)": lambda: PaddingSplit(5, 2, 3, before=0),
    "DualityPanels(input_size=13, kernel_size=3, stride=2, dilation=3, selected=('z', 0))": DualityPanels,
    "DualityPanels(input_size=13, kernel_size=3, stride=2, dilation=3, selected=None)": lambda: DualityPanels(selected=None),
}  # fmt: skip


@pytest.mark.parametrize("text", REPRS)
def test_repr_and_still_picture(text):
    widget = REPRS[text]()
    assert repr(widget) == text
    bundle = widget._repr_mimebundle_()
    assert bundle["text/plain"] == text
    assert "<img alt=" in bundle["text/html"] and "application/vnd.jupyter.widget-view+json" in bundle
    assert "Run this cell, and you can point at its cells." in bundle["text/html"]
    none = getattr(widget, "selected", 0) is None
    assert widget.picture().text == ["No result is selected" if none else widget.sentence]


def drawn(picture):
    """The rows of a picture: title, and column -> text of every cell."""
    return [(row["title"], {c["column"]: c["text"] for c in row["cells"]}) for row in picture.panels]


@pytest.mark.parametrize("widget", BOTH)
def test_the_rows_of_a_still_picture_stand_on_the_same_columns(widget):
    picture = widget().picture()
    (image,) = (Read(image) for image in picture.images)
    squares = [square for shape in image.shapes for square in shape.squares if square[3] == 34]
    side = min(width for *_, width, _ in squares)
    columns = {cell["column"] for row in picture.panels for cell in row["cells"]}
    assert {round((x - 1.5) / side, 1) for x, _, width, _ in squares if width == side} == columns
    assert len({y for _, y, *_ in squares}) == len(picture.panels)


def test_what_stands_in_the_still_pictures():
    split = PaddingSplit(input_size=9, kernel_size=4, stride=3, total=5, before=3)
    w, delta, padded, x = drawn(split.picture())
    assert delta[1] == {1.5: "1", 4.5: "7", 7.5: "5", 10.5: "3"} and w[1] == {0: "3", 1: "1", 2: "7", 3: "5"}
    assert padded[1] == {m: selection.number(v) for m, v in enumerate(split.padded_gradient)}
    assert x[1] == {3 + i: selection.number(v) for i, v in enumerate(split.grad_x)}
    row = split.picture().panels[2]
    assert row["outline"] == (3, 9, "[3, 12)")
    assert split.picture().notes == "hatched: read by no output" and PaddingSplit().picture().notes == ""
    assert [c["style"] for c in row["cells"]] == ["pad"] * 3 + [None] * 9 + ["pad", "unlinked"]
    assert f"∂J/∂x: {rows.say(split.grad_x)}." in split.picture().alt
    dual = DualityPanels(11, 2, stride=4, dilation=1, selected=("grad_x", 5))
    *_, grad_w, w, inserted, grad_x = drawn(dual.picture())
    assert grad_w == ("∂J/∂w (dotted: no such weight)", {0: "75", 1: "91", 2: "129"})
    assert w[1] == {5: "1", 6: "3"} and [inserted[1][c] for c in (1, 5, 9)] == ["1", "5", "3"]
    assert set(inserted[1]) == set(range(12)) and set(grad_x[1]) == set(range(11))
    strong = [[c["column"] for c in row["cells"] if c.get("strong")] for row in dual.picture().panels]
    assert strong[-2:] == [[5, 6], [5]] and not any(strong[:-2])
    assert "129: no such weight" in dual.picture().alt
    picture = DualityPanels(selected=("grad_w", 1)).picture()
    assert drawn(picture)[2] == (picture.panels[2]["title"], {3: "1", 5: "7", 7: "5", 9: "3"})
    assert [c["column"] for c in picture.panels[3]["cells"] if c["strong"]] == [3, 5, 7, 9]
    assert [c["column"] for c in picture.panels[4]["cells"]] == [0, 3, 6]


@pytest.mark.parametrize("widget", BOTH)
def test_export_keeps_existing_files(tmp_path, widget):
    here = widget()
    path = here.export_html(tmp_path / "page.html")
    text = path.read_text(encoding="utf-8")
    assert text == here.export_html() and f"<title>{widget._TITLE}</title>" in text
    assert text.count("http") == 1  # the only address is SVG's name
    state = json.loads(text.split("const state = ")[1].split(";\nconst model")[0])
    assert state == json.loads(json.dumps(sent(here)))
    with pytest.raises(FileExistsError, match="overwrite=True"):
        here.export_html(path)
    here.export_html(path, overwrite=True, title="a < b")
    assert "<title>a &lt; b</title>" in path.read_text(encoding="utf-8")
