r"""A first look over a display: which runs of letters are one index, and how many subscripts an array has."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from .heads import ACTIVATIONS, LAYER_LETTERS, Heads
from .tokens import (
    WORD_FONTS,
    Braces,
    Token,
    closing_of,
    groups_in,
    is_one_of,
    is_space,
    items_of,
    past_space,
    split_at,
    text_in,
    word_in,
)

__all__ = ["FirstLook"]


def _layer_letters(items):
    """Letters of superscripts with arithmetic in them: k of X^{(k-1)}."""
    for at, item in enumerate(items):
        if isinstance(item, Braces):
            yield from _layer_letters(item.items)
        elif item.text == "^" and at + 1 < len(items):
            found = re.fullmatch(
                r"[(\[]?([A-Za-z]|\\[a-z]+)[+-]1[)\]]?", text_in(items_of(items[past_space(items, at + 1)]))
            )
            if found:
                yield found.group(1)


class FirstLook(Heads):
    """Looks a display over."""

    def __init__(self, latex, items):
        super().__init__(latex)
        self.words: set[str] = set()  #: runs of letters that are one index: kh
        self.composites: set[str] = set()  #: letters with something below them that are one index: k_h
        self.singles: Counter = Counter()  #: letters that fill a subscript or are summed over
        self.ranks = defaultdict(
            set
        )  #: head -> the numbers of its subscripts, where commas or signs show them
        self.runs = defaultdict(set)  #: head -> the lengths of its subscripts that are digits without commas
        self.layers = LAYER_LETTERS | set(_layer_letters(items))
        self._look(items)

    def _look(self, items):
        at = 0
        while at < len(items):
            item = items[at]
            if isinstance(item, Token) and item.text == r"\sum":
                at = self._look_at_sum(items, at)
            elif isinstance(item, Token) and item.text in WORD_FONTS and self.head(items, at) is None:
                at = past_space(items, at + 1) + 1
            elif (operator := self.operator(items, at)) is not None:
                at = operator[1]
            elif (atom := self.atom(items, at)) is not None:
                self._look_at(atom, items)
                at = max(atom.after, at + 1)
            else:
                if isinstance(item, Braces):
                    self._look(item.items)
                at += 1
        for counts in self.called.values():
            counts["looked"] = 1

    def _look_at(self, atom, items):
        key = atom.head.key + atom.primes
        nxt = atom.after
        sub = atom.sub if atom.sub is not None and not self._is_word_script(atom.sub) else None
        content = atom.call
        if sub is None and content is None and is_one_of(items, nxt, "("):
            close = closing_of(items, nxt)
            inner = items[nxt + 1 : close] if close else ()
            if inner and all(
                isinstance(i, Token) and re.fullmatch(r"[A-Za-z\d+\-]|\s+|\\cdot", i.text) for i in inner
            ):
                content = inner
        self.called[atom.head.key][
            "call" if content is not None else "sub" if sub is not None else "bare"
        ] += 1
        if atom.head.key not in ACTIVATIONS and content is not None and atom.call is None:
            self._look_at_slots(key, content)
        for part in (sub, atom.call):
            if part is not None:
                self._look_at_slots(key, part)

    def _look_at_slots(self, key, items):
        slots = split_at(items, ",")
        if len(slots) == 1 and len(groups_in(slots[0])) > 1:
            slots = groups_in(slots[0])
        for slot in slots:
            text = re.sub(r"\\prime", "'", text_in(slot))
            bare = [i for i in slot if not is_space(i)]
            if re.fullmatch(r"(?:[A-Za-z]|\\[A-Za-z]+)'*", text):
                self.singles[text] += 1
            elif len(slots) > 1 and re.fullmatch("[A-Za-z]{2,}", text) and text[0] not in "sSd":
                self.words.add(text)
            self._look_at_composites(bare)
        if len(slots) > 1:
            self.ranks[key].add(len(slots))
        else:
            text = text_in(items)
            if re.fullmatch(r"\d{2,}", text):
                self.runs[key].add(len(text))
            elif not re.fullmatch(r"(?:(?:[A-Za-z]|\\[A-Za-z]+(?![A-Za-z]))(?:'|\\prime)*|\d){2,}", text):
                self.ranks[key].add(1)

    def _look_at_composites(self, bare):
        """k_h where it fills a subscript, or stands below a sum."""
        atom = self.atom(tuple(bare), 0, slots=True) if bare else None
        if (
            atom is not None
            and atom.sub is not None
            and (atom.after == len(bare) or is_one_of(bare, atom.after, "=", r"\in"))
        ):
            self.composites.add(f"{atom.head.key}_{word_in(atom.sub)}")

    def _look_at_sum(self, items, at):
        below, above, after = self._limits(items, at)
        for part in split_at(below or (), ",", r"\\"):
            text = text_in(part)
            self._look_at_composites([i for i in part if not is_space(i)])
            word = re.match(r"([A-Za-z]{2,})(?==|\\in|$)", text)
            single = re.match(r"((?:[A-Za-z]|\\[A-Za-z]+)'*)(?==|\\in|:|$)", re.sub(r"\^?\\prime", "'", text))
            if word and ("=" in text or r"\in" in text or len(split_at(below, ",")) > 1):
                self.words.add(word.group(1))
            elif single:
                self.singles[single.group(1)] += 1
        return after

    @staticmethod
    def _limits(items, at):
        r"""(below, above, the place after) of \sum_{…}^{…}"""
        found, after = {}, at + 1
        while True:
            nxt = past_space(items, after)
            while is_one_of(items, nxt, r"\limits", r"\nolimits"):
                nxt = past_space(items, nxt + 1)
            if not is_one_of(items, nxt, "_", "^") or items[nxt].text in found:
                break
            arg_at = past_space(items, nxt + 1)
            if arg_at >= len(items):
                break
            arg = items[arg_at]
            if items[nxt].text == "_" and is_one_of(items, arg_at, r"\substack"):
                arg_at = past_space(items, arg_at + 1)
                arg = items[arg_at]
            found[items[nxt].text], after = items_of(arg), arg_at + 1
            while is_one_of(items, after, "'", r"\prime"):  # \sum_k'
                after += 1
        return found.get("_"), found.get("^"), after
