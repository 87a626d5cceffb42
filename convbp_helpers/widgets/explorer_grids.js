// The grids of the influence explorer: the cells of x, w and z with their numbers, and those that a selection lights.

const LABEL = 26; // px: beside a map, for its indices
const GAP = 18; // px: between two maps
const LEAST_FOR_COUNTS = 24; // px: a smaller cell has no room for a second number
const LEAST_FOR_MARKS = 30;

const keyOf = (name, index) => [name, ...index].join();

// The filters that are left out of what is shown.
const silentOf = ({ view, muted }) => (view === "grad_x" ? muted : []);

// What stands in the place of each array in a view.
function shownIn(view) {
  const [x, w, z] = [view === "grad_x", view === "grad_w", view === "forward"];
  return {
    x: x ? { title: "∂J/∂x", role: "gradient", what: "gradient" } : { title: "x", role: "input", what: "input" },
    w: w ? { title: "∂J/∂w", role: "gradient", what: "gradient" } : { title: "w", role: "weight", what: "weights" },
    z: z ? { title: "z", role: "output", what: "output" } : { title: "δ", role: "gradient", what: "given from above" },
  };
}

const valuesOf = (state) => ({
  x: state.view === "grad_x" ? sums(state.layer, state, "grad_x", state.muted) : state.x,
  w: state.view === "grad_w" ? sums(state.layer, state, "grad_w") : state.w,
  z: state.view === "forward" ? sums(state.layer, state, "z") : state.delta,
});

// ------------------------------------------------------------------------------------------------------- how large
// The side of a cell in px, on a page of so many px.
function sideOf({ C, F, size, axes }, page) {
  const { size: input, before, after, kernel, out } = axes.at(-1);
  const [full, padded] = [Math.max(page, 240), input + before + after];
  const room = full - LABEL - GAP;
  if (C === 1 && F === 1) {
    const beside = Math.min(40, (full - 3 * (LABEL + GAP)) / (padded + kernel + out));
    return Math.floor(beside >= 26 ? beside : clamp(room / Math.max(padded, kernel, out), 14, 40));
  }
  const inLine = (count, columns) => (full - count * (LABEL + GAP)) / (count * columns);
  const side = Math.min(36, inLine(C, padded), inLine(F, out));
  if (side >= 20) return Math.floor(side);
  const least = Math.max(Math.min(20, room / padded), 9);
  // the maps need several rows now: as large as so many rows allow
  const wrapped = (count, columns) => {
    const beside = Math.floor(full / (least * columns + LABEL + GAP));
    return inLine(clamp(beside, 1, count), columns);
  };
  return Math.floor(Math.max(least, Math.min(36, wrapped(C, padded), wrapped(F, out), inLine(size, kernel))));
}

// -------------------------------------------------------------------------------------------------------- drawing them
// frame.nodes: key -> the parts of a cell; frame.lit: the keys of those that a selection has changed.
function buildGrids(frame) {
  const { state } = frame;
  frame.values = valuesOf(state);
  frame.shown = shownIn(state.view);
  frame.counts = state.show_counts ? linkCounts(state.layer) : null;
  frame.side = sideOf(state.layer, frame.width);
  frame.nodes = new Map();
  frame.lit = [];
  frame.stage.replaceChildren(...["x", "w", "z"].map((name) => panelOf(frame, name)));
}

function panelOf(frame, name) {
  const { layer } = frame.state;
  const { title, role, what } = frame.shown[name];
  const [shape, front] = [layer.shapes[name], name === "w" ? 2 : 1];
  const fronts = productOf(shape.slice(0, front).map(range));
  const several = fronts.length > 1;
  const maps = html("div", { class: "cbp-maps" });
  const tables = name === "w" && several ? tablesIn(maps, layer) : null;
  for (const lead of fronts)
    (tables ? tables[layer.ofFilter(lead[0]).g] : maps).append(mapOf(frame, name, lead, several));
  const size = by(several ? shape : shape.slice(front));
  const attributes = { class: `cbp-panel cbp-role-${role}`, "data-array": name, "aria-label": `${title}, ${size}` };
  const panel = html("section", attributes, titleOf(role, title, ` ${what}, ${size}`), maps);
  panel.append(...notesOf(frame, name, maps).map((words) => html("div", { class: "cbp-note" }, words)));
  return panel;
}

// A table of kernels for each group, one row per filter; several groups side by side.
function tablesIn(maps, { G, size }) {
  const tables = G > 1 ? range(G).map(() => html("div", { class: "cbp-maps" })) : [maps];
  for (const table of tables) {
    table.classList.add("cbp-table");
    table.style.gridTemplateColumns = `repeat(${size}, max-content)`;
  }
  if (G > 1) maps.append(...tables);
  return tables;
}

function notesOf({ counts, state }, name, maps) {
  const count = (kind) => maps.querySelectorAll(kind).length;
  const notes = [];
  if (count(".cbp-silent")) notes.push("Numbers too long for these cells are said in the equation below.");
  if (name === "x" && counts)
    notes.push(
      count(".cbp-cell") > count(".cbp-count")
        ? "No room for the numbers of links in these cells: the sentence below says them."
        : `small: number of links${toOneFilter(state.layer)}`,
    );
  if (count(".cbp-unlinked")) notes.push(`hatched: ${name === "x" ? "read by no output" : "reads only padding"}`);
  return notes;
}

// One map of an array: a channel of x, a kernel of w, an output of z; `lead` are its first indices.
function mapOf(frame, name, lead, several) {
  const { state, side } = frame;
  const { layer } = state;
  const two = layer.axes.length === 2;
  const grid = layer.shapes[name].slice(lead.length);
  const [rows, columns] = two ? grid : [1, grid[0]];
  const [[above, below], [before, after]] = name === "x" ? padsOf(state.padding) : padsOf([[0, 0]]);
  const [left, top] = [two ? 20 : 4, 17];
  const [width, height] = [left + (columns + before + after) * side + 4, top + (rows + above + below) * side + 4];
  const title = frame.shown[name].title;
  const caption = several ? label(layer, title, [...lead, ...grid.map(() => "·")]) : "";
  const hatch = `${frame.id}${name}${lead.join("-")}`;
  const attributes = { width, height, viewBox: `0 0 ${width} ${height}`, role: "grid", "aria-label": caption || title };
  const picture = svg("svg", attributes, hatching(hatch));
  const [x0, y0] = [left + before * side, top + above * side];
  for (let i = -above; i < rows + below; i++)
    for (let j = -before; j < columns + after; j++)
      if (i < 0 || j < 0 || i >= rows || j >= columns) picture.append(paddingCell(x0 + j * side, y0 + i * side, side));
  picture.append(...indices({ rows: two ? rows : 0, columns, x0, y0, left, side }));
  const muted = name !== "x" && silentOf(state).includes(lead[0]);
  const map = { name, lead, hatch: `url(#${hatch})`, muted };
  for (const i of range(rows)) {
    const place = (j) => ({ x: x0 + j * side, y: y0 + i * side });
    const cells = range(columns).map((j) => cellOf(frame, map, two ? [i, j] : [j], place(j)));
    picture.append(svg("g", { role: "row" }, ...cells));
  }
  return figureOf(picture, caption, width, muted);
}

// [above, below] and [before, after]; a row has nothing above and below.
const padsOf = (padding) => (padding.length === 2 ? padding : [[0, 0], padding[0]]);

const paddingCell = (x, y, side) =>
  svg("rect", { class: "cbp-padding", x: x + 1.5, y: y + 1.5, width: side - 3, height: side - 3 });

function indices({ rows, columns, x0, y0, left, side }) {
  const size = clamp(side * 0.5, 8, 11);
  const shown = (count) => range(count).filter((n) => side >= 16 || n % 2 === 0);
  return [
    ...shown(columns).map((j) => text(x0 + (j + 0.5) * side, 12, j, "cbp-index", size)),
    ...shown(rows).map((i) => text(left - 6, y0 + (i + 0.5) * side + 3.5, i, "cbp-index cbp-row", size)),
  ];
}

function figureOf(picture, caption, width, muted) {
  const figure = html("figure", muted ? { class: "cbp-muted" } : {});
  const room = muted ? { style: `min-width: ${width - 20}px` } : {};
  if (caption) figure.append(html("figcaption", room, caption, muted ? ", muted" : ""));
  figure.append(picture);
  return figure;
}

// A cell with its number and, in x, its number of links.
function cellOf(frame, { name, lead, hatch, muted }, position, { x, y }) {
  const { state, side, counts } = frame;
  const { layer } = state;
  const index = [...lead, ...position];
  const value = at(frame.values[name], index);
  const linked = hasLink(layer, name, position);
  const links = name === "x" && counts ? at(counts, position) : null;
  const shown = short(value);
  const font = fontOf(shown, side);
  const said = [`${label(layer, frame.shown[name].title, index)} = ${number(value)}`];
  if (!linked) said.push(name === "x" ? "read by no output" : "reads only padding");
  else if (links !== null) said.push(counted(links, "link"));
  if (muted) said.push("muted");
  const group = svg("g", {
    class: `cbp-cell${linked ? "" : " cbp-unlinked"}${font < LEAST_FONT ? " cbp-silent" : ""}`,
    role: "gridcell",
    tabindex: -1,
    "data-key": keyOf(name, index),
    "aria-label": said.join(", "),
  });
  const rect = svg("rect", { x: x + 0.5, y: y + 0.5, width: side - 1, height: side - 1 });
  const node = { group, rect, shown, font, side, count: null, mark: null, hatch: linked ? "" : hatch };
  Object.assign(node, { x: x + side / 2, middle: y + side / 2, bottom: y + side - 4 });
  rect.style.fill = node.hatch;
  const roomy = links !== null && side >= LEAST_FOR_COUNTS && font >= LEAST_FONT;
  node.base = node.middle + font * 0.36 - (roomy ? side * 0.12 : 0);
  node.value = text(node.x, node.base, font < LEAST_FONT ? "" : shown, "cbp-value", font);
  group.append(rect, node.value);
  if (roomy) {
    node.count = text(node.x, node.bottom, links, "cbp-mark cbp-count", clamp(side * 0.3, 8, 11));
    group.append(node.count);
  }
  frame.nodes.set(keyOf(name, index), node);
  return group;
}

// ------------------------------------------------------------------------------------------------------ the selection
const tapColour = ({ colours, state }, tap) =>
  colours.taps[tap.reduce((flat, k, n) => flat * state.layer.taps[n] + k, 0) % colours.taps.length];

function light(frame, key, colour, mark) {
  const node = frame.nodes.get(key);
  if (!node) return;
  node.group.classList.add("cbp-lit");
  if (colour) {
    node.rect.style.fill = colour;
    node.group.classList.add("cbp-tinted");
  }
  if (mark) markCell(node, `×${mark}`);
  frame.lit.push(key);
}

// A mark stands below the number or, in a small cell, in its place.
function markCell(node, mark) {
  const { side, font, middle } = node;
  node.count?.remove(); // the mark takes its place
  if (side >= LEAST_FOR_MARKS) {
    node.mark = text(node.x, node.bottom, mark, "cbp-mark", Math.min(11, side * 0.3));
    node.group.append(node.mark);
    node.value.setAttribute("y", middle + font * 0.36 - side * 0.12);
  } else {
    node.value.textContent = mark;
    if (node.count) node.value.setAttribute("y", middle + font * 0.36);
    node.value.style.fontSize = `${Math.max(LEAST_FONT, Math.min(side * 0.42, (1.36 * side) / mark.length))}px`;
  }
}

function unlight(node) {
  node.group.classList.remove("cbp-lit", "cbp-tinted", "cbp-selected", "cbp-hot");
  node.group.removeAttribute("aria-selected");
  node.rect.style.fill = node.hatch;
  if (node.mark) {
    node.mark.remove();
    node.mark = null;
    node.value.setAttribute("y", node.base);
  }
  if (node.count && !node.count.isConnected) {
    node.group.append(node.count);
    node.value.setAttribute("y", node.base);
  }
  const shown = node.font < LEAST_FONT ? "" : node.shown;
  if (node.value.textContent === shown) return;
  node.value.textContent = shown;
  node.value.style.fontSize = `${node.font}px`;
}

// The selected cell, and every cell that a link joins it to.
function lightLinks(frame) {
  const { state } = frame;
  const { layer, selected } = state;
  const seen = new Set();
  for (const [out, weight, input] of linksOf(layer, selected, silentOf(state))) {
    const colour = tapColour(frame, weight.slice(2));
    const mark = state.view === "grad_w" ? "" : number(at(state.w, weight)); // no weight is a factor in grad_w
    for (const [name, index] of Object.entries({ w: weight, x: input, z: out })) {
      const key = keyOf(name, index);
      if ((name === selected[0] && name !== "w") || seen.has(key)) continue;
      seen.add(key);
      light(frame, key, colour, name === "w" ? "" : mark);
    }
  }
  if (!seen.has(selected.join())) light(frame, selected.join(), "", "");
  const own = frame.nodes.get(selected.join());
  own.group.classList.add("cbp-selected");
  own.group.setAttribute("aria-selected", "true");
}

function showCells(frame) {
  const { layer, selected } = frame.state;
  for (const key of frame.lit) unlight(frame.nodes.get(key));
  frame.lit = [];
  if (selected) lightLinks(frame);
  // Tab goes to one cell of each array: the selected one, or the first.
  for (const key of frame.tabStops ?? []) frame.nodes.get(key)?.group.setAttribute("tabindex", -1);
  const first = (name) =>
    keyOf(
      name,
      layer.shapes[name].map(() => 0),
    );
  frame.tabStops = ["x", "w", "z"].map((name) => (selected?.[0] === name ? selected.join() : first(name)));
  for (const key of frame.tabStops) frame.nodes.get(key).group.setAttribute("tabindex", 0);
}
