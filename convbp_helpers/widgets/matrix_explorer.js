// The matrix explorer in the browser: the matrix with its dials, and below or beside it the maps of x, w and z, which
// the files of the influence explorer draw. The pure part is in matrix_entries.js.
//
// The matrix is three pictures on one another: the bands over the selected row and column, the entries, the outlines of
// the selected ones. A selection draws the first and the last anew; the entries stay.

const TURNED = { stride: "s", padding: "p", dilation: "d", channels: "C", filters: "F" }; // setting -> its letter
const MATRIX_FREE = "Click an entry or a cell, or press Enter on it, to hold it while you go elsewhere.";
const MAPS_BESIDE = 360; // px: what the maps ask for beside the matrix
const BESIDE_GAP = 24;
const MOST_ENTRY = 22; // px: the side of an entry
const READABLE_ENTRY = 14; // px: the maps stand beside the matrix where its entries stay as large
const HIGHEST_MATRIX = 480; // px: of the matrix, unless its entries were smaller than they need
const INDEXED_ENTRY = 11; // px: smaller ones have no index of their own beside them
const TAG = 17; // px: the name of the selected column, over the captions
const HEADS = 14; // px: a line of captions, or of indices

// ------------------------------------------------------------------------------------------------------- what is drawn
// The state with its layer and with the values of the maps; null where no matrix has these settings. `A` is the shape
// of an array without cells of its own, so that keys walk through it as through the others.
function matrixState(state) {
  if (matrixProblem(state)) return null;
  const layer = layerOf(state);
  const [x, b, delta] = ["x", "b", "delta"].map((name) => defaultValues(name, layer.shapes[name]));
  layer.shapes.A = matrixShape(layer);
  const w = fitting("w", state.w, layer.shapes.w);
  const selected = clamped(state.selected, layer.shapes);
  const view = state.transposed ? "grad_x" : "forward";
  return {
    ...state,
    layer,
    x,
    w,
    b,
    delta,
    selected,
    view,
    muted: [],
    show_counts: false,
    controls: state.controls || [],
  };
}

// The arrays whose cells are the rows and the columns, and their numbers.
const namesOf = ({ transposed }) => (transposed ? ["x", "z"] : ["z", "x"]);
const turnedBy = ({ transposed }, [row, column]) => (transposed ? [column, row] : [row, column]);

// What stands beside the cells of an array: each of its rows { from, count, words }, and where its maps begin.
function blocksOf({ layer }, name) {
  const shape = layer.shapes[name];
  const count = shape.at(-1);
  const leads = productOf(shape.slice(0, -1).map(range));
  const blocks = leads.map((lead, n) => ({ from: n * count, count, words: label(layer, name, [...lead, "·"]) }));
  const each = prod(shape.slice(1));
  return { blocks, maps: range(shape[0] - 1).map((n) => (n + 1) * each) };
}

// The side of an entry, what lies left of the entries, and whether the maps stand beside: a single one of each array,
// where there is room.
export function matrixSizes([rows, columns], longest, width, single) {
  const left = Math.ceil(6.6 * longest) + 10;
  const wanted = clamp(HIGHEST_MATRIX / rows, READABLE_ENTRY, MOST_ENTRY);
  const sideIn = (room) => Math.min(wanted, (room - left - 3) / columns);
  const narrow = sideIn(width - MAPS_BESIDE - BESIDE_GAP);
  const beside = single && narrow >= READABLE_ENTRY;
  const side = beside ? narrow : sideIn(width);
  return { side: side >= INDEXED_ENTRY ? Math.floor(side) : side, left, beside };
}

// ---------------------------------------------------------------------------------------------------------- the matrix
// frame.plan: where everything stands.
function planOf(frame) {
  const { state, width } = frame;
  const { layer } = state;
  const shape = turnedBy(state, layer.shapes.A);
  const [down, across] = namesOf(state).map((name) => blocksOf(state, name));
  const longest = Math.max(...namesOf(state).map((name) => lastLabel(layer, name).length));
  const { side, left, beside } = matrixSizes(shape, longest, width, layer.C * layer.F === 1);
  const indexed = side >= INDEXED_ENTRY;
  const top = TAG + HEADS * (indexed ? 2 : 1);
  const [wide, high] = [left + shape[1] * side + 3, top + shape[0] * side + 3];
  const digits = Math.max(...state.w.flat(Infinity).map((value) => short(value).length));
  const font = Math.min(12, 0.62 * side, (side - 2) / (DIGIT * digits));
  return { shape, down, across, side, left, top, wide, high, beside, indexed, font: font < LEAST_FONT ? 0 : font };
}

const lastLabel = (layer, name) =>
  label(
    layer,
    name,
    layer.shapes[name].map((n) => n - 1),
  );

const boxPath = (x, y, width, height) => `M${x} ${y}h${width}v${height}h${-width}z`;
const entryPath = ({ side, left, top }, [row, column]) =>
  boxPath(left + column * side + 0.5, top + row * side + 0.5, side, side);

// All entries that have a link, in the colours of their taps; their numbers, where there is room.
function entriesOf(frame) {
  const { state, plan } = frame;
  const { side, left, top, font } = plan;
  const groups = new Map();
  for (const link of entryLinks(state.layer)) {
    const entry = entryOf(state.layer, link);
    const [row, column] = turnedBy(state, entry);
    const [x, y] = [left + column * side + 0.5, top + row * side + 0.5];
    const colour = tapColour(frame, link[1].slice(2));
    const rect = `<rect data-entry="${entry}" x="${x}" y="${y}" width="${side}" height="${side}"/>`;
    const place = `x="${x + side / 2}" y="${y + side / 2 + 0.36 * font}"`;
    const number = font ? `<text ${place}>${short(at(state.w, link[1]))}</text>` : "";
    groups.set(colour, (groups.get(colour) ?? "") + rect + number);
  }
  const looks = `stroke-width="${clamp(side / 12, 0.3, 1)}" style="font-size:${font}px"`;
  return [...groups].map(([colour, parts]) => `<g class="cbp-entries" fill="${colour}" ${looks}>${parts}</g>`).join("");
}

// The entries, under them the lines between the rows of an array, over them those between its maps, and beside them
// what they are.
function baseOf({ plan }, entries) {
  const { shape, down, across, side, left, top, indexed } = plan;
  const [rows, columns] = shape;
  const [wide, high] = [columns * side, rows * side];
  const level = (n) => `M${left} ${top + n * side + 0.5}h${wide}`;
  const upright = (n) => `M${left + n * side + 0.5} ${top}v${high}`;
  const froms = ({ blocks }) => blocks.slice(1).map(({ from }) => from);
  const thin = froms(down).map(level).join("") + froms(across).map(upright).join("");
  const thick = down.maps.map(level).join("") + across.maps.map(upright).join("");
  const words = [];
  const write = (x, y, said, kind = "") =>
    words.push(`<text class="cbp-index${kind}" x="${x}" y="${y}">${said}</text>`);
  const gap = indexed ? HEADS : 0;
  for (const { from, count, words: said } of across.blocks) {
    if (6 * said.length <= count * side) write(left + (from + count / 2) * side, TAG + HEADS - 4, said);
    if (indexed) for (const n of range(count)) write(left + (from + n + 0.5) * side, top - 4, n);
  }
  for (const { from, count, words: said } of down.blocks) {
    const y = top + (from + count / 2) * side + 4;
    if (count * side >= 11) write(left - gap - 4, y, said, " cbp-end cbp-caption");
    if (indexed) for (const n of range(count)) write(left - 3, top + (from + n + 0.5) * side + 4, n, " cbp-end");
  }
  return (
    `<g class="cbp-matrix-heads">${words.join("")}</g><path class="cbp-matrix-rows" d="${thin}"/>` +
    `${entries}<path class="cbp-matrix-maps" d="${thick}${boxPath(left + 0.5, top + 0.5, wide, high)}"/>`
  );
}

function buildMatrix(frame) {
  const { state, matrix, base } = frame;
  frame.plan = planOf(frame);
  const { shape, wide, high, font, beside, side } = frame.plan;
  const name = state.transposed ? "Aᵀ" : "A";
  const [down, across] = namesOf(state);
  frame.title.replaceChildren(
    titleOf("weight", name, ` ${by(shape)}, a row for each ${down}, a column for each ${across}`),
  );
  matrix.style.cssText = `width:${wide}px;height:${high}px;--side:${Math.max(side, 6)}px`;
  matrix.setAttribute("aria-label", `${name}, ${by(shape)}`);
  matrix.setAttribute("aria-rowcount", shape[0]);
  matrix.setAttribute("aria-colcount", shape[1]);
  base.innerHTML = baseOf(frame, entriesOf(frame));
  frame.captions = [...base.querySelectorAll(".cbp-caption")].map((node) => [node, Number(node.getAttribute("y")) - 4]);
  frame.small.hidden = Boolean(font);
  frame.stage.classList.toggle("cbp-maps-beside", beside);
}

// The cells whose row and column are selected: array -> [its label, the number of its cell].
function linesAt({ state }) {
  const { layer, selected } = state;
  if (!selected || selected[0] === "w") return {};
  const cells = selected[0] === "A" ? cellsOfEntry(layer, selected[1], selected[2]) : [selected];
  return Object.fromEntries(
    cells.map(([name, ...index]) => [name, [label(layer, name, index), raveled(index, layer.shapes[name])]]),
  );
}

// The bands of the selected row and column, the names of these, and the outlined entries: the selected one, also a 0,
// or those of a weight, a row, a column.
function showMatrix(frame) {
  const { state, plan, under, over } = frame;
  const { layer, selected } = state;
  const { shape, side, left, top, wide } = plan;
  const [down] = namesOf(state);
  const [bands, tags] = [[], []];
  let tagged = -Infinity; // the height of the row's name: captions give way to it
  for (const [name, [words, n]] of Object.entries(linesAt(frame))) {
    const isRow = name === down;
    const [x, y] = [left + 0.5 + (isRow ? 0 : n * side), top + 0.5 + (isRow ? n * side : 0)];
    const [width, height] = isRow ? [shape[1] * side, side] : [side, shape[0] * side];
    bands.push(`<path class="cbp-band cbp-band-${name}" data-band="${name}" d="${boxPath(x, y, width, height)}"/>`);
    const room = 7 * words.length + 6;
    const middle = isRow ? left - room / 2 - 1 : clamp(x + side / 2, room / 2, wide - room / 2);
    const line = isRow ? clamp(y + side / 2, 8, plan.high - 8) : 8;
    if (isRow) tagged = line;
    tags.push(
      `<g class="cbp-tag cbp-tag-${name}">` +
        `<rect x="${middle - room / 2}" y="${line - 8}" width="${room}" height="16"/>` +
        `<text x="${middle}" y="${line + 4}">${words}</text></g>`,
    );
  }
  const entries = selected?.[0] === "A" ? [selected.slice(1)] : entryLinksOf(state).map((link) => entryOf(layer, link));
  const chosen = entries.map((entry) => entryPath(plan, turnedBy(state, entry))).join("");
  for (const [node, y] of frame.captions) {
    const now = Math.abs(y - tagged) < 15 ? "hidden" : "";
    if (node.style.visibility !== now) node.style.visibility = now;
  }
  under.innerHTML = bands.join("");
  const look = selected?.[0] === "A" ? " cbp-alone" : "";
  const outline = (kind) => `<path class="${kind}" d="${chosen}"/>`;
  over.innerHTML = tags.join("") + outline("cbp-casing-of") + outline(`cbp-chosen${look}`);
}

const entryLinksOf = ({ layer, selected }) => (selected ? entryLinks(layer, selected) : []);

// ------------------------------------------------------------------------------------------------------------ the maps
// frame.maps: a frame of its own for the grids of the influence explorer.
function buildMaps(frame) {
  const { maps, state, plan } = frame;
  maps.width = frame.width - (plan.beside ? plan.wide + BESIDE_GAP : 0);
  maps.state = { ...state, selected: null };
  maps.places = null;
  buildGrids(maps);
}

// The cells of the selection: of an entry that is 0 its cells of x and z, without a line; of none all weights, in the
// colours of their taps.
function showMaps(frame) {
  const { maps, state } = frame;
  const { layer, selected } = state;
  const entry = selected?.[0] === "A" ? cellsOfEntry(layer, selected[1], selected[2]) : null;
  const [link] = entry ? entryLinks(layer, selected) : [];
  const chosen = link ? ["w", ...link[1]] : entry ? null : selected;
  maps.state = { ...state, selected: chosen };
  markCells(maps);
  let fan = fanOf(maps);
  if (link) fan = fan.filter(({ keys }) => keys[0] === entry[1].join() && keys[2] === entry[0].join());
  const lit = chosen ? litCells(maps, fan) : new Map();
  if (entry && !link)
    for (const cell of entry) lit.set(cell.join(), { colour: "", factor: null, filter: 0, selected: true });
  if (!selected)
    for (const weight of productOf(layer.shapes.w.map(range)))
      lit.set(["w", ...weight].join(), { colour: tapColour(maps, weight.slice(2)), factor: null, filter: 0 });
  darkenNumbers(maps, lit);
  const [fills, edges] = cellsOf(maps, lit, chosen?.join(), fan.length > 0);
  maps.behind.innerHTML = `${linesOf(fan, "cbp-fan")}<g class="cbp-fills">${fills}</g>`;
  maps.over.innerHTML = `<g class="cbp-edges">${edges}</g>`;
  maps.over.append(...readOut(maps, chosen?.join()));
}

// ----------------------------------------------------------------------------------------------------------- the dials
// A dial turns a setting on all axes; where these differ its field is empty.
function matrixDial(frame, name) {
  const word = WORDS[name].toLowerCase();
  const letter = TURNED[name];
  const least = name === "padding" ? 0 : 1;
  const { field, node } = dialOf({
    name: `${letter}, ${word}`,
    short: letter,
    part: name,
    attributes: { min: least, step: 1, "data-name": name, "aria-label": `${letter}, ${word}` },
    turn: (step) => turnTo(frame, name, Math.max(least, ...[frame.state[name]].flat(2).map((now) => now + step))),
    typed() {
      const value = field.value.trim() === "" ? NaN : Number(field.value);
      if (Number.isInteger(value)) turnTo(frame, name, value);
      else frame.say(`${WORDS[name]} must be a whole number; the picture still shows the last layer that exists.`);
    },
  });
  field.addEventListener("blur", () => fillDials(frame));
  frame.fields[name] = field;
  return node;
}

function turnTo(frame, name, value) {
  const { state } = frame;
  const perAxis = { stride: value, dilation: value, padding: [value, value] }[name];
  const changes = { [name]: perAxis === undefined ? value : onEachAxis(state, perAxis) };
  const next = { ...settingsOf(state), ...changes };
  const why = matrixProblem(next);
  if (why) return frame.say(`This cannot be shown: ${why}. The picture still shows the last layer.`);
  const { shapes } = layerOf(next);
  changes.w = fitting("w", state.w, shapes.w);
  changes.selected = clamped(state.selected, { ...shapes, A: matrixShape({ shapes }) });
  frame.put(changes);
}

function fillDials({ fields, state }) {
  for (const [name, field] of Object.entries(fields)) {
    const values = new Set([state[name]].flat(2));
    const shown = values.size === 1 ? String([...values][0]) : "";
    if (field.value !== shown) field.value = shown;
  }
}

function buildDials(frame) {
  const { state, flip } = frame;
  if (!same(frame.asked, state.controls)) {
    frame.fields = {};
    frame.controls.replaceChildren(...state.controls.map((name) => matrixDial(frame, name)), flip);
  }
  frame.asked = state.controls;
  fillDials(frame);
  flip.setAttribute("aria-pressed", Boolean(state.transposed));
}

// -------------------------------------------------------------------------------------------------- pointer and keys
// What is pointed at: an entry of A, or a cell of a map.
function targetOf(frame, event) {
  const key = keyAt(event);
  if (key) return cellAt(key);
  if (!frame.matrix.contains(event.target)) return null;
  const { side, left, top, shape } = frame.plan;
  const box = frame.matrix.getBoundingClientRect();
  const [row, column] = [event.clientY - box.top - top, event.clientX - box.left - left].map((d) =>
    Math.floor(d / side),
  );
  const inside = row >= 0 && column >= 0 && row < shape[0] && column < shape[1];
  return inside ? ["A", ...turnedBy(frame.state, [row, column])] : null;
}

// As in the maps; in the transpose along its own rows and columns.
function movedOn({ state }, cell, key) {
  const { layer } = state;
  if (cell[0] !== "A") return moved(layer, cell, key);
  const shown = { shapes: { A: turnedBy(state, layer.shapes.A) } };
  return ["A", ...turnedBy(state, moved(shown, ["A", ...turnedBy(state, cell.slice(1))], key).slice(1))];
}

const nodeAt = (frame, cell) => (cell[0] === "A" ? frame.cursor : frame.maps.nodes.get(cell.join()));

// The selection stays while the pointer is elsewhere.
function pin(frame, cell) {
  frame.held = !(frame.held && same(cell, frame.state.selected));
  if (same(cell, frame.state.selected)) showHeld(frame);
  else choose(frame, cell);
}

function showHeld({ root, held, hint }) {
  root.classList.toggle("cbp-held", Boolean(held));
  saying(hint, held ? HELD : MATRIX_FREE);
}

function listenToMatrix(frame) {
  const { stage, cursor } = frame;
  stage.addEventListener("pointermove", (event) => {
    if (frame.held || !hasMoved(frame, event)) return;
    const cell = targetOf(frame, event);
    if (cell) choose(frame, cell);
  });
  stage.addEventListener("click", (event) => {
    const cell = targetOf(frame, event);
    if (!cell) return;
    pin(frame, cell);
    nodeAt(frame, cell).focus({ preventScroll: true });
  });
  const focusedOn = ({ target }) => (target === cursor ? ["A", ...frame.at] : cellAt(target.dataset.key));
  const isCell = ({ target }) => target === cursor || target.matches(".cbp-cell");
  stage.addEventListener("focusin", (event) => {
    if (isCell(event) && event.target.matches(":focus-visible")) choose(frame, focusedOn(event));
  });
  stage.addEventListener("keydown", (event) => {
    if (!isCell(event) || modified(event)) return;
    const cell = focusedOn(event);
    if (STEPS.includes(event.key)) {
      const next = movedOn(frame, cell, event.key);
      choose(frame, next);
      nodeAt(frame, next).focus();
    } else if (event.key === "Enter" || event.key === " ") pin(frame, cell);
    else return;
    event.preventDefault();
  });
  frame.root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !frame.held) return;
    frame.held = false;
    showHeld(frame);
  });
}

// The one cell of the matrix that has the focus, or would get it: the selected entry, or where its row or column is.
function placeCursor(frame) {
  const { state, plan, cursor } = frame;
  const { layer, selected } = state;
  const { x, z } = linesAt(frame);
  const [rows, columns] = layer.shapes.A;
  frame.at = [z?.[1] ?? Math.min(frame.at[0], rows - 1), x?.[1] ?? Math.min(frame.at[1], columns - 1)];
  const [row, column] = turnedBy(state, frame.at);
  const [left, top] = [plan.left + column * plan.side, plan.top + row * plan.side];
  cursor.style.cssText = `transform:translate(${left}px,${top}px);width:${plan.side + 1}px;height:${plan.side + 1}px`;
  cursor.parentElement.setAttribute("aria-rowindex", row + 1);
  cursor.setAttribute("aria-colindex", column + 1);
  cursor.setAttribute("aria-label", matrixSentence(layer, state.w, ["A", ...frame.at], state.transposed));
  cursor.setAttribute("aria-selected", selected?.[0] === "A");
}

// ------------------------------------------------------------------------------------------------------- on the frame
function startMatrix(frame) {
  const { stage, sentence, colours } = frame;
  frame.at = [0, 0];
  frame.fields = {};
  const layer = (kind) => svg("svg", { class: `cbp-links ${kind}`, "aria-hidden": "true" });
  [frame.under, frame.base, frame.over] = ["cbp-bands", "cbp-base", "cbp-marked"].map(layer);
  frame.cursor = html("div", { class: "cbp-cursor", role: "gridcell", tabindex: 0 });
  const row = html("div", { role: "row" }, frame.cursor);
  frame.matrix = html("div", { class: "cbp-matrix", role: "grid" }, frame.under, frame.base, frame.over, row);
  frame.title = html("div", {});
  frame.small = html(
    "p",
    { class: "cbp-note" },
    "No room for the numbers here: point at an entry, and the sentence says it.",
  );
  const place = html("div", { class: "cbp-matrix-place" }, frame.title, frame.matrix, frame.small);
  const maps = { stage: html("div", { class: "cbp-stage" }), board: html("div", { class: "cbp-board" }), colours };
  maps.behind = svg("svg", { class: "cbp-links cbp-behind", "aria-hidden": "true" });
  maps.over = svg("svg", { class: "cbp-links cbp-over", "aria-hidden": "true" });
  maps.darkPage = true; // so that numbers on lit cells, light in every theme, are dark
  maps.board.append(maps.behind, maps.stage, maps.over);
  frame.maps = maps;
  frame.hint = html("p", { class: "cbp-hint" });
  stage.append(place, html("div", { class: "cbp-matrix-said" }, sentence, frame.hint), maps.board);
  frame.flip = html("button", { type: "button", "data-name": "transposed" }, "transpose");
  frame.flip.addEventListener("click", () => frame.put({ transposed: !frame.state.transposed }));
  listenToMatrix(frame);
}

// As high as the longest sentence, so that nothing moves under the pointer.
function reserveSaid(frame) {
  const { state, sentence, width } = frame;
  const { layer, w, transposed } = state;
  const [rows, columns] = layer.shapes.A;
  const cells = ["x", "z", "w"].flatMap((name) =>
    productOf(layer.shapes[name].map(range)).map((index) => [name, ...index]),
  );
  const samples = [
    null,
    ...cells.slice(0, 400),
    ["A", 0, columns - 1],
    ["A", rows - 1, 0],
    ["A", rows - 1, columns - 1],
  ];
  const longest = Math.max(...samples.map((cell) => matrixSentence(layer, w, cell, transposed).length));
  sentence.style.minHeight = `${21 * Math.ceil((longest * 8) / (sentence.clientWidth || width))}px`;
}

function buildAll(frame) {
  const { maps, stage } = frame;
  const focused = stage.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  buildDials(frame);
  buildMatrix(frame);
  buildMaps(frame);
  reserveSaid(frame);
  showAll(frame);
  if (focused) maps.nodes.get(focused)?.focus({ preventScroll: true });
}

function showAll(frame) {
  const { state, sentence } = frame;
  saying(sentence, matrixSentence(state.layer, state.w, state.selected, state.transposed));
  showHeld(frame);
  placeCursor(frame);
  showMatrix(frame);
  showMaps(frame);
}

// The maps may stand elsewhere: the lines follow.
function settleMaps(frame) {
  const { maps } = frame;
  const before = maps.places;
  maps.places = null;
  if (before && !same([...before], [...placesOf(maps)])) showMaps(frame);
}

const MATRIX_EXPLORER = {
  label: "The layer as one matrix",
  kind: "cbp cbp-explorer cbp-matrix-explorer",
  stage: "cbp-matrix-stage",
  names: [...SETTINGS, "w", "transposed", "selected", "controls"],
  light: "selected",
  fit: matrixState,
  start: startMatrix,
  build: buildAll,
  show: showAll,
  settle: settleMaps,
};
