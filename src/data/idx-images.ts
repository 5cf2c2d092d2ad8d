import { type ImageSet, UserError } from "../core/index.ts";
import { digest } from "./files.ts";
import { readIdx } from "./idx.ts";

/** The four files of an MNIST-like data set, and the SHA-256 of their unzipped content. */
export const idxFiles = ["train-images", "train-labels", "t10k-images", "t10k-labels"] as const;
export type IdxFile = (typeof idxFiles)[number];

export const idxFileName = (file: IdxFile): string => `${file}-${file.endsWith("images") ? "idx3" : "idx1"}-ubyte`;

const knownContents: Record<string, Record<IdxFile, string>> = {
  MNIST: {
    "train-images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
  },
  "Fashion-MNIST": {
    "train-images": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
  },
};

/**
 * 60,000 training and 10,000 test images of 28×28 grey pixels.
 * @throws UserError naming the file that is missing, of another size, or known to belong to another data set
 */
export function readIdxImages(
  name: string,
  title: string,
  classNames: readonly string[],
  pathOf: (file: IdxFile) => string,
): { title: string; train: ImageSet; test: ImageSet } {
  let official = true;
  const read = (file: IdxFile, shape: number[]): Uint8Array => {
    const path = pathOf(file);
    const { data, bytes } = readIdx(path, shape);
    const sha256 = digest("sha256", bytes);
    const owner = Object.keys(knownContents).find((other) => knownContents[other][file] === sha256);
    if (owner && owner !== title)
      throw new UserError(`${path}: expected the ${file} of ${title}, found those of ${owner}`);
    official &&= owner === title;
    return data;
  };
  const readSplit = (prefix: "train" | "t10k", split: string, count: number): ImageSet => {
    const images = read(`${prefix}-images`, [count, 28, 28]);
    const labels = Int32Array.from(read(`${prefix}-labels`, [count]));
    const wrong = labels.findIndex((label) => label >= classNames.length);
    if (wrong >= 0)
      throw new UserError(`${pathOf(`${prefix}-labels`)}: label ${labels[wrong]} at ${wrong}, expected 0 … 9`);
    return { name: `${name}/${split}`, height: 28, width: 28, channels: 1, images, labels, classNames };
  };
  const train = readSplit("train", "train", 60_000);
  const test = readSplit("t10k", "test", 10_000);
  return { title: official ? title : `${title} (unofficial copy)`, train, test };
}
