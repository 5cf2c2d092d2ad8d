import { HostArray, type HostArrays } from "../core/index.ts";
import { compile, type Program } from "../engine/index.ts";
import type { Method } from "../methods/index.ts";
import type { Arrays, Model, Variables } from "../models/index.ts";
import type { RunConfig } from "./config.ts";

/**
 * BatchNorm's statistics over several batches: for each of its running values the mean over the batches of the batch's own
 * mean and unbiased variance, each batch with the same weight (PyTorch's `torch.optim.swa_utils.update_bn`). The batch
 * normalises itself on the way, as in training; nothing is dropped, and no weight moves.
 * @returns arrays named and shaped as `variables.state`
 */
export async function meanBatchStatistics(
  { model, method }: { readonly model: Model; readonly method: Method },
  { params, state }: Variables,
  batches: AsyncIterable<HostArrays>,
  config: Pick<RunConfig, "threads" | "device">,
): Promise<HostArrays> {
  const measure = (params: Arrays, state: Arrays, fed: Arrays) =>
    model.apply(params, state, method.input(fed), "measure").state;
  const sums = new Map<string, Float64Array>();
  let program: Program<unknown[], HostArrays> | undefined;
  let count = 0;
  try {
    for await (const fed of batches) {
      program ??= await compile<unknown[], HostArrays>(measure as never, [params, state, fed], config);
      for (const [name, { data }] of Object.entries(await program.run([params, state, fed]))) {
        const sum = sums.get(name) ?? new Float64Array(data.length);
        for (let i = 0; i < sum.length; i++) sum[i] += Number(data[i]);
        sums.set(name, sum);
      }
      count++;
    }
  } finally {
    await program?.dispose();
  }
  return Object.fromEntries(
    Object.entries(state).map(([name, { shape }]) => [
      name,
      HostArray.float32(
        shape,
        Float32Array.from(sums.get(name)!, (sum) => sum / count),
      ),
    ]),
  );
}
