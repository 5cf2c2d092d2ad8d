import type { z } from "zod";
import { UserError } from "../core/index.ts";
import type { TrainFlag } from "./train-flags.ts";

/** What a schema's field says of its option: `.meta({ flag, help, example })`. */
interface FlagMeta {
  readonly flag?: string;
  readonly help?: string;
  readonly example?: unknown;
}

interface Kind {
  readonly type: string;
  readonly innerType?: { readonly def: Kind };
  readonly element?: { readonly def: Kind };
  readonly items?: readonly { readonly def: Kind }[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly defaultValue?: unknown;
}

/** The options of a schema's fields, by what their metadata say; fields without a flag have none. */
export function schemaFlags(
  schema: z.ZodObject,
  at: string,
  only?: TrainFlag["only"],
): readonly (TrainFlag & { readonly flag: string })[] {
  return Object.entries(schema.shape).flatMap(([field, type]) => {
    const { flag, help, example } = ((type as z.ZodType).meta() as FlagMeta | undefined) ?? {};
    if (!flag || !help) return [];
    const { kind, standard } = unwrapped((type as unknown as { readonly def: Kind }).def);
    const parse = (flag: string) => (text: string) => {
      const result = (type as z.ZodType).safeParse(parsedText(kind, text));
      if (result.success) return result.data;
      const way = example === undefined ? "" : `; e.g. ${inWords(example)}`;
      throw new UserError(`${flag} ${text}: ${result.error.issues[0].message}${way}`);
    };
    const known = kind.type === "enum" ? `: ${Object.keys(kind.entries!).join(" | ")}` : "";
    const shown = standard === undefined || inWords(standard) === "" ? "" : ` (default: ${inWords(standard)})`;
    const value = kind.type === "array" ? "<a,b>" : kind.type === "number" ? "<n>" : "<text>";
    return [{ flag, value, help: `${help}${known}${shown}`, parse, path: `${at}.${field}`, ...(only && { only }) }];
  });
}

function unwrapped(def: Kind): { readonly kind: Kind; readonly standard?: unknown } {
  if (def.type === "default") return { kind: unwrapped(def.innerType!.def).kind, standard: def.defaultValue };
  return def.type === "optional" ? unwrapped(def.innerType!.def) : { kind: def };
}

/** A flag's text as the schema wants it; what is no number stays a text, for the schema to refuse. */
function parsedText(kind: Kind, text: string): unknown {
  if (kind.type === "number") return numberOf(text);
  const parts = () => text.split(",").map((part) => part.trim());
  if (kind.type === "array") return parts().map((part) => parsedText(kind.element!.def, part));
  if (kind.type === "tuple")
    return parts().map((part, i) => (kind.items![i] ? parsedText(kind.items![i].def, part) : part));
  return text;
}

const numberOf = (text: string): unknown => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text);

const inWords = (value: unknown): string => (Array.isArray(value) ? value.join(",") : String(value));
