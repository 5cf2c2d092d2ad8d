import { type ElementType, Graph, type Tensor } from "../graph.ts";
import { type Atom, type Equation, isLiteral, type Variable } from "../trace.ts";

/**
 * Turns one equation into graph nodes and returns its results in the order of `equation.outBinders`.
 *
 * Broadcasts are *virtual*: a result may have length 1 on an axis where its variable is longer, if it is constant
 * along that axis. Rules that can use that read operands with `virtual`; the others read them with `dense`.
 */
export type Rule = (lowering: Lowering, equation: Equation) => Tensor[];

/** The walk's environment: which tensor stands for which variable. */
export class Lowering {
  readonly graph = new Graph();
  #tensors = new Map<Variable, Tensor>();

  define(variable: Variable, tensor: Tensor): void {
    this.#tensors.set(variable, tensor);
  }

  /** The operand as stored: the variable's rank, length 1 on axes along which it is constant. */
  virtual(atom: Atom): Tensor {
    if (isLiteral(atom)) return this.graph.scalar(atom.value, atom.aval.dtype as ElementType);
    const tensor = this.#tensors.get(atom);
    if (!tensor) throw new Error(`internal: ${atom} is used before it is defined`);
    return tensor;
  }

  /** The operand with its variable's full shape. */
  dense(atom: Atom): Tensor {
    return this.graph.expand(this.virtual(atom), atom.aval.shape);
  }
}

export const shapeOf = (atom: Atom): readonly number[] => atom.aval.shape;
export const dtypeOf = (atom: Atom): ElementType => atom.aval.dtype as ElementType;

/** An entry of the lowering table for a primitive that has no rule. */
export interface Unsupported {
  readonly unsupported: string;
}

/** `reason` says why there is no rule and what to do instead. */
export const unsupported = (reason: string): Unsupported => ({ unsupported: reason });
