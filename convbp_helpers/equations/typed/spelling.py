r"""How people type equations, respelled as the grammar reads them: X[i+h, j+w] as X_{i+h,j+w}, \mathcal{L} as one
letter, cases as brackets. What is typed as the series types it stays as it is, and every place stays known.

A name of several letters or with a word below or above it, c_{out}, k_h, X^{\mathrm{pad}}, becomes one letter, ⟨c_out⟩.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .tokens import (
    WORD_FONTS,
    Braces,
    Token,
    is_one_of,
    is_space,
    items_in,
    past_space,
    split_at,
    text_in,
    uncommented,
)
from .values import Values

__all__ = ["Spelled", "respelled"]


class Spelled(NamedTuple):
    """Respelled LaTeX; its character n was typed at starts[n], and what it belongs to ends at ends[n]."""

    text: str
    starts: list[int]
    ends: list[int]
    latex: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a piece of `text` was typed."""
        if not self.starts:
            return start, end
        start, last = (min(max(at, 0), len(self.starts) - 1) for at in (start, end - 1))
        return self.starts[start], max(self.starts[start], self.ends[last])


def respelled(latex: str) -> Spelled:
    """The LaTeX in the spelling that the grammar reads."""
    spelled = Speller(latex, items_in(latex)).spelled()
    if re.sub(r"[\s{}]", "", spelled.text) == re.sub(r"[\s{}]", "", uncommented(latex)):
        return Spelled(latex, [], [], latex)
    return spelled


class Speller(Values):
    """Puts out a whole display."""

    def spelled(self) -> Spelled:
        self._display(self.items)
        text, starts, ends = [], [], []
        for piece, start, end in self.out:
            text.append(piece)
            if len(piece) == end - start:
                starts += range(start, end)
                ends += range(start + 1, end + 1)
            else:
                starts += [start] * len(piece)
                ends += [end] * len(piece)
        return Spelled("".join(text), starts, ends, self.latex)

    def _display(self, items):
        at = 0
        while at < len(items):
            item = items[at]
            if is_one_of(items, at, r"\quad", r"\qquad", "&", r"\Rightarrow", r"\implies", r"\iff", ";") or (
                is_one_of(items, at, ",")
            ):
                at = self._separated(items, at)
            elif is_one_of(items, at, *WORD_FONTS) and re.fullmatch(
                r"and|or|so|thus|hence|where|with|if|for|then",
                text_in(
                    items[past_space(items, at + 1)].items
                    if at + 1 < len(items) and isinstance(items[past_space(items, at + 1)], Braces)
                    else ()
                ).strip(",. "),
            ):
                at = self._separated(items, at)
            elif isinstance(item, Braces) and at and is_one_of(items, at - 1, r"\boxed"):
                self.put_open(item)
                self._display(item.items)
                self.put_close(item)
                at += 1
            else:
                at = self.value(items, at)

    def _separated(self, items, at):
        """What stands after a comma, an & or a wide space: another equation, a condition, a number, or more of it."""
        end = at
        gone = False  # past the separators
        while end < len(items) and not is_one_of(items, end, r"\\"):
            separates = is_one_of(
                items, end, r"\quad", r"\qquad", "&", ",", ";", r"\Rightarrow", r"\implies", r"\iff"
            )
            if gone and separates and not is_one_of(items, end, ","):
                break
            gone |= not separates and not is_space(items[end])
            end += 1
        start = at
        while start < end and (
            is_space(items[start])
            or is_one_of(items, start, ",", ";", "&", r"\Rightarrow", r"\implies", r"\iff", ".")
            or (
                is_one_of(items, start, *WORD_FONTS)
                and self.head(items, start) is None
                and self.operator(items, start) is None
            )
        ):
            start = past_space(items, start + 1) + 1 if is_one_of(items, start, *WORD_FONTS) else start + 1
        rest = items[start:end]
        text = re.sub(r"\\end\{?\w*\}?", "", text_in(rest)).rstrip(".,;")
        gap = items[at:start]
        if not text or re.fullmatch(r"\(\d+[a-z]?(?:[.\-]\d+)?[a-z]?\)", text):
            if text:
                self._blank(items[at:end])
                return end
            for item in gap:
                self.copy(item)
            return start
        apart = any(not is_space(i) and i.text != "&" or i.text in (r"\quad", r"\qquad") for i in gap)
        if apart and self._begins_equation(rest) and self._was_equation(at, items):
            self.put(r"\\ ", items[at])
            return start
        parts = split_at(rest, ",")
        if any(
            is_one_of((i,), 0, ",", "&", r"\quad", r"\qquad")
            or (isinstance(i, Token) and i.text in WORD_FONTS)
            for i in gap
        ):
            conditions = [self._condition(part) for part in parts]
            if all(conditions):
                shown = [c for c in conditions if c != "dropped"]
                for number, condition in enumerate(shown):
                    comma = any(is_one_of((i,), 0, ",") for i in gap) or self._after_comma()
                    if number or not comma:
                        self.put(",", items[at])
                    for item in () if number else gap:
                        self.copy(item)
                    self._put_condition(condition)
                if not shown:
                    self._blank(items[at:end])
                return end
        for item in gap:
            self.copy(item)
        return start if start > at else self.value(items, at)

    def _after_comma(self):
        typed = "".join(piece for piece, *_ in self.out[-12:])
        return re.sub(r"[\s&]|\\\\|\\q?quad", "", typed).endswith(",")

    def _blank(self, items):
        for item in items:
            if isinstance(item, Token) and (item.text in ("&", r"\\") or item.text.startswith(r"\end")):
                self.put(item.text, item)
            elif isinstance(item, Braces) and text_in(item.items).startswith("a"):
                self.copy(item)

    def _begins_equation(self, items):
        sides = split_at(items, "=")
        if len(sides) < 2:
            return False
        left = [i for i in sides[0] if not is_space(i) and not is_one_of((i,), 0, "&")]
        if not left:
            return False
        if any(is_one_of((i,), 0, r"\partial", r"\nabla") for i in left) or is_one_of(
            left, 0, r"\frac", r"\dfrac", r"\tfrac"
        ):
            return True
        atom = self.atom(tuple(left), 0)
        if atom is None or atom.after < len(left):
            return False
        return (atom.sub is not None or atom.call is not None) and atom.head.key not in (
            "s",
            "p",
            "d",
            "k",
            "S",
            "P",
        )

    def _was_equation(self, at, items):
        start = at
        while start > 0 and not is_one_of(items, start - 1, r"\\"):
            start -= 1
        return any(is_one_of((i,), 0, "=") for i in items[start:at])

    def _condition(self, items):
        r"""0 \le u < U, and x' \in [0,1], as what is put out; "dropped" where its letter stands nowhere else."""
        signs = (
            r"\in",
            "<",
            ">",
            r"\le",
            r"\ge",
            r"\leq",
            r"\geq",
            "<=",
            ">=",
            r"\mid",
            "|",
            r"\ne",
            r"\neq",
        )
        first = next((i for i in items if not is_space(i)), None)
        joins = ("=", "+", "-", "[", r"\cdot", r"\sum", r"\times")
        if first is None or first.text in joins or len(split_at(items, *signs)) < 2:
            return None
        sides = split_at(items, r"\in")
        letters = (
            [re.sub(r"\^?\\prime", "'", text_in(part)) for part in split_at(sides[0], ",")]
            if len(sides) == 2
            else []
        )
        if letters:
            if not all(letter in self.singles for letter in letters):
                return "dropped"
            limits = self._interval(sides[1])
            if limits is None:
                return "dropped"  # a set that is named: it runs over all of it
            return [("relation", letter, limits, items[0]) for letter in letters]
        return list(items)

    def _put_condition(self, condition):
        for item in condition:
            if isinstance(item, tuple):
                _, letter, (low, sign, high), place = item
                self.put(f"{low} ", place) if isinstance(low, str) else self.index(low)
                self.put(rf" \le {letter} {sign} ", place)
                self.index(high)
                self.put(" ", place)
            else:
                self.index((item,))
