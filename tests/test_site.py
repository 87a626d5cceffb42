"""The static site: what its pages are made of, its addresses, its links. (browser/test_site_pages.py looks at it.)"""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "site" / "pages"))

import addresses  # noqa: E402
import front_page  # noqa: E402
import links  # noqa: E402
import live_widgets  # noqa: E402
import source  # noqa: E402

SERIES = source.series()
STANDS = source.where_equations_stand(SERIES)


# -- equation numbers ---------------------------------------------------------------------------------
def test_every_number_in_the_text_is_that_of_an_equation(count):
    """A mention of an equation leads to it; the numbers of exercises and of others' equations are no links."""
    mentions = [
        (notebook.name, found)
        for notebook in SERIES
        for cell in notebook.book.cells
        if cell.cell_type == "markdown"
        for found in source.MENTION.findall(source.APART.sub("", cell.source))
    ]
    assert [one for one in mentions if one[1] not in STANDS] == []
    assert len(mentions) > 300 and len(STANDS) > 150
    count("mentions of an equation that lead to it", len(mentions))


def linked(text, here="02-two"):
    return source.with_equation_links(text, {"1.4": "01-one", "2.3": "02-two"}, here)


def test_a_mention_is_a_link_and_a_display_has_an_anchor():
    assert (
        linked("By (1.4), so.")
        == 'By <a class="equation-number" href="01-one.html#equation-1-4">(1.4)</a>, so.'
    )
    assert linked("(2.3)") == '<a class="equation-number" href="#equation-2-3">(2.3)</a>'
    display = "$$a = b \\tag{2.3}$$"
    assert linked(display) == f'<span class="equation-anchor" id="equation-2-3"></span>\n\n{display}'


@pytest.mark.parametrize(
    "text",
    [
        "(9.9) is none of ours",
        "`(1.4)` is code",
        "```\n(1.4)\n```",
        "$(1.4)$ is mathematics",
        "[see (1.4)](03.ipynb) is a link",
        "# A heading with (1.4)",
        '<span title="(1.4)">x</span>',
        "f(1.42) and 1.4",
    ],
)
def test_what_is_no_mention_stays_as_it_is(text):
    assert linked(text) == text


def test_a_number_that_stands_twice_is_refused():
    cell = nbformat.v4.new_markdown_cell("# A\n\n$$x \\tag{1.4}$$")
    twice = [source.Notebook(name, nbformat.v4.new_notebook(cells=[cell])) for name in ("01-a", "02-b")]
    with pytest.raises(ValueError, match=r"\(1.4\) stands in 01-a and in 02-b"):
        source.where_equations_stand(twice)


# -- pages --------------------------------------------------------------------------------------------
def plain(text):
    """The text of a page without what the site puts in."""
    text = re.sub(r'<a class="equation-number" href="[^"]*">(\([^)]*\))</a>', r"\1", text)
    text = re.sub(r'<span class="equation-anchor"[^>]*></span>\n\n', "", text)
    text = re.sub(
        r'<h(\d) id="[^"]*">(.*?)</h\1>', lambda m: f"{'#' * int(m[1])} {html.unescape(m[2])}", text
    )
    text = re.sub(
        r'<div class="forms"><div class="one-line">.*?</div><div class="broken">\n\n', "", text, flags=re.S
    )
    text = text.replace("\n\n</div></div>", "")
    text = re.sub(r'<nav class="series".*?</nav>\n\n', "", text)
    return text.replace("](index.md", "](../README.md")


def test_a_page_is_the_notebook_and_nothing_else(count):
    """Without what the site puts in, each page has its notebook's text, code and outputs, as they are committed."""
    for notebook in SERIES:
        page = source.page(notebook, SERIES, STANDS, {}, "WAYS", "TRY")
        for made, kept in zip(page.cells, notebook.book.cells, strict=True):
            if kept.cell_type == "code":
                exercise = "exercise" in kept.metadata.get("tags", [])
                added = [output.data["text/html"] for output in made.outputs[len(kept.outputs) :]]
                assert made.source == kept.source and made.outputs[: len(kept.outputs)] == kept.outputs
                assert added == ["TRY"] * exercise
            elif (
                kept is notebook.book.cells[0]
            ):  # there the bar stands in place of the line to the neighbours
                title, neighbours, rest = kept.source.split("\n\n", 2)
                assert "[all notebooks]" in neighbours
                assert plain(made.source) == f"{title}\n\nWAYS\n\n\n{rest}"
            else:
                assert plain(made.source) == kept.source
            count("cells of the site that are those of the notebooks", 1)


def test_a_broken_display_has_its_steps_in_one_line_each_beside_it():
    rows = [r"&\frac{a}{b} \\[4pt]", r"&\;= \sum_k \\", r"&\quad\; [\,i = k\,] \\[6pt]", r"&\;= c"]
    display = "$$\\begin{aligned}\n " + "\n ".join(rows) + "\n\\end{aligned} \\tag{1.4}$$"
    joined = source.one_line_a_step(display)
    assert joined.split("\n")[1:-1] == [r" \frac{a}{b} &= \sum_k \; [\,i = k\,] \\[6pt]", " &= c"]
    assert joined.endswith(r"\end{aligned} \tag{1.4}$$")
    two = "$$\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}$$"  # two equations: nothing is joined
    assert source.one_line_a_step(two) is None and source.with_both_forms(two) == two


def test_one_line_a_step_says_the_same(count):
    """What is joined for wide pages is read by the checker as the display that it is made from."""
    for notebook in SERIES:
        for cell in notebook.book.cells:
            for display in source.DISPLAY.findall(cell.source if cell.cell_type == "markdown" else ""):
                if not source.ALIGNED.search(display) or (joined := source.one_line_a_step(display)) is None:
                    continue
                assert symbols(joined) == symbols(display), display
                count("displays that have their steps in one line each on a wide page", 1)


def symbols(display):
    """A display without spacing and line breaks."""
    return re.sub(r"\\\\(\[\d+pt\])?|\\(quad|[;,])|&|\s", "", display)


def test_a_heading_in_a_box_stays_in_the_box():
    box = '<div style="x">\n\n### Exercise 1.1 (easy)\n\nText **bold**.\n\n</div>'
    whole = source.with_boxes_whole(f"### Before\n\n{box}\n\n### Behind")
    assert '\n\n<h3 id="Exercise-1.1-(easy)">Exercise 1.1 (easy)</h3>\n\nText **bold**.\n\n</div>' in whole
    assert whole.startswith("### Before\n") and whole.endswith("\n### Behind")


def test_the_bar_names_all_and_marks_one():
    bar = source.bar(SERIES, SERIES[3])
    assert bar.count("<li>") == len(SERIES) - 1 and bar.count('<li aria-current="page">03</li>') == 1


def test_the_front_page_has_the_answer_and_the_questions():
    found = [{0: dict(kind="K", still="STILL", state={})}]
    text = front_page.text(SERIES, STANDS, found)
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == [f"## {name}" for name in (front_page.ANSWER, front_page.CARD, *front_page.PARTS)]
    assert "STILL" in text and r"\tag{0.4}" in text and "equation-anchor" not in text
    assert "(notebooks/" not in text and "card/answer-card" not in text
    assert front_page.text(SERIES, STANDS, found, card=True).count('href="card/answer-card.pdf"') == 1


def test_a_front_page_without_the_answer_is_refused():
    empty = source.Notebook("00-x", nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A")]))
    with pytest.raises(ValueError, match="no heading 'The answer card'"):
        front_page.answer(empty, STANDS)


# -- widgets ------------------------------------------------------------------------------------------
def test_every_widget_of_the_series_is_found():
    kinds = [sum(map(live_widgets.is_widget, notebook.book.cells)) for notebook in SERIES]
    calls = [
        sum(
            "STANDS_IN" not in c.source and "This is a picture of it" in json.dumps(c.get("outputs", []))
            for c in n.book.cells
        )
        for n in SERIES
    ]
    assert kinds == calls and sum(kinds) >= 17


def test_a_module_becomes_a_classic_script_or_is_refused():
    module = "const standIn = 1;\nexport const f = 2;\nexport const render = 3;\nexport default { render };\n"
    script = live_widgets.classic("K", module)
    assert "export" not in script and 'window.convbpWidgets ??= {})["K"] = { render, standIn };' in script
    for bad in (
        'import a from "b";\n' + module,
        module + "export { f };\n",
        module.replace("default", "const"),
    ):
        with pytest.raises(ValueError, match="the module of K"):
            live_widgets.classic("K", bad)


def test_a_state_cannot_end_its_script():
    parts = dict(kind="K", still="", state={"title": "</script><b>"})
    assert "</script><b>" not in live_widgets.element(parts)
    assert r"\u003c/script>\u003cb>" in live_widgets.element(parts)


# -- addresses ----------------------------------------------------------------------------------------
def test_the_ways_to_run_a_page_are_made_of_one_setting():
    assert list(addresses.Address().ways("01-one-row")) == ["download the notebook"]
    address = addresses.Address.of("https://example.org/conv/", "someone/conv.olution")
    assert list(address.ways("01-one-row").values()) == [
        "https://example.org/conv/lite/lab/index.html?path=01-one-row.ipynb",
        "https://mybinder.org/v2/gh/someone/conv.olution/HEAD?urlpath=lab/tree/notebooks%2F01-one-row.ipynb",
        "https://colab.research.google.com/github/someone/conv.olution/blob/gh-pages/colab/01-one-row.ipynb",
        "notebooks/01-one-row.ipynb",
    ]
    assert addresses.ways_to_run_all(addresses.Address()) == ""
    assert '<a href="notebooks/01-one-row.ipynb" download>' in addresses.ways_to_run("01-one-row", address)
    assert "lite/lab/index.html?path=01-one-row.ipynb" in addresses.where_to_try("01-one-row", address)
    assert "notebooks/01-one-row.ipynb" in addresses.where_to_try("01-one-row", addresses.Address())
    assert re.findall('href="([^"]*)"', addresses.ways_to_run_all(address)) == [
        "https://example.org/conv/lite/index.html",
        "https://mybinder.org/v2/gh/someone/conv.olution/HEAD?urlpath=lab/tree/notebooks",
        "https://github.com/someone/conv.olution",
    ]


@pytest.mark.parametrize(
    ("url", "repo"),
    [
        ("example.org", ""),
        ("http://example.org", ""),
        ("https://example.org/?a=b", ""),
        ("", "name"),
        ("", "a/b/c"),
        ("", "https://example.org/a/b"),
        ("", "a b/c"),
    ],
)
def test_a_wrong_setting_is_refused(url, repo):
    with pytest.raises(SystemExit, match="Give "):
        addresses.Address.of(url, repo)


@pytest.mark.parametrize("there", [True, False])
def test_the_first_cell_of_colab_installs_what_is_missing_and_only_then(there, tmp_path):
    """The cell itself is run, by IPython, with and without the package; pip is told to say what it would do."""
    book = addresses.for_colab(SERIES[1].book.copy(), addresses.Address(repo="someone/convolution"))
    assert len(book.cells) == len(SERIES[1].book.cells) + 1
    nbformat.validate(book)
    hide = "" if there else "importlib.util.find_spec = lambda name: None\n"
    code = (
        "import importlib.util\nfrom IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.register_magic_function(lambda line: print('pip', line), magic_name='pip')\n"
        f"{hide}shell.run_cell({book.cells[0].source!r}).raise_error()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = "" if there else 'pip install -q "convbp-helpers @ git+https://github.com/someone/convolution"\n'
    assert done.stdout == said


# -- links --------------------------------------------------------------------------------------------
def test_a_broken_link_is_found(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text("")
    good = (
        '<h1 id="Top-1">A</h1><a href="#Top-1"></a><a href="sub/b.html#B%20b"></a><a href="a.txt"></a>'
        '<a href="https://example.org/x#y"></a><img src="data:image/png;base64,AA"><link rel="canonical" href="https://a.b">'
    )
    (tmp_path / "index.html").write_text(good)
    (tmp_path / "sub" / "b.html").write_text('<a id="B b" href="../index.html#Top-1"></a>')
    assert links.faults(tmp_path) == []
    bad = {
        '<a href="c.html"></a>': "leads to no file",
        '<a href="#top-1"></a>': "leads to no place there",
        '<a href="sub/b.html#b"></a>': "leads to no place there",
        '<script src="https://example.org/x.js"></script>': "is loaded from elsewhere",
        '<img src="//example.org/x.png">': "is loaded from elsewhere",
        '<a href="file:///x"></a>': "is an address of another kind",
    }
    for text, words in bad.items():
        (tmp_path / "index.html").write_text(f"{good}\n{text}")
        (fault,) = links.faults(tmp_path)
        assert words in fault and fault.startswith("index.html:2: "), (text, fault)


def test_addresses_of_further_reading_have_a_form(count):
    """Each work has an address: a DOI, arXiv, or a page; and none is written in a form that leads nowhere."""
    forms = (
        r"https://doi\.org/10\.\d{4,5}/\S+",
        r"https://arxiv\.org/abs/\d{4}\.\d{4,5}",
        r"https?://(?!doi\.org|arxiv\.org)[a-z0-9.-]+\.[a-z]{2,}/\S*",
    )
    own = (
        "The public answer",
        "The folder `libraries/`",
        "[06](06-padding",
    )  # works without an address of their own
    for notebook in SERIES:
        part = notebook.book.cells[-1].source.split("## Further reading")[1]
        works = [line for line in part.splitlines() if line.startswith("- ") and not line[2:].startswith(own)]
        for work in works:
            found = re.findall(r"\]\((https?://[^)\s]*)\)", work)
            assert len(found) == 1 and any(re.fullmatch(form, found[0]) for form in forms), (
                notebook.name,
                work,
            )
            count("works under further reading with an address", 1)
