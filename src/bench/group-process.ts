/**
 * A process of `bench group`: one of the ranks that mpirun has started, or the process by itself that they are compared with.
 * It sleeps on a socket until it is asked for steps: a rank that waited in MPI would keep a processor busy. Its argument is
 * a `GroupProcessOptions` as JSON.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { sizeOf, UserError } from "../core/index.ts";
import { openGroup } from "../train/index.ts";
import { createStepper, movingParameters } from "../train/internal.ts";
import type { GroupProcessOptions, GroupRound, RankReady } from "./group-side.ts";
import { median } from "./median.ts";
import type { RoundRequest } from "./side.ts";
import { trainingStep } from "./steps.ts";
import { timedGroup } from "./timed-group.ts";

const SUMS = 5;

const { model, batchSize, threads, syncBatchNorm, socket } = JSON.parse(process.argv[2]) as GroupProcessOptions;
const parent = connect(socket);
await once(parent, "connect");
const say = (message: RankReady | GroupRound | { error: string; refused: boolean }) =>
  void parent.write(`${JSON.stringify(message)}\n`);

try {
  await answer();
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error), refused: error instanceof UserError });
  parent.end();
  await once(parent, "close");
  process.exit(1);
}

async function answer(): Promise<void> {
  const { group, takeMs } = timedGroup(await openGroup());
  const { parts, start: current, fed, controls } = trainingStep(model, batchSize / group.size);
  const config = { accumulate: 1, clipNorm: 0, device: "cpu", threads } as const;
  const stepper = await createStepper(
    { ...parts, meetsRanks: syncBatchNorm },
    config,
    { current, fed, controls },
    group,
  );
  const moving = movingParameters(current.params, parts.network.frozen);
  const gradients = new Float32Array(Object.values(moving).reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  /** As the training loop does. */
  const step = async (): Promise<number> => {
    const start = performance.now();
    await stepper.step([fed], controls);
    await stepper.read();
    return performance.now() - start;
  };
  const sumMs = async (): Promise<number> => {
    await group.barrier();
    const start = performance.now();
    await group.sum(gradients);
    return performance.now() - start;
  };
  for (let warmUp = 0; warmUp < 2; warmUp++) await step();
  say({ rank: group.rank, gradientBytes: gradients.byteLength });
  for await (const line of createInterface({ input: parent })) {
    const { steps } = JSON.parse(line) as RoundRequest;
    const round = { rank: group.rank, stepMs: [] as number[], waitMs: [] as number[] };
    // The first comes after a sleep.
    await step();
    takeMs();
    for (let i = 0; i < steps; i++) {
      round.stepMs.push(await step());
      round.waitMs.push(takeMs());
    }
    const sums: number[] = [];
    if (group.size > 1) for (let i = 0; i < SUMS; i++) sums.push(await sumMs());
    say({ ...round, ...(sums.length > 0 && { sumMs: median(sums) }) });
  }
  await stepper.dispose();
  await group.close();
}
