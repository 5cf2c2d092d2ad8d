import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { holdLock, whileHeld } from "./hold-lock.ts";

function lockPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "anchored-hold-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "run", ".training");
}

/** What a process of that number has left. */
function leave(path: string, pid: number, host = hostname(), secondsAgo = 0): void {
  mkdirSync(`${path}.lock`, { recursive: true });
  const { ino: inode } = statSync(`${path}.lock`);
  writeFileSync(`${path}.json`, JSON.stringify({ pid, host, inode }));
  const at = Date.now() / 1000 - secondsAgo;
  utimesSync(`${path}.lock`, at, at);
}

test("the second is refused, and gets it once the first has let go, who leaves nothing behind", async () => {
  const path = lockPath();
  const held = await holdLock(path, "training r");
  await expect(holdLock(path, "training r")).rejects.toThrow(
    `process ${process.pid} is training r just now; wait until it has ended, or choose another folder`,
  );
  await held.release();
  expect(existsSync(join(path, ".."))).toBe(false);
  await (await holdLock(path, "training r")).release();
});

test("of two at once, one gets it", async () => {
  const path = lockPath();
  const both = await Promise.allSettled([holdLock(path, "training r"), holdLock(path, "training r")]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  for (const one of both) if (one.status === "fulfilled") await one.value.release();
});

test("held while work is done, and let go of though it fails", async () => {
  const path = lockPath();
  const during = whileHeld(path, "training r", async () => {
    await expect(holdLock(path, "training r")).rejects.toThrow("is training r");
    throw new Error("out of memory");
  });
  await expect(during).rejects.toThrow("out of memory");
  expect(await whileHeld(path, "training r", async () => existsSync(`${path}.lock`))).toBe(true);
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test("it dies with its process, at once", async () => {
  const path = lockPath();
  const { pid } = spawnSync(process.execPath, ["-e", "0"]);
  leave(path, pid);
  const held = await holdLock(path, "training r");
  held.check();
  await held.release();
  expect(readdirSync(join(path, ".."))).toEqual([]);
});

test("of a process that stood still but lives it stays; of another machine it dies when it is not renewed", async () => {
  const path = lockPath();
  leave(path, process.pid, hostname(), 60);
  await expect(holdLock(path, "training r")).rejects.toThrow(`process ${process.pid} is training r`);
  leave(path, 1, "elsewhere", 5);
  await expect(holdLock(path, "training r")).rejects.toThrow("process 1 on elsewhere is training r");
  leave(path, 1, "elsewhere", 60);
  await (await holdLock(path, "training r")).release();
});

test("a copy of a folder that is held is free", async () => {
  const path = lockPath();
  const held = await holdLock(path, "training r");
  const copy = join(path, "..", "..", "copy");
  cpSync(join(path, ".."), copy, { recursive: true });
  await (await holdLock(join(copy, ".training"), "training the copy")).release();
  expect(readdirSync(copy)).toEqual([]);
  await expect(holdLock(path, "training r")).rejects.toThrow("is training r");
  await held.release();
});

test("a folder that cannot be written says so", async () => {
  const path = lockPath();
  writeFileSync(join(path, ".."), "");
  await expect(holdLock(path, "training r")).rejects.toThrow(/^cannot write .*in the way/);
});
