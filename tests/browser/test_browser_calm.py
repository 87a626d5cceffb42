"""The explorer as one calm box: nothing moves while one points, the head is in sight, no cell is blank; its controls."""

# ruff: noqa: E501 (JavaScript is kept on one line)

import itertools

import pytest
from browsing import exported, looks, resize
from test_browser import OVERFLOW, Explorer, assert_readable

from convbp_helpers.figures.picture import LETTERS
from convbp_helpers.widgets import InfluenceExplorer

ALL = ("input_size", "kernel_size", "stride", "padding", "dilation", "channels", "filters", "groups", "view")
LARGE = dict(input_size=(16, 16), kernel_size=(3, 3), channels=8, filters=8)


@pytest.fixture
def page_of(offline, tmp_path):
    with exported(offline, tmp_path, Explorer, ".cbp .cbp-cell") as open_page:
        yield lambda width=1300, scheme="light", **settings: open_page(
            InfluenceExplorer(**settings), width, scheme
        )


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
    assert page.over("z,4,3") == [page.number("z,4,3"), "×25"]
    assert page.number("x,2,3") == "1668"
    box = page.cell("x,2,3").bounding_box()
    assert box["height"] >= 30 and box["width"] > box["height"]  # four digits: wider than tall
    assert page.page.locator(".cbp-silent").count() == 0


# ----------------------------------------------------------------------------------------------------- the controls
def test_many_controls_are_folded_and_reached_by_keys(page_of):
    page = page_of(controls=ALL)
    assert page.page.locator('[data-name="stride"]').first.is_hidden()
    page.page.locator(".cbp-settings summary").focus()
    page.page.keyboard.press("Enter")
    assert page.page.locator('[data-name="stride"]').first.is_visible()
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.dataset.name") == "input_size"
    fields = page.page.locator(".cbp-controls input[type=number], .cbp-controls select, .cbp-controls button")
    heights = {fields.nth(n).bounding_box()["height"] for n in range(fields.count())}
    assert heights == {28}
    assert (
        page.page.locator(".cbp fieldset, .cbp legend").count() == 0
    )  # a page's style changes those (Bootstrap)
    page.setting("kernel_size").fill("3")
    assert page.page.locator('[data-name="stride"]').first.is_visible()  # it stays open
    few = page_of(controls=("stride", "view"))
    assert few.page.locator(".cbp-settings").count() == 0 and few.setting("stride").is_visible()


def test_the_one_field_of_a_row_has_no_word(page_of):
    page = page_of(input_size=9, kernel_size=3, controls=("input_size", "stride", "padding"))
    labels = page.page.locator(".cbp-controls label").all_inner_texts()
    assert not any("column" in label for label in labels)
    assert page.setting("stride").evaluate("e => e.ariaLabel") == "Stride"
    assert page.page.get_by_label("Padding, before").count() == 1


def offered(page):
    return page.page.locator("[data-preset]").all_inner_texts()


def shapes(page):
    panels = page.page.locator(".cbp-panel").all()
    return [panel.get_attribute("aria-label").split(", ")[1] for panel in panels]


def test_presets_and_reset(page_of):
    settings = dict(
        input_size=(6, 9),
        stride=2,
        padding=1,
        channels=2,
        filters=4,
        groups=2,
        view="grad_x",
        selected=("x", 1, 3, 4),
    )
    page = page_of(**settings, controls=ALL)
    start = page.page.locator(".cbp").inner_text()
    assert offered(page) == ["the running example", "same padding", "dilation 2", "depthwise", "reset"]
    for preset, shown in {
        "the running example": ["5×8", "2×3", "4×6"],
        "same padding": ["2×6×9", "4×1×2×3", "4×6×9"],
        "dilation 2": ["2×6×9", "4×1×2×3", "4×3×4"],
        "depthwise": ["2×6×9", "2×1×2×3", "2×4×5"],
    }.items():
        page.preset(preset).click()
        assert shapes(page) == shown
        assert page.preset(preset).get_attribute("aria-pressed") == "true"
        assert page.page.locator(".cbp-problem").is_hidden()
    page.setting("view").select_option("forward")
    page.setting("kernel_size").fill("3")
    page.cell("z,0,0,0").click()
    page.page.keyboard.press("Escape")
    page.preset("reset").click()
    page.page.locator(".cbp-settings summary").click()
    assert page.page.locator(".cbp").inner_text() == start
    assert page.setting("view").input_value() == "grad_x"


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (dict(input_size=9, kernel_size=3, controls=True), ["the running example", "stride 2", "same padding", "dilation 2", "reset"]),
        (dict(input_size=(3, 3), kernel_size=(2, 2), controls=True), ["the running example", "stride 2", "same padding", "dilation 2", "reset"]),
        (dict(input_size=(2, 3), kernel_size=(2, 3), controls=("stride", "dilation", "padding")), ["stride 2", "same padding", "reset"]),
        (dict(controls=("stride",)), ["reset"]),
        (dict(controls=("channels", "filters", "groups", "stride")), ["the running example", "stride 2", "depthwise", "reset"]),
        (dict(controls=("view",)), []),
    ],
)  # fmt: skip
def test_only_possible_presets_are_offered(page_of, settings, names):
    assert offered(page_of(**settings)) == names


def test_reset_goes_back_in_the_kernel_too(show):
    code = "from convbp_helpers.widgets import InfluenceExplorer\nexplorer = InfluenceExplorer(filters=2, b=[1, 2], selected=('x', 2, 3))\nexplorer"
    ask = "print(explorer.stride, explorer.filters, explorer.b.tolist(), explorer.w.shape, explorer.selected, explorer.view)"
    book = Explorer(show("light", 1300, code, ask))
    book.page.wait_for_selector(".cbp .cbp-cell")
    book.heard()
    start = book.run(1)
    book.preset("stride 2").click()
    book.setting("filters").fill("3")
    book.setting("view").select_option("grad_w")
    book.heard()
    assert book.run(1) == "(2, 2) 3 [1.0, 2.0, 0.0] (3, 1, 2, 3) ('x', 0, 2, 3) grad_w"
    book.preset("reset").click()
    book.heard()
    assert book.run(1) == start == "(1, 1) 2 [1.0, 2.0] (2, 1, 2, 3) ('x', 0, 2, 3) forward"


# ------------------------------------------------------------------------------------------------------- the letters
ROLES = {"x": "input", "w": "weight", "z": "output", "δ": "gradient"}


def named(page):
    return page.page.eval_on_selector_all(".cbp-named", "e => e.map((n) => n.dataset.array)")


def test_pointing_at_a_letter_lights_its_array(page_of):
    page = page_of(view="grad_x", selected=("x", 2, 3))

    def outline(name):
        return page.page.locator(f"[data-array={name}]").evaluate("e => getComputedStyle(e).outlineStyle")  # noqa: E731

    for name in "xwz":
        page.page.locator(f".cbp-title [data-letter={name}]").hover()
        assert named(page) == [name] and outline(name) == "solid"
    page.page.mouse.move(3, 3)
    assert named(page) == []
    head, term = (
        page.page.locator(".cbp-head [data-letter]"),
        page.page.locator(".cbp-term").first.locator("[data-letter]"),
    )
    assert [*head.all_inner_texts(), *term.all_inner_texts()] == ["x", "δ", "w"]
    for letter, name in ((head.first, "x"), (term.nth(0), "z"), (term.nth(1), "w")):
        letter.hover()
        assert named(page) == [name]
    page.page.mouse.move(3, 3)
    page.page.locator(".cbp-title [data-letter=w]").focus()
    assert named(page) == ["w"]
    page.page.keyboard.press("Tab")
    assert named(page) == [] and page.page.evaluate("document.activeElement.dataset.key") == "w,0,0,0,0"


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


def test_letters_have_the_shade_of_their_array(page_of):
    page = page_of(view="grad_x", selected=("x", 2, 3))
    for shade, scheme in enumerate(("light", "dark")):
        page.page.emulate_media(color_scheme=scheme)
        for letter in page.page.locator(".cbp-equation [data-letter]").all():
            role = ROLES[letter.inner_text()]
            assert letter.evaluate("e => getComputedStyle(e).color") == rgb(LETTERS[role][shade])
        titles = {"x": "gradient", "w": "weight", "z": "gradient"}
        for name, role in titles.items():
            title = page.page.locator(f".cbp-title [data-letter={name}]")
            assert title.evaluate("e => getComputedStyle(e).color") == rgb(LETTERS[role][shade])
        assert_readable(page.page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_display_equations_follow_the_theme(show, theme):
    letters = " ".join(
        rf"{{\color{{{light}}}{letter}_{{i}}}}"
        for letter, (light, _) in zip("abcd", LETTERS.values(), strict=True)
    )
    code = f"from convbp_helpers.widgets import InfluenceExplorer\nfrom IPython.display import Math, display\ndisplay(Math(r'{letters}'))\nInfluenceExplorer()"
    page = show(theme, 1300, code).page
    page.wait_for_selector(".cbp .cbp-cell")
    page.wait_for_selector("mjx-container mjx-mstyle")
    shade = {"light": 0, "dark": 1}[theme]
    colours = page.eval_on_selector_all(
        "mjx-container mjx-mi", "e => e.map((n) => getComputedStyle(n).color)"
    )
    expected = itertools.chain.from_iterable([rgb(pair[shade])] * 2 for pair in LETTERS.values())
    assert colours == list(expected)
