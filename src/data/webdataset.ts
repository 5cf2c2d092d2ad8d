import { existsSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { UserError } from "../core/index.ts";
import { labelledRows, readClassNames } from "./class-labels.ts";
import type { DataSetEntry } from "./entry.ts";
import { readReason } from "./files.ts";
import { type ImageSource, stampAt } from "./image-source.ts";
import { decodeLabelled, type RawListed } from "./labelled-splits.ts";
import { ownImages } from "./own-images.ts";
import { shardsBySplit } from "./shard-files.ts";
import { indexShard, type Sample } from "./webdataset-index.ts";

/** Files of class names that lie beside shards, as CLIP benchmark calls them, and as others do. */
const usualClassNames = ["classnames.txt", "classes.txt"];

/**
 * Images and labels in tar archives, as WebDataset has them: files that are called alike up to the first dot are a sample,
 * `0001.jpg` with `0001.cls`, a number or a text, or with `0001.json`, a field of which is the label. Shards are not
 * unpacked: where their images lie is found once and kept. Images are decoded as those of the data set `folder`.
 */
export const webdataset: DataSetEntry = {
  title: "WebDataset",
  description:
    "Your own images in tar archives as WebDataset has them (0001.jpg with 0001.cls or 0001.json): a file, or a folder of train-0000.tar, test-…",
  ...ownImages,
  source: "a file or a folder on this machine",
  howToFetch: "nothing to fetch: give the file or the folder",
  options: ["folder", "stream", "badImages", "imageColumn", "labelColumn", "classNames"],

  async load(options) {
    if (!options.folder)
      throw new UserError("folder: which file or folder? It must be or hold .tar files, e.g. train-000000.tar");
    const root = resolve(options.folder);
    const lists = new Map<string, RawListed[]>();
    for (const [split, paths] of shardsBySplit(root, ".tar")) {
      const list: RawListed[] = [];
      lists.set(split, list);
      for (const path of paths) {
        const { samples, without } = indexShard(path, options, options.dataDir);
        if (without > 0)
          options.onNotice?.(
            `${path}: ${without} of ${samples.length + without} samples have no image; they are left out`,
          );
        const shard = { path, name: relative(dirname(root), path) };
        const found = samples.map(({ label }) => label);
        for (const row of labelledRows(path, "label", "sample", found, options)) {
          const source = new TarImage(shard, samples[row]);
          list.push({ source, label: found[row], place: source.path });
        }
      }
    }
    const names = options.classNames ?? classNamesBeside(root);
    return decodeLabelled(root, lists, names === undefined ? undefined : readClassNames(names), options);
  },
};

function classNamesBeside(root: string): string | undefined {
  const folder = statSync(root).isFile() ? dirname(root) : root;
  return usualClassNames.map((name) => join(folder, name)).find((path) => existsSync(path));
}

interface Shard {
  readonly path: string;
  /** From the folder that holds the data set. */
  readonly name: string;
}

// A class: of a million of them each holds its sample alone.
class TarImage implements ImageSource {
  constructor(
    private readonly shard: Shard,
    private readonly sample: Sample,
  ) {}

  get path(): string {
    return `${this.shard.path}, ${this.sample.name}`;
  }

  get name(): string {
    return `${this.shard.name}#${this.sample.name}`;
  }

  stamp(): string {
    return stampAt(this.shard.path);
  }

  async read(): Promise<Uint8Array> {
    const { offset, size } = this.sample;
    const bytes = Buffer.alloc(size);
    try {
      const file = await open(this.shard.path);
      try {
        const { bytesRead } = await file.read(bytes, 0, size, offset);
        if (bytesRead < size) throw new Error("the shard ends within it");
      } finally {
        await file.close();
      }
    } catch (error) {
      throw new UserError(`${this.path}: ${readReason(error)}; fetch the shard again`);
    }
    return bytes;
  }
}
