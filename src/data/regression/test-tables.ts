import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import type { RegressionSet } from "../../core/index.ts";
import { scratchFolder } from "../test-images.ts";
import { loadRegressionData, type RegressionDataOptions } from "./index.ts";

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

/**
 * For tests: a folder `dots` of `n` PNG images of 8×8 pixels, red 10 i and blue 200, the last two of them in a folder
 * `more`, and their table `targets.csv` of `file` and `y` = i. @returns its path
 */
export async function writeImageTable(n: number): Promise<string> {
  const folder = join(scratchFolder(), "dots");
  mkdirSync(join(folder, "more"), { recursive: true });
  const names = Array.from({ length: n }, (_, i) => `${i < n - 2 ? "" : "more/"}${i}.png`);
  for (const [i, name] of names.entries())
    await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 10 * i, g: 0, b: 200 } } })
      .png()
      .toFile(join(folder, name));
  writeFileSync(join(folder, "targets.csv"), `file,y\n${names.map((name, i) => `${name},${i}`).join("\n")}\n`);
  return folder;
}

type CsvOptions = Extract<RegressionDataOptions, { name: "csv" }>;

/** For tests: the data of a table with target `y`, and the notices, in which `FILE` stands for its path. */
export const loadCsv = async (file: string, options: Partial<CsvOptions> = {}) => {
  const notices: string[] = [];
  const data = await loadRegressionData(
    { name: "csv", file, targets: ["y"], ...options },
    { onNotice: (line) => notices.push(line.replace(file, "FILE")) },
  );
  return { data, notices };
};
