import { grad, lax, numpy as np, vmap } from "@jax-js/jax";
import { HostArray } from "../../../core/host-array.ts";
import type { Example } from "./example.ts";

/** What jax-js 0.1.25 itself fails on. */
export interface OracleFault {
  /** Part of what it throws; examples that meet it are left out. */
  readonly message: string;
  readonly because: string;
  /** Must throw: a fault that is fixed has to leave this list. */
  readonly example: Example;
}

const matrix = HostArray.float32([3, 2], [1, 2, 3, 4, 5, 6]);
const mapped = (fn: (...xs: any[]) => unknown, axes: (number | null)[]) =>
  vmap(fn as never, axes as never) as Example["fn"];

export const oracleFaults: readonly OracleFault[] = [
  {
    message: "No vmap rule for: pool",
    because: "pool and pool_transpose cannot be mapped",
    example: { fn: mapped((x) => lax.reduceWindow(x, (w) => np.sum(w), [2], [1]), [0]), args: [matrix] },
  },
  {
    message: "is too negative for input size",
    because:
      "some gradients of strided or cropped convolutions are refused: the crop may not exceed the undilated input",
    example: {
      fn: grad((x: np.Array, w: np.Array) => np.sum(lax.conv(x, w, [3], [[3, 2]]))),
      args: [HostArray.float32([1, 1, 3], [1, 2, 3]), HostArray.float32([1, 1, 1], [1])],
    },
  },
  {
    message: "Can't expand",
    because: "a broadcast that adds axes before the mapped one forgets that it moves",
    example: { fn: mapped((x) => np.broadcastTo(x, [3, 1]), [1]), args: [HostArray.float32([1, 2], [1, 2])] },
  },
];
