#!/usr/bin/env bash
# TensorFlow.js: the gradient of avgPool with "same" padding is not the slope of what avgPool computes.
#
# Versions     @tensorflow/tfjs 4.22.0, backend cpu, Node.js 20.
# Expected     tf.avgPool leaves the padding out of the mean: at an edge it divides by the number of cells that the
#              window reads. Its gradient should divide by the same numbers.
# Behaviour    The gradient divides by the size of the whole window everywhere, also where part of it is padding; no
#              error. With "valid" both agree.
# Seen         a row of 5 cells, window 3, slopes of the sum of all outputs:
#              avgPool [1.5,2,3,4,4.5], gradient [0.667,1,1,1,0.667]; from differences [0.833,1.167,1,1.167,0.833]
#
# Run: bash findings/tfjs-avgpool-gradient.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund @tensorflow/tfjs@4.22.0
cat >gradient.cjs <<'JS'
const tf = require("@tensorflow/tfjs");

const row = (cells) => tf.tensor(cells, [1, 1, cells.length, 1]);
const sum = (cells, pad) => tf.avgPool(row(cells), [1, 3], 1, pad).sum().dataSync()[0];
const told = (cells) => "[" + Array.from(cells, (cell) => +cell.toFixed(3)).join(",") + "]";

function slopes(cells, pad) {
  const gradient = tf.grad((x) => tf.avgPool(x, [1, 3], 1, pad).sum())(row(cells)).dataSync();
  const differences = cells.map((_, n) => {
    const other = cells.map((cell, m) => cell + (n === m ? 1 : 0));
    return sum(other, pad) - sum(cells, pad); // avgPool is linear
  });
  return [told(gradient), told(differences)];
}

tf.setBackend("cpu").then(() => {
  const cells = [1, 2, 3, 4, 5];
  const [gradient, differences] = slopes(cells, "same");
  const pooled = told(tf.avgPool(row(cells), [1, 3], 1, "same").dataSync());
  console.log(`same: avgPool ${pooled}, gradient ${gradient}; from differences ${differences}`);
  const [inside, right] = slopes(cells, "valid");
  console.log(`valid: gradient ${inside}; from differences ${right}`);
  process.exit(
    gradient === "[0.667,1,1,1,0.667]" && differences === "[0.833,1.167,1,1.167,0.833]" && inside === right ? 0 : 1,
  );
});
JS
node gradient.cjs 2>warnings || { cat warnings; echo "the behaviour has changed"; exit 1; }
