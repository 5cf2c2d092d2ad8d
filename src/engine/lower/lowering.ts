import type { ElementType } from "../element-types.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../nodes.ts";
import { type Atom, type Equation, isLiteral, type PrimitiveName, type Traced, type Variable } from "../trace.ts";

/**
 * Turns one equation into graph nodes and returns its results in the order of `equation.outBinders`.
 *
 * Broadcasts are *virtual*: a result may have length 1 on an axis where its variable is longer, if it is constant
 * along that axis. Rules that can use that read operands with `virtual`; the others read them with `dense`.
 *
 * A rule that covers only some equations refuses the others with `unsupported`.
 */
export type Rule = (lowering: Lowering, equation: Equation) => Tensor[] | Unsupported;

/** A rule for some of a primitive's equations: undefined leaves the others to whoever is asked next. */
export type PartialRule = (lowering: Lowering, equation: Equation) => Tensor[] | undefined;

export type PartialRules = { readonly [P in PrimitiveName]?: PartialRule };

/** A back-end that takes equations before the portable rules do, and holds values in forms of its own. */
export interface Stage {
  /** Lowers the equation if this back-end can; false leaves it to the portable rules. */
  lower(equation: Equation): boolean;
  /** One of its values as a plain tensor of the variable's full shape; undefined if it doesn't hold the variable. */
  plain(variable: Variable): Tensor | undefined;
}

/** The walk's environment: which tensor stands for which variable. */
export class Lowering {
  /** Asked first, if there is one. */
  stage: Stage | undefined;
  #tensors = new Map<Variable, Tensor>();
  #equations: Map<Variable, Equation>;
  #readers = new Map<Atom, number>();

  constructor(
    readonly graph: Graph,
    { equations, outputs }: Pick<Traced, "equations" | "outputs">,
  ) {
    this.#equations = new Map(equations.flatMap((equation) => equation.outBinders.map((out) => [out, equation])));
    for (const atom of equations.flatMap(({ inputs }) => [...new Set(inputs)])) this.#countReader(atom);
    for (const atom of outputs) this.#countReader(atom);
  }

  #countReader(atom: Atom): void {
    this.#readers.set(atom, this.readers(atom) + 1);
  }

  /** How many equations read `atom`, and outputs are it. */
  readers(atom: Atom): number {
    return this.#readers.get(atom) ?? 0;
  }

  /** The equation whose result `atom` is, if it is one of `primitive`. */
  producer(atom: Atom, primitive: PrimitiveName): Equation | undefined {
    const equation = isLiteral(atom) ? undefined : this.#equations.get(atom);
    return equation?.primitive === primitive ? equation : undefined;
  }

  define(variable: Variable, tensor: Tensor): void {
    this.#tensors.set(variable, tensor);
  }

  /** The operand as stored: the variable's rank, length 1 on axes along which it is constant. */
  virtual(atom: Atom): Tensor {
    if (isLiteral(atom)) return this.graph.scalar(atom.value, atom.aval.dtype as ElementType);
    const tensor = this.#tensors.get(atom) ?? this.stage?.plain(atom);
    if (!tensor) throw new Error(`internal: ${atom} is used before it is defined`);
    return tensor;
  }

  /** The operand as stored, in the dtype that its equation promotes it to. */
  promoted(atom: Atom, dtype: ElementType): Tensor {
    if (!isLiteral(atom)) return this.graph.cast(this.virtual(atom), dtype);
    return this.graph.scalar(saturated(atom.value, dtype), dtype);
  }

  /** The operand with its variable's full shape. */
  dense(atom: Atom): Tensor {
    return this.graph.expand(this.virtual(atom), atom.aval.shape);
  }
}

/** A number as an element of `dtype`, converted as WebAssembly does: cut toward zero, the nearest one if out of range. */
function saturated(value: number, dtype: ElementType): number {
  const whole = (min: number, max: number) => Math.min(max, Math.max(min, Math.trunc(value)));
  if (dtype === "int32") return whole(-(2 ** 31), 2 ** 31 - 1);
  if (dtype === "uint32") return whole(0, 2 ** 32 - 1);
  return value;
}

export const shapeOf = (atom: Atom): readonly number[] => atom.aval.shape;
export const dtypeOf = (atom: Atom): ElementType => atom.aval.dtype as ElementType;

/** The lowering table's entry for a primitive that has no rule, or a rule's answer to an equation that it lacks. */
export interface Unsupported {
  readonly unsupported: string;
}

/** `reason` says why there is no rule and what to do instead. */
export const unsupported = (reason: string): Unsupported => ({ unsupported: reason });
