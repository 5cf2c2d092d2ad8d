import { lax, numpy as np } from "@jax-js/jax";
import type { TuplePlace } from "./anchor-point.ts";
import type { Scope } from "./layers/layer.ts";
import type { AnchorPoint, Arrays, Maps, Mode, Model, Pass } from "./model.ts";

/** A part of the way from the first layer to the last; consumes `x`. */
export type Step = (scope: Scope, x: np.Array) => np.Array;

/**
 * What lies between the first layer and the last, as a model has it, of its steps. Where tuples arise among them, it goes in
 * two parts.
 */
export function fromSteps(
  steps: readonly Step[],
  stem: Model["stem"],
  tuples?: TuplePlace,
): Pick<Model, "encode" | "anchorPoint"> {
  if (tuples?.after === undefined) return { encode: (...given) => named(walk(steps, ...given)) };
  const below = steps.slice(0, tuples.after);
  const above = steps.slice(tuples.after);
  /** From the first layer's outputs, of images alone or of the references, then as many images. */
  const encode =
    (paired: boolean): Model["encode"] =>
    (params, state, stemmed, mode, { referenceKept, ...noise } = {}) => {
      const lower = walk(below, params, state, stemmed, mode, paired ? twice(noise) : noise);
      const [references, own] = paired ? np.split(lower.x, 2, 0) : [before(lower.x.ref), lower.x];
      const joined = tupleOf(lax.stopGradient(references), own, referenceKept);
      const { x, moved } = walk(above, params, state, joined, mode, noise);
      return { features: x, state: { ...lower.moved, ...moved } };
    };
  return {
    encode: encode(false),
    anchorPoint: {
      below: (params, state, images, mode, noise) =>
        alone(params, state, (ownParams, ownState) => {
          const { x, moved } = walk(below, ownParams, ownState, stem(ownParams, images), mode, noise);
          return { hidden: x, state: moved };
        }),
      above: (params, state, joined, mode, noise) =>
        alone(params, state, (ownParams, ownState) => named(walk(above, ownParams, ownState, joined, mode, noise))),
      features(params, state, images, mode, noise) {
        const paired = images.shape[1] === 2 * tuples.channels;
        const stacked = paired ? np.concatenate(np.split(images, 2, 1), 0) : images;
        return encode(paired)(params, state, stem(params, stacked), mode, noise);
      },
    } satisfies AnchorPoint,
  };
}

/** What the first `count` steps give, as `Maps` has it. */
export const mapSteps =
  (steps: readonly Step[], count: number): Maps["encode"] =>
  (...given) => {
    const { x, moved } = walk(steps.slice(0, count), ...given);
    return { last: x, state: moved };
  };

/** What the last of these steps, a block with attention, makes of images, as `Tokens` has it. */
export const tokenSteps =
  (steps: readonly Step[], stem: Model["stem"]): Pass<"hidden" | "attention"> =>
  (params, state, images, mode, noise) =>
    alone(params, state, (ownParams, ownState) => {
      const below = walk(steps.slice(0, -1), ownParams, ownState, stem(ownParams, images), mode, noise);
      const seen: Arrays = {};
      const { x, moved } = walk(steps.slice(-1), ownParams, ownState, below.x, mode, noise, seen);
      return { hidden: x, attention: seen.attention, state: { ...below.moved, ...moved } };
    });

function walk(
  steps: readonly Step[],
  params: Arrays,
  state: Arrays,
  x: np.Array,
  mode: Mode,
  noise?: Arrays,
  seen?: Arrays,
) {
  const moved: Arrays = {};
  const scope: Scope = { params, state, moved, mode, noise, seen };
  return { x: steps.reduce((value, step) => step(scope, value), x), moved };
}
const named = ({ x, moved }: ReturnType<typeof walk>) => ({ features: x, state: moved });

/** A step's random factors of N images, for N references and as many images. */
const twice = (noise: Arrays): Arrays =>
  Object.fromEntries(
    Object.entries(noise).map(([name, factors]) => [name, np.concatenate([factors.ref, factors.ref], 0)]),
  );

/** Hidden values [N, …] of the image before each, of the last before the first. */
function before(hidden: np.Array): np.Array {
  const count = hidden.shape[0];
  if (count === 1) return hidden;
  const [others, last] = np.split(hidden, [count - 1], 0);
  return np.concatenate([last, others], 0);
}

/** References' and images' hidden values r and h [N, C, …] → [N, 2C, …], the tuple [r, h − r]; [0, h − r] where `kept` is 0. */
export function tupleOf(references: np.Array, hidden: np.Array, kept?: np.Array): np.Array {
  const each = hidden.shape.slice(1).fill(1);
  const residual = np.subtract(hidden, references.ref);
  if (!kept) return np.concatenate([references, residual], 1);
  const perExample = kept.shape.length === 0 ? kept : np.reshape(kept, [-1, ...each]);
  return np.concatenate([np.multiply(references, perExample), residual], 1);
}

/** Runs a part of a network by itself: parameters and state that only other parts read are let go of. */
function alone<Given>(params: Arrays, state: Arrays, run: (params: Arrays, state: Arrays) => Given): Given {
  const [ownParams, ownState] = [usedOnly(params), usedOnly(state)];
  const given = run(ownParams.arrays, ownState.arrays);
  for (const used of [ownParams, ownState]) used.disposeOthers();
  return given;
}

/** These arrays, and a way to let go of those that nobody has read. */
function usedOnly(arrays: Arrays): { readonly arrays: Arrays; disposeOthers(): void } {
  const used = new Set<string>();
  const read = (all: Arrays, name: string) => {
    used.add(name);
    return all[name];
  };
  return {
    arrays: new Proxy(arrays, { get: (all, name) => read(all, String(name)) }),
    disposeOthers() {
      for (const [name, array] of Object.entries(arrays)) if (!used.has(name)) array.dispose();
    },
  };
}
