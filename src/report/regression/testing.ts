import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../core/index.ts";
import type { RegressionSetRole } from "../../evaluate/index.ts";
import { evaluateRegression, type RegressionFacts } from "../../judge/index.ts";
import { saveRegressionAnswers } from "../../run/internal.ts";

export interface FakeRegression {
  readonly method?: string;
  readonly seed?: number;
  /** Standard deviation of its errors on the test set; twice as large on the shift. */
  readonly error?: number;
  /** Whether it gives standard deviations, as large as its errors are on average at each place. */
  readonly deviations?: boolean;
  /** Score1, for anchored runs. */
  readonly reverse?: boolean;
  readonly quantiles?: boolean;
  readonly targets?: readonly string[];
  readonly facts?: Partial<RegressionFacts>;
  readonly count?: number;
}

const sets: readonly { readonly set: string; readonly role: RegressionSetRole; readonly worse: number }[] = [
  { set: "cars/validation", role: "validation", worse: 1 },
  { set: "cars/test", role: "test", worse: 1 },
  { set: "cars/gap", role: "shift", worse: 2 },
];

/** Writes and judges a run folder with made-up answers; targets are the same for all, errors are of the method and seed. */
export function fakeRegressionRun(
  folder: string,
  {
    method = "standard",
    seed,
    error = 2,
    deviations,
    reverse,
    quantiles,
    targets = ["mpg"],
    facts,
    count = 120,
  }: FakeRegression,
): string {
  const run = join(folder, `${method}-${seed ?? "x"}`);
  mkdirSync(run, { recursive: true });
  const size = count * targets.length;
  for (const { set, role, worse } of sets) {
    const [given, own] = [new Random("targets", set), new Random(method, set, seed ?? -1)];
    const values = Float64Array.from({ length: size }, () => 24 + 7 * given.normal());
    // Some examples are harder than others, for every model.
    const scale = Float64Array.from({ length: size }, () => worse * error * (0.4 + 1.2 * given.uniform()));
    const mean = values.map((value, i) => value + scale[i] * own.normal());
    saveRegressionAnswers(
      run,
      {
        set,
        mean,
        ...(deviations && { standardDeviation: scale.map((value) => 0.8 * value * (0.8 + 0.4 * own.uniform())) }),
        ...(quantiles && {
          quantiles: {
            levels: [0.05, 0.95],
            values: Float64Array.from(
              { length: 2 * size },
              (_, i) => mean[i >> 1] + (i % 2 ? 1.5 : -1.5) * scale[i >> 1],
            ),
          },
        }),
        targets: { names: targets, values },
        ...(reverse && {
          reverse: Float64Array.from({ length: count }, (_, i) => scale[i * targets.length] + 0.3 * own.uniform()),
        }),
      },
      { role, checkpointSha256: "c", inputKey: "i", ...(deviations && { k: 10 }) },
    );
  }
  evaluateRegression(run, {
    data: { name: "cars", title: "Cars & <made up>" },
    model: "mlp",
    method,
    ...(method === "anchored" && { maskProbability: 0.25, maskTarget: "mean" }),
    loss: "l1",
    seed,
    command: `anchored train --task regression --out "a & b"`,
    targets: targets.map((name) => ({ name, standardDeviation: 7 })),
    training: { epochs: 100, seconds: 61 },
    settings: { model: "mlp", batchSize: 32 },
    ...facts,
  });
  return run;
}
