import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageAt, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { writeNpy } from "../files/index.ts";
import { type HumanLabelKind, humanLabelKinds, readHumanLabels } from "./cifar10n.ts";
import { loadDataSet } from "./index.ts";
import { writeCifar10 } from "./test-data-sets.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-cifar10n-"));
afterAll(() => rmSync(folder, { recursive: true }));

const COUNT = 50_000;
const own = Int32Array.from({ length: COUNT }, (_, i) => i % 10);
/** The first `count` of every hundred labels wrong. */
const noisy = (count: number) => own.map((label, i) => (i % 100 < count ? (label + 1) % 10 : label));
const shares: Record<HumanLabelKind, number> = { aggregate: 9, worst: 40, random1: 17, random2: 18, random3: 16 };
const names = ["clean_label", "aggre_label", "worse_label", "random_label1", "random_label2", "random_label3"];
const columns = [own, ...humanLabelKinds.map((kind) => noisy(shares[kind]))];

const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const csv = (name: string, header: readonly string[], values: readonly Int32Array[], end = "\n") =>
  file(name, [header, ...Array.from(values[0], (_, i) => values.map((column) => column[i]))].join(end) + end);
const read = (path: string, kind: HumanLabelKind = "aggregate") => readHumanLabels(path, kind, own, 10);

describe("a CSV file", () => {
  const path = csv("human.csv", names, columns);

  test.each(humanLabelKinds)("%s: its column, and the share that is wrong", (kind) => {
    const { labels, noiseRate } = read(path, kind);
    expect(labels).toEqual(noisy(shares[kind]));
    expect(noiseRate).toBeCloseTo(shares[kind] / 100, 10);
  });

  test("columns go by name: an index before them, Windows lines and no clean labels are fine", () => {
    const index = own.map((_, i) => i);
    const windows = csv("windows.csv", ["", "worse_label"], [index, noisy(40)], "\r\n");
    expect(read(windows, "worst").labels).toEqual(noisy(40));
  });

  test("another order of the images is refused by the first row that disagrees", () => {
    const shuffled = csv(
      "shuffled.csv",
      names,
      columns.map((column) => column.map((_, i) => column[i < 7 ? i : (i + 3) % COUNT])),
    );
    expect(() => read(shuffled)).toThrow(
      /clean_label of row 7 is 0, but that image's own label is 7: .*another order.*JPEG copy has an order of its own/,
    );
    // Without clean labels: that most labels are wrong.
    const alone = csv("alone.csv", ["aggre_label"], [noisy(9).map((label) => (label + 4) % 10)]);
    expect(() => read(alone)).toThrow(/100\.0 % of the labels are not the images' own: .*another order/);
  });

  test.each([
    ["short.csv", () => csv("short.csv", names, [own.subarray(0, 9)]), /aggre_label of row 0 is "", not a label/],
    ["cut.csv", () => csv("cut.csv", ["aggre_label"], [own.subarray(0, 9)]), /9 labels for 50000 training images/],
    ["far.csv", () => csv("far.csv", ["aggre_label"], [own.map((l, i) => (i === 5 ? 10 : l))]), /row 5 has label 10/],
    ["word.csv", () => file("word.csv", "aggre_label\n3\ncat\n"), /aggre_label of row 1 is "cat", not a label/],
    ["other.csv", () => csv("other.csv", ["label"], [own]), /no column aggre_label \(aggregate\).*"label"/],
    ["empty.csv", () => file("empty.csv", ""), /no column aggre_label/],
  ])("%s is refused", (_, write, reason) => {
    const path = write();
    expect(() => read(path)).toThrow(reason);
    expect(() => read(path)).toThrow(path);
  });
});

describe("a NumPy file", () => {
  test.each([
    ["uint8", Uint8Array.from(noisy(17))],
    ["int32", noisy(17)],
  ])("%s", (type, data) => {
    const path = join(folder, `${type}.npy`);
    writeNpy(path, { shape: [COUNT], data });
    expect(read(path, "random1")).toEqual({ labels: noisy(17), noiseRate: 0.17 });
  });

  /** As NumPy writes it: the header is padded to a multiple of 64 bytes. */
  const npy = (type: string, data: Uint8Array) => {
    const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${COUNT},), }`.padEnd(117);
    return Buffer.concat([Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, "latin1"), data]);
  };

  test("int64", () => {
    const data = BigInt64Array.from(noisy(17), BigInt);
    const path = file("int64.npy", npy("<i8", new Uint8Array(data.buffer)));
    expect(read(path).labels).toEqual(noisy(17));
  });

  test("a dictionary and a table are refused with the way out", () => {
    const objects = file("CIFAR-10_human_ordered.npy", npy("|O", new Uint8Array(100)));
    expect(() => read(objects)).toThrow(/Python objects .* write CIFAR-10_human.pt as CSV first: python3 -c/);
    const path = join(folder, "table.npy");
    writeNpy(path, { shape: [2, COUNT / 2], data: own });
    expect(() => read(path)).toThrow(/shape \[2, 25000\]; one row of labels is needed/);
  });
});

test.each([
  ["zip", Buffer.from("PK\x03\x04")],
  ["pickle", Buffer.from([0x80, 2])],
])("PyTorch's file (%s) is refused with the way out", (_, bytes) => {
  const path = file("CIFAR-10_human.pt", bytes);
  expect(() => read(path)).toThrow(
    /a file of PyTorch's, .* as CSV first: python3 -c "import torch; .*CIFAR-10_human.csv/,
  );
});

test("a missing file and an unknown kind are refused", () => {
  expect(() => read(join(folder, "none.csv"))).toThrow(UserError);
  expect(() => read(join(folder, "human.csv"), "best" as HumanLabelKind)).toThrow(
    /unknown kind of human labels "best"/,
  );
});

describe("through loadDataSet", () => {
  beforeAll(() => writeCifar10(folder));
  const options = { name: "cifar10", dataDir: folder, seed: 0 };

  test("training images get the labels, validation and test keep their own; the title says so", async () => {
    const humanLabels = csv("worst.csv", names, columns);
    const set = await loadDataSet({ ...options, humanLabels, humanLabelsKind: "worst" });
    expect(set.title).toBe("CIFAR-10 (unofficial copy), worst labels of CIFAR-10N (40.0 % wrong)");
    // The made-up images' red is their own label.
    const wrong = (images: typeof set.train) =>
      images.labels.reduce((sum, label, i) => sum + Number(label !== imageAt(images, i)[0]), 0) / images.labels.length;
    expect(wrong(set.train)).toBeCloseTo(0.4, 1);
    expect([wrong(set.validation), wrong(set.test)]).toEqual([0, 0]);
    const clean = await loadDataSet(options);
    expect(Buffer.compare(allBytes(set.train), allBytes(clean.train))).toBe(0);
    expect(set.validation.labels).toEqual(clean.validation.labels);
  });

  test("other data sets and made-up noise on top are refused", async () => {
    const humanLabels = join(folder, "human.csv");
    await expect(loadDataSet({ ...options, name: "mnist", humanLabels })).rejects.toThrow(/of CIFAR-10, but .* mnist/);
    await expect(loadDataSet({ ...options, humanLabels, labelNoise: 0.2 })).rejects.toThrow(/noisy already/);
  });
});
