import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { expectPageHas } from "../core/testing.ts";
import { benchmarks, type Corruption } from "./corruption.ts";
import { corruptions } from "./table.ts";

const level = (value: unknown): string => {
  if (Array.isArray(value)) return `${value.length} from ${level(value[0])} to ${level(value.at(-1))}`;
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name} ${level(one)}`)
    .join(", ");
};

function entry({ name, title, meaning, levels }: Corruption): string {
  const constants = benchmarks.map((benchmark) => `| ${benchmark} | ${levels[benchmark].map(level).join(" | ")} |`);
  return [
    `### ${title}: \`${name}\``,
    meaning,
    `![${title}, severities 0 to 5](corruptions/${name}.webp)`,
    ["| constants | 1 | 2 | 3 | 4 | 5 |", "|---|---|---|---|---|---|", ...constants].join("\n"),
  ].join("\n\n");
}

const titles = {
  c: "The 15 of CIFAR-10-C and ImageNet-C",
  "c-extra": "Their four extra ones",
  "c-bar": "The ten of CIFAR-10-C-bar",
  own: "Others, asked for by name",
};

const written = Object.entries(titles)
  .map(([suite, title]) => [`## ${title}`, ...corruptions.filter((one) => one.suite === suite).map(entry)])
  .filter(({ length }) => length > 1)
  .flat()
  .join("\n\n");

test("docs/corruptions.md has the code's entries; if not: npm run docs", () =>
  expectPageHas("corruptions.md", { corruptions: written }));

test.each(corruptions)("$name has its picture", ({ name }) => {
  const picture = new URL(`../../docs/corruptions/${name}.webp`, import.meta.url);
  expect(existsSync(picture), `${name}: node scripts/corruption-pictures.mjs`).toBe(true);
});
