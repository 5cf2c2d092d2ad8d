import pLimit from "p-limit";
import { sizeOf } from "../../core/host-array.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../nodes.ts";
import { modelBytes } from "../onnx.ts";
import { createSession, type Session, type SessionArray, type SessionOptions } from "../runtime/node.ts";
import { handedOver } from "./handed-over.ts";
import { memoryBytes } from "./schedule.ts";
import type { Section, Sections } from "./sections.ts";

/** Replaces every number by its mean over the ranks, in place. Called in the same order, for as many, on each of them. */
export type MeanOverRanks = (values: Float32Array) => Promise<void>;

/** A program in sections: each an ONNX Runtime session, with the means over ranks in between. */
export async function createSections(
  graph: Pick<Graph, "inputs" | "initializers">,
  { sections, results }: Sections,
  meanOverRanks: MeanOverRanks,
  options: SessionOptions,
): Promise<Session> {
  const sessions: Session[] = [];
  const dispose = async () => {
    for (const session of sessions) await session.dispose();
  };
  try {
    for (const [i, section] of sections.entries())
      sessions.push(await createSession(modelOf(section, graph), optionsOf(i, section, options)));
  } catch (error) {
    await dispose();
    throw error;
  }
  const kept = handedOver({ sections, results });
  const means = sections.map((section) => joinedMeans(section));
  for (const { arrays } of means) for (const [name, array] of arrays) kept.set(name, array);
  // Two runs at once would write over what they hand over, and ask for means in an order that other ranks do not have.
  const oneAtATime = pLimit(1);
  return {
    run: (inputs, outputs) =>
      oneAtATime(async () => {
        const given = new Map<string, SessionArray>();
        for (const [i, { name }] of graph.inputs.entries()) given.set(name, inputs[i]);
        for (const [i, { name }] of results.entries()) given.set(name, outputs[i]);
        const arrayOf = ({ name }: Tensor) => (given.get(name) ?? kept.get(name))!;
        for (const [i, section] of sections.entries()) {
          await sessions[i].run(section.inputs.map(arrayOf), section.outputs.map(arrayOf));
          const { joined, arrays } = means[i];
          if (section.means.length === 0) continue;
          for (const { of, mean } of section.means)
            (arrays.get(mean.name)!.data as Float32Array).set(arrayOf(of).data as Float32Array);
          await meanOverRanks(joined);
        }
      }),
    dispose,
  };
}

/** All values of a section that are averaged, end to end, and each of them under the name of its mean. */
function joinedMeans({ means }: Section) {
  const joined = new Float32Array(means.reduce((sum, { mean }) => sum + sizeOf(mean.shape), 0));
  let at = 0;
  const arrays = new Map<string, SessionArray>();
  for (const { mean } of means) {
    const end = at + sizeOf(mean.shape);
    arrays.set(mean.name, { dtype: "float32", shape: mean.shape, data: joined.subarray(at, end) });
    at = end;
  }
  return { joined, arrays };
}

/** The section's own model, with what it reads as inputs. */
function modelOf({ nodes, inputs, outputs }: Section, { initializers }: Pick<Graph, "initializers">): Uint8Array {
  const own = new Map(inputs.map((input, i) => [input.name, { ...input, name: `in${i}` }]));
  const renamed = nodes.map((node) => ({ ...node, inputs: node.inputs.map((x) => x && (own.get(x.name) ?? x)) }));
  return modelBytes({ nodes: renamed, initializers, inputs: [...own.values()] }, outputs);
}

/** With fewer bytes, of channels rather than images, a node is done before a second thread has woken up. */
const WORTH_A_THREAD = 2 ** 16;

/** Of one of many sessions: each has threads of its own, and a file of timings. */
function optionsOf(index: number, { nodes }: Section, { profilePrefix, ...options }: SessionOptions): SessionOptions {
  const isSmall = nodes.every(({ outputs }) => memoryBytes(outputs) < WORTH_A_THREAD);
  return {
    ...options,
    ...(isSmall && { threads: 1 }),
    takesTurns: true,
    ...(profilePrefix && { profilePrefix: `${profilePrefix}-${index}` }),
  };
}
