/* TensorFlow.js, backend cpu: tf.conv1d, conv2d, conv3d, depthwiseConv2d, conv2dTranspose and tf.grad; in float32.

Its axes are (N, *spatial, C) and (*kernel, C, F). conv3d takes no numbers of zeros, so tf.pad puts them on. A
transposed layer of one axis is conv2dTranspose of one row; transposed_native is layers.conv2dTranspose. */

export default async function (require, Cannot) {
  const tf = require("@tensorflow/tfjs");
  await tf.setBackend("cpu");

  const spatial = (rank) => Array.from({ length: rank - 2 }, (_, axis) => axis + 2);
  const tensor = ({ shape, cells }, dtype = "float32") => tf.tensor(cells, shape, "float32").cast(dtype);
  const channelsLast = (x) => x.transpose([0, ...spatial(x.rank), 1]);
  const kernelFirst = (w) => w.transpose([...spatial(w.rank), 1, 0]);
  const told = (z) => ({ shape: z.shape, cells: z.dataSync() });
  const channelsFirst = (z) => z.transpose([0, z.rank - 1, ...spatial(z.rank).map((axis) => axis - 1)]);
  const each = (values) => (values.length === 1 ? values[0] : values);

  const CONV = {
    1: (x, w, stride, pad, dilation) => tf.conv1d(x, w, stride, pad, "NWC", dilation),
    2: (x, w, stride, pad, dilation) => tf.conv2d(x, w, stride, pad, "NHWC", dilation),
    3: (x, w, stride, pad, dilation) => tf.conv3d(x, w, stride, pad, "NDHWC", dilation),
  };

  /* conv1d runs as a conv2d of one row, and takes its pairs. */
  function pairs(padding) {
    if (typeof padding === "string") return padding;
    return [[0, 0], ...(padding.length === 1 ? [[0, 0]] : []), ...padding, [0, 0]];
  }

  function layer(x, w, b, { stride, padding, dilation, groups }) {
    const axes = stride.length;
    const channels = x.shape[1];
    x = channelsLast(x);
    if (axes === 3 && typeof padding !== "string") {
      x = tf.pad(x, pairs(padding));
      padding = "valid";
    }
    let z;
    if (groups === 1) {
      z = CONV[axes](x, kernelFirst(w), each(stride), pairs(padding), each(dilation));
    } else if (groups === channels && axes === 2) {
      const filters = w.reshape([channels, -1, ...w.shape.slice(2)]).transpose([2, 3, 0, 1]);
      z = tf.depthwiseConv2d(x, filters, stride, pairs(padding), "NHWC", dilation);
    } else {
      throw new Cannot("no groups, other than one for each channel in tf.depthwiseConv2d");
    }
    return channelsFirst(z.add(b));
  }

  function slopes(by, { delta, x, w, b, ...settings }) {
    return tf.tidy(() => {
      const arrays = { x: tensor(x), w: tensor(w), b: tensor(b) };
      const f = (array) => {
        const given = { ...arrays, [by]: array };
        return layer(given.x, given.w, given.b, settings);
      };
      return told(tf.grad(f)(arrays[by], tensor(delta)));
    });
  }

  function transposed({ delta, w, stride, padding, dilation, groups, output_padding }) {
    if (groups !== 1) throw new Cannot("tf.conv2dTranspose has no groups");
    if (dilation.some((d) => d > 1)) throw new Cannot("tf.conv2dTranspose has no dilations");
    const size = stride.map((s, axis) => {
      const all = s * (delta.shape[axis + 2] - 1) + w.shape[axis + 2];
      return all - padding[axis][0] - padding[axis][1] + output_padding[axis];
    });
    const row = stride.length === 1;
    return tf.tidy(() => {
      const [y, filters] = [channelsLast(tensor(delta)), kernelFirst(tensor(w))];
      const shape = [y.shape[0], ...(row ? [1] : []), ...size, w.shape[1]];
      const strides = row ? [1, stride[0]] : stride;
      const z = tf.conv2dTranspose(
        row ? y.expandDims(1) : y,
        row ? filters.expandDims(0) : filters,
        shape,
        strides,
        pairs(padding),
      );
      return told(channelsFirst(row ? z.squeeze([1]) : z));
    });
  }

  /* With the library's own word for padding, and the size that its layer gives; a number as pairs of the function. */
  function transposed_native({ delta, w, stride: [stride], padding, dilation: [dilation] }) {
    if (typeof padding === "number") {
      const sides = [[padding, padding]];
      return transposed({ delta, w, stride: [stride], padding: sides, dilation: [dilation], groups: 1, output_padding: [0] });
    }
    return tf.tidy(() => {
      const native = tf.layers.conv2dTranspose({
        filters: w.shape[1],
        kernelSize: [1, w.shape[2]],
        strides: [1, stride],
        dilationRate: [1, dilation],
        padding,
        useBias: false,
        weights: [kernelFirst(tensor(w)).expandDims(0)],
      });
      return told(channelsFirst(native.apply(channelsLast(tensor(delta)).expandDims(1)).squeeze([1])));
    });
  }


  /* Asked by silent.py. */
  function with_a_number({ x, w, stride, padding }) {
    return tf.tidy(() =>
      told(channelsFirst(tf.conv1d(channelsLast(tensor(x)), kernelFirst(tensor(w)), stride, padding))),
    );
  }

  function depthwise_layer({ x, w, dilation }) {
    return tf.tidy(() => {
      const native = tf.layers.depthwiseConv2d({
        kernelSize: w.shape.slice(2),
        dilationRate: [1, dilation],
        useBias: false,
        weights: [tensor(w).transpose([2, 3, 0, 1])],
      });
      return told(channelsFirst(native.apply(channelsLast(tensor(x)))));
    });
  }

  return {
    TITLE: "TensorFlow.js",
    CALLS:
      "TensorFlow.js, backend cpu: tf.conv1d, conv2d, conv3d, depthwiseConv2d, conv2dTranspose, layers.conv2dTranspose and tf.grad.",
    PACKAGES: ["@tensorflow/tfjs"],
    WORDS: ["same", "valid"],
    TRANSPOSED_WORDS: ["same", "valid"],
    DTYPES: ["float32", "int32", "bool", "complex64"],
    forward: ({ x, w, b, ...settings }) => tf.tidy(() => told(layer(tensor(x), tensor(w), tensor(b), settings))),
    grad_x: (question) => slopes("x", question),
    grad_w: (question) => slopes("w", question),
    grad_b: (question) => slopes("b", question),
    transposed,
    transposed_native,
    with_a_number,
    depthwise_layer,
    forward_in: ({ dtype, x, w }) =>
      tf.tidy(() => {
        const [y, filters] = [channelsLast(tensor(x, dtype)), kernelFirst(tensor(w, dtype))];
        return told(tf.conv1d(y, filters, 1, "valid").transpose([0, 2, 1]));
      }),
  };
}
