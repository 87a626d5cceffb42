// Below the grids of the influence explorer: the input gradient as scatter or gather, the Jacobian, the channel matrix.

const MOST_SCATTERED = 12;
const MOST_GATHERED = 6; // filters
const MOST_HIGH = 460; // px: a form that is higher scrolls

function showForms(frame) {
  const { state } = frame;
  const { view, form, layer } = state;
  const parts = [];
  if (view === "grad_x" && form === "scatter") parts.push(scatter(frame));
  if (view === "grad_x" && form === "gather") parts.push(gather(frame));
  if (state.show_jacobian && layer.axes.length === 1 && layer.C === 1 && layer.F === 1) parts.push(jacobian(frame));
  if (state.show_channels) parts.push(channelMatrix(frame));
  if (parts.length || frame.extra.firstChild) frame.extra.replaceChildren(...parts);
}

// Scatter and gather stand in a box that is as high for all cells of these settings, and scrolls where that is too low;
// a sentence below a matrix gets the lines that the longest one may take.
function reserveForms(frame) {
  const { width, extra, state } = frame;
  const { layer, view, form } = state;
  const [rows, columns] = kernelShape(layer);
  const each = layer.F / layer.G;
  const links = each * prod(layer.axes.map((axis) => Math.min(axis.out, Math.ceil(axis.kernel / axis.stride))));
  const lines = (characters) => Math.ceil((characters * 7.2) / width);
  let high = 24 * lines(150) + 12;
  if (view === "grad_x" && form === "scatter") {
    const wide = Math.max(columns * 40 + 26, 150) + 14;
    high += Math.ceil(Math.min(MOST_SCATTERED, links) / Math.max(1, Math.floor(width / wide))) * (rows * 40 + 52);
  } else {
    const beside = 3 * (Math.max(columns * 48, 120) + 34) < width ? 1 : 3;
    high += Math.min(MOST_GATHERED, each) * beside * (rows * 48 + 40);
  }
  extra.style.setProperty("--cbp-form", `${Math.min(high, MOST_HIGH)}px`);
  const entries = layer.axes[0].kernel * 19 + 30;
  extra.style.setProperty("--cbp-under", lines(state.show_channels ? 74 : entries));
}

// A small grid; draw(i, j) says what a box holds: main, sub (a word below it), fill, strong, faint.
function boxes(rows, columns, draw, { size = 40, left = [], top = [] } = {}) {
  const [x0, y0] = [left.length ? 22 : 3, top.length ? 16 : 3];
  const shape = { width: x0 + columns * size + 4, height: y0 + rows * size + 4 };
  const picture = svg("svg", { ...shape, "aria-hidden": "true" });
  top.forEach((t, j) => picture.append(text(x0 + (j + 0.5) * size, 11, t, "cbp-index", 10)));
  left.forEach((t, i) => picture.append(text(x0 - 6, y0 + (i + 0.5) * size + 3.5, t, "cbp-index cbp-end", 10)));
  for (const i of range(rows))
    for (const j of range(columns)) picture.append(box(draw(i, j), x0 + j * size, y0 + i * size, size));
  return picture;
}

function box({ main, sub, fill, strong, faint }, x, y, size) {
  const kinds = ["cbp-box", fill && "cbp-filled", strong && "cbp-strong", faint && "cbp-faint"].filter(Boolean);
  const edge = strong ? 1.5 : 0.5;
  const side = size - 2 * edge;
  const rect = svg("rect", { x: x + edge, y: y + edge, width: side, height: side });
  if (fill) rect.style.fill = fill;
  const middle = x + size / 2;
  const font = Math.min(14, (1.35 * size) / Math.max(2, String(main).length));
  const group = svg("g", { class: kinds.join(" ") }, rect);
  group.append(text(middle, y + (sub ? 0.42 : 0.5) * size + 5, main, "cbp-value", font));
  if (sub) group.append(text(middle, y + size - 5, sub, "cbp-mark", Math.min(9.5, (1.55 * size) / sub.length)));
  return group;
}

// A box that holds a product of two numbers.
const productBox = (p, q, rest) => ({ main: number(p * q), sub: `${factor(p)}·${factor(q)}`, ...rest });

const block = (title, ...content) =>
  html("div", { class: "cbp-block" }, html("div", { class: "cbp-blocktitle" }, title), ...content);
const formOf = (...words) =>
  html(
    "div",
    { class: "cbp-form", role: "group", tabindex: 0, "aria-label": "The input gradient, laid out" },
    ...words.map((said) => html("p", {}, said)),
  );

// Rows and columns of the kernel, and the tap in row i, column j.
const kernelShape = ({ taps }) => (taps.length === 2 ? taps : [1, taps[0]]);
const tapAt = ({ taps }, i, j) => (taps.length === 2 ? [i, j] : [j]);

// ------------------------------------------------------------------------------------------------------------ scatter
function scatter(frame) {
  const { layer, selected } = frame.state;
  const silent = silentOf(frame.state);
  if (!selected || selected[0] === "w") return formOf("Scatter: select a cell of x or of δ.");
  const [name, ...index] = selected;
  if (name === "z" && silent.includes(index[0]))
    return formOf(`Scatter: filter ${index[0]} is muted, so nothing is laid onto x.`);
  const links = byOutput(linksOf(layer, selected, silent));
  // the δ that is laid onto x, and the weight: of x the one that lands on it, of δ one for each channel of its kernels
  const outs = name === "x" ? links : range(layer.size).map((c) => [index, [index[0], c]]);
  const landing = name === "x" ? ` The outlined cells land on ${label(layer, "x", index)}.` : "";
  const form = formOf(
    `Scatter: each δ times the kernel as it stands, unflipped, laid onto x where its output reads.${landing}`,
  );
  const blocks = outs.slice(0, MOST_SCATTERED).map(([out, weight]) => scattered(frame, out, weight));
  form.append(html("div", { class: "cbp-blocks" }, ...blocks));
  if (outs.length > MOST_SCATTERED) form.append(html("p", {}, `… and ${outs.length - MOST_SCATTERED} more`));
  return form;
}

// One δ times a kernel; the cell that lands on the selected x is outlined.
function scattered(frame, out, weight) {
  const { layer, selected, delta, w } = frame.state;
  const [f, ...u] = out;
  const value = at(delta, out);
  const places = layer.axes.map((axis, n) => range(axis.kernel).map((k) => inputOf(axis, u[n], k)));
  const isInside = (n, i) => inside(layer.axes[n], i);
  const indices = (n) => places[n].map((i) => (isInside(n, i) ? i : "–"));
  const draw = (i, j) => {
    const tap = tapAt(layer, i, j);
    const here = [f, weight[1], ...tap];
    const mine = selected[0] === "x" && same(here, weight);
    const faint = !tap.every((k, n) => isInside(n, places[n][k]));
    return productBox(value, at(w, here), { fill: mine ? tapColour(frame, tap) : "", strong: mine, faint });
  };
  const axes = { top: indices(places.length - 1), left: places.length === 2 ? indices(0) : [] };
  const title = `${label(layer, "δ", out)} = ${number(value)}, times w`;
  return block(title, boxes(...kernelShape(layer), draw, axes));
}

// ------------------------------------------------------------------------------------------------------------- gather
function gather(frame) {
  const { layer, selected } = frame.state;
  if (selected?.[0] !== "x") return formOf("Gather: select a cell of x.");
  const form = formOf(
    `Gather: the window of δ around ${label(layer, "x", selected.slice(1))}, zeros where there is no δ, ` +
      "times the kernel turned by 180°. Same terms, same sum.",
  );
  const sounding = layer.ofChannel(selected[1]).filters.filter((f) => !silentOf(frame.state).includes(f));
  form.append(...sounding.slice(0, MOST_GATHERED).map((f) => gathered(frame, f)));
  return form;
}

// The window of δ of one filter, its turned kernel and their products.
function gathered(frame, f) {
  const { layer, selected, delta, w } = frame.state;
  const [, c, ...position] = selected;
  const [rows, columns] = kernelShape(layer);
  const cells = gatherWindow(layer, f, position).map(({ out, tap }) => {
    const weight = [f, c % layer.size, ...tap];
    return { out, weight, d: out ? at(delta, out) : 0, w: at(w, weight), colour: tapColour(frame, tap) };
  });
  const boxed = (draw) => boxes(rows, columns, (i, j) => draw(cells[i * columns + j]), { size: 48 });
  const given = ({ out, colour }) => ({ fill: out ? colour : "", faint: !out });
  const sign = (words) => html("span", { class: "cbp-op" }, words);
  const total = cells.reduce((sum, cell) => sum + cell.d * cell.w, 0);
  return html(
    "div",
    { class: "cbp-blocks" },
    block(
      `window of δ${layer.F > 1 ? `, filter ${f}` : ""}`,
      boxed((cell) => ({ main: number(cell.d), sub: cell.out ? label(layer, "δ", cell.out) : "no δ", ...given(cell) })),
    ),
    sign("×"),
    block(
      "kernel turned by 180°",
      boxed((cell) => ({ main: number(cell.w), sub: label(layer, "w", cell.weight), fill: cell.colour })),
    ),
    sign("="),
    block(
      `terms, together ${number(total)}`,
      boxed((cell) => productBox(cell.d, cell.w, given(cell))),
    ),
  );
}

// ----------------------------------------------------------------------------------------------------------- matrices
// A matrix whose chosen row or column is outlined; `said` is what a screen reader is told.
function matrix(rows, columns, draw, { size, row, column, said, page, ...indices }) {
  const picture = boxes(rows, columns, draw, { size, ...indices });
  const outline = (x, y, w, h) => {
    const place = { x: 22 + x * size, y: 16 + y * size, width: w * size, height: h * size };
    picture.append(svg("rect", { class: "cbp-outline", ...place }));
  };
  if (column !== null) outline(column, 0, 1, rows);
  if (row !== null) outline(0, row, columns, 1);
  picture.removeAttribute("aria-hidden");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", said);
  if (columns * size + 26 > page) picture.setAttribute("tabindex", 0); // it scrolls, so keys must reach it
  return picture;
}

// The side of a matrix's boxes, so that so many columns fit the page.
const boxSide = (frame, columns, least, most) => clamp(Math.floor((frame.width - 60) / columns), least, most);

function jacobian(frame) {
  const { layer, selected, w } = frame.state;
  const [axis] = layer.axes;
  const [U, I] = [axis.out, axis.size];
  const chosen = (name) => (selected?.[0] === name ? selected.at(-1) : null);
  const [column, row, tap] = [chosen("x"), chosen("z"), chosen("w")];
  const draw = (u, i) => {
    const link = linksOfOutput(axis, u).find((found) => found[2] === i);
    if (!link) return { main: "·", fill: "", faint: true };
    const lit = !selected || i === column || u === row || link[1] === tap;
    return { main: number(w[0][0][link[1]]), fill: lit ? tapColour(frame, [link[1]]) : "" };
  };
  const say = jacobianSentence(axis, column, row);
  const said = `Jacobian of ${U} rows and ${I} columns. ${say}`;
  const size = boxSide(frame, I, 18, 34);
  const picture = matrix(U, I, draw, { size, row, column, said, page: frame.width, left: range(U), top: range(I) });
  const title = html("div", { class: "cbp-blocktitle" }, "Jacobian ∂z[u]/∂x[i]: row u, column i");
  return html("div", { class: "cbp-jacobian" }, title, picture, html("p", { class: "cbp-under" }, say));
}

function jacobianSentence(axis, column, row) {
  if (column === null && row === null) return "Select a cell of x for its column, a cell of z for its row.";
  const entries =
    column !== null
      ? linksOfInput(axis, column).map(([u, k]) => `w[${k}] in row ${u}`)
      : linksOfOutput(axis, row).map(([, k, i]) => `w[${k}] in column ${i}`);
  const said = (column !== null ? entries.reverse() : entries).join(", ") || "no entry";
  return column !== null ? `Column ${column}, read downwards: ${said}.` : `Row ${row}, read forwards: ${said}.`;
}

function channelMatrix(frame) {
  const { layer, selected } = frame.state;
  const { C, F, G, size } = layer;
  const reads = channelsSentence(layer, selected);
  const title = html("div", { class: "cbp-blocktitle" }, "Channel matrix: row filter f, column channel c");
  const lines = [html("p", { class: "cbp-under" }, reads), html("p", {}, kernelsSentence(layer))];
  const made = (drawn) => html("div", { class: "cbp-channels" }, title, drawn, ...lines);
  if (F * C > MOST_CELLS) return made(html("p", {}, `It has ${F * C} cells, too many to be drawn.`));
  const [column, row] = selected?.[0] === "x" ? [selected[1], null] : [null, selected?.[1] ?? null];
  const side = boxSide(frame, C, 9, 40);
  const numbers = (count) => range(count).map((n) => (side >= 16 || n % 5 === 0 ? n : ""));
  const draw = (f, c) => {
    if (!layer.ofFilter(f).channels.includes(c)) return { main: "", fill: "", faint: true };
    const name = label(layer, "w", [f, c % size]).replace("[]", "");
    const strong = selected?.[0] === "w" && f === row && c % size === selected[2];
    return { main: side >= 3.8 * name.length ? name : "", fill: mix(frame.colours.weight, 0.5), strong };
  };
  const matrixOf = `${counted(F, "filter")} and ${counted(C, "channel")}, in ${counted(G, "block")}`;
  const said = `Channel matrix of ${matrixOf}. ${reads}`;
  return made(
    matrix(F, C, draw, { size: side, row, column, said, page: frame.width, left: numbers(F), top: numbers(C) }),
  );
}
