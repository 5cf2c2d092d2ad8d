import { float16Bits } from "../../core/float16.ts";
import type { HostArray } from "../../core/host-array.ts";
import { bytesOf } from "../element-types.ts";
import { fileType, type ModelFile, type ModelNode, type StoredTensor } from "../onnx.ts";
import { node } from "./node.ts";

/** What an input of the program is in the file. */
export interface Binding {
  readonly name: string;
  /** The array that it always is: stored in the file, no input any more. */
  readonly value?: HostArray;
  /** Stored in half the bytes, and cast to float32 as the model is loaded. */
  readonly float16?: boolean;
  /** An input that the file takes as uint8 and casts to the program's type. */
  readonly bytes?: boolean;
}

/** Names the program's inputs, and stores those that have a value and are of use. `bindings` are in the order of the inputs. */
export function bindInputs(file: ModelFile, bindings: readonly Binding[]): ModelFile {
  const names = new Map(file.inputs.map(({ name }, i) => [name, bindings[i].name]));
  const read = new Set(file.nodes.flatMap((one) => one.inputs));
  const cast: ModelNode[] = [];
  const stored: StoredTensor[] = [];
  const inputs: ModelFile["inputs"][number][] = [];
  file.inputs.forEach((input, i) => {
    const { name, value, float16, bytes } = bindings[i];
    if (value && !read.has(input.name)) return;
    if (float16 || bytes) {
      names.set(input.name, `${name}.${input.dtype}`);
      cast.push(node("Cast", [name], `${name}.${input.dtype}`, { to: fileType[input.dtype] }));
    }
    if (!value) inputs.push({ ...input, name, dtype: bytes ? "uint8" : input.dtype });
    else if (float16)
      stored.push({
        name,
        dtype: "float16",
        shape: value.shape,
        data: bytesOf(Uint16Array.from(value.data, float16Bits)),
      });
    else stored.push({ name, dtype: value.dtype, shape: value.shape, data: bytesOf(value.data) });
  });
  const nameOf = (value: string) => names.get(value) ?? value;
  return {
    ...file,
    nodes: [...cast, ...file.nodes.map((one) => ({ ...one, inputs: one.inputs.map(nameOf) }))],
    initializers: [...stored, ...file.initializers],
    inputs,
  };
}

/**
 * Gives an output of indices [N] as names: `names[index]`, strings. A table in the file is looked up.
 * @throws TypeError for an output that is not there, or holds no integers.
 */
export function nameIndices(file: ModelFile, output: string, names: readonly string[]): ModelFile {
  const found = file.outputs.find(({ name }) => name === output);
  if (found?.dtype !== "int32") throw new TypeError(`export: ${output} is no int32 output, so nothing can be named`);
  const [table, index] = [`${output}.names`, `${output}.index`];
  const renamed = file.nodes.map((one) => ({
    ...one,
    inputs: one.inputs.map((value) => (value === output ? index : value)),
    outputs: one.outputs.map((value) => (value === output ? index : value)),
  }));
  return {
    ...file,
    nodes: [...renamed, node("Gather", [table, index], output, { axis: 0 })],
    initializers: [...file.initializers, { name: table, dtype: "string", shape: [names.length], data: names }],
    outputs: file.outputs.map((end) => (end === found ? { ...end, dtype: "string" } : end)),
  };
}
