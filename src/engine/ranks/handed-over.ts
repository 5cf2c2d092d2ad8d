import { sizeOf } from "../../core/host-array.ts";
import { hostArrayOf } from "../element-types.ts";
import type { Tensor } from "../nodes.ts";
import type { SessionArray } from "../runtime/node.ts";
import { memoryBytes } from "./schedule.ts";
import type { Sections } from "./sections.ts";

/**
 * Memory for what sections hand to later ones and to means, by name, allocated once for all runs: tensors of one size that are
 * not needed at the same time share it. What the program returns is not among them.
 */
export function handedOver({ sections, results }: Sections): Map<string, SessionArray> {
  const returned = new Set(results.map(({ name }) => name));
  const readUntil = new Map<string, number>();
  for (const [at, { inputs }] of sections.entries()) for (const { name } of inputs) readUntil.set(name, at);
  const arrays = new Map<string, SessionArray>();
  const blocks: { readonly buffer: ArrayBuffer; until: number }[] = [];
  const memoryFor = (tensor: Tensor, from: number): ArrayBuffer => {
    const bytes = memoryBytes([tensor]);
    // A section reads and writes at once: what it still reads is not free.
    let block = blocks.find(({ buffer, until }) => buffer.byteLength === bytes && until < from);
    if (!block) {
      block = { buffer: new ArrayBuffer(bytes), until: from };
      blocks.push(block);
    }
    block.until = readUntil.get(tensor.name) ?? from;
    return block.buffer;
  };
  for (const [at, { outputs }] of sections.entries())
    for (const tensor of outputs) {
      const { name, shape, dtype } = tensor;
      if (returned.has(name)) continue;
      const data = new hostArrayOf[dtype](memoryFor(tensor, at), 0, sizeOf(shape));
      arrays.set(name, { dtype, shape, data });
    }
  return arrays;
}
