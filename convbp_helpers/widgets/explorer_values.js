// Settings, selection and values of the influence explorer: the twin of explorer_values.py, as far as a page needs it.

const SETTINGS = ["input_size", "kernel_size", "stride", "padding", "dilation", "channels", "filters", "groups"];
const ARRAYS = ["x", "w", "b", "delta"];
const MOST_CELLS = 6000;

// The numbers of groups that divide both.
export const possibleGroups = (C, F) =>
  range(Math.min(C, F))
    .map((n) => n + 1)
    .filter((g) => C % g === 0 && F % g === 0);
// 1, 2 or 4
const either = (items) => (items.length > 1 ? `${items.slice(0, -1).join(", ")} or ${items.at(-1)}` : `${items[0]}`);

// Why no layer has these settings, in the words of geometry.py; "" if one has.
export function problemOf(s) {
  for (const name of ["input_size", "kernel_size", "channels", "filters", "groups"])
    for (const n of [s[name]].flat()) if (n < 1) return `${name} must be at least 1; got ${n}`;
  const divide = `groups must divide C and F; groups = ${s.groups} does not divide`;
  for (const [name, n] of Object.entries({ C: s.channels, F: s.filters }))
    if (n % s.groups) return `${divide} ${name} = ${n}; use groups = ${either(possibleGroups(s.channels, s.filters))}`;
  for (const [name, hint] of Object.entries({ stride: "", dilation: " (1 means no dilation)" }))
    for (const n of s[name]) if (n < 1) return `${name} must be at least 1${hint}; got ${n}`;
  for (const n of s.padding.flat()) if (n < 0) return `padding must be at least 0; got ${n}`;
  return problemOfAxes(s) || problemOfSize(layerOf(s).shapes);
}

function problemOfAxes({ input_size, kernel_size, dilation, padding }) {
  for (const [a, size] of input_size.entries()) {
    const [kernel, d, both] = [kernel_size[a], dilation[a], padding[a][0] + padding[a][1]];
    const span = d * (kernel - 1) + 1;
    if (span <= size + both) continue;
    const spread = d === 1 ? "" : ` (spread over ${span} by dilation ${d})`;
    const padded = both ? `the padded input ${size + both}` : `the input ${size}`;
    const fix = `use padding >= ${Math.ceil((span - size) / 2)} on each side`;
    return `spatial axis ${a}: kernel ${kernel}${spread} is longer than ${padded}; ${fix}`;
  }
  return "";
}

function problemOfSize({ x, w, z }) {
  const cells = prod(x) + prod(w) + prod(z);
  if (cells <= MOST_CELLS) return "";
  return `the explorer draws at most ${MOST_CELLS} cells; x, w and z of this layer have ${cells}`;
}

// The same cell, or the nearest one that still exists.
export function clamped(selected, shapes) {
  if (!selected) return null;
  const [name, ...index] = selected;
  const shape = shapes[name];
  return index.length === shape.length ? [name, ...index.map((i, n) => Math.min(i, shape[n] - 1))] : null;
}

// The muted filters that still exist; none where there is only one filter.
export const stillMuted = (muted, filters) => (filters > 1 ? (muted ?? []).filter((f) => f < filters) : []);

// Small integers that are always the same: x and delta odd, w all different, b zero.
export function defaultValues(name, shape) {
  if (name === "b") return filled(shape, () => 0);
  if (name === "w") return filled(shape, (index) => 1 + index.reduce((flat, i, n) => flat * shape[n] + i, 0));
  return filled(shape, (index) => {
    const [outer, r, c] = index.length === 3 ? index : [index[0], 0, index[1]];
    if (name === "x") return 1 + 2 * ((3 * c + r + Math.floor((r * c) / 3) + 2 * outer) % 5);
    return 1 + 2 * ((c + 3 * r + 2 * r * c + Math.floor(c / 2) + 3 * outer) % 4);
  });
}

// Values of a new shape: the defaults, with what the reader had put in kept where both have a cell.
export function refit(name, old, shape) {
  const had = shapeOf(old);
  const fresh = defaultValues(name, shape);
  if (had.length !== shape.length || same(old, defaultValues(name, had))) return fresh;
  return filled(shape, (index) => at(index.every((i, n) => i < had[n]) ? old : fresh, index));
}

const fitting = (name, array, shape) => (same(shapeOf(array), shape) ? array : refit(name, array, shape));

// The state as it is drawn, or null where no layer has its settings: what comes from Python in several steps fits after
// the last one.
function fitted(state) {
  if (problemOf(state)) return null;
  const layer = layerOf(state);
  const arrays = Object.fromEntries(ARRAYS.map((name) => [name, fitting(name, state[name], layer.shapes[name])]));
  return {
    ...state,
    ...arrays,
    layer,
    controls: state.controls || [],
    _b_start: same(shapeOf(state._b_start), layer.shapes.b) ? state._b_start : arrays.b,
    muted: stillMuted(state.muted, layer.F),
    selected: clamped(state.selected, layer.shapes),
  };
}

// What changes with these settings. Sizes, arrays and selection travel together, so that each side only ever sees a
// layer that fits.
function followed(state, changes) {
  const next = { ...Object.fromEntries(SETTINGS.map((name) => [name, state[name]])), ...changes };
  const { shapes } = layerOf(next);
  for (const name of ARRAYS)
    if (!same(shapeOf(state[name]), shapes[name])) next[name] = refit(name, state[name], shapes[name]);
  next.selected = clamped(state.selected, shapes);
  if (state.show_jacobian && (next.channels > 1 || next.filters > 1)) next.show_jacobian = false;
  if (next.filters !== state.filters)
    Object.assign(next, { muted: stillMuted(state.muted, next.filters), _b_start: next.b });
  return next;
}

// z, or the gradient in x or in w, by walking all links; the gradient in x without the muted filters.
export function sums(layer, arrays, what, muted = []) {
  const result = filled(layer.shapes[{ z: "z", grad_x: "x", grad_w: "w" }[what]], (index) =>
    what === "z" ? arrays.b[index[0]] : 0,
  );
  const add = (index, value) => {
    let part = result;
    for (let n = 0; n < index.length - 1; n++) part = part[index[n]];
    part[index.at(-1)] += value;
  };
  const links = spatialLinks(layer.axes.map((axis) => range(axis.out).flatMap((u) => linksOfOutput(axis, u))));
  const filters = range(layer.F).filter((f) => what !== "grad_x" || !muted.includes(f));
  for (const link of links)
    for (const f of filters)
      for (const c of layer.ofFilter(f).channels) {
        const [out, weight, input] = linkOf(layer, f, c, link);
        if (what === "z") add(out, at(arrays.w, weight) * at(arrays.x, input));
        else if (what === "grad_x") add(input, at(arrays.delta, out) * at(arrays.w, weight));
        else add(weight, at(arrays.delta, out) * at(arrays.x, input));
      }
  return result;
}

// The window of δ around an input, with zeros where there is no δ, and the kernel turned by 180° over it.
export function gatherWindow(layer, f, position) {
  const perAxis = layer.axes.map((axis, n) => {
    const found = new Map(linksOfInput(axis, position[n]).map(([u, k]) => [k, u]));
    return range(axis.kernel).map((turned) => {
      const k = axis.kernel - 1 - turned;
      return { k, u: found.get(k) ?? null };
    });
  });
  return productOf(perAxis).map((cells) => ({
    tap: cells.map((c) => c.k),
    out: cells.every((c) => c.u !== null) ? [f, ...cells.map((c) => c.u)] : null,
  }));
}
