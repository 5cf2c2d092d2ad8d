import { test } from "vitest";
import { expectPageHas } from "../core/testing.ts";
import { limitations } from "./lower/limitations.ts";
import { loweringTable } from "./lower/table.ts";
import { passes } from "./passes/index.ts";

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

test("docs/engine.md has the code's tables; if not: npm run docs", () =>
  expectPageHas("engine.md", { "passes table": passesTable(), "support table": supportTable() }));
