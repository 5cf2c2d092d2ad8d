import onnxProto from "onnx-proto";
import { type Attribute, type Graph, type Node, onnxType, type Tensor } from "./graph.ts";

const { onnx } = onnxProto;

/** AttributeProto.AttributeType. */
const attributeType = { float: 1, int: 2, string: 3, ints: 7 };

function attribute(name: string, value: Attribute) {
  if (typeof value === "string") return { name, type: attributeType.string, s: new TextEncoder().encode(value) };
  if (typeof value === "number") return { name, type: attributeType.int, i: value };
  if ("float" in value) return { name, type: attributeType.float, f: value.float };
  return { name, type: attributeType.ints, ints: [...(value as readonly number[])] };
}

const valueInfo = ({ name, shape, dtype }: Tensor) => ({
  name,
  type: {
    tensorType: { elemType: onnxType[dtype], shape: { dim: shape.map((dimValue) => ({ dimValue })) } },
  },
});

/** ONNX opset of our graphs: the first with BitwiseAnd … (18) and ReduceMax's axes as an input (18), well supported. */
const opset = 21;
/** BitCast came with this one; a graph without it is left readable for older tools. */
const bitcastOpset = 26;

/** The graph as the bytes of an ONNX model with outputs `out0`, `out1`, … */
export function modelBytes(graph: Graph, outputs: readonly Tensor[], nodes: readonly Node[] = graph.nodes): Uint8Array {
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs].map((tensor) => tensor?.name));
  const initializers = [...graph.initializers.values()].filter(({ tensor }) => read.has(tensor.name));
  const valueNames = outputNames(nodes, outputs);
  const nameOf = (value: string) => valueNames.get(value) ?? value;
  const domains = new Set(nodes.map((node) => node.domain));
  domains.delete("");
  const model = {
    irVersion: 10,
    producerName: "anchored-vision",
    opsetImport: [
      { domain: "", version: nodes.some(({ op }) => op === "BitCast") ? bitcastOpset : opset },
      ...[...domains].map((domain) => ({ domain, version: 1 })),
    ],
    graph: {
      name: "program",
      node: [
        ...nodes.map((node, i) => ({
          opType: node.op,
          domain: node.domain,
          name: `${node.op}_${i}`,
          input: node.inputs.map((input) => (input ? nameOf(input.name) : "")),
          output: node.outputs.map((output) => nameOf(output.name)),
          attribute: Object.entries(node.attributes).map(([name, value]) => attribute(name, value)),
        })),
        // A value that is returned twice, or is an input or a constant, is copied.
        ...outputs.flatMap((output, i) =>
          nameOf(output.name) === `out${i}`
            ? []
            : [{ opType: "Identity", name: `output_${i}`, input: [nameOf(output.name)], output: [`out${i}`] }],
        ),
      ],
      initializer: initializers.map(({ tensor, bytes }) => ({
        name: tensor.name,
        dataType: onnxType[tensor.dtype],
        dims: [...tensor.shape],
        rawData: bytes,
      })),
      input: graph.inputs.map(valueInfo),
      output: outputs.map((output, i) => valueInfo({ ...output, name: `out${i}` })),
    },
  };
  return onnx.ModelProto.encode(onnx.ModelProto.create(model as never)).finish();
}

/** Values that nodes make → the names of the outputs that they are: nothing is copied at the end of a run. */
function outputNames(nodes: readonly Node[], outputs: readonly Tensor[]): Map<string, string> {
  const made = new Set(nodes.flatMap((node) => node.outputs.map(({ name }) => name)));
  const names = new Map<string, string>();
  outputs.forEach(({ name }, i) => {
    if (made.has(name) && !names.has(name)) names.set(name, `out${i}`);
  });
  return names;
}
