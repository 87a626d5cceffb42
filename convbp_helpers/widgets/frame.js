// What every widget stands on: its elements, its state and how it is told of changes. It stands before a widget's own
// files in the same module; nothing is loaded from elsewhere.

const SVG = "http://www.w3.org/2000/svg";
const range = (n) => Array.from({ length: Math.max(0, n) }, (_, i) => i);
const same = (p, q) => JSON.stringify(p) === JSON.stringify(q);
const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
let instances = 0;

// ---------------------------------------------------------------------------------------------------------- elements
function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  element.append(...children);
  return element;
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function text(x, y, content, kind, size) {
  const element = svg("text", { x, y, class: kind });
  element.style.fontSize = `${size}px`;
  element.textContent = content;
  return element;
}

// The name of an array over its cells, with the colour of its role.
const titleOf = (role, name, words) =>
  html("div", { class: "cbp-title" }, html("span", { class: `cbp-swatch cbp-${role}` }), html("b", {}, name), words);

// The pattern of cells without links.
const hatching = (id) =>
  svg(
    "defs",
    {},
    svg(
      "pattern",
      { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { width: 6, height: 6, class: "cbp-hatch-back" }),
      svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, class: "cbp-hatch-line" }),
    ),
  );

// The size in px of the number in a cell, and the least that can be read: where it were smaller, the cell is tinted.
const LEAST_FONT = 8;
const fontOf = (shown, cell) =>
  Math.min(15, Math.max(LEAST_FONT, cell * 0.42), (1.36 * cell) / Math.max(shown.length, 2));

// As strong as a number is large, up to half of the colour of its role, and grey if it is negative.
function tintOf(value, most, role) {
  const share = ((50 * Math.abs(value)) / (most || 1)).toFixed(1);
  return `color-mix(in srgb, var(--cbp-${value < 0 ? "negative" : role}) ${share}%, transparent)`;
}
const mostOf = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

// `share` of a colour "#rrggbb", the rest white
function mix(colour, share) {
  const parts = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  return `rgb(${parts.map((part) => Math.round(255 - share * (255 - part))).join(", ")})`;
}

// Whether a colour "rgb(…)", as the browser says it, is nearer to white than to black.
const isLight = (colour) => {
  const parts = colour.match(/[\d.]+/g) ?? []; // none of what is on no page
  return parts.slice(0, 3).reduce((sum, part) => sum + Number(part), 0) > 382;
};

// -------------------------------------------------------------------------------------------------------------- keys
const modified = (event) => event.ctrlKey || event.metaKey || event.altKey;
const plain = (event) => event.key !== "Tab" && !modified(event); // a key that is the widget's own

// A number that is turned by 1, with buttons or the arrow keys, or typed. `short` is how its buttons call it.
function dialOf({ name, short, attributes, part, turn, typed }) {
  const field = html("input", { type: "number", ...attributes });
  const button = (kind, sign, step) => {
    const words = { "aria-label": `${short} ${kind === "less" ? "minus" : "plus"} 1` };
    const made = html("button", { type: "button", "data-name": kind, "data-part": part, ...words }, sign);
    made.addEventListener("click", () => turn(step));
    return made;
  };
  field.addEventListener("input", () => typed(field));
  field.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step || modified(event)) return;
    event.preventDefault();
    turn(step);
  });
  const [less, more] = [button("less", MINUS, -1), button("more", "+", 1)];
  const node = html("span", { class: "cbp-item" }, html("span", { class: "cbp-name" }, name), less, field, more);
  return { field, node };
}

// --------------------------------------------------------------------------------------------- the frame of a widget
// A frame holds a widget's elements (root, controls, stage, sentence), its state and its width, and what the widget
// itself puts there; every function of a widget is given it.
function frameOf(model, { label, kind, stage }) {
  const frame = {
    id: `cbp${Date.now().toString(36)}${instances++}`,
    colours: model.get("_colours"),
    state: {},
    width: 0,
  };
  frame.root = html("div", { class: kind, role: "group", "aria-label": label });
  for (const role of ["input", "weight", "output", "gradient", "negative"])
    frame.root.style.setProperty(`--cbp-${role}`, frame.colours[role]);
  frame.controls = html("form", { class: "cbp-controls" });
  const problem = html("p", { class: "cbp-problem", role: "alert", hidden: true });
  frame.stage = html("div", { class: stage });
  frame.sentence = html("p", { class: "cbp-sentence", "aria-live": "polite" });
  frame.root.append(frame.controls, problem, frame.stage, frame.sentence);
  frame.say = (words) => {
    problem.hidden = !words;
    problem.textContent = words;
  };
  // Plain keys stay here, or the notebook would take "d d" as "delete this cell".
  frame.root.addEventListener("keydown", (event) => {
    if (plain(event)) event.stopPropagation();
  });
  frame.controls.addEventListener("submit", (event) => event.preventDefault());
  return frame;
}

// A widget is { label, kind and stage (classes), names (its traits), fit, start, build, show, light, resize, settle }.
// fit(state) is the state as it is drawn, or null where nothing has these settings. start(frame) makes what a frame
// does not have, and may return what undoes it. build(frame) makes a new picture; show(frame) one that is still right
// but for the chosen cell or place, whose trait is `light`. resize(frame) is build for a new width, where it differs;
// settle(frame) is called when the stage has another height.
function mount({ model, el }, widget) {
  const { names, light, fit, build, show, resize = build, settle } = widget;
  const frame = frameOf(model, widget);
  el.append(frame.root);
  let [quiet, asked] = [false, false];

  function read() {
    const next = fit(Object.fromEntries(names.map((name) => [name, model.get(name)])));
    if (next) frame.state = next; // otherwise half of a change: the rest is on its way
    return Boolean(next);
  }

  function draw(news) {
    if (!frame.width) return; // nothing is drawn before the page has room for it
    if (news.every((name) => name === light)) return show(frame);
    frame.say("");
    build(frame);
  }

  frame.put = (changes) => {
    quiet = true;
    for (const [name, value] of Object.entries(changes)) if (!same(model.get(name), value)) model.set(name, value);
    quiet = false;
    read();
    draw(Object.keys(changes));
    // At once: a change that waits here would be undone by the kernel's echo of the one before it.
    model.save_changes();
  };

  function changed() {
    if (quiet || asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      const before = frame.state;
      if (!read()) return;
      const news = names.filter((name) => before[name] !== frame.state[name] && !same(before[name], frame.state[name]));
      if (news.length) draw(news);
    });
  }

  for (const name of names) model.on(`change:${name}`, changed);
  const observer = new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (!now) return;
    if (Math.abs(now - frame.width) < 2) return settle?.(frame);
    frame.width = now;
    resize(frame);
  });
  const ready = read();
  const stop = widget.start(frame);
  if (ready) {
    // A notebook puts the widget into its page after this: then the observer is the first who knows the width.
    frame.width = Math.floor(frame.stage.clientWidth);
    if (frame.width) build(frame);
    observer.observe(frame.stage);
  }
  // JupyterLite takes a key before it gets here, but not from an element with this attribute.
  const keep = (event) => {
    if (frame.root.contains(event.target)) event.target.toggleAttribute("data-lm-suppress-shortcuts", plain(event));
  };
  window.addEventListener("keydown", keep, true);
  return () => {
    window.removeEventListener("keydown", keep, true);
    observer.disconnect();
    stop?.();
    for (const name of names) model.off(`change:${name}`, changed);
  };
}

// The stand-in for a kernel: a model that keeps the state and tells its listeners; told() hears of each change that a
// widget saves.
function standIn(state, told = () => {}) {
  const listeners = {};
  return {
    get: (name) => state[name],
    set(name, value) {
      if (same(state[name], value)) return;
      state[name] = value;
      for (const tell of listeners[`change:${name}`] ?? []) tell();
    },
    on: (name, tell) => (listeners[name] ??= []).push(tell),
    off: () => {},
    save_changes: told,
  };
}
