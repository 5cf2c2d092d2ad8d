import { copyFileSync, linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

/** For tests: full-size CIFAR-10 files in which red is the label, green 100 and blue 200; labels count 0 … 9. */
export function writeCifar10(dataDir: string): void {
  const folder = join(dataDir, "cifar-10-batches-bin");
  mkdirSync(folder, { recursive: true });
  const bytes = Buffer.alloc(10_000 * 3073);
  for (let i = 0; i < 10_000; i++) {
    const at = i * 3073;
    bytes
      .fill(i % 10, at, at + 1025)
      .fill(100, at + 1025, at + 2049)
      .fill(200, at + 2049, at + 3073);
  }
  // All six are alike, so five are links to one; the first may be damaged without the others.
  writeFileSync(join(folder, "test_batch.bin"), bytes);
  copyFileSync(join(folder, "test_batch.bin"), join(folder, "data_batch_1.bin"));
  for (const n of [2, 3, 4, 5]) linkSync(join(folder, "test_batch.bin"), join(folder, `data_batch_${n}.bin`));
}

/** For tests: full-size IDX files; every image is its label times 20, labels count 0 … 9. */
export function writeFashionMnist(dataDir: string): void {
  const folder = join(dataDir, "fashion-mnist");
  mkdirSync(folder, { recursive: true });
  const header = (...shape: number[]) => {
    const bytes = Buffer.alloc(4 + 4 * shape.length);
    bytes.set([0, 0, 8, shape.length]);
    shape.forEach((size, axis) => {
      bytes.writeUInt32BE(size, 4 + 4 * axis);
    });
    return bytes;
  };
  for (const [prefix, count] of [
    ["train", 60_000],
    ["t10k", 10_000],
  ] as const) {
    const labels = Buffer.from(Uint8Array.from({ length: count }, (_, i) => i % 10));
    const images = Buffer.alloc(count * 784);
    for (let i = 0; i < count; i++) images.fill((i % 10) * 20, i * 784, (i + 1) * 784);
    writeFileSync(join(folder, `${prefix}-images-idx3-ubyte`), Buffer.concat([header(count, 28, 28), images]));
    writeFileSync(join(folder, `${prefix}-labels-idx1-ubyte`), Buffer.concat([header(count), labels]));
  }
}

export type Layout = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** For tests: a folder of `layout[split][class]` PNG images of 20×30 pixels, each of one colour. */
export async function writeFolder(root: string, layout: Layout): Promise<void> {
  for (const [split, classes] of Object.entries(layout))
    for (const [c, [className, count]] of Object.entries(classes).entries()) {
      const path = join(root, split, className);
      mkdirSync(path, { recursive: true });
      for (let i = 0; i < count; i++) {
        const background = { r: 40 * c, g: 5 * i, b: 60 };
        await sharp({ create: { width: 20, height: 30, channels: 3, background } })
          .png()
          .toFile(join(path, `${i}.png`));
      }
    }
}
