// The influence explorer in the browser: its selection by pointer and by keys, and how its parts stand on the frame.
// The pure part is in selection.js, explorer_values.js and explorer_sizes.js, the drawing in the other explorer_….js.

const STEPS = ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];
const HELD = "Held. Click the cell again or press Escape to let go.";
const FREE = "Click a cell, or press Enter on it, to hold it while you point at the terms.";

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
// Whether the pointer itself has moved: a page that is scrolled by keys also brings other cells under it.
function hasMoved(frame, { screenX, screenY }) {
  const before = frame.pointer;
  frame.pointer = [screenX, screenY];
  return !before || before[0] !== screenX || before[1] !== screenY;
}

function listenToCells(frame) {
  const { stage } = frame;
  stage.addEventListener("pointermove", (event) => {
    if (!hasMoved(frame, event)) return;
    const key = keyAt(event);
    if (!key || key === frame.pointed) return;
    frame.pointed = key;
    if (frame.held) heatCell(frame, key);
    else choose(frame, cellAt(key));
  });
  stage.addEventListener("pointerleave", () => {
    frame.pointed = null;
    if (frame.held) cool(frame);
  });
  stage.addEventListener("click", (event) => {
    const key = keyAt(event);
    if (!key) return;
    hold(frame, key);
    frame.nodes.get(key).focus({ preventScroll: true });
  });
  stage.addEventListener("focusin", (event) => {
    const key = keyAt(event);
    if (!key || !event.target.matches(":focus-visible")) return;
    if (frame.held) heatCell(frame, key);
    else choose(frame, cellAt(key));
  });
  stage.addEventListener("keydown", (event) => {
    const key = keyAt(event);
    if (!key || modified(event)) return;
    if (STEPS.includes(event.key)) {
      const next = moved(frame.state.layer, cellAt(key), event.key);
      choose(frame, next);
      frame.nodes.get(next.join()).focus();
    } else if (event.key === "Enter" || event.key === " ") hold(frame, key);
    else return;
    event.preventDefault();
  });
  frame.root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !frame.held) return;
    frame.held = false;
    frame.pointed = null;
    show(frame);
  });
}

function listenToTerms(frame) {
  const { equation } = frame;
  const chipAt = (event) => event.target.closest(".cbp-term");
  const point = (event) => {
    const chip = chipAt(event);
    if (!chip) cool(frame);
    else if (!chip.classList.contains("cbp-hot")) heatTerm(frame, chip);
  };
  equation.addEventListener("pointermove", (event) => hasMoved(frame, event) && point(event));
  equation.addEventListener("focusin", point);
  equation.addEventListener("scroll", () => (frame.scrolled = true));
  for (const kind of ["pointerleave", "focusout"]) equation.addEventListener(kind, () => cool(frame));
  equation.addEventListener("keydown", (event) => {
    const chip = chipAt(event);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!chip || !step) return;
    event.preventDefault();
    const next = frame.terms[Number(chip.dataset.term) + step]?.chip;
    (next ?? (step > 0 ? equation.querySelector(".cbp-more") : null))?.focus();
  });
}

// A letter that is pointed at or focused lights its array.
function listenToLetters(frame) {
  const { root } = frame;
  let named;
  const name = (event) => {
    const now = event.type.endsWith("out") ? undefined : event.target.closest?.("[data-letter]")?.dataset.letter;
    if (now !== named) lightArray(frame, now);
    named = now;
  };
  for (const kind of ["pointerover", "pointerout", "focusin", "focusout"]) root.addEventListener(kind, name);
}

const readTheme = (frame) => (frame.darkPage = isLight(getComputedStyle(frame.root).color));

// Another theme of the page: numbers on lit cells keep their contrast.
function listenToTheme(frame) {
  const restyled = () => {
    readTheme(frame);
    if (frame.layers) showLinks(frame);
  };
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", restyled);
  const observer = new MutationObserver(restyled);
  observer.observe(document.body, { attributeFilter: ["data-jp-theme-light", "class"] });
  return () => {
    query.removeEventListener("change", restyled);
    observer.disconnect();
  };
}

// -------------------------------------------------------------------------------------------------------- on the frame
// Over the arrays the head with sentence and equation, in sight as long as the widget is; under and over their numbers
// the links; below them a line of hints, and the forms.
function start(frame) {
  const { stage, sentence, controls } = frame;
  frame.equation = html("div", { class: "cbp-equation", role: "group", "aria-label": "The selected cell's equation" });
  frame.behind = svg("svg", { class: "cbp-links cbp-behind", "aria-hidden": "true" });
  frame.over = svg("svg", { class: "cbp-links cbp-over", "aria-hidden": "true" });
  frame.hint = html("span", {});
  frame.key = html("span", {});
  frame.extra = html("div", { class: "cbp-extra" });
  frame.board = html("div", { class: "cbp-board" });
  frame.head = html("div", { class: "cbp-said" });
  stage.replaceWith(frame.head, frame.board);
  frame.board.append(frame.behind, stage, frame.over);
  frame.head.append(sentence, frame.equation);
  frame.board.after(html("p", { class: "cbp-hint" }, frame.key, frame.hint), frame.extra);
  controls.addEventListener("input", (event) => typed(frame, event.target));
  listenToCells(frame);
  listenToTerms(frame);
  listenToLetters(frame);
  return listenToTheme(frame);
}

function build(frame) {
  const { controls, input_size, layer } = frame.state;
  const asked = [controls, input_size.length];
  if (!same(asked, frame.asked)) makeControls(frame);
  frame.asked = asked;
  fillControls(frame);
  buildGrids(frame);
  frame.places = frame.layers = null;
  reserve(frame);
  reserveForms(frame);
  const lines = linesSentence(layer.F);
  frame.key.textContent = lines && `${lines}. `;
  show(frame);
}

function show(frame) {
  const { layer, selected, view, muted, b, _b_start, show_counts } = frame.state;
  readTheme(frame); // first: later the browser has to work for it
  const moved = movedBiases(b, _b_start);
  saying(frame.sentence, sentenceOf(layer, selected, view, { muted, moved, show_counts }));
  showEquation(frame);
  showForms(frame);
  frame.root.classList.toggle("cbp-held", Boolean(frame.held));
  saying(frame.hint, frame.held ? HELD : FREE);
  markCells(frame);
  showLinks(frame);
}

// Words that stand already are left: the page would be laid out again for them.
function saying(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

// The focus stays on its cell.
function resize(frame) {
  const { stage } = frame;
  const focused = stage.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  build(frame);
  if (focused) frame.nodes.get(focused)?.focus({ preventScroll: true });
}

// The width is the same, but the maps may stand elsewhere: the lines follow.
function settle(frame) {
  const before = frame.places;
  frame.places = null;
  if (before && !same([...before], [...placesOf(frame)])) showLinks(frame);
}

const EXPLORER = {
  label: "Influence explorer",
  kind: "cbp cbp-explorer",
  stage: "cbp-stage",
  names: [
    ...SETTINGS,
    ...ARRAYS,
    ...["view", "form", "selected", "controls", "show_jacobian", "muted", "show_counts", "show_channels"],
    ...["_b_start", "_start"],
  ],
  light: "selected",
  fit: fitted,
  start,
  build,
  show,
  resize,
  settle,
};
