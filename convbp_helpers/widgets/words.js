// How numbers, counts and lists are written: the twin of words.py, the same functions in the same order.

const MINUS = "\u2212";

// To so many digits; halfway between two, to the even one, as Python does.
function rounded(value, digits) {
  const [front, exponent] = Math.abs(value).toExponential(60).split("e");
  const all = front.replace(".", "");
  const [kept, rest] = [all.slice(0, digits), all.slice(digits)];
  if (!/^50*$/.test(rest) || Number(kept) % 2) return Number(value.toPrecision(digits));
  return Math.sign(value) * Number(`${kept[0]}.${kept.slice(1)}e${exponent}`);
}

export function number(value) {
  let text;
  if (Number.isInteger(value) && Math.abs(value) < 1e15) text = String(value + 0 || 0);
  else if (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6) text = String(rounded(value, 4));
  else text = rounded(value, 4).toExponential(3).replace("e+", "e");
  return text.replaceAll("-", MINUS);
}

// A number for a cell of a drawing: three digits where four would take more than six characters.
export const short = (value) => (number(value).length > 6 ? number(rounded(value, 3)) : number(value));

// A number that stands in a product: a negative one in parentheses.
const factor = (value) => (value < 0 ? `(${number(value)})` : number(value));

const plural = (count, word, words = `${word}s`) => (count === 1 ? word : words);

const counted = (count, word, words) => `${count} ${plural(count, word, words)}`;

// 0, 1 and 2
const listed = (items) => (items.length > 1 ? `${items.slice(0, -1).join(", ")} and ${items.at(-1)}` : `${items[0]}`);

// 2×3: the sizes of an array
const by = (sizes) => sizes.join("×");
