// What a chosen cell of x, w or z is linked to: the twin of selection.py, the same functions in the same order, with
// the same words (a test compares the two). A selection is ["x", c, i, j], ["w", f, c', k, l] or ["z", f, u, v].

const LISTED = 6; // longer lists are said as a count
const LINES = ["solid", "dashed", "dotted", "dashed and dotted"]; // of the filters 0, 1, 2, 3
const ALL_MUTED = "all filters are muted, so nothing arrives";

// [output, weight, input] of every link of a cell, but those of the muted filters: of an input or an output in the
// order of the weights, of a weight in the order of the outputs.
export function linksOf(layer, selected, muted = []) {
  if (!selected) return [];
  if (muted.length) return linksOf(layer, selected).filter(([out]) => !muted.includes(out[0]));
  const [name, ...index] = selected;
  const spatial = linksAt(layer, name, index.slice(name === "w" ? 2 : 1));
  const own = index[0];
  if (name === "x")
    return layer.ofChannel(own).filters.flatMap((f) => spatial.map((link) => linkOf(layer, f, own, link)));
  const { channels } = layer.ofFilter(own);
  const read = name === "w" ? [channels[index[1]]] : channels;
  return read.flatMap((c) => spatial.map((link) => linkOf(layer, own, c, link)));
}

// x[2,3] with one channel, x[0,2,3] with several: a letter that can only be 0 is left out.
export function label(layer, name, index) {
  const last = name.at(-1);
  const counts = last === "x" ? [layer.C] : last === "w" ? [layer.F, layer.size] : [layer.F];
  return `${name}[${index.filter((_, n) => n >= counts.length || counts[n] > 1).join(",")}]`;
}

// How many links each input position has to one filter.
export function linkCounts(layer) {
  const perAxis = layer.axes.map((axis) => range(axis.size).map((i) => linksOfInput(axis, i).length));
  return filled(layer.inputs, (index) => prod(index.map((i, n) => perAxis[n][i])));
}

// [f, by how much] of every bias that is no longer what it was
export function movedBiases(b, start) {
  if (b.length !== start.length) return [];
  const least = (f) => 1e-9 * Math.max(1, Math.abs(b[f]), Math.abs(start[f]));
  return b.map((now, f) => [f, now - start[f]]).filter(([f, moved]) => Math.abs(moved) > least(f));
}

// Why no output reads an input at this position.
export function whyUnlinked(layer, position) {
  const reasons = layer.axes.map((axis, n) => {
    const i = position[n];
    if (linksOfInput(axis, i).length) return "";
    const word = layer.axes.length === 2 && n === 0 ? "row" : "column";
    const { stride, dilation, span } = axis;
    const beyond = inputOf(axis, axis.out - 1, axis.kernel - 1) + 1;
    if (i >= beyond)
      return `stride ${stride} leaves ${counted(axis.size - Math.max(beyond, 0), `leftover ${word}`)} at the end`;
    if ((i + axis.before) % stride >= span) return `stride ${stride} skips ${word} ${i} between two windows of ${span}`;
    return `with dilation ${dilation} and stride ${stride} every window steps over ${word} ${i}`;
  });
  return reasons.filter(Boolean).join(" and ");
}

// Which filters sound, which are muted.
function saidMuted(layer, muted) {
  if (muted.length === layer.F) return ALL_MUTED;
  const sounding = range(layer.F).filter((f) => !muted.includes(f));
  const [s, m] = [sounding.length, muted.length];
  const sound =
    s > LISTED ? `${s} filters sound` : `${plural(s, "filter")} ${listed(sounding)} ${plural(s, "sounds", "sound")}`;
  return `${sound}, ${m > LISTED ? `${m} are muted` : `${listed(muted)} ${plural(m, "is", "are")} muted`}`;
}

// By how much the biases have moved, and what moved with them.
function saidMoved(layer, moved) {
  const several = layer.F > 1;
  const cells = prod(layer.outs);
  const so = `so did ${cells > 1 ? `all ${cells} cells` : "the one cell"} of`;
  const said = moved
    .slice(0, LISTED)
    .map(([f, move]) => `${several ? `b[${f}]` : "b"} moved by ${number(move)}: ${so} ${several ? `z[${f}]` : "z"}`);
  if (moved.length > LISTED) said.push(`${moved.length - LISTED} more biases moved, each with its map`);
  return said.join("; ") + (moved.length < layer.F ? ", and no other cell" : "");
}

// How many cells of x have how many links.
function saidCounts(layer) {
  const cells = new Map();
  for (const count of linkCounts(layer).flat()) cells.set(count, (cells.get(count) ?? 0) + layer.C);
  const sorted = [...cells].sort(([p], [q]) => p - q);
  let said = sorted.map(([count, many], place) => `${count} in ${place ? many : counted(many, "cell")}`);
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
function saidRange(word, numbers) {
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (first === last) return `${word} ${first}`;
  return `${word}s ${first} ${last - first === 1 ? "and" : "to"} ${last}`;
}

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
  let said = `Filter ${index[0]} reads ${saidRange("channel", channels)}`;
  if (name === "w" && channels.length > 1)
    said += `; ${label(layer, "w", index.slice(0, 2))} joins it to channel ${channels[index[1]]}`;
  return `${said}.`;
}

// How many kernels and numbers the layer has, and how many multiplications of its forward pass.
export function kernelsSentence(layer) {
  const kernels = layer.F * layer.size;
  const weights = kernels * prod(layer.taps);
  const also = layer.axes.some((axis) => axis.before + axis.after) ? ", those with padding included" : "";
  return (
    `G = ${layer.G}: ${counted(kernels, "kernel")} of ${by(layer.taps)}, ${counted(weights, "weight")}, ` +
    `${counted(layer.F, "bias", "biases")}, ${counted(weights * prod(layer.outs), "multiplication")}${also}`
  );
}

// How the lines of the filters differ; nothing where there is one filter.
export function linesSentence(filters) {
  if (filters < 2) return "";
  const said = LINES.slice(0, filters).map((line, f) => `filter ${f} ${line}`);
  if (filters > LINES.length) said.push("then again from the start");
  return `lines: ${said.join(", ")}`;
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
  if (name !== "x" && muted.includes(index[0])) {
    const it = label(layer, name === "z" ? "δ" : "w", index);
    return `${it} belongs to filter ${index[0]}, which is muted: it adds nothing to ∂J/∂x`;
  }
  if (name === "x") {
    const it = label(layer, "x", index);
    if (!hasLink(layer, "x", index.slice(1)))
      return `${it} is read by no output: ${whyUnlinked(layer, index.slice(1))}, so its gradient is exactly 0`;
    if (!count)
      return `${it}: ${muted.length === layer.F ? ALL_MUTED : ALL_MUTED.replace(" are", " of its group are")}`;
    return `${it} influences ${counted(count, "output")}, through ${counted(count, "weight")}`;
  }
  if (name === "w") {
    const it = label(layer, "w", index);
    if (!count) return `${it} reads only padding: it joins no input to an output, so its gradient is exactly 0`;
    const missing = prod(layer.outs) - count;
    const also = missing ? `; at ${counted(missing, "output")} it reads padding` : "";
    return `${it} joins ${counted(count, "pair")} of input and output${also}`;
  }
  const it = label(layer, view === "forward" ? "z" : "δ", index);
  const taps = prod(layer.shapes.w.slice(1));
  if (!count && view === "forward") return `${it} reads only padding, so it is the bias alone`;
  if (!count) return `${it} belongs to an output that reads only padding: it reaches no gradient`;
  const missing = taps - count;
  const also = missing ? `; ${missing} of its ${taps} taps ${plural(missing, "falls", "fall")} on padding` : "";
  const [inputs, weights] = [counted(count, "input"), counted(count, "weight")];
  if (view === "grad_x") return `${it} reaches back to ${inputs}, through ${weights}${also}`;
  if (view === "grad_w") return `${it} is a factor in the gradient of ${weights}, with ${inputs}${also}`;
  return `${it} reads ${inputs}, through ${weights}${also}`;
}

// δ by δ, in the order of the window.
const byOutput = (links) => [...links].sort(([p], [q]) => p.map((n, i) => n - q[i]).find((n) => n) ?? 0);

// The sum of a cell: head, terms {symbol, number, value, cells}, how many there are, and the total where there is one;
// cells are keys like "x,0,2,3". In grad_x without the terms of the muted filters. With `most` only the first so many
// terms are written.
export function equationParts(layer, arrays, selected, view = "forward", form = "sum", muted = [], most = Infinity) {
  const [name, ...index] = selected;
  const { x, w, b, delta } = arrays;
  if (view !== "grad_x") muted = [];
  let links = linksOf(layer, selected, muted);
  if (view === "grad_x" && name === "x" && form !== "sum") links = byOutput(links);
  const terms = links.slice(0, most).map((link) => termOf(layer, arrays, link, name, view));
  let count = links.length;
  let total = null;
  const summed = { forward: "z", grad_x: "x", grad_w: "w" }[view] === name;
  if (summed) total = links.reduce((sum, link) => sum + productIn(arrays, link, view), 0);
  const it = label(layer, name === "z" && view !== "forward" ? "δ" : name, index);
  if (summed && name === "z" && b.some((n) => n)) {
    const bias = b[index[0]];
    total = links.reduce((sum, link) => sum + productIn(arrays, link, view), bias);
    count += 1;
    terms.length = Math.min(terms.length, most - 1);
    terms.unshift({ symbol: `b[${index[0]}]`, number: factor(bias), value: bias, cells: [selected.join()] });
  }
  let head = `${it} = ${number(at({ x, w, z: delta }[name], index))}`;
  if (summed) head = name === "z" ? it : `∂J/∂${it}`;
  else if (view === "forward") head = `nudge ${it} by 1`;
  let empty = name !== "x" && muted.includes(index[0]) ? "it adds nothing to ∂J/∂x" : "it adds to no gradient";
  if (view === "forward") empty = "nothing changes";
  if (summed) empty = "0 (a sum without terms)";
  return { kind: summed ? "sum" : "list", head, terms, count, empty, total };
}

// What a link adds to the sum of a view.
function productIn({ x, w, delta }, [out, weight, input], view) {
  if (view === "forward") return at(w, weight) * at(x, input);
  return at(delta, out) * (view === "grad_x" ? at(w, weight) : at(x, input));
}

// The term of one link in the equation of a cell of the array `name`.
function termOf(layer, { x, w, delta }, [out, weight, input], name, view) {
  const cells = [["z", ...out].join(), ["w", ...weight].join(), ["x", ...input].join()];
  const [X, W, Z] = [label(layer, "x", input), label(layer, "w", weight), label(layer, "z", out)];
  const D = label(layer, "δ", out);
  const [xv, wv, dv] = [at(x, input), at(w, weight), at(delta, out)];
  if (view === "forward") {
    if (name === "z") return { symbol: `${W}·${X}`, number: `${factor(wv)}·${factor(xv)}`, value: wv * xv, cells };
    const [slope, value] = name === "x" ? [W, wv] : [X, xv];
    return { symbol: `${Z} changes by ${slope}`, number: `= ${number(value)}`, value, cells };
  }
  const [A, av, G] = view === "grad_x" ? [W, wv, X] : [X, xv, W];
  const [symbol, product, value] = [`${D}·${A}`, `${factor(dv)}·${factor(av)}`, dv * av];
  if (name === (view === "grad_x" ? "x" : "w")) return { symbol, number: product, value, cells };
  return { symbol: `∂J/∂${G} gains ${symbol}`, number: `= ${product} = ${number(value)}`, value, cells };
}

// The equation as text.
export function equationOf(layer, arrays, selected, view = "forward", form = "sum", muted = []) {
  if (!selected) return "";
  const { kind, head, terms, total, empty } = equationParts(layer, arrays, selected, view, form, muted);
  if (kind === "sum") {
    if (!terms.length) return `${head} = ${empty}`;
    const [symbols, numbers] = [terms.map((t) => t.symbol), terms.map((t) => t.number)];
    return `${head} = ${symbols.join(" + ")} = ${numbers.join(" + ")} = ${number(total)}`;
  }
  if (!terms.length) return `${head}: ${empty}`;
  return `${head}: ${terms.map((t) => `${t.symbol} ${t.number}`).join("; ")}`;
}
