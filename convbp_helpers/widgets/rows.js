// What the widgets about rows share; it follows shared.js, and a widget's own file follows it, in the same module.

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

// ------------------------------------------------------------------------------------------------ numbers and values

const gcd = (a, b) => (b ? gcd(b, a % b) : a);
// So many odd numbers from 1 on, all different and out of order.
export function oddValues(count, turn = 0) {
  let step = Math.floor((5 * count + 7) / 8);
  while (gcd(step, count) > 1) step++;
  return range(count).map((c) => 1 + 2 * ((turn + step * c) % count));
}

// Values for a row of a new length: the defaults, with what the reader had put in kept where it still has a cell.
export function refitRow(old, count, turn = 0) {
  const fresh = oddValues(count, turn);
  return !old.length || same(old, oddValues(old.length, turn)) ? fresh : fresh.map((value, n) => old[n] ?? value);
}

// ---------------------------------------------------------------------------------------------------------- drawing
function text(x, y, content, kind, size) {
  const element = svg("text", { x, y, class: kind });
  element.style.fontSize = `${size}px`;
  element.textContent = content;
  return element;
}

// `share` of a colour "#rrggbb", the rest white
const mix = (colour, share) => `rgb(${[1, 3, 5].map((i) => Math.round(255 - share * (255 - parseInt(colour.slice(i, i + 2), 16)))).join(", ")})`;

const titleOf = (role, name, words) => html("div", { class: "cbp-title" }, html("span", { class: `cbp-swatch cbp-${role}` }), html("b", {}, name), words);

// One cell with a number. `place` is its left upper corner and its size; `hatch` is the fill of a cell without links.
function drawCell({ x, y, size }, role, hatch, attributes = {}) {
  const group = svg("g", attributes);
  const rect = svg("rect", { x: x + 0.5, y: y + 0.5, width: size - 1, height: size - 1 });
  const node = { group, rect, value: text(x + size / 2, 0, "", "cbp-value", 10), mark: null, x, y, size, role, hatch, kind: attributes.class ?? "cbp-box" };
  group.append(rect, node.value);
  return node;
}

// What a cell shows: its number, a word below it, and of the styles pad, zero, surplus, unlinked, filled, lit, selected
// those that it has.
function showCell(node, { value, mark = "", styles = [], fill = "", label }) {
  const { group, rect, size, x, y } = node;
  const shown = cellNumber(value);
  const font = Math.min(15, size * 0.42, (1.36 * size) / Math.max(shown.length, 2));
  const on = [...styles, font < 6.5 && "silent"].filter(Boolean);
  group.setAttribute("class", [node.kind, `cbp-of-${node.role}`, ...on.map((s) => `cbp-${s}`)].join(" "));
  rect.style.fill = fill || (on.includes("unlinked") ? node.hatch : "");
  node.value.textContent = font < 6.5 ? "" : shown;
  node.value.style.fontSize = `${font}px`;
  node.value.setAttribute("y", y + size / 2 + font * 0.36 - (mark ? size * 0.14 : 0));
  node.mark?.remove();
  node.mark = mark ? text(x + size / 2, y + size - 4, mark, "cbp-mark", clamp(size * 0.28, 8, 11)) : null;
  if (node.mark) group.append(node.mark);
  if (label) group.setAttribute("aria-label", label);
}

const tooLong = () => html("p", { class: "cbp-note" }, "Numbers too long for these cells are left out; a wider page shows them.");

function hatching(id) {
  return svg("defs", {}, svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { width: 6, height: 6, class: "cbp-hatch-back" }), svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, class: "cbp-hatch-line" })));
}

// --------------------------------------------------------------------------------------------- the frame of a widget
// names: the traits. problemOf(state): why nothing has these settings, or "". start(frame) returns controls (nodes),
// build() for a new picture and show() for one that is still right but for the chosen cell or place, whose trait is `light`.
function mount({ model, el }, { label, names, problemOf, light, start }) {
  const frame = { id: `cbp${Date.now().toString(36)}${instances++}`, colours: model.get("_colours"), state: {}, width: 0 };
  const root = html("div", { class: "cbp cbp-rows", role: "group", "aria-label": label });
  for (const role of ["input", "weight", "output", "gradient"]) root.style.setProperty(`--cbp-${role}`, frame.colours[role]);
  const controls = html("form", { class: "cbp-controls" });
  const problem = html("p", { class: "cbp-problem", role: "alert", hidden: true });
  frame.stage = html("div", { class: "cbp-lines" });
  frame.sentence = html("p", { class: "cbp-sentence", "aria-live": "polite" });
  root.append(controls, problem, frame.stage, frame.sentence);
  el.append(root);

  let quiet = false, asked = false;
  const read = () => {
    const next = Object.fromEntries(names.map((name) => [name, model.get(name)]));
    if (problemOf(next)) return false; // half of a change: the rest is on its way
    frame.state = next;
    return true;
  };
  frame.say = (words) => {
    problem.hidden = !words;
    problem.textContent = words;
  };
  frame.put = (changes) => {
    frame.say("");
    quiet = true;
    for (const [name, value] of Object.entries(changes)) if (!same(model.get(name), value)) model.set(name, value);
    quiet = false;
    read();
    if (Object.keys(changes).every((name) => name === light)) parts.show();
    else parts.build();
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
      const news = names.filter((name) => !same(before[name], frame.state[name]));
      if (!news.length) return;
      frame.say("");
      if (news.every((name) => name === light)) parts.show();
      else parts.build();
    });
  }
  // Plain keys stay here, or the notebook would take "d d" as "delete this cell".
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
  controls.addEventListener("submit", (event) => event.preventDefault());
  for (const name of names) model.on(`change:${name}`, changed);
  const observer = new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (Math.abs(now - frame.width) < 2 || !now) return;
    frame.width = now;
    parts.build();
  });
  const ready = read();
  const parts = start(frame);
  controls.append(...parts.controls);
  if (ready) {
    frame.width = Math.floor(frame.stage.clientWidth) || 700;
    parts.build();
    observer.observe(frame.stage);
  }
  return () => {
    observer.disconnect();
    for (const name of names) model.off(`change:${name}`, changed);
  };
}
