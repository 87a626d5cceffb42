#!/usr/bin/env bash
# TensorFlow.js: conv2dTranspose with a number for its padding answers NaN, with no error, where the same pairs are right.
#
# Versions     @tensorflow/tfjs 4.22.0, backend cpu, Node.js 20.
# Expected     pad is "valid", "same", a number or pairs; a number p stands for p cells at each side of height and width,
#              so for a picture of height 1 it is refused, and the pairs [[0, 0], [0, 0], [p, p], [0, 0]] are what is meant.
# Behaviour    The pairs crop p cells off the width. The number 1 gives as many NaN as outputShape asks for; the number 0
#              gives the right cells and then NaN up to outputShape. Nothing is raised.
# Seen         y = 1 2 3, w = 1 10 100, strides [1, 2]: pairs [10,102,20,203,30]; number 1 [NaN,NaN,NaN,NaN,NaN]
#
# Run: bash findings/tfjs-transpose-number.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.js" <<'NODE'
const tf = require("@tensorflow/tfjs");

tf.setBackend("cpu").then(() => {
  const y = tf.tensor([1, 2, 3], [1, 1, 3, 1]);
  const w = tf.tensor([1, 10, 100], [1, 3, 1, 1]);
  const cells = (pad) => Array.from(tf.conv2dTranspose(y, w, [1, 1, 5, 1], [1, 2], pad).dataSync());
  const pairs = cells([[0, 0], [0, 0], [1, 1], [0, 0]]);
  const number = cells(1);
  console.log(`pairs [${pairs}]; number 1 [${number}]`);
  const so = String(pairs) === "10,102,20,203,30" && number.every(Number.isNaN);
  if (!so) {
    console.error("the behaviour has changed");
    process.exit(1);
  }
});
NODE
cd "$folder"
npm install --silent --no-audit --no-fund @tensorflow/tfjs@4.22.0
node ask.js 2>/dev/null || { echo "the behaviour has changed"; exit 1; }
