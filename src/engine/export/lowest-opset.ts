import type { ModelFile, ModelNode, StoredTensor } from "../onnx.ts";

/** The oldest set of operators that files are written for: the first with LayerNormalization (ONNX 1.12, 2022). */
const OLDEST = 17;

/** Operators that came, or took their present form, later. */
const since: readonly (readonly [RegExp, number])[] = [
  [/^Bitwise/, 18],
  [/^(Gelu|DFT)$/, 20],
  [/^BitCast$/, 26],
];

/** Until 18 their axes were an attribute. */
const reductions = /^Reduce(Max|Min|Prod)$/;

const irVersionOf = (opset: number): number => (opset < 19 ? 8 : opset < 21 ? 9 : 10);

/** The model for the oldest opset that has its operators: more runtimes open it, and older ones. */
export function forLowestOpset(file: ModelFile): ModelFile {
  const opset = Math.max(
    OLDEST,
    ...file.nodes.map(({ op }) => since.find(([pattern]) => pattern.test(op))?.[1] ?? OLDEST),
  );
  const irVersion = irVersionOf(opset);
  if (opset >= 18) return { ...file, opset, irVersion };
  const constants = new Map(file.initializers.map((tensor) => [tensor.name, tensor]));
  const nodes = file.nodes.map((node) => (reductions.test(node.op) ? withAxesAsAttribute(node, constants) : node));
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return { ...file, nodes, initializers: file.initializers.filter(({ name }) => read.has(name)), opset, irVersion };
}

function withAxesAsAttribute(node: ModelNode, constants: ReadonlyMap<string, StoredTensor>): ModelNode {
  const [value, axes] = node.inputs;
  const stored = constants.get(axes);
  if (!stored) throw new Error(`internal: the axes of ${node.op} are no constant`);
  const list = Array.from(new BigInt64Array((stored.data as Uint8Array).slice().buffer), Number);
  return { ...node, inputs: [value], attributes: { ...node.attributes, axes: list } };
}
