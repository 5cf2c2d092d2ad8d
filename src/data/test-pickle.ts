import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** For tests: what Python 2's `cPickle.dumps(…, 2)` writes of strings, numbers, lists, dictionaries and arrays of bytes. */
export type TestValue =
  | string
  | number
  | TestValue[]
  | { [key: string]: TestValue }
  | { rows: number; data: Uint8Array };

const ascii = (text: string) => Buffer.from(text, "latin1");

/** For tests: a pickle of protocol 2, with its memo. */
export function pickleBytes(value: TestValue): Uint8Array<ArrayBuffer> {
  let remembered = 0;
  const put = () => Buffer.from(remembered < 256 ? [0x71, remembered++] : [0x72, remembered++ & 255, 1, 0, 0]);
  const int32 = (number: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(number);
    return bytes;
  };
  const write = (one: TestValue): Buffer => {
    if (typeof one === "string") return Buffer.concat([Buffer.from([0x55, one.length]), ascii(one), put()]);
    if (typeof one === "number") {
      if (one >= 0 && one < 256) return Buffer.from([0x4b, one]);
      if (one >= 0 && one < 65_536) return Buffer.from([0x4d, one & 255, one >> 8]);
      return Buffer.concat([ascii("J"), int32(one)]);
    }
    if (Array.isArray(one)) return Buffer.concat([ascii("]"), put(), ascii("("), ...one.map(write), ascii("e")]);
    if (one.data instanceof Uint8Array) return writeArray(one as { rows: number; data: Uint8Array });
    const items = Object.entries(one as { [key: string]: TestValue }).flatMap(([key, item]) => [
      write(key),
      write(item),
    ]);
    return Buffer.concat([ascii("}"), put(), ascii("("), ...items, ascii("u")]);
  };
  const writeArray = ({ rows, data }: { rows: number; data: Uint8Array }) =>
    Buffer.concat([
      ...[ascii("cnumpy.core.multiarray\n_reconstruct\n"), put(), ascii("cnumpy\nndarray\n"), put()],
      ...[ascii("K\0\x85"), put(), ascii("U\x01b"), put(), ascii("\x87"), put(), ascii("R"), put()],
      ...[ascii("(K\x01"), write(rows), write(data.length / rows), ascii("\x86"), put()],
      ...[ascii("cnumpy\ndtype\n"), put(), ascii("U\x02u1"), put(), ascii("K\0K\x01\x87"), put(), ascii("R"), put()],
      ...[ascii("(K\x03U\x01|"), put(), ascii("NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0t"), put(), ascii("b\x89T")],
      ...[int32(data.length), data, ascii("t"), put(), ascii("b")],
    ]);
  return new Uint8Array(Buffer.concat([ascii("\x80\x02"), write(value), ascii(".")]));
}

/** For tests: `count` images of 3×1024 bytes, red their label, green their number modulo 251, blue 200. */
export const cifarData = (labels: readonly number[]) => {
  const data = new Uint8Array(labels.length * 3072);
  labels.forEach((label, i) => {
    data
      .fill(label, i * 3072, i * 3072 + 1024)
      .fill(i % 251, i * 3072 + 1024, i * 3072 + 2048)
      .fill(200, i * 3072 + 2048, (i + 1) * 3072);
  });
  return { rows: labels.length, data };
};

/** For tests: a small CIFAR-100: fine label i modulo 100, coarse label i modulo 20. */
export function writeCifar100(dataDir: string, { train, test }: { train: number; test: number }): void {
  const folder = join(dataDir, "cifar-100-python");
  mkdirSync(folder, { recursive: true });
  for (const [file, count] of Object.entries({ train, test })) {
    const rows = Array.from({ length: count }, (_, i) => i);
    const batch = {
      filenames: rows.map((i) => `${i}.png`),
      batch_label: "made up",
      fine_labels: rows.map((i) => i % 100),
      coarse_labels: rows.map((i) => i % 20),
      data: cifarData(rows.map((i) => i % 100)),
    };
    writeFileSync(join(folder, file), pickleBytes(batch));
  }
  const names = (count: number, what: string) => Array.from({ length: count }, (_, i) => `${what} ${i}`);
  writeFileSync(
    join(folder, "meta"),
    pickleBytes({ fine_label_names: names(100, "class"), coarse_label_names: names(20, "superclass") }),
  );
}
