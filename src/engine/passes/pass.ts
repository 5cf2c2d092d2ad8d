import type { BlockedRules } from "../blocked/stage.ts";
import type { Graph } from "../graph.ts";
import type { PartialRules } from "../lower/lowering.ts";
import type { Node, NodeRewrite, Tensor } from "../nodes.ts";
import type { Traced } from "../trace.ts";

/**
 * One rewrite that makes programs faster or smaller and changes no result. It says where it acts by the hooks that it
 * has; every program also compiles without it (`compile(…, { without: [name] })`), which is how its effect is measured.
 */
export interface Pass {
  readonly name: string;
  /** What it is for, in one line of docs/engine.md's table. */
  readonly reason: string;
  /** 1. Rewrites the traced equations before any is lowered. */
  readonly equations?: (traced: Traced) => Traced;
  /** 2. Lowers equations on values in the CPU's blocked layout. */
  readonly blockedRules?: BlockedRules;
  /** 3. Lowers equations that the lowering table's rules can do, but worse. */
  readonly rules?: PartialRules;
  /** 4. Is asked whenever a node is to be added to the graph. */
  readonly nodes?: (graph: Graph) => NodeRewrite;
  /** 5. Rewrites the finished graph. */
  readonly finished?: (nodes: readonly Node[], outputs: readonly Tensor[]) => readonly Node[];
}
