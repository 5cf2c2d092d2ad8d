import { ashScore } from "./ash-score.ts";

/** Pruning alone. */
export const ashP = ashScore({
  letter: "P",
  short: "ASH-P",
  usual: 90,
  source: "the authors' code for ASH",
  formula: "E(W z′ + b), z′ = z where among the k = D − round(D p/100) largest, else 0",
  shaped: (value) => value,
});
