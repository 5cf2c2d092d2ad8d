import { z } from "zod";
import { UserError } from "../../core/index.ts";

const fraction = z.number().gt(0).lt(1);

/** How examples of targets in a certain range are kept out of training; `shift.ts` says which. */
export const targetShifts = ["none", "gaps", "tails"] as const;
export type TargetShift = (typeof targetShifts)[number];

/**
 * Options of every data set whose targets are numbers: how its examples are split. The schema of a new one holds them.
 * @example
 * console.log(Object.keys(splitFields)); // ["seed", "testFraction", "validationFraction", "shift"]
 */
export const splitFields = {
  seed: z.int().default(0).meta({ flag: "--split-seed", help: "decides the split and everything that is drawn" }),
  testFraction: fraction
    .optional()
    .meta({ flag: "--test-fraction", help: "part of the examples that is tested on (default 0.2)", example: 0.2 }),
  validationFraction: fraction.default(0.1).meta({
    flag: "--validation-fraction",
    help: "part of the other examples that is held out for validation",
    example: 0.1,
  }),
  shift: z.enum(targetShifts).default("none").meta({
    flag: "--target-shift",
    help: "targets never trained on, which become the shift set: percentiles 30 to 60 (gaps) or above 70 (tails)",
    example: "gaps",
  }),
};

export type SplitOptions = z.output<z.ZodObject<typeof splitFields>>;

/**
 * Fills in the defaults.
 * @throws UserError in one line that names the option that is unknown, missing or out of range
 */
export function parseOptions<Schema extends z.ZodObject>(
  name: string,
  schema: Schema,
  given: object,
): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(schema.shape).join(", ");
    throw new UserError(`data ${name}: unknown option "${issue.keys[0]}"; known: ${known}`);
  }
  const [field] = issue.path;
  const missing = (given as Record<PropertyKey, unknown>)[field] === undefined;
  throw new UserError(`data ${name}: ${issue.path.join(".")}: ${missing ? "must be given" : issue.message}`);
}
