// The links of the influence explorer, drawn over its grids: for each link a line from its input through its weight to
// its output, the cells that it lights, and the number of a cell that has no room for it. All of it is one picture that
// is drawn anew for each selection, on a layer of its own: the grids below are not painted again.

const MANY_LINKS = 150; // more get thinner lines
const LEAST_FOR_MARKS = 30; // px: a lower cell has no room for a factor
const DASHES = ["", "7 3", "2 3", "9 3 2 3"]; // of the filters 0, 1, 2, 3, and again from the start: as LINES says

const tapColour = ({ colours, state }, tap) =>
  colours.taps[tap.reduce((flat, k, n) => flat * state.layer.taps[n] + k, 0) % colours.taps.length];
const dashOf = (f) => DASHES[f % DASHES.length];

// The chosen links as they are drawn: cells as keys, colour of the tap, filter, and the factor of a lit x or z.
function fanOf({ state, colours }) {
  return linksOf(state.layer, state.selected, silentOf(state)).map(([out, weight, input]) => ({
    keys: [keyOf("x", input), keyOf("w", weight), keyOf("z", out)],
    colour: tapColour({ state, colours }, weight.slice(2)),
    filter: out[0],
    factor: state.view === "grad_w" ? null : at(state.w, weight), // no weight is a factor in grad_w
  }));
}

// ------------------------------------------------------------------------------------------------- where the cells are
// Read once after the grids are laid out, and kept until they move: frame.places: "x,0" -> where its cells begin.
function placesOf(frame) {
  if (frame.places) return frame.places;
  const { board } = frame;
  const from = board.getBoundingClientRect();
  const [x0, y0] = [from.left + board.clientLeft - board.scrollLeft, from.top + board.clientTop - board.scrollTop];
  frame.places = new Map();
  for (const [key, grid] of frame.grids) {
    // the map's frame, and not the grid in it: that is not laid out while it is out of sight
    const { left, top } = grid.parentElement.getBoundingClientRect();
    const [x, y] = [left - x0 + parseFloat(grid.style.left), top - y0 + parseFloat(grid.style.top)];
    frame.places.set(key, [x, y]);
  }
  return frame.places;
}

// The name, the left upper corner, the size and the centre of a cell.
function boxOf(frame, key) {
  const [name, ...index] = key.split(",");
  const front = frontOf(name);
  const [x0, y0] = placesOf(frame).get([name, ...index.slice(0, front)].join());
  const { width, height } = frame.looks[name];
  const [i, j] = index.length - front === 2 ? index.slice(front) : [0, index[front]];
  const [x, y] = [x0 + j * width, y0 + i * height];
  return { name, index, x, y, width, height, middle: `${x + (width + 1) / 2} ${y + (height + 1) / 2}` };
}

// ----------------------------------------------------------------------------------------------------------- the lines
// Each colour and dash is one path, on a casing of the same course.
function linesOf(fan, boxes, kind) {
  const courses = new Map();
  for (const { keys, colour, filter } of fan) {
    const look = `${colour},${filter % DASHES.length}`;
    const [x, w, z] = keys.map((key) => boxes.get(key).middle);
    courses.set(look, `${courses.get(look) ?? ""}M${x}L${w}L${z}`);
  }
  const thin = fan.length > MANY_LINKS ? " cbp-thin" : "";
  const group = svg("g", { class: `${kind}${thin}` });
  for (const [look, d] of courses) {
    const [colour, dash] = look.split(",");
    const course = { d, "stroke-dasharray": DASHES[dash] || undefined };
    group.append(svg("path", { class: "cbp-casing", ...course }));
    group.append(svg("path", { class: "cbp-link", stroke: colour, ...course }));
  }
  return group;
}

// ----------------------------------------------------------------------------------------------------------- the cells
// The cells that the selection lights: key -> colour, the filter whose dashes it has, factor.
function litCells({ state }, fan) {
  const { selected } = state;
  const chosen = selected.join();
  const lit = new Map();
  for (const { keys, colour, filter, factor } of fan)
    keys.forEach((key, n) => {
      if (lit.has(key) || (key === chosen && n !== 1)) return;
      lit.set(key, { colour, filter: n ? filter : 0, factor: n === 1 ? null : factor });
    });
  const own = lit.get(chosen) ?? { colour: "", filter: selected[0] === "x" ? 0 : selected[1], factor: null };
  lit.delete(chosen); // the selected cell lies on top
  lit.set(chosen, { ...own, selected: true });
  return lit;
}

function litCell(frame, key, box, { colour, filter, factor, selected }, linked) {
  const { name, index, x, y, width, height } = box;
  const kind = `cbp-lit${colour ? " cbp-tinted" : ""}${selected ? " cbp-selected" : ""}${linked ? "" : " cbp-bare"}`;
  const dash = selected ? undefined : dashOf(filter) || undefined;
  const place = { x: x + 0.5, y: y + 0.5, width, height };
  const rect = svg("rect", { class: kind, "data-lit": key, ...place, "stroke-dasharray": dash });
  if (colour) rect.style.fill = colour;
  if (!linked || frame.nodes.get(key).classList.contains("cbp-silent")) return [rect];
  const look = frame.looks[name];
  const shown = short(at(frame.values[name], index.map(Number)));
  // a factor takes the place of the number of links
  const links = frame.nodes.get(key).querySelector(".cbp-count")?.textContent ?? "";
  const words = factor === null ? links : `×${short(factor)}`;
  const small = clamp(height * 0.3, 8, 11);
  const least = words === links ? LEAST_FOR_COUNTS : LEAST_FOR_MARKS;
  const roomy = words && height >= least && words.length * DIGIT * small < width - 4;
  const middle = x + (width + 1) / 2;
  const base = y + (height + 1) / 2 + look.font * 0.35 - (roomy ? height * 0.14 : 0);
  const number = text(
    middle,
    base,
    shown,
    `cbp-number${selected ? " cbp-bold" : ""}${colour ? " cbp-on" : ""}`,
    look.font,
  );
  number.dataset.of = key;
  if (!roomy) return [rect, number];
  const mark = text(middle, y + height - 3.5, words, "cbp-mark cbp-on", small);
  mark.dataset.of = key;
  return [rect, number, mark];
}

// ------------------------------------------------------------------------------------------------------- the read-out
// The number of a cell that has no room for it, beside the cell.
function readOut(frame, key) {
  const cell = key && frame.nodes.get(key);
  if (!cell?.classList.contains("cbp-silent")) return [];
  const { name, index, x, y, width, height } = boxOf(frame, key);
  const { layer } = frame.state;
  const value = at(frame.values[name], index.map(Number));
  const words = `${label(layer, frame.shown[name].title, index)} = ${number(value)}`;
  const wide = words.length * 8 + 14;
  const left = clamp(x + width / 2 - wide / 2, 1, Math.max(1, frame.width - wide - 1));
  const top = y > 34 ? y - 32 : y + height + 8;
  return [
    svg("rect", { class: "cbp-readout", x: left, y: top, width: wide, height: 25, rx: 4 }),
    text(left + wide / 2, top + 17.5, words, "cbp-readout-words", 14),
  ];
}

// ------------------------------------------------------------------------------------------------------ drawing it all
// frame.overlay: the picture over the grids; frame.fan: the links that it shows; frame.boxes: their cells.
function showLinks(frame) {
  const { overlay, state } = frame;
  const { selected } = state;
  frame.fan = selected ? fanOf(frame) : [];
  frame.heated = "";
  overlay.classList.remove("cbp-heated");
  if (!selected) return overlay.replaceChildren();
  const boxes = new Map();
  for (const { keys } of frame.fan) for (const key of keys) if (!boxes.has(key)) boxes.set(key, boxOf(frame, key));
  const chosen = selected.join();
  if (!boxes.has(chosen)) boxes.set(chosen, boxOf(frame, chosen));
  frame.boxes = boxes;
  const linked = frame.fan.length > 0;
  const cells = svg("g", { class: "cbp-cells" });
  for (const [key, lit] of litCells(frame, frame.fan))
    cells.append(...litCell(frame, key, boxes.get(key), lit, linked || key !== chosen));
  const [fan, hot, over, out] = [
    linesOf(frame.fan, boxes, "cbp-fan"),
    svg("g", { class: "cbp-hot-lines" }),
    svg("g", { class: "cbp-hot-cells" }),
    svg("g", {}, ...readOut(frame, chosen)),
  ];
  frame.layers = { hot, over, out };
  overlay.replaceChildren(fan, hot, cells, over, out);
}

// Let some of the links stand out, and the others fade; also cells alone, as a bias has no link. `pointed` is the cell
// whose number is read out.
function heatLinks(frame, links = [], keys = [], pointed = frame.state.selected?.join()) {
  const { overlay, layers, boxes } = frame;
  if (!layers || !frame.state.selected) return;
  const all = [...new Set([...keys, ...links.flatMap((link) => link.keys)])];
  const heated = `${all.join(" ")};${pointed}`;
  if (heated === frame.heated) return;
  frame.heated = heated;
  overlay.classList.toggle("cbp-heated", all.length > 0);
  layers.hot.replaceChildren(...(links.length ? [linesOf(links, boxes, "cbp-hot-fan")] : []));
  layers.over.replaceChildren(
    ...all.map((key) => {
      const { x, y, width, height } = boxes.get(key) ?? boxOf(frame, key);
      return svg("rect", { class: "cbp-hot", "data-hot": key, x: x + 0.5, y: y + 0.5, width, height });
    }),
  );
  layers.out.replaceChildren(...readOut(frame, pointed));
}
