import type { z } from "zod";
import { UserError } from "../../core/index.ts";
import type { SetRandomness } from "./ranked-row.ts";
import { type ConformalMethodName, conformalMethods } from "./table.ts";
import type { ConformalMethod } from "./types.ts";

/** A method with its parameters, and what it promises. */
export type ConformalChoice = {
  readonly [M in ConformalMethodName]: {
    readonly method: M;
    /** Those that are left out are the method's defaults. */
    readonly parameters?: z.input<(typeof conformalMethods)[M]["parameters"]>;
    /** Promised share of misses, in (0, 1). */
    readonly alpha: number;
    /**
     * `"class"`: a threshold for each class, from the validation images of that class alone (Mondrian: Vovk et al. 2005),
     * so that the promise holds of each class. Default: one threshold, and the promise holds of all images together.
     */
    readonly conditional?: "class";
  };
}[ConformalMethodName];

export type ConformalOptions = ConformalChoice & SetRandomness;

/** What the sets of all methods promise, and each method's parameters, by its name. */
export type ConformalSettings = {
  /** Promised share of misses, in (0, 1). Default 0.1. */
  readonly alpha?: number;
} & { readonly [M in ConformalMethodName]?: z.input<(typeof conformalMethods)[M]["parameters"]> };

/** A method with all its parameters. */
export interface SettledMethod {
  readonly rule: ConformalMethod;
  readonly parameters: Readonly<Record<string, number>>;
}

/** @throws UserError for α outside (0, 1), and a parameter that the method does not have or that is out of its range. */
export function settled({ method, parameters = {}, alpha }: ConformalChoice): SettledMethod {
  if (!(alpha > 0 && alpha < 1)) throw new UserError(`conformal: alpha ${alpha} is outside (0, 1)`);
  const rule: ConformalMethod = conformalMethods[method];
  const parsed = rule.parameters.safeParse(parameters);
  if (parsed.success) return { rule, parameters: parsed.data };
  const [issue] = parsed.error.issues;
  if (issue.code === "unrecognized_keys")
    throw new UserError(
      `conformal: ${method} has no parameter ${issue.keys[0]}; it has ${Object.keys(rule.parameters.parse({})).join(", ") || "none"}`,
    );
  const name = String(issue.path[0]);
  throw new UserError(
    `conformal: parameters.${name} ${(parameters as Record<string, unknown>)[name]} of ${method}: ${issue.message}`,
  );
}
