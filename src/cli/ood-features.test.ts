import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeNpy } from "../files/index.ts";
import { anchored } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-ood-features-"));
afterAll(() => rmSync(root, { recursive: true }));

test("--ood-features takes a path that has a comma, as --ood does", async () => {
  const folder = join(root, "a,b");
  mkdirSync(folder);
  const file = (name: string, shape: number[], values: Float32Array | Int32Array) => {
    const path = join(folder, `${name}.npy`);
    writeNpy(path, { shape, data: values });
    return path;
  };
  const logits = file("logits", [4, 2], Float32Array.of(1, 0, 0, 1, 2, 0, 0, 3));
  const features = file("features", [4, 3], Float32Array.of(1, 2, 3, 2, 1, 0, 1, 1, 1, 0, 2, 1));
  const labels = file("labels", [4], Int32Array.of(0, 1, 0, 1));
  const { code, out, notes } = await anchored([
    ...["evaluate", "--logits", logits, "--labels", labels, "--features", features, "--train-features", features],
    ...[
      "--train-labels",
      labels,
      "--ood",
      `far=${logits}`,
      "--ood-features",
      `far=${features}`,
      "--out",
      join(root, "out"),
    ],
    ...["--ood-scores", "class-mean", "--json"],
  ]);
  expect([code, code === 0 ? "" : notes.join()]).toEqual([0, ""]);
  const rows = JSON.parse(out)[0].oodScores.scores;
  expect(rows.find(({ score }: { score: string }) => score === "class-mean").cells[0]).toMatchObject({
    set: "far",
    auroc: 0.5,
  });
});
