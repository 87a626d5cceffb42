r"""What stands among values: sums, fractions, cases, operators in words."""

from __future__ import annotations

import re

from ..common_letters import LOSSES
from .heads import JOINS, NO_WAY, Head
from .subscripts import Subscripts
from .tokens import (
    WORD_FONTS,
    Braces,
    Token,
    closing_of,
    is_one_of,
    is_space,
    items_of,
    past_row_break,
    past_space,
    split_at,
    text_in,
    word_in,
)

__all__ = ["Values"]


_CONVS = {"conv": r" \ast", "corr": r" \star"}


class Values(Subscripts):
    """Puts out what stands among values."""

    def __init__(self, latex, items):
        self.items, self.summed_at = items, None
        super().__init__(latex, items)

    def value(self, items, at) -> int:
        """Put out one thing that stands among values; the place after it."""
        item = items[at]
        if isinstance(item, Braces):
            return self._braces(items, at)
        text = item.text
        if text in NO_WAY:
            self.fail(f"{text} cannot be read: {NO_WAY[text]}", item)
        if is_space(item):
            self.put(item.text, item)
            return at + 1
        if text == r"\sum":
            return self._sum(items, at)
        if text in (r"\frac", r"\dfrac", r"\tfrac"):
            return self._fraction(items, at)
        if text == r"\begin":
            return self._begin(items, at)
        if text in (r"\underset", r"\overset", r"\stackrel"):
            return self._set(items, at)
        if text in JOINS:
            return self._join(items, at)
        if text in (r"\odot", r"\circ", r"\bullet"):
            self.put(r"\cdot ", item)
            return at + 1
        if text == r"\nabla":
            return self._nabla(items, at)
        if text in (
            "<=",
            ">=",
            "!=",
            "==",
            ":=",
            r"\coloneqq",
            r"\equiv",
            r"\triangleq",
            r"\gets",
            r"\leftarrow",
            r"\doteq",
        ):
            self.put({"<=": r"\le ", ">=": r"\ge ", "!=": r"\ne "}.get(text, "="), item)
            return at + 1
        if text == "+" and at + 1 < len(items) and is_one_of(items, at + 1, "="):
            self.put(r"\mathrel{+}=", Token("", item.start, items[at + 1].end))
            return at + 2
        if text == r"\mathrel" or text == r"\mathbin":
            return self._relation_sign(items, at)
        if text in (r"\cap", r"\&"):
            self.put(",", item)
            return at + 1
        if (operator := self.operator(items, at)) is not None:
            return self._operator(items, at, *operator)
        if (after := self._indicator(items, at)) is not None:
            return after
        if (atom := self.atom(items, at)) is not None:
            self._atom(atom, items)
            return atom.after
        if text in ("(", "["):
            return self._parenthesis(items, at)
        if text in WORD_FONTS:
            after = past_space(items, at + 1)
            word = text_in(items_of(items[after])) if after < len(items) else ""
            if is_one_of(items, past_space(items, after + 1), "_", "^", "[", "("):
                self.fail(
                    f"{word} is not known: an array is read by a letter, and of operators rot180, flip, pad, conv, "
                    "corr and sum; write what it does as a sum over indices",
                    item,
                )
            for part in items[at : after + 1]:
                self.copy(part)
            return after + 1
        if text in (r"\underbrace", r"\overbrace"):  # with what it says
            self.put(text, item)
            body = past_space(items, at + 1)
            if body < len(items) and isinstance(items[body], Braces):
                self.put_open(items[body])
                self.values(items[body].items)
                self.put_close(items[body])
            nxt = past_space(items, body + 1)
            if not is_one_of(items, nxt, "_", "^"):
                return body + 1
            after = past_space(items, nxt + 1) + 1
            for part in items[nxt:after]:
                self.copy(part)
            return after
        if text in ("_", "^") and at + 1 < len(items):  # of a parenthesis or a fraction
            self.put(text, item)
            arg_at = past_space(items, at + 1)
            arg = items[arg_at] if arg_at < len(items) else None
            if text == "_" and isinstance(arg, Braces):
                self.put_open(arg)
                self._slots("", arg.items)
                self.put_close(arg)
                return arg_at + 1
            if arg is not None:
                self.copy(arg)
            return arg_at + 1
        if text in (r"\tag", r"\tag*", r"\label", r"\color", r"\textcolor", r"\hspace", r"\end"):
            self.put(text, item)
            after = past_space(items, at + 1)
            if after < len(items):
                self.copy(items[after])
            return after + 1
        self.put(text, item)
        return at + 1

    def values(self, items):
        at = 0
        while at < len(items):
            at = self.value(items, at)

    def _braces(self, items, at):
        r"""{a \over b}; {+}{=}; braces that group a sum's body, and braces that only group"""
        item = items[at]
        parts = split_at(item.items, r"\over")
        if len(parts) == 2:
            self.put(r"\frac", item)
            return self._fraction_of(items, at, at + 1, parts[0], parts[1])
        if text_in(item.items) == "+" and at + 1 < len(items) and text_in((items[at + 1],)) == "=":
            self.put(r"\mathrel{+}=", Token("", item.start, items[at + 1].end))
            return at + 2
        terms = split_at(item.items, "+", "-")
        after_sum = self.out and self.summed_at == len(self.out)
        opening, closing = ("(", ")") if after_sum and len(terms) > 1 else ("{", "}")
        self.put_open(item, opening)
        self.values(item.items)
        self.put_close(item, closing)
        return at + 1

    def _relation_sign(self, items, at):
        r"""\mathrel{+}=, \mathrel{+=}"""
        after = past_space(items, at + 1)
        inside = text_in(items_of(items[after])).replace(r"\!", "") if after < len(items) else ""
        if inside == "+" and is_one_of(items, past_space(items, after + 1), "="):
            end = past_space(items, after + 1)
        elif inside == "+=":
            end = after
        else:
            self.put(items[at].text, items[at])
            return at + 1
        self.put(r"\mathrel{+}=", Token("", items[at].start, items[end].end))
        return end + 1

    def _parenthesis(self, items, at):
        r"""(x \star w)[i,j]: an index in parentheses, after a parenthesis"""
        close = closing_of(items, at)
        if close is None:
            self.put(items[at].text, items[at])
            return at + 1
        self.put(items[at].text, items[at])
        inside = items[at + 1 : close]
        relations = ("=", r"\mid", r"\nmid", "|", "<", ">", r"\le", r"\ge", r"\leq", r"\geq", r"\ne", r"\neq")
        if items[at].text == "[" and len(split_at(inside, *relations)) > 1:
            self.index(inside)
        else:
            self.values(inside)
        self.put(items[close].text, items[close])
        nxt = close + 1
        if items[at].text == "(" and is_one_of(items, nxt, "[", "("):
            end = closing_of(items, nxt)
            content = items[nxt + 1 : end] if end else ()
            parts = split_at(content, ",")
            if (
                end
                and (len(parts) > 1 or items[nxt].text == "[")
                and self._is_index(Head("", (), 0), None, content, "[", True)
            ):
                self.put("_{", items[nxt])
                self._slots("", content)
                self.put("}", items[end])
                return end + 1
        return nxt

    def _begin(self, items, at):
        after = past_space(items, at + 1)
        name = text_in(items_of(items[after])) if after < len(items) else ""
        if "matrix" in name:
            self.fail("a matrix is not read; write the equation of one of its cells, with a sum", items[at])
        if name.rstrip("*") in ("cases", "dcases"):
            return self._cases(items, after + 1, items[at])
        self.put(items[at].text, items[at])
        self.copy(items[after])
        return after + 1

    def _cases(self, items, at, begin):
        r"""\begin{cases} w_{i-u} & 0 \le i-u < K \\ 0 & \text{otherwise} \end{cases}"""
        end = at
        while end < len(items) and not is_one_of(items, end, r"\end"):
            end += 1
        rows = [row for row in split_at(items[at:end], r"\\") if text_in(row)]
        given, rest = [], None
        for row in rows:
            parts = split_at(row, "&")
            if len(parts) < 2:
                commas = split_at(row, ",")
                parts = [
                    commas[0],
                    [i for part in commas[1:] for i in (*part, Token(",", row[0].start, row[0].end))][:-1],
                ]
            value, condition = parts[0], [i for part in parts[1:] for i in part]
            while value and (is_space(value[-1]) or is_one_of(value, len(value) - 1, ",", ";")):
                value = value[:-1]
            said = word_in(condition).strip(",.;")
            if re.fullmatch(r"(?i)otherwise|else|sonst|elsewhere|", said):
                rest = value
            else:
                given.append((value, condition))
        if not given:
            self.fail("cases need a row with a condition", begin)
        nothing = rest is None or text_in(rest) in ("0", "")
        if not nothing and len(given) > 1:
            self.fail("of cases with several conditions, the last value must be 0", begin)
        self.put("(", begin)
        for number, (value, condition) in enumerate(given):
            self.put(" + [" if number else "[", begin)
            self._conditions(condition)
            self.put("] (", begin)
            self.values(value)
            self.put(")", begin)
            if not nothing:
                self.put("+ (1 - [", begin)
                self._conditions(condition)
                self.put("]) (", begin)
                self.values(rest)
                self.put(")", begin)
        self.put(")", begin)
        return min(past_space(items, end + 1) + 1, len(items))

    def _conditions(self, items):
        r"""What stands in an Iverson bracket: relations, with commas, "and", \cap and \in between them."""
        parts, now = [], []
        at = 0
        items = list(items)
        while at < len(items):
            item = items[at]
            if is_one_of(items, at, *WORD_FONTS):
                word = text_in(items_of(items[past_space(items, at + 1)])).strip(" ,.")
                at = past_space(items, at + 1) + 1
                if word in ("and", "und", "et"):
                    parts.append(now)
                    now = []
                continue
            if is_one_of(items, at, ",", r"\cap", r"\wedge", r"\land", r"\&", "&"):
                parts.append(now)
                now = []
            else:
                now.append(item)
            at += 1
        parts.append(now)
        first = True
        for part in parts:
            if not text_in(part):
                continue
            if not first:
                self.put(", ", part[0])
            first = False
            sides = split_at(part, r"\in")
            limits = self._interval(sides[1]) if len(sides) == 2 else None
            if limits:
                low, sign, high = limits
                self.index(low)
                self.put(r" \le ", part[0])
                self.index(sides[0])
                self.put(f" {sign} ", part[0])
                self.index(high)
            else:
                self.index(part)

    def _interval(self, items):
        r"""[0, H) and \{0, …, K-1\}: (low, < or \le, high); None for a set with a name"""
        items = [i for i in items if not is_space(i) and not is_one_of((i,), 0, "&")]
        if not items or not is_one_of(items, 0, "[", "(", r"\{"):
            return None
        closing = items[-1].text
        parts = [
            p for p in split_at(items[1:-1], ",", r"\ldots", r"\dots", r"\cdots") if text_in(p).strip(".")
        ]
        if len(parts) < 2 or closing not in ("]", ")", r"\}", "["):
            return None
        return parts[0], "<" if closing in (")", "[") else r"\le", parts[-1]

    def _set(self, items, at):
        r"""\underset{valid}{\star}, \stackrel{!}{=}"""
        first = past_space(items, at + 1)
        second = past_space(items, first + 1)
        if second >= len(items):
            self.put(items[at].text, items[at])
            return at + 1
        inside = [i for i in items_of(items[second]) if not is_space(i)]
        if len(inside) == 1 and inside[0].text in JOINS:
            word = word_in(items_of(items[first]))
            self.put(inside[0].text, items[second])
            if word in ("full", "valid", "same"):
                self.put(rf"_{{\text{{{word}}}}}", items[first])
            return second + 1
        self.values(items_of(items[second]))
        return second + 1

    def _join(self, items, at):
        r"""\star_{full}, *_{\text{valid}}"""
        item = items[at]
        sign = r"\ast " if item.text in (r"\circledast", r"\otimes") else item.text
        nxt = past_space(items, at + 1)
        if is_one_of(items, nxt, "_", "^") and nxt + 1 < len(items):
            word = word_in(items_of(items[past_space(items, nxt + 1)]))
            if word in ("full", "valid", "same") or word in ("f", "v", "s"):
                word = {"f": "full", "v": "valid", "s": "same"}.get(word, word)
                self.put(sign, item)
                self.put(rf"_{{\text{{{word}}}}}", items[nxt])
                return past_space(items, nxt + 1) + 1
        if self._between_cells(items, at):
            self.put(r"\cdot ", item)
        else:
            self.put(sign, item)
        return at + 1

    def _between_cells(self, items, at):
        """Whether * stands between two cells below a sum, and so is a product."""
        before = [i for i in items[:at] if not is_space(i)]
        if not any(is_one_of((i,), 0, r"\sum") for i in items) or not before:
            return False
        after = past_space(items, at + 1)
        right = self.atom(items, after) if after < len(items) else None
        if right is None or (right.sub is None and right.call is None):
            return is_one_of(items, after, r"\frac") and isinstance(before[-1], Braces)
        inside = re.findall(r"[A-Za-z]'*", text_in(right.sub or right.call))
        return (
            len(before) > 1
            and isinstance(before[-1], Braces)
            and bool(inside)
            and (is_one_of(before, len(before) - 2, "_", "^") or len(before) > 2)
        )

    def _nabla(self, items, at):
        r"""\nabla_W L"""
        nxt = past_space(items, at + 1)
        item = items[at]
        loss = next((i.text for i in self.items if isinstance(i, Token) and i.text in LOSSES), "L")
        if is_one_of(items, nxt, "_") and nxt + 1 < len(items):
            arg_at = past_space(items, nxt + 1)
            bottom, after = items_of(items[arg_at]), arg_at + 1
            top_at = past_space(items, after)
            top = self.atom(items, top_at) if top_at < len(items) else None
            self.put(r"\frac{\partial ", item)
            if top is not None and top.sub is None:
                self._atom(top, items)
                after = top.after
            else:
                self.put(loss, item)
            self.put(r"}{\partial ", item)
            self.values(bottom)
            self.put("}", item)
            return after
        atom = self.atom(items, nxt) if nxt < len(items) else None
        if atom is None or (atom.head.key in LOSSES and atom.sub is None):
            self.fail(r"\nabla is read as \nabla_w L; write \frac{\partial L}{\partial w}", item)
        self.put(rf"\frac{{\partial {loss}}}{{\partial ", item)
        self._atom(atom, items)
        self.put("}", item)
        return atom.after

    def _indicator(self, items, at):
        r"""\mathbf 1\{…\}, \mathbb 1[…], \mathbb{1}_{…}, \mathbb{I}(…)"""
        if not is_one_of(
            items, at, r"\mathbf", r"\mathbb", r"\mathds", r"\mathbbm", r"\boldsymbol", r"\mathrm"
        ):
            return None
        arg = past_space(items, at + 1)
        if arg >= len(items) or text_in(items_of(items[arg])) not in ("1", "I"):
            return None
        nxt = past_space(items, arg + 1)
        if is_one_of(items, nxt, "_") and nxt + 1 < len(items):
            inside_at = past_space(items, nxt + 1)
            content, after = items_of(items[inside_at]), inside_at + 1
            content = [i for i in content if not is_one_of((i,), 0, r"\{", r"\}", "[", "]")]
        elif is_one_of(items, nxt, "(", "[", r"\{"):
            close = closing_of(items, nxt)
            if close is None:
                return None
            content, after = items[nxt + 1 : close], close + 1
        else:
            return None
        self.put("[", items[at])
        self._conditions(content)
        self.put("]", items[at])
        return after

    def _operator(self, items, at, kind, after, mode):
        item = items[at]
        nxt = past_space(items, after)
        if kind == "turn":
            if is_one_of(items, at, r"\operatorname", r"\mathrm") and text_in((items[at + 1],)) == "rot":
                for part in items[at:after]:
                    self.copy(part)
            else:
                self.put(r"\operatorname{rot}_{180}", Token("", item.start, items[after - 1].end))
            return self._argument(items, after, item)
        if kind == "sum":
            self.put(r"\operatorname{sum}", Token("", item.start, items[after - 1].end))
            return self._argument(items, after, item)
        if not is_one_of(items, nxt, "(", "[", r"\{"):
            if kind == "pad":
                self.fail("pad stands before what is padded, in parentheses: pad(\\delta) * w", item)
            self.fail(
                f"{kind} needs its two arrays in parentheses; or write * (convolution) or \\star (correlation)",
                item,
            )
        close = closing_of(items, nxt)
        if close is None:
            self.fail("this parenthesis is not closed", items[nxt])
        parts = split_at(items[nxt + 1 : close], ",")
        if kind == "pad":
            return self._padded(items, nxt, close, item)
        words = [re.sub(r"['`\"\s]", "", word_in(part)) for part in parts[2:]]
        mode = next((w for w in words if w in ("full", "valid", "same")), mode)
        if len(parts) < 2:
            self.fail(f"{kind} joins two arrays: {kind}(x, w)", item)
        self.put("(", item)
        self.values(parts[0])
        self.put(_CONVS[kind], item)
        if mode:
            self.put(rf"_{{\text{{{mode}}}}}", item)
        self.put(" ", item)
        self.values(parts[1])
        self.put(")", item)
        return close + 1

    def _argument(self, items, after, item):
        """The parenthesis, or the one letter, that an operator is for."""
        nxt = past_space(items, after)
        if is_one_of(items, nxt, "(", "["):
            close = closing_of(items, nxt)
            if close is None:
                self.fail("this parenthesis is not closed", items[nxt])
            self.put("(", items[nxt])
            self.values(items[nxt + 1 : close])
            self.put(")", items[close])
            return close + 1
        if is_one_of(items, nxt, r"\{"):
            return after
        if nxt < len(items) and isinstance(items[nxt], Braces):
            self.put_open(items[nxt], "(")
            self.values(items[nxt].items)
            self.put_close(items[nxt], ")")
            return nxt + 1
        return after

    def _padded(self, items, opening, close, item):
        r"""\text{pad}(\delta) * w: a padded array, valid beside the other, is the full join of the two"""
        nxt = past_row_break(items, close + 1)
        parts = split_at(items[opening + 1 : close], ",")
        self.put("(", items[opening])
        self.values(parts[0])
        self.put(")", items[close])
        if is_one_of(items, nxt, *JOINS) and not is_one_of(items, past_space(items, nxt + 1), "_"):
            self.put(items[nxt].text, items[nxt])
            self.put(r"_{\text{full}}", items[nxt])
            return nxt + 1
        for number in range(len(self.out) - 1, -1, -1):
            if self.out[number][0].strip() in JOINS:
                text, start, end = self.out[number]
                self.out[number] = (text.strip() + r"_{\text{full}}", start, end)
                return close + 1
        self.fail("pad is read beside * or \\star: pad(\\delta) * w, the full convolution", item)

    def _sum(self, items, at):
        r"""\sum_{kh=0}^{K-1}, \sum_{i,j=0}^{K-1}, \sum_m^{K}, \sum_{i \in [0,H)}"""
        below, above, after = self._limits(items, at)
        head = items[at]
        if below is None:
            self.fail("the sum does not say over which letter it runs; write it below: \\sum_k", head)
        parts = [part for part in split_at(below, ",", r"\\") if text_in(part)]
        single = [self._sum_letter(part) for part in parts]
        if above is not None and all(single) and (len(parts) > 1 or single[0][1] is None):
            uppers = split_at(above, ",")
            if len(uppers) not in (1, len(parts)):
                self.fail("as many upper limits as letters, or one for all of them", head)
            lows = [low for _, low in single if low is not None]
            for number, (letter, low) in enumerate(single):
                high = uppers[number if len(uppers) > 1 else 0]
                low = low if low is not None else lows[0] if lows else None
                self.put(r"\sum_{", head)
                self.index(letter)
                self.put("=", head)
                if low is None:
                    self.put("0" if re.search(r"-1$", text_in(high)) else "1", head)
                else:
                    self.index(low)
                self.put("}^{", head)
                self.in_limit = True
                self.index(high)
                self.in_limit = False
                self.put("} ", head)
            self.summed_at = len(self.out)
            return after
        if any(is_one_of((i,), 0, r"\in") for i in below):
            self._sum_in(parts, head)
            self.summed_at = len(self.out)
            return after
        conditional = split_at(below, ":", r"\colon", r"\mid") if not above else [below]
        self.put(r"\sum_{", head)
        first = [i for i in conditional[0] if not is_space(i)]
        if first and is_one_of(first, 0, "(") and closing_of(tuple(first), 0) == len(first) - 1:  # (u, k) : …
            inner = [i for i in conditional[0] if not is_one_of((i,), 0, "(", ")")]
            self._below(inner)
            for part in conditional[1:]:
                self.put(":", head)
                self._below(part)
        else:
            self._below(below)
        self.put("}", head)
        if above is not None:
            self.put("^{", head)
            self.in_limit = True
            self.index(above)
            self.in_limit = False
            self.put("}", head)
        self.put(" ", head)
        self.summed_at = len(self.out)
        return after

    def _below(self, items):
        """What stands below a sum: ij without a comma is i and j."""
        bare = [i for i in items if not is_space(i)]
        text = text_in(bare)
        if re.fullmatch(r"[a-z]{2,4}", text) and text not in self.words:
            for number, item in enumerate(bare):
                self.put(("," if number else "") + item.text, item)
            return
        self.index(items)

    def _sum_letter(self, part):
        """(the letter, its lower limit or None) of one item below a sum; None where it is something else."""
        sides = split_at(part, "=")
        letter = sides[0]
        name = [i for i in letter if not is_space(i)]
        if (
            len(sides) > 2
            or not name
            or any(
                is_one_of((i,), 0, "<", r"\le", r"\leq", r"\in", ":", "(", "+", "-")
                for i in part[: len(letter)]
            )
        ):
            return None
        run, after = self.run(tuple(name), 0)
        if not (len(run) > 1 and after == len(name)):
            atom = self.atom(tuple(name), 0, slots=True)
            if atom is None or atom.after < len(name):
                return None
        return letter, sides[1] if len(sides) == 2 else None

    def _sum_in(self, parts, head):
        r"""\sum_{i \in [0,H)}, and \sum_{k \in F}, which is all of it"""
        waiting, found = [], []
        for part in parts:
            sides = split_at(part, r"\in")
            if len(sides) == 1:
                waiting.append((part, "later"))
                continue
            limits = self._interval(sides[1])
            found += [(letter, limits) for letter, _ in waiting] + [(sides[0], limits)]
            waiting = []
        found += [(letter, None) for letter, _ in waiting]
        for letter, limits in found:
            self.put(r"\sum_{", head)
            if limits is None:
                self.index(letter)
            else:
                low, sign, high = limits
                self.index(low)
                self.put(r" \le ", head)
                self.index(letter)
                self.put(f" {sign} ", head)
                self.in_limit = True
                self.index(high)
                self.in_limit = False
            self.put("} ", head)

    def _fraction(self, items, at):
        first = past_space(items, at + 1)
        second = past_space(items, first + 1)
        self.put(items[at].text, items[at])
        if second >= len(items):
            return at + 1
        return self._fraction_of(items, at, second + 1, items_of(items[first]), items_of(items[second]))

    def _fraction_of(self, items, at, after, top, bottom):
        r"""\frac{dL}{dw}; \frac{\partial L}{\partial w}(m,n), whose index belongs to w"""
        top, bottom = ([i for i in part] for part in (top, bottom))
        bare = [[i for i in part if not is_space(i)] for part in (top, bottom)]
        slope = all(part and is_one_of(part, 0, r"\partial") for part in bare)
        if all(len(part) > 1 and self._differential(part) for part in bare) or (
            bare[1] and self._differential(bare[1]) and len(bare[0]) == 1 and is_one_of(bare[0], 0, "d")
        ):
            slope = True
            top, bottom = (
                [Token(r"\partial ", part[0].start, part[0].end), *self._undifferenced(part)] for part in bare
            )
        for number, part in enumerate((top, bottom)):
            place = part[0] if part else items[at]
            self.put("{", Token("", place.start, place.start))
            self.values(tuple(part))
            if number and slope:
                nxt = after
                while is_one_of(items, nxt, r"\!", r"\,", r"\left", r"\right", ")", r"\Big", r"\bigg", "|"):
                    break
                if is_one_of(items, nxt, "(", "["):
                    close = closing_of(items, nxt)
                    content = items[nxt + 1 : close] if close else ()
                    inside = len(split_at(content, ",")) > 1 or (content and self._one_index(content))
                    if close and inside and self._is_index(Head("", (), 0), None, content, "[", True):
                        self.put("_{", items[nxt])
                        self._slots("", content)
                        self.put("}", items[close])
                        after = close + 1
                elif is_one_of(items, nxt, "_") and nxt + 1 < len(items):
                    arg = items_of(items[past_space(items, nxt + 1)])
                    self.put("_{", items[nxt])
                    self._slots("", arg)
                    self.put("}", items[nxt])
                    after = past_space(items, nxt + 1) + 1
            self.put("}", Token("", place.start, place.start))
        return after

    @staticmethod
    def _one_index(content):
        return len([i for i in content if not is_space(i)]) == 1

    @staticmethod
    def _differential(items):
        r"""dL, or \mathrm{d} L"""
        if is_one_of(items, 0, r"\mathrm", r"\text", r"\operatorname") and len(items) > 2:
            return text_in((items[1],)) == "d"
        return (
            is_one_of(items, 0, "d")
            and len(items) > 1
            and not is_one_of(items, 1, "_", "^", "+", "-", "(", r"\cdot")
        )

    @staticmethod
    def _undifferenced(items):
        return items[2:] if is_one_of(items, 0, r"\mathrm", r"\text", r"\operatorname") else items[1:]


_CONVS = {"conv": r" \ast", "corr": r" \star"}
