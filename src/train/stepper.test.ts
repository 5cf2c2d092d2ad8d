import { createHash } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { HostArray, Random } from "../core/index.ts";
import type * as Engine from "../engine/compile.ts";
import type { Program, RunOptions } from "../engine/index.ts";
import { flattenTree } from "../engine/jax-backend.ts";
import { createOptimizer } from "../optim/index.ts";
import type { TrainState } from "../run/index.ts";
import { describeRun } from "../run/internal.ts";
import { trainBatches } from "./batches.ts";
import { buildNetwork } from "./network.ts";
import { noReferences } from "./reference-set.ts";
import { lossOf, type StepControls } from "./step.ts";
import { createStepper, type Stepper } from "./stepper.ts";
import { tinyConfig, tinyDataSet } from "./testing.ts";

/** Whether programs ignore the arrays that they are to write into, so that every result is fresh. */
let fresh = false;
/** Of each compiled program, in the order of compilation: the arrays of one result, and where those of all results lay. */
const programs: { arrays: number; readonly places: Set<string> }[] = [];
const memories: ArrayBufferLike[] = [];

function placeOf({ buffer, byteOffset }: HostArray["data"]): string {
  if (!memories.includes(buffer)) memories.push(buffer);
  return `${memories.indexOf(buffer)} + ${byteOffset}`;
}

vi.mock("../engine/compile.ts", async (importOriginal) => {
  const engine = await importOriginal<typeof Engine>();
  const compile: any = async (...given: Parameters<typeof engine.compile>) => {
    const program: Program = await engine.compile<any[], any>(...given);
    const seen = { arrays: 0, places: new Set<string>() };
    programs.push(seen);
    return {
      ...program,
      async run(args: any[], options?: RunOptions) {
        const result = await program.run(args, fresh ? {} : options);
        const arrays = arraysOf(result);
        seen.arrays = arrays.length;
        for (const { data } of arrays) seen.places.add(placeOf(data));
        return result;
      },
    };
  };
  return { ...engine, compile };
});

const arraysOf = (tree: unknown) => flattenTree<HostArray>(tree)[0];
const digestOf = (tree: unknown) =>
  arraysOf(tree).map(({ data }) =>
    createHash("sha256")
      .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      .digest("hex"),
  );
const STEPS = 6;

describe.each([1, 2, 4])("%i micro-batches a step", (accumulate) => {
  const config = tinyConfig({ accumulate, clipNorm: 1, averageDecay: 0.9, optimizer: { name: "adamw" } });
  const dataSet = tinyDataSet();
  const { model, method } = buildNetwork(describeRun(config, dataSet));
  const optimizer = createOptimizer(config.optimizer, model);
  const batches = trainBatches(config, dataSet, { method, network: model, drawReferencesAt: () => noReferences });
  const { params, state } = model.init(new Random("stepper"));
  const start: TrainState = { params, state, slots: optimizer.init(params), average: { params, state } };
  const controls: StepControls = { learningRate: HostArray.scalar(0.01), averageDecay: HostArray.scalar(0.9) };

  /** Digests of the result of every step; what a step read must be the same after it. */
  async function results(stepper: Stepper): Promise<string[][]> {
    const digests: string[][] = [];
    for (let step = 0; step < STEPS; step++) {
      const { microBatches } = await batches.at(step);
      const { state, ...others } = await stepper.read();
      // Micro-batches move the state one after the other, and so write over what was read of it.
      const current = accumulate === 1 ? { ...others, state } : others;
      const before = digestOf([current, microBatches]);
      const { any: _, ...told } = await stepper.step(microBatches, controls);
      expect(digestOf([current, microBatches])).toEqual(before);
      digests.push(digestOf([told, await stepper.read()]));
    }
    return digests;
  }

  test("results take turns in two generations of arrays: bit for bit what fresh arrays hold", async () => {
    const { microBatches } = await batches.at(0);
    const taken = async (freshly: boolean) => {
      fresh = freshly;
      programs.length = 0;
      const example = { current: start, fed: microBatches[0], controls };
      const stepper = await createStepper(
        { network: model, lossOf: lossOf(model, method), optimizer, meetsRanks: false },
        config,
        example,
      );
      expect(programs).toHaveLength(accumulate === 1 ? 1 : 2);
      const digests = await results(stepper);
      await stepper.dispose();
      return digests;
    };
    const expected = await taken(true);
    for (const { arrays, places } of programs) expect(places.size).toBeGreaterThanOrEqual(STEPS * arrays);
    expect(await taken(false)).toEqual(expected);
    for (const { arrays, places } of programs) expect(places.size).toBe(2 * arrays);
  });
});
