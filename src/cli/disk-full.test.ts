import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "./testing.ts";

const disk = vi.hoisted(() => ({ full: false }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  return {
    ...fs,
    // Where a full disk shows at the latest.
    fsyncSync(file: number) {
      if (disk.full) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      fs.fsyncSync(file);
    },
  };
});

const root = mkdtempSync(join(tmpdir(), "anchored-disk-"));
afterAll(() => rmSync(root, { recursive: true }));

it("says that the disk is full, loses nothing and continues when there is space", async () => {
  const [images, run] = [join(root, "images"), join(root, "run")];
  await tinyImageFolder(images);
  const first = await anchored(["train", ...tinyTraining(images), "--out", run, "--max-steps", "1"]);
  expect(first.notes.at(-1)).toMatch(/stopped after 1 of 2 steps/);
  expect(first.code).toBe(0);

  disk.full = true;
  const full = await anchored(["train", "--resume", "--out", run]);
  expect(full.notes.at(-1)).toMatch(/^anchored: cannot write .*: the disk is full; free some space.*--resume/);
  expect(full.code).toBe(2);

  disk.full = false;
  const again = await anchored(["train", "--resume", "--out", run, "--json"]);
  expect(again.code).toBe(0);
  expect(JSON.parse(again.out)).toMatchObject({ finished: true, steps: 2 });
});
