// The padding split in the browser; rows.js stands before this file. First the pure part, the same as in padding_split.py.

// The gradient of every cell of the padded input: delta[u] w[k] is laid onto cell s u + k. And which cells got anything.
export function paddedGradient({ input_size, total, stride, delta, w }) {
  const values = range(input_size + total).map(() => 0);
  const linked = values.map(() => false);
  delta.forEach((d, u) => w.forEach((weight, k) => {
    values[stride * u + k] += d * weight;
    linked[stride * u + k] = true;
  }));
  return { values, linked };
}

export function splitProblem({ input_size, kernel_size, stride, total, before, delta, w }) {
  if (kernel_size > input_size + total) return `kernel ${kernel_size} is longer than the padded input ${input_size + total}; use total >= ${kernel_size - input_size}`;
  const outputs = Math.floor((input_size + total - kernel_size) / stride) + 1;
  if (before > total) return `before is at most total, which is ${total}; got ${before}: use total >= ${before} or less before`;
  return delta.length === outputs && w.length === kernel_size ? "" : `delta must have ${outputs} cells and w ${kernel_size}; got ${delta.length} and ${w.length}`;
}

export function splitSentence({ input_size, total, before }) {
  const last = before + input_size - 1;
  const zeros = `${before || "no"} zero${before === 1 ? "" : "s"} in front, ${total - before || "none"} behind`;
  return `${zeros}: the gradient of x is ${last > before ? `cells ${before} to ${last}` : `cell ${before}`} of the ${input_size + total} cells of the gradient of the padded input`;
}

// ---------------------------------------------------------------------------------------------------------- drawing
export function render(widget) {
  return mount(widget, {
    label: "Padding split", light: "before", problemOf: splitProblem,
    names: ["input_size", "kernel_size", "stride", "total", "before", "delta", "w"],
    start(frame) {
      const { stage } = frame;
      const slider = html("input", { type: "range", min: 0, step: 1, "data-name": "before", "aria-label": "Zeros in front" });
      const words = html("output", { class: "cbp-split" });
      slider.addEventListener("input", () => move(Number(slider.value)));

      let cells, inner, frameOf, below, moved, cell, gradient, hold = null;
      const after = () => frame.state.total - frame.state.before;
      const saying = () => `${frame.state.before} before, ${after()} after`;

      function move(to) {
        const before = clamp(to, 0, frame.state.total);
        if (before !== frame.state.before) frame.put({ before });
      }

      function build() {
        const { input_size: size, kernel_size: taps, stride, total, delta, w } = frame.state;
        const focused = stage.contains(document.activeElement);
        const columns = size + total;
        gradient = paddedGradient(frame.state);
        cell = Math.floor(clamp((frame.width - 8) / columns, 16, 40));
        const hatch = `url(#${frame.id})`;
        const small = clamp(cell * 0.3, 8, 11), wide = columns * cell + 8;
        const rowOf = (values, place, role, name) => {
          const group = svg("g", { role: "img", "aria-label": `${name}: ${values.map(number).join(" ")}` });
          values.forEach((value, n) => {
            const x = 4 + place(n) * cell;
            const node = drawCell({ x, y: 16, size: cell }, role, hatch);
            showCell(node, { value });
            group.append(text(x + cell / 2, 12, n, "cbp-index", small), node.group);
          });
          return group;
        };
        const picture = (width, height, ...children) => svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, ...children);
        const top = html("div", { class: "cbp-beside" },
          html("div", { "data-row": "delta" }, titleOf("gradient", "δ", ` given from above, ${delta.length} cells: each over the middle of those that it reaches`), picture(wide, cell + 20, rowOf(delta, (u) => stride * u + (taps - 1) / 2, "gradient", "δ"))),
          html("div", { "data-row": "w" }, titleOf("weight", "w", ` weights, ${taps}`), picture(taps * cell + 8, cell + 20, rowOf(w, (k) => k, "weight", "w"))));

        // the padded row, the window on it, and below the window the row of x
        const y = 38, y2 = y + cell + 30;
        const padded = svg("g", { role: "img", "data-row": "padded" });
        cells = gradient.values.map((value, m) => {
          const node = drawCell({ x: 4 + m * cell, y, size: cell }, "gradient", hatch);
          padded.append(text(4 + (m + 0.5) * cell, y - 4, m, "cbp-index", small), node.group);
          return node;
        });
        below = svg("g", { class: "cbp-slides", role: "img", "data-row": "x" });
        inner = range(size).map((i) => {
          const node = drawCell({ x: 4 + i * cell, y: y2, size: cell }, "gradient", hatch);
          below.append(node.group, text(4 + (i + 0.5) * cell, y2 + cell + 12, cell < 24 ? i : `x[${i}]`, "cbp-index", small));
          return node;
        });
        for (const x of [4, 4 + size * cell]) below.append(svg("line", { class: "cbp-guide", x1: x, x2: x, y1: y + cell + 3, y2: y2 - 1 }));
        moved = text(4, 15, "", "cbp-window-name", 14);
        frameOf = svg("g", { class: "cbp-window cbp-slides", role: "slider", tabindex: 0, "data-name": "window", "aria-label": "Window of the gradient of x", "aria-valuemin": 0, "aria-valuemax": total, "aria-orientation": "horizontal" },
          svg("rect", { x: 4, y, width: size * cell, height: cell }), moved);
        const left_out = tooLong();
        stage.replaceChildren(
          top,
          titleOf("gradient", "gradient of the padded input", `, ${columns} cells: δ and w alone decide it, so it is the same for every split`),
          picture(wide, y2 + cell + 18, hatching(frame.id), padded, below, frameOf),
          titleOf("gradient", "∂J/∂x", `, ${size} cells: the cells in the window`),
          html("p", { class: "cbp-note" }, `dotted: padding${gradient.linked.every(Boolean) ? "" : "; hatched: read by no output, so its gradient is 0"}. Drag the window, or move it with the arrow keys, Home and End.`),
          left_out,
        );
        show();
        left_out.hidden = !stage.querySelector(".cbp-silent");
        if (focused) frameOf.focus({ preventScroll: true });
      }

      function show() {
        const { before, input_size: size, total } = frame.state;
        const said = (values) => values.map(number).join(" ");
        cells.forEach((node, m) => {
          const inside = m >= before && m < before + size;
          showCell(node, { value: gradient.values[m], mark: inside || cell < 28 ? "" : "pad", styles: [!inside && "pad", !gradient.linked[m] && "unlinked"] });
        });
        inner.forEach((node, i) => showCell(node, { value: gradient.values[before + i], styles: [!gradient.linked[before + i] && "unlinked"] }));
        for (const part of [frameOf, below]) part.style.transform = `translateX(${before * cell}px)`;
        moved.textContent = `[${before}, ${before + size}) ↔`;
        frameOf.setAttribute("aria-valuenow", before);
        frameOf.setAttribute("aria-valuetext", saying());
        below.setAttribute("aria-label", `∂J/∂x: ${said(gradient.values.slice(before, before + size))}`);
        cells[0].group.parentElement.setAttribute("aria-label", `Gradient of the padded input: ${said(gradient.values)}`);
        slider.max = total;
        slider.value = before;
        slider.disabled = total === 0;
        slider.setAttribute("aria-valuetext", saying());
        words.textContent = saying();
        frame.sentence.textContent = splitSentence(frame.state);
      }

      // ---- pointer and keys
      stage.addEventListener("pointerdown", (event) => {
        if (event.button || !event.target.closest(".cbp-window")) return;
        event.preventDefault();
        hold = { x: event.clientX, before: frame.state.before };
        stage.setPointerCapture(event.pointerId);
        stage.classList.add("cbp-dragging");
        frameOf.focus({ preventScroll: true });
      });
      stage.addEventListener("pointermove", (event) => hold && move(hold.before + Math.round((event.clientX - hold.x) / cell)));
      for (const end of ["pointerup", "pointercancel"])
        stage.addEventListener(end, () => {
          hold = null;
          stage.classList.remove("cbp-dragging");
        });
      stage.addEventListener("keydown", (event) => {
        if (!event.target.closest(".cbp-window") || event.ctrlKey || event.metaKey || event.altKey) return;
        const { before, total } = frame.state;
        const to = { ArrowRight: before + 1, ArrowUp: before + 1, ArrowLeft: before - 1, ArrowDown: before - 1, Home: 0, End: total }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        move(to);
      });
      return { controls: [html("label", { class: "cbp-choice" }, "Split of the padding", slider, words)], build, show };
    },
  });
}

export default { render };
