// The integers of a layer: the twin of geometry.py. i = s u + d k - p joins output u, tap k and input i.

// ------------------------------------------------------------------------------------------ lists of lists as arrays
export const at = (array, index) => index.reduce((part, i) => part[i], array);
const prod = (sizes) => sizes.reduce((p, n) => p * n, 1);
const filled = (shape, value, index = []) =>
  index.length === shape.length
    ? value(index)
    : range(shape[index.length]).map((i) => filled(shape, value, [...index, i]));
export const shapeOf = (array) =>
  Array.isArray(array) ? [array.length, ...(array.length ? shapeOf(array[0]) : [])] : [];
const productOf = (lists) =>
  lists.reduce((rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])), [[]]);

// ---------------------------------------------------------------------------------------------------------- one axis
export function axisOf(size, kernel, stride, [before, after], dilation) {
  const span = dilation * (kernel - 1) + 1;
  const room = size + before + after - span;
  return { size, kernel, stride, before, after, dilation, span, out: Math.floor(room / stride) + 1 };
}

const inputOf = (axis, u, k) => axis.stride * u + axis.dilation * k - axis.before;
const inside = (axis, i) => i >= 0 && i < axis.size;

// Loops, as these run for every cell that is drawn.
export function linksOfOutput(axis, u) {
  const links = [];
  for (let k = 0; k < axis.kernel; k++) {
    const i = inputOf(axis, u, k);
    if (inside(axis, i)) links.push([u, k, i]);
  }
  return links;
}

export function linksOfTap(axis, k) {
  const links = [];
  for (let u = 0; u < axis.out; u++) {
    const i = inputOf(axis, u, k);
    if (inside(axis, i)) links.push([u, k, i]);
  }
  return links;
}

// In the order of the taps.
export function linksOfInput(axis, i) {
  const links = [];
  for (let k = 0; k < axis.kernel; k++) {
    const u = (i + axis.before - axis.dilation * k) / axis.stride;
    if (Number.isInteger(u) && u >= 0 && u < axis.out) links.push([u, k, i]);
  }
  return links;
}

// ----------------------------------------------------------------------------------------------------- a whole layer
// settings: input_size, kernel_size, stride, dilation: one number per axis; padding: one pair per axis; channels,
// filters, groups. A group joins `size` channels with `each` filters; a filter's weights are counted within its group.
export function layerOf(s) {
  const axes = s.input_size.map((n, a) => axisOf(n, s.kernel_size[a], s.stride[a], s.padding[a], s.dilation[a]));
  const [C, F, G] = [s.channels, s.filters, s.groups];
  const [size, each] = [C / G, F / G];
  const part = (g, count) => range(count).map((n) => g * count + n);
  const groups = range(G).map((g) => ({ g, channels: part(g, size), filters: part(g, each) }));
  const [ofFilter, ofChannel] = [(f) => groups[Math.floor(f / each)], (c) => groups[Math.floor(c / size)]];
  const [inputs, taps, outs] = [axes.map((a) => a.size), axes.map((a) => a.kernel), axes.map((a) => a.out)];
  const shapes = { x: [C, ...inputs], w: [F, size, ...taps], b: [F], delta: [F, ...outs], z: [F, ...outs] };
  return { axes, C, F, G, size, ofFilter, ofChannel, inputs, taps, outs, shapes };
}

// The links of a position, (u, k, i) with one entry per axis each, from the links of each axis.
const spatialLinks = (perAxis) => productOf(perAxis).map((row) => [0, 1, 2].map((n) => row.map((link) => link[n])));

// [output, weight, input] of a link of these positions between filter f and channel c.
const linkOf = (layer, f, c, [u, k, i]) => [
  [f, ...u],
  [f, c % layer.size, ...k],
  [c, ...i],
];

// How the links of a cell of x, w or z are found, on one axis.
const FIND = { x: linksOfInput, w: linksOfTap, z: linksOfOutput };
const linksAt = (layer, name, position) => spatialLinks(layer.axes.map((axis, n) => FIND[name](axis, position[n])));
export const hasLink = (layer, name, position) =>
  layer.axes.every((axis, n) => FIND[name](axis, position[n]).length > 0);
