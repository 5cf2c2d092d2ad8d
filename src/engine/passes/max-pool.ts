import { sizeOf } from "../../core/host-array.ts";
import { dtypeOf, shapeOf } from "../lower/lowering.ts";
import type { Pass } from "./pass.ts";

/**
 * jax-js traces a max-pool as windows and their maximum. What the windows were cut from is enough for ONNX's MaxPool;
 * they themselves are left without a reader.
 */
export const maxPool: Pass = {
  name: "max-pool",
  reason: "a maximum over windows is one MaxPool, and the windows are never written",
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
