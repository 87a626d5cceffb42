"""The static site as it is built: each page opened from its folder, with the network off, both themes, three widths."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Watched
from closing_table import missing

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".site" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
PAGES = ["index", *(path.stem for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")))]

#: JavaScript: how far a page is wider than its window, where no box of its own scrolls
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

#: JavaScript: mathematics that was not set: what stands outside of code and has dollars or commands
RAW = """() => {
  const text = document.querySelector('article').cloneNode(true);
  for (const code of text.querySelectorAll('pre, code, script, style, svg, mjx-container')) code.remove();
  return text.textContent.match(/\\$[^$]*\\$|\\\\[a-z]{3,}\\{/g) ?? [];
}"""

#: JavaScript: what a widget shows, with the values of its fields and what has the focus left out
SHOWN = """(place) => place.innerText + [...place.querySelectorAll('[class], [style], [d]')]
  .map((e) => e.getAttribute('class') + e.getAttribute('style') + e.getAttribute('d')).join('|')"""


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The site, built by its own command."""
    if not PYTHON.exists():
        missing("site", "the environment of the site is not installed (make site installs it)")
    out = tmp_path_factory.mktemp("site") / "site"
    command = [PYTHON, ROOT / "site" / "pages" / "build.py", "--out", out]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return out


@pytest.fixture(scope="session")
def reader(chromium):
    """A page without network."""
    watched = Watched(chromium, offline=True)
    yield watched
    watched.context.close()


def opened(reader, path, width=1300, scheme="light"):
    """The page, when its mathematics is set and its widgets stand."""
    page = reader.page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 1000})
    page.mouse.move(0, 0)
    page.goto(path.as_uri())
    page.evaluate("window.MathJax.startup.promise")
    page.wait_for_function("!document.querySelector('.live-widget:not(.alive)')")
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    return page


def serious(page):
    """What axe finds serious or critical, a line each."""
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [
        f"{one['impact']}, {one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_without_a_network(site, reader, name, count):
    """No error, no request, all mathematics set, nothing wider than the window; axe finds nothing serious."""
    for scheme in ("light", "dark"):
        page = opened(reader, site / f"{name}.html", scheme=scheme)
        assert page.evaluate(RAW) == []
        assert page.locator("mjx-merror").count() == 0
        assert page.locator("h1:visible").count() == 1
        assert page.evaluate("document.fonts.check('16px MJXTEX-I')")
        assert serious(page) == []
        count("pages of the site in which axe finds nothing serious, light and dark")
    for width in (1300, 800, 400):
        page.set_viewport_size({"width": width, "height": 1000})
        page.wait_for_timeout(150)
        assert page.evaluate(WIDER) <= 0, f"at {width} px the page is wider than its window"
    reader.clean()


def answers(page, place):
    """Whether a widget changes when it is pointed at or clicked, and when a key is pressed."""
    place.scroll_into_view_if_needed()
    return by_pointer(page, place), by_key(page, place)


def by_pointer(page, place):
    before = place.evaluate(SHOWN)
    for target in place.locator("[role=gridcell], .cbp-cell, svg rect, button, input").all()[:12]:
        if not target.is_visible():
            continue
        box = target.bounding_box()
        where = {
            "x": 0.8 * box["width"],
            "y": box["height"] / 2,
        }  # of a slider another place than where it stands
        for act in (target.hover, target.click):
            act(force=True, position=where)
            page.wait_for_timeout(60)
            if place.evaluate(SHOWN) != before:
                return True
    return False


def by_key(page, place):
    page.mouse.move(0, 0)
    page.wait_for_timeout(60)
    for target in place.locator("[tabindex='0'], input, button, select").all()[:12]:
        if not target.is_visible():
            continue
        target.focus()
        before = place.evaluate(SHOWN)
        for key in ("ArrowRight", "ArrowDown", "ArrowUp", "Enter", "Space"):
            page.keyboard.press(key)
            page.wait_for_timeout(60)
            if place.evaluate(SHOWN) != before:
                return True
    return False


@pytest.mark.parametrize("name", PAGES)
def test_every_widget_answers_pointer_and_key(site, reader, name, count):
    page = opened(reader, site / f"{name}.html")
    for place in page.locator(".live-widget").all():
        kind = place.get_attribute("data-widget")
        assert answers(page, place) == (True, True), kind
        count("widgets of the site that answer pointer and key")
    reader.clean()


def test_the_theme_is_chosen_on_the_page_too(site, reader):
    """The page's own button: widgets and pictures follow."""
    page = opened(reader, site / "00-the-question.html")
    ground = "getComputedStyle(document.querySelector('.live-widget .cbp')).getPropertyValue('--cbp-soft0')"
    light = page.evaluate(ground)
    page.locator("button.theme-switch-button").click()
    page.locator(".dropdown-menu.show").get_by_text("Dark").click()
    assert page.evaluate("document.documentElement.dataset.jpThemeLight") == "false"
    assert page.evaluate(ground) != light
    page.evaluate("localStorage.clear()")
    reader.clean()


def test_the_search_finds_a_word(site, reader):
    page = opened(reader, site / "index.html")
    page.goto((site / "search.html").as_uri() + "?q=leftover")
    page.wait_for_selector("#search-results li a")
    found = page.locator("#search-results li a").all_inner_texts()
    assert any("05" in text for text in found), found
    reader.clean()


def test_a_number_of_an_equation_leads_to_it(site, reader):
    page = opened(reader, site / "05-stride-and-leftovers.html")
    page.locator("a.equation-number", has_text="(1.3)").first.click()
    page.wait_for_url("**/01-one-row.html#equation-1-3")
    page.evaluate("window.MathJax.startup.promise")
    page.wait_for_timeout(300)
    top = page.locator("#equation-1-3").bounding_box()["y"]
    assert 0 <= top < 900, "the equation is not in sight"
    reader.clean()


def test_a_display_has_a_line_for_each_step_where_that_fits(site, reader):
    shown = """[...document.querySelectorAll('.forms')].map((forms) =>
      [...forms.children].map((form) => form.checkVisibility({ visibilityProperty: true })))"""
    page = opened(reader, site / "08-groups-and-depthwise.html")
    wide = page.evaluate(shown)
    assert len(wide) > 3 and all(one is not other for one, other in wide) and [True, False] in wide
    page.set_viewport_size({"width": 400, "height": 1000})
    page.wait_for_timeout(200)
    narrow = page.evaluate(shown)
    assert all(one is not other for one, other in narrow) and narrow.count([True, False]) < wide.count(
        [True, False]
    )
    reader.clean()


def test_a_folder_of_someone_else_is_kept(site, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    command = [PYTHON, ROOT / "site" / "pages" / "build.py", "--out", tmp_path]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert (
        done.returncode == 1
        and "did not make" in done.stderr
        and (tmp_path / "mine.txt").read_text() == "mine"
    )


# -- the tests see what they are for -------------------------------------------------------------------
def planted(site, tmp_path, change, name="index"):
    """A copy of the site with one page changed."""
    copy = shutil.copytree(site, tmp_path / "site")
    path = copy / f"{name}.html"
    text = path.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    return path


def test_a_request_an_error_and_a_dead_widget_are_seen(site, reader, tmp_path):
    asks = planted(
        site,
        tmp_path / "a",
        lambda t: t.replace("</body>", '<img alt="x" src="https://example.org/x.png"></body>'),
    )
    opened(reader, asks)
    with pytest.raises(AssertionError):
        reader.clean()
    dead = planted(
        site,
        tmp_path / "b",
        lambda t: t.replace("</body>", "<p style='color:#bbb;background:#fff'>pale</p></body>"),
    )
    script = dead.parent / "_static" / "widgets" / "InfluenceExplorer.js"
    text = script.read_text()
    script.write_text(text.replace("{ render, standIn }", "{ render: ({ el }) => el.append('x'), standIn }"))
    page = opened(reader, dead)
    assert answers(page, page.locator(".live-widget").first) == (False, False)
    assert any("color-contrast" in line for line in serious(page))
    reader.clean()
