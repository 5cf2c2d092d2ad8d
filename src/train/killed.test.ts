import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runPaths } from "../files/index.ts";
import { loadCheckpoint, readMetrics } from "../run/index.ts";

// A process of its own needs JavaScript: the sources are emitted beside the modules that they import.
const emitted = resolve("node_modules", ".cache", `anchored-killed-${process.pid}`);
const folder = mkdtempSync(join(tmpdir(), "anchored-killed-"));
const trainer = join(emitted, "trainer.mjs");

beforeAll(() => {
  mkdirSync(emitted, { recursive: true });
  const project = {
    extends: resolve("tsconfig.json"),
    compilerOptions: { noEmit: false, noCheck: true, rootDir: resolve("src"), outDir: "src" },
    files: [resolve("src/train/index.ts"), resolve("src/train/testing.ts")],
    include: [],
  };
  writeFileSync(join(emitted, "tsconfig.json"), JSON.stringify(project));
  execFileSync(process.execPath, [resolve("node_modules", "typescript", "bin", "tsc"), "-p", emitted]);
  // Where runs look for the version that trains them.
  copyFileSync("package.json", join(emitted, "package.json"));
  const module = (path: string) => JSON.stringify(pathToFileURL(join(emitted, "src", path)).href);
  writeFileSync(
    trainer,
    `import { train } from ${module("train/index.js")};
     import { tinyConfig, tinyDataSet } from ${module("train/testing.js")};
     const [run, resume, checkpointEvery] = process.argv.slice(2);
     const config = tinyConfig({ epochs: 3, method: { name: "anchored", maskProbability: 0.5, referenceCount: 3 } });
     const onProgress = ({ epoch, step }) => console.log(epoch + "." + step);
     const options = { run, resume: resume === "resume", checkpointEvery: Number(checkpointEvery), onProgress };
     await train(config, tinyDataSet(), options);`,
  );
});
afterAll(() => {
  rmSync(emitted, { recursive: true, force: true });
  rmSync(folder, { recursive: true });
});

/** Runs the trainer; kill -9 once it has reported `killAt` (epoch.step). Returns what it reported. */
async function runTrainer(run: string, resume: boolean, killAt?: string, checkpointEvery = 5): Promise<string[]> {
  const argv = [trainer, run, resume ? "resume" : "start", String(checkpointEvery)];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", 2] });
  let reported = "";
  child.stdout!.on("data", (chunk) => {
    reported += chunk;
    if (killAt && reported.split("\n").includes(killAt)) child.kill("SIGKILL");
  });
  const [code, signal] = await once(child, "close");
  expect([code, signal]).toEqual(killAt ? [null, "SIGKILL"] : [0, null]);
  return reported.trim().split("\n");
}

test("killed in the middle of an epoch and resumed, the final weights equal an uninterrupted run's byte for byte", async () => {
  const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
  await runTrainer(whole, false);
  await runTrainer(killed, false, "2.3");
  expect(loadCheckpoint(runPaths(killed).checkpoint).progress.step).toBe(6);
  expect((await runTrainer(killed, true))[0]).toBe("2.1");

  // With a checkpoint after every step, the next one is where it goes on.
  const within = join(folder, "killed within");
  await runTrainer(within, false, "2.3", 1e-9);
  const { step, epochLossSum } = loadCheckpoint(runPaths(within).checkpoint).progress;
  expect(step).toBeGreaterThanOrEqual(9);
  if (step % 6 > 0) expect(epochLossSum).toBeGreaterThan(0);
  expect((await runTrainer(within, true))[0]).toBe(`${1 + Math.floor(step / 6)}.${1 + (step % 6)}`);

  const tensorBytes = (run: string) => {
    const file = readFileSync(runPaths(run).checkpoint);
    return file.subarray(8 + Number(file.readBigUInt64LE()));
  };
  for (const run of [killed, within]) expect(tensorBytes(run).equals(tensorBytes(whole))).toBe(true);
  const logged = (run: string) =>
    readMetrics(runPaths(run).metrics).map(({ event, step, loss }) => [event, step, loss]);
  for (const run of [killed, within]) expect(logged(run)).toEqual(logged(whole));
});

test("a second trainer of a folder is refused while the first one lives, and not any longer", async () => {
  const run = join(folder, "shared");
  const first = spawn(process.execPath, [trainer, run, "start"], { stdio: ["ignore", "pipe", 2] });
  await once(first.stdout!, "data");
  // It stands still in the middle of its training, however fast the machine is.
  first.kill("SIGSTOP");
  const second = spawn(process.execPath, [trainer, run, "start"], { stdio: ["ignore", "ignore", "pipe"] });
  let complaint = "";
  second.stderr!.on("data", (chunk) => {
    complaint += chunk;
  });
  expect((await once(second, "close"))[0]).toBe(1);
  expect(complaint).toContain(`process ${first.pid} is training ${run} just now`);
  expect(complaint).toContain("LockHeld");
  first.kill("SIGKILL");
  await once(first, "close");
  await runTrainer(run, existsSync(runPaths(run).checkpoint));
});
