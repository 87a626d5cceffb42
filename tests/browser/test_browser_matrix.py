"""The matrix explorer, in a browser: an entry and its cells light up together, by pointer and by keys."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import COLORS, Seen, exported, looks, resize, settle
from explorer import OVERFLOW, assert_readable

from convbp_helpers.widgets import MatrixExplorer
from convbp_helpers.widgets.matrix_entries import entry_links, entry_of

#: JavaScript: where the middle of an entry is on the page, from that of an entry with a link.
AT = """([row, column]) => {
  const [rect] = document.querySelectorAll(".cbp-entries rect"), box = rect.getBoundingClientRect();
  const [r, c] = rect.dataset.entry.split(",").map(Number), side = Number(rect.getAttribute("width"));
  const turned = document.querySelector("[data-name=transposed]")?.getAttribute("aria-pressed") === "true";
  const [down, right] = turned ? [column - c, row - r] : [row - r, column - c];
  return [box.left + (right + 0.5) * side + 0.5, box.top + (down + 0.5) * side + 0.5];
}"""
SHAPES = (
    "() => {"
    + COLORS
    + """
  const found = [], page = ground(document.querySelector(".cbp")), style = (e) => getComputedStyle(e);
  const shapes = ".cbp-entries rect, .cbp-band, .cbp-chosen, .cbp-matrix-maps, .cbp-matrix-rows";
  for (const e of document.querySelectorAll(shapes))
    if (e.getAttribute("d") !== "") found.push([ratio(rgb(style(e).stroke), page), e.getAttribute("class") ?? "entry"]);
  return found.filter(([r]) => !(r >= 3));
}"""
)


class Matrix(Seen):
    def at(self, row, column):
        return self.page.evaluate(AT, [row, column])

    def point(self, row, column):
        self.page.mouse.move(*self.at(row, column))

    def sentence(self):
        return self.page.locator(".cbp-sentence").inner_text()

    def lit(self):
        """The cells of the maps that are lit."""
        return set(
            self.page.eval_on_selector_all(".cbp-lit", "e => e.flatMap((n) => n.dataset.lit.split(' '))")
        )

    def bands(self):
        return self.page.eval_on_selector_all(".cbp-band", "e => e.map((n) => n.dataset.band)")

    def chosen(self):
        """How many entries are outlined."""
        return (self.page.locator(".cbp-chosen").get_attribute("d") or "").count("M")

    def tags(self):
        return self.page.locator(".cbp-tag text").all_text_contents()

    def numbers(self):
        return self.page.locator(".cbp-entries text").count()


@pytest.fixture
def page_of(offline, tmp_path):
    with exported(offline, tmp_path, Matrix, ".cbp .cbp-cell") as open_page:
        yield lambda width=1300, scheme="light", **settings: open_page(
            MatrixExplorer(**settings), width, scheme
        )


@pytest.fixture(autouse=True)
def counted(count):
    yield
    count("browser tests of the matrix explorer")


# --------------------------------------------------------------------------------------------------- by the pointer
def test_an_entry_lights_its_cells(page_of):
    page = page_of()
    assert page.sentence().startswith("A has 24 rows") and page.lit() == {
        f"w,0,0,{k},{m}" for k in range(2) for m in range(3)
    }
    page.point(8, 19)
    assert page.sentence() == MatrixExplorer(selected=("A", 8, 19)).sentence
    assert page.lit() == {"x,0,2,3", "w,0,0,1,1", "z,0,1,2"}
    assert sorted(page.bands()) == ["x", "z"] and page.chosen() == 1
    assert sorted(page.tags()) == ["x[2,3]", "z[1,2]"]


def test_an_entry_without_a_link_lights_its_input_and_output(page_of):
    page = page_of()
    page.point(0, 39)
    assert "no weight joins them" in page.sentence()
    assert page.lit() == {"x,0,4,7", "z,0,0,0"} and page.chosen() == 1
    assert page.page.locator(".cbp-fan path").count() == 0


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("cell", [("x", 0, 2, 3), ("z", 0, 1, 2), ("w", 0, 0, 1, 1)])
def test_a_cell_lights_its_entries(page_of, cell, transposed):
    page = page_of(transposed=transposed)
    page.page.locator(f'[data-key="{",".join(map(str, cell))}"]').hover()
    explorer = MatrixExplorer(selected=cell, transposed=transposed)
    assert page.sentence() == explorer.sentence and page.chosen() == len(explorer.links)
    assert page.bands() == ([] if cell[0] == "w" else [cell[0]])
    rows = {"x": transposed, "z": not transposed}.get(cell[0])
    for band in page.page.locator(".cbp-band").all():
        box = band.bounding_box()
        assert (box["width"] > box["height"]) == rows


def test_the_outlines_lie_on_their_entries(page_of):
    for transposed in (False, True):
        settings = dict(input_size=(4, 5), padding=1, channels=2, filters=2, groups=2, transposed=transposed)
        explorer = MatrixExplorer(**settings, selected=("w", 1, 0, 0, 2))
        page = page_of(**settings, selected=explorer.selected)
        found = page.page.evaluate("""() => {
          const places = document.querySelector(".cbp-chosen").getAttribute("d").match(/M[\\d.]+ [\\d.]+/g);
          const at = new Map([...document.querySelectorAll(".cbp-entries rect")].map((r) => [`M${r.getAttribute("x")} ${r.getAttribute("y")}`, r.dataset.entry]));
          return places.map((place) => at.get(place));
        }""")  # noqa: E501
        assert found == [",".join(map(str, entry_of(explorer.layer, link))) for link in explorer.links]


def test_a_held_entry_stays_until_it_is_let_go(page_of):
    page = page_of()
    page.page.mouse.click(*page.at(8, 19))
    held = page.sentence()
    page.point(0, 0)
    page.page.locator('[data-key="x,0,0,0"]').hover()
    assert page.sentence() == held and "Held" in page.page.locator(".cbp-hint").inner_text()
    page.page.get_by_role("button", name="transpose").click()
    assert page.sentence() == MatrixExplorer(selected=("A", 8, 19), transposed=True).sentence
    page.page.keyboard.press("Escape")
    page.point(0, 0)
    assert page.sentence() == MatrixExplorer(selected=("A", 0, 0), transposed=True).sentence


def test_pointing_draws_no_entry_anew(page_of):
    page = page_of()
    page.page.evaluate("""() => {
      window.redrawn = 0;
      const entries = document.querySelector(".cbp-base"), cells = document.querySelector(".cbp-stage");
      for (const part of [entries, cells]) new MutationObserver((list) => (window.redrawn += list.filter((m) => m.type === "childList").length)).observe(part, { childList: true, subtree: true });
    }""")  # noqa: E501
    for column in range(0, 40, 3):
        page.point(column % 24, column)
    assert page.page.evaluate("window.redrawn") == 0
    assert page.page.locator(".cbp-entries rect").count() == 144


# ------------------------------------------------------------------------------------------------------ by the keys
def test_keys_walk_through_the_matrix_and_the_maps(page_of):
    page = page_of(selected=("A", 8, 19))
    keyboard, cursor = page.page.keyboard, page.page.locator(".cbp-cursor")
    said = lambda *cell: MatrixExplorer(selected=cell).sentence  # noqa: E731
    cursor.focus()
    for key, entry in (
        ("ArrowRight", (8, 20)),
        ("ArrowDown", (9, 20)),
        ("ArrowLeft", (9, 19)),
        ("ArrowUp", (8, 19)),
    ):
        keyboard.press(key)
        assert page.sentence() == said("A", *entry) == cursor.get_attribute("aria-label")
    keyboard.press("End")
    assert page.sentence() == said("A", 8, 39)
    keyboard.press("ArrowRight")  # past the end of a row, the next one begins
    assert page.sentence() == said("A", 9, 0)
    for _ in range(2):  # over the name of x
        keyboard.press("Tab")
    assert page.sentence() == said("x", 0, 0)
    keyboard.press("ArrowDown")
    assert page.sentence() == said("x", 1, 0)
    for _ in range(2):
        keyboard.press("Shift+Tab")  # the row stays, in the column of the cell
    assert page.sentence() == said("A", 9, 8)
    keyboard.press("Enter")
    page.point(0, 0)
    assert page.sentence() == said("A", 9, 8)


def test_keys_follow_the_rows_of_the_transpose(page_of):
    page = page_of(selected=("A", 8, 19), transposed=True)
    page.page.locator(".cbp-cursor").focus()
    before = page.page.locator(".cbp-cursor").bounding_box()
    page.page.keyboard.press("ArrowDown")
    after = page.page.locator(".cbp-cursor").bounding_box()
    assert after["y"] > before["y"] and abs(after["x"] - before["x"]) < 0.1
    assert page.sentence() == MatrixExplorer(selected=("A", 8, 20), transposed=True).sentence
    at, middle = page.at(8, 20), (after["x"] + after["width"] / 2, after["y"] + after["height"] / 2)
    assert abs(at[0] - middle[0]) < 1 and abs(at[1] - middle[1]) < 1


def test_there_is_one_tab_stop_in_the_matrix_and_in_each_array(page_of):
    page = page_of(channels=2, input_size=(4, 5), selected=("z", 1, 1))
    stops = page.page.eval_on_selector_all(
        "[tabindex='0']:not(.cbp-letter)", "e => e.map((n) => n.dataset.key ?? n.className)"
    )
    assert sorted(stops) == ["cbp-cursor", "w,0,0,0,0", "x,0,0,0", "z,0,1,1"]
    results = Axe().run(page.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    assert results.violations_count == 0, results.generate_report()


# -------------------------------------------------------------------------------------------------------- the dials
def test_transposing_turns_the_matrix_and_its_maps(page_of):
    page = page_of(selected=("A", 8, 19))
    matrix, button = page.page.locator(".cbp-matrix"), page.page.get_by_role("button", name="transpose")
    wide = matrix.bounding_box()
    button.press("Enter")
    high = matrix.bounding_box()
    assert wide["width"] > wide["height"] and high["width"] < high["height"]
    assert matrix.get_attribute("aria-rowcount") == "40" and button.get_attribute("aria-pressed") == "true"
    assert "∂J/∂x" in page.page.locator("[data-array=x] .cbp-title").inner_text()
    page.point(8, 20)
    assert page.sentence() == MatrixExplorer(selected=("A", 8, 20), transposed=True).sentence
    button.click()
    assert page.sentence().startswith("Row z[") and matrix.bounding_box() == wide


def test_dials_change_the_layer(page_of):
    page = page_of(selected=("A", 23, 39))
    turn = lambda name: page.page.get_by_role("button", name=name, exact=True).click()  # noqa: E731
    turn("p plus 1")
    turn("s plus 1")
    explorer = MatrixExplorer(selected=("A", 23, 39))
    explorer.padding, explorer.stride = 1, 2
    assert page.page.locator(".cbp-entries rect").count() == len(entry_links(explorer.layer))
    assert page.sentence() == explorer.sentence
    turn("d plus 1")
    turn("F plus 1")
    page.page.locator("input[data-name=channels]").fill("2")
    explorer.dilation, explorer.filters, explorer.channels = 2, 2, 2
    assert page.page.locator(".cbp-entries rect").count() == len(entry_links(explorer.layer))
    assert page.sentence() == explorer.sentence


def test_a_dial_says_why_it_stops(page_of):
    page = page_of()
    problem = page.page.locator(".cbp-problem")
    page.page.get_by_role("button", name="s minus 1").click()
    assert not problem.is_visible() and page.page.locator("input[data-name=stride]").input_value() == "1"
    page.page.locator("input[data-name=filters]").fill("6")
    assert "at most 120 rows" in problem.inner_text() and "144 and 40" in problem.inner_text()
    assert page.page.locator(".cbp-entries rect").count() == 144
    page.page.locator("input[data-name=filters]").blur()
    assert page.page.locator("input[data-name=filters]").input_value() == "1"
    page.page.get_by_role("button", name="C plus 1").click()
    assert not problem.is_visible() and page.page.locator(".cbp-entries rect").count() == 288


def test_only_the_named_controls_are_there(page_of):
    page = page_of(controls=("stride", "padding"))
    names = page.page.eval_on_selector_all(".cbp-controls input", "e => e.map((n) => n.dataset.name)")
    assert names == ["stride", "padding"]


# ---------------------------------------------------------------------------------------------------- in JupyterLab
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_python_and_the_page_tell_each_other(show, theme):
    book = Matrix(
        show(
            theme,
            1300,
            "from convbp_helpers import widgets\nit = widgets.MatrixExplorer()\nit",
            "print(it.selected, it.transposed, it.A.shape)",
            'it.selected, it.stride = ("w", 1, 1), 2',
        )
    )
    book.page.wait_for_selector(".cbp-entries rect", timeout=60_000)
    book.page.get_by_role("button", name="p plus 1").click()
    book.page.get_by_role("button", name="transpose").click()
    book.page.locator('[data-key="x,0,2,3"]').hover()
    book.heard()
    assert book.run(1) == "('x', 0, 2, 3) True (48, 40)"
    book.run(2)
    said = MatrixExplorer(padding=1, stride=2, transposed=True, selected=("w", 1, 1)).sentence
    book.page.wait_for_function(
        "said => document.querySelector('.cbp-sentence').textContent === said", arg=said
    )
    assert_readable(book.page)
    assert book.page.evaluate(SHAPES) == []


# -------------------------------------------------------------------------------------------------------- its looks
SOME = {
    "an entry": dict(selected=("A", 8, 19)),
    "a zero, transposed": dict(selected=("A", 0, 39), transposed=True),
    "a weight of two channels": dict(input_size=(4, 5), channels=2, filters=2, selected=("w", 1, 0, 0, 2)),
    "as large as can be": dict(input_size=(10, 12), kernel_size=(3, 3), padding=1, selected=("z", 5, 5)),
    "a row": dict(input_size=6, kernel_size=3, selected=("x", 2)),
}


@pytest.mark.parametrize("name", SOME)
def test_it_fits_and_reads_at_every_width(page_of, name):
    page = page_of(**SOME[name])

    def fits():
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.page.evaluate("""() => {
          const stage = document.querySelector(".cbp-matrix-stage").getBoundingClientRect();
          return document.querySelector(".cbp-matrix").getBoundingClientRect().right <= stage.right + 1;
        }""")
        assert_readable(page.page)
        assert page.page.evaluate(SHAPES) == []
        assert page.page.evaluate(OVERFLOW) == []

    for _ in looks(page.page):
        fits()
    for width in (412, 380):  # the column of text, and the page around it
        resize(page.page, width)
        fits()


def test_numbers_stand_in_entries_where_there_is_room(page_of):
    page = page_of()
    assert page.numbers() == 144 and not page.page.locator(".cbp-matrix-place .cbp-note").is_visible()
    resize(page.page, 400)
    assert page.numbers() == 0 and page.page.locator(".cbp-matrix-place .cbp-note").is_visible()


def test_nothing_moves_while_pointing(page_of):
    page = page_of(width=800)
    place = lambda: page.page.locator(".cbp-board").bounding_box()["y"]  # noqa: E731
    before = place()
    for row, column in ((8, 19), (0, 39), (23, 39), (23, 0)):
        page.point(row, column)
        settle(page.page)
        assert place() == before
