// The grids of the influence explorer: the cells of x, w and z with their numbers. A selection changes nothing here but
// the attributes that keys and screen readers ask for: what it lights is drawn under and over the grids, in
// explorer_links.js.

const LEAST_FOR_COUNTS = 24; // px: a lower cell has no room for a second number

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

// The first indices of each map of an array: channels of x, kernels of w, outputs of z.
const frontOf = (name) => (name === "w" ? 2 : 1);
const leadsOf = ({ shapes }, name) => productOf(shapes[name].slice(0, frontOf(name)).map(range));

function titleWords({ layer }, { what }, name) {
  const shape = layer.shapes[name];
  return ` ${what}, ${by(leadsOf(layer, name).length > 1 ? shape : shape.slice(frontOf(name)))}`;
}

// ----------------------------------------------------------------------------------------------------------- the base
// frame.values, frame.shown: what each array holds and is called; frame.sizes: see explorer_sizes.js; frame.looks: for
// each array its font and its largest number; frame.nodes: key -> cell; frame.grids: "x,0" -> the grid of that map.
function buildGrids(frame) {
  const { state, stage } = frame;
  const { layer } = state;
  frame.values = valuesOf(state);
  frame.shown = shownIn(state.view);
  frame.counts = state.show_counts ? linkCounts(layer) : null;
  frame.nodes = new Map();
  frame.grids = new Map();
  const words = { lengths: {}, titles: {}, captions: {} };
  frame.looks = {};
  for (const [name, { title }] of Object.entries(frame.shown)) {
    const numbers = frame.values[name].flat(Infinity);
    frame.looks[name] = {
      most: mostOf(numbers),
      longest: numbers.reduce((n, value) => Math.max(n, short(value).length), 1),
    };
    words.lengths[name] = frame.looks[name].longest;
    words.titles[name] = title.length + titleWords(state, frame.shown[name], name).length;
    words.captions[name] = label(
      layer,
      title,
      layer.shapes[name].map(() => 0),
    ).length;
  }
  frame.sizes = sizesOf(layer, words, frame.width - 2);
  stage.style.setProperty("--cbp-gap", `${frame.sizes.gap}px`);
  stage.style.rowGap = layer.axes.length === 1 ? "24px" : ""; // room for the lines between rows
  const waist = frame.sizes.way[0] === "xz"; // keys go from x to w to z there too
  stage.classList.toggle("cbp-waist", waist);
  stage.replaceChildren(
    ...(waist ? ["xwz"] : frame.sizes.way).map((line) =>
      html("div", { class: "cbp-line" }, ...[...line].map((name) => panelOf(frame, name))),
    ),
  );
}

function panelOf(frame, name) {
  const { layer } = frame.state;
  const { title, role } = frame.shown[name];
  const { height, widths } = frame.sizes.cell;
  const look = frame.looks[name];
  const [width, font] = [widths[name], fontIn(look.longest, widths[name], height)];
  Object.assign(look, { width, height, font: font < LEAST_FONT ? roomyFont(height) : font, silent: 0, unlinked: 0 });
  const leads = leadsOf(layer, name);
  const several = leads.length > 1;
  const maps = html("div", { class: "cbp-maps" });
  const tables = name === "w" && several ? tablesIn(maps, layer) : null;
  if (!tables || layer.G > 1) maps.style.gridTemplateColumns = `repeat(${frame.sizes.maps[name]}, max-content)`;
  for (const lead of leads)
    (tables ? tables[layer.ofFilter(lead[0]).g] : maps).append(mapOf(frame, name, lead, several));
  const words = titleWords(frame.state, frame.shown[name], name);
  const sizes = words.split(", ")[1];
  const attributes = { class: `cbp-panel cbp-role-${role}`, "data-array": name, "aria-label": `${title}, ${sizes}` };
  const panel = html("section", attributes, panelTitle(name, role, title, words), maps);
  panel.append(...notesOf(frame, name).map((said) => html("div", { class: "cbp-note" }, said)));
  return panel;
}

// The name in the title lights its array when it is pointed at or focused.
function panelTitle(name, role, title, words) {
  const letter = html(
    "b",
    { class: `cbp-letter cbp-of-${role}`, "data-letter": name, tabindex: 0, role: "note" },
    title,
  );
  letter.setAttribute("aria-label", `${title}${words}`);
  return html("div", { class: "cbp-title" }, html("span", { class: `cbp-swatch cbp-${role}` }), letter, words);
}

// A table of kernels for each group, one row per filter.
function tablesIn(maps, { G, size }) {
  const tables = G > 1 ? range(G).map(() => html("div", { class: "cbp-maps" })) : [maps];
  for (const table of tables) table.style.gridTemplateColumns = `repeat(${size}, max-content)`;
  if (G > 1) maps.append(...tables);
  return tables;
}

function notesOf({ counts, looks, state }, name) {
  const { silent, unlinked, roomy } = looks[name];
  const notes = [];
  if (silent) notes.push("tinted by value: point at a cell for its number");
  if (name === "x" && counts)
    notes.push(
      roomy
        ? `small: number of links${toOneFilter(state.layer)}`
        : "no room for the numbers of links: the sentence above says them",
    );
  if (unlinked) notes.push(`hatched: ${name === "x" ? "read by no output" : "reads only padding"}`);
  return notes;
}

// One map of an array, `lead` are its first indices: its padding, the indices beside and over it, its cells. The frame
// has a fixed size, and is no picture unless there is padding: each picture costs whenever the page is painted.
function mapOf(frame, name, lead, several) {
  const { state, looks } = frame;
  const { layer } = state;
  const { width, height } = looks[name];
  const two = layer.axes.length === 2;
  const grid = layer.shapes[name].slice(lead.length);
  const [rows, columns] = two ? grid : [1, grid[0]];
  const [[above, below], [before, after]] = padsOf(name === "x" ? state.padding : [[0, 0]]);
  const [left, top] = [gutterOf(layer.axes) + before * width, TOP + above * height];
  const [wide, high] = [left + (columns + after) * width + EDGE, top + (rows + below) * height + EDGE];
  const title = frame.shown[name].title;
  const caption = several ? label(layer, title, [...lead, ...grid.map(() => "·")]) : "";
  const muted = name !== "x" && silentOf(state).includes(lead[0]);
  const cells = html("div", { class: "cbp-grid", role: "grid", "aria-label": caption || title });
  const map = { name, lead, muted };
  for (const i of range(rows)) {
    const made = range(columns).map((j) => cellOf(frame, map, two ? [i, j] : [j]));
    cells.append(html("div", { class: "cbp-row", role: "row" }, ...made));
  }
  frame.grids.set(keyOf(name, lead), cells);
  const parts = [indicesOf("cbp-over-columns", columns, width, height), cells];
  if (two) parts.unshift(indicesOf("cbp-beside-rows", rows, height, height));
  const pads = [above, below, before, after];
  if (pads.some(Boolean)) parts.unshift(paddingOf({ rows, columns, pads, left, top, wide, high, width, height }));
  const box = html("div", { class: "cbp-map" }, ...parts);
  const cell = `--w:${width + 1}px;--h:${height + 1}px;--f:${looks[name].font}px`;
  box.style.cssText = `width:${wide}px;height:${high}px;--left:${left}px;--top:${top}px;${cell}`;
  const figure = html("figure", muted ? { class: "cbp-muted" } : {});
  if (caption) figure.append(html("figcaption", {}, caption, muted ? ", muted" : ""));
  figure.append(box);
  return figure;
}

// Cells of padding are around the array: dashed squares.
function paddingOf({ rows, columns, pads: [above, below, before, after], left, top, wide, high, width, height }) {
  const squares = [];
  for (let i = -above; i < rows + below; i++)
    for (let j = -before; j < columns + after; j++)
      if (i < 0 || j < 0 || i >= rows || j >= columns)
        squares.push(square(left + j * width, top + i * height, width, height));
  const path = svg("path", { class: "cbp-padding", d: squares.join("") });
  return svg("svg", { class: "cbp-back", width: wide, height: high, "aria-hidden": "true" }, path);
}

const square = (x, y, width, height) => `M${x + 2.5} ${y + 2.5}h${width - 4}v${height - 4}h${4 - width}z`;

// The indices along one side of a map: each where there is room, else every so many.
function indicesOf(kind, count, side, height) {
  const every = side >= 16 ? 1 : Math.ceil(16 / side);
  const numbers = range(Math.ceil(count / every)).map((n) => html("span", {}, n * every));
  const line = html("div", { class: `cbp-indices ${kind}`, "aria-hidden": "true" }, ...numbers);
  line.style.cssText = `--side:${side}px;--every:${every};font-size:${clamp(height * 0.45, 8, 11)}px`;
  return line;
}

// A cell with its number, or tinted by it where there is no room; in x also its number of links.
function cellOf(frame, { name, lead, muted }, position) {
  const { state, counts } = frame;
  const { layer } = state;
  const look = frame.looks[name];
  const index = [...lead, ...position];
  const value = at(frame.values[name], index);
  const linked = hasLink(layer, name, position);
  const links = name === "x" && counts ? at(counts, position) : null;
  const { title, role } = frame.shown[name];
  let said = `${label(layer, title, index)} = ${number(value)}`;
  if (links !== null) said += `, ${counted(links, "link")}`;
  if (!linked) said += name === "x" ? ", read by no output" : ", reads only padding";
  if (muted) said += ", muted";
  const cell = document.createElement("div");
  const shown = short(value);
  const silent = DIGIT * look.font * shown.length > look.width - 5;
  cell.className = `cbp-cell${linked ? "" : " cbp-unlinked"}${silent ? " cbp-silent" : ""}`;
  cell.setAttribute("role", "gridcell");
  cell.setAttribute("tabindex", -1);
  cell.setAttribute("data-key", keyOf(name, index));
  cell.setAttribute("aria-label", said);
  look.unlinked += !linked;
  look.silent += silent;
  if (!silent) cell.textContent = shown;
  else if (linked) cell.style.backgroundColor = tintOf(value, look.most, role);
  if (links !== null && !silent && look.height >= LEAST_FOR_COUNTS) {
    look.roomy = true;
    cell.classList.add("cbp-two");
    cell.append(" ", html("small", { class: "cbp-count" }, links));
  }
  frame.nodes.set(keyOf(name, index), cell);
  return cell;
}

// ------------------------------------------------------------------------------------------------------- the tab stops
// Tab goes to one cell of each array: the selected one, or the first.
function markCells(frame) {
  const { layer, selected } = frame.state;
  const first = (name) =>
    keyOf(
      name,
      layer.shapes[name].map(() => 0),
    );
  const stops = ["x", "w", "z"].map((name) => (selected?.[0] === name ? selected.join() : first(name)));
  for (const key of frame.tabStops ?? []) if (!stops.includes(key)) frame.nodes.get(key)?.setAttribute("tabindex", -1);
  for (const key of stops) frame.nodes.get(key).setAttribute("tabindex", 0);
  frame.nodes.get(frame.chosen)?.removeAttribute("aria-selected");
  frame.chosen = selected?.join();
  frame.nodes.get(frame.chosen)?.setAttribute("aria-selected", "true");
  frame.tabStops = stops;
}
