import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createModel, modelNames } from "./index.ts";
import { parameterCount, timmModels, undrawn } from "./testing.ts";

const page = fileURLToPath(new URL("../../docs/models.md", import.meta.url));

function row(name: (typeof modelNames)[number]): string {
  const timm = timmModels[name];
  const cells = [
    `\`${name}\``,
    parameterCount(undrawn(createModel(name, { inputChannels: 3, classes: 10 }))).toLocaleString("en-US"),
    timm ? `\`${timm.timm}\`` : "",
    timm ? timm.parameters.toLocaleString("en-US") : "",
  ];
  return `| ${cells.join(" | ")} |`;
}

test("docs/models.md has the code's models; if not: npm run docs", async () => {
  const text = readFileSync(page, "utf8");
  const [begin, end] = ["<!-- models: written by `npm run docs` -->", "<!-- end of the models -->"];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  expect(from).toBeGreaterThan(0);
  expect(to).toBeGreaterThan(from);
  const head = "| `--model` | parameters | timm's | its parameters |\n|---|---:|---|---:|";
  const written = [head, ...modelNames.map(row)].join("\n");
  await expect(`${text.slice(0, from)}${begin}\n\n${written}\n\n${text.slice(to)}`).toMatchFileSnapshot(page);
}, 60_000);
