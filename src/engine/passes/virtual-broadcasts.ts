import type { Pass } from "./pass.ts";

/**
 * New axes stay virtual: length 1 until a consumer needs them. The lowering table's rules carry such values on, and
 * read them with `virtual`.
 */
export const virtualBroadcasts: Pass = {
  name: "virtual-broadcasts",
  reason: "a broadcast value is stored once: ONNX's operators broadcast by themselves",
  rules: {
    broadcast(lowering, { inputs: [x], params }) {
      const { shape, axis } = params as { shape: number[]; axis: number[] };
      const value = lowering.virtual(x);
      let next = 0;
      const stored = shape.map((_, i) => (axis.includes(i) ? 1 : value.shape[next++]));
      return [lowering.graph.reshape(value, stored)];
    },
  },
};
