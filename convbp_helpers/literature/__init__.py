"""Equations for the gradients of a convolution, as the public types them: 69 from repositories and courses.

Each was judged by hand: "right", "wrong", "ill-formed" (an index that nothing binds), "convention" (right for one
meaning of * only), or "true-convolution layer" (right for a layer that turns its kernel).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["PublicEquation", "public_equations"]


@dataclass(frozen=True)
class PublicEquation:
    """An equation as it was typed, the verdict on it, and a remark."""

    id: str
    latex: str
    verdict: str
    note: str = ""


@cache
def public_equations() -> tuple[PublicEquation, ...]:
    """All of them, in the order in which they were found."""
    text = files(__package__).joinpath("public_equations.json").read_text(encoding="utf-8")
    return tuple(PublicEquation(**entry) for entry in json.loads(text))
