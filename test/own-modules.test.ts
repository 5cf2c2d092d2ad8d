import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runPaths } from "../src/files/index.ts";

// The built command line in a process of its own: what is registered stays there.
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const own = (name: string) => join(root, "test/fixtures/own", name);
const folder = mkdtempSync(join(tmpdir(), "anchored-own-"));
const run = join(folder, "run");

function anchored(argv: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "dist/cli/main.js"), ...argv], {
    encoding: "utf8",
    cwd: folder,
    env: { ...process.env, ...env },
  });
  return { code: status, out: stdout, notes: stderr.trim().split("\n") };
}

beforeAll(() => {
  const trained = anchored(["train", "--config", own("config.mjs"), "--workers", "1", "--out", run]);
  expect([trained.code, trained.notes.join("\n")]).toEqual([0, expect.stringContaining("next: ")]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test("a config module's model, method, data set, augmentation and mixer are trained, by a thread too", () => {
  const { config, modules } = JSON.parse(readFileSync(runPaths(run).config, "utf8"));
  expect([config.model, config.method, config.data]).toEqual([
    "own-mlp",
    { name: "own-method", strength: 2 },
    { name: "own-set", size: 60, seed: 0 },
  ]);
  expect(config.augment).toEqual([{ name: "own-darken", options: {} }]);
  expect(modules).toEqual([own("config.mjs")]);
});

describe("the run", () => {
  test.each([
    ["evaluate", ["evaluate", run]],
    ["export", ["export", run, "--out", "model.onnx"]],
    ["train --resume", ["train", "--resume", "--out", run]],
  ])("says in one line what %s lacks, and the way out", (_, argv) => {
    const { code, notes } = anchored(argv);
    expect([code, notes]).toEqual([
      2,
      [
        `anchored: ${run}: its model "own-mlp" is not Anchored's own; import the module that registers it: add --import ${own("config.mjs")}, or set ANCHORED_IMPORT=${own("config.mjs")}`,
      ],
    ]);
  });

  test("is judged with --import, under a registered corruption", () => {
    const suite = ["--suite", "clean,corruptions", "--corruptions", "own-night", "--severities", "1", "--json"];
    const { code, out, notes } = anchored(["evaluate", run, ...suite, "--import", own("mine.mjs")]);
    expect([code, notes.filter((line) => line.includes("anchored:"))]).toEqual([0, []]);
    const cells = JSON.parse(out)[0].corruptions.cells.map(({ set }: { set: string }) => set);
    expect(cells).toEqual(["own-set/test/own-night-1"]);
  });

  test("is resumed with ANCHORED_IMPORT, whatever module registers the same names", () => {
    const { code, notes } = anchored(["train", "--resume", "--out", run], { ANCHORED_IMPORT: own("mine.mjs") });
    expect([code, notes.join("\n")]).toEqual([0, expect.stringContaining("next: ")]);
  });
});

test("flags know registered names, and their data set's options are checked", () => {
  const flags = ["--import", own("mine.mjs"), "--data", "own-set", "--model", "own-mlp", "--method", "own-method"];
  const named = [
    "train",
    ...flags,
    "--augment",
    "own-darken",
    "--epochs",
    "1",
    "--batch-size",
    "16",
    "--limit-train",
    "20",
    "--out",
    "flags",
  ];
  expect(anchored(named).code).toBe(0);
  const unknown = anchored(["train", "--import", own("mine.mjs"), "--model", "own-mpl"]);
  expect([unknown.code, unknown.notes[0]]).toEqual([
    2,
    expect.stringMatching(/--model own-mpl: unknown; known: .*own-mlp/),
  ]);
});

test.each([
  ["classes", ["--data", "own-set", "--model", "own-mlp", "--batch-size", "16", "--epochs", "1"], "0.1,all,3"],
  ["numbers", ["--task", "regression", "--data", "functions", "--function", "sine", "--count", "200"], "0.1,all,3"],
])("an anchored method of one's own is given references: of %s", (what, argv, options) => {
  const out = `anchored-${what}`;
  const train = ["train", "--import", own("mine.mjs"), "--method", "own-anchored", "--max-steps", "2", "--out", out];
  expect(anchored([...train, ...argv])).toMatchObject({ code: 0 });
  const { method } = JSON.parse(readFileSync(runPaths(join(folder, out)).config, "utf8")).config;
  expect([method.noise, method.references, method.referenceCount].join()).toBe(options);
  const exported = anchored(["export", out, "--out", `${out}.onnx`, "--import", own("mine.mjs")]);
  expect([exported.code, exported.out]).toEqual([0, expect.stringContaining("3 references")]);
});

test.each([
  [
    "a missing module",
    "registerNothing",
    ["--import", "nowhere.mjs"],
    /^anchored: --import nowhere.mjs: no such file$/,
  ],
  [
    "a name that is taken",
    `import { registerModel } from "anchored-vision/models"; registerModel("resnet20", () => {});`,
    ["--import", own("taken.mjs")],
    /^anchored: --import .*taken.mjs: register model "resnet20": the name is taken; choose another one$/,
  ],
])("%s is refused in one line", (_, source, argv, line) => {
  writeFileSync(own("taken.mjs"), source);
  const { code, notes } = anchored(["data", "list", ...argv]);
  rmSync(own("taken.mjs"));
  expect([code, notes]).toEqual([2, [expect.stringMatching(line)]]);
});

describe("a study from a file", () => {
  test("is run and compared", () => {
    const argv = [
      "study",
      own("study.mjs"),
      "--import",
      own("mine.mjs"),
      "--max-steps",
      "1",
      "--out",
      "study",
      "--json",
    ];
    const { code, out } = anchored(argv);
    expect(code).toBe(0);
    expect(JSON.parse(out).arms.map(({ name }: { name: string }) => name)).toEqual(["slow", "fast"]);
  });

  test.each([
    ["export default 1", /exports neither a default nor `study`/],
    ['export default { title: "t", seeds: 0 }', /seeds 0; a whole number ≥ 1/],
    ['export default { title: "t", seeds: 1, arms: { a: {} }, baselines: ["b"] }', /no arm "b"; there are a/],
    [
      'export default { title: "t", seeds: 1, arms: { a: { config: { data: { name: "emoji" }, epochs: 0 } } }, baselines: ["a"] }',
      /arms\.a: config epochs/,
    ],
    [
      'const config = { data: { name: "emoji" } }; export default { title: "t", seeds: 1, arms: { a: { config }, b: { samples: "a", count: 2 } }, baselines: ["a"] }',
      /arms\.b\.samples: a collects no weights to draw from/,
    ],
    [
      'const config = { data: { name: "emoji" }, swag: {} }; export default { title: "t", seeds: 1, arms: { a: { config }, b: { samples: "a" } }, baselines: ["a"] }',
      /arms\.b\.count: a whole number ≥ 2/,
    ],
    [
      'const config = { data: { name: "closed-form", function: "sine" }, task: { name: "regression" } }; export default { title: "t", seeds: 1, arms: { a: { config } }, baselines: ["a"] }',
      /arms\.a: its task is regression, but studies compare classifications/,
    ],
  ])("%s is refused in one line", (source, line) => {
    const path = join(folder, "wrong.mjs");
    writeFileSync(path, source);
    const { code, notes } = anchored(["study", path]);
    expect([code, notes]).toEqual([2, [expect.stringMatching(line)]]);
  });
});
