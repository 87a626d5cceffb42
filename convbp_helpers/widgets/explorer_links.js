// The links of the influence explorer: for each link a line from its input through its weight to its output, and the
// cells that it lights. Two pictures are drawn anew for each selection, each on a layer of its own: under the numbers
// of the grids the lines and the fills of lit cells, over them the edges, the factors, and the number of a cell that
// has no room for it. The grids between them are not laid out again.

const MANY_LINKS = 48; // more have thin lines, and dashes only at the edges of their cells
const LEAST_FOR_MARKS = 30; // px: a lower cell has no room for a factor
const DASHES = ["", "7 3", "2 3", "9 3 2 3"]; // of the filters 0, 1, 2, 3, and again from the start: as LINES says

const tapColour = ({ colours, state }, tap) =>
  colours.taps[tap.reduce((flat, k, n) => flat * state.layer.taps[n] + k, 0) % colours.taps.length];
const dashOf = (f) => DASHES[f % DASHES.length];

// The chosen links as they are drawn: their three cells with the places of these, the colour of the tap, the filter,
// and the factor of a lit x or z. frame.boxes: key -> place, of all cells that the links join.
function fanOf(frame) {
  const { state } = frame;
  frame.boxes = new Map();
  const boxFor = (name, index) => {
    const key = keyOf(name, index);
    if (!frame.boxes.has(key)) frame.boxes.set(key, boxOf(frame, name, index));
    return frame.boxes.get(key);
  };
  return linksOf(state.layer, state.selected, silentOf(state)).map(([out, weight, input]) => {
    const boxes = [boxFor("x", input), boxFor("w", weight), boxFor("z", out)];
    return {
      boxes,
      keys: boxes.map((box) => box.key),
      colour: tapColour(frame, weight.slice(2)),
      filter: out[0],
      factor: state.view === "grad_w" ? null : at(state.w, weight), // no weight is a factor in grad_w
    };
  });
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
    const { left, top } = grid.getBoundingClientRect();
    frame.places.set(key, [left - x0, top - y0]);
  }
  return frame.places;
}

// The place of a cell: its left upper corner, its size and its middle.
function boxOf(frame, name, index) {
  const front = frontOf(name);
  const [x0, y0] = placesOf(frame).get(keyOf(name, index.slice(0, front)));
  const { width, height } = frame.looks[name];
  const [i, j] = index.length - front === 2 ? [index[front], index[front + 1]] : [0, index[front]];
  const [x, y] = [x0 + j * width, y0 + i * height];
  const [cx, cy] = [x + (width + 1) / 2, y + (height + 1) / 2];
  return { key: keyOf(name, index), name, index, x, y, width, height, cx, cy };
}

const boxAt = (frame, key) => {
  const [name, ...index] = key.split(",");
  return frame.boxes.get(key) ?? boxOf(frame, name, index.map(Number));
};

// ----------------------------------------------------------------------------------------------------------- the lines
// Lines of one look are one group, and below it lies a casing of the same course. Solid ones are one path; dashed ones
// are two lines each, as the browser leaves out of a line, and not of a path, the dashes that lie outside the part that
// it paints. Where there are many lines only the edges of the cells are dashed.
function linesOf(fan, kind) {
  const many = fan.length > MANY_LINKS;
  const courses = new Map();
  for (const { boxes, colour, filter } of fan) {
    const look = [colour, many ? "" : dashOf(filter)].join();
    courses.get(look)?.push(boxes) ?? courses.set(look, [boxes]);
  }
  const drawn = [...courses].map(([look, links]) => {
    const [colour, dash] = look.split(",");
    const course = dash ? links.map(dashedCourse).join("") : `<path d="${links.map(solidCourse).join("")}"/>`;
    const group = (name) => `<g class="${name}" stroke="${colour}"${dashed(dash)}>${course}</g>`;
    return group("cbp-casing") + group("cbp-link");
  });
  return `<g class="${kind}${many ? " cbp-thin" : ""}">${drawn.join("")}</g>`;
}

const solidCourse = ([x, w, z]) => `M${x.cx} ${x.cy}L${w.cx} ${w.cy}L${z.cx} ${z.cy}`;
const dashedCourse = ([x, w, z]) => lineTo(x, w) + lineTo(w, z);
const lineTo = (from, to) => `<line x1="${from.cx}" y1="${from.cy}" x2="${to.cx}" y2="${to.cy}"/>`;

// ----------------------------------------------------------------------------------------------------------- the cells
// The cells that the selection lights: key -> colour, the filter whose dashes it has, factor; the selected one on top.
function litCells({ state }, fan) {
  const { selected } = state;
  const chosen = selected.join();
  const lit = new Map();
  for (const { keys, colour, filter, factor } of fan)
    keys.forEach((key, n) => {
      if (lit.has(key) || (key === chosen && n !== 1)) return;
      lit.set(key, { colour, filter: n ? filter : 0, factor: n === 1 ? null : factor });
    });
  const own = lit.get(chosen) ?? { colour: "", factor: null };
  lit.delete(chosen);
  lit.set(chosen, { ...own, filter: 0, selected: true });
  return lit;
}

// [under, over] the numbers: fills of lit cells; their edges and factors. Cells of one look are one path, and
// `data-filled` or `data-lit` names them in its order; `data-of` names that of a factor. A cell without a number is
// filled from above, as its own tint would lie over the fill.
function cellsOf(frame, lit, chosen, linked) {
  const [fills, covers, edges, factors] = [new Map(), new Map(), new Map(), []];
  const add = (map, look, box) => map.get(look)?.push(box) ?? map.set(look, [box]);
  for (const [key, { colour, filter, factor, selected }] of lit) {
    const box = boxAt(frame, key);
    const bare = key === chosen && !linked;
    const silent = frame.nodes.get(key).classList.contains("cbp-silent");
    if (!bare) add(silent ? covers : fills, `fill="${colour || "var(--cbp-bg)"}"`, box);
    add(edges, `class="cbp-lit${selected ? " cbp-selected" : ""}"${dashed(dashOf(filter))}`, box);
    if (!silent && !bare && factor !== null) factors.push(factorIn(frame, box, factor));
  }
  const marks = `<g class="cbp-marks">${factors.join("")}</g>`;
  return [pathsOf(fills, "filled"), pathsOf(covers, "filled") + pathsOf(edges, "lit") + marks];
}

const pathsOf = (looks, name) =>
  [...looks]
    .map(([look, boxes]) => `<path ${look} data-${name}="${keysOf(boxes)}" d="${boxes.map(edge).join("")}"/>`)
    .join("");
const keysOf = (boxes) => boxes.map((box) => box.key).join(" ");

// What is lit is light in every theme, so the numbers on it are dark. Where all numbers are, nothing is changed: the
// browser would look at each of these cells again.
function darkenNumbers(frame, lit) {
  const now = new Set();
  if (frame.darkPage) for (const [key, { colour }] of lit) if (colour) now.add(frame.nodes.get(key));
  for (const cell of frame.onLit ?? []) if (!now.has(cell)) cell.classList.remove("cbp-on");
  for (const cell of now) cell.classList.add("cbp-on");
  frame.onLit = now;
}

const dashed = (dash) => dash && ` stroke-dasharray="${dash}"`;
const edge = ({ x, y, width, height }) => `M${x + 0.5} ${y + 0.5}h${width}v${height}h${-width}z`;

// The factor under the number of a lit cell, where there is room and no number of links stands there.
function factorIn(frame, { key, name, y, width, height, cx }, factor) {
  const words = `×${short(factor)}`;
  const size = clamp(height * 0.3, 8, 11);
  const counts = name === "x" && frame.looks.x.roomy;
  if (counts || height < LEAST_FOR_MARKS || words.length * DIGIT * size >= width - 4) return "";
  return `<text data-of="${key}" x="${cx}" y="${y + height - 3.5}" style="font-size:${size}px">${words}</text>`;
}

// ------------------------------------------------------------------------------------------------------- the read-out
// The number of a cell that has no room for it, beside the cell.
function readOut(frame, key) {
  const cell = key && frame.nodes.get(key);
  if (!cell?.classList.contains("cbp-silent")) return [];
  const { name, index, y, height, cx } = boxAt(frame, key);
  const value = number(at(frame.values[name], index));
  const words = `${label(frame.state.layer, frame.shown[name].title, index)} = ${value}`;
  const wide = words.length * 8 + 14;
  const left = clamp(cx - wide / 2, 1, Math.max(1, frame.width - wide - 1));
  const top = y > 34 ? y - 32 : y + height + 8;
  return [
    svg("rect", { class: "cbp-readout", x: left, y: top, width: wide, height: 25, rx: 4 }),
    text(left + wide / 2, top + 17.5, words, "cbp-readout-words", 14),
  ];
}

// ------------------------------------------------------------------------------------------------------ drawing it all
// frame.behind, frame.over: the pictures under and over the grids; frame.fan: the links that they show; frame.layers:
// what pointing changes.
function showLinks(frame) {
  const { behind, over, state } = frame;
  const { selected } = state;
  frame.fan = selected ? fanOf(frame) : [];
  frame.heated = "";
  behind.classList.remove("cbp-heated");
  const lit = selected ? litCells(frame, frame.fan) : new Map();
  darkenNumbers(frame, lit);
  const [fills, edges] = cellsOf(frame, lit, selected?.join(), frame.fan.length > 0);
  // written at once, as a weight may light hundreds of cells; all of it is made of numbers and of the names of arrays
  behind.innerHTML = `${linesOf(frame.fan, "cbp-fan")}<g class="cbp-hot-lines"></g><g class="cbp-fills">${fills}</g>`;
  over.innerHTML = `<g class="cbp-edges">${edges}</g><g class="cbp-hot-cells"></g><g class="cbp-said-cell"></g>`;
  const [cells, out] = [over.children[1], over.children[2]];
  out.append(...readOut(frame, selected?.join()));
  frame.layers = { lines: behind.children[1], cells, out };
}

// Let some of the links stand out, and the others fade; also cells alone, as a bias has no link. `pointed` is the cell
// whose number is read out.
function heatLinks(frame, links = [], keys = [], pointed = frame.state.selected?.join()) {
  const { behind, layers } = frame;
  if (!layers || !frame.state.selected) return;
  const all = [...new Set([...keys, ...links.flatMap((link) => link.keys)])];
  const heated = `${all.join(" ")};${pointed}`;
  if (heated === frame.heated) return;
  frame.heated = heated;
  behind.classList.toggle("cbp-heated", all.length > 0);
  layers.lines.innerHTML = links.length ? linesOf(links, "cbp-hot-fan") : "";
  layers.cells.replaceChildren(
    ...all.map((key) => {
      const { x, y, width, height } = boxAt(frame, key);
      return svg("rect", { class: "cbp-hot", "data-hot": key, x: x + 0.5, y: y + 0.5, width, height });
    }),
  );
  layers.out.replaceChildren(...readOut(frame, pointed));
}
