"""The break-it lab in a browser: cells open by pointer and keyboard, and what they say is there to read."""

# ruff: noqa: E501 (JavaScript is kept on one line)

import pytest
from browsing import COLORS, Seen, exported, looks, resize
from explorer import assert_readable

from convbp_helpers.break_it import BUGS, CHECKS, hidden
from convbp_helpers.widgets import BreakIt

BUG, CHECK = "kernel not turned", "mean"


class Lab(Seen):
    def cell(self, row, column):
        return self.page.locator(f'.cbp-lab [data-key="{row},{column}"]')

    def opened(self):
        return self.page.locator(".cbp-lab td[data-verdict]:not([data-verdict=closed])").count()

    def text(self, row, column):
        return " ".join(self.cell(row, column).inner_text().split())

    def score(self, column):
        return " ".join(self.page.locator("td.cbp-score").nth(column - 1).inner_text().split())

    def sentence(self):
        return self.page.locator(".cbp-sentence").inner_text()

    def focused(self):
        return self.page.evaluate("document.activeElement.dataset.key")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture
def page_of(offline, tmp_path):
    with exported(offline, tmp_path, Lab, ".cbp-lab [data-verdict]") as open_page:
        yield lambda width=1300, bugs=None, **settings: open_page(BreakIt(bugs, **settings), width)


@pytest.fixture(autouse=True)
def counted(count):
    yield
    count("browser tests of the break-it lab")


def test_all_cells_are_closed_at_first_and_a_click_opens_one(page_of):
    page = page_of()
    assert page.opened() == 0 and page.text(1, 2) == "?" and page.score(2) == ""
    page.cell(1, 2).hover()
    assert page.opened() == 0  # a mouse that passes by gives nothing away
    page.cell(1, 2).click()
    assert page.opened() == 1 and page.text(1, 2) == "✗ missed" and page.score(2) == "0 of 1"
    assert page.sentence() == BreakIt([BUG], opened="all", selected=(BUG, CHECK)).sentence
    page.cell(1, 4).click()
    assert page.text(1, 4) == "✓ caught" and page.score(4) == "1 of 1"
    assert page.cell(1, 4).get_attribute("aria-label") == "kernel not turned, one-hot: caught"


def test_rows_columns_and_buttons(page_of):
    page = page_of()
    page.cell(0, 2).click()
    assert page.opened() == len(BUGS) and page.score(2) == "18 of 35"
    assert page.sentence() == "mean: 18 of 35 opened bugs caught, 0 closed"
    page.cell(3, 0).click()
    assert page.opened() == len(BUGS) + len(CHECKS) - 1
    assert page.sentence() == "kernel turned by 90°: caught by 7 of 8 opened checks, 0 closed"
    page.page.get_by_role("button", name="open all").click()
    assert page.opened() == len(BUGS) * len(CHECKS)
    assert [page.score(n + 1) for n in range(8)] == [f"{n} of 35" for n in (7, 18, 20, 22, 22, 35, 35, 35)]
    page.page.get_by_role("button", name="close all").click()
    assert page.opened() == 0 and page.score(2) == ""


def test_the_keyboard_walks_the_grid(page_of):
    page = page_of()
    assert page.page.locator(".cbp-lab [tabindex='0']").count() == 1
    page.cell(1, 1).focus()
    page.press("ArrowRight", "ArrowDown")
    assert page.focused() == "2,2" and page.opened() == 0
    assert page.sentence() == "kernel transposed × mean: not opened yet"
    page.press("Enter")
    assert page.text(2, 2) == "✗ missed" and page.focused() == "2,2"
    page.press("End", "ArrowRight")
    assert page.focused() == "2,8"
    page.press("Home", "ArrowUp", "ArrowUp")
    assert page.focused() == "1,0"  # there is nothing over the names of the bugs
    page.press(" ")
    assert page.opened() == 1 + len(CHECKS)
    page.press("ArrowRight", "ArrowUp", "Enter")
    assert page.focused() == "0,1" and page.score(1) == "7 of 35"
    assert page.page.locator(".cbp-lab [tabindex='0']").count() == 1


def test_the_error_map_of_the_chosen_bug(page_of):
    page = page_of(selected=("leftover dropped", None))
    cells = page.page.locator(".cbp-error")
    assert cells.count() == 90 and page.page.locator(".cbp-missing").count() == 27
    figure = page.page.locator(".cbp-map-of-errors")
    assert "27 missing" in figure.inner_text() and "hatched: a cell that is missing" in figure.inner_text()
    page.cell(1, 0).click()
    values = cells.all_inner_texts()
    assert len(values) == 90 and any(value.startswith("−") for value in values)
    shown = page.page.locator(".cbp-shown").inner_text()
    assert f"bug 1, {BUG}: {BUGS[0].what}" in shown and "grad_x, example" in shown
    page.cell(0, 3).click()
    assert cells.count() == 0 and CHECKS[2].what in page.page.locator(".cbp-shown").inner_text()


def test_hidden_bugs_have_maps_too(page_of):
    page = page_of(bugs=[hidden(n) for n in (1, 2, 3)], selected=("hidden 3", None))
    assert page.page.locator(".cbp-error").all_inner_texts()[::2] == ["0"] * 4
    assert page.page.locator(".cbp-shown").inner_text().startswith("hidden 3: One mistake")


CONTRAST = (
    "() => {"
    + COLORS
    + """
  const bad = [];
  // a colour as the browser paints it over another one: color-mix is not said as rgb
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const painted = (under, colour) => { pen.fillStyle = `rgb(${under})`; pen.fillRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3); };
  for (const e of document.querySelectorAll(".cbp-lab th, .cbp-lab td, .cbp-error, .cbp-shown p, .cbp-shown figcaption, .cbp-sentence")) {
    const look = getComputedStyle(e), page = ground(e.closest(".cbp")), under = painted(page, look.backgroundColor);
    if (e.textContent && !(ratio(painted(under, look.color), under) >= 4.5)) bad.push(["text", e.textContent]);
    if (e.matches("td, .cbp-error") && !(ratio(painted(page, look.borderRightColor), page) >= 3)) bad.push(["edge", e.className, look.borderRightColor]);
  }
  return bad.slice(0, 5);
}"""
)
CUT_OFF = """() => {
  const bad = [];
  for (const e of document.querySelectorAll(".cbp-lab th, .cbp-lab td, .cbp-error")) {
    const box = e.getBoundingClientRect(), range = document.createRange();
    range.selectNodeContents(e);
    for (const r of range.getClientRects())
      if (r.width && (r.left < box.left - 0.5 || r.right > box.right + 0.5 || r.top < box.top - 2 || r.bottom > box.bottom + 2)) bad.push(e.textContent);
  }
  return bad.slice(0, 5);
}"""


def test_it_fits_and_reads_at_every_width(page_of):
    page = page_of(opened="all", selected=("crop forgotten", "exact differences"))
    for _ in looks(page.page):
        assert_readable(page.page)
        assert page.page.evaluate(CONTRAST) == []
        assert page.page.evaluate(CUT_OFF) == []
    for width in (1000, 660, 412):
        resize(page.page, width)
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert page.page.evaluate(CUT_OFF) == [], width


def test_in_a_narrow_column_the_sentence_stays_in_sight(page_of):
    page = page_of(width=412, selected=(BUG, CHECK))
    page.cell(1, 2).click()
    box = page.page.locator(".cbp-sentence").bounding_box()
    assert 0 < box["y"] < 1000 - box["height"] + 1 and box["height"] > 30
    assert page.page.locator(".cbp-lab").bounding_box()["height"] > 1000
