// A model of your own, trained by the engine alone: npm run build && node examples/train-your-own-model.mjs
import { writeFileSync } from "node:fs";
import { nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { Random } from "anchored-vision/core";
import { compile, HostArray } from "anchored-vision/engine";

const steps = Number(process.argv[2] ?? 2000);
const count = 256;

// Two spirals, one a class: x [256, 2], y [256, 2] (one-hot).
const turns = Array.from({ length: count }, (_, i) => (4 * Math.floor(i / 2)) / (count / 2) + 0.5);
const sides = turns.map((_, i) => i % 2);
const at = (i) => [Math.cos(turns[i] + Math.PI * sides[i]), Math.sin(turns[i] + Math.PI * sides[i])];
const x = HostArray.float32(
  [count, 2],
  turns.flatMap((turn, i) => at(i).map((v) => (v * turn) / 3)),
);
const y = HostArray.float32(
  [count, 2],
  sides.flatMap((side) => [1 - side, side]),
);

// The model and its loss, in jax-js. An array is consumed by its use: `.ref` keeps one for another.
const hidden = (x, w, b) => nn.relu(np.add(np.matmul(x, w), b));
const loss = ({ w1, b1, w2, b2, w3, b3 }, x, y) => {
  const logits = np.add(np.matmul(hidden(hidden(x, w1, b1), w2, b2), w3), b3);
  return np.negative(np.mean(np.sum(np.multiply(nn.logSoftmax(logits), y), -1)));
};

// A training step: gradient descent. Compiled, it is one ONNX graph: forward, backward and update.
const step = (params, x, y) => {
  const [value, gradients] = valueAndGrad(loss)(tree.ref(params), x, y);
  const moved = Object.keys(params).map((k) => [k, np.subtract(params[k], np.multiply(gradients[k], 0.2))]);
  return { params: Object.fromEntries(moved), loss: value };
};

const random = new Random("weights", 1);
const normal = (size, deviation) => Array.from({ length: size }, () => deviation * random.normal());
const weights = (a, b) => HostArray.float32([a, b], normal(a * b, Math.sqrt(2 / a)));
let params = { w1: weights(2, 64), b1: HostArray.zeros([64]), w2: weights(64, 64), b2: HostArray.zeros([64]) };
params = { ...params, w3: weights(64, 2), b3: HostArray.zeros([2]) };

const program = await compile(step, [params, x, y]);
for (let i = 0; i < steps; i++) {
  const result = await program.run([params, x, y]);
  params = result.params;
  if (i % Math.ceil(steps / 10) === 0 || i === steps - 1)
    console.log(`step ${i + 1}: loss ${result.loss.data[0].toFixed(4)}`);
}
writeFileSync(process.argv[3] ?? "training-step.onnx", program.toOnnx()); // opens in any ONNX tool
await program.dispose();
