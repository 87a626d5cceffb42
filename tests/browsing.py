"""What the browser tests share: a page that is watched, a notebook open in JupyterLab, and contrast."""

# ruff: noqa: E501 (JavaScript is kept on one line)

import re
from contextlib import contextmanager

import nbformat

LOCAL = re.compile(r"(https?|wss?)://(127\.0\.0\.1|localhost)[:/]|data:|blob:|file:|about:")


class Watched:
    """A page, and what went wrong on it."""

    def __init__(self, browser, width=1300, height=1000, **options):
        self.context = browser.new_context(viewport={"width": width, "height": height}, **options)
        self.page = self.context.new_page()
        self.errors, self.outside = [], []
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda r: None if LOCAL.match(r.url) else self.outside.append(r.url))

    def clean(self):
        assert self.errors == []
        assert self.outside == []


class Notebook(Watched):
    """A notebook of given cells, open in JupyterLab, with a kernel that waits."""

    def __init__(self, browser, lab, name, cells, tags=(), **options):
        cells = [nbformat.v4.new_code_cell(c, metadata={"tags": list(tags)}) for c in cells]
        book = nbformat.v4.new_notebook(cells=cells)
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(book, lab.root / f"{name}.ipynb")
        super().__init__(browser, **options)
        self.page.goto(lab.url_of(f"{name}.ipynb"))
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        # "Idle" in the status bar: before, JupyterLab takes the keys and runs nothing
        idle = "() => /[|] Idle/.test(document.querySelector('#jp-main-statusbar')?.textContent ?? '')"
        self.page.wait_for_function(idle, timeout=60_000)

    def run(self, number):
        cell = self.page.locator(".jp-CodeCell").nth(number)
        before = cell.locator(".jp-InputArea-prompt").inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(
            "([n, before]) => { const t = document.querySelectorAll('.jp-CodeCell')[n].querySelector('.jp-InputArea-prompt').innerText;"
            " return /\\d/.test(t) && t !== before; }",
            arg=[number, before],
            timeout=60_000,
        )
        output = cell.locator(".jp-OutputArea-output pre")
        return output.last.inner_text().strip() if output.count() else ""


#: JavaScript: rgb(text), over(top, under), ratio(p, q) of contrast, and ground(element), what lies under its text.
COLORS = """
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const over = (top, under) => { const a = top[3] ?? 1; return [0, 1, 2].map((i) => top[i] * a + under[i] * (1 - a)); };
  const light = (c) => { const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (p, q) => { const [a, b] = [light(p), light(q)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if ((c[3] ?? 1) > 0.9) return c.slice(0, 3); } return [255, 255, 255]; };
"""


@contextmanager
def exported(browser, folder, kind, ready):
    """A function that opens the page a widget exports, from a folder, with the network off; `kind` watches it."""
    opened = []

    def open_page(widget, width=1300, scheme="light"):
        path = widget.export_html(folder / f"{len(opened)}.html")
        watched = kind(browser, width=width, color_scheme=scheme, offline=True)
        opened.append(watched)
        watched.page.goto(path.as_uri())
        watched.page.wait_for_selector(ready)
        return watched

    yield open_page
    for watched in opened:
        watched.clean()
        watched.context.close()


def looks(page, height=1000):
    """The page in both colour schemes, wide and narrow, one after the other: (scheme, width) of each."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1300, 800):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function("width => innerWidth === width", arg=width)
            # two frames: in the first the observer of the size speaks, in the second what it changed is laid out
            page.evaluate(
                "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30))))"
            )
            yield scheme, width
