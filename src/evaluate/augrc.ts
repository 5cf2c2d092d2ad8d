import type { Judged } from "./judged.ts";
import { errorsByDoubt } from "./risk-coverage.ts";

/**
 * AUGRC (Traub et al. 2024): the area under (errors among the answered) / N against coverage, from (0, 0) on, by
 * trapezoids as the authors' fd-shifts takes it (without its factor of 1000). For an error e it is
 * (1 − AUROC) e (1 − e) + e² / 2, with the AUROC of telling right answers from wrong ones: unlike AURC, no early mistake
 * weighs more than a late one.
 * @example augrc(judge(predictions))
 */
export const augrc = ({ logComplement, correct }: Judged): number => augrcOf(errorsByDoubt(logComplement, correct));

/** Of `errorsByDoubt`. */
export function augrcOf(errors: Float64Array): number {
  const images = errors.length;
  const sum = errors.reduce((total, count) => total + count, 0) - errors[images - 1] / 2;
  return sum / images ** 2;
}
