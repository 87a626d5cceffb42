#!/usr/bin/env bash
# TensorFlow.js: the gradient of maxPool3d loses the maximum where the window's height and width differ.
#
# Versions     @tensorflow/tfjs 4.22.0, backend cpu, Node.js 20.
# Expected     Cells 1 to 4, windows of two cells without overlap: the slopes of the sum are 1 at cells 2 and 4,
#              whichever axis the four cells lie along; and each window has one maximum, so they add up to 2.
# Behaviour    Along the depth and along the width it is so. Along the height all slopes are 0: the position of the
#              maximum in the window is written with its height and read with its width. No error. maxPool, in two
#              dimensions, is right.
# Seen         depth [0,1,0,1], height [0,0,0,0], width [0,1,0,1]; maxPool along the height [0,1,0,1]
#
# Run: bash findings/tfjs-maxpool3d-gradient.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund @tensorflow/tfjs@4.22.0
cat >gradient.cjs <<'JS'
const tf = require("@tensorflow/tfjs");

const told = (z) => "[" + Array.from(z.dataSync()).join(",") + "]";

function along(axis, axes, pool) {
  const size = (n) => Array.from({ length: axes }, (_, a) => (a === axis ? n : 1));
  const x = tf.tensor([1, 2, 3, 4], [1, ...size(4), 1]);
  return told(tf.grad((y) => pool(y, size(2), size(2), "valid").sum())(x));
}

tf.setBackend("cpu").then(() => {
  const [depth, height, width] = [0, 1, 2].map((axis) => along(axis, 3, tf.maxPool3d));
  const flat = along(0, 2, tf.maxPool);
  console.log(`depth ${depth}, height ${height}, width ${width}; maxPool along the height ${flat}`);
  const right = [depth, width, flat].every((slopes) => slopes === "[0,1,0,1]");
  process.exit(right && height === "[0,0,0,0]" ? 0 : 1);
});
JS
node gradient.cjs 2>warnings || { cat warnings; echo "the behaviour has changed"; exit 1; }
