"""The still pictures in a real browser: in the theme of their page, wrapping in a narrow column, nothing cut off."""

import io

import pytest
from browsing import resize
from picture_samples import LARGEST, made
from PIL import Image

BACK = {"light": (255, 255, 255), "dark": (17, 17, 17)}
ATTRIBUTE = {"light": 'data-jp-theme-light="true"', "dark": 'data-jp-theme-light="false"'}
KINDS = (
    "arrays",
    "matrix",
    "stacks",
    "triangle",
    "rows in line",
    "a fan of a plane",
    "channels",
    "muted gather",
)


def show(watched, names, *, page="", system="light", width=900, trusted=True):
    """A page with these pictures, on a page and a system of such a theme."""
    figures = "".join(made(name)._repr_html_() for name in names)
    if not trusted:  # what a front end drops
        figures = figures.replace("<style>", "<!--").replace("</style>", "-->")
    watched.page.emulate_media(color_scheme=system)
    watched.page.set_content(f"<!doctype html><meta charset=utf-8><body {page} style='margin:0'>{figures}")
    watched.page.wait_for_function(
        "[...document.images].every((image) => image.complete && image.naturalWidth)"
    )
    resize(watched.page, width)
    return watched.page


def corners(page):
    """The colour at the upper right corner of every image, where nothing is drawn."""
    shots = [Image.open(io.BytesIO(image.screenshot())).convert("RGB") for image in page.locator("img").all()]
    return {shot.getpixel((shot.width - 3, 2)) for shot in shots}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_image_has_the_theme_of_its_page(offline, theme, count):
    other = {"light": "dark", "dark": "light"}[theme]
    for page, system in ((ATTRIBUTE[theme], other), (f'class="vscode-{theme}"', other), ("", theme)):
        shown = show(offline, KINDS, page=page, system=system)
        assert corners(shown) == {BACK[theme]}, (page, system)
        count("pictures seen in the theme of their page", len(KINDS))
    # where the style is dropped an image follows the system, and is readable on its own background
    shown = show(offline, KINDS[:2], page=ATTRIBUTE[other], system=theme, trusted=False)
    assert corners(shown) == {BACK[theme]}
    offline.clean()


def test_text_is_dark_on_light_and_light_on_dark(offline):
    """The colours of the background and of text are there, and nothing beyond them."""
    for theme in ("light", "dark"):
        shown = show(offline, ["one row"], system=theme)
        shot = Image.open(io.BytesIO(shown.locator("img").screenshot())).convert("L")
        shot = shot.crop((2, 2, shot.width - 2, shot.height - 2))  # at its edges the page shines through
        back, text = (255, 31) if theme == "light" else (17, 237)
        found = {value for value, count in enumerate(shot.histogram()) if count}
        assert back in found and min(abs(value - text) for value in found) < 8
        assert min(found) >= min(back, text) - 8 and max(found) <= max(back, text) + 8


@pytest.mark.parametrize("width", [380, 900])
def test_nothing_is_cut_off(offline, width):
    shown = show(offline, [*KINDS, *LARGEST, "wide", "many channels"], width=width)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    out = shown.evaluate(
        "width => [...document.images].filter((i) => i.getBoundingClientRect().right > width + 0.5).length",
        width,
    )
    assert out == 0
    # and no image is pressed out of its shape
    assert shown.evaluate(
        "[...document.images].every((i) => Math.abs(i.width / i.height - i.naturalWidth / i.naturalHeight) < 0.05)"
    )


def test_arrays_wrap_in_a_narrow_column_and_keep_their_size(offline):
    places = {}
    for width in (900, 380):
        shown = show(offline, ["arrays"], width=width)
        places[width] = shown.evaluate(
            "[...document.images].map((i) => [Math.round(i.getBoundingClientRect().y), i.width, i.naturalWidth])"
        )
        assert all(shown_ == natural for _, shown_, natural in places[width])
    assert len({y for y, *_ in places[900]}) == 1  # tops in one line
    assert len({y for y, *_ in places[380]}) == 3
    image = made("arrays").images[0]
    assert 'font-size="14"' in image.svg  # 9 px and more, as it is not scaled
