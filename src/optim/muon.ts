import { numpy as np } from "@jax-js/jax";
import { zerosLike } from "../core/internal.ts";
import { type AdamwOptions, adamw } from "./adamw.ts";
import type { Optimizer } from "./optimizer.ts";
import { isDecayed, type ParameterRoles } from "./parameter-groups.ts";

export interface MuonOptions extends Omit<AdamwOptions, "name"> {
  readonly name: "muon";
  /** Fraction of the last velocity that is kept; β₁, β₂ and ε are for what AdamW moves. */
  readonly momentum: number;
}

/** Jordan's quintic: its fifth iterate takes every singular value in (0.003, 1] to within 0.3 of 1. */
const [A, B, C] = [3.4445, -4.775, 2.0315];
const ITERATIONS = 5;
/** Of an update's root mean square, AdamW's usual one. */
const RMS = 0.2;

/** Filters and matrices; not the classifier, nor embeddings. */
const isMatrix = (
  name: string,
  { shape }: { readonly shape: readonly number[] },
  { head = [], embeddings = [] }: ParameterRoles,
): boolean => shape.length > 1 && !embeddings.includes(name) && !head.includes(name);

/**
 * Muon (Jordan 2024): matrices move along their velocity (v ← μv + g, then Nesterov's g + μv) with its singular values all
 * set to about 1; convolution filters [O, I, k, k] as [O, I·k·k]. Such an update has the length √min(O, I·k·k), so it is
 * scaled by 0.2·√max(O, I·k·k) to AdamW's usual size (Liu et al. 2025, equation 4): one learning rate and one decoupled
 * decay serve all. Vectors, embeddings and the classifier are AdamW's.
 * @example
 * const roles = createModel("vit-tiny", { inputChannels: 3, classes: 10, imageSize: 32 });
 * const optimizer = muon(
 *   { name: "muon", momentum: 0.95, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, decayNormsAndBiases: false },
 *   roles,
 * );
 */
export function muon({ name: _, momentum, ...options }: MuonOptions, roles: ParameterRoles): Optimizer {
  const { weightDecay, decayNormsAndBiases } = options;
  const rest = adamw({ ...options, name: "adamw" }, roles);
  return {
    init(params) {
      const { matrices, others } = parted(params, roles);
      return { momentum: zerosLike(matrices), ...rest.init(others) };
    },
    update(params, gradients, { momentum: velocities, ...slots }, learningRate) {
      const { matrices, others } = parted(params, roles);
      const moved: Record<string, np.Array> = {};
      const kept: Record<string, np.Array> = {};
      for (const [name, param] of Object.entries(matrices)) {
        const gradient = gradients[name];
        const velocity = np.add(np.multiply(velocities[name], momentum), gradient.ref);
        kept[name] = velocity.ref;
        const [rows, columns] = [param.shape[0], param.size / param.shape[0]];
        const direction = np.reshape(np.add(gradient, np.multiply(velocity, momentum)), [rows, columns]);
        const step = np.multiply(orthogonalised(direction), RMS * Math.sqrt(Math.max(rows, columns)));
        const decayed = weightDecay !== 0 && isDecayed(name, param.shape, roles, decayNormsAndBiases);
        const change = np.reshape(step, param.shape);
        const shrunk = decayed ? np.add(change, np.multiply(param.ref, weightDecay)) : change;
        moved[name] = np.subtract(param, np.multiply(shrunk, learningRate.ref));
      }
      const byAdamw = rest.update(others, gradients, slots, learningRate);
      return { params: { ...moved, ...byAdamw.params }, slots: { momentum: kept, ...byAdamw.slots } };
    },
  };
}

/** UVᵀ of a matrix USVᵀ [m, n], about: Newton-Schulz iterations x ← ax + (b·xxᵀ + c(xxᵀ)²)x. Consumes its argument. */
function orthogonalised(matrix: np.Array): np.Array {
  const [rows, columns] = matrix.shape;
  const turn = (x: np.Array) => np.transpose(x, [1, 0]);
  // The product of the shorter side with itself is the smaller one.
  let x = rows > columns ? turn(matrix) : matrix;
  x = np.divide(x, np.add(np.sqrt(np.sum(np.square(x.ref))), 1e-7));
  for (let i = 0; i < ITERATIONS; i++) {
    const gram = np.matmul(x.ref, turn(x.ref));
    const factor = np.add(np.multiply(gram.ref, B), np.multiply(np.matmul(gram.ref, gram), C));
    x = np.add(np.multiply(x.ref, A), np.matmul(factor, x));
  }
  return rows > columns ? turn(x) : x;
}

function parted<T extends { readonly shape: readonly number[] }>(params: Record<string, T>, roles: ParameterRoles) {
  const part = (wanted: boolean) =>
    Object.fromEntries(Object.entries(params).filter(([name, param]) => isMatrix(name, param, roles) === wanted));
  return { matrices: part(true), others: part(false) };
}
