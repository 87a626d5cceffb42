"""From LaTeX to trees: a display is read once, and its page is handed on."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

import lark

from .latex import EquationError, blank, shown, with_breaks
from .tree import (
    Add,
    Bracket,
    Chain,
    Div,
    Floor,
    Group,
    Join,
    Mod,
    Mul,
    Name,
    Node,
    Number,
    Page,
    Relation,
    Slope,
    Sum,
    Total,
    Turned,
)
from .typed import respelled

__all__ = ["expression", "parser", "read"]


# ------------------------------------------------------------------------------------------------- the parser
@cache
def parser():
    """The parser of grammar.lark; building it takes a third of a second, once."""
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return lark.Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=True)


_WORDS = {
    "SIGN": "+ or -", "TIMES": r"\cdot", "SLASH": "/", "BMOD": r"\bmod", "JOIN": r"* or \star", "SUM": r"\sum",
    "NAME": "a letter", "NUMBER": "a number", "DIGIT": "a digit", "FRAC": r"\frac", "PARTIAL": r"\partial",
    "EQUALS": "=", "EQUAL": "=", "RELATION": r"a relation (=, \le, <, \mid)", "COMMA": "a comma",
    "LPAR": "(", "RPAR": ")",
    "LSQB": "[", "RSQB": "]", "LBRACE": "{", "RBRACE": "}", "ROT": "rot_180", "COLON": "a colon", "$END": "the end",
    "UNDERSCORE": "_", "TOTAL": "sum(…)", "CIRCUMFLEX": "^", "PLUS_EQUALS": "+=", "DOT": "a full stop",
    "SUBSTACK": r"\substack",
}  # fmt: skip
_OPENING = {"\\lfloor", "\\lceil", "\\{"}
_FACTOR = {"NAME", "NUMBER", "LPAR", "LSQB", "FRAC", "PARTIAL", "ROT", "SUM"}


def _expected(names) -> str:
    """The tokens that could have stood there, in few words."""
    literal = {t.name: t.pattern.value for t in parser().terminals if t.pattern.type == "str"}
    words = sorted({literal[name] for name in names if name.startswith("__") and name in literal} - _OPENING)
    names = {name for name in names if not name.startswith("__")} - {"PLUS_EQUALS", "FORALL"}
    if len(_FACTOR & names) >= 4:
        words.append("a symbol, a number, a sum or a parenthesis")
        names -= _FACTOR
    words += sorted({_WORDS[name] for name in names if name in _WORDS})
    if len(words) > 7:
        words = [*words[:6], "or another continuation"]
    return ", ".join(words)


def read(latex: str) -> Page:
    """The equations of one display, as trees.

    Raises
    ------
    EquationError
        With the position, what was found and what was expected.
    """
    try:
        spelled = respelled(latex)
    except RecursionError:
        raise EquationError("this is nested too deeply to be read", latex) from None
    try:
        text, starts, breaks = blank(spelled.text)
        parts = [
            " " * start + text[start:stop]
            for start, stop in zip(starts, [*starts[1:], len(text)], strict=True)
        ]
        trees = [_parse(part, spelled.text) for part in parts if part.strip()]
    except EquationError as error:
        if error.position is None:
            raise
        raise EquationError(error.message, latex, spelled.span(error.position, error.end)) from None
    for tree in trees:
        _put_back(tree, spelled)
    chains = tuple(_Builder(latex).chain(tree) for tree in trees)
    return Page(latex, with_breaks(text, breaks) if spelled.text == latex else shown(latex), chains)


def _put_back(tree, spelled):
    """Every place as it was typed."""
    if spelled.text == spelled.latex:
        return
    for part in tree.iter_subtrees():
        if not part.meta.empty:
            part.meta.start_pos, part.meta.end_pos = spelled.span(part.meta.start_pos, part.meta.end_pos)
        for token in part.children:
            if isinstance(token, lark.Token):
                token.start_pos, token.end_pos = spelled.span(token.start_pos, token.end_pos)


@lru_cache(maxsize=256)
def expression(latex: str) -> Node:
    """The tree of an expression, which is read once."""
    return read(f"{latex} = 0").chains[0].members[0]


def _parse(text, latex):
    try:
        return parser().parse(text)
    except lark.exceptions.UnexpectedCharacters as error:
        at = error.pos_in_stream
        found = re.match(r"\\[A-Za-z]+|\\.|.", text[at:], re.S).group()
        raise EquationError(
            f"{found} cannot be read here; expected {_expected(error.allowed)}", latex, (at, at + len(found))
        ) from None
    except lark.exceptions.UnexpectedToken as error:
        token = error.token
        at = token.start_pos if token.type != "$END" else len(text.rstrip())
        found = "the equation ends" if token.type == "$END" else f"{token} stands"
        expected = _expected(error.accepts or error.expected)
        raise EquationError(
            f"{found} where it cannot; expected {expected}", latex, (at, at + max(1, len(token)))
        ) from None


class _Builder:
    """From the parser's tree to ours."""

    def __init__(self, latex):
        self.latex = latex

    def chain(self, tree) -> Chain:
        quantified, *rest, tail = tree.children
        named = [part for part in (quantified, tail if tail and tail.data == "tail_all" else None) if part]
        letters = tuple(self.node(t) for part in named for t in part.children if isinstance(t, lark.Tree))
        domain = tuple(map(self.node, filter(None, tail.children))) if tail and tail.data == "tail" else ()
        scatter = tree.data == "scatter"
        members = tuple(self.node(t) for t in rest if not isinstance(t, lark.Token))
        return Chain(members, scatter, letters, domain)

    def node(self, tree):
        return getattr(self, f"_{tree.data}")(tree, *tree.children)

    @staticmethod
    def span(tree):
        return tree.meta.start_pos, tree.meta.end_pos

    def maybe(self, tree):
        return None if tree is None else self.node(tree)

    def _expr(self, tree, first, *rest):
        terms, signs, places = [], [], []
        for sign, term in zip((first, *rest[1::2]), rest[0::2], strict=True):
            terms.append(self.node(term))
            signs.append(-1 if sign == "-" else 1)
            places.append((sign.start_pos, sign.end_pos) if sign is not None else None)
        if len(terms) == 1 and signs[0] == 1:
            return terms[0]
        return Add(self.span(tree), tuple(terms), tuple(signs), tuple(places))

    def _run(self, tree, left, _times, summed):
        body = self.node(summed)
        if left is None:
            return body
        left = self.node(left)
        factors = left.factors if isinstance(left, Mul) else (left,)
        return Mul(self.span(tree), (*factors, body))

    def _modulo(self, tree, left, bmod=None, right=None):
        if right is None:
            return self.node(left)
        return Mod(self.span(tree), self.node(left), self.node(right))

    def _product(self, tree, first, *rest):
        value, operator = self.node(first), None
        factors, start = [value], tree.meta.start_pos
        for item in rest:
            if isinstance(item, lark.Token):
                operator = item.type
                continue
            if operator == "SLASH":
                node = self.node(item)
                top = factors[0] if len(factors) == 1 else Mul((start, factors[-1].span[1]), tuple(factors))
                factors = [Div((start, node.span[1]), top, node)]
            else:
                factors.append(self.node(item))
            operator = None
        if len(factors) == 1:
            return factors[0]
        return Mul(self.span(tree), tuple(factors))

    def _joined(self, tree, first, *rest):
        left = self.node(first)
        for sign, mode, item in zip(rest[0::3], rest[1::3], rest[2::3], strict=True):
            right = self.node(item)
            flip = sign != r"\star"
            word = (
                re.search(r"\{([A-Za-z ]*)\}", mode).group(1).strip()
                if mode
                else ("full" if flip else "valid")
            )
            if word not in ("valid", "full", "same"):
                raise EquationError(
                    f"{sign} can be valid, full or same; found {word}",
                    self.latex,
                    (mode.start_pos, mode.end_pos),
                )
            place = sign.start_pos, (mode or sign).end_pos
            left = Join((left.span[0], right.span[1]), left, right, flip, word, place, bool(mode))
        return left

    def _summed(self, tree, sign, below, above, body):
        upper = self.node(above) if above is not None else None
        head = (
            sign.start_pos,
            (above if above is not None and above.meta.end_pos > below.meta.end_pos else below).meta.end_pos,
        )
        letters, conditions = self._below(below, upper)
        return Sum(self.span(tree), letters, conditions, self.node(body), head)

    def _summed_turned(self, tree, sign, above, below, body):
        return self._summed(tree, sign, below, above, body)

    def _sum_above(self, tree, body):
        return self.node(body)

    def _below(self, below, upper):
        """The letters of a sum with their limits, and its conditions."""
        content = next(c for c in below.children if not isinstance(c, lark.Token))
        if content.data == "sum_letter":
            token = content.children[0]
            items = [(Name((token.start_pos, token.end_pos), _letter(token)), False)]
        else:
            items, after = [], False
            for child in content.children:
                if isinstance(child, lark.Token):
                    after = after or child.type == "COLON"
                else:
                    items.append((self.node(child), after))
        names = {item.text for item, _ in items if isinstance(item, Name)}
        letters, conditions = [], []
        for item, after in items:
            if isinstance(item, Name) and item.sub is None and item.sup is None and not after:
                letters.append((item, None, None))
            elif isinstance(item, Group) and not after:  # (u, k) : …
                raise EquationError("write the letters of a sum without a parenthesis", self.latex, item.span)
            elif not isinstance(item, Relation):
                raise EquationError(
                    "below a sum stand letters, k = 0, or, after a colon, conditions", self.latex, item.span
                )
            elif not after and _is_lower(item) and item.sides[0].text not in names:
                letters.append((item.sides[0], item.sides[1], None))
            elif not after and _is_range(item) and item.sides[1].text not in names:
                letters.append((item.sides[1], *_range(item)))
            else:
                conditions.append(item)
        if upper is not None:
            open_ends = [n for n, (_, low, high) in enumerate(letters) if low is not None and high is None]
            if len(letters) != 1 or len(open_ends) != 1:
                raise EquationError(
                    "an upper limit needs one letter with a lower one, as in \\sum_{k=0}^{K-1}",
                    self.latex,
                    upper.span,
                )
            letters[0] = (letters[0][0], letters[0][1], upper)
        for name, low, high in letters:
            if low is not None and high is None:
                raise EquationError(
                    f"the sum over {name.text} has a lower limit and no upper one", self.latex, name.span
                )
        if not letters:
            raise EquationError(
                "the sum does not say over which letters it runs; write them before a colon, as in \\sum_{u,k : u+k=i}",
                self.latex,
                self.span(below),
            )
        return tuple(letters), tuple(conditions)

    def _number(self, tree, token):
        return Number(self.span(tree), float(token))

    def _name(self, tree, token, sub=None, sup=None):
        return Name(self.span(tree), _letter(token), self.maybe(sub), self.maybe(sup))

    def _name_turned(self, tree, token, sup, sub):
        return self._name(tree, token, sub, sup)

    def _name_text(self, tree, token, script, sup):
        word = re.search(r"\{([A-Za-z ]*)\}", script).group(1).strip()
        return Name(self.span(tree), f"{_letter(token)}_{word}", None, self.maybe(sup))

    def _sub(self, tree, *items):
        return tuple(map(self.node, items))

    def _sup(self, tree, item):
        node = self.node(item)
        return node.body if isinstance(node, Group) and node.sub is None else node

    def _single(self, tree, token):
        if token.type == "DIGIT":
            return Number(self.span(tree), float(token))
        return Name(self.span(tree), _letter(token))

    def _group(self, tree, body, sub):
        return Group(self.span(tree), self.node(body), self.maybe(sub))

    def _turned(self, tree, _rot, body, sub):
        return Turned(self.span(tree), self.node(body), self.maybe(sub))

    def _total(self, tree, _sum, body):
        return Total(self.span(tree), self.node(body))

    def _floor(self, tree, body):
        return Floor(self.span(tree), self.node(body))

    def _ceiling(self, tree, body):
        return Floor(self.span(tree), self.node(body), True)

    def _bracket(self, tree, *relations):
        nodes = [self.node(r) for r in relations if not isinstance(r, lark.Token)]
        if len(nodes) == 1 and not isinstance(nodes[0], Relation):
            return Group(self.span(tree), nodes[0])
        for node in nodes:
            if not isinstance(node, Relation):
                raise EquationError("a bracket holds statements, such as i = u+k", self.latex, node.span)
        return Bracket(self.span(tree), tuple(nodes))

    def _relation(self, tree, *items):
        if len(items) == 1:
            return self.node(items[0])
        sides = tuple(map(self.node, items[0::2]))
        return Relation(self.span(tree), sides, tuple(_RELATIONS[str(sign)] for sign in items[1::2]))

    def _fraction(self, tree, _frac, top, bottom):
        return Div(self.span(tree), self.node(top), self.node(bottom))

    def _argument(self, tree, item):
        if isinstance(item, lark.Token):
            return Number(self.span(tree), float(item))
        return self.node(item)

    def _slope(self, tree, *items):
        _, _, top, _, bottom = items
        return Slope(self.span(tree), self.maybe(top), self.node(bottom))

    def _slope_inline(self, tree, _a, top, _b, _c, bottom):
        return Slope(self.span(tree), self.node(top), self.node(bottom))


_RELATIONS = {"=": "=", "<": "<", ">": ">", "|": "divides", r"\mid": "divides", r"\nmid": "does not divide"}
_RELATIONS |= dict.fromkeys((r"\le", r"\leq", r"\leqslant"), "<=")
_RELATIONS |= dict.fromkeys((r"\ge", r"\geq", r"\geqslant"), ">=")
_RELATIONS |= dict.fromkeys((r"\ne", r"\neq"), "!=")


def _letter(token) -> str:
    r"""A letter in one spelling: k', not k^{\prime}; \tilde w, not \tilde{w}."""
    text = re.sub(r"\^\{\\prime\}|\^\\prime", "'", str(token)).replace("⟨", "").replace("⟩", "")
    text = re.sub(r"^\\wide(tilde|hat)", r"\\\1", text)
    return re.sub(r"^(\\(?:tilde|hat|bar))\s*\{?\s*(\\?[A-Za-z]+)\s*\}?", r"\1 \2", text)


def _is_lower(item: Relation) -> bool:
    return item.relations == ("=",) and isinstance(item.sides[0], Name) and item.sides[0].sub is None


def _is_range(item: Relation) -> bool:
    return (
        len(item.sides) == 3
        and set(item.relations) <= {"<=", "<"}
        and isinstance(item.sides[1], Name)
        and item.sides[1].sub is None
    )


def _range(item: Relation):
    """The limits of 0 <= k < K, both included."""
    low, _, high = item.sides
    one = lambda node, sign: Add(node.span, (node, Number(node.span, 1.0)), (1, sign), (None, None))  # noqa: E731
    return (
        low if item.relations[0] == "<=" else one(low, 1),
        high if item.relations[1] == "<=" else one(high, -1),
    )
