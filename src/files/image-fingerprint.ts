import { createHash } from "node:crypto";
import type { ImageSet } from "../core/index.ts";
import { imageBytes, rememberOf } from "../core/internal.ts";
import { sha256 } from "./sha256.ts";

/** SHA-256 of `prefix`, all images and labels. */
export function fingerprintOf(set: ImageSet, prefix = ""): string {
  const { buffer, byteOffset, byteLength } = set.labels;
  const labels = new Uint8Array(buffer, byteOffset, byteLength);
  const what = `sha256 ${prefix} ${sha256(labels)}`;
  return rememberOf(set, what, () => {
    const hash = createHash("sha256").update(prefix);
    for (const bytes of imageBytes(set)) hash.update(bytes);
    return hash.update(labels).digest("hex");
  });
}
