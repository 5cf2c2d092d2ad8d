import { conformalMethods, type Results } from "../evaluate/index.ts";

type ConformalSets = NonNullable<Results["conformal"]>[number];

/** What sets are called: `RAPS`, and those of parameters that are not the usual ones `RAPS (penalty 0.1)`. */
export function conformalName({ method, parameters = {} }: Pick<ConformalSets, "method" | "parameters">): string {
  const usual: Readonly<Record<string, number>> = conformalMethods[method].parameters.parse({});
  const others = Object.entries(parameters).filter(([name, value]) => value !== usual[name]);
  return others.length === 0 ? method : `${method} (${others.map(([name, value]) => `${name} ${value}`).join(", ")})`;
}
