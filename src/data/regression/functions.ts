import { z } from "zod";
import { Random, UserError } from "../../core/index.ts";
import { type ClosedForm, closedFormNames, closedForms } from "./closed-forms.ts";
import { regressionDataSet } from "./entry.ts";
import { splitFields } from "./options.ts";

const options = z.strictObject({
  name: z.literal("functions"),
  function: z.enum(closedFormNames).meta({
    flag: "--function",
    help: `a function of known form: ${closedFormNames.join(", ")}`,
    example: "oscillation",
  }),
  count: z.int().min(10).max(1_000_000).default(1000).meta({ flag: "--count", help: "examples", example: 1000 }),
  noise: z.number().min(0).default(0).meta({
    flag: "--noise",
    help: "standard deviation of normal noise on the targets of all examples",
    example: 0.1,
  }),
  dimension: z.int().min(1).optional().meta({
    flag: "--dimension",
    help: "inputs, where the function takes any number (ackley, levy: 2; friedman1: 10)",
    example: 4,
  }),
  inputGap: z
    .tuple([z.number(), z.number()])
    .optional()
    .meta({
      flag: "--input-gap",
      help: "interval of x, of a function of one input, that is never trained on and becomes a shift set",
      example: [0.4, 0.6],
    }),
  ...splitFields,
});

/**
 * Examples of a function of known form: inputs are uniform on its domain, the target is the value `y`. With noise, tests
 * are noisy too: they are observations as those that were trained on.
 */
export const functions = regressionDataSet({
  title: "Functions",
  description: "Examples of a function of known form, drawn at random: sine, Ackley, Levy, Friedman and others.",
  source: "made: nothing is read",
  options,

  async load({ function: name, count, noise, dimension, inputGap, seed }) {
    const form: ClosedForm = closedForms[name];
    const width = dimension ?? form.dimension;
    const [fewest, most] = form.dimensions;
    if (width < fewest || width > most)
      throw new UserError(
        `functions: dimension ${width}: ${name} takes ${fewest === most ? fewest : `${fewest} to ${most}`} inputs`,
      );
    if (inputGap) requireGap(form, name, width, inputGap);
    const inputs = new Float64Array(count * width);
    const targets = new Float64Array(count);
    const draw = new Random(seed, "function inputs", name);
    const disturb = new Random(seed, "function noise", name);
    for (let row = 0; row < count; row++) {
      const x = inputs.subarray(row * width, (row + 1) * width);
      for (let i = 0; i < width; i++) {
        const [from, to] = form.domain(i);
        x[i] = from + (to - from) * draw.uniform();
      }
      targets[row] = form.value(x) + noise * disturb.normal();
    }
    const names = width === 1 ? ["x"] : Array.from({ length: width }, (_, i) => `x${i + 1}`);
    return {
      title: `${form.title}${fewest === most ? "" : ` of ${width} inputs`}${noise > 0 ? `, noise ${noise}` : ""}`,
      stem: name,
      count,
      inputs: { kind: "numbers", names, data: inputs },
      targets: { names: ["y"], data: targets },
      parts: inputGap && Array.from(inputs, (x) => (x > inputGap[0] && x < inputGap[1] ? "input gap" : undefined)),
    };
  },
});

function requireGap(form: ClosedForm, name: string, width: number, [from, to]: readonly [number, number]): void {
  if (width !== 1) throw new UserError(`functions: inputGap ${from} to ${to}: ${name} has ${width} inputs, not one`);
  const [lowest, highest] = form.domain(0);
  if (!(lowest <= from && from < to && to <= highest))
    throw new UserError(`functions: inputGap ${from} to ${to}: must rise, within ${lowest} and ${highest} of ${name}`);
}
