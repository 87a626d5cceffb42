"""The explorer as one calm box: nothing moves while one points, the head is in sight, no cell is blank."""

# ruff: noqa: E501 (JavaScript is kept on one line)

import pytest
from browsing import looks, resize
from explorer import OVERFLOW, Explorer, assert_readable

LARGE = dict(input_size=(16, 16), kernel_size=(3, 3), channels=8, filters=8)


@pytest.fixture(autouse=True)
def counted(count):
    yield
    count("browser tests of the explorer as one calm box")


# ------------------------------------------------------------------------------------------------------ nothing moves
#: Every cell is chosen by a pointer event on it; each state of (what stands where) that is not the first is returned.
POINT = """async (step) => {
  const root = document.querySelector(".cbp");
  const look = () => [root, ...root.querySelectorAll(".cbp-said, .cbp-sentence, .cbp-equation, .cbp-board, .cbp-panel, .cbp-hint, .cbp-extra, .cbp-extra > *")].map((e) => { const b = e.getBoundingClientRect(); return [e.className, b.top, b.height].join(" "); }).join("; ");
  const start = look(), moved = [];
  let x = 0, chosen = 0;
  for (const cell of [...document.querySelectorAll(".cbp-cell")].filter((_, n) => n % step === 0)) {
    cell.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, screenX: ++x, screenY: 1 }));
    chosen += document.querySelector('.cbp [aria-selected="true"]') === cell;
    const now = look();
    if (now !== start && moved.length < 3) moved.push([cell.dataset.key, now, start]);
  }
  return [chosen, moved];
}"""
STILL = {
    "the running example": {},
    "the running example, gradient": dict(view="grad_x"),
    "weight gradient": dict(view="grad_w"),
    "one row and its Jacobian": dict(input_size=9, kernel_size=3, show_jacobian=True, stride=2, padding=1),
    "leftovers": dict(input_size=(7, 9), stride=(3, 2), view="grad_x", show_counts=True),
    "channels": dict(channels=3, filters=2, view="grad_x", muted=(1,)),
    "groups": dict(input_size=6, kernel_size=3, channels=4, filters=8, groups=2, view="grad_x", show_channels=True),
    "scatter": dict(view="grad_x", form="scatter", filters=2),
    "gather": dict(view="grad_x", form="gather", filters=3, padding=1),
    "biases": dict(filters=3, b=[1, -2.5, 30]),
    "long numbers": dict(x=[[1234.5] * 8] * 5),
    "large": dict(LARGE),
}  # fmt: skip


@pytest.mark.parametrize("state", STILL)
def test_nothing_moves_while_one_points(page_of, state, count):
    page = page_of(selected=None, **STILL[state]).page
    for width in (1300, 800, 400):
        resize(page, width)
        chosen, moved = page.evaluate(POINT, 1 if state != "large" else 67)
        assert moved == [], width
        assert chosen > 15
        count("cells pointed at without anything having moved", chosen)


def test_nothing_moves_while_one_holds_and_points_at_terms(page_of):
    page = page_of(filters=6, view="grad_x", selected=("x", 2, 3))
    height = lambda: page.page.locator(".cbp").bounding_box()["height"]  # noqa: E731
    start = height()
    page.cell("x,0,2,3").click()
    page.page.locator(".cbp-term").nth(2).hover()
    assert height() == start
    page.page.get_by_role("button", name="and 24 more").click()  # they scroll in their box
    assert page.page.locator(".cbp-term").count() == 36 and height() == start
    box = page.page.locator(".cbp-equation").evaluate("e => [e.scrollHeight, e.clientHeight]")
    assert box[0] > box[1]


# ------------------------------------------------------------------------------------------------- the head in sight
def in_sight(page):
    return page.evaluate("""() => [".cbp-sentence", ".cbp-equation"].every((name) => {
      const { left, top, bottom } = document.querySelector(name).getBoundingClientRect();
      const hit = (y) => document.elementFromPoint(left + 5, y)?.closest(".cbp-said");
      return top >= 0 && bottom <= innerHeight && hit(top + 3) && hit(bottom - 3);
    })""")


def test_the_head_is_in_sight_beside_every_map(page_of):
    page = page_of(**LARGE)
    for key in ("x,0,0,0", "x,7,15,15", "w,4,4,1,1", "z,7,13,13"):
        page.cell(key).scroll_into_view_if_needed()
        page.cell(key).hover()
        assert in_sight(page.page), key
        assert page.cell(key).get_attribute("aria-selected") == "true"


def test_the_head_is_in_sight_in_a_notebook(show):
    code = "from convbp_helpers.widgets import InfluenceExplorer\nInfluenceExplorer(input_size=(16, 16), kernel_size=(3, 3), channels=8, filters=8, controls=())"
    page = Explorer(show("light", 1300, code))
    page.page.wait_for_selector(".cbp .cbp-cell")
    for key in ("z,7,13,13", "w,4,4,1,1", "x,7,15,15"):
        page.cell(key).scroll_into_view_if_needed()
        page.cell(key).hover()
        assert in_sight(page.page), key


def test_a_cell_that_gets_the_focus_is_not_below_the_head(page_of):
    page = page_of(**LARGE)
    page.cell("x,0,9,3").focus()

    def boxes(key):
        return [page.page.locator(name).bounding_box() for name in (".cbp-said", f'[data-key="{key}"]')]  # noqa: E731

    head, cell = boxes("x,0,3,3")
    page.page.evaluate("y => scrollBy(0, y)", cell["y"] - 20)  # now it is below the head
    head, cell = boxes("x,0,3,3")
    assert cell["y"] < head["y"] + head["height"]
    for _ in range(6):
        page.page.keyboard.press("ArrowUp")
    assert page.page.evaluate("document.activeElement.dataset.key") == "x,0,3,3"
    head, cell = boxes("x,0,3,3")
    assert cell["y"] >= head["y"] + head["height"] - 1


# ------------------------------------------------------------------------------------------------ keys and the pointer
def test_a_page_that_scrolls_under_the_pointer_chooses_nothing(show):
    """D7: with the mouse at rest over the widget, Tab and arrow keys scroll; the cell that comes under it is not meant."""
    code = "from convbp_helpers.widgets import InfluenceExplorer\nInfluenceExplorer(input_size=(16, 16), kernel_size=(3, 3), channels=3, filters=4, controls=())"
    page = Explorer(show("light", 1300, code, *["1"] * 3))
    page.page.wait_for_selector(".cbp .cbp-cell")
    page.page.locator(".cbp-stage").scroll_into_view_if_needed()
    box = page.cell("x,0,9,9").bounding_box()
    page.page.mouse.move(box["x"] + 5, box["y"] + 5)
    first = page.sentence()
    assert first.startswith("x[0,9,9]")
    page.cell("x,0,9,9").focus()
    scroller = "document.querySelector('.jp-WindowedPanel-outer').scrollTop"
    for key in ("Tab", "Tab", "Tab", "Tab"):
        before = page.page.evaluate(scroller)
        page.page.keyboard.press(key)
        page.page.wait_for_timeout(120)
    assert page.page.evaluate(scroller) != before or page.page.evaluate(scroller) > 0
    assert page.page.evaluate("document.activeElement.dataset.key") == "z,0,0,0"
    assert page.sentence().startswith("z[0,0,0]")
    for _ in range(3):
        page.page.keyboard.press("PageDown")
        page.page.wait_for_timeout(120)
    key = page.page.evaluate("document.activeElement.dataset.key")
    assert key == "z,3,0,0" and page.sentence().startswith("z[3,0,0]")
    # and a page that is scrolled by itself
    page.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollBy(0, -150)")
    page.page.wait_for_timeout(200)
    assert page.sentence().startswith("z[3,0,0]")


def test_an_event_without_movement_chooses_nothing(page_of):
    page = page_of(selected=("x", 2, 3))
    tell = """([key, x]) => document.querySelector(`[data-key="${key}"]`).dispatchEvent(new PointerEvent("pointermove", { bubbles: true, screenX: x, screenY: 7 }))"""
    page.page.evaluate(tell, ["x,0,1,1", 5])
    assert page.sentence().startswith("x[1,1]")
    page.page.evaluate(tell, ["x,0,4,4", 5])  # another cell, the same place on the screen
    assert page.sentence().startswith("x[1,1]")
    page.page.evaluate(tell, ["x,0,4,4", 6])
    assert page.sentence().startswith("x[4,4]")


# ------------------------------------------------------------------------------------------------- never a blank cell
LONG = dict(input_size=(16, 16), kernel_size=(3, 3), channels=8, filters=8, view="grad_x")


def test_where_no_number_fits_a_tint_and_a_read_out_tell_it(page_of):
    page = page_of(**LONG, controls=("view",))
    for scheme, width in looks(page.page):
        assert page.page.evaluate(OVERFLOW) == [], (scheme, width)
        assert_readable(page.page)
    resize(page.page, 1300)
    silent = page.page.locator(".cbp [data-array=x] .cbp-silent")
    assert silent.count() > 1000
    assert (
        "tinted by value: point at a cell for its number"
        in page.page.locator(".cbp [data-array=x]").inner_text()
    )
    page.cell("x,4,7,7").hover()
    said = page.cell("x,4,7,7").get_attribute("aria-label")
    assert page.page.locator(".cbp-readout-words").text_content() == said
    font = page.page.locator(".cbp-readout-words").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert font >= 12 and said.split(" = ")[1] in page.page.locator(".cbp-equation").inner_text()
    page.cell("x,4,7,7").click()
    page.cell("x,4,0,0").hover()  # held: the number of the other cell is read out
    assert page.page.locator(".cbp-readout-words").text_content() == page.cell("x,4,0,0").get_attribute(
        "aria-label"
    )
    page.page.mouse.move(3, 3)
    assert page.page.locator(".cbp-readout-words").text_content() == said
    assert_readable(page.page)


def test_a_tint_is_as_strong_as_its_number_is_large(page_of):
    x = [[n * 100000.25 * (-1 if n % 2 else 1) for n in range(60)]] * 20
    page = page_of(input_size=(20, 60), x=x, controls=False)

    def alpha(n):
        return page.cell(f"x,0,3,{n}").evaluate(
            "e => Number(getComputedStyle(e).backgroundColor.match(/[\\d.]+/g).at(-1))"
        )  # noqa: E731

    shares = [alpha(n) for n in range(10, 60, 7)]
    assert shares == sorted(shares) and 0.45 < alpha(59) <= 0.5 and alpha(10) < 0.1


def test_lit_cells_keep_their_value_beside_the_factor(page_of):
    page = page_of(
        input_size=6, kernel_size=3, channels=4, filters=8, groups=2, view="grad_x", selected=("x", 2, 3)
    )
    assert page.number("z,4,3") and page.factor("z,4,3") == "×25"
    assert page.number("x,2,3") == "1668"
    box = page.cell("x,2,3").bounding_box()
    assert box["height"] >= 30 and box["width"] > box["height"]  # four digits: wider than tall
    assert page.page.locator(".cbp-silent").count() == 0
