import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import { openModel } from "../src/export/index.ts";
import { runPaths } from "../src/files/index.ts";
import { createServer } from "../src/serve/index.ts";
import { form } from "../src/serve/testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-verdict-"));
const images = join(root, "images");
const run = join(root, "run");
const file = join(root, "model.onnx");
/** Two of each class, and two of each class of an unseen kind. */
const pictures = ["test/red", "test/blue", "sketch/red", "sketch/blue"].map((path) => join(images, path));
const asked = "--verdict --keep 50 --nearest 5 --threads 1".split(" ");

beforeAll(async () => {
  await tinyImageFolder(images);
  const method = "--method anchored --reference-count 2".split(" ");
  expect((await anchored(["train", ...tinyTraining(images), ...method, "--out", run])).code).toBe(0);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

const jsonLines = (out: string) => out.split("\n").map((line) => JSON.parse(line));

test("run folder, file and server say the same of the same pictures", async () => {
  const exported = await anchored(["export", run, "--out", file, ...asked]);
  expect(exported.code, exported.notes.join("\n")).toBe(0);
  expect(exported.out).toMatch(
    /known or foreign by combination: known from -?[\d.]+, which keeps 50.0 % of 4 validation/,
  );
  const byRun = jsonLines((await anchored(["predict", run, ...pictures, ...asked, "--json"])).out);
  const byFile = jsonLines((await anchored(["predict", file, ...pictures, "--json"])).out);
  expect(byRun).toHaveLength(8);
  expect(byFile).toEqual(byRun);
  const model = await openModel(file, { threads: 1 });
  const server = await createServer({ model, version: "0" });
  const { type, body } = form(byFile.map(({ path }) => ({ name: path, bytes: readFileSync(path) })));
  const answer = await server.inject({
    method: "POST",
    url: "/v1/predict",
    headers: { "content-type": type },
    payload: body,
  });
  const { predictions } = answer.json();
  await server.close();
  for (const [i, { verdict }] of byFile.entries()) {
    expect(verdict).toMatchObject({ keeps: 0.5, known: verdict.score >= verdict.threshold });
    expect(verdict.nearest).toHaveLength(3);
    expect(predictions[i].verdict.score).toBeCloseTo(verdict.score, 4);
    expect({ ...predictions[i].verdict, score: 0, nearest: 0 }).toEqual({ ...verdict, score: 0, nearest: 0 });
    expect(predictions[i].verdict.nearest.map(({ row }: any) => row)).toEqual(
      verdict.nearest.map(({ row }: any) => row),
    );
  }
  const held = jsonLines((await anchored(["predict", file, join(images, "validation"), "--json"])).out);
  expect(held.filter(({ verdict }) => verdict.known)).toHaveLength(2);
});

test("in words", async () => {
  const { out } = await anchored(["predict", file, ...pictures]);
  for (const line of out.split("\n"))
    expect(line).toMatch(
      /\t(known|foreign: (no class fits|it looks like no training image)) \(score -?[\d.]+, known from -?[\d.]+\)\tmost like (red|blue) #\d/,
    );
  const plain = await anchored(["predict", run, pictures[0], "--threads", "1", "--json"]);
  expect(jsonLines(plain.out)[0]).not.toHaveProperty("verdict");
});

test("a run keeps what was fitted, and needs its data no more", async () => {
  const elsewhere = join(root, "elsewhere");
  renameSync(images, elsewhere);
  try {
    const argv = ["predict", run, join(elsewhere, "test"), "--json"];
    const again = await anchored([...argv, ...asked]);
    expect([again.code, again.notes]).toEqual([0, []]);
    const other = await anchored([...argv, "--verdict", "entropy", "--keep", "75"]);
    expect(other.code).toBe(2);
    // Another threshold is no other fit.
    expect((await anchored([...argv, ...asked, "--keep", "75"])).code).toBe(0);
  } finally {
    renameSync(elsewhere, images);
  }
  const damaged = readFileSync(runPaths(run).verdict, "utf8").slice(0, 99);
  rmSync(runPaths(run).verdict);
  writeFileSync(runPaths(run).verdict, damaged);
  const { code, notes } = await anchored(["predict", run, pictures[0], ...asked]);
  expect([code, notes.at(-1)]).toEqual([
    2,
    expect.stringMatching(/verdict\.json: .*; remove it, and it is made anew$/),
  ]);
  rmSync(runPaths(run).verdict);
});

test.each([
  [
    "too few validation images",
    ["export", run, "--out", "x.onnx", "--verdict"],
    /--keep 95: of 4 validation images none/,
  ],
  ["--keep alone", ["predict", run, images, "--keep", "90"], /--keep 90: it is about the verdict; add --verdict/],
  ["an unknown score", ["predict", run, images, "--verdict", "knn"], /--verdict knn: unknown; known: combination/],
  ["a file, which has settled it", ["predict", file, images, "--verdict"], /its verdict was settled at its export/],
])("refused in a line: %s", async (_, argv, message) => {
  const { code, notes } = await anchored(argv);
  expect([code, notes.at(-1)]).toEqual([2, expect.stringMatching(message)]);
});
