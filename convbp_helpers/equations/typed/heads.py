r"""Letters with their scripts, and words that are operators, found among the tokens."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import NamedTuple

from ..latex import EquationError
from .tokens import (
    ACCENTS,
    GREEK,
    PLAIN_FONTS,
    SCRIPT_LETTERS,
    WORD_FONTS,
    Braces,
    Token,
    closing_of,
    is_one_of,
    is_space,
    items_of,
    past_space,
    split_at,
    text_in,
    word_in,
)

__all__ = ["Heads"]


DECORATIONS = set(
    "in out pad padded prev next ch max top bottom left right before after conv col full valid same new old input "
    "output img batch eff flat flip flipped rot p".split()
)
JOINS = {"*", r"\ast", r"\star", r"\circledast", r"\otimes"}
_FORCED = {"conv": r"\ast", "corr": r"\star"}

#: words that are operators
TURN = re.compile(r"(?i)(?:rot(?:ate)?(?:180)?|rot90|flip(?:ped)?|reversed?|turned)")
PAD = re.compile(r"(?i)(?:zero)?pad(?:ding|ded)?")
CONV = re.compile(r"(?i)conv(?:olve|olution)?(?:2|2d|1d|3d)?")
CORR = re.compile(r"(?i)x?corr(?:elate|elation)?(?:2|2d)?|cross-?corr(?:elation)?")
TOTAL = re.compile(r"(?i)sum")
OPERATORS = {"turn": TURN, "pad": PAD, "conv": CONV, "corr": CORR, "sum": TOTAL}
#: what stands in no index
NO_INDEX = (
    "=",
    r"\mid",
    "|",
    "<",
    ">",
    r"\le",
    r"\ge",
    r"\leq",
    r"\geq",
    r"\partial",
    r"\frac",
    r"\sum",
    "*",
)
NONLINEAR = {"ReLU", "relu", "tanh", "sigmoid", "softplus", "act"}
#: letters that the grammar does not have by themselves
CAPITALS = set(r"\Omega \Theta \Phi \Psi \Sigma \Gamma \Lambda \zeta \vartheta".split())
LOSS_WORD = re.compile(r"(?i)loss|cost|err|error|obj|MSE|CE")

NO_ARRAYS = set("s S d D p P r K L N C F G H U V M".split())  #: before a parenthesis, a factor
LAYER_LETTERS = {"l", r"\ell", "L"}
ACTIVATIONS = {r"\sigma", r"\phi", r"\varphi", "f", "g", "h", r"\psi", r"\rho"}
NO_WAY = {
    r"\top": "a transposed matrix is not read; write the sum over its index, as in \\sum_j a_{j,i} b_j",
    r"\intercal": "a transposed matrix is not read; write the sum over its index, as in \\sum_j a_{j,i} b_j",
    r"\prod": "a product over an index is not read; write its factors",
    r"\int": "an integral is not read; here all is a finite sum, \\sum",
    r"\max": "max is not read; write the layer without it, or the condition as a bracket, [z_u > 0]",
    r"\propto": "a proportionality says nothing that could be judged; write the factor and =",
    r"\approx": "only equations are judged; write =",
}


class Head(NamedTuple):
    """A letter, with its scripts not yet read: how it is spelled, and the place after it."""

    key: str
    shown: tuple  #: the items that spell it
    after: int
    is_word: bool = False


class Atom(NamedTuple):
    """A head with its scripts; `call` are the items of an index in parentheses, as in X[i+h, j+w]."""

    head: Head
    primes: str
    sub: tuple | None
    sup: tuple | None
    call: tuple | None
    start: int
    end: int
    after: int
    in_parentheses: bool = False  #: (w')_k


class Heads:
    """Finds letters and words among tokens."""

    def __init__(self, latex):
        self.latex = latex
        self.called = defaultdict(Counter)  #: head -> how often an index in parentheses, a subscript, neither

    def fail(self, message, item):
        raise EquationError(message, self.latex, (item.start, item.end))

    def head(self, items, at, slots=False) -> Head | None:
        r"""x, \delta, \hat I, \mathcal{L}, dZ, \mathbf X"""
        item = items[at]
        if isinstance(item, Braces):  # {\color{…}x}, {x}
            content = tuple(i for i in item.items if not is_space(i))
            first = 2 if is_one_of(content, 0, r"\color") else 0
            inner = self.head(content, first) if len(content) > first else None
            whole = inner is not None and inner.after == len(content) and not inner.is_word
            return Head(inner.key, (item,), at + 1) if whole else None
        text = item.text
        if text in GREEK:
            return Head(text, (item,), at + 1, text in CAPITALS)
        if text == r"\tanh":
            return Head("tanh", (), at + 1, True)
        if text in SCRIPT_LETTERS and at + 1 < len(items):
            inner = text_in(items_of(items[past_space(items, at + 1)]))
            if inner.isalpha():
                return Head(f"{text}{{{inner}}}", (), past_space(items, at + 1) + 1, True)
            return None
        if text in PLAIN_FONTS and at + 1 < len(items):
            next_at = past_space(items, at + 1)
            inner = text_in(items_of(items[next_at]))
            if re.fullmatch(r"[A-Za-z]|\\[a-z]+", inner) and (inner in GREEK or inner.isalpha()):
                shown = items_of(items[next_at]) if text in (r"\vec", r"\pmb") else items[at : next_at + 1]
                return Head(inner, tuple(shown), next_at + 1)
            return None
        if text in ACCENTS and at + 1 < len(items):
            next_at = past_space(items, at + 1)
            inner = text_in(items_of(items[next_at]))
            mark = {r"\widehat": r"\hat", r"\widetilde": r"\tilde", r"\overline": r"\bar"}.get(text, text)
            if re.fullmatch(r"[A-Za-z]|\\[A-Za-z]+", inner):
                shown = items[at : next_at + 1] if text != r"\overline" else ()
                return Head(f"{mark} {inner}", tuple(shown), next_at + 1, text == r"\overline")
            return None
        if text in WORD_FONTS and at + 1 < len(items):
            next_at = past_space(items, at + 1)
            inner = text_in(items_of(items[next_at]))
            if inner == "d" and next_at + 1 < len(items):  # \mathrm{d}b
                of = self.head(items, next_at + 1)
                if of is not None and len(of.key) == 1:
                    return Head(f"d{of.key}", (), of.after, True)
            if re.fullmatch(r"[A-Za-z]", inner):
                return Head(inner, items_of(items[next_at]), next_at + 1)
            known = LOSS_WORD.fullmatch(inner) or inner in NONLINEAR
            if known or (re.fullmatch(r"d\\?[A-Za-z]+", inner) and len(inner) <= 4):
                return Head(inner, (), next_at + 1, True)
            return None
        if re.fullmatch("[A-Za-z]", text):
            run, after = self.run(items, at)
            if LOSS_WORD.fullmatch(run):
                return Head(run, (), after, True)
            if (
                re.fullmatch(r"d[xwbzyahoXWBZYAHOKFUI]|dout", run) and not slots
            ):  # (in a subscript it is a product)
                return Head(run, (), after, True)
            return Head(text, (item,), at + 1)
        return None

    @staticmethod
    def run(items, at):
        """The letters that stand side by side from here, and the place after them."""
        word, after = "", at
        while (
            after < len(items)
            and isinstance(items[after], Token)
            and re.fullmatch("[A-Za-z]", items[after].text)
            and (after == at or items[after].start == items[after - 1].end)
        ):
            word += items[after].text
            after += 1
        return word, after

    def operator(self, items, at):
        r"""rot180, \text{pad}, \operatorname{rot}_{180}, conv2: (its kind, the place after it), or None"""
        item = items[at]
        if isinstance(item, Braces):
            return None
        if item.text in WORD_FONTS and at + 1 < len(items):
            after = past_space(items, at + 1)
            word = re.sub(r"[\s^{}\\]|circ|°", "", text_in(items_of(items[after])))
            after += 1
        elif item.text.isalpha() and len(item.text) == 1:
            word, after = self.run(items, at)
            if len(word) < 3:
                return None
            if after < len(items) and isinstance(items[after], Token) and items[after].text.isdigit():
                word, after = word + items[after].text, after + 1
                more, beyond = self.run(items, after) if after < len(items) else ("", after)
                if more == "d":
                    word, after = word + more, beyond
        else:
            return None
        kind = next((name for name, pattern in OPERATORS.items() if pattern.fullmatch(word)), None)
        if kind is None:
            return None
        mode = ""
        if is_one_of(items, after, "_") and after + 1 < len(items):
            below = word_in(items_of(items[after + 1]))
            if kind == "turn" and re.fullmatch(r"180(\^?(\\circ|°))?", below):
                after += 2
            elif below in ("full", "valid", "same"):
                mode, after = below, after + 2
        elif kind == "turn" and is_one_of(items, after, "180"):
            after += 1
        if (
            kind == "turn"
            and is_one_of(items, after, "^")
            and text_in(items_of(items[after + 1])) in (r"\circ", "°")
        ):
            after += 2
        return kind, after, mode

    def atom(self, items, at, slots=False) -> Atom | None:
        """A head with all its scripts; `slots`: within a subscript, where nothing is indexed by parentheses."""
        head = self.head(items, at, slots)
        if head is None and not slots and is_one_of(items, at, "("):  # (\omega')^l
            close = closing_of(items, at)
            if close is not None and is_one_of(items, close + 1, "^", "_"):
                inner = self.atom(tuple(items[at + 1 : close]), 0) if close > at + 1 else None
                if inner and inner.after == close - at - 1 and inner.sub is None and inner.sup is None:
                    head = inner.head._replace(after=close + 1)
                    return self._scripts(items, at, head, inner.primes, slots)._replace(in_parentheses=True)
        return head and self._scripts(items, at, head, "", slots)

    def _scripts(self, items, at, head, primes, slots):
        after, sub, sup, call = head.after, None, None, None
        while True:
            nxt = past_space(items, after)
            if is_one_of(items, nxt, "'"):
                primes, after = primes + "'", nxt + 1
            elif is_one_of(items, nxt, "_", "^") and nxt + 1 < len(items):
                arg_at = past_space(items, nxt + 1)
                if arg_at >= len(items):
                    break
                arg = items_of(items[arg_at])
                if is_one_of(items, arg_at, *WORD_FONTS) and arg_at + 1 < len(items):  # p_\text{before}
                    arg, arg_at = items[arg_at : arg_at + 2], arg_at + 1
                if (
                    len(arg) == 1
                    and isinstance(arg[0], Token)
                    and arg[0].text.isdigit()
                    and not isinstance(items[arg_at], Braces)
                    and len(arg[0].text) > 1
                ):  # x_12 is x_1 2
                    break
                if items[nxt].text == "^" and re.fullmatch(r"(\\prime|')+", text_in(arg)):
                    primes += "'" * len(re.findall(r"\\prime|'", text_in(arg)))
                elif items[nxt].text == "^":
                    if sup is not None:
                        break
                    lead = re.match(r"(?:\\prime|')+", text_in(arg))
                    if lead:
                        primes += "'" * len(re.findall(r"\\prime|'", lead.group()))
                        arg = tuple(i for i in arg if not is_one_of((i,), 0, r"\prime", "'"))
                    sup = arg
                else:
                    if sub is not None:
                        break
                    sub = arg
                after = arg_at + 1
            else:
                break
        start = items[at].start
        if not slots and not head.key.startswith("\\nabla"):
            nxt = after
            while is_one_of(items, nxt, r"\!", r"\left", r"\,"):
                nxt += 1
            if is_one_of(items, nxt, "(", "["):
                close = closing_of(items, nxt)
                if close is not None and self._is_index(
                    head, sub, items[nxt + 1 : close], items[nxt].text, nxt == after
                ):
                    call = tuple(
                        i for i in items[nxt + 1 : close] if not is_one_of((i,), 0, r"\left", r"\right")
                    )
                    after = close + 1
        return Atom(head, primes, sub, sup, call, start, items[after - 1].end, after)

    def _is_index(self, head, sub, content, opening, adjacent) -> bool:
        """Whether a parenthesis after a head is its index."""
        if not content or any(is_one_of((i,), 0, *NO_INDEX) for i in content):
            return False
        parts = split_at(content, ",")
        if any(isinstance(i, Braces) and text_in(i.items) == "" for i in content):
            return False
        if opening == "(" and len(parts) == 1 and (head.key in ACTIVATIONS or head.key in NO_ARRAYS):
            return False
        if len(parts) > 1:
            return True
        if sub is not None and not (self._is_word_script(sub) or text_in(sub).isupper()):
            return False
        if opening == "[" and adjacent:
            return True
        counts = self.called[head.key]
        return (
            opening == "("
            and counts["looked"]
            and counts["call"] > 0
            and not counts["sub"]
            and not counts["bare"]
        )

    def _is_word_script(self, items) -> bool:
        r"""pad, \mathrm{out}, in"""
        items = [i for i in items if not is_space(i)]
        if len(items) == 2 and is_one_of(items, 0, *WORD_FONTS):
            return True
        word = text_in(items)
        return word.isalpha() and word in DECORATIONS and (len(word) > 1)
