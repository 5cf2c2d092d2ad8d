import type { z } from "zod";

/** Bounds of a number, and words for messages about it. */
export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
  /** Whether `min` itself is refused. */
  readonly above?: boolean;
  readonly example: number;
  /** What the number is, where the range alone would not tell. */
  readonly meaning?: string;
}

/** What an option takes. */
export type OptionValue =
  | { readonly kind: "text" | "path" | "texts" }
  /** One of the names, or several of them. */
  | { readonly kind: "name" | "names"; readonly names: readonly string[] }
  /** `whole`: integers alone. Without a range any numbers. */
  | { readonly kind: "number"; readonly range: NumberRange; readonly whole: boolean }
  | { readonly kind: "numbers"; readonly range?: NumberRange; readonly whole: boolean }
  /** Nothing: the field becomes `sets`. */
  | { readonly kind: "switch"; readonly sets: boolean };

/** One option of a training: the field of a run's config that it sets, and its words on the command line. */
export interface ConfigOption {
  /** Dotted path in `RunConfig`, e.g. `method.maskProbability`. */
  readonly path: string;
  /** e.g. `--mask-probability` */
  readonly flag: string;
  readonly help: string;
  readonly takes: OptionValue;
  /** What help texts call the value, e.g. `<share>`; absent for switches. */
  readonly placeholder?: string;
  /** What the field is where nothing is said. */
  readonly standard?: unknown;
  readonly example?: unknown;
  /** Checks a value and fills in what it leaves out; absent where the names decide alone. */
  readonly schema?: z.ZodType;
  /** The choice without which the option means nothing, e.g. `method.name` must be `anchored`. */
  readonly only?: { readonly path: string; readonly is: readonly string[] };
}
