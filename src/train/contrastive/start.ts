import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type HostArrays, type Normalization, UserError } from "../../core/index.ts";
import type { TextTokenizer } from "../../data/index.ts";
import type { DualEncoder, Variables } from "../../models/index.ts";
import { isClipFolder, loadDualEncoder } from "../dual-encoder/index.ts";
import { isTwice, sameShape, widened } from "../for-tuples.ts";
import { loadContrastiveRun } from "./load.ts";
import { isDualEncoderRun } from "./record.ts";

/** What a dual encoder starts from: another run's, or a downloaded one's. */
export interface StartingDualEncoder extends Variables {
  readonly tokenizer: TextTokenizer;
  /** What `tokenizer.json` holds. */
  readonly json: string;
  readonly normalization: Normalization;
  readonly notes: readonly string[];
}

/**
 * Reads what `config.init` names: the run folder of a dual encoder (the moving average of its weights, where it keeps one), or a
 * folder of CLIP's weights.
 * @throws UserError where it is neither, or damaged
 */
export function readStart(init: string): StartingDualEncoder {
  if (isDualEncoderRun(init)) {
    const { variables, tokenizer, json, record } = loadContrastiveRun(init);
    return { ...variables, tokenizer, json, normalization: record.data.normalization, notes: [] };
  }
  if (!isClipFolder(init))
    throw new UserError(
      `config.init ${init}: neither the run folder of a dual encoder nor a folder of CLIP's weights; leave it out to start afresh`,
    );
  const { params, tokenizer, normalization, notes } = loadDualEncoder(init);
  const json = readFileSync(join(init, "tokenizer.json"), "utf8");
  return { params, state: {}, tokenizer, json, normalization, notes };
}

/**
 * These weights for a network of the same shapes, or for tuples of images where they are for images: with W repeated, [W, W] on
 * [r, x − r] gives W·x, whatever r is.
 * @throws UserError naming the first array that does not fit
 */
export function startingVariables(init: string, encoder: DualEncoder, source: Variables, fresh: Variables): Variables {
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
  const foreign = Object.keys(given).find((name) => !(name in fresh.params) && !(name in fresh.state));
  if (foreign)
    throw new UserError(`config.init ${init}: ${foreign} is no weight of ${encoder.name}; it is another model's`);
  return { params: fitted(fresh.params), state: fitted(fresh.state) };
}
