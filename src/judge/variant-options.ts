import { z } from "zod";
import { optionMeta } from "../core/internal.ts";
import type { ConfigOption } from "../run/index.ts";
import { schemaOptions } from "../run/internal.ts";

/** How a run is asked otherwise than as the plain network that it is: a new way is a field here and a line in `variant.ts`. */
const variantFields = {
  dropoutDraws: z
    .int()
    .min(2)
    .optional()
    .meta(
      optionMeta({
        flag: "--dropout-draws",
        help: "Monte Carlo dropout: mean probabilities of so many passes that drop as training did; goes into RUN/variants/…",
        example: 10,
      }),
    ),
};

/** How a run is asked otherwise. */
export interface VariantOptions {
  /** Monte Carlo dropout: passes that drop as training did, whose probabilities are averaged. */
  readonly dropoutDraws?: number;
}

/** Those of all options. */
export const pickVariant = (options: VariantOptions): VariantOptions =>
  Object.fromEntries(Object.keys(variantFields).map((name) => [name, options[name as keyof VariantOptions]]));

/**
 * Options of `evaluate` whose answers are kept apart from the plain network's, made of their schema, for a command line.
 * @example
 * for (const { path, flag } of variantOptions()) console.log(path, flag);
 */
export const variantOptions = (): readonly ConfigOption[] => schemaOptions(variantFields, "");
