export { type DotRow, dotSpan, dots } from "./dots.ts";
export { type HeatCell, heatMap, stepOf } from "./heat-map.ts";
export { type IntervalRow, intervals, spanOf } from "./intervals.ts";
export { type CurveName, curves, learningCurve } from "./learning-curves.ts";
export { type Line, type LinesOptions, lines, type Point } from "./lines.ts";
export { FEWEST_IMAGES, reliability } from "./reliability.ts";
export { type ScatterPoint, scatter } from "./scatter.ts";
export { scoreHistograms } from "./score-histogram.ts";
export { type Share, type ShareRow, shares } from "./shares.ts";
