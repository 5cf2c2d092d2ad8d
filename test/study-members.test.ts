import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { tinyImageFolder } from "../src/cli/testing.ts";
import { runPaths } from "../src/files/index.ts";
import { loadCheckpoint, readMetrics } from "../src/run/index.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-members-"));
const [module, out] = [join(root, "six.mjs"), join(root, "study")];
const arms = ["standard", "anchored"];
const cells = arms.flatMap((arm) => [0, 1, 2].map((seed) => ({ arm, seed, run: join(out, arm, `seed-${seed}`) })));
const STEPS = 200;

beforeAll(async () => {
  await tinyImageFolder(join(root, "images"));
  const config = {
    data: { name: "folder", folder: join(root, "images"), imageSize: 8 },
    ...{ model: "mlp", batchSize: 4, epochs: STEPS / 2, augment: [], logEvery: 1, validateEvery: 0 },
    schedule: { name: "constant", learningRate: 0.005 },
  };
  const study = {
    title: "Six runs",
    arms: {
      standard: { config },
      anchored: { config: { ...config, method: { name: "anchored", referenceCount: 2 } } },
    },
    seeds: 3,
    baselines: ["standard"],
    judge: { suites: ["clean"] },
  };
  writeFileSync(module, `export default ${JSON.stringify(study)};`);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Member {
  readonly child: ChildProcess;
  /** Exit code or signal, and what was noted. */
  readonly ended: Promise<{ readonly end: number | string; readonly notes: string }>;
}

function startMember(): Member {
  const words = [resolve("dist", "cli", "main.js"), "study", module, "--out", out, "--threads", "1"];
  // As tasks of one step of Slurm, which find each other by no MPI.
  const env = { ...process.env, SLURM_STEP_NUM_TASKS: "3" };
  const child = spawn(process.execPath, words, { env, stdio: ["ignore", "ignore", "pipe"] });
  const ended = Promise.all([text(child.stderr!), once(child, "close")]).then(([notes, [code, signal]]) => ({
    end: code ?? signal,
    notes,
  }));
  return { child, ended };
}

const stepsOf = (run: string): number[] =>
  existsSync(runPaths(run).metrics)
    ? readMetrics(runPaths(run).metrics).flatMap((line) => (line.event === "step" ? [line.step] : []))
    : [];

test("three members, one of them killed while it trains, do each of six runs once", async () => {
  const members = [startMember(), startMember(), startMember()];
  const [left] = await vi.waitUntil(
    () => {
      const training = cells.filter(({ run }) => stepsOf(run).length > 5 && stepsOf(run).length < STEPS / 2);
      return training.length > 0 && training;
    },
    { timeout: 60_000, interval: 10 },
  );
  const { pid } = JSON.parse(readFileSync(join(out, left.arm, `.seed-${left.seed}.json`), "utf8"));
  const killed = members.find(({ child }) => child.pid === pid)!;
  killed.child.kill("SIGKILL");
  const ended = await Promise.all(members.map((member) => member.ended));
  expect(ended.map(({ end }) => end).sort()).toEqual([0, 0, "SIGKILL"]);

  const notes = ended.map((one) => one.notes).join("\n");
  for (const { arm, seed, run } of cells) {
    expect(stepsOf(run)).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
    expect(loadCheckpoint(runPaths(run).checkpoint).progress.step).toBe(STEPS);
    const judged = notes.match(new RegExp(`${arm}, seed ${seed}: predicting the test sets`, "g"));
    expect([run, judged?.length]).toEqual([run, 1]);
  }
  const { arms: told } = JSON.parse(readFileSync(join(out, "study.json"), "utf8"));
  expect(told.map(({ name, seeds }: { name: string; seeds: number[] }) => [name, seeds])).toEqual(
    arms.map((name) => [name, [0, 1, 2]]),
  );
  expect(existsSync(join(out, "study.html"))).toBe(true);
}, 180_000);
