import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "./testing.ts";
import { trainHelpGroups } from "./train-help.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-train-"));
const images = join(root, "images");
beforeAll(() => tinyImageFolder(images));
afterAll(() => rmSync(root, { recursive: true }));

test("the last line says under how many references an anchored run was validated", async () => {
  const train = (...more: string[]) =>
    anchored(["train", ...tinyTraining(images), "--out", join(root, more.join("") || "plain"), ...more]);
  const { out } = await train("--method", "anchored", "--reference-count", "4");
  expect(out).toMatch(/2 steps in .*; validation accuracy .* % \(under one reference; evaluate asks 4\)$/);
  const single = await train("--method", "anchored", "--reference-count", "1");
  expect(single.out).toMatch(/; validation accuracy [\d.]+ %$/);
  const plain = await train();
  expect(plain.out).toMatch(/; validation accuracy [\d.]+ %$/);
  expect(plain.notes[0]).toMatch(/^2 steps in all \(8 training images: 2 batches of 4 in each of 1 epoch\)/);
});

const flagsOf = (help: string) => [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag);

test("--help shows the usual options in groups, --help all every one", async () => {
  const usual = trainHelpGroups().flatMap((group) => group.usual);
  const rare = trainHelpGroups().flatMap((group) => group.rare);
  const short = await anchored(["train", "--help"]);
  expect(short.code).toBe(0);
  expect(flagsOf(short.out).sort()).toEqual([...usual, "--help"].sort());
  expect(short.out).toContain(`There are ${rare.length} more options: anchored train --help all`);
  for (const { heading } of trainHelpGroups()) expect(short.out).toContain(`\n${heading}\n`);
  const whole = await anchored(["train", "--help", "all"]);
  expect(flagsOf(whole.out).sort()).toEqual([...usual, ...rare, "--help"].sort());
  // Only the help itself stands under no heading of ours.
  expect(/\nOptions:\n((?: .*\n)+)/.exec(whole.out)?.[1]).toMatch(/^ +-h, --help \[all\] .*\n$/);
});

test("a training that failed as it began does not stand in the way of the next", async () => {
  const run = join(mkdtempSync(join(root, "begun-")), "run");
  const table = join(dirname(run), "rows.csv");
  writeFileSync(table, ["x,y", ...Array.from({ length: 40 }, (_, i) => `${i},${2 * i}`)].join("\n"));
  const asked = [
    "train",
    "--task",
    "regression",
    "--csv",
    table,
    "--target",
    "y",
    "--batch-size",
    "8",
    "--epochs",
    "1",
  ];
  const failed = await anchored([...asked, "--init", join(dirname(run), "nothing.safetensors"), "--out", run]);
  expect(failed.code).toBe(2);
  const again = await anchored([...asked, "--out", run]);
  expect(again.notes.join("\n")).not.toContain("already holds a run");
  expect(again.code).toBe(0);
  const twice = await anchored([...asked, "--out", run]);
  expect(twice).toMatchObject({ code: 2 });
  expect(twice.notes.at(-1)).toContain("already holds a run");
});
