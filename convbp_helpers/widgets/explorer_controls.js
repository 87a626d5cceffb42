// The controls of the influence explorer: those that `controls` names, in one row of one style. The sizes of the layer
// are folded away where there are many controls; beside them stand the presets, see explorer_presets.js.

const WORDS = {
  input_size: "Input size",
  kernel_size: "Kernel size",
  stride: "Stride",
  padding: "Padding",
  dilation: "Dilation",
  channels: "Channels",
  filters: "Filters",
  groups: "Groups",
  view: "View",
  form: "Form",
  mute: "Filters that sound",
  b: "Bias",
  counts: "number of links",
};
const VIEWS = { forward: "forward: z", grad_x: "grad_x: ∂J/∂x", grad_w: "grad_w: ∂J/∂w" };
const FORMS = { sum: "sum over links", scatter: "scatter", gather: "gather" };
const MOST_UNFOLDED = 4; // controls

// -------------------------------------------------------------------------------------------------------- making them
// frame.inputs: setting -> its fields; frame.items: "mute" and "b" -> their group and one item per filter.
function makeControls(frame) {
  Object.assign(frame, { inputs: {}, items: {}, counting: null });
  const { controls } = frame.state;
  const makers = { view: choice, form: choice, groups: choice, channels: oneNumber, filters: oneNumber };
  Object.assign(makers, { mute: itemPerFilter, b: itemPerFilter, counts: tick });
  const made = (names) => names.map((name) => (makers[name] ?? numberPerAxis)(frame, name));
  const sizes = controls.filter((name) => SETTINGS.includes(name));
  const others = made(controls.filter((name) => !SETTINGS.includes(name)));
  const fields = made(sizes);
  frame.presets = presetsFor(frame);
  const folded = controls.length > MOST_UNFOLDED && sizes.length > 1;
  if (!folded) return frame.controls.replaceChildren(...fields, ...others, ...frame.presets.nodes);
  const open = frame.controls.querySelector("details")?.open;
  const settings = html(
    "details",
    { class: "cbp-settings", open },
    html("summary", {}, "Settings"),
    html("div", { class: "cbp-fields" }, ...fields),
  );
  frame.controls.replaceChildren(...others, ...frame.presets.nodes, settings);
}

const nameOf = (words) => html("span", { class: "cbp-name" }, words);
const labelled = (...parts) => html("label", { class: "cbp-field" }, ...parts);
const groupOf = (words, kind, ...parts) =>
  html("div", { class: kind, role: "group", "aria-label": words }, nameOf(words), ...parts);

function choice(frame, name) {
  const options = { view: VIEWS, form: FORMS }[name] ?? {}; // of groups only what divides both, see fillGroups
  const select = html("select", { "data-name": name });
  select.append(...Object.entries(options).map(([value, words]) => html("option", { value }, words)));
  frame.inputs[name] = [select];
  return labelled(nameOf(WORDS[name]), select);
}

function oneNumber(frame, name) {
  const field = html("input", { type: "number", min: 1, step: 1, "data-name": name });
  frame.inputs[name] = [field];
  return labelled(nameOf(WORDS[name]), field);
}

function tick(frame, name) {
  frame.counting = html("input", { type: "checkbox", "data-name": name });
  return labelled(frame.counting, WORDS[name]);
}

function itemPerFilter(frame, name) {
  const group = groupOf(WORDS[name], "cbp-field cbp-many");
  frame.items[name] = { group, items: [] };
  return group;
}

// What the fields of a setting are called, one per axis; the only one of a row needs no word.
function partsOf(name, axes) {
  if (name === "padding") return axes === 2 ? ["top", "bottom", "left", "right"] : ["before", "after"];
  return axes === 2 ? ["rows", "columns"] : [""];
}

function numberPerAxis(frame, name) {
  const parts = partsOf(name, frame.state.input_size.length);
  const min = name === "padding" ? 0 : 1;
  const fields = parts.map((words, part) => {
    const said = words ? `${WORDS[name]}, ${words}` : WORDS[name];
    return html("input", { type: "number", min, step: 1, "aria-label": said, "data-name": name, "data-part": part });
  });
  frame.inputs[name] = fields;
  if (parts.length === 1) return labelled(nameOf(WORDS[name]), ...fields);
  const group = groupOf(WORDS[name], "cbp-field", ...fields.map((field, n) => html("label", {}, parts[n], field)));
  const words = `${WORDS[name]}: tied, all the same`;
  fields.tie = html("input", { type: "checkbox", "data-tie": name, "aria-label": words });
  fields.tie.checked = !name.endsWith("_size") && new Set(frame.state[name].flat()).size === 1;
  group.append(html("label", { class: "cbp-tie", title: "all the same" }, fields.tie, "tied"));
  return group;
}

// Two buttons for a filter: whether it sounds, and whether it alone does.
function muteItem(frame, f) {
  const button = (name, attributes, ...words) =>
    html("button", { type: "button", "data-name": name, "data-part": f, ...attributes }, ...words);
  const sign = html("span", { class: "cbp-sign", "aria-hidden": "true" });
  const on = button("mute", {}, sign, `filter ${f}`);
  const solo = button("solo", { "aria-label": `solo filter ${f}` }, "solo");
  on.addEventListener("click", () => {
    const { muted, layer } = frame.state;
    frame.put({ muted: range(layer.F).filter((g) => (g === f) !== muted.includes(g)) });
  });
  solo.addEventListener("click", () => {
    const others = range(frame.state.layer.F).filter((g) => g !== f);
    frame.put({ muted: same(frame.state.muted, others) ? [] : others });
  });
  return { on, solo, node: html("span", { class: "cbp-item" }, on, solo) };
}

function biasItem(frame, f) {
  const name = frame.state.layer.F > 1 ? `b[${f}]` : "b";
  const put = (value) => frame.put({ b: frame.state.b.map((old, g) => (g === f ? value : old)) });
  const item = dialOf({
    name,
    short: name,
    part: f,
    attributes: { step: "any", "data-name": "b", "data-part": f, "aria-label": name },
    turn: (step) => put(Number((frame.state.b[f] + step).toPrecision(12))),
    typed(field) {
      const value = field.value.trim() === "" ? NaN : Number(field.value);
      if (Number.isFinite(value)) put(value);
      else frame.say(`${name} must be a number; the picture still shows the last one.`);
    },
  });
  item.field.addEventListener("blur", () => fillControls(frame));
  return item;
}

// ------------------------------------------------------------------------------------------------------- filling them
// One item for each filter, hidden where it would change nothing.
function filledItems(frame, name, item, shown) {
  const part = frame.items[name];
  if (!part) return [];
  part.group.hidden = !shown;
  if (part.items.length !== frame.state.layer.F) {
    part.items = range(frame.state.layer.F).map((f) => item(frame, f));
    part.group.replaceChildren(part.group.firstChild, ...part.items.map((made) => made.node));
  }
  return part.items;
}

function fillGroups(select, { C, F }) {
  const possible = possibleGroups(C, F).map(String);
  const now = [...select.options].map((option) => option.value);
  if (!same(now, possible)) select.replaceChildren(...possible.map((g) => html("option", { value: g }, g)));
}

function fillInputs({ inputs, state }) {
  if (inputs.groups) fillGroups(inputs.groups[0], state.layer);
  for (const [name, fields] of Object.entries(inputs)) {
    const now = [state[name]].flat(2);
    if (fields.tie && new Set(now).size > 1) fields.tie.checked = false;
    fields.forEach((field, n) => {
      if (field.value !== String(now[n])) field.value = now[n];
      field.disabled = Boolean(fields.tie?.checked && n > 0);
    });
  }
  if (inputs.form) inputs.form[0].disabled = state.view !== "grad_x";
}

function fillControls(frame) {
  const { muted, layer, view, b, show_counts } = frame.state;
  fillInputs(frame);
  filledItems(frame, "mute", muteItem, view === "grad_x" && layer.F > 1).forEach(({ on, solo }, f) => {
    on.setAttribute("aria-pressed", !muted.includes(f));
    solo.setAttribute("aria-pressed", layer.F - muted.length === 1 && !muted.includes(f));
  });
  filledItems(frame, "b", biasItem, view === "forward").forEach(({ field }, f) => {
    if (document.activeElement !== field || Number(field.value) !== b[f]) field.value = b[f];
    field.style.width = `calc(${Math.max(3, field.value.length)}ch + 30px)`;
  });
  if (frame.counting) frame.counting.checked = show_counts;
  fillPresets(frame);
  frame.controls.hidden = ![...frame.controls.children].some((part) => !part.hidden);
}

// ------------------------------------------------------------------------------------------------------- reading them
function typed(frame, field) {
  const name = field.dataset.name ?? field.dataset.tie;
  if (!name || name === "b") return;
  if (name === "counts") return frame.put({ show_counts: field.checked });
  if (name === "view" || name === "form") return apply(frame, { [name]: field.value });
  const fields = frame.inputs[name];
  const tied = Boolean(fields.tie?.checked);
  fields.forEach((other, n) => {
    if (tied && n) other.value = fields[0].value;
    other.disabled = tied && n > 0;
  });
  const changes = typedSettings(frame);
  if (changes) apply(frame, changes);
}

// What all fields say, or null, with the reason said, where one holds no whole number.
function typedSettings({ inputs, state, say }) {
  const changes = {};
  for (const [name, fields] of Object.entries(inputs)) {
    if (name === "view" || name === "form") continue;
    const numbers = fields.map((field) => (field.value.trim() === "" ? NaN : Number(field.value)));
    if (!numbers.every(Number.isInteger)) {
      say(`${WORDS[name]} must be a whole number; the picture still shows the last layer that exists.`);
      return null;
    }
    if (name === "padding") changes.padding = state.input_size.map((_, a) => numbers.slice(2 * a, 2 * a + 2));
    else changes[name] = ["channels", "filters", "groups"].includes(name) ? numbers[0] : numbers;
  }
  return changes;
}

function apply(frame, changes) {
  const why = problemOf({ ...frame.state, ...changes });
  if (why) frame.say(`No layer has these settings: ${why}. The picture still shows the last one that exists.`);
  else frame.put(followed(frame.state, changes));
}
