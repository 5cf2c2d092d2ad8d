import { HostArray } from "../../core/host-array.ts";
import { leavesOf } from "../arguments.ts";
import { graphOf } from "../compile.ts";
import { shapeOf } from "../lower/lowering.ts";
import { encodeModel, type ModelFile, modelFile } from "../onnx.ts";
import { ArraySpec } from "../program.ts";
import { type Traced, trace } from "../trace.ts";
import { forAnyBatch } from "./any-batch.ts";
import { bindInputs, nameIndices } from "./bind.ts";
import { forLowestOpset } from "./lowest-opset.ts";

export interface OnnxOptions {
  /** Inputs that the file takes as uint8; the function gets them as float32. */
  readonly bytes?: readonly string[];
  /** Which stored arrays take half the bytes: they are cast back to float32 as the model is loaded. Default: none. */
  readonly float16?: (name: string, array: HostArray) => boolean;
  /** For an output that is an index [N]: the strings that the file gives in its place. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  /** The file's `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Sizes that a program is traced for. They are primes, and large, so that no other length is one or a multiple. */
const BATCH_SIZES = [1009, 1013, 1019] as const;

/**
 * A jax-js function as an ONNX file for batches of any size, in standard operators of the oldest set that has them.
 *
 * `fn` takes one tree of named arrays and returns one. `example(batch)` is that tree for a batch size: an `ArraySpec`
 * becomes an input of the file, a `HostArray` is stored in it, both under their own names (their keys in the tree).
 *
 * @throws TypeError where `fn` mixes the images of a batch, or two arrays have one name.
 * @throws UnsupportedPrimitiveError as `compile`
 * @example
 * const bytes = await exportOnnx(({ x }) => ({ y: np.tanh(x) }), (batch) => ({ x: new ArraySpec([batch, 4]) })); // of any batch
 */
export async function exportOnnx(
  fn: (fed: any) => unknown,
  example: (batch: number) => unknown,
  { bytes = [], float16 = () => false, names = {}, metadata }: OnnxOptions = {},
): Promise<Uint8Array> {
  const first = example(BATCH_SIZES[0]);
  const leaves = leavesOf(first);
  const inputNames = uniqueNames(leaves);
  const files: ModelFile[] = [];
  for (const batch of BATCH_SIZES) files.push(asFile(await trace(fn, [example(batch)])));
  let file = bindInputs(
    forAnyBatch(files, BATCH_SIZES),
    leaves.map(({ path }, i) => {
      const name = inputNames[i];
      const given = path.reduce<any>((tree, key) => tree[key], first);
      const value = given instanceof HostArray ? given : undefined;
      return { name, value, float16: value && float16(name, value), bytes: bytes.includes(name) };
    }),
  );
  for (const [output, table] of Object.entries(names)) file = nameIndices(file, output, table);
  return encodeModel({ ...forLowestOpset(file), metadata });
}

function asFile(traced: Traced): ModelFile {
  const { graph, outputs, nodes } = graphOf(traced);
  const result = traced.rebuildResult(traced.outputs.map((output) => new ArraySpec(shapeOf(output))));
  return modelFile(graph, outputs, nodes, uniqueNames(leavesOf(result)));
}

/** Their keys; @throws TypeError for one that is there twice, or is none. */
function uniqueNames(leaves: ReturnType<typeof leavesOf>): string[] {
  const names = leaves.map(({ path }) => path.at(-1));
  names.forEach((name, i) => {
    if (typeof name !== "string") throw new TypeError("export: every array needs a name; put them into an object");
    if (names.indexOf(name) !== i) throw new TypeError(`export: two arrays are called ${name}; names must differ`);
  });
  return names as string[];
}
