"""Which output reads which input through which weight: integers only.

Per spatial axis, with input index i, output index u, kernel tap k, stride s, dilation d and padding p
(before the first element)::

    i = s*u + d*k - p

A triple (u, k, i) inside its ranges that satisfies it is a *link*. Everything in the package is a sum over links.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

__all__ = ["Axis", "Geometry"]


# ---------------------------------------------------------------------------------------------------- one axis
@dataclass(frozen=True)
class Axis:
    """One spatial axis of a layer: its sizes, and every link along it.

    Parameters
    ----------
    size : int
        Number of inputs H along the axis, at least 1.
    kernel : int
        Number of kernel taps K, at least 1.
    stride : int
        Inputs between two neighbouring outputs, at least 1.
    padding : (int, int)
        Zeros (before, after) the input, each at least 0.
    dilation : int
        Inputs between two neighbouring taps; 1 means none.

    Raises
    ------
    TypeError, ValueError
        If a number is no integer or out of its range, or the kernel is longer than the padded input.

    Notes
    -----
    Derived in notebooks 01 (stride 1) and 05 to 07.
    """

    size: int
    kernel: int
    stride: int = 1
    padding: tuple[int, int] = (0, 0)
    dilation: int = 1

    def __post_init__(self):
        for name, least in (("size", 1), ("kernel", 1), ("stride", 1), ("dilation", 1)):
            object.__setattr__(self, name, integer(getattr(self, name), name, least))
        pair = self.padding
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"padding of one axis is a pair (before, after) of integers; got {pair!r}")
        object.__setattr__(self, "padding", tuple(integer(p, "padding", 0) for p in pair))
        if self.span > self.padded_size:
            spread = "" if self.dilation == 1 else f" (spread over {self.span} by dilation {self.dilation})"
            padded = f"the padded input {self.padded_size}" if sum(self.padding) else f"the input {self.size}"
            least = -(-(self.span - self.size) // 2)
            raise ValueError(
                f"kernel {self.kernel}{spread} is longer than {padded}; use padding >= {least} on each side"
            )

    @property
    def span(self) -> int:
        """Inputs that one window covers, from its first tap to its last: d(K-1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded_size(self) -> int:
        """H + p_before + p_after."""
        return self.size + sum(self.padding)

    @property
    def out_size(self) -> int:
        """Number of outputs U = floor((H + p_before + p_after - d(K-1) - 1) / s) + 1."""
        return (self.padded_size - self.span) // self.stride + 1

    @property
    def leftover(self) -> int:
        """Padded inputs after the last window: (H + p_before + p_after - d(K-1) - 1) mod s."""
        return (self.padded_size - self.span) % self.stride

    def input_of(self, u: int, k: int) -> int:
        """The position i = s*u + d*k - p that output u reads through tap k; outside 0..H-1 it is padding."""
        return self.stride * u + self.dilation * k - self.padding[0]

    @cached_property
    def _links(self) -> np.ndarray:
        u, k = np.meshgrid(np.arange(self.out_size), np.arange(self.kernel), indexing="ij")
        i = self.input_of(u, k)
        inside = (i >= 0) & (i < self.size)
        links = np.stack([u[inside], k[inside], i[inside]], axis=1)
        links.flags.writeable = False
        return links

    def links(self) -> np.ndarray:
        """All links, one row (u, k, i) each, ordered by u and then k: an int array (n_links, 3), read-only."""
        return self._links

    def links_of_output(self, u: int) -> np.ndarray:
        """The links of output u: what it reads. An int array (n, 3)."""
        return self._links_where(0, u, self.out_size, "output")

    def links_of_tap(self, k: int) -> np.ndarray:
        """The links of tap k: every pair it joins. An int array (n, 3)."""
        return self._links_where(1, k, self.kernel, "tap")

    def links_of_input(self, i: int) -> np.ndarray:
        """The links of input i: the outputs that read it, and through which tap. An int array (n, 3)."""
        return self._links_where(2, i, self.size, "input")

    def _links_where(self, column: int, index: int, size: int, what: str) -> np.ndarray:
        return self._links[self._links[:, column] == _existing(index, size, what)]

    def slices_of_tap(self, k: int) -> tuple[slice, slice]:
        """The outputs that read an existing input through tap k, and those inputs, as two slices of one length."""
        k = _existing(k, self.kernel, "tap")
        first = max(0, -(-(self.padding[0] - self.dilation * k) // self.stride))
        last = min(self.out_size - 1, (self.size - 1 + self.padding[0] - self.dilation * k) // self.stride)
        if last < first:
            return slice(0, 0), slice(0, 0)
        return slice(first, last + 1), slice(self.input_of(first, k), self.input_of(last, k) + 1, self.stride)


# ------------------------------------------------------------------------------------------------ a whole layer
@dataclass(frozen=True)
class Geometry:
    """The integers of a layer: batch, channels, filters, groups, and one `Axis` per spatial dimension.

    Build it with `Geometry.of`. Positions are tuples with one entry per axis, so one code path serves 1-D, 2-D
    and 3-D.
    """

    batch: int
    channels: int
    filters: int
    groups: int
    axes: tuple[Axis, ...]

    @classmethod
    def of(cls, x_shape, w_shape, *, stride=1, padding=0, dilation=1, groups=1) -> Geometry:
        """Geometry of a layer from the shapes of its input and weight.

        Parameters
        ----------
        x_shape : (N, C, *spatial)
        w_shape : (F, C/G, *kernel)
        stride, dilation : int, or one int per axis
        padding : int, one int per axis, one (before, after) pair per axis, "same" or "valid"
        groups : int
            G; divides C and F.

        Raises
        ------
        TypeError, ValueError
            With the rule, the numbers given and, where there is one, the fix.
        """
        x_shape = checked_shape(x_shape, "x", "(N, C, *spatial)")
        w_shape = checked_shape(w_shape, "w", "(F, C/G, *kernel)")
        if len(x_shape) != len(w_shape):
            raise ValueError(
                f"x and w must have the same number of axes; x {x_shape} has {len(x_shape)} and w {w_shape} has "
                f"{len(w_shape)}"
            )
        (batch, channels, *sizes), (filters, per_group, *kernels) = x_shape, w_shape
        for name, value in (("x has C", channels), ("w has F", filters)):
            if value < 1:
                raise ValueError(f"a layer needs at least one channel and one filter; {name} = {value}")
        groups = integer(groups, "groups", 1)
        for name, value in (("C", channels), ("F", filters)):
            if value % groups:
                raise ValueError(
                    f"groups must divide C and F; groups = {groups} does not divide {name} = {value}"
                )
        if per_group * groups != channels:
            raise ValueError(
                f"w.shape[1] must be C/G = {channels}/{groups} = {channels // groups} to match x {x_shape}; "
                f"w {w_shape} has {per_group}"
            )
        for name, values in (("x has a spatial axis", sizes), ("w has a kernel axis", kernels)):
            if 0 in values:
                raise ValueError(
                    f"every spatial axis needs at least one cell; {name} of size 0: {tuple(values)}"
                )
        strides = per_axis(stride, "stride", len(sizes), 1)
        dilations = per_axis(dilation, "dilation", len(sizes), 1)
        pads = pads_per_axis(padding, sizes, kernels, strides, dilations)
        axes = []
        for number, numbers in enumerate(zip(sizes, kernels, strides, pads, dilations, strict=True)):
            try:
                axes.append(Axis(*numbers))
            except ValueError as error:
                raise ValueError(f"spatial axis {number}: {error}") from None
        return cls(batch, channels, filters, groups, tuple(axes))

    @property
    def settings(self) -> dict:
        """What `loops.forward` takes beside the arrays."""
        return dict(
            stride=[axis.stride for axis in self.axes],
            padding=[axis.padding for axis in self.axes],
            dilation=[axis.dilation for axis in self.axes],
            groups=self.groups,
        )

    @property
    def x_shape(self) -> tuple[int, ...]:
        """(N, C, *spatial)."""
        return (self.batch, self.channels, *self.input_grid)

    @property
    def w_shape(self) -> tuple[int, ...]:
        """(F, C/G, *kernel)."""
        return (self.filters, self.channels // self.groups, *self.kernel_grid)

    @property
    def out_shape(self) -> tuple[int, ...]:
        """(N, F, *out): the shape of z and of delta."""
        return (self.batch, self.filters, *self.output_grid)

    @property
    def input_grid(self) -> tuple[int, ...]:
        return tuple(axis.size for axis in self.axes)

    @property
    def kernel_grid(self) -> tuple[int, ...]:
        return tuple(axis.kernel for axis in self.axes)

    @property
    def output_grid(self) -> tuple[int, ...]:
        return tuple(axis.out_size for axis in self.axes)

    def group_of_channel(self, c: int) -> int:
        """floor(c G / C)."""
        return _existing(c, self.channels, "channel") * self.groups // self.channels

    def channels_of_filter(self, f: int) -> range:
        """The input channels c = floor(f G / F) C/G + c' that filter f reads."""
        size = self.channels // self.groups
        first = _existing(f, self.filters, "filter") * self.groups // self.filters * size
        return range(first, first + size)

    def filters_of_channel(self, c: int) -> range:
        """The filters that read input channel c: those of its group."""
        size = self.filters // self.groups
        first = self.group_of_channel(c) * size
        return range(first, first + size)

    def _each_axis(self, index):
        if not isinstance(index, (tuple, list, np.ndarray)) or len(index) != len(self.axes):
            raise ValueError(f"give one index per spatial axis ({len(self.axes)}); got {index!r}")
        return zip(self.axes, index, strict=True)

    def links_of_output(self, u) -> list[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]]:
        """The links (u, k, i) of the output position u; u, k and i are tuples with one entry per axis."""
        return _product_of_links(axis.links_of_output(at) for axis, at in self._each_axis(u))

    def links_of_tap(self, k) -> list[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]]:
        """The links (u, k, i) of the kernel tap k."""
        return _product_of_links(axis.links_of_tap(at) for axis, at in self._each_axis(k))

    def links_of_input(self, i) -> list[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]]:
        """The links (u, k, i) of the input position i."""
        return _product_of_links(axis.links_of_input(at) for axis, at in self._each_axis(i))

    def influence(self, *input_index) -> np.ndarray:
        """Which output positions read this input position: a bool array over the output grid."""
        mask = np.zeros(self.output_grid, dtype=bool)
        for u, _, _ in self.links_of_input(input_index):
            mask[u] = True
        return mask

    def taps(self):
        """Each kernel tap k with its linked outputs and inputs as tuples of slices, if it has any links."""
        for k in np.ndindex(*self.kernel_grid):
            outputs, inputs = zip(
                *(axis.slices_of_tap(t) for axis, t in zip(self.axes, k, strict=True)), strict=True
            )
            if all(s.stop > s.start for s in outputs):
                yield k, outputs, inputs


def _product_of_links(per_axis):
    return [tuple(zip(*link, strict=True)) for link in product(*(links.tolist() for links in per_axis))]


# --------------------------------------------------------------------------------------------- reading settings
def integer(value, name, least) -> int:
    if isinstance(value, (bool, np.bool_, np.ndarray)) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be an integer; got {value!r}")
    value = operator.index(value)
    if value < least:
        hint = " (1 means no dilation)" if name == "dilation" else ""
        raise ValueError(f"{name} must be at least {least}{hint}; got {value}")
    return value


def _existing(index, size, what) -> int:
    if (index := integer(index, what, 0)) >= size:
        raise ValueError(f"{what} {index} does not exist; there are {size} ({what} 0 to {size - 1})")
    return index


def checked_shape(shape, name, letters) -> tuple[int, ...]:
    if isinstance(shape, (str, bytes)) or not isinstance(shape, (tuple, list, np.ndarray)):
        raise TypeError(f"{name} must be a shape {letters}, a tuple of integers; got {shape!r}")
    shape = tuple(integer(n, f"each size in {name}", 0) for n in shape)
    if len(shape) < 3:
        raise ValueError(f"{name} must have at least three axes {letters}; got {len(shape)}: {shape}")
    return shape


def per_axis(value, name, count, least) -> tuple[int, ...]:
    if isinstance(value, (tuple, list, np.ndarray)) and np.ndim(value) == 1:
        if len(value) != count:
            raise ValueError(
                f"{name} must be one integer or one per spatial axis ({count}); got {len(value)}: {tuple(value)}"
            )
        return tuple(integer(v, name, least) for v in value)
    return (integer(value, name, least),) * count


def pads_per_axis(padding, sizes, kernels, strides, dilations) -> list[tuple[int, int]]:
    if isinstance(padding, str):
        if padding == "valid":
            return [(0, 0)] * len(sizes)
        if padding != "same":
            raise ValueError(f'padding as a word is "same" or "valid"; got {padding!r}')
        totals = [
            max((-(-h // s) - 1) * s + d * (k - 1) + 1 - h, 0)
            for h, k, s, d in zip(sizes, kernels, strides, dilations, strict=True)
        ]
        return [(total // 2, total - total // 2) for total in totals]  # the odd one after
    if isinstance(padding, (tuple, list, np.ndarray)) and any(
        isinstance(p, (tuple, list, np.ndarray)) for p in padding
    ):
        if len(padding) != len(sizes) or not all(
            isinstance(p, (tuple, list, np.ndarray)) and len(p) == 2 for p in padding
        ):
            raise ValueError(
                f"padding in pairs must be one (before, after) pair per spatial axis ({len(sizes)}); got {padding!r}"
            )
        return [tuple(integer(p, "padding", 0) for p in pair) for pair in padding]
    try:
        return [(p, p) for p in per_axis(padding, "padding", len(sizes), 0)]
    except ValueError as error:
        fix = ""
        if len(sizes) == 1 and isinstance(padding, (tuple, list)) and len(padding) == 2:
            fix = f"; for {padding[0]} before and {padding[1]} after write (({padding[0]}, {padding[1]}),)"
        raise ValueError(f"{error}{fix}") from None
