"""Two readings side by side, in a browser: one choice of sizes and one chosen cell for both."""

import pytest
from browsing import Seen, exported, looks
from explorer import assert_readable

from convbp_helpers.widgets import SideBySide

USUAL, HABIT = 'TensorFlow: "SAME"', "a habit: padding = K//2"


class Sides(Seen):
    def title(self, side):
        return self.page.locator(f"[data-side={side}] .cbp-side-title").inner_text()

    def chosen(self, side):
        return self.page.locator(f"[data-side={side}] [aria-selected=true]").evaluate_all(
            "e => e.map((c) => c.dataset.key)"
        )

    def equation(self, side):
        return self.page.locator(f"[data-side={side}] .cbp-equation").inner_text().split()


@pytest.fixture
def page_of(offline, tmp_path):
    with exported(offline, tmp_path, Sides, ".cbp .cbp-cell") as open_page:
        yield lambda width=1300, **settings: open_page(SideBySide(USUAL, HABIT, **settings), width)


@pytest.fixture(autouse=True)
def counted(count):
    yield
    count("browser tests of two readings side by side")


def test_a_cell_is_chosen_on_both_sides(page_of):
    page = page_of()
    page.page.locator('[data-side=left] [data-key="z,0,2"]').hover()
    assert page.chosen("left") == page.chosen("right") == ["z,0,2"]
    assert "x[4]" in " ".join(page.equation("left")) and "x[3]" in " ".join(page.equation("right"))
    page.page.locator('[data-side=right] [data-key="x,0,7"]').focus()
    page.page.keyboard.press("ArrowLeft")
    assert page.chosen("left") == page.chosen("right") == ["x,0,6"]


def test_words_and_sizes_change_both(page_of):
    page = page_of()
    page.page.locator("[data-name=right]").select_option('JAX: "SAME_LOWER"')
    assert page.title("right").startswith('JAX: "SAME_LOWER": 1 zero in front, 0 behind')
    page.page.get_by_role("button", name="K plus 1").click()
    assert page.title("left") == f"{USUAL}: 1 zero in front, 1 behind; 4 outputs, windows from −1, 1, 3, 5"
    assert page.page.locator('[data-side=left] [data-key^="w,"]').count() == 4
    page.page.locator("input[data-name=stride]").fill("3")
    assert page.page.locator('[data-side=left] [data-key^="z,"]').count() == 3


def test_a_cell_that_one_side_lacks_is_chosen_on_the_other(page_of):
    page = page_of(input_size=6, kernel_size=4, stride=1)
    page.page.locator('[data-side=right] [data-key="z,0,6"]').hover()
    assert page.chosen("right") == ["z,0,6"] and page.chosen("left") == []


def test_a_side_without_a_layer_says_so(page_of):
    page = page_of(input_size=2, kernel_size=3, stride=1, dilation=1)
    page.page.locator("[data-name=left]").select_option('PyTorch: "valid"')
    assert "no such layer" in page.title("left")
    assert page.page.locator("[data-side=right] .cbp-cell").count() > 0
    page.page.locator("[data-name=left]").select_option(USUAL)
    assert page.page.locator('[data-side=left] [data-key="z,0,0"]').is_visible()


def test_both_sides_fit_and_read_at_every_width(page_of):
    page = page_of(selected=("z", 1))
    for _ in looks(page.page):
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert_readable(page.page)
