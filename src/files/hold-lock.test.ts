import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { holdLock, LockHeld, whileHeld } from "./hold-lock.ts";
import { endedProcess, leaveLock } from "./testing.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function lockPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "anchored-hold-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "run", ".training");
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
  leaveLock(path, { pid: endedProcess() });
  const held = await holdLock(path, "training r");
  held.check();
  await held.release();
  expect(readdirSync(join(path, ".."))).toEqual([]);
});

test("another process that has its number by now does not hold it", async () => {
  const path = lockPath();
  leaveLock(path, { started: "1" });
  await (await holdLock(path, "training r")).release();
});

test.each([-3600, -60, 0, 60, 3600])(
  "of a process that lives it stays, however long it stood still: %i s",
  async (s) => {
    const path = lockPath();
    leaveLock(path, {}, s);
    await expect(holdLock(path, "training r")).rejects.toThrow(`process ${process.pid} is training r`);
  },
);

/** A process elsewhere that has the number of one here, on another machine or in a container of the same name. */
const elsewhere = { host: "node7", space: "another boot pid:[1]" };
/** Renews a lock as its holder does, of a clock that is so many seconds ahead. */
function keepRenewing(path: string, secondsAhead: number): void {
  const timer = setInterval(() => leaveLock(path, elsewhere, secondsAhead), 50);
  onTestFinished(() => clearInterval(timer));
}

describe.each([-900, -60, 0, 60, 900])("clocks that are %i s apart", (secondsAhead) => {
  test("a process elsewhere that renews its lock keeps it", async () => {
    const path = lockPath();
    leaveLock(path, elsewhere, secondsAhead);
    keepRenewing(path, secondsAhead);
    const refused = "process \\d+ on node7 is training r just now";
    for (let i = 0; i < 3; i++)
      await expect(holdLock(path, "training r", { leftMs: 300 })).rejects.toThrow(new RegExp(refused));
    for (let i = 0; i < 20; i++) {
      await expect(holdLock(path, "training r", { leftMs: 300, watch: false })).rejects.toThrow(LockHeld);
      await pause(20);
    }
  });

  test("what a process elsewhere has left is free once it was watched, in one call or in several", async () => {
    const [path, other] = [lockPath(), lockPath()];
    // Of clocks that agree it has been renewed a moment ago, or some time ago.
    const age = secondsAhead === 0 ? -60 : secondsAhead;
    for (const left of [path, other]) leaveLock(left, elsewhere, age);
    const told: string[] = [];
    const held = await holdLock(path, "training r", { leftMs: 300, onWatch: (line) => told.push(line) });
    expect(told).toEqual([expect.stringMatching(/ on node7 held it; looking for 0.3 s whether it still does$/)]);
    held.check();
    await held.release();
    let refused = 0;
    for (;;) {
      const taken = await holdLock(other, "training r", { leftMs: 300, watch: false }).catch((error) => {
        expect(error).toBeInstanceOf(LockHeld);
        refused++;
      });
      if (taken) break;
      await pause(50);
    }
    expect(refused).toBeGreaterThan(4);
  });
});

test("of clocks that agree, what was renewed a moment ago is refused at once", async () => {
  const path = lockPath();
  leaveLock(path, elsewhere);
  const onWatch = vi.fn();
  await expect(holdLock(path, "training r", { onWatch })).rejects.toThrow("on node7 is training r");
  expect(onWatch).not.toHaveBeenCalled();
});

test("time in which this process did not look does not count", async () => {
  const path = lockPath();
  leaveLock(path, elsewhere, -60);
  const look = () => holdLock(path, "training r", { watch: false });
  await expect(look()).rejects.toThrow(LockHeld);
  const now = performance.now();
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now + 3_600_000);
  onTestFinished(() => clock.mockRestore());
  await expect(look()).rejects.toThrow(LockHeld);
});

test("of several that find it left at once, one gets it, though each could remove it", async () => {
  const gone = endedProcess();
  for (let round = 0; round < 20; round++) {
    const path = lockPath();
    leaveLock(path, { pid: gone });
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => holdLock(path, "training r")));
    const held = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(held.length).toBe(1);
    held[0].check();
    await held[0].release();
  }
});

test("who stood still for so long that another took it, finds out before it writes, and leaves that one's lock alone", async () => {
  const path = lockPath();
  const held = await holdLock(path, "training r");
  rmSync(`${path}.lock`, { recursive: true });
  leaveLock(path, elsewhere);
  expect(() => held.check()).toThrow(
    "another process is training r: this one stood still for too long and has stopped",
  );
  await held.release();
  expect(readdirSync(join(path, "..")).sort()).toEqual([".training.json", ".training.lock"]);
});

test("a holder says every few seconds that it lives, over what it has said", async () => {
  const path = lockPath();
  const held = await holdLock(path, "training r");
  const said = () => JSON.parse(readFileSync(`${path}.json`, "utf8")).renewed;
  const [first, { ino }] = [said(), statSync(`${path}.json`)];
  await vi.waitFor(() => expect(said()).toBeGreaterThan(first), { timeout: 8000 });
  expect(statSync(`${path}.json`).ino).toBe(ino);
  await held.release();
}, 10_000);

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
