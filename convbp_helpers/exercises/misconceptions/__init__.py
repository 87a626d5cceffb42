"""What learners get wrong: a catalogue of small wrong passes through a layer, and which of them an answer is.

`walking` is a pass through a layer, link by link, with steps that can be replaced; `catalogue` has the misconceptions,
each with words, a question and a section to reread; `naming` finds those that make the numbers of an answer.
"""

from .catalogue import CATALOGUE, FACTORS, Factor, Misconception
from .naming import PRECISION, Answer, equal, named, two_at_once
from .walking import Walk

__all__ = [
    "CATALOGUE",
    "FACTORS",
    "PRECISION",
    "Answer",
    "Factor",
    "Misconception",
    "Walk",
    "equal",
    "named",
    "two_at_once",
]
