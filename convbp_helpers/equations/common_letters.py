r"""Letters in common use: which part of a layer a letter mostly plays where convolutions are written about.

Counted in public derivations: an array's roles are in the order in which they are tried.
"""

from __future__ import annotations

import re

__all__ = ["ACTIVATIONS", "LOSSES", "bare", "counts", "gradient_of", "mark", "roles", "setting", "size"]

LOSSES = {"L", "J", "E", "C", r"\mathcal{L}", r"\mathcal{J}", r"\mathcal{E}", r"\mathcal{C}", r"\mathscr{L}", "Loss",
          "loss", "Cost", "cost", r"\ell", "Err", "err", "Error", "error", "S", "MSE", "CE"}  # fmt: skip
ACTIVATIONS = (r"\sigma", "f", r"\phi", r"\varphi", "g", "h", r"\psi", r"\rho", r"\theta", "ReLU", "relu", "tanh",
               "sigmoid", "softplus", "act")  # fmt: skip

_ROLES = {
    "x": "input", "X": "input", "I": "input", "in": "input", "i": "input",
    "a": "input activated output", "A": "input activated output", "u": "output input", "U": "input output",
    "w": "weight", "W": "weight", "k": "weight", "K": "weight", "F": "weight output", "f": "weight",
    r"\omega": "weight", r"\theta": "weight", r"\Theta": "weight", r"\kappa": "weight", "h": "weight output input",
    "H": "weight output input", "g": "weight delta", "V": "input weight output",
    "y": "output", "Y": "output", "z": "output input", "Z": "output input", "o": "output input", "O": "output input",
    "out": "output", "s": "output", "S": "output", "c": "output", "C": "output", "q": "output", "net": "output",
    r"\delta": "delta", r"\Delta": "delta", "G": "delta weight", "D": "delta", "d": "delta", "e": "delta",
    "E": "delta", "dout": "delta", "T": "output", "R": "output", "M": "output", "P": "padded input", "v": "input",
    r"\lambda": "delta", r"\varepsilon": "delta", r"\epsilon": "delta",
    "b": "bias", "B": "bias", r"\beta": "bias",
}  # fmt: skip

_SETTINGS = {
    "s": "stride", "S": "stride", "stride": "stride", "st": "stride", "str": "stride",
    "p": "before", "P": "before", "pad": "before", "padding": "before",
    "d": "dilation", "D": "dilation", "dil": "dilation", "dilation": "dilation", "r": "dilation",
}  # fmt: skip


def bare(name: str) -> str:
    r"""A name without its accent, its primes and what is written above and below it: X of \bar X^pad_in."""
    name = re.sub(r"^\\(?:hat|tilde|bar) ", "", name).rstrip("'")
    return re.split(r"[_^]", name)[0]


def roles(name: str) -> tuple[str, ...]:
    """The roles that an array of this name plays, the usual one first."""
    padded = re.search(r"[_^](?:pad|padded|p)$", name) and _ROLES.get(bare(name), "input").startswith("input")
    if padded or (name.startswith(r"\bar ") and bare(name) in "xX"):
        return ("padded", "input")
    if name.startswith((r"\bar ", r"\hat ")) and bare(name) in ("y", "Y", "z", "Z"):
        return ("delta", "output")
    return tuple(_ROLES.get(bare(name), "").split())


def gradient_of(name: str) -> str | None:
    r"""Y of dY, G_Y and \delta_Y: a name that says whose gradient it is."""
    if found := re.fullmatch(r"d([A-Za-z]|\\[a-z]+)", name):
        return found.group(1)
    found = re.fullmatch(r"(?:G|g|\\delta|\\Delta|\\nabla|grad)_(?:\\)?([A-Za-z]|\\[a-z]+)", name)
    return found.group(1) if found and (found.group(1).isupper() or found.group(1) in "xwyzb") else None


def setting(name: str) -> str | None:
    """The setting that a name mostly stands for: stride, before (padding) or dilation."""
    return _SETTINGS.get(bare(name))


def size(name: str) -> str | None:
    """What a name mostly counts: N, C, F, or the letter of a spatial size, K, H or U (without its axis)."""
    base, _, mark = name.partition("_")
    mark = mark.lower()
    if base in ("C", "c", "D", "n", "N", "ch") and mark in ("in", "ch", "c", "i", "x", "prev"):
        return "C"
    if base in ("C", "c", "D", "n", "N", "F", "K") and mark in ("out", "f", "o", "filters"):
        return "F"
    if mark in ("out", "o", "y", "z", "new") or base in (
        "OH",
        "OW",
        "Hd",
        "Wd",
        "Ho",
        "Wo",
        "H'",
        "W'",
        "oH",
        "oW",
    ):
        return "U"
    if base in ("H", "W", "I", "X") and mark in ("in", "i", "x", "prev", "pad", "") and "'" not in base:
        return "H"
    if base in (
        "K",
        "k",
        "f",
        "R",
        "S",
        "HH",
        "WW",
        "kH",
        "kW",
        "KH",
        "KW",
        "FH",
        "FW",
        "M",
        "r",
        "q",
        "F",
        "L",
        "l",
    ):
        return "K"
    if base in ("N", "B", "m", "M"):
        return "N"
    return {
        "C": "C",
        "G": "G",
        "g": "G",
        "groups": "G",
        "U": "U",
        "V": "U",
        "n": "H",
        "O": "U",
        "T": "H",
    }.get(base)


def mark(name: str) -> str | None:
    """h (rows) or w (columns), where a name says which: s_w, k_h, H_out, W, kH."""
    base, _, below = name.partition("_")
    for text in (below, base if base in ("H", "W", "h", "w") else base[-1:] if len(base) == 2 else ""):
        word = text.lower().split("_")[0]
        if word in ("h", "height", "rows", "row", "top", "1") or base in ("H", "OH", "IH") and text == base:
            return "h"
        if word in ("w", "width", "cols", "col", "left", "2") or base in ("W", "OW", "IW") and text == base:
            return "w"
    return None


def counts(letter: str) -> str | None:
    """The kind of axis that an index letter mostly counts: batch, channel or filter."""
    word = letter.lower()
    if word in ("c_in", "ci", "ic", "ch", "n_in", "cin", "c_i", "c'"):
        return "channel"
    if word in ("c_out", "co", "oc", "f", "n_out", "cout", "c_o", "o", "k"):
        return "filter"
    return {"n": "batch", "b": "batch", "c": "channel"}.get(word)
