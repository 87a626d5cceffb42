"""What holds for every layer, tried by hypothesis on layers of its own making."""

import numpy as np
import pytest
from geometries import Layer, grid_links
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convbp_helpers import conv_backward, gemm, gradcheck, loops, taps

tried = settings(deadline=None, derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck))
each = pytest.mark.parametrize("module", [loops, taps, gemm], ids=["loops", "taps", "gemm"])


@st.composite
def layers(draw, dims=(1, 2, 3), groups=(1, 2, 3), stride=4):
    """A small layer; the padding is made long enough for one window where the input is not."""
    dims, groups = draw(st.sampled_from(dims)), draw(st.sampled_from(groups))
    per_axis, total = ([], [], [], [], []), 1
    for _ in range(dims):
        kernel, dilation = draw(st.integers(1, 4 if total < 30 else 2)), draw(st.integers(1, 3))
        size, before, after = (
            draw(st.integers(1, 8 if total < 30 else 3)),
            draw(st.integers(0, 3)),
            draw(st.integers(0, 3)),
        )
        after += max(0, dilation * (kernel - 1) + 1 - size - before - after)
        for values, value in zip(
            per_axis, (size, kernel, draw(st.integers(1, stride)), (before, after), dilation)
        ):
            values.append(value)
        total *= size * kernel
    sizes, kernels, strides, pads, dilations = map(tuple, per_axis)
    batch, c, f = draw(st.integers(0, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return Layer(
        "drawn",
        (batch, groups * c, *sizes),
        (groups * f, c, *kernels),
        dict(stride=strides, padding=pads, dilation=dilations, groups=groups),
    )


seeds = st.integers(0, 2**16)


@each
@tried
@given(layers(), seeds)
def test_shapes(module, layer, seed):
    x, w, b, delta = layer.arrays(seed)
    assert module.forward(x, w, b, **layer.settings).shape == layer.out
    assert module.grad_input(delta, w, layer.x, **layer.settings).shape == layer.x
    assert module.grad_weight(delta, x, layer.w, **layer.settings).shape == layer.w
    assert module.grad_bias(delta).shape == layer.w[:1]


@tried
@given(layers(), seeds)
def test_loops_and_taps_agree_bit_for_bit_on_whole_numbers(layer, seed):
    x, w, b, delta = layer.whole(seed)
    assert np.array_equal(loops.forward(x, w, b, **layer.settings), taps.forward(x, w, b, **layer.settings))
    grads = conv_backward(delta, x, w, **layer.settings)
    by_loops = (
        loops.grad_input(delta, w, layer.x, **layer.settings),
        loops.grad_weight(delta, x, layer.w, **layer.settings),
        loops.grad_bias(delta),
    )
    assert all(map(np.array_equal, grads, by_loops))


@each
@tried
@given(layers(), seeds)
def test_linear_in_each_factor(module, layer, seed):
    x, w, b, delta = layer.whole(seed)
    x2, w2, b2, delta2 = layer.whole(seed + 1)
    s = layer.settings

    def forward(x, w, b=None):
        return module.forward(x, w, b, **s)

    def grad_x(delta, w):
        return module.grad_input(delta, w, layer.x, **s)

    def grad_w(delta, x):
        return module.grad_weight(delta, x, layer.w, **s)

    assert np.array_equal(forward(2 * x - 3 * x2, w), 2 * forward(x, w) - 3 * forward(x2, w))
    assert np.array_equal(forward(x, 2 * w - 3 * w2), 2 * forward(x, w) - 3 * forward(x, w2))
    assert np.array_equal(forward(x, w, b) + forward(x, w, b2), 2 * forward(x, w) + forward(0 * x, w, b + b2))
    assert np.array_equal(grad_x(2 * delta - 3 * delta2, w), 2 * grad_x(delta, w) - 3 * grad_x(delta2, w))
    assert np.array_equal(grad_x(delta, w - w2), grad_x(delta, w) - grad_x(delta, w2))
    assert np.array_equal(grad_w(2 * delta - 3 * delta2, x), 2 * grad_w(delta, x) - 3 * grad_w(delta2, x))
    assert np.array_equal(grad_w(delta, x - x2), grad_w(delta, x) - grad_w(delta, x2))
    assert np.array_equal(
        module.grad_bias(delta - delta2), module.grad_bias(delta) - module.grad_bias(delta2)
    )


@each
@tried
@given(layers(), seeds)
def test_the_identities_of_inner_products_hold_exactly_on_whole_numbers(module, layer, seed):
    x, w, b, delta = layer.whole(seed)
    z = module.forward(x, w, b, **layer.settings)
    grad_x = module.grad_input(delta, w, layer.x, **layer.settings)
    grad_w = module.grad_weight(delta, x, layer.w, **layer.settings)
    grad_b = module.grad_bias(delta)
    without_bias = z - b.reshape(-1, *[1] * layer.dims)
    assert (without_bias * delta).sum() == (x * grad_x).sum() == (w * grad_w).sum()
    assert (z * delta).sum() == (w * grad_w).sum() + (b * grad_b).sum()
    found = gradcheck.inner_products(delta, z, x=x, grad_x=grad_x, w=w, grad_w=grad_w, b=b, grad_b=grad_b)
    assert all(found.values()) and all(comparison.largest == 0 for comparison in found.values())


@settings(tried, max_examples=25)
@given(layers(), seeds)
def test_differences_equal_the_gradients_with_no_error(layer, seed):
    x, w, b, delta = layer.whole(seed)
    grads = conv_backward(delta, x, w, **layer.settings)
    given = [x, w, b]
    for at, grad in enumerate(grads):

        def J(array, at=at):
            return (delta * taps.forward(*given[:at], array, *given[at + 1 :], **layer.settings)).sum()

        assert gradcheck.compare(grad, gradcheck.exact_differences(J, given[at])).largest == 0


@each
@tried
@given(layers(), seeds)
def test_what_has_no_link_has_gradient_zero_and_no_effect(module, layer, seed):
    x, w, b, delta = layer.whole(seed)
    links = grid_links(layer)
    read, used = {i for _, _, i in links}, {k for _, k, _ in links}
    no_input = np.array([i not in read for i in np.ndindex(*layer.x[2:])]).reshape(layer.x[2:])
    no_tap = np.array([k not in used for k in np.ndindex(*layer.w[2:])]).reshape(layer.w[2:])
    assert not module.grad_input(delta, w, layer.x, **layer.settings)[:, :, no_input].any()
    assert not module.grad_weight(delta, x, layer.w, **layer.settings)[:, :, no_tap].any()
    z = module.forward(x, w, b, **layer.settings)
    x[:, :, no_input], w[:, :, no_tap] = np.nan, np.nan
    assert np.array_equal(module.forward(x, w, b, **layer.settings), z)


@each
@tried
@given(layers(), seeds)
def test_examples_do_not_know_of_each_other(module, layer, seed):
    x, w, b, delta = layer.whole(seed)
    s = layer.settings
    z, grad_x = module.forward(x, w, b, **s), module.grad_input(delta, w, layer.x, **s)
    grad_w, grad_b = np.zeros(layer.w), np.zeros(layer.w[:1])
    for n in range(layer.x[0]):
        one = slice(n, n + 1)
        assert np.array_equal(module.forward(x[one], w, b, **s), z[one])
        assert np.array_equal(module.grad_input(delta[one], w, (1, *layer.x[1:]), **s), grad_x[one])
        grad_w += module.grad_weight(delta[one], x[one], layer.w, **s)
        grad_b += module.grad_bias(delta[one])
    assert np.array_equal(module.grad_weight(delta, x, layer.w, **s), grad_w)
    assert np.array_equal(module.grad_bias(delta), grad_b)


@each
@tried
@given(layers(groups=(2, 3)), seeds)
def test_groups_are_layers_side_by_side(module, layer, seed):
    x, w, b, delta = layer.whole(seed)
    s, groups = dict(layer.settings, groups=1), layer.groups
    parts = zip(*(np.split(a, groups, axis) for a, axis in ((x, 1), (w, 0), (b, 0), (delta, 1))), strict=True)
    z, grad_x, grad_w = [], [], []
    for x_g, w_g, b_g, delta_g in parts:
        z.append(module.forward(x_g, w_g, b_g, **s))
        grad_x.append(module.grad_input(delta_g, w_g, x_g.shape, **s))
        grad_w.append(module.grad_weight(delta_g, x_g, w_g.shape, **s))
    s = layer.settings
    assert np.array_equal(module.forward(x, w, b, **s), np.concatenate(z, 1))
    assert np.array_equal(module.grad_input(delta, w, layer.x, **s), np.concatenate(grad_x, 1))
    assert np.array_equal(module.grad_weight(delta, x, layer.w, **s), np.concatenate(grad_w, 0))


@each
@tried
@given(layers(groups=(2, 3)), seeds)
def test_groups_are_a_kernel_of_zeros_outside_the_blocks(module, layer, seed):
    x, w, b, delta = layer.whole(seed)
    channels, filters, per_group = layer.x[1], layer.w[0], layer.w[1]
    full, s = np.zeros((filters, channels, *layer.w[2:])), dict(layer.settings, groups=1)
    blocks = [
        (f, f * layer.groups // filters * per_group + c, c) for f in range(filters) for c in range(per_group)
    ]
    for f, channel, c in blocks:
        full[f, channel] = w[f, c]
    assert np.array_equal(module.forward(x, full, b, **s), module.forward(x, w, b, **layer.settings))
    grad_x = module.grad_input(delta, w, layer.x, **layer.settings)
    assert np.array_equal(module.grad_input(delta, full, layer.x, **s), grad_x)
    dense, grad_w = (
        module.grad_weight(delta, x, full.shape, **s),
        module.grad_weight(delta, x, layer.w, **layer.settings),
    )
    assert all(np.array_equal(dense[f, channel], grad_w[f, c]) for f, channel, c in blocks)


@each
@tried
@given(layers(dims=(2,), groups=(1,)), seeds)
def test_a_kernel_that_is_a_product_splits_into_two_rows(module, layer, seed):
    """w_{k,l} = p_k q_l: along the columns, then along the rows, each a 1-D layer."""
    x, w, _, _ = layer.whole(seed)
    x, p, q = x[:, :1], w[0, 0, :, 0], w[-1, -1, 0, :]
    rows, columns = ({name: layer.settings[name][a] for name in ("stride", "dilation")} for a in (0, 1))
    rows["padding"], columns["padding"] = [(layer.pads[0],), (layer.pads[1],)]
    n, (H, W), (U, V) = len(x), layer.x[2:], layer.out_grid
    along = module.forward(x.reshape(n * H, 1, W), q[None, None], **columns).reshape(n, H, V)
    down = module.forward(along.swapaxes(1, 2).reshape(n * V, 1, H), p[None, None], **rows)
    expected = down.reshape(n, V, U).swapaxes(1, 2)
    got = module.forward(x, np.outer(p, q)[None, None], **dict(layer.settings, groups=1))
    assert np.array_equal(got[:, 0], expected)


@each
@tried
@given(layers(dims=(1, 2)), seeds)
def test_one_more_axis_of_size_1_changes_nothing(module, layer, seed):
    x, w, b, delta = layer.whole(seed)
    s = dict(
        stride=(*layer.stride, 3),
        padding=(*layer.pads, (0, 0)),
        dilation=(*layer.dilation, 2),
        groups=layer.groups,
    )
    x1, w1, delta1 = x[..., None], w[..., None], delta[..., None]
    assert np.array_equal(module.forward(x1, w1, b, **s)[..., 0], module.forward(x, w, b, **layer.settings))
    grad_x = module.grad_input(delta, w, layer.x, **layer.settings)
    assert np.array_equal(module.grad_input(delta1, w1, x1.shape, **s)[..., 0], grad_x)
    grad_w = module.grad_weight(delta, x, layer.w, **layer.settings)
    assert np.array_equal(module.grad_weight(delta1, x1, w1.shape, **s)[..., 0], grad_w)


@each
@tried
@given(layers(), seeds)
def test_exchanging_the_spatial_axes_exchanges_them_everywhere(module, layer, seed):
    x, w, b, delta = layer.whole(seed)
    s = dict(
        stride=layer.stride[::-1],
        padding=layer.pads[::-1],
        dilation=layer.dilation[::-1],
        groups=layer.groups,
    )

    def turned(array):
        return array.transpose(0, 1, *range(array.ndim - 1, 1, -1))

    x_t, w_t, delta_t = turned(x), turned(w), turned(delta)
    assert np.array_equal(module.forward(x_t, w_t, b, **s), turned(module.forward(x, w, b, **layer.settings)))
    grad_x = module.grad_input(delta, w, layer.x, **layer.settings)
    assert np.array_equal(module.grad_input(delta_t, w_t, x_t.shape, **s), turned(grad_x))
    grad_w = module.grad_weight(delta, x, layer.w, **layer.settings)
    assert np.array_equal(module.grad_weight(delta_t, x_t, w_t.shape, **s), turned(grad_w))


@each
@tried
@given(layers(), seeds)
def test_padding_is_zeros_around_the_input(module, layer, seed):
    x, w, b, delta = layer.whole(seed)
    none = dict(layer.settings, padding=0)
    padded = np.pad(x, ((0, 0), (0, 0), *layer.pads))
    assert np.array_equal(module.forward(padded, w, b, **none), module.forward(x, w, b, **layer.settings))
    inside = tuple(slice(p, p + n) for (p, _), n in zip(layer.pads, layer.x[2:], strict=True))
    grad_padded = module.grad_input(delta, w, padded.shape, **none)
    assert np.array_equal(grad_padded[:, :, *inside], module.grad_input(delta, w, layer.x, **layer.settings))
    grad_w = module.grad_weight(delta, x, layer.w, **layer.settings)
    assert np.array_equal(module.grad_weight(delta, padded, layer.w, **none), grad_w)


@each
@tried
@given(layers(), seeds)
def test_stride_keeps_every_sth_output_of_stride_1(module, layer, seed):
    x, w, b, delta = layer.whole(seed)
    dense = dict(layer.settings, stride=1)
    kept = tuple(slice(None, None, s) for s in layer.stride)
    z = module.forward(x, w, b, **dense)
    assert np.array_equal(z[:, :, *kept], module.forward(x, w, b, **layer.settings))
    spread = np.zeros_like(z)
    spread[:, :, *kept] = delta  # zeros between the cells of delta
    grad_x = module.grad_input(delta, w, layer.x, **layer.settings)
    assert np.array_equal(module.grad_input(spread, w, layer.x, **dense), grad_x)
    grad_w = module.grad_weight(delta, x, layer.w, **layer.settings)
    assert np.array_equal(module.grad_weight(spread, x, layer.w, **dense), grad_w)


@each
@tried
@given(layers(), seeds)
def test_dilation_is_a_kernel_with_zeros_between_its_taps(module, layer, seed):
    x, w, b, delta = layer.whole(seed)
    wide = np.zeros(
        (*layer.w[:2], *(d * (k - 1) + 1 for k, d in zip(layer.w[2:], layer.dilation, strict=True)))
    )
    taps_at = tuple(slice(None, None, d) for d in layer.dilation)
    wide[:, :, *taps_at] = w
    s = dict(layer.settings, dilation=1)
    assert np.array_equal(module.forward(x, wide, b, **s), module.forward(x, w, b, **layer.settings))
    grad_x = module.grad_input(delta, w, layer.x, **layer.settings)
    assert np.array_equal(module.grad_input(delta, wide, layer.x, **s), grad_x)
    grad_w = module.grad_weight(delta, x, layer.w, **layer.settings)
    assert np.array_equal(module.grad_weight(delta, x, wide.shape, **s)[:, :, *taps_at], grad_w)


@each
@tried
@given(layers(groups=(1,)), seeds)
def test_grad_w_is_a_forward_pass_with_stride_and_dilation_exchanged(module, layer, seed):
    x, _, _, delta = layer.whole(seed)
    if layer.x[0] == 0:
        return
    exchanged = dict(stride=layer.dilation, padding=layer.pads, dilation=layer.stride)
    z = module.forward(x.swapaxes(0, 1), delta.swapaxes(0, 1), **exchanged).swapaxes(0, 1)
    first_taps = tuple(slice(0, k) for k in layer.w[2:])
    assert np.array_equal(z[:, :, *first_taps], module.grad_weight(delta, x, layer.w, **layer.settings))
