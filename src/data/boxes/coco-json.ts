import { z } from "zod";
import { UserError } from "../../core/index.ts";
import { readNamed } from "../files.ts";

/** COCO's own are whole numbers; other tools write texts. */
export const cocoId = z.union([z.number(), z.string()], "must be a number or a text");
export type CocoId = z.output<typeof cocoId>;

export const bbox = z.tuple(
  [z.number(), z.number(), z.number(), z.number()],
  "must be four numbers: x, y, width and height in pixels",
);

/** 7 and "7" are one id: other tools write texts where COCO has numbers. */
export const keyOf = (id: CocoId): string => String(id);

/** Numbers by value, before texts: the order in which pycocotools goes through images and classes. */
export function byId(a: { readonly id: CocoId }, b: { readonly id: CocoId }): number {
  if (typeof a.id === "number" && typeof b.id === "number") return a.id - b.id;
  if (typeof a.id !== typeof b.id) return typeof a.id === "number" ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** @throws UserError for a file that cannot be read, is too long, or is no JSON */
export function parseCocoFile(path: string): unknown {
  const text = textOf(path, readNamed(path));
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = (error as Error).message.split("\n")[0];
    if (/[[:,]\s*-?(NaN|Infinity)\b/.test(text))
      throw new UserError(
        `${path}: it holds NaN or Infinity, which Python writes and JSON lacks; leave such entries out`,
      );
    throw new UserError(`${path}: not JSON (${why})`);
  }
}

function textOf(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // A text has half a billion letters at most.
    if (bytes.length > 2 ** 29 - 25)
      throw new UserError(
        `${path}: ${Math.round(bytes.length / 2 ** 20)} MiB are more than can be read (512 MiB); leave out "segmentation", which boxes have no use for`,
      );
    throw new UserError(`${path}: not UTF-8 text; save it as UTF-8`);
  }
}

/** A part of a file that has the given shape. @throws UserError naming the entry, its field and the rule */
export function partOf<T extends z.ZodType>(value: unknown, schema: T, where: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  // Entries of a list are counted from 1; a field stands after a comma.
  const place = path.map((key, i) =>
    i === 0 && typeof key === "number" ? ` ${key + 1}` : `${i < 2 ? ", " : "."}${String(key)}`,
  );
  throw new UserError(`${where}${place.join("")}: ${message}`);
}
