import { dirname, join } from "node:path";
import { type DataSet, type ImageSet, imageCount } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { type DataOptions, loadDataSet } from "./index.ts";

/** For tests: loads a data set of one's own images, 8 pixels a side; `notices` are what was said of the last one. */
export function ownDataLoader(name: string) {
  const notices: string[] = [];
  const load = (folder?: string, options: Partial<DataOptions> = {}): Promise<DataSet> => {
    notices.length = 0;
    return loadDataSet({
      name,
      seed: 1,
      folder,
      imageSize: 8,
      dataDir: folder && join(dirname(folder), "cache"),
      onNotice: (line) => notices.push(line),
      ...options,
    });
  };
  return { load, notices };
}

export const setsOf = ({ train, validation, test, shifts }: DataSet): ImageSet[] => [
  train,
  validation,
  test,
  ...shifts,
];

/** Red and green of each image, which say its class and number. */
export const colours = (set: ImageSet): number[][] =>
  Array.from({ length: imageCount(set) }, (_, i) => [...allBytes(set).subarray(i * 192, i * 192 + 2)]);
