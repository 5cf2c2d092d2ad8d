import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { withLock } from "./lock.ts";

function lockPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "anchored-lock-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "work");
}

test("of two in one process the second waits, and says so", async () => {
  const path = lockPath();
  const told: string[] = [];
  const hold = (name: string) =>
    withLock(
      path,
      async () => {
        told.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 100));
        told.push(`${name} ends`);
        return name;
      },
      () => told.push(`${name} waits`),
    );
  expect(await Promise.all([hold("a"), hold("b")])).toEqual(["a", "b"]);
  const waits = told.filter((line) => line.endsWith("waits"));
  expect(waits.length).toBe(1);
  const order = told.filter((line) => !line.endsWith("waits"));
  expect(order[0].replace("begins", "ends")).toBe(order[1]);
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test("is free again after a failure, and after a process that was killed", async () => {
  const path = lockPath();
  await expect(withLock(path, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  mkdirSync(`${path}.lock`);
  utimesSync(`${path}.lock`, 1, 1);
  expect(await withLock(path, async () => 7, expect.fail)).toBe(7);
});

test("fails with the system's reason where it cannot be written", async () => {
  await expect(withLock("/proc/nowhere/work", async () => 7)).rejects.toMatchObject({ code: "ENOENT" });
});
