// The layer as one matrix A, z.ravel() = A @ x.ravel() + b: its entries, and what is said of them. The twin of
// matrix_entries.py, the same functions in the same order, with the same words (a test compares the two). A selection
// is a cell as in selection.js, or ["A", row, column].

const MOST_LINES = 120; // rows, and columns, of a matrix that is drawn
const MOST_TERMS = 4; // of a sum that is written out
const ALONG = ["k", "l"]; // the letters of a tap

// ------------------------------------------------------------------------------------------------------- the entries
export const matrixShape = ({ shapes }) => [prod(shapes.z), prod(shapes.x)];

// Why no matrix of these settings is drawn; "" if one is.
export function matrixProblem(settings) {
  const why = problemOf(settings);
  if (why) return why;
  const [rows, columns] = matrixShape(layerOf(settings));
  if (Math.max(rows, columns) <= MOST_LINES) return "";
  return (
    `the matrix is drawn with at most ${MOST_LINES} rows (cells of z) and ${MOST_LINES} columns (cells of x); ` +
    `this layer has ${rows} and ${columns}: use a smaller input_size, or fewer channels and filters`
  );
}

// The place of a cell in C order, and the cell of a place.
const raveled = (index, shape) => index.reduce((flat, i, n) => flat * shape[n] + i, 0);
const unraveled = (flat, shape) =>
  shape.map((n, axis) => {
    const below = prod(shape.slice(axis + 1));
    return Math.floor(flat / below) % n;
  });

// The row and the column of a link [output, weight, input].
export const entryOf = ({ shapes }, [out, , input]) => [raveled(out, shapes.z), raveled(input, shapes.x)];

// The cells ["z", f, u, v] and ["x", c, i, j] of an entry.
export const cellsOfEntry = ({ shapes }, row, column) => [
  ["z", ...unraveled(row, shapes.z)],
  ["x", ...unraveled(column, shapes.x)],
];

// The links of the selected entries, in the order in which these stand in A, row by row.
export function entryLinks(layer, selected = null) {
  let links;
  if (!selected)
    links = range(prod(layer.shapes.z)).flatMap((row) => linksOf(layer, ["z", ...unraveled(row, layer.shapes.z)]));
  else if (selected[0] === "A") {
    const [out, [, ...input]] = cellsOfEntry(layer, selected[1], selected[2]);
    links = linksOf(layer, out).filter((link) => same(link[2], input));
  } else links = linksOf(layer, selected);
  const placed = links.map((link) => [entryOf(layer, link), link]);
  return placed.sort(([p], [q]) => p[0] - q[0] || p[1] - q[1]).map(([, link]) => link);
}

export function matrixOf(layer, w) {
  const [rows, columns] = matrixShape(layer);
  const matrix = range(rows).map(() => range(columns).map(() => 0));
  for (const link of entryLinks(layer)) {
    const [row, column] = entryOf(layer, link);
    matrix[row][column] = at(w, link[1]);
  }
  return matrix;
}

// ------------------------------------------------------------------------------------------------------ the sentence
export function matrixSentence(layer, w, selected, transposed = false) {
  if (!selected) {
    const whole = wholeSentence(layer, transposed);
    return `${whole} Point at an entry or a cell, or move to one with Tab and the arrow keys.`;
  }
  if (selected[0] === "A") return saidEntry(layer, w, selected.slice(1), transposed);
  if (selected[0] === "w") return saidWeight(layer, w, selected, transposed);
  return saidLine(layer, selected, transposed);
}

// How large the matrix is, and how many of its entries have a link.
function wholeSentence(layer, transposed) {
  const [rows, columns] = matrixShape(layer);
  const links = entryLinks(layer).length;
  const lines = [
    [rows, "z"],
    [columns, "x"],
  ];
  const [[m, p], [n, q]] = transposed ? lines.reverse() : lines;
  return (
    `${transposed ? "Aᵀ" : "A"} has ${counted(m, "row")}, one for each cell of ${p}, and ` +
    `${counted(n, "column")}, one for each cell of ${q}; ${links} of its ${counted(m * n, "entry", "entries")} ` +
    `${plural(links, "has", "have")} a link, and every other entry is 0.`
  );
}

// A row of A, or a column: the sum that it stands for.
function saidLine(layer, selected, transposed) {
  const [name, ...index] = selected;
  const [links, it] = [entryLinks(layer, selected), label(layer, name, index)];
  const line = `${(name === "z") !== transposed ? "Row" : "Column"} ${it}${transposed ? " of Aᵀ" : ""}`;
  if (!links.length) return `${line} is all zeros: ${sentenceOf(layer, selected)}.`;
  const [read, of] = name === "z" ? ["x", 2] : ["δ", 0];
  let terms = links.map((link) => `${label(layer, "w", link[1])}·${label(layer, read, link[of])}`);
  if (terms.length > MOST_TERMS) terms = [...terms.slice(0, 2), "…", terms.at(-1)];
  if (name === "z") terms.push(layer.F === 1 ? "b" : `b[${index[0]}]`);
  const taps = prod(layer.shapes.w.slice(1));
  const missing = name === "z" ? taps - links.length : 0;
  const also = missing ? `; ${missing} of its ${taps} taps ${plural(missing, "falls", "fall")} on padding` : "";
  const each = links.length === 1 ? "for its one link" : "one for each link";
  const head = name === "z" ? it : `∂J/∂${it}`;
  return `${line} has ${counted(links.length, "entry", "entries")}, ${each}: ${head} = ${terms.join(" + ")}${also}.`;
}

// All entries that hold one weight.
function saidWeight(layer, w, selected, transposed) {
  const [links, it] = [entryLinks(layer, selected), label(layer, "w", selected.slice(1))];
  if (!links.length) return `${it} stands in no entry: ${sentenceOf(layer, selected)}.`;
  const value = number(at(w, selected.slice(1)));
  const many = counted(links.length, "entry", "entries");
  const said = `${it} = ${value} stands in ${many} of ${transposed ? "Aᵀ" : "A"}, `;
  const [first, last] = [links[0], links.at(-1)].map((link) => saidPlace(layer, ...entryOf(layer, link), transposed));
  if (links.length === 1) return `${said}for its one link: in ${first}.`;
  return `${said}one for each of its links: from ${first} to ${last}.`;
}

// One entry: its weight and why it stands there, or why it is 0.
function saidEntry(layer, w, entry, transposed) {
  const [[, f, ...u], [, c, ...i]] = cellsOfEntry(layer, ...entry);
  const said = saidPlace(layer, ...entry, transposed, transposed ? " of Aᵀ" : "");
  const place = `${said[0].toUpperCase()}${said.slice(1)}`;
  const [link] = entryLinks(layer, ["A", ...entry]);
  if (link) {
    const [, weight] = link;
    const why = layer.axes.map((axis, n) => identity(axis, u[n], weight[n + 2], i[n])).join(" and ");
    return `${place}: the entry is ${label(layer, "w", weight)} = ${number(at(w, weight))}, because ${why}.`;
  }
  if (!layer.ofFilter(f).channels.includes(c)) {
    const reads = channelsSentence(layer, ["z", f]).replace(" reads ", " reads only ");
    return `${place}: 0, no weight joins them, because ${reads[0].toLowerCase()}${reads.slice(1)}`;
  }
  const whys = layer.axes.map((axis, n) => noTap(axis, u[n], ALONG[n], i[n])).filter(Boolean);
  return `${place}: 0, no weight joins them, because ${whys.join(" and ")}.`;
}

// row z[1,2], column x[2,3]; of the transpose row x[2,3], column z[1,2]
function saidPlace(layer, row, column, transposed, of = "") {
  const lines = cellsOfEntry(layer, row, column).map(([name, ...index]) => label(layer, name, index));
  const [first, second] = transposed ? lines.reverse() : lines;
  return `row ${first}${of}, column ${second}`;
}

// i = s u + d k - p with its numbers: 3 = 2·1 + 2 − 1; k may be a letter
function identity(axis, u, k, i) {
  const times = (by, n) => (by === 1 ? `${n}` : `${by}·${n}`);
  return `${i} = ${times(axis.stride, u)} + ${times(axis.dilation, k)}${axis.before ? ` ${MINUS} ${axis.before}` : ""}`;
}

// Why no tap of this axis links the two; "" if one does.
function noTap(axis, u, letter, i) {
  if (range(axis.kernel).some((k) => inputOf(axis, u, k) === i)) return "";
  const taps = axis.kernel > 1 ? `for no ${letter} from 0 to ${axis.kernel - 1}` : `not for ${letter} = 0`;
  return `${identity(axis, u, letter, i)} holds ${taps}`;
}
