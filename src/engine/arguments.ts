import { HostArray } from "../core/host-array.ts";
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
  const taken = new Set(args.map(({ data }) => data.buffer));
  arrays.forEach(({ data }, i) => {
    const empty = data.length === 0;
    if (!empty && taken.has(data.buffer))
      throw new TypeError(
        `program: ${inWords("into", leaves[i].path)} shares memory with an argument or another output; pass arrays of their own, e.g. the result of the run before the last`,
      );
    taken.add(data.buffer);
  });
  return arrays;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && value.constructor === Object;

/** `args[0].params.conv1.weight`, or `into.params.conv1.weight`: only arguments are told by number. */
const inWords = (root: string, path: Leaf["path"]) =>
  root === "args" ? [`args[${path[0]}]`, ...path.slice(1)].join(".") : [root, ...path].join(".");
