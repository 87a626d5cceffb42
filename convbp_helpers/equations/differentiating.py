"""The derivative of an expression by one cell, as an expression."""

from __future__ import annotations

from .meaning import Activate, Index, Power, Quantity, Read
from .tree import Add, Bracket, Div, Floor, Mod, Mul, Number, Slope, Sum

__all__ = ["CellSlope", "differentiate"]


class CellSlope(Slope):
    """The slope of one cell by another inside a derivative: 0, and no question, where the upper one is padding."""


def differentiate(node, cell: Read, evaluation):
    """The derivative of an expression by one cell, as an expression; None where it is zero."""
    again = lambda part: differentiate(part, cell, evaluation)  # noqa: E731
    if isinstance(node, Read):
        if evaluation.trial.jacobian(node.role, cell.role) is None:
            return None
        return CellSlope(node.span, node, cell)
    if isinstance(node, Add):
        parts = [(again(t), s) for t, s in zip(node.terms, node.signs, strict=True)]
        parts = [(t, s) for t, s in parts if t is not None]
        if not parts:
            return None
        return Add(node.span, tuple(t for t, _ in parts), tuple(s for _, s in parts), (None,) * len(parts))
    if isinstance(node, Mul):
        terms = []
        for number, factor in enumerate(node.factors):
            if (slope := again(factor)) is not None:
                factors = (*node.factors[:number], slope, *node.factors[number + 1 :])
                terms.append(Mul(node.span, factors))
        return Add(node.span, tuple(terms), (1,) * len(terms), (None,) * len(terms)) if terms else None
    if isinstance(node, Div):
        top = again(node.top)
        if again(node.bottom) is not None:
            evaluation.fail("a quotient is differentiated only where its lower part is constant", node)
        return None if top is None else Div(node.span, top, node.bottom)
    if isinstance(node, Sum):
        body = again(node.body)
        return None if body is None else Sum(node.span, node.letters, node.conditions, body, node.head)
    if isinstance(node, Activate):
        if node.order:
            evaluation.fail("the activation is differentiated once at most", node)
        inner = again(node.body)
        return None if inner is None else Mul(node.span, (Activate(node.span, 1, node.body), inner))
    if isinstance(node, Power):
        inner = again(node.body)
        if inner is None:
            return None
        lower = Power(node.span, node.body, node.exponent - 1)
        return Mul(node.span, (Number(node.span, float(node.exponent)), lower, inner))
    if isinstance(node, (Number, Quantity, Index, Bracket, Floor, Mod)):
        return None
    evaluation.fail("this cannot be differentiated here", node)
