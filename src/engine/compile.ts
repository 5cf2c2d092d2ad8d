import type { DType } from "../core/host-array.ts";
import { leavesOf, matchArguments, matchOutputs } from "./arguments.ts";
import { blockSize } from "./blocked/probe.ts";
import { BlockedStage } from "./blocked/stage.ts";
import { lower } from "./lower/lower.ts";
import { dtypeOf, shapeOf } from "./lower/lowering.ts";
import { modelBytes } from "./onnx.ts";
import { ArraySpec, type Program } from "./program.ts";
import type { Device } from "./runtime/devices.ts";
import { createSession, type SessionOptions } from "./runtime/node.ts";
import { WebGpuStage } from "./runtime/webgpu-stage.ts";
import { type Traced, trace } from "./trace.ts";

export interface CompileOptions extends SessionOptions {
  /**
   * `"portable"` uses ordinary ONNX operators only; `"blocked"` the CPU's channel-blocked ones where they fit. The
   * default is blocked where the machine has it. Other devices than the CPU always run the portable one.
   */
  readonly backend?: "portable" | "blocked";
}

/**
 * Compiles a jax-js function into one ONNX graph, run by ONNX Runtime.
 *
 * `example` is the list of arguments, trees of `HostArray` or `ArraySpec`: only their shapes and dtypes are used, and
 * the program is fixed to them. Arrays that `fn` closes over become constants of the graph.
 *
 * @throws UserError where the device is not available.
 * @throws UnsupportedPrimitiveError naming the primitive, its operands and what to do instead.
 */
export async function compile<Args extends unknown[] = any[], Result = any>(
  fn: (...args: any[]) => unknown,
  example: readonly unknown[],
  options: CompileOptions = {},
): Promise<Program<Args, Result>> {
  const leaves = leavesOf(example);
  const traced = await trace(fn, example);
  const onCpu = (options.device ?? "cpu") === "cpu";
  const block = options.backend === "portable" || !onCpu ? undefined : await blockSize();
  if (options.backend === "blocked" && !block)
    throw new Error(
      onCpu
        ? 'compile: backend "blocked" needs ONNX Runtime\'s nchwc operators; this machine has none'
        : `compile: backend "blocked" runs on device "cpu" only, not on "${options.device}"`,
    );
  const session = await createSession(block ? blockedModel(traced, block) : modelFor(traced, options.device), options);
  const results = leavesOf(
    traced.rebuildResult(traced.outputs.map((x) => new ArraySpec(shapeOf(x), dtypeOf(x) as DType))),
  );
  return {
    async run(args, { into } = {}) {
      const inputs = matchArguments(leaves, args);
      const outputs = into === undefined ? undefined : matchOutputs(results, into, inputs);
      return traced.rebuildResult([...(await session.run(inputs, outputs))]) as Result;
    },
    toOnnx: () => modelFor(traced),
    dispose: () => session.dispose(),
  };
}

/** In standard operators. */
function modelFor(traced: Traced, device?: Device): Uint8Array {
  const { graph, outputs } = lower(traced, device === "webgpu" ? (lowering) => new WebGpuStage(lowering) : undefined);
  return modelBytes(graph, outputs);
}

/** For this machine only, never exported. */
function blockedModel(traced: Traced, block: number): Uint8Array {
  const { graph, outputs } = lower(traced, (lowering) => new BlockedStage(lowering, block));
  return modelBytes(graph, outputs);
}
