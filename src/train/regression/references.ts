import { HostArray, Random, type RegressionSet, UserError } from "../../core/index.ts";
import { anchoredOptions, type DrawReferences } from "../../methods/index.ts";
import { keptReferenceRows, parseReferencePolicy, referencesInUse } from "../../methods/internal.ts";
import type { RunConfig } from "../../run/index.ts";
import type { RegressionEncoder } from "./encoding.ts";

export interface RegressionReferences {
  readonly drawAt: (progress: number) => DrawReferences;
  /** [R, C, H, W] that the trained model keeps, and their targets [R, D], both standardised. */
  readonly kept: () => { readonly references: HostArray; readonly referenceTargets: HostArray };
}

/**
 * The references of an anchored regression: training examples, drawn with replacement.
 * @throws UserError for a policy that goes by classes, or a set that is too small
 */
export function regressionReferences(
  { method: chosen, seed }: RunConfig,
  train: RegressionSet,
  { shape, inputs, targets }: RegressionEncoder,
): RegressionReferences | undefined {
  const method = anchoredOptions(chosen);
  if (!method) return undefined;
  const rows = rowsOf(method.references, train, seed);
  if (method.referenceStart !== undefined && method.referenceStart > rows.length)
    throw new UserError(
      `method.referenceStart ${method.referenceStart}: more than the ${rows.length} of the reference set; use at most that`,
    );
  // As the set grows in this order, every smaller one is part of a larger.
  const growing =
    method.referenceStart === undefined ? rows : new Random("reference-growth", seed).shuffle(rows.slice());
  return {
    drawAt(progress) {
      const inUse = growing.subarray(0, referencesInUse(growing.length, method, progress));
      return (count, random) => {
        const drawn = Int32Array.from({ length: count }, () => inUse[random.integer(inUse.length)]);
        const clean = inputs(train, drawn);
        return { clean, shown: clean };
      };
    },
    kept() {
      const chosen = keptReferenceRows(rows, method.referenceCount, seed);
      const { channels, height, width } = shape;
      return {
        references: HostArray.float32([chosen.length, channels, height, width], inputs(train, chosen)),
        referenceTargets: HostArray.float32([chosen.length, train.targets.names.length], targets(train, chosen)),
      };
    },
  };
}

function rowsOf(text: string, { count, name }: RegressionSet, seed: number): Int32Array {
  const policy = parseReferencePolicy(text);
  const all = Int32Array.from({ length: count }, (_, row) => row);
  if (policy.kind === "all" || policy.kind === "batch") return all;
  if (policy.kind !== "images")
    throw new UserError(
      `method.references ${text}: it goes by classes, and a regression has none; use all, batch or N`,
    );
  if (policy.count > count)
    throw new UserError(`method.references ${text}: more than the ${count} of ${name}; use at most ${count}, or all`);
  return new Random("reference-set", seed).shuffle(all).slice(0, policy.count).sort();
}
