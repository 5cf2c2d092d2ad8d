import { Random, type RegressionData, type RegressionSet } from "../../core/index.ts";
import type { RegressionPredictor } from "../../tasks/index.ts";
import type { RegressionFacts } from "../index.ts";
import type { OpenedRegression } from "./judge-regression.ts";

/** y = 3x with noise of 0.5; the shift reaches beyond the training's x. */
export function lineData(count = 80): RegressionData {
  const set = (name: string, from: number, to: number): RegressionSet => {
    const random = new Random("line", name);
    const x = Float64Array.from({ length: count }, () => from + (to - from) * random.uniform());
    return {
      name: `line/${name}`,
      count,
      inputs: { kind: "numbers", names: ["x"], data: x },
      targets: { names: ["y"], data: x.map((value) => 3 * value + 0.5 * random.normal()) },
    };
  };
  return {
    name: "line",
    title: "A line with noise",
    train: set("train", 0, 1),
    validation: set("validation", 0, 1),
    test: set("test", 0, 1),
    shifts: [set("tail", 1, 2)],
  };
}

export interface FakeRun {
  readonly data?: RegressionData;
  readonly facts?: Partial<RegressionFacts>;
  readonly sha?: string;
  /** Added to what a perfect model would say. */
  readonly bias?: number;
  readonly anchored?: boolean;
  readonly references?: number;
  readonly onPredict?: (set: string, k: number | undefined) => void;
  readonly onDispose?: () => void;
  readonly predictor?: () => Promise<RegressionPredictor>;
}

/** Predicts 3x + bias in place of a trained network. */
export function fakeRun({ data = lineData(), facts, sha = "c", bias = 0, ...own }: FakeRun = {}): OpenedRegression {
  const xOf = ({ inputs }: RegressionSet) => (inputs.kind === "numbers" ? inputs.data : new Float64Array());
  return {
    data,
    checkpointSha256: sha,
    references: own.references,
    facts: {
      data: { name: data.name, title: data.title },
      model: "mlp",
      method: own.anchored ? "anchored" : "standard",
      seed: 1,
      targets: [{ name: "y", standardDeviation: 1 }],
      training: { seconds: 10 },
      settings: { model: "mlp" },
      ...facts,
    },
    predictor:
      own.predictor ??
      (async () => ({
        async predict(set, { k, onProgress } = {}) {
          own.onPredict?.(set.name, k);
          onProgress?.({ done: set.count, total: set.count });
          const x = xOf(set);
          return {
            set: set.name,
            mean: x.map((value) => 3 * value + bias),
            ...(own.anchored && { standardDeviation: x.map((value) => 0.3 + value) }),
          };
        },
        ...(own.anchored && { reverseErrors: async (set: RegressionSet) => xOf(set).map(Math.abs) }),
        async dispose() {
          own.onDispose?.();
        },
      })),
  };
}
