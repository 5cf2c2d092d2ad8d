import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { study as runStudyCommand } from "../cli/study.ts";
import type { Terminal } from "../cli/terminal.ts";
import { tinyImageFolder } from "../cli/testing.ts";
import { UserError } from "../core/index.ts";
import { pairedDifference } from "../evaluate/index.ts";
import { runPaths } from "../files/index.ts";
import { holdLock } from "../files/internal.ts";
import { contrast } from "../report/contrast.ts";
import { readReportedRun, study as reportStudy } from "../report/index.ts";
import { setMeasure, validationMeasure } from "../report/measures.ts";
import { loadCheckpoint, loadPredictions, type RunConfigInput, readRun } from "../run/index.ts";
import { runStudy, type Study, studies, studyNames } from "./index.ts";
import { candidateOf, cellOf, orderedArms } from "./plan.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-study-"));
const out = join(root, "study");
beforeAll(() => tinyImageFolder(join(root, "images")));
afterAll(() => rmSync(root, { recursive: true }));

const base: RunConfigInput = {
  data: { name: "folder", folder: join(root, "images"), imageSize: 8, seed: 0 },
  batchSize: 4,
  epochs: 1,
  augment: [],
};
const tiny: Study = {
  title: "Tiny",
  arms: {
    standard: { config: base, choose: { path: "schedule.peak", values: [1e30, 0.01] } },
    finer: { config: { ...base, schedule: { name: "constant", learningRate: 0.001 } }, startsFrom: "standard" },
  },
  seeds: 2,
  baselines: ["standard"],
  judge: { suites: ["clean"] },
};

/** Runs the command; `stopAfter`: as if Ctrl-C had been pressed when so many lines were noted. */
async function run(study: Study, options: Parameters<typeof runStudyCommand>[3] = {}, stopAfter?: RegExp) {
  const texts: string[] = [];
  const notes: string[] = [];
  const controller = new AbortController();
  const terminal: Terminal = {
    out: (text) => texts.push(text),
    note: (line) => {
      notes.push(line);
      if (stopAfter?.test(line)) controller.abort();
    },
    input: async () => new Uint8Array(),
    interactive: false,
    interruptible: (work) => work(controller.signal),
  };
  const code = await runStudyCommand(terminal, "tiny", study, { out, threads: 1, ...options });
  return { code, out: texts.join("\n"), notes };
}

describe("a study of two arms, one with a choice, one that starts from the other", () => {
  test("can be stopped, and what is there is summed up", async () => {
    const { code, notes } = await run(tiny, {}, /run 1\/2.*predicting/);
    expect(notes.at(-1)).toBe("stopped; the same command continues from here");
    expect(code).toBe(130);
    await expect(run(tiny, { table: true })).rejects.toThrow("holds no finished run of tiny");
  });

  test("goes on from there; a value that diverges is never chosen", async () => {
    const before = statSync(runPaths(join(out, "standard", "seed-0")).checkpoint).mtimeMs;
    const { code, notes, out: shown } = await run(tiny);
    expect(code).toBe(0);
    expect(notes.join("\n")).not.toMatch(/choice \d/);
    expect(statSync(runPaths(join(out, "standard", "seed-0")).checkpoint).mtimeMs).toBe(before);
    const choice = JSON.parse(readFileSync(join(out, "standard", "choice.json"), "utf8"));
    expect(choice.candidates[0]).toEqual({ value: 1e30, validationAccuracy: [null] });
    expect(choice.chosen).toBe(0.01);
    const { config } = readRun(join(out, "standard", "seed-1"));
    expect(config).toMatchObject({ seed: 1, threads: 1, schedule: { peak: 0.01 } });
    expect(shown).toContain("# Tiny");
    expect(shown).toMatch(/## Diverged\n\n.*\n.*\n\| standard \| 0 \| peak 1e\+30 \| the loss is /);
  });

  test("an arm starts from the other's run of the same seed, at its cost", async () => {
    for (const seed of [0, 1])
      expect(readRun(join(out, "finer", `seed-${seed}`)).config.init).toBe(join(out, "standard", `seed-${seed}`));
    const own = loadCheckpoint(runPaths(join(out, "finer", "seed-1")).checkpoint).params["fc.weight"].data;
    const start = loadCheckpoint(runPaths(join(out, "standard", "seed-1")).checkpoint).params["fc.weight"].data;
    const apart = Array.from(own, (value, i) => Math.abs(value - start[i])).reduce((a, b) => a + b);
    expect(apart / own.length).toBeLessThan(0.01);
    const { out: text } = await run(tiny, { table: true, json: true });
    const [standard, finer] = JSON.parse(text).arms;
    expect(finer.trainingSeconds).toBeGreaterThan(standard.trainingSeconds);
  });

  test("a second call trains nothing; its files hold the tables and figures", async () => {
    const { notes, out: text } = await run(tiny, { json: true });
    expect(notes.filter((line) => line.endsWith(": finished before"))).toHaveLength(4);
    const summary = JSON.parse(text);
    expect(summary).toEqual({ ...JSON.parse(readFileSync(join(out, "study.json"), "utf8")), date: summary.date });
    const [standard, finer] = summary.arms;
    expect(standard).toMatchObject({ name: "standard", seeds: [0, 1], chosen: "peak 0.01" });
    const [accuracy] = finer.against.standard;
    expect(accuracy.difference).toBeCloseTo(finer.values[0].mean - standard.values[0].mean, 12);
    expect(readFileSync(join(out, "study.md"), "utf8")).toContain("| arm - standard | Accuracy, % |");
    const page = readFileSync(join(out, "study.html"), "utf8");
    expect(page.match(/<svg[^>]*role="img"/g)!.length).toBeGreaterThanOrEqual(2);
    expect(page.replaceAll("the loss is NaN", "")).not.toMatch(/NaN|undefined/);
  });

  test("other settings are refused, --fresh starts over, --only leaves arms out", async () => {
    const longer = { ...tiny.arms, finer: { config: { ...base, epochs: 2 }, startsFrom: "standard" } };
    await expect(run({ ...tiny, arms: longer })).rejects.toThrow("was made with other settings (epochs is 1, not 2)");
    await expect(run(tiny, { only: "finest" })).rejects.toThrow("--only finest: unknown; known: standard, finer");
    const alone = { ...tiny, arms: { ...tiny.arms, standard: { config: base } } };
    const { out: text } = await run(alone, { only: "standard", seeds: 1, fresh: true, json: true });
    expect(JSON.parse(text).arms.map(({ name }: { name: string }) => name)).toEqual(["standard"]);
    expect(existsSync(join(out, "finer"))).toBe(false);
  });
});

describe("what a page must not hide", () => {
  const cut = join(root, "cut");
  const shortened: Study = {
    ...tiny,
    arms: {
      standard: { config: { ...base, epochs: 3 } },
      anchored: { config: { ...base, epochs: 3, seed: 9, method: { name: "anchored" } } },
    },
    judge: { suites: ["clean"] },
  };
  const files = (name: string) => readFileSync(join(cut, name), "utf8");

  test("runs that were cut short and arms left out are said, with the command that does the same", async () => {
    const options = { out: cut, seeds: 1, only: "standard", maxSteps: 2, json: true };
    const { out: text } = await run(shortened, options);
    const summary = JSON.parse(text);
    expect(summary.command).toBe("anchored study tiny --seeds 1 --only standard --max-steps 2");
    const { config, data } = readRun(join(cut, "standard", "seed-0"));
    const steps = config.epochs * Math.floor(data.trainImages / config.batchSize);
    expect(steps).toBeGreaterThan(2);
    expect(summary.notices).toEqual([
      `standard: stopped at 2 of ${steps} steps (seed 0)`,
      "left out, without results: anchored",
    ]);
    for (const name of ["study.md", "study.html"])
      for (const notice of summary.notices) expect(files(name)).toContain(notice);
  });

  test("the intervals are those of a report on the same runs", async () => {
    const { out: text } = await run(shortened, { out: cut, seeds: 1, maxSteps: 2, json: true });
    const { arms, measures } = JSON.parse(text);
    const [standard, anchored] = ["standard", "anchored"].map((arm) => readReportedRun(join(cut, arm, "seed-0")));
    const page = reportStudy([standard, anchored]);
    const accuracy = measures.findIndex(({ title }: { title: string }) => title === "Accuracy");
    const [set] = standard.results.sets;
    const own = contrast(page.arms[1], page.arms[0], setMeasure(set.set, "test", "accuracy"));
    expect(own?.interval).toBeDefined();
    expect(arms[1].against.standard[accuracy]).toEqual(own);
  });
});

describe("probes, splits of the seed's own, intervals over images", () => {
  const probed = join(root, "probed");
  const study: Study = {
    ...tiny,
    arms: {
      one: { config: { ...base, method: { name: "anchored" } } },
      probe: { probes: "one" },
      "probe-other": { probes: "one", data: { validationFraction: 0.25 }, comparedWith: ["probe"] },
    },
    splitsBySeed: true,
    baselines: ["one"],
    intervalsOver: "images",
    judge: { suites: ["clean", "calibration"], k: 2 },
    measures: [setMeasure("images/test", "test", "accuracy"), validationMeasure("accuracy")],
  };
  const folder = (arm: string, seed: number) => join(probed, arm, `seed-${seed}`);

  test("a probe is fitted on the run of its seed, whose splits are the seed's", async () => {
    const { out: text } = await run(study, { out: probed, json: true });
    const { arms, baselines, intervalsOver, measures } = JSON.parse(text);
    expect(arms.map(({ name, seeds }: { name: string; seeds: number[] }) => [name, seeds])).toEqual(
      Object.keys(study.arms).map((name) => [name, [0, 1]]),
    );
    expect(baselines).toEqual(["one", "probe"]);
    expect(intervalsOver).toBe("images");
    expect(readRun(folder("one", 1)).config.data.seed).toBe(1);
    const {
      run: of,
      asked,
      references,
    } = JSON.parse(readFileSync(join(folder("probe-other", 1), "probe.json"), "utf8"));
    expect(of).toBe(folder("one", 1));
    expect(asked).toEqual({ data: { ...base.data, validationFraction: 0.25, seed: 1 }, k: 2 });
    expect(references).toBe(2);
    for (const [place, { title }] of measures.entries())
      for (const { values } of arms) expect(values[place]?.values, title).toHaveLength(2);
    expect(arms[1].trainingSeconds).toBe(arms[0].trainingSeconds);

    // Pooled: every image of both seeds counts once.
    const right = (arm: string) =>
      [0, 1].flatMap((seed) => [
        ...readReportedRun(folder(arm, seed))
          .correct()
          .find(({ role }) => role === "test")!.correct,
      ]);
    const [accuracy] = arms[2].against.probe;
    expect(accuracy).toMatchObject({ ...pairedDifference(right("probe-other"), right("probe")), over: "images" });
    expect(arms[2].against.one).toBeUndefined();
  });

  test("what is there is kept, other data is refused", async () => {
    const { notes } = await run(study, { out: probed });
    expect(notes.filter((line) => line.endsWith(": finished before"))).toHaveLength(6);
    const other = { ...study, arms: { ...study.arms, "probe-other": { probes: "one", data: {} } } };
    await expect(run(other, { out: probed })).rejects.toThrow(
      "was made with other settings (data.validationFraction is 0.25, not undefined)",
    );
  });
});

describe("the same runs asked another way, and ensembles of more like them", () => {
  const asked = join(root, "asked");
  const study: Study = {
    ...tiny,
    arms: {
      one: { config: { ...base, method: { name: "anchored" } } },
      single: { asks: "one", judge: { protocol: "single" } },
      pair: { ensembles: "one", members: 2 },
      three: { ensembles: "one", members: 3, combination: "logits" },
      laplace: { asks: "one", judge: { laplace: "kronecker" } },
      swag: { config: { ...base, epochs: 2, validateEvery: 0, swag: { from: 0 } } },
      drawn: { samples: "swag", count: 2 },
    },
    seeds: 1,
    baselines: ["one"],
    judge: { suites: ["clean"] },
  };
  const folder = (...path: string[]) => join(asked, ...path);
  const logits = (run: string) => loadPredictions(run, "images/test", undefined, "test").logits;

  test("each has a folder of its own; the run's own numbers stay; members are trained once", async () => {
    const { out: text, notes } = await run(study, { out: asked, json: true });
    const { arms } = JSON.parse(text);
    expect(arms.map(({ name, seeds }: { name: string; seeds: number[] }) => [name, seeds])).toEqual(
      Object.keys(study.arms).map((name) => [name, [0]]),
    );
    const members = [folder("one", "seed-0"), folder("one", "member-1", "seed-0"), folder("one", "member-2", "seed-0")];
    expect(members.map((member) => readRun(member).config.seed)).toEqual([0, 1000, 2000]);
    expect(new Set(notes.filter((line) => /member \d\/2.*predicting the test sets/.test(line))).size).toBe(2);
    expect(readReportedRun(folder("three", "seed-0")).results).toMatchObject({ seed: 0, settings: { members: 3 } });

    const { variant } = readReportedRun(folder("laplace", "seed-0", "variants", "laplace-kronecker")).results;
    expect(variant?.laplace?.kind).toBe("kronecker");
    const [own, single, three] = ["one", "single", "three"].map((arm) => logits(folder(arm, "seed-0")));
    expect(single).not.toEqual(own);
    const all = members.map(logits);
    for (const [i, value] of three.entries())
      expect(value).toBeCloseTo(all.reduce((sum, one) => sum + one[i], 0) / 3, 5);
    const [one, asks, pair, triple] = arms.map(({ trainingSeconds }: { trainingSeconds: number }) => trainingSeconds);
    expect(asks).toBe(one);
    expect(pair).toBeGreaterThan(one);
    expect(triple).toBeGreaterThan(pair);

    const drawn = [1, 2].map((i) => folder("drawn", "seed-0", `sample-${i}`));
    expect(drawn.map((sample) => readRun(sample).sampled?.from)).toEqual(Array(2).fill(folder("swag", "seed-0")));
    expect(readReportedRun(folder("drawn", "seed-0")).results).toMatchObject({ seed: 0, members: drawn });
    const [collecting, samples] = arms.slice(-2).map((arm: { trainingSeconds: number }) => arm.trainingSeconds);
    expect(samples).toBe(collecting);
  });

  test("two at once share the work: every cell is made once", async () => {
    const shared = join(root, "shared");
    const two = [0, 1].map(() => {
      const trained: string[] = [];
      const onTraining = (label: string, at: object) => void ("ended" in at && trained.push(label));
      return {
        trained,
        done: runStudy({ ...study, arms: { one: study.arms.one } }, { out: shared, seeds: 3, threads: 1, onTraining }),
      };
    });
    await Promise.all(two.map(({ done }) => done));
    const names = two.flatMap(({ trained }) => trained).sort();
    expect(names).toEqual([0, 1, 2].map((seed) => `[run ${seed + 1}/3] one, seed ${seed}`));
    for (const { trained } of two) expect(trained.length).toBeGreaterThan(0);
  });

  test("what is there is kept; asked otherwise it is refused", async () => {
    const { notes } = await run(study, { out: asked });
    expect(notes.filter((line) => line.endsWith(": finished before"))).toHaveLength(9);
    const other = { ...study, arms: { ...study.arms, single: { asks: "one", judge: { k: 2 } } } };
    await expect(run(other, { out: asked })).rejects.toThrow("was made with other settings (judge.protocol is");
  });
});

test("networks are drawn once there is something to draw from, and anew of a run that was trained on", async () => {
  const collecting = { ...base, epochs: 3, validateEvery: 0, swag: { from: 0 } };
  const arms = { swag: { config: collecting }, drawn: { samples: "swag", count: 2 } };
  const study: Study = { ...tiny, arms, seeds: 1, baselines: ["swag"] };
  const at = join(root, "drawn");
  const sample = () => loadCheckpoint(runPaths(join(at, "drawn", "seed-0", "sample-2")).checkpoint);
  const early = await run(study, { out: at, maxSteps: 1 });
  expect(early.notes.join("\n")).toMatch(
    /drawn, seed 0: .* was stopped before there are weights to draw from; left out/,
  );
  expect(early.out).toContain("left out, without results: drawn");
  await run(study, { out: at, maxSteps: 4 });
  expect(sample().progress.step).toBe(4);
  const whole = await run(study, { out: at });
  expect(sample().progress.step).toBe(6);
  expect(whole.out).not.toContain("left out");
  const again = await run(study, { out: at });
  expect(again.notes.filter((line) => line.endsWith(": finished before"))).toHaveLength(2);
}, 60_000);

test("arms come after what they start from; a circle is refused", () => {
  const arms = { a: { config: base, startsFrom: "b" }, b: { config: base } };
  expect(orderedArms({ ...tiny, arms })).toEqual(["b", "a"]);
  expect(orderedArms({ ...tiny, arms }, ["b"])).toEqual(["b"]);
  const circle = { ...arms, b: { config: base, startsFrom: "a" } };
  expect(() => orderedArms({ ...tiny, arms: circle })).toThrow(UserError);
  const probes = { a: { probes: "b" }, b: { config: base }, c: { config: base, startsFrom: "a" } };
  expect(orderedArms({ ...tiny, arms: probes }, ["a"])).toEqual(["b", "a"]);
  expect(() => orderedArms({ ...tiny, arms: probes })).toThrow("arm c: it needs a trained arm, but a is a probe");
});

describe.each(studyNames)("%s", (name) => {
  const study: Study = studies[name];
  test("every arm is a valid config, every baseline an arm, every start an arm", () => {
    const options = { out: "out", threads: 1 };
    for (const arm of orderedArms(study)) {
      const values = study.arms[arm].choose?.values;
      const cells = values?.map((value) => candidateOf(study, arm, 3, value, options)) ?? [
        cellOf(study, arm, 3, undefined, options),
      ];
      for (const cell of cells) {
        if (cell.kind === "trained") expect(cell.config.seed).toBe(3);
        const data = cell.kind === "trained" ? cell.config.data : cell.kind === "probe" ? cell.data : undefined;
        if (study.splitsBySeed && data) expect(data.seed).toBe(3);
      }
      expect(arm).toMatch(/^[\w.-]+$/);
    }
    const compared = Object.values(study.arms).flatMap(({ comparedWith = [] }) => comparedWith);
    for (const other of [...study.baselines, ...compared]) expect(Object.keys(study.arms)).toContain(other);
  });
});

test("of two that share out an arm's choice, the one that was busy does not try again what the other has chosen", async () => {
  const shared = join(root, "shared");
  const [good, bad] = [0.01, 1e30];
  const config = { ...base, model: "mlp" } as const;
  const study: Study = {
    ...tiny,
    arms: { standard: { config, choose: { path: "schedule.peak", values: [good, bad] } } },
    seeds: 1,
  };
  const trained: string[] = [];
  const member = (told: (label: string) => void = () => {}) =>
    runStudy(study, {
      out: shared,
      threads: 1,
      onTraining(label, at) {
        if (!("ended" in at)) return;
        trained.push(label.replace(/^\[.*\] /, ""));
        told(label);
      },
    });
  // While a third one is at the good value, the busy one tries the bad one, and then waits.
  const candidate = join(shared, "standard", `peak-${good}`);
  const third = await holdLock(join(candidate, ".seed-0"), "training the good one");
  let busy: Promise<void> | undefined;
  await new Promise<void>((tried) => {
    busy = member(() => tried());
  });
  await third.release();
  await Promise.all([busy, member()]);
  const tried = trained.filter((name) => name.includes("peak")).sort();
  expect(tried).toEqual([`standard, peak ${good}, seed 0`, "standard, peak 1e+30, seed 0"]);
  expect(existsSync(join(candidate, "seed-0"))).toBe(false);
  expect(existsSync(runPaths(join(shared, "standard", "seed-0")).results)).toBe(true);
});
