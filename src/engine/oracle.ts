import { jit, numpy as np } from "@jax-js/jax";
import type { HostArray } from "../core/host-array.ts";
import { flattenTree, useJaxBackend } from "./jax-backend.ts";
import { toHost } from "./trace.ts";

/**
 * The oracle: the same function run by jax-js's own WebAssembly backend. Slow (1 to 2 images/s for a ResNet-20
 * training step), independent of our lowering, and therefore what every compiled program is tested against.
 * `"cpu"` is jax-js's interpreter: no SIMD kernels, doubles inside, for tiny arrays only.
 * @example
 * const y = await runOracle((x) => np.tanh(x), [HostArray.zeros([4])]); // by jax-js's own backend: the oracle
 */
export async function runOracle<Result = any>(
  fn: (...args: any[]) => unknown,
  args: readonly unknown[],
  backend: "wasm" | "cpu" = "wasm",
): Promise<Result> {
  await useJaxBackend(backend);
  const [leaves, rebuild] = flattenTree<HostArray>(args);
  const inputs = () =>
    leaves.map(({ data, shape, dtype }) =>
      // jax-js keeps a bool in 32 bits.
      np.array((dtype === "bool" ? Int32Array.from(data) : data) as never, {
        shape: [...shape],
        dtype: dtype as never,
      }),
    );
  const compiled = jit(fn as never) as unknown as ((...args: unknown[]) => unknown) & { dispose(): void };
  const run = (): unknown => {
    try {
      return compiled(...rebuild(inputs()));
    } catch (error) {
      // A fault of jax-js's jit: sorts, scatters and factorisations of some views. Step by step it computes them.
      if (!(error as Error).message.includes("input is not imm")) throw error;
      return fn(...rebuild(inputs()));
    }
  };
  const result = run();
  const [outputs, rebuildResult] = flattenTree<np.Array>(result);
  const host: HostArray[] = [];
  for (const output of outputs) host.push(await toHost(output));
  compiled.dispose();
  return rebuildResult(host) as Result;
}
