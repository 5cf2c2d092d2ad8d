import { HostArray, type Listener } from "../../core/index.ts";
import { classPrompts, templates as ownTemplates } from "../../data/index.ts";
import type { Embedder } from "./embedder.ts";

/** A classifier that was not trained: it knows its classes by their names. */
export interface ZeroShotClassifier {
  readonly classNames: readonly string[];
  /** [K, d]: what the templates say of each class, as one point of length 1. */
  readonly head: HostArray<"float32">;
  /**
   * Logits [N, K] of images as `readForDualEncoder` gives them: exp(logit scale) times the cosines of image and class; under several
   * references the mean of these over them.
   */
  logits(images: readonly Uint8Array[]): Promise<HostArray<"float32">>;
}

export interface ZeroShotOptions extends Pick<Listener, "signal"> {
  /** Ways to name a class, with {} in the place of its name; `templates` by default. */
  readonly templates?: readonly string[];
}

/**
 * Zero-shot classification (Radford et al., ICML 2021, section 3.1): each class in each template is encoded as a text and
 * normalised; a class's weights are the mean over the templates, normalised again.
 * @throws UserError for a class name that is empty or given twice, and for less than one
 * @example
 * const embedder = createEmbedder(loadDualEncoder("clip"));
 * const classifier = await zeroShot(embedder, ["cat", "dog"], { templates: ["a drawing of a {}"] });
 * const { shape } = await classifier.logits([]); // [0, 2]
 * await embedder.dispose();
 */
export async function zeroShot(
  embedder: Embedder,
  classNames: readonly string[],
  { templates = ownTemplates, signal }: ZeroShotOptions = {},
): Promise<ZeroShotClassifier> {
  const head = await classPoints((texts) => embedder.embedTexts(texts, { signal }), classNames, templates);
  const scale = Math.exp(embedder.params[embedder.encoder.logitScale].data[0] as number);
  return {
    classNames,
    head,
    async logits(images) {
      const { points, agreement } = await embedder.pointsOfImages(images);
      return scaledCosines(points, head, (n) => scale * (agreement?.data[n] ?? 1));
    },
  };
}

/**
 * Points [K, d] of length 1: what M templates say of each class.
 * @param embed texts → their points [N, d] of length 1
 */
export async function classPoints(
  embed: (texts: readonly string[]) => Promise<HostArray<"float32">>,
  classNames: readonly string[],
  templates: readonly string[],
): Promise<HostArray<"float32">> {
  const prompts = classPrompts(classNames, templates);
  return meanPoints(await embed(prompts.flat()), prompts);
}

/**
 * Points [Σ Mₖ, d] → [K, d]: the means, of length 1, of the Mₖ of each of K groups, which lie one behind the other.
 * @param groups of which `length` is Mₖ, at least 1
 */
export function meanPoints(
  { shape: [, width], data }: HostArray<"float32">,
  groups: readonly { readonly length: number }[],
): HostArray<"float32"> {
  const means = HostArray.zeros([groups.length, width]);
  let row = 0;
  for (const [k, { length: each }] of groups.entries()) {
    const mean = means.data.subarray(k * width, (k + 1) * width);
    for (const end = row + each; row < end; row++) for (let i = 0; i < width; i++) mean[i] += data[row * width + i];
    const length = Math.hypot(...mean);
    for (let i = 0; i < width; i++) mean[i] /= length;
  }
  return means;
}

/** scale of each row · a bᵀ of a [N, d] and b [K, d]. */
function scaledCosines(
  { shape: [rows, width], data: a }: HostArray<"float32">,
  { shape: [count], data: b }: HostArray<"float32">,
  scale: (row: number) => number,
): HostArray<"float32"> {
  const out = HostArray.zeros([rows, count]);
  for (let n = 0; n < rows; n++)
    for (let k = 0; k < count; k++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += a[n * width + i] * b[k * width + i];
      out.data[n * count + k] = scale(n) * sum;
    }
  return out;
}
