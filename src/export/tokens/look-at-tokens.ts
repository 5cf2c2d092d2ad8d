import type { numpy as np } from "@jax-js/jax";
import { normalizeImages } from "../../augment/index.ts";
import { HostArray, type HostArrays, Random, UserError } from "../../core/index.ts";
import type { Device } from "../../engine/index.ts";
import { compileByShape } from "../../engine/internal.ts";
import type { Method } from "../../methods/index.ts";
import type { Activation, Arrays, Model, TokenRule, Tokens } from "../../models/index.ts";
import { choosePatches } from "../../models/internal.ts";
import { runTask } from "../../run/index.ts";
import { isDualEncoderFolder, loadDualEncoder, loadRun, readForDualEncoder } from "../../train/index.ts";
import { buildNetwork, normalizedFor } from "../../train/internal.ts";
import { decodeAll, type Source } from "../image-sources.ts";

export interface TokenLookOptions {
  /** A block by its name, or by its number: from 0, or −1 for the last; −2, the last but one, by default, as AcFormer. */
  readonly layer?: string;
  /** `heads` by default, of networks without a class token `received`. */
  readonly rule?: TokenRule;
  /** Patches for each head of the transformer; 4 by default, or as many as there are. */
  readonly perHead?: number;
  /** K: patches in all, in place of `perHead`. */
  readonly count?: number;
  /** Of the rule `random`; 0 by default. */
  readonly seed?: number;
  /** CLIP's, where its folder does not say it. */
  readonly activation?: Activation;
  readonly device?: Device;
  readonly threads?: number;
}

/** The tokens that were chosen of an image. */
export interface ChosenTokens {
  /** In the network's order, ascending; 0 is the class token, where there is one. */
  readonly indices: readonly number[];
  /** Patches, row by row from 0, in the order in which they were chosen. */
  readonly patches: readonly number[];
}

/** A vision transformer whose tokens are chosen from. */
export interface TokenLook {
  readonly model: string;
  readonly layer: string;
  readonly rule: TokenRule;
  /** Of the transformer. */
  readonly heads: number;
  readonly classToken: boolean;
  /** Patches on a side of the image. */
  readonly across: number;
  /** Whether the network compares images with references; then the first that it keeps is taken. */
  readonly anchored: boolean;
  /** Patches that are chosen of each image. */
  readonly count: number;
  /** Images as the network sees them; one that cannot be read is its `UserError` instead. */
  read(sources: readonly Source[]): Promise<readonly (Uint8Array | UserError)[]>;
  /** @param image as `read` gives it */
  choose(image: Uint8Array): Promise<ChosenTokens>;
  dispose(): Promise<void>;
}

/** A network that is shown images, and how. */
interface Shown {
  readonly model: Model;
  readonly method: Method;
  readonly params: HostArrays;
  readonly state: HostArrays;
  /** [1, C, H, W] */
  readonly reference?: HostArray;
  readonly read: TokenLook["read"];
  /** Bytes [H, W, C] → [1, C, H, W]. */
  readonly normalized: (image: Uint8Array) => HostArray;
}

/**
 * Opens a run folder of a classifier or dual encoder with a vision transformer, or a folder of CLIP's weights, to see which tokens a rule
 * keeps of images.
 * @throws UserError where the folder holds none, or its network no tokens that attend to all; for a layer, rule or number that
 *   it has not
 * @example
 * const look = openTokens("runs/vit", { rule: "heads", count: 12 });
 * const [image] = await look.read([{ name: "cat.jpg" }]);
 * if (image instanceof Uint8Array) console.log((await look.choose(image)).indices);
 * await look.dispose();
 */
export function openTokens(path: string, options: TokenLookOptions = {}): TokenLook {
  const { model, method, params, state, reference, read, normalized } = shownBy(path, options);
  const { tokens } = model;
  if (!tokens)
    throw new UserError(
      `${path}: ${model.name} makes no tokens that each attend to all; use a vision transformer that is anchored at its input, or not at all`,
    );
  if (method.name !== "standard" && method.name !== "anchored")
    throw new UserError(
      `${path}: it shows its network several images at once (${method.name}); use standard or anchored`,
    );
  const { heads, classToken } = tokens;
  const patches = tokens.count - Number(classToken);
  const layer = layerOf(tokens, options.layer ?? "-2");
  const { rule = classToken ? "heads" : "received", seed = 0 } = options;
  const { perHead = Math.min(4, Math.floor(patches / heads)), count = heads * perHead } = options;
  const needed = Object.fromEntries(
    Object.keys(model.shapes().params)
      .filter((name) => name in params)
      .map((name) => [name, params[name]]),
  );
  const programs = compileByShape(
    (
      weights: Record<"params" | "state", Arrays>,
      fed: { images: np.Array; drawn: np.Array; references?: np.Array },
    ) => {
      const { images, drawn, references } = fed;
      const shown = method.input({ images, ...(references && { references }) });
      const seen = tokens.at(layer)(weights.params, weights.state, shown, "predict");
      return { patches: choosePatches({ ...seen, drawn }, { rule, count, classToken }) };
    },
    { hold: { params: needed, state }, threads: options.threads, device: options.device },
  );
  const held = { params: needed, state };
  return {
    ...{ model: model.name, layer, rule, heads, classToken, count, across: Math.sqrt(patches), read },
    anchored: method.anchored,
    async choose(image) {
      const random = new Random("tokens", seed);
      const drawn = HostArray.float32(
        [1, patches],
        Float32Array.from({ length: patches }, () => random.uniform()),
      );
      const fed = { images: normalized(image), drawn, ...(reference && { references: reference }) };
      const { patches: chosen } = (await programs.run(held as never, fed as never)) as { patches: HostArray };
      const order = [...chosen.data];
      const first = Number(classToken);
      const indices = [...(classToken ? [0] : []), ...order.map((patch) => patch + first)].sort((a, b) => a - b);
      return { indices, patches: order };
    },
    dispose: () => programs.dispose(),
  };
}

function shownBy(path: string, { activation }: TokenLookOptions): Shown {
  if (isDualEncoderFolder(path)) {
    const loaded = loadDualEncoder(path, { activation });
    const { encoder, method, params, state = {}, references } = loaded;
    return {
      ...{ model: encoder.image.model, method, params, state },
      ...(references && { reference: firstOf(references) }),
      read: (sources) =>
        readForDualEncoder(
          sources.map(({ name, bytes }) => (bytes ? { name: "standard input", bytes } : name)),
          loaded,
        ),
      normalized: (image) => normalizedFor(loaded, [image]),
    };
  }
  if (activation) throw new UserError(`options.activation ${activation}: ${path} is no folder of CLIP's weights`);
  const task = runTask(path);
  if (task !== "classification")
    throw new UserError(
      task
        ? `${path} is a ${task}; tokens are shown of classifiers, dual encoders and folders of CLIP's weights`
        : `${path}: no run folder, and no folder of CLIP's weights`,
    );
  const { record, variables, references } = loadRun(path);
  const { height, width, channels, normalization } = record.data;
  return {
    ...buildNetwork(record),
    ...variables,
    ...(references && { reference: firstOf(references) }),
    read: (sources) => decodeAll(sources, record.data),
    normalized(image) {
      const set = {
        name: "picture",
        height,
        width,
        channels,
        images: image,
        labels: new Int32Array(1),
        classNames: [],
      };
      return HostArray.float32([1, channels, height, width], normalizeImages(set, [0], normalization));
    },
  };
}

/** References [R, C, H, W] or [R, 1, C, H, W] → the first, [1, C, H, W]. */
function firstOf({ shape, data }: HostArray): HostArray {
  const size = shape.slice(-3);
  return HostArray.float32([1, ...size], data.subarray(0, size[0] * size[1] * size[2]) as Float32Array);
}

function layerOf({ layers }: Tokens, asked: string): string {
  if (layers.includes(asked)) return asked;
  const number = /^-?\d+$/.test(asked) ? Number(asked) : Number.NaN;
  const found = layers.at(number);
  if (Number.isNaN(number) || found === undefined)
    throw new UserError(
      `options.layer ${asked}: there are ${layers.length} blocks; use 0 to ${layers.length - 1}, -1 for the last, or a name, ${layers[0]} to ${layers.at(-1)}`,
    );
  return found;
}
