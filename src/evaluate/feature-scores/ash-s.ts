import { ashScore } from "./ash-score.ts";

/** Pruning, and survivors scaled by how much was pruned. */
export const ashS = ashScore({
  letter: "S",
  short: "ASH-S",
  usual: 90,
  source: "the authors' configuration for ImageNet (95 for CIFAR)",
  formula: "E(W z′ + b), z′ = z exp(Σz/Σkept) where among the k = D − round(D p/100) largest, else 0",
  shaped: (value, { sharpening }) => value * Math.exp(sharpening),
});
