import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import { cifarPhotographs } from "./cifar-photographs.ts";
import { readCifarNames, readCifarPickles } from "./cifar-pickles.ts";
import { download } from "./download.ts";
import type { DataSetEntry } from "./entry.ts";
import { extractNamed } from "./extract.ts";

const url = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz";
const archiveMd5 = "eb9058c3a382ffc7106e4002c42a8d85";
const folderName = "cifar-100-python";
// As torchvision verifies them.
const trainMd5 = { train: "16019d7e3df5f24257cddd939b257f8d" };
const testMd5 = { test: "f0ef6b0ae62326f3e7ffdfab6717acfc" };

/** CIFAR-100 as torchvision downloads it: 100 classes (`fine`), or the 20 superclasses that they belong to (`coarse`). */
export const cifar100: DataSetEntry = {
  title: "CIFAR-100",
  description:
    "60,000 photographs of 32×32 pixels in 100 classes, or 20 superclasses; 50,000 to train on, 10,000 to test.",
  licence: "no licence stated; free for research, cite Krizhevsky 2009 (Learning Multiple Layers of Features)",
  source: url,
  howToFetch: `downloaded (161 MiB), or put ${folderName}/ under the data folder`,
  expected: {
    classCount: 100,
    trainingImages: 50_000,
    testImages: 10_000,
    mean: [0.5071, 0.4865, 0.4409],
    meanTolerance: 0.005,
  },
  ...cifarPhotographs,
  options: ["label"],

  locate: (dataDir) =>
    [join(dataDir, folderName), join(dataDir, "cifar100", folderName), dataDir].find((folder) =>
      ["train", "test", "meta"].every((file) => existsSync(join(folder, file))),
    ),

  async load({ dataDir, label: asked }) {
    const label = knownName("cifar100 label", asked ?? "fine", ["fine", "coarse"]);
    const folder = cifar100.locate(dataDir);
    if (!folder)
      throw new UserError(
        `cifar100: no ${folderName} with train, test and meta under ${dataDir}; run \`anchored data fetch cifar100\`, or set ANCHORED_DATA to the folder that holds it`,
      );
    const classNames = readCifarNames(join(folder, "meta"), `${label}_label_names`);
    const read = (split: string, md5: Readonly<Record<string, string>>) =>
      readCifarPickles(folder, md5, { name: `cifar100/${split}`, key: `${label}_labels`, classNames });
    const [train, test] = [read("train", trainMd5), read("test", testMd5)];
    const copy = train.official && test.official ? "" : " (unofficial copy)";
    const what = label === "coarse" ? ", superclasses" : "";
    return { title: `CIFAR-100${what}${copy}`, train: train.set, test: test.set, shifts: [] };
  },

  async fetch({ dataDir, onProgress, signal }) {
    const folder = join(dataDir, "cifar100", folderName);
    const archive = join(dataDir, "cifar100", "cifar-100-python.tar.gz");
    await download(url, { to: archive, checksum: { algorithm: "md5", hex: archiveMd5 }, onProgress, signal });
    await extractNamed(archive, folderName, ["train", "test", "meta"], folder);
    rmSync(archive, { force: true });
    return folder;
  },
};
