import { createHash, type Hash } from "node:crypto";
import { imageBytes, rememberOf } from "../core/images.ts";
import type { NumberColumns, RegressionSet } from "../core/regression-set.ts";

/**
 * SHA-256 of what is seen and what is to be predicted of all examples, with the names of the columns; not of the set's
 * name: two sets of one fingerprint are predicted alike. Images in a file are read for it once.
 * @example const trainedOn = regressionFingerprint(data.train);
 */
export function regressionFingerprint({ count, inputs, targets }: RegressionSet): string {
  const hash = createHash("sha256");
  if (inputs.kind === "numbers") {
    addColumns(hash, "inputs", count, inputs);
    addColumns(hash, "targets", count, targets);
    return hash.digest("hex");
  }
  const shape = JSON.stringify(["images", count, inputs.height, inputs.width, inputs.channels]);
  const besides = createHash("sha256").update(shape);
  addColumns(besides, "targets", count, targets);
  // What is remembered of a file of images goes by all that is hashed besides them.
  return rememberOf(inputs, `regression sha256 ${besides.digest("hex")}`, () => {
    hash.update(shape);
    for (const bytes of imageBytes(inputs)) hash.update(bytes);
    addColumns(hash, "targets", count, targets);
    return hash.digest("hex");
  });
}

function addColumns(hash: Hash, what: string, count: number, { names, data }: NumberColumns): void {
  hash.update(JSON.stringify([what, count, names]));
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
