import { textTable } from "../../core/index.ts";
import type { LaplaceResults } from "../../evaluate/index.ts";

/** How a last layer became a Gaussian. */
export function laplaceText(laplace: LaplaceResults): string {
  const { kind, priorPrecision, precisionBy, logEvidence, logLikelihood, effectiveParameters, parameters } = laplace;
  return textTable([
    ["last-layer Laplace", "prior precision", "log evidence", "log-likelihood", "parameters settled"],
    [
      kind,
      `${priorPrecision.toPrecision(4)} (${precisionBy === "evidence" ? "by evidence" : "given"})`,
      ...[logEvidence, logLikelihood].map((value) => value?.toFixed(1) ?? "–"),
      `${effectiveParameters.toFixed(1)} of ${parameters}`,
    ],
  ]);
}
