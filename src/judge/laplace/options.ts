import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../core/index.ts";
import { knownName, optionMeta } from "../../core/internal.ts";
import { type LaplaceKind, type LaplacePredictive, laplaceKinds, laplacePredictives } from "../../evaluate/index.ts";
import type { ConfigOption } from "../../run/index.ts";
import { schemaOptions } from "../../run/internal.ts";

const fields = {
  laplace: z
    .enum(laplaceKinds)
    .optional()
    .meta(
      optionMeta({
        flag: "--laplace",
        value: "<kind>",
        help: `also by a last-layer Laplace approximation, from stored features: its Hessian as a ${laplaceKinds.join(" | ")} matrix (full: classes × (features + 1) ≤ 1024); goes into RUN/variants/…`,
        example: "kronecker",
      }),
    ),
  laplacePredictive: z
    .enum(laplacePredictives)
    .optional()
    .meta(
      optionMeta({
        flag: "--laplace-predictive",
        value: "<name>",
        help: `its probabilities: ${laplacePredictives.join(" | ")} (default: probit)`,
        example: "samples",
      }),
    ),
  laplaceSamples: z
    .int()
    .min(2)
    .optional()
    .meta(
      optionMeta({
        flag: "--laplace-samples",
        help: "how many samples, always the same ones (default: 100)",
        example: 100,
      }),
    ),
  priorPrecision: z
    .number()
    .positive()
    .optional()
    .meta(
      optionMeta({
        flag: "--prior-precision",
        value: "<τ>",
        help: "of --laplace: precision of the prior of the last layer (default: that of the largest evidence)",
        example: 10,
      }),
    ),
};

/** How a last-layer Laplace approximation is asked for. */
export interface LaplaceJudgeOptions {
  /** How its Hessian is held. */
  readonly laplace?: LaplaceKind;
  /** Default `probit`. */
  readonly laplacePredictive?: LaplacePredictive;
  /** Of the predictive `samples`. Default 100. */
  readonly laplaceSamples?: number;
  /** τ; the one of the largest evidence where absent. */
  readonly priorPrecision?: number;
}

/**
 * Options of `evaluate` about last-layer Laplace approximations, made of their schema, for a command line.
 * @example
 * for (const { path, flag } of laplaceOptions()) console.log(path, flag);
 */
export const laplaceOptions = (): readonly ConfigOption[] => schemaOptions(fields, "");

/** What is asked for, with its defaults. */
export interface AskedLaplace {
  readonly kind: LaplaceKind;
  readonly predictive: LaplacePredictive;
  /** Of the predictive `samples`. */
  readonly samples?: number;
  readonly priorPrecision?: number;
}

/** @throws UserError for options that say something of another predictive, or of none. */
export function askedLaplace(options: LaplaceJudgeOptions): AskedLaplace | undefined {
  const { laplace: kind, laplacePredictive: predictive = "probit", laplaceSamples, priorPrecision } = options;
  const refuse = (name: keyof LaplaceJudgeOptions, why: string) =>
    new UserError(`options.${name} ${options[name]}: ${why}, or leave it out`);
  if (kind === undefined) {
    const given = (["laplacePredictive", "laplaceSamples", "priorPrecision"] as const).find(
      (name) => options[name] !== undefined,
    );
    if (given) throw refuse(given, "it serves a Laplace approximation; add options.laplace kronecker");
    return undefined;
  }
  knownName("kind of Laplace approximation", kind, laplaceKinds);
  knownName("predictive", predictive, laplacePredictives);
  if (laplaceSamples !== undefined && predictive !== "samples")
    throw refuse("laplaceSamples", `${predictive} has none; add options.laplacePredictive samples`);
  return {
    kind,
    predictive,
    ...(predictive === "samples" && { samples: laplaceSamples ?? 100 }),
    ...(priorPrecision !== undefined && { priorPrecision }),
  };
}

/** Its folder's name, and what reports add to the method's: no number that is fitted, for arms hold several seeds. */
export function namesOf({ kind, samples, priorPrecision }: AskedLaplace): { name: string; title: string } {
  const name = [
    `laplace-${kind}`,
    samples !== undefined && `samples-${samples}`,
    priorPrecision !== undefined && `prior-${priorPrecision}`,
  ];
  const title = [
    `${kind} Laplace`,
    samples !== undefined && `${samples} samples`,
    priorPrecision !== undefined && `τ = ${priorPrecision}`,
  ];
  return { name: name.filter(Boolean).join("-"), title: title.filter(Boolean).join(", ") };
}

/** Below the folder of the plain network's results. */
export const laplaceFolder = (plain: string, asked: AskedLaplace): string =>
  join(plain, "variants", namesOf(asked).name);
