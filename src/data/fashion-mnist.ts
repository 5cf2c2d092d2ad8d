import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/index.ts";
import { download } from "./download.ts";
import type { DataSetEntry } from "./entry.ts";
import { type IdxFile, idxFileName, idxFiles, readIdxImages } from "./idx-images.ts";

// The address that the Fashion-MNIST repository's README gives, with its MD5 sums of the gzipped files.
const url = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com";
const gzipMd5: Record<IdxFile, string> = {
  "train-images": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
  "train-labels": "25c81989df183df01b3e8a0aad5dffbe",
  "t10k-images": "bef4ecab320f06d8554ea6380940ec79",
  "t10k-labels": "bb300cfdad3c16e7a12a480ee83cd310",
};

const classNames = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/** Where Debian's package dataset-fashion-mnist puts it. */
const debianFolder = "/usr/share/datasets/fashion-mnist";

/** The file, gzipped or not; undefined when neither is there. */
const find = (folder: string, file: IdxFile): string | undefined =>
  [`${idxFileName(file)}.gz`, idxFileName(file)].map((name) => join(folder, name)).find((path) => existsSync(path));

export const fashionMnist: DataSetEntry = {
  title: "Fashion-MNIST",
  description: "70,000 pictures of clothes of 28×28 grey pixels in 10 classes; 60,000 to train on, 10,000 to test.",
  licence: "MIT (Zalando SE)",
  source: url,
  howToFetch: "downloaded (30 MiB), or Debian's package dataset-fashion-mnist",
  expected: {
    classCount: 10,
    trainingImages: 60_000,
    testImages: 10_000,
    mean: [0.286],
    meanTolerance: 0.0001,
  },
  // As digits, which it stands in for.
  augment: [{ name: "crop", options: { pad: 2 } }],
  background: 0,
  foreign: { near: ["mnist"], far: ["emoji", "emoji-inverted", "textures"] },
  options: [],

  locate: (dataDir) =>
    [join(dataDir, "fashion-mnist"), dataDir, debianFolder].find((folder) => find(folder, "train-images")),

  async load({ dataDir }) {
    const folder = fashionMnist.locate(dataDir);
    if (!folder)
      throw new UserError(
        `fashion-mnist: no ${idxFileName("train-images")}.gz under ${dataDir}; run \`anchored data fetch fashion-mnist\``,
      );
    const pathOf = (file: IdxFile) => find(folder, file) ?? join(folder, `${idxFileName(file)}.gz`);
    return { ...readIdxImages("fashion-mnist", "Fashion-MNIST", classNames, pathOf), shifts: [] };
  },

  async fetch({ dataDir, onProgress, signal }) {
    const folder = join(dataDir, "fashion-mnist");
    for (const file of idxFiles) {
      const name = `${idxFileName(file)}.gz`;
      const checksum = { algorithm: "md5", hex: gzipMd5[file] } as const;
      await download(`${url}/${name}`, { to: join(folder, name), checksum, onProgress, signal });
    }
    return folder;
  },
};
