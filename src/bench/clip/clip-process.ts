/**
 * Our side of `bench clip`, in a process of its own so that its memory is the work's. Speaks as `peers/pytorch-clip.py` does. Its
 * argument is a `ClipSideOptions` as JSON.
 */
import { createInterface } from "node:readline";
import { peakBytes } from "../peak-bytes.ts";
import type { Round, RoundRequest } from "../side.ts";
import { startWork, warmUp } from "./run-work.ts";
import type { ClipReady, ClipSideOptions } from "./sides.ts";

const say = (message: ClipReady | Round) => process.stdout.write(`${JSON.stringify(message)}\n`);

const compileStart = performance.now();
const work = await startWork(JSON.parse(process.argv[2]) as ClipSideOptions);
const compileMs = performance.now() - compileStart;
say({ compileMs, check: await warmUp(work) });
for await (const line of createInterface({ input: process.stdin })) {
  const { steps } = JSON.parse(line) as RoundRequest;
  const stepMs: number[] = [];
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    await work();
    stepMs.push(performance.now() - start);
  }
  say({ stepMs, peakBytes: peakBytes() });
}
process.exit(0);
