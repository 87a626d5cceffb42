"""The answer card: build/card/answer-card.html and .pdf, and the picture of it in the README.

make card                                      does this
python site/answer_card/build.py PACKAGES      with the folder into which requirements.txt was installed
"""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import card_page  # noqa: E402
import card_rendering  # noqa: E402

PICTURE = HERE / "answer-card.png"
MADE = HERE.parent.parent / "build" / "card"


def main(packages):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = card_rendering.launch(playwright)
        made = card_rendering.set_page(browser, card_page.source(), Path(packages))
        paths = card_rendering.render(browser, made, card_page.fingerprint(), MADE)
        browser.close()
    if (
        not PICTURE.exists() or card_rendering.said_by(PICTURE) != card_page.fingerprint()
    ):  # else it is up to date
        shutil.move(paths["png"], PICTURE)
    for path in (paths["html"], paths["pdf"], PICTURE):
        print(f"{path.relative_to(HERE.parent.parent)}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(*sys.argv[1:])
