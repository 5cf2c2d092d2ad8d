import { z } from "zod";
import { optionMeta } from "../core/internal.ts";
import { conformalMethodNames, conformalMethods } from "../evaluate/index.ts";
import type { ConfigOption } from "../run/index.ts";
import { schemaOptions } from "../run/internal.ts";

const alpha = z
  .number()
  .gt(0)
  .lt(1)
  .default(0.1)
  .meta(
    optionMeta({
      flag: "--conformal-alpha",
      value: "<share>",
      help: "conformal sets: how many may lack the right class",
      example: 0.05,
    }),
  );

/**
 * Options of `evaluate` about conformal sets of classes, made of the methods' schemas, for a command line.
 * @example
 * for (const { path, flag } of conformalOptions()) console.log(path, flag); // conformal.RAPS.penalty --raps-penalty
 */
export const conformalOptions = (): readonly ConfigOption[] =>
  schemaOptions(
    { alpha, ...Object.fromEntries(conformalMethodNames.map((name) => [name, conformalMethods[name].parameters])) },
    "conformal",
  );
