import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("the example trains its own model and writes the step as an ONNX file", () => {
  const folder = mkdtempSync(join(tmpdir(), "example-"));
  try {
    const file = join(folder, "step.onnx");
    const example = fileURLToPath(new URL("../examples/train-your-own-model.mjs", import.meta.url));
    const printed = execFileSync(process.execPath, [example, "300", file], { encoding: "utf8" });
    const losses = [...printed.matchAll(/loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
    expect(losses.length).toBeGreaterThan(5);
    expect(losses.at(-1)).toBeLessThan(losses[0] / 10);
    expect(statSync(file).size).toBeGreaterThan(1000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
