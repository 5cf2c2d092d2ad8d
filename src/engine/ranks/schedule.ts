import { sizeOf } from "../../core/host-array.ts";
import { hostArrayOf } from "../element-types.ts";
import type { Node, Tensor } from "../nodes.ts";
import { isMean } from "./marker.ts";

/** Which section runs what. */
export interface Schedule {
  /** How many sections there are. */
  readonly count: number;
  /** The section that runs the node. Reshapes are in none: whichever section reads them makes them. */
  readonly section: (node: Node) => number;
}

export const isReshape = ({ op, domain }: Node): boolean => op === "Reshape" && domain === "";

/** Where tensors come from. */
export interface Makers {
  /** The node that makes the tensor; undefined for inputs and constants. */
  readonly maker: (tensor: Tensor) => Node | undefined;
  /** What the tensor is a reshape of, in the end; itself if it is none. */
  readonly source: (tensor: Tensor) => Tensor;
}

export function makersOf(nodes: readonly Node[]): Makers {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map(({ name }): [string, Node] => [name, node])));
  const maker = ({ name }: Tensor) => makers.get(name);
  const source = (tensor: Tensor): Tensor => {
    const node = maker(tensor);
    return node && isReshape(node) ? source(node.inputs[0]!) : tensor;
  };
  return { maker, source };
}

/**
 * Shares the nodes out among sections. A mean is taken as early as its operand can be known, so that independent ones are
 * taken together. What could run in several sections runs in the first, or in the last where no more memory has to be kept
 * until then: a mask in the section that multiplies by it, a weight's gradient where it arises.
 * @param nodes in an order in which they can run
 */
export function scheduleOf(nodes: readonly Node[], outputs: readonly Tensor[]): Schedule {
  const { maker, source } = makersOf(nodes);
  /** Behind how many means a tensor comes: the first section that can read it. */
  const levels = new Map<string, number>();
  const level = ({ name }: Tensor) => levels.get(name) ?? 0;
  const firstOf = new Map<Node, number>();
  for (const node of nodes) {
    const first = Math.max(0, ...node.inputs.map((input) => (input ? level(input) : 0)));
    firstOf.set(node, first);
    for (const { name } of node.outputs) levels.set(name, first + (isMean(node) ? 1 : 0));
  }
  const last = Math.max(0, ...[...firstOf].map(([node, first]) => (isMean(node) || isReshape(node) ? 0 : first)));

  const sections = new Map<Node, number>();
  const isOutput = new Set(outputs.map((output) => source(output).name));
  /** The first and the last section that read a tensor, among the nodes that have their place. */
  const readFrom = new Map<string, number>();
  const readUntil = new Map<string, number>();
  const read = (tensor: Tensor, section: number) => {
    const { name } = source(tensor);
    readFrom.set(name, Math.min(readFrom.get(name) ?? last, section));
    readUntil.set(name, Math.max(readUntil.get(name) ?? 0, section));
  };
  for (const node of nodes.toReversed()) {
    if (isReshape(node)) continue;
    const first = firstOf.get(node)!;
    const latest = Math.max(first, Math.min(...node.outputs.map(({ name }) => readFrom.get(name) ?? last)));
    const keptFor = node.inputs.filter(
      (input) => input && maker(source(input)) && (readUntil.get(source(input).name) ?? 0) < latest,
    );
    // Outputs are written into arrays that are there.
    const own = node.outputs.filter(({ name }) => !isOutput.has(name));
    const section = !isMean(node) && memoryBytes(own) >= memoryBytes(keptFor as Tensor[]) ? latest : first;
    sections.set(node, section);
    for (const input of node.inputs) if (input) read(input, section);
  }
  return { count: last + 1, section: (node) => sections.get(node)! };
}

/** What the tensors take in host memory. */
export const memoryBytes = (tensors: readonly Tensor[]): number =>
  tensors.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * hostArrayOf[dtype].BYTES_PER_ELEMENT, 0);
