import type { ModelEnd, ModelFile, ModelNode, StoredTensor } from "../onnx.ts";
import { node } from "./node.ts";

/** The name of the free dimension. */
const BATCH = "N";
const BATCH_SIZE = "batch_size";

/** a + b · N. */
interface Affine {
  readonly constant: number;
  readonly slope: number;
}

/**
 * One model for every batch size, from the models of a program for three of them. Those must have the same nodes; what
 * differs between them are shapes, whose lengths are affine in N: the first two say how, the third must agree. Such
 * lengths become −1 where a reshape may infer them, else they are computed from the size of the input.
 * @throws TypeError naming what depends on the batch size in any other way.
 */
export function forAnyBatch(files: readonly ModelFile[], sizes: readonly number[]): ModelFile {
  const [file] = files;
  const refuse = (what: string) =>
    new TypeError(`export: ${what} depends on the batch size; compute every image by itself, without its neighbours`);
  if (new Set(files.map(({ nodes }) => nodes.length)).size > 1) throw refuse("the number of operators");
  file.nodes.forEach((node, i) => {
    if (new Set(files.map(({ nodes }) => JSON.stringify(nodes[i]))).size > 1) throw refuse(`operator ${node.op}_${i}`);
  });

  const affine = (values: readonly number[], what: string): Affine => {
    const slope = (values[1] - values[0]) / (sizes[1] - sizes[0]);
    const constant = values[0] - slope * sizes[0];
    if (!Number.isInteger(slope) || values.some((value, i) => value !== constant + slope * sizes[i]))
      throw refuse(what);
    return { constant, slope };
  };
  const ends = (list: "inputs" | "outputs"): ModelEnd[] =>
    file[list].map((end, i) => ({
      ...end,
      shape: end.shape.map((_, d) =>
        dimension(
          affine(
            files.map((one) => one[list][i].shape[d] as number),
            `the length of ${end.name}`,
          ),
        ),
      ),
    }));
  const inputs = ends("inputs");
  const source = inputs.flatMap(({ name, shape }) => shape.flatMap((size, d) => (size === BATCH ? [{ name, d }] : [])));
  if (source.length === 0) throw new TypeError("export: no input has the batch size as a dimension");

  const { initializers, computed } = constantsOfAnyBatch(files, affine, refuse);
  const size = node("Shape", [source[0].name], BATCH_SIZE, { start: source[0].d, end: source[0].d + 1 });
  return {
    ...file,
    nodes: [...(computed.length > 0 ? [size, ...computed] : []), ...file.nodes],
    initializers,
    inputs,
    outputs: ends("outputs"),
  };
}

/** Constants that are the same at every size, and what computes the others from the size of the input. */
function constantsOfAnyBatch(
  files: readonly ModelFile[],
  affine: (values: readonly number[], what: string) => Affine,
  refuse: (what: string) => TypeError,
): { readonly initializers: StoredTensor[]; readonly computed: ModelNode[] } {
  const computed: ModelNode[] = [];
  const initializers: StoredTensor[] = [];
  const [file] = files;
  file.initializers.forEach((tensor, i) => {
    const versions = files.map((one) => one.initializers[i]);
    if (versions.every((one) => sameBytes(one, tensor))) {
      initializers.push(tensor);
      return;
    }
    if (tensor.dtype !== "int64" || tensor.shape.length !== 1) throw refuse(`a constant (${tensor.dtype})`);
    const lists = versions.map(int64sOf);
    const lengths = lists[0].map((_, at) =>
      affine(
        lists.map((list) => list[at]),
        "a shape",
      ),
    );
    const varying = lengths.filter(({ slope }) => slope !== 0);
    const readers = file.nodes.filter((node) => node.inputs.includes(tensor.name));
    if (varying.length === 1 && readers.every(({ op, inputs: read }) => op === "Reshape" && read[0] !== tensor.name)) {
      initializers.push(
        int64s(
          tensor.name,
          lengths.map(({ constant, slope }) => (slope === 0 ? constant : -1)),
        ),
      );
      return;
    }
    const [slopes, constants, product] = ["slope", "constant", "product"].map((part) => `${tensor.name}_${part}`);
    const isMultiple = lengths.every(({ constant }) => constant === 0);
    initializers.push(
      int64s(
        slopes,
        lengths.map(({ slope }) => slope),
      ),
    );
    computed.push(node("Mul", [BATCH_SIZE, slopes], isMultiple ? tensor.name : product));
    if (isMultiple) return;
    initializers.push(
      int64s(
        constants,
        lengths.map(({ constant }) => constant),
      ),
    );
    computed.push(node("Add", [product, constants], tensor.name));
  });
  return { initializers, computed };
}

function dimension({ constant, slope }: Affine): number | string {
  if (slope === 0) return constant;
  const multiple = slope === 1 ? BATCH : `${slope}*${BATCH}`;
  return constant === 0 ? multiple : `${multiple} + ${constant}`;
}

const bytesIn = ({ data }: StoredTensor) => data as Uint8Array;

const sameBytes = (a: StoredTensor, b: StoredTensor): boolean =>
  a.name === b.name &&
  a.dtype === b.dtype &&
  `${a.shape}` === `${b.shape}` &&
  Buffer.compare(bytesIn(a), bytesIn(b)) === 0;

const int64sOf = (tensor: StoredTensor): number[] =>
  Array.from(new BigInt64Array(bytesIn(tensor).slice().buffer), Number);

const int64s = (name: string, values: readonly number[]): StoredTensor => ({
  name,
  dtype: "int64",
  shape: [values.length],
  data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});
