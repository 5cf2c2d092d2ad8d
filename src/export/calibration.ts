import { percentiles } from "../core/index.ts";
import { fitScaling, type Predictions, softmax } from "../evaluate/index.ts";
import type { ModelCard } from "./card.ts";

/** What held-out images say of a model's answers. */
export interface Calibration {
  /** Divides the logits before the softmax. */
  readonly temperature: number;
  /** Validation images that both are of. */
  readonly images: number;
  /** [101] percentiles of `score` on them. */
  readonly scorePercentiles: readonly number[];
  /** Why no temperature was fitted, and it is 1. */
  readonly notice?: string;
}

/** Predictions of a whole set with the model's `score` [N]. */
export type Scored = Predictions & { readonly score: Float32Array };

/** Digits of a percentile: in a file they are text. */
const DIGITS = 6;

/**
 * The temperature that was `asked` for, fitted where that is `auto`, and the percentiles of the score by it.
 * @throws TypeError for a set without images
 */
export function calibrationOf(validation: Scored, scoreKind: ModelCard["score"], asked: number | "auto"): Calibration {
  const { logits, classes, labels } = validation;
  const { temperature, notice } = asked === "auto" ? fitTemperature(validation) : { temperature: asked };
  const byTemperature = () =>
    softmax(
      Float64Array.from(logits, (logit) => logit / temperature),
      classes,
    ).logComplement.map(Math.exp);
  const score = scoreKind === "reference-std" ? validation.score : byTemperature();
  return {
    temperature,
    images: labels.length,
    scorePercentiles: percentiles(score).map((value) => Number(value.toPrecision(DIGITS))),
    ...(notice && { notice }),
  };
}

/** The temperature that makes held-out predictions least surprised (Guo et al. 2017); 1, and why, where none is the best. */
export function fitTemperature(validation: Predictions): { readonly temperature: number; readonly notice?: string } {
  const { temperature, unbounded } = fitScaling("temperature", validation);
  return {
    temperature: temperature!,
    ...(unbounded && {
      notice: `no temperature was fitted, it is 1: ${unbounded}; give options.temperature T to choose one`,
    }),
  };
}
