// Notebooks under Pyodide in Node: its kernel is started as the in-browser edition starts it, and given their cells.
//
//   node pyodide_run.mjs PLAN.json
//
// The plan: `pyodide` (a folder), `packages` (names, and files of wheels), `kernel` (files of wheels: the kernel's own),
// `cells` (the Python that runs them) and `notebooks` ([name, sources of its code cells] of each). Each answer is a line of JSON.
import fs from "node:fs";
import { pathToFileURL } from "node:url";

const plan = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const say = (answer) => process.stdout.write(JSON.stringify(answer) + "\n");
// what Node says of an uncaught error begins with the line it stands on, which in Pyodide is a megabyte
process.on("uncaughtException", (error) => {
  say({ failed: String(error.message || error).slice(-4000) });
  process.exit(1);
});

const { loadPyodide } = await import(pathToFileURL(`${plan.pyodide}/pyodide.mjs`));
let began = performance.now();
const since = () => {
  const now = performance.now();
  const passed = now - began;
  began = now;
  return Math.round(passed);
};

const said = [];
const quiet = { messageCallback: () => {}, errorCallback: (line) => said.push(line) };
const python = await loadPyodide({ indexURL: `${plan.pyodide}/`, stdout: () => {}, stderr: () => {} });
await python.loadPackage(plan.packages, quiet);
await python.loadPackage(plan.kernel, quiet);
if (said.length) throw new Error(said.join("\n"));
python.runPython(fs.readFileSync(plan.cells, "utf8"));
const start = since();
const run = python.globals.get("run_notebook");
const [first] = JSON.parse(await run(JSON.stringify(["import convbp_helpers"])));
for (const { ename, evalue } of first.outputs) if (ename) throw new Error(`the import failed: ${ename}: ${evalue}`);
say({ start, import: since() });

for (const [name, sources] of plan.notebooks) {
  since();
  const cells = JSON.parse(await run(JSON.stringify(sources)));
  say({ notebook: name, ms: since(), cells });
}
