import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRegressionResults } from "../run/index.ts";
import { anchored } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-moved-regression-"));
const at = (...names: string[]) => join(root, ...names);
const rows = Array.from({ length: 60 }, (_, i) => ({ x: i, y: 2 * i + ((i * 37) % 11) }));

const told = async (args: string[]) => {
  const { code, notes } = await anchored(args);
  return { code, last: notes.at(-1) };
};

/** Stops after a step, so that it can be resumed. */
const trained = async (run: string, data: string[], steps = "1") => {
  const size = ["--epochs", "2", "--batch-size", "16", "--threads", "1", "--max-steps", steps];
  const asked = ["train", "--task", "regression", "--model", "mlp", "--target", "y", ...data, ...size];
  expect((await anchored([...asked, "--out", at(run)])).code).toBe(0);
};

beforeAll(async () => {
  writeFileSync(at("before.csv"), ["x,y", ...rows.map(({ x, y }) => `${x},${y}`)].join("\n"));
  await trained("table", ["--csv", at("before.csv")]);
  renameSync(at("before.csv"), at("now.csv"));
  writeFileSync(at("other.csv"), ["x,y", ...rows.map(({ x, y }) => `${x},${y + 1}`)].join("\n"));

  mkdirSync(at("cells"));
  for (const { x } of rows) {
    const background = { r: 4 * x, g: 0, b: 0 };
    await sharp({ create: { width: 8, height: 8, channels: 3, background } }).toFile(at("cells", `${x}.png`));
  }
  writeFileSync(at("cells.csv"), ["file,y", ...rows.map(({ x, y }) => `${x}.png,${y}`)].join("\n"));
  await trained("images", ["--folder", at("cells"), "--table", at("cells.csv"), "--image-size", "8"]);
  renameSync(at("cells"), at("pictures"));
  renameSync(at("cells.csv"), at("pictures.csv"));
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

describe.each([
  {
    run: "table",
    gone: "before.csv",
    moved: ["--csv", at("now.csv")],
    set: "before/test",
    stored: { file: at("now.csv") },
  },
  {
    run: "images",
    gone: "cells",
    moved: ["--folder", at("pictures"), "--table", at("pictures.csv")],
    set: "cells/test",
    stored: { folder: at("pictures"), table: at("pictures.csv") },
  },
])("$run", ({ run, gone, moved, set, stored }) => {
  test.each([
    ["evaluate", at(run)],
    ["train", "--resume", "--out", at(run)],
  ])("%s %s: what is gone is named, with the way out", async (...args) => {
    expect(await told(args)).toEqual({
      code: 2,
      last: `anchored: ${at(gone)}: not there, but ${at(run)} was trained on it; if it moved, say where to by ${moved[0]} NEW`,
    });
  });

  test("judged where the data lie now, under the name that the run knows them by", async () => {
    expect((await told(["evaluate", at(run), ...moved])).code).toBe(0);
    const [{ set: judged }] = readRegressionResults(at(run)).sets;
    expect(judged).toBe(set);
  });

  test("exported with intervals that are calibrated on the data where they lie now", async () => {
    const asked = ["export", at(run), "--out", at(`${run}.onnx`), "--conformal", "0.5"];
    expect((await told(asked)).last).toContain(`${at(gone)}: not there, but`);
    expect((await told([...asked, ...moved])).code).toBe(0);
  });

  test("resumed where the data lie now, which the run remembers", async () => {
    cpSync(at(run), at(`${run}-resumed`), { recursive: true });
    expect((await told(["train", "--resume", "--out", at(`${run}-resumed`), ...moved])).code).toBe(0);
    expect(JSON.parse(readFileSync(at(`${run}-resumed`, "config.json"), "utf8")).config.data).toMatchObject(stored);
    expect((await told(["evaluate", at(`${run}-resumed`)])).code).toBe(0);
  });
});

test.each<[string, string[], RegExp]>([
  ["judged on another table", ["evaluate", at("table"), "--csv", at("other.csv")], /is not what it was trained on/],
  [
    "resumed on another table",
    ["train", "--resume", "--out", at("table"), "--csv", at("other.csv")],
    /^anchored: --resume: other.csv: y is not what .*table was trained on \(as many training examples, 43, but other/,
  ],
  [
    "a place of what the run did not use",
    ["evaluate", at("table"), "--folder", at("pictures")],
    /--folder .*pictures: .*table was trained on csv, which has none; leave it out/,
  ],
])("refused in one line: %s", async (_, args, message) => {
  const { code, last } = await told(args);
  expect(last).toMatch(message);
  expect(code).toBe(2);
});
