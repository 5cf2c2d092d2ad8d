import { ashScore } from "./ash-score.ts";

/** Pruning, and all survivors made equal. */
export const ashB = ashScore({
  letter: "B",
  short: "ASH-B",
  usual: 90,
  source: "OpenOOD",
  formula: "E(W z′ + b), z′ = Σz/k where among the k = D − round(D p/100) largest, else 0",
  shaped: (_, { all, places }) => all / places.length,
});
