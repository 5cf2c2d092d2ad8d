import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import { writeFolder } from "../src/data/test-data-sets.ts";
import { runPaths } from "../src/files/index.ts";
import { loadCheckpoint } from "../src/run/index.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-streamed-"));
const images = join(root, "images");
const dataDir = join(root, "data");
beforeAll(async () => {
  await tinyImageFolder(images);
  writeFileSync(join(images, "train", "blue", "9.png"), "hello");
});
afterAll(() => rmSync(root, { recursive: true }));

/** Trains and judges; what of it must not depend on where the images are. */
async function judged(run: string, ...flags: string[]) {
  const method = "--method anchored --reference-count 2 --bad-images skip --workers 1".split(" ");
  const trained = await anchored(
    ["train", ...tinyTraining(images), ...method, "--data-dir", dataDir, "--out", run].concat(flags),
  );
  expect(trained.notes.filter((line) => line.includes("9.png")).length).toBe(1);
  expect(trained.code).toBe(0);
  const suites = "clean,shift,corruptions";
  const chosen = "--corruptions fog,jpeg_compression --severities 1,5 --protocol blt --json".split(" ");
  const { code, out } = await anchored(["evaluate", run, "--data-dir", dataDir, "--suite", suites, ...chosen]);
  expect(code).toBe(0);
  const [{ sets, corruptions }] = JSON.parse(out);
  const { params, references } = loadCheckpoint(runPaths(run).checkpoint);
  const { sha256, normalization, trainImages } = JSON.parse(readFileSync(runPaths(run).config, "utf8")).data;
  return { sets, cells: corruptions.cells, params, references, sha256, normalization, trainImages };
}

test("a run on images that stay on disk is the run on those in memory, from training to corruptions", async () => {
  const streamed = await judged(join(root, "streamed"), "--stream");
  const inMemory = await judged(join(root, "in-memory"));
  expect(streamed.trainImages).toBe(8);
  expect(streamed).toEqual(inMemory);
  const [cache] = readdirSync(join(dataDir, "folder"));
  expect(readdirSync(join(dataDir, "folder", cache)).filter((name) => /^scratch|lock/.test(name))).toEqual([]);
}, 180_000);

/** Bytes and labels of every set of a streamed folder, loaded in a process of its own. */
function loadedElsewhere(folder: string, data: string): Promise<string> {
  const library = JSON.stringify(new URL("../dist/", import.meta.url).href);
  const program = `
    const { loadDataSet } = await import(${library} + "data/index.js");
    const { fingerprintOf } = await import(${library} + "files/internal.js");
    const options = { name: "folder", seed: 1, folder: ${JSON.stringify(folder)}, dataDir: ${JSON.stringify(data)} };
    const set = await loadDataSet({ ...options, imageSize: 8, stream: ${data !== ""} });
    console.log([set.train, set.validation, set.test].map((part) => fingerprintOf(part)).join());`;
  return new Promise((resolve, reject) =>
    execFile(process.execPath, ["--input-type=module", "--eval", program], (error, out) =>
      error ? reject(error) : resolve(out),
    ),
  );
}

test("two processes that load a cold streamed folder at once have each image under its label", async () => {
  const [folder, cold] = [join(root, "cold"), join(root, "cold-data")];
  await writeFolder(folder, { train: { cat: 60, dog: 60 }, test: { cat: 20, dog: 20 } });
  const want = await loadedElsewhere(folder, "");
  expect(await Promise.all([loadedElsewhere(folder, cold), loadedElsewhere(folder, cold)])).toEqual([want, want]);
}, 60_000);
