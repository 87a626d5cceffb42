"""The first page of the site: the question, the answer, a picture to point at, and where each question is answered.

Its texts are those of the README and of notebook 00.
"""

from __future__ import annotations

import re
from html import escape

import live_widgets
import source

#: the parts of the README that stand on the page, by their headings; of the first the picture alone
CARD = "The answer on one page"
PARTS = ("The notebooks", "Where a question is answered", "How fast it is")
#: the line in notebook 00 under which the answer stands in words
WORDS = "What was added, in words:"
START = ["x", 0, 2, 3]  #: the cell that is chosen there: array, channel, row, column
#: the heading in notebook 00 under which the whole answer stands
ANSWER = "The answer card"


def text(notebooks, stands, found, card=False, ways="") -> str:
    """The page as MyST Markdown; `card`: whether the card lies beside it, to be printed; `ways` to run the series."""
    readme = (source.ROOT / "README.md").read_text(encoding="utf-8")
    before, *parts = re.split(r"^## ", readme, flags=re.MULTILINE)
    named = {part.partition("\n")[0]: part.partition("\n")[2] for part in parts}
    title, _, start = before.partition("\n")
    start = start[: start.index("![")]  # up to the picture, in whose place the explorer stands
    first = found[0][min(found[0])]  # the explorer of notebook 00, on a cell from which all lines lead
    explorer = live_widgets.element(first | {"state": first["state"] | {"selected": START}})
    toc = "```{toctree}\n:hidden:\n\n" + "\n".join(one.name for one in notebooks) + "\n```"
    pieces = [
        title,
        start,
        in_words(notebooks[0], stands),
        ways,
        explorer,
        answer(notebooks[0], stands),
        picture(named[CARD], card),
    ]
    pieces += [f"## {name}\n{links(named[name])}" for name in PARTS]
    return "\n\n".join([*pieces, toc, ""])


def in_words(first, stands) -> str:
    """The list of notebook 00 that says what each of the asked-for letters does."""
    (text,) = (cell.source for cell in first.book.cells if WORDS in cell.source)
    points = text.partition(WORDS)[2].strip().split("\n\n")[0]
    return f"**The answer, in words:**\n\n{source.with_equation_links(points, stands, 'index')}"


def picture(part: str, card: bool) -> str:
    """The picture of the card, and the card itself where it was made."""
    alt = re.search(r"!\[([^\]]+)\]", part)[1]
    where = "card/answer-card.html" if card else "_static/answer-card.png"
    line = (
        '<a href="card/answer-card.pdf">To print (PDF)</a>, or <a href="card/answer-card.html">as a page</a>.'
    )
    image = f'<a href="{where}"><img src="_static/answer-card.png" alt="{escape(alt)}"></a>'
    return f"## {CARD}\n\n<p>{image}</p>" + f"\n\n<p>{line}</p>" * card


def answer(first, stands) -> str:
    """The card of notebook 00, up to the next heading."""
    cells = [cell for cell in first.book.cells if cell.cell_type == "markdown"]
    at = next((n for n, cell in enumerate(cells) if f"## {ANSWER}" in cell.source), None)
    if at is None:
        raise ValueError(f"notebook 00 has no heading {ANSWER!r}")
    _, _, card = cells[at].source.partition(f"## {ANSWER}")
    more = [cell.source for cell in cells[at + 1 :]]
    pieces = [card.split("\n## ")[0]]
    for one in more:
        if "## " in one:
            break
        pieces.append(one)
    linked = source.with_equation_links("\n\n".join(pieces), stands, "index")
    return f"## {ANSWER}\n{source.with_both_forms(without_anchors(linked))}"


def without_anchors(text: str) -> str:
    """An equation has its anchor on its own page alone."""
    return re.sub(r'<span class="equation-anchor".*?</span>\n\n', "", text)


def links(text: str) -> str:
    """Links of the README as they are on the site."""
    return text.replace("](notebooks/", "](")
