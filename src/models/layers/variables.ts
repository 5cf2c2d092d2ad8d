import { HostArray, type HostArrays, type Random } from "../../core/index.ts";

/** Sizes of arrays by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** Parameters and state that belong together, under their full names: what they are is known before anything is drawn. */
export interface LayerVariables {
  readonly shapes: { readonly params: Shapes; readonly state: Shapes };
  /** Parameters [O] that are added to an output. */
  readonly biases: readonly string[];
  /** Parameters that are positions, tokens, or what positions are made of: no matrices, whatever their shape. */
  readonly embeddings: readonly string[];
  /** Adds the initial arrays. */
  init(random: Random, params: HostArrays, state: HostArrays): void;
}

/** One array, and where it starts. */
export interface VariableSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Of every element, or drawn for the one at `index`; 0 where absent. */
  readonly start?: number | ((random: Random, index: number) => number);
  /** None where absent: a weight. */
  readonly role?: "bias" | "embedding";
}

/**
 * The variables that these describe, drawn in their order: parameters, then state.
 * @example
 * const scale = variables([{ name: "scale", shape: [16], start: 1 }]);
 * const { params } = scale.shapes; // { scale: [16] }
 */
export function variables(params: readonly VariableSpec[], state: readonly VariableSpec[] = []): LayerVariables {
  const shapesOf = (specs: readonly VariableSpec[]) =>
    Object.fromEntries(specs.map(({ name, shape }) => [name, shape]));
  const withRole = (role: VariableSpec["role"]) => params.filter((spec) => spec.role === role).map(({ name }) => name);
  return {
    shapes: { params: shapesOf(params), state: shapesOf(state) },
    biases: withRole("bias"),
    embeddings: withRole("embedding"),
    init(random, ownParams, ownState) {
      for (const spec of params) ownParams[spec.name] = started(spec, random);
      for (const spec of state) ownState[spec.name] = started(spec, random);
    },
  };
}

function started({ shape, start = 0 }: VariableSpec, random: Random): HostArray {
  const array = HostArray.zeros(shape);
  if (typeof start === "number") array.data.fill(start);
  else for (let i = 0; i < array.data.length; i++) array.data[i] = start(random, i);
  return array;
}

/**
 * The variables of several, drawn one after the other.
 * @example
 * const layers = [conv("conv1", 3, 16, { kernel: 3 }), batchNorm("bn1", 16)];
 * console.log(Object.keys(allVariables(layers).shapes.params)); // ["conv1.weight", "bn1.weight", …]
 */
export const allVariables = (parts: readonly LayerVariables[]): LayerVariables => ({
  shapes: {
    params: Object.assign({}, ...parts.map(({ shapes }) => shapes.params)),
    state: Object.assign({}, ...parts.map(({ shapes }) => shapes.state)),
  },
  biases: parts.flatMap(({ biases }) => biases),
  embeddings: parts.flatMap(({ embeddings }) => embeddings),
  init(random, params, state) {
    for (const part of parts) part.init(random, params, state);
  },
});
