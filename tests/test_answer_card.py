"""The answer card: all of it is taken, what is taken holds, and the committed picture shows it as it is now."""

import re
import sys

import numpy as np
import pages
import pytest
from PIL import Image, ImageColor

from convbp_helpers import Geometry, equations, loops, matrix
from convbp_helpers.equations.colouring import plain

ROOT = pages.ROOT
sys.path.insert(0, str(ROOT / "site" / "answer_card"))

import card_page  # noqa: E402
import card_rendering  # noqa: E402
import card_sources as sources  # noqa: E402

PICTURE = ROOT / "site" / "answer_card" / "answer-card.png"
README = (ROOT / "README.md").read_text(encoding="utf-8")
#: Not about arrays, and so not executed: the link.
CONDITIONS = {"7.2"}


def display(number):
    """The display equation of the notebooks that has this number."""
    (found,) = [d for d in pages.all_displays() if d.place == f"({number})"]
    return found


def holds(latex, of):
    """Whether an equation of the card holds, read as the display is that it was taken from."""
    notation = None if of.notation == "worked out" else of.read_in
    check = equations.check(latex, notation=notation, layer=of.asked)
    return check.holds and not check.warnings and check.layers >= 25


# ---------------------------------------------------------------------------------------------------- equations
def tokens(latex):
    """What an equation says, without its layout."""
    layout = (
        r"\\(?:begin|end)\{aligned\}|\\tag\{[^}]*\}|\\\\(?:\[\d+pt\])?|\\q?quad|\\displaystyle|\\[;,]|&|\s"
    )
    return re.sub(layout, "", plain(latex))


@pytest.mark.parametrize("number", sorted(card_page.equations_on_it()))
def test_an_equation_is_a_display_of_a_notebook_and_holds(number, count):
    latex, of = card_page.equations_on_it()[number], display(number)
    assert tokens(latex) == tokens(of.latex) and "\n" not in latex.replace("\n  =", "=")
    if number in CONDITIONS:
        assert of.skip and not of.names_an_array
        return
    assert not of.skip and not of.fails
    assert holds(latex, of)
    count("equations of the answer card executed in the form they have there")


def test_the_scatter_form_holds(count):
    latex = sources.in_one_line(sources.display_below("07", "Scatter"))
    (of,) = [d for d in pages.all_displays() if d.page.startswith("07") and tokens(d.latex) == tokens(latex)]
    assert not of.skip and holds(latex, of)
    assert tokens(latex) in tokens(card_page.forms()[0].formula)
    count("equations of the answer card executed in the form they have there")


def test_the_page_has_these_equations_and_no_other():
    page = card_page.source()
    shown = re.findall(r"<div class=number>\((.+?)\)</div>", page)
    assert len(shown) == len(set(shown)) and {*shown, "14.5"} == set(card_page.equations_on_it())
    set_ = [tokens(latex.replace("&lt;", "<")) for latex in re.findall(r"\\\((.+?)\\\)", page, re.S)]
    assert all(tokens(latex) in set_ for latex in card_page.equations_on_it().values())


@pytest.mark.parametrize("change", [("dk-p", "dk+p"), ("sv+dl", "su+dl"), ("_{n,f,u,v}", "_{n,f,v,u}")])
def test_a_wrong_equation_is_found(change):
    latex = card_page.equations_on_it()["0.3"]
    assert change[0] in latex and not holds(latex.replace(*change), display("0.3"))


# -------------------------------------------------------------------------------------------------------- forms
def a_layer(seed, **settings):
    """A layer with all sizes different: (x, w, delta), of whole numbers."""
    rng = np.random.default_rng(seed)
    groups = settings.get("groups", 1)
    x = rng.integers(-9, 10, (2, 4 * groups, 11, 13)).astype(float)
    w = rng.integers(-9, 10, (3 * groups, 4, 5, 7)).astype(float)
    return x, w, rng.integers(-9, 10, loops.forward(x, w, **settings).shape).astype(float)


def form(name):
    (found,) = [form for form in card_page.forms() if form.name == name]
    return found.code


def notebook(page, name):
    """A function of a notebook."""
    namespace = {"np": np}
    exec(sources.definition(page, name), namespace)
    return namespace[name]


def scatter(code, seed):
    stride, padding = 1 + seed % 3, seed % 4
    x, w, delta = a_layer(seed, stride=stride, padding=padding)
    names = dict(np=np, links=notebook("09", "links"), delta=delta, w=w, input_shape=x.shape)
    names |= dict(stride=stride, padding=padding, grad_x=np.zeros(x.shape))
    exec(code, names)
    return names["grad_x"], loops.grad_input(delta, w, x.shape, stride=stride, padding=padding)


def gather(code, seed):
    rng = np.random.default_rng(seed)
    s, d, K, U, p, r = 1 + seed % 4, 1 + seed % 3, 3 + seed % 2, 6, seed % 3, seed % (1 + seed % 4)
    delta, w = rng.integers(-9, 10, U).astype(float), rng.integers(-9, 10, K).astype(float)
    *before, called = code.splitlines()
    names = dict(np=np, delta=delta, w=w, s=s, d=d, K=K, p=p, r=r)
    exec("\n".join(before), names)
    size = s * (U - 1) + d * (K - 1) + 1 - 2 * p + r
    settings = dict(stride=s, dilation=d, padding=p)
    return eval(called, names), loops.grad_input(delta[None, None], w[None, None], (1, 1, size), **settings)[
        0, 0
    ]


def as_a_matrix(code, seed):
    settings = dict(
        stride=(1 + seed % 3, 2), padding=((1, seed % 3), (0, 2)), dilation=(1, 1 + seed % 2), groups=2
    )
    x, w, delta = a_layer(seed, **settings)
    g = Geometry.of(x.shape, w.shape, **settings)
    *loop, product = code.splitlines()
    names = dict(np=np, g=g, w=w, A=np.zeros((*g.out_shape[1:], *g.x_shape[1:])))
    exec("\n".join(loop), names)
    A = names["A"].reshape(delta[0].size, x[0].size)
    got = [eval(product, dict(A=A, delta=of_one)).reshape(x[0].shape) for of_one in delta]
    return np.array(got), loops.grad_input(delta, w, x.shape, **settings)


def gemm(code, seed):
    x, w, delta = a_layer(seed)
    names = dict(matrix=matrix)
    exec("def by_columns(delta, x, w):\n" + "".join(f"    {line}\n" for line in code.splitlines()), names)
    z, grad_x, grad_w = names["by_columns"](delta, x, w)
    expected = loops.forward(x, w), loops.grad_input(delta, w, x.shape), loops.grad_weight(delta, x, w.shape)
    return np.concatenate([a.ravel() for a in (z, grad_x, grad_w)]), np.concatenate(
        [a.ravel() for a in expected]
    )


RUN = {"scatter": scatter, "gather": gather, "matrix": as_a_matrix, "GEMM": gemm}


def agrees(name, code, seed):
    got, expected = RUN[name](code, seed)
    return got.shape == expected.shape and np.array_equal(got, expected)


@pytest.mark.parametrize("name", RUN)
def test_the_code_of_a_form_runs_and_agrees_with_loops(name, count):
    for seed in range(12):
        assert agrees(name, form(name), seed), seed
        count("layers on which the code of the answer card agrees with loops")


def test_all_forms_are_run():
    assert [form.name for form in card_page.forms()] == list(RUN)


@pytest.mark.parametrize(
    "name, right, wrong",
    [
        ("scatter", "*i] +=", "*i] ="),
        ("scatter", "nf,fc->nc", "nf,gc->nc"),
        ("gather", "[::-1]", ""),
        ("gather", "- p + r", "- p"),
        ("matrix", "w[f,", "w[0,"),
        ("GEMM", ".sum(0)", ".mean(0)"),
        ("GEMM", "W.T @ d", "W.T @ d * 2"),
    ],
)
def test_wrong_code_is_found(name, right, wrong):
    code = form(name)
    assert code.count(right) == 1
    assert not all(agrees(name, code.replace(right, wrong), seed) for seed in range(12))


def test_what_is_on_the_page_is_this_code():
    page = (
        re.sub(r"<[^>]+>", "", card_page.source())
        .replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&amp;", "&")
    )
    for one in card_page.forms():
        lines = [line.strip() for line in one.code.splitlines() if line.strip()]
        assert "\n".join(lines) in re.sub(r"\n+", "\n", page)


# ---------------------------------------------------------------------------------- libraries, mistakes, passages
def test_every_call_was_run_and_agreed(count):
    for name, title in card_page.LIBRARIES:
        rows = dict(sources.calls(name, title))
        stored = sources.answers(name)["calls"]
        for quantity, begins in sources.QUANTITIES.items():
            (cell,) = [cell for label, cell in rows.items() if label.startswith(begins)]
            assert re.findall(r"`([^`]+)`", cell) == stored[quantity]["code"]
            assert stored[quantity]["one group, d = 1"] == {"agrees": 12} or quantity == "transposed"
            assert not any("differs" in counts for key, counts in stored[quantity].items() if key != "code")
            count("calls of the answer card with a stored answer")
        told = card_page.source()
        for key, package in card_page.LIBRARIES[name, title].items():
            (version,) = list(sources.answers(key)["versions"].values())[:1]
            assert f"{package} {version.partition('+')[0]}" in told


def test_every_mistake_is_in_the_catalogue_and_is_asked_about():
    """The reason for which they were chosen: one of each of 02 to 06, whose section the README's questions name."""
    sections = [sources.mistake(name).section for name in card_page.MISTAKES]
    assert [section[:2] for section in sections] == ["02", "03", "04", "05", "06"]
    asked = README.partition("## Where a question is answered")[2].partition("\n## ")[0]
    for section in sections:
        page, _, heading = section.partition("#")
        assert re.search(
            rf"\(notebooks/{page}-[\w-]+\.ipynb#{re.escape(heading.replace(' ', '-'))}\)", asked
        ), section


PLANTED = {
    "an equation": (lambda: sources.equation("0.99"), r"notebook 00 has 0 equations \(0.99\)"),
    "a notebook": (lambda: sources.equation("99.1"), "no notebook 99"),
    "a heading": (lambda: sources.display_below("07", "Scattered"), "no equation below “Scattered”"),
    "a passage": (
        lambda: sources.passage("00", "Each output adds", "two windows."),
        "0 passages “Each output adds",
    ),
    "two passages": (lambda: sources.passage("00", "the", "e"), "has [0-9]{2,} passages"),
    "a table": (lambda: sources.table("09", "quantity", "Theano"), "0 tables “quantity | Theano”"),
    "a function": (lambda: sources.loop_in("09", "grad_nothing"), "no function grad_nothing"),
    "a loop": (lambda: sources.loop_in("14", "same"), "same has no loop"),
    "a docstring": (lambda: sources.docstring_in("09", "grad_input"), "no docstring"),
    "a piece of code": (lambda: sources.quoted(matrix.__doc__, "C.T"), "0 pieces of code"),
    "a library": (lambda: sources.answers("theano"), "no library theano was asked"),
    "a mistake": (lambda: sources.mistake("kernel left at home"), "0 entries “kernel left at home”"),
}


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_not_found_is_an_error_that_names_it(what):
    take, words = PLANTED[what]
    with pytest.raises(sources.NotFound, match=words.replace("|", r"\|")):
        take()


def test_a_card_whose_source_has_changed_is_an_error(monkeypatch):
    renamed = [entry for entry in sources.CATALOGUE if entry.name != card_page.MISTAKES[0]]
    with monkeypatch.context() as patch:
        patch.setattr(sources, "CATALOGUE", renamed)
        with pytest.raises(sources.NotFound, match=card_page.MISTAKES[0]):
            card_page.source()
    with monkeypatch.context() as patch:
        patch.setattr(card_page, "GROUPED", {"9.99": "Forward"})
        with pytest.raises(sources.NotFound, match=r"\(9.99\)"):
            card_page.source()
    told = sources.answers("jax")
    for planted, words in (
        ({"code": ["lax.conv(x, w)"]}, "no answer to the call"),
        ({"one group, d = 1": {"agrees": 11, "differs": 1}}, "does not agree"),
    ):
        calls = told["calls"] | {"forward": told["calls"]["forward"] | planted}
        with monkeypatch.context() as patch:
            patch.setattr(sources, "answers", lambda name, calls=calls: told | {"calls": calls})
            with pytest.raises(sources.NotFound, match=words):
                sources.calls("jax", "JAX")


# ---------------------------------------------------------------------------------------------------- the picture
def test_the_picture_is_up_to_date():
    assert card_rendering.said_by(PICTURE) == card_page.fingerprint(), (
        "site/answer_card/answer-card.png shows another state of the card: run make card"
    )


def test_a_change_of_the_card_is_seen_in_its_fingerprint(monkeypatch):
    before = card_page.fingerprint()
    monkeypatch.setattr(card_page, "TITLE", "Another title")
    assert card_page.fingerprint() != before


def test_the_picture_is_fit_for_the_readme():
    with Image.open(PICTURE) as image:
        assert 1500 <= image.width <= 1700 and abs(image.height / image.width - 297 / 210) < 0.01
        corners = [(0, 0), (image.width - 1, 0), (0, image.height - 1), (image.width - 1, image.height - 1)]
        image = image.convert("RGB")
        assert {image.getpixel(corner) for corner in corners} == {(255, 255, 255)}
        drawn = {colour for many, colour in image.getcolors() if many > 50}
    assert {ImageColor.getrgb(light) for light, _ in card_page.LETTERS.values()} <= drawn
    assert PICTURE.stat().st_size < 400_000
    (alt,) = re.findall(r"!\[(.+?)\]\(site/answer_card/answer-card\.png\)", README)
    for word in (
        "link",
        "four equations",
        "three rules",
        "output padding",
        "five mistakes",
        "scatter",
        "gather",
        "GEMM",
    ):
        assert word in alt
    assert all(title.split()[0] in alt for _, title in card_page.LIBRARIES)
