import { expect, test } from "vitest";
import { configJsonSchema } from "./config-json-schema.ts";

test("schema/config.schema.json is the code's; if not: npm run docs", async () => {
  await expect(`${JSON.stringify(configJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
    "../../schema/config.schema.json",
  );
});

test("ranges, choices and words are those of the options", () => {
  const { properties } = configJsonSchema() as { properties: Record<string, any> };
  expect(properties.epochs).toMatchObject({ type: "integer", minimum: 1, default: 10 });
  expect(properties.dropout).toMatchObject({ minimum: 0, exclusiveMaximum: 1 });
  expect(properties.dropout.description).toBe("of features that the classifier does not see");
  expect(properties.threads.default).toBeUndefined();
  const anchored = properties.method.oneOf.find((one: any) => one.properties.name.const === "anchored");
  expect(anchored.properties.maskProbability).toMatchObject({
    minimum: 0,
    maximum: 1,
    default: 0.25,
    examples: [0.25],
  });
  expect(JSON.stringify(properties)).not.toContain("--mask-probability");
});
