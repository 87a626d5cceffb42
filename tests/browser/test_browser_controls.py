"""The explorer's controls, its presets and the way back, and the letters that light the arrays."""

# ruff: noqa: E501 (JavaScript is kept on one line)

import itertools

import pytest
from browsing import recolour
from explorer import Explorer, assert_readable

from convbp_helpers.figures.picture import LETTERS

ALL = ("input_size", "kernel_size", "stride", "padding", "dilation", "channels", "filters", "groups", "view")


@pytest.fixture(autouse=True)
def counted(count):
    yield
    count("browser tests of the explorer and its controls")


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


@pytest.mark.parametrize("view", ["forward", "grad_x", "grad_w"])
def test_letters_have_the_shade_of_their_array(page_of, view):
    page = page_of(view=view, selected=("x", 2, 3))
    titles = dict(x="input", w="weight", z="output" if view == "forward" else "gradient")
    titles |= {"grad_x": dict(x="gradient"), "grad_w": dict(w="gradient")}.get(view, {})
    for shade, scheme in enumerate(("light", "dark")):
        recolour(page.page, scheme)
        for letter in page.page.locator(".cbp-equation [data-letter]").all():
            role = ROLES[letter.inner_text()]
            assert letter.evaluate("e => getComputedStyle(e).color") == rgb(LETTERS[role][shade])
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
