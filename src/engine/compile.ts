import { knownName } from "../core/errors.ts";
import type { DType } from "../core/host-array.ts";
import { freshArrays, leavesOf, matchArguments, matchOutputs } from "./arguments.ts";
import { blockSize } from "./blocked/probe.ts";
import { convolutionRules } from "./blocked/rules.ts";
import { BlockedStage } from "./blocked/stage.ts";
import type { Graph } from "./graph.ts";
import type { ExampleOf, OnHost } from "./host-tree.ts";
import { lower } from "./lower/lower.ts";
import { dtypeOf, shapeOf } from "./lower/lowering.ts";
import type { Node, Tensor } from "./nodes.ts";
import { modelBytes } from "./onnx.ts";
import { type Pass, passes } from "./passes/index.ts";
import { ArraySpec, type Program } from "./program.ts";
import { isMean, meanRules, withoutMeans } from "./ranks/marker.ts";
import { createSections, type MeanOverRanks } from "./ranks/run-sections.ts";
import { sectionsOf } from "./ranks/sections.ts";
import { createSession, type Session, type SessionOptions } from "./runtime/node.ts";
import { WebGpuStage } from "./runtime/webgpu-stage.ts";
import { type Traced, trace } from "./trace.ts";
import type { MappedTree } from "./tree.ts";

export interface CompileOptions extends SessionOptions {
  /**
   * `"portable"` uses ordinary ONNX operators only; `"blocked"` the CPU's channel-blocked ones where they fit. The
   * default is blocked where the machine has it. Other devices than the CPU always run the portable one.
   */
  readonly backend?: "portable" | "blocked";
  /** Names of passes to leave out (`passes`): results stay the same. For measuring what each one does. */
  readonly without?: readonly string[];
  /**
   * Replaces every number by its mean over the ranks of a group, in place: what `meanOverRanks` of the models asks for. The
   * program then runs in sections, and calls this between them, once for all means that can be taken there, in the same order
   * on every rank. Its runs wait for one another. Without it there is one rank, and nothing is cut.
   */
  readonly meanOverRanks?: MeanOverRanks;
}

/**
 * Compiles a jax-js function into one ONNX graph, run by ONNX Runtime.
 *
 * `example` is the list of arguments, trees of `HostArray` or `ArraySpec`: only their shapes and dtypes are used, and
 * the program is fixed to them. Arrays that `fn` closes over become constants of the graph. The program's arguments and
 * result are typed after those of `fn`.
 *
 * @throws UserError where the device is not available, or `without` names no pass.
 * @throws UnsupportedPrimitiveError naming the primitive, its operands and what to do instead.
 * @example
 * const layer = (x: np.Array, w: np.Array) => np.tanh(np.matmul(x, w));
 * const program = await compile(layer, [new ArraySpec([8, 4]), new ArraySpec([4, 2])]);
 * const y = await program.run([HostArray.zeros([8, 4]), HostArray.zeros([4, 2])]); // float32[8, 2]
 * await program.dispose();
 */
export async function compile<Args extends unknown[], Result>(
  fn: (...args: Args) => Result,
  example: NoInfer<ExampleOf<Args>>,
  options: CompileOptions = {},
): Promise<Program<OnHost<Args>, OnHost<Result>>> {
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
  const { device, without } = options;
  for (const name of without ?? [])
    knownName(
      "pass",
      name,
      passes.map((pass) => pass.name),
    );
  const session = await sessionOf(traced, { device, block, without }, options);
  const resultSpecs = traced.rebuildResult(traced.outputs.map((x) => new ArraySpec(shapeOf(x), dtypeOf(x) as DType)));
  const results = leavesOf(resultSpecs);
  return {
    resultSpecs: resultSpecs as MappedTree<OnHost<Result>, ArraySpec>,
    async run(args, { into } = {}) {
      const inputs = matchArguments(leaves, args);
      // Arrays of ours even where the caller gives none: ONNX Runtime would keep memory for results of its own.
      const outputs = into === undefined ? freshArrays(results) : matchOutputs(results, into, inputs);
      await session.run(inputs, outputs);
      return traced.rebuildResult([...outputs]) as OnHost<Result>;
    },
    toOnnx: () => modelOf(traced, { without }),
    dispose: () => session.dispose(),
  };
}

/** The program as one session, or in sections where means over ranks are taken in its middle. */
async function sessionOf(traced: Traced, model: ModelOptions, options: CompileOptions): Promise<Session> {
  const { meanOverRanks } = options;
  const { graph, outputs, nodes } = graphOf(traced, { ...model, ranks: meanOverRanks !== undefined });
  if (!meanOverRanks || !nodes.some(isMean)) return createSession(modelBytes(graph, outputs, nodes), options);
  return createSections(graph, sectionsOf(graph.initializers, outputs, nodes), meanOverRanks, options);
}

interface ModelOptions extends Pick<CompileOptions, "device" | "without"> {
  /** Channels of a block, for the CPU's blocked back-end; without it the model is in standard operators. */
  readonly block?: number;
  /** Whether means over ranks are nodes of the graph, which then is no ONNX; otherwise they are nothing. */
  readonly ranks?: boolean;
}

/** Trace → passes on equations → lowering, with its rules and rewrites → passes on the finished graph. */
export function graphOf(
  traced: Traced,
  { device, block, without = [], ranks = false }: ModelOptions = {},
): { graph: Graph; outputs: readonly Tensor[]; nodes: readonly Node[] } {
  const chosen = passes.filter(({ name }) => !without.includes(name));
  const hook = <H extends keyof Pass>(name: H) =>
    chosen.map((pass) => pass[name]).filter((value): value is NonNullable<Pass[H]> => value !== undefined);
  const { graph, outputs } = lower(
    chosen.reduce((program, pass) => pass.equations?.(program) ?? program, ranks ? traced : withoutMeans(traced)),
    {
      rules: [meanRules, ...hook("rules")],
      rewrites: hook("nodes"),
      createStage: block
        ? (lowering) => new BlockedStage(lowering, block, [...hook("blockedRules"), convolutionRules])
        : device === "webgpu"
          ? (lowering) => new WebGpuStage(lowering)
          : undefined,
    },
  );
  const nodes = hook("finished").reduce<readonly Node[]>((list, rewrite) => rewrite(list, outputs), graph.nodes);
  return { graph, outputs, nodes };
}

/** Its ONNX model, with inputs `in0`, `in1`, … and outputs `out0`, `out1`, … */
export function modelOf(traced: Traced, options?: ModelOptions): Uint8Array {
  const { graph, outputs, nodes } = graphOf(traced, options);
  return modelBytes(graph, outputs, nodes);
}
