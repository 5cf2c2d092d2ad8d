import { z } from "zod";

/** The options of a method of the user's own, each with its default. */
export type OwnMethodOptions = Readonly<Record<string, number | string | boolean>>;
/** By name, of the methods that are registered. */
export const ownMethodDefaults: Record<string, OwnMethodOptions> = {};

/** The options of methods that users registered: those of their defaults, of the same types. */
export const ownMethodSchemas = () =>
  Object.entries(ownMethodDefaults).map(([name, defaults]) =>
    z.strictObject({
      name: z.literal(name),
      ...Object.fromEntries(Object.entries(defaults).map(([option, value]) => [option, ofTypeOf(value)])),
    }),
  );

const ofTypeOf = (value: OwnMethodOptions[string]) => {
  if (typeof value === "number") return z.number().default(value);
  return typeof value === "string" ? z.string().default(value) : z.boolean().default(value);
};
