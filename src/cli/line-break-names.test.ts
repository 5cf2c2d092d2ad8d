import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-line-breaks-"));
afterAll(() => rmSync(root, { recursive: true }));

test("a class whose name holds line breaks and tabs stays on one line of a report", async () => {
  const [images, run, page] = ["images", "run", "page.html"].map((name) => join(root, name));
  await tinyImageFolder(images);
  for (const split of readdirSync(images)) {
    const [first] = readdirSync(join(images, split)).sort();
    renameSync(join(images, split, first), join(images, split, "two\nlines\tlong"));
  }
  for (const args of [
    ["train", ...tinyTraining(images), "--out", run],
    ["evaluate", run, "--suite", "clean"],
    ["report", run, "--out", page],
  ])
    expect((await anchored(args)).code).toBe(0);
  const html = readFileSync(page, "utf8");
  expect(html).toContain("two\\nlines\\tlong");
  expect(html).not.toContain("two\nlines");
}, 60_000);
