"""Every notebook as it is committed, open in JupyterLab: nothing is lost in a narrow column, and axe finds nothing serious."""

# ruff: noqa: E501 (JavaScript is kept on one line)

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Watched
from lab import TRACKER
from nbformat.sign import NotebookNotary
from pages import without_code

PATHS = sorted((Path(__file__).resolve().parent.parent.parent / "notebooks").glob("[!.]*.ipynb"))
COLUMN = 380  # px of text, with the file browser open on a page of 800

# Every cell has been in sight, so that it is there and its mathematics is set.
SCROLL = """async (displays) => {
  const outer = document.querySelector(".jp-WindowedPanel-outer");
  for (let y = 0; y < outer.scrollHeight; y += 700) { outer.scrollTop = y; await new Promise((done) => setTimeout(done, 30)); }
  const set = () => document.querySelectorAll(".jp-MarkdownCell .jp-RenderedMarkdown > *").length && [...document.querySelectorAll(".jp-MarkdownCell")].every((cell) => cell.querySelector(".jp-RenderedMarkdown > *")) && document.querySelectorAll(".jp-MarkdownCell mjx-container[display]").length === displays;
  for (let n = 0; n < 400 && !set(); n++) await new Promise((done) => setTimeout(done, 50));
}"""
# What stands out of its column, and has no box of its own to scroll in.
LOST = """() => {
  const lost = [];
  const say = (kind, element, by) => lost.push(`${kind}, ${Math.round(by)} px: ${element.innerText?.replace(/\\s+/g, ' ').slice(0, 60) ?? element.alt?.slice(0, 60)}`);
  const scrolls = (element, root) => { for (; element && element !== root; element = element.parentElement) if (/auto|scroll/.test(getComputedStyle(element).overflowX)) return true; return false; };
  for (const cell of document.querySelectorAll(".jp-RenderedMarkdown, .jp-RenderedHTML")) {
    const edge = cell.getBoundingClientRect().left + cell.clientWidth + 1;
    for (const math of cell.querySelectorAll("mjx-container")) {
      if (scrolls(math, cell)) continue;
      const right = Math.max(...[...math.querySelectorAll("mjx-c, mjx-line, mjx-rule")].map((part) => part.getBoundingClientRect().right));
      if (right > edge) say("equation", math, right - edge);
    }
    for (const part of cell.querySelectorAll("table, img, pre")) {
      const { right } = part.getBoundingClientRect();
      if (right > edge && !scrolls(part, cell)) say(part.localName, part, right - edge);
    }
  }
  for (const code of document.querySelectorAll(".jp-CodeCell .jp-InputArea .cm-scroller"))
    if (code.scrollWidth > code.clientWidth + 1 && !/auto|scroll/.test(getComputedStyle(code).overflowX)) say("code", code, code.scrollWidth - code.clientWidth);
  return lost;
}"""
THEME = "(name) => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })"
COUNT = """() => ["mjx-container[display]", "table", ".cbp-figure img", ".cm-scroller"].map((kind) => document.querySelectorAll(`.jp-Notebook ${kind}`).length)"""


def displays_in(path):
    """How many display equations its text holds."""
    cells = nbformat.read(path, as_version=4).cells
    return sum(
        len(re.findall(r"\$\$.+?\$\$", without_code(c.source), re.S))
        for c in cells
        if c.cell_type == "markdown"
    )


@pytest.fixture(scope="module")
def open_page(chromium, jupyterlab):
    """open_page(path): a committed notebook, not run, in JupyterLab with the file browser open, one after the other."""
    jupyterlab.set(TRACKER, {"windowingMode": "none"})  # a cell out of sight is there too
    watched = Watched(chromium, width=800)
    page = watched.page

    def open_page(path):
        shutil.copy(path, jupyterlab.root / path.name)
        # trusted, as outputs are that were made here: of others JupyterLab takes attributes away
        NotebookNotary(data_dir=str(jupyterlab.root.parent / "data")).sign(nbformat.read(path, as_version=4))
        page.goto(jupyterlab.url_of(path.name))
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        page.evaluate(SCROLL, displays_in(path))
        return page

    yield open_page
    jupyterlab.set(TRACKER, {})
    watched.context.close()


def serious(page, theme):
    """What axe finds serious or critical in what the page itself holds, its text and its outputs, in this theme.

    Of the editor and the prompts JupyterLab is the author.
    """
    page.evaluate(THEME, {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}[theme])
    light = str(theme == "light").lower()
    page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=light)
    found = (
        Axe().run(page, context=[[".jp-RenderedMarkdown"], [".jp-OutputArea-output"]]).response["violations"]
    )
    return [
        f"{theme}, {rule['id']}: {node['html'][:120]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_page_fits_a_narrow_column_and_axe_finds_nothing_serious(open_page, path, count):
    page = open_page(path)
    width = page.evaluate("document.querySelector('.jp-RenderedMarkdown').clientWidth")
    assert 330 < width <= COLUMN
    assert page.evaluate(LOST) == []
    found = page.evaluate(COUNT)
    assert all(found)
    count("equations, tables, pictures and code cells that fit a column of 380 px", sum(found))
    assert serious(page, "dark") + serious(page, "light") == []
    count("pages in which axe finds nothing serious, light and dark", 1)


def test_what_is_lost_is_found(open_page, tmp_path):
    """A page with one of each that is too wide."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

    wide = r"$$\sum_{k,l} w_{k,l} + \sum_{k,l} w_{k,l} + \sum_{k,l} w_{k,l} + \sum_{k,l} w_{k,l} + \sum_{k,l} w_{k,l} + b$$"
    row = "|" + "unbreakable|" * 12
    table = f"{row}\n|{'---|' * 12}\n{row}"
    image = '<img alt="wide" style="max-width:none" width="900" height="9" src="data:image/svg+xml;base64,PHN2Zy8+">'
    cells = [
        new_markdown_cell(text)
        for text in (wide, table, f'<div style="overflow-x: auto">\n\n{table}\n\n</div>')
    ]
    cells.append(
        new_code_cell("x", outputs=[new_output("display_data", data={"text/html": image, "text/plain": ""})])
    )
    path = tmp_path / "wide.ipynb"
    path.write_text(nbformat.writes(new_notebook(cells=cells)))
    lost = open_page(path).evaluate(LOST)
    assert [kind.split(",")[0] for kind in lost] == ["equation", "table", "img"], lost
    # a box that scrolls, and that no key reaches
    box = '<div style="overflow-x: auto"><div style="width: 2000px">wide</div></div>'
    cells.append(new_code_cell("x", outputs=[new_output("display_data", data={"text/html": box})]))
    path = tmp_path / "box.ipynb"
    path.write_text(nbformat.writes(new_notebook(cells=cells)))
    assert any("light, scrollable-region" in found for found in serious(open_page(path), "light"))
