"""LaTeX as it is typed: errors with their place in it, and what in it carries no meaning."""

from __future__ import annotations

import re

__all__ = ["EquationError", "EvaluationError", "blank", "shown", "tidy"]


class EquationError(ValueError):
    """An equation that cannot be read or judged: what was found, where, and what was expected.

    Attributes
    ----------
    message : str
    latex : str
    position : int or None
        Index of the first character of `latex` that is meant.
    """

    def __init__(self, message, latex="", span=None):
        self.message, self.latex = message, latex
        self.position, self.end = span if span else (None, None)
        super().__init__(self._text())

    def _text(self):
        if self.position is None:
            return self.message
        line, column = self.line_and_column
        before, meant, after = self.excerpt
        marker = " " * len(before) + "^" * max(1, len(meant))
        return f"{self.message} (line {line}, column {column})\n    {before}{meant}{after}\n    {marker}"

    @property
    def excerpt(self):
        """What stands before, at and after the position, in its line."""
        start = self.latex.rfind("\n", 0, self.position) + 1
        stop = self.latex.find("\n", self.position)
        stop = len(self.latex) if stop < 0 else stop
        end = min(max(self.end, self.position + 1), stop)
        before, meant, after = (
            self.latex[start : self.position],
            self.latex[self.position : end],
            self.latex[end:stop],
        )
        return (
            ("…" + before[-40:] if len(before) > 41 else before),
            meant,
            (after[:40] + "…" if len(after) > 41 else after),
        )

    @property
    def line_and_column(self):
        """Where the position lies, both counted from 1."""
        before = self.latex[: self.position]
        return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


class EvaluationError(EquationError):
    """An equation that can be read, and has a subscript that is not whole, or a division by zero, when it is run."""


# ------------------------------------------------------------------------------------- what is passed over
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.S)
_WHOLE = re.compile(  # scripts and operators in words, which the grammar reads as they are
    r"[_^]\s*(?:\{\s*\\(?:text|mathrm)\s*\{[A-Za-z ]*\}\s*\}|\\(?:text|mathrm)\s*\{[A-Za-z ]*\})"
    r"|\\operatorname\{sum\}|⟨[^⟩]*⟩|\\(?:operatorname|mathrm)\{rot\}_\{?180(?:\^\{?\\circ\}?)?\}?|\\mathrel\{\+\}\s*="
    r"|\^\{\\prime\}|\\(?:text|mathrm|mbox)\s*\{\s*for (?:all|each|every)\s*\}"
)
#: how many arguments a command has, and whether they are read (_KEPT) or passed over (_DROPPED)
_KEPT = {r"\frac": 2, r"\dfrac": 2, r"\tfrac": 2, r"\substack": 1}
_KEPT |= dict.fromkeys(r"\tilde \hat \bar \widetilde \widehat".split(), 1)
_DROPPED = set(r"\text \tag \tag* \label \color \hspace \begin \end \mbox".split())
_UNWRAPPED = set(r"\boldsymbol \mathbf \bm \mathit \mathsf \boxed \mathrm \underline".split())
_BRACED = {r"\underbrace", r"\overbrace"}
_PASSED = {r"\ ", "~", "&"} | set(
    r"\, \; \: \! \quad \qquad \thinspace \displaystyle \textstyle \scriptstyle \limits \nolimits \notag \nonumber "
    r"\left \right \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr".split()
)


def blank(latex: str) -> tuple[str, list[int], list[int]]:
    """The LaTeX with all that carries no meaning replaced by spaces, so that every place stays where it was.

    Returns it with the places where a new equation begins (the rows of an `aligned` that do not start with &), and the
    places of the row breaks before them.
    """
    text = re.sub(r"(?<!\\)%.*", lambda comment: " " * len(comment.group()), latex)
    out = list(text)
    tokens, at = [], 0
    while at < len(text):
        match = _WHOLE.match(text, at) or _TOKEN.match(text, at)
        tokens.append((match.group(), at))
        at = match.end()
    partner, open_braces = {}, []
    for number, (token, at) in enumerate(tokens):
        if token == "{":
            open_braces.append(number)
        elif token == "}":
            if not open_braces:
                raise EquationError("a } without its {", latex, (at, at + 1))
            partner[open_braces.pop()] = number
    if open_braces:
        at = tokens[open_braces[-1]][1]
        raise EquationError("a { without its }", latex, (at, at + 1))
    starts, breaks = [0], []

    def erase(first, last):
        begin = tokens[first][1]
        end = tokens[last][1] + len(tokens[last][0])
        out[begin:end] = " " * (end - begin)

    def past_space(number, end):
        while number < end and tokens[number][0].isspace():
            number += 1
        return number

    def argument(number, end, keep):
        """One argument: a group in braces, or a single token. Returns the number after it."""
        number = past_space(number, end)
        if number >= end:
            return end
        if tokens[number][0] != "{":
            if not keep:
                erase(number, number)
            return number + 1
        last = partner[number]
        if keep is None:  # without its braces
            erase(number, number), erase(last, last)
        elif not keep:
            erase(number, last)
            return last + 1
        walk(number + 1, last)
        return last + 1

    def walk(number, end, stacked=False):
        while number < end:
            token, at = tokens[number]
            if token in ("_", "^"):
                number = argument(number + 1, end, True)
            elif token == r"\substack":
                first = past_space(number + 1, end)
                if first < end and tokens[first][0] == "{":
                    walk(first + 1, partner[first], stacked=True)
                    number = partner[first] + 1
                else:
                    number += 1
            elif token in _KEPT:
                number += 1
                for _ in range(_KEPT[token]):
                    number = argument(number, end, True)
            elif token in _DROPPED:
                erase(number, number)
                first = number + 1
                number = argument(first, end, False)
                if token == r"\begin" and re.sub(r"\W", "", "".join(t for t, _ in tokens[first:number])) in (
                    "alignedat",
                    "array",
                ):
                    number = argument(number, end, False)  # its columns
            elif token == r"\textcolor":
                erase(number, number)
                number = argument(number + 1, end, False)
                number = argument(number, end, None)
            elif token in _UNWRAPPED or token in _BRACED:
                erase(number, number)
                number = argument(number + 1, end, None)
                if token in _BRACED:
                    number = past_space(number, end)
                    if number < end and tokens[number][0] in ("_", "^"):
                        erase(number, number)
                        number = argument(number + 1, end, False)
                    elif number < end and tokens[number][0][0] in "_^":
                        erase(number, number)
                        number += 1
            elif token == "{":
                number = argument(number, end, None)
            elif token == "\\\\" and not stacked:
                erase(number, number)
                number += 1
                after = past_space(number, end)
                if after < end and tokens[after][0] == "[":  # \\[4pt]
                    close = next((n for n in range(after, end) if tokens[n][0] == "]"), None)
                    if close is not None and re.fullmatch(
                        r"\[-?[\d.]+\s*[a-z]{2}\]", text[tokens[after][1] : tokens[close][1] + 1]
                    ):
                        erase(after, close)
                        after = past_space(close + 1, end)
                if after < end and tokens[after][0] not in ("&", r"\end"):
                    starts.append(tokens[after][1])
                    breaks.append(at)
                number = after
            elif token in _PASSED:
                erase(number, number)
                number += 1
            else:
                number += 1

    walk(0, len(tokens))
    return "".join(out), starts, breaks


def with_breaks(text: str, breaks: list[int]) -> str:
    """What `blank` gives, with the row breaks put back: it reads as the whole display does."""
    for at in breaks:
        text = text[:at] + r"\\" + text[at + 2 :]
    return text


def shown(latex: str) -> str:
    """LaTeX without the marks of its layout, for what is quoted of it; every place stays where it was."""
    layout = r"\\(?:begin|end)\s*\{[^{}]*\}|(?<!\\)%.*|\\(?:left|right|q?quad)(?![A-Za-z])|\\[,;:!]|&"
    return re.sub(layout, lambda mark: " " * len(mark.group()), latex)


def tidy(text: str) -> str:
    """A piece of plain LaTeX for a sentence."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r" (?=[_^])", "", text)  # between a letter and its index a colour may have ended
    return re.sub(r"(?<=[,({}]) | (?=[,)}])", "", text)  # spaces that LaTeX would not show either
