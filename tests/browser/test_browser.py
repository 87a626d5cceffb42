"""The explorer in a real JupyterLab: pointer, keys, settings, both directions of the kernel, themes, widths."""

# ruff: noqa: E501 (sentences and tables are kept on one line)

import pytest
from browsing import looks
from explorer import OVERFLOW, SETUP, Explorer, assert_readable

from convbp_helpers.widgets import InfluenceExplorer


@pytest.fixture
def in_lab(show):
    """Show an explorer with these settings in JupyterLab, in a theme and a width; and cells below it."""

    def explorer(theme, width, settings, *cells):
        settings = ", ".join(f"{n}={v!r}" for n, v in settings.items())
        book = Explorer(show(theme, width, SETUP.format(settings), *cells))
        book.page.wait_for_selector(".cbp .cbp-cell", timeout=60_000)
        return book

    return explorer


@pytest.fixture
def fresh(in_lab):
    """An explorer as it is without settings, and three cells."""
    book = in_lab(
        "light", 1300, {},
        "print(explorer.selected, explorer.stride, explorer.view, len(explorer.links))",
        'explorer.selected = ("z", 1, 2)',
        "explorer.stride = 2",
    )  # fmt: skip
    book.page.locator(".cbp-stage").scroll_into_view_if_needed()
    book.page.mouse.move(3, 3)
    return book


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
            assert fresh.number(output) and fresh.factor(output) == f"×{1 + 3 * k + tap}"
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
    fresh.heard()
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
    active = "document.activeElement.dataset.key ?? document.activeElement.dataset.letter"
    assert fresh.page.evaluate(active) == "x,0,1,2"
    fresh.page.keyboard.press("End")
    fresh.expect_sentence("x[1,7] influences 2 outputs, through 2 weights")
    fresh.page.keyboard.press("Tab")  # the name of w, then its cells
    assert fresh.page.evaluate(active) == "w"
    fresh.page.keyboard.press("Tab")
    fresh.expect_sentence("w[0,0] joins 24 pairs of input and output")
    fresh.page.keyboard.press("Tab")
    assert fresh.page.evaluate(active) == "z"
    fresh.page.keyboard.press("Tab")
    fresh.expect_sentence("z[0,0] reads 6 inputs, through 6 weights")
    assert fresh.page.locator('.cbp-stage .cbp-cell[tabindex="0"]').count() == 3
    assert fresh.page.locator('.cbp-stage [tabindex="0"]').count() == 6
    fresh.page.keyboard.press("Shift+Tab")
    fresh.page.keyboard.press("Shift+Tab")
    assert fresh.page.evaluate(active) == "w,0,0,0,0"
    fresh.heard()
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
        return set(fresh.page.eval_on_selector_all(".cbp-links .cbp-hot", "e => e.map((n) => n.dataset.hot)"))

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
    total = float(fresh.number("x,0,2,3"))
    assert text.strip().endswith(f"= {total:g}")
    fresh.setting("view").select_option("grad_w")
    fresh.cell("w,0,0,0,1").click()
    assert fresh.page.locator(".cbp-term").count() == 12
    fresh.page.get_by_role("button", name="… and 12 more").click()
    assert fresh.page.locator(".cbp-term").count() == 24
    box = fresh.page.locator(".cbp-equation").bounding_box()
    assert box["height"] <= 195
    fresh.heard()
    assert fresh.run(1) == "('w', 0, 0, 0, 1) (1, 1) grad_w 24"


def test_settings_reach_python_and_tied_axes_move_together(fresh):
    fresh.cell("x,0,0,0").click()
    fresh.setting("stride").fill("2")
    assert fresh.setting("stride", 1).input_value() == "2" and fresh.setting("stride", 1).is_disabled()
    fresh.page.locator('[data-tie="stride"]').uncheck()
    fresh.setting("stride", 1).fill("3")
    fresh.page.wait_for_function("document.querySelectorAll('.cbp [data-array=z] .cbp-cell').length === 4")
    fresh.heard()
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
    fresh.heard()
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
    assert fresh.number("x,0,0,8") == "0"
    assert "read by no output" in fresh.cell("x,0,0,8").get_attribute("aria-label")
    assert "hatched: read by no output" in fresh.page.locator(".cbp [data-array=x]").inner_text()
    hatched = "e => getComputedStyle(e).backgroundImage.startsWith('repeating-linear-gradient')"
    assert fresh.cell("x,0,0,7").evaluate(hatched) and not fresh.cell("x,0,0,6").evaluate(hatched)
    assert "0 (a sum without terms)" in fresh.page.locator(".cbp-equation").inner_text()
    fresh.cell("x,0,0,3").click()
    fresh.expect_sentence(
        "x[0,3] is read by no output: stride 4 skips column 3 between two windows of 3, so its gradient is exactly 0"
    )


@pytest.mark.parametrize("width", [800, 1300])
def test_dark_theme_and_narrow_pages(in_lab, width):
    book = in_lab("dark", width, dict(channels=3, filters=2, padding=1, selected=("x", 1, 2, 3)))
    book.expect_sentence("x[1,2,3] influences 12 outputs, through 12 weights")
    root = book.page.locator(".cbp")
    assert root.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    assert root.evaluate("e => e.getBoundingClientRect().right") <= width
    assert book.page.evaluate("document.body.dataset.jpThemeLight") == "false"
    assert_readable(book.page)


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


MUTING = dict(
    input_size=(4, 5), kernel_size=(2, 3), channels=3, filters=2, view="grad_x", selected=("x", 1, 2, 3), controls=("mute",)
)  # fmt: skip
TURNING = dict(input_size=(5, 8), kernel_size=(2, 3), filters=2, controls=("b",))
COUNTING = dict(
    input_size=(6, 9), kernel_size=(2, 3), stride=2, view="grad_x", show_counts=True,
    controls=("stride", "kernel_size", "input_size", "counts"),
)  # fmt: skip
GROUPING = dict(
    channels=4, filters=8, selected=("x", 2, 1, 3), show_channels=True, controls=("channels", "filters", "groups", "view")
)  # fmt: skip
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
    "muted": dict(MUTING, muted=(1,)),
    "all muted": dict(MUTING, muted=(0, 1)),
    "muted, gathered": dict(MUTING, form="gather", filters=3, muted=(0,)),
    "many filters": dict(
        filters=24, view="grad_x", controls=("mute",), muted=tuple(range(7, 20)), selected=("x", 2, 3)
    ),
    "many biases": dict(filters=24, b=[-12345.678] + [100] * 23, controls=("b",), selected=("z", 0, 2, 3)),
    "biases": dict(TURNING, selected=("z", 1, 0, 2)),
    "links counted": dict(COUNTING),
    "links counted, some lit": dict(COUNTING, stride=3, selected=("z", 0, 1)),
    "links counted, channels": dict(channels=3, filters=2, show_counts=True, selected=("x", 1, 2, 3)),
    "links counted, small cells": dict(
        input_size=(16, 40), kernel_size=(3, 5), show_counts=True, selected=("z", 5, 5)
    ),
    "links counted, long numbers": dict(
        input_size=(6, 9), x=[[1234.5] * 9] * 6, show_counts=True, selected=("w", 0, 1)
    ),
    "one group and the channel matrix": dict(GROUPING),
    "two groups": dict(GROUPING, groups=2),
    "four groups": dict(GROUPING, groups=4, selected=("w", 5, 0, 1), view="grad_x", show_counts=True),
    "two groups, gathered": dict(GROUPING, groups=2, view="grad_x", form="gather", muted=(4,)),
    "two groups, scattered": dict(GROUPING, groups=2, view="grad_x", form="scatter", selected=("z", 5, 1, 1)),
    "two groups, one row": dict(
        GROUPING, input_size=9, kernel_size=3, groups=2, padding=1, selected=("z", 5, 1)
    ),
    "many channels": dict(
        input_size=2,
        kernel_size=1,
        channels=64,
        filters=64,
        groups=32,
        show_channels=True,
        selected=("z", 9, 0),
    ),
    "one channel, one filter": dict(show_channels=True, selected=("w", 0, 1)),
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_fits_and_reads(page_of, state, count):
    page = page_of(**STATES[state]).page
    for look in looks(page):
        assert page.evaluate(OVERFLOW) == [], look
        assert_readable(page)
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
            "groups",
            "view",
            "form",
            "mute",
            "b",
            "counts",
        ),
        filters=3,
    )
    unnamed = page.page.eval_on_selector_all(
        ".cbp-controls input, .cbp-controls select, .cbp-controls button",
        "e => e.filter((n) => !n.labels.length && !n.ariaLabel && !n.textContent).length",
    )
    assert unnamed == 0
    assert page.page.locator(".cbp [aria-live]").count() == 1


# ------------------------------------------------------------------------- mute and solo, the bias dial, link counts
THEMES = [("light", 1300), ("dark", 800)]
ALONE = "x[1,2,3] influences 4 outputs, through 4 weights; filter {} sounds, {} is muted"


def assert_fits(book):
    assert book.page.evaluate(OVERFLOW) == []
    assert_readable(book.page)


def numbers(book, array):
    """The numbers that the cells of an array say, also where they are too long to be drawn."""
    labels = book.page.eval_on_selector_all(
        f".cbp [data-array={array}] .cbp-cell", "e => e.map((n) => n.ariaLabel)"
    )
    return [float(label.split(" = ")[1].split(",")[0].replace("−", "-")) for label in labels]


def pressed(book):
    return [
        book.setting(n, f).get_attribute("aria-pressed") == "true" for n in ("mute", "solo") for f in (0, 1)
    ]


@pytest.mark.parametrize(("theme", "width"), THEMES)
def test_mute_and_solo(in_lab, theme, width):
    book = in_lab(
        theme,
        width,
        MUTING,
        "print(explorer.muted, explorer.grad_x.ravel().tolist())",
        "explorer.muted = (0, 1)",
    )
    plain = "x[1,2,3] influences 8 outputs, through 8 weights"
    book.expect_sentence(plain)
    assert pressed(book) == [True, True, False, False]
    whole = numbers(book, "x")
    book.page.get_by_role("button", name="filter 1", exact=True).click()  # mouse
    book.expect_sentence(ALONE.format(0, 1))
    assert pressed(book) == [True, False, True, False]
    first = numbers(book, "x")
    assert {key for key in book.lit() if key[0] == "z"} == {f"z,0,{u},{v}" for u in (1, 2) for v in (1, 2)}
    assert all(key.startswith("w,0,1,") for key in book.lit() if key[0] == "w")
    assert book.page.locator(".cbp-muted .cbp-cell").count() == 3 * 6 + 9
    assert book.page.locator(".cbp-muted figcaption").all_inner_texts() == [
        "w[1,0,·,·], muted", "w[1,1,·,·], muted", "w[1,2,·,·], muted", "δ[1,·,·], muted",
    ]  # fmt: skip
    assert "muted" in book.cell("z,1,0,0").get_attribute("aria-label")
    assert_fits(book)
    total = book.number("x,1,2,3")
    assert (
        book.page.locator(".cbp-total").inner_text() == f"= {total}"
        and book.page.locator(".cbp-term").count() == 4
    )
    book.heard()
    assert book.run(1) == f"(1,) {first}"
    book.page.get_by_role("button", name="solo filter 1").focus()  # keyboard
    book.page.keyboard.press("Enter")
    book.expect_sentence(ALONE.format(1, 0))
    assert pressed(book) == [False, True, False, True]
    assert [a + b for a, b in zip(first, numbers(book, "x"), strict=True)] == whole
    assert book.page.evaluate("document.activeElement.ariaLabel") == "solo filter 1"
    book.page.keyboard.press("Space")
    book.expect_sentence(plain)
    assert numbers(book, "x") == whole and book.page.locator(".cbp-muted").count() == 0
    book.page.keyboard.press("Shift+Tab")
    assert book.page.evaluate("Object.values(document.activeElement.dataset)") == ["mute", "1"]
    book.page.keyboard.press("Space")
    book.expect_sentence(ALONE.format(0, 1))
    book.cell("z,1,0,0").hover()
    book.expect_sentence(
        "δ[1,0,0] belongs to filter 1, which is muted: it adds nothing to ∂J/∂x; filter 0 sounds, 1 is muted"
    )
    assert book.lit() == {"z,1,0,0"}
    assert "it adds nothing to ∂J/∂x" in book.page.locator(".cbp-equation").inner_text()
    assert_fits(book)
    book.cell("x,1,2,3").hover()
    book.run(2)
    book.expect_sentence("x[1,2,3]: all filters are muted, so nothing arrives")
    assert pressed(book) == [False] * 4 and set(numbers(book, "x")) == {0}
    assert_fits(book)


@pytest.mark.parametrize(("theme", "width"), THEMES)
def test_the_bias_dial(in_lab, theme, width):
    book = in_lab(
        theme, width, TURNING, "print(explorer.b.tolist(), explorer.sentence)", "explorer.b = [-1, 0]"
    )
    moved = "b[1] moved by {}: so did all 24 cells of z[1], and no other cell"
    start = numbers(book, "z")
    shifted = lambda by: start[:24] + [value + by for value in start[24:]]  # noqa: E731
    point = "Point at a cell, or move to one with Tab and the arrow keys"
    book.expect_sentence(point)
    book.page.get_by_role("button", name="b[1] plus 1").click()  # mouse
    book.page.get_by_role("button", name="b[1] plus 1").click()
    book.expect_sentence(f"{point}; {moved.format(2)}")
    assert numbers(book, "z") == shifted(2) and book.setting("b", 1).input_value() == "2"
    assert_fits(book)
    book.heard()
    assert book.run(1) == f"[0.0, 2.0] {point}; {moved.format(2)}"
    book.setting("b", 1).focus()  # keyboard
    for _ in range(5):
        book.page.keyboard.press("ArrowDown")
    book.expect_sentence(f"{point}; {moved.format('−3')}")
    assert numbers(book, "z") == shifted(-3)
    book.page.keyboard.press("Tab")
    for key in ("Enter", "Space", "Enter"):
        book.page.keyboard.press(key)
    book.expect_sentence(point)
    assert numbers(book, "z") == start
    book.setting("b", 1).fill("10.5")
    book.expect_sentence(f"{point}; {moved.format('10.5')}")
    book.setting("b", 1).fill("")
    assert "b[1] must be a number" in book.page.locator(".cbp-problem").inner_text()
    assert numbers(book, "z") == shifted(10.5)
    book.setting("b", 0).focus()
    assert book.setting("b", 1).input_value() == "10.5"
    book.cell("z,1,0,2").hover()
    book.expect_sentence(f"z[1,0,2] reads 6 inputs, through 6 weights; {moved.format('10.5')}")
    assert "b[1]" in book.page.locator(".cbp-equation").inner_text()
    assert_fits(book)
    book.run(2)
    book.expect_sentence(
        "z[1,0,2] reads 6 inputs, through 6 weights; b[0] moved by −1: so did all 24 cells of z[0], and no other cell"
    )
    assert book.setting("b", 0).input_value() == "-1" and book.setting("b", 1).input_value() == "0"


@pytest.mark.parametrize(("theme", "width"), THEMES)
def test_the_number_of_links(in_lab, theme, width):
    book = in_lab(
        theme,
        width,
        COUNTING | dict(show_counts=False),
        "print(explorer.show_counts)",
        "explorer.stride = 3",
    )
    counts = lambda: book.page.locator(".cbp [data-array=x] .cbp-count").all_text_contents()  # noqa: E731
    point = "Point at a cell, or move to one with Tab and the arrow keys"
    assert counts() == []
    book.page.get_by_role("checkbox", name="number of links").check()  # mouse
    book.expect_sentence(f"{point}; links per cell of x: 1 in 36 cells, 2 in 18")
    assert counts() == ["1", "1", "2", "1", "2", "1", "2", "1", "1"] * 6
    assert "small: number of links" in book.page.locator(".cbp [data-array=x]").inner_text()
    assert book.cell("x,0,0,2").get_attribute("aria-label").endswith("= 6, 2 links")
    assert_fits(book)
    book.heard()
    assert book.run(1) == "True"
    book.setting("counts").focus()  # keyboard
    book.page.keyboard.press("Space")
    book.expect_sentence(point)
    assert counts() == []
    book.page.keyboard.press("Space")
    book.run(2)
    book.expect_sentence(f"{point}; links per cell of x: 0 in 18 cells, 1 in 36")
    assert counts() == ["1"] * 18 + ["0"] * 9 + ["1"] * 18 + ["0"] * 9
    assert book.page.locator(".cbp [data-array=x] .cbp-unlinked").count() == 18
    book.cell("z,0,0,1").hover()
    book.expect_sentence(
        "δ[0,1] reaches back to 6 inputs, through 6 weights; links per cell of x: 0 in 18 cells, 1 in 36"
    )
    # the number of links keeps its place in a lit cell, where the factor would stand
    lit = [f"x,0,{i},{j}" for i in (0, 1) for j in (3, 4, 5)]
    assert book.lit() >= set(lit) and [book.factor(key) for key in lit] == [""] * 6
    assert_fits(book)
    book.cell("x,0,0,0").hover()
    assert len(counts()) == 54 and book.cell("x,0,0,0").inner_text().split() == ["1", "1"]
    book.setting("kernel_size", 1).fill("4")
    book.expect_sentence(
        "x[0,0] influences 1 output, through 1 weight; links per cell of x: 0 in 26 cells, 1 in 24, 2 in 4"
    )


def test_the_new_controls_work_without_a_kernel(page_of):
    page = page_of(**MUTING)
    page.page.get_by_role("button", name="solo filter 1").click()
    page.expect_sentence(ALONE.format(1, 0))
    page.page.get_by_role("button", name="solo filter 0").click()
    page.expect_sentence(ALONE.format(0, 1))
    page.page.get_by_role("button", name="filter 0", exact=True).click()
    page.expect_sentence("x[1,2,3]: all filters are muted, so nothing arrives")
    page = page_of(**TURNING)
    page.page.get_by_role("button", name="b[0] minus 1").click()
    assert page.sentence().endswith("; b[0] moved by −1: so did all 24 cells of z[0], and no other cell")
    page.setting("b", 1).press("ArrowUp")
    assert page.sentence().endswith(
        "; b[0] moved by −1: so did all 24 cells of z[0]; b[1] moved by 1: so did all 24 cells of z[1]"
    )
    page = page_of(**COUNTING)
    page.page.get_by_role("checkbox", name="number of links").uncheck()
    assert page.page.locator(".cbp-count").count() == 0 and "links per cell" not in page.sentence()


def test_the_controls_follow_view_and_filters(page_of):
    page = page_of(filters=3, controls=("filters", "view", "mute", "b"), b=[0, 0, 5], muted=(0, 2))
    shown = lambda name: page.setting(name).is_visible()  # noqa: E731
    assert shown("b") and not shown("mute")
    page.setting("b", 2).press("ArrowUp")
    assert "b[2] moved by 1" in page.sentence()
    page.setting("view").select_option("grad_x")
    assert shown("mute") and not shown("b")
    assert page.sentence().endswith("; filter 1 sounds, 0 and 2 are muted")
    page.setting("filters").fill("2")
    assert page.page.locator(".cbp [data-name=mute]").count() == 2
    assert page.sentence().endswith("; filter 1 sounds, 0 is muted")
    assert page.page.evaluate("document.activeElement.dataset.name") == "filters"
    page.setting("filters").fill("1")
    assert not shown("mute") and page.sentence().endswith("arrow keys")
    page.setting("view").select_option("forward")
    assert page.setting("b").get_attribute("aria-label") == "b" and page.sentence().endswith("arrow keys")
    page.setting("b").press("ArrowUp")
    assert page.sentence().endswith("; b moved by 1: so did all 24 cells of z")
    page.setting("filters").fill("2")
    assert page.sentence().endswith("arrow keys") and page.setting("b", 1).input_value() == "0"


@pytest.mark.parametrize("form", ["scatter", "gather"])
def test_scatter_and_gather_leave_out_what_is_muted(page_of, form):
    page = page_of(filters=3, view="grad_x", form=form, controls=("mute",), muted=(0,), selected=("x", 2, 3))
    blocks = " ".join(page.page.locator(".cbp-blocktitle").all_inner_texts())
    marks = {"scatter": ("δ[0,", "δ[1,", "δ[2,"), "gather": ("filter 0", "filter 1", "filter 2")}[form]
    assert [mark in blocks for mark in marks] == [False, True, True]
    assert page.page.locator(".cbp-term").count() == 12
    page.cell("z,0,1,1").hover()
    words = {
        "scatter": "Scatter: filter 0 is muted, so nothing is laid onto x.",
        "gather": "Gather: select a cell of x.",
    }
    assert words[form] in page.page.locator(".cbp-form").inner_text()


def test_numbers_of_links_that_do_not_fit_are_dropped_and_said(page_of):
    page = page_of(width=800, **STATES["links counted, small cells"])
    assert page.page.locator(".cbp-count").count() == 0
    said = page.page.locator(".cbp [data-array=x] .cbp-note").all_inner_texts()
    assert said == ["no room for the numbers of links: the sentence above says them"]
    assert "links per cell of x: 1 in 4 cells" in page.sentence()


# ----------------------------------------------------------------------------------------------------------- groups
def blocks(book):
    """The channel matrix as drawn: for each filter the labels of its row, "" where it reads nothing."""
    boxes = book.page.eval_on_selector_all(
        ".cbp-channels .cbp-box",
        "e => e.map((n) => [n.classList.contains('cbp-filled'), n.classList.contains('cbp-faint'), n.textContent])",
    )
    assert all(filled == bool(text) == (not faint) for filled, faint, text in boxes)
    channels = int(book.setting("channels").input_value())
    return [[text for _, _, text in boxes[n : n + channels]] for n in range(0, len(boxes), channels)]


def outlined(book):
    """Which (filter, channel) cells of the channel matrix the outline surrounds."""
    return book.page.evaluate("""() => {
      const frame = document.querySelector(".cbp-channels .cbp-outline")?.getBoundingClientRect();
      const across = (n) => document.querySelector(".cbp-controls [data-name=channels]").value;
      return !frame ? [] : [...document.querySelectorAll(".cbp-channels .cbp-box rect")].flatMap((e, n) => {
        const r = e.getBoundingClientRect(), [x, y] = [(r.left + r.right) / 2, (r.top + r.bottom) / 2];
        return frame.left < x && x < frame.right && frame.top < y && y < frame.bottom ? [[Math.floor(n / across()), n % across()]] : [];
      });
    }""")


def expected_blocks(groups):
    size, each = 4 // groups, 8 // groups
    name = lambda f, c: f"w[{f}]" if size == 1 else f"w[{f},{c % size}]"  # noqa: E731
    return [[name(f, c) if f // each == c // size else "" for c in range(4)] for f in range(8)]


def expected_lit(groups):
    """What x[2,1,3] lights up: itself, the kernels of its group's filters for it, and their outputs."""
    filters = [f for f in range(8) if f // (8 // groups) == 2 // (4 // groups)]
    weights = {f"w,{f},{2 % (4 // groups)},{k},{l}" for f in filters for k in range(2) for l in range(3)}  # noqa: E741
    return {"x,2,1,3"} | weights | {f"z,{f},{u},{v}" for f in filters for u in (0, 1) for v in (1, 2, 3)}


GROUPS_SAID = {
    1: ("x[2,1,3] influences 48 outputs, through 48 weights", "Channel 2 is read by filters 0 to 7."),
    2: ("x[2,1,3] influences 24 outputs, through 24 weights; group 1 joins channels 2 and 3 with filters 4 to 7", "Channel 2 is read by filters 4 to 7."),
    4: ("x[2,1,3] influences 12 outputs, through 12 weights; group 2 joins channel 2 with filters 4 and 5", "Channel 2 is read by filters 4 and 5."),
}  # fmt: skip
KERNELS_SAID = {
    1: "G = 1: 32 kernels of 2×3, 192 weights, 8 biases, 4608 multiplications",
    2: "G = 2: 16 kernels of 2×3, 96 weights, 8 biases, 2304 multiplications",
    4: "G = 4: 8 kernels of 2×3, 48 weights, 8 biases, 1152 multiplications",
}


def assert_grouped(book, groups):
    """Everything the page shows of 4 channels, 8 filters, so many groups and the chosen x[2,1,3]."""
    sentence, reads = GROUPS_SAID[groups]
    book.expect_sentence(sentence)
    assert book.setting("groups").input_value() == str(groups)
    assert book.setting("groups").locator("option").all_inner_texts() == ["1", "2", "4"]
    assert blocks(book) == expected_blocks(groups)
    assert outlined(book) == [[f, 2] for f in range(8)]
    assert book.lit() == expected_lit(groups)
    assert book.page.locator(".cbp [data-array=w] .cbp-cell").count() == 8 * 4 // groups * 6
    assert book.page.locator(".cbp-channels p").all_inner_texts() == [reads, KERNELS_SAID[groups]]
    picture = book.page.locator(".cbp-channels svg")
    assert picture.get_attribute("role") == "img"
    many = "1 block" if groups == 1 else f"{groups} blocks"
    assert (
        picture.get_attribute("aria-label")
        == f"Channel matrix of 8 filters and 4 channels, in {many}. {reads}"
    )
    assert_fits(book)


@pytest.mark.parametrize("width", [800, 1300])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_groups(in_lab, theme, width):
    book = in_lab(
        theme, width, GROUPING,
        "print(explorer.groups, explorer.w.shape, explorer.channels, len(explorer.links), explorer.w.ravel()[-1])",
        "explorer.groups = 2", "explorer.configure(channels=6, filters=9, groups=3, show_channels=False)",
    )  # fmt: skip
    assert_grouped(book, 1)
    book.setting("groups").select_option("4")  # mouse
    assert_grouped(book, 4)
    book.setting("groups").focus()  # keyboard
    book.page.keyboard.press("ArrowUp")
    assert_grouped(book, 2)
    book.page.keyboard.press("ArrowUp")
    book.page.keyboard.press("ArrowUp")  # there is no smaller one
    assert_grouped(book, 1)
    book.page.keyboard.press("End")
    assert_grouped(book, 4)
    book.heard()
    assert book.run(1) == "4 (8, 1, 2, 3) 4 12 48.0"
    book.run(2)
    assert_grouped(book, 2)
    before = book.page.locator(".cbp-stage").inner_text()
    book.setting("channels").fill("3")
    words = book.page.locator(".cbp-problem")
    assert words.inner_text() == (
        "No layer has these settings: groups must divide C and F; groups = 2 does not divide C = 3; use groups = 1. "
        "The picture still shows the last one that exists."
    )
    assert book.page.locator(".cbp-stage").inner_text() == before
    assert_readable(book.page)
    book.heard()
    assert book.run(1) == "2 (8, 2, 2, 3) 4 24 96.0"
    book.setting("groups").select_option("1")  # the fix that the message names
    assert words.is_hidden() and book.setting("channels").input_value() == "3"
    assert book.setting("groups").locator("option").all_inner_texts() == ["1"]
    book.heard()
    assert book.run(1) == "1 (8, 3, 2, 3) 3 48 144.0"
    book.run(3)
    book.page.wait_for_function(
        "document.querySelectorAll('.cbp [data-array=w] .cbp-cell').length === 9 * 2 * 6"
    )
    assert book.setting("groups").locator("option").all_inner_texts() == ["1", "3"]
    assert book.setting("groups").input_value() == "3" and book.page.locator(".cbp-channels").count() == 0
    assert book.run(1) == "3 (9, 2, 2, 3) 6 18 108.0"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [800, 1300])
def test_groups_without_a_kernel(page_of, width, scheme):
    page = page_of(width=width, scheme=scheme, **GROUPING, groups=2)
    assert_grouped(page, 2)
    for groups in (4, 1, 2):
        page.setting("groups").select_option(str(groups))
        assert_grouped(page, groups)
    page.setting("filters").fill("7")
    assert (
        "groups = 2 does not divide F = 7; use groups = 1." in page.page.locator(".cbp-problem").inner_text()
    )
    page.setting("filters").fill("6")
    assert page.page.locator(".cbp-problem").is_hidden()
    page.expect_sentence(
        "x[2,1,3] influences 18 outputs, through 18 weights; group 1 joins channels 2 and 3 with filters 3 to 5"
    )
    assert page.setting("groups").locator("option").all_inner_texts() == ["1", "2"]


def test_cells_and_arrows_stay_in_the_group(page_of):
    page = page_of(**GROUPING, groups=2)
    page.cell("z,5,1,2").click()
    page.expect_sentence(
        "z[5,1,2] reads 12 inputs, through 12 weights; group 1 joins channels 2 and 3 with filters 4 to 7"
    )
    assert {key.split(",")[1] for key in page.lit() if key[0] == "x"} == {"2", "3"}
    assert {key[:5] for key in page.lit() if key[0] == "w"} == {"w,5,0", "w,5,1"}
    assert outlined(page) == [[5, c] for c in range(4)]
    text = page.page.locator(".cbp-equation").inner_text()
    assert "w[5,0,0,0]·x[2,1,2]" in text and "w[5,1,1,2]·x[3,2,4]" in text
    page.cell("w,5,1,1,2").click()
    assert {key.split(",")[1] for key in page.lit() if key[0] == "x"} == {"3"}
    assert outlined(page) == [[5, c] for c in range(4)]
    assert page.page.locator(".cbp-channels .cbp-strong").all_text_contents() == ["w[5,1]"]
    assert (
        "Filter 5 reads channels 2 and 3; w[5,1] joins it to channel 3."
        in page.page.locator(".cbp-channels").inner_text()
    )
    page.page.keyboard.press("ArrowRight")  # past the edge: the next kernel
    assert page.page.evaluate("document.activeElement.dataset.key") == "w,6,0,1,0"
    page.expect_sentence(
        "w[6,0,1,0] joins 24 pairs of input and output; group 1 joins channels 2 and 3 with filters 4 to 7"
    )
    page.page.keyboard.press("PageUp")
    page.page.keyboard.press("PageUp")
    assert page.page.evaluate("document.activeElement.dataset.key") == "w,5,0,1,0"


@pytest.mark.parametrize("form", ["scatter", "gather"])
def test_scatter_and_gather_stay_in_the_group(page_of, form):
    page = page_of(**GROUPING, groups=2, view="grad_x", form=form, muted=(4,))
    page.expect_sentence(
        "x[2,1,3] influences 18 outputs, through 18 weights; group 1 joins channels 2 and 3 with filters 4 to 7; "
        "7 filters sound, 4 is muted"
    )
    titles = page.page.locator(".cbp-form .cbp-blocktitle").all_inner_texts()
    if form == "scatter":
        assert {title[:4] for title in titles} == {"δ[5,", "δ[6,"} and len(titles) == 12  # 6 more are counted
    else:
        assert [t for t in titles if t.startswith("window")] == [
            f"window of δ, filter {f}" for f in (5, 6, 7)
        ]
        sums = [float(t.split("together ")[1]) for t in titles if t.startswith("terms")]
        assert page.page.locator(".cbp-total").inner_text() == f"= {sum(sums):g}"
        turned = page.page.locator(".cbp-block").nth(1).locator(".cbp-mark").all_text_contents()
        assert turned == ["w[5,0,1,2]", "w[5,0,1,1]", "w[5,0,1,0]", "w[5,0,0,2]", "w[5,0,0,1]", "w[5,0,0,0]"]
    drawn = page.page.locator(".cbp-form .cbp-value").all_text_contents()
    weights = InfluenceExplorer(**GROUPING, groups=2).w
    first = [f"{w:g}" for w in weights[5, 0].ravel()[::-1]]
    assert form == "scatter" or drawn[6:12] == first


def test_a_channel_matrix_too_large_to_draw_is_said(page_of):
    page = page_of(input_size=1, kernel_size=1, channels=80, filters=80, groups=80, show_channels=True)
    assert page.page.locator(".cbp-channels svg").count() == 0
    assert page.page.locator(".cbp-channels p").all_inner_texts() == [
        "It has 6400 cells, too many to be drawn.", "Every filter reads only the channels of its group.",
        "G = 80: 80 kernels of 1, 80 weights, 80 biases, 80 multiplications",
    ]  # fmt: skip


def test_a_change_is_sent_before_the_kernel_can_answer(page_of):
    """What waits longer is undone when the kernel's echo of the change before it arrives."""
    page = page_of(selected=("x", 1, 2)).page
    told = page.evaluate(
        """async ([code, state]) => {
          const sent = [];
          const model = { get: (name) => state[name], set: (name, value) => { state[name] = value; }, on() {}, off() {}, save_changes: () => sent.push(state.selected.join()) };
          const module = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
          const el = document.body.appendChild(document.createElement("div"));
          module.default.render({ model, el });
          await new Promise((done) => setTimeout(done, 100));
          sent.length = 0;
          el.querySelector('[data-key="x,0,1,2"]').dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
          await Promise.resolve();
          return sent;
        }""",
        [
            InfluenceExplorer._esm,
            InfluenceExplorer(selected=("x", 1, 2))._state(),
        ],
    )
    assert told == ["x,0,1,3"]
