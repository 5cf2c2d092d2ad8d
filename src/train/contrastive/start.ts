import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HostArray, type HostArrays, type Normalization, UserError } from "../../core/index.ts";
import type { TextTokenizer } from "../../data/index.ts";
import { runPaths } from "../../files/index.ts";
import type { DualEncoder, Variables } from "../../models/index.ts";
import { loadCheckpoint } from "../../run/index.ts";
import { isClipFolder, loadDualEncoder } from "../dual-encoder/index.ts";
import { isDualEncoderRun, readContrastiveRun, readRunTokenizer } from "./record.ts";

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
    const { params, state, average } = loadCheckpoint(runPaths(init).checkpoint);
    const { json, tokenizer } = readRunTokenizer(init);
    const { normalization } = readContrastiveRun(init).data;
    return { ...(average ?? { params, state }), tokenizer, json, normalization, notes: [] };
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
        const found = name in given ? widened(name === model.stemWeight, given[name], array) : undefined;
        if (!found)
          throw new UserError(
            `config.init ${init}: ${name} is ${name in given ? `[${given[name].shape}]` : "missing"}, ${encoder.name} here has [${array.shape}]; start from one of the same model, embedding and image size`,
          );
        return [name, found];
      }),
    );
  const foreign = Object.keys(given).find((name) => !(name in fresh.params) && !(name in fresh.state));
  if (foreign)
    throw new UserError(`config.init ${init}: ${foreign} is no weight of ${encoder.name}; it is another model's`);
  return { params: fitted(fresh.params), state: fitted(fresh.state) };
}

/** As it is where the shapes agree; repeated along the channels where the network has twice as many. */
function widened(isStem: boolean, found: HostArray, wanted: HostArray): HostArray | undefined {
  if (found.shape.join() === wanted.shape.join()) return found;
  const [outputs, channels, ...rest] = found.shape;
  if (!isStem || [outputs, 2 * channels, ...rest].join() !== wanted.shape.join()) return undefined;
  const size = found.data.length / outputs;
  const wide = HostArray.zeros(wanted.shape);
  for (let output = 0; output < outputs; output++)
    for (const half of [0, 1])
      wide.data.set(
        (found.data as Float32Array).subarray(output * size, (output + 1) * size),
        (2 * output + half) * size,
      );
  return wide;
}
