"""The checks that the notebooks' exercises call: `check_<name>(answer)` returns a `Report` that draws itself.

`checking` judges, `report` speaks; the exercises themselves stand in one file per stretch of the series. A check takes
the answer as its argument and reads nothing else.
"""

from .channels_to_stride import (
    check_backward_filters,
    check_backward_kernels,
    check_backward_of_mean,
    check_bias_nudge,
    check_grad_bias,
    check_grad_input_with_stride,
    check_grad_weight_of_channels,
    check_input_gradient_of_channels,
    check_input_sizes,
    check_links_with_stride,
    check_repaired_channels,
    check_repaired_stride,
    check_weight_gradient_of_a_batch,
    check_weight_gradient_two_strides,
)
from .one_channel import (
    check_backward_through_tanh,
    check_grad_input_1d,
    check_grad_input_gather,
    check_grad_weight_1d,
    check_grad_weight_2d,
    check_nudge,
    check_outputs_reached,
    check_repaired_grad_input,
    check_strided_weight_gradient,
    check_summed_letters,
    check_turned_kernel,
    check_weight_gradient_over_inputs,
    check_weight_gradient_through_activation,
)
from .report import Report

__all__ = [
    "Report",
    "check_backward_filters",
    "check_backward_kernels",
    "check_backward_of_mean",
    "check_backward_through_tanh",
    "check_bias_nudge",
    "check_grad_bias",
    "check_grad_input_1d",
    "check_grad_input_gather",
    "check_grad_input_with_stride",
    "check_grad_weight_1d",
    "check_grad_weight_2d",
    "check_grad_weight_of_channels",
    "check_input_gradient_of_channels",
    "check_input_sizes",
    "check_links_with_stride",
    "check_nudge",
    "check_outputs_reached",
    "check_repaired_channels",
    "check_repaired_grad_input",
    "check_repaired_stride",
    "check_strided_weight_gradient",
    "check_summed_letters",
    "check_turned_kernel",
    "check_weight_gradient_of_a_batch",
    "check_weight_gradient_over_inputs",
    "check_weight_gradient_through_activation",
    "check_weight_gradient_two_strides",
]
