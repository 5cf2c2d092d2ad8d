import type { HostArray } from "../core/host-array.ts";
import { flattenTree } from "./jax-backend.ts";
import { lower } from "./lower/lower.ts";
import { modelBytes } from "./onnx.ts";
import type { ArraySpec, Program } from "./program.ts";
import { createSession, type SessionOptions } from "./runtime/node.ts";
import { trace } from "./trace.ts";

/**
 * Compiles a jax-js function into one ONNX graph, run by ONNX Runtime.
 *
 * `example` is the list of arguments, trees of `HostArray` or `ArraySpec`: only their shapes and dtypes are used, and
 * the program is fixed to them. Arrays that `fn` closes over become constants of the graph.
 *
 * @throws UnsupportedPrimitiveError naming the primitive, its operands and what to do instead.
 */
export async function compile<Args extends unknown[] = any[], Result = any>(
  fn: (...args: any[]) => unknown,
  example: readonly unknown[],
  options: SessionOptions = {},
): Promise<Program<Args, Result>> {
  const [specs] = flattenTree<HostArray | ArraySpec>(example);
  const traced = await trace(fn, example);
  const { graph, outputs } = lower(traced);
  const model = modelBytes(graph, outputs);
  const session = await createSession(model, options);
  return {
    async run(args) {
      const [leaves] = flattenTree<HostArray>(args);
      checkArguments(leaves, specs);
      return traced.rebuildResult(await session.run(leaves)) as Result;
    },
    toOnnx: () => model,
    dispose: () => session.dispose(),
  };
}

function checkArguments(leaves: readonly HostArray[], specs: readonly (HostArray | ArraySpec)[]): void {
  if (leaves.length !== specs.length)
    throw new TypeError(`program: got ${leaves.length} arrays, compiled for ${specs.length}`);
  leaves.forEach(({ dtype, shape }, i) => {
    const spec = specs[i];
    if (dtype !== spec.dtype || `${shape}` !== `${spec.shape}`)
      throw new TypeError(
        `program: array ${i} is ${dtype}[${shape}], compiled for ${spec.dtype}[${spec.shape}]; compile again for other shapes`,
      );
  });
}
