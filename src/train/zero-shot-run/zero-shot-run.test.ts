import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyImageFolder } from "../../cli/testing.ts";
import { HostArray, type HostArrays, type ImageSet, Random } from "../../core/index.ts";
import { loadDataSet } from "../../data/index.ts";
import { runPaths } from "../../files/index.ts";
import { loadCheckpoint, type RunConfigInput, readRun, resolveConfig } from "../../run/index.ts";
import { dataOptions } from "../data-options.ts";
import { writeSmallClipFolder } from "../dual-encoder/test-clip-folder.ts";
import {
  createEmbedder,
  createPredictor,
  interpolateRuns,
  loadDualEncoder,
  loadPredictor,
  withStartingRun,
  zeroShot,
  zeroShotRunOf,
} from "../index.ts";

import { initialWeights } from "../initial-weights.ts";
import { buildNetwork } from "../network.ts";

let root: string;
const at = (name: string) => join(root, name);
const templates = ["a {}", "{} of a {}!"];
const given = () => ({ "data.folder": at("photos") });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "zero-shot-run-"));
  writeSmallClipFolder(at("clip"));
  await tinyImageFolder(at("photos"), ["ab", "cd"]);
  await zeroShotRunOf(at("clip"), { given: given(), out: at("run"), templates, threads: 1 });
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

const loaded = (run: string) => loadDataSet(dataOptions(readRun(run).config));

async function logitsOf(run: string, set: ImageSet): Promise<Float32Array> {
  const predictor = await loadPredictor(run, { threads: 1 });
  try {
    return (await predictor.predict(set)).logits;
  } finally {
    await predictor.dispose();
  }
}

/** What the dual encoder says itself of the images of a set. */
async function askedByNames(set: ImageSet, names: readonly string[]): Promise<Float32Array> {
  const embedder = createEmbedder(loadDualEncoder(at("clip")), { threads: 1 });
  try {
    const classifier = await zeroShot(embedder, names, { templates });
    const size = set.height * set.width * set.channels;
    const { images } = set as { images: Uint8Array };
    const each = Array.from(set.labels, (_, i) => images.subarray(i * size, (i + 1) * size));
    return (await classifier.logits(each)).data;
  } finally {
    await embedder.dispose();
  }
}

const expectClose = (found: ArrayLike<number>, wanted: ArrayLike<number>, most = 1e-5): void => {
  expect(found.length).toBe(wanted.length);
  const largest = Math.max(1, ...Array.from(wanted, Math.abs));
  for (let i = 0; i < wanted.length; i++) expect(Math.abs(found[i] - wanted[i])).toBeLessThan(most * largest);
};

describe("a dual encoder as a run", () => {
  test("says what it is of, and answers as the dual encoder asked by names", async () => {
    const { config, data: described, zeroShot: made } = readRun(at("run"));
    expect([config.model, config.method.name, described.height]).toEqual(["clip-small", "standard", 16]);
    expect(made).toEqual({ from: at("clip"), templates });
    expect(described.classNames).toEqual(["ab", "cd"]);
    expect(described.normalization).toEqual(loadDualEncoder(at("clip")).normalization);
    const { test: set } = await loaded(at("run"));
    const wanted = await askedByNames(set, ["ab", "cd"]);
    expectClose(await logitsOf(at("run"), set), wanted);
    // Something to tell apart: the comparison would not fail on zeros.
    expect(new Set(wanted).size).toBeGreaterThan(4);
  });

  test("calls its classes otherwise where names are given, in the data set's order", async () => {
    await zeroShotRunOf(at("clip"), { given: given(), out: at("named"), templates, names: ["gh", "ef"], threads: 1 });
    const { data: described, zeroShot: made } = readRun(at("named"));
    expect([described.classNames, made!.names]).toEqual([
      ["ab", "cd"],
      ["gh", "ef"],
    ]);
    const { test: set } = await loaded(at("named"));
    expectClose(await logitsOf(at("named"), set), await askedByNames(set, ["gh", "ef"]));
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ["no data", () => zeroShotRunOf(at("clip"), { out: at("x") }), /on which images\? say data\.folder DIR/],
    [
      "too few names",
      () => zeroShotRunOf(at("clip"), { given: given(), out: at("x"), names: ["gh"] }),
      /options\.names: 1 names for the 2 classes of .*; give one for each, in the order ab, cd/,
    ],
    [
      "a folder that holds a run",
      () => zeroShotRunOf(at("clip"), { given: given(), out: at("run") }),
      /run already holds a run or a CLIP/,
    ],
    [
      "the CLIP's own folder",
      () => zeroShotRunOf(at("clip"), { given: given(), out: at("clip") }),
      /clip already holds a run or a CLIP/,
    ],
    [
      "an image tower of other sizes",
      async () => zeroShotRunOf(writeSmallClipFolder(at("narrow"), { width: 64 }), { given: given(), out: at("x") }),
      /narrow: its image tower is of no size/,
    ],
    [
      "another number of heads, which no shape shows",
      async () => zeroShotRunOf(writeSmallClipFolder(at("heads"), { heads: 2 }), { given: given(), out: at("x") }),
      /heads: its image tower is of no size, number of heads/,
    ],
    [
      "an activation that no such image tower has",
      () => zeroShotRunOf(at("clip"), { given: given(), out: at("x"), activation: "quick-gelu" }),
      /its image tower is of no size, number of heads and activation/,
    ],
    [
      "images of another size",
      () => zeroShotRunOf(at("clip"), { given: { ...given(), "data.imageSize": 8 }, out: at("x") }),
      /photos.* has images of 8×8×3, .*clip sees 16×16×3; read them at data\.imageSize 16/,
    ],
  ])("%s is refused in one line, and nothing is written", async (_, work, message) => {
    await expect(work()).rejects.toThrow(message);
    expect(existsSync(at("x"))).toBe(false);
  });
});

const weightsOf = (run: string) => loadCheckpoint(runPaths(at(run)).checkpoint).params;

/** Names of arrays that differ in a bit; `toEqual` takes long on so many numbers. */
const unlike = (found: HostArrays, wanted: HostArrays): string[] =>
  Object.keys({ ...found, ...wanted }).filter(
    (name) => !found[name] || !wanted[name] || found[name].data.some((value, i) => value !== wanted[name].data[i]),
  );

/** What `train --init RUN` starts from, and what it answers with before its first step. */
async function started(method: RunConfigInput["method"], set: ImageSet, references?: HostArray) {
  const { base } = withStartingRun({ init: at("run") });
  const record = { ...readRun(at("run")), config: resolveConfig({ ...base!, method, threads: 1 }) };
  const { model } = buildNetwork(record);
  const { notes, ...variables } = initialWeights(at("run"), model, model.init(new Random("fresh")), ["ab", "cd"]);
  const predictor = await createPredictor(record, variables, references, { threads: 1 });
  try {
    return { notes, variables, logits: (await predictor.predict(set)).logits };
  } finally {
    await predictor.dispose();
  }
}

describe("what is done with runs", () => {
  test("fine-tuning starts from the zero-shot classifier, its head too", async () => {
    const { base, notice } = withStartingRun({ init: at("run"), "data.folder": at("photos") });
    expect(base?.model).toBe("clip-small");
    expect(notice).toMatch(/model clip-small, method standard, 16 pixels/);
    const { test: set } = await loaded(at("run"));
    const { notes, variables, logits } = await started({ name: "standard" }, set);
    expect(notes).toEqual([]);
    expect(unlike(variables.params, weightsOf("run"))).toEqual([]);
    expectClose(logits, await logitsOf(at("run"), set));
  });

  test("anchored fine-tuning starts as the same function, whatever the references are", async () => {
    const { test: set } = await loaded(at("run"));
    const random = new Random("references");
    const references = HostArray.float32(
      [2, 3, 16, 16],
      Float32Array.from({ length: 2 * 3 * 256 }, () => random.normal()),
    );
    const { variables, logits } = await started({ name: "anchored", referenceCount: 2 }, set, references);
    expect(variables.params["visual.conv1.weight"].shape).toEqual([128, 6, 4, 4]);
    expectClose(logits, await logitsOf(at("run"), set));
  });

  test("weights between two of them, the first bit for bit (WiSE-FT)", async () => {
    const { points } = await interpolateRuns(at("run"), at("named"), await loaded(at("run")), {
      ...{ out: at("between"), at: [0, 0.5] },
    });
    const start = loadCheckpoint(runPaths(points[0].run).checkpoint).params;
    expect(unlike(start, weightsOf("run"))).toEqual([]);
    const HEAD = "classification_head.weight";
    const [a, b] = ["run", "named"].map((run) => weightsOf(run)[HEAD].data);
    const half = loadCheckpoint(runPaths(points[1].run).checkpoint).params[HEAD].data;
    const middle = Array.from(a, (value, i) => (value + b[i]) / 2);
    expectClose(half, middle, 1e-6);
    expect(readRun(points[0].run).zeroShot).toBeUndefined();
  });
});
