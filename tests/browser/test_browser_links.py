"""The lines of the explorer: from which cell to which, in which colour and dash, and which of them stand out."""

# ruff: noqa: E501 (JavaScript is kept on one line)

import numpy as np
import pytest
from browsing import exported, recolour, resize, settle
from explorer import Explorer, assert_readable

from convbp_helpers.selection import LINES, lines_sentence, links_of
from convbp_helpers.widgets import InfluenceExplorer, SettingError

DASHES = ["none", "7px, 3px", "2px, 3px", "9px, 3px, 2px, 3px"]
THIN = 48  # links; more have thinner lines, and dashes only at the edges of their cells

#: Every line as [colour, dash, width, [[x, y], [x, y], [x, y]]] on the page: two halves of a dashed line are put together.
READ = """(kind) => {
  const from = document.querySelector(".cbp-behind").getBoundingClientRect(), lines = [];
  const place = (...pairs) => pairs.map(([x, y]) => [Number(x) + from.left, Number(y) + from.top]);
  for (const group of document.querySelectorAll(`${kind} .cbp-link`)) {
    const halves = [...group.querySelectorAll("line")], path = group.querySelector("path");
    const { stroke, strokeDasharray, strokeWidth } = getComputedStyle(path ?? halves[0]);
    const found = (points) => lines.push([stroke, strokeDasharray, strokeWidth, points]);
    for (const course of path?.getAttribute("d").split("M").slice(1) ?? []) found(place(...course.split("L").map((pair) => pair.split(" "))));
    const ends = halves.map((e) => ["1", "2"].map((n) => [e.getAttribute("x" + n), e.getAttribute("y" + n)]));
    for (let n = 0; n < ends.length; n += 2) {
      const [[x, w], [again, z]] = [ends[n], ends[n + 1]];
      w.join() === again.join() ? found(place(x, w, z)) : lines.push(["broken"]);
    }
  }
  return lines;
}"""
MIDDLES = """() => Object.fromEntries([...document.querySelectorAll(".cbp .cbp-cell")].map((cell) => {
  const { left, right, top, bottom } = cell.getBoundingClientRect();
  return [cell.dataset.key, [(left + right) / 2, (top + bottom) / 2]];
}))"""


class Drawn(Explorer):
    def lines(self, kind=".cbp-fan"):
        return self.page.evaluate(READ, kind)

    def choose(self, key):
        self.cell(key).focus()
        self.page.wait_for_function(
            "key => document.querySelector('[data-key=\"' + key + '\"]').ariaSelected", arg=key
        )


@pytest.fixture
def page_of(offline, tmp_path):
    with exported(offline, tmp_path, Drawn, ".cbp .cbp-cell") as open_page:
        yield lambda width=1300, scheme="light", **settings: open_page(
            InfluenceExplorer(**settings), width, scheme
        )


@pytest.fixture(autouse=True)
def counted(count):
    yield
    count("browser tests of the explorer's lines")


def keys_of(link):
    out, weight, inp = link
    return [",".join(map(str, (name, *index))) for name, index in (("x", inp), ("w", weight), ("z", out))]


def ends(middles, link):
    return [middles[key] for key in keys_of(link)]


def assert_lines(book, explorer, selected):
    """One line for each link of Python, from middle to middle, in the colour of its tap and the dash of its filter."""
    layer = explorer.layer
    links = links_of(layer, selected, explorer.muted if explorer.view == "grad_x" else ())
    middles, lines = book.page.evaluate(MIDDLES), book.lines()
    assert len(lines) == len(links)
    rounded = lambda points: tuple(round(float(n)) for point in points for n in point)  # noqa: E731
    expected = {rounded(ends(middles, link)): link for link in links}
    assert len(expected) == len(links)
    near = sorted(expected)
    taps = {}
    for (colour, dash, width, points), key in zip(
        sorted(lines, key=lambda l: rounded(l[3])), near, strict=True
    ):  # noqa: E741
        assert np.abs(np.subtract(rounded(points), key)).max() <= 1, (selected, points, key)
        (f, *_), (_, _, *tap), _ = expected[key]
        assert dash == (DASHES[f % 4] if len(links) <= THIN else "none")
        assert width == ("2px" if len(links) <= THIN else "1.2px")
        assert taps.setdefault(tuple(tap), colour) == colour
    most = min(len(taps), 16)
    assert len(set(taps.values())) == most
    return len(links)


def random_explorers(seed, count):
    random = np.random.default_rng(seed)
    views = ("forward", "grad_x", "grad_w")
    while count:
        rank = int(random.integers(1, 3))
        draw = lambda low, high: tuple(int(n) for n in random.integers(low, high, rank))  # noqa: E731, B023
        groups = int(random.integers(1, 3))
        try:
            explorer = InfluenceExplorer(
                input_size=draw(3, 9), kernel_size=draw(1, 4), stride=draw(1, 3), dilation=draw(1, 3),
                padding=tuple((int(a), int(b)) for a, b in random.integers(0, 3, (rank, 2))), groups=groups,
                channels=groups * int(random.integers(1, 3)), filters=groups * int(random.integers(1, 3)),
                view=views[count % 3], controls=False,
            )  # fmt: skip
        except SettingError:
            continue
        cells = [(n, *(int(random.integers(size)) for size in explorer._shapes[n])) for n in "xwz"]
        yield explorer, cells
        count -= 1


def test_lines_join_the_middles_of_exactly_the_linked_cells(offline, tmp_path, count):
    """Random layers, all views, a cell of each array; wide, then wrapped, after the page's width has changed."""
    drawn = 0
    with exported(offline, tmp_path, Drawn, ".cbp .cbp-cell") as open_page:
        for explorer, cells in random_explorers(5, 21):
            book = open_page(explorer)
            for cell in cells:
                book.choose(",".join(map(str, cell)))
                drawn += assert_lines(book, explorer, cell)
            for width in (800, 400):
                resize(book.page, width)
                drawn += assert_lines(book, explorer, cells[-1])
    assert drawn > 400
    count("lines measured, from middle to middle of the linked cells", drawn)


def test_lines_follow_when_the_maps_wrap_move_and_scroll(page_of):
    settings = dict(channels=3, filters=4, padding=1, selected=("x", 1, 2, 3))
    book, explorer = page_of(**settings), InfluenceExplorer(**settings)
    start = book.page.evaluate(MIDDLES)["z,3,0,0"]
    assert_lines(book, explorer, ("x", 1, 2, 3))
    resize(book.page, 800)
    assert book.page.evaluate(MIDDLES)["z,3,0,0"] != start
    assert_lines(book, explorer, ("x", 1, 2, 3))
    book.page.evaluate("scrollTo(0, 200)")
    assert_lines(book, explorer, ("x", 1, 2, 3))
    # the width is the same, but the maps move: the lines are drawn anew
    book.page.add_style_tag(content=".cbp-panel .cbp-title { height: 60px !important; }")
    settle(book.page)
    assert_lines(book, explorer, ("x", 1, 2, 3))


@pytest.mark.parametrize(("view", "selected", "many"), [("forward", ("x", 0, 2, 3), 12), ("grad_x", ("w", 1, 0, 0, 1), 24), ("grad_w", ("z", 1, 2, 3), 6)])  # fmt: skip
def test_each_view_shows_its_fan_and_moves_it_with_the_pointer(page_of, view, selected, many):
    explorer = InfluenceExplorer(filters=2, view=view)
    book = page_of(filters=2, view=view)
    assert book.lines() == []
    for move in (selected, (*selected[:-1], selected[-1] - 1)):
        book.cell(",".join(map(str, move))).hover()
        assert assert_lines(book, explorer, move) == many


def test_muted_filters_have_no_lines(page_of):
    settings = dict(filters=3, view="grad_x", muted=(1,), selected=("x", 2, 3))
    assert assert_lines(page_of(**settings), InfluenceExplorer(**settings), ("x", 0, 2, 3)) == 12


def test_the_edges_of_lit_cells_have_the_dash_of_their_filter(page_of):
    book = page_of(filters=5, view="grad_x", selected=("x", 2, 3))
    dash = lambda key: book.lit_cell(key).evaluate("e => getComputedStyle(e).strokeDasharray")  # noqa: E731
    for f in range(5):
        assert dash(f"w,{f},0,0,0") == dash(f"z,{f},2,3") == DASHES[f % 4]
    assert dash("x,0,2,3") == "none"
    assert book.page.locator(".cbp-hint").inner_text().startswith(lines_sentence(5))
    assert page_of().page.locator(".cbp-hint").inner_text().startswith("Click a cell")


def test_what_is_said_of_the_lines():
    assert lines_sentence(1) == ""
    assert lines_sentence(2) == "lines: filter 0 solid, filter 1 dashed"
    assert lines_sentence(5).endswith(f"filter 3 {LINES[3]}, then again from the start")


def test_very_many_lines_are_thinner(page_of):
    settings = dict(
        input_size=(16, 16), kernel_size=(3, 3), filters=2, selected=("w", 1, 1, 1), controls=False
    )
    book = page_of(**settings)
    assert assert_lines(book, InfluenceExplorer(**settings), ("w", 1, 0, 1, 1)) == 196
    casing = book.page.locator(".cbp-fan .cbp-casing").first.evaluate("e => getComputedStyle(e).strokeWidth")
    assert casing == "2px"


def test_a_line_has_a_casing_and_lies_under_lit_cells_and_all_numbers(page_of):
    book = page_of(selected=("x", 2, 3))
    assert book.page.locator(".cbp-casing path").count() == book.page.locator(".cbp-link path").count() == 6
    casing = book.page.locator(".cbp-casing").first.evaluate(
        "e => [getComputedStyle(e).stroke, getComputedStyle(e).strokeWidth]"
    )
    assert casing == ["rgb(118, 118, 118)", "3.5px"]
    order = book.page.eval_on_selector_all(".cbp-behind > g", "e => e.map((g) => g.classList[0])")
    assert order.index("cbp-fan") < order.index("cbp-fills")
    layers = [".cbp-behind", ".cbp-stage", ".cbp-over"]  # the numbers are in the second
    depths = [book.page.locator(name).evaluate("e => getComputedStyle(e).zIndex") for name in layers]
    assert depths == ["auto", "1", "2"]
    for name in (layers[0], layers[2]):
        assert book.page.locator(name).get_attribute("aria-hidden") == "true"
    box = book.cell("x,0,3,4").bounding_box()
    hit = book.page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).dataset.key", [box["x"] + 9, box["y"] + 9]
    )
    assert hit == "x,0,3,4"  # the lines are no target of the pointer


@pytest.mark.parametrize(("scheme", "ink"), [("light", "rgb(31, 31, 31)"), ("dark", "rgb(26, 26, 26)")])
def test_numbers_on_lit_cells_are_dark_in_every_theme(page_of, scheme, ink):
    book = page_of(scheme=scheme, selected=("x", 0, 2, 3), channels=2, padding=1)
    colour = lambda key: book.cell(key).evaluate("e => getComputedStyle(e).color")  # noqa: E731
    plain = colour("z,0,0,0")
    assert colour("z,0,3,4") == colour("w,0,0,1,1") == ink
    assert plain == (ink if scheme == "light" else "rgb(237, 237, 237)")
    assert colour("x,0,2,3") == plain  # chosen, but not filled
    book.choose("x,1,4,6")
    assert colour("z,0,3,4") == plain and colour("z,0,4,6") == ink
    assert_readable(book.page)


def test_a_widget_that_the_page_let_go_hears_no_theme(page_of):
    book = page_of(selected=("x", 2, 3))
    book.page.evaluate("document.body.replaceChildren()")
    recolour(book.page, "dark")  # the fixture sees an error in the console


def faded(book):
    return book.page.locator(".cbp-fan").evaluate("e => getComputedStyle(e).opacity") != "1"


def test_the_link_of_a_term_stands_out(page_of):
    book = page_of(filters=2, view="grad_x", selected=("x", 2, 3))
    links = links_of(InfluenceExplorer(filters=2).layer, ("x", 0, 2, 3))
    assert not faded(book) and book.lines(".cbp-hot-fan") == []
    middles = book.page.evaluate(MIDDLES)
    for n in (1, 8):
        book.page.locator(".cbp-term").nth(n).hover()
        [(_, _, width, points)] = book.lines(".cbp-hot-fan")
        assert np.abs(np.subtract(points, ends(middles, links[n]))).max() <= 1
        assert faded(book) and width == "3.5px"
    book.page.mouse.move(3, 3)
    assert not faded(book) and book.lines(".cbp-hot-fan") == []
    book.page.locator(".cbp-term").nth(2).focus()  # keys
    assert faded(book) and len(book.lines(".cbp-hot-fan")) == 1
    book.page.keyboard.press("ArrowRight")
    [(*_, points)] = book.lines(".cbp-hot-fan")
    assert np.abs(np.subtract(points, ends(middles, links[3]))).max() <= 1


def test_the_focus_does_not_move_what_is_held(page_of):
    """Who holds a cell by Enter reaches its terms by Tab: on the way the focus chooses no other. Arrows do."""
    book = page_of()
    keys = book.page.keyboard
    book.cell("z,0,0,0").focus()
    keys.press("ArrowRight")
    keys.press("Enter")
    held = book.sentence()
    assert held.startswith("z[0,1]")
    for key in ("Shift+Tab", "Shift+Tab", "Tab"):
        keys.press(key)
        assert book.sentence() == held, key
    book.page.locator(".cbp-term").first.focus()
    assert book.sentence() == held
    keys.press("Escape")
    book.cell("x,0,1,1").focus()
    keys.press("ArrowRight")
    assert book.sentence().startswith("x[1,2]")


def test_while_a_cell_is_held_the_link_of_a_partner_stands_out(page_of):
    book = page_of(filters=2, view="grad_x")
    book.cell("x,0,2,3").click()
    middles, links = book.page.evaluate(MIDDLES), links_of(InfluenceExplorer(filters=2).layer, ("x", 0, 2, 3))
    book.cell("z,1,1,2").hover()
    mine = [link for link in links if link[0] == (1, 1, 2)]
    [(*_, points)] = book.lines(".cbp-hot-fan")
    assert np.abs(np.subtract(points, ends(middles, mine[0]))).max() <= 1 and faded(book)
    assert book.page.locator(".cbp-term.cbp-hot").count() == 1
    book.cell("x,0,0,0").hover()  # no partner
    assert not faded(book) and book.sentence().startswith("x[2,3]")
    book.page.keyboard.press("Escape")
    book.cell("x,0,0,1").hover()
    assert book.sentence().startswith("x[0,1]")
    book.cell("x,0,2,3").click()
    book.cell("z,0,2,2").hover()
    assert faded(book)
    book.page.mouse.move(3, 3)
    assert not faded(book)


def test_nothing_moves_by_itself(page_of):
    """Also where no motion is asked to be reduced: lines are drawn at once."""
    book = page_of(selected=("x", 2, 3))
    book.cell("x,0,3,3").hover()
    assert book.page.evaluate("document.querySelector('.cbp').getAnimations({ subtree: true }).length") == 0
