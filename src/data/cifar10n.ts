import { percent, UserError } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import { parseNpy } from "../files/internal.ts";
import { readNamed } from "./files.ts";

/** Whose labels: the majority of three annotators', the wrong one wherever there is one, or one annotator's. */
export const humanLabelKinds = ["aggregate", "worst", "random1", "random2", "random3"] as const;
export type HumanLabelKind = (typeof humanLabelKinds)[number];

/** Names within the published file. */
const columns: Record<HumanLabelKind, string> = {
  aggregate: "aggre_label",
  worst: "worse_label",
  random1: "random_label1",
  random2: "random_label2",
  random3: "random_label3",
};
const cleanColumn = "clean_label";

export interface HumanLabels {
  /** [N], in the order of the training files. */
  readonly labels: Int32Array;
  /** Share of the labels that are not the data set's own; about 0.09 (aggregate), 0.17 (random), 0.40 (worst). */
  readonly noiseRate: number;
}

const otherOrder =
  "the labels are in another order than the images. The published CIFAR-10_human.pt goes with the official CIFAR-10 " +
  "(`anchored data fetch cifar10`); the JPEG copy has an order of its own, and so has CIFAR-10_human_ordered.npy";

/**
 * CIFAR-10N (Wei et al. 2022): people's labels of CIFAR-10's training images, from a CSV file with the published names
 * as its header, or one column of them as a NumPy file of [50000] integers.
 * @param own The data set's own labels, [N], in the order of its files
 * @throws UserError for another format or length, a label out of range, or labels in another order than the images
 */
export function readHumanLabels(path: string, kind: HumanLabelKind, own: Int32Array, classes: number): HumanLabels {
  knownName("kind of human labels", kind, humanLabelKinds);
  const bytes = readNamed(path);
  const { labels, clean } = isNpy(bytes)
    ? { labels: npyLabels(path, bytes), clean: undefined }
    : csv(path, bytes, kind);
  for (const values of clean ? [labels, clean] : [labels]) checkRange(path, values, own.length, classes);
  const row = clean?.findIndex((label, i) => label !== own[i]) ?? -1;
  if (clean && row >= 0)
    throw new UserError(
      `${path}: ${cleanColumn} of row ${row} is ${clean[row]}, but that image's own label is ${own[row]}: ${otherOrder}`,
    );
  const noiseRate = labels.reduce((sum, label, i) => sum + Number(label !== own[i]), 0) / own.length;
  // The worst labels are wrong by 40 %, those of shuffled images by 90 %.
  if (noiseRate > 0.5)
    throw new UserError(`${path}: ${percent(noiseRate)} of the labels are not the images' own: ${otherOrder}`);
  return { labels, noiseRate };
}

const isNpy = (bytes: Buffer) => bytes.subarray(0, 6).toString("latin1") === "\x93NUMPY";

function npyLabels(path: string, bytes: Buffer): Int32Array {
  // NumPy writes objects as a Python pickle, which runs whatever it says.
  if (/'descr': *'\|O'/.test(bytes.subarray(0, 200).toString("latin1")))
    throw new UserError(
      `${path}: holds Python objects in place of numbers. CIFAR-10_human_ordered.npy has an order other than the images' at that; ${conversion("CIFAR-10_human.pt")}`,
    );
  const { shape, data } = parseNpy(path, bytes, "i4", "i8", "u1");
  if (shape.length !== 1) throw new UserError(`${path}: shape [${shape.join(", ")}]; one row of labels is needed`);
  return Int32Array.from(data as ArrayLike<number | bigint>, Number);
}

const conversion = (file: string) =>
  `write ${file} as CSV first: python3 -c "import torch; d = torch.load('${file}', weights_only=False); ` +
  `open('CIFAR-10_human.csv', 'w').write('\\n'.join(map(','.join, [d, *zip(*([str(int(x)) for x in c] for c in d.values()))])))"`;

function csv(path: string, bytes: Buffer, kind: HumanLabelKind): { labels: Int32Array; clean?: Int32Array } {
  // A zip archive or a pickle: torch.save's two formats.
  if (bytes.subarray(0, 2).toString("latin1") === "PK" || bytes[0] === 0x80)
    throw new UserError(`${path}: a file of PyTorch's, which only Python reads; ${conversion(path)}`);
  const [header, ...rows] = bytes
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => line !== "");
  const names = (header ?? "").split(",").map((name) => name.trim());
  const column = (name: string): Int32Array | undefined => {
    const at = names.indexOf(name);
    if (at < 0) return undefined;
    return Int32Array.from(rows, (row, i) => {
      const cell = row.split(",")[at]?.trim() ?? "";
      if (!/^\d{1,3}$/.test(cell)) throw new UserError(`${path}: ${name} of row ${i} is "${cell}", not a label`);
      return Number(cell);
    });
  };
  const labels = column(columns[kind]);
  if (!labels) {
    const found = names.join(", ").slice(0, 80);
    throw new UserError(
      `${path}: no column ${columns[kind]} (${kind}) in its first line, "${found}"; a CSV file of CIFAR-10N or a NumPy file is needed`,
    );
  }
  return { labels, clean: column(cleanColumn) };
}

function checkRange(path: string, labels: Int32Array, count: number, classes: number): void {
  if (labels.length !== count)
    throw new UserError(`${path}: ${labels.length} labels for ${count} training images; CIFAR-10N has one for each`);
  const row = labels.findIndex((label) => label < 0 || label >= classes);
  if (row >= 0) throw new UserError(`${path}: row ${row} has label ${labels[row]}, outside 0 … ${classes - 1}`);
}
