"""What Sphinx is given: the committed notebooks, with links for equation numbers, a bar of all notebooks, live widgets.

Nothing here is a second text of the series: each page is the notebook as it is committed. What a page of a site has and
a notebook has not is put in: an anchor at each numbered equation and a link at each mention of its number; a bar with
all notebooks; where a notebook holds the still picture of a widget, the widget.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"

TAG = re.compile(r"\\tag\{(\d+\.\d+\w?)\}")
DISPLAY = re.compile(r"\$\$.*?\$\$", re.DOTALL)
#: what no link is put into: displays, code, mathematics, links, HTML tags, addresses
APART = re.compile(
    r"\$\$.*?\$\$|```.*?```|``.*?``|`[^`\n]*`|\$[^$\n]+\$|!?\[[^\]\n]*\]\([^)\n]*\)|<a\b.*?</a>|<[^>\n]+>|^\#.*?$",
    re.DOTALL | re.MULTILINE,
)
MENTION = re.compile(r"\((\d{1,2}\.\d{1,2})\)")


@dataclass(frozen=True)
class Notebook:
    """A committed notebook: its file name without the ending, its title, its cells."""

    name: str
    book: nbformat.NotebookNode

    @property
    def number(self) -> str:
        return self.name[:2]

    @property
    def title(self) -> str:
        return self.book.cells[0].source.splitlines()[0].removeprefix("# ")

    @property
    def tags(self) -> list[str]:
        """The numbers of its equations."""
        prose = (cell.source for cell in self.book.cells if cell.cell_type == "markdown")
        return [tag for text in prose for display in DISPLAY.findall(text) for tag in TAG.findall(display)]


def series(folder: Path = NOTEBOOKS) -> list[Notebook]:
    return [Notebook(p.stem, nbformat.read(p, as_version=4)) for p in sorted(folder.glob("[0-9]*.ipynb"))]


def where_equations_stand(notebooks: list[Notebook]) -> dict[str, str]:
    """The number of each equation -> the name of its notebook; a number that stands twice is an error."""
    found = {}
    for notebook in notebooks:
        for tag in notebook.tags:
            if tag in found:
                raise ValueError(f"equation ({tag}) stands in {found[tag]} and in {notebook.name}")
            found[tag] = notebook.name
    return found


def anchor(tag: str) -> str:
    return f"equation-{tag.replace('.', '-')}"


def with_equation_links(text: str, stands: dict[str, str], here: str) -> str:
    """Markdown in which each numbered equation has an anchor, and each mention of a number leads to it."""

    def mention(match):
        tag = match[1]
        if tag not in stands:
            return match[0]
        page = "" if stands[tag] == here else f"{stands[tag]}.html"
        return f'<a class="equation-number" href="{page}#{anchor(tag)}">({tag})</a>'

    text = text.replace("](../README.md", "](index.md")
    pieces, end = [], 0
    for apart in APART.finditer(text):
        pieces.append(MENTION.sub(mention, text[end : apart.start()]))
        tags = TAG.findall(apart[0]) if apart[0].startswith("$$") else []
        pieces.append(
            "".join(f'<span class="equation-anchor" id="{anchor(tag)}"></span>\n\n' for tag in tags)
        )
        pieces.append(apart[0])
        end = apart.end()
    pieces.append(MENTION.sub(mention, text[end:]))
    return "".join(pieces)


BOX = re.compile(r"^<div\b[^>]*>\n.*?^</div>", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(#{2,4}) +(.+?)[ \t]*$", re.MULTILINE)


def with_boxes_whole(text: str) -> str:
    """A heading in a box as HTML: Sphinx would begin a section there, and the box would end in another."""

    def heading(match):
        level, title = len(match[1]), match[2]
        return f'<h{level} id="{escape(title.replace(" ", "-"))}">{escape(title, quote=False)}</h{level}>'

    return BOX.sub(lambda box: HEADING.sub(heading, box[0]), text)


ALIGNED = re.compile(r"\\begin\{aligned\}(.*?)\\end\{aligned\}", re.DOTALL)
ROW_END = re.compile(r"\\\\(?:\[\d+pt\])?")
SPACE = re.compile(r"^(?:\s|&|\\quad|\\[;,])+")


def one_line_a_step(display: str) -> str | None:
    """A display whose steps are broken into lines for a narrow column, with one line for each step, or None.

    A row that does not begin with a relation goes on with the one before; the left-hand side stands before the first.
    """
    rows = [SPACE.sub("", row).strip() for row in ROW_END.split(ALIGNED.search(display)[1])]
    left, relation, rest = rows[0].partition("&=")
    if relation:
        rows = [left.strip(), f"={rest}", *rows[1:]]
    if not all(rows) or any("&" in row for row in rows) or "=" in rows[0]:
        return None  # several equations, each with a left-hand side of its own
    steps = []
    for row in rows[1:]:
        if row.startswith("="):
            steps.append(row)
        elif steps:
            steps[-1] += rf" \; {row}"
        else:
            return None
    if not steps or len(steps) + 1 == len(rows) > 2:
        return None
    body = " \\\\[6pt]\n ".join([f"{rows[0]} &{steps[0]}", *(f"&{step}" for step in steps[1:])])
    return ALIGNED.sub(lambda _: f"\\begin{{aligned}}\n {body}\n\\end{{aligned}}", display)


FORMS = '<div class="forms"><div class="one-line">\n\n{}\n\n</div><div class="broken">\n\n{}\n\n</div></div>'


def with_both_forms(text: str) -> str:
    """Markdown in which a display has its steps in one line each beside it, for a page that is wide enough."""

    def both(match):
        display = match[0]
        if not ALIGNED.search(display) or (joined := one_line_a_step(display)) is None:
            return display
        return FORMS.format(joined, display)

    return re.sub(r"(?m)^\$\$(?:.|\n)*?\$\$$", both, text)


def bar(notebooks: list[Notebook], here: Notebook) -> str:
    """All notebooks in one line, this one marked."""
    items = [
        f'<li aria-current="page">{one.number}</li>'
        if one is here
        else f'<li><a href="{one.name}.html" title="{escape(one.title)}">{one.number}</a></li>'
        for one in notebooks
    ]
    return f'<nav class="series" aria-label="The notebooks"><ol>{"".join(items)}</ol></nav>'


def page(
    notebook: Notebook, notebooks, stands, live: dict[int, str], ways: str, to_try: str
) -> nbformat.NotebookNode:
    """The notebook as Sphinx gets it.

    `live` holds, by the number of a cell, what stands in place of its picture; `ways` and `to_try` say where it can be
    run, at the top and under each exercise.
    """
    book = copy.deepcopy(notebook.book)
    for number, cell in enumerate(book.cells):
        if cell.cell_type == "markdown":
            linked = with_equation_links(cell.source, stands, notebook.name)
            cell.source = with_boxes_whole(with_both_forms(linked))
        elif "exercise" in cell.metadata.get("tags", []):
            cell.outputs.append(nbformat.v4.new_output("display_data", data={"text/html": to_try}))
        elif number in live:
            for output in cell.outputs:
                if "text/html" in output.get("data", {}):
                    output.data["text/html"] = live[number]
        elif cell.get("metadata", {}).get("jupyter", {}).get("source_hidden"):
            cell.metadata.tags = [*cell.metadata.get("tags", []), "hide-input"]
    first = book.cells[0]
    title, _, rest = first.source.partition("\n")
    rest = re.sub(r"\A\n.*\[all notebooks\]\(.*\n", "", rest)  # the bar says more
    first.source = f"{title}\n\n{bar(notebooks, notebook)}\n\n{ways}\n\n{rest}"
    book.metadata.kernelspec.display_name = "Python 3"
    return book
