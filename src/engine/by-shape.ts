import type { HostArray } from "../core/host-array.ts";
import { leavesOf } from "./arguments.ts";
import { type CompileOptions, compile } from "./compile.ts";
import type { OnHost } from "./host-tree.ts";
import { asConstants, flattenTree } from "./jax-backend.ts";
import type { Program } from "./program.ts";

/** A function of weights and of what it is fed, compiled for each shape of the latter. */
export interface ProgramsByShape<Weights, Fed, Result> {
  /** The result's arrays are the caller's. `weights` are of the same shapes in all runs. */
  run(weights: Weights, fed: Fed): Promise<Result>;
  dispose(): Promise<void>;
}

export interface ByShapeOptions<Weights> extends CompileOptions {
  /**
   * Weights that are constants of the programs, as far as 64 MiB of copies go: a run with this very tree takes them from there,
   * one with any other gives its own as arguments. Nothing may write into them. Results are the same, to the last bit on the
   * blocked back-end; on the portable one ONNX Runtime turns convolutions by constants into faster ones of its own.
   */
  readonly hold?: Weights;
}

/** Programs that are kept. */
const KEPT = 4;
/**
 * Weights that all programs hold together, at most. For 45 MB of weights one that holds them takes 200 MB, one that is given
 * them 80.
 */
const HELD_BYTES = 2 ** 26;

interface Entry {
  readonly program: Promise<Program>;
  readonly held: boolean;
  running: number;
}

/**
 * Compiles a function where it is first run with arrays of some shapes. What was not run for longest is given up where there
 * are more than four programs.
 */
export function compileByShape<Weights extends object, Fed extends object, Result>(
  fn: (weights: Weights, fed: Fed) => Result,
  { hold, ...options }: ByShapeOptions<OnHost<Weights>> = {},
): ProgramsByShape<OnHost<Weights>, OnHost<Fed>, OnHost<Result>> {
  /** By key, the last used at the end. */
  const entries = new Map<string, Entry>();
  const mayHold = hold === undefined ? 0 : Math.floor(HELD_BYTES / Math.max(1, bytesOf(hold)));
  const holding = () => [...entries.values()].filter(({ held }) => held).length;
  const compiled = (held: boolean, weights: OnHost<Weights>, fed: OnHost<Fed>): Promise<Program> =>
    held
      ? // Kernels' own order of the factors of products would round otherwise than arguments do.
        compile((fed: Fed) => fn(asConstants(hold) as Weights, fed), [fed] as never, { ...options, prepack: false })
      : compile(fn, [weights, fed] as never, options);
  const entryOf = (weights: OnHost<Weights>, fed: OnHost<Fed>): Entry => {
    const shapes = shapesOf(fed);
    const held = weights === hold && (entries.has(`held ${shapes}`) || holding() < mayHold);
    const key = `${held ? "held" : "given"} ${shapes}`;
    const entry = entries.get(key) ?? { program: compiled(held, weights, fed), held, running: 0 };
    entries.delete(key);
    entries.set(key, entry);
    entry.program.catch(() => entries.delete(key));
    return entry;
  };
  const giveUp = async (keep: number) => {
    for (const [key, { program, running }] of entries) {
      if (entries.size <= keep) return;
      if (running > 0) continue;
      entries.delete(key);
      await (await program).dispose();
    }
  };
  return {
    async run(weights, fed) {
      const entry = entryOf(weights, fed);
      entry.running++;
      try {
        await giveUp(KEPT);
        const program = await entry.program;
        return await program.run(entry.held ? [fed] : [weights, fed]);
      } finally {
        entry.running--;
      }
    },
    dispose: () => giveUp(0),
  };
}

const shapesOf = (tree: unknown): string =>
  leavesOf(tree)
    .map(({ path, spec: { dtype, shape } }) => `${path.join(".")} ${dtype}[${shape}]`)
    .join(", ");

const bytesOf = (tree: unknown): number =>
  flattenTree<HostArray>(tree)[0].reduce((sum, { data }) => sum + data.byteLength, 0);
