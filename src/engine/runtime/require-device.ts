import { Graph } from "../graph.ts";
import { modelBytes } from "../onnx.ts";
import type { Device } from "./devices.ts";
import { createSession } from "./node.ts";

/** Opens the device and lets it go, before work is begun. @throws UserError naming what to install where it is missing. */
export async function requireDevice(device: Device): Promise<void> {
  if (device === "cpu") return;
  const graph = new Graph();
  const x = graph.input([1], "float32");
  const session = await createSession(modelBytes(graph, [graph.node("Neg", [x], [1], "float32")]), { device });
  await session.dispose();
}
