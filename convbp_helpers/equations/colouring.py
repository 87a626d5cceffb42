"""The letters of a display in the colours of their arrays, which mean there what they mean in the pictures."""

from __future__ import annotations

import re

from ..figures.picture import LETTERS
from .notation import SERIES, Notation

__all__ = ["coloured", "plain"]

_ROLES = {"input": "input", "weight": "weight", "output": "output", "delta": "gradient"}
_SHADES = "|".join(light for light, _ in LETTERS.values())
_COLOURED = re.compile(rf"\{{\\color\{{(?:{_SHADES})\}}([^{{}}]*(?:\{{[^{{}}]*\}})?)\}}")
#: passed over: a script, a command with words or a name in its braces, any other command; and what may be an array
_TOKEN = re.compile(
    r"(?P<script>[_^]\s*\{)|(?P<index>[_^]\s*(?:\\[A-Za-z]+|\w))|(?P<words>\\(?:text|mathrm|tag|label|begin|end|color|textcolor|operatorname|mbox)\*?\s*\{[^{}]*\})"
    r"|(?P<accent>\\(?:tilde|hat|bar|widetilde|widehat)\s*(?:\{\s*(?:\\[A-Za-z]+|[A-Za-z])\s*\}|\\[A-Za-z]+|[A-Za-z]))"
    r"|(?P<name>\\[A-Za-z]+|[A-Za-z])|(?P<rest>\\.|.)",
    re.S,
)


def plain(latex: str) -> str:
    """The LaTeX without these colours."""
    return _COLOURED.sub(lambda found: found.group(1), latex)


def coloured(latex: str, notation: Notation = SERIES) -> str:
    """The LaTeX with each input, weight, output and δ in its colour; an accent goes with its letter.

    ``x_{u+k}`` becomes ``{\\color{#007BC1}x}_{u+k}``. The reader of equations passes over it.
    """
    latex = plain(latex)
    colours = {
        name: LETTERS[_ROLES[symbol.role]][0]
        for name, symbol in notation.symbols.items()
        if symbol.role in _ROLES
    }
    out, at = [], 0
    while at < len(latex):
        match = _TOKEN.match(latex, at)
        text, at = match.group(), match.end()
        if match["script"]:  # an index holds no array
            end = _closing(latex, at)
            text, at = latex[match.start() : end], end
        name = match["name"] or (re.findall(r"\\[A-Za-z]+|[A-Za-z]", text)[-1] if match["accent"] else None)
        out.append(f"{{\\color{{{colours[name]}}}{text}}}" if name in colours else text)
    return "".join(out)


def _closing(latex, at):
    """The place after the brace that closes the one before `at`."""
    depth = 1
    while at < len(latex) and depth:
        depth += {"{": 1, "}": -1}.get(latex[at], 0)
        at += 1
    return at
