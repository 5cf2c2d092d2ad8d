import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { decodeImage } from "./decode.ts";
import { chooseColumns } from "./parquet-columns.ts";
import { openParquet, readGroup } from "./parquet-file.ts";
import { scratchFolder } from "./test-images.ts";
import { damaged } from "./test-mutations.ts";
import { imagesOf, parquetBytes } from "./test-parquet.ts";

const codecs = ["SNAPPY", "UNCOMPRESSED", "GZIP", "BROTLI"] as const;

/** All of a file that is read of it, but images are not decoded. */
async function readAll(path: string) {
  const file = await openParquet(path);
  const { image, label } = chooseColumns(file, {});
  const groups = [...file.firstRows.keys()].slice(0, -1);
  const read = async (column: string) => (await Promise.all(groups.map((g) => readGroup(file, column, g)))).flat();
  return { labels: await read(label), images: (await read(image)) as { bytes: Uint8Array }[] };
}

describe.each(codecs)("%s", (codec) => {
  const made = async () => ({ ...(await imagesOf([4, 3])), names: ["a", "b"], codec });

  test("a whole file gives back what was written", async () => {
    const path = join(scratchFolder(), "a.parquet");
    const table = await made();
    writeFileSync(path, parquetBytes(table));
    const { labels, images } = await readAll(path);
    expect(labels).toEqual(table.labels.map(Number));
    for (const [i, { bytes }] of images.entries()) expect(Buffer.compare(bytes, table.images[i]!.bytes!)).toBe(0);
  });

  test("a damaged one is read or refused in one line, and soon", async () => {
    const path = join(scratchFolder(), "a.parquet");
    const whole = parquetBytes(await made());
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(damaged(whole), async (bytes) => {
        writeFileSync(path, bytes);
        const before = performance.now();
        const error = await readAll(path).catch((e) => e);
        expect(performance.now() - before).toBeLessThan(2000);
        if (!(error instanceof Error)) return;
        refused++;
        expect(error).toBeInstanceOf(UserError);
        expect(error.message).toMatch(/^[^\n]*a\.parquet: [^\n]*$/);
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(300);
  }, 60_000);
});

/** 4 images of 1×1 pixel as pyarrow 25.0.1 writes them with compression="zstd": Node 20 cannot compress so. */
const byPyarrow = [
  "UEFSMRUEFaQCFcwBTBUEFQASAAAotS/9IJLtAgAUBUUAAACJUE5HDQoaCgAAAA1JSERSAAAAAQAAAAEIAgAAAJB3U94AAAAMSURB",
  "VHicY2BgsAEAAEAAPc50sS4AAAAASUVORK5CYILQuABlWHeKHQMAgA3aS2KicAYVABUSFSQsFQgVEBUGFQYcAAAAKLUv/SAJSQAA",
  "AgAAAAgCAQMKFQQVABUSTBUAFQASAAAotS/9IAABAAAVABUOFSAsFQgVEBUGFQYcAAAAKLUv/SAHOQAAAgAAAAgBABUEFSAVMkwV",
  "BBUAEgAAKLUv/SAQgQAAAAAAAAAAAAABAAAAAAAAABUAFRIVJCwVCBUQFQYVBhwAAAAotS/9IAlJAAACAAAACAEBAwoVBBlcNQAY",
  "BnNjaGVtYRUEADUCGAVpbWFnZRUEABUMJQIYBWJ5dGVzABUMJQIYBHBhdGglAEwcAAAAFQQlAhgFbGFiZWwAFggZHBk8JgAcFQwZ",
  "NQAGEBkoBWltYWdlBWJ5dGVzFQwWCBb8Aha2Aib0ASYIKSwVBBUAFQIAFQAVEBUCADwWqAQZBhk2AAAIAAAAJgAcFQwZNQAGEBko",
  "BWltYWdlBHBhdGgVDBYIFlAWdCbsAia+AiksFQQVABUCABUAFRAVAgA8FgAZBhk2AAgAAAAAJgAcFQQZNQAGEBkYBWxhYmVsFQwW",
  "CBZ0FpgBJoAEJrIDKSwVBBUAFQIAFQAVEBUCADwpBhkmAAgAAAAWwAQWCCYIFsIEACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lv",
  "biAyNS4wLjEZPBwAABwAABwAAABHAQAAUEFSMQ==",
];

describe("zstd, of pyarrow", () => {
  const whole = new Uint8Array(Buffer.from(byPyarrow.join(""), "base64"));

  test("a whole file", async () => {
    const path = join(scratchFolder(), "a.parquet");
    writeFileSync(path, whole);
    const { labels, images } = await readAll(path);
    expect(labels).toEqual([0, 1, 0, 1]);
    const colours = await Promise.all(images.map(async ({ bytes }) => [...(await decodeImage(bytes, 1))]));
    expect(colours).toEqual([0, 40, 0, 40].map((red) => [red, 0, 60]));
  });

  test("a damaged one", async () => {
    const path = join(scratchFolder(), "a.parquet");
    await fc.assert(
      fc.asyncProperty(damaged(whole), async (bytes) => {
        writeFileSync(path, bytes);
        await readAll(path).catch((error) => expect(error).toBeInstanceOf(UserError));
      }),
      { numRuns: 1000 },
    );
  }, 60_000);
});
