"""Rows of cells below each other, all on the same columns."""

from __future__ import annotations

from .drawing import HATCHED, LINE, Drawing, fitted, square, title_width, wide
from .picture import COLOURS, Picture

PAGE = 640  # px: up to here a cell is wide
LINE_HEIGHT = 18


def rows_in_line(rows, alt, caption="", *, text=(), notes="") -> Picture:
    """Rows of cells below each other, all on the same columns.

    Parameters
    ----------
    rows : list of dict
        Title, role, cells and, if need be, name (with which the title begins), of (the role of the title, if it is
        another one) and outline (first column, number of cells, words). A cell is a dict of column
        (a half is fine), text, and, if need be, index, sub (a word below the number), fill (a role), style ("pad",
        "unlinked") and strong.
    alt, caption : str
    text : list of str
        What stands above the rows.
    notes : str
        What stands below them.
    """
    return Picture(lambda: [_draw(rows)], alt, caption, rows, text=text, notes=notes)


def _draw(rows):
    cells = [cell for row in rows for cell in row["cells"]]
    columns = max(cell["column"] + 1 for cell in cells)
    side = min(34, max(22, PAGE // columns))
    side = max(side, *(wide(cell["text"], 9, bold=True) + 5 for cell in cells))
    drawing, top, width = Drawing(), 0, columns * side
    for row in rows:
        if row["title"]:
            name = row.get("name", "")
            rest = row["title"].removeprefix(name)
            drawing.title(0, top + 9, row.get("of", row["role"]), name, rest)
            width = max(width, title_width(name, rest))
            top += LINE_HEIGHT
        top += 16
        for cell in row["cells"]:
            index = str(cell.get("index", ""))
            room = side - 2 if isinstance(cell["column"], int) else side * 1.5
            drawing.write(
                1.5 + (cell["column"] + 0.5) * side, top - 8, index, fitted(index, room, 10), kind="s"
            ) if index else None
        _draw_row(drawing, row, top, side)
        top += 34
        if "outline" in row:
            first, count, words = row["outline"]
            drawing.box(1.5 + first * side, top - 34, count * side, 34, kind="o", stroke_width=3)
            drawing.write(1.5 + first * side, top + 11, words, 12, font_weight=600, text_anchor="start")
            top += LINE_HEIGHT
        top += 8
    return drawing.image(width + 3, top)


def _draw_row(drawing, row, top, side):
    """The cells of a row: plain ones first, strong ones on top of their neighbours."""
    strong_last = sorted(row["cells"], key=lambda cell: bool(cell.get("strong")))
    for cell in strong_last:
        style, strong = cell.get("style"), cell.get("strong")
        looks = dict(fill="none", stroke=LINE if style else COLOURS[row["role"]])
        if style == "unlinked":
            looks["fill"] = HATCHED
        elif cell.get("fill"):
            looks |= dict(fill=COLOURS[cell["fill"]], fill_opacity=0.4)
        if style == "pad":
            looks["stroke_dasharray"] = "2 3"
        square_ = square(1.5 + cell["column"] * side, top, side, 34)
        drawing.shape(square_, **looks)
        if strong:
            drawing.shape(square_, kind="o", stroke_width=2.5)
    size = min(14, *(fitted(cell["text"], side - 5, 14) for cell in row["cells"]))
    for cell in strong_last:
        middle, kind = (
            1.5 + (cell["column"] + 0.5) * side,
            {"unlinked": "h", "pad": "s"}.get(cell.get("style")),
        )
        below = cell.get("sub")
        drawing.write(
            middle,
            top + (13 if below else 17),
            cell["text"],
            size - bool(below),
            kind=kind,
            font_weight=600 if cell.get("strong") else None,
        )
        if below:
            drawing.write(
                middle, top + 27, below, fitted(below, side - 3, 9.5), kind="i" if kind == "h" else "s"
            )
