#!/usr/bin/env bash
# TensorFlow.js: with a kernel smaller than the stride, "same" starts one cell later in three dimensions than in two.
#
# Versions     @tensorflow/tfjs 4.22.0, backend cpu, Node.js 20.
# Expected     The same row, as a picture for conv2d, maxPool and avgPool and as a volume for conv3d, maxPool3d and
#              avgPool3d, with a window of one cell, stride 3 and "same": the same outputs. In two dimensions nothing
#              has to be padded and the first window is at the first cell.
# Behaviour    In three dimensions the padding comes out negative where the windows leave cells over, and every window
#              is shifted to the right: other numbers, of the right shape, and no error.
# Seen         cells 1 to 8: conv2d, maxPool, avgPool [1,4,7]; conv3d, maxPool3d, avgPool3d [2,5,8]
#
# Run: bash findings/tfjs-same-three-axes.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund @tensorflow/tfjs@4.22.0
cat >same.cjs <<'JS'
const tf = require("@tensorflow/tfjs");

tf.setBackend("cpu").then(() => {
  const picture = tf.tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 8, 1]);
  const volume = picture.reshape([1, 1, 1, 8, 1]);
  const told = (z) => "[" + Array.from(z.dataSync()).join(",") + "]";
  const two = [
    tf.conv2d(picture, tf.ones([1, 1, 1, 1]), [1, 3], "same"),
    tf.maxPool(picture, [1, 1], [1, 3], "same"),
    tf.avgPool(picture, [1, 1], [1, 3], "same"),
  ].map(told);
  const three = [
    tf.conv3d(volume, tf.ones([1, 1, 1, 1, 1]), [1, 1, 3], "same"),
    tf.maxPool3d(volume, [1, 1, 1], [1, 1, 3], "same"),
    tf.avgPool3d(volume, [1, 1, 1], [1, 1, 3], "same"),
  ].map(told);
  console.log(`conv2d, maxPool, avgPool: ${two.join(" ")}; conv3d, maxPool3d, avgPool3d: ${three.join(" ")}`);
  process.exit(two.every((z) => z === "[1,4,7]") && three.every((z) => z === "[2,5,8]") ? 0 : 1);
});
JS
node same.cjs 2>warnings || { cat warnings; echo "the behaviour has changed"; exit 1; }
