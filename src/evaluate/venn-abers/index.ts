export type { BinaryVennAbers } from "./binary-venn-abers.ts";
export { applyVennAbers, fitVennAbers, type VennAbers, type VennAbersProbabilities } from "./venn-abers.ts";
