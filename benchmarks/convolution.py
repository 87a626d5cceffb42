"""The layer in plain NumPy beside PyTorch and others: forward, input gradient and weight gradient, in one run.

    python benchmarks/convolution.py                  the whole table: float32 and float64, one thread
    python benchmarks/convolution.py --threads 2      reported, and never judged: cores are shared
    python benchmarks/convolution.py --only gemm,torch,limit --layers "56×56" --dtypes float32
    python benchmarks/convolution.py --json FILE --plot FILE.svg

Every candidate runs once in each round, in shuffled order, after a call that is not counted; printed are medians over
the rounds, as multiples of PyTorch where it is installed, else of `gemm`. "limit" is the same number of multiply-adds
as one bare matrix product for each image. "~" marks what is measured on a smaller layer and scaled by the
multiply-adds. A peer that is not installed is named. Ctrl-C prints what there is.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import math
import os
import platform
import random
import sys
import time
import tracemalloc

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--rounds", type=int, default=9)
parser.add_argument("--dtypes", default="float32,float64")
parser.add_argument("--only", default="", help="candidates, separated by commas")
parser.add_argument("--layers", default="", help="part of a layer's name")
parser.add_argument("--json")
parser.add_argument("--plot")
ASKED = parser.parse_args()
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(ASKED.threads)
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false" if ASKED.threads == 1 else "")
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # the kernels that this processor has
    os.environ.pop(name, None)

import numpy as np  # noqa: E402
from numpy.lib.stride_tricks import sliding_window_view  # noqa: E402

from convbp_helpers import Geometry, gemm, loops, taps  # noqa: E402

OPERATIONS = ("forward", "grad_input", "grad_weight")
#: name -> x, w, settings
LAYERS = {
    "LeNet 1, 1×28×28 → 6, 5×5": ((64, 1, 28, 28), (6, 1, 5, 5), dict(padding=2)),
    "LeNet 2, 6×14×14 → 16, 5×5": ((64, 6, 14, 14), (16, 6, 5, 5), {}),
    "3×32×32 → 32, 3×3": ((64, 3, 32, 32), (32, 3, 3, 3), dict(padding=1)),
    "64×56×56 → 64, 3×3": ((8, 64, 56, 56), (64, 64, 3, 3), dict(padding=1)),
    "128×28×28 → 256, 3×3, stride 2": ((8, 128, 28, 28), (256, 128, 3, 3), dict(stride=2, padding=1)),
    "256×56×56 → 64, 1×1": ((8, 256, 56, 56), (64, 256, 1, 1), {}),
    "96×56×56, depthwise 3×3": ((8, 96, 56, 56), (96, 1, 3, 3), dict(padding=1, groups=96)),
    "64×28×28 → 64, 3×3, dilation 2": ((8, 64, 28, 28), (64, 64, 3, 3), dict(padding=2, dilation=2)),
    "3×224×224 → 64, 7×7, stride 2": ((4, 3, 224, 224), (64, 3, 7, 7), dict(stride=2, padding=3)),
}


class Layer:
    def __init__(self, name, x, w, settings, dtype, seed=0):
        rng = np.random.default_rng(seed)
        self.name, self.settings = name, settings
        self.geometry = Geometry.of(x, w, **settings)
        draw = lambda shape: rng.normal(size=shape).astype(dtype)  # noqa: E731
        self.x, self.w, self.b, self.delta = map(draw, (x, w, w[:1], self.geometry.out_shape))

    @property
    def work(self):
        """Multiply-adds of one of the three operations."""
        return self.delta.size * math.prod(self.w.shape[1:])

    def of_module(self, module):
        s = self.settings
        return (
            lambda: module.forward(self.x, self.w, self.b, **s),
            lambda: module.grad_input(self.delta, self.w, self.x.shape, **s),
            lambda: module.grad_weight(self.delta, self.x, self.w.shape, **s),
        )


# ------------------------------------------------------------------------------------------------- candidates
class Absent(Exception):
    """Why a candidate has no figures here."""


def im2col(layer, adding):
    """The im2col of courses: an index for every cell of every window, or a strided view; groups one by one."""
    g, (axis, other) = layer.geometry, layer.geometry.axes
    pads = ((0, 0), (0, 0), axis.padding, other.padding)
    (k, l), (u, v), groups = g.kernel_grid, g.output_grid, g.groups
    rows = axis.stride * np.repeat(np.arange(u), v) + axis.dilation * np.repeat(np.arange(k), l)[:, None]
    columns = other.stride * np.tile(np.arange(v), u) + other.dilation * np.tile(np.arange(l), k)[:, None]
    w = layer.w.reshape(groups, g.filters // groups, -1)
    n, c = layer.x.shape[:2]

    def lower(x):
        x = np.pad(x, pads)
        if adding:
            found = x[:, :, rows, columns]
        else:
            windows = sliding_window_view(x, (axis.span, other.span), (2, 3))
            steps = slice(None, None, axis.stride), slice(None, None, other.stride)
            spread = slice(None, None, axis.dilation), slice(None, None, other.dilation)
            found = windows[(slice(None), slice(None), *steps, *spread)][:, :, :u, :v].transpose(
                0, 1, 4, 5, 2, 3
            )
        return found.reshape(n, groups, c // groups * k * l, u * v)

    def forward():
        return (w @ lower(layer.x)).reshape(g.out_shape) + layer.b.reshape(-1, 1, 1)

    def grad_input():
        delta = layer.delta.reshape(n, groups, -1, u * v)
        found = (w.mT @ delta).reshape(n, c, k * l, u * v)
        whole = np.zeros((n, c, axis.padded_size, other.padded_size), layer.x.dtype)
        if adding:
            np.add.at(whole, (slice(None), slice(None), rows, columns), found)
        else:
            for t, (i, j) in enumerate(np.ndindex(k, l)):
                at = (
                    slice(axis.dilation * i, axis.dilation * i + axis.stride * (u - 1) + 1, axis.stride),
                    slice(other.dilation * j, other.dilation * j + other.stride * (v - 1) + 1, other.stride),
                )
                whole[(..., *at)] += found[:, :, t].reshape(n, c, u, v)
        p, q = axis.padding[0], other.padding[0]
        return whole[:, :, p : p + axis.size, q : q + other.size]

    def grad_weight():
        delta = layer.delta.reshape(n, groups, -1, u * v)
        return (delta @ lower(layer.x).mT).sum(0).reshape(g.w_shape)

    return forward, grad_input, grad_weight


def windows(layer):
    """sliding_window_view and tensordot; the input gradient with zeros between the cells of δ."""
    g, axes = layer.geometry, layer.geometry.axes
    if g.groups > 1:
        raise Absent("no groups")

    def slide(x, w, steps, dilations):
        spans = [d * (k - 1) + 1 for d, k in zip(dilations, w.shape[2:], strict=True)]
        view = sliding_window_view(x, spans, (2, 3))
        index = [slice(None, None, s) for s in (*steps, *dilations)]
        z = np.tensordot(view[(slice(None), slice(None), *index)], w, ((1, 4, 5), (1, 2, 3)))
        return z.transpose(0, 3, 1, 2)

    steps, dilations = [a.stride for a in axes], [a.dilation for a in axes]
    pads = ((0, 0), (0, 0), *(a.padding for a in axes))

    def grad_input():
        hat = np.zeros(
            (*layer.delta.shape[:2], *(a.stride * (a.out_size - 1) + 1 for a in axes)), layer.x.dtype
        )
        hat[(..., *(slice(None, None, s) for s in steps))] = layer.delta
        ends = [(a.span - 1 - a.padding[0], a.span - 1 - a.padding[1] + a.leftover) for a in axes]
        turned = layer.w.swapaxes(0, 1)[..., ::-1, ::-1]
        return slide(np.pad(hat, ((0, 0), (0, 0), *ends)), turned, (1, 1), dilations)

    def grad_weight():
        x = np.pad(layer.x, pads).swapaxes(0, 1)
        found = slide(x, layer.delta.swapaxes(0, 1), dilations, steps)
        return found.swapaxes(0, 1)[(..., *map(slice, g.kernel_grid))]

    return (
        lambda: slide(np.pad(layer.x, pads), layer.w, steps, dilations) + layer.b.reshape(-1, 1, 1),
        grad_input,
        grad_weight,
    )


def scipy_signal(layer):
    """Two dimensions at a time: a call for each pair of a filter and a channel, of the first image alone."""
    try:
        from scipy.signal import convolve2d, correlate2d
    except ImportError:
        raise Absent("not installed") from None
    g, (axis, other) = layer.geometry, layer.geometry.axes
    x = np.pad(layer.x[0], ((0, 0), axis.padding, other.padding))
    steps = slice(None, None, axis.stride), slice(None, None, other.stride)
    spread = slice(None, None, axis.dilation), slice(None, None, other.dilation)
    w = np.zeros((*layer.w.shape[:2], axis.span, other.span), layer.w.dtype)
    w[(..., *spread)] = layer.w
    hat = np.zeros((g.filters, axis.padded_size - axis.span + 1, other.padded_size - other.span + 1), w.dtype)
    hat[(..., *steps)] = layer.delta[0]
    pairs = [(f, k, c) for f in range(g.filters) for k, c in enumerate(g.channels_of_filter(f))]

    def forward():
        z = np.zeros_like(hat)
        for f, k, c in pairs:
            z[f] += correlate2d(x[c], w[f, k], "valid")
        return z[(..., *steps)][None] + layer.b.reshape(-1, 1, 1)

    def grad_input():
        grad = np.zeros_like(x)
        for f, k, c in pairs:
            grad[c] += convolve2d(hat[f], w[f, k], "full")
        inside = (slice(a.padding[0], a.padding[0] + a.size) for a in (axis, other))
        return grad[(slice(None), *inside)][None]

    def grad_weight():
        grad = np.zeros_like(w)
        for f, k, c in pairs:
            grad[f, k] = correlate2d(x[c], hat[f], "valid")
        return grad[(..., *spread)]

    return forward, grad_input, grad_weight


def limit(layer):
    """The same multiply-adds as one matrix product for each image and group."""
    g, dtype = layer.geometry, layer.x.dtype
    f, rows, cells = g.filters // g.groups, math.prod(layer.w.shape[1:]), math.prod(g.output_grid)
    weights, columns = np.ones((g.groups, f, rows), dtype), np.ones((g.batch, g.groups, rows, cells), dtype)
    delta = np.ones((g.batch, g.groups, f, cells), dtype)
    return lambda: weights @ columns, lambda: weights.mT @ delta, lambda: columns @ delta.mT


def pytorch(layer):
    try:
        import torch
    except ImportError:
        raise Absent("not installed") from None
    torch.set_num_threads(ASKED.threads)
    x, w, b, delta = map(torch.from_numpy, (layer.x, layer.w, layer.b, layer.delta))
    s, grad = layer.settings, torch.nn.grad
    return (
        lambda: torch.nn.functional.conv2d(x, w, b, **s),
        lambda: grad.conv2d_input(x.shape, w, delta, **s),
        lambda: grad.conv2d_weight(x, w.shape, delta, **s),
    )


def jax(layer):
    try:
        import jax
    except ImportError:
        raise Absent("not installed") from None
    jax.config.update("jax_enable_x64", True)
    g = layer.geometry
    settings = dict(
        window_strides=[a.stride for a in g.axes], padding=[a.padding for a in g.axes],
        rhs_dilation=[a.dilation for a in g.axes], feature_group_count=g.groups,
    )  # fmt: skip
    z = lambda x, w: jax.lax.conv_general_dilated(x, w, **settings)  # noqa: E731
    x, w, b, delta = map(jax.numpy.asarray, (layer.x, layer.w, layer.b.reshape(-1, 1, 1), layer.delta))
    forward = jax.jit(lambda x, w: z(x, w) + b)
    by_x = jax.jit(lambda x, w, delta: jax.vjp(lambda x: z(x, w), x)[1](delta)[0])
    by_w = jax.jit(lambda x, w, delta: jax.vjp(lambda w: z(x, w), w)[1](delta)[0])
    done = lambda call, *given: lambda: call(*given).block_until_ready()  # noqa: E731
    return done(forward, x, w), done(by_x, x, w, delta), done(by_w, x, w, delta)


CANDIDATES = {
    "torch": pytorch,
    "gemm": lambda layer: layer.of_module(gemm),
    "taps": lambda layer: layer.of_module(taps),
    "im2col (strided)": lambda layer: im2col(layer, adding=False),
    "im2col (np.add.at)": lambda layer: im2col(layer, adding=True),
    "windows (tensordot)": windows,
    "jax": jax,
    "limit": limit,
}
SLOW = {"loops ~": loops, "scipy.signal ~": scipy_signal}


def scaled_loops(layer, dtype):
    """Seconds of `loops`, which grow with the multiply-adds: from a layer of a few thousand of them."""
    small = Layer("small", (1, 2, 8, 9), (3, 2, 3, 3), {}, dtype)
    seconds = []
    for call in small.of_module(loops):
        start = time.perf_counter()
        call()
        seconds.append((time.perf_counter() - start) * layer.work / small.work)
    return seconds


def of_one_image(calls, one, layer):
    """Seconds of calls that take the first image alone, times the number of images; and their error."""
    seconds, errors = [], []
    for call, right in zip(calls, one.of_module(taps), strict=True):
        start = time.perf_counter()
        got = call()
        seconds.append((time.perf_counter() - start) * layer.geometry.batch)
        expected = right()
        errors.append(float(np.abs(got - expected).max() / np.abs(expected).max()))
    return dict(median=seconds, best=[], errors=errors, extra_memory=[])


# ------------------------------------------------------------------------------------------------- measuring
def measured(layer, dtype, wanted, say):
    """candidate -> the seconds of its three operations; and candidate -> peak memory, error."""
    calls, absent = {}, {}
    for name, make in CANDIDATES.items():
        if wanted and name not in wanted:
            continue
        try:
            calls[name] = make(layer)
            for call in calls[name]:
                call()
        except Absent as reason:
            calls.pop(name, None)
            absent[name] = str(reason)
    order = [(name, at) for name in calls for at in range(3)]
    seconds = {key: [] for key in order}
    for n in range(ASKED.rounds):
        random.shuffle(order)
        for name, at in order:
            start = time.perf_counter()
            calls[name][at]()
            seconds[name, at].append(time.perf_counter() - start)
        say(n + 1)
    exact = Layer(layer.name, layer.x.shape, layer.w.shape, layer.settings, np.float64)
    exact.x, exact.w, exact.b, exact.delta = (
        a.astype(float) for a in (layer.x, layer.w, layer.b, layer.delta)
    )
    right = [call() for call in exact.of_module(taps)]
    result = {}
    for name in calls:
        errors = [] if name == "limit" else [
            float(np.abs(np.asarray(call()) - e).max() / np.abs(e).max())
            for call, e in zip(calls[name], right, strict=True)
        ]  # fmt: skip
        result[name] = dict(
            median=[float(np.median(seconds[name, at])) for at in range(3)],
            best=[min(seconds[name, at]) for at in range(3)],
            errors=errors,
            extra_memory=[extra_memory(call) for call in calls[name]]
            if name in ("gemm", "taps") or "im2col" in name
            else [],
        )
    if not wanted or "scipy.signal ~" in wanted:
        try:
            one = Layer(layer.name, (1, *layer.x.shape[1:]), layer.w.shape, layer.settings, dtype)
            result["scipy.signal ~"] = of_one_image(scipy_signal(one), one, layer)
        except Absent as reason:
            absent["scipy.signal"] = str(reason)
    if not wanted or "loops ~" in wanted:
        result["loops ~"] = dict(median=scaled_loops(layer, dtype), best=[], errors=[], extra_memory=[])
    return result, absent


def extra_memory(call):
    """The peak beyond the result, in bytes."""
    tracemalloc.start()
    result = call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return int(peak - result.nbytes)


def table(results, dtype):
    lines, ratios = [], {}
    base = "torch" if any("torch" in found for found in results.values()) else "gemm"
    for layer, found in results.items():
        if base not in found:
            continue
        whole = sum(found[base]["median"])
        lines.append(f"\n{layer}: {base} {', '.join(f'{1000 * t:.2f}' for t in found[base]['median'])} ms")
        for name, told in found.items():
            if name == base:
                continue
            ratio = sum(told["median"]) / whole
            ratios.setdefault(name, []).append(ratio)
            each = "  ".join(
                f"{a / b:8.2f}" for a, b in zip(told["median"], found[base]["median"], strict=True)
            )
            error = f"   error {max(told['errors']):.0e}" if told["errors"] else ""
            memory = f"   {max(told['extra_memory']) / 1e6:6.1f} MB" if told["extra_memory"] else ""
            lines.append(f"  {name:20} {each}   all {ratio:8.2f}{error}{memory}")
    lines.append(
        f"\nmultiples of {base}, {dtype}, {ASKED.threads} thread(s): geometric mean over the layers, and the largest"
    )
    for name, found in sorted(ratios.items(), key=lambda entry: np.log(entry[1]).mean()):
        lines.append(
            f"  {name:20} {np.exp(np.log(found).mean()):10.2f} {max(found):10.2f}   ({len(found)} layers)"
        )
    return "\n".join(lines)


def exponents(results):
    """How the time of each candidate grows with the multiply-adds: the slope in log-log over the layers."""
    lines = []
    for name in ("gemm", "taps", "torch"):
        points = [(work, sum(found[name]["median"])) for work, found in results if name in found]
        if len(points) > 2:
            work, seconds = np.log(np.array(points)).T
            lines.append(f"{name} {np.polyfit(work, seconds, 1)[0]:.2f}")
    return "time grows as multiply-adds to the power of: " + ", ".join(lines) if lines else ""


def machine():
    packages = {"numpy": np.__version__}
    for name in ("torch", "jax"):
        if importlib.util.find_spec(name):
            packages[name] = importlib.metadata.version(name)
    return dict(
        python=platform.python_version(), machine=platform.machine(), cores=os.cpu_count(), **packages
    )


def plot(results, path):
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 5), layout="constrained")
    names = list(dict.fromkeys(name for _, found in results for name in found))
    for name in names:
        points = sorted((work, sum(found[name]["median"])) for work, found in results if name in found)
        axes.loglog(
            *zip(*points, strict=True), marker="o", label=name, linestyle="--" if name == "limit" else "-"
        )
    axes.set(xlabel="multiply-adds of one operation", ylabel="seconds, all three operations", title="float32")
    axes.legend(fontsize=8)
    figure.savefig(path)


def main():
    wanted = [name.strip() for name in ASKED.only.split(",")] if ASKED.only else []
    unknown = set(wanted) - set(CANDIDATES) - set(SLOW)
    if unknown:
        sys.exit(f"no candidate {', '.join(unknown)}; there are {', '.join([*CANDIDATES, *SLOW])}")
    print(json.dumps(machine()), flush=True)
    everything = {}
    for dtype in ASKED.dtypes.split(","):
        results, work, absent = {}, [], {}
        chosen = {name: told for name, told in LAYERS.items() if ASKED.layers in name}
        of = len(chosen)
        try:
            for number, (name, told) in enumerate(chosen.items(), 1):
                layer = Layer(name, *told, dtype)

                def say(n, number=number, of=of, dtype=dtype):
                    if sys.stderr.isatty():
                        bar = "#" * n + "." * (ASKED.rounds - n)
                        print(f"\r{dtype}, layer {number} of {of} {bar}", end="", file=sys.stderr)

                found, absent = measured(layer, dtype, wanted, say)
                results[name] = found
                work.append((layer.work, found))
        except KeyboardInterrupt:
            print("\ninterrupted: a part of the table", file=sys.stderr)
        print(table(results, dtype))
        print(exponents(work))
        for name, reason in absent.items():
            print(f"{name}: {reason}")
        everything[dtype] = results
        if ASKED.plot and work:
            plot(work, ASKED.plot)
    if ASKED.json:
        with open(ASKED.json, "w", encoding="utf-8") as file:
            json.dump(dict(machine=machine(), threads=ASKED.threads, results=everything), file, indent=1)


if __name__ == "__main__":
    main()
