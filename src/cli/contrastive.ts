import { UserError } from "../core/index.ts";
import { type ExportedTowers, writeTowers } from "../export/index.ts";
import type { ModelFlags, TaskCommands } from "./tasks.ts";

/** What it tells apart are the classes that it is asked for: a classifier is made of it first. */
const refused = async (run: string): Promise<never> => {
  throw new UserError(
    `${run} is a dual encoder, which knows no classes of its own; make a classifier of it: anchored zero-shot ${run} --out CLASSIFIER`,
  );
};

/** Flags of `export` that say something of classifiers alone. */
const ofClassifiers = ["temperature", "verdict", "keep", "nearest", "weights", "humanLabels"] as const;

async function exportTowers(
  run: string,
  flags: ModelFlags & { readonly out: string },
  listener: Parameters<TaskCommands["export"]>[2],
) {
  const foreign = ofClassifiers.find((name) => flags[name] !== undefined);
  if (foreign)
    throw new UserError(`options.${foreign}: it is about classifiers, and ${run} is a dual encoder; leave it out`);
  const { out, activation, precision, protocol, k, threads, dataDir, folder, changedData } = flags;
  const written = await writeTowers(run, {
    ...{ out, activation, precision, threads, data: { dataDir, folder, changedData } },
    k: protocol === "single" ? 1 : k,
    ...listener,
  });
  return { written, words: exportInWords(written) };
}

function exportInWords({ file, card, bytes, check }: ExportedTowers): string {
  const { image, text } = card;
  const size = (count: number) => `${(count / 2 ** 20).toFixed(2)} MiB`;
  const asked = image.references === 0 ? "no references" : `${image.references} references`;
  const { largestDifference: apart } = check;
  return [
    file,
    `  ${image.file}  ${size(bytes.image)}: ${image.width}×${image.height}×${image.channels} → ${card.embedding} numbers, ${asked}`,
    `  ${text.file}  ${size(bytes.text)}: ${text.context} tokens → ${card.embedding} numbers`,
    `  ${card.name}: ${card.precision}; cosines times ${Number(card.scale.toPrecision(5))} are logits`,
    `  points of ${check.images} images (${check.set}) within ${apart.image.toExponential(1)}, of ${check.texts} texts within ${apart.text.toExponential(1)} of the dual encoder's`,
  ].join("\n");
}

/** Of dual encoders; `predict` itself asks them by class names. */
export const contrastiveCommands: TaskCommands<never> = {
  own: ["activation"],
  knows: () => true,
  next: (run) => `zero-shot ${run} --out ${run}-classifier`,
  models: "dual encoders",
  refusal: (what, others) => `it is about ${others}, and ${what} is a dual encoder`,
  evaluate: (_, [run]) => refused(run),
  export: exportTowers,
  open: refused,
  served: () => {
    throw new TypeError("contrastive: a dual encoder is not opened");
  },
  predict: (_, __, [run]) => refused(run),
};
