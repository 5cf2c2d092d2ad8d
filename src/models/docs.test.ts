import { test } from "vitest";
import { expectPageHas } from "../core/testing.ts";
import { createModel, modelNames } from "./index.ts";
import { parameterCount, timmModels } from "./testing.ts";

function row(name: (typeof modelNames)[number]): string {
  const timm = timmModels[name];
  const cells = [
    `\`${name}\``,
    parameterCount(createModel(name, { inputChannels: 3, classes: 10 })).toLocaleString("en-US"),
    timm ? `\`${timm.timm}\`` : "",
    timm ? timm.parameters.toLocaleString("en-US") : "",
  ];
  return `| ${cells.join(" | ")} |`;
}

test("docs/models.md has the code's models; if not: npm run docs", async () => {
  const head = "| `--model` | parameters | timm's | its parameters |\n|---|---:|---|---:|";
  await expectPageHas("models.md", { models: [head, ...modelNames.map(row)].join("\n") });
}, 60_000);
