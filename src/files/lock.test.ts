import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { withLock } from "./lock.ts";
import { endedProcess, leaveLock } from "./testing.ts";

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
  leaveLock(path, { pid: endedProcess() });
  expect(await withLock(path, async () => 7, expect.fail)).toBe(7);
});

test("says why it cannot be written", async () => {
  const path = lockPath();
  writeFileSync(path, "");
  await expect(withLock(join(path, "work"), async () => 7)).rejects.toThrow(/^cannot write .*in the way/);
});
