/** What other rooms need of this one and a user does not. */

export { formatTask, modelCard } from "./card.ts";
export { exportTowers } from "./dual-encoder/towers.ts";
export { regressionCard, targetAnswer } from "./regression/index.ts";
export { verdictAnswer } from "./verdict-at.ts";
