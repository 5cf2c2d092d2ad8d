import { HostArray, Random, type RegressionData, type RegressionSet } from "../../core/index.ts";
import { type RunConfigInput, resolveConfig } from "../../run/index.ts";
import type { LoadedRegression, RegressionRecord } from "../../train/index.ts";
import { buildRegression } from "../../train/internal.ts";
import { describeRegression } from "../../train/regression/record.ts";

const KEPT = 5;

/** Years and weights to litres and metres: means far above their deviations, and of unlike sizes. */
export function numberSet(name: string, count: number): RegressionSet {
  const random = new Random("export numbers", name);
  const inputs = Float64Array.from({ length: 3 * count }, (_, i) =>
    i % 3 === 0 ? 1970 + 3 * random.normal() : i % 3 === 1 ? 1e-3 * random.normal() : 40 * random.uniform(),
  );
  const targets = Float64Array.from({ length: 2 * count }, (_, i) =>
    i % 2 === 0 ? 300 + 20 * random.normal() : 0.01 * random.normal(),
  );
  return {
    name: `numbers/${name}`,
    count,
    inputs: { kind: "numbers", names: ["year", "weight", "age"], data: inputs },
    targets: { names: ["litres", "metres"], data: targets },
  };
}

/** 16×16 images of noise with an angle each. */
export function imageSet(name: string, count: number): RegressionSet {
  const random = new Random("export images", name);
  return {
    name: `images/${name}`,
    count,
    inputs: {
      kind: "images",
      height: 16,
      width: 16,
      channels: 3,
      images: Uint8Array.from({ length: count * 16 * 16 * 3 }, () => random.integer(256)),
    },
    targets: { names: ["angle"], data: Float64Array.from({ length: count }, () => 90 * random.uniform()) },
  };
}

const dataOf = (set: (name: string, count: number) => RegressionSet): RegressionData => ({
  name: "made",
  title: "Made up",
  train: set("train", 40),
  validation: set("validation", 20),
  test: set("test", 20),
  shifts: [],
});

/** A network that was never trained, with all its numbers moved away from where they start. */
export function untrained(set: typeof numberSet, changes: Partial<RunConfigInput>): LoadedRegression {
  const random = new Random("untrained regression");
  const data = dataOf(set);
  const config = resolveConfig({
    data: { name: "made" } as never,
    task: { name: "regression" },
    threads: 1,
    ...changes,
  }) as RegressionRecord["config"];
  const record = describeRegression(config, data);
  const { model, method, encoder } = buildRegression(record);
  const variables = model.init(new Random(3));
  for (const { data } of Object.values(variables.state))
    for (let i = 0; i < data.length; i++) data[i] += random.uniform() / 2;
  for (const { data } of Object.values(variables.params))
    for (let i = 0; i < data.length; i++) data[i] += 0.05 * random.normal();
  const { channels, height, width } = encoder.shape;
  const rows = Int32Array.from({ length: KEPT }, (_, row) => row);
  const references = method.anchored
    ? HostArray.float32([KEPT, channels, height, width], encoder.inputs(data.train, rows))
    : undefined;
  return { record, variables, references, weights: "raw", step: 0, sha256: "none" };
}
