// How large the cells of the influence explorer are, and how its maps stand: pure, from the layer and the page's width.

const MOST = 40; // px: the height of a cell where there is room
const LEAST = 20; // px: lower, and numbers are too small to be read
const LEAST_TINTED = 12; // px: smaller only where the page is too narrow
const TINIEST = 8;
const STEP = 2;
const GOALS = [700, 1500]; // px: the heights of all maps that are tried for; a narrow page may be higher
const PANELS = 26; // px: between two panels side by side, at least
const WIDEST = 90; // px: and at most, so that their lines can be seen
const MAPS = 12; // px: between two maps of a panel
const TITLE = 30; // px: the title of a panel, and what follows it
const CAPTION = 18;
const TOP = 16; // px: the indices over a map
const EDGE = 5; // px: below and beside a map, for the outlines of its cells

const gutterOf = (axes) => (axes.length === 2 ? 22 : 4); // px: beside a map, for the indices of its rows

// [above, below] and [before, after]; a row has nothing above and below.
const padsOf = (padding) => (padding.length === 2 ? padding : [[0, 0], padding[0]]);

// Rows and columns of a map of each array, padding included.
function mapShapes({ axes, inputs, taps, outs }) {
  const pads = padsOf(axes.map((axis) => [axis.before, axis.after]));
  const flat = (sizes) => (sizes.length === 2 ? sizes : [1, ...sizes]);
  return { x: flat(inputs).map((n, a) => n + pads[a][0] + pads[a][1]), w: flat(taps), z: flat(outs) };
}

const DIGIT = 0.62; // the width of a digit, as a share of its size: also of a bold one

// The font in px of a number of so many characters in a cell of this size.
const roomyFont = (height) => Math.min(15, Math.max(LEAST_FONT, height * 0.42));
const fontIn = (count, width, height) => Math.min(roomyFont(height), (width - 9) / (DIGIT * count));

// As wide as the longest number asks, and never less wide than tall; long numbers are written smaller first. Tight:
// with less room around the number, and a little taller than wide.
function widthFor(count, height, tight) {
  if (tight) return Math.min(68, Math.max(Math.ceil(0.9 * height), Math.ceil(DIGIT * count * 10 + 9)));
  const font = Math.min(roomyFont(height), count > 3 ? 12.5 : 15);
  return Math.min(68, Math.max(height, Math.ceil(DIGIT * count * font + 13)));
}

// The numbers of maps side by side that are worth a look: one for each number of lines.
const perLine = (count) => [...new Set(range(count).map((n) => Math.ceil(count / (n + 1))))];

// [maps in a line, width, height] of a panel: everything that its maps can be put into.
function panelsOf(count, [width, height], title) {
  return perLine(count).map((n) => [
    n,
    Math.max(title, n * (width + MAPS) - MAPS),
    TITLE + Math.ceil(count / n) * (height + 2),
  ]);
}

// The ways in which three panels follow one another: in one line, two of them in a line, or below each other. Rows
// stand below each other: side by side, all lines between them would lie on one line. One map of each array stands as
// a waist, the weights below, from where the lines spread.
const BELOW = ["x", "w", "z"];
const WAIST = ["xz", "w"];
const waysOf = ({ axes, C, F }) => {
  if (axes.length === 1) return [[BELOW]];
  return [...(C * F === 1 ? [[WAIST]] : []), [["xwz"], ["x", "wz"], ["xw", "z"], BELOW]];
};

// The lowest way to put the panels on a page of this width, or null where none is narrow enough.
function lowest(options, ways, page) {
  let best = null;
  for (const [nx, wx, hx] of options.x)
    for (const [nw, ww, hw] of options.w)
      for (const [nz, wz, hz] of options.z) {
        const [widths, heights] = [
          { x: wx, w: ww, z: wz },
          { x: hx, w: hw, z: hz },
        ];
        for (const way of ways) {
          let [height, fits, gap] = [0, true, WIDEST];
          for (const line of way) {
            let [wide, high] = [(line.length - 1) * PANELS, 0];
            for (const name of line) {
              wide += widths[name];
              high = Math.max(high, heights[name]);
            }
            fits &&= wide <= page;
            gap = Math.min(gap, PANELS + (page - wide) / Math.max(1, line.length - 1));
            height += high + 8;
          }
          if (fits && !(best?.height <= height))
            best = { height, way, gap: Math.floor(gap), maps: { x: nx, w: nw, z: nz } };
        }
      }
  return best;
}

// One try: cells of this height, and of the width that `widthOf` gives to the longest number.
function tried(layer, { lengths, titles, captions }, page, height, widthOf) {
  const { C, F, G, size, axes } = layer;
  const shapes = mapShapes(layer);
  const several = { x: C > 1, w: F * size > 1, z: F > 1 };
  const widths = {};
  const boxes = {};
  for (const [name, [rows, columns]] of Object.entries(shapes)) {
    widths[name] = widthOf(lengths[name]);
    boxes[name] = [
      Math.max(gutterOf(axes) + columns * widths[name] + EDGE, several[name] ? 6.4 * captions[name] : 0),
      (several[name] ? CAPTION : 0) + TOP + rows * height + EDGE,
    ];
  }
  const table = [size * (boxes.w[0] + MAPS) - MAPS, (F / G) * (boxes.w[1] + 2)];
  const room = (name) => 8.2 * titles[name] + 36;
  const options = {
    x: panelsOf(C, boxes.x, room("x")),
    w: panelsOf(G, table, room("w")),
    z: panelsOf(F, boxes.z, room("z")),
  };
  const found = waysOf(layer)
    .map((ways) => lowest(options, ways, page))
    .find(Boolean);
  return found && { ...found, cell: { height, widths } };
}

// lengths: of the longest number of each array; titles, captions: of the words over each panel and map, in characters.
// It is { cell: { height, widths }, way, gap, maps: how many (of w: tables) stand in a line, height }.
export function sizesOf(layer, words, page) {
  const goals = GOALS.map((goal) => goal * clamp(1200 / page, 1, 3));
  const attempt = (height, widthOf = () => height) => tried(layer, words, page, height, widthOf);
  const tries = range((MOST - LEAST) / STEP + 1).flatMap((n) => {
    const height = MOST - n * STEP;
    return [false, true].map((tight) => attempt(height, (count) => widthFor(count, height, tight)));
  });
  for (const goal of goals) {
    const found = tries.find((one) => one && one.height <= goal);
    if (found) return found;
  }
  // No room for all numbers: square cells, whose numbers are told by tints.
  let last = null;
  for (let height = LEAST; height >= TINIEST; height -= STEP) {
    last = attempt(height) ?? last;
    if (last && (last.height <= goals[1] || height <= LEAST_TINTED)) return last;
  }
  return last ?? tried(layer, words, Infinity, TINIEST, () => TINIEST);
}
