"""The padding split and the duality panels in a real JupyterLab and as exported pages: pointer, keys, themes, widths."""

# ruff: noqa: E501 (sentences and JavaScript are kept on one line)

import pytest
from browsing import COLORS, exported, looks
from explorer import OVERFLOW, Explorer, assert_readable

from convbp_helpers.widgets import DualityPanels, PaddingSplit

THEMES = [(theme, width) for theme in ("light", "dark") for width in (1300, 800)]
WINDOW = "the gradient of x is cells {} to {} of the {} cells of the gradient of the padded input"


class Panels(Explorer):
    """A page with one of the two widgets."""

    def window(self):
        """[first cell, number of cells] under the outline, and the same of the row of x, as they are on the screen."""
        still = "document.querySelector('.cbp').getAnimations({ subtree: true }).every((a) => a.playState === 'finished')"
        self.page.wait_for_function(still)  # (JupyterLab has animations of its own)
        return self.page.evaluate("""() => {
          const box = (e) => e.getBoundingClientRect();
          const padded = [...document.querySelectorAll('[data-row=padded] .cbp-box > rect')].map(box);
          const x = [...document.querySelectorAll('[data-row=x] .cbp-box > rect')].map(box);
          const outline = box(document.querySelector('.cbp-window rect'));
          const inside = (part) => [padded.findIndex((r) => Math.abs(r.left - part.left) < 3), Math.round((part.right - part.left) / (padded[1].left - padded[0].left))];
          return [inside(outline), inside({ left: x[0].left, right: x.at(-1).right })];
        }""")

    def numbers(self, row):
        texts = self.page.locator(f"[data-row={row}] .cbp-value").all_text_contents()
        return [float(text.replace("−", "-")) for text in texts]

    def drag(self, cells):
        rect = self.page.locator(".cbp-window rect")
        rect.scroll_into_view_if_needed()
        box, size = (
            rect.bounding_box(),
            self.page.locator("[data-row=padded] .cbp-box rect").first.bounding_box(),
        )
        start = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(start[0] + (cells * (size["width"] + 1)) / 2, start[1] + 60)
        self.page.mouse.move(start[0] + cells * (size["width"] + 1), start[1] + 60)  # also off the row
        self.page.mouse.up()
        self.page.mouse.move(3, 3)

    def key(self):
        return self.page.evaluate("document.activeElement.dataset.key ?? document.activeElement.dataset.name")

    def laid(self):
        """The multipliers that are drawn, and the columns of the read cells that are outlined."""
        return self.page.evaluate("""() => [...document.querySelectorAll('[data-panel]')].filter((p) => p.querySelector('.cbp-filled')).map((p) => {
          const left = (e) => e.getBoundingClientRect().left;
          const row = [...p.querySelectorAll('[role=img] > .cbp-box')];
          const over = (group) => row.findIndex((cell) => Math.abs(left(cell.querySelector('rect')) - left(group.querySelector('rect'))) < 3);
          return [p.dataset.panel, [...p.querySelectorAll('.cbp-filled')].map((g) => [over(g), g.textContent]), row.flatMap((g, n) => g.classList.contains('cbp-lit') ? [n] : [])];
        })""")

    def ask(self, cell):
        self.heard()
        return self.run(cell)


@pytest.fixture
def in_lab(show):
    """Show a widget in JupyterLab, in a theme and a width; and cells below it."""

    def widget(theme, width, made, *cells):
        book = Panels(
            show(theme, width, f"from convbp_helpers import widgets\nit = widgets.{made}\nit", *cells)
        )
        book.page.wait_for_selector(".cbp .cbp-box > rect", timeout=60_000)
        book.page.locator(".cbp-lines").scroll_into_view_if_needed()
        book.page.mouse.move(3, 3)
        return book

    return widget


@pytest.fixture
def page_of(offline, tmp_path):
    """Open the page that a widget exports."""
    with exported(offline, tmp_path, Panels, ".cbp .cbp-box > rect") as open_page:
        yield open_page


@pytest.fixture(autouse=True)
def counted(count):
    yield
    count(
        "browser tests of the padding split and the duality panels, in a real JupyterLab and as exported pages"
    )


OUTLINES = (
    "() => {"
    + COLORS
    + """
  const found = [];
  for (const rect of document.querySelectorAll(".cbp-rows .cbp-box > rect, .cbp-rows .cbp-cell > rect, .cbp-window > rect")) {
    const under = ground(rect.closest(".cbp"));
    found.push([ratio(over(rgb(getComputedStyle(rect).stroke), under), under), rect.parentElement.getAttribute("class")]);
  }
  return found.length ? found.filter(([r]) => !(r >= 3)).slice(0, 5) : ["nothing is outlined"];
}"""
)
OVERLAPS = """() => {
  const bad = [];
  const root = document.querySelector(".cbp").getBoundingClientRect();
  // the ink of a line of text, without the room above and below it
  const ink = (e) => { const b = e.getBoundingClientRect(), trim = e.closest("svg") ? 0.2 * b.height : 2; return { left: b.left, right: b.right, top: b.top + trim, bottom: b.bottom - trim }; };
  const meet = (p, q) => p.left < q.right - 0.5 && q.left < p.right - 0.5 && p.top < q.bottom - 0.5 && q.top < p.bottom - 0.5;
  const texts = [...document.querySelectorAll(".cbp svg text, .cbp-title, .cbp-note, .cbp-sentence, .cbp-problem, .cbp-controls")].filter((e) => e.textContent && e.checkVisibility());
  const boxes = texts.map(ink);
  const cells = [...document.querySelectorAll(".cbp-box > rect, .cbp-cell > rect")];
  const rects = cells.map((e) => e.getBoundingClientRect());
  texts.forEach((e, n) => {
    if (boxes[n].right > root.right + 1 || boxes[n].left < root.left) bad.push(e.textContent + " leaves the widget");
    boxes.forEach((q, m) => m > n && meet(boxes[n], q) && bad.push(`${e.textContent} meets ${texts[m].textContent}`));
    rects.forEach((q, m) => cells[m].parentElement !== e.parentElement && meet(boxes[n], q) && bad.push(`${e.textContent} meets a cell of ${cells[m].parentElement.textContent}`));
    const own = e.closest(".cbp-box, .cbp-cell")?.querySelector("rect").getBoundingClientRect();
    if (own && (boxes[n].top < own.top || boxes[n].bottom > own.bottom)) bad.push(e.textContent + " leaves its cell");
  });
  return bad.slice(0, 5);
}"""


def assert_fits(book):
    """Nothing overflows or overlaps; texts have a contrast of 4.5 to 1, outlines of 3 to 1."""
    assert book.page.evaluate(OVERFLOW) == []
    assert book.page.evaluate(OVERLAPS) == []
    assert book.page.evaluate(OUTLINES) == []
    assert_readable(book.page)


# ------------------------------------------------------------------------------------------- the padding split in Lab
@pytest.mark.parametrize(("theme", "width"), THEMES)
def test_the_split_moves_the_window(in_lab, theme, width):
    book = in_lab(
        theme,
        width,
        "PaddingSplit()",
        "print(it.before, it.grad_x.astype(int).tolist())",
        "it.before = 3",
        "it.total = 2\nit.stride = 2",
    )
    padded = [3, 34, 31, 105, 67, 93, 87, 49, 72, 35]
    slider, handle = book.setting("before"), book.setting("window")

    def expect(before, total=4):
        zeros = (
            f"{before or 'no'} zero{'' if before == 1 else 's'} in front, {total - before or 'none'} behind"
        )
        book.expect_sentence(f"{zeros}: {WINDOW.format(before, before + 5, total + 6)}")
        assert book.window() == [[before, 6], [before, 6]]
        assert book.page.locator(".cbp-split").inner_text() == f"{before} before, {total - before} after"
        assert handle.get_attribute("aria-valuenow") == slider.input_value() == str(before)
        assert handle.get_attribute("aria-valuetext") == f"{before} before, {total - before} after"
        assert book.page.locator(".cbp-window text").text_content() == f"cells {before} to {before + 5}"
        pads = book.page.locator("[data-row=padded] .cbp-box").evaluate_all(
            "e => e.map((g) => g.classList.contains('cbp-pad'))"
        )
        assert pads == [not before <= m < before + 6 for m in range(total + 6)]

    expect(1)
    assert_fits(book)
    assert book.numbers("padded") == padded and book.numbers("x") == padded[1:7]
    slider.focus()  # keys
    book.page.keyboard.press("ArrowRight")
    expect(2)
    assert book.ask(1) == f"2 {padded[2:8]}"
    slider.focus()
    book.page.keyboard.press("End")
    expect(4)
    assert book.numbers("x") == padded[4:]
    book.page.keyboard.press("Tab")
    assert book.key() == "window"
    assert (
        book.page.locator(".cbp-window rect").evaluate("e => getComputedStyle(e).stroke")
        == "rgb(31, 119, 208)"
    )
    for key, before in [("ArrowLeft", 3), ("ArrowDown", 2), ("Home", 0), ("ArrowLeft", 0), ("ArrowRight", 1), ("ArrowUp", 2), ("End", 4), ("ArrowRight", 4)]:  # fmt: skip
        book.page.keyboard.press(key)
        expect(before)
    cells = book.page.locator(".jp-CodeCell").count()
    for key in "ddabx":
        book.page.keyboard.press(key)
    book.page.wait_for_timeout(200)
    assert book.page.locator(".jp-CodeCell").count() == cells and book.key() == "window"
    assert_fits(book)
    assert book.ask(1) == f"4 {padded[4:]}"
    slider.scroll_into_view_if_needed()  # pointer
    box = slider.bounding_box()
    book.page.mouse.click(box["x"] + 2, box["y"] + box["height"] / 2)
    expect(0)
    book.drag(3)
    expect(3)
    assert book.ask(1) == f"3 {padded[3:9]}"
    book.drag(-2)
    expect(1)
    book.drag(9)
    expect(4)
    assert book.ask(1) == f"4 {padded[4:]}"
    assert book.numbers("padded") == padded
    book.run(2)  # from Python
    expect(3)
    book.run(3)
    expect(2, total=2)
    assert book.numbers("padded") == [3, 1, 20, 5, 34, 3, 15, 0]
    assert book.page.locator("[data-row=padded] .cbp-unlinked").count() == 1
    assert_fits(book)


# ------------------------------------------------------------------------------------------- the duality panels in Lab
@pytest.mark.parametrize(("theme", "width"), THEMES)
def test_a_result_lays_its_multipliers_onto_the_row(in_lab, theme, width):
    book = in_lab(
        theme,
        width,
        "DualityPanels()",
        "print(it.selected, it.stride, it.dilation, it.delta.astype(int).tolist())",
        'it.selected = ("grad_w", 1)',
        "it.dilation = 1\nit.stride = 4",
    )
    page = book.page
    words = lambda: page.locator(".cbp-rows .cbp-title").all_inner_texts()  # noqa: E731
    assert words() == [
        "z: x read by w, step s = 2, spread d = 3",
        "∂J/∂w: x read by δ, step d = 3, spread s = 2",
        "∂J/∂x: δ̂ (δ with zeros put in), read by w reversed, step 1, spread d = 3",
    ]
    book.expect_sentence(
        "z[0] = w[0]·x[0] + w[1]·x[3] + w[2]·x[6] = 3·1 + 1·3 + 5·5 = 31: the cells of x are d = 3 apart"
    )
    assert book.laid() == [["z", [[0, "3"], [3, "1"], [6, "5"]], [0, 3, 6]]]
    assert_fits(book)
    book.cell("grad_x,6").hover()  # pointer
    book.expect_sentence(
        "∂J/∂x[6] = δ[0]·w[2] + δ[3]·w[0] = 1·5 + 3·3 = 14: the cells read are d = 3 apart, and 1 of these 3 is a zero put in"
    )
    assert book.laid() == [["grad_x", [[6, "5"], [9, "1"], [12, "3"]], [6, 9, 12]]]
    assert_fits(book)
    assert book.ask(1) == "('grad_x', 6) 2 3 [1, 7, 5, 3]"
    book.run(2)  # from Python
    book.expect_sentence(
        "∂J/∂w[1] = δ[0]·x[3] + δ[1]·x[5] + δ[2]·x[7] + δ[3]·x[9] = 1·3 + 7·13 + 5·23 + 3·7 = 230: the cells of x are s = 2 apart"
    )
    assert book.laid() == [["grad_w", [[3, "1"], [5, "7"], [7, "5"], [9, "3"]], [3, 5, 7, 9]]]
    assert book.cell("grad_w,1").get_attribute("aria-selected") == "true"
    assert_fits(book)
    book.cell("grad_w,1").focus()  # keys
    steps = [("ArrowRight", "grad_w,2"), ("ArrowRight", "grad_w,2"), ("Home", "grad_w,0"), ("ArrowLeft", "grad_w,0"), ("End", "grad_w,2"),
             ("ArrowDown", "grad_x,2"), ("End", "grad_x,12"), ("ArrowDown", "grad_x,12"), ("ArrowLeft", "grad_x,11"), ("ArrowUp", "grad_w,2"),
             ("ArrowUp", "z,2"), ("ArrowUp", "z,2"), ("End", "z,3"), ("Tab", "grad_w,0"), ("Tab", "grad_x,0"), ("Shift+Tab", "grad_w,0")]  # fmt: skip
    for key, there in steps:
        page.keyboard.press(key)
        assert book.key() == there
        assert (
            book.cell(there).locator("rect").evaluate("e => getComputedStyle(e).stroke")
            == "rgb(31, 119, 208)"
        )
        assert page.locator('.cbp [aria-selected="true"]').get_attribute("data-key") == there
    cells = page.locator(".jp-CodeCell").count()
    for key in "ddabx":
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert page.locator(".jp-CodeCell").count() == cells and book.key() == "grad_w,0"
    assert page.locator('.cbp [data-key][tabindex="0"]').count() == 3
    assert book.ask(1) == "('grad_w', 0) 2 3 [1, 7, 5, 3]"
    # the dials
    page.get_by_role("button", name="s plus 1").click()
    assert words()[:2] == [
        "z: x read by w, step s = 3, spread d = 3",
        "∂J/∂w: x read by δ, step d = 3, spread s = 3",
    ]
    page.get_by_role("button", name="d minus 1").click()
    assert words()[1] == "∂J/∂w: x read by δ, step d = 2, spread s = 3"
    assert book.ask(1) == "('grad_w', 0) 3 2 [1, 5, 3]"
    book.setting("dilation").focus()
    page.keyboard.press("ArrowDown")
    assert words()[1] == "∂J/∂w: x read by δ, step d = 1, spread s = 3" and book.key() == "dilation"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    book.setting("stride").fill("4")
    assert words()[1] == "∂J/∂w: x read by δ, step d = 2, spread s = 4"
    page.get_by_role("button", name="s plus 1").click()
    assert book.setting("stride").input_value() == "4"
    assert book.ask(1) == "('grad_w', 0) 4 2 [1, 5, 3]"
    book.run(3)  # from Python
    page.wait_for_function("document.querySelector('[data-name=dilation]').value === '1'")
    assert book.setting("stride").input_value() == "4"
    assert page.locator(".cbp-surplus .cbp-value").all_text_contents() == ["169", "123"]
    assert_fits(book)


# ----------------------------------------------------------------------------------------------- without a kernel
STATES = {
    "split": PaddingSplit(),
    "split, all behind": PaddingSplit(before=0),
    "split, leftover and stride": PaddingSplit(9, 4, 3, 5, 5),
    "split, leftover in the window": PaddingSplit(7, 2, 3, 3, 3),
    "split, as long as may be": PaddingSplit(24, 5, 1, 8, 3),
    "split, long numbers": PaddingSplit(delta=[-1234.5] * 8, w=[0.001, -2.25, 17]),
    "split, numbers that do not fit": PaddingSplit(24, 5, 1, 8, 3, delta=[-1234.5] * 28),
    "split, no padding": PaddingSplit(total=0, before=0),
    "split, one cell": PaddingSplit(1, 2, 1, 1, 1),
    "panels": DualityPanels(),
    "panels, nothing selected": DualityPanels(selected=None),
    "panels, gradient of w": DualityPanels(selected=("grad_w", 2)),
    "panels, gradient of x": DualityPanels(selected=("grad_x", 8)),
    "panels, no such weight": DualityPanels(11, 2, 4, 1, selected=("grad_w", 1)),
    "panels, three surplus": DualityPanels(8, 1, 4, 1, selected=("grad_w", 0)),
    "panels, as long as may be": DualityPanels(20, 5, 1, 4, selected=("grad_x", 9)),
    "panels, many terms": DualityPanels(20, 3, 1, 1, selected=("grad_w", 1)),
    "panels, long numbers": DualityPanels(x=[-1234.5] * 13, w=[0.001, -2.25, 17], selected=("z", 3)),
    "panels, numbers that do not fit": DualityPanels(20, 5, 1, 4, x=[-1234.5] * 20),
    "panels, one cell": DualityPanels(1, 1, 1, 1),
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_fits_and_reads(page_of, state, count):
    page = page_of(STATES[state])
    for _, width in looks(page.page):
        assert page.sentence() == STATES[state].sentence
        assert_fits(page)
        silent = page.page.locator(".cbp-silent").count()
        assert silent > 0 or "do not fit" not in state or width == 1300
        assert page.page.get_by_text("Tinted by value: numbers too long").is_visible() == bool(silent)
        count(
            "states of the padding split and the duality panels measured for overflow, overlap and contrast"
        )


def test_the_split_works_without_a_kernel(page_of):
    page = page_of(PaddingSplit(9, 4, 3, 5, 3))
    padded = page.numbers("padded")
    assert padded == PaddingSplit(9, 4, 3, 5, 3).padded_gradient.tolist()
    page.setting("window").press("End")
    page.expect_sentence(f"5 zeros in front, none behind: {WINDOW.format(5, 13, 14)}")
    assert page.window() == [[5, 9], [5, 9]] and page.numbers("x") == padded[5:]
    assert page.page.locator("[data-row=x] .cbp-unlinked").count() == 1
    assert page.page.locator("[data-row=padded] .cbp-mark").count() == 5
    page.drag(-4)
    page.expect_sentence(f"1 zero in front, 4 behind: {WINDOW.format(1, 9, 14)}")
    assert page.key() == "window" and page.numbers("padded") == padded
    page.setting("before").press("Home")
    page.expect_sentence(f"no zeros in front, 5 behind: {WINDOW.format(0, 8, 14)}")
    page.page.set_viewport_size(dict(width=500, height=900))
    page.page.wait_for_timeout(100)
    assert page.window() == [[0, 9], [0, 9]]
    assert page_of(PaddingSplit(total=0, before=0)).setting("before").is_disabled()
    small = page_of(STATES["split, as long as may be"], 800).page
    assert (
        small.locator(".cbp-pad").count() == 8 and small.locator(".cbp-mark").count() == 0
    )  # no room for "pad"


def test_the_panels_work_without_a_kernel(page_of):
    page = page_of(DualityPanels(8, 3, 2, 2))
    stage, problem = page.page.locator(".cbp-lines"), page.page.locator(".cbp-problem")
    before = stage.inner_text()
    page.setting("dilation").fill("4")
    assert problem.inner_text() == (
        "No layer has these settings: kernel 3 (spread over 9 by dilation 4) is longer than the input 8; "
        "use dilation <= 3. The picture still shows the last one that exists."
    )
    assert stage.inner_text() == before and problem.get_attribute("role") == "alert"
    assert_fits(page)
    page.page.get_by_role("button", name="d minus 1").click()  # the fix that the message names
    assert problem.is_hidden() and "spread d = 3" in stage.inner_text()
    page.setting("stride").fill("7")
    assert "stride must be from 1 to 4; got 7" in problem.inner_text()
    page.setting("stride").fill("")
    assert "stride must be from 1 to 4; got 0" in problem.inner_text()
    page.setting("stride").fill("1")
    assert problem.is_hidden() and "step s = 1" in stage.inner_text()
    page.cell("z,1").hover()
    page.expect_sentence(
        "z[1] = w[0]·x[1] + w[1]·x[4] + w[2]·x[7] = 3·11 + 1·9 + 5·7 = 77: the cells of x are d = 3 apart"
    )
    assert page.laid() == [["z", [[1, "3"], [4, "1"], [7, "5"]], [1, 4, 7]]]
    page.page.get_by_role("button", name="d plus 1").focus()
    page.page.keyboard.press("Tab")
    assert page.key() == "z,1"  # Tab goes to the selected result


def test_a_change_is_sent_at_once(page_of):
    """What waits here is undone when the kernel's echo of the change before it arrives."""
    page = page_of(PaddingSplit()).page
    told = page.evaluate(
        """async ([code, state]) => {
          const sent = [];
          const model = { get: (name) => state[name], set: (name, value) => { state[name] = value; }, on() {}, off() {}, save_changes: () => sent.push(state.before) };
          const module = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
          const el = document.body.appendChild(document.createElement("div"));
          module.render({ model, el });
          el.querySelector(".cbp-window").dispatchEvent(new KeyboardEvent("keydown", { key: "End", bubbles: true }));
          return sent;
        }""",
        [PaddingSplit._esm, {**STATES["split"]._state(), "before": 1}],
    )
    assert told == [4]


def test_what_belongs_to_no_weight_is_dashed_and_said(page_of):
    page = page_of(DualityPanels(11, 2, 4, 1, selected=("grad_x", 2)))
    page.expect_sentence("x[2] is read by no output: the weights meet only zeros, so ∂J/∂x[2] = 0")
    panel = page.page.locator("[data-panel=grad_w]")
    assert panel.locator(".cbp-surplus .cbp-value").all_text_contents() == ["129"]
    assert panel.get_by_text("no such weight").is_visible()
    assert (
        panel.locator(".cbp-surplus rect").evaluate("e => getComputedStyle(e).strokeDasharray") == "5px, 3px"
    )
    assert panel.locator(".cbp-cell").count() == 2
    x = page.page.locator("[data-panel=grad_x]")
    unlinked = x.locator(".cbp-unlinked").evaluate_all("e => e.map((g) => g.dataset.key)")
    assert unlinked == [f"grad_x,{i}" for i in (2, 3, 6, 7, 10)]
    assert x.locator(".cbp-unlinked rect").first.evaluate("e => getComputedStyle(e).fill").startswith("url(")
    assert x.locator(".cbp-unlinked .cbp-value").all_text_contents() == ["0"] * 5
    assert (
        "zeros put in: s − 1 = 3 between two cells of δ, d(K − 1) = 1 in front and behind, and the leftover r = 1 more behind"
        in x.inner_text()
    )
    assert page.page.locator("[data-panel=grad_x] .cbp-zero").count() == 12 - 3


@pytest.mark.parametrize("widget", [PaddingSplit, DualityPanels])
def test_what_a_screen_reader_is_told(page_of, widget):
    page = page_of(widget()).page
    assert page.locator(".cbp [aria-live=polite]").count() == 1
    unnamed = "e => e.filter((n) => !n.labels?.length && !n.ariaLabel && !n.textContent).length"
    assert (
        page.eval_on_selector_all(".cbp input, .cbp button, .cbp [tabindex], .cbp [role=img]", unnamed) == 0
    )
    if widget is PaddingSplit:
        assert page.locator("[data-row=x]").get_attribute("aria-label") == "∂J/∂x: 34 31 105 67 93 87"
        assert page.locator(".cbp-window").get_attribute("role") == "slider"
    else:
        assert (
            page.locator('[data-key="grad_x,1"]').get_attribute("aria-label")
            == "∂J/∂x[1] = 0, read by no output"
        )
