import { jit, nn, numpy as np } from "@jax-js/jax";
import { HostArray } from "../../../core/host-array.ts";
import type { Row } from "./example.ts";

const vector = HostArray.float32([4], [1, 2, 3, 4]);
export const inlinedRows = {
  /** Tracing inlines a nested jit: the rule must never be asked. */
  jit: {
    inlined: { fn: (x: np.Array) => jit((y: np.Array) => nn.softmax(np.multiply(y, 2)))(x), args: [vector] },
  },
} satisfies Record<string, Row>;
