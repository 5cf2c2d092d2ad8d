import type { z } from "zod";
import type { OptionMeta } from "../../core/index.ts";
import type { ConfigOption, NumberRange, OptionValue } from "./config-option.ts";

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
export function schemaOptions(
  fields: Readonly<Record<string, z.ZodType>>,
  at: string,
  only?: ConfigOption["only"],
): readonly ConfigOption[] {
  return Object.entries(fields).flatMap(([field, type]) => {
    const path = at === "" ? field : `${at}.${field}`;
    const { schema, meta, standard } = unwrapped(type as unknown as Schema);
    if (schema.def.shape) return schemaOptions(schema.def.shape as never, path, only);
    if (!meta) return [];
    const { flag, sets, example } = meta;
    const names = schema.options?.join(" | ");
    const help = names && !meta.help.includes(" | ") ? `${meta.help}: ${names}` : meta.help;
    const facts = { flag, help, path, ...(only && { only }), ...(standard !== undefined && { standard }) };
    if (sets !== undefined) return [{ ...facts, takes: { kind: "switch" as const, sets } }];
    const placeholder = meta.value ?? { array: "<a,b>", tuple: "<a,b>", number: "<n>" }[schema.def.type] ?? "<text>";
    return [{ ...facts, placeholder, takes: takenBy(schema, meta), schema: type, example }];
  });
}

/**
 * The options of a choice's members - methods, optimizers, schedules, data sets - each once: it belongs to the members
 * that have it, and to no choice where all do.
 */
export function choiceOptions(
  members: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>>,
  at: string,
): readonly ConfigOption[] {
  const options = new Map<string, ConfigOption & { readonly names: string[] }>();
  for (const [name, fields] of Object.entries(members))
    for (const option of schemaOptions(fields, at)) {
      const known = options.get(option.flag);
      if (known) known.names.push(name);
      else options.set(option.flag, { ...option, names: [name] });
    }
  const all = Object.keys(members).length;
  return [...options.values()].map(({ names, ...option }) =>
    names.length === all ? option : { ...option, only: { path: `${at}.name`, is: names } },
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

function takenBy(schema: Schema, { example, meaning, isPath }: OptionMeta): OptionValue {
  const { type, element } = schema.def;
  if (isPath) return { kind: "path" };
  if (type === "enum") return { kind: "name", names: schema.options! };
  if (type === "number") return { kind: "number", range: rangeOf(schema, example, meaning), whole: !!schema.isInt };
  if (type === "tuple") return { kind: "numbers", whole: false };
  if (type !== "array") return { kind: "text" };
  if (element!.def.type === "enum") return { kind: "names", names: element!.options! };
  if (element!.def.type !== "number") return { kind: "texts" };
  const range = rangeOf(element!, Array.isArray(example) ? example[0] : example);
  return { kind: "numbers", range, whole: !!element!.isInt };
}

function rangeOf({ minValue, maxValue, def }: Schema, example: unknown, meaning?: string): NumberRange {
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
