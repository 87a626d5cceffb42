// Two readings of a padding side by side: an influence explorer for each, with the same sizes and the same chosen cell.

const SIDES = ["left", "right"];
const SIZES = {
  input_size: ["H", "inputs", 20],
  kernel_size: ["K", "weights", 7],
  stride: ["s", "stride", 6],
  dilation: ["d", "dilation", 4],
};

// The settings of an explorer for one side.
export function sideOf(state, side) {
  const { reading } = state._choices[state[side]];
  const [h, k, s] = [state.input_size, state.kernel_size, state.stride];
  const d = dilationOf(reading, state.dilation);
  const one = { channels: 1, filters: 1, groups: 1 };
  const padding = [PADDINGS[reading](h, k, s, d)];
  return { input_size: [h], kernel_size: [k], stride: [s], padding, dilation: [d], ...one };
}

// What one side says of itself.
export function sideSentence(state, side) {
  const settings = sideOf(state, side);
  const problem = problemOf(settings);
  if (problem) return `${state[side]}: no such layer: ${problem}`;
  const [axis] = layerOf(settings).axes;
  const first = range(Math.min(axis.out, 4)).map((u) => inputOf(axis, u, 0));
  const dropped = settings.dilation[0] === state.dilation ? "" : ", the dilation dropped";
  const zeros = `${axis.before} ${plural(axis.before, "zero")} in front, ${axis.after} behind${dropped}`;
  const from = `windows from ${first.map(number).join(", ")}${axis.out > first.length ? ", …" : ""}`;
  return `${state[side]}: ${zeros}; ${counted(axis.out, "output")}, ${from}`;
}

const sidesSentence = (state) => SIDES.map((side) => sideSentence(state, side)).join(". ");

// ------------------------------------------------------------------------------------------------------ the controls
function sizeDial(frame, name) {
  const [letter, word, most] = SIZES[name];
  const { field, node } = dialOf({
    name: `${letter}, ${word}`,
    short: letter,
    part: name,
    attributes: { min: 1, max: most, step: 1, "data-name": name, "aria-label": `${letter}, ${word}` },
    turn: (step) => frame.put({ [name]: clamp(frame.state[name] + step, 1, most) }),
    typed() {
      const value = Number(field.value);
      if (Number.isInteger(value) && value >= 1 && value <= most) frame.put({ [name]: value });
    },
  });
  frame.fields[name] = field;
  return node;
}

function choiceOf(frame, side) {
  const select = html("select", { "data-name": side, "aria-label": `reading on the ${side}` });
  select.addEventListener("input", () => frame.put({ [side]: select.value }));
  frame.fields[side] = select;
  return html("label", { class: "cbp-field" }, html("span", { class: "cbp-name" }, side), select);
}

function startSides(frame) {
  frame.fields = {};
  frame.sides = SIDES.map((side) => {
    const [title, place] = [html("p", { class: "cbp-side-title" }), html("div", {})];
    frame.stage.append(html("div", { class: "cbp-side", "data-side": side }, title, place));
    return { side, title, place, model: null };
  });
  frame.controls.append(...SIDES.map((side) => choiceOf(frame, side)));
  frame.controls.append(...Object.keys(SIZES).map((name) => sizeDial(frame, name)));
}

// ------------------------------------------------------------------------------------------------------ the two sides
function buildSides(frame) {
  const { state, fields } = frame;
  for (const name of Object.keys(SIZES))
    if (Number(fields[name].value) !== state[name]) fields[name].value = state[name];
  for (const side of SIDES) {
    fields[side].replaceChildren(...Object.keys(state._choices).map((value) => html("option", { value }, value)));
    fields[side].value = state[side];
  }
  for (const one of frame.sides) buildSide(frame, one);
  frame.sentence.textContent = sidesSentence(state);
}

function buildSide(frame, one) {
  const settings = sideOf(frame.state, one.side);
  one.title.textContent = sideSentence(frame.state, one.side);
  one.place.hidden = Boolean(problemOf(settings));
  if (one.place.hidden) return;
  const shown = { ...settings, selected: chosenIn(frame.state, settings) };
  if (one.model) {
    for (const [name, value] of Object.entries(shown)) one.model.set(name, value);
    return;
  }
  const rest = { view: "forward", form: "sum", controls: [], show_jacobian: false, muted: [], show_counts: false };
  const arrays = { x: [], w: [], b: [], delta: [], _b_start: [0], _start: {}, _colours: frame.colours };
  one.model = standIn({ ...rest, ...arrays, show_channels: false, ...shown }, () => {
    const selected = one.model.get("selected");
    if (selected) frame.put({ selected });
  });
  mount({ model: one.model, el: one.place }, EXPLORER);
}

// The chosen cell, where this side has it.
function chosenIn({ selected }, settings) {
  if (!selected) return null;
  const { shapes } = layerOf(settings);
  const [name, ...index] = selected;
  return index.every((i, n) => i < shapes[name][n]) ? selected : null;
}

function showSides(frame) {
  for (const { side, model, place } of frame.sides)
    if (model && !place.hidden) model.set("selected", chosenIn(frame.state, sideOf(frame.state, side)));
}

const SIDE_BY_SIDE = {
  label: "Two readings of a padding",
  kind: "cbp cbp-two-readings",
  stage: "cbp-sides",
  names: [...Object.keys(SIZES), ...SIDES, "selected", "_choices"],
  light: "selected",
  fit: (state) => (SIDES.every((side) => state[side] in state._choices) ? state : null),
  start: startSides,
  build: buildSides,
  show: showSides,
  resize: (frame) => frame.sides.some(({ model }) => model) || buildSides(frame),
};
