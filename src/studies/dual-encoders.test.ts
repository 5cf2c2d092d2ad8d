import { existsSync, mkdtempSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyImageFolder } from "../cli/testing.ts";
import { runPaths } from "../files/index.ts";
import { besideMeasure, harmonicMeasure, readReportedRun, setMeasure } from "../report/index.ts";
import { loadCheckpoint, type RunConfigInput, readRun } from "../run/index.ts";
import { runStudy, type Study, writeOutcome } from "./index.ts";
import { orderedArms } from "./plan.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-study-"));
const out = join(root, "study");
beforeAll(() => tinyImageFolder(join(root, "images")));
afterAll(() => rmSync(root, { recursive: true }));

const base: RunConfigInput = {
  data: { name: "folder", folder: join(root, "images"), imageSize: 8, seed: 0 },
  model: "mlp",
  embedding: 8,
  batchSize: 4,
  epochs: 1,
  augment: [],
};
const flyp: RunConfigInput = { ...base, task: { name: "contrastive", texts: "classes" } };
const accuracy = setMeasure("images/test", "test", "accuracy");
const ofOthers = besideMeasure("others", "Others", accuracy);
const study: Study = {
  title: "Dual encoders",
  arms: {
    encoder: { config: flyp },
    start: { names: "encoder", beside: { others: "start-others" } },
    "start-others": { names: "encoder", data: { seed: 1 } },
    tuned: { config: { ...base, seed: 0 }, startsFrom: "start" },
    "tuned-encoder": { config: flyp, startsFrom: "encoder" },
    again: { names: "tuned-encoder", beside: { others: "start-others" } },
    between: { interpolates: ["start", "tuned"], at: 0.25 },
  },
  seeds: 1,
  baselines: ["start"],
  judge: { suites: ["clean"] },
  measures: [accuracy, ofOthers, harmonicMeasure("Both", [accuracy, ofOthers])],
};
const folder = (arm: string) => join(out, arm, "seed-0");
const options = { out, seeds: 1, threads: 1, command: "anchored study tiny" };

describe("dual encoders in a study", () => {
  test("are trained, and judged by the classifiers that they make; weights between two of those are judged, too", async () => {
    await runStudy(study, options);
    expect(existsSync(runPaths(folder("encoder")).results)).toBe(false);
    expect(readRun(folder("start")).zeroShot).toMatchObject({ from: folder("encoder") });
    expect(readRun(folder("start-others")).config.data).toMatchObject({ seed: 1 });
    expect(readRun(folder("tuned")).config.init).toBe(folder("start"));
    const weights = (run: string) =>
      Object.values(loadCheckpoint(runPaths(run).checkpoint).params).flatMap(({ data }) => Array.from(data));
    const [start, tuned] = [weights(folder("start")), weights(folder("tuned"))];
    expect(start).not.toEqual(tuned);
    const mixed = start.map((value, i) => Math.fround(0.75 * value + 0.25 * tuned[i]));
    expect(weights(join(folder("between"), "at-0.25"))).toEqual(mixed);
  });

  test("what stands beside an arm is in its row and has none itself; dual encoders have none", async () => {
    const summary = (await writeOutcome(study, options))!;
    expect(summary.arms.map(({ name }) => name)).toEqual(["start", "tuned", "again", "between"]);
    expect(summary.notices).toEqual([]);
    const shown = Object.fromEntries(summary.arms.map(({ name, values }) => [name, values.map((one) => one?.mean)]));
    const of = (arm: string) => accuracy.of(readReportedRun(folder(arm)).results, readReportedRun(folder(arm)))!;
    const [own, other] = [of("start"), of("start-others")];
    expect(shown.start).toEqual([own, other, own && other ? 2 / (1 / own + 1 / other) : 0]);
    expect(shown.tuned.slice(1)).toEqual([undefined, undefined]);
  });

  test("a second call does nothing again; a classifier is made anew when its dual encoder is trained on", async () => {
    const made = () => statSync(runPaths(folder("start")).checkpoint).mtimeMs;
    const before = made();
    const notes: string[] = [];
    await runStudy(study, { ...options, onNotice: (line) => notes.push(line) });
    expect(notes.filter((line) => line.endsWith("finished before"))).toHaveLength(7);
    expect(made()).toBe(before);
    const now = new Date();
    utimesSync(runPaths(folder("encoder")).checkpoint, now, now);
    await runStudy(study, { ...options, only: ["start"] });
    expect(made()).toBeGreaterThan(before);
    const other = { ...study.arms, start: { names: "encoder", data: { seed: 2 } } };
    await expect(runStudy({ ...study, arms: other }, { ...options, only: ["start"] })).rejects.toThrow(
      "was made with other settings (data.seed is undefined, not 2)",
    );
  });

  test.each([
    [{ start: { names: "tuned" }, tuned: { config: base } }, "names classes for tuned, which is no dual encoder"],
    [{ encoder: { config: flyp }, probe: { probes: "encoder" } }, "probe: it needs a classification, but encoder"],
    [
      { a: { config: base }, b: { config: base }, c: { interpolates: ["a", "b"], at: 1 }, d: { asks: "c", judge: {} } },
      "d: it needs a trained arm, but c is between two other arms' runs",
    ],
  ] as const)("%#: arms that do not fit are refused", (arms, message) => {
    expect(() => orderedArms({ ...study, arms: arms as Study["arms"] })).toThrow(message);
  });
});

test("a harmonic mean is 0 where one is, and missing where one is", () => {
  const shares = [0.5, 0.25, 0, undefined].map((value) => ({ ...accuracy, of: () => value }));
  const of = (...which: number[]) =>
    harmonicMeasure(
      "",
      which.map((i) => shares[i]),
    ).of({} as never, {} as never);
  expect(of(0, 1)).toBeCloseTo(1 / 3, 12);
  expect(of(0, 2)).toBe(0);
  expect(of(0, 3)).toBeUndefined();
});
