r"""Which part each array plays, and what else is open: where indices begin, what * means, which layers are meant."""

from __future__ import annotations

from itertools import islice, product

from .. import common_letters as common
from ..tree import Add, Group, Name, Number
from .standing import Seen

__all__ = ["ROLES", "bases_of", "conventions_of", "is_forward", "layers_of", "roles_of"]


ROLES = ("input", "weight", "output", "delta", "bias")


def roles_of(seen: Seen) -> list[tuple[float, dict[str, str]]]:
    """Which array plays which part: (how unusual, name -> role), the usual first."""
    names = list(seen.arrays)
    whole = bool(seen.joins) or any(use.place == "operand" for uses in seen.arrays.values() for use in uses)
    for name in seen.plain:
        usual = common.roles(name)
        if name not in seen.arrays and name not in seen.letters and usual and (whole or usual[0] == "bias"):
            names.append(name)
    options = []
    for name in names:
        usual = common.roles(name)
        found = [(0.8 * number, role) for number, role in enumerate(usual)]
        if not usual or name not in common.LOSSES:
            found += [(2.0 if not usual else 4.0, role) for role in ROLES if role not in usual]
        found = _by_definition(seen, name, _by_layer(seen, name, found))
        uses = seen.arrays.get(name, [])
        ranks = {len(use.sub) for use in uses if use.sub is not None}
        kept = []
        for cost, role in found:
            places = {use.place for use in uses}
            if role == "delta" and "bottom" in places:
                continue
            if role == "bias" and cost and max(ranks, default=0) > 1:
                continue
            if name in seen.plus and role not in ("input", "padded", "activated") and not seen.layers:
                cost += 1.5
            if (
                role == "output"
                and not seen.layers
                and {use.place for use in uses if not use.side} == {"bottom"}
            ):
                cost += 1.0  # a gradient by the output is not what an equation is for
            if role == "activated" and not seen.layers and not seen.activations:
                continue
            right = {use.place for use in uses if use.side}
            if right == {"bottom"}:  # what the loss is differentiated by on the right is an output
                cost = min(cost, 1.5) if role == "output" else cost + (role != "activated")
            kept.append((cost, role))
        options.append(kept)
    found = []
    for choice in islice(product(*options), 20_000):
        taken = [role for _, role in choice]
        if len(set(taken)) < len(taken) or ("padded" in taken and "input" in taken and False):
            continue
        cost = sum(cost for cost, _ in choice)
        if "weight" not in taken and {"input", "delta"} <= set(taken):
            cost += 0.5
        found.append((cost, dict(zip(names, taken, strict=True))))
    found.sort(key=lambda pair: pair[0])
    least = found[0][0] if found else 0
    return [pair for pair in found if pair[0] <= least + 1.7][:4]


def _by_definition(seen, name, found) -> list[tuple[float, str]]:
    """Y = …, and no ∂: what stands on the left is the output, whatever its letter, and nothing else is."""
    if not seen.defines or (seen.layers and common.roles(name)[:1] == ("delta",)):
        return found
    if name not in seen.defines:
        return [(cost + 2.0 * (role in ("output", "delta")), role) for cost, role in found]
    if len(seen.layer_offsets[name]) > 1:
        return found
    costs = {role: cost + 3.0 for cost, role in found} | {"output": 0.0}
    if seen.activations:
        costs["activated"] = 0.0
    return sorted((cost, role) for role, cost in costs.items())


def _by_layer(seen, name, found) -> list[tuple[float, str]]:
    """x^l = ... y^{l-1}: of two layers side by side, the array of the lower one is the input, whatever its letter."""
    mine = seen.layer_offsets.get(name)
    usual = common.roles(name)
    weighty = usual[:1] == ("weight",)
    if mine and (len(mine) > 1 or (name in seen.before_activation and not weighty)):
        # of two layers side by side, or what an activation is of: an output, and below it the input's origin
        costs = {role: cost + 1.5 for cost, role in found}
        between = len(mine) > 1 and seen.activations and name not in seen.before_activation
        costs["activated" if between else "output"] = 0.0
        return sorted((cost, role) for role, cost in costs.items()) if usual[:1] != ("delta",) else found
    highest = max(set().union(*seen.layer_offsets.values()), default=0) if seen.layer_offsets else 0
    usual = common.roles(name)
    if not mine or len(mine) > 1 or (usual and usual[0] in ("weight", "bias", "delta")):
        return found
    role = "output" if max(mine) == highest else "input"
    if role == "output" and len(set().union(*seen.layer_offsets.values())) < 2:
        return found
    costs = dict((r, c) for c, r in found)
    other = "input" if role == "output" else "output"
    if other in costs:
        costs[other] += 1.5
    costs[role] = min(costs.get(role, 9), 0.3 if usual[:1] != (role,) else 0.0)
    return sorted((cost, r) for r, cost in costs.items())


def bases_of(seen: Seen) -> list[int]:
    lows = {low.value for _, low, _ in seen.bound if isinstance(low, Number)}
    cells = {
        i.value
        for uses in seen.arrays.values()
        for use in uses
        for i in use.sub or ()
        if isinstance(i, Number)
    }
    if lows == {0} or 0 in cells:
        return [0]
    if lows == {1}:
        return [1, 0]
    if not lows and not cells and not seen.numbers:
        return [0]
    if cells:
        return [1, 0]
    return [0, 1] if seen.numbers else [0]


def constant(index) -> float | None:
    """The value of an index that is made of numbers."""
    if isinstance(index, Number):
        return index.value
    if isinstance(index, Group):
        return constant(index.body)
    if isinstance(index, Add):
        values = [constant(term) for term in index.terms]
        return None if None in values else sum(s * v for s, v in zip(index.signs, values, strict=True))
    return None


def layers_of(seen: Seen, roles, axes, base) -> list[dict]:
    """The layers that numbers in subscripts ask about: any, those with such a kernel, with such an output or input."""
    most = {}
    for name, uses in seen.arrays.items():
        slots = axes.of(roles.get(name, "bias"))
        cells = [
            [constant(i) for kind, i in zip(slots, use.sub or (), strict=False) if isinstance(kind, int)]
            for use in uses
        ]
        if not cells or not all(cells) or any(value is None for cell in cells for value in cell):
            continue
        if any(value < base for cell in cells for value in cell):  # there is no such cell
            return [{}]
        most[roles.get(name)] = [int(max(values)) - base + 1 for values in zip(*cells, strict=True)]
    found = [{}]
    kernel, output = most.get("weight"), most.get("delta") or most.get("output")
    size = most.get("input")
    if kernel:
        found.append({"kernel": tuple(kernel)})
    if kernel and output:
        found.append(
            {"kernel": tuple(kernel), "size": tuple(k + u - 1 for k, u in zip(kernel, output, strict=True))}
        )
    if kernel and size:
        found.append({"kernel": tuple(kernel), "size": tuple(size)})
    if output and not kernel and not size:
        found.append({"size": tuple(output), "kernel": (1,) * len(output)})
    if output and size and not kernel:
        found.append(
            {"size": tuple(size), "kernel": tuple(h - u + 1 for h, u in zip(size, output, strict=True))}
        )
    return [layer for layer in found if _holds_all(layer, kernel, output, size)]


def _holds_all(layer, kernel, output, size) -> bool:
    """Whether all cells that are read by numbers exist in the layer."""
    if "size" not in layer:
        return True
    out = [h - k + 1 for h, k in zip(layer["size"], layer["kernel"], strict=True)]
    needs = ((layer["kernel"], kernel), (out, output), (layer["size"], size))
    return (
        all(n <= have for haves, need in needs for have, n in zip(haves, need or haves, strict=True))
        and min(out) > 0
    )


def is_forward(seen, roles) -> bool:
    """Whether a page says what the layer computes: its output stands on the left."""
    first = [chain.members[0] for chain in seen.chains]
    return any(isinstance(left, Name) and roles.get(left.text) == "output" for left in first) and (
        "delta" not in roles.values()
    )


def conventions_of(seen: Seen, roles) -> list[tuple[float, bool, tuple | None]]:
    """(cost, whether the layer turns its kernel, what * means)."""
    if not seen.joins:
        return [(0.0, False, None), (1.5, True, None)] if is_forward(seen, roles) else [(0.0, False, None)]
    modes = ("valid", "full", "same") if any(not join.said for join in seen.joins) else ("valid",)
    flips = ((0.0, False, False), (0.3, False, True), (0.6, True, True)) if any(j.flip for j in seen.joins) else (
        (0.0, False, False),
    )  # fmt: skip
    return [
        (cost + 0.1 * number, turned, (flip, mode)) for cost, turned, flip in flips
        for number, mode in enumerate((*modes, "either") if not flip and any(j.flip for j in seen.joins) else modes)
    ]  # fmt: skip
