import { type ImageSet, type StoredPredictions, UserError } from "../core/index.ts";
import type { StoredVariant } from "../evaluate/index.ts";
import type { RunRecord } from "../run/index.ts";
import type { PredictOptions, Predictor } from "../train/index.ts";
import { adaptation } from "./adaptation.ts";
import { mcDropout } from "./mc-dropout.ts";
import type { InferenceOptions, Protocol } from "./options.ts";
import type { VariantOptions } from "./variant-options.ts";

/**
 * A way of asking whose answers are not the plain network's, so that they go into a folder of their own, under a key of their
 * own, and make an arm of their own.
 */
export interface Variant {
  /** What asks for it, as errors name it: `options.dropoutDraws 10`. */
  readonly asked: string;
  readonly stored: StoredVariant;
  /** How anchored runs are asked where no protocol and no `k` is; `k` where absent. */
  readonly protocol?: Protocol;
  /** @throws UserError for a run that cannot be asked so */
  check(run: string, record: RunRecord, options: Partial<InferenceOptions>): void;
  /** Answers on a set, under the protocol that `options` say. */
  predict(predictor: Predictor, images: ImageSet, options: AskedOptions, help: VariantHelp): Promise<StoredPredictions>;
}

export type AskedOptions = Omit<PredictOptions, "features">;

/** What answers may need besides. */
export interface VariantHelp {
  /** The training images. */
  readonly train: ImageSet;
}

/** A new one is a line here. */
const kinds: readonly ((options: VariantOptions) => Variant | undefined)[] = [mcDropout, adaptation];

/**
 * The variant that options ask for; none where they ask the plain network, by whatever protocol.
 * @throws UserError where they ask for two at once
 * @example
 * resultFolders([run], undefined, variantOf({ dropoutDraws: 10 })?.stored); // ["RUN/variants/mc-dropout-10"]
 */
export function variantOf(options: VariantOptions): Variant | undefined {
  const [variant, other] = kinds.flatMap((kind) => kind(options) ?? []);
  if (other) throw new UserError(`${variant.asked} and ${other.asked}: these are asked one at a time; leave one out`);
  return variant;
}
