export { type DotRow, dots } from "./dots.ts";
export { type CurveName, curves, learningCurve } from "./learning-curves.ts";
export { FEWEST_IMAGES, reliability } from "./reliability.ts";
export { scoreHistograms } from "./score-histogram.ts";
