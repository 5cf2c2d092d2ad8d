import { lax, type numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray } from "../../core/host-array.ts";
import { Random } from "../../core/random.ts";
import { lower } from "../lower/lower.ts";
import { modelBytes } from "../onnx.ts";
import { runOracle } from "../oracle.ts";
import { normalArrays, relativeError } from "../testing.ts";
import { trace } from "../trace.ts";
import { createSession } from "./node.ts";
import { WebGpuStage } from "./webgpu-stage.ts";

const normal = normalArrays(new Random("webgpu-stage.test"));
const same = (x: np.Array, w: np.Array) =>
  lax.convGeneralDilated(
    x,
    w,
    [1, 1],
    [
      [1, 1],
      [1, 1],
    ],
  );

test.each([
  ["6 channels to 8: filled up", normal(2, 6, 5, 5), normal(8, 6, 3, 3), 2],
  ["9 channels to 4: filled up", normal(2, 9, 5, 5), normal(4, 9, 3, 3), 2],
  ["3 channels: as they are", normal(2, 3, 5, 5), normal(8, 3, 3, 3), 0],
  ["6 channels to 10: as they are", normal(2, 6, 5, 5), normal(10, 6, 3, 3), 0],
  ["12 channels: as they are", normal(2, 12, 5, 5), normal(8, 12, 3, 3), 0],
])("convolution of %s, and the same values", async (_, x, w, pads) => {
  const { graph, outputs } = lower(await trace(same, [x, w]), { createStage: (lowering) => new WebGpuStage(lowering) });
  expect(graph.nodes.filter(({ op }) => op === "Pad")).toHaveLength(pads);
  // On the CPU: what is tested is that the zeros change nothing.
  const session = await createSession(modelBytes(graph, outputs), { threads: 1 });
  const actual = HostArray.zeros([...outputs[0].shape]);
  await session.run([x, w], [actual]);
  await session.dispose();
  const expected = (await runOracle(same, [x, w])) as HostArray;
  expect(relativeError(actual, expected)).toBeLessThan(1e-5);
});
