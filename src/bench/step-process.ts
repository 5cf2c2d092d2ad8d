/**
 * Our side of `bench engine --peers`, in a process of its own so that its memory is the step's. Speaks as
 * `peers/pytorch-step.py` does. Its argument is a `CompiledStepOptions` as JSON.
 */
import { createInterface } from "node:readline";
import { type CompiledStepOptions, compileStep } from "./compiled-step.ts";
import { peakBytes } from "./peak-bytes.ts";
import type { Ready, Round, RoundRequest } from "./side.ts";

const say = (message: Ready | Round) => process.stdout.write(`${JSON.stringify(message)}\n`);

const compiled = await compileStep(JSON.parse(process.argv[2]) as CompiledStepOptions);
say({ compileMs: compiled.compileMs });
for await (const line of createInterface({ input: process.stdin })) {
  const { steps } = JSON.parse(line) as RoundRequest;
  const stepMs: number[] = [];
  for (let i = 0; i < steps; i++) stepMs.push(await compiled.stepMs());
  say({ stepMs, peakBytes: peakBytes() });
}
await compiled.dispose();
