// The padding split in the browser. First the pure part, the same as in padding_split.py.

// The gradient of every cell of the padded input: delta[u] w[k] is laid onto cell s u + k. And which cells got any.
export function paddedGradient({ input_size, total, stride, delta, w }) {
  const values = range(input_size + total).map(() => 0);
  const linked = values.map(() => false);
  delta.forEach((d, u) =>
    w.forEach((weight, k) => {
      values[stride * u + k] += d * weight;
      linked[stride * u + k] = true;
    }),
  );
  return { values, linked };
}

export function splitProblem({ input_size, kernel_size, stride, total, before, delta, w }) {
  const padded = input_size + total;
  if (kernel_size > padded)
    return `kernel ${kernel_size} is longer than the padded input ${padded}; use total >= ${kernel_size - input_size}`;
  if (before > total)
    return `before is at most total, which is ${total}; got ${before}: use total >= ${before} or less before`;
  const outputs = Math.floor((padded - kernel_size) / stride) + 1;
  if (delta.length === outputs && w.length === kernel_size) return "";
  return `delta must have ${outputs} cells and w ${kernel_size}; got ${delta.length} and ${w.length}`;
}

export function splitSentence({ input_size, total, before }) {
  const last = before + input_size - 1;
  const zeros = `${before || "no"} ${plural(before, "zero")} in front, ${total - before || "none"} behind`;
  const cells = last > before ? `cells ${before} to ${last}` : `cell ${before}`;
  const padded = `the ${input_size + total} cells of the gradient of the padded input`;
  return `${zeros}: the gradient of x is ${cells} of ${padded}`;
}

// -------------------------------------------------------------------------------------------------------- the picture
const EDGE = 4; // px: in front of a row
const PADDED = 38; // px: from the top to the padded row
const LEAST_FOR_PAD = 28; // px: a smaller cell has no room for the word

const saidRow = (values) => values.map(number).join(" ");

// frame.padded and frame.below: the padded row and that of x; frame.cells and frame.inner: their nodes; frame.window:
// the outline, with frame.span, the words over it; frame.side: of a cell, in px.
function buildSplit(frame) {
  const { stage, state } = frame;
  const focused = stage.contains(document.activeElement);
  const { input_size: size, total } = state;
  const columns = size + total;
  frame.gradient = paddedGradient(state);
  frame.side = Math.floor(clamp((frame.width - 2 * EDGE) / columns, 16, 40));
  const [width, y, below] = [columns * frame.side + 2 * EDGE, PADDED, PADDED + frame.side + 30];
  buildPadded(frame, y);
  buildInner(frame, y, below);
  buildWindow(frame, y);
  const { padded, window } = frame;
  const hatched = frame.gradient.linked.every(Boolean) ? "" : "; hatched: read by no output, so its gradient is 0";
  const alone = "δ and w alone decide it, so it is the same for every split";
  stage.replaceChildren(
    givenRows(frame, width),
    titleOf("gradient", "gradient of the padded input", `, ${columns} cells: ${alone}`),
    picture(width, below + frame.side + 18, hatching(frame.id), padded, frame.below, window),
    titleOf("gradient", "∂J/∂x", `, ${size} cells: the cells in the window`),
    note(`dotted: padding${hatched}. Drag the window, or move it with the arrow keys, Home and End.`),
  );
  showSplit(frame);
  tooLong(stage);
  if (focused) window.focus({ preventScroll: true });
}

// δ over the cells that it reaches, and w.
function givenRows(frame, width) {
  const { side, state } = frame;
  const { delta, w, stride, kernel_size } = state;
  const row = (values, place, role, name) => {
    const group = svg("g", { role: "img", "aria-label": `${name}: ${saidRow(values)}` });
    values.forEach((value, n) => {
      const x = EDGE + place(n) * side;
      const node = drawCell({ x, y: 16, size: side }, role, "");
      showCell(node, { value, most: mostOf(values) });
      group.append(text(x + side / 2, 12, n, "cbp-index", smallFont(side)), node.group);
    });
    return group;
  };
  const middle = (u) => stride * u + (kernel_size - 1) / 2;
  const given = ` given from above, ${delta.length} cells: each over the middle of those that it reaches`;
  const rows = {
    delta: [titleOf("gradient", "δ", given), picture(width, side + 20, row(delta, middle, "gradient", "δ"))],
    w: [
      titleOf("weight", "w", ` weights, ${kernel_size}`),
      picture(
        kernel_size * side + 2 * EDGE,
        side + 20,
        row(w, (k) => k, "weight", "w"),
      ),
    ],
  };
  const parts = Object.entries(rows).map(([name, drawn]) => html("div", { "data-row": name }, ...drawn));
  return html("div", { class: "cbp-beside" }, ...parts);
}

function buildPadded(frame, y) {
  const { side } = frame;
  frame.padded = svg("g", { role: "img", "data-row": "padded" });
  frame.cells = frame.gradient.values.map((_, m) => {
    const node = drawCell({ x: EDGE + m * side, y, size: side }, "gradient", `url(#${frame.id})`);
    frame.padded.append(text(EDGE + (m + 0.5) * side, y - 4, m, "cbp-index", smallFont(side)), node.group);
    return node;
  });
}

// The row of x, below the window.
function buildInner(frame, above, y) {
  const { side } = frame;
  const size = frame.state.input_size;
  frame.below = svg("g", { class: "cbp-slides", role: "img", "data-row": "x" });
  frame.inner = range(size).map((i) => {
    const node = drawCell({ x: EDGE + i * side, y, size: side }, "gradient", `url(#${frame.id})`);
    const words = side < 24 ? i : `x[${i}]`;
    frame.below.append(node.group, text(EDGE + (i + 0.5) * side, y + side + 12, words, "cbp-index", smallFont(side)));
    return node;
  });
  for (const x of [EDGE, EDGE + size * side]) {
    const line = { x1: x, x2: x, y1: above + side + 3, y2: y - 1 };
    frame.below.append(svg("line", { class: "cbp-guide", ...line }));
  }
}

function buildWindow(frame, y) {
  const { side, state } = frame;
  const slider = {
    role: "slider",
    tabindex: 0,
    "data-name": "window",
    "aria-label": "Window of the gradient of x",
    "aria-valuemin": 0,
    "aria-valuemax": state.total,
    "aria-orientation": "horizontal",
  };
  frame.span = text(EDGE, 15, "", "cbp-window-name", 14);
  const outline = svg("rect", { x: EDGE, y, width: state.input_size * side, height: side });
  frame.window = svg("g", { class: "cbp-window cbp-slides", ...slider }, outline, frame.span);
}

function showSplit(frame) {
  const { side, window, slider } = frame;
  const { values, linked } = frame.gradient;
  const { before, input_size: size, total } = frame.state;
  const most = mostOf(values);
  frame.cells.forEach((node, m) => {
    const inside = m >= before && m < before + size;
    const mark = inside || side < LEAST_FOR_PAD ? "" : "pad";
    showCell(node, { value: values[m], most, mark, styles: [!inside && "pad", !linked[m] && "unlinked"] });
  });
  frame.inner.forEach((node, i) => {
    showCell(node, { value: values[before + i], most, styles: [!linked[before + i] && "unlinked"] });
  });
  for (const part of [window, frame.below]) part.style.transform = `translateX(${before * side}px)`;
  const words = size > 1 ? `cells ${before} to ${before + size - 1}` : `cell ${before}`;
  frame.span.textContent = words;
  // at the left edge of the window, or at its right edge where the words would leave the picture
  const left = words.length * 8 <= (size + total - before) * side;
  frame.span.setAttribute("x", EDGE + (left ? 0 : size * side));
  frame.span.setAttribute("class", `cbp-window-name ${left ? "cbp-start" : "cbp-end"}`);
  frame.below.setAttribute("aria-label", `∂J/∂x: ${saidRow(values.slice(before, before + size))}`);
  frame.padded.setAttribute("aria-label", `Gradient of the padded input: ${saidRow(values)}`);
  const said = `${before} before, ${total - before} after`;
  window.setAttribute("aria-valuenow", before);
  window.setAttribute("aria-valuetext", said);
  slider.max = total;
  slider.value = before;
  slider.disabled = total === 0;
  slider.setAttribute("aria-valuetext", said);
  frame.words.textContent = said;
  frame.sentence.textContent = splitSentence(frame.state);
}

// --------------------------------------------------------------------------------------------------- pointer and keys
function moveTo(frame, to) {
  const before = clamp(to, 0, frame.state.total);
  if (before !== frame.state.before) frame.put({ before });
}

function startSplit(frame) {
  frame.slider = html("input", {
    type: "range",
    min: 0,
    step: 1,
    "data-name": "before",
    "aria-label": "Zeros in front",
  });
  frame.words = html("output", { class: "cbp-split" });
  frame.controls.append(
    html(
      "label",
      { class: "cbp-field" },
      html("span", { class: "cbp-name" }, "Split of the padding"),
      frame.slider,
      frame.words,
    ),
  );
  frame.slider.addEventListener("input", () => moveTo(frame, Number(frame.slider.value)));
  listenToDrag(frame);
  frame.stage.addEventListener("keydown", (event) => {
    if (!event.target.closest(".cbp-window") || modified(event)) return;
    const { before, total } = frame.state;
    const [more, less] = [before + 1, before - 1];
    const keys = { ArrowRight: more, ArrowUp: more, ArrowLeft: less, ArrowDown: less, Home: 0, End: total };
    const to = keys[event.key];
    if (to === undefined) return;
    event.preventDefault();
    moveTo(frame, to);
  });
}

function listenToDrag(frame) {
  const { stage } = frame;
  let hold = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button || !event.target.closest(".cbp-window")) return;
    event.preventDefault();
    hold = { x: event.clientX, before: frame.state.before };
    stage.setPointerCapture(event.pointerId);
    stage.classList.add("cbp-dragging");
    frame.window.focus({ preventScroll: true });
  });
  stage.addEventListener("pointermove", (event) => {
    if (hold) moveTo(frame, hold.before + Math.round((event.clientX - hold.x) / frame.side));
  });
  for (const end of ["pointerup", "pointercancel"])
    stage.addEventListener(end, () => {
      hold = null;
      stage.classList.remove("cbp-dragging");
    });
}

const SPLIT = {
  ...ROWS,
  label: "Padding split",
  names: ["input_size", "kernel_size", "stride", "total", "before", "delta", "w"],
  light: "before",
  fit: possible(splitProblem),
  start: startSplit,
  build: buildSplit,
  show: showSplit,
};
