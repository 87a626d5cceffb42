"""The links of a built site: each leads to a file and a place that are there, and nothing is loaded from elsewhere."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: the attributes through which a page loads something
LOADS = {("script", "src"), ("img", "src"), ("link", "href"), ("source", "src"), ("iframe", "src")}
#: a link element that loads nothing
NAMES = {"canonical", "next", "prev", "search", "index", "author", "copyright"}


class Page(HTMLParser):
    """The places of a page, and what it leads to: (line, address, whether the page loads it)."""

    def __init__(self, text: str):
        super().__init__()
        self.places, self.links = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.places |= {values[name] for name in ("id", "name") if values.get(name)}
        for name in ("href", "src"):
            if values.get(name) is not None:
                loads = (tag, name) in LOADS and values.get("rel") not in NAMES
                self.links.append((self.getpos()[0], values[name], loads))


def faults(folder: Path) -> list[str]:
    """What is wrong with the links of all pages below a folder, a line each."""
    pages = {
        path.resolve(): Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))
    }
    found = []
    for path, page in pages.items():
        for line, address, loads in page.links:
            where = f"{path.relative_to(folder.resolve())}:{line}: {address}"
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                if loads and parts.scheme != "data":
                    found.append(f"{where} is loaded from elsewhere")
                elif parts.scheme not in ("data", "http", "https"):
                    found.append(f"{where} is an address of another kind")
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                found.append(f"{where} leads to no file")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].places:
                found.append(f"{where} leads to no place there")
    return found
