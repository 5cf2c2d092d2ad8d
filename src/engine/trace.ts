import { type Jaxpr, makeJaxpr, type numpy as np, tree } from "@jax-js/jax";
import { type DType, HostArray } from "../core/host-array.ts";
import { flattenTree, useJaxBackend } from "./jax-backend.ts";
import { ArraySpec } from "./program.ts";

export type Equation = Jaxpr["eqns"][number];
export type Variable = Equation["outBinders"][number];
/** An operand: the result of an equation, an input, or a scalar literal. */
export type Atom = Equation["inputs"][number];
export type Literal = Exclude<Atom, Variable>;
/** The name of a jax-js primitive: `"add"`, `"conv"`, … */
export type PrimitiveName = `${Equation["primitive"]}`;

export const isLiteral = (atom: Atom): atom is Literal => "value" in atom;

/** A function as a flat list of equations over typed variables, with nothing of jax-js's tracing left in it. */
export interface Traced {
  /** Arguments, flattened in the example's order. */
  readonly inputs: readonly Variable[];
  /** Arrays that the function closed over, with the variables that stand for them. */
  readonly constants: readonly { variable: Variable; value: HostArray }[];
  readonly equations: readonly Equation[];
  readonly outputs: readonly Atom[];
  /** Puts output leaves back into the function's result tree. */
  readonly rebuildResult: (leaves: unknown[]) => unknown;
}

/** Traces `fn` on the shapes and dtypes of `example` (a list of argument trees); computes nothing. */
export async function trace(fn: (...args: any[]) => unknown, example: readonly unknown[]): Promise<Traced> {
  await useJaxBackend("cpu");
  const [leaves, rebuild] = flattenTree<HostArray | ArraySpec>(example);
  const specs = leaves.map(({ shape, dtype }) => new ArraySpec([...shape], dtype));
  const { jaxpr: closed, treedef } = makeJaxpr(fn as never)(...(rebuild(specs) as never));
  const flat = closed.jaxpr.flatten().simplify();
  const constants = await Promise.all(
    closed.consts.map(async (constant, i) => ({
      variable: flat.inBinders[i],
      value: await toHost(constant as np.Array),
    })),
  );
  return {
    inputs: flat.inBinders.slice(closed.consts.length),
    constants,
    equations: flat.eqns,
    outputs: flat.outs,
    rebuildResult: (leaves) => tree.unflatten(treedef, leaves as never),
  };
}

/** A jax-js array as a host array; consumes it. */
export async function toHost(array: np.Array): Promise<HostArray> {
  const { dtype, shape } = array;
  const data = await array.data();
  // jax-js keeps a bool in 32 bits.
  return new HostArray(dtype as DType, shape, (dtype === "bool" ? Uint8Array.from(data) : data) as never);
}
