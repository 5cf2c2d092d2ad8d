import { resolve } from "node:path";
import type { z } from "zod";
import { type OptionMeta, UserError } from "../core/index.ts";
import { listOf, oneOf, type Parse, real, text, whole, wholeList } from "./numbers.ts";
import type { TrainFlag } from "./train-flags.ts";

/** What is read of a zod schema. */
interface Schema {
  readonly def: {
    readonly type: string;
    readonly innerType?: Schema;
    readonly element?: Schema;
    readonly defaultValue?: unknown;
    readonly shape?: Readonly<Record<string, Schema>>;
    readonly checks?: readonly { readonly _zod: { readonly def: { readonly check: string; inclusive?: boolean } } }[];
  };
  readonly options?: readonly string[];
  readonly minValue?: number | null;
  readonly maxValue?: number | null;
  readonly isInt?: boolean;
  meta(): OptionMeta | undefined;
}

/** The options of an object's fields, of those within them, too, by what their metadata say. */
export function schemaFlags(
  fields: Readonly<Record<string, z.ZodType>>,
  at: string,
  only?: TrainFlag["only"],
): readonly TrainFlag[] {
  return Object.entries(fields).flatMap(([field, type]) => {
    const path = at === "" ? field : `${at}.${field}`;
    const { schema, meta, standard } = unwrapped(type as unknown as Schema);
    if (schema.def.shape) return schemaFlags(schema.def.shape as never, path, only);
    if (!meta) return [];
    const { flag, sets } = meta;
    const names = schema.options?.join(" | ");
    const help = names && !meta.help.includes(" | ") ? `${meta.help}: ${names}` : meta.help;
    const facts = { flag, help, path, ...(only && { only }), ...(standard !== undefined && { standard }) };
    if (sets !== undefined) return [{ ...facts, sets }];
    const value = meta.value ?? { array: "<a,b>", tuple: "<a,b>", number: "<n>" }[schema.def.type] ?? "<text>";
    return [{ ...facts, value, parse: parserOf(type, schema, meta) }];
  });
}

/**
 * The options of a choice's members - methods, optimizers, schedules, data sets - each once: it belongs to the members
 * that have it, and to no choice where all do.
 */
export function choiceFlags(
  members: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>>,
  at: string,
  choice: string,
): readonly TrainFlag[] {
  const flags = new Map<string, TrainFlag & { readonly names: string[] }>();
  for (const [name, fields] of Object.entries(members))
    for (const flag of schemaFlags(fields, at)) {
      const known = flags.get(flag.flag);
      if (known) known.names.push(name);
      else flags.set(flag.flag, { ...flag, names: [name] });
    }
  const all = Object.keys(members).length;
  return [...flags.values()].map(({ names, ...flag }) =>
    names.length === all ? flag : { ...flag, only: { path: `${at}.name`, is: names, flag: choice } },
  );
}

/** Metadata may stand on the field itself or on what it wraps. */
function unwrapped(schema: Schema): {
  readonly schema: Schema;
  readonly meta: OptionMeta | undefined;
  readonly standard?: unknown;
} {
  const { type, innerType, defaultValue } = schema.def;
  const own = schema.meta();
  const meta = own?.flag ? own : undefined;
  if (!innerType || !["default", "prefault", "optional"].includes(type)) return { schema, meta };
  const inner = unwrapped(innerType);
  return { ...inner, meta: meta ?? inner.meta, ...(type === "default" && { standard: defaultValue }) };
}

function parserOf(whole: z.ZodType, schema: Schema, meta: OptionMeta): Parse<unknown> {
  const parse = textParser(schema, meta);
  return (flag) => (given, before) => {
    const value = parse(flag)(given, before as never);
    const result = whole.safeParse(value);
    if (result.success) return result.data;
    const way = meta.example === undefined ? "" : `; e.g. ${inWords(meta.example)}`;
    throw new UserError(`${flag} ${given}: ${result.error.issues[0].message}${way}`);
  };
}

/** A text as the schema's type wants it. */
function textParser(schema: Schema, { example, meaning, isPath }: OptionMeta): Parse<unknown> {
  const { type, element } = schema.def;
  if (isPath) return () => (path) => resolve(path);
  if (type === "enum") return oneOf(schema.options!);
  if (type === "number") return (schema.isInt ? whole : real)(rangeOf(schema, example, meaning));
  if (type === "tuple") return () => (given) => given.split(",").map(Number);
  if (type !== "array") return text;
  if (element!.def.type === "enum") return listOf(element!.options!);
  if (element!.def.type !== "number") return () => (given) => given.split(",").map((part) => part.trim());
  const range = rangeOf(element!, Array.isArray(example) ? example[0] : example);
  return element!.isInt ? wholeList(range) : (flag) => (given) => given.split(",").map(real(range)(flag));
}

function rangeOf({ minValue, maxValue, def }: Schema, example: unknown, meaning?: string) {
  const above = def.checks?.some(({ _zod }) => _zod.def.check === "greater_than" && _zod.def.inclusive === false);
  return {
    ...(isBound(minValue) && { min: minValue }),
    ...(isBound(maxValue) && { max: maxValue }),
    ...(above && { above }),
    ...(meaning && { meaning }),
    example: typeof example === "number" ? example : 1,
  };
}

/** Whole numbers have bounds by nature. */
const isBound = (bound: number | null | undefined): bound is number =>
  bound !== null && bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

const inWords = (value: unknown): string => (Array.isArray(value) ? value.join(",") : String(value));
