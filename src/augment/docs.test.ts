import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { augmentationTable, mixerTable } from "./internal.ts";

const page = readFileSync(new URL("../../docs/augmentation.md", import.meta.url), "utf8");

test.each([...Object.keys(augmentationTable), ...Object.keys(mixerTable)])("%s has its section and picture", (name) => {
  expect(page).toContain(`\n### ${name}\n`);
  expect(page).toContain(`](augmentation/${name}.webp)`);
  expect(existsSync(new URL(`../../docs/augmentation/${name}.webp`, import.meta.url))).toBe(true);
});
