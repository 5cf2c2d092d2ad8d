import type { Results } from "../evaluate/index.ts";

type CalibrationKind = NonNullable<Results["scalings"]>[number]["kind"];

/** What was made of the logits, for tables. */
export const calibrationName = (kind: CalibrationKind): string => {
  if (kind === "none") return "as it is";
  return kind === "venn-abers" ? "Venn-Abers" : `${kind} scaling`;
};
