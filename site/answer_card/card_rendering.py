"""The card's mathematics is set, its fonts are put in: a page that needs nothing else, a PDF and a picture of it."""

from __future__ import annotations

import base64
import io
import re
import shutil
from pathlib import Path

import matplotlib
import numpy as np
from fontTools import subset
from fontTools.ttLib import TTFont
from PIL import Image, ImageColor, PngImagePlugin

from convbp_helpers.figures.picture import COLOURS, LETTERS

SCALE = 2  # pixels of the picture for each of the page: 1588 across
SHADES = 24  # of each colour in the picture, from white on
SMALLEST = 10  # px of text: 7.5 pt
KEY = "source"  # of the fingerprint, in the picture

CONFIG = """window.MathJax = {
  tex: { inlineMath: [["\\\\(", "\\\\)"]], packages: { "[-]": ["noundefined", "noerrors"] } },
  svg: { fontCache: "global" },
  options: { enableMenu: false, enableAssistiveMml: true },
  startup: { typeset: false },
};"""
TYPESET = """async () => {
  await MathJax.startup.promise;
  await MathJax.typesetPromise();
  const wrong = [...document.querySelectorAll("[data-mjx-error], [data-mml-node=merror]")];
  document.querySelectorAll("script").forEach((script) => script.remove());
  document.querySelectorAll("style[id^=MJX]:empty").forEach((style) => style.remove());
  return wrong.map((error) => error.getAttribute("data-mjx-error") ?? error.textContent);
}"""
# What stands out of the sheet or of its own part of it, or is smaller than may be.
LOST = """(smallest) => {
  const lost = [], sheet = document.querySelector(".sheet"), edge = sheet.getBoundingClientRect();
  const say = (what, element) =>
    lost.push(`${what}: ${element.textContent.trim().replace(/\\s+/g, " ").slice(0, 60)}`);
  const hidden = (element) => element.closest("mjx-assistive-mml, defs");
  const out = (inner, outer, by) =>
    inner.left < outer.left - 1 || inner.right > outer.right + 1 ||
    inner.top < outer.top - by || inner.bottom > outer.bottom + by;
  const meet = (a, b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;

  if (sheet.scrollHeight > sheet.clientHeight + 1 || sheet.scrollWidth > sheet.clientWidth + 1)
    say(`the sheet holds ${sheet.scrollWidth}×${sheet.scrollHeight} px, too many`, sheet);
  const parts = [...sheet.querySelectorAll(":scope > :not(.words), .words > *")];
  for (const part of parts) {
    const box = part.getBoundingClientRect();
    if (out(box, edge, 0)) say("out of the sheet", part);
    for (const element of part.querySelectorAll("*")) {
      if (hidden(element) || (element.closest("svg") && element.localName !== "svg")) continue;
      const inner = element.getBoundingClientRect();
      if (inner.width * inner.height && out(inner, box, 2)) say(`out of ${part.className || part.localName}`, element);
    }
    for (const other of parts)
      if (other !== part && meet(box, other.getBoundingClientRect())) say("one part over another", part);
  }
  const texts = document.createTreeWalker(sheet, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement, size = parseFloat(getComputedStyle(element).fontSize);
    if (texts.currentNode.data.trim() && !hidden(element) && size < smallest) say("too small", element);
  }
  return lost;
}"""


def launch(playwright):
    """The machine's Chromium, or else Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    return playwright.chromium.launch(args=["--no-sandbox", "--disable-gpu"], executable_path=path)


# ------------------------------------------------------------------------------------------------------- fonts
def faces(packages):
    """(family, weight, style, file) of each font; `packages` is where pip has put what requirements.txt names."""
    sans = packages / "font_source_sans_pro" / "files"
    mono = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return (
        ("Card Sans", 400, "normal", sans / "SourceSansPro-Regular.ttf"),
        ("Card Sans", 400, "italic", sans / "SourceSansPro-It.ttf"),
        ("Card Sans", 700, "normal", sans / "SourceSansPro-Bold.ttf"),
        ("Card Mono", 400, "normal", mono / "DejaVuSansMono.ttf"),
    )


def font_css(packages, characters) -> str:
    """The fonts with these characters alone, inside the page, so that it looks the same everywhere."""
    rules, missing = [], set(characters)
    for family, weight, style, path in faces(packages):
        font = TTFont(path)
        missing -= set(map(chr, font.getBestCmap()))
        options = subset.Options(layout_features=["kern"], hinting=False)
        options.drop_tables += ["FFTM"]  # when the file was made
        cut = subset.Subsetter(options)
        cut.populate(unicodes=map(ord, characters))
        cut.subset(font)
        held = io.BytesIO()
        font.save(held, reorderTables=False)
        data = base64.b64encode(held.getvalue()).decode()
        rules.append(
            f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};'
            f"src:url(data:font/ttf;base64,{data})}}"
        )
    if missing:
        raise ValueError(f"no font of the card has {', '.join(map(repr, sorted(missing)))}")
    return "\n".join(rules)


# --------------------------------------------------------------------------------------------------- rendering
def set_page(browser, source, packages) -> str:
    """The page with its mathematics as SVG, MathML beside it for screen readers, and its fonts; without any script."""
    text = re.sub(r"(?s)<style.*?</style>|<[^>]+>|\\\(.*?\\\)", "", source)
    source = source.replace("<style>", f"<style>\n{font_css(packages, set(text) - set(chr(10)))}", 1)
    (mathjax,) = packages.glob("sphinx-mathjax-offline/static/mathjax/tex-svg-full.js")
    page = browser.new_page()
    page.set_content(source)
    page.add_script_tag(content=CONFIG)
    page.add_script_tag(path=mathjax)
    wrong = page.evaluate(TYPESET)
    if wrong:
        raise ValueError(f"MathJax cannot set the card: {'; '.join(wrong)}")
    made = page.content()
    page.close()
    return made


def render(browser, made: str, fingerprint: str, folder: Path) -> dict[str, Path]:
    """answer-card.html, .pdf and .png in this folder. What does not fit the sheet is an error."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {kind: folder / f"answer-card.{kind}" for kind in ("html", "pdf", "png")}
    paths["html"].write_text(made, encoding="utf-8")
    context = browser.new_context(viewport={"width": 794, "height": 1123}, device_scale_factor=SCALE)
    page = context.new_page()
    page.goto(paths["html"].as_uri())
    page.evaluate("document.fonts.ready")
    lost = page.evaluate(LOST, SMALLEST)
    page.pdf(path=paths["pdf"], prefer_css_page_size=True, print_background=True, tagged=True)
    shot = Image.open(io.BytesIO(page.locator(".sheet").screenshot())).convert("RGB")
    context.close()
    if lost:
        raise ValueError("the card does not fit its page:\n" + "\n".join(lost))
    information = PngImagePlugin.PngInfo()
    information.add_text(KEY, fingerprint)
    few_colours(shot).save(paths["png"], optimize=True, pnginfo=information)
    return paths


def few_colours(image):
    """The image in shades of ink and of the colours of letters. (Pillow makes one of two of them, and no white.)"""
    inks = (COLOURS["ink"], *(light for light, _ in LETTERS.values()))
    inks = np.array([ImageColor.getrgb(ink) for ink in inks])
    palette = (255 + (inks[:, None] - 255) * np.linspace(0, 1, SHADES)[None, :, None]).round().reshape(-1, 3)
    found, where = np.unique(np.asarray(image).reshape(-1, 3), axis=0, return_inverse=True)
    nearest = ((found[:, None] - palette) ** 2).sum(2).argmin(1).astype(np.uint8)
    few = Image.fromarray(nearest[where.ravel()].reshape(image.height, image.width)).convert("L")
    few.putpalette(palette.astype(np.uint8).tobytes())
    return few


def said_by(picture: Path) -> str:
    """The fingerprint in a picture."""
    with Image.open(picture) as image:
        return image.text.get(KEY, "")
