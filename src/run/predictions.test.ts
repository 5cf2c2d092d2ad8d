import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Predictions, UserError } from "../core/index.ts";
import { readNpy, writeNpy } from "../files/index.ts";
import { dropStored, loadPredictions, savePredictions, storedSets } from "./predictions.ts";

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "anchored-stored-"));
});
afterEach(() => rmSync(run, { recursive: true }));

const predictions: Predictions = {
  set: "emoji/test",
  logits: Float32Array.of(1, 2, 3, 4, 5, 6),
  uncertainty: Float32Array.of(0, 0.1, 0.2, 0.3, 0.4, 0.5),
  labels: Int32Array.of(2, 0),
  classes: 3,
};

test("what is saved is loaded, bit for bit", () => {
  savePredictions(run, predictions, { role: "test", protocol: "k", references: 10 });
  expect(loadPredictions(run, "emoji/test")).toEqual(predictions);
  expect(storedSets(run)).toEqual([
    {
      set: "emoji/test",
      slug: "emoji-test",
      role: "test",
      images: 2,
      classes: 3,
      protocol: "k",
      references: 10,
      uncertainty: true,
    },
  ]);
});

test("saving a set again replaces it; two names with one slug are kept apart; OOD labels are −1", () => {
  savePredictions(run, predictions, { role: "test" });
  savePredictions(run, { ...predictions, set: "emoji test" }, { role: "ood" });
  const { uncertainty, ...plain } = predictions;
  savePredictions(run, plain, { role: "test" });
  expect(storedSets(run).map(({ slug }) => slug)).toEqual(["emoji-test", "emoji-test-2"]);
  expect(loadPredictions(run, "emoji/test")).toEqual(plain);
  expect([...loadPredictions(run, "emoji test").labels]).toEqual([-1, -1]);
});

test("sets of one name in two roles are kept apart", () => {
  savePredictions(run, predictions, { role: "test" });
  const foreign = { ...predictions, logits: predictions.logits.map((logit) => -logit) };
  savePredictions(run, foreign, { role: "ood" });
  expect(storedSets(run).map(({ role, slug }) => [role, slug])).toEqual([
    ["test", "emoji-test"],
    ["ood", "emoji-test-2"],
  ]);
  expect(loadPredictions(run, "emoji/test", undefined, "ood").logits).toEqual(foreign.logits);
  expect(loadPredictions(run, "emoji/test", undefined, "test")).toEqual(predictions);
  expect(loadPredictions(run, "emoji/test")).toEqual(predictions);
});

test("what a set was made of is kept; dropping one removes its files and no others", () => {
  const corruption = { name: "fog", severity: 3, benchmark: "cifar" };
  savePredictions(run, predictions, { role: "corruption", corruption, checkpointSha256: "ab", inputKey: "cd" });
  expect(storedSets(run)[0]).toMatchObject({ corruption, checkpointSha256: "ab", inputKey: "cd" });
  savePredictions(run, { ...predictions, set: "kept" }, { role: "test", checkpointSha256: "ef" });
  dropStored(run, ({ checkpointSha256 }) => checkpointSha256 === "ef");
  expect(storedSets(run).map(({ set }) => set)).toEqual(["kept"]);
  expect(readdirSync(join(run, "predictions")).sort()).toEqual([
    "index.json",
    "kept.labels.npy",
    "kept.logits.npy",
    "kept.uncertainty.npy",
  ]);
  expect(loadPredictions(run, "kept").logits).toEqual(predictions.logits);
});

test("a .npy file is NumPy's: magic, version 1, little-endian, C order, data aligned", () => {
  const path = join(run, "a.npy");
  writeNpy(path, { shape: [2, 3], data: predictions.logits });
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from("\x93NUMPY\x01\x00", "latin1"));
  const header = bytes.subarray(10, 10 + bytes.readUInt16LE(8)).toString("latin1");
  expect(header.trim()).toBe("{'descr':'<f4','fortran_order':False,'shape':(2,3)}");
  expect(header.endsWith("\n")).toBe(true);
  expect(readNpy(path, "f4")).toEqual({ shape: [2, 3], data: predictions.logits });
});

test.each([
  ["a truncated file", (path: string) => truncateSync(path, readFileSync(path).length - 4), "truncated"],
  ["a file cut in mid-value", (path: string) => truncateSync(path, readFileSync(path).length - 3), "truncated"],
  ["a foreign file", (path: string) => writeFileSync(path, "not numpy at all"), "not a NumPy file"],
  [
    "another element type",
    (path: string) => writeNpy(path, { shape: [2], data: Int32Array.of(1, 2) }),
    "float32 or float64 is needed",
  ],
  ["another shape", (path: string) => writeNpy(path, { shape: [6], data: predictions.logits }), "shape [6]"],
  ["a missing file", (path: string) => rmSync(path), "ENOENT"],
  [
    "a NaN",
    (path: string) => writeNpy(path, { shape: [2, 3], data: Float32Array.of(0, 0, 0, 0, NaN, 0) }),
    "image 1, class 1 is NaN",
  ],
])("refuses %s by name", (_, damage, message) => {
  savePredictions(run, predictions, { role: "test" });
  const path = join(run, "predictions", "emoji-test.logits.npy");
  damage(path);
  expect(() => loadPredictions(run, "emoji/test")).toThrow(UserError);
  expect(() => loadPredictions(run, "emoji/test")).toThrow(path);
  expect(() => loadPredictions(run, "emoji/test")).toThrow(message);
});

test("an unknown set lists the known ones; an old index is read, a newer or damaged one named", () => {
  savePredictions(run, predictions, { role: "test" });
  expect(() => loadPredictions(run, "mnist/test")).toThrow('no predictions on "mnist/test"; it has: emoji/test');
  const index = join(run, "predictions", "index.json");
  const { sets, ...heading } = JSON.parse(readFileSync(index, "utf8"));
  expect(heading).toEqual({ version: 2, task: "classification" });
  for (const old of [{ version: 1 }, {}]) {
    writeFileSync(index, JSON.stringify({ ...old, sets }));
    expect(storedSets(run)).toEqual(sets);
  }
  writeFileSync(index, JSON.stringify({ ...heading, version: 3, sets }));
  expect(() => storedSets(run)).toThrow("index.json: version 3, and this program reads up to 2; install a newer");
  writeFileSync(index, "{");
  expect(() => storedSets(run)).toThrow("index.json: not valid JSON");
});
