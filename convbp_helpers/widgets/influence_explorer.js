// The influence explorer in the browser: its equation, its selection by pointer and by keys, and how its parts stand on
// the frame. The pure part is in selection.js and explorer_values.js, the drawing in the files explorer_….js.

const FIRST_TERMS = 12;
const STEPS = ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];
const HELD = "Held. Click the cell again or press Escape to let go.";
const FREE = "Click a cell, or press Enter on it, to hold it while you point at the terms.";

// ------------------------------------------------------------------------------------------------------- the equation
// frame.terms: for each chip its element and the keys of its cells; frame.open: all terms are shown.
function showEquation(frame) {
  const { equation, state } = frame;
  frame.terms = [];
  equation.replaceChildren();
  if (!state.selected) return;
  const parts = equationParts(state.layer, state, state.selected, state.view, state.form, state.muted);
  const { terms, total, empty } = parts;
  const sum = parts.kind === "sum";
  const said = (kind, words) => equation.append(html("span", { class: kind }, words));
  said("cbp-head", `${parts.head}${sum ? " =" : ":"}`);
  const shown = frame.open ? terms : terms.slice(0, FIRST_TERMS);
  for (const [n, term] of shown.entries()) {
    if (sum && n) said("cbp-sign", "+");
    equation.append(chipOf(frame, term, n, sum));
  }
  if (shown.length < terms.length) {
    if (sum) said("cbp-sign", "+");
    equation.append(moreTerms(frame, terms.length - shown.length));
  }
  if (!terms.length) said("cbp-total", empty);
  else if (sum) said("cbp-total", `= ${number(total)}`);
}

function chipOf(frame, { symbol, number: product, cells }, n, sum) {
  const words = { role: "note", "aria-label": `${symbol} ${sum ? "is " : ""}${product}` };
  const chip = html("span", { class: "cbp-term", tabindex: n ? -1 : 0, ...words });
  chip.append(html("span", { class: "cbp-symbol" }, symbol), html("span", { class: "cbp-number" }, product));
  const weight = cells[1]; // a bias has none
  if (weight) chip.style.setProperty("--cbp-tap", tapColour(frame, weight.split(",").slice(3).map(Number)));
  chip.dataset.term = n;
  frame.terms.push({ chip, cells });
  return chip;
}

function moreTerms(frame, count) {
  const more = html("button", { type: "button", class: "cbp-more" }, `… and ${count} more`);
  more.addEventListener("click", () => {
    frame.open = true;
    showEquation(frame);
    frame.equation.querySelectorAll(".cbp-term")[FIRST_TERMS]?.focus();
  });
  return more;
}

// Cells and chips that belong together.
function heat({ root, nodes }, cells = [], chips = []) {
  for (const hot of root.querySelectorAll(".cbp-hot")) hot.classList.remove("cbp-hot");
  for (const key of cells) nodes.get(key)?.group.classList.add("cbp-hot");
  for (const chip of chips) chip.classList.add("cbp-hot");
}

const heatTerm = (frame, chip) => heat(frame, frame.terms[Number(chip.dataset.term)].cells, [chip]);

function heatCell(frame, key) {
  const mine = frame.terms.filter((term) => term.cells.includes(key));
  if (!mine.length || mine.length === frame.terms.length) return heat(frame);
  heat(
    frame,
    mine.flatMap((term) => term.cells),
    mine.map((term) => term.chip),
  );
}

// ------------------------------------------------------------------------------------------------------ the selection
const keyAt = (event) => event.target.closest?.(".cbp-cell")?.dataset.key;
const cellAt = (key) => key.split(",").map((part, n) => (n ? Number(part) : part));

function choose(frame, selected) {
  if (same(selected, frame.state.selected)) return;
  frame.open = false;
  frame.put({ selected });
}

// The selection stays while the pointer is elsewhere.
function hold(frame, key) {
  const cell = cellAt(key);
  const again = same(cell, frame.state.selected);
  frame.held = !(frame.held && again);
  if (again) show(frame);
  else choose(frame, cell);
}

// The cell that a key leads to. An arrow past the edge goes on in the next channel or filter; Home and End go to the
// ends of the row.
function moved(layer, [name, ...index], key) {
  const [shape, front] = [layer.shapes[name], name === "w" ? 2 : 1];
  const [position, size] = [index.slice(front), shape.slice(front)];
  const last = position.length - 1;
  const count = prod(shape.slice(0, front));
  let lead = front === 2 ? index[0] * shape[1] + index[1] : index[0];
  const turn = (step) => {
    if (lead + step < 0 || lead + step >= count) return false;
    lead += step;
    return true;
  };
  const along = (axis, step) => {
    const next = position[axis] + step;
    if (next >= 0 && next < size[axis]) position[axis] = next;
    else if (turn(step)) position[axis] = step > 0 ? 0 : size[axis] - 1;
  };
  const across = (step) => (last ? along(0, step) : turn(step));
  const moves = {
    ArrowRight: () => along(last, 1),
    ArrowLeft: () => along(last, -1),
    ArrowDown: () => across(1),
    ArrowUp: () => across(-1),
    Home: () => (position[last] = 0),
    End: () => (position[last] = size[last] - 1),
    PageDown: () => turn(1),
    PageUp: () => turn(-1),
  };
  moves[key]();
  return [name, ...(front === 2 ? [Math.floor(lead / shape[1]), lead % shape[1]] : [lead]), ...position];
}

// -------------------------------------------------------------------------------------------------- pointer and keys
function listenToCells(frame) {
  const { stage } = frame;
  stage.addEventListener("pointerover", (event) => {
    const key = keyAt(event);
    if (!key) return;
    if (frame.held) heatCell(frame, key);
    else choose(frame, cellAt(key));
  });
  stage.addEventListener("pointerleave", () => frame.held && heat(frame));
  stage.addEventListener("click", (event) => {
    const key = keyAt(event);
    if (!key) return;
    hold(frame, key);
    frame.nodes.get(key).group.focus({ preventScroll: true });
  });
  stage.addEventListener("focusin", (event) => {
    const key = keyAt(event);
    if (key && event.target.matches(":focus-visible")) choose(frame, cellAt(key));
  });
  stage.addEventListener("keydown", (event) => {
    const key = keyAt(event);
    if (!key || modified(event)) return;
    if (STEPS.includes(event.key)) {
      const next = moved(frame.state.layer, cellAt(key), event.key);
      choose(frame, next);
      frame.nodes.get(next.join()).group.focus();
    } else if (event.key === "Enter" || event.key === " ") hold(frame, key);
    else return;
    event.preventDefault();
  });
  frame.root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !frame.held) return;
    frame.held = false;
    show(frame);
  });
}

function listenToTerms(frame) {
  const { equation } = frame;
  const chipAt = (event) => event.target.closest(".cbp-term");
  for (const kind of ["pointerover", "focusin"])
    equation.addEventListener(kind, (event) => {
      const chip = chipAt(event);
      if (!chip) heat(frame);
      else if (!chip.classList.contains("cbp-hot")) heatTerm(frame, chip);
    });
  for (const kind of ["pointerleave", "focusout"]) equation.addEventListener(kind, () => heat(frame));
  equation.addEventListener("keydown", (event) => {
    const chip = chipAt(event);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!chip || !step) return;
    event.preventDefault();
    const next = frame.terms[Number(chip.dataset.term) + step]?.chip;
    (next ?? (step > 0 ? equation.querySelector(".cbp-more") : null))?.focus();
  });
}

// -------------------------------------------------------------------------------------------------------- on the frame
function start(frame) {
  frame.extra = html("div", { class: "cbp-extra" });
  frame.equation = html("div", { class: "cbp-equation", role: "group", "aria-label": "The selected cell's equation" });
  frame.hint = html("p", { class: "cbp-hint" });
  frame.stage.after(frame.extra);
  frame.sentence.after(frame.equation, frame.hint);
  frame.controls.addEventListener("input", (event) => typed(frame, event.target));
  listenToCells(frame);
  listenToTerms(frame);
}

function build(frame) {
  const { controls, input_size } = frame.state;
  const asked = [controls, input_size.length];
  if (!same(asked, frame.asked)) makeControls(frame);
  frame.asked = asked;
  fillControls(frame);
  buildGrids(frame);
  show(frame);
}

function show(frame) {
  const { layer, selected, view, muted, b, _b_start, show_counts } = frame.state;
  showCells(frame);
  frame.root.classList.toggle("cbp-held", Boolean(frame.held));
  const moved = movedBiases(b, _b_start);
  frame.sentence.textContent = sentenceOf(layer, selected, view, { muted, moved, show_counts });
  showEquation(frame);
  showForms(frame);
  frame.hint.textContent = frame.held ? HELD : FREE;
}

// The focus stays on its cell.
function resize(frame) {
  const { stage } = frame;
  const focused = stage.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  build(frame);
  if (focused) frame.nodes.get(focused)?.group.focus({ preventScroll: true });
}

const EXPLORER = {
  label: "Influence explorer",
  kind: "cbp",
  stage: "cbp-stage",
  names: [
    ...SETTINGS,
    ...ARRAYS,
    ...["view", "form", "selected", "controls", "show_jacobian", "muted", "show_counts", "show_channels", "_b_start"],
  ],
  light: "selected",
  fit: fitted,
  start,
  build,
  show,
  resize,
};

export const render = (widget) => mount(widget, EXPLORER);
export default { render };
