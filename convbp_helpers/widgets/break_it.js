// The break-it lab in the browser. First the pure part, the same as in break_it.py.

const pairs = ({ bugs, checks }) => bugs.flatMap((bug) => checks.map((check) => [bug.name, check.name]));
const placeOf = (found, [bug, check]) => [
  found.bugs.findIndex((one) => one.name === bug),
  found.checks.findIndex((one) => one.name === check),
];
const isOpen = (opened, [bug, check]) => opened.some((pair) => pair[0] === bug && pair[1] === check);
const verdictOf = (found, pair) => {
  const [i, j] = placeOf(found, pair);
  return found.verdicts[i][j];
};

// How many opened cells of a row or column say caught, and how many are opened.
export function countOf({ opened, _found }, bug, check) {
  const seen = opened.filter((pair) => [null, pair[0]].includes(bug) && [null, pair[1]].includes(check));
  return [seen.filter((pair) => verdictOf(_found, pair).caught).length, seen.length];
}

export function breakSentence(state) {
  const { opened, selected, _found: found } = state;
  const [rows, columns] = [found.bugs.length, found.checks.length];
  if (!selected)
    return `${opened.length} of ${counted(rows * columns, "cell")} opened; choose a cell, a bug or a check`;
  const [bug, check] = selected;
  const [caught, seen] = countOf(state, bug, check);
  if (bug === null) return `${check}: ${caught} of ${counted(seen, "opened bug")} caught, ${rows - seen} closed`;
  if (check === null)
    return `${bug}: caught by ${caught} of ${counted(seen, "opened check")}, ${columns - seen} closed`;
  if (!isOpen(opened, selected)) return `${bug} × ${check}: not opened yet`;
  const verdict = verdictOf(found, selected);
  return `${bug} × ${check}: ${verdict.caught ? "caught" : "missed"}; ${verdict.said}`;
}

// ----------------------------------------------------------------------------------------------------- what is opened
function openCells(frame, selected) {
  const [bug, check] = selected;
  const { opened, _found: found } = frame.state;
  const opens = ([b, c]) => (bug === null || b === bug) && (check === null || c === check);
  frame.put({ selected, opened: pairs(found).filter((pair) => opens(pair) || isOpen(opened, pair)) });
}

// ----------------------------------------------------------------------------------------------------------- the grid
// frame.cells: row 0 is that of the checks' names, column 0 that of the bugs' names; frame.counts: how many each check
// has caught; frame.place: [row, column] of the cell that has the keyboard.
function startGrid(frame) {
  const { bugs, checks } = frame.state._found;
  const [all, none] = ["open all", "close all"].map((words) => html("button", { type: "button" }, words));
  all.addEventListener("click", () => frame.put({ opened: pairs(frame.state._found) }));
  none.addEventListener("click", () => frame.put({ opened: [] }));
  frame.total = html("span", { class: "cbp-note" });
  frame.controls.append(all, none, frame.total);

  const head = checks.map((check) =>
    html("th", { scope: "col", title: check.what }, html("span", { class: "cbp-turned" }, check.name)),
  );
  frame.counts = checks.map(() => html("td", { class: "cbp-score" }));
  const rows = bugs.map((bug) => [
    html("th", { scope: "row" }, bug.name),
    ...checks.map(() => html("td", { class: "cbp-verdict" })),
  ]);
  frame.cells = [[null, ...head], ...rows];
  const corner = html("td", { class: "cbp-corner" }, "bug \\ check");
  const line = (cells) => html("tr", {}, ...cells);
  const score = html("th", { scope: "row", class: "cbp-score" }, "caught so far");
  frame.table = html(
    "table",
    { role: "grid", class: "cbp-lab", "aria-label": "bugs and checks" },
    html("thead", {}, line([corner, ...head]), line([score, ...frame.counts])),
    html("tbody", {}, ...rows.map(line)),
  );
  frame.place = [1, 1];
  eachCell(frame, (cell, row, column) => {
    cell.dataset.key = `${row},${column}`;
    cell.addEventListener("click", () => pick(frame, row, column));
  });
  frame.table.addEventListener("keydown", (event) => moved(frame, event));
  frame.shown = html("div", { class: "cbp-shown" });
  frame.side = html("div", { class: "cbp-beside-lab" }, frame.sentence, frame.shown);
  frame.stage.append(frame.table, frame.side);
}

function eachCell({ cells }, call) {
  cells.forEach((line, row) => line.forEach((cell, column) => cell && call(cell, row, column)));
}

// The names of a place in the grid.
function pairAt({ state }, row, column) {
  const { bugs, checks } = state._found;
  return [row ? bugs[row - 1].name : null, column ? checks[column - 1].name : null];
}

function pick(frame, row, column) {
  frame.place = [row, column];
  openCells(frame, pairAt(frame, row, column));
  frame.cells[row][column].focus();
}

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function moved(frame, event) {
  if (modified(event)) return;
  const [row, column] = frame.place;
  const last = frame.cells[0].length - 1;
  let to = MOVES[event.key] && [row + MOVES[event.key][0], column + MOVES[event.key][1]];
  if (event.key === "Home") to = [row, row ? 0 : 1];
  if (event.key === "End") to = [row, last];
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    return pick(frame, row, column);
  }
  if (!to) return;
  event.preventDefault();
  const cell = frame.cells[to[0]]?.[to[1]];
  if (!cell) return;
  frame.place = to;
  frame.put({ selected: pairAt(frame, ...to) });
  cell.focus();
}

// ---------------------------------------------------------------------------------------------------------- the state
function buildGrid(frame) {
  const { state, width } = frame;
  const found = state._found;
  frame.root.dataset.room = width >= 960 ? "broad" : width >= 620 ? "middle" : "narrow";
  const open = new Set(state.opened.map((pair) => placeOf(found, pair).join()));
  eachCell(frame, (cell, row, column) => {
    if (!row || !column) return;
    const verdict = open.has([row - 1, column - 1].join()) ? found.verdicts[row - 1][column - 1] : null;
    const [mark, word] = !verdict ? ["?", ""] : verdict.caught ? ["✓", "caught"] : ["✗", "missed"];
    if (cell.dataset.verdict === (word || "closed")) return;
    cell.dataset.verdict = word || "closed";
    cell.setAttribute("aria-label", `${pairAt(frame, row, column).join(", ")}: ${word || "closed"}`);
    cell.replaceChildren(html("span", {}, mark), ...(word ? [" ", html("small", {}, word)] : []));
  });
  found.checks.forEach((check, n) => {
    const [caught, seen] = countOf(state, null, check.name);
    frame.counts[n].replaceChildren(
      ...(seen ? [html("b", {}, String(caught)), " ", html("small", {}, `of ${seen}`)] : []),
    );
    const words = seen ? `${caught} of ${seen} so far` : "nothing opened";
    frame.counts[n].setAttribute("aria-label", words);
    frame.cells[0][n + 1].setAttribute("aria-label", `${check.name}: ${words}`);
  });
  const cells = found.bugs.length * found.checks.length;
  frame.total.textContent = `${state.opened.length} of ${cells} opened`;
  showGrid(frame);
}

function showGrid(frame) {
  const { selected, _found: found } = frame.state;
  if (selected) frame.place = placeOf(found, selected).map((index) => index + 1);
  eachCell(frame, (cell, row, column) => {
    const here = row === frame.place[0] && column === frame.place[1];
    cell.tabIndex = here ? 0 : -1;
    cell.setAttribute("aria-selected", String(Boolean(selected) && here));
  });
  frame.sentence.textContent = breakSentence(frame.state);
  const [bug, check] = selected ?? [null, null];
  const words = (name, ...rest) => html("p", { class: "cbp-what" }, html("b", {}, name), ...rest);
  const parts = [];
  if (check !== null) parts.push(words(`${check}: `, found.checks.find((one) => one.name === check).what));
  if (bug !== null) {
    const chosen = found.bugs.find((one) => one.name === bug);
    const number = chosen.number ? `bug ${chosen.number}, ${bug}: ` : `${bug}: `;
    parts.unshift(words(number, chosen.what));
    parts.push(errorMap(frame, chosen.map));
  }
  frame.shown.replaceChildren(...parts);
}

// ------------------------------------------------------------------------------------------------------- the error map
function errorMap(frame, { cells, title, said }) {
  const narrow = frame.root.dataset.room === "narrow";
  const columns = Math.max(1, ...cells.map((row) => row.length));
  const room = narrow ? frame.width - 4 : 300;
  const size = Math.floor(clamp(room / columns, 16, 36));
  const values = cells.flat().filter((value) => typeof value === "number");
  const most = mostOf(values);
  const grid = html("div", { class: "cbp-errors", role: "img", "aria-label": `${title}: ${said}` });
  grid.style.gridTemplateColumns = `repeat(${columns}, ${size}px)`;
  grid.style.gridAutoRows = `${size}px`;
  for (const value of cells.flat()) {
    const cell = html("span", { class: "cbp-error" });
    if (typeof value === "number") {
      const shown = short(value);
      cell.textContent = shown;
      cell.style.fontSize = `${Math.min(fontOf(shown, size), 12)}px`;
      if (value) cell.style.background = tintOf(value, most, "gradient");
      else cell.classList.add("cbp-nought");
    } else cell.classList.add(`cbp-${value}`);
    grid.append(cell);
  }
  const words = ["a number: how much it is too large, or (−, grey) too small"];
  if (cells.flat().includes("missing")) words.push("hatched: a cell that is missing");
  if (cells.flat().includes("extra")) words.push("hatched: a cell that should not be there");
  return html(
    "figure",
    { class: "cbp-map-of-errors" },
    titleOf("gradient", title, ""),
    grid,
    html("figcaption", { class: "cbp-note" }, said, html("br", {}), words.join("; ")),
  );
}

const BREAK_IT = {
  label: "Planted bugs and the checks that people use",
  kind: "cbp cbp-breaking",
  stage: "cbp-bench",
  names: ["opened", "selected", "_found"],
  light: "selected",
  fit: (state) => (state._found?.bugs?.length ? state : null),
  start: startGrid,
  build: buildGrid,
  show: showGrid,
};
