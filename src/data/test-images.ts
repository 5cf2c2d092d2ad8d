import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { ImageSet } from "../core/index.ts";

/** For tests: a set of the given pixels, labels counting 0, 1, 0, 1, … */
export function imageSet(set: Pick<ImageSet, "height" | "width" | "channels" | "images">): ImageSet {
  const count = set.images.length / (set.height * set.width * set.channels);
  return {
    name: "made/up",
    ...set,
    labels: Int32Array.from({ length: count }, (_, i) => i % 2),
    classNames: ["a", "b"],
  };
}

/** For tests: a folder that goes away when the test ends. */
export function scratchFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "anchored-data-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
