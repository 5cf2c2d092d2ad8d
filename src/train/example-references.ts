import { HostArray, Random, UserError } from "../core/index.ts";
import { anchoredOptions, type DrawReferences } from "../methods/index.ts";
import { keptReferenceRows, parseReferencePolicy, referencesInUse } from "../methods/internal.ts";
import type { RunConfig } from "../run/index.ts";
import { leadingReferences } from "./leading-references.ts";

/** Training examples that may be references. */
export interface ReferenceExamples {
  readonly name: string;
  readonly count: number;
  /** Of one example, as it is fed. */
  readonly shape: { readonly channels: number; readonly height: number; readonly width: number };
  /** [N, C, H, W] those at `rows`, as they are fed. */
  inputs(rows: ArrayLike<number>): Float32Array;
}

export interface ExampleReferences {
  readonly drawAt: (progress: number) => DrawReferences;
  /** Rows of those that the trained model keeps. */
  readonly keptRows: () => Int32Array;
  /** [R, C, H, W] the same, as they are fed. */
  readonly kept: () => HostArray;
}

/**
 * The references of an anchored run on examples without classes: training examples, drawn with replacement; `undefined` for
 * methods without.
 * @throws UserError for a policy that goes by classes, or a set that is too small
 */
export function exampleReferences(
  { method: chosen, seed }: RunConfig,
  train: ReferenceExamples,
): ExampleReferences | undefined {
  const method = anchoredOptions(chosen);
  if (!method) return undefined;
  const { inputs, shape } = train;
  const rows = rowsOf(method.references, train, seed);
  if (method.referenceStart !== undefined && method.referenceStart > rows.length)
    throw new UserError(
      `method.referenceStart ${method.referenceStart}: more than the ${rows.length} of the reference set; use at most that`,
    );
  // As the set grows in this order, every smaller one is part of a larger.
  const growing =
    method.referenceStart === undefined ? rows : new Random("reference-growth", seed).shuffle(rows.slice());
  const keptRows = () => keptReferenceRows(rows, method.referenceCount, seed);
  return {
    drawAt(progress) {
      const inUse = growing.subarray(0, referencesInUse(growing.length, method, progress));
      return (count, random) => {
        const drawn = Int32Array.from({ length: count }, () => inUse[random.integer(inUse.length)]);
        const clean = inputs(drawn);
        return { clean, shown: clean };
      };
    },
    keptRows,
    kept() {
      const chosen = keptRows();
      return HostArray.float32([chosen.length, shape.channels, shape.height, shape.width], inputs(chosen));
    },
  };
}

function rowsOf(text: string, { count, name }: ReferenceExamples, seed: number): Int32Array {
  const policy = parseReferencePolicy(text);
  const all = Int32Array.from({ length: count }, (_, row) => row);
  if (policy.kind === "all" || policy.kind === "batch") return all;
  if (policy.kind !== "images")
    throw new UserError(
      `method.references ${text}: it goes by classes, and the examples have none; use all, batch or N`,
    );
  if (policy.count > count)
    throw new UserError(`method.references ${text}: more than the ${count} of ${name}; use at most ${count}, or all`);
  return new Random("reference-set", seed).shuffle(all).slice(0, policy.count).sort();
}

/** [R, 1, C, H, W] the first `k` references, all where absent. @throws UserError where fewer are kept */
export function firstReferences(references: HostArray | undefined, k: number | undefined): HostArray {
  if (!references) throw new UserError("the checkpoint keeps no references; train the run again");
  const [count] = references.shape;
  if (k !== undefined && !(Number.isInteger(k) && k >= 1 && k <= count))
    throw new UserError(`--k ${k}: the checkpoint keeps ${count} references; use a whole number from 1 to that`);
  return leadingReferences(references, k);
}
