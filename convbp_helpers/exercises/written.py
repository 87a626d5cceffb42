"""Equations: a check that asks whether the learner's LaTeX holds, and of what its right-hand side is made."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from .. import equations
from ..equations.reading import expression
from ..equations.tree import Add, Mul, Name, Page, Slope, Sum, form, rebuild, walk
from ..words import sentence
from .one_place import one_place
from .report import FAILED, NOT_ATTEMPTED, PASSED, Diagnosis, Report, name_in, section_of


# ------------------------------------------------------------------------------------------- what is asked of it
@dataclass(frozen=True)
class Piece:
    """Something the right-hand side must have, or must not: a letter, ∂ by a letter, or a sum over a letter."""

    #: "x", "x_i" for that very cell, "s_h u" for such a product, "p_top with i" for both in one index, "∂a" for a
    #: derivative by a, "Σi" for a sum over i
    what: str
    said: str  #: what to say if it is missing (or there), as the end of "It holds, but …"
    layer: dict | None = None  #: what is missing is no fault if the equation holds on these layers
    form: bool = (
        False  #: a sum that is asked for as such; any other is there in some form if the equation holds
    )

    def is_missed(self, found, question) -> bool:
        return self.what not in found and not (self.layer and question.on(**self.layer).holds())


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


# ------------------------------------------------------------------------ slips: changes of a side in several places
def other_signs(*letters):
    """The other sign before every term that begins with one of these letters."""

    def changed(node, _above):
        if not isinstance(node, Add):
            return node
        turned = [
            place and _begins_with(term) in letters
            for term, place in zip(node.terms, node.places, strict=True)
        ]
        return replace(
            node, signs=tuple(-s if turn else s for s, turn in zip(node.signs, turned, strict=True))
        )

    return changed


def _begins_with(term) -> str:
    """The letter with which a term begins: p of p_{top}."""
    while isinstance(term, Mul):
        term = term.factors[0]
    return term.text.partition("_")[0] if isinstance(term, Name) else ""


def exchanged(one, other):
    """Two settings for each other, as p_top and p_left."""
    words = {one: other, other: one}

    def changed(node, _above):
        word = words.get(_worded(node))
        return Name(node.span, word, None, node.sup) if word else node

    return changed


def instead(*patterns, put, unless=()):
    """`put` in place of each of the patterns, all LaTeX; `unless` it stands right below a node of these kinds."""

    def changed(node, above):
        found = form(node) in [form(expression(pattern)) for pattern in patterns]
        return expression(put) if found and not isinstance(above, unless) else node

    return changed


def _with_slip(page: Page, change) -> Page:
    """The page with `change(node, the node above it)` made of every node, those below first."""

    def made(node, above):
        return change(rebuild(node, lambda part: made(part, node)), above)

    chains = [rebuild(chain, lambda member: made(member, None)) for chain in page.chains]
    return replace(page, chains=tuple(chains))


# -------------------------------------------------------------------------------------------------- how it is judged
def equation(doc: str, *, of: str, needs=(), without=(), hints=(), slips=None, remarks=(), praise: str):
    """A check, with this docstring, of an equation for the gradient of a cell, as x_{c,i}.

    Its right-hand side must hold, with the pieces in `needs` and none of those in `without`, nor that gradient again.
    `hints` is what to look for, and to say, only where the equation does not hold. `slips` is what to say to a wrong
    one -> the change with which it holds: one in several places, which the checker does not try. `remarks` are said to
    a right one that has such a piece.
    """
    left = rf"\frac{{\partial J}}{{\partial {of}}}"
    again = Piece(f"∂{of[0]}", "it says nothing yet: the right-hand side is a gradient again")

    def check(latex) -> Report:
        return _judged(
            name_in(doc), latex, left, needs, [*without, again], hints, slips or {}, remarks, praise
        )

    check.__doc__ = doc
    return check


def _judged(name: str, latex, left: str, needs, without, hints, slips, remarks, praise: str) -> Report:
    if latex is ... or (isinstance(latex, str) and not latex.strip()):
        return Report(name, NOT_ATTEMPTED, "Write the equation below the line %%equation, and run the cell.")
    if not isinstance(latex, str):
        return Report(name, FAILED, f"The equation is LaTeX, a text; got {type(latex).__name__}.")
    page = None
    if latex.strip().startswith("$") and not isinstance(latex, equations.Typed):
        latex = latex.strip().strip("$")
    try:
        page = _in_our_letters(latex)
        page = _with_left_side(page, left)
        page = _with_free_letters(page) or page
        question = equations.ask(page)
        verdict = equations.check(question)
        (chain,) = page.chains
    except (equations.EquationError, ValueError) as error:
        message = getattr(error, "message", "write one equation")
        if re.search(r"beside the others it needs|counts cells of a", message) and _has_left_side(page, left):
            message = (
                f"the right-hand side has arrays of other axes than {left}, which is as asked for: {message}"
            )
        slipped = _slipped(page, slips)
        said = [f"It cannot be judged yet: {message}.", *map(sentence, slipped)]
        known = "".join(slipped) or (message if re.search(_KNOWN_ERRORS, message) else "")
        return Report(name, FAILED, "\n".join(said), _diagnosis(name, known))
    if form(chain.members[0]) != form(expression(left)):
        said = f"The left-hand side should be {left}"
        return Report(name, FAILED, said, _diagnosis(name, said))
    found = _pieces(chain.members[-1])
    found |= _summed(found, question)
    amiss = [piece.said for piece in needs if piece.is_missed(found, question)]
    amiss += [piece.said for piece in without if piece.what in found]
    if not verdict.holds:
        amiss += [piece.said for piece in hints if piece.what not in found]
        example = verdict.counterexample
        got, expected = (example.right, example.left) if example is not None else (None, None)
        slipped = _slipped(page, slips)
        if not slipped and not verdict.causes and (words := one_place(page)):
            slipped = [f"it holds if {words}"]
        lines = [sentence(line) for line in (*verdict.sentences(), *slipped, *amiss[:1])]
        known = "".join(slipped) or "; or if ".join(verdict.causes) or "".join(amiss[:1])
        return Report(name, FAILED, "\n".join(lines), _diagnosis(name, known), got, expected)
    if verdict.warnings or amiss:
        said = (*verdict.warnings, *amiss)[0]
        return Report(name, FAILED, f"It holds, but {said}.", _diagnosis(name, said, _BEYOND))
    remark = "".join(f" {piece.said}" for piece in remarks if piece.what in found)
    return Report(name, PASSED, f"{praise} It holds on {verdict.layers} layers.{remark}")


_KNOWN_ERRORS = (
    "bound|not whole|divides nothing|other axes than"  #: what is a mistake in an equation without a verdict
)

#: what the words of a mistake hold -> what to ask oneself
_QUESTIONS = (
    ("begin at 0", "At which number do the indices begin in this series?"),
    ("the other way round", "Solve the link {link} for the index that you need. What is taken from what?"),
    ("in the order", "In which order are the axes of that array stored?"),
    (r"it holds if \$[a-z']+\$ is ", "What does each subscript of that array count?"),
    ("is left out", "Which two factors has the term of a link?"),
    ("sign", "Solve the link {link} for the index that you need. Which sign does each term get?"),
    ("exchanged", "What does each of the two letters count, and along which axis does it lie?"),
    ("sum", "Which letters stand on the right, and not on the left? Each of them is summed."),
    (
        "other axes than",
        "Which axes has this layer? Which of your subscripts does it not have, or have besides?",
    ),
    ("left-hand side should", "Of which array is the gradient asked for, and which of its cells?"),
    (
        "not whole|divides nothing",
        "For which taps is there a link at all? Which bracket keeps the others out?",
    ),
    ("bound", "Which letters stand on the right, and not on the left? Each of them is summed, once."),
    ("group", "How many groups lie before that of filter f, and how many channels has each?"),
    ("stride|no s |s_h|s_w", "Where does the window of output u begin, if it moves by s?"),
    (
        "padding|no p |p_",
        "Which cell does output 0 read through tap 0, if p cells of padding stand in front?",
    ),
    ("dilation|no d ", "How far apart do two neighbouring taps read?"),
    ("written with|is asked for", "Which arrays may the right-hand side hold, as the exercise asks?"),
    ("", "Take the smallest layer above, and write down the terms of its first wrong cell. Which is amiss?"),
)


_BEYOND = "What does the exercise ask for, beyond an equation that holds?"


def _diagnosis(name, text, question="") -> Diagnosis | None:
    if not text:
        return None
    found = (question for searched, question in _QUESTIONS if re.search(searched, text))
    question = (question or next(found)).format(link=_link(int(section_of(name)[:2])))
    return Diagnosis(text, question, section_of(name))


def _link(notebook: int) -> str:
    """The link as far as it has been met."""
    dilated = "dk" if notebook >= 7 else "k"
    return f"i = {'su' if notebook >= 5 or not notebook else 'u'} + {dilated}" + " − p" * (notebook >= 6)


def _has_left_side(page, left) -> bool:
    return page is not None and form(page.chains[0].members[0]) == form(expression(left))


def _in_our_letters(latex) -> Page:
    """The page of an answer; one in letters of the learner's course is put into those of the series."""
    if isinstance(latex, equations.Typed):
        question = latex.question
    else:
        try:
            question = equations.understood(latex)
        except (
            equations.EquationError
        ):  # what is wrong with it is said by who asks in the letters of the series
            return equations.page_of(latex)
    if question.reading is None:
        return question.page
    return equations.in_letters_of_the_series(question.reading) or question.page


def _with_free_letters(page: Page) -> Page | None:
    """The page with other letters for those it sums over, where it holds with them and not as it stands.

    Whoever counts taps by a and b, or by m and n, has used letters that mean something else in the series; and whoever
    writes M for the size of an axis has used one that means nothing.
    """
    try:
        if equations.ask(page).holds():
            return None
    except (equations.EquationError, ValueError):
        whole = _without_own_sizes(page)
        try:
            if equations.ask(whole).holds():
                return whole
        except (equations.EquationError, ValueError):
            pass
    names = [node for chain in page.chains for member in chain.members for node in walk(member)]
    names = [node for node in names if isinstance(node, Name)]
    left = {node.text for chain in page.chains for node in walk(chain.members[0]) if isinstance(node, Name)}
    sums = [node for chain in page.chains for member in chain.members for node in walk(member)]
    summed = {name.text for node in sums if isinstance(node, Sum) for name, _, _ in node.letters} - left
    summed -= {node.text for node in names if node.sub is not None}
    free = [letter for letter in "tqgyoe" if letter not in {node.text for node in names}]
    new = dict(zip(sorted(summed), free, strict=False))
    if not new or len(summed) > len(free):
        return None

    def renamed(node, _above):
        return replace(node, text=new[node.text]) if isinstance(node, Name) and node.text in new else node

    renamed_page = _with_slip(page, renamed)
    try:
        return renamed_page if equations.ask(renamed_page).holds() else None
    except (equations.EquationError, ValueError):
        return None


def _with_left_side(page: Page, left) -> Page:
    """The page with the letters of this left-hand side, where its own says the same in others."""
    (asked, own) = (expression(left), page.chains[0].members[0])
    if not (isinstance(own, Slope) and isinstance(own.bottom, Name) and own.bottom.text == asked.bottom.text):
        return page
    wanted, typed = (slope.bottom.sub or () for slope in (asked, own))
    if len(wanted) != len(typed) or not all(isinstance(i, Name) and i.sub is None for i in typed):
        return page
    new = {one.text: other.text for one, other in zip(typed, wanted, strict=True) if one.text != other.text}
    if not new or len({i.text for i in typed}) < len(typed):
        return page
    new |= {
        other: one for one, other in new.items() if other not in new
    }  # a letter that is taken changes places

    def renamed(node, _above):
        bare = isinstance(node, Name) and node.sub is None and node.text in new
        return replace(node, text=new[node.text]) if bare else node

    return _with_slip(page, renamed)


def _without_own_sizes(page: Page) -> Page:
    """The page with sums over whole axes, where they go from 0 to a size less 1 that is no letter of the series."""
    known = set(equations.SERIES.sizes) | set(equations.SERIES.settings)

    def whole(node, _above):
        if not isinstance(node, Sum):
            return node
        return replace(node, letters=tuple(map(without, node.letters)))

    def without(letter):
        name, low, high = letter
        own = [part.text for part in walk(high) if isinstance(part, Name)] if high is not None else []
        less = (
            isinstance(high, Add) and high.signs == (1, -1) and form(high.terms[1]) == form(expression("1"))
        )
        from_zero = low is not None and form(low) == form(expression("0"))
        return (name, None, None) if less and from_zero and not set(own) & known else letter

    return _with_slip(page, whole)


#: a size -> the letter that counts up to it in the series
_COUNTS = dict(N="n", F="f", C="c", K0="k", K1="l", K2="m", U0="u", U1="v", H0="i", H1="j", H2="h")


def _summed(found, question) -> set[str]:
    """What is summed over, and plain cells, each by the letters of the series: Σi for Σm, x_i for x_m."""
    ranges = question.asked[0].bound.ranges
    letter = {own: _COUNTS[size] for own, size in ranges.items() if size in _COUNTS}
    sums = {f"Σ{letter.get(piece[1:], piece[1:])}" for piece in found if piece.startswith("Σ")}
    cells = (re.fullmatch(r"([a-z])_([a-z](?:,[a-z])*)", piece) for piece in found)
    return sums | {
        f"{cell[1]}_{','.join(letter.get(own, own) for own in cell[2].split(','))}" for cell in cells if cell
    }


def _slipped(page, slips) -> list[str]:
    """What is said to the first slip without which it holds."""
    for said, change in slips.items() if page else ():
        slipped = _with_slip(page, change)
        if slipped.chains == page.chains:
            continue
        try:
            if equations.ask(slipped).holds():
                return [said]
        except (equations.EquationError, ValueError):  # the change makes nonsense of it
            continue
    return []


def _shown(node):
    """s_h for a name with one bare letter below it, and the letter of any other name."""
    if not isinstance(node, Name):
        return ""
    return f"{node.text}_{node.sub[0].text}" if node.sub and isinstance(node.sub[0], Name) else node.text


def _worded(node) -> str:
    """p_top for p_{top}, which is read as a product of letters, and for p_{\\text{top}}, which is one name."""
    if not isinstance(node, Name):
        return ""
    if not node.sub:
        return node.text if "_" in node.text else ""
    letters = getattr(node.sub[0], "factors", ())
    if len(node.sub) > 1 or not all(isinstance(letter, Name) for letter in letters):
        return ""
    return f"{node.text}_{''.join(letter.text for letter in letters)}" if letters else ""


def _pieces(member) -> set[str]:
    """The letters of a tree, its plain cells, what is differentiated by, and what is summed over.

    What has a prime is found without it as well.
    """
    found = set()
    for node in walk(member):
        if isinstance(node, Name):
            found.add(node.text)
            if node.sub is not None and all(isinstance(i, Name) for i in node.sub):
                found.add(f"{node.text}_{','.join(i.text for i in node.sub)}")
            if word := _worded(node):
                found.add(word)
            for index in node.sub or ():
                names = [part for part in walk(index) if isinstance(part, Name)]
                words = filter(None, map(_worded, names))
                found |= {f"{word} with {name.text}" for word in words for name in names}
        elif isinstance(node, Mul):
            for one, other in pairwise(node.factors):
                found.add(" ".join(_shown(part) for part in (one, other)))
        elif isinstance(node, Slope):
            found.add(f"∂{node.bottom.text}")
            if node.bottom.text == "z":  # ∂J/∂z is δ
                found.add(r"\delta")
        elif isinstance(node, Sum):
            found |= {f"Σ{name.text}" for name, _, _ in node.letters}
    found |= {piece.removeprefix("\\tilde ") for piece in found}
    return found | {piece.replace("'", "") for piece in found if not piece.startswith("\\sigma")}
