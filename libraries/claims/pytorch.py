"""What the pages say of PyTorch beyond its table, each with the run behind it."""

import torch
from torch.nn import functional as F

X = torch.arange(1.0, 41, dtype=torch.float64).reshape(1, 1, 5, 8)


def _raises(kind, words, function):
    try:
        function()
    except kind as error:
        assert words in str(error), str(error)
    else:
        raise AssertionError("nothing was raised")


def negative_pads_crop():
    """torch.nn.functional.pad with negative numbers crops."""
    assert torch.equal(F.pad(X, [-1, -2, -1, 0]), X[..., 1:, 1:6])


def padding_is_one_number_for_both_sides():
    """padding= is one number per axis; pairs are refused."""
    w = torch.ones(1, 1, 3, 3, dtype=torch.float64)
    assert F.conv2d(X, w, padding=(1, 2)).shape == (1, 1, 5, 10)
    _raises(TypeError, "", lambda: F.conv2d(X, w, padding=((1, 0), (0, 1))))


def same_needs_stride_one():
    """padding="same" is refused with a stride above 1."""
    w = torch.ones(1, 1, 3, 3, dtype=torch.float64)
    _raises(RuntimeError, "strided", lambda: F.conv2d(X, w, stride=2, padding="same"))


def groups_take_weights_of_their_channels():
    """groups= takes weights (F, C/G, K, L); those of a transposed layer are (channels in, channels out / G, K, L)."""
    assert torch.nn.Conv2d(4, 6, (2, 3), groups=2).weight.shape == (6, 2, 2, 3)
    assert torch.nn.Conv2d(4, 8, 3, groups=4).weight.shape == (8, 1, 3, 3)
    assert torch.nn.ConvTranspose2d(4, 6, (2, 3), groups=2).weight.shape == (4, 3, 2, 3)


def the_input_gradient_must_be_told_the_size():
    """torch.nn.grad.conv2d_input takes every input size that has this output size."""
    delta, w = torch.ones(1, 1, 2, 3, dtype=torch.float64), torch.ones(1, 1, 2, 2, dtype=torch.float64)
    shapes = [(1, 1, h, 6) for h in (4, 5)]
    assert [tuple(torch.nn.grad.conv2d_input(s, w, delta, stride=2).shape) for s in shapes] == shapes
    _raises(RuntimeError, "", lambda: torch.nn.grad.conv2d_input((1, 1, 6, 6), w, delta, stride=2))


def mean_divides_by_the_cells():
    """reduction="mean" of a loss divides by the number of cells."""
    z = torch.ones(2, 3, 4, requires_grad=True)
    F.mse_loss(z, torch.zeros(2, 3, 4), reduction="mean").backward()
    assert torch.allclose(z.grad, torch.full((2, 3, 4), 2 / 24))


def relu_has_slope_zero_at_zero():
    """The slope of ReLU at 0 is taken as 0."""
    z = torch.zeros(3, requires_grad=True)
    torch.relu(z).sum().backward()
    assert not z.grad.any()


def pad_takes_the_last_axis_first():
    """F.pad takes left, right, top, bottom: the last axis first."""
    padded = F.pad(torch.ones(1, 1, 3, 4), (1, 2, 5, 0))
    assert padded.shape == (1, 1, 8, 7) and padded[0, 0, 5, 1] == 1 and padded[0, 0, 4].sum() == 0
    assert padded[0, 0, :, 0].sum() == 0 and padded[0, 0, 7, 4] == 1


def half_of_the_kernel_makes_an_output_too_many():
    """padding=K//2 with an even kernel makes one output more than there are inputs, at stride 1."""
    assert F.conv1d(torch.ones(1, 1, 9), torch.ones(1, 1, 4), padding=2).shape == (1, 1, 10)


def four_by_four_doubles():
    """A transposed layer of 4 weights, stride 2 and padding 1 makes twice as many cells."""
    assert F.conv_transpose1d(torch.ones(1, 1, 3), torch.ones(1, 1, 4), stride=2, padding=1).shape == (
        1,
        1,
        6,
    )


def written_as_a_maximum_the_slope_is_another():
    """At 0 torch.relu has slope 0, torch.maximum with 0 has 1/2, and clamp(min=0) has 1."""
    for relu, slope in (
        (torch.relu, 0),
        (lambda z: torch.maximum(z, torch.zeros(1)), 0.5),
        (lambda z: z.clamp(min=0), 1),
    ):
        z = torch.zeros(1, requires_grad=True)
        relu(z).backward()
        assert z.grad.item() == slope
