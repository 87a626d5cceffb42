"""The matrix explorer: its entries are the layer's, Python and its page say the same, and the picture shows it."""

import re

import numpy as np
import pytest
from test_widgets import in_javascript, random_settings

from convbp_helpers import loops, matrix
from convbp_helpers.widgets import MatrixExplorer, SettingError
from convbp_helpers.widgets import matrix_entries as entries
from convbp_helpers.widgets.explorer_values import layer_of

ALL = dict(
    input_size=(4, 5), kernel_size=(2, 3), stride=(1, 2), padding=((1, 0), (0, 2)), channels=4, filters=2, groups=2
)  # fmt: skip
SUM_X = "∂J/∂x[2,3] = w[1,2]·δ[1,1] + w[1,1]·δ[1,2] + … + w[0,0]·δ[2,3]."
SUM_Z = "z[1,2] = w[0,0]·x[1,2] + w[0,1]·x[1,3] + … + w[1,2]·x[2,4] + b."
SAID = {
    ("A", 8, 19): "Row z[1,2], column x[2,3]: the entry is w[1,1] = 5, because 2 = 1 + 1 and 3 = 2 + 1.",
    (
        "A",
        0,
        39,
    ): "Row z[0,0], column x[4,7]: 0, no weight joins them, because 4 = 0 + k holds for no k from 0 to 1 "
    "and 7 = 0 + l holds for no l from 0 to 2.",
    ("x", 2, 3): f"Column x[2,3] has 6 entries, one for each link: {SUM_X}",
    ("z", 1, 2): f"Row z[1,2] has 6 entries, one for each link: {SUM_Z}",
    (
        "w",
        1,
        1,
    ): "w[1,1] = 5 stands in 24 entries of A, one for each of its links: from row z[0,0], column x[1,1] "
    "to row z[3,5], column x[4,6].",
}
SAID_TRANSPOSED = {
    (
        "A",
        8,
        19,
    ): "Row x[2,3] of Aᵀ, column z[1,2]: the entry is w[1,1] = 5, because 2 = 1 + 1 and 3 = 2 + 1.",
    ("x", 2, 3): f"Row x[2,3] of Aᵀ has 6 entries, one for each link: {SUM_X}",
    ("z", 1, 2): f"Column z[1,2] of Aᵀ has 6 entries, one for each link: {SUM_Z}",
    (
        "w",
        1,
        1,
    ): "w[1,1] = 5 stands in 24 entries of Aᵀ, one for each of its links: from row x[1,1], column z[0,0] "
    "to row x[4,6], column z[3,5].",
}


@pytest.fixture(scope="module")
def explorers():
    """300 explorers of random layers, every third in groups."""
    random = np.random.default_rng(31)
    made = []
    while len(made) < 300:
        settings = random_settings(random, groups=2 if len(made) % 3 == 2 else 1)
        if not entries.problem_of_matrix(layer_of(**settings)):
            explorer = MatrixExplorer(**settings, transposed=bool(random.integers(2)))
            explorer.w = random.integers(-9, 10, explorer.w.shape) * 0.5
            made.append(explorer)
    return made


def some_selections(explorer, random):
    """No selection, a cell of each array, a linked entry where there is one, three other entries."""
    layer = explorer.layer
    cell = lambda name, shape: (name, *(int(random.integers(n)) for n in shape))  # noqa: E731
    cells = [cell("x", layer.x_shape[1:]), cell("w", layer.w_shape), cell("z", layer.out_shape[1:])]
    links = entries.entry_links(layer)
    linked = [("A", *entries.entry_of(layer, links[int(random.integers(len(links)))]))] if links else []
    return [None, *cells, *linked, *(cell("A", entries.matrix_shape(layer)) for _ in range(3))]


def pushed_through(explorer):
    """A by its columns: what the layer makes of an input that is 1 in one cell and 0 elsewhere."""
    layer = explorer.layer
    columns = []
    for n in range(int(np.prod(layer.x_shape))):
        x = np.zeros(layer.x_shape)
        x.flat[n] = 1
        columns.append(loops.forward(x, explorer.w, **layer.settings).ravel())
    return np.array(columns).T


# ------------------------------------------------------------------------------------------------------ the entries
def test_the_matrix_is_what_unit_inputs_show(explorers, count):
    for explorer in explorers[:120]:
        np.testing.assert_array_equal(explorer.A, pushed_through(explorer), strict=True)
    count("matrices of layers against unit inputs pushed through the loops", 120)


def test_the_transpose_is_the_gradient():
    explorer = MatrixExplorer(**ALL)
    layer = explorer.layer
    delta = np.random.default_rng(2).normal(size=layer.out_shape)
    grad_x = loops.grad_input(delta, explorer.w, layer.x_shape, **layer.settings)
    np.testing.assert_allclose(explorer.A.T @ delta.ravel(), grad_x.ravel(), rtol=1e-12, strict=True)


def test_javascript_has_the_same_matrix(explorers, tmp_path, count):
    given = [explorer._state() for explorer in explorers]
    told = in_javascript(tmp_path, "return m.matrixOf(m.layerOf(g), g.w);", given, MatrixExplorer)
    for A, explorer in zip(told, explorers, strict=True):
        np.testing.assert_array_equal(np.array(A, float), explorer.A, strict=True)
    count("matrices of layers, in Python and in JavaScript", len(given))


def test_javascript_selects_the_same_links(explorers, tmp_path):
    random = np.random.default_rng(5)
    cases = [(e, selected) for e in explorers for selected in some_selections(e, random)]
    given = [{**e._state(), "selected": selected} for e, selected in cases]
    told = in_javascript(tmp_path, "return m.entryLinks(m.layerOf(g), g.selected);", given, MatrixExplorer)
    for links, (e, selected) in zip(told, cases, strict=True):
        assert [tuple(map(tuple, link)) for link in links] == entries.entry_links(e.layer, selected)


def test_the_links_of_a_selection_are_the_entries_of_its_row_column_and_weight():
    explorer = MatrixExplorer(**ALL)
    explorer.w = 1 + np.arange(explorer.w.size).reshape(
        explorer.w.shape
    )  # all different: an entry tells its weight
    layer, A = explorer.layer, explorer.A

    def where(selected):
        return sorted(entries.entry_of(layer, link) for link in entries.entry_links(layer, selected))

    for row in range(len(A)):
        out, _ = entries.cells_of(layer, row, 0)
        assert where(out) == [(row, int(c)) for c in np.flatnonzero(A[row])]
    for column in range(A.shape[1]):
        _, inp = entries.cells_of(layer, 0, column)
        assert where(inp) == [(int(r), column) for r in np.flatnonzero(A[:, column])]
    for weight in np.ndindex(*explorer.w.shape):
        assert where(("w", *weight)) == [tuple(map(int, e)) for e in np.argwhere(A == explorer.w[weight])]


# ---------------------------------------------------------------------------------------------------- the sentence
def test_javascript_says_the_same(explorers, tmp_path, count):
    random = np.random.default_rng(8)
    cases = [(e, selected) for e in explorers for selected in some_selections(e, random)]
    given = [{**e._state(), "selected": selected} for e, selected in cases]
    body = "return m.matrixSentence(m.layerOf(g), g.w, g.selected, g.transposed);"
    told = in_javascript(tmp_path, body, given, MatrixExplorer)
    own = [entries.matrix_sentence(e.layer, e.w, selected, e.transposed) for e, selected in cases]
    assert told == own
    kinds = (
        "the entry is",
        "0, no weight joins them",
        "is all zeros",
        "reads only channel",
        "stands in no entry",
    )
    kinds += ("for its one link", "on padding", "stands in")
    for kind in kinds:
        assert sum(kind in said for said in own) > 3, kind
    count("sentences of matrices, in Python and in JavaScript", len(given))


def test_an_entry_is_explained_by_a_true_equation(explorers):
    """Each "i = s·u + d·k − p" that is given as a reason holds, and each that is said to hold for no tap does not."""
    random = np.random.default_rng(13)
    seen = {True: 0, False: 0}
    for explorer in explorers:
        for selected in some_selections(explorer, random)[4:]:
            explorer.selected = selected
            said = explorer.sentence.replace("·", "*").replace("−", "-")
            for left, right in re.findall(r"(\d+) = ([\d*+ -]+\d)(?= and|\.)", said.partition("because")[2]):
                assert int(left) == eval(right), explorer.sentence
                seen[True] += 1
            for left, right, letter, last in re.findall(
                r"(\d+) = ([\d*+ kl-]+) holds for no (.) from 0 to (\d+)", said
            ):
                assert all(int(left) != eval(right, {letter: k}) for k in range(int(last) + 1)), (
                    explorer.sentence
                )
                seen[False] += 1
    assert min(seen.values()) > 100


@pytest.mark.parametrize("transposed", [False, True])
def test_what_is_said_of_the_running_example(transposed):
    for selected, said in (SAID_TRANSPOSED if transposed else SAID).items():
        assert MatrixExplorer(selected=selected, transposed=transposed).sentence == said


def test_what_is_said_of_stride_padding_and_groups():
    explorer = MatrixExplorer((6, 7), (2, 3), 2, 1, 2, channels=2, filters=2, groups=2, selected=("A", 0, 50))
    row, why = "Row z[0,0,0], column", "because filter 0 reads only channel 0."
    assert explorer.sentence == f"{row} x[1,1,1]: 0, no weight joins them, {why}"
    explorer.selected = ("A", 0, 8)
    why = "because 1 = 2·0 + 2·1 − 1 and 1 = 2·0 + 2·1 − 1."
    assert explorer.sentence == f"{row} x[0,1,1]: the entry is w[0,1,1] = 5, {why}"
    explorer.selected = ("x", 0, 0, 0)
    assert explorer.sentence.startswith("Column x[0,0,0] is all zeros: x[0,0,0] is read by no output: ")


# ------------------------------------------------------------------------------------------------------ the settings
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dict(stride=0), "stride must be at least 1; got 0"),
        (dict(kernel_size=(6, 3)), "kernel 6 is longer than the input 5; use padding >= 1 on each side"),
        (dict(groups=2), "groups must divide C and F; groups = 2 does not divide C = 1; use groups = 1"),
        (dict(input_size=(11, 11)), r"at most 120 rows .* and 120 columns .* has 90 and 121: use a smaller"),
        (dict(filters=6), "this layer has 144 and 40: use a smaller input_size, or fewer channels and filters"),
        (dict(w=[1, 2, 3]), r"w must have shape \(1, 1, 2, 3\)"),
        (dict(transposed=1), "transposed must be True or False; got 1"),
        (dict(controls=("groups",)), "controls are named stride, padding, .*; got 'groups'"),
        (dict(selected=("A", 24, 0)), "A has 24 rows and 40 columns: .* from 0 to 23 and columns from 0 to 39"),
        (dict(selected=("A", 1)), "an entry is selected by two integers"),
        (dict(selected=("q", 1)), r'or an entry \("A", row, column\); got'),
        (dict(selected=("x", 9, 9)), "is no cell of it"),
    ],
)  # fmt: skip
def test_an_impossible_setting_is_refused_and_nothing_changes(change, words):
    with pytest.raises(SettingError, match=words):
        MatrixExplorer(**change)
    explorer = MatrixExplorer(selected=("A", 8, 19))
    before = explorer._state()
    (name, value), *_ = change.items()
    with pytest.raises(SettingError, match=words):
        setattr(explorer, name, value)
    assert explorer._state() == before


def test_javascript_refuses_in_the_same_words(tmp_path):
    given = []
    for change in (dict(filters=6), dict(input_size=(11, 11)), dict(kernel_size=(6, 3)), dict(stride=(0, 1))):
        given.append(MatrixExplorer()._state() | change)
    told = in_javascript(tmp_path, "return m.matrixProblem(g);", given, MatrixExplorer)
    assert all(told)
    for problem, state in zip(told, given, strict=True):
        settings = {name: state[name] for name in MatrixExplorer._SETTINGS}
        with pytest.raises(SettingError, match=re.escape(problem)):
            MatrixExplorer(**settings)


def test_settings_bring_weights_and_selection_along():
    explorer = MatrixExplorer(selected=("A", 23, 39))
    explorer.padding = 1
    assert explorer.A.shape == (48, 40) and explorer.selected == ("A", 23, 39)
    explorer.stride = 3
    assert explorer.A.shape == (6, 40) and explorer.selected == ("A", 5, 39)
    explorer.channels = 2
    assert explorer.w.shape == (1, 2, 2, 3) and explorer.selected == ("A", 5, 39)
    explorer.selected = ("w", 1, 1, 2)  # the filter is left out: there is one
    assert explorer.selected == ("w", 0, 1, 1, 2)


# ------------------------------------------------------------------------------------------------------ the picture
def test_the_picture_has_the_matrix_and_the_maps():
    explorer = MatrixExplorer(selected=("A", 8, 19))
    picture = explorer.picture()
    assert len(picture.images) == 4 and picture.text == [explorer.sentence]
    assert "w[1,1] = 5 in 24 entries" in picture.alt and explorer.sentence in picture.alt
    x, w, z = picture.panels
    np.testing.assert_array_equal(explorer.A @ x["array"].ravel(), z["array"].ravel())
    assert [list(panel["highlight"]) for panel in (x, w, z)] == [[(2, 3)], [(1, 1)], [(1, 2)]]
    svg = picture.images[0].svg
    assert svg.count("<text") > 150 and svg.count('stroke="#009E73"') == svg.count('stroke="#0072B2"') == 1


def test_the_picture_of_the_transpose_holds_the_gradient():
    explorer = MatrixExplorer(**ALL, transposed=True, selected=("x", 1, 2, 3))
    panels = explorer.picture().panels
    grad_x, delta = (
        [p["array"].ravel() for p in panels if p["title"].startswith(name)] for name in ("∂J/∂x", "δ")
    )
    np.testing.assert_allclose(explorer.A.T @ np.concatenate(delta), np.concatenate(grad_x))
    assert explorer.picture().images[0].height > explorer.picture().images[0].width


@pytest.mark.parametrize("selected", [None, ("A", 0, 0), ("A", 0, 5), ("x", 4), ("w", 2), ("z", 0)])
def test_a_row_has_a_picture_and_text_for_a_page_without_a_kernel(selected):
    explorer = MatrixExplorer(6, 3, selected=selected)
    page = explorer._repr_mimebundle_()["text/html"]
    assert page.count("<img alt=") == 4 and "This is a picture of it" in page
    assert "Point at" not in explorer.picture().text[0]


def test_repr_is_short():
    assert repr(MatrixExplorer()) == "MatrixExplorer(input_size=(5, 8), kernel_size=(2, 3), selected=None)"
    assert "groups=2, transposed=True" in repr(MatrixExplorer(**ALL, transposed=True))


def test_the_matrix_is_that_of_the_package(explorers, count):
    for explorer in explorers:
        layer = explorer.layer
        A = matrix.by_input(explorer.w, (1, layer.channels, *layer.input_grid), **layer.settings)
        np.testing.assert_array_equal(explorer.A, A)
    count("matrices of the explorer and of the package", len(explorers))
