import { HostArray, type HostArrays } from "../core/index.ts";
import { compile, type Program } from "../engine/index.ts";
import type { Method } from "../methods/index.ts";
import type { Arrays, Model, Variables } from "../models/index.ts";
import type { RunConfig } from "../run/index.ts";

/** Measures what BatchNorm would normalise by. */
export interface BatchStatistics {
  /**
   * For each running value the mean over the batches of the batch's own mean and unbiased variance, each batch with the same
   * weight (PyTorch's `torch.optim.swa_utils.update_bn`), named and shaped as the network's state. `batches` are what a method
   * feeds, without targets, and all of one shape.
   */
  mean(batches: Iterable<HostArrays> | AsyncIterable<HostArrays>): Promise<HostArrays>;
  dispose(): Promise<void>;
}

/** With these weights. A batch normalises itself on the way, as in training; nothing is dropped, and no weight moves. */
export function batchStatistics(
  { model, method }: { readonly model: Model; readonly method: Method },
  { params, state }: Variables,
  config: Pick<RunConfig, "threads" | "device">,
): BatchStatistics {
  const measure = (params: Arrays, state: Arrays, fed: Arrays) =>
    method.apply(model, params, state, fed, "measure").state;
  let program: Program<[HostArrays, HostArrays, HostArrays], HostArrays> | undefined;
  return {
    async mean(batches) {
      const sums = Object.fromEntries(
        Object.entries(state).map(([name, { data }]) => [name, new Float64Array(data.length)]),
      );
      let count = 0;
      for await (const fed of batches) {
        program ??= await compile(measure, [params, state, fed], config);
        for (const [name, { data }] of Object.entries(await program.run([params, state, fed])))
          sums[name].forEach((sum, i) => {
            sums[name][i] = sum + Number(data[i]);
          });
        count++;
      }
      return Object.fromEntries(
        Object.entries(state).map(([name, { shape }]) => [
          name,
          HostArray.float32(
            shape,
            Float32Array.from(sums[name], (sum) => sum / count),
          ),
        ]),
      );
    },
    async dispose() {
      await program?.dispose();
    },
  };
}
