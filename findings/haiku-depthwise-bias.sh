#!/usr/bin/env bash
# Haiku's DepthwiseConv1D and DepthwiseConv3D with channels first add the bias along another axis than the channels.
#
# Versions     dm-haiku 0.0.17 with jax 0.12.0.1 and NumPy 2.5.5, Python 3.12.
# Expected     One number of the bias for each channel, as Conv1D(data_format="NCW") adds it.
# Behaviour    For every number of axes the bias is made with shape (channels, 1, 1), which is right in two
#              dimensions alone. In one dimension it falls on the examples of the batch: with as many examples as
#              channels each *example* gets a number of the bias, with no error; with another number of examples the
#              call is refused. In three dimensions it falls on the depth in the same way. With channels last it
#              is right.
# Seen         2 examples, 2 channels, bias [10, 20], weights 0: DepthwiseConv1D [[10, 10], [20, 20]] (example by
#              channel), Conv1D [[10, 20], [10, 20]];  3 examples: ValueError;  DepthwiseConv3D, 2 channels and
#              depth 2: either channel 10 at the first depth and 20 at the second
# What follows libraries/adapters/haiku.py puts channels last.
#
# Run: PYTHON=python3.12 bash findings/haiku-depthwise-bias.sh     Exits 0 while it is so, and 1 when the behaviour has
# changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check dm-haiku==0.0.17 jax==0.12.0.1 numpy==2.5.5
cat >"$folder/ask.py" <<'PYTHON'
import sys

import haiku as hk
import jax
import jax.numpy as jnp

BIAS = jnp.array([10.0, 20])


def biases(layer, x, channel_axis, **settings):
    """What a layer with weights 0 gives, or the name of its error."""
    net = hk.without_apply_rng(hk.transform(lambda x: layer(kernel_shape=1, name="layer", **settings)(x)))
    try:
        values = net.init(jax.random.key(0), x)["layer"]
        values = {"w": 0 * values["w"], "b": BIAS.reshape(values["b"].shape)}
        return jnp.moveaxis(net.apply({"layer": values}, x), channel_axis, 1)
    except ValueError as error:
        return type(error).__name__


def by_example(answer):
    """Example by channel, of the first cell."""
    return answer if isinstance(answer, str) else answer.reshape(*answer.shape[:2], -1)[..., 0].tolist()


one = dict(channel_multiplier=1)
x = jnp.ones((2, 2, 5))
depthwise = by_example(biases(hk.DepthwiseConv1D, x, 1, data_format="NCW", **one))
last = by_example(biases(hk.DepthwiseConv1D, jnp.moveaxis(x, 1, -1), -1, data_format="NWC", **one))
plain = by_example(biases(hk.Conv1D, x, 1, data_format="NCW", output_channels=2))
three = by_example(biases(hk.DepthwiseConv1D, jnp.ones((3, 2, 5)), 1, data_format="NCW", **one))
cube = biases(hk.DepthwiseConv3D, jnp.ones((1, 2, 2, 3, 3)), 1, data_format="NCDHW", **one)
cube = cube if isinstance(cube, str) else cube[0, :, :, 0, 0].tolist()
print("2 examples: DepthwiseConv1D NCW", depthwise, "NWC", last, "Conv1D NCW", plain)
print("3 examples: DepthwiseConv1D NCW", three)
print("DepthwiseConv3D NCDHW, channel by depth", cube)
by_channel, by_first_axis = [[10.0, 20.0], [10.0, 20.0]], [[10.0, 10.0], [20.0, 20.0]]
so = depthwise == by_first_axis and last == by_channel and plain == by_channel and three == "ValueError"
by_depth = [[10.0, 20.0], [10.0, 20.0]]  # either channel: 10 at the first depth, 20 at the second
sys.exit(0 if so and cube == by_depth else 1)
PYTHON
"$folder/venv/bin/python" "$folder/ask.py" || { echo "the behaviour has changed"; exit 1; }
