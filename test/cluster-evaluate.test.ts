import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import { runPaths } from "../src/files/index.ts";
import { env, launcher, why } from "./mpirun.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-cluster-evaluate-"));
const [images, run] = [join(root, "images"), join(root, "run")];
const asked = [
  ...["--suite", "clean,calibration,shift,ood,corruptions", "--corruptions", "fog,contrast", "--severities", "1,5"],
  ...["--ood", "textures,letters", "--ood-count", "6", "--ood-scores", "default", "--threads", "1"],
];

/** Runs `anchored evaluate` in a folder, by so many ranks. */
function evaluateBy(ranks: number, folder: string, words: readonly string[]) {
  const evaluate = [resolve("dist", "cli", "main.js"), "evaluate", ...words];
  const [command, ...before] = ranks === 1 ? [process.execPath] : [launcher!, "-np", `${ranks}`, process.execPath];
  const { status, stdout, stderr } = spawnSync(command, [...before, ...evaluate], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
}

/** The results and all that was predicted, but for when. */
const written = (folder: string) =>
  [
    runPaths(folder).results,
    ...readdirSync(runPaths(folder).predictions).map((name) => join(runPaths(folder).predictions, name)),
  ]
    .sort()
    .map((path) => [path.slice(folder.length), readFileSync(path, "latin1").replace(/"date": "[^"]*"/, "")]);

describe.skipIf(!launcher)(`${why}anchored evaluate under mpirun`, () => {
  beforeAll(async () => {
    await tinyImageFolder(images);
    const flags = [...tinyTraining(images), "--model", "mlp", "--method", "anchored", "--reference-count", "2"];
    expect(await anchored(["train", ...flags, "--out", run])).toMatchObject({ code: 0 });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("two ranks write and print what one process does, byte for byte", () => {
    const [one, two] = [1, 2].map((ranks) => {
      const folder = join(root, `by-${ranks}`);
      cpSync(run, join(folder, "run"), { recursive: true });
      const ended = evaluateBy(ranks, folder, ["run", ...asked]);
      expect(ended).toMatchObject({ code: 0 });
      return { out: ended.out, files: written(join(folder, "run")) };
    });
    expect(two).toEqual(one);
    expect(one.files.length).toBeGreaterThan(30);
  });

  test("what all ranks lack is said once", () => {
    const { code, err } = evaluateBy(2, root, ["images"]);
    expect(code).toBe(2);
    expect(err.match(/^anchored: .*$/gm)).toEqual([expect.stringMatching(/^anchored: .*images holds no run/)]);
  });
});
