export {
  type FittedVerdict,
  fitVerdict,
  smallestOf,
  standardised,
  standardsOf,
  thresholdKeeping,
} from "./fit-verdict.ts";
export { knownScores } from "./known-scores.ts";
export { mostSimilar } from "./most-similar.ts";
export {
  leastUsual,
  type VerdictPart,
  type VerdictScoreName,
  verdictScoreNames,
  verdictScores,
} from "./verdict-scores.ts";
