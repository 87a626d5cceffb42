r"""Arrays and their subscripts as the grammar reads them."""

from __future__ import annotations

import re

from ..notation import SERIES
from .first_look import FirstLook
from .heads import NO_WAY, TURN
from .tokens import (
    FONTS,
    GREEK,
    WORD_FONTS,
    Braces,
    Token,
    groups_in,
    is_one_of,
    is_space,
    is_whole_axis,
    items_of,
    past_space,
    split_at,
    text_in,
    typed_in,
    word_in,
)

__all__ = ["Subscripts"]


class Subscripts(FirstLook):
    """Puts out arrays and subscripts."""

    def __init__(self, latex, items):
        self.out: list[tuple[str, int, int]] = []  #: what is put out, with where it was typed
        self.in_limit = False
        super().__init__(latex, items)

    def put(self, text, item):
        self.out.append((text, item.start, item.end))

    def copy(self, item):
        if isinstance(item, Braces):
            self.put_open(item)
            for part in item.items:
                self.copy(part)
            self.put_close(item)
        else:
            self.put(item.text, item)

    def put_open(self, braces, text="{"):
        self.out.append((text, braces.start, braces.start + 1))

    def put_close(self, braces, text="}"):
        self.out.append((text, braces.end - 1, braces.end))

    def _atom(self, atom, items):
        """A head with its scripts as the grammar reads them."""
        head, sub, sup = atom.head, atom.sub, atom.sup
        key, plain = head.key, not head.is_word
        turned = False
        leading = None
        if self._stays(atom):
            for item in items:
                if item.start >= atom.start and item.end <= atom.end:
                    self.copy(item)
            return
        if sub is not None and self._is_word_script(sub):
            word = word_in(sub)
            if not (plain and f"{key}_{word}" in SERIES.settings):
                key, plain, sub = f"{key}_{word}", False, None
        elif sub is not None and atom.call is not None:
            key, plain, sub = f"{key}_{text_in(sub)}", False, None
        elif sub is not None and (inner := self._nested(sub)) is not None:
            key, plain, sub = f"{key}_{inner.head.key}{inner.primes}", False, inner.sub or inner.call
        if sup is not None:
            text = word_in(sup)
            bare = text.strip("()[]")
            if text in ("T", r"\top", r"\intercal"):
                self.fail(f"^{text} cannot be read: {NO_WAY[chr(92) + 'top']}", sup[0])
            if TURN.fullmatch(bare) or bare in ("180", r"180^\circ"):
                turned, sup = True, None
            elif bare.isdigit():
                pass
            elif bare.isalpha() and len(bare) > 1 or (bare in ("p",) and bare not in self.singles):
                key, plain, sup = f"{key}^{bare}", False, None
            elif bare not in self.layers and re.fullmatch(r"[A-Za-z]'*", bare) and bare in self.singles:
                leading, sup = sup, None
        if turned:
            self.put(r"\operatorname{rot}_{180}(", Token("", atom.start, atom.start))
        if plain:
            for item in head.shown:
                self.copy(item)
            self.put(atom.primes, Token("", atom.start, atom.start)) if atom.primes else None
        else:
            end = head.shown[-1].end if head.shown else items[head.after - 1].end
            self.put(f"⟨{key}{atom.primes}⟩", Token("", atom.start, max(end, atom.start + 1)))
        parts = [part for part in (leading, sub, atom.call) if part is not None]
        if parts:
            place = Token(
                "", parts[0][0].start if parts[0] else atom.start, parts[0][0].end if parts[0] else atom.end
            )
            self.put("_{", Token("", place.start, place.start))
            for number, part in enumerate(parts):
                if number:
                    self.put(",", Token("", place.start, place.start))
                inside = (
                    [i for i in part if not is_one_of((i,), 0, "(", ")", "[", "]")]
                    if part is leading
                    else part
                )
                self._slots(key + atom.primes, inside)
            self.put("}", Token("", atom.end, atom.end))
        if sup is not None:
            self.put("^{", Token("", sup[0].start, sup[0].start))
            for item in sup:
                self.copy(item)
            self.put("}", Token("", sup[-1].end, sup[-1].end))
        if turned:
            self.put(")", Token("", atom.end, atom.end))

    def _stays(self, atom) -> bool:
        """Whether a head and its scripts are typed as the grammar reads them."""
        if atom.head.is_word or atom.call is not None or atom.in_parentheses:
            return False
        key = atom.head.key
        if atom.sub is not None:
            if self._is_word_script(atom.sub):
                return f"{key}_{word_in(atom.sub)}" in SERIES.settings and atom.sup is None
            if self._nested(atom.sub) is not None:
                return False
            put, self.out = self.out, []
            self._slots(key + atom.primes, atom.sub)
            made, self.out = "".join(piece for piece, *_ in self.out), put
            if re.sub(r"[\s{}]", "", made) != typed_in(atom.sub):
                return False
        if atom.sup is None:
            return True
        bare = word_in(atom.sup).strip("()[]")
        layered = any(letter in bare for letter in ("l", "L", r"\ell", "+", "-")) and not bare.isalpha()
        return layered or bare in self.layers or bare.isdigit() and bare != "180"

    def _nested(self, sub):
        r"""Y_{f,i} of G_{Y_{f,i}}"""
        items = tuple(i for i in sub if not is_space(i))
        inner = self.atom(items, 0) if items else None
        if inner is None or inner.after < len(items) or (inner.sub is None and inner.call is None):
            return None
        content = inner.sub if inner.sub is not None else inner.call
        return inner if len(split_at(content, ",")) > 1 and inner.head.key.isupper() else None

    def _slots(self, key, items):
        """The subscripts of an array: ij as i,j where it has two."""
        slots = [slot for slot in split_at(items, ",") if not is_whole_axis(slot)] or split_at(items, ",")
        if len(slots) == 1 and len(groups := groups_in(slots[0])) > 1:  # x_{(i+a)(j+b)}
            slots = groups
        bare = [i for i in items if not is_space(i)]
        if len(slots) == 1 and self._is_run(key, bare):
            number = 0
            for item in bare:
                if is_one_of((item,), 0, "'", r"\prime", "^") or isinstance(item, Braces):
                    self.put("'", item) if not is_one_of((item,), 0, "^") else None
                    continue
                for letter in item.text if item.text.isdigit() else [item.text]:
                    self.put(("," if number else "") + letter + " ", item)
                    number += 1
            return
        for number, slot in enumerate(slots):
            if number:
                self.put(",", slot[0] if slot else Token("", items[0].start, items[0].start))
            self.index(slot)

    def _is_run(self, key, bare) -> bool:
        """Whether a subscript without commas is several."""
        marks = (*GREEK, "'", r"\prime", "^")
        if not all(
            text_in(i.items) == r"\prime"
            if isinstance(i, Braces)
            else re.fullmatch(r"[A-Za-z]|\d+", i.text) or i.text in marks
            for i in bare
        ):
            return False
        text = re.sub(r"\^?\{?\\prime\}?", "'", text_in(bare))
        letters = re.findall(r"(?:[A-Za-z]|\\[A-Za-z]+|\d)'*", text)
        if len(letters) < 2 or "".join(letters) != text or any(letter in FONTS for letter in letters):
            return False
        ranks = self.ranks[key]
        if text in self.words or 1 in ranks:
            return False
        if text.isdigit():
            return len(self.runs[key]) == 1 and (not ranks or ranks == {len(text)})
        if ranks:
            return len(letters) in ranks
        return not any(letter[0] in "sdSpP" for letter in letters) or all(
            letter in self.singles for letter in letters
        )

    def index(self, items):
        r"""i S + k_y - P: a subscript or a limit, in which names of several letters are one"""
        items = tuple(items)
        at = 0
        while at < len(items):
            item = items[at]
            if isinstance(item, Braces):
                self.put_open(item)
                self.index(item.items)
                self.put_close(item)
                at += 1
                continue
            if item.text in (r"\frac", r"\dfrac", r"\tfrac"):
                self.put(item.text, item)
                at += 1
                continue
            if item.text in ("<=", ">=", "!=", "=="):
                self.put({"<=": r"\le ", ">=": r"\ge ", "!=": r"\ne ", "==": "="}[item.text], item)
                at += 1
                continue
            if item.text in (r"\dots", r"\ldots", r"\cdots", r"\vdots"):
                self.fail("dots are not read; write all subscripts, and a sum for a row of terms", item)
            run, after = self.run(items, at)
            if len(run) > 1 and (run in self.words or (self.in_limit and run[0] not in "sdpSP")):
                if not is_one_of(items, after, "_"):
                    self.put(f"⟨{run}⟩", Token("", item.start, items[after - 1].end))
                    at = after
                    continue
            atom = self.atom(items, at, slots=True)
            if atom is not None:
                at = self._index_name(atom, items)
                continue
            if item.text in WORD_FONTS:
                after = past_space(items, at + 1)
                word = text_in(items_of(items[after])) if after < len(items) else ""
                if word.isalpha():
                    self.put(f"⟨{word}⟩", Token("", item.start, items[after].end))
                    at = after + 1
                    continue
            self.put(item.text, item)
            at += 1

    def _index_name(self, atom, items):
        """A letter with what stands below it, as one name: k_h; what the series writes so stays as it is."""
        sub = atom.sub
        if sub is None and atom.sup is None:
            for item in atom.head.shown:
                self.copy(item)
            if not atom.head.shown:
                self.put(f"⟨{atom.head.key}⟩", Token("", atom.start, atom.end))
            if atom.primes:
                self.put(atom.primes, Token("", atom.start, atom.end))
            return atom.after
        below = word_in(sub or ())
        key = f"{atom.head.key}_{below}" if sub is not None else atom.head.key
        if atom.sup is not None:
            key += "^" + word_in(atom.sup).strip("()")
        an_array = self.called[atom.head.key]["sub"] and key not in self.composites and not self.in_limit
        a_number = below.isdigit() and key not in self.composites
        if atom.sup is None and not atom.primes and (key in SERIES.settings or a_number or an_array):
            for item in items[list(items).index(atom.head.shown[0]) if atom.head.shown else 0 : atom.after]:
                self.copy(item)
            return atom.after
        self.put(f"⟨{key}{atom.primes}⟩", Token("", atom.start, atom.end))
        return atom.after
