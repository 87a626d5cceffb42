"""One training step in plain NumPy beside PyTorch: forward, backward and the update, in one run.

    python benchmarks/training.py                          float32, one thread
    python benchmarks/training.py --threads 2 --rounds 99  reported, and never judged: cores are shared
    python benchmarks/training.py --nets LeNet --parts     how the step of ours divides into its functions

Ours is `conv`, `conv_backward` and `layers`; PyTorch's is autograd and its SGD, with the same weights. First both must
give the same loss and gradients. Then each runs once in each round, in shuffled order, after calls that are not
counted; printed are medians over the rounds. A peer that is not installed is named. Ctrl-C prints what there is.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import platform
import random
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--rounds", type=int, default=99)
parser.add_argument("--nets", default="", help="part of a network's name")
parser.add_argument("--json", help="a file; what it holds of convolution.py is kept")
parser.add_argument("--parts", action="store_true", help="the time in each function of ours")
ASKED, IGNORED = parser.parse_known_args()  # `make bench` hands the same to convolution.py
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(ASKED.threads)
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # the kernels that this processor has
    os.environ.pop(name, None)

import numpy as np  # noqa: E402

from convbp_helpers import conv, conv_backward, layers  # noqa: E402

RATE = 1e-4  # hardly any step: the figures are those of the same network in each round
#: name -> size of the batch, channels and image, and the layers: a convolution is its filters, kernel and settings
LENET = (
    ("conv", 6, 5, dict(padding=2)), ("relu",), ("max_pool", 2),
    ("conv", 16, 5, {}), ("relu",), ("max_pool", 2),
    ("dense", 120), ("relu",), ("dense", 84), ("relu",), ("dense", 10),
)  # fmt: skip
DIGITS = (
    ("conv", 8, 3, dict(padding=1)), ("relu",),
    ("conv", 16, 3, dict(stride=2, padding=1)), ("relu",),
    ("dense", 10),
)  # fmt: skip
NETS = {
    "LeNet-5, 1×28×28, batch 64": ((64, 1, 28, 28), LENET),
    "digits, 1×8×8, batch 32": ((32, 1, 8, 8), DIGITS),
    "digits, 1×8×8, batch 64": ((64, 1, 8, 8), DIGITS),
}


class Net:
    """A batch, the layers of a network, and its first weights: w0 and b0 belong to layer 0."""

    def __init__(self, shape, told, seed=0):
        rng = np.random.default_rng(seed)
        self.told, self.parameters = told, {}
        self.x = rng.random(shape, np.float32)
        z = self.x
        for at, (kind, *sizes) in enumerate(told):
            if kind in ("conv", "dense"):
                outputs = sizes[0]
                inputs = (z.shape[1], sizes[1], sizes[1]) if kind == "conv" else (z[0].size,)
                w = rng.normal(0, np.sqrt(2 / np.prod(inputs)), (outputs, *inputs))
                self.parameters[f"w{at}"] = w.astype(np.float32)
                self.parameters[f"b{at}"] = np.zeros(outputs, np.float32)
            z = self.forward(at, z)
        self.labels = rng.integers(0, z.shape[1], shape[0])

    def forward(self, at, x):
        kind, *sizes = self.told[at]
        if kind == "conv":
            return conv(x, self.parameters[f"w{at}"], self.parameters[f"b{at}"], **sizes[2])
        if kind == "dense":
            return layers.dense(x, self.parameters[f"w{at}"], self.parameters[f"b{at}"])
        return getattr(layers, kind)(x, *sizes)

    def backward(self, at, delta, x, z, gradients):
        kind, *sizes = self.told[at]
        if kind == "conv":
            grads = conv_backward(delta, x, self.parameters[f"w{at}"], input=at > 0, **sizes[2])
        elif kind == "dense":
            grads = layers.dense_backward(delta, x, self.parameters[f"w{at}"])
        else:
            more = (z,) if kind == "max_pool" else ()
            return getattr(layers, f"{kind}_backward")(delta, x, *sizes, *more)
        grad_x, gradients[f"w{at}"], gradients[f"b{at}"] = grads
        return grad_x

    def gradients(self):
        """The loss, and the gradient of each parameter."""
        read, gradients = [self.x], {}
        for at in range(len(self.told)):
            read.append(timed("forward", at, self.forward, at, read[-1]))
        loss, delta = timed("loss", len(self.told), layers.softmax_cross_entropy, read[-1], self.labels)
        for at in reversed(range(len(self.told))):
            delta = timed("backward", at, self.backward, at, delta, *read[at : at + 2], gradients)
        return loss, gradients


PARTS = {}  #: (what, number of the layer) -> seconds


def timed(what, at, call, *given):
    if not ASKED.parts:
        return call(*given)
    start = time.perf_counter()
    result = call(*given)
    PARTS.setdefault((what, at), []).append(time.perf_counter() - start)
    return result


# ------------------------------------------------------------------------------------------------- candidates
class Absent(Exception):
    """Why a candidate has no figures here."""


def ours(net):
    optimiser = layers.SGD(net.parameters, RATE)
    return lambda: optimiser.step(net.gradients()[1])


def pytorch(net):
    try:
        import torch
    except ImportError:
        raise Absent("not installed") from None
    torch.set_num_threads(ASKED.threads)
    functional = torch.nn.functional
    x, labels = torch.from_numpy(net.x), torch.from_numpy(net.labels)
    parameters = {name: torch.tensor(array, requires_grad=True) for name, array in net.parameters.items()}
    optimiser = torch.optim.SGD(parameters.values(), RATE)

    def loss():
        z = x
        for at, (kind, *sizes) in enumerate(net.told):
            if kind == "conv":
                z = functional.conv2d(z, parameters[f"w{at}"], parameters[f"b{at}"], **sizes[2])
            elif kind == "dense":
                z = functional.linear(z.flatten(1), parameters[f"w{at}"], parameters[f"b{at}"])
            elif kind == "relu":
                z = functional.relu(z)
            else:
                z = functional.max_pool2d(z, *sizes)
        return functional.cross_entropy(z, labels)

    def step():
        optimiser.zero_grad()
        loss().backward()
        optimiser.step()

    total = loss()
    total.backward()
    agree(net, total.item(), {name: tensor.grad.numpy() for name, tensor in parameters.items()})
    return step


def agree(net, loss, gradients):
    """Both compute the same, or there is nothing to compare."""
    ours_loss, ours_gradients = net.gradients()
    assert abs(loss - ours_loss) < 1e-5 * abs(loss), (loss, ours_loss)
    for name, gradient in ours_gradients.items():
        assert gradient.dtype == np.float32 and gradient.shape == gradients[name].shape, name
        worst = np.abs(gradient - gradients[name]).max() / np.abs(gradients[name]).max()
        assert worst < 1e-4, (name, worst)


CANDIDATES = {"torch": pytorch, "ours": ours}


# ------------------------------------------------------------------------------------------------- measuring
def measured(net):
    """candidate -> the seconds of its step in each round; and candidate -> why it has none."""
    steps, absent = {}, {}
    for name, make in CANDIDATES.items():
        try:
            steps[name] = make(net)
        except Absent as reason:
            absent[name] = str(reason)
    for step in steps.values():
        for _ in range(5):
            step()
    PARTS.clear()
    order, seconds = list(steps), {name: [] for name in steps}
    for _ in range(ASKED.rounds):
        random.shuffle(order)
        for name in order:
            start = time.perf_counter()
            steps[name]()
            seconds[name].append(time.perf_counter() - start)
    return seconds, absent


def told_parts(net):
    """The functions of our step, with their medians in microseconds."""
    for (what, at), seconds in PARTS.items():
        name = "softmax_cross_entropy" if what == "loss" else f"{at} {net.told[at][0]} {what}"
        print(f"    {1e6 * np.median(seconds):8.0f} µs  {name}")


def machine():
    packages = {"numpy": np.__version__}
    if importlib.util.find_spec("torch"):
        packages["torch"] = importlib.metadata.version("torch")
    return dict(
        python=platform.python_version(), machine=platform.machine(), cores=os.cpu_count(), **packages
    )


def main():
    print(json.dumps(machine()), flush=True)
    if IGNORED:
        print(f"no options of this benchmark: {' '.join(IGNORED)}")
    absent, results = {}, {}
    try:
        for name, told in NETS.items():
            if ASKED.nets not in name:
                continue
            net = Net(*told)
            seconds, absent = measured(net)
            medians = {name: float(np.median(s)) for name, s in seconds.items()}
            results[name] = medians
            line = ", ".join(f"{who} {1000 * median:.3f} ms" for who, median in medians.items())
            if "torch" in medians:
                line += f"; ours is {medians['ours'] / medians['torch']:.2f} of torch"
            print(f"{name}: {line}", flush=True)
            told_parts(net)
    except KeyboardInterrupt:
        print("\ninterrupted: a part of the table", file=sys.stderr)
    print(f"one step of training, float32, {ASKED.threads} thread(s), medians of {ASKED.rounds} rounds")
    for name, reason in absent.items():
        print(f"{name}: {reason}")
    if ASKED.json:
        path = pathlib.Path(ASKED.json)
        held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"machine": machine()}
        path.write_text(json.dumps(held | {"training": results}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
