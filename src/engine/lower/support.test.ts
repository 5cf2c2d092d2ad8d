import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { limitations } from "./limitations.ts";
import { loweringTable } from "./table.ts";

const page = fileURLToPath(new URL("../../../docs/engine.md", import.meta.url));
const [begin, end] = ["<!-- support table: written by `npm run docs` -->", "<!-- end of the support table -->"];

function supportTable(): string {
  const rows = Object.entries(loweringTable).map(([primitive, entry]) => {
    const limits = limitations.filter((limit) => limit.primitive === primitive);
    const note = limits.map(({ when, what }) => `When ${when}: ${what}.`).join(" ");
    return typeof entry === "function"
      ? `| \`${primitive}\` | yes | ${note} |`
      : `| \`${primitive}\` | no | ${entry.unsupported} |`;
  });
  return ["| primitive | compiled | limits, or why not |", "|---|---|---|", ...rows].join("\n");
}

test("docs/engine.md has the support table of the code; if not: npm run docs", async () => {
  const text = readFileSync(page, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  expect(from).toBeGreaterThan(0);
  expect(to).toBeGreaterThan(from);
  await expect(`${text.slice(0, from)}${begin}\n\n${supportTable()}\n\n${text.slice(to)}`).toMatchFileSnapshot(page);
});
