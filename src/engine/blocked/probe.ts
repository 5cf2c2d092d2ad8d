import { HostArray } from "../../core/host-array.ts";
import { Graph } from "../graph.ts";
import { modelBytes } from "../onnx.ts";
import { createSession } from "../runtime/node.ts";
import { NCHWC } from "./layout.ts";

let found: Promise<number | undefined> | undefined;

/**
 * How many channels a block has on this machine: 16 with AVX-512, 8 with AVX2; undefined where ONNX Runtime has no
 * blocked operators. Found by reordering a small image and looking where its second pixel went. `ANCHORED_BACKEND=portable`
 * in the environment makes this machine one of the latter, for tests.
 */
export function blockSize(): Promise<number | undefined> {
  found ??= process.env.ANCHORED_BACKEND === "portable" ? Promise.resolve(undefined) : probe();
  return found;
}

async function probe(): Promise<number | undefined> {
  const channels = 32;
  const graph = new Graph();
  const x = graph.input([1, channels, 1, 2], "float32");
  const blocked = graph.node("ReorderInput", [x], x.shape, "float32", { domain: NCHWC });
  try {
    const session = await createSession(modelBytes(graph, [blocked]), { threads: 1 });
    // Channel 0 of pixel 1 has the value 1; blocked, it follows the whole first block of pixel 0.
    const image = HostArray.zeros([1, channels, 1, 2]);
    image.data[1] = 1;
    const result = HostArray.zeros(image.shape);
    await session.run([image], [result]);
    await session.dispose();
    const at = result.data.indexOf(1);
    return at > 1 && channels % at === 0 ? at : undefined;
  } catch {
    return undefined;
  }
}
