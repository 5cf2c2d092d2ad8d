import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunConfig, readRun } from "../run/index.ts";
import { anchored, tinyImageFolder, tinyTraining } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-starting-run-"));
const [images, first] = [join(root, "images"), join(root, "first")];
const common = ["--folder", images, "--batch-size", "4", "--epochs", "1", "--threads", "1", "--validate-every", "0"];
const start = (name: string, ...more: string[]) =>
  anchored(["train", "--init", first, ...common, "--out", join(root, name), ...more]);
const configOf = (name: string): RunConfig => readRun(join(root, name)).config;

beforeAll(async () => {
  await tinyImageFolder(images);
  const tiny = tinyTraining(images);
  const method = "--method anchored --mask-probability 0.5 --tied-start".split(" ");
  const { code, notes } = await anchored(["train", ...tiny, "--model", "airbench94", ...method, "--out", first]);
  expect(code, notes.join("\n")).toBe(0);
});
afterAll(() => rmSync(root, { recursive: true }));

test("model, method with its options and image size are those of the run, which is said", async () => {
  const { code, notes } = await start("bare");
  expect(code, notes.join("\n")).toBe(0);
  expect(notes).toContain(
    `--init ${first} decides: model airbench94, method anchored, 8 pixels; choose otherwise by --model, --method, --image-size`,
  );
  expect(configOf("bare")).toEqual({
    ...configOf("first"),
    method: { ...configOf("first").method, tiedStart: false },
    validateEvery: 0,
    init: first,
  });
  // Of the same classes, by name: nothing starts afresh.
  expect(notes.join("\n")).not.toMatch(/afresh/);
  const again = await anchored(["train", "--resume", "--out", join(root, "bare")]);
  expect(again.code, again.notes.join("\n")).toBe(0);
});

test("what is given stays as it is given, by options and by a recipe", async () => {
  const { code, notes } = await start("options", "--image-size", "16", "--mask-probability", "0.25");
  expect(code, notes.join("\n")).toBe(0);
  expect(notes).toContainEqual(expect.stringMatching(/decides: model airbench94, method anchored; choose/));
  expect(configOf("options")).toMatchObject({
    data: { imageSize: 16 },
    method: { name: "anchored", maskProbability: 0.25 },
  });
  // A recipe says its model, which the weights do not fit; its size is of its own data.
  const recipe = await start("recipe", "--recipe", "emoji-quickstart");
  expect(recipe.code).toBe(2);
  expect(recipe.notes).toContainEqual(expect.stringMatching(/decides: method anchored, 8 pixels; choose/));
});

test("--method standard from an anchored run names the cause", async () => {
  const plain = join(root, "plain");
  const model = ["--model", "resnet20"];
  await anchored(["train", ...tinyTraining(images), ...model, "--method", "anchored", "--out", plain]);
  const { code, notes } = await anchored([
    "train",
    ...common,
    "--init",
    plain,
    "--method",
    "standard",
    "--out",
    join(root, "standard"),
  ]);
  expect(code).toBe(2);
  expect(notes.at(-1)).toMatch(/conv1.weight is .* sees the tuples of an anchored network; add --method anchored/);
});

test("a folder that holds no run is named as that", async () => {
  const { code, notes } = await anchored(["train", "--init", images, ...common, "--out", join(root, "none")]);
  expect(code).toBe(2);
  expect(notes.at(-1)).toMatch(/--init .*images: the folder holds neither a trained run/);
});
