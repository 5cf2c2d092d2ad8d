import { type HostArrays, type Normalization, UserError } from "../../core/index.ts";
import {
  type Activation,
  type ClipSize,
  type ClipVariant,
  clipVariants,
  type DualEncoder,
  type Variables,
} from "../../models/index.ts";
import { isClip } from "../../models/internal.ts";
import { isClipFolder, loadDualEncoder } from "../dual-encoder/index.ts";
import { readTokenizer, type StoredTokenizer } from "../dual-encoder/stored-tokenizer.ts";
import { isTwice, sameShape, widened } from "../for-tuples.ts";
import { loadContrastiveRun } from "./load.ts";
import { isDualEncoderRun } from "./record.ts";

/** What shapes do not show of the towers, and changes what they compute. */
type UnseenFacts = Readonly<Partial<Record<"activation" | "image heads" | "text heads", string | number>>>;

const unseenIn = (activation: Activation, { image, text }: ClipSize): UnseenFacts => ({
  activation,
  "image heads": image.heads,
  "text heads": text.heads,
});

/** Of a network by its name; image towers that are not CLIP's are told apart by their weights' names. */
function unseenOf(model: string): UnseenFacts {
  const { size, activation }: ClipVariant = clipVariants[isClip(model) ? model : "clip-small"];
  const facts = unseenIn(activation, size);
  return isClip(model) ? facts : { ...facts, "image heads": undefined };
}

/** What a dual encoder starts from: another run's, or a downloaded one's. */
export interface StartingDualEncoder extends Variables, StoredTokenizer {
  readonly normalization: Normalization;
  readonly unseen: UnseenFacts;
  readonly notes: readonly string[];
}

/**
 * Reads what `config.init` names: the run folder of a dual encoder (the moving average of its weights, where it keeps one), or a
 * folder of CLIP's weights.
 * @throws UserError where it is neither, or damaged
 */
export function readStart(init: string): StartingDualEncoder {
  if (isDualEncoderRun(init)) {
    const { variables, tokenizer, json, config, record } = loadContrastiveRun(init);
    return {
      ...variables,
      tokenizer,
      json,
      config,
      normalization: record.data.normalization,
      unseen: unseenOf(record.config.model),
      notes: [],
    };
  }
  if (!isClipFolder(init))
    throw new UserError(
      `config.init ${init}: neither the run folder of a dual encoder nor a folder of CLIP's weights; leave it out to start afresh`,
    );
  const { params, normalization, notes, activation, size } = loadDualEncoder(init);
  return {
    params,
    state: {},
    ...readTokenizer(init),
    normalization,
    unseen: size ? unseenIn(activation, size) : {},
    notes,
  };
}

/**
 * These weights for a network of the same shapes, or for tuples of images where they are for images: with W repeated, [W, W] on
 * [r, x − r] gives W·x, whatever r is.
 * @throws UserError naming the first array that does not fit, or what else differs
 */
export function startingVariables(
  init: string,
  encoder: DualEncoder,
  source: Variables & Pick<StartingDualEncoder, "unseen">,
  fresh: Variables,
): Variables {
  const { model } = encoder.image;
  const rebuilt = model.forTuples?.({ ...source.params, ...source.state });
  const given: HostArrays = { ...source.params, ...source.state, ...rebuilt };
  const fitted = (own: HostArrays): HostArrays =>
    Object.fromEntries(
      Object.entries(own).map(([name, array]) => {
        const found = given[name];
        if (found && sameShape(found, array)) return [name, found];
        if (found && name === model.stemWeight && isTwice(array, found)) return [name, widened(found)];
        throw new UserError(
          `config.init ${init}: ${name} is ${found ? `[${found.shape}]` : "missing"}, ${encoder.name} here has [${array.shape}]; start from one of the same model, embedding and image size`,
        );
      }),
    );
  for (const [what, own] of Object.entries(unseenOf(encoder.name))) {
    const found = source.unseen[what as keyof UnseenFacts];
    if (own !== undefined && found !== undefined && found !== own)
      throw new UserError(
        `config.init ${init}: ${what} ${found}, ${encoder.name} here has ${own}, and would compute something else of the same weights; choose a config.model with the same`,
      );
  }
  const foreign = Object.keys(given).find((name) => !(name in fresh.params) && !(name in fresh.state));
  if (foreign)
    throw new UserError(`config.init ${init}: ${foreign} is no weight of ${encoder.name}; it is another model's`);
  return { params: fitted(fresh.params), state: fitted(fresh.state) };
}
