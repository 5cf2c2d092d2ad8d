import { UserError } from "../../core/index.ts";

/** What the evidence of a Laplace approximation depends on besides the prior precision τ. */
export interface EvidenceTerms {
  /** [P] of the Hessian of the summed NLL, none negative. */
  readonly eigenvalues: Float64Array;
  /** ‖θ‖² */
  readonly squaredNorm: number;
}

/**
 * Log evidence less the log-likelihood: −½ (log det(H + τI) − P log τ + τ‖θ‖²) (Daxberger et al. 2021, equation 5). It
 * is negative: what the parameters cost.
 */
export function logOccamFactor({ eigenvalues, squaredNorm }: EvidenceTerms, precision: number): number {
  let sum = precision * squaredNorm;
  for (const value of eigenvalues) sum += Math.log1p(value / precision);
  return -sum / 2;
}

/** γ = Σ h / (h + τ): how many parameters the images settle (MacKay 1992). */
export function effectiveParameters({ eigenvalues }: Pick<EvidenceTerms, "eigenvalues">, precision: number): number {
  let sum = 0;
  for (const value of eigenvalues) sum += value / (value + precision);
  return sum;
}

/**
 * τ of the largest evidence. Its slope over log τ is ½ (γ(τ) − τ‖θ‖²), where γ falls and τ‖θ‖² rises: there is one root,
 * the maximum, and bisection of log τ finds it to the last digits whatever the Hessian. γ ≤ P, and γ ≥ h / (h + τ) of the
 * largest eigenvalue h, so that the root lies between.
 * @throws UserError where the evidence has no maximum
 */
export function mostEvidentPrecision(terms: EvidenceTerms): number {
  const { eigenvalues, squaredNorm } = terms;
  const largest = eigenvalues.reduce((a, b) => Math.max(a, b), 0);
  const why =
    squaredNorm === 0
      ? "all weights and biases of the last layer are 0, and the evidence grows with τ for ever"
      : largest === 0
        ? "every training image has one class of probability 1: the Hessian is 0, and the evidence grows as τ falls"
        : undefined;
  if (why) throw new UserError(`laplace: ${why}; choose the prior precision yourself`);
  const upper = eigenvalues.length / squaredNorm;
  let [low, high] = [Math.log(largest / (largest + upper) / squaredNorm), Math.log(upper)];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return Math.exp(middle);
    const precision = Math.exp(middle);
    if (effectiveParameters(terms, precision) > precision * squaredNorm) low = middle;
    else high = middle;
  }
}
