import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { limitations } from "./lower/limitations.ts";
import { loweringTable } from "./lower/table.ts";
import { passes } from "./passes/index.ts";

const page = fileURLToPath(new URL("../../docs/engine.md", import.meta.url));

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

const passesTable = (): string =>
  [
    "| pass | what for |",
    "|---|---|",
    ...passes.map(({ name, reason }) => `| [\`${name}\`](../src/engine/passes/${name}.ts) | ${reason} |`),
  ].join("\n");

/** Tables of the page that the code writes, by the name in their marks. */
const tables: Record<string, () => string> = { passes: passesTable, support: supportTable };

test("docs/engine.md has the code's tables; if not: npm run docs", async () => {
  let text = readFileSync(page, "utf8");
  for (const [name, table] of Object.entries(tables)) {
    const [begin, end] = [`<!-- ${name} table: written by \`npm run docs\` -->`, `<!-- end of the ${name} table -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    expect(from, begin).toBeGreaterThan(0);
    expect(to, end).toBeGreaterThan(from);
    text = `${text.slice(0, from)}${begin}\n\n${table()}\n\n${text.slice(to)}`;
  }
  await expect(text).toMatchFileSnapshot(page);
});
