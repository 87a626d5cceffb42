"""The exercises of notebook 00: the answer card, and how a nudge spreads."""

from __future__ import annotations

from .predictions import RIGHT, prediction
from .report import FAILED, NOT_ATTEMPTED, PASSED, Diagnosis, Report, section_of
from .written import Piece, equation, written_with

__all__ = ["check_summed_letters", "check_nudge", "check_strided_weight_gradient"]


def check_summed_letters(*, grad_x, grad_w, grad_b) -> Report:
    """Exercise 0.1: over which letters does each gradient of the answer card sum? Strings or sets of letters."""
    name, answers = "Exercise 0.1", dict(grad_x=grad_x, grad_w=grad_w, grad_b=grad_b)
    if all(answer is ... for answer in answers.values()):
        return Report(name, NOT_ATTEMPTED, 'Replace each ... by letters, for example "nuv".')
    said = [f"{key}{words}" for key, answer in answers.items() if (words := _said_to_letters(key, answer))]
    if said:
        known = [line for line in said if "still to answer" not in line]
        diagnosis = Diagnosis("\n".join(known), _LETTERS, section_of(name)) if known else None
        return Report(name, FAILED, "\n".join(said), diagnosis)
    return Report(
        name, PASSED, "Summed: what is left in the term and not named by the gradient's own subscript."
    )


_LETTERS = "Which letters stand in the term, and which of them does the gradient's own subscript name?"


def _said_to_letters(key, answer) -> str:
    """What a wrong answer to one gradient is told, as the rest of a line; nothing to a right one."""
    if answer is ...:
        return ": still to answer."
    if isinstance(answer, (set, list, tuple)) and all(isinstance(part, str) for part in answer):
        answer = "".join(answer)
    if not isinstance(answer, str):
        return f' = {answer!r}: write the letters as a string, for example "nuv".'
    letters = {c for c in answer if c.isalpha()}
    if letters in (map(set, ("fuv", "fkl", "fkv", "ful")) if key == "grad_x" else [set("nuv")]):
        return ""
    if any(c.isupper() for c in letters):
        return ": capital letters are sizes. Write the indices, in small letters."
    if key == "grad_x" and letters == set("fuvkl"):
        return ": once the input cell is fixed, u,v and k,l fix each other. Name one of the two pairs."
    if key == "grad_w" and letters == set("nuvij"):
        return ": once u,v and k,l are known, so are i = su+dk-p and j = sv+dl-p. They are not summed."
    if named := sorted(letters & set(dict(grad_x="ncij", grad_w="fckl", grad_b="f")[key])):
        return f": {', '.join(named)} is named by its own subscript, so it stays fixed and is not summed."
    if key != "grad_x" and letters == set("uv"):
        return f": the same {key[-1]} serves every example of the batch, so one letter is missing."
    return f": strike {key[-1]} out of its term. Which letters are left that its subscript does not name?"


check_nudge = prediction(
    "Exercise 0.2, a prediction on the running example: x[2,3] is nudged by 1.",
    outputs_changed={
        6: RIGHT,
        1: "One output reads it through each weight; there is more than one weight.",
        9: "That would be a 3×3 kernel; this one is 2×3.",
        24: "Not every output reads x[2,3]: only those whose 2×3 window covers it.",
        ...: "Count the positions of the 2×3 window that cover x[2,3].",
    },
    change_of_z12={
        5: RIGHT,
        1: "x[2,3] went up by 1, and z[1,2] holds it multiplied by a weight.",
        2: "That is w[0,1]: right column, wrong row. x[2,3] lies one row below the window's top row 1.",
        3: "That is w[0,2]. Where does x[2,3] lie inside the window whose top left corner is x[1,2]?",
        4: "That is w[1,0]: right row, wrong column. x[2,3] lies one column right of the window's edge.",
        6: "That is w[1,2]. The window of z[1,2] starts at column 2, so x[2,3] lies at offset 1.",
        ...: "The window of z[1,2] has its top left corner at x[1,2]. Which weight lies on x[2,3]?",
    },
    praise="Six outputs read x[2,3], one through each weight, and z[1,2] reads it through w[1,1] = 5.",
)


check_strided_weight_gradient = equation(
    "Exercise 0.3: the card's weight gradient for one example, one channel, one filter, with stride alone.",
    of="w_{k,l}",
    needs=[
        Piece("s", "for stride 1 only: there is no s in it. Look where s stands in (0.3)"),
        *written_with("δ", "x"),
    ],
    without=[
        Piece("Σn", "this layer has one example: there is no n to sum over"),
        Piece("p", "this layer has no padding: p = 0, so p need not stand there"),
        Piece("d", "this layer has no dilation: d = 1, so d need not stand there"),
    ],
    praise="Five letters fewer, and the same equation.",
)
