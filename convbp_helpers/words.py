"""How numbers, counts and sentences are written, once for the whole package.

`number` is for prose and pictures; `digits` is for what a learner may copy into Python.
"""

from __future__ import annotations

import math
import re

__all__ = [
    "MINUS",
    "by",
    "counted",
    "digits",
    "factor",
    "listed",
    "number",
    "plural",
    "sentence",
    "short",
    "undollared",
]

MINUS = "\u2212"


def number(value, significant=4) -> str:
    """A number as it is printed: integers whole, others with so many significant digits, and a real minus sign."""
    value = float(value)
    if not math.isfinite(value):
        text = str(value)
    elif value == int(value) and abs(value) < 1e15:
        text = str(int(value))
    elif 1e-3 <= abs(value) < 1e6:
        text = repr(float(f"{value:.{significant}g}"))
        text = text[:-2] if text.endswith(".0") else text
    else:
        mantissa, exponent = f"{value:.{significant - 1}e}".split("e")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", MINUS)


def short(value) -> str:
    """A number for a cell of a drawing: three significant digits where four would take more than six characters."""
    text = number(value)
    return number(float(f"{value:.3g}")) if len(text) > 6 and math.isfinite(value) else text


def factor(value) -> str:
    """A number that stands in a product: a negative one in parentheses."""
    text = number(value)
    return f"({text})" if text.startswith(MINUS) else text


def digits(values) -> str:
    """Numbers as Python reads them, nested in lists or alone, with up to six significant digits each."""
    return f"[{', '.join(map(digits, values))}]" if isinstance(values, list) else f"{values:g}"


def plural(count, word, words="") -> str:
    """cell for one, cells for any other count; `words` where the plural is no mere s."""
    return word if count == 1 else words or f"{word}s"


def counted(count, word, words="") -> str:
    """1 cell, 2 cells."""
    return f"{count} {plural(count, word, words)}"


def listed(items) -> str:
    """0, 1 and 2."""
    *front, last = map(str, items)
    return f"{', '.join(front)} and {last}" if front else last


def by(sizes) -> str:
    """2×3: the sizes of an array."""
    return "×".join(map(str, sizes))


def sentence(text) -> str:
    """With a full stop unless it is a question, and a capital unless it begins with a symbol."""
    word = re.match(r"[A-Za-z]+", text)
    capital = word is not None and (len(word.group()) > 1 or text.startswith("a "))
    return f"{text[0].upper() if capital else text[0]}{text[1:]}" + "." * (not text.endswith("?"))


def undollared(text) -> str:
    """A text without the dollars around its LaTeX: where nothing typesets, they are in the way."""
    return text.replace("$", "")
