"""The public address: one setting, from which every badge and every way to run a page is made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import nbformat

BRANCH = "gh-pages"  #: on which .github/workflows/publish.yml puts the site

#: Colab's own first cell: there the helper package is missing
INSTALL = """\
# Colab has no helper package yet; this installs it, and does nothing where there is one.
import importlib.util

if importlib.util.find_spec("convbp_helpers") is None:
    %pip install -q "convbp-helpers @ git+https://github.com/{repo}\""""


@dataclass(frozen=True)
class Address:
    """Where the site stands (URL) and where its repository is (owner/name); either may be unknown."""

    url: str = ""
    repo: str = ""

    @classmethod
    def of(cls, url: str, repo: str) -> Address:
        """Both settings, checked: a wrong one would be in every badge."""
        if url:
            parts = urlsplit(url)
            if parts.scheme != "https" or not parts.netloc or parts.query or parts.fragment:
                raise SystemExit(
                    f"URL={url} is no address of a site. Give one like https://owner.github.io/name"
                )
        if repo and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", repo):
            raise SystemExit(f"REPO={repo} is no repository. Give it as owner/name")
        return cls(url.rstrip("/"), repo)

    def ways(self, name: str) -> dict[str, str]:
        """How a notebook can be run: words -> address."""
        file = quote(f"{name}.ipynb")
        ways = {}
        if self.url:
            ways["in the browser, nothing to install"] = f"{self.url}/lite/lab/index.html?path={file}"
        if self.repo:
            path = quote(f"notebooks/{name}.ipynb", safe="")
            ways["on Binder"] = f"https://mybinder.org/v2/gh/{self.repo}/HEAD?urlpath=lab/tree/{path}"
            ways["on Colab"] = (
                f"https://colab.research.google.com/github/{self.repo}/blob/{BRANCH}/colab/{file}"
            )
        ways["download the notebook"] = f"notebooks/{file}"
        return ways


def link(words: str, href: str) -> str:
    """A link; a notebook is downloaded, where a browser would show its text."""
    return f'<a href="{href}"{" download" if href.startswith("notebooks/") else ""}>{words}</a>'


def where_to_try(name: str, address: Address) -> str:
    """Under an exercise, which a page cannot check: the first of the ways to run the notebook."""
    words, href = next(iter(address.ways(name).items()))
    return f'<p class="not-run">This page has no Python. To do the exercise: {link(words, href)}.</p>'


def ways_to_run(name: str, address: Address) -> str:
    """The line of a page that says how to run it."""
    items = "".join(f"<li>{link(words, href)}</li>" for words, href in address.ways(name).items())
    return (
        '<div class="ways">This page shows the notebook as it was run; its pictures answer when you point at them. '
        f"To change and run its code: <ul>{items}</ul></div>"
    )


def ways_to_run_all(address: Address) -> str:
    """The line of the front page: the whole series, where its address is known."""
    ways = {}
    if address.url:
        ways["in the browser, nothing to install"] = f"{address.url}/lite/index.html"
    if address.repo:
        ways["on Binder"] = f"https://mybinder.org/v2/gh/{address.repo}/HEAD?urlpath=lab/tree/notebooks"
        ways["from its repository"] = f"https://github.com/{address.repo}"
    items = "".join(f'<li><a href="{href}">{words}</a></li>' for words, href in ways.items())
    return f'<div class="ways">To run the series: <ul>{items}</ul></div>' if ways else ""


def for_colab(book: nbformat.NotebookNode, address: Address) -> nbformat.NotebookNode:
    """The notebook with a first cell that installs the helper package."""
    cell = nbformat.v4.new_code_cell(INSTALL.format(repo=address.repo), id="install-where-missing")
    book.cells = [cell, *book.cells]
    return book
