// What all widgets share. It stands before a widget's own file in the same module; nothing is loaded from elsewhere.

const MINUS = "\u2212";
const SVG = "http://www.w3.org/2000/svg";
const range = (n) => Array.from({ length: Math.max(0, n) }, (_, i) => i);
const same = (p, q) => JSON.stringify(p) === JSON.stringify(q);
let instances = 0;

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
const factor = (value) => (value < 0 ? `(${number(value)})` : number(value));
const cellNumber = (value) => (number(value).length > 6 ? number(rounded(value, 3)) : number(value));

function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  element.append(...children);
  return element;
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
