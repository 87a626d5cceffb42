"""A layer as an ONNX model of one node, for what runs such models: w and b are stored in the model."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

WORDS = ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")
DTYPES = ("float64", "float32", "float16", "bfloat16", "int32")


def model(kind, x, parameters, dtype, **attributes):
    """The bytes of a model y = kind(x, *parameters), and x as it takes it."""
    type_ = getattr(TensorProto, {"float32": "FLOAT", "float64": "DOUBLE"}.get(dtype, dtype.upper()))
    arrays = [np.asarray(array).astype(helper.tensor_dtype_to_np_dtype(type_)) for array in (x, *parameters)]
    names = ["w", "b"][: len(parameters)]
    graph = helper.make_graph(
        [helper.make_node(kind, ["x", *names], ["y"], **attributes)],
        "layer",
        [helper.make_tensor_value_info("x", type_, x.shape)],
        [helper.make_tensor_value_info("y", type_, [None] * x.ndim)],
        [numpy_helper.from_array(array, name) for name, array in zip(names, arrays[1:])],
    )
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    return whole.SerializeToString(), arrays[0]


def padded(padding):
    """The attributes that say the padding: a word, or all numbers before and then all behind."""
    if isinstance(padding, str):
        return {"auto_pad": padding}
    return {"pads": [before for before, _ in padding] + [after for _, after in padding]}


def layers(run, dtype):
    """The functions of an adapter whose library runs a model by run(bytes, x), in this type of number."""

    def told(stride, padding, dilation):
        return dict(strides=stride, dilations=dilation, **padded(padding))

    def forward(x, w, b, stride, padding, dilation, groups):
        settings = told(stride, padding, dilation)
        return run(*model("Conv", x, (w, b), dtype, kernel_shape=w.shape[2:], group=groups, **settings))

    def transposed(delta, w, stride, padding, dilation, groups, output_padding):
        settings = told(stride, padding, dilation) | dict(group=groups, output_padding=output_padding)
        return run(*model("ConvTranspose", delta, (w,), dtype, kernel_shape=w.shape[2:], **settings))

    def transposed_native(delta, w, stride, padding, dilation):
        """With a word, or with one number of pads on both sides."""
        padding = padding if isinstance(padding, str) else [(padding, padding)] * len(stride)
        settings = told(stride, padding, dilation)
        return run(*model("ConvTranspose", delta, (w,), dtype, kernel_shape=w.shape[2:], **settings))

    def forward_in(dtype, x, w):
        return run(*model("Conv", x, (w,), dtype, kernel_shape=w.shape[2:]))

    return forward, transposed, transposed_native, forward_in
