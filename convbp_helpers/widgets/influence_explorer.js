// The influence explorer in the browser. First the pure part: which cells are linked, and the words for it, the same as
// in influence_explorer.py (a test compares the two). Then the drawing. Nothing is loaded from elsewhere.

const MOST_CELLS = 6000;

// ---------------------------------------------------------------------------------------------------- one axis
// i = s u + d k - p joins output u, tap k and input i.
export function axisOf(size, kernel, stride, [before, after], dilation) {
  const span = dilation * (kernel - 1) + 1;
  const room = size + before + after - span;
  return { size, kernel, stride, before, after, dilation, span, out: Math.floor(room / stride) + 1 };
}

export function linksOfInput(a, i) {
  const links = [];
  for (let k = 0; k < a.kernel; k++) {
    const m = i + a.before - a.dilation * k;
    if (m >= 0 && m % a.stride === 0 && m / a.stride < a.out) links.push([m / a.stride, k, i]);
  }
  return links;
}

export function linksOfOutput(a, u) {
  const links = [];
  for (let k = 0; k < a.kernel; k++) {
    const i = a.stride * u + a.dilation * k - a.before;
    if (i >= 0 && i < a.size) links.push([u, k, i]);
  }
  return links;
}

export function linksOfTap(a, k) {
  const links = [];
  for (let u = 0; u < a.out; u++) {
    const i = a.stride * u + a.dilation * k - a.before;
    if (i >= 0 && i < a.size) links.push([u, k, i]);
  }
  return links;
}

// ------------------------------------------------------------------------------------------------- a whole layer
// settings: input_size, kernel_size, stride, dilation: one number per axis; padding: one pair per axis; channels, filters,
// groups. A group joins `size` channels with `each` filters; the weights of a filter are counted within its group.
export function layerOf(s) {
  const axes = s.input_size.map((n, a) => axisOf(n, s.kernel_size[a], s.stride[a], s.padding[a], s.dilation[a]));
  const [C, F, G] = [s.channels, s.filters, s.groups];
  const [size, each] = [C / G, F / G];
  const groups = range(G).map((g) => ({ g, channels: range(size).map((n) => g * size + n), filters: range(each).map((n) => g * each + n) }));
  const [ofFilter, ofChannel] = [(f) => groups[Math.floor(f / each)], (c) => groups[Math.floor(c / size)]];
  const [inputs, taps, outs] = [axes.map((a) => a.size), axes.map((a) => a.kernel), axes.map((a) => a.out)];
  const shapes = { x: [C, ...inputs], w: [F, size, ...taps], b: [F], delta: [F, ...outs], z: [F, ...outs] };
  return { axes, C, F, G, size, ofFilter, ofChannel, inputs, taps, outs, shapes };
}

// The numbers of groups that divide both.
export const possibleGroups = (C, F) => range(Math.min(C, F)).map((n) => n + 1).filter((g) => C % g === 0 && F % g === 0);
const either = (items) => (items.length > 1 ? `${items.slice(0, -1).join(", ")} or ${items.at(-1)}` : `${items[0]}`);

// Why no layer has these settings, in the words of geometry.py; "" if one has.
export function problemOf(s) {
  for (const name of ["input_size", "kernel_size", "channels", "filters", "groups"])
    for (const n of [s[name]].flat())
      if (n < 1) return `${name} must be at least 1; got ${n}`;
  for (const [name, n] of [["C", s.channels], ["F", s.filters]])
    if (n % s.groups) return `groups must divide C and F; groups = ${s.groups} does not divide ${name} = ${n}; use groups = ${either(possibleGroups(s.channels, s.filters))}`;
  for (const [name, hint] of [["stride", ""], ["dilation", " (1 means no dilation)"]])
    for (const n of s[name]) if (n < 1) return `${name} must be at least 1${hint}; got ${n}`;
  for (const n of s.padding.flat()) if (n < 0) return `padding must be at least 0; got ${n}`;
  for (let a = 0; a < s.input_size.length; a++) {
    const [size, kernel, dilation, pad] = [s.input_size[a], s.kernel_size[a], s.dilation[a], s.padding[a]];
    const [span, sum] = [dilation * (kernel - 1) + 1, pad[0] + pad[1]];
    if (span <= size + sum) continue;
    const spread = dilation === 1 ? "" : ` (spread over ${span} by dilation ${dilation})`;
    const padded = sum ? `the padded input ${size + sum}` : `the input ${size}`;
    return `spatial axis ${a}: kernel ${kernel}${spread} is longer than ${padded}; use padding >= ${Math.ceil((span - size) / 2)} on each side`;
  }
  const { shapes } = layerOf(s);
  const cells = [shapes.x, shapes.w, shapes.z].reduce((sum, shape) => sum + shape.reduce((p, n) => p * n, 1), 0);
  return cells > MOST_CELLS ? `the explorer draws at most ${MOST_CELLS} cells; x, w and z of this layer have ${cells}` : "";
}

const productOf = (lists) => lists.reduce((rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])), [[]]);
const spatialLinks = (perAxis) => productOf(perAxis).map((row) => [0, 1, 2].map((part) => row.map((link) => link[part])));

// [output, weight, input] of every link of a selected cell, but those of the muted filters
export function linksOf(layer, selected, muted = []) {
  if (!selected) return [];
  if (muted.length) return linksOf(layer, selected).filter(([out]) => !muted.includes(out[0]));
  const [name, ...index] = selected;
  if (name === "w") {
    const [f, n, ...at] = index;
    const c = layer.ofFilter(f).channels[n];
    return spatialLinks(layer.axes.map((a, n) => linksOfTap(a, at[n]))).map(([u, k, i]) => [[f, ...u], [f, n, ...k], [c, ...i]]);
  }
  const [own, ...at] = index;
  const find = name === "x" ? linksOfInput : linksOfOutput;
  const spatial = spatialLinks(layer.axes.map((a, n) => find(a, at[n])));
  return (name === "x" ? layer.ofChannel(own).filters : layer.ofFilter(own).channels).flatMap((other) => {
    const [f, c] = name === "x" ? [other, own] : [own, other];
    return spatial.map(([u, k, i]) => [[f, ...u], [f, c % layer.size, ...k], [c, ...i]]);
  });
}

export const hasLink = (layer, name, at) =>
  layer.axes.every((a, n) => (name === "x" ? linksOfInput : name === "w" ? linksOfTap : linksOfOutput)(a, at[n]).length > 0);

// How many links each input position has to one filter.
export function linkCounts(layer) {
  const perAxis = layer.axes.map((a) => range(a.size).map((i) => linksOfInput(a, i).length));
  return filled(layer.inputs, (index) => index.reduce((p, i, n) => p * perAxis[n][i], 1));
}

// [f, by how much] of every bias that is no longer what it was
export const movedBiases = (b, start) =>
  b.length !== start.length ? [] : b.map((now, f) => [f, now - start[f], 1e-9 * Math.max(1, Math.abs(now), Math.abs(start[f]))]).filter(([, by, least]) => Math.abs(by) > least).map(([f, by]) => [f, by]);

// The muted filters that still exist; none where there is only one filter.
export const stillMuted = (muted, filters) => (filters > 1 ? (muted ?? []).filter((f) => f < filters) : []);

// ------------------------------------------------------------------------------------------------------- words
export function label(layer, name, index) {
  const last = name.at(-1);
  const counts = last === "x" ? [layer.C] : last === "w" ? [layer.F, layer.size] : [layer.F];
  return `${name}[${index.filter((_, n) => n >= counts.length || counts[n] > 1).join(",")}]`;
}

const many = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

export function whyUnlinked(layer, position) {
  const reasons = [];
  layer.axes.forEach((a, n) => {
    const i = position[n];
    if (linksOfInput(a, i).length) return;
    const word = layer.axes.length === 2 && n === 0 ? "row" : "column";
    const beyond = a.stride * (a.out - 1) + a.dilation * (a.kernel - 1) - a.before + 1;
    if (i >= beyond) reasons.push(`stride ${a.stride} leaves ${many(a.size - Math.max(beyond, 0), `leftover ${word}`)} at the end`);
    else if ((i + a.before) % a.stride >= a.span) reasons.push(`stride ${a.stride} skips ${word} ${i} between two windows of ${a.span}`);
    else reasons.push(`with dilation ${a.dilation} and stride ${a.stride} every window steps over ${word} ${i}`);
  });
  return reasons.join(" and ");
}

const LISTED = 6; // longer lists are said as a count
const ALL_MUTED = "all filters are muted, so nothing arrives";
const listed = (items) => (items.length > 1 ? `${items.slice(0, -1).join(", ")} and ${items.at(-1)}` : `${items[0]}`);

function saidMuted(layer, muted) {
  if (muted.length === layer.F) return ALL_MUTED;
  const sounding = range(layer.F).filter((f) => !muted.includes(f));
  const [s, m] = [sounding.length, muted.length];
  const sound = s > LISTED ? `${s} filters sound` : `filter${s > 1 ? "s" : ""} ${listed(sounding)} sound${s === 1 ? "s" : ""}`;
  return `${sound}, ${m > LISTED ? `${m} are muted` : `${listed(muted)} ${m === 1 ? "is" : "are"} muted`}`;
}

function saidMoved(layer, moved) {
  const several = layer.F > 1;
  const cells = layer.outs.reduce((p, n) => p * n, 1);
  const said = moved.slice(0, LISTED).map(([f, by]) => `${several ? `b[${f}]` : "b"} moved by ${number(by)}: so did ${cells > 1 ? `all ${cells} cells` : "the one cell"} of ${several ? `z[${f}]` : "z"}`);
  if (moved.length > LISTED) said.push(`${moved.length - LISTED} more biases moved, each with its map`);
  return said.join("; ") + (moved.length < layer.F ? ", and no other cell" : "");
}

function saidCounts(layer) {
  const cells = new Map();
  for (const count of linkCounts(layer).flat()) cells.set(count, (cells.get(count) ?? 0) + layer.C);
  let said = [...cells].sort(([p], [q]) => p - q).map(([count, n], place) => `${count} in ${place ? n : many(n, "cell")}`);
  if (said.length > LISTED) said = [...said.slice(0, 2), "…", said.at(-1)];
  return `links per cell of x${toOneFilter(layer)}: ${said.join(", ")}`;
}

// Which filter the links of an input are counted to.
function toOneFilter(layer) {
  if (layer.F === 1) return "";
  if (layer.G === 1) return " to one filter";
  return layer.F === layer.G ? " to its filter" : " to one filter of its group";
}

// channel 2, channels 2 and 3, channels 2 to 5
const saidRange = (word, numbers) =>
  numbers.length === 1 ? `${word} ${numbers[0]}` : `${word}s ${numbers[0]} ${numbers.length === 2 ? "and" : "to"} ${numbers.at(-1)}`;

// Which channels and filters the group of a cell joins.
function saidGroup(layer, [name, index]) {
  const { g, channels, filters } = name === "x" ? layer.ofChannel(index) : layer.ofFilter(index);
  return `group ${g} joins ${saidRange("channel", channels)} with ${saidRange("filter", filters)}`;
}

// Which channels the filter of a cell reads, or which filters read the channel of a cell of x.
export function channelsSentence(layer, selected) {
  if (!selected) return `Every filter reads ${layer.G === 1 ? "every channel" : "only the channels of its group"}.`;
  const [name, ...index] = selected;
  if (name === "x") return `Channel ${index[0]} is read by ${saidRange("filter", layer.ofChannel(index[0]).filters)}.`;
  const { channels } = layer.ofFilter(index[0]);
  const joins = name === "w" && channels.length > 1 ? `; ${label(layer, "w", index.slice(0, 2))} joins it to channel ${channels[index[1]]}` : "";
  return `Filter ${index[0]} reads ${saidRange("channel", channels)}${joins}.`;
}

// How many kernels and numbers the layer has, and how many multiplications of its forward pass.
export function kernelsSentence(layer) {
  const product = (numbers) => numbers.reduce((p, n) => p * n, 1);
  const kernels = layer.F * layer.size, weights = kernels * product(layer.taps);
  const also = layer.axes.some((a) => a.before + a.after) ? ", those with padding included" : "";
  return `G = ${layer.G}: ${many(kernels, "kernel")} of ${layer.taps.join("×")}, ${many(weights, "weight")}, ${layer.F === 1 ? "1 bias" : `${layer.F} biases`}, ${many(weights * product(layer.outs), "multiplication")}${also}`;
}

// more: muted filters (said in grad_x), moved biases (said in forward; see movedBiases), and whether links are counted
export function sentenceOf(layer, selected, view = "forward", { muted = [], moved = [], show_counts = false } = {}) {
  if (view !== "grad_x") muted = [];
  let said = saidCell(layer, selected, view, muted);
  const saidAll = said.endsWith(ALL_MUTED);
  if (selected && layer.G > 1) said += `; ${saidGroup(layer, selected)}`;
  if (muted.length && !saidAll) said += `; ${saidMuted(layer, muted)}`;
  if (moved.length && view === "forward") said += `; ${saidMoved(layer, moved)}`;
  if (show_counts) said += `; ${saidCounts(layer)}`;
  return said;
}

function saidCell(layer, selected, view, muted) {
  if (!selected) return "Point at a cell, or move to one with Tab and the arrow keys";
  const [name, ...index] = selected;
  const count = linksOf(layer, selected, muted).length;
  if (name !== "x" && muted.includes(index[0])) return `${label(layer, name === "z" ? "δ" : "w", index)} belongs to filter ${index[0]}, which is muted: it adds nothing to ∂J/∂x`;
  if (name === "x") {
    const it = label(layer, "x", index);
    if (!count && hasLink(layer, "x", index.slice(1))) return `${it}: ${muted.length === layer.F ? ALL_MUTED : ALL_MUTED.replace(" are", " of its group are")}`;
    if (!count) return `${it} is read by no output: ${whyUnlinked(layer, index.slice(1))}, so its gradient is exactly 0`;
    return `${it} influences ${many(count, "output")}, through ${many(count, "weight")}`;
  }
  if (name === "w") {
    const it = label(layer, "w", index);
    if (!count) return `${it} reads only padding: it joins no input to an output, so its gradient is exactly 0`;
    const missing = layer.outs.reduce((p, n) => p * n, 1) - count;
    return `${it} joins ${many(count, "pair")} of input and output${missing ? `; at ${many(missing, "output")} it reads padding` : ""}`;
  }
  const it = label(layer, view === "forward" ? "z" : "δ", index);
  const taps = layer.size * layer.taps.reduce((p, n) => p * n, 1);
  if (!count)
    return `${it} ${view === "forward" ? "reads only padding, so it is the bias alone" : "belongs to an output that reads only padding: it reaches no gradient"}`;
  const missing = taps - count;
  const also = missing ? `; ${missing} of its ${taps} taps ${missing === 1 ? "falls" : "fall"} on padding` : "";
  if (view === "grad_x") return `${it} reaches back to ${many(count, "input")}, through ${many(count, "weight")}${also}`;
  if (view === "grad_w") return `${it} is a factor in the gradient of ${many(count, "weight")}, with ${many(count, "input")}${also}`;
  return `${it} reads ${many(count, "input")}, through ${many(count, "weight")}${also}`;
}

export const at = (array, index) => index.reduce((part, i) => part[i], array);
// The selected cell's sum: head, terms {symbol, number, value, cells}, total. cells are keys like "x,0,2,3". In grad_x
// without the terms of the muted filters.
export function equationParts(layer, arrays, selected, view = "forward", form = "sum", muted = []) {
  const [name, ...index] = selected;
  if (view !== "grad_x") muted = [];
  let links = linksOf(layer, selected, muted);
  if (view === "grad_x" && name === "x" && form !== "sum")
    links = [...links].sort((p, q) => p[0].map((n, i) => n - q[0][i]).find((n) => n) ?? 0); // δ by δ
  const { x, w, b, delta } = arrays;
  const term = (symbol, text, value, link) => ({ symbol, number: text, value, cells: ["z", "w", "x"].map((n, i) => [n, ...link[i]].join()) });
  const terms = links.map((link) => {
    const [out, weight, input] = link;
    const [X, W, Z, D] = [label(layer, "x", input), label(layer, "w", weight), label(layer, "z", out), label(layer, "δ", out)];
    const [xv, wv, dv] = [at(x, input), at(w, weight), at(delta, out)];
    if (view === "forward") {
      if (name === "z") return term(`${W}·${X}`, `${factor(wv)}·${factor(xv)}`, wv * xv, link);
      if (name === "x") return term(`${Z} changes by ${W}`, `= ${number(wv)}`, wv, link);
      return term(`${Z} changes by ${X}`, `= ${number(xv)}`, xv, link);
    }
    const [A, av, G] = view === "grad_x" ? [W, wv, X] : [X, xv, W];
    if (name === (view === "grad_x" ? "x" : "w")) return term(`${D}·${A}`, `${factor(dv)}·${factor(av)}`, dv * av, link);
    return term(`∂J/∂${G} gains ${D}·${A}`, `= ${factor(dv)}·${factor(av)} = ${number(dv * av)}`, dv * av, link);
  });
  const summed = { forward: "z", grad_x: "x", grad_w: "w" }[view] === name;
  const it = label(layer, name === "z" && view !== "forward" ? "δ" : name, index);
  if (summed && name === "z" && b.some((n) => n))
    terms.unshift({ symbol: `b[${index[0]}]`, number: factor(b[index[0]]), value: b[index[0]], cells: [["z", ...index].join()] });
  let head;
  if (summed) head = name === "z" ? it : `∂J/∂${it}`;
  else if (view === "forward") head = `nudge ${it} by 1`;
  else head = `${it} = ${number(at({ x, w, z: delta }[name], index))}`;
  let empty = view === "forward" ? "nothing changes" : name !== "x" && muted.includes(index[0]) ? "it adds nothing to ∂J/∂x" : "it adds to no gradient";
  if (summed) empty = "0 (a sum without terms)";
  return { kind: summed ? "sum" : "list", head, terms, empty, total: summed ? terms.reduce((sum, t) => sum + t.value, 0) : null };
}

export function equationOf(layer, arrays, selected, view = "forward", form = "sum", muted = []) {
  if (!selected) return "";
  const { kind, head, terms, total, empty } = equationParts(layer, arrays, selected, view, form, muted);
  if (kind === "sum") {
    if (!terms.length) return `${head} = ${empty}`;
    return `${head} = ${terms.map((t) => t.symbol).join(" + ")} = ${terms.map((t) => t.number).join(" + ")} = ${number(total)}`;
  }
  if (!terms.length) return `${head}: ${empty}`;
  return `${head}: ${terms.map((t) => `${t.symbol} ${t.number}`).join("; ")}`;
}

// -------------------------------------------------------------------------------------------------------- values
const filled = (shape, value, index = []) =>
  index.length === shape.length ? value(index) : range(shape[index.length]).map((i) => filled(shape, value, [...index, i]));

export function defaultValues(name, shape) {
  if (name === "b") return filled(shape, () => 0);
  if (name === "w") return filled(shape, (index) => 1 + index.reduce((flat, i, n) => flat * shape[n] + i, 0));
  return filled(shape, (index) => {
    const [outer, r, c] = index.length === 3 ? index : [index[0], 0, index[1]];
    if (name === "x") return 1 + 2 * ((3 * c + r + Math.floor((r * c) / 3) + 2 * outer) % 5);
    return 1 + 2 * ((c + 3 * r + 2 * r * c + Math.floor(c / 2) + 3 * outer) % 4);
  });
}

export const shapeOf = (array) => (Array.isArray(array) ? [array.length, ...(array.length ? shapeOf(array[0]) : [])] : []);
export function refit(name, old, shape) {
  const had = shapeOf(old);
  const fresh = defaultValues(name, shape);
  if (had.length !== shape.length || same(old, defaultValues(name, had))) return fresh;
  return filled(shape, (index) => (index.every((i, n) => i < had[n]) ? at(old, index) : at(fresh, index)));
}

export function clamped(selected, shapes) {
  if (!selected) return null;
  const [name, ...index] = selected;
  const shape = shapes[name];
  return index.length === shape.length ? [name, ...index.map((i, n) => Math.min(i, shape[n] - 1))] : null;
}

// z, or the gradient in x or in w, by walking all links; the gradient in x without the muted filters
export function sums(layer, arrays, what, muted = []) {
  const shape = layer.shapes[{ z: "z", grad_x: "x", grad_w: "w" }[what]];
  const result = filled(shape, (index) => (what === "z" ? arrays.b[index[0]] : 0));
  const add = (index, value) => {
    let part = result;
    for (let n = 0; n < index.length - 1; n++) part = part[index[n]];
    part[index.at(-1)] += value;
  };
  const links = spatialLinks(layer.axes.map((a) => range(a.out).flatMap((u) => linksOfOutput(a, u))));
  const filters = range(layer.F).filter((f) => what !== "grad_x" || !muted.includes(f));
  for (const [u, k, i] of links)
    for (const f of filters)
      for (const c of layer.ofFilter(f).channels) {
        const [out, weight, input] = [[f, ...u], [f, c % layer.size, ...k], [c, ...i]];
        if (what === "z") add(out, at(arrays.w, weight) * at(arrays.x, input));
        else if (what === "grad_x") add(input, at(arrays.delta, out) * at(arrays.w, weight));
        else add(weight, at(arrays.delta, out) * at(arrays.x, input));
      }
  return result;
}

// The window of δ around an input, with zeros where there is no δ, and the kernel turned by 180° over it.
export function gatherWindow(layer, f, position) {
  const perAxis = layer.axes.map((a, n) =>
    range(a.kernel).map((turned) => {
      const k = a.kernel - 1 - turned;
      const m = position[n] + a.before - a.dilation * k;
      const inside = m % a.stride === 0 && m / a.stride >= 0 && m / a.stride < a.out;
      return { k, u: inside ? m / a.stride : null };
    }),
  );
  return productOf(perAxis).map((cells) => ({
    tap: cells.map((c) => c.k),
    out: cells.every((c) => c.u !== null) ? [f, ...cells.map((c) => c.u)] : null,
  }));
}

// ------------------------------------------------------------------------------------------------------- drawing
const SETTINGS = ["input_size", "kernel_size", "stride", "padding", "dilation", "channels", "filters", "groups"];
const WORDS = { input_size: "Input size", kernel_size: "Kernel size", stride: "Stride", padding: "Padding", dilation: "Dilation", channels: "Channels", filters: "Filters", groups: "Groups", view: "View", form: "Form", mute: "Filters that sound", b: "Bias", counts: "number of links" };
const VIEWS = { forward: "forward: z", grad_x: "grad_x: ∂J/∂x", grad_w: "grad_w: ∂J/∂w" };
const FORMS = { sum: "sum over links", scatter: "scatter", gather: "gather" };
const FIRST_TERMS = 12;
const LEAST_FOR_COUNTS = 24; // px: a smaller cell has no room for a second number

export function render({ model, el }) {
  const id = `cbp${Date.now().toString(36)}${instances++}`;
  const colours = model.get("_colours");
  const root = html("div", { class: "cbp", role: "group", "aria-label": "Influence explorer" });
  for (const role of ["input", "weight", "output", "gradient"]) root.style.setProperty(`--cbp-${role}`, colours[role]);
  const controls = html("form", { class: "cbp-controls" });
  const problem = html("p", { class: "cbp-problem", role: "alert", hidden: true });
  const stage = html("div", { class: "cbp-stage" });
  const extra = html("div", { class: "cbp-extra" });
  const sentence = html("p", { class: "cbp-sentence", "aria-live": "polite" });
  const equation = html("div", { class: "cbp-equation", role: "group", "aria-label": "The selected cell's equation" });
  const hint = html("p", { class: "cbp-hint" });
  root.append(controls, problem, stage, extra, sentence, equation, hint);
  el.append(root);

  let state, layer, values, nodes, lit, held = false, open = false, saving = false, width = 0, terms = [], tabStops = [];

  // ---- state
  function read() {
    state = {};
    for (const name of SETTINGS) state[name] = model.get(name);
    if (problemOf(state)) return false;
    layer = layerOf(state);
    for (const name of ["view", "form", "controls", "show_jacobian", "show_counts", "show_channels"]) state[name] = model.get(name);
    state.controls = state.controls || [];
    for (const name of ["x", "w", "b", "delta"]) {
      const array = model.get(name);
      state[name] = same(shapeOf(array), layer.shapes[name]) ? array : refit(name, array, layer.shapes[name]);
    }
    const start = model.get("_b_start");
    state._b_start = same(shapeOf(start), layer.shapes.b) ? start : state.b;
    state.muted = stillMuted(model.get("muted"), layer.F);
    state.selected = clamped(model.get("selected"), layer.shapes);
    return true;
  }

  function save() {
    // Before the next message is read: a change that waits longer is undone by the kernel's echo of the one before it.
    if (saving) return;
    saving = true;
    queueMicrotask(() => {
      saving = false;
      model.save_changes();
    });
  }

  function choose(selected) {
    if (same(selected, state.selected)) return;
    state.selected = selected;
    open = false;
    showSelection();
    model.set("selected", selected);
    save();
  }

  // Sizes, arrays and selection travel together, so that each side only ever sees a layer that fits.
  function apply(changes) {
    const next = {};
    for (const name of SETTINGS) next[name] = changes[name] ?? state[name];
    const why = problemOf(next);
    problem.hidden = !why;
    problem.textContent = why ? `No layer has these settings: ${why}. The picture still shows the last one that exists.` : "";
    if (why) return;
    const { shapes } = layerOf(next);
    for (const name of ["x", "w", "b", "delta"]) if (!same(shapeOf(state[name]), shapes[name])) next[name] = refit(name, state[name], shapes[name]);
    next.selected = clamped(state.selected, shapes);
    if (state.show_jacobian && (next.channels > 1 || next.filters > 1)) next.show_jacobian = false;
    for (const name of ["view", "form"]) if (name in changes) next[name] = changes[name];
    if (next.filters !== state.filters) {
      next.muted = stillMuted(state.muted, next.filters);
      next._b_start = next.b;
    }
    put(next);
  }

  function put(next) {
    problem.hidden = true;
    quiet = true;
    for (const [name, value] of Object.entries(next)) if (!same(model.get(name), value)) model.set(name, value);
    quiet = false;
    read();
    build();
    save();
  }

  // the filters that are left out of what is shown
  const silent = () => (state.view === "grad_x" ? state.muted : []);

  // ---- controls
  let inputs = {}, mutes = null, dials = null, counting = null;
  function numberInput(name, part, words, least) {
    const field = html("input", { type: "number", min: least, step: 1, "aria-label": `${WORDS[name]}, ${words}`, "data-name": name, "data-part": part });
    (inputs[name] ??= []).push(field);
    return html("label", {}, words, field);
  }

  function buildControls() {
    inputs = {};
    mutes = dials = counting = null;
    const rank = state.input_size.length;
    const axes = rank === 2 ? ["rows", "columns"] : ["columns"];
    const parts = [];
    for (const name of state.controls) {
      if (name === "view" || name === "form") {
        const select = html("select", { "data-name": name });
        for (const [value, words] of Object.entries(name === "view" ? VIEWS : FORMS)) select.append(html("option", { value }, words));
        inputs[name] = [select];
        parts.push(html("label", { class: "cbp-choice" }, WORDS[name], select));
      } else if (name === "mute" || name === "b") {
        const group = html("fieldset", { class: "cbp-many" }, html("legend", {}, WORDS[name]));
        if (name === "b") dials = { group, items: [] };
        else mutes = { group, items: [] };
        parts.push(group);
      } else if (name === "counts") {
        counting = html("input", { type: "checkbox", "data-name": name });
        parts.push(html("label", { class: "cbp-choice" }, counting, WORDS[name]));
      } else if (name === "groups") {
        inputs[name] = [html("select", { "data-name": name })]; // only what divides both, see fillControls
        parts.push(html("label", { class: "cbp-choice" }, WORDS[name], inputs[name][0]));
      } else if (name === "channels" || name === "filters") {
        const field = html("input", { type: "number", min: 1, step: 1, "data-name": name });
        inputs[name] = [field];
        parts.push(html("label", { class: "cbp-choice" }, WORDS[name], field));
      } else {
        const words = name !== "padding" ? axes : rank === 2 ? ["top", "bottom", "left", "right"] : ["before", "after"];
        const group = html("fieldset", {}, html("legend", {}, WORDS[name]));
        const least = name === "padding" ? 0 : 1;
        words.forEach((word, part) => group.append(numberInput(name, part, word, least)));
        if (words.length > 1) {
          const tie = html("input", { type: "checkbox", "data-tie": name, "aria-label": `${WORDS[name]}: tied, all the same` });
          tie.checked = !name.endsWith("_size") && new Set(state[name].flat()).size === 1;
          inputs[name].tie = tie;
          group.append(html("label", { class: "cbp-tie", title: "all the same" }, tie, "tied"));
        }
        parts.push(group);
      }
    }
    controls.replaceChildren(...parts);
    fillControls();
  }

  // Two buttons for each filter: whether it sounds, and whether it alone does.
  function muteItem(f) {
    const on = html("button", { type: "button", "data-name": "mute", "data-part": f }, html("span", { class: "cbp-sign", "aria-hidden": "true" }), `filter ${f}`);
    const solo = html("button", { type: "button", "data-name": "solo", "data-part": f, "aria-label": `solo filter ${f}` }, "solo");
    on.addEventListener("click", () => put({ muted: range(layer.F).filter((g) => (g === f) !== state.muted.includes(g)) }));
    solo.addEventListener("click", () => {
      const others = range(layer.F).filter((g) => g !== f);
      put({ muted: same(state.muted, others) ? [] : others });
    });
    return { on, solo, node: html("span", { class: "cbp-item" }, on, solo) };
  }

  // A number that is turned by 1, with buttons or arrow keys, or typed.
  function dialItem(f) {
    const name = layer.F > 1 ? `b[${f}]` : "b";
    const field = html("input", { type: "number", step: "any", "data-name": "b", "data-part": f, "aria-label": name });
    const turn = (by) => put({ b: state.b.map((value, g) => (g === f ? Number((value + by).toPrecision(12)) : value)) });
    const less = html("button", { type: "button", "data-name": "less", "data-part": f, "aria-label": `${name} minus 1` }, MINUS);
    const more = html("button", { type: "button", "data-name": "more", "data-part": f, "aria-label": `${name} plus 1` }, "+");
    less.addEventListener("click", () => turn(-1));
    more.addEventListener("click", () => turn(1));
    field.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      turn(by);
    });
    field.addEventListener("input", () => {
      const value = field.value.trim() === "" ? NaN : Number(field.value);
      if (Number.isFinite(value)) return put({ b: state.b.map((old, g) => (g === f ? value : old)) });
      problem.hidden = false;
      problem.textContent = `${name} must be a number; the picture still shows the last one.`;
    });
    field.addEventListener("blur", fillControls);
    return { field, node: html("span", { class: "cbp-item" }, html("span", { class: "cbp-name" }, name), less, field, more) };
  }

  // One item for each filter, hidden where it would change nothing.
  function fillItems(part, item, shown) {
    if (!part) return [];
    part.group.hidden = !shown;
    if (part.items.length !== layer.F) {
      part.items = range(layer.F).map(item);
      part.group.replaceChildren(part.group.firstChild, ...part.items.map((i) => i.node));
    }
    return part.items;
  }

  function fillControls() {
    if (inputs.groups) {
      const possible = possibleGroups(layer.C, layer.F).map(String);
      const [select] = inputs.groups;
      if (!same([...select.options].map((o) => o.value), possible)) select.replaceChildren(...possible.map((g) => html("option", { value: g }, g)));
    }
    for (const [name, fields] of Object.entries(inputs)) {
      const now = [state[name]].flat(2);
      if (fields.tie && new Set(now).size > 1) fields.tie.checked = false;
      fields.forEach((field, n) => {
        if (field.value !== String(now[n])) field.value = now[n];
        field.disabled = Boolean(fields.tie?.checked && n > 0);
      });
    }
    if (inputs.form) inputs.form[0].disabled = state.view !== "grad_x";
    for (const [f, { on, solo }] of fillItems(mutes, muteItem, state.view === "grad_x" && layer.F > 1).entries()) {
      on.setAttribute("aria-pressed", !state.muted.includes(f));
      solo.setAttribute("aria-pressed", layer.F - state.muted.length === 1 && !state.muted.includes(f));
    }
    for (const [f, { field }] of fillItems(dials, dialItem, state.view === "forward").entries()) {
      if (document.activeElement !== field || Number(field.value) !== state.b[f]) field.value = state.b[f];
      field.style.width = `calc(${Math.max(3, field.value.length)}ch + 30px)`;
    }
    if (counting) counting.checked = state.show_counts;
    controls.hidden = ![...controls.children].some((part) => !part.hidden);
  }

  function typed(event) {
    const field = event.target;
    const name = field.dataset.name ?? field.dataset.tie;
    if (!name || name === "b") return;
    if (name === "counts") return put({ show_counts: field.checked });
    if (name === "view" || name === "form") return apply({ [name]: field.value });
    const tie = inputs[name].tie;
    if (tie?.checked) inputs[name].forEach((other, n) => n && (other.value = inputs[name][0].value));
    inputs[name].forEach((other, n) => (other.disabled = Boolean(tie?.checked && n > 0)));
    const changes = {};
    for (const [setting, fields] of Object.entries(inputs)) {
      if (setting === "view" || setting === "form") continue;
      const numbers = fields.map((f) => (f.value.trim() === "" ? NaN : Number(f.value)));
      if (!numbers.every(Number.isInteger)) {
        problem.hidden = false;
        problem.textContent = `${WORDS[setting]} must be a whole number; the picture still shows the last layer that exists.`;
        return;
      }
      if (setting === "padding") changes.padding = state.input_size.map((_, a) => numbers.slice(2 * a, 2 * a + 2));
      else changes[setting] = ["channels", "filters", "groups"].includes(setting) ? numbers[0] : numbers;
    }
    apply(changes);
  }
  controls.addEventListener("input", typed);
  controls.addEventListener("submit", (event) => event.preventDefault());

  // ---- grids
  const names = () => ({ x: state.view === "grad_x" ? "∂J/∂x" : "x", w: state.view === "grad_w" ? "∂J/∂w" : "w", z: state.view === "forward" ? "z" : "δ" });
  const roles = () => ({ x: state.view === "grad_x" ? "gradient" : "input", w: state.view === "grad_w" ? "gradient" : "weight", z: state.view === "forward" ? "output" : "gradient" });

  function build() {
    fillControls();
    const forward = state.view === "forward";
    values = {
      x: state.view === "grad_x" ? sums(layer, state, "grad_x", silent()) : state.x,
      w: state.view === "grad_w" ? sums(layer, state, "grad_w") : state.w,
      z: forward ? sums(layer, state, "z") : state.delta,
    };
    const counts = state.show_counts ? linkCounts(layer) : null;
    const muted = silent();
    nodes = new Map();
    lit = [];
    const two = state.input_size.length === 2;
    const columns = (name) => layer.shapes[name].at(-1);
    const pads = state.padding.at(-1);
    const full = Math.max(width || el.clientWidth || 700, 240);
    const single = layer.C === 1 && layer.F === 1;
    const padded = columns("x") + pads[0] + pads[1];
    let cell;
    const LABEL = 26, GAP = 18;
    if (single) {
      cell = Math.min(40, (full - 3 * LABEL - 3 * GAP) / (padded + columns("w") + columns("z")));
      if (cell < 26) cell = Math.min(40, Math.max(14, (full - LABEL - GAP) / Math.max(padded, columns("w"), columns("z"))));
    } else {
      cell = Math.min(36, (full - layer.C * (LABEL + GAP)) / (layer.C * padded), (full - layer.F * (LABEL + GAP)) / (layer.F * columns("z")));
      if (cell < 20) {
        cell = Math.max(Math.min(20, (full - LABEL - GAP) / padded), 9);
        // the maps need several rows now: as large as so many rows allow
        const fits = (count, size) => {
          const side = Math.max(1, Math.min(count, Math.floor(full / (cell * size + LABEL + GAP))));
          return (full - side * (LABEL + GAP)) / (side * size);
        };
        const room = Math.min(fits(layer.C, padded), fits(layer.F, columns("z")), (full - layer.size * (LABEL + GAP)) / (layer.size * columns("w")));
        cell = Math.max(cell, Math.min(36, room));
      }
    }
    cell = Math.floor(cell);
    const panels = [["x", layer.C], ["w", layer.F * layer.size], ["z", layer.F]].map(([name, count]) => {
      const shape = layer.shapes[name];
      const grid = shape.slice(name === "w" ? 2 : 1);
      const title = names()[name];
      const maps = html("div", { class: "cbp-maps" });
      // a table of kernels for each group, one row per filter; several groups side by side
      const tables = name === "w" && count > 1 ? range(layer.G).map(() => (layer.G > 1 ? maps.appendChild(html("div", { class: "cbp-maps" })) : maps)) : [];
      for (const table of tables) table.style.gridTemplateColumns = `repeat(${layer.size}, max-content)`, table.classList.add("cbp-table");
      for (let n = 0; n < count; n++) {
        const front = name === "w" ? [Math.floor(n / layer.size), n % layer.size] : [n];
        const quietly = name !== "x" && muted.includes(front[0]);
        (tables.length ? tables[layer.ofFilter(front[0]).g] : maps).append(drawMap(name, front, grid, cell, two, count > 1 ? label(layer, title, [...front, ...grid.map(() => "·")]) : "", name === "x" ? counts : null, quietly));
      }
      const role = roles()[name];
      const size = (name === "w" ? (count > 1 ? shape : grid) : count > 1 ? shape : grid).join("×");
      const what = { x: "input", w: "weights", z: forward ? "output" : "given from above" }[name];
      const heading = html("div", { class: "cbp-title" }, html("span", { class: `cbp-swatch cbp-${role}` }), html("b", {}, title), ` ${role === "gradient" && name !== "z" ? "gradient" : what}, ${size}`);
      const panel = html("section", { class: `cbp-panel cbp-role-${role}`, "data-array": name, "aria-label": `${title}, ${size}` }, heading, maps);
      const unlinked = [...maps.querySelectorAll(".cbp-unlinked")].length;
      if (maps.querySelector(".cbp-silent")) panel.append(html("div", { class: "cbp-note" }, "Numbers too long for these cells are said in the equation below."));
      if (name === "x" && counts) {
        const missing = maps.querySelectorAll(".cbp-cell").length - maps.querySelectorAll(".cbp-count").length;
        panel.append(html("div", { class: "cbp-note" }, missing ? "No room for the numbers of links in these cells: the sentence below says them." : `small: number of links${toOneFilter(layer)}`));
      }
      if (unlinked) panel.append(html("div", { class: "cbp-note" }, { x: "hatched: read by no output", w: "hatched: reads only padding", z: "hatched: reads only padding" }[name]));
      return panel;
    });
    stage.replaceChildren(...panels);
    showSelection();
  }

  function drawMap(name, front, grid, cell, two, caption, counts, muted) {
    const [rows, columns] = two ? grid : [1, grid[0]];
    const pad = name === "x" ? (two ? state.padding : [[0, 0], state.padding[0]]) : [[0, 0], [0, 0]];
    const left = two ? 20 : 4, top = 17;
    const W = left + (columns + pad[1][0] + pad[1][1]) * cell + 4, H = top + (rows + pad[0][0] + pad[0][1]) * cell + 4;
    const picture = svg("svg", { width: W, height: H, viewBox: `0 0 ${W} ${H}`, role: "grid", "aria-label": caption || names()[name] });
    const hatch = `${id}${name}${front.join("-")}`;
    picture.append(svg("defs", {}, svg("pattern", { id: hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { width: 6, height: 6, class: "cbp-hatch-back" }), svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, class: "cbp-hatch-line" }))));
    for (let i = -pad[0][0]; i < rows + pad[0][1]; i++)
      for (let j = -pad[1][0]; j < columns + pad[1][1]; j++)
        if (i < 0 || j < 0 || i >= rows || j >= columns)
          picture.append(svg("rect", { class: "cbp-padding", x: left + (j + pad[1][0]) * cell + 1.5, y: top + (i + pad[0][0]) * cell + 1.5, width: cell - 3, height: cell - 3 }));
    const x0 = left + pad[1][0] * cell, y0 = top + pad[0][0] * cell;
    const every = cell < 16 ? 2 : 1;
    const small = Math.max(8, Math.min(11, cell * 0.5));
    for (let j = 0; j < columns; j += every) picture.append(text(x0 + (j + 0.5) * cell, 12, j, "cbp-index", small));
    if (two) for (let i = 0; i < rows; i += every) picture.append(text(left - 6, y0 + (i + 0.5) * cell + 3.5, i, "cbp-index cbp-row", small));
    for (let i = 0; i < rows; i++) {
      const row = svg("g", { role: "row" });
      for (let j = 0; j < columns; j++) {
        const position = two ? [i, j] : [j];
        const index = [...front, ...position];
        const value = at(values[name], index);
        const shown = cellNumber(value);
        const key = [name, ...index].join();
        const linked = hasLink(layer, name, position);
        const font = Math.min(15, cell * 0.42, (1.36 * cell) / Math.max(shown.length, 2));
        const count = counts && cell >= LEAST_FOR_COUNTS && font >= 6.5 ? at(counts, position) : null;
        const group = svg("g", {
          class: `cbp-cell${linked ? "" : " cbp-unlinked"}${font < 6.5 ? " cbp-silent" : ""}`, role: "gridcell", tabindex: -1, "data-key": key,
          "aria-label": `${label(layer, names()[name], index)} = ${number(value)}${linked ? "" : name === "x" ? ", read by no output" : ", reads only padding"}${counts && linked ? `, ${many(at(counts, position), "link")}` : ""}${muted ? ", muted" : ""}`,
        });
        const rect = svg("rect", { x: x0 + j * cell + 0.5, y: y0 + i * cell + 0.5, width: cell - 1, height: cell - 1 });
        if (!linked) rect.style.fill = `url(#${hatch})`;
        const middle = y0 + (i + 0.5) * cell;
        const base = middle + font * 0.36 - (count === null ? 0 : cell * 0.12);
        const value_text = text(x0 + (j + 0.5) * cell, base, font < 6.5 ? "" : shown, "cbp-value", font);
        group.append(rect, value_text);
        const count_text = count === null ? null : text(x0 + (j + 0.5) * cell, y0 + (i + 1) * cell - 4, count, "cbp-mark cbp-count", Math.max(8, Math.min(11, cell * 0.3)));
        if (count_text) group.append(count_text);
        row.append(group);
        nodes.set(key, { group, rect, value: value_text, count: count_text, mark: null, shown, font, base, middle, cell, x: x0 + (j + 0.5) * cell, bottom: y0 + (i + 1) * cell - 4, hatch: linked ? "" : `url(#${hatch})` });
      }
      picture.append(row);
    }
    return html("figure", muted ? { class: "cbp-muted" } : {}, ...(caption ? [html("figcaption", muted ? { style: `min-width: ${W - 20}px` } : {}, caption, muted ? ", muted" : "")] : []), picture);
  }

  function text(x, y, content, kind, size) {
    const element = svg("text", { x, y, class: kind });
    element.style.fontSize = `${size}px`;
    element.textContent = content;
    return element;
  }

  // ---- the selection
  // half the colour of weights, half white: it carries black text
  const tint = `rgb(${[1, 3, 5].map((i) => Math.round((parseInt(colours.weight.slice(i, i + 2), 16) + 255) / 2)).join(", ")})`;
  const tapColour = (tap) => colours.taps[tap.reduce((flat, k, n) => flat * layer.taps[n] + k, 0) % colours.taps.length];

  function light(key, colour, mark) {
    const node = nodes.get(key);
    if (!node) return;
    node.group.classList.add("cbp-lit");
    if (colour) {
      node.rect.style.fill = colour;
      node.group.classList.add("cbp-tinted");
    }
    if (mark) {
      node.count?.remove(); // the mark takes its place
      if (node.cell >= 30) {
        node.mark = text(node.x, node.bottom, `×${mark}`, "cbp-mark", Math.min(11, node.cell * 0.3));
        node.group.append(node.mark);
        node.value.setAttribute("y", node.middle + node.font * 0.36 - node.cell * 0.12);
      } else {
        node.value.textContent = `×${mark}`;
        if (node.count) node.value.setAttribute("y", node.middle + node.font * 0.36);
        node.value.style.fontSize = `${Math.max(6.5, Math.min(node.cell * 0.42, (1.36 * node.cell) / (mark.length + 1)))}px`;
      }
    }
    lit.push(key);
  }

  function showSelection() {
    for (const key of lit) {
      const node = nodes.get(key);
      node.group.classList.remove("cbp-lit", "cbp-tinted", "cbp-selected", "cbp-hot");
      node.group.removeAttribute("aria-selected");
      node.rect.style.fill = node.hatch;
      if (node.mark) {
        node.mark.remove();
        node.mark = null;
        node.value.setAttribute("y", node.base);
      }
      if (node.count && !node.count.isConnected) {
        node.group.append(node.count);
        node.value.setAttribute("y", node.base);
      }
      const shown = node.font < 6.5 ? "" : node.shown;
      if (node.value.textContent !== shown) {
        node.value.textContent = shown;
        node.value.style.fontSize = `${node.font}px`;
      }
    }
    lit = [];
    const { selected } = state;
    const stops = {};
    if (selected) {
      const seen = new Set();
      for (const [out, weight, input] of linksOf(layer, selected, silent())) {
        const colour = tapColour(weight.slice(2));
        const mark = state.view === "grad_w" ? "" : number(at(state.w, weight)); // no weight is a factor in grad_w
        for (const [name, index] of [["w", weight], ["x", input], ["z", out]]) {
          const key = [name, ...index].join();
          if (name === selected[0] && name !== "w") continue;
          if (seen.has(key)) continue;
          seen.add(key);
          light(key, colour, name === "w" ? "" : mark);
        }
      }
      const key = selected.join();
      if (!seen.has(key)) light(key, "", "");
      const own = nodes.get(key);
      own.group.classList.add("cbp-selected");
      own.group.setAttribute("aria-selected", "true");
      stops[selected[0]] = key;
    }
    for (const key of tabStops) nodes.get(key)?.group.setAttribute("tabindex", -1);
    tabStops = ["x", "w", "z"].map((name) => stops[name] ?? [name, ...layer.shapes[name].map(() => 0)].join());
    for (const key of tabStops) nodes.get(key).group.setAttribute("tabindex", 0);
    root.classList.toggle("cbp-held", held);
    sentence.textContent = sentenceOf(layer, selected, state.view, { muted: state.muted, moved: movedBiases(state.b, state._b_start), show_counts: state.show_counts });
    showEquation();
    showExtra();
    hint.textContent = held
      ? "Held. Click the cell again or press Escape to let go."
      : "Click a cell, or press Enter on it, to hold it while you point at the terms.";
  }

  function showEquation() {
    terms = [];
    equation.replaceChildren();
    if (!state.selected) return;
    const parts = equationParts(layer, state, state.selected, state.view, state.form, state.muted);
    const sum = parts.kind === "sum";
    equation.append(html("span", { class: "cbp-head" }, sum ? `${parts.head} =` : `${parts.head}:`));
    const count = open ? parts.terms.length : Math.min(FIRST_TERMS, parts.terms.length);
    for (const [n, term] of parts.terms.slice(0, count).entries()) {
      if (sum && n) equation.append(html("span", { class: "cbp-sign" }, "+"));
      const chip = html("span", { class: "cbp-term", tabindex: n ? -1 : 0, role: "note", "aria-label": `${term.symbol} ${sum ? "is " : ""}${term.number}` }, html("span", { class: "cbp-symbol" }, term.symbol), html("span", { class: "cbp-number" }, term.number));
      const weight = term.cells[1];
      if (weight) chip.style.setProperty("--cbp-tap", tapColour(weight.split(",").slice(3).map(Number)));
      chip.dataset.term = n;
      terms.push({ chip, cells: term.cells });
      equation.append(chip);
    }
    if (count < parts.terms.length) {
      if (sum) equation.append(html("span", { class: "cbp-sign" }, "+"));
      const more = html("button", { type: "button", class: "cbp-more" }, `… and ${parts.terms.length - count} more`);
      more.addEventListener("click", () => {
        open = true;
        showEquation();
        equation.querySelectorAll(".cbp-term")[FIRST_TERMS]?.focus();
      });
      equation.append(more);
    }
    if (sum) equation.append(html("span", { class: "cbp-total" }, parts.terms.length ? `= ${number(parts.total)}` : parts.empty));
    else if (!parts.terms.length) equation.append(html("span", { class: "cbp-total" }, parts.empty));
  }

  function heat(cells, chips) {
    for (const hot of root.querySelectorAll(".cbp-hot")) hot.classList.remove("cbp-hot");
    for (const key of cells) nodes.get(key)?.group.classList.add("cbp-hot");
    for (const chip of chips) chip.classList.add("cbp-hot");
  }
  const heatTerm = (chip) => heat(terms[Number(chip.dataset.term)].cells, [chip]);
  const heatCell = (key) => {
    const mine = terms.filter((t) => t.cells.includes(key));
    heat(mine.length && mine.length < terms.length ? mine.flatMap((t) => t.cells) : [], mine.length < terms.length ? mine.map((t) => t.chip) : []);
  };

  // ---- scatter, gather and the Jacobian
  function grid(rows, columns, draw, { size = 40, left = [], top = [] } = {}) {
    const [x0, y0] = [left.length ? 22 : 3, top.length ? 16 : 3];
    const picture = svg("svg", { width: x0 + columns * size + 4, height: y0 + rows * size + 4, "aria-hidden": "true" });
    top.forEach((t, j) => picture.append(text(x0 + (j + 0.5) * size, 11, t, "cbp-index", 10)));
    left.forEach((t, i) => picture.append(text(x0 - 6, y0 + (i + 0.5) * size + 3.5, t, "cbp-index cbp-row", 10)));
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const { main, sub, fill, strong, faint } = draw(i, j);
        const group = svg("g", { class: `cbp-box${fill ? " cbp-filled" : ""}${strong ? " cbp-strong" : ""}${faint ? " cbp-faint" : ""}` });
        const rect = svg("rect", { x: x0 + j * size + (strong ? 1.5 : 0.5), y: y0 + i * size + (strong ? 1.5 : 0.5), width: size - (strong ? 3 : 1), height: size - (strong ? 3 : 1) });
        if (fill) rect.style.fill = fill;
        group.append(rect, text(x0 + (j + 0.5) * size, y0 + (i + (sub ? 0.42 : 0.5)) * size + 5, main, "cbp-value", Math.min(14, (1.5 * size) / Math.max(2, String(main).length))));
        if (sub) group.append(text(x0 + (j + 0.5) * size, y0 + (i + 1) * size - 5, sub, "cbp-mark", Math.min(9.5, (1.55 * size) / sub.length)));
        picture.append(group);
      }
    return picture;
  }

  function showExtra() {
    const parts = [];
    const { selected } = state;
    if (state.view === "grad_x" && state.form !== "sum") parts.push(state.form === "scatter" ? scatter(selected) : gather(selected));
    if (state.show_jacobian && layer.axes.length === 1 && layer.C === 1 && layer.F === 1) parts.push(jacobian(selected));
    if (state.show_channels) parts.push(channelMatrix(selected));
    extra.replaceChildren(...parts);
  }

  const two = () => layer.axes.length === 2;
  const wide = () => (two() ? layer.taps : [1, layer.taps[0]]);
  const tapAt = (i, j) => (two() ? [i, j] : [j]);
  const block = (title, ...content) => html("div", { class: "cbp-block" }, html("div", { class: "cbp-blocktitle" }, title), ...content);

  function scatter(selected) {
    const box = html("div", { class: "cbp-form" });
    if (!selected || selected[0] === "w") {
      box.append(html("p", {}, "Scatter: select a cell of x or of δ."));
      return box;
    }
    if (selected[0] === "z" && silent().includes(selected[1])) {
      box.append(html("p", {}, `Scatter: filter ${selected[1]} is muted, so nothing is laid onto x.`));
      return box;
    }
    const links = [...linksOf(layer, selected, silent())].sort((p, q) => p[0].map((n, i) => n - q[0][i]).find((n) => n) ?? 0);
    const [rows, columns] = wide();
    const outs = selected[0] === "x" ? links.map((l) => [l[0], l[1]]) : range(layer.size).map((n) => [selected.slice(1), [selected[1], n]]);
    box.append(html("p", {}, `Scatter: each δ times the kernel as it stands, unflipped, laid onto x where its output reads.${selected[0] === "x" ? ` The outlined cells land on ${label(layer, "x", selected.slice(1))}.` : ""}`));
    const row = html("div", { class: "cbp-blocks" });
    for (const [out, weight] of outs.slice(0, 12)) {
      const [f, ...u] = out;
      const c = weight[1];
      const dv = at(state.delta, out);
      const place = layer.axes.map((a, n) => range(a.kernel).map((k) => a.stride * u[n] + a.dilation * k - a.before));
      const label_of = (n) => place[n].map((i) => (i < 0 || i >= layer.inputs[n] ? "–" : i));
      row.append(block(`${label(layer, "δ", out)} = ${number(dv)}, times w`, grid(rows, columns, (i, j) => {
        const tap = tapAt(i, j);
        const inside = tap.every((k, n) => place[n][k] >= 0 && place[n][k] < layer.inputs[n]);
        const mine = selected[0] === "x" && same([f, c, ...tap], weight);
        const wv = at(state.w, [f, c, ...tap]);
        return { main: number(dv * wv), sub: `${factor(dv)}·${factor(wv)}`, fill: mine ? tapColour(tap) : "", strong: mine, faint: !inside };
      }, { top: label_of(layer.axes.length - 1), left: two() ? label_of(0) : [] })));
    }
    box.append(row);
    if (outs.length > 12) box.append(html("p", {}, `… and ${outs.length - 12} more`));
    return box;
  }

  function gather(selected) {
    const box = html("div", { class: "cbp-form" });
    if (!selected || selected[0] !== "x") {
      box.append(html("p", {}, "Gather: select a cell of x."));
      return box;
    }
    const [, c, ...position] = selected;
    const [rows, columns] = wide();
    box.append(html("p", {}, `Gather: the window of δ around ${label(layer, "x", selected.slice(1))}, zeros where there is no δ, times the kernel turned by 180°. Same terms, same sum.`));
    for (const f of layer.ofChannel(c).filters.filter((f) => !silent().includes(f)).slice(0, 6)) {
      const cells = gatherWindow(layer, f, position);
      const pick = (i, j) => cells[i * columns + j];
      const D = (cell) => (cell.out ? at(state.delta, cell.out) : 0);
      const weight = (cell) => [f, c % layer.size, ...cell.tap];
      const W = (cell) => at(state.w, weight(cell));
      const tail = layer.F > 1 ? `, filter ${f}` : "";
      const opts = { size: 48 };
      box.append(html("div", { class: "cbp-blocks" },
        block(`window of δ${tail}`, grid(rows, columns, (i, j) => { const p = pick(i, j); return { main: number(D(p)), sub: p.out ? label(layer, "δ", p.out) : "no δ", fill: p.out ? tapColour(p.tap) : "", faint: !p.out }; }, opts)),
        html("span", { class: "cbp-op" }, "×"),
        block("kernel turned by 180°", grid(rows, columns, (i, j) => { const p = pick(i, j); return { main: number(W(p)), sub: label(layer, "w", weight(p)), fill: tapColour(p.tap) }; }, opts)),
        html("span", { class: "cbp-op" }, "="),
        block(`terms, together ${number(cells.reduce((sum, p) => sum + D(p) * W(p), 0))}`, grid(rows, columns, (i, j) => { const p = pick(i, j); return { main: number(D(p) * W(p)), sub: `${factor(D(p))}·${factor(W(p))}`, fill: p.out ? tapColour(p.tap) : "", faint: !p.out }; }, opts))));
    }
    return box;
  }

  function jacobian(selected) {
    const [a] = layer.axes;
    const [U, I] = [a.out, a.size];
    const column = selected?.[0] === "x" ? selected[2] : null;
    const row = selected?.[0] === "z" ? selected[2] : null;
    const tap = selected?.[0] === "w" ? selected[3] : null;
    const size = Math.max(18, Math.min(34, Math.floor(((width || 700) - 60) / I)));
    const picture = grid(U, I, (u, i) => {
      const link = linksOfOutput(a, u).find((l) => l[2] === i);
      const chosen = i === column || u === row || (link && link[1] === tap);
      return { main: link ? number(state.w[0][0][link[1]]) : "·", fill: link && (chosen || selected === null) ? tapColour([link[1]]) : "", faint: !link, strong: false };
    }, { size, left: range(U), top: range(I) });
    const outline = (x, y, w, h) => picture.append(svg("rect", { class: "cbp-outline", x: 22 + x * size, y: 16 + y * size, width: w * size, height: h * size }));
    if (column !== null) outline(column, 0, 1, U);
    if (row !== null) outline(0, row, I, 1);
    picture.removeAttribute("aria-hidden");
    picture.setAttribute("role", "img");
    const entries = column !== null ? linksOfInput(a, column).map(([u, k]) => `w[${k}] in row ${u}`).reverse() : row !== null ? linksOfOutput(a, row).map(([, k, i]) => `w[${k}] in column ${i}`) : [];
    const say = column !== null ? `Column ${column}, read downwards: ${entries.join(", ") || "no entry"}.` : row !== null ? `Row ${row}, read forwards: ${entries.join(", ") || "no entry"}.` : "Select a cell of x for its column, a cell of z for its row.";
    picture.setAttribute("aria-label", `Jacobian of ${U} rows and ${I} columns. ${say}`);
    return html("div", { class: "cbp-jacobian" }, html("div", { class: "cbp-blocktitle" }, "Jacobian ∂z[u]/∂x[i]: row u, column i"), picture, html("p", {}, say));
  }

  function channelMatrix(selected) {
    const { C, F, size } = layer;
    const [column, row] = selected?.[0] === "x" ? [selected[1], null] : [null, selected?.[1] ?? null];
    const lines = [html("p", {}, channelsSentence(layer, selected)), html("p", {}, kernelsSentence(layer))];
    const title = html("div", { class: "cbp-blocktitle" }, "Channel matrix: row filter f, column channel c");
    if (F * C > MOST_CELLS) return html("div", { class: "cbp-channels" }, title, html("p", {}, `It has ${F * C} cells, too many to be drawn.`), ...lines);
    const side = Math.max(9, Math.min(40, Math.floor(((width || 700) - 60) / C)));
    const numbers = (count) => range(count).map((n) => (side >= 16 || n % 5 === 0 ? n : ""));
    const picture = grid(F, C, (f, c) => {
      const reads = layer.ofFilter(f).channels.includes(c);
      const name = label(layer, "w", [f, c % size]).replace("[]", "");
      return { main: reads && side >= 3.8 * name.length ? name : "", fill: reads ? tint : "", faint: !reads, strong: selected?.[0] === "w" && f === row && reads && c % size === selected[2] };
    }, { size: side, left: numbers(F), top: numbers(C) });
    const outline = (x, y, w, h) => picture.append(svg("rect", { class: "cbp-outline", x: 22 + x * side, y: 16 + y * side, width: w * side, height: h * side }));
    if (column !== null) outline(column, 0, 1, F);
    if (row !== null) outline(0, row, C, 1);
    picture.removeAttribute("aria-hidden");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `Channel matrix of ${many(F, "filter")} and ${many(C, "channel")}, in ${many(layer.G, "block")}. ${lines[0].textContent}`);
    return html("div", { class: "cbp-channels" }, title, picture, ...lines);
  }

  // ---- pointer and keys
  const keyOf = (event) => event.target.closest?.(".cbp-cell")?.dataset.key;
  const cellOf = (key) => key.split(",").map((part, n) => (n ? Number(part) : part));
  stage.addEventListener("pointerover", (event) => {
    const key = keyOf(event);
    if (!key) return;
    if (held) heatCell(key);
    else choose(cellOf(key));
  });
  stage.addEventListener("pointerleave", () => held && heat([], []));
  stage.addEventListener("click", (event) => {
    const key = keyOf(event);
    if (!key) return;
    hold(key);
    nodes.get(key).group.focus({ preventScroll: true });
  });
  stage.addEventListener("focusin", (event) => {
    const key = keyOf(event);
    if (key && event.target.matches(":focus-visible")) choose(cellOf(key));
  });
  function hold(key) {
    const cell = cellOf(key);
    held = !(held && same(cell, state.selected));
    if (same(cell, state.selected)) showSelection();
    else choose(cell);
  }
  for (const [enter, leave] of [["pointerover", "pointerleave"], ["focusin", "focusout"]]) {
    equation.addEventListener(enter, (event) => {
      const chip = event.target.closest(".cbp-term");
      if (chip && !chip.classList.contains("cbp-hot")) heatTerm(chip);
      else if (!chip) heat([], []);
    });
    equation.addEventListener(leave, () => heat([], []));
  }
  equation.addEventListener("keydown", (event) => {
    const chip = event.target.closest(".cbp-term");
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!chip || !step) return;
    event.preventDefault();
    const next = terms[Number(chip.dataset.term) + step]?.chip ?? (step > 0 ? equation.querySelector(".cbp-more") : null);
    next?.focus();
  });

  // An arrow past the edge goes on in the next channel or filter; Home and End go to the ends of the row.
  function moved(cell, key) {
    const [name, ...index] = cell;
    const shape = layer.shapes[name];
    const front = name === "w" ? 2 : 1;
    const position = index.slice(front), size = shape.slice(front);
    const rank = position.length;
    const count = shape.slice(0, front).reduce((p, n) => p * n, 1);
    let flat = index.slice(0, front).reduce((sum, i, n) => sum * shape[n] + i, 0);
    const turn = (step) => {
      if (flat + step < 0 || flat + step >= count) return false;
      flat += step;
      return true;
    };
    const along = (axis, step) => {
      const next = position[axis] + step;
      if (next >= 0 && next < size[axis]) position[axis] = next;
      else if (turn(step)) position[axis] = step > 0 ? 0 : size[axis] - 1;
    };
    if (key === "ArrowRight") along(rank - 1, 1);
    else if (key === "ArrowLeft") along(rank - 1, -1);
    else if (key === "ArrowDown") rank === 2 ? along(0, 1) : turn(1);
    else if (key === "ArrowUp") rank === 2 ? along(0, -1) : turn(-1);
    else if (key === "Home") position[rank - 1] = 0;
    else if (key === "End") position[rank - 1] = size[rank - 1] - 1;
    else if (key === "PageDown") turn(1);
    else if (key === "PageUp") turn(-1);
    const fronts = front === 2 ? [Math.floor(flat / shape[1]), flat % shape[1]] : [flat];
    return [name, ...fronts, ...position];
  }
  stage.addEventListener("keydown", (event) => {
    const key = keyOf(event);
    if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
    if (["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"].includes(event.key)) {
      event.preventDefault();
      const next = moved(cellOf(key), event.key);
      choose(next);
      nodes.get(next.join()).group.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      hold(key);
    }
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && held) {
      held = false;
      showSelection();
    }
    // Plain keys stay here, or the notebook would take "d d" as "delete this cell".
    if (event.key !== "Tab" && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });

  // ---- what comes from Python, and the width
  let quiet = false, asked = false;
  function changed() {
    if (quiet || asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      const before = { ...state };
      if (!read()) return;
      if (same(before.controls, state.controls) && before.input_size.length === state.input_size.length) {
        const still = Object.keys(state).every((name) => name === "selected" || same(before[name], state[name]));
        if (still && same(before.selected, state.selected)) return;
        if (still) return showSelection();
      } else buildControls();
      problem.hidden = true;
      build();
    });
  }
  const watched = [...SETTINGS, "x", "w", "b", "delta", "view", "form", "selected", "controls", "show_jacobian", "muted", "show_counts", "show_channels", "_b_start"];
  for (const name of watched) model.on(`change:${name}`, changed);
  const observer = new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (Math.abs(now - width) < 2 || !now) return;
    width = now;
    const focused = stage.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    build();
    if (focused) nodes.get(focused)?.group.focus({ preventScroll: true });
  });
  if (read()) {
    buildControls();
    width = Math.floor(el.clientWidth);
    build();
    observer.observe(root);
  }
  return () => {
    observer.disconnect();
    for (const name of watched) model.off(`change:${name}`, changed);
  };
}

export default { render };
