import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import { readRun } from "../src/run/index.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-output-"));
const [images, run] = [join(root, "images"), join(root, "run")];
beforeAll(() => tinyImageFolder(images));
afterAll(() => rmSync(root, { recursive: true }));

const main = resolve("dist", "cli", "main.js");
/** The built command line in a shell; `pipe` is what follows it. */
const shell = (argv: readonly string[], pipe: string) =>
  spawnSync("bash", ["-c", `set -o pipefail; "$0" "$@" ${pipe}`, process.execPath, main, ...argv], {
    encoding: "utf8",
  });

test("a training whose reader has gone is trained to its end", async () => {
  const { status, stderr } = shell(["train", ...tinyTraining(images), "--out", run], "2>&1 | true");
  expect([status, stderr]).toEqual([0, ""]);
  const again = await anchored(["train", "--resume", "--out", run, "--json"]);
  expect(JSON.parse(again.out)).toMatchObject({ finished: true, steps: 2 });
});

test.runIf(existsSync("/dev/full"))("output that cannot be written is one line", () => {
  const { status, stderr } = shell(["study", "--json"], "> /dev/full");
  expect([status, stderr]).toEqual([
    2,
    "anchored: cannot write to standard output: the disk is full; send it elsewhere\n",
  ]);
});

test("list options that are repeated add up", async () => {
  const argv = ["--suite", "clean", "--suite", "ood", "--ood", "mnist", "--ood", "mnist-inverted", "--ood-count", "4"];
  const [results] = JSON.parse((await anchored(["evaluate", run, ...argv, "--json"])).out);
  expect(results.sets.map(({ set }: { set: string }) => set)).toEqual(["images/test"]);
  expect(new Set(results.ood.map(({ set }: { set: string }) => set))).toEqual(
    new Set(["mnist/test", "mnist-inverted/test"]),
  );

  const flags = ["--augment", "crop", "--augment", "cutout,crop", "--mix", "mixup", "--mix", "cutmix"];
  const steps = ["--schedule", "multistep", "--learning-rate", "0.1", "--milestones", "1", "--milestones", "2"];
  const twice = join(root, "twice");
  expect((await anchored(["train", ...tinyTraining(images), ...flags, ...steps, "--out", twice])).code).toBe(0);
  const { augment, mix, schedule } = readRun(twice).config;
  expect(augment.map(({ name }) => name)).toEqual(["crop", "cutout"]);
  expect(mix.map(({ name }) => name)).toEqual(["mixup", "cutmix"]);
  expect(schedule).toMatchObject({ milestones: [1, 2] });
});
