import { eachBlock } from "./rows.ts";
import { softmaxOfBlock } from "./scored-block.ts";
import type { FittedSet, Fitting } from "./types.ts";

/** [n, D] → [n] log Σ exp of the logits that the classifier gives these features; other weights [K, D] may be given. */
export function energyOf(
  { classes, width, data, innerProducts, once }: Fitting,
  weight?: Float64Array,
): (features: Float64Array) => Promise<Float64Array> {
  const { bias, weight: given } = data.classifier!;
  return async (features) => {
    const own = weight ?? (await once("weight in float64", () => Float64Array.from(given)));
    const logits = await innerProducts(features, own, width);
    return softmaxOfBlock(
      logits.map((value, i) => value + bias[i % classes]),
      classes,
    ).energy;
  };
}

/** All numbers of a set's features, sorted. */
export const sortedFeatures = (fitting: Fitting, of: "training" | "validation"): Promise<Float32Array | Float64Array> =>
  fitting.once(`sorted features of ${of}`, () => sorted(fitting.data[of]!));

async function sorted({ features: { count, width, block } }: FittedSet): Promise<Float32Array | Float64Array> {
  let all: Float32Array | Float64Array | undefined;
  await eachBlock(count, async (from, to) => {
    const rows = await block(from, to);
    all ??= new (rows instanceof Float32Array ? Float32Array : Float64Array)(count * width);
    all.set(rows, from * width);
  });
  return all!.sort();
}
