// The duality panels in the browser; rows.js stands before this file. First the pure part, the same as in duality_panels.py.

// The three sums of a layer of one row, each as multipliers `spread` apart that read a row, `step` further for each
// result. A cell without a symbol is a zero that was put in; results from `count` on belong to no weight.
export function dualOf({ input_size, kernel_size, stride, dilation, x, w, delta }) {
  const named = (values, name) => values.map((value, n) => ({ value, symbol: `${name}[${n}]` }));
  const around = dilation * (kernel_size - 1);
  const inserted = range(input_size + around).map((column) => {
    const m = column - around;
    const given = m % stride === 0 && m >= 0 && m / stride < delta.length;
    return given ? { value: delta[m / stride], symbol: `δ[${m / stride}]` } : { value: 0, symbol: null };
  });
  const reads = (row, multipliers, step, spread, count) => {
    const length = Math.floor((row.length - spread * (multipliers.length - 1) - 1) / step) + 1;
    const results = range(length).map((n) => {
      const meets = multipliers.map((multiplier, m) => ({ column: step * n + spread * m, multiplier })).map((meet) => ({ ...meet, read: row[meet.column] }));
      return { column: step * n, meets, value: meets.reduce((sum, { multiplier, read }) => sum + multiplier.value * read.value, 0), linked: meets.some(({ read }) => read.symbol) };
    });
    return { row, multipliers, step, spread, results: results.slice(0, count), surplus: results.slice(count) };
  };
  const [X, W, D] = [named(x, "x"), named(w, "w"), named(delta, "δ")];
  return {
    z: reads(X, W, stride, dilation, delta.length),
    grad_w: reads(X, D, dilation, stride, kernel_size),
    grad_x: reads(inserted, [...W].reverse(), 1, dilation, input_size),
  };
}

const SYMBOLS = { z: "z", grad_w: "∂J/∂w", grad_x: "∂J/∂x" };

export function dualTitles({ stride, dilation }) {
  return {
    z: `: x read by w, step s = ${stride}, spread d = ${dilation}`,
    grad_w: `: x read by δ, step d = ${dilation}, spread s = ${stride}`,
    grad_x: `: δ with zeros put in, read by w reversed, step 1, spread d = ${dilation}`,
  };
}

export const outputsOf = ({ input_size, kernel_size, stride, dilation }) => Math.floor((input_size - dilation * (kernel_size - 1) - 1) / stride) + 1;

export function dualProblem({ input_size, kernel_size, stride, dilation, x, w, delta }) {
  for (const [name, value] of [["stride", stride], ["dilation", dilation]])
    if (!Number.isInteger(value) || value < 1 || value > 4) return `${name} must be from 1 to 4; got ${value}`;
  const span = dilation * (kernel_size - 1) + 1;
  if (kernel_size > input_size) return `kernel ${kernel_size} is longer than the input ${input_size}; use kernel_size <= ${input_size}`;
  if (span > input_size) return `kernel ${kernel_size} (spread over ${span} by dilation ${dilation}) is longer than the input ${input_size}; use dilation <= ${Math.floor((input_size - 1) / (kernel_size - 1))}`;
  if (!x) return "";
  const outputs = outputsOf({ input_size, kernel_size, stride, dilation });
  const fits = x.length === input_size && w.length === kernel_size && delta.length === outputs;
  return fits ? "" : `x, w and delta must have ${input_size}, ${kernel_size} and ${outputs} cells`;
}

export const dualClamped = (selected, dual) => selected && [selected[0], Math.min(selected[1], dual[selected[0]].results.length - 1)];

export function dualSentence(state) {
  if (!state.selected) return "Point at a result, or move to one with Tab and the arrow keys";
  const [name, n] = state.selected;
  const { meets, value, linked } = dualOf(state)[name].results[n];
  const it = `${SYMBOLS[name]}[${n}]`;
  if (!linked) return `x[${n}] is read by no output: the weights meet only zeros, so ${it} = 0`;
  const terms = meets.filter(({ read }) => read.symbol);
  const sum = (write) => {
    const parts = terms.map(({ multiplier, read }) => (name === "grad_x" ? [read, multiplier] : [multiplier, read]).map(write).join("·"));
    return (parts.length > 4 ? [...parts.slice(0, 2), "…", parts.at(-1)] : parts).join(" + ");
  };
  const zeros = meets.length - terms.length;
  const apart = name === "grad_w" ? `s = ${state.stride}` : `d = ${state.dilation}`;
  const cells = name === "grad_x" ? "the cells read" : "the cells of x";
  let said = meets.length > 1 ? `${cells} are ${apart} apart` : `one cell ${name === "grad_x" ? "" : "of x "}is read`;
  if (zeros) said += `, and ${zeros} of these ${meets.length} ${zeros === 1 ? "is a zero" : "are zeros"} put in`;
  return `${it} = ${sum(({ symbol }) => symbol)} = ${sum((cell) => factor(cell.value))} = ${number(value)}: ${said}`;
}

// ---------------------------------------------------------------------------------------------------------- drawing
const ROLES = { z: ["input", "weight", "output"], grad_w: ["input", "gradient", "gradient"], grad_x: ["gradient", "weight", "gradient"] };
const NAMES = { z: ["x", "w"], grad_w: ["x", "δ"], grad_x: ["δ", "w"] }; // what is read, and by what
const LEFT = 54; // px: the names of the rows
const DIALS = { stride: ["s", "stride"], dilation: ["d", "dilation"] };

export function render(widget) {
  return mount(widget, {
    label: "Duality panels", light: "selected", problemOf: dualProblem,
    names: ["input_size", "kernel_size", "stride", "dilation", "x", "w", "delta", "selected"],
    start(frame) {
      const { stage } = frame;
      let dual, nodes, cell;

      // ---- the two dials
      const fields = {};
      const dial = (name) => {
        const [letter, word] = DIALS[name];
        const field = html("input", { type: "number", min: 1, max: 4, step: 1, "data-name": name, "aria-label": `${letter}, ${word}` });
        const button = (by, sign, words) => {
          const made = html("button", { type: "button", "data-name": by < 0 ? "less" : "more", "data-part": name, "aria-label": `${letter} ${words}` }, sign);
          made.addEventListener("click", () => turn(name, by));
          return made;
        };
        fields[name] = field;
        field.addEventListener("input", () => dialled());
        field.addEventListener("keydown", (event) => {
          const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
          if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          turn(name, by);
        });
        return html("span", { class: "cbp-item" }, html("span", { class: "cbp-name" }, `${letter}, ${word}`), button(-1, MINUS, "minus 1"), field, button(1, "+", "plus 1"));
      };
      const controls = html("fieldset", { class: "cbp-many" }, html("legend", {}, "One row, no padding"), dial("stride"), dial("dilation"));

      function turn(name, by) {
        fields[name].value = clamp((Number(fields[name].value) || frame.state[name]) + by, 1, 4);
        dialled();
      }

      function dialled() {
        const { input_size, kernel_size } = frame.state;
        const next = { stride: Number(fields.stride.value), dilation: Number(fields.dilation.value) };
        const why = dualProblem({ input_size, kernel_size, ...next });
        if (why) return frame.say(`No layer has these settings: ${why}. The picture still shows the last one that exists.`);
        next.delta = refitRow(frame.state.delta, outputsOf({ input_size, kernel_size, ...next }));
        next.selected = dualClamped(frame.state.selected, dualOf({ ...frame.state, ...next }));
        frame.put(next);
      }

      // ---- the panels
      function build() {
        const focused = stage.contains(document.activeElement);
        dual = dualOf(frame.state);
        frame.state.selected = dualClamped(frame.state.selected, dual);
        for (const [name, field] of Object.entries(fields)) if (Number(field.value) !== frame.state[name]) field.value = frame.state[name];
        cell = Math.floor(clamp((frame.width - LEFT - 8) / dual.grad_x.row.length, 16, 38));
        nodes = {};
        const left_out = tooLong();
        stage.replaceChildren(
          svg("svg", { width: 0, height: 0, class: "cbp-defs", "aria-hidden": "true" }, hatching(frame.id)),
          ...Object.keys(dual).map(panel),
          html("p", { class: "cbp-note" }, "Each result stands below the first cell that it reads.", dual.grad_x.results.every((r) => r.linked) ? "" : " Hatched: read by no output."),
          left_out,
        );
        show();
        left_out.hidden = !stage.querySelector(".cbp-silent");
        if (focused && frame.state.selected) cellNode(frame.state.selected).group.focus({ preventScroll: true });
      }

      const x0 = (column) => LEFT + column * cell;
      function panel(name) {
        const { row, results, surplus } = dual[name];
        const { stride, dilation, kernel_size, input_size } = frame.state;
        const [reading, , role] = ROLES[name];
        const small = clamp(cell * 0.3, 8, 11);
        const yRow = 14 + cell + 16, yResult = yRow + cell + 10, height = yResult + cell + 16;
        const hatch = `url(#${frame.id})`;
        const read = svg("g", { role: "img", "aria-label": `The row that is read: ${row.map((c) => number(c.value)).join(" ")}` });
        const cells = row.map((c, column) => {
          const node = drawCell({ x: x0(column), y: yRow, size: cell }, reading, hatch);
          if (c.symbol) read.append(text(x0(column + 0.5), yRow - 4, c.symbol.match(/\d+/)[0], "cbp-index", small));
          read.append(node.group);
          return node;
        });
        const line = svg("g", { role: "row" });
        const made = results.map((result, n) => {
          const it = `${SYMBOLS[name]}[${n}]`;
          const node = drawCell({ x: x0(result.column), y: yResult, size: cell }, role, hatch, { class: "cbp-cell", role: "gridcell", tabindex: -1, "data-key": `${name},${n}`, "aria-label": `${it} = ${number(result.value)}${result.linked ? "" : ", read by no output"}` });
          line.append(node.group, text(x0(result.column + 0.5), yResult + cell + 12, n, "cbp-index", small));
          return node;
        });
        const rest = svg("g", { class: "cbp-rest", role: "img", "aria-label": surplus.map((r) => `${number(r.value)}, no such weight`).join("; ") });
        for (const result of surplus) {
          const node = drawCell({ x: x0(result.column), y: yResult, size: cell }, role, hatch);
          showCell(node, { value: result.value, styles: ["surplus"] });
          rest.append(node.group);
        }
        if (surplus.length) rest.append(text(x0(surplus.at(-1).column + 1) + 6, yResult + cell / 2 + 4, "no such weight", "cbp-index cbp-start", 12));
        const meets = svg("g", { "aria-hidden": "true" });
        const width = Math.max(frame.width - 4, x0(dual.grad_x.row.length) + 4);
        const rowName = (y, words) => text(LEFT - 8, y + cell / 2 + 4.5, words, "cbp-end", 13);
        const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, rowName(yRow, NAMES[name][0]), rowName(yResult, SYMBOLS[name]), meets, read, svg("g", { role: "grid", "aria-label": SYMBOLS[name] }, line));
        if (surplus.length) picture.append(rest);
        nodes[name] = { cells, made, meets, small, yRow };
        const section = html("section", { "data-panel": name, "aria-label": `${SYMBOLS[name]}${dualTitles(frame.state)[name]}` }, titleOf(role, SYMBOLS[name], dualTitles(frame.state)[name]));
        if (name === "grad_x") {
          const r = (input_size - dilation * (kernel_size - 1) - 1) % stride;
          section.append(html("div", { class: "cbp-note" }, `zeros put in: s − 1 = ${stride - 1} between two cells of δ, d(K − 1) = ${dilation * (kernel_size - 1)} in front and behind, and the leftover r = ${r} more behind`));
        }
        section.append(picture);
        return section;
      }

      // ---- the selection
      const cellNode = ([name, n]) => nodes[name].made[n];
      function show() {
        const { selected } = frame.state;
        for (const [name, { cells, made, meets, small, yRow }] of Object.entries(nodes)) {
          const own = selected?.[0] === name ? selected[1] : null;
          const result = own === null ? null : dual[name].results[own];
          const lit = new Set(result?.meets.map((meet) => meet.column));
          cells.forEach((node, column) => showCell(node, { value: dual[name].row[column].value, styles: [!dual[name].row[column].symbol && "zero", lit.has(column) && "lit"] }));
          made.forEach((node, n) => {
            showCell(node, { value: dual[name].results[n].value, styles: [!dual[name].results[n].linked && "unlinked", n === own && "selected"] });
            node.group.setAttribute("tabindex", n === (own ?? 0) ? 0 : -1);
            if (n === own) node.group.setAttribute("aria-selected", "true");
            else node.group.removeAttribute("aria-selected");
          });
          const middle = yRow - 16 - cell / 2 + 4;
          const [read, by] = NAMES[name];
          if (!result) meets.replaceChildren(text(LEFT, middle, `point at a cell of ${SYMBOLS[name]}: ${by}${name === "grad_x" ? ", reversed," : ""} is laid onto ${read}`, "cbp-index cbp-start", 12));
          else meets.replaceChildren(text(LEFT - 8, middle, by, "cbp-end", 13), ...result.meets.flatMap(({ column, multiplier }) => {
            const role = ROLES[name][1];
            const node = drawCell({ x: x0(column), y: yRow - 16 - cell, size: cell }, role, "");
            showCell(node, { value: multiplier.value, styles: ["filled"], fill: mix(frame.colours[role], 0.4) });
            return [node.group, text(x0(column + 0.5), yRow - 20 - cell, multiplier.symbol, "cbp-index", small)];
          }));
        }
        frame.sentence.textContent = dualSentence(frame.state);
      }

      // ---- pointer and keys
      const keyOf = (event) => {
        const key = event.target.closest?.(".cbp-cell")?.dataset.key?.split(",");
        return key && [key[0], Number(key[1])];
      };
      const choose = (selected) => same(selected, frame.state.selected) || frame.put({ selected });
      for (const type of ["pointermove", "click"]) // not pointerover: scrolling by key also brings cells under the pointer
        stage.addEventListener(type, (event) => {
          const key = keyOf(event);
          if (!key) return;
          choose(key);
          if (type === "click") cellNode(key).group.focus({ preventScroll: true });
        });
      stage.addEventListener("focusin", (event) => {
        const key = keyOf(event);
        if (key && event.target.matches(":focus-visible")) choose(key);
      });
      stage.addEventListener("keydown", (event) => {
        const key = keyOf(event);
        if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
        const names = Object.keys(dual);
        const [name, n] = key;
        const last = dual[name].results.length - 1;
        const other = (by) => dualClamped([names[clamp(names.indexOf(name) + by, 0, 2)], n], dual);
        const next = {
          ArrowRight: [name, Math.min(n + 1, last)], ArrowLeft: [name, Math.max(n - 1, 0)], Home: [name, 0], End: [name, last],
          ArrowDown: other(1), ArrowUp: other(-1),
        }[event.key];
        if (!next) return;
        event.preventDefault();
        choose(next);
        cellNode(next).group.focus();
      });
      return { controls: [controls], build, show };
    },
  });
}

export default { render };
