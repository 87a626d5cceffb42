/* Asks one library of Node.js: the twin of worker.py, run by measure.py.

    node worker.mjs FOLDER ADAPTER.mjs describe
    node worker.mjs FOLDER ADAPTER.mjs QUESTIONS.json ANSWERS

FOLDER is where node_modules is. An adapter's default export is called with `require` of that folder and with Cannot;
arrays come and go as {shape, cells}. */

import { appendFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

class Cannot extends Error {}

const [folder, file, questions, answers] = process.argv.slice(2);
const require = createRequire(join(resolve(folder), "package.json"));
const { default: make } = await import(pathToFileURL(resolve(file)));
const adapter = await make(require, Cannot);

const version = (name) => JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"))).version;

function describe() {
  return {
    title: adapter.TITLE,
    calls: adapter.CALLS,
    numbers: "float32",
    told_size: false,
    versions: Object.fromEntries(adapter.PACKAGES.map((name) => [name, version(name)])),
    python: `Node.js ${process.versions.node}`,
    words: adapter.WORDS ?? [],
    transposed_words: adapter.TRANSPOSED_WORDS ?? [],
    takes_number: "transposed_native" in adapter,
    dtypes: adapter.DTYPES ?? [],
  };
}

const array = ({ shape, cells }) => ({ shape, cells: cells.map((cell) => cell ?? NaN) });

/* NaN becomes null in JSON; an infinite number is told by its name. */
const plain = ({ shape, cells }) => ({
  shape,
  cells: Array.from(cells, (cell) => (Math.abs(cell) === Infinity ? String(cell) : cell)),
});

const said = (error) => `${error.name}: ${error.message.trim().split("\n")[0]}`.slice(0, 240);

function answer({ ask, arrays, settings }) {
  if (!(ask in adapter)) return { cannot: `no ${ask} here` };
  const told = Object.fromEntries(Object.entries(arrays).map(([name, value]) => [name, array(value)]));
  try {
    return plain(adapter[ask]({ ...told, ...settings }));
  } catch (error) {
    return error instanceof Cannot ? { cannot: error.message } : { refuses: said(error) };
  }
}

if (questions === "describe") {
  console.log(JSON.stringify(describe()));
} else {
  const write = (line) => appendFileSync(answers, JSON.stringify(line) + "\n");
  for (const question of JSON.parse(readFileSync(questions))) {
    write({ id: question.id, asked: true });
    write({ id: question.id, ...answer(question) });
  }
}
