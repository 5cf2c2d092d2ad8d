export { type FittedVerdict, fitVerdict, thresholdKeeping } from "./fit-verdict.ts";
export { mostSimilar } from "./most-similar.ts";
export {
  leastUsual,
  type VerdictPart,
  type VerdictScoreName,
  verdictScoreNames,
} from "./verdict-scores.ts";
