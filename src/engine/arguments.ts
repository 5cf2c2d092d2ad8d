import { HostArray, sizeOf } from "../core/host-array.ts";
import { ArraySpec } from "./program.ts";

interface Leaf {
  /** Where the array lies in the list of arguments, e.g. `args[0].params.conv1.weight`. */
  readonly path: readonly (string | number)[];
  readonly spec: ArraySpec;
}

/** The places and types of an example's arrays, in the order in which tracing flattens them. */
export function leavesOf(value: unknown, path: readonly (string | number)[] = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => leavesOf(item, [...path, i]));
  if (isRecord(value)) return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
  const { shape, dtype } = value as HostArray | ArraySpec;
  return [{ path, spec: new ArraySpec(shape, dtype) }];
}

/** Arrays of zeros for all of them, in the same order. */
export const freshArrays = (leaves: readonly Leaf[]): HostArray[] =>
  leaves.map(({ spec }) => HostArray.zeros([...spec.shape], spec.dtype));

/** Elements of float32 that a cache line holds: where arrays of one memory begin. */
const LINE = 16;

/** As `freshArrays`, those of float32 in one memory, one after the other: see `memoryOf`. */
export function freshTogether(leaves: readonly Leaf[]): HostArray[] {
  const starts: number[] = [];
  let total = 0;
  for (const { spec } of leaves) {
    starts.push(total);
    if (spec.dtype === "float32") total += Math.ceil(sizeOf(spec.shape) / LINE) * LINE;
  }
  const memory = new Float32Array(total);
  return leaves.map(({ spec: { shape, dtype } }, i) =>
    dtype === "float32"
      ? HostArray.float32([...shape], memory.subarray(starts[i], starts[i] + sizeOf(shape)))
      : HostArray.zeros([...shape], dtype),
  );
}

/**
 * The one memory of arrays that a loop carries under one name, with the zeros between them: for what is done to all of them
 * at once.
 * @throws TypeError for arrays that lie elsewhere, or are not float32
 */
export function memoryOf(arrays: Readonly<Record<string, HostArray>>): Float32Array {
  const all = Object.values(arrays).map(({ data }) => data);
  const [first] = all;
  if (!all.every((data) => data instanceof Float32Array && data.buffer === first.buffer))
    throw new TypeError(`memoryOf: ${Object.keys(arrays).join(", ")} are not float32 in one memory`);
  return first ? new Float32Array(first.buffer) : new Float32Array();
}

/**
 * The arrays of `args` in the example's order: found by name, so keys may come in any order. `root` is what messages
 * call the tree.
 * @throws TypeError naming the first argument that is missing, left over, or of another shape or dtype.
 */
export function matchArguments(leaves: readonly Leaf[], args: unknown, root = "args"): HostArray[] {
  const nameOf = (path: Leaf["path"]) => inWords(root, path);
  const arrays = leaves.map(({ path, spec }) => {
    let value: unknown = args;
    for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key];
    const found = value as HostArray | undefined;
    if (found?.dtype !== spec.dtype || `${found.shape}` !== `${spec.shape}`)
      throw new TypeError(
        `program: ${nameOf(path)} is ${found?.dtype ? `${found.dtype}[${found.shape}]` : "missing"}, compiled for ${spec.dtype}[${spec.shape}]; compile again for other shapes`,
      );
    return found;
  });
  const known = new Set(leaves.map(({ path }) => nameOf(path)));
  const extra = leavesOf(args).find(({ path }) => !known.has(nameOf(path)));
  if (extra) throw new TypeError(`program: ${nameOf(extra.path)} was not in the example that it was compiled for`);
  return arrays;
}

/**
 * The arrays of `into` in the result's order.
 * @throws TypeError where the tree, a shape or a dtype is not the result's, or where memory would be written while it
 * is read, or twice: an array shares its buffer with an argument or with another array of `into`.
 */
export function matchOutputs(leaves: readonly Leaf[], into: unknown, args: readonly HostArray[]): HostArray[] {
  const arrays = matchArguments(leaves, into, "into");
  const spans = new Spans(args);
  arrays.forEach((array, i) => {
    if (!spans.add(array))
      throw new TypeError(
        `program: ${inWords("into", leaves[i].path)} shares memory with an argument or another output; pass arrays of their own, e.g. the result of the run before the last`,
      );
  });
  return arrays;
}

/** Memory that arrays take. */
class Spans {
  readonly #ends = new Map<ArrayBufferLike, [from: number, to: number][]>();

  constructor(arrays: readonly HostArray[]) {
    for (const array of arrays) this.#of(array).push(spanOf(array));
  }

  /** False where something lies there. */
  add(array: HostArray): boolean {
    const [from, to] = spanOf(array);
    const others = this.#of(array);
    if (others.some(([theirFrom, theirTo]) => from < theirTo && theirFrom < to)) return false;
    others.push([from, to]);
    return true;
  }

  #of({ data }: HostArray): [number, number][] {
    const spans = this.#ends.get(data.buffer) ?? [];
    this.#ends.set(data.buffer, spans);
    return spans;
  }
}

const spanOf = ({ data }: HostArray): [number, number] => [data.byteOffset, data.byteOffset + data.byteLength];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && value.constructor === Object;

/** `args[0].params.conv1.weight`, or `into.params.conv1.weight`: only arguments are told by number. */
const inWords = (root: string, path: Leaf["path"]) =>
  root === "args" ? [`args[${path[0]}]`, ...path.slice(1)].join(".") : [root, ...path].join(".");
