import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DataSet, type ImageSet, imageAt, imageCount, Random, subset } from "../../core/index.ts";
import { runPaths } from "../../files/index.ts";
import { loadCheckpoint, type RunConfigInput, resolveConfig } from "../../run/index.ts";
import { createEmbedder, loadDualEncoder } from "../dual-encoder/index.ts";
import { inOneProcess } from "../group/in-process.ts";
import { digestOf, tinyConfig, tinyDataSet, tinyImages } from "../testing.ts";
import type { TrainOptions } from "../training.ts";
import { nearestPairs } from "./nearest-pairs.ts";
import { joinedTexts } from "./pair-texts.ts";
import { pairsOf } from "./pairs.ts";
import { type ContrastiveRecord, readContrastiveRun } from "./record.ts";
import { retrievalPool } from "./retrieval-pool.ts";
import { trainContrastive } from "./train.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-retrieved-"));
afterAll(() => rmSync(folder, { recursive: true }));
const start = join(folder, "start");
let runs = 0;

const captioned = (set: ImageSet): ImageSet => ({
  ...set,
  captions: Array.from(set.labels, (label, row) => [`a ${set.classNames[label]} square`, `${row} of ${set.name}`]),
});
const pool = captioned(tinyImages("pool", 30));
const pairs = (): DataSet => ({ ...tinyDataSet(), train: captioned(tinyDataSet().train) });
const configOf = (changes: Partial<RunConfigInput>) =>
  tinyConfig({
    ...{ task: { name: "contrastive" }, model: "mlp", embedding: 8, batchSize: 12, epochs: 2 },
    optimizer: { name: "adamw", weightDecay: 0.1, decayNormsAndBiases: false },
    schedule: { name: "one-cycle", peak: 0.003 },
    ...changes,
  } as Partial<RunConfigInput>) as ContrastiveRecord["config"];
const anchors = { name: "contrastive", texts: "classes", retrievedWeight: 0.5, retrievedNeighbours: 3 } as const;
const arf = (more: object = {}) => configOf({ init: start, task: { ...anchors, pool: { name: "pool" }, ...more } });
async function trained(config: ContrastiveRecord["config"], options: Partial<TrainOptions> & { pool?: ImageSet } = {}) {
  const run = options.run ?? join(folder, `run-${runs++}`);
  await trainContrastive(config, pairs(), { pool, ...options, run });
  return run;
}
const first = (rows: Int32Array, k: number) => Array.from({ length: rows.length / k }, (_, n) => rows[n * k]);

beforeAll(() => trained(configOf({ epochs: 1 }), { run: start, pool: undefined }));

describe("the nearest", () => {
  test("are those of a plain loop, the lower row first where two are equally near", () => {
    const random = new Random("nearest");
    const [width, k] = [4, 5];
    const pointsOf = (count: number) => Float32Array.from({ length: count * width }, () => random.integer(3) - 1);
    for (let trial = 0; trial < 20; trial++) {
      const [queries, others] = [pointsOf(70), pointsOf(23)];
      const { rows, cosines } = nearestPairs({ points: queries, width }, { points: others, width }, k);
      for (let n = 0; n < 70; n++) {
        const cosine = (m: number) =>
          Array.from({ length: width }, (_, d) => queries[n * width + d] * others[m * width + d]).reduce(
            (a, b) => a + b,
          );
        const order = Array.from({ length: 23 }, (_, m) => m).sort((a, b) => cosine(b) - cosine(a) || a - b);
        expect([...rows.subarray(n * k, (n + 1) * k)]).toEqual(order.slice(0, k));
        expect([...cosines.subarray(n * k, (n + 1) * k)]).toEqual(order.slice(0, k).map((m) => cosine(m) + 0));
      }
    }
  });

  test("need a pool that is large enough", () => {
    const points = { points: Float32Array.of(1, 0), width: 2 };
    expect(() => nearestPairs(points, points, 2)).toThrow("task.retrievedNeighbours 2: the pool has only 1 images");
  });
});

describe("a pool", () => {
  const concepts = (names: string[]) => ({ names, index: Int32Array.from(names.keys()) });

  test("has nothing that is validated or tested on, nothing that is trained on, nothing twice", () => {
    const data = tinyDataSet();
    const rowsOf = (set: ImageSet, ...rows: number[]) => Array.from(rows, (row) => imageAt(set, row));
    const images = [
      ...rowsOf(pool, 0, 1),
      ...rowsOf(data.validation, 3),
      ...rowsOf(data.test, 4),
      ...rowsOf(data.train, 5, 6),
      ...rowsOf(pool, 1, 2),
    ];
    const given = {
      ...pool,
      images: Uint8Array.from(images.flatMap((image) => [...image])),
      labels: new Int32Array(8),
    };
    const { set, leftOut } = retrievalPool({ ...given, captions: undefined }, data);
    expect(leftOut).toEqual({ heldOutImages: 2, heldOutConcepts: 0, trainingImages: 2, twice: 1 });
    expect(Array.from({ length: imageCount(set) }, (_, row) => imageAt(set, row))).toEqual(rowsOf(pool, 0, 1, 2));
  });

  test("has no drawing of a concept that is validated or tested on", () => {
    const few = (name: string, count: number, names: string[]) => ({
      ...subset(
        tinyImages(name, 20),
        Array.from({ length: count }, (_, i) => i),
        name,
      ),
      concepts: concepts(names),
    });
    const data = { ...tinyDataSet(), test: few("seen", 2, ["cat", "dog"]), shifts: [few("shift", 1, ["cow"])] };
    const { set, leftOut } = retrievalPool(few("other", 4, ["dog", "cow", "hen", "ant"]), data);
    expect(leftOut).toMatchObject({ heldOutConcepts: 2 });
    expect(Array.from(set.concepts!.index, (i) => set.concepts!.names[i])).toEqual(["hen", "ant"]);
  });

  test("of images of another shape, or of nothing but what is left out, is refused", () => {
    const data = tinyDataSet();
    expect(() => retrievalPool({ ...pool, channels: 1 }, data)).toThrow("task.pool pool: its images have channels 1");
    expect(() => retrievalPool(data.test, data)).toThrow("none of its 18 images is left (18 validated or tested on)");
  });
});

describe("a fine-tuning with retrieved anchors", () => {
  test("retrieves by the weights that it starts from, and keeps what it found", async () => {
    const notes: string[] = [];
    const run = await trained(arf(), { onNotice: (line) => notes.push(line) });
    const stored = JSON.parse(readFileSync(runPaths(run).retrieved, "utf8"));
    const embedder = createEmbedder(loadDualEncoder(start), { threads: 1 });
    const pointsOf = async (set: ImageSet) =>
      (await embedder.embedImages(Array.from({ length: imageCount(set) }, (_, row) => imageAt(set, row)))).data;
    const { set } = retrievalPool(pool, pairs());
    const expected = nearestPairs(
      { points: await pointsOf(pairs().train), width: 8 },
      { points: await pointsOf(set), width: 8 },
      3,
    );
    await embedder.dispose();
    expect(first(Int32Array.from(stored.rows), 3)).toEqual(first(expected.rows, 3));
    const { retrieved } = readContrastiveRun(run);
    expect(retrieved).toMatchObject({ set: "pool", images: imageCount(set) });
    const mean = expected.cosines.reduce((a, b) => a + b) / expected.cosines.length;
    expect(retrieved!.nearest!.meanCosine).toBeCloseTo(mean, 5);
    expect(retrieved!.nearest!.meanCosine).toBeGreaterThan(0.3);
  });

  test("shows every image beside one of its nearest pairs, with the caption of that", async () => {
    const config = arf({ retrievalKey: "text", captionWeight: 1 });
    const { set, count, texts, captions, retrieved } = await pairsOf(config, pairs(), { pool });
    const { neighbours, rows: nearest } = JSON.parse(retrieved!.json!);
    const rows = Int32Array.from({ length: count }, (_, i) => i);
    const drawn = Array.from({ length: 40 }, (_, i) => retrieved!.draw(rows, new Random("draw", i)));
    for (const row of rows) {
      const own = new Set(
        nearest.slice(row * neighbours, (row + 1) * neighbours).map((place: number) => count + place),
      );
      expect(new Set(drawn.map((companions) => companions[row]))).toEqual(own);
    }
    const shown = drawn[0][7];
    expect(imageAt(set, shown)).toEqual(imageAt(retrieved!.pool, shown - count));
    const said = ({ all, of }: typeof texts) => of[shown].map((text) => all[text]);
    expect(said(texts)).toEqual(retrieved!.pool.captions![shown - count]);
    expect(said(captions!)).toEqual(said(texts));
    expect(texts.of.slice(0, count).flatMap((own) => own.map((text) => texts.all[text]))).toContain(
      "a photo of a dark.",
    );
  });

  test.each<[string, object, Partial<RunConfigInput>]>([
    ["nearest, ARF, anchored", { captionWeight: 1 }, { method: { name: "anchored", maskTarget: "label" } }],
    ["random", { retrieval: "random", captionWeight: 1, captionsOf: "shuffled" }, {}],
  ])("resumes bit for bit, on the pairs that were found: %s", async (_, task, more) => {
    const config = configOf({
      init: start,
      task: { ...anchors, pool: {}, ...task },
      ...more,
    } as Partial<RunConfigInput>);
    const [whole, half] = [await trained(config), await trained(config, { maxSteps: 5 })];
    const { retrieved } = runPaths(half);
    expect(existsSync(retrieved)).toBe(!("retrieval" in task));
    await trained(config, { run: half, resume: true });
    expect(digestOf(loadCheckpoint(runPaths(half).checkpoint))).toBe(
      digestOf(loadCheckpoint(runPaths(whole).checkpoint)),
    );
    await expect(trained(config, { run: half, resume: true, pool: subset(pool, [0, 1, 2, 3]) })).rejects.toThrow(
      /texts\.count/,
    );
    if ("retrieval" in task) return;
    writeFileSync(retrieved, readFileSync(retrieved, "utf8").replace(/"rows":\[\d+/, '"rows":[0'));
    writeFileSync(retrieved, readFileSync(retrieved, "utf8").replace(/"cosines":\[[\d.]+/, '"cosines":[0.1'));
    await expect(trained(config, { run: half, resume: true })).rejects.toThrow(/retrieved\.nearest/);
    rmSync(retrieved);
    await expect(trained(config, { run: half, resume: true })).rejects.toThrow("retrieved.json is missing; copy it");
  });

  test("two ranks see the pairs of all, and train as one does", async () => {
    // An optimizer that divides by a gradient's size would make a long step of one that is all rounding.
    const sgd = { optimizer: { name: "sgd" }, schedule: { name: "constant", learningRate: 0.05 } } as const;
    const config = configOf({ init: start, task: { ...anchors, pool: {}, captionWeight: 1 }, ...sgd });
    const one = await trained(config, { maxSteps: 1 });
    const two = join(folder, "ranks");
    await inOneProcess(2, async (group) => {
      await trainContrastive(config, pairs(), { pool, run: two, maxSteps: 1, group });
    });
    const [ofOne, ofTwo] = [one, two].map((run) => loadCheckpoint(runPaths(run).checkpoint).params);
    let apart = 0;
    for (const [name, { data }] of Object.entries(ofTwo))
      for (let i = 0; i < data.length; i++) apart = Math.max(apart, Math.abs(data[i] - ofOne[name].data[i]));
    expect(apart).toBeLessThan(5e-6);
  });
});

test("texts of two sets are joined, each once", () => {
  const joined = joinedTexts({ all: ["a", "b"], of: [[0], [1, 0]] }, { all: ["c", "b"], of: [[1], [0, 1]] });
  expect(joined).toEqual({ all: ["a", "b", "c"], of: [[0], [1, 0], [1], [2, 1]] });
});

test("shuffled captions are another image's, always the same", async () => {
  const config = configOf({ task: { ...anchors, retrievedWeight: 0, captionWeight: 1, captionsOf: "shuffled" } });
  const [said, again] = [await pairsOf(config, pairs(), {}), await pairsOf(config, pairs(), {})];
  const own = await pairsOf({ ...config, task: { ...config.task, captionsOf: "own" } }, pairs(), {});
  expect(said.captions!.of).toEqual(again.captions!.of);
  expect(said.captions!.of.every((texts, row) => texts !== own.captions!.of[row])).toBe(true);
  expect([...said.captions!.of].sort()).toEqual([...own.captions!.of].sort());
});

describe("what does not go together is refused", () => {
  const resolved = (task: object, more: object = {}) =>
    resolveConfig({ data: { name: "emoji" }, task: { name: "contrastive", ...task }, ...more } as RunConfigInput);
  test.each([
    [{ retrievedWeight: 1 }, { init: "run" }, "task.retrievedWeight 1: retrieved from where? give task.pool"],
    [
      { retrievedWeight: 1, pool: { name: "emoji" } },
      {},
      "task.retrieval nearest: near under which weights? give init",
    ],
    [{ pool: { name: "emoji" } }, {}, "task.pool: nothing is retrieved; set task.retrievedWeight"],
    [{ retrieval: "random" }, {}, "task.retrieval random: nothing is retrieved"],
    [{ captionsOf: "shuffled" }, {}, "task.captionsOf shuffled: there are no caption anchors"],
  ])("%j", (task, more, message) => expect(() => resolved(task, more)).toThrow(message));

  test("a pool that is not given", async () => {
    await expect(trained(arf(), { pool: undefined })).rejects.toThrow(
      "options.pool: task.retrievedWeight asks for a pool",
    );
  });
});
