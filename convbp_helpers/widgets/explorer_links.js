// The links of the influence explorer, drawn over its grids: for each link a line from its input through its weight to
// its output, the cells that it lights, and the number of a cell that has no room for it. All of it is one picture that
// is drawn anew for each selection, on a layer of its own: the grids below are not painted again.

const MANY_LINKS = 150; // more get thinner lines
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
    // the map's frame, and not the grid in it: that is not laid out while it is out of sight
    const { left, top } = grid.parentElement.getBoundingClientRect();
    const [x, y] = [left - x0 + parseFloat(grid.style.left), top - y0 + parseFloat(grid.style.top)];
    frame.places.set(key, [x, y]);
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
  return { key: keyOf(name, index), name, index, x, y, width, height, cx, cy, middle: `${cx} ${cy}` };
}

const boxAt = (frame, key) => {
  const [name, ...index] = key.split(",");
  return frame.boxes.get(key) ?? boxOf(frame, name, index.map(Number));
};

// ----------------------------------------------------------------------------------------------------------- the lines
// Solid lines of one colour are one path; a dashed line is a path of its own, as the browser then leaves out what lies
// outside the part that it paints. Below each lies a casing of the same course. Where there are many lines only the
// edges of the cells are dashed.
function linesOf(fan, kind) {
  const many = fan.length > MANY_LINKS;
  const courses = new Map();
  const add = (look, ...paths) => {
    if (!courses.has(look)) courses.set(look, []);
    courses.get(look).push(...paths);
  };
  for (const { boxes, colour, filter } of fan) {
    const [x, w, z] = boxes.map((box) => box.middle);
    const dash = many ? "" : dashOf(filter);
    if (dash) add(`${colour},${dash}`, `M${x}L${w}`, `M${w}L${z}`);
    else add(`${colour},`, `M${x}L${w}L${z}`);
  }
  const drawn = [];
  for (const [look, paths] of courses) {
    const [colour, dash] = look.split(",");
    for (const d of dash ? paths : [paths.join("")])
      for (const line of ['"cbp-casing"', `"cbp-link" stroke="${colour}"`])
        drawn.push(`<path class=${line} d="${d}"${dashed(dash)}/>`);
  }
  return `<g class="${kind}${many ? " cbp-thin" : ""}">${drawn.join("")}</g>`;
}

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

// Cells of one look are one path, and their numbers of one size one group: `data-lit` names the cells of a path in its
// order, `data-of` that of a number.
function cellsOf(frame, lit, chosen, linked) {
  const [paths, numbers] = [new Map(), new Map()];
  const add = (map, look, item) => map.get(look)?.push(item) ?? map.set(look, [item]);
  for (const [key, { colour, filter, factor, selected }] of lit) {
    const box = boxAt(frame, key);
    const bare = key === chosen && !linked;
    const kind = `cbp-lit${colour && " cbp-tinted"}${selected ? " cbp-selected" : ""}${bare ? " cbp-bare" : ""}`;
    const fill = colour && ` style="fill:${colour}"`;
    add(paths, `class="${kind}"${fill}${dashed(dashOf(filter))}`, box);
    if (bare || frame.nodes.get(key).classList.contains("cbp-silent")) continue;
    const on = colour && " cbp-on";
    for (const [kind, size, y, words] of wordsIn(frame, box, factor, selected))
      add(numbers, `class="${kind}${on}" style="font-size:${size}px"`, textAt(key, box.cx, y, words));
  }
  const rects = [...paths].map(
    ([look, boxes]) =>
      `<path ${look} data-lit="${boxes.map((box) => box.key).join(" ")}" d="${boxes.map(edge).join("")}"/>`,
  );
  const groups = [...numbers].map(([look, texts]) => `<g ${look}>${texts.join("")}</g>`);
  return `<g class="cbp-cells">${rects.join("")}${groups.join("")}</g>`;
}

const dashed = (dash) => dash && ` stroke-dasharray="${dash}"`;
const edge = ({ x, y, width, height }) => `M${x + 0.5} ${y + 0.5}h${width}v${height}h${-width}z`;
const textAt = (key, x, y, words) => `<text data-of="${key}" x="${x}" y="${y}">${words}</text>`;

// [kind, size, line, words] of the number of a lit cell and, where there is room, of what stands below it: the factor
// or else the number of links.
function wordsIn(frame, { key, name, index, y, width, height, cy }, factor, selected) {
  const { font } = frame.looks[name];
  const links = frame.counts && frame.nodes.get(key).querySelector(".cbp-count");
  const words = factor === null ? (links?.textContent ?? "") : `×${short(factor)}`;
  const small = clamp(height * 0.3, 8, 11);
  const least = factor === null ? LEAST_FOR_COUNTS : LEAST_FOR_MARKS;
  const roomy = words && height >= least && words.length * DIGIT * small < width - 4;
  const base = cy + font * 0.35 - (roomy ? height * 0.14 : 0);
  const number = [selected ? "cbp-bold" : "cbp-value", font, base, short(at(frame.values[name], index))];
  return roomy ? [number, ["cbp-mark", small, y + height - 3.5, words]] : [number];
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
// frame.overlay: the picture over the grids; frame.fan: the links that it shows; frame.layers: what pointing changes.
function showLinks(frame) {
  const { overlay, state } = frame;
  const { selected } = state;
  frame.fan = selected ? fanOf(frame) : [];
  frame.heated = "";
  overlay.classList.remove("cbp-heated");
  if (!selected) return overlay.replaceChildren();
  const chosen = selected.join();
  const linked = frame.fan.length > 0;
  const cells = cellsOf(frame, litCells(frame, frame.fan), chosen, linked);
  // written at once, as a weight may light hundreds of cells; all of it is made of numbers and of the names of arrays
  overlay.innerHTML =
    `${linesOf(frame.fan, "cbp-fan")}<g class="cbp-hot-lines"></g>${cells}` +
    '<g class="cbp-hot-cells"></g><g class="cbp-said-cell"></g>';
  const [, hot, , over, out] = overlay.children;
  out.append(...readOut(frame, chosen));
  frame.layers = { hot, over, out };
}

// Let some of the links stand out, and the others fade; also cells alone, as a bias has no link. `pointed` is the cell
// whose number is read out.
function heatLinks(frame, links = [], keys = [], pointed = frame.state.selected?.join()) {
  const { overlay, layers } = frame;
  if (!layers || !frame.state.selected) return;
  const all = [...new Set([...keys, ...links.flatMap((link) => link.keys)])];
  const heated = `${all.join(" ")};${pointed}`;
  if (heated === frame.heated) return;
  frame.heated = heated;
  overlay.classList.toggle("cbp-heated", all.length > 0);
  layers.hot.innerHTML = links.length ? linesOf(links, "cbp-hot-fan") : "";
  layers.over.replaceChildren(
    ...all.map((key) => {
      const { x, y, width, height } = boxAt(frame, key);
      return svg("rect", { class: "cbp-hot", "data-hot": key, x: x + 0.5, y: y + 0.5, width, height });
    }),
  );
  layers.out.replaceChildren(...readOut(frame, pointed));
}
