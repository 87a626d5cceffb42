// What the widgets about one row share: their values, and a cell that stands in a row.

const ROWS = { kind: "cbp cbp-rows", stage: "cbp-lines" };

// ------------------------------------------------------------------------------------------------------------- values
const gcd = (a, b) => (b ? gcd(b, a % b) : a);

// So many odd numbers from 1 on, all different and out of order.
export function oddValues(count, turn = 0) {
  let step = Math.floor((5 * count + 7) / 8);
  while (gcd(step, count) > 1) step++;
  return range(count).map((n) => 1 + 2 * ((turn + step * n) % count));
}

// Values for a row of a new length: the defaults, with what the reader had put in kept where it still has a cell.
export function refitRow(old, count, turn = 0) {
  const fresh = oddValues(count, turn);
  return !old.length || same(old, oddValues(old.length, turn)) ? fresh : fresh.map((value, n) => old[n] ?? value);
}

// A state as it is, or null where nothing has it.
const possible = (problemOf) => (state) => (problemOf(state) ? null : state);

// -------------------------------------------------------------------------------------------------------------- cells
// One cell with a number. `place` is its left upper corner and its size; `hatch` is the fill of a cell without links.
function drawCell({ x, y, size }, role, hatch, attributes = {}) {
  const rect = svg("rect", { x: x + 0.5, y: y + 0.5, width: size - 1, height: size - 1 });
  const value = text(x + size / 2, 0, "", "cbp-value", 10);
  const group = svg("g", attributes, rect, value);
  return { group, rect, value, mark: null, x, y, size, role, hatch, kind: attributes.class ?? "cbp-box" };
}

// What a cell shows: its number (or a tint by its share of the largest, `most`), a word below it, and of the styles
// pad, zero, surplus, unlinked, filled, lit, selected those that it has.
function showCell(node, { value, most = 0, mark = "", styles = [], fill = "" }) {
  const { group, rect, size, x, y } = node;
  const shown = short(value);
  const font = fontOf(shown, size);
  const silent = font < LEAST_FONT;
  const on = [...styles, silent && "silent"].filter(Boolean);
  group.setAttribute("class", [node.kind, `cbp-of-${node.role}`, ...on.map((s) => `cbp-${s}`)].join(" "));
  const tint = silent && most ? tintOf(value, most, node.role) : "";
  rect.style.fill = fill || (on.includes("unlinked") ? node.hatch : tint);
  node.value.textContent = silent ? "" : shown;
  node.value.style.fontSize = `${font}px`;
  node.value.setAttribute("y", y + size / 2 + font * 0.36 - (mark ? size * 0.14 : 0));
  node.mark?.remove();
  node.mark = mark ? text(x + size / 2, y + size - 4, mark, "cbp-mark", clamp(size * 0.28, 8, 11)) : null;
  if (node.mark) group.append(node.mark);
}

const smallFont = (size) => clamp(size * 0.3, 8, 11);
const picture = (width, height, ...children) =>
  svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, ...children);

const note = (...words) => html("p", { class: "cbp-note" }, ...words);
// It is hidden where all numbers fit.
const tooLong = (stage) => {
  const words = note("Tinted by value: numbers too long for these cells; a wider page shows them.");
  stage.append(words);
  words.hidden = !stage.querySelector(".cbp-silent");
};
