// kill -9 of one rank at random moments of a training: how long the other lives, what it says, and whether the resumed run
// ends with the weights of an uninterrupted one, byte for byte.
//   npm run build && node scripts/killed-ranks.mjs [--times 20] [--ranks 2] [--seed 0]
// Needs mpirun of Open MPI (apt-get install openmpi-bin libopenmpi3).

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { mpirunEnv } from "../dist/bench/mpirun.js";
import { Random } from "../dist/core/index.js";
import { loadCheckpoint } from "../dist/run/index.js";

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "20" },
    ranks: { type: "string", default: "2" },
    seed: { type: "string", default: "0" },
  },
});
const random = new Random("killed ranks", Number(values.seed));
const folder = mkdtempSync(join(tmpdir(), "anchored-killed-ranks-"));
const env = { ...process.env, ...mpirunEnv };
const train = [resolve("dist", "cli", "main.js"), "train"];
const flags =
  "--data mnist --limit-train 640 --model mlp --method anchored --batch-size 32 --epochs 12 --learning-rate 0.005 --threads 1 --checkpoint-every 0.005".split(
    " ",
  );

function start(run, more) {
  const child = spawn("mpirun.openmpi", ["-np", values.ranks, process.execPath, ...train, ...more, "--out", run], {
    env,
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { child, ended };
}

const ranksOf = (parent) =>
  spawnSync("ps", ["-o", "pid=", "--ppid", String(parent)], { encoding: "utf8" })
    .stdout.trim()
    .split(/\s+/)
    .map(Number);
const weights = (run) => {
  const { params, state, slots } = loadCheckpoint(join(run, "checkpoint.safetensors"));
  return JSON.stringify(
    [params, state, slots].map((tree) => Object.entries(tree)),
    (_, value) =>
      ArrayBuffer.isView(value)
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")
        : value,
  );
};

try {
  const whole = join(folder, "whole");
  const startedAt = performance.now();
  await start(whole, flags).ended;
  const wholeMs = performance.now() - startedAt;
  const expected = weights(whole);
  let same = 0;
  const seconds = [];
  for (let i = 0; i < Number(values.times); i++) {
    const run = join(folder, `run-${i}`);
    const moment = random.uniform() * wholeMs;
    const { child, ended } = start(run, flags);
    await setTimeout(moment);
    const ranks = ranksOf(child.pid).filter(Number.isInteger);
    const victim = ranks[random.integer(Math.max(1, ranks.length))];
    const at = performance.now();
    if (victim > 0 && child.exitCode === null) process.kill(victim, "SIGKILL");
    const [, err, [code]] = await ended;
    seconds.push((performance.now() - at) / 1000);
    const begun = existsSync(join(run, "checkpoint.safetensors"));
    const steps = begun ? loadCheckpoint(join(run, "checkpoint.safetensors")).progress.step : 0;
    if (steps < loadCheckpoint(join(whole, "checkpoint.safetensors")).progress.step)
      await start(run, begun ? ["--resume"] : flags).ended;
    const isSame = weights(run) === expected;
    same += isSame ? 1 : 0;
    const said = err.match(/^anchored: .*$/gm) ?? [];
    console.log(
      `${i + 1}: rank ${ranks.indexOf(victim)} killed after ${(moment / 1000).toFixed(1)} s, ended with ${code} in ${seconds.at(-1).toFixed(1)} s at step ${steps}, ${isSame ? "same weights" : "OTHER WEIGHTS"}; ${said.join(" | ") || "nothing said"}`,
    );
  }
  console.log(
    `${same} of ${values.times} resumed to the same weights; the slowest ended ${Math.max(...seconds).toFixed(1)} s after the kill`,
  );
  process.exitCode = same === Number(values.times) && Math.max(...seconds) < 10 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
