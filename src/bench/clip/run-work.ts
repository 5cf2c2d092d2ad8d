import type { numpy as np } from "@jax-js/jax";
import type { HostArray } from "../../core/index.ts";
import { ArraySpec, compile, compileLoop, exportOnnx, openOnnx } from "../../engine/index.ts";
import type { Arrays } from "../../models/index.ts";
import type { FedStep, StepTold } from "../../train/internal.ts";
import type { ClipSideOptions } from "./sides.ts";
import { type ClipWork, clipInference, clipTraining } from "./work.ts";

/** What is timed: gives what both sides must agree on. */
export type Work = () => Promise<ArrayLike<number>>;

const works: { readonly [Name in ClipWork]: (options: ClipSideOptions) => Promise<Work> } = {
  async training({ batchSize, threads }) {
    const { step, start, fed, controls } = clipTraining(batchSize);
    const loop = await compileLoop(
      ({ fed, controls, ...current }: FedStep) => step(current, fed, controls),
      { ...start, fed, controls },
      { carry: ["params", "state", "slots"], threads },
    );
    return async () => {
      const { loss } = (await loop.step({ fed, controls })) as unknown as StepTold;
      return loss.data as Float32Array;
    };
  },
  async program({ batchSize, threads }) {
    const { points, params, images } = clipInference(batchSize);
    const given = [{ params, state: {} }, { images }] as const;
    const program = await compile(points as never, given, { threads });
    return async () => firstRow(((await program.run(given as never)) as { points: HostArray }).points);
  },
  async file({ batchSize, threads }) {
    const { points, params, images } = clipInference(batchSize);
    const bytes = await exportOnnx(
      ({ images, params }: { readonly images: np.Array; readonly params: Arrays }) =>
        points({ params, state: {} }, { images }),
      (batch) => ({ images: new ArraySpec([batch, ...images.shape.slice(1)]), params }),
    );
    const opened = await openOnnx(bytes, { threads });
    return async () => firstRow((await opened.run({ images })).points as HostArray<"float32">);
  },
};

const firstRow = ({ shape, data }: Pick<HostArray, "shape" | "data">): Float32Array =>
  (data as Float32Array).subarray(0, shape[1]);

/** Compiles what is measured. */
export const startWork = (options: ClipSideOptions): Promise<Work> => works[options.work](options);

/** Runs that don't count. Of a training: the losses before its first three steps, which only agree where gradients and updates do. */
export async function warmUp(work: Work): Promise<number[]> {
  const check: number[] = [];
  for (let run = 0; run < 3; run++) check.push(...Array.from(await work()));
  return check;
}
