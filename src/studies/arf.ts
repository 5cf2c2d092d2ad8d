import { emojiSubgroups } from "../data/index.ts";
import { besideMeasure, corruptionMeanMeasure, harmonicMeasure, setMeasure } from "../report/index.ts";
import type { RunConfigInput } from "../run/index.ts";
import type { InterpolatedArm, NamedArm, Study, StudyArm, TrainedArm } from "./study.ts";

const subgroups = Object.keys(emojiSubgroups);
/** Every other one of the 51, in their order: 26 to tune on, 25 to be asked of afterwards. */
const tunedOn = subgroups.filter((_, i) => i % 2 === 0);
const others = subgroups.filter((_, i) => i % 2 === 1);

const unseen = ["fluent-emoji-flat", "emojione"];
const emoji = { name: "emoji", label: "subgroup", imageSize: 16, testFraction: 0.3 } as const;
const common = {
  model: "resnet20",
  embedding: 128,
  augment: [
    { name: "randomResizedCrop", options: {} },
    { name: "flip", options: {} },
    { name: "trivialAugmentWide", options: {} },
  ],
} satisfies Partial<RunConfigInput>;

const pretraining: RunConfigInput = {
  ...common,
  task: { name: "contrastive" },
  data: { ...emoji, domains: { train: ["noto", "twemoji", "openmoji"], shift: unseen } },
  optimizer: { name: "adamw", weightDecay: 0.1 },
  schedule: { name: "one-cycle", peak: 0.002 },
  epochs: 80,
  batchSize: 128,
  validateEvery: 40,
};

/** One vendor's drawings of the concepts that were seen in pre-training, of half of the subgroups. */
const tunedData = { ...emoji, subgroups: tunedOn, domains: { train: ["noto"], shift: unseen } } as const;
const otherData = { ...emoji, subgroups: others, domains: { train: ["noto"], shift: unseen } } as const;

const tuning = {
  ...common,
  data: tunedData,
  optimizer: { name: "adamw", weightDecay: 0.1 },
  schedule: { name: "one-cycle", peak: 0.001 },
  epochs: 20,
  batchSize: 64,
  validateEvery: 20,
} satisfies RunConfigInput;

/** A dual encoder as it is after its training: asked of the classes that others tune on and, beside them, of the others. */
function encoderArm(name: string, train: TrainedArm): Record<string, StudyArm> {
  const named: NamedArm = { names: `${name}-encoder`, data: tunedData };
  return {
    [`${name}-encoder`]: train,
    [name]: { ...named, beside: { others: `${name}-others` } },
    [`${name}-others`]: { ...named, data: otherData },
  };
}

/** The middle between what the start answers and what an arm does, in both sets of classes. */
function wiseArm(name: string): Record<string, StudyArm> {
  const between = (of: string): InterpolatedArm => ({ interpolates: [`zero-shot${of}`, `${name}${of}`], at: 0.5 });
  return {
    [`${name}-wise`]: { ...between(""), beside: { others: `${name}-wise-others` } },
    [`${name}-wise-others`]: between("-others"),
  };
}

type Options = Omit<Extract<NonNullable<RunConfigInput["task"]>, { name: "contrastive" }>, "name">;
const anchored: RunConfigInput["method"] = { name: "anchored" };

/** FLYP with what ARF adds to it, by the rate that validation chooses for FLYP. */
const flyp = (options: Options = {}, more: Partial<RunConfigInput> = {}): TrainedArm => ({
  config: { ...tuning, task: { name: "contrastive", texts: "classes", ...options }, ...more },
  startsFrom: "zero-shot-encoder",
  chooseAs: "flyp-encoder",
});
const { chooseAs: _, ...first } = flyp();

/** Drawings of the same concepts by the two other vendors of the pre-training, of all its subgroups. */
const pool = { subgroups, domains: { train: ["twemoji", "openmoji"], shift: unseen } };
const retrieved = { retrievedWeight: 1, pool } as const;
const random = { ...retrieved, retrieval: "random" } as const;

const rates = [0.0001, 0.0003, 0.001];
/** Classification from the zero-shot head. */
const crossEntropy = (startsFrom: string, more: Partial<RunConfigInput> = {}): TrainedArm => ({
  config: { ...tuning, ...more },
  startsFrom,
});

const accuracy = setMeasure("emoji/test", "test", "accuracy");
const vendors = setMeasure("emoji/unseen vendors", "shift", "accuracy");
const tuned = "Classes tuned on";
const notTuned = "Classes not tuned on, zero-shot";
const ofTuned = [
  { ...accuracy, group: tuned, title: "Accuracy, new concepts" },
  { ...vendors, group: tuned, title: "Accuracy, unseen vendors" },
];
const ofOthers = [
  besideMeasure("others", notTuned, { ...accuracy, title: "Accuracy, new concepts" }),
  besideMeasure("others", notTuned, { ...vendors, title: "Accuracy, unseen vendors" }),
];

/**
 * Does anchor-based robust fine-tuning (ARF, Han et al., CVPR 2024) keep what a dual encoder knows? Pre-training on captions of 70 %
 * of the emoji concepts by three vendors; fine-tuning on 26 of the 51 subgroups, drawn by one vendor; then asked of held-out
 * concepts: of these classes, as other vendors draw them, damaged, and of the 25 other classes by their names alone.
 * Results: docs/results.md.
 */
export const arf: Study = {
  title: "Anchor-based robust fine-tuning of a dual encoder, ResNet-20, emoji subgroups, 16 pixels",
  arms: {
    ...encoderArm("zero-shot", { config: pretraining }),
    ce: { ...crossEntropy("zero-shot"), choose: { path: "schedule.peak", values: rates } },
    "lp-head": { ...crossEntropy("zero-shot", { trainable: "head" }), chooseAs: "ce" },
    "lp-ft": { ...crossEntropy("lp-head"), chooseAs: "ce" },
    "ce-wise": { interpolates: ["zero-shot", "ce"], at: 0.5 },
    ...encoderArm("flyp", { ...first, choose: { path: "schedule.peak", values: rates } }),
    ...wiseArm("flyp"),
    ...encoderArm("flyp-positive", flyp({ sameClass: "positive" })),
    ...encoderArm("flyp-caption", flyp({ captionWeight: 1 })),
    ...encoderArm("flyp-shuffled", flyp({ captionWeight: 1, captionsOf: "shuffled" })),
    ...encoderArm("flyp-retrieved", flyp(retrieved)),
    // The control at the cost of retrieval: twice the images and twice the texts.
    ...encoderArm("flyp-random", flyp(random)),
    ...encoderArm("arf", flyp({ captionWeight: 1, ...retrieved })),
    ...wiseArm("arf"),
    "ce-anchored": { ...crossEntropy("zero-shot", { method: anchored }), chooseAs: "ce" },
    ...encoderArm("flyp-anchored", flyp({}, { method: anchored })),
    ...encoderArm("arf-anchored", flyp({ captionWeight: 1, ...retrieved }, { method: anchored })),
  },
  seeds: 5,
  // A new seed is also a new choice of concepts: the repetitions are independent.
  splitsBySeed: true,
  baselines: ["zero-shot", "flyp"],
  judge: { suites: ["clean", "shift", "corruptions"], severities: [3] },
  measures: [
    ...ofTuned,
    { ...corruptionMeanMeasure("accuracy"), group: tuned, title: "Accuracy, mean over 29 corruptions" },
    { ...setMeasure("emoji/test", "test", "smoothEce"), group: tuned, title: "Smoothed ECE, new concepts" },
    ...ofOthers,
    besideMeasure("others", notTuned, {
      ...corruptionMeanMeasure("accuracy"),
      title: "Accuracy, mean over 29 corruptions",
    }),
    harmonicMeasure("Both", [ofTuned[0], ofOthers[0]]),
  ],
};
