"""Which symbol plays which part: notations, as data.

A layer has a few roles: it reads an *input* with its *weight* and *bias* and makes an *output*, at which *delta*
lies; an activation makes the *activated* output, which is the next layer's input. Three arrays are made of these:
*backward* holds the kernels that the backward pass gathers with (channel first, spatial axes reversed), *inserted* is
delta with s - 1 zeros between its cells, and *padded* is the input with its padding. A notation names them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

__all__ = ["JEFKINE", "NHWC", "ONE_BASED", "SERIES", "XKY", "XWY", "Notation", "Symbol", "kind_of"]


@dataclass(frozen=True)
class Symbol:
    """The part an array plays. `layer`: x^{(l)} plays it for layer l + layer."""

    role: str
    layer: int = 0


_SPATIAL = {"H": "H0", "W": "H1", "U": "U0", "V": "U1", "K": "K0", "L": "K1"}
_SETTINGS = {
    "s": ("stride", None),
    "s_h": ("stride", 0),
    "s_w": ("stride", 1),
    "d": ("dilation", None),
    "d_h": ("dilation", 0),
    "d_w": ("dilation", 1),
    "p": ("before", None),
    "p_h": ("before", 0),
    "p_w": ("before", 1),
    "p_before": ("before", None),
    "p_after": ("after", None),
    "p_top": ("before", 0),
    "p_bottom": ("after", 0),
    "p_left": ("before", 1),
    "p_right": ("after", 1),
    "r": ("leftover", None),
    "r_h": ("leftover", 0),
    "r_w": ("leftover", 1),
}


@dataclass(frozen=True, eq=False)
class Notation:
    """How an author writes a layer.

    Attributes
    ----------
    name : str
    symbols : dict
        Array symbol -> `Symbol`. Roles: input, weight, bias, output, delta, activated, backward, inserted, padded.
    axes : dict
        The order of the axes of the maps ("map": input, output, delta) and of the stored kernels ("weight",
        "backward"); "space" stands for all spatial axes. An equation may leave out batch, channel and filter where
        there is one of each.
    letters : dict
        Index letter -> the size it counts up to: N, C, C/G, F, and per spatial axis H0 H1 H2 (input), U0 U1 U2
        (output), K0 K1 K2 (kernel). A primed letter without an entry of its own counts what the bare one counts. A
        letter that is not here gets its range from the place where it stands alone as a subscript.
    sizes, settings : dict
        Symbol -> size; symbol -> (stride, dilation, before, after or leftover; the axis, or None for all axes).
    base : int
        0 or 1: the index of the first cell, on every axis.
    loss, total : str
        The loss, and the number S = sum of delta times z with delta held fixed.
    activation : str
        Its name; primed it is the derivative.
    layers : tuple
        Letters that number layers in superscripts.
    linear : bool
        No activation between layers: the output of one is the input of the next.
    named_axes : bool
        Whole arrays carry bare subscripts that name their axes: \\delta_{i',j'} * w_{m,n}.
    biased : bool
        The layer has a bias.
    convolves : bool
        The layer turns its kernel: z_u = \\sum_k w_{K-1-k} x_{u+k}.
    whole_only : bool
        Cells with a subscript that is not whole count as zero, and are no mistake.
    square : bool
        All spatial axes have the same sizes and settings.
    joins : tuple, optional
        What * means: whether it turns its second array, and "valid", "full" or "same" where nothing is said.
    """

    name: str
    symbols: dict[str, Symbol]
    letters: dict[str, str]
    axes: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "map": ("batch", "channel", "space"),
            "weight": ("filter", "channel", "space"),
            "backward": ("channel", "filter", "space"),
        }
    )
    sizes: dict[str, str] = field(
        default_factory=lambda: {"N": "N", "C": "C", "F": "F", "G": "G", **_SPATIAL}
    )
    settings: dict[str, tuple[str, int | None]] = field(default_factory=lambda: dict(_SETTINGS))
    base: int = 0
    loss: str = "J"
    total: str | None = "S"
    activation: str = r"\sigma"
    layers: tuple[str, ...] = (r"\ell", "l")
    linear: bool = False
    named_axes: bool = False
    biased: bool = True
    convolves: bool = False
    whole_only: bool = False
    square: bool = False
    joins: tuple[bool, str] | None = None

    def __repr__(self):
        return f"Notation({self.name!r})"

    @cached_property
    def _taken(self) -> set[str]:
        """The symbols that are no index, whatever stands around them."""
        return {
            *self.symbols,
            *self.sizes,
            *self.settings,
            self.loss,
            self.total,
            self.activation,
            self.activation + "'",
        }

    def may_index(self, text: str) -> bool:
        """Whether a symbol can be an index that nothing around it has bound yet."""
        bare = text.rstrip("'")
        if text in self.letters or bare in self.letters:
            return text not in self.symbols and text != self.activation + "'" and text != self.activation
        return (
            text not in self._taken
            and bare not in self.symbols
            and bare not in self.settings
            and bare != self.activation
        )

    def size_of(self, letter: str) -> str | None:
        """The size an index letter counts; None where the table does not say."""
        return self.letters.get(letter) or self.letters.get(letter.rstrip("'"))

    def meaning_of(self, text: str) -> str:
        r"""What a symbol is, in words: of s, where \sum_s is written, "the stride"."""
        if text in self.symbols:
            role = self.symbols[text].role
            return {"delta": "the gradient at the output"}.get(role, f"the {role}")
        if text in self.settings:
            word = self.settings[text][0]
            return "the padding" if word in ("before", "after") else f"the {word}"
        return f"a size ({text})" if text in self.sizes else "no index"


def kind_of(size: str) -> str | int:
    """The kind of axis that a size belongs to."""
    return {"N": "batch", "C": "channel", "C/G": "channel", "F": "filter"}.get(size) or int(size[1:])


_LETTERS = {
    "n": "N", "c": "C", "c'": "C/G", "f": "F",
    "i": "H0", "j": "H1", "u": "U0", "v": "U1", "k": "K0", "l": "K1",
}  # fmt: skip
_SYMBOLS = {
    "x": Symbol("input"),
    "w": Symbol("weight"),
    "b": Symbol("bias"),
    "z": Symbol("output"),
    r"\delta": Symbol("delta"),
    "a": Symbol("activated"),
    r"\tilde w": Symbol("backward"),
    r"\hat \delta": Symbol("inserted"),
    r"\bar x": Symbol("padded"),
}

#: This series: x (N, C, H, W), w (F, C/G, K, L), indices from 0.
SERIES = Notation("the series", _SYMBOLS, _LETTERS)

#: The same letters with channels last, as TensorFlow stores them: x (N, H, W, C), w (K, L, C, F).
NHWC = Notation(
    "channels last",
    _SYMBOLS,
    _LETTERS,
    axes={
        "map": ("batch", "space", "channel"),
        "weight": ("space", "channel", "filter"),
        "backward": ("space", "filter", "channel"),
    },
)

_CAPITALS = {
    "X": Symbol("input"),
    "Y": Symbol("output"),
    "b": Symbol("bias"),
    "G": Symbol("delta"),
    r"\delta": Symbol("delta"),
}

#: X, W, Y, b, with the loss L, and G or δ for its slope by Y; which index counts what is seen from its place.
XWY = Notation("X, W, Y", {**_CAPITALS, "W": Symbol("weight")}, {}, sizes={}, loss="L", total=None)

#: The same with K for the kernel.
XKY = Notation("X, K, Y", {**_CAPITALS, "K": Symbol("weight")}, {}, sizes={}, loss="L", total=None)

#: Jefkine 2016: o^{l-1} is the input of layer l and x^l what it makes of it; E the loss, f the activation. i, j are
#: output cells and i', j' input cells. q (filters) and s are not in the article, and free for what it leaves out.
JEFKINE = Notation(
    "Jefkine 2016",
    {
        "o": Symbol("input", 1),
        "x": Symbol("output"),
        "w": Symbol("weight"),
        "b": Symbol("bias"),
        r"\delta": Symbol("delta"),
    },
    {
        "q": "F", "c": "C", "i": "U0", "j": "U1", "i'": "H0", "j'": "H1", "m": "K0", "n": "K1", "m'": "K0", "n'": "K1",
    },
    sizes={"H": "H0", "W": "H1", "k_1": "K0", "k_2": "K1", "C": "C"},
    settings={"s": ("stride", None)},
    loss="E",
    total=None,
    activation="f",
    layers=("l",),
    named_axes=True,
)  # fmt: skip

#: The public answer of 2018 to the question of notebook 00: indices from 1, axes (m, n, channel), no activation.
ONE_BASED = Notation(
    "indices from 1, axes (m, n, channel)",
    {
        "z": Symbol("output"),
        "x": Symbol("input", 1),
        "w": Symbol("weight"),
        "b": Symbol("bias"),
        r"\delta": Symbol("delta"),
    },
    {"a": "K0", "b": "K1", "k": "F", "c": "C", "u": "C"},
    axes={"map": ("space", "channel"), "weight": ("space", "channel", "filter")},
    sizes={"C": "C", "H": "H0", "W": "H1"},
    settings={},
    base=1,
    total=None,
    layers=("l",),
    linear=True,
)
