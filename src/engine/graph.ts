import { float16Bits } from "../core/float16.ts";
import type { DType } from "../core/host-array.ts";
import { arithmeticType, broadcastShapes, bytesOf, type ElementType, onnxType } from "./element-types.ts";
import type { Initializer, Node, NodeOptions, NodeRequest, NodeRewrite, Tensor } from "./nodes.ts";

const same = (a: readonly unknown[], b: readonly unknown[]) => a.length === b.length && a.every((x, i) => x === b[i]);

/** Builds an ONNX graph node by node. Every request goes through the rewrites, the first one outermost. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly initializers = new Map<string, Initializer>();
  readonly inputs: Tensor[] = [];
  #constants = new Map<string, Tensor>();
  #producers = new Map<string, Node>();
  #count = 0;
  readonly #make: (request: NodeRequest) => readonly Tensor[];

  constructor(rewrites: readonly ((graph: Graph) => NodeRewrite)[] = []) {
    this.#make = rewrites
      .map((create) => create(this))
      .reduceRight<(request: NodeRequest) => readonly Tensor[]>(
        (next, rewrite) => (request) => rewrite(request, next),
        (request) => this.#append(request),
      );
  }

  input(shape: readonly number[], dtype: DType): Tensor {
    const tensor = { name: `in${this.inputs.length}`, shape, dtype };
    this.inputs.push(tensor);
    return tensor;
  }

  /** A constant stored in the model; equal small ones are stored once. */
  initializer(bytes: Uint8Array, shape: readonly number[], dtype: ElementType): Tensor {
    const key = `${dtype}[${shape}]${bytes.length > 256 ? `#${this.#count++}` : Buffer.from(bytes).toString("base64")}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const tensor = { name: `c${this.#count++}`, shape, dtype };
    this.initializers.set(tensor.name, { tensor, bytes });
    this.#constants.set(key, tensor);
    return tensor;
  }

  int64(values: readonly number[]): Tensor {
    return this.initializer(bytesOf(BigInt64Array.from(values, BigInt)), [values.length], "int64");
  }

  float32(values: readonly number[] | Float32Array, shape: readonly number[] = [values.length]): Tensor {
    return this.initializer(bytesOf(Float32Array.from(values)), shape, "float32");
  }

  /** A constant of rank 0. */
  scalar(value: number, dtype: ElementType): Tensor {
    const arrays = {
      float32: () => Float32Array.of(value),
      float16: () => Uint16Array.of(float16Bits(value)),
      int32: () => Int32Array.of(value),
      uint32: () => Uint32Array.of(value),
      int64: () => BigInt64Array.of(BigInt(value)),
      bool: () => Uint8Array.of(value ? 1 : 0),
    };
    const tensor = this.initializer(bytesOf(arrays[dtype]()), [], dtype);
    this.#scalars.set(tensor.name, dtype === "float32" ? Math.fround(value) : value);
    return tensor;
  }

  /** The number that `tensor` is, if it is a constant of rank 0. */
  constant(tensor: Tensor): number | undefined {
    return this.#scalars.get(tensor.name);
  }
  #scalars = new Map<string, number>();

  /** Adds a node with outputs of the given shapes, or what the rewrites make of it. */
  multi(
    op: string,
    inputs: readonly (Tensor | undefined)[],
    outputs: readonly Omit<Tensor, "name">[],
    { attributes = {}, domain = "", flips }: NodeOptions = {},
  ): readonly Tensor[] {
    return this.#make({ op, domain, inputs, outputs, attributes, flips });
  }

  #append(request: NodeRequest): readonly Tensor[] {
    const outputs = request.outputs.map(({ shape, dtype }) => ({ name: `t${this.#count++}`, shape, dtype }));
    const node = { ...request, outputs };
    this.nodes.push(node);
    for (const output of outputs) this.#producers.set(output.name, node);
    return outputs;
  }

  node(
    op: string,
    inputs: readonly (Tensor | undefined)[],
    shape: readonly number[],
    dtype: ElementType,
    options?: NodeOptions,
  ): Tensor {
    return this.multi(op, inputs, [{ shape, dtype }], options)[0];
  }

  /** The node that made `tensor`, if it is `op`. */
  producer(tensor: Tensor, op: string): Node | undefined {
    const node = this.#producers.get(tensor.name);
    return node?.op === op ? node : undefined;
  }

  /** What `flip` made `tensor` from, and along which axes. */
  flipped(tensor: Tensor): { source: Tensor; axes: readonly number[] } | undefined {
    const node = this.producer(tensor, "Slice");
    return node?.flips && { source: node.inputs[0]!, axes: node.flips };
  }

  /** What `transpose` made `tensor` from, and how. */
  transposed(tensor: Tensor): { source: Tensor; perm: readonly number[] } | undefined {
    const node = this.producer(tensor, "Transpose");
    return node && { source: node.inputs[0]!, perm: node.attributes.perm as number[] };
  }

  reshape(x: Tensor, shape: readonly number[]): Tensor {
    if (same(x.shape, shape)) return x;
    return this.node("Reshape", [x, this.int64(shape)], shape, x.dtype);
  }

  transpose(x: Tensor, perm: readonly number[]): Tensor {
    const shape = perm.map((p) => x.shape[p]);
    return this.node("Transpose", [x], shape, x.dtype, { attributes: { perm: [...perm] } });
  }

  /** `x[start:end:step]` on some axes; `end` exclusive, a negative step runs backwards from `start`. */
  slice(
    x: Tensor,
    axes: readonly number[],
    starts: readonly number[],
    ends: readonly number[],
    steps: readonly number[] = axes.map(() => 1),
  ): Tensor {
    const shape = [...x.shape];
    axes.forEach((axis, i) => {
      shape[axis] = Math.max(0, Math.ceil((ends[i] - starts[i]) / steps[i]));
    });
    if (same(shape, x.shape) && steps.every((step) => step === 1)) return x;
    // ONNX reads end = −1 as "the last element": running past the front needs a large negative number.
    const onnxEnds = ends.map((end) => (end < 0 ? -(2 ** 31) : end));
    return this.node("Slice", [x, ...[starts, onnxEnds, axes, steps].map((list) => this.int64(list))], shape, x.dtype);
  }

  flip(x: Tensor, axes: readonly number[]): Tensor {
    const long = axes.filter((axis) => x.shape[axis] > 1).sort((a, b) => a - b);
    if (long.length === 0) return x;
    // An end of −2³¹ runs past the front.
    const [starts, ends, steps] = [
      long.map((axis) => x.shape[axis] - 1),
      long.map(() => -(2 ** 31)),
      long.map(() => -1),
    ];
    const inputs = [x, ...[starts, ends, long, steps].map((list) => this.int64(list))];
    return this.node("Slice", inputs, x.shape, x.dtype, { flips: long });
  }

  /** Zero padding per axis [before, after]; negative amounts crop. */
  pad(x: Tensor, widths: readonly (readonly [number, number])[]): Tensor {
    if (widths.every(([before, after]) => before === 0 && after === 0)) return x;
    const shape = x.shape.map((size, i) => size + widths[i][0] + widths[i][1]);
    const crop = widths.map(([before, after]) => [Math.max(0, -before), Math.max(0, -after)]);
    const axes = crop.map((_, i) => i).filter((i) => crop[i][0] || crop[i][1]);
    const cropped = this.slice(
      x,
      axes,
      axes.map((i) => crop[i][0]),
      axes.map((i) => x.shape[i] - crop[i][1]),
    );
    const grow = widths.map(([before, after]) => [Math.max(0, before), Math.max(0, after)]);
    if (grow.every(([before, after]) => before === 0 && after === 0)) return cropped;
    const pads = this.int64([...grow.map((g) => g[0]), ...grow.map((g) => g[1])]);
    // ONNX Runtime pads bool and uint32 not on every version: go through int32 and int64.
    const wide = this.arithmetic(cropped);
    return this.cast(this.node("Pad", [wide, pads], shape, wide.dtype), x.dtype);
  }

  concat(parts: readonly Tensor[], axis: number): Tensor {
    if (parts.length === 1) return parts[0];
    const shape = [...parts[0].shape];
    shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis], 0);
    return this.node("Concat", parts, shape, parts[0].dtype, { attributes: { axis } });
  }

  expand(x: Tensor, shape: readonly number[]): Tensor {
    if (same(x.shape, shape)) return x;
    return this.node("Expand", [x, this.int64(shape)], shape, x.dtype);
  }

  cast(x: Tensor, dtype: ElementType): Tensor {
    if (x.dtype === dtype) return x;
    return this.node("Cast", [x], x.shape, dtype, { attributes: { to: onnxType[dtype] } });
  }

  /** `x` in a type that ONNX Runtime's CPU kernels can compute with: bool in int32, uint32 in int64, float16 in float32. */
  arithmetic(x: Tensor): Tensor {
    return this.cast(x, arithmeticType(x.dtype));
  }

  sum(x: Tensor, axes: readonly number[]): Tensor {
    if (axes.length === 0) return x;
    const shape = x.shape.filter((_, i) => !axes.includes(i));
    if (axes.every((axis) => x.shape[axis] === 1)) return this.reshape(x, shape);
    return this.node("ReduceSum", [x, this.int64(axes)], shape, x.dtype, { attributes: { keepdims: 0 } });
  }

  /** [..., M, K] × [..., K, N] with broadcast leading axes. */
  matmul(a: Tensor, b: Tensor): Tensor {
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return this.node("MatMul", [a, b], [...batch, a.shape.at(-2)!, b.shape.at(-1)!], a.dtype);
  }
}
