"""How a verdict looks in a notebook: a box with a mark, sentences, and a grid of right and wrong cells."""

from __future__ import annotations

from html import escape

import numpy as np

from .words import number

__all__ = ["box", "cells"]

MARKS = {"right": ("✓", "#009E73"), "wrong": ("✗", "#D55E00"), "open": ("…", "#888888")}
MOST_CELLS = 150


def box(kind: str, title: str, lines=(), extra: str = "") -> str:
    """HTML: a line of colour on the left, the title with its mark, one line per sentence, and then `extra` (HTML)."""
    mark, edge = MARKS[kind]
    text = "".join(f"<div>{escape(line)}</div>" for line in lines)
    return (
        f'<div role="status" style="border-left: 5px solid {edge}; padding: 4px 12px; overflow-wrap: anywhere">'
        f"<b>{mark} {escape(title)}</b>{text}{extra}</div>"
    )


def cells(got, expected, judged=None, *, caption: str, rows=None, columns=None) -> str:
    """HTML: a table of one or two axes: a tick where a cell is right, both numbers where it is not.

    judged : bool array of cells that are compared at all; the others show a dash.
    rows, columns : labels.
    """
    got, expected = np.atleast_2d(got) + 0.0, np.atleast_2d(expected) + 0.0  # no negative zero
    judged = np.ones(got.shape, dtype=bool) if judged is None else np.atleast_2d(judged)
    if got.shape != expected.shape or got.ndim != 2 or got.size > MOST_CELLS:
        return ""
    wrong = ~np.isclose(got, expected, rtol=1e-9, atol=1e-9, equal_nan=True)
    edge = "border: 1px solid currentColor; padding: 2px 8px; text-align: center; "
    edge += "font-family: monospace; white-space: nowrap"
    head = 'style="padding: 2px 8px; text-align: center; font-weight: normal; white-space: nowrap"'
    lines = ""
    if columns is not None:
        corner = "<th></th>" if rows is not None else ""
        lines += f"<tr>{corner}{''.join(f'<th scope=col {head}>{escape(str(c))}</th>' for c in columns)}</tr>"
    for i in range(got.shape[0]):
        line = f"<th scope=row {head}>{escape(str(rows[i]))}</th>" if rows is not None else ""
        for j in range(got.shape[1]):
            if not judged[i, j]:
                line += f'<td style="{edge}; opacity: 0.75">–</td>'
            elif wrong[i, j]:
                both = f"✗ {number(got[i, j])}<br>not {number(expected[i, j])}"
                line += f'<td style="{edge}; font-weight: bold">{both}</td>'
            else:
                line += f'<td style="{edge}; opacity: 0.75">✓ {number(expected[i, j])}</td>'
        lines += f"<tr>{line}</tr>"
    label = escape(caption, quote=True)
    above = f'<div style="margin-top: 6px">{label}</div>'
    table = f'<table aria-label="{label}" style="margin: 2px 0 6px">{lines}</table>'
    return f'{above}<div style="overflow-x: auto; max-width: 100%">{table}</div>'
