// Time of last-layer Laplace approximations on made-up features: the fit on the training images, and both predictives of
// the others.
//   npm run build && node scripts/laplace-time.mjs [--train 50000] [--judged 10000] [--widths 64,512] [--classes 10]
//                                                  [--threads 1]
// Rows: width, kind, then seconds of wall and of processor: fit, probit, 100 samples.
import { parseArgs } from "node:util";
import { createInnerProducts } from "../dist/engine/index.js";
import { fitLaplace, laplaceKinds, predictLaplace, rowsOf } from "../dist/evaluate/index.js";

const { values } = parseArgs({
  options: {
    train: { type: "string", default: "50000" },
    judged: { type: "string", default: "10000" },
    widths: { type: "string", default: "64,512" },
    classes: { type: "string", default: "10" },
    threads: { type: "string", default: "1" },
  },
});
const [train, judged, classes] = [values.train, values.judged, values.classes].map(Number);
const engine = createInnerProducts({ threads: Number(values.threads) });
const innerProducts = (rows, others, width) => engine.products(rows, others, width);

let state = 1;
const uniform = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const uniforms = (length, from, to) => Float32Array.from({ length }, () => from + (to - from) * uniform());

async function timed(work) {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const made = await work();
  const { user, system } = process.cpuUsage(cpu);
  const text = `${((performance.now() - wall) / 1000).toFixed(1)} (${((user + system) / 1e6).toFixed(1)})`;
  return { made, text };
}

for (const width of values.widths.split(",").map(Number)) {
  const classifier = {
    weight: uniforms(classes * width, -1, 1).map((w) => w / Math.sqrt(width)),
    bias: uniforms(classes, -1, 1),
  };
  const features = rowsOf(uniforms(train * width, 0, 2), width);
  const rows = {
    features: rowsOf(uniforms(judged * width, 0, 2), width),
    logits: rowsOf(uniforms(judged * classes, -5, 5), classes),
  };
  for (const kind of laplaceKinds) {
    try {
      const fit = await timed(() => fitLaplace({ features, classifier }, { kind, innerProducts }));
      const probit = await timed(() => predictLaplace(fit.made, rows));
      const samples = await timed(() => predictLaplace(fit.made, rows, { predictive: "samples" }));
      console.log(
        `D ${width}  ${kind}  fit ${fit.text}  probit ${probit.text}  samples ${samples.text}  τ ${fit.made.priorPrecision.toPrecision(3)}`,
      );
    } catch (error) {
      console.log(`D ${width}  ${kind}  ${error.message}`);
    }
  }
}
await engine.dispose();
