/** What the judge puts together `results.json` from; a user has no need of it. */

export { judgeCorruptions } from "./corruption-results.ts";
export { energyNotices, haveNoEnergy, oodResults, scoredSet } from "./ood-results.ts";
export { conformalJudge, fitScalings, scalingNotices, scalingResults } from "./posthoc-results.ts";
export { logitsOfProbabilities } from "./probabilities.ts";
export { conformalRegression, storedPerTarget } from "./regression/conformal-results.ts";
export { calibrationCurves, shownPoints, sparsificationCurves } from "./regression/curves.ts";
export { regimeResults } from "./regression/regime-results.ts";
export { rounded } from "./rounded.ts";
