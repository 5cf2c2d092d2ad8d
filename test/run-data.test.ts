import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import { runPaths } from "../src/files/index.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-run-data-"));
const [images, run, stopped] = ["images", "run", "stopped"].map((name) => join(root, name));
const method = ["--method", "anchored", "--reference-count", "2"];

beforeAll(async () => {
  await tinyImageFolder(images);
  // Held out of train/, as most people have it.
  rmSync(join(images, "validation"), { recursive: true });
  expect((await anchored(["train", ...tinyTraining(images), ...method, "--out", run])).code).toBe(0);
  const part = ["train", ...tinyTraining(images), ...method, "--epochs", "2", "--max-steps", "1", "--out", stopped];
  expect((await anchored(part)).code).toBe(0);
}, 60_000);
afterAll(() => rmSync(root, { recursive: true }));

/** A copy of a run folder, so that no test sees what another one wrote. */
function copyOf(folder: string, name: string): string {
  const copy = join(root, name);
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** Every command that uses a run's own data. */
const commands: [string, (folder: string, name: string) => string[]][] = [
  ["evaluate", (copy) => ["evaluate", copy, "--suite", "clean,calibration"]],
  ["export", (copy) => ["export", copy, "--out", join(copy, "model.onnx")]],
  ["probe", (copy) => ["probe", copy]],
  ["recalibrate", (copy) => ["recalibrate", copy, "--batches", "1"]],
  ["demo", (copy) => ["demo", copy]],
  ["train --resume", (copy) => ["train", "--resume", "--out", copy]],
];
const runFor = (name: string) => (name === "train --resume" ? stopped : run);

describe("of images that moved", () => {
  const moved = join(root, "elsewhere");
  beforeAll(() => renameSync(images, moved));
  afterAll(() => renameSync(moved, images));

  test.each(commands)("%s says how to find them, and finds them", async (name, command) => {
    const argv = command(copyOf(runFor(name), `moved ${name}`), name);
    const lost = await anchored(argv);
    expect([lost.code, lost.notes.length]).toEqual([2, 1]);
    if (name !== "probe") expect(lost.notes[0]).toMatch(/images: not there, but .* was trained on it; .* --folder NEW/);
    const { code, notes } = await anchored([...argv, "--folder", moved]);
    expect([code, notes.filter((line) => /trained on/.test(line))]).toEqual([0, []]);
  });

  test("a resumed run says where they lie, and judges sets under their old names", async () => {
    const copy = copyOf(stopped, "resumed elsewhere");
    expect((await anchored(["train", "--resume", "--out", copy, "--folder", moved])).code).toBe(0);
    expect(JSON.parse(readFileSync(runPaths(copy).config, "utf8")).config.data.folder).toBe(moved);
    const judged = copyOf(run, "judged elsewhere");
    const { out } = await anchored(["evaluate", judged, "--suite", "clean", "--folder", moved, "--json"]);
    expect(JSON.parse(out)[0].sets[0].set).toBe("images/test");
  });
});

describe("of images that changed", () => {
  beforeAll(() => cpSync(join(images, "sketch", "red", "0.png"), join(images, "train", "red", "new.png")));
  afterAll(() => rmSync(join(images, "train", "red", "new.png")));

  test.each(commands)("%s is refused in one line, unless that is insisted on", async (name, command) => {
    const argv = command(copyOf(runFor(name), `changed ${name}`), name);
    const { code, notes } = await anchored(argv);
    expect([code, notes.length]).toEqual([2, 1]);
    expect(notes[0]).toMatch(/not what .*trained on \(6 training images then, 7 now\).* insist with --changed-data/);
    const insisted = await anchored([...argv, "--changed-data"]);
    expect([insisted.code, insisted.notes]).toEqual([0, expect.anything()]);
    expect(insisted.notes.join("\n")).toContain("6 training images then, 7 now");
  });

  test("results and a resumed run say so", async () => {
    const judged = copyOf(run, "judged on others");
    const argv = ["evaluate", judged, "--suite", "clean", "--changed-data", "--json"];
    expect(JSON.parse((await anchored(argv)).out)[0].notices[0]).toContain("images is not what it was trained on");

    const resumed = copyOf(stopped, "resumed on others");
    const { data } = JSON.parse(readFileSync(runPaths(resumed).config, "utf8"));
    await anchored(["train", "--resume", "--out", resumed, "--changed-data"]);
    const record = JSON.parse(readFileSync(runPaths(resumed).config, "utf8"));
    expect(record.dataBefore).toEqual([{ untilStep: 1, trainImages: 6, sha256: data.sha256 }]);
    expect([record.data.trainImages, record.data.normalization]).toEqual([7, data.normalization]);
    const { code, notes } = await anchored(["evaluate", resumed, "--suite", "clean"]);
    expect([code, notes[0]]).toEqual([0, expect.stringContaining("trained on other data until step 1")]);
  });
});

test.each([
  ["another seed of the split", ["--split-seed", "1"], "--split-seed is 1, but"],
  ["another share of the split", ["--validation-fraction", "0.4"], "--validation-fraction is 0.4, but"],
  ["label noise", ["--label-noise", "0.5"], "--label-noise is 0.5, but"],
])("%s is not resumed with, unless that is insisted on", async (name, flags, why) => {
  const argv = ["train", "--resume", "--out", copyOf(stopped, name), ...flags];
  const { code, notes } = await anchored(argv);
  expect([code, notes.length, notes[0]]).toEqual([2, 1, expect.stringContaining(why)]);
  expect((await anchored([...argv, "--changed-data"])).code).toBe(0);
});

test.each([
  ["another seed of the split", "seed", 1],
  ["label noise", "labelNoise", 0.5],
])("a config.json that was edited, %s, is found out", async (name, field, value) => {
  const copy = copyOf(run, `edited, ${name}`);
  const path = runPaths(copy).config;
  const record = JSON.parse(readFileSync(path, "utf8"));
  record.config.data[field] = value;
  writeFileSync(path, JSON.stringify(record));
  const { code, notes } = await anchored(["evaluate", copy]);
  expect(code).toBe(2);
  expect(notes[0]).toMatch(/as many training images, 6, but other pixels, labels or split.*--changed-data/);
});

test("a probe by another split of a run's own images says so", async () => {
  const { code, notes } = await anchored(["probe", copyOf(run, "probed"), "--split-seed", "1"]);
  expect([code, notes.join("\n")]).toEqual([
    0,
    expect.stringContaining("may know images that this probe is tested by"),
  ]);
});

test("a page is not made of runs that hold out different images", async () => {
  const other = join(root, "other split");
  await anchored(["train", ...tinyTraining(images), ...method, "--split-seed", "1", "--out", other]);
  const { code, notes } = await anchored(["demo", run, other, "--out", join(root, "page")]);
  expect([code, notes.join()]).toEqual([2, expect.stringContaining("holds out other images than")]);
});
