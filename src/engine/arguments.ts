import type { HostArray } from "../core/host-array.ts";
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

/**
 * The arrays of `args` in the example's order: found by name, so keys may come in any order.
 * @throws TypeError naming the first argument that is missing, left over, or of another shape or dtype.
 */
export function matchArguments(leaves: readonly Leaf[], args: readonly unknown[]): HostArray[] {
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

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && value.constructor === Object;

const nameOf = ([first, ...rest]: readonly (string | number)[]) => [`args[${first}]`, ...rest].join(".");
