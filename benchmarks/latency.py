"""How long a reader of the influence explorer waits, in a real JupyterLab: pointing, running its cell, a setting.

Run it with the environment that `make test` makes: python benchmarks/latency.py [--against FOLDER] [--rounds N]
With --against the package in another folder is measured in the same run, in turn with this one, and ratios are printed.

- pointer: from the event's own time stamp to the first task after the animation frame that follows it; "bare" is a
  grid without a kernel, of which one cell gets another background: what JupyterLab and the browser take themselves
- run: from the key that runs the cell to the first frame with cells, in a kernel that has imported the package
- fresh: the same in a kernel that has just been started, with the import
- setting: from the input event of a control to the first task after the next animation frame
"""

import argparse
import pathlib
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from browsing import launch  # noqa: E402
from lab import CHOOSE, Lab, Notebook  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

IMPORT = "from convbp_helpers.widgets import InfluenceExplorer"
LAYERS = {
    "7×7 input, 3×3 kernel": "input_size=(7, 7), kernel_size=(3, 3)",
    "16×16, 3 channels, 4 filters": "input_size=(16, 16), kernel_size=(3, 3), channels=3, filters=4",
    "16×16, 8 channels, 8 filters": "input_size=(16, 16), kernel_size=(3, 3), channels=8, filters=8",
}
TARGETS = dict(zip(LAYERS, (20, 40, 45), strict=True))  # ms, pointer
LARGE = list(LAYERS)[-1]
BARE = """from IPython.display import HTML
cells = "".join(f'<div class="cbp-cell" data-key="x,0,{n // 16},{n % 16}"></div>' for n in range(256))
look = ".bare > div { display: grid; grid-template-columns: repeat(16, 30px) }"
look += " .bare .cbp-cell { height: 30px; border: 1px solid } .bare .cbp-cell:hover { background: orange }"
HTML(f'<style>{look}</style><div class="cbp bare"><div class="cbp-stage" data-array="x">{cells}</div></div>')"""
SETTING = "input_size=(8, 8), kernel_size=(3, 3)"
SETTING_TARGET = 16.7 + 50  # ms

AFTER_FRAME = """const afterFrame = (then) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = then;
  channel.port2.postMessage(0);
});"""
WATCH = f"""() => {{
  {AFTER_FRAME}
  window.paints = [];
  document.querySelector(".cbp-stage").addEventListener("pointerover", (event) => {{
    if (!event.target.closest(".cbp-cell")) return;
    afterFrame(() => window.paints.push(performance.now() - event.timeStamp));
  }}, true);
}}"""
# The middles of the cells of an array that can be pointed at where the page stands.
MIDDLES = """(name) => {
  document.querySelector(`.cbp [data-array=${name}]`).scrollIntoView({ block: "center" });
  const middles = [...document.querySelectorAll(`.cbp [data-key^="${name},"]`)].map((cell) => {
    const { left, right, top, bottom } = cell.getBoundingClientRect();
    return [cell, (left + right) / 2, (top + bottom) / 2];
  });
  const seen = ([cell, x, y]) => y > 0 && y < innerHeight && cell.contains(document.elementFromPoint(x, y));
  return middles.filter(seen).map(([, x, y]) => [x, y]);
}"""
FIRST_CELL = f"""() => {{
  {AFTER_FRAME}
  window.shown = null;
  const pressed = (event) => {{
    if (event.key !== "Enter") return;
    removeEventListener("keydown", pressed, true);
    const drawn = () => afterFrame(() => window.shown = performance.now() - event.timeStamp);
    const look = () => document.querySelector(".cbp .cbp-cell") ? drawn() : requestAnimationFrame(look);
    look();
  }};
  addEventListener("keydown", pressed, true);
}}"""
TURN = f"""(value) => new Promise((done) => {{
  {AFTER_FRAME}
  const field = document.querySelector(".cbp [data-name=stride]"), start = performance.now();
  field.value = value;
  field.dispatchEvent(new Event("input", {{ bubbles: true }}));
  afterFrame(() => done(performance.now() - start));
}})"""


def showing(layer, controls=False):
    return f"{IMPORT}\nInfluenceExplorer({layer}, controls={controls})"


def first_cell(book, number):
    """Milliseconds from the key to the first frame with cells."""
    book.page.mouse.move(3, 3)
    book.page.evaluate(FIRST_CELL)
    book.page.evaluate(CHOOSE, number)
    book.page.keyboard.press("Control+Enter")
    book.page.wait_for_function("window.shown", timeout=120_000)
    return book.page.evaluate("window.shown")


def pointed(book, array, times):
    """Milliseconds of so many moves of the pointer, each to the middle of another cell of an array."""
    page = book.page
    middles = page.evaluate(MIDDLES, array)
    page.wait_for_timeout(300)
    page.evaluate(WATCH)
    for number in range(times + 3):
        before = page.evaluate("window.paints.length")
        page.mouse.move(*middles[number * 37 % len(middles)])
        page.wait_for_function("n => window.paints.length > n", arg=before, timeout=5000)
        page.wait_for_timeout(60)
    return page.evaluate("window.paints")[3 : times + 3]


class Place:
    """A package in a folder, shown in a JupyterLab of its own."""

    def __init__(self, folder, browser, temporary, slow=1):
        self.browser, self.slow = browser, slow
        self.lab = Lab(pathlib.Path(temporary), folder)
        self.times = {}
        self.book = None

    def keep(self, what, times):
        self.times.setdefault(what, []).extend(times)

    def fresh(self, number):
        if self.book:
            self.book.context.close()
        self.book = Notebook(self.browser, self.lab, f"latency{number}")
        self.book.put(showing(LAYERS[LARGE]))
        self.keep(f"fresh: {LARGE}", [first_cell(self.book, 0)])
        self.book.heard()
        session = self.book.context.new_cdp_session(self.book.page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": self.slow})

    def run(self):
        self.book.put(showing(LAYERS[LARGE]))
        self.keep(f"run: {LARGE}", [first_cell(self.book, 0)])
        self.book.heard()

    def point(self, name, times):
        self.book.put(showing(LAYERS[name]))
        self.book.run(0)
        self.book.page.wait_for_selector(".cbp .cbp-cell")
        self.book.heard()
        for array in "xwz":
            self.keep(f"pointer: {name}: {array}", pointed(self.book, array, times))

    def bare(self, times):
        self.book.put(BARE)
        self.book.run(0)
        self.book.page.wait_for_selector(".bare .cbp-cell")
        self.book.heard()
        self.keep("pointer: bare", pointed(self.book, "x", times))

    def turn(self, times):
        self.book.put(showing(SETTING, True))
        self.book.run(0)
        self.book.page.wait_for_selector(".cbp .cbp-cell")
        self.book.heard()
        for number in range(times + 1):
            took = self.book.page.evaluate(TURN, "12"[number % 2 - 1])
            self.book.heard()
            if number:
                self.keep("setting: 8×8, stride", [took])


def say(places):
    here, *there = [place.times for place in places]
    for what, times in here.items():
        median = statistics.median(times)
        line = f"{what}: median {median:.1f} ms of {len(times)}, most {max(times):.1f}"
        target = TARGETS.get(what.split(": ")[1]) if what.startswith("pointer") else None
        target = SETTING_TARGET if what.startswith("setting") else target
        line += f", target {target:.0f}" if target else ""
        for other in there:
            before = statistics.median(other[what])
            line += (
                f"; against {before:.1f} (most {max(other[what]):.1f}): {before / median:.1f} times faster"
            )
        print(line, flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--against", type=pathlib.Path, help="a folder with another state of the package")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--times", type=int, default=15, help="moves of the pointer per round and array")
    words = "slow the page's processor down so many times (not where a kernel is fresh)"
    arguments.add_argument("--slow", type=float, default=1, help=words)
    given = arguments.parse_args()
    folders = [ROOT, *([given.against.resolve()] if given.against else [])]
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        places = [Place(folder, browser, f"{temporary}/{n}", given.slow) for n, folder in enumerate(folders)]
        try:
            for number in range(given.rounds):
                for place in places:
                    place.fresh(number)
                for place in places:
                    place.run()
                for name in LAYERS:
                    for place in places:
                        place.point(name, given.times)
                for place in places:
                    place.bare(given.times)
                for place in places:
                    place.turn(given.times)
            say(places)
        finally:
            for place in places:
                place.lab.stop()
            browser.close()


if __name__ == "__main__":
    main()
