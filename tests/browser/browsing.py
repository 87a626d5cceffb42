"""What the browser tests share: Chromium's options, a page that is watched, looking at it, and contrast."""

# ruff: noqa: E501 (JavaScript is kept on one line)

import re
import shutil
from contextlib import contextmanager

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCAL = re.compile(r"(https?|wss?)://(127\.0\.0\.1|localhost)[:/]|data:|blob:|file:|about:")


def launch(chromium, *more):
    """The machine's Chromium, or else Playwright's own (`playwright.chromium`), with more options."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    return chromium.launch(args=[*OPTIONS, *more], executable_path=path)


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
        """Nothing went wrong since this was asked last: no error in the console, no request to the outside."""
        self.page.evaluate("0")  # what the page said before has arrived with the answer
        found = [*self.errors], [*self.outside]
        self.errors.clear()
        self.outside.clear()
        assert found == ([], [])


class Seen:
    """What a test looks at on a watched page."""

    def __init__(self, watched):
        self.watched, self.page = watched, watched.page

    def run(self, number):
        """Run a cell of the notebook that this page shows; what it prints."""
        return self.watched.run(number)

    def heard(self):
        """Wait until that notebook's kernel has what a widget has sent."""
        self.watched.heard()


#: JavaScript: rgb(text), over(top, under), ratio(p, q) of contrast, and ground(element), what lies under its text.
COLORS = """
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const over = (top, under) => { const a = top[3] ?? 1; return [0, 1, 2].map((i) => top[i] * a + under[i] * (1 - a)); };
  const light = (c) => { const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (p, q) => { const [a, b] = [light(p), light(q)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if ((c[3] ?? 1) > 0.9) return c.slice(0, 3); } return [255, 255, 255]; };
"""


@contextmanager
def exported(watched, folder, kind, ready):
    """A function that opens the page a widget exports, from a folder, in place of the one before, as a `kind` of Seen."""
    opened = []

    def open_page(widget, width=1300, scheme="light"):
        path = widget.export_html(folder / f"{len(opened)}.html")
        opened.append(path)
        watched.page.emulate_media(color_scheme=scheme)
        watched.page.set_viewport_size({"width": width, "height": 1000})
        watched.page.mouse.move(0, 0)  # where nothing is
        watched.page.goto(path.as_uri())
        watched.page.wait_for_selector(ready)
        return kind(watched)

    yield open_page
    watched.clean()


def resize(page, width, height=1000):
    """Give the page another size, and wait until it is laid out in it."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("width => innerWidth === width", arg=width)
    settle(page)


def recolour(page, scheme):
    """Give the page another colour scheme, and wait until its widgets have heard of it."""
    page.emulate_media(color_scheme=scheme)
    settle(page)


def settle(page):
    """Wait for two frames: in the first an observer speaks, in the second what it changed is laid out."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
    )


def looks(page, height=1000):
    """The page wide and narrow, in both colour schemes, one after the other: (scheme, width) of each."""
    for width in (1300, 800):
        resize(page, width, height)
        for scheme in ("light", "dark"):
            recolour(page, scheme)
            yield scheme, width
