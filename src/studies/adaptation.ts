import { type Measure, setMeasure, validationMeasure } from "../report/index.ts";
import type { RunConfigInput } from "../run/index.ts";
import type { ProbeArm, Study, TrainedArm } from "./study.ts";

type Part = "full" | "head";
type Source = "new" | "pretraining" | "both";

const crop = { name: "crop", options: { pad: 4, fill: 255 } };
const common = { model: "resnet20", optimizer: { name: "sgd" } } as const;
const pretraining: RunConfigInput = {
  ...common,
  data: { name: "emoji", label: "category", imageSize: 32, conceptShare: [0, 0.7], testFraction: 0.05 },
  epochs: 10,
  batchSize: 64,
  schedule: { name: "one-cycle", peak: 0.1 },
  augment: [crop, { name: "flip", options: {} }],
};
/** A concept has drawings by two of the three vendors to learn from; the third is for validation or for the test. */
const concepts = { label: "concept", conceptShare: [0.7, 1], testFraction: 0.5, validationFraction: 0.5 } as const;
const fineTuning = (part: Part): RunConfigInput => ({
  ...common,
  data: { name: "emoji", imageSize: 32, ...concepts },
  epochs: 12,
  batchSize: 32,
  trainable: part === "full" ? "all" : "head",
  schedule: { name: "one-cycle" },
  // No flip: ⬅️ and ➡️ are two classes.
  augment: [crop],
  validateEvery: 12,
});

const standard = { name: "standard" } as const;
const anchored = (maskProbability: number, referenceSource: Source = "new") =>
  ({ name: "anchored", maskProbability, maskTarget: "label", referenceSource }) as const;
const maskProbabilities = [0, 0.25];
const bases = {
  standard,
  ...Object.fromEntries(maskProbabilities.map((alpha) => [`anchored-${alpha}`, anchored(alpha)])),
};

/** Tried on the standard network of the first seed; the best of validation serves all arms. */
const peaks = { full: [0.03, 0.1, 0.3], head: [0.3, 1, 3] };

/** Fine-tuning all weights, or the last layer, of each pre-trained network. */
function tuned(part: Part): Record<string, TrainedArm> {
  const config = fineTuning(part);
  const baseline = `${part}-standard-standard`;
  const arm = (base: string, method: RunConfigInput["method"], comparedWith = [baseline]): TrainedArm => ({
    config: { ...config, method },
    startsFrom: `pretrained-${base}`,
    chooseAs: baseline,
    comparedWith,
  });
  const { chooseAs, ...first } = arm("standard", standard);
  return {
    [baseline]: { ...first, choose: { path: "schedule.peak", values: peaks[part] } },
    // Behind a frozen first layer predictions do not depend on the reference: as an anchored network it would be the same.
    ...(part === "full" && { "full-standard-anchored-0": arm("standard", anchored(0)) }),
    ...Object.fromEntries(
      maskProbabilities.flatMap((alpha) => {
        const name = `${part}-anchored-${alpha}`;
        const from = (source: Source, ...others: string[]) =>
          [`${name}-${source}`, arm(`anchored-${alpha}`, anchored(alpha, source), [baseline, ...others])] as const;
        return [from("new"), from("pretraining", `${name}-new`), from("both", `${name}-new`)];
      }),
    ),
  };
}

const pretrained = Object.entries(bases).map(
  ([base, method]) => [`pretrained-${base}`, { config: { ...pretraining, method } } satisfies TrainedArm] as const,
);
const probes = Object.keys(bases).map(
  (base) =>
    [
      `probe-${base}`,
      { probes: `pretrained-${base}`, data: concepts, comparedWith: ["probe-standard"] } satisfies ProbeArm,
    ] as const,
);
const fromScratch: TrainedArm = {
  config: { ...fineTuning("full"), method: standard },
  chooseAs: "full-standard-standard",
  comparedWith: ["full-standard-standard"],
};

/** A measure of one of the two tasks: categories are 8 classes, concepts some 300. */
const of = (task: "categories" | "concepts", measure: Measure): Measure => ({
  ...measure,
  group: task === "categories" ? `Pre-training: ${measure.group.toLowerCase()}` : measure.group,
  of: (results, run) =>
    run.stored().some(({ classes }) => classes === 8) === (task === "categories")
      ? measure.of(results, run)
      : undefined,
});

const metrics = ["accuracy", "top5", "ece15"] as const;

/**
 * Is what an anchored network learns more useful elsewhere? Pre-training on the categories of 70 % of the concepts, then
 * telling the other concepts apart (one class a concept, two drawings each) by a linear probe, by fine-tuning everything,
 * and by fine-tuning the last layer, with references from the new images, the pre-training's, or both. 24 arms and four
 * peaks more × 3 seeds; results: docs/results.md.
 */
export const adaptation: Study = {
  title: "Adaptation on emoji",
  arms: {
    ...Object.fromEntries(pretrained),
    ...Object.fromEntries(probes),
    "full-scratch": fromScratch,
    ...tuned("full"),
    ...tuned("head"),
  },
  seeds: 3,
  // A new seed is also a new choice of concepts and of held-out drawings: the repetitions are independent.
  splitsBySeed: true,
  baselines: [],
  intervalsOver: "images",
  judge: { suites: ["clean", "calibration", "shift"], k: 5 },
  measures: [
    of("concepts", validationMeasure("accuracy")),
    ...metrics.map((metric) => of("concepts", setMeasure("emoji/test", "test", metric))),
    ...metrics.map((metric) => of("concepts", setMeasure("emoji/unseen vendors", "shift", metric))),
    of("categories", validationMeasure("accuracy")),
  ],
};
