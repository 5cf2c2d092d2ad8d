import { aps } from "./aps.ts";
import { lac } from "./lac.ts";
import { raps } from "./raps.ts";
import { saps } from "./saps.ts";
import type { ConformalMethod } from "./types.ts";

/**
 * The table of conformal prediction sets: a new method is a file, a line here and a row in `conformal.test.ts`.
 * @example
 * for (const [name, { source, parameters }] of Object.entries(conformalMethods)) console.log(name, source, parameters.parse({}));
 */
export const conformalMethods = { LAC: lac, APS: aps, RAPS: raps, SAPS: saps } satisfies Record<
  string,
  ConformalMethod
>;

export type ConformalMethodName = keyof typeof conformalMethods;

/**
 * The names of the methods, as `conformal` takes them.
 * @example
 * for (const method of conformalMethodNames) console.log(conformal(predictions, otherPredictions, { method, alpha: 0.1 }));
 */
export const conformalMethodNames = Object.keys(conformalMethods) as [ConformalMethodName, ...ConformalMethodName[]];
