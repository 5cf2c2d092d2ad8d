import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import { runPaths } from "../src/files/index.ts";
import { holdLock } from "../src/files/internal.ts";

const disk = vi.hoisted(() => ({ readOnly: "" }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  return {
    ...fs,
    // Root may write anywhere, whatever the mode of a folder.
    accessSync(path: string, mode?: number) {
      if (path === disk.readOnly) throw Object.assign(new Error("read-only file system"), { code: "EROFS" });
      fs.accessSync(path, mode);
    },
  };
});

const root = mkdtempSync(join(tmpdir(), "anchored-evaluate-out-"));
const [images, run] = [join(root, "images"), join(root, "run")];
const quick = ["--suite", "clean,calibration,sensitivity"];
beforeAll(async () => {
  await tinyImageFolder(images);
  const method = ["--method", "anchored", "--reference-count", "2"];
  expect((await anchored(["train", ...tinyTraining(images), ...method, "--out", run])).code).toBe(0);
});
afterAll(() => rmSync(root, { recursive: true }));

const listing = (folder: string) =>
  readdirSync(folder, { recursive: true }).map((name) => [name, statSync(join(folder, `${name}`)).mtimeMs]);

test("--out leaves the run as it was; what lies there is reported like it", async () => {
  const before = listing(run);
  const out = join(root, "judged");
  const { code, notes } = await anchored(["evaluate", run, ...quick, "--out", out]);
  expect([code, notes.at(-1)]).toEqual([0, expect.stringContaining(`report ${out}`)]);
  expect(listing(run)).toEqual(before);
  const results = JSON.parse(readFileSync(runPaths(out).results, "utf8"));
  expect(results).toMatchObject({ run: "run", sets: [{ set: "images/test", images: 4 }] });
  expect(results.sensitivity.points.length).toBe(2);
  const reported = await anchored(["report", out]);
  expect([reported.code, existsSync(runPaths(out).report)]).toEqual([0, true]);

  const [own] = JSON.parse((await anchored(["evaluate", run, ...quick, "--json"])).out);
  expect(own.sets).toEqual(results.sets);
});

test("of several runs, a folder each; equal names are refused", async () => {
  const [other, twin] = [join(root, "other"), join(root, "more", "run")];
  for (const copy of [other, twin]) cpSync(run, copy, { recursive: true });
  const out = join(root, "both");
  expect((await anchored(["evaluate", run, other, "--suite", "clean", "--out", out])).code).toBe(0);
  expect(readdirSync(out).sort()).toEqual(["other", "run"]);
  const equal = await anchored(["evaluate", run, twin, "--suite", "clean", "--out", join(root, "never")]);
  expect([equal.code, equal.notes[0]]).toEqual([2, expect.stringContaining("two runs are called run; judge them")]);
  const occupied = await anchored(["evaluate", run, "--out", other]);
  expect([occupied.code, occupied.notes[0]]).toEqual([2, expect.stringContaining("a run lies there")]);
});

test("conformal sets by a share and parameters of one's own, in the results and the words", async () => {
  const asked = ["--conformal-alpha", "0.4", "--raps-penalty", "0.5", "--raps-free-ranks", "1"];
  const [own] = JSON.parse((await anchored(["evaluate", run, ...quick, ...asked, "--json"])).out);
  const parametersOf = (method: string) => own.conformal.find((one: { method: string }) => one.method === method);
  expect(parametersOf("RAPS")).toMatchObject({ alpha: 0.4, parameters: { penalty: 0.5, freeRanks: 1 } });
  expect(parametersOf("SAPS")).toMatchObject({ alpha: 0.4, parameters: { penalty: 0.2 } });
  const { out } = await anchored(["evaluate", run, ...quick, ...asked]);
  expect(out).toMatch(/RAPS \(penalty 0\.5, freeRanks 1\) +images\/test +60\.0 %/);
  const refused = await anchored(["evaluate", run, "--raps-free-ranks", "1.5"]);
  expect([refused.code, refused.notes]).toEqual([2, ["anchored: --raps-free-ranks 1.5: not a whole number; e.g. 2"]]);
});

test("a run that cannot be written to says what to do", async () => {
  disk.readOnly = run;
  const { code, notes } = await anchored(["evaluate", run, "--fresh"]);
  disk.readOnly = "";
  expect([code, notes]).toEqual([
    2,
    [`anchored: ${run} cannot be written to; say where predictions and results go by --out DIR`],
  ]);
});

test("a run is judged by one process at a time", async () => {
  const held = await holdLock(runPaths(run).judging, `judging ${run}`);
  const { code, notes } = await anchored(["evaluate", run]);
  await held.release();
  expect([code, notes[0]]).toEqual([2, expect.stringMatching(/process \d+ is judging .*run just now/)]);
});
