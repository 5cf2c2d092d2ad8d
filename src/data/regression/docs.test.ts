import { test } from "vitest";
import { z } from "zod";
import { expectPageHas } from "../../core/testing.ts";
import { closedFormNames, closedForms, regressionDataNames, regressionDataTable } from "./index.ts";

interface OptionSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: OptionSchema;
  readonly prefixItems?: readonly OptionSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly default?: unknown;
  readonly help?: string;
}

function typeOf(schema: OptionSchema): string {
  if (schema.enum) return schema.enum.map((name) => `\`${name}\``).join(", ");
  if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(", ")}]`;
  if (schema.type === "array") return `list of ${typeOf(schema.items!)}s`;
  const within = (value: number | undefined) => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  const range = [
    within(schema.minimum) && `≥ ${schema.minimum}`,
    within(schema.exclusiveMinimum) && `> ${schema.exclusiveMinimum}`,
    within(schema.maximum) && `≤ ${schema.maximum}`,
    within(schema.exclusiveMaximum) && `< ${schema.exclusiveMaximum}`,
  ].filter(Boolean);
  return [schema.type, ...range].join(" ");
}

function optionsOf(name: (typeof regressionDataNames)[number]): string {
  const { properties, required } = z.toJSONSchema(regressionDataTable[name].options, { io: "input" });
  const rows = Object.entries(properties as Record<string, OptionSchema>)
    .filter(([option]) => option !== "name")
    .map(([option, schema]) => {
      const usual = required?.includes(option)
        ? "must be given"
        : schema.default === undefined
          ? ""
          : `\`${JSON.stringify(schema.default)}\``;
      return `| \`${option}\` | ${typeOf(schema)} | ${usual} | ${schema.help} |`;
    });
  return `| option | value | default | what |\n|---|---|---|---|\n${rows.join("\n")}`;
}

function functionRow(name: (typeof closedFormNames)[number]): string {
  const { title, dimension, domain } = closedForms[name];
  const intervals = Array.from({ length: dimension }, (_, input) => `[${domain(input).join(", ")}]`);
  const box = new Set(intervals).size === 1 ? `${intervals[0]}${dimension > 1 ? " each" : ""}` : intervals.join(" × ");
  return `| \`${name}\` | ${title} | ${dimension} | ${box} |`;
}

test("docs/regression-data.md has the code's options and functions; if not: npm run docs", async () => {
  const functions = `| function | what | inputs | domain |\n|---|---|---:|---|\n${closedFormNames.map(functionRow).join("\n")}`;
  await expectPageHas("regression-data.md", {
    ...Object.fromEntries(regressionDataNames.map((name) => [`options of ${name}`, optionsOf(name)])),
    "closed forms": functions,
  });
});
