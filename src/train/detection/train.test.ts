import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type DataSet, HostArray, subset } from "../../core/index.ts";
import { judgeBoxes } from "../../evaluate/index.ts";
import { runPaths } from "../../files/index.ts";
import { type Checkpoint, loadCheckpoint, type RunConfigInput, readMetrics, resolveConfig } from "../../run/index.ts";
import { train } from "../classification.ts";
import { inOneProcess } from "../group/in-process.ts";
import { tinyConfig, tinyDataSet } from "../testing.ts";
import type { TrainOptions } from "../training.ts";
import { centerTargets, objectsPerExample } from "./box-batches.ts";
import { loadDetector, loadDetectorRun } from "./load.ts";
import { readDetectionRun } from "./record.ts";
import { tinySceneConfig, tinySceneSet } from "./testing.ts";
import { trainDetection } from "./train.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-detection-"));
afterAll(() => rmSync(folder, { recursive: true }));
let runs = 0;
const newRun = () => join(folder, `run-${runs++}`);
const anchored = { name: "anchored", maskProbability: 0.5, referenceCount: 4 } as const;

const trained = async (
  changes: Partial<RunConfigInput> = {},
  options: Partial<TrainOptions> = {},
  data: DataSet = tinySceneSet(),
) => {
  const run = options.run ?? newRun();
  return { run, summary: await trainDetection(tinySceneConfig(changes), data, { ...options, run }) };
};
const weightsOf = (run: string) => loadCheckpoint(runPaths(run).checkpoint);

/** Comparing a million numbers one by one takes a minute. */
function digestOf({ progress: { seconds: _, ...progress }, ...arrays }: Checkpoint): string {
  const hash = createHash("sha256").update(JSON.stringify(progress));
  const add = (tree: object): void => {
    for (const [name, value] of Object.entries(tree))
      if (value instanceof HostArray) hash.update(name).update(value.data as Float32Array);
      else if (value) add(value);
  };
  add(arrays);
  return hash.digest("hex");
}

const methods: [string, Partial<RunConfigInput>][] = [
  ["standard", {}],
  ["anchored, masked as any other", { method: { ...anchored, maskTarget: "label" } as never }],
  [
    "anchored, masked toward an empty scene",
    { method: { ...anchored, maskTarget: "empty", maskBy: "image" } as never },
  ],
];

test.each(methods)(
  "%s: finds rectangles, and says how sure it is",
  async (title, changes) => {
    const data = tinySceneSet();
    const { run, summary } = await trained({ ...changes, epochs: 30, schedule: { name: "one-cycle", peak: 0.01 } });
    expect(summary.finished).toBe(true);
    expect(summary.validationAp50).toBeGreaterThan(0.6);
    expect(summary.validationAp50).toBeGreaterThanOrEqual(summary.validationAp!);
    const losses = readMetrics(runPaths(run).metrics).map(({ loss }) => loss);
    expect(losses.at(-1)).toBeLessThan(losses[0] / 2);
    const detector = loadDetector(run, { threads: 1 });
    const found = await detector.detect(data.test);
    await detector.dispose();
    const { figures } = judgeBoxes(data.test.boxes!, found, { resamples: 0 });
    expect(figures.ap50).toBeGreaterThan(0.6);
    const several = title.startsWith("anchored");
    expect(found.doubt !== undefined).toBe(several);
    expect(found.sideDeviation?.length).toBe(several ? 4 * found.index.length : undefined);
    if (several)
      expect(found.doubt!.every((doubt) => doubt >= 0) && found.doubt!.some((doubt) => doubt > 0)).toBe(true);
  },
  240_000,
);

test.each(methods)(
  "resumes bit for bit: %s",
  async (_, changes) => {
    const whole = await trained(changes);
    const half = await trained(changes, { maxSteps: 5 });
    await trained(changes, { run: half.run, resume: true });
    expect(digestOf(weightsOf(half.run))).toBe(digestOf(weightsOf(whole.run)));
  },
  120_000,
);

test("a run is not resumed on the same images with other boxes", async () => {
  const { run } = await trained({}, { maxSteps: 2 });
  const data = tinySceneSet();
  const boxes = { ...data.train.boxes!, boxes: data.train.boxes!.boxes.map((value, i) => value - (i === 2 ? 1 : 0)) };
  const other = { ...data, train: { ...data.train, boxes } };
  await expect(trained({}, { run, resume: true }, other)).rejects.toThrow("boxes.sha256");
});

test("micro-batches and ranks divide by the objects of the whole batch", async () => {
  // Without BatchNorm's statistics parts of a batch would be the batch itself: they are synchronized.
  const sgd = { optimizer: { name: "sgd" }, schedule: { name: "one-cycle", peak: 1e-4 }, syncBatchNorm: true } as const;
  const by = async (ranks: number) => {
    const run = newRun();
    await inOneProcess(ranks, (group) =>
      trainDetection(tinySceneConfig({ ...sgd, epochs: 1, validateEvery: 0 }), tinySceneSet(), { run, group }),
    );
    return readMetrics(runPaths(run).metrics).map(({ loss }) => loss);
  };
  const [one, two] = [await by(1), await by(2)];
  for (const [i, loss] of two.entries()) expect(loss / one[i]).toBeCloseTo(1, 2);
}, 120_000);

test("starts from a classifier's weights, widened for tuples; the heads are fresh", async () => {
  const classifier = newRun();
  await train(tinyConfig({ model: "resnet20", epochs: 1 }), tinyDataSet(), { run: classifier, maxSteps: 2 });
  const notices: string[] = [];
  const still = { schedule: { name: "one-cycle", peak: 1e-12 }, validateEvery: 0 } as const;
  const { run } = await trained(
    { init: classifier, method: anchored as never, ...still },
    { maxSteps: 1, onNotice: (line) => notices.push(line) },
  );
  expect(notices.join("\n")).toContain("the neck and the heads start afresh; not used: fc.weight, fc.bias");
  const [from, to] = [weightsOf(classifier).params, weightsOf(run).params];
  const key = "layer1.0.conv1.weight";
  to[key].data.forEach((value, i) => {
    expect(value).toBeCloseTo(from[key].data[i] as number, 5);
  });
  expect(to["conv1.weight"].shape[1]).toBe(2 * from["conv1.weight"].shape[1]);
  await expect(trained({ init: classifier, model: "resnet18" }, { maxSteps: 1 })).rejects.toThrow("another model");
}, 120_000);

describe("what is learnt of a set", () => {
  const { train: scenes } = tinySceneSet();
  const shape = { classes: 2, rows: 4, columns: 4 };

  test("a target for each object, of chosen rows; crowds are not learnt", () => {
    const rows = [3, 0];
    const { data } = centerTargets(scenes, rows, shape, { radius: "published" });
    const { boxes } = subset(scenes, rows);
    const centers = data.filter((_, i) => Math.floor((i % (7 * 16)) / 16) === 6).reduce((sum, one) => sum + one, 0);
    expect(centers).toBe(boxes!.index.length);
    expect(objectsPerExample(scenes, rows).data[0]).toBeCloseTo(boxes!.index.length / 2, 6);
    const crowd = { ...scenes, boxes: { ...scenes.boxes!, crowd: new Uint8Array(scenes.boxes!.index.length).fill(1) } };
    expect(centerTargets(crowd, rows, shape, { radius: "published" }).data.some((value) => value !== 0)).toBe(false);
    expect(objectsPerExample(crowd, rows).data[0]).toBe(0.5);
  });
});

test.each<[string, Partial<RunConfigInput>, string]>([
  ["a crop", { augment: [{ name: "crop", options: { pad: 2 } }] }, "augment crop: boxes cannot follow it"],
  ["mixtures", { mix: [{ name: "mixup", options: {} }] }, "mix mixup: boxes cannot follow a mixture"],
  ["a uniform target", { method: { ...anchored, maskTarget: "uniform" } as never }, "use label or empty"],
  ["OAT", { method: { name: "oat" } as never }, "method.name oat: it is for classes"],
  ["hidden tuples", { method: { ...anchored, anchorAt: "stem" } as never }, "can be anchored at input"],
  ["label smoothing", { labelSmoothing: 0.1 }, "labelSmoothing: heat is learnt as it is"],
  ["a frozen body", { trainable: "head" }, "trainable head: the whole network is trained"],
])("a config with %s is refused", (_, changes, said) => {
  expect(() => tinySceneConfig(changes)).toThrow(said);
});

test("an empty scene is a target of detection alone", () => {
  const of = (task: RunConfigInput["task"]) => () =>
    resolveConfig({ data: { name: "x" }, task, method: { ...anchored, maskTarget: "empty" } as never });
  expect(of(undefined)).toThrow("method.maskTarget empty: it belongs to task.name detection; use label or uniform");
  expect(of({ name: "regression" } as never)).toThrow("use label or mean");
});

test.each<[string, (data: DataSet) => DataSet, string]>([
  ["without boxes", (data) => ({ ...data, train: { ...data.train, boxes: undefined } }), "it has no boxes to learn"],
  [
    "that are not square",
    (data) => {
      const narrow = (set: DataSet["train"]) => ({
        ...set,
        height: 8,
        width: 32,
        boxes: {
          ...set.boxes!,
          first: new Int32Array(set.labels.length + 1),
          boxes: new Float64Array(),
          index: new Int32Array(),
        },
      });
      return { ...data, train: narrow(data.train), validation: narrow(data.validation) };
    },
    "only square ones are fed",
  ],
])("images %s are refused", async (_, change, said) => {
  await expect(trained({}, { maxSteps: 1 }, change(tinySceneSet()))).rejects.toThrow(said);
});

test("networks without maps, and runs of other tasks, are refused", async () => {
  await expect(trained({ model: "mlp" }, { maxSteps: 1 })).rejects.toThrow("config.model mlp: it gives no maps");
  const run = newRun();
  await train(tinyConfig({ epochs: 1 }), tinyDataSet(), { run, maxSteps: 1 });
  expect(() => readDetectionRun(run)).toThrow("is no detector: it is a classification");
  expect(() => loadDetectorRun(join(folder, "nowhere"))).toThrow("holds no run");
});
