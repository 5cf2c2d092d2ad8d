import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../core/index.ts";
import { sha256, writeFileAtomic } from "../files/internal.ts";
import { labelOfText, type RawLabel } from "./class-labels.ts";
import { stampAt } from "./image-source.ts";
import { imageExtensions } from "./list-images.ts";
import type { TarMember } from "./tar.ts";
import { listTar, type OpenFile, withOpenFile } from "./tar-index.ts";

/** What of a sample's files is its image and its label. */
export interface SampleOptions {
  /** Ending of the image, of those that a sample may have. */
  readonly imageColumn?: string;
  /** Ending of the file that holds the label, or field of its .json. */
  readonly labelColumn?: string;
}

/** An image in a shard. */
export interface Sample {
  /** Of the image's file. */
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly label: RawLabel;
}

/** What is kept of a shard. */
export interface ShardIndex {
  readonly samples: readonly Sample[];
  /** How many samples have no image. */
  readonly without: number;
}

interface Kept extends ShardIndex {
  /** Raise it when samples are found otherwise. */
  readonly format: 1;
  readonly path: string;
  readonly stamp: string;
  readonly options: SampleOptions;
}

/**
 * The images of a shard with what it says of their classes. What an earlier load found is taken from the cache as long as the
 * shard is the same by its stamp.
 * @throws UserError for a shard that is damaged, and samples whose image or label is not one
 */
export function indexShard(path: string, { imageColumn, labelColumn }: SampleOptions, dataDir: string): ShardIndex {
  const wanted = { format: 1, path, stamp: stampAt(path), options: { imageColumn, labelColumn } } as const;
  const kept = join(dataDir, "webdataset", `${sha256(JSON.stringify(wanted)).slice(0, 16)}.json`);
  try {
    const { samples, without, ...found } = JSON.parse(readFileSync(kept, "utf8")) as Kept;
    if (JSON.stringify(found) === JSON.stringify(wanted)) return { samples, without };
  } catch {
    // None yet, or a damaged one.
  }
  const index = withOpenFile(path, (file): ShardIndex => {
    const all = samplesIn(path, listTar(path, file)).map((files) => toSample(path, files, file, wanted.options));
    const samples = all.filter((sample) => sample !== undefined);
    return { samples, without: all.length - samples.length };
  });
  try {
    writeFileAtomic(kept, JSON.stringify({ ...wanted, ...index }));
  } catch {
    // It costs a walk over the shard next time, no more.
  }
  return index;
}

/** Members of one sample, by their endings. */
type SampleFiles = ReadonlyMap<string, TarMember>;

/** Members that follow each other and are called alike up to the first dot of their names. */
function samplesIn(path: string, members: readonly TarMember[]): SampleFiles[] {
  const samples: Map<string, TarMember>[] = [];
  let before: string | undefined;
  for (const member of members) {
    const file = basename(member.name);
    const dot = file.indexOf(".");
    // Hidden files, and what WebDataset keeps about the shard itself.
    if (dot <= 0 || /^__.*__$/.test(file.slice(0, dot))) continue;
    const ending = file.slice(dot + 1).toLowerCase();
    const key = member.name.slice(0, member.name.length - file.length + dot);
    if (key !== before) samples.push(new Map());
    before = key;
    const sample = samples.at(-1)!;
    if (sample.has(ending)) throw new UserError(`${path}: ${member.name} is there twice; keep one of the two`);
    sample.set(ending, member);
  }
  return samples;
}

/** Undefined for samples without an image. */
function toSample(path: string, files: SampleFiles, file: OpenFile, options: SampleOptions): Sample | undefined {
  const { imageColumn } = options;
  const found =
    imageColumn === undefined
      ? [...files].filter(([ending]) => imageExtensions.includes(`.${ending}`))
      : [...files].filter(([ending]) => ending === imageColumn.toLowerCase().replace(/^\./, ""));
  if (found.length === 0) return undefined;
  if (found.length > 1)
    throw new UserError(
      `${path}, ${found[0][1].name}: its sample has images ${found.map(([ending]) => ending).join(" and ")}; choose one by data.imageColumn`,
    );
  const [[, { name, offset, size }]] = found;
  return { name, offset, size, label: labelOf(path, files, file, options) };
}

/** Fields of a .json that hold a label, where none is named. */
const labelFields = ["label", "cls", "class", "class_name"];

/** The most that a file of a label may be long. */
const MOST_BYTES = 2 ** 20;

function labelOf(path: string, files: SampleFiles, file: OpenFile, { labelColumn }: SampleOptions): RawLabel {
  const read = ({ name, offset, size }: TarMember): string => {
    if (size > MOST_BYTES)
      throw new UserError(`${path}, ${name}: ${size} bytes for a label; name its file by data.labelColumn`);
    return Buffer.from(file.read(offset, size)).toString("utf8").trim();
  };
  const text = files.get(labelColumn?.toLowerCase().replace(/^\./, "") ?? "cls");
  if (text && labelColumn !== "json") return labelOfText(read(text));
  const json = files.get("json");
  if (!json) return undefined;
  let fields: unknown;
  try {
    fields = JSON.parse(read(json));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path}, ${json.name}: no JSON (${(error as Error).message.split("\n")[0]}); mend it`);
  }
  if (typeof fields !== "object" || fields === null) return labelFrom(fields);
  const named = labelColumn !== undefined && labelColumn !== "json" ? [labelColumn] : labelFields;
  const field = named.find((name) => Object.hasOwn(fields, name));
  return field === undefined ? undefined : labelFrom((fields as Record<string, unknown>)[field]);
}

const labelFrom = (value: unknown): RawLabel =>
  typeof value === "number" ? value : typeof value === "string" ? labelOfText(value.trim()) : undefined;
