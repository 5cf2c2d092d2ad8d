import { HostArray, type HostArrays, UserError } from "../../core/index.ts";
import { type ClipSize, clip } from "./clip.ts";
import type { DualEncoder } from "./dual-encoder.ts";
import { isNoParameter, type KeyFormat, keyFormatOf } from "./key-formats.ts";
import type { Activation } from "./transformer.ts";

/** What shapes do not tell. */
export interface ClipFacts {
  readonly activation: Activation;
  /** Heads of the towers; one for every 64 of their widths by default. */
  readonly imageHeads?: number;
  readonly textHeads?: number;
}

/** A dual encoder and its weights, under its own names. */
export interface WithWeights {
  readonly encoder: DualEncoder;
  readonly params: HostArrays;
  readonly activation: Activation;
  /** Of a CLIP; absent where the image tower is another network. */
  readonly size?: ClipSize;
  /** How the names were of the tensors that they come from. */
  readonly format: string;
}

/** As in all of Radford et al. 2021, table 20. */
const HEAD_WIDTH = 64;

/**
 * CLIP of the tensors of a file, float32, named as OpenAI, open_clip or Hugging Face's `CLIPModel` name them; sizes are read
 * off the shapes.
 * @param where what messages call the file
 * @throws UserError naming a tensor that is missing, of another type, or another shape than the others make it, not finite, or none
 *   of CLIP's
 * @example
 * import { readFileSync } from "node:fs";
 * const { tensors } = decodeSafetensors(readFileSync("clip/model.safetensors"));
 * const { encoder, params } = clipOfTensors("clip", tensors, { activation: "quick-gelu" });
 */
export function clipOfTensors(where: string, tensors: HostArrays, facts: ClipFacts): WithWeights {
  const names = new Set(Object.keys(tensors).filter((name) => !isNoParameter(name)));
  const format = keyFormatOf(names);
  const refuse = (why: string) => new UserError(`${where}: ${why}`);
  const find = (name: string): HostArray => {
    if (!names.has(name)) throw refuse(`${name} is missing; a CLIP with a vision transformer has it`);
    return tensors[name];
  };
  const size = sizeOfTensors(format, names, find, facts, refuse);
  const encoder = clip(where, size, {
    activation: facts.activation,
    channels: find(format.storedAs("visual.conv1.weight").names[0]).shape[1],
  });
  const params = Object.fromEntries(
    Object.entries(encoder.shapes().params).map(([own, shape]) => {
      const { names: parts, transposed } = format.storedAs(own);
      const expected = transposed
        ? [...shape].reverse()
        : shape.map((size, axis) => (axis === 0 ? size / parts.length : size));
      const found = parts.map((name) => {
        const tensor = scalarIf(shape.length === 0, find(name));
        checkTensor(name, tensor, expected, refuse);
        return tensor;
      });
      return [own, transposed ? turned(found[0]) : joined(shape, found)];
    }),
  );
  const known = new Set(Object.keys(params).flatMap((own) => format.storedAs(own).names));
  const foreign = [...names].find((name) => !known.has(name));
  if (foreign) throw refuse(`${foreign} is no weight of a CLIP with a vision transformer; the file is another model's`);
  return { encoder, params, size, activation: facts.activation, format: format.title };
}

type Refuse = (why: string) => UserError;

function sizeOfTensors(
  format: KeyFormat,
  names: ReadonlySet<string>,
  find: (name: string) => HostArray,
  { imageHeads, textHeads }: ClipFacts,
  refuse: Refuse,
): ClipSize {
  const shapeOf = (own: string, rank: number): number[] => {
    const { names: parts, transposed } = format.storedAs(own);
    const { shape } = find(parts[0]);
    if (shape.length !== rank)
      throw refuse(`${parts[0]} is [${shape}]; of a CLIP with a vision transformer it has ${rank} axes`);
    return transposed ? [...shape].reverse() : [...shape];
  };
  const blocksOf = (transformer: string) => {
    let depth = 0;
    while (names.has(format.storedAs(`${transformer}.resblocks.${depth}.ln_1.weight`).names[0])) depth++;
    return { depth, hidden: shapeOf(`${transformer}.resblocks.0.mlp.c_fc.weight`, 2)[0] };
  };
  const headsOf = (tower: string, width: number, heads = width / HEAD_WIDTH): number => {
    if (!Number.isInteger(heads) || heads < 1 || width % heads !== 0)
      throw refuse(
        `the ${tower} tower's width ${width} is not ${heads} heads of equal size; say in config.json how many it has`,
      );
    return heads;
  };
  const [width, , patch] = shapeOf("visual.conv1.weight", 4);
  const [positions] = shapeOf("visual.positional_embedding", 2);
  const across = Math.sqrt(positions - 1);
  if (!Number.isInteger(across)) throw refuse(`${positions - 1} positions of patches are no square`);
  const [vocabulary, textWidth] = shapeOf("token_embedding.weight", 2);
  return {
    embedding: shapeOf("visual.proj", 2)[1],
    image: {
      imageSize: across * patch,
      patch,
      width,
      ...blocksOf("visual.transformer"),
      heads: headsOf("image", width, imageHeads),
    },
    text: {
      context: shapeOf("positional_embedding", 2)[0],
      vocabulary,
      width: textWidth,
      ...blocksOf("transformer"),
      heads: headsOf("text", textWidth, textHeads),
    },
  };
}

/** open_clip keeps its logit scale as [] or as [1]. */
const scalarIf = (isScalar: boolean, tensor: HostArray): HostArray =>
  isScalar && tensor.shape.join() === "1" ? new HostArray(tensor.dtype, [], tensor.data) : tensor;

function checkTensor(
  name: string,
  { dtype, shape, data }: HostArray,
  expected: readonly number[],
  refuse: Refuse,
): void {
  if (dtype !== "float32") throw refuse(`${name} is ${dtype}; weights must be float32`);
  if (shape.join() !== expected.join())
    throw refuse(
      `${name} is [${shape}], the other weights make it [${expected}]; the file is damaged or another model's`,
    );
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw refuse(`${name} is ${data[at]} at element ${at}; weights must be finite`);
}

/** Tensors one behind the other along the first axis. */
function joined(shape: readonly number[], parts: readonly HostArray[]): HostArray {
  if (parts.length === 1) return parts[0];
  const all = HostArray.zeros(shape);
  let at = 0;
  for (const { data } of parts) {
    all.data.set(data as Float32Array, at);
    at += data.length;
  }
  return all;
}

/** [R, C] → [C, R]. */
function turned({ shape: [rows, columns], data }: HostArray): HostArray {
  const out = HostArray.zeros([columns, rows]);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out.data[column * rows + row] = data[row * columns + column];
  return out;
}
