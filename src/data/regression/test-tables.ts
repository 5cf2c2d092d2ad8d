import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RegressionSet } from "../../core/index.ts";
import { scratchFolder } from "../test-images.ts";

/** For tests: a file of that name in a folder of its own. @returns its path */
export function writeTable(name: string, content: string | Uint8Array): string {
  const path = join(scratchFolder(), name);
  writeFileSync(path, content);
  return path;
}

/** For tests: columns `x` = 0 … n − 1 and `y` = 10 x, as CSV. */
export const ramp = (n: number): string => `x,y\n${Array.from({ length: n }, (_, i) => `${i},${10 * i}`).join("\n")}\n`;

/** For tests: the numbers of a set's column, among its inputs or else its targets. */
export function valuesOf({ inputs, targets }: RegressionSet, column: string): number[] {
  const from = inputs.kind === "numbers" && inputs.names.includes(column) ? inputs : targets;
  const at = from.names.indexOf(column);
  return [...from.data].filter((_, i) => i % from.names.length === at);
}
