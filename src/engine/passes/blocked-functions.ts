import { type BlockedRule, type BlockedRules, tensorValue } from "../blocked/stage.ts";
import type { Pass } from "./pass.ts";

/** A function of single elements, which asks nothing of how they lie. */
const elementwise =
  (op: string): BlockedRule =>
  (stage, { inputs: [x] }) => {
    const value = stage.written(x);
    return value && tensorValue(stage.graph.node(op, [value], value.shape, "float32"));
  };

const blockedRules: BlockedRules = {
  erf: elementwise("Erf"),
  exp: elementwise("Exp"),
  log: elementwise("Log"),
  reciprocal: elementwise("Reciprocal"),
  sqrt: elementwise("Sqrt"),
};

export const blockedFunctions: Pass = {
  name: "blocked-functions",
  reason: "functions of single elements are computed where blocked values lie: no reordering before and after",
  blockedRules,
};
