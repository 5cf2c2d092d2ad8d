import type { Node, Tensor } from "../nodes.ts";
import { isMean } from "./marker.ts";
import { isReshape, makersOf, scheduleOf } from "./schedule.ts";

/** A part of a program that runs at once, between means over ranks. */
export interface Section {
  readonly nodes: readonly Node[];
  /** What it reads: the program's inputs, means, and what sections before it have made. */
  readonly inputs: readonly Tensor[];
  /** What it makes for the program's caller, for means, and for later sections. */
  readonly outputs: readonly Tensor[];
  /** What is to be averaged over ranks once it has run: a value, and its mean. */
  readonly means: readonly { readonly of: Tensor; readonly mean: Tensor }[];
}

export interface Sections {
  readonly sections: readonly Section[];
  /** The tensors that the program returns, each an output of one of the sections. */
  readonly results: readonly Tensor[];
}

/**
 * Cuts a program at its means over ranks. Every tensor is made in one section and handed to the later ones that read it;
 * reshapes, which cost nothing, are made wherever they are read.
 * @param constants names of the tensors that are stored in the model
 */
export function sectionsOf(
  constants: { has(name: string): boolean },
  outputs: readonly Tensor[],
  finished: readonly Node[],
): Sections {
  const { nodes, results } = withOwnTensors(finished, outputs);
  const { count, section } = scheduleOf(nodes, results);
  const { maker, source } = makersOf(nodes);
  const made = Array.from({ length: count }, () => ({
    nodes: [] as Node[],
    /** Names of what its nodes can read. */
    known: new Set<string>(),
    inputs: new Map<string, Tensor>(),
    outputs: new Map<string, Tensor>(),
    means: [] as { of: Tensor; mean: Tensor }[],
  }));
  const hand = (tensor: Tensor) => made[section(maker(tensor)!)].outputs.set(tensor.name, tensor);

  /** Sees to it that a section can read the tensor. */
  const provide = (own: (typeof made)[number], tensor: Tensor): void => {
    const { name } = tensor;
    if (constants.has(name) || own.known.has(name)) return;
    const node = maker(tensor);
    if (node && isReshape(node)) {
      for (const input of node.inputs) provide(own, input!);
      own.nodes.push(node);
    } else {
      own.inputs.set(name, tensor);
      if (node && !isMean(node)) hand(tensor);
    }
    own.known.add(name);
  };

  for (const node of nodes) {
    if (isReshape(node)) continue;
    const own = made[section(node)];
    if (isMean(node)) {
      const of = source(node.inputs[0]!);
      hand(of);
      own.means.push({ of, mean: node.outputs[0] });
      continue;
    }
    for (const input of node.inputs) if (input) provide(own, input);
    own.nodes.push(node);
    for (const { name } of node.outputs) own.known.add(name);
  }
  for (const result of results) hand(result);
  return {
    sections: made.map(({ nodes, inputs, outputs, means }) => ({
      nodes,
      inputs: [...inputs.values()],
      outputs: [...outputs.values()],
      means,
    })),
    results,
  };
}

/**
 * The program with each of its results a tensor of its own, and each mean one of a tensor that a node other than a mean has
 * made: inputs, constants, means and what is returned twice are copied.
 */
function withOwnTensors(
  nodes: readonly Node[],
  outputs: readonly Tensor[],
): { nodes: readonly Node[]; results: readonly Tensor[] } {
  const { maker, source } = makersOf(nodes);
  const isMade = (tensor: Tensor) => {
    const node = maker(tensor);
    return node !== undefined && !isMean(node);
  };
  const all: Node[] = [];
  let copies = 0;
  const copy = (tensor: Tensor): Tensor => {
    const output = { ...tensor, name: `copy${copies++}` };
    all.push({ op: "Identity", domain: "", inputs: [tensor], outputs: [output], attributes: {} });
    return output;
  };
  for (const node of nodes) {
    const [x] = node.inputs;
    all.push(isMean(node) && !isMade(source(x!)) ? { ...node, inputs: [copy(x!)] } : node);
  }
  const results: Tensor[] = [];
  for (const output of outputs) {
    const returned = results.some(({ name }) => name === output.name);
    const isOwn = isMade(output) && !isReshape(maker(output)!) && !returned;
    results.push(isOwn ? output : copy(output));
  }
  return { nodes: all, results };
}
