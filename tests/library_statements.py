"""Every sentence of the notebooks that names a library, and the run behind it.

A backing is one of

- claim:LIBRARY:NAME       a function of libraries/claims/LIBRARY.py, kept as holding
- agrees:LIBRARY:QUANTITY:FEATURE   all layers of a feature agree
- word:LIBRARY:WORD:LAYERS:READING  the kept reading of a word; "refuses" where it is refused
- call:LIBRARY[:all]       the calls of the table in notebook 09, as they stand: with one group and d = 1, or with all
- here:NAME                a function of tests/test_library_statements.py
- none                     it says nothing of what a library does
"""

USUAL = "ceil(H/s) outputs, the odd zero behind"
FOUR = ("pytorch", "jax", "tensorflow", "keras_tensorflow")

#: (notebook, how the line begins or what only it holds, backings)
STATEMENTS = [
    ("00", "**Indices start at 0**", ["here:numpy_counts_from_zero"]),
    ("00", 'call this operation "convolution"', [f"agrees:{name}:forward:plain" for name in FOUR]),
    ("00", "In PyTorch the three gradients are", ["call:pytorch:all"]),
    ("00", "Weights are stored as", ["claim:pytorch:groups_take_weights_of_their_channels", "claim:tensorflow:weights_are_height_width_in_out"]),
    ("01", "NumPy has both ways of sliding ready", ["here:numpy_slides_both_ways"]),
    ("01", "keeps only the last value per cell in NumPy", ["here:numpy_keeps_the_last"]),
    ("02", "tell convolution from cross-correlation in a library call", ["none"]),
    ("02", "what their libraries call convolution", [f"agrees:{name}:forward:plain" for name in FOUR]),
    ("02", "already turns the kernel; turn it yourself", ["here:numpy_slides_both_ways", "claim:scipy:convolve2d_turns_and_correlate2d_does_not"]),
    ("02", "exchanges the two without a word", ["here:numpy_exchanges"]),
    ("02", "turn the kernel; `np.correlate`", ["here:numpy_slides_both_ways", "claim:scipy:convolve2d_turns_and_correlate2d_does_not", "claim:jax:convolve_turns_and_correlate_does_not", *(f"agrees:{name}:forward:plain" for name in FOUR)]),
    ("03", "PyTorch stores weights as", ["claim:pytorch:groups_take_weights_of_their_channels", "claim:tensorflow:weights_are_height_width_in_out"]),
    ("03", "The weight of PyTorch's `ConvTranspose2d`", ["claim:pytorch:groups_take_weights_of_their_channels", "agrees:pytorch:transposed:transposed"]),
    ("04", "In PyTorch `grad_b` is", ["call:pytorch:all", "call:tensorflow"]),
    ("04", "Losses in frameworks have a setting", ["claim:pytorch:mean_divides_by_the_cells"]),
    ("05", "why PyTorch", ["claim:pytorch:the_input_gradient_must_be_told_the_size"]),
    ("05", "must be given the input's size", ["claim:pytorch:the_input_gradient_must_be_told_the_size"]),
    ("06", "say how libraries differ about", ["none"]),
    ("06", "and libraries do not agree", [*(f"word:{name}:SAME:stride above 1:{USUAL}" for name in ("tensorflow", "jax")), f"word:keras_tensorflow:same:stride above 1:{USUAL}", f"word:tensorflow:SAME:both:{USUAL}", "word:pytorch:same:stride above 1:refuses"]),
    ("06", "moved from one library to the other", ["none"]),
    ("06", "one number per axis, for both sides", ["claim:pytorch:padding_is_one_number_for_both_sides", "agrees:jax:forward:asymmetric padding", "claim:tensorflow:pairs_are_taken_by_conv2d_and_its_transpose", "claim:tensorflow:words_only_for_other_numbers_of_axes"]),
    ("06", "with negative numbers crops", ["claim:pytorch:negative_pads_crop"]),
    ("06", "TensorFlow's documentation of", [f"word:tensorflow:SAME:stride 1:{USUAL}"]),
    ("07", "count like this", [f"agrees:{name}:forward:dilation" for name in FOUR]),
    ("07", "refuse a stride above 1 together", ["claim:keras_tensorflow:stride_with_dilation_is_refused", "claim:keras_tensorflow:depthwise_and_separable_take_both", "agrees:pytorch:forward:stride and dilation", "agrees:jax:forward:stride and dilation"]),
    ("07", "has two dilations", ["call:jax:all"]),
    ("08", "take weights of $C/G$ channels", ["claim:pytorch:groups_take_weights_of_their_channels", "agrees:pytorch:forward:groups", "agrees:jax:forward:groups", "agrees:pytorch:forward:depthwise"]),
    ("08", "Keras's `DepthwiseConv2D` has a kernel", ["claim:keras_tensorflow:a_multiplier_s_maps_stand_together"]),
    ("08", "JAX has `batch_group_count=`", ["claim:jax:batch_groups_give_the_weight_gradient"]),
    ("09", "calls that compute all this in three libraries", ["none"]),
    ("09", "find the call for each of them", ["none"]),
    ("09", "Libraries call this $r$ the **output padding**", ["call:pytorch:all"]),
    ("09", "## In three libraries, call by call", ["none"]),
    ("09", "You need none of the libraries", ["call:pytorch:all", "call:jax:all", "call:tensorflow"]),
    ("09", "takes an output padding below the larger", ["here:output_paddings_of_pytorch_and_keras"]),
    ("09", "Four libraries were also asked", ["none"]),
    ("09", "ReLU has no slope at 0", [f"claim:{name}:relu_has_slope_zero_at_zero" for name in FOUR[:3]]),
    ("09", "| quantity | PyTorch |", ["none"]),
    ("09", "`F.conv2d(x", ["call:pytorch:all"]),
    ("09", "torch.nn.grad.conv2d_input", ["call:pytorch:all"]),
    ("09", "torch.nn.grad.conv2d_weight", ["call:pytorch:all"]),
    ("09", "`F.conv_transpose2d(delta", ["call:pytorch:all"]),
    ("09", "| quantity | JAX |", ["none"]),
    ("09", "chosen with `dimension_numbers`", ["call:jax:all", "claim:jax:the_transposed_layer_is_channels_last"]),
    ("09", "`lax.conv_general_dilated(x", ["call:jax:all"]),
    ("09", "`jax.vjp(z, x, w)[1](delta)[0]`", ["call:jax:all"]),
    ("09", "`jax.vjp(z, x, w)[1](delta)[1]`", ["call:jax:all"]),
    ("09", "`lax.conv_general_dilated(delta", ["call:jax:all"]),
    ("09", "| quantity | TensorFlow and Keras |", ["none"]),
    ("09", "`tf.nn.conv2d(x", ["call:tensorflow"]),
    ("09", "Conv2DBackpropInput", ["call:tensorflow"]),
    ("09", "Conv2DBackpropFilter", ["call:tensorflow"]),
    ("09", "on a CPU these two refuse", ["claim:tensorflow:compiled_gradients_are_right", "claim:tensorflow:eager_gradients_are_refused", *(f"agrees:keras_tensorflow:{q}:{f}" for q in ("grad_x", "grad_w") for f in ("dilation", "groups")), "claim:keras_tensorflow:stride_with_dilation_is_refused"]),
    ("09", "`tf.reduce_sum(delta", ["call:tensorflow"]),
    ("09", "`tf.nn.conv2d_transpose(delta", ["call:tensorflow", "claim:tensorflow:transposed_means_same_without_padding", "claim:keras_tensorflow:under_valid_output_padding_is_the_leftover", "claim:keras_tensorflow:under_same_output_padding_moves_the_crop"]),
]  # fmt: skip
