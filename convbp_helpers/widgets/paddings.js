// What a word for padding may mean, on one axis: the twin of elsewhere/readings.py, under the same names.

const halves = (total) => [Math.floor(total / 2), total - Math.floor(total / 2)];
const missing = (h, k, s, d, before = 0) => [
  before,
  Math.max((Math.ceil(h / s) - 1) * s + d * (k - 1) + 1 - h - before, 0),
];
const enough = (...sizes) => missing(...sizes)[1];
const turned = ([before, after]) => [after, before];

export const PADDINGS = {
  "ceil(H/s) outputs, the odd zero behind": (h, k, s, d) => halves(enough(h, k, s, d)),
  "ceil(H/s) outputs, the odd zero in front": (h, k, s, d) => turned(halves(enough(h, k, s, d))),
  "d(K−1) zeros whatever the stride, the odd one behind": (h, k, s, d) => halves(d * (k - 1)),
  "d(K−1) zeros whatever the stride, the odd one in front": (h, k, s, d) => turned(halves(d * (k - 1))),
  "K//2 zeros on both sides": (h, k) => [Math.floor(k / 2), Math.floor(k / 2)],
  "d(K//2) zeros on both sides": (h, k, s, d) => [d * Math.floor(k / 2), d * Math.floor(k / 2)],
  "d(K−1) zeros, all in front": (h, k, s, d) => [d * (k - 1), 0],
  "d(K−1) zeros, all behind": (h, k, s, d) => [0, d * (k - 1)],
  "d(K−1) zeros on both sides": (h, k, s, d) => [d * (k - 1), d * (k - 1)],
  "no zeros": () => [0, 0],
  "ceil(H/s) outputs, the odd zero behind, and the dilation dropped": (h, k, s, d) => halves(enough(h, k, s, d)),
  "ceil(H/s) outputs, in front as without the dilation": (h, k, s, d) =>
    missing(h, k, s, d, Math.floor(enough(h, k, s, 1) / 2)),
  "ceil(H/s) outputs, (K−1)//2 zeros in front": (h, k, s, d) => missing(h, k, s, d, Math.floor((k - 1) / 2)),
};
const dilationOf = (reading, d) => (reading.endsWith("the dilation dropped") ? 1 : d);
