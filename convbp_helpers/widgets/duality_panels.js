// The duality panels in the browser. First the pure part, the same as in duality_panels.py.

// The three sums of a layer of one row, each as multipliers `spread` apart that read a row, `step` further for each
// result. A cell without a symbol is a zero that was put in; results from `count` on belong to no weight.
export function dualOf({ input_size, kernel_size, stride, dilation, x, w, delta }) {
  const named = (values, name) => values.map((value, n) => ({ value, symbol: `${name}[${n}]` }));
  const [X, W, D] = [named(x, "x"), named(w, "w"), named(delta, "δ")];
  const around = dilation * (kernel_size - 1);
  const inserted = range(input_size + around).map((column) => {
    const u = (column - around) / stride;
    return Number.isInteger(u) && u >= 0 && u < D.length ? D[u] : { value: 0, symbol: null };
  });
  return {
    z: reads(X, W, stride, dilation, delta.length),
    grad_w: reads(X, D, dilation, stride, kernel_size),
    grad_x: reads(inserted, [...W].reverse(), 1, dilation, input_size),
  };
}

function reads(row, multipliers, step, spread, count) {
  const length = Math.floor((row.length - spread * (multipliers.length - 1) - 1) / step) + 1;
  const results = range(length).map((n) => {
    const meets = multipliers.map((multiplier, m) => {
      const column = step * n + spread * m;
      return { column, multiplier, read: row[column] };
    });
    const value = meets.reduce((sum, { multiplier, read }) => sum + multiplier.value * read.value, 0);
    return { column: step * n, meets, value, linked: meets.some(({ read }) => read.symbol) };
  });
  return { row, multipliers, step, spread, results: results.slice(0, count), surplus: results.slice(count) };
}

const SYMBOLS = { z: "z", grad_w: "∂J/∂w", grad_x: "∂J/∂x" };

export const dualTitles = ({ stride, dilation }) => ({
  z: `: x read by w, step s = ${stride}, spread d = ${dilation}`,
  grad_w: `: x read by δ, step d = ${dilation}, spread s = ${stride}`,
  grad_x: `: δ̂ (δ with zeros put in), read by w reversed, step 1, spread d = ${dilation}`,
});

const roomOf = ({ input_size, kernel_size, dilation }) => input_size - dilation * (kernel_size - 1) - 1;
export const outputsOf = (settings) => Math.floor(roomOf(settings) / settings.stride) + 1;

export function dualProblem({ input_size, kernel_size, stride, dilation, x, w, delta }) {
  for (const [name, value] of Object.entries({ stride, dilation }))
    if (!Number.isInteger(value) || value < 1 || value > 4) return `${name} must be from 1 to 4; got ${value}`;
  const span = dilation * (kernel_size - 1) + 1;
  const longer = `is longer than the input ${input_size}; use`;
  if (kernel_size > input_size) return `kernel ${kernel_size} ${longer} kernel_size <= ${input_size}`;
  const most = Math.floor((input_size - 1) / (kernel_size - 1));
  if (span > input_size)
    return `kernel ${kernel_size} (spread over ${span} by dilation ${dilation}) ${longer} dilation <= ${most}`;
  if (!x) return "";
  const outputs = outputsOf({ input_size, kernel_size, stride, dilation });
  const fits = x.length === input_size && w.length === kernel_size && delta.length === outputs;
  return fits ? "" : `x, w and delta must have ${input_size}, ${kernel_size} and ${outputs} cells`;
}

export const dualClamped = (selected, dual) =>
  selected && [selected[0], Math.min(selected[1], dual[selected[0]].results.length - 1)];

export function dualSentence(state) {
  if (!state.selected) return "Point at a result, or move to one with Tab and the arrow keys";
  const [name, n] = state.selected;
  const { meets, value, linked } = dualOf(state)[name].results[n];
  const it = `${SYMBOLS[name]}[${n}]`;
  if (!linked) return `x[${n}] is read by no output: the weights meet only zeros, so ${it} = 0`;
  const back = name === "grad_x";
  const terms = meets.filter(({ read }) => read.symbol);
  const sum = (write) => {
    const parts = terms.map(({ multiplier, read }) =>
      (back ? [read, multiplier] : [multiplier, read]).map(write).join("·"),
    );
    return (parts.length > 4 ? [...parts.slice(0, 2), "…", parts.at(-1)] : parts).join(" + ");
  };
  const apart = name === "grad_w" ? `s = ${state.stride}` : `d = ${state.dilation}`;
  let said = `one cell ${back ? "" : "of x "}is read`;
  if (meets.length > 1) said = `the cells ${back ? "read" : "of x"} are ${apart} apart`;
  const zeros = meets.length - terms.length;
  if (zeros) said += `, and ${zeros} of these ${meets.length} ${plural(zeros, "is a zero", "are zeros")} put in`;
  return `${it} = ${sum(({ symbol }) => symbol)} = ${sum((cell) => factor(cell.value))} = ${number(value)}: ${said}`;
}

// ---------------------------------------------------------------------------------------------------------- the dials
const DIALS = { stride: ["s", "stride"], dilation: ["d", "dilation"] };

function dialFor(frame, name) {
  const [letter, word] = DIALS[name];
  const words = `${letter}, ${word}`;
  const { field, node } = dialOf({
    name: words,
    short: letter,
    part: name,
    attributes: { min: 1, max: 4, step: 1, "data-name": name, "aria-label": words },
    turn(step) {
      field.value = clamp((Number(field.value) || frame.state[name]) + step, 1, 4);
      dialled(frame);
    },
    typed: () => dialled(frame),
  });
  frame.fields[name] = field;
  return node;
}

function dialled(frame) {
  const { state, fields } = frame;
  const next = { stride: Number(fields.stride.value), dilation: Number(fields.dilation.value) };
  const settings = { input_size: state.input_size, kernel_size: state.kernel_size, ...next };
  const why = dualProblem(settings);
  if (why) return frame.say(`No layer has these settings: ${why}. The picture still shows the last one that exists.`);
  next.delta = refitRow(state.delta, outputsOf(settings));
  next.selected = dualClamped(state.selected, dualOf({ ...state, ...next }));
  frame.put(next);
}

// --------------------------------------------------------------------------------------------------------- the panels
const ROLES = {
  z: ["input", "weight", "output"],
  grad_w: ["input", "gradient", "gradient"],
  grad_x: ["gradient", "weight", "gradient"],
};
const NAMES = { z: ["x", "w"], grad_w: ["x", "δ"], grad_x: ["δ", "w"] }; // what is read, and by what
const LEFT = 54; // px: the names of the rows

// frame.dual: the three sums; frame.nodes: the drawn parts of each; frame.side: of a cell, in px.
function buildPanels(frame) {
  const { stage, state, fields } = frame;
  const focused = stage.contains(document.activeElement);
  const dual = dualOf(state);
  frame.dual = dual;
  state.selected = dualClamped(state.selected, dual);
  for (const [name, field] of Object.entries(fields))
    if (Number(field.value) !== state[name]) field.value = state[name];
  frame.side = Math.floor(clamp((frame.width - LEFT - 8) / dual.grad_x.row.length, 16, 38));
  frame.nodes = {};
  const hatched = dual.grad_x.results.every((result) => result.linked) ? "" : " Hatched: read by no output.";
  stage.replaceChildren(
    svg("svg", { width: 0, height: 0, class: "cbp-defs", "aria-hidden": "true" }, hatching(frame.id)),
    ...Object.keys(dual).map((name) => panelFor(frame, name)),
    note("Each result stands below the first cell that it reads.", hatched),
  );
  showPanels(frame);
  tooLong(stage);
  if (focused && state.selected) nodeOf(frame, state.selected).group.focus({ preventScroll: true });
}

const leftOf = ({ side }, column) => LEFT + column * side;
const linesOf = (side) => ({ yRow: side + 30, yResult: 2 * side + 40, height: 3 * side + 56 });

function panelFor(frame, name) {
  const { dual, side, state } = frame;
  const role = ROLES[name][2];
  const title = dualTitles(state)[name];
  const { yRow, yResult, height } = linesOf(side);
  const meets = svg("g", { "aria-hidden": "true" });
  const [read, results] = [readRow(frame, name), resultRow(frame, name)];
  frame.nodes[name] = { cells: read.cells, made: results.made, meets };
  const rowName = (y, words) => text(LEFT - 8, y + side / 2 + 4.5, words, "cbp-end", 13);
  const width = Math.max(frame.width - 4, leftOf(frame, dual.grad_x.row.length) + 4);
  const grid = svg("g", { role: "grid", "aria-label": SYMBOLS[name] }, results.line);
  const names = [rowName(yRow, NAMES[name][0]), rowName(yResult, SYMBOLS[name])];
  const drawn = picture(width, height, ...names, meets, read.line, grid);
  if (dual[name].surplus.length) drawn.append(surplusRow(frame, name));
  const attributes = { "data-panel": name, "aria-label": `${SYMBOLS[name]}${title}` };
  const section = html("section", attributes, titleOf(role, SYMBOLS[name], title));
  if (name === "grad_x") section.append(html("div", { class: "cbp-note" }, zerosPutIn(state)));
  section.append(drawn);
  return section;
}

function zerosPutIn({ stride, dilation, kernel_size, input_size }) {
  const around = dilation * (kernel_size - 1);
  const left = roomOf({ input_size, kernel_size, dilation }) % stride;
  return (
    `zeros put in: s − 1 = ${stride - 1} between two cells of δ, d(K − 1) = ${around} in front and behind, ` +
    `and the leftover r = ${left} more behind`
  );
}

function readRow(frame, name) {
  const { side } = frame;
  const { row } = frame.dual[name];
  const y = linesOf(side).yRow;
  const said = row.map((cell) => number(cell.value)).join(" ");
  const line = svg("g", { role: "img", "aria-label": `The row that is read: ${said}` });
  const cells = row.map(({ symbol }, column) => {
    const x = leftOf(frame, column);
    const node = drawCell({ x, y, size: side }, ROLES[name][0], `url(#${frame.id})`);
    if (symbol) line.append(text(x + side / 2, y - 4, symbol.match(/\d+/)[0], "cbp-index", smallFont(side)));
    line.append(node.group);
    return node;
  });
  return { line, cells };
}

function resultRow(frame, name) {
  const { side } = frame;
  const y = linesOf(side).yResult;
  const line = svg("g", { role: "row" });
  const made = frame.dual[name].results.map(({ column, value, linked }, n) => {
    const x = leftOf(frame, column);
    const said = `${SYMBOLS[name]}[${n}] = ${number(value)}${linked ? "" : ", read by no output"}`;
    const attributes = { class: "cbp-cell", role: "gridcell", tabindex: -1, "data-key": `${name},${n}` };
    const look = { ...attributes, "aria-label": said };
    const node = drawCell({ x, y, size: side }, ROLES[name][2], `url(#${frame.id})`, look);
    line.append(node.group, text(x + side / 2, y + side + 12, n, "cbp-index", smallFont(side)));
    return node;
  });
  return { line, made };
}

// What belongs to no weight.
function surplusRow(frame, name) {
  const { side } = frame;
  const { surplus } = frame.dual[name];
  const y = linesOf(side).yResult;
  const said = surplus.map(({ value }) => `${number(value)}, no such weight`).join("; ");
  const line = svg("g", { class: "cbp-rest", role: "img", "aria-label": said });
  for (const { column, value } of surplus) {
    const node = drawCell({ x: leftOf(frame, column), y, size: side }, ROLES[name][2], "");
    showCell(node, { value, most: mostOf(surplus.map((cell) => cell.value)), styles: ["surplus"] });
    line.append(node.group);
  }
  const end = leftOf(frame, surplus.at(-1).column + 1) + 6;
  line.append(text(end, y + side / 2 + 4, "no such weight", "cbp-index cbp-start", 12));
  return line;
}

// ------------------------------------------------------------------------------------------------------ the selection
const nodeOf = (frame, [name, n]) => frame.nodes[name].made[n];

function showPanels(frame) {
  for (const name of Object.keys(frame.dual)) showPanel(frame, name);
  frame.sentence.textContent = dualSentence(frame.state);
}

function showPanel(frame, name) {
  const { selected } = frame.state;
  const { row, results } = frame.dual[name];
  const { cells, made, meets } = frame.nodes[name];
  const own = selected?.[0] === name ? selected[1] : null;
  const chosen = own === null ? null : results[own];
  const lit = new Set(chosen?.meets.map((meet) => meet.column));
  const most = mostOf(row.map((cell) => cell.value));
  cells.forEach((node, column) => {
    const { value, symbol } = row[column];
    showCell(node, { value, most, styles: [!symbol && "zero", lit.has(column) && "lit"] });
  });
  const largest = mostOf(results.map((result) => result.value));
  made.forEach((node, n) => {
    const { value, linked } = results[n];
    showCell(node, { value, most: largest, styles: [!linked && "unlinked", n === own && "selected"] });
    node.group.setAttribute("tabindex", n === (own ?? 0) ? 0 : -1);
    if (n === own) node.group.setAttribute("aria-selected", "true");
    else node.group.removeAttribute("aria-selected");
  });
  meets.replaceChildren(...(chosen ? laidOn(frame, name, chosen) : invitation(frame, name)));
}

// The multipliers of a result, over the cells that they meet.
function laidOn(frame, name, { meets }) {
  const { side, colours } = frame;
  const [y, role] = [linesOf(side).yRow - 16 - side, ROLES[name][1]];
  const multipliers = meets.flatMap(({ column, multiplier }) => {
    const x = leftOf(frame, column);
    const node = drawCell({ x, y, size: side }, role, "");
    showCell(node, { value: multiplier.value, styles: ["filled"], fill: mix(colours[role], 0.4) });
    return [node.group, text(x + side / 2, y - 4, multiplier.symbol, "cbp-index", smallFont(side))];
  });
  return [text(LEFT - 8, y + side / 2 + 4, NAMES[name][1], "cbp-end", 13), ...multipliers];
}

// Where nothing is laid on: what to do, over the places that the first result would take.
function invitation({ side, dual }, name) {
  const [read, by] = NAMES[name];
  const y = linesOf(side).yRow - 16 - side;
  const multipliers = name === "grad_x" ? `${by}, reversed,` : by;
  const words = `point at a cell of ${SYMBOLS[name]}: ${multipliers} is laid onto ${read}`;
  const places = dual[name].results[0].meets.map(({ column }) => {
    const x = leftOf({ side }, column);
    return svg("rect", { class: "cbp-place", x: x + 1.5, y: y + 1.5, width: side - 3, height: side - 3 });
  });
  return [text(LEFT, y - 4, words, "cbp-index cbp-start", 12), ...places];
}

// --------------------------------------------------------------------------------------------------- pointer and keys
function keyAt(event) {
  const key = event.target.closest?.(".cbp-cell")?.dataset.key?.split(",");
  return key && [key[0], Number(key[1])];
}

const choose = (frame, selected) => same(selected, frame.state.selected) || frame.put({ selected });

// Where a key leads from a result, if anywhere.
function next(dual, [name, n], key) {
  const names = Object.keys(dual);
  const last = dual[name].results.length - 1;
  const other = (step) => dualClamped([names[clamp(names.indexOf(name) + step, 0, 2)], n], dual);
  return {
    ArrowRight: [name, Math.min(n + 1, last)],
    ArrowLeft: [name, Math.max(n - 1, 0)],
    Home: [name, 0],
    End: [name, last],
    ArrowDown: other(1),
    ArrowUp: other(-1),
  }[key];
}

function startPanels(frame) {
  const { stage } = frame;
  frame.fields = {};
  const dials = Object.keys(DIALS).map((name) => dialFor(frame, name));
  const words = "One row, no padding";
  const name = html("span", { class: "cbp-name" }, words);
  frame.controls.append(html("div", { class: "cbp-field", role: "group", "aria-label": words }, name, ...dials));
  // not pointerover: scrolling by key also brings cells under the pointer
  for (const type of ["pointermove", "click"])
    stage.addEventListener(type, (event) => {
      const key = keyAt(event);
      if (!key) return;
      choose(frame, key);
      if (type === "click") nodeOf(frame, key).group.focus({ preventScroll: true });
    });
  stage.addEventListener("focusin", (event) => {
    const key = keyAt(event);
    if (key && event.target.matches(":focus-visible")) choose(frame, key);
  });
  stage.addEventListener("keydown", (event) => {
    const key = keyAt(event);
    const there = key && !modified(event) && next(frame.dual, key, event.key);
    if (!there) return;
    event.preventDefault();
    choose(frame, there);
    nodeOf(frame, there).group.focus();
  });
}

const PANELS = {
  ...ROWS,
  label: "Duality panels",
  names: ["input_size", "kernel_size", "stride", "dilation", "x", "w", "delta", "selected"],
  light: "selected",
  fit: possible(dualProblem),
  start: startPanels,
  build: buildPanels,
  show(frame) {
    frame.say("");
    showPanels(frame);
  },
};
