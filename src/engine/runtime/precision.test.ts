import { grad, numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray } from "../../core/host-array.ts";
import { runOracle } from "../oracle.ts";
import { devices } from "./devices.ts";
import { requirePrecision } from "./precision.ts";

test.each(devices)("%s trains in float32; mixed precision is refused with the reason and the way out", (device) => {
  expect(() => requirePrecision("float32", device)).not.toThrow();
  expect(() => requirePrecision("mixed", device)).toThrow(
    new RegExp(`^config.precision mixed: ${device} does not train in it \\(.+\\); use config.precision float32$`),
  );
});

test("jax-js still has no gradient of a cast to float16", async () => {
  const loss = (x: np.Array) => np.sum(np.square(np.astype(np.astype(x, np.float16), np.float32)));
  await expect(runOracle(grad(loss as never) as never, [HostArray.float32([2], [1, 2])])).rejects.toThrow(
    "Backward pass not implemented for cast",
  );
});
