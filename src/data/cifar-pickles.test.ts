import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { imageCount, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { extractNamed } from "./extract.ts";
import { type DataOptions, loadDataSet } from "./index.ts";
import { readPickle } from "./pickle.ts";
import { scratchFolder } from "./test-images.ts";
import { damaged } from "./test-mutations.ts";
import { cifarData, pickleBytes, writeCifar100 } from "./test-pickle.ts";
import { tarBytes } from "./test-tar.ts";

describe("cifar100", () => {
  const made = (options: Partial<DataOptions> = {}) => {
    const dataDir = scratchFolder();
    writeCifar100(dataDir, { train: 400, test: 100 });
    return { dataDir, load: () => loadDataSet({ name: "cifar100", seed: 0, dataDir, ...options }) };
  };

  test("fine labels, by default, and coarse ones, each with its names", async () => {
    const fine = await made().load();
    expect(fine.title).toBe("CIFAR-100 (unofficial copy)");
    expect([fine.train.classNames.length, fine.train.classNames[99]]).toEqual([100, "class 99"]);
    expect([fine.train, fine.validation, fine.test].map(imageCount)).toEqual([300, 100, 100]);
    const coarse = await made({ label: "coarse" }).load();
    expect(coarse.title).toBe("CIFAR-100, superclasses (unofficial copy)");
    expect([coarse.train.classNames.length, coarse.train.classNames[19]]).toEqual([20, "superclass 19"]);
    for (const [i, label] of coarse.test.labels.entries()) {
      expect([...allBytes(coarse.test).subarray(i * 3072, i * 3072 + 6)]).toEqual([i, i, 200, i, i, 200]);
      expect([label, fine.test.labels[i]]).toEqual([i % 20, i]);
    }
  });

  test("labels of another data set are refused, and a folder without its files", async () => {
    await expect(made({ label: "concept" }).load()).rejects.toThrow(/cifar100 label "concept"; known: fine, coarse/);
    await expect(loadDataSet({ name: "emoji", label: "fine", seed: 0 })).rejects.toThrow(/emoji label "fine"/);
    await expect(loadDataSet({ name: "cifar100", seed: 0, dataDir: "/nowhere" })).rejects.toThrow(
      /no cifar-100-python with train, test and meta under \/nowhere; run `anchored data fetch cifar100`/,
    );
  });

  test.each<[string, string, () => Uint8Array, RegExp]>([
    [
      "a batch of CIFAR-10",
      "train",
      () => pickleBytes({ labels: [0], data: cifarData([0]) }),
      /no list "fine_labels" \(found labels, data\)/,
    ],
    [
      "too few labels",
      "test",
      () => pickleBytes({ fine_labels: [0], data: cifarData([0, 1]) }),
      /1 labels for 2 images/,
    ],
    [
      "a label out of range",
      "test",
      () => pickleBytes({ fine_labels: [0, 100], data: cifarData([0, 1]) }),
      /image 1 has label 100, expected 0 … 99/,
    ],
    [
      "images of another size",
      "test",
      () => pickleBytes({ fine_labels: [0], data: { rows: 1, data: new Uint8Array(784) } }),
      /no array "data" of rows of 3072 bytes/,
    ],
    ["a list", "train", () => pickleBytes([1, 2]), /a pickle of what is no dictionary/],
    ["no names", "meta", () => pickleBytes({ names: ["a"] }), /no list "fine_label_names" of names/],
  ])("%s is refused by name", async (_, file, bytes, message) => {
    const { dataDir, load } = made();
    writeFileSync(join(dataDir, "cifar-100-python", file), bytes());
    const error = await load().catch((e) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(join("cifar-100-python", file));
  });

  test("its archive gives its three files and nothing else", async () => {
    const { dataDir } = made();
    const bytes = (file: string) => readFileSync(join(dataDir, "cifar-100-python", file));
    const files = ["train", "test", "meta"].map((file) => [`cifar-100-python/${file}`, bytes(file)] as const);
    const archive = join(dataDir, "a.tar.gz");
    writeFileSync(archive, gzipSync(tarBytes([["other/train", "no"], ["cifar-100-python/../../x", "no"], ...files])));
    await extractNamed(archive, "cifar-100-python", ["train", "test", "meta"], join(dataDir, "out"));
    for (const file of ["train", "test", "meta"])
      expect(bytes(file).equals(readFileSync(join(dataDir, "out", file)))).toBe(true);
    await expect(extractNamed(archive, "cifar-100-python", ["eval"], dataDir)).rejects.toThrow(/holds no eval/);
  });
});

test("cifar10 as torchvision has it: five batches after each other", async () => {
  const dataDir = scratchFolder();
  const folder = join(dataDir, "cifar-10-batches-py");
  mkdirSync(folder);
  for (const [n, file] of [1, 2, 3, 4, 5]
    .map((n) => `data_batch_${n}`)
    .concat("test_batch")
    .entries()) {
    const labels = Array.from({ length: 20 }, (_, i) => (i + n) % 10);
    writeFileSync(
      join(folder, file),
      pickleBytes({ batch_label: file, labels, data: cifarData(labels), filenames: [] }),
    );
  }
  const set = await loadDataSet({ name: "cifar10", seed: 0, dataDir });
  expect(set.title).toBe("CIFAR-10 (unofficial copy)");
  expect([set.train, set.validation, set.test].map(imageCount)).toEqual([90, 10, 20]);
  for (const part of [set.train, set.validation, set.test])
    for (const [i, label] of part.labels.entries()) expect(allBytes(part)[i * 3072]).toBe(label);
  expect([...set.test.labels.subarray(0, 3)]).toEqual([5, 6, 7]);
});

describe("pickles", () => {
  test("of what CIFAR holds come back as they were", () => {
    const long = Array.from({ length: 400 }, (_, i) => `name ${i}`);
    const value = readPickle(
      pickleBytes({
        text: "a",
        list: [0, 255, 256, 65_535, 65_536, -1],
        long,
        data: { rows: 2, data: new Uint8Array([1, 2, 3, 4]) },
      }),
      "x",
    );
    const map = value as Map<string, unknown>;
    expect([map.get("text"), map.get("list"), map.get("long")]).toEqual(["a", [0, 255, 256, 65_535, 65_536, -1], long]);
    expect(map.get("data")).toEqual({ shape: [2, 2], data: new Uint8Array([1, 2, 3, 4]) });
  });

  const pickle = (text: string) => Buffer.from(`\x80\x02${text}`, "latin1");
  test.each<[string, Uint8Array, RegExp]>([
    ["that runs a command", pickle("cos\nsystem\nU\x02ls\x85R."), /^x: it calls for os\.system; only pickles as CIFAR/],
    ["that calls a builtin", pickle("c__builtin__\neval\nU\x011\x85R."), /it calls for __builtin__\.eval/],
    [
      "that makes an object of NumPy's otherwise",
      pickle("cnumpy\nndarray\nK\x01\x85R."),
      /a call of numpy\.ndarray that makes no array/,
    ],
    ["of an object of a class", pickle("(cos\nPathLike\no."), /it calls for os\.PathLike/],
    ["with an extension", pickle("\x82\x01."), /pickle operation 0x82 at byte 2/],
    ["with a class of old", pickle("(ios\nsystem\n."), /pickle operation 0x69 at byte 3/],
    ["of protocol 0", Buffer.from("(dp0\n."), /not a pickle of protocol 2/],
    ["of protocol 4", Buffer.from("\x80\x04\x95", "latin1"), /not a pickle of protocol 2/],
    ["that is empty", new Uint8Array(), /ends at byte 0/],
    ["of floating-point numbers", pickle("cnumpy\ndtype\nU\x02f8K\0K\x01\x87R."), /neither plain nor an array/],
    ["that ends early", pickleBytes({ data: cifarData([1]) }).subarray(0, 2000), /ends at byte 2000, within a value/],
  ])("%s are refused in one line", (_, bytes, message) => {
    expect(() => readPickle(bytes, "x")).toThrow(UserError);
    expect(() => readPickle(bytes, "x")).toThrow(message);
  });

  test("damaged ones are read or refused", () => {
    const whole = pickleBytes({
      labels: [1, 2, 3],
      filenames: ["a", "b"],
      data: { rows: 2, data: new Uint8Array(20) },
    });
    let refused = 0;
    fc.assert(
      fc.property(damaged(whole), (bytes) => {
        try {
          readPickle(bytes, "x");
        } catch (error) {
          refused++;
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 5000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });
});
