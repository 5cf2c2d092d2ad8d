import type { Graph } from "../graph.ts";
import { dtypeOf, type Lowering, type Stage, shapeOf } from "../lower/lowering.ts";
import type { Tensor } from "../nodes.ts";
import { type Atom, type Equation, isLiteral, type PrimitiveName, type Variable } from "../trace.ts";
import { type Affine, AffineAlgebra, affineOf, type PerChannel } from "./affine.ts";
import { Layout } from "./layout.ts";
import { plainWindowed, type Windowed } from "./windows.ts";

/** What the blocked back-end knows a variable as; everything else is a plain tensor of the portable rules. */
export type Value =
  | { readonly kind: "affine"; readonly affine: Affine }
  /** x · y, not multiplied yet: usually only its sum is wanted. */
  | { readonly kind: "product"; readonly x: Tensor; readonly y: Tensor }
  /** x < 0, the mask of a ReLU whose input is `affine`. */
  | { readonly kind: "negative"; readonly affine: Affine }
  /** Batch and channels exchanged, as convolution gradients are traced. */
  | { readonly kind: "exchanged"; readonly affine: Affine }
  /** Something of each element of each window of a max-pool. */
  | { readonly kind: "windowed"; readonly windowed: Windowed };

/** One equation's result as the stage holds it, or as a plain tensor; undefined if the rule cannot do the equation. */
export type BlockedRule = (stage: BlockedStage, equation: Equation) => Value | Tensor | undefined;
export type BlockedRules = { readonly [P in PrimitiveName]?: BlockedRule };

/** Batch and channels exchanged. */
export const exchange = [1, 0, 2, 3];

/**
 * The CPU's channel-blocked back-end: takes the equations that it knows on values that it holds, and leaves the rest to
 * the portable rules, which see its values as plain tensors.
 */
export class BlockedStage implements Stage {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly algebra: AffineAlgebra;
  readonly lowering: Lowering;
  readonly #rules: readonly BlockedRules[];
  #values = new Map<Variable, Value>();

  /** `rules` are asked in order. */
  constructor(lowering: Lowering, block: number, rules: readonly BlockedRules[]) {
    this.lowering = lowering;
    this.#rules = rules;
    this.graph = lowering.graph;
    this.layout = new Layout(lowering.graph, block);
    this.algebra = new AffineAlgebra(lowering.graph, this.layout);
  }

  lower(equation: Equation): boolean {
    const [out] = equation.outBinders;
    for (const rules of this.#rules) {
      const result = rules[equation.primitive]?.(this, equation);
      if (!result) continue;
      if ("kind" in result) this.#values.set(out, result);
      else this.lowering.define(out, result);
      return true;
    }
    return false;
  }

  /** A value of ours as the plain tensor that the portable rules work on. */
  plain(variable: Variable): Tensor | undefined {
    const value = this.#values.get(variable);
    if (!value) return undefined;
    const { graph, layout, algebra } = this;
    switch (value.kind) {
      case "affine":
        return layout.toPlain(algebra.write(value.affine));
      case "product":
        return layout.toPlain(this.#multiplied(value));
      case "negative": {
        const written = layout.toPlain(algebra.write(value.affine));
        return graph.node("Less", [written, graph.scalar(0, "float32")], written.shape, "bool");
      }
      case "exchanged":
        return graph.transpose(layout.toPlain(algebra.write(value.affine)), exchange);
      case "windowed":
        return plainWindowed(layout, value.windowed);
    }
  }

  #multiplied({ x, y }: Extract<Value, { kind: "product" }>): Tensor {
    return this.graph.node("Mul", [x, y], x.shape, "float32");
  }

  affine(atom: Atom): Affine | undefined {
    const value = this.value(atom);
    return value?.kind === "affine" ? value.affine : undefined;
  }

  value(atom: Atom): Value | undefined {
    return isLiteral(atom) ? undefined : this.#values.get(atom);
  }

  /** A value of ours [N, C, H, W] as one blocked tensor, and known from now on as just that; undefined for others. */
  written(atom: Atom): Tensor | undefined {
    const value = this.value(atom);
    if (value?.kind !== "affine" && value?.kind !== "product") return undefined;
    const tensor = value.kind === "affine" ? this.algebra.write(value.affine) : this.#multiplied(value);
    this.#values.set(atom as Variable, tensorValue(tensor));
    return tensor;
  }

  /**
   * A plain activation of whole blocks brought into the layout, and known as that from now on: what a convolution reads,
   * the sum behind it usually reads too. Undefined for values of ours and for other shapes.
   */
  adopt(atom: Atom): Affine | undefined {
    const [, channels] = shapeOf(atom);
    if (isLiteral(atom) || this.value(atom) || !this.layout.fills(channels)) return undefined;
    const affine = affineOf(this.layout.toBlocked(this.dense(atom)));
    this.#values.set(atom, { kind: "affine", affine });
    return affine;
  }

  /** A plain tensor as the portable rules hold it (possibly virtual); undefined for values of ours. */
  tensor(atom: Atom): Tensor | undefined {
    return this.value(atom) ? undefined : this.lowering.virtual(atom);
  }

  dense(atom: Atom): Tensor {
    return this.lowering.dense(atom);
  }

  /** A number or a [1, C, 1, 1] operand of a [N, C, H, W] value; undefined if it varies over images or pixels. */
  perChannel(atom: Atom): PerChannel | undefined {
    if (dtypeOf(atom) !== "float32") return undefined;
    if (isLiteral(atom)) return atom.value;
    const value = this.tensor(atom);
    if (!value) return undefined;
    const aligned = [1, 1, 1, 1, ...value.shape].slice(-4);
    if (value.shape.length > 4 || aligned[0] !== 1 || aligned[2] !== 1 || aligned[3] !== 1) return undefined;
    // A scalar tensor is shared by all channels; a number is not known at compile time.
    return this.graph.reshape(value, [aligned[1]]);
  }
}

export const affineValue = (affine: Affine): Value => ({ kind: "affine", affine });
export const tensorValue = (blocked: Tensor): Value => affineValue(affineOf(blocked));

export const sameShape = (a: Affine, b: Affine) => `${a.shape}` === `${b.shape}`;

/** The operand that is an affine value, and the other one. */
export function withOther(stage: BlockedStage, [a, b]: readonly Atom[]): { affine: Affine; other: Atom } | undefined {
  const left = stage.affine(a);
  if (left) return { affine: left, other: b };
  const right = stage.affine(b);
  return right && { affine: right, other: a };
}
