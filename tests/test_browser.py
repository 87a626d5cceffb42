"""The explorer in a real JupyterLab: pointer, keys, settings, both directions of the kernel, themes, widths."""

# ruff: noqa: E501 (sentences and tables are kept on one line)

import pytest
from browsing import COLORS, Notebook, Watched

from convbp_helpers.widgets import InfluenceExplorer

SETUP = "from convbp_helpers import widgets\nexplorer = widgets.InfluenceExplorer({})\nexplorer"


class Explorer(Watched):
    """A page with an explorer."""

    def cell(self, key):
        return self.page.locator(f'.cbp [data-key="{key}"]')

    def fill(self, key):
        return self.cell(key).locator("rect").evaluate("e => getComputedStyle(e).fill")

    def lit(self):
        return set(self.page.eval_on_selector_all(".cbp-lit", "e => e.map((n) => n.dataset.key)"))

    def sentence(self):
        return self.page.locator(".cbp-sentence").inner_text()

    def expect_sentence(self, words):
        self.page.wait_for_function(
            "words => document.querySelector('.cbp-sentence')?.textContent === words",
            arg=words,
            timeout=15_000,
        )

    def setting(self, name, part=0):
        return self.page.locator(f'.cbp [data-name="{name}"]').nth(part)


class Explored(Notebook, Explorer):
    """A notebook in JupyterLab whose first cell, now run, shows an explorer."""

    def __init__(self, browser, lab, name, cells, width=1300):
        super().__init__(browser, lab, name, cells, width=width)
        self.run(0)
        self.page.wait_for_selector(".cbp .cbp-cell", timeout=60_000)
        self.page.mouse.move(3, 3)


@pytest.fixture(scope="module")
def book(chromium, jupyterlab):
    """One notebook for the tests that share a kernel; each starts it again by running its first cell."""
    jupyterlab.set_theme("light")
    notebook = Explored(
        chromium,
        jupyterlab,
        "explorer",
        [
            SETUP.format(""),
            "print(explorer.selected, explorer.stride, explorer.view, len(explorer.links))",
            'explorer.selected = ("z", 1, 2)',
            "explorer.stride = 2",
        ],
    )
    yield notebook
    notebook.clean()
    notebook.context.close()


@pytest.fixture
def fresh(book):
    book.run(0)
    book.page.wait_for_selector(".cbp .cbp-cell")
    book.page.locator(".cbp-stage").scroll_into_view_if_needed()
    book.page.mouse.move(3, 3)
    return book


@pytest.fixture(scope="module")
def page_of(chromium, tmp_path_factory):
    """Open an exported page from a folder, with the network off."""
    opened = []

    def open_page(width=1300, scheme="light", **settings):
        path = tmp_path_factory.mktemp("pages") / "explorer.html"
        InfluenceExplorer(**settings).export_html(path)
        watched = Explorer(chromium, width=width, color_scheme=scheme, offline=True)
        watched.page.goto(path.as_uri())
        watched.page.wait_for_selector(".cbp .cbp-cell")
        opened.append(watched)
        return watched

    yield open_page
    for watched in opened:
        watched.clean()
        watched.context.close()


@pytest.fixture(autouse=True)
def counted(count):
    yield
    count("browser tests of the explorer, in a real JupyterLab and as exported pages")


# ------------------------------------------------------------------------------------------------- in JupyterLab
def test_pointing_lights_up_exactly_the_links(fresh):
    fresh.cell("x,0,2,3").hover()
    fresh.expect_sentence("x[2,3] influences 6 outputs, through 6 weights")
    outputs = {f"z,0,{u},{v}" for u in (1, 2) for v in (1, 2, 3)}
    assert fresh.lit() == {"x,0,2,3"} | outputs | {f"w,0,0,{k},{l}" for k in range(2) for l in range(3)}  # noqa: E741
    for k in range(2):
        for tap in range(3):
            output = f"z,0,{2 - k},{3 - tap}"
            assert fresh.fill(output) == fresh.fill(f"w,0,0,{k},{tap}")
            assert fresh.cell(output).locator(".cbp-mark").text_content() == f"×{1 + 3 * k + tap}"
    assert len({fresh.fill(o) for o in outputs}) == 6
    fresh.cell("z,0,3,5").hover()
    fresh.expect_sentence("z[3,5] reads 6 inputs, through 6 weights")
    assert {key for key in fresh.lit() if key[0] == "x"} == {
        f"x,0,{i},{j}" for i in (3, 4) for j in (5, 6, 7)
    }
    fresh.cell("w,0,0,1,2").hover()
    fresh.expect_sentence("w[1,2] joins 24 pairs of input and output")
    assert len(fresh.lit()) == 1 + 24 + 24


def test_what_the_browser_chooses_reaches_python(fresh):
    fresh.cell("w,0,0,0,1").click()
    fresh.page.wait_for_timeout(200)
    assert fresh.run(1) == "('w', 0, 0, 0, 1) (1, 1) forward 24"


def test_what_python_chooses_reaches_the_browser(fresh):
    fresh.run(2)
    fresh.expect_sentence("z[1,2] reads 6 inputs, through 6 weights")
    assert fresh.cell("z,0,1,2").get_attribute("aria-selected") == "true"
    fresh.run(3)
    fresh.page.wait_for_function("document.querySelectorAll('.cbp [data-array=z] .cbp-cell').length === 6")
    assert fresh.setting("stride").input_value() == "2"
    assert fresh.run(1) == "('z', 0, 1, 2) (2, 2) forward 6"


def test_arrows_walk_and_tab_goes_from_grid_to_grid(fresh):
    fresh.cell("x,0,0,0").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp"):
        fresh.page.keyboard.press(key)
    fresh.expect_sentence("x[1,2] influences 6 outputs, through 6 weights")
    assert fresh.page.evaluate("document.activeElement.dataset.key") == "x,0,1,2"
    fresh.page.keyboard.press("End")
    fresh.expect_sentence("x[1,7] influences 2 outputs, through 2 weights")
    fresh.page.keyboard.press("Tab")
    fresh.expect_sentence("w[0,0] joins 24 pairs of input and output")
    fresh.page.keyboard.press("Tab")
    fresh.expect_sentence("z[0,0] reads 6 inputs, through 6 weights")
    assert fresh.page.locator('.cbp-stage [tabindex="0"]').count() == 3
    fresh.page.keyboard.press("Shift+Tab")
    assert fresh.page.evaluate("document.activeElement.dataset.key") == "w,0,0,0,0"
    fresh.page.wait_for_timeout(200)
    assert fresh.run(1).startswith("('w', 0, 0, 0, 0)")


def test_keys_do_not_leak_into_the_notebook(fresh):
    cells = fresh.page.locator(".jp-CodeCell").count()
    fresh.cell("x,0,1,1").click()
    for key in "ddabx":
        fresh.page.keyboard.press(key)
    fresh.page.wait_for_timeout(300)
    assert fresh.page.locator(".jp-CodeCell").count() == cells
    assert fresh.page.evaluate("document.activeElement.dataset.key") == "x,0,1,1"


def test_terms_and_cells_highlight_each_other(fresh):
    fresh.cell("x,0,2,3").click()
    fresh.page.locator(".cbp-term").nth(1).hover()

    def hot():
        return set(fresh.page.eval_on_selector_all(".cbp-cell.cbp-hot", "e => e.map((n) => n.dataset.key)"))

    assert hot() == {"x,0,2,3", "w,0,0,0,1", "z,0,2,2"}
    fresh.cell("z,0,1,1").hover()  # held: pointing elsewhere does not move the selection
    assert fresh.sentence() == "x[2,3] influences 6 outputs, through 6 weights"
    assert fresh.page.locator(".cbp-term.cbp-hot .cbp-symbol").inner_text() == "z[1,1] changes by w[1,2]"
    fresh.page.locator(".cbp-term").nth(0).focus()
    assert hot() == {"x,0,2,3", "w,0,0,0,0", "z,0,2,3"}
    fresh.cell("x,0,2,3").click()
    fresh.cell("x,0,0,0").hover()
    fresh.expect_sentence("x[0,0] influences 1 output, through 1 weight")


def test_the_equation_has_this_cells_numbers(fresh):
    fresh.setting("view").select_option("grad_x")
    fresh.cell("x,0,2,3").click()
    text = fresh.page.locator(".cbp-equation").inner_text()
    assert "∂J/∂x[2,3] =" in text and "δ[2,3]·w[0,0]" in text
    total = float(fresh.cell("x,0,2,3").locator(".cbp-value").text_content())
    assert text.strip().endswith(f"= {total:g}")
    fresh.setting("view").select_option("grad_w")
    fresh.cell("w,0,0,0,1").click()
    assert fresh.page.locator(".cbp-term").count() == 12
    fresh.page.get_by_role("button", name="… and 12 more").click()
    assert fresh.page.locator(".cbp-term").count() == 24
    box = fresh.page.locator(".cbp-equation").bounding_box()
    assert box["height"] <= 195
    fresh.page.wait_for_timeout(200)
    assert fresh.run(1) == "('w', 0, 0, 0, 1) (1, 1) grad_w 24"


def test_settings_reach_python_and_tied_axes_move_together(fresh):
    fresh.cell("x,0,0,0").click()
    fresh.setting("stride").fill("2")
    assert fresh.setting("stride", 1).input_value() == "2" and fresh.setting("stride", 1).is_disabled()
    fresh.page.locator('[data-tie="stride"]').uncheck()
    fresh.setting("stride", 1).fill("3")
    fresh.page.wait_for_function("document.querySelectorAll('.cbp [data-array=z] .cbp-cell').length === 4")
    fresh.page.wait_for_timeout(200)
    assert fresh.run(1) == "('x', 0, 0, 0) (2, 3) forward 1"


def test_an_impossible_setting_is_explained_and_the_picture_stays(fresh):
    before = fresh.page.locator(".cbp-stage").inner_text()
    fresh.setting("kernel_size").fill("7")
    words = fresh.page.locator(".cbp-problem")
    assert "kernel 7 is longer than the input 5; use padding >= 1 on each side" in words.inner_text()
    assert fresh.setting("kernel_size").input_value() == "7"
    assert fresh.page.locator(".cbp-stage").inner_text() == before
    fresh.setting("padding").fill("1")  # the fix that the message names
    assert words.is_hidden()
    assert fresh.setting("kernel_size").input_value() == "7"
    fresh.setting("stride").fill("")
    assert "Stride must be a whole number" in words.inner_text()
    fresh.page.wait_for_timeout(200)
    assert fresh.run(1).startswith("None (1, 1)")


def test_a_leftover_is_hatched_and_says_why(fresh):
    fresh.setting("input_size", 1).fill("9")
    fresh.page.locator('[data-tie="stride"]').uncheck()
    fresh.setting("stride", 1).fill("4")
    fresh.setting("view").select_option("grad_x")
    assert fresh.page.locator(".cbp [data-array=x] .cbp-unlinked").count() == 5 * 3
    fresh.cell("x,0,0,8").click()
    fresh.expect_sentence(
        "x[0,8] is read by no output: stride 4 leaves 2 leftover columns at the end, so its gradient is exactly 0"
    )
    assert fresh.cell("x,0,0,8").locator(".cbp-value").text_content() == "0"
    assert "read by no output" in fresh.cell("x,0,0,8").get_attribute("aria-label")
    assert "hatched: read by no output" in fresh.page.locator(".cbp [data-array=x]").inner_text()
    assert fresh.fill("x,0,0,7").startswith("url(")
    assert "0 (a sum without terms)" in fresh.page.locator(".cbp-equation").inner_text()
    fresh.cell("x,0,0,3").click()
    fresh.expect_sentence(
        "x[0,3] is read by no output: stride 4 skips column 3 between two windows of 3, so its gradient is exactly 0"
    )


@pytest.mark.parametrize("width", [800, 1300])
def test_dark_theme_and_narrow_pages(chromium, jupyterlab, width):
    jupyterlab.set_theme("dark")
    try:
        settings = 'channels=3, filters=2, padding=1, selected=("x", 1, 2, 3)'
        book = Explored(chromium, jupyterlab, f"dark{width}", [SETUP.format(settings)], width=width)
        book.expect_sentence("x[1,2,3] influences 12 outputs, through 12 weights")
        root = book.page.locator(".cbp")
        assert root.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
        assert root.evaluate("e => e.getBoundingClientRect().right") <= width
        assert book.page.evaluate("document.body.dataset.jpThemeLight") == "false"
        assert_readable(book.page)
        book.clean()
        book.context.close()
    finally:
        jupyterlab.set_theme("light")


CONTRAST = (
    "() => {"
    + COLORS
    + """
  const found = [];
  for (const text of document.querySelectorAll(".cbp svg text")) {
    if (!text.textContent) continue;
    const rect = text.parentElement.querySelector(":scope > rect");
    const fill = rect ? getComputedStyle(rect).fill : "none";
    const under = fill.startsWith("rgb") ? over(rgb(fill), ground(text.closest(".cbp"))) : ground(text.closest(".cbp"));
    found.push([ratio(over(rgb(getComputedStyle(text).fill), under), under), "svg " + text.textContent]);
  }
  for (const e of document.querySelectorAll(".cbp-sentence, .cbp-head, .cbp-symbol, .cbp-number, .cbp-total, .cbp-hint, .cbp-title, .cbp-note, .cbp figcaption, .cbp legend, .cbp label, .cbp-problem")) {
    if (!e.textContent || !e.offsetParent) continue;
    const under = ground(e);
    found.push([ratio(over(rgb(getComputedStyle(e).color), under), under), e.className + " " + e.textContent]);
  }
  return found.filter(([r]) => !(r >= 4.5)).slice(0, 5);
}"""
)


def assert_readable(page):
    """Every text on its ground has a contrast of at least 4.5 to 1."""
    assert page.evaluate(CONTRAST) == []


# ----------------------------------------------------------------------------------------------- without a kernel
def test_an_exported_page_works_from_a_folder_without_network(page_of):
    page = page_of(selected=("x", 2, 3))
    page.expect_sentence("x[2,3] influences 6 outputs, through 6 weights")
    page.cell("z,0,1,2").hover()
    page.expect_sentence("z[1,2] reads 6 inputs, through 6 weights")
    page.setting("stride").fill("2")
    assert page.page.locator(".cbp [data-array=z] .cbp-cell").count() == 6
    page.setting("channels").fill("2")
    page.cell("x,1,0,0").click()
    page.expect_sentence("x[1,0,0] influences 1 output, through 1 weight")


STATES = {
    "2-D": dict(selected=("x", 2, 3)),
    "1-D and its Jacobian": dict(input_size=6, kernel_size=3, selected=("x", 2), show_jacobian=True),
    "leftovers": dict(
        input_size=(7, 9), stride=(3, 2), padding=((1, 0), (0, 1)), view="grad_x", selected=("x", 1, 3)
    ),
    "scatter": dict(view="grad_x", form="scatter", controls=("view", "form"), selected=("x", 2, 3)),
    "gather": dict(view="grad_x", form="gather", controls=("view", "form"), selected=("x", 0, 1)),
    "weight gradient": dict(view="grad_w", channels=2, filters=3, selected=("w", 1, 0, 0, 2)),
    "large": dict(input_size=(16, 16), kernel_size=(3, 3), channels=3, filters=4, selected=("x", 1, 5, 5)),
}
OVERFLOW = """() => {
  const bad = [];
  const root = document.querySelector(".cbp");
  if (root.scrollWidth > root.clientWidth) bad.push("the explorer is wider than its place");
  for (const text of document.querySelectorAll(".cbp-cell text, .cbp-box text")) {
    if (!text.textContent) continue;
    const [t, r] = [text.getBoundingClientRect(), text.parentElement.querySelector("rect").getBoundingClientRect()];
    if (t.left < r.left - 1 || t.right > r.right + 1) bad.push(text.textContent + " leaves its cell");
  }
  const pen = document.createElement("canvas").getContext("2d");
  for (const e of document.querySelectorAll(".cbp-controls input[type=number]")) {
    pen.font = getComputedStyle(e).font;
    const arrows = 18, room = e.clientWidth - 2 * parseFloat(getComputedStyle(e).paddingLeft) - arrows;
    if (pen.measureText(e.value).width > room) bad.push(e.value + " is cut off in its control");
  }
  const panels = [...document.querySelectorAll(".cbp-panel, .cbp-sentence, .cbp-equation, .cbp-block")].map((e) => e.getBoundingClientRect());
  panels.forEach((p, n) => panels.slice(n + 1).forEach((q) => {
    if (p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 1 && q.top < p.bottom - 1) bad.push("two parts overlap");
  }));
  return bad.slice(0, 5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [800, 1300])
@pytest.mark.parametrize("state", STATES)
def test_every_state_fits_and_reads(page_of, state, width, scheme, count):
    page = page_of(width=width, scheme=scheme, **STATES[state])
    assert page.page.evaluate(OVERFLOW) == []
    assert_readable(page.page)
    count("states of the explorer measured for overflow, overlap and contrast")


def test_scatter_and_gather_have_the_same_terms_and_sum(page_of):
    page = page_of(**STATES["scatter"])
    terms = lambda: sorted(page.page.locator(".cbp-symbol").all_inner_texts())  # noqa: E731
    total = page.page.locator(".cbp-total").inner_text()
    scattered = terms()
    assert page.page.locator(".cbp-strong").count() == 6
    first = page.page.locator(".cbp-block").first
    assert first.locator(".cbp-mark").all_text_contents() == [
        f"5·{w}" for w in range(1, 7)
    ]  # the kernel as it stands
    page.setting("form").select_option("gather")
    assert terms() == scattered and page.page.locator(".cbp-total").inner_text() == total
    turned = page.page.locator(".cbp-block").nth(1).locator(".cbp-mark").all_text_contents()
    assert turned == ["w[1,2]", "w[1,1]", "w[1,0]", "w[0,2]", "w[0,1]", "w[0,0]"]
    page.setting("form").select_option("sum")
    assert terms() == scattered and page.page.locator(".cbp-block").count() == 0


def test_the_column_of_the_jacobian_slides(page_of):
    page = page_of(**STATES["1-D and its Jacobian"])
    left = lambda: float(page.page.locator(".cbp-outline").get_attribute("x"))  # noqa: E731
    start = left()
    page.cell("x,0,2").focus()
    page.page.keyboard.press("ArrowRight")
    side = page.page.locator(".cbp-outline").evaluate("e => Number(e.getAttribute('width'))")
    assert left() == start + side
    assert (
        "Column 3, read downwards: w[2] in row 1, w[1] in row 2, w[0] in row 3."
        in page.page.locator(".cbp-jacobian").inner_text()
    )


def test_only_the_controls_asked_for(page_of):
    page = page_of(controls=("view",))
    assert (
        page.page.locator(".cbp-controls select").count() == 1
        and page.page.locator(".cbp-controls input").count() == 0
    )
    assert page_of(controls=False).page.locator(".cbp-controls").is_hidden()


def test_every_control_has_a_label(page_of):
    page = page_of(
        controls=(
            "input_size",
            "kernel_size",
            "stride",
            "padding",
            "dilation",
            "channels",
            "filters",
            "view",
            "form",
        )
    )
    unnamed = page.page.eval_on_selector_all(
        ".cbp-controls input, .cbp-controls select",
        "e => e.filter((n) => !n.labels.length && !n.ariaLabel).length",
    )
    assert unnamed == 0
    assert page.page.locator(".cbp [aria-live]").count() == 1
