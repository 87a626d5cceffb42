"""The widgets of the notebooks as they stand on a page without a kernel.

Each notebook is run up to its last widget; what a cell then shows is the widget's own state and JavaScript. A page
loads the JavaScript of each kind of widget once, as a classic script: a browser takes no module from a folder.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from nbclient import NotebookClient

#: the style that all widgets share
FRAME = Path(__file__).resolve().parents[2] / "convbp_helpers" / "widgets" / "frame.css"

#: run in a kernel before the first cell: a widget shows what a page needs of it, beside its still picture
SHOW_STATE = """
from convbp_helpers.widgets import page as _page

def _shown(self, **kwargs):
    parts = dict(kind=type(self).__name__, title=self._TITLE, module=self._esm, css=self._css, state=self._state())
    parts = {name: str(part) if name in ("module", "css") else part for name, part in parts.items()}
    return {"text/html": self.picture()._repr_html_(), "application/json": parts}

_page.Widget._repr_mimebundle_ = _shown
"""


def is_widget(cell) -> bool:
    """Whether a committed cell shows the still picture of a widget."""
    from convbp_helpers.widgets.page import STANDS_IN

    return any(STANDS_IN in output.get("data", {}).get("text/html", "") for output in cell.get("outputs", []))


def parts_of(notebook, folder: Path) -> dict[int, dict]:
    """By the number of a cell: kind, title, module, style, state and still picture of the widget that it shows."""
    wanted = [number for number, cell in enumerate(notebook.book.cells) if is_widget(cell)]
    if not wanted:
        return {}
    import nbformat

    book = nbformat.v4.new_notebook(metadata=notebook.book.metadata)
    cells = notebook.book.cells[: wanted[-1] + 1]
    book.cells = [nbformat.v4.new_code_cell(SHOW_STATE)] + [nbformat.from_dict(dict(cell)) for cell in cells]
    client = NotebookClient(
        book,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        allow_errors=False,
    )
    client.execute()
    found = {}
    for number in wanted:
        shown = [o.data for o in book.cells[number + 1].outputs if "application/json" in o.get("data", {})]
        if len(shown) != 1:
            raise ValueError(f"{notebook.name}, cell {number}: {len(shown)} widgets where one was expected")
        found[number] = {**shown[0]["application/json"], "still": shown[0]["text/html"]}
    return found


def classic(kind: str, module: str) -> str:
    """A widget's ES module as a classic script that puts `render` and `standIn` where the pages find them."""
    body, count = re.subn(r"^export default \{ render \};$", "", module, flags=re.MULTILINE)
    body = re.sub(r"^export (?=const |function )", "", body, flags=re.MULTILINE)
    if count != 1 or (left := re.findall(r"^(?:export|import)\b.*", body, flags=re.MULTILINE)):
        raise ValueError(
            f"the module of {kind} has what no classic script can have: {left if count == 1 else count}"
        )
    kept = f"(window.convbpWidgets ??= {{}})[{json.dumps(kind)}] = {{ render, standIn }};"
    return f"(() => {{\n{body}\n{kept}\n}})();\n"


def element(parts: dict) -> str:
    """What a page holds: the still picture, which the widget replaces where scripts run, and the state."""
    state = json.dumps(parts["state"], ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<div class="live-widget" data-widget="{parts["kind"]}"><div class="live-widget-still">{parts["still"]}</div>'
        f'<script type="application/json">{state}</script></div>'
        f'<link rel="stylesheet" href="_static/widgets/{parts["kind"]}.css">'
        f'<script defer src="_static/widgets/{parts["kind"]}.js"></script>'
    )


def write_scripts(found: list[dict], folder: Path) -> None:
    """The script and the style of each kind of widget."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, parts in {parts["kind"]: parts for parts in found}.items():
        (folder / f"{kind}.js").write_text(classic(kind, parts["module"]), encoding="utf-8")
        (folder / f"{kind}.css").write_text(parts["css"], encoding="utf-8")
