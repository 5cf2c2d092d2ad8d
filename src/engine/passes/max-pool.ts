import { sizeOf } from "../../core/host-array.ts";
import { affineOf } from "../blocked/affine.ts";
import { affineValue, type BlockedRules, type BlockedStage, tensorValue, type Value } from "../blocked/stage.ts";
import { equalTo, largest, scattered, type Windowed, windowMeans } from "../blocked/windows.ts";
import { dtypeOf, shapeOf } from "../lower/lowering.ts";
import type { Tensor } from "../nodes.ts";
import { type Atom, isLiteral } from "../trace.ts";
import type { Pass } from "./pass.ts";
import { isNumber } from "./pattern.ts";

const windowedOf = (stage: BlockedStage, atom: Atom): Windowed | undefined => {
  const value = stage.value(atom);
  return value?.kind === "windowed" ? value.windowed : undefined;
};
const windowedValue = (windowed: Windowed): Value => ({ kind: "windowed", windowed });

const overWindow = ({ axis }: { axis?: unknown }) => `${axis}` === "4,5";

/**
 * The gradient as jax-js traces it, on values that stay in the layout: which elements are their window's maximum, how
 * many they are, and what each of them gets.
 */
const blockedRules: BlockedRules = {
  pool(stage, { inputs: [x], params }) {
    const { window, strides } = params as { window: number[]; strides: number[] };
    if (window.length !== 2 || shapeOf(x).length !== 4 || `${window}` !== `${strides}`) return undefined;
    const source = stage.written(x) ?? (stage.adopt(x) && stage.written(x));
    return source && windowedValue({ form: "elements", of: { source, window } });
  },

  reduce(stage, { inputs: [x], params }) {
    const windowed = windowedOf(stage, x);
    if (!windowed || !overWindow(params)) return undefined;
    const { layout, algebra } = stage;
    if (params.op === "Max" && windowed.form === "elements") return tensorValue(largest(layout, windowed.of));
    if (params.op !== "Add" || windowed.form !== "equal") return undefined;
    const { of, equal } = windowed;
    return affineValue(algebra.scale(affineOf(windowMeans(layout, of, equal)), sizeOf(of.window)));
  },

  broadcast(stage, { inputs: [x], params, outBinders: [out] }) {
    if (!overWindow(params)) return undefined;
    const value = stage.written(x);
    return value && windowedValue({ form: "one", value, window: shapeOf(out).slice(4) });
  },

  compare(stage, { inputs, params }) {
    if (params.op !== "not_equal") return undefined;
    const [a, b] = inputs.map((input) => windowedOf(stage, input));
    const [elements, one] = a?.form === "elements" ? [a, b] : [b, a];
    if (elements?.form !== "elements" || one?.form !== "one") return undefined;
    const { of } = elements;
    return windowedValue({ form: "differs", of, equal: equalTo(stage.layout, of, one.value) });
  },

  where(stage, { inputs: [condition, zero, other] }) {
    const mask = windowedOf(stage, condition);
    if (mask?.form !== "differs" || !isNumber(zero, 0)) return undefined;
    const { of, equal } = mask;
    if (isNumber(other, 1)) return windowedValue({ form: "equal", of, equal });
    const value = onePerWindow(stage, other);
    return value && windowedValue({ form: "chosen", of, equal, value });
  },

  pool_transpose(stage, { inputs: [x] }) {
    const windowed = windowedOf(stage, x);
    if (windowed?.form !== "chosen") return undefined;
    const { of, equal, value } = windowed;
    return tensorValue(scattered(stage.layout, of, equal, value));
  },
};

/** Blocked [N, C, h, w] of a value [N, C, h, w, kh, kw] that is the same within each window. */
function onePerWindow(stage: BlockedStage, atom: Atom): Tensor | undefined {
  const windowed = windowedOf(stage, atom);
  if (windowed) return windowed.form === "one" ? windowed.value : undefined;
  const plain = stage.tensor(atom);
  if (isLiteral(atom) || !plain || plain.shape.length !== 6 || plain.shape[4] * plain.shape[5] !== 1) return undefined;
  const { graph, layout } = stage;
  const shape = shapeOf(atom).slice(0, 4);
  return layout.toBlocked(graph.expand(graph.reshape(plain, plain.shape.slice(0, 4)), shape));
}

/**
 * jax-js traces a max-pool as windows and their maximum. What the windows were cut from is enough for ONNX's MaxPool;
 * they themselves are left without a reader.
 */
export const maxPool: Pass = {
  name: "max-pool",
  reason: "a maximum over windows is one MaxPool; the windows are never written, nor, in blocks, for its gradient",
  blockedRules,
  rules: {
    reduce(lowering, { inputs: [x], params, outBinders: [out] }) {
      const { op, axis } = params as { op: string; axis: number[] };
      const pool = lowering.producer(x, "pool");
      if (op !== "Max" || !pool || dtypeOf(x) !== "float32") return undefined;
      const { window, strides } = pool.params as { window: number[]; strides: number[] };
      const rank = window.length;
      const all = axis.length === rank && axis.every((i) => i >= shapeOf(x).length - rank);
      // ONNX Runtime has MaxPool for up to three spatial axes.
      if (!all || rank > 3) return undefined;
      const { graph } = lowering;
      const source = lowering.dense(pool.inputs[0]);
      const lead = source.shape.slice(0, -rank);
      const [n, c] = lead.length === 2 ? lead : [1, sizeOf(lead)];
      const images = graph.reshape(source, [n, c, ...source.shape.slice(-rank)]);
      const shape = shapeOf(out);
      const pooled = graph.node("MaxPool", [images], [n, c, ...shape.slice(-rank)], "float32", {
        attributes: { kernel_shape: window, strides },
      });
      return [graph.reshape(pooled, shape)];
    },
  },
};
