// What is said over the grids of the influence explorer: the sentence and the equation of the selected cell, in a box
// whose height does not change while one points.

const FIRST_TERMS = 12; // of a sum
const FIRST_LISTED = 9; // of what follows from a nudge: its terms are longer
const LETTER = /∂J\/∂[xw](?=\[)|[xwzδ](?=\[)/g;
const PLACES = { x: "x", w: "w", z: "z", δ: "z" }; // where the array of a letter is drawn

// The words with their letters x, w, z, δ as elements, which light the array when they are pointed at.
function lettered(words) {
  const parts = [];
  let from = 0;
  for (const match of words.matchAll(LETTER)) {
    const at = match.index + match[0].length - 1;
    const letter = words[at];
    parts.push(
      words.slice(from, at),
      html("i", { class: `cbp-letter cbp-of-${letter}`, "data-letter": PLACES[letter] }, letter),
    );
    from = at + 1;
  }
  return [...parts, words.slice(from)];
}

const SUMMED = { forward: "z", grad_x: "x", grad_w: "w" };
const firstTerms = ({ view }, [name]) => (SUMMED[view] === name ? FIRST_TERMS : FIRST_LISTED);

// frame.terms: for each chip its element and the keys of its cells; frame.open: all terms are shown.
function showEquation(frame) {
  const { equation, state } = frame;
  frame.terms = [];
  if (!state.selected) return equation.replaceChildren();
  const { kind, head, terms, count, total, empty } = equationParts(
    state.layer,
    state,
    state.selected,
    state.view,
    state.form,
    state.muted,
    frame.open ? Infinity : firstTerms(state, state.selected),
  );
  const sum = kind === "sum";
  const said = (look, ...words) => html("span", { class: look }, ...words);
  const parts = [said("cbp-head", ...lettered(head), sum ? " =" : ":")];
  for (const [n, term] of terms.entries()) {
    if (sum && n) parts.push(said("cbp-sign", "+"));
    parts.push(chipOf(frame, term, n, sum));
  }
  if (terms.length < count) {
    if (sum) parts.push(said("cbp-sign", "+"));
    parts.push(moreTerms(frame, count - terms.length));
  }
  if (!count) parts.push(said("cbp-total", empty));
  else if (sum) parts.push(said("cbp-total", `= ${number(total)}`));
  equation.replaceChildren(...parts);
  if (frame.scrolled && !frame.open) equation.scrollTop = 0; // asked first, as this makes the browser lay out the page
  frame.scrolled = frame.open;
}

function chipOf(frame, { symbol, number: product, cells }, n, sum) {
  const words = { role: "note", "aria-label": `${symbol} ${sum ? "is " : ""}${product}` };
  const chip = html("span", { class: "cbp-term", tabindex: n ? -1 : 0, ...words, "data-term": n });
  chip.append(
    html("span", { class: "cbp-symbol" }, ...lettered(symbol)),
    html("span", { class: "cbp-number" }, product),
  );
  const weight = cells[1]; // a bias has none
  if (weight) chip.style.setProperty("--cbp-tap", tapColour(frame, weight.split(",").slice(3).map(Number)));
  frame.terms.push({ chip, cells });
  return chip;
}

function moreTerms(frame, count) {
  const more = html("button", { type: "button", class: "cbp-more" }, `… and ${count} more`);
  more.addEventListener("click", () => {
    const first = frame.terms.length;
    frame.open = true;
    showEquation(frame);
    frame.terms[first]?.chip.focus();
  });
  return more;
}

// ------------------------------------------------------------------------------------------------- a box that is calm
// How many lines the sentence and the equation get, for all selections of these settings; what stands longer scrolls.
function reserve(frame) {
  const { state, width, head, sentence } = frame;
  const { layer, view, form, muted } = state;
  const { shapes } = layer;
  const more = { muted, moved: movedBiases(state.b, state._b_start), show_counts: state.show_counts };
  const samples = ["x", "w", "z"].flatMap((name) =>
    [0, 0.5, 1].map((part) => [name, ...shapes[name].map((n) => Math.floor((n - 1) * part))]),
  );
  const longest = Math.max(
    ...[null, ...samples].map((cell) => sentenceOf(layer, cell, view, more).length),
    ...unlinkedInputs(layer).map((cell) => sentenceOf(layer, cell, view, more).length),
  );
  const needed = (cell) => {
    const {
      kind,
      head: first,
      terms,
      count,
    } = equationParts(layer, state, cell, view, form, muted, firstTerms(state, cell));
    const chip = Math.max(0, ...terms.map(chipWidth)) + (kind === "sum" ? 20 : 6);
    const all = 8 * first.length + 90 + terms.length * chip + (count > terms.length ? 110 : 0);
    return Math.ceil(all / (width - 50)); // a line is filled but for its end
  };
  const [lines, most] = [Math.ceil((longest * 8.1) / width), width < 560 ? 5 : 2];
  head.style.setProperty("--cbp-said", clamp(lines, 1, most));
  if (lines > most)
    sentence.tabIndex = 0; // it scrolls, so keys must reach it
  else sentence.removeAttribute("tabindex");
  head.style.setProperty("--cbp-rows", clamp(Math.max(...samples.map(needed)), 1, width < 900 ? 3 : 2));
}

const chipWidth = ({ symbol, number: product }) => Math.max(7.6 * symbol.length, 7.3 * product.length) + 10;

// Of each axis one input that no output reads, where there is one.
function unlinkedInputs({ axes, inputs }) {
  return axes.flatMap((axis, a) => {
    const i = range(axis.size).findLast((n) => !linksOfInput(axis, n).length);
    return i === undefined ? [] : [["x", 0, ...inputs.map((_, n) => (n === a ? i : 0))]];
  });
}

// ------------------------------------------------------------------------------------ what belongs together stands out
// A term, its link and its three cells.
function heatTerm(frame, chip) {
  const { cells } = frame.terms[Number(chip.dataset.term)];
  coolTerms(frame);
  chip.classList.add("cbp-hot");
  const [z, w, x] = cells;
  const links = w ? frame.fan.filter(({ keys }) => keys[0] === x && keys[1] === w && keys[2] === z) : [];
  heatLinks(frame, links, cells);
}

// While a cell is held: the links that join it to the cell that is pointed at.
function heatCell(frame, key) {
  coolTerms(frame);
  const links = frame.fan.filter(({ keys }) => keys.includes(key));
  if (!links.length || links.length === frame.fan.length) return heatLinks(frame, [], [], key);
  const mine = new Set(links.map(({ keys: [x, w, z] }) => [z, w, x].join(" ")));
  for (const { chip, cells } of frame.terms) if (mine.has(cells.join(" "))) chip.classList.add("cbp-hot");
  heatLinks(frame, links, [], key);
}

function coolTerms({ equation }) {
  for (const hot of equation.querySelectorAll(".cbp-hot")) hot.classList.remove("cbp-hot");
}

function cool(frame) {
  coolTerms(frame);
  heatLinks(frame);
}

// The array of a letter, or none.
function lightArray({ stage }, name) {
  for (const panel of stage.querySelectorAll(".cbp-panel"))
    panel.classList.toggle("cbp-named", panel.dataset.array === name);
}
