"""Equations: a check that asks whether the learner's LaTeX holds, and of what its right-hand side is made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from .. import equations
from ..words import sentence
from .report import FAILED, NOT_ATTEMPTED, PASSED, Report, name_in


# ------------------------------------------------------------------------------------------- what is asked of it
@dataclass(frozen=True)
class Piece:
    """Something the right-hand side must have, or must not: a letter, ∂ by a letter, or a sum over a letter."""

    #: "x", "x_i" for that very cell, "s_h u" for such a product, "p_top with i" for both in one index, "∂a" for a
    #: derivative by a, "Σi" for a sum over i
    what: str
    said: str  #: what to say if it is missing (or there), as the end of "It holds, but …"
    layer: dict | None = None  #: what is missing is no fault if the equation holds on these layers

    def is_missed(self, found, latex) -> bool:
        return self.what not in found and not (self.layer and _holds(latex, self.layer))


def written_with(*letters) -> list[Piece]:
    """The letters of the arrays must stand in it, δ too."""
    said = f"it should be written with {' and '.join(letters)}"
    return [Piece(letter.replace("δ", r"\delta"), said) for letter in letters]


def settings_needed(dims) -> list[Piece]:
    """s, d and p; without their letters too, an equation that holds on such layers has them in another form."""
    return [
        Piece("s", "for stride 1 only: there is no s in it", layer=dict(stride=2)),
        Piece("d", "for dilation 1 only: there is no d in it", layer=dict(dilation=2)),
        Piece(
            "p", "for layers without padding only: there is no p in it", layer=dict(padding=((2, 1),) * dims)
        ),
    ]


def other_signs(*before):
    """A change of an equation: the signs before all of these."""
    pattern = rf"([+-])(?=\s*(?:{'|'.join(before)}))"
    return lambda latex: re.sub(pattern, lambda found: "+-"[found[1] == "+"], latex)


def replaced(pattern, by):
    """A change of an equation: what a pattern finds."""
    return lambda latex: re.sub(pattern, by, latex)


def exchanged(one, other):
    """A change of an equation: two words for each other."""
    words = {one: other, other: one}
    return lambda latex: re.sub(f"{one}|{other}", lambda found: words[found[0]], latex)


# -------------------------------------------------------------------------------------------------- how it is judged
def equation(doc: str, *, of: str, needs=(), without=(), hints=(), slips=None, praise: str):
    """A check, with this docstring, of an equation for the gradient of a cell, as x_{c,i}.

    Its right-hand side must hold, with the pieces in `needs` and none of those in `without`, nor that gradient again.
    `hints` is what to look for, and to say, only where the equation does not hold. `slips` is what to say to a wrong
    one -> the change of its LaTeX with which it holds: one in several places, which the checker does not try.
    """
    left = rf"\frac{{\partial J}}{{\partial {of}}}"
    again = Piece(f"∂{of[0]}", "it says nothing yet: the right-hand side is a gradient again")

    def check(latex) -> Report:
        return _judged(name_in(doc), latex, left, needs, [*without, again], hints, slips or {}, praise)

    check.__doc__ = doc
    return check


def _judged(name: str, latex, left: str, needs, without, hints, slips, praise: str) -> Report:
    if latex is ... or (isinstance(latex, str) and not latex.strip()):
        return Report(name, NOT_ATTEMPTED, "Write the equation below the line %%equation, and run the cell.")
    if not isinstance(latex, str):
        return Report(name, FAILED, f"The equation is LaTeX, a text; got {type(latex).__name__}.")
    try:
        verdict = equations.check(latex)
        (chain,) = equations.reading.read(latex).chains
    except (equations.EquationError, ValueError) as error:
        message = getattr(error, "message", "write one equation")
        slipped = _slipped(latex, slips)
        said = [f"It cannot be judged yet: {message}.", *map(sentence, slipped)]
        return Report(name, FAILED, "\n".join(said), "".join(slipped) or None)
    wanted = equations.reading.read(f"{left} = 0").chains[0].members[0]
    if _form(chain.members[0]) != _form(wanted):
        return Report(name, FAILED, f"The left-hand side should be {left}")
    found = set().union(*map(_pieces, chain.members[1:]))
    amiss = [piece.said for piece in needs if piece.is_missed(found, latex)]
    amiss += [piece.said for piece in without if piece.what in found]
    if not verdict.holds:
        amiss += [piece.said for piece in hints if piece.what not in found]
        example = verdict.counterexample
        got, expected = (example.right, example.left) if example is not None else (None, None)
        slipped = _slipped(latex, slips)
        lines = [sentence(line) for line in (*verdict.sentences(), *slipped, *amiss[:1])]
        known = "".join(slipped) or "; or if ".join(verdict.causes) or None
        return Report(name, FAILED, "\n".join(lines), known, got, expected)
    if verdict.warnings or amiss:
        return Report(name, FAILED, f"It holds, but {(*verdict.warnings, *amiss)[0]}.")
    return Report(name, PASSED, f"{praise} It holds on {verdict.layers} layers.")


def _slipped(latex, slips) -> list[str]:
    """What is said to the first slip without which it holds."""
    for said, change in slips.items():
        changed = change(latex)
        if changed != latex and _holds(changed):
            return [said]
    return []


def _holds(latex, layer=None) -> bool:
    """Whether it holds; what cannot be judged does not."""
    try:
        return equations.check(latex, layer=layer).holds
    except (equations.EquationError, ValueError):
        return False


def _shown(node):
    """s_h for a name with one bare letter below it, and the letter of any other name."""
    if not isinstance(node, equations.reading.Name):
        return ""
    return (
        f"{node.text}_{node.sub[0].text}"
        if node.sub and isinstance(node.sub[0], equations.reading.Name)
        else node.text
    )


def _form(node):
    """A tree without its places on the page."""
    if isinstance(node, tuple):
        return tuple(map(_form, node))
    if not isinstance(node, equations.reading.Node):
        return node
    return type(node).__name__, *(
        _form(value) for key, value in vars(node).items() if key not in ("span", "places", "place")
    )


def _worded(node) -> str:
    """p_top for p_{top}, which is read as a product of letters, and for p_{\\text{top}}, which is one name."""
    if not isinstance(node, equations.reading.Name):
        return ""
    if not node.sub:
        return node.text if "_" in node.text else ""
    letters = getattr(node.sub[0], "factors", ())
    if len(node.sub) > 1 or not all(isinstance(letter, equations.reading.Name) for letter in letters):
        return ""
    return f"{node.text}_{''.join(letter.text for letter in letters)}" if letters else ""


def _pieces(member) -> set[str]:
    """The letters of a tree, its plain cells, what is differentiated by, and what is summed over."""
    found = set()
    for node in equations.reading.walk(member):
        if isinstance(node, equations.reading.Name):
            found.add(node.text)
            if node.sub is not None and all(isinstance(i, equations.reading.Name) for i in node.sub):
                found.add(f"{node.text}_{','.join(i.text for i in node.sub)}")
            if word := _worded(node):
                found.add(word)
            for index in node.sub or ():
                names = [
                    part for part in equations.reading.walk(index) if isinstance(part, equations.reading.Name)
                ]
                words = filter(None, map(_worded, names))
                found |= {f"{word} with {name.text}" for word in words for name in names}
        elif isinstance(node, equations.reading.Mul):
            for one, other in pairwise(node.factors):
                found.add(" ".join(_shown(part) for part in (one, other)))
        elif isinstance(node, equations.reading.Slope):
            found.add(f"∂{node.bottom.text}")
        elif isinstance(node, equations.reading.Sum):
            found |= {f"Σ{name.text}" for name, _, _ in node.letters}
    return found
