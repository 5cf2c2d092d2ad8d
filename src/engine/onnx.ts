import onnxProto from "onnx-proto";
import { type ElementType, onnxType } from "./element-types.ts";
import type { Graph } from "./graph.ts";
import type { Attribute, Node, Tensor } from "./nodes.ts";

const { onnx } = onnxProto;

/** AttributeProto.AttributeType. */
const attributeType = { float: 1, int: 2, string: 3, ints: 7 };

/** Elements that files have beside those that programs compute with. */
export type FileType = ElementType | "uint8" | "string" | "float64";

/** TensorProto.DataType. */
export const fileType: Record<FileType, number> = { ...onnxType, uint8: 2, string: 8, float64: 11 };

/** An input or output of a model; a dimension that has a name may be of any length. */
export interface ModelEnd {
  readonly name: string;
  readonly dtype: FileType;
  readonly shape: readonly (number | string)[];
}

/** A tensor stored in a model: bytes, little-endian, or strings. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: FileType;
  readonly shape: readonly number[];
  readonly data: Uint8Array | readonly string[];
}

/** A node by the names of what it reads and makes; "" is an optional input that is left out. */
export interface ModelNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An ONNX model, value by value. */
export interface ModelFile {
  readonly nodes: readonly ModelNode[];
  readonly initializers: readonly StoredTensor[];
  readonly inputs: readonly ModelEnd[];
  readonly outputs: readonly ModelEnd[];
  /** `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly opset?: number;
  readonly irVersion?: number;
}

/** ONNX opset of our graphs: the first with BitwiseAnd … (18) and ReduceMax's axes as an input (18), well supported. */
const defaultOpset = 21;
/** BitCast came with this one; a graph without it is left readable for older tools. */
const bitcastOpset = 26;

/** What becomes a model of a graph. */
type Contents = Pick<Graph, "nodes" | "initializers" | "inputs">;

/** The graph as the bytes of an ONNX model with outputs `out0`, `out1`, … */
export const modelBytes = (graph: Contents, outputs: readonly Tensor[], nodes?: readonly Node[]): Uint8Array =>
  encodeModel(modelFile(graph, outputs, nodes));

/** The graph as a model whose outputs have the given names, `out0`, `out1`, … by default. */
export function modelFile(
  graph: Contents,
  outputs: readonly Tensor[],
  nodes: readonly Node[] = graph.nodes,
  names: readonly string[] = outputs.map((_, i) => `out${i}`),
): ModelFile {
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs].map((tensor) => tensor?.name));
  const valueNames = outputNames(nodes, outputs, names);
  const nameOf = (value: string) => valueNames.get(value) ?? value;
  return {
    nodes: [
      ...nodes.map(({ op, domain, inputs, outputs: made, attributes }) => ({
        op,
        domain,
        inputs: inputs.map((input) => (input ? nameOf(input.name) : "")),
        outputs: made.map((output) => nameOf(output.name)),
        attributes,
      })),
      // A value that is returned twice, or is an input or a constant, is copied.
      ...outputs.flatMap((output, i) =>
        nameOf(output.name) === names[i]
          ? []
          : [{ op: "Identity", domain: "", inputs: [nameOf(output.name)], outputs: [names[i]], attributes: {} }],
      ),
    ],
    initializers: [...graph.initializers.values()]
      .filter(({ tensor }) => read.has(tensor.name))
      .map(({ tensor, bytes }) => ({ ...tensor, data: bytes })),
    inputs: graph.inputs,
    outputs: outputs.map((output, i) => ({ ...output, name: names[i] })),
  };
}

/** Values that nodes make → the names of the outputs that they are: nothing is copied at the end of a run. */
function outputNames(
  nodes: readonly Node[],
  outputs: readonly Tensor[],
  named: readonly string[],
): Map<string, string> {
  const made = new Set(nodes.flatMap((node) => node.outputs.map(({ name }) => name)));
  const names = new Map<string, string>();
  outputs.forEach(({ name }, i) => {
    if (made.has(name) && !names.has(name)) names.set(name, named[i]);
  });
  return names;
}

function attribute(name: string, value: Attribute) {
  if (typeof value === "string") return { name, type: attributeType.string, s: new TextEncoder().encode(value) };
  if (typeof value === "number") return { name, type: attributeType.int, i: value };
  if ("float" in value) return { name, type: attributeType.float, f: value.float };
  return { name, type: attributeType.ints, ints: [...(value as readonly number[])] };
}

const valueInfo = ({ name, shape, dtype }: ModelEnd) => ({
  name,
  type: {
    tensorType: {
      elemType: fileType[dtype],
      shape: { dim: shape.map((size) => (typeof size === "string" ? { dimParam: size } : { dimValue: size })) },
    },
  },
});

const stored = ({ name, dtype, shape, data }: StoredTensor) => ({
  name,
  dataType: fileType[dtype],
  dims: [...shape],
  ...(data instanceof Uint8Array
    ? { rawData: data }
    : { stringData: data.map((text) => new TextEncoder().encode(text)) }),
});

export function encodeModel(file: ModelFile): Uint8Array {
  const { nodes, initializers, inputs, outputs, metadata = {}, irVersion = 10 } = file;
  const { opset = nodes.some(({ op }) => op === "BitCast") ? bitcastOpset : defaultOpset } = file;
  const domains = new Set(nodes.map((node) => node.domain));
  domains.delete("");
  const model = {
    irVersion,
    producerName: "anchored-vision",
    opsetImport: [{ domain: "", version: opset }, ...[...domains].map((domain) => ({ domain, version: 1 }))],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: "program",
      node: nodes.map((node, i) => ({
        opType: node.op,
        domain: node.domain,
        name: `${node.op}_${i}`,
        input: [...node.inputs],
        output: [...node.outputs],
        attribute: Object.entries(node.attributes).map(([name, value]) => attribute(name, value)),
      })),
      initializer: initializers.map(stored),
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
    },
  };
  return onnx.ModelProto.encode(onnx.ModelProto.create(model as never)).finish();
}

/**
 * The `metadata_props` of an ONNX model. @throws Error where the bytes are none.
 * @example
 * import { readFileSync } from "node:fs";
 * console.log(modelMetadata(readFileSync("model.onnx")));
 */
export function modelMetadata(bytes: Uint8Array): Record<string, string> {
  const { graph, metadataProps } = onnx.ModelProto.decode(bytes);
  if (!graph?.node?.length) throw new Error("no ONNX model");
  return Object.fromEntries((metadataProps ?? []).map(({ key, value }) => [key, value]));
}
