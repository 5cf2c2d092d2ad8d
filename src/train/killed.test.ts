import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runPaths } from "../core/index.ts";
import { loadCheckpoint, readMetrics } from "./index.ts";

// A process of its own needs JavaScript: the sources are emitted beside the modules that they import.
const emitted = resolve("node_modules", ".cache", `anchored-killed-${process.pid}`);
const folder = mkdtempSync(join(tmpdir(), "anchored-killed-"));
const trainer = join(emitted, "trainer.mjs");

beforeAll(() => {
  mkdirSync(emitted, { recursive: true });
  const project = {
    extends: resolve("tsconfig.json"),
    compilerOptions: { noEmit: false, noCheck: true, rootDir: resolve("src"), outDir: "." },
    files: [resolve("src/train/index.ts"), resolve("src/train/testing.ts")],
    include: [],
  };
  writeFileSync(join(emitted, "tsconfig.json"), JSON.stringify(project));
  execFileSync(process.execPath, [resolve("node_modules", "typescript", "bin", "tsc"), "-p", emitted]);
  writeFileSync(join(emitted, "package.json"), `{ "type": "module" }`);
  const module = (path: string) => JSON.stringify(pathToFileURL(join(emitted, path)).href);
  writeFileSync(
    trainer,
    `import { train } from ${module("train/index.js")};
     import { tinyConfig, tinyDataSet } from ${module("train/testing.js")};
     const [run, resume] = process.argv.slice(2);
     const config = tinyConfig({ epochs: 3, method: { name: "anchored", maskProbability: 0.5, referenceCount: 3 } });
     const onProgress = ({ epoch, step }) => console.log(epoch + "." + step);
     await train(config, tinyDataSet(), { run, resume: resume === "resume", onProgress });`,
  );
});
afterAll(() => {
  rmSync(emitted, { recursive: true, force: true });
  rmSync(folder, { recursive: true });
});

/** Runs the trainer; kill -9 once it has reported `killAt` (epoch.step). Returns what it reported. */
async function runTrainer(run: string, resume: boolean, killAt?: string): Promise<string[]> {
  const child = spawn(process.execPath, [trainer, run, resume ? "resume" : "start"], { stdio: ["ignore", "pipe", 2] });
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

  const tensorBytes = (run: string) => {
    const file = readFileSync(runPaths(run).checkpoint);
    return file.subarray(8 + Number(file.readBigUInt64LE()));
  };
  expect(tensorBytes(killed).equals(tensorBytes(whole))).toBe(true);
  const logged = (run: string) =>
    readMetrics(runPaths(run).metrics).map(({ event, step, loss }) => [event, step, loss]);
  expect(logged(killed)).toEqual(logged(whole));
});
