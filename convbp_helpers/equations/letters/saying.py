r"""How the letters of an equation were read, in one line and as a table."""

from __future__ import annotations

import re
from html import escape

from ..common_letters import counts
from ..tree import Join, Name, walk

__all__ = ["latex_of", "letters_table", "read_as"]

_PARTS = {
    "input": "input", "padded": "input with its padding", "weight": "weight", "output": "output", "bias": "bias",
    "activated": "activated output",
}  # fmt: skip
_ORDER = ("input", "padded", "weight", "bias", "output", "activated", "delta")
_COUNTS = {"N": "examples", "C": "channels", "C/G": "channels of a group", "F": "filters"}
_SPACES = {"H": "input", "U": "output", "K": "kernel", "P": "padded input"}


def latex_of(name: str) -> str:
    r"""A name as LaTeX: c_{out}, X^{pad}, \hat{I}."""
    name = name.replace("°", "'")
    accent, _, rest = (
        name.rpartition(" ") if name.startswith(("\\hat ", "\\tilde ", "\\bar ")) else ("", "", name)
    )
    found = re.fullmatch(r"(\\?[A-Za-z]+'*|\\[a-z]+\{[A-Za-z]+\})(?:_([^_^]+))?(?:\^(.+))?", rest)
    if found is None:
        return name
    base, below, above = found.groups()
    if re.fullmatch("[A-Za-z]{2,}", base):
        base = rf"\mathit{{{base}}}"
    base = f"{accent}{{{base}}}" if accent else base
    for mark, script in (("_", below), ("^", above)):
        if script:
            base += f"{mark}{{{script}}}"
    return base


def _cast(reading) -> list[tuple[str, str]]:
    """(name, what it is), the arrays first."""
    notation = reading.notation
    output = next((name for name, s in notation.symbols.items() if s.role == "output"), None)
    found = []
    there = {
        node.text
        for chain in reading.page.chains
        for m in chain.members
        for node in walk(m)
        if isinstance(node, Name)
    }
    output = output if output in there else None
    for role in _ORDER:
        for name, symbol in notation.symbols.items():
            if symbol.role != role or name not in there:
                continue
            if role == "delta":
                by = latex_of(output) if output else "z"
                said = (
                    rf"$= \partial {latex_of(notation.loss)}/\partial {by}$"
                    if output
                    else "gradient at the output"
                )
            else:
                said = _PARTS.get(role, role)
            found.append((f"${latex_of(name)}$", said))
    return found


def _conventions(reading) -> list[str]:
    """What is taken for granted, in words."""
    notation = reading.notation
    found = [f"indices from {notation.base}"]
    if not notation.biased and _says_the_output(reading):
        found.append("no bias")
    order = notation.axes["map"]
    if order.index("space") < order.index("channel"):
        found.append("channels last")
    if notation.axes["weight"] != ("filter", "channel", "space") and _has_several(reading):
        words = {"filter": "filter", "channel": "channel", "space": "space"}
        found.append(f"weights by {', '.join(words[kind] for kind in notation.axes['weight'])}")
    if notation.joins is not None:
        flip, mode = notation.joins
        word = "convolution" if flip else "cross-correlation"
        how = (
            "the smaller array slides over the larger"
            if mode == "either"
            else f"{mode} where nothing is said"
        )
        found.append(f"$*$ is {word} ({how})")
    if notation.convolves:
        found.append("a layer that turns its kernel (true convolution)")
    if notation.linear:
        found.append("no activation between the layers")
    if notation.whole_only:
        found.append("terms whose subscript is not whole are left out")
    for letter, size in notation.letters.items():
        if size == "N" and counts(letter) in ("filter", "channel"):
            found.append(f"${latex_of(letter)}$ counts examples")
    if notation.square:
        found.append("all spatial axes alike")
    if reading.layer.get("padding") == "symmetric":
        found.append("the same padding on both sides")
    if reading.layer.get("padding") == "full":
        found.append("an output for every overlap (padding K − 1)")
    for name, value in reading.layer.items():
        if name in ("kernel", "size"):
            shown = "×".join(map(str, value)) if isinstance(value, tuple) else str(value)
            found.append(f"{'kernel' if name == 'kernel' else 'input'} {shown}")
    return [*found, *reading.said]


def _has_open_join(reading) -> bool:
    """Whether somewhere neither valid nor full is said."""
    sides = [side for chain in reading.page.chains for side in chain.members]
    return any(isinstance(node, Join) and not node.said for side in sides for node in walk(side))


def _says_the_output(reading) -> bool:
    """Whether the output stands by itself, and not below ∂."""
    outputs = {name for name, symbol in reading.notation.symbols.items() if symbol.role == "output"}
    return any(
        isinstance(side, Name) and side.text in outputs
        for chain in reading.page.chains
        for side in chain.members
    )


def _has_several(reading) -> bool:
    return {"F", "C"} <= set(reading.notation.letters.values())


def read_as(reading) -> list[str]:
    """How it was read, in one line; and what another convention makes of it."""
    if reading is None:
        return []
    parts = [f"{name} {said}" for name, said in _cast(reading)]
    return [f"read as: {', '.join((*parts, *_conventions(reading)))}", *reading.others]


def letters_table(reading) -> str:
    """All letters and what they stand for, as HTML."""
    if reading is None:
        return ""
    notation = reading.notation
    rows = [(name, said.replace("$= ", "$")) for name, said in _cast(reading)]
    counted = {}
    for letter, size in notation.letters.items():
        if not letter.startswith("⟨"):
            counted.setdefault(size, []).append(f"${latex_of(letter)}$")
    for size, letters in sorted(counted.items()):
        word = (
            _COUNTS.get(size)
            or f"{('rows', 'columns', 'third axis')[int(size[1:])]} of the {_SPACES[size[0]]}"
        )
        rows.append((", ".join(letters), f"counts {word}"))
    for name, size in notation.sizes.items():
        if not name.startswith("⟨"):
            word = _COUNTS.get(size) or {"G": "groups"}.get(size)
            word = word or f"{_SPACES[size[0]]} along axis {size[1:]}"
            rows.append(
                (
                    f"${latex_of(name)}$",
                    f"number of {word}" if size in _COUNTS or size == "G" else f"size of the {word}",
                )
            )
    for name, (setting, axis) in notation.settings.items():
        word = {"before": "padding", "after": "padding behind"}.get(setting, setting)
        rows.append((f"${latex_of(name)}$", word if axis is None else f"{word} along axis {axis}"))
    body = "".join(f"<tr><td>{escape(name)}</td><td>{escape(said)}</td></tr>" for name, said in rows)
    return f"<details><summary>How each letter was read</summary><table>{body}</table></details>"
