import { expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { benchEngine, type EngineBenchRow } from "./engine.ts";

test("a row per model and back-end, handed over as it is measured", async () => {
  const seen: EngineBenchRow[] = [];
  const rows = await benchEngine({
    models: ["resnet20"],
    steps: 1,
    oracle: false,
    backends: ["portable"],
    onRow: (row) => seen.push(row),
  });
  expect(seen).toEqual(rows);
  expect(rows).toHaveLength(1);
  const [row] = rows;
  expect(row).toMatchObject({ model: "resnet20", backend: "portable", batchSize: 128, steps: 1 });
  expect(row.imagesPerSecond).toBeGreaterThan(0);
  expect(row.compileMs).toBeGreaterThan(0);
  expect(row.timesOracle).toBeUndefined();
});

test("an unknown model is refused by name", async () => {
  await expect(benchEngine({ models: ["vgg"] })).rejects.toThrow(UserError);
  await expect(benchEngine({ models: ["vgg"] })).rejects.toThrow('"vgg"');
});
