"""The answer card is made in Chromium: one page, nothing cut off, no script, no request, nothing serious for axe."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Watched
from closing_table import missing

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "site" / "answer_card"))

import card_page  # noqa: E402
import card_rendering  # noqa: E402


@pytest.fixture(scope="module")
def packages():
    """MathJax and the fonts, installed as `make card` does it."""
    code = "import run; run.say = lambda text: None; print(run.card_packages())"
    python = (
        sys._base_executable
    )  # that of make, not this environment's: for another one it would install again
    done = subprocess.run([python, "-c", code], cwd=ROOT / "tools", capture_output=True, text=True)
    if done.returncode:
        missing(
            "chromium", f"what make card needs cannot be installed: {done.stderr.strip().splitlines()[-1]}"
        )
    return Path(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def made(chromium, packages):
    """The page as it is written to the file."""
    return card_rendering.set_page(chromium, card_page.source(), packages)


@pytest.fixture(scope="module")
def card(chromium, made, tmp_path_factory):
    """The three files."""
    return card_rendering.render(chromium, made, "a fingerprint", tmp_path_factory.mktemp("card"))


@pytest.fixture
def opened(chromium, card):
    """The page from its file, watched, without a network."""
    watched = Watched(chromium, width=794, height=1123, offline=True)
    watched.page.goto(card["html"].as_uri())
    yield watched
    watched.context.close()


def pages_of(pdf):
    """The size in points of each page of a PDF."""
    text = pdf.read_bytes()
    boxes = re.findall(rb"/Type\s*/Page\b(?:(?!endobj).)*?/MediaBox\s*\[([^\]]+)\]", text, re.S)
    assert len(boxes) == len(re.findall(rb"/Type\s*/Page\b", text))
    return [tuple(float(n) for n in box.split())[2:] for box in boxes]


def test_the_pdf_is_one_page_of_paper(card, count):
    ((width, height),) = pages_of(card["pdf"])
    assert abs(width - 595.28) < 1 and abs(height - 841.89) < 1
    count("answer card made: one page of A4")


def test_two_pages_are_seen(chromium, tmp_path):
    page = chromium.new_page()
    page.set_content("<p style='break-after: page'>one</p><p>two</p>")
    page.pdf(path=tmp_path / "two.pdf", format="A4")
    page.close()
    assert len(pages_of(tmp_path / "two.pdf")) == 2


def test_nothing_is_asked_for_and_nothing_runs(opened, made):
    assert "<script" not in made and not re.search(
        r"""\s(src|href)=["']?(?!#|data:)|url\((?!data:)|@import""", made
    )
    opened.clean()


def test_nothing_is_cut_off_or_too_small(opened):
    assert opened.page.evaluate(card_rendering.LOST, card_rendering.SMALLEST) == []
    fonts = opened.page.evaluate("[...document.fonts].map((font) => [font.family, font.status])")
    assert len(fonts) == 4 and {status for _, status in fonts} == {"loaded"}


@pytest.mark.parametrize(
    "style, words",
    [
        (".letters { padding-top: 120px }", "the sheet holds"),
        (".mistakes b { white-space: nowrap; font-size: 30px }", "out of "),
        (".words { margin-bottom: -60px }", "one part over another"),
        ("footer { font-size: 9px }", "too small"),
    ],
)
def test_what_does_not_fit_is_found(chromium, made, tmp_path, style, words):
    planted = made.replace("</style>", f"{style}</style>", 1)
    with pytest.raises(ValueError, match="does not fit") as error:
        card_rendering.render(chromium, planted, "", tmp_path)
    assert words in str(error.value)


def test_a_formula_that_cannot_be_set_is_an_error(chromium, packages):
    planted = card_page.source().replace(r"\(U = ", r"\(\nothing U = ", 1)
    assert planted != card_page.source()
    with pytest.raises(ValueError, match="MathJax cannot set"):
        card_rendering.set_page(chromium, planted, packages)


def test_a_letter_without_a_font_is_an_error(packages):
    with pytest.raises(ValueError, match="no font of the card has '字'"):
        card_rendering.font_css(packages, set("ab字"))


def test_a_screen_reader_gets_every_formula(opened, count):
    formulas = card_page.source().count("class=tex>")
    told = opened.page.evaluate(
        "[...document.querySelectorAll('mjx-assistive-mml math')].map((m) => m.textContent)"
    )
    hidden = opened.page.evaluate(
        "[...document.querySelectorAll('.tex svg')].every((s) => s.ariaHidden === 'true')"
    )
    assert len(told) == formulas > 70 and all(told) and hidden
    count("formulas of the answer card that a screen reader gets", formulas)


def test_axe_finds_nothing_serious(opened):
    found = Axe().run(opened.page).response["violations"]
    serious = [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert serious == []


def test_the_letters_have_the_colours_of_the_series(opened):
    """The fill of the formulas, and of the arrays in the code."""
    fills = opened.page.evaluate(
        "[...new Set([...document.querySelectorAll('.tex svg g[fill]')].map((g) => g.getAttribute('fill')))]"
    )  # noqa: E501
    shades = {light.lower() for light, _ in card_page.LETTERS.values()}
    assert shades <= {fill.lower() for fill in fills} <= shades | {"currentcolor"}


def test_the_picture_says_what_it_shows(card):
    assert card_rendering.said_by(card["png"]) == "a fingerprint"
    assert card["png"].stat().st_size < 400_000
