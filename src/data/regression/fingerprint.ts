import { createHash } from "node:crypto";
import { imageBytes, type NumberColumns, type RegressionSet, rememberOf } from "../../core/index.ts";

const bytesOf = ({ data }: NumberColumns) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/**
 * SHA-256, in hexadecimal digits, of a set's inputs and targets with the names of their columns. The set's own name is
 * no part of it.
 * @example
 * const trainedOn = regressionFingerprint(data.train);
 */
export function regressionFingerprint({ inputs, targets }: RegressionSet): string {
  const { kind } = inputs;
  const shape = kind === "images" ? [inputs.height, inputs.width, inputs.channels] : inputs.names;
  const numbers = createHash("sha256")
    .update(JSON.stringify({ kind, shape, targets: targets.names }))
    .update(bytesOf(targets));
  if (kind === "numbers") return numbers.update(bytesOf(inputs)).digest("hex");
  // Images in a file are hashed once: what is remembered goes by all that is hashed besides them.
  const prefix = numbers.digest("hex");
  return rememberOf(inputs, `regression sha256 ${prefix}`, () => {
    const hash = createHash("sha256").update(prefix);
    for (const bytes of imageBytes(inputs)) hash.update(bytes);
    return hash.digest("hex");
  });
}
