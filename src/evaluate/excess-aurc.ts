import type { Judged } from "./judged.ts";
import { errorsByDoubt, meanRisk } from "./risk-coverage.ts";

/**
 * E-AURC (Geifman, Uziel & El-Yaniv 2019): AURC less that of the best order of the same answers, all wrong ones last. The
 * best is the finite sum over these N images, not its limit e + (1 − e) ln(1 − e) for an error e.
 * @example excessAurc(judge(predictions))
 */
export const excessAurc = ({ logComplement, correct }: Judged): number =>
  excessOf(errorsByDoubt(logComplement, correct));

/** Of `errorsByDoubt`, whose last entry is the number of wrong answers. */
export function excessOf(errors: Float64Array): number {
  const right = errors.length - errors[errors.length - 1];
  return meanRisk(errors) - meanRisk(errors.map((_, i) => Math.max(0, i + 1 - right)));
}
