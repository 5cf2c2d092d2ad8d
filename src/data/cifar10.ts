import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type ImageSet, UserError } from "../core/index.ts";
import { cifarPhotographs } from "./cifar-photographs.ts";
import { readCifarPickles } from "./cifar-pickles.ts";
import { download } from "./download.ts";
import type { DataSetEntry, LoadedImages } from "./entry.ts";
import { extractNamed } from "./extract.ts";
import { digest, readNamed } from "./files.ts";

const url = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz";
const archiveMd5 = "c32a1d4ab5d03f1284b67883e8d87530";
const folderName = "cifar-10-batches-bin";
const classNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

// Which copy a folder holds, by SHA-1. The official ones are those that MXNet Gluon's CIFAR10 verifies; the JPEG copy
// is the same 60,000 images re-encoded as JPEG (about 30 dB against the originals), in another order.
const knownCopies: { title: string; sha1: Readonly<Record<string, string>> }[] = [
  {
    title: "CIFAR-10",
    sha1: {
      "data_batch_1.bin": "aadd24acce27caa71bf4b10992e9e7b2d74c2540",
      "data_batch_2.bin": "c0ba65cce70568cd57b4e03e9ac8d2a5367c1795",
      "data_batch_3.bin": "1dd00a74ab1d17a6e7d73e185b69dbf31242f295",
      "data_batch_4.bin": "aab85764eb3584312d3c7f65fd2fd016e36a258e",
      "data_batch_5.bin": "26e2849e66a845b7f1e4614ae70f4889ae604628",
      "test_batch.bin": "67eb016db431130d61cd03c7ad570b013799c88c",
    },
  },
  {
    title: "CIFAR-10 (JPEG copy)",
    sha1: {
      "data_batch_1.bin": "cb83f14d8741cac21e0f31e7e2e1c982723c64ed",
      "data_batch_2.bin": "23ba4e980d78668d8d5cc986907fc00cf5947377",
      "data_batch_3.bin": "dbd0c9729425658db97c6625349702faa4215b43",
      "data_batch_4.bin": "3393745de762c33391e550bb5d697c9ea31eaf0c",
      "data_batch_5.bin": "0a47d3d2ef86cc8dc1972c485a53db5a68a28290",
      "test_batch.bin": "9745023bbcd32d463dbfee5c90d495eeaf9d9c7c",
    },
  },
];

/** The same images in the same order as torchvision downloads them; MD5 as it verifies them. */
const pickleFolderName = "cifar-10-batches-py";
const pickledTrain = {
  data_batch_1: "c99cafc152244af753f735de768cd75f",
  data_batch_2: "d4bba439e000b95fd0a9bffe97cbabec",
  data_batch_3: "54ebc095f3ab1f0389bbae665268c751",
  data_batch_4: "634d18415352ddfa80567beed471001a",
  data_batch_5: "482c414d41f54cd18b22e5b47cb7c3cb",
};
const pickledTest = { test_batch: "40351d587109b95175f43aff81a1287e" };
const batchFiles = Object.keys(knownCopies[0].sha1);

const imagesPerFile = 10_000;
const pixels = 32 * 32;
const recordBytes = 1 + 3 * pixels;
const fileBytes = imagesPerFile * recordBytes;

export const cifar10: DataSetEntry = {
  title: "CIFAR-10",
  description: "60,000 photographs of 32×32 pixels in 10 classes; 50,000 to train on, 10,000 to test.",
  licence: "no licence stated; free for research, cite Krizhevsky 2009 (Learning Multiple Layers of Features)",
  source: url,
  howToFetch: `downloaded (162 MiB), or put ${folderName}/ or torchvision's ${pickleFolderName}/ under the data folder`,
  expected: {
    classCount: 10,
    trainingImages: 50_000,
    testImages: 10_000,
    mean: [0.4914, 0.4822, 0.4465],
    meanTolerance: 0.005,
  },
  ...cifarPhotographs,
  options: ["humanLabels", "humanLabelsKind"],

  locate: (dataDir) =>
    folderWith(dataDir, folderName, batchFiles[0]) ?? folderWith(dataDir, pickleFolderName, "data_batch_1"),

  async load({ dataDir }) {
    const folder = cifar10.locate(dataDir);
    if (!folder)
      throw new UserError(
        `cifar10: neither ${folderName} nor ${pickleFolderName} under ${dataDir}; run \`anchored data fetch cifar10\`, or set ANCHORED_DATA to the folder that holds it`,
      );
    if (!existsSync(join(folder, batchFiles[0]))) return loadPickles(folder);
    const train = empty("cifar10/train", 5 * imagesPerFile);
    const test = empty("cifar10/test", imagesPerFile);
    const sha1: Record<string, string> = {};
    batchFiles.forEach((file, i) => {
      const path = join(folder, file);
      const bytes = readNamed(path);
      sha1[file] = digest("sha1", bytes);
      if (file === "test_batch.bin") readBatch(bytes, path, test, 0);
      else readBatch(bytes, path, train, i * imagesPerFile);
    });
    const copy = knownCopies.find((known) => batchFiles.every((file) => known.sha1[file] === sha1[file]));
    return { title: copy?.title ?? "CIFAR-10 (unofficial copy)", train, test, shifts: [] };
  },

  async fetch({ dataDir, onProgress, signal }) {
    const folder = join(dataDir, "cifar10", folderName);
    const archive = join(dataDir, "cifar10", "cifar-10-binary.tar.gz");
    await download(url, { to: archive, checksum: { algorithm: "md5", hex: archiveMd5 }, onProgress, signal });
    await extractBatches(archive, folder);
    rmSync(archive, { force: true });
    return folder;
  },
};

const folderWith = (dataDir: string, name: string, file: string): string | undefined =>
  [join(dataDir, name), join(dataDir, "cifar10", name), dataDir].find((folder) => existsSync(join(folder, file)));

function loadPickles(folder: string): LoadedImages {
  const read = (split: string, md5: Readonly<Record<string, string>>) =>
    readCifarPickles(folder, md5, { name: `cifar10/${split}`, key: "labels", classNames });
  const [train, test] = [read("train", pickledTrain), read("test", pickledTest)];
  const official = train.official && test.official;
  return { title: official ? "CIFAR-10" : "CIFAR-10 (unofficial copy)", train: train.set, test: test.set, shifts: [] };
}

/** Writes the batch files of the downloaded archive into `folder`. */
export const extractBatches = (archive: string, folder: string): Promise<void> =>
  extractNamed(archive, folderName, [...batchFiles, "batches.meta.txt"], folder);

const empty = (name: string, count: number): ImageSet & ReadInto => ({
  name,
  height: 32,
  width: 32,
  channels: 3,
  images: new Uint8Array(count * 3 * pixels),
  labels: new Int32Array(count),
  classNames,
});

/** What batches are read into: [N, H, W, C] and [N]. */
export interface ReadInto {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
}

/** Records of one label byte and 3×1024 bytes, channel by channel → rows from `firstRow` on of `into` (HWC). */
export function readBatch(bytes: Uint8Array, path: string, into: ReadInto, firstRow: number): void {
  if (bytes.length !== fileBytes)
    throw new UserError(`${path}: expected ${fileBytes} bytes (10,000 CIFAR-10 images), found ${bytes.length}`);
  for (let record = 0; record < imagesPerFile; record++) {
    const at = record * recordBytes;
    const label = bytes[at];
    if (label >= classNames.length)
      throw new UserError(`${path}: image ${record} has label ${label}, expected 0 … 9; not a CIFAR-10 batch`);
    into.labels[firstRow + record] = label;
    const out = (firstRow + record) * 3 * pixels;
    for (let c = 0; c < 3; c++) {
      const plane = at + 1 + c * pixels;
      for (let p = 0; p < pixels; p++) into.images[out + p * 3 + c] = bytes[plane + p];
    }
  }
}
