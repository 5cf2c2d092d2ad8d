import { expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { benchPasses, type PassRow } from "./passes.ts";
import { passesTable } from "./tables.ts";

test("a row per pass, handed over as it is measured", async () => {
  const seen: PassRow[] = [];
  const rows = await benchPasses({
    models: ["resnet20"],
    passes: ["dead-code", "relu"],
    steps: 1,
    onRow: (row) => seen.push(row),
  });
  expect(seen).toEqual(rows);
  expect(rows.map(({ pass }) => pass)).toEqual(["dead-code", "relu"]);
  for (const { stepMs, stepMsWithout, ratio } of rows) {
    expect(stepMs).toBeGreaterThan(0);
    expect(ratio).toBe(stepMsWithout / stepMs);
  }
  const [head, first] = passesTable([{ ...rows[1], stepMs: 80, stepMsWithout: 100, ratio: 1.25, threads: 2 }]).split(
    "\n",
  );
  expect(head).toMatch(/^pass +training step +backend +batch +threads +step +without it +ratio$/);
  expect(first).toMatch(/^relu +resnet20 +compiled +32 +2 +80\.0 ms +100 ms +1\.25 ×$/);
});

test("an unknown model or pass is refused by name", async () => {
  await expect(benchPasses({ models: ["vgg"] })).rejects.toThrow(UserError);
  await expect(benchPasses({ models: ["resnet20"], passes: ["magic"] })).rejects.toThrow('unknown pass "magic"');
});
