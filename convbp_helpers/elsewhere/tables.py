"""Tables of what libraries answered: one row a question, one column a library, a mark and a word."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import product

import numpy as np

from ..words import by, plural
from ..words import number as printed
from .choices import common
from .readings import DROPPED, dilation_of, padding_of
from .results import Library, library

__all__ = ["QUESTIONS", "Table", "table"]

MARKS = {"yes": "✓", "partly": "✓", "other": "≠", "no": "–", "says": ""}
QUANTITIES = {
    "forward": "z, the forward pass",
    "grad_x": "∂J/∂x",
    "grad_w": "∂J/∂w",
    "grad_b": "∂J/∂b",
    "transposed": "the transposed layer as ∂J/∂x",
}
KINDS = {"differs": "other numbers", "refuses": "refuses", "cannot": "has no way to say", "stops": "stops"}
USUAL = "ceil(H/s) outputs, the odd zero behind"  # what most of them do
ON = {
    "stride 1": "stride 1",
    "stride above 1": "stride above 1",
    "dilation above 1": "dilation above 1",
    "both": "both above 1",
}


@dataclass(frozen=True)
class Answer:
    """A mark and words; `kind` is yes, partly, other, no, or says where nothing is right or wrong.

    `example` is a layer that shows it, or what was said.
    """

    kind: str
    words: str = ""
    example: str = ""

    def __str__(self):
        return f"{MARKS[self.kind]} {self.words}".strip()


# ------------------------------------------------------------------------------------------------- the questions
def quantity(name, of: Library) -> Answer:
    """Whether a quantity of every layer is the sum over links; what it does elsewhere, by feature."""
    told = of.quantities[name]
    if all("agrees" not in counts for counts in told.values()) and not of.differs:
        return Answer("no", "has none")
    found = {kind: _short(told, kind) for kind in KINDS}
    words = [f"{KINDS[kind]}: {', '.join(features)}" for kind, features in found.items() if features]
    said = f"but {'; '.join(words)}" if words else ""
    return Answer("other" if found["differs"] else "partly" if words else "yes", said, _example(name, of))


def _example(name, of: Library) -> str:
    """The smallest layer of each feature with other numbers; and the first refusal, as the library says it."""
    lines = [_smallest(one, name) for one in of.differs if one["quantity"] == name]
    refused = [
        told["said"] for told in of.quantities[name].values() if "refuses" in told and "cannot" not in told
    ]
    return "; ".join([*lines, *(f"“{said}”" for said in refused[:1])])


def _smallest(one, name) -> str:
    shapes, pads = one["shapes"], ", ".join(f"{before} and {after}" for before, after in one["padding"])
    return (
        f"other numbers on {one['differs']} {plural(one['differs'], 'layer')} of “{one['feature']}”, the smallest with "
        f"an input of {by(shapes['delta' if name == 'transposed' else 'x'])}, a kernel of {by(_grid(one['w']))}, "
        f"stride {by(one['stride'])} and padding {pads}: the answer is {by(shapes['got'])} where "
        f"{by(shapes['expected'])} is right"
    )


def _grid(cells):
    return np.shape(cells)[2:]


#: A feature that holds others: where one of them is named already, it says nothing more.
HOLDS = {
    "stride and dilation": {"dilation"},
    "three axes": {"stride and dilation", "dilation", "padding"},
    "everything": {"stride and dilation", "dilation", "asymmetric padding", "groups"},
    "one axis": {"everything", "stride and dilation", "dilation", "asymmetric padding", "groups"},
}


def _short(told, kind):
    """The features of which some layers were answered so, without those that hold another of them."""
    found = {
        f.removeprefix("transposed, "): "agrees" in counts for f, counts in told.items() if counts.get(kind)
    }
    shown = {f: some for f, some in found.items() if not HOLDS.get(f, set()) & set(found)}
    return [f"{feature} (some)" if some else feature for feature, some in shown.items()]


def same(condition, of: Library) -> Answer:
    """What the library's word for "same" means, on layers of this kind."""
    words = [word for word in of.words if word.split()[-1].lower() in ("same", "same_upper")]
    if not words:
        return Answer("no", "no such word")
    if len(words) > 1:  # of several functions
        answers = [_same(word, condition, of) for word in words]
        kinds = {answer.kind for answer in answers}
        said = "; ".join(f"{word}: {answer.words}" for word, answer in zip(words, answers, strict=True))
        examples = filter(None, (answer.example for answer in answers))
        return Answer("other" if "other" in kinds else answers[0].kind, said, "; ".join(examples))
    return _same(words[0], condition, of)


def _same(word, condition, of: Library) -> Answer:
    if USUAL in of.words[word][condition].get("readings", ()):
        return Answer("yes", USUAL)
    answer = _meaning(of.words[word], condition)
    return Answer("other", answer.words, _apart(answer.words, condition)) if answer.kind == "yes" else answer


def _apart(reading, condition) -> str:
    """The smallest row in which a reading is not the usual one."""
    steps = {"stride 1": (1, 1), "stride above 1": (2, 1), "dilation above 1": (1, 3), "both": (2, 3)}
    s, d = steps[condition]
    for h, k in sorted(product(range(1, 10), range(2, 5)), key=sum):
        if d * (k - 1) + 1 > h:
            continue
        is_, usual = padding_of(reading, h, k, s, d), padding_of(USUAL, h, k, s, d)
        if is_ != usual or dilation_of(reading, d) != d:
            dropped = " and the taps next to each other" if dilation_of(reading, d) != d else ""
            return (
                f"{h} cells, {k} weights, stride {s}, dilation {d}: {is_[0]} in front and {is_[1]} behind{dropped}, "
                f"where the usual is {usual[0]} and {usual[1]}"
            )
    raise ValueError(f"{reading!r} is the usual one")


def transposed_same(condition, of: Library) -> Answer:
    word = next((word for word in of.transposed if word.lower() in ("same", "same_upper")), None)
    if word is None:
        return Answer("no", "no such word")
    if of.told_size:
        return Answer("says", "is told the number of cells")
    return _as_it_is(_meaning(of.transposed[word], condition))


def _as_it_is(answer) -> Answer:
    """Without a mark, as several meanings are as good; but a dilation that is dropped is no meaning."""
    if answer.kind != "yes":
        return answer
    return Answer("other" if DROPPED in answer.words else "says", answer.words)


def number(of: Library) -> Answer:
    """What a number given as padding to the transposed layer means."""
    told = of.transposed.get("1")
    if told is None or not any("readings" in meaning or "nearest" in meaning for meaning in told.values()):
        return Answer("no", "takes no number")
    return _as_it_is(_meaning(told, "stride above 1"))


def kernel(of: Library) -> Answer:
    """Whether the transposed layer lays the kernel down as ∂J/∂x does."""
    said = {
        reading.rpartition("; the kernel ")[2]
        for word in of.transposed.values()
        for meaning in word.values()
        for reading in meaning.get("readings", ())
        if "; the kernel " in reading
    }
    if not said:
        return Answer("no", "has none")
    return Answer("yes" if said == {"as it scatters"} else "other", " or ".join(sorted(said)))


def output_padding(of: Library) -> Answer:
    """The largest output padding that is taken."""
    told = {name: asked for name, asked in of.output_padding.items() if name != "said" and asked["taken"]}
    if not told:
        return Answer("no", "has none")
    largest = {name: max(asked["taken"]) for name, asked in told.items()}
    words = (
        "any"
        if set(largest.values()) == {5}
        else "; ".join(f"{top} at {name}" for name, top in largest.items())
    )
    if any(asked["right"] != asked["taken"] for asked in told.values()):
        return Answer("other", f"{words}, but larger ones give other numbers")
    return Answer("says", words)


def nan(of: Library) -> Answer:
    """Where a NaN in a weight shows."""
    return (
        Answer("says", of.nan["reading"])
        if "reading" in of.nan
        else Answer("no", of.nan.get("said", "otherwise"))
    )


def half(of: Library) -> Answer:
    """The sum of 2051 ones in float16, whose neighbours are 2050 and 2052."""
    told = of.digits.get("float16")
    if told is None:
        return Answer("no", "not asked")
    value = told["2051"]
    return Answer("says", printed(value)) if isinstance(value, float | int) else Answer("no", "refuses")


def whole(of: Library) -> Answer:
    """Whether whole numbers are taken, and the sum of 5000 of them in one byte."""
    told = {name: values["5000"] for name, values in of.digits.items() if name.startswith(("int", "uint"))}
    taken = [f"{name}: {printed(value)}" for name, value in told.items() if isinstance(value, float | int)]
    return Answer("says", ", ".join(taken)) if taken else Answer("no", "refuses" if told else "not asked")


def _meaning(word, condition) -> Answer:
    """The reading of a word on some layers: one that fits on all the others too, where there is one."""
    told = word[condition]
    refused = ""
    if told.get("refused"):
        refused = "refuses" if told["refused"] == told["of"] else "refuses some"
    if "readings" in told:
        words = (common(word) or told["readings"])[0].partition("; the kernel ")[0]
        return Answer("yes", "; ".join(filter(None, [words, refused])))
    if "nearest" in told:
        words = told["nearest"].partition("; the kernel ")[0]
        on = f"{words} on {told['agrees']} of {told['answers']} layers"
        return Answer("other", on, _where(told["other"]))
    return Answer("no", refused or "no answer", f"“{told['said']}”" if "said" in told else "")


def _where(other) -> str:
    """A layer on which a word means another thing than on most."""
    array = "x" if "x" in other else "delta"
    return (
        f"not so with {by(_grid(other[array]))} cells, {by(_grid(other['w']))} weights, stride {by(other['stride'])}, "
        f"dilation {by(other['dilation'])}: {by(_grid(other['got']))} cells"
    )


#: What a row is called on the page -> how it is answered.
QUESTIONS = {
    **{words: partial(quantity, name) for name, words in QUANTITIES.items()},
    **{f"“same”, {words}": partial(same, name) for name, words in ON.items()},
    "p as padding, transposed": number,
    "the kernel, transposed": kernel,
    **{
        f"“same”, transposed, {words}": partial(transposed_same, name) for name, words in list(ON.items())[:2]
    },
    "largest output padding": output_padding,
    "NaN in one weight": nan,
    "2051 ones in float16": half,
    "5000 ones as whole numbers": whole,
}


# ------------------------------------------------------------------------------------------------- the table
class Table:
    """Answers of several libraries to several questions; in a notebook it draws itself."""

    def __init__(self, libraries, questions):
        self.libraries, self.questions = libraries, questions
        self.rows = {name: [QUESTIONS[name](one) for one in libraries] for name in questions}

    def __repr__(self):
        lines = [f"{name}: " + " | ".join(map(str, answers)) for name, answers in self.rows.items()]
        return "\n".join([" | ".join(f"{one.title} {one.version}" for one in self.libraries), *lines])

    def _repr_html_(self):
        cell = 'style="text-align: left; vertical-align: top; white-space: normal; min-width: 8em"'
        heads = "".join(
            f"<th scope=col {cell}>{escape(one.title)}<br>"
            f"<small>{escape(one.version)}<br>{escape(one.numbers)}</small></th>"
            for one in self.libraries
        )
        lines = "".join(
            f"<tr><th scope=row {cell}>{escape(name)}</th>"
            + "".join(f"<td {cell}>{escape(str(answer))}</td>" for answer in answers)
            + "</tr>"
            for name, answers in self.rows.items()
        )
        dates = sorted({one.date for one in self.libraries})
        said = (
            f"run on {' and '.join(dates)}, on a CPU. ✓ as the sums over links, or the usual reading; ≠ not so; – no "
            "answer; without a mark: one meaning of several"
        )
        label = escape(", ".join(self.questions), quote=True)
        head = f"<tr><th scope=col {cell}>question</th>{heads}</tr>"
        return (
            f'<div role="region" aria-label="{label}" tabindex="0" style="overflow-x: auto">'
            f"<table><thead>{head}</thead><tbody>{lines}</tbody></table></div>"
            f'<p style="font-size: 0.85em; opacity: 0.75; margin: 0.2em 0 0">{said}</p>{self._fold()}'
        )

    def _fold(self) -> str:
        """Behind a fold the smallest layer for each mark that has one, and what a library says where it refuses."""
        lines = [f"<li>{escape(one.asked)}</li>" for one in self.libraries]
        lines += [
            f"<li><b>{escape(one.title)}</b>, {escape(name)}: {escape(answer.example)}</li>"
            for name, answers in self.rows.items()
            for one, answer in zip(self.libraries, answers, strict=True)
            if answer.example
        ]
        summary = "How they were called; the smallest layers that show it; what is said where one is refused"
        return f"<details><summary>{summary}</summary><ul>{''.join(lines)}</ul></details>"


def table(*names, questions=None) -> Table:
    """What these libraries answered.

    Parameters
    ----------
    names : str
        Of `libraries()`.
    questions : list of str
        Of `QUESTIONS`; all when left out.

    Raises
    ------
    ValueError
        If there is no such library or question.
    """
    questions = list(QUESTIONS if questions is None else questions)
    for question in questions:
        if question not in QUESTIONS:
            raise ValueError(f"no question {question!r}; there are {', '.join(QUESTIONS)}")
    return Table([library(name) for name in names], questions)
