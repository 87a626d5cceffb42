"""Lines of an equation shown as it was typed: one too long for a narrow column is broken where a term ends."""

from __future__ import annotations

import re

__all__ = ["broken"]

WIDTH = 32.0  #: letters on a line
INDENT = 3.0  #: of all lines but the first

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.S)
_LAID_OUT = re.compile(
    r"\\(?:begin|\\|left|tag|mathrel|underset|overset|over|atop|choose|q?quad)(?![a-z])|&|\$"
)
_STYLE = re.compile(r"\\(?:math|text|operatorname|color|limits|[,;:! ]|d?frac|hat|tilde|bar|boldsymbol|bm)")
_ABOVE = re.compile(r"\\[dt]?frac\Z")
_SIGN = re.compile(r"[+\-*]|\\(?:cdot|times|ast|odot|star|otimes|circledast)\Z")
_FIRST = re.compile(r"\\(?:sum|[,;:])\Z")  # may begin a line wherever it stands
_SPACE = re.compile(r"\\[,;:! ]\Z|\s")


def broken(latex: str, width: float = WIDTH) -> str:
    """The LaTeX in an `aligned`, if it is longer than a line and its author has not laid it out."""
    if _LAID_OUT.search(latex):
        return latex
    tokens = _TOKEN.findall(latex.strip())
    if _width(tokens) <= width:
        return latex
    lines = [[]]
    for piece in _pieces(tokens):
        begins_side = piece[_begins(piece) :][:1] == ["="]
        if lines[-1] and (begins_side or _width(lines[-1] + piece) > width - INDENT * (len(lines) > 1)):
            lines.append([])
        lines[-1] += piece
    if len(lines) == 1:
        return latex
    first, *rest = ("".join(line[_begins(line) :]).strip() for line in lines)
    rest = [rf"\;{line}" if line.startswith("=") else rf"\quad\; {line}" for line in rest]
    return "\\begin{aligned}\n &" + " \\\\[4pt]\n &".join([first, *rest]) + "\n\\end{aligned}"


def _begins(tokens) -> int:
    """The number of the first token that is no space."""
    return next((n for n, token in enumerate(tokens) if not _SPACE.match(token)), len(tokens))


def _pieces(tokens):
    """What cannot be broken: outside all brackets, from where a term, a factor or a side begins to the next."""
    pieces, piece, depth, takes_more = [], [], 0, True
    for token in tokens:
        begins = depth == 0 and (token == "=" or _SIGN.match(token) or _FIRST.match(token))
        begins = begins or (depth == 0 and not takes_more and re.match(r"[A-Za-z]|\\[A-Za-z]", token))
        bound = piece and (piece[-1] in "^_" or _holds_on(piece))
        if begins and _begins(piece) < len(piece) and not bound:
            pieces.append(piece)
            piece = []
        piece = [*piece, token]
        depth += (token in ("{", "(", "[", r"\{")) - (token in ("}", ")", "]", r"\}"))
        takes_more = token.strip() != "" and not (depth == 0 and token in ("}", ")", "]", r"\}"))
    return [*pieces, piece]


def _holds_on(piece) -> bool:
    """Whether a piece ends in what belongs to the next: a sign, a space, or a command that takes an argument."""
    last = next((token for token in reversed(piece) if token.strip()), "")
    return bool(_SIGN.match(last) or last == "=" or _STYLE.match(last) or _FIRST.match(last))


def _width(tokens) -> float:
    """About how many letters wide; what is above or below is smaller, and a fraction is as wide as its longer part."""
    width, at = 0.0, 0
    scale = 1.0
    while at < len(tokens):
        token = tokens[at]
        if _ABOVE.match(token):
            upper, at = _group(tokens, at + 1)
            lower, at = _group(tokens, at)
            width += scale * max(_width(upper), _width(lower))
            scale = 1.0
            continue
        if token in ("^", "_"):
            scale = 0.7
        elif token == "{":
            inner, at = _group(tokens, at)
            width += scale * _width(inner)
            scale = 1.0
            continue
        elif token.strip() and token != "}":
            width += scale * (0.3 if _STYLE.match(token) else 1.7 if token in "+-=" else 1)
            scale = 1.0
        at += 1
    return width


def _group(tokens, at):
    """The tokens of the group that begins here, or the single one, and where it ends."""
    while at < len(tokens) and not tokens[at].strip():
        at += 1
    if at >= len(tokens) or tokens[at] != "{":
        return tokens[at : at + 1], at + 1
    depth, end = 1, at + 1
    while end < len(tokens) and depth:
        depth += (tokens[end] == "{") - (tokens[end] == "}")
        end += 1
    return tokens[at + 1 : end - 1 if not depth else end], end
