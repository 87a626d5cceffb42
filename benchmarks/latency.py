"""From a pointer event to the first painted frame of the influence explorer, in a real JupyterLab.

Run it with the environment that `make test` makes: python benchmarks/latency.py
The event's own time stamp is the start; the end is the first task after the animation frame that follows it.
"""

import pathlib
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import conftest  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from test_browser import SETUP, Notebook  # noqa: E402

CASES = [
    ("7×7 input, 3×3 kernel", "input_size=(7, 7), kernel_size=(3, 3), controls=False", 20),
    (
        "16×16, 3 channels, 4 filters",
        "input_size=(16, 16), kernel_size=(3, 3), channels=3, filters=4, controls=False",
        40,
    ),
]
TIMES = 50
WATCH = """() => {
  window.paints = [];
  document.querySelector(".cbp-stage").addEventListener("pointerover", (event) => {
    if (!event.target.closest(".cbp-cell")) return;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.paints.push(performance.now() - event.timeStamp);
      channel.port2.postMessage(0);
    });
  }, true);
}"""


def measure(book):
    """Milliseconds of TIMES moves of the pointer, each to the middle of another cell of x."""
    page = book.page
    page.locator(".cbp-stage").scroll_into_view_if_needed()
    boxes = [cell.bounding_box() for cell in page.locator('.cbp [data-key^="x,0,"] > rect').all()]
    visible = [b for b in boxes if 0 < b["y"] < 950]
    page.evaluate(WATCH)
    for number in range(TIMES + 5):
        box = visible[number * 7 % len(visible)]
        before = page.evaluate("window.paints.length")
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_function("n => window.paints.length > n", arg=before, timeout=5000)
        page.wait_for_timeout(60)
    return page.evaluate("window.paints")[5 : TIMES + 5]


def main():
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = conftest.Lab(pathlib.Path(folder))
        try:
            browser = playwright.chromium.launch(args=conftest.BROWSER_OPTIONS, **conftest.need("chromium"))
            for number, (name, settings, target) in enumerate(CASES):
                book = Notebook(browser, lab, f"latency{number}", [SETUP.format(settings)])
                book.run(0)
                book.page.wait_for_selector(".cbp .cbp-cell", timeout=60_000)
                times = sorted(measure(book))
                cells = book.page.locator(".cbp-cell").count()
                print(
                    f"{name} ({cells} cells): median {statistics.median(times):.1f} ms of {len(times)}, "
                    f"90 % within {times[int(0.9 * len(times))]:.1f} ms; target {target} ms"
                )
                book.context.close()
            browser.close()
        finally:
            lab.stop()


if __name__ == "__main__":
    main()
